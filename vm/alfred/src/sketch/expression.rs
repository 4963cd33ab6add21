//! Expressions. Each becomes one message or a few, in Aura's order: the receiver first.

use aura_syntax::write::quoted;
use ruff_python_ast::{
    BoolOp, CmpOp, Comprehension, ConversionFlag, Expr, ExprBoolOp, ExprCompare, ExprLambda, ExprSlice, ExprSubscript,
    InterpolatedStringElement, Number, Operator, UnaryOp,
};
use ruff_text_size::Ranged;

use super::kind::Kind;
use super::piece::{Piece, block};
use super::translator::{Said, Translator, named, unsaid};

fn integer(n: i64) -> Piece {
    Piece::new(n.to_string(), Kind::Integer)
}

/// Expressions that are looked at, those that are looked at twice counted twice; and characters of one of them. What doubles with each level of a
/// hostile text ends here.
const MOST_STEPS: usize = 5_000;
const MOST_TEXT: usize = 4 * crate::prompt::MOST_SOURCE;
/// Expressions one inside the other: `a + b + c` are as many as there are operators.
const MOST_NESTED: usize = 100;

/// Whether it can be said twice: doing so changes nothing, and asks for nothing.
pub(super) fn is_simple(e: &Expr) -> bool {
    match e {
        Expr::Name(_) | Expr::NumberLiteral(_) | Expr::StringLiteral(_) | Expr::BooleanLiteral(_) | Expr::NoneLiteral(_) => true,
        Expr::Attribute(a) => is_simple(&a.value),
        Expr::Subscript(s) => is_simple(&s.value) && is_simple(&s.slice),
        Expr::UnaryOp(u) => is_simple(&u.operand),
        Expr::BinOp(b) => is_simple(&b.left) && is_simple(&b.right),
        _ => false,
    }
}

impl Translator<'_> {
    pub(super) fn expression(&mut self, e: &Expr) -> Said<Piece> {
        self.steps += 1;
        if self.steps > MOST_STEPS || self.depth == MOST_NESTED {
            return Err(unsaid(e, "so much"));
        }
        self.depth += 1;
        let piece = self.expressed(e);
        self.depth -= 1;
        piece.and_then(|p| if p.expr.text.len() > MOST_TEXT { Err(unsaid(e, "so much")) } else { Ok(p) })
    }

    /// What `e` means, to be said first here and then there: evaluated once, where that makes a difference.
    pub(super) fn twice(&mut self, e: &Expr) -> Said<(Piece, Piece)> {
        let piece = self.expression(e)?;
        Ok(self.twice_of(e, piece))
    }

    fn twice_of(&mut self, e: &Expr, piece: Piece) -> (Piece, Piece) {
        if is_simple(e) {
            return (piece.clone(), piece);
        }
        let kept = self.local("kept");
        let first = Piece::block(format!("[ {kept}: {}. {kept} ]", piece.expr.text)).unary("value", piece.kind.clone());
        (first, Piece::new(kept, piece.kind))
    }

    fn expressed(&mut self, e: &Expr) -> Said<Piece> {
        Ok(match e {
            Expr::NumberLiteral(n) => match &n.value {
                Number::Int(i) => Piece::new(i.to_string(), Kind::Integer),
                Number::Float(f) if f.is_finite() => Piece::new(format!("{f:?}"), Kind::Number),
                _ => return Err(unsaid(e, "this number")),
            },
            Expr::StringLiteral(s) => Piece::new(quoted(s.value.to_str()), Kind::Text),
            Expr::BooleanLiteral(b) => Piece::new(if b.value { "true" } else { "false" }, Kind::Truth),
            Expr::NoneLiteral(_) => Piece::new("nil", Kind::Nil),
            Expr::Name(name) => self.name(&name.id, e)?,
            Expr::Attribute(a) => self.read(e, &a.value, &a.attr)?,
            Expr::BinOp(b) => {
                let (left, right) = (self.expression(&b.left)?, self.expression(&b.right)?);
                self.operation(e, left, b.op, right)?
            }
            Expr::UnaryOp(u) => self.negated(u.op, &u.operand)?,
            Expr::BoolOp(b) => self.either(b)?,
            Expr::Compare(_) => self.logic(e)?,
            Expr::If(i) => {
                let test = self.test(&i.test)?;
                let (a, b) = (self.expression(&i.body)?, self.expression(&i.orelse)?);
                let kind = a.kind.clone().or(b.kind.clone());
                let blocks = [a, b].map(|p| Piece::block(block(&[], &[p.expr.text])));
                test.keyword("ifTrue:False:", &blocks, kind)
            }
            Expr::List(l) => self.braces(&l.elts, e)?,
            Expr::Tuple(t) => self.braces(&t.elts, e)?,
            Expr::Set(s) => self.braces(&s.elts, e)?.unary("asSet", Kind::Set),
            Expr::Dict(d) => self.dictionary(d)?,
            Expr::Subscript(s) => self.element(s)?,
            Expr::Lambda(l) => self.lambda(&lambda_names(l)?, &l.body)?,
            Expr::ListComp(c) => self.comprehension(&c.elt, &c.generators)?,
            Expr::Generator(c) => self.comprehension(&c.elt, &c.generators)?,
            Expr::SetComp(c) => self.comprehension(&c.elt, &c.generators)?.unary("asSet", Kind::Set),
            Expr::DictComp(c) => {
                let Some(key) = &c.key else { return Err(unsaid(e, "unpacking here")) };
                let out = self.fresh("out");
                let inner = |t: &mut Self| {
                    let (key, value) = (t.expression(key)?, t.expression(&c.value)?);
                    Ok(Piece::new(&out, Kind::Unknown).keyword("at:Put:", &[key, value], Kind::Unknown).expr.text)
                };
                let lines = self.nested(&c.generators, inner)?;
                gathered(&out, "dictionary copy", lines).of(Kind::Lookup(Box::new(Kind::Unknown)))
            }
            Expr::Call(call) => self.call(call)?,
            Expr::FString(f) => {
                let mut parts = Vec::new();
                for element in f.value.elements() {
                    match element {
                        InterpolatedStringElement::Literal(l) if l.value.is_empty() => {}
                        InterpolatedStringElement::Literal(l) => parts.push(Piece::new(quoted(&l.value), Kind::Text)),
                        InterpolatedStringElement::Interpolation(i) if i.format_spec.is_some() || i.debug_text.is_some() => {
                            return Err(unsaid(e, "a format in a text"));
                        }
                        InterpolatedStringElement::Interpolation(i) => {
                            let piece = self.expression(&i.expression)?;
                            parts.push(match i.conversion {
                                ConversionFlag::None | ConversionFlag::Str => self.as_text(piece),
                                ConversionFlag::Repr => self.unary(&piece, "printString", Kind::Text),
                                ConversionFlag::Ascii => return Err(unsaid(e, "a format in a text")),
                            });
                        }
                    }
                }
                let joined = parts.into_iter().reduce(|a, b| a.binary(",", &b, Kind::Text));
                joined.unwrap_or_else(|| Piece::new("''", Kind::Text))
            }
            Expr::Named(n) => {
                let value = self.expression(&n.value)?;
                let Expr::Name(name) = &*n.target else { return Err(unsaid(e, "assigning to this")) };
                let to = self.assign_name(&name.id, value.kind.clone());
                let kind = value.kind.clone();
                Piece::new(format!("[ {to}: {}. {to} ]", value.expr.text), Kind::Block).unary("value", kind)
            }
            Expr::Starred(_) => return Err(unsaid(e, "unpacking with *")),
            _ => return Err(unsaid(e, "this kind of expression")),
        })
    }

    /// A text for something that is put into one.
    pub(super) fn as_text(&self, piece: Piece) -> Piece {
        if piece.kind == Kind::Text { piece } else { self.unary(&piece, "asString", Kind::Text) }
    }

    fn name(&mut self, name: &str, at: &Expr) -> Said<Piece> {
        if let Some(variable) = self.variables.get(name) {
            return Ok(Piece::new(&variable.name, variable.kind.clone()));
        }
        if name == "self" {
            return Ok(Piece::new("self", self.known.receiver()));
        }
        if let Some(object) = self.known.object(name).and_then(|o| o.path.clone()) {
            return Ok(Piece::new(&object, Kind::Object(object.clone())));
        }
        if self.known.is_own(name) {
            let kind = self.known.own_kind(name);
            return Ok(self.unary(&Piece::new("self", Kind::Unknown), &self.attribute(name), kind));
        }
        if let Some(slot) = self.known.of_file(name) {
            let kind = slot.holds.as_ref().map_or(Kind::Unknown, |h| Kind::called(h));
            return Ok(Piece::new(&slot.name, kind));
        }
        Err(unsaid(at, &format!("the unknown name '{name}'")))
    }

    fn read(&mut self, at: &Expr, holder: &Expr, name: &str) -> Said<Piece> {
        if let Expr::Name(module) = holder
            && module.id.as_str() == "math"
            && !self.variables.contains_key("math")
        {
            return match name {
                "pi" => Ok(Piece::new("3.141592653589793", Kind::Number)),
                "e" => Ok(Piece::new("2.718281828459045", Kind::Number)),
                "inf" => Ok(Piece::new("infinity", Kind::Number)),
                _ => Err(unsaid(at, "this of math")),
            };
        }
        let receiver = self.expression(holder)?;
        let kind = self.slot_kind(&receiver, name);
        Ok(self.unary(&receiver, &self.attribute(name), kind))
    }

    /// What a slot of something holds.
    pub(super) fn slot_kind(&self, holder: &Piece, name: &str) -> Kind {
        if holder.expr.text == "self" { self.known.own_kind(name) } else { self.known.slot_kind(name) }
    }

    pub(super) fn operation(&mut self, at: &impl Ranged, left: Piece, op: Operator, right: Piece) -> Said<Piece> {
        let kind = match (&left.kind, &right.kind) {
            (Kind::Integer, Kind::Integer) => Kind::Integer,
            (a, b) if a.is_number() || b.is_number() => Kind::Number,
            _ => Kind::Unknown,
        };
        let has_text = left.kind == Kind::Text || right.kind == Kind::Text;
        let unknown = left.kind == Kind::Unknown && right.kind == Kind::Unknown;
        Ok(match op {
            Operator::Add if has_text => left.binary(",", &right, Kind::Text),
            Operator::Add if left.kind.is_sequence() || right.kind.is_sequence() => {
                let kind = if left.kind.is_sequence() { left.kind.clone() } else { right.kind.clone() };
                left.binary(",", &right, kind)
            }
            Operator::Add if unknown && self.joins => left.binary(",", &right, Kind::Unknown),
            Operator::Add => left.binary("+", &right, kind),
            Operator::Sub if left.kind == Kind::Set => self.keyword(&left, "difference:", &[right], Kind::Set),
            Operator::Sub => left.binary("-", &right, kind),
            Operator::Mult if left.kind == Kind::Text => self.keyword(&left, "repeat:", &[right], Kind::Text),
            Operator::Mult if right.kind == Kind::Text => self.keyword(&right, "repeat:", &[left], Kind::Text),
            Operator::Mult if left.kind.is_sequence() => self.repeated(at, &left, right)?,
            Operator::Mult => left.binary("*", &right, kind),
            // Python divides exactly.
            Operator::Div if left.kind == Kind::Number => left.binary("/", &right, Kind::Number),
            Operator::Div => self.unary(&left, "asFloat", Kind::Number).binary("/", &right, Kind::Number),
            Operator::FloorDiv => self.keyword(&left, "div:", &[right], kind),
            Operator::Mod => self.keyword(&left, "mod:", &[right], kind),
            Operator::Pow => left.binary("**", &right, kind),
            Operator::BitAnd if left.kind == Kind::Set => self.keyword(&left, "intersect:", &[right], Kind::Set),
            Operator::BitOr if left.kind == Kind::Set => self.keyword(&left, "union:", &[right], Kind::Set),
            Operator::BitAnd => self.keyword(&left, "bitAnd:", &[right], Kind::Integer),
            Operator::BitOr => self.keyword(&left, "bitOr:", &[right], Kind::Integer),
            Operator::BitXor => self.keyword(&left, "bitXor:", &[right], Kind::Integer),
            Operator::LShift => left.binary("<<", &right, Kind::Integer),
            Operator::RShift => left.binary(">>", &right, Kind::Integer),
            Operator::MatMult => return Err(unsaid(at, "@")),
        })
    }

    /// `[0] * n`.
    fn repeated(&self, at: &impl Ranged, one: &Piece, times: Piece) -> Said<Piece> {
        let inner = one.expr.text.strip_prefix("{ ").and_then(|t| t.strip_suffix(" }")).filter(|t| !t.contains(['.', '{', '\'']));
        let Some(element) = inner else { return Err(unsaid(at, "a list that is repeated")) };
        let element = Piece::any(element).of(one.kind.element());
        Ok(Piece::new("vector", Kind::Unknown).keyword("copySize:FillingWith:", &[times, element], one.kind.clone()))
    }

    fn negated(&mut self, op: UnaryOp, operand: &Expr) -> Said<Piece> {
        if op == UnaryOp::Not {
            return self.denied(operand);
        }
        let piece = self.expression(operand)?;
        Ok(match op {
            UnaryOp::USub if operand.is_number_literal_expr() => Piece::new(format!("-{}", piece.expr.text), piece.kind),
            UnaryOp::USub => {
                let kind = piece.kind.clone();
                self.unary(&piece, "negate", kind)
            }
            UnaryOp::Invert => self.unary(&piece, "bitNot", Kind::Integer),
            _ => piece,
        })
    }

    /// `not x`, in the shortest form.
    fn denied(&mut self, operand: &Expr) -> Said<Piece> {
        if let Expr::Compare(c) = operand
            && let [op] = &c.ops[..]
        {
            let opposite = match op {
                CmpOp::Eq => CmpOp::NotEq,
                CmpOp::NotEq => CmpOp::Eq,
                CmpOp::Is => CmpOp::IsNot,
                CmpOp::IsNot => CmpOp::Is,
                CmpOp::In => CmpOp::NotIn,
                CmpOp::NotIn => CmpOp::In,
                _ => return Ok(self.logic(operand)?.unary("not", Kind::Truth)),
            };
            let (left, right) = (self.expression(&c.left)?, self.expression(&c.comparators[0])?);
            return Ok(self.comparison(left, opposite, right));
        }
        if operand.is_bool_op_expr() {
            return Ok(self.logic(operand)?.unary("not", Kind::Truth));
        }
        let piece = self.expression(operand)?;
        Ok(match &piece.kind {
            Kind::Text => self.unary(&piece, "isEmpty", Kind::Truth),
            kind if kind.is_collection() => self.unary(&piece, "isEmpty", Kind::Truth),
            kind if kind.is_number() => piece.binary("=", &integer(0), Kind::Truth),
            Kind::Object(_) | Kind::Nil => self.unary(&piece, "isNil", Kind::Truth),
            _ => self.unary(&piece, "not", Kind::Truth),
        })
    }

    /// What `if` and `while` ask of an expression.
    pub(super) fn test(&mut self, e: &Expr) -> Said<Piece> {
        if e.is_bool_op_expr() {
            return self.logic(e);
        }
        let piece = self.expression(e)?;
        Ok(self.truth(&piece))
    }

    /// Whether what a piece answers counts as true in Python.
    fn truth(&self, piece: &Piece) -> Piece {
        match &piece.kind {
            Kind::Text => self.unary(piece, "isNotEmpty", Kind::Truth),
            kind if kind.is_collection() => self.unary(piece, "isNotEmpty", Kind::Truth),
            kind if kind.is_number() => piece.binary("!=", &integer(0), Kind::Truth),
            Kind::Object(_) | Kind::Nil => self.unary(piece, "isNotNil", Kind::Truth),
            _ => piece.clone(),
        }
    }

    /// `name or 'nobody'`: in Python one of the two, in Aura a truth unless it is said otherwise.
    fn either(&mut self, b: &ExprBoolOp) -> Said<Piece> {
        let [first, second] = &b.values[..] else { return self.logic(&Expr::BoolOp(b.clone())) };
        let (left, right) = (self.expression(first)?, self.expression(second)?);
        let is_truth = |p: &Piece| matches!(p.kind, Kind::Truth | Kind::Unknown);
        if is_truth(&left) && is_truth(&right) {
            return Ok(joined(b.op, &left, &right));
        }
        let kind = left.kind.clone().or(right.kind.clone());
        let (left, again) = self.twice_of(first, left);
        let test = self.truth(&left);
        let (yes, no) = if b.op == BoolOp::Or { (again, right) } else { (right, again) };
        let blocks = [yes, no].map(|p| Piece::block(block(&[], &[p.expr.text])));
        Ok(test.keyword("ifTrue:False:", &blocks, kind))
    }

    /// `and`, `or`, comparisons.
    fn logic(&mut self, e: &Expr) -> Said<Piece> {
        match e {
            Expr::BoolOp(b) => {
                let pieces = b.values.iter().map(|v| self.test(v)).collect::<Said<Vec<_>>>()?;
                let all = pieces.into_iter().reduce(|left, right| joined(b.op, &left, &right));
                all.ok_or_else(|| unsaid(e, "nothing"))
            }
            Expr::Compare(c) => self.comparisons(c),
            other => self.expression(other),
        }
    }

    /// `a < b < c`.
    fn comparisons(&mut self, c: &ExprCompare) -> Said<Piece> {
        let mut left = self.expression(&c.left)?;
        let mut all: Option<Piece> = None;
        for (i, (op, right)) in c.ops.iter().zip(&c.comparators).enumerate() {
            // What stands in the middle is compared with both.
            let (here, again) = match i + 1 == c.ops.len() {
                true => (self.expression(right)?, integer(0)),
                false => self.twice(right)?,
            };
            let one = self.comparison(left, *op, here);
            all = Some(all.map_or(one.clone(), |before| joined(BoolOp::And, &before, &one)));
            left = again;
        }
        all.ok_or_else(|| unsaid(c, "nothing"))
    }

    fn comparison(&self, left: Piece, op: CmpOp, right: Piece) -> Piece {
        let is_none = right.expr.text == "nil";
        let operator = match op {
            CmpOp::Eq | CmpOp::Is if is_none => return self.unary(&left, "isNil", Kind::Truth),
            CmpOp::NotEq | CmpOp::IsNot if is_none => return self.unary(&left, "isNotNil", Kind::Truth),
            CmpOp::Eq => "=",
            CmpOp::NotEq => "!=",
            CmpOp::Lt => "<",
            CmpOp::LtE => "<=",
            CmpOp::Gt => ">",
            CmpOp::GtE => ">=",
            CmpOp::Is => "==",
            CmpOp::IsNot => "!==",
            CmpOp::In | CmpOp::NotIn => {
                let selector = if matches!(right.kind, Kind::Lookup(_)) { "includesKey:" } else { "includes:" };
                let found = self.keyword(&right, selector, &[left], Kind::Truth);
                return if op == CmpOp::In { found } else { found.unary("not", Kind::Truth) };
            }
        };
        // A vector and a list of the same are not equal; in Python both are lists.
        let (left, right) = match (&left.kind, &right.kind) {
            (Kind::List(_), Kind::Items(_)) => (self.unary(&left, "asVector", Kind::Unknown), right),
            (Kind::Items(_), Kind::List(_)) => (left, self.unary(&right, "asVector", Kind::Unknown)),
            _ => (left, right),
        };
        left.binary(operator, &right, Kind::Truth)
    }

    /// `{ a. b }`.
    fn braces(&mut self, elements: &[Expr], at: &Expr) -> Said<Piece> {
        if elements.iter().any(|e| e.is_starred_expr()) {
            return self.spliced(elements, at);
        }
        let pieces = elements.iter().map(|e| self.expression(e)).collect::<Said<Vec<_>>>()?;
        let kind = pieces.iter().map(|p| p.kind.clone()).reduce(Kind::or).unwrap_or(Kind::Unknown);
        if pieces.is_empty() {
            return Ok(Piece::new("vector", Kind::items(Kind::Unknown)));
        }
        let texts: Vec<String> = pieces.into_iter().map(|p| p.expr.text).collect();
        Ok(Piece::new(format!("{{ {} }}", texts.join(". ")), Kind::items(kind)))
    }

    /// `[*a, b]`: one after the other.
    fn spliced(&mut self, elements: &[Expr], at: &Expr) -> Said<Piece> {
        let mut parts = Vec::new();
        for element in elements {
            parts.push(match element {
                Expr::Starred(s) => {
                    let all = self.expression(&s.value)?;
                    self.unary(&all, "asVector", Kind::items(Kind::Unknown))
                }
                one => self.braces(std::slice::from_ref(one), at)?,
            });
        }
        let all = parts.into_iter().reduce(|a, b| a.binary(",", &b, Kind::items(Kind::Unknown)));
        all.ok_or_else(|| unsaid(at, "nothing"))
    }

    fn dictionary(&mut self, d: &ruff_python_ast::ExprDict) -> Said<Piece> {
        let mut entries = Vec::new();
        let mut values = Kind::Unknown;
        for item in &d.items {
            let Some(key) = &item.key else { return Err(unsaid(d, "unpacking with **")) };
            let (key, value) = (self.expression(key)?, self.expression(&item.value)?);
            values = values.or(value.kind.clone());
            entries.push(key.binary("->", &value, Kind::Unknown).expr.text);
        }
        let kind = Kind::Lookup(Box::new(values));
        Ok(match entries.is_empty() {
            true => Piece::new("dictionary", Kind::Unknown).unary("copy", kind),
            false => Piece::new(format!("{{ {} }}", entries.join(". ")), Kind::Unknown).unary("asDictionary", kind),
        })
    }

    /// What will get longer: as a list.
    pub(super) fn growing(&mut self, e: &Expr) -> Said<Piece> {
        if matches!(e, Expr::List(l) if l.elts.is_empty()) {
            return Ok(Piece::new("list", Kind::Unknown).unary("copy", Kind::List(Box::new(Kind::Unknown))));
        }
        let piece = self.expression(e)?;
        Ok(match piece.kind.clone() {
            Kind::Items(of) => self.unary(&piece, "asList", Kind::List(of)),
            Kind::Text if e.is_call_expr() => piece,
            _ => piece,
        })
    }

    fn element(&mut self, s: &ExprSubscript) -> Said<Piece> {
        let holder = self.expression(&s.value)?;
        if let Expr::Slice(slice) = &*s.slice {
            return self.part(&s.value, holder, slice);
        }
        if let Some(n) = negative(&s.slice)
            && !matches!(holder.kind, Kind::Lookup(_))
        {
            let kind = holder.kind.at();
            return Ok(match n {
                1 => self.unary(&holder, "last", kind),
                n => {
                    let (holder, again) = self.twice_of(&s.value, holder);
                    let at = self.unary(&again, "size", Kind::Integer).binary("-", &integer(n), Kind::Integer);
                    self.keyword(&holder, "at:", &[at], kind)
                }
            });
        }
        let key = self.expression(&s.slice)?;
        let kind = holder.kind.at();
        Ok(self.keyword(&holder, "at:", &[key], kind))
    }

    /// A place that is assigned to.
    pub(super) fn index(&mut self, holder: &Piece, index: &Expr) -> Said<Piece> {
        match negative(index).filter(|_| !matches!(holder.kind, Kind::Lookup(_))) {
            Some(n) => Ok(self.unary(holder, "size", Kind::Integer).binary("-", &integer(n), Kind::Integer)),
            None if index.is_slice_expr() => Err(unsaid(index, "assigning to a slice")),
            None => self.expression(index),
        }
    }

    /// `x[a:b]`: Python's ends may lie outside.
    fn part(&mut self, of: &Expr, holder: Piece, slice: &ExprSlice) -> Said<Piece> {
        let kind = match &holder.kind {
            Kind::List(of) => Kind::Items(of.clone()),
            kind => kind.clone(),
        };
        let step = slice.step.as_deref().map(|s| self.expression(s)).transpose()?;
        match step.as_ref().map(|s| s.expr.text.as_str()) {
            Some("-1") if slice.lower.is_none() && slice.upper.is_none() => return Ok(self.unary(&holder, "reversed", kind)),
            None | Some("1") => {}
            _ => return Err(unsaid(slice, "a slice with a step")),
        }
        if slice.lower.is_none() && slice.upper.is_none() {
            let kind = holder.kind.clone();
            return Ok(self.unary(&holder, "copy", kind));
        }
        let (holder, again) = self.twice_of(of, holder);
        let size = self.unary(&again, "size", Kind::Integer);
        let bound = |e: &Expr, at: Piece| match negative(e) {
            Some(n) => size.binary("-", &integer(n), Kind::Integer).keyword("max:", &[integer(0)], Kind::Integer),
            None if at.expr.text == "0" => at,
            None => at.keyword("min:", std::slice::from_ref(&size), Kind::Integer),
        };
        let (from, begin) = match slice.lower.as_deref() {
            None => (integer(0), integer(0)),
            Some(e) => {
                let (first, then) = self.twice(e)?;
                (bound(e, first), bound(e, then))
            }
        };
        let to = slice.upper.as_deref().map(|e| Ok(bound(e, self.expression(e)?))).transpose()?;
        // An end that lies before the begin: nothing.
        let to = match to {
            None => size.clone(),
            Some(to) if begin.expr.text == "0" => to,
            Some(to) => to.keyword("max:", &[begin], Kind::Integer),
        };
        Ok(self.keyword(&holder, "copyFrom:UpTo:", &[from, to], kind))
    }

    pub(super) fn lambda(&mut self, names: &[&str], body: &Expr) -> Said<Piece> {
        let before = self.variables.clone();
        let arguments: Vec<String> = names.iter().map(|n| self.bind(n, Kind::Unknown)).collect();
        let piece = self.expression(body);
        self.variables = before;
        Ok(Piece::block(block(&arguments, &[piece?.expr.text])))
    }

    /// `[e for x in xs if c]`.
    pub(super) fn comprehension(&mut self, element: &Expr, generators: &[Comprehension]) -> Said<Piece> {
        if let [only] = generators
            && matches!(only.target, Expr::Name(_))
        {
            let walk = self.walk(&only.iter)?;
            if walk.is_simple() {
                return self.collected(element, only, walk.collection());
            }
        }
        let out = self.fresh("out");
        let mut kind = Kind::Unknown;
        let lines = self.nested(generators, |t| {
            let piece = t.expression(element)?;
            kind = piece.kind.clone();
            Ok(Piece::new(&out, Kind::Unknown).keyword("add:", &[piece], Kind::Unknown).expr.text)
        })?;
        Ok(gathered(&out, "list copy", lines).unary("asVector", Kind::items(kind)))
    }

    /// With `select:` and `collect:`.
    fn collected(&mut self, element: &Expr, only: &Comprehension, all: Piece) -> Said<Piece> {
        let before = self.variables.clone();
        let Expr::Name(name) = &only.target else { return Err(unsaid(&only.target, "this target")) };
        let each = self.bind_inside(&name.id, all.kind.element());
        let mut chosen = all;
        if let Some(tests) = self.tests(&only.ifs)? {
            let kind = chosen.kind.clone();
            chosen =
                self.keyword(&chosen, "select:", &[Piece::block(block(std::slice::from_ref(&each), &[tests.expr.text]))], kind);
        }
        let piece = self.expression(element)?;
        self.variables = before;
        if piece.expr.text == each {
            let kind = Kind::items(chosen.kind.element());
            return Ok(if chosen.kind == Kind::Text || only.ifs.is_empty() {
                self.unary(&chosen, "asVector", kind)
            } else {
                chosen.of(kind)
            });
        }
        let kind = match &chosen.kind {
            Kind::List(_) => Kind::List(Box::new(piece.kind.clone())),
            _ => Kind::items(piece.kind.clone()),
        };
        Ok(self.keyword(&chosen, "collect:", &[Piece::block(block(&[each], &[piece.expr.text]))], kind))
    }

    /// All of them, as one test.
    pub(super) fn tests(&mut self, ifs: &[Expr]) -> Said<Option<Piece>> {
        let mut all: Option<Piece> = None;
        for test in ifs {
            let test = self.test(test)?;
            all = Some(match all {
                None => test,
                Some(before) => joined(BoolOp::And, &before, &test),
            });
        }
        Ok(all)
    }

    /// The name of what a comprehension binds, which hides what is outside.
    pub(super) fn bind_inside(&mut self, python: &str, kind: Kind) -> String {
        if !self.is_of_loop(python) {
            self.forget(python);
        }
        self.bind(python, kind)
    }

    /// Loops one inside the other, with `inner` in the middle.
    fn nested(&mut self, generators: &[Comprehension], inner: impl FnOnce(&mut Self) -> Said<String>) -> Said<Vec<String>> {
        let before = self.variables.clone();
        let lines = self.nested_here(generators, inner);
        self.variables = before;
        lines
    }

    fn nested_here(&mut self, generators: &[Comprehension], inner: impl FnOnce(&mut Self) -> Said<String>) -> Said<Vec<String>> {
        let Some((first, rest)) = generators.split_first() else { return Ok(vec![inner(self)?]) };
        let walk = self.walk(&first.iter)?;
        let (arguments, mut lines) = self.targets(&first.target, &walk)?;
        let tests = self.tests(&first.ifs)?;
        // (Boxed: a function of unknown depth is not made for every depth.)
        let inside = self.nested_here(rest, Box::new(inner) as Inner<'_, Self>)?;
        lines.extend(match tests {
            None => inside,
            Some(test) => vec![test.keyword("ifTrue:", &[Piece::block(block(&[], &inside))], Kind::Unknown).expr.text],
        });
        Ok(vec![walk.over(&block(&arguments, &lines))])
    }
}

/// What stands in the middle of loops.
type Inner<'f, T> = Box<dyn FnOnce(&mut T) -> Said<String> + 'f>;

/// `a && [ b ]`: what must not be looked at if the first decides stands in a block.
fn joined(op: BoolOp, left: &Piece, right: &Piece) -> Piece {
    let operator = if op == BoolOp::And { "&&" } else { "||" };
    left.binary(operator, &Piece::block(format!("[ {} ]", right.expr.text)), Kind::Truth)
}

/// The arguments of a lambda.
pub(super) fn lambda_names(l: &ExprLambda) -> Said<Vec<&str>> {
    l.parameters.as_ref().map_or(Ok(Vec::new()), |p| named(l, p))
}

/// `-n`, as an index.
pub(super) fn negative(index: &Expr) -> Option<i64> {
    let Expr::UnaryOp(u) = index else { return None };
    let Expr::NumberLiteral(n) = &*u.operand else { return None };
    (u.op == UnaryOp::USub).then(|| n.value.as_int()?.as_i64())?
}

/// A block that gathers things into a new collection, evaluated.
fn gathered(out: &str, new: &str, mut lines: Vec<String>) -> Piece {
    lines.insert(0, format!("{out}: {new}"));
    lines.push(out.to_string());
    let text = block(&[], &lines);
    Piece::block(format!("[ | {out} |{}", &text[1..])).unary("value", Kind::Unknown)
}
