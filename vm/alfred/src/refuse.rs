//! Sends for which no model is asked.
//!
//! In this order: policy, a slip in the text, nil, depth, budget, a near miss of something that is understood, a name without sense. What must
//! stay true: no answer here depends on a model, the clock or chance; each names what to do instead.
//!
//! *Near miss*: the edit distance (with transpositions) between the selector and one of the same number of arguments is at
//! most 1 for four to seven letters, 2 up to thirteen, 3 above; shorter names and operators must differ in letter case
//! only. A plural or a word added at a place where words begin (`reverse`, `reverseWords`) is no slip of the fingers and
//! passes. *Sense*: a unary or keyword name has two letters or more, a vowel among the first six letters of its longest
//! word if that has six, no letter four times in a row, at most 64 characters, no run of more than seven consonants, and
//! no row of keys. The rules are meant to catch a hand on the keyboard, not to judge style.

use serde::{Deserialize, Serialize};

use crate::situation::{Situation, arity};

/// Why no model is asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case", tag = "refusal")]
pub enum Refusal {
    /// Policy says never.
    #[error("ALFRED is off")]
    Off,
    /// nil as receiver.
    #[error("nil does not understand '{selector}'")]
    Nil {
        /// What was sent.
        selector: String,
    },
    /// Something that is understood is spelled almost so.
    #[error("{receiver} does not understand '{selector}'; did you mean '{}'?", .candidates.join("' or '"))]
    NearMiss {
        /// What was sent.
        selector: String,
        /// To what.
        receiver: String,
        /// What it understands.
        candidates: Vec<String>,
    },
    /// The text has a slip, and no method is missing.
    #[error("'{selector}' does not look like a message that was meant to be sent")]
    Slip {
        /// What was sent.
        selector: String,
        /// What to do about it.
        help: String,
    },
    /// A name without sense.
    #[error("'{selector}' says too little for a method to be written for it: {why}")]
    Senseless {
        /// What was sent.
        selector: String,
        /// The rule.
        why: String,
    },
    /// Generated methods that call for generated methods.
    #[error("{depth} sends already wait for a method, one inside the other; the limit is {limit}")]
    Depth {
        /// How many.
        depth: u32,
        /// The limit.
        limit: u32,
    },
    /// Nothing is left of a budget.
    #[error("the budget of this {of} is used up: {what}")]
    Budget {
        /// Which: that of the send, of the run, or of the day.
        of: String,
        /// Which part of it.
        what: String,
    },
}

impl Refusal {
    /// What to do instead.
    pub fn remedy(&self) -> String {
        match self {
            Refusal::Off => "define the method, or run with --alfred=auto or --alfred=ask".into(),
            Refusal::Nil { .. } => {
                "find out why it is nil here: a slot that was never set, or a lookup that found nothing".into()
            }
            Refusal::NearMiss { candidates, .. } => {
                format!("write '{}', or define the method if it is meant to be another", candidates[0])
            }
            Refusal::Slip { help, .. } => help.clone(),
            Refusal::Senseless { .. } => "give the message a name that says what it answers".into(),
            Refusal::Depth { .. } => "define one of the waiting methods by hand, or raise --alfred-depth".into(),
            Refusal::Budget { of, .. } if of == "run" => {
                "raise the budget (--alfred-tokens, --alfred-seconds, --alfred-sends), or run again: what was learned is kept"
                    .into()
            }
            Refusal::Budget { of, .. } => format!("raise it in aura.toml ([alfred.budget.{of}]), or define the method by hand"),
        }
    }
}

/// Looks for a reason in the send itself; policy and budget are the door's.
pub fn refuse(situation: &Situation, depth_limit: u32) -> Option<Refusal> {
    let selector = &situation.selector;
    if let Some(help) = situation.caller.as_ref().and_then(|caller| caller.slip.clone()) {
        return Some(Refusal::Slip { selector: selector.clone(), help });
    }
    if situation.receiver.is_nil {
        return Some(Refusal::Nil { selector: selector.clone() });
    }
    if situation.depth > depth_limit {
        return Some(Refusal::Depth { depth: situation.depth, limit: depth_limit });
    }
    let candidates = near_misses(selector, &situation.understood);
    if !candidates.is_empty() {
        let receiver = crate::text::line(&situation.receiver.path, 60);
        return Some(Refusal::NearMiss { selector: selector.clone(), receiver, candidates });
    }
    senseless(selector).map(|why| Refusal::Senseless { selector: selector.clone(), why })
}

/// Up to three selectors that were probably meant, the nearest first.
pub fn near_misses(selector: &str, understood: &[String]) -> Vec<String> {
    let mut near: Vec<(usize, &String)> = understood
        .iter()
        .filter(|known| *known != selector && !known.starts_with('_') && arity(known) == arity(selector))
        .filter_map(|known| slip(selector, known).map(|distance| (distance, known)))
        .collect();
    near.sort();
    near.dedup();
    near.into_iter().take(3).map(|(_, known)| known.clone()).collect()
}

/// The distance, if it is that of a slip.
pub(crate) fn slip(selector: &str, known: &str) -> Option<usize> {
    let letters = selector.chars().filter(|c| c.is_alphanumeric()).count();
    let allowed = match letters {
        0..=3 => 0,
        4..=7 => 1,
        8..=13 => 2,
        _ => 3,
    };
    if selector.to_lowercase() == known.to_lowercase() {
        return Some(0);
    }
    let distance = strsim::damerau_levenshtein(selector, known);
    let is_slip = letters > 0 && distance <= allowed && !is_other_word(selector, known);
    is_slip.then_some(distance)
}

/// One name is the other with a word or an ending added on purpose, or another word of sense put in its place.
fn is_other_word(one: &str, other: &str) -> bool {
    let (long, short) = if one.len() > other.len() { (one, other) } else { (other, one) };
    let Some(added) = long.strip_prefix(short) else { return false };
    matches!(added, "s" | "es" | "ed" | "er")
        || added.starts_with(char::is_uppercase)
        || added.starts_with(|c: char| c.is_ascii_digit())
}

/// Why a selector makes no sense; nothing if it does.
pub fn senseless(selector: &str) -> Option<String> {
    if arity(selector) == 1 && !selector.ends_with(':') {
        return (selector.chars().count() > 3).then(|| "an operator of more than three characters".to_string());
    }
    if selector.chars().count() > 64 {
        return Some("it has more than 64 characters".into());
    }
    let letters: Vec<char> = selector.chars().filter(|c| c.is_alphabetic()).collect();
    if letters.len() < 2 {
        return Some("it has fewer than two letters".into());
    }
    if letters.windows(4).any(|w| w.iter().all(|c| *c == w[0])) {
        return Some("it repeats one letter four times".into());
    }
    selector.split(':').find_map(keyword_sense)
}

fn keyword_sense(keyword: &str) -> Option<String> {
    let words = words(keyword);
    let ascii: Vec<&String> = words.iter().filter(|w| w.is_ascii()).collect();
    let longest = ascii.iter().max_by_key(|w| w.len())?;
    if words.iter().any(|w| longest_consonants(w) > 7) {
        return Some("it has a long run of consonants".into());
    }
    if longest.len() > 5 && !longest.chars().take(6).any(is_vowel) {
        return Some("none of its words can be spoken".into());
    }
    let row = ["qwert", "werty", "asdf", "sdfg", "dfgh", "fghj", "ghjk", "hjkl", "zxcv", "xcvb", "cvbn"];
    let typed = row.iter().any(|r| longest.contains(r));
    typed.then(|| "it is a row of keys".to_string())
}

/// `fooBar2` is `foo`, `bar`.
fn words(keyword: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for c in keyword.chars() {
        if (c.is_uppercase() || !c.is_alphabetic()) && !words.last().is_some_and(String::is_empty) {
            words.push(String::new());
        }
        if let (true, Some(word)) = (c.is_alphabetic(), words.last_mut()) {
            word.extend(c.to_lowercase());
        }
    }
    words
}

fn is_vowel(c: char) -> bool {
    matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y')
}

fn longest_consonants(word: &str) -> usize {
    word.split(|c: char| is_vowel(c) || !c.is_ascii()).map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::situation::Thing;

    fn understood(names: &[&str]) -> Vec<String> {
        names.iter().map(|n| n.to_string()).collect()
    }

    #[test]
    fn slips_of_the_fingers_are_near_misses() {
        let known = understood(&["size", "isEmpty", "at:Put:", "collect:", "printLine", "+", "copy", "reverse", "asString"]);
        for (sent, meant) in [
            ("sise", "size"),
            ("szie", "size"),
            ("isempty", "isEmpty"),
            ("printline", "printLine"),
            ("colect:", "collect:"),
            ("at:put:", "at:Put:"),
            ("asSting", "asString"),
        ] {
            assert_eq!(near_misses(sent, &known), [meant], "{sent}");
        }
    }

    #[test]
    fn other_names_are_not() {
        let known = understood(&["size", "isEmpty", "at:Put:", "collect:", "reverse", "+", "x", "y", "max:", "even", "sorted"]);
        for sent in
            ["area", "reverseWords", "collect", "sizes", "z", "-", "isPrime", "at:", "max", "manhattan", "min:", "shouted"]
        {
            assert_eq!(near_misses(sent, &known), Vec::<String>::new(), "{sent}");
        }
    }

    #[test]
    fn a_hand_on_the_keyboard_makes_no_sense() {
        for sent in ["x", "q:", "asdfgh", "xxxxxx", "bcdfghjklm", "zzzz", "hgfdtr", "+-+-", "qwertz"] {
            assert!(senseless(sent).is_some(), "{sent}");
        }
        let long = "a".repeat(3).to_string() + &"be".repeat(40);
        assert!(senseless(&long).is_some());
    }

    #[test]
    fn ordinary_names_make_sense() {
        for sent in [
            "manhattan",
            "distanceTo:",
            "at:IfAbsent:",
            "rgb",
            "lcm:",
            "gcd:",
            "sqrt",
            "nth:",
            "rhythm",
            "myth",
            "asHTML",
            "xor:",
            "<=>",
            "**",
            "fib",
            "toRoman",
            "größe",
            "名前",
            "log2",
            "isPrime",
            "strengths",
            "catchphrase",
            "xml",
            "dx",
        ] {
            assert_eq!(senseless(sent), None, "{sent}");
        }
    }

    #[test]
    fn nil_comes_first_and_depth_before_spelling() {
        let mut situation =
            Situation { selector: "sise".into(), understood: understood(&["size"]), depth: 9, ..Situation::default() };
        assert!(matches!(refuse(&situation, 4), Some(Refusal::Depth { depth: 9, limit: 4 })));
        situation.receiver = Thing { is_nil: true, ..Thing::default() };
        assert!(matches!(refuse(&situation, 4), Some(Refusal::Nil { .. })));
        situation.receiver.is_nil = false;
        situation.depth = 0;
        let near = refuse(&situation, 4).expect("a near miss");
        insta::assert_snapshot!(format!("{near}\n{}", near.remedy()), @"
         does not understand 'sise'; did you mean 'size'?
        write 'size', or define the method if it is meant to be another
        ");
    }
}
