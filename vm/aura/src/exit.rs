//! Exit codes: the one place that names them. `docs/commands.md` has the same table for people, and a test compares the two.
//!
//! Not here: the codes that a program asks for itself with `process exit: n`, which are passed on ([`Exit::of_program`]).

/// How the command ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord)]
#[repr(u8)]
pub enum Exit {
    /// Everything went well.
    Fine = 0,
    /// The program ended with a condition that nobody handled, or could not be read.
    Failed = 1,
    /// The command line makes no sense.
    Usage = 2,
    /// `check` or `fmt --check` found something.
    Check = 3,
    /// Tests failed.
    Tests = 4,
    /// Something needed a power that was not granted, or a policy said no.
    Refused = 5,
    /// A message was not understood, and nothing was learned for it.
    NotUnderstood = 6,
    /// A limit was reached: fuel, memory, time, tokens.
    Budget = 7,
    /// No model could be reached.
    Unreachable = 8,
    /// The stored world (the compiled library, a file of learned methods) is damaged.
    Damaged = 9,
    /// Ctrl-C.
    Interrupted = 130,
}

impl Exit {
    /// All of them.
    pub const ALL: [Exit; 11] = [
        Exit::Fine,
        Exit::Failed,
        Exit::Usage,
        Exit::Check,
        Exit::Tests,
        Exit::Refused,
        Exit::NotUnderstood,
        Exit::Budget,
        Exit::Unreachable,
        Exit::Damaged,
        Exit::Interrupted,
    ];

    /// The number.
    pub fn code(self) -> u8 {
        self as u8
    }

    /// The number for a program that ended itself with `code`: one for which the system has no room must not become another, least of all 0.
    pub fn of_program(code: i32) -> u8 {
        u8::try_from(code).unwrap_or(u8::MAX)
    }

    /// The code for an unhandled condition of this kind.
    pub fn of_condition(kind: &str) -> Exit {
        match kind {
            "doesNotUnderstand" => Exit::NotUnderstood,
            "noCapability" | "refused" => Exit::Refused,
            "limit" | "outOfMemory" | "budget" => Exit::Budget,
            "unreachable" => Exit::Unreachable,
            "interrupted" => Exit::Interrupted,
            "imageDamaged" => Exit::Damaged,
            _ => Exit::Failed,
        }
    }
}
