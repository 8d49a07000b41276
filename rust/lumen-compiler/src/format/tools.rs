//! Tools, grants and bindings.

use super::layout::Op;
use super::lists::{PARENS, Set};
use super::writer::Writer;
use crate::compiler::ast::{Grant, Name, Param, Tool};
use crate::compiler::tokens::TokenKind;
use lumen_base::Slice;

impl Writer<'_> {
    pub(super) fn use_tool(&mut self, tool: &Tool) {
        let path_hi = self.file[tool.path].last().map_or(tool.span.lo, |name| name.span.hi);
        self.words(2);
        self.atoms(path_hi);
        self.space();
        self.words(1);
        self.atoms(tool.name.span.hi);
        if let Some(signature) = tool.signature {
            self.params(signature.params);
            self.signature_end(signature.ret, None);
        }
    }

    /// So many words, each with a space behind it.
    pub(super) fn words(&mut self, n: usize) {
        for _ in 0..n {
            self.token();
            self.space();
        }
    }

    /// Parameters in parentheses.
    pub(super) fn params(&mut self, params: Slice<Param>) {
        let file = self.file;
        self.bracketed(PARENS, params.len(), Set::Lines, |w, at| {
            let param = &file[params][at];
            w.atoms(param.name.span.hi);
            if let Some(ty) = param.ty.filter(|_| w.at(TokenKind::Colon)) {
                w.expect(TokenKind::Colon);
                w.space();
                w.ty(ty);
            }
            if let Some(default) = param.default {
                w.space();
                w.expect(TokenKind::Eq);
                w.space();
                w.expr(default);
            }
        });
    }

    /// A constraint stays on the line where it was written.
    pub(super) fn grant(&mut self, grant: &Grant) {
        let file = self.file;
        self.words(1);
        self.atoms(grant.subject.span.hi);
        let mut is_deeper = false;
        for constraint in &file[grant.constraints] {
            if self.tok().starts_line() {
                if !is_deeper {
                    self.push(Op::In);
                }
                self.next_line(!is_deeper);
                is_deeper = true;
            } else {
                self.space();
            }
            self.atoms(constraint.key.span.hi);
            for (at, &value) in file[constraint.values].iter().enumerate() {
                if at > 0 {
                    self.expect(TokenKind::Comma);
                }
                self.space();
                self.expr(value);
            }
        }
        if is_deeper {
            self.push(Op::Out);
        }
    }

    /// `with grants A, http` behind an import.
    pub(super) fn passed_grants(&mut self, grants: Slice<Name>) {
        let file = self.file;
        if grants.is_empty() {
            return;
        }
        self.space();
        self.words(2);
        for (at, name) in file[grants].iter().enumerate() {
            if at > 0 {
                self.expect(TokenKind::Comma);
                self.space();
            }
            self.atoms(name.span.hi);
        }
    }
}
