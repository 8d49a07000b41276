//! The conditions inside of converted values: those of records and of refined types, wherever they stand.
//!
//! (Type, with its refinements) → a cell that takes a value of its base and gives the path to the first part that does
//! not meet a condition, with what to say of it, or null. Parts come before what holds them. Containers are walked by
//! cells of std, which ask again for their element type.

use super::call::Formal;
use super::fx::{Fx, Ret};
use super::types::Subst;
use super::value::{Place, Val, Want};
use super::{Job, Key, Lower};
use crate::compiler::hir::RecordId;
use crate::compiler::typecheck::types::{Ty, TyKind};
use lumen_base::{Span, Symbol, sym};
use lumen_lir::{Op, Repr};
use rustc_hash::FxHashSet;

impl Lower<'_> {
    /// Whether a value of a type, which is written with its refinements, may break a condition.
    pub(super) fn has_conditions(&mut self, exact: Ty) -> bool {
        if let Some(&known) = self.conditions.get(&exact) {
            return known;
        }
        let (mut seen, mut work, mut found) = (FxHashSet::default(), vec![exact], false);
        while let Some(ty) = work.pop() {
            if !seen.insert(ty) {
                continue;
            }
            match self.types.kind(ty).clone() {
                TyKind::Refined { .. } => found = true,
                TyKind::Record(id, _) if self.checks_record(id) => found = true,
                TyKind::List(t) | TyKind::Set(t) | TyKind::Optional(t) => work.push(t),
                TyKind::Map(k, v) => work.extend([k, v]),
                TyKind::Union(parts) | TyKind::Tuple(parts) => work.extend(parts.iter()),
                TyKind::Record(..) => work.extend(self.exact_fields(ty, None)),
                TyKind::Enum(id, _) => {
                    for ordinal in 0..self.types.variant_count(id) {
                        work.extend(self.exact_fields(ty, Some(ordinal)));
                    }
                }
                _ => {}
            }
        }
        self.conditions.insert(exact, found);
        found
    }

    fn checks_record(&self, id: RecordId) -> bool {
        self.hir.records[id].fields.iter().any(|field| field.check.is_some())
    }

    /// Field types of a record, or of a variant of an enum, with their refinements.
    fn exact_fields(&mut self, ty: Ty, ordinal: Option<u32>) -> Vec<Ty> {
        let (params, declared, args) = match self.types.kind(ty).clone() {
            TyKind::Record(id, args) => {
                let declared = self.tables.exact_records(id);
                (&self.hir.records[id].type_params, declared, args)
            }
            TyKind::Enum(id, args) => {
                let declared = self.tables.exact_payload(id, ordinal.unwrap_or_default());
                (&self.hir.enums[id].type_params, declared, args)
            }
            _ => return Vec::new(),
        };
        let subst = Subst::new(params, &args);
        declared.iter().map(|&field| self.types.subst_exact(field, &subst)).collect()
    }

    /// `(String, String)?`: a path and a message.
    fn problem_type(&mut self) -> (Ty, Ty) {
        let both = TyKind::Tuple(Box::new([Ty::STRING, Ty::STRING]));
        let both = self.types.store.intern(both);
        (both, self.types.store.optional(both))
    }

    /// The cell that looks for what is wrong in a value.
    pub(super) fn lower_problem(&mut self, job: &Job, exact: Ty) {
        let Some(at) = self.hir.well_known.validate else { return };
        let (_, ret) = self.problem_type();
        let mut frame = self.bare_frame(at);
        frame.ret = Ret::Cell(ret);
        let name = format!("conditions of {}", self.types.name(exact));
        let mut fx = self.start(name, at, &[]);
        fx.r.open_env(0);
        fx.frames.push(frame);
        let ty = fx.p.types.store.erased(exact);
        let dest = fx.param(ty, false);
        fx.results(ret);
        let span = fx.p.hir.cells[at].name_span;
        fx.at(span);
        fx.b.emit(Op::Enter, 0, 0, 0);
        let v = fx.param_value(dest, false);
        fx.look_through(v, exact);
        fx.leave_with(Val::new(Place::Nil, ret), ret);
        fx.close_cell(job, ret);
    }
}

impl Fx<'_, '_> {
    /// `conversion_problem[T](value)`: what is wrong in a value of the base of a type, or null.
    pub(super) fn conversion_problem(&mut self, exact: Ty, v: Val) -> Val {
        let (_, ret) = self.p.problem_type();
        match self.problem_in(exact, v) {
            Some(problem) => problem,
            None => Val::new(Place::Nil, ret),
        }
    }

    /// `conversion_is_done[T](value)`: whether a dynamic value has met the conditions of a type before: it is of the
    /// type already, which names no refined type.
    pub(super) fn conversion_is_done(&mut self, exact: Ty, v: Val) -> Val {
        let ty = self.p.types.store.erased(exact);
        let dst = self.r.alloc(&mut self.b, Repr::Bool);
        self.pin(dst);
        self.b.emit(Op::LdB, dst, 0, 0);
        if ty == exact {
            let end = self.b.new_label();
            self.jump_is(v, ty, false, end, false);
            self.b.emit(Op::LdB, dst, 1, 0);
            self.r.reachable = true;
            self.b.bind(end);
        } else {
            self.done(v);
        }
        self.unpin(dst);
        Val::new(Place::One(dst, super::value::Own::Temp), Ty::BOOL)
    }

    /// What is wrong in a value; nothing when its type has no conditions.
    fn problem_in(&mut self, exact: Ty, v: Val) -> Option<Val> {
        if !self.r.reachable || !self.p.has_conditions(exact) {
            self.done(v);
            return None;
        }
        let formal = Formal { ty: self.p.types.store.erased(exact), owned: false };
        let (_, ret) = self.p.problem_type();
        let v = self.convert(v, formal.ty, None);
        let mut window = self.open_window(&[formal], 2, |_| true);
        self.put(&mut window, 0, v);
        let id = self.p.ask(Key::Problem(exact), None, Vec::new()).0;
        Some(self.finish_call(window, id, ret, None))
    }

    /// The body of the cell for a type: leaves it with the first problem.
    fn look_through(&mut self, v: Val, exact: Ty) {
        match self.kind(exact) {
            TyKind::Refined { alias, args, base } => {
                let again = self.alias(v);
                self.leave_on_problem(base, again, "");
                let Some((cell, span)) = self.p.hir.aliases[alias].check else { return };
                let again = self.alias(v);
                let holds = self.call_with(cell, &args, &[again], None);
                let declared = &self.p.hir.aliases[alias];
                let name = self.p.names.resolve(declared.name);
                let message = format!("{name}: {}", self.condition_source(declared.module, span));
                self.leave_unless(holds, &message);
            }
            TyKind::List(part) => self.container(sym::CONVERSION_IN_LIST, &[part], v),
            TyKind::Set(part) => self.container(sym::CONVERSION_IN_SET, &[part], v),
            TyKind::Map(key, value) => self.container(sym::CONVERSION_IN_MAP, &[key, value], v),
            TyKind::Optional(inner) => self.optional_part(v, inner),
            TyKind::Union(members) => self.member_part(v, &members),
            TyKind::Tuple(parts) => {
                for (i, &part) in parts.iter().enumerate() {
                    self.field_part(v, i, part, &format!("[{i}]"));
                }
            }
            TyKind::Record(id, _) => self.record_parts(v, id, exact),
            TyKind::Enum(..) => self.variant_parts(v, exact),
            _ => {}
        }
        self.done(v);
    }

    /// `the condition … does not hold`
    fn condition_source(&self, module: crate::compiler::hir::ModuleId, span: Span) -> String {
        format!("the condition `{}` does not hold", self.p.text(module, span).trim())
    }

    fn container(&mut self, walk: Symbol, parts: &[Ty], v: Val) {
        let (_, ret) = self.p.problem_type();
        let Some(cell) = self.p.std_cell(walk) else {
            self.confused("std has no cell for the conditions in a container");
            return;
        };
        if parts.iter().any(|&part| self.p.has_conditions(part)) {
            let again = self.alias(v);
            let problem = self.call_with(cell, parts, &[again], None);
            self.leave_with(problem, ret);
        }
    }

    fn optional_part(&mut self, v: Val, inner: Ty) {
        let (absent, end) = (self.b.new_label(), self.b.new_label());
        let base = self.non_null(v.ty);
        let again = self.alias(v);
        let (again, fork) = self.fork_null(again, absent);
        let part = self.present(again, base);
        self.leave_on_problem(inner, part, "");
        let first = self.end_first(&fork, end);
        self.b.bind(absent);
        self.end_second(fork, first, end);
    }

    /// The first member that fits in form is meant.
    fn member_part(&mut self, v: Val, members: &[Ty]) {
        let (_, ret) = self.p.problem_type();
        for &member in members {
            let base = self.p.types.store.erased(member);
            let other = self.b.new_label();
            let test = self.alias(v);
            self.jump_is(test, base, false, other, false);
            let fork = self.r.fork();
            let again = self.alias(v);
            let part = self.convert(again, base, None);
            let problem = self.conversion_problem(member, part);
            self.leave_with(problem, ret);
            self.r.rewind(&self.b, &fork);
            self.b.bind(other);
            self.r.join(fork);
        }
    }

    fn field_part(&mut self, v: Val, at: usize, exact: Ty, step: &str) {
        if !self.r.reachable || !self.p.has_conditions(exact) {
            return;
        }
        let base = self.p.types.store.erased(exact);
        let again = self.alias(v);
        let part = self.load_field(again, at as u32, base, Want::Borrow, None);
        self.leave_on_problem(exact, part, step);
    }

    /// The fields of a record, then its conditions.
    fn record_parts(&mut self, v: Val, id: RecordId, exact: Ty) {
        let hir = self.p.hir;
        let types = self.p.exact_fields(exact, None);
        for (i, (field, &ty)) in hir.records[id].fields.iter().zip(&types).enumerate() {
            let step = format!(".{}", self.p.names.resolve(field.name));
            self.field_part(v, i, ty, &step);
        }
        let (fields, args) = (self.fields(v.ty), self.type_args_of(v.ty));
        for field in &hir.records[id].fields {
            let Some((cell, span)) = field.check else { continue };
            let mut values = Vec::with_capacity(fields.len());
            for (at, &ty) in fields.iter().enumerate() {
                let base = self.alias(v);
                values.push(self.load_field(base, at as u32, ty, Want::Own, None));
            }
            let holds = self.call_with(cell, &args, &values, None);
            let message = self.condition_text(id, field.name, span);
            self.leave_unless(holds, &message);
        }
    }

    fn variant_parts(&mut self, v: Val, exact: Ty) {
        let TyKind::Enum(id, _) = self.kind(exact) else { return };
        let hir = self.p.hir;
        let (reg, v) = self.reg(v);
        for (ordinal, variant) in hir.enums[id].variants.iter().enumerate() {
            let types = self.p.exact_fields(exact, Some(ordinal as u32));
            if !types.iter().any(|&ty| self.p.has_conditions(ty)) {
                continue;
            }
            let (_, ret) = self.p.problem_type();
            let (yes, other) = (self.b.new_label(), self.b.new_label());
            let fork = self.r.fork();
            self.jump_variant(reg, v.ty, ordinal as u32, yes);
            self.b.jmp(other);
            self.b.bind(yes);
            let name = self.p.names.resolve(variant.name);
            for (i, (field, &ty)) in variant.fields.iter().zip(&types).enumerate() {
                let step = match field.name {
                    Some(field) => format!(".{name}.{}", self.p.names.resolve(field)),
                    None if types.len() == 1 => format!(".{name}"),
                    None => format!(".{name}[{i}]"),
                };
                self.field_part(v, i, ty, &step);
            }
            self.leave_with(Val::new(Place::Nil, ret), ret);
            self.r.rewind(&self.b, &fork);
            self.b.bind(other);
            self.r.join(fork);
        }
    }

    /// Leaves the cell with what is wrong in a part, if something is; `step` leads to the part.
    fn leave_on_problem(&mut self, exact: Ty, part: Val, step: &str) {
        let Some(problem) = self.problem_in(exact, part) else { return };
        let (both, ret) = self.p.problem_type();
        let (absent, end) = (self.b.new_label(), self.b.new_label());
        let (problem, fork) = self.fork_null(problem, absent);
        let problem = self.present(problem, both);
        let found = match self.p.std_cell(sym::CONVERSION_UNDER) {
            Some(under) if !step.is_empty() => {
                let step = Val::new(Place::Str(self.p.module.string(step)), Ty::STRING);
                self.call_with(under, &[], &[step, problem], None)
            }
            _ => problem,
        };
        self.leave_with(found, ret);
        let first = self.end_first(&fork, end);
        self.b.bind(absent);
        self.absent(problem);
        self.end_second(fork, first, end);
    }

    /// Leaves the cell with a message about the value itself, if a condition does not hold.
    fn leave_unless(&mut self, holds: Val, message: &str) {
        let (both, ret) = self.p.problem_type();
        let fine = self.b.new_label();
        self.jump_truth(holds, true, fine, false);
        let fork = self.r.fork();
        if self.r.reachable {
            let text = |fx: &mut Self, text: &str| {
                Val::new(Place::Str(fx.p.module.string(text)), Ty::STRING)
            };
            let parts = [text(self, ""), text(self, message)];
            let problem = self.new_flat(both, None, &parts, None);
            self.leave_with(problem, ret);
        }
        self.r.rewind(&self.b, &fork);
        self.b.bind(fine);
        self.r.join(fork);
    }
}
