//! The dialogue at a real terminal (a pty), with a model at hand: a person sees each method before it is installed.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use nix::pty::{Winsize, openpty};

use crate::door::Model;
use crate::support::aura;

/// How long an answer may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

const POINT: &str = "| point = (| parent* = traits clonable. x <int> <- 0. y <int> <- 0. at: a Y: b = ( (copy x: a) y: b ) |) |";
const WAY: &str = "(point at: 3 Y: -4) manhattan";
const QUESTION: &str = "else[w]here: ";

/// A person's terminal, in which a dialogue runs.
struct Terminal {
    keys: File,
    child: Child,
    screen: Receiver<Vec<u8>>,
    /// All that was shown, and how much of it was looked at.
    shown: String,
    seen: usize,
    model: Model,
    _folder: tempfile::TempDir,
}

impl Terminal {
    /// A dialogue that knows a point, with a model that writes these methods.
    fn new(sources: &[&str]) -> Self {
        let (folder, model) = (tempfile::tempdir().expect("a folder"), Model::writing(sources));
        let size = Winsize { ws_row: 50, ws_col: 250, ws_xpixel: 0, ws_ypixel: 0 };
        let pty = openpty(&size, None).expect("a terminal");
        let end = || Stdio::from(pty.slave.try_clone().expect("its other end"));
        let mut command = aura(&["repl", "--alfred=ask"]);
        command.current_dir(folder.path()).env("OLLAMA_HOST", &model.host).env("AURA_MODEL", "tiny:1b");
        command.env("AURA_HISTORY", "").env("TERM", "xterm").env("NO_COLOR", "1");
        command.env_remove("AURA_IMAGE").env_remove("EDITOR").env_remove("VISUAL");
        let child = command.stdin(end()).stdout(end()).stderr(end()).spawn().expect("the command starts");
        let mut reads = File::from(pty.master.try_clone().expect("a second hold of it"));
        let (sends, screen) = channel();
        std::thread::spawn(move || {
            let mut piece = [0; 4096];
            while let Ok(n @ 1..) = reads.read(&mut piece) {
                if sends.send(piece[..n].to_vec()).is_err() {
                    break;
                }
            }
        });
        let keys = File::from(pty.master);
        let mut terminal = Self { keys, child, screen, shown: String::new(), seen: 0, model, _folder: folder };
        terminal.enters(POINT);
        terminal
    }

    /// Waits until this is shown; answers what was shown before it.
    #[track_caller]
    fn sees(&mut self, text: &str) -> String {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(at) = self.shown[self.seen..].find(text) {
                let before = self.shown[self.seen..self.seen + at].to_string();
                self.seen += at + text.len();
                return before;
            }
            let left = until.saturating_duration_since(Instant::now());
            match self.screen.recv_timeout(left) {
                Ok(bytes) => self.shown.push_str(&String::from_utf8_lossy(&bytes)),
                Err(_) => panic!("'{text}' is not shown after\n{}", &self.shown[self.seen..]),
            }
        }
    }

    fn types(&mut self, line: &str) {
        self.keys.write_all(format!("{line}\r").as_bytes()).expect("somebody reads");
    }

    /// Types an entry where one is asked for.
    #[track_caller]
    fn enters(&mut self, entry: &str) {
        self.sees("aura> ");
        self.types(entry);
        // Line editing shows it again and again while it is typed; the line ends when it is read.
        self.sees("\n");
    }

    /// The method that is shown, and the answer to it.
    #[track_caller]
    fn answers(&mut self, answer: &str) -> String {
        let proposal = self.sees(QUESTION);
        self.types(answer);
        self.sees("\n");
        proposal
    }

    /// What an entry answers without anybody being asked.
    #[track_caller]
    fn says(&mut self, entry: &str, answer: &str) {
        self.enters(entry);
        self.sees(&format!("{answer}\r\n"));
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_method_is_shown_with_all_that_is_known_and_yes_installs_it() {
    let mut terminal = Terminal::new(&["manhattan = ( x abs + y abs )"]);
    terminal.enters(WAY);
    let proposal = terminal.answers("y");
    for part in [
        "sends 'manhattan', which nothing understands",
        "tiny:1b proposes, for point:",
        "    manhattan = ( x abs + y abs )",
        "plan:      It computes what its name says.",
        "types:     manhattan ^ <int>",
        "effects:   none",
        "trial:     answered 7",
    ] {
        assert!(proposal.contains(part), "{part}\n{proposal}");
    }
    terminal.sees("7\r\n");
    terminal.says("(point at: 1 Y: 1) manhattan", "2");
    assert_eq!(terminal.model.questions(), 1);
}

#[test]
fn no_leaves_the_message_not_understood() {
    let mut terminal = Terminal::new(&["manhattan = ( x abs + y abs )"]);
    terminal.enters(WAY);
    terminal.answers("n");
    let shown = terminal.sees("go on with> ");
    assert!(shown.contains("does not understand 'manhattan'") || shown.contains("doesNotUnderstand"), "{shown}");
    terminal.types("1");
    terminal.sees("value> ");
    terminal.types("40 + 2");
    terminal.sees("42\r\n");
    terminal.says("(reflect: point) names includes: 'manhattan'", "false");
}

#[test]
fn an_edited_method_goes_through_the_gates_and_is_shown_again() {
    let mut terminal = Terminal::new(&["manhattan = ( x abs + y abs )"]);
    terminal.enters(WAY);
    terminal.answers("e");
    terminal.sees("an empty line ends it");
    for line in ["manhattan = ( x zork )", ""] {
        terminal.sees("| ");
        terminal.types(line);
    }
    let refused = terminal.answers("e");
    assert!(refused.contains("that does not work") && refused.contains("zork"), "{refused}");
    terminal.sees("an empty line ends it");
    for line in ["manhattan = (", "x abs + y abs + 100 )", ""] {
        terminal.sees("| ");
        terminal.types(line);
    }
    let again = terminal.answers("y");
    assert!(again.contains("+ 100") && again.contains("answered 107"), "{again}");
    terminal.sees("107\r\n");
    assert_eq!(terminal.model.questions(), 1, "a person's method is not asked for");
}

#[test]
fn elsewhere_offers_the_places_and_installs_it_there() {
    let mut terminal = Terminal::new(&["doubled = ( + self )", "doubled = ( self + self )"]);
    terminal.enters("| three = (| parent* = point. + other = ( 6 ) |) |");
    terminal.enters("three doubled");
    terminal.answers("w");
    let places = terminal.sees("install it at> ");
    assert!(places.contains("(where it would go now)") && places.contains("point"), "{places}");
    let number = places.lines().find(|l| l.contains(": point")).and_then(|l| l.trim().split(':').next()).expect("point");
    terminal.types(number);
    terminal.sees("\n");
    let again = terminal.answers("yes");
    assert!(again.contains("proposes, for point:"), "{again}");
    terminal.sees("6\r\n");
    terminal.says("(reflect: point) names includes: 'doubled'", "true");
    terminal.says("(reflect: three) names includes: 'doubled'", "false");
}

/// What programs read comes from the same keys as entries, and none is lost to either.
#[test]
fn a_program_reads_what_is_typed_and_can_be_stopped_while_it_waits() {
    let mut terminal = Terminal::new(&[]);
    // Until the terminal is the program's, line by line.
    let settle = || std::thread::sleep(Duration::from_millis(500));
    terminal.enters("(stdin readLine , ' back') printLine");
    settle();
    terminal.types("hello");
    terminal.sees("hello back\r\n");
    terminal.enters("[ stdin readLine ] ensure: [ 'cleaned' printLine ]");
    settle();
    let id = terminal.child.id().to_string();
    std::process::Command::new("kill").args(["-INT", &id]).status().expect("kill");
    terminal.sees("go on with> ");
    terminal.types("2");
    terminal.sees("cleaned\r\n");
    terminal.says("1234 + 1", "1235");
}
