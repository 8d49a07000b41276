//! The `lumen` command: one file per subcommand, no algorithms.
//!
//! Exit codes: 0 success, 1 a runtime error (or a failed test), 2 wrong usage, 3 the program does not compile,
//! 70 a bug in Lumen; `exit(code)` in a program sets its own.

mod args;
mod output;
mod source;
mod commands;

use clap::Parser;
use std::process::ExitCode;

/// Wrong usage: unknown flags, missing files.
pub(crate) const EXIT_USAGE: u8 = 2;
/// The program does not compile.
pub(crate) const EXIT_COMPILE: u8 = 3;
/// A broken invariant of Lumen itself.
pub(crate) const EXIT_BUG: u8 = 70;

/// Parses the command line, runs the command, gives its exit code.
pub fn main() -> ExitCode {
    match args::Cli::try_parse() {
        Ok(cli) => ExitCode::from(commands::run(cli)),
        Err(error) => {
            let code = if error.use_stderr() { EXIT_USAGE } else { 0 };
            drop(error.print());
            ExitCode::from(code)
        }
    }
}
