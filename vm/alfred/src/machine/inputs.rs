//! Inputs on which candidates are compared: the send itself, and calls with other values made from its own.
//!
//! What must stay true: the same send gives the same inputs in the same order, each written as a block of Aura that takes the
//! receiver and the arguments, so that a person can read what was tried; only one value differs from the send's at a time.

use aura_run::{Plain, Sample};
use aura_syntax::write::quoted;

use crate::situation::arity;

/// Inputs besides the send itself.
const MOST: usize = 8;
/// Data slots of an object that are varied.
const MOST_SLOTS: usize = 4;
/// A call with more arguments is compared as it is.
const MOST_ARGUMENTS: usize = 3;

/// How a value is copied, whatever it understands, and how people read that.
const CLONE: &str = " _Clone ";
const COPY: &str = " copy ";

/// A call on values of the send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Input {
    /// As people read it: `(receiver copy x: 0) manhattan`.
    pub(super) title: String,
    /// A block that takes the receiver and the arguments.
    pub(super) block: String,
}

/// The inputs for a send of `selector` with these values: receiver and arguments.
pub(super) fn of(selector: &str, values: &[Sample]) -> Vec<Input> {
    if values.is_empty() || values.len() - 1 != arity(selector) || values.len() - 1 > MOST_ARGUMENTS {
        return Vec::new();
    }
    let names: Vec<String> = (0..values.len()).map(name).collect();
    let mut inputs = vec![input(selector, &names, None)];
    let others: Vec<Vec<String>> = values.iter().zip(&names).map(|(v, name)| variations(v, name)).collect();
    // One of each value in turn, so that no value takes all the room.
    let longest = others.iter().map(Vec::len).max().unwrap_or(0);
    let turns = (0..longest).flat_map(|k| others.iter().enumerate().filter_map(move |(i, all)| Some((i, all.get(k)?))));
    inputs.extend(turns.take(MOST).map(|(i, text)| input(selector, &names, Some((i, text)))));
    inputs
}

/// `receiver`, `a`, `b`, …: the arguments are called as in the question to the model.
fn name(i: usize) -> String {
    match i {
        0 => "receiver".into(),
        i => char::from(b'a' + (i as u8 - 1) % 26).to_string(),
    }
}

fn input(selector: &str, names: &[String], other: Option<(usize, &str)>) -> Input {
    let parts: Vec<String> = names
        .iter()
        .enumerate()
        .map(|(i, name)| match other {
            Some((k, text)) if k == i => format!("({text})"),
            _ => name.clone(),
        })
        .collect();
    let call = call(selector, &parts);
    let takes: Vec<String> = names.iter().map(|n| format!(":{n}")).collect();
    let block = format!("[| {} | {call} ]", takes.join(". "));
    Input { title: call.replace(CLONE, COPY), block }
}

/// The call as an expression.
fn call(selector: &str, values: &[String]) -> String {
    let (receiver, arguments) = (&values[0], &values[1..]);
    match arguments {
        [] => format!("{receiver} {selector}"),
        [one] if !selector.ends_with(':') => format!("{receiver} {selector} {one}"),
        several => {
            let parts = selector.split_inclusive(':').zip(several).map(|(part, value)| format!("{part} {value}"));
            format!("{receiver} {}", parts.collect::<Vec<_>>().join(" "))
        }
    }
}

/// Expressions for other values of the same kind; `name` is what the value is called.
fn variations(value: &Sample, name: &str) -> Vec<String> {
    if let Plain::Vector(length) = value.plain {
        return [0, 1].into_iter().filter(|n| *n < length).map(|n| format!("{name} copySize: {n}")).collect();
    }
    let slots: Vec<(&str, Vec<String>)> =
        value.data.iter().take(MOST_SLOTS).map(|(slot, held)| (slot.as_str(), literals(held))).collect();
    // The first variation of every slot before the second one of any.
    let turns = (0..3).flat_map(|k| slots.iter().filter_map(move |(slot, all)| Some((*slot, all.get(k)?))));
    literals(&value.plain).into_iter().chain(turns.map(|(slot, text)| format!("{name}{CLONE}{slot}: {text}"))).collect()
}

/// Other values of the kind of a number, a text or a truth, as they are written.
fn literals(value: &Plain) -> Vec<String> {
    let (all, but) = match value {
        Plain::Int(i) => {
            (vec!["0".into(), i.checked_neg().unwrap_or(0).to_string(), i.saturating_add(1).to_string()], i.to_string())
        }
        // Neither infinity nor 1e300 is written like that in Aura.
        Plain::Float(f) => {
            let mut all = [0.0, -f, f + 1.0].map(|f| format!("{f:?}")).to_vec();
            all.retain(|t| !t.contains(['e', 'i', 'N']));
            (all, format!("{f:?}"))
        }
        Plain::Truth(b) => (vec![(!b).to_string()], b.to_string()),
        Plain::Text(text) => {
            let first: String = text.chars().take(1).collect();
            let twice = text.chars().take(40).collect::<String>().repeat(2);
            (vec![quoted(""), quoted(&first), quoted(&twice)], quoted(text))
        }
        Plain::Vector(_) | Plain::Other => (Vec::new(), String::new()),
    };
    let mut seen = vec![but];
    let mut fresh = |t: &String| {
        let new = !seen.contains(t);
        seen.push(t.clone());
        new
    };
    all.into_iter().filter(|t| fresh(t)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_written_as_they_are_sent() {
        let names: Vec<String> = (0..3).map(name).collect();
        assert_eq!(call("size", &names[..1]), "receiver size");
        assert_eq!(call("+", &names[..2]), "receiver + a");
        assert_eq!(call("at:Put:", &names), "receiver at: a Put: b");
        let other = input("at:Put:", &names, Some((1, "-3")));
        assert_eq!(other.block, "[| :receiver. :a. :b | receiver at: (-3) Put: b ]");
        for block in [other.block, input("size", &names[..1], Some((0, "receiver _Clone x: -4"))).block] {
            assert!(!aura_syntax::parse(&block).has_errors(), "{block}");
        }
    }

    #[test]
    fn one_value_differs_at_a_time_and_everybody_gets_a_turn() {
        let plain = |plain| Sample { plain, data: Vec::new() };
        let point = Sample { plain: Plain::Other, data: vec![("x".into(), Plain::Int(3)), ("y".into(), Plain::Int(0))] };
        let titles: Vec<String> = of("times:With:", &[point, plain(Plain::Int(2)), plain(Plain::Text("ab".into()))])
            .into_iter()
            .map(|i| i.title)
            .collect();
        assert_eq!(
            titles,
            [
                "receiver times: a With: b",
                "(receiver copy x: 0) times: a With: b",
                "receiver times: (0) With: b",
                "receiver times: a With: ('')",
                "(receiver copy y: 1) times: a With: b",
                "receiver times: (-2) With: b",
                "receiver times: a With: ('a')",
                "(receiver copy x: -3) times: a With: b",
                "receiver times: (3) With: b",
            ]
        );
        let vector = of("total", &[plain(Plain::Vector(3))]);
        assert_eq!(vector[1].block, "[| :receiver | (receiver copySize: 0) total ]");
        assert_eq!(of("size", &[]), []);
        assert_eq!(literals(&Plain::Float(1e300)), ["0.0"]);
        assert_eq!(literals(&Plain::Truth(true)), ["false"]);
        assert_eq!(literals(&Plain::Int(0)), ["1"]);
    }
}
