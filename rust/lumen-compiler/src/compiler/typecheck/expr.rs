//! Expressions: the dispatch, literals, collections and conversions.
//!
//! `expr` gives the type an expression has by itself, guided by what the context wants; `check` also makes it fit.

use super::body::{BodyCx, CaseTask, Want};
use super::coerce::Fit;
use super::declare::FnRows;
use super::diagnostics as d;
use super::types::{Ty, TyFlags, TyKind};
use crate::compiler::hir::{
    Bound, Bounds, Comprehension, Expr, ExprId, ExprKind, FormatSpec, InterpPart, Item, Lit,
    LocalId, MapItem, PatId, TyRefId,
};
use lumen_base::Span;
use lumen_lir::effects::{Effect, EffectSet};

impl<'a> BodyCx<'_, 'a> {
    pub(super) fn node(&self, expr: ExprId) -> &'a Expr {
        &self.body.exprs[expr]
    }

    /// Checks `expr` where a value of type `wanted` is expected.
    pub(super) fn check(&mut self, expr: ExprId, wanted: Ty) -> Ty {
        let own = self.expr(expr, Want::Ty(wanted));
        self.coerce(expr, own, wanted);
        wanted
    }

    /// The type of `expr` with no expectation.
    pub(super) fn infer(&mut self, expr: ExprId) -> Ty {
        let ty = self.expr(expr, Want::Free);
        self.shallow(ty)
    }

    /// Checks `expr` for what it does; its value is dropped.
    pub(super) fn discard(&mut self, expr: ExprId) -> Ty {
        self.expr(expr, Want::Discard)
    }

    /// The type that `expr` has by itself.
    pub(super) fn expr(&mut self, expr: ExprId, want: Want) -> Ty {
        let want = self.widened_want(want);
        let ty = self.dispatch(expr, want);
        let ty = self.widened_value(expr, ty);
        let ty = self.record(expr, ty);
        self.shallow(ty)
    }

    fn dispatch(&mut self, expr: ExprId, want: Want) -> Ty {
        let node = self.node(expr);
        match &node.kind {
            ExprKind::Missing => Ty::ERROR,
            ExprKind::Lit(lit) => self.literal(lit, want),
            ExprKind::Interp(parts) => self.interpolation(parts),
            ExprKind::Local(local) => self.local(*local),
            ExprKind::Cell(_)
            | ExprKind::NestedCell { .. }
            | ExprKind::Builtin(_)
            | ExprKind::Record(_) => self.callable_value(expr, want),
            ExprKind::Variant(_) | ExprKind::AmbiguousVariant(_) => self.variant_value(expr, want),
            ExprKind::Const(id) => self.constant(*id, node.span),
            ExprKind::Field { base, name, name_span, optional } => {
                self.field(expr, *base, *name, *name_span, *optional)
            }
            ExprKind::TupleField { base, index, span, optional } => {
                self.tuple_field(expr, *base, (*index, *span), *optional)
            }
            ExprKind::Index { base, index, optional } => self.index(*base, *index, *optional),
            ExprKind::Slice { base, lo, hi, optional, .. } => {
                self.slice(*base, *lo, *hi, *optional)
            }
            ExprKind::Call { callee, type_args, args } => {
                self.call(expr, *callee, type_args, args, want)
            }
            ExprKind::MethodCall { recv, name, name_span, type_args, args, optional } => {
                self.method_call(expr, *recv, (*name, *name_span), type_args, args, *optional, want)
            }
            ExprKind::Update { base, fields } => self.update(expr, *base, fields),
            ExprKind::Neg(inner) => self.negate(*inner, want),
            ExprKind::BitNot(inner) => self.check(*inner, Ty::INT),
            ExprKind::Not(_)
            | ExprKind::Logic { .. }
            | ExprKind::Compare { .. }
            | ExprKind::Is { .. } => {
                self.condition_parts(expr);
                Ty::BOOL
            }
            ExprKind::Binary { .. } => self.binary_chain(expr, want),
            ExprKind::In { item, container } => self.contained(*item, *container),
            ExprKind::As { value, ty } => self.conversion(expr, *value, *ty, node.span),
            ExprKind::Coalesce { value, default } => self.coalesce(*value, *default, want),
            ExprKind::Propagate(inner) => self.propagate(*inner, node.span, want),
            ExprKind::Unwrap(inner) => self.unwrap_value(*inner, node.span),
            ExprKind::Try(call) => self.attempt(*call, node.span, want),
            ExprKind::ToolCall { tool, args } => self.tool_call(*tool, args, node.span, want),
            ExprKind::Range { lo, hi, step, .. } => self.range(*lo, *hi, *step),
            ExprKind::List(items) => self.list_literal(items, want),
            ExprKind::Set(items) => self.set_literal(items, want),
            ExprKind::Map(items) => self.map_literal(items, want),
            ExprKind::Tuple(parts) => self.tuple_literal(parts, want),
            ExprKind::If { branches, otherwise } => self.if_chain(expr, branches, *otherwise, want),
            ExprKind::Match { value, arms } => self.match_arms(expr, *value, arms, want),
            ExprKind::Block(block) => self.block(block, want),
            ExprKind::While { id, cond, body } => self.while_loop(*id, cond, *body),
            ExprKind::Loop { id, body } => self.endless_loop(*id, *body, want),
            ExprKind::For { id, pat, iter, guard, body } => {
                self.for_loop(*id, *pat, *iter, *guard, *body)
            }
            ExprKind::Comprehension { kind, pat, iter, guards, .. } => {
                self.comprehension(kind, *pat, *iter, guards, want)
            }
            ExprKind::Break { target, value } => self.break_out(*target, *value, node.span),
            ExprKind::Cover(_) => Ty::NULL,
            ExprKind::Continue { .. } => Ty::NEVER,
            ExprKind::Return(value) => self.return_value(*value, node.span),
            ExprKind::Keep { value, .. } => {
                self.infer(*value);
                Ty::NULL
            }
            ExprKind::Handle(handle) => self.handle(handle, want, node.span),
            ExprKind::Exit { exit, token, body } => {
                self.exit((*exit, *token), *body, want, node.span)
            }
            ExprKind::Yield(value) => self.yield_value(*value),
            ExprKind::CursorNext(cursor) => self.cursor_next(*cursor, node.span),
            ExprKind::CursorClose(_) => Ty::NULL,
            ExprKind::Lambda(id) if self.body.lambdas[*id].generates => self.generator(*id),
            ExprKind::Lambda(id) => self.lambda(*id, want),
            ExprKind::Emit(value) => {
                let ty = self.infer(*value);
                self.refuse_sealed(ty, *value);
                self.perform(EffectSet::of(Effect::Emit), node.span);
                Ty::NULL
            }
            ExprKind::Halt(message) => {
                self.check(*message, Ty::STRING);
                Ty::NEVER
            }
            ExprKind::Assert { cond, message } => {
                let facts = self.condition(*cond);
                if let Some(message) = message {
                    self.check(*message, Ty::STRING);
                }
                self.assume(facts.yes);
                Ty::NULL
            }
        }
    }

    /// A literal takes the context's type where it can have it.
    fn literal(&mut self, lit: &Lit, want: Want) -> Ty {
        match lit {
            Lit::Int(_) if self.wants_float(want) => Ty::FLOAT,
            // In generic code a number's literal is a number of the parameter's type.
            Lit::Int(_) => match want.ty().map(|ty| self.shallow(ty)) {
                Some(ty) if matches!(self.kind(ty), TyKind::Param(_)) => {
                    if self.c.has(ty, Bounds::NUM) { ty } else { Ty::INT }
                }
                _ => Ty::INT,
            },
            Lit::Float(_) => Ty::FLOAT,
            Lit::Bool(_) => Ty::BOOL,
            Lit::Null => Ty::NULL,
            Lit::Str(_) => Ty::STRING,
            Lit::Bytes(_) => Ty::BYTES,
        }
    }

    /// Whether the context takes a `Float` and no `Int`.
    pub(super) fn wants_float(&self, want: Want) -> bool {
        let Some(ty) = want.ty() else { return false };
        match self.kind(ty) {
            TyKind::Float => true,
            TyKind::Optional(inner) => {
                let inner = self.shallow(*inner);
                inner == Ty::FLOAT || self.wants_float(Want::Ty(inner))
            }
            TyKind::Union(members) => members.contains(&Ty::FLOAT) && !members.contains(&Ty::INT),
            _ => false,
        }
    }

    fn interpolation(&mut self, parts: &[InterpPart]) -> Ty {
        let mut made = Ty::STRING;
        for part in parts {
            let InterpPart::Value { expr, spec } = part else { continue };
            let ty = self.infer(*expr);
            let ty = self.c.zonk(ty);
            if self.c.store.flags(ty).any(TyFlags::FN) {
                let (at, shown) = (self.at(*expr), self.c.show(ty));
                self.report(d::no_text(at, &shown));
            } else if let Some(opened) = self.shown_untrusted(ty) {
                made = self.untrusted(Ty::STRING);
                if let Some(spec) = spec {
                    self.format_spec(spec, opened, *expr);
                }
            } else if self.refuse_sealed(ty, *expr) {
                // Reported.
            } else if let Some(spec) = spec {
                self.format_spec(spec, ty, *expr);
            }
        }
        made
    }

    fn format_spec(&mut self, spec: &FormatSpec, ty: Ty, expr: ExprId) {
        let number = matches!(ty, Ty::INT | Ty::FLOAT);
        let fine = match spec.ty {
            Some('x' | 'X' | 'b' | 'o' | 'd') => ty == Ty::INT && spec.precision.is_none(),
            Some('e' | 'E' | 'f' | '%') => number,
            Some('s') => ty == Ty::STRING,
            _ => {
                (spec.precision.is_none() || matches!(ty, Ty::FLOAT | Ty::STRING))
                    && (!(spec.comma || spec.plus || spec.zero || spec.alternate) || number)
            }
        };
        let open = matches!(self.kind(ty), TyKind::Infer(_) | TyKind::Error | TyKind::Never);
        if !fine && !open {
            let (at, shown) = (self.at(expr), self.c.show(ty));
            self.report(d::format_spec(at, &shown));
        }
    }

    fn local(&mut self, local: LocalId) -> Ty {
        if self.flow.knows(local)
            && let Some(ty) = self.flow.get(local, &[])
        {
            return ty;
        }
        self.local_ty(local)
    }

    fn range(&mut self, lo: ExprId, hi: ExprId, step: Option<ExprId>) -> Ty {
        self.check(lo, Ty::INT);
        self.check(hi, Ty::INT);
        if let Some(step) = step {
            self.check(step, Ty::INT);
        }
        self.c.store.list(Ty::INT)
    }

    /// What the context wants, seen through `?` and unions: the first member that `pick` accepts.
    pub(super) fn wanted_part<T>(
        &self,
        want: Want,
        pick: impl Fn(&TyKind) -> Option<T>,
    ) -> Option<T> {
        let ty = want.ty()?;
        let kind = self.kind(ty);
        if let Some(found) = pick(kind) {
            return Some(found);
        }
        let members = self.c.store.members(self.shallow(ty));
        if members.len() < 2 {
            return None;
        }
        let mut found = members.iter().filter_map(|&m| {
            let kind = self.kind(m);
            match kind {
                TyKind::Union(inner) => inner.iter().find_map(|&m| pick(self.kind(m))),
                _ => pick(kind),
            }
        });
        let first = found.next();
        if found.next().is_some() { None } else { first }
    }

    fn list_literal(&mut self, items: &[Item], want: Want) -> Ty {
        let wanted = self.wanted_part(want, |kind| match kind {
            TyKind::List(elem) => Some(*elem),
            TyKind::Json => Some(Ty::JSON),
            _ => None,
        });
        if wanted.is_none() && self.wants_any(want) {
            let elem = self.any_elements(items);
            return self.c.store.list(elem);
        }
        let elem = self.elements(items, wanted, "list");
        self.c.store.list(elem)
    }

    fn set_literal(&mut self, items: &[Item], want: Want) -> Ty {
        let wanted = self.wanted_part(want, |kind| match kind {
            TyKind::Set(elem) => Some(*elem),
            _ => None,
        });
        let elem = self.elements(items, wanted, "set");
        if let Some(first) = items.first() {
            let at = self.at(first.value);
            self.c.require(elem, Bound::Builtin(Bounds::EQ), at);
        }
        self.c.store.intern(TyKind::Set(elem))
    }

    /// Whether the context takes anything: then parts of a literal may be of different types.
    fn wants_any(&self, want: Want) -> bool {
        want.ty().is_some_and(|ty| self.shallow(ty) == Ty::ANY)
    }

    /// Elements where anything is wanted: their common type, or `Any`.
    fn any_elements(&mut self, items: &[Item]) -> Ty {
        if items.iter().any(|item| item.spread) {
            return self.elements(items, None, "list");
        }
        let parts: Vec<ExprId> = items.iter().map(|item| item.value).collect();
        self.any_parts(&parts)
    }

    fn any_parts(&mut self, parts: &[ExprId]) -> Ty {
        let mut common = None;
        let mut same = true;
        for &part in parts {
            let own = self.expr(part, Want::Ty(Ty::ANY));
            match common {
                None => common = Some(own),
                Some(common) => same &= self.unify_soft(own, common, self.span(part)),
            }
        }
        if same {
            return common.unwrap_or(Ty::ANY);
        }
        for &part in parts {
            if let Some(&own) = self.out.expr_ty.get(part) {
                self.refuse_sealed(own, part);
            }
            self.out.adjust.insert(part, Ty::ANY);
        }
        Ty::ANY
    }

    /// The element type of a literal. Without expectation the first element decides, numbers last, so that
    /// `[1, 2.5]` holds Floats.
    fn elements(&mut self, items: &[Item], wanted: Option<Ty>, what: &'static str) -> Ty {
        let elem = match wanted {
            Some(elem) => elem,
            None => self.fresh(),
        };
        let (late, soon): (Vec<&Item>, Vec<&Item>) = items
            .iter()
            .partition(|item| wanted.is_none() && !item.spread && self.is_int_literal(item.value));
        let mut agree = true;
        for item in soon.into_iter().chain(late) {
            // Which of them is meant is told once.
            if agree || wanted.is_some() {
                agree &= self.element(item, elem, what);
            } else {
                self.infer(item.value);
            }
        }
        elem
    }

    /// Whether it fits with the others.
    fn element(&mut self, item: &Item, elem: Ty, what: &'static str) -> bool {
        if item.spread {
            let own = self.infer(item.value);
            return self.spread(item.value, own, elem, what);
        }
        let own = self.expr(item.value, Want::Ty(elem));
        self.joined(item.value, own, elem, "element")
    }

    /// `...xs` in a literal of `what`.
    fn spread(&mut self, value: ExprId, own: Ty, elem: Ty, what: &'static str) -> bool {
        let span = self.span(value);
        let inner = match self.kind(own) {
            TyKind::List(inner) | TyKind::Set(inner) => *inner,
            TyKind::Error | TyKind::Never => return true,
            TyKind::Infer(_) => {
                let list = self.c.store.list(elem);
                return self.unify(own, list, span);
            }
            _ => {
                let (at, shown) = (self.here(span), self.c.show(own));
                self.report(d::bad_spread(at, what, &shown));
                return true;
            }
        };
        let fits = self.spreads_into(own, elem, span);
        if !fits {
            let (at, found, wanted) = (self.here(span), self.c.show(inner), self.c.show(elem));
            self.report(d::element_mismatch(at, "element", &wanted, &found));
        }
        fits
    }

    /// Whether each element of a list or set of type `own` is or becomes an `elem`.
    pub(super) fn spreads_into(&mut self, own: Ty, elem: Ty, span: Span) -> bool {
        let own = self.shallow(own);
        let (TyKind::List(inner) | TyKind::Set(inner)) = *self.kind(own) else { return false };
        self.shallow(inner) == Ty::NEVER
            || matches!(self.fits(inner, elem, span), Fit::Same | Fit::Converted)
    }

    /// `expr` joins values of type `common`: an element among elements, a branch among branches. Whether it fits.
    pub(super) fn joined(&mut self, expr: ExprId, own: Ty, common: Ty, what: &'static str) -> bool {
        let span = self.span(expr);
        if self.is_exactly(expr, common) {
            return true;
        }
        match self.fits(own, common, span) {
            Fit::Same => {}
            Fit::Converted => {
                let common = self.shallow(common);
                self.out.adjust.insert(expr, common);
            }
            Fit::Enters => self.enter_refined(expr, common),
            Fit::No if self.c.is_object(common) => self.mismatch(expr, own, common),
            Fit::No => {
                let (own, common) = (self.c.zonk(own), self.c.zonk(common));
                let silent = self.c.store.flags(own).any(TyFlags::ERROR)
                    || self.c.store.flags(common).any(TyFlags::ERROR);
                if !silent && !(common == Ty::ANY && self.refuse_sealed(own, expr)) {
                    let (found, wanted) = (self.c.show(own), self.c.show(common));
                    let at = self.here(span);
                    self.report(d::element_mismatch(at, what, &wanted, &found));
                }
                return false;
            }
        }
        true
    }

    fn map_literal(&mut self, items: &[MapItem], want: Want) -> Ty {
        let wanted = self.wanted_part(want, |kind| match kind {
            TyKind::Map(key, value) => Some((*key, *value)),
            TyKind::Json => Some((Ty::STRING, Ty::JSON)),
            _ => None,
        });
        if wanted.is_none() && self.wants_any(want) && !items.is_empty() {
            let entries: Option<Vec<(ExprId, ExprId)>> = items
                .iter()
                .map(|item| match item {
                    MapItem::Entry(k, v) => Some((*k, *v)),
                    MapItem::Spread(_) => None,
                })
                .collect();
            if let Some(entries) = entries {
                return self.any_map(&entries);
            }
        }
        let (key, value) = match wanted {
            Some(pair) => pair,
            None => (self.fresh(), self.fresh()),
        };
        let mut late = Vec::new();
        for item in items {
            match item {
                MapItem::Entry(k, v) => {
                    let own = self.expr(*k, Want::Ty(key));
                    self.joined(*k, own, key, "map key");
                    if wanted.is_none() && self.is_int_literal(*v) {
                        late.push(*v);
                    } else {
                        let own = self.expr(*v, Want::Ty(value));
                        self.joined(*v, own, value, "map value");
                    }
                }
                MapItem::Spread(other) => {
                    let ty = self.c.store.intern(TyKind::Map(key, value));
                    let own = self.infer(*other);
                    let own = self.c.zonk(own);
                    if matches!(self.kind(own), TyKind::List(_) | TyKind::Set(_)) {
                        let (at, shown) = (self.at(*other), self.c.show(own));
                        self.report(d::elements_in_map(at, &shown));
                        return Ty::ERROR;
                    }
                    self.coerce(*other, own, ty);
                }
            }
        }
        for v in late {
            let own = self.expr(v, Want::Ty(value));
            self.joined(v, own, value, "map value");
        }
        if let Some(MapItem::Entry(first, _)) = items.first() {
            let at = self.at(*first);
            self.c.require(key, Bound::Builtin(Bounds::EQ), at);
        }
        self.c.store.intern(TyKind::Map(key, value))
    }

    fn any_map(&mut self, entries: &[(ExprId, ExprId)]) -> Ty {
        let key = self.fresh();
        for &(k, _) in entries {
            let own = self.expr(k, Want::Ty(key));
            self.joined(k, own, key, "map key");
            let at = self.at(k);
            self.c.require(key, Bound::Builtin(Bounds::EQ), at);
        }
        let values: Vec<ExprId> = entries.iter().map(|entry| entry.1).collect();
        let value = self.any_parts(&values);
        self.c.store.intern(TyKind::Map(key, value))
    }

    fn tuple_literal(&mut self, parts: &[ExprId], want: Want) -> Ty {
        let wanted = self.wanted_part(want, |kind| match kind {
            TyKind::Tuple(tys) if tys.len() == parts.len() => Some(tys.clone()),
            _ => None,
        });
        let tys = match wanted {
            Some(tys) => {
                for (&part, &ty) in parts.iter().zip(&tys) {
                    self.check(part, ty);
                }
                tys.into_vec()
            }
            None => parts.iter().map(|&part| self.infer(part)).collect(),
        };
        self.c.store.tuple(tys)
    }

    fn comprehension(
        &mut self,
        kind: &Comprehension,
        pat: PatId,
        iter: ExprId,
        guards: &[ExprId],
        want: Want,
    ) -> Ty {
        let elem = self.iterable(iter);
        self.enter_loop();
        let mark = self.flow.mark();
        self.pattern(pat, elem);
        self.cases.push(CaseTask::Irrefutable(pat, "for"));
        for &guard in guards {
            let facts = self.condition(guard);
            self.assume(facts.yes);
        }
        let ty = match kind {
            Comprehension::Nested(inner) => self.expr(*inner, want),
            Comprehension::List(value) => {
                let wanted = self.wanted_part(want, |kind| match kind {
                    TyKind::List(elem) => Some(*elem),
                    TyKind::Json => Some(Ty::JSON),
                    _ => None,
                });
                let elem = self.fresh_or(wanted, *value, want);
                self.c.store.list(elem)
            }
            Comprehension::Set(value) => {
                let wanted = self.wanted_part(want, |kind| match kind {
                    TyKind::Set(elem) => Some(*elem),
                    _ => None,
                });
                let elem = self.fresh_or(wanted, *value, want);
                let at = self.at(*value);
                self.c.require(elem, Bound::Builtin(Bounds::EQ), at);
                self.c.store.intern(TyKind::Set(elem))
            }
            Comprehension::Map(key, value) => {
                let wanted = self.wanted_part(want, |kind| match kind {
                    TyKind::Map(key, value) => Some((*key, *value)),
                    _ => None,
                });
                let key_ty = self.fresh_or(wanted.map(|pair| pair.0), *key, Want::Free);
                let value_ty = self.fresh_or(wanted.map(|pair| pair.1), *value, want);
                let at = self.at(*key);
                self.c.require(key_ty, Bound::Builtin(Bounds::EQ), at);
                self.c.store.intern(TyKind::Map(key_ty, value_ty))
            }
        };
        self.leave_branch(mark);
        ty
    }

    /// The type of the elements, of which `wanted` is wanted; where the whole may be anything, so may the parts of each.
    fn fresh_or(&mut self, wanted: Option<Ty>, value: ExprId, whole: Want) -> Ty {
        match wanted {
            Some(wanted) => self.check(value, wanted),
            None => {
                let part = if self.wants_any(whole) { whole } else { Want::Free };
                let ty = self.expr(value, part);
                let ty = self.shallow(ty);
                if ty == Ty::NEVER { Ty::NULL } else { ty }
            }
        }
    }

    /// `value as T`.
    fn conversion(&mut self, expr: ExprId, value: ExprId, target: TyRefId, span: Span) -> Ty {
        let target = self.c.ty(target, FnRows::Closed, self.file);
        // Everything becomes a Json, so that the parts of a literal need not be one already.
        let wanted = if self.shallow(target) == Ty::JSON { Ty::ANY } else { target };
        let own = self.expr(value, Want::Ty(wanted));
        let own = self.c.zonk(own);
        if matches!(self.kind(target), TyKind::Refined { .. }) {
            if !self.is_exactly(value, target) {
                self.out.refined_target.insert(expr, target);
            }
            let base = self.widened(target);
            self.converts(value, own, base, span);
            return target;
        }
        let inside =
            matches!(self.kind(own), TyKind::Any | TyKind::Json) && self.c.hides_refined(target);
        if inside || self.c.store.flags(target).any(TyFlags::PARAM) {
            // What a parameter stands for may be refined.
            self.out.refined_target.insert(expr, target);
        }
        self.converts(value, own, target, span);
        target
    }

    /// Reports when a value of type `own` cannot become a `target` by `as`.
    fn converts(&mut self, value: ExprId, own: Ty, target: Ty, span: Span) {
        let dynamic = matches!(self.kind(own), TyKind::Any | TyKind::Json | TyKind::Object(_));
        if dynamic && own != target && self.c.holds_any(target) {
            let (at, wanted) = (self.here(span), self.c.show(target));
            self.report(d::no_conversion_to_any(at, &wanted));
            return;
        }
        let fine = match self.kind(own) {
            TyKind::Error | TyKind::Never => true,
            TyKind::Any => !self.c.store.flags(target).any(TyFlags::FN),
            TyKind::Json => !self.c.store.flags(target).any(TyFlags::FN) && target != Ty::BYTES,
            TyKind::Optional(_) | TyKind::Union(_) | TyKind::Object(_) => {
                let wanted = self.c.store.members(target);
                wanted.iter().all(|&member| self.may_be(own, member))
                    || self.enters_as(value, own, target, span)
            }
            _ => self.enters_as(value, own, target, span),
        };
        if fine || target == Ty::ERROR {
            return;
        }
        if matches!(target, Ty::ANY | Ty::JSON) && self.refuse_sealed(own, value) {
            return;
        }
        if target == Ty::JSON && !self.c.store.flags(own).any(TyFlags::FN) {
            // What is no member of Json becomes one as an `Any` does.
            self.out.adjust.insert(value, Ty::ANY);
        } else {
            let (found, wanted) = (self.c.show(own), self.c.show(target));
            let at = self.here(span);
            self.report(d::bad_conversion(at, &wanted, &found));
        }
    }

    /// Whether `own` fits `target`, with the conditions of refined parts noted.
    fn enters_as(&mut self, value: ExprId, own: Ty, target: Ty, span: Span) -> bool {
        let fit = self.fits(own, target, span);
        if fit == Fit::Enters && !self.is_exactly(value, target) {
            let target = self.c.zonk(target);
            self.out.refine.insert(value, target);
        }
        fit != Fit::No
    }
}
