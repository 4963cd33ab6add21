//! The answers, one file for each family of questions.

pub(crate) mod hover;

use std::rc::Rc;

use aura_ide::Document;
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
        let name = convert::name(&file.uri);
        let document = server.ide.document(&name)?;
        Some(Self { name, document, encoding: server.client.encoding })
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
