//! Implicit conversions: what a value of one type may become where another is expected.
//!
//! `T` → `T?`, a member → its union, a narrower union → a wider one, anything → `Any`, a member of Json → `Json`,
//! `Never` → anything, a function with fewer effects → one that allows more. Nothing converts inside a container.
//! A conversion that changes the value's form is noted in `TypedBody::adjust`.

use super::body::BodyCx;
use super::diagnostics as d;
use super::types::{Ty, TyFlags, TyKind};
use crate::compiler::effects::row::Why;
use crate::compiler::hir::{ExprId, ExprKind, Lit};
use lumen_base::Span;

impl BodyCx<'_, '_> {
    /// Makes `expr`, of type `own`, fit `wanted`; reports when it does not.
    pub(super) fn coerce(&mut self, expr: ExprId, own: Ty, wanted: Ty) -> bool {
        let (own, wanted) = (self.shallow(own), self.shallow(wanted));
        if own == wanted {
            return true;
        }
        if self.is_exactly(expr, wanted) {
            return true;
        }
        let is_shown = wanted == Ty::ANY && self.printed.contains(&expr);
        if is_shown && self.shown_untrusted(own).is_some() {
            self.out.adjust.insert(expr, wanted);
            return true;
        }
        let span = self.span(expr);
        match self.fits(own, wanted, span) {
            Fit::Same => true,
            Fit::Enters => {
                self.enter_refined(expr, wanted);
                true
            }
            Fit::Converted => {
                self.out.adjust.insert(expr, wanted);
                true
            }
            Fit::No => {
                self.mismatch(expr, own, wanted);
                false
            }
        }
    }

    /// Whether a value of type `own` may stand where `wanted` is expected; binds variables.
    pub(super) fn fits(&mut self, own: Ty, wanted: Ty, span: Span) -> Fit {
        let (own, wanted) = (self.shallow(own), self.shallow(wanted));
        if own == wanted || own == Ty::ERROR || wanted == Ty::ERROR {
            return Fit::Same;
        }
        if own == Ty::NEVER {
            let open = matches!(self.kind(wanted), TyKind::Infer(_));
            return if open { Fit::Same } else { Fit::Converted };
        }
        let open = |kind: &TyKind| matches!(kind, TyKind::Infer(_));
        let own = if open(self.kind(own)) { own } else { self.widened(own) };
        if open(self.kind(own)) || open(self.kind(wanted)) {
            return self.same(own, wanted, span);
        }
        match self.kind(wanted).clone() {
            TyKind::Refined { base, .. } => self.fits_refined(own, base, span),
            TyKind::Any if self.is_sealed(own) => Fit::No,
            TyKind::Any => Fit::Converted,
            TyKind::Object(traits) => self.fits_object(own, &traits),
            TyKind::Json => self.fits_json(own, span),
            TyKind::Optional(inner) => self.fits_optional(own, wanted, inner, span),
            TyKind::Union(members) => self.fits_union(own, &members, span),
            TyKind::Fn { params, ret, row } => match self.kind(own).clone() {
                TyKind::Fn { params: own_params, ret: own_ret, row: own_row } => {
                    let fine = params.len() == own_params.len()
                        && own_params.iter().zip(&params).all(|(&a, &b)| self.unify(a, b, span))
                        && self.unify(own_ret, ret, span);
                    if !fine {
                        return Fit::No;
                    }
                    let why = Why { at: self.here(span), callee: None };
                    self.c.rows.sub(own_row, row, &self.c.store, why);
                    Fit::Same
                }
                _ => Fit::No,
            },
            TyKind::Stream { elem, row } => match *self.kind(own) {
                TyKind::Stream { elem: own_elem, row: own_row } => {
                    if !self.unify(own_elem, elem, span) {
                        return Fit::No;
                    }
                    let why = Why { at: self.here(span), callee: None };
                    self.c.rows.sub_stream(own_row, row, &self.c.store, why);
                    Fit::Same
                }
                _ => Fit::No,
            },
            _ => self.same(own, wanted, span),
        }
    }

    fn same(&mut self, a: Ty, b: Ty, span: Span) -> Fit {
        let at = self.here(span);
        if self.c.attempt(|c| c.unify(a, b, at)) { Fit::Same } else { Fit::No }
    }

    /// The members of Json: null, Bool, Int, Float, String, list[Json], map[String, Json].
    fn fits_json(&mut self, own: Ty, span: Span) -> Fit {
        let members = self.json_members();
        match own {
            Ty::NULL | Ty::BOOL | Ty::INT | Ty::FLOAT | Ty::STRING => Fit::Converted,
            _ if members.iter().any(|&m| self.same(own, m, span) == Fit::Same) => Fit::Converted,
            _ => match self.kind(own).clone() {
                TyKind::Optional(inner) => match self.fits(inner, Ty::JSON, span) {
                    Fit::No => Fit::No,
                    _ => Fit::Converted,
                },
                TyKind::Union(parts)
                    if parts.iter().all(|&part| self.fits(part, Ty::JSON, span) != Fit::No) =>
                {
                    Fit::Converted
                }
                _ => Fit::No,
            },
        }
    }

    pub(super) fn json_members(&mut self) -> [Ty; 7] {
        let list = self.c.store.list(Ty::JSON);
        let map = self.c.store.intern(TyKind::Map(Ty::STRING, Ty::JSON));
        [list, map, Ty::NULL, Ty::BOOL, Ty::INT, Ty::FLOAT, Ty::STRING]
    }

    fn fits_optional(&mut self, own: Ty, wanted: Ty, inner: Ty, span: Span) -> Fit {
        if own == Ty::NULL {
            return Fit::Converted;
        }
        if let TyKind::Optional(own_inner) = *self.kind(own) {
            let at = self.here(span);
            if self.c.attempt(|c| c.unify(own_inner, inner, at)) {
                return Fit::Same;
            }
            return match self.fits(own_inner, inner, span) {
                fit @ (Fit::No | Fit::Enters) => fit,
                _ => Fit::Converted,
            };
        }
        debug_assert!(own != wanted);
        match self.fits(own, inner, span) {
            fit @ (Fit::No | Fit::Enters) => fit,
            _ => Fit::Converted,
        }
    }

    fn fits_union(&mut self, own: Ty, members: &[Ty], span: Span) -> Fit {
        if members.contains(&own) {
            return Fit::Converted;
        }
        if let Some(fit) = self.fits_refined_union(own, members) {
            return fit;
        }
        if let TyKind::Union(parts) = self.kind(own).clone() {
            let all = parts.iter().all(|part| members.contains(part));
            return if all { Fit::Converted } else { Fit::No };
        }
        if !self.c.store.flags(own).any(TyFlags::INFER)
            && !self.c.store.flags(own).any(TyFlags::FN)
            && !members.iter().any(|&m| self.c.store.flags(m).any(TyFlags::INFER))
        {
            return Fit::No;
        }
        let fit = members.iter().find(|&&m| self.same(own, m, span) == Fit::Same);
        if fit.is_some() { Fit::Converted } else { Fit::No }
    }

    /// Whether containers of one kind and of known types have elements of which one is never the other.
    fn elements_differ(&mut self, own: Ty, wanted: Ty, span: Span) -> bool {
        let open = |ty: Ty| self.c.store.flags(ty).any(TyFlags::INFER);
        if open(own) || open(wanted) {
            return false;
        }
        let pairs = match (self.kind(own), self.kind(wanted)) {
            (&TyKind::List(a), &TyKind::List(b)) | (&TyKind::Set(a), &TyKind::Set(b)) => {
                vec![(a, b)]
            }
            (&TyKind::Map(ka, va), &TyKind::Map(kb, vb)) => vec![(ka, kb), (va, vb)],
            _ => return false,
        };
        pairs.into_iter().any(|(a, b)| matches!(self.fits(a, b, span), Fit::No))
    }

    /// Reports that `expr` of type `own` stands where `wanted` is expected, with the advice for this pair.
    pub(super) fn mismatch(&mut self, expr: ExprId, own: Ty, wanted: Ty) {
        let at = self.at(expr);
        let (own, wanted) = (self.c.zonk(own), self.c.zonk(wanted));
        let flags = |ty: Ty| self.c.store.flags(ty).any(TyFlags::ERROR);
        if flags(own) || flags(wanted) {
            return;
        }
        if wanted == Ty::ANY && self.refuse_sealed(own, expr) {
            return;
        }
        let (found, expected) = (self.c.show(own), self.c.show(wanted));
        let diagnostic = match (self.kind(own), self.kind(wanted)) {
            (TyKind::Optional(inner), _) if *inner == wanted => {
                d::optional_as_value(at, &expected, &found)
            }
            (TyKind::Int, TyKind::Float) => d::int_as_float(at),
            (TyKind::Float, TyKind::Int) => d::float_as_int(at),
            (TyKind::Enum(id, args), _)
                if *id == self.hir.well_known.result && args.first() == Some(&wanted) =>
            {
                d::result_as_value(at, &expected, &found)
            }
            (_, TyKind::Object(traits)) => {
                let traits = traits.clone();
                self.lacks_object(at, own, &traits, &expected, &found)
            }
            (TyKind::Any | TyKind::Json, _) => d::dynamic_as_value(at, &expected, &found),
            (TyKind::List(_), TyKind::List(_))
            | (TyKind::Map(..), TyKind::Map(..))
            | (TyKind::Set(_), TyKind::Set(_)) => {
                let is_literal = matches!(
                    self.body.exprs[expr].kind,
                    ExprKind::List(_) | ExprKind::Map(_) | ExprKind::Set(_)
                );
                if self.elements_differ(own, wanted, at.span) {
                    d::other_elements(at, &expected, &found, is_literal)
                } else if is_literal {
                    d::mismatch(at, &expected, &found)
                } else {
                    d::container_invariant(at, &expected, &found)
                }
            }
            (TyKind::Null, _) if matches!(self.body.exprs[expr].kind, ExprKind::Lit(Lit::Null)) => {
                d::null_as_value(at, &expected)
            }
            (TyKind::Null, _)
                if matches!(self.body.exprs[expr].kind, ExprKind::If { otherwise: None, .. }) =>
            {
                d::if_without_else(at, &expected)
            }
            (_, TyKind::Null) => d::value_after_null(at, &expected, &found),
            _ => d::mismatch(at, &expected, &found),
        };
        self.report(diagnostic);
    }
}

/// How a value meets its context.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fit {
    Same,
    Converted,
    /// The value enters a refined type: its condition must hold.
    Enters,
    No,
}
