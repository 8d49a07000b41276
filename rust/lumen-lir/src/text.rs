//! The text form of LIR: printer and parser side by side.
//!
//! Input → output: `print` gives text that `parse` reads back to an equal module; a comment runs from `;` to the end of the line.
//!
//! Shape of a file:
//!
//! ```text
//! module "demo"
//! class c8 = record "Point" (x: t1, y: t1)
//! type t14 = obj c8
//! string k0 = "hello"
//! entry @0
//!
//! cell @0 "main" () -> i64 / {emit}
//!   regs i64, c8, c8?
//!   enter 3
//! L1:
//!   addi r0, r0, 1
//!   loop.lti r0, 10, L1
//!   ret1 r0
//! end
//! ```
//!
//! Names: `r` register, `c` class, `t` type, `k` constant (of the kind that the instruction takes), `@` cell, `g` global, `T` jump
//! table, `L` label, `.` field, `v` variant class, `R` runtime error. `c8` as a representation is a reference, `c8?` a nullable one.
//! Invariant: what is not printed is zero or the fixed beginning of a table; `bare` at the top says that the tables are printed whole.

mod print;
mod cursor;
mod authority;
mod parse;
mod parse_code;

use std::fmt;

pub use parse::{Lines, parse, parse_with_lines};
pub use print::{cell_lines, cell_to_string, print};

/// Why a text is no LIR.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TextError {
    /// One-based line.
    pub line: usize,
    /// What is wrong there.
    pub message: String,
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for TextError {}

#[cfg(test)]
mod tests;
