//! Places of diagnostics and nodes: in range, and on the edges of characters.

use lumen_base::diag::json::to_json_lines;
use lumen_base::diag::render::{Style, render_all};
use lumen_base::{Diagnostic, FileSpan, SourceMap, Span};

/// Asserts that a span is a part of the text.
pub(super) fn inside(text: &str, span: Span, what: &str) {
    assert!(
        text.get(span.range()).is_some(),
        "{what}: {span:?} is no part of {} bytes",
        text.len()
    );
}

/// Asserts that every place of the diagnostics exists, and that they can be shown.
pub(super) fn shown(diagnostics: &[Diagnostic], sources: &SourceMap) {
    for diagnostic in diagnostics {
        let code = diagnostic.code.as_str();
        place(diagnostic.primary.at, sources, code);
        diagnostic.labels.iter().for_each(|label| place(label.at, sources, code));
        let edits = diagnostic.fix.iter().flat_map(|fix| &fix.edits);
        edits.for_each(|(at, _)| place(*at, sources, code));
    }
    let text = render_all(diagnostics, sources, Style::Plain);
    assert_eq!(text.is_empty(), diagnostics.is_empty());
    let lines = to_json_lines(diagnostics, sources);
    assert_eq!(lines.lines().count(), diagnostics.len());
}

fn place(at: FileSpan, sources: &SourceMap, what: &str) {
    let file = sources.file(at.file);
    assert!(file.is_some(), "{what}: {at:?} is in no file");
    if let Some(file) = file {
        inside(&file.text, at.span, what);
    }
}
