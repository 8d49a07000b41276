#!/usr/bin/env python3
"""Counts the instructions of a few programs under callgrind, and compares them with bench/instructions.txt.

Input: a release build (`--lumen`); `--write` renews the table. Output: a line for each program; exit status 1 when one
takes more than `--tolerance` percent more than the table says. A program that is not in the table is new.

Seconds depend on the machine, instructions hardly. `ci/instructions.sh` runs it as a step of `cargo xtask ci`, where valgrind
and a release build are there; without valgrind nothing is compared, which is said loudly.
"""

import argparse
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "bench/instructions.txt"
# Program and engine; small ones, as callgrind is fifty times slower.
CASES = [
    ("programs/start/hello.lm.md", "jit"),
    ("instructions/calls.lm", "interp"),
    ("instructions/calls.lm", "jit"),
    ("instructions/lists.lm", "interp"),
    ("instructions/lists.lm", "jit"),
    ("instructions/words.lm", "interp"),
    ("instructions/words.lm", "jit"),
]


def count(lumen, program, engine):
    """Instructions of a run that compiles the program itself."""
    path = ROOT / f"bench/{program}"
    run = [lumen, "run", "--no-cache", "--engine", engine, str(path)]
    words = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *run]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode or not found:
        sys.exit(f"{program} under {engine} does not end well:\n{done.stderr[-2000:]}")
    return int(found[1])


def table():
    """What was counted before."""
    lines = TABLE.read_text(encoding="utf-8").splitlines() if TABLE.exists() else []
    rows = [line.split() for line in lines if line and not line.startswith("#")]
    return {(program, engine): int(number) for program, engine, number in rows}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--lumen", default=str(ROOT / "target/release/lumen"))
    parser.add_argument("--tolerance", type=float, default=3.0, help="percent (default 3)")
    parser.add_argument("--write", action="store_true", help="renew the table")
    options = parser.parse_args()
    if not shutil.which("valgrind"):
        print("SKIPPED: valgrind is not installed; no instructions are counted, nothing is gated", file=sys.stderr)
        return 0
    known, lines, bad = table(), [], False
    for program, engine in CASES:
        now, before = count(options.lumen, program, engine), known.get((program, engine))
        lines.append(f"{program} {engine} {now}\n")
        change = (now / before - 1) * 100 if before else None
        worse = not options.write and change is not None and change > options.tolerance
        bad |= worse
        said = "new" if change is None else f"{change:+.2f} %"
        print(f"{program:24} {engine:7} {now:>14,} {said}{'  TOO MANY' if worse else ''}", flush=True)
    if options.write:
        head = "# Instructions under callgrind, by ci/instructions.py --write: program, engine, count.\n"
        TABLE.write_text(head + "".join(lines), encoding="utf-8")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
