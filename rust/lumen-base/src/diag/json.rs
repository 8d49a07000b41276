//! Diagnostics as JSON lines for machines: one object a diagnostic, stable keys.
//!
//! Keys: `code`, `slug`, `severity`, `message`, `place`, `label`, `labels`, `notes`, `help`, `fix`. A place has `file`,
//! `start` and `end`, each with `byte`, `line` and `column` (line and column count from 1, columns in characters).

use super::{Applicability, Diagnostic, Severity, sort};
use crate::source::SourceMap;
use crate::span::FileSpan;
use serde_json::{Value, json};

/// All diagnostics, sorted by position, one JSON object a line.
pub fn to_json_lines(diagnostics: &[Diagnostic], sources: &SourceMap) -> String {
    let mut sorted = diagnostics.to_vec();
    sort(&mut sorted);
    sorted.iter().map(|d| format!("{}\n", to_json(d, sources))).collect()
}

/// One diagnostic as a JSON value.
pub fn to_json(diagnostic: &Diagnostic, sources: &SourceMap) -> Value {
    let labels: Vec<Value> = diagnostic
        .labels
        .iter()
        .map(|label| json!({ "place": place(label.at, sources), "text": label.text }))
        .collect();
    let fix = diagnostic.fix.as_ref().map(|fix| {
        let edits: Vec<Value> = fix
            .edits
            .iter()
            .map(|(at, text)| json!({ "place": place(*at, sources), "text": text }))
            .collect();
        json!({
            "message": fix.message,
            "machine_applicable": fix.applicability == Applicability::Machine,
            "edits": edits,
        })
    });
    json!({
        "code": diagnostic.code.as_str(),
        "slug": diagnostic.code.slug(),
        "severity": match diagnostic.severity { Severity::Error => "error", Severity::Warning => "warning" },
        "message": diagnostic.message,
        "place": place(diagnostic.primary.at, sources),
        "label": diagnostic.primary.text,
        "labels": labels,
        "notes": diagnostic.notes,
        "help": diagnostic.help,
        "fix": fix,
    })
}

fn place(at: FileSpan, sources: &SourceMap) -> Value {
    let Some(file) = sources.file(at.file) else { return Value::Null };
    let end = |offset: u32| {
        let position = file.line_column(offset);
        json!({ "byte": offset, "line": position.line, "column": position.column })
    };
    json!({ "file": file.name, "start": end(at.span.lo), "end": end(at.span.hi) })
}
