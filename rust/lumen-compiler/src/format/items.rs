//! The program: directives, declarations and statements at the top level.

use super::layout::Op;
use super::lists::{BRACKETS, PARENS, Set};
use super::writer::Writer;
use crate::compiler::ast::{
    Cell, CellBody, CellId, Enum, Import, ImportWhat, ItemId, ItemKind, Name, Record, StmtId,
    TypeParam, Variant,
};
use crate::compiler::tokens::TokenKind;
use lumen_base::Slice;

/// What stands at the top level.
#[derive(Clone, Copy)]
enum Root {
    Item(ItemId),
    Stmt(StmtId),
}

impl Writer<'_> {
    /// The whole program.
    pub(super) fn program(&mut self) {
        let file = self.file;
        let items = file.items.iter().map(|&id| (file[id].span.lo, Root::Item(id)));
        let stmts = file.statements.iter().map(|&id| (file[id].span.lo, Root::Stmt(id)));
        let mut roots: Vec<(u32, Root)> = items.chain(stmts).collect();
        roots.sort_by_key(|&(lo, _)| lo);
        let mut is_first = true;
        for (lo, root) in roots {
            self.directives(&mut is_first);
            self.up_to(lo);
            self.next_line(is_first);
            is_first = false;
            match root {
                Root::Item(id) => self.item(id),
                Root::Stmt(id) => self.stmt(id),
            }
        }
        self.directives(&mut is_first);
        self.rest();
    }

    /// `@strict true` and the like have no nodes.
    fn directives(&mut self, is_first: &mut bool) {
        while self.at(TokenKind::At) && is_directive(self.peek(1).span().text(self.source())) {
            self.next_line(*is_first);
            *is_first = false;
            self.token();
            self.token();
            self.space();
            self.token();
        }
    }

    fn item(&mut self, id: ItemId) {
        let file = self.file;
        let item = &file[id];
        for attribute in &file[item.attributes] {
            self.expect(TokenKind::At);
            self.atoms(attribute.name.span.hi);
            if self.tok().lo < attribute.span.hi {
                self.args(attribute.args, attribute.span.hi);
            }
            self.next_line(true);
        }
        if self.accept(TokenKind::Pub) {
            self.space();
        }
        match item.kind {
            ItemKind::Cell(id) => self.cell(id),
            ItemKind::Record(id) => self.record(&file[id]),
            ItemKind::Enum(id) => self.enumeration(&file[id]),
            ItemKind::Alias(id) => {
                let alias = &file[id];
                self.head(TokenKind::Type, alias.name.span.hi, alias.type_params);
                self.space();
                self.expect(TokenKind::Eq);
                self.space();
                self.ty(alias.ty);
                if let Some(condition) = alias.condition {
                    self.space();
                    self.token();
                    self.space();
                    self.expr(condition);
                }
            }
            ItemKind::Const(id) => {
                let constant = &file[id];
                self.token();
                self.space();
                self.atoms(constant.name.span.hi);
                if let Some(ty) = constant.ty {
                    self.expect(TokenKind::Colon);
                    self.space();
                    self.ty(ty);
                }
                self.space();
                self.expect(TokenKind::Eq);
                self.value(constant.value);
            }
            ItemKind::Import(id) => self.import(&file[id]),
            ItemKind::Trait(id) => {
                let node = &file[id];
                self.token();
                self.space();
                self.atoms(node.name.span.hi);
                self.bounds(node.parents);
                self.methods(node.methods);
            }
            ItemKind::Effect(id) => {
                let node = &file[id];
                self.token();
                self.space();
                self.atoms(node.name.span.hi);
                self.type_params(node.type_params);
                self.methods(node.operations);
            }
            ItemKind::Handler(id) => self.handler(&file[id]),
            ItemKind::Impl(id) => {
                let node = &file[id];
                self.token();
                self.type_params(node.type_params);
                self.space();
                self.atoms(node.of.span.hi);
                self.space();
                self.expect(TokenKind::For);
                self.space();
                self.ty(node.target);
                self.methods(node.methods);
            }
            ItemKind::Tool(id) => self.use_tool(&file[id]),
            ItemKind::Grant(id) => self.grant(&file[id]),
            ItemKind::Bind(id) => {
                self.words(4);
                self.atoms(file[id].tool.span.hi);
            }
        }
        self.up_to(item.span.hi);
    }

    /// `keyword Name[T]`.
    fn head(&mut self, keyword: TokenKind, name_hi: u32, params: Slice<TypeParam>) {
        self.expect(keyword);
        self.space();
        self.atoms(name_hi);
        self.type_params(params);
    }

    pub(super) fn type_params(&mut self, list: Slice<TypeParam>) {
        let file = self.file;
        if list.is_empty() {
            return;
        }
        self.bracketed(BRACKETS, list.len(), Set::Lines, |w, at| {
            let param = &file[list][at];
            w.atoms(param.name.span.hi);
            w.bounds(param.bounds);
        });
    }

    /// `: A + B`, or nothing.
    fn bounds(&mut self, bounds: Slice<Name>) {
        for (at, bound) in self.file[bounds].iter().enumerate() {
            if at > 0 {
                self.space();
            }
            self.token();
            self.space();
            self.atoms(bound.span.hi);
        }
    }

    /// `A + B`.
    pub(super) fn sum(&mut self, names: Slice<Name>) {
        for (at, name) in self.file[names].iter().enumerate() {
            if at > 0 {
                self.space();
                self.token();
                self.space();
            }
            self.atoms(name.span.hi);
        }
    }

    /// Cells up to an `end`.
    fn methods(&mut self, list: Slice<CellId>) {
        let list = &self.file[list];
        self.lines(list.len(), |w, at| w.cell(list[at]));
        self.expect(TokenKind::End);
    }

    pub(super) fn cell(&mut self, id: CellId) {
        let file = self.file;
        let cell: &Cell = &file[id];
        while !self.at(TokenKind::Cell) && self.tok().lo < cell.name.span.lo {
            self.token();
            self.space();
        }
        self.head(TokenKind::Cell, cell.name.span.hi, cell.type_params);
        self.params(cell.params);
        self.signature_end(cell.ret, cell.row);
        match cell.body {
            CellBody::Block(block) => {
                self.block(block);
                self.expect(TokenKind::End);
            }
            CellBody::Expr(expr) => {
                self.space();
                self.expect(TokenKind::Eq);
                self.value(expr);
            }
            CellBody::Extern | CellBody::Required | CellBody::Operation { .. } => {}
        }
        self.up_to(cell.span.hi);
    }

    fn record(&mut self, record: &Record) {
        let file = self.file;
        self.head(TokenKind::Record, record.name.span.hi, record.type_params);
        let fields = &file[record.fields];
        self.lines(fields.len(), |w, at| {
            let field = &fields[at];
            w.atoms(field.name.span.hi);
            w.expect(TokenKind::Colon);
            w.space();
            w.ty(field.ty);
            if let Some(default) = field.default {
                w.space();
                w.expect(TokenKind::Eq);
                w.space();
                w.expr(default);
            }
            if let Some(condition) = field.condition {
                w.space();
                w.token();
                w.space();
                w.expr(condition);
            }
            w.up_to(field.span.hi);
        });
        self.expect(TokenKind::End);
    }

    fn enumeration(&mut self, node: &Enum) {
        let file = self.file;
        self.head(TokenKind::Enum, node.name.span.hi, node.type_params);
        let (variants, methods) = (&file[node.variants], &file[node.methods]);
        let mut members: Vec<(u32, Option<usize>, usize)> = Vec::new();
        members.extend(variants.iter().enumerate().map(|(at, v)| (v.span.lo, Some(at), 0)));
        members.extend(methods.iter().enumerate().map(|(at, &m)| (file[m].span.lo, None, at)));
        members.sort_by_key(|&(lo, ..)| lo);
        self.lines(members.len(), |w, at| match members[at] {
            (_, Some(variant), _) => w.variant(&variants[variant]),
            (_, None, method) => w.cell(methods[method]),
        });
        self.expect(TokenKind::End);
    }

    fn variant(&mut self, variant: &Variant) {
        let file = self.file;
        self.atoms(variant.name.span.hi);
        let fields = &file[variant.fields];
        if !fields.is_empty() {
            self.bracketed(PARENS, fields.len(), Set::Lines, |w, at| {
                if let Some(name) = fields[at].name {
                    w.atoms(name.span.hi);
                    w.expect(TokenKind::Colon);
                    w.space();
                }
                w.ty(fields[at].ty);
            });
        }
        self.up_to(variant.span.hi);
    }

    fn import(&mut self, import: &Import) {
        let file = self.file;
        self.expect(TokenKind::Import);
        self.space();
        let path_hi = file[import.path].last().map_or(import.span.hi, |name| name.span.hi);
        self.atoms(path_hi);
        match import.what {
            ImportWhat::Module(None) => {}
            ImportWhat::Module(Some(alias)) => {
                self.space();
                self.token();
                self.space();
                self.atoms(alias.span.hi);
            }
            ImportWhat::All(star) => {
                self.expect(TokenKind::Colon);
                self.space();
                self.atoms(star.hi);
            }
            ImportWhat::Names(names) => {
                self.expect(TokenKind::Colon);
                self.space();
                self.push(Op::In);
                for (at, one) in file[names].iter().enumerate() {
                    if at > 0 {
                        self.expect(TokenKind::Comma);
                        self.fill();
                    }
                    self.atoms(one.name.span.hi);
                    if let Some(alias) = one.alias {
                        self.space();
                        self.token();
                        self.space();
                        self.atoms(alias.span.hi);
                    }
                }
                self.push(Op::Out);
            }
        }
        self.passed_grants(import.grants);
    }
}

/// Whether `@name` at the top level is a directive.
fn is_directive(name: &str) -> bool {
    matches!(name, "strict" | "doc_mode" | "deterministic")
}
