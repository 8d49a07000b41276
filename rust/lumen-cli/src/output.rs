//! What the command writes: the only place that touches standard output and standard error.

use crate::args::Color;
use std::io::{IsTerminal, Write};

/// Whether diagnostics on standard error are coloured: the flag, then NO_COLOR, then whether it is a terminal.
pub(crate) fn use_color(choice: Color, no_color: bool) -> bool {
    match choice {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => !no_color && std::io::stderr().is_terminal(),
    }
}

/// Writes to standard output; a closed pipe ends quietly.
pub(crate) fn out(text: &[u8]) {
    drop(std::io::stdout().lock().write_all(text));
}

/// Writes to standard error.
pub(crate) fn err(text: &str) {
    drop(std::io::stderr().lock().write_all(text.as_bytes()));
}

/// `lumen: message` on standard error.
pub(crate) fn complain(message: impl std::fmt::Display) {
    err(&format!("lumen: {message}\n"));
}
