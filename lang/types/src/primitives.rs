//! What primitives answer, and what they do: a table of the machine's operations (`docs/primitives.md`).
//!
//! What must stay true: every primitive of the machine is here, or in the list of those that nothing is known of in
//! `tests/src/primitives.rs`, which holds the two together; one that is not here answers `any`, and does what its name lets expect
//! (`effects::of_primitive`).

use crate::effects::Effects;

/// What a primitive answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Answer {
    Unknown,
    Receiver,
    Bool,
    Int,
    Float,
    Text,
    Texts,
    Vector,
    Bytes,
    /// What has this for its traits.
    Kind(&'static str),
    /// It does not come back.
    Nothing,
}

/// A group of primitives that answer and do the same.
struct Group {
    answer: Answer,
    effects: Effects,
    names: &'static [&'static str],
}

const fn group(answer: Answer, effects: Effects, names: &'static [&'static str]) -> Group {
    Group { answer, effects, names }
}

static GROUPS: &[Group] = &[
    group(
        Answer::Bool,
        Effects::PURE,
        &[
            "_Eq:",
            "_InheritsFrom:",
            "_RespondsTo:",
            "_IntLT:",
            "_IntLE:",
            "_IntGT:",
            "_IntGE:",
            "_IntEQ:",
            "_IntNE:",
            "_FloatLT:",
            "_FloatLE:",
            "_FloatGT:",
            "_FloatGE:",
            "_FloatEQ:",
            "_FloatNE:",
            "_StringEQ:",
            "_StringNE:",
            "_StringLT:",
            "_StringLE:",
            "_StringGT:",
            "_StringGE:",
            "_StringStartsWith:",
            "_StringEndsWith:",
            "_StringAll:",
            "_MirrorIsParentAt:",
            "_MirrorIsAssignableAt:",
        ],
    ),
    group(
        Answer::Int,
        Effects::PURE,
        &[
            "_IdentityHash",
            "_IntHash",
            "_IntComplement",
            "_IntBitCount",
            "_IntBitLength",
            "_IntGCD:",
            "_IntSqrt",
            "_IntAnd:",
            "_IntOr:",
            "_IntXor:",
            "_IntShiftLeft:",
            "_IntShiftRight:",
            "_IntPower:",
            "_Size",
            "_ByteSize",
            "_ByteAt:",
            "_StringSize",
            "_StringHash",
            "_StringIndexOf:From:",
            "_StringLastIndexOf:",
            "_StringCodePoint",
            "_FloatHash",
            "_FloatAsInt",
            "_MethodArgumentCount",
            "_BlockArgumentCount",
            "_SemaphoreCount",
            "_StringAsInteger:",
        ],
    ),
    group(
        Answer::Float,
        Effects::PURE,
        &[
            "_IntAsFloat",
            "_FloatAdd:",
            "_FloatSub:",
            "_FloatMul:",
            "_FloatDiv:",
            "_FloatMod:",
            "_FloatNegate",
            "_FloatFloor",
            "_FloatCeil",
            "_FloatRound",
            "_FloatSqrt",
            "_FloatCbrt",
            "_FloatSin",
            "_FloatCos",
            "_FloatTan",
            "_FloatAsin",
            "_FloatAcos",
            "_FloatAtan",
            "_FloatExp",
            "_FloatLn",
            "_FloatLog10",
            "_FloatLog2",
            "_FloatAtan2:",
            "_FloatPower:",
            "_StringAsFloat",
        ],
    ),
    group(Answer::Text, Effects::PURE, &["_Describe", "_IntAsCharacter", "_StringAt:", "_MirrorKind", "_MirrorKindAt:"]),
    group(
        Answer::Text,
        Effects::ALLOCATES,
        &[
            "_IntPrintString",
            "_IntPrintStringBase:",
            "_FloatPrintString",
            "_FloatPrintStringDecimals:",
            "_BytesAsString:",
            "_StringFrom:UpTo:",
            "_StringConcat:",
            "_StringRepeat:",
            "_StringReversed",
            "_StringJoin:",
            "_StringReplace:With:",
            "_StringUppercase",
            "_StringLowercase",
            "_StringTrim:",
            "_StringNormalize:",
            "_StringQuoted",
            "_RegexReplace:With:",
            "_JSONQuoted",
            "_ActivationsText",
            "_MethodName",
        ],
    ),
    group(
        Answer::Texts,
        Effects::ALLOCATES,
        &[
            "_StringSplit:",
            "_StringLines",
            "_StringWords",
            "_StringCharacters",
            "_StringGraphemes",
            "_RegexNames",
            "_MirrorNames",
            "_MirrorSelectors",
        ],
    ),
    group(Answer::Vector, Effects::ALLOCATES, &["_NewVector:Filler:"]),
    group(Answer::Bytes, Effects::ALLOCATES, &["_NewByteVector:Filler:", "_StringAsBytes"]),
    group(Answer::Receiver, Effects::ALLOCATES, &["_Clone"]),
    group(
        Answer::Unknown,
        Effects::PURE,
        &[
            "_IntAdd:",
            "_IntSub:",
            "_IntMul:",
            "_IntDiv:",
            "_IntMod:",
            "_IntFloorDiv:",
            "_IntFloorMod:",
            "_At:",
            "_HandlerBlock",
            "_FindHandler:",
            "_HandlerMark",
            "_RunHandler:",
            "_Activations",
            "_ThisProcess",
            "_ProcessState",
            "_ProcessResult",
        ],
    ),
    group(Answer::Unknown, Effects::ALLOCATES, &["_RegexFind:From:", "_RegexFindAll:", "_JSONParse"]),
    group(Answer::Receiver, Effects::PURE, &["_RegexCheck"]),
    group(Answer::Receiver, Effects::CHANGES_SELF, &["_At:Put:", "_CopyRangeDstPos:SrcArray:SrcPos:Length:", "_ByteAt:Put:"]),
];

/// The name without its `IfFail:`.
pub(crate) fn plain(name: &str) -> &str {
    match name.strip_suffix("IfFail:") {
        // A primitive without arguments has its colon from `IfFail:`.
        Some(base) if !base.is_empty() => base,
        _ => name,
    }
}

fn find(name: &str) -> Option<&'static Group> {
    thread_local! {
        static INDEX: rustc_hash::FxHashMap<&'static str, &'static Group> =
            GROUPS.iter().flat_map(|g| g.names.iter().map(move |n| (*n, g))).collect();
    }
    INDEX.with(|index| index.get(name).copied())
}

/// Those whose effects go by their names.
static OTHERS: &[(Answer, &[&str])] = &[
    (Answer::Nothing, &["_UnwindTo:Value:", "_Exit:"]),
    (Answer::Bytes, &["_RandomSeed", "_FileReadBytes"]),
    (Answer::Int, &["_TimeMicroseconds", "_TimeNow", "_FileSize", "_FileModified"]),
    (Answer::Text, &["_FileRead"]),
    (Answer::Bool, &["_FileExists", "_FileIsDirectory"]),
    (Answer::Texts, &["_DirectoryList"]),
    (Answer::Kind("process"), &["_Fork", "_ThisProcess"]),
    (Answer::Kind("semaphore"), &["_SemaphoreNew:"]),
    (Answer::Kind("mirror"), &["_Mirror"]),
    (Answer::Receiver, &["_AddSlots:", "_AddSlotsIfAbsent:", "_Define:", "_RemoveSlot:", "_RemoveAllSlots"]),
];

/// What a primitive answers.
pub(crate) fn answer(name: &str) -> Answer {
    let other = OTHERS.iter().find(|(_, names)| names.contains(&name)).map(|(answer, _)| *answer);
    other.or_else(|| find(name).map(|g| g.answer)).unwrap_or(Answer::Unknown)
}

/// What a primitive of the table does.
pub(crate) fn effects(name: &str) -> Option<Effects> {
    find(name).map(|g| g.effects)
}

/// All primitives of the table.
pub fn typed_primitives() -> impl Iterator<Item = &'static str> {
    let others = OTHERS.iter().flat_map(|(_, names)| names.iter());
    GROUPS.iter().flat_map(|g| g.names.iter()).chain(others).copied()
}
