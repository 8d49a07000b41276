//! Conditions: comparisons fused with jumps, short-circuit logic, tests, and truth values as values.
//!
//! Invariant: both ways out of a condition have the same state. What would die on one way only is held until the
//! caller releases it on both (`holds`).

use super::fx::Fx;
use super::liveness::SKIP;
use super::order;
use super::value::{Binding, Own, Place, Val};
use crate::compiler::hir::{CmpOp, ExprId, ExprKind, Lit};
use crate::compiler::typecheck::types::{Ty, TyKind};
use lumen_lir::{ClassId, Label, Op, Reg, Repr, Slots};
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

    fn go(&mut self, target: Label, back: bool) {
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
    fn jump_over(&mut self, op: Op, a: Reg, b: Reg, target: Label, back: bool) {
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

    fn jump_logic(&mut self, e: ExprId, when: bool, target: Label, back: bool) {
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
    fn hold_deaths(&mut self, node: ExprId) {
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

    // ---- comparisons ----

    fn jump_compare(
        &mut self,
        e: ExprId,
        op: CmpOp,
        lhs: ExprId,
        rhs: ExprId,
        when: bool,
        target: Label,
        back: bool,
    ) {
        if let Some((v, equal)) = self.null_test(op, lhs, rhs) {
            self.at_expr(e);
            self.jump_null_test(v, equal == when, target, back);
            return;
        }
        let [a, b] = self.operands([lhs, rhs]);
        if !self.r.reachable {
            return;
        }
        self.at_expr(e);
        let op = if when { op } else { negated(op) };
        match self.slot_kind(a.ty) {
            Repr::I64 => self.jump_ints(op, a, b, target, back),
            Repr::F64 => {
                self.jump_floats(if when { op } else { negated(op) }, a, b, when, target, back)
            }
            Repr::Ref(ClassId::STRING)
                if matches!(op, CmpOp::Eq | CmpOp::Ne) && a.ty == Ty::STRING =>
            {
                let (x, a) = self.reg(a);
                let (y, b) = self.reg(b);
                let code = if op == CmpOp::Eq { Op::JStrEq } else { Op::JStrNe };
                self.jump_over(code, x, y, target, back);
                self.done(a);
                self.done(b);
            }
            _ => {
                let v = self.compare_values(op, a, b, None);
                self.jump_truth(v, true, target, back);
            }
        }
    }

    /// The one register kind in which values of a type are compared.
    fn slot_kind(&mut self, ty: Ty) -> Repr {
        match self.info(ty).slots {
            Slots::One(repr) => repr,
            _ => Repr::Dyn,
        }
    }

    pub(super) fn jump_ints(&mut self, op: CmpOp, a: Val, b: Val, target: Label, back: bool) {
        if let (Place::Int(x), Place::Int(y)) = (a.place, b.place) {
            if holds(op, x, y) {
                self.go(target, back);
            }
            return;
        }
        let (op, a, b) =
            if matches!(a.place, Place::Int(_)) { (mirrored(op), b, a) } else { (op, a, b) };
        if let Place::Int(n) = b.place
            && let Some((code, imm)) = immediate(op, n)
        {
            let (x, a) = self.reg(a);
            let code = if back { back_form(code) } else { code };
            self.b.branch(code, x, imm as u16, target);
            self.done(a);
            return;
        }
        let (x, a) = self.reg(a);
        let (y, b) = self.reg(b);
        let (code, x, y) = match op {
            CmpOp::Eq => (Op::JEq, x, y),
            CmpOp::Ne => (Op::JNe, x, y),
            CmpOp::Lt => (Op::JLt, x, y),
            CmpOp::Le => (Op::JLe, x, y),
            CmpOp::Gt => (Op::JLt, y, x),
            CmpOp::Ge => (Op::JLe, y, x),
        };
        let code = if back { back_form(code) } else { code };
        self.b.branch(code, x, y, target);
        self.done(a);
        self.done(b);
    }

    /// `op` is as written; a NaN makes the negation of a comparison true.
    pub(super) fn jump_floats(
        &mut self,
        op: CmpOp,
        a: Val,
        b: Val,
        when: bool,
        target: Label,
        back: bool,
    ) {
        let (x, a) = self.reg(a);
        let (y, b) = self.reg(b);
        let (x, y, op) = match op {
            CmpOp::Gt => (y, x, CmpOp::Lt),
            CmpOp::Ge => (y, x, CmpOp::Le),
            other => (x, y, other),
        };
        let code = match (op, when) {
            (CmpOp::Eq, true) | (CmpOp::Ne, false) => Op::JFEq,
            (CmpOp::Eq, false) | (CmpOp::Ne, true) => Op::JFNe,
            (CmpOp::Lt, true) => Op::JFLt,
            (CmpOp::Lt, false) => Op::JNFLt,
            (_, true) => Op::JFLe,
            (_, false) => Op::JNFLe,
        };
        self.jump_over(code, x, y, target, back);
        self.done(a);
        self.done(b);
    }

    /// A comparison with the literal `null`: the other operand, and whether it asks for equality.
    fn null_test(&mut self, op: CmpOp, lhs: ExprId, rhs: ExprId) -> Option<(Val, bool)> {
        let body = self.body();
        let is_null = |e: ExprId| matches!(body.exprs[e].kind, ExprKind::Lit(Lit::Null));
        let other = match (is_null(lhs), is_null(rhs)) {
            (_, true) => lhs,
            (true, false) => rhs,
            _ => return None,
        };
        let equal = match op {
            CmpOp::Eq => true,
            CmpOp::Ne => false,
            _ => return None,
        };
        Some((self.read(other), equal))
    }

    /// Jumps when `v` is null (or is not).
    fn jump_null_test(&mut self, v: Val, null: bool, target: Label, back: bool) {
        if back {
            let past = self.b.new_label();
            let reachable = self.r.reachable;
            let v = self.jump_null(v, !null, past);
            self.go(target, true);
            self.b.bind(past);
            self.r.reachable = reachable;
            self.done(v);
            return;
        }
        let v = self.jump_null(v, null, target);
        self.done(v);
    }

    /// Jumps when `v` has type `ty` (or has not).
    pub(super) fn jump_is(&mut self, v: Val, ty: Ty, when: bool, target: Label, back: bool) {
        if !self.r.reachable {
            return;
        }
        if ty == Ty::NULL {
            self.jump_null_test(v, when, target, back);
            return;
        }
        if v.ty == ty || ty == Ty::ANY {
            self.done(v);
            if when {
                self.go(target, back);
            }
            return;
        }
        if self.non_null(v.ty) == ty {
            self.jump_null_test(v, !when, target, back);
            return;
        }
        let dynamic = matches!(v.place, Place::One(reg, _) if self.b.repr(reg) == Repr::Dyn);
        if !dynamic {
            self.done(v);
            if !when {
                self.go(target, back);
            }
            return;
        }
        let (src, v) = self.reg(v);
        let id = self.info(ty).id;
        let dst = self.r.alloc(&mut self.b, Repr::Bool);
        self.b.emit_ext32(Op::DynIs, [dst, src, 0], [id.0, 0]);
        self.done(v);
        self.jump_truth(Val::new(Place::One(dst, Own::Temp), Ty::BOOL), when, target, back);
    }

    /// `a op b` as a truth value, for any type.
    pub(super) fn compare_values(&mut self, op: CmpOp, a: Val, b: Val, hint: Option<Reg>) -> Val {
        let ty = a.ty;
        if matches!(a.place, Place::Never) || matches!(b.place, Place::Never) {
            return Val::new(Place::Never, Ty::BOOL);
        }
        match self.info(ty).slots {
            Slots::One(Repr::I64) => self.compare_ints(op, a, b, hint),
            Slots::One(Repr::F64) => {
                let (code, a, b) = match op {
                    CmpOp::Eq => (Op::CFEq, a, b),
                    CmpOp::Ne => (Op::CFNe, a, b),
                    CmpOp::Lt => (Op::CFLt, a, b),
                    CmpOp::Le => (Op::CFLe, a, b),
                    CmpOp::Gt => (Op::CFLt, b, a),
                    CmpOp::Ge => (Op::CFLe, b, a),
                };
                self.three(code, a, b, Repr::Bool, Ty::BOOL, hint)
            }
            Slots::One(Repr::Bool) if matches!(op, CmpOp::Eq | CmpOp::Ne) => {
                let code = if op == CmpOp::Eq { Op::CBEq } else { Op::CBNe };
                self.three(code, a, b, Repr::Bool, Ty::BOOL, hint)
            }
            _ => self.compare_objects(op, a, b, hint),
        }
    }

    fn compare_ints(&mut self, op: CmpOp, a: Val, b: Val, hint: Option<Reg>) -> Val {
        if let (Place::Int(x), Place::Int(y)) = (a.place, b.place) {
            return Val::new(Place::Bool(holds(op, x, y)), Ty::BOOL);
        }
        let (op, a, b) =
            if matches!(a.place, Place::Int(_)) { (mirrored(op), b, a) } else { (op, a, b) };
        if let Place::Int(n) = b.place
            && let Some((code, imm)) = immediate(op, n)
        {
            let code = match code {
                Op::JEqI => Op::CEqI,
                Op::JNeI => Op::CNeI,
                Op::JLtI => Op::CLtI,
                _ => Op::CGeI,
            };
            let (x, a) = self.reg(a);
            self.done(a);
            let dst = self.temp(Repr::Bool, hint);
            self.b.emit(code, dst, x, imm as u16);
            return Val::new(Place::One(dst, Own::Temp), Ty::BOOL);
        }
        let (code, a, b) = match op {
            CmpOp::Eq => (Op::CEq, a, b),
            CmpOp::Ne => (Op::CNe, a, b),
            CmpOp::Lt => (Op::CLt, a, b),
            CmpOp::Le => (Op::CLe, a, b),
            CmpOp::Gt => (Op::CLt, b, a),
            CmpOp::Ge => (Op::CLe, b, a),
        };
        self.three(code, a, b, Repr::Bool, Ty::BOOL, hint)
    }

    /// Structural comparison.
    fn compare_objects(&mut self, op: CmpOp, a: Val, b: Val, hint: Option<Reg>) -> Val {
        let info = self.info(a.ty);
        let string = a.ty == Ty::STRING && b.ty == Ty::STRING;
        let (a, b) = (self.slot(a), self.slot(b));
        let (x, a) = self.reg(a);
        let (y, b) = self.reg(b);
        if matches!(op, CmpOp::Eq | CmpOp::Ne) {
            let dst = self.temp(Repr::Bool, hint);
            if string {
                self.b.emit(Op::StrEq, dst, x, y);
            } else {
                self.b.emit_ext32(Op::Eq, [dst, x, y], [info.id.0, 0]);
            }
            if op == CmpOp::Ne {
                self.b.emit(Op::Not, dst, dst, 0);
            }
            self.done(a);
            self.done(b);
            return Val::new(Place::One(dst, Own::Temp), Ty::BOOL);
        }
        let order = self.r.alloc(&mut self.b, Repr::I64);
        if string {
            self.b.emit(Op::StrCmp, order, x, y);
        } else {
            self.b.emit_ext32(Op::Cmp, [order, x, y], [info.id.0, 0]);
        }
        self.done(a);
        self.done(b);
        let order = Val::new(Place::One(order, Own::Temp), Ty::INT);
        self.compare_ints(op, order, Val::new(Place::Int(0), Ty::INT), hint)
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

    fn null_value(&mut self, v: Val, equal: bool, hint: Option<Reg>) -> Val {
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

    fn truth_by_jumps(&mut self, e: ExprId) -> Val {
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
    fn contains(&mut self, e: ExprId, item: ExprId, container: ExprId, hint: Option<Reg>) -> Val {
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

fn negated(op: CmpOp) -> CmpOp {
    match op {
        CmpOp::Eq => CmpOp::Ne,
        CmpOp::Ne => CmpOp::Eq,
        CmpOp::Lt => CmpOp::Ge,
        CmpOp::Ge => CmpOp::Lt,
        CmpOp::Le => CmpOp::Gt,
        CmpOp::Gt => CmpOp::Le,
    }
}

fn mirrored(op: CmpOp) -> CmpOp {
    match op {
        CmpOp::Lt => CmpOp::Gt,
        CmpOp::Gt => CmpOp::Lt,
        CmpOp::Le => CmpOp::Ge,
        CmpOp::Ge => CmpOp::Le,
        same => same,
    }
}

fn holds(op: CmpOp, x: i64, y: i64) -> bool {
    match op {
        CmpOp::Eq => x == y,
        CmpOp::Ne => x != y,
        CmpOp::Lt => x < y,
        CmpOp::Le => x <= y,
        CmpOp::Gt => x > y,
        CmpOp::Ge => x >= y,
    }
}

/// The branch with an immediate that does the same as comparing with `n`.
fn immediate(op: CmpOp, n: i64) -> Option<(Op, i16)> {
    let small = |n: i64| i16::try_from(n).ok();
    Some(match op {
        CmpOp::Eq => (Op::JEqI, small(n)?),
        CmpOp::Ne => (Op::JNeI, small(n)?),
        CmpOp::Lt => (Op::JLtI, small(n)?),
        CmpOp::Le => (Op::JLtI, small(n.checked_add(1)?)?),
        CmpOp::Gt => (Op::JGeI, small(n.checked_add(1)?)?),
        CmpOp::Ge => (Op::JGeI, small(n)?),
    })
}

/// The safepoint form of a branch that goes back.
fn back_form(op: Op) -> Op {
    match op {
        Op::JEq => Op::LoopEq,
        Op::JNe => Op::LoopNe,
        Op::JLt => Op::LoopLt,
        Op::JLe => Op::LoopLe,
        Op::JEqI => Op::LoopEqI,
        Op::JNeI => Op::LoopNeI,
        Op::JLtI => Op::LoopLtI,
        _ => Op::LoopGeI,
    }
}
