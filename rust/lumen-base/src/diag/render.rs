//! Diagnostics as text for a terminal, in rustc's layout.
//!
//! Input: diagnostics and the source map. Output: a string. At most [`ERRORS_SHOWN_MAX`] errors of a file are
//! shown. The library that draws panics on spans outside the text or inside a character, so every span goes
//! through [`clamp`].

use super::{Applicability, Diagnostic, Severity, sort};
use crate::limits::ERRORS_SHOWN_MAX;
use crate::source::{SourceFile, SourceMap, floor_char};
use crate::span::{FileId, FileSpan, Span};
use annotate_snippets::{AnnotationKind, Group, Level, Patch, Renderer, Snippet};
use std::ops::Range;

/// Whether to use colours.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Style {
    Plain,
    Colored,
}

/// Renders all, sorted by position, errors and warnings of a file capped; ends with a summary line.
pub fn render_all(diagnostics: &[Diagnostic], sources: &SourceMap, style: Style) -> String {
    let mut sorted = diagnostics.to_vec();
    sort(&mut sorted);
    let mut out = String::new();
    let mut shown: Vec<(FileId, usize)> = Vec::new();
    for diagnostic in &sorted {
        let file = diagnostic.primary.at.file;
        let slot = shown.iter().position(|(id, _)| *id == file).unwrap_or_else(|| {
            shown.push((file, 0));
            shown.len() - 1
        });
        shown[slot].1 += 1;
        if shown[slot].1 <= ERRORS_SHOWN_MAX {
            out.push_str(&render(diagnostic, sources, style));
            out.push_str("\n\n");
        }
    }
    let hidden: usize = shown.iter().map(|(_, n)| n.saturating_sub(ERRORS_SHOWN_MAX)).sum();
    out.push_str(&summary(&sorted, hidden));
    out
}

fn summary(diagnostics: &[Diagnostic], hidden: usize) -> String {
    let errors = diagnostics.iter().filter(|d| d.is_error()).count();
    let warnings = diagnostics.len() - errors;
    let count = |n: usize, what: &str| match n {
        0 => None,
        1 => Some(format!("1 {what}")),
        n => Some(format!("{n} {what}s")),
    };
    let parts: Vec<String> =
        [count(errors, "error"), count(warnings, "warning")].into_iter().flatten().collect();
    if parts.is_empty() {
        return String::new();
    }
    let tail = if hidden > 0 { format!(" ({hidden} not shown)") } else { String::new() };
    format!("{}{tail}\n", parts.join(", "))
}

/// Renders one diagnostic without a line end.
pub fn render(diagnostic: &Diagnostic, sources: &SourceMap, style: Style) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let id = format!("{} {}", diagnostic.code.as_str(), diagnostic.code.slug());
    let mut main = level
        .primary_title(diagnostic.message.as_str())
        .id(id)
        .elements(snippets(diagnostic, sources));
    for note in &diagnostic.notes {
        main = main.element(Level::NOTE.message(note.as_str()));
    }
    for help in &diagnostic.help {
        main = main.element(Level::HELP.message(help.as_str()));
    }
    let mut report = vec![main];
    report.extend(fix(diagnostic, sources));
    let renderer = match style {
        Style::Plain => Renderer::plain(),
        Style::Colored => Renderer::styled(),
    };
    renderer.render(&report)
}

/// One snippet a file, the primary place's file first.
fn snippets<'a>(
    diagnostic: &'a Diagnostic,
    sources: &'a SourceMap,
) -> Vec<Snippet<'a, annotate_snippets::Annotation<'a>>> {
    let primary = &diagnostic.primary;
    let mut files = vec![primary.at.file];
    for label in &diagnostic.labels {
        if !files.contains(&label.at.file) {
            files.push(label.at.file);
        }
    }
    let mut out = Vec::new();
    for id in files {
        let Some(file) = sources.file(id) else { continue };
        let places = std::iter::once(primary).chain(&diagnostic.labels).map(|label| label.at);
        let window = Window::around(file, places.filter(|at| at.file == id));
        let mut snippet = window.snippet(file);
        if primary.at.file == id {
            let range = window.clamp(primary.at);
            let text = (!primary.text.is_empty()).then_some(primary.text.as_str());
            snippet = snippet.annotation(AnnotationKind::Primary.span(range).label(text));
        }
        for label in diagnostic.labels.iter().filter(|label| label.at.file == id) {
            let range = window.clamp(label.at);
            let text = (!label.text.is_empty()).then_some(label.text.as_str());
            snippet = snippet.annotation(AnnotationKind::Context.span(range).label(text));
        }
        out.push(snippet);
    }
    out
}

fn fix<'a>(diagnostic: &'a Diagnostic, sources: &'a SourceMap) -> Option<Group<'a>> {
    let fix = diagnostic.fix.as_ref()?;
    let id = fix.edits.first()?.0.file;
    let file = sources.file(id)?;
    let edits = fix.edits.iter().filter(|(at, _)| at.file == id);
    let window = Window::around(file, edits.clone().map(|edit| edit.0));
    let patches = edits.map(|(at, text)| Patch::new(window.clamp(*at), text.as_str()));
    let level = match fix.applicability {
        Applicability::Machine => Level::HELP,
        Applicability::Maybe => Level::HELP.with_name("help (perhaps)"),
    };
    let snippet = window.snippet(file).patches(patches);
    Some(level.secondary_title(fix.message.as_str()).element(snippet))
}

/// The lines of a file that a snippet is about: drawing one costs time for every line that it is given.
struct Window<'a> {
    text: &'a str,
    /// Where it begins in the file.
    start: usize,
}

impl<'a> Window<'a> {
    /// From the line before the first place to the line behind the last one.
    fn around(file: &'a SourceFile, places: impl Iterator<Item = FileSpan>) -> Self {
        let text: &str = &file.text;
        let ranges = places.map(|at| clamp(text, at));
        let all = ranges.reduce(|a, b| a.start.min(b.start)..a.end.max(b.end)).unwrap_or(0..0);
        let line_start = |at: usize| text[..at].rfind('\n').map_or(0, |n| n + 1);
        let line_end = |at: usize| text[at..].find('\n').map_or(text.len(), |n| at + n + 1);
        let start = line_start(line_start(all.start).saturating_sub(1));
        Window { text: &text[start..line_end(line_end(all.end))], start }
    }

    /// A snippet of these lines, with their numbers in the file.
    fn snippet<T: Clone>(&self, file: &'a SourceFile) -> Snippet<'a, T> {
        let line = file.line_column(self.start as u32).line;
        Snippet::source(self.text).path(file.name.as_str()).line_start(line as usize)
    }

    /// A place of the file in these lines.
    fn clamp(&self, at: FileSpan) -> Range<usize> {
        let down = |at: u32| at.saturating_sub(self.start as u32);
        clamp(self.text, Span::new(down(at.span.lo), down(at.span.hi)).in_file(at.file))
    }
}

/// The range as the drawing library accepts it: inside the text, not reversed, on character boundaries.
fn clamp(text: &str, at: FileSpan) -> Range<usize> {
    let lo = floor_char(text, at.span.lo as usize);
    let mut hi = (at.span.hi as usize).clamp(lo, text.len());
    while !text.is_char_boundary(hi) {
        hi += 1;
    }
    lo..hi
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Code, Span};

    #[test]
    fn every_span_can_be_rendered() {
        let text = "h\u{e4}\r\n\u{1F600}\tx\n\nend";
        let mut sources = SourceMap::default();
        let file = sources.add("t.lm.md", text);
        for lo in 0..text.len() as u32 + 3 {
            for hi in 0..text.len() as u32 + 3 {
                let at = Span::new(lo, hi).in_file(file);
                let diagnostic = Diagnostic::new(Code::E0299, at, "message")
                    .with_primary("here")
                    .with_label(Span::new(hi, lo).in_file(file), "there")
                    .with_note("note")
                    .with_help("help")
                    .with_fix("replace", at, "y", Applicability::Machine);
                assert!(render(&diagnostic, &sources, Style::Plain).contains("message"));
            }
        }
    }

    #[test]
    fn a_file_shows_at_most_so_many() {
        let mut sources = SourceMap::default();
        let file = sources.add("t.lm.md", "x\n".repeat(100));
        let all: Vec<Diagnostic> = (0..100)
            .map(|n| Diagnostic::new(Code::E0299, Span::new(n * 2, n * 2 + 1).in_file(file), "m"))
            .collect();
        let text = render_all(&all, &sources, Style::Plain);
        assert_eq!(text.matches("error[").count(), ERRORS_SHOWN_MAX);
        assert!(text.ends_with("100 errors (80 not shown)\n"), "{text}");
    }
}
