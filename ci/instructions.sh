#!/usr/bin/env bash
# Counts instructions of a few programs and compares them with bench/instructions.txt (ci/instructions.py); a program that
# takes more than the tolerance is a failure. Needs valgrind (Debian: apt-get install valgrind) and a release build of the
# sources as they are (cargo build --release --package lumen-cli); says SKIPPED when one of them is missing.
set -eu
cd "$(dirname "$0")/.."
skip() { echo "instructions: SKIPPED: $1"; echo "instructions: 0 passed, 0 failed, 1 skipped"; exit 0; }
command -v valgrind >/dev/null || skip "valgrind is missing; nothing gates instruction counts"
[ -f bench/instructions.txt ] || skip "bench/instructions.txt is missing (ci/instructions.py --write makes it)"
[ -x target/release/lumen ] || skip "there is no release build"
newer=$(find rust std Cargo.lock -type f \( -path 'rust/*/src/*.rs' -o -path 'std/*' -o -name Cargo.lock \) -newer target/release/lumen -print -quit)
[ -z "$newer" ] || skip "the release build is older than $newer"
exec python3 ci/instructions.py
