//! The next step after a screening: in a few words for the doctor, in kind ones for the guardians.

use super::measured::Glasses;
use super::verdict::{Band, Finding, Grade, Myopia, Verdict};
use crate::kernel::text::Text;

/// The next step after a screening: what to do, never what the child "has".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NextStep {
    /// 夜戴角膜塑形镜: the regular visits at the clinic that fitted the lenses.
    OrthoKVisits,
    /// An eye clinic, for a cycloplegic refraction.
    EyeClinicRefraction,
    /// An eye clinic, with the glasses.
    CheckGlasses,
    /// An eye clinic, to find the reason.
    EyeClinic,
    /// The screening is not complete: once more at school.
    MeasureAgain,
    /// An eye clinic when convenient, for the refraction.
    CheckRefraction,
    /// Outdoors, less near work, and a refraction record where there is a clinic.
    KeepRefractionRecord,
    /// Going on as before, and the next screening in time.
    Routine,
}

impl NextStep {
    /// Whether the pupil is to be seen at an eye clinic soon, and not only when convenient.
    pub const fn is_referral(self) -> bool {
        matches!(self, Self::EyeClinicRefraction | Self::CheckGlasses | Self::EyeClinic)
    }

    /// The step in a few words, for the doctor.
    pub fn label(self) -> Text {
        match self {
            Self::OrthoKVisits => Text::new("按时到验配机构复查", "regular visits at the fitting clinic"),
            Self::EyeClinicRefraction => {
                Text::new("建议到眼科散瞳验光", "eye clinic: cycloplegic refraction")
            }
            Self::CheckGlasses => Text::new("建议带镜到眼科复查", "eye clinic: have the glasses checked"),
            Self::EyeClinic => Text::new("建议到眼科检查", "eye clinic: examination"),
            Self::MeasureAgain => Text::new("建议补测", "to be measured again"),
            Self::CheckRefraction => Text::new("建议方便时到眼科复核", "eye clinic when convenient"),
            Self::KeepRefractionRecord => Text::new("建议建立屈光档案", "keep a refraction record"),
            Self::Routine => Text::new("按时参加下次筛查", "next screening in time"),
        }
    }

    /// The step for the guardians, kindly worded.
    pub fn advice(self) -> Text {
        match self {
            Self::OrthoKVisits => Text::new(
                "孩子正在夜戴角膜塑形镜，请坚持按时到验配的医疗机构复查，注意镜片清洁；眼睛红、痛时先停戴并及时就医。",
                "Your child wears overnight ortho-K lenses: please keep the regular visits at the clinic that \
                     fitted them and keep the lenses clean; if an eye is red or sore, stop wearing them and see \
                     an eye doctor.",
            ),
            Self::EyeClinicRefraction => Text::new(
                "这次筛查提示孩子可能看远处不够清楚。筛查不能代替医院检查，请近期带孩子到正规医疗机构眼科做散瞳验光，听取医生建议；平时每天户外活动 2 小时，读写注意距离和休息。",
                "This screening suggests that your child may not see clearly at a distance. A screening does \
                     not replace an examination: please take your child to an eye clinic for a cycloplegic \
                     refraction soon and follow the doctor's advice; two hours outdoors every day and pauses \
                     in reading help.",
            ),
            Self::CheckGlasses => Text::new(
                "孩子戴镜后的视力还不够理想，请带上眼镜到正规医疗机构眼科复查，看看眼镜是否需要调整。",
                "With the present glasses your child does not yet see as well as possible: please have eyes \
                     and glasses checked at an eye clinic.",
            ),
            Self::EyeClinic => Text::new(
                "这次测得的视力低于同龄参考值，原因需要进一步检查才能知道，请带孩子到正规医疗机构眼科看一看，3–6 个月内复查视力。",
                "The acuity measured is below the reference of this age; only an examination can tell why. \
                     Please visit an eye clinic, and have the acuity measured again within 3 to 6 months.",
            ),
            Self::MeasureAgain => Text::new(
                "这次筛查还不完整，请在学校安排的时间补测；如孩子看东西眯眼、歪头或说看不清，请尽早到眼科检查。",
                "This screening is not complete: please let your child be measured again at school; if your \
                     child squints, tilts the head or says that things are blurred, visit an eye clinic early.",
            ),
            Self::CheckRefraction => Text::new(
                "这次视力在同龄参考范围内，屈光数据有需要留意的地方，建议方便时到正规医疗机构眼科复核，并按学校安排参加下次筛查。",
                "The acuity is within the reference of this age, but the refraction deserves a look: please \
                     have it checked at an eye clinic when convenient, and come to the next screening.",
            ),
            Self::KeepRefractionRecord => Text::new(
                "这次视力在同龄参考范围内，远视储备可能偏少。请保证每天户外活动 2 小时，减少近距离用眼，下学期按时筛查，也可到眼科建立屈光档案。",
                "The acuity is within the reference of this age, but the reserve may be small: two hours \
                     outdoors every day, less near work, the next screening in time; an eye clinic can keep a \
                     refraction record.",
            ),
            Self::Routine => Text::new(
                "这次视力在同龄参考范围内。请继续每天户外活动 2 小时、保证睡眠、读写姿势端正，下学期按时参加筛查。",
                "The acuity is within the reference of this age. Please keep up two hours outdoors every day, \
                     enough sleep and a good reading posture, and come to the next screening.",
            ),
        }
    }
}

/// The next step that a verdict asks for.
pub fn next_step(verdict: &Verdict) -> NextStep {
    let poor_eye = verdict.right.grade.is_poor() || verdict.left.grade.is_poor();
    let myopic_eye = verdict.right.myopia == Myopia::Yes || verdict.left.myopia == Myopia::Yes;
    let check_glasses =
        verdict.findings.iter().any(|finding| matches!(finding, Finding::GlassesToCheck { .. }));
    if verdict.glasses == Some(Glasses::OrthoK) {
        NextStep::OrthoKVisits
    } else if verdict.myopia == Myopia::Yes || myopic_eye {
        NextStep::EyeClinicRefraction
    } else if check_glasses {
        NextStep::CheckGlasses
    } else if poor_eye {
        NextStep::EyeClinic
    } else if verdict.grade == Grade::Undetermined || verdict.myopia == Myopia::Undetermined {
        NextStep::MeasureAgain
    } else if !verdict.findings.is_empty() {
        NextStep::CheckRefraction
    } else if matches!(verdict.band, Band::PreMyopia | Band::Low | Band::High) {
        NextStep::KeepRefractionRecord
    } else {
        NextStep::Routine
    }
}

/// The next step in words for the guardians.
pub fn advice(verdict: &Verdict) -> Text {
    next_step(verdict).advice()
}
