//! Streams: making runs, resuming, yielding and ending them.
//!
//! Resuming and yielding are fast parts: the segment is linked or unlinked, and the registers of the other side are
//! the current ones. What may allocate is in `run.rs`.

use super::instr::{Flow, Instr, instr};
use super::state::{Regs, State, Step, Vm, W};
use crate::run::Run;
use lumen_lir::Op;

instr!(GenNew {
    slow(vm, w) {
        let run = vm.new_run(vm.p(w.b()))?;
        vm.set(w.a(), run as u64);
        Ok(())
    }
});

/// The instruction `GenNext` of the table.
pub(crate) struct GenNext;
impl Instr for GenNext {
    #[inline(always)]
    fn fast(s: &mut State) -> Flow {
        s.fuel -= 1;
        if s.fuel < 0 {
            return Flow::Slow;
        }
        // SAFETY: verified code: the register holds a run that this frame made, so it is not linked.
        unsafe {
            let run = s.u(s.w.b()) as *mut Run;
            let next = (*run).next;
            if !next.is_null() {
                Run::link(run, s.vm, s.regs, s.ip);
                s.regs = Run::frame(run);
                s.ip = next;
            }
        }
        Flow::Next
    }
    fn slow(vm: &mut Vm, w: W) -> Step {
        vm.out_of_fuel()?;
        // SAFETY: as above.
        unsafe {
            let run = vm.u(w.b()) as *mut Run;
            let next = (*run).next;
            if !next.is_null() {
                let (regs, ip) = (vm.regs, vm.ip);
                Run::link(run, vm, regs, ip);
                vm.regs = Run::frame(run);
                vm.ip = next;
            }
        }
        Ok(())
    }
}

instr!(GenEnd {
    fast(s) {
        let run = s.u(s.w.a()) as *mut Run;
        let (next, end) = ((*run).next, (*run).end);
        (*run).next = std::ptr::null();
        if next.is_null() || end.is_null() { return Flow::Next; }
        Run::link(run, s.vm, s.regs, s.ip);
        s.regs = Run::frame(run);
        s.ip = end;
        Flow::Next
    }
});

instr!(GenFree {
    slow(vm, w) {
        let run = vm.u(w.a()) as *mut Run;
        vm.free_run(run);
        Ok(())
    }
});

/// Leaves the run behind its `gen.yield`; gives the consumer's call word.
macro_rules! yielded {
    ($s:ident) => {{
        let run = (*$s.vm).run;
        (*run).end = $s.ip;
        (*run).next = $s.ip.offset($s.w.imm_bc() as isize);
        Run::unlink(run, $s.vm);
        let call = W(*(*run).back.sub(1));
        // Without references to locals: they would keep the handler's frame alive across its jump.
        debug_assert!(call.op() == Op::GenNext as u16, "a run that is being ended yields");
        $s.regs = (*run).regs;
        $s.ip = (*run).back.offset(call.imm_c() as isize);
        call
    }};
}

instr!(GenYield {
    fast(s) {
        let word = s.u(s.w.a());
        let call = yielded!(s);
        s.set(call.a(), word);
        Flow::Next
    }
});

instr!(GenYield2 {
    fast(s) {
        let place = s.at(s.w.a());
        let (first, second) = (*place, *place.add(1));
        let call = yielded!(s);
        let place = s.at(call.a());
        *place = first;
        *place.add(1) = second;
        Flow::Next
    }
});

/// Where the code of a stream returns to: the run has ended, its consumer goes on.
pub(crate) struct RunReturn;
impl Instr for RunReturn {
    #[inline(always)]
    fn fast(s: &mut State) -> Flow {
        // SAFETY: the linker's code runs this only behind the bottom frame of a run, the innermost linked one.
        unsafe {
            let run = (*s.vm).run;
            (*run).next = std::ptr::null();
            Run::unlink(run, s.vm);
            s.regs = (*run).regs;
            s.ip = (*run).back;
        }
        Flow::Next
    }
    fn slow(_: &mut Vm, _: W) -> Step {
        Err(super::state::Leave::Broken)
    }
}
