//! Forms: entries become data, and what is wrong is said beside the field.

use actix_web::test::TestRequest;
use askama::Template;
use serde::Deserialize;
use xuekang::kernel::error::{Error, Fault};
use xuekang::kernel::text::Text;
use xuekang::kernel::web::{Choice, Fields, Language, Layout, Progress};

#[derive(Debug, Deserialize, PartialEq)]
struct Row {
    right: String,
    axis: Option<i32>,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Sheet {
    name: String,
    note: Option<String>,
    #[serde(default)]
    rows: Vec<Row>,
    #[serde(default)]
    days: Vec<u8>,
}

fn layout() -> Layout {
    Layout::plain(&TestRequest::get().uri("/x").to_http_request())
}

#[test]
fn a_form_with_rows_becomes_data_and_what_is_empty_is_not_given() {
    let body = b"csrf=x&name=%E6%9D%8E+%E6%98%8E&note=&rows[0][right]=48&rows[0][axis]=&rows%5B1%5D%5Bright%5D=5.0&rows%5B1%5D%5Baxis%5D=90&days=1&days=3";
    let sheet: Sheet = Fields::parse(body).read().unwrap();
    let rows =
        vec![Row { right: "48".to_owned(), axis: None }, Row { right: "5.0".to_owned(), axis: Some(90) }];
    assert_eq!(sheet, Sheet { name: "李 明".to_owned(), note: None, rows, days: vec![1, 3] });
}

#[test]
fn a_field_that_is_missing_or_does_not_fit_is_named_by_its_place() {
    let place = |body: &str| {
        let error = Fields::parse(body.as_bytes()).read::<Sheet>().unwrap_err();
        let first = &error.errors()[0];
        (first.pointer.clone(), first.code)
    };
    assert_eq!(place("name="), ("/name".to_owned(), "missing"));
    assert_eq!(place("name=x&rows[0][axis]=3"), ("/rows/0/right".to_owned(), "missing"));
    let (pointer, code) = place("name=x&rows[0][right]=1&rows[0][axis]=steep");
    assert_eq!((pointer.as_str(), code), ("/rows/0/axis", "wrong_type"));
}

#[test]
fn entries_with_marks_of_the_language_of_forms_come_through_whole() {
    let said = "a=b&c[d]=<\"'>%+;\r\n李明";
    let fields = Fields::new().with("name", said);
    let again = Fields::parse(fields.encoded().as_bytes());
    assert_eq!(again.value("name"), "a=b&c[d]=<\"'>%+;\n李明");
    let sheet: Sheet = again.read().unwrap();
    assert_eq!(sheet.name, "a=b&c[d]=<\"'>%+;\n李明");
}

#[test]
fn an_error_of_a_service_stands_beside_its_field_and_in_the_summary() {
    let fault = Fault::new("not_on_chart", "视力表上没有这个数值", "not on the chart");
    let error = Error::invalid(vec![fault.at("/rows/1/right")]);
    let fields = Fields::new().with("rows[1][right]", "9.9").refused(error).unwrap();
    assert_eq!(fields.status(), 422);
    assert_eq!(fields.error(Language::English, "rows[1][right]"), Some("not on the chart"));
    let field = fields.line(&layout(), "rows[1][right]", "右眼").render().unwrap();
    for part in [
        "id=\"f-rows-1--right\"",
        "value=\"9.9\"",
        "aria-invalid=\"true\"",
        "aria-describedby=\"f-rows-1--right-error\"",
        "视力表上没有这个数值",
    ] {
        assert!(field.contains(part), "{part} is not in {field}");
    }
    let summary = fields.summary(&layout()).render().unwrap();
    assert!(summary.contains("<a href=\"#f-rows-1--right\">视力表上没有这个数值</a>"), "{summary}");
    assert!(summary.contains("role=\"alert\""), "{summary}");
    assert_eq!(Fields::new().summary(&layout()).render().unwrap().trim(), "");
}

#[test]
fn what_is_no_matter_of_the_form_is_not_shown_in_it() {
    assert!(Fields::new().refused(Error::forbidden()).is_err());
    assert!(Fields::new().refused(Error::not_found(Text::new("没有", "none"))).is_err());
    assert_eq!(Fields::new().refused(Error::unavailable(1)).unwrap().status(), 503);
}

#[test]
fn what_was_typed_is_shown_again_as_text_but_a_password_is_not() {
    let fields = Fields::new().with("name", "\"><b>").with("secret", "hunter2").with("kind", "b");
    let line = fields.line(&layout(), "name", "<i>").render().unwrap();
    assert!(!line.contains("<b>") && !line.contains("<i>"), "{line}");
    let password = fields.password(&layout(), "secret", "密码").render().unwrap();
    assert!(!password.contains("hunter2"), "{password}");
    let choices = [Choice::new("a", "甲"), Choice::new("b", "乙")];
    let choice = fields.one_of(&layout(), "kind", "种类", &choices).required().render().unwrap();
    assert!(choice.contains("<option value=\"b\" selected>乙</option>"), "{choice}");
    assert!(choice.contains("<option value=\"a\">甲</option>"), "{choice}");
    let tick = Fields::new().with("all", "true").tick(&layout(), "all", "全部").render().unwrap();
    assert!(tick.contains("value=\"true\" checked"), "{tick}");
}

#[test]
fn a_bar_is_full_only_when_all_is_done() {
    let bar = |done, total| Progress::new("一班", done, total).render().unwrap();
    assert!(bar(199, 200).contains("199 / 200") && bar(199, 200).contains("99%"));
    assert!(bar(200, 200).contains("100%"));
    assert!(bar(0, 0).contains("max=\"1\"") && bar(0, 0).contains("0%"));
    assert!(bar(7, 5).contains("5 / 5"));
}
