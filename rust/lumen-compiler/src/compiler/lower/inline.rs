//! Expansion of small cells and of known lambdas at their calls.
//!
//! Input: a call whose target's body is known. Output: the body's code in place. A frame with bindings of its own is
//! pushed; parameters are bound to the arguments' values, so that constants and places flow into the body.
//!
//! Invariant: what an argument borrows is kept alive until the expanded region has ended, on every way out of it.

use super::fx::{Frame, Fx, Ret};
use super::order::{self, Arg};
use super::value::{Binding, InlineLambda, Own, Place, Val, Want};
use crate::compiler::hir::{Body, CellBody, CellId, ExprId, ExprKind, LocalId, PatKind};
use crate::compiler::typecheck::tables::{ArgSource, Call};
use crate::compiler::typecheck::types::{Ty, TyKind};
use lumen_lir::{InlineSite, Pos, Reg};

/// Cells up to this many expressions are expanded.
const SMALL: u32 = 28;
/// Frames inside frames.
const DEPTH: usize = 12;
/// Expressions expanded into one cell in all.
const BUDGET: u32 = 6_000;

/// An argument of an expanded call.
enum Actual {
    Val(Val),
    Lambda(InlineLambda, Vec<Val>),
}

impl<'a> Fx<'_, 'a> {
    /// Whether a call of this cell is expanded.
    pub(super) fn inlines(&self, cell: CellId) -> bool {
        let hir = self.p.hir;
        let CellBody::Lumen(body) = &hir.cells[cell].body else { return false };
        let facts = self.program.facts(cell);
        if body.root.is_none() || facts.has_defer || facts.has_nested || facts.recursive {
            return false;
        }
        let fits = facts.size <= SMALL || hir.cells[cell].attrs.inline;
        let deep = self.frames.len() >= DEPTH || self.inlined_size + facts.size > BUDGET;
        let active = self.frames.iter().any(|f| f.cell == cell && f.lambda.is_none());
        fits && !deep && !active && body.captures.is_empty() && self.p.options.inline
    }

    pub(super) fn inline_call(
        &mut self,
        e: ExprId,
        call: &'a Call,
        cell: CellId,
        declared_args: &[Ty],
        type_args: &[Ty],
        want: Want,
        hint: Option<Reg>,
    ) -> Val {
        let known = self.formals(cell, type_args);
        let (formals, ret) = (&known.params, known.ret);
        let expands = self.p.hir.cells[cell].attrs.inline;
        let mut actuals: Vec<Option<Actual>> = (0..formals.len()).map(|_| None).collect();
        let body = self.body();
        let args = order::arguments(body, call);
        for (n, &(index, arg)) in args.iter().enumerate() {
            let i = index as usize;
            let Arg::Expr(arg) = arg else { continue };
            let later = args[n + 1..].iter().any(|&(_, a)| match a {
                Arg::Expr(e) | Arg::Element(e, _) => self.assigns(e),
            });
            if expands
                && !later
                && let Some(lambda) = self.known_lambda(arg, formals[i].ty)
            {
                actuals[i] = Some(lambda);
                continue;
            }
            let want = if formals[i].owned { Want::Own } else { Want::Borrow };
            let v = self.argument(arg, want, None);
            let v = self.convert(v, formals[i].ty, None);
            let v = if later { self.snapshot(v) } else { v };
            // A mutable local may be assigned before the region ends only by a later argument.
            actuals[i] = Some(Actual::Val(v));
        }
        for (index, source) in call.args.iter().enumerate() {
            let ty = formals[index].ty;
            let v = match source {
                ArgSource::Expr(_) => continue,
                ArgSource::Variadic(items) => self.list_of(ty, items),
                ArgSource::Default(cell) => {
                    self.inline_default(*cell, declared_args, &actuals[..index])
                }
            };
            let v = self.convert(v, ty, None);
            actuals[index] = Some(Actual::Val(v));
        }
        if !self.r.reachable {
            for actual in actuals.into_iter().flatten() {
                self.give_back(actual);
            }
            return Val::new(Place::Never, ret);
        }
        self.at_expr(e);
        self.expand(e, cell, type_args, actuals, ret, want, hint)
    }

    fn give_back(&mut self, actual: Actual) {
        match actual {
            Actual::Val(v) => self.done(v),
            Actual::Lambda(lambda, captured) => self.release_lambda(lambda, captured),
        }
    }

    /// The default of a parameter that is missing in an expanded call.
    fn inline_default(&mut self, cell: CellId, type_args: &[Ty], before: &[Option<Actual>]) -> Val {
        if let Some(v) = self.literal_body(cell, type_args) {
            return v;
        }
        let mut args = Vec::new();
        for actual in before {
            match actual {
                Some(Actual::Val(v)) => {
                    let v = self.alias(*v);
                    args.push(v);
                }
                Some(Actual::Lambda(lambda, _)) => {
                    let v = self.materialise(*lambda, None);
                    args.push(v);
                }
                None => {}
            }
        }
        let wanted = self.p.tables.sigs.get(cell).map_or(0, |s| s.params.len());
        for extra in args.split_off(wanted.min(args.len())) {
            self.done(extra);
        }
        self.call_with(cell, type_args, &args, None)
    }

    /// An argument that is a lambda, or a local that stands for one.
    fn known_lambda(&mut self, arg: ExprId, ty: Ty) -> Option<Actual> {
        if !self.typed().is_plain(arg) || self.frames.len() >= DEPTH || self.inlined_size > BUDGET {
            return None;
        }
        match self.body().exprs[arg].kind {
            ExprKind::Lambda(lambda) => {
                let frame = self.frames.len() - 1;
                let known = InlineLambda { frame, lambda, ty };
                let captured = self.capture_fixed(known);
                Some(Actual::Lambda(known, captured))
            }
            ExprKind::Local(local) => match self.binding(local) {
                Binding::Lambda(lambda) => Some(Actual::Lambda(lambda, Vec::new())),
                _ => None,
            },
            _ => None,
        }
    }

    /// Binds the captures of a lambda that will be expanded; gives what is to be given back.
    fn capture_fixed(&mut self, known: InlineLambda) -> Vec<Val> {
        let body = self.body();
        let lambda = &body.lambdas[known.lambda];
        let mut captured = Vec::new();
        for &(outer, twin) in &lambda.captures {
            if let Binding::Lambda(inner) = self.binding(outer) {
                self.set_binding(twin, Binding::Lambda(inner));
                continue;
            }
            let v = self.capture_local(outer, false);
            captured.push(v);
            self.set_binding(twin, Binding::Fixed(v));
        }
        captured
    }

    fn release_lambda(&mut self, known: InlineLambda, captured: Vec<Val>) {
        if known.frame + 1 != self.frames.len() || captured.is_empty() {
            return;
        }
        let body = self.body();
        let lambda = &body.lambdas[known.lambda];
        for &(_, twin) in &lambda.captures {
            self.set_binding(twin, Binding::None);
        }
        for v in captured {
            self.done(v);
        }
        let dying = self.capture_deaths(lambda.body);
        self.kill_all(&dying);
    }

    /// Expands a cell with evaluated arguments; a missing one is not read.
    pub(super) fn expand_values(
        &mut self,
        e: ExprId,
        cell: CellId,
        type_args: &[Ty],
        args: Vec<Option<Val>>,
    ) -> Val {
        let known = self.formals(cell, type_args);
        let (formals, ret) = (&known.params, known.ret);
        let mut actuals = Vec::with_capacity(args.len());
        for (v, formal) in args.into_iter().zip(formals) {
            actuals.push(v.map(|v| {
                let v = self.convert(v, formal.ty, None);
                Actual::Val(if formal.owned { self.own(v, None) } else { v })
            }));
        }
        self.expand(e, cell, type_args, actuals, ret, Want::Borrow, None)
    }

    /// The body of a cell with its parameters bound.
    fn expand(
        &mut self,
        e: ExprId,
        cell: CellId,
        type_args: &[Ty],
        actuals: Vec<Option<Actual>>,
        ret: Ty,
        want: Want,
        hint: Option<Reg>,
    ) -> Val {
        let site = self.inline_site(e, self.p.cell_name(cell));
        let Some(frame) = self.p.frame_of(cell, type_args, site) else { return Val::never() };
        let body: &'a Body = frame.body;
        let Some(root) = body.root else { return Val::never() };
        let returns = self.program.facts(cell).returns.contains(&None);
        let mut kept = Vec::new();
        let mut lambdas = Vec::new();
        let mut bound = Vec::new();
        for (i, actual) in actuals.into_iter().enumerate() {
            let Some(&param) = body.params.get(i) else { continue };
            match actual {
                Some(Actual::Val(v)) => {
                    let root = self.root_of(v).filter(|_| !matches!(v.own(), Some(Own::Owned)));
                    self.loan(root);
                    kept.extend(root);
                    bound.push((param, Binding::Val(v)));
                }
                Some(Actual::Lambda(lambda, captured)) => {
                    bound.push((param, Binding::Lambda(lambda)));
                    lambdas.push((lambda, captured));
                }
                None => {}
            }
        }
        let v = self.region(frame, root, returns, ret, want, hint, |fx| {
            for (param, binding) in bound {
                fx.bind_param(param, binding);
            }
        });
        for root in kept {
            self.release(Some(root));
        }
        for (lambda, captured) in lambdas {
            self.release_lambda(lambda, captured);
        }
        v
    }

    /// Calls a lambda that is expanded.
    pub(super) fn inline_lambda(
        &mut self,
        e: ExprId,
        call: &'a Call,
        known: InlineLambda,
        hint: Option<Reg>,
    ) -> Val {
        let TyKind::Fn { params, ret, .. } = self.kind(known.ty) else { return Val::never() };
        let outer = self.frames[known.frame].clone();
        let body: &'a Body = outer.body;
        let lambda = &body.lambdas[known.lambda];
        let args = order::arguments(self.body(), call);
        let mut values: Vec<Option<Val>> = vec![None; params.len()];
        for (n, &(index, arg)) in args.iter().enumerate() {
            let Arg::Expr(arg) = arg else { continue };
            let later = args[n + 1..].iter().any(|&(_, a)| match a {
                Arg::Expr(e) | Arg::Element(e, _) => self.assigns(e),
            });
            let i = index as usize;
            let consumed = lambda.params.get(i).is_some_and(|p| match body.pats[p.pat].kind {
                PatKind::Bind(local) => self.program.facts(outer.cell).own.contains(local.raw()),
                _ => false,
            });
            let v = self.expr(arg, if consumed { Want::Own } else { Want::Borrow }, None);
            let v = self.convert(v, params[i], None);
            values[i] = Some(if later { self.snapshot(v) } else { v });
        }
        if !self.r.reachable {
            values.into_iter().flatten().for_each(|v| self.done(v));
            return Val::new(Place::Never, ret);
        }
        let site = self.inline_site(e, format!("fn in {}", self.p.cell_name(outer.cell)));
        let frame = Frame { lambda: Some(known.lambda), inline: site, ..outer };
        let returns = self.program.facts(frame.cell).returns.contains(&Some(known.lambda));
        let mut kept = Vec::new();
        for v in values.iter().flatten() {
            let root = self.root_of(*v).filter(|_| !matches!(v.own(), Some(Own::Owned)));
            self.loan(root);
            kept.extend(root);
        }
        let v = self.region(frame, lambda.body, returns, ret, Want::Own, hint, |fx| {
            for (param, v) in lambda.params.iter().zip(values) {
                let Some(v) = v else { continue };
                match &body.pats[param.pat].kind {
                    PatKind::Bind(local) => fx.bind_param(*local, Binding::Val(v)),
                    _ => fx.bind_whole(param.pat, v),
                }
            }
        });
        for root in kept {
            self.release(Some(root));
        }
        v
    }

    /// Binds a parameter of an expanded body: the value is used where it is.
    fn bind_param(&mut self, param: LocalId, binding: Binding) {
        let Binding::Val(mut v) = binding else {
            let env = self.frame().env;
            self.scope.push((env, param));
            self.set_binding(param, binding);
            return;
        };
        if let Place::One(reg, Own::Owned) = v.place {
            // It belongs to the region now: a way out of the region drops it.
            if self.r.state(reg).pinned {
                let v = self.snapshot(v);
                self.bind_local(param, v);
                return;
            }
            if self.r.state(reg).loans > 0 {
                // Something outside reads it still: a way out of the region must not drop it.
                v = self.lend(v);
            } else {
                self.r.set_owned(reg);
            }
        }
        let aliased = matches!(v.own(), Some(Own::Alias | Own::Loan { .. }));
        if aliased && !self.body().locals[param].mutable {
            let env = self.frame().env;
            self.scope.push((env, param));
            if self.frame().live.dead_bind(param) {
                self.done(v);
            } else {
                self.set_binding(param, Binding::Val(v));
            }
            return;
        }
        self.bind_local(param, v);
    }

    /// Lowers a body in place: its `return`s meet at the end.
    fn region(
        &mut self,
        mut frame: Frame<'a>,
        root: ExprId,
        returns: bool,
        ret: Ty,
        want: Want,
        hint: Option<Reg>,
        bind: impl FnOnce(&mut Self),
    ) -> Val {
        let new_env = frame.lambda.is_none();
        if new_env {
            frame.env = self.r.open_env(frame.body.locals.len());
        }
        frame.loops_from = self.loops.len();
        frame.defers_from = self.defers.len();
        let inline = frame.inline;
        let outer_inline = self.b.inline();
        self.b.set_inline(inline);
        let scope = self.scope.len();
        let v = if returns {
            self.region_with_returns(frame, root, ret, hint, bind, scope)
        } else {
            frame.ret = Ret::Cell(ret);
            self.frames.push(frame);
            bind(self);
            let v = self.expr(root, want, hint);
            let v = self.convert(v, ret, hint);
            let v = self.steal(v, scope);
            self.end_scope(scope);
            self.frames.pop();
            v
        };
        if new_env {
            self.r.close_env();
        }
        self.b.set_inline(outer_inline);
        v
    }

    fn region_with_returns(
        &mut self,
        mut frame: Frame<'a>,
        root: ExprId,
        ret: Ty,
        hint: Option<Reg>,
        bind: impl FnOnce(&mut Self),
        scope: usize,
    ) -> Val {
        let dest = self.branch_dest(ret, hint);
        let end = self.b.new_label();
        let mark = self.r.mark();
        frame.ret = Ret::Region { dest, end, mark, ty: ret };
        self.region_returns.push(false);
        self.frames.push(frame);
        bind(self);
        match dest {
            Some(dest) => self.fill_dest(root, dest),
            None => self.discard(root),
        }
        // On the ways out inside, everything of the region was dropped; here its scope ends.
        self.end_scope(scope);
        self.frames.pop();
        let returned = self.region_returns.pop().unwrap_or(false);
        self.b.bind(end);
        if !self.r.reachable && returned {
            for reg in self.r.owned() {
                if self.r.state(reg).seq > mark {
                    self.r.set_consumed(reg);
                    self.r.update(reg, |s| s.loans = 0);
                    self.free(reg);
                }
            }
            if let Some(dest) = dest
                && self.is_counted(dest.reg)
            {
                self.r.set_owned(dest.reg);
            }
            self.r.reachable = true;
        }
        self.branch_value(dest, ret, hint)
    }

    /// The position of a call that is expanded.
    fn inline_site(&mut self, e: ExprId, cell: String) -> u32 {
        let frame = self.frame();
        let span = frame.body.exprs[e].span;
        let call = Pos { file: frame.file, start: span.lo, end: span.hi };
        let parent = frame.inline;
        self.b.add_inline_site(InlineSite { cell, call, parent })
    }
}
