//! The tests of a send: which there are, how each candidate did, and which of ROBIN's are doubtful.
//!
//! What must stay true: a test of the user is never set aside; one of ROBIN's is when two different candidates, which pass
//! everything else up to it, give it the same other answer: a model wrote that test, too.

use std::collections::BTreeMap;

use super::{End, Passage};
use crate::candidates::Ending;
use crate::chronicle::entry::TestRecord;
use crate::diagnostic::{Diagnostic, Gate};
use crate::exam::{By, Mark, Should, Test, robin};
use crate::gates::{Context, Powers};
use crate::persona::robin::Intention;
use crate::state::Step;
use crate::text::line;

/// Candidates that must give an example the same other answer before it is set aside.
const OUTVOTED: usize = 2;

/// The tests of a send.
#[derive(Debug, Default)]
pub(super) struct Exams {
    /// Those that can be judged.
    pub(super) tests: Vec<Test>,
    /// Those that were dropped, with the reason.
    dropped: Vec<TestRecord>,
    /// For an example, by its number: the answers that candidates gave instead, each with the sources that gave it.
    others: BTreeMap<usize, BTreeMap<String, Vec<String>>>,
    /// How the last candidate did.
    pub(super) last: Vec<TestRecord>,
    /// A person wrote what is tested; ROBIN does not know better.
    pub(super) by_person: bool,
}

impl Exams {
    /// Every test with how the last candidate did, and those that were dropped.
    pub(super) fn records(&self) -> Vec<TestRecord> {
        self.last.iter().chain(&self.dropped).cloned().collect()
    }

    /// The calls of ROBIN's examples: inputs on which candidates can be compared.
    pub(super) fn calls(&self) -> Vec<String> {
        self.tests.iter().filter(|t| t.by == By::Robin).map(|t| t.call.clone()).collect()
    }

    fn is_doubtful(&self, number: usize) -> bool {
        let others = self.others.get(&number);
        others.is_some_and(|answers| answers.values().any(|sources| sources.len() >= OUTVOTED))
    }

    /// A candidate answered an example otherwise.
    fn disagrees(&mut self, number: usize, got: &str, source: &str) {
        let sources = self.others.entry(number).or_default().entry(got.to_string()).or_default();
        if !sources.iter().any(|s| s == source) {
            sources.push(source.to_string());
        }
    }
}

/// A test with how it went.
fn record(test: &Test, went: &str) -> TestRecord {
    TestRecord { by: test.by, test: test.title(), went: line(went, 240) }
}

impl Passage<'_> {
    /// The user's tests of the message.
    pub(super) async fn find_tests(&mut self) -> Result<(), End> {
        if !self.door.config.tests.of_user() || self.situation.tests.is_empty() {
            return Ok(());
        }
        self.admit(self.situation.tests.clone()).await
    }

    /// ROBIN's examples, as far as they are sound.
    pub(super) async fn add_examples(&mut self, intention: &Intention) -> Result<(), End> {
        if !self.door.config.tests.of_robin() {
            return Ok(());
        }
        let context = Context::of(&self.situation, Powers::none());
        let mut sound = Vec::new();
        for example in &intention.examples {
            match robin::test(example, &self.situation.selector, &context) {
                Ok(test) => sound.push(test),
                Err(why) => {
                    let test = format!("ROBIN: {} = {}", line(&example.call, 160), line(&example.expected, 80));
                    let went = format!("dropped: {}", line(&why, 200));
                    self.exams.dropped.push(TestRecord { by: By::Robin, test, went });
                }
            }
        }
        self.admit(sound).await
    }

    /// Keeps those tests that can be judged: without a candidate they must miss the very message.
    async fn admit(&mut self, tests: Vec<Test>) -> Result<(), End> {
        if tests.is_empty() {
            return Ok(());
        }
        let calls: Vec<String> = tests.iter().map(|t| t.code(&t.call)).collect();
        let endings = self.timed(|w| w.evaluate(None, calls)).await?;
        for (test, ending) in tests.into_iter().zip(endings) {
            match test.is_about(&self.situation.selector, &ending) {
                Ok(()) => self.exams.tests.push(test),
                Err(why) => self.exams.dropped.push(record(&test, &format!("dropped: {why}"))),
            }
        }
        Ok(())
    }

    /// Runs the tests with the candidate that was compiled last. What it answers is wrong with it.
    pub(super) async fn tested(&mut self, source: &str) -> Result<Vec<Diagnostic>, End> {
        self.exams.last.clear();
        if self.exams.tests.is_empty() {
            return Ok(Vec::new());
        }
        self.step(Step::Testing);
        let at = Some(self.at);
        let expressions: Vec<String> = self.exams.tests.iter().flat_map(expressions).collect();
        let mut endings = self.timed(|w| w.evaluate(at, expressions)).await?.into_iter();
        let mut findings = Vec::new();
        for number in 0..self.exams.tests.len() {
            let test = self.exams.tests[number].clone();
            let all: Vec<Ending> = endings.by_ref().take(expressions_of(&test)).collect();
            let missing = Ending::Impossible("the machine did not say".into());
            let got = all.first().unwrap_or(&missing);
            let mark = test.mark(&self.situation.selector, got, all.get(1), all.get(2));
            let mark = self.weighed(number, &test, mark, source);
            let went = match &mark {
                Mark::Passed => "passed".to_string(),
                Mark::Void(why) => format!("void: {why}"),
                Mark::Failed(how) => {
                    findings.push(test.finding(how));
                    format!("failed: it {how}")
                }
            };
            self.exams.last.push(record(&test, &went));
        }
        if findings.is_empty() && self.exams.last.iter().any(|r| r.went == "passed") {
            self.trail.passed(Gate::Tests);
        }
        Ok(findings)
    }

    /// A failure in one of ROBIN's examples may say more about the example.
    fn weighed(&mut self, number: usize, test: &Test, mark: Mark, source: &str) -> Mark {
        let Mark::Failed(how) = &mark else { return mark };
        if test.by == By::User {
            return mark;
        }
        if self.exams.by_person {
            return Mark::Void(format!("a person wrote the method; it {how}"));
        }
        self.exams.disagrees(number, how, source);
        match self.exams.is_doubtful(number) {
            true => Mark::Void(format!("set aside: different candidates agree on another answer; this one {how}")),
            false => mark,
        }
    }
}

/// What is evaluated for a test: the call; for an example also the expected value, and whether the two are equal.
fn expressions(test: &Test) -> Vec<String> {
    let mut all = vec![test.call.clone()];
    if let Should::Equal(value) = &test.should {
        all.extend([value.clone(), format!("({}) = ({value})", test.call)]);
    }
    all.iter().map(|e| test.code(e)).collect()
}

fn expressions_of(test: &Test) -> usize {
    if matches!(test.should, Should::Equal(_)) { 3 } else { 1 }
}
