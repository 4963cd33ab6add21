//! A method's code as an ordered tree with labels, as it is compared with others.
//!
//! What must stay true: methods that differ only in the names of locals and arguments, in the method's own name, in layout and comments, in
//! brackets around one expression, in an explicit `self` where it means the same, or in a final `^`, have the same tree.
//!
//! Labels: `:1` an argument of the method, `$1` a local or an argument of a block, by the order in which they come first, `$1:` an
//! assignment to one, `self`, literals as written, `[]` a block, `{}` a vector, `()` statements, `^` an early answer, `!` the method's own
//! selector, and every other selector as it is. The children of a message are its receiver and its arguments.

use aura_syntax::tree::{
    Body, Expr, ExprKind, File, Init, Parameter, Receiver, Send, Slot, SlotList, SlotName, Statement, TemplatePart, selector,
};

use crate::answer::name;

/// A tree in postorder: the form in which it is compared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    labels: Vec<String>,
    /// For each node, the first node of its subtree.
    first: Vec<usize>,
}

impl Tree {
    /// The tree of the one method in `source` (a slot). Nothing if that is not one method that parses.
    pub fn of(source: &str) -> Option<Self> {
        let parsed = aura_syntax::parse_slots(source);
        if parsed.has_errors() {
            return None;
        }
        let File { slots: Some(SlotList { slots, .. }), .. } = &parsed.file else { return None };
        match &slots[..] {
            [slot] => Self::of_slot(slot, source),
            _ => None,
        }
    }

    /// The tree of a slot that is a method.
    pub fn of_slot(slot: &Slot, text: &str) -> Option<Self> {
        let Init::Method(body) = &slot.init else { return None };
        let mut grower =
            Grower { text, own: name(slot, text), tree: Tree::default(), scopes: Vec::new(), locals: 0, arguments: 0 };
        grower.method(&slot.name, body);
        Some(grower.tree)
    }

    /// Nodes.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// A method without code.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The labels, in postorder.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// For each node, the first node of its subtree in postorder, which is its leftmost leaf.
    pub fn leftmost(&self) -> &[usize] {
        &self.first
    }

    /// Adds a node above everything that was added since `first`.
    pub fn push(&mut self, label: impl Into<String>, first: usize) {
        self.first.push(first.min(self.labels.len()));
        self.labels.push(label.into());
    }
}

/// A name in scope.
struct Name {
    name: String,
    /// `:1`, or `$1` once it was seen.
    label: Option<String>,
}

struct Grower<'a> {
    text: &'a str,
    /// The method's selector.
    own: String,
    tree: Tree,
    scopes: Vec<Vec<Name>>,
    locals: usize,
    arguments: usize,
}

impl Grower<'_> {
    fn here(&self) -> usize {
        self.tree.labels.len()
    }

    fn method(&mut self, header: &SlotName, body: &Body) {
        let parameters: Vec<&Parameter> = match header {
            SlotName::Unary(_) => Vec::new(),
            SlotName::Binary { parameter, .. } => parameter.iter().collect(),
            SlotName::Keyword { parameters, .. } => parameters.iter().collect(),
        };
        let mut scope = Vec::new();
        for parameter in parameters {
            scope.push(self.argument(parameter.name.text(self.text)));
        }
        self.scopes.push(scope);
        self.body(body, true);
        self.scopes.pop();
    }

    fn argument(&mut self, name: &str) -> Name {
        self.arguments += 1;
        Name { name: name.into(), label: Some(format!(":{}", self.arguments)) }
    }

    /// Locals and statements. In a method's own body a final `^` says nothing.
    fn body(&mut self, body: &Body, is_method: bool) {
        let start = self.here();
        let slots = body.slots.as_ref().map_or(&[][..], |l| &l.slots[..]);
        self.scopes.push(Vec::new());
        let mut count = body.statements.len();
        for slot in slots {
            count += usize::from(self.local(slot, is_method));
        }
        let last = body.statements.len().saturating_sub(1);
        for (i, statement) in body.statements.iter().enumerate() {
            self.statement(statement, is_method && i == last);
        }
        self.scopes.pop();
        if count != 1 {
            self.tree.push("()", start);
        }
    }

    /// Declares a local. True if that leaves a node: it has a value at first.
    fn local(&mut self, slot: &Slot, is_method: bool) -> bool {
        let name = name(slot, self.text);
        if slot.is_argument {
            let named = match is_method {
                true => self.argument(&name),
                false => Name { name, label: Some(self.fresh()) },
            };
            self.declare(named);
            return false;
        }
        let start = self.here();
        match &slot.init {
            Init::None => {
                self.declare(Name { name, label: None });
                return false;
            }
            Init::Constant(e) | Init::Assignable(e) => self.expr(e),
            Init::Method(body) => self.body(body, false),
        }
        let label = self.fresh();
        self.tree.push(format!("{label}:"), start);
        self.declare(Name { name, label: Some(label) });
        true
    }

    fn declare(&mut self, name: Name) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.push(name);
        }
    }

    fn fresh(&mut self) -> String {
        self.locals += 1;
        format!("${}", self.locals)
    }

    /// The label of a name in scope.
    fn bound(&mut self, name: &str) -> Option<String> {
        let next = self.locals + 1;
        let found = self.scopes.iter_mut().rev().flat_map(|s| s.iter_mut().rev()).find(|n| n.name == name)?;
        if found.label.is_none() {
            found.label = Some(format!("${next}"));
            self.locals = next;
        }
        found.label.clone()
    }

    fn statement(&mut self, statement: &Statement, is_last: bool) {
        let start = self.here();
        self.expr(&statement.expr);
        if statement.is_return && !is_last {
            self.tree.push("^", start);
        }
    }

    fn expr(&mut self, expr: &Expr) {
        let start = self.here();
        match &expr.kind {
            ExprKind::Integer | ExprKind::Float | ExprKind::String => self.leaf(expr.span.text(self.text)),
            ExprKind::SelfRef => self.leaf("self"),
            ExprKind::Error => self.leaf("?"),
            ExprKind::Object(list) => self.object(list),
            ExprKind::Block(body) => {
                self.body(body, false);
                self.tree.push("[]", start);
            }
            ExprKind::Group(body) => self.body(body, false),
            ExprKind::Vector(items) => {
                items.iter().for_each(|e| self.expr(e));
                self.tree.push("{}", start);
            }
            ExprKind::Template(parts) => {
                for part in parts {
                    match part {
                        TemplatePart::Text(span) => self.leaf(&format!("'{}'", span.text(self.text))),
                        TemplatePart::Hole(e) => self.expr(e),
                    }
                }
                self.tree.push("``", start);
            }
            ExprKind::Send(send) => self.chain(send),
        }
    }

    fn leaf(&mut self, label: &str) {
        let here = self.here();
        self.tree.push(label, here);
    }

    fn object(&mut self, list: &SlotList) {
        let start = self.here();
        for slot in &list.slots {
            let begin = self.here();
            match &slot.init {
                Init::None => {}
                Init::Constant(e) | Init::Assignable(e) => self.expr(e),
                Init::Method(body) => self.body(body, false),
            }
            self.tree.push(format!("|{}", name(slot, self.text)), begin);
        }
        self.tree.push("(||)", start);
    }

    /// A chain `a b c d …` nests to the left as deep as it is long: taken apart in a loop, put together from its inside.
    fn chain(&mut self, send: &Send) {
        let mut sends = vec![send];
        let start = self.here();
        loop {
            let inner = sends.last().map(|s| &s.receiver);
            match inner {
                Some(Receiver::Expr(Expr { kind: ExprKind::Send(next), .. })) => sends.push(next),
                Some(Receiver::Expr(e)) => break self.expr(e),
                _ => break,
            }
        }
        for send in sends.into_iter().rev() {
            self.send(send, start);
        }
    }

    /// A message whose receiver, if one is written, has been added since `start`.
    fn send(&mut self, send: &Send, start: usize) {
        let selector = selector(&send.selector, self.text);
        let implicit = matches!(send.receiver, Receiver::Implicit);
        if implicit
            && send.arguments.is_empty()
            && let Some(label) = self.bound(&selector)
        {
            return self.leaf(&label);
        }
        let assigned = selector.strip_suffix(':').filter(|_| implicit).and_then(|name| self.bound(name));
        if let Some(label) = assigned {
            send.arguments.iter().for_each(|e| self.expr(e));
            return self.tree.push(format!("{label}:"), start);
        }
        match &send.receiver {
            Receiver::Implicit => self.leaf("self"),
            Receiver::Resend(_) => self.leaf("resend"),
            Receiver::Delegate(at) => self.leaf(&format!("{}.", at.text(self.text))),
            Receiver::Expr(_) => {}
        }
        send.arguments.iter().for_each(|e| self.expr(e));
        let label = if selector == self.own { "!".into() } else { selector };
        self.tree.push(label, start);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(source: &str) -> String {
        Tree::of(source).expect("a method").labels().join(" ")
    }

    #[test]
    fn only_the_form_counts() {
        let one = "total: all = ( | sum <- 0 | all do: [ | :each | sum: sum + each ]. sum )";
        let same = [
            "total: xs = ( | s <- 0 | xs do: [ | :x | s: (s + x) ]. ^ s )",
            "add:  them = (\n  | n <- 0 |\n  \"a remark\"\n  them do: [ |:e| n: n + e ]. n )",
            "total: = (| :all. sum <- 0 | all do: [ | :each | sum: sum + each ]. sum )",
        ];
        for other in same {
            assert_eq!(Tree::of(one), Tree::of(other), "{other}");
        }
        assert_eq!(labels(one), "0 $1: :1 $1 $2 + $1: [] do: $1 ()");
    }

    #[test]
    fn what_means_something_else_has_another_tree() {
        let one = Tree::of("less: a Than: b = ( a - b )");
        for other in
            ["less: a Than: b = ( b - a )", "less: a Than: b = ( a - c )", "less: a Than: b = ( a + b )", "less = ( a - b )"]
        {
            assert_ne!(one, Tree::of(other), "{other}");
        }
    }

    #[test]
    fn self_and_the_methods_own_name_are_one_thing() {
        assert_eq!(Tree::of("fac: n = ( n * (fac: n - 1) )"), Tree::of("factor: k = ( k * (self factor: k - 1) )"));
        assert_eq!(labels("norm = ( (x * x) + (y * y) )"), "self x self x * self y self y * +");
        assert_eq!(labels("m = ( a ifTrue: [ ^ 1 ]. `n {b}` )"), "self a 1 ^ [] ifTrue: 'n ' self b `` ()");
    }

    #[test]
    fn a_subtree_begins_at_its_leftmost_leaf() {
        let tree = Tree::of("m = ( 1 + 2 max: 3 )").expect("a method");
        assert_eq!((tree.labels().join(" "), tree.leftmost()), ("1 2 + 3 max:".into(), &[0, 1, 0, 3, 0][..]));
    }

    #[test]
    fn long_chains_and_nonsense_are_no_trouble() {
        let long = format!("m = ( x{} )", " foo".repeat(150));
        assert_eq!(Tree::of(&long).map(|t| t.len()), Some(152));
        for none in ["", "m = 3", "m = ( 1 ). n = ( 2 )", "m = ( ", "| m"] {
            assert_eq!(Tree::of(none), None, "{none}");
        }
    }
}
