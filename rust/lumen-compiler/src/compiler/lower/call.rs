//! Calls: windows of argument registers, direct and indirect calls, defaults, self tail calls.
//!
//! Invariants: the window of a call lies above everything that lives across it; an owned argument is moved into it, a
//! borrowed one is kept alive below it.

use super::few::Few;
use super::fx::{Dest, Fx};
use super::liveness::{GO, SKIP};
use super::order::{self, Arg};
use super::value::{Own, Place, Val, Want};
use crate::compiler::hir::{Body, CellBody, CellId, ExprId, ExprKind};
use crate::compiler::typecheck::tables::{ArgSource, Call, Target};
use crate::compiler::typecheck::types::{Ty, TyKind};
use lumen_lir::{Op, Reg, Repr, Slots};
use std::rc::Rc;

/// A parameter as a call sees it.
#[derive(Clone, Copy)]
pub(super) struct Formal {
    pub(super) ty: Ty,
    pub(super) owned: bool,
}

/// Parameters of a cell, captures first, and its result type.
pub(super) struct Formals {
    pub(super) params: Vec<Formal>,
    pub(super) ret: Ty,
}

/// Registers of the arguments of a call.
pub(super) struct Window {
    pub(super) base: Reg,
    /// Distance of the first argument from the base.
    gap: u16,
    pub(super) dests: Few<Dest, 4>,
    owned: Few<bool, 8>,
    /// Below the window: where a borrowed argument is made that has no place of its own.
    holders: Few<Option<Reg>, 8>,
    /// What borrowed arguments keep alive until the call is over.
    kept: Few<Val, 4>,
}

/// A filler.
pub(super) const NO_DEST: Dest = Dest { reg: 0, slots: Slots::None, ty: Ty::NULL };

impl<'a> Fx<'_, 'a> {
    pub(super) fn call(
        &mut self,
        e: ExprId,
        callee: Option<ExprId>,
        recv: Option<ExprId>,
        want: Want,
        hint: Option<Reg>,
    ) -> Val {
        let typed = self.typed();
        let Some(call) = typed.call(e) else {
            self.confused("a call that the type checker did not resolve");
            return Val::never();
        };
        if call.optional {
            return self.optional_call(e, call, recv);
        }
        let v = match call.target {
            Target::Cell(cell) => self.call_cell(e, call, cell, callee, want, hint),
            Target::Record(record) => self.construct_record(e, call, record, hint),
            Target::Variant(variant) => self.construct_variant(e, call, variant, hint),
            Target::Value => self.call_value(e, call, callee, hint),
            Target::FieldValue { field } => {
                let Some(recv) = recv else { return Val::never() };
                let v = self.read(recv);
                self.at_expr(e);
                let f = self.project(v, field, Want::Borrow, None);
                self.call_closure(e, call, f, hint)
            }
        };
        self.narrow_to(v, e)
    }

    /// `x?.f(…)`.
    pub(super) fn optional_call(&mut self, e: ExprId, call: &'a Call, recv: Option<ExprId>) -> Val {
        let Some(recv) = recv else { return Val::never() };
        let v = self.expr(recv, Want::Own, None);
        let ty = self.ty(e);
        if !self.r.reachable {
            return Val::new(Place::Never, ty);
        }
        let dest = self.dest(ty);
        let (absent, end) = (self.b.new_label(), self.b.new_label());
        let (v, fork) = self.fork_null(v, absent);
        if self.r.reachable {
            self.deaths(e, GO);
            let inner = self.non_null(v.ty);
            let inner = self.present(v, inner);
            let out = self.call_with_receiver(e, call, recv, inner);
            let out = self.convert(out, ty, None);
            self.place(out, dest);
        }
        let first = self.end_first(&fork, end);
        self.b.bind(absent);
        self.deaths(e, SKIP);
        self.absent(v);
        self.place(Val::new(Place::Nil, ty), dest);
        self.end_second(fork, first, end);
        self.take_dest(dest)
    }

    pub(super) fn call_with_receiver(
        &mut self,
        e: ExprId,
        call: &'a Call,
        recv: ExprId,
        inner: Val,
    ) -> Val {
        self.receiver = Some((recv, inner));
        match call.target {
            Target::Cell(cell) => self.call_cell(e, call, cell, None, Want::Own, None),
            Target::FieldValue { field } => {
                self.receiver = None;
                let f = self.project(inner, field, Want::Borrow, None);
                self.call_closure(e, call, f, None)
            }
            _ => {
                self.confused("`?.` before something that is no method");
                Val::never()
            }
        }
    }

    /// An argument's value: the receiver of `?.` was evaluated before.
    pub(super) fn argument(&mut self, e: ExprId, want: Want, hint: Option<Reg>) -> Val {
        if let Some((recv, v)) = self.receiver
            && recv == e
        {
            self.receiver = None;
            return if want == Want::Own { self.own(v, hint) } else { v };
        }
        self.expr(e, want, hint)
    }

    /// Parameters of a cell as a call with these type arguments sees them, captures first.
    pub(super) fn formals(&mut self, cell: CellId, type_args: &[Ty]) -> Rc<Formals> {
        if type_args.is_empty()
            && let Some(known) = self.p.formals.get(cell)
        {
            return Rc::clone(known);
        }
        let hir = self.p.hir;
        let Some(sig) = self.p.tables.sigs.get(cell) else {
            return Rc::new(Formals { params: Vec::new(), ret: Ty::NULL });
        };
        let subst = self.p.subst_for(cell, type_args);
        let mut all = Vec::new();
        if let CellBody::Lumen(body) = &hir.cells[cell].body {
            for &local in &body.captures {
                let ty =
                    self.p.tables.bodies.get(cell).and_then(|t| t.local_ty.get(local)).copied();
                all.push(ty.unwrap_or(Ty::ERROR));
            }
        }
        all.extend_from_slice(&sig.params);
        let program = Rc::clone(&self.program);
        let params = all
            .iter()
            .enumerate()
            .map(|(i, &ty)| {
                let ty = self.p.types.subst(ty, &subst);
                let counted = matches!(self.info(ty).slots, Slots::One(repr) if repr.is_counted());
                Formal { ty, owned: !counted || program.owned(hir, cell, i as u32) }
            })
            .collect();
        let known = Rc::new(Formals { params, ret: self.p.types.subst(sig.ret, &subst) });
        if type_args.is_empty() {
            self.p.formals.insert(cell, Rc::clone(&known));
        }
        known
    }

    pub(super) fn call_cell(
        &mut self,
        e: ExprId,
        call: &'a Call,
        cell: CellId,
        callee: Option<ExprId>,
        want: Want,
        hint: Option<Reg>,
    ) -> Val {
        let type_args: Box<[Ty]> = call.type_args.iter().map(|&t| self.close_exact(t)).collect();
        // Defaults belong to the trait's method, whichever cell implements it.
        let declared_args = type_args.clone();
        let (cell, type_args) = self.p.implementation(cell, type_args);
        if let CellBody::Tool(tool) = self.p.hir.cells[cell].body {
            return self.call_tool(e, call, cell, tool);
        }
        if let CellBody::Extern(key) = self.p.hir.cells[cell].body {
            if let Some(effect) = self.p.hir.granted_effect(cell, self.p.names) {
                return self.call_builtin_outside(e, call, cell, effect);
            }
            let key = self.p.names.resolve(key);
            return self.call_extern(e, call, key, cell, &type_args, hint);
        }
        if let CellBody::Operation { .. } = self.p.hir.cells[cell].body {
            return self.perform(e, call, cell, &type_args, hint);
        }
        if self.inlines(cell) && !self.p.dispatches(cell, &type_args) {
            return self.inline_call(e, call, cell, &declared_args, &type_args, want, hint);
        }
        let known = self.formals(cell, &type_args);
        let (formals, ret) = (&known.params, known.ret);
        let captures = self.nested_captures(callee);
        let body = self.body();
        let mut window = self.open_window(formals, 2, |i| {
            i < captures.len()
                || call.args.get(i - captures.len()).is_none_or(|a| is_place(body, a))
        });
        for (i, v) in captures.iter().enumerate() {
            let v = self.convert(*v, formals[i].ty, None);
            self.put(&mut window, i, v);
        }
        self.arguments_into(&mut window, call, captures.len(), &declared_args);
        if !self.r.reachable {
            self.close_window(&window);
            return Val::new(Place::Never, ret);
        }
        self.at_expr(e);
        let id = self.p.instance(cell, &type_args);
        self.finish_call(window, id, ret, hint)
    }

    /// Values of the captured locals of a nested cell that is called.
    pub(super) fn nested_captures(&mut self, callee: Option<ExprId>) -> Vec<Val> {
        let Some(callee) = callee else { return Vec::new() };
        let ExprKind::NestedCell { captures, .. } = &self.body().exprs[callee].kind else {
            return Vec::new();
        };
        let dying = self.capture_deaths(callee);
        captures.iter().map(|&local| self.capture_local(local, dying.contains(&local))).collect()
    }

    /// Reserves the registers of arguments. `place` tells whether argument `i` is read from where it is.
    pub(super) fn open_window(
        &mut self,
        formals: &[Formal],
        gap: u16,
        place: impl Fn(usize) -> bool,
    ) -> Window {
        let mut dests = Few::new(NO_DEST);
        for formal in formals {
            dests.push(Dest { reg: 0, slots: self.info(formal.ty).slots, ty: formal.ty });
        }
        let mut holders = Few::new(None);
        for (i, dest) in dests.iter().enumerate() {
            let mut holder = None;
            if let Slots::One(repr) = dest.slots
                && repr.is_counted()
                && !formals[i].owned
                && !place(i)
            {
                let reg = self.r.alloc(&mut self.b, repr);
                self.pin(reg);
                holder = Some(reg);
            }
            holders.push(holder);
        }
        let first = self.r.alloc_window(&mut self.b, &reprs_of(&dests), usize::from(gap));
        let mut at = first;
        for dest in dests.iter_mut() {
            dest.reg = at;
            self.pin_dest(*dest);
            at += dest.slots.len() as u16;
        }
        Window {
            base: first.saturating_sub(gap),
            gap,
            dests,
            owned: Few::of(false, formals.iter().map(|f| f.owned)),
            holders,
            kept: Few::new(Val::unit()),
        }
    }

    /// Evaluates the arguments of a call into its window.
    pub(super) fn arguments_into(
        &mut self,
        window: &mut Window,
        call: &'a Call,
        first: usize,
        type_args: &[Ty],
    ) {
        let body = self.body();
        let args = order::arguments(body, call);
        let mut variadic: Option<(usize, Vec<(ExprId, bool)>)> = None;
        for (n, &(index, arg)) in args.iter().enumerate() {
            let i = first + index as usize;
            match arg {
                Arg::Expr(e) => {
                    let later = args[n + 1..].iter().any(|&(_, a)| match a {
                        Arg::Expr(e) | Arg::Element(e, _) => self.assigns(e),
                    });
                    self.argument_into(window, i, e, later);
                }
                Arg::Element(e, spread) => {
                    variadic.get_or_insert_with(|| (i, Vec::new())).1.push((e, spread));
                }
            }
        }
        for (index, source) in call.args.iter().enumerate() {
            let i = first + index;
            match source {
                ArgSource::Variadic(items) => {
                    let ty = window.dests[i].ty;
                    let v = self.list_of(ty, items);
                    self.put(window, i, v);
                }
                ArgSource::Default(cell) => {
                    let v = self.default_value(*cell, type_args, &window.dests[first..i]);
                    let ty = window.dests[i].ty;
                    let v = self.convert(v, ty, None);
                    self.put(window, i, v);
                }
                ArgSource::Expr(_) => {}
            }
        }
    }

    pub(super) fn argument_into(
        &mut self,
        window: &mut Window,
        i: usize,
        e: ExprId,
        assigns_later: bool,
    ) {
        let dest = window.dests[i];
        let hint = (!dest.slots.is_empty()).then_some(dest.reg);
        if window.owned[i] {
            let v = self.argument(e, Want::Own, hint);
            let v = self.convert(v, dest.ty, hint);
            self.place(v, dest);
            return;
        }
        let holder = window.holders[i].take();
        let v = self.argument(e, Want::Borrow, holder);
        let v = self.convert(v, dest.ty, holder);
        let v = if assigns_later { self.snapshot(v) } else { v };
        if let Some(holder) = holder {
            self.unpin(holder);
            if !matches!(v.place, Place::One(reg, Own::Owned | Own::Temp) if reg == holder) {
                self.free(holder);
            }
        }
        self.put(window, i, v);
    }

    /// Puts an evaluated argument into the window.
    pub(super) fn put(&mut self, window: &mut Window, i: usize, v: Val) {
        let dest = window.dests[i];
        if window.owned[i] {
            let v = self.own(v, None);
            self.place(v, dest);
            return;
        }
        if !self.r.reachable {
            self.done(v);
            return;
        }
        let v = self.lend(v);
        match v.place {
            Place::One(reg, own) if self.is_counted(reg) => {
                self.b.emit(Op::Borrow, dest.reg, reg, 0);
                let kept = match own {
                    Own::Loan { root, temp } => {
                        if temp {
                            self.free(reg);
                        }
                        Val::new(Place::One(reg, Own::Loan { root, temp: false }), v.ty)
                    }
                    _ => v,
                };
                window.kept.push(kept);
            }
            // A constant needs no counting; it may be passed as it is.
            _ => {
                self.place(v, dest);
                if self.is_counted(dest.reg) {
                    self.r.set_consumed(dest.reg);
                }
            }
        }
    }

    /// Moves the window up when something that must live across the call lies above it.
    pub(super) fn raise(&mut self, window: &mut Window) {
        let len: u16 = window.dests.iter().map(|d| d.slots.len() as u16).sum();
        let end = usize::from(window.base + window.gap + len);
        if self.r.top() <= end {
            return;
        }
        let reprs = reprs_of(&window.dests);
        let first = self.r.alloc_window(&mut self.b, &reprs, usize::from(window.gap));
        let mut at = first;
        for i in 0..window.dests.len() {
            let old = window.dests[i];
            let new = Dest { reg: at, ..old };
            self.pin_dest(new);
            for n in 0..old.slots.len() as u16 {
                let (from, to) = (old.reg + n, at + n);
                if !self.is_counted(from) {
                    self.b.emit(Op::Mov, to, from, 0);
                } else if self.r.state(from).owned {
                    self.b.emit(Op::Move, to, from, 0);
                    self.r.set_consumed(from);
                    self.r.set_owned(to);
                } else {
                    self.b.emit(Op::Borrow, to, from, 0);
                }
            }
            at += old.slots.len() as u16;
            self.unpin_dest(old);
            for n in 0..old.slots.len() as u16 {
                self.free(old.reg + n);
            }
            window.dests[i] = new;
        }
        self.release_gap(window.base, window.gap);
        window.base = first - window.gap;
    }

    pub(super) fn release_gap(&mut self, base: Reg, gap: u16) {
        for reg in base..base + gap {
            self.unpin(reg);
            self.free(reg);
        }
    }

    /// Gives the registers of a window back after its call, or without one.
    pub(super) fn close_window(&mut self, window: &Window) {
        for dest in window.dests.iter() {
            self.unpin_dest(*dest);
            for n in 0..dest.slots.len() as u16 {
                let reg = dest.reg + n;
                if self.r.state(reg).owned {
                    self.r.set_consumed(reg);
                }
                self.free(reg);
            }
        }
        self.release_gap(window.base, window.gap);
        for &holder in window.holders.iter().flatten() {
            self.unpin(holder);
            self.free(holder);
        }
        window.kept.iter().for_each(|&v| self.done(v));
    }

    pub(super) fn finish_call(
        &mut self,
        mut window: Window,
        id: lumen_lir::CellId,
        ret: Ty,
        hint: Option<Reg>,
    ) -> Val {
        self.raise(&mut window);
        self.calls.push(id);
        self.finish(window, ret, hint, |fx, dst, base| match u16::try_from(id.0) {
            Ok(id) => fx.b.emit(Op::Call, dst, base, id),
            Err(_) => fx.b.emit_ext32(Op::CallW, [dst, base, 0], [id.0, 0]),
        })
    }

    /// Emits a call whose arguments are in the window, and gives its result.
    pub(super) fn finish(
        &mut self,
        window: Window,
        ret: Ty,
        hint: Option<Reg>,
        emit: impl FnOnce(&mut Self, Reg, Reg),
    ) -> Val {
        let base = window.base;
        let slots = match self.p.types.kind(ret) {
            TyKind::Null | TyKind::Never | TyKind::Error => Slots::None,
            _ => self.info(ret).slots,
        };
        // The arguments' registers are free for the result; what they borrow from is not yet.
        let mut window = window;
        let kept = std::mem::replace(&mut window.kept, Few::new(Val::unit()));
        self.close_window(&window);
        let v = match slots {
            Slots::None => {
                emit(self, 0, base);
                if ret == Ty::NEVER { Val::never() } else { Val::unit() }
            }
            Slots::One(repr) => {
                let dst = self.temp(repr, hint);
                emit(self, dst, base);
                self.defined(dst, ret)
            }
            Slots::Two(repr) => {
                let dst = self.temp_pair(repr, hint);
                emit(self, dst, base);
                Val::new(Place::Two(dst, Own::Temp), ret)
            }
        };
        kept.iter().for_each(|&v| self.done(v));
        if ret == Ty::NEVER {
            self.after_never();
        }
        v
    }

    /// A call that does not come back: the code behind it exists for the verifier alone.
    pub(super) fn after_never(&mut self) {
        let text = self.p.module.string("a call that never returns has returned");
        self.b.emit_imm(Op::Fail, super::codes::UNREACHABLE, text as i32);
        self.r.reachable = false;
    }

    /// Calls a cell with evaluated arguments.
    pub(super) fn call_with(
        &mut self,
        cell: CellId,
        type_args: &[Ty],
        args: &[Val],
        hint: Option<Reg>,
    ) -> Val {
        let (cell, type_args) = &self.p.implementation(cell, type_args.into());
        let cell = *cell;
        let known = self.formals(cell, type_args);
        let (formals, ret) = (&known.params, known.ret);
        let mut window = self.open_window(formals, 2, |_| true);
        for (i, v) in args.iter().enumerate().take(formals.len()) {
            let ty = formals[i].ty;
            let v = self.convert(*v, ty, None);
            self.put(&mut window, i, v);
        }
        if let CellBody::Operation { .. } = self.p.hir.cells[cell].body {
            return self.finish_perform(window, (cell, type_args), ret, hint);
        }
        let id = self.p.instance(cell, type_args);
        self.finish_call(window, id, ret, hint)
    }

    /// The value of a default: its cell is called with the arguments before it.
    pub(super) fn default_value(&mut self, cell: CellId, type_args: &[Ty], before: &[Dest]) -> Val {
        if let Some(v) = self.literal_body(cell, type_args) {
            return v;
        }
        let wanted = self.p.tables.sigs.get(cell).map_or(0, |s| s.params.len());
        let args: Vec<Val> = before
            .iter()
            .take(wanted)
            .map(|d| {
                let place = match d.slots {
                    Slots::None => Place::Unit,
                    Slots::Two(_) => Place::Two(d.reg, Own::Alias),
                    Slots::One(repr) if repr.is_counted() => {
                        let root = self.r.state(d.reg).owned.then_some(d.reg);
                        self.loan(root);
                        Place::One(d.reg, Own::Loan { root, temp: false })
                    }
                    Slots::One(_) => Place::One(d.reg, Own::Alias),
                };
                Val::new(place, d.ty)
            })
            .collect();
        self.call_with(cell, type_args, &args, None)
    }

    /// The same behind arguments that stay where they are.
    pub(super) fn default_behind(&mut self, cell: CellId, type_args: &[Ty], before: &[Val]) -> Val {
        if let Some(v) = self.literal_body(cell, type_args) {
            return v;
        }
        let wanted = self.p.tables.sigs.get(cell).map_or(0, |s| s.params.len());
        let args: Vec<Val> = before.iter().take(wanted).map(|&v| self.alias(v)).collect();
        self.call_with(cell, type_args, &args, None)
    }

    /// The value of a cell whose body is a literal.
    pub(super) fn literal_body(&mut self, cell: CellId, type_args: &[Ty]) -> Option<Val> {
        let decl = &self.p.hir.cells[cell];
        let CellBody::Lumen(body) = &decl.body else { return None };
        let root = body.root.filter(|_| decl.is_literal())?;
        let frame = self.p.frame_of(cell, type_args, self.frame().inline)?;
        self.frames.push(frame);
        let v = self.expr(root, Want::Borrow, None);
        self.frames.pop();
        Some(v)
    }
}

/// The registers of arguments, one after the other.
fn reprs_of(dests: &[Dest]) -> Few<Repr, 8> {
    Few::of(Repr::I64, dests.iter().flat_map(|d| d.slots.reprs()))
}

/// Whether an argument is read from where it is.
fn is_place(body: &Body, source: &ArgSource) -> bool {
    match source {
        ArgSource::Expr(e) => matches!(
            body.exprs[*e].kind,
            ExprKind::Local(_)
                | ExprKind::Field { .. }
                | ExprKind::TupleField { .. }
                | ExprKind::Index { .. }
        ),
        _ => false,
    }
}
