//! Code of a method becomes a method of its own.

use aura_syntax::tree::{Body, ExprKind, Init, Send, Slot, Statement};
use aura_syntax::visit::{self, Visit};

use super::{Action, ActionKind, indentation};
use crate::path::{Node, path};
use crate::resolve::Here;
use crate::scope::{Local, LocalKind, Scope, local_use, locals_at};
use crate::words::parts;
use crate::{Edit, Ide, Span};

/// What the new method is called at first, with a number if that is taken; the editor's rename gives it a better name.
const NAME: &str = "extracted";

impl Ide {
    /// The selected expression, or the selected statements, as a method of the same object.
    pub(super) fn extraction(&mut self, here: &Here, _: &str, range: Span) -> Option<Action> {
        let range = trimmed(here, range);
        if range.start >= range.end {
            return None;
        }
        let document = here.document.clone();
        let (text, nodes) = (document.text(), path(&document.parse().file, range));
        let method = nodes.iter().rev().find_map(|n| match n {
            Node::Slot(slot) if matches!(slot.init, Init::Method(_)) => Some(*slot),
            _ => None,
        })?;
        if !is_whole(&nodes, range) || has_return(&nodes, range) {
            return None;
        }
        let locals = locals_at(text, &document.parse().file, range);
        let free = free(text, &document.parse().file, &locals, range)?;
        let name = self.fresh_name(here, &locals, range, free.len());
        let (call, header) = call(text, &name, &free);
        let code = document.letters(range).trim_end_matches('.');
        let indent = indentation(here, method.span.start);
        let end = super::slots::line_end(text);
        let new = format!(".{end}{indent}{header} = ( {code} )");
        let needs_brackets = is_expression(&nodes, range) && !free.is_empty() && !is_alone(&nodes, range);
        let call = if needs_brackets { format!("({call})") } else { call };
        let edits = vec![Edit::replace(range, &call), Edit::insert(method.span.end, &new)];
        Some(self.action(here, format!("extract a method '{}'", selector(&name, free.len())), ActionKind::Extract, edits))
    }

    /// A name that means nothing where the code is yet.
    fn fresh_name(&mut self, here: &Here, locals: &[Local], range: Span, arguments: usize) -> String {
        let holder = self.universe().holder_at(here.file, range.start);
        let text = here.document.text();
        let mut names = (1..).map(|number| if number == 1 { NAME.to_string() } else { format!("{NAME}{number}") });
        let mut is_free = |name: &String| {
            let is_local = locals.iter().any(|l| l.name.text(text) == name);
            let selectors = [name.clone(), format!("{name}:"), selector(name, arguments)];
            !is_local && selectors.iter().all(|s| self.universe().found_in(holder, s, true).is_empty())
        };
        names.find(|name| is_free(name)).unwrap_or_default()
    }
}

/// A range without the white space, and the last period, around it.
fn trimmed(here: &Here, range: Span) -> Span {
    let text = here.document.letters(range);
    let start = range.start + (text.len() - text.trim_start().len()) as u32;
    let inside = text.trim().trim_end_matches('.').trim_end();
    Span { start, end: start + inside.len() as u32 }
}

/// Whether a range is an expression, or statements of one body.
fn is_whole(nodes: &[Node], range: Span) -> bool {
    is_expression(nodes, range)
        || match nodes.last() {
            Some(Node::Statement(s)) => s.span == range,
            Some(Node::Body(body)) => !selected(body, range).is_empty(),
            _ => false,
        }
}

/// Whether a range is an expression. A block, an object or a vector has its parts in the same range.
fn is_expression(nodes: &[Node], range: Span) -> bool {
    nodes.iter().any(|n| matches!(n, Node::Expr(e) if e.span == range))
}

/// The statements that a range is made of.
fn selected(body: &Body, range: Span) -> Vec<&Statement> {
    let inside: Vec<&Statement> =
        body.statements.iter().filter(|s| range.start <= s.span.start && s.span.end <= range.end).collect();
    let fits = |s: &[&Statement]| {
        s.first().is_some_and(|s| s.span.start == range.start) && s.last().is_some_and(|s| s.span.end == range.end)
    };
    if fits(&inside) { inside } else { Vec::new() }
}

/// Whether the expression is all of a statement or of an argument that ends like one.
fn is_alone(nodes: &[Node], range: Span) -> bool {
    nodes.iter().any(|n| matches!(n, Node::Statement(s) if s.expr.span == range))
}

/// Whether `^` leaves the method from within.
fn has_return(nodes: &[Node], range: Span) -> bool {
    struct Returns(Span, bool);
    impl Visit for Returns {
        fn body(&mut self, body: &Body) {
            self.1 |= body.statements.iter().any(|s| s.is_return && self.0.start <= s.span.start && s.span.end <= self.0.end);
            visit::inside_body(self, body);
        }
    }
    let mut returns = Returns(range, false);
    match nodes.iter().rev().find_map(|n| if let Node::Slot(slot) = n { Some(*slot) } else { None }) {
        Some(Slot { init: Init::Method(body), .. }) => returns.body(body),
        _ => return true,
    }
    returns.1
}

/// The locals that code in a range reads and that are not its own; nothing if it assigns to one of them.
fn free<'t>(text: &str, file: &aura_syntax::tree::File, locals: &[Local<'t>], range: Span) -> Option<Vec<Local<'t>>> {
    struct Used<'t>(&'t str, Span, Vec<(String, bool)>);
    impl Visit for Used<'_> {
        fn send(&mut self, send: &Send, _: Option<&Send>) {
            if let Some(found) = local_use(self.0, send)
                && self.1.start <= found.span.start
                && found.span.end <= self.1.end
            {
                self.2.push((found.span.text(self.0).to_string(), found.is_write));
            }
        }
    }
    let mut used = Used(text, range, Vec::new());
    visit::file(&mut used, file);
    let is_outside = |l: &&Local| !(range.start <= l.name.start && l.name.end <= range.end);
    let mut free: Vec<Local> = Vec::new();
    for local in locals.iter().filter(is_outside) {
        let name = local.name.text(text);
        if used.2.iter().any(|(n, is_write)| n == name && *is_write && local.kind == LocalKind::Variable) {
            return None;
        }
        if used.2.iter().any(|(n, _)| n == name) {
            free.push(*local);
        }
    }
    free.sort_by_key(|l| (matches!(l.scope, Scope::Body(_)), l.name));
    Some(free)
}

/// The selector of a method with so many arguments: `extracted:With:`.
fn selector(name: &str, arguments: usize) -> String {
    match arguments {
        0 => name.to_string(),
        n => format!("{name}:{}", "With:".repeat(n - 1)),
    }
}

/// The message to the new method, and its header.
fn call(text: &str, name: &str, free: &[Local]) -> (String, String) {
    if free.is_empty() {
        return (name.to_string(), name.to_string());
    }
    let selector = selector(name, free.len());
    let words: Vec<String> = parts(&selector).iter().zip(free).map(|(part, l)| format!("{part} {}", l.name.text(text))).collect();
    (words.join(" "), words.join(" "))
}

/// Whether an expression can stand as the receiver of anything without brackets.
pub(super) fn is_simple(kind: &ExprKind) -> bool {
    match kind {
        ExprKind::Send(send) => send.arguments.is_empty(),
        _ => true,
    }
}
