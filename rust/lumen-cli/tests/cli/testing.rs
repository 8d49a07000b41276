//! `lumen test`: snapshots, coverage, lists, forms of results, and their order.

use crate::world::{Folder, command, exits, lumen_in, stderr, stdout};
use std::path::Path;

#[track_caller]
fn told(code: i32, folder: &Path, args: &[&str]) -> String {
    let output = command(folder, args).env_remove("CI").output().expect("lumen runs");
    exits(code, &output);
    stdout(&output)
}

const SNAPPED: &str = "# Totals\n\n```lumen\nrecord Total\n  sum: Int\n  parts: list[String]\nend\n\n\
    cell total(xs: list[Int]) -> Total = Total(xs.sum(), xs.map(fn(x) => \"part number {x} of many\"))\n\n\
    @test\ncell few()\n  assert_snapshot(total([1, 2]), \"few\")\n  assert_snapshot(\"a\\n\\nb\\n\", \"text \\\"q\\\"\")\nend\n\n\
    @test\ncell more()\n  assert_snapshot(total([1, 2, 3, 4]), \"more\")\nend\n```\n";

#[test]
fn snapshots_are_accepted_compared_and_removed() {
    let folder = Folder::new("snapshots", &[("a.lm.md", SNAPPED)]);
    let kept = folder.0.join("a.lm.md.snap");
    let missing = told(1, &folder.0, &["test"]);
    assert!(missing.contains("there is no snapshot `few` yet") && !kept.exists(), "{missing}");
    let accepted = told(0, &folder.0, &["test", "--update"]);
    assert!(
        accepted.contains("a.lm.md.snap: 3 snapshots accepted\n3 passed, 0 failed"),
        "{accepted}"
    );
    assert_eq!(told(0, &folder.0, &["test"]), "3 passed, 0 failed\n");
    let text = std::fs::read_to_string(&kept).expect("it is written");
    assert!(text.contains("[few \"text \\\"q\\\"\"]\n| a\n|\n| b\n|\n"), "{text}");
    assert!(text.contains("|   parts: [\n|     \"part number 1 of many\",\n"), "{text}");

    folder.write("a.lm.md", &SNAPPED.replace("[1, 2, 3, 4]", "[1, 2, 9, 4]"));
    let changed = told(1, &folder.0, &["test"]);
    assert!(changed.contains("-    \"part number 3 of many\""), "{changed}");
    assert!(changed.contains("+    \"part number 9 of many\""), "{changed}");
    assert!(changed.contains("R1070") && changed.contains("in more (./a.lm.md:"), "{changed}");
    assert_eq!(std::fs::read_to_string(&kept).expect("it stays"), text);
    let accepted = told(0, &folder.0, &["test", "--update", "--filter", "more"]);
    assert!(accepted.contains("1 snapshot accepted"), "{accepted}");
    assert!(std::fs::read_to_string(&kept).expect("it stays").contains("few \"few\""));

    folder.write("a.lm.md", "```lumen\n@test\ncell few()\n  assert_eq(1, 1)\nend\n```\n");
    let unused = told(0, &folder.0, &["test"]);
    assert!(unused.contains("3 snapshots are not used"), "{unused}");
    let removed = told(0, &folder.0, &["test", "--update"]);
    assert!(removed.contains("3 snapshots removed") && !kept.exists(), "{removed}");
}

#[test]
fn snapshots_are_not_written_by_accident() {
    let folder = Folder::new("snapshots-ci", &[("a.lm.md", SNAPPED)]);
    let output =
        command(&folder.0, &["test", "--update"]).env("CI", "true").output().expect("runs");
    exits(2, &output);
    assert!(stderr(&output).contains("`CI` is set") && !folder.0.join("a.lm.md.snap").exists());
    // A test that fails accepts nothing.
    folder.write("a.lm.md", &SNAPPED.replace("\"more\")\nend", "\"more\")\n  assert false\nend"));
    told(1, &folder.0, &["test", "--update"]);
    let text = std::fs::read_to_string(folder.0.join("a.lm.md.snap")).expect("the other passed");
    assert!(text.contains("[few ") && !text.contains("[more "), "{text}");
    // A file that is something else stays.
    folder.write("a.lm.md.snap", "my notes\n");
    let broken = told(1, &folder.0, &["test", "--update"]);
    assert!(broken.contains("a.lm.md.snap: line 1 is neither"), "{broken}");
    assert_eq!(
        std::fs::read_to_string(folder.0.join("a.lm.md.snap")).expect("it stays"),
        "my notes\n"
    );
}

#[test]
fn a_test_has_each_snapshot_once() {
    let text = "@test\ncell a()\n  assert_snapshot(1, \"x\")\n  assert_snapshot(2, \"x\")\nend\n";
    let folder = Folder::new("snapshots-twice", &[("a.lm", text)]);
    let twice = told(1, &folder.0, &["test", "--update"]);
    assert!(twice.contains("this test has two snapshots `x`"), "{twice}");
}

#[test]
fn snapshots_belong_to_tests() {
    let program = "@test\ncell a()\n  assert_snapshot(1, \"x\")\nend\na()\n";
    let folder = Folder::new("snapshots-run", &[("a.lm", program)]);
    let output = lumen_in(&folder.0, &["run", "a.lm"], "");
    exits(1, &output);
    assert!(stderr(&output).contains("R1071"), "{}", stderr(&output));
    for body in [
        "assert_snapshot(1, \"x\")",
        "(1).assert_snapshot(\"x\")",
        "[assert_snapshot].each(fn(f) => f(1, \"x\"))",
    ] {
        folder.write("b.lm", &format!("cell b()\n  {body}\nend\n"));
        let output = lumen_in(&folder.0, &["check", "b.lm"], "");
        exits(3, &output);
        let text = stderr(&output);
        assert!(text.contains("E0504") || body.starts_with('['), "{body}: {text}");
    }
}

const COVERED: &str = "# Covered\n\n```lumen\ncell sign(n: Int) -> String\n  if n < 0\n    return \"minus\"\n  end\n\
    \x20 match n\n    0 -> \"zero\"\n    _ -> \"plus\"\n  end\nend\n\n\
    cell unused[T](xs: list[T]) -> Int\n  let mut n = 0\n  for x in xs\n    n += 1\n  end\n  n\nend\n\n\
    @test\ncell signs()\n  assert_eq(sign(3), \"plus\")\n  assert_eq(sign(4), \"plus\")\nend\n```\n\n\
    ```lumen run\nprint(sign(-1))\n```\n\n```output\nminus\n```\n";

#[test]
fn coverage_has_lines_of_the_document() {
    let folder = Folder::new("coverage", &[("a.lm.md", COVERED)]);
    let table = told(0, &folder.0, &["test", "--coverage", "--lcov", "c.info"]);
    let lcov = std::fs::read_to_string(folder.0.join("c.info")).expect("it is written");
    let expected = "TN:\nSF:a.lm.md\nFN:4,sign\nFN:14,unused\nFNDA:3,sign\nFNDA:0,unused\nFNF:2\nFNH:1\n\
        BRDA:5,0,0,1\nBRDA:5,0,1,2\nBRDA:8,1,0,0\nBRDA:8,1,1,2\nBRDA:16,2,0,-\nBRF:5\nBRH:3\n\
        DA:4,3\nDA:5,3\nDA:6,1\nDA:8,2\nDA:9,0\nDA:10,2\nDA:14,0\nDA:15,0\nDA:16,0\nDA:17,0\nDA:19,0\n\
        LF:11\nLH:5\nend_of_record\n";
    assert_eq!(lcov, expected);
    assert!(table.contains("a.lm.md   1/2 50.0%  5/11 45.4%  3/5 60.0%"), "{table}");
    assert!(table.contains("not reached: lines 9, 14-17, 19; branches of lines 8, 16"), "{table}");
}

#[test]
fn coverage_changes_nothing() {
    let folder = Folder::new("coverage-same", &[("a.lm.md", COVERED)]);
    let plain = told(0, &folder.0, &["test"]);
    let covered = told(0, &folder.0, &["test", "--coverage"]);
    assert!(covered.starts_with(&plain), "{covered}");
}

#[test]
fn coverage_follows_imports() {
    let folder = Folder::new(
        "coverage-imports",
        &[
            ("a.lm", "import deep.b: f\n@test\ncell t()\n  assert_eq(f(1), 2)\nend\n"),
            (
                "deep/b.lm",
                "pub cell f(n: Int) -> Int\n  if n > 5\n    0\n  else\n    n + 1\n  end\nend\n",
            ),
        ],
    );
    let table = told(0, &folder.0, &["test", "--coverage", "a.lm"]);
    assert!(table.contains("deep/b.lm: not reached: lines 3; branches of lines 2"), "{table}");
}

#[test]
fn tests_are_listed() {
    let folder = Folder::new("list", &[("a.lm.md", COVERED), ("b.lm.md", SNAPPED)]);
    let all = told(0, &folder.0, &["test", "--list"]);
    assert_eq!(all.lines().count(), 7, "{all}");
    assert!(all.contains("./b.lm.md few\n") && all.ends_with("6 tests\n"), "{all}");
    let some = told(0, &folder.0, &["test", "--list", "--filter", "few"]);
    assert_eq!(some, "./b.lm.md few\n1 tests, 5 left out by --filter few\n");
    told(2, &folder.0, &["test", "--list", "--update"]);
}

#[test]
fn results_have_one_order() {
    let folder = Folder::new("order", &[]);
    for n in 0..20 {
        let text = format!("@test\ncell t{n}()\n  assert_eq({n}, 100)\nend\n");
        folder.write(&format!("d{n:02}.lm"), &text);
    }
    let one = told(1, &folder.0, &["test", "--jobs", "1"]);
    assert!(one.ends_with("0 passed, 20 failed\n") || one.ends_with("20 failed\n"), "{one}");
    for jobs in ["2", "7", "40"] {
        assert_eq!(told(1, &folder.0, &["test", "--jobs", jobs]), one);
    }
}

#[test]
fn results_are_lines_of_json() {
    let folder = Folder::new(
        "json",
        &[(
            "a.lm",
            "@test\ncell good()\n  assert true\nend\n@test\ncell bad()\n  assert_eq([1, 2], [1, 3])\nend\n",
        )],
    );
    let text = told(1, &folder.0, &["test", "--format", "json"]);
    let lines: Vec<&str> = text.lines().collect();
    assert!(
        lines.contains(&r#"{"document":"./a.lm","test":"./a.lm good","outcome":"passed"}"#),
        "{text}"
    );
    let bad = lines.iter().find(|line| line.contains("./a.lm bad")).expect("it is there");
    assert!(bad.contains(r#""outcome":"failed""#) && bad.contains("[1]: 2 is not 3"), "{bad}");
    assert!(lines[lines.len() - 1].contains(r#""failed":1"#), "{text}");
}

#[test]
fn tests_have_limits() {
    let text = "@test\ncell long()\n  let mut n = 0\n  while n < 100000\n    n += 1\n  end\nend\n";
    let folder = Folder::new("limits", &[("a.lm", text)]);
    told(0, &folder.0, &["test"]);
    let slow = told(1, &folder.0, &["test", "--limit", "instructions=1000"]);
    assert!(slow.contains("R1011"), "{slow}");
    told(2, &folder.0, &["test", "--limit", "speed=3"]);
}

#[test]
fn tests_run_under_native_code() {
    let text = "```lumen\ncell fib(n: Int) -> Int = if n < 2 then n else fib(n - 1) + fib(n - 2)\n\n\
        @test\ncell small()\n  assert_eq(fib(15), 610)\nend\n\n@test\ncell wrong()\n  assert_eq(fib(5), 4)\nend\n```\n";
    let folder = Folder::new("engines", &[("a.lm.md", text)]);
    let shown = told(1, &folder.0, &["test", "--engine", "jit"]);
    assert!(shown.contains("2 passed, 1 failed") && !shown.contains("disagree"), "{shown}");
    assert_eq!(shown, told(1, &folder.0, &["test"]));
    exits(2, &lumen_in(&folder.0, &["test", "--engine", "orc"], ""));
}
