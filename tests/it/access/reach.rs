//! How far each role reaches in a real database: list and detail agree.

use chrono::{Duration, NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use rstest::rstest;
use serde_json::json;
use xuekang::access::permit::{ReadHealthfile, ReadOrg, ReadStats, ReadStudents, WriteOrg, WriteStudents};
use xuekang::access::{Can, Grade, RegionCode, Role, Scope};
use xuekang::kernel::db::Conn;
use xuekang::kernel::error::Result;
use xuekang::kernel::ids::{Id, kind};
use xuekang::schema::{class, dormitory, enrolment, room, school, stay};

use crate::kit::{TestApp, app};

const EAST: i64 = 1;
const WEST: i64 = 2;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Two schools in two provinces. East has a third-form class (10) and a first-form class (11),
/// a dormitory (50) and pupils 100 to 104; West has one class (20) with pupil 200.
///
/// 100, 101 are in class 10, 101 lives in the dormitory; 102 is in class 11; 103 has left class 10
/// for West on 1 October; 104 left school for good; 105 begins in class 11 next week.
fn county(c: &mut Conn) -> Result<()> {
    let at: NaiveDateTime = "2026-09-01T00:00:00".parse().unwrap();
    for (id, county) in [(EAST, 330_106), (WEST, 340_102)] {
        diesel::insert_into(school::table)
            .values((
                school::id.eq(id),
                school::code.eq(format!("S{id}")),
                school::name.eq("某校"),
                school::kind.eq("primary"),
                school::system.eq("six_three"),
                school::boarding.eq(true),
                school::county_code.eq(county),
                school::version.eq(1),
                school::created_at.eq(at),
            ))
            .execute(c)?;
    }
    for (school, id, entry_year) in [(EAST, 10, 2024), (EAST, 11, 2026), (WEST, 20, 2024)] {
        diesel::insert_into(class::table)
            .values((
                class::school_id.eq(school),
                class::id.eq(id),
                class::stage.eq("primary"),
                class::entry_year.eq(entry_year),
                class::number.eq(1),
                class::version.eq(1),
                class::created_at.eq(at),
            ))
            .execute(c)?;
    }
    let moved = Some("2026-10-01");
    for (id, school, student, class, from, to) in [
        (1, EAST, 100, 10, "2024-09-01", None),
        (2, EAST, 101, 10, "2024-09-01", None),
        (3, EAST, 102, 11, "2026-09-01", None),
        (4, EAST, 103, 10, "2024-09-01", moved),
        (5, WEST, 103, 20, "2026-10-01", None),
        (6, EAST, 104, 10, "2024-09-01", moved),
        (7, WEST, 200, 20, "2024-09-01", None),
        (8, EAST, 105, 11, "2026-10-26", None),
    ] {
        diesel::insert_into(enrolment::table)
            .values((
                enrolment::school_id.eq(school),
                enrolment::id.eq(id),
                enrolment::student_id.eq(student),
                enrolment::class_id.eq(class),
                enrolment::from_on.eq(day(from)),
                enrolment::to_on.eq(to.map(day)),
                enrolment::reason_in.eq("enrol"),
                enrolment::created_at.eq(at),
            ))
            .execute(c)?;
    }
    diesel::insert_into(dormitory::table)
        .values((
            dormitory::school_id.eq(EAST),
            dormitory::id.eq(50),
            dormitory::name.eq("一号楼"),
            dormitory::sex.eq("M"),
            dormitory::version.eq(1),
        ))
        .execute(c)?;
    diesel::insert_into(room::table)
        .values((
            room::school_id.eq(EAST),
            room::id.eq(60),
            room::dormitory_id.eq(50),
            room::name.eq("101"),
            room::beds.eq(8),
            room::version.eq(1),
        ))
        .execute(c)?;
    for (id, student, from, to) in [
        (1, 101, "2026-09-01", None),
        (2, 100, "2026-09-01", Some("2026-10-19")),
        (3, 102, "2026-10-20", None),
    ] {
        diesel::insert_into(stay::table)
            .values((
                stay::school_id.eq(EAST),
                stay::id.eq(id),
                stay::student_id.eq(student),
                stay::room_id.eq(60),
                stay::from_on.eq(day(from)),
                stay::to_on.eq(to.map(day)),
                stay::created_at.eq(at),
            ))
            .execute(c)?;
    }
    Ok(())
}

async fn with_county() -> TestApp {
    let app = app().await;
    app.kernel().db.write(county).await.unwrap();
    app
}

fn east() -> Scope {
    Scope::School(Id::from_raw(EAST))
}

fn class_10() -> Scope {
    Scope::Class(Id::from_raw(EAST), Id::from_raw(10))
}

fn first_form() -> Scope {
    Scope::Grade(Id::from_raw(EAST), Grade::new(11).unwrap())
}

fn dormitory_50() -> Scope {
    Scope::Dormitory(Id::from_raw(EAST), Id::from_raw(50))
}

/// The pupils on the list, and those whose own page opens: they must be the same.
async fn pupils(app: &TestApp, role: Role, scope: Scope) -> Vec<i64> {
    let can = Can::<ReadStudents>::at_console(app.kernel(), role, scope).unwrap();
    app.kernel()
        .db
        .read(move |c| {
            let mut listed: Vec<i64> = enrolment::table
                .filter(can.scope().students_filter())
                .select(enrolment::student_id)
                .distinct()
                .load(c)?;
            listed.sort_unstable();
            let opened: Vec<i64> =
                (99..=201).filter(|id| can.student(c, Id::from_raw(*id)).is_ok()).collect();
            assert_eq!(listed, opened);
            Ok(listed)
        })
        .await
        .unwrap()
}

#[rstest]
#[case::a_principal(Role::Principal, east(), vec![100, 101, 102, 105])]
#[case::a_class_teacher(Role::ClassTeacher, class_10(), vec![100, 101])]
#[case::a_teacher_of_the_first_form(Role::PeTeacher, first_form(), vec![102, 105])]
#[case::a_dormitory_manager_tonight(Role::DormManager, dormitory_50(), vec![101])]
#[actix_web::test]
async fn a_role_reaches_the_pupils_of_its_scope(
    #[case] role: Role,
    #[case] scope: Scope,
    #[case] expected: Vec<i64>,
) {
    assert_eq!(pupils(&with_county().await, role, scope).await, expected);
}

#[actix_web::test]
async fn a_dormitory_manager_reaches_a_pupil_from_the_night_of_moving_in() {
    let app = with_county().await;
    app.kernel().clock.advance(Duration::days(1));
    assert_eq!(pupils(&app, Role::DormManager, dormitory_50()).await, [101, 102]);
}

#[actix_web::test]
async fn a_grade_moves_on_with_the_school_year_and_its_pupils_with_it() {
    let app = with_county().await;
    app.kernel().clock.advance(Duration::days(365));
    assert_eq!(pupils(&app, Role::PeTeacher, first_form()).await, Vec::<i64>::new());
    let second_form = Scope::Grade(Id::from_raw(EAST), Grade::new(12).unwrap());
    assert_eq!(pupils(&app, Role::PeTeacher, second_form).await, [102, 105]);
}

#[actix_web::test]
async fn a_pupil_who_moved_is_reached_by_the_new_school_and_stands_there() {
    let app = with_county().await;
    let doctor = |school: i64| {
        let scope = Scope::School(Id::from_raw(school));
        Can::<ReadHealthfile>::at_console(app.kernel(), Role::SchoolDoctor, scope).unwrap()
    };
    let (old, new) = (doctor(EAST), doctor(WEST));
    app.kernel()
        .db
        .read(move |c| {
            assert_eq!(old.student(c, Id::from_raw(103)).unwrap_err().code(), "not_found");
            let pupil = new.student(c, Id::from_raw(103))?;
            assert_eq!((pupil.school_id().raw(), pupil.county()), (WEST, 340_102));
            assert_eq!(pupil.class_id(), Some(Id::from_raw(20)));
            assert_eq!(pupil.reason(), format!("school_doctor@school:{}", pupil.school_id()));
            Ok(())
        })
        .await
        .unwrap();
}

#[actix_web::test]
async fn a_guardian_reaches_the_own_child_even_after_school_and_no_other() {
    let app = with_county().await;
    for child in [100, 104] {
        let own = Scope::Child(Id::from_raw(child));
        let can = Can::<ReadHealthfile>::at_console(app.kernel(), Role::Guardian, own).unwrap();
        let reached: Vec<i64> = app
            .kernel()
            .db
            .read(move |c| Ok((99..=201).filter(|id| can.student(c, Id::from_raw(*id)).is_ok()).collect()))
            .await
            .unwrap();
        assert_eq!(reached, [child]);
    }
}

#[actix_web::test]
async fn classes_are_reached_as_far_as_the_scope_goes() {
    let app = with_county().await;
    for (role, scope, expected) in [
        (Role::Principal, east(), vec![10, 11]),
        (Role::ClassTeacher, class_10(), vec![10]),
        (Role::PeTeacher, first_form(), vec![11]),
        (Role::DormManager, dormitory_50(), vec![]),
        (Role::SystemAdmin, Scope::System, vec![]),
    ] {
        let can = Can::<ReadOrg>::at_console(app.kernel(), role, scope).unwrap();
        let check = move |c: &mut Conn| {
            let mut listed: Vec<i64> =
                class::table.filter(can.scope().classes_filter()).select(class::id).load(c)?;
            listed.sort_unstable();
            let opened: Vec<i64> =
                [10, 11, 20, 21].into_iter().filter(|id| can.class(c, Id::from_raw(*id)).is_ok()).collect();
            assert_eq!((&listed, &opened), (&expected, &expected), "{role}");
            Ok(())
        };
        app.kernel().db.read(check).await.unwrap();
    }
}

#[actix_web::test]
async fn a_teacher_sees_the_own_school_without_reaching_all_of_it() {
    let app = with_county().await;
    let teacher = Can::<ReadOrg>::at_console(app.kernel(), Role::ClassTeacher, class_10()).unwrap();
    let registrar = Can::<WriteOrg>::at_console(app.kernel(), Role::Registrar, east()).unwrap();
    let admin = Can::<WriteOrg>::at_console(app.kernel(), Role::SystemAdmin, Scope::System).unwrap();
    app.kernel()
        .db
        .read(move |c| {
            let (east, west) = (Id::from_raw(EAST), Id::from_raw(WEST));
            assert_eq!(teacher.school(c, east)?.county(), 330_106);
            assert_eq!(teacher.whole_school(c, east).unwrap_err().code(), "not_found");
            assert_eq!(teacher.school(c, west).unwrap_err().code(), "not_found");
            assert!(registrar.whole_school(c, east).is_ok());
            assert_eq!(registrar.whole_school(c, west).unwrap_err().code(), "not_found");
            assert_eq!(registrar.system().unwrap_err().code(), "forbidden");
            assert!(admin.whole_school(c, west).is_ok());
            assert!(admin.system().is_ok());
            assert_eq!(admin.school(c, Id::from_raw(3)).unwrap_err().code(), "not_found");
            Ok(())
        })
        .await
        .unwrap();
}

#[actix_web::test]
async fn an_authority_reaches_the_schools_of_its_region_and_asks_within_it() {
    let app = with_county().await;
    let region = |code| RegionCode::new(code).unwrap();
    let scope = Scope::Region(region(330_000));
    let schools = Can::<ReadOrg>::at_console(app.kernel(), Role::HealthAuthority, scope).unwrap();
    let listed: Vec<i64> = app
        .kernel()
        .db
        .read(move |c| {
            Ok(school::table.filter(schools.scope().schools_filter()).select(school::id).load(c)?)
        })
        .await
        .unwrap();
    assert_eq!(listed, [EAST]);
    let stats = Can::<ReadStats>::at_console(app.kernel(), Role::HealthAuthority, scope).unwrap();
    assert_eq!(stats.region(region(330_100)).unwrap().range(), (330_100, 330_199));
    assert_eq!(stats.region(region(340_102)).unwrap_err().code(), "forbidden");
    assert_eq!(stats.regions().len(), 1);
}

#[actix_web::test]
async fn a_role_without_the_permission_does_not_pass_the_door() {
    let app = with_county().await;
    let refused = Can::<WriteStudents>::at_console(app.kernel(), Role::Principal, east());
    assert_eq!(refused.err().unwrap().code(), "forbidden");
}

#[actix_web::test]
async fn at_the_console_too_a_role_is_held_in_its_own_kinds_of_scope_alone() {
    let app = with_county().await;
    let everywhere = Can::<ReadStudents>::at_console(app.kernel(), Role::Principal, Scope::System);
    assert_eq!(everywhere.err().unwrap().code(), "forbidden");
}

#[actix_web::test]
async fn a_grant_in_a_school_is_recorded_in_the_chain_of_that_school() {
    let app = with_county().await;
    let admin = app.actor(Role::SecurityAdmin, Scope::System).await;
    let person = app.stranger().await;
    let school = Id::<kind::School>::from_raw(EAST);
    let body = json!({ "role": "school_doctor", "reason": "校医聘任",
                       "scope": { "kind": "school", "school_id": school } });
    let place = format!("/api/v1/accounts/{}/grants", person.account_id);
    admin.post(&place).json(&body).send().await.expect(201);
    let auditor = app.actor(Role::AuditAdmin, Scope::System).await;
    let page = auditor.get(&format!("/api/v1/audit?school={school}")).send().await.expect(200);
    let event = &page["items"][0];
    assert_eq!((&event["action"], &event["seq"]), (&json!("granted"), &json!(1)));
    assert_eq!(event["detail"]["what"], format!("school_doctor@school:{school}"));
    assert_eq!(event["account_id"], admin.account_id.to_string());
    let me = person.get("/api/v1/me").send().await.expect(200);
    assert_eq!(me["grants"][0]["scope"], body["scope"]);
}
