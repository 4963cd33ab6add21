//! White space between two tokens: where it must stand, where it may, and where it must not, so that every token is read
//! as it was meant.
//!
//! A token is the longest match, so two of them need a blank between them unless one is a bracket; a period directly before a
//! letter would be a resend; a bar directly before an operator would be read with it.
//!
//! What must stay true: the answer for several tokens that may stand there is right for each of them. White space may stand
//! between any two tokens but those that the grammar joins by `~`, so "must" is right wherever "may" is.

use std::collections::{BTreeMap, BTreeSet};

use super::ebnf::{Grammar, Node};

/// What stands between two tokens.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Space {
    /// Nothing.
    None,
    /// White space or nothing.
    Optional,
    /// White space.
    Required,
}

/// Tokens and literals, as the sets of what may begin or end something have them.
pub(super) type Terms = BTreeSet<Node>;

/// The space that is right between any of `before` and any of `after`.
pub(super) fn between(before: &Terms, after: &Terms) -> Space {
    let pairs = before.iter().flat_map(|b| after.iter().map(move |a| pair(word(b), word(a))));
    pairs.max().unwrap_or(Space::None)
}

/// The letters of a literal, or the name of a token.
fn word(term: &Node) -> &str {
    match term {
        Node::Literal(word) | Node::Token(word) => word,
        _ => "",
    }
}

fn pair(before: &str, after: &str) -> Space {
    let opens = matches!(before, "(" | "[" | "{");
    let closes = matches!(after, ")" | "]" | "}");
    match (before, after) {
        ("<", _) | (_, ">" | "." | "," | "*") | ("LINE_END", _) | (_, "LINE_END") => Space::None,
        ("|", "|") => Space::Required,
        _ if opens || closes || after == "|" => Space::Optional,
        ("|", "ARGUMENT" | "SLOT_NAME") => Space::Optional,
        ("SLOT_KEYWORD" | "CAPITAL_KEYWORD", "CAPITAL_KEYWORD") => Space::Optional,
        _ => Space::Required,
    }
}

/// With which tokens the rules begin and end.
pub(super) struct Edges<'g> {
    grammar: &'g Grammar,
    first: BTreeMap<&'g str, Terms>,
    last: BTreeMap<&'g str, Terms>,
}

impl<'g> Edges<'g> {
    pub(super) fn new(grammar: &'g Grammar) -> Self {
        let mut edges = Self { grammar, first: BTreeMap::new(), last: BTreeMap::new() };
        let mut grows = true;
        while grows {
            grows = false;
            for (name, node) in &grammar.rules {
                let (first, last) = (edges.first(node), edges.last(node));
                grows |= edges.first.get(name.as_str()) != Some(&first) || edges.last.get(name.as_str()) != Some(&last);
                edges.first.insert(name, first);
                edges.last.insert(name, last);
            }
        }
        edges
    }

    /// The tokens with which something may begin.
    pub(super) fn first(&self, node: &Node) -> Terms {
        self.edge(node, &self.first, &|items| Box::new(items.iter()))
    }

    /// The tokens with which something may end.
    pub(super) fn last(&self, node: &Node) -> Terms {
        self.edge(node, &self.last, &|items| Box::new(items.iter().rev()))
    }

    fn edge<'n>(
        &self,
        node: &'n Node,
        known: &BTreeMap<&'g str, Terms>,
        order: &dyn Fn(&'n [Node]) -> Box<dyn Iterator<Item = &'n Node> + 'n>,
    ) -> Terms {
        match node {
            Node::Literal(_) | Node::Token(_) => Terms::from([node.clone()]),
            Node::Rule(name) => known.get(name.as_str()).cloned().unwrap_or_default(),
            Node::Choice(items) => items.iter().flat_map(|item| self.edge(item, known, order)).collect(),
            Node::Optional(inner) | Node::Repeated(inner, _) | Node::Except(inner, _) => self.edge(inner, known, order),
            Node::Glue => Terms::new(),
            Node::Sequence(items) => {
                let mut terms = Terms::new();
                for item in order(items) {
                    terms.extend(self.edge(item, known, order));
                    if !self.may_be_nothing(item) {
                        break;
                    }
                }
                terms
            }
        }
    }

    /// The parts with which something may begin.
    pub(super) fn begins<'n>(&self, node: &'n Node) -> Vec<&'n Node> {
        let Node::Sequence(items) = node else { return node.parts() };
        let first = items.iter().position(|item| !self.may_be_nothing(item));
        items.iter().take(first.map_or(items.len(), |n| n + 1)).collect()
    }

    /// Whether something may be empty. Rules are not, but for the one at the root.
    pub(super) fn may_be_nothing(&self, node: &Node) -> bool {
        match node {
            Node::Optional(_) | Node::Repeated(..) | Node::Glue => true,
            Node::Sequence(items) => items.iter().all(|item| self.may_be_nothing(item)),
            Node::Choice(items) => items.iter().any(|item| self.may_be_nothing(item)),
            Node::Except(inner, _) => self.may_be_nothing(inner),
            Node::Rule(_) | Node::Token(_) | Node::Literal(_) => {
                debug_assert!(!matches!(node, Node::Rule(name) if !self.grammar.rules.contains_key(name)), "no rule {node:?}");
                false
            }
        }
    }
}
