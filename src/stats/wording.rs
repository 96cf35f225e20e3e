//! The sentences that stand beside figures, in the API, on pages and in sheets alike.

use crate::kernel::text::Text;
use crate::vision::rules::MyopiaEdge;

/// How to read any figures of a screening.
pub(super) fn reading_notes() -> [Text; 3] {
    let screening = Text::new(
        "筛查结果用于发现疑似问题，不作为医学结论；是否近视须由医疗机构检查确定。",
        "Screening finds suspected problems and is no medical finding; whether an eye is myopic is for a \
         medical examination to tell.",
    );
    let expected = Text::new(
        "应检人数来自已开启的筛查轮次的名册；未开启轮次的学校应检人数为0，其实检人数仍计入。",
        "The expected come from the rosters of opened rounds; a school that has opened none has nobody \
         expected, and its screened are counted all the same.",
    );
    let live = Text::new(
        "数据为查询时刻的实时数，之后的录入和更正会改变它们。",
        "The figures are live; later entries and corrections change them.",
    );
    [screening, expected, live]
}

/// Which edge of screening myopia the counted were judged by.
pub(super) fn edge_note(used: &[MyopiaEdge]) -> Text {
    match used {
        [] => Text::new("尚无筛查性近视判定。", "Screening myopia has not been judged in anybody."),
        [edge] => {
            let sign = edge.sign();
            Text::new(
                format!("筛查性近视按等效球镜 {sign} -0.50 D 判定。"),
                format!("Screening myopia: spherical equivalent {sign} -0.50 D."),
            )
        }
        _ => Text::new(
            "部分按等效球镜 < -0.50 D、部分按 ≤ -0.50 D 判定筛查性近视，两者合计，不宜直接比较。",
            "Screening myopia was judged in part by < -0.50 D and in part by ≤ -0.50 D; the sums mix both \
             and should not be compared directly.",
        ),
    }
}

/// What stands in place of a hidden figure.
pub(super) fn withheld() -> Text {
    Text::new("不公布", "withheld")
}

/// Why figures are hidden, and what their word does not mean.
pub(super) fn why_withheld(threshold: i64) -> Text {
    Text::new(
        format!(
            "标“不公布”的人数少于{threshold}人，或者公布后可以推算出少于{threshold}人的数；由它们得出的率也不公布。“不公布”不等于0。"
        ),
        format!(
            "A count is withheld where it is below {threshold}, or where one below {threshold} could be \
             computed from it; so is every rate that rests on it. Withheld does not mean 0."
        ),
    )
}

/// What the dash means.
pub(super) fn why_dash() -> Text {
    Text::new("“—”表示没有可作分母的人。", "A dash: there is nobody to count among.")
}
