//! Verdicts in words: the reason for the record, the classes in one line, and what changed.

use super::effect::{Change, EyeChange};
use super::measured::EyeSide;
use super::standards::RuleSets;
use super::verdict::{
    Band, BandRule, Degree, EyeVerdict, Eyes, Finding, Grade, GradeReason, LimitInUse, Myopia, MyopiaReason,
    MyopiaRule, PersonReason, Verdict,
};
use crate::kernel::measure::Acuity;
use crate::kernel::text::Text;

impl Grade {
    /// The grade in words.
    pub fn text(self) -> Text {
        match self {
            Self::Normal => Text::new("视力正常", "normal vision"),
            Self::Mild => Text::new("轻度视力不良", "mild poor vision"),
            Self::Moderate => Text::new("中度视力不良", "moderate poor vision"),
            Self::Severe => Text::new("重度视力不良", "severe poor vision"),
            Self::Undetermined => Text::new("视力未判定", "vision not judged"),
        }
    }
}

impl Myopia {
    /// The class in words: a screening result, no diagnosis.
    pub fn text(self) -> Text {
        match self {
            Self::Yes => Text::new("筛查性近视（疑似）", "screening myopia (suspected)"),
            Self::No => Text::new("非筛查性近视", "no screening myopia"),
            Self::Undetermined => Text::new("筛查性近视未判定", "screening myopia not judged"),
        }
    }
}

impl Band {
    /// The band in words.
    pub fn text(self) -> Text {
        match self {
            Self::High => Text::new("高度近视范围", "high myopia range"),
            Self::Low => Text::new("低度近视范围", "low myopia range"),
            Self::PreMyopia => Text::new("近视前驱期范围", "pre-myopia range"),
            Self::None => Text::new("不在近视及前驱期范围", "outside the myopia and pre-myopia ranges"),
            Self::Undetermined => Text::new("屈光状态未判定", "refraction not judged"),
        }
    }
}

impl Eyes {
    /// The eyes in words.
    pub fn text(self) -> Text {
        match self {
            Self::Right => EyeSide::Right.text(),
            Self::Left => EyeSide::Left.text(),
            Self::Both => Text::new("双眼", "both eyes"),
        }
    }
}

impl Degree {
    /// The degree in words.
    pub fn text(self) -> Text {
        match self {
            Self::Low => Text::new("低度", "low"),
            Self::Medium => Text::new("中度", "medium"),
            Self::High => Text::new("高度", "high"),
        }
    }
}

impl Verdict {
    /// Why every class is what it is, with values, limits and clauses; one paragraph.
    pub fn reason(&self) -> Text {
        let mut parts = vec![
            grade_of_eye(EyeSide::Right, &self.right, self.limit),
            grade_of_eye(EyeSide::Left, &self.left, self.limit),
            person(self.grade_reason, &self.grade.text(), false),
        ];
        parts.extend(self.limit.map(|limit| limit_in_use(self.age, limit)));
        parts.push(myopia_of_eye(EyeSide::Right, &self.right, &self.myopia_rule));
        parts.push(myopia_of_eye(EyeSide::Left, &self.left, &self.myopia_rule));
        parts.push(person(self.myopia_reason, &self.myopia.text(), self.myopia == Myopia::No));
        parts.extend(band_of_eye(EyeSide::Right, &self.right, &self.band_rule));
        parts.extend(band_of_eye(EyeSide::Left, &self.left, &self.band_rule));
        parts.push(person(self.band_reason, &self.band.text(), false));
        parts.extend(self.findings.iter().map(Finding::text));
        parts.push(basis(&self.standard));
        joined(&parts)
    }
}

/// The parts as one paragraph.
fn joined(parts: &[Text]) -> Text {
    let zh: Vec<&str> = parts.iter().map(|part| part.zh.as_ref()).collect();
    let en: Vec<&str> = parts.iter().map(|part| part.en.as_ref()).collect();
    Text::new(format!("{}。", zh.join("；")), format!("{}.", en.join("; ")))
}

/// An acuity with what an off-chart code means.
fn acuity_text(acuity: Acuity) -> Text {
    let kind = acuity.kind();
    if kind.is_off_chart() {
        let words = kind.text();
        Text::new(format!("{acuity}（{}）", words.zh), format!("{acuity} ({})", words.en))
    } else {
        Text::new(acuity.to_string(), acuity.to_string())
    }
}

fn grade_of_eye(side: EyeSide, eye: &EyeVerdict, limit: Option<LimitInUse>) -> Text {
    let side = side.text();
    let (Some(acuity), false) = (eye.acuity, eye.grade_reason == GradeReason::NotMeasured) else {
        return Text::new(
            format!("{}裸眼视力未测，不判定", side.zh),
            format!("{} uncorrected acuity not measured, not judged", side.en),
        );
    };
    let (acuity, limit) = (acuity_text(acuity), limit.map(|limit| limit.at_most.to_string()));
    let limit = limit.unwrap_or_default();
    let grade = eye.grade.text();
    let (zh, en) = match eye.grade_reason {
        GradeReason::AboveLimit => {
            (format!("高于 {limit}，{}", grade.zh), format!("above {limit}, {}", grade.en))
        }
        GradeReason::AtOrBelowLimit => {
            (format!("不高于 {limit}，{}", grade.zh), format!("not above {limit}, {}", grade.en))
        }
        GradeReason::AtOrBelowLimitByAnalogy => (
            format!("不高于 {limit}，视力异常（6 岁以下未规定分度，参照记为{}）", grade.zh),
            format!(
                "not above {limit}, abnormal (no grades are named under 6 years; by analogy {})",
                grade.en
            ),
        ),
        GradeReason::AgeUnknown => {
            ("缺出生日期，不判定".to_owned(), "birth date missing, not judged".to_owned())
        }
        GradeReason::AgeNotCovered | GradeReason::NotMeasured => (
            "标准未规定该年龄界值，不判定".to_owned(),
            "the standard has no limit for this age, not judged".to_owned(),
        ),
    };
    Text::new(
        format!("{}裸眼视力 {}，{zh}", side.zh, acuity.zh),
        format!("{} uncorrected acuity {}, {en}", side.en, acuity.en),
    )
}

fn limit_in_use(age: Option<i32>, limit: LimitInUse) -> Text {
    let age = age.map(|age| age.to_string()).unwrap_or_default();
    let (zh, en) = match limit.confirmation.remark() {
        Some(remark) => (format!("（{}）", remark.zh), format!(" ({})", remark.en)),
        None => (String::new(), String::new()),
    };
    Text::new(
        format!("{age} 岁视力不良界值：≤ {}{zh}", limit.at_most),
        format!("limit of poor vision at {age} years: at most {}{en}", limit.at_most),
    )
}

/// The class of the person; `neither` when it says that no eye has what was looked for.
fn person(reason: PersonReason, class: &Text, neither: bool) -> Text {
    match reason {
        PersonReason::OrthoK => Text::new(
            format!("夜戴角膜塑形镜，不论测值计为{}", class.zh),
            format!("overnight ortho-K lenses, counted as {} whatever was measured", class.en),
        ),
        PersonReason::EyeUndetermined(eyes) => Text::new(
            format!("{}未能判定，故{}", eyes.text().zh, class.zh),
            format!("{} not judged, therefore {}", eyes.text().en, class.en),
        ),
        PersonReason::WorseEye(_) if neither => {
            Text::new(format!("双眼均不符合，{}", class.zh), format!("neither eye, {}", class.en))
        }
        PersonReason::WorseEye(Eyes::Both) => {
            Text::new(format!("双眼一致：{}", class.zh), format!("both eyes alike: {}", class.en))
        }
        PersonReason::WorseEye(eyes) => Text::new(
            format!("以较差眼（{}）计：{}", eyes.text().zh, class.zh),
            format!("by the worse eye ({}): {}", eyes.text().en, class.en),
        ),
    }
}

/// The band of an eye with its bounds; `None` when the eye's equivalent is not known.
fn band_of_eye(side: EyeSide, eye: &EyeVerdict, rule: &BandRule) -> Option<Text> {
    let (se, side, band) = (eye.se?, side.text(), eye.band.text());
    let (high, low, pre) = (rule.high_at_most, rule.low_at_most, rule.pre_myopia_at_most);
    let bounds = match eye.band {
        Band::High => format!("SE ≤ {high}"),
        Band::Low => format!("{high} < SE ≤ {low}"),
        Band::PreMyopia => format!("{low} < SE ≤ {pre}"),
        Band::None => format!("SE > {pre}"),
        Band::Undetermined => {
            return Some(Text::new(
                format!("{}等效球镜 {se} D 为戴塑形镜期间所测，屈光不判定", side.zh),
                format!("{} SE {se} D measured under ortho-K lenses, refraction not judged", side.en),
            ));
        }
    };
    let remark = rule.confirmation.remark();
    let remark_zh = remark.as_ref().map(|text| format!("，{}", text.zh)).unwrap_or_default();
    let remark_en = remark.as_ref().map(|text| format!(", {}", text.en)).unwrap_or_default();
    Some(Text::new(
        format!("{}等效球镜 {se} D，{}（{bounds}{remark_zh}）", side.zh, band.zh),
        format!("{} SE {se} D, {} ({bounds}{remark_en})", side.en, band.en),
    ))
}

fn myopia_of_eye(side: EyeSide, eye: &EyeVerdict, rule: &MyopiaRule) -> Text {
    let side = side.text();
    let below = rule.acuity_below;
    let limit = format!("{} {}", rule.edge.sign(), rule.se_limit);
    let se = eye.se.map(|se| se.to_string()).unwrap_or_default();
    let (zh, en) = match eye.myopia_reason {
        MyopiaReason::BothBeyondLimits => (
            format!("视力 < {below} 且等效球镜 {se} {limit} D，符合筛查性近视"),
            format!("acuity < {below} and SE {se} {limit} D, screening myopia"),
        ),
        MyopiaReason::AcuityReached => {
            (format!("视力 ≥ {below}，不符合筛查性近视"), format!("acuity ≥ {below}, no screening myopia"))
        }
        MyopiaReason::EquivalentWithin => (
            format!("视力 < {below}，等效球镜 {se} D 未达 {limit} D，不符合筛查性近视"),
            format!("acuity < {below}, SE {se} D is not {limit} D, no screening myopia"),
        ),
        MyopiaReason::AcuityNotMeasured => {
            ("视力未测，近视不判定".to_owned(), "acuity not measured, myopia not judged".to_owned())
        }
        MyopiaReason::RefractionNotMeasured => (
            format!("视力 < {below}，屈光未测或不全，近视不判定"),
            format!("acuity < {below}, refraction not or not fully measured, myopia not judged"),
        ),
        MyopiaReason::MaskedByOrthoK => (
            "戴塑形镜期间的测值不能排除近视，单眼不判定".to_owned(),
            "measured under ortho-K lenses, which hide myopia: this eye is not judged".to_owned(),
        ),
    };
    Text::new(format!("{}{zh}", side.zh), format!("{} {en}", side.en))
}

impl Finding {
    /// The finding in words.
    pub fn text(&self) -> Text {
        match self {
            Self::Astigmatism { eye, degree, cylinder, .. } => Text::new(
                format!("{}柱镜 {cylinder} D，{}散光范围（单一来源）", eye.text().zh, degree.text().zh),
                format!(
                    "{} cylinder {cylinder} D, {} astigmatism range (one source)",
                    eye.text().en,
                    degree.text().en
                ),
            ),
            Self::Hyperopia { eye, degree, se } => Text::new(
                format!("{}等效球镜 {se} D，{}远视范围（单一来源）", eye.text().zh, degree.text().zh),
                format!("{} SE {se} D, {} hyperopia range (one source)", eye.text().en, degree.text().en),
            ),
            Self::Anisometropia { sphere, cylinder } => {
                // A difference has no sign to show.
                let (sphere, cylinder) = (sphere.to_string(), cylinder.to_string());
                let (sphere, cylinder) = (sphere.trim_start_matches('+'), cylinder.trim_start_matches('+'));
                Text::new(
                    format!("双眼球镜相差 {sphere} D、柱镜相差 {cylinder} D，屈光参差范围（单一来源）"),
                    format!(
                        "the eyes differ by {sphere} D sphere and {cylinder} D cylinder, \
                         anisometropia range (one source)"
                    ),
                )
            }
            Self::GlassesToCheck { eye, corrected } => Text::new(
                format!("{}戴镜视力 {}，建议复核眼镜（单一来源）", eye.text().zh, acuity_text(*corrected).zh),
                format!(
                    "{} acuity with glasses {}, have the glasses checked (one source)",
                    eye.text().en,
                    acuity_text(*corrected).en
                ),
            ),
        }
    }
}

/// The document and its clauses. A verdict of a rule set that this program no longer knows still
/// names it by its id.
fn basis(standard: &str) -> Text {
    match RuleSets::embedded().ok().and_then(|sets| sets.by_id(standard)) {
        Some(set) => {
            let criteria = &set.criteria;
            let zh = [&criteria.grades.clause_zh, &criteria.myopia.clause_zh, &criteria.refraction.clause_zh];
            let en = [&criteria.grades.clause_en, &criteria.myopia.clause_en, &criteria.refraction.clause_en];
            Text::new(
                format!("依据：{}；条款：{}", set.title.zh, zh.map(String::as_str).join("、")),
                format!("standard: {}; clauses: {}", set.title.en, en.map(String::as_str).join(", ")),
            )
        }
        None => Text::new(format!("依据：{standard}"), format!("standard: {standard}")),
    }
}

impl Verdict {
    /// The classes in one line: each eye, then screening myopia.
    pub fn brief(&self) -> Text {
        let (right, left, myopia) = (self.right.grade.text(), self.left.grade.text(), self.myopia.text());
        if self.right.grade == self.left.grade {
            return Text::new(
                format!("双眼{}；{}", right.zh, myopia.zh),
                format!("both eyes {}; {}", right.en, myopia.en),
            );
        }
        Text::new(
            format!("右眼{}，左眼{}；{}", right.zh, left.zh, myopia.zh),
            format!("right eye {}, left eye {}; {}", right.en, left.en, myopia.en),
        )
    }
}

impl EyeChange {
    /// What changed in this eye; `None` when nothing can be compared.
    pub fn text(&self) -> Option<Text> {
        let rows = self.rows.map(|rows| match rows {
            0 => Text::new("视力不变", "acuity unchanged"),
            1.. => Text::new(format!("视力升{rows}行"), format!("acuity {rows} rows better")),
            ..0 => {
                let rows = rows.unsigned_abs();
                Text::new(format!("视力降{rows}行"), format!("acuity {rows} rows worse"))
            }
        });
        let se = self.se.map(|se| Text::new(format!("等效球镜变化 {se} D"), format!("SE changed by {se} D")));
        match (rows, se) {
            (Some(rows), Some(se)) => {
                Some(Text::new(format!("{}、{}", rows.zh, se.zh), format!("{}, {}", rows.en, se.en)))
            }
            (rows, se) => rows.or(se),
        }
    }
}

impl EyeChange {
    /// What changed in this eye in figures; `None` when nothing can be compared.
    pub fn brief(&self) -> Option<Text> {
        let signed = |rows: i16| if rows == 0 { rows.to_string() } else { format!("{rows:+}") };
        let rows =
            self.rows.map(|rows| Text::new(format!("{}行", signed(rows)), format!("{} rows", signed(rows))));
        let se = self.se.map(|se| Text::new(se.to_string(), se.to_string()));
        match (rows, se) {
            (Some(rows), Some(se)) => {
                Some(Text::new(format!("{} {}", rows.zh, se.zh), format!("{} {}", rows.en, se.en)))
            }
            (rows, se) => rows.or(se),
        }
    }
}

impl Change {
    /// What changed since the screening before; `None` when nothing can be compared.
    pub fn text(&self) -> Option<Text> {
        self.of_eyes(EyeChange::text)
    }

    /// The same in figures, for a narrow column.
    pub fn brief(&self) -> Option<Text> {
        self.of_eyes(EyeChange::brief)
    }

    fn of_eyes(&self, text: fn(&EyeChange) -> Option<Text>) -> Option<Text> {
        let eye = |side: EyeSide, change: &EyeChange| {
            let (side, change) = (side.text(), text(change)?);
            Some(Text::new(format!("{}{}", side.zh, change.zh), format!("{} {}", side.en, change.en)))
        };
        match (eye(EyeSide::Right, &self.right), eye(EyeSide::Left, &self.left)) {
            (Some(right), Some(left)) => {
                Some(Text::new(format!("{}；{}", right.zh, left.zh), format!("{}; {}", right.en, left.en)))
            }
            (right, left) => right.or(left),
        }
    }
}
