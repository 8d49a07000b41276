//! Calls and returns.
//!
//! A call writes the frame record, switches to the callee's window and goes on behind its `enter`. Only then it
//! looks whether fuel and stack suffice, so the slow part and a failure find the callee already entered: its
//! owned arguments are dropped by unwinding the callee's own frame.

use super::instr::{Flow, Instr, instr};
use super::state::{Leave, Regs, State, Step, Vm, W};
use lumen_base::diag::codes::Code;
use lumen_lir::Op;
use lumen_runtime::failure::Failure;
use lumen_runtime::value::text::str_of;
use lumen_runtime::value::word::{DYN_NULL, dyn_bool};

/// The word of a record whose frame begins right behind the record of its caller.
pub(crate) const MARKER_WORD: u64 = Op::CallC as u64;

/// The word of the record of a clause, whose caller is a marker frame of two slots; results go behind those.
pub(crate) const CLAUSE_WORD: u64 = lumen_lir::word(Op::CallC, 2, 2, 0);

/// Switches to the callee: `$code` is its first instruction.
macro_rules! enter {
    ($s:ident, $code:expr) => {{
        let code = $code;
        let slots = (*code >> 16) as u16 as usize;
        $s.regs = $s.regs.add($s.w.b() as usize + 2);
        *$s.regs.sub(2) = $s.ip as u64;
        *$s.regs.sub(1) = $s.w.0;
        $s.ip = code.add(1);
        $s.fuel -= 1;
        if $s.fuel < 0 || $s.regs.wrapping_add(slots) > (*$s.vm).limit {
            Flow::Slow
        } else {
            Flow::Next
        }
    }};
}

/// The rest of entering a cell when fuel or stack may not suffice.
///
/// # Safety
/// The frame is entered: `ip` is behind `enter`, `regs` the callee's.
#[inline(always)]
pub(crate) unsafe fn entered(vm: &mut Vm) -> Step {
    // SAFETY: as the caller promises.
    unsafe {
        let slots = W(*vm.ip.sub(1)).a() as usize;
        if vm.fuel >= 0 && vm.regs.wrapping_add(slots) <= vm.limit {
            return Ok(());
        }
        entered_late(vm)
    }
}

#[cold]
#[inline(never)]
unsafe fn entered_late(vm: &mut Vm) -> Step {
    // SAFETY: as for `entered`.
    unsafe {
        let sampled = vm.fuel < 0;
        if sampled {
            vm.out_of_fuel()?;
        }
        let slots = W(*vm.ip.sub(1)).a() as usize;
        vm.make_room(slots)?;
        if sampled { vm.sampled_entry() } else { Ok(()) }
    }
}

impl Vm {
    /// Makes sure that the current frame may have this many slots.
    #[inline(always)]
    pub(crate) fn make_room(&mut self, slots: usize) -> Step {
        if self.regs.wrapping_add(slots) <= self.limit {
            Ok(())
        } else {
            self.make_more_room(slots)
        }
    }

    #[cold]
    #[inline(never)]
    fn make_more_room(&mut self, slots: usize) -> Step {
        // SAFETY: `regs` points into the running segment.
        let at = unsafe { self.regs.offset_from(self.slots()) } as usize;
        self.grow(at + slots, false)?;
        // SAFETY: the same slot, perhaps at a new address.
        self.regs = unsafe { self.slots().add(at) };
        Ok(())
    }
}

instr!(Enter {
    fast(s) { let _ = s.base(); let _ = *s.ip; Flow::Next }
});

instr!(Call {
    fast(s) { enter!(s, *(*s.vm).cells.add(s.w.c() as usize)) }
    slow(vm, _w) { entered(vm) }
});

instr!(CallW {
    fast(s) {
        let cell = s.ext().x0() as usize;
        s.skip_ext();
        enter!(s, *(*s.vm).cells.add(cell))
    }
    slow(vm, _w) { entered(vm) }
});

instr!(CallC {
    fast(s) {
        let closure = s.p(s.w.c());
        let code = (*(*s.vm).classes.add((*closure).class as usize)).code;
        s.set_p(s.w.b() + 2, closure);
        enter!(s, code)
    }
    slow(vm, _w) { entered(vm) }
});

/// Calls a function value through a marker frame, `ip` at the extension word.
///
/// # Safety
/// `w` is a `callc.try` or `callc.timed` of verified code.
unsafe fn call_marked(vm: &mut Vm, w: W) -> Step {
    // SAFETY: as the caller promises.
    unsafe {
        let closure = vm.p(w.c());
        let class = (*closure).class;
        let args = usize::from((*vm.call_shapes.add(class as usize)).args);
        vm.skip_ext();
        let marker = vm.at(w.b()).add(2);
        *marker.sub(2) = vm.ip as u64;
        *marker.sub(1) = w.0;
        // The arguments make room for the record of the callee, whose caller is the marker frame.
        std::ptr::copy(marker.add(1), marker.add(3), args);
        *marker = vm.program.try_return() as u64;
        *marker.add(1) = MARKER_WORD;
        vm.regs = marker.add(2);
        vm.set_p(0, closure);
        let code = (*vm.classes.add(class as usize)).code;
        vm.ip = code.add(1);
        vm.fuel -= 1;
        entered(vm)
    }
}

instr!(CallTry {
    slow(vm, w) { call_marked(vm, w) }
});

instr!(CallTimed {
    slow(vm, w) {
        let milliseconds = vm.i(w.b() + 3);
        vm.begin_timeout(milliseconds)?;
        call_marked(vm, w)
    }
});

/// Where a `callc.try` returns to, in its marker frame: makes the `ok` value and returns it.
pub(crate) struct TryReturn;
impl Instr for TryReturn {
    #[inline(always)]
    fn fast(_: &mut State) -> Flow {
        Flow::Slow
    }
    fn slow(vm: &mut Vm, _: W) -> Step {
        // SAFETY: the linker's code runs this only in a marker frame that `call_marked` made.
        unsafe {
            let back = *vm.regs.sub(2) as *const u64;
            let class = *back.sub(1) as u32;
            let shape = vm.program.try_shape(class);
            let payload = match shape.results {
                0 => DYN_NULL,
                1 => vm.u(0),
                _ if vm.u(0) == 0 => DYN_NULL,
                _ => box_scalar(vm, shape.boxed, 1)?,
            };
            let made = vm.heap().flat_from(shape.ok_class, &[payload]);
            let ok = match made {
                Ok(p) => p as u64,
                Err(failure) => {
                    if shape.payload_counted {
                        vm.drop_word(shape.payload_repr, payload);
                    }
                    return Err(failure.into());
                }
            };
            if is_timed(W(*vm.regs.sub(1))) {
                vm.end_timeout();
            }
            leave_marker(vm, ok);
        }
        Ok(())
    }
}

/// Whether the call word of a marker frame is that of a `callc.timed`.
pub(crate) fn is_timed(word: W) -> bool {
    word.op() == Op::CallTimed as u16
}

/// A scalar register as a dynamic value.
unsafe fn box_scalar(vm: &mut Vm, kind: crate::link::Boxed, r: u16) -> Result<u64, Leave> {
    use crate::link::Boxed;
    // SAFETY: the register holds a scalar of this kind.
    unsafe {
        Ok(match kind {
            Boxed::Int => {
                let value = vm.i(r);
                vm.heap().dyn_int(value)?
            }
            Boxed::Float => lumen_runtime::value::word::dyn_float(vm.f(r)),
            Boxed::Bool => dyn_bool(vm.u(r) != 0),
            Boxed::Enum(class) => lumen_runtime::value::word::dyn_enum(class, vm.u(r) as u32),
        })
    }
}

/// Returns from a marker frame with one word.
///
/// # Safety
/// `regs` is the marker frame of a `callc.try`.
pub(crate) unsafe fn leave_marker(vm: &mut Vm, word: u64) {
    // SAFETY: the record of the marker frame is that of the `callc.try`.
    unsafe {
        let call = W(*vm.regs.sub(1));
        vm.ip = *vm.regs.sub(2) as *const u64;
        vm.regs = vm.regs.sub(call.b() as usize + 2);
        vm.set(call.a(), word);
    }
}

/// In the stub of a compiled cell: runs its native code.
pub(crate) struct Native;
impl Instr for Native {
    #[inline(always)]
    fn fast(_: &mut State) -> Flow {
        Flow::Slow
    }
    fn slow(vm: &mut Vm, w: W) -> Step {
        vm.run_cell(w.index_bc() as u32)
    }
}

/// Where the entry cell returns to.
pub(crate) struct Halt;
impl Instr for Halt {
    #[inline(always)]
    fn fast(_: &mut State) -> Flow {
        Flow::Slow
    }
    fn slow(_: &mut Vm, _: W) -> Step {
        Err(Leave::Done)
    }
}

/// Where a `defer` closure that the unwinder called returns to.
pub(crate) struct DeferReturn;
impl Instr for DeferReturn {
    #[inline(always)]
    fn fast(_: &mut State) -> Flow {
        Flow::Slow
    }
    fn slow(_: &mut Vm, _: W) -> Step {
        Err(Leave::DeferDone)
    }
}

/// Goes back to the caller; the call word.
macro_rules! leave {
    ($s:ident) => {{
        let call = W(*$s.regs.sub(1));
        $s.ip = *$s.regs.sub(2) as *const u64;
        $s.regs = $s.regs.sub(call.b() as usize).sub(2);
        call
    }};
}

instr!(Ret0 {
    fast(s) {
        let _ = leave!(s);
        Flow::Next
    }
});

instr!(Ret1 {
    fast(s) {
        let word = s.u(s.w.a());
        let call = leave!(s);
        s.set(call.a(), word);
        Flow::Next
    }
});

instr!(Ret2 {
    fast(s) {
        let place = s.at(s.w.a());
        let (first, second) = (*place, *place.add(1));
        let call = leave!(s);
        let place = s.at(call.a());
        *place = first;
        *place.add(1) = second;
        Flow::Next
    }
});

/// The error with this number.
fn error_code(number: u16) -> Code {
    Code::lookup(&format!("R{number}")).unwrap_or(Code::R1007)
}

instr!(Fail {
    slow(vm, w) {
        let text = str_of(*vm.consts.add(w.index_bc()) as _);
        Err(Failure::new(error_code(w.a()), text).into())
    }
});

instr!(FailR {
    slow(vm, w) {
        let text = str_of(vm.p(w.b()));
        Err(Failure::new(error_code(w.a()), text).into())
    }
});
