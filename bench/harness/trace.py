"""What a trace costs: pairs of runs, with and without one, in turns; CPU times of the child, medians.

    python3 bench/harness/trace.py target/release/lumen
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile

CALLS = 20_000
TOOLS = f"""use tool shop.price as Price(name: String) -> Float
grant Price
let mut sum = 0.0
for i in 0..{CALLS}
  sum += Price("item {{i % 7}}")
end
print(sum)
"""
DEEP = f"""use tool shop.price as Price(name: String) -> Float
grant Price
cell deep(n: Int) -> Float
  if n > 0 then return deep(n - 1) + 1.0
  let mut sum = 0.0
  for i in 0..{CALLS}
    sum += Price("item {{i % 7}}")
  end
  sum
end
print(deep(100))
"""
PAIRS = 11


def seconds(command, folder):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def pairs(lumen, program, folder):
    """Seconds without and with a trace; the first run fills the cache."""
    plain = [lumen, "run", program]
    traced = [lumen, "run", "--trace-dir", "traces", program]
    seconds(plain, folder)
    return [(seconds(plain, folder), seconds(traced, folder)) for _ in range(PAIRS)]


def main():
    lumen = os.path.abspath(sys.argv[1])
    fib = os.path.abspath(os.path.join(os.path.dirname(__file__), "../programs/calls/fib.lm.md"))
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "tools.lm"), "w") as file:
            file.write(TOOLS)
        with open(os.path.join(folder, "deep.lm"), "w") as file:
            file.write(DEEP)
        with open(os.path.join(folder, "lumen.toml"), "w") as file:
            file.write('[providers]\nshop = "script:shop.json"\n')
        with open(os.path.join(folder, "shop.json"), "w") as file:
            json.dump([{"reply": 2.5, "repeat": True}], file)
        busy = pairs(lumen, fib, folder)
        tools = pairs(lumen, "tools.lm", folder)
        deep = pairs(lumen, "deep.lm", folder)
    ratio = statistics.median(traced / plain for plain, traced in busy)
    print(f"fib, no tools: {ratio:.3f} of the time without a trace ({PAIRS} pairs)")
    micros = statistics.median((traced - plain) / CALLS * 1e6 for plain, traced in tools)
    alone = statistics.median(plain / CALLS * 1e6 for plain, _ in tools)
    print(f"a tool call: {alone:.2f} µs, with a trace {micros:.2f} µs more")
    micros = statistics.median((traced - plain) / CALLS * 1e6 for plain, traced in deep)
    print(f"a tool call below a hundred others: with a trace {micros:.2f} µs more")


main()
