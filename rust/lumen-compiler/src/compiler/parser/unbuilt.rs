//! Constructs of the language that this version does not build: found, skipped, and rejected with
//! E0299 by name, never ignored.
//!
//! Their words are contextual: a word counts only where a name could not stand, that is when
//! another name or value follows on its line, or a deeper-indented block on the next.

use super::control::begins_line_of_block;
use super::exprs::begins_expr;
use super::{Parser, TokenKind, diagnostics};
use crate::compiler::ast::ExprId;
use crate::compiler::tokens::Token;
use lumen_base::{Span, Symbol, sym};

/// How far a rejected construct reaches.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Extent {
    /// The line, and the deeper-indented lines below it.
    Line,
    /// The same, and an `end` below it.
    Block,
    /// The expression behind the word.
    Operand,
}

/// What must follow a word for it to be the construct.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Follows {
    /// A name on the same line.
    Name,
    /// An upper-case name on the same line.
    Upper,
    /// An expression on the same line that is no call of the word.
    Value,
    /// A name or value on the same line, or a deeper-indented line.
    NameOrBlock,
    /// An expression on the same line that is no call of the word, or a deeper-indented line.
    ValueOrBlock,
    /// A deeper-indented line.
    Block,
}

/// The construct that the word begins, if what it needs follows.
const fn construct(word: Symbol) -> Option<(&'static str, Follows, Extent)> {
    use {Extent as E, Follows as F};
    Some(match word {
        sym::AGENT => ("an `agent`", F::Upper, E::Block),
        sym::MEMORY => ("a `memory`", F::Upper, E::Line),
        sym::MACHINE => ("a `machine`", F::Upper, E::Block),
        sym::PIPELINE => ("a `pipeline`", F::Upper, E::Block),
        sym::ORCHESTRATION => ("an `orchestration`", F::Upper, E::Block),
        sym::GUARDRAIL => ("a `guardrail`", F::Upper, E::Block),
        sym::EVAL => ("an `eval`", F::Upper, E::Block),
        sym::SESSION => ("a `session`", F::Upper, E::Block),
        sym::TYPESTATE => ("a `typestate`", F::Upper, E::Block),
        sym::ACTOR => ("an `actor`", F::Upper, E::Block),
        sym::SUPERVISOR => ("a `supervisor`", F::Upper, E::Block),
        sym::MACRO => ("a `macro`", F::Name, E::Block),
        sym::ACTIVE => ("an `active` pattern", F::Upper, E::Block),
        sym::USE => ("`use tool`", F::Name, E::Line),
        sym::BIND => ("`bind effect`", F::Name, E::Line),
        sym::GRANT => ("a `grant`", F::Name, E::Line),
        sym::SPAWN => ("`spawn`", F::Name, E::Operand),
        sym::PARALLEL => ("a `parallel` block", F::NameOrBlock, E::Block),
        sym::RACE => ("a `race` block", F::Block, E::Block),
        sym::VOTE => ("a `vote` block", F::Block, E::Block),
        sym::SELECT => ("a `select` block", F::Block, E::Block),
        sym::NURSERY => ("a `nursery`", F::NameOrBlock, E::Block),
        sym::MESSAGES => ("`messages`", F::Block, E::Block),
        sym::ROLE => ("a `role`", F::Name, E::Line),
        sym::DUAL => ("`dual`", F::Upper, E::Operand),
        sym::OPEN => ("`open` of a session", F::Upper, E::Operand),
        sym::REQUIRES => ("a `requires` clause", F::Value, E::Line),
        sym::ENSURES => ("an `ensures` clause", F::Value, E::Line),
        sym::INVARIANT => ("an `invariant`", F::Value, E::Line),
        sym::DECREASES => ("a `decreases` clause", F::Value, E::Line),
        sym::ASSUME => ("`assume`", F::Value, E::Line),
        sym::FORALL => ("`forall`", F::Name, E::Line),
        sym::EXISTS => ("`exists`", F::Name, E::Line),
        sym::GHOST => ("`ghost`", F::Value, E::Line),
        _ => return None,
    })
}

/// Whether a line end behind the word makes it begin a block, where it may be a name otherwise.
pub fn takes_block(word: Token) -> bool {
    use Follows as F;
    let takes = |follows| matches!(follows, F::Block | F::NameOrBlock | F::ValueOrBlock);
    word.kind == TokenKind::Ident
        && (matches!(word.symbol, sym::WHEN | sym::DO | sym::COMPTIME | sym::HANDLE)
            || construct(word.symbol).is_some_and(|(_, follows, _)| takes(follows)))
}

/// What a name would stand for if it was built: builtins and types of later versions. For names
/// that resolve to nothing.
pub fn unbuilt_name(name: Symbol) -> Option<&'static str> {
    Some(match name {
        sym::SPAWN => "`spawn`",
        sym::RACE => "`race`",
        sym::VOTE => "`vote`",
        sym::SELECT => "`select`",
        sym::CHANNEL | sym::UNBOUNDED_CHANNEL => "a channel",
        sym::OLD => "`old`",
        sym::FORALL => "`forall`",
        sym::EXISTS => "`exists`",
        sym::TRACE_REF => "`trace_ref`",
        sym::PROB => "the type `Prob`",
        sym::FUTURE => "the type `Future`",
        sym::SENDER => "the type `Sender`",
        sym::RECEIVER => "the type `Receiver`",
        _ => return None,
    })
}

impl Parser<'_> {
    /// Reports that a construct, which begins with `token`, is not built.
    pub(super) fn reject_unbuilt(&mut self, token: Token, what: &str) {
        self.reject_unbuilt_at(token.span(), what);
    }

    pub(super) fn reject_unbuilt_at(&mut self, span: Span, what: &str) {
        let found = diagnostics::not_built(self.in_file(span), what);
        self.report(found);
    }

    /// At the start of a statement or declaration: skips a construct that is not built.
    pub(super) fn unbuilt_stmt(&mut self, token: Token) -> Option<ExprId> {
        if token.symbol == sym::ASYNC && self.peek(1).kind == TokenKind::Cell {
            self.reject_unbuilt(token, "`async cell`");
            self.skip_construct(Extent::Block);
            return Some(self.error_expr(token.lo));
        }
        if token.symbol == sym::GHOST && self.peek(1).kind == TokenKind::Let {
            self.reject_unbuilt(token, "`ghost let`");
            self.skip_construct(Extent::Line);
            return Some(self.error_expr(token.lo));
        }
        self.unbuilt_expr(token)
    }

    /// Where an operand may begin: skips a construct that is not built.
    pub(super) fn unbuilt_expr(&mut self, token: Token) -> Option<ExprId> {
        if token.kind != TokenKind::Ident {
            return None;
        }
        let (what, follows, extent) = construct(token.symbol)?;
        if !self.is_followed_by(token, follows) {
            return None;
        }
        self.reject_unbuilt(token, what);
        if extent == Extent::Operand {
            self.bump();
            let depth = self.enter();
            self.postfix();
            self.leave(depth);
        } else {
            self.skip_construct(extent);
        }
        Some(self.error_expr(token.lo))
    }

    /// Whether the word `comptime` or `handle` here is the construct and no name.
    pub(super) fn begins_comptime(&self, token: Token) -> bool {
        self.is_followed_by(token, Follows::ValueOrBlock)
    }

    pub(super) fn is_followed_by(&self, token: Token, follows: Follows) -> bool {
        let next = self.peek(1);
        let is_name = matches!(next.kind, TokenKind::Ident | TokenKind::Upper);
        if next.starts_line() {
            // A statement's further lines are indented; what they hold needs no more than its first line.
            let line = self.statement.filter(|_| self.brackets == 0).unwrap_or(token.lo);
            let is_deeper = self.indent_at(next.lo).len() > self.indent_at(line).len();
            let ends_header = self.in_header && self.newlines;
            let takes_block =
                matches!(follows, Follows::Block | Follows::NameOrBlock | Follows::ValueOrBlock);
            let begins_block = begins_line_of_block(next)
                && !matches!(next.kind, TokenKind::End | TokenKind::Arrow | TokenKind::FatArrow);
            return takes_block && is_deeper && !ends_header && begins_block;
        }
        match follows {
            Follows::Upper => next.kind == TokenKind::Upper,
            Follows::Name => is_name,
            Follows::NameOrBlock => is_name || next.kind == TokenKind::For,
            Follows::Block => false,
            Follows::Value | Follows::ValueOrBlock => {
                let may_be_operand = begins_expr(next.kind) && next.kind != TokenKind::Minus;
                let may_be_call = matches!(next.kind, TokenKind::LParen | TokenKind::LBracket);
                may_be_operand && (!may_be_call || !next.is_adjacent())
            }
        }
    }

    /// Skips a construct by its indentation.
    fn skip_construct(&mut self, extent: Extent) {
        let base = self.indent_at(self.tok().lo).len();
        let mut open = 0_u32;
        self.bump();
        loop {
            let token = self.tok();
            let is_end = token.kind == TokenKind::End;
            if token.starts_line() {
                let column = self.indent_at(token.lo).len();
                if column <= base {
                    if extent == Extent::Block && is_end && column == base {
                        self.bump();
                    }
                    return;
                }
            } else if is_end && open == 0 {
                if extent == Extent::Block {
                    self.bump();
                }
                return;
            }
            match token.kind {
                TokenKind::Eof => return,
                TokenKind::LParen
                | TokenKind::LBracket
                | TokenKind::LBrace
                | TokenKind::QBracket
                | TokenKind::HoleOpen => open += 1,
                TokenKind::RParen
                | TokenKind::RBracket
                | TokenKind::RBrace
                | TokenKind::HoleClose => {
                    if open == 0 {
                        return;
                    }
                    open -= 1;
                }
                _ => {}
            }
            self.bump();
        }
    }

    /// Skips the rest of the line.
    pub(super) fn skip_line(&mut self) {
        while !self.tok().starts_line() && !self.at(TokenKind::Eof) {
            self.bump();
        }
    }
}
