//! Assignment: to a local, and in place to a part of its value.
//!
//! Invariant: everything is evaluated before the first step into the value, so that the chain of loans is uninterrupted
//! and nothing is half changed when something fails.

use super::codes;
use super::fx::{Dest, Fx};
use super::value::{Binding, Own, Place, Val, Want};
use crate::compiler::hir::{self, BinOp, ExprId, PlaceStep};
use crate::compiler::typecheck::tables::PlaceStepInfo;
use crate::compiler::typecheck::types::{Ty, TyKind};
use lumen_base::Span;
use lumen_lir::{FormatSpec, FormatType, Op, Reg, Repr, Slots, TemplatePart};

/// One step into a value, evaluated.
#[derive(Clone, Copy)]
struct Step {
    container: Ty,
    part: Ty,
    kind: StepKind,
    span: Span,
}

#[derive(Clone, Copy)]
enum StepKind {
    Field(u32),
    List(Val),
    Map(Val),
}

impl<'a> Fx<'_, 'a> {
    pub(super) fn assign(
        &mut self,
        place: &'a hir::Place,
        op: Option<BinOp>,
        value: ExprId,
        span: Span,
    ) {
        let Binding::Home { reg, ty } = self.binding(place.local) else {
            self.confused("an assignment to a local without a place");
            return;
        };
        let slots = self.info(ty).slots;
        let dest = Dest { reg, slots, ty };
        if place.path.is_empty() {
            self.assign_whole(dest, op, value, span);
        } else {
            self.assign_part(dest, place, op, value);
        }
        if self.r.reachable && self.frame().live.dead_assign(value) {
            self.kill(place.local);
        }
    }

    fn assign_whole(&mut self, dest: Dest, op: Option<BinOp>, value: ExprId, span: Span) {
        let v = match op {
            None => {
                let v = self.expr(value, Want::Own, Some(dest.reg));
                self.convert(v, dest.ty, Some(dest.reg))
            }
            Some(op) => {
                let own = match dest.slots {
                    Slots::One(repr) if repr.is_counted() => Own::Owned,
                    _ => Own::Alias,
                };
                let now = Val::new(Place::One(dest.reg, own), dest.ty);
                if let (BinOp::Concat, Some(items)) = (op, self.few_items(now, value)) {
                    self.push_items(now, items)
                } else {
                    let v = self.read(value);
                    if !self.r.reachable {
                        return;
                    }
                    self.at(span);
                    let v = if self.root_of(v) == Some(dest.reg) { self.own(v, None) } else { v };
                    self.apply(op, now, v, Some(dest.reg))
                }
            }
        };
        if !self.r.reachable {
            return;
        }
        self.store(dest, v);
        self.result_refined(dest, &[], value);
    }

    /// What a compound assignment has made meets the conditions of its place.
    fn result_refined(&mut self, dest: Dest, steps: &[Step], value: ExprId) {
        let Some(&target) = self.typed().refine_result.get(&value) else { return };
        let v = self.current(dest, steps);
        let v = self.refined(value, v, target);
        self.done(v);
    }

    /// Puts a value into the home of a local, whose old value goes.
    fn store(&mut self, dest: Dest, v: Val) {
        let there = matches!(v.place, Place::One(reg, _) if reg == dest.reg);
        if !there && self.r.state(dest.reg).owned {
            let v = self.own(v, None);
            if self.r.state(dest.reg).loans > 0 {
                self.confused("a local is assigned while its value is borrowed");
            }
            self.drop_reg(dest.reg);
            self.place(v, dest);
            return;
        }
        self.place(v, dest);
    }

    // ---- parts ----

    fn assign_part(&mut self, dest: Dest, place: &'a hir::Place, op: Option<BinOp>, value: ExprId) {
        let typed = self.typed();
        let Some(infos) = typed.places.get(&value) else {
            self.confused("a place that the type checker did not resolve");
            return;
        };
        let mut steps = self.steps(place, infos, value);
        // Each index in a register once: it may be read several times.
        for step in &mut steps {
            if let StepKind::Map(v) = step.kind {
                let v = self.slot_index(v);
                let v = self.load(v, None);
                // An optional scalar is one dynamic register from here on.
                let packed = matches!(self.info(v.ty).slots, Slots::Two(_));
                let ty = if packed { Ty::ANY } else { v.ty };
                step.kind = StepKind::Map(Val::new(v.place, ty));
            }
        }
        if !self.r.reachable {
            return;
        }
        let Some(last) = steps.last().copied() else { return };
        if op.is_none()
            && self.grows(last.part)
            && let Some(source) = self.grows_from(place, value)
        {
            self.regrow(dest, &steps, source, value);
            self.end_steps(dest, &steps, value);
            return;
        }
        let v = match op {
            None => self.expr(value, Want::Own, None),
            Some(_) => self.read(value),
        };
        if !self.r.reachable {
            return;
        }
        self.at(last.span);
        match op {
            None => {
                let v = self.convert(v, last.part, None);
                self.put_part(dest, &steps, v);
            }
            Some(op) => self.modify(dest, &steps, op, v),
        }
        self.end_steps(dest, &steps, value);
    }

    /// The value is in its place: its record's conditions run, and the indexes are given back.
    fn end_steps(&mut self, dest: Dest, steps: &[Step], value: ExprId) {
        self.result_refined(dest, steps, value);
        self.recheck(dest, steps, value);
        for step in steps {
            if let StepKind::List(v) | StepKind::Map(v) = step.kind {
                self.done(v);
            }
        }
    }

    /// The part grows from itself: it is taken out, changed and put back.
    fn regrow(&mut self, dest: Dest, steps: &[Step], source: ExprId, value: ExprId) {
        let Some(last) = steps.last().copied() else { return };
        self.at(last.span);
        let now = self.take_out(dest, steps);
        self.receiver = Some((source, now));
        let new = self.expr(value, Want::Own, None);
        self.receiver = None;
        if !self.r.reachable {
            return;
        }
        self.at(last.span);
        let new = self.convert(new, last.part, None);
        self.put_part(dest, steps, new);
    }

    /// Evaluates the indexes of a place.
    fn steps(
        &mut self,
        place: &'a hir::Place,
        infos: &[PlaceStepInfo],
        value: ExprId,
    ) -> Vec<Step> {
        let mut steps = Vec::with_capacity(place.path.len());
        for (n, (step, info)) in place.path.iter().zip(infos).enumerate() {
            let container = self.close(info.container);
            let (kind, span) = match step {
                PlaceStep::Field { span, .. } => (StepKind::Field(info.field), *span),
                PlaceStep::TupleField { index, span } => (StepKind::Field(*index), *span),
                PlaceStep::Index { index, span } => {
                    let later = self.assigns(value)
                        || place.path[n + 1..].iter().any(
                            |s| matches!(s, PlaceStep::Index { index, .. } if self.assigns(*index)),
                        );
                    let is_map = matches!(self.p.types.kind(container), TyKind::Map(..));
                    let want = if is_map { Want::Own } else { Want::Borrow };
                    let v = self.expr(*index, want, None);
                    let v = match *self.p.types.kind(container) {
                        TyKind::Map(key, _) => self.convert(v, key, None),
                        _ => v,
                    };
                    let v = if later { self.snapshot(v) } else { v };
                    (if is_map { StepKind::Map(v) } else { StepKind::List(v) }, *span)
                }
            };
            let part = match (self.kind(container), &kind) {
                (TyKind::List(elem), _) => elem,
                (TyKind::Map(_, v), _) => v,
                (_, StepKind::Field(index)) => {
                    self.fields(container).get(*index as usize).copied().unwrap_or(Ty::ERROR)
                }
                _ => Ty::ERROR,
            };
            steps.push(Step { container, part, kind, span });
        }
        steps
    }

    /// Stores a value of the part's type.
    fn put_part(&mut self, dest: Dest, steps: &[Step], v: Val) {
        let v = self.slot(v);
        let v = self.own(v, None);
        let (src, v) = self.reg(v);
        if !self.put_at_once(dest.reg, steps, src) {
            // A key that is consumed is counted up before the chain begins.
            let key = match steps.last().map(|s| s.kind) {
                Some(StepKind::Map(k)) => {
                    let k = self.map_key(k);
                    Some(self.reg(k))
                }
                _ => None,
            };
            let (lent, last) = self.descend(dest.reg, steps);
            self.put_last(lent, last, src, key.map_or(0, |k| k.0));
            self.free(lent);
            if let Some((_, key)) = key {
                self.consumed(key);
            }
        }
        self.consumed(v);
    }

    /// Stores that are one instruction.
    fn put_at_once(&mut self, home: Reg, steps: &[Step], src: Reg) -> bool {
        let repr = self.b.repr(src);
        match steps {
            [Step { kind: StepKind::List(i), .. }] => {
                let (i, _) = self.index_reg(*i);
                let op = match repr {
                    Repr::Bool => Op::ListSetB,
                    Repr::I64 | Repr::F64 => Op::ListSet,
                    _ => Op::ListSetR,
                };
                self.b.emit(op, home, i, src);
            }
            [Step { kind: StepKind::Field(n), .. }] => {
                let op = if repr.is_counted() { Op::FldSetR } else { Op::FldSet };
                self.b.emit(op, home, *n as u16, src);
            }
            [Step { kind: StepKind::Map(k), .. }] => {
                let k = self.map_key(*k);
                let (key, k) = self.reg(k);
                self.b.emit(Op::MapPut, home, key, src);
                self.consumed(k);
            }
            [Step { kind: StepKind::List(i), .. }, Step { kind: StepKind::List(j), .. }]
                if matches!(repr, Repr::I64 | Repr::F64) =>
            {
                let (i, j) = (self.index_reg(*i).0, self.index_reg(*j).0);
                self.b.emit_ext16(Op::ListSet2, [home, i, j], [src, 0, 0, 0]);
            }
            [Step { kind: StepKind::List(i), .. }, Step { kind: StepKind::Field(n), .. }]
                if !repr.is_counted() =>
            {
                let i = self.index_reg(*i).0;
                self.b.emit_ext16(Op::ListFldSet, [home, i, src], [0, *n as u16, 0, 0]);
            }
            _ => return false,
        }
        true
    }

    /// The register of an index, which `assign_part` gives back.
    fn index_reg(&mut self, v: Val) -> (Reg, Val) {
        self.reg(v)
    }

    /// A key of its own for an instruction that consumes it; the step keeps its value.
    fn map_key(&mut self, k: Val) -> Val {
        let k = self.alias(k);
        let k = self.slot(k);
        self.own(k, None)
    }

    /// Lends the value that the last step goes into.
    fn descend(&mut self, home: Reg, steps: &[Step]) -> (Reg, Step) {
        let repr = self.b.repr(home);
        // Constants among the indexes must be in registers before the chain begins.
        let indexes: Vec<Option<(Reg, Val)>> = steps
            .iter()
            .map(|s| match s.kind {
                StepKind::List(v) | StepKind::Map(v) => {
                    let v = self.slot_index(v);
                    Some(self.reg(v))
                }
                StepKind::Field(_) => None,
            })
            .collect();
        let mut lent = self.r.alloc(&mut self.b, repr);
        self.b.emit(Op::Uniq, lent, home, 0);
        for (i, step) in steps[..steps.len() - 1].iter().enumerate() {
            let inner = self.one(step.part);
            let next = self.r.alloc(&mut self.b, inner);
            match (step.kind, &indexes[i]) {
                (StepKind::Field(n), _) => self.b.emit(Op::FldU, next, lent, n as u16),
                (StepKind::List(_), Some((i, _))) => self.b.emit(Op::ListElemU, next, lent, *i),
                (StepKind::Map(_), Some((k, _))) => self.b.emit(Op::MapElemU, next, lent, *k),
                _ => {}
            }
            self.free(lent);
            lent = next;
        }
        let mut last = steps[steps.len() - 1];
        if let Some((_, v)) = &indexes[steps.len() - 1] {
            last.kind = match last.kind {
                StepKind::List(_) => StepKind::List(*v),
                other => other,
            };
        }
        (lent, last)
    }

    fn slot_index(&mut self, v: Val) -> Val {
        match v.place {
            Place::One(..) => v,
            _ => self.slot(v),
        }
    }

    fn put_last(&mut self, lent: Reg, last: Step, src: Reg, key: Reg) {
        let repr = self.b.repr(src);
        match last.kind {
            StepKind::Field(n) => {
                let op = if repr.is_counted() { Op::FldPutR } else { Op::FldPut };
                self.b.emit(op, lent, n as u16, src);
            }
            StepKind::List(i) => {
                let Place::One(i, _) = i.place else { return };
                let op = match repr {
                    Repr::Bool => Op::ListPutB,
                    Repr::I64 | Repr::F64 => Op::ListPut,
                    _ => Op::ListPutR,
                };
                self.b.emit(op, lent, i, src);
            }
            StepKind::Map(_) => self.b.emit(Op::MapPutU, lent, key, src),
        }
    }

    /// `place op= v`.
    fn modify(&mut self, dest: Dest, steps: &[Step], op: BinOp, v: Val) {
        let Some(last) = steps.last().copied() else { return };
        if self.grows(last.part) {
            self.modify_by_swap(dest, steps, op, v);
            return;
        }
        let now = self.current(dest, steps);
        let new = self.apply(op, now, v, None);
        let new = self.convert(new, last.part, None);
        self.put_part(dest, steps, new);
    }

    fn grows(&self, ty: Ty) -> bool {
        matches!(
            self.p.types.kind(ty),
            TyKind::String | TyKind::List(_) | TyKind::Map(..) | TyKind::Set(_)
        )
    }

    /// The value of a part now.
    fn current(&mut self, dest: Dest, steps: &[Step]) -> Val {
        self.loan(Some(dest.reg));
        let mut v = Val::new(
            Place::One(dest.reg, Own::Loan { root: Some(dest.reg), temp: false }),
            dest.ty,
        );
        for step in steps {
            v = match step.kind {
                StepKind::Field(n) => self.project(v, n, Want::Borrow, None),
                StepKind::List(i) => {
                    let i = self.alias(i);
                    self.element(v, i, Want::Borrow, None)
                }
                StepKind::Map(k) => {
                    let key = self.alias(k);
                    let found = self.element(v, key, Want::Borrow, None);
                    self.need_key(found, k, step.part)
                }
            };
        }
        v
    }

    /// The value under a key that must be there.
    fn need_key(&mut self, found: Val, key: Val, part: Ty) -> Val {
        let there = self.b.new_label();
        let found = self.jump_null(found, false, there);
        let fork = self.r.fork();
        if self.r.reachable {
            let spec = FormatSpec { ty: Some(FormatType::Debug), ..FormatSpec::default() };
            let ty = self.info(key.ty).id;
            let parts = vec![
                TemplatePart::Text("the map has no key ".to_owned()),
                TemplatePart::Hole { ty, spec },
            ];
            let key = self.alias(key);
            let text = self.fill(parts, &[key], None);
            let v = self.fail_with(codes::KEY, text);
            self.done(v);
        }
        self.r.rewind(&self.b, &fork);
        self.r.reachable = true;
        self.b.bind(there);
        self.r.join(fork);
        if let Place::One(reg, _) = found.place {
            self.r.update(reg, |s| s.known = true);
        }
        self.present(found, part)
    }

    /// Takes the part out of the value, changes it where it is alone, and puts it back.
    fn modify_by_swap(&mut self, dest: Dest, steps: &[Step], op: BinOp, v: Val) {
        let Some(last) = steps.last().copied() else { return };
        let v = if self.root_of(v) == Some(dest.reg) { self.own(v, None) } else { v };
        let now = self.take_out(dest, steps);
        let new = self.apply(op, now, v, None);
        let new = self.convert(new, last.part, None);
        self.put_part(dest, steps, new);
    }

    /// Takes the part out of the value; an empty one takes its place.
    fn take_out(&mut self, dest: Dest, steps: &[Step]) -> Val {
        let Some(last) = steps.last().copied() else { return Val::never() };
        let repr = self.one(last.part);
        let part = self.r.alloc(&mut self.b, repr);
        match repr {
            Repr::Ref(class) if last.part != Ty::STRING => {
                self.b.emit_imm(Op::LdEmpty, part, class.0 as i32);
            }
            _ => {
                let k = self.p.module.string("");
                self.b.emit_imm(Op::LdStr, part, k as i32);
            }
        }
        let (lent, inner) = self.descend(dest.reg, steps);
        match inner.kind {
            StepKind::Field(n) => self.b.emit(Op::FldSwap, lent, n as u16, part),
            StepKind::List(Val { place: Place::One(i, _), .. }) => {
                self.b.emit(Op::ListSwap, lent, i, part)
            }
            StepKind::Map(Val { place: Place::One(k, _), .. }) => {
                self.b.emit(Op::MapSwap, lent, k, part)
            }
            _ => self.confused("an index without a register"),
        }
        self.free(lent);
        self.owned(part, last.part)
    }

    /// Runs the conditions of every record that the assignment changed.
    fn recheck(&mut self, dest: Dest, steps: &[Step], value: ExprId) {
        for (n, step) in steps.iter().enumerate() {
            let TyKind::Record(record, _) = self.kind(step.container) else { continue };
            if !self.has_checks(record) || !matches!(step.kind, StepKind::Field(_)) {
                continue;
            }
            let v = self.current(dest, &steps[..n]);
            let v = self.check_record(Some(value), v, record);
            self.done(v);
        }
    }
}
