//! A graph as text, for `--dump=ir`.

use std::fmt::{self, Write as _};

use super::ir::{Edge, End, Frames, Graph, Point, Rep, Type, Val};

impl fmt::Display for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (k, c) in self.contexts.iter().enumerate() {
            writeln!(f, "activation {k}: {} at register {}", c.name, c.base)?;
        }
        for b in super::order::reached(self) {
            let block = self.block(b);
            write!(f, "{b:?}")?;
            list(f, &block.params.iter().map(|p| self.named(*p)).collect::<Vec<_>>())?;
            writeln!(f, ":")?;
            for v in &block.insts {
                let op = self.op(*v);
                match op.rep() {
                    Rep::None => write!(f, "    {op:?}")?,
                    _ => write!(f, "    {} = {op:?}", self.named(*v))?,
                }
                writeln!(f, "{}", op.point().map_or(String::new(), |p| self.pointed(p)))?;
            }
            match &block.end {
                End::Open => writeln!(f, "    open")?,
                End::Goto(e) => writeln!(f, "    goto {}", edge(e))?,
                End::If(v, a, b) => writeln!(f, "    if {v:?} {} else {}", edge(a), edge(b))?,
                End::Turn(e, p) => writeln!(f, "    turn {}{}", edge(e), self.pointed(*p))?,
                End::Return(v, p) => writeln!(f, "    return {v:?}{}", self.pointed(*p))?,
                End::Exit(p) => writeln!(f, "    exit{}", self.pointed(*p))?,
            }
        }
        Ok(())
    }
}

fn list(f: &mut fmt::Formatter<'_>, all: &[String]) -> fmt::Result {
    if all.is_empty() { Ok(()) } else { write!(f, "({})", all.join(", ")) }
}

fn edge(e: &Edge) -> String {
    let mut s = format!("{:?}", e.to);
    if !e.args.is_empty() {
        let _ = write!(s, "({})", e.args.iter().map(|v| format!("{v:?}")).collect::<Vec<_>>().join(", "));
    }
    s
}

impl Graph {
    fn named(&self, v: Val) -> String {
        let ty = match (self.rep(v), self.type_of(v)) {
            (Rep::Double, _) => " double".into(),
            (Rep::Flag, _) => " flag".into(),
            (_, Type::Any) => String::new(),
            (_, Type::Map(m)) => format!(" map {m}"),
            (_, t) => format!(" {t:?}").to_lowercase(),
        };
        format!("{v:?}{ty}")
    }

    fn pointed(&self, p: u32) -> String {
        let point = &self.points[p as usize];
        let Point { frames, held, why, .. } = point;
        let mut s = format!("  ; {why:?}");
        for Frames { context, pc, regs, .. } in frames.each() {
            let _ = write!(s, " {context}@{pc}[");
            for (r, v) in regs {
                let v = point.resolve(*v);
                let _ = write!(s, " r{r}={v:?}");
                let words: Vec<&Val> = held.iter().filter(|((o, _), _)| *o == v).map(|(_, held)| held).collect();
                if !words.is_empty() {
                    let _ = write!(s, "{words:?}");
                }
            }
            s.push_str(" ]");
        }
        s
    }
}
