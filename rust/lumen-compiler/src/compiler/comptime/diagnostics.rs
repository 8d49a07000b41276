//! What computing at compile time says.

use lumen_base::{Code, Diagnostic, FileSpan};

/// A computation that needs too many steps, or too much memory.
pub(super) fn limit(at: FileSpan, name: &str, steps: u64) -> Diagnostic {
    Diagnostic::new(Code::E0492, at, format!("computing {} takes too long", what(name)))
        .with_primary("computed while the program is compiled")
        .with_note(format!("the limit is {steps} calls and loop rounds, and 256 MiB"))
        .with_help("compute it when the program runs: write a cell, and call it")
}

/// A computation that fails.
pub(super) fn failed(
    at: FileSpan,
    name: &str,
    message: &str,
    place: Option<FileSpan>,
) -> Diagnostic {
    let found = Diagnostic::new(Code::E0493, at, format!("computing {} fails", what(name)))
        .with_primary("computed while the program is compiled")
        .with_note(message.to_owned());
    match place {
        Some(place) if place != at => found.with_label(place, "it fails here"),
        _ => found,
    }
}

/// A literal that does not meet the condition of a refined type.
pub(super) fn violation(at: FileSpan, ty: &str, value: &str, condition: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0494, at, format!("{value} is no `{ty}`"))
        .with_primary("the condition does not hold for this value")
        .with_label(condition, "the condition")
}

fn what(name: &str) -> String {
    if name == "comptime" { "the `comptime` expression".to_owned() } else { format!("`{name}`") }
}
