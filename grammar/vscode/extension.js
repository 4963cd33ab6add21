// Starts `aura lsp` and lets it answer; everything else is done there.
const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

/** @type {LanguageClient | undefined} */
let client;

async function start() {
  const settings = vscode.workspace.getConfiguration("aura");
  const server = { command: settings.get("command", "aura"), args: settings.get("arguments", ["lsp"]) };
  const documents = [
    { scheme: "file", language: "aura" },
    { scheme: "untitled", language: "aura" },
  ];
  client = new LanguageClient("aura", "Aura", server, { documentSelector: documents });
  try {
    await client.start();
  } catch (error) {
    const choice = await vscode.window.showErrorMessage(
      `'${server.command} ${server.args.join(" ")}' does not start: ${error.message}`,
      "Open settings",
    );
    if (choice) await vscode.commands.executeCommand("workbench.action.openSettings", "aura.command");
  }
}

async function stop() {
  const running = client;
  client = undefined;
  // A server that never started has nothing to stop.
  await running?.stop().catch(() => {});
}

async function activate(context) {
  const again = async () => {
    await stop();
    await start();
  };
  context.subscriptions.push(vscode.commands.registerCommand("aura.restart", again));
  context.subscriptions.push(
    vscode.workspace.onDidChangeConfiguration((change) => {
      const affects = ["aura.command", "aura.arguments"].some((name) => change.affectsConfiguration(name));
      return affects ? again() : undefined;
    }),
  );
  await start();
}

module.exports = { activate, deactivate: stop };
