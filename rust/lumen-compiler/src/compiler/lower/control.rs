//! Blocks, statements, branches, loops, and the ways out of them.

use super::fx::{Dest, Fx};
use super::liveness::{GO, SKIP, branch_edge, past_edge};
use super::regs::Ended;
use super::value::{Binding, Own, Place, Val, Want};
use crate::compiler::hir::{Block, Cond, ExprId, LocalId, PatId, PatKind, Stmt, StmtKind};
use crate::compiler::typecheck::types::{Ty, TyKind};
use lumen_lir::{Label, Reg, Slots};

/// What becomes of the values of branches.
#[derive(Clone, Copy)]
pub(super) enum Goal {
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
        let (Place::One(reg, own @ (Own::Alias | Own::Owned)) | Place::Two(reg, own @ Own::Alias)) =
            v.place
        else {
            return v;
        };
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
                    let own = if own == Own::Owned { own } else { Own::Temp };
                    let place = if two { Place::Two(reg, own) } else { Place::One(reg, own) };
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

    pub(super) fn binding_slots(&mut self, ty: Ty) -> Slots {
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
            StmtKind::Cursor { local, stream } => self.open_cursor(*local, *stream),
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

    pub(super) fn snapshot_local(&mut self, outer: LocalId, snapshot: LocalId) {
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

    pub(super) fn let_(&mut self, pat: PatId, init: ExprId, otherwise: Option<ExprId>) {
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

    pub(super) fn let_pattern(&mut self, pat: PatId, init: ExprId, otherwise: Option<ExprId>) {
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
                self.test_and_bind(pat, v, failed);
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

    pub(super) fn lower_goal(&mut self, e: ExprId, goal: Goal) {
        match goal {
            Goal::Value(dest) => self.lower_branch(e, dest),
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

    pub(super) fn branches(
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
            let drops = self.edge_has_code(e, past_edge(i), from);
            self.release_holds(from);
            self.deaths(e, branch_edge(i));
            self.lower_goal(*body, goal);
            self.end_scope(scope);
            let more = i + 1 < branches.len() || otherwise.is_some();
            let needs_jump = more || drops || pending.is_some_and(|v| v.own().is_some());
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
            Some(otherwise) if past_all => self.lower_goal(otherwise, goal),
            _ => {}
        }
        while let Some((fork, ended, from)) = open.pop() {
            self.holds.truncate(from);
            self.r.meet(&self.b, &fork, ended);
            self.r.join(fork);
        }
    }

    /// Whether the edge past a branch emits drops, so that the branch before it must jump over them.
    pub(super) fn edge_has_code(&self, e: ExprId, edge: u32, holds: usize) -> bool {
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
    pub(super) fn enter_condition(
        &mut self,
        cond: &'a Cond,
        past: Label,
    ) -> (super::regs::Fork, Option<Val>) {
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
                    self.test_and_bind(*pat, v, past);
                }
                (fork, Some(v))
            }
        }
    }

    /// Evaluates a branch into the destination, or for its effect alone.
    pub(super) fn lower_branch(&mut self, e: ExprId, dest: Option<Dest>) {
        match dest {
            Some(dest) => self.fill_dest(e, dest),
            None => self.discard(e),
        }
    }
}
