//! Secrets at rest.

use proptest::prelude::*;
use xuekang::kernel::vault::{Place, Vault};

const PLACE: Place = Place::new("student", "address");

#[test]
fn the_key_file_is_made_once_and_for_its_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("xuekang.key");
    let sealed = Vault::open_or_create(&file).unwrap().seal(PLACE, &[1], "巴楚县").unwrap();
    let again = Vault::open_or_create(&file).unwrap();
    assert_eq!(again.open(PLACE, &[1], &sealed).unwrap(), "巴楚县");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn a_sealed_value_opens_only_where_it_was_sealed() {
    let vault = Vault::ephemeral().unwrap();
    let sealed = vault.seal(PLACE, &[1], "secret").unwrap();
    assert!(vault.open(PLACE, &[2], &sealed).is_err(), "another row");
    assert!(vault.open(Place::new("student", "phone"), &[1], &sealed).is_err(), "another column");
    assert!(Vault::ephemeral().unwrap().open(PLACE, &[1], &sealed).is_err(), "another key");
}

#[test]
fn the_same_value_is_sealed_differently_each_time_and_indexed_the_same() {
    let vault = Vault::ephemeral().unwrap();
    assert_ne!(vault.seal(PLACE, &[1], "x").unwrap(), vault.seal(PLACE, &[1], "x").unwrap());
    assert_eq!(vault.index("identity_number", "x"), vault.index("identity_number", "x"));
    assert_ne!(vault.index("identity_number", "x"), vault.index("student_number", "x"));
}

#[test]
fn an_older_key_still_opens_when_a_newer_one_is_added() {
    let folder = tempfile::tempdir().unwrap();
    let (file, other) = (folder.path().join("a.key"), folder.path().join("b.key"));
    let old = Vault::open_or_create(&file).unwrap();
    let sealed = old.seal(PLACE, &[1], "x").unwrap();
    let index = old.index("phone", "x");
    Vault::open_or_create(&other).unwrap();
    let newer = std::fs::read_to_string(&other).unwrap().replace("\"k1\"", "\"k2\"");
    let newer: String =
        newer.lines().filter(|line| !line.starts_with('#')).map(|l| format!("{l}\n")).collect();
    std::fs::write(&file, std::fs::read_to_string(&file).unwrap() + &newer).unwrap();
    let both = Vault::open_or_create(&file).unwrap();
    assert_eq!(both.open(PLACE, &[1], &sealed).unwrap(), "x");
    assert!(both.seal(PLACE, &[1], "x").unwrap().starts_with("k2:"));
    assert_eq!(both.index("phone", "x"), index, "an index must stay the same for ever");
}

proptest! {
    #[test]
    fn any_changed_character_of_a_sealed_value_is_noticed(at in 3_usize..40, to in proptest::char::range('A', 'Z')) {
        let vault = Vault::ephemeral().unwrap();
        let sealed = vault.seal(PLACE, &[7], "0123456789012345").unwrap();
        let mut changed: Vec<char> = sealed.chars().collect();
        changed[at] = to;
        let changed: String = changed.into_iter().collect();
        prop_assume!(changed != sealed);
        prop_assert!(vault.open(PLACE, &[7], &changed).is_err());
    }
}
