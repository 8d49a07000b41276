//! The cell being lowered: frames of inlined code, and the basic moves of values.
//!
//! Invariant: whoever gets a [`Val`] gives it on, consumes it (`consume`), or gives it back (`done`), on every path.

use super::liveness::Liveness;
use super::program::Program;
use super::regs::Regs;
use super::types::{Info, Subst};
use super::value::{Binding, Counting, Own, Place, Val, Want, counting};
use super::{Lower, limits};
use crate::compiler::hir::{Body, CellId, ExprId, LambdaId, LocalId, LoopId};
use crate::compiler::typecheck::tables::TypedBody;
use crate::compiler::typecheck::types::{Ty, TyKind};
use lumen_base::Span;
use lumen_lir::{CellBuilder, ClassDesc, Label, Op, Pos, Reg, Repr, Slots};
use std::rc::Rc;

/// Registers in which a value is wanted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dest {
    pub(super) reg: Reg,
    pub(super) slots: Slots,
    pub(super) ty: Ty,
}

/// Where `return` goes.
#[derive(Clone, Copy)]
pub(super) enum Ret {
    /// Out of the cell.
    Cell(Ty),
    /// To the end of an inlined region: the destination, the label, and the mark of what is inside.
    Region { dest: Option<Dest>, end: Label, mark: u32, ty: Ty },
}

/// A body being lowered: that of the cell, or an inlined one.
#[derive(Clone)]
pub(super) struct Frame<'a> {
    pub(super) cell: CellId,
    pub(super) lambda: Option<LambdaId>,
    pub(super) body: &'a Body,
    pub(super) typed: &'a TypedBody,
    pub(super) live: Rc<Liveness>,
    pub(super) subst: Rc<Subst>,
    pub(super) env: usize,
    pub(super) file: u32,
    pub(super) inline: u32,
    pub(super) ret: Ret,
    /// Loops and defers below these belong to frames around.
    pub(super) loops_from: usize,
    pub(super) defers_from: usize,
}

/// An enclosing loop.
pub(super) struct LoopFrame {
    pub(super) id: LoopId,
    pub(super) env: usize,
    pub(super) sets: super::liveness::LoopSets,
    pub(super) again: Label,
    pub(super) exit: Label,
    /// Whether something jumps to `exit`, and to `again`.
    pub(super) broken: bool,
    pub(super) continued: bool,
    /// Whether `again` is behind: continuing jumps back.
    pub(super) behind: bool,
    /// What became owned inside is later.
    pub(super) mark: u32,
    /// Loans that existed when the loop began.
    pub(super) loans: Vec<(Reg, u32)>,
    pub(super) dest: Option<Dest>,
    pub(super) defers: usize,
}

/// An active `defer`.
#[derive(Clone, Copy)]
pub(super) struct DeferFrame {
    pub(super) closure: Reg,
    pub(super) start: Label,
    pub(super) span: Span,
}

/// A cell being lowered.
pub(super) struct Fx<'p, 'a> {
    pub(super) p: &'p mut Lower<'a>,
    pub(super) b: CellBuilder,
    pub(super) r: Regs,
    pub(super) program: Rc<Program>,
    pub(super) frames: Vec<Frame<'a>>,
    pub(super) loops: Vec<LoopFrame>,
    pub(super) defers: Vec<DeferFrame>,
    /// Registers kept alive over a condition.
    pub(super) holds: Vec<Reg>,
    /// Homes of mutable locals: environment and local, by register.
    pub(super) homes: Vec<Option<(usize, LocalId)>>,
    /// Locals bound in open scopes, innermost last.
    pub(super) scope: Vec<(usize, LocalId)>,
    /// Label, parameter registers of a self tail call.
    pub(super) restart: Option<(Label, Vec<Dest>)>,
    pub(super) inlined_size: u32,
    /// Of each open inlined region: whether something returns from it early.
    pub(super) region_returns: Vec<bool>,
    /// Forks of the matches around.
    pub(super) match_forks: Vec<super::regs::Fork>,
    /// The receiver of `?.`, evaluated before its call.
    pub(super) receiver: Option<(ExprId, Val)>,
    pub(super) type_args: Box<[Ty]>,
    /// Ranges of active defers: depth, start, end, closure.
    pub(super) defer_ranges: Vec<(usize, Label, Label, Reg)>,
    pub(super) entry: CellId,
    pub(super) effects: lumen_lir::EffectSet,
    pub(super) calls: Vec<lumen_lir::CellId>,
}

impl<'a> Fx<'_, 'a> {
    pub(super) fn frame(&self) -> &Frame<'a> {
        &self.frames[self.frames.len() - 1]
    }

    pub(super) fn body(&self) -> &'a Body {
        self.frame().body
    }

    pub(super) fn typed(&self) -> &'a TypedBody {
        self.frame().typed
    }

    // ---- types ----

    /// A type of the current body, closed.
    pub(super) fn close(&mut self, ty: Ty) -> Ty {
        if self.frame().subst.is_empty() {
            return ty;
        }
        let subst = Rc::clone(&self.frame().subst);
        self.p.types.subst(ty, &subst)
    }

    /// The type an expression has by itself.
    pub(super) fn ty(&mut self, e: ExprId) -> Ty {
        let ty = self.typed().ty(e);
        self.close(ty)
    }

    /// The type of an expression after conversion.
    pub(super) fn adjusted(&mut self, e: ExprId) -> Ty {
        let ty = self.typed().adjusted(e);
        self.close(ty)
    }

    pub(super) fn kind(&self, ty: Ty) -> TyKind {
        self.p.types.kind(ty).clone()
    }

    pub(super) fn info(&mut self, ty: Ty) -> Info {
        let p = &mut *self.p;
        p.types.info(&mut p.module, p.tables, ty)
    }

    pub(super) fn fields(&mut self, ty: Ty) -> Box<[Ty]> {
        let p = &mut *self.p;
        p.types.fields(p.tables, ty)
    }

    pub(super) fn payload(&mut self, ty: Ty, ordinal: u32) -> Box<[Ty]> {
        let p = &mut *self.p;
        p.types.payload(p.tables, ty, ordinal)
    }

    /// The type inside an optional; the type itself otherwise.
    pub(super) fn non_null(&self, ty: Ty) -> Ty {
        match self.p.types.kind(ty) {
            TyKind::Optional(inner) => *inner,
            _ => ty,
        }
    }

    /// The field representation of a type as its value sits in one register.
    pub(super) fn one(&mut self, ty: Ty) -> Repr {
        self.info(ty).field
    }

    pub(super) fn counting(&self, repr: Repr) -> Counting {
        let classes = &self.p.module.module().classes;
        counting(repr, |class| match classes.get(class.index()) {
            Some(ClassDesc::Enum { variants, .. }) => variants.iter().any(|v| !v.payload),
            // Reserved and not described yet: an enum under construction is described before code needs it.
            _ => false,
        })
    }

    pub(super) fn is_counted(&self, reg: Reg) -> bool {
        self.b.repr(reg).is_counted()
    }

    // ---- positions and errors ----

    pub(super) fn at(&mut self, span: Span) {
        let frame = self.frame();
        let pos = Pos { file: frame.file, start: span.lo, end: span.hi };
        self.b.set_pos(pos);
    }

    pub(super) fn span(&self, e: ExprId) -> Span {
        self.body().exprs[e].span
    }

    pub(super) fn at_expr(&mut self, e: ExprId) {
        let span = self.span(e);
        self.at(span);
    }

    /// The compiler met a case that its own invariants exclude: reported, never a panic.
    pub(super) fn confused(&mut self, what: &str) {
        let name = self.p.cell_name(self.entry);
        let span = self.p.hir.cells[self.entry].name_span;
        let file = self.p.file_of(self.entry);
        self.p.errors.push(limits::confused(span.in_file(file), &name, what));
    }

    // ---- registers ----

    pub(super) fn fits(&self, hint: Reg, repr: Repr) -> bool {
        let have = self.b.repr(hint);
        let state = self.r.state(hint);
        (have == repr || have == repr.nullable()) && !state.owned && state.loans == 0
    }

    /// A register to define: the hint when it fits.
    pub(super) fn temp(&mut self, repr: Repr, hint: Option<Reg>) -> Reg {
        match hint {
            Some(reg) if self.fits(reg, repr) => reg,
            _ => self.r.alloc(&mut self.b, repr),
        }
    }

    pub(super) fn temp_pair(&mut self, repr: Repr, hint: Option<Reg>) -> Reg {
        if let Some(reg) = hint
            && self.b.repr(reg) == Repr::Bool
            && usize::from(reg) + 1 < self.b.reg_count()
            && self.b.repr(reg + 1) == repr
            && self.r.state(reg + 1).pinned
        {
            return reg;
        }
        self.r.alloc_run(&mut self.b, &[Repr::Bool, repr], false, 0)
    }

    /// Gives a register back, at once or when its last reading alias is done.
    pub(super) fn free(&mut self, reg: Reg) {
        if self.r.state(reg).loans > 0 {
            self.r.update(reg, |s| s.dying = true);
        } else {
            self.r.free(&self.b, reg);
        }
    }

    pub(super) fn pin(&mut self, reg: Reg) {
        self.r.update(reg, |s| s.pinned = true);
    }

    pub(super) fn unpin(&mut self, reg: Reg) {
        self.r.update(reg, |s| s.pinned = false);
    }

    /// A register just defined with a counted value.
    pub(super) fn owned(&mut self, reg: Reg, ty: Ty) -> Val {
        self.r.set_owned(reg);
        Val::new(Place::One(reg, Own::Owned), ty)
    }

    /// A register just defined with a value of `ty`, owned when counted.
    pub(super) fn defined(&mut self, reg: Reg, ty: Ty) -> Val {
        if self.is_counted(reg) {
            self.owned(reg, ty)
        } else {
            Val::new(Place::One(reg, Own::Temp), ty)
        }
    }

    pub(super) fn loan(&mut self, root: Option<Reg>) {
        if let Some(root) = root {
            self.r.update(root, |s| s.loans += 1);
        }
    }

    pub(super) fn release(&mut self, root: Option<Reg>) {
        let Some(root) = root else { return };
        self.r.update(root, |s| s.loans = s.loans.saturating_sub(1));
        let state = self.r.state(root);
        if state.loans == 0 && state.dying {
            self.drop_reg(root);
        }
    }

    /// Emits the drop of an owned register, without changing any state.
    pub(super) fn emit_drop(&mut self, reg: Reg) {
        let op = match self.counting(self.b.repr(reg)) {
            Counting::None => return,
            Counting::Pointer => Op::Drop,
            Counting::Maybe => Op::DropM,
            Counting::Dynamic => Op::DropD,
        };
        self.b.emit(op, reg, 0, 0);
    }

    /// Drops an owned register now, or when its last loan ends.
    pub(super) fn drop_reg(&mut self, reg: Reg) {
        let state = self.r.state(reg);
        if !state.owned {
            self.free(reg);
        } else if state.loans > 0 {
            self.r.update(reg, |s| s.dying = true);
        } else {
            if self.r.reachable {
                self.emit_drop(reg);
            }
            self.r.set_consumed(reg);
            self.free(reg);
        }
    }

    /// A value is no longer needed.
    pub(super) fn done(&mut self, v: Val) {
        match v.place {
            Place::One(reg, own) => match own {
                Own::Alias => {}
                Own::Temp => self.free(reg),
                Own::Owned => self.drop_reg(reg),
                Own::Loan { root, temp } => {
                    if temp {
                        self.free(reg);
                    }
                    self.release(root);
                }
            },
            Place::Two(reg, Own::Temp) => {
                self.free(reg);
                self.free(reg + 1);
            }
            Place::Two(reg, Own::Loan { .. }) => {
                self.release(Some(reg));
                self.release(Some(reg + 1));
            }
            _ => {}
        }
    }

    /// The instruction just emitted consumed the value, which `own` gave.
    pub(super) fn consumed(&mut self, v: Val) {
        match v.place {
            Place::One(reg, Own::Owned) => {
                self.r.set_consumed(reg);
                self.free(reg);
            }
            _ => self.done(v),
        }
    }

    /// Another reading of a value that stays where it is.
    pub(super) fn alias(&mut self, v: Val) -> Val {
        let place = match v.place {
            Place::One(reg, Own::Owned) => {
                self.loan(Some(reg));
                Place::One(reg, Own::Loan { root: Some(reg), temp: false })
            }
            Place::One(reg, Own::Loan { root, .. }) => {
                self.loan(root);
                Place::One(reg, Own::Loan { root, temp: false })
            }
            Place::One(reg, Own::Temp) => {
                self.loan(Some(reg));
                Place::One(reg, Own::Loan { root: Some(reg), temp: false })
            }
            Place::Two(reg, Own::Temp | Own::Loan { .. }) => {
                self.loan(Some(reg));
                self.loan(Some(reg + 1));
                Place::Two(reg, Own::Loan { root: Some(reg), temp: false })
            }
            other => other,
        };
        Val::new(place, v.ty)
    }

    /// Makes a value that can be consumed: counts a borrow up. Scalars and constants stay as they are.
    pub(super) fn own(&mut self, v: Val, hint: Option<Reg>) -> Val {
        let Place::One(reg, own) = v.place else { return v };
        let repr = self.b.repr(reg);
        if !repr.is_counted() {
            return v;
        }
        match own {
            Own::Owned if self.r.state(reg).loans == 0 => v,
            // A register that owns nothing holds a constant: nothing to count.
            Own::Temp => v,
            _ => {
                let dst = self.temp(repr, hint);
                self.emit_dup(dst, reg);
                let new = self.owned(dst, v.ty);
                self.done(v);
                new
            }
        }
    }

    pub(super) fn emit_dup(&mut self, dst: Reg, src: Reg) {
        let op = match self.counting(self.b.repr(src)) {
            Counting::None => Op::Mov,
            Counting::Pointer => Op::Dup,
            Counting::Maybe => Op::DupM,
            Counting::Dynamic => Op::DupD,
        };
        self.b.emit(op, dst, src, 0);
    }

    /// A borrow of a value: an owned temporary is kept alive by a loan of its own.
    pub(super) fn lend(&mut self, v: Val) -> Val {
        match v.place {
            Place::One(reg, Own::Owned) => {
                self.loan(Some(reg));
                self.r.update(reg, |s| s.dying = true);
                Val::new(Place::One(reg, Own::Loan { root: Some(reg), temp: false }), v.ty)
            }
            _ => v,
        }
    }

    /// The root that keeps a borrowed value alive.
    pub(super) fn root_of(&self, v: Val) -> Option<Reg> {
        match v.place {
            Place::One(_, Own::Loan { root, .. }) => root,
            Place::One(reg, Own::Owned) => Some(reg),
            _ => None,
        }
    }

    // ---- materialising ----

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
    fn load_never(&mut self, v: Val, hint: Option<Reg>) -> Val {
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

    fn load_pair(&mut self, v: Val, reg: Reg, repr: Repr) {
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

    fn load_into(&mut self, v: Val, reg: Reg) {
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

    fn place_one(&mut self, v: Val, reg: Reg) {
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

    // ---- locals ----

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
    }

    /// A value that stays right while `local` is in scope.
    fn stable(&mut self, local: LocalId, v: Val) -> Val {
        match v.place {
            Place::One(_, Own::Loan { root, .. }) => {
                let facts = self.program.facts(self.frame().cell);
                let consumed = facts.own.contains(local.raw());
                if consumed || self.changes_during(root, local) { self.own(v, None) } else { v }
            }
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
    fn changes_during(&self, root: Option<Reg>, local: LocalId) -> bool {
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

    /// A register of its own for a mutable local.
    fn home(&mut self, local: LocalId, v: Val) -> Reg {
        let info = self.info(v.ty);
        let v = self.own(v, None);
        let reg = match (v.place, info.slots) {
            (Place::One(reg, Own::Owned | Own::Temp), Slots::One(repr))
                if self.b.repr(reg) == repr && !self.r.state(reg).pinned =>
            {
                self.pin(reg);
                if repr.is_counted() {
                    self.r.set_owned(reg);
                }
                reg
            }
            (Place::Two(reg, Own::Temp), _) if !self.r.state(reg).pinned => {
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
