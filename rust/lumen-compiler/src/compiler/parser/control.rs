//! Block-like expressions: conditionals, matches, loops, jumps.

use super::exprs::begins_expr;
use super::operators::goes_on_with_line;
use super::unbuilt::Follows;
use super::{Parser, TokenKind, diagnostics, finish_list};
use crate::compiler::ast::{
    Block, BlockId, Cond, ExprId, ExprKind, IfArm, Jump, Loop, LoopKind, MatchArm, Name, WhenArm,
};
use crate::compiler::tokens::Token;
use lumen_base::{Span, sym};

/// Bracket and newline state outside a block, to be restored behind it.
pub(super) struct Outside {
    newlines: bool,
    leading_bar: bool,
    in_header: bool,
    brackets: u32,
}

impl Parser<'_> {
    /// Inside a block, newlines count even between brackets.
    pub(super) fn enter_block(&mut self) -> Outside {
        Outside {
            newlines: std::mem::replace(&mut self.newlines, true),
            leading_bar: std::mem::replace(&mut self.leading_bar, true),
            in_header: std::mem::replace(&mut self.in_header, false),
            brackets: std::mem::replace(&mut self.brackets, 0),
        }
    }

    pub(super) fn leave_block(&mut self, outside: Outside) {
        self.newlines = outside.newlines;
        self.leading_bar = outside.leading_bar;
        self.in_header = outside.in_header;
        self.brackets = outside.brackets;
    }

    /// An expression that begins with a keyword, or none at all.
    pub(super) fn keyword_expr(&mut self) -> ExprId {
        let token = self.tok();
        let depth = self.enter();
        let node = match token.kind {
            TokenKind::If => self.if_expr(),
            TokenKind::Match => self.match_expr(),
            TokenKind::Loop | TokenKind::While | TokenKind::For => self.loop_expr(),
            TokenKind::Return => self.return_expr(),
            TokenKind::Break | TokenKind::Continue => self.jump(),
            TokenKind::Yield => self.yield_expr(),
            TokenKind::Underscore => {
                let found = diagnostics::underscore_value(self.in_file(token.span()));
                self.report(found);
                self.bump();
                self.error_expr(token.lo)
            }
            _ => {
                self.unexpected("an expression");
                self.alloc(ExprKind::Error, token.span().before())
            }
        };
        self.leave(depth);
        node
    }

    /// An expression between a keyword and its block.
    fn header(&mut self) -> ExprId {
        let outer = std::mem::replace(&mut self.in_header, true);
        let expr = self.expr();
        self.in_header = outer;
        expr
    }

    /// Whether an expression follows on this line; between brackets, at all.
    pub(super) fn value_follows(&self) -> bool {
        !self.line_ends() && begins_expr(self.kind())
    }

    /// After the header of a block: the line must end. After an error in the header, skips the rest of its line.
    pub(super) fn header_end(&mut self, wanted: &str) {
        if !self.panicking && !self.tok().starts_line() && !self.at(TokenKind::End) {
            self.unexpected(wanted);
        }
        if self.panicking {
            self.recover();
        }
    }

    fn cond(&mut self) -> Cond {
        if self.eat(TokenKind::Let) {
            if self.at(TokenKind::Mut) {
                self.unexpected("a pattern");
            }
            let pat = self.pattern();
            self.expect(TokenKind::Eq, " and the value to match");
            return Cond::Let(pat, self.header());
        }
        let cond = self.header();
        if self.at(TokenKind::Eq) && !self.panicking {
            let token = self.bump();
            let found = diagnostics::assignment_as_condition(self.in_file(token.span()));
            self.report(found);
            self.expr();
        }
        Cond::Expr(cond)
    }

    /// `if … end`, or `if … then … [else …]` on one line.
    fn if_expr(&mut self) -> ExprId {
        let open = self.tok();
        let base = self.scratch.if_arms.len();
        let outside = self.enter_block();
        let in_brackets = !outside.newlines;
        self.bump();
        let cond = self.cond();
        let is_one_line = self.at(TokenKind::Then) && (in_brackets || !self.tok().starts_line());
        let otherwise = if is_one_line && !self.panicking {
            self.leave_block(outside);
            self.one_line_if(cond)
        } else {
            let otherwise = self.if_blocks(open, cond);
            self.leave_block(outside);
            otherwise
        };
        let arms = finish_list!(self, if_arms, if_arms, base);
        let span = self.span_from(open.lo);
        self.alloc(ExprKind::If { arms, otherwise }, span)
    }

    /// From behind the first condition to behind the `end`.
    fn if_blocks(&mut self, open: Token, mut cond: Cond) -> Option<BlockId> {
        let mut otherwise = None;
        loop {
            self.header_end("`then` or the end of the line");
            let then = self.block(open);
            self.scratch.if_arms.push(IfArm { cond, then });
            if !self.eat(TokenKind::Else) {
                break;
            }
            if self.at(TokenKind::If) && !self.tok().starts_line() {
                self.bump();
                cond = self.cond();
                continue;
            }
            otherwise = Some(self.block(open));
            break;
        }
        self.end_of_block(open);
        otherwise
    }

    /// From the first `then` to the end of the line.
    fn one_line_if(&mut self, mut cond: Cond) -> Option<BlockId> {
        loop {
            if !self.expect(TokenKind::Then, " in an `if` on one line") {
                return None;
            }
            let then = self.one_line_block();
            self.scratch.if_arms.push(IfArm { cond, then });
            if self.panicking || self.line_ends() || !self.eat(TokenKind::Else) {
                return None;
            }
            if !self.eat(TokenKind::If) {
                return Some(self.one_line_block());
            }
            cond = self.cond();
        }
    }

    fn match_expr(&mut self) -> ExprId {
        let open = self.tok();
        let outside = self.enter_block();
        self.bump();
        let scrutinee = self.header();
        self.header_end("the end of the line");
        let base = self.scratch.match_arms.len();
        self.arms(open, |p, lo, indent| {
            let pat = p.pattern();
            let guard = if !p.panicking && p.eat(TokenKind::If) { Some(p.expr()) } else { None };
            let body = p.arm_body(indent, TokenKind::Arrow);
            let span = p.span_from(lo);
            p.scratch.match_arms.push(MatchArm { pat, guard, body, span });
        });
        let arms = finish_list!(self, match_arms, match_arms, base);
        self.end_of_block(open);
        self.leave_block(outside);
        let span = self.span_from(open.lo);
        self.alloc(ExprKind::Match { scrutinee, arms }, span)
    }

    /// `when ⏎ condition -> … end`.
    pub(super) fn when_expr(&mut self) -> ExprId {
        let open = self.tok();
        let outside = self.enter_block();
        self.bump();
        let base = self.scratch.when_arms.len();
        self.arms(open, |p, lo, indent| {
            let is_default = p.at(TokenKind::Underscore) && p.peek(1).kind == TokenKind::Arrow;
            let cond = if is_default {
                p.bump();
                None
            } else {
                Some(p.expr())
            };
            let body = p.arm_body(indent, TokenKind::Arrow);
            let span = p.span_from(lo);
            p.scratch.when_arms.push(WhenArm { cond, body, span });
        });
        let arms = finish_list!(self, when_arms, when_arms, base);
        self.end_of_block(open);
        self.leave_block(outside);
        let span = self.span_from(open.lo);
        self.alloc(ExprKind::When(arms), span)
    }

    /// Arms up to `end`; `arm` gets the place and the indentation of each.
    pub(super) fn arms(&mut self, open: Token, mut arm: impl FnMut(&mut Self, u32, &str)) {
        let indent = self.indent_at(self.tok().lo);
        while !self.at_block_end(open) {
            let depth = self.enter();
            let token = self.tok();
            let here = self.indent_at(token.lo);
            if token.starts_line() && here != indent {
                let found = diagnostics::misaligned_arm(self.in_file(token.span()));
                self.report(found);
            }
            let before = self.pos;
            arm(self, token.lo, indent);
            self.leave(depth);
            self.finish_arm(indent);
            if self.pos == before && !self.at(TokenKind::Eof) {
                self.bump();
            }
        }
    }

    /// After an arm the line ends; after an error, skips what is indented deeper.
    fn finish_arm(&mut self, indent: &str) {
        if !self.panicking && !self.tok().starts_line() && !self.at(TokenKind::End) {
            self.unexpected("the end of the line");
        }
        if !self.panicking {
            return;
        }
        self.recover();
        while !self.at(TokenKind::Eof) && self.is_deeper(self.tok(), indent) {
            self.bump();
        }
    }

    /// Whether the token does not start a line, or starts one that is indented deeper.
    fn is_deeper(&self, token: Token, indent: &str) -> bool {
        !token.starts_line() || {
            let here = self.indent_at(token.lo);
            here.len() > indent.len()
        }
    }

    /// `-> statement`, or `->` and a deeper-indented block; of a clause with `=>`.
    pub(super) fn arm_body(&mut self, indent: &str, arrow: TokenKind) -> BlockId {
        if !self.panicking {
            self.expect(arrow, " and what the arm does");
        }
        if self.panicking {
            let span = self.tok().span().before();
            return self.tree.blocks.alloc(Block { stmts: lumen_base::Slice::EMPTY, span });
        }
        if !self.tok().starts_line() {
            let bar = std::mem::replace(&mut self.leading_bar, false);
            let body = self.one_line_block();
            self.leading_bar = bar;
            return body;
        }
        let depth = self.enter();
        let token = self.tok();
        let inner = self.indent_at(token.lo);
        if !self.is_deeper(token, indent) {
            self.unexpected("what the arm does, on this line or indented deeper");
        } else if !inner.starts_with(indent) {
            let found = diagnostics::mixed_indentation(self.in_file(token.span()));
            self.report(found);
        }
        let base = self.scratch.stmts.len();
        let lo = token.lo;
        while !self.panicking
            && !matches!(self.kind(), TokenKind::End | TokenKind::Eof)
            && self.is_deeper(self.tok(), indent)
        {
            self.block_stmt();
        }
        let stmts = finish_list!(self, stmts, stmt_lists, base);
        let span = self.span_from(lo);
        self.leave(depth);
        self.tree.blocks.alloc(Block { stmts, span })
    }

    /// `comptime e`, or `comptime … end`.
    fn comptime_expr(&mut self) -> ExprId {
        let open = self.tok();
        let is_block = self.peek(1).starts_line();
        let body = if is_block {
            let outside = self.enter_block();
            self.bump();
            let body = self.block(open);
            self.end_of_block(open);
            self.leave_block(outside);
            body
        } else {
            self.bump();
            self.one_line_block()
        };
        let span = self.span_from(open.lo);
        self.alloc(ExprKind::Comptime { body, is_block }, span)
    }

    /// `do … end`.
    pub(super) fn do_expr(&mut self) -> ExprId {
        let open = self.tok();
        let outside = self.enter_block();
        self.bump();
        let body = self.block(open);
        self.end_of_block(open);
        self.leave_block(outside);
        let span = self.span_from(open.lo);
        self.alloc(ExprKind::Do(body), span)
    }

    fn label(&mut self) -> Option<Name> {
        if !self.at(TokenKind::At) || self.line_ends() {
            return None;
        }
        self.bump();
        Some(self.lower_name("a label"))
    }

    fn loop_expr(&mut self) -> ExprId {
        let open = self.tok();
        let outside = self.enter_block();
        self.bump();
        let label = self.label();
        let kind = match open.kind {
            TokenKind::While => LoopKind::While(self.cond()),
            TokenKind::For => {
                let pat = self.binding_pattern("a loop variable");
                self.expect(TokenKind::In, " and what is walked over");
                let iterable = self.header();
                let has_condition = !self.panicking && !self.line_ends() && self.eat(TokenKind::If);
                let condition = if has_condition { Some(self.header()) } else { None };
                LoopKind::For { pat, iterable, condition }
            }
            _ => LoopKind::Loop,
        };
        self.header_end("the end of the line");
        let body = self.block(open);
        self.end_of_block(open);
        self.leave_block(outside);
        let id = self.tree.loops.alloc(Loop { kind, label, body });
        let span = self.span_from(open.lo);
        self.alloc(ExprKind::Loop(id), span)
    }

    fn return_expr(&mut self) -> ExprId {
        let open = self.bump();
        let value = if self.value_follows() { Some(self.expr()) } else { None };
        let span = self.span_from(open.lo);
        self.alloc(ExprKind::Return(value), span)
    }

    /// `yield e`.
    fn yield_expr(&mut self) -> ExprId {
        let open = self.bump();
        if !self.value_follows() {
            self.unexpected("the value to yield");
            return self.error_expr(open.lo);
        }
        let value = self.expr();
        let span = self.span_from(open.lo);
        self.alloc(ExprKind::Yield(value), span)
    }

    /// `break [@l] [e]`, `continue [@l]`.
    fn jump(&mut self) -> ExprId {
        let open = self.bump();
        let label = self.label();
        let is_break = open.kind == TokenKind::Break;
        let value = if is_break && self.value_follows() { Some(self.expr()) } else { None };
        let jump = self.tree.jumps.alloc(Jump { label, value });
        let span = self.span_from(open.lo);
        self.alloc(if is_break { ExprKind::Break(jump) } else { ExprKind::Continue(jump) }, span)
    }

    /// An expression that begins with a contextual keyword; nothing when the word is just a name.
    pub(super) fn word(&mut self, token: Token) -> Option<ExprId> {
        let next = self.peek(1);
        match token.symbol {
            // Before `end` and `else` too: these may stand on a line of their own, where the word begins a block.
            sym::WHEN if begins_line_of_block(next) || closes_block(next.kind) => {
                let depth = self.enter();
                let node = self.when_expr();
                self.leave(depth);
                Some(node)
            }
            sym::DO
                if begins_line_of_block(next)
                    || closes_block(next.kind)
                    || begins_expr(next.kind) && !opens_bracket(next.kind) =>
            {
                let depth = self.enter();
                let node = self.do_expr();
                self.leave(depth);
                Some(node)
            }
            sym::HALT if next.kind == TokenKind::LParen && !self.line_ends_before(next) => {
                Some(self.halt(token))
            }
            sym::COMPTIME if self.begins_comptime(token) => {
                let depth = self.enter();
                let node = self.comptime_expr();
                self.leave(depth);
                Some(node)
            }
            sym::HANDLE if self.begins_comptime(token) => {
                let depth = self.enter();
                let node = self.handle_expr();
                self.leave(depth);
                Some(node)
            }
            sym::WITH if self.is_followed_by(token, Follows::Name) => {
                let depth = self.enter();
                let node = self.with_expr();
                self.leave(depth);
                Some(node)
            }
            sym::PERFORM if self.is_followed_by(token, Follows::Name) => {
                let depth = self.enter();
                let node = self.perform_expr();
                self.leave(depth);
                Some(node)
            }
            _ => self.unbuilt_expr(token),
        }
    }

    /// `halt(message)`.
    fn halt(&mut self, token: Token) -> ExprId {
        self.bump();
        let args = self.args();
        let span = self.span_from(token.lo);
        let message = match self.tree[args] {
            [only] if only.kind == crate::compiler::ast::ArgKind::Value => only.value,
            _ => {
                let found = diagnostics::halt_takes_message(self.in_file(span));
                self.report(found);
                return self.alloc(ExprKind::Error, span);
            }
        };
        self.alloc(ExprKind::Halt(message), span)
    }

    /// Reports that the block that `open` began has no `end`, with the place where that shows.
    pub(super) fn missing_end(&mut self, open: Token) {
        let found = self.tok();
        let at_end = Span::new(self.prev_hi(), self.prev_hi());
        let shown = if found.kind == TokenKind::Eof { at_end } else { found.span() };
        let missing = diagnostics::missing_end(
            self.in_file(open.span()),
            self.in_file(shown),
            open.span().text(self.text),
        );
        self.report(missing);
    }
}

/// Whether what begins with the token goes on with the expression before it, or ends a bracket around it.
pub fn goes_on(kind: TokenKind) -> bool {
    use TokenKind as K;
    match kind {
        K::Dot | K::QDot | K::QBracket | K::Comma | K::RParen | K::RBracket | K::RBrace => true,
        K::HoleClose | K::HoleSpec => true,
        kind => goes_on_with_line(kind),
    }
}

/// Whether a block may begin with the line that the token behind its word starts.
pub(super) fn begins_line_of_block(token: Token) -> bool {
    token.starts_line() && !goes_on(token.kind)
}

fn closes_block(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::End | TokenKind::Else)
}

fn opens_bracket(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::LParen | TokenKind::LBracket | TokenKind::Minus)
}
