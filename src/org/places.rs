//! Regions, schools, grades, classes and dormitories as places that a grant can reach, by name.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::rules::{GradeCode, RegionCode, RegionLevel, Regions, SchoolYear, school_year_on};
use super::{ClassFacts, SchoolFacts, store};
use crate::access::{self, Authorised, Grade, Place, Places, Scope, ScopeKind, Wanted};
use crate::kernel::db::Conn;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{Id, kind};
use crate::kernel::text::Text;

/// Places shown at once; more words find fewer.
const MOST: usize = 40;

/// How places are found and named.
pub const fn places() -> Places {
    Places { find, names }
}

fn both(text: impl Into<String>) -> Text {
    let text = text.into();
    Text::new(text.clone(), text)
}

fn year_of(today: NaiveDate) -> Result<SchoolYear> {
    school_year_on(today).ok_or_else(|| Error::internal("a day outside every school year"))
}

fn find(c: &mut Conn, wanted: &Wanted<'_>) -> Result<Vec<Place>> {
    let school = |wanted: &Wanted<'_>| wanted.school.cloned();
    match (wanted.kind, school(wanted)) {
        (ScopeKind::Region, _) => Ok(regions(wanted.words)),
        (ScopeKind::School, _) => schools(c, wanted.words),
        (ScopeKind::Grade, Some(at)) => grades(c, &at),
        (ScopeKind::Class, Some(at)) => classes(c, &at, wanted.today),
        (ScopeKind::Dormitory, Some(at)) => dormitories(c, &at),
        _ => Ok(Vec::new()),
    }
}

/// Divisions of today whose whole name holds every word, or whose code begins so; the provinces
/// when nothing is looked for.
fn regions(words: &str) -> Vec<Place> {
    let regions = Regions::get();
    let words: Vec<&str> = words.split_whitespace().collect();
    let named = |code: RegionCode| regions.full_name(code).unwrap_or_default();
    let fits = |code: RegionCode, name: &str| {
        words.iter().all(|word| name.contains(word) || code.to_string().starts_with(word))
    };
    let asked =
        regions.current().filter(|division| !words.is_empty() || division.level == RegionLevel::Province);
    let named = asked.map(|division| (division.code, named(division.code)));
    let place = |(code, name): (RegionCode, String)| {
        let scope = Scope::Region(access::RegionCode::new(code.number()).ok()?);
        Some(Place { scope, name: both(name) })
    };
    named.filter(|(code, name)| fits(*code, name)).filter_map(place).take(MOST).collect()
}

fn schools(c: &mut Conn, words: &str) -> Result<Vec<Place>> {
    let found = store::schools_named(c, words.trim(), MOST)?;
    let place = |school: SchoolFacts| {
        let county = Regions::get().find(school.county).map_or("", |county| county.name);
        Place { scope: Scope::School(school.id), name: both(format!("{}（{county}）", school.name)) }
    };
    Ok(found.into_iter().map(place).collect())
}

fn grades(c: &mut Conn, at: &Authorised<kind::School>) -> Result<Vec<Place>> {
    let Some(school) = store::school(c, at.id())? else { return Ok(Vec::new()) };
    let place = |code: GradeCode| {
        let grade = Grade::new(code.number()).ok()?;
        Some(Place { scope: Scope::Grade(school.id, grade), name: code.name() })
    };
    Ok(school.kind.grades(school.system).into_iter().filter_map(place).collect())
}

fn classes(c: &mut Conn, at: &Authorised<kind::School>, today: NaiveDate) -> Result<Vec<Place>> {
    let Some(school) = store::school(c, at.id())? else { return Ok(Vec::new()) };
    let year = year_of(today)?;
    let found = store::classes_at_school(c, at, (year, school.system))?;
    let place =
        |class: ClassFacts| Place { scope: Scope::Class(class.school, class.id), name: class.title(year) };
    Ok(found.into_iter().map(place).collect())
}

fn dormitories(c: &mut Conn, at: &Authorised<kind::School>) -> Result<Vec<Place>> {
    let found = store::dormitories(c, at, None, i64::from(u16::MAX))?;
    let place = |dormitory: super::DormitoryFacts| Place {
        scope: Scope::Dormitory(dormitory.school, dormitory.id),
        name: both(dormitory.name),
    };
    Ok(found.into_iter().map(place).collect())
}

fn names(c: &mut Conn, scopes: &[Scope], today: NaiveDate) -> Result<Vec<Text>> {
    let known = Known::of(c, scopes, today)?;
    Ok(scopes.iter().map(|scope| known.name(*scope)).collect())
}

/// What is known of the places that some scopes name: three queries, however many they are.
struct Known {
    schools: BTreeMap<Id<kind::School>, String>,
    classes: BTreeMap<Id<kind::Class>, Text>,
    dormitories: BTreeMap<Id<kind::Dormitory>, String>,
}

impl Known {
    fn of(c: &mut Conn, scopes: &[Scope], today: NaiveDate) -> Result<Self> {
        let year = year_of(today)?;
        let schools: BTreeSet<i64> =
            scopes.iter().filter_map(Scope::school).map(|school| school.raw()).collect();
        let schools: Vec<i64> = schools.into_iter().collect();
        let of_class = |scope: &Scope| match scope {
            Scope::Class(_, class) => Some(class.raw()),
            _ => None,
        };
        let of_dormitory = |scope: &Scope| match scope {
            Scope::Dormitory(_, dormitory) => Some(dormitory.raw()),
            _ => None,
        };
        let classes: Vec<i64> = scopes.iter().filter_map(of_class).collect();
        let dormitories: Vec<i64> = scopes.iter().filter_map(of_dormitory).collect();
        let classes = store::classes_called(c, &schools, &classes)?;
        let dormitories = store::dormitories_called(c, &schools, &dormitories)?;
        Ok(Self {
            schools: store::schools_called(c, &schools)?.into_iter().collect(),
            classes: classes.into_iter().map(|class| (class.id, class.title(year))).collect(),
            dormitories: dormitories.into_iter().collect(),
        })
    }

    fn name(&self, scope: Scope) -> Text {
        let school = |id| self.schools.get(&id).cloned().unwrap_or_default();
        let within = |id, part: Text| {
            let school = school(id);
            Text::new(format!("{school} {}", part.zh), format!("{school}, {}", part.en))
        };
        match scope {
            Scope::System => ScopeKind::System.name(),
            Scope::Region(code) => both(
                RegionCode::from_number(code.code())
                    .and_then(|code| Regions::get().full_name(code))
                    .unwrap_or_else(|| code.code().to_string()),
            ),
            Scope::School(id) => both(school(id)),
            Scope::Grade(id, grade) => {
                let name = GradeCode::from_number(grade.code()).map(GradeCode::name);
                within(id, name.unwrap_or_else(|| both(grade.code().to_string())))
            }
            Scope::Class(id, class) => {
                within(id, self.classes.get(&class).cloned().unwrap_or_else(|| ScopeKind::Class.name()))
            }
            Scope::Dormitory(id, dormitory) => {
                within(id, both(self.dormitories.get(&dormitory).cloned().unwrap_or_default()))
            }
            // Who keeps accounts reads no pupil's record: the number stands for the pupil.
            Scope::Child(pupil) => Text::new(format!("学生 {pupil}"), format!("pupil {pupil}")),
        }
    }
}
