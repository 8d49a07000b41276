//! Native code, as users of the command meet it.

use crate::world::{command, exits, lumen, stderr, stdout};
use std::io::Write;
use std::path::Path;

const PROGRAM: &str = "cell square(n: Int) -> Int = n * n % 1009

cell main()
  let mut sum = 0
  for i in 0..50000
    sum += square(i)
  end
  print(sum)
end
";

/// Frames that no machine stack of a usual size holds.
const DEEP: &str = "cell down(n: Int) -> Int = if n == 0 then 0 else 1 + down(n - 1)

cell main()
  print(down(90000))
  print(down(90000000))
end
";

#[test]
fn statistics_say_what_became_native() {
    let args = ["run", "--engine", "jit", "--jit-threshold", "1", "--jit-stats", "-"];
    let output = lumen(&args, PROGRAM);
    exits(0, &output);
    assert_eq!(stdout(&output), stdout(&lumen(&["run", "--engine", "interp", "-"], PROGRAM)));
    let statistics = stderr(&output);
    assert!(statistics.contains("jit: "), "{statistics}");
    let has_generator = !statistics.contains("not available");
    assert!(!has_generator || statistics.contains("  main: "), "{statistics}");
    exits(2, &lumen(&["run", "--jit-threshold", "0", "-"], PROGRAM));
}

/// What is hot becomes native code without being asked for, and what is not hot does not.
#[test]
fn native_code_is_the_default() {
    let hot = lumen(&["run", "--jit-stats", "-"], PROGRAM);
    exits(0, &hot);
    let statistics = stderr(&hot);
    let has_generator = !statistics.contains("not available");
    assert!(!has_generator || statistics.contains("  main (loop at "), "{statistics}");
    let cold = lumen(&["run", "--jit-stats", "-"], "cell main()\n  print(1)\nend\n");
    exits(0, &cold);
    assert!(stderr(&cold).starts_with("jit: 0 compiled, 0 bytes, "), "{}", stderr(&cold));
}

#[test]
fn native_code_can_be_turned_off() {
    for engine in [&["--engine", "jit"][..], &[]] {
        let args = [&["run", "--jit-stats", "-"][..], engine].concat();
        let mut command = command(Path::new("."), &args);
        let mut child = command.env("LUMEN_JIT", "off").spawn().expect("lumen starts");
        let mut stdin = child.stdin.take().expect("stdin is piped");
        stdin.write_all(PROGRAM.as_bytes()).expect("lumen reads");
        drop(stdin);
        let output = child.wait_with_output().expect("lumen ends");
        exits(0, &output);
        assert_eq!(stderr(&output), "");
    }
    let output = lumen(&["run", "--engine", "interp", "--jit-stats", "-"], PROGRAM);
    exits(0, &output);
    assert_eq!(stderr(&output), "");
}

/// Lists that are shared when they are changed: each round copies one, and keeps the old one.
#[test]
fn what_is_shared_is_copied_under_native_code() {
    let program = "cell step(row: list[Int], i: Int) -> list[Int]
  let mut next = row
  next[i % 8] += i
  next
end

cell main()
  let mut rows = [[0 for _ in 0..8]]
  let mut row = rows[0]
  for i in 0..20000
    row = step(row, i)
    if i % 5000 == 0
      rows = rows.append(row)
    end
  end
  print(rows)
  print(row)
end
";
    let interpreted = lumen(&["run", "--engine", "interp", "-"], program);
    exits(0, &interpreted);
    for threshold in ["1", "100", "4000"] {
        let args = ["run", "--jit-threshold", threshold, "-"];
        assert_eq!(lumen(&args, program), interpreted, "threshold {threshold}");
    }
}

#[test]
fn limits_and_deep_recursion_end_as_interpreted() {
    for (program, limit) in [
        (DEEP, "stack=64m"),
        (DEEP, "instructions=100000"),
        (PROGRAM, "instructions=60001"),
        (PROGRAM, "instructions=99999"),
    ] {
        let interpreted = lumen(&["run", "--engine", "interp", "--limit", limit, "-"], program);
        for threshold in ["1", "100", "4000"] {
            let args =
                ["run", "--engine", "jit", "--jit-threshold", threshold, "--limit", limit, "-"];
            let native = lumen(&args, program);
            assert_eq!(native, interpreted, "{limit}, threshold {threshold}");
        }
    }
}
