//! GBNF, the notation of grammars that llama.cpp's server constrains its answers by: a small tree, and how it is written.
//!
//! What must stay true: what is written is read by llama.cpp, whose names have only letters, digits and `-`, and whose
//! escapes are few.

use std::fmt::Write as _;

/// A set of characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Class {
    /// All characters but these.
    pub(super) negated: bool,
    /// From and to, both included.
    pub(super) ranges: Vec<(char, char)>,
}

/// A right-hand side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Expr {
    /// These letters.
    Text(String),
    /// One of these characters.
    Class(Class),
    /// What another rule says.
    Rule(String),
    /// One after the other.
    Sequence(Vec<Expr>),
    /// One of them.
    Choice(Vec<Expr>),
    /// At least, and at most, so many of it.
    Repeat(Box<Expr>, usize, Option<usize>),
}

impl Class {
    pub(super) fn contains(&self, c: char) -> bool {
        self.ranges.iter().any(|(from, to)| (*from..=*to).contains(&c)) != self.negated
    }

    /// The set without these characters. (Only for sets that say what is in them.)
    pub(super) fn without(&self, letters: &[char]) -> Class {
        let kept = self.ranges.iter().flat_map(|(from, to)| *from..=*to).filter(|c| !letters.contains(c));
        let mut ranges: Vec<(char, char)> = Vec::new();
        for c in kept {
            match ranges.last_mut() {
                Some((_, to)) if *to as u32 + 1 == c as u32 => *to = c,
                _ => ranges.push((c, c)),
            }
        }
        Class { negated: false, ranges }
    }
}

impl Expr {
    pub(super) fn optional(self) -> Expr {
        Expr::Repeat(Box::new(self), 0, Some(1))
    }

    /// One after the other, without needless nesting.
    pub(super) fn sequence(items: Vec<Expr>) -> Expr {
        let mut flat: Vec<Expr> = Vec::with_capacity(items.len());
        for item in items {
            match (item, flat.last_mut()) {
                (Expr::Sequence(inner), _) => flat.extend(inner),
                (Expr::Text(text), Some(Expr::Text(before))) => before.push_str(&text),
                (item, _) => flat.push(item),
            }
        }
        if flat.len() == 1 { flat.remove(0) } else { Expr::Sequence(flat) }
    }

    /// One of them, without needless nesting.
    pub(super) fn choice(items: Vec<Expr>) -> Expr {
        let mut flat: Vec<Expr> = Vec::with_capacity(items.len());
        for item in items {
            match item {
                Expr::Choice(inner) => flat.extend(inner),
                item => flat.push(item),
            }
        }
        if flat.len() == 1 { flat.remove(0) } else { Expr::Choice(flat) }
    }

    /// The rules that it names.
    pub(super) fn rules(&self) -> Vec<&str> {
        match self {
            Expr::Rule(name) => vec![name],
            Expr::Sequence(items) | Expr::Choice(items) => items.iter().flat_map(Expr::rules).collect(),
            Expr::Repeat(item, ..) => item.rules(),
            Expr::Text(_) | Expr::Class(_) => Vec::new(),
        }
    }

    /// As it stands behind `::=`.
    pub(super) fn text(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, false);
        out
    }

    /// `inner`: inside a sequence or repetition, where a choice needs parentheses.
    fn write(&self, out: &mut String, inner: bool) {
        match self {
            Expr::Text(text) => {
                out.push('"');
                text.chars().for_each(|c| out.push_str(&in_text(c)));
                out.push('"');
            }
            Expr::Class(class) => {
                out.push_str(if class.negated { "[^" } else { "[" });
                for (from, to) in &class.ranges {
                    out.push_str(&in_class(*from));
                    if to > from {
                        let dash = if *to as u32 == *from as u32 + 1 { "" } else { "-" };
                        let _ = write!(out, "{dash}{}", in_class(*to));
                    }
                }
                out.push(']');
            }
            Expr::Rule(name) => out.push_str(name),
            Expr::Sequence(items) => join(items, " ", out, true),
            Expr::Choice(items) if inner => {
                out.push('(');
                join(items, " | ", out, false);
                out.push(')');
            }
            Expr::Choice(items) => join(items, " | ", out, false),
            Expr::Repeat(item, least, most) => repeat(item, *least, *most, out),
        }
    }
}

fn join(items: &[Expr], between: &str, out: &mut String, inner: bool) {
    for (i, item) in items.iter().enumerate() {
        out.push_str(if i == 0 { "" } else { between });
        item.write(out, inner);
    }
}

fn repeat(item: &Expr, least: usize, most: Option<usize>, out: &mut String) {
    let is_one = matches!(item, Expr::Rule(_) | Expr::Class(_)) || matches!(item, Expr::Text(t) if t.chars().count() == 1);
    if is_one {
        item.write(out, true);
    } else {
        out.push('(');
        item.write(out, false);
        out.push(')');
    }
    let _ = match (least, most) {
        (0, Some(1)) => write!(out, "?"),
        (0, None) => write!(out, "*"),
        (1, None) => write!(out, "+"),
        (least, None) => write!(out, "{{{least},}}"),
        (least, Some(most)) if least == most => write!(out, "{{{least}}}"),
        (least, Some(most)) => write!(out, "{{{least},{most}}}"),
    };
}

fn in_text(c: char) -> String {
    match c {
        '"' | '\\' => format!("\\{c}"),
        '\n' => "\\n".into(),
        c => plain_or_code(c),
    }
}

fn in_class(c: char) -> String {
    match c {
        '[' | ']' | '\\' => format!("\\{c}"),
        '-' | '^' | '"' => format!("\\x{:02X}", c as u32),
        '\n' => "\\n".into(),
        c => plain_or_code(c),
    }
}

fn plain_or_code(c: char) -> String {
    match c as u32 {
        0x20..=0x7E => c.to_string(),
        code if code <= 0xFF => format!("\\x{code:02X}"),
        code if code <= 0xFFFF => format!("\\u{code:04X}"),
        code => format!("\\U{code:08X}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_llama_cpp_cannot_read_plainly_is_escaped() {
        let class = Class { negated: true, ranges: vec![('\0', '\x1f'), ('-', '-'), ('[', '^')] };
        let text = Expr::Text("a \"\\\n\u{e9}".into());
        let both = Expr::choice(vec![Expr::Class(class), text]);
        let all = Expr::sequence(vec![both, Expr::Rule("x".into()).optional()]);
        assert_eq!(all.text(), r#"([^\x00-\x1F\x2D\[-\x5E] | "a \"\\\n\xE9") x?"#);
    }

    #[test]
    fn a_set_without_some_letters_is_a_set() {
        let class = Class { negated: false, ranges: vec![('a', 'f')] };
        assert_eq!(Expr::Class(class.without(&['a', 'd'])).text(), "[bcef]");
    }
}
