//! Names for objects.
//!
//! A path is slot names from the lobby on, `globals accounts mine`, with `[3]` for elements and captured values. What was put at a name is
//! found as `image NAME`, and `object 1048577` is an object that has no path, by its number. Paths are found by a walk from what the library's
//! names reach, nearest first, so every object has its shortest, or none if that is too long to be read.
//!
//! What must stay true: a path that [`Finder`] answers is understood by [`super::resolve`].
//!
//! Not here: what the library's own objects hold; of those an image knows only what is different.

use std::collections::BTreeMap;
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::objects::{Object, Objects, What};
use super::roots::{self, Roots};
use super::value::Value;
use crate::ImageError;

/// Words of the longest path that is told. What lies deeper is called by its number: nobody reads on, and the elements of a long chain would
/// have paths as long as the chain.
const LONGEST: usize = 24;

/// One step of a path.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// A slot.
    Slot(Rc<str>),
    /// An element or captured value.
    Element(usize),
    /// What was put at this name.
    Name(Rc<str>),
    /// The module that a method was written in.
    Module,
}

impl Step {
    fn word(&self) -> String {
        match self {
            Step::Slot(name) => name.to_string(),
            Step::Element(i) => format!("[{i}]"),
            Step::Name(name) => roots::word(name),
            Step::Module => "(module)".into(),
        }
    }
}

/// What an object leads to in one step.
///
/// # Errors
/// When a record is damaged.
pub fn children(objects: &Objects<'_>, o: &Object) -> Result<Vec<(Step, u64)>, ImageError> {
    let mut found: Vec<(Step, u64)> = Vec::new();
    for s in &o.slots {
        if let Some(id) = s.value().and_then(Value::object) {
            found.push((Step::Slot(s.name.clone()), id));
        }
    }
    for (i, v) in o.elements.iter().flatten().enumerate() {
        found.extend(v.object().map(|id| (Step::Element(i), id)));
    }
    if let What::Method { code } | What::Block { code } = o.what {
        let module = objects.with(code, |r| match r {
            crate::format::record::Record::Code(c) => Ok(Value::from(c.module).object()),
            _ => Ok(None),
        })?;
        found.extend(module.flatten().map(|id| (Step::Module, id)));
    }
    Ok(found)
}

/// A walk that gives objects their paths.
pub struct Finder {
    /// Paths of the library's objects that the image names.
    pub names: FxHashMap<u64, String>,
    before: FxHashMap<u64, (u64, Step)>,
}

impl Finder {
    /// Walks until all of these have been met, or there is nothing more to be met at a distance that can be told.
    ///
    /// # Errors
    /// When the store cannot be read or an object is damaged.
    pub fn walk(objects: &Objects<'_>, wanted: impl IntoIterator<Item = u64>) -> Result<Finder, ImageError> {
        let mut wanted: FxHashSet<u64> = wanted.into_iter().collect();
        let mut f = Finder { names: FxHashMap::default(), before: FxHashMap::default() };
        let mut seeds: BTreeMap<usize, Vec<u64>> = BTreeMap::new();
        for (path, id) in &objects.names()?.ids {
            seeds.entry(path.split(' ').count()).or_default().push(*id);
            wanted.remove(id);
            f.names.insert(*id, path.clone());
        }
        if wanted.is_empty() {
            return Ok(f);
        }
        f.seed_roots(objects, &mut seeds, &mut wanted)?;
        f.levels(objects, seeds, &mut wanted)?;
        Ok(f)
    }

    /// What was put at names comes first.
    fn seed_roots(
        &mut self,
        objects: &Objects<'_>,
        seeds: &mut BTreeMap<usize, Vec<u64>>,
        wanted: &mut FxHashSet<u64>,
    ) -> Result<(), ImageError> {
        for e in Roots::read(objects)?.entries {
            if let Some(id) = e.value.object()
                && !self.is_known(id)
            {
                self.before.insert(id, (0, Step::Name(e.name.into())));
                wanted.remove(&id);
                seeds.entry(2).or_default().push(id);
            }
        }
        Ok(())
    }

    fn is_known(&self, id: u64) -> bool {
        self.names.contains_key(&id) || self.before.contains_key(&id)
    }

    fn levels(
        &mut self,
        objects: &Objects<'_>,
        mut seeds: BTreeMap<usize, Vec<u64>>,
        wanted: &mut FxHashSet<u64>,
    ) -> Result<(), ImageError> {
        let (mut depth, mut level) = (0, Vec::new());
        while !wanted.is_empty() && depth < LONGEST {
            if level.is_empty() {
                // Nothing in between: to the next of the library's objects.
                let Some(next) = seeds.keys().next().copied() else { break };
                depth = next;
            }
            level.extend(seeds.remove(&depth).unwrap_or_default());
            let mut next = Vec::new();
            for at in level {
                let Some(o) = objects.get(at)? else { continue };
                for (step, child) in children(objects, &o)? {
                    if !self.is_known(child) {
                        self.before.insert(child, (at, step));
                        wanted.remove(&child);
                        next.push(child);
                    }
                }
            }
            (level, depth) = (next, depth + 1);
        }
        Ok(())
    }

    /// The path of an object; nothing if the walk has not met it.
    pub fn path(&self, id: u64) -> Option<String> {
        let (mut words, mut at) = (Vec::new(), id);
        loop {
            if let Some(name) = self.names.get(&at) {
                words.push(name.clone());
                break;
            }
            let (before, step) = self.before.get(&at)?;
            words.push(step.word());
            if *before == 0 {
                words.push("image".into());
                break;
            }
            at = *before;
        }
        words.reverse();
        if words.len() > 1 && words[0] == "lobby" {
            words.remove(0);
        }
        Some(words.join(" "))
    }

    /// The path of an object, or its number.
    pub fn told(&self, id: u64) -> String {
        self.path(id).unwrap_or_else(|| format!("object {id}"))
    }
}
