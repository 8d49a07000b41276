//! Ways out: `break`, `continue`, `return`, the end of a cell or of an expanded region.
//!
//! Invariant: on each way, exactly what is owned there and not needed at its target is dropped.

use super::fx::{Fx, Ret};
use super::liveness::LoopSets;
use super::value::{Binding, Own, Place, Val, Want};
use crate::compiler::hir::{ExprId, LoopId, Way};
use crate::compiler::typecheck::types::Ty;
use lumen_lir::{Op, Reg};

impl<'a> Fx<'_, 'a> {
    /// Emits the drops of leaving a loop for its exit or its head: what is owned inside, and what is not needed there.
    pub(super) fn leave_loop(
        &mut self,
        index: usize,
        sets: &LoopSets,
        exit: bool,
        keep: Option<Reg>,
    ) {
        let (mark, env) = (self.loops[index].mark, self.loops[index].env);
        let loans = std::mem::take(&mut self.loops[index].loans);
        let live = if exit { &sets.exit } else { &sets.head };
        let mut remaining: Vec<(Reg, i64)> =
            loans.iter().map(|&(r, n)| (r, i64::from(n))).collect();
        let mut dead: Vec<Reg> = Vec::new();
        for i in 0..self.scope.len() {
            let (local_env, local) = self.scope[i];
            // Locals of a lambda and of the body around it share an environment, not their liveness.
            let other =
                self.body().locals.get(local).is_none_or(|l| l.owner != self.frame().lambda);
            if local_env != env || other || live.contains(local.raw()) {
                continue;
            }
            match self.r.envs[local_env].get(local.index()).copied() {
                Some(Binding::Val(Val { place: Place::One(reg, Own::Owned), .. }))
                | Some(Binding::Home { reg, .. }) => dead.push(reg),
                Some(Binding::Val(Val {
                    place: Place::One(_, Own::Loan { root: Some(root), .. }),
                    ..
                })) => {
                    if let Some(entry) = remaining.iter_mut().find(|entry| entry.0 == root) {
                        entry.1 -= 1;
                    }
                }
                _ => {}
            }
        }
        for reg in self.r.owned().into_iter().rev() {
            let state = self.r.state(reg);
            if Some(reg) == keep {
                continue;
            }
            let lent = remaining.iter().any(|&(r, n)| r == reg && n > 0);
            let gone = state.seq > mark || ((dead.contains(&reg) || state.dying) && !lent);
            if gone {
                self.emit_drop(reg);
            }
        }
        self.loops[index].loans = loans;
    }

    pub(super) fn find_loop(&self, target: LoopId) -> Option<usize> {
        let env = self.frame().env;
        self.loops.iter().rposition(|l| l.id == target && l.env == env)
    }

    pub(super) fn break_(&mut self, target: LoopId, value: Option<ExprId>) -> Val {
        let Some(index) = self.find_loop(target) else {
            return self.leave_handled(Way::Break(target), value);
        };
        let dest = self.loops[index].dest;
        let mut keep = None;
        match (value, dest) {
            (Some(value), Some(dest)) => {
                self.fill_dest(value, dest);
                keep = self.is_counted(dest.reg).then_some(dest.reg);
            }
            (Some(value), None) => self.discard(value),
            (None, Some(dest)) => {
                self.place(Val::new(Place::Nil, dest.ty), dest);
                keep = self.is_counted(dest.reg).then_some(dest.reg);
            }
            (None, None) => {}
        }
        if self.r.reachable {
            self.break_from(index, keep);
        }
        Val::never()
    }

    /// Goes on behind a loop, whose value is in its place.
    pub(super) fn break_from(&mut self, index: usize, keep: Option<Reg>) {
        let from = self.loops[index].defers;
        self.run_defers(from);
        let sets = std::mem::take(&mut self.loops[index].sets);
        self.leave_loop(index, &sets, true, keep);
        let frame = &mut self.loops[index];
        frame.sets = sets;
        frame.broken = true;
        let exit = frame.exit;
        self.jump(exit);
        self.reopen_defers(from);
        if let Some(reg) = keep {
            self.r.set_consumed(reg);
        }
    }

    pub(super) fn continue_(&mut self, target: LoopId) -> Val {
        let Some(index) = self.find_loop(target) else {
            return self.leave_handled(Way::Continue(target), None);
        };
        let from = self.loops[index].defers;
        self.run_defers(from);
        let sets = std::mem::take(&mut self.loops[index].sets);
        self.leave_loop(index, &sets, false, None);
        let frame = &mut self.loops[index];
        frame.sets = sets;
        frame.continued = true;
        let (again, behind) = (frame.again, frame.behind);
        // Some loops go back right here; the others go on to their test.
        if behind {
            self.b.branch(Op::Loop, 0, 0, again);
            self.r.reachable = false;
        } else {
            self.jump(again);
        }
        self.reopen_defers(from);
        Val::never()
    }

    pub(super) fn return_(&mut self, value: Option<ExprId>) -> Val {
        if self.leaves_function() {
            return self.leave_handled(Way::Return, value);
        }
        let ret = self.frame().ret;
        let ty = match ret {
            Ret::Cell(ty) | Ret::Region { ty, .. } => ty,
        };
        match value {
            Some(value) => {
                if let Ret::Cell(_) = ret
                    && self.tail_call(value)
                {
                    return Val::never();
                }
                match ret {
                    Ret::Region { dest: Some(dest), .. } => self.fill_dest(value, dest),
                    Ret::Region { dest: None, .. } => self.discard(value),
                    Ret::Cell(_) => {
                        let v = self.expr(value, Want::Own, None);
                        if self.r.reachable {
                            self.leave_with(v, ty);
                        }
                        return Val::never();
                    }
                }
                if self.r.reachable {
                    self.leave_region();
                }
            }
            None => self.leave_with(Val::unit(), ty),
        }
        Val::never()
    }

    /// `yield e`: goes on when the next element is asked for; when the run is ended instead, this is a `return`.
    pub(super) fn yield_(&mut self, e: ExprId, value: ExprId) -> Val {
        let Some(ty) = self.yields else {
            self.confused("a yield outside a generator");
            return Val::never();
        };
        let dest = self.dest(ty);
        self.fill_dest(value, dest);
        if self.r.reachable {
            self.at_expr(e);
            if self.is_counted(dest.reg) {
                self.r.set_consumed(dest.reg);
            }
            let op = if dest.slots.len() == 2 { Op::GenYield2 } else { Op::GenYield };
            let next = self.b.new_label();
            self.b.branch(op, dest.reg, 0, next);
            let fork = self.r.fork();
            self.leave_with(Val::unit(), Ty::NULL);
            self.r.rewind(&self.b, &fork);
            self.b.bind(next);
            self.r.join(fork);
        }
        self.unpin_dest(dest);
        for n in 0..dest.slots.len() as u16 {
            self.free(dest.reg + n);
        }
        if self.r.reachable { Val::unit() } else { Val::never() }
    }

    /// Returns a value from the current frame.
    pub(super) fn leave_with(&mut self, v: Val, ty: Ty) {
        if !self.r.reachable {
            return;
        }
        let v = self.convert(v, ty, None);
        match self.frame().ret {
            Ret::Cell(_) => self.emit_return(v),
            Ret::Region { dest, .. } => {
                match dest {
                    Some(dest) => self.place(v, dest),
                    None => self.done(v),
                }
                self.leave_region();
            }
        }
    }

    /// The result is in its place: goes to the end of the inlined region.
    pub(super) fn leave_region(&mut self) {
        let Ret::Region { dest, end, mark, .. } = self.frame().ret else { return };
        let from = self.frame().defers_from;
        self.run_defers(from);
        let keep = dest.map(|d| d.reg).filter(|&reg| self.is_counted(reg));
        for reg in self.r.owned().into_iter().rev() {
            if self.r.state(reg).seq > mark && Some(reg) != keep {
                self.emit_drop(reg);
            }
        }
        self.jump(end);
        self.reopen_defers(from);
        if let Some(reg) = keep {
            self.r.set_consumed(reg);
        }
        if let Some(returned) = self.region_returns.last_mut() {
            *returned = true;
        }
    }

    /// Returns from the cell: runs what was deferred, drops what is owned.
    pub(super) fn emit_return(&mut self, v: Val) {
        let results = self.b.cell().results.len();
        let v = self.own(v, None);
        let v = if results > 0 { self.load(v, None) } else { v };
        let from = self.frame().defers_from;
        self.run_defers(from);
        let keep = match v.place {
            Place::One(reg, _) if results > 0 => Some(reg),
            _ => None,
        };
        for reg in self.r.owned().into_iter().rev() {
            if Some(reg) != keep {
                self.emit_drop(reg);
            }
        }
        self.end_dropped();
        match (results, v.place) {
            (0, _) => self.b.emit(Op::Ret0, 0, 0, 0),
            (1, Place::One(reg, _)) => self.b.emit(Op::Ret1, reg, 0, 0),
            (2, Place::Two(reg, _)) => self.b.emit(Op::Ret2, reg, 0, 0),
            _ => self.confused("a result of another shape"),
        }
        self.r.reachable = false;
        self.reopen_defers(from);
    }
}
