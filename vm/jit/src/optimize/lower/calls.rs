//! What the machine runs: messages, primitives, making objects.

use aura_code::Reg;
use aura_heap::layout;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::{I32, I64};
use cranelift_codegen::ir::{self, InstBuilder};

use super::Lower;
use super::points::Whose;
use crate::emit::arg;
use crate::optimize::ir::{Call, Point, PointId, Val};

impl Lower<'_> {
    /// Does `call`, which is `v`; its answer.
    pub(super) fn machine(&mut self, v: Val, call: &Call, p: PointId) -> ir::Value {
        let point: &Point = &self.g.points[p as usize];
        self.write_point(point);
        // Last: what is boxed for the point may want a collection, which the fuel tells.
        self.write_budget();
        let whose = self.whose(point.frames.context);
        let h = &self.e.abi.helpers;
        let answer = match call {
            Call::Send { site, window, values, ret } => {
                self.write_values(&whose, *window, values);
                let receiver = self.value(values[0]);
                self.send(&whose, *site, *window, receiver, *ret)
            }
            Call::Direct { code, window, values, ret } => {
                self.write_values(&whose, *window, values);
                let code = self.e.word(*code);
                self.activate(point, code, *window, values, *ret)
            }
            Call::Block { site, window, values, ret } => {
                self.write_values(&whose, *window, values);
                let block = self.value(values[0]);
                let code = self.e.field(block, layout::CODE);
                let takes = self.e.b.ins().load(I32, self.e.mem.machine, code, self.e.abi.linked.argc);
                let given = values.len() as i64 - 1;
                let enough = self.e.b.ins().icmp_imm_u(IntCC::UnsignedLessThanOrEqual, takes, given);
                let (done, answer) = self.e.with_word();
                let (few, on) = (self.e.cold(), self.e.b.create_block());
                self.e.b.ins().brif(enough, on, &[], few, &[]);
                self.e.b.switch_to_block(few);
                let sent = self.send(&whose, *site, *window, block, *ret);
                self.e.b.ins().jump(done, &arg(sent));
                self.e.b.switch_to_block(on);
                let v = self.activate(point, code, *window, values, *ret);
                self.e.b.ins().jump(done, &arg(v));
                self.e.b.switch_to_block(done);
                answer
            }
            Call::Prim { which, window, values, ret, or_jump } => {
                let helper = h.prim;
                self.write_values(&whose, *window, values);
                let numbers =
                    [u64::from(*which), u64::from(*window), values.len() as u64 - 1, u64::from(*ret), u64::from(*or_jump)];
                let args = numbers.map(|n| self.e.word(n));
                self.e.help_at(whose.frame, whose.base, helper, &args)
            }
            Call::Arith { which, x, y, dest, site, window } => {
                let helper = h.arith;
                let (x, y) = (self.value(*x), self.value(*y));
                let (which, to) = (self.e.word(u64::from(*which)), self.e.word(u64::from(*dest)));
                let v = self.e.help_at(whose.frame, whose.base, helper, &[to, x, y, which]);
                let send = self.or_send(v);
                self.sent_after(&whose, v, send, *site, *window, [x, y], *dest)
            }
            Call::Compare { which, x, y, dest, site, window } => {
                let helper = h.compare;
                let (x, y) = (self.value(*x), self.value(*y));
                let which = self.e.word(u64::from(*which));
                let v = self.e.aside(helper, &[x, y, which]);
                let send = self.or_send(v);
                let v = self.e.boolean(v);
                self.sent_after(&whose, v, send, *site, *window, [x, y], *dest)
            }
            Call::NewClosure { block, captures, dest } => {
                let helper = h.closure;
                for (r, c) in captures {
                    let c = self.value(*c);
                    self.write(whose.first + u32::from(*r), c);
                }
                let args = [u64::from(*dest), u64::from(*block)].map(|n| self.e.word(n));
                self.e.help_at(whose.frame, whose.base, helper, &args)
            }
            Call::NewObject { template, first, values, dest } => {
                let helper = h.new_object;
                self.write_values(&whose, *first, values);
                let args = [u64::from(*dest), u64::from(*template), u64::from(*first)].map(|n| self.e.word(n));
                self.e.help_at(whose.frame, whose.base, helper, &args)
            }
            Call::NewVector { first, values, dest } | Call::Join { first, values, dest } => {
                let helper = if matches!(call, Call::Join { .. }) { h.join } else { h.new_vector };
                self.write_values(&whose, *first, values);
                let args = [u64::from(*dest), u64::from(*first), values.len() as u64].map(|n| self.e.word(n));
                self.e.help_at(whose.frame, whose.base, helper, &args)
            }
            Call::Home { .. } => {
                let helper = h.home;
                self.e.help_at(whose.frame, whose.base, helper, &[])
            }
        };
        if !matches!(call, Call::Home { .. }) {
            self.e.or_bail(answer);
        }
        self.read_budget();
        self.read_again(v, point);
        answer
    }

    /// Values become a run of registers.
    fn write_values(&mut self, whose: &Whose, first: Reg, values: &[Val]) {
        for (k, v) in values.iter().enumerate() {
            let v = self.value(*v);
            self.write(whose.first + u32::from(first) + k as u32, v);
        }
    }

    fn send(&mut self, whose: &Whose, site: u16, window: Reg, receiver: ir::Value, ret: Reg) -> ir::Value {
        let helper = self.e.abi.helpers.send;
        let numbers = [u64::from(site), u64::from(window), u64::from(ret), 0].map(|n| self.e.word(n));
        let [site, window, ret, entry] = numbers;
        self.e.help_at(whose.frame, whose.base, helper, &[site, window, receiver, ret, entry])
    }

    /// The answer `v`, or that of a send in the block `send`.
    #[allow(clippy::too_many_arguments, reason = "what a send takes")]
    fn sent_after(
        &mut self,
        whose: &Whose,
        v: ir::Value,
        send: ir::Block,
        site: u16,
        window: Reg,
        values: [ir::Value; 2],
        ret: Reg,
    ) -> ir::Value {
        let (done, answer) = self.e.with_word();
        self.e.b.ins().jump(done, &arg(v));
        self.e.b.switch_to_block(send);
        for (k, v) in values.iter().enumerate() {
            self.write(whose.first + u32::from(window) + k as u32, *v);
        }
        let sent = self.send(whose, site, window, values[0], ret);
        self.e.b.ins().jump(done, &arg(sent));
        self.e.b.switch_to_block(done);
        answer
    }

    /// Writes an activation of `code` and calls it with these values, which are in its registers.
    fn activate(&mut self, point: &Point, code: ir::Value, window: Reg, values: &[Val], ret: Reg) -> ir::Value {
        let f = self.e.abi.frame;
        let context = &self.g.contexts[point.frames.context as usize];
        let (depth, first) = (context.depth as i32 + 1, context.base + u32::from(window));
        let own = self.e.b.ins().uload32(self.e.mem.machine, self.e.fp, f.base);
        let index = self.e.b.ins().iadd_imm_s(own, i64::from(first));
        let place = self.e.b.ins().ishl_imm_u(index, 32);
        let ret = self.e.word(u64::from(ret) | u64::from(f.called) << 32);
        let zero = self.e.word(0);
        for (v, offset) in [(code, f.code), (place, f.pc), (ret, f.ret), (zero, f.serial)] {
            self.e.b.ins().store(self.e.mem.machine, v, self.e.fp, depth * f.size + offset);
        }
        let callee = self.e.b.ins().load(I64, self.e.mem.machine, code, self.e.abi.linked.native);
        let frame = self.e.b.ins().iadd_imm_s(self.e.fp, i64::from(depth * f.size));
        let base = self.e.b.ins().iadd_imm_s(self.e.base, i64::from(first) * 8);
        let given = [0, 1].map(|k| values.get(k).map_or(zero, |v| self.value(*v)));
        self.e.call_compiled(callee, frame, base, given)
    }

    /// Reads again what the collector may have moved.
    fn read_again(&mut self, call: Val, point: &Point) {
        let Some(moved) = self.after.get(&call).cloned() else { return };
        for v in moved {
            let place = point.frames.each().find_map(|f| {
                let (r, _) = f.regs.iter().find(|(_, held)| point.resolve(*held) == v)?;
                Some(self.g.contexts[f.context as usize].base + u32::from(*r))
            });
            let Some(register) = place else {
                self.failed.get_or_insert_with(|| format!("{v:?} is needed after {call:?} and in no register"));
                continue;
            };
            let again = self.e.b.ins().load(I64, self.e.mem.registers, self.e.base, register as i32 * 8);
            let var = self.variables[&v];
            self.e.b.def_var(var, again);
        }
    }
}
