//! Narrowing: what conditions prove about locals and fields of them (decisions 63).
//!
//! A fact says that a path (an immutable local and fields of it, or a `mut` local by itself) has a narrower type. Facts
//! form one stack, linked per local, so that a look-up costs the facts of that local only and leaving a scope is
//! a truncation. Assignments to `mut` locals are logged; when a branch ends, every local assigned in it loses
//! its facts. A loop forgets all facts about `mut` locals when it begins.

use super::body::BodyCx;
use super::types::{Ty, TyKind};
use crate::compiler::hir::{ExprId, ExprKind, LocalId};

/// `path` has type `ty`.
#[derive(Clone, Debug)]
pub(super) struct Fact {
    pub local: LocalId,
    pub path: Box<[u32]>,
    pub ty: Ty,
}

/// What a condition proves when it holds and when it does not.
#[derive(Default)]
pub(super) struct Facts {
    pub yes: Vec<Fact>,
    pub no: Vec<Fact>,
}

struct Entry {
    fact: Fact,
    prev: u32,
}

const NONE: u32 = u32::MAX;

/// The facts in force at the place being checked.
#[derive(Default)]
pub(super) struct Flow {
    entries: Vec<Entry>,
    heads: Vec<u32>,
    assigned: Vec<LocalId>,
}

/// A place in the stack of facts.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    entries: usize,
    assigned: usize,
}

impl Flow {
    pub(super) fn reset(&mut self, n_locals: usize) {
        self.entries.clear();
        self.assigned.clear();
        self.heads.clear();
        self.heads.resize(n_locals, NONE);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(super) fn mark(&self) -> Mark {
        Mark { entries: self.entries.len(), assigned: self.assigned.len() }
    }

    pub(super) fn push(&mut self, fact: Fact) {
        let head = &mut self.heads[fact.local.index()];
        let prev = std::mem::replace(head, self.entries.len() as u32);
        self.entries.push(Entry { fact, prev });
    }

    pub(super) fn get(&self, local: LocalId, path: &[u32]) -> Option<Ty> {
        let mut at = self.heads[local.index()];
        while at != NONE {
            let entry = &self.entries[at as usize];
            if *entry.fact.path == *path {
                return Some(entry.fact.ty);
            }
            at = entry.prev;
        }
        None
    }

    pub(super) fn knows(&self, local: LocalId) -> bool {
        self.heads[local.index()] != NONE
    }

    fn truncate(&mut self, len: usize) {
        for entry in self.entries.drain(len..).rev() {
            self.heads[entry.fact.local.index()] = entry.prev;
        }
    }

    pub(super) fn log_assignment(&mut self, local: LocalId) {
        self.assigned.push(local);
    }

    pub(super) fn assigned_since(&self, mark: Mark, local: LocalId) -> bool {
        self.assigned[mark.assigned..].contains(&local)
    }
}

impl BodyCx<'_, '_> {
    /// Leaves a branch: its facts end, and so does what it assigned.
    pub(super) fn leave_branch(&mut self, mark: Mark) {
        self.flow.truncate(mark.entries);
        for i in mark.assigned..self.flow.assigned.len() {
            let local = self.flow.assigned[i];
            self.forget(local);
        }
    }

    /// `local` has its declared type again.
    pub(super) fn forget(&mut self, local: LocalId) {
        if self.flow.knows(local) {
            let ty = self.local_ty(local);
            self.flow.push(Fact { local, path: Box::new([]), ty });
        }
    }

    /// Before a loop: what is known of `mut` locals may not hold in the second round.
    pub(super) fn enter_loop(&mut self) {
        let mut mutable: Vec<LocalId> = Vec::new();
        for entry in &self.flow.entries {
            let local = entry.fact.local;
            if self.body.locals[local].mutable && !mutable.contains(&local) {
                mutable.push(local);
            }
        }
        for local in mutable {
            self.forget(local);
        }
    }

    pub(super) fn assume(&mut self, facts: Vec<Fact>) {
        for fact in facts {
            self.flow.push(fact);
        }
    }

    /// Facts that still hold after a branch that began at `mark`.
    pub(super) fn assume_unassigned(&mut self, facts: Vec<Fact>, mark: Mark) {
        for fact in facts {
            if !self.flow.assigned_since(mark, fact.local) {
                self.flow.push(fact);
            }
        }
    }

    /// The path that `expr` reads, if facts about it may be kept.
    pub(super) fn path_of(&self, expr: ExprId) -> Option<(LocalId, Vec<u32>)> {
        let mut path = Vec::new();
        let mut at = expr;
        loop {
            match &self.body.exprs[at].kind {
                ExprKind::Local(local) => {
                    if !path.is_empty() && self.body.locals[*local].mutable {
                        return None;
                    }
                    path.reverse();
                    return Some((*local, path));
                }
                ExprKind::Field { base, optional: false, .. } => {
                    path.push(*self.out.fields.get(&at)?);
                    at = *base;
                }
                ExprKind::TupleField { base, index, optional: false, .. } => {
                    path.push(*index);
                    at = *base;
                }
                _ => return None,
            }
        }
    }

    /// The fact that `expr` has type `ty`, if `expr` is a path and `ty` says something new.
    pub(super) fn fact(&self, expr: ExprId, old: Ty, ty: Ty) -> Option<Fact> {
        if old == ty || old == Ty::ERROR {
            return None;
        }
        let (local, path) = self.path_of(expr)?;
        Some(Fact { local, path: path.into_boxed_slice(), ty })
    }

    /// `ty` without the members of `by`.
    pub(super) fn subtract(&mut self, ty: Ty, by: Ty) -> Ty {
        if !matches!(self.c.store.kind(ty), TyKind::Optional(_) | TyKind::Union(_)) {
            return ty;
        }
        let gone = self.c.store.members(by);
        let mut left = self.c.store.members(ty);
        left.retain(|member| !gone.contains(member));
        self.c.store.union(&left)
    }

    /// The members of `ty` that `by` has too; `by` itself for open types.
    pub(super) fn intersect(&mut self, ty: Ty, by: Ty) -> Ty {
        if matches!(ty, Ty::ANY | Ty::JSON) {
            return by;
        }
        let mut left = self.c.store.members(by);
        left.retain(|&member| self.may_be(ty, member));
        self.c.store.union(&left)
    }
}

/// What holds when one of two conditions does: paths that both know, with either type.
pub(super) fn either(cx: &mut BodyCx<'_, '_>, a: Vec<Fact>, b: &[Fact]) -> Vec<Fact> {
    let mut out = Vec::new();
    for fact in a {
        let other = b.iter().rev().find(|o| o.local == fact.local && o.path == fact.path);
        if let Some(other) = other {
            let ty = cx.c.store.union(&[fact.ty, other.ty]);
            // An `any Trait` has methods that a union of types has not.
            let declared = cx.out.local_ty.get(fact.local).copied().unwrap_or(Ty::ERROR);
            let keeps = fact.path.is_empty() && cx.has_object(declared);
            if !keeps || !matches!(cx.c.store.kind(ty), TyKind::Union(_)) {
                out.push(Fact { ty, ..fact });
            }
        }
    }
    out
}
