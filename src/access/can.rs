//! What every handler asks for: `Can<ReadVision>` in its signature lets in those who may read vision
//! screenings somewhere, and knows how far they reach.

use std::future::{Ready, ready};
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use chrono::{NaiveDate, NaiveDateTime};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Integer;

use super::audit::Author;
use super::authorised::{Authorised, AuthorisedRegion, AuthorisedSystem, Standing};
use super::door;
use super::permit::{Me, Permit};
use super::policy::{Permission, Role, ScopeKind};
use super::scope::{Grant, Reach, RegionCode, Scope};
use crate::kernel::Kernel;
use crate::kernel::db::Conn;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{Id, kind};
use crate::kernel::text::Text;
use crate::schema::{class, enrolment, school};

/// Who acts, as it stands at this request.
#[derive(Debug, Clone)]
pub struct Actor {
    /// The account; 0 at the console of the machine.
    pub account_id: Id<kind::Account>,
    /// The session; 0 at the console of the machine.
    pub session_id: Id<kind::Session>,
    /// The user name.
    pub username: String,
    /// What people call them.
    pub display_name: String,
    /// The grants in force today.
    pub grants: Vec<Grant>,
    /// The request, as logs and audit name it.
    pub request_id: String,
    /// The moment of the request, in UTC.
    pub at: NaiveDateTime,
    /// The day of the request, in Asia/Shanghai.
    pub today: NaiveDate,
    /// Whether the password is a temporary one.
    pub must_change_password: bool,
}

impl Actor {
    /// The account for columns such as `created_by`; none at the console of the machine.
    pub fn account(&self) -> Option<Id<kind::Account>> {
        (self.account_id.raw() != 0).then_some(self.account_id)
    }

    /// Everything the actor may do somewhere, each once, in the order of the policy.
    pub fn permissions(&self) -> Vec<Permission> {
        let may = |permission: &Permission| {
            permission.for_everyone() || self.grants.iter().any(|grant| grant.role.allows(*permission))
        };
        Permission::ALL.iter().copied().filter(may).collect()
    }
}

impl From<&Actor> for Author {
    fn from(actor: &Actor) -> Self {
        Self { account: actor.account(), request_id: actor.request_id.clone(), at: actor.at }
    }
}

/// Proof that the caller is signed in and holds the permission `P` somewhere. Where exactly is
/// asked of [`Can::scope`], or one subject at a time of [`Can::school`], [`Can::class`],
/// [`Can::student`] and their like. Cheap to clone.
pub struct Can<P> {
    known: Arc<Known>,
    permit: PhantomData<fn() -> P>,
}

struct Known {
    actor: Actor,
    reach: Reach,
}

impl<P> Clone for Can<P> {
    fn clone(&self) -> Self {
        Self { known: Arc::clone(&self.known), permit: PhantomData }
    }
}

impl<P> Deref for Can<P> {
    type Target = Actor;

    fn deref(&self) -> &Actor {
        &self.known.actor
    }
}

impl<P> From<&Can<P>> for Author {
    fn from(can: &Can<P>) -> Self {
        Self::from(can.actor())
    }
}

impl<P> Can<P> {
    /// The same person with another permission, where they hold it: for a page that shows more to
    /// whom more is granted.
    pub fn also<Q: Permit>(&self) -> Option<Can<Q>> {
        let held = self.actor().permissions().contains(&Q::PERMISSION);
        held.then(|| Can::new(self.actor().clone()).ok()).flatten()
    }

    /// Who acts.
    pub fn actor(&self) -> &Actor {
        &self.known.actor
    }

    /// How far the permission reaches: the conditions for lists, exports and counts.
    pub fn scope(&self) -> &Reach {
        &self.known.reach
    }

    /// The school, if it may be seen. A teacher sees the own school without reaching all of it: a
    /// list of classes or pupils still needs [`Reach::classes_filter`] or
    /// [`Reach::students_filter`].
    ///
    /// # Errors
    /// 404 when it is not there or not for the caller.
    pub fn school(&self, c: &mut Conn, id: Id<kind::School>) -> Result<Authorised<kind::School>> {
        self.school_by(c, id, self.scope().which_school())
    }

    /// The school, if it is reached whole, as every write to a school needs.
    ///
    /// # Errors
    /// 404 when it is not there or not for the caller.
    pub fn whole_school(&self, c: &mut Conn, id: Id<kind::School>) -> Result<Authorised<kind::School>> {
        self.school_by(c, id, self.scope().which_whole_school())
    }

    fn school_by(
        &self,
        c: &mut Conn,
        id: Id<kind::School>,
        which: String,
    ) -> Result<Authorised<kind::School>> {
        let (number, county) = school::table
            .find(id.raw())
            .select((sql::<Integer>(&which), school::county_code))
            .first::<(i32, i32)>(c)
            .optional()?
            .ok_or_else(not_for_you)?;
        let grant = self.grant_number(number)?;
        Ok(Authorised::new(id, Standing { school: id, county, class: None }, grant))
    }

    /// The class, if it may be reached.
    ///
    /// # Errors
    /// 404 when it is not there or not for the caller.
    pub fn class(&self, c: &mut Conn, id: Id<kind::Class>) -> Result<Authorised<kind::Class>> {
        let (number, school, county) = class::table
            .inner_join(school::table.on(school::id.eq(class::school_id)))
            .filter(class::id.eq(id.raw()))
            .select((sql::<Integer>(&self.scope().which_class()), class::school_id, school::county_code))
            .first::<(i32, i64, i32)>(c)
            .optional()?
            .ok_or_else(not_for_you)?;
        let grant = self.grant_number(number)?;
        let standing = Standing { school: Id::from_raw(school), county, class: Some(id) };
        Ok(Authorised::new(id, standing, grant))
    }

    /// The pupil, if one of the enrolments may be reached; of several the open and newest counts.
    ///
    /// # Errors
    /// 404 when the pupil is not there or not for the caller.
    pub fn student(&self, c: &mut Conn, id: Id<kind::Student>) -> Result<Authorised<kind::Student>> {
        type Row = (i32, i64, i64, i32, NaiveDate, Option<NaiveDate>);
        let rows: Vec<Row> = enrolment::table
            .inner_join(school::table.on(school::id.eq(enrolment::school_id)))
            .filter(enrolment::student_id.eq(id.raw()))
            .select((
                sql::<Integer>(&self.scope().which_enrolment()),
                enrolment::school_id,
                enrolment::class_id,
                school::county_code,
                enrolment::from_on,
                enrolment::to_on,
            ))
            .load(c)?;
        let newest = |row: &&Row| (row.5.unwrap_or(NaiveDate::MAX), row.4);
        let reached = rows.iter().filter(|row| row.0 >= 0).max_by_key(newest).ok_or_else(not_for_you)?;
        let (number, school, class, county, ..) = *reached;
        let grant = self.grant_number(number)?;
        let standing = Standing { school: Id::from_raw(school), county, class: Some(Id::from_raw(class)) };
        Ok(Authorised::new(id, standing, grant))
    }

    /// The region, if it lies within one the caller holds.
    ///
    /// # Errors
    /// 403 otherwise: that a region exists is no secret.
    pub fn region(&self, code: RegionCode) -> Result<AuthorisedRegion> {
        let holds = |grant: &&Grant| matches!(grant.scope, Scope::Region(own) if own.contains(code));
        let grant = self.scope().grants().iter().find(holds).ok_or_else(Error::forbidden)?;
        Ok(AuthorisedRegion::new(code, *grant))
    }

    /// The regions the caller holds with this permission.
    pub fn regions(&self) -> Vec<AuthorisedRegion> {
        let own = |grant: &Grant| match grant.scope {
            Scope::Region(code) => Some(AuthorisedRegion::new(code, *grant)),
            _ => None,
        };
        self.scope().grants().iter().filter_map(own).collect()
    }

    /// The system as a whole, for what belongs to no school.
    ///
    /// # Errors
    /// 403 for everyone whose permission ends at a school or a region.
    pub fn system(&self) -> Result<AuthorisedSystem> {
        let whole = |grant: &&Grant| grant.scope.kind() == ScopeKind::System;
        let grant = self.scope().grants().iter().find(whole).ok_or_else(Error::forbidden)?;
        Ok(AuthorisedSystem::new(*grant))
    }

    fn grant_number(&self, number: i32) -> Result<Grant> {
        let place = usize::try_from(number).map_err(|_| not_for_you())?;
        self.scope().grants().get(place).copied().ok_or_else(not_for_you)
    }
}

impl<P: Permit> Can<P> {
    /// Checks the permission of an actor.
    ///
    /// # Errors
    /// 403 `password_change_required` with a temporary password, `forbidden` without the
    /// permission.
    fn new(actor: Actor) -> Result<Self> {
        let permission = P::PERMISSION;
        if actor.must_change_password && permission != Me::PERMISSION {
            return Err(Error::refused(
                "password_change_required",
                Text::new("请先修改初始密码。", "Please change the temporary password first."),
            ));
        }
        let grants: Vec<Grant> =
            actor.grants.iter().filter(|grant| grant.role.allows(permission)).copied().collect();
        if grants.is_empty() && !permission.for_everyone() {
            tracing::warn!(
                account = %actor.account_id,
                permission = permission.as_str(),
                request_id = %actor.request_id,
                "permission denied"
            );
            return Err(Error::forbidden());
        }
        let reach = Reach::new(grants, actor.today);
        Ok(Self { known: Arc::new(Known { actor, reach }), permit: PhantomData })
    }

    /// The right of whoever works at the console of the machine: one role in one scope. For
    /// commands, never for requests.
    ///
    /// # Errors
    /// 403 when the role does not carry the permission or is not held in such a scope.
    pub fn at_console(kernel: &Kernel, role: Role, scope: Scope) -> Result<Self> {
        if !role.scopes().contains(&scope.kind()) {
            return Err(Error::forbidden());
        }
        Self::new(Actor {
            account_id: Id::from_raw(0),
            session_id: Id::from_raw(0),
            username: String::new(),
            display_name: "控制台 console".to_owned(),
            grants: vec![Grant { id: Id::from_raw(0), role, scope }],
            request_id: "console".to_owned(),
            at: kernel.clock.stamp(),
            today: kernel.clock.today(),
            must_change_password: false,
        })
    }
}

impl<P: Permit> FromRequest for Can<P> {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(door::actor_of(request).and_then(Self::new))
    }
}

pub(super) fn account_disabled() -> Error {
    Error::unauthenticated("account_disabled", Text::new("账号已停用。", "The account has been disabled."))
}

/// Not there, or not for the caller: the two look alike.
pub(super) fn not_for_you() -> Error {
    Error::not_found(Text::new(
        "没有这条记录，或者不在您的授权范围内。",
        "There is no such record, or it is outside what you may see.",
    ))
}
