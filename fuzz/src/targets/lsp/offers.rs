//! What an editor is offered, carried out: layout, actions, other names.
//!
//! What must hold: a text that could be read can be read afterwards, and with another name for something nothing is wrong that was not before.

use std::collections::BTreeMap;
use std::rc::Rc;

use aura_ide::{Edits, Fix, Ide, Span};
use aura_syntax::parse;
use aura_syntax::tokens::Kind;

use super::disk::{self, Disk, FOLDER};
use super::{Found, NAMES, work};

/// Texts by the names of their files.
type Named = BTreeMap<String, String>;

/// Places of a file at which something is asked for.
const MOST_PLACES: usize = 6;
/// Renamings that are carried out; each is followed by a look at the whole project.
const MOST_RENAMED: usize = 3;
/// No text has this name.
const NEW: &str = "anotherName";

/// A project as an editor has it, and what is wrong in it.
pub(super) struct Project<'p> {
    pub(super) open: Named,
    pub(super) disk: Named,
    pub(super) has_folder: bool,
    pub(super) found: &'p Found,
}

/// Carries out what is offered in the open files, each thing by itself.
pub(super) fn carry_out(ide: &mut Ide, project: &Project<'_>) {
    let texts = project.texts();
    let are_readable = texts.values().all(|text| can_be_read(text));
    let mut renamed = 0;
    for (name, text) in &project.open {
        let layout = ide.formatting(name, None).map(|edits| Edits::from([(name.clone(), edits)]));
        layout.iter().for_each(|edits| drop(edited(&texts, edits, "layout")));
        for span in places(text, |_| true).into_iter().chain([Span::new(0, text.len())]) {
            for action in ide.actions(name, span) {
                edited(&texts, &action.edits, &action.title);
            }
        }
        for span in places(text, |kind| kind == Kind::Name) {
            let Ok(renaming) = ide.rename(name, span.start, NEW) else { continue };
            // What is only possible, or somebody has to agree to, is somebody's affair.
            if !(renaming.possible.is_empty() && renaming.concerns.is_empty()) {
                continue;
            }
            let after = edited(&texts, &renaming.certain, "another name");
            if are_readable && renamed < MOST_RENAMED {
                renamed += 1;
                project.has_no_more_than_before(&after, span.text(text));
            }
        }
    }
}

fn can_be_read(text: &str) -> bool {
    !parse(text).has_errors()
}

/// Some tokens of a kind, from everywhere in a text.
fn places(text: &str, is_wanted: impl Fn(Kind) -> bool) -> Vec<Span> {
    let tokens = parse(text).tokens;
    let all: Vec<Span> = tokens.into_iter().filter(|t| !t.kind.is_trivia() && is_wanted(t.kind)).map(|t| t.span).collect();
    let step = all.len().div_ceil(MOST_PLACES).max(1);
    all.into_iter().step_by(step).collect()
}

/// The texts after edits; those that could be read still can be.
fn edited(texts: &Named, edits: &Edits, what: &str) -> Named {
    let mut after = texts.clone();
    for (name, edits) in edits {
        let Some(text) = after.get_mut(name) else { continue };
        let fix = Fix { title: String::new(), edits: edits.clone(), is_guess: false };
        let new = fix.apply(text);
        assert!(!can_be_read(text) || can_be_read(&new), "{what}: {name} can be read no more, was:\n{text}\nis:\n{new}");
        *text = new;
    }
    after
}

impl Project<'_> {
    fn texts(&self) -> Named {
        self.open.iter().chain(&self.disk).map(|(name, text)| (name.clone(), text.clone())).collect()
    }

    /// Opens the project with other texts: what is wrong in each open file is what was wrong in it before, as far as kinds go.
    fn has_no_more_than_before(&self, texts: &Named, what: &str) {
        let number = |name: &String| disk::NAMES.iter().position(|n| n == name);
        let files = texts.iter().filter(|(name, _)| self.disk.contains_key(*name));
        let files = files.filter_map(|(name, text)| Some((number(name)?, text.clone()))).collect();
        let mut ide = Ide::new(Rc::new(Disk::with(&files)));
        if self.has_folder {
            ide.add_folder(FOLDER);
        }
        self.open.keys().for_each(|name| ide.open(name, &texts[name]));
        let mut found = Found::new();
        work(&mut ide, &mut found);
        for name in NAMES.iter().filter(|name| self.open.contains_key(**name)) {
            let codes = |found: &Found| {
                let mut codes: Vec<&str> = found.get(*name).into_iter().flatten().map(|d| d.code).collect();
                codes.sort_unstable();
                codes.into_iter().map(str::to_owned).collect::<Vec<_>>()
            };
            assert_eq!(codes(self.found), codes(&found), "{name} with another name for '{what}': {texts:#?}");
        }
    }
}
