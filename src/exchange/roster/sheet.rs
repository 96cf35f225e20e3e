//! The columns of a roster sheet, and the check of one row: pure, no clock, no database.
//!
//! The columns are those of the national system (年级编号 to 家庭住址) with the identity number, the
//! guardian and the dormitory behind them; other titles in use are taken too, in any order.
//!
//! A row is taken whole or not at all: one cell that cannot be right (a telephone of five digits, a
//! formula) rejects the row, and the rejected rows come back as a workbook to be mended. What is
//! only doubtful (a retired division, an unconfirmed check character) warns.
//!
//! A blank cell says nothing: it never takes away what is on record.

use chrono::NaiveDate;

use super::rules::{Boarding, ClassPlace, PupilDraft};
use crate::kernel::error::Fault;
use crate::kernel::sheet::{
    Cell, ColumnMap, ColumnSpec, Row, RowError, Sensitivity, TemplateColumn, match_headers, template,
};
use crate::kernel::text::Text;
use crate::org::rules::{
    ClassNumber, EthnicCode, GradeCode, RegionCode, SchoolKind, SchoolSystem, SchoolYear, Sex, class_in_sheet,
};
use crate::student::rules::{
    IdentityNumber, PersonName, Phone, StudentNumber, Traits, birth_date, date_of_number, free_text,
    parse_address, parse_boarding, parse_sex,
};

mod key {
    pub const STUDENT_NUMBER: &str = "student_number";
    pub const SCHOOL_NUMBER: &str = "school_number";
    pub const NAME: &str = "name";
    pub const SEX: &str = "sex";
    pub const ETHNIC: &str = "ethnic";
    pub const BIRTH: &str = "birth_date";
    pub const GRADE: &str = "grade";
    pub const CLASS_CODE: &str = "class_code";
    pub const CLASS_NAME: &str = "class_name";
    pub const IDENTITY: &str = "identity_number";
    pub const GUARDIAN: &str = "guardian_name";
    pub const PHONE: &str = "guardian_phone";
    pub const ADDRESS: &str = "address";
    pub const HOME_COUNTY: &str = "home_county";
    pub const BOARDING: &str = "boarding";
    pub const DORMITORY: &str = "dormitory";
    pub const ROOM: &str = "room";
}

const fn column(
    key: &'static str,
    title: &'static str,
    variants: &'static [&'static str],
    required: bool,
    sensitivity: Sensitivity,
) -> ColumnSpec {
    ColumnSpec { key, title, variants, required, sensitivity }
}

/// Every column that a roster sheet may have, in the order of our template.
pub const COLUMNS: &[ColumnSpec] = {
    use Sensitivity::{Personal, Plain};
    &[
        column(key::GRADE, "年级编号", &["年级", "年级代码", "年级编码", "年级名称"], false, Plain),
        column(key::CLASS_CODE, "班级编号", &["班级代码", "班级编码", "班号"], false, Plain),
        column(key::CLASS_NAME, "班级名称", &["班级", "所在班级", "行政班", "行政班级"], false, Plain),
        column(
            key::STUDENT_NUMBER,
            "学籍号",
            &["全国学籍号", "学籍编号", "学籍号码", "国网学籍号", "学生编号"],
            false,
            Personal,
        ),
        // Many schools have a number of their own beside it; it counts where no 学籍号 stands.
        column(key::SCHOOL_NUMBER, "学号", &[], false, Personal),
        column(key::ETHNIC, "民族代码", &["民族", "民族码"], false, Plain),
        column(key::NAME, "姓名", &["学生姓名", "名字"], true, Personal),
        column(key::SEX, "性别", &["性别码", "性别代码"], true, Plain),
        column(key::BIRTH, "出生日期", &["出生年月日", "生日"], true, Personal),
        column(key::ADDRESS, "家庭住址", &["家庭地址", "现住址", "住址", "家庭详细地址"], false, Personal),
        column(
            key::IDENTITY,
            "身份证号",
            &["身份证件号", "身份证号码", "身份证件号码", "身份证", "证件号码", "公民身份号码"],
            false,
            Personal,
        ),
        column(
            key::GUARDIAN,
            "监护人姓名",
            &["监护人", "家长姓名", "家长", "监护人1姓名", "成员1姓名"],
            false,
            Personal,
        ),
        column(
            key::PHONE,
            "监护人电话",
            &["监护人联系电话", "监护人手机", "监护人手机号", "家长电话", "家长手机号", "联系电话", "手机号"],
            false,
            Personal,
        ),
        column(
            key::HOME_COUNTY,
            "家庭所在县代码",
            &["家庭所在县", "家庭所在县区", "家庭所在县区代码", "家庭所在地行政区划", "户籍县区代码"],
            false,
            Plain,
        ),
        column(
            key::BOARDING,
            "是否住宿",
            &["是否住校", "是否寄宿", "是否寄宿生", "住校", "就读方式"],
            false,
            Plain,
        ),
        column(key::DORMITORY, "宿舍", &["宿舍楼", "宿舍号", "寝室"], false, Plain),
        column(key::ROOM, "寝室号", &["房间号", "宿舍房间号"], false, Plain),
    ]
};

/// The longest name of a dormitory or room, in characters.
const PLACE_LIMIT: usize = 30;
/// The characters of a 学籍号.
const STUDENT_NUMBER_LENGTH: usize = 19;

/// Where the columns of a roster stand; what is missing for every row is said once.
///
/// # Errors
/// The faults of [`match_headers`]; `column_missing` when nothing tells the class.
pub fn columns_of(headers: &[String]) -> Result<ColumnMap, Vec<Fault>> {
    let map = match_headers(COLUMNS, headers)?;
    let has = |key: &str| map.index(key).is_some();
    let mut faults = Vec::new();
    if !has(key::CLASS_CODE) && !has(key::CLASS_NAME) {
        faults.push(missing("班级编号”或“班级名称"));
    }
    if !has(key::GRADE) && !has(key::CLASS_CODE) {
        faults.push(missing("年级编号"));
    }
    if faults.is_empty() { Ok(map) } else { Err(faults) }
}

fn missing(title: &str) -> Fault {
    Fault::new("column_missing", format!("缺少“{title}”列"), format!("the column “{title}” is missing"))
}

/// Our own template: an empty workbook with one line of explanation for each column.
///
/// # Errors
/// Those of the workbook writer.
pub fn blank_template() -> Result<Vec<u8>, crate::kernel::sheet::WriteError> {
    let shown = COLUMNS.iter().filter(|spec| !matches!(spec.key, key::SCHOOL_NUMBER | key::ROOM));
    let columns: Vec<TemplateColumn> = shown.map(template_column).collect();
    template("花名册", &columns)
}

fn template_column(spec: &ColumnSpec) -> TemplateColumn {
    let (width, zh, en) = match spec.key {
        key::GRADE => {
            (10, "11–16小学，21–24初中，31–33高中；也可写三年级", "11–16 primary, 21–24 junior, 31–33 senior")
        }
        key::CLASS_CODE => (
            10,
            "年级编号加两位班号，如1302；与班级名称填一项即可",
            "grade and class number, 1302; or the name",
        ),
        key::CLASS_NAME => (14, "如：三年级2班", "for example 三年级2班"),
        key::STUDENT_NUMBER => (24, "19位，以G、J或L开头", "19 characters, beginning with G, J or L"),
        key::ETHNIC => (10, "01–56，或民族名称", "01–56, or the name of the ethnic group"),
        key::NAME => (14, "与户口簿一致；少数民族姓名用间隔号“·”", "as in the household register"),
        key::SEX => (8, "1男 2女", "1 male, 2 female"),
        key::BIRTH => (14, "如：2017/11/17", "for example 2017/11/17"),
        key::IDENTITY => (
            24,
            "18位（15位的旧号码也可）；没有的可不填",
            "18 characters (15 of an old number); may be blank",
        ),
        key::GUARDIAN => (14, "一名监护人", "one guardian"),
        key::PHONE => (16, "11位手机号，或带区号的固定电话", "a mobile, or a landline with its area code"),
        key::HOME_COUNTY => (14, "6位行政区划代码；可不填", "six digits of the division; may be blank"),
        key::BOARDING => (10, "是或否", "是 (yes) or 否 (no)"),
        key::DORMITORY => (16, "楼名-寝室号，如：1号楼-203", "building and room, 1号楼-203"),
        _ => (30, "可不填", "may be blank"),
    };
    TemplateColumn { spec: *spec, width, note: Text::new(zh, en) }
}

/// What a row is checked against.
#[derive(Debug, Clone, Copy)]
pub struct Context {
    /// The kind of the school.
    pub kind: SchoolKind,
    /// Its system.
    pub system: SchoolSystem,
    /// The school year of the import's day: it tells the entry year of a class from the grade.
    pub year: SchoolYear,
    /// Today, in Asia/Shanghai.
    pub today: NaiveDate,
}

/// A checked row: the pupil as written, or everything that is wrong with it. The traits are those
/// that could be read in either case, for finding rows that repeat one another.
#[derive(Debug, Clone)]
pub struct Checked {
    /// Who the row tells of, as far as it could be read.
    pub traits: Traits<String>,
    /// The pupil, or all errors of the row.
    pub draft: Result<PupilDraft, Vec<RowError>>,
    /// What a person should look at, though the row is taken.
    pub warnings: Vec<RowError>,
}

/// Checks one row by itself, against no other row and no pupil.
pub fn check_row(columns: &ColumnMap, row: &Row, context: &Context) -> Checked {
    let mut reader = Reader::new(columns, row);
    let values = reader.read(context);
    let traits = values.traits();
    let Reader { errors, warnings, .. } = reader;
    let draft = match values.complete(row.number) {
        Some(draft) if errors.is_empty() => Ok(draft),
        _ => Err(errors),
    };
    Checked { traits, draft, warnings }
}

/// The values of a row that could be read.
#[derive(Default)]
struct Values {
    name: Option<PersonName>,
    sex: Option<Sex>,
    birth_date: Option<NaiveDate>,
    ethnic: Option<EthnicCode>,
    student_number: Option<StudentNumber>,
    identity_number: Option<IdentityNumber>,
    class: Option<ClassPlace>,
    guardian_name: Option<PersonName>,
    guardian_phone: Option<Phone>,
    address: Option<String>,
    home_county: Option<RegionCode>,
    boarding: Option<Boarding>,
}

impl Values {
    fn traits(&self) -> Traits<String> {
        let registered = self.identity_number.as_ref().and_then(IdentityNumber::division);
        Traits {
            student_number: self.student_number.as_ref().map(|number| number.reveal().to_owned()),
            student_number_is_temporary: self
                .student_number
                .as_ref()
                .is_some_and(StudentNumber::is_temporary),
            identity_number: self.identity_number.as_ref().map(|number| number.reveal().to_owned()),
            name: self.name.as_ref().map(|name| name.as_str().to_owned()),
            birth_date: self.birth_date,
            guardian_phones: self.guardian_phone.iter().map(|phone| phone.reveal().to_owned()).collect(),
            home_county: self.home_county.or(registered),
        }
    }

    fn complete(self, row: u32) -> Option<PupilDraft> {
        Some(PupilDraft {
            row,
            name: self.name?,
            sex: self.sex?,
            birth_date: self.birth_date?,
            ethnic: self.ethnic,
            student_number: self.student_number,
            identity_number: self.identity_number,
            class: self.class?,
            guardian_name: self.guardian_name,
            guardian_phone: self.guardian_phone,
            address: self.address,
            home_county: self.home_county,
            boarding: self.boarding,
        })
    }
}

/// Reads the cells of one row and keeps what is wrong with them.
struct Reader<'a> {
    columns: &'a ColumnMap,
    row: &'a Row,
    errors: Vec<RowError>,
    warnings: Vec<RowError>,
    unusable: Vec<&'static str>,
}

impl<'a> Reader<'a> {
    fn new(columns: &'a ColumnMap, row: &'a Row) -> Self {
        let unusable = COLUMNS
            .iter()
            .map(|spec| spec.key)
            .filter(|key| columns.cell(row, key).fault().is_some())
            .collect();
        Self { columns, row, errors: columns.cell_faults(row), warnings: Vec::new(), unusable }
    }

    fn cell(&self, key: &str) -> &'a Cell {
        self.columns.cell(self.row, key)
    }

    fn text(&self, key: &str) -> String {
        self.cell(key).text()
    }

    fn warn(&mut self, key: &str, fault: Fault) {
        self.warnings.push(self.columns.error(self.row, key, fault));
    }

    fn refuse(&mut self, key: &str, fault: Fault) {
        self.errors.push(self.columns.error(self.row, key, fault));
    }

    /// Reads a cell; one that is a formula or an error value was told already.
    fn must<T>(&mut self, key: &'static str, read: impl FnOnce(&str) -> Result<T, Fault>) -> Option<T> {
        if self.unusable.contains(&key) {
            return None;
        }
        match read(&self.text(key)) {
            Ok(value) => Some(value),
            Err(fault) => {
                self.refuse(key, fault);
                None
            }
        }
    }

    /// Reads a cell that may be blank.
    fn may<T>(&mut self, key: &'static str, read: impl FnOnce(&str) -> Result<T, Fault>) -> Option<T> {
        if self.text(key).is_empty() { None } else { self.must(key, read) }
    }

    fn read(&mut self, context: &Context) -> Values {
        let today = context.today;
        let mut values = Values {
            name: self.must(key::NAME, PersonName::parse),
            sex: self.must(key::SEX, parse_sex),
            birth_date: self.birth_date(today),
            ethnic: self.may(key::ETHNIC, str::parse),
            student_number: self.student_number(today),
            identity_number: self.may(key::IDENTITY, |text| IdentityNumber::parse_on_import(text, today)),
            class: self.class(context),
            guardian_name: self.may(key::GUARDIAN, PersonName::parse),
            guardian_phone: self.may(key::PHONE, Phone::parse),
            address: self.may(key::ADDRESS, parse_address).flatten(),
            home_county: self.may(key::HOME_COUNTY, str::parse),
            boarding: None,
        };
        values.boarding = self.boarding();
        self.compare_numbers(&values);
        values
    }

    fn birth_date(&mut self, today: NaiveDate) -> Option<NaiveDate> {
        let counted = match self.cell(key::BIRTH) {
            Cell::Number(number) => number.parse::<f64>().ok(),
            _ => None,
        };
        self.must(key::BIRTH, |text| match counted {
            Some(number) => birth_date(&date_of_number(number)?.to_string(), today),
            None => birth_date(text, today),
        })
    }

    fn student_number(&mut self, today: NaiveDate) -> Option<StudentNumber> {
        let key = if self.columns.index(key::STUDENT_NUMBER).is_some() {
            key::STUDENT_NUMBER
        } else {
            key::SCHOOL_NUMBER
        };
        // 学号 is often the school's own number: only what looks like a 学籍号 is taken for one.
        if key == key::SCHOOL_NUMBER && self.text(key).chars().count() != STUDENT_NUMBER_LENGTH {
            return None;
        }
        let number = self.may(key, |text| StudentNumber::parse(text, today))?;
        for warning in number.warnings(today) {
            self.warn(key, warning);
        }
        Some(number)
    }

    /// The identity number tells birth date and sex too; the three must agree.
    fn compare_numbers(&mut self, values: &Values) {
        let Some(number) = &values.identity_number else { return };
        for fault in number.contradictions(values.birth_date, values.sex) {
            let key = if fault.code == "id_sex_mismatch" { key::SEX } else { key::BIRTH };
            self.refuse(key, fault);
        }
        if let Some(warning) = number.division_warning() {
            self.warn(key::IDENTITY, warning);
        }
    }

    fn class(&mut self, context: &Context) -> Option<ClassPlace> {
        let told = [key::GRADE, key::CLASS_CODE, key::CLASS_NAME];
        if told.iter().any(|key| self.unusable.contains(key)) {
            return None;
        }
        let (code, name) = (self.text(key::CLASS_CODE), self.text(key::CLASS_NAME));
        let grade = self.grade(context, &code)?;
        let by_name = code.is_empty() && self.columns.index(key::CLASS_NAME).is_some();
        let blamed = if by_name { key::CLASS_NAME } else { key::CLASS_CODE };
        match class_number(grade, &code, &name) {
            Ok(number) => ClassPlace::of(grade, context.year, number),
            Err(fault) => {
                self.refuse(blamed, fault);
                None
            }
        }
    }

    /// The grade stands in its own column, or in front of the class code.
    fn grade(&mut self, context: &Context, class_code: &str) -> Option<GradeCode> {
        let own = self.text(key::GRADE);
        let in_code = class_code.get(..2).filter(|_| matches!(class_code.len(), 3 | 4));
        let (key, text) = match (own.is_empty(), in_code) {
            (true, Some(grade)) => (key::CLASS_CODE, grade),
            _ => (key::GRADE, own.as_str()),
        };
        let read = if text.is_empty() { Err(grade_missing()) } else { grade_in_sheet(text, context) };
        let checked = read.and_then(|grade| {
            context.kind.check_grade(context.system, grade)?;
            Ok(grade)
        });
        match checked {
            Ok(grade) => Some(grade),
            Err(fault) => {
                self.refuse(key, fault);
                None
            }
        }
    }

    /// Whether the pupil boards, and where. A bed without 是否住宿 is a yes.
    fn boarding(&mut self) -> Option<Boarding> {
        let boards = self.may(key::BOARDING, parse_boarding);
        let place = self.may(key::DORMITORY, |text| free_text(text, PLACE_LIMIT)).flatten();
        let room = self.may(key::ROOM, |text| free_text(text, PLACE_LIMIT)).flatten();
        match (boards, place, room) {
            (Some(false), None, None) => Some(Boarding::AtHome),
            (Some(false), ..) => {
                self.refuse(key::BOARDING, boarding_contradiction());
                None
            }
            (_, Some(place), room) => match bed(&place, room.as_deref()) {
                Ok(bed) => Some(bed),
                Err(fault) => {
                    self.refuse(key::DORMITORY, fault);
                    None
                }
            },
            (_, None, Some(_)) => {
                self.refuse(key::ROOM, dormitory_form());
                None
            }
            // That somebody boards is kept as a stay in a room; without the room nothing can be kept.
            (Some(true), None, None) => {
                self.warn(key::BOARDING, dormitory_missing());
                None
            }
            (None, None, None) => None,
        }
    }
}

/// A grade as sheets write it: 13, 小学三年级, 三年级, 七年级, 初一, 高二. A short name means what it
/// means in a school of this system: in a five-four school 六年级 is the first of the junior years.
fn grade_in_sheet(text: &str, context: &Context) -> Result<GradeCode, Fault> {
    text.parse().or_else(|fault| short_grade(text, context.system).ok_or(fault))
}

fn short_grade(text: &str, system: SchoolSystem) -> Option<GradeCode> {
    use crate::org::rules::Stage;
    if let Some(year) = text.strip_suffix("年级").and_then(chinese_digit) {
        let primary = Stage::Primary.years(system);
        return match year.checked_sub(primary) {
            Some(junior) if junior > 0 => GradeCode::of(Stage::Junior, junior),
            _ => GradeCode::of(Stage::Primary, year),
        };
    }
    let (stage, year) = match text.strip_prefix('初') {
        Some(year) => (Stage::Junior, year),
        None => (Stage::Senior, text.strip_prefix('高')?),
    };
    GradeCode::of(stage, chinese_digit(year)?)
}

fn chinese_digit(text: &str) -> Option<i16> {
    const DIGITS: [&str; 9] = ["一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let at = DIGITS.iter().position(|digit| *digit == text)?;
    i16::try_from(at).ok()?.checked_add(1)
}

/// [`class_in_sheet`], and the bare number (2, 02) that many schools write in either column.
fn class_number(grade: GradeCode, code: &str, name: &str) -> Result<ClassNumber, Fault> {
    let bare = |text: &str| matches!(text.len(), 1 | 2) && text.bytes().all(|byte| byte.is_ascii_digit());
    let name = if bare(name) { format!("{name}班") } else { name.to_owned() };
    if bare(code) {
        let number: ClassNumber = code.parse()?;
        let named = if name.is_empty() { number } else { class_in_sheet(grade, "", &name)? };
        let code = format!("{grade}{:02}", number.number());
        return if named == number { Ok(number) } else { class_in_sheet(grade, &code, &name) };
    }
    class_in_sheet(grade, code, &name)
}

/// 1号楼-203: building and room, in one cell or in two.
fn bed(place: &str, room: Option<&str>) -> Result<Boarding, Fault> {
    let (dormitory, room) = match room {
        Some(room) => (place, room),
        None => {
            let at = place.rfind(['-', '－', '—', '–', '/', ' ']).ok_or_else(dormitory_form)?;
            let (dormitory, rest) = place.split_at(at);
            (dormitory, rest.trim_start_matches(['-', '－', '—', '–', '/', ' ']))
        }
    };
    let (dormitory, room) = (dormitory.trim_end_matches(['-', '－', '—', '–', '/', ' ']), room.trim());
    if dormitory.is_empty() || room.is_empty() {
        return Err(dormitory_form());
    }
    Ok(Boarding::Bed { dormitory: dormitory.to_owned(), room: room.to_owned() })
}

fn grade_missing() -> Fault {
    Fault::new("grade_missing", "缺少年级编号", "the grade is missing")
}

fn boarding_contradiction() -> Fault {
    Fault::new(
        "boarding_contradiction",
        "不住宿的学生不应填写宿舍",
        "a pupil who does not board has no dormitory",
    )
}

fn dormitory_missing() -> Fault {
    Fault::new(
        "dormitory_missing",
        "住宿生没有填写宿舍，未登记住宿",
        "no room is given for this boarder, so no stay is kept",
    )
}

fn dormitory_form() -> Fault {
    Fault::new(
        "dormitory_form",
        "宿舍应写楼名和寝室号，例如1号楼-203",
        "a dormitory is its building and room: 1号楼-203",
    )
}
