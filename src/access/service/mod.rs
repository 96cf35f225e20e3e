//! The use cases of accounts: signing in and out, passwords, accounts, grants, sessions. Each
//! writes and audits in one transaction.

mod accounts;
mod founding;
mod grants;
mod sign_in;

use std::time::Duration;

pub(super) use accounts::{
    AccountChange, Changed, NewAccount, account, accounts, change_account, create_account, end_all_sessions,
    end_session, reset_password, sessions,
};
pub use founding::{
    Founding, create_first_administrator, found_account, found_grant, set_password_at_console,
};
pub(super) use grants::{NewGrant, give_grant, revoke_grant};
pub use sign_in::{Attempt, SignedIn, open_session};
pub(super) use sign_in::{ConsoleSession, change_password, refresh, sign_in, sign_in_at_console, sign_out};

use super::store;
use crate::kernel::Kernel;
use crate::kernel::error::{Error, Result};
use crate::kernel::job::Job;
use crate::kernel::text::Text;

/// Days a used or expired refresh token is still known, to tell reuse from invention.
const TOKENS_KEPT_DAYS: i64 = 30;

/// The jobs of this slice.
pub fn jobs() -> Vec<Job> {
    vec![Job {
        name: "forget old refresh tokens",
        every: Duration::from_secs(6 * 3600),
        run: forget_old_tokens,
    }]
}

fn forget_old_tokens(kernel: &Kernel) -> Result<()> {
    let before = kernel.clock.stamp() - chrono::Duration::days(TOKENS_KEPT_DAYS);
    let forgotten = kernel.db.write_here(move |c| store::forget_refresh_tokens(c, before))?;
    tracing::debug!(forgotten, "refresh tokens");
    Ok(())
}

/// Nobody changes the rights or the state of the own account.
fn own_account() -> Error {
    Error::conflict(
        "own_account",
        Text::new(
            "不能修改自己的账号状态或授权，请由另一位安全管理员操作。",
            "The state and grants of one's own account are changed by another security administrator.",
        ),
    )
}
