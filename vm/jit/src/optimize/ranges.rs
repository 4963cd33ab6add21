//! Between which numbers each small integer lies, and which operations can therefore not leave.
//!
//! One pass over the blocks in the order of control. What a value is computed from gives its range everywhere; what a branch or a check has found out narrows it in all blocks
//! that are reached by that way alone. A variable of a loop that only grows is not below what it was at first. So `i + 1` behind `i < n` needs no
//! look whether it is too large, whatever `n` is.
//!
//! What must stay true: a range holds wherever its value is there; what narrows it holds in the blocks that the branch dominates. Operations that surely have an answer become
//! [`Op::Sure`], which names no point.
//!
//! Not here: how two values relate that are both unknown.

use aura_heap::{MAX_INT, MIN_INT};
use cranelift_codegen::ir::condcodes::{CondCode as _, IntCC};
use rustc_hash::{FxHashMap, FxHashSet};

use super::ir::{Blk, End, Graph, IntOp, Op, Rep, Type, Val};
use super::order::{Dominators, reached};

/// Vectors have fewer elements.
const LONGEST: i64 = 1 << 48;

/// Both ends belong to it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Range {
    low: i64,
    high: i64,
}

impl Range {
    const ALL: Range = Range { low: MIN_INT, high: MAX_INT };

    fn of(low: i64, high: i64) -> Range {
        Range { low: low.max(MIN_INT), high: high.min(MAX_INT) }
    }

    fn both(self, other: Range) -> Range {
        let r = Range { low: self.low.max(other.low), high: self.high.min(other.high) };
        // Nothing is there: the block is never reached.
        if r.low > r.high { self } else { r }
    }

    fn either(self, other: Range) -> Range {
        Range { low: self.low.min(other.low), high: self.high.max(other.high) }
    }
}

/// Makes operations sure that are.
pub(crate) fn ranges(g: &mut Graph) {
    let order = reached(g);
    let tree = Dominators::of(g, &order);
    let mut known = Ranges { g, tree, everywhere: FxHashMap::default(), narrowed: FxHashMap::default(), sure: Vec::new() };
    known.look(&order);
    for v in known.sure {
        if let Op::Int(op, a, b, _) = *g.op(v) {
            g.ops[v.0 as usize] = Op::Sure(op, a, b);
        }
    }
}

struct Ranges<'a> {
    g: &'a Graph,
    tree: Dominators,
    everywhere: FxHashMap<Val, Range>,
    narrowed: FxHashMap<Val, Vec<(Blk, Range)>>,
    sure: Vec<Val>,
}

/// A way into a block, and the values that it gives.
type In = (Blk, Vec<Val>);

impl Ranges<'_> {
    fn look(&mut self, order: &[Blk]) {
        let mut ways: FxHashMap<Blk, Vec<In>> = FxHashMap::default();
        for b in order {
            for e in self.g.block(*b).end.clone().edges() {
                ways.entry(e.to).or_default().push((*b, e.args.clone()));
            }
        }
        let given = self.given(&ways);
        let mut seen = FxHashSet::default();
        for b in order {
            let into = ways.get(b).map_or(&[][..], |w| w);
            if let [(from, _)] = into {
                self.branch(*from, *b);
            }
            for (k, p) in self.g.block(*b).params.iter().enumerate().filter(|(_, p)| self.g.rep(**p) == Rep::Word) {
                self.parameter(*p, k, into, &seen, &given);
            }
            for v in &self.g.block(*b).insts {
                self.instruction(*b, *v);
            }
            seen.insert(*b);
        }
    }

    /// What each parameter is given.
    fn given(&self, ways: &FxHashMap<Blk, Vec<In>>) -> FxHashMap<Val, Vec<Val>> {
        let mut given: FxHashMap<Val, Vec<Val>> = FxHashMap::default();
        for (b, into) in ways {
            for (k, p) in self.g.block(*b).params.iter().enumerate() {
                given.entry(*p).or_default().extend(into.iter().map(|(_, args)| args[k]));
            }
        }
        given
    }

    /// The range of a value in a block.
    fn range(&self, v: Val, b: Blk) -> Range {
        if let Op::Word(w) = self.g.op(v) {
            let i = *w as i64 >> 1;
            return if w & 1 == 0 { Range { low: i, high: i } } else { Range::ALL };
        }
        let everywhere = self.everywhere.get(&v).copied().unwrap_or(Range::ALL);
        let narrowed = self.narrowed.get(&v).map_or(&[][..], |n| n);
        narrowed.iter().filter(|(at, _)| self.tree.dominates(*at, b)).fold(everywhere, |r, (_, n)| r.both(*n))
    }

    fn narrow(&mut self, v: Val, b: Blk, to: Range) {
        if !matches!(self.g.op(v), Op::Word(_)) {
            self.narrowed.entry(v).or_default().push((b, to));
        }
    }

    /// What is known in `b`, to which control comes from `from` alone.
    fn branch(&mut self, from: Blk, b: Blk) {
        let End::If(flag, yes, no) = &self.g.block(from).end else { return };
        let Op::IntCompare(cc, x, y) = *self.g.op(*flag) else { return };
        if yes.to == no.to {
            return;
        }
        let cc = if yes.to == b { cc } else { cc.complement() };
        self.compared(cc, x, y, from, b);
        self.compared(cc.swap_args(), y, x, from, b);
    }

    /// `x` is so beside `y`, as was found out in `from` and holds in `b`.
    fn compared(&mut self, cc: IntCC, x: Val, y: Val, from: Blk, b: Blk) {
        let other = self.range(y, from);
        let to = match cc {
            IntCC::SignedLessThan => Range::of(MIN_INT, other.high - 1),
            IntCC::SignedLessThanOrEqual => Range::of(MIN_INT, other.high),
            IntCC::SignedGreaterThan => Range::of(other.low + 1, MAX_INT),
            IntCC::SignedGreaterThanOrEqual => Range::of(other.low, MAX_INT),
            // Other words than integers are compared as well.
            IntCC::Equal if self.g.type_of(y) == Type::Int => other,
            IntCC::UnsignedLessThan if other.low >= 0 => Range::of(0, other.high - 1),
            _ => return,
        };
        self.narrow(x, b, to);
    }

    fn parameter(&mut self, p: Val, k: usize, into: &[In], seen: &FxHashSet<Blk>, given: &FxHashMap<Val, Vec<Val>>) {
        let first = into.iter().filter(|(from, _)| seen.contains(from)).map(|(from, args)| self.range(args[k], *from));
        let Some(mut r) = first.reduce(Range::either) else { return };
        let back: Vec<Val> = into.iter().filter(|(from, _)| !seen.contains(from)).map(|(_, args)| args[k]).collect();
        if !back.is_empty() {
            let only = |op| back.iter().all(|v| self.goes(*v, p, op, given, &mut FxHashSet::default()));
            r = Range {
                low: if only(IntOp::Add) { r.low } else { MIN_INT },
                high: if only(IntOp::Sub) { r.high } else { MAX_INT },
            };
        }
        if r != Range::ALL {
            self.everywhere.insert(p, r);
        }
    }

    /// Whether `v` is `p` to which nothing negative was added, or from which nothing negative was subtracted, as often as you like.
    fn goes(&self, v: Val, p: Val, by: IntOp, given: &FxHashMap<Val, Vec<Val>>, seen: &mut FxHashSet<Val>) -> bool {
        // What is assumed of a value on the way to itself is shown on all ways to it.
        if v == p || !seen.insert(v) {
            return true;
        }
        match self.g.op(v) {
            Op::Int(op, x, y, _) if *op == by => {
                let positive = |c: Val| matches!(self.g.op(c), Op::Word(w) if w & 1 == 0 && *w as i64 >= 0);
                positive(*y) && self.goes(*x, p, by, given, seen)
                    || by == IntOp::Add && positive(*x) && self.goes(*y, p, by, given, seen)
            }
            Op::Param(_) => given.get(&v).is_some_and(|all| all.iter().all(|v| self.goes(*v, p, by, given, seen))),
            _ => false,
        }
    }

    fn instruction(&mut self, b: Blk, v: Val) {
        match *self.g.op(v) {
            Op::Int(op, x, y, _) => {
                let (r, is_sure) = computed(op, self.range(x, b), self.range(y, b));
                if is_sure {
                    self.sure.push(v);
                }
                self.everywhere.insert(v, r);
            }
            Op::Tag(_) => drop(self.everywhere.insert(v, Range { low: 0, high: LONGEST })),
            Op::CheckIndex(k, _, _) => self.narrow(k, b, Range { low: 0, high: LONGEST }),
            _ => {}
        }
    }
}

/// The range of an answer, and whether there always is one.
fn computed(op: IntOp, x: Range, y: Range) -> (Range, bool) {
    let wide = |r: Range| [i128::from(r.low), i128::from(r.high)];
    let ([a, b], [c, d]) = (wide(x), wide(y));
    let ends = match op {
        IntOp::Add => [a + c, b + d],
        IntOp::Sub => [a - d, b - c],
        IntOp::Mul => {
            let all = [a * c, a * d, b * c, b * d];
            [all.into_iter().min().unwrap_or(a), all.into_iter().max().unwrap_or(b)]
        }
        // Truncating: nearer to zero, or the same.
        IntOp::Div => return (Range { low: x.low.min(0), high: x.high.max(0) }, y.low > 0),
        IntOp::Mod => {
            let most = (y.high - 1).max(0);
            let r = Range { low: if x.low >= 0 { 0 } else { (-most).max(x.low) }, high: most.min(x.high.max(0)) };
            return (r, y.low > 0);
        }
        IntOp::And => {
            // Of numbers that are not negative, no bit is set that one of them has not.
            let most = [x, y].into_iter().filter(|r| r.low >= 0).map(|r| r.high).min();
            return (most.map_or(Range::ALL, |high| Range { low: 0, high }), true);
        }
        IntOp::Or | IntOp::Xor => return (Range::ALL, true),
        IntOp::Left => return (Range::ALL, false),
        IntOp::Right => {
            let r = Range { low: x.low.min(0), high: x.high.max(0) };
            return (if x.low >= 0 { Range { low: 0, ..r } } else { r }, y.low >= 0 && y.high < 63);
        }
    };
    let fits = ends[0] >= i128::from(MIN_INT) && ends[1] <= i128::from(MAX_INT);
    let end = |e: i128| e.clamp(i128::from(MIN_INT), i128::from(MAX_INT)) as i64;
    (Range { low: end(ends[0]), high: end(ends[1]) }, fits)
}

#[cfg(test)]
mod tests {
    use super::{IntOp, MAX_INT, MIN_INT, Range, computed};

    const OPS: [IntOp; 9] =
        [IntOp::Add, IntOp::Sub, IntOp::Mul, IntOp::Div, IntOp::Mod, IntOp::And, IntOp::Or, IntOp::Xor, IntOp::Right];

    /// What an operation answers, if anything.
    fn answer(op: IntOp, x: i64, y: i64) -> Option<i64> {
        let r = match op {
            IntOp::Add => x.checked_add(y),
            IntOp::Sub => x.checked_sub(y),
            IntOp::Mul => x.checked_mul(y),
            IntOp::Div => (y > 0).then(|| x / y),
            IntOp::Mod => (y > 0).then(|| x % y),
            IntOp::And => Some(x & y),
            IntOp::Or => Some(x | y),
            IntOp::Xor => Some(x ^ y),
            IntOp::Left | IntOp::Right => (0..63).contains(&y).then(|| x >> y),
        };
        r.filter(|r| (MIN_INT..=MAX_INT).contains(r))
    }

    #[test]
    fn ranges_hold_all_answers_and_sure_operations_have_one() {
        let ends = [MIN_INT, MIN_INT + 1, -7, -1, 0, 1, 2, 5, 62, 63, MAX_INT - 1, MAX_INT];
        let ranges: Vec<Range> =
            ends.iter().flat_map(|l| ends.iter().filter(move |h| l <= *h).map(|h| Range { low: *l, high: *h })).collect();
        let within = |r: Range| ends.into_iter().filter(move |e| (r.low..=r.high).contains(e));
        for op in OPS {
            for (x, y) in ranges.iter().flat_map(|x| ranges.iter().map(move |y| (*x, *y))) {
                let (r, is_sure) = computed(op, x, y);
                for (a, b) in within(x).flat_map(|a| within(y).map(move |b| (a, b))) {
                    match answer(op, a, b) {
                        Some(c) => assert!((r.low..=r.high).contains(&c), "{op:?} of {a} and {b} is {c}, not in {r:?}"),
                        None => assert!(!is_sure, "{op:?} of {a} and {b} has no answer, but was sure in {x:?}, {y:?}"),
                    }
                }
            }
        }
    }
}
