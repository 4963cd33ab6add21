//! "A name, but not one of these": GBNF has no way to say it, so it is spelt out letter by letter.

use super::expr::{Class, Expr};

/// A word: its first letter, its further ones, and how many of those there may be.
pub(super) struct Shape {
    first: Class,
    rest: Class,
    least: usize,
    most: usize,
}

/// The shape of a token that is a word: `[a-z][A-Za-z]{0,9}` or `[+-]{1,3}`. Nothing for other tokens.
pub(super) fn shape(token: &Expr) -> Option<Shape> {
    match token {
        Expr::Repeat(class, 1, Some(most)) => match &**class {
            Expr::Class(class) => Some(Shape { first: class.clone(), rest: class.clone(), least: 0, most: most - 1 }),
            _ => None,
        },
        Expr::Sequence(items) => match &items[..] {
            [Expr::Class(first), Expr::Repeat(rest, least, Some(most))] => match &**rest {
                Expr::Class(rest) => {
                    Some(Shape { first: first.clone(), rest: rest.clone(), least: *least, most: *most })
                }
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

/// All words of this shape but `excluded`.
pub(super) fn excluding(shape: &Shape, excluded: &[&str]) -> Expr {
    let suffixes: Vec<Vec<char>> = excluded.iter().map(|word| word.chars().collect()).collect();
    branch(shape, &shape.first, &suffixes, shape.most, shape.least)
}

/// One letter of `class` and what may follow it, when the letters before it are the begin of the excluded words whose
/// `suffixes` are left.
fn branch(shape: &Shape, class: &Class, suffixes: &[Vec<char>], left: usize, needed: usize) -> Expr {
    let mut letters: Vec<char> = suffixes.iter().filter_map(|s| s.first().copied()).filter(|c| class.contains(*c)).collect();
    letters.sort_unstable();
    letters.dedup();
    let others = class.without(&letters);
    let mut choices = Vec::new();
    if !others.ranges.is_empty() {
        let rest = Expr::Repeat(Box::new(Expr::Class(shape.rest.clone())), needed, Some(left));
        choices.push(if left == 0 { Expr::Class(others) } else { Expr::sequence(vec![Expr::Class(others), rest]) });
    }
    for letter in letters {
        let behind: Vec<Vec<char>> =
            suffixes.iter().filter(|s| s.first() == Some(&letter)).map(|s| s[1..].to_vec()).collect();
        let may_end = needed == 0 && !behind.iter().any(Vec::is_empty);
        let text = Expr::Text(letter.to_string());
        if left == 0 {
            choices.extend(may_end.then_some(text));
            continue;
        }
        let more = branch(shape, &shape.rest, &behind, left - 1, needed.saturating_sub(1));
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
        assert_eq!(
            texts("[a-c][a-c]{0,2}", &["ab"]),
            r#"[bc] [a-c]{0,2} | "a" ([ac] [a-c]{0,1} | "b" [a-c])?"#.replace("{0,1}", "?")
        );
        assert_eq!(texts("[+|]{1,2}", &["|", "++"]), r#""+" "|"? | "|" [+|]"#);
    }
}
