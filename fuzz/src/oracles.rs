//! The oracles: what must hold of every input of a target. They panic when it does not.

mod syntax;
mod checker;
mod formatter;
mod decoder;
mod machine;
mod markdown;
mod engines;
mod places;

pub(crate) use checker::checker;
pub(crate) use decoder::{decoder, sections};
pub(crate) use formatter::formatter;
pub(crate) use machine::machine;
pub(crate) use markdown::markdown;
pub(crate) use syntax::syntax;
