//! Statements. A loop becomes a block that is sent a message; leaving it early, an exit block's `value`.

use ruff_python_ast::{ExceptHandler, Expr, Operator, Stmt, StmtFor, StmtIf, StmtWhile};

use super::expression::{is_simple, negative};
use super::kind::Kind;
use super::piece::{Piece, block, parts};
use super::translator::{Loop, Said, Translator, named, unsaid};
use super::uses::{Uses, answers, answers_early, answers_on_all, has_answer, is_true, leaves};

/// Where statements stand.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Place {
    /// At the end of a method, or of a function inside: the last one's value is the answer.
    Last,
    /// The body of a loop.
    Loop,
    /// Anywhere else.
    Inside,
}

fn is_break(s: &Stmt) -> bool {
    matches!(s, Stmt::Break(_))
}

fn is_continue(s: &Stmt) -> bool {
    matches!(s, Stmt::Continue(_))
}

impl Translator<'_> {
    pub(super) fn statements(&mut self, body: &[Stmt], place: Place) -> Said<Vec<String>> {
        let mut lines = Vec::new();
        for (i, stmt) in body.iter().enumerate() {
            let rest = &body[i + 1..];
            // `if x: continue` and what follows: what follows, if not.
            if let (Place::Loop, Stmt::If(when)) = (place, stmt)
                && let ([before @ .., last], []) = (&when.body[..], &when.elif_else_clauses[..])
                && is_continue(last)
                && !leaves(before, is_continue)
            {
                let test = self.test(&when.test)?;
                let (then, other) = (self.statements(before, Place::Inside)?, self.statements(rest, Place::Loop)?);
                lines.push(conditional(&test, &then, &other));
                return Ok(lines);
            }
            if is_continue(stmt) && place == Place::Loop {
                return Ok(lines);
            }
            let last = if rest.is_empty() { place } else { Place::Inside };
            let is_end = matches!(stmt, Stmt::Return(_) | Stmt::Raise(_) | Stmt::Break(_) | Stmt::Continue(_));
            self.statement(stmt, if place == Place::Loop { Place::Inside } else { last }, &mut lines)?;
            if is_end {
                break;
            }
        }
        if place == Place::Last && !answers(body) {
            // Python's None: a method that is there for what it does answers its receiver.
            lines.push(if self.answers { "nil".into() } else { "self".into() });
        }
        Ok(lines)
    }

    fn statement(&mut self, stmt: &Stmt, place: Place, lines: &mut Vec<String>) -> Said<()> {
        match stmt {
            Stmt::Pass(_) | Stmt::Import(_) | Stmt::ImportFrom(_) | Stmt::Global(_) | Stmt::Nonlocal(_) => {}
            Stmt::Expr(e) if e.value.is_string_literal_expr() || e.value.is_ellipsis_literal_expr() => {}
            Stmt::Expr(e) => {
                let piece = self.expression(&e.value)?;
                lines.push(piece.expr.text);
            }
            Stmt::Return(r) => {
                let value = match &r.value {
                    Some(value) => self.answer(value)?,
                    None if self.answers => "nil".into(),
                    None => "self".into(),
                };
                lines.push(match (place, &self.exit) {
                    (Place::Last, _) => value,
                    (_, None) => format!("^ {value}"),
                    (_, Some(exit)) => format!("{exit} {}", parts("value:", &[Piece::any(value)])),
                });
            }
            Stmt::Assign(a) => match &a.targets[..] {
                [target] => self.assign(target, &a.value, lines)?,
                [first, rest @ ..] => {
                    self.assign(first, &a.value, lines)?;
                    rest.iter().try_for_each(|t| self.assign(t, first, lines))?;
                }
                [] => {}
            },
            Stmt::AnnAssign(a) => {
                if let Some(value) = &a.value {
                    self.assign(&a.target, value, lines)?;
                }
            }
            Stmt::AugAssign(a) => self.change(&a.target, a.op, &a.value, lines)?,
            Stmt::If(i) => {
                let text = self.branch(i, place)?;
                lines.push(text);
            }
            Stmt::While(w) => self.while_loop(w, lines)?,
            Stmt::For(f) => self.for_loop(f, lines)?,
            Stmt::Break(_) => lines.push(format!("{} value", self.innermost(stmt, |l| l.exit.clone())?)),
            Stmt::Continue(_) => lines.push(format!("{} value", self.innermost(stmt, |l| l.next.clone())?)),
            Stmt::Raise(r) => {
                let text = self.raised(r.exc.as_deref())?;
                lines.push(text);
            }
            Stmt::Assert(a) => {
                let test = self.test(&a.test)?;
                let message = match &a.msg {
                    Some(message) => self.expression(message)?.expr.text,
                    None => "'that should not be'".into(),
                };
                lines.push(test.keyword("ifFalse:", &[Piece::block(format!("[ error: {message} ]"))], Kind::Nil).expr.text);
            }
            Stmt::Try(t) => {
                let [ExceptHandler::ExceptHandler(handler)] = &t.handlers[..] else {
                    return Err(unsaid(stmt, "try with other than one except"));
                };
                if !t.orelse.is_empty() || !t.finalbody.is_empty() {
                    return Err(unsaid(stmt, "try with else or finally"));
                }
                let tried = self.statements(&t.body, Place::Inside)?;
                let name = handler.name.as_ref().map(|n| self.bind(n, Kind::Unknown));
                let handled = self.statements(&handler.body, Place::Inside)?;
                let handler = block(&[name.unwrap_or_else(|| "e".into())], &handled);
                let tried = Piece::block(block(&[], &tried));
                lines.push(tried.keyword("onError:", &[Piece::block(handler)], Kind::Unknown).expr.text);
            }
            Stmt::Delete(d) => {
                for target in &d.targets {
                    let Expr::Subscript(s) = target else { return Err(unsaid(stmt, "del of other than an element")) };
                    let (holder, key) = (self.expression(&s.value)?, self.expression(&s.slice)?);
                    let selector = if matches!(holder.kind, Kind::Lookup(_)) { "removeKey:" } else { "removeAt:" };
                    lines.push(self.keyword(&holder, selector, &[key], Kind::Unknown).expr.text);
                }
            }
            Stmt::FunctionDef(f) => {
                let names = named(f, &f.parameters)?;
                if f.is_async || !f.decorator_list.is_empty() {
                    return Err(unsaid(f, "async, or a decorator"));
                }
                self.assign_name(&f.name, Kind::Block);
                let text = self.function(&names, &f.body)?;
                let name = self.name_of(&f.name).unwrap_or_default();
                lines.push(format!("{name}: {text}"));
            }
            other => return Err(unsaid(other, "this kind of statement")),
        }
        Ok(())
    }

    /// A function inside, as a block.
    fn function(&mut self, names: &[&str], body: &[Stmt]) -> Said<String> {
        let exit = answers_early(body).then(|| self.fresh("answer"));
        let outer = (self.exit.clone(), self.answers, std::mem::take(&mut self.loops));
        let before = self.variables.clone();
        let kept = std::mem::take(&mut self.locals);
        (self.exit, self.answers) = (exit.clone(), has_answer(body));
        let parameters: Vec<String> = names.iter().map(|n| self.bind(n, Kind::Unknown)).collect();
        let inner = Uses::of(body);
        // What is assigned to is the inner function's own, unless it says otherwise.
        for name in inner.stored.iter().filter(|n| !inner.outer.contains(*n) && !names.contains(&n.as_str())) {
            self.forget(name);
        }
        let lines = self.statements(body, if exit.is_some() { Place::Inside } else { Place::Last });
        let locals = std::mem::replace(&mut self.locals, kept);
        (self.exit, self.answers, self.loops) = outer;
        self.variables = before;
        let mut lines = lines?;
        if let Some(exit) = exit {
            lines = vec![Piece::block(block(&[exit], &lines)).unary("exitValue", Kind::Unknown).expr.text];
        }
        let mut head = parameters.iter().map(|p| format!(":{p}")).collect::<Vec<_>>();
        head.extend(locals);
        let text = block(&[], &lines);
        Ok(match head.is_empty() {
            true => text,
            false => format!("[ | {} |{}", head.join(". "), &text[1..]),
        })
    }

    fn innermost(&self, stmt: &Stmt, name: fn(&Loop) -> Option<String>) -> Said<String> {
        self.loops.last().and_then(name).ok_or_else(|| unsaid(stmt, "leaving a loop here"))
    }

    /// `if`, with all its branches.
    fn branch(&mut self, i: &StmtIf, place: Place) -> Said<String> {
        // Where nothing is answered on one of the ways, the answer comes after.
        let place = if place == Place::Last && answers_on_all(i) { Place::Last } else { Place::Inside };
        let test = self.test(&i.test)?;
        let then = self.statements(&i.body, place)?;
        let mut others = Vec::new();
        for clause in i.elif_else_clauses.iter() {
            let test = clause.test.as_ref().map(|t| self.test(t)).transpose()?;
            others.push((test, self.statements(&clause.body, place)?));
        }
        let mut otherwise: Vec<String> = Vec::new();
        for (test, lines) in others.into_iter().rev() {
            otherwise = match test {
                None => lines,
                Some(test) => vec![conditional(&test, &lines, &otherwise)],
            };
        }
        Ok(conditional(&test, &then, &otherwise))
    }

    fn while_loop(&mut self, w: &StmtWhile, lines: &mut Vec<String>) -> Said<()> {
        if !w.orelse.is_empty() {
            return Err(unsaid(&Stmt::While(w.clone()), "else after a loop"));
        }
        let endless = is_true(&w.test);
        let (exit, body) = self.loop_body(&w.body)?;
        let body = block(&[], &body);
        lines.push(match (endless, exit) {
            (true, Some(exit)) => format!("[ | :{exit} |{} loopExit", &body[1..]),
            (true, None) => format!("{body} loop"),
            (false, exit) => {
                let test = self.test(&w.test)?;
                let text = format!("[ {} ] whileTrue: {body}", test.expr.text);
                exit.map_or_else(|| text.clone(), |exit| format!("{} exit", block(&[exit], std::slice::from_ref(&text))))
            }
        });
        Ok(())
    }

    /// The body of a loop, and the name of the block that leaves the loop if it is left early.
    fn loop_body(&mut self, body: &[Stmt]) -> Said<(Option<String>, Vec<String>)> {
        let exit = leaves(body, is_break).then(|| self.fresh("exit"));
        let next = needs_next(body).then(|| self.fresh("next"));
        self.loops.push(Loop { exit: exit.clone(), next: next.clone() });
        let lines = self.statements(body, if next.is_some() { Place::Inside } else { Place::Loop });
        self.loops.pop();
        let lines = lines?;
        Ok(match next {
            Some(next) => (exit, vec![format!("{} exit", block(&[next], &lines))]),
            None => (exit, lines),
        })
    }

    fn for_loop(&mut self, f: &StmtFor, lines: &mut Vec<String>) -> Said<()> {
        if !f.orelse.is_empty() {
            return Err(unsaid(&Stmt::For(f.clone()), "else after a loop"));
        }
        let walk = self.walk(&f.iter)?;
        let (arguments, mut head) = self.targets(&f.target, &walk)?;
        let (exit, body) = self.loop_body(&f.body)?;
        head.extend(body);
        let text = walk.over(&block(&arguments, &head));
        lines.push(match exit {
            Some(exit) => format!("{} exit", block(&[exit], &[text])),
            None => text,
        });
        Ok(())
    }

    fn assign(&mut self, target: &Expr, value: &Expr, lines: &mut Vec<String>) -> Said<()> {
        match (target, value) {
            (Expr::Tuple(to), Expr::Tuple(from)) if to.elts.len() == from.elts.len() => {
                // All values are read before the first name changes.
                let mut later = Vec::new();
                for (i, (to, from)) in to.elts.iter().zip(&from.elts).enumerate().rev() {
                    if i == 0 {
                        self.assign(to, from, lines)?;
                    } else {
                        let piece = self.expression(from)?;
                        let kept = self.local("kept");
                        lines.push(format!("{kept}: {}", piece.expr.text));
                        later.push((to, Piece::new(kept, piece.kind)));
                    }
                }
                later.into_iter().rev().try_for_each(|(to, piece)| self.store(to, piece, lines))
            }
            (Expr::Tuple(to), _) => {
                let all = self.expression(value)?;
                let kept = self.local("kept");
                lines.push(format!("{kept}: {}", all.expr.text));
                for (i, to) in to.elts.iter().enumerate() {
                    let element = Piece::new(&kept, Kind::Unknown).keyword(
                        "at:",
                        &[Piece::new(i.to_string(), Kind::Integer)],
                        all.kind.element(),
                    );
                    self.store(to, element, lines)?;
                }
                Ok(())
            }
            (Expr::Name(name), _) => {
                let value = match self.grows(&name.id) {
                    true => self.growing(value)?,
                    false => self.expression(value)?,
                };
                self.store(target, value, lines)
            }
            // What an object's slot gets is a list: who reads it may add to it.
            (Expr::Attribute(_), Expr::List(_)) => {
                let value = self.growing(value)?;
                self.store(target, value, lines)
            }
            _ => {
                let value = self.expression(value)?;
                self.store(target, value, lines)
            }
        }
    }

    fn store(&mut self, target: &Expr, value: Piece, lines: &mut Vec<String>) -> Said<()> {
        // The last element but `n` is found by the size of what it is an element of.
        let from_end = matches!(target, Expr::Subscript(s) if negative(&s.slice).is_some());
        let target = self.target(target, from_end.then_some(&mut *lines))?;
        self.put(target, value, lines);
        Ok(())
    }

    /// What is assigned to. Where it is read as well, what it is an attribute or element of is evaluated before, by the lines in `before`.
    fn target<'e>(&mut self, target: &'e Expr, mut before: Option<&mut Vec<String>>) -> Said<Target<'e>> {
        let mut steady = |t: &mut Self, e: &Expr, piece: Piece| match &mut before {
            Some(lines) if !is_simple(e) => {
                let kept = t.local("kept");
                lines.push(format!("{kept}: {}", piece.expr.text));
                Piece::new(kept, piece.kind)
            }
            _ => piece,
        };
        Ok(match target {
            Expr::Name(name) => Target::Variable(&name.id),
            Expr::Attribute(a) => {
                let holder = self.expression(&a.value)?;
                Target::Slot(steady(self, &a.value, holder), self.attribute(&a.attr))
            }
            Expr::Subscript(s) => {
                let holder = self.expression(&s.value)?;
                let holder = steady(self, &s.value, holder);
                let key = self.index(&holder, &s.slice)?;
                Target::Element(holder, steady(self, &s.slice, key))
            }
            other => return Err(unsaid(other, "assigning to this")),
        })
    }

    fn put(&mut self, target: Target<'_>, value: Piece, lines: &mut Vec<String>) {
        match target {
            Target::Variable(name) => {
                let to = self.assign_name(name, value.kind.clone());
                // `n: self` says the same as `n: n` would.
                if to != value.expr.text {
                    lines.push(format!("{to}: {}", value.expr.text));
                }
            }
            Target::Slot(holder, name) => {
                lines.push(self.keyword(&holder, &format!("{name}:"), &[value], Kind::Unknown).expr.text);
            }
            Target::Element(holder, key) => {
                lines.push(self.keyword(&holder, "at:Put:", &[key, value], Kind::Unknown).expr.text);
            }
        }
    }

    /// `x += y`.
    fn change(&mut self, target: &Expr, op: Operator, value: &Expr, lines: &mut Vec<String>) -> Said<()> {
        let to = self.target(target, Some(lines))?;
        let before = match &to {
            Target::Variable(_) => self.expression(target)?,
            Target::Slot(holder, name) => {
                let kind = self.slot_kind(holder, name);
                self.unary(holder, name, kind)
            }
            Target::Element(holder, key) => {
                let kind = holder.kind.at();
                self.keyword(holder, "at:", std::slice::from_ref(key), kind)
            }
        };
        let by = self.expression(value)?;
        if matches!((&before.kind, op), (Kind::List(_), Operator::Add)) {
            lines.push(self.keyword(&before, "addAll:", &[by], Kind::Unknown).expr.text);
            return Ok(());
        }
        let after = self.operation(target, before, op, by)?;
        self.put(to, after, lines);
        Ok(())
    }

    fn raised(&mut self, exception: Option<&Expr>) -> Said<String> {
        let message = match exception {
            Some(Expr::Call(call)) => call.arguments.args.first(),
            _ => None,
        };
        let message = match message {
            Some(message) => self.expression(message)?,
            None => Piece::new("'that cannot be'", Kind::Text),
        };
        Ok(format!("error: {}", message.expr.text))
    }

    /// What the targets of a loop or comprehension are called in its block, and what has to be assigned at the block's begin.
    pub(super) fn targets(&mut self, target: &Expr, walk: &super::walk::Walk) -> Said<(Vec<String>, Vec<String>)> {
        let mut lines = Vec::new();
        let elements = walk.kinds();
        let parts: Vec<&Expr> = match target {
            Expr::Tuple(t) if t.elts.len() == elements.len() => walk.ordered(t.elts.iter().collect()),
            Expr::Tuple(_) if elements.len() > 1 => return Err(unsaid(target, "these targets of a loop")),
            one => vec![one],
        };
        if walk.is_counted(target) {
            return Ok((Vec::new(), lines));
        }
        let mut arguments = Vec::new();
        for (i, (part, kind)) in parts.into_iter().zip(elements).enumerate() {
            // Counting begins where Python's argument says.
            if let (1, Some(from)) = (i, &walk.from) {
                let each = self.fresh("each");
                self.store(part, Piece::new(&each, kind).binary("+", from, Kind::Integer), &mut lines)?;
                arguments.push(each);
                continue;
            }
            match part {
                Expr::Name(name) if self.is_of_loop(&name.id) => arguments.push(self.bind(&name.id, kind)),
                _ => {
                    let each = self.fresh("each");
                    arguments.push(each.clone());
                    let piece = Piece::new(&each, kind.clone());
                    match part {
                        Expr::Tuple(t) => {
                            for (i, to) in t.elts.iter().enumerate() {
                                let at = piece.keyword("at:", &[Piece::new(i.to_string(), Kind::Integer)], kind.element());
                                self.store(to, at, &mut lines)?;
                            }
                        }
                        one => self.store(one, piece, &mut lines)?,
                    }
                }
            }
        }
        // An index that nobody looks at need not be handed out.
        while arguments.len() > 1 && arguments.last().is_some_and(|a| a == "it") {
            arguments.pop();
        }
        Ok((arguments, lines))
    }
}

/// What is assigned to: a variable by its name in Python, a slot of something, an element of something.
enum Target<'e> {
    Variable(&'e str),
    Slot(Piece, String),
    Element(Piece, Piece),
}

/// A `continue` that is not the end of an `if` at the top of the body.
fn needs_next(body: &[Stmt]) -> bool {
    body.iter().any(|s| match s {
        Stmt::If(i) => {
            let simple = i.elif_else_clauses.is_empty() && i.body.last().is_some_and(is_continue);
            let inner = if simple { &i.body[..i.body.len() - 1] } else { &i.body[..] };
            leaves(inner, is_continue) || i.elif_else_clauses.iter().any(|c| leaves(&c.body, is_continue))
        }
        Stmt::Try(t) => leaves(&t.body, is_continue),
        _ => false,
    })
}

/// `test ifTrue: [ … ] False: [ … ]`.
fn conditional(test: &Piece, then: &[String], otherwise: &[String]) -> String {
    let (then, other) = (Piece::block(block(&[], then)), Piece::block(block(&[], otherwise)));
    match (then.expr.text == "[ ]", otherwise.is_empty()) {
        (_, true) => test.keyword("ifTrue:", &[then], Kind::Unknown).expr.text,
        (true, false) => test.keyword("ifFalse:", &[other], Kind::Unknown).expr.text,
        (false, false) => test.keyword("ifTrue:False:", &[then, other], Kind::Unknown).expr.text,
    }
}
