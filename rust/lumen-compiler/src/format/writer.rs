//! The cursor that moves through the tokens of a program and writes layout steps.
//!
//! The walk over the tree decides where breaks may stand; every token and every comment is written from the source, in
//! its order, by [`Writer::token`]. So nothing can get lost or change places: what the walk does not expect is written
//! as it stands.

use super::layout::{Op, Region};
use super::trivia::{self, Gap, NoteKind};
use crate::compiler::ast::File;
use crate::compiler::parser;
use crate::compiler::tokens::{Token, TokenKind};
use lumen_base::Span;

/// Spaces to indent lines that are kept as they are.
const SPACES: &str = "                                                                ";

/// State of one walk.
pub(super) struct Writer<'a> {
    pub(super) file: &'a File,
    text: &'a str,
    tokens: &'a [Token],
    /// The next token to write.
    pos: usize,
    /// How many notes of the gap before it are written.
    n_noted: usize,
    pub(super) ops: Vec<Op<'a>>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(text: &'a str, tokens: &'a [Token], file: &'a File) -> Self {
        Self { file, text, tokens, pos: 0, n_noted: 0, ops: Vec::with_capacity(tokens.len() * 3) }
    }

    /// The next token.
    pub(super) fn tok(&self) -> Token {
        self.tokens[self.pos]
    }

    /// The token `ahead` of the next one; the last one beyond the end.
    pub(super) fn peek(&self, ahead: usize) -> Token {
        self.tokens[(self.pos + ahead).min(self.tokens.len() - 1)]
    }

    pub(super) fn at(&self, kind: TokenKind) -> bool {
        self.tok().kind == kind
    }

    /// Whether the first token at or behind `lo` begins a line; `lo` is not before the next token.
    pub(super) fn starts_line(&self, lo: u32) -> bool {
        let rest = &self.tokens[self.pos..];
        let at = rest.partition_point(|token| token.lo < lo);
        rest.get(at).is_some_and(|token| token.starts_line())
    }

    /// The tokens between the next one and `hi`.
    pub(super) fn tokens_to(&self, hi: u32) -> &'a [Token] {
        let rest = &self.tokens[self.pos..];
        &rest[..rest.partition_point(|token| token.lo < hi)]
    }

    /// Whether a comment stands between the next token and the token that begins at `lo`.
    pub(super) fn has_comments(&self, lo: u32) -> bool {
        let mut at = self.tok().hi;
        // Most code has no `#` at all; where there is one, the gaps decide.
        let inside = self.text.get(at as usize..lo as usize);
        if !inside.is_some_and(|text| text.contains('#')) {
            return false;
        }
        let tokens = self.tokens_to(lo).iter().skip(1).map(|token| (token.lo, token.hi));
        tokens.chain([(lo, lo)]).any(|(next, hi)| {
            let gap = Span::new(std::mem::replace(&mut at, hi), next);
            self.contains_comment(gap)
        })
    }

    /// Whether a comment stands in a span in which there are no strings.
    pub(super) fn contains_comment(&self, span: Span) -> bool {
        self.text.get(span.lo as usize..span.hi as usize).is_some_and(|text| text.contains('#'))
    }

    /// Whether the text of a span has a line end.
    pub(super) fn spans_lines(&self, span: Span) -> bool {
        self.text.get(span.lo as usize..span.hi as usize).is_some_and(|text| text.contains('\n'))
    }

    /// Whether a comment stands before the next token.
    pub(super) fn has_notes(&self) -> bool {
        self.gap().notes.len() > self.n_noted
    }

    /// The kind of the last token that was written.
    pub(super) fn tokens_before(&self) -> Option<TokenKind> {
        self.pos.checked_sub(1).map(|at| self.tokens[at].kind)
    }

    /// The text of the program.
    pub(super) fn source(&self) -> &'a str {
        self.text
    }

    /// The column of a token: white space before it when it begins its line.
    pub(super) fn column(&self, token: Token) -> usize {
        let before = &self.text[..token.lo as usize];
        let line = &before[before.rfind('\n').map_or(0, |end| end + 1)..];
        line.len() - line.trim_start().len()
    }

    pub(super) fn push(&mut self, op: Op<'a>) {
        self.ops.push(op);
    }

    pub(super) fn space(&mut self) {
        self.push(Op::Text(" "));
    }

    pub(super) fn open(&mut self, region: Region) {
        self.push(Op::Open(region));
    }

    pub(super) fn close(&mut self) {
        self.push(Op::Close);
    }

    /// A group around what `body` writes.
    pub(super) fn group(&mut self, body: impl FnOnce(&mut Self)) {
        self.open(Region::Group);
        body(self);
        self.close();
    }

    /// The gap before the next token.
    fn gap(&self) -> Gap<'a> {
        let lo = if self.pos == 0 { 0 } else { self.tokens[self.pos - 1].hi };
        let token = self.tok();
        if token.is_adjacent() {
            return Gap::default();
        }
        trivia::read(&self.text[lo as usize..token.lo as usize], self.pos == 0)
    }

    /// Writes the comment that stands behind the last token on its line.
    pub(super) fn trailing(&mut self) {
        if self.n_noted > 0 {
            return;
        }
        if let Some(note) = self.gap().notes.first()
            && note.kind == NoteKind::Trailing
        {
            self.push(Op::Trailing(note.text));
            self.n_noted = 1;
        }
    }

    /// Writes the notes before the next token that stand at `column` or deeper, each with a line end before it;
    /// gives whether a blank line stands before what follows.
    pub(super) fn notes_on_lines(&mut self, column: usize, is_first: bool) -> bool {
        self.trailing();
        let gap = self.gap();
        let mut is_first = is_first;
        for note in gap.notes.iter().skip(self.n_noted) {
            if note.column < column {
                return note.blank;
            }
            self.push(Op::Hard { blank: note.blank && !is_first });
            self.note(note.text);
            self.n_noted += 1;
            is_first = false;
        }
        gap.blank
    }

    /// The lines of a comment or documentation block.
    fn note(&mut self, text: &'a str) {
        self.lines_of(text);
        self.push(Op::Break);
    }

    /// Notes of their own, then the next token's place: each line end of a block goes through here.
    pub(super) fn next_line(&mut self, is_first: bool) {
        let n_noted = self.n_noted;
        let blank = self.notes_on_lines(0, is_first);
        let is_first = is_first && self.n_noted == n_noted.max(self.n_trailing());
        self.push(Op::Hard { blank: blank && !is_first });
    }

    fn n_trailing(&self) -> usize {
        usize::from(self.gap().notes.first().is_some_and(|n| n.kind == NoteKind::Trailing))
    }

    /// A break before the next token.
    pub(super) fn line(&mut self, flat: &'static str) {
        self.trailing();
        // `x? .y` must not become `x?.y`.
        let splits = self.needs_space();
        let flat = if flat.is_empty() && splits { " " } else { flat };
        if self.depends_on_line_end() {
            // Behind such a word no line end comes and none goes.
            if !self.tok().starts_line() {
                return self.push(Op::Text(flat));
            }
            self.push(Op::Break);
        }
        self.push(Op::Line { flat, blank: false });
    }

    /// Whether a line end here decides whether the last token is a name or begins a block: `[when for x in xs]`.
    fn depends_on_line_end(&self) -> bool {
        let [.., before, word] = self.tokens[..self.pos] else { return false };
        let is_field = matches!(before.kind, TokenKind::Dot | TokenKind::QDot);
        !is_field && parser::takes_block(word) && !parser::goes_on(self.tok().kind)
    }

    /// A break of a row of short things.
    pub(super) fn fill(&mut self) {
        self.trailing();
        let ends_line = self.n_noted > 0;
        self.push(if ends_line { Op::Hard { blank: false } } else { Op::Fill });
    }

    /// A break between elements, which keeps a blank line.
    pub(super) fn line_between(&mut self, flat: &'static str) {
        self.trailing();
        let gap = self.gap();
        let blank = gap.notes.get(self.n_noted).map_or(gap.blank, |note| note.blank);
        self.push(Op::Line { flat, blank });
    }

    /// Whether the next token would form another one with the last.
    fn needs_space(&self) -> bool {
        use TokenKind as K;
        let Some(last) = self.pos.checked_sub(1).map(|at| self.tokens[at].kind) else {
            return false;
        };
        let next = self.tok();
        if next.is_adjacent() {
            return false;
        }
        match last {
            K::Question => {
                matches!(
                    next.kind,
                    K::Dot | K::LBracket | K::Question | K::QDot | K::QQ | K::QBracket
                )
            }
            K::Bang => next.kind == K::LParen,
            // `5.0` would be one number, and `5.` none.
            K::Int | K::Float => next.kind == K::Dot,
            _ => false,
        }
    }

    /// Writes the next token with the comments before it.
    pub(super) fn token(&mut self) {
        let token = self.tok();
        self.trailing();
        if !token.is_adjacent() {
            self.own_notes();
        }
        if self.needs_space() && !matches!(self.ops.last(), Some(Op::Text(" ") | Op::Line { .. })) {
            self.space();
        }
        if token.kind == TokenKind::Eof {
            return;
        }
        let mut hi = token.hi;
        if token.kind == TokenKind::StrOpen {
            hi = self.string_end();
        } else {
            self.pos += 1;
        }
        self.n_noted = 0;
        self.lines_of(&self.text[token.lo as usize..hi as usize]);
    }

    /// Comments on lines of their own amid an expression.
    fn own_notes(&mut self) {
        let gap = self.gap();
        for (at, note) in gap.notes.iter().enumerate().skip(self.n_noted) {
            self.push(Op::Fresh);
            self.note(note.text);
            let blank = gap.notes.get(at + 1).map_or(gap.blank, |next| next.blank);
            self.push(Op::Hard { blank });
        }
        self.n_noted = gap.notes.len();
    }

    /// Steps over a string with holes; gives its end.
    fn string_end(&mut self) -> u32 {
        let mut open = 0_u32;
        loop {
            let token = self.tok();
            match token.kind {
                TokenKind::StrOpen => open += 1,
                TokenKind::StrClose => open = open.saturating_sub(1),
                TokenKind::Eof => return token.lo,
                _ => {}
            }
            self.pos += 1;
            if open == 0 {
                return token.hi;
            }
        }
    }

    /// A text as it is, its line ends included.
    fn lines_of(&mut self, text: &'a str) {
        for (at, line) in text.split('\n').enumerate() {
            if at > 0 {
                self.push(Op::Raw);
            }
            if !line.is_empty() {
                self.push(Op::Text(line));
            }
        }
    }

    /// The next token as it stands: with a space or line end before it when it has one in the source.
    fn loose(&mut self) {
        let token = self.tok();
        if token.starts_line() && self.pos > 0 {
            self.next_line(false);
            return self.token();
        }
        let is_spaced = matches!(
            self.ops.last(),
            Some(Op::Text(" ") | Op::Line { .. } | Op::Hard { .. }) | None
        );
        if !token.is_adjacent() && !is_spaced {
            self.space();
        }
        self.token();
    }

    /// Writes the tokens before `lo` as they stand.
    pub(super) fn up_to(&mut self, lo: u32) {
        while self.tok().lo < lo && !self.at(TokenKind::Eof) {
            self.loose();
        }
    }

    /// Writes the next token of this kind, and what stands before it as it stands.
    pub(super) fn expect(&mut self, kind: TokenKind) {
        if self.at(kind) {
            return self.token();
        }
        while !self.at(kind) && !self.at(TokenKind::Eof) {
            self.loose();
        }
        self.loose();
    }

    /// Writes the next token when it is of this kind.
    pub(super) fn accept(&mut self, kind: TokenKind) -> bool {
        let found = self.at(kind);
        if found {
            self.token();
        }
        found
    }

    /// Steps over a comma that is not written; its comments stay.
    pub(super) fn drop_comma(&mut self) {
        self.trailing();
        if self.gap().notes.len() > self.n_noted {
            self.own_notes();
        }
        self.pos += 1;
        self.n_noted = 0;
    }

    /// Writes the tokens before `hi` with the line ends and relative indentation of the source: for constructs that
    /// have no layout of their own.
    pub(super) fn as_written(&mut self, hi: u32) {
        let base = self.column(self.tok());
        let mut is_first = true;
        while self.tok().lo < hi && !self.at(TokenKind::Eof) {
            if self.tok().starts_line() && !is_first {
                let deeper = self.column(self.tok()).saturating_sub(base);
                self.next_line(false);
                let len = deeper.min(SPACES.len());
                self.push(Op::Text(&SPACES[..len]));
                self.token();
            } else if is_first {
                self.token();
            } else {
                self.loose();
            }
            is_first = false;
        }
    }

    /// Writes what is left behind the last token: comments at the end of the program.
    pub(super) fn rest(&mut self) {
        self.notes_on_lines(0, self.pos == 0);
    }
}
