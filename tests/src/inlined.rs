//! Messages that are compiled to jumps, where the receiver is none of those that the jumps know: they are sent, told and tried again as any other.

use std::sync::Arc;

use aura_code::Origin;
use aura_command::drive::{Attendant, End, Nobody, drive};
use aura_run::{CapSet, Limits, ProcessId, Vm};

use crate::support::{Engine, machine};

/// Each of them is the third line of a method, and is not understood by 3.
const MESSAGES: [(&str, &str); 4] = [
    ("w ifTrue: [ 1 ] False: [ 2 ]", "ifTrue: a False: b"),
    ("w ifTrue: [ 'no' printLine ]", "ifTrue: a"),
    ("w ifFalse: [ ^ 8 ]", "ifFalse: a"),
    ("(w ifTrue: [ 1 ] False: [ 2 ]) asString", "ifTrue: a False: b"),
];

fn program(message: &str) -> String {
    format!(
        "| f: a = ( | w |\n  'start' printLine. w: (a = 9 ifTrue: [ true ] False: [ 3 ]).\n  w: ({message}).\n  w printLine.\n  'then' printLine.\n  a ) |\n(f: 7) printLine\n"
    )
}

/// Defines what is missed, and lets the message be tried again.
struct Teacher(&'static str);

impl Attendant for Teacher {
    fn paused(&mut self, vm: &mut Vm, id: ProcessId) -> bool {
        let traits = vm.specials.traits;
        let home = vm.global_constant(traits, "smallInt").expect("traits smallInt");
        let text = format!("{} = ( 'learned' )", self.0);
        let list = aura_syntax::parse_slots(&text).file.slots.expect("a slot");
        let slots = aura_code::compile_slots(&list, &Arc::new(Origin::new("learned", text))).expect("it compiles");
        let nil = vm.specials.nil;
        vm.install(home, &slots.template, nil, false).expect("it can be installed");
        vm.retry(id)
    }
}

fn run(code: &str, engine: Engine, attendant: &mut dyn Attendant) -> (String, End) {
    let (mut vm, out) = machine();
    engine.set_up(&mut vm);
    let chunks = aura_command::source::compile("program", code, false).unwrap_or_else(|e| panic!("{e}"));
    let main = vm.spawn_file("program", &chunks, CapSet::script(), Limits::default());
    let end = drive(&mut vm, main, attendant);
    (out.text(), end)
}

#[test]
fn what_was_missed_is_tried_again_and_goes_on_behind_it() {
    for engine in [Engine::Plain, Engine::Stress, Engine::Baseline, Engine::Optimized] {
        for (message, method) in MESSAGES {
            let (out, end) = run(&program(message), engine, &mut Teacher(method));
            assert_eq!(out, "start\nlearned\nthen\n7\n", "{message} {engine:?} {end:?}");
        }
    }
}

#[test]
fn what_was_missed_is_said_where_it_stands() {
    for engine in [Engine::Plain, Engine::Baseline, Engine::Optimized] {
        for (message, _) in MESSAGES {
            let (_, end) = run(&program(message), engine, &mut Nobody);
            let End::Failed(failure) = end else { panic!("{message}: {end:?}") };
            assert!(failure.trace[0].contains("(program:3:"), "{message} {engine:?}: {:?}", failure.trace);
            let (_, text, (from, to)) = failure.place.expect("a place");
            assert!(message.contains(&text[from as usize..to as usize]), "{message}: {}", &text[from as usize..to as usize]);
        }
    }
}
