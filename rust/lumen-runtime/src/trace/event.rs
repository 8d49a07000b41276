//! The events of a trace: plain data, written as JSON.
//!
//! Invariant: what depends on the machine or the moment (times, the name of the run) stands in fields of its own that
//! comparisons leave out.

use crate::host::Stop;
use crate::tools::Bounds as Authority;
use crate::value::exchange::HostValue;
use serde::{Deserialize, Serialize};

/// Version of the format; a reader refuses every other one.
pub const FORMAT_VERSION: u32 = 2;

/// Version of what instructions and builtins mean: a recording of another one is not replayed.
pub const RUNTIME_SEMANTICS: u32 = 1;

/// A line of a trace.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// The first line: which run this is.
    Run(Header),
    /// An operation with its result.
    Op(Operation),
    /// The last line: how the run ended.
    End(End),
}

/// Which run a trace is of.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// [`FORMAT_VERSION`].
    pub version: u32,
    /// [`RUNTIME_SEMANTICS`].
    pub semantics: u32,
    /// Name of the run.
    pub run: String,
    /// The document, as the command line named it.
    pub program: String,
    /// BLAKE3 of the LIR in its binary form, in hex.
    pub module: String,
    /// BLAKE3 of the same program made for `lumen trace step`, in hex; empty when it is not kept.
    pub look: String,
    /// The documents that the program was made from.
    pub sources: Vec<SourceFile>,
    /// The arguments of the program.
    pub args: Vec<String>,
    /// The bounds it ran under.
    pub bounds: Bounds,
    /// What the flags and `lumen.toml` allowed and denied.
    pub authority: Vec<Authority>,
    /// When the run began, in milliseconds since 1970.
    pub started_ms: i64,
}

/// Bounds of a run; nothing where there is none.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bounds {
    /// Bytes of values.
    pub memory: Option<u64>,
    /// Bytes of the call stack.
    pub stack: Option<u64>,
    /// Calls and rounds of loops.
    pub instructions: Option<u64>,
    /// Bytes of output.
    pub output: Option<u64>,
}

/// A document of the program.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceFile {
    /// As positions name it.
    pub path: String,
    /// BLAKE3 of its bytes, in hex.
    pub hash: String,
}

/// An operation that is seen from outside, or sees the outside.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operation {
    /// Its number, from 1.
    pub seq: u64,
    /// The builtin.
    pub name: String,
    /// Texts of its arguments.
    pub args: Vec<String>,
    /// What the outside answered, in order.
    pub answers: Vec<Answer>,
    /// What the program got.
    pub returned: Returned,
    /// The calls that led to it, innermost first.
    pub stack: Vec<Place>,
    /// How many of the calls that the operation before was in have ended, innermost first.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub left: u32,
    /// The calls that began since, outermost first, with the places where they were called.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entered: Vec<Place>,
    /// When it began, in microseconds since the run began.
    pub at_us: u64,
    /// How long it took, in microseconds.
    pub took_us: u64,
    /// What the call of a tool took, where its provider says.
    #[serde(default, skip_serializing_if = "Spent::is_nothing")]
    pub spent: Spent,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(n: &u32) -> bool {
    *n == 0
}

/// What the call of a tool took: like times, no part of comparisons.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spent {
    /// Tokens.
    pub tokens: Option<u64>,
    /// US dollars.
    pub cost_usd: Option<f64>,
}

impl Spent {
    /// Whether nothing is known.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let tokens = match (self.tokens, other.tokens) {
            (Some(a), Some(b)) => Some(a.saturating_add(b)),
            (a, b) => a.or(b),
        };
        let cost_usd = match (self.cost_usd, other.cost_usd) {
            (Some(a), Some(b)) => Some(a + b),
            (a, b) => a.or(b),
        };
        Self { tokens, cost_usd }
    }
}

impl std::fmt::Display for Spent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(cost) = self.cost_usd {
            write!(f, "${cost:.6}")?;
        }
        if let Some(tokens) = self.tokens {
            let before = if self.cost_usd.is_some() { ", " } else { "" };
            write!(f, "{before}{tokens} tokens")?;
        }
        Ok(())
    }
}

/// One answer of the outside.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Answer {
    /// It was done.
    Done,
    /// 64 random bits.
    Bits(u64),
    /// The clock, in nanoseconds since 1970.
    Nanos(i64),
    /// A line of the input; nothing at its end.
    Line(Option<String>),
    /// The arguments of the program.
    Args(Vec<String>),
    /// A value of a host function.
    Value(HostValue),
    /// Whether somebody approved a call.
    Approved(bool),
    /// The reply of a tool.
    Reply(serde_json::Value),
    /// Why a tool gave no reply.
    NoReply(crate::tools::ToolFailure),
    /// Something stopped the code that asked.
    Stopped(Stop),
    /// It could not be done.
    Failed(String),
}

/// What an operation gave the program.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Returned {
    /// The text of its value; `null` when it has none.
    Value(String),
    /// A runtime error.
    Failed(Reported),
}

/// A runtime error.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reported {
    /// `R1xxx`.
    pub code: String,
    /// In one line.
    pub message: String,
}

/// A call in a document.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Name of the cell.
    pub cell: String,
    /// The document; empty for code without a position.
    pub path: String,
    /// Line, from 1.
    pub line: u32,
    /// Byte column, from 1.
    pub column: u32,
}

/// How a run ended.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct End {
    /// How many operations there were.
    pub operations: u64,
    /// The exit code.
    pub exit_code: i32,
    /// The error that ended it.
    pub failed: Option<Reported>,
    /// How long it took, in microseconds.
    pub took_us: u64,
}

impl Header {
    /// The header of a run of this version without arguments and bounds, whose program is not kept.
    pub fn new(run: &str, program: &str) -> Self {
        Self {
            version: FORMAT_VERSION,
            semantics: RUNTIME_SEMANTICS,
            run: run.to_owned(),
            program: program.to_owned(),
            module: String::new(),
            look: String::new(),
            sources: Vec::new(),
            args: Vec::new(),
            bounds: Bounds::default(),
            authority: Vec::new(),
            started_ms: 0,
        }
    }
}

impl Event {
    /// The event as JSON on one line.
    pub fn json(&self) -> String {
        serde_json::to_string(self).expect("events have string keys only")
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.path.as_str() {
            "" => f.write_str(&self.cell),
            path => write!(f, "{} ({path}:{}:{})", self.cell, self.line, self.column),
        }
    }
}

impl std::fmt::Display for Returned {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Value(text) => f.write_str(text),
            Self::Failed(Reported { code, message }) => write!(f, "{code}: {message}"),
        }
    }
}

impl Operation {
    /// The call as it would be written: `random_int(1, 6)`.
    pub fn call(&self) -> String {
        format!("{}({})", self.name, self.args.join(", "))
    }

    /// Name of a stop at a safepoint, whose one argument is the position of the run.
    pub const STOP: &'static str = "stop";

    /// Whether it is a stop at a safepoint.
    pub fn is_stop(&self) -> bool {
        self.name == Self::STOP
    }

    /// Whether it writes what the user sees, and nothing comes back.
    pub fn is_output(&self) -> bool {
        matches!(self.name.as_str(), "print" | "debug" | "emit")
    }
}
