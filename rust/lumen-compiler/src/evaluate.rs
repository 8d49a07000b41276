//! Evaluation at compile time: what the compiler asks of the machine, which it does not know (decision 74).
//!
//! (Verified module with an entry that returns a value, steps) → [`Evaluation`]. Whoever owns both sides, the command
//! line or the document tests, hands an [`Evaluator`] to the compiler.

use lumen_lir::{Datum, Module, Pos, Verified};

/// Runs code while the program is compiled.
pub trait Evaluator {
    /// Runs the entry of a module, which has no effects, for at most so many calls and loop rounds.
    fn evaluate(&self, module: Verified<Module>, steps: u64) -> Evaluation;
}

/// What became of an evaluation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Evaluation {
    /// The value; nothing when it is no plain data, or too large to be a constant of the program.
    Value(Option<Datum>),
    /// The steps, or the memory, did not suffice.
    Limit,
    /// It printed, or read something: there is nothing of the outside.
    Outside,
    /// It failed: the message of the runtime error, and where.
    Failed { message: String, at: Option<Pos> },
}
