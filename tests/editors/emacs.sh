#!/usr/bin/env bash
# A session of a real editor with `aura lsp`: Emacs in batch mode with what is shipped for it in grammar/editors. It is installed from Debian's
# packages if it is missing and that can be done.
#
#     AURA=target/debug/aura bash tests/editors/emacs.sh
#
# Exit codes: 0 all is as it should be, 1 something is not, 77 there is no Emacs and none can be had.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/project.sh"
need emacs emacs-nox elpa-eglot
make_project
cp "$grammar/editors/emacs/aura-ts-mode.el" "$project"
cd "$project" || exit 1
export HOME="$project/home" PATH="$(dirname "$aura"):$PATH"
mkdir -p "$HOME"
timeout 180 emacs --batch -q --load "$here/emacs.el" </dev/null
code=$?
[ "$code" = 0 ] && echo "emacs: all as it should be" || { echo "emacs: failed ($code)" >&2; exit 1; }
