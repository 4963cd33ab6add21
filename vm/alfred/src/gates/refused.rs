//! What a person has refused does not come again in the same form: the same tokens, whatever stands between them.
//!
//! Not here: the same method in other words. The trial and the person see to that.

use aura_syntax::tokens::lex;

use crate::diagnostic::{Diagnostic, Gate};
use crate::situation::{Refused, Situation};

/// A finding, if `source` is what was refused for the object `at`.
pub(crate) fn again(source: &str, at: &str, situation: &Situation) -> Vec<Diagnostic> {
    let form = form(source);
    situation.refused.iter().filter(|r| r.at == at && self::form(&r.source) == form).map(finding).take(1).collect()
}

/// That a method was refused, and why.
pub(crate) fn finding(refused: &Refused) -> Diagnostic {
    let why = crate::text::line(&refused.why, 200);
    Diagnostic::new(Gate::Approval, "refused-before", format!("a person has refused this very method: {why}"))
        .fix("write it in another way that does not have this fault")
}

/// The tokens of a source, without spaces and comments.
fn form(source: &str) -> Vec<&str> {
    lex(source).iter().filter(|t| !t.kind.is_trivia()).map(|t| t.span.text(source)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_and_comments_make_no_other_method() {
        let refused = Refused { at: "point".into(), source: "norm = ( x + y )".into(), why: "no root".into() };
        let situation = Situation { refused: vec![refused], ..Situation::default() };
        let found = again("norm = (\n  \"sum\" x + y )", "point", &situation);
        assert!(found[0].message.ends_with("this very method: no root"), "{found:?}");
        assert!(again("norm = ( x + y + 0 )", "point", &situation).is_empty());
        assert!(again("norm = ( x + y )", "traits point", &situation).is_empty());
    }
}
