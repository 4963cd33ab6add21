//! Messages that are control structures when their arguments are literal blocks, as the compiler reads them too.
//!
//! What must stay true: each is read this way only if its receiver is what it is made for; an object of one's own that understands
//! `ifTrue:` gets an ordinary message.

use aura_syntax::tree::{Body as Code, Expr, ExprKind, Receiver, Send, Span};

use super::block::arity;
use super::body::Body;
use super::env::Env;
use super::narrow::Test;
use super::send::Message;
use crate::effects::Call;
use crate::ty::{Type, TypeId};

/// Which control structure.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Control {
    /// `ifTrue:` and its kin: what is evaluated for true, and for false, by the argument's number.
    If(Option<usize>, Option<usize>),
    And,
    Or,
    While(bool),
    /// The receiver itself is evaluated as long as it answers this.
    WhileSelf(bool),
    Loop,
    /// `ifNil:` and its kin, likewise for nil and for the rest.
    Nil(Option<usize>, Option<usize>),
    Not,
}

fn control(selector: &str) -> Option<Control> {
    Some(match selector {
        "ifTrue:" => Control::If(Some(0), None),
        "ifFalse:" => Control::If(None, Some(0)),
        "ifTrue:False:" => Control::If(Some(0), Some(1)),
        "ifFalse:True:" => Control::If(Some(1), Some(0)),
        "and:" | "&&" => Control::And,
        "or:" | "||" => Control::Or,
        "whileTrue:" => Control::While(true),
        "whileFalse:" => Control::While(false),
        "whileTrue" => Control::WhileSelf(true),
        "whileFalse" => Control::WhileSelf(false),
        "loop" => Control::Loop,
        "ifNil:" => Control::Nil(Some(0), None),
        "ifNotNil:" => Control::Nil(None, Some(0)),
        "ifNil:IfNotNil:" => Control::Nil(Some(0), Some(1)),
        "ifNotNil:IfNil:" => Control::Nil(Some(1), Some(0)),
        "not" => Control::Not,
        _ => return None,
    })
}

/// A condition: its type, and what is known where it holds and where it does not.
pub(super) struct Condition {
    pub(super) type_: TypeId,
    pub(super) yes: Env,
    pub(super) no: Env,
}

impl Body<'_> {
    /// The answer of a control structure; nothing if the message is an ordinary one and nothing of it was looked at.
    pub(super) fn control(&mut self, message: &Message) -> Option<TypeId> {
        let send = message.send;
        let Receiver::Expr(receiver) = &send.receiver else { return None };
        let control = control(self.u.names.text(message.name))?;
        match control {
            Control::If(yes, no) => {
                let takes_block = send.arguments.iter().any(|a| plain_block(a).is_some());
                takes_block.then(|| self.if_(receiver, message, yes, no))
            }
            Control::And | Control::Or | Control::Not => {
                let condition = self.condition_of(control, receiver, message);
                self.env = condition.yes;
                self.env.join(&condition.no, &mut self.u.types);
                Some(condition.type_)
            }
            Control::While(until) => {
                let (test, body) = (plain_block(receiver)?, plain_block(&send.arguments[0])?);
                Some(self.while_(test, Some(body), until))
            }
            Control::WhileSelf(until) => Some(self.while_(plain_block(receiver)?, None, until)),
            Control::Loop => {
                let body = plain_block(receiver)?;
                self.calls.insert(Call::Loop);
                self.loosen();
                self.inline(body, &[]);
                self.env.is_dead = true;
                Some(TypeId::NEVER)
            }
            Control::Nil(nil, other) => {
                let all = send.arguments.iter().all(|a| literal_block(a).is_some());
                all.then(|| self.if_nil(receiver, message, nil, other))
            }
        }
    }

    fn is_bool(&mut self, id: TypeId) -> bool {
        let id = self.zonk(id);
        let b = self.u.builtin;
        self.u.types.members(id).into_iter().all(|m| match self.u.types.get(m) {
            Type::Any | Type::Never | Type::Meta(_) => true,
            Type::Var(_) => !self.u.options.strict,
            Type::Object(o, _) => [b.true_, b.false_, b.bool_].contains(o),
            _ => false,
        })
    }

    /// The same of what a message at `at` is sent to, of which strict checking wants something to be known.
    fn is_tested(&mut self, id: TypeId, at: Span) -> bool {
        let zonked = self.zonk(id);
        let is_unknown = zonked != TypeId::NEVER
            && self.u.types.members(zonked).into_iter().all(|m| matches!(self.u.types.get(m), Type::Any | Type::Meta(_)));
        if is_unknown {
            self.unknown_receiver(at);
        }
        self.is_bool(id)
    }

    fn if_(&mut self, receiver: &Expr, message: &Message, yes: Option<usize>, no: Option<usize>) -> TypeId {
        let Condition { type_, yes: holds, no: fails } = self.condition(receiver);
        if !self.is_tested(type_, message.at) {
            self.env = holds;
            self.env.join(&fails, &mut self.u.types);
            return self.message(type_, message);
        }
        let arguments = &message.send.arguments;
        let (first, after) = self.branch(holds, yes.map(|i| &arguments[i]), message.wanted);
        let (second, after_second) = self.branch(fails, no.map(|i| &arguments[i]), message.wanted);
        self.env = after;
        self.env.join(&after_second, &mut self.u.types);
        self.u.types.soft(first, second)
    }

    /// What a branch answers, and what is known after it.
    fn branch(&mut self, env: Env, code: Option<&Expr>, wanted: Option<TypeId>) -> (TypeId, Env) {
        self.env = env;
        let type_ = match code {
            None => self.u.nil_type(),
            Some(code) => self.evaluated(code, &[], wanted),
        };
        let type_ = if self.env.is_dead { TypeId::NEVER } else { type_ };
        (type_, std::mem::take(&mut self.env))
    }

    /// An argument that is evaluated here: a literal block in its place, anything else by `value`.
    fn evaluated(&mut self, code: &Expr, given: &[TypeId], wanted: Option<TypeId>) -> TypeId {
        if let ExprKind::Block(body) = &code.kind {
            self.want_of(body.span, wanted);
            return self.inline(body, given);
        }
        let type_ = self.expr(code, wanted);
        match *self.u.types.get(type_) {
            Type::Block(_, result) => result,
            _ => type_,
        }
    }

    pub(super) fn condition(&mut self, expr: &Expr) -> Condition {
        match &expr.kind {
            ExprKind::Group(body) if body.slots.is_none() && body.statements.len() == 1 => {
                self.condition(&body.statements[0].expr)
            }
            ExprKind::Send(send) => {
                let name = self.selector(send);
                let known = control(self.u.names.text(name)).filter(|c| matches!(c, Control::And | Control::Or | Control::Not));
                match (known, &send.receiver) {
                    (Some(control), Receiver::Expr(receiver)) => {
                        let message = self.as_message(send, expr);
                        let condition = self.condition_of(control, receiver, &message);
                        self.place(expr.span, condition.type_);
                        condition
                    }
                    _ => self.tested(expr),
                }
            }
            _ => self.tested(expr),
        }
    }

    fn as_message<'s>(&mut self, send: &'s Send, expr: &Expr) -> Message<'s> {
        let name = self.selector(send);
        let at = send.selector[0].to(send.selector[send.selector.len() - 1]);
        Message { send, name, at, span: expr.span, is_implicit: false, wanted: None }
    }

    fn condition_of(&mut self, control: Control, receiver: &Expr, message: &Message) -> Condition {
        let first = self.condition(receiver);
        if !self.is_tested(first.type_, message.at) {
            self.env = first.yes;
            self.env.join(&first.no, &mut self.u.types);
            let type_ = self.message(first.type_, message);
            return Condition { type_, yes: self.env.clone(), no: self.env.clone() };
        }
        let bool_ = self.u.bool_type();
        match control {
            Control::Not => Condition { type_: bool_, yes: first.no, no: first.yes },
            Control::And => {
                self.env = first.yes;
                let second = self.operand(&message.send.arguments[0]);
                let mut no = first.no;
                no.join(&second.no, &mut self.u.types);
                Condition { type_: self.u.types.soft(bool_, second.type_), yes: second.yes, no }
            }
            _ => {
                self.env = first.no;
                let second = self.operand(&message.send.arguments[0]);
                let mut yes = first.yes;
                yes.join(&second.yes, &mut self.u.types);
                Condition { type_: self.u.types.soft(bool_, second.type_), yes, no: second.no }
            }
        }
    }

    /// The second half of `&&` and `||`: a condition, perhaps in a block.
    fn operand(&mut self, expr: &Expr) -> Condition {
        let never = self.env.is_dead;
        let condition = self.operand_itself(expr);
        if never { Condition { type_: TypeId::NEVER, ..condition } } else { condition }
    }

    fn operand_itself(&mut self, expr: &Expr) -> Condition {
        match plain_block(expr) {
            Some(body) => self.block_condition(body),
            None => {
                let mut condition = self.condition(expr);
                if let Type::Block(_, result) = *self.u.types.get(condition.type_) {
                    condition.type_ = result;
                }
                condition
            }
        }
    }

    fn block_condition(&mut self, body: &Code) -> Condition {
        let bool_ = self.u.bool_type();
        self.want_of(body.span, Some(bool_));
        let Some((last, before)) = body.statements.split_last().filter(|(last, _)| !last.is_return && body.slots.is_none())
        else {
            let type_ = self.inline(body, &[]);
            return Condition { type_, yes: self.env.clone(), no: self.env.clone() };
        };
        self.statements(before, None);
        self.condition(&last.expr)
    }

    /// Any other expression, and what its form tells.
    fn tested(&mut self, expr: &Expr) -> Condition {
        let type_ = self.expr(expr, None);
        let (mut yes, mut no) = (self.env.clone(), self.env.clone());
        if let Some(test) = self.test(expr) {
            self.apply(&test, true, &mut yes);
            self.apply(&test, false, &mut no);
        }
        let b = self.u.builtin;
        match self.u.types.get(type_) {
            Type::Object(o, _) if *o == b.true_ => no.is_dead = true,
            Type::Object(o, _) if *o == b.false_ => yes.is_dead = true,
            _ => {}
        }
        Condition { type_, yes, no }
    }

    fn while_(&mut self, test: &Code, body: Option<&Code>, until: bool) -> TypeId {
        if !self.is_counted(test, body, until) {
            self.calls.insert(Call::Loop);
        }
        self.loosen();
        let condition = self.block_condition(test);
        let at = test.statements.last().map_or(test.span, |s| s.span);
        if !self.is_tested(condition.type_, at) {
            self.not_a_condition(at, condition.type_);
        }
        let (inside, outside) = if until { (condition.yes, condition.no) } else { (condition.no, condition.yes) };
        if let Some(body) = body {
            self.env = inside;
            self.inline(body, &[]);
        }
        self.env = outside;
        if self.env.is_dead { TypeId::NEVER } else { self.u.nil_type() }
    }

    fn if_nil(&mut self, receiver: &Expr, message: &Message, nil: Option<usize>, other: Option<usize>) -> TypeId {
        let type_ = self.expr(receiver, None);
        let type_ = self.shallow(type_);
        let (rest, may_be_nil, may_be_other) = self.without_nil(type_);
        let (mut yes, mut no) = (self.env.clone(), self.env.clone());
        if let Some(place) = self.place_of(receiver) {
            let test = Test::Nil(place);
            self.apply(&test, true, &mut yes);
            self.apply(&test, false, &mut no);
        }
        yes.is_dead |= !may_be_nil;
        no.is_dead |= !may_be_other;
        let arguments = &message.send.arguments;
        let nil_type = self.u.nil_type();
        self.env = yes;
        let first = match nil {
            Some(i) => self.evaluated(&arguments[i], &[], message.wanted),
            None => nil_type,
        };
        let first = if self.env.is_dead { TypeId::NEVER } else { first };
        let after = std::mem::replace(&mut self.env, no);
        let second = match other {
            Some(i) => self.evaluated(&arguments[i], &[rest], message.wanted),
            None => rest,
        };
        let second = if self.env.is_dead { TypeId::NEVER } else { second };
        self.env.join(&after, &mut self.u.types);
        if type_ == TypeId::ANY { TypeId::ANY } else { self.u.types.soft(first, second) }
    }
}

/// A literal block without arguments.
fn plain_block(expr: &Expr) -> Option<&Code> {
    literal_block(expr).filter(|b| arity(b) == 0)
}

fn literal_block(expr: &Expr) -> Option<&Code> {
    match &expr.kind {
        ExprKind::Block(body) => Some(body),
        _ => None,
    }
}
