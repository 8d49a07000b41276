//! The native tier: hot cells and loops become machine code.
//!
//! Input → output: a running task, counted at its safepoints → the same task, run by native code between them.
//!
//! Reading order: `jit/tier.rs` (when native code is made, entered and left), `jit/plan.rs` (what is known of a cell),
//! `jit/cranelift.rs` and its parts (LIR → machine code), `jit/steps.rs` (the instructions that native code leaves to the
//! interpreter's handlers), `jit/stats.rs`.
//!
//! How native code keeps a task exact:
//! - Between safepoints registers live in machine registers; the frame in the task's stack holds nothing of them.
//! - Native code never raises a failure that has an instruction of its own: it *leaves* before that instruction, and the
//!   interpreter executes it. So codes, positions and messages are the interpreter's.
//! - Leaving writes the registers that are read later or own a value into the frame and returns a negative status; each
//!   native caller then writes its own, and the record of the callee's frame, and returns the status on. When the last
//!   has returned, the stack of the task is what the interpreter would have made of it.
//! - Fuel travels in a machine register through calls; its exhaustion is one more reason to leave.

mod constants;
mod cranelift;
mod lengths;
mod plan;
mod ranges;
mod rows;
mod stats;
mod steps;
mod tier;

pub use plan::Refusal;
pub use stats::{CellStats, JitStats};
pub(crate) use tier::Jit;

/// How the native tier works.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct JitOptions {
    /// Safepoints that a cell or loop passes before it is compiled; 1 compiles at first sight.
    pub threshold: u32,
    /// Native code is left at every safepoint: for tests.
    pub forced_exits: bool,
    /// Bytes of the machine's own stack that native code may use.
    pub stack: usize,
}

impl Default for JitOptions {
    fn default() -> Self {
        Self { threshold: 4_000, forced_exits: false, stack: 512 << 10 }
    }
}
