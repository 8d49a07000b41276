"""The languages that are compared: how each runs a program, and whether it is there."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from . import child

# Behind a line for Lua 5.4: what LuaJIT runs in its place.
LUAJIT_LINE = " -- luajit: "

# In the order of the columns.
ORDER = ("lumen", "c", "ocaml", "lua", "luajit", "luajit-joff", "node", "python")
TITLES = {
    "lumen": "Lumen",
    "c": "gcc -O2",
    "ocaml": "OCaml 5",
    "lua": "Lua 5.4",
    "luajit": "LuaJIT",
    "luajit-joff": "LuaJIT -joff",
    "node": "Node",
    "python": "Python",
}
TOOLS = {"c": "gcc", "ocaml": "ocamlopt", "lua": "lua5.4", "luajit": "luajit", "luajit-joff": "luajit", "node": "node"}


# Where ci/bench-peers.sh puts the OCaml that it builds.
OCAML = child.BUILD / "ocaml/bin/ocamlopt"


def tool(name):
    """The program that runs or compiles for the peer, or None."""
    if name == "ocaml" and OCAML.exists():
        return str(OCAML)
    return shutil.which(TOOLS[name])


def chosen(options):
    """The peers of this run, Lumen first when its binary exists."""
    wanted = options.peers.split(",") if options.peers else list(ORDER)
    if options.no_python and "python" in wanted:
        wanted.remove("python")
    for name in wanted:
        if name not in ORDER:
            sys.exit(f"unknown peer {name}: one of {', '.join(ORDER)}")
    found = []
    for name in (n for n in ORDER if n in wanted):
        if name == "lumen":
            if os.access(options.lumen, os.X_OK):
                found.append(name)
            else:
                print(f"no {options.lumen}: build it with `cargo build --release -p lumen-cli`", file=sys.stderr)
        elif name == "python" or tool(name):
            found.append(name)
        else:
            print(f"{TOOLS[name]} is not installed: its column is left out (ci/bench-peers.sh)", file=sys.stderr)
    return found


def luajit_source(path, own):
    """The program as LuaJIT runs it: its own file, or the one for Lua 5.4 with the lines that have `-- luajit: LINE`
    behind them replaced, written into the folder of built programs."""
    if own.exists():
        return own
    if not path.exists() or LUAJIT_LINE not in (text := path.read_text()):
        return path
    lines = []
    for line in text.splitlines():
        plain, _, other = line.partition(LUAJIT_LINE)
        indent = plain[: len(plain) - len(plain.lstrip())]
        lines.append(indent + other if other else plain)
    made = child.BUILD / path.parent.name / own.name
    made.parent.mkdir(parents=True, exist_ok=True)
    made.write_text("\n".join(lines) + "\n")
    return made


def command(peer, options, stem, arguments=()):
    """The command that runs the program `stem` (a path without extension) under `peer` with these arguments, or None
    if it has none."""
    program = program_of(peer, options, stem)
    return None if program is None else [*program, *arguments]


def program_of(peer, options, stem):
    """The same without arguments."""
    source = {"lumen": ".lm.md", "c": ".c", "ocaml": ".ml", "node": ".js", "python": ".py"}.get(peer, ".lua")
    path = Path(f"{stem}{source}")
    if peer.startswith("luajit"):
        path = luajit_source(path, Path(f"{stem}.luajit.lua"))
    if not path.exists():
        return None
    if peer == "lumen":
        return [options.lumen, "run", *shlex.split(options.lumen_args), str(path)]
    if peer == "c":
        return [str(build_c(path))]
    if peer == "ocaml":
        return [str(build_ocaml(path))]
    if peer == "lua":
        return ["lua5.4", str(path)]
    if peer == "luajit":
        return ["luajit", str(path)]
    if peer == "luajit-joff":
        return ["luajit", "-joff", str(path)]
    if peer == "node":
        return ["node", str(path)]
    # The real interpreter, not a launcher script that may stand before it.
    return [os.path.realpath(sys.executable), str(path)]


def build_c(source):
    """The compiled program of `source`."""
    return child.compiled(source, child.BUILD / source.parent.name / source.stem, "-lm")


def build_ocaml(source):
    """The native program of `source`; what the compiler writes beside its source stays in the folder of built programs."""
    made = child.BUILD / source.parent.name / f"{source.stem}_ocaml"
    if not made.exists() or made.stat().st_mtime < source.stat().st_mtime:
        made.parent.mkdir(parents=True, exist_ok=True)
        copy = made.with_suffix(".ml")
        shutil.copy(source, copy)
        subprocess.run([tool("ocaml"), "-O3", "-o", str(made), str(copy)], check=True, capture_output=True)
    return made


def versions(present):
    """One line a peer: what was measured."""
    asked = {
        "c": ["gcc", "--version"],
        "ocaml": [tool("ocaml"), "-version"],
        "lua": ["lua5.4", "-v"],
        "luajit": ["luajit", "-v"],
        "node": ["node", "--version"],
        "python": [sys.executable, "--version"],
    }
    lines = []
    for name in present:
        if name in asked:
            done = subprocess.run(asked[name], capture_output=True, text=True, check=False)
            lines.append(f"{TITLES[name]}: {(done.stdout or done.stderr).strip().splitlines()[0]}")
    return lines
