//! The library, which the command carries with it as bytecode.
//!
//! `build.rs` compiles it in the order of `stdlib/world.aura`. What must stay true: a method's code is read from its bytes when it
//! is first called, so that starting costs little; nothing of the library is parsed at run time.

use std::sync::{Arc, OnceLock};

use aura_code::Code;

/// One file of the library.
pub(crate) struct File {
    name: &'static str,
    text: &'static str,
    code: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/library.rs"));

/// The library's files, compiled, in the order in which they are loaded.
///
/// # Errors
/// What is wrong with the first file whose bytecode cannot be read: the command itself is damaged.
pub fn library() -> Result<&'static [Vec<Arc<Code>>], String> {
    static LIBRARY: OnceLock<Result<Vec<Vec<Arc<Code>>>, String>> = OnceLock::new();
    LIBRARY
        .get_or_init(|| {
            FILES.iter().map(|f| aura_code::from_trusted_bytes(f.code).map_err(|e| format!("{}: {e}", f.name))).collect()
        })
        .as_deref()
        .map_err(Clone::clone)
}

/// The library's sources: file names and texts.
pub fn sources() -> impl Iterator<Item = (&'static str, &'static str)> {
    FILES.iter().map(|f| (f.name, f.text))
}
