//! Parentheses, lists, sets, maps and comprehensions.

use super::{Parser, TokenKind, diagnostics, finish_list};
use crate::compiler::ast::{Comprehended, Comprehension, Element, Entry, ExprId, ExprKind};
use crate::compiler::tokens::Token;
use lumen_base::limits;

/// An element between braces, before it is known whether they hold a set or a map.
enum InBraces {
    Value(ExprId),
    Pair(ExprId, ExprId),
    Spread(ExprId),
}

impl Parser<'_> {
    /// `(e)` or a tuple.
    pub(super) fn parenthesised(&mut self) -> ExprId {
        let opened = self.open_bracket();
        let lo = opened.0.lo;
        if self.at(TokenKind::RParen) {
            self.close_bracket(TokenKind::RParen, opened);
            let span = self.span_from(lo);
            let found = diagnostics::empty_tuple(self.in_file(span));
            self.report(found);
            return self.error_expr(lo);
        }
        let first = self.expr();
        if !self.at(TokenKind::Comma) || self.panicking {
            self.close_bracket(TokenKind::RParen, opened);
            return first;
        }
        let base = self.scratch.exprs.len();
        self.scratch.exprs.push(first);
        self.bump();
        self.comma_list(TokenKind::RParen, |p| {
            let element = p.expr();
            p.scratch.exprs.push(element);
        });
        self.close_bracket(TokenKind::RParen, opened);
        let span = self.span_from(lo);
        if self.scratch.exprs.len() - base < 2 {
            let found = diagnostics::short_tuple(self.in_file(span));
            self.report(found);
        }
        let elements = finish_list!(self, exprs, expr_lists, base);
        self.alloc(ExprKind::Tuple(elements), span)
    }

    /// `[…]`: a list or a list comprehension.
    pub(super) fn list(&mut self) -> ExprId {
        let opened = self.open_bracket();
        let lo = opened.0.lo;
        let base = self.scratch.elements.len();
        while !self.at(TokenKind::RBracket) && !self.at(TokenKind::Eof) && !self.panicking {
            let element = if self.eat(TokenKind::Ellipsis) {
                Element::Spread(self.expr())
            } else {
                Element::Value(self.expr())
            };
            if let (Element::Value(value), TokenKind::For) = (element, self.kind())
                && self.scratch.elements.len() == base
            {
                let node = self.comprehension(lo, Comprehended::List(value));
                self.close_bracket(TokenKind::RBracket, opened);
                return self.end_comprehension(lo, node);
            }
            self.scratch.elements.push(element);
            if !self.eat(TokenKind::Comma) {
                break;
            }
        }
        self.close_bracket(TokenKind::RBracket, opened);
        let elements = finish_list!(self, elements, elements, base);
        let span = self.span_from(lo);
        self.alloc(ExprKind::List(elements), span)
    }

    /// `{…}`: a map, a set, or a comprehension of one. The first element that is no spread decides.
    pub(super) fn braces(&mut self) -> ExprId {
        let opened = self.open_bracket();
        let lo = opened.0.lo;
        let mut items = Vec::new();
        while !self.at(TokenKind::RBrace) && !self.at(TokenKind::Eof) && !self.panicking {
            let (item, bare_key) = self.in_braces();
            if self.at(TokenKind::For) && items.is_empty() && !self.panicking {
                let what = match item {
                    InBraces::Value(value) => Some(Comprehended::Set(value)),
                    InBraces::Pair(key, value) => Some(Comprehended::Map(key, value)),
                    InBraces::Spread(_) => None,
                };
                if let Some(what) = what {
                    let node = self.comprehension(lo, what);
                    self.close_bracket(TokenKind::RBrace, opened);
                    return self.end_comprehension(lo, node);
                }
            }
            if let Some(token) = bare_key {
                let text = token.span().text(self.text);
                let found = diagnostics::bare_map_key(self.in_file(token.span()), text);
                self.report(found);
            }
            items.push(item);
            if !self.eat(TokenKind::Comma) {
                break;
            }
        }
        self.close_bracket(TokenKind::RBrace, opened);
        let decides = items.iter().find(|item| !matches!(item, InBraces::Spread(_)));
        if matches!(decides, Some(InBraces::Value(_))) {
            self.set_of(lo, &items)
        } else {
            self.map_of(lo, &items)
        }
    }

    /// One item, and its key if that is a bare name: an error except in a comprehension.
    fn in_braces(&mut self) -> (InBraces, Option<Token>) {
        if self.eat(TokenKind::Ellipsis) {
            return (InBraces::Spread(self.expr()), None);
        }
        let token = self.tok();
        let is_key = self.peek(1).kind == TokenKind::Colon;
        let is_name = matches!(token.kind, TokenKind::Ident | TokenKind::Upper);
        let is_literal = matches!(token.kind, TokenKind::True | TokenKind::False | TokenKind::Null);
        if is_key && token.kind.is_keyword() && !is_literal {
            self.bump();
            self.bump();
            let key = self.error_expr(token.lo);
            return (InBraces::Pair(key, self.expr()), Some(token));
        }
        let first = self.expr();
        if self.panicking || !self.eat(TokenKind::Colon) {
            return (InBraces::Value(first), None);
        }
        (InBraces::Pair(first, self.expr()), (is_key && is_name).then_some(token))
    }

    fn set_of(&mut self, lo: u32, items: &[InBraces]) -> ExprId {
        let base = self.scratch.elements.len();
        for item in items {
            let element = match *item {
                InBraces::Value(value) => Element::Value(value),
                InBraces::Spread(value) => Element::Spread(value),
                InBraces::Pair(key, _) => {
                    let at = self.tree[key].span;
                    let found = diagnostics::entry_in_set(self.in_file(at));
                    self.report(found);
                    continue;
                }
            };
            self.scratch.elements.push(element);
        }
        let elements = finish_list!(self, elements, elements, base);
        let span = self.span_from(lo);
        self.alloc(ExprKind::Set(elements), span)
    }

    fn map_of(&mut self, lo: u32, items: &[InBraces]) -> ExprId {
        let base = self.scratch.entries.len();
        for item in items {
            let entry = match *item {
                InBraces::Pair(key, value) => Entry::Pair(key, value),
                InBraces::Spread(value) => Entry::Spread(value),
                InBraces::Value(value) => {
                    let at = self.tree[value].span;
                    let found = diagnostics::value_in_map(self.in_file(at));
                    self.report(found);
                    continue;
                }
            };
            self.scratch.entries.push(entry);
        }
        let entries = finish_list!(self, entries, entries, base);
        let span = self.span_from(lo);
        self.alloc(ExprKind::Map(entries), span)
    }

    /// `for pat in iterable if condition… for …` behind what is collected: a comprehension for each `for`, the last one
    /// of what is collected, each other one of the next.
    fn comprehension(&mut self, lo: u32, what: Comprehended) -> Option<Comprehension> {
        let mut clauses = Vec::new();
        while !self.panicking && self.at(TokenKind::For) {
            clauses.push(self.clause(what));
            self.depth += 1;
            if self.depth > limits::SYNTAX_DEPTH_MAX {
                self.too_deep();
            }
        }
        self.depth -= clauses.len() as u32;
        self.deepest = self.deepest.max(self.depth + clauses.len() as u32);
        if self.panicking {
            return None;
        }
        let mut node = clauses.pop()?;
        while let Some(outer) = clauses.pop() {
            let inner = self.end_comprehension(lo, Some(node));
            node = Comprehension { what: Comprehended::Nested(inner), ..outer };
        }
        Some(node)
    }

    /// One `for` with its conditions.
    fn clause(&mut self, what: Comprehended) -> Comprehension {
        self.bump();
        let pat = self.binding_pattern("a loop variable");
        self.expect(TokenKind::In, " and what is walked over");
        let iterable = self.expr();
        let base = self.scratch.exprs.len();
        while !self.panicking && self.eat(TokenKind::If) {
            let condition = self.expr();
            self.scratch.exprs.push(condition);
        }
        let conditions = finish_list!(self, exprs, expr_lists, base);
        Comprehension { what, pat, iterable, conditions }
    }

    fn end_comprehension(&mut self, lo: u32, node: Option<Comprehension>) -> ExprId {
        let Some(node) = node else { return self.error_expr(lo) };
        let span = self.span_from(lo);
        let id = self.tree.comprehensions.alloc(node);
        self.alloc(ExprKind::Comprehension(id), span)
    }
}
