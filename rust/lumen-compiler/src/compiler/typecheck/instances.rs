//! Effects with type arguments: which instance of an effect is meant where none is written.
//!
//! A row has one instance of an effect. So what is known of the row at hand decides the arguments of an operation: the
//! written row of the cell, the handler around, an operation or a call before. That is for inference only; whether rows
//! fit is found when they are solved, and two instances in one row are reported there.

use super::body::BodyCx;
use super::diagnostics as d;
use super::subst::Inst;
use super::types::{RowKind, RowTy, Ty, TyFlags, TyKind};
use super::{Checker, INFER_DEPTH_MAX};
use crate::compiler::effects::row::{RowMark, RowVar, Why};
use crate::compiler::hir::{CellId, CellOrigin, EffectId, Handle};
use lumen_base::FileSpan;

/// What no type argument of an effect may have: two of them could differ in what lowering does not tell apart.
pub(in crate::compiler) const UNKEYED: TyFlags = TyFlags::FN.union(TyFlags::REFINED);

impl Checker<'_> {
    /// The row of a cell as one use has it flows into `to`.
    pub(super) fn row_instance(&mut self, to: RowVar, from: RowVar, inst: &Inst<'_>, why: Why) {
        let n = if self.generic_effects { inst.params.len() } else { 0 };
        let types = inst.params.iter().copied().zip(inst.args.iter().copied()).take(n);
        self.rows.instance(to, from, &inst.rows, types, why);
    }

    /// Makes the arguments of effects equal that two rows share.
    pub(super) fn unify_instances(&mut self, a: RowTy, b: RowTy, at: FileSpan) {
        if !self.generic_effects || a == b {
            return;
        }
        for x in self.store.row(a).instances.clone() {
            for y in self.store.row(b).instances.clone() {
                self.meet_instances(x, y, at);
            }
        }
    }

    /// Makes two instances equal if they can be; what remains different is found later.
    fn meet_instances(&mut self, a: Ty, b: Ty, at: FileSpan) {
        if a != b && self.store.effect_of(a) == self.store.effect_of(b) {
            self.attempt(|this| this.unify(a, b, at));
        }
    }

    /// What is about to flow into `to` has the instances that are known there.
    pub(super) fn agree(&mut self, to: RowVar, row: RowTy, at: FileSpan) {
        if !self.generic_effects {
            return;
        }
        let kind = self.store.row(row);
        let mut coming = kind.instances.to_vec();
        for &var in &kind.infer {
            coming.extend_from_slice(self.rows.known(var));
        }
        for instance in coming {
            let of = self.store.effect_of(instance);
            let mut known = self.rows.known(to).iter().copied();
            if let Some(known) = known.find(|&it| self.store.effect_of(it) == of) {
                self.meet_instances(instance, known, at);
            }
        }
    }

    /// What a cell with an inferred row is known to perform, as one use has it.
    /// Its body is checked first, where that can be.
    pub(super) fn performed(&mut self, cell: CellId, inst: &Inst<'_>) -> RowTy {
        let origin = self.hir.cells[cell].origin;
        let is_free = matches!(origin, CellOrigin::TopLevel | CellOrigin::Method);
        if self.generic_effects && is_free && self.depth < INFER_DEPTH_MAX {
            self.check_cell(cell);
        }
        let of = &self.cells[cell.index()].instances;
        if of.is_empty() {
            return RowTy::EMPTY;
        }
        let row = RowKind { instances: of.clone(), ..RowKind::default() };
        let row = self.store.intern_row(row);
        self.instantiate_row(row, inst)
    }

    /// An instance, when it is undecided or one that cannot be.
    fn open_instance(&mut self, instance: Ty) -> Option<Ty> {
        let instance = self.zonk(instance);
        let flags = self.store.flags(instance);
        let is_bad = flags.any(TyFlags::INFER) || flags.any(UNKEYED);
        let is_instance = matches!(self.store.kind(instance), TyKind::Instance(..));
        (is_instance && is_bad && !flags.any(TyFlags::ERROR)).then_some(instance)
    }

    /// Closes the rows that a body has added.
    fn close_rows(&mut self, mark: RowMark) -> Vec<(Ty, FileSpan)> {
        let mut rows = std::mem::take(&mut self.rows);
        let (types, written) = rows.since(mark);
        let mut open = Vec::new();
        for (ty, at) in types {
            *ty = self.zonk(*ty);
            open.extend(self.open_instance(*ty).map(|it| (it, at)));
        }
        for row in written {
            *row = self.zonk_row(*row);
        }
        self.rows = rows;
        open
    }
}

impl BodyCx<'_, '_> {
    /// The known instance of an effect in the row at hand, or in those of the functions around.
    fn instance_at_hand(&self, of: EffectId) -> Option<Ty> {
        self.frames.iter().rev().find_map(|frame| {
            let mut known = self.c.rows.known(frame.row).iter().copied();
            known.find(|&it| self.c.store.effect_of(it) == Some(of))
        })
    }

    /// The arguments of an operation that were not written are those of the instance at hand.
    pub(super) fn meet_instance(&mut self, operation: CellId, args: &[Ty], at: FileSpan) {
        let CellOrigin::Operation(of) = self.hir.cells[operation].origin else { return };
        if args.is_empty() {
            return;
        }
        if let Some(known) = self.instance_at_hand(of) {
            let instance = self.c.store.intern(TyKind::Instance(of, args.into()));
            self.c.meet_instances(instance, known, at);
        }
    }

    /// Closes the rows of this body; an instance that nothing decided is reported.
    pub(super) fn close_instances(&mut self) {
        if !self.c.generic_effects {
            return;
        }
        let mark = self.rows_before;
        let mut told: Vec<FileSpan> = Vec::new();
        let mut open = self.c.close_rows(mark);
        for (instance, at) in std::mem::take(&mut self.watched) {
            open.extend(self.c.open_instance(instance).map(|it| (it, at)));
        }
        let is_reported = !open.is_empty();
        for (instance, at) in open {
            if self.c.store.flags(instance).any(TyFlags::INFER) {
                let of = self.c.store.effect_of(instance).map(|of| self.hir.effects[of].name);
                let name = of.map_or("", |name| self.c.names.resolve(name)).to_owned();
                if !told.contains(&at) {
                    told.push(at);
                    self.report(d::undecided_instance(at, &name));
                }
                let mut vars = Vec::new();
                self.open_vars(instance, &mut vars);
                vars.into_iter().for_each(|var| self.c.decide(var, Ty::ERROR));
            } else if !told.contains(&at) {
                told.push(at);
                let shown = self.c.show(instance);
                self.report(d::unkeyed_instance(at, &shown));
            }
        }
        if is_reported {
            self.c.close_rows(mark);
        }
        let var = self.c.cells[self.cell.index()].row_var;
        let known = self.c.rows.known(var).to_vec();
        let mut known: Vec<Ty> = known.into_iter().map(|it| self.c.zonk(it)).collect();
        known.retain(|&it| !self.c.store.flags(it).any(TyFlags::INFER));
        known.sort_unstable();
        self.c.cells[self.cell.index()].instances = known.into_boxed_slice();
    }

    /// The effects with type parameters that a handler names, with their arguments: written ones or open.
    pub(super) fn handled_instances(&mut self, handle: &Handle) -> Vec<(EffectId, Box<[Ty]>)> {
        let mut found: Vec<(EffectId, Box<[Ty]>)> = Vec::new();
        for clause in &handle.clauses {
            let CellOrigin::Operation(of) = self.hir.cells[clause.operation].origin else {
                continue;
            };
            let params = &self.hir.effects[of].type_params;
            if params.is_empty() {
                continue;
            }
            let at = self.here(clause.span);
            let written: Box<[Ty]> = clause.type_args.iter().map(|&ty| self.written(ty)).collect();
            match found.iter().find(|it| it.0 == of).map(|it| it.1.clone()) {
                None => {
                    let is_open = written.is_empty();
                    let args: Box<[Ty]> = if is_open {
                        params.iter().map(|_| self.fresh()).collect()
                    } else {
                        written
                    };
                    self.require_bounds(&Inst {
                        params,
                        args: args.to_vec(),
                        rows: Vec::new(),
                        at,
                    });
                    self.watched
                        .push((self.c.store.intern(TyKind::Instance(of, args.clone())), at));
                    found.push((of, args));
                }
                Some(known) => self.same_instance(of, &known, &written, at),
            }
        }
        found
    }

    /// A clause that writes other arguments than one before it.
    fn same_instance(&mut self, of: EffectId, known: &[Ty], written: &[Ty], at: FileSpan) {
        if written.iter().zip(known).all(|(&a, &b)| self.c.unify(a, b, at)) {
            return;
        }
        let mut shown = |args: &[Ty]| {
            let ty = self.c.store.intern(TyKind::Instance(of, args.into()));
            self.c.show(ty)
        };
        let (other, instance) = (shown(known), shown(written));
        self.report(d::other_instance(at, &instance, &other));
    }

    pub(super) fn instances_row(&mut self, of: &[(EffectId, Box<[Ty]>)]) -> RowTy {
        let kinds = of.iter().map(|(of, args)| TyKind::Instance(*of, args.clone()));
        let mut instances: Vec<Ty> = kinds.map(|kind| self.c.store.intern(kind)).collect();
        instances.sort_unstable();
        let instances = instances.into_boxed_slice();
        self.c.store.intern_row(RowKind { instances, ..RowKind::default() })
    }

    /// What a handler handles is what its body performs.
    pub(super) fn meet_handled(&mut self, handled: RowTy, body: RowTy, at: FileSpan) {
        if handled != RowTy::EMPTY {
            let var = self.c.rows.fresh();
            self.c.rows.learn(var, handled, RowTy::EMPTY, &self.c.store);
            self.c.agree(var, body, at);
        }
    }
}
