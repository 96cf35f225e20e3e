//! The items of the standard, their units, and their values as people write them.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::kernel::text::Text;
use crate::text_enum;

text_enum! {
    /// An item of the standard (单项指标), under its name in `items.csv`.
    pub enum TestItem {
        /// 体重指数: from height and weight.
        Bmi = "bmi" ("体重指数", "body mass index"),
        /// 肺活量.
        VitalCapacity = "vital_capacity" ("肺活量", "vital capacity"),
        /// 50米跑.
        Run50m = "run_50m" ("50米跑", "50 m run"),
        /// 坐位体前屈.
        SitAndReach = "sit_and_reach" ("坐位体前屈", "sit and reach"),
        /// 一分钟跳绳.
        RopeSkip = "rope_skip_1min" ("一分钟跳绳", "rope skipping, 1 minute"),
        /// 一分钟仰卧起坐.
        SitUp = "sit_up_1min" ("一分钟仰卧起坐", "sit-ups, 1 minute"),
        /// 50米×8往返跑.
        Shuttle = "shuttle_50m_x8" ("50米×8往返跑", "50 m × 8 shuttle run"),
        /// 立定跳远.
        LongJump = "long_jump" ("立定跳远", "standing long jump"),
        /// 引体向上.
        PullUp = "pull_up" ("引体向上", "pull-ups"),
        /// 1000米跑.
        Run1000m = "run_1000m" ("1000米跑", "1000 m run"),
        /// 800米跑.
        Run800m = "run_800m" ("800米跑", "800 m run"),
    }
}

/// The unit in which a value of an item is kept, as a whole number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Tenths of kg/m².
    TenthMassIndex,
    /// Millilitres.
    Millilitre,
    /// Tenths of a second.
    TenthSecond,
    /// Tenths of a centimetre.
    TenthCentimetre,
    /// How many.
    Count,
    /// Seconds, written `3'45"`.
    Second,
    /// Centimetres.
    Centimetre,
}

impl TestItem {
    /// The items with a value of their own: all but the body mass index, which comes from height
    /// and weight.
    pub const MEASURED: [Self; 10] = [
        Self::VitalCapacity,
        Self::Run50m,
        Self::SitAndReach,
        Self::RopeSkip,
        Self::SitUp,
        Self::Shuttle,
        Self::LongJump,
        Self::PullUp,
        Self::Run1000m,
        Self::Run800m,
    ];

    /// The unit of its values.
    pub const fn unit(self) -> Unit {
        match self {
            Self::Bmi => Unit::TenthMassIndex,
            Self::VitalCapacity => Unit::Millilitre,
            Self::Run50m => Unit::TenthSecond,
            Self::SitAndReach => Unit::TenthCentimetre,
            Self::RopeSkip | Self::SitUp | Self::PullUp => Unit::Count,
            Self::Shuttle | Self::Run1000m | Self::Run800m => Unit::Second,
            Self::LongJump => Unit::Centimetre,
        }
    }

    /// A value of this item.
    pub const fn value(self, number: i32) -> Value {
        Value { number, unit: self.unit() }
    }
}

impl Unit {
    /// Decimals of a value in the unit that people use.
    pub const fn decimals(self) -> usize {
        match self {
            Self::TenthMassIndex | Self::TenthSecond | Self::TenthCentimetre => 1,
            Self::Millilitre | Self::Count | Self::Second | Self::Centimetre => 0,
        }
    }

    /// The unit's name.
    pub const fn name(self) -> (&'static str, &'static str) {
        match self {
            Self::TenthMassIndex => ("", ""),
            Self::Millilitre => ("毫升", "ml more"),
            Self::TenthSecond | Self::Second => ("秒", "s"),
            Self::TenthCentimetre | Self::Centimetre => ("厘米", "cm"),
            Self::Count => ("个", "more"),
        }
    }
}

/// A value with its unit, as people write it: `9.5`, `-3.2`, `2100`, `3'45"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Value {
    number: i32,
    unit: Unit,
}

impl Value {
    /// The same number of its unit as an amount (`5`, `0.3`), never as a time of day.
    pub fn amount(self) -> String {
        match self.unit.decimals() {
            0 => self.number.to_string(),
            _ => tenths(self.number),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.unit {
            Unit::Second => write!(f, "{}'{:02}\"", self.number / 60, self.number % 60),
            _ => f.write_str(&self.amount()),
        }
    }
}

fn tenths(number: i32) -> String {
    let sign = if number < 0 { "-" } else { "" };
    let number = number.unsigned_abs();
    format!("{sign}{}.{}", number / 10, number % 10)
}

text_enum! {
    /// The level of an item, of a year, or of a graduation (等级).
    pub enum FitnessLevel {
        /// 优秀.
        Excellent = "excellent" ("优秀", "excellent"),
        /// 良好.
        Good = "good" ("良好", "good"),
        /// 及格.
        Pass = "pass" ("及格", "pass"),
        /// 不及格.
        Fail = "fail" ("不及格", "fail"),
        /// 未测全: an item is missing, so the year has no level yet.
        Incomplete = "incomplete" ("未测全", "incomplete"),
    }
}

text_enum! {
    /// The class of the body mass index (体重等级).
    pub enum MassClass {
        /// 低体重.
        LowWeight = "low_weight" ("低体重", "low weight"),
        /// 正常.
        Normal = "normal" ("正常", "normal"),
        /// 超重.
        Overweight = "overweight" ("超重", "overweight"),
        /// 肥胖.
        Obese = "obese" ("肥胖", "obese"),
    }
}

/// Points in hundredths, exactly: an item's score times its weight in percent. Written `85.45`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Points(pub i32);

impl Points {
    /// Rounded half up to tenths, as the total and its level are.
    pub const fn total(self) -> Total {
        Total((self.0 + 5).div_euclid(10))
    }
}

impl fmt::Display for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

/// A year's total in tenths of a point, 0 to 120.0 (学年总分). Written `90.0`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Total(pub i32);

impl fmt::Display for Total {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&tenths(self.0))
    }
}

/// What one more unit of a value is called when it gets better: `再快 0.3 秒`, `再多 2 个`.
pub(super) fn better_by(item: TestItem, amount: i32) -> Text {
    let value = item.value(amount).amount();
    let (zh, en) = item.unit().name();
    match item.unit() {
        Unit::TenthSecond | Unit::Second => {
            Text::new(format!("再快 {value} {zh}"), format!("{value} {en} faster"))
        }
        Unit::Centimetre | Unit::TenthCentimetre => {
            Text::new(format!("再远 {value} {zh}"), format!("{value} {en} further"))
        }
        _ => Text::new(format!("再多 {value} {zh}"), format!("{value} {en}")),
    }
}
