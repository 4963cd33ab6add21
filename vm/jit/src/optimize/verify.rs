//! Checks a graph. What does not pass is not compiled; debug builds end.
//!
//! 1. Blocks that are reached end, and their edges give each parameter of where they lead a value of its kind.
//! 2. Each value is defined once, in a block that dominates all its uses; operands come before what uses them.
//! 3. Operands are of the kind that the operation is for.
//! 4. What a call's point needs is real.

use super::ir::{Blk, End, Graph, Op, Rep, Type, Val};
use super::order::{Dominators, reached};

/// What is wrong with the graph.
///
/// # Errors
/// The first thing that is.
pub(crate) fn verify(g: &Graph) -> Result<(), String> {
    let order = reached(g);
    let tree = Dominators::of(g, &order);
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
        Some((at, _)) => tree.dominates(at, b),
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
        if g.rep(*o) != wanted || g.is_virtual(*o) {
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
        let point = &g.points[p as usize];
        for f in point.frames.each() {
            for (r, v) in &f.regs {
                if g.is_virtual(point.resolve(*v)) {
                    return Err(format!("register {r} is not real at call point {p}"));
                }
            }
        }
    }
    Ok(())
}

/// Whether a value may be a reference that a collection moves.
pub(super) fn may_move(g: &Graph, v: Val) -> bool {
    g.rep(v) == Rep::Word
        && !matches!(g.type_of(v), Type::Int | Type::Float | Type::Bool)
        && !matches!(g.op(v), Op::Word(_) | Op::Length(_))
        && !g.is_virtual(v)
}
