//! `/`, and `/tasks` beside it.

mod tasks;

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpResponse, get};
use askama::Template;

use crate::access::permit::{ImportRoster, Me, ReadAccounts, ReadStats, ReadStudents, ReadVision};
use crate::access::{Can, Places};
use crate::exchange::roster;
use crate::kernel::Kernel;
use crate::kernel::error::{Error, Result};
use crate::kernel::text::Text;
use crate::kernel::web::{Card, Layout};
use crate::stats::service::{OverviewInput, read_region};
use crate::stats::{self, Publications};
use crate::{access, student, vision};

pub(super) fn mount(cfg: &mut ServiceConfig) {
    cfg.service(home).service(tasks::show);
}

#[derive(Template)]
#[template(path = "home/home.html")]
struct HomePage<'a> {
    layout: &'a Layout,
    name: &'a str,
    today: String,
    roles: Vec<Text>,
    cards: Vec<Card>,
}

/// What a person holds that has something to tell.
type Held = (
    Option<Can<ReadVision>>,
    Option<Can<ImportRoster>>,
    Option<Can<ReadStudents>>,
    Option<Can<ReadAccounts>>,
    Option<Can<ReadStats>>,
);

#[get("/")]
async fn home(
    kernel: web::Data<Kernel>,
    publications: web::Data<Publications>,
    places: web::Data<Places>,
    layout: Layout,
    can: Can<Me>,
    held: Held,
) -> Result<HttpResponse> {
    let mut roles: Vec<Text> = Vec::new();
    for grant in &can.grants {
        let role = grant.role.name();
        if !roles.contains(&role) {
            roles.push(role);
        }
    }
    let cards = match can.must_change_password {
        true => Vec::new(),
        false => cards(&kernel, publications, *places.as_ref(), &layout, held).await?,
    };
    let today = can.today.to_string();
    layout.page(&HomePage { layout: &layout, name: &can.display_name, today, roles, cards })
}

/// The cards in the order of a day's work.
async fn cards(
    kernel: &Kernel,
    publications: web::Data<Publications>,
    places: Places,
    layout: &Layout,
    held: Held,
) -> Result<Vec<Card>> {
    let (vision, imports, students, accounts, region) = held;
    let (vault, own) = (kernel.vault.clone(), layout.clone());
    let read = kernel.db.read(move |c| {
        let layout = &own;
        let mut cards = Vec::new();
        if let Some(can) = &vision {
            cards.extend(vision::cards(c, can, layout)?);
        }
        if let Some(can) = &imports {
            cards.extend(roster::cards(c, can, layout)?);
        }
        if let Some(can) = &students {
            cards.extend(student::cards(c, &vault, can, &places, layout)?);
        }
        if let Some(can) = &accounts {
            cards.extend(access::cards(c, can, layout)?);
        }
        let figures = region.map(|can| read_region(c, &can, &OverviewInput::default())).transpose()?;
        Ok((cards, figures))
    });
    let (mut cards, figures) = read.await?;
    if let Some(figures) = figures {
        let threshold = kernel.config.stats.threshold;
        let told = web::block(move || figures.told(threshold, &publications)).await;
        cards.push(stats::card(layout, &told.map_err(Error::internal)??));
    }
    Ok(cards)
}
