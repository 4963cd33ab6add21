//! A suite: a folder of tiers, each a folder of tasks.
//!
//! ```text
//! SUITE/TIER/TASK/script.aura    a program that sends a message that nothing understands; a model sees this, and nothing else
//! SUITE/TIER/TASK/hidden.txt     tests: EXPRESSION ==> PRINTSTRING, or ==> error KIND; evaluated in the script's module after it has run
//! SUITE/TIER/TASK/right.aura     a method that is right, in the form of learned methods
//! SUITE/TIER/TASK/wrong*.aura    methods that pass the gates and are wrong
//! ```
//!
//! The last two are never used in an evaluation: they show that the hidden tests are worth something. What must stay true: a suite is read
//! whole or refused with the file and line of the fault; the same files give the same tasks in the same order, and the same digest.

use std::path::{Path, PathBuf};

use crate::files::{self, Unreadable};
use crate::learned::{self, LearnedError, Method};
use crate::text::sha256;

/// No file of a suite is larger.
const MOST_BYTES: u64 = 256 << 10;
/// What separates a hidden test's expression from what it should answer.
const ARROW: &str = " ==> ";

/// The tasks of a folder.
#[derive(Clone, Debug, PartialEq)]
pub struct Suite {
    /// Its name: that of the folder.
    pub name: String,
    /// In the order of their tiers and names.
    pub tasks: Vec<Task>,
}

/// One missing send.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// The folder that it stands in.
    pub tier: String,
    /// Its own folder.
    pub name: String,
    /// The script's file.
    pub path: PathBuf,
    /// The script.
    pub script: String,
    /// What the model never sees.
    pub hidden: Vec<HiddenTest>,
    /// A method that is right.
    pub right: Method,
    /// Methods that pass the gates and are wrong, each with its file.
    pub wrong: Vec<(PathBuf, Method)>,
}

/// A call with its answer.
#[derive(Clone, Debug, PartialEq)]
pub struct HiddenTest {
    /// What is evaluated.
    pub code: String,
    /// The `printString` of its answer, or `error KIND`.
    pub expected: String,
    /// Its line.
    pub line: usize,
}

/// Why a folder is no suite.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{}: {why}", .path.display())]
pub struct SuiteError {
    /// Which file or folder.
    pub path: PathBuf,
    /// What is wrong with it, and what to do.
    pub why: String,
}

impl Task {
    /// `1-arithmetic/digit-sum`
    pub fn title(&self) -> String {
        format!("{}/{}", self.tier, self.name)
    }

    /// The missing selector.
    pub fn selector(&self) -> &str {
        &self.right.selector
    }
}

impl Suite {
    /// Reads the suite in `folder`.
    ///
    /// # Errors
    /// The first file that is missing or cannot be read.
    pub fn read(folder: &Path) -> Result<Self, SuiteError> {
        let mut tasks = Vec::new();
        for tier in folders(folder)? {
            for task in folders(&tier)? {
                tasks.push(read_task(&name(&tier), &task)?);
            }
        }
        if tasks.is_empty() {
            return Err(fault(
                folder,
                "there is no task in it; a suite has folders TIER/TASK with a script.aura, a hidden.txt and a right.aura",
            ));
        }
        Ok(Self { name: name(folder), tasks })
    }

    /// The tasks of one tier only: the whole name, or how it begins.
    pub fn only(mut self, tier: &str) -> Self {
        self.tasks.retain(|t| t.tier.starts_with(tier));
        self
    }

    /// The tiers, in order.
    pub fn tiers(&self) -> Vec<&str> {
        let mut tiers: Vec<&str> = self.tasks.iter().map(|t| &*t.tier).collect();
        tiers.dedup();
        tiers
    }

    /// The SHA-256 of everything that an evaluation depends on: names, scripts, hidden tests.
    pub fn digest(&self) -> String {
        let mut text = String::new();
        for task in &self.tasks {
            text.push_str(&format!("{}\n{}\n{}\n", task.title(), task.selector(), sha256(&task.script)));
            task.hidden.iter().for_each(|t| text.push_str(&format!("{}{ARROW}{}\n", t.code, t.expected)));
        }
        sha256(&text)
    }
}

fn read_task(tier: &str, folder: &Path) -> Result<Task, SuiteError> {
    let path = folder.join("script.aura");
    let script = read(&path)?;
    let tests = folder.join("hidden.txt");
    let hidden = hidden(&tests, &read(&tests)?)?;
    let right = one_method(&folder.join("right.aura"))?;
    let mut wrong = Vec::new();
    for file in entries(folder)? {
        if name(&file).starts_with("wrong") {
            let method = one_method(&file)?;
            if (&method.at, &method.selector) != (&right.at, &right.selector) {
                return Err(fault(
                    &file,
                    format!(
                        "it is about '{} {}', and right.aura about '{} {}'",
                        method.at, method.selector, right.at, right.selector
                    ),
                ));
            }
            wrong.push((file, method));
        }
    }
    Ok(Task { tier: tier.into(), name: name(folder), path, script, hidden, right, wrong })
}

fn one_method(path: &Path) -> Result<Method, SuiteError> {
    let text = read(path)?;
    let unreadable = |e: LearnedError| match e {
        LearnedError::Damaged { line, why, .. } => fault(path, format!("line {line}: {why}")),
        other => fault(path, other.to_string()),
    };
    let mut methods = learned::methods_in(path, &text).map_err(unreadable)?;
    match methods.len() {
        1 => Ok(methods.remove(0)),
        n => Err(fault(path, format!("exactly one method is wanted, there are {n}"))),
    }
}

/// Blank lines and lines that begin with `"` are remarks; a line without an arrow goes on with the next.
fn hidden(path: &Path, text: &str) -> Result<Vec<HiddenTest>, SuiteError> {
    let mut tests = Vec::new();
    let mut code = String::new();
    let mut first = 0;
    for (i, line) in text.lines().enumerate() {
        let is_remark = code.is_empty() && (line.trim().is_empty() || line.starts_with('"'));
        if is_remark {
            continue;
        }
        if code.is_empty() {
            first = i + 1;
        }
        match line.rsplit_once(ARROW) {
            Some((end, expected)) => {
                code.push_str(end);
                let code = std::mem::take(&mut code).trim().to_string();
                tests.push(HiddenTest { code, expected: expected.trim().into(), line: first });
            }
            None => code.push_str(&format!("{line}\n")),
        }
    }
    if !code.trim().is_empty() {
        return Err(fault(
            path,
            format!("line {first}: what begins here has no '{}' that says what it should answer", ARROW.trim()),
        ));
    }
    match tests.len() {
        0 => Err(fault(path, "there is no test in it; write lines EXPRESSION ==> PRINTSTRING")),
        _ => Ok(tests),
    }
}

fn read(path: &Path) -> Result<String, SuiteError> {
    files::read(path, MOST_BYTES).map_err(|e| match e {
        Unreadable::Missing => fault(path, "it is missing"),
        Unreadable::Io(e) => fault(path, format!("it cannot be read: {e}")),
        Unreadable::TooLarge => fault(path, format!("it has more than {MOST_BYTES} bytes")),
        Unreadable::NotText(at) => fault(path, format!("byte {at} is not UTF-8")),
    })
}

fn folders(of: &Path) -> Result<Vec<PathBuf>, SuiteError> {
    Ok(entries(of)?.into_iter().filter(|p| p.is_dir()).collect())
}

/// What is in a folder, by name; nothing hidden.
fn entries(of: &Path) -> Result<Vec<PathBuf>, SuiteError> {
    let unreadable = |e: std::io::Error| fault(of, format!("it cannot be read: {e}"));
    let mut all = Vec::new();
    for entry in std::fs::read_dir(of).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if !name(&path).starts_with('.') {
            all.push(path);
        }
    }
    all.sort();
    Ok(all)
}

fn name(path: &Path) -> String {
    let whole = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    whole.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned())
}

fn fault(path: &Path, why: impl Into<String>) -> SuiteError {
    SuiteError { path: path.into(), why: why.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suite(files: &[(&str, &str)]) -> Result<Suite, SuiteError> {
        let folder = tempfile::tempdir().expect("a folder");
        for (path, text) in files {
            let path = folder.path().join("s").join(path);
            std::fs::create_dir_all(path.parent().expect("below")).expect("made");
            std::fs::write(path, text).expect("written");
        }
        std::fs::create_dir_all(folder.path().join("s")).expect("made");
        Suite::read(&folder.path().join("s"))
    }

    const RIGHT: &str = "\"right\"\npoint _AddSlots: (| m = ( 1 ) |)\n";

    #[test]
    fn a_folder_is_read_in_order_and_has_one_digest() {
        let files = [
            ("2-b/x/script.aura", "s"),
            ("2-b/x/hidden.txt", "\"remark\"\n\n( 1.\n  2 ) ==> 2\n3 ==> 3\n"),
            ("2-b/x/right.aura", RIGHT),
            ("2-b/x/wrong.aura", "\"w\"\npoint _AddSlots: (| m = ( 2 ) |)\n"),
            ("1-a/y/script.aura", "t"),
            ("1-a/y/hidden.txt", "'a ==> b' ==> 'a ==> b'"),
            ("1-a/y/right.aura", RIGHT),
        ];
        let one = suite(&files).expect("a suite");
        assert_eq!((one.tiers(), one.tasks[1].title()), (vec!["1-a", "2-b"], "2-b/x".to_string()));
        let test = &one.tasks[1].hidden[0];
        assert_eq!((test.code.as_str(), test.expected.as_str(), test.line), ("( 1.\n  2 )", "2", 3));
        assert_eq!(one.digest(), suite(&files).expect("a suite").digest());
        assert_eq!(one.clone().only("2").tasks.len(), 1);
        let changed = suite(&[("1-a/y/hidden.txt", "1 ==> 2"), files[4], files[6]]).expect("a suite");
        assert_ne!(changed.digest(), one.only("1").digest());
    }

    #[test]
    fn a_fault_names_the_file_and_the_line() {
        let whole = [("a/x/script.aura", "s"), ("a/x/hidden.txt", "1 ==> 1"), ("a/x/right.aura", RIGHT)];
        let with = |path: &'static str, text: &'static str| {
            let mut files: Vec<(&str, &str)> = whole.iter().filter(|f| f.0 != path).copied().collect();
            files.push((path, text));
            suite(&files).expect_err("a fault").to_string()
        };
        assert!(
            with("a/x/hidden.txt", "1 ==> 1\n2\n")
                .ends_with("line 2: what begins here has no '==>' that says what it should answer")
        );
        assert!(with("a/x/hidden.txt", "").contains("there is no test in it"));
        assert!(with("a/x/right.aura", "point foo").contains("not a learned method"));
        assert!(with("a/x/wrong.aura", "other _AddSlots: (| m = ( 2 ) |)").contains("it is about 'other m'"));
        assert!(suite(&whole[..2]).expect_err("a fault").to_string().ends_with("right.aura: it is missing"));
        assert!(suite(&[]).expect_err("a fault").why.contains("there is no task"));
    }
}
