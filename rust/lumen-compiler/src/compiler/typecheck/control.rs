//! Branches and loops: `if`, `match`, `while`, `loop`, `for`, `break`, `return`.
//!
//! Branches of one expression have one type: what the context wants, else that of the first branch that has a value.

use super::body::{BodyCx, CaseTask, FrameKind, Want};
use super::diagnostics as d;
use super::narrow::{Fact, Facts};
use super::types::{Ty, TyKind};
use crate::compiler::effects::row::Why;
use crate::compiler::hir::{Arm, Cond, ExprId, ExprKind, LoopId, PatId};
use lumen_base::Span;

/// The common type of branches, found branch by branch.
struct Join {
    want: Want,
    common: Option<Ty>,
    leaves: bool,
    /// Where anything is wanted: the branches that have a value, which may differ, as in a list.
    any: Option<Vec<(ExprId, Ty)>>,
}

impl Join {
    fn new(want: Want) -> Self {
        let any = (want == Want::Ty(Ty::ANY)).then(Vec::new);
        Join { want, common: want.ty(), leaves: true, any }
    }
}

impl BodyCx<'_, '_> {
    /// Checks one branch and joins its type with the others'.
    fn branch(&mut self, join: &mut Join, body: ExprId, what: &'static str) -> bool {
        let leaves = match (join.want, join.common) {
            (Want::Ty(wanted), _) if wanted == Ty::ANY => {
                let own = self.expr(body, Want::Ty(wanted));
                let own = self.shallow(own);
                if own != Ty::NEVER
                    && let Some(any) = &mut join.any
                {
                    any.push((body, own));
                }
                own == Ty::NEVER
            }
            (Want::Discard, _) => self.discard(body) == Ty::NEVER,
            (Want::Ty(wanted), _) => {
                let own = self.expr(body, Want::Ty(wanted));
                self.coerce(body, own, wanted);
                own == Ty::NEVER
            }
            (Want::Free, None) => {
                let own = self.infer(body);
                if own != Ty::NEVER {
                    join.common = Some(own);
                }
                own == Ty::NEVER
            }
            (Want::Free, Some(common)) => {
                let own = self.expr(body, Want::Ty(common));
                self.joined(body, own, common, what);
                own == Ty::NEVER
            }
        };
        join.leaves &= leaves;
        leaves
    }

    fn join_type(&mut self, join: &Join) -> Ty {
        if let (Some(any), false) = (&join.any, join.leaves) {
            return self.any_branches(any);
        }
        match (join.leaves, join.want, join.common) {
            (true, ..) => Ty::NEVER,
            (_, Want::Discard, _) => Ty::NULL,
            (_, _, Some(common)) => common,
            (_, _, None) => Ty::NULL,
        }
    }

    /// Branches where anything is wanted: their common type, or `Any`.
    fn any_branches(&mut self, branches: &[(ExprId, Ty)]) -> Ty {
        let Some(&(_, common)) = branches.first() else { return Ty::NULL };
        if branches.iter().all(|&(body, own)| self.unify_soft(own, common, self.span(body))) {
            return common;
        }
        for &(body, own) in branches {
            if own != Ty::ANY {
                self.coerce(body, own, Ty::ANY);
            }
        }
        Ty::ANY
    }

    pub(super) fn if_chain(
        &mut self,
        expr: ExprId,
        branches: &[(Cond, ExprId)],
        otherwise: Option<ExprId>,
        want: Want,
    ) -> Ty {
        // Without `else` the value is `Null` whatever the branches give.
        let inner = if otherwise.is_none() { Want::Discard } else { want };
        let mut join = Join::new(inner);
        let start = self.flow.mark();
        let mut prefix_leaves = true;
        let mut after: Vec<Fact> = Vec::new();
        let mut only: Option<Vec<Fact>> = None;
        for (i, (cond, body)) in branches.iter().enumerate() {
            let mark = self.flow.mark();
            let facts = self.cond(cond);
            if i == 0 && branches.len() == 1 {
                only = Some(facts.yes.clone());
            }
            self.assume(facts.yes);
            let leaves = self.branch(&mut join, *body, "branch");
            self.leave_branch(mark);
            if prefix_leaves && leaves {
                after.extend(facts.no.iter().cloned());
            } else {
                prefix_leaves = false;
            }
            // Later conditions run only when this one was false.
            let (no, mark) = (facts.no, start);
            self.assume_unassigned(no, mark);
        }
        let mut else_leaves = false;
        if let Some(otherwise) = otherwise {
            else_leaves = self.branch(&mut join, otherwise, "branch");
        }
        self.leave_branch(start);
        self.assume_unassigned(after, start);
        if else_leaves
            && !prefix_leaves
            && let Some(only) = only
        {
            self.assume_unassigned(only, start);
        }
        if otherwise.is_none() {
            let _ = expr;
            return Ty::NULL;
        }
        self.join_type(&join)
    }

    /// A condition; pattern variables of `let` are bound from here on.
    pub(super) fn cond(&mut self, cond: &Cond) -> Facts {
        match cond {
            Cond::Bool(expr) => self.condition(*expr),
            Cond::Let { pat, value } => {
                let own = self.infer(*value);
                self.testing_pattern(*pat, own);
                self.cases.push(CaseTask::Refutable(*pat));
                Facts::default()
            }
        }
    }

    pub(super) fn match_arms(
        &mut self,
        expr: ExprId,
        value: ExprId,
        arms: &[Arm],
        want: Want,
    ) -> Ty {
        let own = self.infer(value);
        let own = self.c.zonk(own);
        let start = self.flow.mark();
        let mut join = Join::new(want);
        // What the value can still be: earlier arms took the rest.
        let mut left = own;
        for arm in arms {
            let mark = self.flow.mark();
            self.pattern(arm.pat, own);
            let mut taken = self.selected(arm.pat, left);
            if let Some(ty) = taken.or(Some(left)).filter(|&ty| ty != own) {
                if let Some(fact) = self.fact(value, own, ty) {
                    self.flow.push(fact);
                }
                self.narrow_binding(arm.pat, own, ty);
            }
            if let Some(guard) = arm.guard {
                let facts = self.condition(guard);
                self.assume(facts.yes);
                taken = None;
            }
            self.branch(&mut join, arm.body, "arm");
            self.leave_branch(mark);
            if let Some(taken) = taken
                && self.takes_all(arm.pat)
            {
                left = self.subtract(left, taken);
            }
        }
        self.leave_branch(start);
        self.cases.push(CaseTask::Match(expr));
        if arms.is_empty() {
            return Ty::NEVER;
        }
        self.join_type(&join)
    }

    pub(super) fn while_loop(&mut self, id: LoopId, cond: &Cond, body: ExprId) -> Ty {
        self.enter_loop();
        let start = self.flow.mark();
        let facts = self.cond(cond);
        self.assume(facts.yes);
        self.discard(body);
        self.leave_branch(start);
        if !self.body.loops[id].breaks {
            self.assume_unassigned_in_loop(facts.no);
        }
        self.loop_result(id, true)
    }

    /// A `while` ends when its condition was just found false: facts hold even about locals the body assigns.
    fn assume_unassigned_in_loop(&mut self, facts: Vec<Fact>) {
        self.assume(facts);
    }

    pub(super) fn endless_loop(&mut self, id: LoopId, body: ExprId, want: Want) -> Ty {
        self.enter_loop();
        self.loops[id.index()].value = want.ty();
        let start = self.flow.mark();
        self.discard(body);
        self.leave_branch(start);
        if !self.body.loops[id].breaks {
            return Ty::NEVER;
        }
        self.loop_result(id, false)
    }

    fn loop_result(&mut self, id: LoopId, may_end: bool) -> Ty {
        if !self.body.loops[id].break_value {
            return Ty::NULL;
        }
        let value = self.loops[id.index()].value.unwrap_or(Ty::NULL);
        let ty = if may_end { self.c.store.optional(value) } else { value };
        self.out.loop_ty.insert(id, ty);
        ty
    }

    pub(super) fn for_loop(
        &mut self,
        id: LoopId,
        pat: PatId,
        iter: ExprId,
        guard: Option<ExprId>,
        body: ExprId,
    ) -> Ty {
        let elem = self.iterable(iter);
        let stream = self.is_stream(iter).then(|| self.begin_once());
        self.enter_loop();
        let start = self.flow.mark();
        self.pattern(pat, elem);
        self.cases.push(CaseTask::Irrefutable(pat, "for"));
        if let Some(guard) = guard {
            let facts = self.condition(guard);
            self.assume(facts.yes);
        }
        self.discard(body);
        self.leave_branch(start);
        if let Some(outer) = stream {
            let span = self.span(iter);
            self.end_once(outer, span);
        }
        self.loop_result(id, true)
    }

    fn is_stream(&self, iter: ExprId) -> bool {
        let ty = self.shallow(self.out.ty(iter));
        matches!(self.kind(ty), TyKind::Stream { .. })
    }

    /// What iterating over `iter` gives.
    pub(super) fn iterable(&mut self, iter: ExprId) -> Ty {
        let own = self.infer(iter);
        let own = self.c.zonk(own);
        match *self.kind(own) {
            TyKind::List(elem) | TyKind::Set(elem) => elem,
            TyKind::Map(key, value) => self.c.store.tuple(vec![key, value]),
            TyKind::String => Ty::STRING,
            TyKind::Stream { elem, row } => {
                let why = Why { at: self.at(iter), callee: None };
                let to = self.frame().row;
                self.c.rows.include(to, row, &self.c.store, why);
                elem
            }
            TyKind::Error | TyKind::Never => Ty::ERROR,
            TyKind::Infer(_) => {
                let at = self.at(iter);
                self.fail(d::annotate(at))
            }
            _ => {
                let (at, shown) = (self.at(iter), self.c.show(own));
                let optional = matches!(self.kind(own), TyKind::Optional(_));
                self.fail(d::not_iterable(at, &shown, optional))
            }
        }
    }

    pub(super) fn break_out(&mut self, target: LoopId, value: Option<ExprId>, span: Span) -> Ty {
        let info = &self.body.loops[target];
        match (value, self.loops[target.index()].value) {
            (Some(value), Some(common)) => {
                let own = self.expr(value, Want::Ty(common));
                self.joined(value, own, common, "break value");
            }
            (Some(value), None) => {
                let own = self.infer(value);
                if own != Ty::NEVER {
                    self.loops[target.index()].value = Some(own);
                }
            }
            (None, _) if info.break_value => {
                let at = self.here(span);
                self.report(d::break_without_value(at));
            }
            (None, _) => {}
        }
        Ty::NEVER
    }

    /// `yield e`.
    pub(super) fn yield_value(&mut self, value: ExprId) -> Ty {
        match self.frame().kind {
            FrameKind::Generator(elem) => {
                let own = self.expr(value, Want::Ty(elem));
                self.coerce(value, own, elem);
            }
            // Reported by name resolution.
            _ => {
                self.infer(value);
            }
        }
        Ty::NULL
    }

    pub(super) fn return_value(&mut self, value: Option<ExprId>, span: Span) -> Ty {
        let frame = self.function_left();
        match (frame.kind, value) {
            (FrameKind::Defer, _) => {
                // Reported by name resolution.
                if let Some(value) = value {
                    self.infer(value);
                }
            }
            (FrameKind::Generator(_), Some(value)) => {
                let own = self.infer(value);
                let (own, at) = (self.shallow(own), self.at(value));
                if !matches!(*self.kind(own), TyKind::Never | TyKind::Error) {
                    self.report(d::return_in_generator(at));
                }
            }
            (FrameKind::Script, Some(value)) => {
                let own = self.expr(value, Want::Ty(Ty::NULL));
                self.coerce(value, own, Ty::NULL);
            }
            (_, Some(value)) if matches!(self.node(value).kind, ExprKind::Missing) => {
                self.record(value, Ty::ERROR);
            }
            (_, Some(value)) => {
                let own = self.expr(value, Want::Ty(frame.ret));
                self.coerce(value, own, frame.ret);
            }
            (_, None) => {
                if self.fits(Ty::NULL, frame.ret, span) == super::coerce::Fit::No {
                    let (at, shown) = (self.here(span), self.c.show(frame.ret));
                    self.report(d::return_without_value(at, &shown));
                }
            }
        }
        Ty::NEVER
    }
}
