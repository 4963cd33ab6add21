//! The examples that every prompt of ALFRED begins with: their methods do what their questions ask for, and none of them is a task of the suite by
//! which models are measured.

use std::fs;

use aura_alfred::answer;
use aura_alfred::persona::Briefing;
use aura_alfred::prompt::{EXAMPLE_TURNS, prompt};
use aura_alfred::situation::Situation;

use crate::support::{Engine, run_within};

/// What is missing, the objects that the question tells of, where the method goes, and an expression with what it prints.
const RUNS: [(&str, &str, &str, &str, &str); 8] = [
    (
        "longerSide",
        "rectangle = (| parent* = traits clonable. width <- 0. height <- 0 |)",
        "rectangle",
        "((rectangle copy width: 3) height: -4) longerSide",
        "4",
    ),
    ("countAbove:", "", "traits vector", "{ 3. 8. 5 } countAbove: 4", "2"),
    ("bits", "", "traits integer", "10 bits", "1010"),
    ("placesOf:", "", "traits string", "'banana' placesOf: 'n'", "vector(2, 4)"),
    (
        "put:Copies:",
        "shelf = (| parent* = traits clonable. stock <- dictionary copy. room <- 3. copiesOf: title = ( stock at: title IfAbsent: [ 0 ] ) |)",
        "shelf",
        "((shelf put: 'Emma' Copies: 2) put: 'Emma' Copies: 1) copiesOf: 'Emma'",
        "3",
    ),
    (
        "shiftedBy:",
        "span = (| parent* = traits clonable. begin <- 0. end <- 0 |)",
        "span",
        "(((span copy begin: 3) end: 5) shiftedBy: 10) end",
        "15",
    ),
    (
        "firstWhere:Otherwise:",
        "",
        "traits list",
        "({ 'Bo'. 'Anna' } asList firstWhere: [|:n| n size > 3 ] Otherwise: [ 'nobody' ])",
        "Anna",
    ),
    (
        "headcount",
        "manager = (| parent* = traits clonable. name <- ''. reports <- vector copy |)",
        "manager",
        "(manager copy reports: { manager copy. manager copy }) headcount",
        "3",
    ),
];

/// The missing message and the method of each example.
fn examples() -> Vec<(String, String)> {
    let shown = prompt(&Situation::default(), "", &[], 1, &Briefing::default());
    let pairs = shown.messages[..EXAMPLE_TURNS].chunks(2);
    let read = pairs.map(|pair| {
        let wanted = pair[0].text.lines().next().and_then(|l| l.strip_prefix("Missing method: ")).expect("a question");
        (wanted.to_string(), answer::read(&pair[1].text, wanted).expect("one method").source)
    });
    read.collect()
}

#[test]
fn the_examples_of_the_prompt_run() {
    let examples = examples();
    assert_eq!(examples.iter().map(|e| &*e.0).collect::<Vec<_>>(), RUNS.map(|run| run.0));
    for ((name, source), (_, objects, home, expression, printed)) in examples.iter().zip(RUNS) {
        let module = if objects.is_empty() { String::new() } else { format!("| {objects} |\n") };
        let code = format!("{module}{home} _AddSlots: (| {source} |).\n({expression}) printLine\n");
        let ran = run_within("example", &code, Engine::Plain, 100_000);
        assert_eq!((ran.failure, ran.out.trim_end()), (None, printed), "{name}:\n{code}");
    }
}

#[test]
fn no_example_is_a_task_of_the_suite() {
    let tasks =
        fs::read_dir("eval").expect("the suite").flat_map(|tier| fs::read_dir(tier.expect("a tier").path()).expect("its tasks"));
    let right: Vec<String> =
        tasks.map(|task| fs::read_to_string(task.expect("a task").path().join("right.aura")).expect("what is right")).collect();
    assert!(right.len() > 60);
    for (name, _) in examples() {
        let first = name.split_inclusive(':').next().unwrap_or(&name).to_string();
        assert!(!right.iter().any(|text| text.contains(&format!(" {first} "))), "{name}");
    }
}
