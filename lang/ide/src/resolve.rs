//! From what stands at a place to slots, objects and types.

use std::rc::Rc;

use aura_syntax::tree::{Expr, ExprKind, Receiver, Send, selector};
use aura_types::{Code, FileId, ObjectId, SlotId, TypeId, Universe};

use crate::document::Document;
use crate::evaluation::is_evaluation;
use crate::{Ide, Place, Span, words};

/// A slot that a message means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Meant {
    pub(crate) slot: SlotId,
    /// The message assigns to it.
    pub(crate) is_write: bool,
}

/// A file that is asked about.
#[derive(Clone)]
pub(crate) struct Here {
    pub(crate) file: FileId,
    pub(crate) document: Rc<Document>,
}

impl Ide {
    /// A file, brought up to date.
    pub(crate) fn here(&mut self, name: &str) -> Option<Here> {
        let (file, document) = self.at(name)?;
        Some(Here { file, document })
    }

    /// The same for what is shown while somebody types ([`Ide::at_once`]).
    pub(crate) fn here_at_once(&mut self, name: &str) -> Option<Here> {
        let (file, document) = self.at_once(name)?;
        Some(Here { file, document })
    }

    /// The slots that a message means; none when its receiver is not known.
    pub(crate) fn meant(&mut self, here: &Here, send: &Send) -> Vec<Meant> {
        let place = send.selector.first().map_or(0, |s| s.start);
        let code = self.universe().code_at(here.file, place);
        self.meant_in(here, &code, send)
    }

    /// The same, where the types around are known already. `x: e` means the slot `x` also where that cannot be assigned to, which is what is wrong with it.
    pub(crate) fn meant_in(&mut self, here: &Here, code: &Code, send: &Send) -> Vec<Meant> {
        let name = selector(&send.selector, here.document.text());
        let mut found = self.found_by(here, code, send, &name);
        if let (true, Some(read)) = (found.is_empty(), name.strip_suffix(':').filter(|read| !read.contains(':'))) {
            found = self.found_by(here, code, send, read).into_iter().map(|(slot, _)| (slot, true)).collect();
        }
        let mut meant: Vec<Meant> = Vec::new();
        for (slot, is_write) in found {
            let one = Meant { slot, is_write };
            if !meant.contains(&one) {
                meant.push(one);
            }
        }
        meant
    }

    /// What a message of this name finds where another one is sent.
    fn found_by(&mut self, here: &Here, code: &Code, send: &Send, name: &str) -> Vec<(SlotId, bool)> {
        let text = here.document.text();
        let universe = self.universe();
        match &send.receiver {
            Receiver::Implicit => {
                let own = universe.found_in(code.holder, name, true);
                match own.is_empty() {
                    true => {
                        let module = universe.module_of(here.file);
                        universe.found_in(module, name, false)
                    }
                    false => own,
                }
            }
            Receiver::Expr(e) => {
                let is_self = matches!(e.kind, ExprKind::SelfRef);
                let mut objects = self.objects_of(code, e);
                // What everybody answers to `value` is not what a block does.
                let block = self.universe().builtin().block;
                objects.retain(|o| *o != block || is_self || !is_evaluation(name));
                let all = objects.into_iter().flat_map(|o| self.universe().found_in(o, name, is_self));
                all.collect()
            }
            Receiver::Resend(_) => universe.found_above(code.holder, name, None),
            Receiver::Delegate(parent) => universe.found_above(code.holder, name, Some(parent.text(text))),
        }
    }

    /// The objects that an expression may be.
    pub(crate) fn objects_of(&mut self, code: &Code, e: &Expr) -> Vec<ObjectId> {
        let type_ = if matches!(e.kind, ExprKind::SelfRef) { Some(TypeId::SELF) } else { code.type_of(e.span) };
        match (type_, &e.kind) {
            (Some(type_), _) => self.universe().objects_of(type_, code.holder),
            // Where a block is part of a control structure nobody asks for its type.
            (None, ExprKind::Block(_)) => vec![self.universe().builtin().block],
            (None, _) => Vec::new(),
        }
    }

    /// Where a slot's name is written.
    pub(crate) fn place_of(&self, slot: SlotId) -> Option<Place> {
        let (file, span) = self.project.known().slot_place(slot)?;
        Some(self.place(file, span))
    }

    /// What the comment before a slot says.
    pub(crate) fn comment_of(&self, slot: SlotId) -> Option<String> {
        let universe = self.project.known();
        let info = universe.slot_info(slot);
        let text = universe.file_text(info.file?);
        Some(words::comment_text(info.comment?.text(&text))).filter(|t| !t.is_empty())
    }

    /// A place in a file.
    pub(crate) fn place(&self, file: FileId, span: Span) -> Place {
        Place { file: self.name_of(file).to_string(), span }
    }

    /// The slot that a name in a written type means: as seen from the file, or among the traits. A word of the language means no user's slot.
    pub(crate) fn type_slot(&mut self, file: FileId, name: &str) -> Option<SlotId> {
        let universe = self.universe();
        let module = universe.module_of(file);
        let direct = universe.found_in(module, name, false).first().map(|f| f.0);
        let is_of_library = |u: &Universe, slot: &SlotId| u.slot_info(*slot).file.is_none_or(|f| u.is_of_library(f));
        direct.filter(|slot| !TYPE_WORDS.contains(&name) || is_of_library(universe, slot)).or_else(|| {
            let traits = universe.object_at(file, "traits")?;
            let long = SHORT_TYPES.iter().find(|(short, _)| *short == name).map_or(name, |(_, long)| long);
            universe.found_in(traits, long, false).first().map(|f| f.0)
        })
    }
}

/// Types of these names are the language's own.
pub(crate) const TYPE_WORDS: [&str; 11] =
    ["any", "never", "int", "integer", "bool", "boolean", "string", "float", "vector", "byteVector", "block"];

/// Types that are written in a shorter way than their traits are called.
const SHORT_TYPES: [(&str, &str); 2] = [("int", "integer"), ("bool", "boolean")];

/// How a prototype may be written in types.
pub(crate) fn in_types(name: &str) -> Vec<String> {
    let short = SHORT_TYPES.iter().filter(|(_, long)| *long == name).map(|(short, _)| short.to_string());
    std::iter::once(name.to_string()).chain(short).collect()
}
