//! What the home page tells of accounts.

use super::Can;
use super::permit::ReadAccounts;
use super::store::{self, AccountStates};
use crate::kernel::db::Conn;
use crate::kernel::error::Result;
use crate::kernel::web::{Card, Layout};

/// The card of who keeps accounts.
///
/// # Errors
/// Those of the database.
pub fn cards(c: &mut Conn, can: &Can<ReadAccounts>, layout: &Layout) -> Result<Vec<Card>> {
    let AccountStates { all, temporary, locked, disabled } = store::account_states(c, can.at)?;
    Ok(vec![
        Card::new(layout.text("账号", "Accounts"))
            .figure(layout.text("全部账号", "All accounts"), all.to_string())
            .figure(layout.text("仍用临时密码", "With a temporary password"), temporary.to_string())
            .figure(layout.text("暂时锁定", "Locked for now"), locked.to_string())
            .figure(layout.text("已停用", "Disabled"), disabled.to_string())
            .more("/accounts", layout.text("管理账号", "Keep accounts")),
    ])
}
