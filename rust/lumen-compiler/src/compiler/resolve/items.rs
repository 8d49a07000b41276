//! Declarations at the top level: first their names ([`Ctx::collect`]), then their signatures (`signatures.rs`), last the
//! bodies ([`Ctx::bodies`]), each over all modules before the next begins, so that order never matters.

use super::context::{Ctx, FrameKind, VariantChoice};
use super::diagnostics;
use crate::compiler::ast::{self, Name};
use crate::compiler::hir::{
    Alias, AliasId, Cell, CellAttrs, CellBody, CellId, CellOrigin, Const, ConstId, Def, EffectId,
    Enum, EnumId, ImplId, Record, RecordId, ToolId, TraitId, TyRefId, TyRefKind, TypeParamId,
    Variant, VariantRef,
};
use lumen_base::{Idx, Slice, Span, Symbol, sym};
use rustc_hash::FxHashMap;

/// The declarations of one file between the phases.
#[derive(Default)]
pub(super) struct Work {
    pub(super) declared: Vec<Declared>,
    pub(super) jobs: Vec<Job>,
}

/// A declaration and its id.
pub(super) enum Declared {
    Cell { source: ast::CellId, id: CellId, owner: Option<EnumId> },
    Record { source: ast::RecordId, id: RecordId },
    Enum { source: ast::EnumId, id: EnumId },
    Alias { source: ast::AliasId, id: AliasId },
    Const { source: ast::ConstId, id: ConstId },
    Trait { source: ast::TraitId, id: TraitId },
    Impl { source: ast::ImplId, id: ImplId },
    Effect { source: ast::EffectId, id: EffectId },
    Handler { source: ast::HandlerId, id: CellId },
    Tool { source: ast::ToolId, id: ToolId },
}

/// A body to resolve once all signatures are known.
pub(super) struct Job {
    pub(super) cell: CellId,
    pub(super) code: Code,
    pub(super) frame: FrameKind,
    pub(super) generics: Vec<(Symbol, TypeParamId)>,
    /// What `Self` stands for.
    pub(super) self_ty: Option<TyRefId>,
}

/// The source of a body.
#[derive(Clone, Copy)]
pub(super) enum Code {
    Block(ast::BlockId),
    Expr(ast::ExprId),
    /// The statements at the top level.
    Script,
    /// The clauses of a `handler`, around its last parameter.
    Handler(ast::HandlerId),
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
                ast::ItemKind::Trait(source) => self.collect_trait(source, item),
                ast::ItemKind::Impl(source) => self.collect_impl(source, item),
                ast::ItemKind::Effect(source) => self.collect_effect(source, item),
                ast::ItemKind::Handler(source) => self.collect_handler(source, item),
                ast::ItemKind::Tool(source) => self.collect_tool(source, item),
                ast::ItemKind::Grant(_) | ast::ItemKind::Bind(_) => {
                    self.reject_attributes(item);
                    continue;
                }
            };
            work.declared.push(declared);
        }
        self.collect_grants();
        self.declare_trait_methods(&work.declared);
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
        if self.declares_builtins {
            return Declared::Cell { source, id, owner };
        }
        if !is_method {
            let is_std = self.g.hir.modules[self.module].is_std;
            if !is_std && self.g.std.is_cell(name.symbol) {
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
            n_outer: 0,
            params: Box::default(),
            ret: None,
            is_generator: source.is_generator,
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
        if names.is_empty() && !self.g.modules[self.module.index()].is_broken {
            let (at, text) = (self.at(decl.name.span), self.text(decl.name.symbol));
            self.report(diagnostics::empty_enum(at, &text));
        }
        let mut variants = Vec::with_capacity(names.len());
        for (ordinal, variant) in ast[decl.variants].iter().enumerate() {
            let found = VariantRef { owner: id, ordinal: ordinal as u32 };
            self.add_variant(variant.name.symbol, found);
            self.g.hir.variants.entry(variant.name.symbol).or_default().push(found);
            if self.declares_builtins {
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
            check: None,
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
    pub(super) fn add_small_cell(
        &mut self,
        name: Symbol,
        origin: CellOrigin,
        span: Span,
    ) -> CellId {
        self.g.hir.cells.alloc(Cell {
            name,
            module: self.module,
            span,
            name_span: span,
            origin,
            is_pub: false,
            type_params: Box::default(),
            n_outer: 0,
            params: Box::default(),
            ret: None,
            is_generator: false,
            row: None,
            attrs: CellAttrs::default(),
            body: CellBody::Error,
        })
    }

    /// Puts a declared name into the module's scope.
    pub(super) fn declare(&mut self, name: Name, def: Def) {
        if self.declares_builtins {
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
        if self.declares_builtins {
            return;
        }
        let scope = &self.g.hir.modules[self.module].scope;
        let variants = &self.g.modules[self.module.index()].variants;
        let clash = |(&name, &def): (&Symbol, &Def)| match variants.get(&name) {
            Some(VariantChoice::One(variant)) => Some((name, *variant, def)),
            _ => None,
        };
        let mut clashes: Vec<(Symbol, VariantRef, Def)> = scope.iter().filter_map(clash).collect();
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
    pub(super) fn own_type_params(&mut self, list: Slice<ast::TypeParam>) -> Box<[TypeParamId]> {
        let ids = self.type_params(list);
        self.generics.clear();
        ids
    }

    fn attributes(&mut self, item: &ast::Item) -> CellAttrs {
        let ast = self.ast;
        let mut attrs = CellAttrs::default();
        for attribute in &ast[item.attributes] {
            let text = match ast[attribute.args] {
                [ref arg] if arg.name.is_none() && arg.kind == ast::ArgKind::Value => {
                    match ast[arg.value].kind {
                        ast::ExprKind::Str(text) => Some(self.text(text)),
                        _ => None,
                    }
                }
                _ => None,
            };
            match (attribute.name.symbol, text) {
                (sym::DEPRECATED, Some(text)) => {
                    self.g.has_deprecated = true;
                    attrs.deprecated = Some(text);
                }
                (sym::DEPRECATED, None) => {
                    let at = self.at(attribute.span);
                    self.report(diagnostics::attribute_arguments(at, "deprecated", true));
                }
                (other, _) => {
                    if !ast[attribute.args].is_empty() {
                        let (at, name) = (self.at(attribute.span), self.text(other));
                        self.report(diagnostics::attribute_arguments(at, &name, false));
                    }
                    match other {
                        sym::TEST => attrs.is_test = true,
                        other => attrs.inline |= self.g.names.resolve(other) == "inline",
                    }
                }
            }
        }
        attrs
    }

    /// Attributes that mean something for cells only.
    pub(super) fn reject_attributes(&mut self, item: &ast::Item) {
        let ast = self.ast;
        for attribute in &ast[item.attributes] {
            let what =
                format!("`@{}` on this declaration", self.g.names.resolve(attribute.name.symbol));
            self.report_not_built(attribute.span, &what);
        }
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
        if let Some(session) = &mut self.g.session {
            session.script = Some(id);
        }
        let frame = FrameKind::Cell { group: None };
        self.run(Job { cell: id, code: Code::Script, frame, generics: Vec::new(), self_ty: None });
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

/// An id for a node that is filled in right after.
pub(super) fn placeholder<T>() -> Idx<T> {
    Idx::from_raw(0)
}
