//! Traits and impls: their names, parents, methods and targets.
//!
//! A trait's methods are cells whose first type parameter is `Self`; an impl's are cells whose first type parameters are
//! those of the impl. What an impl must have is checked by `typecheck/traits`, where types are known.

use super::context::{Ctx, FrameKind, Global};
use super::diagnostics;
use super::items::{Code, Declared, Job};
use super::types::builtin_trait;
use crate::compiler::ast::{self, Name};
use crate::compiler::hir::{
    Bound, Bounds, CellAttrs, CellBody, CellId, CellOrigin, Def, ExprKind, Impl, ImplId, ModuleId,
    Trait, TraitId, TyRefId, TyRefKind,
};
use lumen_base::{Slice, Span, Symbol, sym};
use std::collections::hash_map::Entry;

impl Ctx<'_, '_> {
    pub(super) fn collect_trait(&mut self, source: ast::TraitId, item: &ast::Item) -> Declared {
        let ast = self.ast;
        let decl = &ast[source];
        self.reject_attributes(item);
        let own = Name { symbol: sym::SELF_TYPE, span: decl.name.span };
        let self_param = self.g.add_type_param(own, Bounds::default(), false);
        let builtin = builtin_trait(decl.name.symbol);
        let id = self.g.hir.traits.alloc(Trait {
            name: decl.name.symbol,
            module: self.module,
            span: decl.span,
            name_span: decl.name.span,
            is_pub: item.is_pub || self.declares_builtins,
            builtin: builtin.filter(|_| self.declares_builtins).unwrap_or_default(),
            self_param,
            parents: Box::default(),
            methods: Box::default(),
        });
        if builtin.is_some() && !self.declares_builtins {
            let (at, text) = (self.at(decl.name.span), self.text(decl.name.symbol));
            self.report(diagnostics::shadowed_builtin_trait(at, &text));
        }
        self.declare(decl.name, Def::Trait(id));
        let methods = self.collect_members(decl.methods, CellOrigin::Trait(id), item.is_pub);
        self.g.hir.traits[id].methods = methods;
        if self.declares_builtins {
            self.note_builtin_trait(id);
        }
        Declared::Trait { source, id }
    }

    pub(super) fn collect_impl(&mut self, source: ast::ImplId, item: &ast::Item) -> Declared {
        let ast = self.ast;
        let decl = &ast[source];
        self.reject_attributes(item);
        let target = self.g.add_type(TyRefKind::Error, ast[decl.target].span);
        let id = self.g.hir.impls.alloc(Impl {
            module: self.module,
            span: decl.span,
            head: decl.head,
            of: None,
            of_span: decl.of.span,
            target,
            type_params: Box::default(),
            methods: Box::default(),
        });
        let methods = self.collect_members(decl.methods, CellOrigin::Impl(id), false);
        self.g.hir.impls[id].methods = methods;
        Declared::Impl { source, id }
    }

    pub(super) fn collect_members(
        &mut self,
        list: Slice<ast::CellId>,
        origin: CellOrigin,
        is_pub: bool,
    ) -> Box<[CellId]> {
        let ast = self.ast;
        let names: Vec<Name> = ast[list].iter().map(|&cell| ast[cell].name).collect();
        self.check_repeated(&names, "method");
        let add = |&cell| self.add_cell(&ast[cell], origin, is_pub, CellAttrs::default());
        ast[list].iter().map(add).collect()
    }

    /// Methods of a builtin trait are names of std that the receiver's type decides.
    fn note_builtin_trait(&mut self, id: TraitId) {
        match self.g.hir.traits[id].builtin {
            Bounds::ORD => self.g.hir.well_known.ord = Some(id),
            Bounds::SHOW => self.g.hir.well_known.show = Some(id),
            _ => {}
        }
        for at in 0..self.g.hir.traits[id].methods.len() {
            let name = self.g.hir.cells[self.g.hir.traits[id].methods[at]].name;
            self.g.std.define(name, Def::Builtin(name));
        }
    }

    /// Makes the methods of the file's traits callable by their bare names, where nothing else has the name.
    pub(super) fn declare_trait_methods(&mut self, declared: &[Declared]) {
        if self.declares_builtins {
            return;
        }
        for declared in declared {
            let Declared::Trait { id, .. } = *declared else { continue };
            for at in 0..self.g.hir.traits[id].methods.len() {
                let name = self.g.hir.cells[self.g.hir.traits[id].methods[at]].name;
                let scope = &mut self.g.hir.modules[self.module].scope;
                if let Entry::Vacant(free) = scope.entry(name) {
                    free.insert(Def::Builtin(name));
                    let names = &mut self.g.modules[self.module.index()];
                    names.declared.push((name, Def::Builtin(name)));
                }
            }
        }
    }

    /// An imported trait brings its methods, where nothing else has their names.
    pub(super) fn bind_trait_methods(&mut self) {
        let scope = &self.g.hir.modules[self.module].scope;
        let traits = scope.iter().filter_map(|(&name, &def)| match def {
            Def::Trait(id) if self.g.hir.traits[id].module != self.module => Some((name, id)),
            _ => None,
        });
        let mut traits: Vec<(Symbol, TraitId)> = traits.collect();
        traits.sort_unstable();
        for (of, id) in traits {
            for at in 0..self.g.hir.traits[id].methods.len() {
                let name = self.g.hir.cells[self.g.hir.traits[id].methods[at]].name;
                let names = &mut self.g.modules[self.module.index()];
                names.methods_of.entry(name).or_default().push(of);
                let scope = &mut self.g.hir.modules[self.module].scope;
                scope.entry(name).or_insert(Def::Builtin(name));
            }
        }
    }

    /// The trait that a name in a bound or before `for` stands for; what is wrong is reported.
    pub(super) fn trait_named(&mut self, name: Name) -> Option<Bound> {
        let text = |this: &Self| this.text(name.symbol);
        match self.module_def(name.symbol) {
            Some(Def::Trait(id)) => {
                let builtin = self.g.hir.traits[id].builtin;
                let is_builtin = builtin != Bounds::default();
                return Some(if is_builtin { Bound::Builtin(builtin) } else { Bound::Trait(id) });
            }
            Some(Def::Error) => return None,
            Some(def) => {
                let (at, text) = (self.at(name.span), text(self));
                let kind = super::types::kind_of(def);
                self.report(diagnostics::wrong_kind(at, &text, kind, "a trait"));
                return None;
            }
            None => {}
        }
        if let Some(bound) = builtin_trait(name.symbol) {
            return Some(Bound::Builtin(bound));
        }
        let at = self.at(name.span);
        if name.symbol != sym::EMPTY {
            let text = text(self);
            let near = self.closest_trait(&text);
            self.report(diagnostics::unknown_trait(at, &text, near.as_deref()));
        }
        None
    }

    fn closest_trait(&self, wanted: &str) -> Option<String> {
        const BUILTIN: [Symbol; 5] = [sym::EQ, sym::ORD, sym::HASH_TRAIT, sym::SHOW, sym::NUM];
        let scope = &self.g.hir.modules[self.module].scope;
        let declared = scope.iter().filter(|(_, def)| matches!(def, Def::Trait(_)));
        let names = BUILTIN.into_iter().chain(declared.map(|(name, _)| *name));
        let texts = names.map(|name| self.g.names.resolve(name));
        super::names::closest(wanted, texts).map(str::to_owned)
    }

    /// A trait where a type is wanted.
    pub(super) fn trait_as_type(&mut self, name: Name) -> TyRefKind {
        let (at, text) = (self.at(name.span), self.text(name.symbol));
        self.report(diagnostics::trait_as_type(at, &text));
        TyRefKind::Error
    }

    /// `any A + B`.
    pub(super) fn any_trait(&mut self, traits: Slice<Name>) -> TyRefKind {
        let ast = self.ast;
        let mut found = Vec::with_capacity(traits.len());
        for &name in &ast[traits] {
            let of = match self.trait_named(name) {
                Some(Bound::Trait(of)) => of,
                Some(Bound::Builtin(Bounds::SHOW)) => {
                    match self.implementable(Bounds::SHOW, name) {
                        Some(of) => of,
                        None => return TyRefKind::Error,
                    }
                }
                Some(Bound::Builtin(_)) => {
                    let (at, text) = (self.at(name.span), self.text(name.symbol));
                    self.report(diagnostics::any_of_builtin(at, &text));
                    return TyRefKind::Error;
                }
                None => return TyRefKind::Error,
            };
            let at = self.at(name.span);
            self.g.hir.any_traits.push((of, at));
            found.push(of);
        }
        found.sort_unstable();
        found.dedup();
        TyRefKind::AnyTrait(found.into())
    }

    /// `Trait.method` as a value.
    pub(super) fn trait_member(&mut self, id: TraitId, name: Name) -> ExprKind {
        let methods = &self.g.hir.traits[id].methods;
        let found = methods.iter().find(|&&cell| self.g.hir.cells[cell].name == name.symbol);
        if let Some(&cell) = found {
            return ExprKind::Cell(cell);
        }
        let (at, text) = (self.at(name.span), self.text(name.symbol));
        let of = self.text(self.g.hir.traits[id].name);
        self.report_unresolved(diagnostics::unknown_trait_method(at, &of, &text));
        ExprKind::Missing
    }

    /// The parents of the file's traits, before any signature.
    pub(super) fn trait_parents(&mut self, declared: &[Declared]) {
        let ast = self.ast;
        for declared in declared {
            let Declared::Trait { source, id } = *declared else { continue };
            let (mut parents, mut bounds) = (Vec::new(), self.g.hir.traits[id].builtin);
            let mut traits = Vec::new();
            if bounds == Bounds::default() {
                traits.push(id);
            }
            for &name in &ast[ast[source].parents] {
                let Some(parent) = self.trait_named(name) else { continue };
                match parent {
                    Bound::Builtin(bound) => bounds = bounds.union(bound),
                    Bound::Trait(of) => traits.push(of),
                }
                parents.push((parent, name.span));
            }
            self.g.hir.traits[id].parents = parents.into();
            let own = self.g.hir.traits[id].self_param;
            let own = &mut self.g.hir.type_params[own];
            (own.bounds, own.traits) = (bounds, traits.into());
        }
    }

    /// Signatures of a trait's methods.
    pub(super) fn trait_signature(
        &mut self,
        source: ast::TraitId,
        id: TraitId,
        jobs: &mut Vec<Job>,
    ) {
        let ast = self.ast;
        let self_param = self.g.hir.traits[id].self_param;
        self.generics.push((sym::SELF_TYPE, self_param));
        let span = ast[source].name.span;
        let self_ty = self.g.add_type(TyRefKind::Param(self_param), span);
        for (at, &method) in ast[ast[source].methods].iter().enumerate() {
            let cell = self.g.hir.traits[id].methods[at];
            self.check_self(method, true);
            self.member_signature(method, cell, self_ty, jobs);
        }
    }

    /// The trait, target and method signatures of an impl.
    pub(super) fn impl_signature(&mut self, source: ast::ImplId, id: ImplId, jobs: &mut Vec<Job>) {
        let ast = self.ast;
        let decl = &ast[source];
        let type_params = self.type_params(decl.type_params);
        self.bounds(decl.type_params, &type_params);
        let target = self.ty(decl.target);
        let of = match self.trait_named(decl.of) {
            Some(Bound::Trait(of)) => Some(of),
            Some(Bound::Builtin(bound)) => self.implementable(bound, decl.of),
            None => None,
        };
        let it = &mut self.g.hir.impls[id];
        (it.target, it.of, it.type_params) = (target, of, type_params);
        self.self_ty = Some(target);
        for (at, &method) in ast[decl.methods].iter().enumerate() {
            let cell = self.g.hir.impls[id].methods[at];
            self.check_self(method, false);
            self.member_signature(method, cell, target, jobs);
        }
        self.self_ty = None;
    }

    /// The builtin trait that an impl is for: `Ord` or `Show`.
    fn implementable(&mut self, bound: Bounds, of: Name) -> Option<TraitId> {
        let (name, used) = match bound {
            Bounds::ORD => {
                (sym::ORD, [sym::LIST_COMPARE, sym::SORT_ORDERED, sym::SORT_KEYED_ORDERED])
            }
            Bounds::SHOW => (sym::SHOW, [sym::LIST_TEXT, sym::SET_TEXT, sym::MAP_TEXT]),
            _ => {
                let (at, text) = (self.at(of.span), self.text(of.symbol));
                self.report(diagnostics::fixed_trait(at, &text, bound == Bounds::NUM));
                return None;
            }
        };
        for cell in used {
            self.g.std.request(cell);
        }
        match self.g.std_item(name) {
            Some(Def::Trait(of)) => Some(of),
            _ => None,
        }
    }

    /// The first parameter of a trait's method is a plain `self`; of an impl's method `self` has no other type.
    fn check_self(&mut self, method: ast::CellId, in_trait: bool) {
        let ast = self.ast;
        let cell = &ast[method];
        let first = ast[cell.params].first();
        let is_self = first.is_some_and(|param| param.name.symbol == sym::SELF);
        let (at, text) = (self.at(cell.name.span), self.text(cell.name.symbol));
        match first {
            Some(param) if is_self => {
                if let Some(ty) = param.ty {
                    let extra = Span::new(param.name.span.hi, ast[ty].span.hi);
                    let at = self.at(extra);
                    self.report(diagnostics::typed_self(at));
                }
            }
            _ if in_trait => self.report(diagnostics::method_without_self(at, &text)),
            _ => {}
        }
    }

    fn member_signature(
        &mut self,
        source: ast::CellId,
        id: CellId,
        self_ty: TyRefId,
        jobs: &mut Vec<Job>,
    ) {
        let outer = self.generics.len();
        self.signature(source, id, Some(self_ty), jobs);
        let code = match self.ast[source].body {
            ast::CellBody::Block(block) => Some(Code::Block(block)),
            ast::CellBody::Expr(expr) => Some(Code::Expr(expr)),
            ast::CellBody::Extern | ast::CellBody::Required | ast::CellBody::Operation { .. } => {
                None
            }
        };
        match code {
            Some(code) => {
                let frame = FrameKind::Cell { group: None };
                let (generics, self_ty) = (self.generics.clone(), self.self_ty);
                jobs.push(Job { cell: id, code, frame, generics, self_ty });
            }
            None => self.cell_mut(id).body = CellBody::Required,
        }
        self.generics.truncate(outer);
    }

    /// Notes that this module imports something from another.
    pub(super) fn note_imported_module(&mut self, module: ModuleId) {
        let imports = &mut self.g.hir.modules[self.module].imports;
        if !imports.contains(&module) {
            imports.push(module);
        }
    }
}

impl Global<'_> {
    /// Reports traits that are their own parents, and cuts the circle.
    pub(super) fn check_trait_parents(&mut self) {
        let ids: Vec<TraitId> = self.hir.traits.ids().collect();
        for &start in &ids {
            let mut seen = vec![false; ids.len()];
            let mut left = self.parents_of(start);
            while let Some(next) = left.pop() {
                if next == start {
                    let it = &self.hir.traits[start];
                    let at = it.name_span.in_file(self.hir.modules[it.module].file);
                    let text = self.names.resolve(it.name);
                    self.diagnostics.push(diagnostics::endless_parents(at, text));
                    self.hir.traits[start].parents = Box::default();
                    let own = self.hir.traits[start].self_param;
                    self.hir.type_params[own].traits = Box::new([start]);
                    break;
                }
                if !std::mem::replace(&mut seen[next.index()], true) {
                    left.extend(self.parents_of(next));
                }
            }
        }
    }

    fn parents_of(&self, id: TraitId) -> Vec<TraitId> {
        let parents = self.hir.traits[id].parents.iter();
        let traits = parents.filter_map(|(parent, _)| match parent {
            Bound::Trait(of) => Some(*of),
            Bound::Builtin(_) => None,
        });
        traits.collect()
    }
}
