//! What the command writes: the only place of this crate that touches standard output and standard error.

use crate::args::Color;
use crate::{EXIT_BUG, EXIT_COMPILE, EXIT_FAILURE, EXIT_SUCCESS};
use lumen_base::diag::render::{Style, render_all};
use lumen_base::{OsSystem, System};
use lumen_compiler::compilation::{CompileOutput, Phase};
use lumen_vm::RunFailure;
use serde::{Deserialize, Serialize};
use std::io::{self, IsTerminal};
use std::sync::atomic::{AtomicBool, Ordering};

/// Lines that any terminal shows at once.
const SCREEN_LINES: usize = 20;

/// How the two streams are written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Looks {
    pub(crate) out: Style,
    pub(crate) err: Style,
}

/// Whether the streams are coloured: the flag, then NO_COLOR, then whether they are a terminal that knows colours.
pub(crate) fn looks(choice: Color) -> Looks {
    let set = |name: &str| OsSystem.env(name).filter(|value| !value.is_empty());
    let style = |is_terminal: bool| {
        let is_colored = match choice {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                let is_dumb = set("TERM").is_some_and(|term| term == "dumb");
                is_terminal && set("NO_COLOR").is_none() && !is_dumb
            }
        };
        if is_colored { Style::Colored } else { Style::Plain }
    };
    Looks {
        out: style(std::io::stdout().is_terminal()),
        err: style(std::io::stderr().is_terminal()),
    }
}

/// Something could not be written to standard output.
static IS_LOST: AtomicBool = AtomicBool::new(false);

/// Writes to standard output; a closed pipe is no error.
pub(crate) fn out(text: &[u8]) {
    let Err(error) = OsSystem.stdout(text) else { return };
    if error.kind() != io::ErrorKind::BrokenPipe && !IS_LOST.swap(true, Ordering::Relaxed) {
        complain(format_args!("cannot write to standard output: {error}"));
    }
}

/// The exit code of a command that ends with `code`: what could not be shown is no success.
pub(crate) fn final_code(code: u8) -> u8 {
    if code == EXIT_SUCCESS && IS_LOST.load(Ordering::Relaxed) { EXIT_FAILURE } else { code }
}

/// Shows a page: on a terminal with the pager that the user wants, if it is longer than a screen.
pub(crate) fn page(text: &str) {
    let wanted = OsSystem.env("PAGER");
    let pager = wanted.as_deref().unwrap_or("less -FRX");
    let mut words = pager.split_whitespace();
    let is_terminal = std::io::stdout().is_terminal() && std::io::stdin().is_terminal();
    let is_long = text.lines().count() > SCREEN_LINES;
    if let Some(program) = words.next().filter(|_| is_terminal && is_long) {
        let args: Vec<&str> = words.collect();
        if OsSystem.show_with(program, &args, text.as_bytes()).is_ok() {
            return;
        }
    }
    out(text.as_bytes());
}

/// Writes to standard error.
pub(crate) fn err(text: &str) {
    drop(OsSystem.stderr(text.as_bytes()));
}

/// `lumen: message` on standard error, without the numbers that systems give errors.
pub(crate) fn complain(message: impl std::fmt::Display) {
    let message = message.to_string();
    let message = match message.rsplit_once(" (os error ") {
        Some((text, _)) if message.ends_with(')') => text,
        _ => &message,
    };
    err(&format!("lumen: {message}\n"));
}

/// Diagnostics as text, in both styles: what can be shown again without the sources.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Rendered {
    plain: String,
    colored: String,
}

impl Rendered {
    /// The diagnostics of a compilation; empty when there are none.
    pub(crate) fn of(compiled: &CompileOutput) -> Self {
        if compiled.diagnostics.is_empty() {
            return Self::default();
        }
        let text = |style| render_all(&compiled.diagnostics, &compiled.sources, style);
        Self { plain: text(Style::Plain), colored: text(Style::Colored) }
    }

    /// Shows them, as [`report`] did.
    pub(crate) fn show(&self, style: Style) {
        let text = match style {
            Style::Plain => &self.plain,
            Style::Colored => &self.colored,
        };
        if !text.is_empty() {
            err(text);
        }
    }
}

/// Shows the diagnostics of a compilation; gives the exit code when they end the command.
pub(crate) fn report(compiled: &CompileOutput, style: Style) -> Option<u8> {
    if !compiled.diagnostics.is_empty() {
        err(&render_all(&compiled.diagnostics, &compiled.sources, style));
    }
    rejected(compiled)
}

/// The exit code of a program that does not compile.
pub(crate) fn rejected(compiled: &CompileOutput) -> Option<u8> {
    let is_bug = |code: lumen_base::Code| code.as_str().starts_with('I');
    if compiled.diagnostics.iter().any(|diagnostic| is_bug(diagnostic.code)) {
        return Some(EXIT_BUG);
    }
    compiled.has_errors().then_some(EXIT_COMPILE)
}

/// Says that a program without errors has no code; gives the exit code.
pub(crate) fn no_module() -> u8 {
    complain(
        "internal error: the compiler found no error and made no program; this is a bug in Lumen",
    );
    EXIT_BUG
}

/// Writes the time of each phase as a JSON line to standard error.
pub(crate) fn timings(compiled: &CompileOutput) {
    for phase in Phase::ALL {
        let millis = compiled.timings.nanos(phase) as f64 / 1e6;
        err(&format!("{{\"phase\":\"{}\",\"ms\":{millis:.3}}}\n", phase.name()));
    }
}

/// `error[R1001 integer-overflow]: message`, the facts, and the calls.
pub(crate) fn failure_text(failure: &RunFailure, style: Style) -> String {
    let error = &failure.error;
    let (red, bold, plain) = match style {
        Style::Colored => ("\x1b[1;31m", "\x1b[0;1m", "\x1b[0m"),
        Style::Plain => ("", "", ""),
    };
    let mut text = format!(
        "{red}error[{} {}]{bold}: {}{plain}\n",
        error.code,
        error.code.slug(),
        error.message
    );
    for note in &error.notes {
        text.push_str(&format!("  = note: {note}\n"));
    }
    text.push_str(&failure.trace.to_string());
    text
}
