//! From the rules of the language to a grammar of characters.
//!
//! Four things are added on the way, none of which GBNF can say: white space between tokens (`spacing`); the operator of a
//! chain, by a copy of the rule for each; words that are no names (`words`); and how deeply brackets nest, by a copy of
//! each rule for each level, so that everything generated is shallower than the parser's limit.
//!
//! What must stay true: whatever the result generates parses; it has no rule that generates nothing; the same grammar gives
//! the same text.

use std::collections::{BTreeSet, HashMap};

use super::ebnf::{Grammar, Node};
use super::expr::Expr;
use super::reach::{members, reachable};
use super::spacing::{Edges, Space, Terms, between};
use super::{regex, words};

/// Rules that begin a new level: each cycle of the grammar goes through one of them.
const HUBS: [&str; 4] = ["expression", "nested", "slots", "union"];
/// Words with a meaning of their own, and operators likewise. (`^<` begins a type; an arrow in code is a slip, since
/// assignments are messages.)
const NO_NAMES: [&str; 2] = ["self", "resend"];
const NO_OPERATORS: [&str; 4] = ["|", "^", "^<", "<-"];
/// White space: a blank, or a new line, perhaps an empty one before it, with its indentation.
const WHITE: &str = "ws ::= \" \" | \"\\n\" \"\\n\"? \" \"{0,60}\n";

/// Where a rule is used, as far as it matters to what it generates.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Place {
    /// How many hubs are around it.
    pub(super) level: usize,
    /// A line end would end the expression: no bracket is open.
    pub(super) line: bool,
}

/// The rule, where it stands, and what it may not begin with.
type Key = (String, Place, Option<String>);

/// The rules of a grammar of characters, as they are asked for.
pub(super) struct Lowering<'g> {
    grammar: &'g Grammar,
    edges: Edges<'g>,
    most_levels: usize,
    /// The name that each rule got, or nothing for those that generate nothing.
    names: HashMap<Key, Option<String>>,
    rules: Vec<(String, Expr)>,
    /// Rules that lead to a hub, and so are different at each level.
    deep: BTreeSet<&'g str>,
}

/// Where something stands within a rule.
#[derive(Clone, Copy)]
struct Context<'a> {
    place: Place,
    /// Rules with which it may not begin (the name of one, or of the choice of several).
    without: Option<&'a str>,
    /// The operator of the chain.
    operator: Option<&'a Expr>,
}

impl<'g> Lowering<'g> {
    pub(super) fn new(grammar: &'g Grammar, most_levels: usize) -> Self {
        let leads = |name: &str| HUBS.iter().any(|hub| reachable(grammar, name, &Node::parts).contains(hub));
        let deep = grammar.rules.keys().map(String::as_str).filter(|name| leads(name)).collect();
        Self { grammar, edges: Edges::new(grammar), most_levels, names: HashMap::new(), rules: Vec::new(), deep }
    }

    /// The rules that a root needs, a line for each.
    pub(super) fn lines(self, root: &Expr) -> String {
        let mut needed = BTreeSet::new();
        let mut open = vec![root];
        while let Some(expr) = open.pop() {
            let names: Vec<&str> = expr.rules().into_iter().filter(|name| needed.insert(*name)).collect();
            open.extend(self.rules.iter().filter(|(name, _)| names.contains(&name.as_str())).map(|(_, expr)| expr));
        }
        let kept = self.rules.iter().filter(|(name, _)| needed.contains(name.as_str()));
        let lines: String = kept.map(|(name, expr)| format!("{name} ::= {}\n", expr.text())).collect();
        lines + WHITE
    }

    /// A reference to a rule as it is at a place. Nothing, if it generates nothing there.
    pub(super) fn rule(&mut self, name: &str, place: Place) -> Option<Expr> {
        self.rule_without(name, place, None)
    }

    /// A reference to a token.
    pub(super) fn token(&mut self, name: &str) -> Expr {
        let short = name.replace('_', "-");
        let place = Place { level: 0, line: false };
        if self.names.insert((name.to_owned(), place, None), Some(short.clone())).is_none() {
            let expr = token(self.grammar, name);
            self.rules.push((short.clone(), expr));
        }
        Expr::Rule(short)
    }

    fn rule_without(&mut self, name: &str, around: Place, without: Option<&str>) -> Option<Expr> {
        let level = around.level + usize::from(HUBS.contains(&name));
        let forbidden = without.map_or_else(Vec::new, |rule| members(self.grammar, rule));
        if level > self.most_levels || forbidden.contains(&name) {
            return None;
        }
        let without = without.filter(|_| {
            let begins = reachable(self.grammar, name, &|node| self.edges.begins(node));
            forbidden.iter().any(|member| begins.contains(member))
        });
        // Line ends count in no slot list, also not in the one at the begin of a file.
        let place = match self.deep.contains(name) {
            true => Place { level, line: around.line && name != "module" },
            false => Place { level: 0, line: false },
        };
        let key = (name.to_owned(), place, without.map(str::to_owned));
        if let Some(known) = self.names.get(&key) {
            return known.clone().map(Expr::Rule);
        }
        let spelt = spelt(&key);
        let at = self.rules.len();
        self.rules.push((spelt.clone(), Expr::Choice(Vec::new())));
        let node = &self.grammar.rules[name];
        let expr = match mentions_chain(node) {
            true => Some(self.chains(node, place)),
            false => self.node(node, Context { place, without, operator: None }),
        };
        let known = expr.map(|expr| {
            self.rules[at].1 = expr;
            spelt
        });
        self.names.insert(key, known.clone());
        known.map(Expr::Rule)
    }

    /// A chain of one operator: a copy for each of those that are chained, and one without a chain for all others.
    fn chains(&mut self, node: &Node, place: Place) -> Expr {
        let chained = match token(self.grammar, "SAME_OPERATOR") {
            Expr::Choice(operators) => operators,
            operator => vec![operator],
        };
        let of = |operator| Context { place, without: None, operator: Some(operator) };
        let mut choices: Vec<Expr> = chained.iter().filter_map(|operator| self.node(node, of(operator))).collect();
        let others = self.other_operators(&chained);
        choices.extend(self.node(&unchained(node), of(&others)));
        Expr::choice(choices)
    }

    fn other_operators(&mut self, chained: &[Expr]) -> Expr {
        let name = "OTHER-OPERATOR".to_owned();
        if !self.rules.iter().any(|(n, _)| *n == name) {
            let texts = chained.iter().filter_map(|operator| if let Expr::Text(text) = operator { Some(&**text) } else { None });
            let excluded: Vec<&str> = texts.chain(NO_OPERATORS).collect();
            let expr = word_or(raw(self.grammar, "OPERATOR"), &excluded);
            self.rules.push((name.clone(), expr));
        }
        Expr::Rule(name)
    }

    fn node(&mut self, node: &Node, context: Context<'_>) -> Option<Expr> {
        match node {
            Node::Literal(text) => Some(Expr::Text(text.clone())),
            Node::Token(name) => match context.operator.filter(|_| name == "SAME_OPERATOR") {
                Some(operator) => Some(operator.clone()),
                None => Some(self.token(name)),
            },
            Node::Rule(name) => self.rule_without(name, context.place, context.without),
            Node::Choice(items) => {
                let kept: Vec<Expr> = items.iter().filter_map(|item| self.node(item, context)).collect();
                if kept.is_empty() { None } else { Some(Expr::choice(kept)) }
            }
            Node::Optional(inner) => Some(self.node(inner, context).map_or_else(nothing, Expr::optional)),
            Node::Repeated(inner, most) => Some(self.repeated(inner, *most, &Terms::new(), context)),
            Node::Except(inner, name) => self.node(inner, Context { without: Some(name), ..context }),
            Node::Sequence(items) => self.sequence(items, context),
            Node::Glue => Some(nothing()),
        }
    }

    /// `{ A }` behind something that ends with one of `before`; nothing stands before the first of a rule.
    fn repeated(&mut self, inner: &Node, most: Option<usize>, before: &Terms, context: Context<'_>) -> Expr {
        let first = self.edges.first(inner);
        let again: Terms = before.union(&self.edges.last(inner)).cloned().collect();
        let Some(item) = self.node(inner, context) else { return nothing() };
        if !before.is_empty() {
            let space = if is_glued(inner) { Space::None } else { between(&again, &first) };
            let one = Expr::sequence(vec![white(space, context.place), item]);
            return Expr::Repeat(Box::new(one), 0, most);
        }
        let space = white(between(&again, &first), context.place);
        let more = Expr::Repeat(Box::new(Expr::sequence(vec![space, item.clone()])), 0, most.map(|n| n.saturating_sub(1)));
        Expr::sequence(vec![item, more]).optional()
    }

    fn sequence(&mut self, items: &[Node], context: Context<'_>) -> Option<Expr> {
        // What may be missing at the begin decides whether white space stands before the next: two cases.
        if let [Node::Optional(first), rest @ ..] = items
            && !rest.is_empty()
        {
            let with = self.sequence(&[std::slice::from_ref(&**first), rest].concat(), context);
            let without = self.sequence(rest, context);
            let both: Vec<Expr> = with.into_iter().chain(without).collect();
            return if both.is_empty() { None } else { Some(Expr::choice(both)) };
        }
        let mut out = Vec::new();
        let (mut before, mut glued, mut inside) = (Terms::new(), true, context);
        for item in items {
            if *item == Node::Glue {
                glued = true;
                continue;
            }
            let space = if glued || is_glued(item) { Space::None } else { between(&before, &self.edges.first(item)) };
            // The white space before a closing bracket still stands inside.
            let white = white(space, inside.place);
            inside.place.line = match item {
                Node::Literal(text) if matches!(&**text, "(" | "[" | "{") => false,
                Node::Literal(text) if matches!(&**text, ")" | "]" | "}") => context.place.line,
                _ => inside.place.line,
            };
            out.push(match item {
                Node::Optional(inner) => match self.node(inner, inside) {
                    Some(inner) => Expr::sequence(vec![white, inner]).optional(),
                    None => nothing(),
                },
                Node::Repeated(inner, most) => self.repeated(inner, *most, &before, inside),
                _ => Expr::sequence(vec![white, self.node(item, inside)?]),
            });
            let last = self.edges.last(item);
            before = if self.edges.may_be_nothing(item) { &before | &last } else { last };
            (glued, inside.without) = (false, None);
        }
        Some(Expr::sequence(out))
    }
}

fn nothing() -> Expr {
    Expr::Sequence(Vec::new())
}

fn white(space: Space, place: Place) -> Expr {
    let one = if place.line { Expr::Text(" ".into()) } else { Expr::Rule("ws".into()) };
    match space {
        Space::None => nothing(),
        Space::Optional => one.optional(),
        Space::Required => one,
    }
}

/// `expression-L3`, `expression-L1-line-without-group`
fn spelt((name, place, without): &Key) -> String {
    let mut out = name.replace('_', "-");
    if place.level > 0 {
        out.push_str(&format!("-L{}", place.level));
    }
    if place.line {
        out.push_str("-line");
    }
    if let Some(without) = without {
        out.push_str(&format!("-without-{}", without.replace('_', "-")));
    }
    out
}

/// Nothing may stand before it.
fn is_glued(node: &Node) -> bool {
    matches!(node, Node::Sequence(items) if items.first() == Some(&Node::Glue))
        || matches!(node, Node::Optional(inner) | Node::Repeated(inner, _) if is_glued(inner))
}

fn mentions_chain(node: &Node) -> bool {
    match node {
        Node::Token(name) => name == "SAME_OPERATOR",
        Node::Choice(items) | Node::Sequence(items) => items.iter().any(mentions_chain),
        Node::Optional(inner) | Node::Repeated(inner, _) | Node::Except(inner, _) => mentions_chain(inner),
        Node::Rule(_) | Node::Literal(_) | Node::Glue => false,
    }
}

/// The rule for a chain with one operator only.
fn unchained(node: &Node) -> Node {
    let is_link = |item: &Node| matches!(item, Node::Repeated(inner, _) | Node::Optional(inner) if mentions_chain(inner));
    match node {
        Node::Sequence(items) => Node::Sequence(items.iter().filter(|item| !is_link(item)).cloned().collect()),
        other => other.clone(),
    }
}

/// A token's letters.
fn token(grammar: &Grammar, name: &str) -> Expr {
    let without = |token: &str| grammar.tokens.get(token).map_or_else(Vec::new, |words| words.split('|').collect::<Vec<_>>());
    match name {
        "NAME" | "SLOT_NAME" | "ARGUMENT" => word_or(raw(grammar, name), &[&NO_NAMES[..], &without("NO_NAME")].concat()),
        "KEYWORD" => word_or(raw(grammar, name), &without("NO_KEYWORD")),
        "OPERATOR" => word_or(raw(grammar, name), &NO_OPERATORS),
        _ => raw(grammar, name),
    }
}

fn raw(grammar: &Grammar, name: &str) -> Expr {
    regex::read(&grammar.tokens[name]).expect("a test reads every token")
}

/// A word without those that are excluded; a mark before the word (`:x`) or behind it (`x:`) stays.
fn word_or(expr: Expr, excluded: &[&str]) -> Expr {
    if excluded.is_empty() {
        return expr;
    }
    match &expr {
        Expr::Sequence(items) if matches!(items[0], Expr::Text(_)) => {
            let word = word_or(Expr::Sequence(items[1..].to_vec()), excluded);
            Expr::sequence(vec![items[0].clone(), word])
        }
        Expr::Sequence(items) if matches!(items[items.len() - 1], Expr::Text(_)) => {
            let last = items.len() - 1;
            let word = word_or(Expr::Sequence(items[..last].to_vec()), excluded);
            Expr::sequence(vec![word, items[last].clone()])
        }
        other => words::shape(other).map_or(expr.clone(), |shape| words::excluding(&shape, excluded)),
    }
}
