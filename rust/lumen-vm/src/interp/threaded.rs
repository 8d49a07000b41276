//! The threaded engine: one function per instruction, each jumping to the next.
//!
//! The state of the task is the six arguments, so it stays in machine registers. The compiler turns the call
//! at the end of a handler into a jump because nothing of the handler is alive then: no value with a drop,
//! no address of a local handed out. A test runs 10⁹ of them on a small stack.
//!
//! Fast handlers contain no other call. A slow handler saves the state to the task, calls the slow part
//! (which is never inlined, so that its locals are gone), and goes on from what it finds in the task.

#![expect(unsafe_code, reason = "calls handlers with raw state")]

use super::instr::{Flow, Instr};
use super::state::{State, Vm, W};
use super::table::HANDLERS;

/// Whether the task is to leave the engine; the reason is in `Vm::leave`.
type Left = u32;

/// A handler: `ip` (past the word), registers, task, table, word, fuel.
type Handler = unsafe extern "C" fn(*const u64, *mut u64, *mut Vm, *const Entry, u64, i64) -> Left;

/// An entry of the table of handlers.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(super) struct Entry(Handler);

impl Entry {
    /// The entry of an instruction.
    pub(super) const fn of<I: Instr>() -> Entry {
        Entry(fast::<I>)
    }
}

/// Keeps the two ways out of a conditional jump apart: merged into a conditional move, the next
/// instruction's address would wait for the comparison.
#[inline(always)]
fn keep_branch() {
    #[cfg(not(miri))]
    // SAFETY: an empty assembly text does nothing.
    unsafe {
        std::arch::asm!("/* taken */", options(nomem, nostack, preserves_flags));
    }
}

/// Jumps to the handler of the instruction at `ip`.
macro_rules! dispatch {
    ($ip:expr, $regs:expr, $vm:expr, $table:expr, $fuel:expr) => {{
        let ip: *const u64 = $ip;
        let w = *ip;
        let handler = (*$table.add(w as u16 as usize)).0;
        handler(ip.add(1), $regs, $vm, $table, w, $fuel)
    }};
}

/// The fast handler of an instruction.
unsafe extern "C" fn fast<I: Instr>(
    ip: *const u64,
    regs: *mut u64,
    vm: *mut Vm,
    table: *const Entry,
    w: u64,
    fuel: i64,
) -> Left {
    let mut s = State { ip, regs, vm, fuel, w: W(w) };
    // SAFETY: verified code: the instruction at the new `ip` exists, and its number is in the table.
    unsafe {
        match I::fast(&mut s) {
            Flow::Next => dispatch!(s.ip, s.regs, vm, table, s.fuel),
            Flow::Jump(words) => {
                keep_branch();
                dispatch!(s.ip.offset(words), s.regs, vm, table, s.fuel)
            }
            Flow::Slow => slow::<I>(s.ip, s.regs, vm, table, w, s.fuel),
        }
    }
}

/// The slow handler of an instruction.
#[cold]
#[inline(never)]
unsafe extern "C" fn slow<I: Instr>(
    ip: *const u64,
    regs: *mut u64,
    vm: *mut Vm,
    table: *const Entry,
    w: u64,
    fuel: i64,
) -> Left {
    // SAFETY: as for `fast`; the task is borrowed by nobody else while the slow part runs.
    unsafe {
        (*vm).ip = ip;
        (*vm).regs = regs;
        (*vm).fuel = fuel;
        if call_slow::<I>(vm, w) {
            return 1;
        }
        dispatch!((*vm).ip, (*vm).regs, vm, table, (*vm).fuel)
    }
}

/// Runs the slow part; true when the task is to leave the engine.
#[inline(never)]
unsafe fn call_slow<I: Instr>(vm: *mut Vm, w: u64) -> bool {
    // SAFETY: as for `slow`.
    let vm = unsafe { &mut *vm };
    match I::slow(vm, W(w)) {
        Ok(()) => false,
        Err(leave) => {
            vm.leave = leave;
            true
        }
    }
}

/// Runs a task from its saved state until it leaves; the reason is in `Vm::leave`.
///
/// # Safety
/// The task is at an instruction of a linked program that was prepared for this engine.
pub(crate) unsafe fn run(vm: &mut Vm) {
    let (ip, regs, fuel) = (vm.ip, vm.regs, vm.fuel);
    let table = HANDLERS.as_ptr();
    let vm: *mut Vm = vm;
    // SAFETY: as the caller promises.
    unsafe {
        let _ = dispatch!(ip, regs, vm, table, fuel);
    }
}
