#!/usr/bin/env bash
# Whether everything compiles for Windows and for Macs: tests/platforms.sh
# `cargo check` needs no linker and no C toolchain, and gets none: a dependency that compiles C is met here.
set -euo pipefail
cd "$(dirname "$0")/.."
targets=(x86_64-pc-windows-gnu aarch64-apple-darwin)
rustup target add "${targets[@]}"
for target in "${targets[@]}"; do
    export CC=false CXX=false AR=false
    cargo check --locked --target "$target"
done
