//! The extent and shape of number tokens. Their values are decoded by `literals`.

use super::{Lexer, Token, TokenKind, WORD, diagnostics};
use lumen_base::{Span, sym};

impl Lexer<'_> {
    pub(super) fn number(&mut self) {
        let lo = self.at;
        if self.is_tuple_index() {
            while self.peek(0).is_ascii_digit() {
                self.at += 1;
            }
            return self.push(TokenKind::Int, lo as u32, self.at as u32, sym::EMPTY);
        }
        let prefixed = self.peek(0) == b'0' && self.peek(1).is_ascii_alphabetic();
        let (kind, problem) = if prefixed && !matches!(self.peek(1), b'e' | b'E') {
            (TokenKind::Int, self.radix_number())
        } else {
            self.decimal_number()
        };
        let span = Span::new(lo as u32, self.at as u32);
        let problem = problem.or_else(|| bad_underscore(span.text(self.text)));
        if let Some(problem) = problem {
            self.report(diagnostics::bad_number(span.in_file(self.file), problem));
            return self.push(TokenKind::Error, span.lo, span.hi, sym::EMPTY);
        }
        self.push(kind, span.lo, span.hi, sym::EMPTY);
    }

    /// Behind a dot that touches it, as in `t.0.1`, a number is only its digits.
    fn is_tuple_index(&self) -> bool {
        self.flags == 0
            && self.tokens.last().is_some_and(|token: &Token| {
                matches!(token.kind, TokenKind::Dot | TokenKind::QDot)
                    && token.hi as usize == self.at
            })
    }

    fn skip_word(&mut self) {
        while WORD[self.peek(0) as usize] {
            self.at += 1;
        }
    }

    /// `0x…`, `0b…`, `0o…`.
    fn radix_number(&mut self) -> Option<&'static str> {
        let letter = self.peek(1);
        self.at += 2;
        let lo = self.at;
        self.skip_word();
        let digits = &self.bytes[lo..self.at];
        let (radix, problem) = match letter {
            b'x' => (16, "a hexadecimal number has only the digits 0-9 and a-f"),
            b'o' => (8, "an octal number has only the digits 0-7"),
            b'b' => (2, "a binary number has only the digits 0 and 1"),
            b'X' | b'O' | b'B' => return Some("the prefix is lower-case: `0x`, `0o`, `0b`"),
            _ => return Some("a number may not touch a name"),
        };
        if digits.is_empty() {
            return Some("digits must follow the prefix");
        }
        let fits = |&b: &u8| b == b'_' || (b as char).is_digit(radix);
        if digits.iter().all(fits) { None } else { Some(problem) }
    }

    fn skip_digits(&mut self) {
        while matches!(self.peek(0), b'0'..=b'9' | b'_') {
            self.at += 1;
        }
    }

    fn decimal_number(&mut self) -> (TokenKind, Option<&'static str>) {
        let mut kind = TokenKind::Int;
        self.skip_digits();
        if self.peek(0) == b'.' {
            if self.peek(1).is_ascii_digit() {
                kind = TokenKind::Float;
                self.at += 1;
                self.skip_digits();
            } else if !matches!(self.peek(1), b'.' | b'_' | b'a'..=b'z' | b'A'..=b'Z' | 0x80..) {
                self.at += 1;
                return (kind, Some("a float needs digits on both sides of the point"));
            }
        }
        if matches!(self.peek(0), b'e' | b'E') {
            let sign = usize::from(matches!(self.peek(1), b'+' | b'-'));
            if self.peek(1 + sign).is_ascii_digit() {
                kind = TokenKind::Float;
                self.at += 1 + sign;
                self.skip_digits();
            } else if sign == 1 || !WORD[self.peek(1) as usize] {
                self.at += 1 + sign;
                return (kind, Some("an exponent needs digits"));
            }
        }
        if WORD[self.peek(0) as usize] {
            self.skip_word();
            return (kind, Some("a number may not touch a name"));
        }
        (kind, None)
    }
}

/// An underscore stands between two digits.
fn bad_underscore(text: &str) -> Option<&'static str> {
    let bytes = text.as_bytes();
    if !bytes.contains(&b'_') {
        return None;
    }
    let body = match bytes {
        [b'0', b'x' | b'o' | b'b', rest @ ..] => rest,
        all => all,
    };
    let is_digit = |at: Option<usize>| {
        at.and_then(|at| body.get(at)).is_some_and(|byte| byte.is_ascii_hexdigit())
    };
    let misplaced = body
        .iter()
        .enumerate()
        .any(|(i, &b)| b == b'_' && !(is_digit(i.checked_sub(1)) && is_digit(Some(i + 1))));
    misplaced.then_some("an underscore stands between two digits")
}
