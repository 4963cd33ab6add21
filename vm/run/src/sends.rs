//! The slow paths of sends: misses, slots that are not the receiver's own, messages that were inlined and must be sent after all,
//! and the making of objects from literals.
#![allow(unsafe_code)]

use std::sync::Arc;

use aura_code::{SlotInit, SlotTemplate};
use aura_heap::{Kind, Slot, SlotKind, SlotMeta, Value, layout};

use crate::Fail;
use crate::activate::untoken;
use crate::linked::{CodeRef, Entry, EntryKind};
use crate::prim::Run;
use crate::process::{Process, flag};
use crate::vm::{Miss, Vm};

impl Entry {
    /// The constant that was found.
    #[inline(always)]
    pub(crate) fn constant(&self) -> Value {
        // SAFETY: written from a Value in `resolve`, and Value is transparent over u64.
        unsafe { std::mem::transmute::<u64, Value>(self.target) }
    }
}

impl Vm {
    /// A send that the fast path does not do. The window is at stack index `at`; the receiver is not yet in it for sends to self.
    #[inline(never)]
    pub(crate) fn send_slow(&mut self, p: &mut Process, site: usize, at: usize, receiver: Value, ret: u32) {
        let code = p.top().code;
        let entry = match self.find(code, site, receiver) {
            Ok(e) => e,
            Err(Miss::Unreadable(fail)) => {
                p.stack[at] = receiver;
                let argc = code.parts().ics[site].argc as usize;
                return self.primitive_failed(p, "image", &fail, at, argc, ret);
            }
            Err(miss) => {
                return self.not_understood(p, site, at, receiver, matches!(miss, Miss::Ambiguous), ret);
            }
        };
        self.send_to(p, entry, site, at, receiver, ret);
    }

    /// Does what the entry says that site `site` of the running activation has for `receiver`.
    pub(crate) fn send_to(&mut self, p: &mut Process, entry: Entry, site: usize, at: usize, receiver: Value, ret: u32) {
        let code = p.top().code;
        let argc = code.parts().ics[site].argc as usize;
        match entry.kind {
            EntryKind::Method | EntryKind::ModuleMethod => {
                p.stack[at] = if entry.kind == EntryKind::ModuleMethod { code.module.get() } else { receiver };
                self.push(p, CodeRef::from_bits(entry.target), at, ret, 0);
            }
            EntryKind::Leaf => {
                p.stack[at] = receiver;
                let callee = CodeRef::from_bits(entry.target);
                let args = p.stack[at..=at + argc].to_vec();
                match callee.leaf.get().map(|l| l.run) {
                    Some(Run::Leaf(f)) => match self.call_leaf(f, &args) {
                        Ok(v) => self.answer(p, ret, v),
                        Err(_) => drop(self.push(p, callee, at, ret, 0)),
                    },
                    _ => drop(self.push(p, callee, at, ret, 0)),
                }
            }
            EntryKind::Block => {
                let callee = CodeRef::from_bits(self.heap.raw(receiver, layout::CODE));
                p.stack[at] = receiver;
                if callee.argc.get() as usize > argc {
                    self.too_few_arguments(p, callee, argc, ret);
                } else {
                    self.push(p, callee, at, ret, 0);
                }
            }
            _ => {
                p.stack[at] = receiver;
                let arg = (argc > 0).then(|| p.stack[at + 1]);
                match self.slot_answer(p, entry, receiver, arg) {
                    Ok(v) => self.answer(p, ret, v),
                    Err(fail) => self.primitive_failed(p, "assignment", &fail, at, argc, ret),
                }
            }
        }
    }

    /// What a slot that is not a method answers; an assignment is done, and answers the receiver.
    ///
    /// # Errors
    /// When the object is not for this process to change.
    pub(crate) fn slot_answer(&mut self, p: &Process, e: Entry, receiver: Value, arg: Option<Value>) -> Result<Value, Fail> {
        Ok(match e.kind {
            EntryKind::Constant => e.constant(),
            EntryKind::Data => self.heap.word(receiver, e.word as usize),
            EntryKind::GrownData => self.heap.data(receiver, e.word),
            EntryKind::HolderData => self.heap.data(e.constant(), e.word),
            EntryKind::Assign => {
                self.may_assign(p, receiver, e.word - layout::SLOTS as u32)?;
                self.heap.store(receiver, e.word as usize, arg.unwrap_or(self.specials.nil));
                receiver
            }
            EntryKind::GrownAssign => {
                self.may_assign(p, receiver, e.word)?;
                self.heap.set_data(receiver, e.word, arg.unwrap_or(self.specials.nil));
                receiver
            }
            EntryKind::HolderAssign => {
                self.may_assign(p, e.constant(), e.word)?;
                self.heap.set_data(e.constant(), e.word, arg.unwrap_or(self.specials.nil));
                receiver
            }
            _ => self.nil(),
        })
    }

    // ---- inlined messages ----

    /// The running activation's last instruction tested the receiver of an inlined message, which is not what inlining handles: the
    /// message is sent with real blocks.
    pub(crate) fn inlined_send(&mut self, p: &mut Process) {
        let code = p.top().code;
        let pc = p.top().pc - 1;
        let sites = &code.code().inline_sites;
        let Some(index) = sites.iter().position(|s| s.pc == pc) else {
            let nil = self.specials.nil;
            let at = self.window_above(p, &[nil]);
            let fail = Fail::with("badTypeError", "true or false was expected here");
            return self.primitive_failed(p, "inlined message", &fail, at, 0, 0);
        };
        let site = sites[index].clone();
        let blocks = match self.blocks_of(code, pc) {
            Ok(b) => b,
            Err(text) => return self.die(p, &text),
        };
        let me = p.depth - 1;
        let token = self.token_for(p, me);
        let mut blocks = blocks.iter();
        let mut values = vec![p.reg(me, site.receiver as u32)];
        for a in &site.arguments {
            let v = match a {
                Some(r) => p.reg(me, *r as u32),
                None => match blocks.next() {
                    Some(b) => self.inlined_block(p, *b, token),
                    None => self.nil(),
                },
            };
            values.push(v);
        }
        let top = p.top_mut();
        top.pc = site.join;
        top.flags = top.flags & ((1 << flag::SENT) - 1) | flag::LENT | (index as u32 + 1) << flag::SENT;
        // Where nothing understands it, it is tried again from the test of its receiver: what is at `join` is another message.
        self.inlined = Some(pc);
        self.send_values(p, &site.selector, &values, site.result as u32);
        self.inlined = None;
    }

    fn inlined_block(&mut self, p: &Process, code: CodeRef, token: Value) -> Value {
        let captures = code.code().captures.clone();
        let b = self.heap.block(self.heap.kind_maps.block, code.bits(), captures.len().max(1));
        self.heap.init_capture(b, 0, token);
        for (k, r) in captures.iter().enumerate().skip(1) {
            let v = p.reg(p.depth - 1, *r as u32);
            self.heap.init_capture(b, k, v);
        }
        b
    }

    fn blocks_of(&mut self, code: CodeRef, pc: u32) -> Result<Vec<CodeRef>, String> {
        if let Some(b) = self.inline_blocks.get(&(code, pc)) {
            return Ok(b.clone());
        }
        let compiled = aura_code::compile_inline_site(code.code(), pc)
            .map_err(|d| d.first().map_or("an inlined message could not be compiled".into(), |d| d.message.clone()))?;
        let mut refs = Vec::new();
        for c in compiled {
            let r = self.add_code(c.into(), code.module.get(), Some(code), code.method().generated);
            self.link(r);
            refs.push(r);
        }
        self.inline_blocks.insert((code, pc), refs.clone());
        Ok(refs)
    }

    fn up_frame(&self, p: &Process, level: u8) -> Option<usize> {
        let block = p.reg(p.depth - 1, 0);
        let (serial, depth) = untoken(self.heap.word(block, layout::CAPTURES + usize::from(level)))?;
        (depth < p.depth && p.frames[depth].serial == serial).then_some(depth)
    }

    /// Register `r` of the activation that an inlined site's block belongs to (`level`: how much further out); nil once that has
    /// answered.
    pub(crate) fn up_get(&mut self, p: &mut Process, level: u8, r: u32) -> Value {
        self.up_frame(p, level).map_or(self.nil(), |d| p.reg(d, r))
    }

    pub(crate) fn up_set(&mut self, p: &mut Process, level: u8, r: u32, v: Value) {
        if let Some(d) = self.up_frame(p, level) {
            p.set_reg(d, r, v);
        }
    }

    // ---- literals ----

    pub(crate) fn join(&mut self, parts: &[Value]) -> Result<Value, Fail> {
        self.present_all(parts)?;
        if let Some(bad) = parts.iter().find(|v| self.heap.as_text(**v).is_none()) {
            let text = self.describe(*bad);
            return Err(Fail::with("badTypeError", format!("asString answered {text}, not a string")));
        }
        self.charge(parts.len() as u64);
        Ok(self.heap.joined(parts)?)
    }

    fn method_value(&mut self, from: CodeRef, s: &SlotTemplate) -> Option<Value> {
        let SlotInit::Method(m) = &s.init else { return None };
        let c = self.add_code(m.clone(), from.module.get(), None, from.method().generated);
        Some(self.heap.method(c.bits()))
    }

    fn meta(s: &SlotTemplate) -> Option<Arc<SlotMeta>> {
        (s.comment.is_some() || s.annotation.is_some() || s.type_text.is_some()).then(|| {
            Arc::new(SlotMeta { comment: s.comment.clone(), annotation: s.annotation.clone(), type_text: s.type_text.clone() })
        })
    }

    /// A new object from template `at` of `code`.
    pub(crate) fn new_object(&mut self, code: CodeRef, at: usize, inits: &[Value]) -> Value {
        let owned = code.code().clone();
        let t = &owned.objects[at];
        if code.parts().objects[at].methods.is_empty() && !t.slots.is_empty() {
            let methods: Vec<Value> = t.slots.iter().map(|s| self.method_value(code, s).unwrap_or(Value::ZERO)).collect();
            code.parts().objects[at].methods = methods;
            self.young_codes.push(code);
        }
        let contents: Vec<Value> = t.slots.iter().enumerate().map(|(k, s)| self.content(code, at, k, s, inits)).collect();
        let once = owned.kind == aura_code::CodeKind::TopLevel;
        let linked = &mut code.parts().objects[at];
        // A method that a slot is given as a value is no method of the object: read, it is answered, and not run.
        let is_given =
            |k: &usize| matches!(t.slots[*k].init, SlotInit::Value(_)) && !t.slots[*k].assignable && !t.slots[*k].parent;
        let is_method = |k: &usize| is_given(k) && self.heap.is_kind(contents[*k], Kind::Method);
        for k in (0..t.slots.len()).filter(is_method) {
            if !linked.varying.contains(&k) {
                linked.varying.push(k);
                linked.last = None;
            }
        }
        if !once && let Some((old, map)) = &linked.last {
            let (data, consts) = split(&t.slots, &linked.varying, &contents);
            if *old == consts {
                return self.heap.object(*map, &data);
            }
            let differ = differing(&t.slots, &linked.varying, old, &consts);
            linked.varying.extend(differ);
        }
        let (data, consts) = split(&t.slots, &linked.varying, &contents);
        let map = self.template_map(&t.slots, &linked.varying, &consts, t.annotation.clone());
        if once {
            return self.heap.unique_object(map, &data);
        }
        linked.last = Some((consts, map));
        self.young_codes.push(code);
        self.heap.object(map, &data)
    }

    fn content(&self, code: CodeRef, at: usize, k: usize, s: &SlotTemplate, inits: &[Value]) -> Value {
        match &s.init {
            SlotInit::Nil => self.nil(),
            SlotInit::Value(r) => inits[*r as usize],
            SlotInit::Method(_) => code.parts().objects[at].methods[k],
        }
    }

    fn template_map(&mut self, slots: &[SlotTemplate], varying: &[usize], consts: &[Value], annotation: Option<Arc<str>>) -> u32 {
        let mut made = Vec::new();
        let mut data = 0;
        let mut consts = consts.iter();
        for (k, s) in slots.iter().enumerate() {
            let name = self.heap.symbols.intern(&s.name);
            let kind = if s.assignable || varying.contains(&k) {
                data += 1;
                SlotKind::Data(data - 1)
            } else {
                SlotKind::Constant(consts.next().copied().unwrap_or(self.specials.nil))
            };
            made.push(Slot { name, kind, parent: s.parent, meta: Self::meta(s) });
            if s.assignable {
                let setter = self.heap.symbols.intern(&format!("{}:", s.name));
                made.push(Slot { name: setter, kind: SlotKind::Assign(data - 1), parent: false, meta: None });
            }
        }
        self.heap.map_for(made, data, annotation)
    }

    /// Adds slot template `at` of top-level code to a module.
    pub(crate) fn add_module_slot(&mut self, code: CodeRef, at: usize, o: Value, v: Value) {
        let owned = code.code().clone();
        let s = &owned.slots[at];
        let v = match &s.init {
            SlotInit::Nil => self.nil(),
            SlotInit::Value(_) => v,
            SlotInit::Method(_) => self.method_value(code, s).unwrap_or(v),
        };
        let name = self.heap.symbols.intern(&s.name);
        let done = if s.assignable {
            self.heap.add_data(o, name, v, true, s.parent, Self::meta(s))
        } else {
            self.heap.add_constant(o, name, v, s.parent, Self::meta(s))
        };
        // A module is a plain object. Bytecode that the compiler did not write may name something else, which takes no slots.
        done.unwrap_or_default();
        self.flush();
    }
}

/// What an object of these slots holds itself, and what its map does, each in the slots' order.
fn split(slots: &[SlotTemplate], varying: &[usize], contents: &[Value]) -> (Vec<Value>, Vec<Value>) {
    let (mut data, mut consts) = (Vec::new(), Vec::new());
    for (k, (s, v)) in slots.iter().zip(contents).enumerate() {
        if s.assignable || varying.contains(&k) { data.push(*v) } else { consts.push(*v) }
    }
    (data, consts)
}

/// The slots whose constants differ between two objects, of those that an object may hold itself: lookup goes on in parents where maps have them.
fn differing(slots: &[SlotTemplate], varying: &[usize], old: &[Value], new: &[Value]) -> Vec<usize> {
    let constants = slots.iter().enumerate().filter(|(k, s)| !s.assignable && !varying.contains(k));
    let pairs = constants.zip(old.iter().zip(new));
    let may = |s: &SlotTemplate| !s.parent && matches!(s.init, SlotInit::Value(_));
    pairs.filter(|((_, s), (a, b))| a != b && may(s)).map(|((k, _), _)| k).collect()
}
