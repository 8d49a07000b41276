//! Handlers: closures of the body and the clauses, performing, resuming.
//!
//! A clause that resumes in tail position is lowered as a function from its operation's parameters to what the operation
//! gives: there `resume(v)` is `return v`. Any other gets a resumption as its last parameter: where it only calls it,
//! that is a `resume` instruction, in tail position one that leaves the clause; where it does more with it, `resume` is a
//! closure around the resumption, whose code resumes.
//!
//! A clause that may end without having resumed ends with `abandon`, behind what drops its registers.

use super::call::Formal;
use super::fx::{Dest, Fx, Ret};
use super::value::{Own, Place, Val};
use super::{Job, Key, Lower, limits};
use crate::compiler::hir::{
    CellBody, CellId, CellOrigin, Clause, ExprId, ExprKind, Handle, Lambda, LocalId, PatKind,
    Resumes,
};
use crate::compiler::typecheck::diagnostics::unkeyed_instance;
use crate::compiler::typecheck::handle::same_operation;
use crate::compiler::typecheck::instances::UNKEYED;
use crate::compiler::typecheck::tables::{ArgSource, Call};
use crate::compiler::typecheck::types::{RowTy, Ty, TyKind};
use lumen_lir::{Effect, EffectSet, Op, Operation, Reg, Repr};

/// Operations of a program are 16-bit operands.
const OPERATIONS_MAX: usize = 1 << 16;

/// How a clause resumes.
#[derive(Clone, Copy)]
pub(super) struct Resume {
    pub(super) local: LocalId,
    pub(super) how: How,
}

#[derive(Clone, Copy)]
pub(super) enum How {
    /// By returning what the operation gives.
    Return,
    /// Through the resumption in this register: what it takes, and what the handler gives.
    Resumption(Reg, Ty, Ty),
    /// Through a closure: nothing is special about `resume`.
    Closure,
}

impl<'a> Fx<'_, 'a> {
    pub(super) fn handle(&mut self, e: ExprId, handle: &'a Handle, hint: Option<Reg>) -> Val {
        let result = self.ty(e);
        let mut parts: Vec<(ExprId, Ty)> = Vec::new();
        let body = self.ty(handle.body);
        parts.push((handle.body, body));
        let mut clauses = Vec::new();
        for clause in &handle.clauses {
            let (ty, tail) = self.clause_type(clause, result);
            let args = self.typed().clause_args.get(&clause.code).cloned().unwrap_or_default();
            let args: Box<[Ty]> = args.iter().map(|&ty| self.close_exact(ty)).collect();
            let operation = self.p.operation(clause.operation, &args);
            let Some(operation) = operation else { return Val::never() };
            let Some(code) = self.info(ty).class() else { return Val::never() };
            clauses.push(lumen_lir::Clause { operation: u32::from(operation), code, tail });
            parts.push((clause.code, ty));
        }
        let mut ret = None;
        if let Some(code) = handle.ret {
            let ty = self.ty(code);
            ret = self.info(ty).class();
            parts.push((code, ty));
        }
        let Some(body) = self.info(body).class() else { return Val::never() };
        let captures = clauses.iter().any(|clause| !clause.tail);
        let described = lumen_lir::Handler { body, clauses, ret, result: self.info(result).id };
        let index = self.p.module.handler(described);
        let formals: Vec<Formal> =
            parts.iter().map(|&(_, ty)| Formal { ty, owned: true }).collect();
        let mut window = self.open_window(&formals, 2, |_| true);
        for (i, &(code, ty)) in parts.iter().enumerate() {
            let v = match self.body().exprs[code].kind {
                ExprKind::Lambda(lambda) => self.lambda_as(lambda, ty, None),
                _ => self.expr(code, super::value::Want::Own, None),
            };
            self.put(&mut window, i, v);
        }
        self.at_expr(e);
        self.raise(&mut window);
        self.every_effect();
        let v = self.finish(window, result, hint, |fx, dst, base| {
            fx.b.emit_ext32(Op::Handle, [dst, base, 0], [index, 0]);
        });
        if captures && self.r.reachable {
            self.b.emit(Op::Abandon, 0, 0, 0);
        }
        v
    }

    fn every_effect(&mut self) {
        self.effects = self.effects.union(lumen_lir::EffectSet::FULL);
    }

    /// The function that a clause is lowered to, and whether it resumes by returning.
    fn clause_type(&mut self, clause: &Clause, result: Ty) -> (Ty, bool) {
        let code = self.ty(clause.code);
        let TyKind::Fn { params, .. } = self.kind(code) else { return (code, true) };
        let (mut params, resume) = (params.to_vec(), params.last().copied());
        params.pop();
        let given = match resume.map(|ty| self.kind(ty)) {
            Some(TyKind::Fn { params, .. }) => params.first().copied().unwrap_or(Ty::NULL),
            _ => Ty::NULL,
        };
        let usage = match self.body().exprs[clause.code].kind {
            ExprKind::Lambda(lambda) => self.body().lambdas[lambda].resume,
            _ => None,
        };
        let tail = matches!(usage, Some((_, Resumes::InTail)));
        if !tail {
            let kind = TyKind::Resumption { value: given, result };
            params.push(self.p.types.store.intern(kind));
        }
        let ret = if tail { given } else { result };
        let kind = TyKind::Fn { params: params.into_boxed_slice(), ret, row: RowTy::EMPTY };
        (self.p.types.store.intern(kind), tail)
    }

    /// A call of an operation.
    pub(super) fn perform(
        &mut self,
        e: ExprId,
        call: &'a Call,
        cell: CellId,
        type_args: &[Ty],
        hint: Option<Reg>,
    ) -> Val {
        let known = self.formals(cell, type_args);
        let ret = known.ret;
        let mut window = self.open_window(&known.params, 2, |_| true);
        self.arguments_into(&mut window, call, 0, &[]);
        if !self.r.reachable {
            self.close_window(&window);
            return Val::new(Place::Never, ret);
        }
        self.at_expr(e);
        self.finish_perform(window, (cell, type_args), ret, hint)
    }

    /// Performs with the arguments in the window.
    pub(super) fn finish_perform(
        &mut self,
        mut window: super::call::Window,
        (cell, type_args): (CellId, &[Ty]),
        ret: Ty,
        hint: Option<Reg>,
    ) -> Val {
        let Some(operation) = self.p.operation(cell, type_args) else { return Val::never() };
        self.raise(&mut window);
        self.effects = self.effects.union(EffectSet::of(Effect::Perform));
        self.finish(window, ret, hint, |fx, dst, base| {
            fx.b.emit(Op::Perform, dst, base, operation);
        })
    }

    /// What a handler gives for the call of a tool or builtin, where one has a clause for it; else what `outside` gives.
    pub(super) fn when_handled(
        &mut self,
        cell: CellId,
        values: &[Val],
        result: Ty,
        inside: impl FnOnce(&mut Self, Val) -> Val,
        outside: impl FnOnce(&mut Self) -> Val,
    ) -> Val {
        let Some(operation) = self.p.operation(cell, &[]) else { return Val::never() };
        let sig = self.formals(cell, &[]);
        let given = self.p.resumed_with(cell, sig.ret);
        let flag = self.r.alloc(&mut self.b, Repr::Bool);
        self.b.emit(Op::Handles, flag, 0, operation);
        let (other, end) = (self.b.new_label(), self.b.new_label());
        let dest = self.branch_dest(result, None);
        let fork = self.r.fork();
        self.b.branch(Op::JF, flag, 0, other);
        let formals: Vec<Formal> =
            sig.params.iter().map(|f| Formal { ty: f.ty, owned: true }).collect();
        let mut window = self.open_window(&formals, 2, |_| true);
        for (i, v) in values.iter().enumerate().take(formals.len()) {
            let v = self.convert(*v, formals[i].ty, None);
            self.put(&mut window, i, v);
        }
        let v = self.finish_perform(window, (cell, &[]), given, None);
        let v = inside(self, v);
        self.settle(v, dest);
        let matched = self.end_first(&fork, end);
        self.b.bind(other);
        let v = outside(self);
        self.settle(v, dest);
        self.end_second(fork, matched, end);
        self.free(flag);
        self.branch_value(dest, result, None)
    }

    fn settle(&mut self, v: Val, dest: Option<Dest>) {
        match dest {
            Some(dest) => {
                let v = self.convert(v, dest.ty, None);
                self.place(v, dest);
            }
            None => self.done(v),
        }
    }

    pub(super) fn is_resumption(&self, ty: Ty) -> bool {
        matches!(self.p.types.kind(ty), TyKind::Resumption { .. })
    }

    /// Binds `resume` of a clause that got a resumption.
    pub(super) fn bind_resume(&mut self, lambda: &Lambda, dest: Dest, v: Val) {
        let Some((local, usage)) = lambda.resume else { return };
        let TyKind::Resumption { value, result } = self.kind(dest.ty) else { return };
        let how = if usage == Resumes::AsValue {
            let closure = self.resume_closure(local, v);
            if let Some(param) = lambda.params.last()
                && matches!(self.body().pats[param.pat].kind, PatKind::Bind(_))
            {
                self.bind_whole(param.pat, closure);
            }
            How::Closure
        } else {
            self.pin(dest.reg);
            How::Resumption(dest.reg, value, result)
        };
        self.resume = Some(Resume { local, how });
    }

    /// A resumption as a function value.
    fn resume_closure(&mut self, local: LocalId, resumption: Val) -> Val {
        let ty = self.local_ty(local);
        let Some(of) = self.info(ty).class() else { return Val::never() };
        let class = self.p.closure_class(Key::Resume(ty), of, &[resumption.ty]);
        self.new_object(class, ty, &[resumption], None)
    }

    /// Whether a callee is the `resume` of this clause, and no plain function value.
    pub(super) fn is_resume(&self, callee: ExprId) -> bool {
        let Some(Resume { local, how }) = self.resume else { return false };
        let outermost = std::ptr::eq(self.body(), self.frames[0].body);
        outermost
            && !matches!(how, How::Closure)
            && matches!(self.body().exprs[callee].kind, ExprKind::Local(l) if l == local)
    }

    /// `resume(v)` of a clause that only calls it.
    pub(super) fn resume(&mut self, e: ExprId, call: &'a Call, hint: Option<Reg>) -> Val {
        let Some(Resume { how, .. }) = self.resume else { return Val::never() };
        let How::Resumption(k, value, result) = how else {
            if let Some(&ArgSource::Expr(value)) = call.args.first() {
                return self.return_value(value);
            }
            return Val::never();
        };
        // The resumption stays owned until the clause ends: other ways through it may not have come here.
        let repr = self.b.repr(k);
        let taken = self.r.alloc(&mut self.b, repr);
        self.pin(taken);
        let formals = [Formal { ty: value, owned: true }];
        let mut window = self.open_window(&formals, 2, |_| true);
        self.arguments_into(&mut window, call, 0, &[]);
        if !self.r.reachable {
            self.close_window(&window);
            self.unpin(taken);
            self.free(taken);
            return Val::new(Place::Never, result);
        }
        self.at_expr(e);
        self.b.emit(Op::Dup, taken, k, 0);
        self.raise(&mut window);
        self.every_effect();
        self.unpin(taken);
        let v = self.finish(window, result, hint, |fx, dst, base| {
            fx.b.emit(Op::Resume, dst, base, taken);
        });
        self.free(taken);
        v
    }

    /// `return v`, where the code is a function that gives what the operation gives.
    fn return_value(&mut self, value: ExprId) -> Val {
        let Ret::Cell(ty) = self.frame().ret else { return Val::never() };
        if matches!(self.p.types.kind(ty), TyKind::Null) {
            self.discard(value);
            self.leave_with(Val::unit(), ty);
            return Val::never();
        }
        let v = self.expr(value, super::value::Want::Own, None);
        self.leave_with(v, ty);
        Val::never()
    }

    /// `resume(v)` as the last thing that a clause does: the clause is left, so that resuming again and again takes no
    /// room. False when it is none.
    pub(super) fn resume_in_place(&mut self, e: ExprId, callee: ExprId) -> bool {
        if !self.is_resume(callee) || self.frames.len() != 1 || !self.defers.is_empty() {
            return false;
        }
        let Some(Resume { how: How::Resumption(k, ty, _), .. }) = self.resume else { return false };
        let Some(call) = self.typed().call(e) else { return false };
        let Some(&ArgSource::Expr(value)) = call.args.first() else { return false };
        let dest = self.dest(ty);
        self.fill_dest(value, dest);
        if self.r.reachable {
            self.at_expr(e);
            self.every_effect();
            self.leave_by_resuming(k, dest);
        }
        self.unpin_dest(dest);
        for n in 0..dest.slots.len() as u16 {
            self.free(dest.reg + n);
        }
        true
    }

    fn leave_by_resuming(&mut self, k: Reg, dest: Dest) {
        if self.is_counted(dest.reg) {
            self.r.set_consumed(dest.reg);
        }
        for reg in self.r.owned().into_iter().rev() {
            if reg != k {
                self.emit_drop(reg);
            }
        }
        self.b.emit(Op::ResumeT, dest.reg, k, 0);
        self.r.reachable = false;
    }

    /// Before a clause returns: what it dropped without resuming ends here.
    pub(super) fn end_dropped(&mut self) {
        if self.resume.is_some_and(|it| !matches!(it.how, How::Return)) {
            self.every_effect();
            self.b.emit(Op::Abandon, 0, 0, 0);
        }
    }
}

impl Lower<'_> {
    /// The number of an operation.
    fn operation(&mut self, cell: CellId, type_args: &[Ty]) -> Option<u16> {
        let key = (cell, Box::from(type_args));
        if let Some(&known) = self.operations.get(&key) {
            return Some(known);
        }
        let hir = self.hir;
        let decl = &hir.cells[cell];
        let (name, multi) = match (decl.origin, &decl.body) {
            (CellOrigin::Operation(of), CellBody::Operation { multi }) => {
                let args = type_args.into();
                let effect = self.types.store.intern(TyKind::Instance(of, args));
                let effect = self.types.name(effect);
                if self.types.store.flags_of(type_args).any(UNKEYED) {
                    let at = decl.name_span.in_file(self.file_of(cell));
                    self.errors.push(unkeyed_instance(at, &effect));
                    return None;
                }
                (format!("{effect}.{}", self.names.resolve(decl.name)), *multi)
            }
            (_, CellBody::Tool(_) | CellBody::Extern(_)) => {
                let first = self.handled(cell)?;
                if first != cell {
                    return self.operation(first, &[]);
                }
                (self.names.resolve(decl.name).to_owned(), false)
            }
            _ => return None,
        };
        let at = self.operations.len();
        if at >= OPERATIONS_MAX {
            let place = decl.name_span.in_file(self.file_of(cell));
            self.errors.push(limits::too_large(place, "the program", "it has too many operations"));
            return None;
        }
        let sig = self.tables.sigs.get(cell)?;
        let (params, ret) = (sig.params.clone(), sig.ret);
        let subst = self.subst_for(cell, type_args);
        let ret = self.resumed_with(cell, ret);
        let mut id = |ty: Ty| {
            let ty = self.types.subst(ty, &subst);
            self.types.info(&mut self.module, self.tables, ty).id
        };
        let params = params.iter().map(|&ty| id(ty)).collect();
        let ret = id(ret);
        let made = self.module.operation(Operation { name, params, ret, multi });
        self.operations.insert(key, made as u16);
        Some(made as u16)
    }

    /// The tool or builtin under whose number a clause handles this one.
    pub(super) fn handled(&self, cell: CellId) -> Option<CellId> {
        let mut handled = self.hir.handled.iter().copied();
        handled.find(|&known| same_operation(self.hir, self.tables, known, cell))
    }

    /// What an operation is resumed with: of a tool what `try` would give.
    pub(super) fn resumed_with(&mut self, cell: CellId, given: Ty) -> Ty {
        let is_tool = matches!(self.hir.cells[cell].body, CellBody::Tool(_));
        let reaches_out = is_tool || self.hir.granted_effect(cell, self.names).is_some();
        match (reaches_out, self.hir.well_known.tool_error) {
            (true, Some(error)) => {
                let error = self.types.store.intern(TyKind::Enum(error, Box::new([])));
                let kind = TyKind::Enum(self.hir.well_known.result, Box::new([given, error]));
                self.types.store.intern(kind)
            }
            _ => given,
        }
    }

    /// The code of a resumption as a function value.
    pub(super) fn lower_resume(&mut self, job: &Job, ty: Ty) {
        let TyKind::Fn { params, ret, .. } = self.types.kind(ty).clone() else { return };
        let Some(at) = self.hir.entry.or_else(|| self.hir.cells.ids().next()) else { return };
        let (Some(&value), Some(&resumption)) = (params.first(), job.captures.first()) else {
            return;
        };
        let mut frame = self.bare_frame(at);
        frame.ret = Ret::Cell(ret);
        let mut fx = self.start("resume".to_owned(), at, &[]);
        fx.r.open_env(0);
        fx.frames.push(frame);
        let closure = fx.b.set_closure(job.class.unwrap_or(lumen_lir::ClassId(0)));
        fx.r.adopt(&fx.b, closure);
        fx.pin(closure);
        let dest = fx.param(value, true);
        fx.results(ret);
        let span = fx.p.hir.cells[at].name_span;
        fx.at(span);
        fx.b.emit(Op::Enter, 0, 0, 0);
        let v = fx.param_value(dest, true);
        let repr = fx.one(resumption);
        let k = fx.r.alloc(&mut fx.b, repr);
        fx.b.emit(Op::FldD, k, closure, 0);
        fx.r.set_owned(k);
        fx.every_effect();
        if let Place::One(reg, Own::Owned) = v.place {
            fx.r.set_consumed(reg);
        }
        fx.b.emit(Op::ResumeT, dest.reg, k, 0);
        fx.r.set_consumed(k);
        fx.r.reachable = false;
        fx.close_cell(job, ret);
    }
}
