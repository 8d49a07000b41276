//! String tokens: plain, raw, multi-line, bytes, and the switching between text and holes.
//!
//! In a string `{` opens a hole, except in `{}`, which is text (the holes of `format`). A string in
//! single quotes of `"` ends on its line, holes included. A `"""` string drops a blank first
//! line, a blank last line, and the indentation that all its other lines have in common.

use super::literals::{self, EscapeError};
use super::{Lexer, TokenKind, diagnostics};
use lumen_base::{Code, Diagnostic, Span, sym};

/// An open string whose hole is being read.
pub(super) struct Mode {
    pub(super) is_multi: bool,
    /// Where its quotes begin.
    lo: u32,
    /// Its first segment, when multi-line.
    segments: usize,
    /// Open `{` inside the hole.
    braces: u32,
    /// Open `(` and `[` inside the hole.
    brackets: u32,
}

/// A text part of a multi-line string, decoded when the whole string is known.
#[derive(Clone, Copy)]
pub(super) struct Segment {
    lo: usize,
    hi: usize,
    token: usize,
}

/// Why a text part ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stop {
    Quote,
    Hole,
    Unterminated,
}

impl Lexer<'_> {
    /// Any string literal; `lo` is where its prefix (`r`, `b` or 0) or quote begins.
    pub(super) fn string(&mut self, lo: usize, prefix: u8) {
        self.at = lo + usize::from(prefix != 0);
        let is_multi = self.peek(1) == b'"' && self.peek(2) == b'"';
        self.at += if is_multi { 3 } else { 1 };
        if prefix != 0 {
            return self.raw_string(lo, prefix, is_multi);
        }
        let text_lo = self.at;
        let stop = self.skip_text(is_multi);
        let text_hi = self.at;
        match stop {
            Stop::Hole => {
                self.push(TokenKind::StrOpen, lo as u32, text_lo as u32, sym::EMPTY);
                let mode = Mode {
                    is_multi,
                    lo: lo as u32,
                    segments: self.segments.len(),
                    braces: 0,
                    brackets: 0,
                };
                self.modes.push(mode);
                self.text_token(text_lo, text_hi, is_multi);
                self.open_hole();
            }
            Stop::Quote | Stop::Unterminated => {
                self.finish_quote(stop, lo, is_multi);
                let symbol = if stop == Stop::Unterminated {
                    sym::EMPTY
                } else if is_multi {
                    let whole = [Segment { lo: text_lo, hi: text_hi, token: 0 }];
                    self.dedent(&whole, true)[0]
                } else {
                    self.plain_text(text_lo, text_hi)
                };
                self.push(TokenKind::Str, lo as u32, self.at as u32, symbol);
            }
        }
    }

    /// A string whose hole is still open at the end of its line, or of the text; what was found unfinished in the hole follows from it.
    fn report_open_hole(&mut self, lo: u32, is_multi: bool) {
        let file = self.file;
        let follows = |d: &mut Diagnostic| {
            d.code == Code::E0102 && d.primary.at.file == file && d.primary.at.span.lo > lo
        };
        while self.diags.pop_if(follows).is_some() {}
        if is_multi {
            return self.report_unterminated(lo, true);
        }
        let open = Span::new(lo, lo + 1).in_file(file);
        self.report(diagnostics::open_hole(open));
    }

    /// Steps over the closing quotes, or reports that there are none.
    fn finish_quote(&mut self, stop: Stop, lo: usize, is_multi: bool) {
        if stop == Stop::Quote {
            self.at += if is_multi { 3 } else { 1 };
        } else {
            self.report_unterminated(lo as u32, is_multi);
        }
    }

    fn report_unterminated(&mut self, lo: u32, is_multi: bool) {
        let quotes = if is_multi { 3 } else { 1 };
        let prefix = u32::from(self.bytes.get(lo as usize) != Some(&b'"'));
        let open = Span::new(lo, lo + quotes + prefix).in_file(self.file);
        self.report(diagnostics::unterminated_string(open, is_multi));
    }

    /// Moves `at` to the end of the text part that begins there.
    fn skip_text(&mut self, is_multi: bool) -> Stop {
        loop {
            let rest = &self.bytes[self.at..];
            let special = rest.iter().position(|b| matches!(b, b'"' | b'\\' | b'{' | b'\n'));
            let Some(offset) = special else {
                self.at = self.bytes.len();
                return Stop::Unterminated;
            };
            self.at += offset;
            match rest[offset] {
                b'"' if !is_multi => return Stop::Quote,
                b'"' if self.peek(1) == b'"' && self.peek(2) == b'"' => return Stop::Quote,
                b'"' => self.at += 1,
                b'{' if self.peek(1) == b'}' => self.at += 2,
                b'{' if self.escape_follows() => self.at += 1,
                b'{' => return Stop::Hole,
                b'\\' => {
                    self.at += 1;
                    self.skip_escape();
                }
                _ if is_multi => self.at += 1,
                _ => return Stop::Unterminated,
            }
        }
    }

    /// Whether the brace at `at` is text, as in `"{\"key\": 1}"`: no expression begins with a backslash. Reports it.
    fn escape_follows(&mut self) -> bool {
        let blanks = self.bytes[self.at + 1..].iter().take_while(|&&b| b == b' ').count();
        let found = self.peek(blanks + 1) == b'\\';
        if found {
            let lo = self.at as u32;
            self.report(diagnostics::brace_as_text(Span::new(lo, lo + 1).in_file(self.file)));
        }
        found
    }

    /// Moves behind the character after a backslash; the braces of `\u{…}` open no hole.
    fn skip_escape(&mut self) {
        match self.peek(0) {
            0 | b'\n' | b'\r' => {}
            b'u' if self.peek(1) == b'{' => {
                self.at += 2;
                while self.peek(0).is_ascii_hexdigit() {
                    self.at += 1;
                }
            }
            byte if byte < 0x80 => self.at += 1,
            _ => self.at += self.char_at(self.at).map_or(1, char::len_utf8),
        }
    }

    fn raw_string(&mut self, lo: usize, prefix: u8, is_multi: bool) {
        let text_lo = self.at;
        let stop = self.skip_raw(is_multi);
        let text_hi = self.at;
        self.finish_quote(stop, lo, is_multi);
        let (lo, hi) = (lo as u32, self.at as u32);
        if prefix == b'r' {
            let symbol = if is_multi {
                let whole = [Segment { lo: text_lo, hi: text_hi, token: 0 }];
                self.dedent(&whole, false)[0]
            } else {
                self.names.intern(&self.text[text_lo..text_hi])
            };
            return self.push(TokenKind::Str, lo, hi, symbol);
        }
        let text = Span::new(text_lo as u32, text_hi as u32);
        if is_multi {
            self.report(diagnostics::multi_line_bytes(Span::new(lo, hi).in_file(self.file)));
            self.push(TokenKind::Error, lo, hi, sym::EMPTY);
        } else if let Err((offset, len)) = literals::check_bytes(text.text(self.text)) {
            let at = Span::new(text.lo + offset, text.lo + offset + len).in_file(self.file);
            self.report(diagnostics::bad_bytes(at));
            self.push(TokenKind::Error, lo, hi, sym::EMPTY);
        } else {
            self.push(TokenKind::Bytes, lo, hi, sym::EMPTY);
        }
    }

    fn skip_raw(&mut self, is_multi: bool) -> Stop {
        loop {
            let rest = &self.bytes[self.at..];
            let Some(offset) = memchr::memchr2(b'"', b'\n', rest) else {
                self.at = self.bytes.len();
                return Stop::Unterminated;
            };
            self.at += offset;
            match (rest[offset], is_multi) {
                (b'"', false) => return Stop::Quote,
                (b'"', true) if self.peek(1) == b'"' && self.peek(2) == b'"' => {
                    return Stop::Quote;
                }
                (b'\n', false) => return Stop::Unterminated,
                _ => self.at += 1,
            }
        }
    }

    /// A `StrText` token, decoded now, or, in a multi-line string, at its end.
    fn text_token(&mut self, lo: usize, hi: usize, is_multi: bool) {
        if is_multi {
            self.segments.push(Segment { lo, hi, token: self.tokens.len() });
            self.push(TokenKind::StrText, lo as u32, hi as u32, sym::EMPTY);
        } else if lo < hi {
            let symbol = self.plain_text(lo, hi);
            self.push(TokenKind::StrText, lo as u32, hi as u32, symbol);
        }
    }

    fn plain_text(&mut self, lo: usize, hi: usize) -> lumen_base::Symbol {
        let text = &self.text[lo..hi];
        if !text.contains('\\') {
            return self.names.intern(text);
        }
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.clear();
        self.unescape(lo, hi, &mut scratch);
        let symbol = self.names.intern(&scratch);
        self.scratch = scratch;
        symbol
    }

    /// Appends the text `lo..hi` with its escapes resolved.
    fn unescape(&mut self, lo: usize, hi: usize, out: &mut String) {
        let text = self.text;
        let mut at = lo;
        while let Some(offset) = memchr::memchr(b'\\', &self.bytes[at..hi]) {
            out.push_str(&text[at..at + offset]);
            at += offset;
            let (taken, result) = literals::escape(&text[at..hi]);
            match result {
                Ok(c) => out.push(c),
                Err(error) => self.report_escape(at, taken, error),
            }
            at += taken;
        }
        out.push_str(&text[at..hi]);
    }

    fn report_escape(&mut self, at: usize, len: usize, error: EscapeError) {
        let span = Span::new(at as u32, (at + len) as u32).in_file(self.file);
        self.report(diagnostics::bad_escape(span, error));
    }

    fn open_hole(&mut self) {
        let lo = self.at as u32;
        self.at += 1;
        self.push(TokenKind::HoleOpen, lo, lo + 1, sym::EMPTY);
    }

    pub(super) fn open(&mut self, kind: TokenKind) {
        match kind {
            TokenKind::LBrace => {
                if let Some(mode) = self.modes.last_mut() {
                    mode.braces += 1;
                }
            }
            _ => self.note_bracket(1),
        }
        self.single(kind);
    }

    pub(super) fn close(&mut self, kind: TokenKind) {
        if kind != TokenKind::RBrace {
            self.note_bracket(-1);
            return self.single(kind);
        }
        match self.modes.last_mut() {
            Some(mode) if mode.braces == 0 => self.close_hole(),
            Some(mode) => {
                mode.braces -= 1;
                self.single(kind);
            }
            None => self.single(kind),
        }
    }

    /// Counts a bracket of the hole at hand.
    pub(super) fn note_bracket(&mut self, by: i32) {
        if let Some(mode) = self.modes.last_mut() {
            mode.brackets = mode.brackets.saturating_add_signed(by);
        }
    }

    fn single(&mut self, kind: TokenKind) {
        let lo = self.at as u32;
        self.at += 1;
        self.push(kind, lo, lo + 1, sym::EMPTY);
    }

    /// A colon; directly in a hole it begins the format spec.
    pub(super) fn colon(&mut self) {
        match self.modes.last() {
            Some(mode) if mode.braces == 0 && mode.brackets == 0 => {
                let lo = self.at + 1;
                let rest = &self.bytes[lo..];
                let len = rest.iter().position(|b| matches!(b, b'}' | b'"' | b'\n'));
                self.at = lo + len.unwrap_or(rest.len());
                self.push(TokenKind::HoleSpec, lo as u32, self.at as u32, sym::EMPTY);
            }
            _ => self.single(TokenKind::Colon),
        }
    }

    /// The end of a hole: the string goes on.
    fn close_hole(&mut self) {
        self.single(TokenKind::HoleClose);
        let Some(mode) = self.modes.last_mut() else { return };
        mode.brackets = 0;
        let (is_multi, lo) = (mode.is_multi, mode.lo as usize);
        let text_lo = self.at;
        let stop = self.skip_text(is_multi);
        self.text_token(text_lo, self.at, is_multi);
        if stop == Stop::Hole {
            return self.open_hole();
        }
        let close = self.at as u32;
        self.finish_quote(stop, lo, is_multi);
        self.finish_string(close);
    }

    /// Pops the innermost string and emits its `StrClose`.
    fn finish_string(&mut self, close: u32) {
        let Some(mode) = self.modes.pop() else { return };
        if mode.is_multi {
            let segments = self.segments.split_off(mode.segments);
            let texts = self.dedent(&segments, true);
            for (segment, symbol) in segments.iter().zip(texts) {
                self.tokens[segment.token].symbol = symbol;
            }
        }
        self.push(TokenKind::StrClose, close, self.at as u32, sym::EMPTY);
    }

    /// At a line break inside holes of one-line strings: they end here.
    pub(super) fn close_strings_of_line(&mut self) {
        let outer = self.modes.iter().rposition(|mode| mode.is_multi).map_or(0, |at| at + 1);
        self.report_open_hole(self.modes[outer].lo, false);
        self.abandon_strings(outer);
    }

    /// At the end of the text: every open string ends here.
    pub(super) fn close_strings_at_end(&mut self) {
        if let Some(mode) = self.modes.first() {
            let (lo, is_multi) = (mode.lo, mode.is_multi);
            self.report_open_hole(lo, is_multi);
            self.abandon_strings(0);
        }
    }

    fn abandon_strings(&mut self, down_to: usize) {
        while self.modes.len() > down_to {
            let at = self.at as u32;
            self.push(TokenKind::Error, at, at, sym::EMPTY);
            self.push(TokenKind::HoleClose, at, at, sym::EMPTY);
            self.finish_string(at);
        }
    }

    /// Decodes the text parts of a multi-line string and strips their common indentation.
    fn dedent(&mut self, segments: &[Segment], escapes: bool) -> Vec<lumen_base::Symbol> {
        let indent = literals::common_indent(
            self.text,
            segments.iter().map(|segment| segment.lo..segment.hi),
        );
        let mut symbols = Vec::with_capacity(segments.len());
        let mut scratch = std::mem::take(&mut self.scratch);
        for (i, segment) in segments.iter().enumerate() {
            scratch.clear();
            let place =
                literals::Place { is_first: i == 0, is_last: i + 1 == segments.len(), indent };
            let pieces = literals::dedent(self.text, segment.lo..segment.hi, place);
            for piece in pieces {
                if escapes {
                    self.unescape(piece.start, piece.end, &mut scratch);
                } else {
                    scratch.push_str(&self.text[piece]);
                }
            }
            symbols.push(self.names.intern(&scratch));
        }
        self.scratch = scratch;
        symbols
    }
}
