//! What a person can do about a condition that nobody handles: the stopped process is still there.

use aura_heap::Value;
use aura_run::{CapSet, Limits, ProcessId, Vm};

use super::input::Input;
use crate::drive::{End, Nobody, drive};
use crate::failure::{Failure, slot_text};
use crate::{output, source, world};

/// A way to go on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Way {
    UseValue,
    Retry,
    Define,
    Abort,
}

impl Way {
    fn text(self) -> &'static str {
        match self {
            Way::UseValue => "use a value instead",
            Way::Retry => "send the message again",
            Way::Define => "define the method, then send the message again",
            Way::Abort => "abort",
        }
    }
}

/// Shows the condition and asks how to go on. False: the process shall fail.
pub fn offer(vm: &mut Vm, id: ProcessId, module: Value, caps: &CapSet, input: &mut dyn Input) -> bool {
    if !input.interactive() {
        return false;
    }
    let failure = Failure::of(vm, id);
    eprint!("{}", failure.draw(output::colour()));
    let ways = ways(vm, id, &failure);
    let module = vm.keep(module);
    let gone_on = choose(vm, id, &module, caps, &ways, input);
    vm.release(module);
    gone_on
}

fn ways(vm: &Vm, id: ProcessId, f: &Failure) -> Vec<Way> {
    let mut ways = vec![Way::UseValue];
    if vm.failed_send(id).is_some() {
        ways.push(Way::Retry);
        if f.kind == "doesNotUnderstand" {
            ways.push(Way::Define);
        }
    }
    ways.push(Way::Abort);
    ways
}

fn choose(vm: &mut Vm, id: ProcessId, module: &aura_run::Handle, caps: &CapSet, ways: &[Way], input: &mut dyn Input) -> bool {
    let mut is_shown = false;
    loop {
        if !is_shown {
            ways.iter().enumerate().for_each(|(i, way)| eprintln!("  {}: {}", i + 1, way.text()));
            eprintln!("  anything else is evaluated while it waits");
        }
        is_shown = false;
        let Some(answer) = input.ask("go on with> ") else { return false };
        let way = match answer.trim().parse::<usize>() {
            Ok(number) => number.checked_sub(1).and_then(|at| ways.get(at)),
            Err(_) if answer.trim().is_empty() => None,
            Err(_) => {
                look(vm, module, caps, &answer);
                is_shown = true;
                continue;
            }
        };
        let done = match way {
            None => false,
            Some(Way::Abort) => return false,
            Some(Way::Retry) => vm.retry(id),
            Some(Way::UseValue) => use_value(vm, id, module, caps, input),
            Some(Way::Define) => define(vm, id, module, input),
        };
        if done {
            return true;
        }
    }
}

fn use_value(vm: &mut Vm, id: ProcessId, module: &aura_run::Handle, caps: &CapSet, input: &mut dyn Input) -> bool {
    let Some(text) = input.ask("value> ") else { return false };
    let Some((value, _)) = evaluate(vm, module, caps, &text) else { return false };
    vm.resume_with(id, value);
    true
}

/// Shows what an expression answers, or makes slots, for somebody who wants to know more before going on.
fn look(vm: &mut Vm, module: &aura_run::Handle, caps: &CapSet, text: &str) {
    let Some((value, true)) = evaluate(vm, module, caps, text) else { return };
    match world::text_of(vm, "printString", value, caps.clone()) {
        Ok(text) => output::print(&(text + "\n")),
        Err(f) => eprint!("{}", f.draw(output::colour())),
    }
}

/// What a text answers, and whether that is worth showing; what is wrong with it is told.
fn evaluate(vm: &mut Vm, module: &aura_run::Handle, caps: &CapSet, text: &str) -> Option<(Value, bool)> {
    let chunks = source::compile("the answer", text, output::colour()).map_err(|drawn| eprint!("{drawn}")).ok()?;
    let this = vm.kept(module);
    let asked = world::spawn_in(vm, this, &chunks, caps.clone(), Limits::default());
    let end = drive(vm, asked, &mut Nobody);
    let value = vm.process(asked).map_or(vm.nil(), |p| p.result);
    vm.forget(asked);
    if let End::Failed(f) = end {
        eprint!("{}", f.draw(output::colour()));
        return None;
    }
    Some((value, chunks.iter().any(|c| c.slots.is_empty())))
}

/// Asks for a slot and installs it where the receiver's own methods are.
fn define(vm: &mut Vm, id: ProcessId, module: &aura_run::Handle, input: &mut dyn Input) -> bool {
    let condition = vm.process(id).map_or(vm.nil(), |p| p.result);
    let selector = slot_text(vm, condition, "selector").unwrap_or_default();
    let Some(receiver) = vm.failed_send(id).and_then(|v| v.first().copied()) else { return false };
    let home = home_of(vm, receiver);
    eprintln!("a method for {}, as a slot: {} = ( … )", vm.describe(home), header(&selector));
    let Some(text) = input.ask("method> ") else { return false };
    match install(vm, home, vm.kept(module), &text) {
        Ok(names) if names.contains(&selector) => vm.retry(id),
        Ok(names) => {
            eprintln!("made {}, which is not '{selector}'", names.join(", "));
            false
        }
        Err(why) => {
            eprintln!("{}", why.trim_end());
            false
        }
    }
}

/// `at: a Put: b` for `at:Put:`.
fn header(selector: &str) -> String {
    if !selector.ends_with(':') {
        return if selector.starts_with(|c: char| c.is_alphabetic()) { selector.into() } else { format!("{selector} x") };
    }
    let parts: Vec<&str> = selector.split_inclusive(':').collect();
    parts.iter().zip('a'..).map(|(p, name)| format!("{p} {name}")).collect::<Vec<_>>().join(" ")
}

/// The first parent that is not what everything inherits; else the receiver.
fn home_of(vm: &Vm, receiver: Value) -> Value {
    let map = vm.heap.map(vm.heap.map_of(receiver));
    let parents = map.slots.iter().filter(|s| s.parent).filter_map(|s| match s.kind {
        aura_heap::SlotKind::Constant(p) => Some(p),
        _ => None,
    });
    let shared = ["traits clonable", "traits oddball", "lobby"];
    parents.into_iter().find(|p| !vm.path_of(*p).is_some_and(|n| shared.contains(&&*n))).unwrap_or(receiver)
}

fn install(vm: &mut Vm, home: Value, module: Value, text: &str) -> Result<Vec<String>, String> {
    let parsed = aura_syntax::parse_slots(text);
    let source = aura_syntax::Source::new("the method", text);
    let draw = |d: &[aura_syntax::Diagnostic]| aura_syntax::render(&source, d, output::colour());
    if parsed.has_errors() {
        return Err(draw(&parsed.diagnostics));
    }
    let list = parsed.file.slots.ok_or("that is no slot")?;
    let origin = std::sync::Arc::new(aura_code::Origin::new("the method", text));
    let slots = aura_code::compile_slots(&list, &origin).map_err(|d| draw(&d))?;
    vm.install(home, &slots.template, module, false).map_err(|f| f.text())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_name_their_arguments() {
        assert_eq!(header("size"), "size");
        assert_eq!(header("+"), "+ x");
        assert_eq!(header("at:Put:"), "at: a Put: b");
    }
}
