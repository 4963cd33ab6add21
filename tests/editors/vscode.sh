#!/usr/bin/env bash
# Packs the extension for Visual Studio Code, as its README says, in a copy; looks at what is in it, and loads it without the editor.
#
#     bash tests/editors/vscode.sh
#
# Exit codes: 0 all is as it should be, 1 something is not, 77 there is no npm, or no registry that it could ask.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
if ! command -v npm >/dev/null || ! command -v node >/dev/null; then
    echo "vscode: there is no npm; skipped"
    exit 77
fi
timeout 60 npm ping >/dev/null 2>&1 || { echo "vscode: npm reaches no registry; skipped"; exit 77; }
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
fail() {
    echo "vscode: $*" >&2
    exit 1
}
mkdir "$copy/grammar"
cp -R "$root/grammar/vscode" "$root/grammar/textmate" "$copy/grammar" && cp "$root/LICENSE-MIT" "$copy" || fail "no copy"
cd "$copy/grammar/vscode" || fail "no copy"
rm -rf node_modules ./*.vsix
timeout 600 npm ci --no-audit --no-fund </dev/null >"$copy/log" 2>&1 || { cat "$copy/log" >&2; fail "npm ci failed"; }
timeout 300 npm run package </dev/null >"$copy/log" 2>&1 || { cat "$copy/log" >&2; fail "npm run package failed"; }
node "$here/vscode.mjs" ./*.vsix || fail "the package is not as it should be"
echo "vscode: all as it should be"
