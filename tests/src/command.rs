//! The command line: exit codes, what goes where, suggestions, the dialogue from a pipe.

use std::fs;

use crate::support::{aura, done, fed, root};

#[test]
fn data_goes_to_standard_output_and_messages_to_standard_error() {
    let d = done(&["run", "-e", "'data' printLine. consoleError writeLine: 'message'"]);
    assert_eq!((d.code, &*d.out, &*d.err), (0, "data\n", "message\n"));
}

#[test]
fn each_way_to_end_has_its_code() {
    for (arguments, code) in [
        (&["run", "-e", "3 + 4"][..], 0),
        (&["run", "-e", "3 error: 'no'"], 1),
        (&["run", "-e", "( 3"], 1),
        (&["run", "--no-such-flag", "-e", "3"], 2),
        (&["run"], 2),
        (&["frobnicate"], 2),
        (&["run", "-e", "files read: 'README.md'"], 5),
        (&["run", "--alfred=off", "-e", "3 zygomorphic"], 6),
        (&["run", "--fuel=10000", "-e", "[ true ] whileTrue: []"], 7),
        (&["run", "--time=50ms", "-e", "[ true ] whileTrue: []"], 7),
        (&["run", "--memory=4M", "-e", "| v | v: list copy. [ v add: (vector copySize: 1000). true ] whileTrue: []"], 7),
        (&["run", "-e", "process exit: 42"], 42),
        (&["--version"], 0),
        (&["--help"], 0),
    ] {
        let d = done(arguments);
        assert_eq!(d.code, code, "aura {arguments:?}\n{}{}", d.out, d.err);
    }
}

#[test]
fn the_table_of_exit_codes_in_the_documents_is_the_one_in_the_code() {
    use aura_command::exit::Exit;
    let text = fs::read_to_string(root().join("docs/commands.md")).expect("docs/commands.md");
    let documented: Vec<u8> =
        text.lines().filter_map(|l| l.strip_prefix("| ")?.split(" |").next()?.trim().parse().ok()).collect();
    assert_eq!(documented, Exit::ALL.map(Exit::code));
}

#[test]
fn slips_of_the_pen_get_a_suggestion() {
    for (arguments, hint) in [
        (&["rnu", "x"][..], "'run'"),
        (&["run", "--allow-raed", "x"], "--allow-read"),
        (&["run", "examples/first_contct.aura"], "examples/first_contact.aura"),
        (&["run", "examples/first_contact"], "examples/first_contact.aura"),
        (&["examples/first_contact.aura"], "aura run examples/first_contact.aura"),
        (&["doc", "lisst"], "did you mean 'list'"),
    ] {
        let d = done(arguments);
        assert_eq!(d.code, 2, "aura {arguments:?}");
        assert!(d.err.contains(hint), "aura {arguments:?} does not suggest {hint}:\n{}", d.err);
    }
}

#[test]
fn a_failure_shows_the_place_the_trace_and_no_colour_in_a_pipe() {
    let d = done(&["run", "--alfred=off", "-e", "| a = ( 'x' sise ) |\na"]);
    assert_eq!(d.code, 6);
    for part in ["'x' does not understand 'sise'", "did you mean 'size'?", "-e:1:", "in 'a' of"] {
        assert!(d.err.contains(part), "{part} is missing:\n{}", d.err);
    }
    assert!(!d.err.contains('\u{1b}') && d.out.is_empty());
}

#[test]
fn arguments_behind_the_file_are_the_programs() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a.aura");
    fs::write(&file, "process arguments do: [|:a| a printLine ]\n").expect("written");
    let d = done(&["run", file.to_str().expect("a path"), "one", "--fuel", "--", "-x"]);
    assert_eq!((d.code, &*d.out), (0, "one\n--fuel\n--\n-x\n"), "{}", d.err);
}

#[test]
fn powers_are_given_by_flags_and_end_at_their_folders() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("in")).expect("made");
    fs::write(folder.path().join("in/a"), "inside").expect("written");
    fs::write(folder.path().join("b"), "outside").expect("written");
    let try_it = |flag: &str, code: &str| {
        let o = aura(&["run", flag, "-e", code]).current_dir(folder.path()).output().expect("it starts");
        (o.status.code().unwrap_or(-1), String::from_utf8_lossy(&o.stdout).into_owned())
    };
    assert_eq!(try_it("--allow-read=in", "(files read: 'in/a') printLine"), (0, "inside\n".into()));
    assert_eq!(try_it("--allow-read=in", "(files read: 'b') printLine").0, 5);
    assert_eq!(try_it("--allow-read=in", "(files read: 'in/../b') printLine").0, 5);
    assert_eq!(try_it("--allow-read", "(files read: 'b') printLine"), (0, "outside\n".into()));
    assert_eq!(try_it("--allow-read", "files write: 'x' To: 'c'").0, 5);
    assert_eq!(try_it("--allow-write", "files write: 'x' To: 'c'").0, 0);
    assert_eq!(try_it("--allow-all", "(files read: 'c') printLine"), (0, "x\n".into()));
}

#[cfg(unix)]
#[test]
fn a_link_does_not_lead_out_of_the_allowed_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("in")).expect("made");
    fs::write(folder.path().join("b"), "outside").expect("written");
    std::os::unix::fs::symlink("../b", folder.path().join("in/link")).expect("linked");
    let o = aura(&["run", "--allow-read=in", "-e", "(files read: 'in/link') printLine"])
        .current_dir(folder.path())
        .output()
        .expect("it starts");
    assert_eq!(o.status.code(), Some(5));
    // Nor does one to what is not there yet.
    std::os::unix::fs::symlink("../new", folder.path().join("in/new")).expect("linked");
    let o = aura(&["run", "--allow-write=in", "-e", "files write: 'x' To: 'in/new'"])
        .current_dir(folder.path())
        .output()
        .expect("it starts");
    assert_eq!((o.status.code(), folder.path().join("new").exists()), (Some(5), false));
}

#[test]
fn check_finds_many_errors_at_once_also_as_json() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a.aura");
    fs::write(&file, "1 + 2 * 3\n'open\n").expect("written");
    let name = file.to_str().expect("a path");
    let d = done(&["check", "--syntax", name]);
    assert_eq!(d.code, 3);
    assert!(d.out.is_empty() && d.err.contains("a.aura:1:"), "{}", d.err);
    let d = done(&["check", "--json", name]);
    assert_eq!(d.code, 3);
    let json: serde_json::Value = serde_json::from_str(&d.out).expect("JSON");
    let found = json[0]["diagnostics"].as_array().expect("a list");
    assert!(found.len() >= 2 && found[0]["line"] == 1 && found[0]["code"].as_str().is_some_and(|c| c.starts_with('E')), "{json}");
}

#[test]
fn fmt_writes_the_standard_form_and_check_only_looks() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a.aura");
    fs::write(&file, "|a=3.   b<-4|\n  (a+b)printLine\n").expect("written");
    let name = file.to_str().expect("a path");
    assert_eq!(done(&["fmt", "--check", name]).code, 3);
    assert_eq!(done(&["fmt", name]).code, 0);
    assert_eq!(done(&["fmt", "--check", name]).code, 0);
    assert_eq!(done(&["run", name]).out, "7\n");
}

#[test]
fn a_new_program_runs_and_its_tests_pass() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |arguments: &[&str]| {
        let o = aura(arguments).current_dir(folder.path()).output().expect("it starts");
        (
            o.status.code().unwrap_or(-1),
            String::from_utf8_lossy(&o.stdout).into_owned(),
            String::from_utf8_lossy(&o.stderr).into_owned(),
        )
    };
    assert_eq!(at(&["new", "hello"]).0, 0);
    assert_eq!(at(&["new", "hello"]).0, 2, "it is there already");
    assert_eq!(at(&["run", "hello/main.aura", "you"]).1, "Hello, you!\n");
    let (code, out, err) = at(&["test", "hello"]);
    assert_eq!((code, &*out), (0, "2 tests, 0 failed\n"), "{err}");
    fs::write(
        folder.path().join("hello/bad_test.aura"),
        "| t = (| parent* = testCase. testNo = ( 'printed' printLine. assert: 1 Equals: 2 ) |). |\n",
    )
    .expect("written");
    let (code, out, _) = at(&["test", "hello"]);
    assert_eq!(code, 4);
    assert!(out.contains("1 should be equal to 2") && out.ends_with("3 tests, 1 failed\n"), "{out}");
    let json: serde_json::Value = serde_json::from_str(&at(&["test", "--json", "hello"]).1).expect("JSON");
    assert_eq!(json.as_array().map(Vec::len), Some(3));
    assert_eq!(at(&["test", "hello", "--filter", "testNo"]).0, 4);
    let (code, _, err) = at(&["test", "hello", "--filter", "tesNo"]);
    assert!(code == 2 && err.contains("no test has 'tesNo' in its name"), "{err}");
}

#[test]
fn a_program_that_ends_itself_with_too_large_a_number_has_not_done_well() {
    assert_eq!(done(&["run", "-e", "process exit: 3"]).code, 3);
    for wrong in ["256", "-1", "1 << 40", "1 << 100"] {
        assert_ne!(done(&["run", "-e", &format!("process exit: {wrong}")]).code, 0, "{wrong}");
    }
}

#[test]
fn a_process_that_fails_alone_is_told_at_the_end() {
    let d = done(&["run", "-e", "[ 1 / 0 ] fork\nprocess sleep: 0.02\n'end' printLine"]);
    assert_eq!((d.code, &*d.out), (0, "end\n"));
    assert!(d.err.contains("a process failed while nobody waited for it: divisionByZero"), "{}", d.err);
    let d = done(&["run", "-e", "([ [ 1 / 0 ] fork value ] onError: [|:e| e kind ]) printLine"]);
    assert_eq!((&*d.out, &*d.err), ("processFailed\n", ""));
}

#[test]
fn errors_reach_a_terminal_cleaned_and_cut() {
    let d = done(&["run", "-e", "error: '\\u{1b}[2J\\u{7}\\u{202e}' , ('x' repeat: 100000)"]);
    assert!(d.code == 1 && d.err.len() < 20_000 && !d.err.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{}", d.err.len());
    assert!(done(&["run", "-e", "(condition copyKind: 'noFunds' Message: 'm') signal"]).err.contains("noFunds: m"));
}

#[test]
fn doc_answers_from_the_living_world() {
    assert!(done(&["doc"]).out.contains("list"));
    assert!(done(&["doc", "list", "add:"]).out.contains("at the end"));
    assert!(done(&["doc", "factorial"]).out.contains("traits integer"));
    let json: serde_json::Value = serde_json::from_str(&done(&["doc", "--json", "list", "add:"]).out).expect("JSON");
    assert_eq!(json[0]["name"], "add:");
}

#[test]
fn completions_know_the_subcommands() {
    for shell in ["bash", "zsh", "fish"] {
        let d = done(&["completions", shell]);
        assert!(d.code == 0 && d.out.contains("repl"), "{shell}");
    }
}

#[test]
fn a_dialogue_in_a_pipe() {
    let d = fed(
        &["repl"],
        "3 + 4\nit * 2\n| a <- 5.\n  double: x = ( x * 2 ) |\ndouble: a\n?factorial\n??traits integer isInteger\n'x' printLine\n",
    );
    assert_eq!(d.code, 0, "{}", d.err);
    for part in ["7\n14\n10\n", "The product", "isInteger ^ <bool> = ( true )", "x\n'x'\n"] {
        assert!(d.out.contains(part), "{part:?} is missing:\n{}\n{}", d.out, d.err);
    }
}

#[test]
fn an_error_in_a_dialogue_does_not_end_it() {
    let d = fed(&["repl", "--alfred=off"], "3 error: 'no'\n3 )\n:hepl\n'still ', 'here'\n");
    assert!(d.out.contains("'still here'") && d.err.contains("did you mean :help?"), "{}{}", d.out, d.err);
    assert_ne!(d.code, 0);
    assert_eq!(fed(&["repl"], ":quit\n3 printLine\n").out, "");
}

#[test]
fn what_an_entry_started_ends_with_it_when_it_fails() {
    let d = fed(&["repl", "--alfred=off"], "[ [ process yield ] loop ] fork. 3 error: 'no'\n3 + 4\n");
    assert_eq!(d.out, "7\n", "{}", d.err);
}

#[test]
fn a_program_that_forks_ends_when_all_have() {
    let d = done(&["run", "-e", "[ process sleep: 0.02. 'late' printLine ] fork. 'early' printLine"]);
    assert_eq!((d.code, &*d.out), (0, "early\nlate\n"), "{}", d.err);
}

#[test]
fn processes_that_wait_for_one_another_are_told_so() {
    let d = done(&["run", "-e", "(semaphore copyCount: 0) wait"]);
    assert_eq!(d.code, 1);
    assert!(d.err.contains("every process waits"), "{}", d.err);
}

#[cfg(unix)]
#[test]
fn ctrl_c_is_a_condition_and_a_second_one_ends() {
    use std::io::{BufRead, BufReader};
    use std::process::Stdio;
    let start = |code: &str| {
        let mut child = aura(&["run", "-e", code]).stderr(Stdio::piped()).spawn().expect("it starts");
        let mut line = String::new();
        let mut err = BufReader::new(child.stderr.take().expect("piped"));
        err.read_line(&mut line).expect("a line");
        (child, err)
    };
    let press = |id: u32| {
        std::process::Command::new("kill").args(["-INT", &id.to_string()]).status().expect("kill");
    };
    let ready = "consoleError writeLine: 'ready'. ";
    let (mut child, _err) = start(&format!("{ready} [ true ] whileTrue: []"));
    press(child.id());
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    let (mut child, _err) = start(&format!("{ready} [ [ [ true ] whileTrue: [] ] onError: [ 3 ]. true ] whileTrue: []"));
    press(child.id());
    std::thread::sleep(std::time::Duration::from_millis(200));
    press(child.id());
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_error() {
    use std::process::Stdio;
    let mut child = aura(&["run", "-e", "1 to: 1000000 Do: [|:i| i printLine ]"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    drop(child.stdout.take());
    let o = child.wait_with_output().expect("it ends");
    assert_eq!((o.status.code(), String::from_utf8_lossy(&o.stderr).into_owned()), (Some(0), String::new()));
}

/// The system hands a script to the command that its first line names.
#[cfg(unix)]
#[test]
fn a_script_starts_itself() {
    use std::io::ErrorKind;
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("greet");
    let command = aura(&[]).get_program().to_string_lossy().into_owned();
    fs::write(&script, format!("#!{command} run\n'hello ' print. (process arguments at: 0) printLine\n")).expect("written");
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).expect("made a program");
    let start = || std::process::Command::new(&script).arg("you").output();
    // While another test starts a program, the script may count as open for writing.
    let done =
        std::iter::repeat_with(start).take(100).find(|d| !d.as_ref().is_err_and(|e| e.kind() == ErrorKind::ExecutableFileBusy));
    let done = done.expect("a program").expect("it starts");
    assert_eq!(String::from_utf8_lossy(&done.stdout), "hello you\n", "{}", String::from_utf8_lossy(&done.stderr));
}
