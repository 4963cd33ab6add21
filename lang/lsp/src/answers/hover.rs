//! What is known of the word under the cursor.

use lsp_types as lsp;

use super::Asked;
use crate::convert::markdown;
use crate::server::Server;

pub(crate) fn hover(server: &mut Server, p: lsp::HoverParams) -> Option<lsp::Hover> {
    let (asked, at) = Asked::at(server, &p.text_document_position_params)?;
    let hover = server.ide.hover(&asked.name, at)?;
    Some(lsp::Hover {
        contents: lsp::HoverContents::Markup(markdown(hover.markdown())),
        range: Some(asked.places().range(hover.span)),
    })
}
