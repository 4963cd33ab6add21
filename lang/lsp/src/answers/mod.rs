//! The answers, one file for each family of questions.

pub(crate) mod actions;
pub(crate) mod calls;
pub(crate) mod completion;
pub(crate) mod edits;
pub(crate) mod hover;
pub(crate) mod lenses;
pub(crate) mod navigation;
pub(crate) mod symbols;
pub(crate) mod tokens;
pub(crate) mod whole;

use std::rc::Rc;

use aura_ide::{Document, Place, Span};
use lsp_types as lsp;

use crate::convert::{self, Places};
use crate::server::Server;

/// A file that is asked about.
pub(crate) struct Asked {
    pub(crate) name: String,
    pub(crate) document: Rc<Document>,
    encoding: aura_ide::Encoding,
}

impl Asked {
    pub(crate) fn of(server: &mut Server, file: &lsp::TextDocumentIdentifier) -> Option<Self> {
        Self::named(server, &convert::name(&file.uri))
    }

    pub(crate) fn named(server: &mut Server, name: &str) -> Option<Self> {
        let document = server.ide.document(name)?;
        Some(Self { name: name.to_string(), document, encoding: server.client.encoding })
    }

    pub(crate) fn places(&self) -> Places<'_> {
        Places { document: &self.document, encoding: self.encoding }
    }

    /// The file and the byte of a position in it.
    pub(crate) fn at(server: &mut Server, p: &lsp::TextDocumentPositionParams) -> Option<(Self, u32)> {
        let asked = Self::of(server, &p.text_document)?;
        let at = asked.places().offset(p.position);
        Some((asked, at))
    }
}

/// A place as editors name it.
pub(crate) fn location(server: &mut Server, place: &Place) -> Option<lsp::Location> {
    let asked = Asked::named(server, &place.file)?;
    Some(lsp::Location { uri: convert::uri(&place.file)?, range: asked.places().range(place.span) })
}

/// Places as editors name them; what cannot be opened is left out.
pub(crate) fn locations(server: &mut Server, places: &[Place]) -> Vec<lsp::Location> {
    places.iter().filter_map(|p| location(server, p)).collect()
}

/// Ranges in a file.
pub(crate) fn ranges(server: &mut Server, file: &str, spans: &[Span]) -> Vec<lsp::Range> {
    Asked::named(server, file).map(|asked| spans.iter().map(|s| asked.places().range(*s)).collect()).unwrap_or_default()
}
