//! Conditions of refined types, where a value enters one.
//!
//! (Value, refined type it is to be) → the value, after the conditions held. A failure is a runtime error with the text
//! of the condition. The type may be the refined one, an optional of it, or a union with it: then the condition runs
//! when the value is of its base.

use super::codes;
use super::fx::Fx;
use super::limits;
use super::value::{Own, Place, Val};
use crate::compiler::hir::{AliasId, ExprId};
use crate::compiler::typecheck::types::{Ty, TyFlags, TyKind};
use lumen_lir::{Op, Repr};

impl Fx<'_, '_> {
    /// Runs the conditions that the value of `e` must meet; nothing when there are none.
    pub(super) fn enter_refined(&mut self, e: ExprId, v: Val) -> Val {
        match self.typed().refine.get(&e) {
            Some(&target) => self.refined(e, v, target),
            None => v,
        }
    }

    /// Runs the conditions that the value at a changed place must meet.
    pub(super) fn refined(&mut self, e: ExprId, v: Val, target: Ty) -> Val {
        let target = self.close_exact(target);
        if !self.r.reachable || v.place == Place::Never {
            return v;
        }
        self.at_expr(e);
        self.meet(e, v, target)
    }

    fn meet(&mut self, e: ExprId, v: Val, target: Ty) -> Val {
        match self.kind(target) {
            TyKind::Optional(inner) => self.meet_present(e, v, inner),
            TyKind::Union(members) => self.meet_member(e, v, &members),
            TyKind::Refined { alias, args, base } => {
                if matches!(self.kind(v.ty), TyKind::Optional(_)) {
                    return self.meet_present(e, v, target);
                }
                let v = self.meet(e, v, base);
                self.meet_condition(e, v, alias, &args)
            }
            _ => v,
        }
    }

    /// The condition of what is inside of an optional, when it is not null.
    fn meet_present(&mut self, e: ExprId, v: Val, inner: Ty) -> Val {
        match self.kind(v.ty) {
            _ if matches!(v.place, Place::Nil | Place::Unit) => return v,
            TyKind::Optional(_) => {}
            _ => return self.meet(e, v, inner),
        }
        let v = self.load(v, None);
        let absent = self.b.new_label();
        let v = self.jump_null(v, true, absent);
        let fork = self.r.fork();
        let ty = self.non_null(v.ty);
        let part = self.alias(v);
        let part = self.present(part, ty);
        let part = self.meet(e, part, inner);
        self.done(part);
        let ended = self.r.end_branch(&self.b, &fork);
        self.b.bind(absent);
        self.r.meet(&self.b, &fork, ended);
        self.r.join(fork);
        v
    }

    /// The conditions of the members of a union whose base the value has.
    fn meet_member(&mut self, e: ExprId, v: Val, members: &[Ty]) -> Val {
        let mut v = v;
        for &member in members {
            if !matches!(self.kind(member), TyKind::Refined { .. }) {
                continue;
            }
            let base = self.p.types.store.erased(member);
            if members.contains(&base) {
                continue;
            }
            v = self.load(v, None);
            let other = self.b.new_label();
            let test = self.alias(v);
            self.jump_is(test, base, false, other, false);
            let reachable = self.r.reachable;
            let fork = self.r.fork();
            if reachable {
                let part = self.alias(v);
                let part = self.convert(part, base, None);
                let part = self.meet(e, part, member);
                self.done(part);
            }
            let ended = self.r.end_branch(&self.b, &fork);
            self.r.reachable = true;
            self.b.bind(other);
            self.r.meet(&self.b, &fork, ended);
            self.r.join(fork);
        }
        v
    }

    fn meet_condition(&mut self, e: ExprId, v: Val, alias: AliasId, args: &[Ty]) -> Val {
        let Some((_, span)) = self.p.hir.aliases[alias].check else { return v };
        let (v, holds) = self.condition(e, v, alias, args);
        if !self.r.reachable || holds.place == Place::Bool(true) {
            return v;
        }
        let known = holds.place == Place::Bool(false);
        let fine = self.b.new_label();
        self.jump_truth(holds, true, fine, false);
        let declared = &self.p.hir.aliases[alias];
        let name = self.p.names.resolve(declared.name).to_owned();
        let text = self.p.text(declared.module, span).trim();
        self.at_expr(e);
        let message = format!("{name}: the condition `{text}` does not hold");
        let failed = self.fail_text(codes::CONSTRAINT, &message);
        self.done(failed);
        self.b.bind(fine);
        self.r.reachable = !known;
        v
    }

    /// Whether a value of its base meets the condition of a refined type; the value stays.
    fn condition(&mut self, e: ExprId, v: Val, alias: AliasId, args: &[Ty]) -> (Val, Val) {
        let Some((cell, _)) = self.p.hir.aliases[alias].check else {
            return (v, Val::new(Place::Bool(true), Ty::BOOL));
        };
        let v = match v.place {
            Place::Unit | Place::Nil => v,
            _ => self.load(v, None),
        };
        let again = self.alias(v);
        let holds = self.call_or_expand(e, cell, args, vec![Some(again)]);
        (v, holds)
    }

    /// The refined type that a test asks for here, or the type with refined parts; nothing for a type parameter that
    /// stands for another type. `from`: the type of the value.
    pub(super) fn refined_target(&mut self, e: ExprId, from: Ty) -> Option<Ty> {
        let target = self.typed().refined_target.get(&e).copied()?;
        let exact = self.close_exact(target);
        let mut base = exact;
        while let TyKind::Refined { base: inner, .. } = self.kind(base) {
            base = inner;
        }
        let inside = matches!(from, Ty::ANY | Ty::JSON) && self.names_refined(base);
        (base != exact || inside).then_some(target)
    }

    /// Whether a type names a refined one, other than in a declaration: values of records and enums have met the
    /// conditions in them.
    fn names_refined(&self, ty: Ty) -> bool {
        self.p.types.store.flags(ty).any(TyFlags::REFINED)
    }

    /// Reports a type with refined parts, whose conditions a check by shape would pass over.
    pub(super) fn refuse_refined(&mut self, ty: Ty) {
        if self.names_refined(ty) {
            let (at, name) = (self.here(), self.p.types.name(ty));
            let found = limits::refined_inside(at, &name);
            if !self.p.errors.contains(&found) {
                self.p.errors.push(found);
            }
        }
    }

    /// `value is R`: whether the value is of the base and the conditions hold.
    pub(super) fn is_refined(&mut self, e: ExprId, v: Val, target: Ty) -> Val {
        let mut conditions = Vec::new();
        let mut at = self.close_exact(target);
        while let TyKind::Refined { alias, args, base } = self.kind(at) {
            conditions.push((alias, args));
            at = base;
        }
        if v.place == Place::Never || !self.r.reachable {
            return Val::new(Place::Never, Ty::BOOL);
        }
        let base = self.p.types.store.erased(at);
        let v = match v.place {
            Place::Unit | Place::Nil => v,
            _ => self.load(v, None),
        };
        let dst = self.r.alloc(&mut self.b, Repr::Bool);
        self.b.emit(Op::LdB, dst, 0, 0);
        let end = self.b.new_label();
        let test = self.alias(v);
        self.jump_is(test, base, false, end, false);
        let fork = self.r.fork();
        if self.r.reachable {
            if self.names_refined(at) {
                let part = self.alias(v);
                let part = self.convert(part, base, None);
                let problem = self.conversion_problem(at, part);
                let (none, after) = (self.b.new_label(), self.b.new_label());
                let (problem, inner) = self.fork_null(problem, none);
                self.done(problem);
                self.jump(end);
                let first = self.end_first(&inner, after);
                self.b.bind(none);
                self.absent(problem);
                self.end_second(inner, first, after);
            }
            let part = self.alias(v);
            let mut part = self.convert(part, base, None);
            for (alias, args) in conditions.into_iter().rev() {
                let (again, holds) = self.condition(e, part, alias, &args);
                part = again;
                self.jump_truth(holds, false, end, false);
            }
            self.b.emit(Op::LdB, dst, 1, 0);
            self.done(part);
        }
        let ended = self.r.end_branch(&self.b, &fork);
        self.r.reachable = true;
        self.b.bind(end);
        self.r.meet(&self.b, &fork, ended);
        self.r.join(fork);
        self.done(v);
        Val::new(Place::One(dst, Own::Temp), Ty::BOOL)
    }
}
