//! Hashing passwords.

use xuekang::access::password::Hasher;
use xuekang::kernel::config::{Auth, Config};

/// The cost that the defaults ask for, and a cost that does not hold up the tests.
fn costs() -> (Auth, Auth) {
    let real = Config::defaults().unwrap().auth;
    let quick = Auth { argon2_memory_kib: 8, argon2_iterations: 1, ..real.clone() };
    (real, quick)
}

#[actix_web::test]
async fn a_password_fits_its_own_hash_alone() {
    let hasher = Hasher::new(&costs().1).unwrap();
    let stored = hasher.hash("春夏秋冬春夏秋冬春夏".into()).await.unwrap();
    assert!(hasher.verify("春夏秋冬春夏秋冬春夏".into(), Some(stored.clone())).await.unwrap());
    assert!(!hasher.verify("春夏秋冬春夏秋冬春秋".into(), Some(stored.clone())).await.unwrap());
    assert!(!hasher.verify("".into(), Some(stored)).await.unwrap());
}

#[actix_web::test]
async fn one_password_has_two_hashes() {
    let hasher = Hasher::new(&costs().1).unwrap();
    let hash = || hasher.hash("correct horse battery".into());
    assert_ne!(hash().await.unwrap(), hash().await.unwrap());
}

#[actix_web::test]
async fn nobody_has_no_password_and_a_broken_hash_fits_none() {
    let hasher = Hasher::new(&costs().1).unwrap();
    assert!(!hasher.verify("x".into(), None).await.unwrap());
    assert!(!hasher.verify("x".into(), Some("x".into())).await.unwrap());
    assert!(!hasher.verify("".into(), Some(String::new())).await.unwrap());
}

#[actix_web::test]
async fn the_defaults_cost_what_owasp_asks_for() {
    let hasher = Hasher::new(&costs().0).unwrap();
    let stored = hasher.hash("correct horse battery".into()).await.unwrap();
    assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
}

#[actix_web::test]
async fn a_hash_of_other_cost_is_still_checked_by_its_own() {
    let (real, quick) = costs();
    let stored = Hasher::new(&quick).unwrap().hash("correct horse battery".into()).await.unwrap();
    let hasher = Hasher::new(&real).unwrap();
    assert!(hasher.verify("correct horse battery".into(), Some(stored)).await.unwrap());
}
