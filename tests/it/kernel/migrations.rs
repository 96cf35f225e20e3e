//! Migrations go up, down and up again, and leave the same tables.

use xuekang::kernel::db;

use crate::kit::TestDatabase;

#[test]
fn migrations_go_up_down_and_up_again() {
    let database = TestDatabase::empty();
    let options = database.options();
    let first = db::migrate(&options, "one").unwrap();
    assert!(!first.applied.is_empty());
    assert!(first.backup.is_none(), "there was nothing to copy");
    let reverted = db::revert_all(&options).unwrap();
    assert_eq!(reverted, first.applied.len());
    let again = db::migrate(&options, "two").unwrap();
    assert_eq!(again.applied, first.applied);
    assert!(db::migrate(&options, "three").unwrap().applied.is_empty());
}

#[test]
fn an_address_of_another_engine_is_refused_with_a_sentence() {
    let database = TestDatabase::empty();
    let mut options = database.options();
    options.url = "mysql://localhost/x".into();
    let error = db::Db::open(options).err().unwrap().to_string();
    assert!(error.contains("this build speaks"), "{error}");
}
