//! Writes the tokens of documents, for the tests of editor grammars.
//!
//! Input: paths of documents as arguments. Output: for each program (a fence, or a plain source file) one line
//! `file:line`, with ` reads` behind it when the parser reads it without errors; then its text as hex; then
//! `kind lo hi` for each token and comment; then an empty line. The kinds are `keyword`, `string`, `number`, `comment`,
//! `name` and `other`; offsets count bytes.

use lumen_base::{FileId, Interner, OsSystem, System, diag};
use lumen_compiler::compilation::form_of;
use lumen_compiler::compiler::lexer::lex;
use lumen_compiler::compiler::parser::{ParseOptions, parse};
use lumen_compiler::compiler::tokens::{Token, TokenKind};
use lumen_compiler::markdown::{FenceKind, Form, extract};
use std::fmt::Write;
use std::path::Path;

fn main() {
    let mut out = String::new();
    for path in std::env::args().skip(1) {
        let Ok(bytes) = OsSystem.read(Path::new(&path)) else { continue };
        let Ok(text) = String::from_utf8(bytes) else { continue };
        if form_of(&path) == Form::Plain {
            program(&mut out, &path, &text);
            continue;
        }
        let document = extract(&text, Form::Markdown, FileId(0), &mut Vec::new());
        for (at, fence) in document.fences.iter().enumerate() {
            if !matches!(fence.kind, FenceKind::Other | FenceKind::Output) {
                let line = text[..fence.span.lo as usize].matches('\n').count() + 1;
                program(&mut out, &format!("{path}:{line}"), &document.content(&text, at));
            }
        }
    }
    drop(OsSystem.stdout(out.as_bytes()));
}

/// The tokens of a program, when it has no lexical errors.
fn program(out: &mut String, name: &str, text: &str) {
    let mut problems = Vec::new();
    let tokens = lex(text, 0, FileId(0), &mut Interner::new(), &mut problems);
    if !problems.is_empty() {
        return;
    }
    let hex: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    let options = ParseOptions { is_std: name.starts_with("std/"), ..ParseOptions::default() };
    parse(text, FileId(0), &mut Interner::new(), &mut problems, options);
    let reads = if diag::has_errors(&problems) { "" } else { " reads" };
    let _ = writeln!(out, "{name}{reads}\n{hex}");
    let mut hi = 0;
    for token in &tokens.list {
        if !matches!(token.kind, TokenKind::StrText | TokenKind::StrClose) {
            comments(out, &text[hi..token.lo as usize], hi);
        }
        if token.lo < token.hi {
            let _ = writeln!(out, "{} {} {}", kind(*token), token.lo, token.hi);
        }
        hi = token.hi as usize;
    }
    out.push('\n');
}

/// The comments of a gap that begins at `lo`; a documentation block is one too.
fn comments(out: &mut String, gap: &str, lo: usize) {
    if gap.contains("```") {
        return;
    }
    let mut at = lo;
    for line in gap.split_inclusive('\n') {
        if let Some(column) = line.find('#') {
            let _ = writeln!(out, "comment {} {}", at + column, at + line.trim_end().len());
        }
        at += line.len();
    }
}

fn kind(token: Token) -> &'static str {
    use TokenKind as K;
    match token.kind {
        K::Str | K::Bytes | K::StrOpen | K::StrText | K::StrClose => "string",
        K::Int | K::Float => "number",
        K::Ident | K::Upper => "name",
        kind if kind.is_keyword() => "keyword",
        _ => "other",
    }
}
