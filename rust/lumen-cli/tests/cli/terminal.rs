//! What needs a terminal: `lumen repl` (editing, completion, history, Ctrl-C and Ctrl-D, typed by `terminal.py`), the
//! pager of long pages (`pager.py`), steps through recorded runs (`stepping.py`), and questions about calls (`approval.py`).

use crate::world::Folder;
use std::process::Command;

#[test]
fn a_terminal_edits_completes_remembers_and_interrupts() {
    on_terminal("repl-terminal", "terminal.py");
}

#[test]
fn long_pages_go_through_the_pager() {
    on_terminal("pager", "pager.py");
}

#[test]
fn recorded_runs_are_stepped_through() {
    on_terminal("stepping", "stepping.py");
}

#[test]
fn somebody_is_asked_whether_a_call_may_leave() {
    on_terminal("approval", "approval.py");
}

/// Runs a script of `tests/cli` that opens a terminal, with the command and a folder; it prints `ok`.
#[expect(clippy::print_stderr, reason = "a test that could not run says so")]
fn on_terminal(folder: &str, script: &str) {
    let home = Folder::new(folder, &[]);
    let script = format!("{}/tests/cli/{script}", env!("CARGO_MANIFEST_DIR"));
    let output =
        Command::new("python3").args([&script, env!("CARGO_BIN_EXE_lumen")]).arg(&home.0).output();
    let Ok(output) = output else {
        eprintln!("SKIPPED: python3 is missing, so {script} was not run");
        return;
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    if err.contains("No module named 'pty'") || err.contains("out of pty devices") {
        eprintln!("SKIPPED: there is no pseudo-terminal, so {script} was not run");
        return;
    }
    assert!(output.status.success() && out == "ok\n", "{out}{err}");
}
