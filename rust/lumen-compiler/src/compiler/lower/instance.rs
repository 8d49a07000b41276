//! One instance: parameters, body, finishing the cell.

use super::fx::{Dest, Fx, Ret, Spare};
use super::handle::{How, Resume};
use super::types::Subst;
use super::value::{Own, Place, Val, Want};
use super::{Job, Key, Lower, StubTarget, codes, limits};
use crate::compiler::hir::{CellBody, CellId, ConstId, ExprId, ExprKind, Resumes};
use crate::compiler::typecheck::types::{Ty, TyKind};
use lumen_base::Symbol;
use lumen_lir::{ClassId, EffectSet, FinishError, Op, Passing, Repr, Slots, TemplatePart};
use std::rc::Rc;

impl<'a> Lower<'a> {
    pub(super) fn lower_job(&mut self, job: Job) {
        match &job.key {
            Key::Cell(cell, args) => {
                let (cell, args) = (*cell, args.clone());
                self.lower_cell(&job, cell, &args);
            }
            Key::Lambda(cell, lambda, args, ty) => {
                let (cell, lambda, args, ty) = (*cell, *lambda, args.clone(), *ty);
                self.lower_lambda(&job, cell, lambda, &args, ty);
            }
            Key::Stub(target, args, ty) => {
                let (target, args, ty) = (*target, args.clone(), *ty);
                self.lower_stub(&job, target, &args, ty);
            }
            Key::Problem(exact) => {
                let exact = *exact;
                self.lower_problem(&job, exact);
            }
            Key::Resume(ty) => {
                let ty = *ty;
                self.lower_resume(&job, ty);
            }
            Key::Exit(ty) => {
                let ty = *ty;
                self.lower_exit(&job, ty);
            }
            Key::Text(ty) => {
                let ty = *ty;
                self.lower_text(&job, ty);
            }
        }
    }

    pub(super) fn start<'p>(
        &'p mut self,
        name: String,
        entry: CellId,
        type_args: &[Ty],
    ) -> Fx<'p, 'a> {
        let program = Rc::clone(&self.program);
        let Spare { mut b, mut r, mut frames, mut homes, mut scope } =
            std::mem::take(&mut self.spare);
        b.reset(name);
        r.reset();
        frames.clear();
        homes.clear();
        scope.clear();
        Fx {
            p: self,
            b,
            r,
            program,
            frames,
            loops: Vec::new(),
            defers: Vec::new(),
            holds: Vec::new(),
            homes,
            scope,
            restart: None,
            inlined_size: 0,
            region_returns: Vec::new(),
            match_forks: Vec::new(),
            receiver: None,
            type_args: type_args.into(),
            defer_ranges: Vec::new(),
            entry,
            effects: EffectSet::EMPTY,
            calls: Vec::new(),
            attempting: false,
            yields: None,
            resume: None,
            vars: super::vars::Vars::default(),
        }
    }

    fn lower_cell(&mut self, job: &Job, cell: CellId, type_args: &[Ty]) {
        let hir = self.hir;
        if matches!(hir.cells[cell].body, CellBody::Host) {
            return self.lower_host(job, cell);
        }
        let name = self.instance_name(cell, type_args);
        let Some(mut frame) = self.frame_of(cell, type_args, 0) else {
            let at = hir.cells[cell].name_span.in_file(self.file_of(cell));
            self.errors.push(limits::confused(at, &name, "it has no body"));
            return;
        };
        let self_tail = {
            let facts = self.program.facts(cell);
            facts.self_tail && !facts.has_defer
        };
        let mut fx = self.start(name, cell, type_args);
        let known = fx.formals(cell, type_args);
        let (formals, ret) = (&known.params, known.ret);
        frame.ret = Ret::Cell(ret);
        let body = frame.body;
        fx.r.open_env(body.locals.len());
        fx.frames.push(frame);
        let params: Vec<Dest> = formals.iter().map(|f| fx.param(f.ty, f.owned)).collect();
        fx.results(ret);
        fx.at(hir.cells[cell].name_span);
        fx.b.emit(Op::Enter, 0, 0, 0);
        if self_tail {
            let label = fx.b.label_here();
            fx.restart = Some((label, params.clone()));
        }
        let locals: Vec<_> = body.captures.iter().chain(&body.params).copied().collect();
        for ((local, dest), formal) in locals.iter().zip(&params).zip(formals) {
            let v = fx.param_value(*dest, formal.owned);
            fx.bind_local(*local, v);
        }
        if self_tail {
            for dest in &params {
                fx.pin_dest(*dest);
            }
        }
        match body.root {
            Some(root) => fx.tail(root),
            None => fx.leave_with(Val::unit(), ret),
        }
        fx.close_cell(job, ret);
    }

    fn lower_lambda(
        &mut self,
        job: &Job,
        cell: CellId,
        lambda: crate::compiler::hir::LambdaId,
        args: &[Ty],
        ty: Ty,
    ) {
        let Some(mut frame) = self.frame_of(cell, &[], 0) else { return };
        let params = self.tables.sigs.get(cell).map(|s| s.type_params.clone()).unwrap_or_default();
        frame.subst = Rc::new(Subst::new(&params, args));
        frame.lambda = Some(lambda);
        let (params, ret, yields) = match self.types.kind(ty).clone() {
            TyKind::Fn { params, ret, .. } => (params, ret, None),
            TyKind::Stream { elem, .. } => (Box::default(), Ty::NULL, Some(elem)),
            _ => return,
        };
        frame.ret = Ret::Cell(ret);
        let name = match yields {
            Some(_) => self.instance_name(cell, args),
            None => format!("fn in {}", self.cell_name(cell)),
        };
        let mut fx = self.start(name, cell, &[]);
        fx.yields = yields;
        let body = frame.body;
        let info = &body.lambdas[lambda];
        fx.r.open_env(body.locals.len());
        fx.frames.push(frame);
        let class = job.class.unwrap_or(ClassId(0));
        let closure = fx.b.set_closure(class);
        fx.r.adopt(&fx.b, closure);
        fx.pin(closure);
        let dests: Vec<Dest> = params.iter().map(|&ty| fx.param(ty, true)).collect();
        fx.results(ret);
        fx.at(info.span);
        fx.b.emit(Op::Enter, 0, 0, 0);
        let captured = fx.load_captures(&job.captures);
        for (&(_, twin), v) in info.captures.iter().zip(captured) {
            let ty = fx.local_ty(twin);
            let v = fx.convert(v, ty, None);
            fx.bind_local(twin, v);
        }
        for (param, dest) in info.params.iter().zip(&dests) {
            let v = fx.param_value(*dest, true);
            if fx.is_resumption(dest.ty) {
                fx.bind_resume(info, *dest, v);
            } else {
                fx.bind_whole(param.pat, v);
            }
        }
        if let Some((local, Resumes::InTail)) = info.resume {
            fx.resume = Some(Resume { local, how: How::Return });
        }
        fx.tail(info.body);
        fx.close_cell(job, ret);
    }

    /// The code of a cell or constructor as a closure.
    fn lower_stub(&mut self, job: &Job, target: StubTarget, args: &[Ty], ty: Ty) {
        let TyKind::Fn { params, ret, .. } = self.types.kind(ty).clone() else { return };
        let entry = self.hir.entry.or_else(|| self.hir.cells.ids().next());
        let (at, name) = match target {
            StubTarget::Cell(cell) => (Some(cell), self.cell_name(cell)),
            StubTarget::Record(id) => {
                (entry, self.names.resolve(self.hir.records[id].name).to_owned())
            }
            StubTarget::Variant(v) => {
                let variant = &self.hir.enums[v.owner].variants[v.ordinal as usize];
                (entry, self.names.resolve(variant.name).to_owned())
            }
        };
        let Some(at) = at else { return };
        let mut frame = self.bare_frame(at);
        frame.ret = Ret::Cell(ret);
        let mut fx = self.start(name, at, args);
        fx.r.open_env(0);
        fx.frames.push(frame);
        let class = job.class.unwrap_or(ClassId(0));
        let closure = fx.b.set_closure(class);
        fx.r.adopt(&fx.b, closure);
        fx.pin(closure);
        let dests: Vec<Dest> = params.iter().map(|&ty| fx.param(ty, true)).collect();
        fx.results(ret);
        let span = fx.p.hir.cells[at].name_span;
        fx.at(span);
        fx.b.emit(Op::Enter, 0, 0, 0);
        let mut values = fx.load_captures(&job.captures);
        values.extend(dests.iter().map(|&d| fx.param_value(d, true)).collect::<Vec<_>>());
        let v = fx.stub_value(target, args, values, ret);
        fx.leave_with(v, ret);
        fx.close_cell(job, ret);
    }

    /// The global of a constant, computed before the program begins.
    pub(super) fn const_global(&mut self, id: ConstId) -> (u32, Ty) {
        if let Some(known) = self.consts.get(&id) {
            return *known;
        }
        let ty = self.tables.consts.get(id).copied().unwrap_or(Ty::ERROR);
        let info = self.types.info(&mut self.module, self.tables, ty);
        let kept = self.kept(id);
        let name = self.names.resolve(kept.unwrap_or(self.hir.consts[id].name));
        let global = self.module.global(name, info.id);
        self.consts.insert(id, (global, ty));
        let tables = self.tables;
        if kept.is_none()
            && !tables.const_values.get(&id).is_some_and(|datum| self.embeds(datum, ty))
        {
            self.instance(self.hir.consts[id].init, &[]);
        }
        (global, ty)
    }

    /// The global of a binding of an earlier entry of the session.
    pub(super) fn kept(&self, id: ConstId) -> Option<Symbol> {
        match self.hir.cells[self.hir.consts[id].init].body {
            CellBody::Kept(kept) => Some(kept.global),
            _ => None,
        }
    }

    /// A cell that computes every constant and then calls `cell`.
    pub(super) fn wrapper(&mut self, cell: CellId) -> lumen_lir::CellId {
        let order = self.const_order();
        let name = format!("{} with constants", self.cell_name(cell));
        let (mut fx, job, ret) = self.start_entry(name, cell, &[]);
        for id in order {
            if fx.p.kept(id).is_some() {
                continue;
            }
            let init = fx.p.hir.consts[id].init;
            let (global, ty) = fx.p.const_global(id);
            let tables = fx.p.tables;
            let v = match tables.const_values.get(&id) {
                Some(datum) if fx.p.embeds(datum, ty) => fx.datum(datum, ty),
                _ => fx.call_with(init, &[], &[], None),
            };
            fx.set_global(v, ty, global);
        }
        let v = fx.call_with(cell, &[], &[], None);
        fx.leave_with(v, ret);
        fx.close_cell(&job, ret);
        job.id
    }

    /// Begins a cell without parameters that gives what an instance of `cell` gives: an entry made by the compiler.
    pub(super) fn start_entry(
        &mut self,
        name: String,
        cell: CellId,
        type_args: &[Ty],
    ) -> (Fx<'_, 'a>, Job, Ty) {
        let frame = self.bare_frame(cell);
        let id = self.module.reserve_cell();
        let job =
            Job { key: Key::Cell(cell, Box::default()), id, class: None, captures: Vec::new() };
        let mut fx = self.start(name, cell, &[]);
        fx.r.open_env(0);
        fx.frames.push(frame);
        let ret = fx.formals(cell, type_args).ret;
        if let Some(frame) = fx.frames.last_mut() {
            frame.ret = Ret::Cell(ret);
        }
        fx.results(ret);
        let span = fx.p.hir.cells[cell].name_span;
        fx.at(span);
        fx.b.emit(Op::Enter, 0, 0, 0);
        (fx, job, ret)
    }

    /// Constants in an order in which each is computed before it is used.
    fn const_order(&self) -> Vec<ConstId> {
        let mut by_init: rustc_hash::FxHashMap<CellId, ConstId> = rustc_hash::FxHashMap::default();
        let mut all: Vec<ConstId> = self.consts.keys().copied().collect();
        all.sort_unstable();
        for &id in &all {
            by_init.insert(self.hir.consts[id].init, id);
        }
        let mut done = rustc_hash::FxHashSet::default();
        let mut order = Vec::new();
        // What texts and comparisons call without being named comes first: any constant may need it.
        let hidden = super::implement::hidden_roots(self.hir, self.tables);
        let inits = all.iter().map(|&id| self.hir.consts[id].init);
        for start in hidden.into_iter().chain(inits) {
            let mut work = vec![(start, false)];
            while let Some((cell, left)) = work.pop() {
                if left {
                    if let Some(&id) = by_init.get(&cell) {
                        order.push(id);
                    }
                    continue;
                }
                if !done.insert(cell) {
                    continue;
                }
                work.push((cell, true));
                work.extend(self.program.facts(cell).callees.iter().map(|&c| (c, false)));
            }
        }
        order
    }
}

impl Fx<'_, '_> {
    /// A parameter's registers.
    pub(super) fn param(&mut self, ty: Ty, owned: bool) -> Dest {
        let slots = self.info(ty).slots;
        let mut first = None;
        for repr in slots.reprs() {
            let passing =
                if owned || !repr.is_counted() { Passing::Owned } else { Passing::Borrowed };
            let reg = self.b.param(repr, passing);
            self.r.adopt(&self.b, reg);
            first.get_or_insert(reg);
        }
        Dest { reg: first.unwrap_or(0), slots, ty }
    }

    pub(super) fn results(&mut self, ret: Ty) {
        let reprs: Vec<Repr> = match self.p.types.kind(ret) {
            TyKind::Null | TyKind::Never | TyKind::Error => Vec::new(),
            _ => self.info(ret).slots.reprs().collect(),
        };
        self.b.set_results(reprs);
    }

    pub(super) fn param_value(&mut self, dest: Dest, owned: bool) -> Val {
        let place = match dest.slots {
            Slots::None => Place::Unit,
            Slots::Two(_) => Place::Two(dest.reg, Own::Temp),
            Slots::One(repr) if !repr.is_counted() => Place::One(dest.reg, Own::Temp),
            Slots::One(_) if owned => {
                self.r.set_owned(dest.reg);
                Place::One(dest.reg, Own::Owned)
            }
            Slots::One(_) => Place::One(dest.reg, Own::Loan { root: None, temp: false }),
        };
        Val::new(place, dest.ty)
    }

    /// What the code of a stub gives.
    fn stub_value(&mut self, target: StubTarget, args: &[Ty], values: Vec<Val>, ret: Ty) -> Val {
        match target {
            StubTarget::Cell(cell) => match self.p.hir.cells[cell].body {
                CellBody::Extern(key) => {
                    let key = self.p.names.resolve(key);
                    if key == "any.print" {
                        return self.stub_print(&values);
                    }
                    let values = self.adapted_to_builtin(key, cell, args, &values);
                    self.extern_op(key, &values, ret, args, None)
                }
                _ => {
                    let values = self.adapted_args(cell, args, &values);
                    self.call_with(cell, args, &values, None)
                }
            },
            StubTarget::Variant(variant) => {
                let ty = self.p.types.store.intern(TyKind::Enum(variant.owner, args.into()));
                let types = self.payload(ty, variant.ordinal);
                let values: Vec<Val> = values
                    .iter()
                    .zip(types.iter())
                    .map(|(&v, &t)| self.convert(v, t, None))
                    .collect();
                match self.variant_class(ty, variant.ordinal) {
                    Some(class) => self.new_object(class, ty, &values, None),
                    None => Val::never(),
                }
            }
            StubTarget::Record(record) => {
                let ty = self.p.types.store.intern(TyKind::Record(record, args.into()));
                let types = self.fields(ty);
                let values: Vec<Val> = values
                    .iter()
                    .zip(types.iter())
                    .map(|(&v, &t)| self.convert(v, t, None))
                    .collect();
                let v = self.new_flat(ty, None, &values, None);
                if self.has_checks(record) { self.check_record(None, v, record) } else { v }
            }
        }
    }

    fn stub_print(&mut self, values: &[Val]) -> Val {
        let mut parts = Vec::new();
        let values: Vec<Val> = values.iter().map(|&v| self.shown(v)).collect();
        for (i, v) in values.iter().enumerate() {
            if i > 0 {
                parts.push(TemplatePart::Text(" ".to_owned()));
            }
            let ty = self.info(v.ty).id;
            parts.push(TemplatePart::Hole { ty, spec: lumen_lir::FormatSpec::default() });
        }
        let text = self.fill(parts, &values, None);
        self.rt("print", &[text], Ty::NULL, None)
    }

    /// Calls a cell with evaluated arguments, or expands it. A missing argument is one that the cell does not read.
    pub(super) fn call_or_expand(
        &mut self,
        e: ExprId,
        cell: CellId,
        type_args: &[Ty],
        args: Vec<Option<Val>>,
    ) -> Val {
        let (cell, type_args) = &self.p.implementation(cell, type_args.into());
        let cell = *cell;
        if self.inlines(cell) && !self.p.dispatches(cell, type_args) {
            return self.expand_values(e, cell, type_args, args);
        }
        let values: Vec<Val> = args.into_iter().flatten().collect();
        self.call_with(cell, type_args, &values, None)
    }

    /// Sets a global for good.
    fn set_global(&mut self, v: Val, ty: Ty, global: u32) {
        let v = self.convert(v, ty, None);
        let v = self.slot(v);
        let v = self.own(v, None);
        let (reg, v) = self.reg(v);
        self.b.emit_imm(Op::StG, reg, global as i32);
        self.consumed(v);
    }

    /// Keeps a value for later entries of the session. There is one null, and nothing to keep of it.
    pub(super) fn keep(&mut self, value: ExprId, global: Symbol) -> Val {
        // What the flow knows of it does not matter: the binding has one type.
        let ExprKind::Local(local) = self.body().exprs[value].kind else { return Val::unit() };
        let ty = self.local_ty(local);
        let v = self.expr(value, Want::Own, None);
        if !self.r.reachable || ty == Ty::NEVER {
            return Val::unit();
        }
        if ty == Ty::NULL {
            self.done(v);
            return Val::unit();
        }
        let info = self.p.types.info(&mut self.p.module, self.p.tables, ty);
        let global = self.p.module.global(self.p.names.resolve(global), info.id);
        self.set_global(v, ty, global);
        Val::unit()
    }

    /// A constant's value.
    pub(super) fn constant(&mut self, _e: ExprId, id: ConstId) -> Val {
        let init = self.p.hir.consts[id].init;
        let ty = self.p.tables.consts.get(id).copied().unwrap_or(Ty::ERROR);
        if let Some(v) = self.literal_body(init, &[]) {
            return self.convert(v, ty, None);
        }
        let tables = self.p.tables;
        let known = tables.const_values.get(&id);
        if let Some(datum) = known
            && let Some(v) = self.small_datum(datum, ty)
        {
            return v;
        }
        if self.p.options.calls_constants {
            return match known {
                Some(datum) if self.p.embeds(datum, ty) => self.datum(datum, ty),
                _ => self.call_with(init, &[], &[], None),
            };
        }
        if ty == Ty::NULL && self.p.kept(id).is_some() {
            return Val::unit();
        }
        let (global, ty) = self.p.const_global(id);
        let repr = self.one(ty);
        let dst = self.r.alloc(&mut self.b, repr);
        self.b.emit_imm(Op::LdG, dst, global as i32);
        let v = Val::new(Place::One(dst, Own::Temp), ty);
        self.unpack_optional(v, ty, None)
    }

    /// Ends a cell: `enter` gets its count, defer scopes their order.
    pub(super) fn close_cell(mut self, job: &Job, ret: Ty) {
        if self.r.reachable {
            self.leave_with(Val::unit(), ret);
        }
        let mut ranges = std::mem::take(&mut self.defer_ranges);
        ranges.sort_by_key(|r| r.0);
        for (_, start, end, reg) in ranges {
            self.b.defer_scope(start, end, reg);
        }
        // Labels behind the last instruction need one to stand at.
        if self.b.cell().code.last().is_none_or(|_| true) {
            let text = self.p.module.string("the end of a cell was reached");
            self.b.emit_imm(Op::Fail, codes::UNREACHABLE, text as i32);
        }
        self.end_vars();
        let (entry, effects, calls) = (self.entry, self.effects, std::mem::take(&mut self.calls));
        let p = self.p;
        let finished = self.b.finish();
        p.spare = Spare {
            b: self.b,
            r: self.r,
            frames: self.frames,
            homes: self.homes,
            scope: self.scope,
        };
        match finished {
            Ok(mut cell) => {
                let n = cell.regs.len().min(usize::from(u16::MAX)) as u16;
                cell.code[0] = lumen_lir::word(Op::Enter, n, 0, 0);
                p.module.define_cell(job.id, cell);
                p.effects.push((job.id, effects, calls));
            }
            Err(error) => {
                let at = p.hir.cells[entry].name_span.in_file(p.file_of(entry));
                let name = p.cell_name(entry);
                let what = match error {
                    FinishError::TooManyRegisters => "it needs more than 65,535 registers",
                    FinishError::TooLong => "it has too many instructions",
                    FinishError::UnboundLabel => "a jump has no target",
                };
                p.errors.push(limits::too_large(at, &name, what));
            }
        }
    }
}
