//! The tokens of a text while forms in it are replaced: what is dropped, put in between, or read as another kind.
//!
//! Input: tokens and changes of them, by position. Output: tokens, each at its place in the text; what was put in has an
//! empty place. Invariant: the new row is in source order and ends with `Eof`.

use super::table::Form;
use crate::compiler::tokens::{DocBlock, Token, TokenKind, Tokens};
use lumen_base::{Span, Symbol, sym};
use std::collections::BTreeSet;

/// A form at a place, and how it is written in Lumen.
pub(super) struct Found {
    pub(super) form: Form,
    pub(super) at: Span,
    /// Empty when there is no sure way.
    pub(super) edits: Vec<(Span, String)>,
}

/// Bodies of blocks that nest are looked at again and again; no more than so many tokens.
const BODY_TOKENS_MAX: usize = 2_000_000;

/// Where a bracket has no partner.
pub(super) const NONE: usize = usize::MAX;

/// What becomes of a token.
#[derive(Clone, Default)]
struct Slot {
    before: Vec<(TokenKind, Symbol)>,
    after: Vec<(TokenKind, Symbol)>,
    is_dropped: bool,
    /// The token begins a line now.
    breaks: bool,
    /// The token goes on with the line before it now.
    joins: bool,
}

/// What a header begins.
pub(super) struct Body {
    /// `{`, or the last token of the header.
    pub(super) open: usize,
    pub(super) first: usize,
    /// The last token inside.
    pub(super) last: usize,
    /// `}` or `end`, or the last token inside.
    pub(super) close: usize,
}

/// Tokens and their changes.
pub(super) struct Draft<'a> {
    pub(super) text: &'a str,
    pub(super) tokens: Vec<Token>,
    docs: &'a [DocBlock],
    slots: Vec<Slot>,
    /// By bracket: its partner, or [`NONE`].
    pub(super) pairs: Vec<usize>,
    /// Tokens that may still be looked at in bodies of blocks.
    budget: usize,
    /// `if`s that stand for `try`.
    pub(super) tries: BTreeSet<usize>,
    /// The index in whose slice a `:` was found last.
    pub(super) sliced: Option<usize>,
    /// Braces around blocks.
    pub(super) block_braces: BTreeSet<usize>,
    pub(super) found: Vec<Found>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(text: &'a str, tokens: &'a Tokens) -> Self {
        let list = tokens.list.clone();
        Self {
            text,
            slots: vec![Slot::default(); list.len()],
            pairs: pairs(&list),
            tokens: list,
            docs: &tokens.docs,
            budget: BODY_TOKENS_MAX,
            tries: BTreeSet::new(),
            sliced: None,
            block_braces: BTreeSet::new(),
            found: Vec::new(),
        }
    }

    /// The token at a position; `Eof` behind the last one.
    pub(super) fn tok(&self, at: usize) -> Token {
        self.tokens[at.min(self.tokens.len() - 1)]
    }

    pub(super) fn kind(&self, at: usize) -> TokenKind {
        self.tok(at).kind
    }

    /// The token's text.
    pub(super) fn word(&self, at: usize) -> &'a str {
        self.tok(at).span().text(self.text)
    }

    /// Whether the token is a name that is written so.
    pub(super) fn is_word(&self, at: usize, words: &[&str]) -> bool {
        self.kind(at) == TokenKind::Ident && words.contains(&self.word(at))
    }

    /// Whether the token begins a line or follows the end of the file.
    pub(super) fn starts_line(&self, at: usize) -> bool {
        self.tok(at).starts_line()
    }

    /// The last token of the line on which `at` stands.
    pub(super) fn line_end(&self, at: usize) -> usize {
        let mut last = at;
        while last + 2 < self.tokens.len() && !self.starts_line(last + 1) {
            last += 1;
        }
        last
    }

    /// The first token of the line on which `at` stands.
    pub(super) fn line_start(&self, at: usize) -> usize {
        let mut first = at;
        while first > 0 && !self.starts_line(first) {
            first -= 1;
        }
        first
    }

    /// How deep the line of a token is indented, in bytes.
    pub(super) fn indent(&self, at: usize) -> &'a str {
        let lo = super::line_of(self.text, self.tok(at).lo);
        let line = &self.text[lo..];
        &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
    }

    /// The end of the text of the line on which `at` stands, without its comment.
    pub(super) fn end_of_line(&self, at: usize) -> u32 {
        let from = self.tok(at).hi as usize;
        let rest = &self.text.as_bytes()[from..];
        let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        (from + end) as u32
    }

    /// The text between the first byte of one token and the last of another.
    pub(super) fn text_of(&self, first: usize, last: usize) -> &'a str {
        Span::new(self.tok(first).lo, self.tok(last).hi.max(self.tok(first).lo)).text(self.text)
    }

    pub(super) fn report(&mut self, form: Form, at: usize, edits: Vec<(Span, String)>) {
        self.found.push(Found { form, at: self.tok(at).span(), edits });
    }

    /// Replaces the text of a token, and reads it as another kind.
    pub(super) fn replace(&mut self, form: Form, at: usize, kind: TokenKind, text: &str) {
        let span = self.tok(at).span();
        self.found.push(Found { form, at: span, edits: vec![(span, text.to_owned())] });
        self.set(at, kind);
    }

    /// Reads a token as another kind that has a fixed text.
    pub(super) fn set(&mut self, at: usize, kind: TokenKind) {
        self.tokens[at].kind = kind;
        self.tokens[at].symbol = symbol_of(kind);
    }

    pub(super) fn drop(&mut self, at: usize) {
        self.slots[at].is_dropped = true;
    }

    /// Drops the tokens from `first` up to and with `last`.
    pub(super) fn drop_all(&mut self, first: usize, last: usize) {
        for at in first..=last.min(self.tokens.len() - 2) {
            self.drop(at);
        }
    }

    pub(super) fn is_dropped(&self, at: usize) -> bool {
        self.slots.get(at).is_some_and(|slot| slot.is_dropped)
    }

    pub(super) fn put_before(&mut self, at: usize, kinds: &[TokenKind]) {
        self.slots[at].before.extend(kinds.iter().map(|&kind| (kind, symbol_of(kind))));
    }

    pub(super) fn put_after(&mut self, at: usize, kinds: &[TokenKind]) {
        self.slots[at].after.extend(kinds.iter().map(|&kind| (kind, symbol_of(kind))));
    }

    /// Puts a name behind a token.
    pub(super) fn put_name_after(&mut self, at: usize, kind: TokenKind, symbol: Symbol) {
        self.slots[at].after.push((kind, symbol));
    }

    /// Makes a token the first of its line.
    pub(super) fn break_before(&mut self, at: usize) {
        self.slots[at].breaks = true;
    }

    /// Makes the first token of a line go on with the line before it.
    pub(super) fn join_before(&mut self, at: usize) {
        self.slots[at].joins = true;
    }

    /// The block that the line of `at` begins, by braces, by `:`, or by deeper lines up to an `end`.
    pub(super) fn body(&mut self, at: usize) -> Option<Body> {
        let body = self.whole_body(at)?;
        self.budget = self.budget.checked_sub(body.close - at)?;
        Some(body)
    }

    fn whole_body(&self, at: usize) -> Option<Body> {
        let head = self.line_end(at);
        let indent = self.indent(at).len();
        let brace = (at..=head).find(|&t| self.kind(t) == TokenKind::LBrace);
        if let Some(open) = brace
            && self.pairs[open] != NONE
        {
            let close = self.pairs[open];
            return Some(Body { open, first: open + 1, last: close - 1, close });
        }
        let first = head + 1;
        let eof = self.tokens.len() - 1;
        let is_deeper = |t: usize| t < eof && self.indent(t).len() > indent;
        let mut last = head;
        while last - head < self.budget
            && (is_deeper(last + 1) || last > head && last + 1 < eof && !self.starts_line(last + 1))
        {
            last += 1;
        }
        if last == head {
            return None;
        }
        let ends = self.kind(last + 1) == TokenKind::End && self.indent(last + 1).len() == indent;
        Some(Body { open: head, first, last, close: if ends { last + 1 } else { last } })
    }

    /// Takes the commas between the fields of a record, and puts each on a line of its own; gives the edits.
    pub(super) fn split_fields(&mut self, body: &Body) -> Vec<(Span, String)> {
        let indent = format!("\n{}  ", self.indent(body.open));
        let mut edits = Vec::new();
        let mut at = body.first;
        while at <= body.last {
            match self.kind(at) {
                TokenKind::LParen | TokenKind::LBracket | TokenKind::LBrace
                    if self.pairs[at] != NONE =>
                {
                    at = self.pairs[at];
                }
                TokenKind::Comma => {
                    self.drop(at);
                    let (lo, next) = (self.tok(at).lo, self.tok(at + 1));
                    if next.starts_line() || at == body.last {
                        edits.push((Span::new(lo, lo + 1), String::new()));
                    } else {
                        self.break_before(at + 1);
                        edits.push((Span::new(lo, next.lo), indent.clone()));
                    }
                }
                _ => {}
            }
            at += 1;
        }
        edits
    }

    /// Where the expression begins that ends before `at`, on its line and between its brackets.
    pub(super) fn value_start(&self, at: usize) -> usize {
        use TokenKind as K;
        let mut first = at;
        while first > 0 && !self.starts_line(first) {
            let before = first - 1;
            match self.kind(before) {
                K::RParen | K::RBracket | K::RBrace | K::HoleClose
                    if self.pairs[before] != NONE =>
                {
                    first = self.pairs[before];
                }
                K::StrClose => {
                    let open = (0..before).rev().find(|&t| self.kind(t) == K::StrOpen);
                    first = open.unwrap_or(before);
                }
                K::LParen | K::LBracket | K::QBracket | K::LBrace | K::HoleOpen | K::Comma => break,
                K::Eq | K::PlusEq | K::MinusEq | K::StarEq | K::PlusPlusEq => break,
                K::FatArrow | K::Arrow | K::Colon | K::Return | K::Then | K::Else => break,
                K::Yield | K::If => break,
                _ => first = before,
            }
        }
        first
    }

    /// The last token of the expression that begins at `at`, on its line and between its brackets.
    pub(super) fn value_end(&self, at: usize) -> usize {
        use TokenKind as K;
        let mut last = at;
        loop {
            if matches!(self.kind(last), K::LParen | K::LBracket | K::LBrace)
                && self.pairs[last] != NONE
            {
                last = self.pairs[last];
            }
            let next = self.tok(last + 1);
            let stops = matches!(
                next.kind,
                K::RParen | K::RBracket | K::RBrace | K::Comma | K::HoleClose | K::HoleSpec
            ) || matches!(next.kind, K::For | K::Eof | K::Colon | K::End);
            if stops || next.starts_line() || last + 2 >= self.tokens.len() {
                return last;
            }
            last += 1;
        }
    }

    /// Removing a token together with the space behind or before it.
    pub(super) fn without(&self, at: usize) -> (Span, String) {
        let token = self.tok(at);
        let next = self.tok(at + 1);
        if next.kind != TokenKind::Eof && !next.starts_line() {
            return (Span::new(token.lo, next.lo), String::new());
        }
        let lo = if token.starts_line() || at == 0 { token.lo } else { self.tok(at - 1).hi };
        (Span::new(lo, token.hi), String::new())
    }

    /// The new row.
    pub(super) fn finish(self) -> Tokens {
        let mut list: Vec<Token> = Vec::with_capacity(self.tokens.len() + 16);
        let mut moved: Vec<u32> = Vec::with_capacity(self.tokens.len());
        let mut breaks = false;
        for (token, slot) in self.tokens.iter().zip(&self.slots) {
            moved.push(list.len() as u32);
            breaks |= token.starts_line() && !slot.joins || slot.breaks;
            let mut flags = match (breaks, slot.joins) {
                (true, _) => token.flags | Token::NEWLINE,
                (false, true) => Token::SPACE,
                (false, false) => token.flags,
            };
            for &(kind, symbol) in &slot.before {
                list.push(Token { lo: token.lo, hi: token.lo, symbol, kind, flags });
                (flags, breaks) = (Token::SPACE, false);
            }
            if !slot.is_dropped {
                list.push(Token { flags, ..*token });
                breaks = false;
            }
            for &(kind, symbol) in &slot.after {
                let is_line = kind == TokenKind::End;
                let flags = if is_line { Token::NEWLINE } else { Token::SPACE };
                list.push(Token { lo: token.hi, hi: token.hi, symbol, kind, flags });
                breaks |= is_line;
            }
        }
        let docs = self.docs.iter().map(|doc| DocBlock {
            next: moved.get(doc.next as usize).copied().unwrap_or(list.len() as u32 - 1),
            ..*doc
        });
        Tokens { docs: docs.collect(), list }
    }
}

/// The symbol of a token of a kind with a fixed text.
fn symbol_of(kind: TokenKind) -> Symbol {
    match TokenKind::KEYWORDS.iter().position(|keyword| *keyword == kind) {
        Some(at) => Symbol(at as u32),
        None => sym::EMPTY,
    }
}

/// The partner of each bracket.
fn pairs(tokens: &[Token]) -> Vec<usize> {
    use TokenKind as K;
    let mut pairs = vec![NONE; tokens.len()];
    let mut open: Vec<usize> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let wanted = match token.kind {
            K::LParen | K::LBracket | K::QBracket | K::LBrace | K::HoleOpen => {
                open.push(at);
                continue;
            }
            K::RParen => [K::LParen, K::LParen],
            K::RBracket => [K::LBracket, K::QBracket],
            K::RBrace => [K::LBrace, K::LBrace],
            K::HoleClose => [K::HoleOpen, K::HoleOpen],
            _ => continue,
        };
        if let Some(&last) = open.last()
            && wanted.contains(&tokens[last].kind)
        {
            open.pop();
            (pairs[last], pairs[at]) = (at, last);
        }
    }
    pairs
}

/// Whether a value can end with this token, so that nothing that begins one may follow on the line.
pub(super) fn ends_value(kind: TokenKind) -> bool {
    use TokenKind as K;
    matches!(
        kind,
        K::Ident
            | K::Upper
            | K::Int
            | K::Float
            | K::Str
            | K::Bytes
            | K::StrClose
            | K::True
            | K::False
            | K::Null
            | K::RParen
            | K::RBracket
            | K::RBrace
            | K::Underscore
    )
}

/// Whether the token begins a value and is no operator.
pub(super) fn begins_value(kind: TokenKind) -> bool {
    use TokenKind as K;
    matches!(
        kind,
        K::Ident
            | K::Upper
            | K::Int
            | K::Float
            | K::Str
            | K::Bytes
            | K::StrOpen
            | K::True
            | K::False
            | K::Null
            | K::Fn
    )
}
