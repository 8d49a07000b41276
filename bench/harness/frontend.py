"""The group frontend: phase times of `lumen check --timings` over generated programs of two sizes."""

import json
import os
import statistics
import subprocess
import sys

from . import child, report

GROUP = "frontend"
# The phases from bytes to a syntax tree.
LEX_AND_PARSE = ("markdown", "parse")


def measure(options):
    """Generates the programs, checks each several times; the section and whether something was wrong."""
    if not os.access(options.lumen, os.X_OK):
        return f"## {GROUP}\n\nno lumen binary: not measured", not options.check_only
    phases, sizes, bad = {}, {}, False
    for lines in (int(n) for n in options.lines.split(",")):
        path = generated(options.root, lines)
        exact = sum(1 for _ in path.open("rb"))
        samples = []
        for _ in range(1 if options.check_only else options.runs):
            outcome = child.run([options.lumen, "check", "--timings", str(path)], options.timeout)
            times = timings(outcome.stderr)
            if outcome.failure or not times:
                reason = outcome.failure or "no timings on stderr"
                print(f"{GROUP}/{lines}: {reason}", file=sys.stderr)
                bad = True
                break
            samples.append((times, outcome))
        if samples:
            sizes[exact] = samples
            for times, _ in samples:
                phases.update(dict.fromkeys(times))
    return section(options, list(phases), sizes), bad


def generated(root, lines):
    """The path of the generated program; made when it is missing or older than its generator."""
    generator = root / "bench/frontend/generate.py"
    path = root / f"target/bench/frontend/{lines}.lm.md"
    if not path.exists() or path.stat().st_mtime < generator.stat().st_mtime:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8") as out:
            subprocess.run([sys.executable, str(generator), str(lines)], stdout=out, check=True)
    return path


def package(root, lines, files):
    """The path of the main document of a generated package; made when it is missing or older than its generator."""
    generator = root / "bench/frontend/generate.py"
    main = root / f"target/bench/frontend/package-{lines}-{files}/main.lm.md"
    if not main.exists() or main.stat().st_mtime < generator.stat().st_mtime:
        subprocess.run([sys.executable, str(generator), "--package", str(main.parent), str(lines), str(files)], check=True)
    return main


def timings(stderr):
    """Phase -> milliseconds, from the lines of stderr that are such JSON objects."""
    found = {}
    for line in stderr.decode(errors="replace").splitlines():
        if line.startswith("{"):
            try:
                entry = json.loads(line)
            except json.JSONDecodeError:
                continue
            if "phase" in entry and "ms" in entry:
                found[entry["phase"]] = found.get(entry["phase"], 0.0) + float(entry["ms"])
    return found


def section(options, phases, sizes):
    """A row a phase, a pair of columns a size: milliseconds and lines a second; then totals and memory."""
    parts = [f"## {GROUP}", "", report.command_line(options, GROUP), ""]
    parts += ["`lumen check --timings` over generated programs; median of the runs.", ""]
    head = ["phase"]
    for lines in sizes:
        head += [f"{lines:,} lines: ms", "lines/s"]
    rows = []
    counted = [p for p in phases if p != "total"]
    for phase in counted:
        row = [phase]
        for lines, samples in sizes.items():
            row += pace(lines, statistics.median(times.get(phase, 0.0) for times, _ in samples))
        rows.append(row)
    for title, of in (
        ("lex + parse, markdown included", lambda times, _: sum(times.get(p, 0.0) for p in LEX_AND_PARSE)),
        ("everything through verified LIR", lambda times, _: sum(times.get(p, 0.0) for p in counted)),
        ("process, CPU", lambda _, outcome: outcome.cpu * 1000),
    ):
        row = [f"**{title}**"]
        for lines, samples in sizes.items():
            row += pace(lines, statistics.median(of(*s) for s in samples))
        rows.append(row)
    row = ["peak memory"]
    for lines, samples in sizes.items():
        rss = min(outcome.rss for _, outcome in samples)
        row += [f"{rss / 1024:.0f} MiB", f"{rss * 1024 / lines:.0f} B/line"]
    rows.append(row)
    return "\n".join(parts + report.table(head, rows))


def pace(lines, ms):
    """Two cells: milliseconds, and lines a second."""
    return [f"{ms:.1f}", f"{lines / ms * 1000:,.0f}" if ms > 0 else "—"]
