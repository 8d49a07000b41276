//! Making collections: literals, spreads, slices, ranges, comprehensions.

use super::fx::{Dest, Fx};
use super::iterate::Source;
use super::value::{Own, Place, Val, Want};
use crate::compiler::hir::{Comprehension, ExprId, ExprKind, Item, Lit, MapItem};
use crate::compiler::typecheck::types::{Ty, TyKind};
use lumen_lir::{Op, Reg, Repr};

/// Elements of a literal that are put into registers at once; longer ones are pushed.
const LITERAL: usize = 64;
/// Elements that room is made for at most before they are there.
const ROOM: i64 = 4096;

impl<'a> Fx<'_, 'a> {
    pub(super) fn new_list(&mut self, ty: Ty) -> Val {
        let Some(class) = self.info(ty).class() else { return Val::never() };
        let dst = self.r.alloc(&mut self.b, Repr::Ref(class));
        self.b.emit_imm(Op::ListNew, dst, class.0 as i32);
        self.owned(dst, ty)
    }

    /// An empty list that nothing is pushed to here.
    pub(super) fn empty(&mut self, ty: Ty, hint: Option<Reg>) -> Val {
        let Some(class) = self.info(ty).class() else { return Val::never() };
        let dst = self.temp(Repr::Ref(class), hint);
        self.b.emit_imm(Op::LdEmpty, dst, class.0 as i32);
        self.owned(dst, ty)
    }

    pub(super) fn list(&mut self, e: ExprId, items: &'a [Item], hint: Option<Reg>) -> Val {
        let ty = self.ty(e);
        let pairs: Vec<(ExprId, bool)> = items.iter().map(|i| (i.value, i.spread)).collect();
        self.list_from(e, ty, &pairs, hint)
    }

    /// The list of a variadic parameter.
    pub(super) fn list_of(&mut self, ty: Ty, items: &[(ExprId, bool)]) -> Val {
        match items.first() {
            Some(&(first, _)) => self.list_from(first, ty, items, None),
            None => self.empty(ty, None),
        }
    }

    pub(super) fn list_from(
        &mut self,
        e: ExprId,
        ty: Ty,
        items: &[(ExprId, bool)],
        hint: Option<Reg>,
    ) -> Val {
        let TyKind::List(elem) = self.kind(ty) else { return Val::never() };
        if items.is_empty() {
            return self.empty(ty, hint);
        }
        let plain = items.iter().take_while(|i| !i.1).count();
        let first = plain.min(LITERAL);
        let mut list = if first > 0 {
            self.literal_list(e, ty, elem, &items[..first], hint)
        } else {
            self.new_list(ty)
        };
        for &(item, spread) in &items[first..] {
            if !self.r.reachable {
                return Val::new(Place::Never, ty);
            }
            if self.assigns(item) {
                list = self.snapshot(list);
            }
            if spread {
                let v = self.expr(item, Want::Borrow, None);
                self.at_expr(item);
                let Some(v) = self.spread_values(v, elem) else { continue };
                list = match self.kind(v.ty) {
                    TyKind::Set(_) => {
                        let v = self.rt("set.to_list", &[v], ty, None);
                        self.rt("list.concat", &[list, v], ty, None)
                    }
                    _ => self.rt("list.concat", &[list, v], ty, None),
                };
            } else {
                let v = self.expr(item, Want::Own, None);
                let v = self.convert(v, elem, None);
                list = self.list_push(list, v);
            }
        }
        list
    }

    pub(super) fn literal_list(
        &mut self,
        e: ExprId,
        ty: Ty,
        elem: Ty,
        items: &[(ExprId, bool)],
        hint: Option<Reg>,
    ) -> Val {
        let types = vec![elem; items.len()];
        let dests = self.open_fields(&types);
        for (dest, item) in dests.iter().zip(items) {
            self.field_into(*dest, item.0);
        }
        self.finish_list(e, ty, &dests, hint)
    }

    pub(super) fn finish_list(
        &mut self,
        e: ExprId,
        ty: Ty,
        dests: &[Dest],
        hint: Option<Reg>,
    ) -> Val {
        let base = dests.first().map_or(0, |d| d.reg);
        self.close_fields(dests);
        if !self.r.reachable {
            return Val::new(Place::Never, ty);
        }
        let Some(class) = self.info(ty).class() else { return Val::never() };
        self.at_expr(e);
        let dst = self.temp(Repr::Ref(class), hint);
        self.b.emit_ext32(Op::ListLit, [dst, base, dests.len() as u16], [class.0, 0]);
        self.owned(dst, ty)
    }

    /// A list or set that is spread, as one whose elements are of type `elem`; nothing when it cannot hold any.
    fn spread_values(&mut self, v: Val, elem: Ty) -> Option<Val> {
        let (TyKind::List(own) | TyKind::Set(own)) = self.kind(v.ty) else { return Some(v) };
        if own == Ty::NEVER {
            self.done(v);
            return None;
        }
        let same = self.info(own).id == self.info(elem).id;
        if same || !self.r.reachable { Some(v) } else { Some(self.converted_elements(v, elem)) }
    }

    /// A new list of the elements of a list or set, each converted.
    fn converted_elements(&mut self, v: Val, elem: Ty) -> Val {
        let ty = self.p.types.store.list(elem);
        let out = self.new_list(ty);
        let (out_reg, _) = self.reg(out);
        self.pin(out_reg);
        let (_, v) = self.reg(v);
        let i = self.r.alloc(&mut self.b, Repr::I64);
        self.pin(i);
        let source = match self.kind(v.ty) {
            TyKind::Set(own) => Source::Set { i, set: v, elem: own },
            TyKind::List(own) => Source::List { i, list: v, elem: own },
            _ => return out,
        };
        let (head, again, end) = (self.b.new_label(), self.b.new_label(), self.b.new_label());
        self.first_round(&source, again, end);
        self.b.bind(head);
        let x = self.element_of_round(&source);
        let x = self.convert(x, elem, None);
        self.list_push(out, x);
        self.b.bind(again);
        self.next_round(&source, head);
        self.b.bind(end);
        self.unpin(i);
        self.end_iteration(source);
        self.unpin(out_reg);
        out
    }

    /// A list of evaluated values.
    pub(super) fn list_of_values(&mut self, ty: Ty, values: &[Val]) -> Val {
        let TyKind::List(elem) = self.kind(ty) else { return Val::never() };
        let mut list = self.new_list(ty);
        for v in values {
            let v = self.convert(*v, elem, None);
            list = self.list_push(list, v);
        }
        list
    }

    pub(super) fn set(&mut self, e: ExprId, items: &'a [Item]) -> Val {
        let ty = self.ty(e);
        let (TyKind::Set(elem), Some(class)) = (self.kind(ty), self.info(ty).class()) else {
            return Val::never();
        };
        let dst = self.r.alloc(&mut self.b, Repr::Ref(class));
        self.b.emit_imm(Op::SetNew, dst, class.0 as i32);
        let mut set = self.owned(dst, ty);
        for item in items {
            if !self.r.reachable {
                return Val::new(Place::Never, ty);
            }
            if item.spread {
                let v = self.read(item.value);
                self.at_expr(item.value);
                let Some(v) = self.spread_values(v, elem) else { continue };
                let v = match self.kind(v.ty) {
                    TyKind::List(_) => self.rt("list.to_set", &[v], ty, None),
                    _ => v,
                };
                set = self.rt("set.union", &[set, v], ty, None);
            } else {
                let v = self.expr(item.value, Want::Own, None);
                let v = self.convert(v, elem, None);
                set = self.set_add(set, v);
            }
        }
        set
    }

    pub(super) fn map(&mut self, e: ExprId, items: &'a [MapItem]) -> Val {
        let ty = self.ty(e);
        let (TyKind::Map(key, value), Some(class)) = (self.kind(ty), self.info(ty).class()) else {
            return Val::never();
        };
        let dst = self.r.alloc(&mut self.b, Repr::Ref(class));
        self.b.emit_imm(Op::MapNew, dst, class.0 as i32);
        let mut map = self.owned(dst, ty);
        for item in items {
            if !self.r.reachable {
                return Val::new(Place::Never, ty);
            }
            match item {
                MapItem::Entry(k, v) => {
                    let k1 = self.expr(*k, Want::Own, None);
                    let k1 = self.convert(k1, key, None);
                    let k1 = if self.assigns(*v) { self.snapshot(k1) } else { k1 };
                    let v1 = self.expr(*v, Want::Own, None);
                    let v1 = self.convert(v1, value, None);
                    map = self.map_put(map, k1, v1);
                }
                MapItem::Spread(other) => {
                    let v = self.read(*other);
                    self.at_expr(*other);
                    map = self.rt("map.merge", &[map, v], ty, None);
                }
            }
        }
        map
    }

    pub(super) fn slice(
        &mut self,
        e: ExprId,
        base: ExprId,
        lo: Option<ExprId>,
        hi: Option<ExprId>,
        inclusive: bool,
    ) -> Val {
        let v = self.read(base);
        self.slice_of(e, v, lo, hi, inclusive)
    }

    /// A slice of a value.
    pub(super) fn slice_of(
        &mut self,
        e: ExprId,
        v: Val,
        lo: Option<ExprId>,
        hi: Option<ExprId>,
        inclusive: bool,
    ) -> Val {
        let later = lo.iter().chain(&hi).any(|&e| self.assigns(e));
        let v = if later { self.snapshot(v) } else { v };
        let lo = match lo {
            Some(lo) => self.read(lo),
            None => Val::new(Place::Int(0), Ty::INT),
        };
        let lo = if hi.is_some_and(|hi| self.assigns(hi)) { self.snapshot(lo) } else { lo };
        let hi = hi.map(|hi| self.read(hi));
        if !self.r.reachable {
            return Val::never();
        }
        self.at_expr(e);
        let ty = v.ty;
        let (name, length) = match self.p.types.kind(ty) {
            TyKind::String => ("string.part", Op::StrLen),
            TyKind::Bytes => ("bytes.part", Op::BytesLen),
            _ => ("list.part", Op::ListLen),
        };
        let (_, v) = self.reg(v);
        let hi = match hi {
            Some(hi) if inclusive => {
                let one = Val::new(Place::Int(1), Ty::INT);
                self.apply(crate::compiler::hir::BinOp::Add, hi, one, None)
            }
            Some(hi) => hi,
            None => {
                let again = self.alias(v);
                self.unary(length, again, Repr::I64, None)
            }
        };
        self.rt(name, &[v, lo, hi], ty, None)
    }

    /// A range as a list.
    pub(super) fn range_list(
        &mut self,
        e: ExprId,
        lo: ExprId,
        hi: ExprId,
        inclusive: bool,
        step: Option<ExprId>,
    ) -> Val {
        let ty = self.ty(e);
        if step.is_none() && !inclusive {
            let [a, b] = self.operands([lo, hi]);
            if !self.r.reachable {
                return Val::new(Place::Never, ty);
            }
            self.at_expr(e);
            return self.rt("list.range", &[a, b], ty, None);
        }
        let source = self.range_source(lo, hi, inclusive, step);
        if !self.r.reachable {
            return Val::new(Place::Never, ty);
        }
        let list = self.new_list(ty);
        let (reg, _) = self.reg(list);
        let (head, again, out) = (self.b.new_label(), self.b.new_label(), self.b.new_label());
        self.at_expr(e);
        self.first_round(&source, again, out);
        self.b.bind(head);
        if let Source::Range { i, .. } = &source {
            self.b.emit(Op::ListPush, reg, *i, 0);
        }
        self.b.bind(again);
        self.next_round(&source, head);
        self.b.bind(out);
        self.end_iteration(source);
        list
    }

    pub(super) fn comprehension(&mut self, e: ExprId) -> Val {
        let ty = self.ty(e);
        let Some(class) = self.info(ty).class() else { return Val::never() };
        let dst = self.r.alloc(&mut self.b, Repr::Ref(class));
        let op = match self.kind(ty) {
            TyKind::Set(_) => Op::SetNew,
            TyKind::Map(..) => Op::MapNew,
            _ => Op::ListNew,
        };
        match self.known_rounds(e) {
            Some(rounds) if op == Op::ListNew => {
                let (room, rounds) = self.reg(Val::new(Place::Int(rounds), Ty::INT));
                self.at_expr(e);
                self.b.emit_ext32(Op::ListCap, [dst, room, 0], [class.0, 0]);
                self.done(rounds);
            }
            _ => {
                self.at_expr(e);
                self.b.emit_imm(op, dst, class.0 as i32);
            }
        }
        self.r.set_owned(dst);
        self.pin(dst);
        self.r.update(dst, |s| s.home = true);
        let out = Val::new(Place::One(dst, Own::Owned), ty);
        self.collect_into(e, out);
        self.r.update(dst, |s| {
            s.pinned = false;
            s.home = false;
        });
        if self.r.reachable { out } else { Val::new(Place::Never, ty) }
    }

    /// How many elements a list comprehension makes, when it goes over a range of numbers in the text.
    fn known_rounds(&self, e: ExprId) -> Option<i64> {
        let exprs = &self.body().exprs;
        let number = |e: ExprId| match exprs[e].kind {
            ExprKind::Lit(Lit::Int(n)) => Some(n),
            _ => None,
        };
        let ExprKind::Comprehension { kind: Comprehension::List(_), iter, guards, .. } =
            &exprs[e].kind
        else {
            return None;
        };
        let ExprKind::Range { lo, hi, inclusive, step: None } = exprs[*iter].kind else {
            return None;
        };
        let rounds = number(hi)?.checked_sub(number(lo)?)?.checked_add(i64::from(inclusive))?;
        (guards.is_empty() && (1..=ROOM).contains(&rounds)).then_some(rounds)
    }

    /// The loop of a comprehension, which adds what it collects to `out`. The depth of nested ones is bounded by the
    /// parser.
    fn collect_into(&mut self, e: ExprId, out: Val) {
        let ExprKind::Comprehension { kind, id, pat, iter, guards } = &self.body().exprs[e].kind
        else {
            return self.confused("a comprehension of something else");
        };
        let parts = self.kind(out.ty);
        let v = self.iterate(e, *id, *pat, *iter, guards, None, |fx| match (kind, parts) {
            (Comprehension::Nested(inner), _) => fx.collect_into(*inner, out),
            (Comprehension::List(x), TyKind::List(elem)) => {
                let x = fx.expr(*x, Want::Own, None);
                let x = fx.convert(x, elem, None);
                if fx.r.reachable {
                    fx.list_push(out, x);
                }
            }
            (Comprehension::Set(x), TyKind::Set(elem)) => {
                let x = fx.expr(*x, Want::Own, None);
                let x = fx.convert(x, elem, None);
                if fx.r.reachable {
                    fx.set_add(out, x);
                }
            }
            (Comprehension::Map(k, v), TyKind::Map(key, value)) => {
                let k = fx.expr(*k, Want::Own, None);
                let k = fx.convert(k, key, None);
                let v = fx.expr(*v, Want::Own, None);
                let v = fx.convert(v, value, None);
                if fx.r.reachable {
                    fx.map_put(out, k, v);
                }
            }
            _ => {}
        });
        self.done(v);
    }
}
