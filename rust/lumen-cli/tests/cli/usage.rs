//! Streams that end early or cannot be written, colours, and what the command says about its build.

use crate::world::{Folder, command, exits, lumen, lumen_in, stderr, stdout};
use std::io::Read;

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let folder = Folder::new("usage-head", &[("a.lm", "loop\n  print(\"line\")\nend\n")]);
    for args in [&["run", "--no-cache", "a.lm"][..], &["doc", "builtins"], &["emit", "a.lm"]] {
        let mut child = command(&folder.0, args).spawn().expect("lumen starts");
        let mut out = child.stdout.take().expect("stdout is piped");
        let mut first = [0; 4];
        out.read_exact(&mut first).expect("something is written");
        drop(out);
        let output = child.wait_with_output().expect("lumen ends");
        assert!(output.status.code().is_some_and(|code| code <= 1), "{output:?}");
        assert_eq!(stderr(&output), "", "{args:?}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn what_cannot_be_written_is_no_success() {
    let folder = Folder::new("usage-full", &[]);
    let full = std::fs::File::options().write(true).open("/dev/full").expect("it is there");
    let output = command(&folder.0, &["doc", "trim"]).stdout(full).output().expect("lumen runs");
    exits(1, &output);
    assert!(stderr(&output).starts_with("lumen: cannot write to standard output: "), "{output:?}");
}

#[test]
fn colours_are_for_terminals_and_who_asks() {
    let folder = Folder::new("usage-colour", &[("a.lm", "let x = y\n")]);
    let plain = lumen_in(&folder.0, &["check", "a.lm"], "");
    assert!(!stderr(&plain).contains('\x1b'), "{plain:?}");
    let asked = lumen_in(&folder.0, &["--color", "always", "check", "a.lm"], "");
    assert!(stderr(&asked).contains('\x1b'), "{asked:?}");
    let never = lumen_in(&folder.0, &["check", "--color", "never", "a.lm"], "");
    assert!(!stderr(&never).contains('\x1b'), "{never:?}");
    let session = lumen(&["repl", "--no-history", "--color", "always"], "1\n");
    assert!(stdout(&session).contains('\x1b'), "{session:?}");
}

#[test]
fn the_version_names_the_build() {
    let long = stdout(&lumen(&["--version"], ""));
    let starts = ["lumen ", "build: ", "LIR format: ", "engines: interp, ", "platform: "];
    assert!(long.lines().count() == starts.len(), "{long}");
    assert!(long.lines().zip(starts).all(|(line, start)| line.starts_with(start)), "{long}");
}

#[test]
fn every_code_is_explained_by_number_and_by_name() {
    let listed = stdout(&lumen(&["explain", "codes"], ""));
    assert!(listed.lines().count() > 150, "{listed}");
    for line in listed.lines().step_by(40) {
        let (code, name) = line.split_once("  ").expect("a code and its name");
        let by_code = lumen(&["explain", &code.to_lowercase()], "");
        exits(0, &by_code);
        assert_eq!(stdout(&by_code), stdout(&lumen(&["explain", name], "")), "{line}");
    }
}
