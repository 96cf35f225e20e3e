//! One row by itself.

use chrono::NaiveDate;
use rstest::rstest;
use xuekang::exchange::roster::{Boarding, Checked, Context, PupilDraft, check_row, columns_of};
use xuekang::kernel::sheet::{Cell, Row};
use xuekang::org::rules::{SchoolKind, SchoolSystem, SchoolYear};

fn context(kind: SchoolKind, system: SchoolSystem) -> Context {
    let today = NaiveDate::from_ymd_opt(2026, 10, 19).unwrap();
    Context { kind, system, year: SchoolYear::new(2026).unwrap(), today }
}

fn check_in(context: &Context, titles: &[&str], cells: Vec<Cell>) -> Checked {
    let titles: Vec<String> = titles.iter().map(|title| (*title).to_owned()).collect();
    check_row(&columns_of(&titles).unwrap(), &Row::new(7, cells), context)
}

/// A good row with these columns beside the usual ones.
fn check(more: &[(&str, Cell)]) -> Checked {
    let primary = context(SchoolKind::NineYear, SchoolSystem::SixThree);
    check_for(&primary, more)
}

fn check_for(context: &Context, more: &[(&str, Cell)]) -> Checked {
    let usual = [
        ("姓名", text("梁文")),
        ("性别", text("1")),
        ("出生日期", text("2017/11/17")),
        ("年级编号", text("13")),
        ("班级名称", text("三年级2班")),
    ];
    let replaced = |title: &str| more.iter().any(|(other, _)| *other == title);
    let kept = usual.into_iter().filter(|(title, _)| !replaced(title));
    let (titles, cells): (Vec<&str>, Vec<Cell>) = kept.chain(more.iter().cloned()).unzip();
    check_in(context, &titles, cells)
}

fn text(text: &str) -> Cell {
    if text.is_empty() { Cell::Empty } else { Cell::Text(text.to_owned()) }
}

fn draft(more: &[(&str, Cell)]) -> PupilDraft {
    let checked = check(more);
    checked.draft.unwrap_or_else(|errors| panic!("{errors:?}"))
}

fn codes(checked: &Checked) -> Vec<&str> {
    match &checked.draft {
        Ok(_) => Vec::new(),
        Err(errors) => errors.iter().map(|error| &*error.code).collect(),
    }
}

#[rstest]
#[case::number("13", "1302", "", 2024, 2)]
#[case::code_alone("", "1302", "", 2024, 2)]
#[case::three_digits("13", "132", "", 2024, 2)]
#[case::name("13", "", "三年级（2）班", 2024, 2)]
#[case::bare_number("三年级", "", "2", 2024, 2)]
#[case::bare_code("三年级", "02", "", 2024, 2)]
#[case::full_name("小学三年级", "", "2班", 2024, 2)]
#[case::seventh("七年级", "", "11班", 2026, 11)]
#[case::first_junior("初二", "", "1班", 2025, 1)]
fn a_class_is_told_in_many_ways(
    #[case] grade: &str,
    #[case] code: &str,
    #[case] name: &str,
    #[case] entered: i32,
    #[case] number: i16,
) {
    let place = draft(&[("年级编号", text(grade)), ("班级编号", text(code)), ("班级名称", text(name))]).class;
    assert_eq!((place.entered.number(), place.number.number()), (entered, number));
}

#[test]
fn in_a_five_four_school_the_sixth_grade_is_the_first_of_the_junior_years() {
    let five_four = context(SchoolKind::NineYear, SchoolSystem::FiveFour);
    let row = [("年级编号", text("六年级")), ("班级名称", text("1班"))];
    let place = check_for(&five_four, &row).draft.unwrap().class;
    assert_eq!((place.stage.as_str(), place.entered.number()), ("junior", 2026));
}

#[rstest]
#[case::no_grade(&[("年级编号", "")], "grade_missing")]
#[case::unknown_grade(&[("年级编号", "55")], "grade_code")]
#[case::senior_in_a_nine_year_school(&[("年级编号", "31"), ("班级名称", "1班")], "grade_code")]
#[case::no_class(&[("班级名称", "")], "class_missing")]
#[case::no_name(&[("姓名", "")], "name_missing")]
#[case::sex(&[("性别", "9")], "sex_code")]
#[case::short_phone(&[("监护人电话", "12345")], "phone")]
#[case::not_boarding_with_a_bed(&[("是否住宿", "否"), ("宿舍", "1号楼-203")], "boarding_contradiction")]
#[case::a_house_without_a_room(&[("宿舍", "1号楼")], "dormitory_form")]
#[case::a_room_without_a_house(&[("寝室号", "203")], "dormitory_form")]
#[case::home_county(&[("家庭所在县代码", "12")], "region_code")]
fn a_faulty_cell_rejects_the_row(#[case] cells: &[(&str, &str)], #[case] code: &str) {
    let cells: Vec<(&str, Cell)> = cells.iter().map(|(title, value)| (*title, text(value))).collect();
    assert_eq!(codes(&check(&cells)), [code]);
}

#[test]
fn all_faults_of_a_row_are_told_at_once() {
    let checked = check(&[("姓名", text("")), ("性别", text("x")), ("监护人电话", text("1"))]);
    assert_eq!(codes(&checked), ["name_missing", "sex_code", "phone"]);
    assert_eq!(checked.draft.unwrap_err()[0].row, 7);
}

#[test]
fn a_formula_is_told_once_and_not_read() {
    let checked = check(&[("姓名", Cell::Formula("=A1".to_owned()))]);
    assert_eq!(codes(&checked), ["formula_cell"]);
    let address = check(&[("家庭住址", Cell::Formula("=HYPERLINK(\"x\")".to_owned()))]);
    assert_eq!(codes(&address), ["formula_cell"]);
}

#[rstest]
#[case::date(Cell::Date(NaiveDate::from_ymd_opt(2017, 11, 17).unwrap()))]
#[case::serial(Cell::Number("43056".to_owned()))]
#[case::eight_digits(Cell::Number("20171117".to_owned()))]
#[case::chinese(Cell::Text("2017年11月17日".to_owned()))]
fn a_birth_date_is_read_from_any_kind_of_cell(#[case] cell: Cell) {
    assert_eq!(draft(&[("出生日期", cell)]).birth_date.to_string(), "2017-11-17");
}

#[rstest]
#[case("1号楼-203", "", "1号楼", "203")]
#[case("北区-1号楼－203", "", "北区-1号楼", "203")]
#[case("1号楼", "203", "1号楼", "203")]
#[case("1号楼 203", "", "1号楼", "203")]
fn a_bed_is_a_house_and_a_room(
    #[case] place: &str,
    #[case] room: &str,
    #[case] house: &str,
    #[case] number: &str,
) {
    let boarding = draft(&[("是否住宿", text("是")), ("宿舍", text(place)), ("寝室号", text(room))]).boarding;
    let expected = Boarding::Bed { dormitory: house.to_owned(), room: number.to_owned() };
    assert_eq!(boarding, Some(expected));
}

#[test]
fn a_boarder_without_a_room_is_taken_with_a_warning() {
    let checked = check(&[("是否住宿", text("是"))]);
    assert_eq!(checked.draft.unwrap().boarding, None);
    assert_eq!(checked.warnings[0].code, "dormitory_missing");
}

#[test]
fn the_schools_own_number_is_not_taken_for_a_student_number() {
    assert_eq!(draft(&[("学号", text("20230117"))]).student_number, None);
    let number = draft(&[("学号", text("G370102201711175767")), ("性别", text("2"))]).student_number;
    assert_eq!(number.unwrap().reveal(), "G370102201711175767");
    let both = [("学号", text("17")), ("学籍号", text("G370102201711175767")), ("性别", text("2"))];
    assert!(draft(&both).student_number.is_some());
}

#[test]
fn an_identity_number_of_fifteen_digits_is_taken() {
    let row = [("身份证号", text("370102171117576")), ("出生日期", text("1917/11/17")), ("性别", text("2"))];
    let number = draft(&row).identity_number.unwrap();
    assert_eq!(number.reveal().len(), 18);
}

#[test]
fn a_retired_division_warns_and_the_row_is_taken() {
    // 321088 (江都市) was retired in 2011; the rest of the number is made up.
    let body = "32108820171117001";
    let number = format!("{body}{}", xuekang::student::rules::check_character(body).unwrap());
    let checked = check(&[("身份证号", text(&number)), ("性别", text("1"))]);
    assert!(checked.draft.is_ok(), "{:?}", checked.draft);
    let warned: Vec<&str> = checked.warnings.iter().map(|warning| &*warning.code).collect();
    assert_eq!(warned, ["id_division_retired"]);
}
