//! Expressions of typed programs.

use super::Made;
use super::kinds::Kind;

impl Made<'_> {
    /// An expression of a kind; sometimes, by mistake, of another.
    pub(super) fn expr(&mut self, kind: Kind, depth: u8) -> String {
        let kind = if self.pick(200) == 199 { self.kind() } else { kind };
        let of_kind: Vec<String> = self.locals.iter().filter(|l| l.1 == kind).map(|l| l.0.clone()).collect();
        if !of_kind.is_empty() && self.pick(3) == 0 {
            return of_kind[self.pick(of_kind.len() as u8) as usize].clone();
        }
        if depth == 0 {
            return self.smallest(kind);
        }
        if let Some(call) = self.call(kind, depth) {
            return call;
        }
        let depth = depth - 1;
        match self.pick(12) {
            0 => format!(
                "(({}) ifTrue: [ {} ] False: [ {} ])",
                self.expr(Kind::Bool, depth),
                self.expr(kind, depth),
                self.expr(kind, depth)
            ),
            1 => format!("(apply: [|:y <int>| {} ] To: ({}))", self.expr(kind, depth), self.expr(Kind::Int, depth)),
            2 if kind.below().is_some() => self.expr(kind.below().expect("asked"), depth),
            _ => self.larger(kind, depth),
        }
    }

    /// A message to one of the methods, if one answers this kind.
    fn call(&mut self, kind: Kind, depth: u8) -> Option<String> {
        if let Some((name, takes, _)) = self.replaced.clone().filter(|m| m.2 == kind)
            && self.pick(3) == 0
        {
            return Some(format!("(resend.{name}: ({}))", self.expr(takes, depth - 1)));
        }
        let fitting: Vec<(String, Kind)> = self.methods.iter().filter(|m| m.2 == kind).map(|m| (m.0.clone(), m.1)).collect();
        if fitting.is_empty() || self.pick(4) > 0 {
            return None;
        }
        let (name, takes) = fitting[self.pick(fitting.len() as u8) as usize].clone();
        let (p, a) = (self.expr(Kind::Point, depth - 1), self.expr(takes, depth - 1));
        Some(format!("(({p}) {name}: ({a}))"))
    }

    fn smallest(&mut self, kind: Kind) -> String {
        let all: &[&str] = match kind {
            Kind::Int => return self.pick(9).to_string(),
            Kind::Text => &["'t'"],
            Kind::Bool => &["true", "false"],
            Kind::Point => &["point", "disc", "point copy", "disc copy"],
            Kind::Disc => &["disc", "disc copy", "disc moved"],
            Kind::Maybe => &["nil", "point", "disc copy"],
            Kind::MaybeInt => &["nil", "3"],
            Kind::Ints => &["(list copyRemoveAll add: 1)", "((list copyRemoveAll add: 1) add: 5)"],
            Kind::Texts => &["(list copyRemoveAll add: 'a')"],
            Kind::Block => &["[|:n <int>| n + 1 ]", "point map", "[ 3 ]"],
            Kind::Action => &["[ 3 ]", "point action"],
            Kind::Either => &["3", "'e'"],
            Kind::Holder => &["holder", "wide copy", "holder copy"],
            Kind::Reader => &["slim copy", "wide", "(holder copy v: 'r')"],
            Kind::Switch => &["switch copy", "(switch copy toggle: true)", "switch"],
            Kind::Cell => &["(cell copy put: 3)", "((cell copy put: 3) put: 4)"],
            Kind::Door => &["door copy", "(door copy push: true)", "door"],
            Kind::Sided => &["square copy", "odd", "square"],
            Kind::Mixed => &["((cell copy put: 3) put: 'c')", "((cell copy put: 'd') put: 3)"],
        };
        all[self.pick(all.len() as u8) as usize].into()
    }

    fn larger(&mut self, kind: Kind, depth: u8) -> String {
        match kind {
            Kind::Int => self.int(depth),
            Kind::Text => self.text(depth),
            Kind::Bool => self.bool(depth),
            Kind::Point => self.point(depth),
            Kind::Disc => match self.pick(4) {
                0 => self.sent(Kind::Disc, "moved", depth),
                1 => self.told(Kind::Disc, "linked:", Kind::Maybe, depth),
                2 => format!("(touched: ({}))", self.expr(Kind::Disc, depth)),
                _ => self.told(Kind::Disc, "copy radius:", Kind::Int, depth),
            },
            Kind::Maybe => match self.pick(4) {
                0 => self.sent(Kind::Point, "next", depth),
                1 => self.expr(Kind::Point, depth),
                2 => format!("(({}) ifTrue: [ {} ])", self.expr(Kind::Bool, depth), self.expr(Kind::Point, depth)),
                _ => self.smallest(kind),
            },
            Kind::MaybeInt => match self.pick(3) {
                0 => format!("(({}) ifTrue: [ {} ])", self.expr(Kind::Bool, depth), self.expr(Kind::Int, depth)),
                1 => format!("(pick: ({}) Or: nil If: {})", self.expr(Kind::Int, depth), self.expr(Kind::Bool, depth)),
                _ => format!("(({}) detect: [|:e| e > 3 ] IfNone: [ nil ])", self.expr(Kind::Ints, depth)),
            },
            Kind::Ints => match self.pick(6) {
                0 => self.told(Kind::Ints, "copy add:", Kind::Int, depth),
                1 => format!("(({}) collect: [|:e| e + {} ])", self.expr(Kind::Ints, depth), self.expr(Kind::Int, depth)),
                2 => self.sent(Kind::Point, "all", depth),
                3 => format!("(({}) collect: [|:e| {} ])", self.expr(Kind::Texts, depth), self.expr(Kind::Int, depth)),
                4 => format!("(({}) map: [|:e| e + {} ])", self.expr(Kind::Cell, depth), self.expr(Kind::Int, depth)),
                _ => format!("(({}) collect: [|:e| e size ])", self.expr(Kind::Texts, depth)),
            },
            Kind::Texts => match self.pick(3) {
                0 => format!("(({}) collect: [|:e| e printString ])", self.expr(Kind::Ints, depth)),
                1 => format!("(({}) map: [|:e| e printString ])", self.expr(Kind::Cell, depth)),
                _ => self.told(Kind::Texts, "copy add:", Kind::Text, depth),
            },
            Kind::Block => match self.pick(3) {
                0 => self.sent(Kind::Point, "map", depth),
                1 => format!("[|:n <int>| n + ({}) ]", self.expr(Kind::Int, depth)),
                _ => format!("[|:n <int | string>| {} ]", self.expr(Kind::Int, depth)),
            },
            Kind::Action => match self.pick(2) {
                0 => self.sent(Kind::Point, "action", depth),
                _ => format!("[ {} ]", self.expr(Kind::Int, depth)),
            },
            Kind::Either => match self.pick(7) {
                6 => self.sent(Kind::Door, "both", depth),
                0 => self.expr(Kind::Int, depth),
                1 => self.expr(Kind::Text, depth),
                2 => self.sent(Kind::Reader, "v", depth),
                3 => self.sent(Kind::Mixed, "got", depth),
                4 => self.told(Kind::Cell, "got:", Kind::Text, depth),
                _ => format!(
                    "(pick: ({}) Or: ({}) If: {})",
                    self.expr(Kind::Int, depth),
                    self.expr(Kind::Text, depth),
                    self.expr(Kind::Bool, depth)
                ),
            },
            Kind::Holder => match self.pick(8) {
                0 => self.told(Kind::Holder, "v:", Kind::Either, depth),
                1 => self.told(Kind::Holder, "put:", Kind::Either, depth),
                2 if self.pick(6) == 0 => "slim copy".into(),
                _ => self.smallest(kind),
            },
            Kind::Reader => match self.pick(4) {
                3 => self.expr(Kind::Door, depth),
                0 => self.expr(Kind::Holder, depth),
                1 => format!("(slim copy v: {})", self.expr(Kind::Int, depth)),
                _ => self.smallest(kind),
            },
            Kind::Switch => match self.pick(2) {
                0 => self.told(Kind::Switch, "toggle:", Kind::Bool, depth),
                _ => self.sent(Kind::Switch, "copy", depth),
            },
            Kind::Cell => match self.pick(3) {
                0 => self.told(Kind::Cell, "copy put:", Kind::Int, depth),
                1 => self.told(Kind::Cell, "fill:", Kind::Cell, depth),
                _ => self.smallest(kind),
            },
            Kind::Door => match self.pick(2) {
                0 => self.told(Kind::Door, "push:", Kind::Bool, depth),
                _ => self.smallest(kind),
            },
            Kind::Sided => self.smallest(kind),
            Kind::Mixed => match self.pick(3) {
                0 => self.told(Kind::Mixed, "copy put:", Kind::Either, depth),
                1 => self.told(Kind::Mixed, "fill:", Kind::Mixed, depth),
                _ => self.smallest(kind),
            },
        }
    }

    fn point(&mut self, depth: u8) -> String {
        match self.pick(7) {
            0 => self.told(Kind::Point, "copy x:", Kind::Int, depth),
            1 => format!("(({}) ifNil: [ {} ])", self.expr(Kind::Maybe, depth), self.expr(Kind::Point, depth)),
            2 => self.told(Kind::Point, "linked:", Kind::Maybe, depth),
            3 => format!("(touched: ({}))", self.expr(Kind::Point, depth)),
            4 => self.sent(Kind::Point, "moved", depth),
            5 => self.expr(Kind::Disc, depth),
            _ => self.smallest(Kind::Point),
        }
    }

    fn text(&mut self, depth: u8) -> String {
        match self.pick(9) {
            7 => self.sent(Kind::Door, "told", depth),
            8 => self.sent(Kind::Sided, "named", depth),
            0 => self.told(Kind::Text, ",", Kind::Text, depth),
            1 => self.sent(Kind::Int, "printString", depth),
            2 => self.sent(Kind::Point, "name", depth),
            3 => format!("(({}) copyWith: {}) last", self.expr(Kind::Texts, depth), self.expr(Kind::Text, depth)),
            4 => self.sent(Kind::Disc, "label", depth),
            5 if self.pick(12) == 0 => self.sent(Kind::Switch, "key", depth),
            _ => self.tested(depth, "printString", "uppercase"),
        }
    }

    fn int(&mut self, depth: u8) -> String {
        match self.pick(20) {
            17 => self.sent(Kind::Sided, "doubled", depth),
            18 => self.told(Kind::Door, "take:", Kind::Int, depth),
            19 if self.pick(12) == 0 => self.sent(Kind::Door, "width", depth),
            0 => self.told(Kind::Int, "+", Kind::Int, depth),
            1 => self.sent(Kind::Text, "size", depth),
            2 => self.sent(Kind::Point, "x", depth),
            3 => format!("(({}) inject: 0 Into: [|:s. :e| s + e ])", self.expr(Kind::Ints, depth)),
            4 => format!("(({}) ifNil: [ 0 ] IfNotNil: [|:q| q x ])", self.expr(Kind::Maybe, depth)),
            5 => self.told(Kind::Block, "value:", Kind::Int, depth),
            6 => self.sent(Kind::Ints, "first", depth),
            7 => self.tested(depth, "succ", "size"),
            8 => self.told(Kind::Int, "max:", Kind::Int, depth),
            9 => self.sent(Kind::Action, "value", depth),
            10 => format!("(larger: ({}) Than: ({}))", self.expr(Kind::Int, depth), self.expr(Kind::Int, depth)),
            11 => self.sent(Kind::Switch, "double", depth),
            12 => self.sent(Kind::Switch, "on", depth),
            13 => self.sent(Kind::Disc, "radius", depth),
            14 => self.sent(Kind::Cell, "got", depth),
            15 => format!("(({}) first: [|:i| i > 2 ] Else: {})", self.expr(Kind::Point, depth), self.expr(Kind::Int, depth)),
            _ => format!("(({}) ifNil: [ {} ])", self.expr(Kind::MaybeInt, depth), self.expr(Kind::Int, depth)),
        }
    }

    /// A message without arguments to something of a kind.
    fn sent(&mut self, to: Kind, message: &str, depth: u8) -> String {
        format!("(({}) {message})", self.expr(to, depth))
    }

    /// A message with one argument of a kind.
    fn told(&mut self, to: Kind, message: &str, argument: Kind, depth: u8) -> String {
        format!("(({}) {message} ({}))", self.expr(to, depth), self.expr(argument, depth))
    }

    /// One message if it is an integer, another if it is a text.
    fn tested(&mut self, depth: u8, of_int: &str, of_text: &str) -> String {
        match self.local_of(Kind::Either) {
            Some((name, _)) => format!("({name} isString ifTrue: [ {name} {of_text} ] False: [ {name} {of_int} ])"),
            None => format!("({}) {of_text}", self.expr(Kind::Text, depth)),
        }
    }

    fn bool(&mut self, depth: u8) -> String {
        match self.pick(6) {
            0 => self.told(Kind::Int, "<", Kind::Int, depth),
            1 => self.told(Kind::Text, "=", Kind::Text, depth),
            2 => self.sent(Kind::Maybe, "isNil", depth),
            3 => format!("(({}) && [ {} ])", self.expr(Kind::Bool, depth), self.expr(Kind::Bool, depth)),
            4 => match self.local_of(Kind::Maybe) {
                Some((name, _)) => format!("({name} isNil || [ {name} x = {} ])", self.expr(Kind::Int, depth)),
                None => self.sent(Kind::Point, "isDisc", depth),
            },
            _ => self.sent(Kind::Bool, "not", depth),
        }
    }
}
