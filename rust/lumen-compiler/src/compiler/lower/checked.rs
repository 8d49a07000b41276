//! Conversions into types that hold refined types, or records with conditions or defaults.
//!
//! `std`'s `validate` does them: the runtime converts by descriptors, with the defaults that the plan made here gives
//! it; then the conditions in the value, which are Lumen code, run (`problem.rs`).

use super::codes;
use super::fx::Fx;
use super::limits;
use super::types::Types;
use super::value::{Place, Val, Want};
use crate::compiler::hir::{CellId, RecordId};
use crate::compiler::typecheck::tables::TypeTables;
use crate::compiler::typecheck::types::{Ty, TyFlags, TyKind};
use lumen_lir::Op;
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
    /// Whether a conversion to a type, written with its refinements, needs more than descriptors.
    pub(super) fn needs_plan(&mut self, exact: Ty) -> bool {
        if self.p.has_conditions(exact) {
            return true;
        }
        let ty = self.p.types.store.erased(exact);
        self.records_in(ty).into_iter().any(|(record, _)| {
            self.p.hir.records[record].fields.iter().any(|field| field.default.is_some())
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

    pub(super) fn type_args_of(&self, ty: Ty) -> Box<[Ty]> {
        match self.p.types.kind(ty) {
            TyKind::Record(_, args) => args.clone(),
            _ => Box::default(),
        }
    }

    /// `value as T`, with conditions and defaults: the value, or a failure that names path and reason.
    pub(super) fn as_planned(&mut self, validate: CellId, v: Val, exact: Ty) -> Val {
        let v = self.convert(v, Ty::ANY, None);
        let result = self.call_with(validate, &[exact], &[v], None);
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

    /// Reports a dynamic value that would become an `any Trait`, or something that holds one.
    pub(super) fn refuse_any(&mut self, ty: Ty) {
        let parts = self.p.types.types_in(self.p.tables, ty);
        let hir = self.p.hir;
        let found = parts.iter().find_map(|&part| match self.p.types.kind(part) {
            TyKind::Object(traits) => traits.first().copied(),
            _ => None,
        });
        let Some(of) = found.map(|of| &hir.traits[of]) else { return };
        let at = of.name_span.in_file(hir.modules[of.module].file);
        let found = limits::unchecked_any(at, &self.p.types.name(ty));
        if !self.p.errors.contains(&found) {
            self.p.errors.push(found);
        }
    }

    /// Functions carry no rows at run time, so no check can tell them apart.
    pub(super) fn holds_function(&mut self, ty: Ty) -> bool {
        self.p.types.store.flags(ty).any(TyFlags::FN)
    }

    /// `conversion_plan[T]()`: for each default class, field and value.
    pub(super) fn conversion_plan(&mut self, exact: Ty, list: Ty) -> Val {
        let hir = self.p.hir;
        let ty = self.p.types.store.erased(exact);
        self.refuse_any(ty);
        let mut values = Vec::new();
        let int = |value: i64| Val::new(Place::Int(value), Ty::INT);
        for (record, ty) in self.records_in(ty) {
            let Some(class) = self.info(ty).class() else { continue };
            let class = i64::from(class.0);
            let fields = self.fields(ty);
            for (at, field) in hir.records[record].fields.iter().enumerate() {
                if let Some(cell) = field.default {
                    values.push((class, at as i64, (cell, ty, fields[at])));
                }
            }
        }
        let mut out = self.list_of_values(list, &[]);
        for (class, field, (cell, record, ty)) in values {
            let args = self.type_args_of(record);
            let value = self.default_value(cell, &args, &[]);
            let value = self.convert(value, ty, None);
            for v in [int(class), int(field), value] {
                let v = self.convert(v, Ty::ANY, None);
                out = self.list_push(out, v);
            }
        }
        out
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
