//! Type checking: HIR to typed tables.

pub mod tables;
pub mod types;
