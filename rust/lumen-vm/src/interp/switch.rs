//! The `match` engine: the same instructions in a loop, for debug builds, other targets, and as the oracle.
//!
//! In debug builds it asserts before and after each instruction that the shadow tags of the slots agree with
//! the table of instructions.

#![expect(unsafe_code, reason = "reads code through raw pointers")]

use super::instr::{Flow, Instr};
use super::state::{State, Vm, W};
use super::table::{self, with_quick};
use lumen_lir::Op;

/// One instruction; true when the task is to leave.
#[inline(always)]
unsafe fn one<I: Instr>(s: &mut State) -> bool {
    // SAFETY: verified code; the task is borrowed by nobody else while the slow part runs.
    unsafe {
        match I::fast(s) {
            Flow::Next => false,
            Flow::Jump(words) => {
                s.ip = s.ip.offset(words);
                false
            }
            Flow::Slow => {
                let vm = &mut *s.vm;
                (vm.ip, vm.regs, vm.fuel) = (s.ip, s.regs, s.fuel);
                match I::slow(vm, s.w) {
                    Ok(()) => {
                        (s.ip, s.regs, s.fuel) = (vm.ip, vm.regs, vm.fuel);
                        false
                    }
                    Err(leave) => {
                        vm.leave = leave;
                        true
                    }
                }
            }
        }
    }
}

macro_rules! define_step {
    ($( $(#[doc = $doc:literal])+ $name:ident = $mnemonic:literal [ $($operand:expr),* $(,)? ] $flags:expr; )+) => {
        /// Runs the instruction in `s.w`, one of the opcodes.
        unsafe fn step(s: &mut State, op: Op) -> bool {
            // SAFETY: as for `run`.
            unsafe {
                match op {
                    $( Op::$name => one::<table::$name>(s), )+
                }
            }
        }
    };
}
lumen_lir::with_opcodes!(define_step);

macro_rules! define_step_quick {
    ($($name:ident = $instr:ty,)+) => {
        /// Runs the instruction in `s.w`, one of the linker's own forms.
        unsafe fn step_quick(s: &mut State) -> bool {
            use table::*;
            $(
                if s.w.op() == Quick::$name.number() {
                    // SAFETY: as for `run`.
                    return unsafe { one::<$instr>(s) };
                }
            )+
            broken(s)
        }
    };
}
with_quick!(define_step_quick);

#[cold]
fn broken(s: &mut State) -> bool {
    // SAFETY: the task is live.
    unsafe { (*s.vm).leave = super::state::Leave::Broken };
    true
}

/// Runs a task from its saved state until it leaves; the reason is in `Vm::leave`.
///
/// # Safety
/// The task is at an instruction of a linked program.
pub(crate) unsafe fn run(vm: &mut Vm) {
    let mut s = State { ip: vm.ip, regs: vm.regs, vm, fuel: vm.fuel, w: W(0) };
    // SAFETY: as the caller promises.
    while !unsafe { next(&mut s) } {}
}

/// Runs one instruction; true when the task has left.
///
/// # Safety
/// The state is at an instruction of a linked program.
#[inline(always)]
pub(super) unsafe fn next(s: &mut State) -> bool {
    // SAFETY: as the caller promises.
    unsafe {
        s.w = W(*s.ip);
        s.ip = s.ip.add(1);
        match Op::from_u16(s.w.op()) {
            Some(op) => step(s, op),
            None => step_quick(s),
        }
    }
}
