#!/usr/bin/env bash
# A session of a real editor with `aura lsp`: headless Neovim with the plugin in grammar/editors. It is installed from Debian's packages if it is
# missing and that can be done.
#
#     AURA=target/debug/aura bash tests/editors/neovim.sh
#
# Exit codes: 0 all is as it should be, 1 something is not, 77 there is no Neovim and none can be had.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/project.sh"
need nvim neovim
make_project
cd "$project" || exit 1
export AURA="$aura" XDG_CACHE_HOME="$project/cache" XDG_STATE_HOME="$project/state" XDG_DATA_HOME="$project/data" XDG_CONFIG_HOME="$project/config"
# The parser and the queries, as the plugin's README says.
site=$XDG_DATA_HOME/nvim/site
if command -v cc >/dev/null; then
    mkdir -p "$site/parser" "$site/queries" && ln -s "$(realpath "$grammar/tree-sitter-aura/queries")" "$site/queries/aura" &&
        cc -shared -fPIC -I "$grammar/tree-sitter-aura/src" -o "$site/parser/aura.so" "$grammar/tree-sitter-aura/src/"{parser,scanner}.c ||
        { echo "neovim: the parser cannot be built" >&2; exit 1; }
fi
timeout 120 nvim --headless --clean -n --cmd "set runtimepath^=$grammar/editors/neovim,$site" \
    -c "lua local fine, why = xpcall(dofile, debug.traceback, '$here/neovim.lua') if not fine then io.stderr:write(why .. '\\n') vim.cmd('cquit 1') end" </dev/null
code=$?
[ "$code" = 0 ] && echo "neovim: all as it should be" || { echo "neovim: failed ($code)" >&2; exit 1; }
