//! Sketches: what Python becomes, and what is refused. (That the methods do the same is shown by `tests/eval`, whose tasks each have a
//! sketch that must pass every gate and every hidden test.)

mod support;

use std::sync::atomic::{AtomicUsize, Ordering};

use aura_alfred::config::{Cascade, Sketches};
use aura_alfred::door::Outcome;
use aura_alfred::situation::{Holder, Situation, SlotKind, SlotView, Thing};
use aura_alfred::sketch::{is_sketch, translated};
use support::stage::{GOOD, Stage, door, pass, situation as point};
use support::{Server, method, reply, said};

/// `account transfer: 5 To: other`, with a list of movements.
fn situation() -> Situation {
    let slot =
        |name: &str, kind, holds: &str| SlotView { name: name.into(), kind, holds: Some(holds.into()), ..SlotView::default() };
    let slots = vec![
        slot("parent", SlotKind::Parent, "traits clonable"),
        slot("balance", SlotKind::Data, "an integer"),
        slot("from", SlotKind::Data, "a string"),
        slot("moves", SlotKind::Data, "list"),
        slot("rates", SlotKind::Data, "dictionary"),
        SlotView {
            name: "named:With:".into(),
            kind: SlotKind::Method,
            source: Some("named: n With: b = ( (copy from: n) balance: b )".into()),
            ..SlotView::default()
        },
    ];
    Situation {
        selector: "transfer:To:".into(),
        receiver: Thing { path: "account".into(), ..Thing::default() },
        arguments: vec![
            Thing { path: "an integer".into(), ..Thing::default() },
            Thing { path: "account".into(), ..Thing::default() },
        ],
        path: vec![Holder { path: Some("account".into()), of_script: true, is_receiver: true, slots, ..Holder::default() }],
        understood: ["balance", "balance:", "from", "from:", "moves", "rates", "copy", "named:With:"]
            .map(str::to_string)
            .to_vec(),
        ..Situation::default()
    }
}

fn aura(body: &str) -> String {
    let lines: String = body.lines().map(|l| format!("    {l}\n")).collect();
    match translated(&format!("def transfer_to(self, n, to_account):\n{lines}"), &situation()) {
        Ok(all) => all.join("\n--- or\n"),
        Err(findings) => format!("refused: {}", findings[0]),
    }
}

fn shown(cases: &[&str]) -> String {
    cases.iter().map(|c| format!("{c}\n==>\n{}\n\n", aura(c))).collect()
}

#[test]
fn statements_become_messages() {
    insta::assert_snapshot!(shown(&[
        "self.balance -= n\nto_account.balance += n",
        "if n < 0:\n    return False\nelif n == 0:\n    return None\nself.moves.append(n)\nreturn True",
        "n = n + 1\nreturn n",
        "total = 0\nfor i, m in enumerate(self.moves, 1):\n    if m == 3:\n        continue\n    total += i * m\nreturn total",
        "for m in self.moves:\n    if m > n:\n        break\n    print(m)",
        "while True:\n    n -= 1\n    if n < 3:\n        break\nreturn n",
        "a, b = 0, 1\nfor _ in range(n):\n    a, b = b, a + b\nreturn a",
        "for i in range(10, 0, -2):\n    self.moves.insert(0, i)",
        "for key, rate in self.rates.items():\n    if rate > 3:\n        return key",
        "def twice(x):\n    if x > 3:\n        return 3\n    return x * 2\nreturn twice(n)",
        "try:\n    return int(self.from)\nexcept ValueError as e:\n    return 0",
        "raise ValueError(f'{n} is too much')",
        "del self.rates['x']\nself.rates['y'] = self.rates.get('y', 0) + 1",
        "self.find(n).balance += 1\nself.find(n).rates[self.key(n)] += 1\nself.find(n).moves[-1] = 3",
        "total = 0\ndef add(x):\n    nonlocal total\n    total = total + x\ndef other():\n    total = 9\n    return total\nadd(n)\nreturn total",
        "for m in self.moves:\n    for k in self.moves:\n        if k == m:\n            continue\n        n += k\nreturn n",
    ]));
}

#[test]
fn expressions_become_messages() {
    insta::assert_snapshot!(shown(&[
        "return -n // 2 + n % 3 - 2 ** n",
        "return n / 2",
        "return 0 < n <= 9 and not self.moves or n in self.moves",
        "return self.from[1:-1] + str(n) + self.from[-1]",
        "return self.moves[::-1]",
        "return [m * 2 for m in self.moves if m > 0]",
        "return [(a, b) for a in self.moves for b in self.moves if a < b]",
        "return {k: v + 1 for k, v in self.rates.items()}",
        "return sum(m for m in self.moves if m > 1) + max(self.moves, default=0) + len([m for m in self.moves])",
        "return any(m == n for m in self.moves) and all(m > 0 for m in self.moves)",
        "return sorted(self.moves, key=lambda m: -m)[0]",
        "return ', '.join(str(m) for m in self.moves).upper().split(',')",
        "return Account('x', 3) if n else type(self)(balance=1)",
        "return Account.named_with('x', 2)",
        "return {'a': 1, 'b': 2}['a'], [], {}",
        "return to_account is None or to_account.unknown(1)",
        "return list(map(lambda m: m + 1, self.moves)) + [0] * n",
        "return self.from or 'nobody'",
        "return 0 < self.find(n) < 9 and self.find(n)[1:] and max(self.find(n), default=3)",
        "return f'{n!r} of {self.from}' + str(self.moves.index(n))",
        "return 'it\\'s a \\\\ and a {brace}'",
    ]));
}

#[test]
fn a_method_that_calls_itself_is_no_block_in_a_slot() {
    assert_eq!(
        aura("return self.transfer_to(n - 1, to_account)"),
        "transfer: n To: toAccount = ( transfer: n - 1 To: toAccount )"
    );
    assert_eq!(aura("return transfer_to(to_account, n, self)"), "transfer: n To: toAccount = ( toAccount transfer: n To: self )");
    assert_eq!(
        aura("return self.transfer_to(to_account, 1, self)"),
        "transfer: n To: toAccount = ( toAccount transfer: 1 To: self )"
    );
    assert!(!aura("return self.transfer_to(1)").contains("value"), "{}", aura("return self.transfer_to(1)"));
}

#[test]
fn what_may_be_added_or_joined_is_both() {
    insta::assert_snapshot!(shown(&["x = to_account.unknown()\nreturn x + x"]));
}

#[test]
fn what_cannot_be_said_is_refused_with_its_place() {
    insta::assert_snapshot!(shown(&[
        "import os\nreturn os.system('rm')",
        "return open('x').read()",
        "yield n",
        "with self.moves as m:\n    pass",
        "return eval('1')",
        "return __import__('os')",
        "return n.__class__.__mro__",
        "return [*self.moves, n]",
        "return self.moves[::2]",
        "x = ",
        "global y\nreturn y",
        "return super().transfer_to(n, to_account)",
        "return n @ n",
        "match n:\n    case 1:\n        return 2",
        "def add(x, y=3):\n    return x + y\nreturn add(n)",
        "@cache\ndef add(x):\n    return x\nreturn add(n)",
        "return sorted(self.moves, reverse=n > 3)",
        "counts = defaultdict(int)\nreturn counts",
        "return f'{n:>3}' + f'{n=}'",
    ]));
}

#[test]
fn names_are_no_way_out() {
    // Names of the model's become names of Aura's rules: no primitive, nothing of the language, no second statement.
    for name in ["_Quit", "__x__", "self_", "nil", "lobby", "resend", "parent", "_AddSlots_", "true", "π"] {
        let text = aura(&format!("{name} = 1\nreturn {name}"));
        assert!(!text.contains("_Quit") && !text.contains("_AddSlots"), "{text}");
        assert!(
            !text.contains("nil <-") && !text.contains("lobby <-") && !text.contains("resend <-") && !text.contains("true <-"),
            "{text}"
        );
    }
    let text = aura("return self._Quit()");
    assert!(!text.contains("_Quit"), "{text}");
    assert!(aura("return '\\x07\\u202e'").contains("'\\u{7}\\u{202e}'"), "{}", aura("return '\\x07\\u202e'"));
    let text = aura("return '\\' ] value. _Quit. [ \\''");
    assert!(text.contains("\\'"), "{text}");
}

#[test]
fn hostile_sketches_end() {
    let deep = |open: &str, n: usize, close: &str| format!("return {}1{}", open.repeat(n), close.repeat(n));
    for body in [
        deep("(", 5000, ")"),
        deep("[", 1000, "]"),
        deep("-", 2500, ""),
        deep("not ", 600, ""),
        deep("lambda: ", 300, ""),
        format!("return n{}", ".x".repeat(1000)),
        format!("return n{}", "()".repeat(1000)),
        format!("return n{}", "[0]".repeat(700)),
        format!("return {}", vec!["n"; 1000].join(" + ")),
        format!("return {}", vec!["n"; 700].join(" < ")),
        format!("return {}1", "n if n else ".repeat(200)),
        format!("return {}", vec!["n"; 700].join(" ** ")),
        format!("return {}", "f'{".repeat(100)),
        (0..300).map(|i| format!("{}if n:\n", " ".repeat(i))).collect::<String>(),
        "\u{0}\u{feff}return 1".into(),
        "return 99999999999999999999999999999999999999999999".into(),
        "return 0x1F + 0b11 + 1_000 + 1e400 + 1j".into(),
    ] {
        let _ = aura(&body);
    }
    assert!(!is_sketch("manhattan = ( x abs + y abs )"));
    assert!(is_sketch("```python\ndef f(self):\n    return 1\n```"));
}

/// A door, and a server whose model gives these answers, one after the other.
fn asked(answers: &'static [&'static str], sketches: Sketches) -> (Server, Outcome, Stage) {
    let count = AtomicUsize::new(0);
    let server = Server::ollama(move |_, s| {
        let i = count.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1);
        reply(s, 200, &said(&method(answers[i]), "stop", 1000, 20).to_string());
    });
    let (mut door, mut world) = (door(&server.url), Stage::default());
    (door.config.cascade, door.config.sketches) = (Cascade::Never, sketches);
    let outcome = pass(&mut door, &point(), &mut world);
    (server, outcome, world)
}

#[test]
fn a_sketch_is_installed_in_aura_with_the_sketch_as_its_plan() {
    let (server, outcome, world) = asked(&["def manhattan(self):\n    return abs(self.x) + abs(self.y)"], Sketches::Always);
    assert!(matches!(outcome, Outcome::Learned(_)), "{outcome:?}");
    assert_eq!(world.log[0], format!("compile {GOOD}"));
    let kept = world.kept.expect("kept");
    assert!(kept.source == GOOD && kept.plan.contains("return abs(self.x)"), "{kept:?}");
    let question = server.questions()[0].to_string();
    assert!(question.contains("def manhattan(self):") && !question.contains("Aura on a card"), "{question}");
}

#[test]
fn a_sketch_that_is_refused_is_repaired_and_aura_is_understood_as_well() {
    let (server, outcome, _) = asked(&["def manhattan(self):\n    return [][::2]", GOOD], Sketches::Always);
    assert!(matches!(outcome, Outcome::Learned(_)), "{outcome:?}");
    let repair = server.questions()[1].to_string();
    assert!(repair.contains("sketch-unsaid") && repair.contains("a slice with a step"), "{repair}");
}

#[test]
fn after_the_first_conversation_aura_may_be_asked_for() {
    let (server, outcome, _) = asked(&["def manhattan(self):\n    return zork"], Sketches::First);
    assert!(matches!(outcome, Outcome::NotLearned { .. }), "{outcome:?}");
    let cards: Vec<bool> = server.questions().iter().map(|q| q.to_string().contains("Aura on a card")).collect();
    assert!(!cards[0] && cards.last() == Some(&true), "{cards:?}");
}

/// What is said twice in Aura, or looked at twice on the way, must not double with each level.
#[test]
fn nothing_doubles_with_depth() {
    let nested = |open: &str, close: &str, n: usize| format!("return {}n{}", open.repeat(n), close.repeat(n));
    for body in [
        nested("n or (", ")", 38),
        nested("n < (", ") < n", 38),
        nested("sum(a for a, b in zip(", ", n))", 18),
        nested("[x for x in enumerate(", ")]", 18),
        nested("sorted(n, reverse=True, key=lambda x: ", ")", 30),
        format!("return self.from{}", "[1:-1]".repeat(300)),
        nested("max(", ", default=0)", 38),
        format!("return n{}", "[-2]".repeat(300)),
    ] {
        let began = std::time::Instant::now();
        let text = aura(&body);
        assert!(text.len() < 60_000 && began.elapsed().as_secs() < 20, "{} characters of {body}", text.len());
    }
}
