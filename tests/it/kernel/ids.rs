//! Identifiers.

use proptest::prelude::*;
use xuekang::kernel::ids::{Id, Ids, kind};

type StudentId = Id<kind::Student>;

#[test]
fn ids_grow_and_read_as_thirteen_characters() {
    let ids = Ids::new(3);
    let made: Vec<StudentId> = (0..5_000).map(|_| ids.next()).collect();
    assert!(made.windows(2).all(|pair| pair[0] < pair[1]));
    assert_eq!(made[0].to_string().len(), 13);
}

#[test]
fn two_servers_never_make_the_same_id() {
    let (one, two) = (Ids::new(1), Ids::new(2));
    let mut made: Vec<StudentId> = (0..2_000).flat_map(|_| [one.next(), two.next()]).collect();
    made.sort();
    made.dedup();
    assert_eq!(made.len(), 4_000);
}

#[test]
fn what_is_no_id_is_refused() {
    for text in ["", "1", "ZZZZZZZZZZZZZ", "01J8ZQ4B5X2M3X", "01J8ZQ4B5X2M!", "８１J8ZQ4B5X2M"] {
        assert!(text.parse::<StudentId>().is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn every_id_survives_its_text(raw in 0_i64..=i64::MAX) {
        let id = StudentId::from_raw(raw);
        prop_assert_eq!(id.to_string().parse::<StudentId>().unwrap(), id);
        let json = serde_json::to_string(&id).unwrap();
        prop_assert_eq!(serde_json::from_str::<StudentId>(&json).unwrap(), id);
    }
}
