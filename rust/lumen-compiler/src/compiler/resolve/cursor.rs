//! Cursors: `let mut name = iter(stream)`, and what is done with them by name.
//!
//! Input → output: syntax of a `let` or a method call → a statement or expression of its own. A cursor is no value: its
//! name stands before `.next()` and `.close()`, in the function that made it, and nowhere else. So it is never copied,
//! passed, captured or kept, and the block around its `let` ends its run.

use super::context::Ctx;
use super::diagnostics::cursors as d;
use super::scope::{Binding, What};
use crate::compiler::ast::{self, Name};
use crate::compiler::hir::{ExprId, ExprKind, LocalId, LocalKind, StmtKind};
use lumen_base::{Slice, Span, sym};

impl Ctx<'_, '_> {
    /// A `let` whose value is `iter(…)` as the statement that makes a cursor; nothing when it is another one.
    pub(super) fn cursor_let(
        &mut self,
        pat: ast::PatId,
        init: ExprId,
        ty: Option<ast::TypeId>,
        otherwise: Option<ast::BlockId>,
        is_mut: bool,
    ) -> Option<StmtKind> {
        let ast::Pat { kind: ast::PatKind::Bind(name), span } = self.ast[pat] else { return None };
        let stream = self.iterated(init)?;
        if let Some(ty) = ty {
            let at = self.at(Span::new(span.hi, self.ast[ty].span.hi));
            self.report(d::typed_cursor(at));
        }
        if let Some(block) = otherwise {
            self.block(block);
            let at = self.at(self.ast[block].span);
            self.report(d::cursor_else(at));
        }
        let local = self.add_local(name, span, LocalKind::Let, is_mut);
        if !is_mut {
            self.body.mut_at[local.index()] = span.lo + 1;
        }
        let frame = self.frame();
        self.g.scope.bind(name, What::Cursor(local), frame);
        Some(StmtKind::Cursor { local, stream })
    }

    /// The stream of `iter(stream)`, however it is written.
    fn iterated(&mut self, init: ExprId) -> Option<ExprId> {
        match &self.body.body.exprs[init].kind {
            ExprKind::Call { callee, type_args, args } if type_args.is_empty() => {
                let callee = self.body.body.exprs[*callee].span;
                let [only] = &args[..] else { return None };
                if self.body.loose_iters.last() != Some(&callee)
                    || only.name.is_some()
                    || only.spread
                {
                    return None;
                }
                let stream = only.value;
                self.body.loose_iters.pop();
                Some(stream)
            }
            ExprKind::MethodCall {
                recv,
                name: sym::ITER,
                type_args,
                args,
                optional: false,
                ..
            } if type_args.is_empty() && args.is_empty() && !self.declares_iter() => Some(*recv),
            _ => None,
        }
    }

    /// Whether a method or field of the program has the name of the builtin.
    fn declares_iter(&self) -> bool {
        let hir = &self.g.hir;
        hir.methods.keys().any(|(_, name)| *name == sym::ITER)
            || hir.cells.values().any(|cell| cell.name == sym::ITER)
            || hir.records.values().any(|it| it.fields.iter().any(|f| f.name == sym::ITER))
    }

    /// `cursor.next()`, `cursor.close()`; nothing when the base is no cursor.
    pub(super) fn cursor_call(
        &mut self,
        base: ast::ExprId,
        name: Name,
        args: Slice<ast::Arg>,
    ) -> Option<ExprKind> {
        let ast::Expr { kind: ast::ExprKind::Name(symbol), span } = self.ast[base] else {
            return None;
        };
        let binding = self.g.scope.find(symbol)?;
        let What::Cursor(local) = binding.what else { return None };
        if binding.frame != self.frame() {
            self.cursor_as_value(binding, span);
            return Some(ExprKind::Missing);
        }
        self.body.reads.insert(local);
        if !args.is_empty() || !matches!(name.symbol, sym::NEXT | sym::CLOSE) {
            let (at, text) = (self.at(name.span), self.text(symbol));
            self.report(d::cursor_method(at, &text));
            return Some(ExprKind::Missing);
        }
        self.warn_next_without_mut(local, span);
        Some(match name.symbol {
            sym::CLOSE => ExprKind::CursorClose(local),
            _ => ExprKind::CursorNext(local),
        })
    }

    /// Warns once, and lets the cursor be `mut` from here on.
    fn warn_next_without_mut(&mut self, local: LocalId, span: Span) {
        if std::mem::replace(&mut self.body.body.locals[local].mutable, true) {
            return;
        }
        let (decl, name) = (self.body.body.locals[local].span, self.body.body.locals[local].name);
        let (at, text) = (self.at(span), self.text(name));
        let insert = self.body.mut_at[local.index()].saturating_sub(1);
        self.report(d::cursor_without_mut(at, &text, self.at(decl), self.at(Span::point(insert))));
    }

    /// Reports a cursor where a value is wanted, or in a function that did not make it.
    pub(super) fn cursor_as_value(&mut self, binding: Binding, span: Span) {
        if let What::Cursor(local) = binding.what {
            self.note_read(binding.frame, local);
        }
        let (at, text) = (self.at(span), self.text(binding.name));
        let found = match binding.frame == self.frame() {
            true => d::cursor_as_value(at, &text),
            false => d::captured_cursor(at, &text),
        };
        self.report(found);
    }

    /// Reports each `iter` that makes no cursor.
    pub(super) fn check_loose_iters(&mut self) {
        for span in std::mem::take(&mut self.body.loose_iters) {
            let at = self.at(span);
            self.report(d::loose_iter(at));
        }
    }
}
