//! Locals: binding, reading, dying.

use super::fx::Fx;
use super::value::{Binding, Own, Place, Val};
use crate::compiler::hir::{ExprId, LocalId};
use crate::compiler::typecheck::types::Ty;
use lumen_lir::{Reg, Slots};
use std::rc::Rc;

impl<'a> Fx<'_, 'a> {
    pub(super) fn binding(&self, local: LocalId) -> Binding {
        let env = self.frame().env;
        self.r.envs[env].get(local.index()).copied().unwrap_or(Binding::None)
    }

    pub(super) fn set_binding(&mut self, local: LocalId, binding: Binding) {
        let env = self.frame().env;
        self.r.bind(env, local.index(), binding);
    }

    /// The type a local has.
    pub(super) fn local_ty(&mut self, local: LocalId) -> Ty {
        let ty = self.typed().local_ty.get(local).copied().unwrap_or(Ty::ERROR);
        self.close(ty)
    }

    /// A local dies here.
    pub(super) fn kill(&mut self, local: LocalId) {
        match self.binding(local) {
            Binding::None | Binding::Lambda(_) | Binding::Fixed(_) => {}
            Binding::Val(v) => {
                self.set_binding(local, Binding::None);
                self.done(v);
            }
            Binding::Home { reg, .. } => {
                if self.r.state(reg).owned {
                    self.drop_reg(reg);
                }
            }
        }
    }

    pub(super) fn kill_all(&mut self, locals: &[LocalId]) {
        for &local in locals {
            self.kill(local);
        }
    }

    /// Locals that die on an edge of a construct.
    pub(super) fn deaths(&mut self, e: ExprId, edge: u32) {
        let live = Rc::clone(&self.frame().live);
        self.kill_all(live.deaths(e, edge));
    }

    /// Ends the scope of the locals bound since there were `from`.
    pub(super) fn end_scope(&mut self, from: usize) {
        while self.scope.len() > from {
            let Some((env, local)) = self.scope.pop() else { return };
            self.forget_copy((env, local));
            let binding = self.r.envs.get(env).and_then(|e| e.get(local.index())).copied();
            match binding {
                Some(Binding::Val(v)) => {
                    self.r.bind(env, local.index(), Binding::None);
                    self.done(v);
                }
                Some(Binding::Home { reg, ty }) => {
                    self.r.bind(env, local.index(), Binding::None);
                    let two = matches!(self.info(ty).slots, Slots::Two(_));
                    for reg in reg..=reg + u16::from(two) {
                        self.r.update(reg, |s| {
                            s.pinned = false;
                            s.home = false;
                        });
                        if self.r.state(reg).owned {
                            self.drop_reg(reg);
                        } else {
                            self.free(reg);
                        }
                        if let Some(home) = self.homes.get_mut(usize::from(reg)) {
                            *home = None;
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// Binds a local to a value of its type.
    pub(super) fn bind_local(&mut self, local: LocalId, v: Val) {
        let env = self.frame().env;
        self.scope.push((env, local));
        let mutable = self.body().locals[local].mutable;
        if !mutable {
            self.show_copy(local, v);
        }
        if self.frame().live.dead_bind(local) && !mutable {
            self.done(v);
            return;
        }
        if mutable {
            let reg = self.home(local, v);
            self.set_binding(local, Binding::Home { reg, ty: v.ty });
            if self.frame().live.dead_bind(local) {
                self.kill(local);
            }
            return;
        }
        let v = self.stable(local, v);
        self.set_binding(local, Binding::Val(v));
        self.sync_vars();
    }

    /// A value that stays right while `local` is in scope.
    pub(super) fn stable(&mut self, local: LocalId, v: Val) -> Val {
        match v.place {
            Place::One(_, Own::Loan { root, .. }) => {
                let facts = self.program.facts(self.frame().cell);
                let consumed = facts.own.contains(local.raw());
                if consumed || self.changes_during(root, local) { self.own(v, None) } else { v }
            }
            // The home of another local, which may be assigned again.
            Place::One(reg, Own::Owned) if self.r.state(reg).pinned => self.snapshot(v),
            Place::One(reg, Own::Alias) if self.is_counted(reg) => self.own(v, None),
            Place::One(_, Own::Alias) | Place::Two(_, Own::Alias) => {
                let dest = self.dest(v.ty);
                self.place(v, dest);
                self.take_dest(dest)
            }
            _ => v,
        }
    }

    /// Whether the local whose home is `root` is assigned while `local` is in scope.
    pub(super) fn changes_during(&self, root: Option<Reg>, local: LocalId) -> bool {
        let Some(root) = root else { return false };
        let Some(Some((env, owner))) = self.homes.get(usize::from(root)).copied() else {
            return false;
        };
        env == self.frame().env
            && self.program.facts(self.frame().cell).assigned_during(owner, local)
    }

    /// Whether the local whose home keeps `v` alive is assigned inside a loop or match.
    pub(super) fn changes_inside(&self, v: Val, e: ExprId) -> bool {
        let Some(root) = self.root_of(v) else { return false };
        let Some(Some((env, owner))) = self.homes.get(usize::from(root)).copied() else {
            return false;
        };
        env == self.frame().env && self.program.facts(self.frame().cell).assigned_inside(owner, e)
    }

    /// Whether nobody else reads or keeps the register of a temporary.
    fn is_spare(&self, reg: Reg) -> bool {
        let state = self.r.state(reg);
        !state.pinned && state.loans == 0
    }

    /// A register of its own for a mutable local.
    pub(super) fn home(&mut self, local: LocalId, v: Val) -> Reg {
        let info = self.info(v.ty);
        let v = self.own(v, None);
        let reg = match (v.place, info.slots) {
            (Place::One(reg, Own::Owned | Own::Temp), Slots::One(repr))
                if self.b.repr(reg) == repr && self.is_spare(reg) =>
            {
                self.pin(reg);
                if repr.is_counted() {
                    self.r.set_owned(reg);
                }
                reg
            }
            (Place::Two(reg, Own::Temp), _) if self.is_spare(reg) && self.is_spare(reg + 1) => {
                self.pin(reg);
                self.pin(reg + 1);
                reg
            }
            _ => {
                let dest = self.dest(v.ty);
                self.place(v, dest);
                dest.reg
            }
        };
        self.r.update(reg, |s| s.home = true);
        let i = usize::from(reg);
        if self.homes.len() <= i {
            self.homes.resize(i + 1, None);
        }
        self.homes[i] = Some((self.frame().env, local));
        reg
    }
}
