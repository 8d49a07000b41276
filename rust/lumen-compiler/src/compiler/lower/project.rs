//! Parts of values: fields, elements, keys; borrowed where that is enough.

use super::fx::Fx;
use super::liveness::{GO, SKIP};
use super::value::{Own, Place, Val, Want};
use crate::compiler::hir::ExprId;
use crate::compiler::typecheck::types::{Ty, TyKind};
use lumen_lir::{ClassId, Op, Reg, Repr, Slots};

impl<'a> Fx<'_, 'a> {
    pub(super) fn field(
        &mut self,
        e: ExprId,
        base: ExprId,
        optional: bool,
        want: Want,
        hint: Option<Reg>,
    ) -> Val {
        let Some(&index) = self.typed().fields.get(&e) else {
            return self.json_or_missing(e, base, optional);
        };
        let v = self.read(base);
        self.at_expr(e);
        if !optional {
            let v = self.project(v, index, want, hint);
            return self.narrow_to(v, e);
        }
        self.when_present(e, v, |fx, v| {
            let v = fx.project(v, index, Want::Own, None);
            fx.own(v, None)
        })
    }

    pub(super) fn json_or_missing(&mut self, _e: ExprId, _base: ExprId, _optional: bool) -> Val {
        self.confused("a field that the type checker did not resolve");
        Val::never()
    }

    /// `some(v)` when `v` is not null, else null: the value of an expression with `?.`.
    pub(super) fn when_present(
        &mut self,
        e: ExprId,
        v: Val,
        some: impl FnOnce(&mut Self, Val) -> Val,
    ) -> Val {
        let ty = self.ty(e);
        let dest = self.dest(ty);
        let absent = self.b.new_label();
        let end = self.b.new_label();
        let (v, fork) = self.fork_null(v, absent);
        self.deaths(e, GO);
        if self.r.reachable {
            let inner_ty = self.non_null(v.ty);
            let inner = self.present(v, inner_ty);
            let out = some(self, inner);
            let out = self.convert(out, ty, None);
            self.place(out, dest);
        }
        let first = self.end_first(&fork, end);
        self.b.bind(absent);
        self.deaths(e, SKIP);
        self.absent(v);
        self.place(Val::new(Place::Nil, ty), dest);
        self.end_second(fork, first, end);
        self.take_dest(dest)
    }

    /// Where a value is known to be null: nothing is to be dropped.
    pub(super) fn absent(&mut self, v: Val) {
        match v.place {
            Place::One(reg, Own::Owned) if self.r.state(reg).loans == 0 => self.consumed(v),
            _ => self.done(v),
        }
    }

    /// The value inside an optional that is known to be there.
    pub(super) fn present(&mut self, v: Val, inner: Ty) -> Val {
        self.convert(v, inner, None)
    }

    /// Field `index` of a record, tuple or (known) variant of type `v.ty`.
    pub(super) fn project(&mut self, v: Val, index: u32, want: Want, hint: Option<Reg>) -> Val {
        let fields = self.fields(v.ty);
        let Some(&ty) = fields.get(index as usize) else {
            self.confused("a field that does not exist");
            return Val::never();
        };
        self.load_field(v, index, ty, want, hint)
    }

    /// Loads a field whose type is `ty`.
    pub(super) fn load_field(
        &mut self,
        v: Val,
        index: u32,
        ty: Ty,
        want: Want,
        hint: Option<Reg>,
    ) -> Val {
        if v.place == Place::Never {
            return Val::never();
        }
        let repr = self.one(ty);
        let v = self.lend(v);
        let (base, v) = self.reg(v);
        let index = index as u16;
        if !repr.is_counted() {
            let dst = self.temp(repr, hint);
            self.b.emit(Op::Fld, dst, base, index);
            self.done(v);
            return Val::new(Place::One(dst, Own::Temp), ty);
        }
        let out = if want == Want::Own {
            let dst = self.temp(repr, hint);
            self.b.emit(Op::FldD, dst, base, index);
            let out = self.owned(dst, ty);
            self.done(v);
            out
        } else {
            let dst = self.r.alloc(&mut self.b, repr);
            self.b.emit(Op::FldR, dst, base, index);
            self.borrowed(dst, v, ty)
        };
        self.unpack_optional(out, ty, hint)
    }

    /// A projection just loaded into `dst`, borrowed from `base`, whose loan it takes over.
    pub(super) fn borrowed(&mut self, dst: Reg, base: Val, ty: Ty) -> Val {
        let root = self.root_of(base);
        self.loan(root);
        self.done(base);
        Val::new(Place::One(dst, Own::Loan { root, temp: true }), ty)
    }

    /// An optional scalar is dynamic in containers and two registers elsewhere.
    pub(super) fn unpack_optional(&mut self, v: Val, ty: Ty, hint: Option<Reg>) -> Val {
        match (self.info(ty).slots, v.place) {
            (Slots::Two(repr), Place::One(..)) => self.dyn_to_pair(v, ty, repr, hint),
            _ => v,
        }
    }

    pub(super) fn index(
        &mut self,
        e: ExprId,
        base: ExprId,
        index: ExprId,
        optional: bool,
        want: Want,
        hint: Option<Reg>,
    ) -> Val {
        if optional {
            let v = self.read(base);
            return self.when_present(e, v, |fx, v| {
                let i = fx.read(index);
                fx.at_expr(e);
                let out = fx.element(v, i, Want::Own, None);
                fx.own(out, None)
            });
        }
        let [v, i] = self.operands([base, index]);
        self.at_expr(e);
        let out = self.element(v, i, want, hint);
        self.narrow_to(out, e)
    }

    /// `v[i]`.
    pub(super) fn element(&mut self, v: Val, i: Val, want: Want, hint: Option<Reg>) -> Val {
        match self.kind(v.ty) {
            TyKind::List(elem) => self.list_element(v, i, elem, want, hint),
            TyKind::Map(_, value) => self.map_element(v, i, value, want),
            TyKind::String => {
                let (s, v) = self.reg(v);
                let (n, i) = self.reg(i);
                let dst = self.temp(Repr::Ref(ClassId::STRING), hint);
                self.b.emit(Op::StrAt, dst, s, n);
                let out = self.owned(dst, Ty::STRING);
                self.done(v);
                self.done(i);
                out
            }
            TyKind::Bytes => {
                let (s, v) = self.reg(v);
                let (n, i) = self.reg(i);
                let dst = self.temp(Repr::I64, hint);
                self.b.emit(Op::BytesGet, dst, s, n);
                self.done(v);
                self.done(i);
                Val::new(Place::One(dst, Own::Temp), Ty::INT)
            }
            TyKind::Json => {
                let key = if i.ty == Ty::STRING { "json.key" } else { "json.index" };
                self.rt(key, &[v, i], Ty::JSON, None)
            }
            TyKind::Never | TyKind::Error => Val::never(),
            _ => {
                self.confused("an index into a type without elements");
                Val::never()
            }
        }
    }

    pub(super) fn list_element(
        &mut self,
        v: Val,
        i: Val,
        elem: Ty,
        want: Want,
        hint: Option<Reg>,
    ) -> Val {
        let repr = self.one(elem);
        let v = self.lend(v);
        let (list, v) = self.reg(v);
        if let (Place::Int(n @ 0..=65_535), Repr::I64 | Repr::F64) = (i.place, repr) {
            let dst = self.temp(repr, hint);
            self.b.emit(Op::ListGetI, dst, list, n as u16);
            self.done(v);
            return Val::new(Place::One(dst, Own::Temp), elem);
        }
        let (n, i) = self.reg(i);
        if !repr.is_counted() {
            let dst = self.temp(repr, hint);
            let op = if repr == Repr::Bool { Op::ListGetB } else { Op::ListGet };
            self.b.emit(op, dst, list, n);
            self.done(v);
            self.done(i);
            return Val::new(Place::One(dst, Own::Temp), elem);
        }
        let out = if want == Want::Own {
            let dst = self.temp(repr, hint);
            self.b.emit(Op::ListGetD, dst, list, n);
            let out = self.owned(dst, elem);
            self.done(v);
            out
        } else {
            let dst = self.r.alloc(&mut self.b, repr);
            self.b.emit(Op::ListGetR, dst, list, n);
            self.borrowed(dst, v, elem)
        };
        self.done(i);
        self.unpack_optional(out, elem, hint)
    }

    /// `m[k]`: an optional.
    pub(super) fn map_element(&mut self, m: Val, k: Val, value: Ty, want: Want) -> Val {
        let repr = self.one(value);
        let optional = self.p.types.store.optional(value);
        let m = self.lend(m);
        let k = self.slot(k);
        let (map, m) = self.reg(m);
        let (key, k) = self.reg(k);
        if !repr.is_counted() {
            let dst = self.temp_pair(repr, None);
            self.b.emit(Op::MapGet, dst, map, key);
            self.done(m);
            self.done(k);
            return Val::new(Place::Two(dst, Own::Temp), optional);
        }
        let dst = self.r.alloc(&mut self.b, repr.nullable());
        self.b.emit(Op::MapGetR, dst, map, key);
        let out = self.borrowed(dst, m, optional);
        self.done(k);
        let out = self.unpack_optional(out, optional, None);
        if want == Want::Own { self.own(out, None) } else { out }
    }
}
