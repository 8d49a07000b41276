//! Diagnostics as plain data: what is wrong, where, why, and how to mend it.
//!
//! A stage makes a `Diagnostic` in its own diagnostics file, one constructor each; renderers turn
//! it into text or JSON. Wording: lower-case start, no final period, names in backticks; the
//! *what* in `message`, the *why* in the primary label, the *how* in `help`.

pub mod codes;
pub mod json;
pub mod render;

use crate::span::FileSpan;
use codes::Code;

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Severity {
    /// The program is rejected (or, at run time, stopped).
    Error,
    /// The program runs.
    Warning,
}

/// A text at a place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    /// Where.
    pub at: FileSpan,
    /// What there; may be empty.
    pub text: String,
}

/// Whether a fix may be applied without a human look.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Applicability {
    /// Surely what was meant.
    Machine,
    /// A likely guess.
    Maybe,
}

/// A change of the source that mends the problem.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fix {
    /// What the change does, as an order: "write `let mut`".
    pub message: String,
    /// Replacements, not overlapping.
    pub edits: Vec<(FileSpan, String)>,
    /// Whether it may be applied blindly.
    pub applicability: Applicability,
}

/// One problem.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    /// Which problem; its page explains it.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one line.
    pub message: String,
    /// Where, and why it is wrong there.
    pub primary: Label,
    /// Other places that matter.
    pub labels: Vec<Label>,
    /// Facts that help to understand.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Vec<String>,
    /// A change that mends it.
    pub fix: Option<Fix>,
}

impl Diagnostic {
    /// A diagnostic with the severity that the code's letter has.
    pub fn new(code: Code, at: FileSpan, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity(),
            message: message.into(),
            primary: Label { at, text: String::new() },
            labels: Vec::new(),
            notes: Vec::new(),
            help: Vec::new(),
            fix: None,
        }
    }

    /// Sets the text at the primary place.
    #[must_use]
    pub fn with_primary(mut self, text: impl Into<String>) -> Self {
        self.primary.text = text.into();
        self
    }

    /// Adds a text at another place.
    #[must_use]
    pub fn with_label(mut self, at: FileSpan, text: impl Into<String>) -> Self {
        self.labels.push(Label { at, text: text.into() });
        self
    }

    /// Adds a fact.
    #[must_use]
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Adds an advice.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// Sets a fix of one replacement.
    #[must_use]
    pub fn with_fix(
        mut self,
        message: impl Into<String>,
        at: FileSpan,
        text: impl Into<String>,
        applicability: Applicability,
    ) -> Self {
        let edits = vec![(at, text.into())];
        self.fix = Some(Fix { message: message.into(), edits, applicability });
        self
    }

    /// Whether the program is rejected.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Whether any diagnostic rejects the program.
pub fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(Diagnostic::is_error)
}

/// Puts diagnostics into the order in which they are shown: by file, position, code, text.
pub fn sort(diagnostics: &mut [Diagnostic]) {
    diagnostics.sort_by(|a, b| {
        let key = |d: &Diagnostic| (d.primary.at.file, d.primary.at.span.lo, d.primary.at.span.hi);
        key(a).cmp(&key(b)).then(a.code.cmp(&b.code)).then_with(|| a.message.cmp(&b.message))
    });
}
