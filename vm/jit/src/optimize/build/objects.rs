//! Moves, constants, captured variables, and what makes objects.

use aura_code::{Instr, Op as Code, Reg};
use aura_heap::layout;

use super::Builder;
use super::walk::Next;
use crate::optimize::ir::{Call, Op, Type, Val};
use crate::unit::Unit;

impl Builder<'_> {
    pub(super) fn simple(&mut self, unit: &Unit, pc: u32, i: Instr) -> Next {
        let s = self.abi.special;
        let v = match i.op {
            Code::Move => self.reg(i.b),
            Code::LoadConst => self.word(unit.consts[i.bc() as usize]),
            Code::LoadInt => self.integer(i64::from(i.bc())),
            Code::LoadNil => self.word(s.nil),
            Code::LoadTrue => self.word(s.true_),
            Code::LoadFalse => self.word(s.false_),
            Code::Capture => self.capture(i.b),
            Code::BoxNew => self.box_new(pc, i),
            Code::BoxGet => {
                let b = self.reg(i.b);
                self.box_get(b)
            }
            Code::BoxSet => {
                let (b, v) = (self.reg(i.a), self.reg(i.b));
                self.box_set(b, v);
                return Next::At(pc + 1);
            }
            Code::Closure => self.closure(unit, pc, i),
            Code::Home => self.home(pc, i),
            Code::NewObject => {
                let count = unit.code.objects[usize::from(i.b)].inits;
                let values = self.operands_of(i.c, count);
                self.make(pc, i.a, |dest| Call::NewObject { template: i.b, first: i.c, values, dest })
            }
            Code::NewVector => {
                let values = self.operands_of(i.b, i.c);
                self.make(pc, i.a, |dest| Call::NewVector { first: i.b, values, dest })
            }
            Code::Join => {
                let values = self.operands_of(i.b, i.c);
                self.make(pc, i.a, |dest| Call::Join { first: i.b, values, dest })
            }
            // `Nop`; what else there is was refused.
            _ => return Next::At(pc + 1),
        };
        self.set(i.a, v);
        Next::At(pc + 1)
    }

    /// Registers as words that a call sees.
    pub(super) fn operands_of(&mut self, first: Reg, count: u16) -> Vec<Val> {
        (first..first + count)
            .map(|r| {
                let v = self.reg(r);
                self.must_be_real(v);
                self.word_of(v)
            })
            .collect()
    }

    fn make(&mut self, pc: u32, dest: Reg, call: impl FnOnce(Reg) -> Call) -> Val {
        let p = self.call_point(pc + 1, dest);
        let v = self.call(call(dest), p);
        self.state.types.insert(v, Type::Ref);
        v
    }

    // ---- boxes ----

    fn box_new(&mut self, pc: u32, i: Instr) -> Val {
        let place = self.place(pc);
        let v = self.reg(i.b);
        self.must_be_real(v);
        if self.guesses.seen.contains(&place) {
            let value = self.word_of(v);
            return self.make(pc, i.a, |dest| Call::NewBox { value, dest });
        }
        let b = self.push(Op::VirtualBox, Type::Ref);
        self.made.insert(b, place);
        self.state.boxes.insert(b, v);
        b
    }

    fn box_get(&mut self, b: Val) -> Val {
        if let Some(v) = self.state.boxes.get(&b) {
            return *v;
        }
        let key = (b, layout::SLOTS as u32);
        if let Some(v) = self.state.loads.get(&key) {
            return *v;
        }
        let v = self.push(Op::BoxGet(b), Type::Any);
        self.state.loads.insert(key, v);
        v
    }

    fn box_set(&mut self, b: Val, v: Val) {
        self.must_be_real(v);
        if let Some(held) = self.state.boxes.get_mut(&b) {
            *held = v;
            return;
        }
        let v = self.word_of(v);
        self.act(Op::BoxSet(b, v));
        self.stored(b, layout::SLOTS as u32, v);
    }

    /// Word `k` of `o` has become `v`; other values may be the same object.
    pub(super) fn stored(&mut self, o: Val, k: u32, v: Val) {
        self.changes(false);
        self.state.loads.retain(|(_, other), _| *other != k);
        self.state.loads.insert((o, k), v);
    }

    // ---- blocks ----

    fn closure(&mut self, unit: &Unit, pc: u32, i: Instr) -> Val {
        let place = self.place(pc);
        let code = unit.blocks[usize::from(i.b)];
        let registers = unit.code.blocks[usize::from(i.b)].captures.clone();
        let values: Vec<Val> = registers.iter().map(|r| self.reg(*r)).collect();
        let known = self.program.units.contains_key(&code);
        if known && !self.guesses.seen.contains(&place) {
            let b = self.push(Op::Closure(code, values), Type::Ref);
            self.made.insert(b, place);
            self.codes.insert(b, code);
            return b;
        }
        let captures = registers
            .into_iter()
            .zip(values)
            .map(|(r, v)| {
                self.must_be_real(v);
                (r, self.word_of(v))
            })
            .collect();
        let b = self.make(pc, i.a, |dest| Call::NewClosure { block: i.b, captures, dest });
        if known {
            self.codes.insert(b, code);
        }
        b
    }

    fn capture(&mut self, k: u16) -> Val {
        let block = self.reg(0);
        if let Op::Closure(_, captures) = self.g.op(block) {
            return captures[usize::from(k)];
        }
        // Captured values are never changed.
        let key = (block, (layout::CAPTURES + usize::from(k)) as u32);
        if let Some(v) = self.state.loads.get(&key) {
            return *v;
        }
        let v = self.push(Op::Field(block, key.1), Type::Any);
        self.state.loads.insert(key, v);
        v
    }

    fn home(&mut self, pc: u32, i: Instr) -> Val {
        let place = self.place(pc);
        let context = self.top().context;
        if context == 0 && self.guesses.seen.contains(&place) {
            let p = self.call_point(pc + 1, i.a);
            let v = self.push(Op::Call(Call::Home { dest: i.a }, p), Type::Int);
            return v;
        }
        let v = self.push(Op::Token(context), Type::Int);
        self.made.insert(v, place);
        v
    }
}
