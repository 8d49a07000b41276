//! Calls of runtime builtins and of host functions, and conversions of dynamic values by type.

#![expect(unsafe_code, reason = "calls builtins with registers")]

use super::instr::instr;
use super::state::{Regs, Step, Vm, W};
use lumen_lir::{INTRINSICS, TypeId};
use lumen_runtime::failure::Failure;
use lumen_runtime::stdlib::builtins;
use lumen_runtime::value::call::Call;
use lumen_runtime::value::classes::Slot;
use lumen_runtime::value::convert::Registers;

instr!(DynIs {
    slow(vm, w) {
        let ty = TypeId(vm.ext().x0());
        let word = vm.u(w.b());
        let is = vm.ctx.heap.is_type(vm.ctx.heap.view(Slot::Dyn, word), ty);
        vm.set_b(w.a(), is);
        vm.skip_ext();
        Ok(())
    }
});

instr!(DynAs {
    slow(vm, w) {
        let ty = TypeId(vm.ext().x0());
        let word = vm.u(w.b());
        let converted = vm.heap().convert_to_registers(word, ty)?;
        match converted.map_err(Failure::conversion)? {
            Registers::One(word) => vm.set(w.a(), word),
            Registers::Two([present, value]) => {
                vm.set(w.a(), present);
                vm.set(w.a() + 1, value);
            }
        }
        vm.skip_ext();
        Ok(())
    }
});

/// Calls the builtin of an `rt` or `rtt` word.
///
/// # Safety
/// The verified-code contract: the window holds what the builtin's signature asks for.
unsafe fn call(vm: &mut Vm, w: W, ty: TypeId) -> Step {
    if vm.ctx.outside.tape().is_some() {
        // SAFETY: as the caller promises.
        return unsafe { call_on_tape(vm, w, ty) };
    }
    if INTRINSICS[usize::from(w.c())].may_wait() {
        vm.before_wait();
    }
    let builtin = builtins()[usize::from(w.c())];
    // SAFETY: the verifier has checked the window and the type against the signature.
    unsafe {
        let (args, results) = (vm.at(w.b()), vm.at(w.a()));
        Call::run(builtin, &mut vm.ctx, args, results, ty)?;
    }
    Ok(())
}

/// The same in a run that is recorded or replayed.
///
/// # Safety
/// As for [`call`].
#[cold]
unsafe fn call_on_tape(vm: &mut Vm, w: W, ty: TypeId) -> Step {
    let intrinsic = w.c();
    let tape = vm.ctx.outside.tape().filter(|_| INTRINSICS[usize::from(intrinsic)].is_observable());
    let tape = tape.cloned();
    // SAFETY: the verifier has checked the window and the type against the signature.
    unsafe {
        let (args, results) = (vm.at(w.b()), vm.at(w.a()));
        match tape {
            Some(tape) => {
                if INTRINSICS[usize::from(intrinsic)].may_wait() {
                    vm.before_wait();
                }
                let calls = vm.calls_of_operation();
                Call::run_on_tape(&tape, calls, intrinsic, &mut vm.ctx, [args, results], ty)?;
            }
            None => {
                let builtin = builtins()[usize::from(intrinsic)];
                Call::run(builtin, &mut vm.ctx, args, results, ty)?;
            }
        }
    }
    Ok(())
}

instr!(Rt { slow(vm, w) { call(vm, w, TypeId::NULL) } });
instr!(RtT {
    slow(vm, w) {
        let ty = TypeId(vm.ext().x0());
        call(vm, w, ty)?;
        vm.skip_ext();
        Ok(())
    }
});

instr!(Host {
    slow(vm, w) {
        vm.ctx.outside.flush()?;
        let program = std::sync::Arc::clone(&vm.program);
        let host = program.host(usize::from(w.c()));
        let given = vm.u(w.b());
        let word = match vm.ctx.outside.tape().cloned() {
            None => vm.ctx.heap.call_host(&host.name, &*host.callback, given)?,
            Some(tape) => {
                let calls = vm.calls_of_operation();
                vm.ctx.heap.call_host_on_tape(&tape, calls, &host.name, &*host.callback, given)?
            }
        };
        vm.set(w.a(), word);
        Ok(())
    }
});
