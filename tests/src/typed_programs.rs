//! Random programs with types, from any bytes: nearly right, so that strict checking passes many of them and must refuse the rest.
//!
//! The bytes are choices; when they run out, every choice is the smallest one. Each expression is made for a type, and now and then for
//! another one by mistake. Programs end: they have no loops but counted ones, and methods call only methods before them.

use std::fmt::Write as _;

/// The types that programs are made of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Int,
    Text,
    Bool,
    Point,
    Maybe,
    Ints,
    Texts,
    Block,
    Either,
}

const KINDS: [Kind; 9] =
    [Kind::Int, Kind::Text, Kind::Bool, Kind::Point, Kind::Maybe, Kind::Ints, Kind::Texts, Kind::Block, Kind::Either];

impl Kind {
    fn written(self) -> &'static str {
        match self {
            Kind::Int => "int",
            Kind::Text => "string",
            Kind::Bool => "bool",
            Kind::Point => "point",
            Kind::Maybe => "point | nil",
            Kind::Ints => "list of: int",
            Kind::Texts => "list of: string",
            Kind::Block => "[int ^ int]",
            Kind::Either => "int | string",
        }
    }
}

struct Made<'a> {
    bytes: &'a [u8],
    locals: Vec<(String, Kind, bool)>,
    methods: Vec<(String, Kind, Kind)>,
    fresh: u32,
}

/// The program that these choices make.
pub fn program(bytes: &[u8]) -> String {
    let mut m = Made { bytes, locals: Vec::new(), methods: Vec::new(), fresh: 0 };
    let mut out = String::from("|\n");
    for (name, parent) in [("point", "traits clonable"), ("disc", "point")] {
        let _ = writeln!(out, "{name} = (|\n    parent* = {parent}.");
        if name == "point" {
            out.push_str("    x <int> <- 1.\n    name <string> <- 'p'.\n    next <point | nil> <- nil.\n    all <list of: int> <- list copyRemoveAll.\n");
        } else {
            out.push_str("    radius <int> <- 2.\n    isDisc = ( true ).\n");
        }
        for _ in 0..1 + m.pick(3) {
            m.method(name, &mut out);
        }
        out.push_str("|).\n");
    }
    out.push_str("|\n");
    for _ in 0..2 + m.pick(4) {
        m.locals.clear();
        let kind = m.kind();
        let e = m.expr(kind, 3);
        let _ = writeln!(out, "({e}) printLine");
    }
    out
}

impl Made<'_> {
    fn pick(&mut self, n: u8) -> u8 {
        match self.bytes.split_first() {
            Some((b, rest)) => {
                self.bytes = rest;
                b % n
            }
            None => 0,
        }
    }

    fn kind(&mut self) -> Kind {
        KINDS[self.pick(KINDS.len() as u8) as usize]
    }

    fn name(&mut self, stem: &str) -> String {
        self.fresh += 1;
        format!("{stem}{}", self.fresh)
    }

    fn method(&mut self, object: &str, out: &mut String) {
        let (name, takes, answers) = (self.name("m"), self.kind(), self.kind());
        self.locals = vec![("a".into(), takes, false)];
        let (first, second) = (self.kind(), self.kind());
        let v = self.expr(first, 2);
        let _ = writeln!(
            out,
            "    {name}: a <{}> ^ <{}> = ( | v <- ({v}). w <{}> |",
            takes.written(),
            answers.written(),
            second.written()
        );
        self.locals.push(("v".into(), first, true));
        // An empty local may be read only after it was assigned to; that it is tried before is one of the mistakes.
        if self.pick(25) > 0 {
            let w = self.expr(second, 2);
            let _ = writeln!(out, "        w: ({w}).");
        }
        self.locals.push(("w".into(), second, true));
        for _ in 0..self.pick(4) {
            let s = self.statement(answers);
            let _ = writeln!(out, "        {s}.");
        }
        let e = self.expr(answers, 3);
        let _ = writeln!(out, "        {e} ).");
        if object == "point" {
            self.methods.push((name, takes, answers));
        }
    }

    fn statement(&mut self, answers: Kind) -> String {
        match self.pick(8) {
            0 | 1 => {
                let at = self.locals.iter().rposition(|l| l.2).expect("v and w");
                let (name, kind, _) = self.locals[at].clone();
                let e = self.expr(kind, 2);
                format!("{name}: ({e})")
            }
            2 => {
                let (p, e) = (self.expr(Kind::Point, 1), self.expr(Kind::Maybe, 1));
                format!("({p}) next: ({e})")
            }
            3 => {
                let (l, e) = (self.expr(Kind::Ints, 1), self.expr(Kind::Int, 2));
                format!("({l}) add: ({e})")
            }
            4 => {
                let (c, e) = (self.expr(Kind::Bool, 2), self.expr(answers, 2));
                format!("({c}) ifTrue: [ ^ {e} ]")
            }
            5 => {
                let i = self.name("i");
                let inner = self.statement(answers);
                format!("1 to: 3 Do: [|:{i}| {inner} ]")
            }
            6 => {
                let maybe = self.locals.iter().find(|l| l.1 == Kind::Maybe).map(|l| l.0.clone());
                match maybe {
                    Some(name) => {
                        let e = self.expr(answers, 2);
                        format!("{name} isNil ifTrue: [ ^ {e} ]. {name} x printString")
                    }
                    None => "3 printString".into(),
                }
            }
            _ => {
                let kind = self.kind();
                let (c, a, b) = (self.expr(Kind::Bool, 2), self.expr(kind, 1), self.expr(kind, 1));
                format!("({c}) ifTrue: [ ({a}) printString ] False: [ ({b}) printString ]")
            }
        }
    }

    /// An expression of a kind; sometimes, by mistake, of another.
    fn expr(&mut self, kind: Kind, depth: u8) -> String {
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
        if self.pick(6) == 0 {
            let (c, a, b) = (self.expr(Kind::Bool, depth - 1), self.expr(kind, depth - 1), self.expr(kind, depth - 1));
            return format!("(({c}) ifTrue: [ {a} ] False: [ {b} ])");
        }
        self.larger(kind, depth - 1)
    }

    /// A message to one of the methods, if one answers this kind.
    fn call(&mut self, kind: Kind, depth: u8) -> Option<String> {
        let fitting: Vec<(String, Kind)> = self.methods.iter().filter(|m| m.2 == kind).map(|m| (m.0.clone(), m.1)).collect();
        if fitting.is_empty() || self.pick(4) > 0 {
            return None;
        }
        let (name, takes) = fitting[self.pick(fitting.len() as u8) as usize].clone();
        let (p, a) = (self.expr(Kind::Point, depth - 1), self.expr(takes, depth - 1));
        Some(format!("(({p}) {name}: ({a}))"))
    }

    fn smallest(&mut self, kind: Kind) -> String {
        match kind {
            Kind::Int => self.pick(9).to_string(),
            Kind::Text => "'t'".into(),
            Kind::Bool => ["true", "false"][self.pick(2) as usize].into(),
            Kind::Point => ["point", "disc", "point copy"][self.pick(3) as usize].into(),
            Kind::Maybe => ["nil", "point", "disc copy"][self.pick(3) as usize].into(),
            Kind::Ints => "(list copyRemoveAll add: 1)".into(),
            Kind::Texts => "(list copyRemoveAll add: 'a')".into(),
            Kind::Block => "[|:n <int>| n + 1 ]".into(),
            Kind::Either => ["3", "'e'"][self.pick(2) as usize].into(),
        }
    }

    fn larger(&mut self, kind: Kind, depth: u8) -> String {
        match kind {
            Kind::Int => self.int(depth),
            Kind::Text => match self.pick(5) {
                0 => format!("({} , {})", self.expr(Kind::Text, depth), self.expr(Kind::Text, depth)),
                1 => format!("({}) printString", self.expr(Kind::Int, depth)),
                2 => format!("({}) name", self.expr(Kind::Point, depth)),
                3 => format!("(({}) copyWith: {}) last", self.expr(Kind::Texts, depth), self.expr(Kind::Text, depth)),
                _ => self.tested(depth, "printString", "uppercase"),
            },
            Kind::Bool => self.bool(depth),
            Kind::Point => match self.pick(4) {
                0 => format!("(({}) copy x: {})", self.expr(Kind::Point, depth), self.expr(Kind::Int, depth)),
                1 => format!("(({}) ifNil: [ {} ])", self.expr(Kind::Maybe, depth), self.expr(Kind::Point, depth)),
                2 => format!("(({}) next: {})", self.expr(Kind::Point, depth), self.expr(Kind::Maybe, depth)),
                _ => self.smallest(kind),
            },
            Kind::Maybe => match self.pick(3) {
                0 => format!("({}) next", self.expr(Kind::Point, depth)),
                1 => self.expr(Kind::Point, depth),
                _ => self.smallest(kind),
            },
            Kind::Ints => match self.pick(4) {
                0 => format!("(({}) copy add: {})", self.expr(Kind::Ints, depth), self.expr(Kind::Int, depth)),
                1 => format!("(({}) collect: [|:e| e + {} ])", self.expr(Kind::Ints, depth), self.expr(Kind::Int, depth)),
                2 => format!("({}) all", self.expr(Kind::Point, depth)),
                _ => format!("(({}) collect: [|:e| e size ])", self.expr(Kind::Texts, depth)),
            },
            Kind::Texts => match self.pick(2) {
                0 => format!("(({}) collect: [|:e| e printString ])", self.expr(Kind::Ints, depth)),
                _ => format!("(({}) copy add: {})", self.expr(Kind::Texts, depth), self.expr(Kind::Text, depth)),
            },
            Kind::Block => format!("[|:n <int>| n + ({}) ]", self.expr(Kind::Int, depth)),
            Kind::Either => match self.pick(2) {
                0 => self.expr(Kind::Int, depth),
                _ => self.expr(Kind::Text, depth),
            },
        }
    }

    fn int(&mut self, depth: u8) -> String {
        match self.pick(9) {
            0 => format!("({} + {})", self.expr(Kind::Int, depth), self.expr(Kind::Int, depth)),
            1 => format!("({}) size", self.expr(Kind::Text, depth)),
            2 => format!("({}) x", self.expr(Kind::Point, depth)),
            3 => format!("(({}) inject: 0 Into: [|:s. :e| s + e ])", self.expr(Kind::Ints, depth)),
            4 => format!("(({}) ifNil: [ 0 ] IfNotNil: [|:q| q x ])", self.expr(Kind::Maybe, depth)),
            5 => format!("(({}) value: {})", self.expr(Kind::Block, depth), self.expr(Kind::Int, depth)),
            6 => format!("(({}) first)", self.expr(Kind::Ints, depth)),
            7 => self.tested(depth, "succ", "size"),
            _ => format!("(({}) max: {})", self.expr(Kind::Int, depth), self.expr(Kind::Int, depth)),
        }
    }

    /// One message if it is an integer, another if it is a text.
    fn tested(&mut self, depth: u8, of_int: &str, of_text: &str) -> String {
        let named = self.locals.iter().find(|l| l.1 == Kind::Either).map(|l| l.0.clone());
        match named {
            Some(name) => format!("({name} isString ifTrue: [ {name} {of_text} ] False: [ {name} {of_int} ])"),
            None => format!("({}) {of_text}", self.expr(Kind::Text, depth)),
        }
    }

    fn bool(&mut self, depth: u8) -> String {
        match self.pick(5) {
            0 => format!("({} < {})", self.expr(Kind::Int, depth), self.expr(Kind::Int, depth)),
            1 => format!("({} = {})", self.expr(Kind::Text, depth), self.expr(Kind::Text, depth)),
            2 => format!("({}) isNil", self.expr(Kind::Maybe, depth)),
            3 => format!("(({}) && [ {} ])", self.expr(Kind::Bool, depth), self.expr(Kind::Bool, depth)),
            _ => format!("({}) not", self.expr(Kind::Bool, depth)),
        }
    }
}
