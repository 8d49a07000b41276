//! Markdown documents as tests: the engine of `lumen test` and of the specification's own tests.
//!
//! Data path: a document → [`cases`] → [`check`] under every engine → `Ok` or the text of what went wrong.
//! A case compiles exactly what the reader sees: no stubs, nothing relaxed. [`cells`] does the same for `@test` cells.

mod suite;
mod oracle;
mod cells;
mod update;
mod evaluator;

pub use cells::{CellTest, cell_tests};
pub use evaluator::MachineEvaluator;
pub use oracle::{Oracle, check};
pub use suite::{Case, Document, Expect, Role, cases};
pub use update::bless;
