//! `@test` cells as tests: each is entered alone, under every engine, and passes when it returns.

use crate::oracle::{Actual, Oracle, agreed, compiled, run};
use crate::suite::Document;
use lumen_compiler::compilation::{Goal, Part};
use lumen_lir::{CellId, Module, Verified, verify};

/// One `@test` cell of a document.
#[derive(Clone, Debug)]
pub struct CellTest {
    /// `path cell`.
    pub name: String,
    cell: CellId,
    module: Verified<Module>,
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
        let name = &module.get().cells[cell.index()].name;
        CellTest { name: format!("{} {name}", document.name), cell, module: module.clone() }
    });
    Ok(tests.collect())
}

impl CellTest {
    /// Runs the cell under all engines; the text says what went wrong.
    pub fn check(&self) -> Result<(), String> {
        let mut module = self.module.get().clone();
        module.entry = Some(self.cell);
        let module = verify(module).map_err(|rejected| {
            let violations: Vec<String> =
                rejected.violations.iter().map(ToString::to_string).collect();
            format!("{}\n{}\n", self.name, violations.join("\n"))
        })?;
        let actual = run(module.clone(), Oracle::Interp);
        agreed(&self.name, &module, &actual)?;
        match actual {
            Actual::Printed(_) | Actual::Compiled => Ok(()),
            Actual::Failed { output, text, .. } => {
                Err(format!("{}\nit printed:\n{output}and failed:\n{text}", self.name))
            }
            Actual::Rejected(_, report) | Actual::Bug(report) => {
                Err(format!("{}\n{report}", self.name))
            }
        }
    }
}
