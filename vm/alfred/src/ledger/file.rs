//! Records of sends in a file beside the memory of the program.
//!
//! ```text
//! geometry.aura.sends-4711-0
//!   {"id":1,"selector":"manhattan","receiver":"point","place":"geometry.aura:9","step":"paused","ms":0}
//!   {"id":1,"step":"weighing","ms":0}
//! ```
//!
//! The name has the number of the process; a lock on the file says that it lives. Lines are only ever appended, and the file
//! goes away when no send is under way.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use serde::{Deserialize, Serialize};

use super::{Ledger, Stopped};
use crate::files;
use crate::state::{Record, Step};
use crate::text::line;

/// No such file is longer.
const MOST_BYTES: u64 = 1 << 20;
/// Files of crashed runs that are looked at.
const MOST_FILES: usize = 64;
/// Tells the ledgers of one process apart.
static NEXT: AtomicU32 = AtomicU32::new(0);

/// See the module's comment.
pub struct OnDisk {
    /// What the names of all such files begin with.
    base: PathBuf,
    own: Option<(PathBuf, File)>,
    /// Sends that are under way.
    open: Vec<u64>,
}

#[derive(Serialize, Deserialize)]
struct Line {
    id: u64,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    selector: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    receiver: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    place: String,
    step: Step,
    ms: u64,
}

impl OnDisk {
    /// Records beside `memory`: the image, or the script, that what is learned is kept with. Nothing is made before the first
    /// send.
    pub fn beside(memory: &Path) -> Self {
        let mut base = memory.as_os_str().to_os_string();
        base.push(".sends-");
        Self { base: base.into(), own: None, open: Vec::new() }
    }

    fn own(&mut self) -> Result<&mut File, String> {
        if self.own.is_none() {
            let mut name = self.base.as_os_str().to_os_string();
            name.push(format!("{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed)));
            let path = PathBuf::from(name);
            let fail = |e: std::io::Error| format!("{} cannot be written: {e}", path.display());
            if let Some(folder) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
                std::fs::create_dir_all(folder).map_err(fail)?;
            }
            // Under another name until it is locked: another run would take a record that nobody holds for one that was left behind.
            let mut unlocked = path.as_os_str().to_os_string();
            unlocked.push(".new");
            let file = OpenOptions::new().create(true).append(true).open(&unlocked).map_err(fail)?;
            // Held as long as the file is open; whoever gets it later knows that nobody writes any more.
            file.try_lock().map_err(|e| format!("{} cannot be locked: {e}", path.display()))?;
            std::fs::rename(&unlocked, &path).map_err(fail)?;
            self.own = Some((path, file));
        }
        Ok(&mut self.own.as_mut().expect("made above").1)
    }

    fn write(&mut self, record: &Record) -> Result<(), String> {
        let (step, at) = record.trail.last().copied().unwrap_or((Step::Paused, std::time::Duration::ZERO));
        let is_first = !self.open.contains(&record.id);
        let said = |text: &str| if is_first { text.to_string() } else { String::new() };
        let line = Line {
            id: record.id,
            selector: said(&record.selector),
            receiver: said(&record.receiver),
            place: said(&record.place),
            step,
            ms: at.as_millis() as u64,
        };
        let mut text = serde_json::to_string(&line).expect("plain data");
        text.push('\n');
        let file = self.own()?;
        file.write_all(text.as_bytes()).map_err(|e| format!("the record of the send cannot be written: {e}"))?;
        // What was written outlasts the process at once. The disk is waited for where the next step writes something that
        // outlasts a power cut.
        if step == Step::Keeping {
            file.sync_data().map_err(|e| format!("the record of the send cannot be written: {e}"))?;
        }
        if is_first {
            self.open.push(record.id);
        }
        Ok(())
    }

    /// No send is under way.
    fn rest(&mut self) {
        if let Some((path, _file)) = self.own.take() {
            // What cannot be removed is empty of open sends, and the next run removes it.
            let _ = std::fs::remove_file(path);
        }
    }
}

impl Ledger for OnDisk {
    fn came_to(&mut self, record: &Record) -> Result<(), String> {
        let written = self.write(record);
        if record.is_over() {
            self.open.retain(|id| *id != record.id);
            if self.open.is_empty() {
                self.rest();
            }
        }
        written
    }

    fn left_behind(&mut self) -> Vec<Stopped> {
        let own = self.own.as_ref().map(|(path, _)| path.clone());
        let mut stopped = Vec::new();
        for path in siblings(&self.base).into_iter().filter(|p| own.as_ref() != Some(p)) {
            let Ok(file) = File::open(&path) else { continue };
            if file.try_lock().is_err() {
                continue; // Its run lives.
            }
            match files::read(&path, MOST_BYTES) {
                Ok(text) => stopped.extend(read(&text)),
                Err(_) => stopped
                    .push(Stopped { send: format!("(a record that cannot be read: {})", path.display()), step: Step::Keeping }),
            }
            let _ = std::fs::remove_file(&path);
        }
        stopped
    }
}

impl Drop for OnDisk {
    /// A ledger that goes while sends are open stays: its run has not ended them.
    fn drop(&mut self) {
        if self.open.is_empty() {
            self.rest();
        }
    }
}

/// The files whose names begin like this.
fn siblings(base: &Path) -> Vec<PathBuf> {
    let (Some(start), folder) = (base.file_name(), base.parent().filter(|p| !p.as_os_str().is_empty())) else {
        return Vec::new();
    };
    let Ok(entries) = std::fs::read_dir(folder.unwrap_or(Path::new("."))) else { return Vec::new() };
    let start = start.to_string_lossy().into_owned();
    let is_ours = |name: &str| {
        name.strip_prefix(&start)
            .is_some_and(|rest| rest.split('-').all(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit())))
    };
    let mut all: Vec<PathBuf> =
        entries.flatten().filter(|e| is_ours(&e.file_name().to_string_lossy())).map(|e| e.path()).take(MOST_FILES).collect();
    all.sort();
    all
}

/// The sends that a text has not ended. A last line that was cut off is none.
fn read(text: &str) -> Vec<Stopped> {
    let mut sends: BTreeMap<u64, (String, Step)> = BTreeMap::new();
    for said in text.lines().filter_map(|l| serde_json::from_str::<Line>(l).ok()) {
        let name = |l: &Line| format!("'{}' to {} at {}", line(&l.selector, 80), line(&l.receiver, 80), line(&l.place, 120));
        sends.entry(said.id).and_modify(|s| s.1 = said.step).or_insert_with(|| (name(&said), said.step));
    }
    let open = sends.into_values().filter(|(_, step)| !step.next().is_empty());
    open.map(|(send, step)| Stopped { send, step }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn record(id: u64) -> Record {
        Record { receiver: "point".into(), place: "g.aura:9".into(), ..Record::new(id, "manhattan") }
    }

    fn files_in(folder: &Path) -> usize {
        std::fs::read_dir(folder).expect("listed").count()
    }

    #[test]
    fn a_send_that_ends_leaves_nothing_behind() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut ledger = OnDisk::beside(&folder.path().join("g.aura"));
        let mut r = record(1);
        ledger.came_to(&r).expect("written");
        assert_eq!(files_in(folder.path()), 1);
        // Another run sees that this one lives.
        assert_eq!(OnDisk::beside(&folder.path().join("g.aura")).left_behind(), []);
        r.advance(Step::GaveUp, Duration::ZERO).expect("legal");
        ledger.came_to(&r).expect("written");
        assert_eq!(files_in(folder.path()), 0);
    }

    #[test]
    fn a_send_that_does_not_end_is_told_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let base = folder.path().join("g.aura");
        let mut ledger = OnDisk::beside(&base);
        let (mut one, mut two) = (record(1), record(2));
        ledger.came_to(&one).expect("written");
        ledger.came_to(&two).expect("written");
        for step in [Step::Weighing, Step::Gathering, Step::Asking] {
            one.advance(step, Duration::from_millis(5)).expect("legal");
            ledger.came_to(&one).expect("written");
        }
        two.advance(Step::GaveUp, Duration::ZERO).expect("legal");
        ledger.came_to(&two).expect("written");
        drop(ledger);
        let mut next = OnDisk::beside(&base);
        let stopped = next.left_behind();
        assert_eq!(stopped, [Stopped { send: "'manhattan' to point at g.aura:9".into(), step: Step::Asking }]);
        assert!(stopped[0].note().contains("at 'asking'; nothing was changed"), "{}", stopped[0].note());
        assert_eq!((next.left_behind(), files_in(folder.path())), (Vec::new(), 0));
    }

    #[test]
    fn a_file_cut_off_anywhere_says_an_earlier_step_or_nothing() {
        let whole = "{\"id\":1,\"selector\":\"a\",\"receiver\":\"b\",\"place\":\"c\",\"step\":\"paused\",\"ms\":0}\n{\"id\":1,\"step\":\"weighing\",\"ms\":1}\n{\"id\":1,\"step\":\"gathering\",\"ms\":1}\n";
        let mut last = Step::Paused;
        for cut in 0..=whole.len() {
            for stopped in read(&whole[..cut]) {
                assert_eq!(stopped.send, "'a' to b at c");
                let order = [Step::Paused, Step::Weighing, Step::Gathering];
                let at = |s: Step| order.iter().position(|o| *o == s).expect("one of these");
                assert!(at(stopped.step) >= at(last));
                last = stopped.step;
            }
        }
        assert_eq!(last, Step::Gathering);
    }

    #[test]
    fn other_files_are_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["g.aura.sends-x", "g.aura.sends-1-", "g.aura", "g.aura.sends-"] {
            std::fs::write(folder.path().join(name), "{}").expect("written");
        }
        assert_eq!(OnDisk::beside(&folder.path().join("g.aura")).left_behind(), []);
        assert_eq!(files_in(folder.path()), 4);
    }
}
