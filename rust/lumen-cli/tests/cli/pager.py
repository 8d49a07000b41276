"""Shows pages on a pseudo-terminal with `PAGER` set: long ones go through it, short ones and `PAGER=` do not.

Arguments: the binary, a folder to write into. Prints `ok`, or what was shown instead.
"""

import os
import pty
import sys

BINARY, FOLDER = sys.argv[1:3]


def shown(pager, *args):
    """What the command shows on a terminal, and its exit code."""
    child, terminal = pty.fork()
    if child == 0:
        os.environ["PAGER"] = pager
        os.execv(BINARY, [BINARY, *args])
    text = b""
    while True:
        try:
            part = os.read(terminal, 4096)
        except OSError:
            part = b""
        if not part:
            break
        text += part
    _, status = os.waitpid(child, 0)
    return text.decode(errors="replace").replace("\r\n", "\n"), os.waitstatus_to_exitcode(status)


script = os.path.join(FOLDER, "pager.sh")
with open(script, "w", encoding="ascii") as file:
    file.write('#!/bin/sh\necho "paged by $1"\nexec cat\n')
pager = f"/bin/sh {script} words"
page, code = shown("", "explain", "E0224")
problems = []
if code != 0 or "paged" in page or "# E0224" not in page and "E0224" not in page:
    problems.append(f"without a pager: {code} {page}")
if shown(pager, "explain", "E0224") != ("paged by words\n" + page, 0):
    problems.append(f"with a pager: {shown(pager, 'explain', 'E0224')}")
if "paged" in shown(pager, "doc", "sqrt")[0]:
    problems.append("a short page went through the pager")
if shown("/no/such/pager", "explain", "E0224") != (page, 0):
    problems.append("a pager that is missing hides the page")
if "paged" not in shown(pager, "doc", "length")[0]:
    problems.append("`lumen doc` does not use the pager")
print("\n".join(problems) or "ok")
