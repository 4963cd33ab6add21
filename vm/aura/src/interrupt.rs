//! Ctrl-C: the first asks the program to stop, the second ends the command.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use crate::exit::Exit;

/// Presses since somebody last took notice.
static PRESSED: AtomicU32 = AtomicU32::new(0);

/// From now on Ctrl-C sets `flag`; a second press before [`noticed`] ends the command.
pub fn watch(flag: Arc<AtomicBool>) {
    // A failure means that somebody else watches already, or that there are no signals here: then Ctrl-C ends the command at once.
    let _ = ctrlc::set_handler(move || {
        if PRESSED.fetch_add(1, Ordering::SeqCst) > 0 {
            std::process::exit(i32::from(Exit::Interrupted.code()));
        }
        flag.store(true, Ordering::SeqCst);
    });
}

/// The program has stopped: the next press counts as a first one.
pub fn noticed() {
    PRESSED.store(0, Ordering::SeqCst);
}
