//! Effects and handlers: `effect`, `handler`, `handle … with … end`, `with H() do … end` and `perform`.
//!
//! All their words are contextual. A clause is laid out like an arm of a `match`, with `=>`: its body stands on its line
//! or, indented deeper, below.

use super::declarations::CellForm;
use super::{Parser, TokenKind, diagnostics, finish_list};
use crate::compiler::ast::{
    Clause, Effect, EffectId, ExprId, ExprKind, Handle, Handler, HandlerId, TypeArgs, TypeParam,
};
use crate::compiler::tokens::Token;
use lumen_base::{Slice, Span, sym};

impl Parser<'_> {
    /// Whether `effect Name` or `handler Name` begins here.
    pub(super) fn begins_effect_or_handler(&self) -> bool {
        let next = self.peek(1);
        (self.at_word(sym::EFFECT) || self.at_word(sym::HANDLER))
            && next.kind == TokenKind::Upper
            && !next.starts_line()
    }

    /// `effect Name … end`.
    pub(super) fn effect_decl(&mut self) -> Option<EffectId> {
        let open = self.bump();
        let name = self.upper_name("an effect");
        let has_name = !self.panicking;
        let type_params = self.declared_type_params();
        self.header_end("the end of the line");
        let base = self.scratch.cells.len();
        while !self.at_block_end(open) {
            let before = self.pos;
            self.operation();
            self.finish_line();
            if self.pos == before && !self.at(TokenKind::Eof) {
                self.bump();
            }
        }
        self.end_of_block(open);
        let operations = finish_list!(self, cells, cell_lists, base);
        let span = self.span_from(open.lo);
        has_name.then(|| self.tree.effects.alloc(Effect { name, type_params, operations, span }))
    }

    /// `[T, U]` behind a name.
    fn declared_type_params(&mut self) -> Slice<TypeParam> {
        if self.at(TokenKind::LBracket) && !self.line_ends() && !self.panicking {
            self.type_params()
        } else {
            Slice::EMPTY
        }
    }

    /// `cell op(…) -> T` or `multi cell op(…) -> T`.
    fn operation(&mut self) {
        let doc = self.doc_here();
        let is_multi = self.at_word(sym::MULTI) && self.peek(1).kind == TokenKind::Cell;
        if is_multi {
            self.bump();
        }
        if !self.at(TokenKind::Cell) {
            self.unexpected("`cell` and an operation, or `end`");
            return;
        }
        if let Some(cell) = self.cell(CellForm::Operation { multi: is_multi }, doc) {
            self.scratch.cells.push(cell);
        }
    }

    /// `handler Name(a: A) … end`.
    pub(super) fn handler_decl(&mut self) -> Option<HandlerId> {
        let open = self.bump();
        let name = self.upper_name("a handler");
        let has_name = !self.panicking;
        let type_params = self.declared_type_params();
        let has_params = self.at(TokenKind::LParen) && !self.line_ends();
        let params = if has_params { self.params() } else { Slice::EMPTY };
        let head = self.span_from(open.lo);
        self.header_end("the end of the line");
        let clauses = self.clauses(open);
        self.end_of_block(open);
        let span = self.span_from(open.lo);
        let node = Handler { name, type_params, params, clauses, head, span };
        has_name.then(|| self.tree.handlers.alloc(node))
    }

    /// Clauses up to `end`.
    fn clauses(&mut self, open: Token) -> Slice<Clause> {
        let base = self.scratch.clauses.len();
        self.arms(open, |p, lo, indent| {
            if let Some((operation, params)) = p.clause_head() {
                let body = p.arm_body(indent, TokenKind::FatArrow);
                let span = p.span_from(lo);
                p.scratch.clauses.push(Clause { operation, params, body, span });
            }
        });
        finish_list!(self, clauses, clauses, base)
    }

    fn clause_head(
        &mut self,
    ) -> Option<(Option<ExprId>, Slice<crate::compiler::ast::LambdaParam>)> {
        let operation = if self.eat(TokenKind::Return) {
            None
        } else {
            let token = self.tok();
            if !matches!(token.kind, TokenKind::Upper | TokenKind::Ident) {
                self.unexpected("`Effect.operation(…)` or `return(…)`");
                return None;
            }
            Some(self.path())
        };
        if self.panicking {
            return None;
        }
        Some((operation, self.lambda_params()))
    }

    /// Names with dots between; behind the effect its type arguments.
    fn path(&mut self) -> ExprId {
        let first = self.bump();
        let mut path = self.alloc(ExprKind::Name(first.symbol), first.span());
        let mut has_types = false;
        loop {
            if self.at(TokenKind::LBracket) && !has_types && !self.panicking {
                path = self.effect_types(first.lo, path);
                has_types = true;
            }
            if !self.at(TokenKind::Dot) || self.panicking {
                break;
            }
            self.bump();
            let name = self.tok();
            if !matches!(name.kind, TokenKind::Upper | TokenKind::Ident) {
                self.unexpected("a name");
                break;
            }
            self.bump();
            let kind =
                ExprKind::Field { base: path, name: name.symbol, name_lo: name.lo, safe: false };
            path = self.alloc(kind, Span::new(first.lo, name.hi));
        }
        path
    }

    /// `[A, B]` behind the effect of an operation.
    fn effect_types(&mut self, lo: u32, base: ExprId) -> ExprId {
        let types = self.type_arguments();
        let span = self.span_from(lo);
        let args = self.tree.type_args.alloc(TypeArgs { base, types, index: None });
        self.alloc(ExprKind::TypeArgs(args), span)
    }

    /// `handle body with clauses end`.
    pub(super) fn handle_expr(&mut self) -> ExprId {
        let open = self.tok();
        let is_block = self.peek(1).starts_line();
        let outside = self.enter_block();
        self.bump();
        let body = if is_block {
            self.handled = true;
            self.block(open)
        } else {
            self.one_line_block()
        };
        let with_lo = self.tok().lo;
        if !self.panicking && self.at_word(sym::WITH) {
            self.bump();
        } else if !self.panicking {
            self.unexpected("`with` and the clauses of the handler");
        }
        if self.panicking {
            self.recover();
        }
        let clauses = self.clauses(open);
        let ends = self.at(TokenKind::End) && !self.panicking;
        self.end_of_block(open);
        self.leave_block(outside);
        if clauses.is_empty() && ends {
            let found = diagnostics::no_clauses(self.in_file(open.span()));
            self.report(found);
        }
        let id = self.tree.handles.alloc(Handle { body, is_block, with_lo, clauses });
        let span = self.span_from(open.lo);
        self.alloc(ExprKind::Handle(id), span)
    }

    /// Whether the clauses of a `handle` begin here: `with` and a clause, where a statement may begin.
    pub(super) fn begins_clauses(&self) -> bool {
        let next = self.peek(1);
        self.at_word(sym::WITH)
            && self.tok().starts_line()
            && (next.starts_line()
                || next.kind == TokenKind::Return
                || matches!(self.peek(2).kind, TokenKind::Dot | TokenKind::LParen)
                    && !self.begins_with())
    }

    /// Whether `with H(…) do` begins here: a `do` ends the line of the `with`, which goes on between brackets.
    fn begins_with(&self) -> bool {
        use TokenKind as K;
        let mut open = 0_u32;
        for token in &self.tokens[self.pos + 1..] {
            let ends = open == 0 || matches!(token.kind, K::Let | K::Return | K::Cell | K::Eof);
            match token.kind {
                _ if ends && token.starts_line() => return false,
                K::FatArrow if open == 0 => return false,
                K::Ident if open == 0 && token.symbol == sym::DO => return true,
                K::LParen | K::LBracket | K::LBrace | K::QBracket => open += 1,
                K::RParen | K::RBracket | K::RBrace => open = open.saturating_sub(1),
                _ => {}
            }
        }
        false
    }

    /// `with H(…) do … end`.
    pub(super) fn with_expr(&mut self) -> ExprId {
        let open = self.tok();
        let outside = self.enter_block();
        self.bump();
        let handler = self.postfix();
        if !self.panicking && self.at_word(sym::DO) {
            self.bump();
        } else if !self.panicking {
            self.unexpected("`do` and what is handled");
        }
        if self.panicking {
            self.recover();
        }
        let body = self.block(open);
        self.end_of_block(open);
        self.leave_block(outside);
        let span = self.span_from(open.lo);
        self.alloc(ExprKind::With { handler, body }, span)
    }

    /// `perform E.op(…)`.
    pub(super) fn perform_expr(&mut self) -> ExprId {
        let open = self.bump();
        let call = self.postfix();
        let span = self.span_from(open.lo);
        self.alloc(ExprKind::Perform(call), span)
    }
}
