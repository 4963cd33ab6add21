//! Installing methods into live objects: what splicing, loading learned files, and the REPL's edits do.

use std::sync::Arc;

use aura_code::{ObjectTemplate, SlotInit};
use aura_heap::{SlotMeta, Value};

use crate::fail::Fail;
use crate::vm::Vm;

impl Vm {
    /// Adds the method slots of a template to an object, replacing those of the same names. `generated` methods have no powers.
    ///
    /// # Errors
    /// When the object takes no slots, or a slot of the template is not a method.
    pub fn install(&mut self, o: Value, t: &ObjectTemplate, module: Value, generated: bool) -> Result<Vec<String>, Fail> {
        // All or nothing.
        self.heap.takes_slots(o, false)?;
        if let Some(s) = t.slots.iter().find(|s| !matches!(s.init, SlotInit::Method(_))) {
            return Err(Fail::with("badTypeError", format!("the slot '{}' is not a method", s.name)));
        }
        let mut names = Vec::new();
        for s in &t.slots {
            let SlotInit::Method(m) = &s.init else { continue };
            let c = self.add_code(m.clone(), module, None, generated);
            let v = self.heap.method(c.bits());
            let meta = Arc::new(SlotMeta {
                comment: s.comment.clone(),
                annotation: s.annotation.clone(),
                type_text: s.type_text.clone(),
            });
            let name = self.heap.symbols.intern(&s.name);
            self.heap.add_constant(o, name, v, false, Some(meta))?;
            names.push(s.name.clone());
        }
        self.flush();
        Ok(names)
    }

    /// Removes a slot of an object.
    ///
    /// # Errors
    /// When there is none of that name.
    pub fn uninstall(&mut self, o: Value, name: &str) -> Result<(), Fail> {
        let s = self.heap.symbols.intern(name);
        self.heap.remove_slot(o, s)?;
        self.flush();
        Ok(())
    }
}
