//! Moves, constants, captured variables, and what makes objects.

use aura_code::{Instr, Op as Code, Reg};
use aura_heap::layout;

use super::Builder;
use super::walk::Next;
use crate::allocate::MOST_WORDS;
use crate::compiler::NotCompiled;
use crate::optimize::ir::{Call, Op, Type, Val};
use crate::unit::{Filling, Template, Unit};

/// An instruction that this tier has not been told of: not to be left out without a word.
pub(super) fn unknown(op: Code) -> NotCompiled {
    NotCompiled(format!("the optimizing tier does not know '{}'", op.mnemonic()))
}

impl Builder<'_> {
    pub(super) fn simple(&mut self, unit: &Unit, pc: u32, i: Instr) -> Result<Next, NotCompiled> {
        let s = self.abi.special;
        let v = match i.op {
            Code::Move => self.raw(i.b),
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
                return Ok(Next::At(pc + 1));
            }
            Code::Closure => self.closure(unit, pc, i),
            Code::Home => self.home(pc, i),
            Code::NewObject if let Some(v) = self.literal(unit, pc, i) => v,
            Code::NewObject => {
                let count = unit.code.objects[usize::from(i.b)].inits;
                let values = self.operands_of(i.c, count);
                self.make(pc, i.a, |dest| Call::NewObject { template: i.b, first: i.c, values, dest })
            }
            Code::NewVector if usize::from(i.c) <= MOST_WORDS => {
                let values = self.operands_of(i.b, i.c);
                self.vector_of(values)
            }
            Code::NewVector => {
                let values = self.operands_of(i.b, i.c);
                self.make(pc, i.a, |dest| Call::NewVector { first: i.b, values, dest })
            }
            Code::Join => {
                let values = self.operands_of(i.b, i.c);
                self.make(pc, i.a, |dest| Call::Join { first: i.b, values, dest })
            }
            Code::Nop => return Ok(Next::At(pc + 1)),
            // What `inline::refused` refuses is not walked at all.
            other => return Err(unknown(other)),
        };
        self.set(i.a, v);
        Ok(Next::At(pc + 1))
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

    // ---- what is made without the machine ----

    pub(super) fn new_object(&mut self, header: u64, words: Vec<Val>, ty: Type) -> Val {
        let v = self.push(Op::New(header, words), Type::Ref);
        self.state.types.insert(v, ty);
        self.state.heard.insert(v);
        v
    }

    /// A copy of a plain object whose map is known.
    pub(super) fn clone_of(&mut self, pc: u32, o: Val) -> Option<Val> {
        let Type::Map(map) = self.type_of(o) else { return None };
        let words = *self.program.plain.get(&map)?;
        let header = layout::header(map, layout::Kind::Plain, words as usize);
        let (first, place) = (layout::SLOTS as u32, self.place(pc));
        if words == 0 {
            return None;
        }
        if self.is_virtual_object(o) {
            let held: Vec<Val> = (first..first + words).filter_map(|k| self.held(o, k)).collect();
            return Some(self.virtual_object(place, header, Type::Map(map), &held));
        }
        // One that owns its map shares it from now on, which the machine wants to know.
        let told = layout::UNIQUE
            | layout::GROWN
            | (u64::MAX << layout::MAP_SHIFT)
            | ((1 << layout::HASH_SHIFT) - (1 << layout::KIND_SHIFT));
        let p = self.guess(pc);
        self.act(Op::CheckHeader(o, told, header, p));
        let held: Vec<Val> = (first..first + words).map(|k| self.field(o, k)).collect();
        Some(self.virtual_object(place, header, Type::Map(map), &held))
    }

    /// An object literal that nothing has seen yet, if its map is known: that its constants are what they were is guessed.
    fn literal(&mut self, unit: &Unit, pc: u32, i: Instr) -> Option<Val> {
        let Template { map, words, constants } = unit.objects[usize::from(i.b)].as_ref()?;
        if unit.wrong.contains(&pc) || words.len() > MOST_WORDS {
            return None;
        }
        for (r, word) in constants {
            let v = self.reg(i.c + r);
            if self.known_word(v) != Some(*word) {
                self.must_be_real(v);
                let (v, p) = (self.word_of(v), self.guess(pc));
                self.act(Op::CheckWord(v, *word, p));
            }
        }
        let held = words.iter().map(|w| match *w {
            Filling::Word(word) => self.word(word),
            Filling::Init(r) => {
                let v = self.reg(i.c + r);
                self.must_be_real(v);
                self.resolve(v)
            }
        });
        let held: Vec<Val> = held.collect();
        let header = layout::header(*map, layout::Kind::Plain, held.len());
        Some(self.virtual_object(self.place(pc), header, Type::Map(*map), &held))
    }

    /// A vector with a few elements, all the same.
    pub(super) fn small_vector(&mut self, size: Val, filler: Val) -> Option<Val> {
        let size = self.known_word(size).filter(|w| w & 1 == 0)? >> 1;
        if size as usize > MOST_WORDS {
            return None;
        }
        self.must_be_real(filler);
        let filler = self.word_of(filler);
        Some(self.vector_of(vec![filler; size as usize]))
    }

    fn vector_of(&mut self, elements: Vec<Val>) -> Val {
        let map = self.abi.maps.vector;
        let (length, extension) = (self.word(elements.len() as u64), self.word(0));
        let words = [length, extension].into_iter().chain(elements).collect();
        let v = self.new_object(layout::header(map, layout::Kind::Vector, 0), words, Type::Map(map));
        self.state.loads.insert((v, layout::LENGTH as u32), length);
        v
    }

    // ---- captured variables that change ----

    fn box_new(&mut self, pc: u32, i: Instr) -> Val {
        let v = self.reg(i.b);
        self.must_be_real(v);
        let (place, v) = (self.place(pc), self.resolve(v));
        let header = layout::header(self.abi.maps.boxed, layout::Kind::Box, 0);
        self.virtual_object(place, header, Type::Ref, &[v])
    }

    fn box_get(&mut self, b: Val) -> Val {
        let key = (b, layout::SLOTS as u32);
        if let Some(v) = self.held(b, key.1).or_else(|| self.state.loads.get(&key).copied()) {
            return v;
        }
        let v = self.push(Op::BoxGet(b), Type::Any);
        self.state.loads.insert(key, v);
        v
    }

    fn box_set(&mut self, b: Val, v: Val) {
        let k = layout::SLOTS as u32;
        if self.hold(b, k, v) {
            return;
        }
        self.must_be_real(v);
        let (b, v) = (self.resolve(b), self.word_of(v));
        let heard = self.state.heard.contains(&b);
        self.act(if heard { Op::Put(b, k, v) } else { Op::BoxSet(b, v) });
        self.stored(b, k, v);
    }

    /// Word `k` of `o` has become `v`; other values may be the same object.
    pub(super) fn stored(&mut self, o: Val, k: u32, v: Val) {
        self.changes(k);
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
        let b = if known {
            let header = layout::header(self.abi.maps.block, layout::Kind::Block, 0);
            let mut words = vec![self.word(code), self.word(values.len() as u64)];
            for v in &values {
                self.must_be_real(*v);
                let word = self.word_of(*v);
                words.push(word);
            }
            let b = self.new_object(header, words, Type::Ref);
            for (k, v) in (layout::CAPTURES as u32..).zip(values) {
                let v = self.resolve(v);
                self.state.loads.insert((b, k), v);
            }
            b
        } else {
            let captures = registers
                .into_iter()
                .zip(values)
                .map(|(r, v)| {
                    self.must_be_real(v);
                    (r, self.word_of(v))
                })
                .collect();
            self.make(pc, i.a, |dest| Call::NewClosure { block: i.b, captures, dest })
        };
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
