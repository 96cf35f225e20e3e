//! The menu of the console: an entry is shown to who may open its page.

use super::can::Actor;
use super::policy::Permission;
use crate::kernel::text::Text;
use crate::kernel::web::MenuLink;

/// An entry of the menu, as a slice gives it to the application.
#[derive(Debug, Clone, Copy)]
pub struct MenuEntry {
    /// The page.
    pub path: &'static str,
    /// 中文
    pub zh: &'static str,
    /// English
    pub en: &'static str,
    /// Any of these opens the page.
    pub needs: &'static [Permission],
}

/// The menu, in the order of the application.
#[derive(Debug, Clone, Default)]
pub struct Menu(pub Vec<MenuEntry>);

impl Menu {
    /// The entries that somebody may open.
    pub(super) fn for_actor(&self, actor: &Actor) -> Vec<MenuLink> {
        if actor.must_change_password {
            return Vec::new();
        }
        let held = actor.permissions();
        let may_open = |entry: &&MenuEntry| entry.needs.iter().any(|permission| held.contains(permission));
        let link = |entry: &MenuEntry| MenuLink { path: entry.path, text: Text::new(entry.zh, entry.en) };
        self.0.iter().filter(may_open).map(link).collect()
    }
}
