//! `aura image diff FROM [TO]`: what differs between two commits.

use aura_image::tools::diff::{Changed, Diff, Difference, diff};
use aura_image::tools::view::Shown;

use super::table::{columns, some};
use super::{Context, Done, commit, fatal};
use crate::cli::image::DiffArgs;

pub(super) fn run(c: &Context, a: &DiffArgs) -> Done {
    let mut rows = c.rows()?;
    let (from, to) = (commit(&rows, &a.from)?, commit(&rows, &a.to)?);
    let found = diff(&mut rows, from, to).map_err(fatal)?;
    c.answer(&found, || text(&found))
}

fn text(d: &Diff) -> String {
    let mut out = String::new();
    for c in &d.changed {
        out.push_str(&format!("{}\n{}", c.path, slots(c)));
    }
    if !d.new.is_empty() {
        let lines: Vec<Vec<String>> = d.new.iter().map(|n| vec![n.path.clone(), n.kind.clone()]).collect();
        out.push_str(&format!("new\n{}", columns(&lines, "  ")));
    }
    if out.is_empty() {
        return format!("nothing differs between commit {} and commit {}\n", d.from, d.to);
    }
    if d.from < d.to && d.made > 0 {
        out.push_str(&format!("{} new in all\n", some(d.made, "record")));
    }
    out
}

fn slots(c: &Changed) -> String {
    let mut out = String::new();
    let mut lines = Vec::new();
    for d in &c.slots {
        lines.push(match (&d.before, &d.after) {
            (None, Some(after)) => vec![format!("+ {}", d.name), after.text.clone()],
            (Some(before), None) => vec![format!("- {}", d.name), before.text.clone()],
            (before, after) => vec![format!("  {}", d.name), format!("{} -> {}", told(before), told(after))],
        });
    }
    if c.slots.iter().all(|d| !is_long(d)) {
        out.push_str(&columns(&lines, "  "));
    } else {
        for (d, line) in c.slots.iter().zip(&lines) {
            out.push_str(&if is_long(d) { sources(d) } else { columns(std::slice::from_ref(line), "  ") });
        }
    }
    if c.more > 0 {
        out.push_str(&format!("  … and {} more\n", c.more));
    }
    out
}

fn told(s: &Option<Shown>) -> &str {
    s.as_ref().map_or("-", |s| &s.text)
}

/// Methods of several lines are shown in full, one under the other.
fn is_long(d: &Difference) -> bool {
    d.source_before.iter().chain(&d.source_after).any(|s| s.trim_end().contains('\n'))
}

fn sources(d: &Difference) -> String {
    let mut out = format!("    {}\n", d.name);
    for (mark, side, source) in [('-', &d.before, &d.source_before), ('+', &d.after, &d.source_after)] {
        let text = source.as_deref().or(side.as_ref().map(|s| s.text.as_str()));
        text.into_iter().flat_map(str::lines).for_each(|line| out.push_str(&format!("  {mark} {line}\n")));
    }
    out
}
