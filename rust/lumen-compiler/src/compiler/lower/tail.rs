//! Tail position: branches that return, self calls that become jumps, and calls that leave the frame.

use super::fx::{Dest, Fx, Ret};
use super::order::{self, Arg};
use super::value::{Binding, Own, Place, Val, Want};
use crate::compiler::hir::{ExprId, ExprKind};
use crate::compiler::typecheck::tables::{ArgSource, Call, Target};
use crate::compiler::typecheck::types::{Ty, TyKind};
use lumen_lir::{Op, Reg};

impl<'a> Fx<'_, 'a> {
    /// Lowers an expression whose value is the result of the cell.
    pub(super) fn tail(&mut self, e: ExprId) {
        if !self.r.reachable {
            return;
        }
        let body = self.body();
        if !self.typed().is_plain(e) {
            return self.tail_value(e);
        }
        match &body.exprs[e].kind {
            ExprKind::Block(block) if !block.acts_at_end() => {
                let scope = self.scope.len();
                for stmt in &block.stmts {
                    if !self.r.reachable {
                        break;
                    }
                    self.stmt(stmt);
                }
                match block.tail {
                    Some(tail) => self.tail(tail),
                    None if self.r.reachable => self.return_unit(),
                    None => {}
                }
                self.end_scope(scope);
            }
            ExprKind::If { branches, otherwise: Some(otherwise) } => {
                self.tail_if(e, branches, *otherwise)
            }
            ExprKind::Match { value, arms } => self.tail_match(e, *value, arms),
            ExprKind::Call { callee, .. } if self.resume_in_place(e, *callee) => {}
            ExprKind::Call { callee, .. } if self.call_resumed_in_place(e, *callee) => {}
            ExprKind::Call { .. } | ExprKind::MethodCall { .. } if self.tail_call(e) => {}
            _ => self.tail_value(e),
        }
    }

    pub(super) fn return_unit(&mut self) {
        if let Ret::Cell(ty) = self.frame().ret {
            self.leave_with(Val::unit(), ty);
        }
    }

    pub(super) fn tail_value(&mut self, e: ExprId) {
        let Ret::Cell(ty) = self.frame().ret else { return };
        let unit = matches!(self.p.types.kind(ty), TyKind::Null);
        if unit {
            self.discard(e);
            if self.r.reachable {
                self.leave_with(Val::unit(), ty);
            }
            return;
        }
        let v = self.expr(e, Want::Own, None);
        self.at_expr(e);
        self.leave_with(v, ty);
    }

    /// A call of the cell by itself in tail position becomes a jump to its start.
    pub(super) fn tail_call(&mut self, e: ExprId) -> bool {
        let Some((label, params)) = self.restart.clone() else { return false };
        if self.frames.len() != 1 || !self.defers.is_empty() || !self.typed().is_plain(e) {
            return false;
        }
        let Some(call) = self.typed().call(e) else { return false };
        if call.target != Target::Cell(self.entry) || call.optional {
            return false;
        }
        let type_args: Vec<Ty> = call.type_args.iter().map(|&t| self.close_exact(t)).collect();
        if *type_args != *self.type_args || call.args.len() != params.len() {
            return false;
        }
        if !call.args.iter().all(|a| matches!(a, ArgSource::Expr(_))) {
            return false;
        }
        self.restart_with(e, call, label, &params);
        true
    }

    pub(super) fn restart_with(
        &mut self,
        e: ExprId,
        call: &'a Call,
        label: lumen_lir::Label,
        params: &[Dest],
    ) {
        let args = order::arguments(self.body(), call);
        let mut values: Vec<(usize, Val)> = Vec::with_capacity(args.len());
        let body = self.body();
        for (n, &(index, arg)) in args.iter().enumerate() {
            let Arg::Expr(arg) = arg else { continue };
            let i = index as usize;
            let dest = params[i];
            // A parameter passed on as it is stays where it is, unless a later argument takes it.
            let is_taken = self.r.state(dest.reg).owned && !self.frame().live.is_last(arg);
            if !is_taken
                && let ExprKind::Local(local) = body.exprs[arg].kind
                && body.params.get(i) == Some(&local)
                && self.stays(local, dest)
            {
                continue;
            }
            let later =
                args[n + 1..].iter().any(|&(_, a)| matches!(a, Arg::Expr(e) if self.assigns(e)));
            // Nothing is read after the last one: it may go where it belongs at once.
            let hint = (n + 1 == args.len() && dest.slots.len() == 1).then_some(dest.reg);
            let v = self.expr(arg, Want::Own, hint);
            let v = self.convert(v, dest.ty, hint);
            let there = matches!(v.place, Place::One(reg, _) if Some(reg) == hint);
            let v = if !there && self.aliases_param(v, params) {
                self.copy_out(v)
            } else if later {
                self.snapshot(v)
            } else {
                v
            };
            values.push((i, v));
        }
        if !self.r.reachable {
            return;
        }
        self.at_expr(e);
        let passed: Vec<Reg> = values
            .iter()
            .filter_map(|(_, v)| match v.place {
                Place::One(reg, Own::Owned) => Some(reg),
                _ => None,
            })
            .collect();
        let given: Vec<usize> = values.iter().map(|v| v.0).collect();
        let kept: Vec<Reg> = params
            .iter()
            .enumerate()
            .filter(|(i, _)| !given.contains(i))
            .map(|(_, d)| d.reg)
            .collect();
        for reg in self.r.owned().into_iter().rev() {
            if !passed.contains(&reg) && !kept.contains(&reg) {
                self.emit_drop(reg);
                self.r.set_consumed(reg);
            }
        }
        for (i, v) in values {
            // What sits in the register of a parameter was moved out of it or dropped.
            self.place(v, params[i]);
        }
        self.b.branch(Op::Loop, 0, 0, label);
        self.r.reachable = false;
    }

    /// A value in registers of its own: those of the parameters are about to be written.
    fn copy_out(&mut self, v: Val) -> Val {
        match v.place {
            Place::One(reg, _) if self.is_counted(reg) => self.snapshot(v),
            _ => {
                let dest = self.dest(v.ty);
                self.place(v, dest);
                self.take_dest(dest)
            }
        }
    }

    /// Whether a parameter is still in its register, as it was.
    pub(super) fn stays(&self, local: crate::compiler::hir::LocalId, dest: Dest) -> bool {
        match self.binding(local) {
            Binding::Val(v) => {
                matches!(v.place, Place::One(reg, _) | Place::Two(reg, _) if reg == dest.reg)
            }
            Binding::Home { reg, .. } => reg == dest.reg,
            _ => false,
        }
    }

    pub(super) fn aliases_param(&self, v: Val, params: &[Dest]) -> bool {
        let (Place::One(reg, _) | Place::Two(reg, _)) = v.place else { return false };
        params.iter().any(|d| d.reg == reg || (d.slots.len() == 2 && d.reg + 1 == reg))
    }
}
