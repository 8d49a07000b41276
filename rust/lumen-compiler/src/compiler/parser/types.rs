//! Written types and effect rows.

use super::{Parser, TokenKind, diagnostics, finish_list};
use crate::compiler::ast::{Name, Row, RowEntry, RowId, Type, TypeId, TypeKind};
use lumen_base::{Slice, Span, sym};

/// Whether `??` in a type means two question marks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Doubled {
    Allowed,
    IsOperator,
}

impl Parser<'_> {
    /// A type, unions included.
    pub(super) fn ty(&mut self) -> TypeId {
        let depth = self.enter();
        let lo = self.tok().lo;
        let first = self.ty_postfix(Doubled::Allowed);
        let mut ty = first;
        if self.union_goes_on() {
            let base = self.scratch.types.len();
            self.scratch.types.push(first);
            while self.union_goes_on() {
                self.bump();
                let member = self.ty_postfix(Doubled::Allowed);
                self.scratch.types.push(member);
            }
            let members = finish_list!(self, types, type_lists, base);
            let span = self.span_from(lo);
            ty = self.alloc_type(TypeKind::Union(members), span);
        }
        self.leave(depth);
        ty
    }

    fn union_goes_on(&self) -> bool {
        self.at(TokenKind::Bar) && !self.panicking && (self.leading_bar || !self.line_ends())
    }

    /// A type without a union at its top: after `is`, `as` and the colon of a pattern.
    pub(super) fn ty_single(&mut self) -> TypeId {
        let depth = self.enter();
        let ty = self.ty_postfix(Doubled::IsOperator);
        self.leave(depth);
        ty
    }

    fn alloc_type(&mut self, kind: TypeKind, span: Span) -> TypeId {
        self.tree.types.alloc(Type { kind, span })
    }

    /// A type with its question marks.
    fn ty_postfix(&mut self, doubled: Doubled) -> TypeId {
        let lo = self.tok().lo;
        let mut ty = self.ty_primary();
        while !self.panicking && !self.line_ends() {
            match self.kind() {
                TokenKind::Question => {}
                TokenKind::QQ if doubled == Doubled::Allowed => {}
                _ => break,
            }
            self.bump();
            let span = self.span_from(lo);
            // `T??` is `T?`.
            if !matches!(self.tree[ty].kind, TypeKind::Optional(_)) {
                ty = self.alloc_type(TypeKind::Optional(ty), span);
                self.deepen();
            }
        }
        ty
    }

    fn ty_primary(&mut self) -> TypeId {
        let token = self.tok();
        match token.kind {
            TokenKind::Upper | TokenKind::Ident => self.named_type(),
            TokenKind::LParen => self.tuple_type(),
            TokenKind::Fn => self.fn_type(),
            TokenKind::Null => {
                let found = diagnostics::null_as_type(self.in_file(token.span()));
                self.report(found);
                self.bump();
                self.alloc_type(TypeKind::Error, token.span())
            }
            _ => {
                self.unexpected("a type");
                self.alloc_type(TypeKind::Error, token.span().before())
            }
        }
    }

    /// `Name`, `list[T]`, `module.Name[T]`.
    fn named_type(&mut self) -> TypeId {
        let first = self.bump();
        let next = self.tok();
        if first.symbol == sym::ANY_TRAIT && next.kind == TokenKind::Upper && !next.starts_line() {
            let base = self.scratch.names.len();
            self.trait_names();
            let traits: Slice<Name> = finish_list!(self, names, names, base);
            let span = self.span_from(first.lo);
            return self.alloc_type(TypeKind::AnyTrait(traits), span);
        }
        let mut module = None;
        let mut name = Self::name_of(first);
        if self.at(TokenKind::Dot) && first.kind == TokenKind::Ident {
            self.bump();
            module = Some(name);
            name = self.upper_name("a type");
        }
        let args = self.type_arguments();
        let span = self.span_from(first.lo);
        self.alloc_type(TypeKind::Named { module, name, args }, span)
    }

    /// `[A, B]` behind a name, or nothing.
    pub(super) fn type_arguments(&mut self) -> Slice<TypeId> {
        let base = self.scratch.types.len();
        if self.at(TokenKind::LBracket) && !self.line_ends() && !self.panicking {
            let opened = self.open_bracket();
            if self.at(TokenKind::RBracket) {
                self.unexpected("a type");
            }
            self.comma_list(TokenKind::RBracket, |p| {
                let argument = p.ty();
                p.scratch.types.push(argument);
            });
            self.close_bracket(TokenKind::RBracket, opened);
        }
        finish_list!(self, types, type_lists, base)
    }

    /// `(A, B)`, or a type in parentheses.
    fn tuple_type(&mut self) -> TypeId {
        let (members, span) = self.type_list();
        match *members.as_slice() {
            [only] => only,
            [] => {
                let found = diagnostics::empty_tuple(self.in_file(span));
                self.report(found);
                self.alloc_type(TypeKind::Error, span)
            }
            _ => {
                let list = self.tree.type_lists.alloc(members);
                self.alloc_type(TypeKind::Tuple(list), span)
            }
        }
    }

    /// Types in parentheses.
    fn type_list(&mut self) -> (Vec<TypeId>, Span) {
        let base = self.scratch.types.len();
        let opened = self.open_bracket();
        self.comma_list(TokenKind::RParen, |p| {
            let member = p.ty();
            p.scratch.types.push(member);
        });
        self.close_bracket(TokenKind::RParen, opened);
        let span = self.span_from(opened.0.lo);
        (self.scratch.types.split_off(base), span)
    }

    /// `fn(A, B) -> R / {e}`.
    fn fn_type(&mut self) -> TypeId {
        let lo = self.bump().lo;
        if !self.at(TokenKind::LParen) {
            self.unexpected("`(` and the types of the parameters");
            return self.alloc_type(TypeKind::Error, Span::point(lo));
        }
        let (params, _) = self.type_list();
        let params = self.tree.type_lists.alloc(params);
        if !self.panicking {
            self.expect(TokenKind::Arrow, " and the type of the result");
        }
        if self.panicking {
            let span = self.span_from(lo);
            return self.alloc_type(TypeKind::Error, span);
        }
        let ret = self.ty();
        let has_row = self.at(TokenKind::Slash) && !self.line_ends() && !self.panicking;
        let row = if has_row { Some(self.row()) } else { None };
        let span = self.span_from(lo);
        self.alloc_type(TypeKind::Fn { params, ret, row }, span)
    }

    /// `/ {a, B, C[T]}`.
    pub(super) fn row(&mut self) -> RowId {
        let lo = self.bump().lo;
        let base = self.scratch.row_entries.len();
        if self.at(TokenKind::LBrace) {
            let opened = self.open_bracket();
            self.comma_list(TokenKind::RBrace, |p| {
                let token = p.tok();
                let name: Name = match token.kind {
                    TokenKind::Ident | TokenKind::Upper => {
                        p.bump();
                        Self::name_of(token)
                    }
                    _ => p.no_name("an effect"),
                };
                let args = p.type_arguments();
                p.scratch.row_entries.push(RowEntry { name, args });
            });
            self.close_bracket(TokenKind::RBrace, opened);
        } else {
            self.unexpected("`{` and the effects");
        }
        let entries = finish_list!(self, row_entries, row_entries, base);
        let span = self.span_from(lo);
        self.tree.rows.alloc(Row { entries, span })
    }
}
