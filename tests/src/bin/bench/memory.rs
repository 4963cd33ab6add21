//! A million live objects of three slots: how many bytes each takes and how long the collector stops the world.
//!
//! The objects are made through the heap's own interface, as the interpreter makes them, with a collection at each point
//! where the machine would collect.

use std::time::Instant;

use aura_heap::{CollectionKind, Heap, MapId, Roots, Slot, SlotKind, Value};

use crate::machine;
use crate::stats::{median, range};
use crate::table::{Table, bar};

/// How many objects live.
const OBJECTS: usize = 1_000_000;
/// Bytes that each may take.
const SIZE_BAR: f64 = 48.0;
/// Milliseconds that a collection of the nursery may take.
const MINOR_BAR: f64 = 1.0;
/// Milliseconds that a full collection may take.
const FULL_BAR: f64 = 50.0;
/// Full collections that are timed.
const FULLS: usize = 5;

/// One value that the machine holds: the vector with everything in it.
struct Root(Value);

impl Roots for Root {
    fn each(&mut self, visit: &mut dyn FnMut(&mut Value)) {
        visit(&mut self.0);
    }
    fn each_old(&mut self, _: &mut dyn FnMut(&mut Value)) {}
    fn sweep_weak(&mut self, _: &dyn Fn(MapId) -> bool, _: &dyn Fn(Value) -> bool) {}
}

/// Runs and reports.
pub(crate) fn run() -> Result<(), String> {
    let mut heap = Heap::new();
    let keeper = heap.kind_maps.vector;
    let all = heap.vector(keeper, OBJECTS, Value::int(0)).map_err(|e| format!("no room for {} bytes", e.bytes))?;
    let mut root = Root(all);
    heap.collect(CollectionKind::Full, &mut root);
    let before = heap.old_size().0;
    heap.stats.longest_full = 0;

    // A map that no object has doesn't survive a full collection, so it is made here.
    let map = map_of_three(&mut heap);
    let pauses = fill(&mut heap, map, &mut root);
    for _ in 0..FULLS {
        heap.collect(CollectionKind::Full, &mut root);
    }
    verify(&heap, &root)?;
    report(&heap, &pauses, before);
    Ok(())
}

fn map_of_three(heap: &mut Heap) -> MapId {
    let slots = (0..3)
        .map(|i| {
            let name = heap.symbols.intern(["x", "y", "z"][i as usize]);
            Slot { name, kind: SlotKind::Data(i), parent: false, meta: None }
        })
        .collect();
    heap.map_for(slots, 3, None)
}

/// Each object refers to the one before it, so that there is something to follow. Answers the milliseconds of each
/// collection of the nursery.
fn fill(heap: &mut Heap, map: MapId, root: &mut Root) -> Vec<f64> {
    let mut pauses = Vec::new();
    let mut last = Value::int(0);
    for i in 0..OBJECTS {
        if heap.wants_collection {
            let began = Instant::now();
            heap.collect(CollectionKind::Minor, root);
            pauses.push(began.elapsed().as_secs_f64() * 1e3);
            last = heap.element(root.0, i - 1);
        }
        last = heap.object(map, &[Value::int(i as i64), last, Value::int(1)]);
        heap.set_element(root.0, i, last);
    }
    heap.collect(CollectionKind::Minor, root);
    pauses
}

fn verify(heap: &Heap, root: &Root) -> Result<(), String> {
    let lost = (0..OBJECTS).find(|&i| heap.data(heap.element(root.0, i), 0) != Value::int(i as i64));
    lost.map_or(Ok(()), |i| Err(format!("object {i} didn't survive the collections")))
}

fn report(heap: &Heap, pauses: &[f64], before: usize) {
    let each = (heap.old_size().0 - before) as f64 / OBJECTS as f64;
    let taken = heap.old_size().1 as f64 / 1e6;
    let (_, minor) = range(pauses);
    let full = heap.stats.longest_full as f64 / 1e6;

    machine::heading("Memory");
    println!("{OBJECTS} live objects of three slots, all in one vector, each referring to the one before it.");
    println!();
    let mut table = Table::new(&["what", "measured", "bar", "held"]);
    table.row(bar("bytes for each object", format!("{each:.1}"), "48", each <= SIZE_BAR));
    let all = format!("{minor:.2} ms of {}", pauses.len());
    table.row(bar("longest nursery collection", all, "1 ms", minor < MINOR_BAR));
    let middle = median(pauses);
    table.row(bar("median nursery collection", format!("{middle:.2} ms"), "1 ms", middle < MINOR_BAR));
    table.row(bar("longest full collection", format!("{full:.1} ms of {FULLS}"), "50 ms", full < FULL_BAR));
    table.row(vec!["taken from the system".to_owned(), format!("{taken:.1} MB"), "–".to_owned(), String::new()]);
    table.print();
}
