//! `lumen completions`: what a shell needs to complete the command line.

use crate::EXIT_SUCCESS;
use crate::args;
use crate::output::out;
use clap_complete::{Shell, generate};

/// Writes the script of a shell to standard output.
pub(super) fn completions(shell: Shell) -> u8 {
    let mut script = Vec::new();
    generate(shell, &mut args::command(), "lumen", &mut script);
    out(&script);
    EXIT_SUCCESS
}
