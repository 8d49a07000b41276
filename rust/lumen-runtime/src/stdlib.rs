//! The builtins: Rust functions under the names of `lumen_lir::INTRINSICS`.
//!
//! Input → output: a builtin reads its arguments from a [`Call`] as its row in that table declares
//! them, and returns through it. A test compares the two sets of names. No builtin calls Lumen
//! code; what a builtin does outside goes through the context's [`Outside`].

mod core;
mod text;
mod pattern;
mod number;
mod list;
mod list_shape;
mod table;
mod json;
mod json_edit;
mod encoding;
mod outside;
mod probe;

pub use pattern::Regexes;

use crate::failure::Outcome;
use crate::host::Outside;
use crate::value::call::Call;
use crate::value::heap::Heap;
use lumen_lir::INTRINSICS;
use rustc_hash::FxHashMap;
use std::sync::OnceLock;

/// A builtin.
pub type Builtin = fn(&mut Call<'_>) -> Outcome<()>;

/// What a task's builtins work with.
#[derive(Debug)]
pub struct RtCtx {
    /// The heap of the task.
    pub heap: Heap,
    /// The outside, with buffered output.
    pub outside: Outside,
    /// Compiled regular expressions.
    pub regexes: Regexes,
}

impl RtCtx {
    /// A context over a heap and the outside.
    pub fn new(heap: Heap, outside: Outside) -> Self {
        Self { heap, outside, regexes: Regexes::default() }
    }
}

/// Rows of builtins, one table for each file.
type Rows = &'static [(&'static str, Builtin)];

const GROUPS: [Rows; 12] = [
    core::ROWS,
    text::ROWS,
    pattern::ROWS,
    number::ROWS,
    list::ROWS,
    list_shape::ROWS,
    table::ROWS,
    json::ROWS,
    json_edit::ROWS,
    encoding::ROWS,
    outside::ROWS,
    probe::ROWS,
];

/// The builtins in the order of `INTRINSICS`: index them with the number in an `rt` instruction.
pub fn builtins() -> &'static [Builtin] {
    static TABLE: OnceLock<Vec<Builtin>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let by_name: FxHashMap<_, _> = GROUPS.into_iter().flatten().copied().collect();
        let find = |row: &lumen_lir::Signature| by_name.get(row.name).copied();
        INTRINSICS.iter().map(|row| find(row).unwrap_or(core::missing)).collect()
    })
}

#[cfg(test)]
mod tests;
