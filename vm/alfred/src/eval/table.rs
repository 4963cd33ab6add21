//! A report for people: three tables of a width that a terminal has.
//!
//! What must stay true: every share stands with its interval, and a share of nothing is a dash.

use std::fmt::Write as _;

use super::interval::Share;
use super::report::{Report, Row};
use crate::text::line;

/// One column.
type Column = (&'static str, fn(&Row) -> String);

/// The report as text.
pub fn table(report: &Report) -> String {
    let head = &report.head;
    let mut out = format!(
        "{} with {} through {}\n{} samples of each task, temperature {}, {} repairs, {} conversations{}{}{}\n",
        line(&head.suite, 60),
        line(&head.model, 60),
        line(&head.through, 120),
        head.takes,
        head.temperature,
        head.repairs,
        head.samples,
        if head.sketches.is_empty() { String::new() } else { format!(", sketches {}", line(&head.sketches, 20)) },
        if head.cascade.is_empty() { String::new() } else { format!(", cascade {}", line(&head.cascade, 20)) },
        head.candidates.map_or(String::new(), |n| format!(", {n} candidates compared"))
    );
    section(
        &mut out,
        report,
        "the first proposal passed (% of samples, with 95 % intervals)",
        &[
            ("samples", |r| r.samples.to_string()),
            ("parse", |r| percent(&r.parse)),
            ("types", |r| r.types.as_ref().map_or("-".into(), percent)),
            ("audit", |r| percent(&r.audit)),
            ("compile", |r| percent(&r.compile)),
            ("tests", |r| r.tests.as_ref().map_or("-".into(), percent)),
            ("run", |r| percent(&r.run)),
        ],
    );
    section(
        &mut out,
        report,
        "how sends ended (% of samples)",
        &[
            ("at once", |r| percent(&r.at_once)),
            ("1 repair", |r| percent(&r.repaired_1)),
            ("2 repairs", |r| percent(&r.repaired_2)),
            ("fresh", |r| percent(&r.fresh)),
            ("abstained", |r| percent(&r.abstained)),
            ("no answer", |r| percent(&r.no_answer)),
        ],
    );
    section(
        &mut out,
        report,
        "what hidden tests say (% of samples; tasks; means)",
        &[
            ("correct", |r| percent(&r.correct)),
            ("wrongly accepted", |r| percent(&r.wrongly_accepted)),
            ("tasks: always", |r| format!("{} of {}", r.tasks_always.count, r.tasks_always.of)),
            ("once", |r| format!("{} of {}", r.tasks_once.count, r.tasks_once.of)),
            ("tokens", |r| format!("{:.0}+{:.0}", r.tokens_read, r.tokens_written)),
            ("seconds", |r| format!("{:.1}", r.seconds)),
        ],
    );
    let odd = report.total.refused.count + report.total.not_sent.count;
    if odd > 0 {
        let _ = writeln!(out, "\n{odd} samples came to no question: the door refused, or the script ended before its send");
    }
    out
}

fn section(out: &mut String, report: &Report, title: &str, columns: &[Column]) {
    let rows: Vec<&Row> = report.tiers.iter().chain([&report.total]).collect();
    let cells: Vec<Vec<String>> = rows.iter().map(|r| columns.iter().map(|c| c.1(r)).collect()).collect();
    let first = rows.iter().map(|r| r.tier.chars().count()).max().unwrap_or(0);
    let width = |i: usize| cells.iter().map(|c| c[i].chars().count()).max().unwrap_or(0).max(columns[i].0.chars().count());
    let _ = write!(out, "\n{title}\n{:first$}", "");
    for (i, column) in columns.iter().enumerate() {
        let _ = write!(out, "  {:>1$}", column.0, width(i));
    }
    for (row, cells) in rows.iter().zip(&cells) {
        let _ = write!(out, "\n{:first$}", line(&row.tier, 60));
        for (i, cell) in cells.iter().enumerate() {
            let _ = write!(out, "  {:>1$}", cell, width(i));
        }
    }
    out.push('\n');
}

/// `82 [71,90]`
fn percent(share: &Share) -> String {
    match (share.share, share.low, share.high) {
        (Some(p), Some(low), Some(high)) => format!("{:.0} [{:.0},{:.0}]", p * 100.0, low * 100.0, high * 100.0),
        _ => "-".into(),
    }
}
