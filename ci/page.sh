#!/usr/bin/env bash
# Opens the page of a recorded run (`lumen trace show --graph html`) in a real browser, and looks at what it made of it.
# Needs Chromium and python3; says SKIPPED when they cannot be had.
set -eu
cd "$(dirname "$0")/.."
work="$PWD/target/page"
rm -rf "$work"
mkdir -p "$work"
lumen="${LUMEN:-}"
if [ -z "$lumen" ]; then
    cargo build --quiet --locked --package lumen-cli
    lumen="$PWD/target/debug/lumen"
fi
browser="$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)"
if [ -z "$browser" ] || ! command -v python3 >/dev/null; then
    echo "page: SKIPPED: no Chromium or no python3 here (apt-get install chromium python3); no browser has opened the page"
    exit 0
fi
cat >"$work/game.lm.md" <<'DOC'
# Game

```lumen
cell draw(count: Int) -> Int
  let mut sum = 0
  for _ in 0..count
    sum += random_int(1, 6)
  end
  sum
end

cell main() -> Null
  print("<script>document.title = 'taken over'</script>", draw(3))
  print(attempt(fn() => random_int(2, 1)), draw(2))
end
```
DOC
(cd "$work" && "$lumen" run --trace-dir runs game.lm.md >/dev/null 2>&1 &&
    "$lumen" trace show last --trace-dir runs --graph html --output page.html)
"$browser" --headless --no-sandbox --disable-gpu --user-data-dir="$work/profile" --virtual-time-budget=5000 \
    --dump-dom "file://$work/page.html" >"$work/dom.html" 2>/dev/null || { echo "page: the browser failed"; exit 1; }
python3 ci/page.py "$work/dom.html"
