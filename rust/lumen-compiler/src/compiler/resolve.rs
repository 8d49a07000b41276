//! Name resolution: syntax trees → HIR, in which no name that scoping can decide and no sugar is left.
//!
//! Over all modules: names are declared, imports bound, signatures resolved, then bodies; last the declarations of std
//! that the program names, and those that they name. Invariants: whatever is wrong is reported once and leaves
//! `Missing`, `Error` or `Def::Error` behind; the recursion follows the syntax tree, whose height the parser bounds.

mod context;
mod scope;
mod names;
mod places;
mod imports;
mod items;
mod signatures;
mod types;
mod traits;
mod generic_effects;
mod handlers;
mod leaves;
mod grants;
mod tools;
mod lookup;
mod std_names;
mod body;
mod free_names;
mod stmt;
mod expr;
mod call;
mod control;
mod cursor;
mod pattern;
mod desugar;
mod timeout;
mod cycles;
mod session;
mod diagnostics;
#[cfg(test)]
mod tests;

pub(crate) use diagnostics::{deprecated, nothing_to_run};
pub use imports::{Files, Parsed, Root, Target, Unit, Wanted, load};
pub use names::closest;
pub(crate) use names::import_help;
pub use session::SessionPlan;
pub use std_names::ParseStd;

use crate::compiler::hir::{CellId, CellOrigin, Def, Hir, ModuleId, Record};
use context::{Ctx, Global};
use items::Work;
use lumen_base::diag::has_errors;
use lumen_base::{Diagnostic, Interner, sym};
use std_names::Std;

/// Resolves a program: its files (the root first, from [`load`]) and what they use of std, which `parse_std` parses.
/// With a plan the first files are the entries of a session, and the last of those is the root.
pub fn resolve(
    units: &[Unit],
    plan: Option<&SessionPlan>,
    allowed: &[String],
    names: &mut Interner,
    parse_std: &mut ParseStd<'_>,
) -> (Hir, Vec<Diagnostic>) {
    let std = Std::new(names, parse_std);
    let mut global = Global::new(names, std);
    global.hir.allowed = allowed.to_vec();
    let modules: Vec<ModuleId> =
        units.iter().map(|unit| global.add_module(&unit.ast, &unit.name, unit.is_std)).collect();
    for (unit, &module) in units.iter().zip(&modules) {
        global.modules[module.index()].is_broken = unit.is_broken;
    }
    global.load_well_known();

    let mut works: Vec<Work> = Vec::with_capacity(units.len());
    for (unit, &module) in units.iter().zip(&modules) {
        works.push(Ctx::new(&mut global, &unit.ast, module).collect());
    }
    for (unit, &module) in units.iter().zip(&modules) {
        Ctx::new(&mut global, &unit.ast, module).bind_imports(&unit.imports, &modules);
    }
    let entries = &modules[..plan.map_or(0, |plan| plan.keeps_value.len().min(modules.len()))];
    global.inherit_names(entries);
    for ((unit, &module), work) in units.iter().zip(&modules).zip(&works) {
        Ctx::new(&mut global, &unit.ast, module).declared_bounds(work);
    }
    global.close_authority(units, &modules);
    global.check_trait_parents();
    for unit in units {
        global.request_handled(&unit.ast);
    }
    global.load_declarations();
    for ((unit, &module), work) in units.iter().zip(&modules).zip(&mut works) {
        Ctx::new(&mut global, &unit.ast, module).signatures(work);
    }
    global.check_aliases();
    for ((unit, &module), work) in units.iter().zip(&modules).zip(works) {
        Ctx::new(&mut global, &unit.ast, module).bodies(work);
    }
    if let (Some(plan), Some(&root)) = (plan, entries.last()) {
        global.hir.root = root;
        global.hir.entry = global.scripts(units, entries, plan);
    } else if let (Some(unit), Some(&module)) = (units.first(), modules.first()) {
        global.hir.root = module;
        global.hir.entry = entry(&mut global, unit, module);
    }
    for (unit, &module) in units.iter().zip(&modules).skip(entries.len()) {
        Ctx::new(&mut global, &unit.ast, module).check_unused_imports();
    }
    global.request_validate();
    global.request_tools();
    global.load_requested();
    global.find_validate();
    global.find_tools();
    global.check_constants();
    if !has_errors(&global.diagnostics) {
        global.diagnostics.append(&mut global.unused);
    }
    (global.hir, global.diagnostics)
}

/// Where the program starts: `cell main`, or the statements at the top level.
fn entry(global: &mut Global<'_>, unit: &Unit, module: ModuleId) -> Option<CellId> {
    let main = match global.hir.modules[module].scope.get(&sym::MAIN) {
        Some(&Def::Cell(cell)) if global.hir.cells[cell].origin == CellOrigin::TopLevel => {
            Some(cell)
        }
        _ => None,
    };
    let Some(&first) = unit.ast.statements.first() else { return main };
    let mut ctx = Ctx::new(global, &unit.ast, module);
    let script = ctx.script();
    let Some(main) = main else { return Some(script) };
    let is_main_tested =
        |fence: lumen_base::Span| fence.contains(ctx.g.hir.cells[main].name_span.lo);
    if unit.ast.tested.is_some_and(|fence| !is_main_tested(fence)) {
        return Some(script);
    }
    if unit.is_broken {
        return Some(main);
    }
    let at = ctx.at(unit.ast[first].span);
    let main_at = ctx.at(ctx.g.hir.cells[main].name_span);
    ctx.report(diagnostics::main_and_statements(at, main_at));
    Some(main)
}

impl Global<'_> {
    /// Loads the declarations that the compiler itself refers to.
    fn load_well_known(&mut self) {
        if let Some(Def::Enum(result)) = self.std_item(sym::RESULT) {
            self.hir.well_known.result = result;
        }
        if let Some(Def::Record(failure)) = self.std_item(sym::FAILURE) {
            self.hir.well_known.failure = failure;
        }
    }

    /// Conversions into refined types, and into records with conditions or defaults, are calls of `validate`.
    fn request_validate(&mut self) {
        let planned = |(_, record): (_, &Record)| {
            record.fields.iter().any(|field| field.check.is_some() || field.default.is_some())
        };
        let refines = || self.hir.aliases.values().any(|alias| alias.check.is_some());
        if self.has_conversions && (self.hir.records.iter().any(planned) || refines()) {
            self.std.request(sym::VALIDATE);
        }
    }

    fn find_validate(&mut self) {
        let found = self.hir.builtins.get(&sym::VALIDATE).into_iter().flatten();
        self.hir.well_known.validate = found.map(|(_, cell)| *cell).next();
    }
}
