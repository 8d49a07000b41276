//! Signatures: the types of declarations, and the small cells for defaults, conditions and constants.
//!
//! Fills in what `items.rs` declared, makes methods and builtins known under the head of their first parameter, and leaves
//! a [`Job`] for each body.

use super::context::{Ctx, FrameKind};
use super::diagnostics;
use super::items::{Code, Declared, Job, Work};
use super::types::RowPlace;
use crate::compiler::ast::{self, Name};
use crate::compiler::hir::{
    AliasId, CellBody, CellId, CellOrigin, ConstId, EnumId, Field, Head, Param, RecordId, RowRef,
    TyRefId, TyRefKind, TypeParamId, VariantField,
};
use lumen_base::{Span, sym};

impl Ctx<'_, '_> {
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
                Declared::Alias { source, id } => self.alias_signature(source, id, &mut work.jobs),
                Declared::Const { source, id } => self.const_signature(source, id, &mut work.jobs),
                Declared::Trait { source, id } => self.trait_signature(source, id, &mut work.jobs),
                Declared::Impl { source, id } => self.impl_signature(source, id, &mut work.jobs),
                Declared::Effect { source, id } => {
                    self.effect_signature(source, id, &mut work.jobs)
                }
                Declared::Handler { source, id } => {
                    self.handler_signature(source, id, &mut work.jobs)
                }
                Declared::Tool { source, id } => self.tool_signature(source, id, &mut work.jobs),
            }
        }
        work.declared = declared;
    }

    /// What the bounds of types and the parents of traits stand for, before any signature.
    pub(super) fn declared_bounds(&mut self, work: &Work) {
        let ast = self.ast;
        for declared in &work.declared {
            let (list, ids) = match *declared {
                Declared::Record { source, id } => {
                    (ast[source].type_params, self.g.hir.records[id].type_params.clone())
                }
                Declared::Enum { source, id } => {
                    (ast[source].type_params, self.g.hir.enums[id].type_params.clone())
                }
                Declared::Alias { source, id } => {
                    (ast[source].type_params, self.g.hir.aliases[id].type_params.clone())
                }
                Declared::Effect { source, id } => {
                    (ast[source].type_params, self.g.hir.effects[id].type_params.clone())
                }
                _ => continue,
            };
            self.bounds(list, &ids);
        }
        self.trait_parents(&work.declared);
    }

    /// Puts known type parameters into scope.
    pub(super) fn enter_generics(&mut self, params: &[TypeParamId]) {
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
        self.self_ty = self_ty;
        self.signature(source, id, self_ty, jobs);
        self.self_ty = None;
        let cell = &self.ast[source];
        let code = match cell.body {
            ast::CellBody::Block(block) => Code::Block(block),
            ast::CellBody::Expr(expr) => Code::Expr(expr),
            ast::CellBody::Extern | ast::CellBody::Required | ast::CellBody::Operation { .. } => {
                self.extern_cell(source, id);
                self.register(id, owner);
                self.check_entry(id);
                return;
            }
        };
        jobs.push(Job { cell: id, code, frame, generics: self.generics.clone(), self_ty });
        self.register(id, owner);
        self.check_entry(id);
    }

    /// The type of `self` in an enum; its type parameters are copied for the method and enter scope.
    fn receiver(&mut self, owner: EnumId, span: Span) -> TyRefId {
        let params = self.g.hir.enums[owner].type_params.clone();
        let mut args = Vec::with_capacity(params.len());
        for &param in &params {
            let known = &self.g.hir.type_params[param];
            let (symbol, bounds, traits) = (known.name, known.bounds, known.traits.clone());
            let copy = self.g.add_type_param(Name { symbol, span }, bounds, false);
            self.g.hir.type_params[copy].traits = traits;
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
        let own = self.type_params(cell.type_params);
        self.bounds(cell.type_params, &own);
        let params = self.params(cell.params, id, self_ty, jobs);
        // A nested cell has an instance for each of the cell around it. Rows have none.
        let is_type = |param: &TypeParamId| !self.g.hir.type_params[*param].is_row;
        let around = self.generics[..outer].iter().map(|(_, param)| *param).filter(is_type);
        let mut all: Vec<TypeParamId> = around.collect();
        let n_outer = all.len();
        all.extend(self.generics[outer..].iter().map(|(_, param)| *param));
        let type_params: Box<[TypeParamId]> = all.into();
        let mut ret = cell.ret.map(|ty| self.ty(ty));
        if cell.is_generator {
            ret = ret.map(|elem| {
                let span = self.g.hir.ty_refs[elem].span;
                self.g.add_type(TyRefKind::Stream(elem), span)
            });
        }
        let row = cell.row.map(|row| self.row(row, RowPlace::Elsewhere));
        for param in &params {
            if let Some(default) = param.default {
                self.cell_mut(default).type_params = type_params.clone();
            }
        }
        let cell = self.cell_mut(id);
        cell.n_outer = n_outer;
        (cell.type_params, cell.params, cell.ret, cell.row) = (type_params, params, ret, row);
    }

    pub(super) fn params(
        &mut self,
        list: lumen_base::Slice<ast::Param>,
        id: CellId,
        self_ty: Option<TyRefId>,
        jobs: &mut Vec<Job>,
    ) -> Box<[Param]> {
        let ast = self.ast;
        let list = &ast[list];
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
                self_ty: self.self_ty,
            });
        }
        debug_assert!(self.g.hir.cells[id].params.is_empty());
        params.into()
    }

    fn extern_cell(&mut self, source: ast::CellId, id: CellId) {
        if !self.g.hir.modules[self.module].is_std {
            self.host_cell(source, id);
            return;
        }
        let kind = self.first_head(id);
        let key =
            format!("{}.{}", head_name(kind), self.g.names.resolve(self.g.hir.cells[id].name));
        let key = self.g.names.intern(&key);
        self.cell_mut(id).body = CellBody::Extern(key);
    }

    /// A cell of the embedding program: nothing of its signature is inferred, and every value that crosses has a type
    /// of its own.
    fn host_cell(&mut self, source: ast::CellId, id: CellId) {
        let head = self.ast[source].head;
        let cell = &self.g.hir.cells[id];
        let problem = if cell.ret.is_none() || cell.row.is_none() {
            Some(diagnostics::open_host_cell(self.at(head), cell.ret.is_none()))
        } else if cell.is_generator {
            Some(diagnostics::bad_host_cell(self.at(head), "no generator"))
        } else if !cell.type_params.is_empty() {
            Some(diagnostics::bad_host_cell(self.at(head), "without type parameters"))
        } else if cell.name == sym::MAIN || cell.attrs.is_test || cell.attrs.inline {
            Some(diagnostics::bad_host_cell(self.at(head), "not `main`, no test and not `@inline`"))
        } else {
            None
        };
        match problem {
            Some(found) => self.report(found),
            None => {
                // What comes back is converted.
                self.g.has_conversions = true;
                self.cell_mut(id).body = CellBody::Host;
            }
        }
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
        if self.declares_builtins && owner.is_none() {
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
        let is_main = cell.name == sym::MAIN
            && cell.origin == CellOrigin::TopLevel
            && !self.declares_builtins;
        if !is_main && !cell.attrs.is_test {
            return;
        }
        let what = if is_main { "`main`" } else { "a test" };
        if cell.is_generator {
            let at = self.at(cell.name_span);
            self.report(diagnostics::generator_entry(at, what));
            return;
        }
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
                    self_ty: None,
                });
            }
        }
        self.g.hir.records[id].fields = fields.into();
    }

    fn alias_signature(&mut self, source: ast::AliasId, id: AliasId, jobs: &mut Vec<Job>) {
        let ast = self.ast;
        let type_params = self.g.hir.aliases[id].type_params.clone();
        self.enter_generics(&type_params);
        let ty = self.ty(ast[source].ty);
        self.g.hir.aliases[id].ty = ty;
        let Some(condition) = ast[source].condition else { return };
        let (name, span) = (ast[source].name, ast[condition].span);
        let cell = self.add_small_cell(name.symbol, CellOrigin::Where, span);
        let bool_ty = self.g.add_type(TyRefKind::Bool, span);
        let param = Param { name: sym::SELF, span: name.span, ty, default: None, variadic: false };
        let small = self.cell_mut(cell);
        (small.ret, small.params, small.row) =
            (Some(bool_ty), Box::new([param]), Some(no_effects(span)));
        small.type_params = type_params;
        self.g.hir.aliases[id].check = Some((cell, span));
        let generics = self.generics.clone();
        let (code, frame) = (Code::Expr(condition), FrameKind::Closed);
        jobs.push(Job { cell, code, frame, generics, self_ty: None });
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

    fn const_signature(&mut self, source: ast::ConstId, id: ConstId, jobs: &mut Vec<Job>) {
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
            self_ty: None,
        });
    }
}

/// The pure row.
pub(super) fn no_effects(span: Span) -> RowRef {
    let (effects, vars, instances) = (Box::default(), Box::default(), Box::default());
    RowRef { effects, vars, instances, span: span.before() }
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
        Head::Stream => "stream",
        Head::Optional => "optional",
        Head::Record(_) => "record",
        Head::Enum(_) => "result",
        Head::Any => "any",
        Head::None => "none",
    }
}
