//! Figures as a spreadsheet: every group with all its totals, in the words of the page, and nothing
//! that the page would not show.

use super::columns::{COLUMNS, Shown};
use super::service::Row;
use super::wording::withheld;
use crate::kernel::error::{Error, Result};
use crate::kernel::sheet::{Cell, table_csv, table_xlsx_with_notes};
use crate::kernel::text::Text;
use crate::kernel::text_enum::unknown_word;
use crate::kernel::web::Language;
use crate::org::rules::{Regions, TermCode};

/// What a sheet is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SheetFormat {
    /// A workbook.
    Xlsx,
    /// Text with commas.
    Csv,
}

impl SheetFormat {
    /// The format that an address names; a workbook when it names none.
    ///
    /// # Errors
    /// 422 for any other.
    pub(super) fn named(ending: Option<&str>) -> Result<Self> {
        match ending {
            None | Some("xlsx") => Ok(Self::Xlsx),
            Some("csv") => Ok(Self::Csv),
            Some(_) => Err(Error::invalid(vec![unknown_word(&["xlsx", "csv"]).at("/query/format")])),
        }
    }

    /// The ending of its files.
    pub(super) const fn ending(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
        }
    }

    /// The media type.
    pub(super) const fn media_type(self) -> &'static str {
        match self {
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Csv => "text/csv; charset=utf-8",
        }
    }
}

/// A sheet to be written.
pub(super) struct FiguresSheet {
    pub term: TermCode,
    pub language: Language,
    /// The groups, in the order in which they are told.
    pub rows: Vec<Row>,
    /// How to read them: a sheet of its own in a workbook.
    pub notes: Vec<Text>,
}

impl FiguresSheet {
    /// The file.
    ///
    /// # Errors
    /// 500 when it cannot be written.
    pub fn written(&self, format: SheetFormat) -> Result<Vec<u8>> {
        let language = self.language;
        let titles = self.titles();
        let titles: Vec<&str> = titles.iter().map(|title| language.say(title)).collect();
        let rows = self.rows.iter().map(|row| self.cells(row));
        let written = match format {
            SheetFormat::Csv => table_csv(&titles, rows),
            SheetFormat::Xlsx => {
                let notes: Vec<&str> = self.notes.iter().map(|note| language.say(note)).collect();
                let names = (language.text("数据", "Figures"), language.text("说明", "Notes"));
                table_xlsx_with_notes(names, &titles, rows, &notes)
            }
        };
        written.map_err(Error::internal)
    }

    fn titles(&self) -> Vec<Text> {
        let places = [("学期", "Term"), ("代码", "Code"), ("地区或学校", "Area"), ("班级", "Class")];
        let groups = [("年级", "Grade"), ("性别", "Sex")];
        let first = places.into_iter().chain(groups).map(|(zh, en)| Text::new(zh, en));
        let figures = COLUMNS.iter().map(super::columns::Column::title);
        first.chain(figures).chain([Text::new("备注", "Remark")]).collect()
    }

    fn cells(&self, row: &Row) -> Vec<Cell> {
        let say = |text: &Text| Cell::Text(self.language.say(text).to_owned());
        let all = Text::new("合计", "All");
        let (code, area) = match &row.school {
            Some(school) => (school.code.clone(), school.name.clone()),
            None => (row.region.to_string(), Regions::get().full_name(row.region).unwrap_or_default()),
        };
        let class = row.class.as_ref().map(|class| class.title(self.term.school_year()));
        let grade = row.grade.map(|grade| grade.name());
        let sex = row.sex.map(|sex| sex.name());
        let mut cells = vec![Cell::Text(self.term.to_string()), Cell::Text(code), Cell::Text(area)];
        cells.extend([class, grade, sex].map(|part| say(part.as_ref().unwrap_or(&all))));
        let shown: Vec<Shown> = COLUMNS.iter().map(|column| (column.of)(row).shown()).collect();
        cells.extend(shown.iter().map(|figure| match figure {
            Shown::Number(n) => Cell::Number(n.to_string()),
            Shown::Percent(percent) => Cell::Number(percent.clone()),
            Shown::Nobody => Cell::Empty,
            Shown::Withheld => say(&withheld()),
        }));
        let remark = Text::new(
            "有人数过少而不公布的数，并非为0",
            "Some counts are too small to be given; they are not 0",
        );
        cells.push(if shown.contains(&Shown::Withheld) { say(&remark) } else { Cell::Empty });
        cells
    }
}
