//! Reading parts of values: fields, tuple positions, indexes, slices, and `with` updates.

use super::body::BodyCx;
use super::declare::FnRows;
use super::diagnostics as d;
use super::types::{Ty, TyKind};
use crate::compiler::hir::{ConstId, ExprId, RecordId, TyRefId};
use lumen_base::{Span, Symbol};

impl<'a> BodyCx<'_, 'a> {
    pub(super) fn constant(&mut self, id: ConstId, span: Span) -> Ty {
        let init = self.hir.consts[id].init;
        if !self.c.ensure_ret(init) {
            let at = self.here(span);
            let name = self.c.names.resolve(self.hir.consts[id].name);
            return self.fail(d::recursive_inference(at, name));
        }
        let ty = self.c.tables.sigs.get(init).map_or(Ty::ERROR, |sig| sig.ret);
        self.c.tables.consts.insert(id, ty);
        ty
    }

    /// `base.name`, `base?.name`.
    pub(super) fn field(
        &mut self,
        expr: ExprId,
        base: ExprId,
        name: Symbol,
        name_span: Span,
        optional: bool,
    ) -> Ty {
        let own = self.infer(base);
        let own = self.c.zonk(own);
        let Some(holder) = self.through_optional(own, optional, base, name_span) else {
            return Ty::ERROR;
        };
        let ty = match self.kind(holder).clone() {
            TyKind::Record(record, args) => match self.field_index(record, name) {
                Some(at) => {
                    self.out.fields.insert(expr, at);
                    self.field_ty(record, &args, at)
                }
                None => return self.no_field(holder, Some(record), name, name_span),
            },
            TyKind::Error | TyKind::Never => return Ty::ERROR,
            TyKind::Infer(_) => {
                let at = self.at(base);
                return self.fail(d::annotate(at));
            }
            _ => return self.no_field(holder, None, name, name_span),
        };
        if optional {
            return self.c.store.optional(ty);
        }
        self.narrowed_path(expr, ty)
    }

    /// What a fact says about the path `expr`, else `ty`.
    fn narrowed_path(&mut self, expr: ExprId, ty: Ty) -> Ty {
        if self.flow.is_empty() {
            return ty;
        }
        let Some((local, path)) = self.path_of(expr) else { return ty };
        self.flow.get(local, &path).unwrap_or(ty)
    }

    /// The type behind `?.` or `?[`; reports when the operator does not fit the operand.
    pub(super) fn through_optional(
        &mut self,
        own: Ty,
        optional: bool,
        base: ExprId,
        span: Span,
    ) -> Option<Ty> {
        let inner = match self.kind(own) {
            TyKind::Optional(inner) => Some(self.shallow(*inner)),
            _ => None,
        };
        match (inner, optional) {
            (Some(inner), true) => Some(inner),
            (Some(_), false) => {
                let (at, shown) = (self.at(base), self.c.show(own));
                let here = self.here(span);
                self.report(d::optional_access(at, here, &shown));
                None
            }
            (None, true) => {
                if matches!(self.kind(own), TyKind::Error | TyKind::Never) {
                    return None;
                }
                if own == Ty::JSON {
                    return Some(own);
                }
                let (at, shown) = (self.at(base), self.c.show(own));
                self.report(match self.result_parts(own) {
                    Some(_) => d::optional_access_of_result(at, &shown, span),
                    None => d::needless_optional_access(at, &shown),
                });
                None
            }
            (None, false) => Some(own),
        }
    }

    pub(super) fn field_index(&self, record: RecordId, name: Symbol) -> Option<u32> {
        if self.is_closed(record) {
            return None;
        }
        let fields = &self.hir.records[record].fields;
        fields.iter().position(|field| field.name == name).map(|at| at as u32)
    }

    pub(super) fn field_ty(&mut self, record: RecordId, args: &[Ty], field: u32) -> Ty {
        let ty = self.c.tables.records[record][field as usize];
        let params = &self.hir.records[record].type_params;
        self.c.replace(ty, params, args)
    }

    pub(super) fn no_field(
        &mut self,
        holder: Ty,
        record: Option<RecordId>,
        name: Symbol,
        name_span: Span,
    ) -> Ty {
        if let Some(record) = record.filter(|&record| self.is_closed(record)) {
            return self.opened(record, name_span);
        }
        let (at, shown) = (self.here(name_span), self.c.show(holder));
        let text = self.c.names.resolve(name);
        let method = self.find_method(holder, name).is_some() || self.has_builtin(holder, text);
        let fields: Vec<&str> = record.map_or(Vec::new(), |record| {
            let fields = self.hir.records[record].fields.iter();
            fields.map(|field| self.c.names.resolve(field.name)).collect()
        });
        let instead = match *self.kind(holder) {
            _ if holder == Ty::JSON => Some(format!("write an index: `[\"{text}\"]`")),
            TyKind::Enum(..) => {
                Some("the values of a variant come out by `match` or `if let`".to_owned())
            }
            TyKind::Map(..) => Some(format!("an entry of a map is `[\"{text}\"]`")),
            _ => None,
        };
        let diagnostic = d::unknown_field(at, text, &shown, &fields, method, instead.as_deref());
        self.fail(diagnostic)
    }

    /// `base.0`, `base?.0`.
    pub(super) fn tuple_field(
        &mut self,
        expr: ExprId,
        base: ExprId,
        (index, span): (u32, Span),
        optional: bool,
    ) -> Ty {
        let own = self.infer(base);
        let Some(holder) = self.through_optional(own, optional, base, span) else {
            return Ty::ERROR;
        };
        match self.kind(holder) {
            TyKind::Tuple(parts) => match parts.get(index as usize) {
                Some(&ty) if optional => self.c.store.optional(ty),
                Some(&ty) => self.narrowed_path(expr, ty),
                None => {
                    let (n, at) = (parts.len(), self.here(span));
                    self.fail(d::tuple_index(at, index, n))
                }
            },
            TyKind::Error | TyKind::Never => Ty::ERROR,
            TyKind::Infer(_) => {
                let at = self.at(base);
                self.fail(d::annotate(at))
            }
            _ => {
                let (at, shown) = (self.here(span), self.c.show(holder));
                self.fail(d::not_a_tuple(at, &shown))
            }
        }
    }

    /// `base[index]`, `base?[index]`.
    pub(super) fn index(&mut self, base: ExprId, index: ExprId, optional: bool) -> Ty {
        let own = self.infer(base);
        let span = self.span(base);
        let Some(holder) = self.through_optional(own, optional, base, span) else {
            self.infer(index);
            return Ty::ERROR;
        };
        let ty = match *self.kind(holder) {
            TyKind::List(elem) => {
                self.check(index, Ty::INT);
                elem
            }
            TyKind::String => {
                self.check(index, Ty::INT);
                Ty::STRING
            }
            TyKind::Bytes => {
                self.check(index, Ty::INT);
                Ty::INT
            }
            TyKind::Map(key, value) => {
                self.check(index, key);
                self.c.store.optional(value)
            }
            TyKind::Json => {
                let given = self.infer(index);
                let given = self.c.zonk(given);
                if !matches!(given, Ty::INT | Ty::STRING | Ty::ERROR | Ty::NEVER) {
                    let (at, shown) = (self.at(index), self.c.show(given));
                    self.report(d::json_index(at, &shown));
                }
                Ty::JSON
            }
            TyKind::Error | TyKind::Never => {
                self.infer(index);
                Ty::ERROR
            }
            TyKind::Infer(_) => {
                self.infer(index);
                let at = self.at(base);
                self.fail(d::annotate(at))
            }
            _ => {
                self.infer(index);
                let (at, shown) = (self.at(base), self.c.show(holder));
                let tuple = matches!(self.kind(holder), TyKind::Tuple(_));
                self.fail(d::cannot_index(at, &shown, tuple))
            }
        };
        if optional { self.c.store.optional(ty) } else { ty }
    }

    /// `base[lo..hi]`.
    pub(super) fn slice(
        &mut self,
        base: ExprId,
        lo: Option<ExprId>,
        hi: Option<ExprId>,
        optional: bool,
    ) -> Ty {
        let own = self.infer(base);
        for bound in [lo, hi].into_iter().flatten() {
            self.check(bound, Ty::INT);
        }
        let span = self.span(base);
        let Some(holder) = self.through_optional(own, optional, base, span) else {
            return Ty::ERROR;
        };
        match self.kind(holder) {
            TyKind::List(_) | TyKind::String | TyKind::Bytes if optional => {
                self.c.store.optional(holder)
            }
            TyKind::List(_) | TyKind::String | TyKind::Bytes | TyKind::Error | TyKind::Never => {
                holder
            }
            TyKind::Infer(_) => {
                let at = self.at(base);
                self.fail(d::annotate(at))
            }
            _ => {
                let (at, shown) = (self.at(base), self.c.show(holder));
                self.fail(d::cannot_slice(at, &shown))
            }
        }
    }

    /// `base with (field: value, …)`.
    pub(super) fn update(
        &mut self,
        expr: ExprId,
        base: ExprId,
        fields: &[(Symbol, Span, ExprId)],
    ) -> Ty {
        let own = self.infer(base);
        let own = self.c.zonk(own);
        let TyKind::Record(record, args) = self.kind(own).clone() else {
            for &(_, _, value) in fields {
                self.infer(value);
            }
            return match self.kind(own) {
                TyKind::Error | TyKind::Never => Ty::ERROR,
                TyKind::Infer(_) => {
                    let at = self.at(base);
                    self.fail(d::annotate(at))
                }
                _ => {
                    let (at, shown) = (self.at(base), self.c.show(own));
                    self.fail(d::not_a_record(at, &shown))
                }
            };
        };
        let mut indices: Vec<u32> = Vec::with_capacity(fields.len());
        for &(name, span, value) in fields {
            match self.field_index(record, name) {
                Some(at) => {
                    indices.push(at);
                    let ty = self.field_ty(record, &args, at);
                    self.check(value, ty);
                }
                None => {
                    self.infer(value);
                    self.no_field(own, Some(record), name, span);
                    indices.push(0);
                }
            }
        }
        self.out.updates.insert(expr, indices.into_boxed_slice());
        own
    }

    /// A written type inside this body.
    pub(super) fn written(&mut self, ty: TyRefId) -> Ty {
        self.c.ty(ty, FnRows::Closed, self.file)
    }
}
