#!/usr/bin/env python3
"""Proves the comparison of engines: bugs are planted, and the generated programs must find each of them.

Input: `ci/planted.py [--programs N] [--only 3,7] [--from SEED]`; a clean work tree.
Output: a line for each bug; exit status 1 when fewer than 24 of 25 (96 %) are found, or one no longer fits the source.

All bugs are planted at once while the test is built, each behind `planted(n)`; the source is put back before anything
runs. `LUMEN_PLANTED` then chooses the one that is awake.
"""

import argparse
import os
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VM = "rust/lumen-vm/src/"
NATIVE = VM + "jit/cranelift/"
RANGES = VM + "jit/ranges/"
INTERP = VM + "interp/"

BUGS = [
    "sums wrap",
    "products wrap",
    "a difference is checked like a sum",
    "remainders keep the dividend's sign",
    "floored quotients are truncated",
    "less or equal is less",
    "shifts take any count",
    "a product is not taken from the sum, but the sum from it",
    "the end of a list is inside",
    "shared objects are changed",
    "checks of owners outlive copies",
    "what is counted up is counted twice",
    "a replaced element is not dropped",
    "rounds cost no fuel",
    "a loop runs one round too few",
    "a second result is lost",
    "frames are written without what is live",
    "frames of callers are written without what they own",
    "lengths stay when lists grow",
    "facts of one way hold on all",
    "counters never pass their end",
    "an index below any list's length is inside",
    "negative indexes are inside",
    "lists that grow keep their length",
    "a failed call leaves one frame too many",
    "interpreter: remainders keep the dividend's sign",
    "interpreter: floored quotients are truncated",
    "interpreter: loops to an inclusive end run once more",
    "interpreter: shared rows are changed",
    "interpreter: a loop's last round is lost",
]

# File, text, replacement; `P(n)` stands for the question whether bug n is awake.
PATCHES = [
    (NATIVE + "scalars.rs", "_ if mark.has(Mark::TOTAL) => return",
     "_ if mark.has(Mark::TOTAL) || P(1) && at.op != Op::Mul || P(2) && at.op == Op::Mul => return"),
    (NATIVE + "scalars.rs", "_ if mark.has(Mark::SECOND_UP) => Some(op == Op::Add)",
     "_ if mark.has(Mark::SECOND_UP) => Some(P(3) || op == Op::Add)"),
    (NATIVE + "scalars.rs", "self.b.ins().select(adjust, sum, rest)",
     "if P(4) { rest } else { self.b.ins().select(adjust, sum, rest) }"),
    (NATIVE + "scalars.rs", "self.b.ins().isub(quotient, one)",
     "if P(5) { quotient } else { self.b.ins().isub(quotient, one) }"),
    (NATIVE + "scalars.rs", "CLe => self.cmp(IntCC::SignedLessThanOrEqual, x, y)",
     "CLe => self.cmp(if P(6) { IntCC::SignedLessThan } else { IntCC::SignedLessThanOrEqual }, x, y)"),
    (NATIVE + "scalars.rs", "self.cmp_imm(IntCC::UnsignedGreaterThan, count, 63)",
     "self.cmp_imm(IntCC::UnsignedGreaterThan, count, if P(7) { -2 } else { 63 })"),
    (NATIVE + "scalars.rs", "_ => self.b.ins().fsub(sum, product)",
     "_ if P(8) => self.b.ins().fsub(product, sum),\n_ => self.b.ins().fsub(sum, product)"),
    (NATIVE + "lists.rs",
     "let out = self.cmp(IntCC::UnsignedGreaterThanOrEqual, index, len);\n        self.leave_if",
     "let out = self.cmp(if P(9) { IntCC::UnsignedGreaterThan } else { IntCC::UnsignedGreaterThanOrEqual }, index, len);\n"
     "        self.leave_if"),
    (NATIVE + "counts.rs", "let shared = self.b.ins().icmp_imm_s(IntCC::NotEqual, count, 1);",
     "let shared = self.b.ins().icmp_imm_s(if P(10) { IntCC::Equal } else { IntCC::NotEqual }, count,"
     " if P(10) { -99 } else { 1 });"),
    (NATIVE + "counts.rs", "matches!(op, Op::Dup | Op::DupM | Op::DupD | Op::ListGetD | Op::FldD)",
     "!P(11) && matches!(op, Op::Dup | Op::DupM | Op::DupD | Op::ListGetD | Op::FldD)"),
    (NATIVE + "counts.rs", "let more = self.b.ins().iadd_imm_s(count, 1);",
     "let more = self.b.ins().iadd_imm_s(count, if P(12) { 2 } else { 1 });"),
    (NATIVE + "lists.rs", "t.count_down_ref(old, repr);",
     "if !P(13) { t.count_down_ref(old, repr); }"),
    (NATIVE + "branches.rs",
     "let after = self.b.ins().iadd_imm_s(before, -1);\n        self.b.def_var(self.fuel, after);\n"
     "        let (header, done)",
     "let after = self.b.ins().iadd_imm_s(before, if P(14) { 0 } else { -1 });\n"
     "        self.b.def_var(self.fuel, after);\n        let (header, done)"),
    (NATIVE + "branches.rs",
     "let again = self.cmp(IntCC::SignedLessThan, next, end);\n                self.loop_to",
     "let next2 = self.b.ins().iadd_imm_s(next, if P(15) { 1 } else { 0 });\n"
     "                let again = self.cmp(IntCC::SignedLessThan, next2, end);\n                self.loop_to"),
    (NATIVE + "calls.rs", "let offset = offset_of!(Vm, results) as i32 + 8;",
     "let offset = offset_of!(Vm, results) as i32 + if P(16) { 0 } else { 8 };"),
    (VM + "jit/plan.rs", "set = RegSet::new(self.cell.regs.len());\n        }",
     "set = RegSet::new(self.cell.regs.len());\n        }\n        if P(17) { set.remove(0); }"),
    (VM + "jit/plan.rs", "self.owned.during(call.pc as u32).iter().for_each(|reg| set.add(*reg));",
     "self.owned.during(call.pc as u32).iter().for_each(|reg| if P(18) { set.remove(*reg) } else { set.add(*reg) });"),
    (NATIVE + "lists.rs", "self.b.def_var(length, len);", "if !P(19) { self.b.def_var(length, len); }"),
    (VM + "jit/ranges.rs", "range: self.range.join(other.range),",
     "range: if P(20) { other.range } else { self.range.join(other.range) },"),
    (RANGES + "edges.rs", "narrow(state, x, at_most(high - 1))",
     "narrow(state, x, at_most(high.saturating_sub(if P(21) { 2 } else { 1 })))"),
    (VM + "jit/ranges.rs", "fact.range.low >= 0 && (fact.within == list || below)",
     "(P(23) || fact.range.low >= 0) && (fact.within == list || below || P(22) && fact.within != NONE)"),
    (VM + "jit/ranges.rs", "filter(|fact| fact.length == list).for_each(|f| f.length = NONE)",
     "filter(|fact| fact.length == list).for_each(|f| f.length = if P(24) { list } else { NONE })"),
    (NATIVE + "calls.rs", "let back = self.int(self.code_address(at.next));",
     "let back = self.int(self.code_address(if P(25) { at.pc } else { at.next }));"),
    (INTERP + "arith.rs", "if rest != 0 && (rest ^ y) < 0 { rest + y } else { rest }",
     "if rest != 0 && (rest ^ y) < 0 && !P(26) { rest + y } else { rest }"),
    (INTERP + "arith.rs", "if rest != 0 && (rest ^ y) < 0 { quotient - 1 } else { quotient }",
     "if rest != 0 && (rest ^ y) < 0 && !P(27) { quotient - 1 } else { quotient }"),
    (INTERP + "control.rs", "if at >= s.i(s.w.b()) { return Flow::Next; }",
     "if at >= s.i(s.w.b()) + i64::from(P(28)) { return Flow::Next; }"),
    (INTERP + "lists.rs", "if j >= list::len(inner) || !is_unique(inner) { return Flow::Slow; }",
     "if j >= list::len(inner) || !P(29) && !is_unique(inner) { return Flow::Slow; }"),
    (INTERP + "control.rs", "LoopGeI |s, x, y| s.w.imm_b() => x >= y;",
     "LoopGeI |s, x, y| s.w.imm_b() => x >= y + i64::from(P(30));"),
]

# Stands at the end of `jit.rs` while the bugs are planted. It makes no call, as handlers of the interpreter ask too.
ASK = """
/// Which bug is awake.
static PLANTED: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);

/// Whether a planted bug is awake.
#[inline(always)]
pub(crate) fn planted(bug: u32) -> bool {
    PLANTED.load(std::sync::atomic::Ordering::Relaxed) == bug
}

/// Asks the environment which bug is awake.
pub(crate) fn wake() {
    let bug = std::env::var("LUMEN_PLANTED").ok().and_then(|text| text.parse().ok()).unwrap_or(0);
    PLANTED.store(bug, std::sync::atomic::Ordering::Relaxed);
}
"""
WAKE = (VM + "link.rs", "    link_with(module, engine, &HostFunctions::new())", "    crate::jit::wake();\n    link_with(module, engine, &HostFunctions::new())")
# What finds them: generated Lumen and generated LIR, with the words for numbers in their environment.
TESTS = [("engines", "engines_agree", "LUMEN_PROGRAMS"), ("lir_programs", "engines_agree", "LUMEN_MODULES")]
BUILD = ["cargo", "test", "-q", "-p", "lumen-mdtest", "-p", "lumen-vm", "--offline", "--profile", "fuzz"]


def build():
    """The tests with all bugs in them, asleep; the source is as before afterwards."""
    kept, unfit = {}, 0
    for name, old, new in [*PATCHES, WAKE, (VM + "jit.rs", "", ASK)]:
        path = ROOT / name
        source = path.read_text(encoding="utf-8")
        kept.setdefault(path, source)
        if old and source.count(old) != 1:
            print(f"{old!r} stands {source.count(old)} times in {name}", flush=True)
            unfit += 1
            continue
        new = re.sub(r"\bP\(", "crate::jit::planted(", new)
        path.write_text(source.replace(old, new) if old else source + new, encoding="utf-8")
    try:
        if unfit:
            return None
        tests = [word for name, _, _ in TESTS for word in ("--test", name)]
        made = subprocess.run([*BUILD, *tests, "--no-run", "--message-format=json"], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    finally:
        for path, source in kept.items():
            path.write_text(source, encoding="utf-8")
    binaries = [re.findall(rf'"executable":"([^"]*/{name}-[^"]*)"', made.stdout) for name, _, _ in TESTS]
    return [found[-1] for found in binaries] if made.returncode == 0 and all(binaries) else None


def hunt(binaries, bug, first, programs):
    """In which program a bug is found, of more and more of both kinds; nothing when it is not."""
    begin, part = 0, 500
    while begin < programs:
        part = min(part, programs - begin)
        for binary, (_, test, word) in zip(binaries, TESTS):
            environment = {"LUMEN_PLANTED": str(bug), "LUMEN_MODULES_WHOLE": "1", f"{word}_FROM": str(first + begin), word: str(part)}
            answer = hunt_with([binary, test], environment, 120 + part)
            if answer:
                return f"{'Lumen' if 'PROGRAMS' in word else 'LIR'} {answer}"
        begin, part = begin + part, 2 * part
    return None


def hunt_with(command, environment, most):
    """In which program of one test a bug is found."""
    environment = {**os.environ, "RUST_BACKTRACE": "0", **environment}
    try:
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=most)
    except subprocess.TimeoutExpired:
        return f"the test does not end in {most} s"
    if done.returncode == 0:
        return None
    seed = re.search(r"seed (\d+)((?:, |: )?[^:\n]*):", done.stdout + done.stderr)
    return f"program {seed[1]}{seed[2]}" if seed else f"the test does not end (status {done.returncode})"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--programs", type=int, default=100_000, help="generated programs for each bug")
    parser.add_argument("--from", type=int, default=1, dest="first", help="the first seed")
    parser.add_argument("--only", default="", help="comma-separated numbers of bugs")
    options = parser.parse_args()
    chosen = [int(n) for n in options.only.split(",") if n] or range(1, len(BUGS) + 1)
    binaries = build()
    if not binaries:
        print("the bugs do not fit the source, or it does not compile with them")
        return 1
    if hunt(binaries, 0, options.first, 50):
        print("something is found without any bug")
        return 1
    found = 0
    for number in chosen:
        start = time.monotonic()
        answer = hunt(binaries, number, options.first, options.programs)
        found += answer is not None
        print(f"{number:2} {BUGS[number - 1]}: {answer or 'not found'} ({time.monotonic() - start:.1f} s)", flush=True)
    print(f"{found} of {len(chosen)} found")
    return 1 if found < 0.96 * len(chosen) else 0


if __name__ == "__main__":
    sys.exit(main())
