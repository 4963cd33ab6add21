//! What the command says about compiled code, and that compiled code obeys from outside as interpreted code does.
//! (That it does the same as the interpreter is what `lang`, `engines` and `benchmarks` find out.)

use std::fs;
use std::io::Write as _;

use std::process::{Command, Stdio};

use crate::support::{Done, aura};

/// Sums in a loop of a method of its own: hot for both reasons.
const SUM: &str =
    "| sumTo: n = ( | s <- 0 | 1 to: n Do: [|:i| s: s + (half: i) ]. s ). half: i = ( i / 2 ) |\n(sumTo: 5000) printLine\n";

fn finish(command: &mut Command) -> Done {
    command.output().expect("the command starts").into()
}

fn run(flags: &[&str]) -> Done {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("sum.aura");
    fs::write(&file, SUM).expect("written");
    let mut all = vec!["run"];
    all.extend_from_slice(flags);
    finish(aura(&all).arg(&file))
}

#[test]
fn with_and_without_compiled_code_the_same_is_printed() {
    for flags in [&["--jit=off"][..], &["--jit=baseline"], &["--jit=on"], &["--jit-threshold=0"], &["--jit-threshold=4000000000"]]
    {
        let done = run(flags);
        assert_eq!((done.code, done.out.as_str(), done.err.as_str()), (0, "6250000\n", ""), "{flags:?}");
    }
}

#[test]
fn the_statistics_tell_what_was_compiled() {
    let off = run(&["--jit=off", "--stats"]);
    assert!(off.err.starts_with("compiled: 0 pieces of code, 0 bytes"), "{}", off.err);
    let on = run(&["--jit=baseline", "--stats", "--jit-threshold=0"]);
    assert!(
        on.err.starts_with("compiled: ") && !on.err.starts_with("compiled: 0") && on.err.contains("; 0 could not be"),
        "{}",
        on.err
    );
}

/// Each tier's own, and what is in memory of both.
#[test]
fn the_statistics_keep_the_tiers_apart() {
    let number = |text: &str, behind: &str| -> u64 {
        let rest = text.split_once(behind).unwrap_or_else(|| panic!("{behind}: {text}")).1;
        rest.split_whitespace().next().and_then(|n| n.parse().ok()).unwrap_or_else(|| panic!("{behind}: {text}"))
    };
    let on = run(&["--stats", "--jit-threshold=0"]).err;
    let optimized = number(&on, "\noptimized: ");
    assert!(optimized > 0, "{on}");
    let pieces = number(&on, "compiled: ");
    let bytes = number(&on, "pieces of code, ");
    assert_eq!(pieces == 0, bytes == 0, "{on}");
    assert!(number(&on, "optimized: ") > 0 && number(&on, "\nin memory: ") > bytes, "{on}");
    let baseline = run(&["--stats", "--jit=baseline", "--jit-threshold=0"]).err;
    assert!(baseline.contains("\noptimized: 0 pieces, 0 bytes in all"), "{baseline}");
    assert!(number(&baseline, "pieces of code, ") > 0, "{baseline}");
}

#[test]
fn what_is_compiled_can_be_seen() {
    let clif = run(&["--jit=baseline", "--dump=clif", "--jit-threshold=0"]);
    assert!(clif.err.contains("; half: of ") && clif.err.contains("function u0:0"), "{}", clif.err);
    let asm = run(&["--jit=baseline", "--dump=asm", "--jit-threshold=0"]);
    assert!(asm.err.contains("; sumTo: of ") && !asm.err.contains("function u0:0"), "{}", asm.err);
    assert_eq!(clif.out, asm.out);
}

#[test]
fn several_forms_can_be_seen_at_once() {
    let all = run(&["--dump=ir,clif,asm", "--jit-threshold=0"]).err;
    for (name, sign) in [("ir", "    turn b"), ("clif", "function u0:0"), ("asm", "pushq")] {
        let behind = all.split_once(&format!("; -- {name}\n")).unwrap_or_else(|| panic!("{name}: {all}")).1;
        assert!(behind.contains(sign), "{name}: {all}");
    }
    let one = run(&["--dump=clif", "--jit-threshold=0"]).err;
    assert!(!one.contains("; -- "), "{one}");
    let source = run(&["--dump=tree,code"]);
    assert!(source.code == 0 && source.out.contains("half:") && source.out.contains("send"), "{}", source.out);
    let both = run(&["--dump=tree,ir"]);
    assert!(both.code == 2 && both.err.contains("'tree'"), "{}", both.err);
}

#[test]
fn the_optimizing_tiers_own_form_can_be_seen() {
    let ir = run(&["--dump=ir", "--stats", "--jit-threshold=0"]);
    let text = &ir.err;
    // The method that was sent has become part of the loop's function, whose numbers are known to be some.
    assert!(text.contains("; sumTo: of ") && text.contains("activation 1: half: at register"), "{text}");
    assert!(text.contains("Int(Add, ") && text.contains("    turn b"), "{text}");
    assert!(text.contains("\noptimized: ") && !text.contains("\noptimized: 0 pieces"), "{text}");
    assert_eq!(ir.out, "6250000\n");
}

#[test]
fn guesses_that_were_wrong_are_told() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("mixed.aura");
    let code = "| add: a To: b = ( a + b ). run: n From: x = ( | s | s: x. 1 to: n Do: [|:i| s: (add: s To: 1) ]. s ) |\n\
        (run: 3000 From: 1) printLine\n(run: 3000 From: 2.5) printLine\n";
    fs::write(&file, code).expect("written");
    let done = finish(aura(&["run", "--stats", "--jit-threshold=0"]).arg(&file));
    assert!(done.err.contains("times wrong: add at ") && done.err.contains("of 'add:To:' ("), "{}", done.err);
}

/// Texts that are not ASCII have their characters elsewhere: that they were ASCII is not guessed for ever.
#[test]
fn a_guess_that_is_always_wrong_is_given_up() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("characters.aura");
    let code = "| count: c In: t = ( | n <- 0 | 0 upTo: t size Do: [|:i| (t at: i) = c ifTrue: [ n: n + 1 ] ]. n ).\n\
        run: n = ( | s <- 0 | 1 to: n Do: [|:i| s: s + (count: 'ä' In: 'bänana änd bananäs') ]. s ) |\n(run: 3000) printLine\n";
    fs::write(&file, code).expect("written");
    let done = finish(aura(&["run", "--stats", "--jit-threshold=0"]).arg(&file));
    assert_eq!(done.out, "9000\n");
    let wrong = done.err.lines().find_map(|l| l.split_once(" times wrong: send at ")?.0.trim().parse::<u64>().ok());
    assert!(wrong.is_some_and(|n| n < 60), "{}", done.err);
}

#[test]
fn the_profiler_is_told_names() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("sum.aura");
    fs::write(&file, SUM).expect("written");
    let mut command = aura(&["run", "--perf-map", "--jit-threshold=0"]);
    let child = command.arg(&file).stdout(Stdio::piped()).spawn().expect("the command starts");
    let map = format!("/tmp/perf-{}.map", child.id());
    let done: Done = child.wait_with_output().expect("it ends").into();
    let text = fs::read_to_string(&map).expect("the map");
    fs::remove_file(&map).expect("removed");
    assert_eq!((done.code, done.out.as_str()), (0, "6250000\n"));
    // Start and length as hexadecimal numbers, and a name: what `perf` reads.
    let names = text.lines().map(|line| {
        let mut words = line.splitn(3, ' ');
        let mut number = || words.next().and_then(|w| u64::from_str_radix(w, 16).ok()).filter(|n| *n > 0);
        assert!(number().is_some() && number().is_some(), "{line}");
        words.next().unwrap_or_default().to_string()
    });
    let names: Vec<String> = names.collect();
    assert!(names.iter().any(|n| n.starts_with("aura:sumTo: ")), "{names:?}");
}

#[test]
fn the_environment_can_switch_it_off() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("sum.aura");
    fs::write(&file, SUM).expect("written");
    let done = finish(aura(&["run", "--stats"]).arg(&file).env("AURA_JIT", "off"));
    assert!(done.err.starts_with("compiled: 0 pieces"), "{}", done.err);
}

#[test]
fn fuel_ends_a_compiled_loop_where_it_ends_an_interpreted_one() {
    let endless = "| s <- 0 | [ [ true ] whileTrue: [ s: s + 1 ] ] onError: [|:e| s printLine ]\n";
    let ran = |jit: &str| finish(aura(&["run", "--fuel", "100000", jit, "-e", endless]).arg("--").env("AURA_JIT", "on"));
    let (off, on) = (ran("--jit=off"), ran("--jit=on"));
    assert_eq!(off.code, 0, "{}", off.err);
    assert!(off.out.trim().parse::<u64>().is_ok_and(|turns| turns > 90_000), "{}", off.out);
    assert_eq!((off.code, off.out, off.err), (on.code, on.out, on.err));
}

/// A copy of something large is much work: else a loop of them would neither notice limits nor Ctrl-C.
#[test]
fn copies_use_fuel_by_their_size() {
    let endless = "| v. n <- 0 | v: (vector copySize: 640000 FillingWith: 1). \
        [ [ true ] whileTrue: [ v copy. n: n + 1 ] ] onError: [|:e| n printLine ]\n";
    for jit in ["--jit=off", "--jit=on"] {
        let done = finish(aura(&["run", "--fuel", "200000", jit, "-e", endless]).arg("--"));
        assert!(done.out.trim().parse::<u64>().is_ok_and(|copies| (10..20).contains(&copies)), "{jit}: {}{}", done.out, done.err);
    }
}

/// Where its memory is full, all compiled code is thrown away, and what is hot is compiled again: a program that goes on making code does not end up interpreted.
#[test]
fn memory_for_code_is_used_again() {
    const ROUNDS: u64 = 60;
    let code = format!(
        "| w = (| parent* = lobby |). run: n = ( | s <- 0 | 1 to: n Do: [|:i| s: s + (i % 3) ]. s ) |\n\
         1 to: {ROUNDS} Do: [|:k. m| m: (w evaluate: '(| go: n = ( | s <- 0 | 1 to: n Do: [|:i| s: s + (i % ', (k + 1) printString , ') ]. s ) |)'). m go: 400. run: 400 ].\n\
         (run: 400) printLine\n"
    );
    let (out, stats) = baseline(&code, Some(150 << 10));
    assert_eq!(out, "400\n");
    assert!(stats.full > 0 && stats.compiled > ROUNDS, "{stats:?}");
}

/// A guarded message gets another meaning: only the code with that message is compiled anew.
#[test]
fn what_does_not_use_a_redefined_operator_stays_compiled() {
    const CODE: &str = "| run: n = ( | s <- 0 | 1 to: n Do: [|:i| s: s + (i * 2) ]. s ). rest: n = ( | s <- 0 | 1 to: n Do: [|:i| s: s + (i % 3) ]. s ) |\n\
        (run: 400) printLine. (rest: 400) printLine.\n\
        traits integer _AddSlots: (| % other = ( 7 ) |).\n\
        (run: 400) printLine. (rest: 400) printLine\n";
    let (out, stats) = baseline(CODE, None);
    assert_eq!(out, "160400\n400\n160400\n2800\n");
    // Both, then the one with `%`, and the new `%` itself.
    assert_eq!(stats.compiled, 4, "{stats:?}");
}

/// What a program prints whose code is compiled by the baseline tier before it runs, and what that came to.
fn baseline(code: &str, memory: Option<usize>) -> (String, aura_run::NativeStats) {
    let (mut vm, out) = crate::support::machine();
    vm.set_tiers(aura_run::Tiers::Baseline, Some(0));
    if let Some(bytes) = memory {
        vm.limit_compiled_code(bytes);
    }
    let chunks = aura_command::source::compile("test", code, false).expect("compiles");
    let id = vm.spawn_file("test", &chunks, aura_run::CapSet::all(), aura_run::Limits::default());
    aura_command::drive::drive(&mut vm, id, &mut aura_command::drive::Nobody);
    let _ = vm.host.out.flush();
    (out.text(), vm.native_stats())
}
