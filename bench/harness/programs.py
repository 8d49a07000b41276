"""The groups of programs: outputs compared, then timed in turns, then a table of ratios."""

import statistics
import sys

from . import child, peers, report, launch


# The groups outside bench/programs, and the arguments of their programs: long enough to time.
EFFECTS = "effects"
ARGUMENTS = {
    EFFECTS: {
        "countdown": "3000000",
        "fibonacci_recursive": "35",
        "generator": "20",
        "handler_sieve": "5000",
        "iterator": "3000000",
        "nqueens": "10",
        "parsing_dollars": "2000",
        "product_early": "10000",
        "resume_nontail": "3000",
        "tree_explore": "14",
        "triples": "200",
    }
}


def folder_of(root, group):
    """Where the programs of a group are."""
    return root / "bench" / group if group in ARGUMENTS else root / "bench/programs" / group


def discover(root):
    """Group name -> program names, in a fixed order."""
    folder = root / "bench/programs"
    order = ("calls", "integers", "floats", "logic", "allocation", "awfy", "strings", "json", EFFECTS)
    found = {}
    for path in sorted(folder.iterdir()):
        if path.is_dir() and path.name != launch.GROUP:
            found[path.name] = sorted(p.name.removesuffix(".lm.md") for p in path.glob("*.lm.md"))
    for group in ARGUMENTS:
        found[group] = sorted(p.name.removesuffix(".lm.md") for p in folder_of(root, group).glob("*.lm.md"))
    return dict(sorted(found.items(), key=lambda g: (order.index(g[0]) if g[0] in order else 99, g[0])))


def first_difference(expected, found):
    """Where two outputs part, for the message."""
    for number, (a, b) in enumerate(zip(expected.splitlines(), found.splitlines()), 1):
        if a != b:
            return f"line {number}: expected {a.decode(errors='replace')!r}, found {b.decode(errors='replace')!r}"
    return f"{len(expected.splitlines())} lines expected, {len(found.splitlines())} found"


def agreed(commands, timeout, label):
    """Runs each command once; the complaints of those that fail or print something else than the first peer."""
    complaints = {}
    expected = None
    # Lumen last, so that the peers set what is expected of it.
    for peer in sorted(commands, key=lambda p: p == "lumen"):
        outcome = child.run(commands[peer], timeout)
        if outcome.failure:
            complaints[peer] = outcome.failure
        elif expected is None:
            expected = outcome.stdout
        elif outcome.stdout != expected:
            complaints[peer] = first_difference(expected, outcome.stdout)
    for peer, complaint in complaints.items():
        print(f"{label}: {peers.TITLES[peer]}: {complaint}", file=sys.stderr)
    return complaints, expected


def timed(commands, options, expected, label):
    """Interleaved runs: peer -> list of outcomes. A run whose output changed is an error."""
    samples = {peer: [] for peer in commands}
    for turn in range(options.runs):
        for peer, command in commands.items():
            if peer == "python" and turn >= options.python_runs:
                continue
            outcome = child.run(command, options.timeout)
            if outcome.failure or outcome.stdout != expected:
                print(f"{label}: {peers.TITLES[peer]}: output or status changed between runs", file=sys.stderr)
                return {}
            samples[peer].append(outcome)
    return samples


def measure(options, chosen, group, names):
    """The section of one group, and whether something was wrong."""
    only = set(filter(None, options.only.split(",")))
    rows, bad = {}, False
    for name in names:
        if only and name not in only:
            continue
        stem = folder_of(options.root, group) / name
        arguments = [size] if (size := ARGUMENTS.get(group, {}).get(name)) else []
        commands = {p: c for p in chosen if (c := peers.command(p, options, stem, arguments)) is not None}
        complaints, expected = agreed(commands, options.timeout, f"{group}/{name}")
        bad |= bool(complaints)
        commands = {p: c for p, c in commands.items() if p not in complaints}
        print(f"{group}/{name}: {', '.join(commands)} agree", file=sys.stderr, flush=True)
        if options.check_only:
            continue
        samples = timed(commands, options, expected, f"{group}/{name}")
        bad |= not samples
        if samples:
            rows[name] = samples
    if options.check_only:
        return f"{group}: outputs {'differ' if bad else 'are equal'}", bad
    return section(options, chosen, group, rows), bad


def section(options, chosen, group, rows):
    """Ratio table with geometric means, then the times behind it."""
    others = [p for p in chosen if p != "lumen"]
    parts = [f"## {report.key(options, group)}", "", report.command_line(options, group), ""]
    if "lumen" in chosen:
        head = ["program", *(f"÷ {peers.TITLES[p]}" for p in others), "peak MiB", "Lua peak MiB"]
        lines, means = [], {p: [] for p in others}
        for name, samples in rows.items():
            cells = [name]
            for peer in others:
                pair = ratios(samples, peer)
                cells.append("—" if pair is None else f"{pair[0]:.2f} ({pair[1]:.2f})")
                if pair is not None:
                    means[peer].append(pair[0])
            cells += [mebibytes(samples.get("lumen")), mebibytes(samples.get("lua"))]
            lines.append(cells)
        lines.append(["**geometric mean**", *(mean(means[p]) for p in others), "", ""])
        parts += ["Lumen's CPU time in times of each peer's: ratio of the smallest (of the medians).", ""]
        parts += [*report.table(head, lines), ""]
    parts += ["CPU seconds, smallest / median:", ""]
    head = ["program", *(peers.TITLES[p] for p in chosen)]
    parts += report.table(head, [[n, *(seconds(s.get(p)) for p in chosen)] for n, s in rows.items()])
    return "\n".join(parts)


def ratios(samples, peer):
    """(ratio of minima, ratio of medians) of Lumen to `peer`, or None when one is missing."""
    ours, theirs = samples.get("lumen"), samples.get(peer)
    if not ours or not theirs:
        return None
    a, b = [o.cpu for o in ours], [o.cpu for o in theirs]
    floor = 1e-4  # below the clock's worth
    return min(a) / max(min(b), floor), statistics.median(a) / max(statistics.median(b), floor)


def mean(values):
    return f"**{statistics.geometric_mean(values):.2f}**" if values else "—"


def seconds(outcomes):
    if not outcomes:
        return "—"
    times = [o.cpu for o in outcomes]
    return f"{min(times):.3f} / {statistics.median(times):.3f}"


def mebibytes(outcomes):
    return f"{min(o.rss for o in outcomes) / 1024:.1f}" if outcomes else "—"
