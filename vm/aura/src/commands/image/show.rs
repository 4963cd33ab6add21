//! `aura image show`: what is at a path, or all that the image has beyond the library.

use aura_image::tools::objects::Objects;
use aura_image::tools::resolve::resolve;
use aura_image::tools::view::{Overview, SlotView, View, overview, view};

use super::table::columns;
use super::{Context, Done, commit, fatal, path};
use crate::cli::image::ShowArgs;

pub(super) fn run(c: &Context, a: &ShowArgs) -> Done {
    let mut rows = c.rows()?;
    if let Some(word) = &a.at {
        rows.at = Some(commit(&rows, word)?);
    }
    let objects = Objects::new(&rows);
    if a.path.is_empty() {
        let all = overview(&objects, a.limit).map_err(fatal)?;
        return c.answer(&all, || whole(&all));
    }
    let place = resolve(&objects, &path(&a.path)).map_err(fatal)?;
    let found = view(&objects, &place, a.limit).map_err(fatal)?;
    c.answer(&found, || one(&found))
}

/// Everything beyond the library.
fn whole(all: &Overview) -> String {
    let mut out = String::new();
    if !all.names.is_empty() {
        let lines: Vec<Vec<String>> = all.names.iter().map(|n| vec![n.name.clone(), n.value.text.clone()]).collect();
        out.push_str(&format!("image, names\n{}", columns(&lines, "  ")));
    }
    for v in &all.library {
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&format!("{}, changed\n{}", v.path, contents(v)));
    }
    if out.is_empty() { "nothing beyond the library\n".into() } else { out }
}

/// One object or value.
fn one(v: &View) -> String {
    match &v.source {
        Some(source) => format!("{}  {}\n  {}\n", v.path, v.kind, source.trim_end()),
        None if v.slots.is_empty() && v.count == 0 => format!("{}  {}\n", v.path, v.text),
        None => format!("{}  {}\n{}", v.path, v.text, contents(v)),
    }
}

fn contents(v: &View) -> String {
    let mut out = columns(&v.slots.iter().map(slot).collect::<Vec<_>>(), "  ");
    let elements: Vec<Vec<String>> = v.elements.iter().enumerate().map(|(i, e)| vec![format!("[{i}]"), e.text.clone()]).collect();
    out.push_str(&columns(&elements, "  "));
    if v.count > v.elements.len() {
        out.push_str(&format!("  … and {} more (--limit N shows more)\n", v.count - v.elements.len()));
    }
    out
}

fn slot(s: &SlotView) -> Vec<String> {
    vec![s.name.clone(), s.kind.to_string(), s.value.text.clone()]
}
