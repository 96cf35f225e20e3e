//! The columns of the grid, the names of its fields, and what a screening has in each.

use crate::kernel::text::Text;
use crate::vision::Screening;
use crate::vision::rules::{CellKind, Glasses, Line, NotDoneReason};

/// How many columns a pupil's row has.
pub(super) const WIDTH: usize = 12;

/// One column of the grid.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    /// The field, as the API names it.
    pub field: &'static str,
    /// What its cells hold.
    pub kind: CellKind,
    /// What several columns have in common, 中文 and English; empty for one that stands alone.
    group: (&'static str, &'static str),
    label: (&'static str, &'static str),
}

const fn column(
    field: &'static str,
    kind: CellKind,
    group: (&'static str, &'static str),
    label: (&'static str, &'static str),
) -> Column {
    Column { field, kind, group, label }
}

const UNCORRECTED: (&str, &str) = ("裸眼视力", "Uncorrected");
const CORRECTED: (&str, &str) = ("戴镜视力", "With glasses");
const RIGHT: (&str, &str) = ("右眼屈光", "Right refraction");
const LEFT: (&str, &str) = ("左眼屈光", "Left refraction");
const ALONE: (&str, &str) = ("", "");

/// The columns in the order in which a pupil is examined.
pub(super) const COLUMNS: [Column; WIDTH] = [
    column("right_uncorrected", CellKind::Acuity, UNCORRECTED, ("右眼", "right")),
    column("left_uncorrected", CellKind::Acuity, UNCORRECTED, ("左眼", "left")),
    column("glasses", CellKind::Word, ALONE, ("戴镜类型", "Glasses")),
    column("right_corrected", CellKind::Acuity, CORRECTED, ("右眼", "right")),
    column("left_corrected", CellKind::Acuity, CORRECTED, ("左眼", "left")),
    column("right_sphere", CellKind::Power, RIGHT, ("球镜", "sphere")),
    column("right_cylinder", CellKind::Power, RIGHT, ("柱镜", "cylinder")),
    column("right_axis", CellKind::Axis, RIGHT, ("轴位", "axis")),
    column("left_sphere", CellKind::Power, LEFT, ("球镜", "sphere")),
    column("left_cylinder", CellKind::Power, LEFT, ("柱镜", "cylinder")),
    column("left_axis", CellKind::Axis, LEFT, ("轴位", "axis")),
    column("not_done_reason", CellKind::Word, ALONE, ("未查原因", "Not done because")),
];

impl Column {
    /// The group of the column, when it has one.
    pub(super) fn group(&self) -> Option<Text> {
        (!self.group.0.is_empty()).then(|| Text::new(self.group.0, self.group.1))
    }

    /// The short label below its group.
    pub(super) fn label(&self) -> Text {
        Text::new(self.label.0, self.label.1)
    }

    /// The label alone, with its group.
    pub(super) fn full_label(&self) -> Text {
        match self.group() {
            Some(group) => {
                Text::new(format!("{}·{}", group.zh, self.label.0), format!("{}, {}", group.en, self.label.1))
            }
            None => self.label(),
        }
    }

    /// The words that can be chosen: code and name.
    pub(super) fn choices(&self) -> Vec<(&'static str, Text)> {
        match self.field {
            "glasses" => Glasses::ALL.iter().map(|one| (one.as_str(), one.name())).collect(),
            "not_done_reason" => NotDoneReason::ALL.iter().map(|one| (one.as_str(), one.name())).collect(),
            _ => Vec::new(),
        }
    }

    /// The digits that choose each of them at the keyboard. The forms number glasses 1 to 3 alike, and
    /// no glasses 4 or 0.
    pub(super) const fn keys(&self) -> &'static str {
        match self.field.as_bytes() {
            b"glasses" => "04,1,2,3",
            b"not_done_reason" => "1,2,3,4,5,6",
            _ => "",
        }
    }
}

/// What a screening has in each column, as the record writes it; empty for nothing.
pub(super) fn cells_of(screening: &Screening) -> [String; WIDTH] {
    fn text<T: ToString>(value: Option<T>) -> String {
        value.map(|value| value.to_string()).unwrap_or_default()
    }
    [
        text(screening.right_uncorrected),
        text(screening.left_uncorrected),
        text(screening.glasses),
        text(screening.right_corrected),
        text(screening.left_corrected),
        text(screening.right_sphere),
        text(screening.right_cylinder),
        text(screening.right_axis),
        text(screening.left_sphere),
        text(screening.left_cylinder),
        text(screening.left_axis),
        text(screening.not_done_reason),
    ]
}

/// The cells as the service reads them.
pub(super) fn line_of(cells: [String; WIDTH]) -> Line {
    let [
        right_uncorrected,
        left_uncorrected,
        glasses,
        right_corrected,
        left_corrected,
        right_sphere,
        right_cylinder,
        right_axis,
        left_sphere,
        left_cylinder,
        left_axis,
        not_done_reason,
    ] = cells.map(Some);
    Line {
        not_done_reason,
        glasses,
        right_uncorrected,
        left_uncorrected,
        right_corrected,
        left_corrected,
        right_sphere,
        right_cylinder,
        right_axis,
        left_sphere,
        left_cylinder,
        left_axis,
    }
}
