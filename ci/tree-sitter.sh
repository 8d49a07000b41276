#!/usr/bin/env bash
# Generates the tree-sitter parser of editors/tree-sitter-lumen and tests it on its corpus and on every program of the
# repository. Needs node, a C compiler and the crates of ci/tree-sitter; says SKIPPED when they cannot be had.
set -eu
cd "$(dirname "$0")/.."
root="$PWD"
export CARGO_TARGET_DIR="$root/target/tree-sitter"
skip() { echo "tree-sitter: SKIPPED: $1"; exit 0; }
command -v node >/dev/null || skip "node is missing"
command -v cc >/dev/null || skip "a C compiler is missing"
manifest="$root/ci/tree-sitter/Cargo.toml"
cargo fetch --quiet --locked --manifest-path "$manifest" 2>/dev/null || skip "the crates cannot be had"
grammar="$root/editors/tree-sitter-lumen"
cargo run --quiet --locked --manifest-path "$manifest" --bin generate -- "$grammar"
mkdir -p "$root/target/textmate"
tokens="$root/target/textmate/programs.txt"
git ls-files '*.md' '*.lm' | CARGO_TARGET_DIR="$root/target" xargs cargo run --quiet --locked --package lumen-compiler --example tokens -- >"$tokens"
cargo run --quiet --locked --manifest-path "$manifest" --bin check -- "$grammar" "$tokens"
