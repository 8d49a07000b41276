//! Handlers: installing them, performing, resuming, ending what was dropped. The work is done in `handler.rs`.

use super::instr::{Flow, Instr, instr};
use super::state::{Leave, Regs, State, Step, Vm, W};
use crate::handler::Waiting;
use lumen_runtime::value::object::Ptr;

instr!(Handle {
    slow(vm, w) { vm.install(w) }
});

instr!(Perform {
    slow(vm, w) { vm.perform(w) }
});

instr!(Handles {
    slow(vm, w) {
        let found = vm.handles(w.c());
        vm.set(w.a(), u64::from(found));
        Ok(())
    }
});

instr!(Resume {
    slow(vm, w) {
        let k = vm.u(w.c()) as Ptr;
        let value = vm.at(w.b()).add(2);
        let waiting = Waiting { regs: vm.regs, back: vm.ip, word: w };
        if let Err(failure) = vm.resume(k, value, waiting) {
            vm.drop_resumption(k, value);
            return Err(failure.into());
        }
        Ok(())
    }
});

instr!(ResumeT {
    slow(vm, w) {
        let k = vm.u(w.b()) as Ptr;
        let value = vm.at(w.a());
        let (waiting, closure) = vm.waiting_behind();
        vm.resume(k, value, waiting)?;
        if let Some(closure) = closure {
            vm.heap().drop_ref(closure);
        }
        Ok(())
    }
});

instr!(CallT {
    slow(vm, w) { vm.call_leaving(w) }
});

instr!(Abandon {
    slow(vm, _w) {
        match vm.heap().take_orphan() {
            None => Ok(()),
            Some(k) => {
                // Comes back here, for the next one.
                vm.ip = vm.ip.sub(1);
                Err(Leave::Abandon(k))
            }
        }
    }
});

/// Where the body of a handler returns to.
pub(crate) struct HandleReturn;
impl Instr for HandleReturn {
    #[inline(always)]
    fn fast(_: &mut State) -> Flow {
        Flow::Slow
    }
    fn slow(vm: &mut Vm, _: W) -> Step {
        // SAFETY: the linker's code runs this only behind the bottom frame of a handler, the innermost linked run.
        unsafe { vm.body_done() }
    }
}

/// Where a clause that is called by the frame that waits for its handler returns to.
pub(crate) struct ClauseReturn;
impl Instr for ClauseReturn {
    #[inline(always)]
    fn fast(_: &mut State) -> Flow {
        Flow::Slow
    }
    fn slow(vm: &mut Vm, _: W) -> Step {
        // SAFETY: the linker's code runs this only in the marker frame of a clause.
        unsafe { vm.clause_done() };
        Ok(())
    }
}

/// Where a tail clause returns to.
pub(crate) struct TailReturn;
impl Instr for TailReturn {
    #[inline(always)]
    fn fast(_: &mut State) -> Flow {
        Flow::Slow
    }
    fn slow(vm: &mut Vm, _: W) -> Step {
        // SAFETY: the linker's code runs this only in the marker frame of a tail clause.
        unsafe { vm.tail_done() };
        Ok(())
    }
}
