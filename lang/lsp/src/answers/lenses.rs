//! Code lenses: commands above lines.

use aura_ide::{Command, Offer, What};
use lsp_types as lsp;

use super::Asked;
use crate::commands::told;
use crate::server::Server;

pub(crate) fn all(server: &mut Server, p: lsp::CodeLensParams) -> Option<Vec<lsp::CodeLens>> {
    let asked = Asked::of(server, &p.text_document)?;
    let mut all = Vec::new();
    for lens in server.ide.lenses(&asked.name) {
        let range = asked.places().range(lens.span);
        let mut add = |title: String, what: What, selector: Option<&String>| {
            let command = Command { what, file: asked.name.clone(), selector: selector.cloned(), at: None };
            let command = told(title, &command, selector.map(|_| range.start));
            all.push(lsp::CodeLens { range, command: Some(command), data: None });
        };
        match lens.offer {
            Offer::Run => add("▶ run".into(), What::Run, None),
            Offer::Test => add("▶ test".into(), What::Test, None),
            Offer::Learned { origin, selector, is_beside } => {
                add(origin.to_string(), What::Why, Some(&selector));
                if is_beside && !origin.is_reviewed {
                    add("approve".into(), What::Approve, Some(&selector));
                }
                add("revert".into(), What::Revert, Some(&selector));
            }
        }
    }
    Some(all)
}
