//! State machines from data.

use std::sync::LazyLock;

use super::CaseState;
use super::facts::Facts;
use super::written::{
    STATES_SCHEMA, WrittenGuard, WrittenGuards, WrittenMachine, WrittenNeed, WrittenStates,
};
use crate::kernel::error::Fault;
use crate::psych::rules::instruments::{Formula, StandardsError, lasting, read_toml};
use crate::text_enum;

const STATES: &str = include_str!("../../standards/model/case_states.toml");
const GUARDS: &str = include_str!("../../standards/guards.toml");
const STATES_FILE: &str = "case_states.toml";
const GUARDS_FILE: &str = "guards.toml";

/// Stands for every state that can still be left.
const ANY: &str = "*";
/// Stands for "not there yet".
const BEGINNING: &str = "";

text_enum! {
    /// The machines.
    pub enum MachineId {
        /// 测评活动
        Campaign = "campaign",
        /// 答卷
        Response = "response",
        /// 观察上报
        Observation = "observation",
        /// 研判
        Triage = "triage",
        /// 个案
        Case = "case",
        /// 转介
        Referral = "referral",
        /// 移交
        Handover = "handover",
    }
}

text_enum! {
    /// Who moves a machine.
    pub enum Actor {
        /// 学生
        Student = "student",
        /// 监护人
        Guardian = "guardian",
        /// 宿管
        DormManager = "dorm_manager",
        /// 班主任
        ClassTeacher = "class_teacher",
        /// 心理教师
        Counselor = "counselor",
        /// 值班心理教师
        DutyCounselor = "duty_counselor",
        /// 校医
        SchoolDoctor = "school_doctor",
        /// 分管副校长
        DeputyHead = "deputy_head",
        /// 校长
        Principal = "principal",
        /// 县级值班
        County = "county",
        /// Whoever wrote the entry.
        Author = "author",
        /// The program itself.
        Engine = "engine",
    }
}

/// One thing that must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// What is said when it does not hold.
    pub fault: Fault,
    formula: Formula,
}

/// Everything that must hold for a move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guard {
    /// The guard in the words of the states file.
    pub says: String,
    /// What it asks.
    pub requirements: Vec<Requirement>,
    /// The facts its requirements look at.
    pub facts: Vec<String>,
}

impl Guard {
    /// The requirements that are not met, or of which it is not known.
    pub fn unmet(&self, facts: &Facts) -> Vec<Fault> {
        let row = facts.row(&self.facts);
        let holds =
            |requirement: &Requirement| requirement.formula.value(&row).is_some_and(|value| value.holds());
        let unmet = self.requirements.iter().filter(|requirement| !holds(requirement));
        unmet.map(|requirement| requirement.fault.clone()).collect()
    }
}

/// One move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transition {
    /// From this state; `None` is "not there yet".
    pub from: Option<String>,
    /// To this state.
    pub to: String,
    /// Who may.
    pub by: Vec<Actor>,
    /// What must hold.
    pub guard: Guard,
}

/// One machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// Which one.
    pub id: MachineId,
    /// Its states.
    pub states: Vec<String>,
    /// Its moves; one from any state stands once for each state that can be left.
    pub transitions: Vec<Transition>,
}

impl Machine {
    /// Whether somebody may make a move now. `from` is `None` for what is not there yet.
    ///
    /// # Errors
    /// `no_such_move`; `not_this_actor`; or every requirement that is not met.
    pub fn permit(
        &self,
        from: Option<&str>,
        to: &str,
        by: Actor,
        facts: &Facts,
    ) -> Result<&Transition, Vec<Fault>> {
        let found = self.transitions.iter().find(|known| known.from.as_deref() == from && known.to == to);
        let found = found.ok_or_else(|| vec![no_such_move()])?;
        if !found.by.contains(&by) {
            return Err(vec![not_this_actor()]);
        }
        let unmet = found.guard.unmet(facts);
        if unmet.is_empty() { Ok(found) } else { Err(unmet) }
    }

    /// Whether nothing leads out of a state.
    pub fn is_final(&self, state: &str) -> bool {
        self.transitions.iter().all(|transition| transition.from.as_deref() != Some(state))
    }
}

fn no_such_move() -> Fault {
    Fault::new("no_such_move", "当前状态不能这样变更", "this move is not possible from the present state")
}

fn not_this_actor() -> Fault {
    Fault::new("not_this_actor", "您的身份不能作此变更", "this move is for somebody else to make")
}

/// All machines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machines(Vec<Machine>);

static EMBEDDED: LazyLock<Result<Machines, StandardsError>> =
    LazyLock::new(|| Machines::from_files(STATES, GUARDS));

impl Machines {
    /// The machines in this binary.
    ///
    /// # Errors
    /// When the embedded files contradict themselves; the tests would have told.
    pub fn embedded() -> Result<&'static Self, StandardsError> {
        EMBEDDED.as_ref().map_err(Clone::clone)
    }

    /// The texts of the files in this binary: states, guards.
    pub fn embedded_files() -> (&'static str, &'static str) {
        (STATES, GUARDS)
    }

    /// Machines from the states and the transcribed guards.
    ///
    /// # Errors
    /// Names the file and field that do not hold together.
    pub fn from_files(states: &str, guards: &str) -> Result<Self, StandardsError> {
        let written: WrittenStates = read_toml(STATES_FILE, states)?;
        let guards: WrittenGuards = read_toml(GUARDS_FILE, guards)?;
        ensure(written.schema == STATES_SCHEMA, STATES_FILE, "schema", "is another")?;
        let machine = |id: &MachineId| machine(*id, of(&written, *id), &guards.guard);
        let made = Self(MachineId::ALL.iter().map(machine).collect::<Result<_, _>>()?);
        every_guard_is_used(&made, &guards.guard)?;
        let known: Vec<&str> = CaseState::ALL.iter().map(|state| state.as_str()).collect();
        ensure(written.case.states == known, STATES_FILE, "case.states", "are not those the program knows")?;
        ensure(
            written.case.one_open_case_per_student,
            STATES_FILE,
            "case.one_open_case_per_student",
            "must be true",
        )?;
        Ok(made)
    }

    /// One machine.
    ///
    /// # Errors
    /// Never, because all are loaded together; the type says so to callers who cannot know.
    pub fn machine(&self, id: MachineId) -> Result<&Machine, StandardsError> {
        let found = self.0.iter().find(|machine| machine.id == id);
        found.ok_or_else(|| wrong(STATES_FILE, id.as_str(), "is missing"))
    }
}

fn of(written: &WrittenStates, id: MachineId) -> &WrittenMachine {
    match id {
        MachineId::Campaign => &written.campaign,
        MachineId::Response => &written.response,
        MachineId::Observation => &written.observation,
        MachineId::Triage => &written.triage,
        MachineId::Case => &written.case,
        MachineId::Referral => &written.referral,
        MachineId::Handover => &written.handover,
    }
}

fn machine(
    id: MachineId,
    written: &WrittenMachine,
    guards: &[WrittenGuard],
) -> Result<Machine, StandardsError> {
    let mut transitions: Vec<Transition> = Vec::new();
    for (index, transition) in written.transitions.iter().enumerate() {
        let field = |part: &str| format!("{id}.transitions[{index}].{part}");
        let is_state = |state: &str| written.states.iter().any(|known| known == state);
        ensure(is_state(&transition.to), STATES_FILE, &field("to"), "is no state")?;
        let by = transition.by.iter().map(|actor| word(actor, STATES_FILE, &field("by")));
        let by = by.collect::<Result<Vec<Actor>, _>>()?;
        ensure(!by.is_empty(), STATES_FILE, &field("by"), "names nobody")?;
        let guard = guard(id, &field("guard"), &transition.guard, guards)?;
        let origins: Vec<Option<String>> = match transition.from.as_str() {
            BEGINNING => vec![None],
            ANY => {
                left_states(written).into_iter().filter(|state| *state != transition.to).map(Some).collect()
            }
            from => {
                ensure(is_state(from), STATES_FILE, &field("from"), "is no state")?;
                vec![Some(from.to_owned())]
            }
        };
        for from in origins {
            let twice = transitions.iter().any(|known| known.from == from && known.to == transition.to);
            ensure(!twice, STATES_FILE, &field("from"), "the same move stands twice")?;
            transitions.push(Transition {
                from,
                to: transition.to.clone(),
                by: by.clone(),
                guard: guard.clone(),
            });
        }
    }
    Ok(Machine { id, states: written.states.clone(), transitions })
}

/// States that some named move leaves: what is final is not reached by `*`.
fn left_states(written: &WrittenMachine) -> Vec<String> {
    let is_left = |state: &&String| written.transitions.iter().any(|transition| transition.from == **state);
    written.states.iter().filter(is_left).cloned().collect()
}

fn guard(id: MachineId, field: &str, says: &str, guards: &[WrittenGuard]) -> Result<Guard, StandardsError> {
    let empty: &[WrittenNeed] = &[];
    let needs = match guards.iter().find(|guard| guard.machine == id.as_str() && guard.says == says) {
        Some(guard) => &guard.needs,
        None if says.is_empty() => empty,
        None => return Err(wrong(STATES_FILE, field, "its words are not transcribed in guards.toml")),
    };
    let mut facts: Vec<String> = needs.iter().flat_map(|need| names_in(&need.formula)).collect();
    facts.sort();
    facts.dedup();
    let names: Vec<&str> = facts.iter().map(String::as_str).collect();
    let requirement = |need: &WrittenNeed| {
        let formula = Formula::parse(&need.formula, &names);
        let formula = formula.map_err(|text| wrong(GUARDS_FILE, &format!("{id}.{}", need.code), text))?;
        let fault = Fault::new(lasting(need.code.clone()), need.zh.clone(), need.en.clone());
        Ok(Requirement { fault, formula })
    };
    let requirements = needs.iter().map(requirement).collect::<Result<_, _>>()?;
    Ok(Guard { says: says.to_owned(), requirements, facts })
}

/// The names in a formula: every fact is declared by being asked for.
fn names_in(formula: &str) -> Vec<String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let words = formula.split(|c: char| !is_part(c)).filter(|word| !matches!(*word, "" | "and" | "or"));
    words.filter(|word| word.starts_with(|c: char| c.is_ascii_lowercase())).map(str::to_owned).collect()
}

fn every_guard_is_used(machines: &Machines, guards: &[WrittenGuard]) -> Result<(), StandardsError> {
    for guard in guards {
        let id: MachineId = word(&guard.machine, GUARDS_FILE, "guard.machine")?;
        let is_used = machines.machine(id)?.transitions.iter().any(|known| known.guard.says == guard.says);
        ensure(is_used, GUARDS_FILE, &format!("{id}: {}", guard.says), "no transition says this")?;
    }
    Ok(())
}

fn wrong(file: &str, field: &str, text: impl Into<String>) -> StandardsError {
    StandardsError { file: file.to_owned(), field: field.to_owned(), text: text.into() }
}

fn ensure(holds: bool, file: &str, field: &str, text: &str) -> Result<(), StandardsError> {
    if holds { Ok(()) } else { Err(wrong(file, field, text)) }
}

fn word<T: std::str::FromStr>(text: &str, file: &str, field: &str) -> Result<T, StandardsError> {
    text.parse().map_err(|_| wrong(file, field, format!("`{text}` is not known")))
}
