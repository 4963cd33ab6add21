//! What code does: whose objects it changes, and which loops end.

use aura_syntax::tree::{Body as Code, Expr, ExprKind, Receiver, Send};

use super::body::Body;
use super::send::{Instance, Message, is_self};
use crate::effects::{Call, Whose};
use crate::object::SlotKind;
use crate::ty::{Type, TypeId};

impl Body<'_> {
    /// Remembers what a message does.
    pub(super) fn does(&mut self, receiver: TypeId, message: &Message, known: &[Instance], unknown: bool) {
        let whose = self.whose_receiver(message);
        for instance in known {
            let Some(slot) = instance.slot else { continue };
            if instance.is_write {
                self.calls.insert(Call::Write(whose));
                self.mark_changed(message);
            } else if self.u.slot(slot).kind == SlotKind::Method {
                self.calls.insert(Call::Method(slot, whose));
                self.mark_changed(message);
            }
        }
        // A block that was given does what whoever wrote it does.
        let is_block = matches!(self.u.types.get(receiver), Type::Block(..));
        if unknown && !is_block && known.is_empty() && !self.u.names.text(message.name).starts_with("value") {
            self.calls.insert(Call::Named(message.name));
        }
    }

    /// Whose objects an expression answers.
    pub(super) fn whose(&mut self, expr: &Expr) -> Whose {
        match &expr.kind {
            ExprKind::Object(_)
            | ExprKind::Vector(_)
            | ExprKind::Integer
            | ExprKind::Float
            | ExprKind::String
            | ExprKind::Template(_) => Whose::Fresh,
            ExprKind::SelfRef => Whose::Own,
            ExprKind::Group(body) if body.statements.len() == 1 && body.slots.is_none() => self.whose(&body.statements[0].expr),
            ExprKind::Send(send) => self.whose_answer(send),
            _ => Whose::Other,
        }
    }

    fn whose_answer(&mut self, send: &Send) -> Whose {
        let name = self.selector(send);
        let text = self.u.names.text(name);
        // Copies are new; an assignment answers its receiver.
        if text == "copy" || text == "clone" || text.starts_with("copy") || text == "_Clone" || text.starts_with("_New") {
            return Whose::Fresh;
        }
        match &send.receiver {
            Receiver::Implicit if send.arguments.is_empty() => match self.local(name) {
                Some(at) => {
                    let span = self.locals[at].span;
                    // An argument came from elsewhere.
                    self.flows.get(&span.start).map_or(Whose::Other, |f| f.whose)
                }
                None => Whose::Other,
            },
            Receiver::Expr(e) if self.u.names.assigned(name).is_some() || text == "add:" || text == "addAll:" => self.whose(e),
            _ => Whose::Other,
        }
    }

    pub(super) fn whose_receiver(&mut self, message: &Message) -> Whose {
        match &message.send.receiver {
            Receiver::Implicit | Receiver::Resend(_) | Receiver::Delegate(_) => Whose::Own,
            Receiver::Expr(e) if is_self(e) => Whose::Own,
            Receiver::Expr(e) => self.whose(e),
        }
    }

    /// If what a local holds turns out not to be fresh, this message has done more than was thought.
    fn mark_changed(&mut self, message: &Message) {
        if let Some(at) = self.local_of(message) {
            let span = self.locals[at].span;
            if let Some(flow) = self.flows.get_mut(&span.start) {
                flow.was_changed = true;
            }
        }
    }

    /// `[ i < n ] whileTrue: [ …. i: i + 1 ]`: a loop whose test compares a local with something, and whose body moves that local
    /// towards it in its outermost statements. Nothing else may assign to it.
    pub(super) fn is_counted(&mut self, test: &Code, body: Option<&Code>, until: bool) -> bool {
        let (Some(body), [one]) = (body, &test.statements[..]) else { return false };
        let ExprKind::Send(compare) = &one.expr.kind else { return false };
        let operator = compare.selector[0].text(&self.text).to_string();
        let upwards = match (operator.as_str(), until) {
            ("<" | "<=", true) | (">" | ">=", false) => true,
            (">" | ">=", true) | ("<" | "<=", false) => false,
            _ => return false,
        };
        let Receiver::Expr(left) = &compare.receiver else { return false };
        let Some(counter) = self.counter(left) else { return false };
        let steps: Vec<&Expr> = body.statements.iter().map(|s| &s.expr).filter(|e| self.assigns(e, &counter)).collect();
        let text = self.text.clone();
        let all = assignments(body.span.text(&text), &counter);
        steps.len() == 1 && all == 1 && self.is_step(steps[0], &counter, upwards)
    }

    fn counter(&self, expr: &Expr) -> Option<String> {
        let ExprKind::Send(send) = &expr.kind else { return None };
        let is_name = matches!(send.receiver, Receiver::Implicit) && send.arguments.is_empty();
        is_name.then(|| send.selector[0].text(&self.text).to_string())
    }

    fn assigns(&self, expr: &Expr, counter: &str) -> bool {
        let ExprKind::Send(send) = &expr.kind else { return false };
        matches!(send.receiver, Receiver::Implicit)
            && send.selector.len() == 1
            && send.selector[0].text(&self.text).strip_suffix(':') == Some(counter)
    }

    /// `i: i + 1`, with a positive number.
    fn is_step(&self, expr: &Expr, counter: &str, upwards: bool) -> bool {
        let ExprKind::Send(send) = &expr.kind else { return false };
        let [Expr { kind: ExprKind::Send(sum), .. }] = &send.arguments[..] else { return false };
        let operator = if upwards { "+" } else { "-" };
        let (Receiver::Expr(left), [step]) = (&sum.receiver, &sum.arguments[..]) else { return false };
        let is_positive = matches!(step.kind, ExprKind::Integer) && !step.span.text(&self.text).starts_with(['-', '0']);
        sum.selector[0].text(&self.text) == operator && self.counter(left).as_deref() == Some(counter) && is_positive
    }
}

/// How often a text seems to assign to a name.
fn assignments(text: &str, name: &str) -> usize {
    let pattern = format!("{name}:");
    text.match_indices(&pattern).filter(|(at, _)| !text[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_')).count()
}
