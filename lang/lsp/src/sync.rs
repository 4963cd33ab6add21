//! What editors tell: texts that are opened, changed and closed, files that changed on the disk.

use lsp_server::Notification;
use lsp_types as lsp;
use lsp_types::notification::{
    DidChangeTextDocument, DidChangeWatchedFiles, DidChangeWorkspaceFolders, DidCloseTextDocument, DidOpenTextDocument,
    DidSaveTextDocument, Notification as _, WorkDoneProgressCancel,
};
use serde::de::DeserializeOwned;

use crate::convert::{from, name};
use crate::server::Server;

/// Takes in what was told. What is not understood is no reason to stop.
pub(crate) fn hear(server: &mut Server, notification: Notification) {
    let Notification { method, params } = notification;
    match method.as_str() {
        DidOpenTextDocument::METHOD => read(params).map(|p| opened(server, p)),
        DidChangeTextDocument::METHOD => read(params).map(|p| changed(server, p)),
        DidCloseTextDocument::METHOD => read(params).map(|p| closed(server, &p)),
        DidSaveTextDocument::METHOD => {
            read(params).map(|p: lsp::DidSaveTextDocumentParams| saved(server, &name(&p.text_document.uri)))
        }
        DidChangeWatchedFiles::METHOD => read(params).map(|p| on_disk(server, p)),
        DidChangeWorkspaceFolders::METHOD => read(params).map(|p| folders(server, p)),
        WorkDoneProgressCancel::METHOD => {
            read(params).map(|p: lsp::WorkDoneProgressCancelParams| server.jobs.cancel_shown(&p.token))
        }
        _ => None,
    };
}

fn read<T: DeserializeOwned>(params: serde_json::Value) -> Option<T> {
    serde_json::from_value(params).ok()
}

fn opened(server: &mut Server, p: lsp::DidOpenTextDocumentParams) {
    let file = name(&p.text_document.uri);
    server.ide.open(&file, &p.text_document.text);
    server.open.insert(file, p.text_document.version);
}

fn changed(server: &mut Server, p: lsp::DidChangeTextDocumentParams) {
    let file = name(&p.text_document.uri);
    let changes: Vec<aura_ide::Change> =
        p.content_changes.into_iter().map(|c| (c.range.map(|r| (from(r.start), from(r.end))), c.text)).collect();
    server.ide.change(&file, &changes, server.client.encoding);
    if let Some(version) = server.open.get_mut(&file) {
        *version = p.text_document.version;
    }
}

fn closed(server: &mut Server, p: &lsp::DidCloseTextDocumentParams) {
    let file = name(&p.text_document.uri);
    server.open.remove(&file);
    server.ide.close(&file);
}

/// Who saves looks up: an image that others have changed is looked at, too.
fn saved(server: &mut Server, file: &str) {
    server.ide.reread(file);
    server.ide.look_around();
}

fn on_disk(server: &mut Server, p: lsp::DidChangeWatchedFilesParams) {
    p.changes.iter().for_each(|change| server.ide.reread(&name(&change.uri)));
}

fn folders(server: &mut Server, p: lsp::DidChangeWorkspaceFoldersParams) {
    server.client.folders.retain(|f| !p.event.removed.iter().any(|r| r.uri == *f));
    p.event.removed.iter().for_each(|folder| server.ide.remove_folder(&name(&folder.uri)));
    for folder in p.event.added {
        server.ide.add_folder(&name(&folder.uri));
        server.client.folders.push(folder.uri);
    }
}
