//! The menu of restarts in the dialogue: a condition that nobody handles, and a person who chooses how to go on.

use aura_command::cli::{self, Command};
use aura_command::repl::input::Input;
use aura_command::repl::session::Session;

/// A person who gives these answers, in this order, and then hangs up.
struct Person(Vec<&'static str>);

impl Input for Person {
    fn entry(&mut self, _: &Session) -> Option<String> {
        None
    }
    fn ask(&mut self, _: &str) -> Option<String> {
        (!self.0.is_empty()).then(|| self.0.remove(0).to_string())
    }
    fn interactive(&self) -> bool {
        true
    }
}

/// What `it` is after the entries, the last of which meets the answers.
fn after(entries: &[&str], answers: &[&'static str]) -> String {
    let words = ["aura", "repl", "--alfred=off"].map(std::ffi::OsString::from);
    let Ok(Command::Repl(a)) = cli::parse(words).map(|c| c.command) else { panic!("a dialogue was asked for") };
    let mut session = Session::begin(&a).map_err(|(_, why)| why).expect("a dialogue");
    let (last, first) = entries.split_last().expect("entries");
    for e in first {
        session.entry(e, &mut Person(Vec::new()));
    }
    session.entry(last, &mut Person(answers.to_vec()));
    let objects = session.named_objects();
    let it = objects.iter().find(|(n, _)| n == "it").expect("it").1;
    session.vm.describe(it)
}

const THING: &str = "| thing = (| parent* = traits clonable. n <- 20 |) |";

#[test]
fn a_value_instead() {
    assert_eq!(after(&["3 zygomorphic + 1"], &["1", "6 * 7"]), "43");
    assert_eq!(after(&["1 / 0"], &["1", "5"]), "5");
    assert_eq!(
        after(&["[ (1 / 0) + 1 ] transaction"], &["1", "2 + 3"]),
        "6",
        "nobody else runs meanwhile, but for what a person asks for"
    );
}

#[test]
fn a_method_defined_and_the_message_sent_again() {
    assert_eq!(after(&[THING, "thing doubled + 2"], &["3", "doubled = ( n * 2 )"]), "42");
}

#[test]
fn what_is_no_way_is_evaluated_while_it_waits() {
    assert_eq!(after(&["seven * 6"], &["| seven = 7 |", "seven printLine", "2"]), "42");
    assert_eq!(after(&["7", "3 zygomorphic"], &["6 * 7", "6 zork", "4"]), "7");
}

#[test]
fn an_object_has_its_own_name_where_it_was_the_last_answer() {
    assert_eq!(after(&[THING, "thing", "thing"], &[]), "thing");
}

#[test]
fn a_method_of_another_name_does_not_help() {
    assert_eq!(after(&[THING, "7", "thing doubled"], &["3", "halved = ( n / 2 )", "4"]), "7");
}

#[test]
fn nonsense_is_asked_again_and_aborting_leaves_the_last_answer() {
    assert_eq!(after(&["7", "3 zygomorphic"], &["", "nine", "99", "4"]), "7");
    assert_eq!(after(&["7", "3 zygomorphic"], &[]), "7");
}

#[test]
fn a_dialogue_goes_on_after_anything() {
    let entries =
        ["3 zygomorphic", "( 3 ]", "| x <- 5 |", "x: x + 1", "| down = ( 1 + down ) |", "down", ":frobnicate", "?nothing", "x"];
    assert_eq!(after(&entries, &[]), "6");
}
