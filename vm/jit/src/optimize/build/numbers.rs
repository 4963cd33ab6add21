//! Guarded operations on numbers and vectors, counting loops.

use aura_code::{Instr, Op as Code};
use aura_heap::layout;
use cranelift_codegen::ir::condcodes::IntCC;

use super::Builder;
use super::objects::unknown;
use super::walk::Next;
use crate::compiler::NotCompiled;
use crate::optimize::ir::{Blk, Call, Edge, End, FloatOp, IntOp, Op, PointId, Rep, Type, Val};
use crate::translate::{conditions, has_immediate, which};
use crate::unit::Unit;

/// What an operation is taken to be on.
enum Kinds {
    Ints,
    Floats,
    /// Doubles, or one of both.
    Mixed,
    Unknown,
}

fn is_arithmetic(op: Code) -> bool {
    matches!(op, Code::Add | Code::Sub | Code::Mul | Code::Div | Code::Mod | Code::AddInt | Code::SubInt)
}

impl Builder<'_> {
    pub(super) fn guarded(&mut self, unit: &Unit, pc: u32, i: Instr) -> Result<Next, NotCompiled> {
        match i.op {
            Code::Add | Code::Sub | Code::Mul | Code::Div | Code::Mod | Code::AddInt | Code::SubInt => {
                let v = self.arithmetic(unit, pc, i);
                self.set(i.a, v);
                Ok(Next::At(pc + 2))
            }
            Code::At => self.at(unit, pc, i),
            Code::AtPut => self.at_put(unit, pc, i),
            Code::SendTwo | Code::SendTwoInt | Code::SendThree => self.switched_off(unit, pc, i),
            op if op.is_compare_jump() => Ok(self.compare(unit, pc, i)),
            Code::Less | Code::LessEq | Code::Greater | Code::GreaterEq | Code::Equal | Code::NotEqual | Code::Same => {
                Ok(self.compare(unit, pc, i))
            }
            other => Err(unknown(other)),
        }
    }

    fn compare(&mut self, unit: &Unit, pc: u32, i: Instr) -> Next {
        if let Some((x, y, v)) = self.perhaps_character(unit, pc, i) {
            let flag = self.is_map(v, self.abi.maps.string);
            let others = self.split(flag);
            let state = self.state.clone();
            self.state.types.insert(v, Type::Map(self.abi.maps.string));
            let flag = self.compare_ints(conditions(i.op).0, x, y);
            self.compared_on_one_way(unit, pc, i, Ok(flag));
            (self.at, self.state) = (others, state);
            let answer = self.compare_others(unit, pc, i);
            self.compared_on_one_way(unit, pc, i, answer);
            return Next::Ended;
        }
        let answer = self.comparison(unit, pc, i);
        self.compared(unit, pc, i, answer)
    }

    /// What was compared is done with the answer: the flag, or a value that is to be tested.
    fn compared(&mut self, unit: &Unit, pc: u32, i: Instr, answer: Result<Val, Val>) -> Next {
        match answer {
            Ok(flag) if i.op.is_compare_jump() => self.branch(unit, pc + 2, flag),
            Err(v) if i.op.is_compare_jump() => {
                self.set(unit.instrs[pc as usize + 1].c, v);
                self.jump_on(unit, pc + 2, v);
            }
            answer => {
                let v = answer.map_or_else(|v| v, |flag| self.push(Op::Boolean(flag), Type::Bool));
                self.set(i.a, v);
                return Next::At(pc + 2);
            }
        }
        Next::Ended
    }

    fn compared_on_one_way(&mut self, unit: &Unit, pc: u32, i: Instr, answer: Result<Val, Val>) {
        if let Next::At(next) = self.compared(unit, pc, i, answer) {
            self.to(next);
        }
    }

    fn operands(&mut self, i: Instr) -> (Val, Val) {
        let x = self.reg(i.b);
        let y = if has_immediate(i.op) { self.integer(i64::from(i.c as i16)) } else { self.reg(i.c) };
        (x, y)
    }

    /// The same, objects having been made.
    fn real_operands(&mut self, i: Instr) -> (Val, Val) {
        let (x, y) = self.operands(i);
        self.both_real(x, y)
    }

    fn both_real(&mut self, x: Val, y: Val) -> (Val, Val) {
        for v in [x, y] {
            self.object_must_be_real(v);
        }
        (self.resolve(x), self.resolve(y))
    }

    /// What an operation is on, by what is known of its operands and what it was used on; they are known to be so afterwards.
    fn kinds(&mut self, unit: &Unit, pc: u32, x: Val, y: Val) -> Kinds {
        let n = unit.instrs[pc as usize].n;
        let wrong = unit.wrong.contains(&pc);
        let (tx, ty) = (self.number_type(x), self.number_type(y));
        match (tx, ty) {
            (Type::Int, Type::Int) => Kinds::Ints,
            (Type::Int | Type::Float, Type::Int | Type::Float) => Kinds::Floats,
            _ if wrong || self.surely_no_number(x) || self.surely_no_number(y) => Kinds::Unknown,
            (Type::Float, _) | (_, Type::Float) => {
                let other = if tx == Type::Float { y } else { x };
                self.check_float(pc, other);
                Kinds::Floats
            }
            _ if n & Unit::OTHERS != 0 => Kinds::Unknown,
            // Integers and doubles are compared exactly, which is the machine's to do.
            _ if n & Unit::MIXED != 0 && !is_arithmetic(unit.instrs[pc as usize].op) => Kinds::Unknown,
            _ if n & Unit::MIXED != 0 => {
                self.not_both_ints(pc, x, y, (tx, ty));
                Kinds::Mixed
            }
            _ if n & Unit::FLOATS != 0 => {
                for v in [x, y] {
                    if self.number_type(v) == Type::Any {
                        self.check_float(pc, v);
                    }
                }
                Kinds::Floats
            }
            _ => {
                self.check_int(pc, x);
                self.check_int(pc, y);
                Kinds::Ints
            }
        }
    }

    /// One of them is a double: else integers would be the answer.
    fn not_both_ints(&mut self, pc: u32, x: Val, y: Val, types: (Type, Type)) {
        match types {
            (Type::Int, _) => self.check_float(pc, y),
            (_, Type::Int) => self.check_float(pc, x),
            _ => {
                let (x, y) = (self.word_of(x), self.word_of(y));
                let p = self.guess(pc);
                self.act(Op::CheckNotInts(x, y, p));
            }
        }
    }

    /// A small integer or an immediate double as a double.
    fn number(&mut self, pc: u32, v: Val) -> Val {
        match self.number_type(v) {
            Type::Any => {
                let p = self.guess(pc);
                self.push(Op::Number(v, p), Type::Float)
            }
            _ => self.as_double(v),
        }
    }

    pub(super) fn number_type(&self, v: Val) -> Type {
        if self.is_double(&self.state, v) {
            return Type::Float;
        }
        if self.type_of(v) == Type::Int { Type::Int } else { Type::Any }
    }

    fn surely_no_number(&self, v: Val) -> bool {
        matches!(self.type_of(v), Type::Bool | Type::Map(_))
    }

    pub(super) fn check_int(&mut self, pc: u32, v: Val) {
        if self.type_of(v) != Type::Int {
            self.must_be_real(v);
            self.wish(v, Type::Int);
            let p = self.guess(pc);
            let v = self.word_of(v);
            self.act(Op::CheckInt(v, p));
            self.state.types.insert(v, Type::Int);
        }
    }

    pub(super) fn check_float(&mut self, pc: u32, v: Val) {
        if !self.is_double(&self.state, v) {
            self.must_be_real(v);
            self.wish(v, Type::Float);
            let p = self.guess(pc);
            self.act(Op::CheckFloat(v, p));
            self.state.types.insert(v, Type::Float);
        }
    }

    /// A number as a double.
    pub(super) fn as_double(&mut self, v: Val) -> Val {
        if self.is_double(&self.state, v) {
            return self.double(v);
        }
        if let Some(w) = self.known_word(v) {
            return self.constant(Op::Double(((w as i64 >> 1) as f64).to_bits()), Type::Float);
        }
        self.push(Op::IntToDouble(v), Type::Float)
    }

    fn arithmetic(&mut self, unit: &Unit, pc: u32, i: Instr) -> Val {
        let (x, y) = self.real_operands(i);
        let ints = match i.op {
            Code::Add | Code::AddInt => IntOp::Add,
            Code::Sub | Code::SubInt => IntOp::Sub,
            Code::Mul => IntOp::Mul,
            Code::Div => IntOp::Div,
            _ => IntOp::Mod,
        };
        let wrong = unit.wrong.contains(&pc);
        match self.kinds(unit, pc, x, y) {
            Kinds::Ints if !wrong => {
                let p = self.guess(pc);
                self.integers(ints, x, y, p)
            }
            Kinds::Floats | Kinds::Mixed if ints != IntOp::Mod => {
                let (x, y) = (self.number(pc, x), self.number(pc, y));
                let op = match ints {
                    IntOp::Add => FloatOp::Add,
                    IntOp::Sub => FloatOp::Sub,
                    IntOp::Mul => FloatOp::Mul,
                    _ => FloatOp::Div,
                };
                self.floats(op, x, y)
            }
            _ => {
                let (x, y) = (self.word_of(x), self.word_of(y));
                let send = unit.instrs[pc as usize + 1];
                let p = self.call_point(pc + 2, i.a);
                let which = which(i.op) as u8;
                self.seen_by_call(&[x, y]);
                self.call(Call::Arith { which, x, y, dest: i.a, site: send.b, window: send.a }, p)
            }
        }
    }

    fn floats(&mut self, op: FloatOp, x: Val, y: Val) -> Val {
        let (Op::Double(a), Op::Double(b)) = (self.g.op(x), self.g.op(y)) else {
            return self.push(Op::Float(op, x, y), Type::Float);
        };
        let (a, b) = (f64::from_bits(*a), f64::from_bits(*b));
        let d = match op {
            FloatOp::Add => a + b,
            FloatOp::Sub => a - b,
            FloatOp::Mul => a * b,
            FloatOp::Div => a / b,
        };
        self.constant(Op::Double(d.to_bits()), Type::Float)
    }

    pub(super) fn integers(&mut self, op: IntOp, x: Val, y: Val, p: PointId) -> Val {
        if let (Some(a), Some(b)) = (self.known_word(x), self.known_word(y))
            && let (IntOp::Add | IntOp::Sub, a, b) = (op, a as i64, b as i64)
            && let Some(c) = if op == IntOp::Add { a.checked_add(b) } else { a.checked_sub(b) }
        {
            return self.word(c as u64);
        }
        self.push(Op::Int(op, x, y, p), Type::Int)
    }

    /// The flag of a comparison, or a value that is to be tested.
    fn comparison(&mut self, unit: &Unit, pc: u32, i: Instr) -> Result<Val, Val> {
        if matches!(i.op, Code::Same | Code::SameJump) {
            return self.same(unit, pc, i);
        }
        let (x, y) = self.real_operands(i);
        let (ints, floats) = conditions(i.op);
        if matches!(ints, IntCC::Equal | IntCC::NotEqual)
            && (self.beside_character(unit, pc, x, y) || self.beside_character(unit, pc, y, x))
        {
            return Ok(self.compare_ints(ints, x, y));
        }
        self.beside_constant(unit, pc, x, y);
        self.beside_constant(unit, pc, y, x);
        match self.kinds(unit, pc, x, y) {
            Kinds::Ints => Ok(self.compare_ints(ints, x, y)),
            Kinds::Floats if self.is_exact(x) && self.is_exact(y) => {
                let (x, y) = (self.as_double(x), self.as_double(y));
                Ok(self.push(Op::FloatCompare(floats, x, y), Type::Any))
            }
            _ => self.compare_others(unit, pc, i),
        }
    }

    /// Compares what the machine has to look at: texts; integers and doubles, which are compared exactly; numbers that are objects.
    fn compare_others(&mut self, unit: &Unit, pc: u32, i: Instr) -> Result<Val, Val> {
        let (x, y) = self.operands(i);
        self.seen_by_call(&[x, y]);
        let (x, y, which) = (self.word_of(x), self.word_of(y), which(i.op) as u8);
        if !unit.wrong.contains(&pc) {
            let p = self.guess(pc);
            return Ok(self.push(Op::Compare(which, x, y, p), Type::Any));
        }
        let send = unit.instrs[pc as usize + 1];
        let p = self.call_point(pc + 2, send.c);
        Err(self.call(Call::Compare { which, x, y, dest: send.c, site: send.b, window: send.a }, p))
    }

    /// What was compared for equality with a character that is written there is a text, if it ever was something else than a number; then it is
    /// the same text or another.
    fn beside_character(&mut self, unit: &Unit, pc: u32, constant: Val, v: Val) -> bool {
        let guessed = !unit.wrong.contains(&pc) && self.may_be_text(unit, pc, v);
        let text = self.abi.maps.string;
        if !self.is_character(constant) || !(guessed || self.type_of(v) == Type::Map(text)) {
            return false;
        }
        self.must_be_real(v);
        self.check_map(pc, v, text);
        true
    }

    /// The operands of a test for equality of which one is a character that is written there, and the other, which is at times a text and at times not.
    fn perhaps_character(&mut self, unit: &Unit, pc: u32, i: Instr) -> Option<(Val, Val, Val)> {
        let tests = matches!(i.op, Code::Equal | Code::NotEqual | Code::EqualJump | Code::NotEqualJump);
        if !tests || !unit.wrong.contains(&pc) {
            return None;
        }
        let (x, y) = self.real_operands(i);
        let (_, v) = [(x, y), (y, x)].into_iter().find(|(c, v)| self.is_character(*c) && self.may_be_text(unit, pc, *v))?;
        Some((x, y, v))
    }

    fn is_character(&self, v: Val) -> bool {
        self.known_word(v).is_some_and(|w| self.program.characters.contains(&w))
    }

    /// Whether it can be a text that was compared there.
    fn may_be_text(&self, unit: &Unit, pc: u32, v: Val) -> bool {
        let seen = unit.instrs[pc as usize].n & Unit::OTHERS != 0;
        let open = matches!(self.type_of(v), Type::Any | Type::Ref) && self.known_word(v).is_none();
        seen && open && !self.is_double(&self.state, v)
    }

    /// What was compared with an integer that is written there is a double, if it ever was one.
    fn beside_constant(&mut self, unit: &Unit, pc: u32, constant: Val, v: Val) {
        let seen = unit.instrs[pc as usize].n & (Unit::MIXED | Unit::OTHERS) == Unit::MIXED;
        let is_int = self.known_word(constant).is_some_and(|w| w & 1 == 0);
        if seen && is_int && !unit.wrong.contains(&pc) && self.is_exact(constant) && self.number_type(v) == Type::Any {
            self.check_float(pc, v);
        }
    }

    /// Whether it is a double, or an integer that is written there and has a double of just its value.
    fn is_exact(&self, v: Val) -> bool {
        let small = |w: u64| w & 1 == 0 && (w as i64 >> 1).unsigned_abs() < 1 << 53;
        self.is_double(&self.state, v) || self.known_word(v).is_some_and(small)
    }

    pub(super) fn compare_ints(&mut self, cc: IntCC, x: Val, y: Val) -> Val {
        self.push(Op::IntCompare(cc, x, y), Type::Any)
    }

    /// Whether both are the same object: the same word, unless they may be numbers that are objects.
    fn same(&mut self, unit: &Unit, pc: u32, i: Instr) -> Result<Val, Val> {
        let (x, y) = self.operands(i);
        if self.is_virtual_object(x) || self.is_virtual_object(y) {
            // Nothing has seen it: nothing else can be it.
            let s = self.abi.special;
            return Err(self.word(if x == y { s.true_ } else { s.false_ }));
        }
        if !self.has_identity(x) && !self.has_identity(y) {
            return self.compare_others(unit, pc, i);
        }
        for v in [x, y] {
            self.must_be_real(v);
        }
        let (x, y) = (self.word_of(x), self.word_of(y));
        Ok(self.compare_ints(IntCC::Equal, x, y))
    }

    /// Whether nothing but the same word can be the same object: it is surely no number that is an object, nor one of the image that may be.
    fn has_identity(&self, v: Val) -> bool {
        let s = self.abi.special;
        match (self.known_word(v), self.type_of(v)) {
            (Some(w), _) => w & 3 != 1 || w == s.nil || w == s.true_ || w == s.false_,
            (None, Type::Map(m)) => {
                self.program.plain.contains_key(&m) || [self.abi.maps.vector, self.abi.maps.string].contains(&m)
            }
            (None, Type::Float) => self.g.rep(v) == Rep::Word,
            (None, ty) => matches!(ty, Type::Int | Type::Bool) || matches!(self.g.op(v), Op::Closure(..)),
        }
    }

    /// A guard that was switched off: its operands go to the window of the send after it.
    fn switched_off(&mut self, unit: &Unit, pc: u32, i: Instr) -> Result<Next, NotCompiled> {
        let send = unit.instrs[pc as usize + 1];
        let values = if i.op == Code::SendThree {
            vec![self.reg(i.a), self.reg(i.b), self.reg(i.c)]
        } else {
            let x = self.reg(i.b);
            let y = if i.op == Code::SendTwoInt { self.integer(i64::from(i.c as i16)) } else { self.reg(i.c) };
            vec![x, y]
        };
        for (k, v) in values.into_iter().enumerate() {
            self.set(send.a + k as u16, v);
        }
        Ok(Next::At(pc + 1))
    }

    // ---- vectors ----

    /// Whether the operation at `pc` is taken to be on a vector, which it then is.
    fn element(&mut self, unit: &Unit, pc: u32, v: Val, k: Val) -> bool {
        let known = self.type_of(v) == Type::Map(self.abi.maps.vector);
        let n = unit.instrs[pc as usize].n;
        if unit.wrong.contains(&pc)
            || (!known && n & Unit::OTHERS != 0)
            || matches!(self.type_of(v), Type::Int | Type::Float | Type::Bool)
        {
            return false;
        }
        if !known && matches!(self.type_of(v), Type::Map(_)) {
            return false;
        }
        self.check_map(pc, v, self.abi.maps.vector);
        self.check_int(pc, k);
        self.check_index(pc, v, k);
        true
    }

    fn may_be_element(&mut self, v: Val, k: Val) -> bool {
        let is_vector = self.type_of(v) == Type::Map(self.abi.maps.vector);
        let vector = is_vector || matches!(self.type_of(v), Type::Any | Type::Ref) && self.known_word(v).is_none();
        let fine = vector && !self.is_double(&self.state, v) && !self.is_double(&self.state, k);
        if fine {
            self.must_be_real(v);
            self.must_be_real(k);
        }
        fine
    }

    /// Goes on where `v` is a vector and `k` an index of it, which costs no message; the block where not is answered.
    fn if_element(&mut self, v: Val, k: Val) -> Blk {
        let mut others = Vec::new();
        if self.type_of(v) != Type::Map(self.abi.maps.vector) {
            let flag = self.is_map(v, self.abi.maps.vector);
            others.push(self.split(flag));
            self.state.types.insert(v, Type::Map(self.abi.maps.vector));
        }
        if self.type_of(k) != Type::Int {
            let flag = self.is_map(k, self.abi.maps.int);
            others.push(self.split(flag));
            self.state.types.insert(k, Type::Int);
        }
        let length = self.length(v);
        let length = self.push(Op::Tag(length), Type::Int);
        // Negative ones are large without a sign.
        let within = self.compare_ints(IntCC::UnsignedLessThan, k, length);
        others.push(self.split(within));
        let to = self.g.new_block();
        for b in others {
            self.end(b, End::Goto(Edge { to, args: Vec::new() }));
        }
        to
    }

    pub(super) fn check_index(&mut self, pc: u32, v: Val, k: Val) {
        if self.state.within.contains_key(&(v, k)) {
            return;
        }
        let length = self.length(v);
        if let (Some(k), Some(length)) = (self.known_word(k), self.known_word(length))
            && k >> 1 < length
        {
            return;
        }
        let p = self.guess(pc);
        self.act(Op::CheckIndex(k, length, p));
        self.state.within.insert((v, k), ());
    }

    /// A vector's length, which never changes.
    pub(super) fn length(&mut self, v: Val) -> Val {
        let key = (v, layout::LENGTH as u32);
        match self.state.loads.get(&key) {
            Some(l) => *l,
            None => {
                let l = self.push(Op::Length(v), Type::Int);
                self.state.loads.insert(key, l);
                l
            }
        }
    }

    fn at(&mut self, unit: &Unit, pc: u32, i: Instr) -> Result<Next, NotCompiled> {
        let (v, k) = self.real_operands(i);
        if !self.element(unit, pc, v, k) {
            if self.may_be_element(v, k) {
                let state = self.state.clone();
                let others = self.if_element(v, k);
                let e = self.push(Op::Element(v, k), Type::Any);
                self.set(i.a, e);
                self.to(pc + 2);
                (self.at, self.state) = (others, state);
            }
            return self.send_after(unit, pc, &[v, k]);
        }
        let e = self.push(Op::Element(v, k), Type::Any);
        self.set(i.a, e);
        Ok(Next::At(pc + 2))
    }

    fn at_put(&mut self, unit: &Unit, pc: u32, i: Instr) -> Result<Next, NotCompiled> {
        let (v, k) = (self.reg(i.a), self.reg(i.b));
        let (v, k) = self.both_real(v, k);
        let x = self.reg(i.c);
        if !self.element(unit, pc, v, k) {
            if self.may_be_element(v, k) {
                let state = self.state.clone();
                let others = self.if_element(v, k);
                self.set_element(pc, v, k, x);
                self.set(unit.instrs[pc as usize + 1].c, v);
                self.to(pc + 2);
                (self.at, self.state) = (others, state);
            }
            return self.send_after(unit, pc, &[v, k, x]);
        }
        self.set_element(pc, v, k, x);
        self.set(unit.instrs[pc as usize + 1].c, v);
        Ok(Next::At(pc + 2))
    }

    /// Sets an element of a vector, the index being right.
    pub(super) fn set_element(&mut self, pc: u32, v: Val, k: Val, x: Val) {
        self.must_be_real(x);
        let x = self.word_of(x);
        match self.known_word(k) {
            Some(k) if self.state.heard.contains(&v) => {
                self.act(Op::Put(v, layout::ELEMENTS as u32 + (k >> 1) as u32, x));
            }
            _ => {
                let p = self.guess(pc);
                self.act(Op::SetElement(v, k, x, p));
            }
        }
    }

    /// The send after a guarded operation is really made.
    fn send_after(&mut self, unit: &Unit, pc: u32, values: &[Val]) -> Result<Next, NotCompiled> {
        let send = unit.instrs[pc as usize + 1];
        for (k, v) in values.iter().enumerate() {
            self.set(send.a + k as u16, *v);
        }
        self.send(unit, pc + 1, send)
    }

    // ---- loops ----

    pub(super) fn count(&mut self, unit: &Unit, pc: u32, i: Instr) -> Next {
        let (x, limit) = (self.reg(i.a), self.reg(i.b));
        let (x, limit) = self.both_real(x, limit);
        let known = self.type_of(x) == Type::Int && self.type_of(limit) == Type::Int;
        let floats = self.is_double(&self.state, x) || self.is_double(&self.state, limit);
        if floats || (!known && unit.wrong.contains(&pc)) {
            return Next::At(pc + 1);
        }
        self.check_int(pc, x);
        self.check_int(pc, limit);
        let step = self.integer(i64::from(i.n));
        let p = self.guess(pc);
        let (op, within) = match i.op {
            Code::CountUp => (IntOp::Add, IntCC::SignedLessThanOrEqual),
            Code::CountBelow => (IntOp::Add, IntCC::SignedLessThan),
            _ => (IntOp::Sub, IntCC::SignedGreaterThanOrEqual),
        };
        let next = self.integers(op, x, step, p);
        let flag = self.compare_ints(within, next, limit);
        let no = self.split(flag);
        let state = self.state.clone();
        self.set(i.a, next);
        self.turn(pc + 1 - u32::from(i.c));
        (self.at, self.state) = (no, state);
        Next::At(pc + 1)
    }

    pub(super) fn check_number(&mut self, unit: &Unit, pc: u32, i: Instr) -> Next {
        let v = self.reg(i.a);
        let (v, _) = self.both_real(v, v);
        if self.number_type(v) != Type::Any {
            return Next::At(pc + 1);
        }
        if unit.wrong.contains(&pc) {
            // It is a double, or something else: the interpreter's.
            let at = self.at;
            let p = self.point(pc, crate::optimize::ir::Why::Leave);
            self.end(at, End::Exit(p));
            return Next::Ended;
        }
        self.check_int(pc, v);
        Next::At(pc + 1)
    }

    /// These become operands of a call, which sees them.
    pub(super) fn seen_by_call(&mut self, values: &[Val]) {
        for v in values {
            self.must_be_real(*v);
        }
    }
}
