//! Ways out of handlers: where control comes out, and how it gets there.
//!
//! An exit is a handler of one hidden operation around the handler that is left. Leaving performs it, with the number of
//! the run of the exit and what is taken along; its clause drops the resumption, so that what was left is unwound, and
//! gives `err(…)`. When nothing leaves, the exit gives `ok(…)`. Of another run the clause passes the operation on.
//!
//! What is taken along has one type for each set of ways: that of the only way, or `result[first, rest]`.

use super::call::Formal;
use super::fx::{Fx, Ret};
use super::handle::{How, Resume};
use super::value::{Binding, Place, Val, Want};
use super::{Job, Key, Lower, StubTarget, limits};
use crate::compiler::hir::{ExitId, ExprId, Leave, LocalId, LoopId, VariantRef, Way};
use crate::compiler::typecheck::types::{RowTy, Ty, TyKind};
use lumen_base::Idx;
use lumen_lir::{ClassId, Effect, EffectSet, Op, Operation};

const OK: u32 = 0;
const ERR: u32 = 1;

impl<'a> Fx<'_, 'a> {
    /// How `return` and `?` leave the current lambda, when it belongs to a handler.
    pub(super) fn leaves_function(&self) -> bool {
        let lambda = self.frame().lambda;
        lambda.is_some_and(|lambda| self.body().lambdas[lambda].is_handled)
    }

    /// `return e`, `break e` or `continue` out of the body or a clause of a handler.
    pub(super) fn leave_handled(&mut self, way: Way, value: Option<ExprId>) -> Val {
        let v = match value {
            Some(value) => self.expr(value, Want::Own, None),
            None => Val::unit(),
        };
        self.leave_handled_with(way, v);
        Val::never()
    }

    /// What `return` of the function around gives.
    pub(super) fn returned_type(&mut self) -> Ty {
        match self.leave(Way::Return) {
            Some(leave) if self.leaves_function() => self.way_type(leave.exit, Way::Return),
            _ => match self.frame().ret {
                Ret::Cell(ty) | Ret::Region { ty, .. } => ty,
            },
        }
    }

    /// Leaves the function around with this value: by `return` or `?`.
    pub(super) fn return_with(&mut self, v: Val, ty: Ty) {
        if self.leaves_function() {
            self.leave_handled_with(Way::Return, v);
        } else {
            self.leave_with(v, ty);
        }
    }

    fn leave(&self, way: Way) -> Option<Leave> {
        let lambda = self.frame().lambda?;
        self.body().lambdas[lambda].leaves.iter().copied().find(|leave| leave.way == way)
    }

    fn leave_handled_with(&mut self, way: Way, v: Val) {
        if !self.r.reachable {
            return;
        }
        let body = self.body();
        let found = self.leave(way).and_then(|leave| {
            let at = body.exits[leave.exit].ways.iter().position(|it| *it == way)?;
            Some((leave, at))
        });
        let Some((Leave { exit, token, .. }, at)) = found else {
            self.confused("a way out of a handler that leads nowhere");
            return;
        };
        let types = self.way_types(exit);
        let v = self.convert(v, types[at], None);
        let v = self.wrapped(v, &types, at);
        let token = match self.binding(token) {
            Binding::Val(token) | Binding::Fixed(token) => self.alias(token),
            _ => {
                self.confused("an exit without a number");
                return;
            }
        };
        self.perform_leave(token, v);
    }

    /// Performs the operation of exits.
    fn perform_leave(&mut self, token: Val, payload: Val) {
        let Some(operation) = self.p.leave_operation(payload.ty) else { return };
        let formals = [Formal { ty: Ty::INT, owned: true }, Formal { ty: payload.ty, owned: true }];
        let mut window = self.open_window(&formals, 2, |_| true);
        self.put(&mut window, 0, token);
        self.put(&mut window, 1, payload);
        self.raise(&mut window);
        self.effects = self.effects.union(EffectSet::of(Effect::Perform));
        self.finish(window, Ty::NEVER, None, |fx, dst, base| {
            fx.b.emit(Op::Perform, dst, base, operation);
        });
    }

    fn way_type(&mut self, exit: ExitId, way: Way) -> Ty {
        let typed = self.typed();
        let ty = match way {
            Way::Return => typed.exit_ty.get(exit),
            Way::Break(target) => typed.loop_ty.get(target),
            Way::Continue(_) => None,
        };
        let ty = ty.copied().unwrap_or(Ty::NULL);
        match self.close(ty) {
            Ty::NEVER => Ty::NULL,
            ty => ty,
        }
    }

    /// What each way of an exit takes along.
    fn way_types(&mut self, exit: ExitId) -> Vec<Ty> {
        let body = self.body();
        body.exits[exit].ways.iter().map(|&way| self.way_type(exit, way)).collect()
    }

    fn result_type(&mut self, value: Ty, error: Ty) -> Ty {
        let kind = TyKind::Enum(self.p.hir.well_known.result, Box::new([value, error]));
        self.p.types.store.intern(kind)
    }

    /// The type of what the ways from one on take along.
    fn payload_type(&mut self, types: &[Ty]) -> Ty {
        let mut ty = types.last().copied().unwrap_or(Ty::NULL);
        for &first in types.iter().rev().skip(1) {
            ty = self.result_type(first, ty);
        }
        ty
    }

    /// A value of way `at` as what an exit is performed with.
    fn wrapped(&mut self, v: Val, types: &[Ty], at: usize) -> Val {
        let mut v = self.own(v, None);
        // The last way of all is the `err` of the one before it.
        if at + 1 < types.len() {
            let ty = self.payload_type(&types[at..]);
            v = self.variant_of(v, ty, OK);
        }
        for from in (0..at).rev() {
            let ty = self.payload_type(&types[from..]);
            v = self.variant_of(v, ty, ERR);
        }
        v
    }

    fn variant_of(&mut self, v: Val, ty: Ty, ordinal: u32) -> Val {
        match self.variant_class(ty, ordinal) {
            Some(class) => self.new_object(class, ty, &[v], None),
            None => Val::never(),
        }
    }

    /// A handler out of which something jumps.
    pub(super) fn exit(
        &mut self,
        e: ExprId,
        exit: ExitId,
        token: LocalId,
        body: ExprId,
        want: Want,
    ) -> Val {
        let scope = self.scope.len();
        let own = self.ty(e);
        let given = if own == Ty::NEVER { Ty::NULL } else { own };
        let types = self.way_types(exit);
        let payload = self.payload_type(&types);
        let result = self.result_type(given, payload);
        let number = self.rt("exit.number", &[], Ty::INT, None);
        let again = self.alias(number);
        let Some(v) = self.handle_exit(e, body, (token, number, again), given, payload) else {
            return Val::never();
        };
        debug_assert!(v.ty == result, "an exit gives a result");
        let (reg, v) = self.reg(v);
        let fine = self.b.new_label();
        let Some(left) = self.variant_class(result, ERR) else { return Val::never() };
        let fork = self.r.fork();
        self.b.branch(Op::JNVar, reg, left.0 as u16, fine);
        let taken = self.payload_of(v, ERR, Want::Own);
        self.land(exit, 0, taken, &types);
        self.r.rewind(&self.b, &fork);
        self.b.bind(fine);
        self.r.join(fork);
        self.deaths(e, super::liveness::GO);
        let v = self.payload_of(v, OK, want);
        let v = self.steal(v, scope);
        self.end_scope(scope);
        if own == Ty::NEVER {
            self.done(v);
            self.after_never();
            return Val::never();
        }
        v
    }

    /// Makes the closures and runs the body under the handler of the exit.
    fn handle_exit(
        &mut self,
        e: ExprId,
        body: ExprId,
        (token, number, again): (LocalId, Val, Val),
        given: Ty,
        payload: Ty,
    ) -> Option<Val> {
        let result = self.result_type(given, payload);
        let resumption = self.p.types.store.intern(TyKind::Resumption { value: Ty::NEVER, result });
        let mut function = |params: Box<[Ty]>, ret: Ty| {
            self.p.types.store.intern(TyKind::Fn { params, ret, row: RowTy::EMPTY })
        };
        let clause_ty = function(Box::new([Ty::INT, payload, resumption]), result);
        let stay_ty = function(Box::new([given]), result);
        let body_ty = function(Box::default(), given);
        let body_class = self.info(body_ty).class()?;
        let clause_class = self.info(clause_ty).class()?;
        let stay_class = self.info(stay_ty).class()?;
        let operation = self.p.leave_operation(payload)?;

        let key = Key::Exit(clause_ty);
        let class = self.p.closure_class(key, clause_class, &[Ty::INT]);
        let clause = self.new_object(class, clause_ty, &[again], None);
        let ok = VariantRef { owner: self.p.hir.well_known.result, ordinal: OK };
        let key = Key::Stub(StubTarget::Variant(ok), Box::new([given, payload]), stay_ty);
        let class = self.p.closure_class(key, stay_class, &[]);
        let stay = self.new_object(class, stay_ty, &[], None);
        self.bind_local(token, number);

        let clauses = vec![lumen_lir::Clause {
            operation: u32::from(operation),
            code: clause_class,
            tail: false,
        }];
        let (ret, result_id) = (Some(stay_class), self.info(result).id);
        let handler = lumen_lir::Handler { body: body_class, clauses, ret, result: result_id };
        let index = self.p.module.handler(handler);
        let formals = [body_ty, clause_ty, stay_ty].map(|ty| Formal { ty, owned: true });
        let mut window = self.open_window(&formals, 2, |_| true);
        self.put(&mut window, 1, clause);
        self.put(&mut window, 2, stay);
        let v = match self.body().exprs[body].kind {
            crate::compiler::hir::ExprKind::Lambda(lambda) => self.lambda_as(lambda, body_ty, None),
            _ => self.expr(body, Want::Own, None),
        };
        self.put(&mut window, 0, v);
        self.at_expr(e);
        self.raise(&mut window);
        self.effects = self.effects.union(EffectSet::FULL);
        let v = self.finish(window, result, None, |fx, dst, base| {
            fx.b.emit_ext32(Op::Handle, [dst, base, 0], [index, 0]);
        });
        self.b.emit(Op::Abandon, 0, 0, 0);
        Some(v)
    }

    /// Goes on where the way leads that was taken: one of those from `from` on.
    fn land(&mut self, exit: ExitId, from: usize, taken: Val, types: &[Ty]) {
        let ways = &self.body().exits[exit].ways;
        if from + 1 >= ways.len() {
            return self.go_on(ways[from.min(ways.len() - 1)], taken, types[from]);
        }
        let (reg, taken) = self.reg(taken);
        let first = self.b.new_label();
        let Some(rest) = self.variant_class(taken.ty, ERR) else { return };
        let fork = self.r.fork();
        self.b.branch(Op::JNVar, reg, rest.0 as u16, first);
        let other = self.payload_of(taken, ERR, Want::Own);
        self.land(exit, from + 1, other, types);
        self.r.rewind(&self.b, &fork);
        self.b.bind(first);
        self.r.join(fork);
        let v = self.payload_of(taken, OK, Want::Own);
        self.go_on(ways[from], v, types[from]);
    }

    fn go_on(&mut self, way: Way, v: Val, ty: Ty) {
        match way {
            Way::Return => {
                self.leave_with(v, ty_of(self.frame().ret).unwrap_or(ty));
            }
            Way::Break(target) => self.go_on_behind(target, v),
            Way::Continue(target) => {
                self.done(v);
                self.continue_(target);
            }
        }
    }

    fn go_on_behind(&mut self, target: LoopId, v: Val) {
        let Some(index) = self.find_loop(target) else {
            self.confused("an exit outside its loop");
            return;
        };
        let mut keep = None;
        match self.loops[index].dest {
            Some(dest) => {
                let v = self.convert(v, dest.ty, None);
                self.place(v, dest);
                keep = self.is_counted(dest.reg).then_some(dest.reg);
            }
            None => self.done(v),
        }
        self.break_from(index, keep);
    }
}

fn ty_of(ret: Ret) -> Option<Ty> {
    match ret {
        Ret::Cell(ty) | Ret::Region { ty, .. } => Some(ty),
    }
}

impl Lower<'_> {
    /// The number of the operation of exits that takes this along.
    fn leave_operation(&mut self, payload: Ty) -> Option<u16> {
        if let Some(&known) = self.leave_operations.get(&payload) {
            return Some(known);
        }
        let mut id = |ty: Ty| self.types.info(&mut self.module, self.tables, ty).id;
        let (params, ret) = (vec![id(Ty::INT), id(payload)], id(Ty::NEVER));
        let name = Operation::LEAVE.to_owned();
        let made = self.module.operation(Operation { name, params, ret, multi: false });
        let Ok(made) = u16::try_from(made) else {
            let at = self.hir.entry.or_else(|| self.hir.cells.ids().next())?;
            let place = self.hir.cells[at].name_span.in_file(self.file_of(at));
            self.errors.push(limits::too_large(place, "the program", "it has too many operations"));
            return None;
        };
        self.leave_operations.insert(payload, made);
        Some(made)
    }

    /// The clause of an exit, as a closure of this type that holds the number of the run.
    pub(super) fn lower_exit(&mut self, job: &Job, ty: Ty) {
        let TyKind::Fn { params, ret, .. } = self.types.kind(ty).clone() else { return };
        let Some(at) = self.hir.entry.or_else(|| self.hir.cells.ids().next()) else { return };
        let mut frame = self.bare_frame(at);
        frame.ret = Ret::Cell(ret);
        let mut fx = self.start("exit".to_owned(), at, &[]);
        fx.r.open_env(0);
        fx.frames.push(frame);
        let closure = fx.b.set_closure(job.class.unwrap_or(ClassId(0)));
        fx.r.adopt(&fx.b, closure);
        fx.pin(closure);
        let dests: Vec<_> = params.iter().map(|&ty| fx.param(ty, true)).collect();
        fx.results(ret);
        let span = fx.p.hir.cells[at].name_span;
        fx.at(span);
        fx.b.emit(Op::Enter, 0, 0, 0);
        // There is no `resume` in its code; what it drops ends before it does.
        fx.resume = Some(Resume { local: Idx::from_raw(0), how: How::Closure });
        let own = fx.load_captures(&job.captures);
        let values: Vec<Val> = dests.iter().map(|&dest| fx.param_value(dest, true)).collect();
        let (&[token, payload, resumption], Some(&own)) = (values.as_slice(), own.first()) else {
            return;
        };
        fx.done(resumption);
        let (Place::One(token_reg, _), Place::One(own_reg, _)) = (token.place, own.place) else {
            return;
        };
        let here = fx.b.new_label();
        let fork = fx.r.fork();
        fx.b.branch(Op::JEq, token_reg, own_reg, here);
        fx.b.emit(Op::Abandon, 0, 0, 0);
        fx.perform_leave(token, payload);
        fx.r.rewind(&fx.b, &fork);
        fx.b.bind(here);
        fx.r.join(fork);
        let left = fx.variant_of(payload, ret, ERR);
        fx.leave_with(left, ret);
        fx.close_cell(job, ret);
    }
}
