//! From the machine's view of a paused send to the door's.
//!
//! Not here: types, which the checker adds on its own thread (`crate::typing`).

use aura_run::{HolderView, Missing, SlotView as Slot, ValueView, Vm};

use aura_syntax::Span;

use crate::situation::{Caller, Holder, Situation, SlotKind, SlotView, Thing};

/// The situation of a paused send.
pub fn situation(id: u64, missing: &Missing, vm: &Vm) -> Situation {
    let caller = &missing.caller;
    let mut understood = missing.understood.clone();
    if missing.implicit {
        understood.extend(missing.module.iter().map(|s| s.name.clone()));
    }
    Situation {
        id,
        selector: missing.selector.clone(),
        receiver: missing.values.first().map(thing).unwrap_or_default(),
        arguments: missing.values.iter().skip(1).map(thing).collect(),
        path: missing.path.iter().enumerate().map(|(i, h)| holder(h, i == 0)).collect(),
        caller: Some(Caller {
            selector: caller.selector.clone(),
            file: name_of(&caller.file),
            line: caller.line as u32,
            column: caller.column as u32,
            source: caller.source.clone(),
            whole_file: caller.file.clone(),
            heading: caller.heading.clone(),
            slip: slip(missing, vm),
        }),
        understood,
        module: missing.module.iter().map(slot).collect(),
        objects: missing.objects.iter().map(|h| holder(h, false)).collect(),
        depth: missing.generated as u32,
        capabilities: missing.powers.names().collect(),
        powers: missing.powers.and(&vm.policy).names().collect(),
        ..Situation::default()
    }
}

/// What to do instead of writing a method, if the text around the message has a slip.
fn slip(missing: &Missing, vm: &Vm) -> Option<String> {
    let process = vm.process(missing.process)?;
    let (start, end) = missing.caller.span;
    let mut places = (0..process.depth()).filter_map(|level| vm.place_of(process, level));
    let (_, text, _) = places.find(|(file, _, span)| *file == missing.caller.file && *span == (start, end))?;
    aura_syntax::slip_at(&text, Span { start, end }, &missing.selector)?.help
}

/// The last part of a file's path: what lies before it is nobody's business, and differs from machine to machine.
fn name_of(file: &str) -> String {
    std::path::Path::new(file).file_name().map_or_else(|| file.to_string(), |n| n.to_string_lossy().into_owned())
}

fn thing(value: &ValueView) -> Thing {
    let printed = Some(value.text.clone()).filter(|t| *t != value.name);
    Thing { path: value.name.clone(), is_nil: value.is_nil, printed, type_: None, held: value.held.clone() }
}

fn holder(view: &HolderView, is_receiver: bool) -> Holder {
    Holder {
        path: view.path.clone(),
        file: None,
        of_script: view.of_script,
        is_shared: view.is_shared,
        is_receiver,
        comment: view.comment.clone(),
        slots: view.slots.iter().map(slot).collect(),
    }
}

fn slot(view: &Slot) -> SlotView {
    let kind = match view {
        Slot { is_parent: true, .. } => SlotKind::Parent,
        Slot { is_method: true, .. } => SlotKind::Method,
        Slot { is_data: true, .. } => SlotKind::Data,
        _ => SlotKind::Constant,
    };
    let header = view.type_text.as_ref().filter(|_| kind != SlotKind::Method).map(|t| format!("{} {t}", view.name));
    SlotView {
        name: view.name.clone(),
        kind,
        header,
        typed: None,
        holds: view.holds.clone(),
        comment: view.comment.clone(),
        source: view.source.clone(),
        is_generated: view.is_generated,
    }
}
