//! Making values: objects, records with their conditions, lists, maps, sets, texts, comprehensions.

use super::fx::{Dest, Fx};
use super::order::{self, Arg};
use super::value::{Own, Place, Val, Want};
use super::{codes, limits};
use crate::compiler::hir::{
    CellBody, Comprehension, ExprId, InterpPart, Item, LoopId, MapItem, PatId, RecordId, VariantRef,
};
use crate::compiler::typecheck::tables::{ArgSource, Call};
use crate::compiler::typecheck::types::{Ty, TyKind};
use lumen_lir::{
    Align, ClassId, FormatSpec, FormatType, Op, Reg, Repr, Slots, Template, TemplatePart,
};

/// Elements of a literal that are put into registers at once; longer ones are pushed.
const LITERAL: usize = 64;

impl<'a> Fx<'_, 'a> {
    // ---- flat objects ----

    /// Reserves consecutive registers for values as fields of these types.
    fn open_fields(&mut self, types: &[Ty]) -> Vec<Dest> {
        let reprs: Vec<Repr> = types.iter().map(|&t| self.one(t)).collect();
        let base = self.r.alloc_run(&mut self.b, &reprs, false, 0);
        let mut dests = Vec::with_capacity(types.len());
        for (i, (&ty, &repr)) in types.iter().zip(&reprs).enumerate() {
            let dest = Dest { reg: base + i as u16, slots: Slots::One(repr), ty };
            self.pin_dest(dest);
            dests.push(dest);
        }
        dests
    }

    /// Evaluates into a field's register.
    fn field_into(&mut self, dest: Dest, e: ExprId) {
        let pair = matches!(self.info(dest.ty).slots, Slots::Two(_));
        let hint = (!pair).then_some(dest.reg);
        let v = self.argument(e, Want::Own, hint);
        self.put_field(dest, v);
    }

    fn put_field(&mut self, dest: Dest, v: Val) {
        let hint = matches!(v.place, Place::One(..)).then_some(dest.reg);
        let v = self.convert(v, dest.ty, hint);
        let v = self.slot(v);
        let v = self.own(v, Some(dest.reg));
        self.place(v, dest);
    }

    /// The fields were consumed.
    fn close_fields(&mut self, dests: &[Dest]) {
        for dest in dests {
            self.unpin_dest(*dest);
            if self.r.state(dest.reg).owned {
                self.r.set_consumed(dest.reg);
            }
            self.free(dest.reg);
        }
    }

    fn emit_new(&mut self, class: ClassId, base: Reg, ty: Ty, hint: Option<Reg>) -> Val {
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
    fn construct(
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
        for &(index, arg) in &args {
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
        let name = self.p.names.resolve(hir.records[record].name).to_owned();
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
            let text = self.p.text(hir.records[record].module, span).to_owned();
            let field = self.p.names.resolve(field.name);
            let message = format!("{name}.{field}: the condition `{}` does not hold", text.trim());
            let reachable = self.r.reachable;
            let failed = self.fail_text(codes::CONSTRAINT, &message);
            self.done(failed);
            self.b.bind(fine);
            self.r.reachable = reachable;
        }
        v
    }

    fn unused_param(&self, cell: crate::compiler::hir::CellId, index: usize) -> bool {
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

    fn plain_variant(&mut self, variant: VariantRef, ty: Ty) -> Val {
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

    // ---- lists, sets, maps ----

    fn new_list(&mut self, ty: Ty) -> Val {
        let Some(class) = self.info(ty).class() else { return Val::never() };
        let dst = self.r.alloc(&mut self.b, Repr::Ref(class));
        self.b.emit_imm(Op::ListNew, dst, class.0 as i32);
        self.owned(dst, ty)
    }

    /// An empty list that nothing is pushed to here.
    fn empty(&mut self, ty: Ty, hint: Option<Reg>) -> Val {
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

    fn list_from(&mut self, e: ExprId, ty: Ty, items: &[(ExprId, bool)], hint: Option<Reg>) -> Val {
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

    fn literal_list(
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

    fn finish_list(&mut self, e: ExprId, ty: Ty, dests: &[Dest], hint: Option<Reg>) -> Val {
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
        let later = lo.iter().chain(&hi).any(|&e| self.assigns(e));
        let v = if later { self.snapshot(v) } else { v };
        let lo = match lo {
            Some(lo) => self.read(lo),
            None => Val::new(Place::Int(0), Ty::INT),
        };
        let lo = if hi.is_some_and(|hi| self.assigns(hi)) { self.snapshot(lo) } else { lo };
        let hi = match hi {
            Some(hi) => self.read(hi),
            None => Val::new(Place::Int(i64::MAX), Ty::INT),
        };
        if !self.r.reachable {
            return Val::never();
        }
        self.at_expr(e);
        let hi = match hi.place {
            Place::Int(i64::MAX) => hi,
            _ if inclusive => {
                let one = Val::new(Place::Int(1), Ty::INT);
                self.apply(crate::compiler::hir::BinOp::Add, hi, one, None)
            }
            _ => hi,
        };
        let ty = v.ty;
        let name = match self.p.types.kind(ty) {
            TyKind::String => "string.slice",
            TyKind::Bytes => "bytes.slice",
            _ => "list.slice",
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
        if let super::iterate::Source::Range { i, .. } = &source {
            self.b.emit(Op::ListPush, reg, *i, 0);
        }
        self.b.bind(again);
        self.next_round(&source, head);
        self.b.bind(out);
        self.end_iteration(source);
        list
    }

    pub(super) fn comprehension(
        &mut self,
        e: ExprId,
        kind: &'a Comprehension,
        id: LoopId,
        pat: PatId,
        iter: ExprId,
        guards: &'a [ExprId],
    ) -> Val {
        let ty = self.ty(e);
        let Some(class) = self.info(ty).class() else { return Val::never() };
        let dst = self.r.alloc(&mut self.b, Repr::Ref(class));
        let op = match kind {
            Comprehension::List(_) => Op::ListNew,
            Comprehension::Set(_) => Op::SetNew,
            Comprehension::Map(..) => Op::MapNew,
        };
        self.at_expr(e);
        self.b.emit_imm(op, dst, class.0 as i32);
        self.r.set_owned(dst);
        self.pin(dst);
        self.r.update(dst, |s| s.home = true);
        let out = Val::new(Place::One(dst, Own::Owned), ty);
        let parts = self.kind(ty);
        let v = self.iterate(e, id, pat, iter, guards, None, |fx| match (kind, parts) {
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
        self.r.update(dst, |s| {
            s.pinned = false;
            s.home = false;
        });
        if self.r.reachable { out } else { Val::new(Place::Never, ty) }
    }

    // ---- text ----

    pub(super) fn interp(&mut self, e: ExprId, parts: &'a [InterpPart], hint: Option<Reg>) -> Val {
        let mut template = Vec::with_capacity(parts.len());
        let mut values = Vec::new();
        for (n, part) in parts.iter().enumerate() {
            match part {
                InterpPart::Text(text) => template.push(TemplatePart::Text(text.to_string())),
                InterpPart::Value { expr, spec } => {
                    let v = self.read(*expr);
                    let later = parts[n + 1..].iter().any(|p| match p {
                        InterpPart::Value { expr, .. } => self.assigns(*expr),
                        InterpPart::Text(_) => false,
                    });
                    let v = if later { self.snapshot(v) } else { v };
                    let ty = self.info(v.ty).id;
                    let spec = spec.map(format_spec).unwrap_or_default();
                    template.push(TemplatePart::Hole { ty, spec });
                    values.push(v);
                }
            }
        }
        if !self.r.reachable {
            values.into_iter().for_each(|v| self.done(v));
            return Val::never();
        }
        self.at_expr(e);
        self.fill(template, &values, hint)
    }

    /// The text of a template filled with values.
    pub(super) fn fill(
        &mut self,
        mut parts: Vec<TemplatePart>,
        values: &[Val],
        hint: Option<Reg>,
    ) -> Val {
        if values.iter().any(|v| v.place == Place::Never) {
            return Val::never();
        }
        let mut rest = Vec::with_capacity(values.len());
        let mut at = 0;
        for v in values {
            while !matches!(parts.get(at), Some(TemplatePart::Hole { .. })) && at < parts.len() {
                at += 1;
            }
            // A text or number known here is part of the template.
            let plain = matches!(&parts.get(at), Some(TemplatePart::Hole { spec, .. }) if *spec == FormatSpec::default());
            match v.place {
                Place::Str(k) if plain && v.ty == Ty::STRING => {
                    let text = self.p.module.module().consts.strings[k as usize].clone();
                    parts[at] = TemplatePart::Text(text);
                }
                Place::Int(n) if plain && v.ty == Ty::INT => {
                    parts[at] = TemplatePart::Text(n.to_string())
                }
                _ => rest.push(*v),
            }
            at += 1;
        }
        let parts = merged(parts);
        if rest.is_empty() {
            let text = match parts.as_slice() {
                [TemplatePart::Text(text)] => text.as_str(),
                _ => "",
            };
            let k = self.p.module.string(text);
            return Val::new(Place::Str(k), Ty::STRING);
        }
        let k = self.p.module.template(Template { parts });
        let slots: Vec<Slots> = rest.iter().map(|v| self.info(v.ty).slots).collect();
        if k > u32::from(u16::MAX) {
            let at = self.here();
            self.p.errors.push(limits::not_built(
                at,
                "a module with more than 65,536 different interpolations",
            ));
            return Val::never();
        }
        if let ([v], [Slots::One(_)]) = (rest.as_slice(), slots.as_slice()) {
            let v = self.lend(*v);
            let (reg, v) = self.reg(v);
            let dst = self.temp(Repr::Ref(ClassId::STRING), hint);
            self.b.emit(Op::Interp, dst, reg, k as u16);
            let out = self.owned(dst, Ty::STRING);
            self.done(v);
            return out;
        }
        let reprs: Vec<Repr> = slots.iter().flat_map(|s| s.reprs()).collect();
        let base = self.r.alloc_run(&mut self.b, &reprs, false, 0);
        for i in 0..reprs.len() as u16 {
            self.pin(base + i);
        }
        let mut kept = Vec::with_capacity(rest.len());
        let mut reg = base;
        for (v, slots) in rest.into_iter().zip(slots) {
            let v = self.lend(v);
            let dest = Dest { reg, slots, ty: v.ty };
            kept.push(self.copy_into(v, dest));
            reg += slots.len() as u16;
        }
        for i in 0..reprs.len() as u16 {
            self.unpin(base + i);
            self.free(base + i);
        }
        let dst = self.temp(Repr::Ref(ClassId::STRING), hint);
        self.b.emit(Op::Interp, dst, base, k as u16);
        let out = self.owned(dst, Ty::STRING);
        for v in kept {
            self.done(v);
        }
        out
    }
}

/// Neighbouring texts as one.
fn merged(parts: Vec<TemplatePart>) -> Vec<TemplatePart> {
    let mut out: Vec<TemplatePart> = Vec::with_capacity(parts.len());
    for part in parts {
        match (out.last_mut(), part) {
            (Some(TemplatePart::Text(before)), TemplatePart::Text(text)) => before.push_str(&text),
            (_, part) => out.push(part),
        }
    }
    out
}

fn format_spec(spec: crate::compiler::hir::FormatSpec) -> FormatSpec {
    FormatSpec {
        fill: spec.fill,
        align: match spec.align {
            Some('<') => Some(Align::Left),
            Some('^') => Some(Align::Center),
            Some('>') => Some(Align::Right),
            _ => None,
        },
        plus: spec.plus,
        alternate: spec.alternate,
        zero: spec.zero,
        width: spec.width,
        comma: spec.comma,
        precision: spec.precision,
        ty: match spec.ty {
            Some('d') => Some(FormatType::Decimal),
            Some('x') => Some(FormatType::HexLower),
            Some('X') => Some(FormatType::HexUpper),
            Some('b') => Some(FormatType::Binary),
            Some('o') => Some(FormatType::Octal),
            Some('e') => Some(FormatType::ExpLower),
            Some('E') => Some(FormatType::ExpUpper),
            Some('f') => Some(FormatType::Fixed),
            Some('%') => Some(FormatType::Percent),
            Some('s') => Some(FormatType::Str),
            Some('?') => Some(FormatType::Debug),
            Some('c') => Some(FormatType::Char),
            _ => None,
        },
    }
}
