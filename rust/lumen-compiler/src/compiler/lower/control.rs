//! Blocks, statements, branches, loops, and the ways out of them.

use super::fx::{DeferFrame, Dest, Fx, LoopFrame, Ret};
use super::liveness::{ENTER, EXIT, GO, LoopSets, SKIP, branch_edge, past_edge};
use super::regs::Ended;
use super::value::{Binding, Own, Place, Val, Want};
use crate::compiler::hir::{
    Block, Cond, ExprId, ExprKind, LocalId, LoopId, PatId, PatKind, Stmt, StmtKind,
};
use crate::compiler::typecheck::types::{Ty, TyKind};
use lumen_base::Span;
use lumen_lir::{Label, Op, Reg, Slots};

/// What becomes of the values of branches.
#[derive(Clone, Copy)]
enum Goal {
    Value(Option<Dest>),
    /// They are the result of the cell.
    Tail,
}

impl<'a> Fx<'_, 'a> {
    pub(super) fn block(&mut self, block: &'a Block, want: Want, hint: Option<Reg>) -> Val {
        let (scope, defers) = (self.scope.len(), self.defers.len());
        for stmt in &block.stmts {
            if !self.r.reachable {
                break;
            }
            self.stmt(stmt);
        }
        let v = match block.tail {
            Some(tail) if self.r.reachable => self.expr(tail, want, hint),
            _ if self.r.reachable => Val::unit(),
            _ => Val::never(),
        };
        self.end_defers(defers);
        let v = self.steal(v, scope);
        self.end_scope(scope);
        v
    }

    /// A scalar that sits in the home of a local whose scope ends becomes a temporary.
    pub(super) fn steal(&mut self, v: Val, scope: usize) -> Val {
        let (Place::One(reg, Own::Alias) | Place::Two(reg, Own::Alias)) = v.place else { return v };
        for i in scope..self.scope.len() {
            let (env, local) = self.scope[i];
            let binding = self.r.envs.get(env).and_then(|e| e.get(local.index())).copied();
            match binding {
                Some(Binding::Home { reg: home, .. }) if home == reg || home + 1 == reg => {
                    if home != reg {
                        return self.snapshot(v);
                    }
                    self.r.bind(env, local.index(), Binding::None);
                    let two = matches!(v.place, Place::Two(..));
                    if !two && matches!(self.binding_slots(v.ty), Slots::Two(_)) {
                        return self.snapshot(v);
                    }
                    for reg in reg..=reg + u16::from(two) {
                        self.r.update(reg, |s| {
                            s.pinned = false;
                            s.home = false;
                        });
                        if let Some(home) = self.homes.get_mut(usize::from(reg)) {
                            *home = None;
                        }
                    }
                    let place =
                        if two { Place::Two(reg, Own::Temp) } else { Place::One(reg, Own::Temp) };
                    return Val::new(place, v.ty);
                }
                Some(Binding::Val(bound)) if bound.place == Place::One(reg, Own::Temp) => {
                    self.r.bind(env, local.index(), Binding::None);
                    return bound;
                }
                _ => {}
            }
        }
        v
    }

    fn binding_slots(&mut self, ty: Ty) -> Slots {
        self.info(ty).slots
    }

    pub(super) fn stmt(&mut self, stmt: &'a Stmt) {
        match &stmt.kind {
            StmtKind::Expr(e) => self.discard(*e),
            StmtKind::Let { pat, init, otherwise, .. } => self.let_(*pat, *init, *otherwise),
            StmtKind::Assign { place, op, value } => {
                self.assign(place, op.map(|o| o.0), *value, stmt.span)
            }
            StmtKind::Defer(lambda) => self.defer(*lambda, stmt.span),
            StmtKind::NestedCells { captures, .. } => {
                for &(outer, snapshot) in captures {
                    self.snapshot_local(outer, snapshot);
                }
            }
        }
    }

    /// Evaluates for the effect alone.
    pub(super) fn discard(&mut self, e: ExprId) {
        let v = self.expr(e, Want::Borrow, None);
        self.done(v);
    }

    fn snapshot_local(&mut self, outer: LocalId, snapshot: LocalId) {
        let last = self.frame().live.last_snapshot(snapshot);
        let v = self.capture_local(outer, last);
        if let Binding::Lambda(lambda) = self.binding(outer) {
            self.set_binding(snapshot, Binding::Lambda(lambda));
            return;
        }
        let v = self.own(v, None);
        let ty = self.local_ty(snapshot);
        let v = self.convert(v, ty, None);
        self.bind_local(snapshot, v);
    }

    /// The value of a local, for capturing; `last`: the local dies by it.
    pub(super) fn capture_local(&mut self, local: LocalId, last: bool) -> Val {
        match self.binding(local) {
            Binding::Val(v) if last => {
                self.set_binding(local, Binding::None);
                v
            }
            Binding::Val(v) | Binding::Fixed(v) => self.alias(v),
            Binding::Home { reg, ty } => {
                if let Slots::Two(_) = self.info(ty).slots {
                    Val::new(Place::Two(reg, Own::Alias), ty)
                } else if !self.is_counted(reg) {
                    Val::new(Place::One(reg, Own::Alias), ty)
                } else if last && self.r.state(reg).loans == 0 {
                    Val::new(Place::One(reg, Own::Owned), ty)
                } else {
                    self.loan(Some(reg));
                    if last {
                        self.r.update(reg, |s| s.dying = true);
                    }
                    Val::new(Place::One(reg, Own::Loan { root: Some(reg), temp: false }), ty)
                }
            }
            Binding::Lambda(lambda) => self.materialise(lambda, None),
            Binding::None => Val::never(),
        }
    }

    fn let_(&mut self, pat: PatId, init: ExprId, otherwise: Option<ExprId>) {
        let body = self.body();
        if let (PatKind::Bind(local), None) = (&body.pats[pat].kind, otherwise) {
            let ty = self.local_ty(*local);
            let consumed = self.program.facts(self.frame().cell).own.contains(local.raw());
            let want = if consumed { Want::Own } else { Want::Borrow };
            let v = self.expr(init, want, None);
            if !self.r.reachable {
                return;
            }
            let v = self.convert(v, ty, None);
            self.bind_local(*local, v);
            return;
        }
        self.let_pattern(pat, init, otherwise);
    }

    fn let_pattern(&mut self, pat: PatId, init: ExprId, otherwise: Option<ExprId>) {
        let v = self.read(init);
        if !self.r.reachable {
            return;
        }
        self.at_expr(init);
        match otherwise {
            None => {
                self.bind_whole(pat, v);
            }
            Some(otherwise) => {
                let failed = self.b.new_label();
                let end = self.b.new_label();
                let scope = self.scope.len();
                let fork = self.r.fork();
                self.test_and_bind(pat, v, failed, None);
                self.deaths(otherwise, GO);
                let bound: Vec<_> = self.scope[scope..].to_vec();
                let matched = self.end_first(&fork, end);
                self.b.bind(failed);
                self.scope.truncate(scope);
                self.done(v);
                self.deaths(otherwise, SKIP);
                let left = self.expr(otherwise, Want::Borrow, None);
                self.done(left);
                self.scope.truncate(scope);
                self.scope.extend(bound);
                self.end_second(fork, matched, end);
            }
        }
    }

    // ---- if ----

    pub(super) fn if_(
        &mut self,
        e: ExprId,
        branches: &'a [(Cond, ExprId)],
        otherwise: Option<ExprId>,
        hint: Option<Reg>,
    ) -> Val {
        let ty = self.ty(e);
        let dest = self.branch_dest(ty, hint);
        let end = self.b.new_label();
        self.branches(e, branches, otherwise, Goal::Value(dest), end);
        self.b.bind(end);
        self.branch_value(dest, ty, hint)
    }

    /// An `if` whose branches give the result of the cell.
    pub(super) fn tail_if(&mut self, e: ExprId, branches: &'a [(Cond, ExprId)], otherwise: ExprId) {
        let end = self.b.new_label();
        self.branches(e, branches, Some(otherwise), Goal::Tail, end);
        self.b.bind(end);
    }

    fn into_goal(&mut self, e: ExprId, goal: Goal) {
        match goal {
            Goal::Value(dest) => self.into_branch(e, dest),
            Goal::Tail => self.tail(e),
        }
    }

    /// Where the branches of a construct put their values: the hint when it is free, else fresh registers.
    pub(super) fn branch_dest(&mut self, ty: Ty, hint: Option<Reg>) -> Option<Dest> {
        if matches!(self.p.types.kind(ty), TyKind::Null | TyKind::Never | TyKind::Error) {
            return None;
        }
        let slots = self.info(ty).slots;
        if let (Some(reg), Slots::One(repr)) = (hint, slots)
            && self.fits(reg, repr)
        {
            return Some(Dest { reg, slots, ty });
        }
        Some(self.dest(ty))
    }

    pub(super) fn branch_value(&mut self, dest: Option<Dest>, ty: Ty, hint: Option<Reg>) -> Val {
        match dest {
            None if self.r.reachable => Val::unit(),
            None => Val::new(Place::Never, ty),
            Some(dest) if Some(dest.reg) == hint => {
                // Reserved by whoever gave the hint.
                let counted = self.is_counted(dest.reg);
                let own = if counted { Own::Owned } else { Own::Temp };
                if self.r.reachable {
                    Val::new(Place::One(dest.reg, own), dest.ty)
                } else {
                    Val::new(Place::Never, dest.ty)
                }
            }
            Some(dest) => self.take_dest(dest),
        }
    }

    fn branches(
        &mut self,
        e: ExprId,
        branches: &'a [(Cond, ExprId)],
        otherwise: Option<ExprId>,
        goal: Goal,
        end: Label,
    ) {
        // Flat: one open fork a branch, closed in reverse order at the end.
        let mut open: Vec<(super::regs::Fork, Ended, usize)> = Vec::new();
        let mut past_all = true;
        for (i, (cond, body)) in branches.iter().enumerate() {
            let from = self.holds.len();
            let past = self.b.new_label();
            let scope = self.scope.len();
            let (fork, pending) = self.enter_condition(cond, past);
            self.release_holds(from);
            self.deaths(e, branch_edge(i));
            self.into_goal(*body, goal);
            self.end_scope(scope);
            let more = i + 1 < branches.len() || otherwise.is_some();
            let needs_jump = more || pending.is_some() || self.edge_has_code(e, past_edge(i), from);
            let ended = if needs_jump {
                self.end_first(&fork, end)
            } else {
                self.r.end_branch(&self.b, &fork)
            };
            self.b.bind(past);
            if let Some(v) = pending {
                self.done(v);
            }
            self.release_holds(from);
            self.deaths(e, past_edge(i));
            open.push((fork, ended, from));
            if !self.r.reachable {
                past_all = false;
                break;
            }
        }
        match otherwise {
            Some(otherwise) if past_all => self.into_goal(otherwise, goal),
            _ => {}
        }
        while let Some((fork, ended, from)) = open.pop() {
            self.holds.truncate(from);
            self.r.meet(&self.b, &fork, ended);
            self.r.join(fork);
        }
    }

    /// Whether the edge past a branch emits drops, so that the branch before it must jump over them.
    fn edge_has_code(&self, e: ExprId, edge: u32, holds: usize) -> bool {
        let live = &self.frame().live;
        self.holds.len() > holds
            || live.deaths(e, edge).iter().any(|&local| match self.binding(local) {
                Binding::Val(v) => self.root_of(v).is_some_and(|root| self.r.state(root).owned),
                Binding::Home { reg, .. } => self.r.state(reg).owned,
                _ => false,
            })
    }

    /// Evaluates a condition; control goes on when it holds and to `past` when not. The fork is where both begin.
    /// A value that a pattern was tested against is given back for the way past.
    fn enter_condition(&mut self, cond: &'a Cond, past: Label) -> (super::regs::Fork, Option<Val>) {
        match cond {
            Cond::Bool(e) => {
                self.jump_if(*e, false, past, false);
                let reachable = self.r.reachable;
                // The way past exists although going on does not, when the condition is a constant.
                self.r.reachable = true;
                let fork = self.r.fork();
                self.r.reachable = reachable;
                (fork, None)
            }
            Cond::Let { pat, value } => {
                let v = self.read(*value);
                self.at_expr(*value);
                let fork = self.r.fork();
                if self.r.reachable {
                    self.test_and_bind(*pat, v, past, None);
                }
                (fork, Some(v))
            }
        }
    }

    /// Evaluates a branch into the destination, or for its effect alone.
    pub(super) fn into_branch(&mut self, e: ExprId, dest: Option<Dest>) {
        match dest {
            Some(dest) => self.into_ty(e, dest),
            None => self.discard(e),
        }
    }

    // ---- loops ----

    fn open_loop(
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
    fn forget_assigned(&mut self, e: ExprId) {
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
    fn finish_loop(&mut self, fork: super::regs::Fork, dest: Option<Dest>) -> Val {
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
    fn is_small_condition(&self, e: ExprId) -> bool {
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
                | ExprKind::TupleField { base, .. } => {
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
                    for (_, arg) in super::order::arguments(body, call) {
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

    fn loop_dest(&mut self, e: ExprId, id: LoopId) -> Option<Dest> {
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
    #[expect(clippy::too_many_arguments, reason = "the parts of a loop")]
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
        let from = self.holds.len();
        for &guard in guards {
            self.jump_if(guard, false, again, false);
            if let Some(frame) = self.loops.last_mut() {
                frame.continued = true;
            }
        }
        self.release_holds(from);
        self.deaths(e, ENTER);
        each(self);
        self.end_scope(scope);
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

    // ---- ways out ----

    /// Emits the drops of leaving a loop for its exit or its head: what is owned inside, and what is not needed there.
    fn leave_loop(&mut self, index: usize, sets: &LoopSets, exit: bool, keep: Option<Reg>) {
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

    fn find_loop(&self, target: LoopId) -> Option<usize> {
        let env = self.frame().env;
        self.loops.iter().rposition(|l| l.id == target && l.env == env)
    }

    pub(super) fn break_(&mut self, target: LoopId, value: Option<ExprId>) -> Val {
        let Some(index) = self.find_loop(target) else {
            self.confused("a break outside its loop");
            return Val::never();
        };
        let dest = self.loops[index].dest;
        let mut keep = None;
        match (value, dest) {
            (Some(value), Some(dest)) => {
                self.into_ty(value, dest);
                keep = self.is_counted(dest.reg).then_some(dest.reg);
            }
            (Some(value), None) => self.discard(value),
            (None, Some(dest)) => {
                self.place(Val::new(Place::Nil, dest.ty), dest);
                keep = self.is_counted(dest.reg).then_some(dest.reg);
            }
            (None, None) => {}
        }
        if !self.r.reachable {
            return Val::never();
        }
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
        Val::never()
    }

    pub(super) fn continue_(&mut self, target: LoopId) -> Val {
        let Some(index) = self.find_loop(target) else {
            self.confused("a continue outside its loop");
            return Val::never();
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
                    Ret::Region { dest: Some(dest), .. } => self.into_ty(value, dest),
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
    fn leave_region(&mut self) {
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
        match (results, v.place) {
            (0, _) => self.b.emit(Op::Ret0, 0, 0, 0),
            (1, Place::One(reg, _)) => self.b.emit(Op::Ret1, reg, 0, 0),
            (2, Place::Two(reg, _)) => self.b.emit(Op::Ret2, reg, 0, 0),
            _ => self.confused("a result of another shape"),
        }
        self.r.reachable = false;
        self.reopen_defers(from);
    }

    // ---- defer ----

    fn defer(&mut self, lambda: crate::compiler::hir::LambdaId, span: Span) {
        let closure = self.defer_closure(lambda, span);
        let (reg, v) = self.reg(closure);
        if matches!(v.place, Place::One(_, Own::Owned | Own::Temp)) {
            self.pin(reg);
        }
        let start = self.b.label_here();
        self.defers.push(DeferFrame { closure: reg, start, span });
    }

    /// Runs the defers above `from`, innermost first, on the current path; they stay active for others.
    pub(super) fn run_defers(&mut self, from: usize) {
        if !self.r.reachable {
            return;
        }
        for i in (from..self.defers.len()).rev() {
            let frame = self.defers[i];
            let end = self.b.label_here();
            self.defer_ranges.push((i, frame.start, end, frame.closure));
            self.at(frame.span);
            self.call_defer(frame.closure);
        }
    }

    /// Behind a way out: the defers that it ran are active again.
    pub(super) fn reopen_defers(&mut self, from: usize) {
        for i in from..self.defers.len() {
            let start = self.b.label_here();
            self.defers[i].start = start;
        }
    }

    /// The block of some defers ends.
    fn end_defers(&mut self, from: usize) {
        if self.defers.len() == from {
            return;
        }
        self.run_defers(from);
        if !self.r.reachable {
            for i in from..self.defers.len() {
                let (frame, end) = (self.defers[i], self.b.label_here());
                self.defer_ranges.push((i, frame.start, end, frame.closure));
            }
        }
        for frame in self.defers.split_off(from).into_iter().rev() {
            self.unpin(frame.closure);
            self.drop_reg(frame.closure);
        }
    }
}
