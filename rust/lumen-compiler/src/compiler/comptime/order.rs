//! Constants in an order in which each comes after those that it needs.
//!
//! Edges lead from a cell to the cells it names or calls, and to the initialisers of constants. Constants that need
//! themselves were reported by name resolution. Without recursion.

use crate::compiler::hir::{CellBody, CellId, ConstId, ExprKind, Hir};
use crate::compiler::typecheck::tables::{Target, TypeTables};
use rustc_hash::FxHashMap;

/// All constants, those that others need first.
pub(super) fn constants(hir: &Hir, tables: &TypeTables) -> Vec<ConstId> {
    let mut of_init: FxHashMap<CellId, ConstId> = FxHashMap::default();
    for (id, constant) in hir.consts.iter() {
        of_init.insert(constant.init, id);
    }
    let mut order = Vec::with_capacity(hir.consts.len());
    let mut seen = vec![false; hir.cells.len()];
    for constant in hir.consts.values() {
        let mut work = vec![(constant.init, false)];
        while let Some((cell, left)) = work.pop() {
            if left {
                order.extend(of_init.get(&cell));
                continue;
            }
            if std::mem::replace(&mut seen[cell.index()], true) {
                continue;
            }
            work.push((cell, true));
            work.extend(named(hir, tables, cell).into_iter().map(|next| (next, false)));
        }
    }
    order
}

/// Whether a constant needs one of `others`, directly or not.
pub(super) fn needs_any(hir: &Hir, tables: &TypeTables, id: ConstId, others: &[ConstId]) -> bool {
    if others.is_empty() {
        return false;
    }
    let is_other = |cell: CellId| others.iter().any(|&other| hir.consts[other].init == cell);
    let mut seen = vec![false; hir.cells.len()];
    let mut work = vec![hir.consts[id].init];
    while let Some(cell) = work.pop() {
        if is_other(cell) {
            return true;
        }
        if !std::mem::replace(&mut seen[cell.index()], true) {
            work.extend(named(hir, tables, cell));
        }
    }
    false
}

/// The cells that a cell's body names or calls.
fn named(hir: &Hir, tables: &TypeTables, cell: CellId) -> Vec<CellId> {
    let CellBody::Lumen(body) = &hir.cells[cell].body else { return Vec::new() };
    let typed = tables.bodies.get(cell);
    let mut found = Vec::new();
    for (id, expr) in body.exprs.iter() {
        match expr.kind {
            ExprKind::Cell(cell) | ExprKind::NestedCell { cell, .. } => found.push(cell),
            ExprKind::Const(constant) => found.push(hir.consts[constant].init),
            _ => {}
        }
        let Some(typed) = typed else { continue };
        let called = typed.calls.get(&id).map(|call| call.target);
        let value = typed.fn_values.get(&id).map(|value| value.target);
        found.extend(called.into_iter().chain(value).filter_map(|target| match target {
            Target::Cell(cell) => Some(cell),
            _ => None,
        }));
    }
    found
}
