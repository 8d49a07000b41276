#!/usr/bin/env bash
# The test suite under AddressSanitizer.
set -eu
cd "$(dirname "$0")/.."
host=$(rustc -vV | sed -n 's/^host: //p')
# Frames are several times larger under the sanitizer: what fits the stack of a test thread otherwise gets more room.
export RUST_MIN_STACK=33554432
export RUSTC_BOOTSTRAP=1 RUSTFLAGS="-Zsanitizer=address" ASAN_OPTIONS="detect_leaks=0"
exec cargo test --locked --workspace --target "$host" --target-dir target/asan
