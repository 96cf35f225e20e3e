//! What one screening measured, and what in it cannot be true.

use serde::{Deserialize, Serialize};

use crate::kernel::error::Fault;
pub use crate::kernel::error::FieldFault;
use crate::kernel::measure::{Acuity, Axis, Diopter, SphericalEquivalent};
use crate::kernel::text::Text;
use crate::text_enum;

/// The strongest cylinder a record can hold, either sign, in hundredths of a dioptre.
pub const CYLINDER_LIMIT_HUNDREDTHS: i16 = 1500;

/// One eye as measured; `None` is "not measured", never "normal".
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Eye {
    /// 裸眼视力: without glasses.
    pub uncorrected: Option<Acuity>,
    /// 戴镜视力: with the pupil's own glasses.
    pub corrected: Option<Acuity>,
    /// 球镜, within ±30.00 D.
    pub sphere: Option<Diopter>,
    /// 柱镜, within ±15.00 D, either sign convention.
    pub cylinder: Option<Diopter>,
    /// 轴位.
    pub axis: Option<Axis>,
}

impl Eye {
    /// The spherical equivalent; `None` unless sphere and cylinder were both measured.
    pub fn spherical_equivalent(&self) -> Option<SphericalEquivalent> {
        Some(SphericalEquivalent::of(self.sphere?, self.cylinder?))
    }

    /// The same lens written with a minus cylinder. Unchanged when it already is, when refraction is
    /// incomplete, or when the sphere would leave its range.
    pub fn in_minus_cylinder(self) -> Self {
        match (self.sphere, self.cylinder) {
            (Some(sphere), Some(cylinder)) if cylinder > Diopter::ZERO => match sphere.plus(cylinder) {
                Some(sphere) => Self {
                    sphere: Some(sphere),
                    cylinder: Some(cylinder.negated()),
                    axis: self.axis.map(Axis::perpendicular),
                    ..self
                },
                None => self,
            },
            _ => self,
        }
    }
}

/// Which eye.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EyeSide {
    /// 右眼
    Right,
    /// 左眼
    Left,
}

impl EyeSide {
    /// The eye in words.
    pub fn text(self) -> Text {
        match self {
            Self::Right => Text::new("右眼", "right eye"),
            Self::Left => Text::new("左眼", "left eye"),
        }
    }
}

text_enum! {
    /// What the pupil wears (戴镜类型). Only these words are exchanged: the numeric codes of the
    /// national forms and of the vendors' programs contradict each other.
    pub enum Glasses {
        /// 不戴镜.
        NoGlasses = "none" ("不戴镜", "no glasses"),
        /// 框架眼镜.
        Spectacles = "spectacles" ("框架眼镜", "spectacles"),
        /// 隐形眼镜.
        Contacts = "contacts" ("隐形眼镜", "contact lenses"),
        /// 夜戴角膜塑形镜.
        OrthoK = "ortho_k" ("夜戴角膜塑形镜", "overnight ortho-K lenses"),
    }
}

impl Glasses {
    /// Reads the word.
    ///
    /// # Errors
    /// `unknown_glasses`; numeric codes are refused because their schemes contradict each other.
    pub fn parse(word: &str) -> Result<Self, Fault> {
        word.parse().map_err(|_| {
            Fault::new(
                "unknown_glasses",
                "戴镜类型应为 none（不戴镜）、spectacles（框架）、contacts（隐形）或 \
                 ortho_k（夜戴角膜塑形镜），不用数字代码",
                "glasses are none, spectacles, contacts or ortho_k; no numeric codes",
            )
        })
    }
}

text_enum! {
    /// Why a pupil on the list was not screened (未查原因).
    pub enum NotDoneReason {
        /// 缺席.
        Absent = "absent" ("缺席", "absent"),
        /// 本人或监护人不同意.
        Declined = "declined" ("本人或监护人不同意", "declined by pupil or guardian"),
        /// 不能配合.
        CannotCooperate = "cannot_cooperate" ("不能配合", "could not cooperate"),
        /// 眼部不适、受伤或术后.
        EyeCondition = "eye_condition" ("眼部不适、受伤或术后", "eye sore, injured or after an operation"),
        /// 设备故障.
        Equipment = "equipment" ("设备故障", "equipment out of order"),
        /// 其他.
        Other = "other" ("其他", "other"),
    }
}

impl NotDoneReason {
    /// Reads the word.
    ///
    /// # Errors
    /// `unknown_not_done_reason`.
    pub fn parse(word: &str) -> Result<Self, Fault> {
        word.parse().map_err(|_| {
            Fault::new(
                "unknown_not_done_reason",
                "未查原因应为 absent、declined、cannot_cooperate、eye_condition、equipment 或 other",
                "the reason is absent, declined, cannot_cooperate, eye_condition, equipment or other",
            )
        })
    }
}

/// What one screening measured in one pupil.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Measured {
    /// 右眼
    pub right: Eye,
    /// 左眼
    pub left: Eye,
    /// 戴镜类型; `None` when it was not recorded.
    pub glasses: Option<Glasses>,
}

/// The names of one eye's fields in JSON and in sheets.
struct EyeFields {
    uncorrected: &'static str,
    corrected: &'static str,
    sphere: &'static str,
    cylinder: &'static str,
    axis: &'static str,
}

const RIGHT: EyeFields = EyeFields {
    uncorrected: "right_uncorrected",
    corrected: "right_corrected",
    sphere: "right_sphere",
    cylinder: "right_cylinder",
    axis: "right_axis",
};
const LEFT: EyeFields = EyeFields {
    uncorrected: "left_uncorrected",
    corrected: "left_corrected",
    sphere: "left_sphere",
    cylinder: "left_cylinder",
    axis: "left_axis",
};

impl Measured {
    /// Everything in the record that cannot be true, each fault with its field. Missing values are
    /// no faults: what is missing is not judged. A half-written refraction is one: a cylinder says
    /// nothing without sphere and axis.
    pub fn faults(&self) -> Vec<FieldFault> {
        let mut faults = Vec::new();
        check_eye(&self.right, &RIGHT, &mut faults);
        check_eye(&self.left, &LEFT, &mut faults);
        faults
    }

    /// Whether nothing at all was measured: such a row is "not done", not a screening.
    pub fn is_blank(&self) -> bool {
        self.right == Eye::default() && self.left == Eye::default()
    }

    /// The fields still to be measured for a complete screening, by what the pupil wears: without
    /// glasses uncorrected acuity and refraction; with spectacles or contact lenses corrected acuity
    /// as well; with ortho-K corrected acuity alone. Advice for the screener (one source), never a
    /// reason to refuse the record.
    pub fn still_to_measure(&self) -> Vec<&'static str> {
        let mut missing = Vec::new();
        let glasses = self.glasses.unwrap_or(Glasses::NoGlasses);
        for (eye, fields) in [(&self.right, &RIGHT), (&self.left, &LEFT)] {
            let needs_lens = glasses != Glasses::NoGlasses;
            let needs_bare = glasses != Glasses::OrthoK;
            let wanted = [
                (needs_bare && eye.uncorrected.is_none(), fields.uncorrected),
                (needs_lens && eye.corrected.is_none(), fields.corrected),
                (needs_bare && eye.sphere.is_none(), fields.sphere),
                (needs_bare && eye.cylinder.is_none(), fields.cylinder),
            ];
            missing.extend(wanted.into_iter().filter(|(wanted, _)| *wanted).map(|(_, name)| name));
        }
        missing
    }
}

/// The faults of one eye: the cylinder's range, and a refraction that is written by halves.
fn check_eye(eye: &Eye, fields: &EyeFields, faults: &mut Vec<FieldFault>) {
    if eye.cylinder.is_some_and(|cylinder| cylinder.abs().code() > CYLINDER_LIMIT_HUNDREDTHS) {
        faults.push((
            fields.cylinder,
            Fault::new(
                "out_of_range",
                "柱镜应在 -15.00 到 +15.00 D 之间；未测请留空，不填 999",
                "a cylinder lies between -15.00 and +15.00 D; leave blank when not measured, not 999",
            ),
        ));
    }
    if eye.cylinder.is_some() && eye.sphere.is_none() {
        faults.push((
            fields.sphere,
            Fault::new(
                "sphere_missing",
                "有柱镜就要填球镜（平光填 0）",
                "a cylinder needs its sphere (plano is 0)",
            ),
        ));
    }
    let bends = eye.cylinder.is_some_and(|cylinder| cylinder != Diopter::ZERO);
    if bends && eye.axis.is_none() {
        faults
            .push((fields.axis, Fault::new("axis_missing", "有柱镜就要填轴位", "a cylinder needs its axis")));
    }
    if eye.axis.is_some() && eye.cylinder.is_none() {
        faults.push((
            fields.cylinder,
            Fault::new(
                "cylinder_missing",
                "有轴位就要填柱镜（无散光填 0）",
                "an axis needs its cylinder (no astigmatism is 0)",
            ),
        ));
    }
}
