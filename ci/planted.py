#!/usr/bin/env python3
"""Proves the comparison of engines: bugs are planted one by one, and the generated programs must find them.

Input: `ci/planted.py [--programs N] [--only 3,7]`; a clean work tree.
Output: a line for each bug; exit status 1 when fewer than 24 of 25 (or 96 %) are found, or one no longer fits the source.

A bug is one place in the native tier or the interpreter, replaced while the test is built and put back afterwards.
"""

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VM = "rust/lumen-vm/src/"
NATIVE = VM + "jit/cranelift/"
RANGES = VM + "jit/ranges/"

# What is wrong, file, text, replacement.
BUGS = [
    ("sums wrap", NATIVE + "scalars.rs", "_ if mark.has(Mark::TOTAL) => return", "_ if at.op != Op::Mul => return"),
    ("products wrap", NATIVE + "scalars.rs", "_ if mark.has(Mark::TOTAL) => return", "_ if at.op == Op::Mul => return"),
    ("a difference is checked like a sum", NATIVE + "scalars.rs", "_ if mark.has(Mark::SECOND_UP) => Some(op == Op::Add)", "_ if mark.has(Mark::SECOND_UP) => Some(true)"),
    ("remainders keep the dividend's sign", NATIVE + "scalars.rs", "self.b.ins().select(adjust, sum, rest)", "self.b.ins().select(differ, rest, rest)"),
    ("floored quotients are truncated", NATIVE + "scalars.rs", "self.b.ins().isub(quotient, one)", "self.b.ins().band(quotient, quotient)"),
    ("less or equal is less", NATIVE + "scalars.rs", "CLe => self.cmp(IntCC::SignedLessThanOrEqual, x, y)", "CLe => self.cmp(IntCC::SignedLessThan, x, y)"),
    ("shifts take any count", NATIVE + "scalars.rs", "let out = self.cmp_imm(IntCC::UnsignedGreaterThan, count, 63);", "let out = self.cmp_imm(IntCC::SignedGreaterThan, count, 1 << 40);"),
    ("a product is not taken from the sum, but the sum from it", NATIVE + "scalars.rs", "_ => self.b.ins().fsub(sum, product)", "_ => self.b.ins().fsub(product, sum)"),
    ("the end of a list is inside", NATIVE + "lists.rs", "let out = self.cmp(IntCC::UnsignedGreaterThanOrEqual, index, len);\n        self.leave_if", "let out = self.cmp(IntCC::UnsignedGreaterThan, index, len);\n        self.leave_if"),
    ("shared objects are changed", NATIVE + "counts.rs", "let shared = self.b.ins().icmp_imm_s(IntCC::NotEqual, count, 1);", "let shared = self.b.ins().icmp_imm_s(IntCC::Equal, count, -99);"),
    ("checks of owners outlive copies", NATIVE + "counts.rs", "matches!(op, Op::Dup | Op::DupM | Op::DupD | Op::ListGetD | Op::FldD)", "op == Op::Nop"),
    ("what is counted up is counted twice", NATIVE + "counts.rs", "let more = self.b.ins().iadd_imm_s(count, 1);", "let more = self.b.ins().iadd_imm_s(count, 2);"),
    ("a replaced element is not dropped", NATIVE + "lists.rs", "t.count_down_ref(old);", "let _ = old;"),
    ("rounds cost no fuel", NATIVE + "branches.rs", "let after = self.b.ins().iadd_imm_s(before, -1);\n        self.b.def_var(self.fuel, after);\n        let (header, done)", "let after = self.b.ins().iadd_imm_s(before, 0);\n        self.b.def_var(self.fuel, after);\n        let (header, done)"),
    ("a loop runs one round too few", NATIVE + "branches.rs", "let again = self.cmp(IntCC::SignedLessThan, next, end);\n                self.loop_to", "let next2 = self.b.ins().iadd_imm_s(next, 1);\n                let again = self.cmp(IntCC::SignedLessThan, next2, end);\n                self.loop_to"),
    ("a second result is lost", NATIVE + "calls.rs", "let offset = offset_of!(Vm, results) as i32 + 8;", "let offset = offset_of!(Vm, results) as i32;"),
    ("frames are written without what is live", VM + "jit/plan.rs", "set = RegSet::new(self.cell.regs.len());\n        }", "set = RegSet::new(self.cell.regs.len());\n        }\n        set.remove(0);"),
    ("frames of callers are written without what they own", VM + "jit/plan.rs", "self.owned.during(call.pc as u32).iter().for_each(|reg| set.add(*reg));", "self.owned.during(call.pc as u32).iter().for_each(|reg| set.remove(*reg));"),
    ("lengths stay when lists grow", NATIVE + "lists.rs", "t.b.def_var(length, more);", "t.b.def_var(length, len);"),
    ("facts of one way hold on all", VM + "jit/ranges.rs", "range: self.range.join(other.range),", "range: self.range,"),
    ("counters never pass their end", RANGES + "edges.rs", "narrow(state, x, at_most(high - 1))", "narrow(state, x, at_most(high - 2))"),
    ("an index below any list's length is inside", VM + "jit/ranges.rs", "fact.range.low >= 0 && (fact.within == list || below)", "fact.range.low >= 0 && (fact.within != NONE || below)"),
    ("negative indexes are inside", VM + "jit/ranges.rs", "fact.range.low >= 0 && (fact.within == list || below)", "(fact.within == list || below)"),
    ("lists that grow keep their length", VM + "jit/ranges.rs", "filter(|fact| fact.length == list).for_each(|f| f.length = NONE)", "filter(|fact| fact.length == list).for_each(|f| f.length = list)"),
    ("a failed call leaves one frame too many", VM + "jit/cranelift/calls.rs", "let back = t.int(t.code_address(at.next));", "let back = t.int(t.code_address(at.pc));"),
]


def test(programs):
    """Whether the generated programs find something, and in which."""
    environment = {**os.environ, "LUMEN_PROGRAMS": str(programs)}
    build = ["cargo", "test", "-q", "-p", "lumen-mdtest", "--offline", "--test", "engines"]
    if subprocess.run([*build, "--no-run"], cwd=ROOT, stderr=subprocess.PIPE, check=False).returncode:
        return "does not compile"
    done = subprocess.run(build, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return None
    seed = re.search(r"seed (\d+)([^:]*):", done.stdout)
    return f"program {seed[1]}{seed[2]}" if seed else "the test does not end"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--programs", type=int, default=100_000, help="generated programs for each bug")
    parser.add_argument("--only", default="", help="comma-separated numbers of bugs")
    options = parser.parse_args()
    chosen = [int(n) for n in options.only.split(",") if n] or range(1, len(BUGS) + 1)
    found, unfit = 0, 0
    for number in chosen:
        what, name, old, new = BUGS[number - 1]
        path = ROOT / name
        source = path.read_text(encoding="utf-8")
        if source.count(old) != 1:
            print(f"{number:2} {what}: stands {source.count(old)} times in {name}", flush=True)
            unfit += 1
            continue
        path.write_text(source.replace(old, new), encoding="utf-8")
        try:
            answer = test(options.programs)
        finally:
            path.write_text(source, encoding="utf-8")
        unfit += answer == "does not compile"
        found += answer not in (None, "does not compile")
        print(f"{number:2} {what}: {answer or 'not found'}", flush=True)
    print(f"{found} of {len(chosen)} found")
    return 1 if unfit or found < 0.96 * len(chosen) else 0


if __name__ == "__main__":
    sys.exit(main())
