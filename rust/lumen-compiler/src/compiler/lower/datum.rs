//! Constants that are known: plain data to values.
//!
//! (Datum, type) → the value: small ones where they are used, the others once, before the program begins.
//! `embeds` says beforehand whether a datum of the type can be written; nothing here is then unexpected.

use super::Lower;
use super::fx::Fx;
use super::value::{Place, Val};
use crate::compiler::hir::VariantRef;
use crate::compiler::typecheck::types::{Ty, TyKind};
use lumen_lir::{Datum, Op, Repr};

/// Parts of a constant that is written out; larger ones are computed when the program starts.
const PARTS: usize = 2_000;

impl Lower<'_> {
    /// Whether a value of type `ty` can be written from the datum.
    pub(super) fn embeds(&mut self, datum: &Datum, ty: Ty) -> bool {
        let mut left = PARTS;
        self.embeds_within(datum, ty, &mut left)
    }

    fn embeds_within(&mut self, datum: &Datum, ty: Ty, left: &mut usize) -> bool {
        let Some(rest) = left.checked_sub(1) else { return false };
        *left = rest;
        let kind = self.types.kind(ty).clone();
        match (datum, kind) {
            (Datum::Null, TyKind::Null | TyKind::Optional(_) | TyKind::Json)
            | (Datum::Bool(_), TyKind::Bool | TyKind::Json)
            | (Datum::Int(_), TyKind::Int | TyKind::Json)
            | (Datum::Float(_), TyKind::Float | TyKind::Json)
            | (Datum::Str(_), TyKind::String | TyKind::Json)
            | (Datum::Bytes(_), TyKind::Bytes) => true,
            (_, TyKind::Optional(inner)) => self.embeds_within(datum, inner, left),
            (Datum::List(items), TyKind::List(elem)) | (Datum::Set(items), TyKind::Set(elem)) => {
                items.iter().all(|item| self.embeds_within(item, elem, left))
            }
            (Datum::List(items), TyKind::Json) => {
                items.iter().all(|item| self.embeds_within(item, Ty::JSON, left))
            }
            (Datum::Map(entries), TyKind::Map(key, value)) => entries.iter().all(|(k, v)| {
                self.embeds_within(k, key, left) && self.embeds_within(v, value, left)
            }),
            (Datum::Map(entries), TyKind::Json) => entries.iter().all(|(k, v)| {
                self.embeds_within(k, Ty::STRING, left) && self.embeds_within(v, Ty::JSON, left)
            }),
            (Datum::Fields(parts), TyKind::Tuple(_) | TyKind::Record(..)) => {
                let types = self.types.fields(self.tables, ty);
                self.all_embed(parts, &types, left)
            }
            (Datum::Variant(ordinal, parts), TyKind::Enum(..)) => {
                let types = self.types.payload(self.tables, ty, *ordinal);
                self.all_embed(parts, &types, left)
            }
            _ => false,
        }
    }

    fn all_embed(&mut self, parts: &[Datum], types: &[Ty], left: &mut usize) -> bool {
        parts.len() == types.len()
            && parts.iter().zip(types).all(|(part, &ty)| self.embeds_within(part, ty, left))
    }
}

impl Fx<'_, '_> {
    /// A constant that needs no object of its own.
    pub(super) fn small_datum(&mut self, datum: &Datum, ty: Ty) -> Option<Val> {
        match datum {
            Datum::Null | Datum::Bool(_) | Datum::Int(_) | Datum::Float(_) | Datum::Str(_) => {
                self.p.embeds(datum, ty).then(|| self.datum(datum, ty))
            }
            _ => None,
        }
    }

    /// The value of a datum that `embeds` accepts for the type.
    pub(super) fn datum(&mut self, datum: &Datum, ty: Ty) -> Val {
        let kind = self.kind(ty);
        let v = match (datum, kind) {
            (Datum::Null, _) => Val::new(Place::Nil, Ty::NULL),
            (_, TyKind::Optional(inner)) => self.datum(datum, inner),
            (Datum::Bool(value), _) => Val::new(Place::Bool(*value), Ty::BOOL),
            (Datum::Int(value), _) => Val::new(Place::Int(*value), Ty::INT),
            (Datum::Float(bits), _) => Val::new(Place::Float(f64::from_bits(*bits)), Ty::FLOAT),
            (Datum::Str(text), _) => Val::new(Place::Str(self.p.module.string(text)), Ty::STRING),
            (Datum::Bytes(bytes), _) => {
                Val::new(Place::Bytes(self.p.module.bytes(bytes)), Ty::BYTES)
            }
            (Datum::List(items), TyKind::Json) => {
                let list = self.p.types.store.list(Ty::JSON);
                self.list_datum(items, list, Ty::JSON)
            }
            (Datum::List(items), TyKind::List(elem)) => self.list_datum(items, ty, elem),
            (Datum::Set(items), TyKind::Set(elem)) => self.set_datum(items, ty, elem),
            (Datum::Map(entries), TyKind::Json) => {
                let map = self.p.types.store.intern(TyKind::Map(Ty::STRING, Ty::JSON));
                self.map_datum(entries, map, Ty::STRING, Ty::JSON)
            }
            (Datum::Map(entries), TyKind::Map(key, value)) => {
                self.map_datum(entries, ty, key, value)
            }
            (Datum::Fields(parts), _) => {
                let types = self.fields(ty);
                let values = self.data(parts, &types);
                self.new_flat(ty, None, &values, None)
            }
            (Datum::Variant(ordinal, parts), TyKind::Enum(owner, _)) => {
                let ordinal = *ordinal;
                let types = self.payload(ty, ordinal);
                match self.variant_class(ty, ordinal) {
                    Some(class) => {
                        let values = self.data(parts, &types);
                        self.new_object(class, ty, &values, None)
                    }
                    None => self.plain_variant(VariantRef { owner, ordinal }, ty),
                }
            }
            _ => {
                self.confused("a constant of another type");
                Val::never()
            }
        };
        self.convert(v, ty, None)
    }

    fn data(&mut self, parts: &[Datum], types: &[Ty]) -> Vec<Val> {
        let mut values = Vec::with_capacity(parts.len());
        for (part, &ty) in parts.iter().zip(types) {
            let v = self.datum(part, ty);
            let v = self.own(v, None);
            values.push(v);
        }
        values
    }

    fn list_datum(&mut self, items: &[Datum], ty: Ty, elem: Ty) -> Val {
        let mut list = self.new_list(ty);
        for item in items {
            let v = self.datum(item, elem);
            list = self.list_push(list, v);
        }
        list
    }

    fn set_datum(&mut self, items: &[Datum], ty: Ty, elem: Ty) -> Val {
        let Some(class) = self.info(ty).class() else { return Val::never() };
        let dst = self.r.alloc(&mut self.b, Repr::Ref(class));
        self.b.emit_imm(Op::SetNew, dst, class.0 as i32);
        let mut set = self.owned(dst, ty);
        for item in items {
            let v = self.datum(item, elem);
            set = self.set_add(set, v);
        }
        set
    }

    fn map_datum(&mut self, entries: &[(Datum, Datum)], ty: Ty, key: Ty, value: Ty) -> Val {
        let Some(class) = self.info(ty).class() else { return Val::never() };
        let dst = self.r.alloc(&mut self.b, Repr::Ref(class));
        self.b.emit_imm(Op::MapNew, dst, class.0 as i32);
        let mut map = self.owned(dst, ty);
        for (k, v) in entries {
            let k = self.datum(k, key);
            let k = self.own(k, None);
            let v = self.datum(v, value);
            map = self.map_put(map, k, v);
        }
        map
    }
}
