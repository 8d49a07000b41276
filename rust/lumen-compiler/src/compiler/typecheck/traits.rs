//! Traits and impls as declarations: what a bound implies, which impls may stand, and which types have a trait by them.
//!
//! `Hir` → `TypeTables::impls`. Runs before bodies; the signatures of methods are compared in `signature.rs`. A rejected
//! impl is not in the table, or is there when that keeps further reports silent.

use super::Checker;
use super::declare::FnRows;
use super::diagnostics as d;
use super::impls::{ImplInfo, overlap};
use super::types::{Ty, TyFlags, TyKind, TyStore, head_of};
use crate::compiler::hir::{Bound, Bounds, Head, ImplId, ModuleId, TraitId, TypeParamId};
use lumen_base::{Diagnostic, FileSpan};

/// What having a bound implies.
#[derive(Clone, Default)]
pub(crate) struct Implied {
    pub bounds: Bounds,
    /// Sorted.
    pub traits: Vec<TraitId>,
}

impl Implied {
    pub(super) fn add(&mut self, other: &Implied) {
        self.bounds = self.bounds.union(other.bounds);
        self.traits.extend_from_slice(&other.traits);
        self.traits.sort_unstable();
        self.traits.dedup();
    }
}

impl<'a> Checker<'a> {
    /// What each trait implies, and the names of all methods.
    pub(super) fn declare_traits(&mut self) {
        for (id, decl) in self.hir.traits.iter() {
            let mut implied = Implied { bounds: decl.builtin, traits: Vec::new() };
            let mut seen = vec![id];
            let mut left = vec![id];
            while let Some(next) = left.pop() {
                for (parent, _) in &self.hir.traits[next].parents {
                    match *parent {
                        Bound::Builtin(bound) => implied.bounds = implied.bounds.union(bound),
                        Bound::Trait(of) if !seen.contains(&of) => {
                            seen.push(of);
                            left.push(of);
                        }
                        Bound::Trait(_) => {}
                    }
                }
            }
            seen.sort_unstable();
            implied.traits = seen;
            self.implied.push(implied);
            for &method in &decl.methods {
                let name = self.hir.cells[method].name;
                self.trait_methods.entry(name).or_default().push(method);
                self.method_names.insert(name);
                if self.hir.modules[decl.module].is_std {
                    self.std_method_names.insert(name);
                }
            }
        }
    }

    /// Everything that the bounds of a parameter imply.
    pub(super) fn implied_by(&self, param: TypeParamId) -> Implied {
        let Some(param) = self.hir.type_params.get(param) else { return Implied::default() };
        let mut all = Implied { bounds: param.bounds, traits: Vec::new() };
        for of in &param.traits {
            all.add(&self.implied[of.index()]);
        }
        all
    }

    /// Whether `ty` (known) has the trait.
    pub(super) fn implements(&self, ty: Ty, of: TraitId) -> bool {
        if self.store.flags(ty).any(TyFlags::ERROR) {
            return true;
        }
        let builtin = self.hir.traits[of].builtin;
        if builtin != Bounds::default() {
            return self.has(ty, builtin);
        }
        match self.store.kind(ty) {
            TyKind::Param(param) => self.implied_by(*param).traits.binary_search(&of).is_ok(),
            TyKind::Object(traits) => self.implied_by_all(traits).traits.binary_search(&of).is_ok(),
            _ => self.by_impl(ty, Some(of)),
        }
    }

    /// Whether an impl gives `ty` the trait, its conditions included.
    pub(super) fn by_impl(&self, ty: Ty, of: Option<TraitId>) -> bool {
        let Some(of) = of else { return false };
        if let Some(&known) = self.known_impls.borrow().get(&(of, ty)) {
            return known;
        }
        let holds = self.tables.impls.find(&self.store, of, ty).is_some_and(|(id, args)| {
            let params = &self.hir.impls[id].type_params;
            params.iter().zip(&args).all(|(&param, &arg)| {
                self.bounds_of(param).into_iter().all(|bound| self.has_bound(arg, bound))
            })
        });
        self.known_impls.borrow_mut().insert((of, ty), holds);
        holds
    }

    /// Puts the impls that may stand into the table.
    pub(super) fn declare_impls(&mut self) {
        let hir = self.hir;
        for (id, decl) in hir.impls.iter() {
            let file = hir.modules[decl.module].file;
            let target = self.ty(decl.target, FnRows::Closed, file);
            let Some(of) = decl.of else { continue };
            let at = hir.ty_refs[decl.target].span.in_file(file);
            if target == Ty::ERROR {
                continue;
            }
            let Some(head) = self.target_head(target) else {
                let shown = self.show(target);
                self.diags.push(d::impl_target(at, &shown));
                continue;
            };
            self.check_owner(id, of, head);
            self.check_impl_params(id, target);
            let others = self.tables.impls.with_head(of, head).iter().copied();
            let first = others.into_iter().find(|&other| {
                let known = self.tables.impls.info(other);
                known.is_some_and(|known| overlap(&self.store, known.target, target))
            });
            if let Some(first) = first {
                let shown = self.show(target);
                let first = self.head_place(first);
                let name = self.names.resolve(hir.traits[of].name);
                self.diags.push(d::overlapping_impls(self.head_place(id), name, &shown, first));
                continue;
            }
            let methods = vec![None; hir.traits[of].methods.len()].into();
            let type_params = decl.type_params.clone();
            self.tables.impls.add(of, head, id, ImplInfo { target, type_params, methods });
        }
    }

    pub(super) fn head_place(&self, id: ImplId) -> FileSpan {
        let decl = &self.hir.impls[id];
        decl.head.in_file(self.hir.modules[decl.module].file)
    }

    /// The head of a type that a trait can be implemented for.
    fn target_head(&self, target: Ty) -> Option<Head> {
        let head = head_of(self.store.kind(target))?;
        let has_methods =
            !matches!(head, Head::Any | Head::Optional | Head::Fn | Head::Stream | Head::None);
        (has_methods && is_pattern(&self.store, target)).then_some(head)
    }

    /// The trait or the type must be declared where the impl stands.
    fn check_owner(&mut self, id: ImplId, of: TraitId, head: Head) {
        let home: ModuleId = self.hir.impls[id].module;
        let owner = match head {
            Head::Record(record) => Some(self.hir.records[record].module),
            Head::Enum(decl) => Some(self.hir.enums[decl].module),
            _ => None,
        };
        let is_entry = |module: ModuleId| self.hir.modules[module].is_entry;
        let is_home = |module| module == home || (is_entry(module) && is_entry(home));
        if !is_home(self.hir.traits[of].module) && !owner.is_some_and(is_home) {
            let name = self.names.resolve(self.hir.traits[of].name);
            self.diags.push(d::foreign_impl(self.head_place(id), name));
        }
    }

    /// Each type parameter must be decided by the target.
    fn check_impl_params(&mut self, id: ImplId, target: Ty) {
        let decl = &self.hir.impls[id];
        let file = self.hir.modules[decl.module].file;
        for &param in &decl.type_params {
            if !mentions(&self.store, target, param) {
                let known = &self.hir.type_params[param];
                let at = known.span.in_file(file);
                let name = self.names.resolve(known.name);
                self.diags.push(d::unused_impl_parameter(at, name));
            }
        }
    }

    /// Adds to a report that a type lacks a trait what would give it.
    pub(super) fn explain_lack(&mut self, found: Diagnostic, ty: Ty, bound: Bound) -> Diagnostic {
        let part = self.lacking_part(ty, bound);
        let (name, shown) = (self.bound_name(bound), self.show(part));
        let implementable = match bound {
            Bound::Trait(_) => true,
            Bound::Builtin(bound) => bound == Bounds::ORD || bound == Bounds::SHOW,
        };
        match self.store.kind(part) {
            TyKind::Param(_) => found.with_help(format!(
                "write the bound where the parameter is declared: `{shown}: {name}`"
            )),
            TyKind::Record(..) | TyKind::Enum(..) if implementable => {
                let how = match bound {
                    Bound::Builtin(Bounds::ORD) => {
                        ", with `cell compare(self, other: Self) -> Int`, or compare by a key"
                    }
                    _ => "",
                };
                found.with_help(format!("implement it: `impl {name} for {shown}`{how}"))
            }
            _ => found,
        }
    }

    /// The part of a list or tuple that has not what the whole lacks for it.
    fn lacking_part(&self, mut ty: Ty, bound: Bound) -> Ty {
        loop {
            let part = match self.store.kind(ty) {
                TyKind::List(elem) => Some(*elem),
                TyKind::Tuple(parts) => parts.iter().copied().find(|&p| !self.has_bound(p, bound)),
                _ => None,
            };
            match part {
                Some(part) if !self.has_bound(part, bound) => ty = part,
                _ => return ty,
            }
        }
    }
}

/// Whether each part of a target is known for every instance of it: no functions, and no optionals or unions of
/// parameters, which collapse for some arguments.
fn is_pattern(store: &TyStore, ty: Ty) -> bool {
    match store.kind(ty) {
        TyKind::Fn { .. } | TyKind::Stream { .. } | TyKind::Refined { .. } => false,
        TyKind::Optional(_) | TyKind::Union(_) => {
            !store.flags(ty).any(TyFlags::PARAM) && !store.flags(ty).any(TyFlags::FN)
        }
        TyKind::List(a) | TyKind::Set(a) => is_pattern(store, *a),
        TyKind::Map(k, v) => is_pattern(store, *k) && is_pattern(store, *v),
        TyKind::Tuple(parts) | TyKind::Record(_, parts) | TyKind::Enum(_, parts) => {
            parts.iter().all(|&part| is_pattern(store, part))
        }
        _ => true,
    }
}

/// Whether a type mentions a parameter.
fn mentions(store: &TyStore, ty: Ty, param: TypeParamId) -> bool {
    match store.kind(ty) {
        TyKind::Param(known) => *known == param,
        TyKind::List(a) | TyKind::Set(a) | TyKind::Optional(a) => mentions(store, *a, param),
        TyKind::Map(k, v) => mentions(store, *k, param) || mentions(store, *v, param),
        TyKind::Tuple(parts)
        | TyKind::Record(_, parts)
        | TyKind::Enum(_, parts)
        | TyKind::Union(parts) => parts.iter().any(|&part| mentions(store, part, param)),
        _ => false,
    }
}
