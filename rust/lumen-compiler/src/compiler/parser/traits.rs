//! Traits and their implementations.
//!
//! `trait` and `impl` are contextual words. A method of a trait has a body when the next line is indented deeper than its
//! `cell`, or is an `end` in the column of its `cell`; without one every impl must write it.

use super::declarations::CellForm;
use super::{Parser, TokenKind, diagnostics, finish_list};
use crate::compiler::ast::{CellId, Impl, ImplId, Name, Trait, TraitId};
use crate::compiler::tokens::Token;
use lumen_base::{Slice, sym};

impl Parser<'_> {
    /// Whether `trait Name` begins here.
    pub(super) fn begins_trait(&self) -> bool {
        let next = self.peek(1);
        self.at_word(sym::TRAIT) && next.kind == TokenKind::Upper && !next.starts_line()
    }

    /// Whether `impl Name` or `impl[T] Name` begins here.
    pub(super) fn begins_impl(&self) -> bool {
        if !self.at_word(sym::IMPL) || self.peek(1).starts_line() {
            return false;
        }
        match self.peek(1).kind {
            TokenKind::Upper => true,
            TokenKind::Ident => {
                self.peek(2).kind == TokenKind::Dot && self.peek(3).kind == TokenKind::Upper
            }
            TokenKind::LBracket => {
                let line = self.tokens[self.pos + 1..].iter().take_while(|it| !it.starts_line());
                let behind = line.skip_while(|it| it.kind != TokenKind::RBracket).nth(1);
                behind.is_some_and(|token| token.kind == TokenKind::Upper)
            }
            _ => false,
        }
    }

    /// `trait Name: A + B … end`.
    pub(super) fn trait_decl(&mut self) -> Option<TraitId> {
        let open = self.bump();
        let name = self.upper_name("a trait");
        let has_name = !self.panicking;
        if self.at(TokenKind::LBracket) && !self.line_ends() && !self.panicking {
            self.reject_unbuilt(self.tok(), "a trait with type parameters");
            self.type_params();
        }
        let base = self.scratch.names.len();
        if !self.panicking && self.eat(TokenKind::Colon) {
            self.trait_names();
        }
        let parents: Slice<Name> = finish_list!(self, names, names, base);
        self.header_end("`:` and the parents, or the end of the line");
        let methods = self.trait_members(open, CellForm::InTrait);
        let span = self.span_from(open.lo);
        has_name.then(|| self.tree.traits.alloc(Trait { name, parents, methods, span }))
    }

    /// `impl[T: A] Name for Type … end`.
    pub(super) fn impl_decl(&mut self) -> Option<ImplId> {
        let open = self.bump();
        let type_params = self.type_params();
        let of = if self.panicking { None } else { Some(self.trait_name()) };
        if !self.panicking && self.at(TokenKind::LBracket) && !self.line_ends() {
            self.reject_unbuilt(self.tok(), "a trait with type parameters");
            self.type_params();
        }
        if !self.panicking {
            self.expect(TokenKind::For, " and the type that has the trait");
        }
        let has_head = !self.panicking;
        let target = self.ty();
        let head = self.span_from(open.lo);
        self.header_end("the end of the line");
        let methods = self.trait_members(open, CellForm::Plain);
        let span = self.span_from(open.lo);
        let of = of.filter(|_| has_head)?;
        Some(self.tree.impls.alloc(Impl { type_params, of, target, methods, head, span }))
    }

    /// `A + B`, onto the scratch stack of names.
    pub(super) fn trait_names(&mut self) {
        loop {
            let bound = self.trait_name();
            self.scratch.names.push(bound);
            if self.panicking || !self.eat(TokenKind::Plus) {
                break;
            }
        }
    }

    /// The name of a trait. One of a module is imported by its name.
    fn trait_name(&mut self) -> Name {
        let token = self.tok();
        let (dot, name) = (self.peek(1).kind, self.peek(2).kind);
        if token.kind == TokenKind::Ident && dot == TokenKind::Dot && name == TokenKind::Upper {
            self.reject_unbuilt(token, "a trait named through its module (import it by name)");
            self.bump();
            self.bump();
            let span = self.bump().span();
            return Name { symbol: sym::EMPTY, span };
        }
        self.upper_name("a trait")
    }

    /// Methods up to the `end` of a trait or impl.
    fn trait_members(&mut self, open: Token, form: CellForm) -> Slice<CellId> {
        let base = self.scratch.cells.len();
        while !self.at_block_end(open) {
            let before = self.pos;
            self.trait_member(form);
            self.finish_line();
            if self.pos == before && !self.at(TokenKind::Eof) {
                self.bump();
            }
        }
        self.end_of_block(open);
        finish_list!(self, cells, cell_lists, base)
    }

    fn trait_member(&mut self, form: CellForm) {
        let doc = self.doc_here();
        let token = self.tok();
        match token.kind {
            TokenKind::Cell => {
                if let Some(cell) = self.cell(form, doc) {
                    self.scratch.cells.push(cell);
                }
            }
            TokenKind::At => self.attribute_in_block(),
            TokenKind::Record | TokenKind::Enum | TokenKind::Pub => {
                self.not_a_method(token);
                self.item();
            }
            TokenKind::Type => {
                self.not_a_method(token);
                self.skip_line();
            }
            TokenKind::Ident if token.symbol == sym::CONST => {
                self.not_a_method(token);
                self.skip_line();
            }
            _ => self.unexpected("`cell` and a method"),
        }
    }

    #[cold]
    fn not_a_method(&mut self, token: Token) {
        let text = token.span().text(self.text);
        let found = diagnostics::not_a_method(self.in_file(token.span()), text);
        self.report(found);
    }

    /// Whether the signature that ends here, of the method that `open` began, has no body.
    pub(super) fn lacks_body(&self, open: Token) -> bool {
        let token = self.tok();
        if !token.starts_line() {
            return token.kind == TokenKind::Eof;
        }
        let (column, own) = (self.indent_at(token.lo).len(), self.indent_at(open.lo).len());
        match token.kind {
            TokenKind::Eof => true,
            TokenKind::End => column < own,
            TokenKind::Cell
            | TokenKind::At
            | TokenKind::Pub
            | TokenKind::Type
            | TokenKind::Record
            | TokenKind::Enum => column <= own,
            _ => false,
        }
    }
}
