//! Effects: closes the inferred rows, checks what is written about them, explains what exceeds it.
//!
//! Row graph of type checking → rows in all signatures and types, E050x diagnostics. Afterwards no table mentions a row
//! variable.

pub(crate) mod row;
pub(crate) mod diagnostics;
mod evidence;

use self::evidence::Sought;
use self::row::{Check, CheckKind, Rows};
use super::hir::{CellBody, CellOrigin, TypeParamId};
use super::typecheck::Checker;
use super::typecheck::types::{RowTy, Ty, TyFlags, TyStore};
use lumen_base::{Diagnostic, FileSpan};
use lumen_lir::effects::EffectSet;
use rustc_hash::FxHashMap;

/// Solves the rows, reports violations, and replaces row variables in all tables.
pub(crate) fn close(checker: &mut Checker<'_>) {
    let rows = checker.rows.solve(&mut checker.store);
    report_conflicts(checker, &rows);
    check(checker, &rows);
    write_signatures(checker, &rows);
    write_bodies(checker, &rows);
}

/// Two instances of an effect in one row.
fn report_conflicts(checker: &mut Checker<'_>, rows: &Rows) {
    let mut told: Vec<FileSpan> = Vec::new();
    for &(at, instance, other) in &rows.conflicts {
        if !told.contains(&at) {
            told.push(at);
            let (instance, other) = (checker.show(instance), checker.show(other));
            checker.diags.push(diagnostics::two_instances(at, &instance, &other));
        }
    }
}

fn check(checker: &mut Checker<'_>, rows: &Rows) {
    add_entries(checker);
    for check in std::mem::take(&mut checker.rows.checks) {
        let row = rows.close(check.row, &checker.store);
        let allowed = checker.store.row(check.allowed).clone();
        let free = row.params.iter().copied().filter(|param| !allowed.params.contains(param));
        let is_declared = |param: &TypeParamId| {
            checker.hir.type_params.get(*param).is_some_and(|param| param.effect.is_some())
        };
        let (declared, free): (Vec<TypeParamId>, Vec<TypeParamId>) = free.partition(is_declared);
        let instances = row.instances.iter().copied();
        let is_known = |ty: Ty| !checker.store.flags(ty).any(TyFlags::ERROR);
        let instances = instances.filter(|it| !allowed.instances.contains(it) && is_known(*it));
        let only_declared = matches!(
            check.kind,
            CheckKind::Entry(_) | CheckKind::Defer | CheckKind::Task | CheckKind::Once
        );
        let builtin =
            if only_declared { EffectSet::EMPTY } else { row.effects.difference(allowed.effects) };
        let extra: Vec<Sought> = builtin
            .iter()
            .map(Sought::Builtin)
            .chain(declared.into_iter().map(Sought::Declared))
            .chain(instances.map(Sought::Instance))
            .filter(|effect| check.kind != CheckKind::Once || is_multi(checker, *effect))
            .collect();
        for &effect in &extra {
            let diagnostic = exceeds(checker, rows, &check, effect);
            checker.diags.push(diagnostic);
        }
        if !free.is_empty() && extra.is_empty() && !only_declared {
            checker.diags.push(match check.kind {
                CheckKind::Value | CheckKind::Stream => diagnostics::value_row_variable(check.at),
                _ => diagnostics::outside_row_variable(check.at),
            });
        }
    }
}

/// What nothing is around handles its declared effects itself: the entry and the tests.
fn add_entries(checker: &mut Checker<'_>) {
    let hir = checker.hir;
    for (id, cell) in hir.cells.iter() {
        let is_entry = hir.entry == Some(id) || cell.attrs.is_test;
        if is_entry && matches!(cell.body, CellBody::Lumen(_)) {
            let var = checker.cells[id.index()].row_var;
            let row = checker.rows.row_of(var, &mut checker.store);
            let span = if cell.name_span.is_empty() { cell.span } else { cell.name_span };
            let at = span.in_file(hir.modules[cell.module].file);
            checker.rows.check(row, RowTy::EMPTY, at, CheckKind::Entry(id));
        }
    }
}

/// Whether an effect has an operation that may be resumed more than once.
fn is_multi(checker: &Checker<'_>, effect: Sought) -> bool {
    let of = match effect {
        Sought::Builtin(_) => None,
        Sought::Declared(param) => checker.hir.type_params.get(param).and_then(|it| it.effect),
        Sought::Instance(ty) => checker.store.effect_of(ty),
    };
    of.is_some_and(|of| {
        let cells = checker.hir.effects[of].operations.iter();
        let mut bodies = cells.map(|&cell| &checker.hir.cells[cell].body);
        bodies.any(|body| matches!(body, CellBody::Operation { multi: true }))
    })
}

/// What is wrong with an effect that a bound does not allow.
fn exceeds(checker: &mut Checker<'_>, rows: &Rows, check: &Check, effect: Sought) -> Diagnostic {
    let chain = evidence::chain(checker, rows, check.row, effect);
    let name = effect.name(checker);
    let shown = checker.printer().row(check.allowed);
    match check.kind {
        CheckKind::Declared(cell) => {
            let cell = checker.names.resolve(checker.hir.cells[cell].name);
            diagnostics::outside_row(check.at, cell, &name, &shown, chain)
        }
        CheckKind::Value => diagnostics::value_effect(check.at, &name, &shown, chain),
        CheckKind::Stream => diagnostics::stream_effect(check.at, &name, chain),
        CheckKind::Pure(_) => diagnostics::must_be_pure(check.at, &name, chain),
        CheckKind::Entry(cell) => {
            let is_test = checker.hir.cells[cell].attrs.is_test;
            // A script has no name of its own: the first place of the chain says more.
            let at = match (checker.hir.cells[cell].origin, chain.first()) {
                (CellOrigin::Script, Some((at, _))) => *at,
                _ => check.at,
            };
            diagnostics::unhandled(at, &name, is_test, chain)
        }
        CheckKind::Defer => diagnostics::effect_in_defer(check.at, &name, chain),
        CheckKind::Task => diagnostics::effect_in_task(check.at, &name, chain),
        CheckKind::Once => diagnostics::multi_where_once(check.at, &name, chain),
    }
}

fn write_signatures(checker: &mut Checker<'_>, rows: &Rows) {
    for (id, cell) in checker.hir.cells.iter() {
        let info = &checker.cells[id.index()];
        let (var, declared) = (info.row_var, info.row_declared);
        let Some(sig) = checker.tables.sigs.get_mut(id) else { continue };
        let inferred = matches!(cell.body, CellBody::Lumen(_)) && !declared;
        if inferred {
            let row = checker.rows.row_of(var, &mut checker.store);
            let closed = rows.close(row, &checker.store);
            sig.row = checker.store.intern_row(closed);
        }
        if checker.store.flags(sig.ret).any(TyFlags::ROW_INFER) {
            sig.ret = Closer { rows, seen: FxHashMap::default() }.ty(&mut checker.store, sig.ret);
        }
        if cell.origin == CellOrigin::Const {
            continue;
        }
    }
    for (id, constant) in checker.hir.consts.iter() {
        if let Some(sig) = checker.tables.sigs.get(constant.init) {
            checker.tables.consts.insert(id, sig.ret);
        }
    }
}

fn write_bodies(checker: &mut Checker<'_>, rows: &Rows) {
    let mut closer = Closer { rows, seen: FxHashMap::default() };
    let store = &mut checker.store;
    for id in checker.hir.cells.ids() {
        let Some(body) = checker.tables.bodies.get_mut(id) else { continue };
        let CellBody::Lumen(hir) = &checker.hir.cells[id].body else { continue };
        for expr in hir.exprs.ids() {
            if let Some(ty) = body.expr_ty.get_mut(expr) {
                *ty = closer.ty(store, *ty);
            }
        }
        for local in hir.locals.ids() {
            if let Some(ty) = body.local_ty.get_mut(local) {
                *ty = closer.ty(store, *ty);
            }
        }
        for pat in hir.pats.ids() {
            if let Some(ty) = body.pat_ty.get_mut(pat) {
                *ty = closer.ty(store, *ty);
            }
        }
        for lambda in hir.lambdas.ids() {
            if let Some(row) = body.lambda_row.get_mut(lambda) {
                *row = closer.row(store, *row);
            }
        }
        body.loop_ty.values_mut().for_each(|ty| *ty = closer.ty(store, *ty));
        body.exit_ty.values_mut().for_each(|ty| *ty = closer.ty(store, *ty));
        let clauses = body.clause_args.values_mut().flatten();
        clauses.for_each(|ty| *ty = closer.ty(store, *ty));
        body.adjust.values_mut().for_each(|ty| *ty = closer.ty(store, *ty));
        body.pat_member.values_mut().for_each(|ty| *ty = closer.ty(store, *ty));
        body.calls.values_mut().for_each(|call| {
            call.type_args.iter_mut().for_each(|ty| *ty = closer.ty(store, *ty));
        });
        body.fn_values.values_mut().for_each(|value| {
            value.type_args.iter_mut().for_each(|ty| *ty = closer.ty(store, *ty));
        });
        body.places.values_mut().for_each(|steps| {
            steps.iter_mut().for_each(|step| step.container = closer.ty(store, step.container));
        });
    }
}

/// Replaces row variables by their solution.
struct Closer<'r> {
    rows: &'r Rows,
    seen: FxHashMap<Ty, Ty>,
}

impl Closer<'_> {
    fn row(&self, store: &mut TyStore, row: RowTy) -> RowTy {
        if store.row(row).infer.is_empty() {
            return row;
        }
        let closed = self.rows.close(row, store);
        store.intern_row(closed)
    }

    fn ty(&mut self, store: &mut TyStore, ty: Ty) -> Ty {
        use super::typecheck::types::TyKind;
        if !store.flags(ty).any(TyFlags::ROW_INFER) {
            return ty;
        }
        if let Some(&known) = self.seen.get(&ty) {
            return known;
        }
        let all = |this: &mut Self, store: &mut TyStore, tys: &[Ty]| -> Box<[Ty]> {
            tys.iter().map(|&ty| this.ty(store, ty)).collect()
        };
        let kind = match store.kind(ty).clone() {
            TyKind::List(a) => TyKind::List(self.ty(store, a)),
            TyKind::Set(a) => TyKind::Set(self.ty(store, a)),
            TyKind::Optional(a) => TyKind::Optional(self.ty(store, a)),
            TyKind::Map(k, v) => TyKind::Map(self.ty(store, k), self.ty(store, v)),
            TyKind::Tuple(parts) => TyKind::Tuple(all(self, store, &parts)),
            TyKind::Record(id, args) => TyKind::Record(id, all(self, store, &args)),
            TyKind::Enum(id, args) => TyKind::Enum(id, all(self, store, &args)),
            TyKind::Union(members) => {
                let members = all(self, store, &members);
                let closed = store.union(&members);
                self.seen.insert(ty, closed);
                return closed;
            }
            TyKind::Fn { params, ret, row } => TyKind::Fn {
                params: all(self, store, &params),
                ret: self.ty(store, ret),
                row: self.row(store, row),
            },
            TyKind::Stream { elem, row } => {
                TyKind::Stream { elem: self.ty(store, elem), row: self.row(store, row) }
            }
            other => other,
        };
        let closed = store.intern(kind);
        self.seen.insert(ty, closed);
        closed
    }
}
