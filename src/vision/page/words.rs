//! The sentences that the script of the grid says. Reasons are those of the rules, so that a cell
//! reddens with the same words whether the browser or the server found the fault.

use crate::kernel::error::Fault;
use crate::kernel::measure::{Acuity, Axis, Diopter};
use crate::kernel::text::Text;
use crate::vision::rules::{
    Eye, Line, Measured, confirm_decimal, confirm_far, confirm_finding, confirm_power,
};

/// Every sentence with its key.
pub(super) fn all() -> Vec<(&'static str, Text)> {
    let mut words = faults();
    words.extend(own());
    words
}

/// What can be wrong with a cell or asked about it; the placeholders are filled in by the script.
fn faults() -> Vec<(&'static str, Text)> {
    let refused = |fault: Option<Fault>| fault.map_or_else(|| Text::new("", ""), |fault| fault.text);
    let finding = Text::new("{finding}", "{finding}");
    let mut words = vec![
        ("not_on_chart", refused(Acuity::parse("").err())),
        ("not_in_conversion_table", refused(Acuity::parse_decimal("").err())),
        ("not_a_diopter", refused(Diopter::parse("").err())),
        ("out_of_range_sphere", refused(Diopter::parse("999").err())),
        ("axis_out_of_range", refused(Axis::parse("").err())),
        ("confirm_decimal", confirm_decimal("{typed}", "{value}").text),
        ("confirm_finding", confirm_finding("{typed}", &finding).text),
        ("confirm_power", confirm_power("{typed}", "{value}").text),
        ("confirm_far", confirm_far("{value}", "{before}").text),
    ];
    words.extend(of_rows());
    words
}

/// What can be wrong with a row as a whole, from rows that have it.
fn of_rows() -> Vec<(&'static str, Text)> {
    let axis = Axis::from_code(1);
    let bent = Diopter::from_code(-100);
    let eyes = [
        Eye { cylinder: bent, axis, ..Eye::default() },
        Eye { sphere: bent, cylinder: bent, ..Eye::default() },
        Eye { sphere: bent, axis, ..Eye::default() },
        Eye { sphere: bent, cylinder: Diopter::from_code(Diopter::LIMIT_HUNDREDTHS), axis, ..Eye::default() },
    ];
    let mut words = Vec::new();
    for right in eyes {
        let measured = Measured { right, ..Measured::default() };
        for (_, fault) in measured.faults() {
            let key = if fault.code == "out_of_range" { "out_of_range_cylinder" } else { fault.code };
            words.push((key, fault.text));
        }
    }
    let absent = Line {
        not_done_reason: Some("absent".to_owned()),
        right_uncorrected: Some("5.0".to_owned()),
        ..Line::default()
    };
    for line in [Line::default(), absent] {
        let faults = line.read(crate::kernel::measure::AcuityNotation::FiveMark).err().unwrap_or_default();
        words.extend(faults.into_iter().map(|(_, fault)| (fault.code, fault.text)));
    }
    words
}

/// What the page says of itself.
fn own() -> Vec<(&'static str, Text)> {
    let word = |key, zh: &'static str, en: &'static str| (key, Text::new(zh, en));
    vec![
        word("mark_open", "未保存", "not saved"),
        word("mark_waiting", "待发送", "waiting"),
        word("mark_saving", "保存中", "saving"),
        word("mark_saved", "已保存", "saved"),
        word("mark_failed", "未通过", "refused"),
        word("mark_conflict", "录入不一致", "differs"),
        word("mark_signin", "请重新登录", "sign in"),
        word("again", "（无误请在该格再按一次回车）", "(if right, press Enter in the cell once more)"),
        word(
            "between",
            "换算表中没有这个小数视力，是 {below} 还是 {above}？请核对",
            "no such row in the conversion table: was it {below} or {above}?",
        ),
        word("since", "较上次：{change}", "since last: {change}"),
        word("addition", "补录此前未测的项目", "added what had not been measured before"),
        word(
            "one_eye",
            "双眼视力齐全后自动保存；只测了一部分时，按 Ctrl+回车保存这一行",
            "saved by itself once both eyes have an acuity; Ctrl+Enter saves a part",
        ),
        word("correct", "更正", "Correct"),
        word(
            "correcting",
            "正在更正：改好后离开这一行，再写明原因。",
            "Correcting: leave the row when done, then give the reason.",
        ),
        word("reason", "更正原因", "Reason for the correction"),
        word("save_correction", "保存更正", "Save the correction"),
        word("give_up", "放弃修改", "Give up the changes"),
        word("difference", "{label}：已录 {theirs}，您填 {yours}", "{label}: saved {theirs}, yours {yours}"),
        word("blank", "空白", "blank"),
        word(
            "conflict",
            "这名学生已有他人录入的结果，与您填的不同，请选择：",
            "Somebody else has entered this pupil, and differently. Please choose:",
        ),
        word("take_theirs", "采用已录的", "Take what is saved"),
        word("take_mine", "改为我填的", "Take mine"),
        word("not_in_class", "这个班没有找到这名学生。", "No such pupil in this class."),
        word(
            "leave",
            "还有 {n} 行没有保存到服务器，退出后将丢失。仍要退出吗？",
            "{n} rows have not been saved and will be lost. Sign out all the same?",
        ),
    ]
}
