//! `lumen fmt` and `lumen fix` as their users see them: files in place, folders, standard input, `--check`, `--diff`, and what is left alone.

use crate::world::{Folder, lumen, lumen_in, stderr, stdout};

fn format(input: &str, args: &[&str]) -> (i32, String, String) {
    let args: Vec<&str> = ["fmt", "-"].iter().chain(args).copied().collect();
    let output = lumen(&args, input);
    (output.status.code().expect("it ends"), stdout(&output), stderr(&output))
}

const UGLY: &str = "# T\n\n```lumen\nprint( 1+2 )\n```\n";
const NICE: &str = "# T\n\n```lumen\nprint(1 + 2)\n```\n";

#[test]
fn files_are_written_in_place_and_folders_searched() {
    let files =
        [("a.lm.md", UGLY), ("below/b.lm", "let x=1\n"), ("c.txt", UGLY), (".h/d.lm", "x=1")];
    let folder = Folder::new("fmt-place", &files);
    let output = lumen_in(&folder.0, &["fmt", "."], b"");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(folder.read("a.lm.md"), NICE);
    assert_eq!(folder.read("below/b.lm"), "let x = 1\n");
    assert_eq!((folder.read("c.txt").as_str(), folder.read(".h/d.lm").as_str()), (UGLY, "x=1"));
    let names: Vec<_> = std::fs::read_dir(&folder.0).expect("a folder").collect();
    assert_eq!(names.len(), 4, "nothing is left behind: {names:?}");
}

#[test]
fn check_lists_and_shows_and_writes_nothing() {
    let folder = Folder::new("fmt-check", &[("a.lm.md", UGLY), ("b.lm.md", NICE)]);
    let output = lumen_in(&folder.0, &["fmt", "--check", "a.lm.md", "b.lm.md"], b"");
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.starts_with("a.lm.md is not formatted\n--- a.lm.md\n+++ a.lm.md\n@@"), "{text}");
    assert!(text.contains("\n-print( 1+2 )\n+print(1 + 2)\n") && !text.contains("b.lm.md"));
    assert_eq!(folder.read("a.lm.md"), UGLY);
    assert_eq!(lumen_in(&folder.0, &["fmt", "--check", "b.lm.md"], b"").status.code(), Some(0));
    let output = lumen_in(&folder.0, &["fmt", "--diff", "a.lm.md"], b"");
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("--- a.lm.md"));
}

#[test]
fn standard_input_goes_to_standard_output() {
    assert_eq!(format(UGLY, &[]), (0, NICE.to_owned(), String::new()));
    assert_eq!(format("let x=1", &["--stdin-name", "x.lm"]).1, "let x = 1\n");
    assert_eq!(format("", &[]), (0, String::new(), String::new()));
}

#[test]
fn prose_prefixes_and_line_ends_stay() {
    let before = "a  b \r\n\r\n> - ```lumen\r\n>   let x=[1,\r\n>   2,\r\n>   ]\r\n>\r\n>   print( x )\r\n>   ```\r\n\r\n```js\r\n1+1\r\n```\r\n";
    let after = "a  b \r\n\r\n> - ```lumen\r\n>   let x = [\r\n>     1,\r\n>     2,\r\n>   ]\r\n>\r\n>   print(x)\r\n>   ```\r\n\r\n```js\r\n1+1\r\n```\r\n";
    let (code, out, err) = format(before, &[]);
    assert_eq!((code, out.as_str()), (0, after), "{err}");
}

#[test]
fn a_file_with_syntax_errors_is_left_alone() {
    for (broken, code) in [
        ("```lumen\nlet x=1\nlet = 2\n```\n", "E02"),
        ("```lumen\nlet x=1\n```\n\n```lumen run\nprint(\n```\n", "E02"),
        ("```lumen example\nlet s = \"a\n```\n", "E01"),
        ("```lumen\nlet x=1\n", "E0003"),
    ] {
        let folder = Folder::new(&format!("broken{}", broken.len()), &[("a.lm.md", broken)]);
        let output = lumen_in(&folder.0, &["fmt", "a.lm.md"], b"");
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(3), "{text}");
        assert!(text.contains(code) && text.contains("a.lm.md:"), "{text}");
        assert_eq!(folder.read("a.lm.md"), broken);
    }
    assert_eq!(format("\u{feff}let x = (\n", &["--stdin-name", "x.lm"]).0, 3);
    // A mark in the middle is no space: the file is wrong, and the place is said.
    for text in ["let x = 1 \u{feff} \n", "\u{feff}let x = 1\n\u{feff}\n"] {
        let (code, out, err) = format(text, &["--stdin-name", "x.lm"]);
        assert_eq!((code, out.as_str()), (3, ""), "{err}");
        assert!(err.contains("E01") && err.contains("x.lm:"), "{err}");
    }
    let output = lumen(&["fmt", "-"], b"\xff");
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(lumen(&["fmt", "no/such"], b"").status.code(), Some(2));
}

#[test]
fn fences_that_must_fail_may_be_unreadable() {
    let text = "```lumen fails E0204\nlet = 2\n```\n\n```lumen\nlet x=1\n```\n";
    let (code, out, _) = format(text, &[]);
    assert_eq!((code, out), (0, text.replace("x=1", "x = 1")));
}

#[test]
fn deep_and_long_programs() {
    let deep = format!("let x = {}1{}\n", "(".repeat(100_000), ")".repeat(100_000));
    let (code, _, err) = format(&deep, &["--stdin-name", "x.lm"]);
    assert_eq!(code, 3, "{err}");
    let long = format!("let x = {}1\n", "1 + ".repeat(300_000));
    let (code, out, err) = format(&long, &["--stdin-name", "x.lm"]);
    assert_eq!(code, 0, "{err}");
    assert_eq!(out.matches('1').count(), 300_001);
}

#[test]
fn fix_writes_files_shows_differences_and_takes_standard_input() {
    let before = "# T\n\n```lumen\nlet x = 1\nx = 2\nprint(x)\n```\n";
    let after = before.replace("let x", "let mut x");
    let folder = Folder::new("fmt-fix", &[("a.lm.md", before)]);
    let output = lumen_in(&folder.0, &["fix", "--dry-run", "."], b"");
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&output.stdout).contains("\n-let x = 1\n+let mut x = 1\n"));
    assert_eq!(folder.read("a.lm.md"), before);
    let output = lumen_in(&folder.0, &["fix", "a.lm.md"], b"");
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&output.stderr).contains("a.lm.md: W0301: write `let mut`"));
    assert_eq!(folder.read("a.lm.md"), after);
    let output = lumen_in(&folder.0, &["fix", "-"], before.as_bytes());
    assert_eq!(String::from_utf8_lossy(&output.stdout), after);
    let output = lumen_in(&folder.0, &["fix", "-"], b"print(missing)\n");
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(output.stdout, b"print(missing)\n");
    assert!(String::from_utf8_lossy(&output.stderr).contains("1 error is left"));
}
