//! `resume(v)(a, …)` in tail position: a call of what a resumption gives leaves the frame.
//!
//! Handlers that pass a state along give functions of the state: `State.get() => fn(s) => resume(s)(s)`. Each operation calls
//! the function that the next one gave, so these calls must take no room, as a loop takes none.

use super::call::Formal;
use super::fx::{Fx, Ret};
use crate::compiler::hir::{ExprId, ExprKind};
use crate::compiler::typecheck::tables::ArgSource;
use crate::compiler::typecheck::types::TyKind;
use lumen_base::sym;
use lumen_lir::Op;

impl Fx<'_, '_> {
    /// Leaves the frame by calling what `resume(…)` gives. False when the callee is something else.
    pub(super) fn call_resumed_in_place(&mut self, e: ExprId, callee: ExprId) -> bool {
        if !self.gives_resumed(callee) || self.frames.len() != 1 || !self.defers.is_empty() {
            return false;
        }
        let Ret::Cell(result) = self.frame().ret else { return false };
        let Some(call) = self.typed().call(e) else { return false };
        if call.optional || !call.args.iter().all(|arg| matches!(arg, ArgSource::Expr(_))) {
            return false;
        }
        let callee_ty = self.ty(callee);
        let TyKind::Fn { params, ret, .. } = self.kind(callee_ty) else { return false };
        if ret != result || call.args.len() != params.len() {
            return false;
        }
        let f = self.read(callee);
        let (function, _) = self.owned_reg(f);
        if !self.r.reachable {
            return true;
        }
        self.pin(function);
        let formals: Vec<Formal> = params.iter().map(|&ty| Formal { ty, owned: true }).collect();
        let mut window = self.open_window(&formals, 0, |_| true);
        self.arguments_into(&mut window, call, 0, &[]);
        if self.r.reachable {
            self.at_expr(e);
            self.effects = self.effects.union(lumen_lir::EffectSet::FULL);
            self.end_dropped();
            let passed = window.dests.iter().flat_map(|d| d.reg..d.reg + d.slots.len() as u16);
            for reg in passed {
                if self.is_counted(reg) {
                    self.r.set_consumed(reg);
                }
            }
            for reg in self.r.owned().into_iter().rev() {
                if reg != function {
                    self.emit_drop(reg);
                }
            }
            self.b.emit(Op::CallT, window.base, function, 0);
            self.r.set_consumed(function);
            self.r.reachable = false;
        }
        self.close_window(&window);
        self.unpin(function);
        self.free(function);
        true
    }

    /// Whether an expression is a call of `resume`.
    fn gives_resumed(&self, e: ExprId) -> bool {
        let body = self.body();
        let ExprKind::Call { callee, .. } = body.exprs[e].kind else { return false };
        matches!(body.exprs[callee].kind, ExprKind::Local(l) if body.locals[l].name == sym::RESUME)
    }
}
