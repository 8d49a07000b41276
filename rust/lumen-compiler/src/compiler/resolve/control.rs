//! Branches and loops.

use super::context::{Ctx, LoopEntry};
use super::diagnostics;
use crate::compiler::ast;
use crate::compiler::hir::{
    Arm, Comprehension, Cond, ExprId, ExprKind, InterpPart, Lit, LocalId, LocalKind, LoopId,
    LoopInfo, Way,
};
use lumen_base::{Slice, Span};

impl Ctx<'_, '_> {
    /// `if … else if … else …`.
    pub(super) fn if_expr(
        &mut self,
        arms: Slice<ast::IfArm>,
        otherwise: Option<ast::BlockId>,
    ) -> ExprKind {
        let ast = self.ast;
        let mut branches = Vec::with_capacity(arms.len());
        for arm in &ast[arms] {
            let mark = self.g.scope.mark();
            let cond = self.cond(arm.cond);
            let then = self.block_value(arm.then);
            self.g.scope.leave(mark);
            branches.push((cond, then));
        }
        let otherwise = otherwise.map(|block| self.block(block));
        ExprKind::If { branches: branches.into(), otherwise }
    }

    /// `assert_matches(value, pattern)` is `if let pattern = value` whose `else` fails with the value.
    pub(super) fn assert_matches(
        &mut self,
        value: ast::ExprId,
        pat: ast::PatId,
        message: Option<ast::ExprId>,
        span: Span,
    ) -> ExprId {
        let value = self.expr(value);
        let mut stmts = Vec::new();
        let local = self.bind_temp(value, span, &mut stmts);
        let mark = self.g.scope.mark();
        let pat = self.bind_pattern(pat, LocalKind::Pattern);
        self.g.scope.leave(mark);
        let tested = self.add(ExprKind::Local(local), span);
        let fine = self.add(ExprKind::Lit(Lit::Null), span);
        let message = match message {
            Some(message) => self.expr(message),
            None => {
                let expr = self.add(ExprKind::Local(local), span);
                let shown = InterpPart::Value { expr, spec: None };
                let parts = [InterpPart::Text("the value is ".into()), shown];
                self.add(ExprKind::Interp(parts.into()), span)
            }
        };
        let cond = self.add(ExprKind::Lit(Lit::Bool(false)), span);
        let failed = self.add(ExprKind::Assert { cond, message: Some(message) }, span);
        let branches = [(Cond::Let { pat, value: tested }, fine)];
        let kind = ExprKind::If { branches: branches.into(), otherwise: Some(failed) };
        let test = self.add(kind, span);
        self.with_stmts(stmts, test, span)
    }

    /// A condition; what it binds is in scope behind it.
    fn cond(&mut self, cond: ast::Cond) -> Cond {
        match cond {
            ast::Cond::Expr(expr) => Cond::Bool(self.expr(expr)),
            ast::Cond::Let(pat, value) => {
                let value = self.expr(value);
                let pat = self.bind_pattern(pat, LocalKind::Pattern);
                Cond::Let { pat, value }
            }
        }
    }

    /// `when` is an `if` whose `_` arm is the `else`.
    pub(super) fn when(&mut self, arms: Slice<ast::WhenArm>) -> ExprKind {
        let ast = self.ast;
        let mut branches = Vec::with_capacity(arms.len());
        let mut otherwise = None;
        for arm in &ast[arms] {
            let cond = arm.cond.map(|cond| self.expr(cond));
            let body = self.block(arm.body);
            if otherwise.is_some() {
                let at = self.at(arm.span);
                self.report(diagnostics::arm_after_default(at));
                continue;
            }
            match cond {
                Some(cond) => branches.push((Cond::Bool(cond), body)),
                None => otherwise = Some(body),
            }
        }
        ExprKind::If { branches: branches.into(), otherwise }
    }

    /// `match e … end`.
    pub(super) fn match_expr(
        &mut self,
        scrutinee: ast::ExprId,
        arms: Slice<ast::MatchArm>,
    ) -> ExprKind {
        let ast = self.ast;
        let value = self.expr(scrutinee);
        let mut out = Vec::with_capacity(arms.len());
        for arm in &ast[arms] {
            let mark = self.g.scope.mark();
            let pat = self.bind_pattern(arm.pat, LocalKind::Pattern);
            let guard = arm.guard.map(|guard| self.expr(guard));
            let body = self.block_value(arm.body);
            self.g.scope.leave(mark);
            out.push(Arm { pat, guard, body, span: arm.span });
        }
        ExprKind::Match { value, arms: out.into() }
    }

    /// `loop`, `while`, `for`.
    pub(super) fn loop_expr(&mut self, id: ast::LoopId, span: Span) -> ExprKind {
        let ast::Loop { kind, label, body } = self.ast[id];
        let label = label.map(|label| label.symbol);
        let id =
            self.body.body.loops.alloc(LoopInfo { label, span, break_value: false, breaks: false });
        let mark = self.g.scope.mark();
        let kind = match kind {
            ast::LoopKind::Loop => {
                self.enter_loop(id, Vec::new());
                let body = self.block_value(body);
                ExprKind::Loop { id, body }
            }
            ast::LoopKind::While(cond) => {
                let outer = self.body.condition_reads.replace(Vec::new());
                let cond = self.cond(cond);
                let reads = std::mem::replace(&mut self.body.condition_reads, outer);
                self.enter_loop(id, reads.unwrap_or_default());
                let body = self.block_value(body);
                ExprKind::While { id, cond, body }
            }
            ast::LoopKind::For { pat, iterable, condition } => {
                let iter = self.expr(iterable);
                let pat = self.bind_pattern(pat, LocalKind::Pattern);
                let guard = condition.map(|condition| self.expr(condition));
                self.enter_loop(id, Vec::new());
                let body = self.block_value(body);
                ExprKind::For { id, pat, iter, guard, body }
            }
        };
        self.loops.pop();
        self.g.scope.leave(mark);
        kind
    }

    fn enter_loop(&mut self, id: LoopId, condition_reads: Vec<LocalId>) {
        let label = self.body.body.loops[id].label;
        self.loops.push(LoopEntry { id, label, condition_reads });
    }

    /// `[e for p in xs if c]`. A `break` in it cannot leave a loop around.
    pub(super) fn comprehension(&mut self, id: ast::ComprehensionId, span: Span) -> ExprKind {
        let it = self.ast[id];
        let ast = self.ast;
        let iter = self.expr(it.iterable);
        let mark = self.g.scope.mark();
        let first_loop = self.loops.len();
        let outer_first =
            self.frames.last_mut().map(|f| std::mem::replace(&mut f.first_loop, first_loop));
        let pat = self.bind_pattern(it.pat, LocalKind::Pattern);
        let guards = ast[it.conditions].iter().map(|&guard| self.expr(guard)).collect();
        let kind = match it.what {
            ast::Comprehended::List(value) => Comprehension::List(self.expr(value)),
            ast::Comprehended::Set(value) => Comprehension::Set(self.expr(value)),
            ast::Comprehended::Map(key, value) => {
                let key = self.expr(key);
                Comprehension::Map(key, self.expr(value))
            }
            ast::Comprehended::Nested(inner) => Comprehension::Nested(self.expr(inner)),
        };
        if let (Some(frame), Some(first)) = (self.frames.last_mut(), outer_first) {
            frame.first_loop = first;
        }
        self.g.scope.leave(mark);
        let id = self.body.body.loops.alloc(LoopInfo {
            label: None,
            span,
            break_value: false,
            breaks: false,
        });
        ExprKind::Comprehension { kind, id, pat, iter, guards }
    }

    /// Rejects `return return`: the value of `return`, `break` or `continue` never comes.
    pub(super) fn check_leaves_twice(&mut self, value: Option<ast::ExprId>, word: &str) {
        let Some(value) = value else { return };
        let ast::Expr { kind, span } = self.ast[value];
        if let ast::ExprKind::Return(_) | ast::ExprKind::Break(_) | ast::ExprKind::Continue(_) =
            kind
        {
            let at = self.at(span);
            self.report(diagnostics::leaves_twice(at, word));
        }
    }

    /// `break` and `continue`.
    pub(super) fn jump(&mut self, id: ast::JumpId, span: Span, word: &str) -> ExprKind {
        let jump = self.ast[id];
        self.check_leaves_twice(jump.value, word);
        let value = jump.value.map(|value| self.expr(value));
        let Some((home, target)) = self.loop_left(jump.label) else {
            let function = self.frames.get(self.function_left());
            let inside = function.and_then(|frame| frame.kind.is_left_never());
            let at = self.at(span);
            let diagnostic = match jump.label {
                _ if let Some(what) = inside => diagnostics::leaves_never(at, word, what),
                Some(label) => {
                    diagnostics::unknown_label(self.at(label.span), &self.text(label.symbol))
                }
                None => diagnostics::jump_outside_loop(at, word),
            };
            self.report(diagnostic);
            return ExprKind::Missing;
        };
        let is_continue = word == "continue";
        let way = if is_continue { Way::Continue(target) } else { Way::Break(target) };
        if home + 1 < self.frames.len() && !self.leave_for(home, way, span, word) {
            return ExprKind::Missing;
        }
        if is_continue {
            return ExprKind::Continue { target };
        }
        let info = &mut self.body.body.loops[target];
        info.breaks = true;
        info.break_value |= value.is_some();
        ExprKind::Break { target, value }
    }
}
