//! One school with everybody in it, term after term.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime};

use super::calendar::{TermDays, holidays};
use super::dice::Dice;
use super::eyes::Outcome;
use super::layout::{Line, SYSTEM, SchoolShape, Span, lines};
use super::people::{People, Pupil};
use super::store::{
    CalendarRow, ClassRow, DormitoryRow, EnrolmentRow, RoomRow, RosterRow, RoundRow, SchoolRow, SchoolRows,
    ScreeningRow, StayRow, TermRow,
};
use crate::kernel::Kernel;
use crate::kernel::clock::full_months;
use crate::kernel::db::Json;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{Id, kind};
use crate::org::rules::{ClassNumber, Cohort, GradeCode, SchoolKind, SchoolYear, Sex, Stage, TermHalf};
use crate::org::{DayKind, Dwellers};
use crate::student::rules::{OnRoll, ReasonIn, ReasonOut, TermEnd, enrolled};
use crate::tally::Group;
use crate::vision::rules::{Kind, Measured, RuleSets, Settings, counted, expected, judge};

const SOURCE: &str = "demo";
const BEDS: i16 = 8;
/// How many of a thousand pupils of a boarding school live there.
const BOARDERS: i32 = 600;
/// How many of a thousand came after their class had begun, and how many leave before its end.
const LATECOMERS: i32 = 12;
const LEAVERS: i32 = 12;

/// Who is said to have entered what.
#[derive(Debug, Clone, Copy)]
pub(super) struct Staff {
    pub doctor: Id<kind::Account>,
    pub registrar: Id<kind::Account>,
}

/// Makes schools one after another. A junior school takes the leavers of the primary school before
/// it, so that files go from school to school.
pub(super) struct Maker {
    kernel: Kernel,
    dice: Dice,
    people: People,
    staff: Staff,
    terms: Vec<TermDays>,
    years: (SchoolYear, SchoolYear),
    today: NaiveDate,
    now: NaiveDateTime,
    rule_sets: &'static RuleSets,
    settings: Settings,
    /// Those who finished the primary school made last, by the year.
    finished: BTreeMap<i32, Vec<Pupil>>,
}

/// A class of a line, with the stage it stands for.
#[derive(Clone, Copy)]
struct ClassOf {
    id: Id<kind::Class>,
    span: Span,
}

/// The time a pupil spends in a class.
struct Time {
    class: ClassOf,
    from_on: NaiveDate,
    to_on: Option<NaiveDate>,
}

/// When a pupil came after the class had begun, and left before its end; mostly never.
struct Passage {
    joined_on: Option<NaiveDate>,
    left_on: Option<NaiveDate>,
}

impl Maker {
    pub(super) fn new(
        kernel: &Kernel,
        seed: u64,
        staff: Staff,
        terms: Vec<TermDays>,
        years: (SchoolYear, SchoolYear),
    ) -> Result<Self> {
        Ok(Self {
            dice: Dice::new(seed, 0),
            people: People::new(kernel.clone(), staff.registrar),
            staff,
            terms,
            years,
            today: kernel.clock.today(),
            now: kernel.clock.stamp(),
            rule_sets: RuleSets::embedded().map_err(Error::internal)?,
            settings: Settings::from(&kernel.config.vision),
            finished: BTreeMap::new(),
            kernel: kernel.clone(),
        })
    }

    /// The next school.
    ///
    /// # Errors
    /// When the machine gives no randomness, or a table of the house does not fit the data.
    pub(super) fn make(&mut self, shape: &SchoolShape) -> Result<SchoolRows> {
        let mut rows = self.frame(shape);
        let mut rooms = if shape.boarding { Some(self.dormitories(&mut rows)) } else { None };
        let coming = std::mem::take(&mut self.finished);
        let mut coming = if shape.kind == SchoolKind::Junior { coming } else { BTreeMap::new() };
        for line in lines(shape, self.years) {
            for (index, size) in line.classes.iter().enumerate() {
                let classes = self.classes(&mut rows, &line, index)?;
                let size = self.around(*size);
                for _ in 0..size {
                    let old = line
                        .spans
                        .first()
                        .filter(|span| span.stage == Stage::Junior)
                        .and_then(|span| coming.get_mut(&span.entered.number()))
                        .and_then(Vec::pop);
                    self.pupil(&mut rows, shape, &line, &classes, old, rooms.as_mut())?;
                }
            }
        }
        Ok(rows)
    }

    /// A class size near the mean, within 40 to 50 when the mean is.
    fn around(&mut self, mean: u32) -> i32 {
        let mean = i32::try_from(mean).unwrap_or_default();
        let size = mean + self.dice.bell(4);
        if (40..=50).contains(&mean) { size.clamp(40, 50) } else { mean }
    }

    /// The school with its terms, holidays and rounds, and nobody in it.
    fn frame(&self, shape: &SchoolShape) -> SchoolRows {
        let id = self.kernel.ids.next();
        let founded = self.terms.first().map_or(self.now, |term| morning(term.starts_on));
        let school = SchoolRow {
            id,
            code: shape.code.clone(),
            name: shape.name.clone(),
            kind: shape.kind,
            system: SYSTEM,
            boarding: shape.boarding,
            county_code: shape.county,
            version: 1,
            created_at: founded.min(self.now),
        };
        let holiday = |(day, note)| CalendarRow { school_id: id, day, kind: DayKind::Holiday, note };
        SchoolRows {
            school,
            classes: Vec::new(),
            terms: self.terms.iter().map(|term| self.term(id, term)).collect(),
            calendar: self.terms.iter().flat_map(holidays).map(holiday).collect(),
            dormitories: Vec::new(),
            rooms: Vec::new(),
            students: Vec::new(),
            numbers: Vec::new(),
            guardians: Vec::new(),
            enrolments: Vec::new(),
            stays: Vec::new(),
            rounds: self.terms.iter().map(|term| self.round(id, term)).collect(),
            roster: Vec::new(),
            screenings: Vec::new(),
            changes: Vec::new(),
        }
    }

    /// A term; all but the latest are closed.
    fn term(&self, school_id: Id<kind::School>, term: &TermDays) -> TermRow {
        let latest = self.terms.last().is_none_or(|latest| latest.code == term.code);
        let closed_on = term.ends_on.checked_add_days(Days::new(10)).unwrap_or(term.ends_on);
        TermRow {
            school_id,
            id: self.kernel.ids.next(),
            code: term.code,
            starts_on: term.starts_on,
            ends_on: term.ends_on,
            closed_at: (!latest).then(|| morning(closed_on).min(self.now)),
            version: 1,
        }
    }

    fn round(&self, school_id: Id<kind::School>, term: &TermDays) -> RoundRow {
        RoundRow {
            school_id,
            id: self.kernel.ids.next(),
            term: term.code,
            kind: ROUND_KIND,
            opened_on: term.opened_on,
            opened_at: morning(term.opened_on).min(self.now),
            opened_by: self.staff.doctor,
        }
    }

    /// A house for boys and one for girls; rooms are added as they are needed.
    fn dormitories(&self, rows: &mut SchoolRows) -> Rooms {
        let school = rows.school.id;
        let house = |name: &str, sex| DormitoryRow {
            school_id: school,
            id: self.kernel.ids.next(),
            name: name.to_owned(),
            sex,
            version: 1,
        };
        let (boys, girls) = (house("男生宿舍楼", Dwellers::Boys), house("女生宿舍楼", Dwellers::Girls));
        let rooms = Rooms { boys: House::of(boys.id), girls: House::of(girls.id) };
        rows.dormitories.extend([boys, girls]);
        rooms
    }

    /// The classes of one company of a line, a class a stage.
    fn classes(&self, rows: &mut SchoolRows, line: &Line, index: usize) -> Result<Vec<ClassOf>> {
        let number = i16::try_from(index + 1).ok().and_then(ClassNumber::from_number);
        let number = number.ok_or_else(|| Error::internal("a grade has more classes than numbers"))?;
        let school_id = rows.school.id;
        let class = |span: &Span| ClassOf { id: self.kernel.ids.next(), span: *span };
        let classes: Vec<ClassOf> = line.spans.iter().map(class).collect();
        rows.classes.extend(classes.iter().map(|class| ClassRow {
            school_id,
            id: class.id,
            stage: class.span.stage,
            entry_year: class.span.entered.number(),
            number,
            name: None,
            version: 1,
            created_at: morning(class.span.entered.first_day()).min(self.now),
        }));
        Ok(classes)
    }

    /// One pupil's way through the school; `old` is one whom another school knows already.
    fn pupil(
        &mut self,
        rows: &mut SchoolRows,
        shape: &SchoolShape,
        line: &Line,
        classes: &[ClassOf],
        old: Option<Pupil>,
        rooms: Option<&mut Rooms>,
    ) -> Result<()> {
        let begins = classes.first().map_or(self.today, |class| class.span.entered.first_day());
        let passage = self.passage(classes);
        let pupil = match old {
            Some(pupil) => pupil,
            None => {
                let from_on = passage.joined_on.unwrap_or(begins);
                let (pupil, made) =
                    self.people.make(&mut self.dice, shape.county, line.first_grade, from_on)?;
                rows.students.push(made.student);
                rows.numbers.push(made.number);
                rows.guardians.extend(made.guardians);
                pupil
            }
        };
        let times = self.times(classes, &passage);
        self.enrol(rows, &pupil, &times, &passage);
        if let Some(rooms) = rooms {
            self.board(rows, &pupil, &times, rooms);
        }
        for index in 0..self.terms.len() {
            self.in_term(rows, &pupil, &times, index)?;
        }
        if shape.kind == SchoolKind::Primary
            && passage.left_on.is_none()
            && let Some(over) = classes.last().and_then(|class| class.span.over_in())
            && over <= self.years.1
        {
            self.finished.entry(over.number()).or_default().push(pupil);
        }
        Ok(())
    }

    /// Whether the pupil comes later or leaves earlier than the class, within the plan's terms.
    fn passage(&mut self, classes: &[ClassOf]) -> Passage {
        let (late, leaves) = (self.dice.chance(LATECOMERS), self.dice.chance(LEAVERS));
        let term = self.dice.between(1, i32::try_from(self.terms.len()).unwrap_or(1));
        let term = usize::try_from(term - 1).ok().and_then(|place| self.terms.get(place));
        let days = u64::try_from(self.dice.between(25, 60)).unwrap_or_default();
        let begins = classes.first().map(|class| class.span.entered.first_day());
        let ends = classes.last().and_then(|class| class.span.over_in()).map(SchoolYear::first_day);
        let (Some(term), Some(begins), Some(ends)) = (term, begins, ends) else {
            return Passage { joined_on: None, left_on: None };
        };
        let within = |day: &NaiveDate| begins < *day && *day < ends && *day <= self.today;
        let left_on = term.opened_on.checked_add_days(Days::new(days)).filter(within).filter(|_| leaves);
        let joined_on = Some(term.starts_on).filter(within).filter(|_| late && left_on.is_none());
        Passage { joined_on, left_on }
    }

    fn times(&self, classes: &[ClassOf], passage: &Passage) -> Vec<Time> {
        let time = |class: &ClassOf| {
            let begins = class.span.entered.first_day();
            let over = class.span.over_in().map(SchoolYear::first_day).filter(|day| *day <= self.today);
            let from_on = passage.joined_on.map_or(begins, |joined| joined.max(begins));
            let to_on = match (passage.left_on, over) {
                (Some(left), Some(over)) => Some(left.min(over)),
                (left, over) => left.or(over),
            };
            let lasts = to_on.is_none_or(|to_on| from_on < to_on) && begins <= self.today;
            lasts.then_some(Time { class: *class, from_on, to_on })
        };
        classes.iter().filter_map(time).collect()
    }

    fn enrol(&self, rows: &mut SchoolRows, pupil: &Pupil, times: &[Time], passage: &Passage) {
        let ends: Vec<TermEnd> =
            self.terms.iter().map(|term| TermEnd { code: term.code, ends_on: term.ends_on }).collect();
        for time in times {
            let joined = passage.joined_on == Some(time.from_on);
            let left = passage.left_on.is_some() && passage.left_on == time.to_on;
            rows.enrolments.push(EnrolmentRow {
                school_id: rows.school.id,
                id: self.kernel.ids.next(),
                student_id: pupil.id,
                class_id: time.class.id,
                from_on: time.from_on,
                to_on: time.to_on,
                reason_in: if joined { ReasonIn::TransferredIn } else { ReasonIn::Admitted },
                reason_out: time
                    .to_on
                    .map(|_| if left { ReasonOut::TransferredOut } else { ReasonOut::Graduated }),
                created_at: morning(time.from_on).min(self.now),
                created_by: Some(self.staff.registrar),
            });
            rows.changes.extend(enrolled(&on_roll(pupil, time), &ends));
        }
    }

    fn board(&mut self, rows: &mut SchoolRows, pupil: &Pupil, times: &[Time], rooms: &mut Rooms) {
        if !self.dice.chance(BOARDERS) {
            return;
        }
        for time in times {
            let house = match pupil.sex {
                Sex::Male => &mut rooms.boys,
                Sex::Female => &mut rooms.girls,
            };
            let room_id = house.bed(time.to_on.is_none(), || self.kernel.ids.next(), rows);
            rows.stays.push(StayRow {
                school_id: rows.school.id,
                id: self.kernel.ids.next(),
                student_id: pupil.id,
                room_id,
                from_on: time.from_on,
                to_on: time.to_on,
                created_at: morning(time.from_on).min(self.now),
                created_by: Some(self.staff.registrar),
            });
        }
    }

    /// The pupil's place on the roster of a term, and the screening.
    fn in_term(&mut self, rows: &mut SchoolRows, pupil: &Pupil, times: &[Time], index: usize) -> Result<()> {
        let (Some(term), Some(round)) = (self.terms.get(index), rows.rounds.get(index)) else {
            return Ok(());
        };
        let year = term.code.school_year();
        let there = times.iter().find(|time| on_roll(pupil, time).covers(term.opened_on));
        let Some((time, grade)) = there.and_then(|time| Some((time, cohort(time).grade_in(year)?))) else {
            return Ok(());
        };
        let age_months = full_months(pupil.birth_date, term.opened_on).unwrap_or_default();
        rows.roster.push(RosterRow {
            school_id: rows.school.id,
            round_id: round.id,
            student_id: pupil.id,
            class_id: time.class.id,
            grade,
            sex: pupil.sex,
            age_months,
        });
        let group = Group { term: term.code, class: time.class.id, grade, sex: pupil.sex };
        rows.changes.extend(expected(ROUND_KIND).map(|one| (group, one)));
        let half_year = half_year(time, year, term.code.half()).unwrap_or_default();
        let outcome = pupil.eyes.screen(&mut self.dice, half_year);
        self.screening(rows, pupil, group, index, &outcome)
    }

    fn screening(
        &self,
        rows: &mut SchoolRows,
        pupil: &Pupil,
        group: Group,
        index: usize,
        outcome: &Outcome,
    ) -> Result<()> {
        let (measured, not_done) = match outcome {
            Outcome::Forgotten => return Ok(()),
            Outcome::NotDone(reason) => (Measured::default(), Some(reason)),
            Outcome::Measured(measured) => (*measured, None),
        };
        let Some(term) = self.terms.get(index) else { return Ok(()) };
        let examined_on = examined_on(term, rows, group.class);
        let rule_set = self.rule_sets.rule_set_on(examined_on).map_err(Error::internal)?;
        let judged = || judge(&measured, Some(pupil.birth_date), examined_on, rule_set, self.settings);
        let verdict = not_done.is_none().then(judged);
        rows.changes.extend(counted(ROUND_KIND, verdict.as_ref()).into_iter().map(|one| (group, one)));
        rows.screenings.push(ScreeningRow {
            school_id: rows.school.id,
            id: self.kernel.ids.next(),
            student_id: pupil.id,
            term: term.code,
            kind: ROUND_KIND,
            class_id: group.class,
            grade: group.grade,
            sex: pupil.sex,
            age_months: full_months(pupil.birth_date, examined_on).unwrap_or_default(),
            examined_on,
            not_done_reason: not_done.copied(),
            glasses: measured.glasses,
            right_uncorrected: measured.right.uncorrected,
            left_uncorrected: measured.left.uncorrected,
            right_corrected: measured.right.corrected,
            left_corrected: measured.left.corrected,
            right_sphere: measured.right.sphere,
            right_cylinder: measured.right.cylinder,
            right_axis: measured.right.axis,
            left_sphere: measured.left.sphere,
            left_cylinder: measured.left.cylinder,
            left_axis: measured.left.axis,
            standard: verdict.as_ref().map(|verdict| verdict.standard.clone()),
            verdict: verdict.map(Json),
            source: SOURCE,
            version: 1,
            entered_at: morning(examined_on).min(self.now),
            entered_by: self.staff.doctor,
        });
        Ok(())
    }
}

/// The day a class is screened: the classes of a school in turn over the days of the round.
fn examined_on(term: &TermDays, rows: &SchoolRows, class: Id<kind::Class>) -> NaiveDate {
    let place = rows.classes.iter().rposition(|row| row.id == class).unwrap_or_default();
    let day = place.checked_rem(term.screening_days.len()).and_then(|turn| term.screening_days.get(turn));
    day.copied().unwrap_or(term.opened_on)
}

fn cohort(time: &Time) -> Cohort {
    Cohort { stage: time.class.span.stage, system: SYSTEM, entered: time.class.span.entered }
}

fn on_roll(pupil: &Pupil, time: &Time) -> OnRoll {
    OnRoll {
        class: time.class.id,
        cohort: cohort(time),
        sex: pupil.sex,
        from_on: time.from_on,
        to_on: time.to_on,
    }
}

/// Half-years of schooling before this one, over the nine years.
fn half_year(time: &Time, year: SchoolYear, half: TermHalf) -> Option<i32> {
    let before = match time.class.span.stage {
        Stage::Junior => i32::from(Stage::Primary.years(SYSTEM)),
        _ => 0,
    };
    let years = before + i32::from(cohort(time).year_in(year)?) - 1;
    Some(2 * years + i32::from(half == TermHalf::Spring))
}

/// Ten in the morning in Shanghai, as the database keeps it.
fn morning(day: NaiveDate) -> NaiveDateTime {
    day.and_time(NaiveTime::from_hms_opt(2, 0, 0).unwrap_or_default())
}

/// The rooms of a boarding school.
struct Rooms {
    boys: House,
    girls: House,
}

/// A house with the beds taken so far, now and by those who have left.
struct House {
    id: Id<kind::Dormitory>,
    rooms: Vec<Id<kind::Room>>,
    taken: usize,
    left: usize,
}

impl House {
    const fn of(id: Id<kind::Dormitory>) -> Self {
        Self { id, rooms: Vec::new(), taken: 0, left: 0 }
    }

    /// The room of the next bed; those who have left slept where others sleep now.
    fn bed(
        &mut self,
        lives_here_now: bool,
        new_id: impl Fn() -> Id<kind::Room>,
        rows: &mut SchoolRows,
    ) -> Id<kind::Room> {
        let counter = if lives_here_now { &mut self.taken } else { &mut self.left };
        let place = *counter / usize::try_from(BEDS).unwrap_or(1);
        *counter += 1;
        if let Some(room) = self.rooms.get(place) {
            return *room;
        }
        let id = new_id();
        let (floor, door) = (self.rooms.len() / 20 + 1, self.rooms.len() % 20 + 1);
        rows.rooms.push(RoomRow {
            school_id: rows.school.id,
            id,
            dormitory_id: self.id,
            name: format!("{floor}{door:02}"),
            beds: BEDS,
            version: 1,
        });
        self.rooms.push(id);
        id
    }
}

/// The kind of round that every term has.
const ROUND_KIND: Kind = Kind::Regular;

/// The grade of a class in a school year.
pub(super) fn grade_of(class: &ClassRow, year: SchoolYear) -> Option<GradeCode> {
    let entered = SchoolYear::new(class.entry_year)?;
    Cohort { stage: class.stage, system: SYSTEM, entered }.grade_in(year)
}
