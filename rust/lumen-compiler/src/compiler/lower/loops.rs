//! Loops: entry, test, rounds, and what they leave behind.
//!
//! Invariant: the state at the head of a loop is the same on every way to it.

use super::fx::{Dest, Fx, LoopFrame};
use super::liveness::{ENTER, EXIT};
use super::value::{Binding, Place, Val};
use crate::compiler::hir::{Cond, ExprId, ExprKind, LoopId, PatId};
use crate::compiler::typecheck::types::TyKind;
use lumen_lir::{Label, Op, Reg};

impl<'a> Fx<'_, 'a> {
    pub(super) fn open_loop(
        &mut self,
        id: LoopId,
        e: ExprId,
        labels: [Label; 2],
        behind: bool,
        dest: Option<Dest>,
    ) {
        let [again, exit] = labels;
        let sets = self.frame().live.loop_sets(id);
        let env = self.frame().env;
        let mut loans = Vec::new();
        for reg in self.r.owned() {
            let n = self.r.state(reg).loans;
            if n > 0 {
                loans.push((reg, n));
            }
        }
        self.forget_assigned(e);
        let mark = self.r.mark();
        let defers = self.defers.len();
        self.loops.push(LoopFrame {
            id,
            env,
            sets,
            again,
            exit,
            broken: false,
            continued: false,
            behind,
            mark,
            loans,
            dest,
            defers,
        });
    }

    /// What a loop assigns is not known to be non-null at its head.
    pub(super) fn forget_assigned(&mut self, e: ExprId) {
        let cell = self.frame().cell;
        let env = self.frame().env;
        let mut homes: Vec<Reg> = Vec::new();
        for (reg, home) in self.homes.iter().enumerate() {
            if let Some((home_env, local)) = home
                && *home_env == env
                && self.program.facts(cell).assigned_inside(*local, e)
            {
                homes.push(reg as Reg);
            }
        }
        self.r.forget(homes.into_iter());
    }

    pub(super) fn while_(&mut self, e: ExprId, id: LoopId, cond: &'a Cond, body: ExprId) -> Val {
        let (head, again, exit) = (self.b.new_label(), self.b.new_label(), self.b.new_label());
        let dest = self.loop_dest(e, id);
        let simple = matches!(cond, Cond::Bool(c) if self.is_small_condition(*c));
        self.open_loop(id, e, [again, exit], !simple, dest);
        let from = self.holds.len();
        let scope = self.scope.len();
        let out = self.b.new_label();
        if !simple {
            self.b.bind(head);
            self.b.bind(again);
        }
        let (fork, pending) = self.enter_condition(cond, out);
        if simple {
            self.b.bind(head);
        }
        self.release_holds(from);
        self.deaths(e, ENTER);
        self.discard(body);
        self.end_scope(scope);
        if simple {
            self.b.bind(again);
            let continued = self.loops.last().is_some_and(|l| l.continued);
            if continued && !self.r.reachable {
                self.r.rewind(&self.b, &fork);
            }
            if let Cond::Bool(c) = cond {
                self.at_expr(*c);
                self.jump_if(*c, true, head, true);
            }
        } else if self.r.reachable {
            self.b.branch(Op::Loop, 0, 0, head);
        }
        self.r.rewind(&self.b, &fork);
        self.b.bind(out);
        if let Some(v) = pending {
            self.done(v);
        }
        self.release_holds(from);
        self.holds.truncate(from);
        self.deaths(e, EXIT);
        self.finish_loop(fork, dest)
    }

    /// The end of a loop by its condition: without a value. `break` comes to `exit` with one.
    pub(super) fn finish_loop(&mut self, fork: super::regs::Fork, dest: Option<Dest>) -> Val {
        let frame = self.loops.pop();
        if let Some(dest) = dest {
            self.place(Val::new(Place::Nil, dest.ty), dest);
        }
        if let Some(frame) = frame {
            self.b.bind(frame.exit);
            if frame.broken {
                self.r.reachable = true;
            }
        }
        self.r.join(fork);
        match dest {
            Some(dest) => self.take_dest(dest),
            None if self.r.reachable => Val::unit(),
            None => Val::never(),
        }
    }

    /// A condition cheap enough to be written twice: before the loop and at its end.
    pub(super) fn is_small_condition(&self, e: ExprId) -> bool {
        let body = self.body();
        let mut work = vec![e];
        let mut size = 0;
        while let Some(e) = work.pop() {
            size += 1;
            if size > 24 {
                return false;
            }
            match &body.exprs[e].kind {
                ExprKind::Lit(_) | ExprKind::Local(_) | ExprKind::Const(_) => {}
                ExprKind::Binary { lhs, rhs, .. }
                | ExprKind::Compare { lhs, rhs, .. }
                | ExprKind::Logic { lhs, rhs, .. } => work.extend([*lhs, *rhs]),
                ExprKind::Not(e) | ExprKind::Neg(e) => work.push(*e),
                ExprKind::Field { base, optional: false, .. }
                | ExprKind::TupleField { base, optional: false, .. } => {
                    work.push(*base);
                }
                ExprKind::Index { base, index, optional: false } => work.extend([*base, *index]),
                ExprKind::Call { .. } | ExprKind::MethodCall { .. } => {
                    let Some(call) = self.typed().call(e) else { return false };
                    if call.optional
                        || !matches!(
                            call.target,
                            crate::compiler::typecheck::tables::Target::Cell(_)
                        )
                    {
                        return false;
                    }
                    for &(_, arg) in super::order::arguments(body, call).iter() {
                        match arg {
                            super::order::Arg::Expr(e) => work.push(e),
                            super::order::Arg::Element(..) => return false,
                        }
                    }
                    size += 4;
                }
                _ => return false,
            }
        }
        true
    }

    pub(super) fn loop_dest(&mut self, e: ExprId, id: LoopId) -> Option<Dest> {
        let ty = self.ty(e);
        let valued = self.body().loops[id].break_value;
        let has = !matches!(self.p.types.kind(ty), TyKind::Null | TyKind::Never | TyKind::Error);
        (valued && has).then(|| self.dest(ty))
    }

    pub(super) fn loop_(&mut self, e: ExprId, id: LoopId, body: ExprId, _hint: Option<Reg>) -> Val {
        let (head, exit) = (self.b.new_label(), self.b.new_label());
        let ty = self.ty(e);
        let dest = self.loop_dest(e, id);
        self.open_loop(id, e, [head, exit], true, dest);
        self.b.bind(head);
        let fork = self.r.fork();
        self.deaths(e, ENTER);
        self.discard(body);
        if self.r.reachable {
            self.b.branch(Op::Loop, 0, 0, head);
        }
        self.r.rewind(&self.b, &fork);
        let broken = self.loops.last().is_some_and(|l| l.broken);
        self.loops.pop();
        // What dies by leaving the loop was dropped at each `break`.
        self.r.reachable = false;
        self.deaths(e, EXIT);
        self.r.reachable = broken;
        self.b.bind(exit);
        self.r.join(fork);
        match dest {
            Some(dest) => {
                if broken && self.is_counted(dest.reg) {
                    self.r.set_owned(dest.reg);
                }
                self.take_dest(dest)
            }
            None if broken => Val::unit(),
            None => Val::new(Place::Never, ty),
        }
    }

    pub(super) fn for_(
        &mut self,
        e: ExprId,
        id: LoopId,
        pat: PatId,
        iter: ExprId,
        guard: Option<ExprId>,
        body: ExprId,
    ) -> Val {
        let dest = self.loop_dest(e, id);
        self.iterate(e, id, pat, iter, guard.as_slice(), dest, |fx| fx.discard(body))
    }

    /// A loop over anything; `each` is the body.
    pub(super) fn iterate(
        &mut self,
        e: ExprId,
        id: LoopId,
        pat: PatId,
        iter: ExprId,
        guards: &[ExprId],
        dest: Option<Dest>,
        each: impl FnOnce(&mut Self),
    ) -> Val {
        let source = self.iteration(e, iter);
        if !self.r.reachable {
            if let Some(dest) = dest {
                self.unpin_dest(dest);
            }
            return Val::never();
        }
        let (head, again, exit, out) =
            (self.b.new_label(), self.b.new_label(), self.b.new_label(), self.b.new_label());
        self.open_loop(id, e, [again, exit], false, dest);
        self.at_expr(iter);
        self.first_round(&source, again, out);
        let fork = self.r.fork();
        self.b.bind(head);
        let scope = self.scope.len();
        self.bind_element(&source, pat, e);
        // A round that a guard ends gives back what it has bound.
        let owns = !guards.is_empty() && self.scope_owns(scope);
        let skip = if owns { self.b.new_label() } else { again };
        let from = self.holds.len();
        for &guard in guards {
            self.jump_if(guard, false, skip, false);
            if let Some(frame) = self.loops.last_mut() {
                frame.continued = true;
            }
        }
        let bound: Vec<_> = self.scope[scope..].to_vec();
        let reachable = std::mem::replace(&mut self.r.reachable, true);
        let guarded = self.r.fork();
        self.r.reachable = reachable;
        self.release_holds(from);
        self.deaths(e, ENTER);
        each(self);
        self.end_scope(scope);
        if owns {
            self.jump(again);
            self.r.rewind(&self.b, &guarded);
            self.b.bind(skip);
            self.release_holds(from);
            self.scope.truncate(scope);
            self.scope.extend(bound);
            self.end_scope(scope);
        }
        self.r.join(guarded);
        self.holds.truncate(from);
        let continued = self.loops.last().is_some_and(|l| l.continued);
        self.b.bind(again);
        if self.r.reachable || continued || source.starts_at_test() {
            self.at_expr(iter);
            self.next_round(&source, head);
        }
        self.r.rewind(&self.b, &fork);
        self.b.bind(out);
        self.deaths(e, EXIT);
        let v = self.finish_loop(fork, dest);
        self.end_iteration(source);
        v
    }

    /// Whether a local bound since there were `scope` keeps something alive.
    fn scope_owns(&self, scope: usize) -> bool {
        self.scope[scope..].iter().any(|&(env, local)| {
            match self.r.envs.get(env).and_then(|e| e.get(local.index())) {
                Some(Binding::Val(v)) => self.dies(*v),
                Some(Binding::Home { reg, .. }) => self.r.state(*reg).owned,
                _ => false,
            }
        })
    }
}
