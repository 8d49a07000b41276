//! The formatter: one layout for all programs.
//!
//! Input: a document or plain source. Output: the same text with its program code laid out anew; prose, other fences,
//! prefixes of quotes and lists, and line ends stay byte for byte. [`code`] formats one program, [`document`] every
//! fence of a file.
//! Invariants: every token and comment is written once, in its order; the result reads as the same tree (this is checked
//! each time, and a program for which it does not hold is a bug that is reported, not written); formatting the result
//! changes nothing.

mod layout;
mod trivia;
mod writer;
mod lists;
mod types;
mod exprs;
mod chains;
mod control;
mod stmts;
mod items;
mod handlers;
mod tools;
mod document;

pub use document::{Problem, document};

use crate::compiler::ast::{self, File};
use crate::compiler::lexer;
use crate::compiler::parser::{self, ParseOptions};
use crate::compiler::tokens::{TokenKind, Tokens};
use crate::markdown;
use lumen_base::{Diagnostic, FileId, Interner, diag};
use writer::Writer;

/// Times that a program is formatted until nothing changes any more; more would be a bug.
const ROUNDS_MAX: usize = 4;

/// Why a program has no formatted form.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Failure {
    /// It has syntax errors.
    Syntax(Vec<Diagnostic>),
    /// The formatter would change what it means.
    Bug,
}

/// Formats one program with LF line ends.
pub fn code(text: &str) -> Result<String, Failure> {
    // A carriage return among the blanks behind a program is none of its text, as for the compiler.
    let end = markdown::without_blanks(text).len();
    let text = if text[end..].contains('\r') { &text[..end] } else { text };
    let mut program = Program::read(text).map_err(Failure::Syntax)?;
    let before = program.meaning(text);
    let mut text = text.to_owned();
    for _ in 0..ROUNDS_MAX {
        let formatted = program.formatted(&text);
        if formatted == text {
            return Ok(formatted);
        }
        program = Program::read(&formatted).map_err(|_| Failure::Bug)?;
        if program.meaning(&formatted) != before {
            return Err(Failure::Bug);
        }
        text = formatted;
    }
    Err(Failure::Bug)
}

/// A program that was read.
struct Program {
    names: Interner,
    tokens: Tokens,
    file: File,
}

impl Program {
    fn read(text: &str) -> Result<Self, Vec<Diagnostic>> {
        let mut names = Interner::new();
        let mut problems = Vec::new();
        // What only std may declare is no question of layout.
        let options = ParseOptions { is_std: true, ..ParseOptions::default() };
        let file = parser::parse(text, FileId(0), &mut names, &mut problems, options);
        if diag::has_errors(&problems) {
            return Err(problems);
        }
        let tokens = lexer::lex(text, 0, FileId(0), &mut names, &mut problems);
        Ok(Self { names, tokens, file })
    }

    fn formatted(&self, text: &str) -> String {
        let mut writer = Writer::new(text, &self.tokens.list, &self.file);
        writer.program();
        let printed = layout::print(&writer.ops);
        let body = printed.trim_start_matches('\n').trim_end();
        if body.is_empty() { String::new() } else { format!("{body}\n") }
    }

    /// What must stay: the tree without places, the directives, and the comments.
    fn meaning(&self, text: &str) -> (String, Vec<String>) {
        let mut tree = ast::print::print(&self.file, &self.names);
        tree.push_str(&format!("{}", self.file.directives.doc_mode));
        let mut comments = Vec::new();
        let mut at = 0;
        for token in &self.tokens.list {
            // The text of strings with holes stands between their tokens.
            if !matches!(token.kind, TokenKind::StrText | TokenKind::StrClose)
                && !token.is_adjacent()
            {
                let gap = trivia::read(&text[at..token.lo as usize], at == 0);
                comments.extend(gap.notes.iter().map(|note| note.text.to_owned()));
            }
            at = token.hi as usize;
        }
        (tree, comments)
    }
}

#[cfg(test)]
mod tests;
