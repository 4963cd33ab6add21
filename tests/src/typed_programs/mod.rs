//! Random programs with types, from any bytes: nearly right, so that strict checking passes many of them and must refuse the rest.
//!
//! The bytes are choices; when they run out, every choice is the smallest one. Each expression is made for a type, and now and then for
//! another one by mistake. Methods call only methods before them; blocks that are kept may call one another without end, so whoever runs
//! a program gives it a limit.
//!
//! * `kinds` the types; `objects` the prototypes around the methods; `statements`, `expressions`

mod expressions;
mod kinds;
mod objects;
mod statements;

use std::fmt::Write as _;

use kinds::{KINDS, Kind};

/// A method that others may call: its name, what it takes, what it answers.
type Method = (String, Kind, Kind);

struct Made<'a> {
    bytes: &'a [u8],
    /// The locals in scope, and which can be assigned to.
    locals: Vec<(String, Kind, bool)>,
    methods: Vec<Method>,
    /// The method that the one being made replaces.
    replaced: Option<Method>,
    fresh: u32,
}

/// The program that these choices make.
pub fn program(bytes: &[u8]) -> String {
    let mut m = Made { bytes, locals: Vec::new(), methods: Vec::new(), replaced: None, fresh: 0 };
    // Mistakes are rare.
    let odd = objects::ODD[if m.pick(6) == 0 { m.pick(8) as usize } else { 4 + m.pick(4) as usize }];
    let mut out = format!("|\n{}odd = (| parent* = sided. {odd} |).\npoint = (|\n{}", objects::OTHERS, objects::POINT);
    for _ in 0..1 + m.pick(3) {
        let method = (m.name("m"), m.kind(), m.kind());
        m.method(&method, &mut out);
        m.methods.push(method);
    }
    let _ = write!(out, "|).\ndisc = (|\n{}", objects::DISC);
    m.overrides(&mut out);
    let own = (m.name("m"), m.kind(), m.kind());
    m.method(&own, &mut out);
    out.push_str("|).\n|\n");
    m.locals.clear();
    for (name, takes, _) in m.methods.clone() {
        for receiver in ["point", "disc copy"] {
            let a = m.expr(takes, 2);
            let _ = writeln!(
                out,
                "({receiver} {name}: ({a})) printLine. point action value printLine. (point map value: 1) printLine"
            );
        }
    }
    for _ in 0..1 + m.pick(3) {
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

    /// Methods of `disc` that replace some of those of `point`, and may resend to them. They call only methods before those.
    fn overrides(&mut self, out: &mut String) {
        let all = self.methods.clone();
        for (at, method) in all.iter().enumerate() {
            if self.pick(2) == 0 {
                continue;
            }
            self.methods.truncate(at);
            self.replaced = Some(method.clone());
            self.method(method, out);
        }
        self.replaced = None;
        self.methods = all;
    }

    fn method(&mut self, (name, takes, answers): &Method, out: &mut String) {
        self.locals = vec![("a".into(), *takes, false)];
        let _ = write!(out, "    {name}: a <{}> ^ <{}> = ( |", takes.written(), answers.written());
        for local in ["v", "w", "t"].into_iter().take(1 + self.pick(3) as usize) {
            let kind = self.kind();
            let e = self.expr(kind, 2);
            let written = if self.pick(4) == 0 { String::new() } else { format!(" <{}>", kind.written()) };
            let _ = write!(out, " {local}{written} <- ({e}).");
            self.locals.push((local.into(), kind, true));
        }
        // An empty local may be read only after it was assigned to; that it is tried before is one of the mistakes.
        let kind = self.kind();
        let _ = write!(out, " u <{}> |", kind.written());
        if self.pick(25) > 0 {
            let e = self.expr(kind, 2);
            let _ = write!(out, "\n        u: ({e}).");
        }
        self.locals.push(("u".into(), kind, true));
        for _ in 0..self.pick(5) {
            let s = self.statement(*answers, 2);
            let _ = write!(out, "\n        {s}.");
        }
        let e = self.expr(*answers, 3);
        let _ = writeln!(out, "\n        {e} ).");
    }

    /// A local of this kind, and whether it can be assigned to.
    fn local_of(&mut self, kind: Kind) -> Option<(String, bool)> {
        let all: Vec<(String, bool)> = self.locals.iter().filter(|l| l.1 == kind).map(|l| (l.0.clone(), l.2)).collect();
        all.get(self.pick(all.len().max(1) as u8) as usize).cloned()
    }
}
