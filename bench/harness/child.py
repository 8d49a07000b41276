"""One child process: its output, CPU time, wall time and peak memory, measured by `measure.c`."""

import functools
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
BUILD = HERE.parent.parent / "target/bench"


@dataclass
class Outcome:
    """What a run gave. `cpu` is user + system time in seconds, `rss` the peak in KiB."""

    stdout: bytes
    stderr: bytes
    status: int
    cpu: float
    wall: float
    rss: int

    @property
    def failure(self):
        """Why the run does not count, or an empty text."""
        if self.status < 0:
            return f"killed by {signal.Signals(-self.status).name}"
        if self.status > 0:
            lines = self.stderr.decode(errors="replace").strip().splitlines()
            return f"exit {self.status}: {lines[0] if lines else 'no message'}"
        return ""


def compiled(source, binary, *libraries):
    """Compiles `source` with gcc -O2 when it is newer than its binary; the path of the binary."""
    if not binary.exists() or binary.stat().st_mtime < source.stat().st_mtime:
        if not shutil.which("gcc"):
            sys.exit("gcc is not installed: run ci/bench-peers.sh")
        binary.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["gcc", "-O2", "-o", str(binary), str(source), *libraries], check=True)
    return binary


@functools.cache
def launcher():
    """The program that starts the children."""
    return str(compiled(HERE / "measure.c", BUILD / "measure"))


def run(command, timeout):
    """Runs `command` to its end; a child that outlives `timeout` seconds is killed."""
    with tempfile.TemporaryDirectory(prefix="lumen-bench-") as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        words = [launcher(), str(max(1, int(timeout))), str(out), str(err), *command]
        done = subprocess.run(words, capture_output=True, text=True, check=True)
        status, cpu, wall, rss = (int(word) for word in done.stdout.split())
        return Outcome(out.read_bytes(), err.read_bytes(), status, cpu / 1e6, wall / 1e6, rss)
