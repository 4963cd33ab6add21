#!/usr/bin/env bash
# Compiles the extension for Zed to WebAssembly, as Zed does, in a copy.
#
#     bash tests/editors/zed.sh
#
# Exit codes: 0 it compiles, 1 it does not, 77 there is no library of Rust for WebAssembly and none can be had, or no registry.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
target=wasm32-wasip2
if [ ! -d "$(rustc --print sysroot)/lib/rustlib/$target" ]; then
    timeout 300 rustup target add "$target" >/dev/null 2>&1 || { echo "zed: Rust cannot make $target here; skipped"; exit 77; }
fi
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp -R "$root/grammar/editors/zed/." "$copy" && rm -rf "$copy/target" && cd "$copy" || exit 1
timeout 300 cargo fetch --target "$target" >/dev/null 2>&1 || { echo "zed: cargo reaches no registry; skipped"; exit 77; }
# Kept between runs.
export CARGO_TARGET_DIR="$root/target/zed"
cargo build --target "$target" </dev/null || { echo "zed: the extension does not compile" >&2; exit 1; }
head -c 4 "$CARGO_TARGET_DIR/$target/debug/zed_aura.wasm" | cmp -s - <(printf '\0asm') || { echo "zed: what was made is no WebAssembly" >&2; exit 1; }
echo "zed: the extension compiles to WebAssembly"
