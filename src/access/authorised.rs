//! What the store asks for: proof that somebody may reach this school, class, pupil or region,
//! and why. Only `access` can make one.

use crate::kernel::ids::{Id, kind};

use super::scope::{Grant, RegionCode};

/// Where an authorised subject stands: its school and county.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Standing {
    pub school: Id<kind::School>,
    pub county: i32,
    pub class: Option<Id<kind::Class>>,
}

/// A subject that the caller may reach with the permission asked for, and the grant that says so.
#[derive(Debug, Clone)]
pub struct Authorised<K: 'static> {
    id: Id<K>,
    standing: Standing,
    grant: Grant,
}

impl<K> Authorised<K> {
    pub(super) fn new(id: Id<K>, standing: Standing, grant: Grant) -> Self {
        Self { id, standing, grant }
    }

    /// The subject.
    pub fn id(&self) -> Id<K> {
        self.id
    }

    /// The school it belongs to; for a pupil the school of today.
    pub fn school_id(&self) -> Id<kind::School> {
        self.standing.school
    }

    /// The county of that school (GB/T 2260).
    pub fn county(&self) -> i32 {
        self.standing.county
    }

    /// The grant by which it may be reached.
    pub fn grant(&self) -> Grant {
        self.grant
    }

    /// The same in words for the audit trail: role, kind of scope and its place.
    pub fn reason(&self) -> String {
        self.grant.reason()
    }
}

impl Authorised<kind::Student> {
    /// The class the pupil is in today, or was last in.
    pub fn class_id(&self) -> Option<Id<kind::Class>> {
        self.standing.class
    }
}

/// A region that the caller may see the figures of.
#[derive(Debug, Clone)]
pub struct AuthorisedRegion {
    code: RegionCode,
    grant: Grant,
}

impl AuthorisedRegion {
    pub(super) fn new(code: RegionCode, grant: Grant) -> Self {
        Self { code, grant }
    }

    /// The division (GB/T 2260).
    pub fn code(&self) -> RegionCode {
        self.code
    }

    /// First and last county code of the division, both inclusive.
    pub fn range(&self) -> (i32, i32) {
        self.code.range()
    }

    /// The grant by which it may be seen.
    pub fn grant(&self) -> Grant {
        self.grant
    }

    /// The same in words for the audit trail.
    pub fn reason(&self) -> String {
        self.grant.reason()
    }
}

/// The system as a whole, for what belongs to no school (making a school).
#[derive(Debug, Clone)]
pub struct AuthorisedSystem {
    grant: Grant,
}

impl AuthorisedSystem {
    pub(super) fn new(grant: Grant) -> Self {
        Self { grant }
    }

    /// The grant by which it may be done.
    pub fn grant(&self) -> Grant {
        self.grant
    }

    /// The same in words for the audit trail.
    pub fn reason(&self) -> String {
        self.grant.reason()
    }
}
