//! Whom a change concerns: files that have asked for what is otherwise now, and not all that mention its name.

mod support;

use aura_types::{FileId, NoFiles, Options, Project};

const FILES: usize = 40;

/// Every file has a thing that can be made and has a size; each but the first asks for that of the one before.
fn file(number: usize) -> String {
    let before =
        number.checked_sub(1).map_or(String::new(), |n| format!("before = import: 'part{n}'. like = ( before thing size ). "));
    format!(
        "| {before}thing = (| parent* = traits clonable. width <- {number}. size = ( width + 1 ). make = ( copy width: size ) |) |\nthing make size printLine\n"
    )
}

fn name(number: usize) -> String {
    format!("part{number}")
}

fn find(_: &str, path: &str) -> Option<(String, String)> {
    let number = path.strip_prefix("part")?.parse().ok()?;
    Some((path.to_string(), file(number)))
}

/// A project of such files, all of them looked at.
fn project() -> Project {
    let mut project = Project::new(Options::default(), support::library());
    for number in 0..FILES {
        project.set(&name(number), file(number), &find);
    }
    for number in 0..FILES {
        let found = check(&mut project, number);
        assert!(found.is_empty(), "{found:?}");
    }
    project
}

fn check(project: &mut Project, number: usize) -> Vec<String> {
    let id = project.file(&name(number)).expect("was set");
    project.check(id).into_iter().map(|d| format!("{} {}", d.code, d.message)).collect()
}

/// The numbers of the files that an edit of one concerns, all of them looked at again.
fn edit(project: &mut Project, number: usize, from: &str, to: &str) -> Vec<usize> {
    let text = file(number).replace(from, to);
    assert_ne!(text, file(number));
    let affected: Vec<FileId> = project.set(&name(number), text, &find);
    affected.iter().for_each(|id| drop(project.check(*id)));
    let numbers = (0..FILES).filter(|n| project.file(&name(*n)).is_some_and(|id| affected.contains(&id)));
    numbers.collect()
}

#[test]
fn what_a_slot_of_a_common_name_answers_concerns_those_that_ask_it() {
    let mut project = project();
    assert_eq!(edit(&mut project, 20, "size = ( width + 1 )", "size = ( 'large' )"), [20, 21]);
    assert_eq!(edit(&mut project, 20, "make = ( copy width: size )", "make = ( 3 )"), [20, 21]);
}

#[test]
fn a_slot_of_a_common_name_that_comes_or_goes_concerns_those_that_look_for_it_there() {
    let mut project = project();
    assert_eq!(edit(&mut project, 20, "size = (", "extent = ("), [20, 21]);
    assert_eq!(check(&mut project, 21), ["E0301 `thing` does not understand 'size'"]);
    // What is found there is nobody's but theirs, once it is back.
    assert_eq!(edit(&mut project, 20, "thing make size printLine", "thing make size"), [20, 21]);
    assert!(check(&mut project, 21).is_empty());
    assert_eq!(edit(&mut project, 20, ") |) |", ") |). size = 3. other = (| parent* = traits clonable. size = 4 |) |"), [20]);
}

#[test]
fn what_follows_from_a_change_is_found_out_step_by_step() {
    let mut project = project();
    let text = file(20).replace("size = ( width + 1 )", "size = ( 'large' )");
    let id = project.change(&name(20), text, &find);
    assert!(!project.is_settled());
    // The file itself can be asked about at once, whoever else is concerned.
    assert!(project.check(id).is_empty());
    let mut steps = 0;
    let mut concerned = Vec::new();
    while let Some(more) = project.go_on() {
        steps += 1;
        concerned.extend(more);
    }
    assert!(project.is_settled() && steps <= 4, "{steps} steps");
    assert!(concerned.contains(&project.file(&name(21)).expect("was set")));
    // Two changes of which nobody has asked what follows are as good as the second one.
    project.change(&name(20), file(20).replace("size = (", "extent = ("), &find);
    project.change(&name(20), file(20), &find);
    project.finish();
    (0..FILES).for_each(|number| assert!(check(&mut project, number).is_empty()));
}

#[test]
fn code_that_knows_a_slot_by_its_number_is_looked_at_again_when_that_is_another_one() {
    let mut project = Project::new(Options::default(), support::library());
    let shapes = "| shape = (| parent* = traits clonable. spare = 3. shown = ( 'x' printLine. self ). quiet = ( 3 ) |) |\n";
    let user = "| shapes = import: 'shapes'. {'effects: none' m = ( shapes shape quiet ). n = ( shapes shape shown ) } |\n";
    let id = project.set("shapes", shapes.into(), &NoFiles)[0];
    let find = |_: &str, path: &str| (path == "shapes").then(|| ("shapes".to_string(), shapes.to_string()));
    let user = project.set("user", user.into(), &find)[0];
    let found = |project: &mut Project| project.check(user).into_iter().map(|d| d.message).collect::<Vec<_>>();
    project.check(id);
    let before = found(&mut project);
    assert_eq!(before.len(), 1, "{before:?}");
    let affected = project.set("shapes", shapes.replace("spare = 3. ", ""), &NoFiles);
    assert_eq!(affected, [id, user]);
    assert_eq!(found(&mut project), before);
    // Before it is looked at again, it may know slots that are none any more.
    project.change("shapes", "| shape = (| |) |\n".into(), &NoFiles);
    found(&mut project);
    project.finish();
    assert_eq!(found(&mut project).len(), 2);
}

#[test]
fn a_file_that_is_missed_is_found_by_its_name_alone() {
    use std::cell::Cell;
    /// Counts what is asked.
    struct Counted {
        names: Cell<usize>,
        texts: Cell<usize>,
    }
    impl aura_types::Finder for Counted {
        fn name(&self, _: &str, path: &str) -> Option<String> {
            self.names.set(self.names.get() + 1);
            Some(path.to_string())
        }
        fn text(&self, _: &str, path: &str) -> Option<String> {
            self.texts.set(self.texts.get() + 1);
            let number: usize = path.strip_prefix("part")?.parse().ok()?;
            (number < MANY).then(|| mutual(number))
        }
    }
    const MANY: usize = 200;
    /// Each file imports the three behind it, the last ones the first ones, and one that is not there.
    fn mutual(number: usize) -> String {
        let imports = (1..=3).map(|n| format!("i{n} = import: 'part{}'. ", (number + n) % MANY));
        format!("| {}gone = import: 'gone{number}' |\n", imports.collect::<String>())
    }
    let counted = Counted { names: Cell::new(0), texts: Cell::new(0) };
    let mut project = Project::new(Options::default(), support::library());
    let first = project.set("first", "3 printLine\n".into(), &counted)[0];
    project.check(first);
    project.set("part0", mutual(0), &counted);
    assert_eq!(project.all_files().iter().filter(|id| project.known().file_name(**id).starts_with("part")).count(), MANY);
    assert_eq!(counted.names.get(), 4 * MANY, "each import is asked about once");
    assert_eq!(counted.texts.get(), 2 * MANY - 1, "a text is read where the file is not known yet");
    let affected = project.set("gone7", "| x = 1 |\n".into(), &counted);
    let of_seven = project.file("part7").expect("was brought");
    assert!(affected.contains(&of_seven) && affected.len() == 2, "{affected:?}");
    assert_eq!(project.known().import_of(of_seven, "gone7"), project.file("gone7"));
    assert_eq!(counted.names.get(), 4 * MANY);
    // What goes is missed again.
    let gone = project.remove("gone7");
    assert_eq!(gone, [of_seven]);
    assert_eq!(project.known().import_of(of_seven, "gone7"), None);
    project.set("gone7", "| x = 1 |\n".into(), &counted);
    assert!(project.known().import_of(of_seven, "gone7").is_some());
}

#[test]
fn of_slots_of_one_name_one_is_offered() {
    let mut project = project();
    let universe = project.universe();
    let found = universe.slot_of_each(|name| ["width", "make"].contains(&name));
    let names: Vec<&str> = found.iter().map(|slot| universe.slot_name(*slot)).collect();
    assert_eq!(names.len(), 2, "{names:?}");
    assert!(found.iter().all(|slot| universe.slot_place(*slot).is_some_and(|place| !universe.is_of_library(place.0))));
    // Where one cannot be assigned to, another one can.
    project.set("other", "| a = (| zork = 3 |). b = (| zork <- 4 |) |\n".into(), &NoFiles);
    let universe = project.universe();
    let kinds: Vec<bool> = universe.slot_of_each(|name| name == "zork").into_iter().map(|s| universe.is_assignable(s)).collect();
    assert_eq!(kinds, [false, true]);
}
