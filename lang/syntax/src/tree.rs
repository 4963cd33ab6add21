//! The syntax tree.
//!
//! A tree holds spans, not text: a name is a byte range of the source, and whoever needs the letters asks
//! [`Span::text`]. This keeps a node small and lets the tree outlive no borrow. Comments and blank lines are not here; they
//! stay in the token vector beside the tree, where the formatter finds them by position.
//!
//! What must stay true: every span lies inside the source, on character boundaries, with `start <= end`; a child's
//! span lies inside its parent's; siblings are in source order. A tree is always complete: what could not be read is an
//! [`ExprKind::Error`].
//!
//! Not here: meaning. `( … )` has been classified by its place and contents (that is syntax), but whether `x: 3` stores
//! into a local or sends a message is the compiler's business.

/// A half-open range of bytes in one source.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Default, PartialOrd, Ord, serde::Serialize)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span from `start` to `end`, in either order.
    pub fn new(start: usize, end: usize) -> Self {
        let (s, e) = if start <= end { (start, end) } else { (end, start) };
        Self { start: s as u32, end: e as u32 }
    }
    /// The smallest span that covers both.
    pub fn to(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
    /// The letters it covers; empty when it does not fit `source`.
    pub fn text(self, source: &str) -> &str {
        source.get(self.start as usize..self.end as usize).unwrap_or("")
    }
}

/// A whole source file, or a REPL entry.
#[derive(Clone, PartialEq, Debug)]
pub struct File {
    /// The slot list at the very beginning: the slots of the module object.
    pub slots: Option<SlotList>,
    /// The expressions that follow, in order.
    pub body: Vec<Statement>,
    /// The whole source.
    pub span: Span,
}

/// `| slot. slot. … |`, also with annotations inside.
#[derive(Clone, PartialEq, Debug)]
pub struct SlotList {
    /// In source order, annotations flattened (each slot names its own).
    pub slots: Vec<Slot>,
    /// `{} = 'text'`: the annotation of the object as a whole (the span of the string literal).
    pub annotation: Option<Span>,
    /// From bar to bar.
    pub span: Span,
}

/// One slot of a slot list.
#[derive(Clone, PartialEq, Debug)]
pub struct Slot {
    /// What it is called, with the parameters that stand in its header.
    pub name: SlotName,
    /// `name*`: lookup goes on there.
    pub is_parent: bool,
    /// `:name`: an argument.
    pub is_argument: bool,
    /// `name <T>`: the type of the slot's contents, or of the argument.
    pub type_: Option<Type>,
    /// `^ <T>` before `=`: the type of a method's answer.
    pub result: Option<Type>,
    /// What it holds at first.
    pub init: Init,
    /// The comment that stands directly before the slot (the whole token, quotes included).
    pub comment: Option<Span>,
    /// The texts of the annotations `{ 'text' … }` around it, outermost first (spans of string literals).
    pub annotations: Vec<Span>,
    /// From the name to the end of the initialiser.
    pub span: Span,
}

/// A slot's name. Keyword and binary headers may carry parameters; the older form `at:Put: = (| :i. :v | … )` has none.
#[derive(Clone, PartialEq, Debug)]
pub enum SlotName {
    /// `size`
    Unary(Span),
    /// `+ a`
    Binary {
        /// The operator.
        operator: Span,
        /// Its parameter, when it stands in the header.
        parameter: Option<Parameter>,
    },
    /// `at: i Put: v`
    Keyword {
        /// `at:`, `Put:` with their colons.
        parts: Vec<Span>,
        /// As many as parts, or none.
        parameters: Vec<Parameter>,
    },
}

/// A parameter in a method header or a block.
#[derive(Clone, PartialEq, Debug)]
pub struct Parameter {
    /// Its name, without a colon.
    pub name: Span,
    /// `name <T>`
    pub type_: Option<Type>,
}

/// The initialiser of a slot.
#[derive(Clone, PartialEq, Debug)]
pub enum Init {
    /// `x`: assignable, nil at first. (An argument slot has this too.)
    None,
    /// `x = e`: constant.
    Constant(Expr),
    /// `x <- e`: assignable.
    Assignable(Expr),
    /// `x = ( code )`: a method.
    Method(Body),
}

/// The inside of a method, a block, or a parenthesised sub-expression.
#[derive(Clone, PartialEq, Debug)]
pub struct Body {
    /// Arguments and locals.
    pub slots: Option<SlotList>,
    /// What is evaluated.
    pub statements: Vec<Statement>,
    /// `{ 'text' ( … ) }` or `{} = 'text'` in its slot list: the annotation of the whole (the span of the string literal).
    pub annotation: Option<Span>,
    /// Brackets included.
    pub span: Span,
}

/// An expression with its period's place, or `^ expression`.
#[derive(Clone, PartialEq, Debug)]
pub struct Statement {
    /// The expression.
    pub expr: Expr,
    /// `^` stands before it.
    pub is_return: bool,
    /// The `^` included, the period not.
    pub span: Span,
}

/// An expression.
#[derive(Clone, PartialEq, Debug)]
pub struct Expr {
    /// What kind.
    pub kind: ExprKind,
    /// Where.
    pub span: Span,
}

/// The kinds of expression.
#[derive(Clone, PartialEq, Debug)]
pub enum ExprKind {
    /// An integer literal: decimal or `16r1F`, perhaps with a leading `-`.
    Integer,
    /// A float literal.
    Float,
    /// A string literal, quotes included.
    String,
    /// `self`
    SelfRef,
    /// `(| slots |)` or `()` where an object is meant: a data object.
    Object(SlotList),
    /// `[ … ]`
    Block(Box<Body>),
    /// `( e )` or `(| locals | e. e )`: a sub-expression.
    Group(Box<Body>),
    /// `{ 1. 2. 3 }`
    Vector(Vec<Expr>),
    /// `` `Hello {name}` ``
    Template(Vec<TemplatePart>),
    /// A message.
    Send(Box<Send>),
    /// Could not be read; a diagnostic says why.
    Error,
}

/// A piece of a template string.
#[derive(Clone, PartialEq, Debug)]
pub enum TemplatePart {
    /// Letters, escapes not yet resolved.
    Text(Span),
    /// `{ expression }`
    Hole(Expr),
}

/// The parts of a selector. Most have one or two, and a source has many, so these lie in the node; else like a `Vec`.
pub type Parts = smallvec::SmallVec<[Span; 2]>;

/// The arguments of a message. Most have one at most, which lies in the node; else like a `Vec`.
pub type Arguments = smallvec::SmallVec<[Expr; 1]>;

/// A message with its receiver and arguments.
#[derive(Clone, PartialEq, Debug)]
pub struct Send {
    /// To whom.
    pub receiver: Receiver,
    /// The parts of the selector: one name, one operator, or keywords with colons.
    pub selector: Parts,
    /// As many as keywords, one for an operator, none for a unary message.
    pub arguments: Arguments,
}

/// To whom a message goes.
#[derive(Clone, PartialEq, Debug)]
pub enum Receiver {
    /// Nothing written: the activation, then self.
    Implicit,
    /// An expression.
    Expr(Expr),
    /// `resend.foo`; the span of `resend`.
    Resend(Span),
    /// `parentName.foo`; the span of the parent's name.
    Delegate(Span),
}

/// A type annotation, `<…>`. Parsed and kept; the checker gives it meaning.
#[derive(Clone, PartialEq, Debug)]
pub struct Type {
    /// What kind.
    pub kind: TypeKind,
    /// Angle brackets included where they are written.
    pub span: Span,
}

/// The kinds of type.
#[derive(Clone, PartialEq, Debug)]
pub enum TypeKind {
    /// A prototype's name (`int`, `point`), `self`, `any`, `nil`, or a variable when capitalised.
    Name(Span),
    /// `list of: T`, a generic prototype applied; the spans are the keywords.
    Apply(Box<Type>, Vec<(Span, Type)>),
    /// `A | B`
    Union(Vec<Type>),
    /// `[A, B ^ R]`
    Block(Vec<Type>, Option<Box<Type>>),
    /// `(| slots |)`
    Object(SlotList),
    /// `T: bound`
    Bound(Span, Box<Type>),
    /// Could not be read.
    Error,
}

/// The selector of a slot or send as one word: its parts put together.
pub fn selector(parts: &[Span], source: &str) -> String {
    parts.iter().map(|p| p.text(source)).collect()
}
