//! What the demo is not loaded into, and which plans are refused.

use diesel::prelude::*;
use rstest::rstest;
use xuekang::demo::Plan;
use xuekang::schema::{account, school};

use super::{SMALL, load, loaded, read};
use crate::kit::app;

#[actix_web::test]
async fn another_demo_is_not_loaded_on_top() {
    let app = loaded(SMALL).await;
    let other = Plan { seed: 9, ..SMALL };
    let refused = load(app.kernel(), other).unwrap_err();
    assert_eq!(refused.code(), "other_demo");
    assert!(refused.text().en.contains("--seed 1"), "{refused}");
}

#[actix_web::test]
async fn a_database_that_holds_a_school_is_left_alone() {
    let app = app().await;
    let now = app.kernel().clock.stamp();
    let db = app.kernel().db.clone();
    db.write(move |c| {
        diesel::insert_into(school::table)
            .values((
                school::id.eq(1),
                school::code.eq("1000"),
                school::name.eq("第一小学"),
                school::kind.eq("primary"),
                school::system.eq("six_three"),
                school::boarding.eq(false),
                school::county_code.eq(110_101),
                school::version.eq(1),
                school::created_at.eq(now),
            ))
            .execute(c)?;
        Ok(())
    })
    .await
    .unwrap();
    let refused = load(app.kernel(), SMALL).unwrap_err();
    assert_eq!(refused.code(), "database_in_use");
    assert_eq!(read(app.kernel(), |c| Ok(account::table.count().get_result::<i64>(c)?)), 0);
}

#[rstest]
#[case::too_few(99, 2, "/students")]
#[case::too_many(10_000_001, 2, "/students")]
#[case::no_term(2_400, 0, "/terms")]
#[case::too_many_terms(2_400, 9, "/terms")]
fn a_plan_out_of_range_is_refused(#[case] students: u32, #[case] terms: u32, #[case] pointer: &str) {
    let refused = Plan { students, terms, seed: 1 }.check().unwrap_err();
    assert_eq!(refused.errors()[0].pointer, pointer);
    assert_eq!(refused.errors()[0].code, "out_of_range");
}
