//! What the library's messages answer, as the checker sees it: `tests/types/library.txt`, one `expression ==> type` a line. And the
//! library itself: nothing is found in it.

mod support;

use aura_types::{Project, TypeId};

#[test]
fn messages_answer_what_a_person_expects() {
    for strict in [false, true] {
        probe(strict);
    }
}

fn probe(strict: bool) {
    let mut project = support::project(strict);
    let list = std::fs::read_to_string(support::root().join("tests/types/library.txt")).expect("tests/types/library.txt");
    let (mut wrong, mut count) = (Vec::new(), 0);
    for line in list.lines().filter(|l| !l.trim().is_empty() && !l.starts_with('#')) {
        let (expression, wanted) = line.rsplit_once(" ==> ").expect("`expression ==> type`");
        let found = type_of(&mut project, expression);
        count += 1;
        if found != wanted {
            wrong.push(format!("{expression} ==> {found}, not {wanted}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {count} differ (strict: {strict}):\n{}", wrong.len(), wrong.join("\n"));
    assert!(count >= 150, "only {count} expressions");
}

#[test]
fn nothing_is_found_in_the_library() {
    let mut project = support::project(false);
    for (name, _) in support::library() {
        let file = project.file(&name).expect("was loaded");
        let found: Vec<String> = project.check(file).into_iter().map(|d| format!("{name}: {} {}", d.code, d.message)).collect();
        assert!(found.is_empty(), "{}", found.join("\n"));
    }
}

/// The type of an expression, or what is wrong with it.
fn type_of(project: &mut Project, expression: &str) -> String {
    let file = project.set("probe", format!("{expression}\n"), &support::alone)[0];
    if let Some(wrong) = project.check(file).first() {
        return format!("an error: {}", wrong.message);
    }
    match project.universe().answer_of_file(file) {
        TypeId::SELF => "self".to_string(),
        type_ => project.universe().show(type_),
    }
}
