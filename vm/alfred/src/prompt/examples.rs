//! Questions with their answers, which every prompt begins with: small models follow an example more surely than a rule, and write a language that
//! they have never seen by translating from one that they know well.
//!
//! What must stay true: the questions have the form that real ones have (a test compares), the answers run, and none of them is a task of
//! the suite by which models are measured.

use serde_json::json;

use crate::clients::{Message, Role};

/// A question, the plan, and the method.
pub(super) struct Example {
    pub(super) question: &'static str,
    pub(super) plan: &'static str,
    pub(super) source: &'static str,
}

const EXAMPLES: &[Example] = &[
    Example {
        question: "Missing method: longerSide\nWrite: longerSide = ( … )\nReceiver (self): rectangle. The method becomes a slot of: rectangle\nSent by the script:\n<data>\n((rectangle copy width: 3) height: 4) longerSide printLine\n</data>\nSlots of rectangle:\n<data>\nparent* = …\nwidth <- …\nheight <- …\n</data>\n",
        plan: "def longer_side(self):\n    return max(abs(self.width), abs(self.height))",
        source: "longerSide = ( width abs max: height abs )",
    },
    Example {
        question: "Missing method: countAbove:\nWrite: countAbove: a = ( … )\nReceiver (self): a vector. The method becomes a slot of: traits vector\nArgument a: an integer\nSent by the script:\n<data>\n({ 3. 8. 5 } countAbove: 4) printLine\n</data>\n",
        plan: "def count_above(self, a):\n    count = 0\n    for e in self:\n        if e > a:\n            count = count + 1\n    return count",
        source: "countAbove: a = ( | count <- 0 |\n    do: [ | :e | e > a ifTrue: [ count: count + 1 ] ].\n    count )",
    },
    Example {
        question: "Missing method: bits\nWrite: bits = ( … )\nReceiver (self): an integer. The method becomes a slot of: traits integer\nSent by the script:\n<data>\n10 bits printLine\n</data>\n",
        plan: "def bits(self):\n    n = self\n    text = ''\n    while n > 0:\n        if n % 2 == 0:\n            text = '0' + text\n        else:\n            text = '1' + text\n        n = n // 2\n    return text",
        source: "bits = ( | n. text <- '' |\n    n: self.\n    [ n > 0 ] whileTrue: [\n        (n % 2) = 0 ifTrue: [ text: '0', text ] False: [ text: '1', text ].\n        n: n / 2 ].\n    text )",
    },
    Example {
        question: "Missing method: placesOf:\nWrite: placesOf: a = ( … )\nReceiver (self): a string. The method becomes a slot of: traits string\nArgument a: a string\nSent by the script:\n<data>\n('banana' placesOf: 'n') printLine\n</data>\n",
        plan: "def places_of(self, a):\n    found = []\n    for i in range(len(self)):\n        if self[i] == a:\n            found.append(i)\n    return found",
        source: "placesOf: a = ( | found |\n    found: list copy.\n    0 to: size - 1 Do: [ | :i | (at: i) = a ifTrue: [ found add: i ] ].\n    found asVector )",
    },
    Example {
        question: "Missing method: put:Copies:\nWrite: put: a Copies: b = ( … )\nReceiver (self): shelf. The method becomes a slot of: shelf\nArgument a: a string\nArgument b: an integer\nSent by the script:\n<data>\nshelf put: 'Emma' Copies: 2\n</data>\nSlots of shelf:\n<data>\nparent* = …\nstock <- …    \"How many copies there are of each title.\"\nroom <- …\ncopiesOf: title = ( stock at: title IfAbsent: [ 0 ] )\n</data>\n",
        plan: "def put_copies(self, a, b):\n    if b > self.room:\n        raise Error('no room')\n    self.stock[a] = self.copies_of(a) + b\n    self.room = self.room - b\n    return self",
        source: "put: a Copies: b = (\n    b > room ifTrue: [ error: 'no room' ].\n    stock at: a Put: (copiesOf: a) + b.\n    room: room - b.\n    self )",
    },
    Example {
        question: "Missing method: shiftedBy:\nWrite: shiftedBy: a = ( … )\nReceiver (self): span. The method becomes a slot of: span\nArgument a: an integer\nSent by the script:\n<data>\n(((span copy begin: 3) end: 5) shiftedBy: 10) length printLine\n</data>\nSlots of span:\n<data>\nparent* = …\nbegin <- …\nend <- …\n</data>\n",
        plan: "def shifted_by(self, a):\n    return Span(begin=self.begin + a, end=self.end + a)",
        source: "shiftedBy: a = ( (copy begin: begin + a) end: end + a )",
    },
    Example {
        question: "Missing method: firstWhere:Otherwise:\nWrite: firstWhere: a Otherwise: b = ( … )\nReceiver (self): a list. The method becomes a slot of: traits list\nArgument a: a block\nArgument b: a block\nSent by the script:\n<data>\n(names firstWhere: [ | :n | n size > 3 ] Otherwise: [ 'nobody' ]) printLine\n</data>\n",
        plan: "def first_where(self, a, b):\n    for e in self:\n        if a(e):\n            return e\n    return b()",
        source: "firstWhere: a Otherwise: b = (\n    do: [ | :e | (a value: e) ifTrue: [ ^ e ] ].\n    b value )",
    },
    Example {
        question: "Missing method: headcount\nWrite: headcount = ( … )\nReceiver (self): manager. The method becomes a slot of: manager\nSent by the script:\n<data>\nboss headcount printLine\n</data>\nSlots of manager:\n<data>\nparent* = …\nname <- …\nreports <- …    \"Those who report to this one.\"\n</data>\n",
        plan: "def headcount(self):\n    total = 1\n    for r in self.reports:\n        total = total + r.headcount()\n    return total",
        source: "headcount = ( | total <- 1 |\n    reports do: [ | :r | total: total + r headcount ].\n    total )",
    },
];

/// Turns of the conversation that the examples take.
pub const TURNS: usize = 2 * EXAMPLES.len();

/// The examples as turns of the conversation.
pub(super) fn turns() -> Vec<Message> {
    as_turns(EXAMPLES)
}

/// Questions with their answers as turns of a conversation.
pub(super) fn as_turns(examples: &[Example]) -> Vec<Message> {
    let answer = |e: &Example| json!({"a_plan": e.plan, "b_source": e.source}).to_string();
    let said = |role, text| Message { role, text };
    examples.iter().flat_map(|e| [said(Role::User, e.question.to_string()), said(Role::Assistant, answer(e))]).collect()
}
