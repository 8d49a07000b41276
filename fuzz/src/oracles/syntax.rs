//! Lexer and parser: total, with places in range; tokens in order; the same tree each time.

use super::places;
use lumen_base::{FileId, Interner, SourceMap};
use lumen_compiler::compiler::ast::print::print;
use lumen_compiler::compiler::lexer;
use lumen_compiler::compiler::parser::{self, ParseOptions};
use lumen_compiler::compiler::tokens::TokenKind;

pub(crate) fn syntax(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let mut sources = SourceMap::default();
    let file = sources.add("fuzz.lm", text);
    tokens(text, file);
    for is_std in [false, true] {
        let mut names = Interner::new();
        let mut problems = Vec::new();
        let options = ParseOptions { is_std, ..ParseOptions::default() };
        let tree = parser::parse(text, file, &mut names, &mut problems, options);
        tree.exprs.values().for_each(|expr| places::inside(text, expr.span, "an expression"));
        tree.stmts.values().for_each(|stmt| places::inside(text, stmt.span, "a statement"));
        tree.pats.values().for_each(|pat| places::inside(text, pat.span, "a pattern"));
        tree.types.values().for_each(|ty| places::inside(text, ty.span, "a type"));
        places::shown(&problems, &sources);
        let shown = print(&tree, &names);
        let (mut names, mut again) = (Interner::new(), Vec::new());
        let tree = parser::parse(text, file, &mut names, &mut again, options);
        assert_eq!(shown, print(&tree, &names), "another tree the second time");
        assert_eq!(problems.len(), again.len(), "other errors the second time");
    }
}

/// Tokens are in order, do not overlap, and the last one is the end.
fn tokens(text: &str, file: FileId) {
    let (mut names, mut problems) = (Interner::new(), Vec::new());
    let tokens = lexer::lex(text, 0, file, &mut names, &mut problems);
    let mut at = 0;
    for token in &tokens.list {
        places::inside(text, token.span(), "a token");
        assert!(token.lo >= at, "{token:?} begins before {at}");
        at = token.hi;
    }
    assert_eq!(tokens.list.last().map(|token| token.kind), Some(TokenKind::Eof));
    tokens.docs.iter().for_each(|doc| places::inside(text, doc.text, "documentation"));
}
