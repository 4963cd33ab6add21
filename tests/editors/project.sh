# What the sessions of real editors share; sourced by them. `here` is this folder.
#
# need COMMAND PACKAGE…   installs Debian's packages if the command is missing and that can be done; ends with 77 if it cannot
# make_project            a folder `project` with a slip of the pen in it, removed at the end; `aura` is the command under test

grammar=$here/../../grammar

need() {
    command -v "$1" >/dev/null && return
    local command=$1
    shift
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "$command: installing it"
        { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"; } >/dev/null 2>&1
    fi
    command -v "$command" >/dev/null || { echo "$command: not here, and cannot be installed; skipped"; exit 77; }
}

make_project() {
    aura=$(realpath "${AURA:-$here/../../target/debug/aura}")
    [ -x "$aura" ] || { echo "there is no $aura; build it, or set AURA" >&2; exit 1; }
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
    printf '#!/usr/bin/env -S aura run\n3 printLine\n' >"$project/script"
    : >"$project/aura.toml"
}
