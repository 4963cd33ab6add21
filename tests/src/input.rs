//! Reading what may let one wait: standard input and pipes. What limits, Ctrl-C and other processes do meanwhile, and what is left where reading fails.
//!
//! What must stay true: no test here waits for ever where the machine does.

use std::fs::File;
use std::io::{BufReader, Write as _};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use aura_command::drive::{Nobody, drive};
use aura_run::{CapSet, Input, Limits};

use crate::support::{Done, Engine, Kept, attach, aura, hang_in, machine};

/// How long a program may take that ends of itself.
const PATIENCE: Duration = Duration::from_secs(30);
/// Ways in which code runs.
const TIERS: [&[&str]; 3] = [&["--jit=off"], &["--jit=baseline", "--jit-threshold=0"], &["--jit=on", "--jit-threshold=0"]];

/// A program whose input is open as long as somebody holds its other end.
struct Running {
    child: Child,
    input: Option<ChildStdin>,
}

impl Running {
    fn new(arguments: &[&str]) -> Running {
        let mut command = aura(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        let input = child.stdin.take();
        Running { child, input }
    }

    fn writes(&mut self, text: &str) {
        let to = self.input.as_mut().expect("open");
        to.write_all(text.as_bytes()).and_then(|()| to.flush()).expect("it reads");
    }

    /// Its end, which must come while its input is still open.
    fn ends(mut self) -> Done {
        let until = Instant::now() + PATIENCE;
        while self.child.try_wait().expect("a child").is_none() {
            if Instant::now() > until {
                self.child.kill().expect("it is there");
                panic!("it waits on");
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let _input = self.input.take();
        self.child.wait_with_output().expect("it ended").into()
    }
}

/// What is printed next.
fn line(from: &mut impl std::io::BufRead) -> String {
    let mut text = String::new();
    from.read_line(&mut text).expect("text");
    text
}

fn pipe_at(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().expect("mkfifo").success());
}

#[test]
fn input_for_which_there_is_no_room_is_refused_and_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("input");
    std::fs::write(&file, format!("first\n{}\n", "x".repeat(6 << 20))).expect("written");
    for tier in TIERS {
        let run = |code: &str| -> Done {
            let mut command = aura(&[&["run", "--memory=4M"], tier, &["-e", code]].concat());
            command.stdin(File::open(&file).expect("there")).output().expect("it starts").into()
        };
        for rest in ["readLine", "readAll"] {
            let d = run(&format!("stdin readLine printLine. stdin {rest} size printLine"));
            assert_eq!((d.code, &*d.out), (7, "first\n"), "{tier:?} {rest}\n{}", d.err);
        }
        let d = run("([ stdin readAll ] onError: [|:e| e kind ]) printLine. stdin readLine printLine");
        assert_eq!((d.code, &*d.out), (0, "outOfMemory\nfirst\n"), "{tier:?}\n{}", d.err);
    }
}

#[test]
fn who_waits_for_input_is_held_to_its_time() {
    for tier in TIERS {
        for code in ["stdin readLine printLine", "stdin readAll printLine", "stdin linesDo: [|:l| l printLine ]"] {
            let d = Running::new(&[&["run", "--time=300ms"], tier, &["-e", code]].concat()).ends();
            assert_eq!((d.code, &*d.out), (7, ""), "{code}\n{}", d.err);
        }
    }
    // A limit is told once; what deals with it does not wait for ever either.
    let d = Running::new(&["run", "--time=300ms", "-e", "[ stdin readLine ] onError: [|:e| stdin readLine ]"]).ends();
    assert_eq!(d.code, 7, "{}", d.err);
}

#[test]
fn others_run_while_one_waits_for_input() {
    for tier in TIERS {
        let code =
            "[ 3 timesRepeat: [ consoleError writeLine: 'meanwhile'. process sleep: 0.01 ] ] fork. stdin readLine printLine";
        let mut p = Running::new(&[&["run"], tier, &["-e", code]].concat());
        let mut said = BufReader::new(p.child.stderr.take().expect("piped"));
        for _ in 0..3 {
            assert_eq!(line(&mut said), "meanwhile\n");
        }
        p.writes("it ");
        p.writes("came\n");
        let d = p.ends();
        assert_eq!((d.code, &*d.out), (0, "it came\n"), "{tier:?}");
    }
}

#[test]
fn several_who_wait_are_all_served() {
    let code = "4 timesRepeat: [ [ stdin readLine printString printLine ] fork ]";
    let mut p = Running::new(&["run", "-e", code]);
    std::thread::sleep(Duration::from_millis(100));
    p.writes("one\ntwo\nthree");
    p.input = None;
    let d = p.ends();
    let mut lines: Vec<&str> = d.out.lines().collect();
    lines.sort_unstable();
    assert_eq!((d.code, lines), (0, vec!["'one'", "'three'", "'two'", "nil"]), "{}", d.err);
}

#[test]
fn ctrl_c_reaches_who_waits_for_input_and_it_cleans_up() {
    for tier in TIERS {
        let code = "[ consoleError writeLine: 'ready'. stdin readLine ] ensure: [ 'cleaned' printLine ]";
        let mut p = Running::new(&[&["run"], tier, &["-e", code]].concat());
        let mut said = BufReader::new(p.child.stderr.take().expect("piped"));
        assert_eq!(line(&mut said), "ready\n");
        std::thread::sleep(Duration::from_millis(100));
        Command::new("kill").args(["-INT", &p.child.id().to_string()]).status().expect("kill");
        let d = p.ends();
        assert_eq!((d.code, &*d.out), (130, "cleaned\n"), "{tier:?}");
    }
}

#[test]
fn a_pipe_is_read_like_a_file_and_waited_for_like_input() {
    let folder = tempfile::tempdir().expect("a folder");
    let pipe = folder.path().join("pipe");
    pipe_at(&pipe);
    let read = format!("files read: '{}'", pipe.display());
    let d = Running::new(&["run", "--allow-read", "--time=300ms", "-e", &format!("({read}) printLine")]).ends();
    assert_eq!((d.code, &*d.out), (7, ""), "{}", d.err);
    for tier in TIERS {
        let code = format!("[ consoleError writeLine: 'meanwhile' ] fork. ({read}) size printLine");
        let mut p = Running::new(&[&["run", "--allow-read"], tier, &["-e", &code]].concat());
        let mut said = BufReader::new(p.child.stderr.take().expect("piped"));
        assert_eq!(line(&mut said), "meanwhile\n");
        // Much more than a pipe holds at once.
        std::fs::write(&pipe, "x".repeat(3 << 20)).expect("it is read");
        let d = p.ends();
        assert_eq!((d.code, &*d.out), (0, "3145728\n"), "{tier:?}");
    }
}

#[test]
fn a_file_without_end_ends_at_the_limits() {
    for (limit, code) in [("--memory=8M", 7), ("--time=100ms", 7), ("--fuel=5000", 7)] {
        for code_text in ["files read: '/dev/zero'", "files readBytes: '/dev/zero'"] {
            let d = Running::new(&["run", "--allow-read", limit, "-e", code_text]).ends();
            assert_eq!(d.code, code, "{limit} {code_text}\n{}", d.err);
        }
    }
    // Files that say that they are empty, and are not.
    let d = Running::new(&["run", "--allow-read", "-e", "(files read: '/proc/self/status') lines first printLine"]).ends();
    assert!(d.code == 0 && d.out.starts_with("Name:"), "{}{}", d.out, d.err);
}

#[test]
fn a_dialogue_from_a_pipe_leaves_nothing_to_read() {
    let mut p = Running::new(&["repl"]);
    p.writes("stdin readLine\n3 + 4\n");
    p.input = None;
    let d = p.ends();
    assert_eq!((d.code, &*d.out), (0, "nil\n7\n"), "{}", d.err);
}

#[test]
fn every_engine_goes_on_where_it_waited() {
    let code = "| readers = (| parent* = lobby. n <- 0. seen <- list copy.
            next = ( stdin _InputLineIfFail: [|:e| 'fails: ' , e ] ).
            go = ( | line | [ line: next. line isNil ] whileFalse: [ seen add: line. n: n + line size. 20 timesRepeat: [ list copy ] ].
                (n printString , ' ' , (seen at: 7)) printLine ) |) |
        [ 200 timesRepeat: [ process yield. list copy ] ] fork.
        readers go";
    for engine in Engine::ALL {
        let (mut vm, out) = machine();
        engine.set_up(&mut vm);
        if engine.at_image() {
            attach(&mut vm, &Kept::default()).expect("an empty image opens");
            vm.stress_image = true;
        }
        let (from, mut to) = std::io::pipe().expect("a pipe");
        vm.host.input = Input::opened(File::from(OwnedFd::from(from)));
        let writer = std::thread::spawn(move || {
            for i in 0..40 {
                // In the middle of a line as well.
                for piece in [format!("line {i}"), "…\n".to_string()] {
                    to.write_all(piece.as_bytes()).expect("it is read");
                    std::thread::sleep(Duration::from_micros(300));
                }
            }
        });
        let chunks = aura_command::source::compile("program", code, false).unwrap_or_else(|e| panic!("{e}"));
        let limits = Limits { deadline: Some(Instant::now() + PATIENCE), ..Limits::default() };
        let main = vm.spawn_file("program", &chunks, CapSet::script(), limits);
        if engine.at_image() {
            hang_in(&mut vm, "program");
        }
        let end = drive(&mut vm, main, &mut Nobody);
        writer.join().expect("it has written");
        assert_eq!(out.text(), "310 line 7…\n", "{engine:?} {end:?}");
    }
}
