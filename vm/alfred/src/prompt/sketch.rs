//! The question for a sketch: the same situation, told in Python.
//!
//! Models that cannot write Aura need not read it either: objects are shown as classes, kinds of values as Python's types, and the
//! language card is left out, which makes the prompt a third as long. What must stay true is what holds for every prompt (see the
//! module above); and what a name stands for here is what `crate::sketch` makes of it.

use super::examples::{Example, as_turns};
use super::question::{data, expected, type_of, word};
use crate::clients::Message;
use crate::situation::{Holder, Situation, SlotKind, SlotView, Thing};
use crate::sketch::{class_name, parameters, python_name, python_type};
use crate::text::{clean, line};

/// Duties, in a few lines.
pub(super) const DUTIES: &str = include_str!("personas/sketch.md");
/// Slots of one object that are shown.
const MOST_SLOTS: usize = 30;
/// Characters of the classes other than the receiver's.
const MOST_OTHERS: usize = 1500;
/// Characters of the caller's source.
const MOST_CALLER: usize = 1200;

/// The first line of the function.
pub fn header(situation: &Situation) -> String {
    let names = parameters(situation);
    let all: Vec<&str> = std::iter::once("self").chain(names.iter().map(String::as_str)).collect();
    format!("def {}({}):", python_name(&situation.selector), all.join(", "))
}

/// The grammar of a bare sketch, in GBNF: a comment that says what is wanted, the function's first line, and lines that belong to it. A model may stop where a line could
/// end: one that must write a newline first, and would not, goes on with the line instead, and does not find an end.
pub fn grammar(situation: &Situation) -> String {
    let header = header(situation).replace('\\', "\\\\").replace('"', "\\\"");
    format!(
        "root ::= \"# \" [^\\n]{{10,240}} \"\\n{header}\\n\" line (\"\\n\" line){{0,29}} \"\\n\"?\nline ::= \"    \" \"    \"? \"    \"? \"    \"? \"    \"? [^\\n\\t ] [^\\n\\t]{{0,110}}\n"
    )
}

pub(super) fn question(situation: &Situation) -> String {
    let mut text = format!("Missing method: {}\nWrite: {}\n", word(&situation.selector), header(situation));
    if let Some(heading) = situation.caller.as_ref().and_then(|c| c.heading.as_ref()) {
        text.push_str(&format!("The program is about:\n{}", data(&clean(heading, 400))));
    }
    text.push_str(&format!("self is {}\n", word(&python_type(&situation.receiver.path))));
    let mut values: String = value("self", &situation.receiver).unwrap_or_default();
    let held = situation.receiver.held.iter();
    values.extend(held.map(|(n, v)| format!("self.{} is {}\n", python_name(n), pythonic(&line(v, 120)))));
    for (name, argument) in parameters(situation).iter().zip(&situation.arguments) {
        let type_ = argument.type_.as_ref().map_or(String::new(), |t| format!(", in Aura {}", type_of(t)));
        text.push_str(&format!("{} is {}{type_}\n", word(name), word(&python_type(&argument.path))));
        values.extend(value(name, argument));
    }
    if !values.is_empty() {
        text.push_str(&format!("In this call:\n{}", data(&values)));
    }
    if !situation.powers.is_empty() {
        text.push_str(&format!("The method may use these capabilities: {}\n", word(&situation.powers.join(", "))));
    }
    for holder in situation.path.iter().filter(|h| h.of_script && !h.is_shared) {
        text.push_str(&data(&class(holder)));
    }
    let mut room = MOST_OTHERS;
    for object in &situation.objects {
        let shown = class(object);
        let Some(left) = room.checked_sub(shown.chars().count()) else { break };
        room = left;
        text.push_str(&data(&shown));
    }
    if let Some(caller) = &situation.caller {
        text.push_str(&format!(
            "Called by this program (in another language: `a at: 1 Put: 2` is `a.at_put(1, 2)`, text in \"double quotes\" is a comment):\n{}",
            data(&clean(&caller.source, MOST_CALLER))
        ));
    }
    text.push_str(&expected(situation));
    let comments = situation.caller.as_ref().map_or(String::new(), |c| comments(&c.source));
    if !comments.is_empty() {
        text.push_str(&format!("The comments there:\n{}", data(&comments)));
    }
    text
}

/// The comments of a piece of Aura, without the rest. (What stands in a text is none.)
fn comments(source: &str) -> String {
    let mut found = Vec::new();
    let mut rest = source;
    while let Some(at) = rest.find(['"', '\'', '`']) {
        let (mark, after) = (rest.as_bytes()[at] as char, &rest[at + 1..]);
        let Some(end) = after.find(mark) else { break };
        if mark == '"' {
            found.push(line(&after[..end], 300));
        }
        rest = &after[end + 1..];
    }
    found.join("\n")
}

/// `n is 7`; nothing of objects of the program, whose names say nothing.
fn value(name: &str, thing: &Thing) -> Option<String> {
    let is_plain = python_type(&thing.path).starts_with(char::is_lowercase);
    let printed = thing.printed.as_ref().filter(|p| is_plain && !p.starts_with("a "))?;
    Some(format!("{name} is {}\n", pythonic(&line(printed, 120))))
}

/// An object as a class.
fn class(holder: &Holder) -> String {
    let name = class_name(holder.path.as_deref().unwrap_or("it"));
    let mut out = format!("class {name}:\n");
    if let Some(comment) = &holder.comment {
        out.push_str(&format!("    # {}\n", line(comment, 160)));
    }
    for slot in holder.slots.iter().filter(|s| s.kind != SlotKind::Parent).take(MOST_SLOTS) {
        let comment = slot.comment.as_ref().map_or(String::new(), |c| format!("  # {}", line(c, 120)));
        out.push_str(&format!("    {}{comment}\n", member(slot, &name)));
    }
    out
}

fn member(slot: &SlotView, class: &str) -> String {
    if slot.kind != SlotKind::Method {
        let name = python_name(&slot.name);
        return match python_type(slot.holds.as_deref().unwrap_or("a thing")).as_str() {
            "None" => format!("{name}: object = None"),
            kind => format!("{name}: {kind}"),
        };
    }
    let source = slot.source.as_deref().unwrap_or("");
    let header = untyped(source.split_once(" = (").map_or("", |(header, _)| header));
    let names: Vec<String> =
        header.split_whitespace().filter(|w| !w.ends_with(':') && *w != slot.name).map(python_name).collect();
    let names = std::iter::once("self".to_string()).chain(names).collect::<Vec<_>>().join(", ");
    let makes = source.contains("copy");
    let answer = if makes { format!(" -> {class}") } else { String::new() };
    format!("def {}({names}){answer}: ...{}", python_name(&slot.name), if makes { "  # makes a new one" } else { "" })
}

/// A method's header without its types: `at: i <int> ^ <E>` is `at: i`.
fn untyped(header: &str) -> String {
    let header = header.split(" ^").next().unwrap_or("");
    let mut depth = 0;
    let mut out = String::new();
    for word in header.split_inclusive(' ') {
        let opens = word.starts_with('<') && word.trim_end().len() > 2;
        depth += if opens { word.matches('<').count() } else { 0 };
        if depth == 0 {
            out.push_str(word);
        }
        depth = depth.saturating_sub(if depth > 0 { word.matches('>').count() } else { 0 });
    }
    out
}

/// A value as Python prints it: `vector(1, nil)` is `[1, None]`.
fn pythonic(printed: &str) -> String {
    let mut out = String::new();
    let mut closing = Vec::new();
    let mut rest = printed;
    while let Some(c) = rest.chars().next() {
        let opened = [("vector(", '[', ']'), ("list(", '[', ']'), ("dictionary(", '{', '}'), ("set(", '{', '}')];
        if let Some((name, open, close)) = opened.iter().find(|(name, ..)| rest.starts_with(name)) {
            out.push(*open);
            closing.push(*close);
            rest = &rest[name.len()..];
            continue;
        }
        if let Some(after) = rest.strip_prefix(" -> ") {
            out.push_str(": ");
            rest = after;
            continue;
        }
        if c == '\'' {
            let end = rest[1..].find('\'').map_or(rest.len(), |i| i + 2);
            out.push_str(&rest[..end]);
            rest = &rest[end..];
            continue;
        }
        match c {
            '(' => closing.push(')'),
            ')' => {
                out.push(closing.pop().unwrap_or(')'));
                rest = &rest[1..];
                continue;
            }
            _ => {}
        }
        if c.is_alphabetic() {
            let end = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
            let (name, after) = rest.split_at(end);
            out.push_str(match name {
                "nil" => "None",
                "true" => "True",
                "false" => "False",
                other => other,
            });
            rest = after;
            continue;
        }
        out.push(c);
        rest = &rest[c.len_utf8()..];
    }
    out
}

const EXAMPLES: &[Example] = &[
    Example {
        question: "Missing method: bits\nWrite: def bits(self):\nThe program is about:\n<data>\nHow numbers look inside.\n</data>\nself is int\nIn this call:\n<data>\nself is 10\n</data>\nCalled by this program (in another language: `a at: 1 Put: 2` is `a.at_put(1, 2)`, text in \"double quotes\" is a comment):\n<data>\n10 bits printLine\n</data>\n",
        plan: "The binary digits of the number as a string; '0' for 0, a minus before those of a negative number.",
        source: "def bits(self):\n    if self == 0:\n        return '0'\n    n = abs(self)\n    text = ''\n    while n > 0:\n        text = str(n % 2) + text\n        n = n // 2\n    if self < 0:\n        return '-' + text\n    return text",
    },
    Example {
        question: "Missing method: put:Copies:\nWrite: def put_copies(self, text, copies_n):\nself is Shelf\ntext is str\ncopies_n is int\nIn this call:\n<data>\nself.stock is {'Emma': 3}\nself.room is 40\ntext is 'Emma'\ncopies_n is 2\n</data>\n<data>\nclass Shelf:\n    stock: dict  # How many copies there are of each title.\n    room: int\n    def copies_of(self, title): ...\n</data>\nCalled by this program (in another language: `a at: 1 Put: 2` is `a.at_put(1, 2)`, text in \"double quotes\" is a comment):\n<data>\n\"Is there room for them? If not, nothing changes.\"\n(shelf put: 'Emma' Copies: 2) printLine\n</data>\nThe comments there:\n<data>\nIs there room for them? If not, nothing changes.\n</data>\n",
        plan: "If there is room for the copies, they are added to the stock of the title, the room gets less, and the answer is True; else False and nothing changes.",
        source: "def put_copies(self, text, copies_n):\n    if copies_n > self.room:\n        return False\n    self.stock[text] = self.copies_of(text) + copies_n\n    self.room = self.room - copies_n\n    return True",
    },
    Example {
        question: "Missing method: shiftedBy:\nWrite: def shifted_by(self, n):\nself is Span\nn is int\nIn this call:\n<data>\nself.begin is 3\nself.end is 5\nn is 10\n</data>\n<data>\nclass Span:\n    begin: int\n    end: int\n    def from_to(self, a, b) -> Span: ...  # makes a new one\n</data>\nCalled by this program (in another language: `a at: 1 Put: 2` is `a.at_put(1, 2)`, text in \"double quotes\" is a comment):\n<data>\n((span from: 3 To: 5) shiftedBy: 10) length printLine\n</data>\n",
        plan: "A new span whose begin and end are n later; this one stays as it is.",
        source: "def shifted_by(self, n):\n    return self.from_to(self.begin + n, self.end + n)",
    },
];

/// What every prompt for a sketch begins with.
pub(super) fn beginning() -> String {
    let said: String = turns().into_iter().map(|m| m.text + "\n").collect();
    format!("{DUTIES}\n{said}")
}

/// The examples as turns of the conversation.
pub(super) fn turns() -> Vec<Message> {
    as_turns(EXAMPLES)
}
