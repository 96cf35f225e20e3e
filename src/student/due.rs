//! What the home page tells of pupils: how many are in somebody's care, and where they are.

use super::service::count_pupils;
use crate::access::permit::ReadStudents;
use crate::access::{Can, Places, Scope};
use crate::kernel::db::Conn;
use crate::kernel::error::Result;
use crate::kernel::vault::Vault;
use crate::kernel::web::{Card, Layout};

/// Places that a card names.
const NAMED: usize = 6;

/// The card of who has pupils in care.
///
/// # Errors
/// Those of the database.
pub fn cards(
    c: &mut Conn,
    vault: &Vault,
    can: &Can<ReadStudents>,
    places: &Places,
    layout: &Layout,
) -> Result<Vec<Card>> {
    let scopes: Vec<Scope> = can.scope().grants().iter().map(|grant| grant.scope).collect();
    let names = (places.names)(c, &scopes, can.today)?;
    let mut said: Vec<&str> = Vec::new();
    for name in names.iter().map(|name| layout.say(name)) {
        if !said.contains(&name) {
            said.push(name);
        }
    }
    let more = said.len() > NAMED;
    said.truncate(NAMED);
    let mut about = said.join(layout.text("、", "; "));
    if more {
        about.push('…');
    }
    let pupils = count_pupils(c, vault, can, "", None)?;
    Ok(vec![
        Card::new(layout.text("我的学生", "My pupils"))
            .about(about)
            .figure(layout.text("在册人数", "On the roll"), pupils.to_string())
            .more("/pupils", layout.text("查看学生", "See the pupils")),
    ])
}
