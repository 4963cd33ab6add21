//! What every store must do, as checks that any implementation is run through.
//!
//! Here and not in a test, so that a store made elsewhere can be held to the same. What a disk does to a store (power cuts,
//! errors, damage) is not here: that needs a disk, and is in the tests of the store that has one.

use std::collections::BTreeMap;
use std::ops::{Bound, ControlFlow};

use super::{Batch, ImageStore, Order, Space, StoreError};

/// Makes a new, empty store.
pub type Make<'a> = &'a mut dyn FnMut() -> Box<dyn ImageStore>;

/// Runs a store through everything; panics at what is wrong.
pub fn check(make: Make<'_>) {
    rows_are_put_got_overwritten_and_deleted(make);
    a_batch_is_done_in_order(make);
    keys_are_ordered_by_their_bytes(make);
    ranges_keep_to_their_bounds(make);
    a_range_stops_when_it_is_told_to(make);
    spaces_know_nothing_of_each_other(make);
    empty_keys_and_values_are_as_good_as_any(make);
    large_values_come_back_whole(make);
    conditions_decide_over_the_whole_batch(make);
    many_rows_stay_in_order(make);
    any_history_is_that_of_a_map(make);
    upkeep_changes_nothing(make);
}

const SPACE: Space = Space::Segments;

/// Applies changes of one space.
fn change(store: &mut dyn ImageStore, space: Space, changes: &[(&[u8], Option<&[u8]>)]) {
    let mut batch = Batch::default();
    for &(key, value) in changes {
        match value {
            Some(value) => batch.put(space, key, value),
            None => batch.delete(space, key),
        }
    }
    store.apply(&batch).expect("a batch without conditions is applied");
}

/// The rows of a range, in the order of their visits.
fn rows(store: &dyn ImageStore, space: Space, from: Bound<&[u8]>, to: Bound<&[u8]>, order: Order) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut found = Vec::new();
    let result = store.range(space, from, to, order, &mut |key, value| {
        found.push((key.to_vec(), value.to_vec()));
        ControlFlow::Continue(())
    });
    result.expect("a range is walked");
    found
}

fn keys(store: &dyn ImageStore, space: Space) -> Vec<Vec<u8>> {
    rows(store, space, Bound::Unbounded, Bound::Unbounded, Order::Ascending).into_iter().map(|(key, _)| key).collect()
}

fn value(store: &dyn ImageStore, space: Space, key: &[u8]) -> Option<Vec<u8>> {
    store.value(space, key).expect("a row is read")
}

fn rows_are_put_got_overwritten_and_deleted(make: Make<'_>) {
    let mut store = make();
    let store = store.as_mut();
    assert_eq!(value(store, SPACE, b"a"), None, "a new store has no rows");
    change(store, SPACE, &[(b"a", Some(b"1"))]);
    assert_eq!(value(store, SPACE, b"a").as_deref(), Some(&b"1"[..]), "what was put is there");
    assert_eq!(value(store, SPACE, b"ab"), None, "a longer key is another key");
    assert_eq!(value(store, SPACE, b""), None, "a shorter key is another key");
    change(store, SPACE, &[(b"a", Some(b"longer than before"))]);
    assert_eq!(value(store, SPACE, b"a").as_deref(), Some(&b"longer than before"[..]), "what was overwritten is new");
    let mut calls = 0;
    assert_eq!(store.get(SPACE, b"b", &mut |_| calls += 1), Ok(false), "no row, no call");
    assert_eq!(store.get(SPACE, b"a", &mut |_| calls += 1), Ok(true), "a row, a call");
    assert_eq!(calls, 1, "the reader is called once for a row that is there");
    change(store, SPACE, &[(b"a", None), (b"never there", None)]);
    assert_eq!(value(store, SPACE, b"a"), None, "what was deleted is gone");
    store.apply(&Batch::default()).expect("nothing to do is done");
}

fn a_batch_is_done_in_order(make: Make<'_>) {
    let mut store = make();
    let store = store.as_mut();
    change(store, SPACE, &[(b"a", Some(b"1")), (b"a", Some(b"2")), (b"b", Some(b"3")), (b"b", None)]);
    assert_eq!(value(store, SPACE, b"a").as_deref(), Some(&b"2"[..]), "the later value wins");
    assert_eq!(value(store, SPACE, b"b"), None, "put, then deleted: gone");
    change(store, SPACE, &[(b"a", None), (b"a", Some(b"4"))]);
    assert_eq!(value(store, SPACE, b"a").as_deref(), Some(&b"4"[..]), "deleted, then put: there");
}

fn keys_are_ordered_by_their_bytes(make: Make<'_>) {
    let mut store = make();
    let store = store.as_mut();
    let mut expected: Vec<Vec<u8>> =
        [&b"b"[..], b"a", b"ab", b"aa", b"\xff", b"\x00", b"\x00\x00", b"a\x00", b"\x7f", b"\x80", b"\xff\xff", b"Z"]
            .map(<[u8]>::to_vec)
            .to_vec();
    for key in &expected {
        change(store, SPACE, &[(key, Some(key))]);
    }
    expected.sort_unstable();
    assert_eq!(keys(store, SPACE), expected, "keys are unsigned bytes, and a beginning comes before what goes on");
}

fn ranges_keep_to_their_bounds(make: Make<'_>) {
    let mut store = make();
    let store = store.as_mut();
    let all: [&[u8]; 5] = [b"", b"b", b"d", b"dd", b"f"];
    for key in all {
        change(store, SPACE, &[(key, Some(key))]);
    }
    let ends: [&[u8]; 9] = [b"", b"a", b"b", b"c", b"d", b"dd", b"e", b"f", b"g"];
    let bounds: Vec<Bound<&[u8]>> =
        ends.iter().flat_map(|&end| [Bound::Included(end), Bound::Excluded(end)]).chain([Bound::Unbounded]).collect();
    for &from in &bounds {
        for &to in &bounds {
            let above = |key: &[u8]| match from {
                Bound::Included(from) => from <= key,
                Bound::Excluded(from) => from < key,
                Bound::Unbounded => true,
            };
            let below = |key: &[u8]| match to {
                Bound::Included(to) => key <= to,
                Bound::Excluded(to) => key < to,
                Bound::Unbounded => true,
            };
            let mut expected: Vec<_> =
                all.iter().filter(|key| above(key) && below(key)).map(|key| (key.to_vec(), key.to_vec())).collect();
            assert_eq!(rows(store, SPACE, from, to, Order::Ascending), expected, "{from:?} to {to:?}");
            expected.reverse();
            assert_eq!(rows(store, SPACE, from, to, Order::Descending), expected, "{from:?} to {to:?}, from above");
        }
    }
}

fn a_range_stops_when_it_is_told_to(make: Make<'_>) {
    let mut store = make();
    let store = store.as_mut();
    change(store, SPACE, &[(b"a", Some(b"1")), (b"b", Some(b"2")), (b"c", Some(b"3"))]);
    for (order, first) in [(Order::Ascending, b"a"), (Order::Descending, b"c")] {
        let mut seen = Vec::new();
        let result = store.range(SPACE, Bound::Unbounded, Bound::Unbounded, order, &mut |key, _| {
            seen.push(key.to_vec());
            ControlFlow::Break(())
        });
        assert_eq!(result, Ok(()), "stopping is no error");
        assert_eq!(seen, [first.to_vec()], "nothing is visited after the visitor has had enough");
    }
    let mut inner = Vec::new();
    let result = store.range(SPACE, Bound::Unbounded, Bound::Unbounded, Order::Ascending, &mut |key, _| {
        inner.push(value(store, SPACE, key));
        ControlFlow::Continue(())
    });
    assert_eq!((result, inner.len()), (Ok(()), 3), "a visitor may read the store itself");
}

fn spaces_know_nothing_of_each_other(make: Make<'_>) {
    let mut store = make();
    let store = store.as_mut();
    for space in Space::ALL {
        change(store, space, &[(b"key", Some(space.name().as_bytes())), (space.name().as_bytes(), Some(b""))]);
    }
    change(store, Space::Large, &[(b"key", None)]);
    for space in Space::ALL {
        let expected = (space != Space::Large).then(|| space.name().as_bytes().to_vec());
        assert_eq!(value(store, space, b"key"), expected, "each space has its own row");
        assert!(keys(store, space).contains(&space.name().as_bytes().to_vec()), "and only its own");
    }
}

fn empty_keys_and_values_are_as_good_as_any(make: Make<'_>) {
    let mut store = make();
    let store = store.as_mut();
    change(store, SPACE, &[(b"", Some(b"")), (b"a", Some(b""))]);
    assert_eq!(value(store, SPACE, b""), Some(Vec::new()), "an empty value is not the absence of one");
    assert_eq!(keys(store, SPACE), [b"".to_vec(), b"a".to_vec()], "the empty key is the least");
    change(store, SPACE, &[(b"", None)]);
    assert_eq!(value(store, SPACE, b""), None, "the empty key is deleted as any");
}

fn large_values_come_back_whole(make: Make<'_>) {
    let mut store = make();
    let store = store.as_mut();
    let large: Vec<u8> = (0..10_000_000_u32).map(|index| (index ^ (index >> 11)) as u8).collect();
    change(store, Space::Large, &[(b"large", Some(&large)), (b"small", Some(b"1"))]);
    assert!(value(store, Space::Large, b"large").as_ref() == Some(&large), "ten megabytes come back");
    let long_key = vec![7; 10_000];
    change(store, Space::Large, &[(&long_key, Some(b"2")), (b"large", Some(b"small now"))]);
    assert_eq!(value(store, Space::Large, &long_key).as_deref(), Some(&b"2"[..]), "a long key is a key");
    assert_eq!(value(store, Space::Large, b"large").as_deref(), Some(&b"small now"[..]), "large becomes small");
}

/// A condition, as short as it can be written.
type Requirement<'a> = (Space, &'a [u8], Option<&'a [u8]>);

fn conditions_decide_over_the_whole_batch(make: Make<'_>) {
    let mut store = make();
    let store = store.as_mut();
    change(store, SPACE, &[(b"head", Some(b"1"))]);
    let attempt = |store: &mut dyn ImageStore, requirements: &[Requirement<'_>], new: &[u8]| {
        let mut batch = Batch::default();
        // The change itself must not make its condition come true.
        batch.put(SPACE, b"head".as_slice(), new);
        batch.put(Space::Meta, b"other".as_slice(), new);
        for &(space, key, value) in requirements {
            batch.require(space, key, value.map(<[u8]>::to_vec));
        }
        store.apply(&batch)
    };
    let refused: [&[Requirement<'_>]; 6] = [
        &[(SPACE, b"head", Some(b"2"))],
        &[(SPACE, b"head", None)],
        &[(SPACE, b"absent", Some(b""))],
        &[(Space::Meta, b"head", Some(b"1"))],
        &[(SPACE, b"head", Some(b"1")), (SPACE, b"head", Some(b"12"))],
        &[(SPACE, b"head", Some(b"1")), (SPACE, b"absent", Some(b"1"))],
    ];
    for requirements in refused {
        let result = attempt(store, requirements, b"2");
        assert!(matches!(result, Err(StoreError::Conflict(_))), "{requirements:?} does not hold, but: {result:?}");
        assert_eq!(value(store, SPACE, b"head").as_deref(), Some(&b"1"[..]), "nothing is applied then");
        assert_eq!(value(store, Space::Meta, b"other"), None, "nothing at all");
    }
    assert_eq!(attempt(store, &[(SPACE, b"head", Some(b"1")), (Space::Meta, b"other", None)], b"3"), Ok(()), "these hold");
    assert_eq!(value(store, SPACE, b"head").as_deref(), Some(&b"3"[..]), "so it is applied, after a conflict as ever");
    assert_eq!(value(store, Space::Meta, b"other").as_deref(), Some(&b"3"[..]), "whole");
    let mut only = Batch::default();
    only.require(SPACE, b"head".as_slice(), Some(b"4".to_vec()));
    assert!(matches!(store.apply(&only), Err(StoreError::Conflict(_))), "a condition counts without changes, too");
}

fn many_rows_stay_in_order(make: Make<'_>) {
    let mut store = make();
    let store = store.as_mut();
    // 7919 has no factor in common with 20,000, so every number comes up once, in no order.
    let numbers: Vec<u32> = (0..20_000_u32).map(|index| index * 7919 % 20_000).collect();
    for part in numbers.chunks(4000) {
        let mut batch = Batch::default();
        for number in part {
            batch.put(SPACE, number.to_be_bytes(), number.to_string());
        }
        store.apply(&batch).expect("a large batch is applied");
    }
    let found = rows(store, SPACE, Bound::Unbounded, Bound::Unbounded, Order::Ascending);
    assert_eq!(found.len(), numbers.len(), "all rows are there");
    for (number, (key, value)) in (0..).zip(&found) {
        assert_eq!((key.as_slice(), value.as_slice()), (&u32::to_be_bytes(number)[..], number.to_string().as_bytes()));
    }
}

/// Chance that is the same every time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }

    fn bytes(&mut self, longest: u64, kinds: u64) -> Vec<u8> {
        let length = self.below(longest + 1);
        (0..length).map(|_| self.below(kinds) as u8).collect()
    }
}

fn any_history_is_that_of_a_map(make: Make<'_>) {
    let mut store = make();
    let store = store.as_mut();
    let mut model: BTreeMap<(Space, Vec<u8>), Vec<u8>> = BTreeMap::new();
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
    for _ in 0..150 {
        let mut batch = Batch::default();
        for _ in 0..chance.below(12) {
            let (space, key) = (Space::ALL[chance.below(9) as usize], chance.bytes(3, 4));
            if chance.below(3) == 0 {
                batch.delete(space, key.clone());
                model.remove(&(space, key));
            } else {
                let longest = if chance.below(10) == 0 { 9000 } else { 20 };
                let value = chance.bytes(longest, 256);
                batch.put(space, key.clone(), value.clone());
                model.insert((space, key), value);
            }
        }
        store.apply(&batch).expect("a batch is applied");
        let space = Space::ALL[chance.below(9) as usize];
        compare(store, space, &model, &chance.bytes(3, 4), &chance.bytes(3, 4));
    }
    for space in Space::ALL {
        compare(store, space, &model, b"", &[u8::MAX]);
    }
}

fn compare(store: &dyn ImageStore, space: Space, model: &BTreeMap<(Space, Vec<u8>), Vec<u8>>, from: &[u8], to: &[u8]) {
    assert_eq!(value(store, space, from).as_ref(), model.get(&(space, from.to_vec())), "{space:?} {from:?}");
    let inside = |key: &[u8]| from <= key && key < to;
    let mut expected: Vec<_> = model
        .iter()
        .filter(|((owner, key), _)| *owner == space && inside(key))
        .map(|((_, key), value)| (key.clone(), value.clone()))
        .collect();
    let (from, to) = (Bound::Included(from), Bound::Excluded(to));
    assert_eq!(rows(store, space, from, to, Order::Ascending), expected, "{space:?} {from:?} {to:?}");
    expected.reverse();
    assert_eq!(rows(store, space, from, to, Order::Descending), expected, "{space:?} {from:?} {to:?}, from above");
}

fn upkeep_changes_nothing(make: Make<'_>) {
    let mut store = make();
    let store = store.as_mut();
    for round in 0..30_u32 {
        change(store, SPACE, &[(&round.to_be_bytes(), Some(&[round as u8; 5000])), (&(round / 2).to_be_bytes(), None)]);
    }
    let before = rows(store, SPACE, Bound::Unbounded, Bound::Unbounded, Order::Ascending);
    assert_eq!(store.verify(), Ok(()), "a sound store is found to be sound");
    store.compact().expect("a store is compacted, or not");
    assert_eq!(store.verify(), Ok(()), "also after that");
    assert_eq!(rows(store, SPACE, Bound::Unbounded, Bound::Unbounded, Order::Ascending), before, "no row has changed");
    change(store, SPACE, &[(b"after", Some(b"wards"))]);
    assert_eq!(value(store, SPACE, b"after").as_deref(), Some(&b"wards"[..]), "and life goes on");
}
