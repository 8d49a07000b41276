//! Conversions between the representations of types: into optionals and dynamic values, and back where the checker
//! has narrowed a type.

use super::fx::Fx;
use super::regs::Fork;
use super::value::{Counting, Own, Place, Val};
use crate::compiler::typecheck::types::{Ty, TyFlags, TyKind};
use lumen_lir::{Label, Op, Reg, Repr, Slots};

impl Fx<'_, '_> {
    /// `v` as a value of type `to`.
    pub(super) fn convert(&mut self, v: Val, to: Ty, hint: Option<Reg>) -> Val {
        if v.ty == to {
            return v;
        }
        if self.p.types.store.flags(to).any(TyFlags::OBJECT) {
            let at = self.here();
            self.p.enter(v.ty, to, at);
        }
        if v.place == Place::Never || to == Ty::NEVER || to == Ty::ERROR {
            return Val::new(v.place, to);
        }
        if to == Ty::NULL {
            self.done(v);
            return Val::unit();
        }
        let (from_slots, to_slots) = (self.info(v.ty).slots, self.info(to).slots);
        match (v.place, to_slots) {
            (Place::Unit | Place::Nil, _) => Val::new(Place::Nil, to),
            (_, Slots::Two(repr)) => self.make_pair(v, to, repr, hint),
            (Place::Two(reg, own), Slots::One(repr)) if !repr.is_counted() => {
                // Known to be present.
                let own = match own {
                    Own::Temp => {
                        self.free(reg);
                        own
                    }
                    Own::Loan { .. } => {
                        self.release(Some(reg));
                        Own::Loan { root: Some(reg + 1), temp: false }
                    }
                    _ => own,
                };
                Val::new(Place::One(reg + 1, own), to)
            }
            (Place::Two(..), _) => self.pair_to_dyn(v, to, hint),
            (_, Slots::One(Repr::Dyn)) => match from_slots {
                Slots::One(Repr::Dyn) => Val::new(v.place, to),
                // An optional scalar that is known, or one register already.
                Slots::Two(_) => {
                    let v = self.slot(v);
                    Val::new(v.place, to)
                }
                _ => self.box_value(v, to, hint),
            },
            (_, Slots::One(repr)) => match from_slots {
                Slots::One(Repr::Dyn) => self.unbox(v, to, repr, hint),
                Slots::One(Repr::Opt(_)) if matches!(repr, Repr::Ref(_)) => {
                    self.assume_present(v, to)
                }
                _ => Val::new(v.place, to),
            },
            _ => Val::new(v.place, to),
        }
    }

    fn make_pair(&mut self, v: Val, to: Ty, repr: Repr, hint: Option<Reg>) -> Val {
        match v.place {
            Place::Int(_) | Place::Float(_) | Place::Bool(_) | Place::Two(..) => {
                Val::new(v.place, to)
            }
            Place::One(reg, _) if self.b.repr(reg) == Repr::Dyn => {
                self.dyn_to_pair(v, to, repr, hint)
            }
            Place::One(reg, _) => {
                let dst = self.temp_pair(repr, hint);
                if reg != dst + 1 {
                    self.b.emit(Op::Mov, dst + 1, reg, 0);
                }
                self.b.emit(Op::LdB, dst, 1, 0);
                self.done(v);
                Val::new(Place::Two(dst, Own::Temp), to)
            }
            _ => Val::new(v.place, to),
        }
    }

    /// A dynamic null or scalar to two registers.
    pub(super) fn dyn_to_pair(&mut self, v: Val, ty: Ty, repr: Repr, hint: Option<Reg>) -> Val {
        let Place::One(src, _) = v.place else { return Val::new(v.place, ty) };
        let dst = self.temp_pair(repr, hint);
        let (absent, end) = (self.b.new_label(), self.b.new_label());
        self.b.branch(Op::JNull, src, 0, absent);
        let inner = self.non_null(ty);
        self.unbox_into(dst + 1, src, inner, repr);
        self.b.emit(Op::LdB, dst, 1, 0);
        self.b.jmp(end);
        self.b.bind(absent);
        self.b.emit(Op::LdB, dst, 0, 0);
        self.zero(dst + 1, repr);
        self.b.bind(end);
        self.done(v);
        Val::new(Place::Two(dst, Own::Temp), ty)
    }

    fn unbox_into(&mut self, dst: Reg, src: Reg, ty: Ty, repr: Repr) {
        match repr {
            Repr::F64 => self.b.emit(Op::DynToF, dst, src, 0),
            Repr::Bool => self.b.emit(Op::DynToB, dst, src, 0),
            _ if ty == Ty::INT => self.b.emit(Op::DynToI, dst, src, 0),
            _ => {
                let class = self.plain_enum_class(ty);
                self.b.emit_ext32(Op::DynToE, [dst, src, 0], [class, 0]);
            }
        }
    }

    fn plain_enum_class(&mut self, ty: Ty) -> u32 {
        let id = self.info(ty).id;
        match self.p.module.module().types.get(id.index()) {
            Some(lumen_lir::TypeDesc::Enum(class)) => class.0,
            _ => 0,
        }
    }

    fn unbox(&mut self, v: Val, to: Ty, repr: Repr, hint: Option<Reg>) -> Val {
        let Place::One(src, _) = v.place else { return Val::new(v.place, to) };
        if let Some(class) = repr.class() {
            let v = self.lend(v);
            let dst = self.r.alloc(&mut self.b, repr);
            self.b.emit_ext32(Op::DynToR, [dst, src, 0], [class.0, 0]);
            return self.borrowed(dst, v, to);
        }
        let dst = self.temp(repr, hint);
        self.unbox_into(dst, src, to, repr);
        self.done(v);
        Val::new(Place::One(dst, Own::Temp), to)
    }

    /// A nullable reference that the checker knows not to be null; checked again unless a jump has shown it here.
    fn assume_present(&mut self, v: Val, to: Ty) -> Val {
        if let Place::One(reg, _) = v.place
            && matches!(self.b.repr(reg), Repr::Opt(_))
            && !self.r.state(reg).known
        {
            let there = self.b.new_label();
            self.b.branch(Op::JNNil, reg, 0, there);
            let text = self.p.module.string("a value that was narrowed is null");
            self.b.emit_imm(Op::Fail, super::codes::NULL, text as i32);
            self.b.bind(there);
            self.r.update(reg, |s| s.known = true);
        }
        Val::new(v.place, to)
    }

    /// Any value of one register to a dynamic one.
    fn box_value(&mut self, v: Val, to: Ty, hint: Option<Reg>) -> Val {
        let info = self.info(v.ty);
        let v = self.own(v, None);
        let (src, v) = self.reg(v);
        let repr = self.b.repr(src);
        let dst = self.temp(Repr::Dyn, hint);
        match (repr, self.p.types.kind(v.ty)) {
            (Repr::F64, _) => self.b.emit(Op::DynF, dst, src, 0),
            (Repr::Bool, _) => self.b.emit(Op::DynB, dst, src, 0),
            (Repr::I64, TyKind::Int) => self.b.emit(Op::DynI, dst, src, 0),
            (Repr::Ref(_), _) if self.counting(repr) == Counting::Pointer => {
                self.b.emit(Op::DynR, dst, src, 0);
            }
            _ => self.b.emit_ext32(Op::DynBox, [dst, src, 0], [info.id.0, 0]),
        }
        self.consumed(v);
        self.owned(dst, to)
    }

    fn pair_to_dyn(&mut self, v: Val, to: Ty, hint: Option<Reg>) -> Val {
        let Place::Two(src, _) = v.place else { return v };
        let dst = self.temp(Repr::Dyn, hint);
        let (absent, end) = (self.b.new_label(), self.b.new_label());
        self.b.branch(Op::JF, src, 0, absent);
        let inner = self.non_null(v.ty);
        match self.b.repr(src + 1) {
            Repr::F64 => self.b.emit(Op::DynF, dst, src + 1, 0),
            Repr::Bool => self.b.emit(Op::DynB, dst, src + 1, 0),
            _ if inner == Ty::INT => self.b.emit(Op::DynI, dst, src + 1, 0),
            _ => {
                let id = self.info(inner).id;
                self.b.emit_ext32(Op::DynBox, [dst, src + 1, 0], [id.0, 0]);
            }
        }
        self.b.jmp(end);
        self.b.bind(absent);
        self.b.emit(Op::LdNull, dst, 0, 0);
        self.b.bind(end);
        self.done(v);
        self.owned(dst, to)
    }

    /// The value as a container holds it: an optional scalar is one dynamic register there.
    pub(super) fn slot(&mut self, v: Val) -> Val {
        match self.info(v.ty).slots {
            Slots::Two(_) => match v.place {
                Place::Two(..) => {
                    let ty = v.ty;
                    self.pair_to_dyn(v, ty, None)
                }
                Place::Nil => {
                    let dst = self.r.alloc(&mut self.b, Repr::Dyn);
                    self.b.emit(Op::LdNull, dst, 0, 0);
                    Val::new(Place::One(dst, Own::Temp), v.ty)
                }
                Place::Never => {
                    let dst = self.r.alloc(&mut self.b, Repr::Dyn);
                    Val::new(Place::One(dst, Own::Temp), v.ty)
                }
                // It is one already.
                Place::One(reg, _) if self.b.repr(reg) == Repr::Dyn => v,
                _ => {
                    let ty = v.ty;
                    let inner = self.non_null(ty);
                    let boxed = self.box_value(Val::new(v.place, inner), Ty::ANY, None);
                    Val::new(boxed.place, ty)
                }
            },
            _ => v,
        }
    }

    // ---- tests for null ----

    /// Jumps to `target` when `v` is null, or when it is not; gives `v` in a register.
    pub(super) fn jump_null(&mut self, v: Val, when: bool, target: Label) -> Val {
        if !self.r.reachable {
            return v;
        }
        match v.place {
            Place::Nil | Place::Unit => {
                if when {
                    self.jump(target);
                }
                v
            }
            Place::Two(reg, _) => {
                self.b.branch(if when { Op::JF } else { Op::JT }, reg, 0, target);
                v
            }
            Place::One(reg, _) => {
                match (self.b.repr(reg), when) {
                    (Repr::Dyn, true) => self.b.branch(Op::JNull, reg, 0, target),
                    (Repr::Dyn, false) => self.b.branch(Op::JNNull, reg, 0, target),
                    (Repr::Opt(_), true) => {
                        self.b.branch(Op::JNil, reg, 0, target);
                        self.r.update(reg, |s| s.known = true);
                    }
                    (Repr::Opt(_), false) => self.b.branch(Op::JNNil, reg, 0, target),
                    (_, true) => {}
                    (_, false) => self.jump(target),
                }
                v
            }
            _ => {
                if !when {
                    self.jump(target);
                }
                v
            }
        }
    }

    /// Jumps to `absent` when `v` is null; the fork is where both ways begin.
    pub(super) fn fork_null(&mut self, v: Val, absent: Label) -> (Val, Fork) {
        let reachable = self.r.reachable;
        let fork = self.r.fork();
        let v = self.jump_null(v, true, absent);
        let _ = reachable;
        (v, fork)
    }
}
