//! The judgement: measures and a rule set in, a verdict out.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::measured::{Eye, EyeSide, Glasses, Measured};
use super::standards::{Criteria, FindingCriteria, GradeCriteria, RuleSet};
use super::verdict::{
    Band, BandRule, Degree, EyeVerdict, Eyes, Finding, Grade, GradeReason, LimitInUse, Myopia, MyopiaEdge,
    MyopiaReason, MyopiaRule, PersonReason, Verdict,
};
use crate::kernel::clock::full_months;
use crate::kernel::measure::{Acuity, Diopter, SphericalEquivalent};

/// What a county may decide about judging.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Whether an equivalent of exactly −0.50 D counts as screening myopia.
    pub myopia_edge: MyopiaEdge,
}

impl From<&crate::kernel::config::Vision> for Settings {
    fn from(config: &crate::kernel::config::Vision) -> Self {
        let myopia_edge = match config.myopia_edge {
            crate::kernel::config::MyopiaEdge::Strict => MyopiaEdge::Strict,
            crate::kernel::config::MyopiaEdge::Inclusive => MyopiaEdge::Inclusive,
        };
        Self { myopia_edge }
    }
}

/// Judges one screening of `exam_date` by the rule set of that day
/// ([`RuleSets::rule_set_on`](super::RuleSets::rule_set_on)). What is missing is not judged, and the
/// verdict says so. The measures must have no [`faults`](Measured::faults).
pub fn judge(
    measured: &Measured,
    birth_date: Option<NaiveDate>,
    exam_date: NaiveDate,
    rule_set: &RuleSet,
    settings: Settings,
) -> Verdict {
    let criteria = &rule_set.criteria;
    let age = birth_date.and_then(|born| full_months(born, exam_date)).map(|months| months / 12);
    let limit = age
        .and_then(|age| rule_set.limit_at(age))
        .map(|limit| LimitInUse { at_most: limit.limit, confirmation: limit.confirmation });
    let myopia_rule = MyopiaRule {
        acuity_below: criteria.myopia.acuity_below,
        se_limit: criteria.myopia.se_limit,
        edge: settings.myopia_edge,
    };
    let band_rule = BandRule {
        high_at_most: criteria.refraction.high_at_most,
        low_at_most: criteria.refraction.low_at_most,
        pre_myopia_at_most: criteria.refraction.pre_myopia_at_most,
        confirmation: criteria.refraction.confirmation,
    };
    let ortho_k = measured.glasses == Some(Glasses::OrthoK);
    let rules = EyeRules { age, limit, myopia: myopia_rule, band: band_rule, ortho_k, criteria };
    let eye = |eye| judge_eye(eye, &rules);
    let (right, left) = (eye(&measured.right), eye(&measured.left));
    let (grade, grade_reason) = person_grade(right.grade, left.grade);
    let (myopia, myopia_reason) = person_myopia(right.myopia, left.myopia, ortho_k);
    let (band, band_reason) = person_band(&right, &left);
    Verdict {
        standard: rule_set.id.clone(),
        age,
        limit,
        myopia_rule,
        band_rule,
        glasses: measured.glasses,
        right,
        left,
        grade,
        grade_reason,
        myopia,
        myopia_reason,
        band,
        band_reason,
        findings: findings(measured, age, &criteria.findings),
    }
}

/// What an eye is judged by.
struct EyeRules<'a> {
    age: Option<i32>,
    limit: Option<LimitInUse>,
    myopia: MyopiaRule,
    band: BandRule,
    ortho_k: bool,
    criteria: &'a Criteria,
}

fn judge_eye(eye: &Eye, rules: &EyeRules<'_>) -> EyeVerdict {
    let se = eye.spherical_equivalent();
    let (grade, grade_reason) = grade_eye(eye.uncorrected, rules.age, rules.limit, &rules.criteria.grades);
    let (myopia, myopia_reason) = myopia_of_eye(eye.uncorrected, se, &rules.myopia, rules.ortho_k);
    EyeVerdict {
        acuity: eye.uncorrected,
        se,
        grade,
        grade_reason,
        myopia,
        myopia_reason,
        band: band_of(se, rules.ortho_k, &rules.band),
    }
}

/// Poor vision of one eye: at or below the limit of its age. Off-chart findings are below every row
/// and so severe.
fn grade_eye(
    acuity: Option<Acuity>,
    age: Option<i32>,
    limit: Option<LimitInUse>,
    grades: &GradeCriteria,
) -> (Grade, GradeReason) {
    let Some(acuity) = acuity else { return (Grade::Undetermined, GradeReason::NotMeasured) };
    let Some(age) = age else { return (Grade::Undetermined, GradeReason::AgeUnknown) };
    let Some(limit) = limit else { return (Grade::Undetermined, GradeReason::AgeNotCovered) };
    if acuity > limit.at_most {
        return (Grade::Normal, GradeReason::AboveLimit);
    }
    let grade = if acuity >= grades.mild_from {
        Grade::Mild
    } else if acuity >= grades.moderate_from {
        Grade::Moderate
    } else {
        Grade::Severe
    };
    if age < grades.named_from_age {
        (grade, GradeReason::AtOrBelowLimitByAnalogy)
    } else {
        (grade, GradeReason::AtOrBelowLimit)
    }
}

/// Screening myopia of one eye. Overnight lenses flatten the cornea for the day: they can hide
/// myopia but not make it, so a "no" measured under them is not said of the eye.
fn myopia_of_eye(
    acuity: Option<Acuity>,
    se: Option<SphericalEquivalent>,
    rule: &MyopiaRule,
    ortho_k: bool,
) -> (Myopia, MyopiaReason) {
    let (myopia, reason) = match (acuity, se) {
        (None, _) => (Myopia::Undetermined, MyopiaReason::AcuityNotMeasured),
        (Some(acuity), _) if acuity >= rule.acuity_below => (Myopia::No, MyopiaReason::AcuityReached),
        (Some(_), None) => (Myopia::Undetermined, MyopiaReason::RefractionNotMeasured),
        (Some(_), Some(se)) if is_beyond(se, rule) => (Myopia::Yes, MyopiaReason::BothBeyondLimits),
        (Some(_), Some(_)) => (Myopia::No, MyopiaReason::EquivalentWithin),
    };
    match myopia {
        Myopia::No if ortho_k => (Myopia::Undetermined, MyopiaReason::MaskedByOrthoK),
        _ => (myopia, reason),
    }
}

fn is_beyond(se: SphericalEquivalent, rule: &MyopiaRule) -> bool {
    let limit = rule.se_limit.into();
    match rule.edge {
        MyopiaEdge::Strict => se < limit,
        MyopiaEdge::Inclusive => se <= limit,
    }
}

/// The refraction band of one eye. Under overnight lenses a myopic band is a lower bound and
/// stands; anything milder is not the eye's own and is not said.
fn band_of(se: Option<SphericalEquivalent>, ortho_k: bool, bands: &BandRule) -> Band {
    let Some(se) = se else { return Band::Undetermined };
    if se <= bands.high_at_most.into() {
        Band::High
    } else if se <= bands.low_at_most.into() {
        Band::Low
    } else if ortho_k {
        Band::Undetermined
    } else if se <= bands.pre_myopia_at_most.into() {
        Band::PreMyopia
    } else {
        Band::None
    }
}

/// The eyes for which something holds; `None` when it holds for neither.
fn eyes_where(right: bool, left: bool) -> Option<Eyes> {
    match (right, left) {
        (true, true) => Some(Eyes::Both),
        (true, false) => Some(Eyes::Right),
        (false, true) => Some(Eyes::Left),
        (false, false) => None,
    }
}

/// The worse eye. With one eye undetermined the worse one is not known, whatever the other is; the
/// known eye keeps its own class and its advice.
fn person_grade(right: Grade, left: Grade) -> (Grade, PersonReason) {
    match (right.severity(), left.severity()) {
        (Some(r), Some(l)) if r > l => (right, PersonReason::WorseEye(Eyes::Right)),
        (Some(r), Some(l)) if r < l => (left, PersonReason::WorseEye(Eyes::Left)),
        (Some(_), Some(_)) => (right, PersonReason::WorseEye(Eyes::Both)),
        (r, l) => {
            let eyes = eyes_where(r.is_none(), l.is_none()).unwrap_or(Eyes::Both);
            (Grade::Undetermined, PersonReason::EyeUndetermined(eyes))
        }
    }
}

/// Ortho-K first, whatever was measured; then both eyes must be decidable; then any myopic eye.
fn person_myopia(right: Myopia, left: Myopia, ortho_k: bool) -> (Myopia, PersonReason) {
    if ortho_k {
        return (Myopia::Yes, PersonReason::OrthoK);
    }
    let eyes_that_are = |class| eyes_where(right == class, left == class);
    if let Some(eyes) = eyes_that_are(Myopia::Undetermined) {
        (Myopia::Undetermined, PersonReason::EyeUndetermined(eyes))
    } else if let Some(eyes) = eyes_that_are(Myopia::Yes) {
        (Myopia::Yes, PersonReason::WorseEye(eyes))
    } else {
        (Myopia::No, PersonReason::WorseEye(Eyes::Both))
    }
}

/// The more myopic eye, when both are known.
fn person_band(right: &EyeVerdict, left: &EyeVerdict) -> (Band, PersonReason) {
    let unknown = eyes_where(right.band == Band::Undetermined, left.band == Band::Undetermined);
    match (unknown, right.se, left.se) {
        (None, Some(r), Some(l)) if r < l => (right.band, PersonReason::WorseEye(Eyes::Right)),
        (None, Some(r), Some(l)) if r > l => (left.band, PersonReason::WorseEye(Eyes::Left)),
        (None, _, _) => (right.band, PersonReason::WorseEye(Eyes::Both)),
        (Some(eyes), _, _) => (Band::Undetermined, PersonReason::EyeUndetermined(eyes)),
    }
}

fn findings(measured: &Measured, age: Option<i32>, criteria: &FindingCriteria) -> Vec<Finding> {
    let mut found = Vec::new();
    for (side, eye) in [(EyeSide::Right, &measured.right), (EyeSide::Left, &measured.left)] {
        found.extend(astigmatism(side, eye, criteria));
        found.extend(hyperopia(side, eye, age, criteria));
        found.extend(glasses_to_check(side, eye, criteria));
    }
    found.extend(anisometropia(measured, criteria));
    found
}

fn astigmatism(eye: EyeSide, measured: &Eye, criteria: &FindingCriteria) -> Option<Finding> {
    let cylinder = measured.cylinder?;
    let power = cylinder.abs();
    let degree = if power > criteria.astigmatism_high_above {
        Degree::High
    } else if power > criteria.astigmatism_medium_above {
        Degree::Medium
    } else if power >= criteria.astigmatism_low_from {
        Degree::Low
    } else {
        return None;
    };
    Some(Finding::Astigmatism { eye, degree, cylinder, axis: measured.axis })
}

fn hyperopia(eye: EyeSide, measured: &Eye, age: Option<i32>, criteria: &FindingCriteria) -> Option<Finding> {
    let se = measured.spherical_equivalent()?;
    if age? < criteria.hyperopia_from_age {
        return None;
    }
    let degree = if se > criteria.hyperopia_high_above.into() {
        Degree::High
    } else if se > criteria.hyperopia_medium_above.into() {
        Degree::Medium
    } else if se > criteria.hyperopia_low_above.into() {
        Degree::Low
    } else {
        return None;
    };
    Some(Finding::Hyperopia { eye, degree, se })
}

fn glasses_to_check(eye: EyeSide, measured: &Eye, criteria: &FindingCriteria) -> Option<Finding> {
    let corrected = measured.corrected.filter(|acuity| *acuity < criteria.corrected_below)?;
    Some(Finding::GlassesToCheck { eye, corrected })
}

/// Compared in minus-cylinder form, so that two sign conventions do not look like a difference.
fn anisometropia(measured: &Measured, criteria: &FindingCriteria) -> Option<Finding> {
    let (right, left) = (measured.right.in_minus_cylinder(), measured.left.in_minus_cylinder());
    let sphere = right.sphere?.distance(left.sphere?);
    let cylinder = right.cylinder?.distance(left.cylinder?);
    let apart = sphere > criteria.anisometropia_sphere_above.code()
        || cylinder > criteria.anisometropia_cylinder_above.code();
    let capped = |hundredths: i16| Diopter::from_code(hundredths.min(Diopter::LIMIT_HUNDREDTHS));
    apart.then_some(Finding::Anisometropia { sphere: capped(sphere)?, cylinder: capped(cylinder)? })
}
