//! Calls: Python's own functions, methods of the program, new objects, and blocks.

use ruff_python_ast::{Comprehension, Expr, ExprCall, Keyword};

use super::expression::lambda_names;
use super::kind::Kind;
use super::known::{Known, aura_name};
use super::methods;
use super::piece::{Piece, block};
use super::translator::{Said, Translator, unsaid};
use crate::situation::{Holder, SlotKind, arity};

impl Translator<'_> {
    pub(super) fn call(&mut self, call: &ExprCall) -> Said<Piece> {
        match &*call.func {
            Expr::Name(name) => self.plain_call(&name.id, call),
            Expr::Attribute(method) => self.method_call(&method.value, &method.attr, call),
            // `type(self)(…)`: another of the same.
            Expr::Call(inner) if matches!(&*inner.func, Expr::Name(n) if n.id.as_str() == "type") => {
                let Some(of) = inner.arguments.args.first() else { return Err(unsaid(call, "type of nothing")) };
                let prototype = self.expression(of)?;
                let name = match &prototype.kind {
                    Kind::Object(name) => name.clone(),
                    _ => return Err(unsaid(call, "another of this type")),
                };
                match self.known.object(&name) {
                    Some(object) => self.made(object, call),
                    None => Err(unsaid(call, "another of this type")),
                }
            }
            other => {
                let block = self.expression(other)?;
                let arguments = self.arguments(call)?;
                self.evaluated(&block, arguments)
            }
        }
    }

    pub(super) fn arguments(&mut self, call: &ExprCall) -> Said<Vec<Piece>> {
        if let Some(named) = call.arguments.keywords.first() {
            return Err(unsaid(named, "arguments with names"));
        }
        call.arguments.args.iter().map(|a| self.expression(a)).collect()
    }

    /// A block's value.
    fn evaluated(&self, block: &Piece, arguments: Vec<Piece>) -> Said<Piece> {
        Ok(match arguments.len() {
            0 => self.unary(block, "value", Kind::Unknown),
            1 => self.keyword(block, "value:", &arguments, Kind::Unknown),
            2 => self.keyword(block, "value:With:", &arguments, Kind::Unknown),
            3 => self.keyword(block, "value:With:With:", &arguments, Kind::Unknown),
            _ => {
                let texts: Vec<String> = arguments.into_iter().map(|a| a.expr.text).collect();
                let all = Piece::new(format!("{{ {} }}", texts.join(". ")), Kind::Unknown);
                self.keyword(block, "valueWithArguments:", &[all], Kind::Unknown)
            }
        })
    }

    fn plain_call(&mut self, name: &str, call: &ExprCall) -> Said<Piece> {
        if let Some(variable) = self.variables.get(name) {
            let block = Piece::new(&variable.name, Kind::Block);
            let arguments = self.arguments(call)?;
            return self.evaluated(&block, arguments);
        }
        if name == self.function {
            return self.itself(call);
        }
        if let Some(piece) = self.built_in(name, call)? {
            return Ok(piece);
        }
        if let Some(object) = self.known.object(name) {
            return self.made(object, call);
        }
        let count = call.arguments.args.len();
        let itself = Piece::new("self", Kind::Unknown);
        if let Some(selector) = self.known.of_script(name, count) {
            let arguments = self.arguments(call)?;
            return Ok(self.send(&itself, &selector, &arguments, Kind::Unknown));
        }
        if self.known.is_own(name) || self.known.of_file(name).is_some() {
            let block = self.expression(&call.func)?;
            let arguments = self.arguments(call)?;
            return self.evaluated(&block, arguments);
        }
        Err(unsaid(call, &format!("the unknown function '{name}'")))
    }

    /// The missing method once more: with the receiver as the first argument, or without.
    fn itself(&mut self, call: &ExprCall) -> Said<Piece> {
        let selector = self.known.selector().to_string();
        let mut arguments = self.arguments(call)?;
        let receiver = match arguments.len() == arity(&selector) + 1 {
            true => arguments.remove(0),
            false => Piece::new("self", Kind::Unknown),
        };
        if arguments.len() != arity(&selector) {
            return Err(unsaid(call, "itself with other arguments"));
        }
        Ok(self.named(&receiver, &selector, &arguments))
    }

    /// A message by its selector, operators included.
    fn named(&self, receiver: &Piece, selector: &str, arguments: &[Piece]) -> Piece {
        const OPERATORS: [&str; 16] = ["+", "-", "*", "/", "%", "<", "<=", ">", ">=", "=", "!=", "&", "|", "<<", ">>", "**"];
        match (OPERATORS.iter().find(|o| **o == selector), arguments) {
            (Some(operator), [right]) => receiver.binary(operator, right, Kind::Unknown),
            _ => self.send(receiver, selector, arguments, Kind::Unknown),
        }
    }

    /// A new object, like `object`: `Point(x=1, y=2)`.
    fn made(&mut self, object: &Holder, call: &ExprCall) -> Said<Piece> {
        let path = object.path.clone().unwrap_or_default();
        let kind = Kind::Object(path.clone());
        let prototype = Piece::new(&path, kind.clone());
        let given = &call.arguments.args;
        if !given.is_empty() && call.arguments.keywords.is_empty() {
            let makes = |s: &&crate::situation::SlotView| {
                s.kind == SlotKind::Method
                    && arity(&s.name) == given.len()
                    && s.source.as_ref().is_some_and(|t| t.contains("copy"))
            };
            if let Some(selector) = object.slots.iter().find(makes).map(|s| s.name.clone()) {
                let arguments = self.arguments(call)?;
                return Ok(self.send(&prototype, &selector, &arguments, kind));
            }
        }
        let data = Known::data(object);
        if given.len() > data.len() {
            return Err(unsaid(call, "a new object with these arguments"));
        }
        let mut slots: Vec<(String, &Expr)> = data.iter().map(|d| d.to_string()).zip(given).collect();
        for Keyword { arg, value, .. } in &call.arguments.keywords {
            let Some(arg) = arg else { return Err(unsaid(call, "unpacking with **")) };
            slots.push((self.attribute(arg), value));
        }
        let mut made = prototype.unary("copy", kind.clone());
        for (slot, value) in slots {
            let value = if value.is_list_expr() { self.growing(value)? } else { self.expression(value)? };
            made = made.keyword(&format!("{slot}:"), &[value], kind.clone());
        }
        Ok(made)
    }

    fn method_call(&mut self, holder: &Expr, name: &str, call: &ExprCall) -> Said<Piece> {
        if let Expr::Name(module) = holder
            && !self.variables.contains_key(module.id.as_str())
            && matches!(module.id.as_str(), "math" | "copy" | "super")
        {
            return self.of_module(name, call);
        }
        let receiver = self.expression(holder)?;
        let count = call.arguments.args.len();
        // `self.steps(n // 2)` of a number's method: whoever writes that means the number's steps.
        if receiver.expr.text == "self" && self.known.is_missing(name) && count == arity(self.known.selector()) + 1 {
            return self.itself(call);
        }
        let of_script = self.known.of_script(name, count);
        // What the script's objects call so is meant, unless the receiver is a text, a number or a collection.
        let is_builtin = of_script.is_none()
            || receiver.expr.text != "self"
                && !matches!(receiver.kind, Kind::Object(_) | Kind::Unknown | Kind::Nil | Kind::Block);
        if is_builtin && let Some(piece) = self.python_method(&receiver, name, call)? {
            return Ok(piece);
        }
        // A slot that holds a block.
        let is_slot = self.known.is_data(name) && (count > 0 || self.known.slot_kind(name) == Kind::Block);
        if is_slot && of_script.as_ref().is_none_or(|s| arity(s) != count) {
            let block = self.unary(&receiver, &self.attribute(name), Kind::Block);
            let arguments = self.arguments(call)?;
            return self.evaluated(&block, arguments);
        }
        let arguments = self.arguments(call)?;
        if let Some(selector) = of_script.or_else(|| self.known.understood(name, count)) {
            return Ok(self.named(&receiver, &selector, &arguments));
        }
        match count {
            0 => Ok(self.unary(&receiver, &aura_name(name), Kind::Unknown)),
            1 => Ok(self.keyword(&receiver, &format!("{}:", aura_name(name)), &arguments, Kind::Unknown)),
            _ => Err(unsaid(call, &format!("the unknown method '{name}'"))),
        }
    }

    fn of_module(&mut self, name: &str, call: &ExprCall) -> Said<Piece> {
        let arguments = self.arguments(call)?;
        let whole = |p: &Piece, n: &str| Ok(self.unary(p, n, Kind::Integer));
        let real = |p: &Piece, n: &str| Ok(self.unary(p, n, Kind::Number));
        match (name, &arguments[..]) {
            ("floor" | "ceil" | "trunc", [x]) => whole(
                x,
                match name {
                    "ceil" => "ceiling",
                    "trunc" => "truncate",
                    other => other,
                },
            ),
            ("isqrt", [x]) => whole(x, "integerSqrt"),
            ("factorial", [x]) => whole(x, "factorial"),
            ("sqrt" | "sin" | "cos" | "tan" | "exp" | "log10" | "log2", [x]) => real(x, name),
            ("log", [x]) => real(x, "ln"),
            ("fabs", [x]) => real(x, "abs"),
            ("gcd", [x, y]) => Ok(self.keyword(x, "gcd:", std::slice::from_ref(y), Kind::Integer)),
            ("lcm", [x, y]) => Ok(self.keyword(x, "lcm:", std::slice::from_ref(y), Kind::Integer)),
            ("prod", [x]) => Ok(self.unary(x, "product", Kind::Number)),
            ("pow", [x, y]) => Ok(x.binary("**", y, Kind::Number)),
            ("copy" | "deepcopy", [x]) => Ok(self.unary(x, "copy", x.kind.clone())),
            _ => Err(unsaid(call, &format!("'{name}' of a module"))),
        }
    }

    /// Python's own functions.
    fn built_in(&mut self, name: &str, call: &ExprCall) -> Said<Option<Piece>> {
        let given = &call.arguments.args[..];
        let named = |n: &str| call.arguments.find_keyword(n).map(|k| &k.value);
        if let ([Expr::Generator(g)], "sum" | "any" | "all") = (given, name)
            && let [only] = &g.generators[..]
            && let Some(piece) = self.folded(name, &g.elt, only)?
        {
            return Ok(Some(piece));
        }
        Ok(Some(match (name, given) {
            ("max" | "min", [all]) => {
                let default = named("default").map(|d| self.expression(d)).transpose()?;
                let (first, all) = match default {
                    Some(_) => self.twice(all)?,
                    None => {
                        let all = self.expression(all)?;
                        (all.clone(), all)
                    }
                };
                let kind = all.kind.element();
                let found = match named("key") {
                    Some(key) => {
                        let key = self.key(key)?;
                        self.keyword(&all, if name == "max" { "maxBy:" } else { "minBy:" }, &[key], kind.clone())
                    }
                    None => self.unary(&all, name, kind.clone()),
                };
                match default {
                    None => found,
                    Some(default) => {
                        let blocks = [default, found].map(|p| Piece::block(block(&[], &[p.expr.text])));
                        self.unary(&first, "isEmpty", Kind::Truth).keyword("ifTrue:False:", &blocks, kind)
                    }
                }
            }
            ("max" | "min", [_, _, ..]) if call.arguments.keywords.is_empty() => {
                let pieces = self.arguments(call)?;
                let selector = format!("{name}:");
                let all = pieces.into_iter().reduce(|a, b| {
                    let kind = a.kind.clone().or(b.kind.clone());
                    self.keyword(&a, &selector, &[b], kind)
                });
                return Ok(all);
            }
            ("sorted", [all]) => {
                let all = self.expression(all)?;
                self.in_order(&all, "sortedBy:", "sorted", named("key"), named("reverse"))?
            }
            ("next", [Expr::Generator(g), default]) if g.generators.len() == 1 => {
                let only = &g.generators[0];
                let all = self.walk(&only.iter)?.collection();
                let default = self.expression(default)?;
                let Expr::Name(target) = &only.target else { return Err(unsaid(call, "this target")) };
                let before = self.variables.clone();
                let each = self.bind_inside(&target.id, all.kind.element());
                let test = self.tests(&only.ifs)?.map_or_else(|| "true".into(), |t| t.expr.text);
                let same = matches!(&*g.elt, Expr::Name(n) if n.id == target.id);
                self.variables = before;
                if !same {
                    return Err(unsaid(call, "next of something else than the element"));
                }
                let blocks = [Piece::block(block(&[each], &[test])), Piece::block(block(&[], &[default.expr.text]))];
                self.keyword(&all, "detect:IfNone:", &blocks, Kind::Unknown)
            }
            ("map" | "filter", [by, all]) => {
                let (by, all) = (self.key(by)?, self.expression(all)?);
                let all = if all.kind == Kind::Text { self.unary(&all, "asVector", Kind::items(Kind::Text)) } else { all };
                self.keyword(&all, if name == "map" { "collect:" } else { "select:" }, &[by], Kind::items(Kind::Unknown))
            }
            ("range" | "enumerate" | "zip" | "reversed", _) => {
                let walk = self.walk(&Expr::Call(call.clone()))?;
                if walk.kinds().len() > 1 {
                    return self.pairs(call, walk).map(Some);
                }
                walk.collection()
            }
            ("isinstance", [thing, of]) => {
                let thing = self.expression(thing)?;
                self.is_one(&thing, of)?
            }
            ("dict" | "OrderedDict", []) => {
                Piece::new("dictionary", Kind::Unknown).unary("copy", Kind::Lookup(Box::new(Kind::Unknown)))
            }
            ("set", []) => Piece::new("set", Kind::Unknown).unary("copy", Kind::Set),
            ("list" | "tuple" | "deque", []) => {
                Piece::new("list", Kind::Unknown).unary("copy", Kind::List(Box::new(Kind::Unknown)))
            }
            ("str", []) => Piece::new("''", Kind::Text),
            _ if !call.arguments.keywords.is_empty() => return Ok(None),
            _ => {
                if !methods::is_function(name, given.len()) {
                    return Ok(None);
                }
                let arguments = self.arguments(call)?;
                return Ok(self.function_of(name, &arguments));
            }
        }))
    }

    /// `sum`, `any`, `all` of what goes through one collection.
    fn folded(&mut self, name: &str, element: &Expr, only: &Comprehension) -> Said<Option<Piece>> {
        let walk = self.walk(&only.iter)?;
        let (Expr::Name(target), true) = (&only.target, walk.is_simple()) else { return Ok(None) };
        let all = walk.collection();
        let before = self.variables.clone();
        let each = self.bind_inside(&target.id, all.kind.element());
        let tests = self.tests(&only.ifs)?;
        let piece = if name == "sum" { self.expression(element)? } else { self.test(element)? };
        self.variables = before;
        let of = |text: &str| Piece::block(block(std::slice::from_ref(&each), &[text.to_string()]));
        let chosen = match &tests {
            Some(tests) if name == "sum" && piece.expr.text == "1" => {
                return Ok(Some(self.keyword(&all, "count:", &[of(&tests.expr.text)], Kind::Integer)));
            }
            Some(tests) => {
                let kind = all.kind.clone();
                self.keyword(&all, "select:", &[of(&tests.expr.text)], kind)
            }
            None => all,
        };
        Ok(Some(match name {
            "any" => self.keyword(&chosen, "anySatisfy:", &[of(&piece.expr.text)], Kind::Truth),
            "all" => self.keyword(&chosen, "allSatisfy:", &[of(&piece.expr.text)], Kind::Truth),
            _ if piece.kind == Kind::Truth => self.keyword(&chosen, "count:", &[of(&piece.expr.text)], Kind::Integer),
            _ => self.keyword(
                &chosen,
                "sum:",
                &[of(&piece.expr.text)],
                if piece.kind.is_number() { piece.kind } else { Kind::Number },
            ),
        }))
    }

    /// Pairs, as `zip` and `enumerate` make them, gathered.
    fn pairs(&mut self, call: &ExprCall, walk: super::walk::Walk) -> Said<Piece> {
        let names = [self.fresh("a"), self.fresh("b")];
        let indexed = matches!(&*call.func, Expr::Name(n) if n.id.as_str() == "enumerate");
        let pair =
            if indexed { format!("{{ {}. {} }}", names[1], names[0]) } else { format!("{{ {}. {} }}", names[0], names[1]) };
        let out = self.fresh("out");
        let text = walk.over(&block(&names, &[format!("{out} add: {pair}")]));
        let whole = Piece::block(format!("[ | {out} | {out}: list copy. {text}. {out} ]")).unary("value", Kind::Unknown);
        Ok(whole.unary("asVector", Kind::items(Kind::items(Kind::Unknown))))
    }

    /// A function that is handed over: a lambda, a block, or one of Python's own by its name.
    pub(super) fn key(&mut self, key: &Expr) -> Said<Piece> {
        if let Expr::Name(name) = key
            && !self.variables.contains_key(name.id.as_str())
        {
            let each = self.fresh("each");
            let argument = [Piece::new(&each, Kind::Unknown)];
            if let Some(piece) = self.function_of(&name.id, &argument) {
                return Ok(Piece::block(block(&[each], &[piece.expr.text])));
            }
        }
        self.expression(key)
    }

    /// Sorted: in place, or anew.
    pub(super) fn in_order(
        &mut self,
        all: &Piece,
        by: &str,
        plain: &str,
        key: Option<&Expr>,
        reverse: Option<&Expr>,
    ) -> Said<Piece> {
        let kind = if plain == "sorted" { Kind::items(all.kind.element()) } else { Kind::Unknown };
        let reversed = match reverse {
            None => false,
            Some(Expr::BooleanLiteral(b)) => b.value,
            Some(other) => return Err(unsaid(other, "sorting one way or the other")),
        };
        let Some(key) = key else {
            let operator = if reversed { ">" } else { "<" };
            return Ok(match reversed {
                false => self.unary(all, plain, kind),
                true => self.keyword(all, by, &[Piece::block(format!("[ | :x. :y | x {operator} y ]"))], kind),
            });
        };
        if let (Expr::Lambda(lambda), true) = (key, reversed) {
            // The other way round: compare twice. (An order of keys alone has no reverse that keeps equal ones in place.)
            let inner = self.lambda(&lambda_names(lambda)?, &lambda.body)?;
            let ours = inner.keyword("value:", &[Piece::new("x", Kind::Unknown)], Kind::Unknown);
            let other = inner.keyword("value:", &[Piece::new("y", Kind::Unknown)], Kind::Unknown);
            let text = ours.binary(">", &other, Kind::Truth).expr.text;
            return Ok(self.keyword(all, by, &[Piece::block(format!("[ | :x. :y | {text} ]"))], kind));
        }
        if reversed {
            return Err(unsaid(key, "sorting the other way round by a function"));
        }
        let key = self.key(key)?;
        Ok(self.keyword(all, by, &[key], kind))
    }

    /// `isinstance(thing, of)`.
    fn is_one(&mut self, thing: &Piece, of: &Expr) -> Said<Piece> {
        if let Expr::Tuple(all) = of {
            let tests = all.elts.iter().map(|of| self.is_one(thing, of)).collect::<Said<Vec<_>>>()?;
            let any = tests.into_iter().reduce(|a, b| a.binary("||", &Piece::block(format!("[ {} ]", b.expr.text)), Kind::Truth));
            return any.ok_or_else(|| unsaid(of, "nothing"));
        }
        let Expr::Name(name) = of else { return Err(unsaid(of, "this type")) };
        Ok(match name.id.as_str() {
            "str" => self.unary(thing, "isString", Kind::Truth),
            "int" => self.unary(thing, "isInteger", Kind::Truth),
            "float" => self.unary(thing, "isFloat", Kind::Truth),
            "bool" => self.unary(thing, "isBoolean", Kind::Truth),
            "dict" => self.unary(thing, "isDictionary", Kind::Truth),
            "set" => self.unary(thing, "isSet", Kind::Truth),
            "list" | "tuple" => {
                let no_text = self.unary(thing, "isString", Kind::Truth).unary("not", Kind::Truth);
                self.unary(thing, "isIndexable", Kind::Truth).binary(
                    "&&",
                    &Piece::block(format!("[ {} ]", no_text.expr.text)),
                    Kind::Truth,
                )
            }
            other => match self.known.object(other).and_then(|o| o.path.clone()) {
                Some(path) => self.keyword(thing, "inheritsFrom:", &[Piece::new(path, Kind::Unknown)], Kind::Truth),
                None => return Err(unsaid(of, "this type")),
            },
        })
    }
}
