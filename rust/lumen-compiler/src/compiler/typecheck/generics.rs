//! Bounds: which types have `Eq`, `Ord`, `Hash`, `Show`, `Num` and the traits of the program.
//!
//! Type and bound → whether it holds; what impls say is in `traits.rs`. Functions have no equality, order, hash or text; records and enums that hold
//! a function somewhere have none either. A bound of a type that is not known yet waits until the end of the body.

use super::Checker;
use super::diagnostics as d;
use super::types::{Ty, TyFlags, TyKind, TyStore};
use crate::compiler::hir::{Bound, Bounds, TypeParamId};
use lumen_base::FileSpan;

/// Each bound with its name.
pub(super) const BOUND_NAMES: [(Bounds, &str); 5] = [
    (Bounds::EQ, "Eq"),
    (Bounds::ORD, "Ord"),
    (Bounds::HASH, "Hash"),
    (Bounds::SHOW, "Show"),
    (Bounds::NUM, "Num"),
];

impl<'a> Checker<'a> {
    /// Demands that `ty` has a trait, now or when it is known.
    pub(super) fn require(&mut self, ty: Ty, bound: Bound, at: FileSpan) {
        let ty = self.zonk(ty);
        if self.store.flags(ty).any(TyFlags::INFER) {
            self.obligations.push((ty, bound, at));
            return;
        }
        if !self.has_bound(ty, bound) && !self.lacks.contains(&(ty, bound)) {
            if matches!(self.store.kind(ty), TyKind::Param(_)) {
                self.lacks.push((ty, bound));
            }
            let shown = self.show(ty);
            let found = d::bound_not_met(at, &shown, self.bound_name(bound));
            let found = self.explain_lack(found, ty, bound);
            self.diags.push(found);
        }
    }

    /// What is demanded of the type that a parameter stands for.
    pub(super) fn bounds_of(&self, param: TypeParamId) -> Vec<Bound> {
        let Some(param) = self.hir.type_params.get(param) else { return Vec::new() };
        let builtin = BOUND_NAMES.iter().filter(|(bound, _)| param.bounds.contains(*bound));
        let traits = param.traits.iter().map(|&of| Bound::Trait(of));
        builtin.map(|(bound, _)| Bound::Builtin(*bound)).chain(traits).collect()
    }

    pub(super) fn bound_name(&self, bound: Bound) -> &'a str {
        match bound {
            Bound::Trait(of) => self.names.resolve(self.hir.traits[of].name),
            Bound::Builtin(bound) => {
                let known = BOUND_NAMES.iter().find(|(one, _)| *one == bound);
                known.map_or("", |(_, name)| *name)
            }
        }
    }

    /// Whether `ty` (known) has the trait.
    pub(super) fn has_bound(&self, ty: Ty, bound: Bound) -> bool {
        match bound {
            Bound::Builtin(bound) => self.has(ty, bound),
            Bound::Trait(of) => self.implements(ty, of),
        }
    }

    /// Whether `ty` (known) has the single bound `bound`.
    pub(super) fn has(&self, ty: Ty, bound: Bounds) -> bool {
        if self.store.flags(ty).any(TyFlags::ERROR) {
            return true;
        }
        match bound {
            Bounds::NUM => match self.store.kind(ty) {
                TyKind::Int | TyKind::Float => true,
                TyKind::Param(_) => self.param_has(ty, &[Bounds::NUM]),
                _ => false,
            },
            Bounds::ORD => self.ordered(ty),
            Bounds::SHOW => {
                let sealed = TyFlags::SECRET.union(TyFlags::UNTRUSTED);
                self.by_impl(ty, self.hir.well_known.show)
                    || (self.no_functions(ty, &mut |_| true) && !self.store.flags(ty).any(sealed))
            }
            _ => {
                let hashed = [Bounds::EQ, Bounds::HASH, Bounds::ORD, Bounds::NUM];
                self.no_functions(ty, &mut |param| self.param_has(param, &hashed))
                    && !self.holds_secret(ty)
            }
        }
    }

    fn ordered(&self, ty: Ty) -> bool {
        match self.store.kind(ty) {
            TyKind::Int | TyKind::Float | TyKind::String | TyKind::Error | TyKind::Never => true,
            TyKind::List(elem) | TyKind::Refined { base: elem, .. } => self.ordered(*elem),
            TyKind::Tuple(parts) => parts.iter().all(|&part| self.ordered(part)),
            TyKind::Param(_) => self.param_has(ty, &[Bounds::ORD, Bounds::NUM]),
            TyKind::Record(..) | TyKind::Enum(..) => self.by_impl(ty, self.hir.well_known.ord),
            _ => false,
        }
    }

    fn param_has(&self, ty: Ty, any: &[Bounds]) -> bool {
        let TyKind::Param(param) = self.store.kind(ty) else { return false };
        let declared = self.implied_by(*param).bounds;
        any.iter().any(|&bound| declared.contains(bound))
    }

    /// Whether no value of `ty` holds a function, whatever its type parameters stand for.
    pub(super) fn has_no_functions(&self, ty: Ty) -> bool {
        self.no_functions(ty, &mut |_| true)
    }

    /// Whether no value of `ty` holds a function; `param` decides for type parameters.
    pub(super) fn no_functions(&self, ty: Ty, param: &mut dyn FnMut(Ty) -> bool) -> bool {
        match self.store.kind(ty) {
            TyKind::Fn { .. } | TyKind::Stream { .. } => false,
            TyKind::Param(_) => param(ty),
            TyKind::List(a)
            | TyKind::Set(a)
            | TyKind::Optional(a)
            | TyKind::Refined { base: a, .. } => self.no_functions(*a, param),
            TyKind::Map(k, v) => self.no_functions(*k, param) && self.no_functions(*v, param),
            TyKind::Tuple(parts) | TyKind::Union(parts) => {
                parts.iter().all(|&part| self.no_functions(part, param))
            }
            TyKind::Record(id, args) => {
                !self.hold_fn.0[id.index()]
                    && args.iter().all(|&part| self.no_functions(part, param))
            }
            TyKind::Enum(id, args) => {
                !self.hold_fn.0[self.hir.records.len() + id.index()]
                    && args.iter().all(|&part| self.no_functions(part, param))
            }
            _ => true,
        }
    }

    /// Whether a value of `ty` may hold a `Secret`.
    pub(super) fn holds_secret(&self, ty: Ty) -> bool {
        if self.hir.well_known.secret.is_none() {
            return false;
        }
        let mut found = self.store.flags(ty).any(TyFlags::SECRET);
        let n_records = self.hir.records.len();
        nominal_parts(&self.store, ty, n_records, &mut |at| found |= self.hold_secret.0[at]);
        found
    }

    /// Whether a value of `ty` may be or hold an `any Trait`, type parameters aside.
    pub(super) fn holds_any(&self, ty: Ty) -> bool {
        let mut found = self.store.flags(ty).any(TyFlags::OBJECT);
        let n_records = self.hir.records.len();
        nominal_parts(&self.store, ty, n_records, &mut |at| found |= self.hold_any.0[at]);
        found
    }

    /// Finds the records and enums that hold a function, a secret or an `any Trait`, directly or through others.
    pub(super) fn find_holders(&mut self) {
        self.hold_fn = self.holders(TyFlags::FN);
        self.hold_secret = self.holders(TyFlags::SECRET);
        self.hold_any = self.holders(TyFlags::OBJECT);
    }

    fn holders(&self, flag: TyFlags) -> Holders {
        let n_records = self.hir.records.len();
        let count = n_records + self.hir.enums.len();
        let mut users: Vec<Vec<usize>> = vec![Vec::new(); count];
        let mut found = Vec::new();
        let mut visit = |owner: usize, fields: &[Ty], store: &TyStore| {
            for &field in fields {
                if store.flags(field).any(flag) {
                    found.push(owner);
                }
                nominal_parts(store, field, n_records, &mut |part| users[part].push(owner));
            }
        };
        for id in self.hir.records.ids() {
            visit(id.index(), &self.tables.records[id], &self.store);
        }
        for id in self.hir.enums.ids() {
            for fields in &self.tables.variants[id] {
                visit(n_records + id.index(), fields, &self.store);
            }
        }
        let mut holders = vec![false; count];
        while let Some(holder) = found.pop() {
            if !std::mem::replace(&mut holders[holder], true) {
                found.extend_from_slice(&users[holder]);
            }
        }
        Holders(holders)
    }
}

/// By record, then by enum: whether it holds something.
#[derive(Default)]
pub(crate) struct Holders(Vec<bool>);

fn nominal_parts(store: &TyStore, ty: Ty, n_records: usize, note: &mut dyn FnMut(usize)) {
    match store.kind(ty) {
        TyKind::List(a)
        | TyKind::Set(a)
        | TyKind::Optional(a)
        | TyKind::Refined { base: a, .. } => {
            nominal_parts(store, *a, n_records, note);
        }
        TyKind::Stream { elem, .. } => nominal_parts(store, *elem, n_records, note),
        TyKind::Map(k, v) => {
            nominal_parts(store, *k, n_records, note);
            nominal_parts(store, *v, n_records, note);
        }
        TyKind::Tuple(parts) | TyKind::Union(parts) => {
            parts.iter().for_each(|&part| nominal_parts(store, part, n_records, note));
        }
        TyKind::Record(id, args) => {
            note(id.index());
            args.iter().for_each(|&part| nominal_parts(store, part, n_records, note));
        }
        TyKind::Enum(id, args) => {
            note(n_records + id.index());
            args.iter().for_each(|&part| nominal_parts(store, part, n_records, note));
        }
        _ => {}
    }
}
