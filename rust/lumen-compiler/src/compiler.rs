//! The front-end passes, in the order in which they run.

pub mod ast;
pub mod hir;
pub mod resolve;
pub mod typecheck;
