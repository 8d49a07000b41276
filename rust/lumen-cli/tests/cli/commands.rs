//! The command as its users see it: usage, exit codes, imports, formats, and where what is written goes.

use crate::world::{Folder, command, exits, lumen, lumen_in, stderr, stdout};
use std::path::Path;

const HELLO: &str = "# Hello\n\n```lumen\nprint(\"hello\")\n```\n";

#[test]
fn wrong_usage_is_2() {
    for args in [
        &[][..],
        &["fly"],
        &["run"],
        &["run", "--engine", "fast", "x"],
        &["run", "no/such/file.lm.md"],
        &["check", "no/such/file.lm.md"],
        &["emit", "no/such/file.lm.md"],
        &["test", "no/such/file.lm.md"],
        &["run", "--limit", "memory", "-"],
        &["run", "--limit", "speed=1", "-"],
        &["run", "--limit", "memory=-1", "-"],
        &["explain", "E9999"],
        &["explain", "no_such_builtin"],
    ] {
        let output = lumen(args, "");
        exits(2, &output);
        assert!(!stderr(&output).is_empty(), "{args:?} is silent");
    }
}

#[test]
fn help_and_version_are_no_errors() {
    exits(0, &lumen(&["--help"], ""));
    let output = lumen(&["--version"], "");
    exits(0, &output);
    assert!(stdout(&output).starts_with("lumen "), "{}", stdout(&output));
}

#[test]
fn missing_files_are_named() {
    let output = lumen(&["run", "no/such/file.lm.md"], "");
    assert!(stderr(&output).contains("no/such/file.lm.md"), "{}", stderr(&output));
}

#[test]
fn nothing_to_run_is_an_error_of_run_only() {
    for program in
        ["", "# Only prose\n", "```lumen\ncell f() -> Int = 1\n```\n", "```rust\n1\n```\n"]
    {
        let output = lumen(&["run", "-"], program);
        exits(3, &output);
        assert!(stderr(&output).contains("E0326"), "{}", stderr(&output));
        exits(0, &lumen(&["check", "-"], program));
    }
}

#[test]
fn standard_input_may_be_plain_source() {
    let output = lumen(&["run", "-"], "# A comment\nprint(1 + 1)\n");
    exits(0, &output);
    assert_eq!(stdout(&output), "2\n");
    let output = lumen(&["run", "-"], "> 1. quoted\n>\n>    ```lumen\n>    print(3)\n>    ```\n");
    exits(0, &output);
    assert_eq!(stdout(&output), "3\n");
}

#[test]
fn words_with_a_meaning_elsewhere_are_names() {
    let output = lumen(&["run", "-"], "let comptime = 2\nprint(comptime + 1, -comptime)\n");
    exits(0, &output);
    assert_eq!(stdout(&output), "3 -2\n");
}

#[test]
fn diagnostics_have_positions_of_the_document() {
    let program = "# Title\n\nSome text.\n\n```lumen\nprint(missing)\n```\n";
    let output = lumen(&["check", "-"], program);
    exits(3, &output);
    let text = stderr(&output);
    assert!(text.contains("E0301") && text.contains("<stdin>:6:7"), "{text}");
    assert!(!text.contains('\x1b'), "colours in a pipe: {text}");
    assert!(stderr(&lumen(&["--color", "always", "check", "-"], program)).contains('\x1b'));
}

#[test]
fn diagnostics_as_json_are_lines_on_standard_output() {
    let output =
        lumen(&["check", "--format", "json", "-"], "```lumen\nprint(missing)\nprint(gone)\n```\n");
    exits(3, &output);
    let text = stdout(&output);
    assert_eq!(text.lines().count(), 2, "{text}");
    for line in text.lines() {
        assert!(line.starts_with('{') && line.contains("\"code\":\"E0301\""), "{line}");
    }
    assert!(stderr(&output).is_empty(), "{}", stderr(&output));
}

#[test]
fn timings_are_json_lines_on_standard_error() {
    let output = lumen(&["check", "--timings", "-"], HELLO);
    exits(0, &output);
    let text = stderr(&output);
    for phase in ["markdown", "parse", "resolve", "typecheck", "effects", "lower", "verify"] {
        assert!(text.contains(&format!("{{\"phase\":\"{phase}\",\"ms\":")), "{text}");
    }
}

#[test]
fn codes_and_builtins_are_explained() {
    for subject in ["E0301", "e0301", "unknown-name"] {
        let output = lumen(&["explain", subject], "");
        exits(0, &output);
        assert!(stdout(&output).starts_with("# E0301"), "{}", stdout(&output));
    }
    let output = lumen(&["explain", "map"], "");
    exits(0, &output);
    assert!(stdout(&output).contains("cell map["), "{}", stdout(&output));
}

#[test]
fn programs_see_their_arguments_and_input() {
    let program = "```lumen\nprint(args())\nprint(read_line())\n```\n";
    let folder = Folder::new("args", &[("a.lm.md", program)]);
    let output = lumen_in(&folder.0, &["run", "a.lm.md", "one", "--two", "-3"], "line\nmore\n");
    exits(0, &output);
    assert_eq!(stdout(&output), "[\"one\", \"--two\", \"-3\"]\nline\n");
}

#[test]
fn files_import_files() {
    let folder = Folder::new(
        "imports",
        &[
            (
                "main.lm.md",
                "```lumen\nimport shapes.square: area\nimport words: *\nprint(area(3), greeting())\n```\n",
            ),
            (
                "shapes/square.lm.md",
                "```lumen\npub cell area(side: Int) -> Int = side * side\n```\n",
            ),
            (
                "words.lm.md",
                "```lumen\npub cell greeting() -> String = \"hi\"\n```\n\n```lumen run\nprint(greeting())\n```\n",
            ),
            ("broken.lm.md", "```lumen\nimport wrong: f\nprint(f())\n```\n"),
            ("wrong.lm.md", "text\n\n```lumen\npub cell f() -> Int = missing\n```\n"),
            ("lost.lm.md", "```lumen\nimport nowhere: f\nprint(f())\n```\n"),
        ],
    );
    let output = lumen_in(&folder.0, &["check", "broken.lm.md"], "");
    exits(3, &output);
    assert!(stderr(&output).contains("wrong.lm.md:4:23"), "{}", stderr(&output));
    let output = lumen_in(&folder.0, &["check", "lost.lm.md"], "");
    exits(3, &output);
    assert!(stderr(&output).contains("E0304"), "{}", stderr(&output));
    let output = lumen_in(&folder.0, &["run", "main.lm.md"], "");
    exits(0, &output);
    assert_eq!(stdout(&output), "9 hi\n");
}

/// What only follows from an error is not told as one more.
#[test]
fn one_mistake_is_one_error() {
    for program in [
        "const T = comptime\n  [1, 2][5]\nend\nprint(T)\n",
        "const A = [1][3]\ncell f() -> Int = A\nconst B = f() + 1\nprint(B)\n",
        "match 1\n  1 | x -> print(x)\nend\n",
        "record P\n  x: Int,\n  y: Int,\nend\nprint(P(1, 2))\n",
        "cell f(x: Int) -> Int\n  if x > 1 then return 2\n  else return 3\nend\nprint(f(1))\n",
    ] {
        let output = lumen(&["check", "-"], program);
        exits(3, &output);
        assert!(stderr(&output).ends_with("\n1 error\n"), "{}", stderr(&output));
    }
}

#[test]
fn a_runtime_error_has_a_code_and_a_stack() {
    let program = "# T\n\n```lumen\ncell half(n: Int) -> Int\n  let d = n - n\n  n / d\nend\nprint(half(4))\n```\n";
    let folder = Folder::new("failure", &[("f.lm.md", program)]);
    let output = lumen_in(&folder.0, &["run", "f.lm.md"], "");
    exits(1, &output);
    let text = stderr(&output);
    assert!(text.starts_with("error[R1002 division-by-zero]: "), "{text}");
    assert!(text.contains("f.lm.md:6:") && text.contains("half"), "{text}");
    assert!(text.contains("f.lm.md:8:"), "{text}");
}

#[test]
fn exit_and_print_set_what_they_say() {
    exits(7, &lumen(&["run", "-"], "```lumen\nexit(7)\n```\n"));
    let output = lumen(&["run", "--print", "-"], "```lumen\ncell main() -> Int = 6 * 7\n```\n");
    exits(0, &output);
    assert_eq!(stdout(&output), "42\n");
    assert_eq!(stdout(&lumen(&["run", "-"], "```lumen\ncell main() -> Int = 6 * 7\n```\n")), "");
}

#[test]
fn lir_is_emitted_in_three_forms() {
    let folder = Folder::new("emit", &[("h.lm.md", HELLO)]);
    let output = lumen_in(&folder.0, &["emit", "h.lm.md"], "");
    exits(0, &output);
    assert!(stdout(&output).contains("cell @0"), "{}", stdout(&output));
    let output = lumen_in(&folder.0, &["emit", "--format", "json", "h.lm.md"], "");
    exits(0, &output);
    assert!(stdout(&output).starts_with('{'), "{}", stdout(&output));
    let output = lumen_in(&folder.0, &["emit", "--format", "binary", "-o", "h.lir", "h.lm.md"], "");
    exits(0, &output);
    assert!(std::fs::metadata(folder.0.join("h.lir")).expect("it is written").len() > 0);
    exits(1, &lumen_in(&folder.0, &["emit", "-o", "no/folder/h.lir", "h.lm.md"], ""));
    let said = lumen_in(&folder.0, &["run", "h.lm.md"], "").stdout;
    assert_eq!(lumen_in(&folder.0, &["run", "h.lir"], "").stdout, said);
    let mut bytes = std::fs::read(folder.0.join("h.lir")).expect("it was written");
    bytes.truncate(200);
    std::fs::write(folder.0.join("h.lir"), bytes).expect("it can be written");
    let output = lumen_in(&folder.0, &["run", "h.lir"], "");
    exits(3, &output);
    assert!(String::from_utf8_lossy(&output.stderr).contains("I9008"));
}

#[test]
fn documents_and_test_cells_are_tested() {
    let good = "```lumen\ncell two() -> Int = 2\n@test\ncell doubles() -> Null\n  assert_eq(two() * 2, 4)\nend\n```\n\n\
        ```lumen run\nprint(two())\n```\n\n```output\n2\n```\n";
    let bad = good.replace("* 2, 4", "* 2, 5").replace("output\n2", "output\n3");
    let folder = Folder::new("test", &[("good.lm.md", good), ("bad.lm.md", bad.as_str())]);
    let output = lumen_in(&folder.0, &["test", "good.lm.md"], "");
    exits(0, &output);
    assert_eq!(stdout(&output), "3 passed, 0 failed\n");
    let output = lumen_in(&folder.0, &["test", "good.lm.md", "bad.lm.md"], "");
    exits(1, &output);
    let text = stdout(&output);
    assert!(text.ends_with("4 passed, 2 failed\n") && text.contains("bad.lm.md"), "{text}");
    assert!(text.contains("doubles"), "{text}");
}

#[test]
fn documents_of_std_are_tested_as_such() {
    let std = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../std");
    let tested = lumen_in(&std, &["test", "json.lm.md", "../std/core.lm.md"], "");
    exits(0, &tested);
    assert!(stdout(&tested).ends_with(" 0 failed\n"), "{}", stdout(&tested));
}

#[test]
fn a_closed_pipe_is_no_crash() {
    let program = "```lumen\nfor i in 0..100000\n  print(i)\nend\n```\n";
    let folder = Folder::new("pipe", &[("p.lm.md", program)]);
    let mut child = command(&folder.0, &["run", "p.lm.md"]).spawn().expect("lumen starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("lumen ends");
    exits(1, &output);
    assert_eq!(stderr(&output), "");
}
