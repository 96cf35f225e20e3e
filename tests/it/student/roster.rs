//! What the roster import calls: who a row may be, what is on record, writing and taking back.

use std::sync::Arc;

use diesel::prelude::*;
use xuekang::access::permit::ImportRoster;
use xuekang::access::{Authorised, Can, Role, Scope};
use xuekang::kernel::Kernel;
use xuekang::kernel::db::Conn;
use xuekang::kernel::error::Result;
use xuekang::kernel::ids::{Id, kind};
use xuekang::org::rules::{SchoolYear, Sex};
use xuekang::schema::{enrolment, guardian, student, student_number};
use xuekang::student::rules::{
    GuardianRelation, IdentityNumber, MatchOutcome, PersonName, Phone, StudentNumber, match_pupil,
};
use xuekang::student::service::roster::{
    Applied, PupilChange, apply_changes, candidates, current_values, remove_untouched, restore,
};
use xuekang::student::service::{
    Context, FieldChange, GuardianDraft, PupilDraft, place_of, places_of, roster_of,
};

use super::world::{School, World, world};
use super::{day, today};
use crate::kit::{draft, identity_number};

type Student = Id<kind::Student>;

/// A pupil with numbers, guardian and home.
fn whole(name: &str, serial: u32) -> PupilDraft {
    let number = identity_number("2017-11-17", serial);
    let sex = if serial % 2 == 1 { Sex::Male } else { Sex::Female };
    PupilDraft {
        identity_number: Some(IdentityNumber::parse(&number, today()).unwrap()),
        student_number: Some(StudentNumber::parse(&format!("G{number}"), today()).unwrap()),
        address: Some("示范县第4街道143号".into()),
        home_county: Some("370102".parse().unwrap()),
        guardian: Some(guardian_named("陶军", "13841518215")),
        ..draft(name, sex, "2017-11-17")
    }
}

fn guardian_named(name: &str, phone: &str) -> GuardianDraft {
    GuardianDraft {
        name: Some(PersonName::parse(name).unwrap()),
        phone: Some(Phone::parse(phone).unwrap()),
        relation: GuardianRelation::Unstated,
    }
}

/// One write of the import.
async fn import<T: Send + 'static>(
    w: &World,
    school: &School,
    work: impl Fn(&mut Conn, Context<'_>, &Authorised<kind::School>) -> Result<T> + Send + 'static,
) -> Result<T> {
    let kernel: Kernel = w.app.kernel().clone();
    let id = school.facts.id;
    let can = Can::<ImportRoster>::at_console(&kernel, Role::Registrar, Scope::School(id)).unwrap();
    let own = kernel.clone();
    kernel
        .db
        .write(move |c| {
            let school = can.whole_school(c, id)?;
            work(c, Context::new(&own, can.actor()), &school)
        })
        .await
}

/// What came of the changes of one pupil: the new version, and what takes them back.
fn done(mut applied: Vec<Applied>) -> (i32, Vec<FieldChange>) {
    match applied.pop() {
        Some(Applied::Done { version, undo, .. }) => (version, undo),
        other => panic!("not written: {other:?}"),
    }
}

async fn who(w: &World, row: PupilDraft) -> MatchOutcome<Student> {
    let (vault, school) = (w.app.kernel().vault.clone(), w.here.facts.id);
    let found = w.app.kernel().db.read(move |c| {
        let known = candidates(c, &vault, school, std::slice::from_ref(&row))?;
        let known: Vec<_> = known.into_iter().flatten().map(|known| known.candidate).collect();
        Ok(match_pupil(&row.traits(&vault), &known))
    });
    found.await.unwrap()
}

#[actix_web::test]
async fn a_row_is_matched_by_number_by_three_traits_and_by_no_fewer() {
    let w = world().await;
    let ids = w.app.admit(&w.here.classes[0], vec![whole("顾轩博", 575)], day(2026, 9, 1)).await;
    let same = MatchOutcome::Same(ids[0]);
    assert_eq!(who(&w, whole("顾轩博", 575)).await, same);
    let renamed = PupilDraft { guardian: None, home_county: None, ..whole("顾轩搏", 575) };
    assert_eq!(who(&w, renamed).await, same, "by number");
    let bare = PupilDraft { identity_number: None, student_number: None, ..whole("顾轩博", 575) };
    assert_eq!(who(&w, PupilDraft { guardian: None, ..bare.clone() }).await, same, "name, birth, county");
    assert_eq!(
        who(&w, PupilDraft { home_county: None, ..bare.clone() }).await,
        same,
        "name, birth, telephone"
    );
    let born = PupilDraft { birth_date: day(2017, 11, 18), ..bare.clone() };
    assert_eq!(who(&w, born).await, same, "name, telephone, county");
    let two = PupilDraft { guardian: None, home_county: None, ..bare.clone() };
    assert_eq!(who(&w, two).await, MatchOutcome::New);
    let twin = PupilDraft { name: PersonName::parse("顾轩文").unwrap(), ..bare };
    assert!(matches!(who(&w, twin).await, MatchOutcome::Conflict { .. }));
    assert_eq!(who(&w, whole("顾轩文", 577)).await, MatchOutcome::New, "a twin with numbers");
}

#[actix_web::test]
async fn a_number_the_pupil_once_had_still_tells_who_it_is() {
    let w = world().await;
    let temporary = StudentNumber::parse("L370102201711170001", today()).unwrap();
    let first = PupilDraft { student_number: Some(temporary.clone()), ..whole("顾轩博", 575) };
    let id = w.app.admit(&w.here.classes[0], vec![first], day(2026, 9, 1)).await[0];
    let formal = FieldChange::StudentNumber(whole("顾轩博", 575).student_number);
    let change = PupilChange { student: id, version: 1, changes: vec![formal] };
    import(&w, &w.here, move |c, ctx, school| {
        apply_changes(c, ctx, school, std::slice::from_ref(&change), today(), "import:1", "")
    })
    .await
    .unwrap();
    let row = PupilDraft { student_number: Some(temporary), ..draft("顾轩博", Sex::Male, "2017-11-17") };
    assert_eq!(who(&w, row).await, MatchOutcome::Same(id));
}

#[actix_web::test]
async fn candidates_say_whether_the_pupil_is_here_or_elsewhere() {
    let w = world().await;
    w.app.admit(&w.there.classes[0], vec![whole("顾轩博", 575)], day(2026, 9, 1)).await;
    let (vault, school) = (w.app.kernel().vault.clone(), w.here.facts.id);
    let row = whole("顾轩博", 575);
    let known = w.app.kernel().db.read(move |c| candidates(c, &vault, school, &[row])).await.unwrap();
    assert_eq!((known[0][0].here, known[0][0].elsewhere), (false, true));
    let (vault, id) = (w.app.kernel().vault.clone(), known[0][0].candidate.id);
    let read = w.app.kernel().db.read(move |c| current_values(c, &vault, school, &[id], today())).await;
    assert!(read.unwrap().is_empty(), "nothing of another school's pupil is read out");
    let change = PupilChange { student: id, version: 1, changes: vec![FieldChange::Address(None)] };
    let applied = import(&w, &w.here, move |c, ctx, school| {
        apply_changes(c, ctx, school, std::slice::from_ref(&change), today(), "import:1", "")
    });
    assert_eq!(applied.await.unwrap(), [Applied::Stale { student: id, current: Some(1) }]);
}

#[actix_web::test]
async fn what_is_on_record_is_what_was_admitted() {
    let w = world().await;
    let row = whole("顾轩博", 575);
    let id = w.app.admit(&w.here.classes[0], vec![row.clone()], day(2026, 9, 1)).await[0];
    let (vault, school) = (w.app.kernel().vault.clone(), w.here.facts.id);
    let known = w.app.kernel().db.read(move |c| current_values(c, &vault, school, &[id], today())).await;
    let known = known.unwrap().remove(&id).unwrap();
    assert_eq!(known.values, row);
    assert_eq!(known.class.map(|class| class.id), Some(w.here.classes[0].id));
    assert_eq!((known.version, known.room.clone()), (1, None));
    assert_eq!(known.changes_to(&row), []);
    let temporary = StudentNumber::parse("L370102201711170001", today()).unwrap();
    let blank = PupilDraft { student_number: Some(temporary), ..draft("顾轩博", Sex::Male, "2017-11-17") };
    assert_eq!(known.changes_to(&blank), [], "blanks and a temporary number change nothing");
    let moved = PupilDraft { address: Some("新街1号".into()), ..row };
    assert_eq!(known.changes_to(&moved), [FieldChange::Address(Some("新街1号".into()))]);
}

/// Everything of this slice that an import can change.
async fn everything(w: &World) -> String {
    let dump = w.app.kernel().db.read(|c| {
        type Pupil = (i64, String, String, chrono::NaiveDate, Option<String>);
        let pupils: Vec<Pupil> = student::table
            .select((
                student::id,
                student::name,
                student::sex,
                student::birth_date,
                student::identity_number_index,
            ))
            .order(student::id)
            .load(c)?;
        let numbers: Vec<(String, Option<chrono::NaiveDate>)> = student_number::table
            .select((student_number::number_index, student_number::to_on))
            .order(student_number::number_index)
            .load(c)?;
        let enrolments: Vec<(i64, i64, Option<chrono::NaiveDate>)> = enrolment::table
            .select((enrolment::student_id, enrolment::class_id, enrolment::to_on))
            .order(enrolment::id)
            .load(c)?;
        let guardians: Vec<(i64, Option<String>)> = guardian::table
            .select((guardian::student_id, guardian::phone_index))
            .order(guardian::id)
            .load(c)?;
        Ok(format!("{pupils:?}\n{numbers:?}\n{enrolments:?}\n{guardians:?}"))
    });
    dump.await.unwrap()
}

#[actix_web::test]
async fn changes_are_taken_back_whole() {
    let w = world().await;
    let temporary = StudentNumber::parse("L370102201711170001", today()).unwrap();
    let row = PupilDraft { student_number: Some(temporary), ..whole("顾轩博", 575) };
    let id = w.app.admit(&w.here.classes[0], vec![row], day(2026, 9, 1)).await[0];
    let before = everything(&w).await;
    let room = w.room(Sex::Male).await;
    let changes = vec![
        FieldChange::Name(PersonName::parse("顾轩搏").unwrap()),
        FieldChange::StudentNumber(whole("顾轩博", 575).student_number),
        FieldChange::Address(None),
        FieldChange::Guardian { id: None, values: Some(guardian_named("周洋", "13837602119")) },
        FieldChange::Class(Some(w.here.classes[1].id)),
        FieldChange::Room(Some(room)),
    ];
    let change = Arc::new(PupilChange { student: id, version: 1, changes });
    let own = Arc::clone(&change);
    let applied = import(&w, &w.here, move |c, ctx, school| {
        apply_changes(c, ctx, school, std::slice::from_ref(&own), today(), "import:1", "名册")
    });
    let (version, undo) = done(applied.await.unwrap());
    assert_eq!((version, undo.len()), (2, change.changes.len()));
    assert_ne!(everything(&w).await, before);
    assert_eq!(w.enrolled(20261).await, [(w.here.classes[1].id.raw(), "M".to_owned(), 1)]);
    // What undoing needs survives as text.
    let undo: Vec<FieldChange> = undo
        .iter()
        .map(|one| FieldChange::from_plain(one.field(), one.plain().as_deref(), today()).unwrap())
        .collect();
    let again = Arc::clone(&change);
    let stale = import(&w, &w.here, move |c, ctx, school| {
        apply_changes(c, ctx, school, std::slice::from_ref(&again), today(), "import:1", "")
    });
    assert_eq!(stale.await.unwrap(), [Applied::Stale { student: id, current: Some(2) }]);
    let back = PupilChange { student: id, version: 2, changes: undo };
    let restored = import(&w, &w.here, move |c, ctx, school| {
        restore(c, ctx, school, std::slice::from_ref(&back), "undo:1", "")
    });
    assert!(matches!(restored.await.unwrap()[..], [Applied::Done { version: 3, .. }]));
    assert_eq!(everything(&w).await, before);
    assert!(w.differences().await.is_empty());
}

#[actix_web::test]
async fn a_pupil_on_no_roll_comes_back_by_a_row_and_goes_again_when_it_is_taken_back() {
    let w = world().await;
    let id = w.app.admit(&w.there.classes[0], vec![whole("顾轩博", 575)], day(2026, 9, 1)).await[0];
    let out = serde_json::json!({ "on": "2026-10-01" });
    w.there.change(&id.to_string(), "transfer-out", &out).await.expect(200);
    let before = everything(&w).await;
    let class = w.here.classes[0].id;
    let change = PupilChange { student: id, version: 2, changes: vec![FieldChange::Class(Some(class))] };
    let applied = import(&w, &w.here, move |c, ctx, school| {
        apply_changes(c, ctx, school, std::slice::from_ref(&change), day(2026, 10, 19), "import:1", "")
    });
    let (version, undo) = done(applied.await.unwrap());
    assert_eq!(undo, [FieldChange::Class(None)]);
    let back = PupilChange { student: id, version, changes: undo };
    let restored = import(&w, &w.here, move |c, ctx, school| {
        restore(c, ctx, school, std::slice::from_ref(&back), "undo:1", "")
    });
    assert!(matches!(restored.await.unwrap()[..], [Applied::Done { .. }]));
    assert_eq!(everything(&w).await, before);
    assert!(w.differences().await.is_empty());
}

#[actix_web::test]
async fn admitted_pupils_are_taken_away_while_untouched_and_stay_once_touched() {
    let w = world().await;
    let before = everything(&w).await;
    let rows = vec![whole("顾轩博", 575), whole("顾轩文", 577)];
    let ids = w.app.admit(&w.here.classes[0], rows, day(2026, 9, 1)).await;
    let path = format!("/api/v1/students/{}", ids[1]);
    let touched = serde_json::json!({ "name": "顾轩闻", "reason": "更正" });
    w.here.registrar.put(&path).header("If-Match", "\"v1\"").json(&touched).send().await.expect(200);
    let admitted: Vec<(Student, i32)> = ids.iter().map(|id| (*id, 1)).collect();
    let gone = import(&w, &w.here, move |c, ctx, school| remove_untouched(c, ctx, school, &admitted)).await;
    assert_eq!(gone.unwrap(), [ids[0]]);
    assert_eq!(w.here.search("q=").await, ["顾轩闻"]);
    assert!(w.differences().await.is_empty());
    let second = vec![(ids[1], 2)];
    let gone = import(&w, &w.here, move |c, ctx, school| remove_untouched(c, ctx, school, &second)).await;
    assert_eq!(gone.unwrap(), [ids[1]]);
    assert_eq!(everything(&w).await, before);
    assert!(w.differences().await.is_empty());
    assert_eq!(w.enrolled(20261).await, []);
}

#[actix_web::test]
async fn several_hundred_pupils_are_admitted_with_one_row_of_the_tally() {
    let w = world().await;
    let rows: Vec<PupilDraft> = (1..=600)
        .map(|n| draft("王小明", if n % 2 == 0 { Sex::Female } else { Sex::Male }, "2017-05-06"))
        .collect();
    let pending = |c: &mut Conn| Ok(xuekang::schema::tally_pending::table.count().get_result::<i64>(c)?);
    let before = w.app.kernel().db.read(pending).await.unwrap();
    let ids = w.app.admit(&w.here.classes[0], rows, day(2026, 9, 1)).await;
    assert_eq!(ids.len(), 600);
    assert_eq!(w.app.kernel().db.read(pending).await.unwrap(), before + 1);
    let class = w.here.classes[0].id.raw();
    assert_eq!(w.enrolled(20261).await, [(class, "F".to_owned(), 300), (class, "M".to_owned(), 300)]);
}

#[actix_web::test]
async fn a_faulty_row_of_many_is_named_and_nobody_is_admitted() {
    let w = world().await;
    let wrong = PupilDraft { sex: Sex::Female, ..whole("顾轩博", 575) };
    let rows = [whole("顾轩文", 577), wrong];
    let (class, other) = (w.here.classes[0].id, w.there.classes[0].id);
    let error = import(&w, &w.here, move |c, ctx, school| {
        let admission = |(draft, class): (&PupilDraft, _)| xuekang::student::service::roster::Admission {
            draft: draft.clone(),
            class,
            room: None,
        };
        let admissions: Vec<_> = rows.iter().zip([other, class]).map(admission).collect();
        xuekang::student::service::roster::admit_all(c, ctx, school, &admissions, today())
    })
    .await
    .unwrap_err();
    let at: Vec<_> = error.errors().iter().map(|error| (error.pointer.as_str(), error.code)).collect();
    assert_eq!(at, [("/rows/0/class_id", "unknown_class"), ("/rows/1/identity_number", "id_sex_mismatch")]);
    assert_eq!(w.here.search("q=").await, Vec::<String>::new());
}

#[actix_web::test]
async fn a_class_list_of_a_day_and_the_place_of_a_pupil_that_day() {
    let w = world().await;
    let class = &w.here.classes[0];
    let id = w.app.admit(class, vec![whole("顾轩博", 575)], day(2026, 9, 1)).await[0];
    w.app.admit(class, vec![draft("阿依古丽·买买提", Sex::Female, "2017-03-02")], day(2026, 9, 14)).await;
    let (school, there) = (w.here.facts.id, w.there.facts.id);
    let at = move |on| move |c: &mut Conn| places_of(c, &[id], school, on);
    let school_year = SchoolYear::new(2026).unwrap();
    let place = w.app.kernel().db.read(at(day(2026, 9, 1))).await.unwrap().remove(&id).unwrap();
    assert_eq!(
        (place.class, place.grade_in(school_year).map(|g| g.number()), place.county),
        (class.id, Some(13), 370_102)
    );
    assert!(w.app.kernel().db.read(at(day(2026, 8, 31))).await.unwrap().is_empty());
    let elsewhere = w.app.kernel().db.read(move |c| place_of(c, id, there, day(2026, 9, 1))).await;
    assert_eq!(elsewhere.unwrap_err().code(), "not_found");
    let kernel = w.app.kernel().clone();
    let can = Can::<xuekang::access::permit::ReadStudents>::at_console(
        &kernel,
        Role::Registrar,
        Scope::School(school),
    )
    .unwrap();
    let class = class.id;
    let list = |on| {
        let (vault, can) = (kernel.vault.clone(), can.clone());
        let read = move |c: &mut Conn| {
            let class = can.class(c, class)?;
            roster_of(c, &vault, &class, on)
        };
        kernel.db.read(read)
    };
    let names = |pupils: Vec<xuekang::student::service::Pupil>| {
        pupils.into_iter().map(|pupil| pupil.name).collect::<Vec<_>>()
    };
    assert_eq!(names(list(day(2026, 9, 13)).await.unwrap()), ["顾轩博"]);
    assert_eq!(names(list(day(2026, 9, 14)).await.unwrap()), ["阿依古丽·买买提", "顾轩博"]);
}

/// How many statements some reading takes.
async fn statements(w: &World, read: impl FnOnce(&mut Conn) -> Result<()> + Send + 'static) -> usize {
    use diesel::connection::InstrumentationEvent;
    use std::sync::atomic::{AtomicUsize, Ordering};
    let count = Arc::new(AtomicUsize::new(0));
    let own = Arc::clone(&count);
    let counted = move |c: &mut Conn| {
        c.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            if matches!(event, InstrumentationEvent::StartQuery { .. }) {
                own.fetch_add(1, Ordering::Relaxed);
            }
        });
        let read = read(c);
        c.set_instrumentation(|_: InstrumentationEvent<'_>| {});
        read
    };
    w.app.kernel().db.read(counted).await.unwrap();
    count.load(Ordering::Relaxed)
}

#[actix_web::test]
async fn the_number_of_queries_does_not_grow_with_the_class() {
    let w = world().await;
    let [small, large] = &w.here.classes;
    let rows = |from: u32, to: u32| (from..to).map(|n| whole("王小明", n)).collect::<Vec<_>>();
    let few = w.app.admit(small, rows(1, 3), day(2026, 9, 1)).await;
    let many = w.app.admit(large, rows(101, 201), day(2026, 9, 1)).await;
    let school = w.here.facts.id;
    let mut counts = Vec::new();
    for (class, ids, rows) in [(small.id, few, rows(1, 3)), (large.id, many, rows(101, 201))] {
        let kernel = w.app.kernel().clone();
        let can = Can::<xuekang::access::permit::ReadStudents>::at_console(
            &kernel,
            Role::Registrar,
            Scope::School(school),
        );
        let can = can.unwrap();
        let read = move |c: &mut Conn| {
            let class = can.class(c, class)?;
            assert_eq!(roster_of(c, &kernel.vault, &class, today())?.len(), ids.len());
            assert_eq!(places_of(c, &ids, school, today())?.len(), ids.len());
            assert_eq!(current_values(c, &kernel.vault, school, &ids, today())?.len(), ids.len());
            assert_eq!(candidates(c, &kernel.vault, school, &rows)?.len(), ids.len());
            Ok(())
        };
        counts.push(statements(&w, read).await);
    }
    assert_eq!(counts[0], counts[1]);
}
