//! What was learned for a script goes with it, as a file that sees its module.
//!
//! It is kept beside the script, or elsewhere (in an image), or in both; what is kept elsewhere is shown in a file made for that. What must stay true:
//! an edit is made only in a text that is, to the letter, the one that it was thought out for.

use aura_types::FileId;

use crate::Ide;

impl Ide {
    /// What was learned for a file is not what it was. The file may be that of the learned methods itself.
    pub fn relearn(&mut self, name: &str) {
        self.outside.forget_learned();
        self.learn(name, false);
    }

    /// Looks at what was learned for one more of the files for which that may be something else now.
    pub(crate) fn relearn_more(&mut self) {
        let Some(id) = self.to_relearn.pop() else { return };
        let name = self.project.known().file_name(id);
        // It may be gone, or another one of the same name by now.
        if self.project.file(&name) == Some(id) {
            self.learn(&name, true);
        }
    }

    /// Takes in what was learned for a file, as it is now, or only if it is not what it was.
    fn learn(&mut self, name: &str, only_other: bool) {
        let script = self.outside.script_of(name).unwrap_or_else(|| name.to_string());
        self.settle();
        let Some(id) = self.file(&script) else { return };
        let before = self.universe().companion_of(id).map(|c| (self.universe().file_name(c), self.universe().file_text(c)));
        let learned = self.outside.learned(&script);
        let (before, text) = before.unzip();
        let is_same = learned.as_ref().map(|l| (&*l.name, &*l.text)) == before.as_deref().zip(text.as_deref());
        let Some(name) = learned.as_ref().map(|l| l.name.clone()).or_else(|| before.as_ref().map(ToString::to_string)) else {
            return;
        };
        // What somebody is writing beside the script is what it says; what is only looked at changes under their eyes.
        let is_written = |name: &str| self.is_open(name) && self.outside.script_of(name).is_some();
        if is_same && only_other || is_written(&name) || before.as_deref().is_some_and(is_written) {
            return;
        }
        self.find_out();
        self.is_other_around |= !is_same;
        match learned {
            Some(learned) => {
                let companion = self.project.accompany(id, &learned.name, learned.text);
                self.forget_offer();
                self.look_first(id);
                self.note(companion, &[companion]);
            }
            None => self.is_gone(&name),
        }
    }

    /// What was learned for a script sees its module.
    pub(crate) fn set_learned(&mut self, name: &str, script: &str, text: &str) {
        self.forget_offer();
        if self.file(script).is_none() {
            let code = self.open_text(script).map(str::to_string).or_else(|| self.outside.read(script));
            self.set(script, &code.unwrap_or_default());
        }
        let Some(script) = self.file(script) else { return };
        self.find_out();
        let id = self.project.accompany(script, name, text.to_string());
        self.look_first(id);
        self.note(id, &[script]);
    }

    /// Whether people only look at a file: what was learned for a script and is kept in no file beside it.
    pub(crate) fn is_copy(&self, id: FileId) -> bool {
        let known = self.project.known();
        known.is_companion(id) && self.outside.script_of(&known.file_name(id)).is_none()
    }

    /// Whether a file's text is, to the letter, what an edit would be made in.
    ///
    /// # Errors
    /// Why it is not.
    pub(crate) fn is_editable(&self, name: &str) -> Result<(), String> {
        let Some(id) = self.file(name) else { return Ok(()) };
        if self.is_copy(id) {
            return Err(format!("{name} only shows what was learned and is kept elsewhere; it cannot be changed there"));
        }
        let is_same =
            self.is_open(name) || self.outside.read(name).is_some_and(|text| *text == *self.project.known().file_text(id));
        if is_same { Ok(()) } else { Err(format!("{name} is not on the disk as it was read; open or save it first")) }
    }
}
