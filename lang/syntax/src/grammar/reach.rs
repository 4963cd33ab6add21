//! Which rules a rule leads to.

use std::collections::BTreeSet;

use super::ebnf::{Grammar, Node};

/// The rules and tokens that a rule leads to.
pub(super) fn needed(grammar: &Grammar, from: &str) -> BTreeSet<String> {
    let rules = reachable(grammar, from, &Node::parts);
    let mut found: BTreeSet<String> = rules.iter().map(|name| (*name).to_owned()).collect();
    let mut open: Vec<&Node> = rules.iter().filter_map(|name| grammar.rules.get(*name)).collect();
    while let Some(node) = open.pop() {
        match node {
            Node::Token(name) | Node::Except(_, name) => drop(found.insert(name.clone())),
            _ => {}
        }
        open.extend(node.parts());
    }
    found
}

/// The rules that a rule leads to, itself included, where `next` tells what to look at in a right-hand side.
pub(super) fn reachable<'g>(grammar: &'g Grammar, from: &str, next: &dyn Fn(&'g Node) -> Vec<&'g Node>) -> BTreeSet<&'g str> {
    let mut found = BTreeSet::new();
    let Some((name, node)) = grammar.rules.get_key_value(from) else { return found };
    found.insert(name.as_str());
    let mut open = vec![node];
    while let Some(node) = open.pop() {
        if let Node::Rule(rule) = node
            && found.insert(rule)
        {
            open.extend(grammar.rules.get(rule));
        }
        open.extend(next(node));
    }
    found
}

/// The rules that a rule's name stands for where something may not begin with it: itself, and those of which it is the choice.
pub(super) fn members<'n>(grammar: &'n Grammar, name: &'n str) -> Vec<&'n str> {
    let choice: &[Node] = match grammar.rules.get(name) {
        Some(Node::Choice(items)) => items,
        _ => &[],
    };
    let rules = choice.iter().filter_map(|item| if let Node::Rule(rule) = item { Some(&**rule) } else { None });
    std::iter::once(name).chain(rules).collect()
}
