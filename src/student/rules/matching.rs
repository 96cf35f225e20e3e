//! When an incoming record is a pupil we already have.
//!
//! Numbers come first, and a record is never matched by its traits to a pupil whose numbers differ
//! from its own. The four traits are name, birth date, guardian's telephone and home county; a
//! trait counts when both sides have it and it is the same. *Differ* means: both sides have the
//! number and the two are not equal. The rows are read from the top, the first that fits decides
//! what one candidate is to the record.
//!
//! | # | student number | identity number | traits | the candidate is |
//! |---|---|---|---|---|
//! | 1 | equal | differ | any | in conflict: `IdentityNumbersDiffer` |
//! | 2 | differ, neither temporary | equal | any | in conflict: `StudentNumbersDiffer` |
//! | 3 | equal, or equal identity number | | name and birth date both differ | in conflict: `NumberOfAnother` |
//! | 4 | equal, or equal identity number | | any other | the same |
//! | 5 | either differs | | name, birth date, telephone, county all equal | in conflict: `NumbersDiffer` |
//! | 6 | either differs | | fewer than four | another pupil |
//! | 7 | neither equal nor different | | birth date, telephone, county equal, names differ | in conflict: `PossibleTwin` |
//! | 8 | neither equal nor different | | three or four equal | the same |
//! | 9 | neither equal nor different | | fewer than three | another pupil |
//!
//! Row 2 lets a temporary (L) number be replaced by the formal one. Row 7 keeps twins two: without
//! numbers nothing tells a twin from a child whose name was corrected, so a person decides.
//!
//! | candidates | outcome |
//! |---|---|
//! | the same by a number: one, and no conflict by number | `Same`; traits of others do not count |
//! | the same by a number: several, or one and a conflict by number (rows 1–3) | `Conflict`: `SeveralCandidates` |
//! | a conflict by number alone, one | `Conflict` with its reason |
//! | none by number; the same by traits: one, none in conflict | `Same` |
//! | none by number; several of the same or in conflict | `Conflict`: `SeveralCandidates` |
//! | none by number; one in conflict | `Conflict` with its reason |
//! | nobody | `New` |
//!
//! Numbers and telephones may be given as they are or as blind-index texts: they are only compared.

use chrono::NaiveDate;

use crate::org::rules::RegionCode;
use crate::text_enum;

/// Equal traits that make two records one pupil.
const TRAITS_NEEDED: usize = 3;

/// What a record tells about who it is. `K` is any key that compares: a number, or its blind index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traits<K> {
    /// 学籍号.
    pub student_number: Option<K>,
    /// Whether that student number is temporary (L) and so may be replaced.
    pub student_number_is_temporary: bool,
    /// 身份证号.
    pub identity_number: Option<K>,
    /// The name as [`PersonName`](super::PersonName) spells it.
    pub name: Option<String>,
    /// The birth date.
    pub birth_date: Option<NaiveDate>,
    /// The telephones of the guardians; one in common counts.
    pub guardian_phones: Vec<K>,
    /// The county of the home.
    pub home_county: Option<RegionCode>,
}

impl<K> Default for Traits<K> {
    fn default() -> Self {
        Self {
            student_number: None,
            student_number_is_temporary: false,
            identity_number: None,
            name: None,
            birth_date: None,
            guardian_phones: Vec::new(),
            home_county: None,
        }
    }
}

/// A pupil we have, who may be the one of the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate<I, K> {
    /// Who it is.
    pub id: I,
    /// What we know.
    pub traits: Traits<K>,
}

/// Whether the record is a pupil we have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MatchOutcome<I> {
    /// It is this one.
    Same(I),
    /// It is nobody we have.
    New,
    /// A person decides.
    Conflict {
        /// Why.
        reason: ConflictReason,
        /// Who it may be, in the order given.
        candidates: Vec<I>,
    },
}

text_enum! {
    /// Why a person has to decide who a record is.
    pub enum ConflictReason {
        /// The student number is the same, the identity number is not.
        IdentityNumbersDiffer = "identity_numbers_differ"
            ("学籍号相同而身份证号不同", "Same student number, another identity number"),
        /// The identity number is the same, the formal student number is not.
        StudentNumbersDiffer = "student_numbers_differ"
            ("身份证号相同而学籍号不同", "Same identity number, another student number"),
        /// A number is the same, name and birth date are both others.
        NumberOfAnother = "number_of_another"
            ("号码相同而姓名和出生日期都不同", "Same number, another name and birth date"),
        /// Everything is the same but a number.
        NumbersDiffer = "numbers_differ"
            ("姓名等信息全部相同而号码不同", "Everything the same, another number"),
        /// Birth date, telephone and county are the same, the name is not, and no number decides.
        PossibleTwin = "possible_twin"
            ("除姓名外信息相同，可能是双胞胎", "Only the name differs: perhaps a twin"),
        /// Several pupils fit.
        SeveralCandidates = "several_candidates" ("有多名学生符合", "Several pupils fit"),
    }
}

/// How two values of one field stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Equal,
    Differ,
    Unknown,
}

fn compare<T: PartialEq>(one: Option<&T>, other: Option<&T>) -> Comparison {
    match (one, other) {
        (Some(one), Some(other)) if one == other => Comparison::Equal,
        (Some(_), Some(_)) => Comparison::Differ,
        _ => Comparison::Unknown,
    }
}

fn compare_phones<K: PartialEq>(one: &[K], other: &[K]) -> Comparison {
    match (one.is_empty() || other.is_empty(), one.iter().any(|phone| other.contains(phone))) {
        (true, _) => Comparison::Unknown,
        (false, true) => Comparison::Equal,
        (false, false) => Comparison::Differ,
    }
}

/// What one candidate is to the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    SameByNumber,
    ConflictByNumber(ConflictReason),
    SameByTraits,
    ConflictByTraits(ConflictReason),
    Another,
}

/// The first table of the module.
fn judge<K: PartialEq>(incoming: &Traits<K>, known: &Traits<K>) -> Verdict {
    use Comparison::{Differ, Equal};
    let student = compare(incoming.student_number.as_ref(), known.student_number.as_ref());
    let identity = compare(incoming.identity_number.as_ref(), known.identity_number.as_ref());
    let temporary = incoming.student_number_is_temporary || known.student_number_is_temporary;
    let name = compare(incoming.name.as_ref(), known.name.as_ref());
    let birth = compare(incoming.birth_date.as_ref(), known.birth_date.as_ref());
    let phone = compare_phones(&incoming.guardian_phones, &known.guardian_phones);
    let county = compare(incoming.home_county.as_ref(), known.home_county.as_ref());
    let equal = [name, birth, phone, county].into_iter().filter(|trait_| *trait_ == Equal).count();

    match (student, identity) {
        (Equal, Differ) => Verdict::ConflictByNumber(ConflictReason::IdentityNumbersDiffer),
        (Differ, Equal) if !temporary => Verdict::ConflictByNumber(ConflictReason::StudentNumbersDiffer),
        (Equal, _) | (_, Equal) if name == Differ && birth == Differ => {
            Verdict::ConflictByNumber(ConflictReason::NumberOfAnother)
        }
        (Equal, _) | (_, Equal) => Verdict::SameByNumber,
        (Differ, _) | (_, Differ) if equal == 4 => Verdict::ConflictByTraits(ConflictReason::NumbersDiffer),
        (Differ, _) | (_, Differ) => Verdict::Another,
        _ if equal >= TRAITS_NEEDED && name == Differ => {
            Verdict::ConflictByTraits(ConflictReason::PossibleTwin)
        }
        _ if equal >= TRAITS_NEEDED => Verdict::SameByTraits,
        _ => Verdict::Another,
    }
}

/// Who the incoming record is, among these candidates. The caller gathers them: everyone with an
/// equal number, and everyone with the same birth date or telephone.
pub fn match_pupil<I: Clone, K: PartialEq>(
    incoming: &Traits<K>,
    candidates: &[Candidate<I, K>],
) -> MatchOutcome<I> {
    let judged: Vec<(&I, Verdict)> =
        candidates.iter().map(|known| (&known.id, judge(incoming, &known.traits))).collect();
    let by_number =
        |verdict: Verdict| matches!(verdict, Verdict::SameByNumber | Verdict::ConflictByNumber(_));
    let fits = |(_, verdict): &&(&I, Verdict)| *verdict != Verdict::Another;
    let numbered: Vec<_> = judged.iter().filter(|(_, verdict)| by_number(*verdict)).collect();
    decide(if numbered.is_empty() { judged.iter().filter(fits).collect() } else { numbered })
}

/// The second table of the module, for the candidates that count.
fn decide<I: Clone>(fitting: Vec<&(&I, Verdict)>) -> MatchOutcome<I> {
    let candidates = || fitting.iter().map(|(id, _)| (*id).clone()).collect();
    match fitting.as_slice() {
        [] => MatchOutcome::New,
        [(_, Verdict::ConflictByNumber(reason) | Verdict::ConflictByTraits(reason))] => {
            MatchOutcome::Conflict { reason: *reason, candidates: candidates() }
        }
        [(id, _)] => MatchOutcome::Same((*id).clone()),
        _ => MatchOutcome::Conflict { reason: ConflictReason::SeveralCandidates, candidates: candidates() },
    }
}

/// The earlier record of the same file that this one repeats: one with an equal student number or
/// identity number, or one that would be the same by its traits. Twins are not repeated.
pub fn find_duplicate<K: PartialEq>(record: &Traits<K>, earlier: &[Traits<K>]) -> Option<usize> {
    let repeats = |known: &Traits<K>| {
        matches!(
            judge(record, known),
            Verdict::SameByNumber | Verdict::ConflictByNumber(_) | Verdict::SameByTraits
        )
    };
    earlier.iter().position(repeats)
}
