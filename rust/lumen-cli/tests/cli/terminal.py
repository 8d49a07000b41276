"""Types into `lumen repl` on a pseudo-terminal and says what is missing from what it shows.

usage: terminal.py LUMEN HOME
"""

import os
import pty
import select
import signal
import sys
import time

LUMEN, HOME = sys.argv[1:3]
PATIENCE = 20.0


class Session:
    def __init__(self, term):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM=term, LUMEN_HOME=HOME, HOME=HOME)
            os.environ.pop("NO_COLOR", None)
            os.execv(LUMEN, [LUMEN, "repl"])
        self.seen = ""

    def read(self, wait):
        if select.select([self.fd], [], [], wait)[0]:
            try:
                self.seen += os.read(self.fd, 65536).decode(errors="replace")
                return True
            except OSError:
                return False
        return None

    def expect(self, text):
        end = time.time() + PATIENCE
        while text not in self.seen:
            if time.time() > end or self.read(0.2) is False:
                sys.exit(f"no {text!r} in {self.seen!r}")
        self.seen = self.seen.split(text, 1)[1]

    def type(self, text):
        os.write(self.fd, text.encode())

    def end(self):
        end = time.time() + PATIENCE
        while time.time() < end:
            self.read(0.1)
            done, status = os.waitpid(self.pid, os.WNOHANG)
            if done:
                return os.waitstatus_to_exitcode(status)
        os.kill(self.pid, signal.SIGKILL)
        sys.exit("it does not end")


def editing():
    s = Session("xterm")

    def enter(text, *shown):
        s.expect("\x1b[?2004h")  # the editor listens
        s.expect("> ")
        time.sleep(0.05)
        s.type(text)
        for part in shown:
            s.expect(part)

    enter("let alphabet = 41\r", "alphabet\x1b[2m: Int =\x1b[0m 41")
    # A name in scope, a member, a command.
    enter("alphab\t + 1\r", "42\x1b")
    enter('"abc".uppe\t()\r', '"ABC"\x1b')
    enter(":rese\t\r", ":reset")
    # The history has it again.
    enter("1 + 99\r", "100\x1b")
    enter("\x1b[A\r", "100\x1b")
    # An open block goes on; Ctrl-C abandons what is typed.
    enter("if true\rprint(70 + 7)\rend\r", "77\r")
    enter("nothing at all", "nothing at all")
    s.type("\x03")
    enter("5 + 5\r", "10\x1b")
    # Ctrl-C interrupts what runs; the session goes on with its bindings.
    enter("let kept = 8\r", "kept\x1b")
    enter("loop\rend\r")
    time.sleep(1.0)
    s.type("\x03")
    s.expect("interrupted")
    enter("kept * 100\r", "800\x1b")
    enter("\x04")
    assert s.end() == 0
    # The history outlives the session.
    s = Session("xterm")
    enter("\x1b[A\r", "kept", "E0301")
    enter("\x04")
    assert s.end() == 0


def dumb():
    s = Session("dumb")
    s.expect("> ")
    s.type("20 + 3\n")
    s.expect("23 : Int")
    assert "\x1b" not in s.seen
    s.type("[1,\n")
    s.expect(". ")
    s.type("2]\n")
    s.expect("[1, 2] : list[Int]")
    s.type("\x04")
    assert s.end() == 0


editing()
dumb()
print("ok")
