//! Calls of a trait's methods: which cell they mean for the types of an instance.
//!
//! (Method of a trait, type arguments with `Self` first) → (cell, its type arguments). Every call of a cell asks here, so
//! that nothing of traits is left in LIR.

use super::{Lower, limits};
use crate::compiler::hir::{Bounds, CellId, CellOrigin};
use crate::compiler::typecheck::types::{Ty, TyKind};

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
