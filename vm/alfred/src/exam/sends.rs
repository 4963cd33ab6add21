//! Which messages a piece of code sends.

use std::collections::BTreeSet;

use aura_syntax::tree::{Body, File, Send, selector};
use aura_syntax::visit::{self, Visit};

/// The selectors that a text sends.
pub(super) fn of_file(file: &File, text: &str) -> BTreeSet<String> {
    let mut sends = Sends { text, found: BTreeSet::new() };
    visit::file(&mut sends, file);
    sends.found
}

/// The selectors that a method's code sends.
pub(super) fn of_body(body: &Body, text: &str) -> BTreeSet<String> {
    let mut sends = Sends { text, found: BTreeSet::new() };
    sends.body(body);
    sends.found
}

struct Sends<'a> {
    text: &'a str,
    found: BTreeSet<String>,
}

impl Visit for Sends<'_> {
    fn send(&mut self, send: &Send, _: Option<&Send>) {
        self.found.insert(selector(&send.selector, self.text));
    }
}
