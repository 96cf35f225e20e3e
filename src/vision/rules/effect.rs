//! What a verdict adds to the statistics, and what changed since the last one.

use serde::{Deserialize, Serialize};

use super::verdict::{EyeVerdict, Grade, Myopia, Verdict};
use crate::kernel::measure::SphericalEquivalent;
use crate::kernel::text::Text;
use crate::tally::Contribution;

/// An indicator that this slice counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Indicator {
    /// Its name in the tally.
    pub name: &'static str,
    /// Every class it can have.
    pub classes: &'static [&'static str],
    /// 中文
    pub zh: &'static str,
    /// English
    pub en: &'static str,
}

impl Indicator {
    /// The indicator in words.
    pub fn text(&self) -> Text {
        Text::new(self.zh, self.en)
    }
}

/// Everything that this slice can count. None has a sum: classes are counted, values are not
/// averaged.
///
/// Screening myopia is counted under the edge setting it was judged by, so that a statistic can say
/// which was used, and that both were when a county changed its mind.
pub const INDICATORS: [Indicator; 8] = [
    Indicator { name: "vision.expected", classes: &["all"], zh: "应查人数", en: "expected" },
    Indicator { name: "vision.screened", classes: &["all"], zh: "实查人数", en: "screened" },
    Indicator {
        name: "vision.valid",
        classes: &["poor", "myopia"],
        zh: "有效人数（视力不良、筛查性近视各自的分母）",
        en: "valid, the denominators of poor vision and of screening myopia",
    },
    Indicator {
        name: "vision.poor",
        classes: &["normal", "mild", "moderate", "severe", "undetermined"],
        zh: "视力不良分度（以较差眼计）",
        en: "poor vision by grade, worse eye",
    },
    Indicator {
        name: "vision.myopia",
        classes: &["yes", "no", "undetermined"],
        zh: "筛查性近视",
        en: "screening myopia",
    },
    Indicator {
        name: "vision.myopia_edge",
        classes: &["strict", "inclusive"],
        zh: "筛查性近视判定所用边界（等效球镜恰为 -0.50 D：strict 不计，inclusive 计）",
        en: "edge setting that screening myopia was judged by, at exactly -0.50 D",
    },
    Indicator {
        name: "vision.refraction",
        classes: &["high", "low", "pre_myopia", "none", "undetermined"],
        zh: "屈光状态分级（以近视较重眼计）",
        en: "refraction band, more myopic eye",
    },
    Indicator { name: "vision.followed_up", classes: &["all"], zh: "复查人数", en: "followed up" },
];

/// What one screening adds to the tally. A correction adds these of the new verdict and takes back
/// those of the old.
pub fn contributions(verdict: &Verdict) -> Vec<Contribution> {
    let one = |indicator, class| Contribution { indicator, class, n: 1, sum: 0 };
    let mut counted = vec![
        one("vision.screened", "all"),
        one("vision.poor", verdict.grade.code()),
        one("vision.myopia", verdict.myopia.code()),
        one("vision.refraction", verdict.band.code()),
    ];
    if verdict.grade != Grade::Undetermined {
        counted.push(one("vision.valid", "poor"));
    }
    if verdict.myopia != Myopia::Undetermined {
        counted.push(one("vision.valid", "myopia"));
        counted.push(one("vision.myopia_edge", verdict.myopia_rule.edge.code()));
    }
    counted
}

/// How one eye changed since the last screening.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct EyeChange {
    /// Rows of the chart gained (positive) or lost; absent when either acuity is missing or off the
    /// chart.
    pub rows: Option<i16>,
    /// Change of the spherical equivalent, negative towards myopia; absent when either is missing.
    pub se: Option<SphericalEquivalent>,
}

/// How both eyes changed since the last screening.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Change {
    /// 右眼
    pub right: EyeChange,
    /// 左眼
    pub left: EyeChange,
}

/// The change from the previous screening to this one.
pub fn change(previous: &Verdict, now: &Verdict) -> Change {
    Change { right: eye_change(&previous.right, &now.right), left: eye_change(&previous.left, &now.left) }
}

fn eye_change(previous: &EyeVerdict, now: &EyeVerdict) -> EyeChange {
    EyeChange {
        rows: now.acuity.zip(previous.acuity).and_then(|(now, before)| now.rows_since(before)),
        se: now.se.zip(previous.se).map(|(now, before)| now.since(before)),
    }
}
