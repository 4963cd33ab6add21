//! What people wrote: every method in the repository.

use std::path::{Path, PathBuf};

use aura_syntax::tokens::{Kind, lex};
use aura_syntax::tree::{Expr, ExprKind, Init, Receiver, Slot, SlotList, SlotName, TemplatePart};
use aura_syntax::{format, parse};

/// A method that a person wrote.
#[derive(Clone)]
pub(crate) struct Method {
    pub(crate) file: String,
    /// Its selector.
    pub(crate) name: String,
    /// As the formatter lays it out, without comments.
    pub(crate) text: String,
    /// It has what may be learned only: no primitives, no resends, its arguments in its header, no types there.
    pub(crate) is_learnable: bool,
}

/// Methods of the library, the examples, the benchmarks and the language tests.
pub(crate) fn methods() -> Vec<Method> {
    let mut files = Vec::new();
    for folder in ["stdlib", "examples", "tests/lang", "tests/benchmarks"] {
        walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder), &mut files);
    }
    files.sort();
    let mut all = Vec::new();
    for file in files {
        let text = without_comments(&std::fs::read_to_string(&file).expect("a text"));
        let parsed = parse(&text);
        if parsed.has_errors() {
            continue;
        }
        let mut found = Vec::new();
        parsed.file.slots.iter().for_each(|list| in_slots(list, &mut found));
        parsed.file.body.iter().for_each(|s| in_expr(&s.expr, &mut found));
        let place = file.display().to_string();
        all.extend(found.iter().map(|slot| method(&place, slot.span.text(&text))));
    }
    all
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            walk(&path, files);
        } else if path.extension().is_some_and(|e| e == "aura") {
            files.push(path);
        }
    }
}

fn without_comments(text: &str) -> String {
    let kept = lex(text).into_iter().filter(|t| t.kind != Kind::Comment);
    kept.map(|t| t.span.text(text)).collect()
}

/// A slot as the formatter writes it.
fn method(file: &str, slot: &str) -> Method {
    let text = format(&std::format!("| {slot} |")).expect("it was read before");
    let parsed = parse(&text);
    let slot = &parsed.file.slots.expect("slots").slots[0];
    let body = slot.span.text(&text);
    let has_primitive = lex(body).iter().any(|t| t.span.text(body).starts_with('_'));
    let has_resend = lex(body).iter().any(|t| t.kind == Kind::Dot);
    let (in_header, has_types) = match &slot.name {
        SlotName::Unary(_) => (true, false),
        SlotName::Binary { parameter, .. } => (parameter.is_some(), parameter.iter().any(|p| p.type_.is_some())),
        SlotName::Keyword { parameters, .. } => (!parameters.is_empty(), parameters.iter().any(|p| p.type_.is_some())),
    };
    let plain = in_header && !has_types && slot.result.is_none();
    let is_learnable = plain && !has_primitive && !has_resend;
    Method { file: file.to_owned(), name: crate::name(slot, &text), text: body.to_owned(), is_learnable }
}

fn in_slots<'t>(list: &'t SlotList, found: &mut Vec<&'t Slot>) {
    for slot in &list.slots {
        match &slot.init {
            Init::Method(body) => {
                found.push(slot);
                body.slots.iter().for_each(|list| in_slots(list, found));
                body.statements.iter().for_each(|s| in_expr(&s.expr, found));
            }
            Init::Constant(expr) | Init::Assignable(expr) => in_expr(expr, found),
            Init::None => {}
        }
    }
}

fn in_expr<'t>(expr: &'t Expr, found: &mut Vec<&'t Slot>) {
    match &expr.kind {
        ExprKind::Send(send) => {
            if let Receiver::Expr(receiver) = &send.receiver {
                in_expr(receiver, found);
            }
            send.arguments.iter().for_each(|e| in_expr(e, found));
        }
        ExprKind::Group(body) | ExprKind::Block(body) => {
            body.slots.iter().for_each(|list| in_slots(list, found));
            body.statements.iter().for_each(|s| in_expr(&s.expr, found));
        }
        ExprKind::Object(list) => in_slots(list, found),
        ExprKind::Vector(items) => items.iter().for_each(|e| in_expr(e, found)),
        ExprKind::Template(parts) => {
            for part in parts {
                if let TemplatePart::Hole(e) = part {
                    in_expr(e, found);
                }
            }
        }
        _ => {}
    }
}
