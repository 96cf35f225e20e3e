use xuekang::access::{RegionCode, Role, Scope};

use super::{system_admin, texts};
use crate::kit::app;

#[actix_web::test]
async fn the_regions_are_walked_from_province_to_county() {
    let app = app().await;
    let admin = system_admin(&app).await;
    let provinces = admin.get("/api/v1/regions").send().await.expect(200);
    assert!(texts(&provinces, "code").contains(&"370000"));
    let cities = admin.get("/api/v1/regions?parent=370000").send().await.expect(200);
    assert!(texts(&cities, "code").contains(&"370100"));
    let counties = admin.get("/api/v1/regions?parent=370100").send().await.expect(200);
    assert!(texts(&counties, "full_name").contains(&"山东省济南市历下区"));
    assert!(counties["items"].as_array().unwrap().iter().all(|county| county["parent"] == "370100"));
}

#[actix_web::test]
async fn a_retired_region_is_shown_with_the_last_revision_that_held_it() {
    let app = app().await;
    let authority = app.actor(Role::HealthAuthority, Scope::Region(RegionCode::new(110_000).unwrap())).await;
    let region = authority.get("/api/v1/regions/110103").send().await.expect(200);
    assert_eq!(region["name"], "崇文区");
    assert_eq!(region["state"], "retired");
    assert_eq!(region["last_revision"], "2009-12");
    let region = authority.get("/api/v1/regions/110101").send().await.expect(200);
    assert_eq!((&region["state"], region["last_revision"].is_null()), (&"current".into(), true));
}

#[actix_web::test]
async fn a_code_that_is_in_no_revision_is_not_found() {
    let app = app().await;
    let admin = system_admin(&app).await;
    for path in ["/api/v1/regions/999999", "/api/v1/regions/37", "/api/v1/regions?parent=999999"] {
        admin.get(path).send().await.expect_problem(404, "not_found");
    }
    admin.get("/api/v1/regions?parent=x").send().await.expect_problem(422, "invalid");
    app.get("/api/v1/regions").send().await.expect_problem(401, "token_missing");
}
