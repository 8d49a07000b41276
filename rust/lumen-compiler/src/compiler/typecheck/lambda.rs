//! Lambdas: parameter types from annotations or from the function type the context wants.
//!
//! A lambda's code is part of the body around it: one set of variables, a frame of its own for `return`, `?` and
//! effects. Each captured local has an inner twin that never changes and starts with what is known of the outer one.

use super::body::{BodyCx, CaseTask, Frame, FrameKind, Want};
use super::declare::FnRows;
use super::diagnostics as d;
use super::narrow::{Fact, Mark};
use super::types::{RowTy, Ty, TyKind};
use crate::compiler::effects::row::{CheckKind, Why};
use crate::compiler::hir::{LambdaId, PatKind};

impl BodyCx<'_, '_> {
    pub(super) fn lambda(&mut self, id: LambdaId, want: Want) -> Ty {
        let lambda = &self.body.lambdas[id];
        let wanted = self.wanted_part(want, |kind| match kind {
            TyKind::Fn { params, ret, row } => Some((params.clone(), *ret, *row)),
            _ => None,
        });
        let wanted_row = wanted.as_ref().map_or(RowTy::EMPTY, |(.., row)| *row);
        let wanted = wanted.map(|(params, ret, _)| (params, ret));
        let fits = wanted.as_ref().is_none_or(|(params, _)| params.len() == lambda.params.len());
        if let Some((params, _)) = &wanted
            && !fits
        {
            let at = self.here(lambda.span);
            self.report(d::lambda_params(at, params.len(), lambda.params.len()));
        }
        let wanted = wanted.filter(|_| fits);
        let mark = self.enter_lambda(id);
        let mut params = Vec::with_capacity(lambda.params.len());
        let mut misfit = !fits;
        for (i, param) in lambda.params.iter().enumerate() {
            let from_context = wanted.as_ref().map(|(params, _)| params[i]);
            let ty = match (param.ty, from_context) {
                (Some(written), _) => {
                    let ty = self.c.ty(written, FnRows::Infer, self.file);
                    if let Some(context) = from_context {
                        let span = self.hir.ty_refs[written].span;
                        if !self.unify(ty, context, span) {
                            let at = self.here(span);
                            let (found, expected) = (self.c.show(ty), self.c.show(context));
                            self.report(d::lambda_param_type(at, &expected, &found));
                            misfit = true;
                        }
                    }
                    ty
                }
                (None, Some(ty)) => ty,
                // Something was reported: nothing follows from the parameters.
                (None, None) if misfit || want.ty() == Some(Ty::ERROR) => Ty::ERROR,
                (None, None) => self.fresh(),
            };
            self.pattern(param.pat, ty);
            if !matches!(self.body.pats[param.pat].kind, PatKind::Bind(_) | PatKind::Wild) {
                self.cases.push(CaseTask::Irrefutable(param.pat, "parameter"));
            }
            params.push(ty);
        }
        let context_ret = wanted.as_ref().map(|(_, ret)| self.shallow(*ret));
        let ret = match (lambda.ret, context_ret) {
            (Some(written), _) => self.written(written),
            (None, Some(ret)) => ret,
            (None, None) => self.fresh(),
        };
        let row = self.c.rows.fresh();
        self.c.rows.learn(row, wanted_row, RowTy::EMPTY, &self.c.store);
        let kind = if lambda.is_handled { FrameKind::Handled } else { FrameKind::Lambda };
        self.frames.push(Frame { ret, row, kind });
        self.lambda_body(id, ret);
        self.frames.pop();
        self.leave_branch(mark);
        let own_row = self.c.rows.row_of(row, &mut self.c.store);
        if lambda.is_timed {
            let at = self.here(lambda.span);
            self.c.rows.check(own_row, RowTy::EMPTY, at, CheckKind::Task);
        }
        let row = match lambda.row.as_ref().and_then(|row| self.c.written_row(row, self.file)) {
            Some(written) => {
                let why = Why { at: self.here(lambda.span), callee: None };
                self.c.rows.sub(own_row, written, &self.c.store, why);
                written
            }
            None => own_row,
        };
        self.out.lambda_row.insert(id, row);
        if misfit {
            return Ty::ERROR;
        }
        self.c.store.intern(TyKind::Fn { params: params.into_boxed_slice(), ret, row })
    }

    /// The body of a generator cell; what it does is the row of the stream.
    pub(super) fn generator(&mut self, id: LambdaId) -> Ty {
        let ret = self.frame().ret;
        let TyKind::Stream { elem, .. } = *self.kind(ret) else { return Ty::ERROR };
        let row = self.c.cells[self.cell.index()].row_var;
        let mark = self.enter_lambda(id);
        self.frames.push(Frame { ret: Ty::NULL, row, kind: FrameKind::Generator(elem) });
        self.discard(self.body.lambdas[id].body);
        self.frames.pop();
        self.leave_branch(mark);
        let row = self.c.rows.row_of(row, &mut self.c.store);
        self.out.lambda_row.insert(id, row);
        ret
    }

    fn lambda_body(&mut self, id: LambdaId, ret: Ty) {
        let body = self.body.lambdas[id].body;
        if ret == Ty::NULL {
            self.discard(body);
            return;
        }
        let own = self.expr(body, Want::Ty(ret));
        let ret_now = self.shallow(ret);
        let needs_value = !matches!(
            self.kind(ret_now),
            TyKind::Infer(_) | TyKind::Optional(_) | TyKind::Any | TyKind::Json | TyKind::Error
        );
        if own == Ty::NULL && needs_value && ret_now != Ty::NULL && self.falls_off(body) {
            let (at, shown) = (self.here(self.body.lambdas[id].span), self.c.show(ret_now));
            self.report(d::missing_value(at, "fn", &shown));
            return;
        }
        self.coerce(body, own, ret);
        if own == Ty::NEVER {
            let at = self.here(self.body.lambdas[id].span);
            self.c.unify(ret, own, at);
        }
    }

    /// Gives the inner twins of captured locals their types.
    pub(super) fn enter_lambda(&mut self, id: LambdaId) -> Mark {
        let mark = self.flow.mark();
        for &(outer, inner) in &self.body.lambdas[id].captures {
            let stored = self.local_ty(outer);
            self.out.local_ty.insert(inner, stored);
            if let Some(ty) = self.flow.get(outer, &[])
                && ty != stored
            {
                self.flow.push(Fact { local: inner, path: Box::new([]), ty });
            }
        }
        mark
    }
}
