//! Drops what nobody needs: parameters that are always the same value, and instructions whose values nobody uses.
//!
//! What must stay true: what a point needs is needed.

use rustc_hash::FxHashMap;

use super::ir::{Blk, End, Graph, Op, Val};

/// See the module's comment.
pub(crate) fn tidy(g: &mut Graph) {
    same_parameters(g);
    unused(g);
}

/// The edges into each block.
fn edges_to(g: &mut Graph) -> Vec<Vec<Vec<Val>>> {
    let mut into = vec![Vec::new(); g.blocks.len()];
    for b in &mut g.blocks {
        for e in b.end.edges() {
            into[e.to.0 as usize].push(e.args.clone());
        }
    }
    into
}

/// Replaces parameters that have one value, whichever way control comes.
fn same_parameters(g: &mut Graph) {
    let into = edges_to(g);
    let mut is: FxHashMap<Val, Val> = FxHashMap::default();
    let mut changed = true;
    while changed {
        changed = false;
        for (b, edges) in into.iter().enumerate() {
            for (k, p) in g.blocks[b].params.iter().enumerate() {
                if is.contains_key(p) {
                    continue;
                }
                let mut one = None;
                let same = edges.iter().map(|args| end_of(&is, args[k])).filter(|v| v != p).all(|v| *one.get_or_insert(v) == v);
                if let (true, Some(v)) = (same, one) {
                    is.insert(*p, v);
                    changed = true;
                }
            }
        }
    }
    if is.is_empty() {
        return;
    }
    for b in 0..g.blocks.len() {
        let gone: Vec<bool> = g.blocks[b].params.iter().map(|p| is.contains_key(p)).collect();
        let mut k = gone.iter();
        g.blocks[b].params.retain(|_| !k.next().is_some_and(|g| *g));
        remove_arguments(g, Blk(b as u32), &gone);
    }
    replace(g, |v| end_of(&is, v));
}

fn end_of(is: &FxHashMap<Val, Val>, mut v: Val) -> Val {
    while let Some(next) = is.get(&v) {
        v = *next;
    }
    v
}

fn remove_arguments(g: &mut Graph, to: Blk, gone: &[bool]) {
    if !gone.contains(&true) {
        return;
    }
    for b in &mut g.blocks {
        for e in b.end.edges().into_iter().filter(|e| e.to == to) {
            let mut k = gone.iter();
            e.args.retain(|_| !k.next().is_some_and(|g| *g));
        }
    }
}

fn replace(g: &mut Graph, by: impl Fn(Val) -> Val) {
    for op in &mut g.ops {
        op.each(|v| *v = by(*v));
    }
    for b in &mut g.blocks {
        for e in b.end.edges() {
            e.args.iter_mut().for_each(|v| *v = by(*v));
        }
        if let End::If(v, ..) | End::Return(v, _) = &mut b.end {
            *v = by(*v);
        }
    }
    for p in &mut g.points {
        p.held.iter_mut().for_each(|(_, v)| *v = by(*v));
        p.real.iter_mut().for_each(|(_, v)| *v = by(*v));
        let mut frames: Vec<super::ir::Frames> = p.frames.each().cloned().collect();
        let mut below = None;
        while let Some(mut f) = frames.pop() {
            f.regs.iter_mut().for_each(|(_, v)| *v = by(*v));
            f.below = below;
            below = Some(std::rc::Rc::new(f));
        }
        if let Some(f) = below {
            p.frames = f;
        }
    }
}

/// Takes out instructions and parameters that nobody uses.
fn unused(g: &mut Graph) {
    let mut used = vec![false; g.ops.len()];
    let mut todo: Vec<Val> = Vec::new();
    let mut points = Vec::new();
    for b in &g.blocks {
        for v in &b.insts {
            if !g.op(*v).is_pure() {
                todo.push(*v);
            }
        }
        match &b.end {
            End::If(v, ..) | End::Return(v, _) => todo.push(*v),
            _ => {}
        }
        points.extend(b.end.point());
    }
    // A parameter that is used needs its arguments.
    let mut args: FxHashMap<Val, Vec<Val>> = FxHashMap::default();
    for b in 0..g.blocks.len() {
        let mut end = g.blocks[b].end.clone();
        for e in end.edges() {
            for (p, a) in g.block(e.to).params.iter().zip(&e.args) {
                args.entry(*p).or_default().push(*a);
            }
        }
    }
    let mut seen_points = vec![false; g.points.len()];
    for p in points {
        mark_point(g, p, &mut seen_points, &mut todo);
    }
    while let Some(v) = todo.pop() {
        if std::mem::replace(&mut used[v.0 as usize], true) {
            continue;
        }
        let mut op = g.op(v).clone();
        op.each(|o| todo.push(*o));
        if let Some(p) = op.point() {
            mark_point(g, p, &mut seen_points, &mut todo);
        }
        if matches!(op, Op::Param(_)) {
            todo.extend(args.get(&v).into_iter().flatten());
        }
    }
    for b in 0..g.blocks.len() {
        g.blocks[b].insts.retain(|v| used[v.0 as usize]);
        let gone: Vec<bool> = g.blocks[b].params.iter().map(|p| !used[p.0 as usize]).collect();
        g.blocks[b].params.retain(|p| used[p.0 as usize]);
        remove_arguments(g, Blk(b as u32), &gone);
    }
}

fn mark_point(g: &Graph, p: u32, seen: &mut [bool], todo: &mut Vec<Val>) {
    if std::mem::replace(&mut seen[p as usize], true) {
        return;
    }
    // Virtual ones as well: they say what is to be made.
    for f in g.points[p as usize].frames.each() {
        todo.extend(f.regs.iter().map(|(_, v)| *v));
    }
    g.point_values(p, |v| todo.push(v));
}
