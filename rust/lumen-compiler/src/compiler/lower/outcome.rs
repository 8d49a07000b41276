//! Results and failures: `?`, `!`, `as`, `assert`, `halt`, `emit`.

use super::codes;
use super::fx::Fx;
use super::value::{Own, Place, Val, Want};
use crate::compiler::hir::ExprId;
use crate::compiler::typecheck::types::{Ty, TyKind};
use lumen_lir::{FormatSpec, FormatType, Op, Reg, Repr, Slots, TemplatePart};

/// The ordinal of `err`.
const ERR: u32 = 1;

impl Fx<'_, '_> {
    /// `e?`: the value, or a return with the null or the error.
    pub(super) fn propagate(&mut self, e: ExprId, value: ExprId, want: Want) -> Val {
        let v = self.expr(value, want, None);
        if !self.r.reachable {
            return Val::never();
        }
        self.at_expr(e);
        let out = if matches!(self.p.types.kind(v.ty), TyKind::Enum(..)) {
            self.propagate_result(v, want)
        } else {
            self.propagate_null(v)
        };
        self.narrow_to(out, e)
    }

    fn propagate_null(&mut self, v: Val) -> Val {
        let absent = self.b.new_label();
        let there = self.b.new_label();
        let v = match v.place {
            Place::Nil => v,
            _ => self.load(v, None),
        };
        let v = self.jump_null(v, false, there);
        let fork = self.r.fork();
        if self.r.reachable {
            self.absent(v);
            let ty = self.returned_type();
            let null = Val::new(Place::Nil, ty);
            self.return_with(null, ty);
        }
        self.b.bind(absent);
        self.r.rewind(&self.b, &fork);
        self.r.reachable = v.place != Place::Nil;
        self.b.bind(there);
        self.r.join(fork);
        if let Place::One(reg, _) = v.place {
            self.r.update(reg, |s| s.known = true);
        }
        let inner = self.non_null(v.ty);
        self.present(v, inner)
    }

    fn propagate_result(&mut self, v: Val, want: Want) -> Val {
        let (reg, v) = self.reg(v);
        let fine = self.b.new_label();
        let Some(err) = self.variant_class(v.ty, ERR) else { return v };
        let fork = self.r.fork();
        self.b.branch(Op::JNVar, reg, err.0 as u16, fine);
        let error = self.payload_of(v, ERR, Want::Own);
        let ty = self.returned_type();
        let types = self.payload(ty, ERR);
        if let (Some(&payload), Some(class)) = (types.first(), self.variant_class(ty, ERR)) {
            let error = self.convert(error, payload, None);
            let result = self.new_object(class, ty, &[error], None);
            self.return_with(result, ty);
        } else {
            self.confused("`?` in a cell without errors");
        }
        self.r.rewind(&self.b, &fork);
        self.b.bind(fine);
        self.r.join(fork);
        self.payload_of(v, 0, want)
    }

    /// The only payload of a variant that the value is known to be.
    pub(super) fn payload_of(&mut self, v: Val, ordinal: u32, want: Want) -> Val {
        let types = self.payload(v.ty, ordinal);
        let Some(&ty) = types.first() else {
            self.done(v);
            return Val::unit();
        };
        if let Place::One(reg, Own::Owned) = v.place
            && self.r.state(reg).loans == 0
        {
            let repr = self.one(ty);
            let dst = self.r.alloc(&mut self.b, repr);
            self.b.emit(Op::Unpack, dst, reg, 1);
            self.consumed(v);
            let out = self.defined(dst, ty);
            return self.unpack_optional(out, ty, None);
        }
        self.load_field(v, 0, ty, want, None)
    }

    /// `e!`.
    pub(super) fn unwrap(&mut self, e: ExprId, value: ExprId, want: Want) -> Val {
        let v = self.expr(value, want, None);
        if !self.r.reachable {
            return Val::never();
        }
        self.at_expr(e);
        let fine = self.b.new_label();
        if matches!(self.p.types.kind(v.ty), TyKind::Enum(..)) {
            let (reg, v) = self.reg(v);
            let Some(err) = self.variant_class(v.ty, ERR) else { return v };
            self.b.branch(Op::JNVar, reg, err.0 as u16, fine);
            let fork = self.r.fork();
            let again = self.alias(v);
            let error = self.payload_of(again, ERR, Want::Borrow);
            let spec = FormatSpec { ty: Some(FormatType::Debug), ..FormatSpec::default() };
            let ty = self.info(error.ty).id;
            let parts = vec![
                TemplatePart::Text("`!` found err(".to_owned()),
                TemplatePart::Hole { ty, spec },
                TemplatePart::Text(")".to_owned()),
            ];
            let text = self.fill(parts, &[error], None);
            let failed = self.fail_with(codes::NULL, text);
            self.done(failed);
            self.r.rewind(&self.b, &fork);
            self.b.bind(fine);
            self.r.join(fork);
            let out = self.payload_of(v, 0, want);
            return self.narrow_to(out, e);
        }
        let v = match v.place {
            Place::Nil => v,
            _ => self.load(v, None),
        };
        let v = self.jump_null(v, false, fine);
        let reachable = v.place != Place::Nil;
        let failed = self.fail_text(codes::NULL, "`!` found null");
        self.done(failed);
        self.r.reachable = reachable;
        self.b.bind(fine);
        if let Place::One(reg, _) = v.place {
            self.r.update(reg, |s| s.known = true);
        }
        let inner = self.non_null(v.ty);
        let out = self.present(v, inner);
        self.narrow_to(out, e)
    }

    /// `e as T`.
    pub(super) fn as_(&mut self, e: ExprId, value: ExprId, want: Want, hint: Option<Reg>) -> Val {
        let from = self.adjusted(value);
        let target = self.typed().refined_target.get(&e).copied();
        let exact = target.map(|target| self.close_exact(target));
        let mut base = exact;
        while let Some(TyKind::Refined { base: inner, .. }) = base.map(|base| self.kind(base)) {
            base = Some(inner);
        }
        let v = self.as_base(e, value, want, hint, base);
        match target {
            // A dynamic value has met the conditions inside.
            Some(target) if base != exact || !matches!(from, Ty::ANY | Ty::JSON) => {
                self.refined(e, v, target)
            }
            _ => v,
        }
    }

    /// The conversion without the conditions of a refined target.
    fn as_base(
        &mut self,
        e: ExprId,
        value: ExprId,
        want: Want,
        hint: Option<Reg>,
        exact: Option<Ty>,
    ) -> Val {
        let v = self.expr(value, want, None);
        let to = self.ty(e);
        if !self.r.reachable || v.ty == to {
            return v;
        }
        self.at_expr(e);
        let dynamic = matches!(v.place, Place::One(reg, _) if self.b.repr(reg) == Repr::Dyn);
        if to == Ty::JSON && v.ty != Ty::NULL && !dynamic && !matches!(v.place, Place::Nil) {
            let ty = v.ty;
            return self.rt("json.of", &[v], to, Some(ty));
        }
        if v.ty == Ty::INT && to == Ty::FLOAT {
            return self.unary(Op::I2F, v, Repr::F64, hint);
        }
        if !dynamic || to == Ty::ANY {
            return self.convert(v, to, hint);
        }
        if self.holds_function(to) && matches!(self.p.types.kind(v.ty), TyKind::Any | TyKind::Json)
        {
            self.done(v);
            let failed = self.fail_text(
                codes::CONVERSION,
                "the type of a function cannot be checked at run time",
            );
            return Val::new(failed.place, to);
        }
        self.dynamic_as(v, exact.unwrap_or(to))
    }

    /// A dynamic value as what it is to be: checked by the schema, and by the conditions in it.
    pub(super) fn dynamic_as(&mut self, v: Val, exact: Ty) -> Val {
        if let Some(validate) = self.p.hir.well_known.validate
            && self.needs_plan(exact)
        {
            return self.as_planned(validate, v, exact);
        }
        let to = self.p.types.store.erased(exact);
        self.refuse_any(to);
        let info = self.info(to);
        let (src, v) = self.reg(v);
        let out = match info.slots {
            Slots::Two(repr) => {
                let dst = self.temp_pair(repr, None);
                self.b.emit_ext32(Op::DynAs, [dst, src, 0], [info.id.0, 0]);
                Val::new(Place::Two(dst, Own::Temp), to)
            }
            Slots::One(repr) => {
                let dst = self.r.alloc(&mut self.b, repr);
                self.b.emit_ext32(Op::DynAs, [dst, src, 0], [info.id.0, 0]);
                self.defined(dst, to)
            }
            Slots::None => Val::unit(),
        };
        self.done(v);
        out
    }

    pub(super) fn assert(&mut self, e: ExprId, cond: ExprId, message: Option<ExprId>) -> Val {
        let from = self.holds.len();
        let fine = self.b.new_label();
        self.jump_if(cond, true, fine, false);
        let fork = self.r.fork();
        if self.r.reachable {
            let module = self.p.hir.cells[self.frame().cell].module;
            let span = self.span(cond);
            let text = self.p.text(module, span).trim().to_owned();
            match message {
                Some(message) => {
                    let m = self.read(message);
                    if self.r.reachable {
                        self.at_expr(e);
                        let tail = format!(" (`{text}` is false)");
                        let tail = Val::new(Place::Str(self.p.module.string(&tail)), Ty::STRING);
                        let m = self.convert(m, Ty::STRING, None);
                        let m = self.load(m, None);
                        let m = self.join_text(m, tail, None);
                        let v = self.fail_with(codes::ASSERTION, m);
                        self.done(v);
                    }
                }
                None => {
                    self.at_expr(e);
                    let v = self.fail_text(codes::ASSERTION, &format!("`{text}` is false"));
                    self.done(v);
                }
            }
        }
        self.r.rewind(&self.b, &fork);
        self.r.reachable = true;
        self.b.bind(fine);
        self.r.join(fork);
        self.release_holds(from);
        self.holds.truncate(from);
        self.deaths(e, super::liveness::SKIP);
        Val::unit()
    }

    pub(super) fn halt(&mut self, e: ExprId, value: ExprId) -> Val {
        let v = self.read(value);
        self.at_expr(e);
        self.fail_with(codes::HALT, v)
    }

    pub(super) fn emit_value(&mut self, e: ExprId, value: ExprId) -> Val {
        let v = self.read(value);
        if !self.r.reachable {
            return Val::never();
        }
        let v = self.convert(v, Ty::ANY, None);
        self.at_expr(e);
        self.rt("emit", &[v], Ty::NULL, None)
    }
}
