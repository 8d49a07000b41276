"""Markdown tables, and the sections of bench/RESULTS.md, each between two marks so that a run replaces its own."""

import datetime
import os
import platform
import re
import shlex

from . import peers

PREFACE = """# Benchmark results

Written by `bench/run.py --write`; a run replaces the sections of its groups. Install the peers with
`ci/bench-peers.sh`, build with `cargo build --release -p lumen-cli`. Each section names its command.

- Programs: `bench/programs/<group>/<name>.{lm.md,c,lua,js,py}`, the same algorithm in the fast, usual way of each
  language, without arguments, printing the same lines. Where Lua 5.4 has an operator that LuaJIT lacks (integer
  division, bits), LuaJIT runs what stands behind `-- luajit:` on the line, or `<name>.luajit.lua`. C uses 64-bit integers, as Lumen does, and frees what it allocates
  (except in `deriv`, whose trees share their parts). Node uses typed arrays where a programmer would. Python has one
  timed run.
- No time counts before all outputs were equal. Peers take turns within one run. Times are user + system CPU time of
  the child, taken by `bench/harness/measure.c`; a ratio below 1 means that Lumen is faster. Node's CPU time includes its compiler threads and start-up.
- `LuaJIT -joff` is LuaJIT's interpreter alone.
- The group *effects* (`bench/effects`) is beside OCaml 5 with its own handlers. Continuations of OCaml resume once:
  where Lumen resumes many times (`nqueens`, `tree_explore`, `triples`) the OCaml program has no handler but passes its
  continuation as a function, which says what handlers cost beside none.
- The machine is shared: compare ratios within a section, not seconds between sections.
"""


def command_line(options, group):
    """The exact command of a section, its date and machine."""
    words = ["bench/run.py", group, "--runs", str(options.runs)]
    if group == "start":
        words = ["bench/run.py", group, "--launches", str(options.launches)]
    if group == "frontend":
        words += ["--lines", options.lines]
    if options.no_python:
        words.append("--no-python")
    if options.only:
        words += ["--only", options.only]
    if options.peers:
        words += ["--peers", options.peers]
    if options.lumen_args:
        words += ["--lumen-args", options.lumen_args]
    day = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")
    return f"`{shlex.join(words)} --write` · {day} · {processor()}"


def key(options, group):
    """What the section of a group is called: the interpreter alone has sections of its own."""
    return f"{group}, interpreter" if "--engine interp" in options.lumen_args else group


def processor():
    """The processor's name and the number of cores."""
    name = platform.machine()
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as info:
            found = re.search(r"model name\s*:\s*(.+)", info.read())
            name = found.group(1).strip() if found else name
    except OSError:
        pass
    return f"{name}, {os.cpu_count()} cores"


def table(head, rows):
    """A Markdown table: the first column left, the others right."""
    lines = ["| " + " | ".join(head) + " |", "|---" + "|--:" * (len(head) - 1) + "|"]
    return lines + ["| " + " | ".join(row) + " |" for row in rows]


def with_versions(text, lines):
    """The text with these lines in its list of versions; those of peers that were not measured stay."""
    listed = re.search(r"<!-- versions -->\n(.*?)<!-- end of versions -->\n", text, flags=re.DOTALL)
    known = [line.removeprefix("- ") for line in listed.group(1).splitlines()] if listed else []
    found = {line.split(":")[0]: line for line in [*known, *lines]}
    named = [found[title] for name in peers.ORDER if (title := peers.TITLES[name]) in found]
    block = "<!-- versions -->\n" + "".join(f"- {line}\n" for line in named) + "<!-- end of versions -->\n"
    if listed:
        return text.replace(listed.group(0), block, 1)
    return text.replace(PREFACE, f"{PREFACE}\n{block}", 1) if named else text


def update(path, group, section, chosen):
    """Puts `section` in its place in the file; the order of the sections stays."""
    text = path.read_text(encoding="utf-8") if path.exists() else PREFACE
    body = f"<!-- {group} -->\n{section}\n<!-- end of {group} -->\n"
    marked = re.compile(f"<!-- {re.escape(group)} -->.*?<!-- end of {re.escape(group)} -->\n", re.DOTALL)
    if marked.search(text):
        text = marked.sub(lambda _: body, text)
    else:
        text = f"{text}\n{body}"
    text = with_versions(text, peers.versions(chosen))
    path.write_text(text, encoding="utf-8")
