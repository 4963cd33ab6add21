//! "A name, but not one of these": GBNF has no way to say it, so it is spelt out letter by letter.

use super::expr::{Class, Expr};

/// A word: its first letter, its further ones, and how many of those there may be.
pub(super) struct Shape {
    first: Class,
    rest: Class,
    most: usize,
}

/// The shape of a token that is a word: `[a-z][A-Za-z]{0,9}` or `[+-]{1,3}`. Nothing for other tokens.
pub(super) fn shape(token: &Expr) -> Option<Shape> {
    match token {
        Expr::Repeat(letter, 1, Some(most)) => {
            let letter = letters(letter)?;
            Some(Shape { first: letter.clone(), rest: letter.clone(), most: most - 1 })
        }
        Expr::Sequence(items) => match &items[..] {
            [first, Expr::Repeat(rest, 0, Some(most))] => {
                Some(Shape { first: letters(first)?.clone(), rest: letters(rest)?.clone(), most: *most })
            }
            _ => None,
        },
        _ => None,
    }
}

/// A set that says what is in it.
fn letters(expr: &Expr) -> Option<&Class> {
    match expr {
        Expr::Class(class) if !class.negated => Some(class),
        _ => None,
    }
}

/// All words of this shape but `excluded`. A `*` at the end of one stands for any letters and for none, a `+` for a small letter or a low line and any
/// behind it.
pub(super) fn excluding(shape: &Shape, excluded: &[&str]) -> Expr {
    let suffixes: Vec<Vec<char>> = excluded.iter().map(|word| word.chars().collect()).collect();
    branch(shape, &shape.first, &suffixes, shape.most)
}

/// One letter of `class` and what may follow it, when the letters before it are the begin of the excluded words whose
/// `suffixes` are left, and `left` more letters may follow.
fn branch(shape: &Shape, class: &Class, suffixes: &[Vec<char>], left: usize) -> Expr {
    let mut begins: Vec<char> = suffixes.iter().filter_map(|s| s.first().copied()).filter(|c| class.contains(*c)).collect();
    begins.sort_unstable();
    begins.dedup();
    let mut others = class.without(&begins);
    if suffixes.iter().any(|s| s[..] == ['+']) {
        let small: Vec<char> = ('a'..='z').chain(['_']).collect();
        begins.retain(|c| !small.contains(c));
        others = others.without(&small);
    }
    let mut choices = Vec::new();
    if !others.ranges.is_empty() {
        let rest = Expr::Repeat(Box::new(Expr::Class(shape.rest.clone())), 0, Some(left));
        choices.push(if left == 0 { Expr::Class(others) } else { Expr::sequence(vec![Expr::Class(others), rest]) });
    }
    for letter in begins {
        let behind: Vec<Vec<char>> = suffixes.iter().filter(|s| s.first() == Some(&letter)).map(|s| s[1..].to_vec()).collect();
        if behind.iter().any(|s| s[..] == ['*']) {
            continue;
        }
        let may_end = !behind.iter().any(Vec::is_empty);
        let text = Expr::Text(letter.to_string());
        if left == 0 {
            choices.extend(may_end.then_some(text));
            continue;
        }
        let more = branch(shape, &shape.rest, &behind, left - 1);
        choices.push(Expr::sequence(vec![text, if may_end { more.optional() } else { more }]));
    }
    Expr::choice(choices)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grammar::regex;

    fn texts(token: &str, excluded: &[&str]) -> String {
        excluding(&shape(&regex::read(token).expect("a token")).expect("a word"), excluded).text()
    }

    #[test]
    fn words_are_left_out_letter_by_letter() {
        assert_eq!(texts("[a-c][a-c]{0,2}", &["ab"]), r#"[bc] [a-c]{0,2} | "a" ([ac] [a-c]? | "b" [a-c])?"#);
        assert_eq!(texts("[a-c][a-c]{0,2}", &["ab*", "b"]), r#"[c] [a-c]{0,2} | "a" ([ac] [a-c]?)? | "b" [a-c] [a-c]?"#);
        assert_eq!(texts("[a-c][A-Ca-c]{0,2}", &["a", "a+"]), r#"[bc] [A-Ca-c]{0,2} | "a" [A-C] [A-Ca-c]?"#);
        assert_eq!(texts("[+|]{1,2}", &["|", "++"]), r#""+" [|]? | "|" [+|]"#);
    }
}
