//! Every text of an exported grammar parses without a diagnostic, as what the grammar is of, and a decoder that follows the grammar
//! takes it.
//!
//! The first byte says which grammar, the second how long the text becomes before it ends as soon as it can; the others are the
//! choices on the way. From 128 on the first byte says that a text is behind it: what a decoder takes of those must parse, too. The reader of grammars and the writer of texts are those of the tests in `lang/syntax/tests/gbnf`.

use std::sync::LazyLock;

use aura_syntax::grammar::{Start, gbnf, gbnf_for};
use aura_syntax::tree::Init;
use aura_syntax::{Source, format, parse, parse_slots, render};
use reader::Gbnf;
use walk::{Choices, Matcher, Writer};

#[path = "../../../lang/syntax/tests/gbnf/reader.rs"]
mod reader;
#[path = "../../../lang/syntax/tests/gbnf/walk.rs"]
#[allow(dead_code)] // The tests' own source of choices.
mod walk;

/// Selectors of every form.
const SELECTORS: [&str; 5] = ["manhattan", "at:", "from:To:By:", "-", "<=>"];

/// The grammars of files, slots and expressions, then those of one method each.
static GRAMMARS: LazyLock<Vec<Gbnf>> = LazyLock::new(|| {
    let starts = Start::NAMES.map(|(_, start)| gbnf(start));
    let methods = SELECTORS.map(|selector| gbnf_for(selector).expect("a method can be called that"));
    starts.iter().chain(&methods).map(|text| Gbnf::read(text).expect("a model server reads it")).collect()
});

impl Choices for crate::choices::Choices<'_> {
    fn below(&mut self, n: usize) -> usize {
        crate::choices::Choices::below(self, n)
    }
}

/// A first byte from here on has a text behind it.
pub(crate) const TEXT: u8 = 128;

/// One input.
pub fn run(input: &[u8]) {
    if let Some((&which, text)) = input.split_first()
        && which >= TEXT
    {
        let which = usize::from(which - TEXT) % GRAMMARS.len();
        let Ok(source) = std::str::from_utf8(text) else { return };
        if Matcher::new(&GRAMMARS[which]).accepts(source).is_ok() {
            parses(which, source);
        }
        return;
    }
    let [which, length, choices @ ..] = input else { return };
    let which = usize::from(*which) % GRAMMARS.len();
    let gbnf = &GRAMMARS[which];
    let source = Writer::new(gbnf).text(&mut crate::choices::Choices(choices), usize::from(*length) * 4);
    parses(which, &source);
    assert_eq!(Matcher::new(gbnf).accepts(&source), Ok(()), "{source}");
}

/// A text of a grammar is what the grammar is of.
fn parses(which: usize, source: &str) {
    let start = Start::NAMES.get(which).map_or(Start::Slot, |(_, start)| *start);
    // A method at the open door may have different operators side by side, which whoever reads it puts in order.
    let grouped = if which >= Start::NAMES.len() { aura_syntax::grouped(source) } else { None };
    let source = grouped.as_deref().unwrap_or(source);
    let parsed = if start == Start::Slot { parse_slots(source) } else { parse(source) };
    assert!(parsed.diagnostics.is_empty(), "{source}\n{}", render(&Source::new("written", source), &parsed.diagnostics, false));
    match start {
        Start::File => assert!(format(source).is_ok(), "{source}"),
        Start::Expression => assert_eq!((parsed.file.slots, parsed.file.body.len()), (None, 1), "{source}"),
        Start::Slot => {
            let slots = parsed.file.slots.map_or_else(Vec::new, |list| list.slots);
            assert_eq!(slots.len(), 1, "{source}");
            assert!(which < Start::NAMES.len() || matches!(slots[0].init, Init::Method(_)), "{source}");
        }
    }
}
