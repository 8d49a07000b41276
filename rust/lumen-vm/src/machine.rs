//! One running program: a task over a linked program, with limits.
//!
//! Input: a [`Program`] and [`RunOptions`] → output: an [`Outcome`]. The machine owns the loop around the
//! engine: it leaves when the entry cell returns, and goes through the unwinder when something fails.
//! A session (`machine/session.rs`) runs one program after the other, each longer than the one before.

#![expect(unsafe_code, reason = "sets up the first frame through raw pointers")]

mod session;

pub use session::{NotLonger, Stopped};

use crate::captured::FrameTable;
use crate::frame::{RECORD_SLOTS, Stack};
use crate::interp;
use crate::interp::state::{GlobalSlot, Leave, Regs, Vm, W};
use crate::jit::{Jit, JitOptions, JitStats};
use crate::link::{Engine, Program};
use crate::scheduler::Scheduler;
use crate::trace::{StackTrace, TraceBuilder};
use crate::unwind::{Resume, Unwinder};
use crate::watch::{Watch, Watcher};
use lumen_base::diag::codes::Code;
use lumen_lir::{Datum, Op, Repr};
use lumen_runtime::failure::{Failure, RuntimeError};
use lumen_runtime::host::{Host, Outside, Wake};
use lumen_runtime::stdlib::RtCtx;
use lumen_runtime::tools::Tools;
use lumen_runtime::trace::SharedTape;
use lumen_runtime::value::call::reported;
use lumen_runtime::value::classes::Slot;
use lumen_runtime::value::exchange::HostValue;
use lumen_runtime::value::heap::Heap;
use lumen_runtime::value::word::DYN_NULL;
use std::sync::Arc;

/// Bounds of a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Bytes of values.
    pub memory: usize,
    /// Bytes of the call stack.
    pub stack: usize,
    /// Calls and loop iterations.
    pub instructions: Option<u64>,
    /// Bytes of output.
    pub output: Option<u64>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { memory: usize::MAX, stack: 64 << 20, instructions: None, output: None }
    }
}

/// How a program is run.
#[derive(Clone, Debug, Default)]
pub struct RunOptions {
    /// Bounds.
    pub limits: Limits,
    /// Where its operations are recorded, or come from.
    pub tape: Option<SharedTape>,
    /// The native tier, when the engine has one.
    pub jit: JitOptions,
    /// Who may stop the run.
    pub wake: Option<Wake>,
}

/// A failure that nothing caught.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RunFailure {
    /// The error.
    pub error: RuntimeError,
    /// Where it happened.
    pub trace: StackTrace,
}

/// What became of a run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outcome {
    /// Text of the entry cell's value, when it returned one.
    pub value: Option<String>,
    /// Exit status.
    pub exit_code: i32,
    /// The failure that ended it.
    pub failure: Option<RunFailure>,
    /// Objects that were never freed: 0 unless Lumen has a bug. Counted in debug builds only.
    pub leaked: usize,
    /// Most bytes of values at once.
    pub peak_bytes: usize,
    /// What the native tier did, when the engine has one.
    pub jit: Option<JitStats>,
}

/// A program about to run.
pub struct Machine {
    vm: Box<Vm>,
    /// Globals, by index.
    globals: Box<[GlobalSlot]>,
    /// The form in which the value of the entry cell was asked for.
    wanted: Wanted,
    options: RunOptions,
    /// Programs that ran before: values may lead to their constants.
    earlier: Vec<Arc<Program>>,
}

/// How the value of the entry cell is given, beside its text.
enum Wanted {
    Nothing,
    /// As data, if it is that.
    Datum(Option<Datum>),
    /// For the embedding program, if it can leave.
    Host(Option<HostValue>),
}

/// The end of a run before its outcome is put together.
enum End {
    Value(Option<String>),
    Failed(Failure, TraceBuilder),
}

impl Machine {
    /// A machine for a program, with what it sees of the outside.
    pub fn new(
        program: Arc<Program>,
        options: &RunOptions,
        host: Box<dyn Host>,
    ) -> Result<Machine, Failure> {
        let limits = &options.limits;
        let Some(stack) = Stack::new(limits.stack) else {
            return Err(Failure::stack_overflow(limits.stack as u64));
        };
        let heap = Heap::new(Arc::clone(program.rt_classes()), limits.memory);
        let most = limits.output.unwrap_or(u64::MAX);
        let outside = match &options.tape {
            Some(tape) => Outside::on_tape(host, most, tape.clone()),
            None => Outside::new(host, most),
        };
        let mut globals =
            vec![GlobalSlot::default(); program.module().globals.len()].into_boxed_slice();
        let taped = options.tape.is_some();
        let records = options.tape.as_ref().is_some_and(|tape| tape.lock().is_recording());
        let spans = records.then(Box::default);
        let jit = (program.engine() == Engine::Jit).then(|| Jit::new(&program, options.jit, taped));
        let (cells, classes) = match &jit {
            Some(jit) => (jit.cells.as_ptr(), jit.classes.as_ptr()),
            None => (program.cells.as_ptr(), program.classes.as_ptr()),
        };
        let vm = Vm {
            ip: program.halt(),
            regs: stack.start(),
            fuel: 0,
            limit: stack.limit(),
            cells,
            classes,
            call_shapes: program.call_shapes.as_ptr(),
            operations: program.operations.as_ptr(),
            clause_return: program.clause_return(),
            tail_return: program.tail_return(),
            consts: program.consts.as_ptr(),
            jumps: program.jumps.as_ptr(),
            globals: globals.as_mut_ptr(),
            results: [0; 2],
            native_floor: 0,
            ctx: RtCtx::new(heap, outside),
            run: std::ptr::null_mut(),
            handler: std::ptr::null_mut(),
            stack,
            stack_limit: limits.stack,
            program,
            leave: Leave::Broken,
            frames: FrameTable::default(),
            unwinder: Unwinder::default(),
            jit,
            instruction_limit: limits.instructions.unwrap_or(u64::MAX),
            scheduler: Scheduler::limited(limits.instructions),
            watch: None,
            spans,
        };
        let mut vm = Box::new(vm);
        if let Some(wake) = &options.wake {
            vm.ctx.outside.stops().listen(wake.clone());
        }
        vm.start_fuel();
        let options = options.clone();
        Ok(Machine { vm, globals, wanted: Wanted::Nothing, options, earlier: Vec::new() })
    }

    /// Sets what answers the program's calls of tools; without it nothing does.
    #[must_use]
    pub fn with_tools(mut self, tools: Tools) -> Self {
        self.vm.ctx.outside.set_tools(tools);
        self
    }

    /// Tells `watcher` where the run stands; the program must be linked for [`Engine::Switch`].
    #[must_use]
    pub fn watched_by(mut self, watcher: Box<dyn Watcher>) -> Self {
        debug_assert_eq!(self.vm.program.engine(), Engine::Switch);
        self.vm.watch = Some(Box::new(Watch::new(watcher, &self.vm.program)));
        self
    }

    /// Runs the entry cell to its end, and gives its value as data if it is that.
    pub fn evaluate(mut self) -> (Outcome, Option<Datum>) {
        self.wanted = Wanted::Datum(None);
        let end = self.run_entry();
        let datum = match &mut self.wanted {
            Wanted::Datum(datum) => datum.take(),
            _ => None,
        };
        (self.outcome(end), datum)
    }

    /// Runs the entry cell to its end, and gives its value to the embedding program; functions and streams stay.
    pub fn run_for_value(mut self) -> (Outcome, Option<HostValue>) {
        self.wanted = Wanted::Host(None);
        let end = self.run_entry();
        let value = match &mut self.wanted {
            Wanted::Host(value) => value.take(),
            _ => None,
        };
        (self.outcome(end), value)
    }

    /// Runs the entry cell to its end.
    pub fn run(mut self) -> Outcome {
        let end = self.run_entry();
        self.outcome(end)
    }

    fn run_entry(&mut self) -> End {
        let program = Arc::clone(&self.vm.program);
        let Some(entry) = program.module().entry else {
            return End::Value(None);
        };
        let started = self.enter(entry.index());
        let end = match started {
            Ok(()) => self.drive(&program.module().cells[entry.index()].results),
            Err(failure) => End::Failed(failure, TraceBuilder::default()),
        };
        if self.vm.watch.as_ref().is_some_and(|watch| watch.has_ended()) {
            return end;
        }
        let end = match (self.vm.ctx.outside.flush(), end) {
            (Err(failure), End::Value(_)) => End::Failed(failure, TraceBuilder::default()),
            (_, end) => end,
        };
        self.end_tape(end)
    }

    /// Tells the tape how the run ended, which may be otherwise than it was recorded.
    fn end_tape(&mut self, end: End) -> End {
        let Some(tape) = self.vm.ctx.outside.tape() else { return end };
        let (exit_code, failed) = match &end {
            End::Value(_) => (0, None),
            End::Failed(Failure::Exit(code), _) => (*code, None),
            End::Failed(failure, _) => (failure.exit_code(), Some(reported(failure))),
        };
        let finished = tape.lock().finish(exit_code, failed);
        match (finished, end) {
            (Ok(()), end) => end,
            (
                Err(failure),
                End::Value(_) | End::Failed(Failure::Exit(_) | Failure::Stopped(_), _),
            ) => End::Failed(failure, TraceBuilder::default()),
            (Err(other), End::Failed(failure, trace)) => {
                End::Failed(failure.with_note(other.to_string()), trace)
            }
        }
    }

    /// Makes the first frame: results go to slots 0 and 1.
    fn enter(&mut self, cell: usize) -> Result<(), Failure> {
        let vm = &mut *self.vm;
        let code = vm.program.cells[cell];
        let base = 2usize;
        // SAFETY: the stack has slack for the first slots; `make_room` makes the rest.
        unsafe {
            vm.regs = vm.stack.start().add(base + RECORD_SLOTS);
            *vm.regs.sub(2) = vm.program.halt() as u64;
            *vm.regs.sub(1) = lumen_lir::word(Op::Call, 0, base as u16, 0);
            vm.ip = code.add(1);
            if let Err(Leave::Fail(failure)) = vm.make_room(W(*code).a() as usize) {
                return Err(failure);
            }
            vm.start_native(cell as u32);
            Ok(())
        }
    }

    /// Runs the engine until the program has ended.
    fn drive(&mut self, results: &[Repr]) -> End {
        let vm = &mut *self.vm;
        let (mut failed, mut returned) = (None, false);
        loop {
            interp::run(vm);
            let mut resume = match std::mem::replace(&mut vm.leave, Leave::Broken) {
                Leave::Done => {
                    returned |= failed.is_none();
                    match end_orphan(vm) {
                        Some(resume) => resume,
                        None if returned => {
                            let value = take_value(vm, results, &mut self.wanted);
                            return failed.map_or(End::Value(value), ended);
                        }
                        None => return failed.map_or(End::Value(None), ended),
                    }
                }
                Leave::Fail(failure) => vm.fail(failure),
                Leave::DeferDone => vm.defer_done(),
                Leave::Abandon(k) => vm.abandon(k),
                Leave::Stopped => return End::Value(None),
                Leave::Broken => {
                    let failure = Failure::panic(
                        "internal error: the engine reached a state that verified code cannot reach",
                    );
                    return End::Failed(failure, TraceBuilder::default());
                }
            };
            while let Resume::End(end) = resume {
                failed.get_or_insert(*end);
                vm.regs = vm.stack.start();
                match end_orphan(vm) {
                    Some(next) => resume = next,
                    None => {
                        if returned {
                            take_value(vm, results, &mut Wanted::Nothing);
                        }
                        return failed.map_or(End::Value(None), ended);
                    }
                }
            }
        }
    }

    fn outcome(mut self, end: End) -> Outcome {
        let vm = &mut self.vm;
        let program = Arc::clone(&vm.program);
        let mut outcome = Outcome {
            value: None,
            exit_code: 0,
            failure: None,
            leaked: vm.ctx.heap.live_blocks(),
            peak_bytes: vm.ctx.heap.peak_bytes(),
            jit: vm.jit.as_mut().map(|jit| jit.take_stats(&program)),
        };
        match end {
            End::Value(value) => outcome.value = value,
            End::Failed(failure @ (Failure::Exit(_) | Failure::Stopped(_)), _) => {
                outcome.exit_code = failure.exit_code();
            }
            End::Failed(Failure::Error(error), trace) => {
                outcome.exit_code = 1;
                outcome.failure =
                    Some(RunFailure { error: *error, trace: trace.finish(&vm.program) });
            }
        }
        outcome
    }
}

/// Begins to end a resumption that was dropped and never resumed: all end before the program does.
fn end_orphan(vm: &mut Vm) -> Option<Resume> {
    let k = vm.heap().take_orphan()?;
    vm.ip = vm.program.halt();
    Some(vm.abandon(k))
}

/// The end of a run by its first failure.
fn ended((failure, trace): (Failure, TraceBuilder)) -> End {
    End::Failed(failure, trace)
}

/// The text of the entry cell's value; the value is dropped.
fn take_value(vm: &mut Vm, results: &[Repr], wanted: &mut Wanted) -> Option<String> {
    let note = |wanted: &mut Wanted, vm: &Vm, slot: Slot, word: u64| match wanted {
        Wanted::Nothing => {}
        // SAFETY: the word was returned, of this kind, and is alive.
        Wanted::Datum(datum) => *datum = unsafe { vm.ctx.heap.datum(slot, word) },
        // SAFETY: as above.
        Wanted::Host(value) => unsafe {
            *value = vm.ctx.heap.value_out(vm.ctx.heap.view(slot, word)).ok();
        },
    };
    let slot = |repr: Repr| match repr {
        Repr::I64 => Slot::Int,
        Repr::F64 => Slot::Float,
        Repr::Bool => Slot::Bool,
        Repr::Ref(class) | Repr::Opt(class) => Slot::Ref(class.0),
        Repr::Dyn => Slot::Dyn,
    };
    // SAFETY: the entry cell returned these results to the slots that the registers now begin with.
    unsafe {
        match results {
            [] => {
                note(wanted, vm, Slot::Dyn, DYN_NULL);
                None
            }
            [repr] => {
                let word = vm.u(0);
                note(wanted, vm, slot(*repr), word);
                let text = vm.ctx.heap.debug(slot(*repr), word);
                vm.drop_word(*repr, word);
                text.ok()
            }
            [_, repr, ..] => {
                if vm.u(0) == 0 {
                    note(wanted, vm, Slot::Dyn, DYN_NULL);
                    return Some("null".to_owned());
                }
                note(wanted, vm, slot(*repr), vm.u(1));
                vm.ctx.heap.debug(slot(*repr), vm.u(1)).ok()
            }
        }
    }
}

/// The code of an error outcome, for tests and callers that only want that.
impl Outcome {
    /// Code of the failure.
    pub fn code(&self) -> Option<Code> {
        self.failure.as_ref().map(|failure| failure.error.code)
    }
}
