//! Arithmetic, bits, text joining: chains of binary operators, with constants folded and immediates used.
//!
//! Invariant: the left spine is walked iteratively; a sum of a million terms needs no depth.

use super::fx::Fx;
use super::order;
use super::value::{Own, Place, Val, Want};
use crate::compiler::hir::{BinOp, ExprId, ExprKind, Item};
use crate::compiler::typecheck::types::{Ty, TyKind};
use lumen_lir::{ClassId, Op, Reg, Repr};

impl<'a> Fx<'_, 'a> {
    pub(super) fn binary(&mut self, e: ExprId, _op: BinOp, want: Want, hint: Option<Reg>) -> Val {
        let body = self.body();
        let (first, nodes) = order::binary_spine(body, e);
        let first_ty = self.adjusted(first);
        let grows = matches!(
            self.p.types.kind(first_ty),
            TyKind::List(_) | TyKind::Map(..) | TyKind::Set(_)
        ) || (first_ty == Ty::STRING && self.is_last_local(first));
        let mut acc = self.argument(first, if grows { Want::Own } else { Want::Borrow }, None);
        for &node in nodes.iter() {
            let ExprKind::Binary { op, rhs, .. } = body.exprs[node].kind else { continue };
            if self.assigns(rhs) {
                acc = self.snapshot(acc);
            }
            if let (BinOp::Concat, Some(items)) = (op, self.few_items(acc, rhs)) {
                acc = self.push_items(acc, items);
                if !self.r.reachable {
                    return Val::never();
                }
                continue;
            }
            let value = self.read(rhs);
            if !self.r.reachable {
                return Val::never();
            }
            self.at_expr(node);
            let hint = if node == e { hint } else { None };
            acc = self.apply(op, acc, value, hint);
            if node != e && !self.typed().is_plain(node) {
                let to = self.adjusted(node);
                acc = self.convert(acc, to, None);
            }
        }
        let _ = want;
        acc
    }

    /// The items of a short list literal that is joined to a list: they are pushed instead.
    pub(super) fn few_items(&self, list: Val, e: ExprId) -> Option<&'a [Item]> {
        let ExprKind::List(items) = &self.body().exprs[e].kind else { return None };
        let plain = (1..=8).contains(&items.len()) && items.iter().all(|i| !i.spread);
        let is_list = matches!(self.p.types.kind(list.ty), TyKind::List(_));
        (plain && is_list && self.typed().is_plain(e) && !self.assigns(e)).then_some(items)
    }

    pub(super) fn push_items(&mut self, list: Val, items: &'a [Item]) -> Val {
        let TyKind::List(elem) = self.kind(list.ty) else { return list };
        let mut values = Vec::with_capacity(items.len());
        for item in items {
            let v = self.expr(item.value, Want::Own, None);
            values.push(self.convert(v, elem, None));
        }
        let mut list = list;
        for v in values {
            if self.r.reachable {
                list = self.list_push(list, v);
            }
        }
        list
    }

    fn is_last_local(&self, e: ExprId) -> bool {
        matches!(self.body().exprs[e].kind, ExprKind::Local(_)) && self.frame().live.is_last(e)
    }

    /// One operation on evaluated operands.
    pub(super) fn apply(&mut self, op: BinOp, a: Val, b: Val, hint: Option<Reg>) -> Val {
        match self.kind(a.ty) {
            TyKind::Int => self.int_op(op, a, b, hint),
            TyKind::Float => self.float_op(op, a, b, hint),
            TyKind::String => self.join_text(a, b, hint),
            TyKind::List(_) => self.rt("list.concat", &[a, b], a.ty, None),
            TyKind::Map(..) => self.rt("map.merge", &[a, b], a.ty, None),
            TyKind::Set(_) => self.rt("set.union", &[a, b], a.ty, None),
            TyKind::Bytes => self.rt("bytes.concat", &[a, b], a.ty, None),
            TyKind::Never | TyKind::Error => Val::never(),
            _ => {
                self.confused("an operator on a type without it");
                Val::never()
            }
        }
    }

    fn int_op(&mut self, op: BinOp, a: Val, b: Val, hint: Option<Reg>) -> Val {
        if let (Place::Int(x), Place::Int(y)) = (a.place, b.place)
            && let Some(n) = fold_int(op, x, y)
        {
            return Val::new(Place::Int(n), a.ty);
        }
        if let Some((op, v, imm)) = immediate(op, a, b) {
            let (src, v) = self.reg(v);
            self.done(v);
            let dst = self.temp(Repr::I64, hint);
            self.b.emit(op, dst, src, imm as u16);
            return Val::new(Place::One(dst, Own::Temp), Ty::INT);
        }
        let code = match op {
            BinOp::Add => Op::Add,
            BinOp::Sub => Op::Sub,
            BinOp::Mul => Op::Mul,
            BinOp::Div => Op::Div,
            BinOp::FloorDiv => Op::DivF,
            BinOp::Rem => Op::Mod,
            BinOp::Pow => Op::Pow,
            BinOp::BitAnd => Op::BAnd,
            BinOp::BitOr => Op::BOr,
            BinOp::BitXor => Op::BXor,
            BinOp::Shl => Op::Shl,
            BinOp::Shr => Op::Shr,
            BinOp::Concat => {
                self.confused("`++` on Ints");
                return Val::never();
            }
        };
        self.three(code, a, b, Repr::I64, Ty::INT, hint)
    }

    fn float_op(&mut self, op: BinOp, a: Val, b: Val, hint: Option<Reg>) -> Val {
        if let (Place::Float(x), Place::Float(y)) = (a.place, b.place)
            && let Some(n) = fold_float(op, x, y)
        {
            return Val::new(Place::Float(n), a.ty);
        }
        let code = match op {
            BinOp::Add => Op::FAdd,
            BinOp::Sub => Op::FSub,
            BinOp::Mul => Op::FMul,
            BinOp::Div => Op::FDiv,
            BinOp::FloorDiv => Op::FDivF,
            BinOp::Rem => Op::FMod,
            BinOp::Pow => Op::FPow,
            _ => {
                self.confused("an operator that Floats do not have");
                return Val::never();
            }
        };
        self.three(code, a, b, Repr::F64, Ty::FLOAT, hint)
    }

    /// `dst = a op b` with scalar operands.
    pub(super) fn three(
        &mut self,
        op: Op,
        a: Val,
        b: Val,
        repr: Repr,
        ty: Ty,
        hint: Option<Reg>,
    ) -> Val {
        let (x, a) = self.reg(a);
        let (y, b) = self.reg(b);
        self.done(a);
        self.done(b);
        let dst = self.temp(repr, hint);
        self.b.emit(op, dst, x, y);
        Val::new(Place::One(dst, Own::Temp), ty)
    }

    /// Two texts joined: in place when the first is owned.
    pub(super) fn join_text(&mut self, a: Val, b: Val, hint: Option<Reg>) -> Val {
        if let Place::One(acc, Own::Owned) = a.place
            && self.r.state(acc).loans == 0
        {
            let (text, b) = self.reg(b);
            self.b.emit(Op::StrApp, acc, text, 0);
            self.done(b);
            return a;
        }
        let (x, a) = self.reg(a);
        let (y, b) = self.reg(b);
        let dst = self.temp(Repr::Ref(ClassId::STRING), hint);
        self.b.emit(Op::StrAdd, dst, x, y);
        let out = self.owned(dst, Ty::STRING);
        self.done(a);
        self.done(b);
        out
    }
}

/// The instruction with an immediate operand that does the same, and its register operand.
fn immediate(op: BinOp, a: Val, b: Val) -> Option<(Op, Val, i16)> {
    let small = |v: Val| match v.place {
        Place::Int(n) => i16::try_from(n).ok(),
        _ => None,
    };
    if let Some(n) = small(b) {
        let code = match op {
            BinOp::Add => Op::AddI,
            BinOp::Sub => return Some((Op::AddI, a, n.checked_neg()?)),
            BinOp::Mul => Op::MulI,
            BinOp::Div if !matches!(n, 0 | -1) => Op::DivI,
            BinOp::FloorDiv if !matches!(n, 0 | -1) => Op::DivFI,
            BinOp::Rem if !matches!(n, 0 | -1) => Op::ModI,
            BinOp::BitAnd => Op::BAndI,
            BinOp::Shl if (0..=63).contains(&n) => Op::ShlI,
            BinOp::Shr if (0..=63).contains(&n) => Op::ShrI,
            _ => return None,
        };
        return Some((code, a, n));
    }
    let n = small(a)?;
    let code = match op {
        BinOp::Add => Op::AddI,
        BinOp::Mul => Op::MulI,
        BinOp::BitAnd => Op::BAndI,
        _ => return None,
    };
    Some((code, b, n))
}

fn fold_int(op: BinOp, x: i64, y: i64) -> Option<i64> {
    match op {
        BinOp::Add => x.checked_add(y),
        BinOp::Sub => x.checked_sub(y),
        BinOp::Mul => x.checked_mul(y),
        BinOp::Div => x.checked_div(y),
        BinOp::BitAnd => Some(x & y),
        BinOp::BitOr => Some(x | y),
        BinOp::BitXor => Some(x ^ y),
        BinOp::Shl if (0..=63).contains(&y) => Some(x << y),
        BinOp::Shr if (0..=63).contains(&y) => Some(x >> y),
        BinOp::Pow => x.checked_pow(u32::try_from(y).ok()?),
        _ => None,
    }
}

fn fold_float(op: BinOp, x: f64, y: f64) -> Option<f64> {
    match op {
        BinOp::Add => Some(x + y),
        BinOp::Sub => Some(x - y),
        BinOp::Mul => Some(x * y),
        BinOp::Div => Some(x / y),
        _ => None,
    }
}
