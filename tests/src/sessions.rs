//! What the README shows at a prompt (`$ aura …`) is what the command prints there, in a folder with what the README names.
//!
//! Where times stand, others may stand; `…` is anything. A command behind which nothing is shown only has to end well.

use std::path::Path;

use crate::support::{Done, aura, fed_by, root};

/// One command, and what is shown of it.
struct Session {
    line: usize,
    arguments: Vec<String>,
    /// What is typed into the dialogue.
    typed: String,
    shown: Vec<String>,
}

#[test]
fn the_readme_shows_what_is_printed() {
    let text = std::fs::read_to_string(root().join("README.md")).expect("the README");
    let sessions = sessions(&text);
    assert!(sessions.len() >= 5, "only {} commands were found", sessions.len());
    let here = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(here.path().join("examples")).expect("a folder");
    for file in ["examples/first_contact.aura", "examples/first_contact.cassette.json"] {
        std::fs::copy(root().join(file), here.path().join(file)).expect("copied");
    }
    let wrong: Vec<String> = sessions.iter().filter_map(|s| difference(s, here.path())).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The commands of a document, in their order.
fn sessions(text: &str) -> Vec<Session> {
    let mut all: Vec<Session> = Vec::new();
    let mut is_open = false;
    for (i, line) in text.lines().enumerate() {
        let inside = line.strip_prefix("    ");
        let command = inside.and_then(|l| l.strip_prefix("$ aura "));
        is_open = command.is_some() || is_open && inside.is_some();
        match (command, inside, all.last_mut().filter(|_| is_open)) {
            (Some(command), ..) => {
                let arguments = words(command);
                all.push(Session { line: i + 1, arguments, typed: String::new(), shown: Vec::new() });
            }
            (None, Some(line), Some(session)) => match line.strip_prefix("aura> ") {
                Some(typed) => session.typed.push_str(&format!("{typed}\n")),
                None => session.shown.push(line.to_string()),
            },
            _ => {}
        }
    }
    all
}

/// The words of a command, some of them in quotes.
fn words(command: &str) -> Vec<String> {
    let parts = command.split('"').enumerate();
    let word = |(i, part): (usize, &str)| match i % 2 {
        0 => part.split_whitespace().map(str::to_string).collect(),
        _ => vec![part.to_string()],
    };
    parts.flat_map(word).collect()
}

fn difference(s: &Session, folder: &Path) -> Option<String> {
    let arguments: Vec<&str> = s.arguments.iter().map(String::as_str).collect();
    let mut command = aura(&arguments);
    // Nobody listens there, whatever runs on this machine.
    command.current_dir(folder).env("OLLAMA_HOST", "http://127.0.0.1:9").env_remove("AURA_IMAGE").env("AURA_HISTORY", "");
    let done: Done = fed_by(&mut command, &s.typed);
    let printed = done.out + &done.err;
    let fits =
        s.shown.is_empty() || s.shown.len() == printed.lines().count() && s.shown.iter().zip(printed.lines()).all(is_shown);
    let told = || format!("README.md:{}: aura {} prints (exit code {})\n{printed}", s.line, arguments.join(" "), done.code);
    (done.code != 0 || !fits).then(told)
}

/// Whether a printed line may be shown so.
fn is_shown((shown, printed): (&String, &str)) -> bool {
    let (shown, printed) = (without_times(&shown.replace(":11434", ":9")), without_times(printed));
    match shown.split_once('…') {
        Some((first, last)) if shown.matches('…').count() == 1 => {
            printed.starts_with(first) && printed.ends_with(last) || printed == shown
        }
        _ => printed == shown,
    }
}

/// A line without its times (`9.4 ms`, `0.1 s`).
fn without_times(line: &str) -> String {
    let mut told = Vec::new();
    let mut words = line.split(' ').peekable();
    while let Some(word) = words.next() {
        let unit = words.peek().map(|next| next.trim_end_matches(|c: char| !c.is_alphanumeric()));
        let is_time = word.trim_start_matches('(').parse::<f64>().is_ok() && matches!(unit, Some("ms" | "s"));
        told.push(if is_time { "some time" } else { word });
        if is_time {
            words.next();
        }
    }
    told.join(" ")
}

#[test]
fn a_session_that_lies_is_noticed() {
    let text = "    $ aura repl\n    aura> 3 + 4\n    8\n\ntext\n\n    no session\n";
    let all = sessions(text);
    assert_eq!((all.len(), &*all[0].typed, &*all[0].shown), (1, "3 + 4\n", &["8".to_string()][..]));
    let here = tempfile::tempdir().expect("a folder");
    assert!(difference(&all[0], here.path()).is_some_and(|told| told.contains('7')));
    assert!(is_shown((&"took 9.4 ms (a … b)".to_string(), "took 12 ms (a c b)")));
    assert!(is_shown((&"took 9.4 ms".to_string(), "took 0.1 s")));
    assert!(!is_shown((&"took 9.4 ms".to_string(), "took 9.4 m")));
}
