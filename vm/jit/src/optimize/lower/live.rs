//! Which values are needed after each call, since those that a collection moves are read again.

use rustc_hash::FxHashMap;

use crate::optimize::ir::{Graph, Op, Val};
use crate::optimize::order::reached;
use crate::optimize::verify::may_move;

/// A set of values.
#[derive(Clone, PartialEq, Eq)]
struct Set(Vec<u64>);

impl Set {
    fn new(size: usize) -> Set {
        Set(vec![0; size.div_ceil(64)])
    }
    fn insert(&mut self, v: Val) {
        self.0[v.0 as usize / 64] |= 1 << (v.0 % 64);
    }
    fn remove(&mut self, v: Val) {
        self.0[v.0 as usize / 64] &= !(1 << (v.0 % 64));
    }
    fn add(&mut self, other: &Set) {
        self.0.iter_mut().zip(&other.0).for_each(|(a, b)| *a |= b);
    }
    fn iter(&self) -> impl Iterator<Item = Val> + '_ {
        self.0.iter().enumerate().flat_map(|(i, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                let bit = (rest != 0).then(|| rest.trailing_zeros())?;
                rest &= rest - 1;
                Some(Val((i * 64) as u32 + bit))
            })
        })
    }
}

/// For each call, the values that may move and are needed after it.
pub(super) fn moved(g: &Graph) -> FxHashMap<Val, Vec<Val>> {
    let order = reached(g);
    let mut live_in = vec![Set::new(g.ops.len()); g.blocks.len()];
    let mut changed = true;
    while changed {
        changed = false;
        for b in order.iter().rev() {
            let live = through(g, b.0, &live_in, &mut |_, _| {});
            if live != live_in[b.0 as usize] {
                live_in[b.0 as usize] = live;
                changed = true;
            }
        }
    }
    let mut after = FxHashMap::default();
    for b in &order {
        through(g, b.0, &live_in, &mut |call, live| {
            after.insert(call, live.iter().filter(|v| *v != call && may_move(g, *v)).collect());
        });
    }
    after
}

/// From what is needed after a block to what is needed before it; tells what is needed after each call.
fn through(g: &Graph, b: u32, live_in: &[Set], tell: &mut dyn FnMut(Val, &Set)) -> Set {
    let block = &g.blocks[b as usize];
    let mut live = Set::new(g.ops.len());
    let mut end = block.end.clone();
    for e in end.edges() {
        live.add(&live_in[e.to.0 as usize]);
        g.blocks[e.to.0 as usize].params.iter().for_each(|p| live.remove(*p));
    }
    for e in end.edges() {
        e.args.iter().for_each(|v| live.insert(*v));
    }
    if let crate::optimize::ir::End::If(v, ..) | crate::optimize::ir::End::Return(v, _) = &block.end {
        live.insert(*v);
    }
    if let Some(p) = block.end.point() {
        g.point_values(p, |v| live.insert(v));
    }
    for v in block.insts.iter().rev() {
        let mut op = g.op(*v).clone();
        if matches!(op, Op::Call(..)) {
            tell(*v, &live);
        }
        live.remove(*v);
        op.each(|o| live.insert(*o));
        if let Some(p) = op.point() {
            g.point_values(p, |v| live.insert(v));
        }
    }
    block.params.iter().for_each(|p| live.remove(*p));
    live
}
