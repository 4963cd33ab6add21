//! Object literals as the compilers see them.
//!
//! What must stay true: a map that compiled code makes objects with stays alive as long as the code of the literal does ([`LinkedObject::named`]); so do the map's constants, with which
//! the values at hand are compared.

use aura_code::{CodeKind, SlotInit, SlotTemplate};
use aura_heap::{Kind, Value};
use aura_jit::{Filling, Template};

use crate::linked::{CodeRef, LinkedObject};
use crate::vm::Vm;

/// Maps of one literal that compiled code may make objects with. One whose constants differ each time is the machine's.
const MOST_MAPS: usize = 4;

impl Vm {
    /// What becomes of object literal `at` of `code`, if it has been made, and that can be told.
    pub(super) fn template(&self, code: CodeRef, at: usize) -> Option<Template> {
        if code.code().kind == CodeKind::TopLevel {
            return None;
        }
        let LinkedObject { last, varying, named, .. } = &mut code.parts().objects[at];
        let (constants, map) = last.as_ref()?;
        if constants.iter().any(|v| self.heap.is_young(*v)) || !(named.contains(map) || named.len() < MOST_MAPS) {
            return None;
        }
        let template = self.filled(&code.code().objects[at].slots, varying, constants, *map)?;
        if !named.contains(map) {
            named.push(*map);
        }
        Some(template)
    }

    /// An object of this map with these slots.
    fn filled(&self, slots: &[SlotTemplate], varying: &[usize], constants: &[Value], map: u32) -> Option<Template> {
        let mut template = Template { map, words: Vec::new(), constants: Vec::new() };
        let mut constants = constants.iter();
        for (k, s) in slots.iter().enumerate() {
            match (&s.init, s.assignable || varying.contains(&k)) {
                (SlotInit::Nil, true) => template.words.push(Filling::Word(self.specials.nil.bits())),
                (SlotInit::Value(r), true) => template.words.push(Filling::Init(*r)),
                (SlotInit::Method(_), true) => return None,
                (init, false) => {
                    let is = constants.next()?;
                    if let SlotInit::Value(r) = init {
                        template.constants.push((*r, is.bits()));
                    }
                }
            }
        }
        let known = self.heap.find_map(map)?;
        if known.kind != Kind::Plain || known.grown || known.words as usize != template.words.len() {
            return None;
        }
        if template.words.is_empty() {
            template.words.push(Filling::Word(Value::ZERO.bits()));
        }
        Some(template)
    }
}
