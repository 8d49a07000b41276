//! Ways out of handlers: `return`, `?`, `break` and `continue` that leave the body of a `handle` or a clause.
//!
//! Bodies and clauses are lambdas. A handler out of which something jumps stands in one more lambda, whose frame has an
//! exit: control comes out there, in the function or loop that is left, however many handlers lie in between. The local
//! beside the exit, its token, tells the run of the exit, and is captured by whatever leaves.

use super::context::{Ctx, FrameKind};
use super::diagnostics;
use super::free_names::Walk;
use crate::compiler::ast::{self, ExprKind as Ast, LoopKind, StmtKind};
use crate::compiler::hir::{Exit, ExprKind, Leave, LoopId, Way};
use lumen_base::Span;

/// What may leave the parts of a handler, as far as the text alone says.
#[derive(Clone, Copy, Default)]
pub(super) struct WaysOut {
    returns: bool,
    jumps: bool,
}

/// Looks for ways out of these blocks; those of functions inside are theirs.
pub(super) fn ways_out(file: &ast::File, blocks: impl Iterator<Item = ast::BlockId>) -> WaysOut {
    let mut found = WaysOut::default();
    let mut walk = Walk::new(file);
    let mut blocks: Vec<(ast::BlockId, bool)> = blocks.map(|block| (block, false)).collect();
    let mut exprs: Vec<(ast::ExprId, bool)> = Vec::new();
    loop {
        let in_loop;
        if let Some((expr, inside)) = exprs.pop() {
            in_loop = inside;
            match file[expr].kind {
                Ast::Return(_) | Ast::Propagate(_) => found.returns = true,
                Ast::Break(jump) | Ast::Continue(jump) => {
                    found.jumps |= !inside || file[jump].label.is_some();
                }
                Ast::Lambda(_) => continue,
                Ast::Loop(id) => {
                    blocks.push((file[id].body, true));
                    match file[id].kind {
                        LoopKind::Loop => {}
                        LoopKind::While(cond) => walk.cond(cond),
                        LoopKind::For { iterable, condition, .. } => {
                            exprs.extend(
                                condition.into_iter().chain([iterable]).map(|e| (e, inside)),
                            );
                        }
                    }
                    exprs.extend(walk.take_exprs().map(|e| (e, inside)));
                    continue;
                }
                _ => {}
            }
            walk.expr(expr);
        } else if let Some((block, inside)) = blocks.pop() {
            in_loop = inside;
            for &stmt in &file[file[block].stmts] {
                if !matches!(file[stmt].kind, StmtKind::Cell(_) | StmtKind::Defer(_)) {
                    walk.stmt(stmt);
                }
            }
        } else {
            return found;
        }
        exprs.extend(walk.take_exprs().map(|e| (e, in_loop)));
        blocks.extend(walk.take_blocks().map(|b| (b, in_loop)));
    }
}

impl Ctx<'_, '_> {
    /// What `make` gives, in a frame that has an exit when something may leave it for here.
    pub(super) fn with_exit(
        &mut self,
        ways: WaysOut,
        span: Span,
        make: impl FnOnce(&mut Self) -> ExprKind,
    ) -> ExprKind {
        let Some(frame) = self.frames.last() else { return make(self) };
        let is_function = !matches!(frame.kind, FrameKind::Handled(_));
        let has_loops = frame.first_loop < self.loops.len();
        if !(ways.returns && is_function || ways.jumps && has_loops) {
            return make(self);
        }
        let token = self.add_temp(span);
        let exit = self.body.body.exits.alloc(Exit::default());
        let lambda = self.enter_lambda(FrameKind::Handled, span);
        if let Some(frame) = self.frames.last_mut() {
            frame.exit = Some((exit, token));
        }
        let kind = make(self);
        let body = self.add(kind, span);
        self.leave_lambda(lambda, Box::default(), None, body);
        let body = self.add(ExprKind::Lambda(lambda), span);
        if self.body.body.exits[exit].ways.is_empty() {
            return ExprKind::Call {
                callee: body,
                type_args: Box::default(),
                args: Box::default(),
            };
        }
        ExprKind::Exit { exit, token, body }
    }

    /// The function that `return` and `?` leave from here, as the position of its frame.
    pub(super) fn function_left(&self) -> usize {
        let is_function = |kind| !matches!(kind, FrameKind::Handled(_));
        self.frames.iter().rposition(|frame| is_function(frame.kind)).unwrap_or(0)
    }

    /// Notes that a way is taken, out of the handlers between here and a frame around. False, and reported, when there
    /// is nothing around them.
    pub(super) fn leave_for(&mut self, home: usize, way: Way, span: Span, word: &str) -> bool {
        let Some(FrameKind::Handled(lambda)) = self.frames.last().map(|frame| frame.kind) else {
            return true;
        };
        let Some((exit, token)) = self.frames.get(home + 1).and_then(|frame| frame.exit) else {
            let at = self.at(span);
            self.report(diagnostics::leaves_handler(at, word));
            return false;
        };
        if self.body.body.lambdas[lambda].leaves.iter().any(|leave| leave.way == way) {
            return true;
        }
        let token = self.capture(home as u32, token);
        self.body.body.lambdas[lambda].leaves.push(Leave { way, exit, token });
        let ways = &mut self.body.body.exits[exit].ways;
        if !ways.contains(&way) {
            ways.push(way);
        }
        true
    }

    /// The loops around the current place out of which a `break` or `continue` may jump, by the frame they stand in.
    pub(super) fn loop_left(&self, label: Option<ast::Name>) -> Option<(usize, LoopId)> {
        let mut end = self.loops.len();
        for (home, frame) in self.frames.iter().enumerate().rev() {
            let own = self.loops.get(frame.first_loop..end).unwrap_or_default();
            let found = match label {
                Some(label) => own.iter().rev().find(|entry| entry.label == Some(label.symbol)),
                None => own.last(),
            };
            if let Some(entry) = found {
                return Some((home, entry.id));
            }
            if !matches!(frame.kind, FrameKind::Handled(_)) {
                return None;
            }
            end = frame.first_loop.min(end);
        }
        None
    }
}
