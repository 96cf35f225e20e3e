//! The policy, as a principal could read it.

use rstest::rstest;
use xuekang::access::policy::{Permission, Role, ScopeKind, printed};

#[test]
fn the_policy_reads_as_agreed() {
    insta::with_settings!({ snapshot_path => "snapshots", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("policy", printed());
    });
}

#[test]
fn every_role_has_a_line_with_a_scope_and_a_permission() {
    for role in Role::ALL {
        assert!(!role.scopes().is_empty(), "{role}");
        assert!(!role.permissions().is_empty(), "{role}");
    }
}

#[test]
fn codes_are_read_back_as_written() {
    for role in Role::ALL {
        assert_eq!(role.as_str().parse(), Ok(*role));
        assert_eq!(serde_json::to_value(role).unwrap(), role.as_str());
    }
    for permission in Permission::ALL {
        assert_eq!(permission.as_str().parse(), Ok(*permission));
        assert_eq!(serde_json::to_value(permission).unwrap(), permission.as_str());
    }
    assert!("chief".parse::<Role>().is_err());
}

/// Whatever tells of a single pupil.
const OF_PUPILS: &[Permission] = &[
    Permission::StudentRead,
    Permission::StudentWrite,
    Permission::RosterImport,
    Permission::VisionRead,
    Permission::VisionWrite,
    Permission::VisionCorrect,
    Permission::VisionRound,
    Permission::HealthfileRead,
    Permission::HealthfileReaders,
];

#[rstest]
#[case(Role::SystemAdmin)]
#[case(Role::SecurityAdmin)]
#[case(Role::AuditAdmin)]
#[case(Role::HealthAuthority)]
fn administrators_and_authorities_reach_no_pupil(#[case] role: Role) {
    assert!(OF_PUPILS.iter().all(|permission| !role.allows(*permission)));
}

#[test]
fn the_three_administrators_exclude_everybody_and_the_others_nobody() {
    for one in Role::ALL {
        for other in Role::ALL {
            let expected = one != other && (one.is_administrator() || other.is_administrator());
            assert_eq!(one.excludes(*other), expected, "{one} {other}");
        }
    }
}

#[test]
fn only_administrators_hold_the_system() {
    for role in Role::ALL {
        assert_eq!(role.scopes() == [ScopeKind::System], role.is_administrator(), "{role}");
    }
}

#[test]
fn a_guardian_has_the_own_child_and_nothing_else() {
    assert_eq!(Role::Guardian.scopes(), [ScopeKind::Child]);
    assert_eq!(Role::Guardian.permissions(), [Permission::HealthfileRead, Permission::HealthfileReaders]);
}
