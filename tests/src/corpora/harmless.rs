//! Methods as a good model writes them.
//!
//! Each goes through the gates, is compiled and verified, tried, installed, and run by the send that it was written for, which must print what the corpus
//! says. At most one in a hundred may be refused by the gates; what is not refused must work.

use aura_tests::hostile::gates;
use aura_tests::hostile::read::{self, File};
use aura_tests::hostile::stage::{End, Stage};

use super::{on_threads, variants};

/// What came of a file.
#[derive(Default)]
struct Tally {
    methods: usize,
    /// What the gates refused, and by which rule.
    refused: Vec<String>,
    /// What passed them and did not work.
    broken: Vec<String>,
}

/// A method as it is written, with other names, and spelled out.
fn methods(method: &str, nth: usize) -> Vec<String> {
    let all = [Some(method.to_string()), variants::renamed(method, nth), variants::spelled_out(method)];
    all.into_iter().flatten().collect()
}

fn file(file: &File) -> Tally {
    let mut stage = Stage::new();
    let mut tally = Tally::default();
    for (nth, case) in file.cases.iter().enumerate() {
        let [send, method, expected] = &case[..] else { panic!("{}: a case has three parts: {case:?}", file.name) };
        let expected = expected.strip_prefix("==> ").expect("what is printed follows ==>");
        let script = format!("{}({send}) printLine\n", file.program);
        for method in methods(method, nth) {
            tally.methods += 1;
            match one(&mut stage, &script, &method) {
                Ok(printed) if printed.trim_end() == expected => {}
                Ok(printed) => tally.broken.push(format!("{method}\n    prints {printed:?}, not {expected:?}")),
                Err(Trouble::Refused(why)) => tally.refused.push(format!("{method}\n    {why}")),
                Err(Trouble::Broken(why)) => {
                    tally.broken.push(format!("{method}\n    {why}"));
                    stage = Stage::new();
                }
            }
        }
    }
    tally
}

/// Why a method did not do what it should.
enum Trouble {
    Refused(String),
    Broken(String),
}

fn one(stage: &mut Stage, script: &str, method: &str) -> Result<String, Trouble> {
    stage.begin(script);
    let send = stage.go_on().map_err(|end| Trouble::Broken(format!("nothing was missing: {end:?}")))?;
    let source = gates::pass(method, &send.situation, send.at, stage.typing())
        .map_err(|f| Trouble::Refused(format!("{}: {}", f[0].code, f[0])))?;
    let compiled = Stage::compile(&source).map_err(Trouble::Broken)?;
    let report = stage.try_out(&send, &compiled, aura_run::TrialLimits::default());
    if !matches!(report.verdict, aura_run::Verdict::Answered(_)) {
        return Err(Trouble::Broken(format!("{:?}", report.verdict)));
    }
    stage.install(&send, &compiled);
    stage.retry(&send);
    // A method may miss itself in another kind of receiver: then it has not been written for that.
    let end = stage.go_on().map_or_else(|end| end, |again| End::Failed(format!("{} is missing", again.situation.title())));
    let printed = stage.printed();
    stage.take_out(*send);
    match end {
        End::Answered => Ok(printed),
        end => Err(Trouble::Broken(format!("{end:?}"))),
    }
}

#[test]
fn methods_that_a_good_model_writes_are_hardly_ever_refused_and_work() {
    let files = read::folder("harmless");
    let tallies = on_threads(&files, file);
    let methods: usize = tallies.iter().map(|t| t.methods).sum();
    let refused: Vec<&str> = tallies.iter().flat_map(|t| &t.refused).map(String::as_str).collect();
    let broken: Vec<&str> = tallies.iter().flat_map(|t| &t.broken).map(String::as_str).collect();
    let figure = format!("{} of {methods} harmless methods were refused", refused.len());
    println!("{figure}");
    if std::env::var_os("AURA_CORPORA").is_some() {
        println!("{}", refused.join("\n"));
    }
    assert!(broken.is_empty(), "{} passed the gates and do not work:\n{}", broken.len(), broken.join("\n"));
    assert!(methods >= 1000, "{methods} methods");
    assert!(refused.len() * 100 <= methods, "{figure}, which is more than one in a hundred:\n{}", refused.join("\n"));
}
