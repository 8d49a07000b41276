//! Calls of function values.

use super::call::Formal;
use super::fx::Fx;
use super::value::{Binding, Place, Val};
use crate::compiler::hir::{ExprId, ExprKind};
use crate::compiler::typecheck::tables::Call;
use crate::compiler::typecheck::types::{Ty, TyKind};
use lumen_lir::{Op, Reg};

impl<'a> Fx<'_, 'a> {
    pub(super) fn call_value(
        &mut self,
        e: ExprId,
        call: &'a Call,
        callee: Option<ExprId>,
        hint: Option<Reg>,
    ) -> Val {
        let Some(callee) = callee else { return Val::never() };
        if self.is_resume(callee) {
            return self.resume(e, call, hint);
        }
        if let ExprKind::Local(local) = self.body().exprs[callee].kind
            && let Binding::Lambda(lambda) = self.binding(local)
        {
            return self.inline_lambda(e, call, lambda, hint);
        }
        let f = self.read(callee);
        self.call_closure(e, call, f, hint)
    }

    pub(super) fn call_closure(
        &mut self,
        e: ExprId,
        call: &'a Call,
        f: Val,
        hint: Option<Reg>,
    ) -> Val {
        let TyKind::Fn { params, ret, .. } = self.kind(f.ty) else {
            return Val::never();
        };
        // An argument that assigns locals may assign the one that holds the function.
        let f = if self.assigns(e) { self.snapshot(f) } else { f };
        let f = self.lend(f);
        let (function, f) = self.reg(f);
        let formals: Vec<Formal> = params.iter().map(|&ty| Formal { ty, owned: true }).collect();
        let mut window = self.open_window(&formals, 3, |_| true);
        self.arguments_into(&mut window, call, 0, &[]);
        self.at_expr(e);
        if !self.r.reachable {
            self.close_window(&window);
            self.done(f);
            return Val::new(Place::Never, ret);
        }
        self.raise(&mut window);
        self.effects = self.effects.union(lumen_lir::EffectSet::FULL);
        let v = self
            .finish(window, ret, hint, |fx, dst, base| fx.b.emit(Op::CallC, dst, base, function));
        self.done(f);
        v
    }

    /// Calls a function value without parameters that gives Null.
    pub(super) fn call_defer(&mut self, closure: Reg) {
        let mut window = self.open_window(&[], 3, |_| true);
        self.raise(&mut window);
        self.effects = self.effects.union(lumen_lir::EffectSet::FULL);
        let v = self.finish(window, Ty::NULL, None, |fx, dst, base| {
            fx.b.emit(Op::CallC, dst, base, closure)
        });
        self.done(v);
    }

    /// `attempt(f)`: failures become a value. With a number of milliseconds, `timed(f, ms)`: running out of them does.
    pub(super) fn call_try(&mut self, f: Val, ms: Option<Val>, result: Ty) -> Val {
        let Some(class) = self.info(result).class() else { return Val::never() };
        let f = self.lend(f);
        let (function, f) = self.reg(f);
        let op = if ms.is_some() { Op::CallTimed } else { Op::CallTry };
        let formals = [Formal { ty: Ty::INT, owned: true }];
        let mut window = self.open_window(&formals[..usize::from(ms.is_some())], 3, |_| true);
        if let Some(ms) = ms {
            let dest = window.dests[0];
            self.place(ms, dest);
        }
        self.raise(&mut window);
        self.effects = self.effects.union(lumen_lir::EffectSet::FULL);
        let v = self.finish(window, result, None, |fx, dst, base| {
            fx.b.emit_ext32(op, [dst, base, function], [class.0, 0]);
        });
        self.done(f);
        // A failure may have dropped resumptions.
        if !self.p.hir.effects.is_empty() {
            self.b.emit(Op::Abandon, 0, 0, 0);
        }
        v
    }
}
