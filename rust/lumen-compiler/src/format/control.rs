//! Block-like expressions, and the bodies of arms and lambdas.

use super::layout::{Op, Region};
use super::writer::Writer;
use crate::compiler::ast::{
    BlockId, Cond, ExprId, ExprKind, IfArm, Jump, Loop, LoopKind, StmtKind,
};
use crate::compiler::tokens::TokenKind;

impl Writer<'_> {
    /// An expression that begins with a keyword.
    pub(super) fn control(&mut self, id: ExprId) {
        let file = self.file;
        let node = file[id];
        match node.kind {
            ExprKind::If { arms, otherwise } => {
                let arms = &file[arms];
                let is_one_line =
                    arms.first().is_some_and(|arm| self.follows(arm.then, TokenKind::Then));
                if is_one_line {
                    self.one_line_if(arms, otherwise);
                } else {
                    self.if_blocks(arms, otherwise);
                }
            }
            ExprKind::Match { scrutinee, arms } => {
                let arms = &file[arms];
                self.expect(TokenKind::Match);
                self.space();
                self.header(scrutinee);
                self.lines(arms.len(), |w, at| {
                    let column = w.column(w.tok());
                    w.pattern(arms[at].pat);
                    if let Some(guard) = arms[at].guard {
                        w.space();
                        w.expect(TokenKind::If);
                        w.space();
                        w.header(guard);
                    }
                    w.arm_body(arms[at].body, column, TokenKind::Arrow);
                });
                self.expect(TokenKind::End);
            }
            ExprKind::When(arms) => {
                let arms = &file[arms];
                self.token();
                self.lines(arms.len(), |w, at| {
                    let column = w.column(w.tok());
                    match arms[at].cond {
                        Some(cond) => w.header(cond),
                        None => w.token(),
                    }
                    w.arm_body(arms[at].body, column, TokenKind::Arrow);
                });
                self.expect(TokenKind::End);
            }
            ExprKind::Do(block) => {
                self.token();
                self.block(block);
                self.expect(TokenKind::End);
            }
            ExprKind::Comptime { body, is_block } => {
                self.token();
                if is_block {
                    self.block(body);
                    self.expect(TokenKind::End);
                } else {
                    self.space();
                    self.one_line_block(body);
                }
            }
            ExprKind::Loop(id) => self.loop_expr(&file[id]),
            ExprKind::Return(value) => {
                self.expect(TokenKind::Return);
                if let Some(value) = value {
                    self.space();
                    self.expr(value);
                }
            }
            ExprKind::Break(jump) | ExprKind::Continue(jump) => self.jump(&file[jump]),
            ExprKind::Yield(value) => {
                self.expect(TokenKind::Yield);
                self.space();
                self.expr(value);
            }
            ExprKind::Halt(message) => {
                self.token();
                self.enclosed(super::lists::PARENS, |w| {
                    w.unindented(message);
                    if w.at(TokenKind::Comma) {
                        w.drop_comma();
                    }
                });
            }
            ExprKind::Handle(id) => self.handle(&file[id]),
            ExprKind::With { handler, body } => self.with(handler, body),
            ExprKind::Perform(call) => {
                self.token();
                self.space();
                self.expr(call);
            }
            _ => self.as_written(node.span.hi),
        }
    }

    /// What stands between a keyword and its block: continuation lines are indented deeper than the block.
    pub(super) fn header(&mut self, id: ExprId) {
        let is_operator = match self.file[id].kind {
            ExprKind::Binary { rhs, .. } => !self.brings_lines(rhs),
            ExprKind::Chain { .. } | ExprKind::Unary { .. } => true,
            _ => false,
        };
        self.open(Region::Block);
        if is_operator {
            self.push(Op::In);
        }
        self.expr(id);
        if is_operator {
            self.push(Op::Out);
        }
        self.close();
    }

    /// Whether a block comes right behind a token of this kind.
    pub(super) fn follows(&self, id: BlockId, opener: TokenKind) -> bool {
        let before = self.tokens_to(self.file[id].span.lo);
        before.last().is_some_and(|token| token.kind == opener)
    }

    fn cond(&mut self, cond: Cond) {
        match cond {
            Cond::Expr(expr) => self.header(expr),
            Cond::Let(pat, value) => {
                self.expect(TokenKind::Let);
                self.space();
                self.pattern(pat);
                self.space();
                self.expect(TokenKind::Eq);
                self.space();
                self.header(value);
            }
        }
    }

    fn one_line_if(&mut self, arms: &[IfArm], otherwise: Option<BlockId>) {
        for (at, arm) in arms.iter().enumerate() {
            if at > 0 {
                self.space();
                self.expect(TokenKind::Else);
                self.space();
            }
            self.expect(TokenKind::If);
            self.space();
            self.cond(arm.cond);
            self.space();
            self.expect(TokenKind::Then);
            self.space();
            self.one_line_block(arm.then);
        }
        if let Some(block) = otherwise {
            self.space();
            self.expect(TokenKind::Else);
            self.space();
            self.one_line_block(block);
        }
    }

    fn if_blocks(&mut self, arms: &[IfArm], otherwise: Option<BlockId>) {
        for (at, arm) in arms.iter().enumerate() {
            if at > 0 {
                self.expect(TokenKind::Else);
                self.space();
            }
            self.expect(TokenKind::If);
            self.space();
            self.cond(arm.cond);
            self.block(arm.then);
        }
        if let Some(block) = otherwise {
            self.expect(TokenKind::Else);
            self.block(block);
        }
        self.expect(TokenKind::End);
    }

    /// ` -> statement`, or ` ->` and deeper lines; of a clause with `=>`. `column` is that of the arm in the source.
    pub(super) fn arm_body(&mut self, id: BlockId, column: usize, arrow: TokenKind) {
        let file = self.file;
        self.space();
        let lo = file[id].span.lo;
        let is_below = self.starts_line(lo);
        self.expect(arrow);
        if !is_below {
            return self.body(id);
        }
        self.open(Region::Block);
        self.push(Op::In);
        for (at, &stmt) in file[file[id].stmts].iter().enumerate() {
            self.next_line(at == 0);
            self.stmt(stmt);
        }
        self.notes_on_lines(column + 1, false);
        self.push(Op::Out);
        self.close();
    }

    /// The one statement behind `->` or `=>`; on the next line when it does not fit.
    pub(super) fn body(&mut self, id: BlockId) {
        let file = self.file;
        let [only] = &file[file[id].stmts] else { return };
        match file[*only].kind {
            StmtKind::Expr(value) => self.value(value),
            _ => {
                self.space();
                self.one_line_block(id);
            }
        }
    }

    fn loop_expr(&mut self, node: &Loop) {
        self.token();
        if node.label.is_some() {
            self.space();
            self.expect(TokenKind::At);
            self.token();
        }
        match node.kind {
            LoopKind::Loop => {}
            LoopKind::While(cond) => {
                self.space();
                self.cond(cond);
            }
            LoopKind::For { pat, iterable, condition } => {
                self.space();
                self.pattern(pat);
                self.space();
                self.expect(TokenKind::In);
                self.space();
                self.header(iterable);
                if let Some(condition) = condition {
                    self.space();
                    self.expect(TokenKind::If);
                    self.space();
                    self.header(condition);
                }
            }
        }
        self.block(node.body);
        self.expect(TokenKind::End);
    }

    fn jump(&mut self, jump: &Jump) {
        self.token();
        if jump.label.is_some() {
            self.space();
            self.expect(TokenKind::At);
            self.token();
        }
        if let Some(value) = jump.value {
            self.space();
            self.expr(value);
        }
    }
}
