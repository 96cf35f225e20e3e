//! Lists of pupils within what the caller may see.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::context::stored;
use super::draft::{IDENTITY_NUMBER, identity_index, number_index};
use super::place::masked_numbers;
use crate::access::{Authorised, Can};
use crate::kernel::db::Conn;
use crate::kernel::error::{Fault, Result};
use crate::kernel::ids::{Id, kind};
use crate::kernel::vault::Vault;
use crate::student::rules::{IdentityNumber, PersonName, StudentNumber, query_key};
use crate::student::store::{self, Enrolled, Search, Sought, StudentRow};

/// A pupil in a list.
pub(in crate::student) struct Found {
    pub row: StudentRow,
    /// The present enrolment that the caller may see, or the announced one.
    pub enrolled: Option<Enrolled>,
    pub student_number: Option<String>,
    pub identity_number: Option<String>,
}

/// The most characters that are searched for.
const LONGEST_SEARCH: usize = 60;

/// Refuses what is too long to be a name or a number.
///
/// # Errors
/// `text_length`.
pub(in crate::student) fn check_search(typed: &str) -> std::result::Result<(), Fault> {
    if typed.chars().count() <= LONGEST_SEARCH {
        return Ok(());
    }
    Err(Fault::new(
        "text_length",
        format!("不能超过{LONGEST_SEARCH}个字"),
        format!("has more than {LONGEST_SEARCH} characters"),
    ))
}

/// What a searcher typed: a number, or the beginning of a reading, or a part of a name.
fn sought(vault: &Vault, typed: &str, today: NaiveDate) -> Sought {
    let typed = typed.trim();
    if typed.is_empty() {
        return Sought::Anybody;
    }
    if let Ok(number) = IdentityNumber::parse_on_import(typed, today) {
        return Sought::IdentityNumber(identity_index(vault, &number));
    }
    if let Ok(number) = StudentNumber::parse(typed, today) {
        return Sought::StudentNumber(number_index(vault, &number));
    }
    let key = query_key(typed);
    if key.is_empty() || key.chars().any(|c| c.is_ascii_digit()) {
        return Sought::Nobody;
    }
    let text = PersonName::parse(typed).map_or_else(|_| typed.to_owned(), |name| name.as_str().to_owned());
    let key = if key.is_ascii() { key } else { String::new() };
    Sought::Name { text, key }
}

/// Pupils within the caller's reach, in the order in which they came into the system. Four queries
/// whatever the number.
///
/// # Errors
/// Those of the database.
pub(in crate::student) fn find_pupils<P>(
    c: &mut Conn,
    vault: &Vault,
    can: &Can<P>,
    typed: &str,
    school: Option<Id<kind::School>>,
    after: Option<Id<kind::Student>>,
    limit: i64,
) -> Result<Vec<Found>> {
    let search = Search { reach: can.scope(), school, sought: sought(vault, typed, can.today) };
    let rows = store::find(c, &search, after, limit)?;
    let ids: Vec<i64> = rows.iter().map(|row| row.id.raw()).collect();
    let condition = || can.scope().students_filter();
    let enrolments = store::enrolments_of(c, &ids, Some(&condition))?;
    found(c, vault, rows, enrolments, can.today)
}

/// How many pupils such a search finds.
///
/// # Errors
/// Those of the database.
pub(in crate::student) fn count_pupils<P>(
    c: &mut Conn,
    vault: &Vault,
    can: &Can<P>,
    typed: &str,
    school: Option<Id<kind::School>>,
) -> Result<i64> {
    let search = Search { reach: can.scope(), school, sought: sought(vault, typed, can.today) };
    store::count(c, &search)
}

/// The pupils of a class on a day whom the caller may see, by the reading of their names: who has
/// left the school since is shown here no more than anywhere else. Five queries whatever the size.
///
/// # Errors
/// Those of the database.
pub(in crate::student) fn class_list<P>(
    c: &mut Conn,
    vault: &Vault,
    can: &Can<P>,
    class: &Authorised<kind::Class>,
    on: NaiveDate,
) -> Result<Vec<Found>> {
    let roll = store::roll_of_class(c, class.school_id(), class.id(), on)?;
    let ids: Vec<i64> = roll.iter().map(|row| row.student_id.raw()).collect();
    let visible = store::visible_of(c, can.scope(), &ids)?;
    let mut rows = store::pupils(c, &ids)?;
    rows.retain(|row| visible.contains(&row.id));
    rows.sort_by(|a, b| (&a.name_pinyin, a.id).cmp(&(&b.name_pinyin, b.id)));
    let known = store::classes(c, &[class.id().raw()])?;
    let enrolments =
        roll.into_iter().filter_map(|row| known.first().map(|class| Enrolled { row, class: class.clone() }));
    found(c, vault, rows, enrolments.collect(), can.today)
}

fn found(
    c: &mut Conn,
    vault: &Vault,
    rows: Vec<StudentRow>,
    enrolments: Vec<Enrolled>,
    today: NaiveDate,
) -> Result<Vec<Found>> {
    let ids: Vec<i64> = rows.iter().map(|row| row.id.raw()).collect();
    let numbers = masked_numbers(c, vault, &ids, today)?;
    let mut places: BTreeMap<Id<kind::Student>, Enrolled> = BTreeMap::new();
    for one in enrolments {
        // The oldest comes first: the one that covers today stays, else the next to come.
        let known = places.get(&one.row.student_id);
        if known.is_none_or(|known| !known.row.covers(today)) {
            places.insert(one.row.student_id, one);
        }
    }
    rows.into_iter()
        .map(|row| {
            let key = [row.id.raw()];
            let identity = vault.open_some(IDENTITY_NUMBER, &key, row.identity_number_sealed.as_deref())?;
            let identity = stored(identity.map(|text| IdentityNumber::parse(&text, today)).transpose())?;
            Ok(Found {
                enrolled: places.remove(&row.id),
                student_number: numbers.get(&row.id).cloned(),
                identity_number: identity.map(|number| number.masked()),
                row,
            })
        })
        .collect()
}
