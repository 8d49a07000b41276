//! The fences of a document: which of them are formatted, and how their text gets back into their lines.

use super::{Failure, code};
use crate::compiler::parser::{self, ParseOptions};
use crate::markdown::{self, FenceKind, Form};
use lumen_base::{Diagnostic, FileId, Interner, diag};
use std::ops::Range;

/// Syntax errors that are shown of one file at most.
const PROBLEMS_MAX: usize = 50;

/// Why a file is left alone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Problem {
    /// What is wrong with it.
    Syntax(Vec<Diagnostic>),
    /// The formatter would change the meaning of the code that begins at this offset.
    Bug(u32),
}

/// Formats a file.
pub fn document(text: &str, form: Form) -> Result<String, Problem> {
    match form {
        Form::Plain => plain(text),
        Form::Markdown => fences(text),
    }
}

fn plain(text: &str) -> Result<String, Problem> {
    let mark = if text.starts_with('\u{feff}') { "\u{feff}" } else { "" };
    let source = text[mark.len()..].replace("\r\n", "\n");
    let is_crlf = text.split_once('\n').is_some_and(|(first, _)| first.ends_with('\r'));
    match code(&source) {
        Ok(formatted) if is_crlf => Ok(format!("{mark}{}", formatted.replace('\n', "\r\n"))),
        Ok(formatted) => Ok(format!("{mark}{formatted}")),
        Err(Failure::Syntax(_)) => {
            // The mark at the beginning is no part of the program, and keeps its place.
            let program = format!("{}{}", " ".repeat(mark.len()), &text[mark.len()..]);
            Err(Problem::Syntax(problems_of(&program)))
        }
        Err(Failure::Bug) => Err(Problem::Bug(0)),
    }
}

fn fences(text: &str) -> Result<String, Problem> {
    let mut problems = Vec::new();
    let document = markdown::extract(text, Form::Markdown, FileId(0), &mut problems);
    if diag::has_errors(&problems) {
        return Err(Problem::Syntax(problems));
    }
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    let mut is_split = false;
    for (at, fence) in document.fences.iter().enumerate() {
        let must_parse = match fence.kind {
            FenceKind::Program | FenceKind::Run | FenceKind::Example | FenceKind::Warns(_) => true,
            FenceKind::Fails(_) | FenceKind::Ignore => false,
            FenceKind::Output | FenceKind::Other => continue,
        };
        let (Some(first), Some(last)) = (fence.body.first(), fence.body.last()) else { continue };
        let content: String = fence.body.iter().map(|range| &text[range.clone()]).collect();
        match code(&content.replace("\r\n", "\n")) {
            Ok(formatted) => {
                let lines = Lines::of(text, fence.span.lo as usize, first.start);
                let whole = lines.start..last.end;
                edits.push((whole, lines.set(&formatted)));
            }
            Err(Failure::Bug) => return Err(Problem::Bug(fence.span.lo)),
            Err(Failure::Syntax(_)) if !must_parse => {}
            // A declaration may reach from one fence into the next.
            Err(Failure::Syntax(_)) if fence.kind == FenceKind::Program => is_split = true,
            Err(Failure::Syntax(_)) => problems.extend(problems_of(&document.alone(text, at))),
        }
        if problems.len() > PROBLEMS_MAX {
            break;
        }
    }
    if is_split {
        problems.extend(problems_of(&document.program(text)));
    }
    if !problems.is_empty() {
        return Err(Problem::Syntax(problems));
    }
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (range, replacement) in edits {
        out.push_str(&text[at..range.start]);
        out.push_str(&replacement);
        at = range.end;
    }
    out.push_str(&text[at..]);
    Ok(out)
}

/// The syntax errors of a program at its offsets.
fn problems_of(program: &str) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let options = ParseOptions { is_std: true, ..ParseOptions::default() };
    let program = markdown::without_blanks(program);
    parser::parse(program, FileId(0), &mut Interner::new(), &mut problems, options);
    problems.retain(Diagnostic::is_error);
    problems
}

/// How the lines of a fence begin and end.
struct Lines {
    /// Offset of the first line of the body.
    start: usize,
    /// What stands before the code on each line: indentation, marks of quotes.
    prefix: String,
    is_crlf: bool,
}

impl Lines {
    fn of(text: &str, fence: usize, body: usize) -> Self {
        let line = |at: usize| text[..at].rfind(['\n', '\r']).map_or(0, |end| end + 1);
        let mut prefix: String = text[line(fence)..fence].to_owned();
        // The bullet of a list item stands on its first line only.
        prefix =
            prefix.chars().map(|c| if matches!(c, ' ' | '\t' | '>') { c } else { ' ' }).collect();
        // Without a space behind it the mark of a quote would take the first one of the code.
        if prefix.ends_with('>') {
            prefix.push(' ');
        }
        // The text of a fence leaves the carriage return of an empty line out.
        let is_split = text[..body].ends_with('\r') && text[body..].starts_with('\n');
        let body = body - usize::from(is_split);
        let is_crlf = text[..line(body)].ends_with("\r\n");
        Self { start: line(body), prefix, is_crlf }
    }

    /// The lines of a formatted program.
    fn set(&self, formatted: &str) -> String {
        let end = if self.is_crlf { "\r\n" } else { "\n" };
        let mut out = String::with_capacity(formatted.len() + 64);
        for line in formatted.split_terminator('\n') {
            let prefix = if line.is_empty() { self.prefix.trim_end() } else { &self.prefix };
            out.push_str(prefix);
            out.push_str(line);
            out.push_str(end);
        }
        out
    }
}
