//! Executes verified LIR.
//!
//! Data path: `Verified<Module>` → [`link`] → [`Program`] → [`Machine`] → [`Outcome`].
//! Reading order: `link` (dense tables), `frame` (the stack), `interp` (instructions and engines), `unwind`
//! (failures), `trace`, `machine` (one run).

mod frame;
mod interp;
mod link;
mod machine;
mod run;
mod trace;
mod unwind;

pub use link::{Engine, Program, link};
pub use machine::{Limits, Machine, Outcome, RunFailure, RunOptions};
pub use trace::{StackTrace, TraceEntry, TraceFrame};
