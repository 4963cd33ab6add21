#!/usr/bin/env bash
# A session of a real editor with `aura lsp`: headless Neovim, which is installed from Debian's packages if it is missing and that can be done.
#
#     AURA=target/debug/aura bash tests/editors/neovim.sh
#
# Exit codes: 0 all is as it should be, 1 something is not, 77 there is no Neovim and none can be had.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
aura=$(realpath "${AURA:-$here/../../target/debug/aura}")
[ -x "$aura" ] || { echo "neovim: there is no $aura; build it, or set AURA" >&2; exit 1; }
if ! command -v nvim >/dev/null; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "neovim: installing it"
        { apt-get update && apt-get install -y --no-install-recommends neovim; } >/dev/null 2>&1
    fi
    command -v nvim >/dev/null || { echo "neovim: not here, and cannot be installed; skipped"; exit 77; }
fi
project=$(mktemp -d)
trap 'rm -rf "$project"' EXIT
cat >"$project/parts.aura" <<'AURA'
"Accounts."
|
account = (|
    parent* = traits clonable.
    balance <- 0.
    "Puts money in."
    deposit: amount = ( balance: balance + amount ).
    withdraw: amount = ( balance: balance - amount ).
|).
|
AURA
cat >"$project/main.aura" <<'AURA'
"Uses accounts."
| parts = (import: 'parts'). account = parts account |

(account deposit: 100) balance printLine
(account copy witdraw: 20) balance printLine
AURA
cd "$project" || exit 1
export AURA="$aura" XDG_CACHE_HOME="$project/cache" XDG_STATE_HOME="$project/state" XDG_DATA_HOME="$project/data" XDG_CONFIG_HOME="$project/config"
timeout 120 nvim --headless --clean -n -c "lua dofile('$here/neovim.lua')" </dev/null
code=$?
[ "$code" = 0 ] && echo "neovim: all as it should be" || { echo "neovim: failed ($code)" >&2; exit 1; }
