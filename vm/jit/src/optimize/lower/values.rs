//! Instructions that are a few of the processor's.

use aura_heap::layout;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::{F64, I8, I64};
use cranelift_codegen::ir::{self, InstBuilder, MemFlagsData};

use super::Lower;
use crate::abi::Sentinel;
use crate::emit::{TAG, arg};
use crate::exits::Why;
use crate::optimize::ir::{FloatOp, Op, PointId, Val};
use crate::translate::SAME;

impl Lower<'_> {
    pub(super) fn instruction(&mut self, v: Val) {
        let is = match self.g.op(v).clone() {
            Op::Param(_) | Op::Closure(..) | Op::Virtual { .. } | Op::Token(_) => return,
            Op::Word(w) => self.e.word(w),
            Op::Double(bits) => self.e.b.ins().f64const(f64::from_bits(bits)),
            Op::Register(r) => match self.given.and_then(|given| given.get(usize::from(r)).copied()) {
                Some(given) => given,
                None => self.e.b.ins().load(I64, self.e.mem.registers, self.e.base, i32::from(r) * 8),
            },
            Op::Window(r) => self.e.b.ins().load(I64, self.e.mem.registers, self.e.base, r as i32 * 8),
            Op::Unbox(a) => {
                let a = self.value(a);
                self.e.double(a)
            }
            Op::Box(a) => {
                let a = self.value(a);
                self.boxed(a)
            }
            Op::IntToDouble(a) => {
                let a = self.value(a);
                let n = self.e.b.ins().sshr_imm_u(a, 1);
                self.e.b.ins().fcvt_from_sint(F64, n)
            }
            Op::Sqrt(a) => {
                let a = self.value(a);
                self.e.b.ins().sqrt(a)
            }
            Op::CheckInt(a, p) => {
                let a = self.value(a);
                let flag = self.is_int(a);
                return self.go_on_if(flag, p);
            }
            Op::CheckFloat(a, p) => {
                let a = self.value(a);
                let flag = self.is_float(a);
                return self.go_on_if(flag, p);
            }
            Op::CheckNotInts(a, b, p) => {
                let (a, b) = (self.value(a), self.value(b));
                let any = self.e.b.ins().bor(a, b);
                let flag = self.is_int(any);
                return self.go_on_unless(flag, p);
            }
            Op::Number(a, p) => self.number(a, p),
            Op::CheckRef(a, p) => {
                let a = self.value(a);
                let flag = self.e.is_ref(a);
                return self.go_on_if(flag, p);
            }
            Op::CheckMap(a, map, p) => {
                let a = self.value(a);
                return self.check_map(a, map, p);
            }
            Op::CheckHeader(a, which, bits, p) => {
                let a = self.value(a);
                let header = self.e.header(a);
                let which = self.e.word(which);
                let those = self.e.b.ins().band(header, which);
                let bits = self.e.word(bits);
                let flag = self.e.b.ins().icmp(IntCC::Equal, those, bits);
                return self.go_on_if(flag, p);
            }
            Op::CheckWord(a, w, p) => {
                let a = self.value(a);
                let flag = self.e.b.ins().icmp_imm_u(IntCC::Equal, a, w as i64);
                return self.go_on_if(flag, p);
            }
            Op::CheckIndex(k, length, p) => {
                let (k, length) = (self.value(k), self.value(length));
                let k = self.e.b.ins().sshr_imm_u(k, 1);
                let flag = self.e.b.ins().icmp(IntCC::UnsignedLessThan, k, length);
                return self.go_on_if(flag, p);
            }
            Op::Int(op, a, b, p) => self.integers(op, a, b, p),
            Op::Sure(op, a, b) => self.surely(op, a, b),
            Op::Float(op, a, b) => {
                let (a, b) = (self.value(a), self.value(b));
                match op {
                    FloatOp::Add => self.e.b.ins().fadd(a, b),
                    FloatOp::Sub => self.e.b.ins().fsub(a, b),
                    FloatOp::Mul => self.e.b.ins().fmul(a, b),
                    FloatOp::Div => self.e.b.ins().fdiv(a, b),
                }
            }
            Op::IntCompare(cc, a, b) => {
                let (a, b) = (self.value(a), self.value(b));
                self.e.b.ins().icmp(cc, a, b)
            }
            Op::FloatCompare(cc, a, b) => {
                let (a, b) = (self.value(a), self.value(b));
                self.e.b.ins().fcmp(cc, a, b)
            }
            Op::IsInt(a) => {
                let a = self.value(a);
                self.is_int(a)
            }
            Op::IsFloat(a) => {
                let a = self.value(a);
                self.is_float(a)
            }
            Op::IsMap { v, map, is_ref } => self.is_map(v, map, is_ref),
            Op::Boolean(a) => {
                let a = self.value(a);
                self.e.boolean(a)
            }
            Op::Field(o, k) => {
                let o = self.value(o);
                self.e.field(o, k as usize)
            }
            Op::SetField(o, k, x, p) => return self.set_field(o, k, x, p),
            Op::Put(o, k, x) => {
                let (o, x) = (self.value(o), self.value(x));
                self.e.b.ins().store(self.e.mem.heap, x, o, (k * 8) as i32 - TAG);
                return;
            }
            Op::New(header, words) => self.new_object(header, &words),
            Op::NewVector(size, filler) => self.new_vector(size, filler),
            Op::Length(o) => {
                let o = self.value(o);
                self.e.field(o, layout::LENGTH)
            }
            Op::Tag(n) => {
                let n = self.value(n);
                self.e.b.ins().ishl_imm_u(n, 1)
            }
            Op::Element(o, k) => {
                let at = self.element(o, k);
                self.e.b.ins().load(I64, self.e.mem.heap, at, (layout::ELEMENTS * 8) as i32 - TAG)
            }
            Op::SetElement(o, k, x, p) => return self.set_element(o, k, x, p),
            Op::BoxGet(o) => self.box_get(o),
            Op::BoxSet(o, x) => return self.box_set(o, x),
            Op::Character(s, k, p) => self.character(s, k, p),
            Op::Compare(which, a, b, p) => self.compare(which, a, b, p),
            Op::Calm(primitive, window, values, p) => self.calm(primitive, window, &values, p),
            Op::Call(call, p) => self.machine(v, &call, p),
            Op::Attend(p) => return self.attend(p),
            Op::Spend(_) if self.paid.spends.contains(&v) => {
                self.spend();
                return;
            }
            Op::Spend(p) => {
                let more = self.paid.more.get(&v).copied().unwrap_or(0);
                let over = self.spend_before(more);
                let why = if more == 0 { Why::Slice } else { Why::Nearly };
                let (out, on) = (self.exit_because(p, why), self.e.b.create_block());
                self.e.b.ins().brif(over, out, &[], on, &[]);
                return self.e.b.switch_to_block(on);
            }
        };
        self.define(v, is);
    }

    /// Goes on in a new block if the flag is set, and leaves if not.
    pub(super) fn go_on_if(&mut self, flag: ir::Value, p: PointId) {
        let wrong = self.e.b.ins().icmp_imm_u(IntCC::Equal, flag, 0);
        self.go_on_unless(wrong, p);
    }

    /// Goes on in a new block if the flag is not set. The way out comes first: Cranelift looks at the first of two ways last, and what it has
    /// seen to leave a loop ends that loop for it, so that it would move nothing out of it any more.
    pub(super) fn go_on_unless(&mut self, flag: ir::Value, p: PointId) {
        let flag = self.shake(flag, 1);
        let (out, on) = (self.exit_block(p), self.e.b.create_block());
        self.e.b.ins().brif(flag, out, &[], on, &[]);
        self.e.b.switch_to_block(on);
    }

    /// The flag of a guess, or now and then `wrong`, where that is asked for: a test of exits.
    fn shake(&mut self, flag: ir::Value, wrong: i64) -> ir::Value {
        let Some(counter) = self.e.abi.shaken else { return flag };
        let left = self.e.b.ins().load(I64, self.e.mem.machine, self.e.vm, counter);
        let left = self.e.b.ins().iadd_imm_s(left, -1);
        self.e.b.ins().store(self.e.mem.machine, left, self.e.vm, counter);
        let now = self.e.b.ins().icmp_imm_s(IntCC::SignedLessThan, left, 0);
        let wrong = self.e.b.ins().iconst(I8, wrong);
        self.e.b.ins().select(now, wrong, flag)
    }

    /// A small integer or an immediate double as a double.
    fn number(&mut self, v: Val, p: PointId) -> ir::Value {
        let a = self.value(v);
        let (int, other, done) = (self.e.b.create_block(), self.e.b.create_block(), self.e.b.create_block());
        let d = self.e.b.append_block_param(done, F64);
        let flag = self.is_int(a);
        self.e.b.ins().brif(flag, int, &[], other, &[]);
        self.e.b.switch_to_block(int);
        let n = self.e.b.ins().sshr_imm_u(a, 1);
        let n = self.e.b.ins().fcvt_from_sint(F64, n);
        self.e.b.ins().jump(done, &arg(n));
        self.e.b.switch_to_block(other);
        let flag = self.is_float(a);
        self.go_on_if(flag, p);
        let n = self.e.double(a);
        self.e.b.ins().jump(done, &arg(n));
        self.e.b.switch_to_block(done);
        d
    }

    fn is_int(&mut self, a: ir::Value) -> ir::Value {
        let tag = self.e.b.ins().band_imm_u(a, 1);
        self.e.b.ins().icmp_imm_u(IntCC::Equal, tag, 0)
    }

    fn is_float(&mut self, a: ir::Value) -> ir::Value {
        let tag = self.e.b.ins().band_imm_u(a, 3);
        self.e.b.ins().icmp_imm_u(IntCC::Equal, tag, 3)
    }

    fn has_map(&mut self, a: ir::Value, map: u32) -> ir::Value {
        let header = self.e.header(a);
        let is = self.e.map_in(header);
        self.e.b.ins().icmp_imm_u(IntCC::Equal, is, i64::from(map))
    }

    fn is_map(&mut self, v: Val, map: u32, is_ref: bool) -> ir::Value {
        let a = self.value(v);
        if is_ref {
            return self.has_map(a, map);
        }
        let (object, done) = (self.e.b.create_block(), self.e.b.create_block());
        let flag = self.e.b.append_block_param(done, I8);
        let is = self.e.is_ref(a);
        let no = self.e.b.ins().iconst(I8, 0);
        self.e.b.ins().brif(is, object, &[], done, &arg(no));
        self.e.b.switch_to_block(object);
        let has = self.has_map(a, map);
        self.e.b.ins().jump(done, &arg(has));
        self.e.b.switch_to_block(done);
        flag
    }

    /// A double as a word.
    pub(super) fn boxed(&mut self, d: ir::Value) -> ir::Value {
        let (v, fits) = self.e.immediate(d);
        let (done, word) = self.e.with_word();
        let odd = self.e.cold();
        self.e.b.ins().brif(fits, done, &arg(v), odd, &[]);
        self.e.b.switch_to_block(odd);
        let bits = self.e.b.ins().bitcast(I64, MemFlagsData::new(), d);
        // Zeros are immediates of their own.
        let rotated = self.e.b.ins().rotl_imm_u(bits, 1);
        let zero = self.e.b.ins().icmp_imm_u(IntCC::UnsignedLessThanOrEqual, rotated, 1);
        let v = self.e.b.ins().ishl_imm_u(rotated, 2);
        let v = self.e.b.ins().bor_imm_u(v, 3);
        let allocated = self.e.cold();
        self.e.b.ins().brif(zero, done, &arg(v), allocated, &[]);
        self.e.b.switch_to_block(allocated);
        let w = self.e.aside(self.e.abi.helpers.double, &[bits]);
        self.pressed();
        self.e.b.ins().jump(done, &arg(w));
        self.e.b.switch_to_block(done);
        word
    }

    /// What was charged is taken from the fuel; if there was an allocation too much, the slice is over at the next turn or call.
    fn pressed(&mut self) {
        let less = self.e.aside(self.e.abi.helpers.pressed, &[]);
        let left = self.e.b.use_var(self.budget);
        let left = self.e.b.ins().isub(left, less);
        self.e.b.def_var(self.budget, left);
    }

    /// A safepoint behind a primitive, as the interpreter has it.
    fn attend(&mut self, p: PointId) {
        let wants = self.e.byte(self.e.vm, self.e.abi.wants_collection);
        let charged = self.e.b.ins().load(I64, self.e.mem.machine, self.e.vm, self.e.abi.charged);
        let any = self.e.b.ins().bor(wants, charged);
        let (heard, on) = (self.e.cold(), self.e.b.create_block());
        self.e.b.ins().brif(any, heard, &[], on, &[]);
        self.e.b.switch_to_block(heard);
        self.pressed();
        let left = self.e.b.use_var(self.budget);
        let over = self.e.b.ins().icmp_imm_s(IntCC::SignedLessThan, left, 0);
        let out = self.exit_block(p);
        self.e.b.ins().brif(over, out, &[], on, &[]);
        self.e.b.switch_to_block(on);
    }

    /// A primitive that neither runs code nor collects; leaves if it fails.
    fn calm(&mut self, primitive: u64, window: u32, values: &[Val], p: PointId) -> ir::Value {
        for (k, v) in values.iter().enumerate() {
            let v = self.value(*v);
            self.write(window + k as u32, v);
        }
        let first = self.e.b.ins().iadd_imm_s(self.e.base, i64::from(window) * 8);
        let (primitive, count) = (self.e.word(primitive), self.e.word(values.len() as u64));
        // What a primitive may do depends on the fuel that is left.
        self.write_budget();
        let answer = self.e.help(self.e.abi.helpers.calm, &[primitive, first, count]);
        self.read_budget();
        let worked = self.e.b.ins().icmp_imm_u(IntCC::NotEqual, answer, Sentinel::SEND as i64);
        self.go_on_if(worked, p);
        answer
    }

    // ---- texts ----

    /// Goes on in a new block with the length word of a text, and with `otherwise` if `a` is none.
    fn text_length(&mut self, a: ir::Value, otherwise: ir::Block) -> ir::Value {
        let (object, text) = (self.e.b.create_block(), self.e.b.create_block());
        let is_ref = self.e.is_ref(a);
        self.e.b.ins().brif(is_ref, object, &[], otherwise, &[]);
        self.e.b.switch_to_block(object);
        let is = self.has_map(a, self.e.abi.maps.string);
        self.e.b.ins().brif(is, text, &[], otherwise, &[]);
        self.e.b.switch_to_block(text);
        self.e.field(a, layout::LENGTH)
    }

    fn first_byte(&mut self, text: ir::Value) -> ir::Value {
        self.e.b.ins().load(I8, self.e.mem.heap, text, (layout::TEXT * 8) as i32 - TAG)
    }

    /// Compares two things that are mostly texts of one character, or of different lengths.
    fn compare(&mut self, which: u8, a: Val, b: Val, p: PointId) -> ir::Value {
        let (a, b) = (self.value(a), self.value(b));
        let (done, other) = (self.e.b.create_block(), self.e.b.create_block());
        let flag = self.e.b.append_block_param(done, I8);
        if u64::from(which) == SAME {
            let same = self.e.same(a, b, other);
            self.e.b.ins().jump(done, &arg(same));
        } else {
            self.compare_texts(which, [a, b], done, other);
        }
        self.e.b.switch_to_block(other);
        let which = self.e.word(u64::from(which));
        // Long texts are charged to the slice.
        self.write_budget();
        let answer = self.e.aside(self.e.abi.helpers.compare, &[a, b, which]);
        let known = self.e.b.ins().icmp_imm_u(IntCC::NotEqual, answer, Sentinel::SEND as i64);
        // Where it leaves, the interpreter does it again, and charges it.
        self.go_on_if(known, p);
        self.read_budget();
        let holds = self.e.b.ins().icmp_imm_u(IntCC::NotEqual, answer, 0);
        self.e.b.ins().jump(done, &arg(holds));
        self.e.b.switch_to_block(done);
        flag
    }

    /// Ends with the answer if both are texts of one character, or of different lengths where that is enough; else with `other`.
    fn compare_texts(&mut self, which: u8, [a, b]: [ir::Value; 2], done: ir::Block, other: ir::Block) {
        let lengths = [self.text_length(a, other), self.text_length(b, other)];
        let (single, differs) = (self.e.b.create_block(), self.e.b.create_block());
        let same = self.e.b.ins().icmp(IntCC::Equal, lengths[0], lengths[1]);
        let one = self.e.word(1 | layout::ASCII);
        let is_one = self.e.b.ins().icmp(IntCC::Equal, lengths[0], one);
        let singles = self.e.b.ins().band(same, is_one);
        self.e.b.ins().brif(singles, single, &[], differs, &[]);
        self.e.b.switch_to_block(single);
        let bytes = [self.first_byte(a), self.first_byte(b)];
        let holds = self.e.b.ins().icmp(text_condition(which), bytes[0], bytes[1]);
        self.e.b.ins().jump(done, &arg(holds));
        self.e.b.switch_to_block(differs);
        if let Some(unequal) = answer_of_unequal(which) {
            let unequal = self.e.b.ins().iconst(I8, unequal);
            self.e.b.ins().brif(same, other, &[], done, &arg(unequal));
        } else {
            self.e.b.ins().jump(other, &[]);
        }
    }

    /// A character of an ASCII text: one of the machine's texts of one character.
    fn character(&mut self, s: Val, k: Val, p: PointId) -> ir::Value {
        let (s, k) = (self.value(s), self.value(k));
        let length = self.e.field(s, layout::LENGTH);
        // Without the ASCII bit; other texts seem to be shorter than nothing.
        let bit = self.e.word(layout::ASCII);
        let length = self.e.b.ins().bxor(length, bit);
        let k = self.e.b.ins().sshr_imm_u(k, 1);
        let within = self.e.b.ins().icmp(IntCC::UnsignedLessThan, k, length);
        let ascii = self.e.b.ins().icmp_imm_s(IntCC::SignedGreaterThanOrEqual, length, 0);
        let fine = self.e.b.ins().band(within, ascii);
        self.go_on_if(fine, p);
        let at = self.e.b.ins().iadd(s, k);
        let byte = self.e.b.ins().load(I8, self.e.mem.heap, at, (layout::TEXT * 8) as i32 - TAG);
        let byte = self.e.b.ins().uextend(I64, byte);
        let offset = self.e.b.ins().ishl_imm_u(byte, 3);
        let table = self.e.word(self.e.abi.characters);
        let at = self.e.b.ins().iadd(table, offset);
        self.e.b.ins().load(I64, self.e.mem.machine, at, 0)
    }

    // ---- objects ----

    /// Goes on if `a` has this map.
    fn check_map(&mut self, a: ir::Value, map: u32, p: PointId) {
        let flag = self.has_map(a, map);
        self.go_on_if(flag, p);
    }

    /// A new object in the nursery; where that is full, the machine finds room elsewhere, and does not collect.
    fn new_object(&mut self, header: u64, words: &[Val]) -> ir::Value {
        let values: Vec<ir::Value> = words.iter().map(|v| self.value(*v)).collect();
        let bytes = self.e.word((words.len() as u64 + 1) * 8);
        let object = self.unfilled(header, bytes);
        self.e.fill(object, &values);
        object
    }

    /// A vector of so many elements, which are few and all the same.
    fn new_vector(&mut self, size: Val, filler: Val) -> ir::Value {
        let (size, filler) = (self.value(size), self.value(filler));
        let elements = self.e.b.ins().ishl_imm_u(size, 2);
        let bytes = self.e.b.ins().iadd_imm_s(elements, (layout::ELEMENTS * 8) as i64);
        let object = self.unfilled(layout::header(self.e.abi.maps.vector, layout::Kind::Vector, 0), bytes);
        let length = self.e.b.ins().ushr_imm_u(size, 1);
        let none = self.e.word(0);
        for (v, k) in [(length, layout::LENGTH), (none, layout::EXTENSION)] {
            self.e.b.ins().store(self.e.mem.heap, v, object, (k * 8) as i32 - TAG);
        }
        let end = self.e.b.ins().iadd(object, elements);
        let (head, at) = self.e.with_word();
        let (body, done) = (self.e.b.create_block(), self.e.b.create_block());
        self.e.b.ins().jump(head, &arg(object));
        self.e.b.switch_to_block(head);
        let more = self.e.b.ins().icmp(IntCC::UnsignedLessThan, at, end);
        self.e.b.ins().brif(more, body, &[], done, &[]);
        self.e.b.switch_to_block(body);
        self.e.b.ins().store(self.e.mem.heap, filler, at, (layout::ELEMENTS * 8) as i32 - TAG);
        let next = self.e.b.ins().iadd_imm_s(at, 8);
        self.e.b.ins().jump(head, &arg(next));
        self.e.b.switch_to_block(done);
        object
    }

    /// Room for a new object of so many bytes, whose words are still to be set.
    fn unfilled(&mut self, header: u64, bytes: ir::Value) -> ir::Value {
        let (done, object) = self.e.with_word();
        let full = self.e.cold();
        let made = self.e.in_nursery(header, bytes, full);
        self.e.b.ins().jump(done, &arg(made));
        self.e.b.switch_to_block(full);
        let head = self.e.word(header);
        let count = self.e.b.ins().ushr_imm_u(bytes, 3);
        let count = self.e.b.ins().iadd_imm_s(count, -1);
        let made = self.e.aside(self.e.abi.helpers.allocate, &[head, count]);
        self.pressed();
        self.e.b.ins().jump(done, &arg(made));
        self.e.b.switch_to_block(done);
        object
    }

    /// The address of an element but for the offset.
    fn element(&mut self, o: Val, k: Val) -> ir::Value {
        let (o, k) = (self.value(o), self.value(k));
        let bytes = self.e.b.ins().ishl_imm_u(k, 2);
        self.e.b.ins().iadd(o, bytes)
    }

    /// Blocks for a store into `o`: where it is plain, where the barrier is to be told, and where it is done.
    fn barrier(&mut self, o: ir::Value) -> (ir::Block, ir::Block, ir::Block) {
        let header = self.e.header(o);
        let flag = self.e.b.ins().band_imm_u(header, layout::BARRIER as i64);
        let (plain, told, done) = (self.e.b.create_block(), self.e.cold(), self.e.b.create_block());
        self.e.b.ins().brif(flag, told, &[], plain, &[]);
        (plain, told, done)
    }

    fn set_field(&mut self, o: Val, k: u32, x: Val, p: PointId) {
        let (o, x) = (self.value(o), self.value(x));
        let (plain, told, done) = self.barrier(o);
        self.e.b.switch_to_block(told);
        let word = self.e.word(u64::from(k));
        let refused = self.e.aside(self.e.abi.helpers.set_word, &[o, word, x]);
        let out = self.exit_block(p);
        self.e.b.ins().brif(refused, out, &[], done, &[]);
        self.e.b.switch_to_block(plain);
        self.e.b.ins().store(self.e.mem.heap, x, o, (k * 8) as i32 - TAG);
        self.e.b.ins().jump(done, &[]);
        self.e.b.switch_to_block(done);
    }

    fn set_element(&mut self, o: Val, k: Val, x: Val, p: PointId) {
        let at = self.element(o, k);
        let (o, k, x) = (self.value(o), self.value(k), self.value(x));
        let (plain, told, done) = self.barrier(o);
        self.e.b.switch_to_block(told);
        let refused = self.e.aside(self.e.abi.helpers.at_put, &[o, k, x]);
        let out = self.exit_block(p);
        self.e.b.ins().brif(refused, out, &[], done, &[]);
        self.e.b.switch_to_block(plain);
        self.e.b.ins().store(self.e.mem.heap, x, at, (layout::ELEMENTS * 8) as i32 - TAG);
        self.e.b.ins().jump(done, &[]);
        self.e.b.switch_to_block(done);
    }

    fn surely_box(&self, v: Val) -> bool {
        matches!(self.g.op(v), Op::New(header, _) if header >> layout::KIND_SHIFT & 15 == layout::Kind::Box as u64)
    }

    /// Goes on in a new block if `o` is a box, and with `otherwise` if not.
    fn if_box(&mut self, v: Val, o: ir::Value, otherwise: ir::Block) {
        if self.surely_box(v) {
            return;
        }
        let (object, on) = (self.e.b.create_block(), self.e.b.create_block());
        let is_ref = self.e.is_ref(o);
        self.e.b.ins().brif(is_ref, object, &[], otherwise, &[]);
        self.e.b.switch_to_block(object);
        let header = self.e.header(o);
        let kind = self.e.b.ins().band_imm_u(header, 15 << layout::KIND_SHIFT);
        let is = self.e.b.ins().icmp_imm_u(IntCC::Equal, kind, (layout::Kind::Box as i64) << layout::KIND_SHIFT);
        self.e.b.ins().brif(is, on, &[], otherwise, &[]);
        self.e.b.switch_to_block(on);
    }

    fn box_get(&mut self, v: Val) -> ir::Value {
        let o = self.value(v);
        let (done, word) = self.e.with_word();
        let other = self.e.cold();
        self.if_box(v, o, other);
        let held = self.e.field(o, layout::SLOTS);
        self.e.b.ins().jump(done, &arg(held));
        self.e.b.switch_to_block(other);
        let nil = self.e.word(self.e.abi.special.nil);
        self.e.b.ins().jump(done, &arg(nil));
        self.e.b.switch_to_block(done);
        word
    }

    fn box_set(&mut self, v: Val, x: Val) {
        let (o, x) = (self.value(v), self.value(x));
        let (other, end) = (self.e.cold(), self.e.b.create_block());
        self.if_box(v, o, other);
        let (plain, told, done) = self.barrier(o);
        self.e.b.switch_to_block(plain);
        self.e.b.ins().store(self.e.mem.heap, x, o, (layout::SLOTS * 8) as i32 - TAG);
        self.e.b.ins().jump(done, &[]);
        self.e.b.switch_to_block(told);
        self.e.b.ins().jump(other, &[]);
        self.e.b.switch_to_block(other);
        self.e.aside(self.e.abi.helpers.set_box, &[o, x]);
        self.e.b.ins().jump(end, &[]);
        self.e.b.switch_to_block(done);
        self.e.b.ins().jump(end, &[]);
        self.e.b.switch_to_block(end);
    }

    /// Goes on unless `answer` says that the message is to be sent; the block for that is left to be filled.
    pub(super) fn or_send(&mut self, answer: ir::Value) -> ir::Block {
        let (send, answered) = (self.e.cold(), self.e.b.create_block());
        let is = self.e.b.ins().icmp_imm_u(IntCC::Equal, answer, Sentinel::SEND as i64);
        self.e.b.ins().brif(is, send, &[], answered, &[]);
        self.e.b.switch_to_block(answered);
        send
    }
}

/// How bytes compare where texts do: by the numbers of [`crate::translate::which`].
fn text_condition(which: u8) -> IntCC {
    [
        IntCC::UnsignedLessThan,
        IntCC::UnsignedLessThanOrEqual,
        IntCC::UnsignedGreaterThan,
        IntCC::UnsignedGreaterThanOrEqual,
        IntCC::Equal,
        IntCC::NotEqual,
    ][usize::from(which)]
}

/// What a comparison of texts answers that differ in length, if that is all that matters.
fn answer_of_unequal(which: u8) -> Option<i64> {
    match which {
        4 => Some(0),
        5 => Some(1),
        _ => None,
    }
}
