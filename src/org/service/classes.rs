//! Classes: kept by the school's registrar, found or made by the roster import.

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::{Changed, Faults, Found, already_there, kept_school, nothing_here, school_of};
use crate::access::audit::{self, Entry, Subject};
use crate::access::permit::{ReadOrg, WriteOrg};
use crate::access::{Actor, Authorised, Can};
use crate::kernel::db::Conn;
use crate::kernel::error::{Error, Fault, Result};
use crate::kernel::ids::{Id, Ids, kind};
use crate::kernel::text::Text;
use crate::org::facts::ClassFacts;
use crate::org::rules::{
    ClassNumber, SHORT_NAME_LENGTH, SchoolKind, SchoolYear, Stage, line, school_year_on,
};
use crate::org::store::{self, ClassFilter, ClassKey, ClassPlace, NewClass};

/// A class to be made.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "stage": "primary", "entry_year": 2024, "number": 2 }))]
pub struct ClassInput {
    /// Its stage, one that the kind of school holds.
    #[schema(value_type = Stage)]
    pub stage: String,
    /// The school year of its first year in the stage, by the year it begins in; at most the next.
    #[schema(value_type = SchoolYear)]
    pub entry_year: i32,
    /// Its number within the grade, 1 to 99.
    #[schema(minimum = 1, maximum = 99)]
    pub number: i32,
    /// A name of its own, 1 to 30 characters.
    pub name: Option<String>,
}

/// What can change of a class. Stage and entry year cannot: the grades of all its past follow from
/// them.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "number": 2, "name": "宏志班" }))]
pub struct ClassUpdate {
    /// Its number within the grade, 1 to 99.
    #[schema(minimum = 1, maximum = 99)]
    pub number: i32,
    /// A name of its own, 1 to 30 characters; null for none.
    pub name: Option<String>,
}

fn class_number(number: i32) -> std::result::Result<ClassNumber, Fault> {
    let number = i16::try_from(number).ok().and_then(ClassNumber::from_number);
    number.ok_or_else(|| Fault::new("class_number", "班号应为1–99", "a class number is 1 to 99"))
}

fn own_name(name: Option<&str>) -> std::result::Result<Option<String>, Fault> {
    name.map(|name| line(name, SHORT_NAME_LENGTH)).transpose()
}

/// The fault of a stage that a kind of school does not hold.
pub(super) fn stage_not_in_school(kind: SchoolKind, stage: Stage) -> Fault {
    let (kind, stage) = (kind.name(), stage.name());
    Fault::new(
        "stage_not_in_school",
        format!("{}没有{}班级", kind.zh, stage.zh),
        format!("{} has no classes of the stage {}", kind.en, stage.en),
    )
}

fn stage_in(kind: SchoolKind, stage: Stage) -> std::result::Result<Stage, Fault> {
    if kind.holds(stage) { Ok(stage) } else { Err(stage_not_in_school(kind, stage)) }
}

/// A class may be made ready for the coming school year, not for a later one.
fn begun_or_next(entered: SchoolYear, actor: &Actor) -> std::result::Result<SchoolYear, Fault> {
    let latest = school_year_on(actor.today).and_then(SchoolYear::next);
    if latest.is_some_and(|latest| entered <= latest) {
        return Ok(entered);
    }
    Err(Fault::new(
        "entry_year_future",
        "入学年份最晚为下一学年",
        "the entry year is at most the coming school year",
    ))
}

fn class_exists(existing: &ClassFacts) -> Error {
    let text = Text::new("这个年级已有同号的班级。", "The grade has a class of this number.");
    already_there("class_exists", text, existing.id)
}

fn check(kind: SchoolKind, actor: &Actor, input: &ClassInput) -> Result<(ClassKey, Option<String>)> {
    let mut faults = Faults::default();
    let entered = SchoolYear::try_from(input.entry_year).and_then(|year| begun_or_next(year, actor));
    let stage = faults.take("/stage", input.stage.parse().and_then(|stage| stage_in(kind, stage)));
    let entry_year = faults.take("/entry_year", entered);
    let number = faults.take("/number", class_number(input.number));
    let name = faults.take("/name", own_name(input.name.as_deref()));
    let checked = (|| {
        let key = ClassKey { stage: stage?, entry_year: entry_year?, number: number? };
        Some((key, name?))
    })();
    faults.end(checked)
}

/// Makes a class.
///
/// # Errors
/// 404; 403 for the system administrator; 409 `class_exists`; 422.
pub fn create_class(
    c: &mut Conn,
    ids: &Ids,
    can: &Can<WriteOrg>,
    school: Id<kind::School>,
    input: &ClassInput,
) -> Result<ClassFacts> {
    let at = kept_school(c, can, school)?;
    let kind = school_of(c, school)?.kind;
    let (key, name) = check(kind, can.actor(), input)?;
    let found = put_class(c, ids, can.actor(), &at, key, name)?;
    if found.created { Ok(found.record) } else { Err(class_exists(&found.record)) }
}

/// The class with this stage, entry year and number; made when the school has none.
///
/// # Errors
/// 422 `stage_not_in_school`, `entry_year_future`, at no pointer: the caller knows the cell.
pub fn find_or_create_class(
    c: &mut Conn,
    ids: &Ids,
    actor: &Actor,
    school: &Authorised<kind::School>,
    stage: Stage,
    entry_year: SchoolYear,
    number: ClassNumber,
) -> Result<Found<ClassFacts>> {
    let key = ClassKey { stage, entry_year, number };
    if let Some(record) = store::class_by_key(c, school, key)? {
        return Ok(Found { record, created: false });
    }
    let kind = school_of(c, school.id())?.kind;
    let mut faults = Faults::default();
    faults.take("", stage_in(kind, stage));
    faults.take("", begun_or_next(entry_year, actor));
    faults.end(Some(()))?;
    put_class(c, ids, actor, school, key, None)
}

/// Writes the class unless there is one; the one that is there then counts.
fn put_class(
    c: &mut Conn,
    ids: &Ids,
    actor: &Actor,
    school: &Authorised<kind::School>,
    key: ClassKey,
    name: Option<String>,
) -> Result<Found<ClassFacts>> {
    let row = NewClass {
        school_id: school.id(),
        id: ids.next(),
        stage: key.stage,
        entry_year: key.entry_year,
        number: key.number,
        name,
        version: 1,
        created_at: actor.at,
    };
    let created = store::insert_class(c, school, &row)?;
    let record = store::class_by_key(c, school, key)?.ok_or_else(|| Error::unavailable(1))?;
    if created {
        let entry = Entry::new("class_created", Subject::new("class", row.id))
            .in_school(school.id())
            .because(school.reason())
            .detail(json!({ "stage": key.stage, "entry_year": key.entry_year, "number": key.number }));
        audit::record(c, actor, entry)?;
    }
    Ok(Found { record, created })
}

/// Changes number and name of a class.
///
/// # Errors
/// 404; 409 `class_exists`; 422.
pub fn change_class(
    c: &mut Conn,
    can: &Can<WriteOrg>,
    id: Id<kind::Class>,
    read: i32,
    input: &ClassUpdate,
) -> Result<Changed<ClassFacts>> {
    let at = can.class(c, id)?;
    let school = kept_school(c, can, at.school_id())?;
    let before = class_of(c, &at)?;
    if before.version != read {
        return Ok(Changed::Stale(before));
    }
    let mut faults = Faults::default();
    let number = faults.take("/number", class_number(input.number));
    let name = faults.take("/name", own_name(input.name.as_deref()));
    let (number, name) = faults.end(number.zip(name))?;
    let key = ClassKey { stage: before.stage, entry_year: before.entry_year, number };
    if let Some(other) = store::class_by_key(c, &school, key)?.filter(|other| other.id != id) {
        return Err(class_exists(&other));
    }
    let written = store::update_class(c, &at, read, number, name.as_deref())?;
    let after = class_of(c, &at)?;
    if !written {
        return Ok(Changed::Stale(after));
    }
    let told = |class: &ClassFacts| json!({ "number": class.number, "name": class.name });
    let entry = Entry::new("class_changed", Subject::new("class", id))
        .in_school(school.id())
        .because(at.reason())
        .detail(json!({ "before": told(&before), "after": told(&after) }));
    audit::record(c, can, entry)?;
    Ok(Changed::Done(after))
}

/// What is known of a class.
///
/// # Errors
/// 404.
pub fn class_of(c: &mut Conn, at: &Authorised<kind::Class>) -> Result<ClassFacts> {
    store::class(c, at)?.ok_or_else(nothing_here)
}

/// These classes of a school that may be seen, for their names; the caller leaves out those that are
/// not reached.
///
/// # Errors
/// Those of the database.
pub fn classes_called(
    c: &mut Conn,
    at: &Authorised<kind::School>,
    ids: &[Id<kind::Class>],
) -> Result<Vec<ClassFacts>> {
    let ids: Vec<i64> = ids.iter().map(|id| id.raw()).collect();
    store::classes_called(c, &[at.id().raw()], &ids)
}

/// Which classes a list shows.
#[derive(Debug, Clone)]
pub(in crate::org) struct ClassQuery {
    /// The school year that grades and graduation are told for.
    pub year: SchoolYear,
    /// Also those that have graduated.
    pub all: bool,
    pub after: Option<ClassPlace>,
    pub rows: i64,
}

/// The place of a class in the list, for the next page.
pub(in crate::org) fn class_place(class: &ClassFacts) -> ClassPlace {
    (store::rank_of(class.stage), class.entry_year.number(), class.number.number())
}

/// The classes of a school that the caller may see: by stage from the lowest, the youngest grade
/// first.
///
/// # Errors
/// 404.
pub(in crate::org) fn classes_of(
    c: &mut Conn,
    can: &Can<ReadOrg>,
    school: Id<kind::School>,
    query: &ClassQuery,
) -> Result<Vec<ClassFacts>> {
    let at = can.school(c, school)?;
    let not_graduated_by = match query.all {
        true => None,
        false => Some((query.year, school_of(c, school)?.system)),
    };
    let filter = ClassFilter { not_graduated_by, after: query.after };
    store::classes(c, &at, can.scope().classes_filter(), &filter, query.rows)
}

/// The classes of a school that the caller reaches and that have not graduated by the school year, in
/// the same order; at most 500.
///
/// # Errors
/// 404.
pub fn current_classes<P>(
    c: &mut Conn,
    can: &Can<P>,
    school: Id<kind::School>,
    year: SchoolYear,
) -> Result<Vec<ClassFacts>> {
    const MOST: i64 = 500;
    let at = can.school(c, school)?;
    let system = school_of(c, school)?.system;
    let filter = ClassFilter { not_graduated_by: Some((year, system)), after: None };
    store::classes(c, &at, can.scope().classes_filter(), &filter, MOST)
}
