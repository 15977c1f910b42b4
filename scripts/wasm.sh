#!/bin/sh
# Builds the program for offline phones with Debian's Rust compiler (apt-get install rustc libstd-rust-dev-wasm32 lld).
# Writes it to web/src/core/engine/engine.wasm, or to the file given as argument.
set -eu
cd "$(dirname "$0")/.."
out=${1:-web/src/core/engine/engine.wasm}
rustc=/usr/bin/rustc
linker=$(command -v wasm-ld || command -v wasm-ld-14 || command -v rust-lld) || {
  echo "The linker wasm-ld is not installed. Install it: apt-get install lld" >&2
  exit 1
}
"$rustc" --edition 2021 --crate-name engine --crate-type cdylib --target wasm32-unknown-unknown \
  -C opt-level=s -C panic=abort -C lto=fat -C codegen-units=1 -C strip=symbols -C linker="$linker" \
  --remap-path-prefix "$PWD=." -A dead_code -A unused_imports -D warnings -o "$out" web/engine/lib.rs
chmod 644 "$out"
