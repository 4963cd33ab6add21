// Looks at a packed extension: what it must hold is in it, nothing else of ours, and it loads with what it brings along.
//
//     node vscode.mjs FILE.vsix      in the folder that it was packed in
import { mkdirSync, writeFileSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

const [file] = process.argv.slice(2);
const require = createRequire(join(process.cwd(), "package.json"));

function fail(what) {
  console.error(`vscode: ${what}`);
  process.exit(1);
}

/** Every file of an archive, by its name. */
function read(path) {
  return new Promise((done, wrong) => {
    require("yauzl").open(resolve(path), { lazyEntries: true }, (error, archive) => {
      if (error) return wrong(error);
      const files = new Map();
      archive.on("error", wrong).on("end", () => done(files));
      archive.on("entry", (entry) => {
        archive.openReadStream(entry, async (error, stream) => {
          if (error) return wrong(error);
          files.set(entry.fileName, Buffer.concat(await stream.toArray()));
          archive.readEntry();
        });
      });
      archive.readEntry();
    });
  });
}

/** The module `vscode`, which only the editor has: whatever is asked of it is something. */
function editor() {
  const something = function () {};
  return new Proxy(something, { get: (target, name) => (name in target ? target[name] : (target[name] = editor())) });
}

const files = await read(file);
const manifest = JSON.parse(files.get("extension/package.json") ?? fail("it has no package.json"));
const ours = [...files.keys()].filter((name) => name.startsWith("extension/") && !name.includes("/node_modules/")).sort();
const wanted = ["LICENSE.txt", "extension.js", "language-configuration.json", "package.json", "readme.md", "syntaxes/aura.tmLanguage.json"];
if (ours.join() !== wanted.map((name) => `extension/${name}`).join()) fail(`it holds ${ours.join(", ")}`);
for (const path of [manifest.main, ...manifest.contributes.grammars.map((g) => g.path), ...manifest.contributes.languages.map((l) => l.configuration)]) {
  if (!files.has(join("extension", path))) fail(`${path} is named, and is not in it`);
}
const folder = mkdtempSync(join(tmpdir(), "vsix-"));
try {
  for (const [name, bytes] of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    if (!name.endsWith("/")) writeFileSync(join(folder, name), bytes);
  }
  mkdirSync(join(folder, "extension/node_modules/vscode"), { recursive: true });
  writeFileSync(join(folder, "extension/node_modules/vscode/index.js"), "module.exports = globalThis.__editor;");
  globalThis.__editor = editor();
  const extension = require(join(folder, "extension", manifest.main));
  if (typeof extension.activate !== "function" || typeof extension.deactivate !== "function") fail("it cannot be activated");
} finally {
  rmSync(folder, { recursive: true });
}
console.log(`vscode: ${files.size} files, and it loads`);
