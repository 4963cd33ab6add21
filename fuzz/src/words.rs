//! The dictionary `aura.dict`, for libFuzzer and for runs without feedback: words that mean something where there is text.
//!
//! What must stay true: it is made of the norm of the syntax, of the library and of its tests. `INSTA_UPDATE=always cargo test -p aura-fuzz words`
//! writes it.

/// The dictionary, as libFuzzer reads it: a word a line, in quotes.
const DICTIONARY: &str = include_str!("../aura.dict");

/// The words without their quotes and escapes.
pub(crate) fn words() -> Vec<Vec<u8>> {
    DICTIONARY.lines().filter_map(read).collect()
}

fn read(line: &str) -> Option<Vec<u8>> {
    let mut left = line.strip_prefix('"')?.strip_suffix('"')?.as_bytes();
    let mut word = Vec::new();
    while let [first, rest @ ..] = left {
        let (byte, length) = match (first, rest) {
            (b'\\', [b'x', number @ ..]) => (u8::from_str_radix(std::str::from_utf8(number.get(..2)?).ok()?, 16).ok()?, 4),
            (b'\\', [byte, ..]) => (*byte, 2),
            _ => (*first, 1),
        };
        word.push(byte);
        left = &left[length..];
    }
    Some(word)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use aura_syntax::grammar::NORM;
    use aura_syntax::grammar::ebnf::{Grammar, Node};
    use aura_syntax::parse;
    use aura_syntax::tokens::{Kind, lex_file};
    use aura_syntax::tree::{Expr, ExprKind, Init, Slot, SlotList, SlotName, Span};
    use aura_tests::machine::root;

    use super::*;
    use crate::seeds;

    /// Words of several tokens, and pieces of tokens, which no list of the norm has.
    const PIECES: [&str; 29] = [
        "(|", "|)", "(| |)", "[|:x|", " = (", "resend.", "a:", "B:", ":a", "`{", "}`", "{} = 'a'", "{ 'a' ", " <int>", " ^ <",
        ">|", "*|", "x* = ", "16r", "1.5e-3", "-1", "\\\n", "\n", "\"c\"", "'s'", "\\u{41}", "#!aura\n", "_Clone", "\n---\n",
    ];

    fn literals(node: &Node, all: &mut BTreeSet<String>) {
        if let Node::Literal(text) = node {
            all.insert(text.clone());
        }
        node.parts().into_iter().for_each(|part| literals(part, all));
    }

    /// What slots of the library are called, a keyword for a keyword.
    fn named(list: &SlotList, text: &str, all: &mut BTreeSet<String>) {
        let mut add = |span: &Span| {
            all.insert(span.text(text).to_owned());
        };
        for Slot { name, .. } in &list.slots {
            match name {
                SlotName::Unary(name) => add(name),
                SlotName::Binary { operator, .. } => add(operator),
                SlotName::Keyword { parts, .. } => parts.iter().for_each(&mut add),
            }
        }
        for slot in &list.slots {
            match &slot.init {
                Init::Constant(expr) | Init::Assignable(expr) => objects(expr, text, all),
                Init::None | Init::Method(_) => {}
            }
        }
    }

    fn objects(expr: &Expr, text: &str, all: &mut BTreeSet<String>) {
        match &expr.kind {
            ExprKind::Object(list) => named(list, text, all),
            ExprKind::Send(send) => send.arguments.iter().for_each(|a| objects(a, text, all)),
            _ => {}
        }
    }

    /// The selectors of the library that programs of the tests use.
    fn selectors() -> BTreeSet<String> {
        let mut library = BTreeSet::new();
        for (_, text) in aura_command::kernel::sources() {
            let file = parse(text).file;
            file.slots.iter().for_each(|list| named(list, text, &mut library));
            file.body.iter().for_each(|statement| objects(&statement.expr, text, &mut library));
        }
        let mut used = BTreeSet::new();
        for text in seeds::programs() {
            let tokens = lex_file(&text).into_iter();
            let words =
                tokens.filter(|t| t.kind.is_operator() || matches!(t.kind, Kind::Name | Kind::Keyword | Kind::CapitalKeyword));
            used.extend(words.map(|t| t.span.text(&text).to_owned()));
        }
        library.intersection(&used).cloned().collect()
    }

    fn written(word: &str) -> String {
        let byte = |b: u8| match b {
            b'"' | b'\\' => format!("\\{}", char::from(b)),
            b' '..=b'~' => char::from(b).to_string(),
            _ => format!("\\x{b:02x}"),
        };
        format!("\"{}\"\n", word.bytes().map(byte).collect::<String>())
    }

    #[test]
    fn words_are_those_of_the_norm_and_the_library() {
        let mut of_norm = BTreeSet::new();
        Grammar::read(NORM).expect("the norm").rules.values().for_each(|node| literals(node, &mut of_norm));
        let of_library = selectors();
        assert!(of_norm.contains("resend") && of_library.contains("ifTrue:") && of_library.len() > 100, "{of_library:?}");
        let mut wanted = String::from("# Made by INSTA_UPDATE=always cargo test -p aura-fuzz words\n");
        wanted.extend(PIECES.iter().map(|word| written(word)));
        wanted.extend(of_norm.iter().chain(&of_library).map(|word| written(word)));
        if std::env::var("INSTA_UPDATE").is_ok_and(|v| v == "always") {
            std::fs::write(root().join("fuzz/aura.dict"), &wanted).expect("it can be written");
        } else {
            assert!(DICTIONARY == wanted, "aura.dict is old: INSTA_UPDATE=always cargo test -p aura-fuzz words");
        }
        let read: Vec<Vec<u8>> = wanted.lines().filter_map(read).collect();
        let words = PIECES.iter().copied().chain(of_norm.iter().chain(&of_library).map(String::as_str));
        assert_eq!(read, words.map(|w| w.as_bytes().to_vec()).collect::<Vec<_>>(), "what is written is read back");
    }
}
