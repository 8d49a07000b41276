//! Handlers: installing them, performing, resuming, ending what was dropped. The fast parts are in `resumes.rs`, the rest
//! is done in `handler.rs`.

use super::instr::{Flow, Instr, instr};
use super::resumes;
use super::state::{Leave, Regs, State, Step, Vm, W};
use crate::handler::Waiting;
use lumen_runtime::value::object::Ptr;

instr!(Handle {
    slow(vm, w) { vm.install(w) }
});

instr!(Perform {
    fast(s) { resumes::perform(s) }
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
    fast(s) {
        let value = s.at(s.w.b()).add(2).cast_const();
        let waiting = (s.regs, s.ip, s.w.0);
        if resumes::resume(s, s.p(s.w.c()), value, waiting) { Flow::Next } else { Flow::Slow }
    }
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
    fast(s) { resumes::resume_leaving(s) }
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
    fast(s) { if s.heap().has_orphans() { Flow::Slow } else { Flow::Next } }
    slow(vm, _w) {
        match vm.heap().take_orphan() {
            None => Ok(()),
            // Comes back here, for the next one.
            Some(k) if vm.drop_captured(k) => {
                vm.ip = vm.ip.sub(1);
                Ok(())
            }
            Some(k) => {
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
    fn fast(s: &mut State) -> Flow {
        // SAFETY: as below.
        unsafe { resumes::clause_done(s) }
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
    fn fast(s: &mut State) -> Flow {
        // SAFETY: the linker's code runs this only in the marker frame of a tail clause.
        unsafe { resumes::tail_done(s) }
    }
    fn slow(_: &mut Vm, _: W) -> Step {
        Err(Leave::Broken)
    }
}
