//! Statements and blocks: bindings, discarded values, `defer`, nested cells.

use super::body::{BodyCx, CaseTask, Frame, FrameKind, Want};
use super::diagnostics as d;
use super::tables::Target;
use super::types::{RowTy, Ty, TyFlags, TyKind};
use crate::compiler::effects::row::{CheckKind, RowVar, Why};
use crate::compiler::hir::{
    Block, CellId, ExprId, ExprKind, LambdaId, LocalId, PatId, PatKind, Stmt, StmtKind, TyRefId,
};
use lumen_base::Span;

impl BodyCx<'_, '_> {
    /// A block's type: that of its tail, `Null` without one, `Never` when a statement leaves.
    pub(super) fn block(&mut self, block: &Block, want: Want) -> Ty {
        let mark = self.flow.mark();
        let mut leaves = false;
        let mut outer_row = None;
        for stmt in &block.stmts {
            if leaves && !self.reported_unreachable && !self.is_keep(stmt) {
                self.unreachable(stmt.span);
            }
            leaves |= self.stmt(stmt);
            if matches!(stmt.kind, StmtKind::Defer(_) | StmtKind::Cursor { .. })
                && outer_row.is_none()
            {
                outer_row = Some((self.begin_once(), stmt.span));
            }
        }
        let mut ty = Ty::NULL;
        if let Some(tail) = block.tail {
            if leaves && !self.reported_unreachable {
                let span = self.span(tail);
                self.unreachable(span);
            }
            ty = match want {
                Want::Discard => {
                    if self.dropped(tail) == Ty::NEVER {
                        Ty::NEVER
                    } else {
                        Ty::NULL
                    }
                }
                Want::Ty(wanted) if leaves => {
                    self.expr(tail, Want::Ty(wanted));
                    Ty::NEVER
                }
                Want::Ty(wanted) => {
                    let own = self.expr(tail, Want::Ty(wanted));
                    self.tail(tail, own, wanted)
                }
                Want::Free => self.infer(tail),
            };
        }
        if let Some((row, span)) = outer_row {
            self.end_once(row, span);
        }
        self.leave_branch(mark);
        if leaves {
            self.reported_unreachable = false;
            return Ty::NEVER;
        }
        ty
    }

    /// From here on nothing may be gone through more than once; gives the row to go on with behind it.
    pub(super) fn begin_once(&mut self) -> RowVar {
        let inner = self.c.rows.fresh();
        let at = self.frames.len() - 1;
        let outer = self.c.rows.row_of(self.frames[at].row, &mut self.c.store);
        self.c.rows.learn(inner, outer, RowTy::EMPTY, &self.c.store);
        std::mem::replace(&mut self.frames[at].row, inner)
    }

    /// Ends what [`Self::begin_once`] began: what happened in between happened.
    pub(super) fn end_once(&mut self, outer: RowVar, span: Span) {
        let at = self.frames.len() - 1;
        let inner = std::mem::replace(&mut self.frames[at].row, outer);
        let row = self.c.rows.row_of(inner, &mut self.c.store);
        let why = Why { at: self.here(span), callee: None };
        self.c.rows.include(outer, row, &self.c.store, why);
        self.c.rows.check(row, RowTy::EMPTY, why.at, CheckKind::Once);
    }

    /// A tail is converted in its place, so that the block has the wanted type as a whole.
    fn tail(&mut self, tail: ExprId, own: Ty, wanted: Ty) -> Ty {
        let own = self.shallow(own);
        if own == Ty::NEVER {
            return own;
        }
        self.coerce(tail, own, wanted);
        self.shallow(wanted)
    }

    /// What the session adds behind the statements of an entry.
    fn is_keep(&self, stmt: &Stmt) -> bool {
        let StmtKind::Expr(expr) = stmt.kind else { return false };
        matches!(self.node(expr).kind, ExprKind::Keep { .. })
    }

    fn unreachable(&mut self, span: Span) {
        self.reported_unreachable = true;
        let at = self.here(span);
        self.report(d::unreachable_code(at));
    }

    /// Checks a statement; true when nothing behind it runs.
    fn stmt(&mut self, stmt: &Stmt) -> bool {
        match &stmt.kind {
            StmtKind::Expr(expr) => self.dropped(*expr) == Ty::NEVER,
            StmtKind::Let { pat, ty, init, otherwise } => self.bind(*pat, *ty, *init, *otherwise),
            StmtKind::Assign { place, op, value } => {
                self.assign(place, *op, *value);
                false
            }
            StmtKind::Defer(lambda) => {
                self.defer(*lambda);
                false
            }
            StmtKind::Cursor { local, stream } => self.cursor(*local, *stream),
            StmtKind::NestedCells { cells, captures } => {
                self.nested_cells(cells, captures);
                false
            }
        }
    }

    /// An expression whose value is dropped: some values must not be, others were surely meant to be used.
    pub(super) fn dropped(&mut self, expr: ExprId) -> Ty {
        let ty = self.discard(expr);
        let ty = self.c.zonk(ty);
        if matches!(self.kind(ty), TyKind::Error | TyKind::Never | TyKind::Null) {
            return ty;
        }
        let at = self.at(expr);
        if matches!(self.kind(ty), TyKind::Stream { .. }) {
            self.report(d::value_dropped(at, "stream", None));
            return ty;
        }
        if self.result_parts(ty).is_some() {
            self.report(d::result_dropped(at));
            return ty;
        }
        let meant = match &self.node(expr).kind {
            ExprKind::Compare { .. } => Some("comparison"),
            ExprKind::Lit(_) | ExprKind::Interp(_) => Some("literal"),
            ExprKind::Binary { .. } | ExprKind::Neg(_) | ExprKind::BitNot(_) => Some("result"),
            ExprKind::Local(_) | ExprKind::Const(_) | ExprKind::Field { .. } => Some("value"),
            ExprKind::List(_) | ExprKind::Map(_) | ExprKind::Set(_) | ExprKind::Tuple(_) => {
                Some("collection")
            }
            ExprKind::Logic { .. }
            | ExprKind::Not(_)
            | ExprKind::Is { .. }
            | ExprKind::In { .. } => Some("condition"),
            ExprKind::Update { .. } => Some("updated record"),
            ExprKind::Lambda(_)
            | ExprKind::Cell(_)
            | ExprKind::NestedCell { .. }
            | ExprKind::Builtin(_) => Some("function"),
            ExprKind::Call { .. } | ExprKind::MethodCall { .. } => {
                self.pure_builtin_call(expr).then_some("result")
            }
            _ => None,
        };
        if let Some(what) = meant {
            let fix = self.assignment_fix(expr, ty);
            self.report(d::value_dropped(at, what, fix));
        }
        ty
    }

    fn pure_builtin_call(&self, expr: ExprId) -> bool {
        let Some(call) = self.out.calls.get(&expr) else { return false };
        let Target::Cell(cell) = call.target else {
            return matches!(call.target, Target::Record(_) | Target::Variant(_));
        };
        let decl = &self.hir.cells[cell];
        if !self.hir.modules[decl.module].is_std {
            return false;
        }
        let sig = &self.c.tables.sigs[cell];
        let takes_function =
            sig.params.iter().any(|&param| self.c.store.flags(param).any(TyFlags::FN));
        // What std writes in Lumen has its row inferred; what gives a changed value of its first argument is pure.
        let is_pure = match self.c.cells[cell.index()].row_declared {
            true => sig.row == RowTy::EMPTY,
            false => sig.params.first() == Some(&sig.ret),
        };
        is_pure && !takes_function
    }

    /// For `a.xs.append(1)` on a local: where to write `a.xs = `, and what is assigned.
    fn assignment_fix(&self, expr: ExprId, ty: Ty) -> Option<(Span, String)> {
        let ExprKind::MethodCall { recv, .. } = &self.node(expr).kind else { return None };
        if self.shallow(self.out.ty(*recv)) != ty {
            return None;
        }
        let mut fields = Vec::new();
        let mut at = *recv;
        while let ExprKind::Field { base, name, optional: false, .. } = self.node(at).kind {
            fields.push(name);
            at = base;
        }
        let ExprKind::Local(local) = self.node(at).kind else { return None };
        let mut text = self.c.names.resolve(self.body.locals[local].name).to_owned();
        for name in fields.iter().rev() {
            text.push('.');
            text.push_str(self.c.names.resolve(*name));
        }
        Some((self.span(expr).before(), text))
    }

    fn bind(
        &mut self,
        pat: PatId,
        ty: Option<TyRefId>,
        init: ExprId,
        otherwise: Option<ExprId>,
    ) -> bool {
        let own = match ty {
            Some(written) => {
                let ty = self.written(written);
                let own = self.expr(init, Want::Ty(ty));
                self.coerce(init, own, ty);
                if own == Ty::NEVER && otherwise.is_none() {
                    self.plain_pattern(pat, ty);
                    return true;
                }
                ty
            }
            None => {
                let own = self.infer(init);
                self.exact(init).unwrap_or(own)
            }
        };
        if own == Ty::NEVER {
            self.plain_pattern(pat, Ty::ERROR);
            return true;
        }
        let Some(otherwise) = otherwise else {
            self.plain_pattern(pat, own);
            return false;
        };
        let mark = self.flow.mark();
        let left = self.discard(otherwise);
        self.leave_branch(mark);
        if left != Ty::NEVER && left != Ty::ERROR {
            let at = self.at(otherwise);
            self.report(d::else_must_leave(at));
        }
        self.testing_pattern(pat, own);
        self.cases.push(CaseTask::LetElse(pat));
        false
    }

    fn plain_pattern(&mut self, pat: PatId, ty: Ty) {
        self.pattern(pat, ty);
        if !matches!(self.body.pats[pat].kind, PatKind::Bind(_) | PatKind::Wild) {
            self.cases.push(CaseTask::Irrefutable(pat, "let"));
        }
    }

    fn defer(&mut self, id: LambdaId) {
        let row = self.c.rows.fresh();
        let lambda = &self.body.lambdas[id];
        let span = lambda.span;
        let mark = self.enter_lambda(id);
        self.frames.push(Frame { ret: Ty::NULL, row, kind: FrameKind::Defer });
        self.discard(lambda.body);
        self.frames.pop();
        self.leave_branch(mark);
        let row_ty = self.c.rows.row_of(row, &mut self.c.store);
        self.out.lambda_row.insert(id, row_ty);
        let why = Why { at: self.here(span), callee: None };
        let to = self.frame().row;
        self.c.rows.include(to, row_ty, &self.c.store, why);
        self.c.rows.check(row_ty, RowTy::EMPTY, why.at, CheckKind::Defer);
    }

    /// Adjacent nested cells: their captured values have the types they have here.
    fn nested_cells(&mut self, cells: &[CellId], captures: &[(LocalId, LocalId)]) {
        let mut tys = Vec::with_capacity(captures.len());
        for &(outer, snapshot) in captures {
            let stored = self.local_ty(outer);
            let stored = self.c.zonk(stored);
            let open = TyFlags::INFER;
            let ty = if self.c.store.flags(stored).any(open) {
                let at = self.here(self.body.locals[outer].span);
                self.fail(d::annotate(at))
            } else {
                stored
            };
            self.out.local_ty.insert(snapshot, ty);
            tys.push(ty);
        }
        for &cell in cells {
            self.c.capture_tys.insert(cell, tys.clone().into_boxed_slice());
        }
        for &cell in cells {
            self.c.check_cell(cell);
        }
    }
}
