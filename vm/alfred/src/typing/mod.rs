//! The checker at the door: types against the hole, and effects for the guardian.
//!
//! A candidate is looked at as if it were a slot of the object that it is for, seen from the script: with the types of the arguments that
//! were really sent, against what the place of the message asks for. What it does besides is inferred, and a power that was not
//! granted is refused with the way by which it would be used. What was learned before is seen as if it stood in the script. What must stay
//! true: nothing is remembered of a candidate; a script that cannot be read, or an object that cannot be found, lets candidates pass here
//! (the other gates still hold them).
//!
//! * `live` the objects on the lookup path, as a world for the checker
//! * `learned` what was learned before, as a file that goes with the script

mod learned;
mod live;

use std::cell::RefCell;
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
}

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
    /// For a script with its name and text, over a library that is read when it is first needed.
    pub fn new(
        library: impl Fn() -> Vec<(String, String)> + Send + Sync + 'static,
        name: impl Into<String>,
        text: impl Into<String>,
    ) -> Self {
        Self(Arc::new(Sources { library: Box::new(library), name: name.into(), text: text.into() }))
    }

    /// Looks at the method in `source`, which is to go to the object called `at`.
    pub fn judge(&self, source: &str, situation: &Situation, at: &str, powers: &Powers) -> Typed {
        LOADED.with_borrow_mut(|slot| {
            let is_other = slot.as_ref().is_none_or(|l| !Arc::ptr_eq(&l.of, &self.0));
            if is_other {
                *slot = Some(Loaded::new(self.0.clone()));
            }
            slot.as_mut().map_or_else(Typed::default, |loaded| loaded.judge(source, situation, at, powers))
        })
    }
}

impl Loaded {
    fn new(of: Arc<Sources>) -> Self {
        let mut project = Project::new(Options::default(), (of.library)());
        let file = project.set(&of.name, of.text.clone(), &|_, _| None)[0];
        Self { of, project, file, learned: Vec::new() }
    }

    fn tell(&mut self, learned: &[Verified]) {
        if self.learned != learned {
            self.learned = learned.to_vec();
            self.project.accompany(self.file, "what was learned", learned::file(learned));
        }
    }

    fn judge(&mut self, source: &str, situation: &Situation, at: &str, powers: &Powers) -> Typed {
        self.tell(&situation.learned);
        let file = self.file;
        let place = situation.caller.as_ref().and_then(|c| offset(&self.of.text, c.line, c.column));
        let u = self.project.universe();
        let Some(object) = u.object_at(file, at).or_else(|| live::receiver(u, situation, at)) else {
            return Typed::default();
        };
        let hole = place.and_then(|p| u.hole_at(file, p, &situation.selector));
        let hole = Some(self.hole(hole, situation, object));
        let candidate = self.project.universe().consider(object, file, source, hole.as_ref());
        let mut findings: Vec<Diagnostic> = candidate.found.iter().map(|d| told(d, source)).collect();
        for (effect, way) in &candidate.ways {
            if let Some(finding) = refused(effect, way, powers) {
                findings.push(finding.at(source, 0, source));
            }
        }
        findings.truncate(MOST);
        Typed { findings, signature: candidate.signature, effects: candidate.doing.certain.to_string() }
    }

    /// The hole with what was really sent in it: the machine knows better than the source.
    fn hole(&mut self, known: Option<Hole>, situation: &Situation, object: ObjectId) -> Hole {
        let sent: Vec<TypeId> = situation.arguments.iter().map(|a| self.type_of(a)).collect();
        let u = self.project.universe();
        let receiver = u.type_of_object(object);
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
        hole.arguments = sent
            .into_iter()
            .enumerate()
            .map(|(i, t)| if t == TypeId::ANY { of_source.get(i).copied().unwrap_or(TypeId::ANY) } else { t })
            .collect();
        hole
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
