//! Ask mode: a person sees a method that ALFRED wrote, and says what becomes of it.
//!
//! What must stay true: everything that is shown was cleaned of control characters; without a person, or at the end of the
//! input, the answer is no; whatever is typed, the question comes again until it is answered.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::process::Command;

use aura_alfred::door::{Approval, Proposal};
use aura_alfred::text::{clean, line};

/// Where a person's answers come from.
pub trait Answers {
    /// The answer to a question; nothing if there is nobody to ask, or nobody any more.
    fn ask(&mut self, question: &str) -> Option<String>;
}

/// The process's own standard input, if a person sits there.
pub struct Stdin;

impl Answers for Stdin {
    fn ask(&mut self, question: &str) -> Option<String> {
        if !std::io::stdin().is_terminal() {
            return None;
        }
        eprint!("{question}");
        let _ = std::io::stderr().flush();
        let mut text = String::new();
        match std::io::stdin().lock().read_line(&mut text) {
            Ok(n) if n > 0 => Some(text),
            _ => None,
        }
    }
}

/// Shows a method and asks.
pub fn approve(proposal: &Proposal, answers: &mut dyn Answers) -> Approval {
    eprint!("{}", shown(proposal));
    loop {
        let Some(said) = answers.ask("install it? [y]es, [n]o, [e]dit, else[w]here: ") else {
            eprintln!("alfred: nobody is here to approve it; use --alfred=auto to let the gates decide");
            return Approval::No;
        };
        let answer = match said.trim() {
            "y" | "yes" => Some(Approval::Yes),
            "n" | "no" => Some(Approval::No),
            "e" | "edit" => edit(&proposal.source, answers),
            "w" | "elsewhere" => elsewhere(proposal, answers),
            _ => None,
        };
        if let Some(answer) = answer {
            return answer;
        }
    }
}

/// The method with its place, types, effects, tests, and trial.
pub fn shown(p: &Proposal) -> String {
    if let Some(problem) = &p.problem {
        return format!(
            "\nalfred: that does not work: {}\nThe method is as it was, for {}.\n",
            line(problem, 400),
            line(p.home(), 80)
        );
    }
    let mut text = format!("\nalfred: {} sends '{}', which nothing understands.\n", line(&p.place, 120), line(&p.selector, 80));
    text.push_str(&format!("{} proposes, for {}:\n\n", line(&p.model, 80), line(p.home(), 80)));
    text.push_str(&format!("    {}\n\n", clean(&p.source, 8000).replace('\n', "\n    ")));
    let some = |name: &str, value: &Option<String>| value.as_ref().map(|v| (name.to_string(), v.clone()));
    let rows = [Some(("plan".to_string(), p.plan.clone())), some("types", &p.types), some("effects", &p.effects)];
    let rest = [some("agreement", &p.agreement), Some(("trial".into(), p.trial.clone()))];
    let tests = p.tests.iter().map(|t| ("test".to_string(), t.clone()));
    let rows = rows.into_iter().flatten().chain(tests).chain(rest.into_iter().flatten());
    for (name, value) in rows.filter(|(_, v)| !v.is_empty()) {
        text.push_str(&format!("{:<11}{}\n", format!("{name}:"), line(&value, 300)));
    }
    text
}

/// Asks for another of the places.
fn elsewhere(proposal: &Proposal, answers: &mut dyn Answers) -> Option<Approval> {
    for (i, place) in proposal.places.iter().enumerate() {
        let here = if i == proposal.at { " (where it would go now)" } else { "" };
        let note = if place.note.is_empty() { String::new() } else { format!(": {}", line(&place.note, 80)) };
        eprintln!("  {}: {}{note}{here}", i + 1, line(&place.name, 80));
    }
    let said = answers.ask("install it at> ")?;
    let chosen = said.trim().parse::<usize>().ok().and_then(|n| n.checked_sub(1)).filter(|i| *i < proposal.places.len());
    match chosen {
        Some(place) => Some(Approval::Elsewhere(place)),
        None => {
            eprintln!("a number from 1 to {}, please", proposal.places.len());
            None
        }
    }
}

/// The method as a person changed it: in their editor, or line by line. Nothing if they left it as it is.
fn edit(source: &str, answers: &mut dyn Answers) -> Option<Approval> {
    let edited = match editor() {
        Some(editor) => in_editor(&editor, source).map_err(|why| eprintln!("alfred: {why}")).ok()?,
        None => typed(answers)?,
    };
    let edited = edited.trim();
    if edited.is_empty() || edited == source.trim() {
        eprintln!("alfred: nothing was changed");
        return None;
    }
    Some(Approval::Edited(edited.into()))
}

fn editor() -> Option<String> {
    ["VISUAL", "EDITOR"].iter().find_map(|name| std::env::var(name).ok().filter(|v| !v.trim().is_empty()))
}

/// Opens the person's editor on a file with the method in it.
fn in_editor(editor: &str, source: &str) -> Result<String, String> {
    let failed = |e: std::io::Error| format!("the editor '{editor}' cannot be used: {e}");
    let mut file = tempfile::Builder::new().prefix("method-").suffix(".aura").tempfile().map_err(failed)?;
    file.write_all(source.as_bytes()).and_then(|()| file.write_all(b"\n")).map_err(failed)?;
    // An editor is often a command with flags: `code --wait`.
    let mut words = editor.split_whitespace();
    let program = words.next().unwrap_or(editor);
    let ended = Command::new(program).args(words).arg(file.path()).status().map_err(failed)?;
    if !ended.success() {
        return Err(format!("the editor '{editor}' ended with {ended}"));
    }
    std::fs::read_to_string(file.path()).map_err(failed)
}

fn typed(answers: &mut dyn Answers) -> Option<String> {
    eprintln!("write the method; an empty line ends it (set EDITOR to change it in an editor):");
    let mut lines = Vec::new();
    while let Some(line) = answers.ask("| ") {
        if line.trim().is_empty() {
            break;
        }
        lines.push(line.trim_end().to_string());
    }
    Some(lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use aura_alfred::door::Place;

    /// What a person says, in order; then they are gone.
    struct Says(Vec<&'static str>);

    impl Answers for Says {
        fn ask(&mut self, _question: &str) -> Option<String> {
            if self.0.is_empty() { None } else { Some(self.0.remove(0).to_string()) }
        }
    }

    fn proposal() -> Proposal {
        let place = |index, name: &str, note: &str| Place { index, name: name.into(), note: note.into() };
        Proposal {
            selector: "manhattan".into(),
            at: 0,
            places: vec![place(1, "point", "the receiver itself"), place(3, "lobby", "everybody inherits from it")],
            source: "manhattan = ( x\u{1b}[31m abs )".into(),
            plan: "Adds.".into(),
            model: "tiny".into(),
            types: Some("^ <integer>".into()),
            effects: Some("none".into()),
            tests: vec!["point manhattan ==> 0: passed".into()],
            trial: "answered 7 in 5 steps".into(),
            agreement: None,
            problem: None,
            place: "g.aura:3".into(),
            comment: String::new(),
        }
    }

    #[test]
    fn everything_is_shown_and_nothing_controls_the_terminal() {
        let text = shown(&proposal());
        for part in [
            "g.aura:3 sends 'manhattan'",
            "for point",
            "types:     ^ <integer>",
            "effects:   none",
            "test:      point manhattan",
            "trial:     answered 7",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(!text.contains('\u{1b}') && !text.contains("agreement"));
        let problem = shown(&Proposal { problem: Some("'x.abs' is a resend".into()), ..proposal() });
        assert_eq!(problem, "\nalfred: that does not work: 'x.abs' is a resend\nThe method is as it was, for point.\n");
        assert!(!shown(&Proposal { types: None, effects: None, ..proposal() }).contains("types:"));
    }

    #[test]
    fn each_answer_is_taken_and_everything_else_asked_again() {
        let say = |answers: &[&'static str]| approve(&proposal(), &mut Says(answers.to_vec()));
        assert_eq!(say(&["what?", "", "y"]), Approval::Yes);
        assert_eq!(say(&["no"]), Approval::No);
        assert_eq!(say(&[]), Approval::No);
        assert_eq!(say(&["w", "2"]), Approval::Elsewhere(1));
        assert_eq!(say(&["w", "0", "w", "three", "w", "9", "n"]), Approval::No);
        assert_eq!(say(&["w"]), Approval::No);
    }

    #[test]
    fn a_method_is_typed_or_changed_in_an_editor() {
        let mut says = Says(vec!["manhattan = (", "  3 )", ""]);
        assert_eq!(typed(&mut says).as_deref(), Some("manhattan = (\n  3 )"));
        assert_eq!(in_editor("sed -i s/abs/squared/", "m = ( x abs )").as_deref(), Ok("m = ( x squared )\n"));
        assert!(in_editor("false", "m").expect_err("it fails").contains("ended with"));
        assert!(in_editor("no-such-editor-anywhere", "m").expect_err("it fails").contains("cannot be used"));
    }
}
