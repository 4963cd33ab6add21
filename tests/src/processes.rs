//! Processes that programs start: what they cost, what they may use together, and what is left of them.

use aura_command::drive::{End, Nobody, drive};
use aura_run::{CapSet, Limits, ProcessId, Vm};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crate::support::{Captured, Engine, Kept, attach, machine};

/// A program that never stops starting processes, none of which uses up a slice.
const BOMB: &str = "| bomb = ( [ bomb ] fork. [ bomb ] fork. process yield ) |\nbomb";
/// The same, and it handles whatever befalls it by going on.
const STUBBORN: &str = "| bomb = ( [ [ [ bomb ] fork ] loop ] onError: [|:e| bomb ]. process yield. bomb ) |\nbomb";

struct Ran {
    vm: Vm,
    main: ProcessId,
    end: End,
    out: Captured,
}

fn run(code: &str, engine: Engine, limits: Limits) -> Ran {
    run_and(code, engine, limits, |_| {})
}

/// The same, with something done to the machine before it begins.
fn run_and(code: &str, engine: Engine, limits: Limits, before: impl FnOnce(&Vm)) -> Ran {
    let (mut vm, out) = machine();
    engine.set_up(&mut vm);
    if engine.at_image() {
        attach(&mut vm, &Kept::default()).expect("an empty image opens");
    }
    let chunks = aura_command::source::compile("program", code, false).unwrap_or_else(|e| panic!("{e}"));
    let main = vm.spawn_file("program", &chunks, CapSet::script(), limits);
    before(&vm);
    let end = drive(&mut vm, main, &mut Nobody);
    Ran { vm, main, end, out }
}

fn fuel(most: u64) -> Limits {
    Limits { fuel: Some(most), ..Limits::default() }
}

fn failure(end: &End) -> String {
    match end {
        End::Failed(f) => format!("{}: {}", f.kind, f.message),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_a_program_starts_shares_its_limits() {
    let heap = Limits { heap: Some(32 << 20), ..Limits::default() };
    let time = || Limits { deadline: Some(Instant::now() + Duration::from_millis(100)), ..Limits::default() };
    for engine in [Engine::Plain, Engine::Warm] {
        for limits in [fuel(300_000), heap.clone(), time()] {
            // That it ends at all is the point; the main process may have answered before the limit is reached.
            let ran = run(BOMB, engine, limits.clone());
            assert!(matches!(ran.end, End::Answered | End::Failed(_)), "{engine:?} {limits:?} {:?}", ran.end);
        }
        for (limits, which) in [(fuel(300_000), "fuel"), (heap.clone(), "heap"), (time(), "time")] {
            let told = failure(&run(STUBBORN, engine, limits).end);
            assert!(told.contains(which), "{engine:?}: {told}");
        }
    }
}

#[test]
fn what_they_print_is_counted_together() {
    let most = Limits { output: Some(20), ..Limits::default() };
    let ran = run("1 to: 9 Do: [|:i| [ 'four' print ] fork ]", Engine::Plain, most);
    assert_eq!(ran.out.text(), "four".repeat(5));
}

#[test]
fn a_limit_that_was_handled_ends_everything_soon() {
    for limits in [fuel(100_000), Limits { deadline: Some(Instant::now() + Duration::from_millis(300)), ..Limits::default() }] {
        let ran = run("[ [ [] loop ] onError: [|:e| e message printLine ] ] loop", Engine::Plain, limits);
        assert_eq!(ran.out.text().lines().count(), 1, "told once: {}", ran.out.text());
        failure(&ran.end);
    }
}

#[test]
fn nobody_sleeps_longer_than_the_time_that_there_is() {
    let began = Instant::now();
    let limits = Limits { deadline: Some(began + Duration::from_millis(50)), ..Limits::default() };
    let told = failure(&run("process sleep: 3600. 1 printLine", Engine::Plain, limits).end);
    assert!(told.contains("time") && began.elapsed() < Duration::from_secs(600), "{told}");
}

#[test]
fn nothing_is_left_of_processes_that_ended_but_their_answers() {
    for engine in [Engine::Plain, Engine::Stress] {
        let code = "| p. last | p: [ 42 ] fork. 1 to: 300 Do: [|:i| last: [ i ] fork. process yield ].\np value printLine. last value printLine. last state printLine";
        let mut ran = run(code, engine, Limits::default());
        assert_eq!(ran.out.text(), "42\n300\nfinished\n");
        ran.vm.run(1);
        assert_eq!(ran.vm.each_process().map(|p| p.id).collect::<Vec<_>>(), [ran.main]);
    }
}

#[test]
fn who_waits_for_one_that_has_ended_never_meets_another() {
    // The first is ended while it waits at a semaphore; another takes its place in the table and waits for something else.
    let code = "| s. t. first. second | s: semaphore copyCount: 0. t: semaphore copyCount: 0.
        first: [ s wait. 'first' printLine ] fork. process yield. first terminate. process yield. process yield.
        second: [ t wait. 'second' printLine ] fork. process yield.
        s signal. process yield. 'not yet' printLine. t signal. second value. s count printLine";
    let ran = run(code, Engine::Plain, Limits::default());
    assert!(matches!(ran.end, End::Answered), "{:?}", ran.end);
    assert_eq!(ran.out.text(), "not yet\nsecond\n1\n");
}

/// Ctrl-C, once the program has begun.
fn interrupted_soon(vm: &Vm) {
    let flag = vm.interrupt.clone();
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(100));
        flag.store(true, Ordering::SeqCst);
    });
}

#[test]
fn ctrl_c_is_for_the_program_and_lets_it_clean_up() {
    let clean = "ensure: [ 'cleaned' printLine ]";
    for waits in [
        "process sleep: 3600",
        "[ process sleep: 3600 ] fork value",
        "[ [ process yield ] loop ] fork. (semaphore copyCount: 0) wait",
        "[ [ [ [] loop ] onError: [|:e| 'not for this one' printLine ] ] loop ] fork value",
        "[ [ [] loop ] onError: [|:e| e pass ] ] value",
    ] {
        for engine in [Engine::Plain, Engine::Warm] {
            let ran = run_and(&format!("[ {waits} ] {clean}"), engine, Limits::default(), interrupted_soon);
            assert_eq!(failure(&ran.end), "interrupted: interrupted", "{waits}");
            assert_eq!(ran.out.text(), "cleaned\n", "{waits} {engine:?}");
        }
    }
}

#[test]
fn ctrl_c_ends_a_transaction_that_keeps_the_program_from_running() {
    let code = "[ [ [] loop ] transaction ] fork. [ [ process yield ] loop ] ensure: [ 'cleaned' printLine ]";
    let ran = run_and(code, Engine::Image, Limits::default(), interrupted_soon);
    assert_eq!(failure(&ran.end), "interrupted: interrupted");
    assert_eq!(ran.out.text(), "cleaned\n");
}

#[test]
fn who_has_stopped_waiting_is_not_woken_elsewhere() {
    let code = "| s. t. first | s: semaphore copyCount: 0. t: semaphore copyCount: 0.
        first: [ [ s wait ] ensure: [ t wait. 'cleaned' printLine ] ] fork. process yield. first terminate. process yield.
        s signal. process yield. process yield. 'not yet' printLine. t signal. process yield. process yield. s count printLine";
    let ran = run(code, Engine::Plain, Limits::default());
    assert_eq!(ran.out.text(), "not yet\ncleaned\n1\n", "{:?}", ran.end);
}
