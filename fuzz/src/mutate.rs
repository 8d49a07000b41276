//! The mutators: inputs that still look like what a target reads.

mod pieces;
mod dictionary;
mod binary;

pub(crate) use binary::encoded;

use crate::chance::Chance;
use dictionary::{DOCUMENT, PROGRAM, code_lines, documents, lir_lines, mnemonics};
use pieces::Edits;

/// Program text: tokens and lines change, move, come from the repository's programs.
pub(crate) fn program(text: &str, chance: &mut Chance) -> String {
    Edits { words: PROGRAM, lines: code_lines() }.apply(text, chance)
}

/// LIR as text.
pub(crate) fn lir(text: &str, chance: &mut Chance) -> String {
    Edits { words: mnemonics(), lines: lir_lines() }.apply(text, chance)
}

/// A document.
pub(crate) fn document(text: &str, chance: &mut Chance) -> String {
    Edits { words: DOCUMENT, lines: documents() }.apply(text, chance)
}
