//! Random programs that spend their time in loops, from any bytes: what the optimizing tier is compared on as people run it.
//!
//! Each has a few methods with a loop of some thousand turns over numbers of every kind, in it shorter loops, slots that are read and changed, texts, elements of a vector, blocks that
//! are kept, copies of objects that are changed, compared, kept or forgotten, and things that happen late: another object in a variable, slots added, a receiver that understands nothing. All loops end; what is
//! printed are the values themselves.
//!
//! Not here: returns out of blocks, recursion, changing parents (`programs` has them).

use std::fmt::Write as _;

use crate::programs::pick;

/// Deepest nesting of expressions, and of loops in the outer one.
const DEPTH: u32 = 3;
const LOOPS: u32 = 2;
const LOCALS: [&str; 4] = ["a", "b", "c", "d"];
const OBJECTS: [&str; 3] = ["ape", "bee", "cat"];
/// What may be copied; the last two are variables that hold copies.
const COPIED: [&str; 6] = ["ape", "bee", "cat", "o", "p", "q"];
const COPIES: [&str; 2] = ["p", "q"];
const DATA: [&str; 3] = ["x", "y", "z"];
const NUMBERS: [&str; 20] = [
    "0",
    "1",
    "-1",
    "2",
    "3",
    "7",
    "-7",
    "10",
    "100",
    "0.5",
    "-2.5",
    "0.0",
    "1.0e76",
    "1.0e78",
    "1.0e200",
    "1.0e-80",
    "9007199254740993",
    "4611686018427387903",
    "-4611686018427387904",
    "3037000500",
];

/// The program that these choices make.
pub fn program(bytes: &[u8]) -> String {
    let mut w = Writer { bytes, out: String::new(), counters: Vec::new(), loops: 0 };
    w.say("| vec <- nil. kept <- nil. seen <- nil.\n");
    for (k, name) in OBJECTS.iter().enumerate() {
        let parent = if k == 0 { "traits clonable" } else { OBJECTS[k - 1] };
        w.say(&format!("{name} = (| parent* = {parent}. "));
        // Slots are in other places in each.
        (0..k).for_each(|pad| w.say(&format!("pad{k}{pad} <- nil. ")));
        for d in DATA {
            let n = w.number();
            w.say(&format!("{d} <- {n}. "));
        }
        let (d, n) = (w.one_of(&DATA), w.number());
        w.say(&format!("m = ( {d} + {n} ). p: j = ( x: j. y ) |).\n"));
    }
    let methods = 1 + w.pick(3);
    for k in 0..methods {
        w.method(k);
    }
    w.say("tell: b = ( ([ b value printString ] onError: [|:e| e message ]) printLine ) |\nvec: (vector copySize: 4 FillingWith: 1).\n");
    for _ in 0..2 {
        for k in 0..methods {
            let n = w.number();
            w.say(&format!("tell: [ f{k}: {n} ].\n"));
        }
    }
    for o in OBJECTS {
        w.say(&format!("tell: [ {o} x ]. tell: [ {o} y ]. tell: [ {o} z ].\n"));
    }
    w.say("tell: [ seen x ]. tell: [ vec ]. kept isNil ifFalse: [ tell: [ kept value ] ]\n");
    w.out
}

struct Writer<'a> {
    bytes: &'a [u8],
    out: String,
    /// Variables of the loops around, which are not assigned to.
    counters: Vec<String>,
    loops: u32,
}

impl Writer<'_> {
    fn pick(&mut self, n: u8) -> u8 {
        pick(&mut self.bytes, n)
    }

    fn one_of(&mut self, all: &[&'static str]) -> &'static str {
        all[usize::from(self.pick(all.len() as u8))]
    }

    fn number(&mut self) -> &'static str {
        // Small integers are what loops are mostly about.
        if self.pick(3) == 0 { self.one_of(&NUMBERS) } else { self.one_of(&NUMBERS[..9]) }
    }

    fn say(&mut self, s: &str) {
        self.out.push_str(s);
    }

    fn method(&mut self, k: u8) {
        let turns = 800 + 400 * u32::from(self.pick(8));
        let _ = write!(
            self.out,
            "f{k}: a0 = ( | a <- 0. b <- 1. c <- 2. d. o. p. q | d: a0. o: ape. p: bee copy. q: p.\n  1 to: {turns} Do: [|:i| "
        );
        self.counters = vec!["i".into()];
        self.late(turns * 3 / 4);
        for _ in 0..=self.pick(4) {
            self.statement(DEPTH, LOOPS);
        }
        self.say("nil ].\n  { a. b. c. d. p x. q y. p == q. seen == p } ).\n");
    }

    /// What happens once, when all else has been seen often.
    fn late(&mut self, turn: u32) {
        let what = match self.pick(8) {
            0 => "o: bee",
            1 => "o: cat",
            2 => "ape _AddSlots: (| extra <- 7 |)",
            3 => "kept: [ a + i ]",
            4 => "bee _AddSlots: (| m = ( 5 ) |)",
            5 => "o: 3",
            _ => return,
        };
        let _ = write!(self.out, "i = {turn} ifTrue: [ {what} ]. ");
    }

    fn statement(&mut self, depth: u32, loops: u32) {
        match self.pick(11) {
            0..=3 => {
                let l = self.one_of(&LOCALS);
                let _ = write!(self.out, "{l}: ");
                self.expression(depth);
                self.bounded(l);
            }
            4 => {
                let (o, d) = (self.one_of(&COPIED), self.one_of(&DATA));
                let _ = write!(self.out, "{o} {d}: ");
                self.expression(depth - 1);
                self.bounded(&format!("{o} {d}"));
            }
            5 => {
                let l = self.one_of(&LOCALS);
                let _ = write!(self.out, "vec at: (i % 4) Put: {l}. ");
            }
            6 | 7 => self.copying(depth),
            8 if depth > 1 => {
                self.condition(depth - 1);
                self.say(" ifTrue: [ ");
                self.statement(depth - 1, loops);
                self.say("nil ]. ");
            }
            _ if loops > 0 && depth > 1 => self.inner(depth, loops),
            _ => {
                let l = self.one_of(&LOCALS);
                let _ = write!(self.out, "{l}: {l} + 1. ");
            }
        }
    }

    /// A copy is made, or seen by others, or not.
    fn copying(&mut self, depth: u32) {
        let copy = self.one_of(&COPIES);
        let from = self.one_of(&COPIED);
        match self.pick(6) {
            0 | 1 => drop(write!(self.out, "{copy}: {from} copy. ")),
            2 => {
                let d = self.one_of(&DATA);
                let _ = write!(self.out, "{copy}: ({from} copy {d}: ");
                self.expression(depth - 1);
                self.say(")");
                self.bounded(&format!("{copy} {d}"));
            }
            3 => drop(write!(self.out, "{copy}: {from}. ")),
            4 => drop(write!(self.out, "seen: {copy}. ")),
            _ => {
                self.condition(depth);
                let _ = write!(self.out, " ifTrue: [ seen: {copy} ]. ");
            }
        }
    }

    /// Numbers that grow without end would only make arithmetic slow.
    fn bounded(&mut self, l: &str) {
        let n = self.one_of(&NUMBERS[..12]);
        let _ = write!(
            self.out,
            ". {l} > 1000000000000000000000 ifTrue: [ {l}: {n} ]. {l} < -1000000000000000000000 ifTrue: [ {l}: {n} ]. "
        );
    }

    fn inner(&mut self, depth: u32, loops: u32) {
        self.loops += 1;
        let (v, turns) = (format!("k{}", self.loops), 1 + self.pick(6));
        match self.pick(5) {
            0 => drop(write!(self.out, "{turns} downTo: 1 Do: [|:{v}| ")),
            1 => drop(write!(self.out, "0 upTo: {turns} Do: [|:{v}| ")),
            2 => drop(write!(self.out, "0 to: 2 By: 0.5 Do: [|:{v}| ")),
            3 => drop(write!(self.out, "[ | {v} <- 0 | [ {v} < {turns} ] whileTrue: [ {v}: {v} + 1. ")),
            _ => drop(write!(self.out, "1 to: {turns} Do: [|:{v}| ")),
        }
        let closes = self.out.ends_with("+ 1. ");
        self.counters.push(v);
        for _ in 0..=self.pick(2) {
            self.statement(depth - 1, loops - 1);
        }
        self.counters.pop();
        self.say(if closes { "nil ] ] value. " } else { "nil ]. " });
    }

    fn condition(&mut self, depth: u32) {
        if self.pick(6) == 0 {
            let (one, other) = (self.one_of(&COPIES), self.one_of(&["p", "q", "o", "seen"]));
            let _ = write!(self.out, "({one} == {other})");
            return;
        }
        self.say("(");
        self.operand(depth);
        let op = self.one_of(&["<", "<=", ">", ">=", "=", "!=", "=="]);
        let _ = write!(self.out, " {op} ");
        self.operand(depth);
        self.say(")");
    }

    fn operand(&mut self, depth: u32) {
        self.say("(");
        self.expression(depth - 1);
        self.say(")");
    }

    fn atom(&mut self) {
        match self.pick(6) {
            0 | 1 => {
                let l = self.one_of(&LOCALS);
                self.say(l);
            }
            2 => {
                let k = usize::from(self.pick(self.counters.len() as u8));
                let v = self.counters[k].clone();
                self.say(&v);
            }
            3 => {
                let (o, d) = (self.one_of(&COPIED), self.one_of(&DATA));
                let _ = write!(self.out, "{o} {d}");
            }
            _ => {
                let n = self.number();
                self.say(n);
            }
        }
    }

    fn expression(&mut self, depth: u32) {
        if depth == 0 {
            return self.atom();
        }
        match self.pick(14) {
            0 => self.atom(),
            1..=5 => {
                self.operand(depth);
                let op = self.one_of(&["+", "-", "*", "+", "-"]);
                let _ = write!(self.out, " {op} ");
                self.operand(depth);
            }
            6 => {
                self.operand(depth);
                let (op, by) = (self.one_of(&["/", "%", "&", "<<", ">>"]), self.one_of(&["3", "7", "10", "i", "1"]));
                // Shifts by much make numbers of many words.
                let by = if op == "<<" { "3" } else { by };
                let _ = write!(self.out, " {op} {by}");
            }
            7 => {
                self.condition(depth);
                self.say(" ifTrue: [ ");
                self.expression(depth - 1);
                self.say(" ] False: [ ");
                self.expression(depth - 1);
                self.say(" ]");
            }
            8 => {
                let at = self.one_of(&["i % 4", "i & 3"]);
                let _ = write!(self.out, "vec at: ({at})");
            }
            9 => {
                let l = self.one_of(&LOCALS);
                let _ = write!(self.out, "[|:q| q + {l} ] value: ");
                self.operand(depth);
            }
            10 => {
                let (o, d) = (self.one_of(&OBJECTS), self.one_of(&DATA));
                let _ = write!(self.out, "({o} copy x: ");
                self.operand(depth);
                let _ = write!(self.out, ") {d}");
            }
            11 => {
                let (o, m) = (self.one_of(&COPIED), self.one_of(&["m", "p: i"]));
                let _ = write!(self.out, "{o} {m}");
            }
            12 => {
                let (text, other) = (self.one_of(&["hallo", "h\u{e4}llo"]), self.one_of(&["l", "\u{e4}"]));
                let op = self.one_of(&["=", "<", "!="]);
                let _ = write!(self.out, "(('{text}' at: (i % 5)) {op} '{other}') ifTrue: [ 1 ] False: [ 2 ]");
            }
            _ => {
                self.operand(depth);
                let m = self.one_of(&["abs", "negate", "isNil"]);
                let m = if m == "isNil" { "isNil ifTrue: [ 0 ] False: [ 1 ]" } else { m };
                let _ = write!(self.out, " {m}");
            }
        }
    }
}
