//! Calls into redb that may panic.
//!
//! redb trusts its files more than we do: on bytes it did not write it may answer with a panic where an error was due.
//! [`guarded`] makes an error of it. What must stay true: the panic's message is not printed (the error says it), panics of
//! everybody else are printed as ever, and nothing leaves a destructor.
//!
//! Not here: what the store does after such an error (it is poisoned, by [`super`]).

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

use crate::store::StoreError;

thread_local! {
    /// Whether this thread is inside a guarded call, so that the hook is silent.
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

static SILENCER: Once = Once::new();

/// Runs `call`; a panic in it becomes [`StoreError::Damaged`].
///
/// The flag is put back to what it was, and not to `false`: a visitor called between two guarded calls may use the store itself.
pub(super) fn guarded<T>(call: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
    SILENCER.call_once(install_silencer);
    let before = INSIDE.replace(true);
    let result = catch_unwind(AssertUnwindSafe(call));
    INSIDE.set(before);
    result.unwrap_or_else(|panic| Err(StoreError::Damaged(format!("its tables make no sense ({})", words(panic)))))
}

/// Drops what redb gave, whatever its destructors think of that.
///
/// Should the destructor panic, what it had not yet dropped is leaked: better than a process that aborts.
pub(super) fn dropped<T>(thing: T) {
    let _ = guarded(|| {
        drop(thing);
        Ok(())
    });
}

fn install_silencer() {
    // `take_hook` panics on a thread that is panicking; such a thread only goes without silence.
    if std::thread::panicking() {
        return;
    }
    let previous = take_hook();
    set_hook(Box::new(move |panic| {
        if !INSIDE.get() {
            previous(panic);
        }
    }));
}

/// The first line of what a panic said.
fn words(panic: Box<dyn Any + Send>) -> String {
    let text = match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(other) => other.downcast::<&'static str>().map_or_else(|_| "a panic".to_owned(), |text| (*text).to_owned()),
    };
    text.lines().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error_and_says_what_it_was() {
        let result: Result<(), _> = guarded(|| panic!("no such page\nand more"));
        assert_eq!(result, Err(StoreError::Damaged("its tables make no sense (no such page)".to_owned())));
        assert!(!INSIDE.get());
    }

    #[test]
    fn a_destructor_that_panics_stops_nobody() {
        struct Bomb;
        impl Drop for Bomb {
            fn drop(&mut self) {
                panic!("boom");
            }
        }
        dropped(Bomb);
    }
}
