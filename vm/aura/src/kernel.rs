//! The library, which the command carries with it.
//!
//! `build.rs` reads `stdlib/world.aura` for the order. What must stay true: every file of it compiles; a test loads it.

use std::sync::{Arc, OnceLock};

use aura_code::Code;

include!(concat!(env!("OUT_DIR"), "/library.rs"));

/// The library's files, compiled, in the order in which they are loaded.
///
/// # Errors
/// What is wrong with the first file that does not compile.
pub fn library() -> Result<&'static [Vec<Arc<Code>>], String> {
    static LIBRARY: OnceLock<Result<Vec<Vec<Arc<Code>>>, String>> = OnceLock::new();
    LIBRARY
        .get_or_init(|| FILES.iter().map(|(name, text)| crate::source::compile(name, text, false)).collect())
        .as_deref()
        .map_err(Clone::clone)
}

/// The library's sources: file names and texts.
pub fn sources() -> &'static [(&'static str, &'static str)] {
    FILES
}
