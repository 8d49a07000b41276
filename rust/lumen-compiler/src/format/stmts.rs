//! Blocks, statements, and the places of values behind `=`, `->` and `=>`.

use super::layout::{Op, Region};
use super::writer::Writer;
use crate::compiler::ast::{BinOp, BlockId, ExprId, ExprKind, StmtId, StmtKind};
use crate::compiler::tokens::TokenKind;

impl Writer<'_> {
    /// The statements of a block on lines of their own, up to the token that closes it.
    pub(super) fn block(&mut self, id: BlockId) {
        let stmts = &self.file[self.file[id].stmts];
        self.lines(stmts.len(), |w, at| w.stmt(stmts[at]));
    }

    /// `n` lines, indented, up to the token that closes them.
    pub(super) fn lines(&mut self, n: usize, mut line: impl FnMut(&mut Self, usize)) {
        self.open(Region::Block);
        self.push(Op::In);
        for at in 0..n {
            self.next_line(at == 0);
            line(self, at);
        }
        self.notes_on_lines(0, n == 0);
        self.push(Op::Out);
        self.push(Op::Hard { blank: false });
        self.close();
    }

    /// The only statement of a block that stands on the line of what is before it.
    pub(super) fn one_line_block(&mut self, id: BlockId) {
        let file = self.file;
        for &stmt in &file[file[id].stmts] {
            self.stmt(stmt);
        }
    }

    /// Whether a block begins on the line of the `opener` before it.
    pub(super) fn is_one_line(&self, id: BlockId, opener: TokenKind) -> bool {
        let lo = self.file[id].span.lo;
        let before = self.tokens_to(lo);
        before.last().is_some_and(|token| token.kind == opener) && !self.starts_line(lo)
    }

    pub(super) fn stmt(&mut self, id: StmtId) {
        let file = self.file;
        let node = file[id];
        match node.kind {
            StmtKind::Let { pat, ty, value, otherwise, .. } => {
                self.expect(TokenKind::Let);
                self.space();
                if self.accept(TokenKind::Mut) {
                    self.space();
                }
                self.pattern(pat);
                if let Some(ty) = ty {
                    self.expect(TokenKind::Colon);
                    self.space();
                    self.ty(ty);
                }
                self.space();
                self.expect(TokenKind::Eq);
                self.value(value);
                if let Some(block) = otherwise {
                    self.let_else(block);
                }
            }
            StmtKind::Assign { target, value, .. } => {
                self.expr(target);
                self.space();
                self.token();
                self.value(value);
            }
            StmtKind::Expr(expr) => self.expr(expr),
            StmtKind::Cell(cell) => self.cell(cell),
            StmtKind::Defer(block) => {
                self.expect(TokenKind::Defer);
                self.block(block);
                self.expect(TokenKind::End);
            }
            StmtKind::Assert { cond, message } => {
                self.token();
                self.space();
                self.group(|w| {
                    w.expr(cond);
                    if let Some(message) = message {
                        w.expect(TokenKind::Comma);
                        w.push(Op::In);
                        w.line(" ");
                        w.expr(message);
                        w.push(Op::Out);
                    }
                });
            }
            StmtKind::AssertMatches { value, pat, message } => {
                self.token();
                let n = 2 + usize::from(message.is_some());
                self.bracketed(super::lists::PARENS, n, super::lists::Set::Lines, |w, at| {
                    match (at, message) {
                        (0, _) => w.expr(value),
                        (2, Some(message)) => w.expr(message),
                        _ => w.pattern(pat),
                    }
                });
            }
            StmtKind::Emit(value) => {
                self.token();
                if !self.tok().is_adjacent() {
                    self.space();
                }
                self.expr(value);
            }
        }
        self.up_to(node.span.hi);
    }

    /// ` else …` of a `let`.
    fn let_else(&mut self, block: BlockId) {
        self.space();
        if self.is_one_line(block, TokenKind::Else) {
            self.expect(TokenKind::Else);
            self.space();
            self.one_line_block(block);
        } else {
            self.expect(TokenKind::Else);
            self.block(block);
            self.expect(TokenKind::End);
        }
    }

    /// A value behind `=`, `->` or `=>`: on the line; or on the next, when it fits there and not here, or cannot be
    /// broken.
    pub(super) fn value(&mut self, id: ExprId) {
        let region = if self.has_notes() || !self.has_own_lines(id) {
            Region::Group
        } else if matches!(self.file[id].kind, ExprKind::Call { .. } | ExprKind::Unwrap(_)) {
            Region::Value
        } else {
            self.space();
            return self.expr(id);
        };
        self.open(region);
        self.push(Op::In);
        self.line(" ");
        if region == Region::Group {
            self.unindented(id);
        } else {
            self.expr(id);
        }
        self.push(Op::Out);
        self.close();
    }

    /// Whether an expression can be broken inside so that it needs no line of its own.
    pub(super) fn has_own_lines(&self, id: ExprId) -> bool {
        let file = self.file;
        let node = file[id];
        if self.at(TokenKind::LParen) && self.tok().lo < node.span.lo {
            return true;
        }
        match node.kind {
            ExprKind::Binary { op, .. } => is_pipe(op),
            ExprKind::Chain { rest, .. } => file[rest].iter().any(|link| is_pipe(link.op)),
            ExprKind::Unary { .. }
            | ExprKind::Range { .. }
            | ExprKind::As { .. }
            | ExprKind::Is { .. }
            | ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Bool(_)
            | ExprKind::Null
            | ExprKind::Bytes(_)
            | ExprKind::Name(_) => false,
            ExprKind::Str(_) | ExprKind::Interp(_) => self.spans_lines(node.span),
            ExprKind::If { arms, .. } => {
                !file[arms].first().is_some_and(|arm| self.is_one_line(arm.then, TokenKind::Then))
            }
            _ => true,
        }
    }
}

/// Whether the operator has its operands on lines of their own when broken, with the operator in front.
pub(super) const fn is_pipe(op: BinOp) -> bool {
    matches!(op, BinOp::Pipe | BinOp::Compose)
}
