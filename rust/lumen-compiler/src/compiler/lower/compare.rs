//! Comparisons, fused with jumps or as truth values.

use super::fx::Fx;
use super::value::{Own, Place, Val};
use crate::compiler::hir::{CmpOp, ExprId, ExprKind, Lit};
use crate::compiler::typecheck::types::Ty;
use lumen_lir::{ClassId, Label, Op, Reg, Repr, Slots};

impl Fx<'_, '_> {
    pub(super) fn jump_compare(
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
            _ if is_order(op) && self.has_own_order(a.ty) => {
                let v = self.compare_values(op, a, b, None);
                self.jump_truth(v, true, target, back);
            }
            Repr::I64 => self.jump_ints(op, a, b, target, back),
            Repr::F64 => {
                self.jump_floats(if when { op } else { negated(op) }, a, b, when, target, back)
            }
            Repr::Ref(ClassId::STRING)
                if matches!(op, CmpOp::Eq | CmpOp::Ne)
                    && a.ty == Ty::STRING
                    && !self.dies(a)
                    && !self.dies(b) =>
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
    pub(super) fn slot_kind(&mut self, ty: Ty) -> Repr {
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
    pub(super) fn null_test(&mut self, op: CmpOp, lhs: ExprId, rhs: ExprId) -> Option<(Val, bool)> {
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
    pub(super) fn jump_null_test(&mut self, v: Val, null: bool, target: Label, back: bool) {
        if self.dies(v) {
            let answer = self.null_value(v, null, None);
            self.jump_truth(answer, true, target, back);
            return;
        }
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
        // Functions carry no rows: an `Any` is never known to be one of a certain row.
        if !dynamic || v.ty == Ty::ANY && self.holds_function(ty) {
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
        if is_order(op) && self.has_own_order(ty) {
            let order = self.own_order(a, b);
            return self.compare_ints(op, order, Val::new(Place::Int(0), Ty::INT), hint);
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

    pub(super) fn compare_ints(&mut self, op: CmpOp, a: Val, b: Val, hint: Option<Reg>) -> Val {
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
    pub(super) fn compare_objects(&mut self, op: CmpOp, a: Val, b: Val, hint: Option<Reg>) -> Val {
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
}

/// Whether the operator asks for the order, not for equality.
fn is_order(op: CmpOp) -> bool {
    !matches!(op, CmpOp::Eq | CmpOp::Ne)
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
