//! Small things that people read: columns, times, sizes.

use std::time::{Duration, UNIX_EPOCH};

/// Microseconds beyond which times are not written as dates: the end of the year 9999.
const LAST: u64 = 253_402_300_799_000_000;

/// Lines of columns, each as wide as its widest entry but the last, which is not padded.
pub(super) fn columns(lines: &[Vec<String>], indent: &str) -> String {
    let count = lines.iter().map(Vec::len).max().unwrap_or(0);
    let wide = |i: usize| lines.iter().filter_map(|l| l.get(i)).map(|c| c.chars().count()).max().unwrap_or(0).min(40);
    let widths: Vec<usize> = (0..count).map(wide).collect();
    let mut out = String::new();
    for line in lines {
        let cells = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect::<Vec<_>>();
        out.push_str(format!("{indent}{}", cells.join("  ")).trim_end());
        out.push('\n');
    }
    out
}

/// Microseconds since 1970 as everybody writes them, in UTC.
pub(super) fn time(micros: u64) -> String {
    match micros {
        0 => "-".into(),
        micros if micros > LAST => format!("{micros} µs"),
        micros => humantime::format_rfc3339_seconds(UNIX_EPOCH + Duration::from_micros(micros)).to_string(),
    }
}

/// Bytes, as people read them.
pub(super) fn size(bytes: u64) -> String {
    match bytes {
        0..10_000 => format!("{bytes} B"),
        10_000..10_000_000 => format!("{:.1} KB", bytes as f64 / 1e3),
        10_000_000..10_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

/// `1 commit`, `2 commits`.
pub(super) fn some(n: u64, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_end_without_spaces() {
        let line = |cells: [&str; 2]| cells.map(str::to_string).to_vec();
        assert_eq!(columns(&[line(["a", "b"]), line(["long", ""])], " "), " a     b\n long\n");
    }

    #[test]
    fn times_that_are_none_do_no_harm() {
        assert_eq!(time(1_000_000), "1970-01-01T00:00:01Z");
        assert_eq!(time(LAST), "9999-12-31T23:59:59Z");
        assert!(time(u64::MAX).ends_with("µs"));
    }
}
