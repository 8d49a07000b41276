#!/usr/bin/env bash
# Tests the TextMate grammar of editors/vscode against the lexer, on every Lumen fence of the repository.
# Needs node, npm and the packages vscode-textmate and vscode-oniguruma; says SKIPPED when they cannot be had.
set -eu
cd "$(dirname "$0")/.."
root="$PWD"
work="$root/target/textmate"
mkdir -p "$work"
skip() { echo "textmate: SKIPPED: $1"; exit 0; }
command -v node >/dev/null || skip "node is missing"
command -v npm >/dev/null || skip "npm is missing"
if [ ! -d "$work/node_modules/vscode-textmate" ]; then
    (cd "$work" && npm install --no-audit --no-fund --silent vscode-textmate@9.3.2 vscode-oniguruma@2.0.1 >/dev/null 2>&1) ||
        skip "the npm packages cannot be had"
fi
git ls-files '*.md' '*.lm' | xargs cargo run --quiet --locked --package lumen-compiler --example tokens -- >"$work/tokens.txt"
cd "$work"
exec node "$root/ci/textmate.mjs" tokens.txt "$root"
