//! What was learned before, as a file that goes with the script.
//!
//! What must stay true: what a memory holds is data of strangers, so an object or a method that is not of the right form is left
//! out, never pasted.

use crate::gates::parse;
use crate::situation::Verified;

/// The file.
pub(super) fn file(learned: &[&Verified]) -> String {
    let sound = learned.iter().filter(|l| is_path(&l.at) && is_method(&l.source));
    sound.map(|l| format!("{} _AddSlots: (|\n{}\n|).\n", l.at, l.source)).collect()
}

/// Names, one after the other.
fn is_path(at: &str) -> bool {
    let is_name = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_lowercase()) && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    at.split(' ').all(is_name)
}

fn is_method(source: &str) -> bool {
    parse::slots(source).is_ok_and(|f| f.body.is_empty() && f.slots.is_some_and(|l| l.slots.len() == 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_methods_at_names_come_in() {
        let one = |at: &str, source: &str| Verified { at: at.into(), source: source.into(), ..Verified::default() };
        let all = [
            one("traits point", "norm = ( x )"),
            one("point. evil", "norm = ( x )"),
            one("(an object without a name)", "norm = ( x )"),
            one("point", "norm = ( x ) |). evil: (| a = 3"),
            one("point", "norm = ("),
        ];
        assert_eq!(file(&all.iter().collect::<Vec<_>>()), "traits point _AddSlots: (|\nnorm = ( x )\n|).\n");
    }
}
