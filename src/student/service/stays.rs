//! Living in: one room at a time, from a day to a day.

use chrono::NaiveDate;

use super::FieldChange;
use super::amend::{Amendment, Desk, Direction, Gathered, amend};
use super::context::{Context, no_such_pupil, refuse};
use super::dossier::dossier_of;
use super::enrolment::hold_schools;
use crate::access::Authorised;
use crate::kernel::db::Conn;
use crate::kernel::error::{Fault, Result};
use crate::kernel::ids::{Id, kind};
use crate::org::rules::Sex;
use crate::student::rules::{check_announced, check_leaving};
use crate::student::store::{RoomOf, StayRow};

/// A new stay, not yet written.
pub(super) fn new_stay(
    ctx: Context<'_>,
    school: Id<kind::School>,
    student: Id<kind::Student>,
    room: Id<kind::Room>,
    on: NaiveDate,
) -> StayRow {
    StayRow {
        school_id: school,
        id: ctx.kernel.ids.next(),
        student_id: student,
        room_id: room,
        from_on: on,
        to_on: None,
        created_at: ctx.actor.at,
        created_by: ctx.actor.account(),
    }
}

/// Checks that the room is one of the school's and its dormitory takes the pupil's sex:
/// `unknown_room`, `dormitory_sex`.
pub(super) fn check_room(rooms: &[RoomOf], room: Id<kind::Room>, sex: Sex) -> std::result::Result<(), Fault> {
    let room = rooms.iter().find(|known| known.id == room);
    let room =
        room.ok_or_else(|| Fault::new("unknown_room", "本校没有这间寝室", "the school has no such room"))?;
    match room.dormitory_sex.parse::<Sex>() {
        Ok(other) if other != sex => Err(Fault::new(
            "dormitory_sex",
            "这栋宿舍楼不住该性别的学生",
            "the dormitory does not take pupils of this sex",
        )),
        _ => Ok(()),
    }
}

/// Moves a pupil into a room, or out of the dormitory (`None`), from a day on. `None` when the
/// pupil's version is not `expected`.
///
/// # Errors
/// 422 `unknown_room`, `dormitory_sex` at `/room_id`, `too_far_ahead`, `before_first_day` at `/on`.
pub(in crate::student) fn set_stay(
    c: &mut Conn,
    ctx: Context<'_>,
    student: &Authorised<kind::Student>,
    expected: i32,
    room: Option<Id<kind::Room>>,
    on: NaiveDate,
) -> Result<Option<i32>> {
    let school = student.school_id();
    hold_schools(c, [school])?;
    let dossier = dossier_of(c, student.id())?.ok_or_else(no_such_pupil)?;
    if dossier.row.version != expected {
        return Ok(None);
    }
    let since = dossier.open_stay(school).map(|open| open.row.from_on);
    let since = since.or(dossier.open_enrolment(school).map(|open| open.row.from_on));
    let faults = [check_announced(on, ctx.today()), check_leaving(since.unwrap_or(on), on)];
    refuse(faults.into_iter().filter_map(|fault| Some(fault.err()?.at("/on"))).collect())?;
    let why = student.reason();
    let desk = Desk { ctx, school, why: &why, on, direction: Direction::Forward };
    let amendment = Amendment {
        changes: vec![FieldChange::Room(room)],
        reason: String::new(),
        source: "form".to_owned(),
    };
    let mut gathered = Gathered::default();
    let amended = amend(c, desk, &mut gathered, &dossier, &amendment)?;
    gathered.write(c, ctx)?;
    Ok(amended.map(|amended| amended.version))
}
