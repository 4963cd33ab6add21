//! A small image for tests, written record by record: two names, an object with a map, a vector, and a second commit that changed some of it.

use super::edit::Edit;
use super::value::Value;
use crate::Rows;
use crate::format::field::{Field, Special};
use crate::format::record::{DeltaRow, MapRow, Writer};
use crate::format::slots::{Holds, SlotRow};
use crate::image::Image;
use crate::store::{ImageStore, Memory};

/// The image, and the numbers of what is in it.
pub(super) struct Sample {
    pub(super) rows: Rows,
    /// At the name 'account': balance 100, and 250 since commit 2; owner 'Ada'.
    pub(super) account: u64,
    /// The global `limits`: a vector of 1 and 2.
    pub(super) limits: u64,
    /// Reached at commit 1 only, by the account's slot `note`.
    pub(super) note: u64,
    /// What is reached now, maps and code left out.
    pub(super) everything: Vec<u64>,
}

/// The number of the library's object `globals`.
pub(super) const GLOBALS: u64 = 1;
/// The number of the library's object `globals image`.
const HOLDER: u64 = 2;
/// The number of the library's object `globals dictionary`.
const DICTIONARY: u64 = 3;

pub(super) fn slot<'a>(name: &'a str, holds: Holds<'a>) -> SlotRow<'a> {
    SlotRow { name, holds, parent: false, comment: None, annotation: None, type_text: None }
}

pub(super) fn record(id: u64, f: impl FnOnce(&mut Writer<'_>)) -> Vec<u8> {
    let mut out = Vec::new();
    f(&mut Writer { out: &mut out, id });
    out
}

pub(super) fn object(id: u64) -> Field<'static> {
    Field::Object { id, words: 3, eager: false }
}

pub(super) fn plain(id: u64, map: u64, data: &[Field<'_>]) -> Vec<u8> {
    record(id, |w| {
        w.plain(map, 0, data.len());
        data.iter().for_each(|f| w.field(f));
    })
}

pub(super) fn vector(id: u64, elements: &[Field<'_>]) -> Vec<u8> {
    record(id, |w| {
        w.vector(0, 0, 0);
        w.count(elements.len());
        elements.iter().for_each(|f| w.field(f));
    })
}

pub(super) fn delta(id: u64, slots: Vec<SlotRow<'_>>, values: Vec<Field<'_>>) -> Vec<u8> {
    record(id, |w| w.delta(&DeltaRow { removed: Vec::new(), slots, values, elements: None, bytes: None }))
}

/// An empty image in memory.
pub(super) fn empty() -> Rows {
    let mut store = Memory::new();
    Image::format(&mut store, "test").expect("formats");
    let store: Box<dyn ImageStore> = Box::new(store);
    super::open(store).expect("an image")
}

fn account_map(id: u64) -> Vec<u8> {
    let slots = vec![
        slot("balance", Holds::Data(0)),
        slot("balance:", Holds::Assign(0)),
        slot("owner", Holds::Data(1)),
        slot("note", Holds::Data(2)),
        slot("rate", Holds::Constant(Field::Int(3))),
    ];
    record(id, |w| w.map_row(&MapRow { kind: 0, words: 3, grown: false, data: 3, annotation: None, slots }))
}

pub(super) fn sample() -> Sample {
    let mut rows = empty();
    let first = rows.told(crate::format::keys::meta::NEXT).expect("told");
    let [dictionary, d_map, ks, vs, account, a_map, limits, note] = std::array::from_fn(|i| first + i as u64);
    let mut e = Edit::begin(&rows).expect("begins");
    for (path, id) in [("globals", GLOBALS), (super::roots::HOLDER, HOLDER), ("globals dictionary", DICTIONARY)] {
        assert_eq!(e.name(path), id);
    }
    (0..8).for_each(|_| {
        e.number();
    });
    let nil = Field::Special(Special::Nil);
    e.create(dictionary, &plain(dictionary, d_map, &[nil, object(ks), object(vs), Field::Int(2), Field::Int(2)])).expect("fits");
    e.create(d_map, &record(d_map, |w| w.library_map(DICTIONARY, &["table", "ks", "vs", "used", "size"]))).expect("fits");
    e.create(ks, &vector(ks, &[Field::Text("account"), Field::Text("two words"), nil])).expect("fits");
    e.create(vs, &vector(vs, &[object(account), Field::Int(7), nil])).expect("fits");
    e.create(account, &plain(account, a_map, &[Field::Int(100), Field::Text("Ada"), object(note)])).expect("fits");
    e.create(a_map, &account_map(a_map)).expect("fits");
    e.create(limits, &vector(limits, &[Field::Int(1), Field::Int(2)])).expect("fits");
    e.create(note, &vector(note, &[Field::Int(99)])).expect("fits");
    e.change(GLOBALS, &delta(GLOBALS, vec![slot("limits", Holds::Constant(object(limits)))], vec![])).expect("changes");
    e.change(HOLDER, &delta(HOLDER, vec![slot("roots", Holds::Data(0))], vec![object(dictionary)])).expect("changes");
    e.ready("a test", "made").apply(&mut rows).expect("commits");
    let mut e = Edit::begin(&rows).expect("begins");
    e.change(account, &plain(account, a_map, &[Field::Int(250), Field::Text("Ada"), nil])).expect("changes");
    e.ready("a test", "changed").apply(&mut rows).expect("commits");
    Sample { rows, account, limits, note, everything: vec![dictionary, ks, vs, account, limits] }
}

/// What a slot of the account holds as of a commit.
pub(super) fn account_slot(s: &mut Sample, at: Option<u64>, name: &str) -> Option<Value> {
    s.rows.at = at;
    let o = super::objects::Objects::new(&s.rows).known(s.account).expect("there");
    s.rows.at = None;
    o.slot(name).and_then(|s| s.value()).cloned()
}
