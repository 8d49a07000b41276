"""One child process: its output, CPU time, wall time and peak memory."""

import os
import signal
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass


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


def run(command, timeout):
    """Runs `command` to its end; a child that outlives `timeout` seconds is killed."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        started = time.perf_counter()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        guard = threading.Timer(timeout, process.kill)
        guard.daemon = True
        guard.start()
        _, raw, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        guard.cancel()
        process.returncode = os.waitstatus_to_exitcode(raw)
        out.seek(0)
        err.seek(0)
        cpu = usage.ru_utime + usage.ru_stime
        return Outcome(out.read(), err.read(), process.returncode, cpu, wall, usage.ru_maxrss)
