//! Types, effect rows and patterns.

use super::layout::Op;
use super::lists::{BRACES, BRACKETS, PARENS, Set};
use super::writer::Writer;
use crate::compiler::ast::{PatId, PatKind, RowId, Shape, TypeId, TypeKind};
use crate::compiler::tokens::TokenKind;
use lumen_base::Slice;

impl Writer<'_> {
    /// The tokens up to `hi` without spaces: names with dots, literals with signs.
    pub(super) fn atoms(&mut self, hi: u32) {
        while self.tok().lo < hi && !self.at(TokenKind::Eof) {
            self.token();
        }
    }

    pub(super) fn ty(&mut self, id: TypeId) {
        let file = self.file;
        let node = file[id];
        let parens = self.open_parens(node.span.lo);
        match node.kind {
            TypeKind::Named { name, args, .. } => {
                self.atoms(name.span.hi);
                if !args.is_empty() {
                    self.types(BRACKETS, args);
                }
            }
            TypeKind::AnyTrait(traits) => {
                self.token();
                self.space();
                self.sum(traits);
            }
            TypeKind::Optional(inner) => {
                self.ty(inner);
                self.atoms(node.span.hi);
            }
            TypeKind::Union(members) => self.group(|w| {
                w.push(Op::In);
                for (at, &member) in file[members].iter().enumerate() {
                    if at > 0 {
                        w.space();
                        w.expect(TokenKind::Bar);
                        w.line(" ");
                    }
                    w.ty(member);
                }
                w.push(Op::Out);
            }),
            TypeKind::Tuple(members) => self.types(PARENS, members),
            TypeKind::Fn { params, ret, row } => {
                self.expect(TokenKind::Fn);
                self.types(PARENS, params);
                self.signature_end(Some(ret), row);
            }
            _ => self.as_written(node.span.hi),
        }
        self.close_parens(parens);
    }

    fn types(&mut self, brackets: (TokenKind, TokenKind), list: Slice<TypeId>) {
        let file = self.file;
        // A signature breaks between its parameters, not inside their types.
        self.hugging(brackets, list.len(), |w, at| w.ty(file[list][at]));
    }

    /// ` -> R / {e}`.
    pub(super) fn signature_end(&mut self, ret: Option<TypeId>, row: Option<RowId>) {
        if let Some(ret) = ret {
            self.space();
            self.expect(TokenKind::Arrow);
            self.space();
            if self.accept(TokenKind::Yield) {
                self.space();
            }
            self.ty(ret);
        }
        if let Some(row) = row {
            self.space();
            self.expect(TokenKind::Slash);
            self.space();
            let entries = &self.file[self.file[row].entries];
            self.hugging(BRACES, entries.len(), |w, at| {
                w.atoms(entries[at].name.span.hi);
                if !entries[at].args.is_empty() {
                    w.types(BRACKETS, entries[at].args);
                }
            });
        }
    }

    pub(super) fn pattern(&mut self, id: PatId) {
        let file = self.file;
        let node = file[id];
        let parens = self.open_parens(node.span.lo);
        match node.kind {
            PatKind::At { name, pat } => {
                self.atoms(name.span.hi);
                self.space();
                self.expect(TokenKind::At);
                self.space();
                self.pattern(pat);
            }
            PatKind::Constructor { path, fields, shape } => {
                let hi = file[path].last().map_or(node.span.hi, |name| name.span.hi);
                self.atoms(hi);
                if shape != Shape::Bare {
                    self.pattern_fields(file[fields].len(), shape, |w, at| {
                        let field = file[fields][at];
                        if let Some(name) = field.name {
                            w.atoms(name.span.hi);
                            w.expect(TokenKind::Colon);
                            // A pun has the place of its name.
                            if file[field.pat].span.lo == name.span.lo {
                                return;
                            }
                            w.space();
                        }
                        w.pattern(field.pat);
                    });
                }
            }
            PatKind::Tuple(list) => self.patterns(PARENS, list),
            PatKind::List(list) => self.patterns(BRACKETS, list),
            PatKind::Typed { pat, ty } => {
                self.pattern(pat);
                self.expect(TokenKind::Colon);
                self.space();
                self.ty(ty);
            }
            PatKind::Or(list) => self.group(|w| {
                w.push(Op::In);
                for (at, &one) in file[list].iter().enumerate() {
                    if at > 0 {
                        w.space();
                        w.expect(TokenKind::Bar);
                        w.fill();
                    }
                    w.pattern(one);
                }
                w.push(Op::Out);
            }),
            _ => self.atoms(node.span.hi),
        }
        self.close_parens(parens);
    }

    fn patterns(&mut self, brackets: (TokenKind, TokenKind), list: Slice<PatId>) {
        let file = self.file;
        self.bracketed(brackets, list.len(), Set::Lines, |w, at| w.pattern(file[list][at]));
    }

    /// The fields of a constructor pattern, and the `..` behind them.
    fn pattern_fields(&mut self, n: usize, shape: Shape, mut field: impl FnMut(&mut Self, usize)) {
        let n_all = n + usize::from(shape == Shape::Open);
        self.bracketed(PARENS, n_all, Set::Lines, |w, at| {
            if at < n {
                field(w, at);
            } else {
                w.expect(TokenKind::DotDot);
            }
        });
    }
}
