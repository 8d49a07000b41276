//! The `lumen` command: one file per subcommand, no algorithms.
//!
//! Exit codes: 0 success, 1 a runtime error (or a failed test), 2 wrong usage, 3 the program does not compile,
//! 70 a bug in Lumen; `exit(code)` in a program sets its own.

mod args;
mod cache;
mod commands;
mod console;
mod home;
mod output;
#[cfg(test)]
mod reference;
mod repl;
mod signals;
mod source;
mod traces;

use std::process::ExitCode;

/// Everything went well.
pub(crate) const EXIT_SUCCESS: u8 = 0;
/// A runtime error, or a failed test.
pub(crate) const EXIT_FAILURE: u8 = 1;
/// Unknown flags, missing files.
pub(crate) const EXIT_USAGE: u8 = 2;
/// The program does not compile.
pub(crate) const EXIT_COMPILE: u8 = 3;
/// A broken invariant of Lumen itself.
pub(crate) const EXIT_BUG: u8 = 70;
/// A grant, `lumen.toml` or a flag denied what a program did.
pub(crate) const EXIT_DENIED: u8 = 4;

/// Stack of the thread that does the work. The passes bound their recursion; this is room for the bound in builds
/// without optimisation too. The pages are real only once they are touched.
pub(crate) const STACK_BYTES: usize = 64 << 20;

/// Parses the command line, runs the command, gives its exit code.
///
/// All of it happens on one thread, which also ends the process: whatever a second one allocates costs fresh pages, and
/// nothing of what a finished command leaves needs to be taken down.
pub fn main() -> ExitCode {
    std::panic::set_hook(Box::new(on_panic));
    let work = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(|| leave(command()));
    match work {
        Ok(work) => work.join().unwrap_or_else(|_| leave(EXIT_BUG)),
        Err(error) => {
            output::complain(format_args!("cannot start a thread: {error}"));
            ExitCode::from(EXIT_FAILURE)
        }
    }
}

/// The command line, parsed and done; gives the exit code.
fn command() -> u8 {
    match args::parse() {
        Ok(cli) => output::final_code(commands::run(cli)),
        Err(error) => {
            let code = if error.use_stderr() { EXIT_USAGE } else { EXIT_SUCCESS };
            drop(error.print());
            if let Some(tip) = args::tip(&error) {
                output::complain(tip);
            }
            code
        }
    }
}

/// Ends the process.
#[expect(
    clippy::exit,
    reason = "the thread that does the work need not wait for the one that started it"
)]
fn leave(code: u8) -> ! {
    std::process::exit(i32::from(code))
}

/// Says that Lumen has a bug, and ends the process: builds for release abort on panics, with another code.
fn on_panic(info: &std::panic::PanicHookInfo<'_>) {
    output::complain(format_args!("internal error: {info}"));
    output::complain("this is a bug in Lumen; please report it with the document that causes it");
    leave(EXIT_BUG)
}
