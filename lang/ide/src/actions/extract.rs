//! Code of a method becomes a method of its own.

use aura_syntax::tree::{Body, Expr, ExprKind, Init, Slot, Statement};
use aura_syntax::visit::{self, Visit};

use super::{Action, ActionKind, indentation};
use crate::path::{Node, path};
use crate::resolve::Here;
use crate::scope::{Local, Scope, locals_at, uses};
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

/// Whether the expression is all of a statement, or all that a local holds first: in brackets that would be a method.
fn is_alone(nodes: &[Node], range: Span) -> bool {
    nodes.iter().any(|n| match n {
        Node::Statement(s) => s.expr.span == range,
        Node::Slot(Slot { init: Init::Constant(e) | Init::Assignable(e), .. }) => e.span == range,
        _ => false,
    })
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
    // A local's first value is code of the method, too.
    let method = nodes.iter().rev().find_map(|n| match n {
        Node::Slot(Slot { init: Init::Method(body), .. }) => Some(body),
        _ => None,
    });
    method.into_iter().for_each(|body| returns.body(body));
    returns.1
}

/// The locals that code in a range reads and that are not its own; nothing if it assigns to one of them.
fn free<'t>(text: &str, file: &aura_syntax::tree::File, locals: &[Local<'t>], range: Span) -> Option<Vec<Local<'t>>> {
    let is_inside = |span: Span| range.start <= span.start && span.end <= range.end;
    let mut free: Vec<Local> = Vec::new();
    for local in locals.iter().filter(|local| !is_inside(local.name)) {
        let all = uses(text, local);
        let mut inside = all.iter().filter(|u| is_inside(u.span)).peekable();
        if inside.peek().is_none() {
            continue;
        }
        // A block sees what is assigned after it was made; an argument would be what was there then.
        let is_kept = all.iter().any(|u| u.is_write) && all.iter().any(|u| is_in_block(file, u.span, range));
        if is_kept || inside.any(|u| u.is_write) {
            return None;
        }
        free.push(*local);
    }
    free.sort_by_key(|l| (matches!(l.scope, Scope::Body(_)), l.name));
    Some(free)
}

/// Whether a place is in a block that is wholly in a range.
fn is_in_block(file: &aura_syntax::tree::File, place: Span, range: Span) -> bool {
    path(file, place).iter().any(|n| {
        let span = n.span();
        let is_block = matches!(n, Node::Expr(Expr { kind: ExprKind::Block(_), .. }));
        is_block && range.start <= span.start && span.end <= range.end
    })
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
