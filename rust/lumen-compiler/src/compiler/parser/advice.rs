//! What is written as in another language, seen at a token that does not fit: the advice that goes with the error.

use super::{Parser, TokenKind};

impl Parser<'_> {
    /// What to write instead, where the tokens around the current one are a habit from elsewhere.
    pub(super) fn habit(&self) -> Option<&'static str> {
        let token = self.tok();
        match token.kind {
            TokenKind::Not if self.peek(1).kind == TokenKind::In => Some("write `not (x in xs)`"),
            TokenKind::Comma if self.follows_for() => {
                Some("several names stand in parentheses: `for (key, value) in …`")
            }
            TokenKind::Str | TokenKind::StrOpen if token.is_adjacent() && self.pos > 0 => {
                let before = self.prev_span().text(self.text);
                matches!(before, "f" | "F")
                    .then_some("a text needs no mark: `\"{name}\"` has holes already")
            }
            TokenKind::Eq if self.follows_argument() => {
                Some("an argument by name is written `name: value`")
            }
            TokenKind::If if self.pos > 0 && !token.starts_line() => {
                Some("a choice that has a value begins with its condition: `if c then a else b`")
            }
            _ => None,
        }
    }

    /// Whether the token before is the first one behind `(` or `,`.
    fn follows_argument(&self) -> bool {
        let mut before = self.tokens[..self.pos].iter().rev().map(|token| token.kind);
        before.next() == Some(TokenKind::Ident)
            && matches!(before.next(), Some(TokenKind::LParen | TokenKind::Comma))
    }

    /// Whether the token before is the name behind `for`.
    fn follows_for(&self) -> bool {
        let mut before = self.tokens[..self.pos].iter().rev();
        let is_name = before.next().is_some_and(|token| token.kind == TokenKind::Ident);
        is_name && before.next().is_some_and(|token| token.kind == TokenKind::For)
    }
}
