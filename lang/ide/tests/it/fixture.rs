//! A project drawn as text: files, a cursor `‸`, a selection `«…»`.
//!
//! A line `=== name` begins another file; what stands before the first such line is `/p/main.aura`. The answer is drawn the same way.

use std::collections::BTreeMap;
use std::rc::Rc;

use aura_ide::{Edit, Edits, Fix, Ide, Place, Span};

use crate::memory::Memory;

/// The file without a name.
pub(crate) const MAIN: &str = "/p/main.aura";

/// A project, and what is marked in it.
pub(crate) struct Fixture {
    pub(crate) ide: Ide,
    /// Where the files are.
    pub(crate) disk: Rc<Memory>,
    pub(crate) files: BTreeMap<String, String>,
    /// The file with the mark.
    pub(crate) name: String,
    /// What is marked.
    pub(crate) span: Span,
}

impl Fixture {
    pub(crate) fn new(drawn: &str) -> Self {
        let (mut files, mut name) = (BTreeMap::new(), MAIN.to_string());
        let mut text = String::new();
        for line in drawn.split_inclusive('\n') {
            match line.strip_prefix("=== ") {
                Some(next) => {
                    files.insert(std::mem::replace(&mut name, next.trim_end().to_string()), std::mem::take(&mut text));
                }
                None => text.push_str(line),
            }
        }
        files.insert(name, text);
        let (mut name, mut span) = (MAIN.to_string(), Span { start: 0, end: 0 });
        for (file, text) in &mut files {
            if let Some(found) = unmarked(text) {
                (name, span) = (file.clone(), found);
            }
        }
        let disk = Rc::new(Memory::of(files.clone()));
        let mut ide = Ide::new(disk.clone());
        ide.add_folder("/p");
        ide.open(&name, &files[&name]);
        while ide.has_work() {
            ide.work();
        }
        Self { ide, disk, files, name, span }
    }

    /// The place of the cursor.
    pub(crate) fn at(&self) -> u32 {
        self.span.end
    }

    /// A line of text that shows a place.
    pub(crate) fn show(&mut self, place: &Place) -> String {
        let Some(document) = self.ide.document(&place.file) else { return format!("{}: ?", place.file) };
        let at = document.position(place.span.start, aura_ide::Encoding::Utf8);
        let (start, end) = (document.lines().start(document.text(), at.line), document.lines().end(document.text(), at.line));
        let before = document.letters(Span { start, end: place.span.start });
        let after = document.letters(Span { start: place.span.end.min(end), end });
        let here = document.letters(place.span);
        format!("{}:{}: {}«{}»{}", place.file, at.line + 1, before.trim_start(), here, after)
    }

    pub(crate) fn show_all(&mut self, places: &[Place]) -> String {
        places.iter().map(|p| self.show(p) + "\n").collect()
    }

    /// The files after edits; those that stay as they are are left out.
    pub(crate) fn edited(&self, edits: &Edits) -> String {
        let one = |(name, edits): (&String, &Vec<Edit>)| {
            let text = self.files.get(name).map(String::as_str).unwrap_or("");
            let fix = Fix { title: String::new(), edits: edits.clone(), is_guess: false };
            let parsed = aura_syntax::parse(&fix.apply(text));
            let wrong = if parsed.has_errors() { " (cannot be read)" } else { "" };
            format!("=== {name}{wrong}\n{}", fix.apply(text))
        };
        edits.iter().map(one).collect()
    }
}

/// Takes the marks out of a text, and answers what they mark.
fn unmarked(text: &mut String) -> Option<Span> {
    if let Some(at) = text.find('‸') {
        text.replace_range(at..at + '‸'.len_utf8(), "");
        return Some(Span::new(at, at));
    }
    let start = text.find('«')?;
    text.replace_range(start..start + '«'.len_utf8(), "");
    let end = text.find('»').expect("an end");
    text.replace_range(end..end + '»'.len_utf8(), "");
    Some(Span::new(start, end))
}
