//! A made project: files of prototypes with written and unwritten types, that import one another.
//!
//! What must stay true: the same number of lines makes the same project; it has no errors.

use std::fmt::Write as _;

/// Lines of one file, about.
const LINES: usize = 500;

/// The files of a project of about so many lines, by name.
pub(crate) fn project(lines: usize) -> Vec<(String, String)> {
    let files = lines.div_ceil(LINES).max(1);
    (0..files).map(|n| (format!("part{n}"), file(n, LINES))).collect()
}

/// A single file of about so many lines.
pub(crate) fn single(lines: usize) -> String {
    file(0, lines)
}

/// One file. Every file but the first imports two others.
fn file(n: usize, lines: usize) -> String {
    let mut text = format!("\"Part {n} of a made project.\"\n|\n");
    if n > 0 {
        let _ = writeln!(text, "before = import: 'part{}'.\nfirst = import: 'part{}'.", n - 1, n / 2);
    }
    let mut object = 0;
    while text.lines().count() < lines.saturating_sub(30) {
        prototype(&mut text, n, object);
        object += 1;
    }
    text.push_str("|\n");
    for o in 0..object.min(6) {
        let _ = writeln!(text, "(thing{n}x{o} copy width: {o}) area printLine");
    }
    text
}

fn prototype(text: &mut String, n: usize, o: usize) {
    let typed = o.is_multiple_of(2);
    let t = |type_: &str| if typed { format!(" <{type_}>") } else { String::new() };
    let r = |type_: &str| if typed { format!(" ^ <{type_}>") } else { String::new() };
    let (int, text_, list) = (t("int"), t("string"), t("list of: int"));
    let _ = write!(
        text,
        "
\"A thing with a size, a name and some numbers.\"
thing{n}x{o} = (|
    parent* = traits clonable.
    width{int} <- 1.
    height{int} <- 2.
    name{text_} <- 'thing'.
    numbers{list} <- list copyRemoveAll.

    \"How large it is.\"
    area{ri} = ( width * height ).

    \"Another one, larger by a factor.\"
    scaled: factor{int}{rs} = ( (copy width: width * factor) height: height * factor ).

    \"The sum of the numbers that are above a limit.\"
    sumAbove: limit{int}{ri} = ( | sum <- 0 |
        numbers do: [|:e| e > limit ifTrue: [ sum: sum + e ] ].
        sum ).

    \"Adds numbers up to a limit.\"
    fill: limit{int}{rs} = ( | i <- 0 |
        [ i < limit ] whileTrue: [
            numbers add: i * i.
            i: i + 1 ].
        self ).

    \"A text about it.\"
    label{rt} = ( (area > 100) || [ numbers isEmpty ]
        ifTrue: [ name , ' is large: ' , area printString ]
        False: [ name , ': ' , (numbers collect: [|:e| e printString ]) first ] ).

    \"The largest of the numbers, or a default.\"
    largestOr: default{int}{ri} = ( numbers isEmpty ifTrue: [ ^ default ]. numbers inject: 0 Into: [|:a. :b| a max: b ] ).
",
        ri = r("int"),
        rs = r("self"),
        rt = r("string"),
    );
    if n > 0 && o.is_multiple_of(3) {
        let _ = write!(
            text,
            "
    \"As large as one of another part.\"
    like = ( | other | other: before thing{}x{o} copy. (copy width: other width) height: other area ).
",
            n - 1
        );
    }
    text.push_str("|).\n");
}
