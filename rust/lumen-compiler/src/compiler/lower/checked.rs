//! Conversions into types that hold records with conditions or defaults.
//!
//! `std`'s `validate` does them: the runtime converts by descriptors and gives the records that it built; their
//! conditions, which are Lumen code, run afterwards. Here are the operations of `validate` that depend on the type: the
//! plan for the runtime (defaults, classes with conditions), the conditions of one record, their texts.
//! Invariant: the conditions of a type are numbered in the order of its records, as first reached, and of their fields.

use super::codes;
use super::fx::Fx;
use super::types::Types;
use super::value::{Own, Place, Val, Want};
use crate::compiler::hir::{CellId, RecordId};
use crate::compiler::typecheck::tables::TypeTables;
use crate::compiler::typecheck::types::{Ty, TyFlags, TyKind};
use lumen_lir::{Op, Repr};
use rustc_hash::FxHashSet;

/// The ordinal of `err`.
const ERR: u32 = 1;

impl Types<'_> {
    /// The closed types that a value of type `ty` may hold, itself included, as far as functions do not hide them.
    pub(super) fn types_in(&mut self, tables: &TypeTables, ty: Ty) -> Vec<Ty> {
        let (mut found, mut seen, mut work) = (Vec::new(), FxHashSet::default(), vec![ty]);
        while let Some(ty) = work.pop() {
            if !seen.insert(ty) {
                continue;
            }
            found.push(ty);
            match self.kind(ty).clone() {
                TyKind::List(t) | TyKind::Set(t) | TyKind::Optional(t) => work.push(t),
                TyKind::Map(k, v) => work.extend([v, k]),
                TyKind::Union(parts) => work.extend(parts.iter().rev()),
                TyKind::Tuple(_) | TyKind::Record(..) => {
                    work.extend(self.fields(tables, ty).iter().rev())
                }
                TyKind::Enum(id, _) => {
                    for ordinal in (0..self.variant_count(id)).rev() {
                        work.extend(self.payload(tables, ty, ordinal).iter().rev());
                    }
                }
                _ => {}
            }
        }
        found
    }
}

impl Fx<'_, '_> {
    /// Whether a conversion to `ty` needs more than descriptors.
    pub(super) fn needs_plan(&mut self, ty: Ty) -> bool {
        self.records_in(ty).into_iter().any(|(record, _)| {
            self.p.hir.records[record]
                .fields
                .iter()
                .any(|field| field.check.is_some() || field.default.is_some())
        })
    }

    /// The records in a type: which, and of what type.
    fn records_in(&mut self, ty: Ty) -> Vec<(RecordId, Ty)> {
        let found = self.p.types.types_in(self.p.tables, ty);
        let record = |ty: Ty| match self.p.types.kind(ty) {
            TyKind::Record(id, _) => Some((*id, ty)),
            _ => None,
        };
        found.into_iter().filter_map(record).collect()
    }

    fn type_args_of(&self, ty: Ty) -> Box<[Ty]> {
        match self.p.types.kind(ty) {
            TyKind::Record(_, args) => args.clone(),
            _ => Box::default(),
        }
    }

    /// `value as ty`, with conditions and defaults: the value, or a failure that names path and reason.
    pub(super) fn as_planned(&mut self, validate: CellId, v: Val, ty: Ty) -> Val {
        let v = self.convert(v, Ty::ANY, None);
        let result = self.call_with(validate, &[ty], &[v], None);
        let (reg, result) = self.reg(result);
        let Some(err) = self.variant_class(result.ty, ERR) else { return result };
        let fine = self.b.new_label();
        self.b.branch(Op::JNVar, reg, err.0 as u16, fine);
        let fork = self.r.fork();
        let again = self.alias_of(result);
        let error = self.payload_of(again, ERR, Want::Borrow);
        let failed = self.fail_with(codes::CONVERSION, error);
        self.done(failed);
        self.r.rewind(&self.b, &fork);
        self.b.bind(fine);
        self.r.join(fork);
        self.payload_of(result, 0, Want::Own)
    }

    /// Functions carry no rows at run time, so no check can tell them apart.
    pub(super) fn holds_function(&mut self, ty: Ty) -> bool {
        self.p.types.store.flags(ty).any(TyFlags::FN)
    }

    /// `conversion_plan[T]()`: for each default class, field and value; for each class with conditions class, -1, null.
    pub(super) fn conversion_plan(&mut self, ty: Ty, list: Ty) -> Val {
        let hir = self.p.hir;
        let mut values = Vec::new();
        let int = |value: i64| Val::new(Place::Int(value), Ty::INT);
        for (record, ty) in self.records_in(ty) {
            let Some(class) = self.info(ty).class() else { continue };
            let class = i64::from(class.0);
            let fields = self.fields(ty);
            for (at, field) in hir.records[record].fields.iter().enumerate() {
                if let Some(cell) = field.default {
                    values.push((class, at as i64, Some((cell, ty, fields[at]))));
                }
            }
            if self.has_checks(record) {
                values.push((class, -1, None));
            }
        }
        let mut out = self.list_of_values(list, &[]);
        for (class, field, default) in values {
            let value = match default {
                Some((cell, record, ty)) => {
                    let args = self.type_args_of(record);
                    let v = self.default_value(cell, &args, &[]);
                    self.convert(v, ty, None)
                }
                None => Val::new(Place::Nil, Ty::NULL),
            };
            for v in [int(class), int(field), value] {
                let v = self.convert(v, Ty::ANY, None);
                out = self.list_push(out, v);
            }
        }
        out
    }

    /// `conversion_check[T](record)`: the number of the first condition that does not hold, else -1.
    pub(super) fn conversion_check(&mut self, ty: Ty, record: Val) -> Val {
        let dst = self.r.alloc(&mut self.b, Repr::I64);
        self.pin(dst);
        let whole = self.lend(record);
        let (_, whole) = self.reg(whole);
        let end = self.b.new_label();
        let mut number = 0;
        for (id, ty) in self.records_in(ty) {
            if !self.has_checks(id) {
                continue;
            }
            let next = self.b.new_label();
            let test = self.alias_of(whole);
            self.jump_is(test, ty, false, next, false);
            let one = self.alias_of(whole);
            let one = self.convert(one, ty, None);
            number = self.conditions(id, one, number, (dst, end));
            self.b.bind(next);
        }
        self.set_int(dst, -1);
        self.b.bind(end);
        self.done(whole);
        self.unpin(dst);
        Val::new(Place::One(dst, Own::Temp), Ty::INT)
    }

    /// The conditions of one record; the first that does not hold writes its number and jumps.
    fn conditions(
        &mut self,
        id: RecordId,
        v: Val,
        mut number: i64,
        (dst, end): (lumen_lir::Reg, lumen_lir::Label),
    ) -> i64 {
        let hir = self.p.hir;
        let (reg, v) = self.reg(v);
        let (fields, args) = (self.fields(v.ty), self.type_args_of(v.ty));
        for field in &hir.records[id].fields {
            let Some((cell, _)) = field.check else { continue };
            let mut values = Vec::with_capacity(fields.len());
            for (at, &ty) in fields.iter().enumerate() {
                let base = Val::new(Place::One(reg, Own::Alias), v.ty);
                values.push(self.load_field(base, at as u32, ty, Want::Own, None));
            }
            let holds = self.call_with(cell, &args, &values, None);
            let fine = self.b.new_label();
            self.jump_truth(holds, true, fine, false);
            self.set_int(dst, number);
            self.jump(end);
            self.r.reachable = true;
            self.b.bind(fine);
            number += 1;
        }
        self.done(v);
        number
    }

    fn set_int(&mut self, dst: lumen_lir::Reg, value: i64) {
        if self.r.reachable {
            self.load_into(Val::new(Place::Int(value), Ty::INT), dst);
        }
    }

    /// `conversion_conditions[T]()`: what to say of each condition.
    pub(super) fn conversion_conditions(&mut self, ty: Ty, list: Ty) -> Val {
        let hir = self.p.hir;
        let mut texts = Vec::new();
        for (id, _) in self.records_in(ty) {
            let record = &hir.records[id];
            for field in &record.fields {
                let Some((_, span)) = field.check else { continue };
                let message = self.condition_text(id, field.name, span);
                texts.push(Val::new(Place::Str(self.p.module.string(&message)), Ty::STRING));
            }
        }
        self.list_of_values(list, &texts)
    }

    /// What a failure says of a condition that does not hold.
    pub(super) fn condition_text(
        &self,
        id: RecordId,
        field: lumen_base::Symbol,
        span: lumen_base::Span,
    ) -> String {
        let record = &self.p.hir.records[id];
        let text = self.p.text(record.module, span).trim();
        let (name, field) = (self.p.names.resolve(record.name), self.p.names.resolve(field));
        format!("{name}.{field}: the condition `{text}` does not hold")
    }
}
