//! `@test` cells as tests: each is entered alone, under every engine, and passes when it returns.

use crate::oracle::{Actual, Engines, Oracle, agreed, compiled, run};
use crate::snapshots::{Ear, Snapshots, Texts};
use crate::suite::Document;
use lumen_compiler::compilation::{Goal, Part};
use lumen_lir::{CellId, Module, Verified, verify};
use lumen_vm::Limits;

/// One `@test` cell of a document.
#[derive(Clone, Debug)]
pub struct CellTest {
    /// `path cell`.
    pub name: String,
    /// The cell.
    pub cell_name: String,
    cell: CellId,
    module: Verified<Module>,
    document: Document,
}

/// The `@test` cells of a document's program; the text says why it does not compile.
pub fn cell_tests(document: &Document) -> Result<Vec<CellTest>, String> {
    let out = match compiled(document, Part::Program, Goal::Tests) {
        Ok(out) => out,
        Err(Actual::Rejected(_, report) | Actual::Bug(report)) => return Err(report),
        Err(_) => return Ok(Vec::new()),
    };
    let Some(module) = out.module else { return Ok(Vec::new()) };
    let tests = out.tests.into_iter().map(|cell| {
        let cell_name = module.get().cells[cell.index()].name.clone();
        let name = format!("{} {cell_name}", document.name);
        CellTest { name, cell_name, cell, module: module.clone(), document: document.clone() }
    });
    Ok(tests.collect())
}

/// A module that begins with one of its cells.
pub(crate) fn entered_at(
    module: &Verified<Module>,
    cell: CellId,
) -> Result<Verified<Module>, String> {
    let mut module = module.get().clone();
    module.entry = Some(cell);
    verify(module).map_err(|rejected| {
        let violations: Vec<String> = rejected.violations.iter().map(ToString::to_string).collect();
        format!("{}\n", violations.join("\n"))
    })
}

impl CellTest {
    /// Runs the cell under all engines, with the snapshots that were accepted. Gives those of this run; the text says
    /// what went wrong.
    pub fn check(
        &self,
        (limits, engines): (&Limits, Engines),
        accepted: &Texts,
        mode: Snapshots,
    ) -> Result<Texts, String> {
        let module =
            entered_at(&self.module, self.cell).map_err(|text| format!("{}\n{text}", self.name))?;
        let ear = Ear::new(accepted.clone(), mode);
        let scene = (limits, &self.document);
        let actual = run(module.clone(), Oracle::Interp, scene, ear.clone());
        agreed(&self.name, &module, &actual, (scene, engines), &ear)?;
        match actual {
            Actual::Printed(_) | Actual::Compiled => Ok(ear.seen()),
            Actual::Failed { output, text, .. } if output.is_empty() => {
                Err(format!("{}\n{text}", self.name))
            }
            Actual::Failed { output, text, .. } => {
                Err(format!("{}\nit printed:\n{output}and failed:\n{text}", self.name))
            }
            Actual::Rejected(_, report) | Actual::Bug(report) => {
                Err(format!("{}\n{report}", self.name))
            }
        }
    }
}
