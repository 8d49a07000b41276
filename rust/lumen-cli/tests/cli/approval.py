"""Answers the question whether a call may leave, on a pseudo-terminal and without one.

usage: approval.py LUMEN HOME
"""

import os
import pty
import select
import subprocess
import sys
import time

LUMEN, HOME = sys.argv[1:3]
PATIENCE = 60.0
PROGRAM = """use tool mail.send as Send
grant Send approval "each"
let sent: String = Send(text: "hello")
print("sent", sent)
"""
FILES = {
    "a.lm": PROGRAM,
    "lumen.toml": '[providers]\nmail = "script:mail.json"\n',
    "mail.json": '[{"reply": "done", "repeat": true}]',
}

os.chdir(HOME)
for name, text in FILES.items():
    with open(name, "w") as file:
        file.write(text)


def on_terminal(answer):
    """What it shows, and how it ends, when this is typed at the question."""
    pid, fd = pty.fork()
    if pid == 0:
        os.environ.update(TERM="dumb", NO_COLOR="1")
        os.execv(LUMEN, [LUMEN, "run", "a.lm"])
    seen, is_answered, end = "", False, time.time() + PATIENCE
    while time.time() < end:
        if select.select([fd], [], [], 0.2)[0]:
            try:
                seen += os.read(fd, 65536).decode(errors="replace")
            except OSError:
                break
        if not is_answered and "mail.send" in seen:
            os.write(fd, answer)
            is_answered = True
    else:
        sys.exit(f"it does not end: {seen!r}")
    return seen, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


for answer, code, text in [
    (b"y\n", 0, "sent done"),
    (b"yes\n", 0, "sent done"),
    (b"n\n", 4, "R1047"),
    (b"\n", 4, "R1047"),
    (b"yikes\n", 4, "R1047"),
    (b"\x04", 4, "R1047"),
]:
    seen, ended = on_terminal(answer)
    if ended != code or text not in seen:
        sys.exit(f"{answer!r}: {ended}, {seen!r}")
    if code and "sent done" in seen:
        sys.exit(f"{answer!r}: it was sent: {seen!r}")

# Nobody is there: an answer that comes through a pipe is nobody's.
piped = subprocess.run([LUMEN, "run", "a.lm"], input=b"y\n", capture_output=True)
if piped.returncode != 4 or b"R1047" not in piped.stderr or b"sent" in piped.stdout:
    sys.exit(f"through a pipe: {piped}")
approved = subprocess.run([LUMEN, "run", "--approve", "a.lm"], capture_output=True)
if approved.returncode != 0 or b"sent done" not in approved.stdout:
    sys.exit(f"with --approve: {approved}")
print("ok")
