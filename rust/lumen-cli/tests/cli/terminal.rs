//! `lumen repl` on a terminal: editing, completion, history, Ctrl-C and Ctrl-D, typed by `terminal.py`.

use crate::world::Folder;
use std::process::Command;

#[test]
fn a_terminal_edits_completes_remembers_and_interrupts() {
    let home = Folder::new("repl-terminal", &[]);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/terminal.py");
    let output =
        Command::new("python3").args([script, env!("CARGO_BIN_EXE_lumen")]).arg(&home.0).output();
    let Ok(output) = output else {
        eprintln!("SKIPPED: python3 is missing, so `lumen repl` was not tested on a terminal");
        return;
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    if err.contains("No module named 'pty'") || err.contains("out of pty devices") {
        eprintln!("SKIPPED: there is no pseudo-terminal, so `lumen repl` was not tested on one");
        return;
    }
    assert!(output.status.success() && out == "ok\n", "{out}{err}");
}
