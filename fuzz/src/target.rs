//! The targets: names, oracles, mutators.

use crate::chance::Chance;
use crate::{mutate, oracles};

/// Something that is fuzzed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Target {
    /// Lexer and parser, on program text.
    Syntax,
    /// The whole front end, on program text; what compiles is run under both engines.
    Checker,
    /// The formatter, on program text.
    Formatter,
    /// The decoders of LIR: binary, text, JSON.
    Decoder,
    /// The verifier and both engines, on LIR as text.
    Machine,
    /// Extraction of programs from documents, and the formatter of documents.
    Markdown,
}

impl Target {
    /// All targets.
    pub const ALL: [Self; 6] = [
        Self::Syntax,
        Self::Checker,
        Self::Formatter,
        Self::Decoder,
        Self::Machine,
        Self::Markdown,
    ];

    /// Its name, which is that of its program and of its folder in `corpus/`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Syntax => "syntax",
            Self::Checker => "checker",
            Self::Formatter => "formatter",
            Self::Decoder => "decoder",
            Self::Machine => "machine",
            Self::Markdown => "markdown",
        }
    }

    /// Bytes that an input has at most.
    pub const fn room(self) -> usize {
        match self {
            Self::Machine | Self::Decoder => 8192,
            _ => 4096,
        }
    }

    /// Looks at one input; panics when Lumen is wrong about it.
    pub fn check(self, input: &[u8]) {
        match self {
            Self::Syntax => oracles::syntax(input),
            Self::Checker => oracles::checker(input),
            Self::Formatter => oracles::formatter(input),
            Self::Decoder => oracles::decoder(input),
            Self::Machine => oracles::machine(input),
            Self::Markdown => oracles::markdown(input),
        }
    }

    /// Another input made of this one, of at most `room` bytes; the same text when it is not fit for that.
    pub fn mutate(self, input: &[u8], room: usize, chance: &mut Chance) -> Vec<u8> {
        let Ok(text) = std::str::from_utf8(input) else { return input.to_vec() };
        let mut out = match self {
            Self::Syntax | Self::Checker | Self::Formatter => mutate::program(text, chance),
            Self::Decoder => return mutate::encoded(input, room, chance),
            Self::Machine => mutate::lir(text, chance),
            Self::Markdown => mutate::document(text, chance),
        };
        out.truncate(out.floor_char_boundary(room));
        out.into_bytes()
    }
}
