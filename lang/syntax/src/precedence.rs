//! `a + b * c = d`: in Aura all operators bind alike, so that the parser wants parentheses around different ones. Who writes none can only
//! mean the order that all other languages have; this writes it out, for those who cannot be asked (models).
//!
//! Not here: chains with operators that other languages do not have.

use crate::codes;
use crate::parse_slots;
use crate::tree::{Expr, ExprKind, Receiver, Send, Span};
use crate::visit::{self, Visit};

/// Operators by how they bind, the loosest first.
const LEVELS: [&[&str]; 8] = [
    &["->"],
    &["||"],
    &["&&"],
    &["=", "==", "!=", "!==", "<", "<=", ">", ">="],
    &[","],
    &["<<", ">>", "^^"],
    &["+", "-"],
    &["*", "/", "%"],
];

/// The slots of `source` with parentheses where different operators stand side by side. Nothing if there are none such, or if it is not known
/// how they bind.
pub fn grouped(source: &str) -> Option<String> {
    let parsed = parse_slots(source);
    if !parsed.diagnostics.iter().any(|d| d.code == codes::MIXED_OPERATORS.name) {
        return None;
    }
    let mut finder = Finder { text: source, brackets: Vec::new() };
    visit::file(&mut finder, &parsed.file);
    finder.brackets.sort_by_key(|(at, _)| *at);
    let mut text = source.to_string();
    for (at, bracket) in finder.brackets.iter().rev() {
        text.insert(*at as usize, *bracket);
    }
    (text != source).then_some(text)
}

/// Looks for chains of different operators, and where brackets are wanted in them.
struct Finder<'a> {
    text: &'a str,
    brackets: Vec<(u32, char)>,
}

impl Visit for Finder<'_> {
    fn send(&mut self, send: &Send, outer: Option<&Send>) {
        if outer.is_some_and(|o| operator(o, self.text).is_some()) {
            return;
        }
        if let Some(chain) = Chain::read(send, self.text) {
            self.brackets.extend(chain.brackets().unwrap_or_default());
        }
    }
}

/// The operator that a message is, if it is one.
fn operator<'t>(send: &Send, text: &'t str) -> Option<&'t str> {
    let [part] = &send.selector[..] else { return None };
    Some(part.text(text)).filter(|name| !name.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
}

/// `operand operator operand operator operand …`
struct Chain<'t> {
    operands: Vec<Span>,
    operators: Vec<&'t str>,
}

impl<'t> Chain<'t> {
    /// The chain whose last message is this one.
    fn read(send: &Send, text: &'t str) -> Option<Self> {
        let (mut operands, mut operators) = (Vec::new(), Vec::new());
        let mut at = send;
        let first: &Expr = loop {
            operators.push(operator(at, text)?);
            operands.push(at.arguments.first()?.span);
            let Receiver::Expr(receiver) = &at.receiver else { return None };
            match &receiver.kind {
                ExprKind::Send(before) if operator(before, text).is_some() => at = before,
                _ => break receiver,
            }
        };
        operands.push(first.span);
        operands.reverse();
        operators.reverse();
        Some(Self { operands, operators })
    }

    /// The brackets that say what the operators' levels mean, by precedence climbing. Nothing if not all levels are known.
    fn brackets(&self) -> Option<Vec<(u32, char)>> {
        let levels: Option<Vec<usize>> = self.operators.iter().map(|o| LEVELS.iter().position(|l| l.contains(o))).collect();
        let (levels, mut out) = (levels?, Vec::new());
        // What waits for its right side: the side on the left, and the operator.
        let (mut waiting, mut side): (Vec<(Side<'t>, usize)>, Side<'t>) = (Vec::new(), Side::operand(0));
        for i in 0..=self.operators.len() {
            let binds = |before: &usize| levels.get(i).is_none_or(|level| levels[*before] >= *level);
            while let Some((left, before)) = waiting.pop_if(|(_, before)| binds(before)) {
                side = self.joined(left, self.operators[before], side, &mut out);
            }
            if i < self.operators.len() {
                waiting.push((std::mem::replace(&mut side, Side::operand(i + 1)), i));
            }
        }
        Some(out)
    }

    fn joined(&self, left: Side<'t>, operator: &'t str, right: Side<'t>, out: &mut Vec<(u32, char)>) -> Side<'t> {
        for (side, is_clear) in [(&left, left.operator.is_none_or(|o| o == operator)), (&right, right.operator.is_none())] {
            if !is_clear {
                out.extend([(self.operands[side.first].start, '('), (self.operands[side.last].end, ')')]);
            }
        }
        Side { first: left.first, last: right.last, operator: Some(operator) }
    }
}

/// A side of an operator: which operands it has, and the operator that it consists of.
struct Side<'t> {
    first: usize,
    last: usize,
    operator: Option<&'t str>,
}

impl Side<'_> {
    fn operand(n: usize) -> Self {
        Self { first: n, last: n, operator: None }
    }
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn different_operators_are_put_in_the_order_of_other_languages() {
        for (written, meant) in [
            ("a + b * c", "a + (b * c)"),
            ("a * b + c * d", "(a * b) + (c * d)"),
            ("n % 2 = 0", "(n % 2) = 0"),
            ("a - b + c - d", "((a - b) + c) - d"),
            ("a + b + c * 2", "a + b + (c * 2)"),
            ("x < 3 && y >= 4 || z", "((x < 3) && (y >= 4)) || z"),
            ("'a', n + 1, 'b'", "'a', (n + 1), 'b'"),
            ("total foo + f bar * (2 - 1 * 3)", "total foo + (f bar * (2 - (1 * 3)))"),
            ("x max: y + 1 * 2", "x max: y + (1 * 2)"),
            ("{ 1. 2 + 3 * 4 } do: [ | :e | e + 1 * 2 ]", "{ 1. 2 + (3 * 4) } do: [ | :e | e + (1 * 2) ]"),
            ("n -1 * 2", "n -(1 * 2)"),
        ] {
            let text = |code: &str| format!("m = ( {code} )");
            let better = grouped(&text(written)).expect("something to do");
            assert_eq!(better, text(meant));
            assert!(crate::parse_slots(&better).diagnostics.is_empty(), "{better}");
        }
    }

    #[test]
    fn what_is_unknown_or_right_stays() {
        for same in ["a + b + c", "a @ b + c", "(a + b) * c", "a + "] {
            assert_eq!(grouped(&format!("m = ( {same} )")), None, "{same}");
        }
    }
}
