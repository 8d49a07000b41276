//! Habits from other languages: a text that cannot be read is looked through for the forms of Python, TypeScript and
//! their relatives, and read again as if they had been written in Lumen's way.
//!
//! Input: the text of a file that has a syntax error. Output: nothing, when it has no such form; else one diagnostic for
//! each kind of form, with the fix of all its places, and tokens in which the forms are replaced, at the places of the
//! text that they replace.
//! Invariants: it runs only where there is an error already, so that it costs programs nothing; what it gives always
//! holds an error; every form in its table is impossible in Lumen where it is looked for (`tests/` has all programs of
//! the repository as witnesses); the text that the tokens refer to is as long as the original.

mod blocks;
mod declarations;
mod draft;
mod expressions;
mod names;
mod statements;
mod table;
mod text;

pub(crate) use names::{Kind, Known, known_as};

use super::lexer;
use super::tokens::Tokens;
use draft::{Draft, Found};
use lumen_base::{Code, Diagnostic, FileId, FileSpan, Interner, Span, diag::Fix};
use std::collections::BTreeSet;
use table::Form;

/// A file with a longer line is not looked through.
const LINE_BYTES_MAX: usize = 2000;

/// A text without foreign forms.
pub(super) struct Mended {
    /// As long as the original.
    pub(super) text: String,
    pub(super) tokens: Tokens,
    /// What the lexer says of the text, and one diagnostic for each kind of form.
    pub(super) diagnostics: Vec<Diagnostic>,
    /// The beginnings of the lines with forms.
    lines: BTreeSet<usize>,
}

/// Finds and replaces the foreign forms.
pub(super) fn mend(text: &str, start: u32, file: FileId, names: &mut Interner) -> Option<Mended> {
    // Nobody writes such lines; looking around in them would take long.
    if text.lines().any(|line| line.len() > LINE_BYTES_MAX) {
        return None;
    }
    let (mended, mut found) = text::mend(text, start as usize);
    let mut diagnostics = Vec::new();
    let tokens = lexer::lex(&mended, start, file, names, &mut diagnostics);
    let mut draft = Draft::new(&mended, &tokens);
    declarations::find(&mut draft);
    statements::find(&mut draft);
    expressions::find(&mut draft);
    blocks::find(&mut draft);
    let counts: Vec<Span> =
        draft.found.iter().filter(|it| it.form == Form::ForCount).map(|it| it.at).collect();
    found.retain(|it| {
        let before = counts.partition_point(|at| at.lo <= it.at.lo);
        let is_inside = before > 0 && it.at.hi <= counts[before - 1].hi;
        it.form != Form::Semicolon || !is_inside
    });
    found.append(&mut draft.found);
    if found.is_empty() {
        return None;
    }
    let tokens = draft.finish();
    let lines = found.iter().map(|found| line_of(text, found.at.lo)).collect();
    diagnostics.extend(grouped(text, file, found));
    Some(Mended { text: mended, tokens, diagnostics, lines })
}

impl Mended {
    /// Whether a syntax error only follows from a form: it stands on a line with one.
    pub(super) fn explains(&self, text: &str, diagnostic: &Diagnostic) -> bool {
        let line = line_of(text, diagnostic.primary.at.span.lo);
        let is_syntax = diagnostic.code >= Code::E0101 && diagnostic.code < Code::E0222;
        is_syntax && self.lines.contains(&line)
    }
}

/// Where the line of an offset begins.
fn line_of(text: &str, at: u32) -> usize {
    let before = &text.as_bytes()[..text.len().min(at as usize)];
    memchr::memrchr(b'\n', before).map_or(0, |end| end + 1)
}

/// One diagnostic for each form, at its first place.
fn grouped(text: &str, file: FileId, mut found: Vec<Found>) -> Vec<Diagnostic> {
    found.sort_by_key(|found| (found.form, found.at.lo, found.at.hi));
    found.chunk_by(|a, b| a.form == b.form).map(|group| diagnostic(text, file, group)).collect()
}

fn diagnostic(text: &str, file: FileId, group: &[Found]) -> Diagnostic {
    let form: Form = group[0].form;
    let row = form.row();
    let first = group[0].at;
    let source = first.text(text);
    let word = source.split_whitespace().next().unwrap_or(source);
    let with = |template: &str| template.replace("{}", word);
    let mut diagnostic =
        Diagnostic::new(row.code, first.in_file(file), with(row.message)).with_help(with(row.help));
    let more = group.len() - 1;
    if more > 0 {
        let line =
            1 + text.as_bytes()[..group[1].at.lo as usize].iter().filter(|b| **b == b'\n').count();
        diagnostic = diagnostic.with_note(match more {
            1 => format!("also in line {line}"),
            _ => format!("also in {more} more places, the next in line {line}"),
        });
    }
    let edits = merged(file, group);
    let is_whole = group.iter().all(|found| !found.edits.is_empty());
    if !row.fix.is_empty() && is_whole {
        let message = with(row.fix);
        diagnostic.fix = Some(Fix { message, edits, applicability: row.applicability });
    }
    diagnostic
}

/// The edits of all places in source order; insertions at one place are one.
fn merged(file: FileId, group: &[Found]) -> Vec<(FileSpan, String)> {
    // Of blocks that end at one place, the inner ones, which begin later, end first.
    let mut edits: Vec<(Span, String)> =
        group.iter().rev().flat_map(|found| found.edits.iter().cloned()).collect();
    edits.sort_by_key(|(span, _)| (span.lo, span.hi));
    let mut out: Vec<(FileSpan, String)> = Vec::with_capacity(edits.len());
    for (span, new) in edits {
        match out.last_mut() {
            Some((last, text)) if last.span == span && span.is_empty() => text.push_str(&new),
            _ => out.push((span.in_file(file), new)),
        }
    }
    out
}

#[cfg(test)]
mod tests;
