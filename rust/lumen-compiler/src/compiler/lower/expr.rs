//! Expressions: the dispatcher, literals, locals, projections, conversions between contexts.

use super::fx::Fx;
use super::liveness::{CAPTURE, GO, SKIP};
use super::regs::{Ended, Fork};
use super::value::{Binding, Own, Place, Val, Want};
use crate::compiler::hir::{ExprId, ExprKind, Lit, LocalId};
use crate::compiler::typecheck::types::{Ty, TyKind};
use lumen_lir::{Op, Reg, Repr, Slots};
use std::rc::Rc;

impl<'a> Fx<'_, 'a> {
    /// Evaluates an expression, converted to what its context wants.
    pub(super) fn expr(&mut self, e: ExprId, want: Want, hint: Option<Reg>) -> Val {
        if !self.r.reachable {
            let ty = self.adjusted(e);
            return Val::new(Place::Never, ty);
        }
        if self.frames.len() > 1 {
            self.inlined_size += 1;
        }
        let adjust = self.typed().adjust.get(&e).copied();
        let v = self.raw(e, want, hint);
        let v = self.enter_refined(e, v);
        let v = match adjust {
            Some(to) => {
                let to = self.close(to);
                self.convert(v, to, hint)
            }
            None => v,
        };
        match want {
            Want::Own => self.own(v, hint),
            Want::Borrow => v,
        }
    }

    /// Evaluates an expression to read its value.
    pub(super) fn read(&mut self, e: ExprId) -> Val {
        self.expr(e, Want::Borrow, None)
    }

    /// Evaluates operands that are all read at once: earlier ones are copied when a later one assigns locals.
    pub(super) fn operands<const N: usize>(&mut self, exprs: [ExprId; N]) -> [Val; N] {
        let mut out = [Val::never(); N];
        for (i, &e) in exprs.iter().enumerate() {
            let v = self.read(e);
            let assigned_later = exprs[i + 1..].iter().any(|&later| self.assigns(later));
            out[i] = if assigned_later { self.snapshot(v) } else { v };
        }
        out
    }

    pub(super) fn assigns(&self, e: ExprId) -> bool {
        self.program.facts(self.frame().cell).assigns.contains(e.raw())
    }

    /// A value that later assignments do not change.
    pub(super) fn snapshot(&mut self, v: Val) -> Val {
        let v = self.own(v, None);
        match v.place {
            Place::One(reg, Own::Owned) if self.r.state(reg).pinned => {
                let repr = self.b.repr(reg);
                let dst = self.r.alloc(&mut self.b, repr);
                self.b.emit(Op::Move, dst, reg, 0);
                self.consumed(v);
                return self.owned(dst, v.ty);
            }
            _ => {}
        }
        match v.own() {
            Some(Own::Alias) => {
                let dest = self.dest(v.ty);
                self.place(v, dest);
                self.take_dest(dest)
            }
            _ => v,
        }
    }

    pub(super) fn raw(&mut self, e: ExprId, want: Want, hint: Option<Reg>) -> Val {
        let body = self.body();
        match &body.exprs[e].kind {
            ExprKind::Missing => Val::never(),
            ExprKind::Lit(lit) => self.lit(e, lit),
            ExprKind::Local(local) => self.local(e, *local, want),
            ExprKind::Binary { op, .. } => self.binary(e, *op, want, hint),
            ExprKind::Compare { .. }
            | ExprKind::Logic { .. }
            | ExprKind::Not(_)
            | ExprKind::In { .. } => self.truth(e, hint),
            ExprKind::Is { .. } => self.truth(e, hint),
            ExprKind::Call { callee, .. } => self.call(e, Some(*callee), None, want, hint),
            ExprKind::MethodCall { recv, .. } => self.call(e, None, Some(*recv), want, hint),
            ExprKind::Field { base, optional, .. } => self.field(e, *base, *optional, want, hint),
            ExprKind::TupleField { base, index, optional, .. } => {
                let base = self.read(*base);
                self.at_expr(e);
                if *optional {
                    return self.when_present(e, base, |fx, v| {
                        let v = fx.project(v, *index, Want::Own, None);
                        fx.own(v, None)
                    });
                }
                let v = self.project(base, *index, want, hint);
                self.narrow_to(v, e)
            }
            ExprKind::Index { base, index, optional } => {
                self.index(e, *base, *index, *optional, want, hint)
            }
            ExprKind::Block(block) => self.block(block, want, hint),
            ExprKind::If { branches, otherwise } => self.if_(e, branches, *otherwise, hint),
            ExprKind::Match { value, arms } => self.match_(e, *value, arms, hint),
            ExprKind::Interp(parts) => self.interp(e, parts, hint),
            _ => self.raw_more(e, want, hint),
        }
    }

    pub(super) fn raw_more(&mut self, e: ExprId, want: Want, hint: Option<Reg>) -> Val {
        let body = self.body();
        match &body.exprs[e].kind {
            ExprKind::Neg(inner) => self.neg(e, *inner, hint),
            ExprKind::BitNot(inner) => {
                let [v] = self.operands([*inner]);
                self.at_expr(e);
                self.unary(Op::BNot, v, Repr::I64, hint)
            }
            ExprKind::Slice { base, lo, hi, inclusive, optional: false } => {
                self.slice(e, *base, *lo, *hi, *inclusive)
            }
            ExprKind::Slice { base, lo, hi, inclusive, optional: true } => {
                let v = self.read(*base);
                self.when_present(e, v, |fx, v| fx.slice_of(e, v, *lo, *hi, *inclusive))
            }
            ExprKind::Update { base, fields } => self.update(e, *base, fields, hint),
            ExprKind::As { value, .. } => self.as_(e, *value, want, hint),
            ExprKind::Coalesce { value, default } => self.coalesce(e, *value, *default, hint),
            ExprKind::Propagate(value) => self.propagate(e, *value, want),
            ExprKind::Unwrap(value) => self.unwrap(e, *value, want),
            ExprKind::Try(call) => self.try_call(*call),
            ExprKind::ToolCall { tool, args } => self.tool_expr(e, *tool, args),
            ExprKind::Range { lo, hi, inclusive, step } => {
                self.range_list(e, *lo, *hi, *inclusive, *step)
            }
            ExprKind::List(items) => self.list(e, items, hint),
            ExprKind::Set(items) => self.set(e, items),
            ExprKind::Map(items) => self.map(e, items),
            ExprKind::Tuple(items) => self.tuple(e, items, hint),
            ExprKind::While { id, cond, body } => self.while_(e, *id, cond, *body),
            ExprKind::Loop { id, body } => self.loop_(e, *id, *body, hint),
            ExprKind::For { id, pat, iter, guard, body } => {
                self.for_(e, *id, *pat, *iter, *guard, *body)
            }
            ExprKind::Comprehension { .. } => self.comprehension(e),
            ExprKind::Break { target, value } => self.break_(*target, *value),
            ExprKind::Continue { target } => self.continue_(*target),
            ExprKind::Return(value) => self.return_(*value),
            ExprKind::Yield(value) => self.yield_(e, *value),
            ExprKind::CursorNext(cursor) => self.cursor_next(e, *cursor),
            ExprKind::CursorClose(cursor) => self.cursor_close(e, *cursor),
            ExprKind::Keep { value, global } => self.keep(*value, *global),
            ExprKind::Handle(handle) => self.handle(e, handle, hint),
            ExprKind::Exit { exit, token, body } => self.exit(e, *exit, *token, *body, want),
            ExprKind::Lambda(lambda) => self.lambda_value(e, *lambda, hint),
            ExprKind::Cover(point) => {
                let point = Val::new(Place::Int(i64::from(*point)), Ty::INT);
                self.rt("cover", &[point], Ty::NULL, None)
            }
            ExprKind::Emit(value) => self.emit_value(e, *value),
            ExprKind::Halt(value) => self.halt(e, *value),
            ExprKind::Assert { cond, message } => self.assert(e, *cond, *message),
            ExprKind::Const(id) => self.constant(e, *id),
            ExprKind::NestedCell { .. }
            | ExprKind::Cell(_)
            | ExprKind::Builtin(_)
            | ExprKind::Record(_) => self.cell_value(e, hint),
            ExprKind::Variant(_) | ExprKind::AmbiguousVariant(_) => self.variant_value(e, hint),
            _ => {
                self.confused("an expression of another stage");
                Val::never()
            }
        }
    }

    pub(super) fn lit(&mut self, e: ExprId, lit: &Lit) -> Val {
        let ty = self.ty(e);
        let place = match lit {
            Lit::Int(n) => match self.p.types.kind(ty) {
                TyKind::Float => Place::Float(*n as f64),
                _ => Place::Int(*n),
            },
            Lit::Float(x) => Place::Float(*x),
            Lit::Bool(x) => Place::Bool(*x),
            Lit::Null => return self.null(ty),
            Lit::Str(text) => Place::Str(self.p.module.string(text)),
            Lit::Bytes(bytes) => Place::Bytes(self.p.module.bytes(bytes)),
        };
        let own = match lit {
            Lit::Int(_) if ty == Ty::FLOAT => Ty::FLOAT,
            Lit::Int(_) => Ty::INT,
            Lit::Float(_) => Ty::FLOAT,
            Lit::Bool(_) => Ty::BOOL,
            Lit::Null => Ty::NULL,
            Lit::Str(_) => Ty::STRING,
            Lit::Bytes(_) => Ty::BYTES,
        };
        let v = Val::new(place, own);
        if own == ty || ty == Ty::ERROR { v } else { self.convert(v, ty, None) }
    }

    /// The null of a type.
    pub(super) fn null(&mut self, ty: Ty) -> Val {
        match self.p.types.kind(ty) {
            TyKind::Optional(_) | TyKind::Any | TyKind::Json => Val::new(Place::Nil, ty),
            _ => Val::unit(),
        }
    }

    pub(super) fn local(&mut self, e: ExprId, local: LocalId, want: Want) -> Val {
        let last = self.frame().live.is_last(e);
        let v = match self.binding(local) {
            Binding::None => {
                self.confused("a local is read that has no value");
                return Val::never();
            }
            Binding::Lambda(lambda) => return self.materialise(lambda, None),
            Binding::Val(v) if last => {
                if want == Want::Borrow {
                    self.var_lingers(local);
                }
                self.set_binding(local, Binding::None);
                v
            }
            Binding::Val(v) | Binding::Fixed(v) => self.alias(v),
            Binding::Home { reg, ty } => self.read_home(reg, ty, last, want),
        };
        self.narrow_to(v, e)
    }

    pub(super) fn read_home(&mut self, reg: Reg, ty: Ty, last: bool, want: Want) -> Val {
        if let Slots::Two(_) = self.info(ty).slots {
            return Val::new(Place::Two(reg, Own::Alias), ty);
        }
        if !self.is_counted(reg) {
            return Val::new(Place::One(reg, Own::Alias), ty);
        }
        if last && want == Want::Own && self.r.state(reg).loans == 0 {
            return Val::new(Place::One(reg, Own::Owned), ty);
        }
        self.loan(Some(reg));
        if last {
            self.r.update(reg, |s| s.dying = true);
        }
        Val::new(Place::One(reg, Own::Loan { root: Some(reg), temp: false }), ty)
    }

    /// The value as the narrowed type that the expression has.
    pub(super) fn narrow_to(&mut self, v: Val, e: ExprId) -> Val {
        let ty = self.ty(e);
        if v.ty == ty { v } else { self.convert(v, ty, None) }
    }

    // ---- small operators ----

    pub(super) fn neg(&mut self, e: ExprId, inner: ExprId, hint: Option<Reg>) -> Val {
        let v = self.read(inner);
        match v.place {
            Place::Int(n) if n != i64::MIN => return Val::new(Place::Int(-n), v.ty),
            Place::Float(x) => return Val::new(Place::Float(-x), v.ty),
            _ => {}
        }
        self.at_expr(e);
        if v.ty == Ty::FLOAT {
            self.unary(Op::FNeg, v, Repr::F64, hint)
        } else {
            self.unary(Op::Neg, v, Repr::I64, hint)
        }
    }

    /// One scalar from one register.
    pub(super) fn unary(&mut self, op: Op, v: Val, repr: Repr, hint: Option<Reg>) -> Val {
        if v.place == Place::Never {
            return v;
        }
        let ty = match repr {
            Repr::F64 => Ty::FLOAT,
            Repr::Bool => Ty::BOOL,
            _ => Ty::INT,
        };
        let (src, v) = self.reg(v);
        if self.is_counted(src) {
            let dst = self.temp(repr, hint);
            self.b.emit(op, dst, src, 0);
            self.done(v);
            return Val::new(Place::One(dst, Own::Temp), ty);
        }
        self.done(v);
        let dst = self.temp(repr, hint);
        self.b.emit(op, dst, src, 0);
        Val::new(Place::One(dst, Own::Temp), ty)
    }

    /// An expression as its own type, without the conversion its context asks for.
    pub(super) fn raw_value(&mut self, e: ExprId) -> Val {
        if !self.r.reachable {
            return Val::never();
        }
        self.raw(e, Want::Borrow, None)
    }

    pub(super) fn coalesce(
        &mut self,
        e: ExprId,
        value: ExprId,
        default: ExprId,
        hint: Option<Reg>,
    ) -> Val {
        let v = self.expr(value, Want::Own, None);
        let ty = self.ty(e);
        if v.place == Place::Nil {
            self.deaths(e, GO);
            let d = self.expr(default, Want::Own, hint);
            return self.convert(d, ty, None);
        }
        let dest = match hint {
            _ if !self.r.reachable => return Val::new(Place::Never, ty),
            _ => self.dest(ty),
        };
        let absent = self.b.new_label();
        let end = self.b.new_label();
        let (v, fork) = self.fork_null(v, absent);
        self.deaths(e, SKIP);
        let inner = self.non_null(v.ty);
        let inner = self.present(v, inner);
        let inner = self.convert(inner, ty, None);
        self.place(inner, dest);
        let first = self.end_first(&fork, end);
        self.b.bind(absent);
        self.absent(v);
        self.deaths(e, GO);
        self.fill_dest(default, dest);
        self.end_second(fork, first, end);
        self.take_dest(dest)
    }

    /// Evaluates into a destination whose type the expression may still have to be converted to.
    pub(super) fn fill_dest(&mut self, e: ExprId, dest: super::fx::Dest) {
        let hint = (!dest.slots.is_empty()).then_some(dest.reg);
        let v = self.expr(e, Want::Own, hint);
        let v = self.convert(v, dest.ty, hint);
        self.place(v, dest);
    }

    /// Ends the first of two branches with a jump to where they meet.
    pub(super) fn end_first(&mut self, fork: &Fork, end: lumen_lir::Label) -> Ended {
        let reachable = self.r.reachable;
        self.jump(end);
        self.r.reachable = reachable;
        self.r.end_branch(&self.b, fork)
    }

    /// Ends the second of two branches, which falls into where they meet.
    pub(super) fn end_second(&mut self, fork: Fork, first: Ended, end: lumen_lir::Label) {
        self.b.bind(end);
        self.r.meet(&self.b, &fork, first);
        self.r.join(fork);
    }

    pub(super) fn jump(&mut self, target: lumen_lir::Label) {
        if self.r.reachable {
            self.b.jmp(target);
            self.r.reachable = false;
        }
    }

    /// The captured locals of a value that die by being captured.
    pub(super) fn capture_deaths(&mut self, e: ExprId) -> Vec<LocalId> {
        let live = Rc::clone(&self.frame().live);
        live.deaths(e, CAPTURE).to_vec()
    }
}
