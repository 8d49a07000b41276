"""The group start: what a launch costs, in CPU time, wall time and memory."""

import statistics
import sys

from . import child, peers, report

GROUP = "start"
NAMES = ("hello",)


def measure(options, chosen):
    """Launches in turns; the section and whether something was wrong."""
    lines, bad = [], False
    wanted = [p for p in chosen if p != "luajit-joff"]
    for name in NAMES:
        stem = options.root / "bench/programs" / GROUP / name
        commands = {p: peers.command(p, options, stem) for p in wanted}
        samples = {p: [] for p in wanted}
        for turn in range(1 if options.check_only else options.launches):
            for peer, command in commands.items():
                outcome = child.run(command, options.timeout)
                if outcome.failure or outcome.stdout != b"hello\n":
                    print(f"{GROUP}/{name}: {peers.TITLES[peer]}: {outcome.failure or outcome.stdout}", file=sys.stderr)
                    bad = True
                elif turn > 0 or options.launches == 1:  # the first fills the page cache
                    samples[peer].append(outcome)
        base = samples.get("lua")
        for peer in wanted:
            lines.append([name, peers.TITLES[peer], *figures(samples[peer], base)])
    head = ["program", "peer", "wall ms: min / median", "CPU ms: min / median", "peak MiB", "wall ÷ Lua 5.4", "CPU ÷ Lua 5.4"]
    note = f"{options.launches} launches each, in turns; the wall time includes the fork and the wait of the runner."
    parts = [f"## {GROUP}", "", report.command_line(options, GROUP), "", note, "", *report.table(head, lines)]
    return "\n".join(parts), bad


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
