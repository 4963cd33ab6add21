//! Markdown tables, aligned so that they can also be read as they are.

/// Rows of cells; the first row is the heading.
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with this heading.
    pub(crate) fn new(heading: &[&str]) -> Self {
        Self { rows: vec![heading.iter().map(ToString::to_string).collect()] }
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// Writes it to standard output. The first column stands to the left, the others to the right.
    pub(crate) fn print(&self) {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns)
            .map(|c| self.rows.iter().filter_map(|r| r.get(c)).map(|s| s.chars().count()).max().unwrap_or(0).max(3))
            .collect();
        for (i, row) in self.rows.iter().enumerate() {
            let cells: Vec<String> = widths
                .iter()
                .enumerate()
                .map(|(c, &w)| {
                    let text = row.get(c).map_or("", String::as_str);
                    if c == 0 { format!("{text:<w$}") } else { format!("{text:>w$}") }
                })
                .collect();
            println!("| {} |", cells.join(" | "));
            if i == 0 {
                let rules: Vec<String> = widths
                    .iter()
                    .enumerate()
                    .map(|(c, &w)| if c == 0 { "-".repeat(w) } else { format!("{}:", "-".repeat(w - 1)) })
                    .collect();
                println!("| {} |", rules.join(" | "));
            }
        }
        println!();
    }
}

/// `measured` against `bar`, both as text, and whether it holds.
pub(crate) fn bar(what: &str, measured: String, bar: &str, holds: bool) -> Vec<String> {
    vec![what.to_owned(), measured, bar.to_owned(), if holds { "yes" } else { "no" }.to_owned()]
}
