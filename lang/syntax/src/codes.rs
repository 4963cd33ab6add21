//! The codes of syntax diagnostics, each with its explanation: the one place where a code is defined.
//!
//! What must stay true: a code never changes its meaning and is never given away again, since people look it up and
//! machines match on it; `E0001` to `E0099` belong to this crate.

/// A kind of diagnostic.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// `E0011`
    pub name: &'static str,
    /// A few words.
    pub title: &'static str,
    /// One paragraph: what it means, why it is so, what to do.
    pub explanation: &'static str,
}

/// Defines a crate's codes: a static for each, `ALL` of them, and `explain`. The one form for every crate that finds something wrong.
#[macro_export]
macro_rules! diagnostic_codes {
    ($($ident:ident = $name:literal, $title:literal: $explanation:literal;)*) => {
        $(
            #[doc = $title]
            pub static $ident: $crate::codes::Code =
                $crate::codes::Code { name: $name, title: $title, explanation: $explanation };
        )*
        /// Every code of this crate, in order.
        pub static ALL: &[&$crate::codes::Code] = &[$(&$ident),*];

        /// The explanation of one of this crate's codes, such as `E0011`.
        pub fn explain(name: &str) -> Option<&'static $crate::codes::Code> {
            ALL.iter().copied().find(|code| code.name.eq_ignore_ascii_case(name))
        }
    };
}

diagnostic_codes! {
    UNKNOWN_CHARACTER = "E0001", "unknown character":
        "Outside strings, templates and comments a program consists of ASCII letters, digits, brackets, and the operator characters ! # $ % & * + , - / ; < = > ? @ \\ ^ | ~. Something else stands here: often a typographic quote or dash, or an invisible blank, that came along with a copied text. Replace it; inside strings every character of Unicode is welcome.";
    OPEN_STRING = "E0002", "string without end":
        "A string begins with a single quote and ends with the next single quote that has no back-slash before it; it may run over several lines. Here the source ends before the closing quote. Write \\' for a quote inside a string.";
    OPEN_COMMENT = "E0003", "comment without end":
        "A comment begins with a double quote and ends with the next double quote that has no back-slash before it. Here the source ends before that. Strings are written in single quotes.";
    OPEN_TEMPLATE = "E0004", "template without end":
        "A template begins and ends with a back-quote. Here the source ends before the closing one. Inside a template, \\` is a back-quote and \\{ a brace.";
    BAD_NUMBER = "E0005", "malformed number":
        "Integers are written 12 or, with a radix from 2 to 36, 16r1F; floats 1.5, 1e10 or 1.5e-3. Digits must be below the radix, C's 0x and leading zeros are not numbers here, and a blank must stand between a number and a message to it.";
    BAD_ESCAPE = "E0006", "unknown escape":
        "In strings and templates a back-slash begins one of \\t \\n \\r \\b \\f \\v \\a \\0 \\\\ \\' \\\" \\?, \\x41 (two hexadecimal digits), \\d065 (three decimal digits), \\o101 (three octal digits), \\u{1F600} (a Unicode character), or stands at the end of a line, which joins it with the next. Templates also know \\` \\{ and \\}.";
    UNCLOSED = "E0007", "bracket without its partner":
        "Every ( [ and { needs its ) ] or }. The source, or a bracket around it, ends before the partner of this one was found. The program was read as if the partner stood where the message points.";
    UNOPENED = "E0008", "closing bracket that nothing opens":
        "A ) ] or } stands here for which no opening bracket is left. It was skipped.";
    TOO_DEEP = "E0009", "nested too deeply":
        "Expressions may be nested up to a limit, counting brackets, keyword messages inside arguments, and the messages of one chain. A program this deep is nearly always generated, or has lost a closing bracket. Give the inner parts names, or cut the chain in pieces.";
    MISSING_ARGUMENT = "E0010", "argument missing":
        "An operator, or a keyword with its colon, is followed by an argument. Here something else follows, or nothing.";
    MIXED_OPERATORS = "E0011", "different operators without parentheses":
        "All binary messages bind alike, so 2 + 3 * 4 has no obvious meaning: a reader may take it for 14, a machine that goes from left to right for 20. Aura reads neither silently: a chain may only repeat the same operator, as in a + b + c, and everything else needs parentheses.";
    CAPITAL_NAME = "E0012", "name with a capital letter":
        "Names of slots, messages and arguments begin with a lower-case letter. A capital begins the later parts of a keyword message (at: i Put: v) and type variables.";
    CAPITAL_KEYWORD = "E0013", "capitalised keyword without a message to continue":
        "In at: i Put: v the first part is written lower-case and all that follow are Capitalised. That is how nested messages are told apart: a lower-case keyword begins a new message inside the argument. Here a Capitalised part stands where no keyword message is open.";
    MISSING_PERIOD = "E0014", "period missing between expressions":
        "Expressions in a method, block or parenthesis are separated by periods, also when they stand on lines of their own. At the top level of a file a new line is enough.";
    UNEXPECTED = "E0015", "nothing can be made of this here":
        "The parser knows no way to go on with what stands here. It skipped it and read on.";
    STRAY_PERIOD = "E0016", "period without an expression before it":
        "A period separates or ends expressions and slots. Before this one there is none.";
    RETURN_PLACE = "E0017", "return in the wrong place":
        "`^ e` answers e from the method that the code stands in. It must be the last expression of the method or of a block; nothing after it could ever run. Sub-expressions in parentheses and the top level of a file have nothing to return from.";
    RESEND = "E0018", "malformed resend":
        "resend.foo looks for foo above the object that holds the running method, name.foo in the parent slot called name. The period stands directly between name and message, with no blanks. To send a message to self write self foo, with a blank.";
    UNCLOSED_SLOTS = "E0019", "slot list without end":
        "A slot list stands between two bars: | a. b <- 3 |. The bracket around it ends before the second bar. Remember that a bar directly before an operator character is read together with it: write | - x, not |- x.";
    NOT_A_SLOT = "E0020", "not a slot":
        "A slot is x, x = e, x <- e, p* = e, :argument, or a method: x = ( code ), + a = ( code ), at: i Put: v = ( code ). Slots are separated by periods.";
    SLOT_NAME = "E0021", "slot with a name it cannot have":
        "A slot's name begins with a lower-case letter. Names that begin with an underscore belong to the machine's primitives.";
    NOT_A_METHOD = "E0022", "slot that needs a method":
        "A slot whose name is an operator or has keywords answers a message with arguments, so it must hold a method: `=` and code in parentheses.";
    ARGUMENT_COUNT = "E0023", "wrong number of arguments":
        "A method has as many arguments as its name asks for: none for a name, one for an operator, one for each keyword. They stand in the name (at: i Put: v = ( … )) or, in the older form, all of them in the body (at:Put: = (| :i. :v | … )).";
    LOCAL_METHOD = "E0024", "method among local slots":
        "`x = ( code )` in the slot list of a method, block or sub-expression would be a method, and locals cannot be methods. To compute a local's first value write x <- ( … ) (parentheses that compute); for a local function store a block: x = [ … ].";
    ARGUMENT_PLACE = "E0025", "argument where none can be passed":
        "`:x` declares an argument. Methods in slots and blocks have arguments; data objects, sub-expressions and modules have none. An argument has no initial value.";
    ANNOTATION = "E0026", "malformed annotation":
        "An annotation is { 'text' slots }, {} = 'text', or, around a literal, { 'text' ( … ) }.";
    TYPE = "E0027", "malformed type":
        "A type stands between < and >: <int>, <list of: point>, <A | nil>, <[int, int ^ bool]>, <(| x <int> |)>, <T: comparable>.";
    LINE_START = "E0028", "line that cannot begin an expression":
        "At the top level of a file an expression ends with its line, unless a bracket is open or an operator or keyword still waits for its argument. This line looks like the rest of the one before. Put the whole expression in parentheses, or a back-slash at the end of the first line.";
    TOO_MANY = "E0029", "too many errors":
        "The source has more errors than anyone would read. The rest is not shown.";
    HOLE = "E0030", "malformed hole in a template":
        "Between the braces of a template stands exactly one expression. Write \\{ for a brace that is just a brace.";
    TWO_ARROWS = "E0031", "method in an assignable slot":
        "A method cannot be assigned, so its slot is written with `=`.";
    RUN_ON = "E0032", "message that looks like a new expression":
        "Between brackets a line end ends nothing: a name or a keyword at the begin of a line is a message to what stands at the end of the line before, if there is no period. This one is not indented deeper than the line that its expression begins, so it looks like a new expression. A warning: the program is read as it is written.";
    LOST_COMPARISON = "E0033", "comparison whose answer nobody uses":
        "`=` asks whether two things are equal. As a statement whose answer nobody uses it does nothing, and most often it was meant to give something a name, as `=` does in other languages and between bars: | total = 3 |. What can be assigned to is assigned to with a keyword: total: 3. A warning: the program is read as it is written.";
    ARROW = "E0034", "`<-` outside a slot list":
        "`name <- value` between bars declares a slot that can be assigned to, with its first value. Elsewhere it means nothing: what is declared is assigned to with a keyword, `name: value`. Where slots are declared, each but the last needs a period behind it.";
    LINE_END = "E0035", "line that goes on by its looks only":
        "At the top level of a file an expression ends with its line, unless a bracket is open or an operator or keyword still waits for its argument. A message on the next line has no receiver but the file itself, however deep the line is indented. Put the whole expression in parentheses, or a back-slash at the end of the first line. A warning: the program is read as it is written.";
    SMALL_KEYWORD = "E0036", "keyword that begins a message of its own":
        "The first keyword of a message begins with a small letter and all others with a capital: `at: 1 Put: 2`, `x ifTrue: [ 1 ] False: [ 2 ]`. A small one begins another message, to what stands directly before it. A warning: the program is read as it is written.";
    JOINED_NUMBERS = "E0037", "comma behind a number":
        "`,` is a message that joins texts and collections. Elements of a vector are separated by periods, as expressions are. A warning: the program is read as it is written.";
    USED_EARLY = "E0038", "slot that is used before it is there":
        "The slots of a file are made in the order in which they are written, and what stands behind `=` or `<-` runs when its slot is made, other than the code of methods and blocks. A name that a later slot will have means nothing then. A warning: something else may have that name.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_in_order_and_without_gaps() {
        for (i, code) in ALL.iter().enumerate() {
            assert_eq!(code.name, format!("E{:04}", i + 1));
            assert!(code.explanation.len() > 40);
        }
        assert_eq!(explain("e0011"), Some(&MIXED_OPERATORS));
        assert_eq!(explain("E9999"), None);
    }
}
