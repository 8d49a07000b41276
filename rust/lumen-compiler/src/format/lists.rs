//! What stands in brackets: lists of any kind, on one line or one element a line.

use super::layout::{Op, Region};
use super::writer::Writer;
use crate::compiler::tokens::TokenKind;

/// How the elements of a list are set when they do not fit on the line.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Set {
    /// One a line, with a comma behind the last one.
    Lines,
    /// As many a line as fit. A list that ends at `hi` with a comma and a line end keeps its rows.
    Filled { hi: u32 },
}

impl<'a> Writer<'a> {
    /// `n` elements between brackets. A comma at the end of the last line keeps a list broken.
    pub(super) fn bracketed(
        &mut self,
        (open, close): (TokenKind, TokenKind),
        n: usize,
        set: Set,
        mut element: impl FnMut(&mut Self, usize),
    ) {
        let (is_filled, keeps_rows) = match set {
            Set::Filled { hi } => (true, self.comma_ends_line(hi)),
            Set::Lines => (false, false),
        };
        self.open(Region::Group);
        self.expect(open);
        self.push(Op::In);
        if n > 0 {
            self.line("");
        }
        for at in 0..n {
            if at > 0 {
                self.expect(TokenKind::Comma);
                if !is_filled || keeps_rows && self.tok().starts_line() {
                    self.line_between(" ");
                } else {
                    self.fill();
                }
            }
            element(self, at);
        }
        if self.at(TokenKind::Comma) {
            if self.peek(1).starts_line() {
                self.push(Op::Break);
            }
            self.drop_comma();
        }
        if n > 0 {
            self.push(Op::IfBroken(","));
        }
        self.notes_on_lines(0, n == 0);
        self.push(Op::Out);
        self.line("");
        self.expect(close);
        self.close();
    }

    /// Whether the last token before the one that ends at `hi` is a comma at the end of its line.
    fn comma_ends_line(&self, hi: u32) -> bool {
        match self.tokens_to(hi) {
            [.., comma, close] => comma.kind == TokenKind::Comma && close.starts_line(),
            _ => false,
        }
    }

    /// Elements between brackets, the last of which brings its own lines: `f(a, fn(x) … end)`.
    pub(super) fn hugging(
        &mut self,
        (open, close): (TokenKind, TokenKind),
        n: usize,
        mut element: impl FnMut(&mut Self, usize),
    ) {
        self.open(Region::Barrier);
        self.expect(open);
        for at in 0..n {
            if at > 0 {
                self.expect(TokenKind::Comma);
                self.space();
            }
            element(self, at);
        }
        if self.at(TokenKind::Comma) {
            self.drop_comma();
        }
        self.expect(close);
        self.close();
    }

    /// One thing between brackets.
    pub(super) fn enclosed(
        &mut self,
        (open, close): (TokenKind, TokenKind),
        body: impl FnOnce(&mut Self),
    ) {
        self.begin_enclosed(open);
        body(self);
        self.end_enclosed(close);
    }

    pub(super) fn begin_enclosed(&mut self, open: TokenKind) {
        self.open(Region::Group);
        self.expect(open);
        self.push(Op::In);
        self.line("");
    }

    pub(super) fn end_enclosed(&mut self, close: TokenKind) {
        self.notes_on_lines(0, false);
        self.push(Op::Out);
        self.line("");
        self.expect(close);
        self.close();
    }

    /// Opens the parentheses that stand before `lo`; gives how many they are.
    pub(super) fn open_parens(&mut self, lo: u32) -> usize {
        let mut n = 0;
        while self.at(TokenKind::LParen) && self.tok().lo < lo {
            self.begin_enclosed(TokenKind::LParen);
            n += 1;
        }
        n
    }

    /// Closes what `open_parens` opened.
    pub(super) fn close_parens(&mut self, n: usize) {
        for _ in 0..n {
            if self.at(TokenKind::Comma) {
                self.drop_comma();
            }
            self.end_enclosed(TokenKind::RParen);
        }
    }
}

/// `(` and `)`.
pub(super) const PARENS: (TokenKind, TokenKind) = (TokenKind::LParen, TokenKind::RParen);
/// `[` and `]`.
pub(super) const BRACKETS: (TokenKind, TokenKind) = (TokenKind::LBracket, TokenKind::RBracket);
/// `{` and `}`.
pub(super) const BRACES: (TokenKind, TokenKind) = (TokenKind::LBrace, TokenKind::RBrace);
