//! Every example in the comments of the library: evaluated, and its answer printed as the comment says.

use aura_command::commands::test::{Terms, comments_check};
use aura_command::examples;
use aura_run::{CapSet, Limits};

use crate::support::machine;

/// A limit for each example, so that a loop without end fails instead of hanging.
fn terms() -> Terms {
    Terms { caps: CapSet::script().with_read(Vec::new()), limits: Limits { fuel: Some(50_000_000), ..Limits::default() } }
}

#[test]
fn the_examples_in_its_comments_are_true() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for (file, text) in aura_command::kernel::sources() {
        let (mut vm, _) = machine();
        for e in examples::find(text) {
            count += 1;
            let lobby = vm.specials.lobby;
            if let Err(why) = comments_check(&mut vm, lobby, &e, &terms()) {
                wrong.push(format!("{file}:{}: {}\n{why}", e.line, e.code));
            }
        }
    }
    assert!(count > 300, "only {count} examples were found");
    assert!(wrong.is_empty(), "{} of {count} examples are wrong:\n\n{}", wrong.len(), wrong.join("\n"));
}
