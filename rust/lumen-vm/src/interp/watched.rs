//! The engine of a run that is looked at: the instructions of the `match` engine, and a look before each.

#![expect(unsafe_code, reason = "runs verified code")]

use super::state::{Leave, State, Vm, W};
use super::switch;

/// Runs a task from its saved state until it leaves; the reason is in `Vm::leave`.
///
/// # Safety
/// The task is at an instruction of a program that was linked for the `match` engine.
pub(crate) unsafe fn run(vm: &mut Vm) {
    let mut s = State { ip: vm.ip, regs: vm.regs, vm, fuel: vm.fuel, w: W(0) };
    loop {
        // SAFETY: as the caller promises; nothing else borrows the task between two instructions.
        unsafe {
            let vm = &mut *s.vm;
            (vm.ip, vm.regs, vm.fuel) = (s.ip, s.regs, s.fuel);
            if !vm.look() {
                vm.leave = Leave::Stopped;
                return;
            }
            if switch::next(&mut s) {
                return;
            }
        }
    }
}
