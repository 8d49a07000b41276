//! `defer`: closures that run on every way out of their block.

use super::fx::{DeferFrame, Fx};
use super::value::{Own, Place};
use lumen_base::Span;

impl<'a> Fx<'_, 'a> {
    pub(super) fn defer(&mut self, lambda: crate::compiler::hir::LambdaId, span: Span) {
        let closure = self.defer_closure(lambda, span);
        let (reg, v) = self.reg(closure);
        if matches!(v.place, Place::One(_, Own::Owned | Own::Temp)) {
            self.pin(reg);
        }
        let start = self.b.label_here();
        self.defers.push(DeferFrame { closure: reg, start, span });
    }

    /// Runs the defers above `from`, innermost first, on the current path; they stay active for others.
    pub(super) fn run_defers(&mut self, from: usize) {
        if !self.r.reachable {
            return;
        }
        for i in (from..self.defers.len()).rev() {
            let frame = self.defers[i];
            let end = self.b.label_here();
            self.defer_ranges.push((i, frame.start, end, frame.closure));
            self.at(frame.span);
            self.call_defer(frame.closure);
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
                self.defer_ranges.push((i, frame.start, end, frame.closure));
            }
        }
        for frame in self.defers.split_off(from).into_iter().rev() {
            self.unpin(frame.closure);
            self.drop_reg(frame.closure);
        }
    }
}
