//! Living in: one room at a time, from a day to a day.

use chrono::NaiveDate;

use super::amend::{Amendment, Desk, Direction, Gathered, amend};
use super::context::{Context, no_such_pupil, refuse};
use super::dossier::dossier_of;
use super::enrolment::hold_schools;
use super::FieldChange;
use crate::access::Authorised;
use crate::kernel::db::Conn;
use crate::kernel::error::{Error, Fault, Result};
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
    let room = room.ok_or_else(|| Fault::new("unknown_room", "本校没有这间寝室", "the school has no such room"))?;
    match room.dormitory_sex.parse::<Sex>() {
        Ok(other) if other != sex => Err(Fault::new(
            "dormitory_sex",
            "这栋宿舍楼不住该性别的学生",
            "the dormitory does not take pupils of this sex",
        )),
        _ => Ok(()),
    }
}

/// Moves a pupil into a room, or out of the dormitory (`None`), from a day on. The pupil must be on
/// the roll of the school.
///
/// # Errors
/// 409 `conflict` when the pupil was changed in the same moment; 422 `unknown_room`,
/// `dormitory_sex` at `/room_id`, `too_far_ahead`, `before_first_day` at `/on`.
pub(in crate::student) fn set_stay(
    c: &mut Conn,
    ctx: Context<'_>,
    student: &Authorised<kind::Student>,
    room: Option<Id<kind::Room>>,
    on: NaiveDate,
) -> Result<()> {
    hold_schools(c, [student.school_id()])?;
    let dossier = dossier_of(c, student.id())?.ok_or_else(no_such_pupil)?;
    let school = student.school_id();
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
    amend(c, desk, &mut gathered, &dossier, &amendment)?.ok_or_else(changed_meanwhile)?;
    gathered.write(c, ctx)
}

/// The pupil was changed between reading and writing.
pub(super) fn changed_meanwhile() -> Error {
    Error::unavailable(1)
}
