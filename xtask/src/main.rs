//! Development tasks: `cargo xtask tidy` checks the house rules, `cargo xtask ci` runs everything that CI runs.

#![expect(clippy::disallowed_methods, reason = "a development tool works on the real system")]

mod ci;
mod tidy;

use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let task = std::env::args_os().nth(1).unwrap_or_default();
    match task.to_str() {
        Some("tidy") => tidy::run(&root),
        Some("ci") => ci::run(&root),
        _ => {
            say("usage: cargo xtask tidy | ci");
            ExitCode::from(2)
        }
    }
}

/// The one place where this program writes.
#[expect(clippy::print_stdout, reason = "the task's report")]
fn say(text: impl std::fmt::Display) {
    println!("{text}");
}
