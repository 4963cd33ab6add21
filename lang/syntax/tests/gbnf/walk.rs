//! What can be done with a grammar of characters: ask whether a text is in it, as a constrained decoder does, and write a
//! text that is.

use std::collections::{BTreeSet, HashMap};

use super::reader::{Element, Gbnf};

/// The stacks of a decoder: what must still come, as numbers of shared nodes (0 is the end).
pub(crate) struct Matcher<'g> {
    gbnf: &'g Gbnf,
    /// The element on top (rule, alternative, place in it), and the node below.
    nodes: Vec<((usize, usize, usize), usize)>,
    known: HashMap<((usize, usize, usize), usize), usize>,
    expanded: HashMap<usize, Vec<usize>>,
    /// The most stacks at a time.
    pub(crate) most: usize,
}

impl<'g> Matcher<'g> {
    pub(crate) fn new(gbnf: &'g Gbnf) -> Self {
        Self { gbnf, nodes: vec![((0, 0, 0), 0)], known: HashMap::new(), expanded: HashMap::new(), most: 0 }
    }

    /// Whether the whole text is in the grammar; if not, how many bytes of it are the begin of one that is.
    pub(crate) fn accepts(&mut self, text: &str) -> Result<(), usize> {
        let mut stacks = BTreeSet::new();
        for alternative in 0..self.gbnf.rules[self.gbnf.root].len() {
            let top = self.push((self.gbnf.root, alternative, 0), 0);
            stacks.extend(self.expand(top));
        }
        for (at, c) in text.char_indices() {
            self.most = self.most.max(stacks.len());
            let mut next = BTreeSet::new();
            for stack in stacks {
                if stack != 0 && self.takes(stack, c) {
                    let ((rule, alternative, place), below) = self.nodes[stack];
                    let rest = self.push((rule, alternative, place + 1), below);
                    next.extend(self.expand(rest));
                }
            }
            if next.is_empty() {
                return Err(at);
            }
            stacks = next;
        }
        if stacks.contains(&0) { Ok(()) } else { Err(text.len()) }
    }

    fn takes(&self, stack: usize, c: char) -> bool {
        let ((rule, alternative, place), _) = self.nodes[stack];
        match &self.gbnf.rules[rule][alternative][place] {
            Element::Char { negated, ranges } => ranges.iter().any(|(a, b)| (*a..=*b).contains(&c)) != *negated,
            Element::Rule(_) => false,
        }
    }

    /// A node for what is left of an alternative; nothing left is what is below.
    fn push(&mut self, top: (usize, usize, usize), below: usize) -> usize {
        if self.gbnf.rules[top.0][top.1].len() == top.2 {
            return below;
        }
        if let Some(known) = self.known.get(&(top, below)) {
            return *known;
        }
        self.nodes.push((top, below));
        self.known.insert((top, below), self.nodes.len() - 1);
        self.nodes.len() - 1
    }

    /// The same with characters on top of all stacks.
    fn expand(&mut self, stack: usize) -> Vec<usize> {
        if let Some(known) = self.expanded.get(&stack) {
            return known.clone();
        }
        let ((rule, alternative, place), below) = self.nodes[stack];
        let gbnf = self.gbnf;
        let out = match gbnf.rules[rule].get(alternative).and_then(|a| a.get(place)) {
            Some(Element::Rule(inner)) if stack != 0 => {
                let rest = self.push((rule, alternative, place + 1), below);
                let mut all = BTreeSet::new();
                for alternative in 0..gbnf.rules[*inner].len() {
                    let top = self.push((*inner, alternative, 0), rest);
                    all.extend(self.expand(top));
                }
                all.into_iter().collect()
            }
            _ => vec![stack],
        };
        self.expanded.insert(stack, out.clone());
        out
    }
}

/// What decides which of several ways a text goes on.
pub(crate) trait Choices {
    /// A number below this one.
    fn below(&mut self, n: usize) -> usize;
}

/// Numbers that look random, the same each time.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }
}

impl Choices for Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as usize % n
    }
}

/// Letters that a class of all but some may stand for; some of them are there to make trouble.
const LETTERS: &str = "ab Z09_.:;,|^<>()[]{}`\"'$#+-*/=~é√\u{a0}\u{2028}😀\u{feff}\n";

/// Writes texts of a grammar.
pub(crate) struct Writer<'g> {
    gbnf: &'g Gbnf,
    /// The length of the shortest text of each rule.
    shortest: Vec<usize>,
}

impl<'g> Writer<'g> {
    pub(crate) fn new(gbnf: &'g Gbnf) -> Self {
        let mut shortest = vec![usize::MAX; gbnf.rules.len()];
        let mut grows = true;
        while grows {
            grows = false;
            for (id, alternatives) in gbnf.rules.iter().enumerate() {
                let least = alternatives.iter().map(|a| length(a, &shortest)).min().unwrap_or(usize::MAX);
                grows |= least < shortest[id];
                shortest[id] = least.min(shortest[id]);
            }
        }
        Self { gbnf, shortest }
    }

    /// Whether every rule has a text.
    pub(crate) fn is_whole(&self) -> bool {
        self.shortest.iter().all(|n| *n < usize::MAX)
    }

    /// A text that ends soon after it has this many letters.
    pub(crate) fn text(&self, random: &mut impl Choices, length: usize) -> String {
        let mut out = String::new();
        self.rule(self.gbnf.root, random, length, &mut out);
        out
    }

    fn rule(&self, rule: usize, random: &mut impl Choices, most: usize, out: &mut String) {
        let alternatives = &self.gbnf.rules[rule];
        let alternative = match out.len() < most {
            true => &alternatives[random.below(alternatives.len())],
            false => alternatives.iter().min_by_key(|a| length(a, &self.shortest)).expect("a rule has alternatives"),
        };
        for element in alternative {
            match element {
                Element::Rule(inner) => self.rule(*inner, random, most, out),
                Element::Char { .. } => letter(element, random, out),
            }
        }
    }
}

/// One of the letters that an element stands for.
fn letter(element: &Element, random: &mut impl Choices, out: &mut String) {
    match element {
        Element::Rule(_) => {}
        Element::Char { negated: false, ranges } => {
            let (from, to) = ranges[random.below(ranges.len())];
            let code = from as u32 + random.below((to as u32 - from as u32 + 1) as usize) as u32;
            out.push(char::from_u32(code).expect("ranges hold characters"));
        }
        Element::Char { negated: true, ranges } => {
            let allowed = LETTERS.chars().filter(|c| !ranges.iter().any(|(a, b)| (*a..=*b).contains(c)));
            let allowed: Vec<char> = allowed.collect();
            out.push(allowed[random.below(allowed.len())]);
        }
    }
}

fn length(alternative: &[Element], shortest: &[usize]) -> usize {
    alternative.iter().fold(0_usize, |sum, element| {
        sum.saturating_add(match element {
            Element::Char { .. } => 1,
            Element::Rule(rule) => shortest[*rule],
        })
    })
}

/// A model that is caught in one repetition: it writes the same again and again, for as long as it may, and everything else as people do.
pub(crate) struct Caught<'g> {
    gbnf: &'g Gbnf,
    shortest: Vec<usize>,
    /// The rules of each repetition, by what is repeated: a letter, or more.
    letters: BTreeSet<usize>,
    others: BTreeSet<usize>,
    /// The repetition that it is caught in, and what it repeats.
    caught: BTreeSet<usize>,
    again: Option<String>,
}

/// Letters of what is no repetition; then it is brought to an end.
const TALKATIVE: usize = 160;

impl<'g> Caught<'g> {
    /// In one of the grammar's repetitions.
    pub(crate) fn new(gbnf: &'g Gbnf, repetition: usize) -> Self {
        let is_letter = |rules: &&Vec<usize>| matches!(gbnf.rules[rules[0]][0][..], [Element::Char { .. }, ..]);
        let (letters, others): (Vec<_>, Vec<_>) = gbnf.repetitions.iter().partition(is_letter);
        let all = |lists: Vec<&Vec<usize>>| lists.into_iter().flatten().copied().collect();
        let caught = gbnf.repetitions[repetition].iter().copied().collect();
        Self { gbnf, shortest: Writer::new(gbnf).shortest, letters: all(letters), others: all(others), caught, again: None }
    }

    /// A text, and whether it came to the repetition.
    pub(crate) fn text(&mut self, random: &mut Random) -> (String, bool) {
        self.again = None;
        let mut out = String::new();
        self.rule(self.gbnf.root, random, &mut out);
        (out, self.again.is_some())
    }

    fn rule(&mut self, rule: usize, random: &mut Random, out: &mut String) {
        let gbnf = self.gbnf;
        let alternatives = &gbnf.rules[rule];
        if self.caught.contains(&rule) {
            return self.repeated(&alternatives[0], random, out);
        }
        let goes_on = match (self.letters.contains(&rule), self.others.contains(&rule)) {
            (true, _) => Some(random.below(10) < 8),
            (_, true) => Some(random.below(10) < 3),
            _ => None,
        };
        let alternative = match goes_on {
            _ if out.len() >= TALKATIVE => alternatives.iter().min_by_key(|a| length(a, &self.shortest)).expect("alternatives"),
            Some(goes_on) => &alternatives[usize::from(!goes_on)],
            None => &alternatives[random.below(alternatives.len())],
        };
        alternative.iter().for_each(|element| self.element(element, random, out));
    }

    /// What is repeated, which is written once, and then the rest of the repetition.
    fn repeated(&mut self, alternative: &'g [Element], random: &mut Random, out: &mut String) {
        let is_last = |e: &&Element| matches!(e, Element::Rule(r) if self.caught.contains(r));
        let rest = alternative.last().filter(is_last);
        let own = &alternative[..alternative.len() - usize::from(rest.is_some())];
        let known = match self.again.clone() {
            Some(known) => known,
            None => {
                // Where the same repetition stands inside of itself, it goes on there only.
                let (mut text, caught) = (String::new(), std::mem::take(&mut self.caught));
                own.iter().for_each(|element| self.element(element, random, &mut text));
                self.caught = caught;
                self.again.insert(text).clone()
            }
        };
        out.push_str(&known);
        rest.into_iter().for_each(|element| self.element(element, random, out));
    }

    fn element(&mut self, element: &'g Element, random: &mut Random, out: &mut String) {
        match element {
            Element::Rule(inner) => self.rule(*inner, random, out),
            Element::Char { .. } => letter(element, random, out),
        }
    }
}
