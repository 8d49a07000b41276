//! Replacement of type parameters in types that are known: of instances of cells, and of effects in rows.
//!
//! Depth is bounded by the size of types, like that of any walk over them.

use super::types::{RowKind, RowTy, Ty, TyFlags, TyKind, TyStore};
use crate::compiler::hir::TypeParamId;

impl TyStore {
    /// `ty` with the type parameters replaced that `by` knows; row variables stay.
    pub(crate) fn replaced(&mut self, ty: Ty, by: &dyn Fn(TypeParamId) -> Option<Ty>) -> Ty {
        if !self.flags(ty).any(TyFlags::PARAM) {
            return ty;
        }
        let kind = match self.kind(ty).clone() {
            TyKind::Param(param) => return by(param).unwrap_or(ty),
            TyKind::List(t) => TyKind::List(self.replaced(t, by)),
            TyKind::Set(t) => TyKind::Set(self.replaced(t, by)),
            TyKind::Map(k, v) => TyKind::Map(self.replaced(k, by), self.replaced(v, by)),
            TyKind::Tuple(items) => TyKind::Tuple(self.all_replaced(&items, by)),
            TyKind::Record(id, args) => TyKind::Record(id, self.all_replaced(&args, by)),
            TyKind::Enum(id, args) => TyKind::Enum(id, self.all_replaced(&args, by)),
            TyKind::Instance(id, args) => TyKind::Instance(id, self.all_replaced(&args, by)),
            TyKind::Optional(t) => {
                let t = self.replaced(t, by);
                return self.optional(t);
            }
            TyKind::Union(members) => {
                let members = self.all_replaced(&members, by);
                return self.union(&members);
            }
            TyKind::Fn { params, ret, row } => {
                let params = self.all_replaced(&params, by);
                TyKind::Fn { params, ret: self.replaced(ret, by), row: self.replaced_row(row, by) }
            }
            TyKind::Refined { alias, args, base } => {
                let args = self.all_replaced(&args, by);
                TyKind::Refined { alias, args, base: self.replaced(base, by) }
            }
            TyKind::Stream { elem, row } => {
                let elem = self.replaced(elem, by);
                TyKind::Stream { elem, row: self.replaced_row(row, by) }
            }
            _ => return ty,
        };
        self.intern(kind)
    }

    fn all_replaced(&mut self, tys: &[Ty], by: &dyn Fn(TypeParamId) -> Option<Ty>) -> Box<[Ty]> {
        tys.iter().map(|&ty| self.replaced(ty, by)).collect()
    }

    fn replaced_row(&mut self, row: RowTy, by: &dyn Fn(TypeParamId) -> Option<Ty>) -> RowTy {
        if self.row(row).instances.is_empty() {
            return row;
        }
        let kind = self.row(row).clone();
        let mut instances = self.all_replaced(&kind.instances, by).into_vec();
        instances.sort_unstable();
        instances.dedup();
        self.intern_row(RowKind { instances: instances.into_boxed_slice(), ..kind })
    }
}
