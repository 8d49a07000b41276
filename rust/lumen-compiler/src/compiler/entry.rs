//! What an entry of a session gives to those behind it, in words: the names and types of its bindings, its effects, and
//! the names that it can be continued with.
//!
//! (HIR of a session, type tables) → [`EntryFacts`]. It decides nothing.

use super::hir::{Body, Cell, CellBody, ExprKind, Head, Hir, RecordId};
use super::typecheck::print::TypePrinter;
use super::typecheck::tables::TypeTables;
use super::typecheck::types::{RowTy, Ty, TyKind};
use crate::compilation::{EntryFacts, KeptBinding};
use lumen_base::Interner;
use lumen_base::Symbol;

/// The facts about the last entry.
pub(crate) fn facts(hir: &Hir, tables: &TypeTables, names: &Interner) -> EntryFacts {
    let printer = TypePrinter { hir, names, store: &tables.store };
    let mut found = EntryFacts::default();
    let script: Option<(&Cell, &Body, _)> = hir.entry.and_then(|id| {
        let cell = &hir.cells[id];
        let CellBody::Lumen(body) = &cell.body else { return None };
        Some((cell, &**body, id))
    });
    let row = script.and_then(|(_, _, id)| tables.sigs.get(id)).map_or(RowTy::EMPTY, |sig| sig.row);
    found.effects = printer.row(row);
    if let Some((_, body, id)) = script
        && let Some(typed) = tables.bodies.get(id)
    {
        for expr in body.exprs.values() {
            let ExprKind::Keep { value, global } = expr.kind else { continue };
            let ExprKind::Local(local) = body.exprs[value].kind else { continue };
            let ty = typed.local_ty.get(local).copied().unwrap_or(Ty::ERROR);
            found.bindings.push(KeptBinding {
                name: names.resolve(body.locals[local].name).to_owned(),
                global: names.resolve(global).to_owned(),
                ty: printer.ty(ty),
                members: members(hir, tables, names, ty),
            });
        }
    }
    let scope = &hir.modules[hir.root].scope;
    found.names = scope.keys().map(|name| names.resolve(*name).to_owned()).collect();
    found.names.sort();
    found
}

/// The fields of a type, and the methods that the session gives it.
fn members(hir: &Hir, tables: &TypeTables, names: &Interner, ty: Ty) -> Vec<String> {
    let text = |name: Symbol| names.resolve(name).to_owned();
    let mut found = Vec::new();
    let head = match tables.store.kind(ty) {
        TyKind::Record(record, _) => {
            let record: RecordId = *record;
            found.extend(hir.records[record].fields.iter().map(|field| text(field.name)));
            Head::Record(record)
        }
        TyKind::Enum(id, _) => Head::Enum(*id),
        TyKind::Int => Head::Int,
        TyKind::Float => Head::Float,
        TyKind::String => Head::String,
        TyKind::List(_) => Head::List,
        TyKind::Map(..) => Head::Map,
        TyKind::Set(_) => Head::Set,
        _ => return found,
    };
    let own = hir.methods.keys().filter(|(of, _)| *of == head).map(|(_, name)| text(*name));
    found.extend(own);
    found.sort();
    found.dedup();
    found
}
