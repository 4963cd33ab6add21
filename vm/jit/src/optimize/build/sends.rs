//! Sends, by what their inline caches hold; and primitives.

use aura_code::{Instr, Op as Code, Reg};
use cranelift_codegen::ir::condcodes::IntCC;

use super::Builder;
use super::state::Way;
use super::walk::{Next, target};
use crate::compiler::NotCompiled;
use crate::optimize::ir::{Call, IntOp, Op, Rep, SHORT_VECTOR, Type, Val, Why};
use crate::unit::{Found, SiteView, Unit, What};

/// A site tests so many maps one after the other; beyond, the machine looks.
const TESTS: usize = 5;

/// Whether what a site does depends on the receiver's map, which is tested.
pub(super) fn is_polymorphic(site: &SiteView) -> bool {
    !site.many && (2..=TESTS).contains(&site.found.len())
}

/// A send that is being built.
struct Sending {
    pc: u32,
    site: u16,
    window: Reg,
    ret: Reg,
    /// The receiver and the arguments.
    values: Vec<Val>,
}

/// A calm primitive: the instruction, the next one, its address, and its registers.
struct Calm {
    pc: u32,
    next: u32,
    primitive: u64,
    window: Reg,
    ret: Reg,
}

impl Builder<'_> {
    pub(super) fn send(&mut self, unit: &Unit, pc: u32, i: Instr) -> Result<Next, NotCompiled> {
        let site = &unit.sites[usize::from(i.b)];
        let receiver = self.reg(if i.op == Code::SendSelf { u16::from(i.n) } else { i.a });
        let mut values = vec![receiver];
        values.extend((1..=u16::from(site.argc)).map(|k| self.reg(i.a + k)));
        let s = Sending { pc, site: i.b, window: i.a, ret: i.c, values };
        if let Some(code) = self.codes.get(&receiver).copied()
            && site.found.iter().any(|f| f.what == What::Block)
            && let Some(block) = self.inlinable(code, pc, true, &s.values)
        {
            let v = self.inline(block, pc, s.window, s.ret, &s.values)?;
            return Ok(self.answered(&s, v));
        }
        if !self.is_virtual_object(receiver) {
            self.must_be_real(receiver);
        }
        let answer = self.by_map(unit, site, &s)?;
        Ok(self.answered(&s, answer))
    }

    fn answered(&mut self, s: &Sending, v: Option<Val>) -> Next {
        match v {
            Some(v) => {
                self.set(s.ret, v);
                Next::At(s.pc + 1)
            }
            None => Next::Ended,
        }
    }

    /// The map of a value, if it is known.
    fn map_of(&self, v: Val) -> Option<u32> {
        if self.is_double(&self.state, v) {
            return Some(self.abi.maps.float);
        }
        match self.type_of(v) {
            Type::Int => Some(self.abi.maps.int),
            Type::Map(m) => Some(m),
            _ => None,
        }
    }

    fn by_map(&mut self, unit: &Unit, site: &SiteView, s: &Sending) -> Result<Option<Val>, NotCompiled> {
        let receiver = s.values[0];
        if let Some(map) = self.map_of(receiver) {
            return match site.found.iter().find(|f| f.map == map) {
                Some(f) => self.act_on(f.what, s),
                None => Ok(self.unknown(unit, site, s)),
            };
        }
        if site.many || site.found.is_empty() || site.found.len() > TESTS {
            return Ok(self.unknown(unit, site, s));
        }
        let mut rest = self.possible(&site.found, receiver);
        // The last is not tested but checked, and with it all that are the same method: let these be many.
        let same = |f: &Found, o: &Found| f.what == o.what && matches!(f.what, What::Method(_));
        let Some(last) = rest.iter().copied().max_by_key(|f| rest.iter().filter(|o| same(f, o)).count()) else {
            return Ok(self.unknown(unit, site, s));
        };
        let mut group: Vec<Found> = rest.iter().copied().filter(|f| f.map == last.map || same(f, &last)).collect();
        rest.retain(|f| f.map != last.map && !same(f, &last));
        group.retain(|f| f.map != last.map);
        let mut answers = Vec::new();
        while let Some(first) = rest.first().copied() {
            let (these, others) = rest.into_iter().partition(|f| f.map == first.map || same(f, &first));
            rest = others;
            self.try_group(s, &these, &mut answers)?;
        }
        self.finish_group(unit, site, s, &group, last, answers)
    }

    /// What of a site's finds a value can have that is known a little.
    fn possible(&self, found: &[Found], v: Val) -> Vec<Found> {
        let m = self.abi.maps;
        let reference = matches!(self.type_of(v), Type::Ref | Type::Bool);
        found.iter().copied().filter(|f| !(reference && (f.map == m.int || f.map == m.float))).collect()
    }

    /// If the receiver has one of these maps, which all find the same, that is done; control goes on where it has none of them.
    fn try_group(&mut self, s: &Sending, group: &[Found], answers: &mut Vec<Way>) -> Result<(), NotCompiled> {
        let (known, others) = self.test_maps(s.values[0], group);
        let others_state = self.state.clone();
        if self.meet(known, None).is_some() {
            let v = self.act_on(group[0].what, s)?;
            if let Some(v) = v {
                answers.push(Way { from: self.at, state: std::mem::take(&mut self.state), value: Some(v) });
            }
        }
        (self.at, self.state) = (others, others_state);
        Ok(())
    }

    /// Ways on which the receiver has one of the maps, and the block where it has none.
    fn test_maps(&mut self, v: Val, group: &[Found]) -> (Vec<Way>, crate::optimize::ir::Blk) {
        let mut known = Vec::new();
        for f in group {
            let flag = self.is_map(v, f.map);
            let no = self.split(flag);
            let mut state = self.state.clone();
            state.types.insert(v, self.type_of_map(f.map));
            known.push(Way { from: self.at, state, value: None });
            self.at = no;
        }
        (known, self.at)
    }

    pub(super) fn is_map(&mut self, v: Val, map: u32) -> Val {
        let m = self.abi.maps;
        let is_ref = self.is_reference(v);
        let v = self.word_of(v);
        let op = if map == m.int {
            Op::IsInt(v)
        } else if map == m.float {
            Op::IsFloat(v)
        } else {
            Op::IsMap { v, map, is_ref }
        };
        self.push(op, Type::Any)
    }

    fn is_reference(&self, v: Val) -> bool {
        matches!(self.type_of(v), Type::Ref | Type::Map(_) | Type::Bool)
    }

    fn type_of_map(&self, map: u32) -> Type {
        let m = self.abi.maps;
        if map == m.int {
            Type::Int
        } else if map == m.float {
            Type::Float
        } else {
            Type::Map(map)
        }
    }

    /// The last of a site's finds, with others that are the same: anything else leaves, or is really sent.
    fn finish_group(
        &mut self,
        unit: &Unit,
        site: &SiteView,
        s: &Sending,
        group: &[Found],
        last: Found,
        mut answers: Vec<Way>,
    ) -> Result<Option<Val>, NotCompiled> {
        let receiver = s.values[0];
        let wrong = unit.wrong.contains(&s.pc);
        let mut all = group.to_vec();
        all.push(last);
        let known = if wrong {
            let (known, others) = self.test_maps(receiver, &all);
            let state = self.state.clone();
            self.at = others;
            if let Some(v) = self.unknown(unit, site, s) {
                answers.push(Way { from: self.at, state: std::mem::take(&mut self.state), value: Some(v) });
            }
            self.state = state;
            known
        } else {
            let (mut known, _) = self.test_maps(receiver, &all[..all.len() - 1]);
            self.check_map(s.pc, receiver, last.map);
            known.push(Way { from: self.at, state: self.state.clone(), value: None });
            known
        };
        if self.meet(known, None).is_some()
            && let Some(v) = self.act_on(last.what, s)?
        {
            answers.push(Way { from: self.at, state: std::mem::take(&mut self.state), value: Some(v) });
        }
        Ok(self.join_answers(answers, s.pc, s.ret))
    }

    /// Nothing is known of what is found: the machine sends, or, if nothing was ever sent here, control leaves.
    fn unknown(&mut self, unit: &Unit, site: &SiteView, s: &Sending) -> Option<Val> {
        if !site.many && !unit.wrong.contains(&s.pc) && (site.found.is_empty() || self.map_of(s.values[0]).is_some()) {
            self.leave(s.pc, Why::New);
            return None;
        }
        Some(self.really_send(s))
    }

    fn really_send(&mut self, s: &Sending) -> Val {
        let values = self.window(s);
        let p = self.call_point(s.pc + 1, s.ret);
        self.call(Call::Send { site: s.site, window: s.window, values, ret: s.ret }, p)
    }

    /// The values as words that a call sees.
    fn window(&mut self, s: &Sending) -> Vec<Val> {
        self.seen_by_call(&s.values);
        s.values.clone().into_iter().map(|v| self.word_of(v)).collect()
    }

    /// Goes on with a receiver of this map.
    pub(super) fn check_map(&mut self, pc: u32, v: Val, map: u32) {
        let ty = self.type_of_map(map);
        if self.type_of(v) == ty {
            return;
        }
        self.must_be_real(v);
        match ty {
            Type::Int => self.check_int(pc, v),
            Type::Float => self.check_float(pc, v),
            _ => {
                self.wish(v, ty);
                let p = self.guess(pc);
                if !self.is_reference(v) {
                    self.act(Op::CheckRef(v, p));
                }
                self.act(Op::CheckMap(v, map, p));
                self.state.types.insert(v, ty);
            }
        }
    }

    /// Does what was found for a receiver whose map has been checked.
    fn act_on(&mut self, what: What, s: &Sending) -> Result<Option<Val>, NotCompiled> {
        let receiver = s.values[0];
        Ok(match what {
            What::Method(code) => return self.method(code, s),
            What::Module(code, module) => {
                let mut values = s.values.clone();
                values[0] = self.word(module);
                let s = Sending { values, ..*s };
                return self.method(code, &s);
            }
            What::Leaf(code) => match self.leaf(code, s) {
                Some(v) => Some(v),
                None => Some(self.really_send(s)),
            },
            What::Constant(w) => Some(self.word(w)),
            What::Data(word) => Some(self.field(receiver, word)),
            // It was refused before: something that everybody shares.
            What::Assign(_) | What::HolderAssign(..) if self.top().unit.wrong.contains(&s.pc) => Some(self.really_send(s)),
            What::Assign(word) => {
                self.set_field(s.pc, receiver, word, s.values[1]);
                Some(receiver)
            }
            What::HolderData(holder, word) => {
                let holder = self.word(holder);
                Some(self.field(holder, word))
            }
            What::HolderAssign(holder, word) => {
                let holder = self.word(holder);
                self.set_field(s.pc, holder, word, s.values[1]);
                Some(receiver)
            }
            What::Block => {
                let values = self.window(s);
                let p = self.call_point(s.pc + 1, s.ret);
                Some(self.call(Call::Block { site: s.site, window: s.window, values, ret: s.ret }, p))
            }
            What::Other => Some(self.really_send(s)),
        })
    }

    fn method(&mut self, code: u64, s: &Sending) -> Result<Option<Val>, NotCompiled> {
        if let Some(unit) = self.inlinable(code, s.pc, false, &s.values) {
            return self.inline(unit, s.pc, s.window, s.ret, &s.values);
        }
        let values = self.window(s);
        let p = self.call_point(s.pc + 1, s.ret);
        Ok(Some(self.call(Call::Direct { code, window: s.window, values, ret: s.ret }, p)))
    }

    pub(super) fn field(&mut self, o: Val, word: u32) -> Val {
        let o = self.resolve(o);
        if let Some(v) = self.held(o, word).or_else(|| self.state.loads.get(&(o, word)).copied()) {
            return v;
        }
        self.wish_to_read(o, word);
        let v = self.push(Op::Field(o, word), Type::Any);
        self.state.loads.insert((o, word), v);
        v
    }

    fn set_field(&mut self, pc: u32, o: Val, word: u32, v: Val) {
        if self.hold(self.resolve(o), word, v) {
            return;
        }
        self.must_be_real(v);
        let (o, v) = (self.resolve(o), self.resolve(v));
        let double = (self.g.rep(v) == Rep::Double).then_some(v);
        let v = self.word_of(v);
        if self.state.heard.contains(&o) {
            self.act(Op::Put(o, word, v));
        } else {
            let p = self.guess(pc);
            self.act(Op::SetField(o, word, v, p));
            self.state.heard.insert(o);
        }
        self.stored(o, word, v);
        if let Some(d) = double {
            // Read again, it is not to be decoded.
            self.state.doubles.insert(v, d);
            self.state.loads.insert((o, word), d);
        }
    }

    // ---- primitives ----

    /// A method that is a primitive, where that is one of ours.
    fn leaf(&mut self, code: u64, s: &Sending) -> Option<Val> {
        let unit = self.program.units.get(&code)?;
        let name = unit.code.leaf.as_ref()?.primitive.clone();
        if !unit.leaf_is_own {
            return None;
        }
        if let Some(v) = self.intrinsic(s.pc, &name, &s.values) {
            return Some(v);
        }
        let wrong = self.top().unit.wrong.contains(&s.pc);
        let calm = Calm { pc: s.pc, next: s.pc + 1, primitive: unit.calm, window: s.window, ret: s.ret };
        (unit.calm != 0 && !wrong).then(|| self.calm(&calm, &name, &s.values))
    }

    pub(super) fn primitive(&mut self, unit: &Unit, pc: u32, i: Instr) -> Next {
        let or_jump = i.op == Code::PrimOrJump;
        let values: Vec<Val> = (i.a..=i.a + u16::from(i.n)).map(|r| self.reg(r)).collect();
        let name = &unit.code.prims[usize::from(i.b)];
        let next = pc + 1 + u32::from(or_jump);
        if !unit.wrong.contains(&pc)
            && unit.own[usize::from(i.b)]
            && let Some(v) = self.intrinsic(pc, name, &values)
        {
            self.set(i.c, v);
            return Next::At(next);
        }
        let calm = Calm { pc, next, primitive: unit.prims[usize::from(i.b)], window: i.a, ret: i.c };
        if calm.primitive != 0 && !unit.wrong.contains(&pc) {
            self.calm(&calm, name, &values);
            return Next::At(next);
        }
        self.seen_by_call(&values);
        let values = values.into_iter().map(|v| self.word_of(v)).collect();
        let there = if or_jump { target(pc + 1, unit.instrs[pc as usize + 1]) } else { next };
        let p = self.forking_point(next, there, i.c);
        let v = self.call(Call::Prim { which: i.b, window: i.a, values, ret: i.c, or_jump }, p);
        if !or_jump {
            self.set(i.c, v);
            return Next::At(next);
        }
        // On failure the window holds what there is to say; the interpreter says it.
        let failed = self.word(crate::abi::Sentinel::FAILED);
        let flag = self.compare_ints(IntCC::Equal, v, failed);
        let worked = self.split(flag);
        let state = self.state.clone();
        let base = self.g.contexts[self.top().context as usize].base + u32::from(i.a);
        let (w, w1) = (self.push(Op::Window(base), Type::Any), self.push(Op::Window(base + 1), Type::Any));
        self.set(i.a, w);
        self.set(i.a + 1, w1);
        self.to(there);
        (self.at, self.state) = (worked, state);
        self.set(i.c, v);
        self.to(next);
        Next::Ended
    }

    /// A primitive that neither runs code nor collects. Its answer is in the register for it.
    fn calm(&mut self, calm: &Calm, name: &str, values: &[Val]) -> Val {
        self.seen_by_call(values);
        let words: Vec<Val> = values.iter().map(|v| self.word_of(*v)).collect();
        if name == "_NewVector:Filler:" && self.number_type(words[1]) != Type::Float {
            return self.new_vector(calm, words);
        }
        self.called_calmly(calm, words)
    }

    fn called_calmly(&mut self, calm: &Calm, words: Vec<Val>) -> Val {
        let p = self.guess(calm.pc);
        let window = self.g.contexts[self.top().context as usize].base + u32::from(calm.window);
        let v = self.push(Op::Calm(calm.primitive, window, words, p), Type::Any);
        self.set(calm.ret, v);
        let p = self.point(calm.next, Why::Slice);
        self.act(Op::Attend(p));
        v
    }

    /// A vector whose length is not known: made here if it is short.
    fn new_vector(&mut self, calm: &Calm, words: Vec<Val>) -> Val {
        self.check_int(calm.pc, words[1]);
        let limit = self.integer(SHORT_VECTOR);
        let is_short = self.compare_ints(IntCC::UnsignedLessThan, words[1], limit);
        let long = self.split(is_short);
        let (state, ty) = (self.state.clone(), Type::Map(self.abi.maps.vector));
        let short = self.push(Op::NewVector(words[1], words[2]), Type::Ref);
        self.state.types.insert(short, ty);
        self.state.heard.insert(short);
        let mut ways = vec![Way { from: self.at, state: std::mem::replace(&mut self.state, state), value: Some(short) }];
        self.at = long;
        let v = self.called_calmly(calm, words);
        self.state.types.insert(v, ty);
        ways.push(Way { from: self.at, state: std::mem::take(&mut self.state), value: Some(v) });
        let v = self.meet(ways, None).flatten().unwrap_or(v);
        self.set(calm.ret, v);
        v
    }

    /// A primitive that needs no call, on values of the kinds that it is for.
    fn intrinsic(&mut self, pc: u32, name: &str, values: &[Val]) -> Option<Val> {
        if name != "_Clone" {
            values.iter().for_each(|v| self.object_must_be_real(*v));
        }
        let values: Vec<Val> = values.iter().map(|v| self.resolve(*v)).collect();
        let ints = |b: &Self| values.iter().all(|v| b.type_of(*v) == Type::Int);
        let vector = self.type_of(values[0]) == Type::Map(self.abi.maps.vector);
        let wrong = self.top().unit.wrong.contains(&pc);
        match name {
            "_Size" if vector => {
                let l = self.length(values[0]);
                Some(self.push(Op::Tag(l), Type::Int))
            }
            "_At:" if !wrong && vector && self.type_of(values[1]) != Type::Float => {
                self.check_int(pc, values[1]);
                self.check_index(pc, values[0], values[1]);
                Some(self.push(Op::Element(values[0], values[1]), Type::Any))
            }
            "_At:Put:" if !wrong && vector && self.number_type(values[1]) != Type::Float => {
                self.check_int(pc, values[1]);
                self.check_index(pc, values[0], values[1]);
                self.set_element(pc, values[0], values[1], values[2]);
                Some(values[0])
            }
            "_IntAnd:" | "_IntOr:" | "_IntXor:" | "_IntShiftLeft:" | "_IntShiftRight:"
                if !wrong && self.type_of(values[0]) == Type::Int && self.number_type(values[1]) != Type::Float =>
            {
                self.check_int(pc, values[1]);
                let p = self.guess(pc);
                let op = match name {
                    "_IntAnd:" => IntOp::And,
                    "_IntOr:" => IntOp::Or,
                    "_IntXor:" => IntOp::Xor,
                    "_IntShiftLeft:" => IntOp::Left,
                    _ => IntOp::Right,
                };
                Some(self.integers(op, values[0], values[1], p))
            }
            // Of one that often changes its slots, and of texts that are not ASCII, the guess would always be wrong.
            "_Clone" if !wrong => self.clone_of(pc, values[0]),
            "_NewVector:Filler:" => self.small_vector(values[1], values[2]),
            "_StringAt:"
                if !wrong
                    && self.type_of(values[0]) == Type::Map(self.abi.maps.string)
                    && self.type_of(values[1]) != Type::Float =>
            {
                self.check_int(pc, values[1]);
                let p = self.guess(pc);
                Some(self.push(Op::Character(values[0], values[1], p), Type::Map(self.abi.maps.string)))
            }
            "_IntAsFloat" if ints(self) => Some(self.as_double(values[0])),
            "_FloatSqrt" if self.is_double(&self.state, values[0]) => {
                let d = self.double(values[0]);
                Some(self.push(Op::Sqrt(d), Type::Float))
            }
            _ => None,
        }
    }
}
