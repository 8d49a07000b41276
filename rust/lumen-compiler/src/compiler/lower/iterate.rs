//! What a `for` goes over: ranges without building them, lists, maps, sets, strings, runs of streams.

use super::fx::{Dest, Fx};
use super::value::{Binding, Own, Place, Val, Want};
use crate::compiler::hir::{ExprId, ExprKind, PatId, PatKind};
use crate::compiler::typecheck::types::{Ty, TyKind};
use lumen_lir::{ClassDesc, ClassId, Label, Op, Reg, Repr};

/// A loop's source, with its registers reserved.
pub(super) enum Source {
    /// Counter, end, and step when it is not 1.
    Range {
        i: Reg,
        end: Val,
        inclusive: bool,
        step: Option<(Val, bool)>,
    },
    List {
        i: Reg,
        list: Val,
        elem: Ty,
    },
    Map {
        i: Reg,
        map: Val,
        key: Ty,
        value: Ty,
    },
    Set {
        i: Reg,
        set: Val,
        elem: Ty,
    },
    Text {
        i: Reg,
        text: Val,
    },
    /// A run, and where its elements come.
    Stream {
        run: Reg,
        elem: Dest,
    },
}

impl Source {
    /// Whether the loop is entered by a jump to its test.
    pub(super) fn starts_at_test(&self) -> bool {
        !matches!(self, Source::Range { .. })
    }
}

impl Fx<'_, '_> {
    /// Evaluates what a loop goes over.
    pub(super) fn iteration(&mut self, e: ExprId, iter: ExprId) -> Source {
        let body = self.body();
        if let ExprKind::Range { lo, hi, inclusive, step } = body.exprs[iter].kind
            && self.typed().is_plain(iter)
        {
            return self.range_source(lo, hi, inclusive, step);
        }
        let ty = self.adjusted(iter);
        if let TyKind::Stream { elem, .. } = self.kind(ty) {
            return self.stream_source(iter, elem);
        }
        let v = self.read(iter);
        let v = if self.changes_inside(v, e) { self.own(v, None) } else { v };
        let (_, v) = self.reg(v);
        // What a mutable local gave up stands in its register, which the body may write and ways out of the loop drop.
        let v = if v.own() == Some(Own::Owned) { self.snapshot(v) } else { v };
        let i = self.r.alloc(&mut self.b, Repr::I64);
        match self.kind(v.ty) {
            TyKind::List(elem) => Source::List { i, list: v, elem },
            TyKind::Map(key, value) => Source::Map { i, map: v, key, value },
            TyKind::Set(elem) => Source::Set { i, set: v, elem },
            TyKind::String => Source::Text { i, text: v },
            kind => {
                if !matches!(kind, TyKind::Never | TyKind::Error) {
                    self.confused("a loop over a type without elements");
                }
                Source::Text { i, text: v }
            }
        }
    }

    /// Begins a run, which ends when the loop is left on whatever way.
    fn stream_source(&mut self, iter: ExprId, elem: Ty) -> Source {
        let elem = self.dest(elem);
        let run = self.begin_run(iter).unwrap_or_default();
        Source::Stream { run, elem }
    }

    /// Begins a run of a stream, which the enclosing block ends; nothing when control does not come here.
    pub(super) fn begin_run(&mut self, stream: ExprId) -> Option<Reg> {
        let v = self.expr(stream, Want::Own, None);
        let v = self.own(v, None);
        let (reg, v) = self.reg(v);
        if !self.r.reachable {
            self.done(v);
            return None;
        }
        let class = self.run_class(self.b.repr(reg));
        let run = self.r.alloc(&mut self.b, Repr::Ref(class));
        self.at_expr(stream);
        self.b.emit(Op::GenNew, run, reg, 0);
        self.consumed(v);
        self.r.set_owned(run);
        self.pin(run);
        let span = self.span(stream);
        self.open_run(run, span);
        Some(run)
    }

    /// The class of the runs of a stream, or of a closure of one.
    fn run_class(&mut self, stream: Repr) -> ClassId {
        let of = stream.class().unwrap_or(ClassId(0));
        let of = match &self.p.module.module().classes[of.index()] {
            ClassDesc::Closure { of, .. } => *of,
            _ => of,
        };
        self.p.module.intern_class(ClassDesc::Run { of })
    }

    pub(super) fn range_source(
        &mut self,
        lo: ExprId,
        hi: ExprId,
        inclusive: bool,
        step: Option<ExprId>,
    ) -> Source {
        let i = self.dest(Ty::INT);
        self.into(lo, i);
        let end = self.fixed_int(hi, false);
        let step = step.map(|step| {
            let v = self.fixed_int(step, true);
            (v, matches!(v.place, Place::Int(n) if n < 0))
        });
        self.unpin(i.reg);
        let step = match step {
            Some((Val { place: Place::Int(1), .. }, _)) => None,
            other => other,
        };
        let step = step.map(|(v, down)| (self.reg(v).1, down));
        let end = self.reg(end).1;
        Source::Range { i: i.reg, end, inclusive, step }
    }

    /// An Int that stays what it is during the loop.
    fn fixed_int(&mut self, e: ExprId, keep_constant: bool) -> Val {
        let v = self.read(e);
        match v.place {
            Place::Int(_) if keep_constant => v,
            Place::One(reg, Own::Alias)
                if self.homes.get(usize::from(reg)).is_some_and(Option::is_some) =>
            {
                self.snapshot(v)
            }
            _ => self.load(v, None),
        }
    }

    /// Prepares the first round: into the body, or to `out` when there is none.
    pub(super) fn first_round(&mut self, source: &Source, again: Label, out: Label) {
        match source {
            Source::Range { i, end, inclusive, step } => {
                let Place::One(end, _) = end.place else { return };
                let past = |down: bool| match (down, inclusive) {
                    (false, false) => (Op::JLe, end, *i),
                    (false, true) => (Op::JLt, end, *i),
                    (true, false) => (Op::JLe, *i, end),
                    (true, true) => (Op::JLt, *i, end),
                };
                match step {
                    None => {
                        let (op, a, b) = past(false);
                        self.b.branch(op, a, b, out);
                    }
                    Some((step, _)) => {
                        let Place::One(step, _) = step.place else { return };
                        self.step_entry(step, past(false), past(true), out);
                    }
                }
            }
            Source::List { i, .. }
            | Source::Map { i, .. }
            | Source::Set { i, .. }
            | Source::Text { i, .. } => {
                self.b.emit_imm(Op::LdI, *i, -1);
                self.b.jmp(again);
            }
            Source::Stream { .. } => self.b.jmp(again),
        }
    }

    /// A step that is only known at run time may be negative, and must not be 0.
    fn step_entry(&mut self, step: Reg, up: (Op, Reg, Reg), down: (Op, Reg, Reg), out: Label) {
        let (falling, fine, rising) = (self.b.new_label(), self.b.new_label(), self.b.new_label());
        self.b.branch(Op::JLtI, step, 0, falling);
        self.b.branch(Op::JNeI, step, 0, rising);
        let text = self.p.module.string("the step of a range is 0");
        self.b.emit_imm(Op::Fail, super::codes::RANGE_STEP, text as i32);
        self.b.bind(rising);
        self.b.branch(up.0, up.1, up.2, out);
        self.b.jmp(fine);
        self.b.bind(falling);
        self.b.branch(down.0, down.1, down.2, out);
        self.b.bind(fine);
    }

    /// Goes to the next round, or falls through.
    pub(super) fn next_round(&mut self, source: &Source, head: Label) {
        match source {
            Source::Range { i, end, inclusive, step } => {
                let Place::One(end, _) = end.place else { return };
                match step {
                    None => {
                        let op = if *inclusive { Op::ForLe } else { Op::ForLt };
                        self.b.branch(op, *i, end, head);
                    }
                    Some((step, _)) => {
                        let Place::One(step, _) = step.place else { return };
                        let (up, down) = match inclusive {
                            true => (Op::ForUpE, Op::ForDownE),
                            false => (Op::ForUp, Op::ForDown),
                        };
                        let (falling, done) = (self.b.new_label(), self.b.new_label());
                        self.b.branch(Op::JLtI, step, 0, falling);
                        self.b.branch_step(up, *i, end, step, head);
                        self.b.jmp(done);
                        self.b.bind(falling);
                        self.b.branch_step(down, *i, end, step, head);
                        self.b.bind(done);
                    }
                }
            }
            Source::List { i, list: v, .. } => self.next_of(Op::ForLen, *i, *v, head),
            Source::Map { i, map: v, .. } | Source::Set { i, set: v, .. } => {
                self.next_of(Op::ForMap, *i, *v, head);
            }
            Source::Text { i, text: v } => self.next_of(Op::ForStr, *i, *v, head),
            Source::Stream { run, elem } => {
                self.effects = self.effects.union(lumen_lir::EffectSet::FULL);
                self.b.branch(Op::GenNext, elem.reg, *run, head);
            }
        }
    }

    fn next_of(&mut self, op: Op, i: Reg, v: Val, head: Label) {
        if let Place::One(reg, _) = v.place {
            self.b.branch(op, i, reg, head);
        }
    }

    /// Binds the element of this round.
    pub(super) fn bind_element(&mut self, source: &Source, pat: PatId, e: ExprId) {
        let _ = e;
        match source {
            Source::Range { i, .. } => {
                let v = Val::new(Place::One(*i, Own::Alias), Ty::INT);
                self.bind_counter(pat, v);
            }
            Source::List { i, list, elem } => {
                let list = self.alias(*list);
                let i = Val::new(Place::One(*i, Own::Alias), Ty::INT);
                let want = self.binder_want(pat);
                let v = self.list_element(list, i, *elem, want, None);
                self.bind_whole(pat, v);
            }
            Source::Set { i, set, elem } => {
                let v = self.table_part(*set, *i, *elem, [Op::TableKey, Op::TableKeyR]);
                self.bind_whole(pat, v);
            }
            Source::Map { i, map, key, value } => self.bind_entry(*map, *i, (*key, *value), pat),
            Source::Text { i, text } => {
                let (src, _) = self.reg(*text);
                let dst = self.r.alloc(&mut self.b, Repr::Ref(ClassId::STRING));
                self.b.emit(Op::StrChar, dst, src, *i);
                let v = self.owned(dst, Ty::STRING);
                self.bind_whole(pat, v);
            }
            Source::Stream { elem, .. } => {
                let v = self.param_value(*elem, true);
                self.bind_whole(pat, v);
            }
        }
    }

    /// The element of this round of a loop over a list or set, as a value of its own.
    pub(super) fn element_of_round(&mut self, source: &Source) -> Val {
        match source {
            Source::List { i, list, elem } => {
                let list = self.alias(*list);
                let i = Val::new(Place::One(*i, Own::Alias), Ty::INT);
                self.list_element(list, i, *elem, Want::Own, None)
            }
            Source::Set { i, set, elem } => {
                let v = self.table_part(*set, *i, *elem, [Op::TableKey, Op::TableKeyR]);
                self.own(v, None)
            }
            _ => {
                self.confused("elements of something that is no list and no set");
                Val::never()
            }
        }
    }

    /// Whether what a pattern binds is consumed, so that an element is better counted up at once.
    fn binder_want(&self, pat: PatId) -> Want {
        match self.body().pats[pat].kind {
            PatKind::Bind(local)
                if self.program.facts(self.frame().cell).own.contains(local.raw())
                    && !self.frame().live.dead_bind(local) =>
            {
                Want::Own
            }
            _ => Want::Borrow,
        }
    }

    fn bind_counter(&mut self, pat: PatId, v: Val) {
        if let PatKind::Bind(local) = self.body().pats[pat].kind
            && !self.body().locals[local].mutable
        {
            let env = self.frame().env;
            self.scope.push((env, local));
            self.show_copy(local, v);
            if !self.frame().live.dead_bind(local) {
                self.set_binding(local, Binding::Val(v));
            }
            return;
        }
        self.bind_whole(pat, v);
    }

    fn table_part(&mut self, table: Val, i: Reg, ty: Ty, ops: [Op; 2]) -> Val {
        let table = self.alias(table);
        let (src, table) = self.reg(table);
        let repr = self.one(ty);
        if !repr.is_counted() {
            let dst = self.r.alloc(&mut self.b, repr);
            self.b.emit(ops[0], dst, src, i);
            self.done(table);
            return Val::new(Place::One(dst, Own::Temp), ty);
        }
        let dst = self.r.alloc(&mut self.b, repr);
        self.b.emit(ops[1], dst, src, i);
        let v = self.borrowed(dst, table, ty);
        self.unpack_optional(v, ty, None)
    }

    fn bind_entry(&mut self, map: Val, i: Reg, (key, value): (Ty, Ty), pat: PatId) {
        let body = self.body();
        match &body.pats[pat].kind {
            PatKind::Tuple(parts) if parts.len() == 2 => {
                if !matches!(body.pats[parts[0]].kind, PatKind::Wild) {
                    let k = self.table_part(map, i, key, [Op::TableKey, Op::TableKeyR]);
                    self.bind_whole(parts[0], k);
                }
                if !matches!(body.pats[parts[1]].kind, PatKind::Wild) {
                    let v = self.table_part(map, i, value, [Op::TableVal, Op::TableValR]);
                    self.bind_whole(parts[1], v);
                }
            }
            PatKind::Wild => {}
            _ => {
                let ty = self.p.types.store.intern(TyKind::Tuple(Box::new([key, value])));
                let k = self.table_part(map, i, key, [Op::TableKey, Op::TableKeyR]);
                let v = self.table_part(map, i, value, [Op::TableVal, Op::TableValR]);
                let pair = self.new_flat(ty, None, &[k, v], None);
                self.bind_whole(pat, pair);
            }
        }
    }

    pub(super) fn end_iteration(&mut self, source: Source) {
        match source {
            Source::Stream { run, elem } => {
                self.unpin_dest(elem);
                for n in 0..elem.slots.len() as u16 {
                    self.free(elem.reg + n);
                }
                if let Some(at) = self.defers.iter().rposition(|d| d.is_run && d.reg == run) {
                    self.end_defers(at);
                }
            }
            Source::Range { i, end, step, .. } => {
                self.free(i);
                self.done(end);
                if let Some((step, _)) = step {
                    self.done(step);
                }
            }
            Source::List { i, list: v, .. }
            | Source::Map { i, map: v, .. }
            | Source::Set { i, set: v, .. }
            | Source::Text { i, text: v } => {
                self.free(i);
                self.done(v);
            }
        }
    }
}
