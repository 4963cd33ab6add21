//! Where a method goes that a model wrote.

use aura_ide::{Beside, Written};

use crate::fixture::{Fixture, MAIN};

fn method(home: &str) -> Written {
    let beside = Beside {
        file: "/p/main.learned.aura".into(),
        heading: "\"A heading.\"\n".into(),
        statement: format!("{home} _AddSlots: (| \"a comment\" twice = ( self ) |)"),
    };
    Written {
        home: home.into(),
        selector: "twice".into(),
        source: "twice = (\n    self )".into(),
        comment:
            "learned: 2026-11-22T23:00:00Z\nmodel: small (d1)\nquestion: 1234\nplan: Answers itself.\nreviewed: yes, by a person"
                .into(),
        shown: "It works.".into(),
        beside,
    }
}

fn placed(drawn: &str, home: &str) -> String {
    let mut f = Fixture::new(drawn);
    match f.ide.place_written(MAIN, &method(home)) {
        Ok(placed) => {
            let new = placed.new_file.map_or_else(String::new, |file| format!(", in the new file {file}"));
            format!("{}{new}\n\n{}", placed.holder, f.edited(&placed.edits))
        }
        Err(why) => why,
    }
}

#[test]
fn a_method_goes_to_the_object_as_it_is_written() {
    insta::assert_snapshot!(placed("|\n    o = (|\n        one = 1.\n    |).\n|\no twi‸ce\n", "o"));
    insta::assert_snapshot!(placed("| o = (| one = 1 |) |\no twi‸ce\n", "o"));
    insta::assert_snapshot!(placed("| o = (| |) |\no twi‸ce\n", "o"));
}

#[test]
fn an_object_of_another_file_is_changed_there() {
    let drawn =
        "| parts = (import: 'parts'). mine = parts theirs |\nmine twi‸ce\n=== /p/parts.aura\n| theirs = (| one = 1 |) |\n";
    insta::assert_snapshot!(placed(drawn, "parts theirs"));
    assert_eq!(placed(drawn, "mine"), placed(drawn, "parts theirs"));
}

#[test]
fn a_file_without_slots_gets_its_first() {
    insta::assert_snapshot!(placed("\"Says\r\n nothing.\"\r\n\r\ntwi‸ce\r\n", ""));
}

#[test]
fn what_is_not_written_by_users_is_learned_beside_the_script() {
    insta::assert_snapshot!(placed("3 twi‸ce\n", "traits integer"));
    insta::assert_snapshot!(placed("3 twi‸ce\n=== /p/main.learned.aura\n\"Mine.\"", "traits integer"));
}

#[test]
fn a_slot_that_has_come_in_the_meantime_stays() {
    assert_eq!(placed("| o = (| twice = 2 |) |\n‸o\n", "o"), "o has a slot 'twice' by now");
}

#[test]
fn lines_of_strings_are_not_moved() {
    let mut f = Fixture::new("|\n    o = (|\n        one = 1.\n    |).\n|\n‸o\n");
    let written = Written { source: "twice = (\n 'a\nb' )".into(), ..method("o") };
    let placed = f.ide.place_written(MAIN, &written).expect("a place");
    assert!(f.edited(&placed.edits).contains("twice = (\n 'a\nb' )."), "{}", f.edited(&placed.edits));
}
