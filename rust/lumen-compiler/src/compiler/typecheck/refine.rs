//! Refined types: where values leave them, and where they enter.
//!
//! A refined type (`type Port = Int where …`) is a subtype of its base. Values leave it freely: an expression has the
//! base type (`widened_value`), and its exact type is kept beside it, so that passing it on costs no second check.
//! A value of the base enters where the refined type is expected (`Fit::Enters`, noted in `TypedBody::refine`), and
//! nowhere else: unification never mixes the two, so no container of one is a container of the other.

use super::Checker;
use super::body::{BodyCx, Want};
use super::coerce::Fit;
use super::types::{Ty, TyFlags, TyKind};
use crate::compiler::hir::ExprId;
use lumen_base::Span;

impl Checker<'_> {
    /// `ty` without the refinements at its head, behind `?` and among the members of a union.
    pub(super) fn widened(&mut self, ty: Ty) -> Ty {
        let mut ty = self.shallow(ty);
        if !self.store.flags(ty).any(TyFlags::REFINED) {
            return ty;
        }
        while let TyKind::Refined { base, .. } = *self.store.kind(ty) {
            ty = self.shallow(base);
        }
        match self.store.kind(ty).clone() {
            TyKind::Optional(inner) => {
                let inner = self.widened(inner);
                self.store.optional(inner)
            }
            TyKind::Union(members) => {
                let members: Vec<Ty> = members.iter().map(|&m| self.widened(m)).collect();
                self.store.union(&members)
            }
            _ => ty,
        }
    }

    /// Whether a value of `ty` may hold a refined one, other than as a whole.
    pub(super) fn hides_refined(&self, ty: Ty) -> bool {
        let mut ty = ty;
        while let TyKind::Refined { base, .. } = *self.store.kind(ty) {
            ty = base;
        }
        self.tables.refined.holds(&self.store, ty)
    }
}

impl BodyCx<'_, '_> {
    pub(super) fn widened(&mut self, ty: Ty) -> Ty {
        self.c.widened(ty)
    }

    /// What a context that wants a refined type wants of an expression by itself.
    pub(super) fn widened_want(&mut self, want: Want) -> Want {
        match want {
            Want::Ty(ty) if self.c.store.flags(self.shallow(ty)).any(TyFlags::REFINED) => {
                Want::Ty(self.widened(ty))
            }
            _ => want,
        }
    }

    /// The type that an expression shows; its exact type is noted.
    pub(super) fn widened_value(&mut self, expr: ExprId, ty: Ty) -> Ty {
        let shallow = self.shallow(ty);
        if !self.c.store.flags(shallow).any(TyFlags::REFINED) {
            return ty;
        }
        let exact = self.c.zonk(shallow);
        let wide = self.widened(exact);
        if wide != exact {
            self.exact.insert(expr, exact);
        }
        wide
    }

    /// The type of an expression with its refinement, if it has one.
    pub(super) fn exact(&self, expr: ExprId) -> Option<Ty> {
        self.exact.get(&expr).copied()
    }

    /// Whether `expr` is known to be of the refined type `wanted` already.
    pub(super) fn is_exactly(&mut self, expr: ExprId, wanted: Ty) -> bool {
        match self.exact(expr) {
            Some(exact) => exact == self.c.zonk(wanted),
            None => false,
        }
    }

    /// The value of `expr` meets the conditions of `wanted` at run time.
    pub(super) fn enter_refined(&mut self, expr: ExprId, wanted: Ty) {
        let wanted = self.c.zonk(wanted);
        self.out.refine.insert(expr, wanted);
        let own = self.out.expr_ty.get(expr).copied().unwrap_or(Ty::ERROR);
        if self.widened(wanted) != self.c.zonk(own) {
            self.out.adjust.insert(expr, wanted);
        }
    }

    /// A value of type `own`, not refined, meets a refined type over `base`.
    pub(super) fn fits_refined(&mut self, own: Ty, base: Ty, span: Span) -> Fit {
        match self.fits(own, base, span) {
            Fit::Same | Fit::Enters => Fit::Enters,
            Fit::Converted | Fit::No => Fit::No,
        }
    }

    /// How values of `own` meet a union with refined members; `None` when it has none, or `own` is not known.
    pub(super) fn fits_refined_union(&mut self, own: Ty, members: &[Ty]) -> Option<Fit> {
        let refined = |cx: &Self, ty: Ty| matches!(cx.kind(ty), TyKind::Refined { .. });
        if !members.iter().any(|&m| refined(self, m)) || self.c.store.flags(own).any(TyFlags::INFER)
        {
            return None;
        }
        let parts = match self.kind(own).clone() {
            TyKind::Union(parts) => parts.into_vec(),
            _ => vec![own],
        };
        let mut fit = Fit::Converted;
        for part in parts {
            if members.contains(&part) {
                continue;
            }
            let over: Vec<Ty> = members.iter().copied().filter(|&m| refined(self, m)).collect();
            let over = over.into_iter().filter(|&m| self.widened(m) == part).count();
            match over {
                0 => return Some(Fit::No),
                1 => fit = Fit::Enters,
                // Which of several conditions is meant cannot be said.
                _ => return Some(Fit::No),
            }
        }
        Some(fit)
    }
}
