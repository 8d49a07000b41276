//! Tools and authority: `use tool`, `grant` with its constraints, `bind effect`, `with grants` of an import.
//!
//! The words are contextual. The constraints of a grant stand on its line and on deeper-indented lines below it: one of
//! the places where indentation counts.

use super::{Parser, TokenKind, finish_list};
use crate::compiler::ast::{Bind, Constraint, Grant, ItemKind, Name, Tool, ToolSignature};
use crate::compiler::tokens::Token;
use lumen_base::{Slice, sym};

impl Parser<'_> {
    /// Whether `use tool`, `grant Name` or `bind effect` begins here.
    pub(super) fn begins_authority(&self) -> bool {
        let next = self.peek(1);
        if next.starts_line() {
            return false;
        }
        let word = |symbol| next.kind == TokenKind::Ident && next.symbol == symbol;
        (self.at_word(sym::USE) && word(sym::TOOL))
            || (self.at_word(sym::BIND) && word(sym::EFFECT))
            || (self.at_word(sym::GRANT)
                && matches!(next.kind, TokenKind::Ident | TokenKind::Upper))
    }

    /// One of them.
    pub(super) fn authority(&mut self) -> Option<ItemKind> {
        match self.tok().symbol {
            sym::USE => self.use_tool(),
            sym::BIND => self.bind_effect(),
            _ => self.grant(),
        }
    }

    /// `use tool a.b as Name(…) -> T`.
    fn use_tool(&mut self) -> Option<ItemKind> {
        let lo = self.bump().lo;
        self.bump();
        let base = self.scratch.names.len();
        loop {
            let name = self.lower_name("a tool");
            self.scratch.names.push(name);
            if self.panicking || !self.eat(TokenKind::Dot) {
                break;
            }
        }
        let path = finish_list!(self, names, names, base);
        if !self.panicking {
            self.expect(TokenKind::As, " and the name of the tool in this file");
        }
        if self.panicking {
            return None;
        }
        let name = self.upper_name("a tool in this file");
        if self.panicking {
            return None;
        }
        let has_signature = self.at(TokenKind::LParen) && !self.line_ends();
        let signature = has_signature.then(|| {
            let params = self.params();
            let has_ret = !self.panicking && self.eat(TokenKind::Arrow);
            ToolSignature { params, ret: has_ret.then(|| self.ty()) }
        });
        let word = self.tok();
        if self.is_word(word, "from") && !word.starts_line() && !self.panicking {
            self.reject_unbuilt(word, "`use tool … from` a server");
            self.skip_line();
        }
        let span = self.span_from(lo);
        Some(ItemKind::Tool(self.tree.tools.alloc(Tool { path, name, signature, span })))
    }

    /// `bind effect llm to Chat`.
    fn bind_effect(&mut self) -> Option<ItemKind> {
        let lo = self.bump().lo;
        self.bump();
        let effect = self.lower_name("an effect");
        let to = self.tok();
        if !self.panicking && self.is_word(to, "to") {
            self.bump();
        } else if !self.panicking {
            self.unexpected("`to` and the name of a tool");
        }
        if self.panicking {
            return None;
        }
        let tool = self.upper_name("a tool in this file");
        let span = self.span_from(lo);
        (!self.panicking)
            .then(|| ItemKind::Bind(self.tree.binds.alloc(Bind { effect, tool, span })))
    }

    /// `grant Name key value, value …`.
    fn grant(&mut self) -> Option<ItemKind> {
        let word = self.bump();
        let subject = Self::name_of(self.bump());
        let base = self.scratch.constraints.len();
        let indent = self.indent_at(word.lo).len();
        while !self.panicking && self.at(TokenKind::Ident) && self.goes_on(indent) {
            let constraint = self.constraint();
            self.scratch.constraints.push(constraint);
        }
        let constraints = finish_list!(self, constraints, constraints, base);
        let span = self.span_from(word.lo);
        Some(ItemKind::Grant(self.tree.grants.alloc(Grant { subject, constraints, span })))
    }

    /// Whether the current token belongs to a grant: on its line, or on a deeper-indented one.
    fn goes_on(&self, indent: usize) -> bool {
        let token = self.tok();
        !token.starts_line() || self.indent_at(token.lo).len() > indent
    }

    fn constraint(&mut self) -> Constraint {
        let key = Self::name_of(self.bump());
        let base = self.scratch.exprs.len();
        while self.is_literal(self.tok()) {
            let value = self.prefixed_operand();
            self.scratch.exprs.push(value);
            if self.panicking || !self.eat(TokenKind::Comma) {
                break;
            }
            if !self.is_literal(self.tok()) {
                self.unexpected("another value of the constraint");
            }
        }
        let values = finish_list!(self, exprs, expr_lists, base);
        Constraint { key, values, span: self.span_from(key.span.lo) }
    }

    /// Whether a literal begins on this line.
    fn is_literal(&self, token: Token) -> bool {
        use TokenKind as K;
        !token.starts_line()
            && matches!(token.kind, K::Int | K::Float | K::Str | K::True | K::False | K::Minus)
    }

    /// `with grants A, http` behind an import.
    pub(super) fn passed_grants(&mut self) -> Slice<Name> {
        let word = self.tok();
        if self.panicking || !self.at_word(sym::WITH) || word.starts_line() {
            return Slice::EMPTY;
        }
        self.bump();
        if !self.at_word(sym::GRANTS) {
            self.unexpected("`grants` and what is passed on");
            return Slice::EMPTY;
        }
        self.bump();
        let base = self.scratch.names.len();
        loop {
            let token = self.tok();
            match token.kind {
                TokenKind::Ident | TokenKind::Upper => {
                    let name = Self::name_of(self.bump());
                    self.scratch.names.push(name);
                }
                _ => self.unexpected("the name of a tool or an effect"),
            }
            if self.panicking || !self.eat(TokenKind::Comma) {
                break;
            }
        }
        finish_list!(self, names, names, base)
    }

    fn is_word(&self, token: Token, text: &str) -> bool {
        token.kind == TokenKind::Ident && token.span().text(self.text) == text
    }
}
