//! Handlers: `handler`, `handle … with … end`, `with H() do … end`, and their clauses.

use super::writer::Writer;
use crate::compiler::ast::{BlockId, Clause, ExprId, Handle, Handler};
use crate::compiler::tokens::TokenKind;
use lumen_base::Slice;

impl Writer<'_> {
    pub(super) fn handler(&mut self, node: &Handler) {
        self.token();
        self.space();
        self.atoms(node.name.span.hi);
        self.type_params(node.type_params);
        if self.at(TokenKind::LParen) {
            self.params(node.params);
        }
        self.clauses(node.clauses);
    }

    pub(super) fn handle(&mut self, node: &Handle) {
        self.token();
        if node.is_block {
            self.block(node.body);
        } else {
            self.space();
            self.one_line_block(node.body);
            // Behind `return` and the like a `with` on their line would be a name.
            if self.tok().starts_line() {
                self.next_line(false);
            } else {
                self.space();
            }
        }
        self.token();
        self.clauses(node.clauses);
    }

    pub(super) fn with(&mut self, handler: ExprId, body: BlockId) {
        self.token();
        self.space();
        self.header(handler);
        self.space();
        self.token();
        self.block(body);
        self.expect(TokenKind::End);
    }

    /// Clauses up to the `end`.
    fn clauses(&mut self, list: Slice<Clause>) {
        let file = self.file;
        let list = &file[list];
        self.lines(list.len(), |w, at| {
            let clause = &list[at];
            let column = w.column(w.tok());
            match clause.operation {
                Some(path) => w.expr(path),
                None => w.token(),
            }
            w.lambda_params(clause.params);
            w.arm_body(clause.body, column, TokenKind::FatArrow);
        });
        self.expect(TokenKind::End);
    }
}
