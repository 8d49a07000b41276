//! Builtins on collections and JSON that are a few instructions.

use super::fx::Fx;
use super::value::{Own, Place, Val, Want};
use crate::compiler::typecheck::types::{Ty, TyKind};
use lumen_lir::{Op, Reg, Repr};

impl<'a> Fx<'_, 'a> {
    pub(super) fn list_push(&mut self, list: Val, x: Val) -> Val {
        let TyKind::List(elem) = self.kind(list.ty) else { return list };
        let repr = self.one(elem);
        let list = self.own(list, None);
        let (reg, list) = self.reg(list);
        if matches!(list.place, Place::One(_, Own::Temp)) {
            self.r.set_owned(reg);
        }
        let list = Val::new(Place::One(reg, Own::Owned), list.ty);
        let x = self.slot(x);
        let op = match repr {
            Repr::Bool => Op::ListPushB,
            Repr::I64 | Repr::F64 => Op::ListPush,
            _ => Op::ListPushR,
        };
        let x = self.own(x, None);
        let (value, x) = self.reg(x);
        self.b.emit(op, reg, value, 0);
        self.consumed(x);
        list
    }

    pub(super) fn owned_reg(&mut self, v: Val) -> (Reg, Val) {
        let v = self.own(v, None);
        let (reg, v) = self.reg(v);
        if matches!(v.place, Place::One(_, Own::Temp)) && self.is_counted(reg) {
            self.r.set_owned(reg);
            return (reg, Val::new(Place::One(reg, Own::Owned), v.ty));
        }
        (reg, v)
    }

    pub(super) fn map_put(&mut self, map: Val, key: Val, value: Val) -> Val {
        let (m, map) = self.owned_reg(map);
        let (key, value) = (self.slot(key), self.slot(value));
        let key = self.own(key, None);
        let value = self.own(value, None);
        let (k, key) = self.reg(key);
        let (v, value) = self.reg(value);
        self.b.emit(Op::MapPut, m, k, v);
        self.consumed(key);
        self.consumed(value);
        map
    }

    pub(super) fn set_add(&mut self, set: Val, x: Val) -> Val {
        let (s, set) = self.owned_reg(set);
        let x = self.slot(x);
        let x = self.own(x, None);
        let (v, x) = self.reg(x);
        self.b.emit(Op::SetAdd, s, v, 0);
        self.consumed(x);
        set
    }

    /// `m[k] = m[k].append(x)`, or a new list: the list is taken out of the map, so that it grows in place.
    pub(super) fn push_at(&mut self, map: Val, key: Val, x: Val) -> Val {
        let TyKind::Map(_, list_ty) = self.kind(map.ty) else { return map };
        let (m, map) = self.owned_reg(map);
        let key = self.slot(key);
        let key = self.lend(key);
        let (k, key) = self.reg(key);
        let Some(class) = self.info(list_ty).class() else { return map };
        let dst = self.r.alloc(&mut self.b, Repr::Ref(class));
        self.b.emit_imm(Op::LdEmpty, dst, class.0 as i32);
        let list = self.owned(dst, list_ty);
        let (fresh, done) = (self.b.new_label(), self.b.new_label());
        let has = self.r.alloc(&mut self.b, Repr::Bool);
        self.b.emit(Op::TableHas, has, m, k);
        self.b.branch(Op::JF, has, 0, fresh);
        self.free(has);
        let repr = self.b.repr(m);
        let lent = self.r.alloc(&mut self.b, repr);
        self.b.emit(Op::Uniq, lent, m, 0);
        self.b.emit(Op::MapSwap, lent, k, dst);
        self.b.bind(fresh);
        self.free(lent);
        let list = self.list_push(list, x);
        let own_key = self.alias_of(key);
        let own_key = self.own(own_key, None);
        let (ok, own_key) = self.reg(own_key);
        self.b.emit(Op::MapPut, m, ok, dst);
        self.consumed(own_key);
        self.consumed(list);
        self.done(key);
        self.b.bind(done);
        map
    }

    pub(super) fn alias_of(&mut self, v: Val) -> Val {
        self.alias(v)
    }

    pub(super) fn get_or(
        &mut self,
        map: Val,
        key: Val,
        default: Val,
        ret: Ty,
        hint: Option<Reg>,
    ) -> Val {
        let repr = self.one(ret);
        if !repr.is_counted() {
            let key = self.slot(key);
            let (m, map) = self.reg(map);
            let (k, key) = self.reg(key);
            let (d, default) = self.reg(default);
            let dst = self.temp(repr, hint);
            self.b.emit_ext16(Op::MapGetOr, [dst, m, k], [d, 0, 0, 0]);
            self.done(map);
            self.done(key);
            self.done(default);
            return Val::new(Place::One(dst, Own::Temp), ret);
        }
        let default = self.own(default, None);
        let found = self.map_element(map, key, ret, Want::Own);
        let found = self.own(found, None);
        let dest = self.dest(ret);
        let (absent, end) = (self.b.new_label(), self.b.new_label());
        let (found, fork) = self.fork_null(found, absent);
        let inner = self.present(found, ret);
        self.place(inner, dest);
        self.done(default);
        let first = self.end_first(&fork, end);
        self.b.bind(absent);
        self.absent(found);
        self.place(default, dest);
        self.end_second(fork, first, end);
        self.take_dest(dest)
    }

    pub(super) fn mean(&mut self, list: Val, ret: Ty) -> Val {
        let TyKind::List(elem) = self.kind(list.ty) else { return list };
        let list = self.lend(list);
        let (reg, list) = self.reg(list);
        let dest = self.dest(ret);
        let n = self.r.alloc(&mut self.b, Repr::I64);
        self.b.emit(Op::ListLen, n, reg, 0);
        let (empty, end) = (self.b.new_label(), self.b.new_label());
        self.b.branch(Op::JEqI, n, 0, empty);
        let name = if elem == Ty::FLOAT { "list.sum_float" } else { "list.sum_int" };
        let again = Val::new(Place::One(reg, Own::Alias), list.ty);
        let sum = self.rt(name, &[again], elem, None);
        let sum = if elem == Ty::FLOAT { sum } else { self.unary(Op::I2F, sum, Repr::F64, None) };
        let count =
            self.unary(Op::I2F, Val::new(Place::One(n, Own::Temp), Ty::INT), Repr::F64, None);
        let mean = self.three(Op::FDiv, sum, count, Repr::F64, Ty::FLOAT, None);
        let mean = self.convert(mean, ret, None);
        self.place(mean, dest);
        self.b.jmp(end);
        self.b.bind(empty);
        self.place(Val::new(Place::Nil, ret), dest);
        self.b.bind(end);
        self.done(list);
        self.take_dest(dest)
    }

    pub(super) fn json_as(&mut self, j: Val, ret: Ty) -> Val {
        let inner = self.non_null(ret);
        let dest = self.dest(ret);
        let (other, end) = (self.b.new_label(), self.b.new_label());
        let j = self.lend(j);
        let (_, j) = self.reg(j);
        let test = self.alias(j);
        self.jump_is(test, inner, false, other, false);
        let fork = self.r.fork();
        let v = self.alias(j);
        let v = self.convert(v, inner, None);
        let v = self.convert(v, ret, None);
        let v = self.own(v, None);
        self.place(v, dest);
        let first = self.end_first(&fork, end);
        self.b.bind(other);
        self.place(Val::new(Place::Nil, ret), dest);
        self.end_second(fork, first, end);
        self.done(j);
        self.take_dest(dest)
    }
}
