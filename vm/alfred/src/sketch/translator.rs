//! What a translation carries with it: the variables and what they hold, the loops that are open, the names of the program.

use std::collections::{BTreeMap, BTreeSet};

use aura_syntax::write::Level;
use ruff_python_ast::{Expr, Parameters, Stmt, StmtFunctionDef};
use ruff_text_size::Ranged;

use super::kind::Kind;
use super::known::{Known, aura_name};
use super::piece::{Piece, indented, parts};
use super::statement::Place;
use super::uses::{Uses, has_answer};
use crate::situation::arity;

/// What cannot be said in Aura, or not by this.
#[derive(Debug)]
pub(super) struct Unsaid {
    pub(super) what: String,
    pub(super) at: usize,
}

pub(super) type Said<T> = Result<T, Unsaid>;

pub(super) fn unsaid(at: &impl Ranged, what: &str) -> Unsaid {
    Unsaid { what: what.to_string(), at: at.start().to_usize() }
}

/// A loop whose body is being translated: the names of the blocks that leave it and that go on with the next turn.
pub(super) struct Loop {
    pub(super) exit: Option<String>,
    pub(super) next: Option<String>,
}

/// A variable: its name in Aura, and what it holds.
#[derive(Clone)]
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) kind: Kind,
}

/// A translation under way.
pub(super) struct Translator<'a> {
    pub(super) known: &'a Known<'a>,
    /// By their names in Python.
    pub(super) variables: BTreeMap<String, Variable>,
    /// To be declared where the function begins.
    pub(super) locals: Vec<String>,
    pub(super) loops: Vec<Loop>,
    /// Of a function inside that answers before its end: the block that does so.
    pub(super) exit: Option<String>,
    /// Whether the function answers something.
    pub(super) answers: bool,
    /// `+` of what is not known joins.
    pub(super) joins: bool,
    /// Python's name of the function itself.
    pub(super) function: String,
    /// Expressions that were looked at.
    pub(super) steps: usize,
    /// Expressions of which each is inside the other, around the one that is looked at.
    pub(super) depth: usize,
    uses: Uses,
    /// Every name of Aura that is given.
    taken: BTreeSet<String>,
}

impl<'a> Translator<'a> {
    pub(super) fn new(known: &'a Known<'a>, function: &StmtFunctionDef, joins: bool) -> Self {
        Self {
            known,
            variables: BTreeMap::new(),
            locals: Vec::new(),
            loops: Vec::new(),
            exit: None,
            answers: has_answer(&function.body),
            joins,
            function: function.name.to_string(),
            steps: 0,
            depth: 0,
            uses: Uses::of(&function.body),
            taken: BTreeSet::new(),
        }
    }

    /// The whole method.
    pub(super) fn method(mut self, function: &StmtFunctionDef) -> Said<String> {
        let selector = self.known.selector().to_string();
        let mut names: Vec<String> = named(function, &function.parameters)?.into_iter().map(str::to_string).collect();
        if function.is_async || !function.decorator_list.is_empty() {
            return Err(unsaid(function, "async, or a decorator"));
        }
        let wanted = arity(&selector);
        let mut lines = Vec::new();
        match names.len() {
            // Whatever the first is called, it is the receiver.
            n if n == wanted + 1 => {
                let receiver = names.remove(0);
                let variable = Variable { name: "self".into(), kind: self.known.receiver() };
                self.variables.insert(receiver.clone(), variable);
                lines.extend(self.copied(&receiver, "now"));
            }
            n if n == wanted => {}
            _ => return Err(unsaid(function, &format!("other arguments than self and {wanted} more"))),
        }
        let mut parameters = Vec::new();
        for (i, name) in names.iter().enumerate() {
            parameters.push(self.bind(name, self.known.argument(i)));
        }
        for name in &names {
            lines.extend(self.copied(name, &format!("{}Now", aura_name(name))));
        }
        lines.extend(self.statements(&function.body, Place::Last)?);
        let parameters: Vec<Piece> = parameters.into_iter().map(|p| Piece::new(p, Kind::Unknown)).collect();
        let header = match parameters.first() {
            None => selector.clone(),
            Some(only) if !selector.ends_with(':') => format!("{selector} {}", only.expr.text),
            Some(_) => parts(&selector, &parameters),
        };
        let declared = self.declared(&mut lines);
        Ok(match (&lines[..], declared.is_empty()) {
            ([only], true) if !only.contains('\n') => format!("{header} = ( {only} )"),
            (lines, true) => format!("{header} = (\n{} )", indented(lines)),
            (lines, false) => format!("{header} = ( | {declared} |\n{} )", indented(lines)),
        })
    }

    /// The locals; with the values of those that are given one by the first statements, which are taken away.
    fn declared(&self, lines: &mut Vec<String>) -> String {
        let mut rest = self.locals.clone();
        let mut out = Vec::new();
        while let Some((name, value)) = lines.first().and_then(|l| l.split_once(": ")) {
            let Some(at) = rest.iter().position(|l| l == name).filter(|_| is_literal(value)) else { break };
            out.push(format!("{name} <- {value}"));
            rest.remove(at);
            lines.remove(0);
        }
        rest.extend(out);
        rest.join(". ")
    }

    /// A parameter that is assigned to, which Aura's are not: a local takes its place, and begins with its value.
    fn copied(&mut self, python: &str, name: &str) -> Option<String> {
        let before = self.variables.get(python).filter(|_| self.uses.stored.contains(python))?.clone();
        let local = self.local(name);
        self.variables.insert(python.to_string(), Variable { name: local.clone(), kind: before.kind });
        Some(format!("{local}: {}", before.name))
    }

    /// A name that nothing else in the method has.
    pub(super) fn fresh(&mut self, name: &str) -> String {
        let mut free = name.to_string();
        let mut n = 1;
        while !self.taken.insert(free.clone()) {
            n += 1;
            free = format!("{name}{n}");
        }
        free
    }

    /// A new local.
    pub(super) fn local(&mut self, name: &str) -> String {
        let name = self.fresh(name);
        self.locals.push(name.clone());
        name
    }

    /// The name of an argument of a block, or of the method.
    pub(super) fn bind(&mut self, python: &str, kind: Kind) -> String {
        let name = match self.variables.get(python) {
            // The same name for the same in the next loop.
            Some(before) if self.is_of_loop(python) => before.name.clone(),
            _ => self.fresh(&aura_name(python)),
        };
        self.variables.insert(python.to_string(), Variable { name: name.clone(), kind });
        name
    }

    /// The name of a variable that is assigned to; what it holds is noted.
    pub(super) fn assign_name(&mut self, python: &str, kind: Kind) -> String {
        if let Some(variable) = self.variables.get_mut(python).filter(|v| v.name != "self") {
            variable.kind = if variable.kind == Kind::Nil { kind } else { variable.kind.clone().or(kind) };
            return variable.name.clone();
        }
        let name = self.local(&aura_name(python));
        self.variables.insert(python.to_string(), Variable { name: name.clone(), kind });
        name
    }

    /// A function inside has such a variable of its own.
    pub(super) fn forget(&mut self, python: &str) {
        self.variables.remove(python);
    }

    pub(super) fn name_of(&self, python: &str) -> Option<String> {
        self.variables.get(python).map(|v| v.name.clone())
    }

    pub(super) fn is_of_loop(&self, python: &str) -> bool {
        self.uses.is_of_loop(python)
    }

    /// A variable whose collection gets longer or shorter.
    pub(super) fn grows(&self, python: &str) -> bool {
        self.uses.grown.contains(python)
    }

    /// A message to `receiver`; to self it is sent without saying so, unless a variable has that name.
    pub(super) fn unary(&self, receiver: &Piece, name: &str, kind: Kind) -> Piece {
        match receiver.expr.text == "self" && !self.taken.contains(name) {
            true => Piece::at(Level::Unary, name, kind),
            false => receiver.unary(name, kind),
        }
    }

    pub(super) fn keyword(&self, receiver: &Piece, selector: &str, arguments: &[Piece], kind: Kind) -> Piece {
        match receiver.expr.text == "self" && !self.taken.contains(selector.trim_end_matches(':')) {
            true => Piece::at(Level::Keyword, parts(selector, arguments), kind),
            false => receiver.keyword(selector, arguments, kind),
        }
    }

    /// A message with any number of arguments, by its selector.
    pub(super) fn send(&self, receiver: &Piece, selector: &str, arguments: &[Piece], kind: Kind) -> Piece {
        match arguments {
            [] => self.unary(receiver, selector, kind),
            _ => self.keyword(receiver, selector, arguments, kind),
        }
    }

    /// An answer: Python's lists that grow are vectors to the caller, as collections are in Aura.
    pub(super) fn answer(&mut self, value: &Expr) -> Said<String> {
        let piece = self.expression(value)?;
        let is_own = match value {
            Expr::Name(name) => self.grows(&name.id) && self.uses.stored.contains(name.id.as_str()),
            _ => true,
        };
        Ok(match (&piece.kind, is_own) {
            (Kind::List(_), true) if !matches!(value, Expr::Attribute(_) | Expr::Call(_)) => {
                self.unary(&piece, "asVector", Kind::Unknown).expr.text
            }
            _ => piece.expr.text,
        })
    }

    /// Aura's name for an attribute.
    pub(super) fn attribute(&self, python: &str) -> String {
        let known = self.known.of_script(python, 0).or_else(|| self.known.understood(python, 0));
        known.unwrap_or_else(|| aura_name(python))
    }
}

/// The names of a function's arguments, which have no defaults and are each one.
pub(super) fn named<'p>(at: &impl Ranged, parameters: &'p Parameters) -> Said<Vec<&'p str>> {
    let is_plain = parameters.vararg.is_none() && parameters.kwarg.is_none() && parameters.iter().all(|p| p.default().is_none());
    match is_plain {
        true => Ok(parameters.iter().map(|p| p.name().as_str()).collect()),
        false => Err(unsaid(at, "arguments with defaults, or any number of them")),
    }
}

/// A number, text, truth or nil.
fn is_literal(text: &str) -> bool {
    let is_text = |t: &str| t.len() > 1 && t.starts_with('\'') && t.ends_with('\'') && t.matches('\'').count() == 2;
    matches!(text, "true" | "false" | "nil") || text.parse::<f64>().is_ok() || is_text(text)
}

/// The first function of a module that is not inside another: of a class, the first of its methods.
pub(super) fn function(body: impl IntoIterator<Item = Stmt>, name: &str) -> Option<StmtFunctionDef> {
    let mut found: Vec<StmtFunctionDef> = Vec::new();
    for stmt in body {
        match stmt {
            Stmt::FunctionDef(f) => found.push(f),
            Stmt::ClassDef(class) => found.extend(class.body.into_iter().filter_map(Stmt::function_def_stmt)),
            _ => {}
        }
    }
    let at = found.iter().position(|f| f.name.as_str() == name).unwrap_or(0);
    (!found.is_empty()).then(|| found.swap_remove(at))
}
