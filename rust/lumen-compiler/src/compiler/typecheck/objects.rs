//! `any Trait`: which traits may stand there, which types enter, what such a value has.
//!
//! A value of type `any A + B` is dynamic: it carries its type, of which the checker has seen an impl of each trait when
//! it entered. Lowering finds the method by that type (`lower/dispatch.rs`). So a method may take nothing of the type
//! but its receiver, and values whose type cannot be told at run time do not enter: `null` and `Json`.

use super::Checker;
use super::body::BodyCx;
use super::coerce::Fit;
use super::diagnostics as d;
use super::traits::Implied;
use super::types::{Ty, TyFlags, TyKind};
use crate::compiler::hir::{Bound, Bounds, CellId, TraitId, TyRefId, TyRefKind, TypeParamId};
use lumen_base::{Diagnostic, FileSpan};

impl Checker<'_> {
    /// Whether the type is an `any Trait`.
    pub(super) fn is_object(&self, ty: Ty) -> bool {
        matches!(self.store.kind(ty), TyKind::Object(_))
    }

    /// Reports traits behind `any` with a method that cannot be called on a value of any type.
    pub(super) fn check_any_traits(&mut self) {
        let hir = self.hir;
        for &(of, at) in &hir.any_traits {
            let implied = self.implied[of.index()].clone();
            let fixed =
                implied.bounds.contains(Bounds::ORD) || implied.bounds.contains(Bounds::NUM);
            let name = self.names.resolve(hir.traits[of].name);
            if fixed {
                self.diags.push(d::any_with_parent(at, name));
                continue;
            }
            let methods = implied.traits.iter().flat_map(|&of| hir.traits[of].methods.iter());
            let found = methods
                .copied()
                .find_map(|method| self.tied_to_self(of, method).map(|problem| (method, problem)));
            if let Some((method, problem)) = found {
                let decl = &hir.cells[method];
                let place = decl.name_span.in_file(hir.modules[decl.module].file);
                let method = self.names.resolve(decl.name);
                self.diags.push(d::any_of_unsafe(at, name, method, problem, place));
            }
        }
    }

    /// Why a method needs to know the type of its receiver.
    fn tied_to_self(&self, _of: TraitId, method: CellId) -> Option<&'static str> {
        let hir = self.hir;
        let cell = &hir.cells[method];
        let (&own, rest) = cell.type_params.split_first()?;
        if rest.iter().any(|&param| !hir.type_params[param].is_row) {
            return Some("has type parameters of its own");
        }
        if cell.params.iter().skip(1).any(|param| self.mentions_param(param.ty, own)) {
            return Some("takes another value of the type `Self`");
        }
        let gives = cell.ret.is_some_and(|ret| self.mentions_param(ret, own));
        gives.then_some("gives a value of the type `Self`")
    }

    /// Whether a written type mentions a type parameter. The parser bounds the depth.
    fn mentions_param(&self, written: TyRefId, param: TypeParamId) -> bool {
        let within = |list: &[TyRefId]| list.iter().any(|&part| self.mentions_param(part, param));
        match &self.hir.ty_refs[written].kind {
            TyRefKind::Param(known) => *known == param,
            TyRefKind::SelfType(of) => self.mentions_param(*of, param),
            TyRefKind::List(a)
            | TyRefKind::Set(a)
            | TyRefKind::Stream(a)
            | TyRefKind::Optional(a) => self.mentions_param(*a, param),
            TyRefKind::Map(k, v) => within(&[*k, *v]),
            TyRefKind::Tuple(parts)
            | TyRefKind::Union(parts)
            | TyRefKind::Record(_, parts)
            | TyRefKind::Enum(_, parts)
            | TyRefKind::Alias(_, parts) => within(parts),
            TyRefKind::Fn { params, ret, .. } => within(params) || self.mentions_param(*ret, param),
            _ => false,
        }
    }

    /// What a value of a type with these traits has.
    pub(super) fn implied_by_all(&self, traits: &[TraitId]) -> Implied {
        let mut all = Implied::default();
        for of in traits {
            all.add(&self.implied[of.index()]);
        }
        all
    }

    /// The first of the traits that `ty` (known) lacks.
    pub(super) fn lacking(&self, ty: Ty, traits: &[TraitId]) -> Option<TraitId> {
        traits.iter().copied().find(|&of| !self.implements(ty, of))
    }
}

impl BodyCx<'_, '_> {
    /// Whether a value of type `own` may be one of type `part`: a member, or what enters an `any Trait` in it.
    pub(super) fn may_be(&self, own: Ty, part: Ty) -> bool {
        self.c.store.members(own).into_iter().any(|member| match self.kind(member) {
            _ if member == part => true,
            TyKind::Object(traits) => self.enters(part, traits),
            _ => false,
        })
    }

    /// Whether values of a known type enter an `any Trait`.
    fn enters(&self, own: Ty, traits: &[TraitId]) -> bool {
        let told_apart = !matches!(
            self.kind(own),
            TyKind::Null | TyKind::Json | TyKind::Any | TyKind::Optional(_) | TyKind::Union(_)
        );
        // Of what is sealed the type tells more than the value may.
        let sealed = self.c.store.flags(own).any(TyFlags::SECRET.union(TyFlags::UNTRUSTED));
        told_apart && !sealed && self.c.lacking(own, traits).is_none()
    }

    /// Whether `ty` is or may be an `any Trait`.
    pub(super) fn has_object(&self, ty: Ty) -> bool {
        self.c.store.members(ty).into_iter().any(|member| self.c.is_object(member))
    }

    /// Why a value of type `own` does not enter an `any Trait`.
    pub(super) fn lacks_object(
        &mut self,
        at: FileSpan,
        own: Ty,
        traits: &[TraitId],
        expected: &str,
        found: &str,
    ) -> Diagnostic {
        match self.kind(own) {
            TyKind::Optional(inner) if self.enters(*inner, traits) => {
                d::optional_as_value(at, expected, found)
            }
            TyKind::Null | TyKind::Json | TyKind::Any => d::untold_in_any(at, expected, found),
            _ => match self.c.lacking(own, traits) {
                Some(of) => {
                    let diagnostic = d::mismatch(at, expected, found);
                    self.c.explain_lack(diagnostic, own, Bound::Trait(of))
                }
                None => d::mismatch(at, expected, found),
            },
        }
    }

    /// Whether a value of type `own` enters an `any Trait`.
    pub(super) fn fits_object(&mut self, own: Ty, traits: &[TraitId]) -> Fit {
        let own = self.c.zonk(own);
        let open = self.c.store.flags(own).any(TyFlags::INFER);
        if !open && self.enters(own, traits) { Fit::Converted } else { Fit::No }
    }
}
