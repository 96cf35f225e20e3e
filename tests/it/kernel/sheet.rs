//! Sheets as schools send them, and as people with bad intentions do.

use std::io::{Cursor, Write};

use chrono::NaiveDate;
use proptest::prelude::*;
use rstest::rstest;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};
use xuekang::kernel::error::Fault;
use xuekang::kernel::sheet::{
    Cell, ColumnSpec, Limits, RowError, Sensitivity, Sheet, SheetKind, TemplateColumn, mask, match_headers,
    read, rejected_workbook, table_csv, table_xlsx, template,
};
use xuekang::kernel::text::Text;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

const NATIONAL_XLSX: &[u8] = include_bytes!("../samples/roster_national.xlsx");
const NATIONAL_CSV: &[u8] = include_bytes!("../samples/roster_gb18030.csv");
const OLD_XLS: &[u8] = include_bytes!("../samples/roster_small.xls");

const COLUMNS: &[ColumnSpec] = &[
    column("student_number", "学籍号", &["全国学籍号"], true, Sensitivity::Personal),
    column("name", "姓名", &["学生姓名"], true, Sensitivity::Personal),
    column("birth_date", "出生日期", &["出生年月日"], false, Sensitivity::Plain),
    column("class", "班级编号", &[], false, Sensitivity::Plain),
    column("remark", "备注", &["remark"], false, Sensitivity::Plain),
    column("address", "家庭住址", &[], false, Sensitivity::Personal),
    column("run", "50米×8往返跑", &[], false, Sensitivity::Plain),
];

const fn column(
    key: &'static str,
    title: &'static str,
    variants: &'static [&'static str],
    required: bool,
    sensitivity: Sensitivity,
) -> ColumnSpec {
    ColumnSpec { key, title, variants, required, sensitivity }
}

fn open(bytes: &[u8]) -> Result<Sheet, Fault> {
    read(bytes, COLUMNS, &Limits::default())
}

fn refusal(bytes: &[u8]) -> &'static str {
    open(bytes).expect_err("the file must be refused").code
}

fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

fn date(year: i32, month: u32, day: u32) -> Cell {
    Cell::Date(NaiveDate::from_ymd_opt(year, month, day).unwrap())
}

fn formula_rows(sheet: &Sheet) -> Vec<u32> {
    let map = sheet.columns(COLUMNS).unwrap();
    let errors = sheet.rows.iter().flat_map(|row| map.cell_faults(row));
    errors.filter(|error| error.code == "formula_cell").map(|error| error.row).collect()
}

/// A workbook with one sheet made of the given cells, by row and column from 0.
fn workbook(cells: &[(u32, u16, &str)]) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (row, column, text) in cells {
        sheet.write_string(*row, *column, *text).unwrap();
    }
    book.save_to_buffer().unwrap()
}

/// The same archive with one part put in place of another.
fn with_part(archive: &[u8], part: &str, content: &[u8]) -> Vec<u8> {
    let mut source = ZipArchive::new(Cursor::new(archive)).unwrap();
    let mut target = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    for index in 0..source.len() {
        let entry = source.by_index_raw(index).unwrap();
        if entry.name().unwrap() != part {
            target.raw_copy_file(entry).unwrap();
        }
    }
    target.start_file(part, options).unwrap();
    target.write_all(content).unwrap();
    target.finish().unwrap().into_inner()
}

fn sheet_xml(dimension: &str, rows: &str) -> Vec<u8> {
    format!(
        r#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="{dimension}"/><sheetData>{rows}</sheetData></worksheet>"#
    )
    .into_bytes()
}

const TITLES_XML: &str = r#"<row r="1"><c r="A1" t="inlineStr"><is><t>学籍号</t></is></c><c r="B1" t="inlineStr"><is><t>姓名</t></is></c></row>"#;

fn crafted(dimension: &str, rows: &str) -> Vec<u8> {
    with_part(
        &workbook(&[]),
        "xl/worksheets/sheet1.xml",
        &sheet_xml(dimension, &format!("{TITLES_XML}{rows}")),
    )
}

// Reading what schools send.

#[test]
fn the_national_roster_is_read_with_the_row_numbers_that_excel_shows() {
    let sheet = open(NATIONAL_XLSX).unwrap();
    let map = sheet.columns(COLUMNS).unwrap();
    assert_eq!((sheet.kind, sheet.header_row, sheet.rows.len()), (SheetKind::Xlsx, 1, 81));
    assert_eq!(sheet.name.as_deref(), Some("3701020001"));
    assert_eq!((sheet.rows[0].number, sheet.rows[80].number), (2, 82));
    assert_eq!(map.cell(&sheet.rows[0], "birth_date"), &date(2016, 8, 15));
    assert_eq!(map.cell(&sheet.rows[0], "student_number"), &text("G371402201608157082"));
    assert_eq!(formula_rows(&sheet), [75]);
}

#[test]
fn the_gb18030_roster_is_read_like_the_workbook() {
    let sheet = open(NATIONAL_CSV).unwrap();
    let map = sheet.columns(COLUMNS).unwrap();
    assert_eq!((sheet.kind, sheet.header_row, sheet.rows.len()), (SheetKind::Csv, 1, 81));
    assert_eq!(map.cell(&sheet.rows[0], "name"), &text("顾轩博"));
    assert_eq!(map.cell(&sheet.rows[0], "birth_date"), &text("2017/11/17"));
    assert_eq!(formula_rows(&sheet), [75]);
}

#[test]
fn an_old_xls_is_read_with_its_hidden_sheet_skipped_and_its_blank_rows_counted() {
    let sheet = open(OLD_XLS).unwrap();
    let map = sheet.columns(COLUMNS).unwrap();
    assert_eq!((sheet.kind, sheet.name.as_deref(), sheet.header_row), (SheetKind::Xls, Some("名册"), 4));
    assert_eq!(sheet.rows.iter().map(|row| row.number).collect::<Vec<_>>(), [5, 7, 8]);
    assert_eq!(map.cell(&sheet.rows[0], "student_number"), &text("007"));
    assert_eq!(map.cell(&sheet.rows[0], "birth_date"), &date(2016, 8, 15));
    assert_eq!(map.cell(&sheet.rows[0], "class"), &Cell::Number("1501".to_owned()));
    assert_eq!(map.cell(&sheet.rows[1], "name"), &text("阿依古丽·买买提"));
    assert_eq!(map.cell(&sheet.rows[1], "class"), &Cell::Number("1103.5".to_owned()));
    assert_eq!(map.cell(&sheet.rows[1], "remark"), &Cell::Formula("=1+1".to_owned()));
    assert_eq!(map.cell(&sheet.rows[2], "remark"), &Cell::Bool(true));
    let codes: Vec<_> = sheet.rows.iter().flat_map(|row| map.cell_faults(row)).collect();
    assert_eq!(
        codes.iter().map(|error| (error.row, &*error.code)).collect::<Vec<_>>(),
        [(7, "formula_cell"), (8, "number_lost_digits")]
    );
}

#[test]
fn blank_rows_above_and_between_keep_their_numbers_in_a_workbook() {
    let bytes =
        workbook(&[(2, 1, "一年级名册"), (4, 1, "姓名"), (4, 2, "学籍号"), (6, 1, "贺桐"), (9, 2, "007")]);
    let sheet = open(&bytes).unwrap();
    assert_eq!(sheet.header_row, 5);
    assert_eq!(sheet.headers, ["", "姓名", "学籍号"]);
    assert_eq!(sheet.rows.iter().map(|row| row.number).collect::<Vec<_>>(), [7, 10]);
    assert_eq!(sheet.rows[1].cell(2), &text("007"));
}

#[rstest]
#[case::unix("\n")]
#[case::windows("\r\n")]
#[case::old_mac("\r")]
fn blank_lines_and_line_breaks_in_cells_are_counted_as_excel_does(#[case] end: &str) {
    let lines =
        ["", "", "学籍号,姓名", "", "007,\"贺\n桐\"", ",", "", "", "008,梁文", "   ", "009,雷桐"].join(end);
    let sheet = open(lines.as_bytes()).unwrap();
    assert_eq!(sheet.header_row, 3);
    assert_eq!(sheet.rows.iter().map(|row| row.number).collect::<Vec<_>>(), [5, 9, 11]);
    assert_eq!(sheet.rows[0].cell(1), &text("贺\n桐"));
}

#[rstest]
#[case::comma("学籍号,姓名\n007,贺桐")]
#[case::semicolon("学籍号;姓名\n007;贺桐")]
#[case::tab("学籍号\t姓名\n007\t贺桐")]
fn a_csv_may_be_separated_by_comma_semicolon_or_tab(#[case] lines: &str) {
    assert_eq!(open(lines.as_bytes()).unwrap().rows[0].cell(1), &text("贺桐"));
}

#[test]
fn a_utf8_mark_is_no_part_of_the_first_title() {
    let sheet = open("\u{feff}学籍号,姓名\n007,贺桐\n".as_bytes()).unwrap();
    assert_eq!(sheet.headers, ["学籍号", "姓名"]);
}

#[test]
fn rare_characters_survive_gb18030() {
    let (bytes, _, _) = encoding_rs::GB18030.encode("学籍号,姓名\n007,𠮷𡋾·买买提\n");
    assert_eq!(open(&bytes).unwrap().rows[0].cell(1), &text("𠮷𡋾·买买提"));
}

#[test]
fn text_cells_keep_leading_zeros_and_numbers_print_as_excel_shows_them() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (at, title) in (0..).zip(["学籍号", "姓名", "班级编号", "出生日期", "备注", "家庭住址"])
    {
        sheet.write_string(0, at, title).unwrap();
    }
    let day = Format::new().set_num_format("yyyy/m/d");
    let moment = Format::new().set_num_format("yyyy/m/d hh:mm");
    let clock = Format::new().set_num_format("h:mm:ss");
    sheet.write_string(1, 0, "0070").unwrap();
    sheet.write_number(1, 1, 0.1 + 0.2).unwrap();
    sheet.write_number(1, 2, 15.0).unwrap();
    sheet.write_datetime_with_format(1, 3, ExcelDateTime::from_ymd(2020, 2, 29).unwrap(), &day).unwrap();
    let half_past_seven = ExcelDateTime::from_ymd(2020, 2, 29).unwrap().and_hms(7, 30, 0).unwrap();
    sheet.write_datetime_with_format(1, 4, half_past_seven, &moment).unwrap();
    sheet.write_datetime_with_format(1, 5, ExcelDateTime::from_hms(0, 3, 45).unwrap(), &clock).unwrap();
    sheet.write_boolean(2, 0, false).unwrap();
    sheet.write_number(2, 1, -4.8).unwrap();
    let bytes = book.save_to_buffer().unwrap();
    let sheet = open(&bytes).unwrap();
    let number = |text: &str| Cell::Number(text.to_owned());
    assert_eq!(
        sheet.rows[0].cells(),
        [
            text("0070"),
            number("0.3"),
            number("15"),
            date(2020, 2, 29),
            text("2020-02-29 07:30:00"),
            text("00:03:45"),
        ]
    );
    assert_eq!(sheet.rows[1].cells(), [Cell::Bool(false), number("-4.8")]);
}

#[rstest]
#[case::fifteen_digits(371_402_201_608_157.0, None)]
#[case::sixteen_digits(3_714_022_016_081_570.0, Some("number_lost_digits"))]
#[case::an_identity_number(371_402_201_608_157_082.0, Some("number_lost_digits"))]
fn a_number_of_more_than_fifteen_digits_has_lost_its_end(#[case] value: f64, #[case] code: Option<&str>) {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_string(0, 0, "学籍号").unwrap();
    sheet.write_string(0, 1, "姓名").unwrap();
    sheet.write_number(1, 0, value).unwrap();
    let sheet = open(&book.save_to_buffer().unwrap()).unwrap();
    assert_eq!(sheet.rows[0].cell(0).fault().map(|fault| fault.code), code);
}

#[test]
fn the_content_decides_what_a_file_is_and_the_first_sheet_with_titles_is_taken() {
    let mut book = Workbook::new();
    book.add_worksheet().write_string(0, 0, "填写说明").unwrap();
    let hidden = book.add_worksheet().set_hidden(true);
    hidden.write_string(0, 0, "姓名").unwrap();
    hidden.write_string(0, 1, "学籍号").unwrap();
    hidden.write_string(1, 1, "hidden").unwrap();
    let shown = book.add_worksheet().set_name("名册").unwrap();
    shown.write_string(0, 0, "姓名").unwrap();
    shown.write_string(0, 1, "学籍号").unwrap();
    shown.write_string(1, 1, "shown").unwrap();
    let sheet = open(&book.save_to_buffer().unwrap()).unwrap();
    assert_eq!(sheet.name.as_deref(), Some("名册"));
    assert_eq!(sheet.rows[0].cell(1), &text("shown"));
}

// Formulas.

#[test]
fn formulas_of_a_workbook_are_named_and_never_evaluated() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_string(0, 0, "学籍号").unwrap();
    sheet.write_string(0, 1, "姓名").unwrap();
    sheet.write_string(1, 0, "007").unwrap();
    sheet.write_formula(1, 1, Formula::new("A2&\"x\"").set_result("007x")).unwrap();
    sheet.write_string(2, 1, "=1+1").unwrap();
    sheet.write_string(3, 1, "-无").unwrap();
    let sheet = open(&book.save_to_buffer().unwrap()).unwrap();
    assert_eq!(sheet.rows[0].cell(1), &Cell::Formula("=A2&\"x\"".to_owned()));
    assert_eq!(formula_rows(&sheet), [2, 3]);
}

#[test]
fn shared_formulas_are_formulas_in_every_cell_they_fill() {
    let bytes = crafted(
        "A1:B3",
        r#"<row r="2"><c r="A2"><f t="shared" si="4000000000" ref="A2:A3">1+1</f><v>2</v></c></row><row r="3"><c r="A3"><f t="shared" si="4000000000"/><v>2</v></c><c r="B3"><f/><v>2</v></c></row>"#,
    );
    assert_eq!(formula_rows(&open(&bytes).unwrap()), [2, 3, 3]);
}

#[rstest]
#[case("=1+1", true)]
#[case(" =1+1", true)]
#[case("＝1+1", true)]
#[case("@SUM(A1)", true)]
#[case("-1+1", true)]
#[case("+86-138", true)]
#[case("-无", true)]
#[case("+8613812345678", false)]
#[case("-1.50", false)]
#[case("+.5", false)]
#[case("-5%", false)]
#[case("-1,000", false)]
#[case("-", false)]
#[case("--", false)]
#[case("1=1", false)]
#[case("张-三", false)]
fn a_csv_cell_that_excel_would_evaluate_is_a_formula(#[case] value: &str, #[case] formula: bool) {
    let sheet = open(format!("学籍号,姓名\n007,\"{value}\"\n").as_bytes()).unwrap();
    assert_eq!(formula_rows(&sheet) == [2], formula, "{value}");
}

// Refusals.

#[rstest]
#[case::nothing(b"", "empty_sheet")]
#[case::blank_lines(b"\n\n ,\n", "empty_sheet")]
#[case::titles_alone("学籍号,姓名\n".as_bytes(), "empty_sheet")]
#[case::no_titles("甲,乙\n1,2\n".as_bytes(), "header_missing")]
#[case::a_picture(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "not_a_sheet")]
#[case::a_web_page(b"<html><table></table></html>", "not_a_sheet")]
#[case::utf_16(b"\xFF\xFEA\0", "encoding")]
#[case::neither_encoding(b"\xD1\xA7\xBC\xAE\xBA\xC5,\xFF\xFF\n1,2\n", "encoding")]
#[case::marked_but_not_utf8(b"\xEF\xBB\xBF\xB0\xA1\n", "encoding")]
#[case::an_open_quote("学籍号,姓名\n1,\"贺桐\n2,梁文\n".as_bytes(), "unclosed_quote")]
#[case::an_empty_archive(b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "not_a_sheet")]
fn a_file_that_is_no_sheet_is_refused_with_its_reason(#[case] bytes: &[u8], #[case] code: &str) {
    assert_eq!(refusal(bytes), code);
}

#[test]
fn the_missing_titles_are_named() {
    let fault = open("甲,乙\n1,2\n".as_bytes()).unwrap_err();
    assert!(fault.text.zh.contains("学籍号、姓名"), "{}", fault.text.zh);
}

#[test]
fn an_archive_of_something_else_is_not_a_sheet() {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    archive.start_file("word/document.xml", SimpleFileOptions::default()).unwrap();
    archive.write_all(b"<a/>").unwrap();
    assert_eq!(refusal(&archive.finish().unwrap().into_inner()), "not_a_sheet");
}

#[test]
fn a_file_beyond_the_upload_limit_is_not_even_looked_at() {
    let limits = Limits { bytes: NATIONAL_XLSX.len() - 1, ..Limits::default() };
    assert_eq!(read(NATIONAL_XLSX, COLUMNS, &limits).unwrap_err().code, "file_too_large");
    let limits = Limits { bytes: NATIONAL_XLSX.len(), ..Limits::default() };
    assert!(read(NATIONAL_XLSX, COLUMNS, &limits).is_ok());
}

#[rstest]
#[case::honest(false, "zip_bomb")]
#[case::lying(true, "unreadable_workbook")]
fn a_zip_bomb_is_refused_whatever_size_it_claims(#[case] lying: bool, #[case] code: &str) {
    let part = "xl/worksheets/sheet1.xml";
    let mut bytes = with_part(&workbook(&[]), part, &vec![b' '; 101 << 20]);
    if lying {
        // The uncompressed size in the central directory stands 24 bytes into its entry, the local one 22.
        let size = u32::try_from(101 << 20).unwrap().to_le_bytes();
        let places: Vec<usize> = (0..bytes.len() - 4).filter(|at| bytes[*at..*at + 4] == size).collect();
        assert!(!places.is_empty());
        for at in places {
            bytes[at..at + 4].copy_from_slice(&1000_u32.to_le_bytes());
        }
    }
    assert!(bytes.len() < 1 << 20);
    // Inflating stops at the claimed size; an archive that holds more than it says is damaged.
    assert_eq!(refusal(&bytes), code);
}

#[test]
fn an_archive_that_shrinks_suspiciously_well_is_refused_below_the_size_limit() {
    let bytes = with_part(&workbook(&[]), "xl/worksheets/sheet1.xml", &vec![b' '; 50 << 20]);
    assert_eq!(refusal(&bytes), "zip_bomb");
}

#[rstest]
#[case("xl/styles.xml")]
#[case("xl/theme/theme9.xml")]
fn parts_that_grow_in_memory_have_limits_of_their_own(#[case] part: &str) {
    assert_eq!(refusal(&with_part(NATIONAL_XLSX, part, &vec![b' '; 9 << 20])), "zip_bomb");
}

#[test]
fn one_long_text_named_by_every_cell_is_refused() {
    let long = "长".repeat(30_000);
    let strings = format!(
        r#"<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>{long}</t></si></sst>"#
    );
    let rows: String =
        (2..2000).map(|row| format!(r#"<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>"#)).collect();
    let bytes = with_part(&workbook(&[(0, 0, "x")]), "xl/sharedStrings.xml", strings.as_bytes());
    let xml = sheet_xml("A1:B2000", &format!("{TITLES_XML}{rows}"));
    assert_eq!(refusal(&with_part(&bytes, "xl/worksheets/sheet1.xml", &xml)), "zip_bomb");
}

#[test]
fn a_claimed_dimension_of_the_whole_grid_costs_nothing() {
    let bytes = crafted("A1:XFD1048576", r#"<row r="1048576"><c r="B1048576"><v>7</v></c></row>"#);
    let sheet = open(&bytes).unwrap();
    assert_eq!((sheet.rows.len(), sheet.rows[0].number), (1, 1_048_576));
}

#[test]
fn empty_formatted_cells_far_right_do_not_count_and_filled_ones_do() {
    let empty = crafted("A1:XFD2", r#"<row r="2"><c r="A2"><v>7</v></c><c r="XFD2" s="0"/></row>"#);
    assert_eq!(open(&empty).unwrap().rows.len(), 1);
    let filled = crafted("A1:XFD2", r#"<row r="2"><c r="XFD2"><v>7</v></c></row>"#);
    assert_eq!(refusal(&filled), "too_many_columns");
}

#[rstest]
#[case::backwards(r#"<row r="3"><c r="A3"><v>7</v></c></row><row r="2"><c r="A2"><v>7</v></c></row>"#)]
#[case::beyond_the_grid(r#"<row r="4000000000"><c r="A4000000000"><v>7</v></c></row>"#)]
#[case::cut_off(r#"<row r="2"><c r="A2"><v>7"#)]
#[case::no_such_text(r#"<row r="2"><c r="A2" t="s"><v>9</v></c></row>"#)]
fn a_sheet_that_no_program_writes_is_unreadable(#[case] rows: &str) {
    assert_eq!(refusal(&crafted("A1:B9", rows)), "unreadable_workbook");
}

#[test]
fn external_entities_are_never_followed() {
    let xml = sheet_xml(
        "A1:B2",
        &format!(r#"{TITLES_XML}<row r="2"><c r="A2" t="inlineStr"><is><t>&x;</t></is></c></row>"#),
    );
    let xml = String::from_utf8(xml).unwrap().replace(
        r#"<?xml version="1.0"?>"#,
        r#"<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>"#,
    );
    let bytes = with_part(&workbook(&[]), "xl/worksheets/sheet1.xml", xml.as_bytes());
    assert!(open(&bytes).is_err_and(|fault| fault.code == "unreadable_workbook"));
}

fn csv_of(rows: u32) -> Vec<u8> {
    let lines: String = (1..=rows).map(|row| format!("{row:05},贺桐\n")).collect();
    format!("学籍号,姓名\n{lines}").into_bytes()
}

fn xlsx_of(rows: u32) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_string(0, 0, "学籍号").unwrap();
    sheet.write_string(0, 1, "姓名").unwrap();
    for row in 1..=rows {
        sheet.write_string(row, 0, format!("{row:05}")).unwrap();
    }
    book.save_to_buffer().unwrap()
}

#[rstest]
#[case::csv(csv_of)]
#[case::xlsx(xlsx_of)]
fn twenty_thousand_rows_are_taken_and_one_more_is_not(#[case] make: fn(u32) -> Vec<u8>) {
    assert_eq!(open(&make(20_000)).unwrap().rows.len(), 20_000);
    assert_eq!(refusal(&make(20_001)), "too_many_rows");
}

#[test]
fn a_workbook_cut_off_anywhere_is_refused_and_never_half_read() {
    for (file, step) in [(NATIONAL_XLSX, 997), (OLD_XLS, 97)] {
        let whole = open(file).unwrap();
        for length in (8..file.len()).step_by(step) {
            // What is cut off an .xls may be padding alone: then nothing is missing.
            assert!(open(&file[..length]).ok().is_none_or(|part| part == whole), "{length} bytes");
        }
    }
}

/// Where a record of the old format stands; in the small sample the stream is in one piece.
fn record(bytes: &[u8], head: [u8; 4]) -> usize {
    bytes.windows(4).rposition(|window| window == head).unwrap()
}

#[test]
fn an_old_xls_that_claims_the_whole_grid_costs_nothing() {
    let mut bytes = OLD_XLS.to_vec();
    let at = record(&bytes, [0x00, 0x02, 14, 0]) + 4;
    bytes[at..at + 12].copy_from_slice(&[0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0x7F, 0, 0, 0xFF, 0xFF]);
    assert_eq!(open(&bytes).unwrap(), open(OLD_XLS).unwrap());
}

#[test]
fn an_old_xls_with_a_cell_in_the_far_corner_is_refused_before_it_is_laid_out() {
    let mut bytes = OLD_XLS.to_vec();
    let at = record(&bytes, [0xFD, 0x00, 10, 0]) + 4;
    bytes[at..at + 4].copy_from_slice(&[0xFF, 0xFF, 0xFF, 0x00]);
    assert_eq!(refusal(&bytes), "too_many_columns");
}

#[test]
fn an_old_xls_with_a_password_is_refused() {
    let mut bytes = OLD_XLS.to_vec();
    // WINDOW1 becomes FILEPASS: the first record that a reader meets and cannot go past.
    let at = record(&bytes, [0x3D, 0x00, 18, 0]);
    bytes[at] = 0x2F;
    assert_eq!(refusal(&bytes), "encrypted_workbook");
}

#[test]
fn a_workbook_with_a_password_is_refused() {
    // An encrypted .xlsx is an old container with a stream of this name.
    let mut bytes = OLD_XLS.to_vec();
    let name = |name: &str| name.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let at = bytes.windows(16).rposition(|window| window == name("Workbook")).unwrap();
    bytes[at..at + 32].copy_from_slice(&name("EncryptedPackage"));
    assert_eq!(refusal(&bytes), "encrypted_workbook");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_bytes_whatever_bring_the_reader_down(
        magic in prop::sample::select(vec![&b""[..], b"PK\x03\x04", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", b"\xEF\xBB\xBF"]),
        rest in prop::collection::vec(any::<u8>(), 0..2000),
    ) {
        let _ = open(&[magic, &rest].concat());
    }

    #[test]
    fn no_damage_to_a_good_file_brings_the_reader_down(
        which in 0..3_usize,
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut bytes = [NATIONAL_XLSX, NATIONAL_CSV, OLD_XLS][which].to_vec();
        for (place, value) in damage {
            let at = place.index(bytes.len());
            bytes[at] = value;
        }
        let _ = open(&bytes);
    }

    #[test]
    fn an_exported_csv_reads_back_as_it_was(
        values in prop::collection::vec("[='+@a0-9 贺\"\n,-]{0,12}", 1..10),
    ) {
        let rows = values.iter().map(|value| vec![text("007"), text(value)]);
        let bytes = table_csv(&["学籍号", "姓名"], rows).unwrap();
        let sheet = open(&bytes).unwrap();
        for (row, value) in sheet.rows.iter().zip(&values) {
            let expected = if value.trim().is_empty() { Cell::Empty } else { text(value) };
            prop_assert_eq!(row.cell(1), &expected);
        }
    }
}

// Columns.

fn headers(titles: &[&str]) -> Vec<String> {
    titles.iter().map(|title| (*title).to_owned()).collect()
}

#[rstest]
#[case("姓名")]
#[case(" 姓　名 ")]
#[case("*姓名")]
#[case("姓名（必填）")]
#[case("学生姓名")]
fn a_title_is_known_however_it_is_decorated(#[case] title: &str) {
    let map = match_headers(COLUMNS, &headers(&["学籍号", title])).unwrap();
    assert_eq!(map.index("name"), Some(1));
}

#[rstest]
#[case("50米×8往返跑")]
#[case("50米x8往返跑")]
#[case("50米*8往返跑")]
#[case("５０米Ｘ８往返跑")]
fn the_multiplication_sign_has_many_forms(#[case] title: &str) {
    let map = match_headers(COLUMNS, &headers(&["学籍号", "姓名", title, "REMARK"])).unwrap();
    assert_eq!((map.index("run"), map.index("remark")), (Some(2), Some(3)));
}

#[test]
fn all_that_is_wrong_with_the_titles_is_told_at_once() {
    let faults = match_headers(COLUMNS, &headers(&["班级编号", "备注", "remark"])).unwrap_err();
    let codes: Vec<_> = faults.iter().map(|fault| fault.code).collect();
    assert_eq!(codes, ["header_duplicated", "column_missing", "column_missing"]);
    assert!(faults[0].text.zh.contains("remark") && faults[1].text.zh.contains("学籍号"));
}

#[test]
fn unknown_columns_are_listed_and_the_reasons_of_a_rejected_sheet_are_passed_over() {
    let map = match_headers(COLUMNS, &headers(&["姓名", "鞋码", "", "学籍号", "错误原因", "Error"])).unwrap();
    assert_eq!(map.unknown, ["鞋码"]);
    assert_eq!((map.index("student_number"), map.index("class")), (Some(3), None));
}

#[rstest]
#[case("", "")]
#[case("张", "*")]
#[case("张三", "张*")]
#[case("阿依古丽", "阿**丽")]
#[case("371402201608157082", "3****************2")]
fn personal_values_keep_their_first_and_last_character(#[case] value: &str, #[case] masked: &str) {
    assert_eq!(mask(value, Sensitivity::Personal), masked);
    assert_eq!(mask(value, Sensitivity::Plain), value);
}

#[test]
fn an_error_names_row_column_and_masked_value() {
    let sheet = open("全国学籍号,姓名,班级编号\n007,贺桐桐,99\n".as_bytes()).unwrap();
    let map = sheet.columns(COLUMNS).unwrap();
    let fault = || Fault::new("wrong", "错", "wrong");
    let name = map.error(&sheet.rows[0], "name", fault());
    assert_eq!((name.row, name.column.as_deref()), (2, Some("姓名")));
    assert_eq!(name.value_masked.as_deref(), Some("贺*桐"));
    let number = map.error(&sheet.rows[0], "student_number", fault());
    assert_eq!(number.column.as_deref(), Some("全国学籍号"));
    assert_eq!(map.error(&sheet.rows[0], "class", fault()).value_masked.as_deref(), Some("99"));
    let json = serde_json::to_value(&name).unwrap();
    assert_eq!(serde_json::from_value::<RowError>(json).unwrap(), name);
}

// Writing.

#[test]
fn rejected_rows_come_back_with_their_reasons_and_import_again_once_mended() {
    let sheet = open(NATIONAL_XLSX).unwrap();
    let map = sheet.columns(COLUMNS).unwrap();
    let mut errors: Vec<RowError> = sheet.rows.iter().flat_map(|row| map.cell_faults(row)).collect();
    errors.push(map.error(&sheet.rows[0], "name", Fault::new("wrong", "名字不对", "wrong name")));
    errors.push(RowError::of_row(2, Fault::new("twice", "重复", "twice")));
    let bytes = rejected_workbook(&sheet, &errors).unwrap();
    let again = open(&bytes).unwrap();
    assert_eq!(again.headers[..14], sheet.headers[..]);
    assert_eq!(again.headers[14..], ["错误原因", "Error"]);
    assert_eq!(again.rows.len(), 2);
    assert_eq!(again.rows[0].cell(14), &text("姓名: 名字不对；重复"));
    assert_eq!(again.rows[0].cell(15), &text("姓名: wrong name; twice"));
    assert_eq!(again.rows[0].cell(3), sheet.rows[0].cell(3));
    assert_eq!(again.rows[0].cell(7), &text("2016-08-15"));
    assert_eq!(formula_rows(&again), [3], "what was not mended is found again");
    assert_eq!(again.columns(COLUMNS).unwrap().unknown, sheet.columns(COLUMNS).unwrap().unknown);
    let third = open(&rejected_workbook(&again, &[RowError::of_row(2, Fault::new("x", "甲", "x"))]).unwrap())
        .unwrap();
    assert_eq!(third.headers, again.headers, "the old reasons give way to the new");
    assert_eq!(third.rows[0].cell(14), &text("甲"));
}

#[test]
fn a_template_reads_as_a_sheet_without_data_and_keeps_what_is_typed_into_it() {
    let columns: Vec<TemplateColumn> = COLUMNS
        .iter()
        .map(|spec| TemplateColumn { spec: *spec, width: 18, note: Text::new("如实填写", "as it is") })
        .collect();
    let bytes = template("学生名册", &columns).unwrap();
    assert_eq!(refusal(&bytes), "empty_sheet");
    let mut archive = ZipArchive::new(Cursor::new(&bytes)).unwrap();
    let book = std::io::read_to_string(archive.by_name("xl/workbook.xml").unwrap()).unwrap();
    assert!(book.contains("学生名册") && book.contains("填写说明"));
    let sheet = std::io::read_to_string(archive.by_name("xl/worksheets/sheet1.xml").unwrap()).unwrap();
    assert!(sheet.contains("<cols>") && sheet.contains("style="), "columns are in text format");
}

#[test]
fn an_exported_table_holds_numbers_as_numbers_and_no_formula() {
    let row = vec![
        text("=HYPERLINK(\"x\")"),
        Cell::Number("12.5".to_owned()),
        Cell::Number("371402201608157082".to_owned()),
        date(2016, 8, 15),
    ];
    let bytes = table_xlsx("表", &["学籍号", "姓名", "班级编号", "出生日期"], [row]).unwrap();
    let mut archive = ZipArchive::new(Cursor::new(&bytes)).unwrap();
    let xml = std::io::read_to_string(archive.by_name("xl/worksheets/sheet1.xml").unwrap()).unwrap();
    assert!(!xml.contains("<f>"));
    let sheet = open(&bytes).unwrap();
    assert_eq!(sheet.rows[0].cell(1), &Cell::Number("12.5".to_owned()));
    assert_eq!(sheet.rows[0].cell(2), &text("371402201608157082"));
    assert_eq!(sheet.rows[0].cell(3), &text("2016-08-15"));
}

#[test]
fn a_csv_export_puts_an_apostrophe_before_what_excel_would_evaluate() {
    let rows = [vec![text("=1+1"), text("-1.50"), text("'@x"), Cell::Number("-3".to_owned())]];
    let bytes = table_csv(&["学籍号", "姓名", "备注", "班级编号"], rows).unwrap();
    let written = String::from_utf8(bytes).unwrap();
    assert_eq!(written, "\u{feff}学籍号,姓名,备注,班级编号\r\n'=1+1,-1.50,''@x,-3\r\n");
}
