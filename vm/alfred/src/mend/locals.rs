//! `total: 0. … total: total + e. total`, with nothing called `total` about: a local that was not declared.
//!
//! What must stay true: what could be a slip for a name that is known is not taken for a local, or the method would pass every gate and change
//! nothing; so is not what is only assigned to.

use std::collections::BTreeSet;

use aura_syntax::tree::{Body, Init, Receiver, Send};
use aura_syntax::visit::{self, Visit};

use crate::gates::{known_names, parse};
use crate::refuse::slip;
use crate::situation::Situation;

/// The source with such names declared between the method's bars. Nothing if there are none.
pub fn declared(source: &str, situation: &Situation) -> Option<String> {
    let file = parse::slots(source).ok()?;
    let [slot] = &file.slots.as_ref()?.slots[..] else { return None };
    let Init::Method(body) = &slot.init else { return None };
    let known = known_names(source, situation);
    let mut uses = Uses { text: source, assigned: BTreeSet::new(), read: BTreeSet::new() };
    visit::inside_slot(&mut uses, slot);
    let is_near = |name: &str| known.iter().any(|k| slip(name, k.trim_end_matches(':')).is_some());
    let is_local = |name: &&str| !known.contains(*name) && !known.contains(&format!("{name}:")) && !is_near(name);
    let locals: Vec<&str> = uses.assigned.intersection(&uses.read).copied().filter(is_local).collect();
    if locals.is_empty() {
        return None;
    }
    Some(with_locals(source, body, &locals.join(". ")))
}

fn with_locals(source: &str, body: &Body, names: &str) -> String {
    let (at, text) = match &body.slots {
        Some(list) => (list.span.start + 1, format!(" {names}.")),
        None => (body.span.start + 1, format!(" | {names} |")),
    };
    let mut out = source.to_string();
    out.insert_str(at as usize, &text);
    out
}

/// Names that nobody is the receiver of.
struct Uses<'t> {
    text: &'t str,
    assigned: BTreeSet<&'t str>,
    read: BTreeSet<&'t str>,
}

impl<'t> Visit for Uses<'t> {
    fn send(&mut self, send: &Send, _: Option<&Send>) {
        let (Receiver::Implicit, [part]) = (&send.receiver, &send.selector[..]) else { return };
        let name = part.text(self.text);
        match name.strip_suffix(':') {
            Some(name) => self.assigned.insert(name),
            None => self.read.insert(name),
        };
    }
}
