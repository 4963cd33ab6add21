//! Sets of effects.

/// A set of effects.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Effects(u32);

impl Effects {
    /// Only computes.
    pub const PURE: Effects = Effects(0);
    /// Makes objects.
    pub const ALLOCATES: Effects = Effects(1);
    /// Changes the receiver's slots or elements.
    pub const CHANGES_RECEIVER: Effects = Effects(1 << 1);
    /// Changes other objects.
    pub const CHANGES_OTHERS: Effects = Effects(1 << 2);
    /// May run for ever.
    pub const MAY_NOT_RETURN: Effects = Effects(1 << 3);
    /// Whatever there is.
    pub const UNKNOWN: Effects = Effects(1 << 4);
}

/// What the primitives outside the table of pure ones do, by name.
pub(crate) fn of_primitive(_name: &str) -> Effects {
    Effects::UNKNOWN
}
