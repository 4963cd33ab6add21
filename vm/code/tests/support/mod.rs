//! What the tests of compiled code share.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::sync::Arc;

use aura_code::{Code, Origin, SlotInit, compile_file};
use aura_syntax::Diagnostic;

/// Compiles a source that parses, or says what the compiler refuses.
pub(crate) fn compile(name: &str, text: &str) -> Result<Vec<Arc<Code>>, Vec<Diagnostic>> {
    let parse = aura_syntax::parse(text);
    assert!(!parse.has_errors(), "{name}: {:?}", parse.diagnostics);
    compile_anyway(name, text)
}

/// The same, even if the parser has complained: the compiler must not rely on it.
pub(crate) fn compile_anyway(name: &str, text: &str) -> Result<Vec<Arc<Code>>, Vec<Diagnostic>> {
    let parse = aura_syntax::parse(text);
    let origin = Arc::new(Origin::new(name, text));
    compile_file(&parse.file, &origin)
}

/// Calls `f` with a code and all code nested in it.
pub(crate) fn each(code: &Arc<Code>, f: &mut dyn FnMut(&Arc<Code>)) {
    f(code);
    code.blocks.iter().for_each(|b| each(b, f));
    for slot in code.objects.iter().flat_map(|o| &o.slots).chain(&code.slots) {
        if let SlotInit::Method(method) = &slot.init {
            each(method.code(), f);
        }
    }
}
