//! Choices of a project about how sends are answered, each with its words in `aura.toml`.

/// When the other personas are asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Cascade {
    /// When the first sample has failed, repairs included.
    #[default]
    OnFailure,
    /// Before the first sample.
    Always,
    /// Not at all: ALFRED works alone.
    Never,
}

impl Cascade {
    /// Every choice, by name.
    pub const NAMES: [(&'static str, Cascade); 3] =
        [("on-failure", Cascade::OnFailure), ("always", Cascade::Always), ("never", Cascade::Never)];
}

/// When a method may be written in Python, and is put into Aura (`crate::sketch`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Sketches {
    /// In the first conversation; what fails there is asked for in Aura.
    First,
    /// In every conversation. (Measured: after a sketch that failed, small models do better with another one than with Aura.)
    #[default]
    Always,
    /// Not at all: models are asked for Aura.
    Never,
}

impl Sketches {
    /// Every choice, by name.
    pub const NAMES: [(&'static str, Sketches); 3] =
        [("always", Sketches::Always), ("first", Sketches::First), ("never", Sketches::Never)];

    /// Whether conversation number `sample`, from 1, is about a sketch.
    pub fn in_conversation(self, sample: u32) -> bool {
        match self {
            Sketches::First => sample == 1,
            Sketches::Always => true,
            Sketches::Never => false,
        }
    }
}

/// Which tests a method must pass.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Tests {
    /// The user's, and ROBIN's where the cascade has asked for them.
    #[default]
    Cascade,
    /// The user's, and ROBIN's, who is asked before the first sample.
    Robin,
    /// The user's only.
    User,
    /// None.
    Never,
}

impl Tests {
    /// Every choice, by name.
    pub const NAMES: [(&'static str, Tests); 4] =
        [("cascade", Tests::Cascade), ("robin", Tests::Robin), ("user", Tests::User), ("never", Tests::Never)];

    /// The user's tests count.
    pub fn of_user(self) -> bool {
        self != Tests::Never
    }

    /// ROBIN's tests count, if there are any.
    pub fn of_robin(self) -> bool {
        matches!(self, Tests::Cascade | Tests::Robin)
    }
}

/// Capabilities that generated code can be given at all. Loading code, ending the program and committing to the image are
/// never a generated method's business.
pub const GRANTABLE: [&str; 9] = ["console", "input", "read", "write", "environment", "clock", "random", "run", "network"];

/// The choice of that name.
pub(super) fn named<T: Copy>(names: &[(&'static str, T)], name: &str) -> Option<T> {
    names.iter().find(|(n, _)| *n == name).map(|(_, choice)| *choice)
}

/// The names of all choices, as a sentence has them.
pub(super) fn choices<T>(names: &[(&'static str, T)]) -> String {
    format!("one of: {}", names.iter().map(|(n, _)| *n).collect::<Vec<_>>().join(", "))
}
