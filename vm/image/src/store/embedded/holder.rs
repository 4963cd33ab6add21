//! Who has an image open: a small text file beside it, for people.
//!
//! Only for the sentence that says who is in the way. Whether anybody is in the way is decided by the lock on the image itself,
//! so a file left behind by a process that was killed does no harm, and one that cannot be written is done without.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// The file, as long as the image is open.
#[derive(Debug)]
pub(super) struct Holder {
    file: PathBuf,
}

impl Holder {
    /// Says that this process has the image.
    pub(super) fn write(image: &Path) -> Option<Self> {
        let file = beside(image);
        let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
        let command: Vec<String> = std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect();
        let text = format!("process {}\ncommand {}\nsince {since}\n", std::process::id(), command.join(" "));
        fs::write(&file, text).ok().map(|()| Self { file })
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.file);
    }
}

/// Who has an image that this process does not get.
pub(super) fn who(image: &Path) -> String {
    let text = fs::read_to_string(beside(image)).unwrap_or_default();
    let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    match field("process").and_then(|number| number.parse::<u32>().ok()) {
        Some(number) if number == std::process::id() => "this process itself".to_owned(),
        Some(number) if may_be_alive(number) => match field("command").filter(|command| !command.is_empty()) {
            Some(command) => format!("process {number} ({command})"),
            None => format!("process {number}"),
        },
        _ => "another process".to_owned(),
    }
}

fn beside(image: &Path) -> PathBuf {
    let mut name = image.as_os_str().to_owned();
    name.push(".holder");
    name.into()
}

/// A file left behind must not blame a process that is gone. Where there is no `/proc`, the file is believed.
fn may_be_alive(number: u32) -> bool {
    let processes = Path::new("/proc");
    !processes.join("self").exists() || processes.join(number.to_string()).exists()
}
