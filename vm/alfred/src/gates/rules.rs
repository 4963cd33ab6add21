//! The names behind the guardian's rules, and the powers that switch some of them off.
//!
//! The lists are a wall of names: objects inherit from lobby, so a name of the outside world is a danger whoever it is sent
//! to. They are not the only wall: each primitive checks the capability of its caller when it runs.

use std::collections::BTreeSet;

/// Capabilities that generated code may use, by the names that the machine has for them: those that the program holds where the
/// send stands, and that policy allows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Powers(BTreeSet<String>);

impl Powers {
    /// No capability, which is the default.
    pub fn none() -> Self {
        Self::default()
    }

    /// What the sender holds and policy allows.
    pub fn of(held: &[String], policy: &[String]) -> Self {
        Self(held.iter().filter(|h| policy.contains(h)).cloned().collect())
    }

    /// What generated code may use where a send stands.
    pub fn at(situation: &crate::situation::Situation) -> Self {
        Self::of(&situation.capabilities, &situation.powers)
    }

    /// All of them, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether `capability` is among them.
    pub fn has(&self, capability: &str) -> bool {
        self.0.contains(capability)
    }
}

/// The capability behind a name of the standard library, if there is one.
pub(super) fn capability(name: &str) -> Option<&'static str> {
    let groups: [(&str, &[&str]); 12] = [
        (
            "read",
            &["files", "file", "directories", "directory", "fileSystem", "paths", "readFile:", "import:", "load:", "runScript"],
        ),
        ("write", &["writeFile:", "appendFile:", "deleteFile:"]),
        ("network", &["network", "http", "https", "socket", "sockets", "url"]),
        ("environment", &["environment", "env", "arguments", "commandLine", "os"]),
        (
            "processes",
            &[
                "processes",
                "process",
                "scheduler",
                "semaphore",
                "semaphores",
                "channel",
                "fork",
                "resume",
                "suspend",
                "terminate",
                "thisProcess",
                "yield",
                "sleep:",
                "delay:",
            ],
        ),
        (
            "console",
            &[
                "console",
                "consoleError",
                "stdout",
                "stderr",
                "print",
                "printLine",
                "printLines",
                "printNl",
                "transcript",
                "display",
                "write:",
                "writeLine:",
            ],
        ),
        ("input", &["stdin", "readLine", "readAll", "linesDo:", "ask:", "input", "prompt:"]),
        ("clock", &["clock", "time", "date", "dates", "now", "today", "stopwatch", "measure:"]),
        ("random", &["random", "randomNumbers", "entropy"]),
        (
            "system",
            &["system", "image", "images", "commit", "snapshot", "saveImage", "garbageCollect", "collectGarbage", "transaction:"],
        ),
        ("run", &["command", "commands", "shell:", "system:"]),
        ("alfred", &["alfred", "personas", "cassette", "ollama"]),
    ];
    groups.iter().find(|(_, names)| names.contains(&name)).map(|(capability, _)| *capability)
}

/// Names that lead to the whole world.
pub fn is_world(name: &str) -> bool {
    matches!(
        name,
        "lobby"
            | "globals"
            | "shell"
            | "vm"
            | "kernel"
            | "guardian"
            | "capabilities"
            | "grant:"
            | "grant"
            | "desktop"
            | "benchmarks"
    )
}

/// Names that nothing else may have, not even a local.
pub(super) fn is_root(name: &str) -> bool {
    matches!(name, "lobby" | "globals")
}

/// Messages that look into or change objects from outside, or that say what is sent in a string.
pub(super) fn is_reflection(selector: &str) -> bool {
    const NAMES: [&str; 30] = [
        "mirror",
        "mirrors",
        "asMirror",
        "reflect:",
        "reflectee",
        "slots",
        "slotNames",
        "slotAt:",
        "at:PutContents:",
        "addSlots:",
        "addSlot:",
        "removeSlot:",
        "removeAllSlots",
        "define:",
        "defineSlots:",
        "become:",
        "eval",
        "eval:",
        "evaluate",
        "evaluate:",
        "compile:",
        "sendTo:",
        "performOn:",
        "asMethod",
        "thisActivation",
        "activation",
        "activations",
        "identityHash:",
        "setParent:",
        "removeName:",
    ];
    NAMES.contains(&selector) || selector.starts_with("perform:") || selector.starts_with("perform") && selector.contains("With")
}

/// Messages that end or stop the program.
pub(super) fn is_halt(selector: &str) -> bool {
    matches!(selector, "exit" | "exit:" | "quit" | "quit:" | "halt" | "abort" | "shutdown" | "kill" | "crash")
}
