//! Patterns.

use super::{Parser, TokenKind, diagnostics, finish_list};
use crate::compiler::ast::{Pat, PatField, PatId, PatKind, Shape};
use crate::compiler::lexer::literals;
use crate::compiler::tokens::Token;
use lumen_base::{Slice, Span, sym};

/// Whether `name: T` is a type test here.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tests {
    Types,
    /// The colon belongs to what encloses the pattern.
    Nothing,
}

impl Parser<'_> {
    /// A pattern with alternatives and type tests: of an arm, or after `if let`.
    pub(super) fn pattern(&mut self) -> PatId {
        self.alternatives(Tests::Types)
    }

    /// A pattern before an optional `: T` or `in`: of `let`, `for` or a lambda's parameter.
    /// A lone upper-case name there is a slip of the pen for a binding.
    pub(super) fn binding_pattern(&mut self, what: &str) -> PatId {
        let (token, next) = (self.tok(), self.peek(1));
        let ends = matches!(
            next.kind,
            TokenKind::Eq | TokenKind::Colon | TokenKind::In | TokenKind::Comma | TokenKind::RParen
        );
        if token.kind == TokenKind::Upper && ends {
            let name = self.lower_name(what);
            return self.alloc_pat(PatKind::Bind(name.symbol), name.span);
        }
        if token.kind.is_keyword() && ends && !is_literal_keyword(token.kind) {
            self.no_name(what);
            return self.error_pat();
        }
        self.alternatives(Tests::Nothing)
    }

    fn alloc_pat(&mut self, kind: PatKind, span: Span) -> PatId {
        self.tree.pats.alloc(Pat { kind, span })
    }

    fn error_pat(&mut self) -> PatId {
        let span = self.tok().span().before();
        self.alloc_pat(PatKind::Error, span)
    }

    fn alternatives(&mut self, tests: Tests) -> PatId {
        let depth = self.enter();
        let lo = self.tok().lo;
        let first = self.single_pattern(tests);
        let mut pat = first;
        if self.at(TokenKind::Bar) && !self.panicking {
            let base = self.scratch.pats.len();
            self.scratch.pats.push(first);
            while !self.panicking && self.eat(TokenKind::Bar) {
                let other = self.single_pattern(tests);
                self.scratch.pats.push(other);
            }
            let list = finish_list!(self, pats, pat_lists, base);
            let span = self.span_from(lo);
            pat = self.alloc_pat(PatKind::Or(list), span);
        }
        self.leave(depth);
        pat
    }

    /// A pattern without alternatives at its top.
    fn single_pattern(&mut self, tests: Tests) -> PatId {
        let token = self.tok();
        match token.kind {
            TokenKind::Underscore => {
                self.bump();
                let pat = self.alloc_pat(PatKind::Wildcard, token.span());
                self.type_test(token, pat, tests)
            }
            TokenKind::Ident => self.name_pattern(token, tests),
            TokenKind::Upper | TokenKind::Ok | TokenKind::Err => self.constructor(),
            TokenKind::LParen => self.tuple_pattern(),
            TokenKind::LBracket => self.list_pattern(),
            TokenKind::True | TokenKind::False => {
                self.bump();
                self.alloc_pat(PatKind::Bool(token.kind == TokenKind::True), token.span())
            }
            TokenKind::Null => {
                self.bump();
                self.alloc_pat(PatKind::Null, token.span())
            }
            TokenKind::Bytes => {
                self.bump();
                let bytes = literals::bytes(token.span().text(self.text));
                let bytes = self.tree.bytes.alloc(bytes);
                self.alloc_pat(PatKind::Bytes(bytes), token.span())
            }
            TokenKind::StrOpen => self.string_with_holes(),
            TokenKind::Int | TokenKind::Float | TokenKind::Str | TokenKind::Minus => {
                self.literal_or_range()
            }
            TokenKind::DotDot | TokenKind::DotDotEq => self.range_rest(token.lo, None),
            TokenKind::Mut => {
                let found = diagnostics::mut_in_pattern(self.in_file(token.span()));
                self.report(found);
                while self.at(TokenKind::Mut) {
                    self.bump();
                }
                self.pattern()
            }
            _ => {
                self.unexpected("a pattern");
                self.error_pat()
            }
        }
    }

    /// `name`, `name: T`, `name @ pat`, `module.Variant(…)`.
    fn name_pattern(&mut self, token: Token, tests: Tests) -> PatId {
        let next = self.peek(1);
        match next.kind {
            TokenKind::Dot => return self.constructor(),
            TokenKind::At if !next.starts_line() => {
                let depth = self.enter();
                self.bump();
                self.bump();
                let pat = self.single_pattern(tests);
                let span = self.span_from(token.lo);
                self.leave(depth);
                return self.alloc_pat(PatKind::At { name: Self::name_of(token), pat }, span);
            }
            TokenKind::LParen if !next.starts_line() => {
                let text = token.span().text(self.text);
                let found = diagnostics::lower_constructor(self.in_file(token.span()), text);
                self.error(found);
                return self.error_pat();
            }
            _ => {}
        }
        self.bump();
        let pat = self.alloc_pat(PatKind::Bind(token.symbol), token.span());
        self.type_test(token, pat, tests)
    }

    fn type_test(&mut self, token: Token, pat: PatId, tests: Tests) -> PatId {
        if tests == Tests::Nothing || !self.at(TokenKind::Colon) {
            return pat;
        }
        self.bump();
        let ty = self.ty_single();
        let span = self.span_from(token.lo);
        self.alloc_pat(PatKind::Typed { pat, ty }, span)
    }

    /// `Red`, `Circle(r)`, `Shape.Circle(r)`, `Point(x: p, ..)`, `ok(v)`.
    fn constructor(&mut self) -> PatId {
        let lo = self.tok().lo;
        let base = self.scratch.names.len();
        loop {
            let token = self.bump();
            self.scratch.names.push(Self::name_of(token));
            if !self.at(TokenKind::Dot) {
                break;
            }
            self.bump();
            if !matches!(self.kind(), TokenKind::Upper | TokenKind::Ident)
                || self.scratch.names.len() - base == 3
            {
                self.no_name("a variant");
                break;
            }
        }
        let last = self.scratch.names.last().copied();
        let path = finish_list!(self, names, names, base);
        if let Some(last) = last
            && !self.panicking
            && last.span.text(self.text).starts_with(|c: char| c.is_lowercase())
            && last.symbol != sym::OK
            && last.symbol != sym::ERR
        {
            let found =
                diagnostics::lower_constructor(self.in_file(last.span), last.span.text(self.text));
            self.error(found);
        }
        if self.panicking || !self.at(TokenKind::LParen) || self.tok().starts_line() {
            let span = self.span_from(lo);
            let fields = Slice::EMPTY;
            return self.alloc_pat(PatKind::Constructor { path, fields, shape: Shape::Bare }, span);
        }
        let (fields, shape) = self.pattern_fields();
        let span = self.span_from(lo);
        self.alloc_pat(PatKind::Constructor { path, fields, shape }, span)
    }

    fn pattern_fields(&mut self) -> (Slice<PatField>, Shape) {
        let depth = self.enter();
        let base = self.scratch.pat_fields.len();
        let opened = self.open_bracket();
        let mut shape = Shape::Exact;
        let mut has_named = false;
        self.comma_list(TokenKind::RParen, |p| {
            let token = p.tok();
            if shape == Shape::Open {
                p.unexpected("`)` after `..`");
                return;
            }
            if token.kind == TokenKind::DotDot && !begins_literal(p.peek(1).kind) {
                p.bump();
                shape = Shape::Open;
                return;
            }
            let is_named = p.peek(1).kind == TokenKind::Colon
                && (token.kind == TokenKind::Ident || token.kind.is_keyword());
            if !is_named {
                let pat = p.pattern();
                if has_named && !p.panicking {
                    let at = p.tree[pat].span;
                    let found = diagnostics::positional_after_named(p.in_file(at));
                    p.report(found);
                }
                p.scratch.pat_fields.push(PatField { name: None, pat });
                return;
            }
            has_named = true;
            let name = p.lower_name("a field");
            if p.panicking {
                return;
            }
            p.bump();
            let pat = if matches!(p.kind(), TokenKind::Comma | TokenKind::RParen) {
                p.alloc_pat(PatKind::Bind(name.symbol), name.span)
            } else {
                p.pattern()
            };
            p.scratch.pat_fields.push(PatField { name: Some(name), pat });
        });
        self.close_bracket(TokenKind::RParen, opened);
        self.leave(depth);
        (finish_list!(self, pat_fields, pat_fields, base), shape)
    }

    /// `(p)` or `(p, q)`.
    fn tuple_pattern(&mut self) -> PatId {
        let base = self.scratch.pats.len();
        let opened = self.open_bracket();
        self.comma_list(TokenKind::RParen, |p| {
            let pat = p.pattern();
            p.scratch.pats.push(pat);
        });
        let has_comma = self.pos > 0 && self.tokens[self.pos - 1].kind == TokenKind::Comma;
        self.close_bracket(TokenKind::RParen, opened);
        let span = self.span_from(opened.0.lo);
        let found = self.scratch.pats.len() - base;
        if found == 1
            && !has_comma
            && let Some(only) = self.scratch.pats.pop()
        {
            return only;
        }
        let list = finish_list!(self, pats, pat_lists, base);
        if found < 2 {
            let short = if found == 0 {
                diagnostics::empty_tuple(self.in_file(span))
            } else {
                diagnostics::short_tuple(self.in_file(span))
            };
            self.report(short);
            return self.alloc_pat(PatKind::Error, span);
        }
        self.alloc_pat(PatKind::Tuple(list), span)
    }

    /// `[a, ...rest, b]`.
    fn list_pattern(&mut self) -> PatId {
        let base = self.scratch.pats.len();
        let opened = self.open_bracket();
        let mut rest: Option<Span> = None;
        self.comma_list(TokenKind::RBracket, |p| {
            let token = p.tok();
            if !p.eat(TokenKind::Ellipsis) {
                let pat = p.pattern();
                p.scratch.pats.push(pat);
                return;
            }
            let name = match p.kind() {
                TokenKind::Underscore => {
                    p.bump();
                    None
                }
                TokenKind::Comma | TokenKind::RBracket => None,
                _ => Some(p.lower_name("the rest").symbol),
            };
            let span = p.span_from(token.lo);
            if let Some(first) = rest {
                let found = diagnostics::second_rest(p.in_file(span), p.in_file(first));
                p.report(found);
                return;
            }
            rest = Some(span);
            let pat = p.alloc_pat(PatKind::Rest(name), span);
            p.scratch.pats.push(pat);
        });
        self.close_bracket(TokenKind::RBracket, opened);
        let list = finish_list!(self, pats, pat_lists, base);
        let span = self.span_from(opened.0.lo);
        self.alloc_pat(PatKind::List(list), span)
    }

    /// A string with holes is no pattern; its holes are read and left out.
    fn string_with_holes(&mut self) -> PatId {
        let lo = self.tok().lo;
        self.expr();
        let span = self.span_from(lo);
        let found = diagnostics::interpolated_pattern(self.in_file(span));
        self.report(found);
        self.alloc_pat(PatKind::Error, span)
    }

    /// `1`, `-1.5`, `"a"`, `1..5`, `'a'..='z'`.
    fn literal_or_range(&mut self) -> PatId {
        let lo = self.tok().lo;
        let first = self.literal();
        if self.panicking || !matches!(self.kind(), TokenKind::DotDot | TokenKind::DotDotEq) {
            return first;
        }
        self.range_rest(lo, Some(first))
    }

    /// From the dots of a range on; without a beginning there is an end, and behind `..=` there always is.
    fn range_rest(&mut self, start: u32, lo: Option<PatId>) -> PatId {
        let inclusive = self.bump().kind == TokenKind::DotDotEq;
        let hi = if inclusive || lo.is_none() || begins_literal(self.kind()) && !self.line_ends() {
            Some(self.literal())
        } else {
            None
        };
        let span = self.span_from(start);
        self.alloc_pat(PatKind::Range { lo, hi, inclusive }, span)
    }

    fn literal(&mut self) -> PatId {
        let first = self.tok();
        let negative = self.eat(TokenKind::Minus);
        let token = self.tok();
        let kind = match token.kind {
            TokenKind::Int => {
                let text = token.span().text(self.text);
                if negative && literals::int(text) == Some(1 << 63) {
                    PatKind::Int(i64::MIN)
                } else {
                    let value = self.int_value(token);
                    PatKind::Int(if negative { -value } else { value })
                }
            }
            TokenKind::Float => {
                let value = self.float_value(token);
                PatKind::Float(if negative { -value } else { value })
            }
            TokenKind::Str if !negative => PatKind::Str(token.symbol),
            _ => {
                self.unexpected(if negative { "a number" } else { "a number or a string" });
                return self.error_pat();
            }
        };
        self.bump();
        self.alloc_pat(kind, first.span().to(token.span()))
    }
}

/// Whether a literal that may end a range begins with this token.
fn begins_literal(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::Int | TokenKind::Float | TokenKind::Str | TokenKind::Minus)
}

fn is_literal_keyword(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::True | TokenKind::False | TokenKind::Null | TokenKind::Ok | TokenKind::Err
    )
}
