//! The verdict: classes, each with the evidence that gave it. Storable as JSON text; the names of
//! fields and codes are stable, because old verdicts are read for as long as the pupil's file is.

use serde::{Deserialize, Serialize};

use super::measured::{EyeSide, Glasses};
use super::standards::Confirmation;
use crate::kernel::measure::{Acuity, Axis, Diopter, SphericalEquivalent};

/// Poor vision (视力不良) and its grade.
///
/// 3–5 years: the documents call an eye abnormal but name grades only from 6 years on. Such an eye
/// gets the name of its row by analogy (never "undetermined", which would hide an abnormal eye
/// among those not measured), and its reason says that the grade is by analogy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// 正常
    Normal,
    /// 轻度视力不良
    Mild,
    /// 中度视力不良
    Moderate,
    /// 重度视力不良
    Severe,
    /// 未判定: the reason says why.
    Undetermined,
}

impl Grade {
    /// The word in JSON, sheets, statistics and the database.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Mild => "mild",
            Self::Moderate => "moderate",
            Self::Severe => "severe",
            Self::Undetermined => "undetermined",
        }
    }

    /// Whether the eye or person has poor vision.
    pub const fn is_poor(self) -> bool {
        matches!(self, Self::Mild | Self::Moderate | Self::Severe)
    }

    /// 0 normal to 3 severe; `None` when undetermined.
    pub const fn severity(self) -> Option<u8> {
        match self {
            Self::Normal => Some(0),
            Self::Mild => Some(1),
            Self::Moderate => Some(2),
            Self::Severe => Some(3),
            Self::Undetermined => None,
        }
    }
}

/// Why an eye has its grade. Acuity and limit stand beside it in the verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GradeReason {
    /// Acuity above the limit of the age.
    AboveLimit,
    /// Acuity at or below the limit of the age; the grade has a name in the document.
    AtOrBelowLimit,
    /// The same below the age from which grades are named: the name is by analogy.
    AtOrBelowLimitByAnalogy,
    /// Uncorrected acuity not measured.
    NotMeasured,
    /// No birth date.
    AgeUnknown,
    /// The standard has no limit for this age.
    AgeNotCovered,
}

/// Screening myopia (筛查性近视). A screening result, no diagnosis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Myopia {
    /// 筛查性近视
    Yes,
    /// 非筛查性近视
    No,
    /// 未判定
    Undetermined,
}

impl Myopia {
    /// The word in JSON, sheets, statistics and the database.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Undetermined => "undetermined",
        }
    }
}

/// Why an eye is or is not screening myopia. Acuity, equivalent and the rule stand beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MyopiaReason {
    /// Acuity below its limit and equivalent beyond its limit.
    BothBeyondLimits,
    /// Acuity reaches the limit; refraction is not needed.
    AcuityReached,
    /// Acuity below its limit, equivalent not beyond its limit.
    EquivalentWithin,
    /// Acuity not measured.
    AcuityNotMeasured,
    /// Acuity below its limit, refraction not or not fully measured.
    RefractionNotMeasured,
    /// Would be "no", but overnight lenses hide myopia for the day: not said of this eye.
    MaskedByOrthoK,
}

/// Refraction band on the spherical equivalent (屈光状态分级).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Band {
    /// 高度: SE ≤ −6.00 D.
    High,
    /// 低度: −6.00 < SE ≤ −0.50 D.
    Low,
    /// 近视前驱期范围: −0.50 < SE ≤ +0.75 D.
    PreMyopia,
    /// None of these: SE > +0.75 D.
    None,
    /// 未判定
    Undetermined,
}

impl Band {
    /// The word in JSON, sheets, statistics and the database.
    pub const fn code(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Low => "low",
            Self::PreMyopia => "pre_myopia",
            Self::None => "none",
            Self::Undetermined => "undetermined",
        }
    }
}

/// Which eyes a statement about the person rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Eyes {
    /// 右眼
    Right,
    /// 左眼
    Left,
    /// 双眼
    Both,
}

/// Why the person has a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case", tag = "code", content = "eyes")]
pub enum PersonReason {
    /// The class of the worse eye: this one, or both alike.
    WorseEye(Eyes),
    /// These eyes are undetermined, so the worse one is not known.
    EyeUndetermined(Eyes),
    /// The person wears overnight ortho-K lenses.
    OrthoK,
}

/// Whether an equivalent of exactly −0.50 D counts as screening myopia. The sources disagree, so it
/// is a setting, kept with every verdict and named in every statistic.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MyopiaEdge {
    /// SE < −0.50 D (national monitoring).
    #[default]
    Strict,
    /// SE ≤ −0.50 D (wording of the technical guide).
    Inclusive,
}

impl MyopiaEdge {
    /// The word in settings, statistics and the database.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::Inclusive => "inclusive",
        }
    }

    /// The comparison sign.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Strict => "<",
            Self::Inclusive => "≤",
        }
    }
}

/// The rule of screening myopia that was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
pub struct MyopiaRule {
    /// Acuity below this.
    pub acuity_below: Acuity,
    /// And spherical equivalent beyond this.
    pub se_limit: Diopter,
    /// Whether exactly at the limit counts.
    pub edge: MyopiaEdge,
}

/// The refraction bands that were used, on the spherical equivalent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
pub struct BandRule {
    /// High up to and with this.
    pub high_at_most: Diopter,
    /// Low up to and with this.
    pub low_at_most: Diopter,
    /// Pre-myopia up to and with this.
    pub pre_myopia_at_most: Diopter,
    /// How far the bands are confirmed.
    pub confirmation: Confirmation,
}

/// The limit of poor vision that was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LimitInUse {
    /// The best acuity that is still poor at this age.
    pub at_most: Acuity,
    /// How far the number is confirmed.
    pub confirmation: Confirmation,
}

/// What was found in one eye.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct EyeVerdict {
    /// Uncorrected acuity, as measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acuity: Option<Acuity>,
    /// Spherical equivalent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub se: Option<SphericalEquivalent>,
    /// Poor vision.
    pub grade: Grade,
    /// Why.
    pub grade_reason: GradeReason,
    /// Screening myopia.
    pub myopia: Myopia,
    /// Why.
    pub myopia_reason: MyopiaReason,
    /// Refraction band.
    pub band: Band,
}

/// How strong a further finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Degree {
    /// 低度
    Low,
    /// 中度
    Medium,
    /// 高度
    High,
}

/// A further finding: shown and advised on, never counted. Its cut-offs have one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case", tag = "code")]
pub enum Finding {
    /// 散光倾向
    Astigmatism {
        /// Which eye.
        eye: EyeSide,
        /// How strong.
        degree: Degree,
        /// The cylinder as written.
        cylinder: Diopter,
        /// Its axis.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        axis: Option<Axis>,
    },
    /// 远视倾向
    Hyperopia {
        /// Which eye.
        eye: EyeSide,
        /// How strong.
        degree: Degree,
        /// The spherical equivalent.
        se: SphericalEquivalent,
    },
    /// 双眼屈光参差: the eyes differ, compared in minus-cylinder form.
    Anisometropia {
        /// Difference of the spheres.
        sphere: Diopter,
        /// Difference of the cylinders.
        cylinder: Diopter,
    },
    /// 戴镜视力不足: the glasses no longer suffice.
    GlassesToCheck {
        /// Which eye.
        eye: EyeSide,
        /// Acuity with the glasses.
        corrected: Acuity,
    },
}

/// What a screening says about one pupil, by which standard and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Verdict {
    /// Id of the rule set.
    pub standard: String,
    /// Completed years of age on the day; absent when the birth date is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age: Option<i32>,
    /// The limit of poor vision; absent when the standard has none for the age.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<LimitInUse>,
    /// The rule of screening myopia.
    pub myopia_rule: MyopiaRule,
    /// The refraction bands.
    pub band_rule: BandRule,
    /// What the pupil wears; absent when it was not recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub glasses: Option<Glasses>,
    /// 右眼
    pub right: EyeVerdict,
    /// 左眼
    pub left: EyeVerdict,
    /// Poor vision of the person: the worse eye.
    pub grade: Grade,
    /// Why.
    pub grade_reason: PersonReason,
    /// Screening myopia of the person.
    pub myopia: Myopia,
    /// Why.
    pub myopia_reason: PersonReason,
    /// Refraction band of the person: the more myopic eye.
    pub band: Band,
    /// Why.
    pub band_reason: PersonReason,
    /// Further findings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
}
