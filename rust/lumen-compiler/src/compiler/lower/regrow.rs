//! `u.items = u.items.append(x)`: a part that grows from itself grows in place.
//!
//! Input: an assignment to a part whose value begins with that very part. Output: the part is taken out of the value
//! (an empty one takes its place), changed where it is alone, and put back.
//!
//! Invariant: between taking out and putting back nothing reads the local, and control does not stay in its scope on
//! another way: the rest of the value is made of simple expressions that do not mention it.

use super::fx::Fx;
use crate::compiler::hir::{self, BinOp, ExprId, ExprKind, Lit, LocalId, PlaceStep};
use crate::compiler::typecheck::tables::{ArgSource, Target};

/// Expressions looked at.
const SIZE: u32 = 48;

impl<'a> Fx<'_, 'a> {
    /// The expression inside `value` that reads the place and that everything else is built on.
    pub(super) fn grows_from(&self, place: &'a hir::Place, value: ExprId) -> Option<ExprId> {
        if !self.typed().is_plain(value) {
            return None;
        }
        let body = self.body();
        let mut size = SIZE;
        match &body.exprs[value].kind {
            ExprKind::Binary { op: BinOp::Concat | BinOp::Add, lhs, rhs, .. } => {
                let fits =
                    self.reads_place(*lhs, place) && self.is_apart(*rhs, place.local, &mut size);
                fits.then_some(*lhs)
            }
            ExprKind::Call { .. } | ExprKind::MethodCall { .. } => {
                let call = self.typed().call(value)?;
                if call.optional || !matches!(call.target, Target::Cell(_)) {
                    return None;
                }
                let (first, rest) = call.args.split_first()?;
                let ArgSource::Expr(first) = first else { return None };
                let apart = rest.iter().all(|source| match source {
                    ArgSource::Expr(e) => self.is_apart(*e, place.local, &mut size),
                    ArgSource::Default(_) => false,
                    ArgSource::Variadic(_) => false,
                });
                (apart && self.reads_place(*first, place)).then_some(*first)
            }
            _ => None,
        }
    }

    /// Whether an expression reads exactly this place.
    fn reads_place(&self, mut e: ExprId, place: &hir::Place) -> bool {
        let body = self.body();
        for step in place.path.iter().rev() {
            if !self.typed().is_plain(e) {
                return false;
            }
            match (step, &body.exprs[e].kind) {
                (
                    PlaceStep::Field { name, .. },
                    ExprKind::Field { base, name: read, optional: false, .. },
                ) if name == read => {
                    e = *base;
                }
                (
                    PlaceStep::TupleField { index, .. },
                    ExprKind::TupleField { base, index: read, optional: false, .. },
                ) if index == read => {
                    e = *base;
                }
                (
                    PlaceStep::Index { index, .. },
                    ExprKind::Index { base, index: read, optional: false },
                ) if self.same_index(*index, *read, place.local) => {
                    e = *base;
                }
                _ => return false,
            }
        }
        matches!(body.exprs[e].kind, ExprKind::Local(local) if local == place.local)
    }

    /// Whether two indexes are the same constant or the same immutable local.
    fn same_index(&self, a: ExprId, b: ExprId, place: LocalId) -> bool {
        let body = self.body();
        match (&body.exprs[a].kind, &body.exprs[b].kind) {
            (ExprKind::Lit(Lit::Int(a)), ExprKind::Lit(Lit::Int(b))) => a == b,
            (ExprKind::Local(a), ExprKind::Local(b)) => a == b && *a != place,
            _ => false,
        }
    }

    /// Whether an expression is simple and does not mention `local`.
    fn is_apart(&self, e: ExprId, local: LocalId, size: &mut u32) -> bool {
        let Some(left) = size.checked_sub(1) else { return false };
        *size = left;
        let body = self.body();
        match &body.exprs[e].kind {
            ExprKind::Lit(_) | ExprKind::Const(_) | ExprKind::Variant(_) => true,
            ExprKind::Local(other) => *other != local,
            ExprKind::Field { base, .. } | ExprKind::TupleField { base, .. } => {
                self.is_apart(*base, local, size)
            }
            ExprKind::Neg(inner) | ExprKind::Not(inner) | ExprKind::BitNot(inner) => {
                self.is_apart(*inner, local, size)
            }
            ExprKind::Binary { lhs, rhs, .. } | ExprKind::Compare { lhs, rhs, .. } => {
                self.is_apart(*lhs, local, size) && self.is_apart(*rhs, local, size)
            }
            ExprKind::Index { base, index, .. } => {
                self.is_apart(*base, local, size) && self.is_apart(*index, local, size)
            }
            ExprKind::Tuple(items) => items.iter().all(|&e| self.is_apart(e, local, size)),
            ExprKind::List(items) => items.iter().all(|i| self.is_apart(i.value, local, size)),
            ExprKind::Interp(parts) => parts.iter().all(|part| match part {
                hir::InterpPart::Text(_) => true,
                hir::InterpPart::Value { expr, .. } => self.is_apart(*expr, local, size),
            }),
            ExprKind::Call { .. } | ExprKind::MethodCall { .. } => {
                let Some(call) = self.typed().call(e) else { return false };
                !matches!(call.target, Target::Value | Target::FieldValue { .. })
                    && call.args.iter().all(|source| match source {
                        ArgSource::Expr(e) => self.is_apart(*e, local, size),
                        ArgSource::Default(_) => true,
                        ArgSource::Variadic(items) => {
                            items.iter().all(|i| self.is_apart(i.0, local, size))
                        }
                    })
            }
            _ => false,
        }
    }
}
