//! One marker type for each permission, so that a handler says in its signature what it needs:
//! `Can<ReadVision>`.

use super::policy::Permission;

/// A permission at compile time.
pub trait Permit: 'static {
    /// The permission that the handler needs.
    const PERMISSION: Permission;
}

macro_rules! permits {
    ($($(#[$doc:meta])* $name:ident = $permission:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub enum $name {}

        impl Permit for $name {
            const PERMISSION: Permission = Permission::$permission;
        }
    )+};
}

permits! {
    /// One's own account.
    Me = Me;
    /// Judging without storing.
    Judge = Judge;
    /// Seeing schools, classes, dormitories, terms.
    ReadOrg = OrgRead;
    /// Keeping schools, classes, dormitories, terms.
    WriteOrg = OrgWrite;
    /// Seeing pupils.
    ReadStudents = StudentRead;
    /// Keeping pupils.
    WriteStudents = StudentWrite;
    /// Importing the roster.
    ImportRoster = RosterImport;
    /// Seeing vision screenings.
    ReadVision = VisionRead;
    /// Entering vision screenings.
    WriteVision = VisionWrite;
    /// Correcting vision screenings.
    CorrectVision = VisionCorrect;
    /// Opening a round of vision screening.
    OpenVisionRound = VisionRound;
    /// Seeing a health file.
    ReadHealthfile = HealthfileRead;
    /// Seeing who looked at a health file.
    ReadHealthfileReaders = HealthfileReaders;
    /// Statistics of one's own school.
    ReadSchoolStats = StatsSchool;
    /// Statistics of a region.
    ReadStats = StatsRead;
    /// Seeing accounts.
    ReadAccounts = AccountRead;
    /// Keeping accounts.
    WriteAccounts = AccountWrite;
    /// Granting and revoking roles.
    WriteGrants = GrantWrite;
    /// Seeing and ending sessions of others.
    EndSessions = SessionEnd;
    /// Reading the audit trail.
    ReadAudit = AuditRead;
}
