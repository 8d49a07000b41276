//! One body under check: its context, and the steps before and after its expressions.
//!
//! (Signature, HIR body) → (`TypedBody`, result type). At the end variables are replaced everywhere, those that nothing
//! decided become `Null` (or `Int` where a number is needed), waiting bounds are checked, and matches are
//! examined for missing cases.

use super::diagnostics as d;
use super::narrow::Flow;
use super::tables::TypedBody;
use super::types::{RowTy, Ty, TyFlags, TyKind};
use super::{Checker, Ret, TYPE_SIZE_MAX, exhaustive};
use crate::compiler::effects::row::{CheckKind, RowMark, RowVar, Source, Why};
use crate::compiler::hir::{
    Body, Bound, Bounds, CellId, CellOrigin, ExprId, ExprKind, Hir, LocalId, PatId,
};
use lumen_base::{Diagnostic, FileId, FileSpan, Span};
use lumen_lir::effects::EffectSet;
use rustc_hash::{FxHashMap, FxHashSet};

/// What the context wants of an expression.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Want {
    /// Whatever it is.
    Free,
    /// A value that fits this type; the type guides literals and lambdas.
    Ty(Ty),
    /// Nothing: the value is dropped.
    Discard,
}

impl Want {
    pub(super) fn ty(self) -> Option<Ty> {
        match self {
            Want::Ty(ty) => Some(ty),
            _ => None,
        }
    }
}

/// The function whose code is being checked: the cell, or a lambda in it.
#[derive(Clone, Copy)]
pub(super) struct Frame {
    pub ret: Ty,
    pub row: RowVar,
    pub kind: FrameKind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum FrameKind {
    Cell,
    /// The top-level statements of a document: no value, nothing to propagate to.
    Script,
    Lambda,
    /// The body of a `handle` or a clause of it: `return` and `?` leave the function around.
    Handled,
    Defer,
    /// The body of a generator cell: the type of its elements.
    Generator(Ty),
}

/// What the breaks of a loop have given so far.
#[derive(Clone, Copy, Default)]
pub(super) struct LoopState {
    pub value: Option<Ty>,
}

/// A set of patterns to examine once all types are known.
pub(super) enum CaseTask {
    Match(ExprId),
    /// A pattern that must always match: `let`, `for`, lambda parameter.
    Irrefutable(PatId, &'static str),
    /// `if let`, `while let`, `let … else`: must be able to fail.
    Refutable(PatId),
    /// The pattern of `let … else`, which must be able to fail.
    LetElse(PatId),
}

pub(super) struct BodyCx<'c, 'a> {
    pub c: &'c mut Checker<'a>,
    pub hir: &'a Hir,
    pub body: &'a Body,
    pub cell: CellId,
    pub file: FileId,
    pub out: TypedBody,
    /// Expressions of a refined type: the type, which `expr_ty` does not show.
    pub exact: FxHashMap<ExprId, Ty>,
    /// Arguments of `print` and `debug`.
    pub printed: FxHashSet<ExprId>,
    pub flow: Flow,
    pub frames: Vec<Frame>,
    pub loops: Vec<LoopState>,
    pub cases: Vec<CaseTask>,
    /// Diagnostics before this body.
    pub reported_before: usize,
    /// Rows before this body.
    pub rows_before: RowMark,
    /// Instances of effects that handlers name, with the place of each.
    pub watched: Vec<(Ty, FileSpan)>,
    /// Statements behind one that leaves were reported in this block already.
    pub reported_unreachable: bool,
}

impl<'c, 'a> BodyCx<'c, 'a> {
    pub(super) fn new(c: &'c mut Checker<'a>, cell: CellId, body: &'a Body) -> Self {
        let (hir, reported_before, rows_before) = (c.hir, c.diags.len(), c.rows.mark());
        let file = c.file_of(cell);
        let mut flow = Flow::default();
        flow.reset(body.locals.len());
        let out = TypedBody {
            expr_ty: lumen_base::ArenaMap::with_capacity(body.exprs.len()),
            local_ty: lumen_base::ArenaMap::with_capacity(body.locals.len()),
            pat_ty: lumen_base::ArenaMap::with_capacity(body.pats.len()),
            ..TypedBody::default()
        };
        BodyCx {
            c,
            hir,
            body,
            cell,
            file,
            out,
            exact: FxHashMap::default(),
            printed: FxHashSet::default(),
            flow,
            frames: Vec::new(),
            loops: vec![LoopState::default(); body.loops.len()],
            cases: Vec::new(),
            reported_before,
            rows_before,
            watched: Vec::new(),
            reported_unreachable: false,
        }
    }

    /// Checks the body against its signature; the type is the signature's result, inferred if it was not written.
    pub(super) fn check_body(mut self) -> (TypedBody, Ty) {
        let origin = self.hir.cells[self.cell].origin;
        let inferred = self.c.cells[self.cell.index()].ret == Ret::Checking;
        self.bind_params();
        let sig = &self.c.tables.sigs[self.cell];
        let (mut ret, row) = (sig.ret, sig.row);
        if inferred {
            ret = self.c.fresh();
        }
        let kind = if origin == CellOrigin::Script { FrameKind::Script } else { FrameKind::Cell };
        let info = &self.c.cells[self.cell.index()];
        let (row_var, declared) = (info.row_var, info.row_declared);
        self.frames.push(Frame { ret, row: row_var, kind });
        if declared {
            self.c.rows.learn(row_var, row, RowTy::EMPTY, &self.c.store);
        }
        if let Some(root) = self.body.root {
            self.cell_root(root, ret);
        }
        if declared {
            self.check_row(row_var, row, origin);
        }
        let ret = self.finish(ret);
        (self.out, ret)
    }

    fn bind_params(&mut self) {
        let captured = self.c.capture_tys.get(&self.cell).cloned().unwrap_or_default();
        for (i, &local) in self.body.captures.iter().enumerate() {
            let ty = captured.get(i).copied().unwrap_or(Ty::ERROR);
            self.out.local_ty.insert(local, ty);
        }
        for (i, &local) in self.body.params.iter().enumerate() {
            let ty = self.c.tables.sigs[self.cell].params.get(i).copied().unwrap_or(Ty::ERROR);
            self.out.local_ty.insert(local, ty);
        }
    }

    fn cell_root(&mut self, root: ExprId, ret: Ty) {
        if ret == Ty::NULL {
            self.discard(root);
            return;
        }
        let own = self.expr(root, Want::Ty(ret));
        if own == Ty::NULL
            && self.falls_off(root)
            && !matches!(
                self.c.store.kind(self.c.shallow(ret)),
                TyKind::Infer(_) | TyKind::Optional(_) | TyKind::Any | TyKind::Json | TyKind::Error
            )
        {
            let cell = &self.hir.cells[self.cell];
            let shown = self.c.show(ret);
            let end = Span::new(self.span(root).hi.saturating_sub(1), self.span(root).hi);
            let name = self.c.names.resolve(cell.name);
            let at = if cell.name_span.is_empty() { end } else { cell.name_span };
            self.report(d::missing_value(at.in_file(self.file), name, &shown));
            return;
        }
        self.coerce(root, own, ret);
        if own == Ty::NEVER || own == Ty::ERROR {
            self.c.decide(ret, own);
        }
    }

    /// Whether `root` is a block without a value at its end.
    pub(super) fn falls_off(&self, root: ExprId) -> bool {
        matches!(&self.body.exprs[root].kind, ExprKind::Block(block) if block.tail.is_none())
    }

    fn check_row(&mut self, var: RowVar, allowed: RowTy, origin: CellOrigin) {
        let row = self.c.rows.row_of(var, &mut self.c.store);
        let at = self.hir.cells[self.cell].name_span.in_file(self.file);
        let kind = match origin {
            CellOrigin::Default | CellOrigin::Where | CellOrigin::Const => {
                CheckKind::Pure(self.cell)
            }
            _ => CheckKind::Declared(self.cell),
        };
        self.c.rows.check(row, allowed, at, kind);
    }

    fn finish(&mut self, ret: Ty) -> Ty {
        let mut ret = ret;
        if !self.c.vars.is_empty() {
            self.default_waiting_bounds();
            self.c.decide_never();
        }
        self.close_instances();
        if !self.c.vars.is_empty() {
            ret = self.close_variables(ret);
            self.c.vars.clear();
        }
        for (ty, bound, at) in std::mem::take(&mut self.c.obligations) {
            self.c.require(ty, bound, at);
        }
        if !self.cases.is_empty() {
            exhaustive::examine(self);
        }
        ret
    }

    /// A variable that only a bound speaks of: numbers and orders mean `Int`.
    fn default_waiting_bounds(&mut self) {
        for i in 0..self.c.obligations.len() {
            let (ty, bound, at) = self.c.obligations[i];
            let ty = self.c.shallow(ty);
            let wants_int = matches!(bound, Bound::Builtin(Bounds::NUM | Bounds::ORD));
            if wants_int && matches!(self.c.store.kind(ty), TyKind::Infer(_)) {
                self.c.unify(ty, Ty::INT, at);
            }
        }
        for i in 0..self.c.obligations.len() {
            let ty = self.c.obligations[i].0;
            self.c.obligations[i].0 = self.close(ty);
        }
    }

    /// `ty` without variables: those that nothing decided become `Null`.
    fn close(&mut self, ty: Ty) -> Ty {
        let ty = self.c.zonk(ty);
        if !self.c.store.flags(ty).any(TyFlags::INFER) {
            return ty;
        }
        if matches!(self.c.store.kind(ty), TyKind::Infer(_)) {
            self.c.unify(ty, Ty::NULL, FileSpan::default());
            return Ty::NULL;
        }
        let mut vars = Vec::new();
        self.open_vars(ty, &mut vars);
        for var in vars {
            self.c.unify(var, Ty::NULL, FileSpan::default());
        }
        self.c.zonk(ty)
    }

    pub(super) fn open_vars(&self, ty: Ty, out: &mut Vec<Ty>) {
        if !self.c.store.flags(ty).any(TyFlags::INFER) {
            return;
        }
        match self.c.store.kind(ty) {
            TyKind::Infer(_) => out.push(ty),
            TyKind::List(a) | TyKind::Set(a) | TyKind::Optional(a) => self.open_vars(*a, out),
            TyKind::Stream { elem, row } => {
                self.open_vars(*elem, out);
                self.open_vars_of_row(*row, out);
            }
            TyKind::Map(k, v) => {
                self.open_vars(*k, out);
                self.open_vars(*v, out);
            }
            TyKind::Tuple(parts)
            | TyKind::Record(_, parts)
            | TyKind::Enum(_, parts)
            | TyKind::Union(parts)
            | TyKind::Instance(_, parts)
            | TyKind::Refined { args: parts, .. } => {
                parts.iter().for_each(|&part| self.open_vars(part, out));
            }
            TyKind::Fn { params, ret, row } => {
                params.iter().for_each(|&part| self.open_vars(part, out));
                self.open_vars(*ret, out);
                self.open_vars_of_row(*row, out);
            }
            _ => {}
        }
    }

    fn open_vars_of_row(&self, row: RowTy, out: &mut Vec<Ty>) {
        let instances = self.c.store.row(row).instances.iter();
        instances.for_each(|&part| self.open_vars(part, out));
    }

    fn close_variables(&mut self, ret: Ty) -> Ty {
        let ret = self.close(ret);
        self.open_locals();
        let mut out = std::mem::take(&mut self.out);
        for id in self.body.exprs.ids() {
            if let Some(slot) = out.expr_ty.get_mut(id) {
                *slot = self.close(*slot);
            }
        }
        for id in self.body.locals.ids() {
            if let Some(slot) = out.local_ty.get_mut(id) {
                *slot = self.close(*slot);
            }
        }
        for id in self.body.pats.ids() {
            if let Some(slot) = out.pat_ty.get_mut(id) {
                *slot = self.close(*slot);
            }
        }
        out.adjust.values_mut().for_each(|slot| *slot = self.close(*slot));
        out.refine.values_mut().for_each(|slot| *slot = self.close(*slot));
        out.refine_result.values_mut().for_each(|slot| *slot = self.close(*slot));
        out.calls.values_mut().for_each(|call| self.close_all(&mut call.type_args));
        out.fn_values.values_mut().for_each(|value| self.close_all(&mut value.type_args));
        out.is_ty.values_mut().for_each(|slot| *slot = self.close(*slot));
        out.pat_test.values_mut().for_each(|slot| *slot = self.close(*slot));
        out.pat_member.values_mut().for_each(|slot| *slot = self.close(*slot));
        out.loop_ty.values_mut().for_each(|slot| *slot = self.close(*slot));
        out.exit_ty.values_mut().for_each(|slot| *slot = self.close(*slot));
        out.clause_args.values_mut().for_each(|args| self.close_all(args));
        out.places.values_mut().for_each(|steps| {
            steps.iter_mut().for_each(|step| step.container = self.close(step.container));
        });
        self.out = out;
        ret
    }

    /// A binding whose type nothing decides needs an annotation.
    fn open_locals(&mut self) {
        for (id, local) in self.body.locals.iter() {
            let Some(&ty) = self.out.local_ty.get(id) else { continue };
            let ty = self.c.zonk(ty);
            let name = self.c.names.resolve(local.name);
            // A local without a name stands for a value that is used once; what is open in it, nothing asks for.
            if !name.is_empty() && self.c.store.flags(ty).any(TyFlags::INFER) {
                let at = self.here(local.span);
                let shown = self.c.show(ty);
                if !self.has_errors() {
                    self.report(d::open_binding(at, name, &shown));
                }
                let mut open = Vec::new();
                self.open_vars(ty, &mut open);
                for var in open {
                    self.c.decide(var, Ty::ERROR);
                }
            }
        }
    }

    /// Whether this body has an error already: then an undecided type may only follow from it.
    fn has_errors(&self) -> bool {
        let missing = |kind: &ExprKind| matches!(kind, ExprKind::Missing);
        self.c.diags[self.reported_before..].iter().any(Diagnostic::is_error)
            || self.body.exprs.values().any(|expr| missing(&expr.kind))
    }

    fn close_all(&mut self, tys: &mut [Ty]) {
        for ty in tys {
            *ty = self.close(*ty);
        }
    }

    pub(super) fn span(&self, expr: ExprId) -> Span {
        self.body.exprs[expr].span
    }

    pub(super) fn at(&self, expr: ExprId) -> FileSpan {
        self.span(expr).in_file(self.file)
    }

    pub(super) fn here(&self, span: Span) -> FileSpan {
        span.in_file(self.file)
    }

    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.c.diags.push(diagnostic);
    }

    /// Reports, and gives the error type.
    pub(super) fn fail(&mut self, diagnostic: Diagnostic) -> Ty {
        self.c.diags.push(diagnostic);
        Ty::ERROR
    }

    pub(super) fn frame(&self) -> Frame {
        *self.frames.last().expect("a body under check has its cell's frame")
    }

    /// The frame of the function that `return` and `?` leave.
    pub(super) fn function_left(&self) -> Frame {
        let mut frames = self.frames.iter().rev();
        let function = frames.find(|frame| frame.kind != FrameKind::Handled);
        *function.expect("a body under check has its cell's frame")
    }

    /// The type a local is stored with.
    pub(super) fn local_ty(&self, local: LocalId) -> Ty {
        self.out.local_ty.get(local).copied().unwrap_or(Ty::ERROR)
    }

    pub(super) fn fresh(&mut self) -> Ty {
        self.c.fresh()
    }

    pub(super) fn shallow(&self, ty: Ty) -> Ty {
        self.c.shallow(ty)
    }

    /// The kind of `ty` behind variables.
    pub(super) fn kind(&self, ty: Ty) -> &TyKind {
        self.c.store.kind(self.c.shallow(ty))
    }

    pub(super) fn unify(&mut self, a: Ty, b: Ty, span: Span) -> bool {
        let at = self.here(span);
        self.c.unify(a, b, at)
    }

    pub(super) fn perform(&mut self, effects: EffectSet, span: Span) {
        let why = Why { at: self.here(span), callee: None };
        let to = self.frame().row;
        self.c.rows.add(to, Source::Effects(effects), why);
    }

    /// Notes the type of `expr`, which every expression gets exactly once.
    pub(super) fn record(&mut self, expr: ExprId, ty: Ty) -> Ty {
        let ty = self.c.zonk(ty);
        if self.c.store.size(ty) > TYPE_SIZE_MAX || self.c.too_large {
            self.c.too_large = false;
            let at = self.at(expr);
            self.report(d::type_too_large(at));
            self.out.expr_ty.insert(expr, Ty::ERROR);
            return Ty::ERROR;
        }
        self.out.expr_ty.insert(expr, ty);
        ty
    }
}
