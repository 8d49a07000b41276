//! What happens on every way out: the closures of `defer`, and the end of the run of a stream.

use super::fx::{DeferFrame, Fx};
use super::value::{Own, Place};
use lumen_base::Span;
use lumen_lir::{Op, Reg};

impl<'a> Fx<'_, 'a> {
    pub(super) fn defer(&mut self, lambda: crate::compiler::hir::LambdaId, span: Span) {
        let closure = self.defer_closure(lambda, span);
        let (reg, v) = self.reg(closure);
        if matches!(v.place, Place::One(_, Own::Owned | Own::Temp)) {
            self.pin(reg);
        }
        let start = self.b.label_here();
        self.defers.push(DeferFrame { reg, is_run: false, start, span });
    }

    /// From here on a run of a stream is ended on every way out.
    pub(super) fn open_run(&mut self, reg: Reg, span: Span) {
        let start = self.b.label_here();
        self.defers.push(DeferFrame { reg, is_run: true, start, span });
    }

    /// Runs the defers above `from`, innermost first, on the current path; they stay active for others.
    pub(super) fn run_defers(&mut self, from: usize) {
        if !self.r.reachable {
            return;
        }
        for i in (from..self.defers.len()).rev() {
            let frame = self.defers[i];
            let end = self.b.label_here();
            self.defer_ranges.push((i, frame.start, end, frame.reg));
            self.at(frame.span);
            if frame.is_run {
                self.effects = self.effects.union(lumen_lir::EffectSet::FULL);
                self.b.emit(Op::GenEnd, frame.reg, 0, 0);
            } else {
                self.call_defer(frame.reg);
            }
        }
    }

    /// Behind a way out: the defers that it ran are active again.
    pub(super) fn reopen_defers(&mut self, from: usize) {
        for i in from..self.defers.len() {
            let start = self.b.label_here();
            self.defers[i].start = start;
        }
    }

    /// The block of some defers ends.
    pub(super) fn end_defers(&mut self, from: usize) {
        if self.defers.len() == from {
            return;
        }
        self.run_defers(from);
        if !self.r.reachable {
            for i in from..self.defers.len() {
                let (frame, end) = (self.defers[i], self.b.label_here());
                self.defer_ranges.push((i, frame.start, end, frame.reg));
            }
        }
        while self.defers.len() > from {
            let reg = self.defers[self.defers.len() - 1].reg;
            self.unpin(reg);
            self.drop_reg(reg);
            self.defers.pop();
        }
    }
}
