//! What a project has spent today, in a small file in its `.aura` folder.
//!
//! What must stay true: programs of a project that run at the same time count together (a lock is held for the moment of
//! counting); a file that cannot be read stops nobody unless a budget for the day was set, and then it is said what to do.
//! A day is a day in UTC.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::config::Spent;
use crate::files::{self, Unreadable};

/// No such file is longer.
const MOST_BYTES: u64 = 4096;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Day {
    date: String,
    spent: Spent,
}

/// What was spent today, by the file at `path`.
///
/// # Errors
/// What is wrong with the file, and what to do.
pub fn today(path: &Path, now: SystemTime) -> Result<Spent, String> {
    let damaged = |why: String| format!("{} does not say what was spent today ({why}); delete it to begin anew", path.display());
    let text = match files::read(path, MOST_BYTES) {
        Ok(text) => text,
        Err(Unreadable::Missing) => return Ok(Spent::default()),
        Err(Unreadable::Io(e)) => return Err(damaged(e.to_string())),
        Err(Unreadable::TooLarge | Unreadable::NotText(_)) => return Err(damaged("it is something else".into())),
    };
    let day: Day = serde_json::from_str(&text).map_err(|e| damaged(e.to_string()))?;
    Ok(if day.date == date(now) { day.spent } else { Spent::default() })
}

/// Adds to it.
///
/// # Errors
/// When the file cannot be written.
pub fn add(path: &Path, more: Spent, now: SystemTime) -> Result<(), String> {
    let fail = |e: std::io::Error| format!("what was spent cannot be noted in {}: {e}", path.display());
    if let Some(folder) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(fail)?;
    }
    let lock = std::fs::File::create(lock_of(path)).map_err(fail)?;
    lock.lock().map_err(fail)?;
    // A damaged file is not written over: it might be somebody's, and who set a budget is told.
    let mut spent = today(path, now)?;
    spent.add(more);
    let text = serde_json::to_string(&Day { date: date(now), spent }).expect("plain data") + "\n";
    files::replace_quickly(path, &text).map_err(fail)
}

fn lock_of(path: &Path) -> PathBuf {
    path.with_extension("lock")
}

/// `2026-11-22`
fn date(now: SystemTime) -> String {
    humantime::format_rfc3339_seconds(now).to_string().chars().take(10).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_day_adds_up_and_the_next_one_begins_at_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(".aura/spent.json");
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(3600);
        let one = Spent { tokens: 5, seconds: 0.5, money: 0.25 };
        assert_eq!(today(&path, now), Ok(Spent::default()));
        add(&path, one, now).expect("written");
        add(&path, one, now + Duration::from_secs(3600)).expect("written");
        assert_eq!(today(&path, now), Ok(Spent { tokens: 10, seconds: 1.0, money: 0.5 }));
        assert_eq!(today(&path, now + Duration::from_secs(86_400)), Ok(Spent::default()));
    }

    #[test]
    fn programs_that_run_at_the_same_time_count_together() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("spent.json");
        let now = SystemTime::UNIX_EPOCH;
        std::thread::scope(|s| {
            for _ in 0..4 {
                s.spawn(|| {
                    for _ in 0..25 {
                        add(&path, Spent { tokens: 1, ..Spent::default() }, now).expect("written");
                    }
                });
            }
        });
        assert_eq!(today(&path, now).map(|s| s.tokens), Ok(100));
    }

    #[test]
    fn a_damaged_file_says_what_to_do_and_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("spent.json");
        for text in ["", "{}", "{\"date\": \"x\", \"spent\": 3}", "\u{0}"] {
            std::fs::write(&path, text).expect("written");
            let why = today(&path, SystemTime::UNIX_EPOCH).expect_err("damaged");
            assert!(why.contains("delete it to begin anew"), "{why}");
            assert!(add(&path, Spent::default(), SystemTime::UNIX_EPOCH).is_err());
            assert_eq!(std::fs::read_to_string(&path).expect("there"), text);
        }
    }
}
