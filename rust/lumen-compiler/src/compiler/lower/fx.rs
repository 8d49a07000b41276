//! The cell being lowered: frames of inlined code, and the basic moves of values.
//!
//! Invariant: whoever gets a [`Val`] gives it on, consumes it (`consume`), or gives it back (`done`), on every path.

use super::liveness::Liveness;
use super::program::Program;
use super::regs::Regs;
use super::types::{Info, Subst};
use super::value::{Counting, Own, Place, Val, counting};
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

/// An active `defer`, or a run of a stream that a loop goes through: what must happen on every way out.
#[derive(Clone, Copy)]
pub(super) struct DeferFrame {
    /// The closure, or the run.
    pub(super) reg: Reg,
    pub(super) is_run: bool,
    pub(super) start: Label,
    pub(super) span: Span,
}

/// Memory that is used for one cell after the other.
#[derive(Default)]
pub(super) struct Spare<'a> {
    pub(super) b: CellBuilder,
    pub(super) r: Regs,
    pub(super) frames: Vec<Frame<'a>>,
    pub(super) homes: Vec<Option<(usize, LocalId)>>,
    pub(super) scope: Vec<(usize, LocalId)>,
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
    /// The next call of a tool is that of a `try`.
    pub(super) attempting: bool,
    /// Type of what `yield` gives, in the body of a generator.
    pub(super) yields: Option<Ty>,
    /// How the clause that is lowered resumes.
    pub(super) resume: Option<super::handle::Resume>,
    pub(super) vars: super::vars::Vars,
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
            return self.p.types.store.erased(ty);
        }
        let subst = Rc::clone(&self.frame().subst);
        self.p.types.subst(ty, &subst)
    }

    /// A type of the current body, closed, with its refinements.
    pub(super) fn close_exact(&mut self, ty: Ty) -> Ty {
        let subst = Rc::clone(&self.frame().subst);
        self.p.types.subst_exact(ty, &subst)
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

    pub(super) fn fields(&mut self, ty: Ty) -> Rc<[Ty]> {
        let p = &mut *self.p;
        p.types.fields(p.tables, ty)
    }

    pub(super) fn payload(&mut self, ty: Ty, ordinal: u32) -> Rc<[Ty]> {
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
            Some(ClassDesc::Enum { .. }) => true,
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
        self.sync_vars();
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
        if self.defers.iter().any(|d| d.is_run && d.reg == reg) {
            self.b.emit(Op::GenFree, reg, 0, 0);
            return;
        }
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

    /// Whether giving the value back emits a drop: then it must happen before a jump, not on one side of it.
    pub(super) fn dies(&self, v: Val) -> bool {
        match v.place {
            Place::One(_, Own::Owned) => true,
            Place::One(_, Own::Loan { root: Some(root), .. }) => {
                let state = self.r.state(root);
                state.owned && state.dying
            }
            _ => false,
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
}
