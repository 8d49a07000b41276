//! The arms of a match: guards, arms that several ways lead to, their ends.

use super::decide::{Deciding, Leaves, Shared};
use super::fx::{Dest, Fx};
use super::pattern::OccId;
use super::value::{Own, Place, Val};
use crate::compiler::hir::{ExprKind, LocalId};
use crate::compiler::typecheck::types::Ty;
use lumen_lir::{Label, Op, Repr};

impl<'a> Fx<'_, 'a> {
    pub(super) fn leaf(&mut self, d: &mut Deciding<'a>, arm: usize, binds: &[(LocalId, OccId)]) {
        match d.leaves {
            Leaves::Bind { .. } if d.uses[arm] > 1 => self.share_arm(d, arm, binds),
            Leaves::Bind { matched, .. } => {
                self.bind_parts(d, binds);
                self.release_parts(d);
                if let (Some(matched), Some(fork)) = (matched, self.match_forks.last()) {
                    d.ends.push(self.r.changes(fork));
                    self.jump(matched);
                }
            }
            Leaves::Arms { .. } if d.uses[arm] > 1 && !self.is_trivial(d, arm, binds) => {
                self.share_arm(d, arm, binds);
            }
            Leaves::Arms { .. } => self.arm(d, arm, binds),
        }
    }

    /// Whether an arm is small enough to be made again on each way to it.
    pub(super) fn is_trivial(
        &self,
        d: &Deciding<'a>,
        arm: usize,
        binds: &[(LocalId, OccId)],
    ) -> bool {
        let Leaves::Arms { arms, .. } = &d.leaves else { return true };
        binds.is_empty()
            && matches!(
                self.body().exprs[arms[arm].body].kind,
                ExprKind::Lit(_) | ExprKind::Local(_) | ExprKind::Const(_) | ExprKind::Variant(_)
            )
    }

    pub(super) fn arm(&mut self, d: &mut Deciding<'a>, arm: usize, binds: &[(LocalId, OccId)]) {
        let scope = self.scope.len();
        self.bind_parts(d, binds);
        self.release_parts(d);
        self.arm_body(d, arm, scope);
    }

    pub(super) fn arm_body(&mut self, d: &mut Deciding<'a>, arm: usize, scope: usize) {
        let Leaves::Arms { e, arms, dest, tail, end } = &d.leaves else { return };
        let (e, body, dest, tail, end) = (*e, arms[arm].body, *dest, *tail, *end);
        self.deaths(e, arm as u32);
        if tail {
            self.tail(body);
        } else {
            self.lower_branch(body, dest);
        }
        self.end_scope(scope);
        self.end_arm(d, end);
    }

    pub(super) fn end_arm(&mut self, d: &mut Deciding<'a>, end: Label) {
        if !self.r.reachable {
            return;
        }
        self.jump(end);
        let Some(fork) = self.match_forks.last() else { return };
        d.ends.push(self.r.changes(fork));
    }

    /// An arm with a guard: the parts stay as they are until the guard is decided, and until the arm ends.
    pub(super) fn guarded(&mut self, d: &mut Deciding<'a>, arm: usize, binds: &[(LocalId, OccId)]) {
        let Leaves::Arms { arms, .. } = &d.leaves else { return };
        let Some(guard) = arms[arm].guard else { return };
        let scope = self.scope.len();
        for &(local, occ) in binds {
            let v = self.part(d, occ);
            let v = self.alias(v);
            let ty = self.local_ty(local);
            let v = self.convert(v, ty, None);
            self.bind_copy(local, v);
        }
        let failed = self.b.new_label();
        let saved = (d.loaded.clone(), d.lengths.clone());
        let from = self.holds.len();
        self.jump_if(guard, false, failed, false);
        let reachable = self.r.reachable;
        self.r.reachable = true;
        let fork = self.r.fork();
        self.r.reachable = reachable;
        let bound: Vec<_> = self.scope[scope..].to_vec();
        if reachable {
            self.release_holds(from);
            let Leaves::Arms { e, arms, dest, tail, end } = &d.leaves else { return };
            let (e, body, dest, tail, end) = (*e, arms[arm].body, *dest, *tail, *end);
            self.deaths(e, arm as u32);
            if tail {
                self.tail(body);
            } else {
                self.lower_branch(body, dest);
            }
            self.end_scope(scope);
            if self.r.reachable {
                self.release_parts(d);
            }
            self.end_arm(d, end);
        }
        self.r.rewind(&self.b, &fork);
        (d.loaded, d.lengths) = saved;
        self.scope.truncate(scope);
        self.scope.extend(bound);
        self.b.bind(failed);
        self.release_holds(from);
        self.holds.truncate(from);
        self.end_scope(scope);
        self.r.join(fork);
    }

    /// Binds a local to a copy of an alias, so that the part may be bound again when a guard fails.
    pub(super) fn bind_copy(&mut self, local: LocalId, v: Val) {
        let v = match v.place {
            Place::One(reg, Own::Loan { root, .. }) if self.is_counted(reg) => {
                let repr = self.b.repr(reg);
                let dst = self.r.alloc(&mut self.b, repr);
                self.b.emit(Op::Borrow, dst, reg, 0);
                if self.r.state(reg).known {
                    self.r.update(dst, |s| s.known = true);
                }
                Val::new(Place::One(dst, Own::Loan { root, temp: true }), v.ty)
            }
            _ => v,
        };
        self.bind_local(local, v);
    }

    /// An arm reached on several ways: its bindings go to fixed registers, and its code comes behind the tree.
    pub(super) fn share_arm(
        &mut self,
        d: &mut Deciding<'a>,
        arm: usize,
        binds: &[(LocalId, OccId)],
    ) {
        if d.shared[arm].is_none() {
            let label = self.b.new_label();
            let mut dests = Vec::with_capacity(binds.len());
            for &(local, _) in binds {
                let ty = self.local_ty(local);
                let dest = self.dest_kept(ty);
                dests.push((local, dest));
            }
            d.shared[arm] = Some(Shared { label, binds: dests, state: None });
        }
        let dests: Vec<(LocalId, Dest)> =
            d.shared[arm].as_ref().map(|s| s.binds.clone()).unwrap_or_default();
        for (local, dest) in &dests {
            for n in 0..dest.slots.len() as u16 {
                self.r.update(dest.reg + n, |s| {
                    s.used = true;
                    s.pinned = true;
                });
            }
            let Some(&(_, occ)) = binds.iter().find(|b| b.0 == *local) else { continue };
            let v = self.part(d, occ);
            let v = self.alias(v);
            let v = self.convert(v, dest.ty, None);
            let v = self.own(v, Some(dest.reg));
            self.place(v, *dest);
        }
        self.release_parts(d);
        let Some(shared) = d.shared[arm].as_mut() else { return };
        let label = shared.label;
        if shared.state.is_none()
            && let Some(fork) = self.match_forks.last()
        {
            shared.state = Some(self.r.changes(fork));
        }
        self.jump(label);
    }

    /// Registers that no other value of this match gets.
    pub(super) fn dest_kept(&mut self, ty: Ty) -> Dest {
        let slots = self.info(ty).slots;
        let reprs: Vec<Repr> = slots.reprs().collect();
        let reg = self.b.new_window(reprs);
        for n in 0..slots.len() as u16 {
            self.r.adopt(&self.b, reg + n);
            self.r.reserve(&self.b, reg + n);
        }
        Dest { reg, slots, ty }
    }

    pub(super) fn shared_arms(&mut self, d: &mut Deciding<'a>) {
        for arm in 0..d.shared.len() {
            let Some(shared) = d.shared[arm].take() else { continue };
            let Some(state) = shared.state else { continue };
            let Some(fork) = self.match_forks.pop() else { return };
            self.r.rewind(&self.b, &fork);
            self.r.redo(state);
            self.match_forks.push(fork);
            self.r.reachable = true;
            self.b.bind(shared.label);
            let scope = self.scope.len();
            for (local, dest) in shared.binds {
                for n in 0..dest.slots.len() as u16 {
                    self.r.give_up(&self.b, dest.reg + n);
                }
                let v = self.take_dest(dest);
                self.bind_local(local, v);
            }
            self.arm_body(d, arm, scope);
        }
    }
}
