//! What a running program can touch: values, failures, builtins. Knows no instruction.
//!
//! Reading order: [`failure`] (how an operation fails), [`value`] (the value representation),
//! [`host`] (the outside), [`trace`] (what a run did there), [`stdlib`] (the builtins).

pub mod failure;
pub mod host;
pub mod value;
pub mod schema;
pub mod stdlib;
pub mod tools;
pub mod trace;
