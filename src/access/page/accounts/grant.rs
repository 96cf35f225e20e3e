//! Giving a role: first which, then where, found by words, then for how long and why. Each step is a
//! page of its own, so it works without script.

use actix_web::{HttpResponse, get, post, web};
use askama::Template;
use chrono::NaiveDate;
use serde::Deserialize;

use super::{crumbs, page_of, scope_text};
use crate::access::permit::WriteGrants;
use crate::access::places::{Place, Places, Wanted};
use crate::access::policy::{Role, ScopeKind};
use crate::access::service::{self, NewGrant};
use crate::access::{Can, Scope};
use crate::kernel::Kernel;
use crate::kernel::error::{Error, Fault, FieldError, Result};
use crate::kernel::ids::{Id, kind};
use crate::kernel::text::Text;
use crate::kernel::web::{Choice, Fields, Form, Layout, Notice, see_other_with};

pub(super) fn mount(cfg: &mut web::ServiceConfig) {
    cfg.service(choose).service(give);
}

/// What has been chosen so far.
struct Chosen {
    role: Option<Role>,
    kind: Option<ScopeKind>,
    /// The school in which a grade, class or dormitory is chosen.
    school: Option<Id<kind::School>>,
    words: String,
}

impl Chosen {
    fn of(fields: &Fields) -> Self {
        let role: Option<Role> = fields.value("role").parse().ok();
        let kind: Option<ScopeKind> = fields.value("kind").parse().ok();
        let fits = |kind: &ScopeKind| role.is_some_and(|role| role.scopes().contains(kind));
        let only = role.and_then(|role| match role.scopes() {
            [only] => Some(*only),
            _ => None,
        });
        Self {
            role,
            kind: kind.filter(fits).or(only),
            school: fields.value("school").parse().ok(),
            words: fields.value("q").trim().to_owned(),
        }
    }

    fn is_within_a_school(&self) -> bool {
        matches!(self.kind, Some(ScopeKind::Grade | ScopeKind::Class | ScopeKind::Dormitory))
    }

    /// What is looked for now: the school first, for what lies in one.
    fn looks_for(&self) -> Option<ScopeKind> {
        match self.kind? {
            ScopeKind::System | ScopeKind::Child => None,
            kind if self.is_within_a_school() => {
                Some(if self.school.is_some() { kind } else { ScopeKind::School })
            }
            kind => Some(kind),
        }
    }
}

#[derive(Template)]
#[template(path = "access/page/accounts/grant.html")]
struct GrantPage<'a> {
    layout: &'a Layout,
    fields: &'a Fields,
    id: Id<kind::Account>,
    name: String,
    roles: Vec<Choice>,
    role: Option<(Role, Text)>,
    kinds: Vec<Choice>,
    kind: Option<ScopeKind>,
    /// The school that was chosen, by name.
    school: Option<(Id<kind::School>, Text)>,
    /// Whether words are asked for.
    searches: bool,
    what: Text,
    /// Schools to go on from.
    schools: Vec<(String, Text)>,
    /// Places to choose from.
    places: Vec<(String, Text)>,
    /// Whether the last step can be shown.
    ready: bool,
}

struct Found {
    name: String,
    school: Option<(Id<kind::School>, Text)>,
    places: Vec<Place>,
}

async fn find(
    kernel: &Kernel,
    places: &Places,
    can: &Can<WriteGrants>,
    id: Id<kind::Account>,
    chosen: &Chosen,
) -> Result<Found> {
    let (can, places, words) = (can.clone(), *places, chosen.words.clone());
    let (looked_for, school) = (chosen.looks_for(), chosen.school.filter(|_| chosen.is_within_a_school()));
    let read = kernel.db.read(move |c| {
        let (account, _) = service::account(c, id)?;
        let at = school.map(|school| can.school(c, school)).transpose()?;
        let found = match looked_for {
            Some(kind) => {
                let wanted = Wanted { kind, school: at.as_ref(), words: &words, today: can.today };
                (places.find)(c, &wanted)?
            }
            None => Vec::new(),
        };
        let school = match &at {
            Some(at) => {
                let names = (places.names)(c, &[Scope::School(at.id())], can.today)?;
                names.into_iter().next().map(|name| (at.id(), name))
            }
            None => None,
        };
        Ok(Found { name: account.display_name, school, places: found })
    });
    read.await
}

async fn grant_page(
    kernel: &Kernel,
    places: &Places,
    layout: Layout,
    can: &Can<WriteGrants>,
    id: Id<kind::Account>,
    fields: &Fields,
) -> Result<HttpResponse> {
    let chosen = Chosen::of(fields);
    let found = find(kernel, places, can, id, &chosen).await?;
    let layout = crumbs(layout).under(page_of(id), Text::new(found.name.clone(), found.name.clone()));
    let say = |text: Text| layout.say(&text).to_owned();
    let choose_school = chosen.is_within_a_school() && found.school.is_none();
    let (schools, offered) =
        if choose_school { (found.places, Vec::new()) } else { (Vec::new(), found.places) };
    let go_on = |place: Place| match place.scope {
        Scope::School(school) => Some((school.to_string(), place.name)),
        _ => None,
    };
    let kinds = chosen.role.map_or(&[][..], Role::scopes);
    let places: Vec<(String, Text)> =
        offered.into_iter().map(|place| (scope_text::written(place.scope), place.name)).collect();
    let placeless = matches!(chosen.kind, Some(ScopeKind::System | ScopeKind::Child));
    let page = GrantPage {
        layout: &layout,
        fields,
        id,
        name: found.name,
        roles: Role::ALL.iter().map(|role| Choice::new(role.as_str(), say(role.name()))).collect(),
        role: chosen.role.map(|role| (role, role.name())),
        kinds: kinds.iter().map(|kind| Choice::new(kind.as_str(), say(kind.name()))).collect(),
        kind: chosen.kind,
        searches: choose_school || matches!(chosen.kind, Some(ScopeKind::Region | ScopeKind::School)),
        what: if choose_school {
            ScopeKind::School.name()
        } else {
            chosen.kind.map_or_else(|| ScopeKind::School.name(), ScopeKind::name)
        },
        school: found.school,
        schools: schools.into_iter().filter_map(go_on).collect(),
        ready: placeless || !places.is_empty(),
        places,
    };
    layout.page_as(fields.status(), &page)
}

/// The steps of giving a role.
#[get("/accounts/{id}/grants/new")]
async fn choose(
    kernel: web::Data<Kernel>,
    places: web::Data<Places>,
    layout: Layout,
    can: Can<WriteGrants>,
    id: web::Path<Id<kind::Account>>,
    request: actix_web::HttpRequest,
) -> Result<HttpResponse> {
    let fields = Fields::parse(request.query_string().as_bytes());
    grant_page(&kernel, &places, layout, &can, id.into_inner(), &fields).await
}

#[derive(Deserialize)]
struct GrantForm {
    role: Role,
    /// A place that was offered.
    place: Option<String>,
    /// Of a pupil, the number typed.
    pupil: Option<String>,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
    #[serde(default)]
    reason: String,
}

impl GrantForm {
    fn new_grant(self) -> Result<NewGrant> {
        let Self { role, place, pupil, from, to, reason } = self;
        let scope = match (&place, &pupil) {
            (_, Some(pupil)) => scope_text::read(&format!("child:{pupil}")).ok_or_else(|| {
                let fault = Fault::new(
                    "bad_pupil",
                    "学生编号是13个字符，请向学籍管理员索取",
                    "the pupil's number has 13 characters; ask the registrar for it",
                );
                Error::invalid(vec![fault.at("/pupil")])
            })?,
            (Some(place), None) => scope_text::read(place).ok_or_else(no_place)?,
            (None, None) => return Err(no_place()),
        };
        Ok(NewGrant { role, scope, from, to, reason })
    }
}

fn no_place() -> Error {
    let fault = Fault::new("missing", "请选择授权范围。", "Please choose where.");
    Error::invalid(vec![fault.at("/place")])
}

/// Gives the role.
#[post("/accounts/{id}/grants")]
async fn give(
    kernel: web::Data<Kernel>,
    places: web::Data<Places>,
    layout: Layout,
    can: Can<WriteGrants>,
    id: web::Path<Id<kind::Account>>,
    form: Form<GrantForm>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    let given = match form.read().and_then(GrantForm::new_grant) {
        Ok(new) => {
            let (own, giver) = (kernel.as_ref().clone(), can.clone());
            kernel.db.write(move |c| service::give_grant(c, &own, &giver, id, &new)).await
        }
        Err(error) => Err(error),
    };
    match given {
        Ok(_) => {
            let text =
                Text::new("授权已保存，立即生效。", "The grant is saved; it counts from its first day.");
            Ok(see_other_with(&page_of(id), &Notice::done(text)))
        }
        Err(error) => {
            let fields = form.fields.refused(at_fields_of_the_form(error))?;
            grant_page(&kernel, &places, layout, &can, id, &fields).await
        }
    }
}

/// The service names the parts of a scope; the form has one field for them.
fn at_fields_of_the_form(error: Error) -> Error {
    let in_scope = |wrong: &FieldError| wrong.pointer.starts_with("/scope");
    if !error.errors().iter().any(in_scope) {
        return error;
    }
    let errors = error.errors().iter().cloned().map(|mut wrong| {
        if in_scope(&wrong) {
            wrong.pointer = "/place".to_owned();
        }
        wrong
    });
    Error::invalid(errors.collect())
}
