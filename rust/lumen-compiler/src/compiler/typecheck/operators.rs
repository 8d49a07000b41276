//! Operators: arithmetic, comparison, logic with what it proves, membership, `??`, `?`, `!`.
//!
//! Left spines of `Binary` and `Logic` may be a million terms deep and are walked iteratively. There is no implicit
//! conversion between Int and Float; a chain of integer literals takes the type of the first other operand.

use super::body::{BodyCx, FrameKind, Want};
use super::coerce::Fit;
use super::declare::FnRows;
use super::diagnostics as d;
use super::narrow::{Fact, Facts, either};
use super::types::{Ty, TyFlags, TyKind};
use crate::compiler::hir::{BinOp, Bound, Bounds, CmpOp, ExprId, ExprKind, Lit, TyRefId};
use lumen_base::Span;

/// One step of a left spine: operator, right operand, the node itself.
struct Step {
    op: BinOp,
    span: Span,
    rhs: ExprId,
    node: ExprId,
}

impl BodyCx<'_, '_> {
    /// An integer literal, perhaps with a sign.
    pub(super) fn is_int_literal(&self, expr: ExprId) -> bool {
        match &self.node(expr).kind {
            ExprKind::Lit(Lit::Int(_)) => true,
            ExprKind::Neg(inner) => matches!(self.node(*inner).kind, ExprKind::Lit(Lit::Int(_))),
            _ => false,
        }
    }

    pub(super) fn negate(&mut self, inner: ExprId, want: Want) -> Ty {
        let own = self.expr(inner, want);
        let own = self.c.zonk(own);
        match self.kind(own) {
            TyKind::Int | TyKind::Float | TyKind::Error | TyKind::Never => own,
            TyKind::Param(_) if self.c.has(own, Bounds::NUM) => own,
            TyKind::Infer(_) => {
                let at = self.at(inner);
                self.c.require(own, Bound::Builtin(Bounds::NUM), at);
                own
            }
            _ => {
                let (at, shown) = (self.at(inner), self.c.show(own));
                self.fail(d::unary_operand(at, "-", &shown))
            }
        }
    }

    /// A chain of binary operators, from its leftmost operand to `expr`.
    pub(super) fn binary_chain(&mut self, expr: ExprId, want: Want) -> Ty {
        let mut steps = Vec::new();
        let mut first = expr;
        while let ExprKind::Binary { op, op_span, lhs, rhs } = &self.node(first).kind {
            steps.push(Step { op: *op, span: *op_span, rhs: *rhs, node: first });
            first = *lhs;
        }
        steps.reverse();
        let hint = self.operand_hint(want, steps.last().map(|step| step.op));
        // While only integer literals were seen their nodes wait: the first other operand decides.
        let mut waiting: Vec<ExprId> = Vec::new();
        let mut acc = Ty::INT;
        if self.is_int_literal(first) && !self.wants_float(hint) {
            waiting.push(first);
        } else {
            acc = self.expr(first, hint);
        }
        let mut left = first;
        for step in &steps {
            let arithmetic = !matches!(step.op, BinOp::Concat | BinOp::Shl | BinOp::Shr);
            if !waiting.is_empty() && arithmetic && self.is_int_literal(step.rhs) {
                waiting.push(step.rhs);
                waiting.push(step.node);
                left = step.node;
                continue;
            }
            let rhs_hint =
                if waiting.is_empty() { self.rhs_hint(acc, step.op, hint) } else { hint };
            let rhs = self.expr(step.rhs, rhs_hint);
            if !waiting.is_empty() {
                let other = self.shallow(rhs);
                let is_number = matches!(self.kind(other), TyKind::Float | TyKind::Param(_))
                    && self.c.has(other, Bounds::NUM);
                let ty = if arithmetic && is_number { other } else { Ty::INT };
                acc = self.settle(&mut waiting, ty);
            }
            acc = self.binary(step, left, acc, rhs);
            if step.node != expr {
                acc = self.record(step.node, acc);
            }
            left = step.node;
        }
        if !waiting.is_empty() {
            waiting.retain(|&node| node != expr);
            acc = self.settle(&mut waiting, Ty::INT);
        }
        acc
    }

    /// Gives all waiting literals the type `ty`.
    fn settle(&mut self, waiting: &mut Vec<ExprId>, ty: Ty) -> Ty {
        for node in waiting.drain(..) {
            if let ExprKind::Neg(inner) = self.node(node).kind {
                self.record(inner, ty);
            }
            self.record(node, ty);
        }
        ty
    }

    fn operand_hint(&mut self, want: Want, op: Option<BinOp>) -> Want {
        match (want, op) {
            (Want::Ty(ty), Some(BinOp::Concat)) => Want::Ty(ty),
            (Want::Ty(_), Some(_)) if self.wants_float(want) => Want::Ty(Ty::FLOAT),
            _ => Want::Free,
        }
    }

    fn rhs_hint(&mut self, lhs: Ty, op: BinOp, hint: Want) -> Want {
        let lhs = self.shallow(lhs);
        match self.kind(lhs) {
            TyKind::Float if !matches!(op, BinOp::Shl | BinOp::Shr) => Want::Ty(Ty::FLOAT),
            TyKind::List(_) | TyKind::Map(..) if op == BinOp::Concat => Want::Ty(lhs),
            TyKind::Int | TyKind::String => Want::Free,
            TyKind::Param(_) if self.c.has(lhs, Bounds::NUM) => Want::Ty(lhs),
            _ => hint,
        }
    }

    /// The type of `lhs op rhs`.
    fn binary(&mut self, step: &Step, lhs_expr: ExprId, lhs: Ty, rhs: Ty) -> Ty {
        let (lhs, rhs) = (self.c.zonk(lhs), self.c.zonk(rhs));
        if lhs == Ty::NEVER || rhs == Ty::NEVER {
            return if lhs == Ty::NEVER { lhs } else { rhs };
        }
        if lhs == Ty::ERROR || rhs == Ty::ERROR {
            return Ty::ERROR;
        }
        let span = step.span;
        // An operand that nothing decided yet takes the type of the other.
        let same = match (self.kind(lhs), self.kind(rhs)) {
            (TyKind::Infer(_), TyKind::Infer(_)) => {
                self.unify(lhs, rhs, span);
                let at = self.here(span);
                if step.op == BinOp::Concat {
                    return self.fail(d::annotate(at));
                }
                self.c.require(lhs, Bound::Builtin(Bounds::NUM), at);
                return lhs;
            }
            (TyKind::Infer(_), _) | (_, TyKind::Infer(_)) => self.unify(lhs, rhs, span),
            _ => lhs == rhs || (step.op == BinOp::Concat && self.unify_soft(lhs, rhs, span)),
        };
        let lhs = self.c.zonk(lhs);
        if same && self.operator_takes(step.op, lhs) {
            return lhs;
        }
        let at = self.here(span);
        let (left, right) = (self.c.show(lhs), self.c.show(rhs));
        let op = step.op.text();
        let both = (self.at(lhs_expr), self.at(step.rhs));
        let optional = |kind: &TyKind| matches!(kind, TyKind::Optional(_));
        let diagnostic = match (self.kind(lhs), self.kind(rhs)) {
            (l, r) if optional(l) || optional(r) => {
                let (at, shown) = if optional(l) { (both.0, left) } else { (both.1, right) };
                d::optional_operand(at, op, &shown)
            }
            (TyKind::Int, TyKind::Float) => d::mixed_numbers(both.0, both.1, op),
            (TyKind::Float, TyKind::Int) => d::mixed_numbers(both.1, both.0, op),
            (TyKind::List(_), _) if step.op == BinOp::Add => d::plus_on_list(at, &left, &right),
            (TyKind::String, _) | (_, TyKind::String) if step.op == BinOp::Add => {
                d::string_plus(at, &left, &right)
            }
            (TyKind::Param(_), _) if same => d::operator_needs_num(both.0, op, &left),
            (TyKind::Int, _) if step.op == BinOp::Concat => d::counting(at, &left, &right),
            _ => d::operator_operands(at, op, &left, &right),
        };
        self.fail(diagnostic)
    }

    pub(super) fn unify_soft(&mut self, a: Ty, b: Ty, span: Span) -> bool {
        let at = self.here(span);
        self.c.attempt(|c| c.unify(a, b, at))
    }

    fn operator_takes(&mut self, op: BinOp, ty: Ty) -> bool {
        match op {
            BinOp::Add => ty == Ty::STRING || self.c.has(ty, Bounds::NUM),
            BinOp::Concat => {
                ty == Ty::STRING
                    || ty == Ty::BYTES
                    || matches!(self.kind(ty), TyKind::List(_) | TyKind::Map(..))
            }
            BinOp::BitAnd | BinOp::BitOr | BinOp::BitXor | BinOp::Shl | BinOp::Shr => ty == Ty::INT,
            _ => self.c.has(ty, Bounds::NUM),
        }
    }

    /// The type of `place op= value`, for the place's type.
    pub(super) fn compound(
        &mut self,
        op: BinOp,
        span: Span,
        place: Ty,
        value: ExprId,
        stmt_value: ExprId,
    ) -> Ty {
        let hint = self.rhs_hint(place, op, Want::Free);
        let rhs = self.expr(value, hint);
        let step = Step { op, span, rhs: value, node: value };
        self.binary(&step, stmt_value, place, rhs)
    }

    /// Checks a condition and says what it proves.
    pub(super) fn condition(&mut self, expr: ExprId) -> Facts {
        match &self.node(expr).kind {
            ExprKind::Not(_)
            | ExprKind::Logic { .. }
            | ExprKind::Compare { .. }
            | ExprKind::Is { .. } => {
                let facts = self.condition_parts(expr);
                self.record(expr, Ty::BOOL);
                facts
            }
            _ => {
                let own = self.expr(expr, Want::Ty(Ty::BOOL));
                if self.fits(own, Ty::BOOL, self.span(expr)) == Fit::No {
                    let (at, shown) = (self.at(expr), self.c.show(own));
                    self.report(d::condition_not_bool(at, &shown));
                } else if own == Ty::NEVER {
                    self.out.adjust.insert(expr, Ty::BOOL);
                }
                Facts::default()
            }
        }
    }

    /// `condition` for the four kinds that prove something; the caller notes the type.
    pub(super) fn condition_parts(&mut self, expr: ExprId) -> Facts {
        let mark = self.flow.mark();
        let mut facts = match &self.node(expr).kind {
            ExprKind::Not(inner) => {
                let facts = self.condition(*inner);
                Facts { yes: facts.no, no: facts.yes }
            }
            ExprKind::Compare { op, op_span, lhs, rhs } => {
                self.comparison(*op, *op_span, *lhs, *rhs)
            }
            ExprKind::Is { value, ty } => self.type_test(expr, *value, *ty),
            ExprKind::Logic { .. } => self.logic_chain(expr),
            _ => Facts::default(),
        };
        let flow = &self.flow;
        facts.yes.retain(|fact| !flow.assigned_since(mark, fact.local));
        facts.no.retain(|fact| !flow.assigned_since(mark, fact.local));
        facts
    }

    fn logic_chain(&mut self, expr: ExprId) -> Facts {
        let mut steps = Vec::new();
        let mut first = expr;
        while let ExprKind::Logic { is_and, lhs, rhs } = &self.node(first).kind {
            steps.push((*is_and, *rhs, first));
            first = *lhs;
        }
        let start = self.flow.mark();
        let mut acc = self.condition(first);
        // What holds while the right operand runs is assumed step by step while the operator stays the same.
        let mut assumed: Option<bool> = None;
        for &(is_and, rhs, node) in steps.iter().rev() {
            if assumed != Some(is_and) {
                self.leave_branch(start);
                let facts = if is_and { acc.yes.clone() } else { acc.no.clone() };
                self.assume(facts);
                assumed = Some(is_and);
            }
            let new = self.condition(rhs);
            let (grown, merged, new_grown, new_merged) = if is_and {
                (&mut acc.yes, &mut acc.no, new.yes, new.no)
            } else {
                (&mut acc.no, &mut acc.yes, new.no, new.yes)
            };
            for fact in &new_grown {
                self.flow.push(fact.clone());
            }
            grown.extend(new_grown);
            let before = std::mem::take(merged);
            let both = if before.is_empty() { before } else { either(self, before, &new_merged) };
            if is_and {
                acc.no = both;
            } else {
                acc.yes = both;
            }
            if node != expr {
                self.record(node, Ty::BOOL);
            }
        }
        self.leave_branch(start);
        acc
    }

    fn comparison(&mut self, op: CmpOp, op_span: Span, lhs: ExprId, rhs: ExprId) -> Facts {
        let equality = matches!(op, CmpOp::Eq | CmpOp::Ne);
        let (left, right) = if self.is_int_literal(lhs) && !self.is_int_literal(rhs) {
            let right = self.infer(rhs);
            (self.expr(lhs, Want::Ty(right)), right)
        } else {
            let left = self.infer(lhs);
            (left, self.expr(rhs, Want::Ty(left)))
        };
        let (left, right) = (self.c.zonk(left), self.c.zonk(right));
        if left == Ty::NEVER || right == Ty::NEVER || left == Ty::ERROR || right == Ty::ERROR {
            return Facts::default();
        }
        let common = self.common_type(lhs, left, rhs, right, op_span, equality);
        let Some(common) = common else {
            self.not_comparable(op, op_span, left, right);
            return Facts::default();
        };
        let bound = if equality { Bounds::EQ } else { Bounds::ORD };
        let known = !self.c.store.flags(common).any(TyFlags::INFER);
        let null_test = equality && (left == Ty::NULL || right == Ty::NULL);
        if null_test {
            return self.null_facts(op, lhs, left, rhs, right);
        }
        if known && !self.c.has(common, bound) {
            let (at, shown) = (self.here(op_span), self.c.show(common));
            let diagnostic =
                if equality { d::no_equality(at, &shown) } else { d::no_order(at, &shown) };
            self.report(diagnostic);
        } else {
            let at = self.here(op_span);
            self.c.require(common, Bound::Builtin(bound), at);
        }
        self.null_facts(op, lhs, left, rhs, right)
    }

    /// The type both sides of a comparison are brought to.
    fn common_type(
        &mut self,
        lhs: ExprId,
        left: Ty,
        rhs: ExprId,
        right: Ty,
        span: Span,
        equality: bool,
    ) -> Option<Ty> {
        if self.unify_soft(left, right, span) {
            return Some(self.c.zonk(left));
        }
        if !equality {
            return None;
        }
        if self.fits(right, left, span) != Fit::No {
            self.out.adjust.insert(rhs, left);
            return Some(self.c.zonk(left));
        }
        if self.fits(left, right, span) != Fit::No {
            self.out.adjust.insert(lhs, right);
            return Some(self.c.zonk(right));
        }
        None
    }

    fn not_comparable(&mut self, op: CmpOp, span: Span, left: Ty, right: Ty) {
        let at = self.here(span);
        let (l, r) = (self.c.show(left), self.c.show(right));
        let equality = matches!(op, CmpOp::Eq | CmpOp::Ne);
        let optional = |cx: &Self, ty: Ty| matches!(cx.kind(ty), TyKind::Optional(_));
        let diagnostic = if equality && (left == Ty::NULL || right == Ty::NULL) {
            d::never_null(at, if left == Ty::NULL { &r } else { &l })
        } else if !equality && (optional(self, left) || optional(self, right)) {
            d::optional_operand(at, op.text(), if optional(self, left) { &l } else { &r })
        } else {
            d::not_comparable(at, op.text(), &l, &r)
        };
        self.report(diagnostic);
    }

    fn null_facts(&mut self, op: CmpOp, lhs: ExprId, left: Ty, rhs: ExprId, right: Ty) -> Facts {
        let (path, ty) = match (left, right) {
            (_, Ty::NULL) => (lhs, left),
            (Ty::NULL, _) => (rhs, right),
            _ => return Facts::default(),
        };
        let without = self.subtract(ty, Ty::NULL);
        if without == ty {
            return Facts::default();
        }
        let null = self.fact(path, ty, Ty::NULL).into_iter().collect();
        let value = self.fact(path, ty, without).into_iter().collect();
        match op {
            CmpOp::Eq => Facts { yes: null, no: value },
            CmpOp::Ne => Facts { yes: value, no: null },
            _ => Facts::default(),
        }
    }

    /// `value is T`.
    fn type_test(&mut self, expr: ExprId, value: ExprId, target: TyRefId) -> Facts {
        let own = self.infer(value);
        let own = self.c.zonk(own);
        let written = self.hir.ty_refs[target].span;
        let exact = self.c.ty(target, FnRows::Closed, self.file);
        let target = self.widened(exact);
        self.out.is_ty.insert(expr, target);
        if own == Ty::ERROR || target == Ty::ERROR || own == Ty::NEVER {
            return Facts::default();
        }
        let dynamic = matches!(self.kind(own), TyKind::Any | TyKind::Json);
        // A value of a record or enum has met the conditions in it.
        let inside = self.c.store.flags(target).any(TyFlags::REFINED);
        if inside && !dynamic {
            let (at, shown) = (self.here(written), self.c.show(exact));
            self.report(d::refined_inside(at, &shown));
            return Facts::default();
        }
        if self.c.store.flags(exact).any(TyFlags::PARAM) {
            // What a parameter stands for may be refined.
            self.out.refined_target.insert(expr, exact);
        }
        if exact != target || inside {
            return self.refined_test(expr, value, own, exact, written);
        }
        if !self.testable(own, target, written) {
            return Facts::default();
        }
        if own == target {
            let (at, shown) = (self.here(written), self.c.show(own));
            self.report(d::always_true(at, &shown));
            return Facts::default();
        }
        if self.has_object(own) && matches!(self.kind(target), TyKind::Union(_)) {
            return Facts::default();
        }
        let (yes, no) = (self.intersect(own, target), self.subtract(own, target));
        let fact =
            |cx: &Self, ty: Ty| -> Vec<Fact> { cx.fact(value, own, ty).into_iter().collect() };
        Facts { yes: fact(self, yes), no: fact(self, no) }
    }

    /// `value is R` for a refined type: a test for its base, then its condition. Nothing follows from a no.
    fn refined_test(
        &mut self,
        expr: ExprId,
        value: ExprId,
        own: Ty,
        exact: Ty,
        written: Span,
    ) -> Facts {
        let target = self.widened(exact);
        if own != target && !self.testable(own, target, written) {
            return Facts::default();
        }
        if self.is_exactly(value, exact) {
            let (at, shown) = (self.here(written), self.c.show(exact));
            self.report(d::always_true(at, &shown));
        }
        self.out.refined_target.insert(expr, exact);
        Facts { yes: self.fact(value, own, exact).into_iter().collect(), no: Vec::new() }
    }

    /// Whether a value of type `own` can be tested for `target` at run time; reports when not.
    pub(super) fn testable(&mut self, own: Ty, target: Ty, written: Span) -> bool {
        let at = self.here(written);
        let (found, wanted) = (self.c.show(own), self.c.show(target));
        if self.c.store.flags(target).any(TyFlags::FN) {
            self.report(d::untestable(at, &wanted));
            return false;
        }
        if self.c.store.flags(target).any(TyFlags::OBJECT) {
            self.report(d::untestable_any(at, &wanted));
            return false;
        }
        let fine = match self.kind(own) {
            TyKind::Infer(_) => {
                self.report(d::annotate(at));
                return false;
            }
            TyKind::Any => true,
            TyKind::Json => {
                let members = self.json_members();
                self.c.store.members(target).iter().all(|member| members.contains(member))
            }
            _ => {
                let wanted = self.c.store.members(target);
                wanted.into_iter().all(|member| self.may_be(own, member))
            }
        };
        if !fine {
            self.report(d::impossible_test(at, &wanted, &found));
        }
        fine
    }

    /// `item in container`.
    pub(super) fn contained(&mut self, item: ExprId, container: ExprId) -> Ty {
        let own = self.infer(container);
        let elem = match self.kind(own) {
            TyKind::List(elem) | TyKind::Set(elem) => *elem,
            TyKind::Map(key, _) => *key,
            TyKind::String => Ty::STRING,
            TyKind::Error | TyKind::Never => {
                self.infer(item);
                return Ty::BOOL;
            }
            _ => {
                self.infer(item);
                let (at, shown) = (self.at(container), self.c.show(own));
                self.report(d::not_a_container(at, &shown));
                return Ty::BOOL;
            }
        };
        self.check(item, elem);
        let at = self.at(item);
        self.c.require(elem, Bound::Builtin(Bounds::EQ), at);
        Ty::BOOL
    }

    /// `value ?? default`.
    pub(super) fn coalesce(&mut self, value: ExprId, default: ExprId, want: Want) -> Ty {
        let hint = match want {
            Want::Ty(ty) => {
                let optional = self.c.store.optional(ty);
                Want::Ty(optional)
            }
            _ => Want::Free,
        };
        let own = self.expr(value, hint);
        let own = self.c.zonk(own);
        let inner = match self.kind(own) {
            TyKind::Optional(inner) => *inner,
            TyKind::Json => Ty::JSON,
            TyKind::Error | TyKind::Never => {
                self.expr(default, want);
                return Ty::ERROR;
            }
            TyKind::Null => {
                return self.expr(default, want);
            }
            _ => {
                self.expr(default, want);
                let (at, shown) = (self.at(value), self.c.show(own));
                let result = self.result_parts(own).is_some();
                self.report(d::coalesce_operand(at, &shown, result));
                return Ty::ERROR;
            }
        };
        let given = self.expr(default, Want::Ty(inner));
        let span = self.span(default);
        let given_now = self.c.zonk(given);
        match self.kind(given_now) {
            // `a ?? b` where both may be null stays optional.
            TyKind::Optional(other) => {
                let other = *other;
                if self.unify_soft(other, inner, span) {
                    return own;
                }
                self.coerce(default, given, inner);
                inner
            }
            TyKind::Null => {
                self.coerce(default, given, own);
                own
            }
            _ => {
                self.coerce(default, given, inner);
                inner
            }
        }
    }

    pub(super) fn result_parts(&self, ty: Ty) -> Option<(Ty, Ty)> {
        match self.kind(ty) {
            TyKind::Enum(id, args) if *id == self.hir.well_known.result && args.len() == 2 => {
                Some((args[0], args[1]))
            }
            _ => None,
        }
    }

    /// `e!`.
    pub(super) fn unwrap_value(&mut self, inner: ExprId, span: Span) -> Ty {
        let own = self.infer(inner);
        if let Some((ok, _)) = self.result_parts(own) {
            return ok;
        }
        match self.kind(own) {
            TyKind::Optional(value) => *value,
            TyKind::Error | TyKind::Never => own,
            TyKind::Infer(_) => {
                let at = self.at(inner);
                self.fail(d::annotate(at))
            }
            _ => {
                let (at, shown) = (self.here(span), self.c.show(own));
                self.fail(d::unwrap_operand(at, &shown))
            }
        }
    }

    /// `e?`: the value, or leave the function with the error or null.
    pub(super) fn propagate(&mut self, inner: ExprId, span: Span, want: Want) -> Ty {
        let own = match (&self.node(inner).kind, want) {
            (ExprKind::Try(_), Want::Ty(value)) => {
                let error = self.fresh();
                let args = Box::new([value, error]);
                let wanted = TyKind::Enum(self.hir.well_known.result, args);
                let wanted = self.c.store.intern(wanted);
                self.expr(inner, Want::Ty(wanted))
            }
            _ => self.infer(inner),
        };
        let own = self.c.zonk(own);
        let at = self.here(span);
        let frame = self.function_left();
        if matches!(self.kind(own), TyKind::Error | TyKind::Never) {
            return own;
        }
        if matches!(self.kind(own), TyKind::Infer(_)) {
            return self.fail(d::annotate(at));
        }
        let result = self.result_parts(own);
        let optional = match self.kind(own) {
            TyKind::Optional(value) => Some(*value),
            _ => None,
        };
        let Some(value) = result.map(|parts| parts.0).or(optional) else {
            let shown = self.c.show(own);
            return self.fail(d::propagate_operand(at, &shown));
        };
        match frame.kind {
            FrameKind::Defer => {
                // Reported by name resolution.
                return value;
            }
            FrameKind::Script => {
                self.report(d::propagate_in_script(at));
                return value;
            }
            FrameKind::Generator(_) => {
                self.report(d::propagate_in_generator(at));
                return value;
            }
            FrameKind::Cell | FrameKind::Lambda | FrameKind::Handled => {}
        }
        let ret = self.c.zonk(frame.ret);
        match result {
            Some((_, error)) => self.propagate_result(ret, error, span),
            None => self.propagate_null(ret, span),
        }
        value
    }

    fn propagate_result(&mut self, ret: Ty, error: Ty, span: Span) {
        let at = self.here(span);
        if matches!(self.kind(ret), TyKind::Infer(_)) {
            let value = self.fresh();
            let args = Box::new([value, error]);
            let wanted = self.c.store.intern(TyKind::Enum(self.hir.well_known.result, args));
            self.unify(ret, wanted, span);
            return;
        }
        if ret == Ty::ERROR {
            return;
        }
        match self.result_parts(ret) {
            Some((_, accepted)) => {
                if self.fits(error, accepted, span) == Fit::No {
                    let (found, wanted) = (self.c.show(error), self.c.show(accepted));
                    self.report(d::propagate_error_type(at, &wanted, &found));
                }
            }
            None => {
                let shown = self.c.show(ret);
                let optional = matches!(self.kind(ret), TyKind::Optional(_));
                self.report(d::propagate_result_in(at, &shown, optional));
            }
        }
    }

    fn propagate_null(&mut self, ret: Ty, span: Span) {
        let at = self.here(span);
        match self.kind(ret) {
            TyKind::Infer(_) => {
                let value = self.fresh();
                let wanted = self.c.store.optional(value);
                self.unify(ret, wanted, span);
            }
            TyKind::Optional(_) | TyKind::Error => {}
            _ => {
                let shown = self.c.show(ret);
                let result = self.result_parts(ret).is_some();
                self.report(d::propagate_null_in(at, &shown, result));
            }
        }
    }
}
