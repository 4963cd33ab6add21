//! Code actions.

use aura_ide::ActionKind;
use lsp_types as lsp;

use super::Asked;
use super::edits::workspace_edit;
use crate::commands::told;
use crate::server::Server;

pub(crate) fn all(server: &mut Server, p: lsp::CodeActionParams) -> Option<lsp::CodeActionResponse> {
    let asked = Asked::of(server, &p.text_document)?;
    let span = asked.places().span(p.range);
    let mut all = Vec::new();
    for action in server.ide.actions(&asked.name, span) {
        let kind = match action.kind {
            ActionKind::Fix => lsp::CodeActionKind::QUICKFIX,
            ActionKind::Extract => lsp::CodeActionKind::REFACTOR_EXTRACT,
            ActionKind::Inline => lsp::CodeActionKind::REFACTOR_INLINE,
            ActionKind::Rewrite => lsp::CodeActionKind::REFACTOR_REWRITE,
        };
        let is_wanted = |only: &Vec<lsp::CodeActionKind>| only.iter().any(|o| kind.as_str().starts_with(o.as_str()));
        if !p.context.only.as_ref().is_none_or(is_wanted) {
            continue;
        }
        let repaired = action.repairs.as_ref().map(|d| vec![asked.places().diagnostic(d, &p.text_document.uri)]);
        all.push(lsp::CodeActionOrCommand::CodeAction(lsp::CodeAction {
            // What runs a program is not what anybody wants done without a look.
            is_preferred: (repaired.is_some() && action.command.is_none()).then_some(true),
            command: action.command.map(|c| told(action.title.clone(), &c, c.at.map(|at| asked.places().position(at)))),
            title: action.title,
            diagnostics: repaired,
            kind: Some(kind),
            edit: (!action.edits.is_empty()).then(|| workspace_edit(server, &action.edits)),
            ..lsp::CodeAction::default()
        }));
    }
    Some(all)
}
