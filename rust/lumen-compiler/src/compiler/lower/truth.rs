//! Conditions: comparisons fused with jumps, short-circuit logic, tests, and truth values as values.
//!
//! Invariant: both ways out of a condition have the same state. What would die on one way only is held until the
//! caller releases it on both (`holds`).

use super::fx::Fx;
use super::liveness::SKIP;
use super::order;
use super::value::{Binding, Own, Place, Val};
use crate::compiler::hir::{ExprId, ExprKind, Lit};
use crate::compiler::typecheck::types::{Ty, TyKind};
use lumen_lir::{Label, Op, Reg, Repr};
use std::rc::Rc;

impl Fx<'_, '_> {
    /// Jumps to `target` when `e` is `when`, and falls through otherwise. `back` makes it a safepoint that goes back.
    pub(super) fn jump_if(&mut self, e: ExprId, when: bool, target: Label, back: bool) {
        if !self.r.reachable {
            return;
        }
        let body = self.body();
        match &body.exprs[e].kind {
            ExprKind::Lit(Lit::Bool(value)) => {
                if *value == when {
                    self.go(target, back);
                }
            }
            ExprKind::Not(inner) => self.jump_if(*inner, !when, target, back),
            ExprKind::Logic { .. } => self.jump_logic(e, when, target, back),
            ExprKind::Compare { op, lhs, rhs, .. } => {
                self.jump_compare(e, *op, *lhs, *rhs, when, target, back)
            }
            ExprKind::Is { value, .. } => {
                let v = self.read(*value);
                self.at_expr(e);
                if let Some(refined) = self.refined_target(e, v.ty) {
                    let holds = self.is_refined(e, v, refined);
                    self.jump_truth(holds, when, target, back);
                    return;
                }
                let ty = self.typed().is_ty.get(&e).copied().unwrap_or(Ty::ERROR);
                let ty = self.close(ty);
                self.jump_is(v, ty, when, target, back);
            }
            _ => {
                let v = self.read(e);
                self.jump_truth(v, when, target, back);
            }
        }
    }

    pub(super) fn go(&mut self, target: Label, back: bool) {
        if back && self.r.reachable {
            self.b.branch(Op::Loop, 0, 0, target);
            self.r.reachable = false;
        } else {
            self.jump(target);
        }
    }

    /// Jumps on a truth value.
    pub(super) fn jump_truth(&mut self, v: Val, when: bool, target: Label, back: bool) {
        match v.place {
            Place::Bool(value) => {
                if value == when {
                    self.go(target, back);
                }
            }
            Place::Never => {}
            _ => {
                let (reg, v) = self.reg(v);
                let op = match (when, back) {
                    (true, false) => Op::JT,
                    (false, false) => Op::JF,
                    (true, true) => Op::LoopT,
                    (false, true) => Op::LoopF,
                };
                self.b.branch(op, reg, 0, target);
                self.done(v);
            }
        }
    }

    /// A jump that has no form of its own going back: over a `loop`.
    pub(super) fn jump_over(&mut self, op: Op, a: Reg, b: Reg, target: Label, back: bool) {
        if !back {
            self.b.branch(op, a, b, target);
            return;
        }
        let past = self.b.new_label();
        match op.inverse() {
            Some((inverse, lumen_lir::SwapRegs::Keep)) => self.b.branch(inverse, a, b, past),
            Some((inverse, lumen_lir::SwapRegs::Swap)) => self.b.branch(inverse, b, a, past),
            None => self.confused("a jump without an inverse"),
        }
        self.b.branch(Op::Loop, 0, 0, target);
        self.b.bind(past);
    }

    pub(super) fn jump_logic(&mut self, e: ExprId, when: bool, target: Label, back: bool) {
        let body = self.body();
        let ExprKind::Logic { is_and, .. } = body.exprs[e].kind else { return };
        let (first, nodes) = order::logic_spine(body, e);
        // Only a run of one operator at the top of the spine is a chain; what is below is its first operand.
        let same = |n: &ExprId| matches!(body.exprs[*n].kind, ExprKind::Logic { is_and: a, .. } if a == is_and);
        let from = nodes.iter().rposition(|n| !same(n)).map_or(0, |i| i + 1);
        let first = if from == 0 { first } else { nodes[from - 1] };
        let chain = &nodes[from..];
        // What any later operand alone uses must live until the condition is decided.
        for &node in chain {
            self.hold_deaths(node);
        }
        let short = when != is_and;
        if short {
            // `and` leaving when false, `or` leaving when true: each operand may jump.
            self.jump_if(first, when, target, back);
            for &node in chain {
                if let ExprKind::Logic { rhs, .. } = body.exprs[node].kind {
                    self.jump_if(rhs, when, target, back);
                }
            }
            return;
        }
        let past = self.b.new_label();
        let reachable = self.r.reachable;
        self.jump_if(first, !when, past, false);
        for (i, &node) in chain.iter().enumerate() {
            if let ExprKind::Logic { rhs, .. } = body.exprs[node].kind {
                if i + 1 == chain.len() {
                    self.jump_if(rhs, when, target, back);
                } else {
                    self.jump_if(rhs, !when, past, false);
                }
            }
        }
        self.b.bind(past);
        self.r.reachable = reachable;
    }

    /// Keeps what dies when the rest of a condition is skipped.
    pub(super) fn hold_deaths(&mut self, node: ExprId) {
        let live = Rc::clone(&self.frame().live);
        for &local in live.deaths(node, SKIP) {
            let root = match self.binding(local) {
                Binding::Val(v) => self.root_of(v),
                Binding::Home { reg, .. } if self.r.state(reg).owned => Some(reg),
                _ => None,
            };
            if let Some(root) = root
                && self.r.state(root).owned
            {
                self.loan(Some(root));
                self.holds.push(root);
            }
        }
    }

    /// Gives back what a condition held, on one way out of it.
    pub(super) fn release_holds(&mut self, from: usize) {
        for i in from..self.holds.len() {
            let root = self.holds[i];
            self.release(Some(root));
        }
    }

    // ---- truth values as values ----

    pub(super) fn truth(&mut self, e: ExprId, hint: Option<Reg>) -> Val {
        let body = self.body();
        match &body.exprs[e].kind {
            ExprKind::Not(inner) => {
                let v = self.read(*inner);
                match v.place {
                    Place::Bool(x) => Val::new(Place::Bool(!x), Ty::BOOL),
                    _ => self.unary(Op::Not, v, Repr::Bool, hint),
                }
            }
            ExprKind::In { item, container } => self.contains(e, *item, *container, hint),
            ExprKind::Compare { op, lhs, rhs, .. } => match self.null_test(*op, *lhs, *rhs) {
                Some((v, equal)) => {
                    self.at_expr(e);
                    self.null_value(v, equal, hint)
                }
                None => {
                    let [a, b] = self.operands([*lhs, *rhs]);
                    self.at_expr(e);
                    self.compare_values(*op, a, b, hint)
                }
            },
            _ => self.truth_by_jumps(e),
        }
    }

    pub(super) fn null_value(&mut self, v: Val, equal: bool, hint: Option<Reg>) -> Val {
        let place = match v.place {
            Place::Nil | Place::Unit => Place::Bool(equal),
            Place::Two(reg, _) => {
                let dst = self.temp(Repr::Bool, hint);
                self.b.emit(if equal { Op::Not } else { Op::Mov }, dst, reg, 0);
                self.done(v);
                Place::One(dst, Own::Temp)
            }
            Place::One(reg, _) if matches!(self.b.repr(reg), Repr::Dyn | Repr::Opt(_)) => {
                let dst = self.temp(Repr::Bool, hint);
                let op = if self.b.repr(reg) == Repr::Dyn { Op::IsNull } else { Op::IsNil };
                self.b.emit(op, dst, reg, 0);
                if !equal {
                    self.b.emit(Op::Not, dst, dst, 0);
                }
                self.done(v);
                Place::One(dst, Own::Temp)
            }
            _ => {
                self.done(v);
                Place::Bool(!equal)
            }
        };
        Val::new(place, Ty::BOOL)
    }

    pub(super) fn truth_by_jumps(&mut self, e: ExprId) -> Val {
        let from = self.holds.len();
        let (no, end) = (self.b.new_label(), self.b.new_label());
        let dest = self.dest(Ty::BOOL);
        self.jump_if(e, false, no, false);
        let reachable = self.r.reachable;
        if reachable {
            self.b.emit(Op::LdB, dest.reg, 1, 0);
            self.b.jmp(end);
        }
        self.b.bind(no);
        self.r.reachable = true;
        self.b.emit(Op::LdB, dest.reg, 0, 0);
        self.b.bind(end);
        self.release_holds(from);
        self.holds.truncate(from);
        self.take_dest(dest)
    }

    /// `x in xs`.
    pub(super) fn contains(
        &mut self,
        e: ExprId,
        item: ExprId,
        container: ExprId,
        hint: Option<Reg>,
    ) -> Val {
        let [x, xs] = self.operands([item, container]);
        self.at_expr(e);
        match self.kind(xs.ty) {
            TyKind::Map(..) | TyKind::Set(_) => self.has_key(xs, x, hint),
            TyKind::String => self.rt("string.contains", &[xs, x], Ty::BOOL, None),
            TyKind::List(_) => self.rt("list.contains", &[xs, x], Ty::BOOL, None),
            _ => {
                self.confused("`in` on a type without elements");
                Val::never()
            }
        }
    }

    pub(super) fn has_key(&mut self, table: Val, key: Val, hint: Option<Reg>) -> Val {
        let key = self.slot(key);
        let (m, table) = self.reg(table);
        let (k, key) = self.reg(key);
        let dst = self.temp(Repr::Bool, hint);
        self.b.emit(Op::TableHas, dst, m, k);
        self.done(table);
        self.done(key);
        Val::new(Place::One(dst, Own::Temp), Ty::BOOL)
    }
}
