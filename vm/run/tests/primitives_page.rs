//! `docs/primitives.md` names every primitive that there is, and none that there is not.

use std::collections::BTreeSet;

/// Compiled to instructions of their own; not in the table.
const INSTRUCTIONS: [&str; 3] = ["_HandlerMark", "_Protect:", "_ContinueUnwind:"];

#[test]
fn the_page_names_exactly_the_primitives_of_the_table() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/primitives.md")).expect("the page");
    let named: BTreeSet<&str> = page
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|w| w.strip_prefix('_').is_some_and(|r| r.starts_with(char::is_uppercase)))
        .collect();
    let table: BTreeSet<&str> = aura_run::primitive_names().into_iter().chain(INSTRUCTIONS).collect();
    let missing: Vec<_> = table.difference(&named).collect();
    let invented: Vec<_> = named.difference(&table).collect();
    assert!(missing.is_empty(), "not on the page: {missing:?}");
    assert!(invented.is_empty(), "not in the table: {invented:?}");
}
