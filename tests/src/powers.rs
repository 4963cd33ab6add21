//! Generated methods have no powers, whoever calls them, and take none away from those who called them: the second wall, with
//! the guardian's audit out of the way.

use std::sync::Arc;

use aura_run::{CapSet, Capability, Limits, Vm};

use crate::support::{Captured, machine};

const MODULE: &str = "| thing = (| parent* = traits clonable. each: b = ( b value ) |). |\n";

/// A world with `thing`, to which generated methods were added without any audit.
fn world(methods: &str) -> (Vm, Captured) {
    let (mut vm, out) = machine();
    run(&mut vm, MODULE);
    let module = vm.module("powers").expect("just loaded");
    let thing = vm.global_constant(module, "thing").expect("the module's slot");
    let text = format!("| {methods} |");
    let parsed = aura_syntax::parse(&text);
    let origin = Arc::new(aura_code::Origin::new("generated", text.as_str()));
    let slots = aura_code::compile_slots(parsed.file.slots.as_ref().expect("slots"), &origin).expect("compiles");
    vm.install(thing, &slots.template, module, true).expect("a plain object");
    (vm, out)
}

/// Runs a program beside `thing`, which holds everything; what it ends with, if it fails.
fn run(vm: &mut Vm, code: &str) -> Option<String> {
    run_as(vm, code, CapSet::all())
}

/// The same for a program that holds so much.
fn run_as(vm: &mut Vm, code: &str, caps: CapSet) -> Option<String> {
    let chunks = aura_command::source::compile("powers", code, false).expect("compiles");
    let id = match vm.module("powers") {
        Some(m) => aura_command::world::spawn_in(vm, m, &chunks, caps, Limits::default()),
        None => vm.spawn_file("powers", &chunks, caps, Limits::default()),
    };
    let end = aura_command::drive::drive(vm, id, &mut aura_command::drive::Nobody);
    vm.forget(id);
    match end {
        aura_command::drive::End::Failed(f) => Some(f.message.clone()),
        _ => None,
    }
}

fn denied(methods: &str, code: &str) {
    let (mut vm, out) = world(methods);
    let end = run(&mut vm, code);
    assert!(end.as_deref().is_some_and(|m| m.contains("generated method may not")), "{code}: {end:?}");
    assert_eq!(out.text(), "", "nothing got out");
}

#[test]
fn a_generated_method_reads_no_clock_and_prints_nothing() {
    denied("leak = ( time microseconds )", "thing leak");
    denied("leak = ( _TimeMicroseconds )", "thing leak");
    denied("leak = ( 'out' printLine )", "thing leak");
    denied("leak = ( files read: '/etc/passwd' )", "thing leak");
}

#[test]
fn not_through_blocks_performs_or_processes() {
    denied("leak = ( [ 'out' printLine ] )", "thing leak value");
    denied("leak = ( each: [ _TimeMicroseconds ] )", "thing leak");
    denied("leak = ( 'out' _Perform: 'printLine' )", "thing leak");
    denied("leak = ( [ 'out' printLine ] fork join )", "thing leak. 'a generated method may not' , 1");
}

#[test]
fn no_primitives_of_its_own_and_no_other_processes() {
    denied("leak = ( _Clone )", "thing leak");
    denied("leak = ( _AddSlots: (| evil = ( 1 ) |) )", "thing leak");
    denied("leak = ( [ 3 ] fork )", "thing leak");
    denied("leak = ( process sleep: 1 )", "thing leak");
    denied("leak = ( process this terminate )", "thing leak");
    denied("leak = ( semaphore copy )", "thing leak");
    denied("leak = ( [ 3 ] transaction )", "thing leak");
    denied("leak = ( process arguments )", "thing leak");
    denied("leak = ( process collectGarbage )", "thing leak");
}

#[test]
fn nothing_that_everybody_shares_is_changed() {
    denied("leak = ( list add: 3 )", "thing leak");
    denied("leak = ( dictionary at: 1 Put: 2 )", "thing leak");
    denied("leak = ( association key: 3 )", "thing leak");
    denied("leak = ( printer inProgress: 3 )", "thing leak");
    denied("leak = ( (reflect: association) at: 'key' Put: 3 )", "thing leak");
    denied("leak = ( (reflect: traits integer) removeName: 'factorial' )", "thing leak");
    denied("leak = ( (| p* = association |) key: 3 )", "thing leak");
}

#[test]
fn a_program_may_do_all_that_and_a_method_may_use_what_it_made() {
    let (mut vm, out) = world("mine = ( | l | l: list copy. l add: 3. l add: { 4. 'five' }. l printString )");
    let code = "list add: 1. list removeAll. association key: 3. association key: nil. (reflect: association) at: 'key' Put: nil.\n\
        thing mine printLine. { 1. 2 } printLine. 1 to: 3 Do: [ thing mine ]. [ thing mine printLine ] fork join";
    assert_eq!(run(&mut vm, code), None);
    let list = "list(3, vector(4, 'five'))";
    assert_eq!(out.text(), format!("{list}\nvector(1, 2)\n{list}\n"));
}

#[test]
fn a_handler_acts_for_whoever_set_it() {
    let (mut vm, out) = world("fails = ( error: 'no' ). hides: b = ( [ error: 'no' ] onError: b )");
    assert_eq!(run(&mut vm, "[ thing fails ] onError: [|:e| e message printLine ]"), None);
    assert_eq!(out.text(), "no\n");
    let end = run(&mut vm, "thing hides: [|:e| 'out' printLine ]");
    assert!(end.is_some_and(|m| m.contains("generated method may not")), "a handler that a generated method sets is its own");
    assert_eq!(out.text(), "no\n");
}

#[test]
fn having_called_one_takes_no_powers_away() {
    let (mut vm, out) = world("harmless = ( 3 )");
    let end = run(&mut vm, "thing harmless printLine. (time microseconds > 0) printLine. [ thing harmless ] value printLine");
    assert_eq!(end, None);
    assert_eq!(out.text(), "3\ntrue\n3\n");
}

/// The same with what policy gives to generated methods.
fn world_with(methods: &str, policy: CapSet) -> (Vm, Captured) {
    let (mut vm, out) = world(methods);
    vm.policy = policy;
    (vm, out)
}

#[test]
fn policy_gives_what_it_names_and_nothing_else() {
    let policy = || CapSet::none().with(Capability::Console);
    let (mut vm, out) = world_with("greet = ( 'out' printLine ). tick = ( time microseconds )", policy());
    assert_eq!(run(&mut vm, "thing greet"), None);
    let end = run(&mut vm, "thing tick");
    assert!(end.as_deref().is_some_and(|m| m.contains("generated method may not")), "{end:?}");
    assert_eq!(out.text(), "out\n");
}

#[test]
fn policy_gives_nothing_that_the_program_does_not_hold() {
    let (mut vm, out) = world_with("tick = ( time microseconds )", CapSet::all());
    let code = "thing tick. 'ticked' printLine";
    assert_eq!(run_as(&mut vm, code, CapSet::none().with(Capability::Console).with(Capability::Clock)), None);
    let end = run_as(&mut vm, code, CapSet::none().with(Capability::Console));
    assert!(end.is_some(), "the program has no clock");
    assert_eq!(out.text(), "ticked\n");
}

#[test]
fn the_folders_of_policy_and_program_are_both_kept_to() {
    let dir = tempfile::tempdir().expect("a folder");
    for name in ["both", "one", "other"] {
        std::fs::create_dir(dir.path().join(name)).expect("made");
        std::fs::write(dir.path().join(name).join("f"), name).expect("written");
    }
    let below = |names: &[&str]| CapSet::none().with_read(names.iter().map(|n| dir.path().join(n)).collect());
    let (mut vm, _) = world_with("get: p = ( files read: p )", below(&["both", "one"]));
    let mut read = |name: &str| {
        let path = dir.path().join(name).join("f");
        run_as(&mut vm, &format!("thing get: '{}'", path.display()), below(&["both", "other"]))
    };
    assert_eq!(read("both"), None);
    assert!(read("one").is_some() && read("other").is_some());
}
