//! Files as a whole: what is refused, what comes back, the template.

use std::io::Write;

use rstest::rstest;
use rust_xlsxwriter::Workbook;
use xuekang::kernel::sheet::{Cell, Limits, read};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::kit::*;
use crate::kit;

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

fn bomb() -> Vec<u8> {
    let mut archive = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, size) in [("xl/workbook.xml", 10), ("xl/worksheets/sheet1.xml", 101 << 20)] {
        archive.start_file(name, SimpleFileOptions::default()).unwrap();
        archive.write_all(&vec![b' '; size]).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn rows_without_end() -> Vec<u8> {
    let mut text = format!("{TITLES}\n");
    for number in 0..20_001 {
        text.push_str(&format!(",学生{number},1,01,2017/1/1,13,1301,,,,,\n"));
    }
    text.into_bytes()
}

#[rstest]
#[case::too_many_rows(rows_without_end(), "too_many_rows")]
#[case::zip_bomb(bomb(), "zip_bomb")]
#[case::a_picture(b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0d".to_vec(), "not_a_sheet")]
#[case::nothing(Vec::new(), "empty_sheet")]
#[case::other_titles("菜名,价格\n饺子,12\n".as_bytes().to_vec(), "header_missing")]
#[case::no_class("姓名,性别,出生日期\n梁文,1,2017/1/1\n".as_bytes().to_vec(), "column_missing")]
#[case::no_sex("姓名,出生日期,年级,班级\n梁文,2017/1/1,13,1\n".as_bytes().to_vec(), "column_missing")]
#[actix_web::test]
async fn a_file_that_is_no_roster_is_refused_with_its_reason(#[case] file: Vec<u8>, #[case] code: &str) {
    let office = office().await;
    let problem = office.send(&file).await.expect_problem(422, "invalid");
    assert_eq!(problem["errors"][0]["pointer"], "/file");
    assert_eq!(problem["errors"][0]["code"], code);
}

#[actix_web::test]
async fn a_file_beyond_the_limit_is_too_large() {
    let office = office_in(kit::app_with(|config| config.http.sheet_limit_bytes = 1000).await).await;
    office.send(NATIONAL_XLSX).await.expect_problem(413, "too_large");
}

#[rstest]
#[case::no_file(form(&[("school_id", None, b"01J8ZQ4B5X2M3")]), "/file", "missing")]
#[case::no_school(form(&[("file", Some("a.csv"), b"a")]), "/school_id", "missing")]
#[case::no_id(form(&[("file", Some("a.csv"), b"a"), ("school_id", None, b"12")]), "/school_id", "wrong_type")]
#[case::no_date(
    form(&[("file", Some("a.csv"), b"a"), ("school_id", None, b"01J8ZQ4B5X2M3"), ("on_date", None, b"soon")]),
    "/on_date", "wrong_type"
)]
#[case::unknown(form(&[("wine", None, b"red")]), "/wine", "unknown_field")]
#[case::twice(form(&[("school_id", None, b"a"), ("school_id", None, b"a")]), "/school_id", "duplicate_field")]
#[actix_web::test]
async fn a_form_with_a_wrong_field_names_it(
    #[case] body: Vec<u8>,
    #[case] pointer: &str,
    #[case] code: &str,
) {
    let office = office().await;
    let answer = office.registrar.post("/api/v1/imports/roster").body(FORM, body).send().await;
    let problem = answer.expect_problem(422, "invalid");
    assert_eq!(problem["errors"][0]["pointer"], pointer);
    assert_eq!(problem["errors"][0]["code"], code);
}

#[actix_web::test]
async fn what_is_no_form_is_refused() {
    let office = office().await;
    let post = || office.registrar.post("/api/v1/imports/roster");
    post().body("application/json", "{}").send().await.expect_problem(415, "media_type");
    post().body(FORM, "--xkxkxk\r\nContent-Dis").send().await.expect_problem(400, "malformed_form");
}

#[actix_web::test]
async fn a_day_far_from_today_is_refused() {
    let office = office().await;
    let school = office.school.id.to_string();
    let file = sheet(&THREE);
    for day in ["2020-09-01", "2028-09-01"] {
        let body = form(&[
            ("school_id", None, school.as_bytes()),
            ("on_date", None, day.as_bytes()),
            ("file", Some("a.csv"), &file),
        ]);
        let answer = office.registrar.post("/api/v1/imports/roster").body(FORM, body).send().await;
        assert_eq!(answer.expect_problem(422, "invalid")["errors"][0]["pointer"], "/on_date");
    }
}

#[actix_web::test]
async fn the_rejected_rows_come_back_and_import_once_mended() {
    let office = office().await;
    let import = office.import(NATIONAL_XLSX).await;
    let answer = office.registrar.get(&path_of(&import, "/rejected.xlsx")).send().await;
    assert_eq!(answer.header("content-type"), Some(XLSX));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let specs = xuekang::exchange::roster::COLUMNS;
    let back = read(&answer.bytes, specs, &Limits::default()).unwrap();
    assert_eq!(back.rows.len(), 14);
    let unmended = office.upload(&answer.bytes).await;
    assert_eq!(counts(&unmended)[4], 14 - 1, "the repeated row alone repeats nothing in its own file");

    let mended = mend(&back);
    let import = office.upload(&mended).await;
    let rows = office.rows(&import, "").await;
    let refused: Vec<_> = rows.iter().filter(|row| row["outcome"] == "rejected").collect();
    assert!(refused.is_empty(), "{refused:?}");
    assert_eq!(counts(&office.commit(&import).await), [13, 1, 0, 0, 0]);
    assert_eq!(office.on_roll().await, 80);
}

/// The row that repeats a pupil who is on record by now: it is right by itself.
const REPEATED: usize = 11;

/// The workbook as somebody mends it: numbers that cannot be right are taken out, the rest is put
/// right.
fn mend(sheet: &xuekang::kernel::sheet::Sheet) -> Vec<u8> {
    let mut book = Workbook::new();
    let out = book.add_worksheet();
    for (column, title) in (0_u16..).zip(&sheet.headers) {
        out.write_string(0, column, title).unwrap();
    }
    for (line, row) in sheet.rows.iter().enumerate() {
        for (column, title) in sheet.headers.iter().enumerate() {
            let cell = row.cell(column);
            let text = match (title.as_str(), cell) {
                ("学籍号" | "身份证号", _) if line != REPEATED => String::new(),
                ("姓名", Cell::Empty) => "补上".to_owned(),
                ("性别", _) => "1".to_owned(),
                ("民族代码", _) => "01".to_owned(),
                ("出生日期", _) if line != REPEATED => format!("2016-03-{:02}", line + 1),
                ("年级编号", _) => "14".to_owned(),
                ("班级编号", _) => "1401".to_owned(),
                ("班级名称", _) => "四年级1班".to_owned(),
                ("监护人电话", _) => format!("139000000{:02}", line + 10),
                ("家庭住址", _) => "示范县第1街道1号".to_owned(),
                (_, cell) => cell.text(),
            };
            if !text.is_empty() {
                let at = (u32::try_from(line).unwrap() + 1, u16::try_from(column).unwrap());
                out.write_string(at.0, at.1, &text).unwrap();
            }
        }
    }
    book.save_to_buffer().unwrap()
}

#[actix_web::test]
async fn the_template_is_a_workbook_with_the_columns_that_are_read() {
    let office = office().await;
    let answer = office.registrar.get("/api/v1/imports/roster/template.xlsx").send().await;
    assert_eq!(answer.header("content-type"), Some(XLSX));
    let specs = xuekang::exchange::roster::COLUMNS;
    let fault = read(&answer.bytes, specs, &Limits::default()).unwrap_err();
    assert_eq!(fault.code, "empty_sheet", "titles are there, rows are not");
}

#[actix_web::test]
async fn nothing_personal_lies_open_in_the_tables() {
    use diesel::prelude::*;
    use xuekang::schema::roster_import_row as rows;
    let office = office().await;
    office.import(&sheet(&THREE)).await;
    let renamed = THREE[1].replace("陆欣怡", "陆心怡");
    office.import(&sheet(&[&renamed])).await;
    type Stored = (String, Option<String>, String, Option<String>);
    let stored: Vec<Stored> = office
        .app
        .kernel()
        .db
        .read(|c| {
            let columns = (rows::cells_sealed, rows::changes_sealed, rows::problems, rows::undo_sealed);
            Ok(rows::table.select(columns).load(c)?)
        })
        .await
        .unwrap();
    assert_eq!(stored.len(), 4);
    let text = format!("{stored:?}");
    for secret in ["陆欣怡", "陆心怡", "370602201410051792", "13837602119", "街道"] {
        assert!(!text.contains(secret));
    }
}
