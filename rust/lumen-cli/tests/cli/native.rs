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
    assert_eq!(stdout(&output), stdout(&lumen(&["run", "-"], PROGRAM)));
    let statistics = stderr(&output);
    assert!(statistics.contains("jit: "), "{statistics}");
    let has_generator = !statistics.contains("not available");
    assert!(!has_generator || statistics.contains("  main: "), "{statistics}");
    exits(2, &lumen(&["run", "--jit-threshold", "0", "-"], PROGRAM));
}

#[test]
fn native_code_can_be_turned_off() {
    let mut command = command(Path::new("."), &["run", "--engine", "jit", "--jit-stats", "-"]);
    let mut child = command.env("LUMEN_JIT", "off").spawn().expect("lumen starts");
    let mut stdin = child.stdin.take().expect("stdin is piped");
    stdin.write_all(PROGRAM.as_bytes()).expect("lumen reads");
    drop(stdin);
    let output = child.wait_with_output().expect("lumen ends");
    exits(0, &output);
    assert_eq!(stderr(&output), "");
}

#[test]
fn limits_and_deep_recursion_end_as_interpreted() {
    for (program, limit) in [
        (DEEP, "stack=64m"),
        (DEEP, "instructions=100000"),
        (PROGRAM, "instructions=60001"),
        (PROGRAM, "instructions=99999"),
    ] {
        let interpreted = lumen(&["run", "--limit", limit, "-"], program);
        for threshold in ["1", "100", "4000"] {
            let args =
                ["run", "--engine", "jit", "--jit-threshold", threshold, "--limit", limit, "-"];
            let native = lumen(&args, program);
            assert_eq!(native, interpreted, "{limit}, threshold {threshold}");
        }
    }
}
