#!/usr/bin/env python3
"""Measures Lumen beside C, OCaml, Lua, LuaJIT, Node and Python, and keeps bench/RESULTS.md.

Input: bench/programs/<group>/<name>.{lm.md,c,lua,js,py}, luajit.lua where LuaJIT needs another program,
bench/effects/<name>.{lm.md,ml}, and a `lumen` binary.
Output: tables on stdout and, with --write, in bench/RESULTS.md (one section a group; other groups stay).

Rules: no time counts before all outputs are equal; peers take turns within one invocation; times are user + system
CPU time of the child (wait4); the smallest and the median of the runs are kept; ratios are what is quoted.
Only the Python standard library is used. A peer that is not installed has no column.
"""

import argparse
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

from harness import frontend, launch, peers, programs, report  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("groups", nargs="*", help="groups to run: all by default (see --list)")
    parser.add_argument("--list", action="store_true", help="print the groups and programs, and stop")
    parser.add_argument("--only", default="", help="comma-separated program names")
    parser.add_argument("--peers", default="", help="comma-separated peers; default: all that are installed")
    parser.add_argument("--no-python", action="store_true", help="leave Python out (it takes the longest)")
    parser.add_argument("--runs", type=int, default=5, help="timed runs of each program and peer (default 5)")
    parser.add_argument("--python-runs", type=int, default=1, help="timed runs for Python (default 1)")
    parser.add_argument("--launches", type=int, default=50, help="launches in the group start (default 50)")
    parser.add_argument("--lines", default="60000,600000", help="program sizes of the group frontend")
    parser.add_argument("--lumen", default=str(ROOT / "target/release/lumen"), help="the binary to measure")
    parser.add_argument("--lumen-args", default="", help='further arguments of `lumen run`, as "--engine switch"')
    parser.add_argument("--check-only", action="store_true", help="compare the outputs, time nothing")
    parser.add_argument("--timeout", type=float, default=120.0, help="seconds before a child is killed")
    parser.add_argument("--write", action="store_true", help="update bench/RESULTS.md")
    return parser.parse_args()


def main():
    options = arguments()
    options.root = ROOT
    available = programs.discover(ROOT)
    groups = options.groups or [*available, launch.GROUP, frontend.GROUP]
    unknown = [g for g in groups if g not in (*available, launch.GROUP, frontend.GROUP)]
    if unknown:
        print(f"unknown groups: {', '.join(unknown)}", file=sys.stderr)
        return 2
    if options.list:
        for group, names in available.items():
            print(f"{group}: {' '.join(names)}")
        print(f"{launch.GROUP}: {' '.join(launch.NAMES)}\n{frontend.GROUP}: lines {options.lines}")
        return 0
    chosen = peers.chosen(options)
    failed = False
    for group in groups:
        if group == launch.GROUP:
            section, bad = launch.measure(options, chosen)
        elif group == frontend.GROUP:
            section, bad = frontend.measure(options)
        else:
            section, bad = programs.measure(options, chosen, group, available[group])
        failed |= bad
        print(section, end="\n\n", flush=True)
        if options.write and not bad and not options.check_only:
            report.update(ROOT / "bench/RESULTS.md", report.key(options, group), section, chosen)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
