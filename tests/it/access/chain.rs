//! The audit chain: any edit, deletion or swap is found.

use proptest::prelude::*;
use proptest::sample::Index;
use xuekang::access::audit::{Break, BreakKind, Chain, Event, GENESIS};

const SCHOOL: i64 = 9;

fn chain_of(lengths: &[u8]) -> Vec<Event> {
    let mut previous_hash = GENESIS.to_owned();
    let mut events = Vec::new();
    for (number, kind) in lengths.iter().enumerate() {
        let seq = i64::try_from(number).unwrap() + 1;
        let event = Event {
            school_id: SCHOOL,
            seq,
            at: "2026-10-19T02:00:00".parse().unwrap(),
            account_id: (kind % 2 == 0).then_some(i64::from(*kind)),
            action: format!("act{}", kind % 5),
            subject_kind: "student".into(),
            subject_id: (kind % 3 != 0).then_some(seq * 10),
            detail: "{}".into(),
            reason: "r".repeat(usize::from(kind % 4)),
            request_id: "q".into(),
            previous_hash,
            hash: String::new(),
        }
        .sealed();
        previous_hash = event.hash.clone();
        events.push(event);
    }
    events
}

fn head_of(events: &[Event]) -> (i64, String) {
    events.last().map_or((0, GENESIS.to_owned()), |last| (last.seq, last.hash.clone()))
}

fn breaks(events: &[Event], head: &(i64, String)) -> Vec<Break> {
    let mut chain = Chain::new(SCHOOL);
    events.iter().for_each(|event| chain.follow(event));
    chain.end(Some((head.0, head.1.as_str())))
}

fn edit(event: &mut Event, field: u8) {
    match field % 12 {
        0 => event.at += chrono::Duration::microseconds(1),
        1 => event.account_id = event.account_id.map_or(Some(0), |_| None),
        2 => event.account_id = Some(event.account_id.unwrap_or(0) + 1),
        3 => event.action.push('x'),
        4 => event.subject_kind.push('x'),
        5 => event.subject_id = event.subject_id.map_or(Some(0), |_| None),
        6 => event.subject_id = Some(event.subject_id.unwrap_or(0) + 1),
        7 => event.detail.push(' '),
        8 => event.reason.push('x'),
        9 => event.request_id.push('x'),
        // The end of one field becomes the beginning of the next.
        10 => {
            let moved = event.action.pop().unwrap();
            event.subject_kind.insert(0, moved);
        }
        _ => event.school_id += 1,
    }
}

proptest! {
    #[test]
    fn an_untouched_chain_is_whole(lengths in prop::collection::vec(any::<u8>(), 0..30)) {
        let events = chain_of(&lengths);
        prop_assert_eq!(breaks(&events, &head_of(&events)), vec![]);
    }

    #[test]
    fn an_edited_row_is_found_where_it_stands(
        lengths in prop::collection::vec(any::<u8>(), 1..30), place in any::<Index>(), field in any::<u8>(),
    ) {
        let mut events = chain_of(&lengths);
        let head = head_of(&events);
        let place = place.index(events.len());
        edit(&mut events[place], field);
        let seq = events[place].seq;
        let found = breaks(&events, &head).contains(&Break { school: SCHOOL, seq, kind: BreakKind::Changed });
        prop_assert!(found);
    }

    #[test]
    fn an_edited_row_is_found_even_with_its_hash_made_anew(
        lengths in prop::collection::vec(any::<u8>(), 1..30), place in any::<Index>(), field in 0u8..11,
    ) {
        let mut events = chain_of(&lengths);
        let head = head_of(&events);
        let place = place.index(events.len());
        edit(&mut events[place], field);
        events[place] = events[place].clone().sealed();
        prop_assert!(!breaks(&events, &head).is_empty());
    }

    #[test]
    fn a_deleted_row_is_found(lengths in prop::collection::vec(any::<u8>(), 1..30), place in any::<Index>()) {
        let mut events = chain_of(&lengths);
        let head = head_of(&events);
        events.remove(place.index(events.len()));
        prop_assert!(!breaks(&events, &head).is_empty());
    }

    #[test]
    fn two_swapped_rows_are_found(
        lengths in prop::collection::vec(any::<u8>(), 2..30), one in any::<Index>(), other in any::<Index>(),
    ) {
        let mut events = chain_of(&lengths);
        let head = head_of(&events);
        let (one, other) = (one.index(events.len()), other.index(events.len()));
        prop_assume!(one != other);
        // The contents change places, the numbers stay.
        let (a, b) = (events[one].seq, events[other].seq);
        events.swap(one, other);
        (events[one].seq, events[other].seq) = (a, b);
        prop_assert!(!breaks(&events, &head).is_empty());
    }

    #[test]
    fn a_row_added_at_the_end_is_found(lengths in prop::collection::vec(any::<u8>(), 0..30)) {
        let head = head_of(&chain_of(&lengths));
        let mut longer = lengths;
        longer.push(1);
        prop_assert!(!breaks(&chain_of(&longer), &head).is_empty());
    }
}

#[test]
fn a_chain_without_a_head_is_broken_at_its_end() {
    let mut chain = Chain::new(SCHOOL);
    chain_of(&[1, 2]).iter().for_each(|event| chain.follow(event));
    assert_eq!(chain.end(None), [Break { school: SCHOOL, seq: 2, kind: BreakKind::End }]);
}

#[test]
fn each_break_says_what_it_is() {
    let text = Break { school: 0, seq: 3, kind: BreakKind::Missing }.to_string();
    assert_eq!(text, "school 0 seq 3: 此前的记录缺失 rows before it are missing");
}
