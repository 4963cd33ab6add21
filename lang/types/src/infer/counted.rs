//! Which loops end.

use aura_syntax::tree::{Body as Code, Expr, ExprKind, Receiver};

use super::body::Body;

impl Body<'_> {
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
