//! Cursors: the stream that one goes through, and what `next` gives and does.

use super::body::BodyCx;
use super::diagnostics as d;
use super::types::{Ty, TyKind};
use crate::compiler::effects::row::Why;
use crate::compiler::hir::{ExprId, LocalId};
use lumen_base::Span;

impl BodyCx<'_, '_> {
    /// `let cursor = iter(stream)`: the local has the type of the stream. True when nothing behind it runs.
    pub(super) fn cursor(&mut self, local: LocalId, stream: ExprId) -> bool {
        let own = self.infer(stream);
        let own = self.c.zonk(own);
        let ty = match self.kind(own) {
            TyKind::Stream { .. } | TyKind::Error | TyKind::Never => own,
            TyKind::Infer(_) => {
                let at = self.at(stream);
                self.fail(d::annotate(at))
            }
            kind => {
                let is_list = matches!(kind, TyKind::List(_));
                let (at, shown) = (self.at(stream), self.c.show(own));
                self.fail(d::cursor_of_no_stream(at, &shown, is_list))
            }
        };
        self.out.local_ty.insert(local, ty);
        own == Ty::NEVER
    }

    /// `cursor.next()`: does what the stream does.
    pub(super) fn cursor_next(&mut self, cursor: LocalId, span: Span) -> Ty {
        let own = self.local_ty(cursor);
        let TyKind::Stream { elem, row } = *self.kind(own) else { return Ty::ERROR };
        let why = Why { at: self.here(span), callee: None };
        let to = self.frame().row;
        self.c.rows.include(to, row, &self.c.store, why);
        self.c.store.optional(elem)
    }
}
