//! Running a recorded run again to look at it.
//!
//! Input → output: a recorded run with its program for looking, and the step that is wanted → what is there. Each look is a run from
//! the beginning, with the recorded answers: going back is running again and stopping earlier.
//!
//! Invariant: it never goes on from an operation after which the run was stopped, cut off or ended by a limit. Where that was is
//! counted in safepoints of the program that ran, or is not known, and the program for looking might go on for ever.

use crate::traces::{Recorded, authority};
use lumen_base::{Code, OsSystem};
use lumen_lir::{Module, Verified};
use lumen_runtime::failure::Failure;
use lumen_runtime::host::MemoryHost;
use lumen_runtime::trace::line::Trace;
use lumen_runtime::trace::{End, Operation, RUNTIME_SEMANTICS, SharedTape, Strictness, Tape};
use lumen_vm::{Engine, Limits, Look, Machine, Position, RunOptions, Stop, Watcher, link};
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

/// Bytes of the stack: frames of a program for looking are larger than those of the one that ran.
const STACK_BYTES: usize = 256 << 20;

/// A run that can be run again.
pub(super) struct Rerun<'r> {
    recorded: &'r Recorded,
    module: Verified<Module>,
    lines: bool,
    /// What is run again: the trace, or what stands in it before the first stop.
    trace: Trace,
    /// The operation at which it ends, if that is not the end of the run.
    last: Option<u64>,
}

/// A step.
pub(super) struct Seen {
    /// Its number, from 1.
    pub(super) number: u64,
    pub(super) position: Position,
    /// The operation that comes next.
    pub(super) operation: Option<u64>,
    /// Innermost first.
    pub(super) frames: Vec<Look>,
}

/// Is given each step from `from` on until it says that it has seen enough.
struct Steps<F> {
    lines: bool,
    from: u64,
    last: Option<u64>,
    count: Rc<RefCell<u64>>,
    visit: F,
}

impl<F: FnMut(Seen) -> bool> Watcher for Steps<F> {
    /// Lines of std are nobody's steps.
    fn wants_lines(&self, path: &str) -> bool {
        self.lines && !path.starts_with("std/")
    }

    fn stopped(&mut self, stop: &Stop<'_>) -> bool {
        let mut count = self.count.borrow_mut();
        *count += 1;
        let number = *count;
        drop(count);
        let goes_on = number < self.from
            || (self.visit)(Seen {
                number,
                position: stop.position,
                operation: stop.operation,
                frames: stop.frames(),
            });
        goes_on && (self.last.is_none() || stop.operation != self.last)
    }
}

impl<'r> Rerun<'r> {
    /// A recorded run; nothing when its program was not kept, or it did nothing before it was stopped.
    pub(super) fn of(recorded: &'r Recorded, lines: bool) -> Result<Option<Self>, String> {
        let Some(module) = recorded.look()? else { return Ok(None) };
        let semantics = recorded.trace.header.semantics;
        if semantics != RUNTIME_SEMANTICS {
            return Err(format!(
                "the run was recorded by another version of Lumen (semantics {semantics}, here {RUNTIME_SEMANTICS})"
            ));
        }
        let mut trace = recorded.trace.clone();
        if let Some(stop) = trace.operations.iter().position(Operation::is_stop) {
            trace.operations.truncate(stop);
            trace.end = None;
        }
        let last = ends_anywhere(trace.end.as_ref()).then_some(trace.operations.len() as u64);
        Ok((last != Some(0)).then_some(Self { recorded, module, lines, trace, last }))
    }

    /// How many operations can be looked at: those before the first stop.
    pub(super) fn operations(&self) -> u64 {
        self.trace.operations.len() as u64
    }

    /// Whether the run was stopped, so that there are operations that cannot be looked at.
    pub(super) fn is_stopped(&self) -> bool {
        self.trace.operations.len() < self.recorded.trace.operations.len()
    }

    /// How many steps there are.
    pub(super) fn count(&self) -> Result<u64, String> {
        self.visit(u64::MAX, |_| true)
    }

    /// One step.
    pub(super) fn step(&self, number: u64) -> Result<Seen, String> {
        let found = Rc::new(RefCell::new(None));
        let place = Rc::clone(&found);
        self.visit(number, move |seen| {
            *place.borrow_mut() = Some(seen);
            false
        })?;
        let seen = found.borrow_mut().take();
        seen.ok_or_else(|| format!("the run, run again, has no step {number}"))
    }

    /// Runs, and gives each step from `from` on to `visit` until that says no; how many steps there were.
    pub(super) fn visit(
        &self,
        from: u64,
        visit: impl FnMut(Seen) -> bool + 'static,
    ) -> Result<u64, String> {
        let trace = &self.trace;
        let is_cut = trace.end.is_none();
        let tools = authority(&trace.header.authority);
        let tape = Tape::replay(Arc::new(OsSystem), trace.clone(), Strictness::Exact);
        let tape = SharedTape::new(tape);
        // Limits of the run that was recorded are not these: this program is a longer one.
        let limits = Limits { stack: STACK_BYTES, ..Limits::default() };
        let options = RunOptions { limits, tape: Some(tape.clone()), ..RunOptions::default() };
        let count = Rc::new(RefCell::new(0));
        let steps =
            Steps { lines: self.lines, from, last: self.last, count: Rc::clone(&count), visit };
        let outcome = link(self.module.clone(), Engine::Switch)
            .and_then(|program| Machine::new(program, &options, Box::new(MemoryHost::default())))
            .map(|machine| machine.with_tools(tools).watched_by(Box::new(steps)).run());
        let count = *count.borrow();
        let failure = match outcome {
            Ok(outcome) => outcome.failure.map(|failure| failure.error),
            Err(Failure::Error(error)) => Some(*error),
            Err(Failure::Exit(_) | Failure::Stopped(_)) => None,
        };
        match failure {
            Some(error) if error.code == Code::R1075 && !self.is_past_end(&tape, is_cut) => {
                Err(format!("the run cannot be run again: {}", Failure::Error(Box::new(error))))
            }
            _ => Ok(count),
        }
    }

    /// Whether the run went on where its recording ends: it was cut off, or a limit ended it.
    fn is_past_end(&self, tape: &SharedTape, is_cut: bool) -> bool {
        let failed = self.trace.end.as_ref().is_some_and(|end| end.failed.is_some());
        (is_cut || failed) && tape.lock().is_at_end()
    }
}

/// Whether a run may have ended where no other run of its program does: it was stopped or cut off, or a limit ended it.
fn ends_anywhere(end: Option<&End>) -> bool {
    let limits = [Code::R1010, Code::R1011, Code::R1012].map(Code::as_str);
    let Some(end) = end else { return true };
    end.failed.as_ref().is_some_and(|failed| limits.contains(&failed.code.as_str()))
}
