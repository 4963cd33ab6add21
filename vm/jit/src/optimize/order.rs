//! In which order blocks come, and which of them are passed on every way to others.

use super::ir::{Blk, Graph};

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

/// The tree of dominators of the blocks that are reached.
pub(super) struct Dominators {
    /// For each block, when a walk through the tree comes to it and when it leaves it for good.
    spans: Vec<(u32, u32)>,
}

impl Dominators {
    /// Those of a graph whose blocks are reached in this order.
    pub(super) fn of(g: &Graph, order: &[Blk]) -> Self {
        let parents = immediate(g, order);
        let mut below: Vec<Vec<Blk>> = vec![Vec::new(); g.blocks.len()];
        for b in &order[1..] {
            if let Some(parent) = parents[b.0 as usize] {
                below[parent.0 as usize].push(*b);
            }
        }
        let (mut spans, mut clock) = (vec![(0, 0); g.blocks.len()], 0);
        let mut todo = vec![(Blk(0), false)];
        while let Some((b, done)) = todo.pop() {
            clock += 1;
            if done {
                spans[b.0 as usize].1 = clock;
                continue;
            }
            spans[b.0 as usize].0 = clock;
            todo.push((b, true));
            todo.extend(below[b.0 as usize].iter().map(|c| (*c, false)));
        }
        Self { spans }
    }

    /// Whether every way to `b` passes `a`.
    pub(super) fn dominates(&self, a: Blk, b: Blk) -> bool {
        let (a, b) = (self.spans[a.0 as usize], self.spans[b.0 as usize]);
        a.0 <= b.0 && b.1 <= a.1
    }
}

/// The immediate dominator of each block. Source: Cooper, Harvey, Kennedy: A Simple, Fast Dominance Algorithm, 2001.
fn immediate(g: &Graph, order: &[Blk]) -> Vec<Option<Blk>> {
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
    let mut idom: Vec<Option<Blk>> = vec![None; g.blocks.len()];
    idom[0] = Some(Blk(0));
    let mut changed = true;
    while changed {
        changed = false;
        for b in &order[1..] {
            let known = before[b.0 as usize].iter().copied().filter(|p| idom[p.0 as usize].is_some());
            let new = known.reduce(|a, b| meet(&idom, &number, a, b));
            if idom[b.0 as usize] != new {
                idom[b.0 as usize] = new;
                changed = true;
            }
        }
    }
    idom
}

fn meet(idom: &[Option<Blk>], number: &[usize], mut a: Blk, mut b: Blk) -> Blk {
    while a != b {
        while number[a.0 as usize] > number[b.0 as usize] {
            a = idom[a.0 as usize].unwrap_or(Blk(0));
        }
        while number[b.0 as usize] > number[a.0 as usize] {
            b = idom[b.0 as usize].unwrap_or(Blk(0));
        }
    }
    a
}
