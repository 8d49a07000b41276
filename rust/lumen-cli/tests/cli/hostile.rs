//! Hostile input through the command: nothing crashes, hangs, overflows the stack or loses its diagnostic.
//!
//! Each test runs `lumen` as a user does and looks at its exit code and at what it says.

use crate::world::{lumen, stderr, stdout};
use std::time::{Duration, Instant};

/// A document whose program is `code`.
fn document(code: &str) -> Vec<u8> {
    format!("# Test\n\n```lumen\n{code}\n```\n").into_bytes()
}

#[track_caller]
fn rejects(code: &str, program: &[u8]) {
    let output = lumen(&["run", "-"], program);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(stderr(&output).contains(code), "no {code} in: {}", stderr(&output));
}

#[test]
fn large_flat_matches_are_examined_whole() {
    let arms = |arm: &dyn Fn(usize) -> String| (0..2_000).map(arm).collect::<Vec<_>>().join("\n");
    let variants = arms(&|i| format!("  V{i}{}", if i % 3 == 0 { "(Int)" } else { "" }));
    let cases = arms(&|i| format!("    V{i}{} -> {i}", if i % 3 == 0 { "(_)" } else { "" }));
    let whole = format!(
        "enum E\n{variants}\nend\ncell f(e: E) -> Int\n  match e\n{cases}\n  end\nend\nprint(f(V1999), f(V3(7)))"
    );
    let texts = arms(&|i| format!("    (\"s{i}\", {i}) -> {i}"));
    let open = format!(
        "cell f(p: (String, Int)) -> Int\n  match p\n{texts}\n    _ -> -1\n  end\nend\nprint(f((\"s7\", 7)), f((\"s7\", 8)))"
    );
    for (program, printed) in [(&whole, "1999 3\n"), (&open, "7 -1\n")] {
        let output = lumen(&["run", "-"], document(program));
        assert_eq!(stdout(&output), printed, "{}", stderr(&output));
    }
    rejects("E0452", &document(&whole.replace("    V1998(_) -> 1998\n", "")));
}

#[track_caller]
fn fails(code: &str, args: &[&str], program: &[u8]) {
    let output = lumen(args, program);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(stderr(&output).contains(code), "no {code} in: {}", stderr(&output));
}

#[test]
fn deep_parentheses_are_rejected() {
    let program = format!("print({}1{})", "(".repeat(100_000), ")".repeat(100_000));
    rejects("E02", &document(&program));
}

#[test]
fn deep_brackets_blocks_types_and_patterns_are_rejected() {
    rejects("E02", &document(&format!("let x = {}{}", "[".repeat(100_000), "]".repeat(100_000))));
    rejects("E02", &document(&"if true\n".repeat(100_000)));
    let ty = format!("let x: {}Int{} = 1", "list[".repeat(100_000), "]".repeat(100_000));
    rejects("E02", &document(&ty));
    let pattern = format!("let {}x{} = 1", "(".repeat(100_000), ",)".repeat(100_000));
    rejects("E02", &document(&pattern));
    rejects("E0", &document(&format!("print({}true)", "not ".repeat(100_000))));
    rejects("E0", &document(&format!("print({}1)", "- ".repeat(100_000))));
    rejects("E0", &document(&"fn(x) => ".repeat(100_000)));
    rejects("E0", &document(&format!("print(\"{}", "{\"".repeat(100_000))));
}

#[test]
fn a_sum_of_a_million_terms_runs() {
    let program = format!("let one = 1\nprint(one{})", " + one".repeat(999_999));
    let output = lumen(&["run", "-"], document(&program));
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(stdout(&output), "1000000\n");
}

#[test]
fn long_chains_are_handled() {
    for program in [
        format!("print(true{})", " and true".repeat(100_000)),
        format!("let s = \"a\"\nprint((s{}).length())", " ++ s".repeat(100_000)),
        format!(
            "let x = 1\nif x == 0\n  print(0)\n{}end",
            "else if x == 2\n  print(2)\n".repeat(20_000)
        ),
    ] {
        let output = lumen(&["run", "-"], document(&program));
        let code = output.status.code();
        assert!(matches!(code, Some(0 | 3)), "{code:?}: {}", stderr(&output));
    }
    let output = lumen(
        &["run", "-"],
        document(&format!("let x = \"a\"\nprint(x{})", ".trim()".repeat(100_000))),
    );
    assert!(matches!(output.status.code(), Some(0 | 3)), "{}", stderr(&output));
}

#[test]
fn strange_bytes_get_a_diagnostic() {
    rejects("E00", b"# T\n\n```lumen\nprint(\"\xff\")\n```\n");
    rejects("E0", b"# T\n\n```lumen\nlet x\0 = 1\n```\n");
    let output = lumen(&["run", "-"], b"");
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
}

#[test]
fn endless_recursion_is_an_error() {
    let program = "cell down(n: Int) -> Int = down(n + 1) + 1\nprint(down(0))";
    fails("R1009", &["run", "-"], &document(program));
    fails("R1009", &["run", "--engine", "switch", "-"], &document(program));
}

#[test]
fn a_hundred_thousand_frames_work() {
    let program = "cell down(n: Int) -> Int\n  if n == 0 then 0 else down(n - 1) + 1\nend\nprint(down(100000))";
    let output = lumen(&["run", "-"], document(program));
    assert_eq!(stdout(&output), "100000\n", "{}", stderr(&output));
}

#[test]
fn an_endless_loop_ends_under_a_limit() {
    let start = Instant::now();
    for engine in ["interp", "switch", "jit"] {
        let args = ["run", "--engine", engine, "--limit", "instructions=1000000", "-"];
        fails("R1", &args, &document("let mut n = 0\nloop\n  n = wrapping_add(n, 1)\nend"));
        fails("R1", &args, &document("while true\n  print(\"\")\nend"));
    }
    assert!(start.elapsed() < Duration::from_secs(60));
}

#[test]
fn memory_is_limited() {
    let program = "let mut xs = [1]\nloop\n  xs = xs ++ xs\nend";
    fails("R1", &["run", "--limit", "memory=64m", "-"], &document(program));
    let program = "let mut s = \"ab\"\nloop\n  s = s ++ s\nend";
    fails("R1", &["run", "--limit", "memory=64m", "-"], &document(program));
}

#[test]
fn a_long_linked_list_is_dropped() {
    let program = "enum L\n  Nil\n  Cons(head: Int, tail: L)\nend\n\
        let mut l = Nil\nfor i in 0..1000000\n  l = Cons(i, l)\nend\n\
        print(\"built\")\nl = Nil\nprint(\"dropped\")";
    let output = lumen(&["run", "-"], document(program));
    assert_eq!(stdout(&output), "built\ndropped\n", "{}", stderr(&output));
}

#[test]
fn deep_values_can_be_compared_printed_and_hashed() {
    let program = "enum L\n  Nil\n  Cons(head: Int, tail: L)\nend\n\
        cell build(n: Int) -> L\n  let mut l = Nil\n  for i in 0..n\n    l = Cons(i, l)\n  end\n  l\nend\n\
        let a = build(300000)\nlet b = build(300000)\nprint(a == b, hash(a) == hash(b))\n\
        print(to_string(a).length() > 300000)";
    let output = lumen(&["run", "-"], document(program));
    let code = output.status.code();
    assert!(matches!(code, Some(0 | 1)), "{code:?}: {}", stderr(&output));
}

#[test]
fn truncated_programs_never_crash() {
    let program = include_str!("../../../../README.md");
    for cut in (0..program.len()).step_by(97).filter(|&cut| program.is_char_boundary(cut)) {
        let output = lumen(&["check", "-"], &program.as_bytes()[..cut]);
        assert!(matches!(output.status.code(), Some(0 | 3)), "cut at {cut}: {}", stderr(&output));
    }
}
