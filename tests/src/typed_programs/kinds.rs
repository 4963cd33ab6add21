//! The types that typed programs are made of.

/// A type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Int,
    Text,
    Bool,
    Point,
    Disc,
    Maybe,
    MaybeInt,
    Ints,
    Texts,
    Block,
    Action,
    Either,
    /// What can be asked for `v`, and told.
    Holder,
    /// What can be asked for `v`.
    Reader,
    /// What has a parent that is assigned to.
    Switch,
    /// A generic prototype of one's own.
    Cell,
    Mixed,
    /// What has a parent that may be one or another.
    Door,
    /// What sends to itself what its heirs have.
    Sided,
}

pub(super) const KINDS: [Kind; 19] = [
    Kind::Int,
    Kind::Text,
    Kind::Bool,
    Kind::Point,
    Kind::Disc,
    Kind::Maybe,
    Kind::MaybeInt,
    Kind::Ints,
    Kind::Texts,
    Kind::Block,
    Kind::Action,
    Kind::Either,
    Kind::Holder,
    Kind::Reader,
    Kind::Switch,
    Kind::Cell,
    Kind::Mixed,
    Kind::Door,
    Kind::Sided,
];

impl Kind {
    pub(super) fn written(self) -> &'static str {
        match self {
            Kind::Int => "int",
            Kind::Text => "string",
            Kind::Bool => "bool",
            Kind::Point => "point",
            Kind::Disc => "disc",
            Kind::Maybe => "point | nil",
            Kind::MaybeInt => "int | nil",
            Kind::Ints => "list of: int",
            Kind::Texts => "list of: string",
            Kind::Block => "[int ^ int]",
            Kind::Action => "[^ int]",
            Kind::Either => "int | string",
            Kind::Holder => "holder",
            Kind::Reader => "(| v ^ <int | string> |)",
            Kind::Switch => "switch",
            Kind::Cell => "cell of: int",
            Kind::Mixed => "cell of: (int | string)",
            Kind::Door => "door",
            Kind::Sided => "sided",
        }
    }

    /// Messages that tell apart what a local of this kind may hold: the test, and what to send if it is so and if not.
    pub(super) fn test(self) -> Option<[&'static str; 3]> {
        match self {
            Kind::Maybe => Some(["isNil", "printString", "name"]),
            Kind::MaybeInt => Some(["isNil", "printString", "succ printString"]),
            Kind::Either => Some(["isString", "uppercase", "succ printString"]),
            Kind::Point => Some(["isDisc", "radius printString", "name"]),
            _ => None,
        }
    }

    /// A type that objects of this kind fit as well.
    pub(super) fn below(self) -> Option<Kind> {
        match self {
            Kind::Point | Kind::Maybe => Some(Kind::Disc),
            Kind::MaybeInt | Kind::Either => Some(Kind::Int),
            Kind::Reader => Some(Kind::Holder),
            _ => None,
        }
    }
}
