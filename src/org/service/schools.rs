//! Schools: made and changed by the system administrator.

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::{Changed, Faults, already_there, nothing_here};
use crate::access::audit::{self, Entry, Subject};
use crate::access::permit::{ReadOrg, WriteOrg};
use crate::access::{Authorised, Can};
use crate::kernel::db::{Conn, lock_for_update};
use crate::kernel::error::{Error, Fault, Result};
use crate::kernel::ids::{Id, Ids, kind};
use crate::kernel::text::Text;
use crate::org::facts::SchoolFacts;
use crate::org::rules::{
    RegionCode, RegionLevel, RegionState, Regions, SCHOOL_NAME_LENGTH, SchoolKind, SchoolSystem, Stage, line,
    school_code,
};
use crate::org::store::{self, NewSchool, SchoolChange, SchoolFilter};

/// A school as it is to be.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "code": "3137000001", "name": "示范县第一小学", "kind": "primary", "boarding": true, "county_code": "370102"
}))]
pub struct SchoolInput {
    /// 学校标识码: 4 to 20 letters, digits or hyphens, unique.
    pub code: String,
    /// Its name, 1 to 100 characters.
    pub name: String,
    /// Its kind.
    #[schema(value_type = SchoolKind)]
    pub kind: String,
    /// 六三制 unless said otherwise.
    #[schema(value_type = Option<SchoolSystem>)]
    pub system: Option<String>,
    /// Whether pupils live there.
    pub boarding: bool,
    /// A county of today's GB/T 2260.
    #[schema(value_type = RegionCode)]
    pub county_code: String,
}

/// The values of a school once they are right.
struct Checked {
    code: String,
    name: String,
    kind: SchoolKind,
    system: SchoolSystem,
    boarding: bool,
    county: RegionCode,
}

fn check(input: &SchoolInput, county_before: Option<RegionCode>) -> Result<Checked> {
    let mut faults = Faults::default();
    let system = input.system.as_deref().map_or(Ok(SchoolSystem::SixThree), str::parse);
    let code = faults.take("/code", school_code(&input.code));
    let name = faults.take("/name", line(&input.name, SCHOOL_NAME_LENGTH));
    let kind = faults.take("/kind", input.kind.parse());
    let system = faults.take("/system", system);
    let county = input.county_code.parse().and_then(|code| match county_before {
        Some(before) if before == code => Ok(code),
        _ => current_county(code),
    });
    let county = faults.take("/county_code", county);
    let checked = (|| {
        let boarding = input.boarding;
        Some(Checked { code: code?, name: name?, kind: kind?, system: system?, boarding, county: county? })
    })();
    faults.end(checked)
}

/// Checks that the code is a county of today's table.
///
/// # Errors
/// `region_unknown`, `region_retired`, `region_not_a_county`.
fn current_county(code: RegionCode) -> std::result::Result<RegionCode, Fault> {
    let regions = Regions::get();
    match regions.state(code) {
        RegionState::Unknown => Err(Fault::new(
            "region_unknown",
            "行政区划代码表（GB/T 2260）里没有这个代码",
            "this code is not in the table of divisions (GB/T 2260)",
        )),
        RegionState::Retired { last } => Err(Fault::new(
            "region_retired",
            format!("这个行政区划代码已停用，最后见于{last}版，请填写现行代码"),
            format!("this division is no longer in use (last in the revision of {last}); give today's code"),
        )),
        RegionState::Current => match regions.find(code).map(|division| division.level) {
            Some(RegionLevel::County) => Ok(code),
            _ => Err(Fault::new(
                "region_not_a_county",
                "应填写县级行政区划代码",
                "the code of a county is needed, not of a province or prefecture",
            )),
        },
    }
}

fn code_taken(existing: Id<kind::School>) -> Error {
    let text = Text::new("学校标识码已被使用。", "The school code is taken.");
    already_there("school_code_taken", text, existing)
}

/// Makes a school.
///
/// # Errors
/// 403 for everyone but the system administrator; 409 `school_code_taken`; 422.
pub fn create_school(
    c: &mut Conn,
    ids: &Ids,
    can: &Can<WriteOrg>,
    input: &SchoolInput,
) -> Result<SchoolFacts> {
    let whole = can.system()?;
    let checked = check(input, None)?;
    let row = NewSchool {
        id: ids.next(),
        code: checked.code,
        name: checked.name,
        kind: checked.kind,
        system: checked.system,
        boarding: checked.boarding,
        county_code: checked.county,
        version: 1,
        created_at: can.at,
    };
    if !store::insert_school(c, &whole, &row)? {
        let existing = store::school_by_code(c, &row.code)?.ok_or_else(|| Error::unavailable(1))?;
        return Err(code_taken(existing));
    }
    let entry = Entry::new("school_created", Subject::new("school", row.id))
        .in_school(row.id)
        .because(whole.reason())
        .detail(json!({ "code": row.code, "kind": row.kind, "county": row.county_code }));
    audit::record(c, can, entry)?;
    school_of(c, row.id)
}

/// Changes a school. Kind, system and county are bounded by what the school already has: a kind
/// must hold the stages of its classes; the system, by which their grades are computed, and the
/// county, under which their figures stand, are settled by the first class.
///
/// # Errors
/// 404; 403 for everyone but the system administrator; 409 `school_code_taken`; 422
/// `stage_not_in_school`, `settled_by_classes`.
pub fn change_school(
    c: &mut Conn,
    can: &Can<WriteOrg>,
    id: Id<kind::School>,
    read: i32,
    input: &SchoolInput,
) -> Result<Changed<SchoolFacts>> {
    let school = can.whole_school(c, id)?;
    can.system()?;
    lock_for_update(c, "school", "id", id.raw())?;
    let before = school_of(c, id)?;
    if before.version != read {
        return Ok(Changed::Stale(before));
    }
    let checked = check(input, Some(before.county))?;
    check_against_classes(&before, &checked, &store::stages_of(c, &school)?)?;
    if let Some(other) = store::school_by_code(c, &checked.code)?.filter(|other| *other != id) {
        return Err(code_taken(other));
    }
    let change = SchoolChange {
        code: checked.code,
        name: checked.name,
        kind: checked.kind,
        system: checked.system,
        boarding: checked.boarding,
        county_code: checked.county,
        version: read.saturating_add(1),
    };
    let Some(after) = store::update_school(c, &school, read, &change)? else {
        return Ok(Changed::Stale(school_of(c, id)?));
    };
    record_change(c, can, &school, &before, &after)?;
    Ok(Changed::Done(after))
}

fn check_against_classes(before: &SchoolFacts, after: &Checked, stages: &[Stage]) -> Result<()> {
    let mut faults = Faults::default();
    if let Some(stage) = stages.iter().find(|stage| !after.kind.holds(**stage)) {
        faults.take::<()>("/kind", Err(super::classes::stage_not_in_school(after.kind, *stage)));
    }
    let settled = |same: bool| if same || stages.is_empty() { Ok(()) } else { Err(settled_by_classes()) };
    faults.take("/system", settled(before.system == after.system));
    faults.take("/county_code", settled(before.county == after.county));
    faults.end(Some(()))
}

fn settled_by_classes() -> Fault {
    Fault::new(
        "settled_by_classes",
        "学校已有班级，此项不能再改：年级和统计都以它为准",
        "the school has classes, whose grades and figures rest on this; it cannot be changed any more",
    )
}

fn record_change(
    c: &mut Conn,
    can: &Can<WriteOrg>,
    school: &Authorised<kind::School>,
    before: &SchoolFacts,
    after: &SchoolFacts,
) -> Result<()> {
    let told = |school: &SchoolFacts| {
        json!({
            "code": school.code, "name": school.name, "kind": school.kind, "system": school.system,
            "boarding": school.boarding, "county": school.county,
        })
    };
    let entry = Entry::new("school_changed", Subject::new("school", before.id))
        .in_school(before.id)
        .because(school.reason())
        .detail(json!({ "before": told(before), "after": told(after) }));
    audit::record(c, can, entry)
}

/// What is known of a school.
///
/// # Errors
/// 404.
pub fn school_of(c: &mut Conn, id: Id<kind::School>) -> Result<SchoolFacts> {
    store::school(c, id)?.ok_or_else(nothing_here)
}

/// The school with this code, for commands; a request names a school by its id.
///
/// # Errors
/// Those of the database.
pub fn school_by_code(c: &mut Conn, code: &str) -> Result<Option<Id<kind::School>>> {
    match school_code(code) {
        Ok(code) => store::school_by_code(c, &code),
        Err(_) => Ok(None),
    }
}

/// Which schools a list shows.
#[derive(Debug, Clone, Default)]
pub(in crate::org) struct SchoolQuery {
    pub region: Option<String>,
    pub kind: Option<String>,
    pub words: Option<String>,
    pub after: Option<String>,
    pub rows: i64,
}

/// The schools the caller may see, by code.
///
/// # Errors
/// 422.
pub(in crate::org) fn schools(
    c: &mut Conn,
    can: &Can<ReadOrg>,
    query: &SchoolQuery,
) -> Result<Vec<SchoolFacts>> {
    let mut faults = Faults::default();
    let region = query.region.as_deref().map(str::parse::<RegionCode>).transpose();
    let kind = query.kind.as_deref().map(str::parse::<SchoolKind>).transpose();
    let words = query.words.as_deref().map(|words| line(words, SCHOOL_NAME_LENGTH)).transpose();
    let after = query.after.as_deref().map(school_code).transpose();
    let region = faults.take("/query/region", region);
    let kind = faults.take("/query/kind", kind);
    let words = faults.take("/query/q", words);
    let after = faults.take("/query/cursor", after);
    let filter = (|| {
        let counties = region?.map(RegionCode::range);
        Some(SchoolFilter { counties, kind: kind?, words: words?, after: after? })
    })();
    let filter = faults.end(filter)?;
    store::schools(c, can.scope().schools_filter(), &filter, query.rows)
}

/// The schools in which the caller has this permission, by code; at most `rows`.
///
/// # Errors
/// Those of the database.
pub fn reached_schools<P>(c: &mut Conn, can: &Can<P>, rows: i64) -> Result<Vec<SchoolFacts>> {
    let filter = SchoolFilter { counties: None, kind: None, words: None, after: None };
    store::schools(c, can.scope().schools_filter(), &filter, rows)
}
