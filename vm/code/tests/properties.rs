//! Properties that hold for every program, shown on random ones.

mod support;

use std::sync::Arc;

use aura_code::{Code, Instr, Op, compile_inline_site, disassemble, from_bytes, from_trusted_bytes, liveness, to_bytes, verify};
use proptest::prelude::*;
use support::{compile, each};

/// An expression over the names that are in scope, as text.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        "[a-e]".prop_map(|n| n),
        (-40_000i32..40_000).prop_map(|i| i.to_string()),
        Just("self".to_owned()),
        Just("'text'".to_owned()),
        Just("nil".to_owned()),
        Just("1.5".to_owned()),
        Just("[]".to_owned()),
    ];
    leaf.prop_recursive(5, 60, 4, |inner| {
        let e = || inner.clone();
        prop_oneof![
            (e(), "[a-e]").prop_map(|(r, m)| format!("({r}) {m}")),
            (e(), prop::sample::select(vec!["+", "-", "*", "<", "<=", "=", "==", "!=", "&&"]), e())
                .prop_map(|(a, op, b)| format!("({a}) {op} ({b})")),
            (e(), e()).prop_map(|(a, b)| format!("({a}) at: ({b})")),
            (e(), e(), e()).prop_map(|(a, b, c)| format!("({a}) at: ({b}) Put: ({c})")),
            ("[a-e]", e()).prop_map(|(n, v)| format!("({n}: ({v}))")),
            (e(), e(), e()).prop_map(|(c, a, b)| format!("({c}) ifTrue: [ {a} ] False: [ {b} ]")),
            (e(), e()).prop_map(|(c, a)| format!("({c}) ifFalse: [ {a}. ^ a ]")),
            (e(), e()).prop_map(|(a, b)| format!("({a}) and: [ {b} ]")),
            (e(), e()).prop_map(|(a, b)| format!("({a}) or: [| b <- 3. e | {b}. e ]")),
            (e(), e()).prop_map(|(c, b)| format!("[ {c} ] whileTrue: [| d <- 1. a | {b} ]")),
            (e(), e()).prop_map(|(b, c)| format!("[ {b} ] untilFalse: [ {c} ]")),
            (e(), e(), e()).prop_map(|(f, t, b)| format!("({f}) to: ({t}) Do: [|:e. a| {b} ]")),
            (e(), e(), e()).prop_map(|(f, t, b)| format!("({f}) downTo: ({t}) By: 3 Do: [|:c| {b} ]")),
            (e(), e()).prop_map(|(a, b)| format!("[|:c. d. b <- 4| {a}. {b} ]")),
            e().prop_map(|a| format!("[ ^ {a} ]")),
            (e(), e()).prop_map(|(a, b)| format!("(| a = 3. x <- ({a}). m: c = ( | b | {b} ) |)")),
            (e(), e()).prop_map(|(a, b)| format!("{{ {a}. {b} }}")),
            e().prop_map(|a| format!("`x{{ {a} }}y`")),
            (e(), e()).prop_map(|(a, b)| format!("({a}) _Foo: ({b})")),
            (e(), e()).prop_map(|(a, b)| format!("(a _Foo: ({a}) IfFail: [|:c. :d| {b} ])")),
            (e(), e()).prop_map(|(a, b)| format!("({a}) _FooIfFail: ({b})")),
            (e(), e()).prop_map(|(a, b)| format!("(| a. b <- ({a}). c = 4 | {b}. a )")),
            e().prop_map(|a| format!("resend.foo: ({a})")),
        ]
    })
}

fn program() -> impl Strategy<Value = String> {
    let local = prop_oneof![Just(""), Just(" <- 1"), Just(" = 2"), Just(" <- [ b ]"), Just(" = d")];
    (local.clone(), local, prop::collection::vec(expression(), 1..5)).prop_map(|(b, c, statements)| {
        format!("| m: a = ( | b{b}. c{c} | {} ). |\n(1 foo: [ {} ])", statements.join(". "), statements.join(". "))
    })
}

/// The blocks of every inlined message verify too, down to some depth.
fn sites(code: &Arc<Code>, depth: usize) {
    for site in code.inline_sites.iter().take(3) {
        let blocks = compile_inline_site(code, site.pc).expect("can be made");
        assert_eq!(blocks.len(), site.arguments.iter().filter(|a| a.is_none()).count());
        for block in &blocks {
            assert_eq!(verify(block), Ok(()), "{}", disassemble(block));
            if depth > 0 {
                sites(block, depth - 1);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn every_program_verifies(text in program()) {
        let codes = match compile("random", &text) {
            Ok(codes) => codes,
            // Two locals of one name, and the like.
            Err(diagnostics) => { prop_assert!(!diagnostics.is_empty()); return Ok(()); }
        };
        for code in &codes {
            prop_assert_eq!(verify(code), Ok(()), "{}\n{}", text, disassemble(code));
            each(code, &mut |c| {
                let answers = liveness(c);
                (0..c.instrs.len() as u32).for_each(|pc| assert!(answers.live_in(pc).contains(0)));
                sites(c, 1);
            });
        }
        prop_assert_eq!(&codes, &compile("random", &text).unwrap(), "the same again");
        let bytes = to_bytes(&codes);
        prop_assert_eq!(&codes, &from_bytes(&bytes).unwrap());
        prop_assert_eq!(&codes, &from_trusted_bytes(&bytes).unwrap());
    }

    #[test]
    fn damaged_code_is_refused_or_sound(text in program(), changes in prop::collection::vec((any::<prop::sample::Index>(), 0..6usize, any::<u16>()), 1..4)) {
        let Ok(codes) = compile("random", &text) else { return Ok(()) };
        for code in &codes {
            each(code, &mut |c| {
                let mut hurt = Code::clone(c);
                for (at, field, value) in &changes {
                    let instr = &mut hurt.instrs[at.index(c.instrs.len())];
                    damage(instr, *field, *value);
                }
                // What matters is that neither panics; liveness is only asked about code that verifies.
                if verify(&hurt).is_ok() {
                    let hurt = Arc::new(hurt);
                    liveness(&hurt).live_in(0);
                    disassemble(&hurt);
                }
            });
        }
    }

    #[test]
    fn damaged_bytes_are_refused_or_sound(text in program(), at in any::<prop::sample::Index>(), value in any::<u8>(), cut in any::<prop::sample::Index>()) {
        let Ok(codes) = compile("random", &text) else { return Ok(()) };
        let mut bytes = to_bytes(&codes);
        let at = at.index(bytes.len());
        bytes[at] ^= value;
        prop_assert!(from_bytes(&bytes).is_err() || value == 0);
        bytes.truncate(cut.index(bytes.len()));
        prop_assert!(from_bytes(&bytes).is_err());
    }

    #[test]
    fn any_bytes_are_no_code(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(from_bytes(&bytes).is_err());
        prop_assert!(from_trusted_bytes(&bytes).is_err());
    }
}

fn damage(instr: &mut Instr, field: usize, value: u16) {
    let small = value % 16;
    match field {
        0 => instr.op = Op::ALL[usize::from(value) % Op::ALL.len()],
        1 => instr.n = small as u8,
        2 => instr.a = small,
        3 => instr.b = small,
        4 => instr.c = small,
        _ => instr.a = value,
    }
}
