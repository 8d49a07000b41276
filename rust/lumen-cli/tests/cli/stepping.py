"""Steps through a recorded run on a pseudo-terminal, forwards and back.

usage: stepping.py LUMEN HOME
"""

import os
import pty
import re
import select
import subprocess
import sys
import time

LUMEN, HOME = sys.argv[1:3]
PATIENCE = 60.0
PROMPT = re.compile(r"step \d+/\d+> ")
PROGRAM = """cell double(n: Int) -> Int
  let two = 2
  n * two
end

let small = 4
print(small)
let big = double(small)
print(big)
"""

os.chdir(HOME)
with open("a.lm", "w") as file:
    file.write(PROGRAM)
subprocess.run([LUMEN, "run", "--trace-dir", "t", "a.lm"], check=True, capture_output=True)
pid, fd = pty.fork()
if pid == 0:
    os.environ.update(TERM="dumb", NO_COLOR="1")
    os.execv(LUMEN, [LUMEN, "trace", "step", "last", "--trace-dir", "t", "--lines"])
seen = ""


def answer():
    """What is shown up to the next prompt."""
    global seen
    end = time.time() + PATIENCE
    while not PROMPT.search(seen):
        if time.time() > end:
            sys.exit(f"no prompt: {seen!r}")
        if select.select([fd], [], [], 0.2)[0]:
            try:
                seen += os.read(fd, 65536).decode(errors="replace")
            except OSError:
                sys.exit(f"it ended: {seen!r}")
    shown, seen = PROMPT.split(seen, maxsplit=1)
    return shown


def say(text, *parts):
    os.write(fd, (text + "\n").encode())
    shown = answer()
    for part in parts:
        if part not in shown:
            sys.exit(f"no {part!r} after {text!r}: {shown!r}")
    return shown


if "step 1 of " not in answer():
    sys.exit("it does not begin with the first step")
say("h", "a local of the innermost call")
say("b", "this is the first step")
while "line a.lm:3" not in say("n"):
    pass
# In `double`, on the line that computes.
say("p two", "two = 2")
say("p n", "n = 4")
say("p small", "small = 4")
say("p nothing", "no local `nothing` holds a value here")
say("w", "in double (a.lm:3", "called by ", "small = 4")
say("b", "line a.lm:2")
say("p two", "no local `two`")
say("n", "line a.lm:3")
say("g 999", "the run has steps 1 to ")
say("g 1", "step 1 of ")
os.write(fd, b"q\n")
done = os.waitpid(pid, 0)[1]
if os.waitstatus_to_exitcode(done) != 0:
    sys.exit(f"it ended with {done}: {seen!r}")
print("ok")
