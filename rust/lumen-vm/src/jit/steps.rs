//! What native code calls: one instruction by the interpreter's own handlers, and a few parts of instructions.
//!
//! Contract: the frame holds the operands of the instruction, `regs` is its register 0, and the instruction is one that
//! neither calls, jumps nor touches the stack of the task ([`is_step`] is the list). A step leaves `Vm::ip` and
//! `Vm::regs` at the instruction, where the unwinder looks when it has failed.

#![expect(unsafe_code, reason = "called by native code with raw state")]

use crate::interp::instr::{Flow, Instr};
use crate::interp::state::{State, Vm, W};
use crate::interp::table;
use lumen_lir::Op;
use lumen_runtime::value::object::{IMMORTAL_LIMIT, Ptr, dup_ptr};
use lumen_runtime::value::text::str_eq;

/// A step: the task, register 0, the word behind the instruction's first.
pub(super) type StepFn = unsafe extern "C" fn(*mut Vm, *mut u64, *const u64) -> u64;

/// The instruction goes on with the next one.
pub(super) const NEXT: u64 = 0;
/// It jumps.
pub(super) const JUMP: u64 = 1;
/// It failed; the failure is in `Vm::leave`.
pub(super) const FAILED: u64 = 2;

/// Executes one instruction.
unsafe extern "C" fn step<I: Instr>(vm: *mut Vm, regs: *mut u64, ip: *const u64) -> u64 {
    // SAFETY: the contract of this file; native code holds no reference to the task.
    unsafe {
        let w = W(*ip.sub(1));
        // The fuel of native code is in its registers: the handler shall not run out of it.
        let mut s = State { ip, regs, vm, fuel: i64::MAX, w };
        match I::fast(&mut s) {
            Flow::Next => NEXT,
            Flow::Jump(_) => JUMP,
            Flow::Slow => {
                let vm = &mut *vm;
                (vm.ip, vm.regs, vm.fuel) = (ip, regs, i64::MAX);
                match I::slow(vm, w) {
                    // Only loops jump here, and only backwards.
                    Ok(()) if vm.ip < ip => JUMP,
                    Ok(()) => NEXT,
                    Err(leave) => {
                        vm.leave = leave;
                        FAILED
                    }
                }
            }
        }
    }
}

macro_rules! define_steps {
    ($( $(#[doc = $doc:literal])+ $name:ident = $mnemonic:literal [ $($operand:expr),* $(,)? ] $flags:expr; )+) => {
        /// The step of an opcode.
        pub(super) fn step_of(op: Op) -> StepFn {
            match op { $( Op::$name => step::<table::$name>, )+ }
        }
    };
}
lumen_lir::with_opcodes!(define_steps);

/// Whether an instruction may be executed by a step: it neither calls, jumps, suspends nor touches the task's stack.
pub(super) fn is_step(op: Op) -> bool {
    use Op::*;
    matches!(
        op,
        Dup | DupM | DupD | Drop | DropM | DropD | LdG | StG | Pow | FDivF | FMod | FPow | F2I | F2IFloor
            | F2ICeil | F2IRound | Div | DivF | Mod | ListNew | ListCap | ListLit | ListGetD | ListSet
            | ListSetB | ListSetR | ListSet2 | ListFldSet | ListPush | ListPushB | ListPushR | Uniq | ListElemU
            | ListPutR | ListSwap | FldU | FldPutR | FldSwap | MapElemU | MapPutU | MapSwap | New | NewW | FldD
            | FldSet | FldSetR | Unpack | NewReuse | StrAt | StrChar | StrAdd | StrCat | StrApp | StrCmp | StrEq
            | Interp | BytesGet | Eq | Cmp | MapNew | SetNew | TableLen | TableHas | MapGet | MapGetR | MapGetOr
            | MapPut | SetAdd | TableKey | TableKeyR | TableVal | TableValR | DynI | DynBox | DynToI | DynToF
            | DynToB | DynToE | DynToR | DynIs | DynAs | Rt | RtT
            // These jump by `ForMap` and `ForStr` of their own, which the translator knows.
            | ForMap | ForStr
    )
}

/// Counts down an object.
pub(super) unsafe extern "C" fn drop_object(vm: *mut Vm, p: Ptr) {
    // SAFETY: native code passes a live object of which it owns a reference.
    unsafe {
        let rc = (*p).rc;
        if rc > 1 {
            (*p).rc = rc - 1;
        } else if rc > IMMORTAL_LIMIT {
            (*vm).ctx.heap.drop_slow(p);
        }
    }
}

/// Counts up an object that is shared or immortal.
pub(super) unsafe extern "C" fn dup_object(p: Ptr) {
    // SAFETY: native code passes a live object.
    unsafe { dup_ptr(p) }
}

/// Whether two strings of one length are equal.
pub(super) unsafe extern "C" fn equal_strings(a: Ptr, b: Ptr) -> u64 {
    // SAFETY: native code passes live strings.
    u64::from(unsafe { str_eq(a, b) })
}

/// Writes an element of eight bytes again and again.
pub(super) unsafe extern "C" fn fill_words(place: *mut u64, count: usize, word: u64) {
    // SAFETY: native code passes room for them behind the elements of a list that it alone owns.
    unsafe { std::slice::from_raw_parts_mut(place.cast(), count) }
        .fill(std::mem::MaybeUninit::new(word));
}

/// Writes a truth value again and again.
pub(super) unsafe extern "C" fn fill_bytes(place: *mut u8, count: usize, word: u64) {
    // SAFETY: as for words.
    unsafe { place.write_bytes(word as u8, count) }
}

/// The native code of a cell that a call needs; null when it has none, and the interpreter is to do the call.
pub(super) unsafe extern "C" fn code_of_cell(vm: *mut Vm, cell: u64) -> *const u8 {
    // SAFETY: native code holds no reference to the task.
    unsafe { (*vm).native_for_call(cell as u32) }
}

/// The same for a closure.
pub(super) unsafe extern "C" fn code_of_closure(vm: *mut Vm, closure: Ptr) -> *const u8 {
    // SAFETY: native code passes a live closure, and holds no reference to the task.
    unsafe {
        let class = (*closure).class;
        match (*vm).program.closure_cell(class) {
            Some(cell) => (*vm).native_for_call(cell),
            None => std::ptr::null(),
        }
    }
}
