//! Patterns: what they bind, with which types, and which part of a union they select.
//!
//! (Pattern, type of the value that meets it) → types of locals, resolved variants and fields. A pattern of one member's
//! form against an optional or union selects that member; `pat_member` notes it. Whether patterns cover all
//! values is `exhaustive`'s question.

use super::body::BodyCx;
use super::diagnostics as d;
use super::narrow::Fact;
use super::types::{Ty, TyFlags, TyKind};
use crate::compiler::hir::{
    EnumId, Head, Lit, LocalId, Pat, PatArg, PatId, PatKind, PatVariant, RecordId, TyRefId,
    TypeParamId, VariantRef,
};
use lumen_base::{Span, Symbol};

impl<'a> BodyCx<'_, 'a> {
    fn pat_node(&self, pat: PatId) -> &'a Pat {
        &self.body.pats[pat]
    }

    /// A pattern of `if let`, `while let`, `let … else`: a plain name tests for non-null (decisions 63).
    pub(super) fn testing_pattern(&mut self, pat: PatId, ty: Ty) {
        let ty = self.c.zonk(ty);
        if let (PatKind::Bind(local), TyKind::Optional(inner)) =
            (&self.pat_node(pat).kind, self.kind(ty))
        {
            let inner = *inner;
            self.out.pat_ty.insert(pat, ty);
            self.out.local_ty.insert(*local, inner);
            self.out.non_null.insert(pat);
            return;
        }
        self.pattern(pat, ty);
    }

    pub(super) fn pattern(&mut self, pat: PatId, ty: Ty) {
        let exact = self.c.zonk(ty);
        let ty = self.widened(exact);
        self.out.pat_ty.insert(pat, ty);
        let node = self.pat_node(pat);
        match &node.kind {
            PatKind::Missing | PatKind::Wild => {}
            PatKind::Bind(local) => self.bind_local(*local, exact),
            PatKind::At(local, inner) => {
                self.bind_local(*local, exact);
                self.pattern(*inner, ty);
                if let Some(part) = self.selected(*inner, ty) {
                    self.narrow_binding(pat, ty, part);
                }
            }
            PatKind::Lit(lit) => self.literal_pattern(pat, lit, ty, node.span),
            PatKind::Range { .. } => self.range_pattern(pat, ty, Ty::INT, node.span),
            PatKind::CharRange { .. } => self.range_pattern(pat, ty, Ty::STRING, node.span),
            PatKind::FloatRange { .. } => self.range_pattern(pat, ty, Ty::FLOAT, node.span),
            PatKind::Variant { variant, args, rest } => {
                self.variant_pattern(pat, variant, args, *rest, ty, node.span);
            }
            PatKind::Record { record, args, rest } => {
                self.record_pattern(pat, *record, args, *rest, ty, node.span);
            }
            PatKind::Tuple(parts) => self.tuple_pattern(pat, parts, ty, node.span),
            PatKind::List { items, rest } => self.list_pattern(pat, items, rest, ty, node.span),
            PatKind::Type { pat: inner, ty: target } => {
                self.type_pattern(pat, *inner, *target, ty);
            }
            PatKind::Or(alternatives) => {
                for &alternative in alternatives {
                    self.pattern(alternative, ty);
                }
            }
        }
    }

    /// The alternatives of an or-pattern bind the same local: with the same type.
    fn bind_local(&mut self, local: LocalId, ty: Ty) {
        let Some(&before) = self.out.local_ty.get(local) else {
            self.out.local_ty.insert(local, ty);
            return;
        };
        let span = self.body.locals[local].span;
        if !self.unify(before, ty, span) {
            let at = self.here(span);
            let name = self.c.names.resolve(self.body.locals[local].name);
            let (first, second) = (self.c.show(before), self.c.show(ty));
            self.report(d::or_binding_types(at, name, &first, &second));
        }
    }

    /// The member of `ty` that `accepts`; notes it when it is not `ty` itself. Reports when there is none.
    fn member_pattern(
        &mut self,
        pat: PatId,
        ty: Ty,
        span: Span,
        what: &str,
        accepts: &dyn Fn(&Self, Ty) -> bool,
    ) -> Option<Ty> {
        if accepts(self, ty) {
            return Some(ty);
        }
        let members = self.c.store.members(ty);
        let members: Vec<Ty> = members
            .iter()
            .flat_map(|&member| self.c.store.members(member))
            .filter(|&member| accepts(self, member))
            .collect();
        match members.as_slice() {
            [member] => {
                self.out.pat_member.insert(pat, *member);
                Some(*member)
            }
            [] => {
                self.out.pat_ty.insert(pat, Ty::ERROR);
                if !matches!(self.kind(ty), TyKind::Error | TyKind::Never) {
                    let at = self.here(span);
                    let diagnostic = match self.kind(ty) {
                        TyKind::Infer(_) => d::annotate(at),
                        _ => {
                            let shown = self.c.show(ty);
                            d::pattern_type(at, what, &shown)
                        }
                    };
                    self.report(diagnostic);
                }
                None
            }
            _ => {
                self.out.pat_ty.insert(pat, Ty::ERROR);
                let (at, shown) = (self.here(span), self.c.show(ty));
                self.report(d::pattern_ambiguous(at, what, &shown));
                None
            }
        }
    }

    fn literal_pattern(&mut self, pat: PatId, lit: &Lit, ty: Ty, span: Span) {
        let (own, what) = match lit {
            Lit::Int(_) => (Ty::INT, "an Int literal"),
            Lit::Float(_) => (Ty::FLOAT, "a Float literal"),
            Lit::Bool(_) => (Ty::BOOL, "a Bool literal"),
            Lit::Null => (Ty::NULL, "`null`"),
            Lit::Str(_) => (Ty::STRING, "a String literal"),
            Lit::Bytes(_) => (Ty::BYTES, "a Bytes literal"),
        };
        if matches!(self.kind(ty), TyKind::Infer(_)) && own != Ty::NULL {
            self.unify(ty, own, span);
            return;
        }
        if self.is_open(ty, own) && !(ty == Ty::JSON && own == Ty::BYTES) {
            self.out.pat_member.insert(pat, own);
            return;
        }
        // An integer literal fits a Float where no Int is possible.
        let members = self.c.store.members(ty);
        let takes_int = members.iter().any(|&m| self.c.store.members(m).contains(&Ty::INT));
        let own = if own == Ty::INT && !takes_int { Ty::FLOAT } else { own };
        let what =
            if own == Ty::FLOAT && matches!(lit, Lit::Int(_)) { "an Int literal" } else { what };
        self.member_pattern(pat, ty, span, what, &|_, member| member == own);
    }

    /// Whether values of type `ty` carry their types, and may be of type `part`.
    fn is_open(&self, ty: Ty, part: Ty) -> bool {
        matches!(ty, Ty::ANY | Ty::JSON) || (self.has_object(ty) && self.may_be(ty, part))
    }

    fn range_pattern(&mut self, pat: PatId, ty: Ty, own: Ty, span: Span) {
        if matches!(self.kind(ty), TyKind::Infer(_)) {
            self.unify(ty, own, span);
        } else if self.is_open(ty, own) {
            self.out.pat_member.insert(pat, own);
        } else {
            self.member_pattern(pat, ty, span, "a range", &|_, member| member == own);
        }
    }

    fn type_pattern(&mut self, pat: PatId, inner: PatId, target: TyRefId, ty: Ty) {
        let span = self.hir.ty_refs[target].span;
        let mut target = self.written(target);
        // A value of a record or enum has met the conditions in it.
        if self.c.store.flags(target).any(TyFlags::REFINED) {
            let (at, shown) = (self.here(span), self.c.show(target));
            self.report(d::refined_pattern(at, &shown));
            target = Ty::ERROR;
        }
        self.out.pat_test.insert(pat, target);
        let silent = |ty: Ty| matches!(ty, Ty::ERROR | Ty::NEVER);
        if matches!(self.kind(ty), TyKind::Infer(_)) {
            self.unify(ty, target, span);
        } else if !silent(ty) && !silent(target) && ty != target {
            self.testable(ty, target, span);
        }
        self.pattern(inner, target);
    }

    fn variant_pattern(
        &mut self,
        pat: PatId,
        variant: &PatVariant,
        args: &[PatArg],
        rest: bool,
        ty: Ty,
        span: Span,
    ) {
        let found = match variant {
            PatVariant::Known(variant) => Some(*variant),
            PatVariant::Unresolved(name) => self.variant_for(*name, ty, span),
            PatVariant::Error(_) => None,
        };
        let Some(variant) = found else {
            self.error_args(args);
            return;
        };
        let owner = variant.owner;
        let decl = &self.hir.enums[owner];
        let what = format!("a variant of `{}`", self.c.names.resolve(decl.name));
        let head = Head::Enum(owner);
        let Some(type_args) = self.declared_member(pat, head, &decl.type_params, &what, ty, span)
        else {
            self.error_args(args);
            return;
        };
        self.out.pat_variants.insert(pat, variant);
        let fields = &decl.variants[variant.ordinal as usize].fields;
        let names: Vec<Option<Symbol>> = fields.iter().map(|field| field.name).collect();
        let name = decl.variants[variant.ordinal as usize].name;
        let tys: Vec<Ty> =
            (0..fields.len()).map(|i| self.payload_ty(variant, &type_args, i)).collect();
        self.pattern_args(pat, name, &names, &tys, args, rest, span);
    }

    /// The enum of the scrutinee says which variant an unqualified name is.
    fn variant_for(&mut self, name: Symbol, ty: Ty, span: Span) -> Option<VariantRef> {
        if matches!(ty, Ty::ERROR | Ty::NEVER) {
            return None;
        }
        let members = self.c.store.members(ty);
        let owners: Vec<EnumId> = members
            .iter()
            .flat_map(|&member| self.c.store.members(member))
            .filter_map(|member| match self.kind(member) {
                TyKind::Enum(id, _) => Some(*id),
                _ => None,
            })
            .collect();
        let found = owners.iter().find_map(|&owner| self.variant_named(owner, name));
        if found.is_none() {
            let at = self.here(span);
            let diagnostic = self.ambiguous_variant(name, at);
            self.report(diagnostic);
        }
        found
    }

    fn record_pattern(
        &mut self,
        pat: PatId,
        record: RecordId,
        args: &[PatArg],
        rest: bool,
        ty: Ty,
        span: Span,
    ) {
        if self.is_closed(record) {
            self.opened(record, span);
            self.error_args(args);
            return;
        }
        let decl = &self.hir.records[record];
        let what = format!("a pattern for `{}`", self.c.names.resolve(decl.name));
        let head = Head::Record(record);
        let Some(type_args) = self.declared_member(pat, head, &decl.type_params, &what, ty, span)
        else {
            self.error_args(args);
            return;
        };
        let names: Vec<Option<Symbol>> = decl.fields.iter().map(|field| Some(field.name)).collect();
        let tys: Vec<Ty> =
            (0..names.len()).map(|i| self.field_ty(record, &type_args, i as u32)).collect();
        self.pattern_args(pat, decl.name, &names, &tys, args, rest, span);
    }

    /// The type arguments of the member of `ty` that is the record or enum `head`; an undecided `ty` becomes it.
    fn declared_member(
        &mut self,
        pat: PatId,
        head: Head,
        type_params: &[TypeParamId],
        what: &str,
        ty: Ty,
        span: Span,
    ) -> Option<Box<[Ty]>> {
        if matches!(self.kind(ty), TyKind::Infer(_)) {
            let fresh = type_params.iter().map(|_| self.fresh()).collect();
            let wanted = self.c.store.intern(match head {
                Head::Record(record) => TyKind::Record(record, fresh),
                Head::Enum(owner) => TyKind::Enum(owner, fresh),
                _ => return None,
            });
            self.unify(ty, wanted, span);
        }
        let ty = self.c.zonk(ty);
        let has_head = |cx: &Self, member| match cx.kind(member) {
            TyKind::Record(record, _) => head == Head::Record(*record),
            TyKind::Enum(owner, _) => head == Head::Enum(*owner),
            _ => false,
        };
        if type_params.is_empty() && ty != Ty::JSON {
            let none: Box<[Ty]> = Box::default();
            let only = self.c.store.intern(match head {
                Head::Record(record) => TyKind::Record(record, none),
                Head::Enum(owner) => TyKind::Enum(owner, none),
                _ => return None,
            });
            if self.is_open(ty, only) {
                self.out.pat_member.insert(pat, only);
                return Some(Box::default());
            }
        }
        let member = self.member_pattern(pat, ty, span, what, &has_head)?;
        match self.kind(member) {
            TyKind::Record(_, args) | TyKind::Enum(_, args) => Some(args.clone()),
            _ => None,
        }
    }

    fn pattern_args(
        &mut self,
        pat: PatId,
        what: Symbol,
        names: &[Option<Symbol>],
        tys: &[Ty],
        args: &[PatArg],
        rest: bool,
        span: Span,
    ) {
        let what = self.c.names.resolve(what);
        let mut seen = vec![false; tys.len()];
        let mut indices = Vec::with_capacity(args.len());
        let (mut next, mut extra, mut unknown) = (0, 0, false);
        for arg in args {
            let index = match arg.name {
                Some((name, span)) => {
                    let at = names.iter().position(|&n| n == Some(name));
                    if at.is_none() {
                        let (here, text) = (self.here(span), self.c.names.resolve(name));
                        let known: Vec<&str> =
                            names.iter().flatten().map(|&n| self.c.names.resolve(n)).collect();
                        self.report(d::unknown_field(here, text, what, &known, false, None));
                    }
                    at
                }
                None => {
                    while next < seen.len() && seen[next] {
                        next += 1;
                    }
                    if next >= seen.len() {
                        extra += 1;
                    }
                    (next < seen.len()).then_some(next)
                }
            };
            match index {
                Some(at) => {
                    if std::mem::replace(&mut seen[at], true) {
                        let here = self.here(self.pat_node(arg.pat).span);
                        let text = names[at].map_or("", |name| self.c.names.resolve(name));
                        self.report(d::argument_twice(here, text));
                    }
                    self.pattern(arg.pat, tys[at]);
                    indices.push(at as u32);
                }
                None => {
                    unknown = true;
                    self.pattern(arg.pat, Ty::ERROR);
                    indices.push(0);
                }
            }
        }
        let missing: Vec<String> = (0..tys.len())
            .filter(|&i| !seen[i])
            .map(|i| match names[i] {
                Some(name) => self.c.names.resolve(name).to_owned(),
                None => format!("{}", i + 1),
            })
            .collect();
        let at = self.here(span);
        if unknown {
            self.out.pat_ty.insert(pat, Ty::ERROR);
        }
        if extra > 0 {
            self.report(d::pattern_extra(at, what, tys.len(), args.len()));
        } else if !rest && !missing.is_empty() && !unknown {
            self.report(d::pattern_missing(at, what, &missing));
        }
        self.out.pat_args.insert(pat, indices.into_boxed_slice());
    }

    fn error_args(&mut self, args: &[PatArg]) {
        for arg in args {
            self.pattern(arg.pat, Ty::ERROR);
        }
    }

    fn tuple_pattern(&mut self, pat: PatId, parts: &[PatId], ty: Ty, span: Span) {
        if matches!(self.kind(ty), TyKind::Infer(_)) {
            let fresh = parts.iter().map(|_| self.fresh()).collect();
            let wanted = self.c.store.tuple(fresh);
            self.unify(ty, wanted, span);
        }
        let ty = self.c.zonk(ty);
        let n = parts.len();
        if let TyKind::Tuple(tys) = self.kind(ty)
            && tys.len() != n
        {
            let (at, m) = (self.here(span), tys.len());
            self.out.pat_ty.insert(pat, Ty::ERROR);
            self.report(d::pattern_tuple_size(at, m, n));
            parts.iter().for_each(|&part| self.pattern(part, Ty::ERROR));
            return;
        }
        let member = self.member_pattern(
            pat,
            ty,
            span,
            "a tuple pattern",
            &|cx, member| matches!(cx.kind(member), TyKind::Tuple(tys) if tys.len() == n),
        );
        let tys = match member.map(|member| self.kind(member).clone()) {
            Some(TyKind::Tuple(tys)) => tys,
            _ => vec![Ty::ERROR; n].into_boxed_slice(),
        };
        for (&part, &ty) in parts.iter().zip(&tys) {
            self.pattern(part, ty);
        }
    }

    fn list_pattern(
        &mut self,
        pat: PatId,
        items: &[PatId],
        rest: &Option<(u32, Option<PatId>)>,
        ty: Ty,
        span: Span,
    ) {
        if matches!(self.kind(ty), TyKind::Infer(_)) {
            let elem = self.fresh();
            let wanted = self.c.store.list(elem);
            self.unify(ty, wanted, span);
        }
        let mut ty = self.c.zonk(ty);
        if ty == Ty::JSON {
            let list = self.c.store.list(Ty::JSON);
            self.out.pat_member.insert(pat, list);
            ty = list;
        }
        let member = self.member_pattern(pat, ty, span, "a list pattern", &|cx, member| {
            matches!(cx.kind(member), TyKind::List(_))
        });
        let (list, elem) = match member.map(|member| (member, self.kind(member))) {
            Some((list, TyKind::List(elem))) => (list, *elem),
            _ => (Ty::ERROR, Ty::ERROR),
        };
        for &item in items {
            self.pattern(item, elem);
        }
        if let Some((_, Some(rest))) = rest {
            self.pattern(*rest, list);
        }
    }

    /// The part of `ty` that `pat` can match at all, when that is less than `ty` by its types.
    pub(super) fn selected(&mut self, pat: PatId, ty: Ty) -> Option<Ty> {
        let node = self.pat_node(pat);
        match &node.kind {
            PatKind::At(_, inner) => self.selected(*inner, ty),
            PatKind::Type { .. } => self.out.pat_test.get(&pat).copied(),
            PatKind::Or(alternatives) => {
                let mut parts = Vec::new();
                for &alternative in alternatives {
                    parts.push(self.selected(alternative, ty)?);
                }
                Some(self.c.store.union(&parts))
            }
            PatKind::Wild | PatKind::Bind(_) | PatKind::Missing => None,
            _ => self.out.pat_member.get(&pat).copied(),
        }
    }

    /// Whether `pat` matches every value of the part it selects.
    pub(super) fn takes_all(&self, pat: PatId) -> bool {
        match &self.pat_node(pat).kind {
            PatKind::Wild | PatKind::Bind(_) | PatKind::Lit(Lit::Null) => true,
            PatKind::At(_, inner) => self.takes_all(*inner),
            PatKind::Type { pat: inner, .. } => {
                matches!(self.pat_node(*inner).kind, PatKind::Wild | PatKind::Bind(_))
            }
            PatKind::Or(alternatives) => alternatives.iter().all(|&alt| self.takes_all(alt)),
            _ => false,
        }
    }

    /// The name that `pat` gives the whole value is known to have type `ty`.
    pub(super) fn narrow_binding(&mut self, pat: PatId, declared: Ty, ty: Ty) {
        let local = match &self.pat_node(pat).kind {
            PatKind::Bind(local) | PatKind::At(local, _) => *local,
            _ => return,
        };
        if declared != ty && declared != Ty::ERROR {
            self.flow.push(Fact { local, path: Box::new([]), ty });
        }
    }
}
