//! Cells, records, enums, aliases and constants.

use super::{Parser, TokenKind, diagnostics, finish_list};
use crate::compiler::ast::{
    Alias, AliasId, Cell, CellBody, CellId, Const, ConstId, Enum, EnumId, FieldDecl, Param, Record,
    RecordId, TypeId, TypeParam, Variant, VariantField,
};
use crate::compiler::tokens::Token;
use lumen_base::{Slice, Span, sym};

/// What kind of cell is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum CellForm {
    Plain,
    /// Behind this `extern`: it has no body.
    Extern(Token),
    /// In a trait: it may have no body.
    InTrait,
    /// In an effect: it has no body.
    Operation {
        multi: bool,
    },
}

impl Parser<'_> {
    /// A cell inside a block.
    pub(super) fn nested_cell(&mut self) -> Option<CellId> {
        let doc = self.doc_here();
        self.cell(CellForm::Plain, doc)
    }

    /// From `cell` to the end of its body. Nothing when not even its name could be read.
    pub(super) fn cell(&mut self, form: CellForm, doc: Option<Span>) -> Option<CellId> {
        let depth = self.enter();
        let open = self.bump();
        let lo = match form {
            CellForm::Extern(word) => word.lo,
            CellForm::Plain | CellForm::InTrait | CellForm::Operation { .. } => open.lo,
        };
        let name = self.lower_name("a cell");
        let has_name = !self.panicking;
        let type_params = self.type_params();
        let params = self.params();
        let has_ret = !self.panicking && self.eat(TokenKind::Arrow);
        let yields = self.tok();
        let is_generator = has_ret && self.eat(TokenKind::Yield);
        let ret = if has_ret { Some(self.ty()) } else { None };
        let has_row = !self.panicking && self.at(TokenKind::Slash) && !self.line_ends();
        let row = if has_row { Some(self.row()) } else { None };
        let head = self.span_from(lo);
        let body = if let CellForm::Operation { multi } = form {
            if !self.panicking && !self.line_ends() && self.at(TokenKind::Eq) {
                self.unexpected("the end of the line: an operation has no body");
            }
            CellBody::Operation { multi }
        } else if matches!(form, CellForm::Extern(_)) {
            if !self.panicking && !self.line_ends() {
                self.unexpected("the end of the line: an extern cell has no body");
            }
            CellBody::Extern
        } else if !self.panicking && !self.line_ends() && self.eat(TokenKind::Eq) {
            CellBody::Expr(self.expr())
        } else if form == CellForm::InTrait && self.lacks_body(open) {
            CellBody::Required
        } else {
            self.header_end("`=`, `->`, `/` or the end of the line");
            let body = self.block(open);
            self.end_of_block(open);
            CellBody::Block(body)
        };
        if is_generator && !matches!(body, CellBody::Block(_) | CellBody::Extern) {
            let is_required = matches!(body, CellBody::Required | CellBody::Operation { .. });
            let found = diagnostics::generator_body(self.in_file(yields.span()), is_required);
            self.report(found);
        }
        self.leave(depth);
        let span = self.span_from(lo);
        let cell =
            Cell { name, type_params, params, ret, is_generator, row, body, head, span, doc };
        has_name.then(|| self.tree.cells.alloc(cell))
    }

    /// The return type of a lambda, which is no generator.
    pub(super) fn lambda_ret(&mut self) -> TypeId {
        let token = self.tok();
        if self.eat(TokenKind::Yield) {
            let found = diagnostics::generator_lambda(self.in_file(token.span()));
            self.report(found);
        }
        self.ty()
    }

    /// `[T: Ord + Eq, U]`, or nothing.
    pub(super) fn type_params(&mut self) -> Slice<TypeParam> {
        if self.panicking || !self.at(TokenKind::LBracket) || self.line_ends() {
            return Slice::EMPTY;
        }
        let base = self.scratch.type_params.len();
        let opened = self.open_bracket();
        if self.at(TokenKind::RBracket) {
            self.unexpected("a type parameter");
        }
        self.comma_list(TokenKind::RBracket, |p| {
            let name = p.upper_name("a type parameter");
            let n_names = p.scratch.names.len();
            if !p.panicking && p.eat(TokenKind::Colon) {
                p.trait_names();
            }
            let bounds = finish_list!(p, names, names, n_names);
            p.scratch.type_params.push(TypeParam { name, bounds });
        });
        self.close_bracket(TokenKind::RBracket, opened);
        finish_list!(self, type_params, type_params, base)
    }

    /// The parameters of a cell.
    pub(super) fn params(&mut self) -> Slice<Param> {
        if self.panicking {
            return Slice::EMPTY;
        }
        if !self.at(TokenKind::LParen) || self.line_ends() {
            self.unexpected("`(` and the parameters of the cell");
            return Slice::EMPTY;
        }
        let base = self.scratch.params.len();
        let opened = self.open_bracket();
        self.comma_list(TokenKind::RParen, |p| {
            let param = p.param(base);
            p.scratch.params.push(param);
        });
        self.close_bracket(TokenKind::RParen, opened);
        finish_list!(self, params, params, base)
    }

    /// One parameter; `base` is where the list begins on its scratch stack.
    fn param(&mut self, base: usize) -> Param {
        let lo = self.tok().lo;
        let is_variadic = self.eat(TokenKind::Ellipsis);
        let name = self.lower_name("a parameter");
        let has_type = !self.panicking && self.eat(TokenKind::Colon);
        let ty = if has_type { Some(self.ty()) } else { None };
        let has_default = !self.panicking && self.eat(TokenKind::Eq);
        let default = if has_default { Some(self.expr()) } else { None };
        let span = self.span_from(lo);
        let before = &self.scratch.params[base..];
        let is_receiver = name.symbol == sym::SELF && before.is_empty();
        let follows_variadic = before.last().is_some_and(|param| param.is_variadic);
        let follows_default = before.iter().any(|param| param.default.is_some());
        let at = self.in_file(span);
        if self.panicking {
            // Reported already.
        } else if ty.is_none() && !is_receiver {
            let text = name.span.text(self.text);
            self.report(diagnostics::untyped_parameter(at, text));
        } else if follows_variadic {
            self.report(diagnostics::parameter_after_variadic(at));
        } else if is_variadic && default.is_some() {
            self.report(diagnostics::variadic_default(at));
        } else if follows_default && default.is_none() && !is_variadic {
            self.report(diagnostics::required_after_default(at));
        }
        Param { name, ty, default, is_variadic, span }
    }

    /// `record Name[T] … end`.
    pub(super) fn record(&mut self) -> Option<RecordId> {
        let open = self.bump();
        let name = self.upper_name("a record");
        let has_name = !self.panicking;
        let type_params = self.type_params();
        self.header_end("the end of the line");
        let base = self.scratch.fields.len();
        while !self.at_block_end(open) {
            let before = self.pos;
            self.record_member();
            self.finish_line();
            if self.pos == before && !self.at(TokenKind::Eof) {
                self.bump();
            }
        }
        self.end_of_block(open);
        let fields = finish_list!(self, fields, fields, base);
        let span = self.span_from(open.lo);
        has_name.then(|| self.tree.records.alloc(Record { name, type_params, fields, span }))
    }

    fn record_member(&mut self) {
        let token = self.tok();
        if token.kind == TokenKind::Cell {
            let found = diagnostics::cell_in_record(self.in_file(token.span()));
            self.report(found);
            self.cell(CellForm::Plain, None);
            return;
        }
        if token.kind == TokenKind::Ident && self.unbuilt_stmt(token).is_some() {
            return;
        }
        let doc = self.doc_here();
        let name = self.lower_name("a field");
        if !self.panicking {
            self.expect(TokenKind::Colon, " and the type of the field");
        }
        if self.panicking {
            return;
        }
        let ty = self.ty();
        let has_default = !self.panicking && self.eat(TokenKind::Eq);
        let default = if has_default { Some(self.expr()) } else { None };
        let has_condition =
            !self.panicking && self.at_word(sym::WHERE) && !self.tok().starts_line();
        let condition = if has_condition {
            self.bump();
            let condition = self.expr();
            if self.at(TokenKind::Eq) && !self.panicking && !self.tok().starts_line() {
                let found = diagnostics::late_default(self.in_file(self.tok().span()));
                self.report(found);
                self.bump();
                self.expr();
            }
            Some(condition)
        } else {
            None
        };
        let span = self.span_from(token.lo);
        self.scratch.fields.push(FieldDecl { name, ty, default, condition, span, doc });
    }

    /// `enum Name[T] … end`.
    pub(super) fn enumeration(&mut self) -> Option<EnumId> {
        let open = self.bump();
        let name = self.upper_name("an enum");
        let has_name = !self.panicking;
        let type_params = self.type_params();
        self.header_end("the end of the line");
        let (n_variants, n_cells) = (self.scratch.variants.len(), self.scratch.cells.len());
        while !self.at_block_end(open) {
            let before = self.pos;
            if self.at(TokenKind::Cell) {
                let doc = self.doc_here();
                if let Some(cell) = self.cell(CellForm::Plain, doc) {
                    self.scratch.cells.push(cell);
                }
            } else if let Some(variant) = self.variant() {
                self.scratch.variants.push(variant);
            }
            self.finish_line();
            if self.pos == before && !self.at(TokenKind::Eof) {
                self.bump();
            }
        }
        self.end_of_block(open);
        let variants = finish_list!(self, variants, variants, n_variants);
        let methods = finish_list!(self, cells, cell_lists, n_cells);
        let span = self.span_from(open.lo);
        let node = Enum { name, type_params, variants, methods, span };
        has_name.then(|| self.tree.enums.alloc(node))
    }

    /// `Circle(radius: Float)`.
    fn variant(&mut self) -> Option<Variant> {
        let doc = self.doc_here();
        let lo = self.tok().lo;
        let name = self.upper_name("a variant");
        if self.panicking {
            return None;
        }
        let has_payload = self.at(TokenKind::LParen) && !self.tok().starts_line();
        let fields = if has_payload { self.variant_fields() } else { Slice::EMPTY };
        let token = self.tok();
        if self.at(TokenKind::Colon) && !self.panicking {
            self.reject_unbuilt(token, "a variant with its own result type");
            self.bump();
            self.ty();
        } else if self.at(TokenKind::Comma) && !self.panicking {
            let found = diagnostics::variants_on_one_line(self.in_file(token.span()));
            self.error(found);
        }
        let span = self.span_from(lo);
        Some(Variant { name, fields, span, doc })
    }

    fn variant_fields(&mut self) -> Slice<VariantField> {
        let base = self.scratch.variant_fields.len();
        let opened = self.open_bracket();
        if self.at(TokenKind::RParen) {
            let found = diagnostics::empty_payload(self.in_file(opened.0.span()));
            self.report(found);
        }
        self.comma_list(TokenKind::RParen, |p| {
            let is_named = p.peek(1).kind == TokenKind::Colon;
            let name = if is_named { Some(p.lower_name("a field")) } else { None };
            if is_named && !p.panicking {
                p.bump();
            }
            let lo = p.tok().lo;
            let ty = p.ty();
            let fields = &p.scratch.variant_fields[base..];
            if fields.first().is_some_and(|first| first.name.is_some() != is_named) {
                let span = p.span_from(name.map_or(lo, |name| name.span.lo));
                let found = diagnostics::mixed_payload(p.in_file(span));
                p.report(found);
            }
            p.scratch.variant_fields.push(VariantField { name, ty });
        });
        self.close_bracket(TokenKind::RParen, opened);
        finish_list!(self, variant_fields, variant_fields, base)
    }

    /// `type Name[T] = Type [where condition]`.
    pub(super) fn alias(&mut self) -> Option<AliasId> {
        let lo = self.bump().lo;
        let name = self.upper_name("a type");
        let type_params = self.type_params();
        if !self.panicking {
            self.expect(TokenKind::Eq, " and a type");
        }
        if self.panicking {
            return None;
        }
        let ty = self.ty();
        let is_refined = self.at_word(sym::WHERE) && !self.tok().starts_line() && !self.panicking;
        let condition = if is_refined {
            self.bump();
            Some(self.expr())
        } else {
            None
        };
        let span = self.span_from(lo);
        Some(self.tree.aliases.alloc(Alias { name, type_params, ty, condition, span }))
    }

    /// `const NAME: T = expr`.
    pub(super) fn constant(&mut self) -> Option<ConstId> {
        let lo = self.bump().lo;
        let name = self.constant_name();
        let has_type = !self.panicking && self.eat(TokenKind::Colon);
        let ty = if has_type { Some(self.ty()) } else { None };
        if !self.panicking {
            self.expect(TokenKind::Eq, " and a value");
        }
        if self.panicking {
            return None;
        }
        let value = self.expr();
        let span = self.span_from(lo);
        Some(self.tree.consts.alloc(Const { name, ty, value, span }))
    }
}
