//! Values of type `any Trait`: calls of methods and texts that the type of the value decides when the program runs.
//!
//! Such a value is dynamic, and carries its type. A method called on one becomes a call of a dispatcher: a cell that
//! tests for each type that enters this `any Trait` somewhere in the program, and calls what implements it. Which types
//! enter is known when all instances are lowered, and what dispatchers call may let more types enter: so instances are
//! asked for until nothing is new, and the dispatchers are written last.
//!
//! Invariant: the type checker has seen that each type that enters has the traits.

use super::fx::{Dest, Fx, Ret};
use super::value::Val;
use super::{Job, Key, Lower, codes, limits};
use crate::compiler::hir::{Bound, Bounds, CellId, CellOrigin, Hir, TraitId};
use crate::compiler::typecheck::types::{Ty, TyFlags, TyKind};
use lumen_base::FileSpan;
use lumen_lir::Op;
use rustc_hash::FxHashSet;
use std::collections::BTreeMap;

/// What is known of the values of all `any Trait`s.
#[derive(Default)]
pub(super) struct Objects {
    /// By `any Trait`: the types that enter it and where, in the order in which they were seen.
    entered: BTreeMap<Ty, Vec<(Ty, FileSpan)>>,
    /// By `any Trait`: others whose values enter it.
    wider: BTreeMap<Ty, Vec<Ty>>,
    /// Cells to be written last.
    dispatchers: Vec<Job>,
    /// Dispatchers and types for which instances were asked for.
    asked: FxHashSet<(usize, Ty)>,
}

impl Objects {
    /// Every type that enters `object`, directly or through another `any Trait`.
    fn entering(&self, object: Ty) -> Vec<(Ty, FileSpan)> {
        let (mut seen, mut work) = (vec![object], vec![object]);
        let mut found: Vec<(Ty, FileSpan)> = Vec::new();
        while let Some(next) = work.pop() {
            for &(ty, at) in self.entered.get(&next).into_iter().flatten() {
                if !found.iter().any(|(known, _)| *known == ty) {
                    found.push((ty, at));
                }
            }
            for &from in self.wider.get(&next).into_iter().flatten() {
                if !seen.contains(&from) {
                    seen.push(from);
                    work.push(from);
                }
            }
        }
        found
    }
}

/// Whether a type with the trait has the builtin ones in `bounds`.
fn implies(hir: &Hir, of: TraitId, bounds: Bounds) -> bool {
    let (mut seen, mut work) = (vec![of], vec![of]);
    while let Some(next) = work.pop() {
        if hir.traits[next].builtin.contains(bounds) {
            return true;
        }
        for (parent, _) in &hir.traits[next].parents {
            match *parent {
                Bound::Builtin(known) if known.contains(bounds) => return true,
                Bound::Trait(parent) if !seen.contains(&parent) => {
                    seen.push(parent);
                    work.push(parent);
                }
                _ => {}
            }
        }
    }
    false
}

/// The `any Trait` of a dispatcher's receiver.
fn object_of(key: &Key) -> Ty {
    match key {
        Key::Cell(_, args) => args.first().copied().unwrap_or(Ty::ERROR),
        Key::Text(ty) => *ty,
        _ => Ty::ERROR,
    }
}

impl Lower<'_> {
    /// Notes that values of type `from` become values of type `to`.
    pub(super) fn enter(&mut self, from: Ty, to: Ty, at: FileSpan) {
        let types = &self.types;
        let without_null = |ty: Ty| match *types.kind(ty) {
            TyKind::Optional(inner) => inner,
            _ => ty,
        };
        let (from, to) = (without_null(from), without_null(to));
        if from == to || !matches!(types.kind(to), TyKind::Object(_)) {
            return;
        }
        match types.kind(from) {
            TyKind::Null | TyKind::Never | TyKind::Error | TyKind::Any => {}
            TyKind::Object(_) => {
                let known = self.objects.wider.entry(to).or_default();
                if !known.contains(&from) {
                    known.push(from);
                }
            }
            _ => {
                let known = self.objects.entered.entry(to).or_default();
                if !known.iter().any(|(ty, _)| *ty == from) {
                    known.push((from, at));
                }
            }
        }
    }

    /// Whether a call of this method is decided by the type that its receiver carries.
    pub(super) fn dispatches(&self, cell: CellId, type_args: &[Ty]) -> bool {
        let CellOrigin::Trait(of) = self.hir.cells[cell].origin else { return false };
        self.hir.traits[of].builtin == Bounds::default()
            && type_args.first().is_some_and(|&own| self.is_object(own))
    }

    pub(super) fn is_object(&self, ty: Ty) -> bool {
        matches!(self.types.kind(ty), TyKind::Object(_))
    }

    /// Whether values of an `any Trait` may have a text of their own.
    pub(super) fn is_shown(&self, ty: Ty) -> bool {
        match self.types.kind(ty) {
            TyKind::Object(traits) => traits.iter().any(|&of| implies(self.hir, of, Bounds::SHOW)),
            _ => false,
        }
    }

    /// Whether an instance is a dispatcher.
    pub(super) fn defers(&self, key: &Key) -> bool {
        match key {
            Key::Cell(cell, args) => self.dispatches(*cell, args),
            Key::Text(ty) => self.is_object(*ty),
            _ => false,
        }
    }

    /// Puts a dispatcher aside until everything else is lowered.
    pub(super) fn put_aside(&mut self, job: Job) {
        let object = object_of(&job.key);
        self.objects.dispatchers.push(job);
        if self.hir.modules.values().any(|module| module.is_entry) {
            self.enter_earlier(object);
        }
    }

    /// What may have entered in earlier entries of a session: what has an impl, and what their bodies convert.
    fn enter_earlier(&mut self, object: Ty) {
        let TyKind::Object(traits) = self.types.kind(object).clone() else { return };
        let Some(&first) = traits.first() else { return };
        let (hir, tables) = (self.hir, self.tables);
        let is_open = |types: &super::Types<'_>, ty: Ty| types.store.flags(ty).any(TyFlags::PARAM);
        for (id, decl) in hir.impls.iter().filter(|(_, decl)| decl.of == Some(first)) {
            let Some(info) = tables.impls.info(id) else { continue };
            let target = self.types.store.erased(info.target);
            let has = |&of: &TraitId| tables.impls.find(&self.types.store, of, target).is_some();
            if !is_open(&self.types, target) && traits.iter().all(has) {
                let at = decl.head.in_file(hir.modules[decl.module].file);
                self.enter(target, object, at);
            }
        }
        for (id, body) in tables.bodies.iter() {
            let mut found: Vec<(Ty, Ty)> =
                body.adjust.iter().map(|(&expr, &to)| (body.ty(expr), to)).collect();
            found.sort_unstable();
            let at = hir.cells[id].name_span.in_file(self.file_of(id));
            for (from, to) in found {
                if !is_open(&self.types, from) {
                    self.enter(from, to, at);
                }
            }
        }
    }

    /// Asks for what the dispatchers call. Whether anything was new.
    pub(super) fn ask_for_dispatched(&mut self) -> bool {
        let mut found = false;
        let mut at = 0;
        while at < self.objects.dispatchers.len() {
            let key = self.objects.dispatchers[at].key.clone();
            for (ty, _) in self.objects.entering(object_of(&key)) {
                if !self.objects.asked.insert((at, ty)) {
                    continue;
                }
                found = true;
                match &key {
                    Key::Cell(cell, args) => {
                        let mut args = args.clone();
                        args[0] = ty;
                        let (cell, args) = self.implementation(*cell, args);
                        self.instance(cell, &args);
                    }
                    _ if self.has_own_text(ty) => {
                        self.ask(Key::Text(ty), None, Vec::new());
                    }
                    _ => {}
                }
            }
            at += 1;
        }
        found
    }

    /// Writes the dispatchers: nothing is lowered behind them.
    pub(super) fn write_dispatchers(&mut self) {
        let jobs = std::mem::take(&mut self.objects.dispatchers);
        for job in &jobs {
            match &job.key {
                Key::Cell(cell, args) => {
                    let (cell, args) = (*cell, args.clone());
                    self.lower_dispatcher(job, cell, &args);
                }
                Key::Text(ty) => {
                    let ty = *ty;
                    self.lower_text(job, ty);
                }
                _ => {}
            }
        }
        self.objects.dispatchers = jobs;
    }

    fn lower_dispatcher(&mut self, job: &Job, cell: CellId, args: &[Ty]) {
        let name = self.instance_name(cell, args);
        let mut frame = self.bare_frame(cell);
        let mut fx = self.start(name, cell, args);
        let known = fx.formals(cell, args);
        frame.ret = Ret::Cell(known.ret);
        fx.r.open_env(0);
        fx.frames.push(frame);
        let dests: Vec<Dest> = known.params.iter().map(|p| fx.param(p.ty, p.owned)).collect();
        fx.results(known.ret);
        let span = fx.p.hir.cells[cell].name_span;
        fx.at(span);
        fx.b.emit(Op::Enter, 0, 0, 0);
        let params = dests.iter().zip(&known.params);
        let values: Vec<Val> = params.map(|(&dest, p)| fx.param_value(dest, p.owned)).collect();
        fx.for_each_type(&values, |fx, ty, values| {
            let mut args: Box<[Ty]> = args.into();
            args[0] = ty;
            let v = fx.call_with(cell, &args, values, None);
            fx.leave_with(v, known.ret);
        });
        fx.fail_text(
            codes::CONVERSION,
            "the type of this value was not known when the call was compiled",
        );
        fx.close_cell(job, known.ret);
    }
}

impl Fx<'_, '_> {
    /// The text of an `any Trait`: of types with a text of their own that one, else that of the structure.
    pub(super) fn object_text(&mut self, v: Val) -> Val {
        self.for_each_type(&[v], |fx, ty, values| {
            let text = if fx.p.has_own_text(ty) {
                fx.inner_text(values[0])
            } else {
                fx.text_of(values[0], true)
            };
            fx.leave_with(text, Ty::STRING);
        });
        self.text_of(v, true)
    }

    /// Code for each type that the first of the values may have: `arm` gets them with the first as one of that type,
    /// and leaves the cell. What follows runs for values of other types.
    fn for_each_type(&mut self, values: &[Val], mut arm: impl FnMut(&mut Self, Ty, &[Val])) {
        let Some((&receiver, rest)) = values.split_first() else { return };
        let mut seen: Vec<(lumen_lir::TypeId, Ty)> = Vec::new();
        for (ty, at) in self.p.objects.entering(receiver.ty) {
            let id = self.info(ty).id;
            if let Some(&(_, first)) = seen.iter().find(|(known, _)| *known == id) {
                self.check_same_form(at, first, ty, receiver.ty);
                continue;
            }
            seen.push((id, ty));
            let other = self.b.new_label();
            let test = self.alias(receiver);
            self.jump_is(test, ty, false, other, false);
            let fork = self.r.fork();
            let again = self.alias(receiver);
            let inner = self.convert(again, ty, None);
            let values: Vec<Val> = std::iter::once(inner).chain(rest.iter().copied()).collect();
            arm(self, ty, &values);
            self.r.rewind(&self.b, &fork);
            self.b.bind(other);
            self.r.join(fork);
        }
    }

    /// Reports two types that a running program cannot tell apart, where they may have different impls.
    fn check_same_form(&mut self, at: FileSpan, first: Ty, second: Ty, object: Ty) {
        let differs = |ty: Ty| self.p.types.store.flags(ty).any(TyFlags::OBJECT);
        if !differs(first) && !differs(second) {
            return;
        }
        let [first, second, object] = [first, second, object].map(|ty| self.p.types.name(ty));
        self.p.errors.push(limits::same_form(at, &first, &second, &object));
    }
}
