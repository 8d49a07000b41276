//! Making values: objects, records with their conditions, lists, maps, sets, texts, comprehensions.

use super::call::NO_DEST;
use super::codes;
use super::few::Few;
use super::fx::{Dest, Fx};
use super::order::{self, Arg};
use super::value::{Own, Place, Val, Want};
use crate::compiler::hir::{CellBody, ExprId, RecordId, VariantRef};
use crate::compiler::typecheck::tables::{ArgSource, Call};
use crate::compiler::typecheck::types::{Ty, TyKind};
use lumen_lir::{ClassId, Op, Reg, Repr, Slots};

impl<'a> Fx<'_, 'a> {
    // ---- flat objects ----

    /// Reserves consecutive registers for values as fields of these types.
    pub(super) fn open_fields(&mut self, types: &[Ty]) -> Few<Dest, 4> {
        let reprs: Few<Repr, 8> = Few::of(Repr::I64, types.iter().map(|&t| self.one(t)));
        let base = self.r.alloc_run(&mut self.b, &reprs, false, 0);
        let mut dests = Few::new(NO_DEST);
        for (i, (&ty, &repr)) in types.iter().zip(reprs.iter()).enumerate() {
            let dest = Dest { reg: base + i as u16, slots: Slots::One(repr), ty };
            self.pin_dest(dest);
            dests.push(dest);
        }
        dests
    }

    /// Evaluates into a field's register.
    pub(super) fn field_into(&mut self, dest: Dest, e: ExprId) {
        let pair = matches!(self.info(dest.ty).slots, Slots::Two(_));
        let hint = (!pair).then_some(dest.reg);
        let v = self.argument(e, Want::Own, hint);
        self.put_field(dest, v);
    }

    pub(super) fn put_field(&mut self, dest: Dest, v: Val) {
        let hint = matches!(v.place, Place::One(..)).then_some(dest.reg);
        let v = self.convert(v, dest.ty, hint);
        let v = self.slot(v);
        let v = self.own(v, Some(dest.reg));
        self.place(v, dest);
    }

    /// The fields were consumed.
    pub(super) fn close_fields(&mut self, dests: &[Dest]) {
        for dest in dests {
            self.unpin_dest(*dest);
            if self.r.state(dest.reg).owned {
                self.r.set_consumed(dest.reg);
            }
            self.free(dest.reg);
        }
    }

    pub(super) fn emit_new(&mut self, class: ClassId, base: Reg, ty: Ty, hint: Option<Reg>) -> Val {
        let repr = self.one(ty);
        let dst = self.temp(repr, hint);
        match u16::try_from(class.0) {
            Ok(id) => self.b.emit(Op::New, dst, base, id),
            Err(_) => self.b.emit_ext32(Op::NewW, [dst, base, 0], [class.0, 0]),
        }
        self.owned(dst, ty)
    }

    /// An object of a flat class from evaluated values, which it consumes.
    pub(super) fn new_object(
        &mut self,
        class: ClassId,
        ty: Ty,
        values: &[Val],
        hint: Option<Reg>,
    ) -> Val {
        if values.iter().any(|v| v.place == Place::Never) {
            return Val::new(Place::Never, ty);
        }
        let types: Vec<Ty> = values.iter().map(|v| v.ty).collect();
        let dests = self.open_fields(&types);
        for (dest, v) in dests.iter().zip(values) {
            self.put_field(*dest, *v);
        }
        let base = dests.first().map_or(0, |d| d.reg);
        self.close_fields(&dests);
        self.emit_new(class, base, ty, hint)
    }

    /// A tuple or record from evaluated values.
    pub(super) fn new_flat(
        &mut self,
        ty: Ty,
        class: Option<ClassId>,
        values: &[Val],
        hint: Option<Reg>,
    ) -> Val {
        match class.or_else(|| self.info(ty).class()) {
            Some(class) => self.new_object(class, ty, values, hint),
            None => Val::never(),
        }
    }

    /// The parts of a constructor call, evaluated in source order into fields.
    pub(super) fn construct(
        &mut self,
        e: ExprId,
        call: &'a Call,
        types: &[Ty],
        class: ClassId,
        ty: Ty,
        hint: Option<Reg>,
    ) -> Val {
        let body = self.body();
        let dests = self.open_fields(types);
        let args = order::arguments(body, call);
        for &(index, arg) in args.iter() {
            if let (Arg::Expr(arg), Some(dest)) = (arg, dests.get(index as usize)) {
                self.field_into(*dest, arg);
            }
        }
        for (i, source) in call.args.iter().enumerate() {
            if let (ArgSource::Default(cell), Some(dest)) = (source, dests.get(i)) {
                let type_args: Box<[Ty]> = call.type_args.iter().map(|&t| self.close(t)).collect();
                let v = self.default_value(*cell, &type_args, &[]);
                self.put_field(*dest, v);
            }
        }
        let base = dests.first().map_or(0, |d| d.reg);
        self.close_fields(&dests);
        if !self.r.reachable {
            return Val::new(Place::Never, ty);
        }
        self.at_expr(e);
        self.emit_new(class, base, ty, hint)
    }

    pub(super) fn construct_record(
        &mut self,
        e: ExprId,
        call: &'a Call,
        record: RecordId,
        hint: Option<Reg>,
    ) -> Val {
        let type_args: Box<[Ty]> = call.type_args.iter().map(|&t| self.close(t)).collect();
        let ty = self.p.types.store.intern(TyKind::Record(record, type_args));
        let types = self.fields(ty);
        let Some(class) = self.info(ty).class() else { return Val::never() };
        let checked = self.p.hir.records[record].fields.iter().any(|f| f.check.is_some());
        let v = self.construct(e, call, &types, class, ty, if checked { None } else { hint });
        if checked { self.check_record(Some(e), v, record) } else { v }
    }

    /// Runs the `where` conditions of a record's fields.
    pub(super) fn check_record(&mut self, e: Option<ExprId>, v: Val, record: RecordId) -> Val {
        if !self.r.reachable {
            return v;
        }
        let (reg, v) = self.reg(v);
        let hir = self.p.hir;
        let TyKind::Record(_, type_args) = self.kind(v.ty) else { return v };
        for field in &hir.records[record].fields {
            let Some((cell, span)) = field.check else { continue };
            let fields = self.fields(v.ty);
            let mut args = Vec::with_capacity(fields.len());
            for (i, &ty) in fields.iter().enumerate() {
                if e.is_some() && self.unused_param(cell, i) {
                    args.push(None);
                    continue;
                }
                self.loan(Some(reg));
                let base =
                    Val::new(Place::One(reg, Own::Loan { root: Some(reg), temp: false }), v.ty);
                let value = self.load_field(base, i as u32, ty, Want::Borrow, None);
                args.push(Some(value));
            }
            let holds = match e {
                Some(e) => {
                    self.at_expr(e);
                    self.call_or_expand(e, cell, &type_args, args)
                }
                None => {
                    let values: Vec<Val> = args.into_iter().flatten().collect();
                    self.call_with(cell, &type_args, &values, None)
                }
            };
            let fine = self.b.new_label();
            self.jump_truth(holds, true, fine, false);
            let message = self.condition_text(record, field.name, span);
            let reachable = self.r.reachable;
            let failed = self.fail_text(codes::CONSTRAINT, &message);
            self.done(failed);
            self.b.bind(fine);
            self.r.reachable = reachable;
        }
        v
    }

    pub(super) fn unused_param(&self, cell: crate::compiler::hir::CellId, index: usize) -> bool {
        if !self.inlines(cell) {
            return false;
        }
        let CellBody::Lumen(body) = &self.p.hir.cells[cell].body else { return false };
        let Some(&param) = body.params.get(index) else { return false };
        self.p.live_of(cell).is_some_and(|live| live.dead_bind(param))
    }

    pub(super) fn construct_variant(
        &mut self,
        e: ExprId,
        call: &'a Call,
        variant: VariantRef,
        hint: Option<Reg>,
    ) -> Val {
        let type_args: Box<[Ty]> = call.type_args.iter().map(|&t| self.close(t)).collect();
        let ty = self.p.types.store.intern(TyKind::Enum(variant.owner, type_args));
        let types = self.payload(ty, variant.ordinal);
        let Some(class) = self.variant_class(ty, variant.ordinal) else {
            return self.plain_variant(variant, ty);
        };
        self.construct(e, call, &types, class, ty, hint)
    }

    /// The class of a variant with payload.
    pub(super) fn variant_class(&mut self, ty: Ty, ordinal: u32) -> Option<ClassId> {
        let class = self.info(ty).class()?;
        let payload = !self.payload(ty, ordinal).is_empty();
        payload.then_some(ClassId(class.0 + 1 + ordinal))
    }

    pub(super) fn plain_variant(&mut self, variant: VariantRef, ty: Ty) -> Val {
        let place = match self.info(ty).slots {
            Slots::One(Repr::I64) => Place::Int(i64::from(variant.ordinal)),
            _ => Place::Tag(variant.ordinal as u16),
        };
        Val::new(place, ty)
    }

    /// A variant that is not called: without payload a value, else a function.
    pub(super) fn variant_value(&mut self, e: ExprId, hint: Option<Reg>) -> Val {
        let typed = self.typed();
        if typed.fn_values.contains_key(&e) {
            return self.cell_value(e, hint);
        }
        let known = match self.body().exprs[e].kind {
            crate::compiler::hir::ExprKind::Variant(variant) => Some(variant),
            _ => None,
        };
        let Some(variant) = typed.variants.get(&e).copied().or(known) else {
            self.confused("a variant that the type checker did not resolve");
            return Val::never();
        };
        let ty = self.ty(e);
        self.plain_variant(variant, ty)
    }

    pub(super) fn tuple(&mut self, e: ExprId, items: &'a [ExprId], hint: Option<Reg>) -> Val {
        let ty = self.ty(e);
        let types = self.fields(ty);
        let Some(class) = self.info(ty).class() else { return Val::never() };
        let dests = self.open_fields(&types);
        for (dest, &item) in dests.iter().zip(items) {
            self.field_into(*dest, item);
        }
        let base = dests.first().map_or(0, |d| d.reg);
        self.close_fields(&dests);
        if !self.r.reachable {
            return Val::new(Place::Never, ty);
        }
        self.at_expr(e);
        self.emit_new(class, base, ty, hint)
    }

    /// `r with (f: e, …)`.
    pub(super) fn update(
        &mut self,
        e: ExprId,
        base: ExprId,
        fields: &'a [(lumen_base::Symbol, lumen_base::Span, ExprId)],
        hint: Option<Reg>,
    ) -> Val {
        let v = self.expr(base, Want::Own, hint);
        let v = if fields.iter().any(|f| self.assigns(f.2)) { self.snapshot(v) } else { v };
        let typed = self.typed();
        let indexes = typed.updates.get(&e).cloned().unwrap_or_default();
        let types = self.fields(v.ty);
        // Every value first: the object is changed only when nothing can fail any more.
        let mut values = Vec::with_capacity(fields.len());
        for (&(_, _, value), &index) in fields.iter().zip(&indexes) {
            let ty = types.get(index as usize).copied().unwrap_or(Ty::ERROR);
            let x = self.expr(value, Want::Own, None);
            let x = self.convert(x, ty, None);
            let x = self.slot(x);
            values.push((index as u16, x));
        }
        if !self.r.reachable {
            return Val::never();
        }
        self.at_expr(e);
        let (reg, v) = self.owned_reg(v);
        for (index, x) in values {
            let x = self.own(x, None);
            let (src, x) = self.reg(x);
            let op = if self.is_counted(src) { Op::FldSetR } else { Op::FldSet };
            self.b.emit(op, reg, index, src);
            self.consumed(x);
        }
        match self.kind(v.ty) {
            TyKind::Record(record, _) if self.has_checks(record) => {
                self.check_record(Some(e), v, record)
            }
            _ => v,
        }
    }

    pub(super) fn has_checks(&self, record: RecordId) -> bool {
        self.p.hir.records[record].fields.iter().any(|f| f.check.is_some())
    }
}
