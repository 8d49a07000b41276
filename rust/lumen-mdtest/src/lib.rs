//! Markdown documents as tests: the engine of `lumen test` and of the specification's own tests.
//!
//! Data path: a document → [`cases`] → [`check`] under every engine → `Ok` or the text of what went wrong.
//! A case compiles exactly what the reader sees: no stubs, nothing relaxed. [`cells`] does the same for `@test` cells.

mod suite;
mod oracle;
mod scripts;
mod cells;
mod update;
mod evaluator;
mod plain;
mod snapshots;
mod coverage;

pub use cells::{CellTest, cell_tests};
pub use coverage::Coverage;
pub use evaluator::MachineEvaluator;
pub use oracle::{Actual, Engines, Oracle, check, check_within, limits};
pub use plain::{Seen, compile_plain, observe_plain};
pub use snapshots::{Accepted, Snapshots, Texts};
pub use suite::{Case, Document, Expect, Role, cases};
pub use update::bless;
