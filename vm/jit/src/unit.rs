//! A piece of code to be compiled, as plain data.

use std::sync::Arc;

use aura_code::{Code, Instr};

/// A send site as it is when the code is compiled.
#[derive(Clone, Copy, Debug, Default)]
pub struct SiteView {
    /// The address of its inline cache, which does not move.
    pub cache: u64,
    /// Arguments, the receiver not counted.
    pub argc: u8,
    /// What it has found so far: bit `k` for entries of kind `k`.
    pub seen: u32,
}

/// See the module's comment. The code has passed the verifier.
#[derive(Clone, Debug)]
pub struct Unit {
    /// What was compiled to bytecode.
    pub code: Arc<Code>,
    /// Its instructions as they run: guards may have been switched off.
    pub instrs: Vec<Instr>,
    /// Its send sites.
    pub sites: Vec<SiteView>,
    /// Its constants. They lie in old space and do not move.
    pub consts: Vec<u64>,
}
