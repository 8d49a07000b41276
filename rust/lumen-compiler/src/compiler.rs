//! The front-end passes, in the order in which they run.

pub mod tokens;
pub mod lexer;
pub mod ast;
pub(crate) mod habits;
pub mod parser;
pub mod hir;
pub mod resolve;
pub mod typecheck;
pub(crate) mod effects;
pub mod lower;
pub(crate) mod comptime;
pub(crate) mod entry;
pub(crate) mod patterns;
pub(crate) mod snapshots;
pub mod cover;
