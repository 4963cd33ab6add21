//! A method that a model wrote for a message that nothing understands: where it goes in the texts of the project.
//!
//! It goes where its object is written, if that is a user's file; else into the file of learned methods beside the script, where any run would
//! have put it. What must stay true: nothing is changed here, the edits are for a person to take or leave; they fit the texts as they are now.
//!
//! Not here: how it was written and proved (ALFRED's gates, in the world around).

use aura_types::{FileId, ObjectId};

use crate::actions::slots::{NewSlot, line_end};
use crate::learned::in_short;
use crate::rename::Edits;
use crate::{Edit, Ide};

/// A method that passed every gate and was installed nowhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// The object that it belongs to, as the file reaches it: `point`, `traits integer`; nothing: the file's own.
    pub home: String,
    /// Its selector.
    pub selector: String,
    /// The slot: `manhattan = ( … )`.
    pub source: String,
    /// Where it comes from, as lines for the comment before it.
    pub comment: String,
    /// All that a person should know before they say yes.
    pub shown: String,
    /// How it would be kept beside the script.
    pub beside: Beside,
}

/// A method in a file of learned methods.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Beside {
    /// The file's name; empty where there can be none.
    pub file: String,
    /// What the file begins with, if it is new.
    pub heading: String,
    /// The statement.
    pub statement: String,
}

/// Where a method goes.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    /// The object, in words.
    pub holder: String,
    /// The edits.
    pub edits: Edits,
    /// The file among them that is not there yet.
    pub new_file: Option<String>,
}

impl Ide {
    /// Where a method goes that was written for a message in a file.
    ///
    /// # Errors
    /// Why it has no place there any more.
    pub fn place_written(&mut self, name: &str, written: &Written) -> Result<Placed, String> {
        let here = self.here(name).ok_or_else(|| format!("there is no file {name} any more"))?;
        let Written { home, selector, .. } = written;
        let Some(object) = self.object_named(here.file, home) else { return self.placed_beside(written) };
        let holder = self.universe().describe(object).trim_matches('`').to_string();
        let slots = self.universe().slots_of(object);
        if slots.into_iter().any(|s| self.universe().slot_info(s).name == *selector) {
            return Err(format!("{holder} has a slot '{selector}' by now"));
        }
        let slot = NewSlot { comment: in_short(&written.comment), source: written.source.clone() };
        match self.addition(&here, object, &slot) {
            Some((file, edit)) => Ok(Placed { holder, edits: Edits::from([(file, vec![edit])]), new_file: None }),
            None => self.placed_beside(written),
        }
    }

    /// The object that a path leads to as seen from a file, through modules too.
    fn object_named(&mut self, file: FileId, path: &str) -> Option<ObjectId> {
        let universe = self.universe();
        let mut at = universe.module_of(file);
        for word in path.split(' ').filter(|word| !word.is_empty()) {
            let (slot, _) = *universe.found_in(at, word, false).first()?;
            let type_ = universe.type_of_slot(slot);
            at = universe.object_in(slot).or_else(|| universe.objects_of(type_, slot.object).first().copied())?;
        }
        Some(at)
    }

    /// The method in the file of learned methods.
    fn placed_beside(&mut self, written: &Written) -> Result<Placed, String> {
        let Beside { file, heading, statement } = &written.beside;
        if file.is_empty() {
            return Err(format!(
                "{} is written in no file of the project, and beside a text without a file nothing is kept",
                written.home
            ));
        }
        let open = self.open_text(file).map(str::to_string);
        let text = open.or_else(|| self.outside.read(file));
        let edit = match &text {
            None => Edit::insert(0, &format!("{heading}\n{statement}\n")),
            Some(text) => {
                let end = line_end(text);
                let gap = if text.is_empty() || text.ends_with('\n') { "" } else { end };
                Edit::insert(text.len() as u32, &format!("{gap}\n{statement}\n").replace("\r\n", "\n").replace('\n', end))
            }
        };
        let new_file = text.is_none().then(|| file.clone());
        Ok(Placed { holder: written.home.clone(), edits: Edits::from([(file.clone(), vec![edit])]), new_file })
    }
}
