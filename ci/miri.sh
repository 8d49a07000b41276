#!/usr/bin/env bash
# The value core under Miri (undefined behaviour), where a toolchain with Miri is installed.
set -eu
cd "$(dirname "$0")/.."
if ! cargo +nightly miri --version >/dev/null 2>&1; then
  echo "SKIPPED: the Miri component is not installed (rustup +nightly component add miri)"
  echo "0 passed, 0 failed, 1 skipped"
  exit 0
fi
MIRIFLAGS="-Zmiri-disable-isolation" exec cargo +nightly miri test --package lumen-runtime value
