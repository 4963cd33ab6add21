//! What a loop or a comprehension goes through, and by which message.

use ruff_python_ast::{Expr, ExprCall};

use super::kind::Kind;
use super::piece::{Piece, parts};
use super::translator::{Said, Translator, unsaid};

/// A collection, the message that goes through it, and what its block gets.
pub(super) struct Walk {
    pub(super) receiver: Piece,
    /// The message: its last part takes the block.
    selector: &'static str,
    before: Vec<Piece>,
    kinds: Vec<Kind>,
    /// Python hands the index out first, Aura last.
    is_indexed: bool,
    /// Where counting begins, if not at 0.
    pub(super) from: Option<Piece>,
    /// How often, where numbers from 0 on are counted.
    times: bool,
}

impl Walk {
    pub(super) fn simple(receiver: Piece) -> Self {
        let (selector, kind) = match &receiver.kind {
            Kind::Lookup(_) => ("keysDo:", Kind::Unknown),
            kind => ("do:", kind.element()),
        };
        Self { receiver, selector, before: Vec::new(), kinds: vec![kind], is_indexed: false, from: None, times: false }
    }

    fn with(self, selector: &'static str, before: Vec<Piece>, kinds: Vec<Kind>) -> Self {
        Self { selector, before, kinds, ..self }
    }

    /// What the block gets, in Aura's order.
    pub(super) fn kinds(&self) -> Vec<Kind> {
        self.kinds.clone()
    }

    /// Python's targets in Aura's order.
    pub(super) fn ordered<'e>(&self, mut targets: Vec<&'e Expr>) -> Vec<&'e Expr> {
        if self.is_indexed {
            targets.rotate_left(1);
        }
        targets
    }

    /// Only how often matters.
    pub(super) fn is_counted(&self, target: &Expr) -> bool {
        self.times && matches!(target, Expr::Name(n) if n.id.as_str().chars().all(|c| c == '_'))
    }

    /// A simple `do:`, for which there are `collect:` and `select:`.
    pub(super) fn is_simple(&self) -> bool {
        matches!(self.selector, "do:" | "upTo:Do:" | "to:Do:") && self.kinds.len() == 1
    }

    /// The loop.
    pub(super) fn over(&self, block: &str) -> String {
        if self.times && block.starts_with("[ ") && !block.starts_with("[ |") || self.times && block.starts_with("[\n") {
            return self.before[0].keyword("timesRepeat:", &[Piece::block(block)], Kind::Unknown).expr.text;
        }
        let mut arguments = self.before.clone();
        arguments.push(Piece::block(block));
        match self.receiver.expr.text.as_str() {
            "self" => parts(self.selector, &arguments),
            _ => self.receiver.keyword(self.selector, &arguments, Kind::Unknown).expr.text,
        }
    }

    /// The same as a collection.
    pub(super) fn collection(&self) -> Piece {
        match self.selector {
            "upTo:Do:" => self.receiver.keyword("upTo:", &self.before, Kind::items(Kind::Integer)),
            "to:Do:" => self.receiver.keyword("to:", &self.before, Kind::items(Kind::Integer)),
            "upTo:By:Do:" => self.receiver.keyword("upTo:By:", &self.before, Kind::items(Kind::Integer)),
            "to:By:Do:" => self.receiver.keyword("to:By:", &self.before, Kind::items(Kind::Integer)),
            "downTo:Do:" => self.receiver.keyword("downTo:", &self.before, Kind::items(Kind::Integer)),
            "keysDo:" => self.receiver.unary("keys", Kind::items(Kind::Unknown)),
            "reverseDo:" => self.receiver.unary("reversed", self.receiver.kind.clone()),
            _ => self.receiver.clone(),
        }
    }
}

impl Translator<'_> {
    /// How to go through what `iter` answers.
    pub(super) fn walk(&mut self, iter: &Expr) -> Said<Walk> {
        let Expr::Call(call) = iter else { return Ok(Walk::simple(self.expression(iter)?)) };
        let arguments = &call.arguments.args[..];
        match (&*call.func, arguments) {
            (Expr::Name(name), _) if self.variables.contains_key(name.id.as_str()) => {}
            (Expr::Name(name), _) => match name.id.as_str() {
                "range" => return self.range(call),
                "enumerate" => return self.enumerate(call),
                "zip" if arguments.len() == 2 => {
                    let (a, b) = (self.expression(&arguments[0])?, self.expression(&arguments[1])?);
                    let kinds = vec![a.kind.element(), b.kind.element()];
                    return Ok(Walk::simple(a).with("with:Do:", vec![b], kinds));
                }
                "reversed" if arguments.len() == 1 && !matches!(&arguments[0], Expr::Call(_)) => {
                    let all = self.expression(&arguments[0])?;
                    let kinds = vec![all.kind.element()];
                    return Ok(Walk::simple(all).with("reverseDo:", Vec::new(), kinds));
                }
                _ => {}
            },
            (Expr::Attribute(method), []) => {
                let holder = self.expression(&method.value)?;
                let values = holder.kind.at();
                let is_own = matches!(holder.kind, Kind::Object(_));
                match method.attr.as_str() {
                    "items" if !is_own => {
                        return Ok(Walk::simple(holder).with("keysAndValuesDo:", Vec::new(), vec![Kind::Unknown, values]));
                    }
                    "keys" if !is_own => return Ok(Walk::simple(holder).with("keysDo:", Vec::new(), vec![Kind::Unknown])),
                    "values" if !is_own => return Ok(Walk::simple(holder).with("do:", Vec::new(), vec![values])),
                    _ => {}
                }
            }
            _ => {}
        }
        Ok(Walk::simple(self.expression(iter)?))
    }

    fn enumerate(&mut self, call: &ExprCall) -> Said<Walk> {
        let Some(all) = call.arguments.args.first() else { return Err(unsaid(call, "enumerate without arguments")) };
        let start = call.arguments.args.get(1).or_else(|| call.arguments.find_keyword("start").map(|k| &k.value));
        let all = self.expression(all)?;
        let from = start.map(|s| self.expression(s)).transpose()?.filter(|s| s.expr.text != "0");
        let kinds = vec![all.kind.element(), Kind::Integer];
        Ok(Walk { is_indexed: true, from, ..Walk::simple(all).with("do:", Vec::new(), kinds) })
    }

    fn range(&mut self, call: &ExprCall) -> Said<Walk> {
        let (from, to, step) = match &call.arguments.args[..] {
            [to] => (None, to, None),
            [from, to] => (Some(from), to, None),
            [from, to, step] => (Some(from), to, Some(step)),
            _ => return Err(unsaid(call, "range with these arguments")),
        };
        let times = from.is_none();
        let from = match from {
            Some(from) => self.expression(from)?,
            None => Piece::new("0", Kind::Integer),
        };
        let kinds = vec![Kind::Integer];
        let Some(step) = step else {
            let walk = match self.last_of(to)? {
                Some(last) => Walk::simple(from).with("to:Do:", vec![last], kinds),
                None => Walk::simple(from).with("upTo:Do:", vec![self.expression(to)?], kinds),
            };
            return Ok(Walk { times: times && walk.selector == "upTo:Do:", ..walk });
        };
        let step = self.expression(step)?;
        let Ok(by) = step.expr.text.parse::<i64>() else { return Err(unsaid(call, "range with a step that is not a number")) };
        if by > 0 {
            let to = self.expression(to)?;
            return Ok(Walk::simple(from).with("upTo:By:Do:", vec![to, step], kinds));
        }
        let to = self.expression(to)?;
        let last = match to.expr.text.parse::<i64>() {
            Ok(n) => Piece::new((n + 1).to_string(), Kind::Integer),
            Err(_) => to.binary("+", &Piece::new("1", Kind::Integer), Kind::Integer),
        };
        Ok(match by {
            -1 => Walk::simple(from).with("downTo:Do:", vec![last], kinds),
            _ => Walk::simple(from).with("to:By:Do:", vec![last, step], kinds),
        })
    }

    /// `x` of `x + 1`: where a range to that ends.
    fn last_of(&mut self, end: &Expr) -> Said<Option<Piece>> {
        let Expr::BinOp(sum) = end else { return Ok(None) };
        let is_one = matches!(&*sum.right, Expr::NumberLiteral(n) if n.value.as_int().and_then(|i| i.as_i64()) == Some(1));
        if sum.op != ruff_python_ast::Operator::Add || !is_one {
            return Ok(None);
        }
        self.expression(&sum.left).map(Some)
    }
}
