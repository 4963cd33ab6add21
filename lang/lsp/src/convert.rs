//! Names, places and diagnostics in the protocol's types.

use std::path::Path;
use std::str::FromStr;

use aura_ide::{Diagnostic, Document, Encoding, Position, Severity, Span};
use lsp_types as lsp;
use lsp_types::Uri;
use url::Url;

/// The name that a file goes by here: its path, or the whole URI of what is in no file.
pub(crate) fn name(uri: &Uri) -> String {
    let path = Url::parse(uri.as_str()).ok().filter(|u| u.scheme() == "file").and_then(|u| u.to_file_path().ok());
    path.map_or_else(|| uri.as_str().to_string(), |p| p.display().to_string())
}

/// The URI of a file by its name.
pub(crate) fn uri(name: &str) -> Option<Uri> {
    let text = match Path::new(name).is_absolute() {
        true => Url::from_file_path(name).ok()?.to_string(),
        false => name.to_string(),
    };
    Uri::from_str(&text).ok().filter(|u| u.scheme().is_some())
}

/// How places of one document are told to one editor.
#[derive(Clone, Copy)]
pub(crate) struct Places<'d> {
    pub(crate) document: &'d Document,
    pub(crate) encoding: Encoding,
}

impl Places<'_> {
    pub(crate) fn position(&self, byte: u32) -> lsp::Position {
        let Position { line, column } = self.document.position(byte, self.encoding);
        lsp::Position::new(line, column)
    }

    pub(crate) fn range(&self, span: Span) -> lsp::Range {
        lsp::Range::new(self.position(span.start), self.position(span.end))
    }

    pub(crate) fn offset(&self, position: lsp::Position) -> u32 {
        self.document.offset(from(position), self.encoding)
    }

    pub(crate) fn span(&self, range: lsp::Range) -> Span {
        Span { start: self.offset(range.start), end: self.offset(range.end) }
    }

    /// A diagnostic; `here` is the document's own URI.
    pub(crate) fn diagnostic(&self, d: &Diagnostic, here: &Uri) -> lsp::Diagnostic {
        let mut message = d.message.clone();
        for note in &d.notes {
            message.push_str(&format!("\n{note}"));
        }
        if let Some(help) = &d.help {
            message.push_str(&format!("\nhelp: {help}"));
        }
        let related = |l: &aura_ide::Label| lsp::DiagnosticRelatedInformation {
            location: lsp::Location::new(here.clone(), self.range(l.span)),
            message: l.text.clone(),
        };
        lsp::Diagnostic {
            range: self.range(d.span),
            severity: Some(match d.severity {
                Severity::Error => lsp::DiagnosticSeverity::ERROR,
                Severity::Warning => lsp::DiagnosticSeverity::WARNING,
            }),
            code: Some(lsp::NumberOrString::String(d.code.to_string())),
            source: Some("aura".to_string()),
            message,
            related_information: (!d.secondary.is_empty()).then(|| d.secondary.iter().map(related).collect()),
            ..lsp::Diagnostic::default()
        }
    }
}

/// A position as the editor gives it.
pub(crate) fn from(position: lsp::Position) -> Position {
    Position { line: position.line, column: position.character }
}

/// Text that may be formatted.
pub(crate) fn markdown(value: String) -> lsp::MarkupContent {
    lsp::MarkupContent { kind: lsp::MarkupKind::Markdown, value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_uris_are_two_ways_to_say_the_same() {
        for text in ["file:///a/b%20c/%C3%A9.aura", "untitled:Untitled-1"] {
            let there = Uri::from_str(text).expect("a URI");
            assert_eq!(uri(&name(&there)).expect("a URI").as_str(), text);
        }
        assert_eq!(name(&Uri::from_str("file:///a/b%20c/%C3%A9.aura").expect("a URI")), "/a/b c/é.aura");
        assert!(uri("kernel/list").is_none());
    }
}
