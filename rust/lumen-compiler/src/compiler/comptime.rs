//! What is computed while the program is compiled: constants, `comptime` expressions, conditions on literals.
//!
//! (HIR, tables without errors, evaluator) → values of constants in the tables, diagnostics. A constant is computed
//! after those that it needs. A condition that holds for a literal is not checked again at run time. What is too large
//! to be written into the program is computed again when it starts: it has no effects, so nobody can tell.
//! Invariant: the code that runs here has an empty effect row, and a bound on its steps.

mod diagnostics;
mod literals;
mod order;

use super::hir::{CellBody, ConstId, ExprId, ExprKind, Hir};
use super::lower::{self, Thunk};
use super::typecheck::tables::TypeTables;
use crate::evaluate::{Evaluation, Evaluator};
use lumen_base::{Diagnostic, FileId, FileSpan, Interner, SourceMap, Span};
use lumen_lir::{Datum, Pos};

/// Calls and loop rounds of one computation.
pub(super) const STEPS: u64 = 10_000_000;

/// One run of the pass.
struct Comptime<'a> {
    hir: &'a Hir,
    tables: &'a mut TypeTables,
    names: &'a Interner,
    sources: &'a SourceMap,
    evaluator: &'a dyn Evaluator,
    diags: Vec<Diagnostic>,
}

/// Computes what the program asks for.
pub(crate) fn run(
    hir: &Hir,
    tables: &mut TypeTables,
    names: &Interner,
    sources: &SourceMap,
    evaluator: &dyn Evaluator,
) -> Vec<Diagnostic> {
    let mut pass = Comptime { hir, tables, names, sources, evaluator, diags: Vec::new() };
    let mut failed: Vec<ConstId> = Vec::new();
    for id in order::constants(hir, pass.tables) {
        // What needs a constant that failed would fail for the same reason.
        if !pass.is_computed(id) || order::needs_any(hir, pass.tables, id, &failed) {
            continue;
        }
        let before = pass.diags.len();
        pass.constant(id);
        if pass.diags.len() > before {
            failed.push(id);
        }
    }
    if pass.diags.is_empty() {
        pass.literals();
    }
    pass.diags
}

impl Comptime<'_> {
    /// Whether a constant is more than a literal. Those of std are computed when the program starts.
    fn is_computed(&self, id: ConstId) -> bool {
        let constant = &self.hir.consts[id];
        let CellBody::Lumen(body) = &self.hir.cells[constant.init].body else { return false };
        let literal = |root: ExprId| match &body.exprs[root].kind {
            ExprKind::Lit(_) => true,
            ExprKind::Neg(inner) => matches!(body.exprs[*inner].kind, ExprKind::Lit(_)),
            _ => false,
        };
        !self.hir.modules[constant.module].is_std && !body.root.is_some_and(literal)
    }

    fn constant(&mut self, id: ConstId) {
        let constant = &self.hir.consts[id];
        let file = self.hir.modules[constant.module].file;
        let at = constant.span.in_file(file);
        let name = self.names.resolve(constant.name);
        let thunk = Thunk { cell: constant.init, type_args: &[], args: &[] };
        match self.evaluate(&thunk, at) {
            None | Some(Evaluation::Value(None)) => {}
            Some(Evaluation::Value(Some(datum))) => {
                self.tables.const_values.insert(id, datum);
            }
            Some(Evaluation::Outside) => {
                let message = "nothing is printed or read while the program is compiled";
                self.diags.push(diagnostics::failed(at, name, message, None));
            }
            Some(Evaluation::Limit) => self.diags.push(diagnostics::limit(at, name, STEPS)),
            Some(Evaluation::Failed { message, at: place }) => {
                let place = place.and_then(|place| self.place(place));
                self.diags.push(diagnostics::failed(at, name, &message, place));
            }
        }
    }

    /// Runs a thunk; nothing when it cannot be made, which is reported.
    fn evaluate(&mut self, thunk: &Thunk<'_>, at: FileSpan) -> Option<Evaluation> {
        match lower::thunk(self.hir, self.tables, self.names, self.sources, thunk) {
            Ok(module) => match lumen_lir::verify(module) {
                Ok(module) => Some(self.evaluator.evaluate(module, STEPS)),
                Err(rejected) => {
                    self.diags.extend(rejected.to_diagnostics(at));
                    None
                }
            },
            Err(problems) => {
                for problem in problems {
                    if !self.diags.contains(&problem) {
                        self.diags.push(problem);
                    }
                }
                None
            }
        }
    }

    /// A place in a document of the program.
    fn place(&self, place: Pos) -> Option<FileSpan> {
        let file = FileId(place.file);
        let own = self.hir.modules.values().any(|module| module.file == file && !module.is_std);
        own.then(|| Span::new(place.start, place.end).in_file(file))
    }
}

/// A literal as data.
fn literal_datum(lit: &super::hir::Lit, negative: bool) -> Option<Datum> {
    use super::hir::Lit;
    Some(match lit {
        Lit::Int(value) if negative => Datum::Int(value.checked_neg()?),
        Lit::Int(value) => Datum::Int(*value),
        Lit::Float(value) => Datum::Float((if negative { -value } else { *value }).to_bits()),
        Lit::Bool(value) => Datum::Bool(*value),
        Lit::Str(text) => Datum::Str(text.to_string()),
        Lit::Null | Lit::Bytes(_) => return None,
    })
}
