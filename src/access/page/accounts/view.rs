//! Accounts as their pages show them.

use chrono::{NaiveDate, NaiveDateTime};

use super::reason_of;
use crate::access::permit::ReadAccounts;
use crate::access::store::{AccountRow, GrantRow, SessionRow};
use crate::access::{Can, Permission, Role, rules};
use crate::kernel::clock::shanghai_time;
use crate::kernel::ids::{Id, kind};
use crate::kernel::text::Text;
use crate::kernel::web::Layout;

/// A word with its mood, for a mark that does not rest on colour.
pub(super) struct Mark {
    pub word: String,
    pub class: &'static str,
}

fn mark(layout: &Layout, class: &'static str, zh: &'static str, en: &'static str) -> Mark {
    Mark { word: layout.text(zh, en).to_owned(), class }
}

/// Day and time in China.
pub(super) fn moment(at: NaiveDateTime) -> String {
    shanghai_time(at.and_utc())
}

/// One account in the list.
pub(super) struct AccountLine {
    pub id: Id<kind::Account>,
    pub username: String,
    pub display_name: String,
    pub roles: String,
    pub marks: Vec<Mark>,
}

fn marks(layout: &Layout, can: &Can<ReadAccounts>, account: &AccountRow) -> Vec<Mark> {
    let mut marks = Vec::new();
    match account.disabled_at {
        Some(_) => marks.push(mark(layout, "bad", "已停用", "Disabled")),
        None => marks.push(mark(layout, "good", "可登录", "Can sign in")),
    }
    if rules::is_locked(account.locked_until, can.at) {
        marks.push(mark(layout, "warn", "暂时锁定", "Locked for now"));
    }
    if account.must_change_password {
        marks.push(mark(layout, "warn", "临时密码", "Temporary password"));
    }
    marks
}

fn role_name(row: &GrantRow) -> Text {
    let role = row.role.parse::<Role>().map(|role| role.name());
    role.unwrap_or_else(|_| Text::new(row.role.clone(), row.role.clone()))
}

/// Where a grant stands on a day.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    InForce,
    Coming,
    Over,
    Revoked,
}

fn standing(row: &GrantRow, today: NaiveDate) -> Standing {
    if row.revoked_at.is_some() {
        Standing::Revoked
    } else if row.to_on.is_some_and(|last| last < today) {
        Standing::Over
    } else if row.from_on > today {
        Standing::Coming
    } else {
        Standing::InForce
    }
}

impl AccountLine {
    pub fn new(layout: &Layout, can: &Can<ReadAccounts>, account: AccountRow, grants: &[GrantRow]) -> Self {
        let in_force = grants.iter().filter(|row| standing(row, can.today) == Standing::InForce);
        let mut roles: Vec<Text> = Vec::new();
        for name in in_force.map(role_name) {
            if !roles.contains(&name) {
                roles.push(name);
            }
        }
        let roles: Vec<&str> = roles.iter().map(|role| layout.say(role)).collect();
        Self {
            marks: marks(layout, can, &account),
            id: account.id,
            username: account.username,
            display_name: account.display_name,
            roles: roles.join(layout.text("、", ", ")),
        }
    }
}

/// One grant of an account.
pub(super) struct GrantLine {
    pub id: Id<kind::Grant>,
    pub role: String,
    pub place: String,
    pub from: String,
    pub to: Option<String>,
    pub reason: String,
    pub mark: Mark,
    /// Whether it can still be revoked.
    pub open: bool,
    /// The name of the field for the reason.
    pub reason_field: String,
}

/// One account.
pub(super) struct AccountView {
    pub id: Id<kind::Account>,
    pub username: String,
    pub display_name: String,
    pub disabled: bool,
    pub version: i32,
    pub created: String,
    pub locked_until: Option<String>,
    pub marks: Vec<Mark>,
    /// Those in force first.
    pub grants: Vec<GrantLine>,
    pub is_own: bool,
    pub may_change: bool,
    pub may_grant: bool,
    pub may_end: bool,
}

impl AccountView {
    /// `names` are those of the grants that this program knows, in their order.
    pub fn new(
        layout: &Layout,
        can: &Can<ReadAccounts>,
        account: AccountRow,
        rows: Vec<GrantRow>,
        names: Vec<Text>,
    ) -> Self {
        let mut names = names.into_iter();
        let mut grants: Vec<(Standing, GrantLine)> = rows
            .into_iter()
            .map(|row| {
                let place = row.grant().and_then(|_| names.next());
                (standing(&row, can.today), grant_line(layout, can.today, row, place))
            })
            .collect();
        grants.sort_by_key(|(standing, _)| *standing);
        let is_own = account.id == can.account_id;
        let held = can.permissions();
        let may = |permission| held.contains(&permission);
        Self {
            marks: marks(layout, can, &account),
            id: account.id,
            username: account.username,
            display_name: account.display_name,
            disabled: account.disabled_at.is_some(),
            version: account.version,
            created: moment(account.created_at),
            locked_until: account.locked_until.filter(|until| can.at < *until).map(moment),
            grants: grants.into_iter().map(|(_, line)| line).collect(),
            is_own,
            may_change: may(Permission::AccountWrite) && !is_own,
            may_grant: may(Permission::GrantWrite) && !is_own,
            may_end: may(Permission::SessionEnd),
        }
    }
}

fn grant_line(layout: &Layout, today: NaiveDate, row: GrantRow, place: Option<Text>) -> GrantLine {
    let standing = standing(&row, today);
    let mark = match standing {
        Standing::InForce => mark(layout, "good", "生效中", "In force"),
        Standing::Coming => mark(layout, "warn", "未开始", "Not begun"),
        Standing::Over => mark(layout, "", "已到期", "Over"),
        Standing::Revoked => mark(layout, "bad", "已撤销", "Revoked"),
    };
    let place = place.unwrap_or_else(|| Text::new(row.scope.clone(), row.scope.clone()));
    GrantLine {
        id: row.id,
        role: layout.say(&role_name(&row)).to_owned(),
        place: layout.say(&place).to_owned(),
        from: row.from_on.to_string(),
        to: row.to_on.map(|last| last.to_string()),
        mark,
        open: matches!(standing, Standing::InForce | Standing::Coming),
        reason_field: reason_of(row.id),
        reason: row.reason,
    }
}

/// One session of an account.
pub(super) struct SessionLine {
    pub id: Id<kind::Session>,
    pub client: String,
    pub began: String,
    pub used: String,
    pub mark: Mark,
    pub open: bool,
    pub is_this: bool,
}

impl SessionLine {
    pub fn new(layout: &Layout, can: &Can<ReadAccounts>, row: SessionRow) -> Self {
        let open = row.ended_at.is_none() && row.expires_at > can.at;
        let mark = match (open, row.ended_at) {
            (true, _) => mark(layout, "good", "进行中", "Open"),
            (false, Some(_)) => mark(layout, "", "已结束", "Ended"),
            (false, None) => mark(layout, "", "已过期", "Expired"),
        };
        Self {
            id: row.id,
            client: row.client,
            began: moment(row.created_at),
            used: moment(row.refreshed_at),
            mark,
            open,
            is_this: row.id == can.session_id,
        }
    }
}
