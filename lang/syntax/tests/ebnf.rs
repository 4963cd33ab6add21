//! The parser does what grammar/aura.ebnf says: programs generated from the grammar are accepted without a diagnostic, keep
//! their tree when formatted, and the terminals of the grammar are the lexer's tokens.

use aura_syntax::grammar::NORM;
use aura_syntax::grammar::ebnf::{Grammar, Node};
use aura_syntax::tokens::{Kind, lex, lex_file};
use aura_syntax::{Source, dump, format, parse, render};
use proptest::strategy::{Strategy, ValueTree};
use proptest::string::string_regex;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

fn grammar() -> Grammar {
    Grammar::read(NORM).expect("the norm is of its notation")
}

/// Writes sentences.
struct Generator<'g> {
    grammar: &'g Grammar,
    runner: TestRunner,
    state: u64,
    out: String,
    glued: bool,
    brackets: usize,
    depth: usize,
    /// The operator of each chain we are in.
    operators: Vec<Option<String>>,
}

impl Generator<'_> {
    fn new(grammar: &Grammar, seed: u64) -> Generator<'_> {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        let runner = TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
        let state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        Generator { grammar, runner, state, out: String::new(), glued: true, brackets: 0, depth: 0, operators: vec![None] }
    }

    fn random(&mut self, below: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state >> 33) as usize % below
    }

    fn sentence(mut self) -> String {
        self.rule("file");
        self.out
    }

    fn rule(&mut self, name: &str) {
        let node = self.grammar.rules.get(name).unwrap_or_else(|| panic!("no rule {name}")).clone();
        self.depth += 1;
        let is_chain = name == "binary_message";
        if is_chain {
            self.operators.push(None);
        }
        self.node(&node);
        if is_chain {
            self.operators.pop();
        }
        self.depth -= 1;
    }

    /// Deep down only what ends soon.
    fn is_deep(&self) -> bool {
        self.depth > 26
    }

    fn node(&mut self, node: &Node) {
        match node {
            Node::Glue => self.glued = true,
            Node::Literal(text) => {
                let closes = [")", "]", "}"].contains(&text.as_str());
                self.brackets = self.brackets.saturating_sub(usize::from(closes));
                self.emit(text);
                self.brackets += usize::from(["(", "[", "{"].contains(&text.as_str()));
            }
            Node::Token(name) => self.token(name),
            Node::Rule(name) if name == "primary" && self.is_deep() => self.token("INTEGER"),
            Node::Rule(name) if name == "expression" && self.is_deep() => self.token("NAME"),
            Node::Rule(name) if name == "union" && self.is_deep() => self.token("SLOT_NAME"),
            Node::Rule(name) => self.rule(name),
            Node::Sequence(items) => items.iter().for_each(|item| self.node(item)),
            Node::Choice(choices) => {
                let at = self.random(choices.len());
                self.node(&choices[at]);
            }
            Node::Optional(inner) => {
                if !self.is_deep() && self.random(2) == 0 {
                    self.node(inner);
                }
            }
            Node::Repeated(inner, _) => {
                let times = if self.is_deep() { 0 } else { self.random(4) };
                (0..times).for_each(|_| self.node(inner));
            }
            Node::Except(inner, except) => self.except(inner, except),
        }
    }

    /// Tries until the sentence does not begin as the exception does.
    fn except(&mut self, inner: &Node, except: &str) {
        let Node::Sequence(items) = &self.grammar.rules[except] else { panic!("exceptions are sequences") };
        let forbidden = items[0].clone();
        let (len, glued, brackets) = (self.out.len(), self.glued, self.brackets);
        for _ in 0..100 {
            self.node(inner);
            let begin = lex(self.out[len..].trim_start_matches([' ', '\n', '\t'])).first().map(|t| t.kind);
            let first = lex(&self.out[len..]).into_iter().find(|t| !t.kind.is_trivia()).map(|t| t.kind).or(begin);
            let is_forbidden = match &forbidden {
                Node::Literal(text) => first == lex(text).first().map(|t| t.kind),
                _ => first.is_some_and(Kind::is_operator),
            };
            if !is_forbidden {
                return;
            }
            self.out.truncate(len);
            (self.glued, self.brackets) = (glued, brackets);
        }
        self.token("INTEGER");
    }

    fn token(&mut self, name: &str) {
        if name == "SAME_OPERATOR" {
            let operator = self.operators.last().cloned().flatten();
            return match operator {
                Some(operator) => self.emit(&operator),
                None => self.token("OPERATOR"),
            };
        }
        let regex = self.grammar.tokens.get(name).unwrap_or_else(|| panic!("no token {name}"));
        let strategy = string_regex(&short(regex)).expect("a regular expression");
        let text = loop {
            let text = strategy.new_tree(&mut self.runner).expect("a sample").current();
            if !["|", "^", "<-", "self", "resend"].contains(&text.as_str()) {
                break text;
            }
        };
        if name == "OPERATOR"
            && let Some(chain @ None) = self.operators.last_mut()
        {
            *chain = Some(text.clone());
        }
        self.emit(&text);
    }

    fn emit(&mut self, text: &str) {
        if !std::mem::take(&mut self.glued) {
            let separators: &[&str] =
                if self.brackets > 0 { &[" ", "  ", "\n", " \"c\" ", "\t", " \\\n"] } else { &[" ", "  ", " \"c\" ", " \\\n"] };
            // A back-slash directly before a line end would join the lines.
            let at = if self.out.ends_with('\\') { usize::MAX } else { self.random(separators.len() * 2) };
            self.out.push_str(separators.get(at).unwrap_or(&" "));
        }
        self.out.push_str(text);
    }
}

/// Samples need not be long.
fn short(regex: &str) -> String {
    regex.replace(")*", "){0,4}").replace("]*", "]{0,4}").replace(")+", "){1,4}").replace("]+", "]{1,3}")
}

#[test]
fn every_sentence_of_the_grammar_is_accepted_and_formatted() {
    let grammar = grammar();
    let mut statements = 0;
    for seed in 1..600 {
        let source = Generator::new(&grammar, seed).sentence();
        let parsed = parse(&source);
        let shown = || render(&Source::new("generated", source.clone()), &parsed.diagnostics, false);
        assert!(parsed.diagnostics.is_empty(), "seed {seed}\n{source}\n{}", shown());
        statements += parsed.file.body.len();
        let formatted = format(&source).expect("accepted");
        let again = parse(&formatted);
        assert!(
            again.diagnostics.is_empty(),
            "seed {seed}\n{source}\n---\n{formatted}\n{}",
            render(&Source::new("formatted", formatted.clone()), &again.diagnostics, false)
        );
        assert_eq!(dump(&parsed.file, &source), dump(&again.file, &formatted), "seed {seed}\n{source}\n---\n{formatted}");
        let twice = format(&formatted).expect("accepted");
        assert_eq!(formatted, twice, "seed {seed}\n{source}");
    }
    assert!(statements > 600, "the generator writes real programs: {statements}");
}

/// A grammar that says something else is noticed: this test can fail.
#[test]
fn a_wrong_grammar_is_noticed() {
    let wrong = NORM.replace("binary_message  = ( operand", "binary_message  = ( operand, \"]\"");
    let grammar = Grammar::read(&wrong).expect("of the notation");
    let refused = (1..300).filter(|seed| !parse(&Generator::new(&grammar, *seed).sentence()).diagnostics.is_empty()).count();
    assert!(refused > 20, "{refused}");
}

#[test]
fn tokens_of_the_grammar_are_the_lexers() {
    let grammar = grammar();
    let kinds: &[(&str, &[Kind])] = &[
        ("NAME", &[Kind::Name]),
        ("SLOT_NAME", &[Kind::Name]),
        ("CAPITAL_NAME", &[Kind::CapitalName]),
        ("KEYWORD", &[Kind::Keyword]),
        ("SLOT_KEYWORD", &[Kind::Keyword]),
        ("CAPITAL_KEYWORD", &[Kind::CapitalKeyword]),
        ("ARGUMENT", &[Kind::Argument]),
        ("INTEGER", &[Kind::Integer, Kind::NegativeInteger]),
        ("RADIX_INTEGER", &[Kind::Integer, Kind::NegativeInteger]),
        ("FLOAT", &[Kind::Float, Kind::NegativeFloat]),
        ("STRING", &[Kind::String]),
        ("COMMENT", &[Kind::Comment]),
        ("LINE_END", &[Kind::Newline]),
        ("SPACE", &[Kind::Space]),
        ("OPERATOR", &[]),
        ("SHEBANG", &[]),
        ("TEMPLATE_TEXT", &[]),
    ];
    let named: Vec<&str> = grammar.tokens.keys().map(String::as_str).collect();
    let mut listed: Vec<&str> = kinds.iter().map(|(name, _)| *name).collect();
    listed.sort_unstable();
    assert_eq!(named, listed, "every token of the grammar is compared");
    let mut runner = TestRunner::deterministic();
    // Only a file has one: in a piece of a program these letters are an operator.
    let strategy = string_regex(&short(&grammar.tokens["SHEBANG"])).expect("a regular expression");
    for _ in 0..300 {
        let text = strategy.new_tree(&mut runner).expect("a sample").current();
        let tokens = lex_file(&text);
        assert!(tokens.len() == 1 && tokens[0].kind == Kind::Shebang, "SHEBANG: {text:?} is {tokens:?}");
    }
    for (name, expected) in kinds.iter().filter(|(_, expected)| !expected.is_empty()) {
        let strategy = string_regex(&short(&grammar.tokens[*name])).expect("a regular expression");
        for _ in 0..300 {
            let text = strategy.new_tree(&mut runner).expect("a sample").current();
            if text == "self" || text == "resend" {
                continue;
            }
            let tokens = lex(&text);
            assert!(tokens.len() == 1 && expected.contains(&tokens[0].kind), "{name}: {text:?} is {tokens:?}");
            assert!(parse(&text).diagnostics.iter().all(|d| !["E0001", "E0005", "E0006"].contains(&d.code)), "{text:?}");
        }
    }
}

#[test]
fn operator_characters_are_the_lexers() {
    let grammar = grammar();
    let class = regex_class(&grammar.tokens["OPERATOR"]);
    for byte in 0..128_u8 {
        let c = char::from(byte);
        let kind = lex(&format!("{c}"))[0].kind;
        let is_operator = kind.is_operator() || matches!(kind, Kind::Bar | Kind::Caret);
        assert_eq!(class.contains(c), is_operator, "{c:?}");
    }
}

/// The characters of `[…]+`.
fn regex_class(regex: &str) -> String {
    let inner = regex.trim_start_matches('[').trim_end_matches("]+");
    let mut out = String::new();
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        out.extend(if c == '\\' { chars.next() } else { Some(c) });
    }
    out
}

#[test]
fn words_and_brackets_of_the_grammar_are_the_lexers() {
    let grammar = grammar();
    let mut literals = Vec::new();
    grammar.rules.values().for_each(|node| collect(node, &mut literals));
    literals.sort();
    literals.dedup();
    let expected = ["(", ")", "*", ",", ".", "<", "<-", "=", ">", "[", "]", "^", "`", "resend", "self", "{", "|", "}"];
    assert_eq!(literals, expected);
    for literal in literals {
        let kind = lex(&literal)[0].kind;
        assert!(!matches!(kind, Kind::Name | Kind::Operator | Kind::Bad), "{literal} has a token of its own: {kind:?}");
    }
    assert!(grammar.rules.values().all(|node| every_name_is_known(node, &grammar)));
}

fn collect(node: &Node, out: &mut Vec<String>) {
    if let Node::Literal(text) = node {
        out.push(text.clone());
    }
    node.parts().into_iter().for_each(|part| collect(part, out));
}

fn every_name_is_known(node: &Node, grammar: &Grammar) -> bool {
    let is_known = match node {
        Node::Rule(name) | Node::Except(_, name) => grammar.rules.contains_key(name),
        Node::Token(name) => name == "SAME_OPERATOR" || grammar.tokens.contains_key(name),
        _ => true,
    };
    is_known && node.parts().into_iter().all(|part| every_name_is_known(part, grammar))
}

/// What is not of the notation is an error with its line.
#[test]
fn a_text_that_is_no_grammar_is_refused() {
    for (text, why) in [
        ("a = b", "line 1: `;` is missing before ``"),
        ("a = b ;\n(* open", "line 2: a comment without end"),
        ("a = \"b", "line 1: a literal or regular expression without end"),
        ("a = /b", "line 1: a literal or regular expression without end"),
        ("a = \n [ b ;", "line 2: `]` is missing before `;`"),
        ("a = 3 * { b } ;", "line 1: a number stands only before `* [ … ]`"),
        ("a = - b ;", "line 1: nothing stands before `-`"),
        ("a = é ;", "line 1: `é` makes no sense"),
        ("a b", "line 1: `=` is missing before `b`"),
    ] {
        assert_eq!(Grammar::read(text).map(|_| ()), Err(why.to_owned()), "{text}");
    }
}
