//! Whatever method a model writes, it does no harm where no gate has looked, and gates neither panic nor hang: a failed trial leaves the
//! world as it was, and nothing of what is withheld from generated code is reached (`aura_tests::hostile::harm`).
//!
//! Input is a method `attack`, or the expression that it is to evaluate.

use std::cell::RefCell;

use aura_tests::hostile::harm::{Bait, SCRIPT, SECRET, attempt};
use aura_tests::hostile::stage::Stage;

/// Methods after which a machine is made anew: names and types would fill the memory.
const RENEWED_AFTER: u32 = 500;

thread_local! {
    /// A machine, and how many methods it has met.
    static STAGE: RefCell<Option<(Stage, u32)>> = const { RefCell::new(None) };
    static BAIT: Bait = Bait::new();
}

/// One input.
pub fn run(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let is_method = text.starts_with("attack = ") || text.starts_with("attack=");
    // Whoever watches comparisons learns what is looked for. That is no way out of the machine.
    if text.contains(SECRET) {
        return;
    }
    let method = if is_method { text.to_string() } else { format!("attack = ( {text} )") };
    BAIT.with(|bait| {
        STAGE.with_borrow_mut(|place| {
            let (stage, met) = place.get_or_insert_with(|| (Stage::new(), 0));
            *met += 1;
            let fate = attempt(stage, bait, &bait.fill(SCRIPT), &bait.fill(&method));
            assert!(fate.harm.is_empty(), "{method}\n{}", fate.harm.join("\n"));
            if fate.used_up || *met > RENEWED_AFTER {
                *place = None;
            }
        });
    });
}
