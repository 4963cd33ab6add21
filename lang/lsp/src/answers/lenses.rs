//! Code lenses. What they do is done by the editor: the commands `aura.run` and `aura.test` name a file, `aura.revert` a file and a selector.

use aura_ide::Offer;
use lsp_types as lsp;
use serde_json::json;

use super::Asked;
use crate::server::Server;

pub(crate) fn all(server: &mut Server, p: lsp::CodeLensParams) -> Option<Vec<lsp::CodeLens>> {
    let asked = Asked::of(server, &p.text_document)?;
    let uri = p.text_document.uri.as_str().to_string();
    let mut all = Vec::new();
    for lens in server.ide.lenses(&asked.name) {
        let range = asked.places().range(lens.span);
        let mut add = |title: String, command: &str, arguments: Vec<serde_json::Value>| {
            let command = lsp::Command { title, command: command.to_string(), arguments: Some(arguments) };
            all.push(lsp::CodeLens { range, command: Some(command), data: None });
        };
        match lens.offer {
            Offer::Run => add("▶ run".into(), "aura.run", vec![json!(uri)]),
            Offer::Test => add("▶ test".into(), "aura.test", vec![json!(uri)]),
            Offer::Learned { origin, selector } => {
                add(origin.to_string(), "aura.why", vec![json!(uri), json!(selector)]);
                add("revert".into(), "aura.revert", vec![json!(uri), json!(selector)]);
            }
        }
    }
    Some(all)
}
