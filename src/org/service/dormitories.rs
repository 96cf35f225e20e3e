//! Dormitories and their rooms: kept by the school's registrar, found or made by the import.

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::{Changed, Faults, Found, already_there, kept_school, nothing_here};
use crate::access::audit::{self, Entry, Subject};
use crate::access::permit::{ReadOrg, WriteOrg};
use crate::access::{Actor, Authorised, Can};
use crate::kernel::db::Conn;
use crate::kernel::error::{Error, Fault, Result};
use crate::kernel::ids::{Id, Ids, kind};
use crate::kernel::text::Text;
use crate::org::facts::{DormitoryFacts, Dwellers, RoomFacts};
use crate::org::rules::{SHORT_NAME_LENGTH, line};
use crate::org::store::{self, NewDormitory, NewRoom};

/// Most beds a room can have.
const BEDS: i16 = 100;

/// A dormitory as it is to be.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "name": "1号楼", "dwellers": "F" }))]
pub struct DormitoryInput {
    /// Its name, 1 to 30 characters, unique in the school.
    pub name: String,
    /// Who lives there.
    #[schema(value_type = Dwellers)]
    pub dwellers: String,
}

/// A room as it is to be.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "name": "203", "beds": 8 }))]
pub struct RoomInput {
    /// Its name or number, 1 to 30 characters, unique in the dormitory.
    pub name: String,
    /// How many beds it has, 0 to 100; 0 while nobody has counted.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 100)]
    pub beds: i32,
}

/// A room with its dormitory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomPlace {
    /// The room.
    pub room: RoomFacts,
    /// The dormitory it is in.
    pub dormitory: DormitoryFacts,
}

/// A dormitory with its rooms, by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Furnished {
    /// The dormitory.
    pub dormitory: DormitoryFacts,
    /// Its rooms.
    pub rooms: Vec<RoomFacts>,
}

fn check_dormitory(input: &DormitoryInput) -> Result<(String, Dwellers)> {
    let mut faults = Faults::default();
    let name = faults.take("/name", line(&input.name, SHORT_NAME_LENGTH));
    let dwellers = faults.take("/dwellers", input.dwellers.parse());
    faults.end(name.zip(dwellers))
}

fn check_room(input: &RoomInput) -> Result<(String, i16)> {
    let mut faults = Faults::default();
    let name = faults.take("/name", line(&input.name, SHORT_NAME_LENGTH));
    let beds = i16::try_from(input.beds).ok().filter(|beds| (0..=BEDS).contains(beds));
    let fault = || Fault::new("beds", "床位数应为0–100", "the number of beds is 0 to 100");
    let beds = faults.take("/beds", beds.ok_or_else(fault));
    faults.end(name.zip(beds))
}

fn dormitory_exists(existing: &DormitoryFacts) -> Error {
    let text = Text::new("已有同名的宿舍楼。", "The school has a dormitory of this name.");
    already_there("dormitory_exists", text, existing.id)
}

fn room_exists(existing: &RoomFacts) -> Error {
    let text = Text::new("这栋宿舍楼已有同名的寝室。", "The dormitory has a room of this name.");
    already_there("room_exists", text, existing.id)
}

/// Makes a dormitory.
///
/// # Errors
/// 404; 403 for the system administrator; 409 `dormitory_exists`; 422.
pub fn create_dormitory(
    c: &mut Conn,
    ids: &Ids,
    can: &Can<WriteOrg>,
    school: Id<kind::School>,
    input: &DormitoryInput,
) -> Result<DormitoryFacts> {
    let at = kept_school(c, can, school)?;
    let (name, dwellers) = check_dormitory(input)?;
    let found = put_dormitory(c, ids, can.actor(), &at, name, dwellers)?;
    if found.created { Ok(found.record) } else { Err(dormitory_exists(&found.record)) }
}

/// The dormitory of this name; made when the school has none.
///
/// # Errors
/// 422 at no pointer: the caller knows the cell.
pub fn find_or_create_dormitory(
    c: &mut Conn,
    ids: &Ids,
    actor: &Actor,
    school: &Authorised<kind::School>,
    name: &str,
    dwellers: Dwellers,
) -> Result<Found<DormitoryFacts>> {
    let name = line(name, SHORT_NAME_LENGTH).map_err(|fault| Error::invalid(vec![fault.at("")]))?;
    match store::dormitory_by_name(c, school, &name)? {
        Some(record) => Ok(Found { record, created: false }),
        None => put_dormitory(c, ids, actor, school, name, dwellers),
    }
}

fn put_dormitory(
    c: &mut Conn,
    ids: &Ids,
    actor: &Actor,
    school: &Authorised<kind::School>,
    name: String,
    sex: Dwellers,
) -> Result<Found<DormitoryFacts>> {
    let row = NewDormitory { school_id: school.id(), id: ids.next(), name, sex, version: 1 };
    let created = store::insert_dormitory(c, school, &row)?;
    let record = store::dormitory_by_name(c, school, &row.name)?.ok_or_else(|| Error::unavailable(1))?;
    if created {
        let entry = Entry::new("dormitory_created", Subject::new("dormitory", row.id))
            .in_school(school.id())
            .because(school.reason())
            .detail(json!({ "name": row.name, "dwellers": row.sex }));
        audit::record(c, actor, entry)?;
    }
    Ok(Found { record, created })
}

/// Changes name and dwellers of a dormitory.
///
/// # Errors
/// 404; 403 for the system administrator; 409 `dormitory_exists`; 422.
pub fn change_dormitory(
    c: &mut Conn,
    can: &Can<WriteOrg>,
    school: Id<kind::School>,
    id: Id<kind::Dormitory>,
    read: i32,
    input: &DormitoryInput,
) -> Result<Changed<DormitoryFacts>> {
    let at = kept_school(c, can, school)?;
    let before = store::dormitory(c, &at, id)?.ok_or_else(nothing_here)?;
    if before.version != read {
        return Ok(Changed::Stale(before));
    }
    let (name, dwellers) = check_dormitory(input)?;
    if let Some(other) = store::dormitory_by_name(c, &at, &name)?.filter(|other| other.id != id) {
        return Err(dormitory_exists(&other));
    }
    let Some(after) = store::update_dormitory(c, &at, id, read, (&name, dwellers))? else {
        return Ok(Changed::Stale(store::dormitory(c, &at, id)?.ok_or_else(nothing_here)?));
    };
    let told = |it: &DormitoryFacts| json!({ "name": it.name, "dwellers": it.dwellers });
    let entry = Entry::new("dormitory_changed", Subject::new("dormitory", id))
        .in_school(school)
        .because(at.reason())
        .detail(json!({ "before": told(&before), "after": told(&after) }));
    audit::record(c, can, entry)?;
    Ok(Changed::Done(after))
}

/// Adds a room to a dormitory.
///
/// # Errors
/// 404; 403 for the system administrator; 409 `room_exists`; 422.
pub fn add_room(
    c: &mut Conn,
    ids: &Ids,
    can: &Can<WriteOrg>,
    school: Id<kind::School>,
    dormitory: Id<kind::Dormitory>,
    input: &RoomInput,
) -> Result<RoomFacts> {
    let at = kept_school(c, can, school)?;
    let dormitory = store::dormitory(c, &at, dormitory)?.ok_or_else(nothing_here)?;
    let (name, beds) = check_room(input)?;
    let found = put_room(c, ids, can.actor(), &at, dormitory.id, name, beds)?;
    if found.created { Ok(found.record) } else { Err(room_exists(&found.record)) }
}

/// The room of this name in a dormitory; made, without a number of beds, when there is none.
///
/// # Errors
/// 422 at no pointer: the caller knows the cell.
pub fn find_or_create_room(
    c: &mut Conn,
    ids: &Ids,
    actor: &Actor,
    school: &Authorised<kind::School>,
    dormitory: Id<kind::Dormitory>,
    name: &str,
) -> Result<Found<RoomFacts>> {
    let name = line(name, SHORT_NAME_LENGTH).map_err(|fault| Error::invalid(vec![fault.at("")]))?;
    match store::room_by_name(c, school, dormitory, &name)? {
        Some(record) => Ok(Found { record, created: false }),
        None => put_room(c, ids, actor, school, dormitory, name, 0),
    }
}

fn put_room(
    c: &mut Conn,
    ids: &Ids,
    actor: &Actor,
    school: &Authorised<kind::School>,
    dormitory_id: Id<kind::Dormitory>,
    name: String,
    beds: i16,
) -> Result<Found<RoomFacts>> {
    let row = NewRoom { school_id: school.id(), id: ids.next(), dormitory_id, name, beds, version: 1 };
    let created = store::insert_room(c, school, &row)?;
    let record =
        store::room_by_name(c, school, dormitory_id, &row.name)?.ok_or_else(|| Error::unavailable(1))?;
    if created {
        let entry = Entry::new("room_created", Subject::new("room", row.id))
            .in_school(school.id())
            .because(school.reason())
            .detail(json!({ "dormitory": dormitory_id, "name": row.name, "beds": row.beds }));
        audit::record(c, actor, entry)?;
    }
    Ok(Found { record, created })
}

/// Changes name and beds of a room.
///
/// # Errors
/// 404; 403 for the system administrator; 409 `room_exists`; 422.
pub fn change_room(
    c: &mut Conn,
    can: &Can<WriteOrg>,
    school: Id<kind::School>,
    id: Id<kind::Room>,
    read: i32,
    input: &RoomInput,
) -> Result<Changed<RoomFacts>> {
    let at = kept_school(c, can, school)?;
    let before = store::room(c, school, id)?.ok_or_else(nothing_here)?;
    if before.version != read {
        return Ok(Changed::Stale(before));
    }
    let (name, beds) = check_room(input)?;
    let same_name = store::room_by_name(c, &at, before.dormitory, &name)?;
    if let Some(other) = same_name.filter(|other| other.id != id) {
        return Err(room_exists(&other));
    }
    let Some(after) = store::update_room(c, &at, id, read, (&name, beds))? else {
        return Ok(Changed::Stale(store::room(c, school, id)?.ok_or_else(nothing_here)?));
    };
    let told = |it: &RoomFacts| json!({ "name": it.name, "beds": it.beds });
    let entry = Entry::new("room_changed", Subject::new("room", id))
        .in_school(school)
        .because(at.reason())
        .detail(json!({ "before": told(&before), "after": told(&after) }));
    audit::record(c, can, entry)?;
    Ok(Changed::Done(after))
}

/// A room of a school with its dormitory; none when the school has no such room.
///
/// # Errors
/// Those of the database.
pub fn room_of(
    c: &mut Conn,
    school: &Authorised<kind::School>,
    id: Id<kind::Room>,
) -> Result<Option<RoomPlace>> {
    let Some(room) = store::room(c, school.id(), id)? else { return Ok(None) };
    let dormitory = store::dormitory(c, school, room.dormitory)?;
    Ok(dormitory.map(|dormitory| RoomPlace { room, dormitory }))
}

/// A dormitory with its rooms.
///
/// # Errors
/// 404.
pub fn dormitory_of(
    c: &mut Conn,
    can: &Can<ReadOrg>,
    school: Id<kind::School>,
    id: Id<kind::Dormitory>,
) -> Result<Furnished> {
    let at = can.school(c, school)?;
    let dormitory = store::dormitory(c, &at, id)?.ok_or_else(nothing_here)?;
    let rooms = store::rooms_of(c, &at, &[id])?;
    Ok(Furnished { dormitory, rooms })
}

/// Dormitories of a school with their rooms, by name, behind the name `after`; two queries.
///
/// # Errors
/// 404.
pub fn dormitories_of(
    c: &mut Conn,
    can: &Can<ReadOrg>,
    school: Id<kind::School>,
    after: Option<&str>,
    rows: i64,
) -> Result<Vec<Furnished>> {
    let at = can.school(c, school)?;
    let dormitories = store::dormitories(c, &at, after, rows)?;
    let ids: Vec<_> = dormitories.iter().map(|dormitory| dormitory.id).collect();
    let mut rooms = store::rooms_of(c, &at, &ids)?;
    let furnish = |dormitory: DormitoryFacts| {
        let own = rooms.extract_if(.., |room| room.dormitory == dormitory.id).collect();
        Furnished { dormitory, rooms: own }
    };
    Ok(dormitories.into_iter().map(furnish).collect())
}
