//! What is laid out: items (statements, slots) made of pieces (words and bracketed groups).

/// A comment on a line of its own: its text, its column in the source, whether an empty line stands before it.
pub(super) type Comment = (String, u32, bool);

/// A program: its `#!` line, the comments before the slots of the module and these, and what follows.
pub(super) struct Program {
    /// The line, and whether an empty one stands behind it.
    pub(super) shebang: Option<(String, bool)>,
    pub(super) module: Option<(Vec<Comment>, List)>,
    pub(super) code: List,
}

/// A statement, a slot, or an annotated group of slots.
#[derive(Default)]
pub(super) struct Item {
    /// An empty line stands before it.
    pub(super) blank_before: bool,
    /// It begins a line in the source.
    pub(super) begins_line: bool,
    /// Comments on lines of their own before it; the flag: an empty line before.
    pub(super) comments: Vec<Comment>,
    pub(super) pieces: Vec<Piece>,
    pub(super) period: bool,
    /// Comments behind it on its line.
    pub(super) trailing: Vec<(String, u32)>,
}

pub(super) enum Piece {
    Word(Word),
    Group(Box<Group>),
}

pub(super) struct Word {
    pub(super) text: String,
    /// Its column in the source, for the further lines of comments.
    pub(super) column: u32,
    /// No blank before it.
    pub(super) glued: bool,
    pub(super) cut: Cut,
    pub(super) is_comment: bool,
}

/// Whether a line may begin with a word.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    Never,
    /// If the line would be too long.
    Operator,
    /// Rather than go on behind a group of several lines.
    Keyword,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Shape {
    Method,
    Paren,
    Block,
    Brace,
    /// `{ 'text' slots }` in a slot list.
    Annotation,
}

pub(super) struct Group {
    pub(super) shape: Shape,
    pub(super) glued: bool,
    /// Comments between the bracket and the first bar, or an annotation's text and those around it.
    pub(super) head: Vec<Word>,
    /// The slots between bars, if there are bars.
    pub(super) slots: Option<List>,
    pub(super) code: List,
}

/// Items up to a closing bar or bracket.
#[derive(Default)]
pub(super) struct List {
    pub(super) items: Vec<Item>,
    /// Comments behind the last item, as before an item.
    pub(super) comments: Vec<Comment>,
}

impl List {
    pub(super) fn is_empty(&self) -> bool {
        self.items.is_empty() && self.comments.is_empty()
    }
}
