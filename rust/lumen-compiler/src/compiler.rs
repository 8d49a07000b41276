//! The front-end passes, in the order in which they run.

pub mod hir;
pub mod typecheck;
