"""The group start: what a launch costs, in CPU time, wall time and memory."""

import os
import statistics
import subprocess
import sys
from dataclasses import dataclass, field

from . import child, frontend, peers, report

GROUP = "start"
NAMES = ("hello", "package")
PACKAGE_LINES = 10_000
PACKAGE_FILES = 10


@dataclass
class Row:
    """A command that is launched again and again. With `is_first` its own cache is emptied before each launch."""

    name: str
    peer: str
    command: list
    is_first: bool = False
    samples: list = field(default_factory=list)


def measure(options, chosen):
    """Launches in turns; the section and whether something was wrong."""
    rows = planned(options, [p for p in chosen if p != "luajit-joff"])
    bad, outputs = False, {}
    for turn in range(1 if options.check_only else options.launches):
        for row in rows:
            os.environ["LUMEN_HOME"] = str(child.BUILD / ("first-home" if row.is_first else "home"))
            if row.is_first:
                subprocess.run([options.lumen, "cache", "clear"], capture_output=True, check=True)
            outcome = child.run(row.command, options.timeout)
            expected = outputs.setdefault(row.name.split(",")[0], outcome.stdout)
            if outcome.failure or not expected or outcome.stdout != expected:
                print(f"{GROUP}/{row.name}: {row.peer}: {outcome.failure or outcome.stdout}", file=sys.stderr)
                bad = True
            elif turn > 0 or options.launches == 1:  # the first fills the page cache, and the cache of programs
                row.samples.append(outcome)
    base = next((row.samples for row in rows if row.peer == "lua"), None)
    lines = [[row.name, peers.TITLES[row.peer], *figures(row.samples, base)] for row in rows]
    head = ["program", "peer", "wall ms: min / median", "CPU ms: min / median", "peak MiB", "wall ÷ Lua 5.4", "CPU ÷ Lua 5.4"]
    note = (
        f"{options.launches} launches each, in turns; the wall time includes the fork and the wait of the runner. "
        "Lumen finds compiled programs in its cache; *compiled* is `--no-cache`, *first run* compiles and fills an empty "
        f"cache. The package has {PACKAGE_FILES} files of together {package_lines(options.root):,} lines, all of which run; "
        "its ratios are to Lua's hello."
    )
    parts = [f"## {GROUP}", "", report.command_line(options, GROUP), "", note, "", *report.table(head, lines)]
    return "\n".join(parts), bad


def planned(options, wanted):
    """The rows in order."""
    hello = options.root / "bench/programs" / GROUP / "hello"
    rows = [Row("hello", peer, peers.command(peer, options, hello)) for peer in wanted]
    if "lumen" not in wanted:
        return rows

    def lumen(name, document, *flags, is_first=False):
        rows.append(Row(name, "lumen", [options.lumen, "run", *flags, str(document)], is_first))

    document, package = f"{hello}.lm.md", frontend.package(options.root, PACKAGE_LINES, PACKAGE_FILES)
    lumen("package", package)
    lumen("package, compiled", package, "--no-cache")
    lumen("hello, compiled", document, "--no-cache")
    lumen("hello, first run", document, is_first=True)
    return rows


def package_lines(root):
    """The exact number of lines of the package."""
    folder = frontend.package(root, PACKAGE_LINES, PACKAGE_FILES).parent
    return sum(1 for path in folder.glob("*.lm.md") for _ in path.open("rb"))


def figures(outcomes, base):
    """The cells of one row."""
    if not outcomes:
        return ["—"] * 5
    wall, cpu = [o.wall * 1000 for o in outcomes], [o.cpu * 1000 for o in outcomes]
    cells = [f"{min(s):.2f} / {statistics.median(s):.2f}" for s in (wall, cpu)]
    cells.append(f"{max(o.rss for o in outcomes) / 1024:.1f}")
    if base:
        cells.append(f"{statistics.median(wall) / statistics.median(o.wall * 1000 for o in base):.2f}")
        cells.append(f"{statistics.median(cpu) / statistics.median(o.cpu * 1000 for o in base):.2f}")
    else:
        cells += ["—", "—"]
    return cells
