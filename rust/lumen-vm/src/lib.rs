//! Executes verified LIR.
//!
//! Data path: `Verified<Module>` → [`link`] → [`Program`] → [`Machine`] → [`Outcome`].
//! Reading order: `link` (dense tables), `frame` (the stack), `interp` (instructions and engines), `unwind`
//! (failures), `run` and `handler` (segments of streams and of handlers), `trace`, `spans` (calls of operations),
//! `watch` (looking at a run), `jit` (native code), `machine` (one run), `embed` (functions
//! of the embedding program).

mod embed;
mod captured;
mod copy;
mod frame;
mod handler;
mod interp;
mod jit;
mod link;
mod machine;
mod places;
mod run;
mod scheduler;
mod spans;
mod trace;
mod unwind;
mod watch;

pub use embed::{Callable, FromHost, HostFunctions, IntoHost};
pub use jit::{CellStats, JitOptions, JitStats, Refusal};
pub use link::{Engine, Program, link, link_with};
pub use lumen_runtime::value::exchange::HostValue;
pub use machine::{Limits, Machine, NotLonger, Outcome, RunFailure, RunOptions, Stopped};
pub use trace::{StackTrace, TraceEntry, TraceFrame};
pub use watch::{Local, Look, Position, Stop, Watcher};
