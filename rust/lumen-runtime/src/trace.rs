//! Traces: what a run did outside itself, as data, in a file that shows when it was touched.
//!
//! Data path: the engine announces each observable operation to the [`Tape`] ([`Tape::begin`], [`Tape::end`]); the host
//! behind a [`TapedHost`] gives the answers of the outside in between. A tape that records writes each operation as a
//! line ([`line`]); one that replays gives back the answers of an earlier line and compares everything else. The
//! format is docs/reference/trace.md. Who wants to hear of operations while the run goes on is a [`Listener`].
//!
//! Invariants:
//! - A replaying tape never lets an operation reach the outside, except for what is printed or emitted.
//! - An operation is complete in the file before the program sees its result.
//! - A line depends on all lines before it by a chain of hashes.

mod event;
pub mod graph;
pub mod line;
pub mod page;
mod marks;
#[cfg(feature = "otel")]
pub mod otel;
mod script;
pub mod spans;
mod tape;
mod taped_host;

pub use event::{
    Answer, Bounds, End, Event, FORMAT_VERSION, Header, Operation, Place, RUNTIME_SEMANTICS,
    Reported, Returned, SourceFile, Spent,
};
pub use script::Strictness;
pub use spans::Calls;
pub use tape::{Listener, SharedTape, Tape};
pub use taped_host::TapedHost;
