//! In which order bodies are checked: a cell whose result is inferred comes after the cells it refers to.
//!
//! HIR → cell ids. References by method name count for every cell of that name, so the order is a good guess;
//! `Checker::ensure_ret` settles the rest. Iterative: chains of calls may be as long as the program.

use crate::compiler::hir::{CellBody, CellId, CellOrigin, ExprKind, Hir};
use lumen_base::Symbol;
use rustc_hash::FxHashMap;

/// Every cell with a body that is not nested: first those with an inferred result, callees before callers.
pub(super) fn inferred_first(hir: &Hir) -> Vec<CellId> {
    let mut by_name: FxHashMap<Symbol, Vec<CellId>> = FxHashMap::default();
    let mut inferred = Vec::new();
    for (id, cell) in hir.cells.iter() {
        let asks = match cell.origin {
            CellOrigin::Const => true,
            CellOrigin::TopLevel | CellOrigin::Method => cell.ret.is_none(),
            _ => false,
        };
        if asks && matches!(cell.body, CellBody::Lumen(_)) {
            by_name.entry(cell.name).or_default().push(id);
            inferred.push(id);
        }
    }
    let mut order = Walk { hir, by_name, state: vec![false; hir.cells.len()], order: Vec::new() };
    for id in inferred {
        order.visit(id);
    }
    let Walk { mut order, state, .. } = order;
    for (id, cell) in hir.cells.iter() {
        if !state[id.index()] && !matches!(cell.origin, CellOrigin::Nested) {
            order.push(id);
        }
    }
    order
}

struct Walk<'a> {
    hir: &'a Hir,
    by_name: FxHashMap<Symbol, Vec<CellId>>,
    state: Vec<bool>,
    order: Vec<CellId>,
}

impl Walk<'_> {
    /// Post-order over the cells with inferred results that `start` reaches.
    fn visit(&mut self, start: CellId) {
        if std::mem::replace(&mut self.state[start.index()], true) {
            return;
        }
        let mut stack = vec![(start, self.references(start))];
        while let Some((cell, left)) = stack.last_mut() {
            match left.pop() {
                Some(next) => {
                    if !std::mem::replace(&mut self.state[next.index()], true) {
                        stack.push((next, self.references(next)));
                    }
                }
                None => {
                    self.order.push(*cell);
                    stack.pop();
                }
            }
        }
    }

    fn references(&self, cell: CellId) -> Vec<CellId> {
        let mut found = Vec::new();
        let CellBody::Lumen(body) = &self.hir.cells[cell].body else { return found };
        for expr in body.exprs.values() {
            match &expr.kind {
                ExprKind::Cell(id) => self.note(*id, &mut found),
                ExprKind::Const(id) => self.note(self.hir.consts[*id].init, &mut found),
                ExprKind::MethodCall { name, .. } => {
                    let named = self.by_name.get(name).map_or(&[][..], Vec::as_slice);
                    found.extend_from_slice(named);
                }
                _ => {}
            }
        }
        found
    }

    fn note(&self, id: CellId, found: &mut Vec<CellId>) {
        let cell = &self.hir.cells[id];
        if self.by_name.get(&cell.name).is_some_and(|ids| ids.contains(&id)) {
            found.push(id);
        }
    }
}
