//! Taking a learned method out of the objects of an image: what was spliced into them has outlasted the run.
//!
//! What must stay true: only a method that a model wrote goes, and only with the very source that is no longer wanted.
//!
//! Not here: objects that no name leads to from the lobby. They keep what they have until their prototype is made anew.

use std::path::Path;

use aura_alfred::chronicle::Learning;
use aura_heap::Value;
use aura_run::Vm;

use super::Failed;
use crate::exit::Exit;
use crate::world::{self, Wiring};

/// Takes it out, and commits. Whether there was something to take out.
pub(super) fn run(path: &Path, old: &Learning, by: &str) -> Result<bool, Failed> {
    let mut vm = world::machine(Wiring::quiet()).map_err(|why| (Exit::Damaged, why))?;
    crate::image::attach(&mut vm, path, None, by)?;
    let Some(home) = reached(&mut vm, &old.at) else { return Ok(false) };
    let failed = |f: aura_run::Fail| (Exit::Failed, f.text());
    let taken = vm.take_out(home, &old.selector, &old.source).map_err(failed)?;
    if taken {
        vm.commit(&format!("'{}' taken out of {}", old.selector, old.at)).map_err(failed)?;
    }
    Ok(taken)
}

/// The object that a path leads to from the lobby.
fn reached(vm: &mut Vm, path: &str) -> Option<Value> {
    let lobby = vm.specials.lobby;
    let words: Vec<&str> = path.split(' ').filter(|w| !w.is_empty()).collect();
    words.into_iter().try_fold(lobby, |at, word| vm.global_constant(at, word)).filter(|o| *o != lobby)
}
