//! The checker at the door: types against the hole, and effects for the guardian.
//!
//! A candidate is looked at as if it were a slot of the object that it is for, seen from the script: with the types of the arguments that
//! were really sent, against what the place of the message asks for. What it does besides is inferred, and a power that was not
//! granted is refused with the way by which it would be used. What was learned before is seen as if it stood in the script. What must stay
//! true: nothing is remembered of a candidate; a script that cannot be read, or an object that cannot be found, lets candidates pass here
//! (the other gates still hold them).
//!
//! * `call` what is known of the send's place, for whoever writes the method
//! * `live` the objects on the lookup path, as a world for the checker
//! * `learned` what was learned before, as a file that goes with the script

mod call;
mod learned;
mod live;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use aura_types::{FileId, Hole, ObjectId, Options, Project, TypeId};

use crate::diagnostic::{Diagnostic, Gate};
use crate::gates::Powers;
use crate::situation::{Situation, Thing, Verified};

/// Findings that are told.
const MOST: usize = 4;

/// What the checker needs besides the situation: plain data, so that it can go to the door's thread.
#[derive(Clone)]
pub struct Typing(Arc<Sources>);

struct Sources {
    library: Box<dyn Fn() -> Vec<(String, String)> + Send + Sync>,
    name: String,
    text: String,
    find: Find,
}

/// Gives the file that an `import:` means, by the name of the file in which it stands and the path as written: its name and text.
pub type Find = Box<dyn Fn(&str, &str) -> Option<(String, String)> + Send + Sync>;

/// What was found out about a candidate.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Typed {
    /// What is wrong.
    pub findings: Vec<Diagnostic>,
    /// Its header with types.
    pub signature: String,
    /// What it does besides answering.
    pub effects: String,
}

/// A loaded project, on the thread that uses it.
struct Loaded {
    of: Arc<Sources>,
    project: Project,
    file: FileId,
    /// What was learned, as it was last told.
    learned: Vec<Verified>,
}

thread_local! {
    // The checker's tables are not made for sharing between threads; loading takes some milliseconds, once.
    static LOADED: RefCell<Option<Loaded>> = const { RefCell::new(None) };
}

impl Typing {
    /// For a script with its name and text, over a library that is read when it is first needed. It imports nothing.
    pub fn new(
        library: impl Fn() -> Vec<(String, String)> + Send + Sync + 'static,
        name: impl Into<String>,
        text: impl Into<String>,
    ) -> Self {
        Self::importing(library, name, text, Box::new(|_, _| None))
    }

    /// For a script that may import others.
    pub fn importing(
        library: impl Fn() -> Vec<(String, String)> + Send + Sync + 'static,
        name: impl Into<String>,
        text: impl Into<String>,
        find: Find,
    ) -> Self {
        Self(Arc::new(Sources { library: Box::new(library), name: name.into(), text: text.into(), find }))
    }

    /// Looks at the method in `source`, which is to go to the object called `at`.
    pub fn judge(&self, source: &str, situation: &Situation, at: &str, powers: &Powers) -> Typed {
        self.loaded(|loaded| loaded.judge(source, situation, at, powers))
    }

    /// Tells a situation what is known of the call, and of what its method may send. The method is to go to the object called `at`.
    pub fn tell(&self, situation: &mut Situation, at: &str) {
        self.loaded(|loaded| loaded.tell(situation, at));
    }

    fn loaded<T>(&self, ask: impl FnOnce(&mut Loaded) -> T) -> T {
        LOADED.with_borrow_mut(|slot| {
            let mine = slot.take().filter(|l| Arc::ptr_eq(&l.of, &self.0));
            ask(slot.insert(mine.unwrap_or_else(|| Loaded::new(self.0.clone()))))
        })
    }
}

impl Loaded {
    fn new(of: Arc<Sources>) -> Self {
        let mut project = Project::new(Options::default(), (of.library)());
        let file = project.set(&of.name, of.text.clone(), &of.find)[0];
        Self { of, project, file, learned: Vec::new() }
    }

    /// The file that the machine knows by this name; nobody's is the script's.
    fn file(&self, name: &str) -> Option<FileId> {
        if name.is_empty() { Some(self.file) } else { self.project.file(name) }
    }

    /// What was learned goes with the files that it was learned for.
    fn accompany(&mut self, learned: &[Verified]) {
        if self.learned == learned {
            return;
        }
        let before = std::mem::replace(&mut self.learned, learned.to_vec());
        let files: BTreeSet<&String> = before.iter().chain(learned).map(|l| &l.file).collect();
        for name in files {
            let Some(file) = self.file(name) else { continue };
            let own: Vec<&Verified> = learned.iter().filter(|l| l.file == *name).collect();
            self.project.accompany(file, &format!("what was learned for {name}"), learned::file(&own));
        }
    }

    fn judge(&mut self, source: &str, situation: &Situation, at: &str, powers: &Powers) -> Typed {
        let Some((object, hole)) = self.hole(situation, at) else { return Typed::default() };
        let seen_from = self.sender(situation).map_or(self.file, |(file, _)| file);
        let candidate = self.project.universe().consider(object, seen_from, source, Some(&hole));
        let mut findings: Vec<Diagnostic> = candidate.found.iter().map(|d| told(d, source)).collect();
        for (effect, way) in &candidate.ways {
            if let Some(finding) = refused(effect, way, powers) {
                findings.push(finding.at(source, 0, source));
            }
        }
        findings.truncate(MOST);
        Typed { findings, signature: candidate.signature, effects: candidate.doing.certain.to_string() }
    }

    /// The object that a method is for, and the hole with what was really sent in it: the machine knows better than the source.
    fn hole(&mut self, situation: &Situation, at: &str) -> Option<(ObjectId, Hole)> {
        self.accompany(&situation.learned);
        let place = self.sender(situation);
        let holder = situation.path.iter().find(|h| h.path.as_deref() == Some(at));
        let file = holder.and_then(|h| self.file(h.file.as_ref()?)).unwrap_or(self.file);
        let u = self.project.universe();
        let object = u.object_at(file, at).or_else(|| live::receiver(u, situation, at))?;
        let known = place.and_then(|(file, place)| u.hole_at(file, place, &situation.selector));
        let sent: Vec<TypeId> = situation.arguments.iter().map(|a| self.type_of(a)).collect();
        let receiver = self.project.universe().type_of_object(object);
        let mut hole = known.unwrap_or(Hole {
            selector: situation.selector.clone(),
            span: aura_syntax::Span::default(),
            receiver,
            arguments: Vec::new(),
            wanted: None,
            uses: Vec::new(),
        });
        hole.receiver = receiver;
        let of_source = std::mem::take(&mut hole.arguments);
        let better = |(i, t): (usize, TypeId)| if t == TypeId::ANY { of_source.get(i).copied().unwrap_or(t) } else { t };
        hole.arguments = sent.into_iter().enumerate().map(better).collect();
        Some((object, hole))
    }

    /// The file and the place of a send, if the checker knows that file.
    fn sender(&self, situation: &Situation) -> Option<(FileId, u32)> {
        let caller = situation.caller.as_ref()?;
        let file = self.file(&caller.whole_file)?;
        Some((file, offset(&self.project.known().file_text(file), caller.line, caller.column)?))
    }

    /// The type of something that was sent, by the name that the machine has for it.
    fn type_of(&mut self, thing: &Thing) -> TypeId {
        let file = self.file;
        let u = self.project.universe();
        let path = match thing.path.as_str() {
            _ if thing.is_nil => "nil",
            "an integer" => "integer",
            "a float" => "float",
            "a string" => "string",
            "a vector" => "vector",
            "a byteVector" => "byteVector",
            path if path.starts_with("a ") || path.starts_with("an ") => return TypeId::ANY,
            path => path,
        };
        u.type_of_path(file, path)
    }
}

/// Where a line and column (both from 1, columns in characters) lie in a text.
fn offset(text: &str, line: u32, column: u32) -> Option<u32> {
    let start: usize = text.split_inclusive('\n').take(line.checked_sub(1)? as usize).map(str::len).sum();
    let rest = text.get(start..)?;
    let within = rest.char_indices().nth(column.checked_sub(1)? as usize).map_or(rest.len(), |(at, _)| at);
    Some((start + within) as u32)
}

/// A finding of the checker as the other gates say it.
fn told(found: &aura_syntax::Diagnostic, source: &str) -> Diagnostic {
    let span = found.span;
    let mut finding = Diagnostic::new(Gate::Types, found.code, &found.message).at(source, span.start as usize, span.text(source));
    if !found.notes.is_empty() {
        finding = finding.because(found.notes.join("; "));
    }
    if let Some(help) = found.help.as_ref().filter(|h| !h.contains("ALFRED")) {
        finding = finding.fix(help.clone());
    }
    finding
}

/// An effect that needs a power which was not granted.
fn refused(effect: &str, way: &str, powers: &Powers) -> Option<Diagnostic> {
    let needed: &[&str] = match effect {
        "files" => &["read", "write"],
        "network" => &["network"],
        "clock" => &["clock"],
        "random" => &["random"],
        "environment" => &["environment"],
        "console" => &["console"],
        "input" => &["input"],
        "processes" => &["run"],
        "image" | "alfred" | "system" => &[],
        // What only computes, or changes objects, is the trial's business.
        _ => return None,
    };
    if needed.iter().any(|n| powers.has(n)) {
        return None;
    }
    let message = format!("the method would use '{effect}', by way of {way}");
    let finding = Diagnostic::new(Gate::Audit, "G10-effect", message);
    Some(
        finding
            .because("powers come from the call site, and this one was not granted")
            .fix("use only self, the arguments, and what needs no power"),
    )
}
