//! `assert_snapshot` stands in `@test` cells only: E0504.
//!
//! Input: checked bodies. Output: a diagnostic for each use of the builtin elsewhere, called or taken as a value.

use super::hir::{CellBody, CellId, ExprId, Hir};
use super::typecheck::tables::{Target, TypeTables};
use lumen_base::{Code, Diagnostic, FileSpan, Interner};

/// The key of the builtin.
const KEY: &str = "any.assert_snapshot";

/// The uses outside of tests.
pub(crate) fn check(hir: &Hir, tables: &TypeTables, names: &Interner) -> Vec<Diagnostic> {
    let is_snapshot = |cell: CellId| match hir.cells[cell].body {
        CellBody::Extern(key) => names.resolve(key) == KEY,
        _ => false,
    };
    let mut all = hir.builtins.values().flatten();
    let Some(&(_, snapshot)) = all.find(|(_, cell)| is_snapshot(*cell)) else { return Vec::new() };
    let mut found = Vec::new();
    for (id, cell) in hir.cells.iter() {
        let (CellBody::Lumen(body), Some(typed)) = (&cell.body, tables.bodies.get(id)) else {
            continue;
        };
        if cell.attrs.is_test {
            continue;
        }
        let file = hir.modules[cell.module].file;
        let is_it = |target: Target| target == Target::Cell(snapshot);
        let calls = typed.calls.iter().filter(|(_, call)| is_it(call.target)).map(|(e, _)| *e);
        let values = typed.fn_values.iter().filter(|(_, v)| is_it(v.target)).map(|(e, _)| *e);
        let mut uses: Vec<ExprId> = calls.chain(values).collect();
        uses.sort_unstable();
        found.extend(uses.into_iter().map(|e| outside_test(body.exprs[e].span.in_file(file))));
    }
    found
}

fn outside_test(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0504, at, "`assert_snapshot` stands in `@test` cells only")
        .with_primary("this cell is no test")
        .with_help("give the value back, and call `assert_snapshot` in the test itself")
}
