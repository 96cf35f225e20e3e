//! `/pupils`: looked for by name, pinyin, initials or number, or shown by class.
//!
//! What is looked for may be an identity number, and an address is kept: by the browser, by a log, by
//! whoever looks over a shoulder. So the form is posted, and the address it leads to holds what was
//! typed sealed, for this account alone. The way back from a pupil works without sending anything
//! again, and nobody reads a child's name or number off an address.

use actix_web::{HttpResponse, get, post, web};
use askama::Template;
use serde::Deserialize;

use super::PUPILS;
use crate::access::Can;
use crate::access::permit::ReadStudents;
use crate::kernel::Kernel;
use crate::kernel::db::Conn;
use crate::kernel::error::{Error, Result};
use crate::kernel::http::{Page, decode_cursor};
use crate::kernel::ids::{Id, kind};
use crate::kernel::vault::{Place, Vault};
use crate::kernel::web::{Fields, Form, Layout, see_other, with_query};
use crate::org::rules::{SchoolYear, school_year_on};
use crate::org::service::{current_classes, reached_schools};
use crate::org::{ClassFacts, SchoolFacts};
use crate::student::api::PupilItem;
use crate::student::service;

/// Pupils on one page of a search.
const ROWS: i64 = 50;
/// Schools whose classes can be chosen; nobody who sees pupils is granted more.
const SCHOOLS: i64 = 50;
const SEARCH: Place = Place::new("page", "search");

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
struct Asked {
    /// What was typed, sealed.
    find: Option<String>,
    class: Option<Id<kind::Class>>,
    cursor: Option<String>,
}

/// The classes of a school that can be chosen.
struct Choosable {
    school: SchoolFacts,
    classes: Vec<ClassFacts>,
}

/// What is shown below the form.
enum Shown {
    /// Nothing was asked for.
    Nothing,
    /// Who was found, and how many there are in all.
    Found { count: i64 },
    /// A class.
    Class,
}

#[derive(Template)]
#[template(path = "student/page/find.html")]
struct FindPage<'a> {
    layout: &'a Layout,
    fields: &'a Fields,
    year: Option<SchoolYear>,
    schools: Vec<Choosable>,
    chosen: Option<Id<kind::Class>>,
    shown: Shown,
    pupils: Vec<PupilItem>,
    /// The next page of a search.
    next: Option<String>,
    /// Whether this is not the first page.
    is_later: bool,
    first: String,
}

impl FindPage<'_> {
    fn is_chosen(&self, class: &ClassFacts) -> bool {
        self.chosen == Some(class.id)
    }

    fn has_classes(&self) -> bool {
        self.schools.iter().any(|one| !one.classes.is_empty())
    }

    fn title_of(&self, class: &ClassFacts) -> String {
        self.year.map(|year| self.layout.say(&class.title(year)).to_owned()).unwrap_or_default()
    }
}

/// What a page is made of, read in one go.
struct Read {
    schools: Vec<Choosable>,
    chosen: Option<Id<kind::Class>>,
    shown: Shown,
    pupils: Vec<PupilItem>,
    next: Option<String>,
}

fn read(c: &mut Conn, vault: &Vault, can: &Can<ReadStudents>, typed: &str, asked: &Asked) -> Result<Read> {
    let schools = choosable(c, can)?;
    let mut classes = schools.iter().flat_map(|school| &school.classes);
    // Whoever has one class sees it at once.
    let own = classes.next().filter(|_| classes.next().is_none()).map(|class| class.id);
    let chosen = if typed.is_empty() { asked.class.or(own) } else { None };
    if let Some(id) = chosen {
        let class = can.class(c, id)?;
        let found = service::class_list(c, vault, can, &class, can.today)?;
        let pupils = found.into_iter().map(|found| PupilItem::of(found, can.today)).collect();
        return Ok(Read { schools, chosen, shown: Shown::Class, pupils, next: None });
    }
    // Whoever reaches pupils and no class, as in a dormitory, sees all of them.
    let has_classes = schools.iter().any(|school| !school.classes.is_empty());
    if typed.is_empty() && has_classes {
        return Ok(Read { schools, chosen, shown: Shown::Nothing, pupils: Vec::new(), next: None });
    }
    let after = asked.cursor.as_deref().map(decode_cursor).transpose()?;
    let found = service::find_pupils(c, vault, can, typed, None, after, ROWS + 1)?;
    let count = service::count_pupils(c, vault, can, typed, None)?;
    let items = found.into_iter().map(|found| PupilItem::of(found, can.today)).collect();
    let page = Page::from_rows(items, ROWS, |item: &PupilItem| item.id)?;
    Ok(Read { schools, chosen, shown: Shown::Found { count }, pupils: page.items, next: page.next_cursor })
}

fn choosable(c: &mut Conn, can: &Can<ReadStudents>) -> Result<Vec<Choosable>> {
    let Some(year) = school_year_on(can.today) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for school in reached_schools(c, can, SCHOOLS)? {
        let classes = current_classes(c, can, school.id, year)?;
        found.push(Choosable { school, classes });
    }
    Ok(found)
}

async fn answer(
    kernel: &Kernel,
    layout: &Layout,
    can: Can<ReadStudents>,
    asked: Asked,
    fields: Fields,
) -> Result<HttpResponse> {
    let (vault, typed) = (kernel.vault.clone(), fields.value("q").to_owned());
    let typed = if fields.status().is_success() { typed } else { String::new() };
    let year = school_year_on(can.today);
    let (is_later, find) = (asked.cursor.is_some(), asked.find.clone().unwrap_or_default());
    let read = kernel.db.read(move |c| read(c, &vault, &can, &typed, &asked)).await?;
    let page_of = |cursor: &str| {
        let asked = [("find", find.as_str()), ("cursor", cursor)];
        let asked: Vec<(&str, &str)> = asked.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        with_query(PUPILS, &asked)
    };
    let page = FindPage {
        layout,
        fields: &fields,
        year,
        schools: read.schools,
        chosen: read.chosen,
        shown: read.shown,
        pupils: read.pupils,
        next: read.next.as_deref().map(page_of),
        is_later,
        first: page_of(""),
    };
    layout.page_as(fields.status(), &page)
}

#[get("/pupils")]
pub(super) async fn show(
    kernel: web::Data<Kernel>,
    layout: Layout,
    can: Can<ReadStudents>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let asked = asked.into_inner();
    let owner = [can.account_id.raw()];
    // An address that is not this person's own search finds nothing; it is no error to have kept it.
    let typed = kernel.vault.open_some(SEARCH, &owner, asked.find.as_deref()).ok().flatten();
    let fields = Fields::new().with("q", typed.unwrap_or_default());
    answer(&kernel, &layout, can, asked, fields).await
}

#[derive(Deserialize)]
struct Search {
    #[serde(default)]
    q: String,
}

#[post("/pupils")]
pub(super) async fn look_for(
    kernel: web::Data<Kernel>,
    layout: Layout,
    can: Can<ReadStudents>,
    form: Form<Search>,
) -> Result<HttpResponse> {
    let Search { q } = form.read()?;
    let typed = q.trim();
    if let Err(fault) = service::check_search(typed) {
        let fields = form.fields.refused(Error::invalid(vec![fault.at("/q")]))?;
        return answer(&kernel, &layout, can, Asked::default(), fields).await;
    }
    if typed.is_empty() {
        return Ok(see_other(PUPILS));
    }
    let sealed = kernel.vault.seal(SEARCH, &[can.account_id.raw()], typed)?;
    Ok(see_other(&with_query(PUPILS, &[("find", &sealed)])))
}
