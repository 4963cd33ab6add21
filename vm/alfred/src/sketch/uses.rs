//! What a function does with its names, read before it is translated: which are variables of the method, which belong to one loop,
//! which hold collections that grow.

use std::collections::BTreeSet;

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Comprehension, Expr, ExprContext, Stmt, StmtIf};

/// The uses of names in a function's body.
#[derive(Default)]
pub(super) struct Uses {
    /// Assigned to otherwise than by a loop.
    pub(super) stored: BTreeSet<String>,
    /// Read where no loop, comprehension or function inside binds them.
    pub(super) read: BTreeSet<String>,
    /// Belong to the function outside, as it says.
    pub(super) outer: BTreeSet<String>,
    /// Have something added to or taken from.
    pub(super) grown: BTreeSet<String>,
    bound: Vec<String>,
}

impl Uses {
    pub(super) fn of(body: &[Stmt]) -> Self {
        let mut uses = Self::default();
        body.iter().for_each(|s| uses.visit_stmt(s));
        uses
    }

    /// A name that only loops assign to and only their bodies read.
    pub(super) fn is_of_loop(&self, name: &str) -> bool {
        !self.stored.contains(name) && !self.read.contains(name)
    }

    fn inside(&mut self, names: Vec<String>, look: impl FnOnce(&mut Self)) {
        let outside = self.bound.len();
        self.bound.extend(names);
        look(self);
        self.bound.truncate(outside);
    }

    fn comprehension(&mut self, generators: &[Comprehension], elements: &[&Expr]) {
        let Some((first, rest)) = generators.split_first() else {
            return elements.iter().for_each(|e| self.visit_expr(e));
        };
        self.visit_expr(&first.iter);
        self.inside(names_in(&first.target), |uses| {
            first.ifs.iter().for_each(|i| uses.visit_expr(i));
            uses.comprehension(rest, elements);
        });
    }
}

/// The names in a target.
pub(super) fn names_in(target: &Expr) -> Vec<String> {
    match target {
        Expr::Name(name) => vec![name.id.to_string()],
        Expr::Tuple(tuple) => tuple.elts.iter().flat_map(names_in).collect(),
        Expr::List(list) => list.elts.iter().flat_map(names_in).collect(),
        Expr::Starred(starred) => names_in(&starred.value),
        _ => Vec::new(),
    }
}

/// Methods that make a Python list longer or shorter.
const GROWS: [&str; 8] = ["append", "extend", "insert", "pop", "remove", "clear", "popleft", "appendleft"];

impl<'a> Visitor<'a> for Uses {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::For(f) => {
                self.visit_expr(&f.iter);
                self.inside(names_in(&f.target), |uses| f.body.iter().for_each(|s| uses.visit_stmt(s)));
                f.orelse.iter().for_each(|s| self.visit_stmt(s));
            }
            Stmt::Nonlocal(n) => self.outer.extend(n.names.iter().map(ToString::to_string)),
            Stmt::FunctionDef(f) => {
                self.stored.insert(f.name.to_string());
                let inner = Uses::of(&f.body);
                let mut names: Vec<String> = f.parameters.iter().map(|p| p.name().to_string()).collect();
                names.extend(inner.stored);
                self.inside(names, |uses| f.body.iter().for_each(|s| uses.visit_stmt(s)));
            }
            _ => walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) => {
                let (id, inside) = (name.id.to_string(), self.bound.iter().any(|b| *b == name.id.as_str()));
                match name.ctx {
                    ExprContext::Load if !inside => self.read.insert(id),
                    // A variable that a loop binds and its body assigns to is one of the method.
                    ExprContext::Store | ExprContext::Del => self.stored.insert(id),
                    _ => false,
                };
            }
            Expr::ListComp(c) => self.comprehension(&c.generators, &[&c.elt]),
            Expr::SetComp(c) => self.comprehension(&c.generators, &[&c.elt]),
            Expr::Generator(c) => self.comprehension(&c.generators, &[&c.elt]),
            Expr::DictComp(c) => {
                let elements: Vec<&Expr> = c.key.iter().chain([&c.value]).map(|e| &**e).collect();
                self.comprehension(&c.generators, &elements);
            }
            Expr::Lambda(l) => {
                let names = l.parameters.iter().flat_map(|p| p.iter()).map(|p| p.name().to_string()).collect();
                self.inside(names, |uses| uses.visit_expr(&l.body));
            }
            Expr::Call(call) => {
                if let Expr::Attribute(method) = &*call.func
                    && let Expr::Name(holder) = &*method.value
                    && GROWS.contains(&method.attr.as_str())
                {
                    self.grown.insert(holder.id.to_string());
                }
                walk_expr(self, expr);
            }
            _ => walk_expr(self, expr),
        }
    }
}

/// Whether a `break` (or `continue`) in these statements is one of the loop that they are the body of.
pub(super) fn leaves(body: &[Stmt], is: fn(&Stmt) -> bool) -> bool {
    body.iter().any(|s| match s {
        Stmt::If(i) => leaves(&i.body, is) || i.elif_else_clauses.iter().any(|c| leaves(&c.body, is)),
        Stmt::Try(t) => leaves(&t.body, is),
        other => is(other),
    })
}

/// Whether the last of these statements gives an answer, on every way through it.
pub(super) fn answers(body: &[Stmt]) -> bool {
    match body.last() {
        Some(Stmt::Return(_) | Stmt::Raise(_)) => true,
        Some(Stmt::If(i)) => answers_on_all(i),
        Some(Stmt::While(w)) => is_true(&w.test) && !leaves(&w.body, |s| matches!(s, Stmt::Break(_))),
        _ => false,
    }
}

/// The same of an `if`.
pub(super) fn answers_on_all(i: &StmtIf) -> bool {
    let has_else = i.elif_else_clauses.last().is_some_and(|c| c.test.is_none());
    has_else && answers(&i.body) && i.elif_else_clauses.iter().all(|c| answers(&c.body))
}

/// Whether an answer is given anywhere that is more than nothing.
pub(super) fn has_answer(body: &[Stmt]) -> bool {
    struct Answers(bool);
    impl<'a> Visitor<'a> for Answers {
        fn visit_stmt(&mut self, stmt: &'a Stmt) {
            match stmt {
                Stmt::Return(r) => self.0 |= r.value.as_deref().is_some_and(|v| !v.is_none_literal_expr()),
                Stmt::FunctionDef(_) => {}
                _ => walk_stmt(self, stmt),
            }
        }
    }
    let mut found = Answers(false);
    body.iter().for_each(|s| found.visit_stmt(s));
    found.0
}

/// Whether an answer is given before the end.
pub(super) fn answers_early(body: &[Stmt]) -> bool {
    struct Count(usize);
    impl<'a> Visitor<'a> for Count {
        fn visit_stmt(&mut self, stmt: &'a Stmt) {
            match stmt {
                Stmt::Return(_) => self.0 += 1,
                Stmt::FunctionDef(_) => {}
                _ => walk_stmt(self, stmt),
            }
        }
    }
    let mut count = Count(0);
    body.iter().for_each(|s| count.visit_stmt(s));
    count.0 > last_answers(body)
}

/// How many answers stand where the value of the whole is.
fn last_answers(body: &[Stmt]) -> usize {
    match body.last() {
        Some(Stmt::Return(_)) => 1,
        Some(Stmt::If(i)) if answers(body) => {
            last_answers(&i.body) + i.elif_else_clauses.iter().map(|c| last_answers(&c.body)).sum::<usize>()
        }
        _ => 0,
    }
}

/// `True`, or `1`.
pub(super) fn is_true(test: &Expr) -> bool {
    match test {
        Expr::BooleanLiteral(b) => b.value,
        Expr::NumberLiteral(n) => n.value.as_int().and_then(|i| i.as_i64()) == Some(1),
        _ => false,
    }
}
