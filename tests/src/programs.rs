//! Random programs that are well formed, from any bytes: what engines are compared on.
//!
//! The bytes are choices; when they run out, every choice is the smallest one, so each program is finite. Programs have a few objects
//! with data slots, methods and parents (assignable ones too), and a body that sends, counts, returns out of blocks, changes slots, overflows
//! integers, and catches what goes wrong. What they print is the same on every engine: nothing in them depends on time, identity or
//! memory.
//!
//! Not here: programs that do not parse (the parser's fuzz target makes those).

use std::fmt::Write as _;

/// Deepest nesting of expressions.
const DEPTH: u32 = 5;
const OBJECTS: [&str; 3] = ["ape", "bee", "cat"];
const DATA: [&str; 3] = ["x", "y", "z"];
const METHODS: [&str; 4] = ["m", "n", "at: i Do: b", "p: i"];

/// Numbers and truths are printed; how other things are printed depends on which they are.
const TOLD: &str = "defaultBehavior _AddSlots: (| told = ( printString size ) |). \
    traits number _AddSlots: (| told = ( printString ) |). traits boolean _AddSlots: (| told = ( printString ) |). \
    traits string _AddSlots: (| told = ( self ) |).\n";

struct Choices<'a> {
    bytes: &'a [u8],
    out: String,
    /// Locals that can be read, of the method and its blocks.
    locals: Vec<String>,
    fresh: u32,
    /// A method is around, so that a block may return.
    in_method: bool,
}

/// The program that these choices make.
pub fn program(bytes: &[u8]) -> String {
    let mut c = Choices { bytes, out: String::new(), locals: Vec::new(), fresh: 0, in_method: false };
    c.out.push_str("|\n");
    for (k, name) in OBJECTS.iter().enumerate() {
        c.object(k, name);
    }
    c.out.push_str("|\n");
    c.out.push_str(TOLD);
    for _ in 0..2 + c.pick(6) {
        c.show();
    }
    c.out
}

/// The next choice among `n`; the first, if there are no bytes left.
pub(crate) fn pick(bytes: &mut &[u8], n: u8) -> u8 {
    let Some((b, rest)) = bytes.split_first() else { return 0 };
    *bytes = rest;
    b % n
}

impl Choices<'_> {
    fn pick(&mut self, n: u8) -> u8 {
        pick(&mut self.bytes, n)
    }

    fn say(&mut self, s: &str) {
        self.out.push_str(s);
    }

    fn object(&mut self, k: usize, name: &str) {
        let parent = match (k, self.pick(4)) {
            (0, _) | (_, 0) => "parent* = traits clonable".to_string(),
            (_, 1) => format!("parent* <- {}", OBJECTS[k - 1]),
            _ => format!("parent* = {}", OBJECTS[k - 1]),
        };
        let _ = write!(self.out, "{name} = (| {parent}. ");
        for d in DATA {
            match self.pick(4) {
                0 => {}
                1 => drop(write!(self.out, "{d} = {}. ", k * 7 + 3)),
                _ => drop(write!(self.out, "{d} <- {}. ", k + 1)),
            }
        }
        for m in METHODS {
            if self.pick(3) > 0 {
                self.method(m);
            }
        }
        self.say("|).\n");
    }

    fn method(&mut self, header: &str) {
        self.locals = header.split(' ').filter(|w| w.len() == 1 && header.contains(':')).map(str::to_string).collect();
        let _ = write!(self.out, "{header} = ( | v <- 0. w | ");
        self.locals.extend(["v".to_string(), "w".to_string()]);
        self.in_method = true;
        for _ in 0..self.pick(3) {
            self.statement(DEPTH);
        }
        self.expr(DEPTH);
        self.in_method = false;
        self.say(" ). ");
    }

    fn show(&mut self) {
        self.locals = vec!["u".to_string()];
        self.say("([ | u <- 5 | ");
        for _ in 0..self.pick(3) {
            self.statement(DEPTH);
        }
        self.expr(DEPTH);
        self.say(" ] onError: [|:e| e message ]) told printLine\n");
    }

    fn statement(&mut self, depth: u32) {
        match self.pick(8) {
            0..=2 => {
                let l = self.assignable();
                let _ = write!(self.out, "{l}: ");
                self.expr(depth - 1);
            }
            3 => {
                let d = DATA[self.pick(3) as usize];
                let o = OBJECTS[self.pick(3) as usize];
                let _ = write!(self.out, "{o} {d}: ");
                self.operand(depth - 1);
            }
            4 => self.slots(),
            5 => {
                self.operand(depth - 1);
                self.say(if self.in_method { " = 3 ifTrue: [ ^ " } else { " = 3 ifTrue: [ " });
                self.operand(depth - 1);
                self.say(" ]");
            }
            _ => self.expr(depth - 1),
        }
        self.say(". ");
    }

    /// A change of slots while the program runs.
    fn slots(&mut self) {
        let o = OBJECTS[self.pick(3) as usize];
        let d = DATA[self.pick(3) as usize];
        let text = match self.pick(5) {
            0 => format!("{o} _AddSlots: (| {d} <- 8 |)"),
            1 => format!("{o} _AddSlots: (| m = ( {d} ) |)"),
            2 => format!("{o} _AddSlots: (| n = 'const' |)"),
            3 => format!("{o} _RemoveSlot: '{d}' IfFail: [ 0 ]"),
            _ => format!("{o} parent: {}", OBJECTS[self.pick(3) as usize]),
        };
        self.say(&text);
    }

    fn assignable(&mut self) -> String {
        let all: Vec<String> = self.locals.iter().filter(|l| matches!(l.as_str(), "u" | "v" | "w")).cloned().collect();
        match all.len() {
            0 => "ape x".into(),
            n => all[self.pick(n as u8) as usize].clone(),
        }
    }

    /// Something that can stand beside an operator.
    fn operand(&mut self, depth: u32) {
        self.say("(");
        self.expr(depth);
        self.say(")");
    }

    fn leaf(&mut self) {
        match self.pick(9) {
            0 => self.say("1"),
            1 => self.say("3"),
            2 => self.say("2.5"),
            3 => self.say("4611686018427387903"),
            4 => self.say("'text'"),
            5 if !self.locals.is_empty() => {
                let n = self.locals.len() as u8;
                let at = self.pick(n) as usize;
                let l = self.locals[at].clone();
                self.say(&l);
            }
            6 => self.say("self"),
            7 => self.say("nil"),
            _ => {
                let o = OBJECTS[self.pick(3) as usize];
                self.say(o);
            }
        }
    }

    fn expr(&mut self, depth: u32) {
        if depth == 0 {
            return self.leaf();
        }
        match self.pick(16) {
            0 | 1 => self.leaf(),
            2 | 3 => {
                self.operand(depth - 1);
                let op = ["+", "-", "*", "/", "%", "<", ">=", "=", "=="][self.pick(9) as usize];
                let _ = write!(self.out, " {op} ");
                self.operand(depth - 1);
            }
            4 => {
                let o = OBJECTS[self.pick(3) as usize];
                let m = ["m", "n", "x", "y", "copy", "z", "clone"][self.pick(7) as usize];
                let _ = write!(self.out, "{o} {m}");
            }
            5 => {
                let o = OBJECTS[self.pick(3) as usize];
                let _ = write!(self.out, "{o} p: ");
                self.operand(depth - 1);
            }
            6 => {
                let o = OBJECTS[self.pick(3) as usize];
                let _ = write!(self.out, "{o} at: ");
                self.operand(depth - 1);
                self.say(" Do: ");
                self.block(depth - 1, 1);
            }
            7 => {
                self.operand(depth - 1);
                self.say(" < 4 ifTrue: ");
                self.block(depth - 1, 0);
                self.say(" False: ");
                self.block(depth - 1, 0);
            }
            8 => {
                let _ = write!(self.out, "1 to: {} Do: ", self.bytes.len() % 5);
                self.block(depth - 1, 1);
            }
            9 => {
                self.block(depth - 1, 1);
                self.say(" value: ");
                self.operand(depth - 1);
            }
            10 => {
                self.say("{ ");
                self.expr(depth - 1);
                self.say(". ");
                self.expr(depth - 1);
                self.say(" } at: ");
                self.operand(0);
            }
            11 => {
                self.say("[ ");
                self.expr(depth - 1);
                self.say(" ] ensure: ");
                self.block(depth - 1, 0);
            }
            12 => {
                self.say("[ ");
                self.expr(depth - 1);
                self.say(" ] onError: [|:e| e kind ]");
            }
            13 => {
                self.operand(depth - 1);
                self.say(" printString , ");
                self.operand(depth - 1);
                self.say(" printString");
            }
            14 => {
                self.say("(| x <- ");
                self.operand(depth - 1);
                self.say(". y = ");
                self.operand(depth - 1);
                self.say(". parent* = traits clonable |) x");
            }
            _ => {
                self.operand(depth - 1);
                let m = ["m", "isNil", "size", "value", "asString", "not", "x"][self.pick(7) as usize];
                let _ = write!(self.out, " {m}");
            }
        }
    }

    fn block(&mut self, depth: u32, arguments: u32) {
        let had = self.locals.len();
        self.fresh += 1;
        if arguments == 1 {
            let name = format!("a{}", self.fresh);
            let _ = write!(self.out, "[|:{name}| ");
            self.locals.push(name);
        } else {
            self.say("[ ");
        }
        if depth > 0 && self.pick(3) == 1 {
            self.statement(depth);
        }
        self.expr(depth.saturating_sub(1));
        self.say(" ]");
        self.locals.truncate(had);
    }
}
