//! Erasure: tables without refined types, except where they decide something later.
//!
//! Refined types and their bases have one representation, so lowering reads the tables as if there were only bases.
//! Exact types stay in type arguments (a conversion `as T` inside of a generic cell depends on them) and in the tables
//! of values that enter (`refine`, `refine_result`, `refined_target`).

use super::tables::{ExactTypes, TypeTables, TypedBody};
use super::types::{Ty, TyFlags, TyKind, TyStore};
use crate::compiler::hir::{CellBody, EnumId, Hir, RecordId};

impl TyStore {
    /// `ty` with every refined type replaced by its base.
    pub fn erased(&mut self, ty: Ty) -> Ty {
        if !self.flags(ty).any(TyFlags::REFINED) {
            return ty;
        }
        let kind = match self.kind(ty).clone() {
            TyKind::Refined { base, .. } => return self.erased(base),
            TyKind::List(a) => TyKind::List(self.erased(a)),
            TyKind::Set(a) => TyKind::Set(self.erased(a)),
            TyKind::Optional(a) => {
                let inner = self.erased(a);
                return self.optional(inner);
            }
            TyKind::Map(k, v) => TyKind::Map(self.erased(k), self.erased(v)),
            TyKind::Tuple(parts) => TyKind::Tuple(self.all_erased(&parts)),
            TyKind::Record(id, args) => TyKind::Record(id, self.all_erased(&args)),
            TyKind::Enum(id, args) => TyKind::Enum(id, self.all_erased(&args)),
            TyKind::Union(members) => {
                let members = self.all_erased(&members);
                return self.union(&members);
            }
            TyKind::Fn { params, ret, row } => {
                let params = self.all_erased(&params);
                TyKind::Fn { params, ret: self.erased(ret), row }
            }
            TyKind::Stream { elem, row } => TyKind::Stream { elem: self.erased(elem), row },
            other => other,
        };
        self.intern(kind)
    }

    fn all_erased(&mut self, tys: &[Ty]) -> Box<[Ty]> {
        tys.iter().map(|&ty| self.erased(ty)).collect()
    }
}

/// Erases the tables of a program that declares a refined type.
pub(super) fn erase(hir: &Hir, tables: &mut TypeTables, store: &mut TyStore) {
    let mut exact = ExactTypes::default();
    for (id, cell) in hir.cells.iter() {
        if let (CellBody::Host, Some(sig)) = (&cell.body, tables.sigs.get(id)) {
            exact.host_results.insert(id, sig.ret);
        }
    }
    let erase = |store: &mut TyStore, slot: &mut Ty| *slot = store.erased(*slot);
    for id in hir.cells.ids() {
        if let Some(sig) = tables.sigs.get_mut(id) {
            sig.params.iter_mut().for_each(|slot| erase(store, slot));
            erase(store, &mut sig.ret);
        }
        if let Some(body) = tables.bodies.get_mut(id) {
            erase_body(body, store);
        }
    }
    for id in hir.records.ids() {
        if let Some(fields) = tables.records.get_mut(id) {
            exact.records.insert(id, fields.clone());
            fields.iter_mut().for_each(|slot| erase(store, slot));
        }
    }
    for id in hir.enums.ids() {
        let Some(variants) = tables.variants.get_mut(id) else { continue };
        exact.variants.insert(id, variants.clone());
        for fields in variants.iter_mut() {
            fields.iter_mut().for_each(|slot| erase(store, slot));
        }
    }
    for id in hir.consts.ids() {
        if let Some(slot) = tables.consts.get_mut(id) {
            erase(store, slot);
        }
    }
    tables.exact = Some(exact);
}

fn erase_body(body: &mut TypedBody, store: &mut TyStore) {
    let mut erase = |slot: &mut Ty| *slot = store.erased(*slot);
    body.expr_ty.values_mut().for_each(&mut erase);
    body.local_ty.values_mut().for_each(&mut erase);
    body.pat_ty.values_mut().for_each(&mut erase);
    body.adjust.values_mut().for_each(&mut erase);
    body.is_ty.values_mut().for_each(&mut erase);
    body.pat_test.values_mut().for_each(&mut erase);
    body.pat_member.values_mut().for_each(&mut erase);
    body.loop_ty.values_mut().for_each(&mut erase);
    body.exit_ty.values_mut().for_each(&mut erase);
    let steps = body.places.values_mut().flat_map(|steps| steps.iter_mut());
    steps.for_each(|step| erase(&mut step.container));
}

/// Which records and enums hold a refined type, directly or through others.
#[derive(Default)]
pub struct Refined {
    records: Vec<bool>,
    enums: Vec<bool>,
}

impl Refined {
    /// Looks at every declaration until nothing new is found.
    pub(super) fn find(hir: &Hir, tables: &TypeTables, store: &TyStore) -> Refined {
        let mut found = Refined {
            records: vec![false; hir.records.len()],
            enums: vec![false; hir.enums.len()],
        };
        loop {
            let mut changed = false;
            for id in hir.records.ids() {
                let holds = || tables.records.get(id).into_iter().flatten();
                if !found.records[id.index()] && holds().any(|&ty| found.holds(store, ty)) {
                    found.records[id.index()] = true;
                    changed = true;
                }
            }
            for id in hir.enums.ids() {
                let holds = || tables.variants.get(id).into_iter().flatten().flatten();
                if !found.enums[id.index()] && holds().any(|&ty| found.holds(store, ty)) {
                    found.enums[id.index()] = true;
                    changed = true;
                }
            }
            if !changed {
                return found;
            }
        }
    }

    /// Whether a value of `ty` may be or hold a refined one.
    pub fn holds(&self, store: &TyStore, ty: Ty) -> bool {
        if store.flags(ty).any(TyFlags::REFINED) {
            return true;
        }
        if self.records.is_empty() && self.enums.is_empty() {
            return false;
        }
        match store.kind(ty) {
            TyKind::List(a) | TyKind::Set(a) | TyKind::Optional(a) => self.holds(store, *a),
            TyKind::Map(k, v) => self.holds(store, *k) || self.holds(store, *v),
            TyKind::Tuple(parts) | TyKind::Union(parts) => {
                parts.iter().any(|&part| self.holds(store, part))
            }
            TyKind::Record(id, args) => {
                self.record(*id) || args.iter().any(|&part| self.holds(store, part))
            }
            TyKind::Enum(id, args) => {
                self.variant(*id) || args.iter().any(|&part| self.holds(store, part))
            }
            _ => false,
        }
    }

    fn record(&self, id: RecordId) -> bool {
        self.records.get(id.index()).copied().unwrap_or_default()
    }

    fn variant(&self, id: EnumId) -> bool {
        self.enums.get(id.index()).copied().unwrap_or_default()
    }
}
