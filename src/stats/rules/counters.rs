//! From the counters of the tally to the figures of a group.

use super::answer::{CellValue, Counts};
use super::cube::Figures;

impl Figures {
    /// Adds a counter of the tally: what is counted, the class within it, and the number of pupils.
    /// What no figure is made of (refraction bands, pupils in whom nothing could be judged) is left
    /// out: those valid are the normal and the poor together.
    pub fn count(&mut self, indicator: &str, class: &str, n: i64) {
        let figure = match (indicator, class) {
            ("enrolled", "all") => &mut self.enrolled,
            ("vision.expected", "all") => &mut self.expected,
            ("vision.screened", "all") => &mut self.screened,
            ("vision.poor", "normal") => &mut self.normal,
            ("vision.poor", "mild") => &mut self.mild,
            ("vision.poor", "moderate") => &mut self.moderate,
            ("vision.poor", "severe") => &mut self.severe,
            ("vision.myopia", "yes") => &mut self.myopia_yes,
            ("vision.myopia", "no") => &mut self.myopia_no,
            _ => return,
        };
        *figure += n;
    }

    /// Adds the figures of another group.
    pub fn add(&mut self, more: &Figures) {
        self.enrolled += more.enrolled;
        self.expected += more.expected;
        self.screened += more.screened;
        self.normal += more.normal;
        self.mild += more.mild;
        self.moderate += more.moderate;
        self.severe += more.severe;
        self.myopia_yes += more.myopia_yes;
        self.myopia_no += more.myopia_no;
    }

    /// The counts without protection: for those who may see every pupil among them.
    pub const fn counts(&self) -> Counts {
        let poor = self.mild + self.moderate + self.severe;
        Counts {
            enrolled: CellValue::shown(self.enrolled),
            expected: CellValue::shown(self.expected),
            screened: CellValue::shown(self.screened),
            valid: CellValue::shown(self.normal + poor),
            normal: CellValue::shown(self.normal),
            poor: CellValue::shown(poor),
            mild: CellValue::shown(self.mild),
            moderate: CellValue::shown(self.moderate),
            severe: CellValue::shown(self.severe),
            myopia_judged: CellValue::shown(self.myopia_yes + self.myopia_no),
            myopia_yes: CellValue::shown(self.myopia_yes),
            myopia_no: CellValue::shown(self.myopia_no),
        }
    }
}
