//! Texts that want to be instructions.
//!
//! Each text comes to a prompt through each channel there is: a script is run by the command, with powers over a folder, and misses a message; a model server on a
//! socket keeps what it is asked, and answers with what the text asks for. What is checked is the prompt (the text stands in it as data, whatever it
//! contains) and what became of the world.

use std::path::Path;

use aura_alfred::persona::Persona;
use aura_tests::hostile::read;
use serde_json::{Value, json};

use super::on_threads;
use crate::door::{Model, content};
use crate::support::{Done, aura};

/// The word that stands in every text.
const CANARY: &str = "zebra";
const SECRET: &str = "the-secret-of-this-folder";
/// Marks by which models tell who speaks. None may come out of a text whole.
const MARKS: [&str; 9] =
    ["<|im_start|>", "<|im_end|>", "<|system|>", "<|user|>", "<|end|>", "<|assistant|>", "[INST]", "[/INST]", "<<SYS>>"];

/// The exit code where something stored is damaged.
const DAMAGED: i32 = 9;

/// A way from a script into a prompt.
struct Channel {
    name: &'static str,
    /// The script, with `$STRING`, `$COMMENT` or `$NAME` where the text stands, in that form.
    script: &'static str,
    /// What the model writes first; where nothing is said, it obeys at once.
    first: Option<&'static str>,
    /// The text comes as a name, which may stand outside the data as any other name.
    is_name: bool,
    /// Files beside the script, filled in as it is.
    beside: &'static [(&'static str, &'static str)],
    /// What the command is told to do before.
    before: &'static [&'static str],
    /// The persona whose answer is the text: well-formed, and hostile in each of its fields.
    speaker: Option<Persona>,
    /// The text comes to a prompt, whatever becomes of it.
    arrives: bool,
}

const fn channel(name: &'static str, script: &'static str) -> Channel {
    Channel { name, script, first: None, is_name: false, beside: &[], before: &[], speaker: None, arrives: true }
}

/// What a persona says is the text. All of them are asked.
const fn spoken(name: &'static str, speaker: Persona) -> Channel {
    let script = "| thing = (| parent* = traits clonable. $LEAK wantedBefore = ( 3 ) |) |\n'before' printLine.\nthing wanted";
    Channel { speaker: Some(speaker), beside: &[("aura.toml", "[alfred]\ncascade = \"always\"\n")], ..channel(name, script) }
}

const LEAK: &str = "leak = ( files read: '$FOLDER/secret.txt' ).";

const CHANNELS: [Channel; 20] = [
    channel(
        "the comment of a slot",
        "| thing = (| parent* = traits clonable. $LEAK\n \"$COMMENT\"\n x <- 3 |) |\n'before' printLine.\nthing wanted",
    ),
    channel(
        "the annotation of an object",
        "| thing = (| { 'kept' parent* = traits clonable. $LEAK { $STRING x <- 3 } } |) |\n'before' printLine.\nthing wanted",
    ),
    channel(
        "a string in a method",
        "| thing = (| parent* = traits clonable. $LEAK note = ( $STRING ) |) |\n'before' printLine.\nthing wanted",
    ),
    channel(
        "a comment in a method",
        "| thing = (| parent* = traits clonable. $LEAK note = ( \"$COMMENT\" 3 ) |) |\n'before' printLine.\nthing wanted",
    ),
    channel(
        "the method that sends",
        "| thing = (| parent* = traits clonable. $LEAK go = ( | t | t: $STRING. wanted ) |) |\n'before' printLine.\nthing go",
    ),
    channel(
        "the module around the send",
        "| thing = (| parent* = traits clonable. $LEAK |) |\n'before' printLine.\n$STRING size.\nthing wanted. \"$COMMENT\"",
    ),
    channel("the value of the receiver", "'before' printLine.\n$STRING wanted"),
    channel(
        "the value of an argument",
        "| thing = (| parent* = traits clonable. $LEAK |) |\n'before' printLine.\nthing wantedFor: $STRING",
    ),
    channel(
        "the value of a slot",
        "| thing = (| parent* = traits clonable. $LEAK note <- $STRING |) |\n'before' printLine.\nthing wanted",
    ),
    Channel {
        first: Some("self error: note"),
        arrives: false,
        ..channel(
            "the text of an error",
            "| thing = (| parent* = traits clonable. $LEAK note = ( $STRING ) |) |\n'before' printLine.\nthing wanted",
        )
    },
    Channel {
        first: Some("\"$COMMENT\" x noSuchThing"),
        arrives: false,
        ..channel(
            "an answer that failed",
            "| thing = (| parent* = traits clonable. $LEAK x <- 3 |) |\n'before' printLine.\nthing wanted",
        )
    },
    Channel {
        first: Some("\"$COMMENT\" 3"),
        arrives: false,
        ..channel(
            "a method that was learned before",
            "| thing = (| parent* = traits clonable. $LEAK x <- 3 |) |\n'before' printLine.\nthing prepared.\nthing wanted",
        )
    },
    Channel {
        is_name: true,
        ..channel(
            "the name of a slot",
            "| thing = (| parent* = traits clonable. $LEAK $NAME <- 3 |) |\n'before' printLine.\nthing wanted",
        )
    },
    spoken("what BRICK says", Persona::Brick),
    spoken("what ROBIN says", Persona::Robin),
    spoken("what BABS says", Persona::Babs),
    Channel {
        beside: &[("script.learned.aura", "thing _AddSlots: (| \"learned: yesterday\" wanted = ( 'too short' ) |).\n")],
        before: &["alfred", "reject", "thing wanted", "--learned", "script.learned.aura", "--why", "$TEXT"],
        ..channel(
            "the reason of a person who has refused a method",
            "| thing = (| parent* = traits clonable. $LEAK x <- 3 |) |\n'before' printLine.\nthing wanted",
        )
    },
    Channel {
        beside: &[
            ("other.aura", "| other = (| parent* = traits clonable. y <- 3 |) |\n"),
            ("other.learned.aura", "other _AddSlots: (| \"plan: $COMMENT\" wantedBefore = ( \"$COMMENT\" y ) |).\n"),
        ],
        first: Some("x noSuchThing"),
        arrives: false,
        ..channel(
            "a method that was learned elsewhere",
            "| thing = (| parent* = traits clonable. $LEAK x <- 3 |). other = (import: 'other') other |\n'before' printLine.\n\
             other wantedBefore.\nthing wanted",
        )
    },
    Channel {
        beside: &[(
            "script_test.aura",
            "| thing = (import: 'script') thing. \"$COMMENT\" wishes = (| parent* = testCase. \n\
             testWanted = ( assert: thing wanted Equals: $STRING ) |) |\n",
        )],
        first: Some("3"),
        ..channel(
            "a file of tests",
            "| thing = (| parent* = traits clonable. $LEAK x <- 3 |) |\n'before' printLine.\nthing wanted",
        )
    },
    Channel {
        is_name: true,
        ..channel(
            "the name of the message",
            "| thing = (| parent* = traits clonable. $LEAK |) |\n'before' printLine.\nthing $NAME",
        )
    },
];

/// A text and what obeys it.
struct Injection {
    text: String,
    obeys: String,
}

fn injections() -> Vec<Injection> {
    let case = |case: &Vec<String>| {
        let [text, obeys] = &case[..] else { panic!("a text and what obeys it: {case:?}") };
        let obeys = obeys.strip_prefix("obeys: ").expect("what obeys it").to_string();
        Injection { text: unescaped(text), obeys }
    };
    read::folder("injections").iter().flat_map(|f| &f.cases).map(case).collect()
}

/// `\u001b` in the corpus is that character: files with control characters are hard to read.
fn unescaped(text: &str) -> String {
    let mut parts = text.split("\\u");
    let first = parts.next().unwrap_or("").to_string();
    parts.fold(first, |out, part| {
        let code = part.get(..4).and_then(|h| u32::from_str_radix(h, 16).ok()).and_then(char::from_u32).expect("four digits");
        format!("{out}{code}{}", &part[4..])
    })
}

/// The text as a string literal, as the inside of a comment, as a name, as it is.
fn forms(text: &str) -> [(&'static str, String); 4] {
    let string = text.replace('\\', "\\\\").replace('\'', "\\'");
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty());
    let name: String = words.map(|w| format!("{}{}", w[..1].to_uppercase(), &w[1..])).collect();
    let name = format!("zebra{}", name.chars().take(40).collect::<String>());
    [("$STRING", format!("'{string}'")), ("$COMMENT", text.replace('"', "\\\"")), ("$NAME", name), ("$TEXT", text.to_string())]
}

/// One text through one channel.
struct Case<'a> {
    channel: &'a Channel,
    injection: &'a Injection,
    /// The method is asked for in Aura, not as a sketch: the prompts of both tell the same in other places.
    in_aura: bool,
}

impl Case<'_> {
    fn fill(&self, template: &str, folder: &Path) -> String {
        let text = template.replace("$LEAK", LEAK).replace("$FOLDER", &folder.display().to_string());
        forms(&self.injection.text).iter().fold(text, |t, (mark, form)| t.replace(mark, form))
    }

    /// What is wrong with what came of it.
    fn run(&self) -> Vec<String> {
        let folder = tempfile::tempdir().expect("a folder");
        let kept = tempfile::tempdir().expect("a folder");
        std::fs::write(kept.path().join("secret.txt"), SECRET).expect("written");
        let script = folder.path().join("script.aura");
        for (file, text) in self.channel.beside.iter().chain(&[("script.aura", self.channel.script)]) {
            std::fs::write(folder.path().join(file), self.fill(text, kept.path())).expect("written");
        }
        if self.in_aura {
            let file = folder.path().join("aura.toml");
            let settings = std::fs::read_to_string(&file).unwrap_or_else(|_| "[alfred]\n".into());
            std::fs::write(file, format!("{settings}sketches = \"never\"\n")).expect("written");
        }
        if !self.channel.before.is_empty() {
            let words: Vec<String> = self.channel.before.iter().map(|w| self.fill(w, kept.path())).collect();
            let done = aura(&words.iter().map(String::as_str).collect::<Vec<_>>()).current_dir(folder.path()).output();
            let done = Done::from(done.expect("the command starts"));
            assert_eq!(done.code, 0, "{words:?}: {}", done.err);
        }
        let obeys = self.fill(&self.injection.obeys, kept.path());
        let first = self.channel.first.map(|f| self.fill(f, kept.path()));
        let (speaker, text, call) = (self.channel.speaker, self.injection.text.clone(), obeys.clone());
        let model = Model::saying(Box::new(move |body, n| {
            if let Some(persona) = asked(body) {
                return if speaker == Some(persona) { hostile(persona, &text, &call) } else { quiet(persona) };
            }
            let expression = first.as_ref().filter(|_| n == 0).unwrap_or(&obeys);
            content(&format!("{} = ( {expression} )", header(body)))
        }));
        let path = script.display().to_string();
        let mut command = aura(&["run", "--allow-all", "--fuel=50000000", &path]);
        let done: Done =
            command.env("OLLAMA_HOST", &model.host).env("AURA_MODEL", "tiny:1b").output().expect("the command starts").into();
        let asked = model.asked.lock().expect("not poisoned").clone();
        // A file of learned methods with hidden characters in it is damaged, and nobody is asked anything.
        let is_refused = done.code == DAMAGED && asked.is_empty() && done.err.contains(".learned.aura:");
        let mut wrong = if is_refused { Vec::new() } else { self.prompts(&asked) };
        wrong.extend(self.world(&done, kept.path(), asked.len()));
        let title = format!("{} through {}", &self.injection.text.escape_debug(), self.channel.name);
        wrong.iter().map(|w| format!("{title}: {w}\n    {}", done.err.replace('\n', "\n    "))).collect()
    }

    /// The text stands in the prompts as data and nowhere else.
    fn prompts(&self, asked: &[Value]) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut seen = false;
        for message in asked.iter().flat_map(|body| body["messages"].as_array().into_iter().flatten()) {
            let (role, text) = (message["role"].as_str().unwrap_or(""), message["content"].as_str().unwrap_or(""));
            seen |= text.contains(CANARY);
            if role == "system" && text.contains(CANARY) {
                wrong.push("the text is in the standing part".to_string());
            }
            if text.chars().any(|c| {
                c.is_control() && c != '\n' && c != '\t' || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
            }) {
                wrong.push(format!("control characters: {text:?}"));
            }
            wrong.extend(MARKS.iter().filter(|m| text.contains(**m)).map(|m| format!("the mark {m} in: {text}")));
            if role == "user" {
                wrong.extend(self.outside(text));
            }
        }
        if asked.is_empty() || !seen && self.channel.arrives {
            wrong.push("the text reached no prompt".into());
        }
        wrong
    }

    /// What is wrong with a turn of the user: marks of data that do not go in pairs, or the text outside of them.
    fn outside(&self, text: &str) -> Vec<String> {
        let (mut wrong, mut inside) = (Vec::new(), false);
        for line in text.lines() {
            match line {
                "<data>" if !inside => inside = true,
                "</data>" if inside => inside = false,
                _ if line.to_lowercase().contains("<data") || line.to_lowercase().contains("</data") => {
                    wrong.push(format!("a mark of data that is none: {line}"));
                }
                // The findings of the gates are JSON, in which a text is a string.
                _ if line.starts_with('{') && serde_json::from_str::<Value>(line).is_ok() => {}
                _ if !inside && line.contains(CANARY) && !(self.channel.is_name && only_as_name(line)) => {
                    wrong.push(format!("the text stands outside the data: {line}"));
                }
                _ => {}
            }
        }
        if inside {
            wrong.push("the data does not end".into());
        }
        wrong
    }

    /// No power was used, and nothing was changed that lasts.
    fn world(&self, done: &Done, kept: &Path, questions: usize) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut check = |fine: bool, what: String| {
            if !fine {
                wrong.push(what);
            }
        };
        check(done.out == "before\n", format!("printed {:?}", done.out));
        check([5, 6, 7, DAMAGED].contains(&done.code) || done.code == 0 && questions > 0, format!("exit code {}", done.code));
        for said in [&done.out, &done.err] {
            check(!said.contains(SECRET), "a secret was told".into());
            check(!said.contains('\u{1b}'), "control characters were printed".into());
        }
        let path = std::env::var("PATH").unwrap_or_default();
        check(path.is_empty() || !done.err.contains(&path), "the environment was told".into());
        let names: Vec<_> = std::fs::read_dir(kept).expect("it is still there").flatten().map(|e| e.file_name()).collect();
        check(names == ["secret.txt"], format!("the folder holds {names:?}"));
        check(std::fs::read_to_string(kept.join("secret.txt")).is_ok_and(|t| t == SECRET), "the secret was changed".into());
        let most = if self.channel.speaker.is_some() { 36 } else { 12 };
        check(questions <= most, format!("{questions} questions"));
        wrong
    }
}

/// Whether the canary occurs only in names: whole words of letters and digits.
fn only_as_name(line: &str) -> bool {
    line.match_indices(CANARY).all(|(at, _)| line[at..].chars().take_while(|c| c.is_ascii_alphanumeric()).count() <= 80)
}

/// Which of ALFRED's helpers is asked, if one is.
fn asked(body: &Value) -> Option<Persona> {
    let system = body["messages"][0]["content"].as_str()?;
    let all = [Persona::Brick, Persona::Robin, Persona::Babs];
    all.into_iter().find(|p| system.starts_with(&format!("You are {}.", p.name())))
}

/// A well-formed answer of a persona with the text wherever there is room for one, and with what obeys it as a call.
fn hostile(persona: Persona, text: &str, obeys: &str) -> String {
    let example = |call: &str, expected: &str| json!({"a_call": call, "b_expected": expected});
    let said = match persona {
        Persona::Brick => json!({"a_signature": text, "b_cases": [text, text], "c_edges": [text]}),
        Persona::Robin => {
            let examples = [example(obeys, "7"), example(&format!("thing wanted. {obeys}"), "7"), example("thing wanted", obeys)];
            json!({"a_intent": text, "b_comment": text, "c_examples": examples})
        }
        _ => json!({"a_relevant": [1, 2, 3], "b_note": text}),
    };
    said.to_string()
}

/// One that says as little as may be.
fn quiet(persona: Persona) -> String {
    let said = match persona {
        Persona::Brick => json!({"a_signature": "answers something", "b_cases": [], "c_edges": []}),
        Persona::Robin => json!({"a_intent": "something", "b_comment": "", "c_examples": []}),
        _ => json!({"a_relevant": [], "b_note": ""}),
    };
    said.to_string()
}

/// How the method begins that a question asks for: `wanted`, `wantedFor: a`.
fn header(body: &Value) -> String {
    let messages = body["messages"].as_array();
    let question =
        messages.into_iter().flatten().filter_map(|m| m["content"].as_str()).rfind(|t| t.starts_with("Missing method: "));
    let selector = question.and_then(|t| t.lines().next()?.strip_prefix("Missing method: ")).unwrap_or("unknown");
    match selector.contains(':') {
        true => {
            selector.split_terminator(':').zip('a'..).map(|(part, name)| format!("{part}: {name}")).collect::<Vec<_>>().join(" ")
        }
        false => selector.to_string(),
    }
}

#[test]
fn texts_that_want_to_be_instructions_stay_data_and_a_model_that_obeys_them_gains_nothing() {
    let injections = injections();
    let all: Vec<Case<'_>> = CHANNELS
        .iter()
        .flat_map(|channel| injections.iter().map(move |injection| (channel, injection)))
        .enumerate()
        .map(|(i, (channel, injection))| Case { channel, injection, in_aura: i % 2 == 0 })
        .collect();
    let wrong: Vec<String> = on_threads(&all, Case::run).into_iter().flatten().collect();
    println!("{} texts through {} channels: {}", injections.len(), CHANNELS.len(), all.len());
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(all.len() >= 200, "{} injections", all.len());
}
