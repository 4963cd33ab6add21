//! The names that a file mentions: whom a change elsewhere may concern, and which files it imports.

use std::rc::Rc;

use aura_syntax::tokens::{Kind, Token};
use rustc_hash::FxHashSet;

use crate::names::{Name, Names};

/// What a file mentions.
#[derive(Default, Clone)]
pub(crate) struct Mentioned {
    /// Every name, operator and keyword in it, keywords one by one.
    pub(crate) words: Rc<FxHashSet<Name>>,
    /// The paths behind `import:`.
    pub(crate) imports: Vec<Rc<str>>,
    /// Some of its slots say what they do at most.
    pub(crate) declares_effects: bool,
}

pub(crate) fn mentioned(tokens: &[Token], text: &str, names: &mut Names) -> Mentioned {
    let (mut words, mut imports, mut declares_effects) = (FxHashSet::default(), Vec::new(), false);
    let mut after_import = false;
    for token in tokens {
        let letters = token.span.text(text);
        match token.kind {
            Kind::String if after_import => {
                let path: Rc<str> = letters.trim_matches('\'').into();
                if !imports.contains(&path) {
                    imports.push(path);
                }
            }
            Kind::String => declares_effects |= letters.starts_with("'effects:"),
            kind if kind.is_trivia() => continue,
            Kind::Name
            | Kind::Keyword
            | Kind::CapitalKeyword
            | Kind::Operator
            | Kind::Less
            | Kind::Greater
            | Kind::Star
            | Kind::Comma => {
                words.insert(names.of(letters));
            }
            _ => {}
        }
        after_import = letters == "import:";
    }
    Mentioned { words: Rc::new(words), imports, declares_effects }
}
