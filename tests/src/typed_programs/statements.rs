//! Statements of typed programs.

use super::Made;
use super::kinds::Kind;

impl Made<'_> {
    pub(super) fn statement(&mut self, answers: Kind, depth: u8) -> String {
        let choice = self.pick(if depth == 0 { 8 } else { 18 });
        match choice {
            0..=2 => self.assignment(),
            3 => {
                let (p, e) = (self.expr(Kind::Point, 1), self.expr(Kind::Maybe, 1));
                format!("({p}) next: ({e})")
            }
            4 => {
                let (l, e) = (self.expr(Kind::Ints, 1), self.expr(Kind::Int, 1));
                format!("({l}) add: ({e})")
            }
            5 => {
                let (h, e) = (self.expr(Kind::Holder, 1), self.expr(Kind::Either, 1));
                let message = ["v", "put"][self.pick(2) as usize];
                format!("({h}) {message}: ({e})")
            }
            6 => {
                let (kind, states) = match self.pick(2) {
                    0 => (Kind::Switch, ["opened copy", "shut", "opened"]),
                    _ => (Kind::Door, ["closed", "open", "open copy"]),
                };
                format!("({}) state: {}", self.expr(kind, 1), states[self.pick(3) as usize])
            }
            7 => {
                let kind = self.kind();
                format!("({}) printString", self.expr(kind, 2))
            }
            8 => {
                let (c, e) = (self.expr(Kind::Bool, 2), self.expr(answers, 1));
                format!("({c}) ifTrue: [ ^ {e} ]")
            }
            9 => {
                let (list, test, e) = (self.expr(Kind::Ints, 1), self.expr(Kind::Bool, 1), self.expr(answers, 1));
                let inner = self.statement(answers, depth - 1);
                format!("({list}) do: [|:i| {inner}. ({test}) ifTrue: [ ^ {e} ] ]")
            }
            10 => {
                let i = self.name("i");
                let inner = self.statement(answers, depth - 1);
                format!("1 to: 3 Do: [|:{i}| {inner} ]")
            }
            11 => {
                let (c, a, b) =
                    (self.expr(Kind::Bool, 1), self.statement(answers, depth - 1), self.statement(answers, depth - 1));
                format!("({c}) ifTrue: [ {a} ] False: [ {b} ]")
            }
            12 | 13 => self.kept(answers, depth),
            14 => self.run(),
            _ => self.tested_statement(answers, depth),
        }
    }

    fn assignment(&mut self) -> String {
        let assignable: Vec<(String, Kind)> = self.locals.iter().filter(|l| l.2).map(|l| (l.0.clone(), l.1)).collect();
        let Some((name, kind)) = assignable.get(self.pick(assignable.len().max(1) as u8) as usize).cloned() else {
            return "3 printString".into();
        };
        let e = self.expr(kind, 2);
        format!("{name}: ({e})")
    }

    /// A block that is kept somewhere, and assigns to locals or slots when it is run.
    fn kept(&mut self, answers: Kind, depth: u8) -> String {
        let inner = self.statement(answers, depth - 1);
        match self.pick(6) {
            0 => format!("({}) action: [ {inner}. 3 ]", self.expr(Kind::Point, 1)),
            1 => format!("({}) map: [|:k <int>| {inner}. k ]", self.expr(Kind::Point, 1)),
            2 => format!("[ {inner} ] fork"),
            3 => format!("[ {inner} ] fork. process yield"),
            4 => format!("keep: [ {inner}. 4 ]"),
            _ => match self.local_of(Kind::Action) {
                Some((name, true)) => format!("{name}: [ {inner}. 5 ]"),
                _ => format!("[ {inner} ] value"),
            },
        }
    }

    /// Something that runs a block that was kept.
    fn run(&mut self) -> String {
        match self.pick(4) {
            0 => format!("({}) action value", self.expr(Kind::Point, 1)),
            1 => format!("(({}) map value: 3) printString", self.expr(Kind::Point, 1)),
            2 => format!("({}) value", self.expr(Kind::Action, 1)),
            _ => "process yield".into(),
        }
    }

    /// A test of a local, with something that happens between it and the use.
    fn tested_statement(&mut self, answers: Kind, depth: u8) -> String {
        let tested: Vec<(String, Kind, bool)> = self.locals.iter().filter(|l| l.1.test().is_some()).cloned().collect();
        let Some((name, kind, is_assignable)) = tested.get(self.pick(tested.len().max(1) as u8) as usize).cloned() else {
            return "4 printString".into();
        };
        let [test, yes, no] = kind.test().expect("filtered");
        let between = if self.pick(2) == 0 { self.statement(answers, depth - 1) + ". " } else { String::new() };
        match self.pick(7) {
            0 => format!("{name} {test} ifTrue: [ {between}{name} {yes} ] False: [ {name} {no} ]"),
            1 => format!("{name} {test} ifTrue: [ {name} {yes} ] False: [ {between}{name} {no} ]"),
            2 => format!("{name} {test} ifTrue: [ ^ {} ]. {between}{name} {no}", self.expr(answers, 1)),
            3 => format!("{name} {test} not ifTrue: [ ^ {} ]. {between}{name} {yes}", self.expr(answers, 1)),
            4 => format!("({name} {test} || [ ({name} {no}) isEmpty ]) ifTrue: [ {between}] False: [ {name} {no} ]"),
            5 if is_assignable => {
                let e = self.expr(kind.below().unwrap_or(kind), 1);
                format!("{name} {test} ifTrue: [ {name}: ({e}) ]. {between}{name} printString")
            }
            _ if kind == Kind::Maybe && is_assignable => {
                format!("[ {name} isNil ] whileFalse: [ {between}{name}: {name} next ]")
            }
            _ => format!("({name} {test} not && [ ({name} {no}) isEmpty ]) ifTrue: [ {between}{name} {no} ]"),
        }
    }
}
