//! The objects on the lookup path, as a world for the checker: for receivers that the script's source does not show, such as those of an
//! image.
//!
//! Each object's parent is the next one on the path, which is the order in which the machine looked.

use aura_types::{Handle, LiveSlot, LiveValue, ObjectId, SlotKind, Universe, World};

use crate::situation::{self, Holder, Situation};

struct Path<'a>(&'a [Holder]);

/// The object of the path that is called `at`, brought before the checker.
pub(super) fn receiver(u: &mut Universe, situation: &Situation, at: &str) -> Option<ObjectId> {
    let place = situation.path.iter().position(|h| h.path.as_deref() == Some(at)).unwrap_or(0);
    if situation.path.is_empty() {
        return None;
    }
    let (_, objects) = u.adopt(&Path(&situation.path), &[place as Handle]);
    objects.first().copied()
}

impl World for Path<'_> {
    fn slots(&self, object: Handle) -> Vec<LiveSlot> {
        let Some(holder) = self.0.get(object as usize) else { return Vec::new() };
        let mut slots: Vec<LiveSlot> = holder.slots.iter().filter(|s| s.kind != situation::SlotKind::Parent).map(slot).collect();
        if (object as usize) + 1 < self.0.len() {
            slots.push(LiveSlot {
                name: "parent".into(),
                kind: SlotKind::Constant,
                is_parent: true,
                type_: None,
                value: LiveValue::Object(object + 1),
                comment: None,
            });
        }
        slots
    }

    fn path(&self, object: Handle) -> Option<String> {
        let holder = self.0.get(object as usize)?;
        // Objects of the script are shown by their slots; those of the library the checker knows.
        holder.path.clone().filter(|_| !holder.of_script)
    }
}

fn slot(view: &situation::SlotView) -> LiveSlot {
    let kind = match view.kind {
        situation::SlotKind::Method => SlotKind::Method,
        situation::SlotKind::Data => SlotKind::Data,
        _ => SlotKind::Constant,
    };
    let type_ = view.header.as_ref().and_then(|h| Some(h.split_once('<')?.1.trim_end().strip_suffix('>')?.to_string()));
    let value = match &view.source {
        Some(source) if kind == SlotKind::Method => LiveValue::Method(source.clone()),
        _ => LiveValue::Unknown,
    };
    LiveSlot { name: view.name.clone(), kind, is_parent: false, type_, value, comment: None }
}
