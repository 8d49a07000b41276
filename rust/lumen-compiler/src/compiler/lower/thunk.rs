//! Code to be run while the program is compiled: one cell with its arguments, as the entry of a module of its own.
//!
//! (Program, cell, type arguments, scalar arguments) → module. Constants that are not known yet are called where they
//! are used: there are no globals, since nothing computes them first.

use super::{Lower, Options};
use crate::compiler::hir::{CellId, Hir};
use crate::compiler::lower::value::Val;
use crate::compiler::typecheck::tables::TypeTables;
use crate::compiler::typecheck::types::Ty;
use lumen_base::{Diagnostic, Interner, SourceMap};
use lumen_lir::{Datum, Module};

/// What to run.
pub struct Thunk<'t> {
    pub cell: CellId,
    pub type_args: &'t [Ty],
    /// Scalars and texts, of these types.
    pub args: &'t [(Datum, Ty)],
}

/// The module that runs a thunk and returns its value.
pub fn thunk(
    hir: &Hir,
    tables: &mut TypeTables,
    names: &Interner,
    sources: &SourceMap,
    thunk: &Thunk<'_>,
) -> Result<Module, Vec<Diagnostic>> {
    let options = Options { calls_constants: true, ..Options::default() };
    super::with(hir, tables, names, sources, options, &[thunk.cell], |p| {
        let entry = p.thunk(thunk);
        p.drain();
        p.complete();
        entry
    })
    .map(|(mut module, entry)| {
        module.entry = Some(entry);
        module
    })
}

impl Lower<'_> {
    fn thunk(&mut self, thunk: &Thunk<'_>) -> lumen_lir::CellId {
        let cell = thunk.cell;
        let name = self.cell_name(cell);
        let (mut fx, job, ret) = self.start_entry(name, cell, thunk.type_args);
        let args: Vec<Val> = thunk.args.iter().map(|(datum, ty)| fx.datum(datum, *ty)).collect();
        let v = fx.call_with(cell, thunk.type_args, &args, None);
        fx.leave_with(v, ret);
        fx.close_cell(&job, ret);
        job.id
    }
}
