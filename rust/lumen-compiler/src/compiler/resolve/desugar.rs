//! Sugar with a meaning of its own: pipes, composition, and temporaries for what must be evaluated once.

use super::context::{Ctx, FrameKind};
use crate::compiler::ast::{self, Name};
use crate::compiler::hir::{
    Arg, Block, ExprId, ExprKind, LambdaParam, LocalId, LocalKind, Pat, PatKind, Stmt, StmtKind,
};
use lumen_base::{Slice, Span, sym};

impl Ctx<'_, '_> {
    /// `value |> rhs`: the innermost callee on the left spine of `rhs` is called with the value first.
    pub(super) fn pipe(&mut self, value: ExprId, rhs: ast::ExprId, span: Span) -> ExprId {
        let ast::Expr { kind, span: rhs_span } = self.ast[rhs];
        let kind = match kind {
            ast::ExprKind::Propagate(inner) => {
                let inner = self.pipe(value, inner, span);
                let inner = self.attempted(inner);
                if self.leave_function(rhs_span, "?") {
                    ExprKind::Propagate(inner)
                } else {
                    ExprKind::Missing
                }
            }
            ast::ExprKind::Unwrap(inner) => ExprKind::Unwrap(self.pipe(value, inner, span)),
            ast::ExprKind::Field { base, name, name_lo, safe } if self.calls(base) => {
                let base = self.pipe(value, base, span);
                let name_span = Span::new(name_lo, rhs_span.hi);
                ExprKind::Field { base, name, name_span, optional: safe }
            }
            ast::ExprKind::TupleField { base, index, safe } if self.calls(base) => {
                let base = self.pipe(value, base, span);
                ExprKind::TupleField { base, index, span: rhs_span, optional: safe }
            }
            ast::ExprKind::Index { base, index, safe } if self.calls(base) => {
                let base = self.pipe(value, base, span);
                ExprKind::Index { base, index: self.expr(index), optional: safe }
            }
            ast::ExprKind::Call { callee, args } => self.piped_call(value, callee, args, span),
            _ => self.call(rhs, Slice::EMPTY, Some(value)),
        };
        self.add(kind, span)
    }

    /// `value |> callee(args)`.
    fn piped_call(
        &mut self,
        value: ExprId,
        callee: ast::ExprId,
        args: Slice<ast::Arg>,
        span: Span,
    ) -> ExprKind {
        let ast::Expr { kind, span: callee_span } = self.ast[callee];
        match kind {
            ast::ExprKind::Field { base, name, name_lo, safe } if self.calls(base) => {
                let recv = self.pipe(value, base, span);
                let name = Name { symbol: name, span: Span::new(name_lo, callee_span.hi) };
                self.method_call(recv, name, safe, Box::default(), args, None)
            }
            _ if self.calls(callee) => {
                let callee = self.pipe(value, callee, span);
                let args = self.args(args, None);
                ExprKind::Call { callee, type_args: Box::default(), args }
            }
            _ => self.call(callee, args, Some(value)),
        }
    }

    /// Whether a call stands on the left spine of an expression.
    fn calls(&self, mut id: ast::ExprId) -> bool {
        loop {
            id = match self.ast[id].kind {
                ast::ExprKind::Call { .. } => return true,
                ast::ExprKind::Field { base, .. }
                | ast::ExprKind::TupleField { base, .. }
                | ast::ExprKind::Index { base, .. }
                | ast::ExprKind::Propagate(base)
                | ast::ExprKind::Unwrap(base) => base,
                _ => return false,
            };
        }
    }

    /// `f ~> g` is `fn(x) => g(f(x))`. Functions that are not plain names are evaluated first, once.
    pub(super) fn compose(&mut self, first: ExprId, second: ast::ExprId, span: Span) -> ExprKind {
        let second_span = self.ast[second].span;
        let second = self.expr(second);
        let mut stmts = Vec::new();
        let first = self.composable(first, span, &mut stmts);
        let second = self.composable(second, second_span, &mut stmts);

        let frame = self.frame();
        let id = self.enter_lambda(FrameKind::Lambda, span);
        let param = self.add_local(sym::EMPTY, span, LocalKind::Param, false);
        let pat = self.body.body.pats.alloc(Pat { kind: PatKind::Bind(param), span });
        let value = self.add(ExprKind::Local(param), span);
        let value = self.apply(first, frame, value, span);
        let value = self.apply(second, frame, value, span);
        self.leave_lambda(id, Box::new([LambdaParam { pat, ty: None }]), None, value);

        if stmts.is_empty() {
            return ExprKind::Lambda(id);
        }
        let tail = self.add(ExprKind::Lambda(id), span);
        ExprKind::Block(Block { stmts: stmts.into(), tail: Some(tail) })
    }

    /// A function that can be named again: as it is, or through a temporary.
    fn composable(&mut self, function: ExprId, span: Span, stmts: &mut Vec<Stmt>) -> Composable {
        match self.body.body.exprs[function].kind {
            ExprKind::Cell(_)
            | ExprKind::Builtin(_)
            | ExprKind::Record(_)
            | ExprKind::Variant(_)
            | ExprKind::AmbiguousVariant(_) => Composable::Name(function),
            ExprKind::Local(local) if !self.body.body.locals[local].mutable => {
                Composable::Local(local)
            }
            _ => Composable::Local(self.bind_temp(function, span, stmts)),
        }
    }

    fn apply(&mut self, function: Composable, frame: u32, value: ExprId, span: Span) -> ExprId {
        let callee = match function {
            Composable::Name(name) => name,
            Composable::Local(local) => {
                let local = self.capture(frame, local);
                self.add(ExprKind::Local(local), span)
            }
        };
        let args = Box::new([Arg { name: None, value, spread: false }]);
        self.add(ExprKind::Call { callee, type_args: Box::default(), args }, span)
    }

    /// Gives a value a name by a statement, and uses the name.
    pub(super) fn name_value(
        &mut self,
        value: ExprId,
        span: Span,
        stmts: &mut Vec<Stmt>,
    ) -> ExprId {
        let local = self.bind_temp(value, span, stmts);
        self.add(ExprKind::Local(local), span)
    }

    pub(super) fn bind_temp(&mut self, init: ExprId, span: Span, stmts: &mut Vec<Stmt>) -> LocalId {
        let local = self.add_temp(span);
        let pat = self.body.body.pats.alloc(Pat { kind: PatKind::Bind(local), span });
        stmts.push(Stmt { kind: StmtKind::Let { pat, ty: None, init, otherwise: None }, span });
        local
    }

    /// A value behind the statements that it needs.
    pub(super) fn with_stmts(&mut self, stmts: Vec<Stmt>, value: ExprId, start: Span) -> ExprId {
        if stmts.is_empty() {
            return value;
        }
        let span = start.to(self.body.body.exprs[value].span);
        self.add(ExprKind::Block(Block { stmts: stmts.into(), tail: Some(value) }), span)
    }
}

/// A function in a composition.
#[derive(Clone, Copy)]
enum Composable {
    /// An expression that means the same anywhere.
    Name(ExprId),
    /// A local of the frame around the composed function.
    Local(LocalId),
}
