//! Reads GBNF as llama.cpp's server does: the same syntax, the same escapes, repetitions spelt out as rules, and the same
//! limit on how many. What it would refuse is refused here.

use std::collections::HashMap;

/// llama.cpp refuses repetitions that make more rules than this.
const MOST_REPEATED: usize = 2000;

/// What stands in an alternative.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Element {
    /// One of some characters, or one of all others.
    Char { negated: bool, ranges: Vec<(char, char)> },
    /// A rule.
    Rule(usize),
}

pub(crate) type Alternative = Vec<Element>;

/// Rules by number; each is a list of alternatives.
#[derive(Default, Debug)]
pub(crate) struct Gbnf {
    pub(crate) rules: Vec<Vec<Alternative>>,
    pub(crate) root: usize,
    /// The rules that a repetition became, for each of those that go on more than once.
    pub(crate) repetitions: Vec<Vec<usize>>,
}

impl Gbnf {
    /// Reads a grammar.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let mut reader = Reader { rest: text, names: HashMap::new(), rules: Vec::new(), repetitions: Vec::new() };
        reader.blank(true);
        while !reader.rest.is_empty() {
            reader.rule()?;
        }
        let unknown = reader.names.iter().find(|(_, id)| reader.rules[**id].is_empty());
        if let Some((name, _)) = unknown {
            return Err(format!("the rule {name} is not defined"));
        }
        let root = *reader.names.get("root").ok_or("there is no rule root")?;
        Ok(Self { rules: reader.rules, root, repetitions: reader.repetitions })
    }
}

struct Reader<'t> {
    rest: &'t str,
    names: HashMap<String, usize>,
    rules: Vec<Vec<Alternative>>,
    repetitions: Vec<Vec<usize>>,
}

impl<'t> Reader<'t> {
    /// White space and comments, over line ends or not.
    fn blank(&mut self, lines: bool) {
        loop {
            let is_blank = |c: char| c == ' ' || c == '\t' || (lines && matches!(c, '\n' | '\r'));
            self.rest = self.rest.trim_start_matches(is_blank);
            let Some(comment) = self.rest.strip_prefix('#') else { return };
            self.rest = comment.trim_start_matches(|c| c != '\n');
        }
    }

    fn error<T>(&self, what: &str) -> Result<T, String> {
        Err(format!("{what} at {:?}", self.rest.chars().take(40).collect::<String>()))
    }

    fn name(&mut self) -> Result<&'t str, String> {
        let end = self.rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(self.rest.len());
        if end == 0 {
            return self.error("a name is missing");
        }
        let name = &self.rest[..end];
        self.rest = &self.rest[end..];
        Ok(name)
    }

    fn id(&mut self, name: &str) -> usize {
        if let Some(id) = self.names.get(name) {
            return *id;
        }
        self.names.insert(name.to_owned(), self.rules.len());
        self.fresh()
    }

    fn fresh(&mut self) -> usize {
        self.rules.push(Vec::new());
        self.rules.len() - 1
    }

    fn rule(&mut self) -> Result<(), String> {
        let name = self.name()?;
        let id = self.id(name);
        self.blank(false);
        let Some(rest) = self.rest.strip_prefix("::=") else { return self.error("`::=` is missing") };
        self.rest = rest;
        self.blank(true);
        if !self.rules[id].is_empty() {
            return self.error("a rule is defined twice");
        }
        let alternatives = self.alternatives(false)?;
        self.rules[id] = alternatives;
        if !self.rest.is_empty() && !self.rest.starts_with('\n') {
            return self.error("a line end is missing");
        }
        self.blank(true);
        Ok(())
    }

    fn alternatives(&mut self, nested: bool) -> Result<Vec<Alternative>, String> {
        let mut all = vec![self.sequence(nested)?];
        while let Some(rest) = self.rest.strip_prefix('|') {
            self.rest = rest;
            self.blank(true);
            all.push(self.sequence(nested)?);
        }
        Ok(all)
    }

    fn sequence(&mut self, nested: bool) -> Result<Alternative, String> {
        let mut out: Alternative = Vec::new();
        // Where the last symbol begins, and how many rules it made.
        let (mut last, mut made) = (0, 1);
        loop {
            let Some(c) = self.rest.chars().next() else { return Ok(out) };
            match c {
                '"' => {
                    (last, made) = (out.len(), 1);
                    self.rest = &self.rest[1..];
                    while !self.rest.starts_with('"') {
                        let c = self.char()?;
                        out.push(Element::Char { negated: false, ranges: vec![(c, c)] });
                    }
                    self.rest = &self.rest[1..];
                }
                '[' => {
                    (last, made) = (out.len(), 1);
                    out.push(self.class()?);
                }
                '(' => {
                    let before = self.rules.len();
                    self.rest = &self.rest[1..];
                    self.blank(true);
                    let inner = self.alternatives(true)?;
                    let Some(rest) = self.rest.strip_prefix(')') else { return self.error("`)` is missing") };
                    self.rest = rest;
                    let id = self.fresh();
                    self.rules[id] = inner;
                    (last, made) = (out.len(), self.rules.len() - before);
                    out.push(Element::Rule(id));
                }
                '*' | '+' | '?' | '{' => {
                    let (least, most) = self.times()?;
                    if last == out.len() {
                        return self.error("nothing is repeated");
                    }
                    if made * most.unwrap_or(least).max(1) >= MOST_REPEATED {
                        return self.error("too many repetitions before this");
                    }
                    let symbol: Alternative = out.drain(last..).collect();
                    self.repeat(&symbol, least, most, &mut out);
                }
                c if c.is_ascii_alphanumeric() => {
                    let name = self.name()?;
                    (last, made) = (out.len(), 1);
                    let id = self.id(name);
                    out.push(Element::Rule(id));
                }
                _ => return Ok(out),
            }
            self.blank(nested);
        }
    }

    /// `S{2,4}` is `S S S1`, with `S1 ::= S S2 |` and `S2 ::= S |`.
    fn repeat(&mut self, symbol: &[Element], least: usize, most: Option<usize>, out: &mut Alternative) {
        (0..least).for_each(|_| out.extend(symbol.iter().cloned()));
        match most {
            None => {
                let again = self.fresh();
                self.rules[again] = vec![[symbol, &[Element::Rule(again)]].concat(), Vec::new()];
                out.push(Element::Rule(again));
            }
            Some(most) => {
                let mut next: Option<usize> = None;
                let mut made = Vec::new();
                for _ in least..most {
                    let id = self.fresh();
                    let more: Vec<Element> = next.map(Element::Rule).into_iter().collect();
                    self.rules[id] = vec![[symbol, &more].concat(), Vec::new()];
                    next = Some(id);
                    made.push(id);
                }
                if made.len() > 1 {
                    self.repetitions.push(made);
                }
                out.extend(next.map(Element::Rule));
            }
        }
    }

    fn times(&mut self) -> Result<(usize, Option<usize>), String> {
        let c = self.rest.as_bytes()[0];
        self.rest = &self.rest[1..];
        let inner = match c {
            b'*' => return Ok((0, None)),
            b'+' => return Ok((1, None)),
            b'?' => return Ok((0, Some(1))),
            _ => self.rest,
        };
        let Some((inner, rest)) = inner.split_once('}') else { return self.error("`}` is missing") };
        self.rest = rest;
        let number = |text: &str| text.parse::<usize>().map_err(|_| format!("`{text}` is no number of times"));
        match inner.split_once(',') {
            None => Ok((number(inner)?, Some(number(inner)?))),
            Some((least, "")) => Ok((number(least)?, None)),
            Some((least, most)) => Ok((number(least)?, Some(number(most)?))),
        }
    }

    fn class(&mut self) -> Result<Element, String> {
        self.rest = &self.rest[1..];
        let negated = self.rest.starts_with('^');
        self.rest = &self.rest[usize::from(negated)..];
        let mut ranges = Vec::new();
        while !self.rest.starts_with(']') {
            let from = self.char()?;
            let to = match self.rest.strip_prefix('-') {
                Some(rest) if !rest.starts_with(']') => {
                    self.rest = rest;
                    self.char()?
                }
                _ => from,
            };
            ranges.push((from, to));
        }
        self.rest = &self.rest[1..];
        Ok(Element::Char { negated, ranges })
    }

    fn char(&mut self) -> Result<char, String> {
        let mut chars = self.rest.chars();
        let Some(c) = chars.next() else { return self.error("the grammar ends inside of something") };
        self.rest = chars.as_str();
        if c != '\\' {
            return if c == '\n' { self.error("a line ends inside of something") } else { Ok(c) };
        }
        let escape = chars.next();
        self.rest = chars.as_str();
        let digits = match escape {
            Some('n') => return Ok('\n'),
            Some('r') => return Ok('\r'),
            Some('t') => return Ok('\t'),
            Some(c @ ('\\' | '"' | '[' | ']')) => return Ok(c),
            Some('x') => 2,
            Some('u') => 4,
            Some('U') => 8,
            _ => return self.error("an unknown escape before this"),
        };
        let code = self.rest.get(..digits).and_then(|hex| u32::from_str_radix(hex, 16).ok()).and_then(char::from_u32);
        self.rest = self.rest.get(digits..).unwrap_or("");
        code.map_or_else(|| self.error("an escape that is no character before this"), Ok)
    }
}
