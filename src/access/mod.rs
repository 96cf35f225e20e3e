//! Who may do what: accounts, sessions, roles, grants, the policy table and the audit chain.
