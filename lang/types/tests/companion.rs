//! Files that go with another one, as what was learned for a script goes with the script.

mod support;

const SCRIPT: &str = "| point = (| parent* = traits clonable. x <- 3 |) |\npoint doubled printLine\n";

fn learned(method: &str) -> String {
    format!("point _AddSlots: (|\n    \"learned\"\n    {method} |)\n")
}

#[test]
fn what_it_adds_is_understood_and_looked_at() {
    let mut project = support::project(false);
    let script = project.set("script", SCRIPT.into(), &support::alone)[0];
    let codes = |found: Vec<aura_syntax::Diagnostic>| found.iter().map(|d| d.code).collect::<Vec<_>>();
    assert_eq!(codes(project.check(script)), ["E0301"]);
    let beside = project.accompany(script, "learned", learned("doubled = ( x + x )"));
    assert_eq!((project.check(script), project.check(beside)), (vec![], vec![]));
    // Another text takes its place, and what was found before is not believed any more.
    let again = project.accompany(script, "learned", learned("doubled = ( x noSuchThing )"));
    assert_eq!((again, codes(project.check(beside))), (beside, vec!["E0301"]));
    project.accompany(script, "learned", String::new());
    assert_eq!(codes(project.check(script)), ["E0301"]);
}

#[test]
fn it_follows_the_file_that_it_goes_with() {
    let mut project = support::project(false);
    let script = project.set("script", SCRIPT.into(), &support::alone)[0];
    let beside = project.accompany(script, "learned", learned("doubled = ( x + x )"));
    assert_eq!(project.check(script), vec![]);
    project.set("script", SCRIPT.replace("x <- 3", "y <- 2"), &support::alone);
    assert_eq!(project.check(script), vec![]);
    assert!(project.check(beside)[0].message.contains("'x'"));
    project.set("script", SCRIPT.into(), &support::alone);
    assert_eq!((project.check(script), project.check(beside)), (vec![], vec![]));
    project.remove("script");
}

#[test]
fn it_adds_to_what_its_file_imports_too() {
    let mut project = support::project(false);
    let find = |_: &str, path: &str| {
        (path == "shapes").then(|| ("shapes".to_string(), "| point = (| parent* = traits clonable. x <- 3 |) |\n".to_string()))
    };
    let text = "| point = (import: 'shapes') point |\npoint doubled printLine\n".to_string();
    let script = project.set("script", text.clone(), &find)[0];
    assert_eq!(project.check(script).len(), 1);
    let beside = project.accompany(script, "learned", learned("doubled = ( x + x )"));
    assert_eq!((project.check(script), project.check(beside)), (vec![], vec![]));
    project.set("script", text, &find);
    assert_eq!((project.check(script), project.check(beside)), (vec![], vec![]));
}
