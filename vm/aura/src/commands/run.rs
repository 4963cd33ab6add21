//! `aura run`: a program from a file or from the command line, to its end.

use std::io::Write as _;
use std::path::Path;

use aura_run::{Capability, NativeDump, NativeStats, Vm};

use crate::cli::{Dump, RunArgs};
use crate::door::Door;
use crate::drive::{End, drive};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::world::{self, Wiring};
use crate::{image, interrupt, output, source};

/// What text given with `-e` is called.
const GIVEN: &str = "-e";

pub(super) fn run(mut a: RunArgs) -> u8 {
    let arguments = match &a.code {
        Some(_) => std::mem::take(&mut a.rest),
        None if a.rest.is_empty() => {
            output::error("name a file to run, or give the program with -e 'CODE'");
            return Exit::Usage.code();
        }
        None => a.rest.split_off(1),
    };
    let name = a.rest.first().cloned().unwrap_or_else(|| GIVEN.into());
    let text = match a.code.take() {
        Some(code) => code,
        None => match source::read(Path::new(&name)) {
            Ok(text) => text,
            Err(why) => return fail(&why, Exit::Usage),
        },
    };
    match a.dump.iter().filter(|what| what.is_of_source()).count() {
        0 => program(&name, &text, arguments, &a),
        n if n == a.dump.len() => dumps(&name, &text, &a.dump),
        _ => fail(
            "'tree' and 'code' are printed instead of running, 'ir', 'clif' and 'asm' while the program runs; ask for one or the other",
            Exit::Usage,
        ),
    }
}

fn fail(why: &str, exit: Exit) -> u8 {
    output::error(why);
    exit.code()
}

/// Runs the program `text`, called `name`.
fn program(name: &str, text: &str, arguments: Vec<String>, a: &RunArgs) -> u8 {
    let code = match source::compile(name, text, output::colour()) {
        Ok(code) => code,
        Err(drawn) => {
            eprint!("{drawn}");
            return Exit::Failed.code();
        }
    };
    let mut vm = match world::machine(Wiring::standard(arguments)) {
        Ok(vm) => vm,
        Err(why) => return fail(&why, Exit::Damaged),
    };
    if let Err(why) = tiers(&mut vm, a) {
        return fail(&why, Exit::Failed);
    }
    let script = (name != GIVEN && name != "-").then(|| Path::new(name));
    let caps = match image::join(&mut vm, &a.image, script.unwrap_or(Path::new(".")), name) {
        Ok(true) => a.leave.powers.set().with(Capability::Image),
        Ok(false) => a.leave.powers.set(),
        Err((exit, why)) => return fail(&why, exit),
    };
    let mut door = match Door::open(&a.leave.door, &a.image, script, (name, text), &mut vm) {
        Ok(door) => door,
        Err((exit, why)) => return fail(&why, exit),
    };
    interrupt::watch(vm.interrupt.clone());
    let id = vm.spawn_file(name, &code, caps, a.leave.bounds.limits());
    let end = drive(&mut vm, id, &mut door);
    let end = keep(&mut vm, end, name);
    let code = finish(&mut vm, end, &mut door);
    if a.jit.stats {
        eprint!("{}", stats(&vm.native_stats()));
    }
    code.unwrap_or_else(|e| e.code())
}

/// What is compiled, as the flags say.
fn tiers(vm: &mut Vm, a: &RunArgs) -> Result<(), String> {
    vm.set_tiers(a.jit.jit.tiers(), a.jit.jit_threshold);
    let wanted = |what| a.dump.contains(&what);
    vm.show_native(NativeDump { ir: wanted(Dump::Ir), clif: wanted(Dump::Clif), assembly: wanted(Dump::Asm) });
    if a.jit.perf_map {
        vm.name_native_for_perf().map_err(|e| format!("the map for perf cannot be written: {e}"))?;
    }
    Ok(())
}

/// So many places where guesses were wrong are told.
const MOST_PLACES: usize = 12;

/// `--stats`
fn stats(s: &NativeStats) -> String {
    let mut text = format!(
        "compiled: {} pieces of code, {} bytes in all, in {:.1} ms, the longest in {:.2} ms; {} could not be\n\
         optimized: {} pieces, {} bytes in all, in {:.1} ms; {} wrong guesses, {} times thrown away; the program stood still for {:.2} ms at most\n\
         in memory: {} bytes of both; {} times all was thrown away, as there was no more room\n\
         left: {} times for a wrong guess, {} for one before a loop, {} at code that was new, {} where the interpreter goes on, {} at the end of a slice\n",
        s.compiled,
        s.compiled_bytes,
        s.time.as_secs_f64() * 1e3,
        s.longest.as_secs_f64() * 1e3,
        s.refused,
        s.optimized,
        s.optimized_bytes,
        s.optimizing.as_secs_f64() * 1e3,
        s.exits,
        s.dropped,
        s.pause.as_secs_f64() * 1e3,
        s.bytes,
        s.full,
        s.left[0],
        s.left[1],
        s.left[2],
        s.left[3],
        s.left[4],
    );
    for (place, times) in s.wrong.iter().take(MOST_PLACES) {
        text.push_str(&format!("    {times} times wrong: {place}\n"));
    }
    text
}

/// A run that ended well is committed; one that did not leaves the image as it was.
fn keep(vm: &mut Vm, end: End, name: &str) -> End {
    let well = matches!(end, End::Answered | End::Exit(0));
    if !well || !vm.image_is_writable() {
        return end;
    }
    match vm.commit(&format!("run of {name}")) {
        Ok(_) => end,
        Err(f) => End::Failed(Box::new(Failure::image(f))),
    }
}

/// Says how it ended.
fn finish(vm: &mut Vm, end: End, door: &mut Door) -> Result<u8, Exit> {
    let _ = vm.host.out.flush();
    let _ = vm.host.err.flush();
    door.account();
    match end {
        End::Answered => Err(Exit::Fine),
        End::Exit(code) => Ok(Exit::of_program(code)),
        End::Failed(mut f) => {
            door.explain(&mut f);
            eprint!("{}", f.draw(output::colour()));
            Err(door.exit().unwrap_or_else(|| f.exit()))
        }
    }
}

/// Each form after the other, as far as the text can be read.
fn dumps(name: &str, text: &str, all: &[Dump]) -> u8 {
    all.iter().map(|what| dump(name, text, *what)).max().unwrap_or_default()
}

fn dump(name: &str, text: &str, what: Dump) -> u8 {
    let parsed = aura_syntax::parse(text);
    if what == Dump::Tree {
        output::print(&aura_syntax::dump(&parsed.file, text));
        return if parsed.has_errors() { Exit::Check.code() } else { Exit::Fine.code() };
    }
    match source::compile(name, text, output::colour()) {
        Ok(code) => {
            let text: String = code.iter().map(|c| aura_code::disassemble(c) + "\n").collect();
            output::print(&text);
            Exit::Fine.code()
        }
        Err(drawn) => {
            eprint!("{drawn}");
            Exit::Check.code()
        }
    }
}
