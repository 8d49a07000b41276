//! Unification: variables, equality of types, replacement of type parameters.
//!
//! Variables live for one body. `unify` is equality (containers are invariant); implicit conversions are in
//! `coerce.rs`. Binding is undone only for attempts (`Checker::attempt`). Depth of any walk is bounded by
//! `TYPE_SIZE_MAX`, which every type that gets a name in a table has passed.

use super::types::{RowKind, RowTy, Ty, TyFlags, TyKind};
use super::{Checker, TYPE_SIZE_MAX};
use crate::compiler::effects::row::{RowVar, Why};
use crate::compiler::hir::TypeParamId;
use lumen_base::FileSpan;

/// The variables of the body being checked.
#[derive(Default)]
pub(super) struct Vars {
    bound: Vec<Option<Ty>>,
    trail: Vec<u32>,
    /// Attempts under way: only then is the trail needed.
    attempts: u32,
    /// Variables that met `Never`: that is what they are when nothing else decides them.
    never: Vec<Ty>,
}

impl Vars {
    pub(super) fn is_empty(&self) -> bool {
        self.bound.is_empty()
    }

    pub(super) fn clear(&mut self) {
        self.bound.clear();
        self.trail.clear();
        self.never.clear();
    }
}

/// A callable's type parameters with what they stand for at one use.
#[derive(Clone)]
pub(super) struct Inst<'a> {
    pub params: &'a [TypeParamId],
    pub args: Vec<Ty>,
    pub rows: Vec<(TypeParamId, RowTy)>,
    /// Where the use is, for rows of inferred signatures.
    pub at: FileSpan,
}

impl Inst<'_> {
    pub(super) fn is_empty(&self) -> bool {
        self.args.is_empty() && self.rows.is_empty()
    }
}

impl Checker<'_> {
    /// A new variable.
    pub(super) fn fresh(&mut self) -> Ty {
        let var = self.vars.bound.len() as u32;
        self.vars.bound.push(None);
        self.store.intern(TyKind::Infer(var))
    }

    /// `ty` with the variable at its head replaced by what it is bound to.
    #[inline]
    pub(super) fn shallow(&self, mut ty: Ty) -> Ty {
        while let TyKind::Infer(var) = self.store.kind(ty) {
            match self.vars.bound[*var as usize] {
                Some(bound) => ty = bound,
                None => break,
            }
        }
        ty
    }

    /// `ty` with all bound variables replaced.
    pub(super) fn zonk(&mut self, ty: Ty) -> Ty {
        if !self.store.flags(ty).any(TyFlags::INFER) {
            return ty;
        }
        let ty = self.shallow(ty);
        if !self.store.flags(ty).any(TyFlags::INFER)
            || matches!(self.store.kind(ty), TyKind::Infer(_))
        {
            return ty;
        }
        self.map_parts(ty, &mut |this, part| this.zonk(part), &mut |this, row| this.zonk_row(row))
    }

    /// `row` with all bound variables of its effects' type arguments replaced.
    pub(super) fn zonk_row(&mut self, row: RowTy) -> RowTy {
        self.map_row(row, &mut |this, part| this.zonk(part))
    }

    /// `row` with its effects' type arguments mapped.
    fn map_row(&mut self, row: RowTy, part: &mut dyn FnMut(&mut Self, Ty) -> Ty) -> RowTy {
        if self.store.row(row).instances.is_empty() {
            return row;
        }
        let mut kind = self.store.row(row).clone();
        let mut instances: Vec<Ty> = kind.instances.iter().map(|&it| part(self, it)).collect();
        instances.sort_unstable();
        instances.dedup();
        kind.instances = instances.into_boxed_slice();
        self.store.intern_row(kind)
    }

    /// Runs `f`; when it says no, everything it bound is free again.
    pub(super) fn attempt(&mut self, f: impl FnOnce(&mut Self) -> bool) -> bool {
        let trail = self.vars.trail.len();
        let rows = self.rows.mark();
        self.vars.attempts += 1;
        let fine = f(self);
        self.vars.attempts -= 1;
        if !fine {
            for var in self.vars.trail.drain(trail..) {
                self.vars.bound[var as usize] = None;
            }
            self.rows.rewind(rows);
        }
        if self.vars.attempts == 0 {
            self.vars.trail.clear();
        }
        fine
    }

    /// Makes both types equal; false when they cannot be.
    pub(super) fn unify(&mut self, a: Ty, b: Ty, at: FileSpan) -> bool {
        let (a, b) = (self.shallow(a), self.shallow(b));
        if a == b || a == Ty::ERROR || b == Ty::ERROR {
            return true;
        }
        let flags = TyFlags::INFER;
        match (self.store.kind(a), self.store.kind(b)) {
            (TyKind::Infer(var), _) => return self.bind(*var, a, b),
            (_, TyKind::Infer(var)) => return self.bind(*var, b, a),
            _ => {}
        }
        let inferring = self.store.flags(a).any(flags) || self.store.flags(b).any(flags);
        let silent =
            self.store.flags(a).any(TyFlags::ERROR) || self.store.flags(b).any(TyFlags::ERROR);
        let rows = self.store.flags(a).any(TyFlags::FN) && self.store.flags(b).any(TyFlags::FN);
        if !inferring && !silent && !rows {
            return false;
        }
        match (self.store.kind(a).clone(), self.store.kind(b).clone()) {
            (TyKind::List(x), TyKind::List(y))
            | (TyKind::Set(x), TyKind::Set(y))
            | (TyKind::Optional(x), TyKind::Optional(y)) => self.unify_part(x, y, at),
            (TyKind::Optional(x), TyKind::Any | TyKind::Json)
                if matches!(self.store.kind(self.shallow(x)), TyKind::Infer(_)) =>
            {
                self.unify(x, b, at)
            }
            (TyKind::Any | TyKind::Json, TyKind::Optional(y))
                if matches!(self.store.kind(self.shallow(y)), TyKind::Infer(_)) =>
            {
                self.unify(a, y, at)
            }
            (TyKind::Map(k, v), TyKind::Map(l, w)) => {
                self.unify_part(k, l, at) && self.unify_part(v, w, at)
            }
            (TyKind::Tuple(xs), TyKind::Tuple(ys)) => self.unify_all(&xs, &ys, at),
            (TyKind::Record(r, xs), TyKind::Record(s, ys)) if r == s => {
                self.unify_all(&xs, &ys, at)
            }
            (TyKind::Enum(r, xs), TyKind::Enum(s, ys)) if r == s => self.unify_all(&xs, &ys, at),
            (TyKind::Instance(r, xs), TyKind::Instance(s, ys)) if r == s => {
                self.unify_all(&xs, &ys, at)
            }
            (TyKind::Union(xs), TyKind::Union(ys)) => self.unify_unions(&xs, &ys, at),
            (
                TyKind::Refined { alias: r, args: xs, .. },
                TyKind::Refined { alias: s, args: ys, .. },
            ) if r == s => self.unify_all(&xs, &ys, at),
            (
                TyKind::Fn { params: ps, ret: r, row: e },
                TyKind::Fn { params: qs, ret: s, row: f },
            ) => {
                let why = Why { at, callee: None };
                self.unify_instances(e, f, at);
                self.rows.sub(e, f, &self.store, why);
                self.rows.sub(f, e, &self.store, why);
                ps.len() == qs.len()
                    && ps.iter().zip(&qs).all(|(&p, &q)| self.unify(p, q, at))
                    && self.unify_part(r, s, at)
            }
            (TyKind::Stream { elem: x, row: e }, TyKind::Stream { elem: y, row: f }) => {
                let why = Why { at, callee: None };
                self.unify_instances(e, f, at);
                self.rows.sub_stream(e, f, &self.store, why);
                self.rows.sub_stream(f, e, &self.store, why);
                self.unify_part(x, y, at)
            }
            _ => false,
        }
    }

    fn unify_all(&mut self, xs: &[Ty], ys: &[Ty], at: FileSpan) -> bool {
        xs.len() == ys.len() && xs.iter().zip(ys).all(|(&x, &y)| self.unify_part(x, y, at))
    }

    /// Makes parts of types equal: there `Never` is a type as any other, since containers are invariant.
    fn unify_part(&mut self, a: Ty, b: Ty, at: FileSpan) -> bool {
        let (a, b) = (self.shallow(a), self.shallow(b));
        let open = match (self.store.kind(a), self.store.kind(b)) {
            (TyKind::Infer(var), TyKind::Never) | (TyKind::Never, TyKind::Infer(var)) => *var,
            _ => return self.unify(a, b, at),
        };
        self.vars.bound[open as usize] = Some(Ty::NEVER);
        if self.vars.attempts > 0 {
            self.vars.trail.push(open);
        }
        true
    }

    /// Unions are equal when their members are; one open member on each side may meet.
    fn unify_unions(&mut self, xs: &[Ty], ys: &[Ty], at: FileSpan) -> bool {
        let xs: Vec<Ty> = xs.iter().map(|&x| self.zonk(x)).collect();
        let ys: Vec<Ty> = ys.iter().map(|&y| self.zonk(y)).collect();
        let left: Vec<Ty> = xs.iter().copied().filter(|x| !ys.contains(x)).collect();
        let right: Vec<Ty> = ys.iter().copied().filter(|y| !xs.contains(y)).collect();
        match (left.as_slice(), right.as_slice()) {
            ([], []) => true,
            ([x], [y]) => self.unify(*x, *y, at),
            _ => false,
        }
    }

    fn bind(&mut self, var: u32, this: Ty, ty: Ty) -> bool {
        let ty = self.zonk(ty);
        if ty == this {
            return true;
        }
        if self.store.flags(ty).any(TyFlags::INFER) && self.occurs(this, ty) {
            return false;
        }
        // `Never` is no value's type: it must not become the type of a variable that others meet later.
        if ty == Ty::NEVER {
            self.vars.never.push(this);
            return true;
        }
        if self.store.size(ty) > TYPE_SIZE_MAX {
            return false;
        }
        self.vars.bound[var as usize] = Some(ty);
        if self.vars.attempts > 0 {
            self.vars.trail.push(var);
        }
        true
    }

    /// Makes variables `Never` that met nothing else: results of functions that never return.
    pub(super) fn decide_never(&mut self) {
        for ty in std::mem::take(&mut self.vars.never) {
            self.decide(ty, Ty::NEVER);
        }
    }

    /// Decides a type that nothing else decided: the error type for what was reported as undecided.
    pub(super) fn decide(&mut self, ty: Ty, known: Ty) {
        let ty = self.shallow(ty);
        if let TyKind::Infer(var) = self.store.kind(ty) {
            self.vars.bound[*var as usize] = Some(known);
        }
    }

    /// Whether the unbound variable `var` is part of `ty`, which is zonked.
    fn occurs(&self, var: Ty, ty: Ty) -> bool {
        if var == ty {
            return true;
        }
        if !self.store.flags(ty).any(TyFlags::INFER) {
            return false;
        }
        match self.store.kind(ty) {
            TyKind::List(a) | TyKind::Set(a) | TyKind::Optional(a) => self.occurs(var, *a),
            TyKind::Stream { elem, row } => {
                self.occurs(var, *elem) || self.occurs_in_row(var, *row)
            }
            TyKind::Map(k, v) => self.occurs(var, *k) || self.occurs(var, *v),
            TyKind::Tuple(parts)
            | TyKind::Record(_, parts)
            | TyKind::Enum(_, parts)
            | TyKind::Union(parts)
            | TyKind::Refined { args: parts, .. } => {
                parts.iter().any(|&part| self.occurs(var, part))
            }
            TyKind::Fn { params, ret, row } => {
                params.iter().any(|&part| self.occurs(var, part))
                    || self.occurs(var, *ret)
                    || self.occurs_in_row(var, *row)
            }
            TyKind::Instance(_, parts) => parts.iter().any(|&part| self.occurs(var, part)),
            _ => false,
        }
    }

    fn occurs_in_row(&self, var: Ty, row: RowTy) -> bool {
        self.store.row(row).instances.iter().any(|&part| self.occurs(var, part))
    }

    /// `ty` with the parameters `params` replaced by `args`.
    pub(super) fn replace(&mut self, ty: Ty, params: &[TypeParamId], args: &[Ty]) -> Ty {
        if !self.store.flags(ty).any(TyFlags::PARAM) {
            return ty;
        }
        if let TyKind::Param(param) = self.store.kind(ty) {
            let at = params.iter().position(|p| p == param);
            return at.map_or(ty, |at| args[at]);
        }
        let out = self.map_parts(
            ty,
            &mut |this, part| this.replace(part, params, args),
            &mut |this, row| this.map_row(row, &mut |this, part| this.replace(part, params, args)),
        );
        self.bounded(out)
    }

    /// `ty` as seen at one use of the callable it belongs to.
    pub(super) fn instantiate(&mut self, ty: Ty, inst: &Inst<'_>) -> Ty {
        let flags = self.store.flags(ty);
        if inst.is_empty() || !(flags.any(TyFlags::PARAM) || flags.any(TyFlags::ROW_INFER)) {
            return ty;
        }
        if let TyKind::Param(param) = self.store.kind(ty) {
            let at = inst.params.iter().position(|p| p == param);
            return at.map_or(ty, |at| inst.args[at]);
        }
        let out =
            self.map_parts(ty, &mut |this, part| this.instantiate(part, inst), &mut |this, row| {
                this.instantiate_row(row, inst)
            });
        self.bounded(out)
    }

    fn bounded(&mut self, ty: Ty) -> Ty {
        if self.store.size(ty) <= TYPE_SIZE_MAX {
            return ty;
        }
        self.too_large = true;
        Ty::ERROR
    }

    /// `row` with the row parameters of `inst` replaced.
    pub(super) fn instantiate_row(&mut self, row: RowTy, inst: &Inst<'_>) -> RowTy {
        let kind = self.store.row(row).clone();
        if kind.params.is_empty() && kind.infer.is_empty() && kind.instances.is_empty() {
            return row;
        }
        let mut out = RowKind { effects: kind.effects, ..RowKind::default() };
        let (mut params, mut infer) = (Vec::new(), Vec::new());
        let mut instances: Vec<Ty> =
            kind.instances.iter().map(|&it| self.instantiate(it, inst)).collect();
        for &param in &kind.params {
            match inst.rows.iter().find(|pair| pair.0 == param) {
                None => params.push(param),
                Some(&(_, by)) => {
                    let by = self.store.row(by);
                    out.effects = out.effects.union(by.effects);
                    instances.extend_from_slice(&by.instances);
                    params.extend_from_slice(&by.params);
                    infer.extend_from_slice(&by.infer);
                }
            }
        }
        let why = Why { at: inst.at, callee: None };
        for &var in &kind.infer {
            let seen: RowVar = self.rows.fresh();
            self.row_instance(seen, var, inst, why);
            infer.push(seen);
        }
        params.sort_unstable();
        params.dedup();
        infer.sort_unstable();
        infer.dedup();
        instances.sort_unstable();
        instances.dedup();
        out.instances = instances.into_boxed_slice();
        out.params = params.into_boxed_slice();
        out.infer = infer.into_boxed_slice();
        self.store.intern_row(out)
    }

    /// `ty` rebuilt from mapped parts, normalised again.
    pub(super) fn map_parts(
        &mut self,
        ty: Ty,
        part: &mut dyn FnMut(&mut Self, Ty) -> Ty,
        on_row: &mut dyn FnMut(&mut Self, RowTy) -> RowTy,
    ) -> Ty {
        let kind = match self.store.kind(ty) {
            TyKind::List(a) => {
                let a = *a;
                TyKind::List(part(self, a))
            }
            TyKind::Set(a) => {
                let a = *a;
                TyKind::Set(part(self, a))
            }
            TyKind::Optional(a) => {
                let a = *a;
                let inner = part(self, a);
                return self.store.optional(inner);
            }
            TyKind::Map(k, v) => {
                let (k, v) = (*k, *v);
                TyKind::Map(part(self, k), part(self, v))
            }
            TyKind::Tuple(parts) => {
                let parts = parts.clone();
                TyKind::Tuple(parts.iter().map(|&p| part(self, p)).collect())
            }
            TyKind::Record(id, args) => {
                let (id, args) = (*id, args.clone());
                TyKind::Record(id, args.iter().map(|&p| part(self, p)).collect())
            }
            TyKind::Enum(id, args) => {
                let (id, args) = (*id, args.clone());
                TyKind::Enum(id, args.iter().map(|&p| part(self, p)).collect())
            }
            TyKind::Union(members) => {
                let members = members.clone();
                let members: Vec<Ty> = members.iter().map(|&p| part(self, p)).collect();
                return self.store.union(&members);
            }
            TyKind::Instance(id, args) => {
                let (id, args) = (*id, args.clone());
                TyKind::Instance(id, args.iter().map(|&p| part(self, p)).collect())
            }
            TyKind::Fn { params, ret, row } => {
                let (params, ret, row) = (params.clone(), *ret, *row);
                let params = params.iter().map(|&p| part(self, p)).collect();
                let ret = part(self, ret);
                TyKind::Fn { params, ret, row: on_row(self, row) }
            }
            TyKind::Refined { alias, args, base } => {
                let (alias, args, base) = (*alias, args.clone(), *base);
                let args = args.iter().map(|&p| part(self, p)).collect();
                TyKind::Refined { alias, args, base: part(self, base) }
            }
            TyKind::Stream { elem, row } => {
                let (elem, row) = (*elem, *row);
                TyKind::Stream { elem: part(self, elem), row: on_row(self, row) }
            }
            _ => return ty,
        };
        self.store.intern(kind)
    }
}

#[cfg(test)]
mod tests;
