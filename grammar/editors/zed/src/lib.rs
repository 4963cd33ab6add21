//! Tells Zed how the language server of Aura is started: the command in its settings, or else `aura` on the path, with `lsp`.

use zed_extension_api::settings::LspSettings;
use zed_extension_api::{self as zed, Command, LanguageServerId, Result, Worktree};

struct Aura;

impl zed::Extension for Aura {
    fn new() -> Self {
        Self
    }

    fn language_server_command(&mut self, id: &LanguageServerId, worktree: &Worktree) -> Result<Command> {
        let binary = LspSettings::for_worktree(id.as_ref(), worktree).ok().and_then(|settings| settings.binary);
        let (path, arguments) = binary.map(|b| (b.path, b.arguments)).unwrap_or_default();
        let command = path
            .or_else(|| worktree.which("aura"))
            .ok_or("'aura' is not on the path; put it there, or set lsp.aura.binary.path")?;
        Ok(Command { command, args: arguments.unwrap_or_else(|| vec!["lsp".to_string()]), env: worktree.shell_env() })
    }
}

zed::register_extension!(Aura);
