//! Commits and faults, inside this process, each beside raw redb with the same rows.

use std::ops::Bound;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use aura_command::drive::{End, Nobody, drive};
use aura_command::output::Shared;
use aura_command::world::{self, Wiring};
use aura_image::Rows;
use aura_image::format::segment::{Directory, PLACES};
use aura_image::format::{keys, seal};
use aura_image::store::{Batch, Embedded, ImageStore, Order, Space, StoreError, Visit};
use aura_run::{CapSet, Limits, Vm};

use super::raw::Raw;
use super::{Files, Options};
use crate::stats::{median, range};
use crate::table::{Table, bar};

/// A store that remembers the last batch.
struct Recording {
    store: Embedded,
    last: Arc<Mutex<Batch>>,
}

impl ImageStore for Recording {
    fn get(&self, space: Space, key: &[u8], read: &mut dyn FnMut(&[u8])) -> Result<bool, StoreError> {
        self.store.get(space, key, read)
    }
    fn range(
        &self,
        space: Space,
        from: Bound<&[u8]>,
        to: Bound<&[u8]>,
        order: Order,
        visit: &mut Visit<'_>,
    ) -> Result<(), StoreError> {
        self.store.range(space, from, to, order, visit)
    }
    fn apply(&mut self, batch: &Batch) -> Result<(), StoreError> {
        let done = self.store.apply(batch);
        if let Ok(mut last) = self.last.lock() {
            last.clone_from(batch);
        }
        done
    }
}

/// A machine at an image, and the batch that it wrote last.
fn machine(path: &Path, record: bool) -> Result<(Vm, Arc<Mutex<Batch>>), String> {
    let wiring = Wiring {
        out: Shared::new(std::io::sink()),
        err: Shared::new(std::io::sink()),
        input: aura_run::Input::default(),
        arguments: Vec::new(),
    };
    let mut vm = world::machine(wiring)?;
    let last = Arc::new(Mutex::new(Batch::default()));
    let store = aura_command::image::store(path, true).map_err(|e| e.to_string())?;
    let store: Box<dyn ImageStore> = if record { Box::new(Recording { store, last: last.clone() }) } else { Box::new(store) };
    aura_command::image::attach_rows(&mut vm, Rows::new(store), None, "bench").map_err(|e| e.to_string())?;
    Ok((vm, last))
}

/// Runs code; seconds.
fn execute(vm: &mut Vm, code: &str) -> Result<f64, String> {
    let chunks = aura_command::source::compile("bench", code, false)?;
    let began = Instant::now();
    let id = vm.spawn_file("bench", &chunks, CapSet::script(), Limits::default());
    let end = drive(vm, id, &mut Nobody);
    let took = began.elapsed().as_secs_f64();
    vm.forget(id);
    match end {
        End::Failed(f) => Err(f.message),
        _ => Ok(took),
    }
}

fn commit(vm: &mut Vm) -> Result<f64, String> {
    let began = Instant::now();
    vm.commit("bench").map_err(|f| f.text())?;
    Ok(began.elapsed().as_secs_f64())
}

/// Everything in a list, each object of three slots, and one beside it to be changed.
fn fill(objects: usize) -> String {
    format!(
        "| all. p | p: (| parent* = traits clonable. a <- 1. b <- 2. c <- 3 |).
         all: list copy. 1 to: {objects} Do: [|:i| all add: (p copy a: i) ].
         image at: 'all' Put: all. image at: 'one' Put: (p copy a: 0)"
    )
}

const WALK: &str = "| s <- 0 | (image at: 'all') do: [|:o| s: s + o a ]. s printLine";

/// Ratios of two series, pair by pair.
fn ratios(ours: &[f64], theirs: &[f64]) -> Vec<f64> {
    ours.iter().zip(theirs).map(|(a, b)| a / b).collect()
}

fn milliseconds(times: &[f64]) -> String {
    let (lo, hi) = range(times);
    format!("{:.1} ms ({:.1}–{:.1})", median(times) * 1e3, lo * 1e3, hi * 1e3)
}

fn ratio_row(what: &str, ours: &[f64], theirs: &[f64], most: f64) -> Vec<String> {
    let all = ratios(ours, theirs);
    let (lo, hi) = range(&all);
    let middle = median(&all);
    let measured = format!("{middle:.2} ({lo:.2}–{hi:.2}): {} beside {}", milliseconds(ours), milliseconds(theirs));
    bar(what, measured, &format!("{most}"), middle <= most)
}

pub(super) fn run(options: &Options, files: &Files, table: &mut Table) -> Result<(), String> {
    large(options, files, table)?;
    small(options, files, table)
}

/// Commits of one changed slot.
fn small(options: &Options, files: &Files, table: &mut Table) -> Result<(), String> {
    let (mut vm, last) = machine(&files.path("large.image"), true)?;
    let raw = Raw::create(&files.path("small.redb"))?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for i in 0..options.commits + 10 {
        execute(&mut vm, &format!("(image at: 'one') b: {}", i + 10))?;
        let took = commit(&mut vm)?;
        let batch = last.lock().map_err(|e| e.to_string())?.clone();
        let beside = raw.apply(&batch)?;
        // The first ones fill caches and make tables.
        if i >= 10 {
            ours.push(took);
            theirs.push(beside);
        }
    }
    table.row(ratio_row("commit of one changed slot, beside raw redb with the same rows", &ours, &theirs, 1.3));
    Ok(())
}

/// A million new objects: the first commit, and bringing them in.
fn large(options: &Options, files: &Files, table: &mut Table) -> Result<(), String> {
    let mut t = Times::default();
    for round in 0..options.rounds {
        let image = files.path("large.image");
        let _ = std::fs::remove_file(&image);
        let (mut vm, last) = machine(&image, true)?;
        execute(&mut vm, &fill(options.objects))?;
        t.first.push(commit(&mut vm)?);
        drop(vm);
        let batch = last.lock().map_err(|e| e.to_string())?.clone();
        let records = records(&batch)?;
        let names = [format!("large-{round}.redb"), format!("objects-{round}.redb")].map(|n| files.path(&n));
        let raw = Raw::create(&names[0])?;
        t.rows.push(raw.apply(&batch)?);
        let objects = Raw::create(&names[1])?;
        t.one_row_each.push(objects.insert_objects(&records)?);
        let (raw, objects) = (raw.reopened(&names[0])?, objects.reopened(&names[1])?);
        t.records = records.len();

        let (mut vm, _) = machine(&image, false)?;
        t.walk.push(execute(&mut vm, WALK)?);
        t.again.push(execute(&mut vm, WALK)?);
        t.read_objects.push(objects.read_objects(&records)?.0);
        t.read_segments.push(raw.read_segments(&batch)?);
        drop((raw, objects));
        for name in &names {
            let _ = std::fs::remove_file(name);
        }
    }
    t.report(options, table);
    Ok(())
}

#[derive(Default)]
struct Times {
    first: Vec<f64>,
    rows: Vec<f64>,
    one_row_each: Vec<f64>,
    walk: Vec<f64>,
    again: Vec<f64>,
    read_objects: Vec<f64>,
    read_segments: Vec<f64>,
    records: usize,
}

impl Times {
    fn report(&self, options: &Options, table: &mut Table) {
        let n = options.objects;
        table.row(ratio_row(
            &format!("first commit of {n} objects, beside redb with one row for each"),
            &self.first,
            &self.one_row_each,
            2.0,
        ));
        table.row(ratio_row("the same beside redb with Aura's own rows (segments)", &self.first, &self.rows, 2.0));
        table.row(ratio_row(
            &format!("bringing in {n} objects by walking them, beside redb reading a row for each"),
            &self.walk,
            &self.read_objects,
            2.0,
        ));
        table.row(ratio_row("the same beside redb reading Aura's own rows (segments)", &self.walk, &self.read_segments, 2.0));
        let faults: Vec<f64> = self.walk.iter().zip(&self.again).map(|(first, again)| first - again).collect();
        table.row(ratio_row(
            "the walk without what it takes when all are in memory, beside a row for each",
            &faults,
            &self.read_objects,
            2.0,
        ));
        table.row(vec!["the same walk when all are in memory".into(), milliseconds(&self.again), "–".into(), "–".into()]);
        table.row(vec!["records".into(), self.records.to_string(), "–".into(), "–".into()]);
    }
}

/// The records of the objects in a batch.
fn records(batch: &Batch) -> Result<Vec<(u64, Vec<u8>)>, String> {
    let mut all = Vec::new();
    for c in batch.changes.iter().filter(|c| c.space == Space::Segments) {
        let row = c.value.as_deref().unwrap_or_default();
        let bytes = seal::unseal(Space::Segments, &c.key, row).map_err(|b| b.0)?;
        let number = keys::read_number(&c.key).ok_or("a segment's key")?;
        let directory = Directory::read(bytes).map_err(|b| b.0)?;
        all.extend(directory.iter().map(|(place, range)| (number * PLACES + u64::from(place), bytes[range].to_vec())));
    }
    Ok(all)
}
