//! Code that was damaged and that the verifier accepts all the same does no harm: no engine crashes or hangs on it, and all do the same.
//!
//! Input: how many instructions are damaged, for each which one, which field, and what it becomes; then a program as [`crate::texts`] reads it.

use std::sync::Arc;

use aura_code::{Code, Instr, Op, SlotInit, disassemble, from_bytes, liveness, to_bytes, verify};
use aura_tests::machine::{Engine, Ran};

use crate::choices::Choices;
use crate::texts;

const FUEL: u64 = 2_000;
const OTHERS: [Engine; 4] = [Engine::Baseline, Engine::Optimized, Engine::Shaken, Engine::Stress];

/// What is done to one instruction.
struct Damage {
    /// Which one of the whole program, counted round and round.
    at: usize,
    field: usize,
    value: u16,
}

impl Damage {
    fn read(choices: &mut Choices<'_>) -> Self {
        let at = choices.below(1 << 16);
        let field = choices.below(6);
        // Small numbers are likely to mean something.
        let value = if choices.below(4) == 0 { choices.below(1 << 16) } else { choices.below(24) } as u16;
        Self { at, field, value }
    }

    fn apply(&self, instr: &mut Instr) {
        let value = self.value;
        match self.field {
            0 => instr.op = Op::ALL[usize::from(value) % Op::ALL.len()],
            1 => instr.n = value as u8,
            2 => instr.a = value,
            3 => instr.b = value,
            4 => instr.c = value,
            _ => (instr.b, instr.c) = (instr.c, instr.b),
        }
    }
}

/// Calls `f` with each code of a program, those nested in it included; changed code takes its place.
fn each(code: &mut Arc<Code>, f: &mut dyn FnMut(&mut Code)) {
    let mut inner = Code::clone(code);
    inner.blocks.iter_mut().for_each(|b| each(b, f));
    let slots = inner.objects.iter_mut().flat_map(|o| &mut o.slots).chain(&mut inner.slots);
    for slot in slots {
        if let SlotInit::Method(method) = &mut slot.init {
            let mut code = method.code().clone();
            each(&mut code, f);
            *method = code.into();
        }
    }
    f(&mut inner);
    *code = Arc::new(inner);
}

fn count(codes: &mut [Arc<Code>]) -> usize {
    let mut total = 0;
    codes.iter_mut().for_each(|c| each(c, &mut |c| total += c.instrs.len()));
    total
}

fn damage(codes: &mut [Arc<Code>], all: &[Damage]) {
    let total = count(codes);
    for one in all {
        let mut left = one.at % total;
        let mut is_done = false;
        codes.iter_mut().for_each(|code| {
            each(code, &mut |code| match code.instrs.get_mut(left) {
                Some(instr) if !is_done => {
                    one.apply(instr);
                    is_done = true;
                }
                _ => left = left.saturating_sub(code.instrs.len()),
            });
        });
    }
}

/// What a program that was accepted did; where it failed does not matter, as spans may have been exchanged.
fn deeds(ran: &Ran) -> (&str, Option<&str>) {
    (&ran.out, ran.failure.as_deref())
}

/// One input.
pub fn run(input: &[u8]) {
    let mut choices = Choices(input);
    let hits: Vec<Damage> = (0..1 + choices.below(4)).map(|_| Damage::read(&mut choices)).collect();
    let Some(text) = texts::program(choices.0) else { return };
    let mut codes = match aura_command::source::compile("program", &text, false) {
        Ok(codes) => codes,
        Err(_) if choices.0.first() == Some(&texts::TEXT) => return,
        Err(e) => panic!("{e}\n{text}"),
    };
    damage(&mut codes, &hits);
    if codes.iter().any(|code| verify(code).is_err()) {
        return;
    }
    for code in &codes {
        liveness(code).live_in(0);
        disassemble(code);
    }
    assert_eq!(from_bytes(&to_bytes(&codes)).as_ref(), Ok(&codes), "what is stored is read back");
    let Some(plain) = texts::interpreted(&codes, FUEL) else { return };
    for engine in OTHERS {
        let other = texts::run(&codes, engine, FUEL);
        assert_eq!(
            deeds(&plain),
            deeds(&other),
            "{engine:?}:\n{}\n{text}",
            codes.iter().map(|c| disassemble(c)).collect::<String>()
        );
    }
}
