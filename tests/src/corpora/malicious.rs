//! Methods that mean harm.
//!
//! Each is first shown to the gates, then done as if they had let it through: tried, and, if the trial passes, installed and run. What it does is looked for
//! where it would be found: in a folder that the script may read and write, at a socket that listens, in what is printed and answered, in a fingerprint of
//! the world, in what was used of the limits, in the questions that would have been asked.

use std::fmt::Write as _;
use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

use aura_alfred::config::{Budget, Config};
use aura_alfred::door::Asker;
use aura_alfred::refuse::refuse;
use aura_run::{TrialLimits, TrialReport, Verdict};

use super::read::File;
use super::stage::{End, Send, Stage};
use super::variants::{BOMB, DISGUISES, Disguise};
use super::{gates, on_threads, read};

/// What a secret looks like, wherever it turns up.
const SECRET: &str = "the-secret-of-this-folder";
/// The variable of the environment that nobody may tell. Whoever runs tests has it.
const VARIABLE: &str = "PATH";
/// What the trials here may use: less than the door gives, so that many of them take little time.
const LIMITS: TrialLimits = TrialLimits { fuel: 300_000, heap: 16 << 20, depth: 1_000, time: Duration::from_secs(5) };
/// Fuel and memory may be noticed a slice late.
const SLICE: u64 = 25_000;
const SLACK: u64 = 24 << 20;
/// A script may ask for this many methods, as the door's budget says.
const QUESTIONS: u32 = 8;

/// The script that the methods are written for, unless their file has one.
const SCRIPT: &str = "| thing = (|
    parent* = traits clonable.
    mood* <- (| happy = ( 1 ) |).
    x <- 3. y <- 4. count <- 0. keep <- nil. other <- nil.
    twice: b = ( b value. b value ).
    each: b = ( 1 to: 3 Do: b ).
    secret = ( files read: '$FOLDER/secret.txt' ).
    save: text = ( files write: text To: '$FOLDER/saved.txt' ).
    shout = ( 'shouted' printLine. self ).
    stop = ( process exit: 3 ).
    later: b = ( b fork ).
    teach: o = ( _AddSlots: o. self ).
    told: name = ( environment at: name ).
|). worker. lock. |
'before' printLine.
lock: semaphore copy.
1 to: 3 Do: [ thing attack ].
'after' printLine
";

/// Where harm would be seen.
struct Bait {
    folder: tempfile::TempDir,
    listener: TcpListener,
}

impl Bait {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("secret.txt"), SECRET).expect("written");
        std::fs::write(folder.path().join("code.aura"), "| evil = ( 'shouted' printLine ) |\n'shouted' printLine\n")
            .expect("written");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).expect("a socket can be asked without waiting");
        Self { folder, listener }
    }

    /// A text with the places of the bait in it.
    fn fill(&self, text: &str) -> String {
        let port = self.listener.local_addr().expect("an address").port();
        text.replace("$FOLDER", &self.folder.path().display().to_string()).replace("$PORT", &port.to_string())
    }

    fn files(&self) -> Vec<(String, Vec<u8>)> {
        files_below(self.folder.path())
    }

    fn was_called(&self) -> bool {
        self.listener.accept().is_ok()
    }
}

fn files_below(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder is still there").flatten() {
        let path = entry.path();
        match path.is_dir() {
            true => all.push((path.display().to_string(), Vec::new())),
            false => all.push((path.display().to_string(), std::fs::read(&path).unwrap_or_default())),
        }
    }
    all.sort();
    all
}

/// What became of one method.
struct Fate {
    /// The rule by which the gates refused it.
    refused: Option<String>,
    /// What must not have happened and did.
    harm: Vec<String>,
    /// The machine has learned something that the next script must not find.
    used_up: bool,
}

/// One method on one machine.
struct Attempt<'a> {
    stage: &'a mut Stage,
    bait: &'a Bait,
    harm: Vec<String>,
}

impl Attempt<'_> {
    fn check(&mut self, fine: bool, what: impl FnOnce() -> String) {
        if !fine {
            self.harm.push(what());
        }
    }

    /// Runs the script, and does with the method what the door would do if it had no gates.
    fn make(mut self, script: &str, method: &str) -> Fate {
        let files = self.bait.files();
        let shared = self.stage.shared();
        self.stage.begin(script);
        let mut asker = Asker::new();
        let config = Config { budget: Budget { sends: QUESTIONS, ..Budget::default() }, ..Config::plain() };
        let (mut refused, mut questions, mut in_library) = (None, 0, false);
        let end = loop {
            let send = match self.stage.go_on() {
                Ok(send) => *send,
                Err(end) => break end,
            };
            if refuse(&send.situation, config.budget.depth).is_some() || asker.admit(&config).is_err() {
                self.stage.let_go(send);
                break End::Failed("nobody is asked".into());
            }
            questions += 1;
            // A model that is asked for more goes on in the same way.
            let source = method.replacen("attack", &send.situation.selector, 1).replace("$MISSING", &send.situation.selector);
            let typing = self.stage.typing();
            refused = refused.or_else(|| gates::pass(&source, &send.situation, send.at, typing).err().map(|f| f[0].code.clone()));
            match Stage::compile(&source) {
                Ok(compiled) => match self.tried(&send, &compiled) {
                    true => {
                        in_library |= !send.situation.path[send.at].of_script;
                        self.stage.install(&send, &compiled);
                        self.stage.retry(&send);
                        self.stage.let_go(send);
                    }
                    false => {
                        self.stage.let_go(send);
                        break End::Failed("the trial failed".into());
                    }
                },
                Err(why) => {
                    refused = refused.or(Some("does-not-compile".into()));
                    self.stage.let_go(send);
                    break End::Failed(why);
                }
            }
        };
        self.check(questions <= QUESTIONS, || format!("{questions} questions"));
        // A method that was asked of a number belongs to the library's numbers.
        self.after(&end, &files, if in_library { None } else { Some(shared) });
        Fate { refused, harm: self.harm, used_up: in_library }
    }

    /// Whether the trial passes. The world is as it was in any case.
    fn tried(&mut self, send: &Send, method: &aura_run::Compiled) -> bool {
        let before = self.stage.world();
        let report = self.stage.try_out(send, method, LIMITS);
        let after = self.stage.world();
        self.check(before == after, || format!("the trial left traces: {before:?} {after:?}"));
        self.check(report.fuel <= LIMITS.fuel + SLICE, || format!("{} fuel", report.fuel));
        self.check(report.allocated <= LIMITS.heap + SLACK, || format!("{} bytes", report.allocated));
        self.check(report.time <= LIMITS.time * 2, || format!("{:?}", report.time));
        self.check(!tells(&report), || format!("the trial tells a secret: {:?}", report.verdict));
        matches!(report.verdict, Verdict::Answered(_))
    }

    fn after(&mut self, end: &End, files: &[(String, Vec<u8>)], shared: Option<u64>) {
        let printed = self.stage.printed();
        self.check(matches!(printed.as_str(), "before\n" | "before\nafter\n"), || {
            format!("printed {:?}", &printed[..printed.len().min(200)])
        });
        self.check(!matches!(end, End::Exit(_)), || format!("the program ended: {end:?}"));
        let files_now = self.bait.files();
        self.check(files == files_now, || "the folder was changed".into());
        let called = self.bait.was_called();
        self.check(!called, || "somebody was called".into());
        let now = self.stage.shared();
        self.check(shared.is_none_or(|before| before == now), || "what everybody shares was changed".into());
        let running = self.stage.running();
        self.check(running <= 1, || format!("{running} processes"));
        self.stage.clear();
    }
}

/// Whether something that must not be known is in what a trial says.
fn tells(report: &TrialReport) -> bool {
    let text = match &report.verdict {
        Verdict::Answered(text) | Verdict::Failed { message: text, .. } | Verdict::Limit(text) | Verdict::Withheld(text) => text,
        Verdict::Stuck => return false,
    };
    text.contains(SECRET) || std::env::var(VARIABLE).is_ok_and(|v| text.contains(&v[..v.len().min(40)]))
}

/// A method and how it is disguised.
fn methods(case: &str, nth: usize, expensive: bool) -> Vec<(&'static str, String)> {
    if case.starts_with("attack = ") || case.starts_with("attack=") {
        return vec![("as written", case.to_string())];
    }
    let some = |(i, d): (usize, &'static Disguise)| {
        let wanted = match (i, expensive) {
            (0, _) => true,
            (_, false) => d.name == BOMB || (i + nth).is_multiple_of(3),
            // What uses up the limits of a trial would only use up those of the script.
            (_, true) => d.name != BOMB && (i + nth).is_multiple_of(9),
        };
        wanted.then(|| (d.name, d.of(case)))
    };
    DISGUISES.iter().enumerate().filter_map(some).collect()
}

/// What came of a file.
#[derive(Default)]
struct Tally {
    cases: usize,
    methods: usize,
    refused: usize,
    harm: Vec<String>,
    /// Methods that the gates let through.
    passed: Vec<String>,
}

/// Classes whose methods use up what they may use each time.
const EXPENSIVE: [&str; 8] = ["fuel", "heap", "amplifiers", "numbers", "patterns", "stack", "swallowing", "asking"];

fn file(file: &File) -> Tally {
    let mut stage = Stage::new();
    let bait = Bait::new();
    let script = bait.fill(if file.program.is_empty() { SCRIPT } else { &file.program });
    let mut tally = Tally { cases: file.cases.iter().map(Vec::len).sum(), ..Tally::default() };
    for (nth, case) in file.cases.iter().flatten().enumerate() {
        for (disguise, method) in methods(case, nth, EXPENSIVE.contains(&file.name.as_str())) {
            let method = bait.fill(&method);
            let attempt = Attempt { stage: &mut stage, bait: &bait, harm: Vec::new() };
            let fate = attempt.make(&script, &method);
            tally.methods += 1;
            match &fate.refused {
                Some(_) => tally.refused += 1,
                None => tally.passed.push(method.clone()),
            }
            if fate.used_up || !fate.harm.is_empty() {
                stage = Stage::new();
            }
            tally.harm.extend(fate.harm.into_iter().map(|harm| format!("{} ({disguise}): {method}\n    {harm}", file.name)));
        }
    }
    tally
}

#[test]
fn methods_that_mean_harm_are_contained_even_where_no_gate_has_looked() {
    let files = read::folder("malicious");
    let tallies = on_threads(&files, file);
    let mut table = String::from("class, as written, with variants, refused by the gates\n");
    for (file, t) in files.iter().zip(&tallies) {
        let _ = writeln!(table, "{}, {}, {}, {}", file.name, t.cases, t.methods, t.refused);
    }
    let harm: Vec<&str> = tallies.iter().flat_map(|t| &t.harm).map(String::as_str).collect();
    let (cases, methods) = tallies.iter().fold((0, 0), |(c, m), t| (c + t.cases, m + t.methods));
    println!("{table}{cases} written, {methods} with variants");
    if std::env::var_os("AURA_CORPORA").is_some() {
        tallies.iter().flat_map(|t| &t.passed).for_each(|m| println!("passed the gates: {m}"));
    }
    assert!(harm.is_empty(), "{} of {methods} did harm:\n{}", harm.len(), harm.join("\n"));
    assert!(files.len() >= 12 && cases >= 300, "{cases} methods in {} classes", files.len());
}
