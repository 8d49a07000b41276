//! The state of a running task as the instructions see it: the instruction word, the fast-path state that
//! lives in machine registers, and the task itself.
//!
//! Contract of every unsafe function here (the *verified-code contract*): the code comes from a
//! `Verified<Module>` linked by `link.rs`, `regs` points to the current frame inside the task's stack with
//! room for all registers of the current cell, register operands are below that number, and each register
//! holds a value of its static representation that is live as the ownership rules say.

#![expect(unsafe_code, reason = "reads and writes registers and code through raw pointers")]

use crate::captured::FrameTable;
use crate::frame::Stack;
use crate::jit::Jit;
use crate::link::{CallShape, OperationRow, Program};
use crate::run::Run;
use crate::scheduler::Scheduler;
use crate::spans::Spans;
use crate::unwind::Unwinder;
use crate::watch::Watch;
use lumen_runtime::failure::Failure;
use lumen_runtime::stdlib::RtCtx;
use lumen_runtime::value::heap::Heap;
use lumen_runtime::value::object::Ptr;
use std::sync::Arc;

/// An instruction word with its operands.
#[derive(Clone, Copy)]
pub(crate) struct W(pub(crate) u64);

impl W {
    /// Number of the handler.
    #[inline(always)]
    pub(crate) const fn op(self) -> u16 {
        self.0 as u16
    }

    /// Operand `a`.
    #[inline(always)]
    pub(crate) const fn a(self) -> u16 {
        (self.0 >> 16) as u16
    }

    /// Operand `b`.
    #[inline(always)]
    pub(crate) const fn b(self) -> u16 {
        (self.0 >> 32) as u16
    }

    /// Operand `c`.
    #[inline(always)]
    pub(crate) const fn c(self) -> u16 {
        (self.0 >> 48) as u16
    }

    /// Operand `b` as a signed immediate.
    #[inline(always)]
    pub(crate) const fn imm_b(self) -> i64 {
        (self.0 >> 32) as i16 as i64
    }

    /// Operand `c` as a signed immediate.
    #[inline(always)]
    pub(crate) const fn imm_c(self) -> i64 {
        (self.0 as i64) >> 48
    }

    /// Operands `b, c` as a signed immediate.
    #[inline(always)]
    pub(crate) const fn imm_bc(self) -> i64 {
        (self.0 as i64) >> 32
    }

    /// Operands `b, c` as an index.
    #[inline(always)]
    pub(crate) const fn index_bc(self) -> usize {
        (self.0 >> 32) as usize
    }
}

/// An extension word with its operands.
#[derive(Clone, Copy)]
pub(crate) struct Ext(pub(crate) u64);

impl Ext {
    /// Operand `e0`.
    #[inline(always)]
    pub(crate) const fn e0(self) -> u16 {
        self.0 as u16
    }

    /// Operand `e1`.
    #[inline(always)]
    pub(crate) const fn e1(self) -> u16 {
        (self.0 >> 16) as u16
    }

    /// Operand `x0`.
    #[inline(always)]
    pub(crate) const fn x0(self) -> u32 {
        self.0 as u32
    }

    /// Operand `x1`.
    #[inline(always)]
    pub(crate) const fn x1(self) -> u32 {
        (self.0 >> 32) as u32
    }
}

/// Why a task leaves its engine.
#[derive(Debug)]
pub(crate) enum Leave {
    /// An instruction failed.
    Fail(Failure),
    /// The entry cell returned.
    Done,
    /// A `defer` closure that the unwinder called returned.
    DeferDone,
    /// A resumption that nobody holds is to be ended; the task is at the instruction to go on with.
    Abandon(Ptr),
    /// Who looks at the run has seen enough.
    Stopped,
    /// A state that verified code cannot reach; reported as an internal error.
    Broken,
}

impl From<Failure> for Leave {
    fn from(failure: Failure) -> Self {
        Self::Fail(failure)
    }
}

/// Result of the slow part of an instruction.
pub(crate) type Step = Result<(), Leave>;

/// Access to the registers of the current frame.
pub(crate) trait Regs {
    /// Register 0.
    fn base(&self) -> *mut u64;

    /// Address of a register.
    ///
    /// # Safety
    /// The verified-code contract of this file.
    #[inline(always)]
    unsafe fn at(&self, r: u16) -> *mut u64 {
        // SAFETY: the frame has this register.
        unsafe { self.base().add(r as usize) }
    }

    /// A register as a raw word.
    ///
    /// # Safety
    /// The verified-code contract of this file.
    #[inline(always)]
    unsafe fn u(&self, r: u16) -> u64 {
        // SAFETY: the frame has this register.
        unsafe { *self.at(r) }
    }

    /// A register as an integer.
    ///
    /// # Safety
    /// The verified-code contract of this file.
    #[inline(always)]
    unsafe fn i(&self, r: u16) -> i64 {
        // SAFETY: the frame has this register.
        unsafe { *self.at(r) as i64 }
    }

    /// A register as a float.
    ///
    /// # Safety
    /// The verified-code contract of this file.
    #[inline(always)]
    unsafe fn f(&self, r: u16) -> f64 {
        // SAFETY: the frame has this register.
        unsafe { f64::from_bits(*self.at(r)) }
    }

    /// A register as a pointer to an object.
    ///
    /// # Safety
    /// The verified-code contract of this file.
    #[inline(always)]
    unsafe fn p(&self, r: u16) -> Ptr {
        // SAFETY: the frame has this register.
        unsafe { *self.at(r) as Ptr }
    }

    /// Writes a raw word.
    ///
    /// # Safety
    /// The verified-code contract of this file.
    #[inline(always)]
    unsafe fn set(&self, r: u16, word: u64) {
        // SAFETY: the frame has this register.
        unsafe { *self.at(r) = word }
    }

    /// Writes an integer.
    ///
    /// # Safety
    /// The verified-code contract of this file.
    #[inline(always)]
    unsafe fn set_i(&self, r: u16, value: i64) {
        // SAFETY: the frame has this register.
        unsafe { *self.at(r) = value as u64 }
    }

    /// Writes a float.
    ///
    /// # Safety
    /// The verified-code contract of this file.
    #[inline(always)]
    unsafe fn set_f(&self, r: u16, value: f64) {
        // SAFETY: the frame has this register.
        unsafe { *self.at(r) = value.to_bits() }
    }

    /// Writes a truth value.
    ///
    /// # Safety
    /// The verified-code contract of this file.
    #[inline(always)]
    unsafe fn set_b(&self, r: u16, value: bool) {
        // SAFETY: the frame has this register.
        unsafe { *self.at(r) = value as u64 }
    }

    /// Writes a pointer.
    ///
    /// # Safety
    /// The verified-code contract of this file.
    #[inline(always)]
    unsafe fn set_p(&self, r: u16, value: Ptr) {
        // SAFETY: the frame has this register.
        unsafe { *self.at(r) = value as u64 }
    }
}

/// What the fast parts work on; in the threaded engine every field is a machine register.
pub(crate) struct State {
    /// Next word of code.
    pub(crate) ip: *const u64,
    /// Register 0 of the current frame.
    pub(crate) regs: *mut u64,
    /// The task.
    pub(crate) vm: *mut Vm,
    /// Safepoints left before the task must look up.
    pub(crate) fuel: i64,
    /// The instruction being executed.
    pub(crate) w: W,
}

impl Regs for State {
    #[inline(always)]
    fn base(&self) -> *mut u64 {
        self.regs
    }
}

impl State {
    /// The extension word of the current instruction; `ip` stays on it.
    ///
    /// # Safety
    /// The instruction has one, and `ip` is still there.
    #[inline(always)]
    pub(crate) unsafe fn ext(&self) -> Ext {
        // SAFETY: as the caller promises.
        unsafe { Ext(*self.ip) }
    }

    /// Steps over the extension word.
    ///
    /// # Safety
    /// As for [`State::ext`].
    #[inline(always)]
    pub(crate) unsafe fn skip_ext(&mut self) {
        // SAFETY: as the caller promises.
        self.ip = unsafe { self.ip.add(1) };
    }

    /// The task's heap.
    ///
    /// # Safety
    /// `vm` is the live task, and nothing else borrows it during a fast part.
    #[inline(always)]
    pub(crate) unsafe fn heap(&mut self) -> &mut Heap {
        // SAFETY: as the caller promises.
        unsafe { &mut (*self.vm).ctx.heap }
    }
}

/// Where an indirect call enters and what a flat object of the class needs, by class id.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct ClassRow {
    /// Code of a closure class, else null.
    pub(crate) code: *const u64,
    /// Native code of a closure class, else null.
    pub(crate) native: *const u8,
}

/// A global: its word and whether it is set.
#[derive(Clone, Copy, Default)]
#[repr(C)]
pub(crate) struct GlobalSlot {
    /// The value.
    pub(crate) word: u64,
    /// Whether the entry cell has set it.
    pub(crate) set: bool,
}

/// A task: what the slow parts work on. The first fields are those that fast parts read.
#[repr(C)]
pub(crate) struct Vm {
    /// Saved `ip` while no fast part runs.
    pub(crate) ip: *const u64,
    /// Saved register 0.
    pub(crate) regs: *mut u64,
    /// Saved fuel.
    pub(crate) fuel: i64,
    /// End of the slots that frames of the running segment may use.
    pub(crate) limit: *mut u64,
    /// First instruction of each cell.
    pub(crate) cells: *const *const u64,
    /// Class rows by id.
    pub(crate) classes: *const ClassRow,
    /// Registers of closure classes by id.
    pub(crate) call_shapes: *const CallShape,
    /// Operations by index.
    pub(crate) operations: *const OperationRow,
    /// Where a clause returns to.
    pub(crate) clause_return: *const u64,
    /// Where a tail clause returns to.
    pub(crate) tail_return: *const u64,
    /// Constants of all kinds, as words.
    pub(crate) consts: *const u64,
    /// Jump tables.
    pub(crate) jumps: *const crate::link::Jumps,
    /// Globals by index.
    pub(crate) globals: *mut GlobalSlot,
    /// Results of native code that do not fit into machine registers, or go to the interpreter.
    pub(crate) results: [u64; 2],
    /// Lowest address of the machine's stack at which native code may call on.
    pub(crate) native_floor: usize,
    /// Heap, host and everything else that builtins use.
    pub(crate) ctx: RtCtx,
    /// The innermost run of a stream that is linked; null while the task's own stack runs.
    pub(crate) run: *mut Run,
    /// The innermost handler that what runs sees; null when there is none.
    pub(crate) handler: *mut Run,
    /// The task's own slots.
    pub(crate) stack: Stack,
    /// Bytes that the stack may take.
    pub(crate) stack_limit: usize,
    /// What is running.
    pub(crate) program: Arc<Program>,
    /// Why the engine was left.
    pub(crate) leave: Leave,
    /// What frames that were captured hold.
    pub(crate) frames: FrameTable,
    /// Failures on their way up.
    pub(crate) unwinder: Unwinder,
    /// The native tier, when the engine has one.
    pub(crate) jit: Option<Box<Jit>>,
    /// The limit that fuel stands for, for the message.
    pub(crate) instruction_limit: u64,
    /// The fuel that was not given yet.
    pub(crate) scheduler: Scheduler,
    /// Who looks at the run.
    pub(crate) watch: Option<Box<Watch>>,
    /// The calls of the last operation, when the run is recorded.
    pub(crate) spans: Option<Box<Spans>>,
}

impl Regs for Vm {
    #[inline(always)]
    fn base(&self) -> *mut u64 {
        self.regs
    }
}

impl Vm {
    /// The extension word of the current instruction; `ip` stays on it.
    ///
    /// # Safety
    /// The instruction has one, and `ip` is still there.
    #[inline(always)]
    pub(crate) unsafe fn ext(&self) -> Ext {
        // SAFETY: as the caller promises.
        unsafe { Ext(*self.ip) }
    }

    /// Steps over the extension word.
    ///
    /// # Safety
    /// As for [`Vm::ext`].
    #[inline(always)]
    pub(crate) unsafe fn skip_ext(&mut self) {
        // SAFETY: as the caller promises.
        self.ip = unsafe { self.ip.add(1) };
    }

    /// Moves `ip` by this many words.
    ///
    /// # Safety
    /// The target is an instruction of the current cell.
    #[inline(always)]
    pub(crate) unsafe fn jump(&mut self, words: isize) {
        // SAFETY: as the caller promises.
        self.ip = unsafe { self.ip.offset(words) };
    }

    /// The task's heap.
    #[inline(always)]
    pub(crate) fn heap(&mut self) -> &mut Heap {
        &mut self.ctx.heap
    }
}
