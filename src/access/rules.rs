//! Rules of accounts: user names, passwords, lock-out, roles that exclude one another. Pure.

use chrono::{Duration, NaiveDate, NaiveDateTime};

use super::policy::{Role, ScopeKind};
use crate::kernel::error::Fault;

/// Longest password that is hashed, in characters: a bound on work, not on strength.
pub const PASSWORD_MAX_LENGTH: usize = 128;

/// A user name as it is stored and compared: full-width letters and digits become plain ones,
/// upper case becomes lower case; then 3 to 32 of `a-z 0-9 . _ -`, beginning with a letter or
/// digit.
///
/// # Errors
/// `bad_username` for anything else.
pub fn username(typed: &str) -> Result<String, Fault> {
    let name: String = typed.trim().chars().map(plain).flat_map(char::to_lowercase).collect();
    let good = (3..=32).contains(&name.len())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c))
        && name.starts_with(|c: char| c.is_ascii_alphanumeric());
    if good { Ok(name) } else { Err(bad_username()) }
}

/// The plain form of a full-width character (U+FF01–U+FF5E stand 0xFEE0 above ASCII).
fn plain(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => u32::from(c).checked_sub(0xFEE0).and_then(char::from_u32).unwrap_or(c),
        _ => c,
    }
}

fn bad_username() -> Fault {
    Fault::new(
        "bad_username",
        "用户名须为3至32个字符，只能用小写字母、数字、点、下划线和连字符，以字母或数字开头",
        "a user name has 3 to 32 characters: letters, digits, dot, underscore and hyphen, beginning with a \
         letter or digit",
    )
}

/// A name people are shown by: 1 to 50 characters, no control characters.
///
/// # Errors
/// `bad_display_name` for anything else.
pub fn display_name(typed: &str) -> Result<String, Fault> {
    let name = typed.trim();
    let length = name.chars().count();
    if (1..=50).contains(&length) && !name.chars().any(char::is_control) {
        return Ok(name.to_owned());
    }
    Err(Fault::new("bad_display_name", "姓名须为1至50个字符", "a name has 1 to 50 characters"))
}

/// Whether a password may be set. Length counts; composition does not.
///
/// # Errors
/// `password_too_short`, `password_too_long`, `password_is_username`, `password_one_character`.
pub fn password(password: &str, username: &str, min_length: usize) -> Result<(), Fault> {
    let length = password.chars().count();
    if length < min_length {
        return Err(Fault::new(
            "password_too_short",
            format!("密码至少{min_length}个字符"),
            format!("a password has at least {min_length} characters"),
        ));
    }
    if length > PASSWORD_MAX_LENGTH {
        return Err(Fault::new(
            "password_too_long",
            format!("密码最多{PASSWORD_MAX_LENGTH}个字符"),
            format!("a password has at most {PASSWORD_MAX_LENGTH} characters"),
        ));
    }
    let lower = password.to_lowercase();
    if !username.is_empty() && lower == username {
        return Err(Fault::new(
            "password_is_username",
            "密码不能与用户名相同",
            "the password must not be the user name",
        ));
    }
    let mut characters = lower.chars();
    let first = characters.next();
    if characters.all(|c| Some(c) == first) {
        return Err(Fault::new(
            "password_one_character",
            "密码不能由同一个字符重复而成",
            "the password must not be one character repeated",
        ));
    }
    Ok(())
}

/// What a failed sign-in leaves behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AfterFailure {
    /// Failures in a row that are remembered; zero again once the account is locked.
    pub failures: i32,
    /// Locked until this moment, when this failure was the last that was allowed.
    pub locked_until: Option<NaiveDateTime>,
}

/// Counts one more failed sign-in. With the `allowed`-th failure in a row the account is locked
/// for `minutes`; counting then begins anew.
pub fn after_failure(failures: i32, allowed: i32, minutes: i64, at: NaiveDateTime) -> AfterFailure {
    let failures = failures.max(0).saturating_add(1);
    if failures < allowed.max(1) {
        return AfterFailure { failures, locked_until: None };
    }
    let lock = Duration::try_minutes(minutes).unwrap_or(Duration::MAX);
    let until = at.checked_add_signed(lock).unwrap_or(NaiveDateTime::MAX);
    AfterFailure { failures: 0, locked_until: Some(until) }
}

/// Whether an account is locked at a moment. The last moment itself is free again.
pub fn is_locked(locked_until: Option<NaiveDateTime>, at: NaiveDateTime) -> bool {
    locked_until.is_some_and(|until| at < until)
}

/// A role over a span of days (`to` inclusive; none: without end).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// The role.
    pub role: Role,
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: Option<NaiveDate>,
}

impl Held {
    /// Whether both are in force on some day.
    pub fn overlaps(&self, other: &Held) -> bool {
        let begins_before_end = |a: &Held, b: &Held| b.to.is_none_or(|end| a.from <= end);
        begins_before_end(self, other) && begins_before_end(other, self)
    }

    /// Whether the role is in force on this day.
    pub fn covers(&self, day: NaiveDate) -> bool {
        self.from <= day && self.to.is_none_or(|end| day <= end)
    }
}

/// Whether a role may be added to those a person already holds.
///
/// # Errors
/// `roles_exclude` naming the role that stands against it.
pub fn may_add(held: &[Held], new: &Held) -> Result<(), Fault> {
    match held.iter().find(|old| old.overlaps(new) && old.role.excludes(new.role)) {
        None => Ok(()),
        Some(old) => {
            let (old, new) = (old.role.name(), new.role.name());
            Err(Fault::new(
                "roles_exclude",
                format!("“{}”与“{}”不得由同一人担任", old.zh, new.zh),
                format!("one person may not be both {} and {}", old.en, new.en),
            ))
        }
    }
}

/// Whether a role can be granted in this kind of scope.
///
/// # Errors
/// `scope_not_for_role` naming the kinds that fit.
pub fn scope_fits(role: Role, kind: ScopeKind) -> Result<(), Fault> {
    if role.scopes().contains(&kind) {
        return Ok(());
    }
    let zh: Vec<_> = role.scopes().iter().map(|fit| fit.name().zh).collect();
    let en: Vec<_> = role.scopes().iter().map(|fit| fit.name().en).collect();
    Err(Fault::new(
        "scope_not_for_role",
        format!("“{}”的授权范围只能是：{}", role.name().zh, zh.join("、")),
        format!("{} is granted within: {}", role.name().en, en.join(", ")),
    ))
}

/// Whether the days of a grant make sense: not ended before it begins, and not over already.
///
/// # Errors
/// `ends_before_start`, `already_over`.
pub fn grant_days(from: NaiveDate, to: Option<NaiveDate>, today: NaiveDate) -> Result<(), Fault> {
    match to {
        Some(end) if end < from => {
            Err(Fault::new("ends_before_start", "截止日期早于起始日期", "it ends before it begins"))
        }
        Some(end) if end < today => {
            Err(Fault::new("already_over", "截止日期已过", "the last day is already past"))
        }
        _ => Ok(()),
    }
}
