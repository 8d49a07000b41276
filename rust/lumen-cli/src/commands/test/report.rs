//! What `lumen test` shows: as text, or as a line of JSON for each test and one for all.

use super::work::{Outcome, Plan, Tested};
use crate::args::DiagnosticFormat;
use crate::output::out;
use lumen_mdtest::Coverage;
use serde::Serialize;

/// Results so far.
pub(super) struct Report<'a> {
    format: DiagnosticFormat,
    plan: &'a Plan,
    passed: usize,
    failed: usize,
    left_out: usize,
    /// Sentences for the end.
    remarks: Vec<String>,
    pub(super) coverage: Coverage,
}

impl<'a> Report<'a> {
    pub(super) fn new(format: DiagnosticFormat, plan: &'a Plan) -> Self {
        let coverage = Coverage::default();
        Self { format, plan, passed: 0, failed: 0, left_out: 0, remarks: Vec::new(), coverage }
    }

    /// Shows what became of a document.
    pub(super) fn add(&mut self, tested: Tested) {
        for outcome in &tested.outcomes {
            match outcome.result {
                Ok(()) => self.passed += 1,
                Err(_) => self.failed += 1,
            }
            match self.format {
                DiagnosticFormat::Text => self.show(outcome),
                DiagnosticFormat::Json => self.line(&tested.document, outcome),
            }
        }
        self.left_out += tested.left_out;
        if let Some(((accepted, removed), file)) = tested.accepted {
            let counts = [(accepted, "accepted"), (removed, "removed")];
            let parts = counts.iter().filter(|(n, _)| *n > 0);
            let parts: Vec<String> =
                parts.map(|(n, what)| format!("{} {what}", snapshots(*n))).collect();
            self.remarks.push(format!("{file}: {}", parts.join(", ")));
        }
        if let Some((n, file)) = tested.unused.filter(|(n, _)| *n > 0) {
            let verb = if n == 1 { "is" } else { "are" };
            let what = snapshots(n);
            self.remarks.push(format!("{file}: {what} {verb} not used; `--update` removes them"));
        }
        self.coverage.add(tested.coverage);
    }

    fn show(&self, outcome: &Outcome) {
        match &outcome.result {
            Ok(()) if self.plan.list => out(format!("{}\n", outcome.name).as_bytes()),
            Ok(()) => {}
            Err(text) => out(format!("FAILED {}\n\n", text.trim_end()).as_bytes()),
        }
    }

    fn line(&self, document: &str, outcome: &Outcome) {
        let (word, message) = match &outcome.result {
            Ok(()) if self.plan.list => (None, None),
            Ok(()) => (Some("passed"), None),
            Err(text) => (Some("failed"), Some(text.as_str())),
        };
        json(&Line { document, test: &outcome.name, outcome: word, message });
    }

    /// Whether no test was run, named, or failed before it could.
    pub(super) fn is_empty(&self) -> bool {
        self.passed + self.failed == 0
    }

    pub(super) fn has_failed(&self) -> bool {
        self.failed > 0
    }

    /// What it came to.
    pub(super) fn finish(&self) {
        match self.format {
            DiagnosticFormat::Text => out(self.summary().as_bytes()),
            DiagnosticFormat::Json => json(&All {
                passed: self.passed,
                failed: self.failed,
                left_out: self.left_out,
                remarks: &self.remarks,
            }),
        }
    }

    fn summary(&self) -> String {
        let mut text: String = self.remarks.iter().map(|remark| format!("{remark}\n")).collect();
        match self.plan.list {
            true if self.failed == 0 => text.push_str(&format!("{} tests", self.passed)),
            true => text.push_str(&format!("{} tests, {} broken", self.passed, self.failed)),
            false => text.push_str(&format!("{} passed, {} failed", self.passed, self.failed)),
        }
        if let Some(filter) = &self.plan.filter {
            text.push_str(&format!(", {} left out by --filter {filter}", self.left_out));
        }
        text + "\n"
    }
}

fn snapshots(n: usize) -> String {
    if n == 1 { "1 snapshot".to_owned() } else { format!("{n} snapshots") }
}

/// A test as JSON.
#[derive(Serialize)]
struct Line<'a> {
    document: &'a str,
    test: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
}

/// What it came to as JSON; of a list, `passed` counts what is listed.
#[derive(Serialize)]
struct All<'a> {
    passed: usize,
    failed: usize,
    left_out: usize,
    remarks: &'a [String],
}

fn json(value: &impl Serialize) {
    // Strings and numbers in structs always have a text.
    if let Ok(text) = serde_json::to_string(value) {
        out(format!("{text}\n").as_bytes());
    }
}
