//! Sets of effects.

use std::fmt;
use std::ops::{BitOr, BitOrAssign};

/// A set of effects.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Effects(u32);

macro_rules! effects {
    ($($name:ident = $bit:literal, $word:literal: $doc:literal;)*) => {
        impl Effects {
            $(#[doc = $doc] pub const $name: Effects = Effects(1 << $bit);)*
        }
        /// Every effect with its word.
        const WORDS: &[(Effects, &str)] = &[$((Effects::$name, $word)),*];
    };
}

effects! {
    ALLOCATES = 0, "allocates": "Makes objects.";
    CHANGES_SELF = 1, "changes self": "Changes slots or elements of the receiver.";
    CHANGES_OTHERS = 2, "changes others": "Changes objects that it did not make itself.";
    MAY_NOT_RETURN = 3, "may not return": "Has a loop or a recursion whose end nothing shows.";
    FILES = 4, "files": "Reads or writes files.";
    NETWORK = 5, "network": "Talks to other machines.";
    CLOCK = 6, "clock": "Asks what time it is.";
    RANDOM = 7, "random": "Asks for randomness.";
    ENVIRONMENT = 8, "environment": "Reads the environment or the arguments.";
    PROCESSES = 9, "processes": "Starts, stops or waits for processes.";
    CONSOLE = 10, "console": "Writes to the output.";
    INPUT = 11, "input": "Reads the input.";
    IMAGE = 12, "image": "Commits or aborts the image.";
    ALFRED = 13, "alfred": "Asks a model.";
    SYSTEM = 14, "system": "Imports, evaluates text, ends the program.";
    REFLECTION = 15, "reflection": "Looks into objects, or changes which slots they have.";
}

impl Effects {
    /// Changes what slots of the receiver hold. It has no word of its own: for who does it, that is changing others, but it is nobody's
    /// business if the receiver was just made, and what its slots hold, too.
    pub(crate) const CHANGES_PARTS: Effects = Effects(1 << 16);
    /// Only computes.
    pub const PURE: Effects = Effects(0);
    /// What needs a power that a program must have been given.
    pub const CAPABILITIES: Effects = Effects(0x7FF0);

    /// Whether all of these are among them.
    pub fn has(self, other: Effects) -> bool {
        self.0 & other.0 == other.0
    }

    /// As it is told: there is no word for parts.
    pub(crate) fn told(self) -> Effects {
        match self.has(Self::CHANGES_PARTS) {
            true => self.without(Self::CHANGES_PARTS) | Self::CHANGES_OTHERS,
            false => self,
        }
    }

    /// Whether there are none.
    pub fn is_pure(self) -> bool {
        self.0 == 0
    }

    /// Those that are in both.
    pub fn and(self, other: Effects) -> Effects {
        Effects(self.0 & other.0)
    }

    /// Those that are not among the others.
    pub fn without(self, other: Effects) -> Effects {
        Effects(self.0 & !other.0)
    }

    /// Each one's word.
    pub fn words(self) -> impl Iterator<Item = &'static str> {
        WORDS.iter().filter(move |w| self.has(w.0)).map(|w| w.1)
    }

    /// The effects that a list of words names, or the first word that names none. `none` is the empty list.
    pub fn read(text: &str) -> Result<Effects, &str> {
        let mut all = Effects::PURE;
        for word in text.split(',').map(str::trim).filter(|w| !w.is_empty() && *w != "none") {
            all |= WORDS.iter().find(|w| w.1 == word).map(|w| w.0).ok_or(word)?;
        }
        Ok(all)
    }
}

impl fmt::Display for Effects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_pure() {
            return f.write_str("none");
        }
        for (i, word) in self.words().enumerate() {
            write!(f, "{}{word}", if i > 0 { ", " } else { "" })?;
        }
        Ok(())
    }
}

impl BitOr for Effects {
    type Output = Effects;
    fn bitor(self, other: Effects) -> Effects {
        Effects(self.0 | other.0)
    }
}

impl BitOrAssign for Effects {
    fn bitor_assign(&mut self, other: Effects) {
        self.0 |= other.0;
    }
}
