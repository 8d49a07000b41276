//! The interpreter: runs a task until it leaves.
//!
//! Reading order: `state` (what instructions work on, and the contract of all unsafe code here), `instr`
//! (what an instruction is), the instructions by family, `table` (the one table of handlers), and the two
//! engines made from it, `threaded` and `switch`.

#![expect(unsafe_code, reason = "runs verified code")]

pub(crate) mod state;
pub(crate) mod instr;
mod moves;
mod arith;
mod control;
mod lists;
mod places;
mod data;
mod strings;
mod tables;
mod dyns;
mod calls;
mod gens;
mod handlers;
mod resumes;
mod builtins;
mod outside;
pub(crate) mod table;
mod threaded;
mod switch;
mod watched;

pub(crate) use calls::{CLAUSE_WORD, MARKER_WORD, entered, is_timed, leave_marker};
pub(crate) use data::FIELDS_MAX;

use crate::link::Engine;
use state::Vm;

/// Runs a task from its saved state until it leaves; the reason is in `Vm::leave`.
pub(crate) fn run(vm: &mut Vm) {
    // SAFETY: a `Vm` is only made by `machine.rs`, at the first instruction of a linked program, and is
    // changed only by instructions and the unwinder, which keep it at instructions.
    unsafe {
        if vm.watch.is_some() {
            return watched::run(vm);
        }
        match vm.program.engine() {
            Engine::Threaded | Engine::Jit => threaded::run(vm),
            Engine::Switch => switch::run(vm),
        }
    }
}
