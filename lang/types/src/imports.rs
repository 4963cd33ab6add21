//! Imports of files that are not there.
//!
//! What must stay true: only a path that is written out is looked at, and only a file that is certainly missing is a mistake, and that only where
//! nobody is ready for it (`[ import: 'perhaps' ] ifError: [ … ]`). Not here: files; whoever
//! asks knows which there are.

use aura_syntax::tree::{Expr, ExprKind, File, Receiver, Send, selector};
use aura_syntax::visit::{self, Visit};
use aura_syntax::{Diagnostic, Span};

use crate::codes;

/// What is wrong with the imports of a file. `missing` gives the name of the file that a path means, if there is none of that name.
pub fn missing_imports(text: &str, file: &File, missing: &dyn Fn(&str) -> Option<String>) -> Vec<Diagnostic> {
    let mut finder = Finder { text, found: Vec::new(), awaited: Vec::new() };
    visit::file(&mut finder, file);
    let Finder { mut found, awaited, .. } = finder;
    found.retain(|path| !awaited.iter().any(|block| block.start <= path.start && path.end <= block.end));
    found.sort();
    let wrong = |span: Span| {
        let path = span.text(text).trim_matches('\'');
        let name = missing(path).filter(|_| !path.is_empty() && !path.contains('\\'))?;
        let found = Diagnostic::error(&codes::NO_FILE, format!("there is no file '{name}'"), span, "nothing to import");
        Some(found.note("a path is looked for from the folder of the file that imports, and `.aura` is put behind it"))
    };
    found.into_iter().filter_map(wrong).collect()
}

/// Finds the paths.
struct Finder<'t> {
    text: &'t str,
    found: Vec<Span>,
    /// Blocks that are run by a message with arguments, which may say what is done about errors.
    awaited: Vec<Span>,
}

impl Visit for Finder<'_> {
    fn send(&mut self, send: &Send, _: Option<&Send>) {
        if let Receiver::Expr(Expr { kind: ExprKind::Block(_), span }) = &send.receiver
            && !send.arguments.is_empty()
        {
            self.awaited.push(*span);
        }
        let is_import = selector(&send.selector, self.text) == "import:" && matches!(send.receiver, Receiver::Implicit);
        if let [Expr { kind: ExprKind::String, span }] = &send.arguments[..]
            && is_import
        {
            self.found.push(*span);
        }
    }
}
