//! Getting values into registers.

use super::fx::{Dest, Fx};
use super::value::{Own, Place, Val, Want};
use crate::compiler::hir::ExprId;
use crate::compiler::typecheck::types::Ty;
use lumen_lir::{Op, Reg, Repr, Slots};

impl<'a> Fx<'_, 'a> {
    /// Puts a constant into a register. The value then is in `One` or `Two`.
    pub(super) fn load(&mut self, v: Val, hint: Option<Reg>) -> Val {
        match v.place {
            Place::One(..) | Place::Two(..) => v,
            Place::Never => self.load_never(v, hint),
            _ => {
                let info = self.info(v.ty);
                match info.slots {
                    Slots::Two(repr) => {
                        let reg = self.temp_pair(repr, hint);
                        self.load_pair(v, reg, repr);
                        Val::new(Place::Two(reg, Own::Temp), v.ty)
                    }
                    _ => {
                        let reg = self.temp(info.field, hint);
                        self.load_into(v, reg);
                        Val::new(Place::One(reg, Own::Temp), v.ty)
                    }
                }
            }
        }
    }

    /// Control does not come here: any register will do, and it need not be defined.
    pub(super) fn load_never(&mut self, v: Val, hint: Option<Reg>) -> Val {
        let info = self.info(v.ty);
        match info.slots {
            Slots::Two(repr) => {
                let reg = self.temp_pair(repr, hint);
                Val::new(Place::Two(reg, Own::Temp), v.ty)
            }
            _ => {
                let reg = self.temp(info.field, hint);
                Val::new(Place::One(reg, Own::Temp), v.ty)
            }
        }
    }

    pub(super) fn load_pair(&mut self, v: Val, reg: Reg, repr: Repr) {
        let present = !matches!(v.place, Place::Nil | Place::Unit);
        self.b.emit(Op::LdB, reg, u16::from(present), 0);
        match v.place {
            Place::Int(_) | Place::Float(_) | Place::Bool(_) => self.load_into(v, reg + 1),
            _ => self.zero(reg + 1, repr),
        }
    }

    pub(super) fn zero(&mut self, reg: Reg, repr: Repr) {
        match repr {
            Repr::F64 => self.load_into(Val::new(Place::Float(0.0), Ty::FLOAT), reg),
            Repr::Bool => self.b.emit(Op::LdB, reg, 0, 0),
            _ => self.b.emit_imm(Op::LdI, reg, 0),
        }
    }

    pub(super) fn load_into(&mut self, v: Val, reg: Reg) {
        match v.place {
            Place::Int(n) => {
                let module = &mut self.p.module;
                self.b.load_int(reg, n, |n| module.int(n));
            }
            Place::Float(x) => {
                let k = self.p.module.float(x);
                self.b.emit_imm(Op::LdF, reg, k as i32);
            }
            Place::Bool(x) => self.b.emit(Op::LdB, reg, u16::from(x), 0),
            Place::Str(k) => self.b.emit_imm(Op::LdStr, reg, k as i32),
            Place::Bytes(k) => self.b.emit_imm(Op::LdBytes, reg, k as i32),
            Place::Tag(ordinal) => self.b.emit(Op::LdTag, reg, ordinal, 0),
            Place::Nil | Place::Unit | Place::Never => match self.b.repr(reg) {
                Repr::Dyn => self.b.emit(Op::LdNull, reg, 0, 0),
                _ => self.b.emit(Op::LdNil, reg, 0, 0),
            },
            Place::One(..) | Place::Two(..) => {}
        }
    }

    /// The value in one register, as it is.
    pub(super) fn reg(&mut self, v: Val) -> (Reg, Val) {
        let v = self.load(v, None);
        match v.place {
            Place::One(reg, _) | Place::Two(reg, _) => (reg, v),
            _ => (0, v),
        }
    }

    /// Moves an owned value (or a scalar) into a reserved register, which then owns it.
    pub(super) fn place(&mut self, v: Val, dest: Dest) {
        if !self.r.reachable {
            self.done(v);
            return;
        }
        match dest.slots {
            Slots::None => self.done(v),
            Slots::One(_) => self.place_one(v, dest.reg),
            Slots::Two(repr) => match v.place {
                Place::Two(reg, _) if reg == dest.reg => {}
                Place::Two(reg, _) => {
                    self.b.emit(Op::Mov, dest.reg, reg, 0);
                    self.b.emit(Op::Mov, dest.reg + 1, reg + 1, 0);
                    self.done(v);
                }
                _ => self.load_pair(v, dest.reg, repr),
            },
        }
    }

    pub(super) fn place_one(&mut self, v: Val, reg: Reg) {
        let v = self.own(v, Some(reg));
        match v.place {
            Place::One(from, _) if from == reg => {
                if self.is_counted(reg) {
                    self.r.set_owned(reg);
                }
            }
            Place::One(from, _) => {
                if self.is_counted(from) {
                    self.b.emit(Op::Move, reg, from, 0);
                    self.consumed(v);
                    self.r.set_owned(reg);
                } else {
                    self.b.emit(Op::Mov, reg, from, 0);
                    self.done(v);
                }
            }
            Place::Two(..) => self.confused("an optional scalar where one register is wanted"),
            _ => {
                self.load_into(v, reg);
                if self.is_counted(reg) {
                    self.r.set_owned(reg);
                }
            }
        }
    }

    /// Fresh registers for a value of `ty`, reserved.
    pub(super) fn dest(&mut self, ty: Ty) -> Dest {
        let slots = self.info(ty).slots;
        let reg = match slots {
            Slots::None => 0,
            Slots::One(repr) => self.r.alloc(&mut self.b, repr),
            Slots::Two(repr) => self.r.alloc_run(&mut self.b, &[Repr::Bool, repr], false, 0),
        };
        let dest = Dest { reg, slots, ty };
        self.pin_dest(dest);
        dest
    }

    pub(super) fn pin_dest(&mut self, dest: Dest) {
        for i in 0..dest.slots.len() as u16 {
            self.pin(dest.reg + i);
        }
    }

    pub(super) fn unpin_dest(&mut self, dest: Dest) {
        for i in 0..dest.slots.len() as u16 {
            self.unpin(dest.reg + i);
        }
    }

    /// The value that was placed into a reserved destination.
    pub(super) fn take_dest(&mut self, dest: Dest) -> Val {
        self.unpin_dest(dest);
        let place = match dest.slots {
            Slots::None => Place::Unit,
            Slots::One(repr) if repr.is_counted() => {
                if !self.r.reachable {
                    self.r.set_consumed(dest.reg);
                    self.free(dest.reg);
                    return Val::new(Place::Never, dest.ty);
                }
                Place::One(dest.reg, Own::Owned)
            }
            Slots::One(_) => Place::One(dest.reg, Own::Temp),
            Slots::Two(_) => Place::Two(dest.reg, Own::Temp),
        };
        Val::new(place, dest.ty)
    }

    /// Evaluates into reserved registers.
    pub(super) fn into(&mut self, e: ExprId, dest: Dest) {
        let hint = (!dest.slots.is_empty()).then_some(dest.reg);
        let v = self.expr(e, Want::Own, hint);
        self.place(v, dest);
    }
}
