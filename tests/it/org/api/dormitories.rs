use serde_json::{Value, json};
use xuekang::access::{Role, Scope};
use xuekang::org::Dwellers;
use xuekang::org::rules::SchoolKind;
use xuekang::org::service::{find_or_create_dormitory, find_or_create_room, room_of};

use super::{actions, faults, inside, registrar, system_admin, texts};
use crate::kit::app;

fn building(name: &str) -> Value {
    json!({ "name": name, "dwellers": "F" })
}

#[actix_web::test]
async fn the_registrar_makes_a_dormitory_with_rooms() {
    let app = app().await;
    let school = app.school(SchoolKind::Primary).await;
    let keeper = registrar(&app, &school).await;
    let made = keeper.post(&inside(&school, "/dormitories")).json(&building(" 1号楼 ")).send().await;
    let path = made.header("location").unwrap().to_owned();
    assert_eq!(made.expect(201)["dwellers_name"]["zh"], "女生");
    for (name, beds) in [("203", 8), ("101", 6)] {
        let room = json!({ "name": name, "beds": beds });
        keeper.post(&format!("{path}/rooms")).json(&room).send().await.expect(201);
    }
    let shown = keeper.get(&path).send().await.expect(200);
    assert_eq!(shown["name"], "1号楼");
    let rooms: Vec<_> = shown["rooms"].as_array().unwrap().iter().map(|room| &room["name"]).collect();
    assert_eq!(rooms, ["101", "203"]);
    let told = actions(&app, &school.id.to_string()).await;
    assert_eq!(told, ["school_created", "dormitory_created", "room_created", "room_created"]);
}

#[actix_web::test]
async fn a_list_shows_each_dormitory_with_its_own_rooms_page_by_page() {
    let app = app().await;
    let school = app.school(SchoolKind::Primary).await;
    let keeper = registrar(&app, &school).await;
    for name in ["A", "B", "C"] {
        let made = keeper.post(&inside(&school, "/dormitories")).json(&building(name)).send().await;
        let rooms = format!("{}/rooms", made.header("location").unwrap());
        keeper.post(&rooms).json(&json!({ "name": format!("{name}1") })).send().await.expect(201);
    }
    let first = keeper.get(&inside(&school, "/dormitories?limit=2")).send().await.expect(200);
    assert_eq!(texts(&first, "name"), ["A", "B"]);
    for dormitory in first["items"].as_array().unwrap() {
        let name = format!("{}1", dormitory["name"].as_str().unwrap());
        assert_eq!(
            (&dormitory["rooms"][0]["name"], &dormitory["rooms"][0]["beds"]),
            (&name.into(), &0.into())
        );
        assert_eq!(dormitory["rooms"].as_array().unwrap().len(), 1);
    }
    let cursor = first["next_cursor"].as_str().unwrap();
    let next = inside(&school, &format!("/dormitories?limit=2&cursor={cursor}"));
    assert_eq!(texts(&keeper.get(&next).send().await.expect(200), "name"), ["C"]);
    let forged = inside(&school, "/dormitories?cursor=Ilx1MDAwMCI");
    keeper.get(&forged).send().await.expect_problem(422, "invalid");
}

#[actix_web::test]
async fn names_are_given_once_and_changes_need_the_version_that_was_read() {
    let app = app().await;
    let school = app.school(SchoolKind::Primary).await;
    let keeper = registrar(&app, &school).await;
    let list = inside(&school, "/dormitories");
    let first = keeper.post(&list).json(&building("A")).send().await.expect(201);
    let second = keeper.post(&list).json(&building("B")).send().await;
    let path = second.header("location").unwrap().to_owned();
    let twin = keeper.post(&list).json(&building("A")).send().await.expect_problem(409, "dormitory_exists");
    assert_eq!(twin["existing_id"], first["id"]);
    let put =
        |path: &str, tag: &str, body: Value| keeper.put(path).header("If-Match", tag).json(&body).send();
    put(&path, "\"v1\"", building("A")).await.expect_problem(409, "dormitory_exists");
    let changed = put(&path, "\"v1\"", json!({ "name": "B", "dwellers": "mixed" })).await.expect(200);
    assert_eq!((&changed["dwellers"], &changed["version"]), (&"mixed".into(), &2.into()));
    put(&path, "\"v1\"", building("D")).await.expect_problem(412, "stale");
    let rooms = format!("{path}/rooms");
    let room = keeper.post(&rooms).json(&json!({ "name": "1", "beds": 4 })).send().await.expect(201);
    let twin =
        keeper.post(&rooms).json(&json!({ "name": "1" })).send().await.expect_problem(409, "room_exists");
    assert_eq!(twin["existing_id"], room["id"]);
    keeper.post(&rooms).json(&json!({ "name": "2" })).send().await.expect(201);
    let path = inside(&school, &format!("/rooms/{}", room["id"].as_str().unwrap()));
    put(&path, "\"v1\"", json!({ "name": "2", "beds": 4 })).await.expect_problem(409, "room_exists");
    let changed = put(&path, "\"v1\"", json!({ "name": "1", "beds": 6 })).await.expect(200);
    assert_eq!(changed["beds"], 6);
    let stale = put(&path, "\"v1\"", json!({ "name": "1", "beds": 7 })).await.expect_problem(412, "stale");
    assert_eq!((&stale["current"]["beds"], &stale["yours"]["beds"]), (&6.into(), &7.into()));
}

#[actix_web::test]
async fn a_faulty_dormitory_or_room_is_refused_with_every_fault() {
    let app = app().await;
    let school = app.school(SchoolKind::Primary).await;
    let keeper = registrar(&app, &school).await;
    let list = inside(&school, "/dormitories");
    let body = json!({ "name": "楼".repeat(31), "dwellers": "X" });
    let problem = keeper.post(&list).json(&body).send().await.expect_problem(422, "invalid");
    assert_eq!(faults(&problem), [("/name", "too_long"), ("/dwellers", "unknown_value")]);
    let made = keeper.post(&list).json(&building("A")).send().await;
    let rooms = format!("{}/rooms", made.header("location").unwrap());
    for beds in [-1, 101] {
        let body = json!({ "name": "", "beds": beds });
        let problem = keeper.post(&rooms).json(&body).send().await.expect_problem(422, "invalid");
        assert_eq!(faults(&problem), [("/name", "blank"), ("/beds", "beds")]);
    }
    keeper.post(&rooms).json(&json!({ "name": "1", "beds": 100 })).send().await.expect(201);
}

#[actix_web::test]
async fn the_dormitories_of_another_school_are_not_there() {
    let app = app().await;
    let school = app.school(SchoolKind::Primary).await;
    let other = app.school(SchoolKind::Primary).await;
    let (keeper, stranger) = (registrar(&app, &school).await, registrar(&app, &other).await);
    let list = inside(&school, "/dormitories");
    let made = keeper.post(&list).json(&building("A")).send().await.expect(201);
    let id = made["id"].as_str().unwrap();
    stranger.get(&list).send().await.expect_problem(404, "not_found");
    stranger
        .get(&inside(&school, &format!("/dormitories/{id}")))
        .send()
        .await
        .expect_problem(404, "not_found");
    stranger
        .get(&inside(&other, &format!("/dormitories/{id}")))
        .send()
        .await
        .expect_problem(404, "not_found");
    let rooms = inside(&other, &format!("/dormitories/{id}/rooms"));
    stranger.post(&rooms).json(&json!({ "name": "1" })).send().await.expect_problem(404, "not_found");
    let admin = system_admin(&app).await;
    admin.post(&list).json(&building("B")).send().await.expect_problem(403, "forbidden");
    let manager = app.actor(Role::DormManager, Scope::Dormitory(school.id, id.parse().unwrap())).await;
    assert_eq!(texts(&manager.get(&list).send().await.expect(200), "name"), ["A"]);
    manager.post(&list).json(&building("B")).send().await.expect_problem(403, "forbidden");
}

#[actix_web::test]
async fn the_import_finds_a_dormitory_and_a_room_or_makes_them_once() {
    let app = app().await;
    let school = app.school(SchoolKind::Primary).await;
    let (ids, can, id) = (app.kernel().ids.clone(), app.registrar_of(school.id), school.id);
    let work = move |c: &mut _| {
        let at = can.school(c, id)?;
        let mut made = Vec::new();
        for name in ["1号楼", " 1号楼"] {
            let dormitory = find_or_create_dormitory(c, &ids, can.actor(), &at, name, Dwellers::Mixed)?;
            let room = find_or_create_room(c, &ids, can.actor(), &at, dormitory.record.id, "203")?;
            let place = room_of(c, &at, room.record.id)?.unwrap();
            assert_eq!((place.dormitory, place.room), (dormitory.record, room.record));
            made.push((dormitory.created, room.created));
        }
        Ok(made)
    };
    let made = app.kernel().db.write(work).await.unwrap();
    assert_eq!(made, [(true, true), (false, false)]);
}
