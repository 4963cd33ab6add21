//! Identifiers and comments as words: `distanceTo:` is `distance`, `to`.
//!
//! What must stay true: lower case, without the ending of a plural, in the order of the text. Numbers are no words.

/// Words that say how a message is read, not what it is about.
const STOP: [&str; 30] = [
    "a", "add", "all", "an", "and", "as", "at", "by", "do", "each", "for", "from", "get", "has", "if", "in", "into", "is", "it",
    "of", "on", "or", "put", "self", "set", "the", "to", "value", "with", "x",
];

/// The words of a text.
pub fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut before = ' ';
    for c in text.chars().chain([' ']) {
        let begins = c.is_uppercase() && !before.is_uppercase();
        if (!c.is_alphabetic() || begins) && !word.is_empty() {
            words.push(singular(std::mem::take(&mut word)));
        }
        if c.is_alphabetic() {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    words
}

/// Whether a word says what a message is about.
pub fn has_sense(word: &str) -> bool {
    word.chars().count() > 1 && STOP.binary_search(&word).is_err()
}

fn singular(word: String) -> String {
    match word.strip_suffix('s') {
        Some(one) if one.len() > 2 && !one.ends_with(['s', 'u', 'i']) => one.into(),
        _ => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_fall_into_words() {
        for (text, expected) in [
            ("distanceTo:", "distance to"),
            ("at:Put:", "at put"),
            ("balanceAfterYears:", "balance after year"),
            ("asJSONText", "as jsontext"),
            ("x2 größteSumme", "x größte summe"),
            ("status bus class is", "status bus class is"),
            ("+ 12", ""),
        ] {
            assert_eq!(words(text).join(" "), expected);
        }
        assert!(STOP.is_sorted() && has_sense("balance") && !has_sense("at"));
    }
}
