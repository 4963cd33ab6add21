//! The notation of `grammar/aura.ebnf`, read into a tree.
//!
//! ISO 14977 (`,` `|` `[ ]` `{ }` `A - B`, and `3 * [ A ]` for at most three), with tokens in CAPITALS defined by regular
//! expressions, `~` between two symbols that touch, and `SAME_OPERATOR`. What the signs mean is said in that file.
//!
//! What must stay true: a text that is not of this form is an error with a place, never a panic.

use std::collections::BTreeMap;

/// A right-hand side.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Node {
    /// `A | B`
    Choice(Vec<Node>),
    /// `A, B`
    Sequence(Vec<Node>),
    /// `[ A ]`
    Optional(Box<Node>),
    /// `{ A }`, or `3 * [ A ]` with a most.
    Repeated(Box<Node>, Option<usize>),
    /// `A - B`
    Except(Box<Node>, String),
    /// A rule by its name.
    Rule(String),
    /// A token by its name.
    Token(String),
    /// `"text"`
    Literal(String),
    /// `~`
    Glue,
}

impl Node {
    /// What it is directly made of.
    pub fn parts(&self) -> Vec<&Node> {
        match self {
            Node::Choice(items) | Node::Sequence(items) => items.iter().collect(),
            Node::Optional(inner) | Node::Repeated(inner, _) | Node::Except(inner, _) => vec![inner],
            Node::Rule(_) | Node::Token(_) | Node::Literal(_) | Node::Glue => Vec::new(),
        }
    }
}

/// Rules and tokens by name.
#[derive(Clone, Debug, Default)]
pub struct Grammar {
    /// What each rule stands for.
    pub rules: BTreeMap<String, Node>,
    /// The regular expression of each token, without its slashes.
    pub tokens: BTreeMap<String, String>,
}

impl Grammar {
    /// Reads a grammar.
    ///
    /// # Errors
    /// The first thing that is not of the notation, and where.
    pub fn read(text: &str) -> Result<Self, String> {
        Reader { words: words(text)?, at: 0 }.grammar()
    }

    /// The same grammar with some rules and tokens in another form.
    #[must_use]
    pub fn with(mut self, other: Self) -> Self {
        self.rules.extend(other.rules);
        self.tokens.extend(other.tokens);
        self
    }
}

/// A word of the notation, and its line.
type Word<'t> = (&'t str, usize);

fn words(text: &str) -> Result<Vec<Word<'_>>, String> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let line = text[..text.len() - rest.len()].matches('\n').count() + 1;
        let without_end = |what: &str| format!("line {line}: {what} without end");
        if rest.starts_with("(*") {
            let end = rest.find("*)").ok_or_else(|| without_end("a comment"))?;
            rest = rest[end + 2..].trim_start();
            continue;
        }
        let end = word(rest).ok_or_else(|| without_end("a literal or regular expression"))?;
        words.push((&rest[..end], line));
        rest = rest[end..].trim_start();
    }
    Ok(words)
}

/// Where the word ends with which the text begins.
fn word(text: &str) -> Option<usize> {
    let first = text.chars().next()?;
    match first {
        '"' => text[1..].find('"').map(|n| n + 2),
        '/' => regex(text),
        c if c.is_ascii_alphanumeric() => Some(text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len())),
        c => Some(c.len_utf8()),
    }
}

/// The end of `/…/`, in which a back-slash takes the next letter's meaning.
fn regex(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (i, c) in text.char_indices().skip(1) {
        match c {
            '/' if !escaped => return Some(i + 1),
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    None
}

struct Reader<'t> {
    words: Vec<Word<'t>>,
    at: usize,
}

impl<'t> Reader<'t> {
    fn peek(&self) -> &'t str {
        self.words.get(self.at).map_or("", |(word, _)| word)
    }

    fn next(&mut self) -> &'t str {
        let word = self.peek();
        self.at += 1;
        word
    }

    fn expect(&mut self, wanted: &str) -> Result<(), String> {
        let found = self.next();
        if found == wanted { Ok(()) } else { Err(self.wrong(&format!("`{wanted}` is missing before `{found}`"))) }
    }

    /// What is wrong with the word that was read last.
    fn wrong(&self, what: &str) -> String {
        let at = self.at.min(self.words.len()).saturating_sub(1);
        format!("line {}: {what}", self.words.get(at).map_or(0, |(_, line)| *line))
    }

    fn grammar(mut self) -> Result<Grammar, String> {
        let mut grammar = Grammar::default();
        while self.at < self.words.len() {
            let name = self.next().to_owned();
            self.expect("=")?;
            if self.peek().starts_with('/') {
                let regex = self.next();
                grammar.tokens.insert(name, regex[1..regex.len() - 1].replace("\\/", "/"));
            } else {
                let node = self.choice()?;
                grammar.rules.insert(name, node);
            }
            self.expect(";")?;
        }
        Ok(grammar)
    }

    fn choice(&mut self) -> Result<Node, String> {
        let mut choices = vec![self.sequence()?];
        while self.peek() == "|" {
            self.next();
            choices.push(self.sequence()?);
        }
        Ok(if choices.len() == 1 { choices.remove(0) } else { Node::Choice(choices) })
    }

    fn sequence(&mut self) -> Result<Node, String> {
        let mut items = Vec::new();
        loop {
            match self.peek() {
                "," => drop(self.next()),
                "~" => {
                    self.next();
                    items.push(Node::Glue);
                }
                "-" => {
                    self.next();
                    let base = items.pop().ok_or_else(|| self.wrong("nothing stands before `-`"))?;
                    items.push(Node::Except(Box::new(base), self.next().to_owned()));
                }
                "" | ";" | "|" | ")" | "]" | "}" => break,
                _ => items.push(self.item()?),
            }
        }
        Ok(if items.len() == 1 { items.remove(0) } else { Node::Sequence(items) })
    }

    fn item(&mut self) -> Result<Node, String> {
        let word = self.next();
        let (close, wrap): (&str, fn(Box<Node>) -> Node) = match word {
            "(" => (")", |node| *node),
            "[" => ("]", Node::Optional),
            "{" => ("}", |node| Node::Repeated(node, None)),
            _ if word.starts_with('"') => return Ok(Node::Literal(word[1..word.len() - 1].to_owned())),
            _ if word.starts_with(|c: char| c.is_ascii_digit()) => return self.at_most(word),
            _ if !word.starts_with(|c: char| c.is_ascii_alphabetic()) => {
                return Err(self.wrong(&format!("`{word}` makes no sense")));
            }
            _ if word.chars().all(|c| c.is_ascii_uppercase() || c == '_') => return Ok(Node::Token(word.to_owned())),
            _ => return Ok(Node::Rule(word.to_owned())),
        };
        let inner = self.choice()?;
        self.expect(close)?;
        Ok(wrap(Box::new(inner)))
    }

    /// `3 * [ A ]`
    fn at_most(&mut self, number: &str) -> Result<Node, String> {
        let most = number.parse().map_err(|_| self.wrong(&format!("`{number}` is no number")))?;
        self.expect("*")?;
        match self.item()? {
            Node::Optional(inner) => Ok(Node::Repeated(inner, Some(most))),
            _ => Err(self.wrong("a number stands only before `* [ … ]`")),
        }
    }
}
