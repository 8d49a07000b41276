//! Calls of a trait's methods: which cell they mean for the types of an instance.
//!
//! (Method of a trait, type arguments with `Self` first) → (cell, its type arguments). Every call of a cell asks here, so
//! that nothing of traits is left in LIR.

use super::{Lower, limits};
use crate::compiler::hir::{Bounds, CellId, CellOrigin, Hir};
use crate::compiler::typecheck::tables::TypeTables;
use crate::compiler::typecheck::types::{Ty, TyKind};
use lumen_base::sym;

impl Lower<'_> {
    /// The cell that is called, with its type arguments. Cells that are no method of a trait stand for themselves; a
    /// method that no impl writes is the trait's own body.
    pub(super) fn implementation(
        &mut self,
        cell: CellId,
        type_args: Box<[Ty]>,
    ) -> (CellId, Box<[Ty]>) {
        let hir = self.hir;
        let CellOrigin::Trait(of) = hir.cells[cell].origin else { return (cell, type_args) };
        let Some((&own, rest)) = type_args.split_first() else { return (cell, type_args) };
        let own = match self.types.kind(own) {
            TyKind::Refined { .. } => self.types.store.erased(own),
            _ => own,
        };
        if self.dispatches(cell, &type_args) {
            return (cell, type_args);
        }
        let found = self.tables.impls.find(&self.types.store, of, own);
        let Some((id, args)) = found else {
            if hir.traits[of].builtin == Bounds::default() {
                let at = hir.cells[cell].name_span.in_file(self.file_of(cell));
                let name = self.cell_name(cell);
                self.errors.push(limits::confused(at, &name, "no impl fits its type"));
            }
            return (cell, type_args);
        };
        let at = hir.traits[of].methods.iter().position(|&method| method == cell);
        let methods = self.tables.impls.info(id).map(|info| &info.methods);
        let target =
            at.and_then(|at| methods.and_then(|methods| methods.get(at).copied().flatten()));
        let Some(target) = target else { return (cell, type_args) };
        // Row variables come last and have no representation: how many there are may differ.
        let n = hir.cells[target].type_params.len();
        let own_args = args.iter().copied().chain(rest.iter().copied());
        let filled = own_args.chain(std::iter::repeat(Ty::ERROR)).take(n).collect();
        (target, filled)
    }
}

/// The cells that operators and texts may call though no expression names them: methods of `Ord` and `Show` that a
/// program implements, and what std has for containers of such values.
pub(super) fn hidden_roots(hir: &Hir, tables: &TypeTables) -> Vec<CellId> {
    let mut roots = Vec::new();
    let texts = [sym::LIST_TEXT, sym::SET_TEXT, sym::MAP_TEXT];
    let orders = [sym::LIST_COMPARE, sym::SORT_ORDERED, sym::SORT_KEYED_ORDERED];
    for (of, names) in [(hir.well_known.show, texts), (hir.well_known.ord, orders)] {
        let Some(of) = of.filter(|&of| tables.impls.has_any(of)) else { continue };
        roots.extend_from_slice(&hir.traits[of].methods);
        let named = names.iter().filter_map(|name| hir.builtins.get(name));
        roots.extend(named.flatten().map(|(_, cell)| *cell));
    }
    roots
}
