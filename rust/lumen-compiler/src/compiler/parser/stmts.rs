//! Blocks and statements.

use super::exprs::begins_expr;
use super::{Parser, TokenKind, diagnostics, finish_list};
use crate::compiler::ast::{BinOp, Block, BlockId, ExprId, ExprKind, Stmt, StmtId, StmtKind};
use crate::compiler::tokens::Token;
use lumen_base::{Span, sym};

impl Parser<'_> {
    /// Statements up to an `end` or `else` that is not theirs; `open` is the token that began the block.
    pub(super) fn block(&mut self, open: Token) -> BlockId {
        let depth = self.enter();
        let outside = self.enter_block();
        let handled = std::mem::take(&mut self.handled);
        let lo = self.tok().lo;
        let start = self.prev_hi();
        let base = self.scratch.stmts.len();
        while !self.at_block_end(open) && !(handled && self.begins_clauses()) {
            self.block_stmt();
        }
        self.leave_block(outside);
        let is_empty = self.scratch.stmts.len() == base;
        let stmts = finish_list!(self, stmts, stmt_lists, base);
        let span =
            if is_empty { Span::point(start) } else { Span::new(lo, self.prev_hi().max(lo)) };
        self.leave(depth);
        self.tree.blocks.alloc(Block { stmts, span })
    }

    /// One statement of a block, with the end of its line.
    pub(super) fn block_stmt(&mut self) {
        let before = self.pos;
        let stmt = self.stmt();
        self.scratch.stmts.push(stmt);
        self.finish_line();
        if self.pos == before && !self.at(TokenKind::Eof) {
            // A token that begins no statement was reported; go on behind it.
            self.bump();
        }
    }

    /// A statement ends with its line, or with its block.
    pub(super) fn finish_line(&mut self) {
        if !self.panicking
            && !self.tok().starts_line()
            && !matches!(self.kind(), TokenKind::End | TokenKind::Else)
            && !(self.all_brackets > 0 && closes(self.kind()))
        {
            if self.at(TokenKind::Eq) || compound(self.kind()).is_some() {
                let found = diagnostics::bad_target(self.in_file(self.tok().span()));
                self.error(found);
            } else {
                self.unexpected("the end of the line");
            }
        }
        if self.panicking {
            self.recover();
        }
    }

    /// Whether the block that `open` began ends here.
    pub(super) fn at_block_end(&self, open: Token) -> bool {
        let token = self.tok();
        match token.kind {
            TokenKind::Eof => true,
            TokenKind::End | TokenKind::Else => true,
            _ if self.all_brackets > 0 && closes(token.kind) => true,
            _ => self.guided && self.ends_by_indentation(token, open),
        }
    }

    /// Steps over the `end` of the block that `open` began, or reports that it is missing.
    pub(super) fn end_of_block(&mut self, open: Token) {
        if self.panicking || self.is_dead {
            return;
        }
        let token = self.tok();
        let is_ours = !self.guided || !self.is_left_of(token, open);
        if token.kind == TokenKind::End && is_ours {
            self.bump();
            return;
        }
        if token.kind == TokenKind::Eof && !self.guided {
            self.lacks_end = true;
        }
        if token.kind == TokenKind::Else && is_ours {
            self.unexpected("`end`");
            return;
        }
        self.missing_end(open);
    }

    /// Whether the token starts a line that is indented less than the line of `open`.
    fn is_left_of(&self, token: Token, open: Token) -> bool {
        token.starts_line() && self.indent_at(token.lo).len() < self.indent_at(open.lo).len()
    }

    /// In a guided run: a declaration that stands no deeper than the block's opener ends the block.
    fn ends_by_indentation(&self, token: Token, open: Token) -> bool {
        let declares = matches!(
            token.kind,
            TokenKind::Cell
                | TokenKind::Record
                | TokenKind::Enum
                | TokenKind::Import
                | TokenKind::Type
                | TokenKind::Pub
                | TokenKind::At
        );
        declares
            && token.starts_line()
            && self.indent_at(token.lo).len() <= self.indent_at(open.lo).len()
    }

    /// A statement, without the end of its line.
    pub(super) fn stmt(&mut self) -> StmtId {
        let depth = self.enter();
        let token = self.tok();
        let outside = self.statement.replace(token.lo);
        let kind = match token.kind {
            TokenKind::Let => self.let_stmt(),
            TokenKind::Defer => {
                self.bump();
                let body = self.block(token);
                self.end_of_block(token);
                StmtKind::Defer(body)
            }
            TokenKind::Cell => match self.nested_cell() {
                Some(cell) => StmtKind::Cell(cell),
                None => StmtKind::Expr(self.error_expr(token.lo)),
            },
            TokenKind::Record
            | TokenKind::Enum
            | TokenKind::Import
            | TokenKind::Type
            | TokenKind::Pub
            | TokenKind::At => self.misplaced(token),
            TokenKind::Ident => self.word_stmt(token),
            _ => self.expr_stmt(),
        };
        self.statement = outside;
        self.leave(depth);
        let span = self.span_from(token.lo);
        self.tree.stmts.alloc(Stmt { kind, span })
    }

    /// `assert c, "msg"`, `assert_matches(e, pattern)`, `emit e`, or an expression.
    fn word_stmt(&mut self, token: Token) -> StmtKind {
        let next = self.peek(1);
        let takes_value = !self.line_ends_before(next) && begins_expr(next.kind);
        let spaced = takes_value && !next.is_adjacent() && next.kind != TokenKind::Minus;
        match token.symbol {
            sym::ASSERT if spaced => {
                self.bump();
                let cond = self.expr();
                let has_message = !self.panicking && self.eat(TokenKind::Comma);
                let message = if has_message { Some(self.expr()) } else { None };
                StmtKind::Assert { cond, message }
            }
            sym::ASSERT_MATCHES if next.kind == TokenKind::LParen && next.is_adjacent() => {
                self.assert_matches()
            }
            sym::EMIT if spaced || takes_value && next.kind == TokenKind::LParen => {
                self.bump();
                StmtKind::Emit(self.expr())
            }
            sym::CONST if takes_value && is_name(next.kind) => self.misplaced(token),
            _ if self.begins_trait() || self.begins_impl() || self.begins_effect_or_handler() => {
                self.misplaced(token)
            }
            _ => match self.unbuilt_stmt(token) {
                Some(error) => StmtKind::Expr(error),
                None => self.expr_stmt(),
            },
        }
    }

    /// `assert_matches(value, pattern)`, perhaps with a message.
    fn assert_matches(&mut self) -> StmtKind {
        self.bump();
        let opened = self.open_bracket();
        let value = self.expr();
        self.expect(TokenKind::Comma, " before the pattern");
        let pat = self.pattern();
        let has_message =
            !self.panicking && self.eat(TokenKind::Comma) && !self.at(TokenKind::RParen);
        let message = if has_message { Some(self.expr()) } else { None };
        if has_message && !self.panicking {
            self.eat(TokenKind::Comma);
        }
        self.close_bracket(TokenKind::RParen, opened);
        StmtKind::AssertMatches { value, pat, message }
    }

    /// An expression or an assignment.
    fn expr_stmt(&mut self) -> StmtKind {
        let target = self.expr();
        let op = self.kind();
        let is_assignment = op == TokenKind::Eq || compound(op).is_some();
        if self.panicking || self.line_ends() || !is_assignment {
            return StmtKind::Expr(target);
        }
        let at = self.bump();
        let plain = compound(op).is_none();
        let target = if self.is_target(target) || plain && self.are_targets(target) {
            target
        } else {
            let found = diagnostics::bad_target(self.in_file(at.span()));
            self.report(found);
            self.alloc(ExprKind::Error, self.tree[target].span)
        };
        let value = self.expr();
        StmtKind::Assign { target, op: compound(op), value }
    }

    /// Whether the expression is a tuple of what can be assigned.
    fn are_targets(&self, expr: ExprId) -> bool {
        let ExprKind::Tuple(items) = self.tree[expr].kind else { return false };
        self.tree[items].iter().all(|&item| self.is_target(item))
    }

    /// Whether a value can be assigned: a name, or fields and elements of one.
    fn is_target(&self, mut expr: ExprId) -> bool {
        loop {
            expr = match self.tree[expr].kind {
                ExprKind::Name(symbol) => return symbol != sym::OK && symbol != sym::ERR,
                ExprKind::Error => return true,
                ExprKind::Field { base, safe: false, .. }
                | ExprKind::TupleField { base, safe: false, .. } => base,
                ExprKind::Index { base, index, safe: false } => {
                    if matches!(self.tree[index].kind, ExprKind::Range { .. }) {
                        return false;
                    }
                    base
                }
                _ => return false,
            };
        }
    }

    /// `let [mut] pattern [: T] = e [else …]`.
    fn let_stmt(&mut self) -> StmtKind {
        self.bump();
        let is_mut = self.eat(TokenKind::Mut);
        let pat = self.binding_pattern("a binding");
        let has_type = !self.panicking && self.eat(TokenKind::Colon);
        let ty = if has_type { Some(self.ty()) } else { None };
        if !self.panicking {
            self.expect(TokenKind::Eq, " and a value");
        }
        if self.panicking {
            let value = self.error_expr(self.tok().lo);
            return StmtKind::Let { pat, ty, value, otherwise: None, is_mut };
        }
        let value = self.expr();
        let has_else = !self.panicking && self.at(TokenKind::Else) && !self.tok().starts_line();
        let otherwise = if has_else { Some(self.let_else()) } else { None };
        StmtKind::Let { pat, ty, value, otherwise, is_mut }
    }

    /// `else ⏎ … end`, or `else statement` on the same line.
    fn let_else(&mut self) -> BlockId {
        let open = self.bump();
        if !self.tok().starts_line() {
            return self.one_line_block();
        }
        let body = self.block(open);
        self.end_of_block(open);
        body
    }

    /// A declaration or attribute that cannot stand inside a block: reported, read and left out.
    fn misplaced(&mut self, token: Token) -> StmtKind {
        if token.kind == TokenKind::At {
            self.attribute_in_block();
        } else {
            let text = token.span().text(self.text);
            let found = diagnostics::misplaced(self.in_file(token.span()), text);
            self.report(found);
            self.item();
        }
        StmtKind::Expr(self.error_expr(token.lo))
    }
}

fn is_name(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::Ident | TokenKind::Upper)
}

/// Closing brackets: they end a block that was opened inside brackets.
fn closes(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::RParen
            | TokenKind::RBracket
            | TokenKind::RBrace
            | TokenKind::HoleClose
            | TokenKind::Comma
    )
}

/// The operator of a compound assignment.
fn compound(kind: TokenKind) -> Option<BinOp> {
    Some(match kind {
        TokenKind::PlusEq => BinOp::Add,
        TokenKind::MinusEq => BinOp::Sub,
        TokenKind::StarEq => BinOp::Mul,
        TokenKind::StarStarEq => BinOp::Pow,
        TokenKind::SlashEq => BinOp::Div,
        TokenKind::SlashSlashEq => BinOp::FloorDiv,
        TokenKind::PercentEq => BinOp::Rem,
        TokenKind::PlusPlusEq => BinOp::Concat,
        TokenKind::ShlEq => BinOp::Shl,
        TokenKind::ShrEq => BinOp::Shr,
        TokenKind::AmpEq => BinOp::BitAnd,
        TokenKind::CaretEq => BinOp::BitXor,
        TokenKind::BarEq => BinOp::BitOr,
        _ => return None,
    })
}
