//! Literals that enter a refined type: the condition is decided now.
//!
//! It holds: nothing is left to check at run time. It does not: an error. It needs too long: run time decides.

use super::{Comptime, diagnostics, literal_datum};
use crate::compiler::hir::{AliasId, CellBody, CellId, ExprId, ExprKind};
use crate::compiler::lower::Thunk;
use crate::compiler::typecheck::types::{Ty, TyFlags, TyKind};
use crate::evaluate::Evaluation;
use lumen_base::FileSpan;
use lumen_lir::Datum;
use rustc_hash::FxHashMap;

/// Most conditions that are decided: the others are left to the run.
const MOST: usize = 10_000;

/// A condition, its type arguments and the value it is asked about.
type Question = (AliasId, Box<[Ty]>, Datum);

impl Comptime<'_> {
    /// Decides the conditions of all literals.
    pub(super) fn literals(&mut self) {
        let mut known: FxHashMap<Question, Option<bool>> = FxHashMap::default();
        for cell in self.hir.cells.ids() {
            for (expr, datum, own, target) in self.entering(cell) {
                self.literal(cell, expr, (datum, own), target, &mut known);
            }
        }
    }

    /// The literals of a body that enter a refined type, which has no open parameters.
    fn entering(&self, cell: CellId) -> Vec<(ExprId, Datum, Ty, Ty)> {
        let decl = &self.hir.cells[cell];
        let (CellBody::Lumen(body), Some(typed)) = (&decl.body, self.tables.bodies.get(cell))
        else {
            return Vec::new();
        };
        if typed.refine.is_empty() || self.hir.modules[decl.module].is_std {
            return Vec::new();
        }
        let mut found = Vec::new();
        for (id, expr) in body.exprs.iter() {
            let Some(&target) = typed.refine.get(&id) else { continue };
            let (lit, negative) = match &expr.kind {
                ExprKind::Lit(lit) => (lit, false),
                ExprKind::Neg(inner) => match &body.exprs[*inner].kind {
                    ExprKind::Lit(lit) => (lit, true),
                    _ => continue,
                },
                _ => continue,
            };
            let own = typed.ty(id);
            let datum = match literal_datum(lit, negative) {
                Some(Datum::Int(value)) if own == Ty::FLOAT => {
                    Datum::Float((value as f64).to_bits())
                }
                Some(datum) => datum,
                None => continue,
            };
            if !self.tables.store.flags(target).any(TyFlags::PARAM) {
                found.push((id, datum, own, target));
            }
        }
        found
    }

    fn literal(
        &mut self,
        cell: CellId,
        expr: ExprId,
        (datum, own): (Datum, Ty),
        target: Ty,
        known: &mut FxHashMap<Question, Option<bool>>,
    ) {
        let mut at = target;
        if let TyKind::Optional(inner) = *self.tables.store.kind(at) {
            at = inner;
        }
        let mut conditions = Vec::new();
        while let TyKind::Refined { alias, args, base } = self.tables.store.kind(at).clone() {
            conditions.push((alias, args));
            at = base;
        }
        let CellBody::Lumen(body) = &self.hir.cells[cell].body else { return };
        let file = self.hir.modules[self.hir.cells[cell].module].file;
        let span = body.exprs[expr].span.in_file(file);
        let mut proved = !conditions.is_empty();
        for (alias, args) in conditions.into_iter().rev() {
            let question = (alias, args, datum.clone());
            let answer = match known.get(&question) {
                Some(&answer) => answer,
                None if known.len() >= MOST => None,
                None => {
                    let answer = self.holds(&question, own, span);
                    known.insert(question, answer);
                    answer
                }
            };
            match answer {
                Some(true) => {}
                Some(false) => {
                    self.violated(alias, &datum, span);
                    return;
                }
                None => proved = false,
            }
        }
        if proved && let Some(typed) = self.tables.bodies.get_mut(cell) {
            typed.refine.remove(&expr);
        }
    }

    /// Whether a condition holds; nothing when that cannot be said now.
    fn holds(&mut self, (alias, args, datum): &Question, own: Ty, at: FileSpan) -> Option<bool> {
        let (cell, _) = self.hir.aliases[*alias].check?;
        let given = [(datum.clone(), own)];
        let thunk = Thunk { cell, type_args: args, args: &given };
        match self.evaluate(&thunk, at)? {
            Evaluation::Value(Some(Datum::Bool(answer))) => Some(answer),
            Evaluation::Failed { message, at: place } => {
                let name = self.names.resolve(self.hir.aliases[*alias].name);
                let place = place.and_then(|place| self.place(place));
                self.diags.push(diagnostics::failed(at, name, &message, place));
                None
            }
            _ => None,
        }
    }

    fn violated(&mut self, alias: AliasId, datum: &Datum, at: FileSpan) {
        let declared = &self.hir.aliases[alias];
        let Some((_, span)) = declared.check else { return };
        let value = match datum {
            Datum::Int(value) => value.to_string(),
            Datum::Float(bits) => format!("{:?}", f64::from_bits(*bits)),
            Datum::Bool(value) => value.to_string(),
            Datum::Str(text) => format!("{text:?}"),
            _ => "this value".to_owned(),
        };
        let condition = span.in_file(self.hir.modules[declared.module].file);
        let name = self.names.resolve(declared.name);
        self.diags.push(diagnostics::violation(at, name, &value, condition));
    }
}
