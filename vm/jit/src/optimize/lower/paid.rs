//! Where fuel is looked for: once for all that a stretch of instructions uses.
//!
//! Where there is not enough for the whole stretch, optimized code is left at its beginning, and the interpreter goes on to the very unit. What charges for its
//! work ends a stretch, since nobody knows how much that will be.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::optimize::ir::{Blk, End, Graph, Op, Val};

/// See the module's comment.
#[derive(Default)]
pub(super) struct Paid {
    /// Uses that look, with how many more they look for.
    pub(super) more: FxHashMap<Val, u32>,
    /// Those that need not look.
    pub(super) spends: FxHashSet<Val>,
    /// Blocks whose turn need not look.
    pub(super) turns: FxHashSet<Blk>,
}

impl Paid {
    pub(super) fn of(g: &Graph) -> Paid {
        let mut paid = Paid::default();
        for b in crate::optimize::order::reached(g) {
            let mut first = None;
            for v in &g.block(b).insts {
                match (g.op(*v), first) {
                    (Op::Spend(_), None) => first = Some(*v),
                    (Op::Spend(_), Some(first)) => {
                        paid.spends.insert(*v);
                        *paid.more.entry(first).or_default() += 1;
                    }
                    (Op::Call(..) | Op::Calm(..) | Op::Compare(..) | Op::Attend(_), _) => first = None,
                    _ => {}
                }
            }
            if let (End::Turn(..), Some(first)) = (&g.block(b).end, first) {
                paid.turns.insert(b);
                *paid.more.entry(first).or_default() += 1;
            }
        }
        paid
    }
}
