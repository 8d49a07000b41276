//! Errors that only follow from other errors of the same file.
//!
//! Input: what lexing and parsing a file reported, in the order of reporting. Output: the same without structural
//! errors (an unexpected token, a missing or stray `end`) that another error explains: one on the same line that was
//! reported before, or for a missing `end` on the line of its block; or an earlier place at which the parser could
//! not read on as meant, which is a character that begins no token or a construct that is not built.
//! Invariant: while there are errors, one remains.

use lumen_base::{Code, Diagnostic};

/// Removes the followers from the diagnostics behind `from`.
pub(super) fn remove(text: &str, diagnostics: &mut Vec<Diagnostic>, from: usize) {
    let found = &diagnostics[from..];
    if found.len() < 2 {
        return;
    }
    let opaque = found.iter().filter(|d| is_opaque(d.code)).map(place).min();
    let lines: Vec<usize> = found.iter().map(|d| line_start(text, place(d))).collect();
    let follows = |at: usize| {
        let diagnostic = &found[at];
        let explained = match diagnostic.code {
            Code::E0203 => (0..found.len()).any(|n| n != at && lines[n] == lines[at]),
            Code::E0202 | Code::E0204 => lines[..at].contains(&lines[at]),
            _ => return false,
        };
        explained || opaque.is_some_and(|opaque| opaque <= place(diagnostic))
    };
    let keep: Vec<bool> = (0..found.len()).map(|at| !follows(at)).collect();
    if !keep.contains(&true) {
        return;
    }
    let mut keep = keep.into_iter();
    let mut at = 0;
    diagnostics.retain(|_| {
        at += 1;
        at <= from || keep.next().unwrap_or(true)
    });
}

/// Whether what follows such an error was not read as it was meant.
fn is_opaque(code: Code) -> bool {
    code == Code::E0299 || code.as_str().starts_with("E01")
}

fn place(diagnostic: &Diagnostic) -> u32 {
    diagnostic.primary.at.span.lo
}

/// Where the line of an offset begins.
fn line_start(text: &str, at: u32) -> usize {
    let before = &text.as_bytes()[..text.len().min(at as usize)];
    memchr::memrchr(b'\n', before).map_or(0, |end| end + 1)
}
