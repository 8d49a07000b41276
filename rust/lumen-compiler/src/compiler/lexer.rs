//! Text to tokens, by hand over bytes; never fails: what cannot be read is an `Error` token and a
//! diagnostic.
//!
//! Strings with holes become `StrOpen`, then `StrText` and `HoleOpen … [HoleSpec] HoleClose` in
//! any number, then `StrClose`; the tokens of a hole stand in between, and a stack of modes says
//! which string to go on with. Numbers, bytes and format specs are decoded by `literals` when
//! the parser makes their nodes.
//!
//! Invariants: tokens are in source order, do not overlap, and lie on character boundaries; the
//! last one is `Eof`; `StrOpen`/`StrClose` and `HoleOpen`/`HoleClose` nest.

mod diagnostics;
pub(crate) mod literals;
mod numbers;
mod strings;

use super::tokens::{DocBlock, Token, TokenKind, Tokens};
use lumen_base::{Diagnostic, FileId, Interner, Span, Symbol, sym};
use strings::{Mode, Segment};

/// Reads all tokens of `text`.
pub fn lex(
    text: &str,
    start: u32,
    file: FileId,
    names: &mut Interner,
    diags: &mut Vec<Diagnostic>,
) -> Tokens {
    let mut lexer = Lexer {
        text,
        bytes: text.as_bytes(),
        file,
        at: start as usize,
        flags: Token::NEWLINE,
        // Dense code has a token for 3.7 bytes; pages that are not used cost nothing.
        tokens: Vec::with_capacity((text.len() - text.len().min(start as usize)) / 3 + 16),
        docs: Vec::new(),
        modes: Vec::new(),
        segments: Vec::new(),
        scratch: String::new(),
        names,
        diags,
    };
    lexer.reject_lone_return();
    lexer.run();
    Tokens { list: lexer.tokens, docs: lexer.docs }
}

/// State of one run.
struct Lexer<'a> {
    text: &'a str,
    bytes: &'a [u8],
    file: FileId,
    /// Next byte to read.
    at: usize,
    /// What stood between the last token and `at`.
    flags: u8,
    tokens: Vec<Token>,
    docs: Vec<DocBlock>,
    /// The strings whose holes are open, outermost first.
    modes: Vec<Mode>,
    /// Text parts of open multi-line strings.
    segments: Vec<Segment>,
    /// Decoded text of the string at hand.
    scratch: String,
    names: &'a mut Interner,
    diags: &'a mut Vec<Diagnostic>,
}

/// What a byte can begin.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Class {
    Bad,
    Space,
    Newline,
    Word,
    Digit,
    Quote,
    Hash,
    Mark,
    Backtick,
    High,
}

const CLASS: [Class; 256] = {
    let mut table = [Class::Bad; 256];
    let mut b = 0;
    while b < 256 {
        table[b] = match b as u8 {
            b' ' | b'\t' | b'\r' => Class::Space,
            b'\n' => Class::Newline,
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => Class::Word,
            b'0'..=b'9' => Class::Digit,
            b'"' => Class::Quote,
            b'#' => Class::Hash,
            b'`' => Class::Backtick,
            b'(' | b')' | b'[' | b']' | b'{' | b'}' | b',' | b':' | b'.' | b'?' | b'!' | b'@'
            | b'-' | b'=' | b'<' | b'>' | b'+' | b'*' | b'/' | b'%' | b'&' | b'^' | b'|' | b'~' => {
                Class::Mark
            }
            0x80..=0xFF => Class::High,
            _ => Class::Bad,
        };
        b += 1;
    }
    table
};

/// Whether the byte may stand inside an ASCII identifier.
const WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut b = 0;
    while b < 256 {
        table[b] = (b as u8).is_ascii_alphanumeric() || b == b'_' as usize;
        b += 1;
    }
    table
};

impl<'a> Lexer<'a> {
    fn run(&mut self) {
        while let Some(&byte) = self.bytes.get(self.at) {
            match CLASS[byte as usize] {
                Class::Space => {
                    self.at += 1;
                    self.flags |= Token::SPACE;
                }
                Class::Newline => self.newline(),
                Class::Word => self.word(byte),
                Class::Digit => self.number(),
                Class::Mark => self.mark(byte),
                Class::Quote => self.string(self.at, 0),
                Class::Hash => self.comment(),
                Class::Backtick => self.doc_block(),
                Class::High => self.high(),
                Class::Bad => self.bad_character(),
            }
        }
        self.close_strings_at_end();
        let end = self.bytes.len() as u32;
        self.flags |= Token::NEWLINE;
        self.push(TokenKind::Eof, end, end, sym::EMPTY);
    }

    /// A carriage return ends a line for Markdown and most editors, and none for the lexer: what a reader takes for code
    /// could be a comment. The first one without a line feed is an error, in strings and comments too.
    fn reject_lone_return(&mut self) {
        let rest = &self.bytes[self.at.min(self.bytes.len())..];
        let lone = memchr::memchr_iter(b'\r', rest).find(|at| rest.get(at + 1) != Some(&b'\n'));
        if let Some(at) = lone {
            let lo = (self.at + at) as u32;
            let at = Span::new(lo, lo + 1).in_file(self.file);
            self.report(diagnostics::lone_return(at));
        }
    }

    #[inline]
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    #[inline]
    fn push(&mut self, kind: TokenKind, lo: u32, hi: u32, symbol: Symbol) {
        self.tokens.push(Token { lo, hi, symbol, kind, flags: self.flags });
        self.flags = 0;
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.diags.push(diagnostic);
    }

    /// The character that begins at `at`.
    fn char_at(&self, at: usize) -> Option<char> {
        self.text.get(at..)?.chars().next()
    }

    fn newline(&mut self) {
        if self.modes.last().is_some_and(|mode| !mode.is_multi) {
            self.close_strings_of_line();
        }
        self.at += 1;
        self.flags |= Token::NEWLINE;
    }

    fn comment(&mut self) {
        let rest = &self.bytes[self.at..];
        self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        self.flags |= Token::SPACE;
    }

    #[inline]
    fn word(&mut self, first: u8) {
        let lo = self.at;
        if matches!(first, b'r' | b'b') && self.peek(1) == b'"' {
            return self.string(lo, first);
        }
        let mut at = lo + 1;
        while let Some(&byte) = self.bytes.get(at)
            && WORD[byte as usize]
        {
            at += 1;
        }
        if self.bytes.get(at).is_some_and(|&byte| byte >= 0x80) {
            at = self.unicode_word_end(at);
        }
        self.finish_word(lo, at);
    }

    #[inline]
    fn finish_word(&mut self, lo: usize, hi: usize) {
        self.at = hi;
        let text = &self.text[lo..hi];
        let symbol = self.names.intern(text);
        let kind = match TokenKind::of_keyword(symbol) {
            Some(keyword) => keyword,
            None => kind_of_name(text),
        };
        self.push(kind, lo as u32, hi as u32, symbol);
    }

    /// End of the identifier that goes on at `at` with a character beyond ASCII, if it goes on.
    fn unicode_word_end(&self, at: usize) -> usize {
        let rest = self.text.get(at..).unwrap_or("");
        let stop = rest.char_indices().find(|&(_, c)| !unicode_ident::is_xid_continue(c));
        at + stop.map_or(rest.len(), |(offset, _)| offset)
    }

    fn high(&mut self) {
        match self.char_at(self.at) {
            Some(c) if unicode_ident::is_xid_start(c) => {
                let hi = self.unicode_word_end(self.at);
                self.finish_word(self.at, hi);
            }
            Some(c) if c.is_whitespace() && c != '\u{85}' && c != '\u{2028}' && c != '\u{2029}' => {
                self.at += c.len_utf8();
                self.flags |= Token::SPACE;
            }
            _ => self.bad_character(),
        }
    }

    /// Reports a run of characters that begin no token, as one `Error` token.
    fn bad_character(&mut self) {
        let lo = self.at;
        let first = self.char_at(lo).unwrap_or('\0');
        self.at += first.len_utf8();
        while let Some(next) = self.char_at(self.at)
            && next == first
        {
            self.at += next.len_utf8();
        }
        let span = Span::new(lo as u32, self.at as u32);
        let at = span.in_file(self.file);
        self.report(diagnostics::unexpected_character(at, first));
        self.push(TokenKind::Error, span.lo, span.hi, sym::EMPTY);
    }

    /// A documentation block between two lines of three backticks.
    fn doc_block(&mut self) {
        let lo = self.at;
        let ticks = self.bytes[lo..].iter().take_while(|&&b| b == b'`').count();
        if ticks < 3 || self.flags & Token::NEWLINE == 0 || !self.modes.is_empty() {
            return self.bad_character();
        }
        let rest = &self.bytes[lo..];
        let body = lo + memchr::memchr(b'\n', rest).map_or(rest.len(), |n| n + 1);
        let mut line = body;
        while line < self.bytes.len() {
            let hi = line
                + memchr::memchr(b'\n', &self.bytes[line..]).unwrap_or(self.bytes.len() - line);
            let text = self.bytes[line..hi].trim_ascii();
            if text.len() >= ticks && text.iter().all(|&b| b == b'`') {
                let text = Span::new(body as u32, line as u32);
                self.docs.push(DocBlock { text, next: self.tokens.len() as u32 });
                self.at = hi;
                return;
            }
            line = hi + 1;
        }
        let open = Span::new(lo as u32, (lo + ticks) as u32);
        self.report(diagnostics::unterminated_doc_block(open.in_file(self.file)));
        self.at = self.bytes.len();
    }

    /// Operators and brackets, by longest match.
    fn mark(&mut self, byte: u8) {
        use TokenKind as K;
        let (b1, b2) = (self.peek(1), self.peek(2));
        let (kind, len) = match byte {
            b'(' => return self.open(K::LParen),
            b'[' => return self.open(K::LBracket),
            b'{' => return self.open(K::LBrace),
            b')' => return self.close(K::RParen),
            b']' => return self.close(K::RBracket),
            b'}' => return self.close(K::RBrace),
            b':' => return self.colon(),
            b',' => (K::Comma, 1),
            b'@' => (K::At, 1),
            b'.' => match (b1, b2) {
                (b'.', b'.') => (K::Ellipsis, 3),
                (b'.', b'=') => (K::DotDotEq, 3),
                (b'.', _) => (K::DotDot, 2),
                _ => (K::Dot, 1),
            },
            b'?' => match b1 {
                b'.' => (K::QDot, 2),
                b'[' => {
                    self.note_bracket(1);
                    (K::QBracket, 2)
                }
                b'?' => (K::QQ, 2),
                _ => (K::Question, 1),
            },
            b'!' => pick(b1, &[(b'=', K::Ne)], K::Bang),
            b'-' => pick(b1, &[(b'>', K::Arrow), (b'=', K::MinusEq)], K::Minus),
            b'=' => pick(b1, &[(b'=', K::EqEq), (b'>', K::FatArrow)], K::Eq),
            b'%' => pick(b1, &[(b'=', K::PercentEq)], K::Percent),
            b'&' => pick(b1, &[(b'=', K::AmpEq)], K::Amp),
            b'^' => pick(b1, &[(b'=', K::CaretEq)], K::Caret),
            b'|' => pick(b1, &[(b'>', K::PipeGt), (b'=', K::BarEq)], K::Bar),
            b'~' => pick(b1, &[(b'>', K::TildeGt)], K::Tilde),
            b'+' => doubled(byte, b1, b2, [K::Plus, K::PlusEq, K::PlusPlus, K::PlusPlusEq]),
            b'*' => doubled(byte, b1, b2, [K::Star, K::StarEq, K::StarStar, K::StarStarEq]),
            b'/' => doubled(byte, b1, b2, [K::Slash, K::SlashEq, K::SlashSlash, K::SlashSlashEq]),
            b'<' => doubled(byte, b1, b2, [K::Lt, K::Le, K::Shl, K::ShlEq]),
            _ => doubled(byte, b1, b2, [K::Gt, K::Ge, K::Shr, K::ShrEq]),
        };
        let lo = self.at;
        self.at += len;
        self.push(kind, lo as u32, self.at as u32, sym::EMPTY);
    }
}

/// A one-byte token, or a two-byte one when the next byte says so.
fn pick(next: u8, longer: &[(u8, TokenKind)], short: TokenKind) -> (TokenKind, usize) {
    match longer.iter().find(|(byte, _)| *byte == next) {
        Some(&(_, kind)) => (kind, 2),
        None => (short, 1),
    }
}

/// `x`, `x=`, `xx`, `xx=`.
fn doubled(x: u8, next: u8, after: u8, kinds: [TokenKind; 4]) -> (TokenKind, usize) {
    if next == x {
        if after == b'=' { (kinds[3], 3) } else { (kinds[2], 2) }
    } else if next == b'=' {
        (kinds[1], 2)
    } else {
        (kinds[0], 1)
    }
}

/// The kind of a name that is no keyword: the first letter behind underscores decides.
#[inline]
fn kind_of_name(text: &str) -> TokenKind {
    let first = text.as_bytes()[0];
    if first.is_ascii_lowercase() {
        return TokenKind::Ident;
    }
    if first.is_ascii_uppercase() {
        return TokenKind::Upper;
    }
    match text.trim_start_matches('_').chars().next() {
        Some(c) if c.is_uppercase() => TokenKind::Upper,
        None if text.len() == 1 => TokenKind::Underscore,
        _ => TokenKind::Ident,
    }
}

#[cfg(test)]
mod tests;
