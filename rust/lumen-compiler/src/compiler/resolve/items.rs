//! Declarations at the top level: first their names ([`Ctx::collect`]), then their signatures ([`Ctx::signatures`]), last
//! the bodies ([`Ctx::bodies`]), each over all modules before the next begins, so that order never matters.

use super::context::{Ctx, FrameKind, VariantChoice};
use super::diagnostics;
use super::types::RowPlace;
use crate::compiler::ast::{self, Name};
use crate::compiler::hir::{
    Alias, Cell, CellAttrs, CellBody, CellId, CellOrigin, Const, Def, Enum, EnumId, Field, Head,
    Param, Record, RecordId, RowRef, TyRefId, TyRefKind, TypeParamId, Variant, VariantField,
    VariantRef,
};
use lumen_base::{Idx, Slice, Span, Symbol, sym};
use rustc_hash::FxHashMap;

/// The declarations of one file between the phases.
#[derive(Default)]
pub(super) struct Work {
    declared: Vec<Declared>,
    jobs: Vec<Job>,
}

enum Declared {
    Cell { source: ast::CellId, id: CellId, owner: Option<EnumId> },
    Record { source: ast::RecordId, id: RecordId },
    Enum { source: ast::EnumId, id: EnumId },
    Alias { source: ast::AliasId, id: crate::compiler::hir::AliasId },
    Const { source: ast::ConstId, id: crate::compiler::hir::ConstId },
}

/// A body to resolve once all signatures are known.
pub(super) struct Job {
    pub(super) cell: CellId,
    pub(super) code: Code,
    pub(super) frame: FrameKind,
    pub(super) generics: Vec<(Symbol, TypeParamId)>,
}

/// The source of a body.
#[derive(Clone, Copy)]
pub(super) enum Code {
    Block(ast::BlockId),
    Expr(ast::ExprId),
    /// The statements at the top level.
    Script,
}

impl Ctx<'_, '_> {
    /// Declares the names of the file.
    pub(super) fn collect(&mut self) -> Work {
        let ast = self.ast;
        let mut work = Work::default();
        for &item in &ast.items {
            let item = &ast[item];
            let declared = match item.kind {
                ast::ItemKind::Import(_) => continue,
                ast::ItemKind::Cell(source) => self.collect_cell(source, item, None),
                ast::ItemKind::Record(source) => self.collect_record(source, item),
                ast::ItemKind::Enum(source) => {
                    let (declared, id) = self.collect_enum(source, item);
                    work.declared.push(declared);
                    for &method in &ast[ast[source].methods] {
                        let declared = self.collect_cell(method, item, Some(id));
                        work.declared.push(declared);
                    }
                    continue;
                }
                ast::ItemKind::Alias(source) => self.collect_alias(source, item),
                ast::ItemKind::Const(source) => self.collect_const(source, item),
            };
            work.declared.push(declared);
        }
        self.check_variant_names();
        work
    }

    fn collect_cell(
        &mut self,
        source: ast::CellId,
        item: &ast::Item,
        owner: Option<EnumId>,
    ) -> Declared {
        let cell = &self.ast[source];
        let name = cell.name;
        let has_self =
            self.ast[cell.params].first().is_some_and(|param| param.name.symbol == sym::SELF);
        let is_method = has_self || owner.is_some();
        let origin = if is_method { CellOrigin::Method } else { CellOrigin::TopLevel };
        let attrs = if owner.is_some() { CellAttrs::default() } else { self.attributes(item) };
        let id = self.add_cell(cell, origin, item.is_pub, attrs);
        if self.is_std {
            return Declared::Cell { source, id, owner };
        }
        if !is_method {
            if self.g.std.is_cell(name.symbol) {
                let (at, text) = (self.at(name.span), self.text(name.symbol));
                self.report(diagnostics::shadowed_builtin(at, &text));
            }
            self.declare(name, Def::Cell(id));
        } else if has_self {
            self.declare_method(name, id, owner.is_some());
        }
        Declared::Cell { source, id, owner }
    }

    /// Adds a cell whose signature is still empty.
    pub(super) fn add_cell(
        &mut self,
        source: &ast::Cell,
        origin: CellOrigin,
        is_pub: bool,
        attrs: CellAttrs,
    ) -> CellId {
        self.g.hir.cells.alloc(Cell {
            name: source.name.symbol,
            module: self.module,
            span: source.span,
            name_span: source.name.span,
            origin,
            is_pub,
            type_params: Box::default(),
            params: Box::default(),
            ret: None,
            row: None,
            attrs,
            body: CellBody::Error,
        })
    }

    /// A method's bare name: the cell, or what the receiver's type decides when several things have the name.
    fn declare_method(&mut self, name: Name, id: CellId, in_enum: bool) {
        let builtin = self.g.std.is_cell(name.symbol);
        let scope = &self.g.hir.modules[self.module].scope;
        let def = match scope.get(&name.symbol) {
            None if builtin => Def::Builtin(name.symbol),
            None => Def::Cell(id),
            Some(Def::Builtin(_)) => return,
            Some(Def::Cell(other)) if self.g.hir.cells[*other].origin == CellOrigin::Method => {
                Def::Builtin(name.symbol)
            }
            Some(_) if in_enum => return,
            Some(_) => return self.declare(name, Def::Cell(id)),
        };
        let names = &mut self.g.modules[self.module.index()];
        names.declared.push((name.symbol, def));
        self.g.hir.modules[self.module].scope.insert(name.symbol, def);
    }

    fn collect_record(&mut self, source: ast::RecordId, item: &ast::Item) -> Declared {
        let record = &self.ast[source];
        let type_params = self.own_type_params(record.type_params);
        let id = self.g.hir.records.alloc(Record {
            name: record.name.symbol,
            module: self.module,
            span: record.span,
            name_span: record.name.span,
            is_pub: item.is_pub,
            type_params,
            fields: Box::default(),
        });
        self.reject_attributes(item);
        self.declare(record.name, Def::Record(id));
        Declared::Record { source, id }
    }

    fn collect_enum(&mut self, source: ast::EnumId, item: &ast::Item) -> (Declared, EnumId) {
        let ast = self.ast;
        let decl = &ast[source];
        let type_params = self.own_type_params(decl.type_params);
        let id = self.g.hir.enums.alloc(Enum {
            name: decl.name.symbol,
            module: self.module,
            span: decl.span,
            name_span: decl.name.span,
            is_pub: item.is_pub,
            type_params,
            variants: Box::default(),
        });
        self.reject_attributes(item);
        self.declare(decl.name, Def::Enum(id));
        let names: Vec<Name> = ast[decl.variants].iter().map(|variant| variant.name).collect();
        self.check_repeated(&names, "variant");
        let mut variants = Vec::with_capacity(names.len());
        for (ordinal, variant) in ast[decl.variants].iter().enumerate() {
            let found = VariantRef { owner: id, ordinal: ordinal as u32 };
            self.add_variant(variant.name.symbol, found);
            self.g.hir.variants.entry(variant.name.symbol).or_default().push(found);
            if self.is_std {
                self.g.std.define(variant.name.symbol, Def::Variant(found));
            }
            variants.push(Variant {
                name: variant.name.symbol,
                span: variant.span,
                fields: Box::default(),
            });
        }
        self.g.hir.enums[id].variants = variants.into();
        (Declared::Enum { source, id }, id)
    }

    /// Makes a variant usable without its enum's name.
    pub(super) fn add_variant(&mut self, name: Symbol, found: VariantRef) {
        self.g.modules[self.module.index()]
            .variants
            .entry(name)
            .and_modify(|choice| {
                if *choice != VariantChoice::One(found) {
                    *choice = VariantChoice::Many;
                }
            })
            .or_insert(VariantChoice::One(found));
    }

    fn collect_alias(&mut self, source: ast::AliasId, item: &ast::Item) -> Declared {
        let alias = &self.ast[source];
        let type_params = self.own_type_params(alias.type_params);
        let ty = self.g.add_type(TyRefKind::Error, alias.span);
        let id = self.g.hir.aliases.alloc(Alias {
            name: alias.name.symbol,
            module: self.module,
            span: alias.name.span,
            is_pub: item.is_pub,
            type_params,
            ty,
        });
        self.reject_attributes(item);
        self.declare(alias.name, Def::Alias(id));
        Declared::Alias { source, id }
    }

    fn collect_const(&mut self, source: ast::ConstId, item: &ast::Item) -> Declared {
        let decl = &self.ast[source];
        let init =
            self.add_small_cell(decl.name.symbol, CellOrigin::Const, self.ast[decl.value].span);
        let id = self.g.hir.consts.alloc(Const {
            name: decl.name.symbol,
            module: self.module,
            span: decl.name.span,
            is_pub: item.is_pub,
            ty: None,
            init,
        });
        self.reject_attributes(item);
        self.declare(decl.name, Def::Const(id));
        Declared::Const { source, id }
    }

    /// Adds a cell that holds one expression.
    fn add_small_cell(&mut self, name: Symbol, origin: CellOrigin, span: Span) -> CellId {
        self.g.hir.cells.alloc(Cell {
            name,
            module: self.module,
            span,
            name_span: span,
            origin,
            is_pub: false,
            type_params: Box::default(),
            params: Box::default(),
            ret: None,
            row: None,
            attrs: CellAttrs::default(),
            body: CellBody::Error,
        })
    }

    /// Puts a declared name into the module's scope.
    fn declare(&mut self, name: Name, def: Def) {
        if self.is_std {
            self.g.std.define(name.symbol, def);
            return;
        }
        let module = self.module;
        let before = self.g.hir.modules[module].scope.insert(name.symbol, def);
        self.g.modules[module.index()].declared.push((name.symbol, def));
        if let Some(before) = before {
            self.g.hir.modules[module].scope.insert(name.symbol, before);
            let first = self.g.home(before).map_or(name.span, |(_, _, span)| span);
            let (at, first) = (self.at(name.span), self.at(first));
            let text = self.text(name.symbol);
            self.report(diagnostics::duplicate_name(at, &text, first));
        }
    }

    /// A variant must not have the name of another declaration.
    fn check_variant_names(&mut self) {
        if self.is_std {
            return;
        }
        let scope = &self.g.hir.modules[self.module].scope;
        let variants = &self.g.modules[self.module.index()].variants;
        let mut clashes: Vec<(Symbol, VariantRef, Def)> = Vec::new();
        for (&name, &def) in scope {
            if let Some(VariantChoice::One(variant)) = variants.get(&name) {
                clashes.push((name, *variant, def));
            }
        }
        clashes.sort_by_key(|clash| clash.0);
        for (name, variant, def) in clashes {
            let (Some(other), Some(this)) = (self.g.home(def), self.g.home(Def::Variant(variant)))
            else {
                continue;
            };
            let (early, late) =
                if other.2.lo < this.2.lo { (other.2, this.2) } else { (this.2, other.2) };
            let (at, first, text) = (self.at(late), self.at(early), self.text(name));
            self.report(diagnostics::duplicate_name(at, &text, first));
        }
    }

    /// The type parameters of a record, enum or alias; they leave scope at once.
    fn own_type_params(&mut self, list: Slice<ast::TypeParam>) -> Box<[TypeParamId]> {
        let ids = self.type_params(list);
        self.generics.clear();
        ids
    }

    fn attributes(&mut self, item: &ast::Item) -> CellAttrs {
        let ast = self.ast;
        let mut attrs = CellAttrs::default();
        for attribute in &ast[item.attributes] {
            match attribute.name.symbol {
                sym::TEST => attrs.is_test = true,
                sym::DEPRECATED => {
                    let text = ast[attribute.args].first().map(|arg| ast[arg.value].kind);
                    attrs.deprecated = Some(match text {
                        Some(ast::ExprKind::Str(text)) => self.text(text),
                        _ => String::new(),
                    });
                }
                other => attrs.inline |= self.g.names.resolve(other) == "inline",
            }
        }
        attrs
    }

    /// Attributes that mean something for cells only.
    fn reject_attributes(&mut self, item: &ast::Item) {
        let ast = self.ast;
        for attribute in &ast[item.attributes] {
            let what =
                format!("`@{}` on this declaration", self.g.names.resolve(attribute.name.symbol));
            self.report_not_built(attribute.span, &what);
        }
    }

    /// Resolves the types of all declarations.
    pub(super) fn signatures(&mut self, work: &mut Work) {
        let declared = std::mem::take(&mut work.declared);
        for declared in &declared {
            self.generics.clear();
            match *declared {
                Declared::Cell { source, id, owner } => {
                    self.cell_signature(source, id, owner, &mut work.jobs)
                }
                Declared::Record { source, id } => {
                    self.record_signature(source, id, &mut work.jobs)
                }
                Declared::Enum { source, id } => self.enum_signature(source, id),
                Declared::Alias { source, id } => {
                    let params = self.g.hir.aliases[id].type_params.clone();
                    self.enter_generics(&params);
                    let ty = self.ty(self.ast[source].ty);
                    self.g.hir.aliases[id].ty = ty;
                }
                Declared::Const { source, id } => self.const_signature(source, id, &mut work.jobs),
            }
        }
        work.declared = declared;
    }

    /// Puts known type parameters into scope.
    fn enter_generics(&mut self, params: &[TypeParamId]) {
        for &param in params {
            self.generics.push((self.g.hir.type_params[param].name, param));
        }
    }

    fn cell_signature(
        &mut self,
        source: ast::CellId,
        id: CellId,
        owner: Option<EnumId>,
        jobs: &mut Vec<Job>,
    ) {
        let self_ty = owner.map(|owner| self.receiver(owner, self.ast[source].name.span));
        let frame = FrameKind::Cell { group: None };
        self.signature(source, id, self_ty, jobs);
        let cell = &self.ast[source];
        let code = match cell.body {
            ast::CellBody::Block(block) => Code::Block(block),
            ast::CellBody::Expr(expr) => Code::Expr(expr),
            ast::CellBody::Extern => {
                self.extern_cell(id, cell.head);
                self.register(id, owner);
                return;
            }
        };
        jobs.push(Job { cell: id, code, frame, generics: self.generics.clone() });
        self.register(id, owner);
        self.check_entry(id);
    }

    /// The type of `self` in an enum; its type parameters are copied for the method and enter scope.
    fn receiver(&mut self, owner: EnumId, span: Span) -> TyRefId {
        let params = self.g.hir.enums[owner].type_params.clone();
        let mut args = Vec::with_capacity(params.len());
        for &param in &params {
            let (symbol, bounds) =
                (self.g.hir.type_params[param].name, self.g.hir.type_params[param].bounds);
            let copy = self.g.add_type_param(Name { symbol, span }, bounds, false);
            self.generics.push((symbol, copy));
            args.push(self.g.add_type(TyRefKind::Param(copy), span));
        }
        self.g.add_type(TyRefKind::Enum(owner, args.into()), span)
    }

    /// Type parameters, parameters, return type and row of a cell. What is in `generics` before and was copied for an
    /// enum's method becomes a type parameter of the cell too.
    pub(super) fn signature(
        &mut self,
        source: ast::CellId,
        id: CellId,
        self_ty: Option<TyRefId>,
        jobs: &mut Vec<Job>,
    ) {
        let cell = &self.ast[source];
        let outer = if self_ty.is_some() { 0 } else { self.generics.len() };
        self.type_params(cell.type_params);
        let params = self.params(cell, id, self_ty, jobs);
        let type_params: Box<[TypeParamId]> =
            self.generics[outer..].iter().map(|(_, param)| *param).collect();
        let ret = cell.ret.map(|ty| self.ty(ty));
        let row = cell.row.map(|row| self.row(row, RowPlace::Elsewhere));
        for param in &params {
            if let Some(default) = param.default {
                self.cell_mut(default).type_params = type_params.clone();
            }
        }
        let cell = self.cell_mut(id);
        (cell.type_params, cell.params, cell.ret, cell.row) = (type_params, params, ret, row);
    }

    fn params(
        &mut self,
        cell: &ast::Cell,
        id: CellId,
        self_ty: Option<TyRefId>,
        jobs: &mut Vec<Job>,
    ) -> Box<[Param]> {
        let ast = self.ast;
        let list = &ast[cell.params];
        let names: Vec<Name> = list.iter().map(|param| param.name).collect();
        self.check_repeated(&names, "parameter");
        let mut params: Vec<Param> = Vec::with_capacity(list.len());
        let mut defaults = Vec::new();
        for param in list {
            let ty = match (param.ty, self_ty) {
                (Some(ty), _) => self.ty_in(ty, RowPlace::Parameter),
                (None, Some(ty)) if param.name.symbol == sym::SELF => ty,
                (None, _) => {
                    if param.name.symbol == sym::SELF {
                        let at = self.at(param.span);
                        self.report(diagnostics::self_needs_type(at));
                    }
                    self.g.add_type(TyRefKind::Error, param.span)
                }
            };
            let default = param.default.map(|value| {
                let default =
                    self.add_small_cell(param.name.symbol, CellOrigin::Default, ast[value].span);
                let before = params.iter().map(|p| Param { default: None, ..*p }).collect();
                let cell = self.cell_mut(default);
                (cell.ret, cell.params) = (Some(ty), before);
                defaults.push((default, value));
                default
            });
            let (name, span) = (param.name.symbol, param.span);
            params.push(Param { name, span, ty, default, variadic: param.is_variadic });
        }
        for (cell, value) in defaults {
            jobs.push(Job {
                cell,
                code: Code::Expr(value),
                frame: FrameKind::Closed,
                generics: self.generics.clone(),
            });
        }
        debug_assert!(self.g.hir.cells[id].params.is_empty());
        params.into()
    }

    fn extern_cell(&mut self, id: CellId, head: Span) {
        if !self.is_std {
            self.report_not_built(head, "an extern cell");
            return;
        }
        let kind = self.first_head(id);
        let key =
            format!("{}.{}", head_name(kind), self.g.names.resolve(self.g.hir.cells[id].name));
        let key = self.g.names.intern(&key);
        self.cell_mut(id).body = CellBody::Extern(key);
    }

    /// The head of the first parameter.
    fn first_head(&self, id: CellId) -> Head {
        match self.g.hir.cells[id].params.first() {
            Some(param) => self.g.head(param.ty),
            None => Head::None,
        }
    }

    /// Makes a builtin or method known under the head of its first parameter.
    fn register(&mut self, id: CellId, owner: Option<EnumId>) {
        let name = self.g.hir.cells[id].name;
        if self.is_std && owner.is_none() {
            let head = self.first_head(id);
            self.g.hir.builtins.entry(name).or_default().push((head, id));
            return;
        }
        if self.g.hir.cells[id].origin != CellOrigin::Method {
            return;
        }
        let head = owner.map_or_else(|| self.first_head(id), Head::Enum);
        if let Some(before) = self.g.hir.methods.insert((head, name), id) {
            self.g.hir.methods.insert((head, name), before);
            let file = self.g.hir.modules[self.g.hir.cells[before].module].file;
            let first = self.g.hir.cells[before].name_span.in_file(file);
            let (at, text) = (self.at(self.g.hir.cells[id].name_span), self.text(name));
            self.report(diagnostics::duplicate_name(at, &text, first));
        }
    }

    /// `main` and tests take nothing.
    fn check_entry(&mut self, id: CellId) {
        let cell = &self.g.hir.cells[id];
        let is_main = cell.name == sym::MAIN && cell.origin == CellOrigin::TopLevel && !self.is_std;
        if !is_main && !cell.attrs.is_test {
            return;
        }
        let what = if is_main { "`main`" } else { "a test" };
        let span = match (cell.params.first(), cell.type_params.first()) {
            (Some(param), _) => param.span,
            (None, Some(&param)) => self.g.hir.type_params[param].span,
            (None, None) => return,
        };
        let at = self.at(span);
        self.report(diagnostics::entry_signature(at, what));
    }

    fn record_signature(&mut self, source: ast::RecordId, id: RecordId, jobs: &mut Vec<Job>) {
        let ast = self.ast;
        let record = &ast[source];
        let type_params = self.g.hir.records[id].type_params.clone();
        self.enter_generics(&type_params);
        let list = &ast[record.fields];
        let names: Vec<Name> = list.iter().map(|field| field.name).collect();
        self.check_repeated(&names, "field");
        let mut fields = Vec::with_capacity(list.len());
        for field in list {
            let ty = self.ty(field.ty);
            let (name, span) = (field.name.symbol, field.span);
            fields.push(Field { name, span, ty, default: None, check: None });
        }
        let params = || {
            fields.iter().map(|f| Param {
                name: f.name,
                span: f.span,
                ty: f.ty,
                default: None,
                variadic: false,
            })
        };
        let mut extra = Vec::with_capacity(list.len());
        for (field, done) in list.iter().zip(&fields) {
            let default = field.default.map(|value| {
                let cell =
                    self.add_small_cell(field.name.symbol, CellOrigin::Default, ast[value].span);
                self.cell_mut(cell).ret = Some(done.ty);
                (cell, value)
            });
            let check = field.condition.map(|value| {
                let cell =
                    self.add_small_cell(field.name.symbol, CellOrigin::Where, ast[value].span);
                let bool_ty = self.g.add_type(TyRefKind::Bool, ast[value].span);
                let all = params().collect();
                let small = self.cell_mut(cell);
                (small.ret, small.params, small.row) =
                    (Some(bool_ty), all, Some(no_effects(ast[value].span)));
                (cell, value)
            });
            extra.push((default, check));
        }
        for (field, (default, check)) in fields.iter_mut().zip(extra) {
            field.default = default.map(|(cell, _)| cell);
            field.check = check.map(|(cell, value)| (cell, ast[value].span));
            for (cell, value) in default.into_iter().chain(check) {
                self.cell_mut(cell).type_params = type_params.clone();
                let generics = self.generics.clone();
                jobs.push(Job {
                    cell,
                    code: Code::Expr(value),
                    frame: FrameKind::Closed,
                    generics,
                });
            }
        }
        self.g.hir.records[id].fields = fields.into();
    }

    fn enum_signature(&mut self, source: ast::EnumId, id: EnumId) {
        let ast = self.ast;
        let type_params = self.g.hir.enums[id].type_params.clone();
        self.enter_generics(&type_params);
        for (ordinal, variant) in ast[ast[source].variants].iter().enumerate() {
            let list = &ast[variant.fields];
            let names: Vec<Name> = list.iter().filter_map(|field| field.name).collect();
            self.check_repeated(&names, "field");
            let mut fields = Vec::with_capacity(list.len());
            for field in list {
                let ty = self.ty(field.ty);
                let span = field.name.map_or(ast[field.ty].span, |name| name.span);
                fields.push(VariantField { name: field.name.map(|name| name.symbol), span, ty });
            }
            self.g.hir.enums[id].variants[ordinal].fields = fields.into();
        }
    }

    fn const_signature(
        &mut self,
        source: ast::ConstId,
        id: crate::compiler::hir::ConstId,
        jobs: &mut Vec<Job>,
    ) {
        let decl = &self.ast[source];
        let ty = decl.ty.map(|ty| self.ty(ty));
        self.g.hir.consts[id].ty = ty;
        let init = self.g.hir.consts[id].init;
        let span = self.ast[decl.value].span;
        let cell = self.cell_mut(init);
        (cell.ret, cell.row) = (ty, Some(no_effects(span)));
        jobs.push(Job {
            cell: init,
            code: Code::Expr(decl.value),
            frame: FrameKind::Closed,
            generics: Vec::new(),
        });
    }

    /// Resolves the bodies that the signatures left.
    pub(super) fn bodies(&mut self, work: Work) {
        for job in work.jobs {
            self.run(job);
        }
    }

    /// The cell that runs the statements at the top level.
    pub(super) fn script(&mut self) -> CellId {
        let ast = self.ast;
        let first = ast.statements.first().map_or(Span::default(), |&stmt| ast[stmt].span);
        let span = ast.statements.last().map_or(first, |&stmt| first.to(ast[stmt].span));
        let id = self.add_small_cell(sym::MAIN, CellOrigin::Script, span);
        let ret = self.g.add_type(TyRefKind::Null, span.before());
        self.cell_mut(id).ret = Some(ret);
        let frame = FrameKind::Cell { group: None };
        self.run(Job { cell: id, code: Code::Script, frame, generics: Vec::new() });
        id
    }

    /// Reports names that appear twice in one list.
    pub(super) fn check_repeated(&mut self, names: &[Name], what: &str) {
        let mut seen: FxHashMap<Symbol, Span> = FxHashMap::default();
        for (i, name) in names.iter().enumerate() {
            let first = if names.len() <= 8 {
                names[..i].iter().find(|other| other.symbol == name.symbol).map(|other| other.span)
            } else {
                seen.insert(name.symbol, name.span)
            };
            if let Some(first) = first.filter(|_| name.symbol != sym::UNDERSCORE) {
                let (at, first, text) =
                    (self.at(name.span), self.at(first), self.text(name.symbol));
                self.report(diagnostics::repeated_binding(at, what, &text, first));
            }
        }
    }
}

/// The pure row.
fn no_effects(span: Span) -> RowRef {
    RowRef { effects: Box::default(), vars: Box::default(), span: span.before() }
}

/// The head as it stands in the key of a builtin.
pub(super) fn head_name(head: Head) -> &'static str {
    match head {
        Head::Int => "int",
        Head::Float => "float",
        Head::Bool => "bool",
        Head::String => "string",
        Head::Bytes => "bytes",
        Head::Null => "null",
        Head::Json => "json",
        Head::List => "list",
        Head::Map => "map",
        Head::Set => "set",
        Head::Tuple => "tuple",
        Head::Fn => "fn",
        Head::Optional => "optional",
        Head::Record(_) => "record",
        Head::Enum(_) => "result",
        Head::Any => "any",
        Head::None => "none",
    }
}

/// An id for a node that is filled in right after.
pub(super) fn placeholder<T>() -> Idx<T> {
    Idx::from_raw(0)
}
