//! The grammar of an answer, for servers that constrain decoding: one bare method for the missing selector, as text.

/// The GBNF grammar of a method for `selector`. Nothing if no method can be called that.
pub fn grammar(selector: &str) -> Option<String> {
    aura_syntax::grammar::gbnf_for(selector)
}
