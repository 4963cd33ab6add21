//! Slots as they stand in a slot list.

use super::expr::is_unary;
use super::graph::SlotView;
use aura_syntax::write::{comment, quoted};

/// The mark of a parent.
pub(super) fn star(s: &SlotView) -> &'static str {
    if s.parent { "*" } else { "" }
}

/// What an object holds itself without assignment is written as a constant: nothing else tells the two apart.
pub(super) fn sign(s: &SlotView) -> &'static str {
    if s.data == Some(true) { "<-" } else { "=" }
}

/// A slot that holds a value.
pub(super) fn declared(s: &SlotView, value: &str) -> String {
    let of_type = s.meta.type_text.as_deref().map_or(String::new(), |t| format!(" {t}"));
    format!("{}{}{of_type} {} {value}", s.name, star(s), sign(s))
}

/// Something in the place of a slot that will come.
pub(super) fn placeholder(s: &SlotView) -> String {
    if is_unary(&s.name) {
        return format!("{}{} {} nil.", s.name, star(s), sign(s));
    }
    // What takes arguments must be a method.
    let arguments: Vec<String> = match s.name.matches(':').count() {
        0 => return format!("{} other = ( nil ).", s.name),
        n => (0..n).map(|i| format!("a{i}")).collect(),
    };
    let parts: Vec<String> = s.name.split_inclusive(':').zip(&arguments).map(|(k, a)| format!("{k} {a}")).collect();
    format!("{} = ( nil ).", parts.join(" "))
}

/// With its comment.
pub(super) fn dressed(s: &SlotView, bare: &str) -> String {
    match &s.meta.comment {
        Some(c) => format!("{}\n{bare}.", comment(c)),
        None => format!("{bare}."),
    }
}

/// Slots with the annotations around them.
pub(super) fn listed(slots: &[SlotView], texts: &[String]) -> String {
    let mut out = String::new();
    let mut around: Option<&str> = None;
    for (s, text) in slots.iter().zip(texts) {
        let own = s.meta.annotation.as_deref();
        if own != around {
            out.push_str(if around.is_some() { "}\n" } else { "" });
            out.push_str(&own.map_or(String::new(), |a| format!("{{ {}\n", quoted(a))));
            around = own;
        }
        out.push_str(text);
        out.push('\n');
    }
    out + if around.is_some() { "}\n" } else { "" }
}
