//! The tree as readable text: one node a line, children indented. `aura run --dump=tree` prints it and snapshots hold it.
//!
//! What must stay true: two trees that differ in anything but spans differ here, so it also serves to compare them.

use crate::tree::*;
use std::fmt::Write;

/// The tree of a file as text.
pub fn dump(file: &File, source: &str) -> String {
    let mut dumper = Dumper { source, out: String::new(), depth: 0 };
    dumper.line("file");
    dumper.inner(|d| {
        if let Some(list) = &file.slots {
            d.slot_list("module", list);
        }
        d.statements(&file.body);
    });
    dumper.out
}

struct Dumper<'s> {
    source: &'s str,
    out: String,
    depth: usize,
}

impl Dumper<'_> {
    fn line(&mut self, text: &str) {
        for _ in 0..self.depth {
            self.out.push_str("  ");
        }
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn inner(&mut self, f: impl FnOnce(&mut Self)) {
        self.depth += 1;
        f(self);
        self.depth -= 1;
    }

    /// The letters of a span on one line.
    fn text(&self, span: Span) -> String {
        span.text(self.source).replace("\r\n", "\\n").replace(['\n', '\r'], "\\n")
    }

    fn slot_list(&mut self, what: &str, list: &SlotList) {
        let annotation = list.annotation.map_or(String::new(), |a| format!(" {{}} = {}", self.text(a)));
        self.line(&format!("{what}{annotation}"));
        self.inner(|d| {
            for slot in &list.slots {
                d.slot(slot);
            }
        });
    }

    fn slot(&mut self, slot: &Slot) {
        if let Some(comment) = slot.comment {
            let comment = crate::literal::comment_text(comment.text(self.source)).replace('\n', "\\n");
            self.line(&format!("\"{comment}\""));
        }
        let mut text = String::from(if slot.is_argument { "argument " } else { "slot " });
        match &slot.name {
            SlotName::Unary(name) => text += &self.text(*name),
            SlotName::Binary { operator, parameter } => {
                text += &self.text(*operator);
                text += &parameter.as_ref().map_or(String::new(), |p| self.parameter(p));
            }
            SlotName::Keyword { parts, parameters } => {
                for (i, part) in parts.iter().enumerate() {
                    text += if i == 0 { "" } else { " " };
                    text += &self.text(*part);
                    text += &parameters.get(i).map_or(String::new(), |p| self.parameter(p));
                }
            }
        }
        if slot.is_parent {
            text.push('*');
        }
        if let Some(type_) = &slot.type_ {
            let _ = write!(text, " <{}>", self.type_(type_));
        }
        if let Some(result) = &slot.result {
            let _ = write!(text, " ^ <{}>", self.type_(result));
        }
        for annotation in &slot.annotations {
            let _ = write!(text, " {{{}}}", self.text(*annotation));
        }
        match &slot.init {
            Init::None => self.line(&text),
            Init::Constant(expr) => self.with_expr(&(text + " ="), expr),
            Init::Assignable(expr) => self.with_expr(&(text + " <-"), expr),
            Init::Method(body) => {
                self.line(&(text + " = method"));
                self.inner(|d| d.body(body));
            }
        }
    }

    fn with_expr(&mut self, text: &str, expr: &Expr) {
        self.line(text);
        self.inner(|d| d.expr(expr));
    }

    fn parameter(&self, parameter: &Parameter) -> String {
        let type_ = parameter.type_.as_ref().map_or(String::new(), |t| format!(" <{}>", self.type_(t)));
        format!(" {}{type_}", self.text(parameter.name))
    }

    fn body(&mut self, body: &Body) {
        if let Some(annotation) = body.annotation {
            let text = format!("annotation {}", self.text(annotation));
            self.line(&text);
        }
        if let Some(list) = &body.slots {
            self.slot_list("slots", list);
        }
        self.statements(&body.statements);
    }

    fn statements(&mut self, statements: &[Statement]) {
        for statement in statements {
            if statement.is_return {
                self.with_expr("^", &statement.expr);
            } else {
                self.expr(&statement.expr);
            }
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Integer | ExprKind::Float | ExprKind::String | ExprKind::SelfRef => {
                let text = self.text(expr.span);
                self.line(&text);
            }
            ExprKind::Error => self.line("error"),
            ExprKind::Object(list) => self.slot_list("object", list),
            ExprKind::Block(body) => {
                self.line("block");
                self.inner(|d| d.body(body));
            }
            ExprKind::Group(body) => {
                self.line("group");
                self.inner(|d| d.body(body));
            }
            ExprKind::Vector(elements) => {
                self.line("vector");
                self.inner(|d| elements.iter().for_each(|e| d.expr(e)));
            }
            ExprKind::Template(parts) => {
                self.line("template");
                self.inner(|d| parts.iter().for_each(|p| d.template_part(p)));
            }
            ExprKind::Send(send) => self.send(send),
        }
    }

    fn template_part(&mut self, part: &TemplatePart) {
        match part {
            TemplatePart::Text(span) => {
                let text = format!("text {}", self.text(*span));
                self.line(&text);
            }
            TemplatePart::Hole(expr) => self.with_expr("hole", expr),
        }
    }

    fn send(&mut self, send: &Send) {
        let selector = selector(&send.selector, self.source);
        let how = match &send.receiver {
            Receiver::Expr(_) => "send",
            Receiver::Implicit => "here",
            Receiver::Resend(_) => "resend",
            Receiver::Delegate(_) => "delegate",
        };
        let to = match &send.receiver {
            Receiver::Delegate(parent) => format!(" to {}", self.text(*parent)),
            _ => String::new(),
        };
        self.line(&format!("{how} {selector}{to}"));
        self.inner(|d| {
            if let Receiver::Expr(receiver) = &send.receiver {
                d.expr(receiver);
            }
            send.arguments.iter().for_each(|a| d.expr(a));
        });
    }

    /// A type on one line, everything that could be ambiguous in parentheses.
    fn type_(&self, type_: &Type) -> String {
        match &type_.kind {
            TypeKind::Name(name) => self.text(*name),
            TypeKind::Error => "error".to_owned(),
            TypeKind::Apply(base, parts) => {
                let parts: Vec<String> = parts.iter().map(|(k, t)| format!("{} {}", self.text(*k), self.type_(t))).collect();
                format!("({} {})", self.type_(base), parts.join(" "))
            }
            TypeKind::Union(members) => {
                let members: Vec<String> = members.iter().map(|t| self.type_(t)).collect();
                format!("({})", members.join(" | "))
            }
            TypeKind::Block(arguments, result) => {
                let arguments: Vec<String> = arguments.iter().map(|t| self.type_(t)).collect();
                let result = result.as_ref().map_or(String::new(), |t| format!(" ^ {}", self.type_(t)));
                format!("[{}{result}]", arguments.join(", "))
            }
            TypeKind::Object(list) => {
                let mut inner = Dumper { source: self.source, out: String::new(), depth: 0 };
                list.slots.iter().for_each(|slot| inner.slot(slot));
                let slots: Vec<&str> = inner.out.lines().map(str::trim).collect();
                format!("(| {} |)", slots.join(". "))
            }
            TypeKind::Bound(variable, bound) => format!("{}: {}", self.text(*variable), self.type_(bound)),
        }
    }
}
