//! Where locals are, for programs that are made to be looked at (`Options::vars`).
//!
//! Input → output: the bindings at each position that code is emitted for → `Variable`s of the cell. A local is shown from its
//! binding to its last use: values die early here as everywhere, so that the program does what it does otherwise. Scalars and
//! constants are copied into registers of their own, where they stay to the end of their scope.
//!
//! Invariant: a register is said to hold a local only while nothing else was put there. Whether it holds a value at all
//! is the verifier's to say (`OwnershipMap::alive`).

use super::fx::Fx;
use super::value::{Binding, Own, Place, Val};
use crate::compiler::hir::{LocalId, LocalKind};
use crate::compiler::typecheck::types::Ty;
use lumen_lir::{ClassId, Label, Op, Reg, Repr, Slots, TypeId};

/// A local that is in a register from `start` on.
pub(super) struct Shown {
    local: (usize, LocalId),
    reg: Reg,
    ty: TypeId,
    start: Label,
    /// How often the register had been freed.
    freed: u32,
    /// Its last use only reads it.
    lingers: bool,
}

/// What is known of the locals of the cell.
#[derive(Default)]
pub(super) struct Vars {
    open: Vec<Shown>,
    /// Registers with copies.
    copies: Vec<((usize, LocalId), Reg, Ty)>,
}

impl Fx<'_, '_> {
    /// Brings what is said of locals up to date.
    pub(super) fn sync_vars(&mut self) {
        if !self.p.options.vars {
            return;
        }
        let mut now: Vec<((usize, LocalId), Reg, TypeId)> = Vec::new();
        for &(env, local) in &self.scope.clone() {
            if let Some((reg, ty)) = self.shown_at((env, local)) {
                now.retain(|other| other.0 != (env, local));
                now.push(((env, local), reg, ty));
            }
        }
        let mut open = std::mem::take(&mut self.vars.open);
        open.retain(|shown| {
            let stays = match now.iter().find(|other| other.0 == shown.local) {
                Some(&(_, reg, ty)) => reg == shown.reg && ty == shown.ty,
                None => {
                    shown.lingers
                        && self.r.freed(shown.reg) == shown.freed
                        && self.scope.contains(&shown.local)
                        && !now.iter().any(|other| other.1 == shown.reg)
                }
            };
            if !stays {
                self.end_var(shown);
            }
            stays
        });
        for (local, reg, ty) in now {
            if !open.iter().any(|shown| shown.local == local) {
                let (start, freed) = (self.b.label_here(), self.r.freed(reg));
                open.push(Shown { local, reg, ty, start, freed, lingers: false });
            }
        }
        self.vars.open = open;
    }

    /// The last use of a local only reads it: it is there as long as its register.
    pub(super) fn var_lingers(&mut self, local: LocalId) {
        let local = (self.frame().env, local);
        if let Some(shown) = self.vars.open.iter_mut().find(|shown| shown.local == local) {
            shown.lingers = true;
        }
    }

    /// Copies a scalar or a constant that is bound, so that it stays to be seen.
    pub(super) fn show_copy(&mut self, local: LocalId, v: Val) {
        if !self.p.options.vars
            || !self.r.reachable
            || self.name_of(self.frame().env, local).is_none()
        {
            return;
        }
        let span = self.body().locals[local].span;
        let local = (self.frame().env, local);
        self.at(span);
        let reg = match v.place {
            Place::Int(_) | Place::Float(_) | Place::Bool(_) | Place::One(..) => {
                let Slots::One(repr) = self.info(v.ty).slots else { return };
                let v = match v.place {
                    Place::One(reg, _) if self.b.repr(reg) != repr => return,
                    Place::One(reg, _) => Val::new(Place::One(reg, Own::Alias), v.ty),
                    _ => v,
                };
                if repr.is_counted() {
                    return;
                }
                let dest = self.dest(v.ty);
                self.place(v, dest);
                dest.reg
            }
            Place::Str(index) => {
                let reg = self.r.alloc(&mut self.b, Repr::Ref(ClassId::STRING));
                self.b.emit_imm(Op::LdStr, reg, index as i32);
                reg
            }
            _ => return,
        };
        self.vars.copies.push((local, reg, v.ty));
    }

    /// The scope of a local has ended.
    pub(super) fn forget_copy(&mut self, local: (usize, LocalId)) {
        if let Some(at) = self.vars.copies.iter().rposition(|copy| copy.0 == local) {
            let (_, reg, _) = self.vars.copies.swap_remove(at);
            self.unpin(reg);
            self.free(reg);
        }
    }

    /// The code ends here.
    pub(super) fn end_vars(&mut self) {
        for shown in std::mem::take(&mut self.vars.open) {
            self.end_var(&shown);
        }
    }

    fn end_var(&mut self, shown: &Shown) {
        let Some(name) = self.name_of(shown.local.0, shown.local.1) else { return };
        let end = self.b.label_here();
        self.b.variable(name, shown.ty, shown.reg, [shown.start, end]);
    }

    /// The register of a local, and the type to read it by.
    fn shown_at(&mut self, local: (usize, LocalId)) -> Option<(Reg, TypeId)> {
        self.name_of(local.0, local.1)?;
        let copy = self.vars.copies.iter().rfind(|copy| copy.0 == local).copied();
        let (reg, ty) = match copy {
            Some((_, reg, ty)) => (reg, ty),
            None => match self.r.envs.get(local.0)?.get(local.1.index()).copied()? {
                Binding::Home { reg, ty } => (reg, ty),
                Binding::Val(v) | Binding::Fixed(v) => match v.place {
                    Place::One(reg, _) | Place::Two(reg, _) => (reg, v.ty),
                    _ => return None,
                },
                Binding::None | Binding::Lambda(_) => return None,
            },
        };
        let info = self.info(ty);
        let at = usize::from(reg);
        let own = self.b.cell().regs.get(at..)?;
        let fits = info.slots.reprs().count() <= own.len()
            && info.slots.reprs().zip(own).all(|(a, b)| a == *b);
        match (fits, *own.first()?) {
            (true, _) => Some((reg, info.id)),
            (false, Repr::Ref(class)) => Some((reg, self.p.module.class_type(class))),
            _ => None,
        }
    }

    /// The name of a local that a user wrote.
    fn name_of(&self, env: usize, local: LocalId) -> Option<String> {
        let frame = self.frames.iter().rev().find(|frame| frame.env == env)?;
        let local = &frame.body.locals[local];
        let is_written = local.kind != LocalKind::Temp;
        is_written.then(|| self.p.names.resolve(local.name).to_owned())
    }
}
