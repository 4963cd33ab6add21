//! Programs that are made to be too much: the checker comes to an end with each, after counted steps, and says once what it left out.
//!
//! Nothing here looks at a clock: without bounds each of these would take from seconds to for ever.

mod support;

use std::fmt::Write as _;

use aura_syntax::Diagnostic;

fn check(text: String) -> Vec<Diagnostic> {
    let mut project = support::project(false);
    let file = project.set("page", text, &support::alone)[0];
    project.check(file)
}

fn is_one_notice(found: &[Diagnostic]) -> bool {
    matches!(found, [one] if one.code == "E0319")
}

/// Objects whose assignable parents may be one another.
fn assignable_parents(count: usize, both: bool) -> String {
    let mut text = "|\nr0 = (| parent* = traits clonable. z = 1 |).\n".to_string();
    for i in 1..count {
        let (more, set) = match both {
            true => (format!(" b* <- r{}.", i.saturating_sub(2)), format!(" b: r{}.", i * 3 % count)),
            false => (String::new(), String::new()),
        };
        let _ = writeln!(text, "r{i} = (| a* <- r{}.{more} set = ( a: r{}.{set} ) |).", i - 1, i * 7 % count);
    }
    let _ = write!(text, "|\nr{} z printLine.\n", count - 1);
    text
}

#[test]
fn objects_that_may_be_above_one_another() {
    for (count, both) in [(10, false), (6, true)] {
        assert_eq!(check(assignable_parents(count, both)), [], "{count} objects");
    }
    for (count, both) in [(60, false), (400, false), (150, true)] {
        let found = check(assignable_parents(count, both));
        assert!(is_one_notice(&found), "{count} objects: {found:?}");
    }
}

/// The beginning of a program: so many prototypes whose messages take one another.
fn leading_to_one_another(count: usize) -> String {
    let mut text = "|\n".to_string();
    for i in 0..count {
        let (a, b, c) = ((i + 1) % count, i * 2 % count, (i * 3 + 1) % count);
        let _ = writeln!(
            text,
            "p{i} = (| parent* = traits clonable. link: a <p{a}> ^ <self> = ( self ). meet: b <p{b}> ^ <self> = ( self ). \
             join: b <p{c}> ^ <self> = ( self ) |)."
        );
    }
    text
}

#[test]
fn interfaces_that_lead_to_one_another() {
    for count in [14, 60] {
        let mut text = leading_to_one_another(count);
        let _ = write!(text, "|\np0 link: p{}.\n", count / 2);
        assert_eq!(check(text), [], "{count} interfaces");
    }
}

#[test]
fn interfaces_that_are_too_many_to_compare() {
    let count = 150;
    let mut text = "|\n".to_string();
    for i in 0..count {
        let _ = writeln!(
            text,
            "p{i} = (| parent* = traits clonable. link: a <p{}> ^ <self> = ( self ). meet: b <p{}> ^ <self> = ( self ) |).",
            (i + 1) % count,
            (i * 2 + 1) % count
        );
    }
    let _ = write!(text, "|\np0 link: p{}.\n", count / 2);
    let found = check(text);
    assert!(is_one_notice(&found), "{found:?}");
}

#[test]
fn methods_that_wait_for_one_another() {
    let chain = |count: usize| {
        let methods: String = (0..count).map(|i| format!("m{i} = ( m{} ).\n", i + 1)).collect();
        format!("|\n{methods}m{count} = ( 3 ).\n|\nm0 zork\n")
    };
    let found = check(chain(250));
    assert!(matches!(&found[..], [one] if one.code == "E0301"), "{found:?}");
    let found = check(chain(1500));
    assert!(is_one_notice(&found), "{found:?}");
}

#[test]
fn types_that_are_too_large() {
    let kinds: String = (0..34).map(|i| format!("k{i} = (| parent* = traits clonable. f{i} = {i} |).\n")).collect();
    let all: Vec<String> = (0..34).map(|i| format!("k{i}")).collect();
    let found = check(format!("|\n{kinds}all = ( {{ {} }} ).\n|\n", all.join(". ")));
    assert!(is_one_notice(&found), "{found:?}");
    let found = check(format!("| deep = ( {}3{} ) |\n", "{ ".repeat(12), " }".repeat(12)));
    assert!(is_one_notice(&found), "{found:?}");
}

#[test]
fn comparisons_that_are_too_many_for_a_file() {
    let count = 20;
    let program = |methods: usize| {
        let mut text = leading_to_one_another(count);
        for i in 0..methods {
            let _ = writeln!(text, "m{i} = ( p{} link: p{} ).", i % count, (i * 7 + i / count * 3 + count / 2) % count);
        }
        text + "|\n"
    };
    assert_eq!(check(program(20)), []);
    let found = check(program(3000));
    assert!(is_one_notice(&found), "{found:?}");
}
