//! Run-time failures: how an operation of the running program ends other than with its value.
//!
//! Each has a code R1xxx from the one table of codes, a one-line message in the style of the
//! diagnostics, and facts that help (the two sides of a failed assertion, the path of a failed
//! conversion). `exit(code)` travels the same way but is no error, and so does what stops the code that runs. Positions and the call stack
//! are added by the engine, which alone knows them.

use crate::host::{Cause, Stop};
use lumen_base::diag::codes::Code;

/// Why an operation did not produce its value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Failure {
    /// A run-time error.
    Error(Box<RuntimeError>),
    /// The program asked to end with this status.
    Exit(i32),
    /// Something stops the code that runs.
    Stopped(Stop),
}

/// A run-time error as data.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RuntimeError {
    /// Which error.
    pub code: Code,
    /// What happened, in one line.
    pub message: String,
    /// Facts that help to understand, one line each.
    pub notes: Vec<String>,
}

/// The result of a run-time operation.
pub type Outcome<T> = Result<T, Failure>;

impl Failure {
    /// An error with a code and a message.
    #[cold]
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self::Error(Box::new(RuntimeError { code, message: message.into(), notes: Vec::new() }))
    }

    /// Adds a fact to an error.
    #[must_use]
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        if let Self::Error(error) = &mut self {
            error.notes.push(note.into());
        }
        self
    }

    /// The code of an error.
    pub fn code(&self) -> Option<Code> {
        match self {
            Self::Error(error) => Some(error.code),
            Self::Exit(_) | Self::Stopped(_) => None,
        }
    }

    /// The exit status of a run that it ends.
    pub fn exit_code(&self) -> i32 {
        match self {
            Self::Exit(status) | Self::Stopped(Stop { cause: Cause::Exit(status), .. }) => *status,
            Self::Error(_) | Self::Stopped(_) => 1,
        }
    }

    /// Whether no `defer` runs any more on its way.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Stopped(stop) if stop.is_final)
    }

    /// Whether `attempt` turns it into a value: not limits, not the end of the program, nothing of the tape.
    pub fn is_catchable(&self) -> bool {
        match self {
            Self::Error(error) => !matches!(
                error.code,
                Code::R1010 | Code::R1011 | Code::R1012 | Code::R1075 | Code::R1076
            ),
            Self::Exit(_) | Self::Stopped(_) => false,
        }
    }

    /// `a op b` (or `-a`) does not fit 64 bits.
    #[cold]
    pub fn overflow(operation: impl std::fmt::Display) -> Self {
        Self::new(Code::R1001, format!("integer overflow in `{operation}`"))
    }

    /// Integer division or remainder by zero.
    #[cold]
    pub fn division_by_zero() -> Self {
        Self::new(Code::R1002, "division by zero")
    }

    /// An index outside `0..len`.
    #[cold]
    pub fn index(index: i64, len: usize) -> Self {
        let what = if len == 0 {
            "it is empty".to_owned()
        } else {
            format!("the indexes are 0 to {}", len - 1)
        };
        Self::new(Code::R1003, format!("index {index} is out of range: {what}"))
    }

    /// A slice that does not lie inside `0..=len`.
    #[cold]
    pub fn slice(from: i64, to: i64, len: usize) -> Self {
        Self::new(
            Code::R1003,
            format!("the slice {from}..{to} is out of range: the length is {len}"),
        )
    }

    /// A key that must be there is not.
    #[cold]
    pub fn missing_key(key: &str) -> Self {
        Self::new(Code::R1004, format!("the map has no key {key}"))
    }

    /// `e!` on null or an `err`.
    #[cold]
    pub fn unwrap(found: &str) -> Self {
        Self::new(Code::R1005, format!("`!` found {found}"))
    }

    /// An assertion does not hold.
    #[cold]
    pub fn assertion(message: impl Into<String>) -> Self {
        Self::new(Code::R1006, message)
    }

    /// `panic(message)`.
    #[cold]
    pub fn panic(message: impl Into<String>) -> Self {
        Self::new(Code::R1007, message)
    }

    /// `halt(message)`.
    #[cold]
    pub fn halt(message: impl Into<String>) -> Self {
        Self::new(Code::R1008, message)
    }

    /// The call stack does not fit its memory.
    #[cold]
    pub fn stack_overflow(limit_bytes: u64) -> Self {
        let mib = limit_bytes >> 20;
        Self::new(Code::R1009, format!("stack overflow: the calls need more than {mib} MiB"))
    }

    /// The values of the run do not fit its memory.
    #[cold]
    pub fn memory_limit(limit_bytes: u64) -> Self {
        Self::new(Code::R1010, format!("the memory limit of {limit_bytes} bytes is exceeded"))
    }

    /// The run took more steps than allowed.
    #[cold]
    pub fn instruction_limit(limit: u64) -> Self {
        Self::new(Code::R1011, format!("the instruction limit of {limit} is exceeded"))
    }

    /// The run wrote more than allowed.
    #[cold]
    pub fn output_limit(limit_bytes: u64) -> Self {
        Self::new(Code::R1012, format!("the output limit of {limit_bytes} bytes is exceeded"))
    }

    /// A shift by less than 0 or more than 63.
    #[cold]
    pub fn shift(count: i64) -> Self {
        Self::new(Code::R1013, format!("shift by {count}: the count must be 0 to 63"))
    }

    /// `a ** b` on integers with `b < 0`.
    #[cold]
    pub fn negative_exponent(exponent: i64) -> Self {
        Self::new(Code::R1014, format!("`**` with the negative exponent {exponent} on Ints"))
    }

    /// A value does not have the type it is converted to; the text names the path.
    #[cold]
    pub fn conversion(message: impl Into<String>) -> Self {
        Self::new(Code::R1015, message)
    }

    /// A `where` condition does not hold.
    #[cold]
    pub fn constraint(message: impl Into<String>) -> Self {
        Self::new(Code::R1016, message)
    }

    /// A builtin was called with a value that it cannot take.
    #[cold]
    pub fn argument(message: impl Into<String>) -> Self {
        Self::new(Code::R1017, message)
    }

    /// A string, list or map would have more than 2^31 - 1 elements.
    #[cold]
    pub fn too_large(what: &str) -> Self {
        Self::new(Code::R1018, format!("the {what} would have more than {} elements", i32::MAX))
    }

    /// A float that has no `Int` is converted to one.
    #[cold]
    pub fn float_to_int(value: f64) -> Self {
        let text = crate::value::number::float_text(value);
        Self::new(Code::R1019, format!("the float {text} does not fit an Int"))
    }

    /// The host could not do what was asked: a file, a directory, an input.
    #[cold]
    pub fn host(message: impl Into<String>) -> Self {
        Self::new(Code::R1020, message)
    }

    /// A resumption was resumed that was resumed before.
    #[cold]
    pub fn resumed_twice() -> Self {
        Self::new(Code::R1030, "a resumption is resumed a second time")
    }

    /// What a `multi` operation interrupted holds something that cannot be copied.
    #[cold]
    pub fn not_copied(what: &str) -> Self {
        let message =
            format!("what a `multi` operation interrupted has {what}, which cannot be copied");
        Self::new(Code::R1032, message)
    }

    /// A resumption would hold a `timeout` that runs.
    #[cold]
    pub fn inside_timeout(operation: &str) -> Self {
        let message = format!("the clause of `{operation}` cannot interrupt a `timeout`");
        Self::new(Code::R1072, message)
    }

    /// An operation is performed where no handler of it is visible.
    #[cold]
    pub fn unhandled(operation: &str) -> Self {
        if operation == lumen_lir::Operation::LEAVE {
            let message = "what `return`, `break` or `continue` leaves here has ended";
            return Self::new(Code::R1021, message);
        }
        Self::new(Code::R1031, format!("nothing handles `{operation}` here"))
    }

    /// The program needs a function of its host that is not registered.
    #[cold]
    pub fn missing_host_function(signature: &str) -> Self {
        let message = format!("the host does not give the function `{signature}`");
        Self::new(Code::R1060, message)
    }

    /// A registered function has other types than the program declares.
    #[cold]
    pub fn other_host_function(declared: &str, registered: &str) -> Self {
        let message = format!("the program declares `{declared}`, the host gives `{registered}`");
        Self::new(Code::R1062, message)
    }

    /// A function of the host failed.
    #[cold]
    pub fn host_function(name: &str, message: &str) -> Self {
        Self::new(Code::R1061, format!("the host function `{name}` failed: {message}"))
    }

    /// JSON is asked of a `Secret` or `Untrusted`.
    #[cold]
    pub fn sealed(name: &str) -> Self {
        Self::new(Code::R1063, format!("a value of type {name} has no JSON"))
    }

    /// A function of an untrusted value failed; lowered code makes it too.
    #[cold]
    pub fn inside(code: &str) -> Self {
        Self::new(Code::R1064, format!("a function of an untrusted value failed with {code}"))
    }

    /// A replayed run does something else than the recorded one at operation `seq`.
    #[cold]
    pub fn diverged(seq: u64, recorded: &str, now: &str) -> Self {
        Self::new(Code::R1075, format!("operation {seq} of the replay is not the recorded one"))
            .with_note(format!("recorded: {recorded}"))
            .with_note(format!("now:      {now}"))
    }

    /// The trace of the run cannot be written.
    #[cold]
    pub fn trace(message: impl Into<String>) -> Self {
        Self::new(Code::R1076, message)
    }

    /// A snapshot that is missing, or another text than before.
    #[cold]
    pub fn snapshot(message: impl Into<String>) -> Self {
        Self::new(Code::R1070, message)
    }

    /// A snapshot where there are none.
    #[cold]
    pub fn no_snapshots() -> Self {
        Self::new(Code::R1071, "`assert_snapshot` works under `lumen test` only")
    }

    /// The reply of a tool is not of the type asked for; lowered code makes it too.
    #[cold]
    pub fn tool_mismatch(message: impl Into<String>) -> Self {
        Self::new(Code::R1045, message)
    }

    /// A builtin was called with a value that is nested too deeply for it.
    #[cold]
    pub fn too_deep(limit: usize) -> Self {
        Self::argument(format!("the value is nested more than {limit} levels deep"))
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Error(error) => write!(f, "{}: {}", error.code, error.message),
            Self::Exit(code) => write!(f, "exit {code}"),
            Self::Stopped(Stop { cause: Cause::Exit(code), .. }) => write!(f, "stopped ({code})"),
            Self::Stopped(_) => f.write_str("the time of a `timeout` is over"),
        }
    }
}

impl std::error::Error for Failure {}
