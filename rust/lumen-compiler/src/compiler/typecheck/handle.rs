//! `handle`: the types of its parts, and its row.
//!
//! The body is a function `fn() -> B / {r}`; a clause takes its operation's parameters and `resume`, a function from what
//! the operation gives to what the handler gives; the return clause is a function from `B`. The row of the whole is `r`
//! without the effects all of whose operations have a clause, and what the clauses do; `resume` has the same row.

use super::body::{BodyCx, FrameKind, Want};
use super::tables::TypeTables;
use super::types::{RowKind, RowTy, Ty, TyKind};
use crate::compiler::effects::row::{RowVar, Why};
use crate::compiler::hir::{
    CellBody, CellId, CellOrigin, Clause, EffectId, ExitId, ExprId, Handle, Hir, LocalId,
    TypeParamId,
};
use lumen_base::Span;
use lumen_lir::EffectSet;

impl BodyCx<'_, '_> {
    pub(super) fn handle(&mut self, handle: &Handle, want: Want, span: Span) -> Ty {
        let want = self.more_than_any(want);
        let result = match want {
            Want::Ty(ty) => ty,
            Want::Free | Want::Discard => self.fresh(),
        };
        let row = self.c.rows.fresh();
        let why = Why { at: self.here(span), callee: None };
        // What the body gives decides the type of a handler that nothing is wanted of; one that never ends does not.
        let is_open = handle.ret.is_some() || want.ty().is_none();
        let given = if is_open { self.fresh() } else { result };
        let instances = self.handled_instances(handle);
        let seed = self.instances_row(&instances);
        let body = self.part_with(handle.body, Vec::new(), given, seed);
        self.meet_handled(seed, body, why.at);
        if handle.ret.is_none() && self.shallow(given) == Ty::NEVER {
            let kind = TyKind::Fn { params: Box::default(), ret: result, row: body };
            let ty = self.c.store.intern(kind);
            self.record(handle.body, ty);
        } else if handle.ret.is_none() {
            self.unify(given, result, span);
        }
        let minus = self.handled(handle, &instances);
        self.c.rows.include_without(row, body, minus, &self.c.store, why);
        if let Some(ret) = handle.ret {
            let of = self.part(ret, vec![given], result);
            self.c.rows.include(row, of, &self.c.store, why);
        }
        for clause in &handle.clauses {
            self.clause(clause, &instances, result, row, why);
        }
        let whole = self.c.rows.row_of(row, &mut self.c.store);
        let to = self.frame().row;
        self.c.rows.include(to, whole, &self.c.store, why);
        self.shallow(result)
    }

    /// Where `Any` is wanted a handler has the type of its body still, so that its clauses know what `resume` gives.
    fn more_than_any(&mut self, want: Want) -> Want {
        match want {
            Want::Ty(ty) if self.shallow(ty) == Ty::ANY => Want::Free,
            want => want,
        }
    }

    /// A handler out of which something jumps: what its function gives.
    pub(super) fn exit(
        &mut self,
        (exit, token): (ExitId, LocalId),
        body: ExprId,
        want: Want,
        span: Span,
    ) -> Ty {
        self.out.local_ty.insert(token, Ty::INT);
        let frame = self.function_left();
        let returned = match frame.kind {
            FrameKind::Generator(_) | FrameKind::Script | FrameKind::Defer => Ty::NULL,
            FrameKind::Cell | FrameKind::Lambda | FrameKind::Handled => frame.ret,
        };
        self.out.exit_ty.insert(exit, returned);
        let given = match self.more_than_any(want) {
            Want::Ty(ty) => ty,
            Want::Free | Want::Discard => self.fresh(),
        };
        let why = Why { at: self.here(span), callee: None };
        let row = self.part(body, Vec::new(), given);
        let to = self.frame().row;
        self.c.rows.include(to, row, &self.c.store, why);
        self.shallow(given)
    }

    fn clause(
        &mut self,
        clause: &Clause,
        instances: &[(EffectId, Box<[Ty]>)],
        result: Ty,
        row: RowVar,
        why: Why,
    ) {
        let Some(sig) = self.c.tables.sigs.get(clause.operation) else { return };
        let (mut params, mut given) = (sig.params.to_vec(), sig.ret);
        if let CellOrigin::Operation(of) = self.hir.cells[clause.operation].origin
            && let Some((_, args)) = instances.iter().find(|it| it.0 == of)
        {
            let own = &self.hir.effects[of].type_params;
            params.iter_mut().for_each(|ty| *ty = self.c.replace(*ty, own, args));
            given = self.c.replace(given, own, args);
            self.out.clause_args.insert(clause.code, args.clone());
        }
        let given = self.resumed_with(clause.operation, given);
        let whole = self.c.rows.row_of(row, &mut self.c.store);
        let kind = TyKind::Fn { params: Box::new([given]), ret: result, row: whole };
        params.push(self.c.store.intern(kind));
        let of = self.part(clause.code, params, result);
        self.c.rows.include(row, of, &self.c.store, why);
    }

    /// What an operation is resumed with: of a tool what `try` would give.
    fn resumed_with(&mut self, operation: CellId, given: Ty) -> Ty {
        let known = &self.hir.well_known;
        match (self.reaches_out(operation), known.tool_error) {
            (true, Some(error)) => {
                let error = self.c.store.intern(TyKind::Enum(error, Box::new([])));
                self.c.store.intern(TyKind::Enum(known.result, Box::new([given, error])))
            }
            _ => given,
        }
    }

    /// Checks one of the functions; gives its row.
    fn part(&mut self, code: ExprId, params: Vec<Ty>, ret: Ty) -> RowTy {
        self.part_with(code, params, ret, RowTy::EMPTY)
    }

    /// The same, where the instances of effects in `seed` are known to be handled.
    fn part_with(&mut self, code: ExprId, params: Vec<Ty>, ret: Ty, seed: RowTy) -> RowTy {
        let var = self.c.rows.fresh();
        self.c.rows.learn(var, seed, RowTy::EMPTY, &self.c.store);
        let row = self.c.rows.row_of(var, &mut self.c.store);
        let kind = TyKind::Fn { params: params.into_boxed_slice(), ret, row };
        let wanted = self.c.store.intern(kind);
        let own = self.expr(code, Want::Ty(wanted));
        self.coerce(code, own, wanted);
        match *self.kind(own) {
            TyKind::Fn { row, .. } => row,
            _ => RowTy::EMPTY,
        }
    }

    /// The effects all of whose operations have a clause, as a row.
    fn handled(&mut self, handle: &Handle, instances: &[(EffectId, Box<[Ty]>)]) -> RowTy {
        let hir = self.hir;
        let of = |clause: &Clause| match hir.cells[clause.operation].origin {
            CellOrigin::Operation(of) => Some(of),
            _ => None,
        };
        let is_whole = |effect: &EffectId| {
            let all = hir.effects[*effect].operations.iter();
            all.into_iter().all(|op| handle.clauses.iter().any(|clause| clause.operation == *op))
        };
        let whole = instances.iter().filter(|(effect, _)| is_whole(effect));
        let whole: Vec<(EffectId, Box<[Ty]>)> = whole.cloned().collect();
        let row = self.instances_row(&whole);
        let instances = self.c.store.row(row).instances.clone();
        let effects = handle.clauses.iter().filter_map(of).filter(is_whole);
        let mut params: Vec<TypeParamId> = effects.map(|effect| hir.effects[effect].row).collect();
        params.sort_unstable();
        params.dedup();
        let effects = self.handled_effects(handle);
        let params = params.into();
        self.c.store.intern_row(RowKind { effects, params, instances, ..RowKind::default() })
    }

    /// The effects of tools and builtins, of which each one that the program has is handled.
    fn handled_effects(&self, handle: &Handle) -> EffectSet {
        let outside = |cell: CellId| match &self.hir.cells[cell].body {
            CellBody::Tool(_) | CellBody::Extern(_) | CellBody::Host => self.effects_of(cell),
            _ => EffectSet::EMPTY,
        };
        let named = handle.clauses.iter().map(|clause| outside(clause.operation));
        let named = named.fold(EffectSet::EMPTY, EffectSet::union);
        if named.is_empty() {
            return named;
        }
        let has_clause = |cell: CellId| {
            handle
                .clauses
                .iter()
                .any(|clause| same_operation(self.hir, &self.c.tables, clause.operation, cell))
        };
        let mut left = EffectSet::EMPTY;
        for (cell, _) in self.hir.cells.iter() {
            if !outside(cell).is_empty() && !has_clause(cell) {
                left = left.union(outside(cell));
            }
        }
        let untyped = self.hir.tools.values().filter(|tool| tool.cell.is_none());
        let left = untyped.fold(left, |left, tool| left.union(EffectSet::of(tool.effect)));
        named.difference(left)
    }

    fn effects_of(&self, cell: CellId) -> EffectSet {
        let row = self.hir.cells[cell].row.as_ref();
        let names = row.into_iter().flat_map(|row| row.effects.iter());
        let effects = names.filter_map(|&(name, _)| self.hir.effect(name, self.c.names));
        effects.map(EffectSet::of).fold(EffectSet::EMPTY, EffectSet::union)
    }
}

/// Whether a clause for one tool or builtin is one for the other: tools of several files are the same when they have one
/// name outside and one signature.
pub(crate) fn same_operation(hir: &Hir, tables: &TypeTables, one: CellId, other: CellId) -> bool {
    let (CellBody::Tool(a), CellBody::Tool(b)) = (&hir.cells[one].body, &hir.cells[other].body)
    else {
        return one == other;
    };
    let (Some(first), Some(second)) = (tables.sigs.get(one), tables.sigs.get(other)) else {
        return one == other;
    };
    let names = |cell: CellId| hir.cells[cell].params.iter().map(|param| param.name);
    hir.tools[*a].target == hir.tools[*b].target
        && names(one).eq(names(other))
        && first.params == second.params
        && first.ret == second.ret
}
