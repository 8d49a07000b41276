//! Cursors: runs of streams that are resumed by name. They are ended as the runs of loops are.

use super::fx::Fx;
use super::value::{Binding, Own, Place, Val};
use crate::compiler::hir::{ExprId, LocalId};
use crate::compiler::typecheck::types::{Ty, TyKind};
use lumen_lir::{EffectSet, Op, Reg};

impl<'a> Fx<'_, 'a> {
    /// `let cursor = iter(stream)`: begins a run, which the block around ends.
    pub(super) fn open_cursor(&mut self, cursor: LocalId, stream: ExprId) {
        let ty = self.local_ty(cursor);
        if let Some(run) = self.begin_run(stream) {
            let run = Val::new(Place::One(run, Own::Alias), ty);
            self.set_binding(cursor, Binding::Val(run));
        }
    }

    /// The run of a cursor, and the type of its elements.
    fn cursor_run(&mut self, cursor: LocalId) -> Option<(Reg, Ty)> {
        if let Binding::Val(Val { place: Place::One(run, _), ty }) = self.binding(cursor)
            && let TyKind::Stream { elem, .. } = self.kind(ty)
        {
            return Some((run, elem));
        }
        self.confused("a cursor without a run");
        None
    }

    /// `cursor.next()`.
    pub(super) fn cursor_next(&mut self, e: ExprId, cursor: LocalId) -> Val {
        let Some((run, elem)) = self.cursor_run(cursor) else { return Val::never() };
        let ty = self.ty(e);
        let (dest, elem) = (self.dest(ty), self.dest(elem));
        let (came, end) = (self.b.new_label(), self.b.new_label());
        self.at_expr(e);
        self.effects = self.effects.union(EffectSet::FULL);
        let fork = self.r.fork();
        self.b.branch(Op::GenNext, elem.reg, run, came);
        self.place(Val::new(Place::Nil, ty), dest);
        let first = self.end_first(&fork, end);
        self.b.bind(came);
        let v = self.param_value(elem, true);
        let v = self.convert(v, ty, None);
        self.place(v, dest);
        self.end_second(fork, first, end);
        self.unpin_dest(elem);
        for n in 0..elem.slots.len() as u16 {
            self.free(elem.reg + n);
        }
        self.take_dest(dest)
    }

    /// `cursor.close()`: ends the run early; the block around finds it ended.
    pub(super) fn cursor_close(&mut self, e: ExprId, cursor: LocalId) -> Val {
        let Some((run, _)) = self.cursor_run(cursor) else { return Val::never() };
        self.at_expr(e);
        self.effects = self.effects.union(EffectSet::FULL);
        self.b.emit(Op::GenEnd, run, 0, 0);
        Val::unit()
    }
}
