#!/usr/bin/env bash
# Tests the site of `lumen doc --html`: its search against `lumen doc --search`, and once in a real browser.
# Needs node, and Chromium for the second part; says SKIPPED when they cannot be had.
set -eu
cd "$(dirname "$0")/.."
work="$PWD/target/site"
rm -rf "$work"
mkdir -p "$work"
lumen="${LUMEN:-}"
if [ -z "$lumen" ]; then
    cargo build --quiet --locked --package lumen-cli
    lumen="$PWD/target/debug/lumen"
fi
"$lumen" doc --html "$work" --std examples README.md
if command -v node >/dev/null; then
    node ci/site.mjs "$lumen" "$work"
else
    echo "site: SKIPPED: node is missing; the search was not compared"
fi
browser="$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)"
if [ -z "$browser" ]; then
    echo "site: SKIPPED: no Chromium here (apt-get install chromium); no browser has opened the site"
    exit 0
fi
# The text of a page after its scripts have run, for a query in the address.
found() {
    "$browser" --headless --no-sandbox --disable-gpu --user-data-dir="$work/profile" --virtual-time-budget=5000 \
        --dump-dom "file://$work/index.html?q=$1" 2>/dev/null
}
expect() {
    found "$1" >"$work/page.txt" || { echo "site: the browser failed"; exit 1; }
    grep -q "$2" "$work/page.txt" || { echo "site: the browser finds nothing like $2 for $1"; exit 1; }
}
expect map '<li[^>]*><a href="doc-std-list.html#d-map-[0-9]*"><code>map\[T, U\](xs: list\[T\], f: fn(T) -&gt; U) -&gt; list\[U\]'
expect 'list%5BT%5D%20-%3E%20Int' '<code>length\[T\](xs: list\[T\]) -&gt; Int'
echo "site: the browser finds what it should"
