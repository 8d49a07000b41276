//! A machine that runs one program after the other: what an entry of a session leaves in globals is there for the next.
//!
//! Input: programs, each of a module that has the one before as its beginning (`lumen_lir::append`). Output: how each
//! ended ([`Stopped`]), and the text of globals.
//!
//! Invariants: classes, types and globals keep their numbers from program to program, so that objects keep their
//! meaning; a program is kept as long as objects may lead to its constants.

use super::{End, Machine, RunFailure};
use crate::captured::FrameTable;
use crate::interp::state::{GlobalSlot, Leave};
use crate::jit::Jit;
use crate::link::Program;
use crate::scheduler::Scheduler;
use crate::unwind::Unwinder;
use lumen_lir::Module;
use lumen_runtime::failure::Failure;
use std::sync::Arc;

/// A program does not begin with the one before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NotLonger;

/// Why a program ended before its end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Stopped {
    /// It asked for that, with this status.
    Exit(i32),
    /// Somebody stopped it.
    Interrupted,
    /// Nothing caught a failure.
    Failed(RunFailure),
}

impl Machine {
    /// Puts a longer program in the place of the one that has run. Globals that are set stay set.
    pub fn extend(&mut self, program: Arc<Program>) -> Result<(), NotLonger> {
        if !is_longer(self.vm.program.module(), program.module()) {
            return Err(NotLonger);
        }
        let mut globals = vec![GlobalSlot::default(); program.module().globals.len()];
        globals[..self.globals.len()].copy_from_slice(&self.globals);
        self.globals = globals.into_boxed_slice();
        let vm = &mut *self.vm;
        vm.cells = program.cells.as_ptr();
        vm.classes = program.classes.as_ptr();
        if vm.jit.is_some() {
            // No frame leads into the code of the program before.
            let jit = Jit::new(&program, self.options.jit, self.options.tape.is_some());
            (vm.cells, vm.classes) = (jit.cells.as_ptr(), jit.classes.as_ptr());
            vm.jit = Some(jit);
        }
        vm.call_shapes = program.call_shapes.as_ptr();
        vm.operations = program.operations.as_ptr();
        (vm.clause_return, vm.tail_return) = (program.clause_return(), program.tail_return());
        vm.consts = program.consts.as_ptr();
        vm.jumps = program.jumps.as_ptr();
        vm.globals = self.globals.as_mut_ptr();
        vm.ctx.heap.extend_classes(Arc::clone(program.rt_classes()));
        self.earlier.push(std::mem::replace(&mut vm.program, program));
        Ok(())
    }

    /// Runs the entry cell to its end; another program may run after it. It stops soon after the machine's
    /// `wake` was asked to.
    pub fn step(&mut self) -> Result<(), Stopped> {
        let fuel = self.options.limits.instructions;
        let vm = &mut *self.vm;
        vm.run = std::ptr::null_mut();
        vm.limit = vm.stack.limit();
        vm.leave = Leave::Broken;
        vm.unwinder = Unwinder::default();
        vm.frames = FrameTable::default();
        vm.scheduler = Scheduler::limited(fuel);
        vm.ctx.outside.stops().restart();
        vm.start_fuel();
        match self.run_entry() {
            End::Value(_) => Ok(()),
            End::Failed(Failure::Stopped(_), _) => Err(Stopped::Interrupted),
            End::Failed(Failure::Exit(code), _) => Err(Stopped::Exit(code)),
            End::Failed(Failure::Error(error), trace) => {
                let trace = trace.finish(&self.vm.program);
                Err(Stopped::Failed(RunFailure { error: *error, trace }))
            }
        }
    }

    /// The text of a global, as inside of a list; nothing when it is not set.
    pub fn global_text(&self, index: usize) -> Option<String> {
        let global = self.globals.get(index).filter(|global| global.set)?;
        let program = &self.vm.program;
        let slot = program.slot(program.module().globals.get(index)?.ty.0);
        // SAFETY: the global was set to a word of its type, and what it leads to is immortal.
        unsafe { self.vm.ctx.heap.debug(slot, global.word) }.ok()
    }
}

/// Whether values that `before` made mean the same to `after`.
fn is_longer(before: &Module, after: &Module) -> bool {
    after.classes.starts_with(&before.classes)
        && after.types.starts_with(&before.types)
        && after.globals.starts_with(&before.globals)
        && after.cells.len() >= before.cells.len()
}
