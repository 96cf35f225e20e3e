//! A scope as the value of a form's choice: `school:01J8…`, `class:01J8…/01J9…`.

use crate::access::{Grade, RegionCode, Scope};
use crate::kernel::ids::Id;

/// The value of a choice.
pub(super) fn written(scope: Scope) -> String {
    match scope {
        Scope::Region(code) => format!("region:{}", code.code()),
        Scope::School(school) => format!("school:{school}"),
        Scope::Grade(school, grade) => format!("grade:{school}/{}", grade.code()),
        Scope::Class(school, class) => format!("class:{school}/{class}"),
        Scope::Dormitory(school, dormitory) => format!("dormitory:{school}/{dormitory}"),
        Scope::Child(pupil) => format!("child:{pupil}"),
        Scope::System => "system:".to_owned(),
    }
}

/// The scope of a choice; none for anything else.
pub(super) fn read(text: &str) -> Option<Scope> {
    let (kind, place) = text.split_once(':')?;
    let parts = || place.split_once('/');
    Some(match kind {
        "region" => Scope::Region(RegionCode::new(place.parse().ok()?).ok()?),
        "school" => Scope::School(id(place)?),
        "grade" => {
            let (school, grade) = parts()?;
            Scope::Grade(id(school)?, Grade::new(grade.parse().ok()?).ok()?)
        }
        "class" => {
            let (school, class) = parts()?;
            Scope::Class(id(school)?, id(class)?)
        }
        "dormitory" => {
            let (school, dormitory) = parts()?;
            Scope::Dormitory(id(school)?, id(dormitory)?)
        }
        "child" => Scope::Child(id(place.trim())?),
        "system" if place.is_empty() => Scope::System,
        _ => return None,
    })
}

fn id<K>(text: &str) -> Option<Id<K>> {
    text.parse().ok()
}
