//! `timeout(ms, e)`: a special form. The arguments of the call that `e` is are evaluated before, the call itself runs as a
//! task with a clock.
//!
//! It becomes `time_limited(ms, fn(ms) => e)` of std, behind `let`s for those arguments that are more than names and
//! literals. In the function each of them is the local that holds its value.

use super::context::{Ctx, FrameKind};
use super::diagnostics;
use super::lookup::Found;
use crate::compiler::ast;
use crate::compiler::hir::{
    Arg, Block, ExprId, ExprKind, LambdaParam, LocalKind, Pat, PatKind, Stmt,
};
use lumen_base::{Slice, Span, sym};

/// Levels of literals that are looked into.
const DEPTH_MAX: u32 = 8;

impl Ctx<'_, '_> {
    /// `timeout(args)`, where no declaration has the name.
    pub(super) fn timeout(&mut self, args: Slice<ast::Arg>, span: Span) -> ExprKind {
        let ast = self.ast;
        let [ms, task] = &ast[args] else { return self.bad_timeout(span) };
        if [ms, task].iter().any(|arg| arg.name.is_some() || arg.kind == ast::ArgKind::Spread) {
            return self.bad_timeout(span);
        }
        let (ms, task) = (ms.value, task.value);
        let (frame, task_span) = (self.frame(), ast[task].span);
        let mut stmts: Vec<Stmt> = Vec::new();
        let mut parts = Vec::new();
        self.parts_of_call(task, &mut parts);
        parts.retain(|&part| !self.is_still(part, DEPTH_MAX));
        let mut limit = self.expr(ms);
        if !parts.is_empty() {
            limit = self.name_value(limit, ast[ms].span, &mut stmts);
        }
        for &part in &parts {
            let value = self.expr(part);
            let local = self.bind_temp(value, ast[part].span, &mut stmts);
            self.body.evaluated.insert(part, (frame, local));
        }
        let id = self.enter_lambda(FrameKind::Timed, task_span);
        let param = self.add_local(sym::EMPTY, task_span, LocalKind::Param, false);
        let pat = self.body.body.pats.alloc(Pat { kind: PatKind::Bind(param), span: task_span });
        let value = self.expr(task);
        self.leave_lambda(id, Box::new([LambdaParam { pat, ty: None }]), None, value);
        self.body.body.lambdas[id].is_timed = true;
        for part in &parts {
            self.body.evaluated.remove(part);
        }
        self.g.std.request(sym::TIME_LIMITED);
        let callee = self.add(ExprKind::Builtin(sym::TIME_LIMITED), span);
        let task = self.add(ExprKind::Lambda(id), task_span);
        let args = [limit, task].map(|value| Arg { name: None, value, spread: false });
        let call = ExprKind::Call { callee, type_args: Box::default(), args: Box::new(args) };
        if stmts.is_empty() {
            return call;
        }
        let tail = self.add(call, span);
        ExprKind::Block(Block { stmts: stmts.into(), tail: Some(tail) })
    }

    /// Whether a callee is the special form: its `e` is no argument that is evaluated before.
    pub(super) fn is_timeout(&mut self, callee: ast::ExprId) -> bool {
        matches!(self.ast[callee].kind, ast::ExprKind::Name(sym::TIMEOUT))
            && matches!(self.find(sym::TIMEOUT), Found::Nothing)
    }

    fn bad_timeout(&mut self, span: Span) -> ExprKind {
        let at = self.at(span);
        self.report(diagnostics::timeout_form(at));
        ExprKind::Missing
    }

    /// A part of the call in a `timeout` that has its value already.
    pub(super) fn evaluated(&mut self, id: ast::ExprId) -> Option<ExprId> {
        let &(frame, local) = self.body.evaluated.get(&id)?;
        let local = self.capture(frame, local);
        Some(self.add(ExprKind::Local(local), self.ast[id].span))
    }

    /// What a call evaluates before it calls, in order; nothing of another expression.
    fn parts_of_call(&mut self, mut id: ast::ExprId, parts: &mut Vec<ast::ExprId>) {
        let ast = self.ast;
        let mut rest: Vec<ast::ExprId> = Vec::new();
        loop {
            match ast[id].kind {
                ast::ExprKind::Try(inner) | ast::ExprKind::Unwrap(inner) => id = inner,
                ast::ExprKind::Binary { op: ast::BinOp::Pipe, lhs, rhs, .. } => {
                    rest.push(lhs);
                    id = rhs;
                }
                ast::ExprKind::Call { callee, args } => {
                    let callee = match ast[callee].kind {
                        ast::ExprKind::TypeArgs(types) => ast[types].base,
                        _ => callee,
                    };
                    if self.is_timeout(callee) {
                        return;
                    }
                    parts.append(&mut rest);
                    match ast[callee].kind {
                        ast::ExprKind::Field { safe: true, .. } => return,
                        ast::ExprKind::Field { base, .. } => parts.push(base),
                        _ => parts.push(callee),
                    }
                    parts.extend(ast[args].iter().map(|arg| arg.value));
                    return;
                }
                _ => return,
            }
        }
    }

    /// Whether an expression does nothing: where it stands makes no difference.
    fn is_still(&self, id: ast::ExprId, depth: u32) -> bool {
        let ast = self.ast;
        let still = |id: ast::ExprId| depth > 0 && self.is_still(id, depth - 1);
        match ast[id].kind {
            ast::ExprKind::Error
            | ast::ExprKind::Int(_)
            | ast::ExprKind::Float(_)
            | ast::ExprKind::Bool(_)
            | ast::ExprKind::Null
            | ast::ExprKind::Str(_)
            | ast::ExprKind::Bytes(_)
            | ast::ExprKind::Name(_)
            | ast::ExprKind::Lambda(_) => true,
            ast::ExprKind::Field { base, .. } | ast::ExprKind::TupleField { base, .. } => {
                still(base)
            }
            ast::ExprKind::Tuple(parts) => ast[parts].iter().all(|&part| still(part)),
            ast::ExprKind::List(parts) | ast::ExprKind::Set(parts) => {
                ast[parts].iter().all(|&part| match part {
                    ast::Element::Value(part) | ast::Element::Spread(part) => still(part),
                })
            }
            ast::ExprKind::Map(entries) => entries.is_empty(),
            _ => false,
        }
    }
}
