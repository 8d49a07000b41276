//! The name of a cell where a function of another shape is wanted: `words.map(parse_int)`, `xs.for_each(print)`.
//!
//! A cell and the wanted function type → the parameters of the function that the name stands for. It leaves out the
//! parameters whose default is a literal, gives what is left to a variadic parameter, and takes anything where the
//! cell takes `Any`. Lowering makes the function in between (`lower/adapt.rs`).

use super::body::{BodyCx, Want};
use super::types::{Ty, TyKind};
use crate::compiler::hir::{CellId, ExprId, ExprKind};

impl BodyCx<'_, '_> {
    /// The parameters that the cell's name has here; `own` are those of the cell.
    pub(super) fn adapted(
        &self,
        expr: ExprId,
        cell: CellId,
        own: Box<[Ty]>,
        want: Want,
    ) -> Box<[Ty]> {
        if !matches!(self.node(expr).kind, ExprKind::Cell(_) | ExprKind::Builtin(_)) {
            return own;
        }
        let wanted = self.wanted_part(want, |kind| match kind {
            TyKind::Fn { params, .. } => Some(params.clone()),
            _ => None,
        });
        let adapted = wanted.and_then(|wanted| self.adapted_to(cell, &own, &wanted));
        adapted.unwrap_or(own)
    }

    fn adapted_to(&self, cell: CellId, own: &[Ty], wanted: &[Ty]) -> Option<Box<[Ty]>> {
        let params = &self.hir.cells[cell].params;
        let rest = params.last().filter(|last| last.variadic).and_then(|_| own.last());
        let rest = match rest.map(|&list| self.kind(list)) {
            Some(TyKind::List(elem)) => Some(*elem),
            _ => None,
        };
        let fixed = if rest.is_some() { own.len() - 1 } else { own.len() };
        let left_out = params.get(wanted.len()..fixed).unwrap_or_default();
        if !left_out
            .iter()
            .all(|param| param.default.is_some_and(|d| self.hir.cells[d].is_literal()))
        {
            return None;
        }
        let fitting = wanted.iter().enumerate().map(|(i, &wanted)| {
            let takes = if i < fixed { own[i] } else { rest? };
            let wanted = self.shallow(wanted);
            let as_wanted = takes == Ty::ANY && !matches!(self.kind(wanted), TyKind::Infer(_));
            Some(if as_wanted { wanted } else { takes })
        });
        fitting.collect()
    }
}
