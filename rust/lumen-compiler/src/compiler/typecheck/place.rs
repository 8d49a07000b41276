//! Assignment: `place = value`, `place op= value`, where a place is a local and a path into its value.
//!
//! The local keeps its declared type; each step of the path must select something that can be replaced: a record
//! field, a tuple position, a list element, a map entry. `m[k] = v` inserts; a path through `m[k]` needs the key.

use super::body::{BodyCx, Want};
use super::coerce::Fit;
use super::diagnostics as d;
use super::tables::PlaceStepInfo;
use super::types::{Ty, TyKind};
use crate::compiler::hir::{BinOp, Bound, Bounds, ExprId, Place, PlaceStep};
use lumen_base::Span;

impl BodyCx<'_, '_> {
    pub(super) fn assign(&mut self, place: &Place, op: Option<(BinOp, Span)>, value: ExprId) {
        let declared = self.local_ty(place.local);
        let Some(target) = self.place_type(place, declared, op.is_some(), value) else {
            self.infer(value);
            self.after_assignment(place);
            return;
        };
        if let Some((op, span)) = op {
            let current = if place.path.is_empty() {
                self.flow.get(place.local, &[]).unwrap_or(target)
            } else {
                target
            };
            let current = self.widened(current);
            let result = self.compound(op, span, current, value, value);
            let result = self.c.zonk(result);
            let fit = self.fits(result, target, span);
            if fit == Fit::Enters {
                let target = self.c.zonk(target);
                self.out.refine_result.insert(value, target);
            }
            if fit == Fit::No {
                let (found, wanted) = (self.c.show(result), self.c.show(target));
                let at = self.here(span);
                self.report(d::mismatch(at, &wanted, &found));
            }
            self.after_assignment(place);
            return;
        }
        let own = self.expr(value, Want::Ty(target));
        self.coerce(value, own, target);
        self.after_assignment(place);
    }

    /// Facts about the local end.
    fn after_assignment(&mut self, place: &Place) {
        self.flow.log_assignment(place.local);
        self.forget(place.local);
    }

    /// The type of the place, after checking its path.
    fn place_type(
        &mut self,
        place: &Place,
        declared: Ty,
        reads: bool,
        value: ExprId,
    ) -> Option<Ty> {
        if place.path.is_empty() {
            return Some(declared);
        }
        let mut steps = Vec::with_capacity(place.path.len());
        let narrowed = self.flow.get(place.local, &[]).unwrap_or(declared);
        let mut at = self.c.zonk(narrowed);
        let mut fine = true;
        for (i, step) in place.path.iter().enumerate() {
            if !fine {
                if let PlaceStep::Index { index, .. } = step {
                    self.infer(*index);
                }
                continue;
            }
            let last = i + 1 == place.path.len();
            at = self.widened(at);
            match self.place_step(at, step, last && !reads) {
                Some((info, next)) => {
                    steps.push(info);
                    at = self.c.zonk(next);
                }
                None => fine = false,
            }
        }
        self.out.places.insert(value, steps.into_boxed_slice());
        fine.then_some(at)
    }

    fn place_step(
        &mut self,
        container: Ty,
        step: &PlaceStep,
        replaces: bool,
    ) -> Option<(PlaceStepInfo, Ty)> {
        let info = |field: u32| PlaceStepInfo { container, field };
        match step {
            PlaceStep::Field { name, span } => match self.kind(container).clone() {
                TyKind::Record(record, args) => match self.field_index(record, *name) {
                    Some(at) => Some((info(at), self.field_ty(record, &args, at))),
                    None if self.is_closed(record) => {
                        self.opened(record, *span);
                        None
                    }
                    None => {
                        let (here, shown) = (self.here(*span), self.c.show(container));
                        let text = self.c.names.resolve(*name);
                        let fields = self.hir.records[record].fields.iter();
                        let names: Vec<&str> =
                            fields.map(|field| self.c.names.resolve(field.name)).collect();
                        self.report(d::unknown_field(here, text, &shown, &names, false, None));
                        None
                    }
                },
                _ => self.no_place(container, *span, "field"),
            },
            PlaceStep::TupleField { index, span } => match self.kind(container) {
                TyKind::Tuple(parts) => match parts.get(*index as usize) {
                    Some(&ty) => Some((info(*index), ty)),
                    None => {
                        let (n, here) = (parts.len(), self.here(*span));
                        self.report(d::tuple_index(here, *index, n));
                        None
                    }
                },
                _ => self.no_place(container, *span, "position"),
            },
            PlaceStep::Index { index, span } => match *self.kind(container) {
                TyKind::List(elem) => {
                    self.check(*index, Ty::INT);
                    Some((info(0), elem))
                }
                TyKind::Map(key, value) => {
                    let at = self.at(*index);
                    self.c.require(key, Bound::Builtin(Bounds::EQ), at);
                    let _ = replaces;
                    self.check(*index, key);
                    Some((info(0), value))
                }
                _ => {
                    self.infer(*index);
                    self.no_place(container, *span, "index")
                }
            },
        }
    }

    fn no_place(
        &mut self,
        container: Ty,
        span: Span,
        what: &'static str,
    ) -> Option<(PlaceStepInfo, Ty)> {
        let at = self.here(span);
        let diagnostic = match self.kind(container) {
            TyKind::Error | TyKind::Never => return None,
            TyKind::Infer(_) => d::annotate(at),
            TyKind::Optional(_) => {
                let shown = self.c.show(container);
                d::optional_access(at, at, &shown)
            }
            _ => {
                let shown = self.c.show(container);
                d::not_assignable(at, &shown, what)
            }
        };
        self.report(diagnostic);
        None
    }
}
