//! The timers of the rules file.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::{DateTime, Duration, FixedOffset, NaiveDate, NaiveTime, TimeZone, Utc};
use serde::Deserialize;

use super::escalation::Recipient;
use crate::kernel::error::Fault;
use crate::psych::rules::instruments::{StandardsError, read_toml};
use crate::psych::rules::level::Level;
use crate::text_enum;

const RULES: &str = include_str!("../../standards/model/triage_rules.toml");
const FILE: &str = "triage_rules.toml";

/// Seconds east of Greenwich of `Asia/Shanghai`.
const SHANGHAI_OFFSET_SECONDS: i32 = 8 * 3600;
/// How far ahead school days are looked for: longer than any holiday.
const HORIZON_DAYS: u64 = 200;

text_enum! {
    /// What has to be done.
    pub enum Duty {
        /// Somebody takes it on.
        Acknowledge = "acknowledge" ("接收", "acknowledge"),
        /// Somebody is with the pupil.
        PersonPresent = "person_present" ("到场陪护", "be with the pupil"),
        /// The guardian is reached.
        GuardianContact = "guardian_contact" ("联系监护人", "reach the guardian"),
        /// The principal is told.
        Principal = "principal" ("报告校长", "tell the principal"),
        /// Medical help or escort.
        MedicalOrEscort = "medical_or_escort" ("就医或护送", "medical help or escort"),
        /// The written report.
        WrittenReport = "written_report" ("书面报告", "write the report"),
        /// The interview.
        Interview = "interview" ("面谈", "interview"),
        /// The plan.
        Plan = "plan" ("制定一生一策方案", "make the plan"),
        /// Advice about a referral.
        ReferralAdvice = "referral_advice" ("提出转介建议", "advise a referral"),
        /// Look again.
        Review = "review" ("复查", "look again"),
    }
}

text_enum! {
    /// How often there is contact afterwards.
    pub enum ContactRhythm {
        /// 每天
        Daily = "daily" ("每天", "daily"),
        /// 每周
        Weekly = "weekly" ("每周", "weekly"),
        /// 每两周
        TwoWeeks = "two_weeks" ("每两周", "every two weeks"),
        /// 每月
        Month = "month" ("每月", "monthly"),
    }
}

/// How long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// Minutes by the wall clock, day and night.
    Minutes(i64),
    /// School days.
    SchoolDays(i64),
}

/// From when a timer runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// When the level was proposed.
    Raised,
    /// When a person confirmed it, or when its interview is overdue, whichever is first.
    ConfirmedOrInterviewOverdue,
}

/// One timer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timer {
    /// What has to be done.
    pub duty: Duty,
    /// Within how long.
    pub amount: Amount,
    /// From when.
    pub start: Start,
}

impl Timer {
    /// When it is due. School days end at midnight in Shanghai; the day of the start does not count.
    /// `None` when the calendar does not hold enough school days ahead: then it is due now, because a
    /// clock never waits for a calendar that nobody filled.
    pub fn due(
        &self,
        start: DateTime<Utc>,
        is_school_day: impl Fn(NaiveDate) -> bool,
    ) -> Option<DateTime<Utc>> {
        match self.amount {
            Amount::Minutes(minutes) => start.checked_add_signed(Duration::try_minutes(minutes)?),
            Amount::SchoolDays(days) => end_of_school_day(start, usize::try_from(days).ok()?, is_school_day),
        }
    }
}

/// Midnight after the `count`-th school day after the day of `start`.
fn end_of_school_day(
    start: DateTime<Utc>,
    count: usize,
    is_school_day: impl Fn(NaiveDate) -> bool,
) -> Option<DateTime<Utc>> {
    let shanghai = FixedOffset::east_opt(SHANGHAI_OFFSET_SECONDS)?;
    let today = start.with_timezone(&shanghai).date_naive();
    let ahead = (1..=HORIZON_DAYS).filter_map(|days| today.checked_add_days(chrono::Days::new(days)));
    let day = ahead.filter(|day| is_school_day(*day)).nth(count.checked_sub(1)?)?;
    let midnight = day.succ_opt()?.and_time(NaiveTime::MIN);
    shanghai.from_local_datetime(&midnight).single().map(|at| at.with_timezone(&Utc))
}

/// All timers, and the chain of those who are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timers {
    timers: BTreeMap<Level, Vec<Timer>>,
    contact: BTreeMap<Level, ContactRhythm>,
    /// Who is told, one after the other.
    pub chain: Vec<Recipient>,
}

/// The rest of the file is read by triage.
#[derive(Debug, Deserialize)]
struct WrittenFile {
    timers: BTreeMap<String, toml::Value>,
}

static EMBEDDED: LazyLock<Result<Timers, StandardsError>> = LazyLock::new(|| Timers::from_file(RULES));

impl Timers {
    /// The timers in this binary.
    ///
    /// # Errors
    /// When the embedded file does not hold together; the tests would have told.
    pub fn embedded() -> Result<&'static Self, StandardsError> {
        EMBEDDED.as_ref().map_err(Clone::clone)
    }

    /// The text of the rules file in this binary.
    pub fn embedded_file() -> &'static str {
        RULES
    }

    /// Timers from a rules file.
    ///
    /// # Errors
    /// Names the field that is not understood.
    pub fn from_file(text: &str) -> Result<Self, StandardsError> {
        let written: WrittenFile = read_toml(FILE, text)?;
        let mut made = Self { timers: BTreeMap::new(), contact: BTreeMap::new(), chain: Vec::new() };
        for (name, value) in &written.timers {
            match (name.as_str(), value) {
                ("basis" | "county_duty_gets", toml::Value::String(_)) => {}
                ("escalation_chain", toml::Value::Array(chain)) => made.chain = read_chain(chain)?,
                (level, toml::Value::Table(table)) => made.add_level(level, table)?,
                _ => return Err(wrong(&format!("timers.{name}"), "is not understood")),
            }
        }
        for level in [Level::L1, Level::L2, Level::L3, Level::L4] {
            let has = made.timers.contains_key(&level) && made.contact.contains_key(&level);
            if !has {
                return Err(wrong(&format!("timers.{level}"), "is missing"));
            }
        }
        if made.chain.len() < 2 {
            return Err(wrong("timers.escalation_chain", "must name at least two"));
        }
        Ok(made)
    }

    /// The timers of a level, in the order of the duties; none for L0.
    pub fn of(&self, level: Level) -> &[Timer] {
        self.timers.get(&level).map_or(&[], Vec::as_slice)
    }

    /// One timer of a level.
    pub fn timer(&self, level: Level, duty: Duty) -> Option<&Timer> {
        self.of(level).iter().find(|timer| timer.duty == duty)
    }

    /// The first thing that is due: to be taken on, or for L1 to be looked at again.
    pub fn first(&self, level: Level) -> Option<&Timer> {
        self.timer(level, Duty::Acknowledge).or_else(|| self.timer(level, Duty::Review))
    }

    /// How often there is contact at a level.
    pub fn contact_every(&self, level: Level) -> Option<ContactRhythm> {
        self.contact.get(&level).copied()
    }

    /// The same with one timer set by a province, which may shorten it and never lengthen it.
    ///
    /// # Errors
    /// `no_such_timer`, `other_unit`, `not_positive`, or `longer_than_allowed`.
    pub fn with(&self, level: Level, duty: Duty, amount: Amount) -> Result<Self, Fault> {
        let mut changed = self.clone();
        let timers = changed.timers.get_mut(&level).map(Vec::as_mut_slice).unwrap_or_default();
        let timer = timers.iter_mut().find(|timer| timer.duty == duty).ok_or_else(|| {
            Fault::new("no_such_timer", "该等级没有这项时限", "this level has no such timer")
        })?;
        let (now, then) = match (timer.amount, amount) {
            (Amount::Minutes(now), Amount::Minutes(then)) => (now, then),
            (Amount::SchoolDays(now), Amount::SchoolDays(then)) => (now, then),
            // Going from school days to hours day and night may be a shortening or not.
            _ => return Err(Fault::new("other_unit", "时限的单位不能更改", "the unit of a timer stays")),
        };
        if then < 1 {
            return Err(Fault::new("not_positive", "时限须大于0", "a timer is above 0"));
        }
        if then > now {
            return Err(Fault::new(
                "longer_than_allowed",
                "时限只能缩短，不能延长",
                "a timer may be shortened, never lengthened",
            ));
        }
        timer.amount = amount;
        Ok(changed)
    }

    fn add_level(&mut self, name: &str, table: &toml::Table) -> Result<(), StandardsError> {
        let field = |part: &str| format!("timers.{name}.{part}");
        let level: Level = name.parse().map_err(|_| wrong(&format!("timers.{name}"), "is no level"))?;
        let mut timers = Vec::new();
        let mut late_start: Option<Duty> = None;
        for (key, value) in table {
            match (key.as_str(), value) {
                ("contact_every", toml::Value::String(rhythm)) => {
                    let rhythm = rhythm.parse().map_err(|_| wrong(&field(key), "is no rhythm"))?;
                    self.contact.insert(level, rhythm);
                }
                ("guardian_clock_starts", toml::Value::String(words)) => {
                    if words != GUARDIAN_CLOCK_WORDS {
                        return Err(wrong(&field(key), "its words are not those the program knows"));
                    }
                    late_start = Some(Duty::GuardianContact);
                }
                (key, toml::Value::Integer(number)) => timers.push(read_timer(&field(key), key, *number)?),
                _ => return Err(wrong(&field(key), "is not understood")),
            }
        }
        for timer in timers.iter_mut().filter(|timer| Some(timer.duty) == late_start) {
            timer.start = Start::ConfirmedOrInterviewOverdue;
        }
        timers.sort_by_key(|timer| timer.duty);
        self.timers.insert(level, timers);
        Ok(())
    }
}

/// The start of the guardian's clock at L3, word for word; see [`Start::ConfirmedOrInterviewOverdue`].
const GUARDIAN_CLOCK_WORDS: &str = "when a person confirms L3, or when the interview is overdue";

/// `acknowledge_min = 10`, `interview_h = 24`, `plan_sd = 3`.
fn read_timer(field: &str, key: &str, number: i64) -> Result<Timer, StandardsError> {
    let (duty, unit) = key.rsplit_once('_').ok_or_else(|| wrong(field, "has no unit"))?;
    let duty: Duty = duty.parse().map_err(|_| wrong(field, "is no duty that is known"))?;
    if !(1..=100_000).contains(&number) {
        return Err(wrong(field, "must be above 0"));
    }
    let amount = match unit {
        "min" => Amount::Minutes(number),
        "h" => Amount::Minutes(number * 60),
        "sd" => Amount::SchoolDays(number),
        _ => return Err(wrong(field, "has a unit that is not known")),
    };
    Ok(Timer { duty, amount, start: Start::Raised })
}

fn read_chain(chain: &[toml::Value]) -> Result<Vec<Recipient>, StandardsError> {
    let field = "timers.escalation_chain";
    let read = |value: &toml::Value| {
        let recipient = value.as_str().and_then(|word| word.parse().ok());
        recipient.ok_or_else(|| wrong(field, "names somebody who is not known"))
    };
    let made = chain.iter().map(read).collect::<Result<Vec<Recipient>, _>>()?;
    let is_once = made.iter().all(|one| made.iter().filter(|other| *other == one).count() == 1);
    if is_once { Ok(made) } else { Err(wrong(field, "names somebody twice")) }
}

fn wrong(field: &str, text: &str) -> StandardsError {
    StandardsError { file: FILE.to_owned(), field: field.to_owned(), text: text.to_owned() }
}
