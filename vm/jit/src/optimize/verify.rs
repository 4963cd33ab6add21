//! Checks a graph; for debug builds and tests.
//!
//! 1. Blocks that are reached end, and their edges give each parameter of where they lead a value of its kind.
//! 2. Each value is defined once, in a block that dominates all its uses; operands come before what uses them.
//! 3. Operands are of the kind that the operation is for.
//! 4. What a call's point needs is real.

use super::ir::{Blk, End, Graph, Op, Rep, Type, Val};

/// What is wrong with the graph.
///
/// # Errors
/// The first thing that is.
pub(crate) fn verify(g: &Graph) -> Result<(), String> {
    let order = reached(g);
    let dominators = dominators(g, &order);
    let mut home = vec![None; g.ops.len()];
    for b in &order {
        for (k, v) in
            g.block(*b).params.iter().map(|v| (0, v)).chain(g.block(*b).insts.iter().enumerate().map(|(k, v)| (k + 1, v)))
        {
            if home[v.0 as usize].replace((*b, k)).is_some() {
                return Err(format!("{v:?} is defined twice"));
            }
        }
    }
    let defined = |v: Val, b: Blk, k: usize| match home[v.0 as usize] {
        Some((at, i)) if at == b => i < k || matches!(g.op(v), Op::Param(_)),
        Some((at, _)) => dominates(&dominators, at, b),
        None => false,
    };
    for b in &order {
        let block = g.block(*b);
        for (k, v) in block.insts.iter().enumerate() {
            let op = g.op(*v);
            let mut bad = None;
            op.clone().each(|o| {
                if !defined(*o, *b, k + 1) {
                    bad = Some(*o);
                }
            });
            if let Some(o) = bad {
                return Err(format!("{o:?} is used by {v:?} in {b:?} before it is there"));
            }
            kinds(g, *v)?;
            if let Some(p) = op.point() {
                point(g, p, matches!(op, Op::Call(..)), |o| defined(o, *b, k + 1))?;
            }
        }
        let after = block.insts.len() + 1;
        if let Some(p) = block.end.point() {
            point(g, p, false, |o| defined(o, *b, after))?;
        }
        match &block.end {
            End::Open => return Err(format!("{b:?} has no end")),
            End::If(v, ..) if g.rep(*v) != Rep::Flag => return Err(format!("{b:?} tests {v:?}, which is no flag")),
            End::If(v, ..) | End::Return(v, _) if !defined(*v, *b, after) => return Err(format!("{b:?} ends with {v:?}")),
            _ => {}
        }
        for e in block.end.clone().edges() {
            let params = &g.block(e.to).params;
            if params.len() != e.args.len() {
                return Err(format!("{b:?} gives {} values to {:?}, which takes {}", e.args.len(), e.to, params.len()));
            }
            for (p, a) in params.iter().zip(&e.args) {
                if g.rep(*p) != g.rep(*a) || !defined(*a, *b, after) {
                    return Err(format!("{b:?} gives {a:?} for {p:?} of {:?}", e.to));
                }
            }
        }
    }
    Ok(())
}

fn kinds(g: &Graph, v: Val) -> Result<(), String> {
    let op = g.op(v);
    let wanted = match op {
        Op::Box(_) | Op::Sqrt(_) | Op::Float(..) | Op::FloatCompare(..) => Rep::Double,
        Op::Boolean(_) => Rep::Flag,
        Op::Closure(..) => return Ok(()),
        _ => Rep::Word,
    };
    let mut bad = None;
    op.clone().each(|o| {
        if g.rep(*o) != wanted || matches!(g.op(*o), Op::VirtualBox | Op::Closure(..) | Op::Token(_)) {
            bad = Some(*o);
        }
    });
    match bad {
        Some(o) => Err(format!("{v:?} ({op:?}) works on {o:?}, a {:?}", g.rep(o))),
        None => Ok(()),
    }
}

fn point(g: &Graph, p: u32, call: bool, defined: impl Fn(Val) -> bool) -> Result<(), String> {
    let mut bad = None;
    g.point_values(p, |v| {
        if !defined(v) {
            bad = Some(v);
        }
    });
    if let Some(v) = bad {
        return Err(format!("{v:?} is needed at point {p} before it is there"));
    }
    if call {
        for f in g.points[p as usize].frames.each() {
            for (r, v) in &f.regs {
                if matches!(g.op(*v), Op::Closure(..) | Op::VirtualBox | Op::Token(_)) {
                    return Err(format!("register {r} is not real at call point {p}"));
                }
            }
        }
    }
    Ok(())
}

/// The blocks that are reached, each before those that it dominates.
pub(super) fn reached(g: &Graph) -> Vec<Blk> {
    let mut seen = vec![false; g.blocks.len()];
    let mut order = Vec::new();
    let mut todo = vec![(Blk(0), false)];
    while let Some((b, done)) = todo.pop() {
        if done {
            order.push(b);
            continue;
        }
        if std::mem::replace(&mut seen[b.0 as usize], true) {
            continue;
        }
        todo.push((b, true));
        for e in g.block(b).end.clone().edges().into_iter().rev() {
            todo.push((e.to, false));
        }
    }
    order.reverse();
    order
}

/// The immediate dominator of each block. Source: Cooper, Harvey, Kennedy: A Simple, Fast Dominance Algorithm, 2001.
fn dominators(g: &Graph, order: &[Blk]) -> Vec<Option<(usize, Blk)>> {
    let mut number = vec![usize::MAX; g.blocks.len()];
    for (k, b) in order.iter().enumerate() {
        number[b.0 as usize] = k;
    }
    let mut before: Vec<Vec<Blk>> = vec![Vec::new(); g.blocks.len()];
    for b in order {
        for e in g.block(*b).end.clone().edges() {
            before[e.to.0 as usize].push(*b);
        }
    }
    let mut idom: Vec<Option<(usize, Blk)>> = vec![None; g.blocks.len()];
    idom[0] = Some((0, Blk(0)));
    let mut changed = true;
    while changed {
        changed = false;
        for b in &order[1..] {
            let mut new: Option<Blk> = None;
            for p in before[b.0 as usize].iter().filter(|p| idom[p.0 as usize].is_some()) {
                new = Some(match new {
                    None => *p,
                    Some(other) => meet(&idom, &number, other, *p),
                });
            }
            let new = new.map(|n| (number[b.0 as usize], n));
            if idom[b.0 as usize] != new {
                idom[b.0 as usize] = new;
                changed = true;
            }
        }
    }
    idom
}

fn meet(idom: &[Option<(usize, Blk)>], number: &[usize], mut a: Blk, mut b: Blk) -> Blk {
    while a != b {
        while number[a.0 as usize] > number[b.0 as usize] {
            a = idom[a.0 as usize].map_or(Blk(0), |(_, d)| d);
        }
        while number[b.0 as usize] > number[a.0 as usize] {
            b = idom[b.0 as usize].map_or(Blk(0), |(_, d)| d);
        }
    }
    a
}

fn dominates(idom: &[Option<(usize, Blk)>], a: Blk, mut b: Blk) -> bool {
    loop {
        if a == b {
            return true;
        }
        match idom[b.0 as usize] {
            Some((_, d)) if d != b => b = d,
            _ => return false,
        }
    }
}

/// Whether a value may be a reference that a collection moves.
pub(super) fn may_move(g: &Graph, v: Val) -> bool {
    g.rep(v) == Rep::Word
        && !matches!(g.type_of(v), Type::Int | Type::Float | Type::Bool)
        && !matches!(g.op(v), Op::Word(_) | Op::Length(_) | Op::Closure(..) | Op::VirtualBox | Op::Token(_))
}
