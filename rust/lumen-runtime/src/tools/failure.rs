//! Why a tool failed: the kinds of `ToolError`, as a value of the language or as a runtime error.

use crate::failure::Failure;
use crate::host::Stop;
use lumen_base::diag::codes::Code;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What became of a call that gave no reply.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToolFailure {
    /// Which kind.
    pub kind: FailureKind,
    /// What happened, in one line.
    pub message: String,
    /// Facts that help to understand.
    pub notes: Vec<String>,
}

/// The kinds of `ToolError`, without those that only the program makes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// No provider, or it does not know the tool.
    NoProvider,
    /// What was asked for does not exist.
    NotFound,
    /// The tool cannot take these arguments.
    InvalidArgs,
    /// A constraint of a grant does not allow it.
    PolicyDenied,
    /// `lumen.toml` or a flag does not allow it.
    ConfigurationDenied,
    /// Too many calls; again after so many milliseconds.
    RateLimited(u64),
    /// No reply in time.
    Timeout,
    /// The credentials were refused.
    AuthFailed,
    /// The other side cannot answer now.
    Unavailable,
    /// Anything else.
    Failed,
    /// A budget is used up.
    BudgetExceeded,
    /// Nobody approved the call.
    ApprovalDenied,
    /// The reply that is read is not open.
    NotOpen,
    /// Something stopped the code that called.
    Stopped(Stop),
}

impl FailureKind {
    /// The variant of `ToolError`.
    pub const fn name(self) -> &'static str {
        match self {
            FailureKind::NoProvider | FailureKind::NotFound => "NotFound",
            FailureKind::InvalidArgs => "InvalidArgs",
            FailureKind::PolicyDenied | FailureKind::ConfigurationDenied => "PolicyDenied",
            FailureKind::RateLimited(_) => "RateLimited",
            FailureKind::Timeout => "Timeout",
            FailureKind::AuthFailed => "AuthFailed",
            FailureKind::Unavailable => "Unavailable",
            FailureKind::Failed | FailureKind::NotOpen => "Failed",
            FailureKind::BudgetExceeded => "BudgetExceeded",
            FailureKind::ApprovalDenied => "ApprovalDenied",
            FailureKind::Stopped(_) => "Cancelled",
        }
    }

    /// The kind that a script or provider names.
    pub fn by_name(name: &str, retry_after_ms: u64) -> Option<Self> {
        Some(match name {
            "NotFound" => FailureKind::NotFound,
            "InvalidArgs" => FailureKind::InvalidArgs,
            "RateLimited" => FailureKind::RateLimited(retry_after_ms),
            "Timeout" => FailureKind::Timeout,
            "AuthFailed" => FailureKind::AuthFailed,
            "Unavailable" => FailureKind::Unavailable,
            "Failed" => FailureKind::Failed,
            _ => return None,
        })
    }

    /// Whether the same call may succeed later.
    pub const fn is_transient(self) -> bool {
        matches!(self, FailureKind::RateLimited(_) | FailureKind::Unavailable)
    }

    const fn code(self) -> Code {
        match self {
            FailureKind::NoProvider => Code::R1040,
            FailureKind::PolicyDenied => Code::R1041,
            FailureKind::ConfigurationDenied => Code::R1042,
            FailureKind::Timeout => Code::R1044,
            FailureKind::BudgetExceeded => Code::R1046,
            FailureKind::ApprovalDenied => Code::R1047,
            FailureKind::NotOpen => Code::R1048,
            _ => Code::R1043,
        }
    }
}

impl ToolFailure {
    /// A failure of a kind.
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), notes: Vec::new() }
    }

    /// Adds a fact.
    #[must_use]
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Something stopped the code that called.
    pub fn stopped(stop: Stop) -> Self {
        Self::new(FailureKind::Stopped(stop), "the call was cancelled")
    }

    /// The other side gave an error of its own.
    pub fn failed(message: impl Into<String>) -> Self {
        Self::new(FailureKind::Failed, message)
    }

    /// The arguments are not what the tool takes.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(FailureKind::InvalidArgs, message)
    }

    /// As a runtime error of the program.
    pub fn into_error(self, name: &str) -> Failure {
        let Self { kind, message, notes } = self;
        let failure = Failure::new(kind.code(), format!("`{name}`: {message}"));
        notes.into_iter().fold(failure, Failure::with_note)
    }

    /// As what `try` is made of.
    pub fn to_outcome(&self) -> Value {
        let mut error = json!({ "kind": self.kind.name(), "message": self.message });
        if let FailureKind::RateLimited(after) = self.kind {
            error["retry_after_ms"] = after.into();
        }
        json!({ "err": error })
    }
}
