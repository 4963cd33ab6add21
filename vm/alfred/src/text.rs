//! Text that crosses the border: from the image or a user into a prompt, from a model or server onto a terminal.
//!
//! What must stay true: what leaves here has no control characters but newline and tab, no characters that reorder or
//! hide others, and a bounded length.

/// A clean copy of `text` with at most `limit` characters; `…` marks a cut.
pub fn clean(text: &str, limit: usize) -> String {
    let mut out = String::with_capacity(text.len().min(limit * 4));
    let mut count = 0;
    for c in text.chars() {
        let Some(c) = harmless(c) else { continue };
        if count == limit {
            out.push('…');
            break;
        }
        out.push(c);
        count += 1;
    }
    out
}

/// The same on one line: every run of white space becomes one space.
pub fn line(text: &str, limit: usize) -> String {
    let mut joined = String::new();
    let mut count = 0;
    for word in text.split_whitespace() {
        if count > limit {
            break;
        }
        if count > 0 {
            joined.push(' ');
        }
        // One character more than fits, so that the cut is marked.
        joined.extend(word.chars().take(limit + 1));
        count += 1 + word.chars().take(limit + 1).count();
    }
    clean(&joined, limit)
}

fn harmless(c: char) -> Option<char> {
    match c {
        '\n' | '\t' => Some(c),
        '\r' => None,
        c if c.is_control() => None,
        // Marks that reorder or hide what follows, and the private tags that some models read as instructions.
        '\u{ad}'
        | '\u{2028}'
        | '\u{2029}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}' => None,
        '\u{e0000}'..='\u{e007f}' => None,
        c => Some(c),
    }
}

/// Whether nothing of a text is taken away where it is shown, but for line ends: it is what it looks like.
pub fn is_plain(text: &str) -> bool {
    text.chars().all(|c| c == '\r' || harmless(c).is_some())
}

/// The SHA-256 of `text`, in hexadecimal.
pub fn sha256(text: &str) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(text.as_bytes()).iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_and_reordering_marks_go() {
        assert_eq!(clean("a\x1b[31mred\x07\u{202e}b\u{e0041}\r\n\tc", 100), "a[31mredb\n\tc");
    }

    #[test]
    fn a_cut_is_marked_and_counts_characters() {
        assert_eq!(clean("äöü", 2), "äö…");
        assert_eq!(clean("äöü", 3), "äöü");
        assert_eq!(line(" a \n  b ", 9), "a b");
    }

    #[test]
    fn the_digest_is_the_standard_one() {
        assert_eq!(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
