//! Whatever a model answers, a role's answer is within its bounds, and what is taken for a method is one slot of the missing selector,
//! which is taken for the same method again. The gates that look at a method's text neither panic nor hang.
//!
//! The first line is the missing selector, the rest the answer.

use aura_alfred::answer;
use aura_alfred::gates::{Submission, TEXT_GATES, own_names};
use aura_alfred::persona::{brick, robin};
use aura_alfred::situation::Situation;
use aura_syntax::tree::{Init, Slot, SlotName, selector};

/// A slot's selector.
fn name(slot: &Slot, source: &str) -> String {
    match &slot.name {
        SlotName::Unary(span) => span.text(source).to_string(),
        SlotName::Binary { operator, .. } => operator.text(source).to_string(),
        SlotName::Keyword { parts, .. } => selector(parts, source),
    }
}

/// What BRICK and ROBIN are understood to say.
fn roles(text: &str) {
    let is_within = |said: &str, most: usize| said.chars().count() <= most;
    if let Some(task) = brick::read(text) {
        assert!(is_within(&task.signature, 200), "{task:?}");
        assert!([&task.cases, &task.edges].iter().all(|all| all.len() <= 5 && all.iter().all(|c| is_within(c, 160))), "{task:?}");
    }
    if let Some(intention) = robin::read(text) {
        assert!(is_within(&intention.wanted, 240) && is_within(&intention.comment, 160), "{intention:?}");
        assert!(intention.examples.len() <= 4, "{intention:?}");
    }
}

fn method(text: &str, wanted: &str) {
    let candidate = match answer::read(text, wanted) {
        Ok(candidate) => candidate,
        Err(findings) => return assert!(!findings.is_empty(), "what is refused is refused for a reason"),
    };
    let source = &candidate.source;
    let parsed = aura_syntax::parse_slots(source);
    let slots = parsed.file.slots.as_ref().map_or(&[][..], |list| &list.slots[..]);
    let [slot] = slots else { panic!("{} slots\n{source}", slots.len()) };
    assert!(!parsed.has_errors() && parsed.file.body.is_empty(), "{source}");
    assert!(matches!(slot.init, Init::Method(_)) && name(slot, source) == wanted, "{source}");
    let again = answer::read(source, wanted).unwrap_or_else(|findings| panic!("{findings:?}\n{source}"));
    assert_eq!(&again.source, source, "a method is taken for itself");
    let situation = Situation { selector: wanted.to_string(), ..Situation::default() };
    for gate in &TEXT_GATES {
        (gate.judge)(&Submission { source, situation: &situation, at: "lobby" });
    }
    for mending in [aura_alfred::mend::declared, aura_alfred::mend::put_first] {
        let mended = mending(source, &situation);
        assert_ne!(mended.as_ref(), Some(source), "something was done");
    }
}

/// One input.
pub fn run(input: &[u8]) {
    let Ok(input) = std::str::from_utf8(input) else { return };
    let (wanted, text) = input.split_once('\n').unwrap_or(("size", input));
    roles(text);
    own_names(text);
    method(text, wanted);
}
