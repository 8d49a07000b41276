//! Running a recorded run again to look at it.
//!
//! Input → output: a recorded run with its program for looking, and the step that is wanted → what is there. Each look is a run from
//! the beginning, with the recorded answers: going back is running again and stopping earlier.

use crate::traces::{Recorded, authority};
use lumen_base::OsSystem;
use lumen_lir::{Module, Verified};
use lumen_runtime::failure::Failure;
use lumen_runtime::host::MemoryHost;
use lumen_runtime::trace::{Operation, RUNTIME_SEMANTICS, SharedTape, Strictness, Tape};
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
        number < self.from
            || (self.visit)(Seen {
                number,
                position: stop.position,
                operation: stop.operation,
                frames: stop.frames(),
            })
    }
}

impl<'r> Rerun<'r> {
    /// A recorded run; nothing when its program was not kept.
    pub(super) fn of(recorded: &'r Recorded, lines: bool) -> Result<Option<Self>, String> {
        let Some(module) = recorded.look()? else { return Ok(None) };
        if recorded.trace.operations.iter().any(|op| op.name == Operation::STOP) {
            // Where the run was stopped is counted in safepoints of the program that ran, which has others.
            return Ok(None);
        }
        let semantics = recorded.trace.header.semantics;
        if semantics != RUNTIME_SEMANTICS {
            return Err(format!(
                "the run was recorded by another version of Lumen (semantics {semantics}, here {RUNTIME_SEMANTICS})"
            ));
        }
        Ok(Some(Self { recorded, module, lines }))
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
        let trace = &self.recorded.trace;
        let is_cut = trace.end.is_none();
        let tools = authority(&trace.header.authority);
        let tape = Tape::replay(Arc::new(OsSystem), trace.clone(), Strictness::Exact);
        let tape = SharedTape::new(tape);
        // Limits of the run that was recorded are not these: this program is a longer one.
        let limits = Limits { stack: STACK_BYTES, ..Limits::default() };
        let options = RunOptions { limits, tape: Some(tape.clone()), ..RunOptions::default() };
        let count = Rc::new(RefCell::new(0));
        let steps = Steps { lines: self.lines, from, count: Rc::clone(&count), visit };
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
            Some(error)
                if error.code == lumen_base::Code::R1075 && !self.is_past_end(&tape, is_cut) =>
            {
                Err(format!("the run cannot be run again: {}", Failure::Error(Box::new(error))))
            }
            _ => Ok(count),
        }
    }

    /// Whether the run went on where its recording ends: it was cut off, or a limit ended it.
    fn is_past_end(&self, tape: &SharedTape, is_cut: bool) -> bool {
        let failed = self.recorded.trace.end.as_ref().is_some_and(|end| end.failed.is_some());
        (is_cut || failed) && tape.lock().is_at_end()
    }
}
