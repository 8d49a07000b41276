//! Moving, counting and constants.

use super::instr::{Flow, instr};
use super::state::Regs;
use lumen_lir::Repr;
use lumen_runtime::failure::Failure;
use lumen_runtime::value::object::{IMMORTAL_LIMIT, Ptr, dup_ptr};
use lumen_runtime::value::word::{DYN_NULL, DYN_PTR, PAYLOAD, imm_variant, ref_is_ptr};

/// The instruction that does nothing.
pub(crate) struct Nop;
impl super::instr::Instr for Nop {
    #[inline(always)]
    fn fast(_: &mut super::state::State) -> Flow {
        Flow::Next
    }
    fn slow(_: &mut super::state::Vm, _: super::state::W) -> super::state::Step {
        Ok(())
    }
}

/// `a = b`, whatever the word is.
macro_rules! copies {
    ($($name:ident)+) => { $(
        instr!($name {
            fast(s) { s.set(s.w.a(), s.u(s.w.b())); Flow::Next }
        });
    )+ };
}
copies!(Mov Move Borrow);

/// Counts up, when that needs no atomic operation; false when it does.
///
/// # Safety
/// `p` is a live object.
#[inline(always)]
pub(super) unsafe fn try_dup(p: Ptr) -> bool {
    // SAFETY: as the caller promises; a positive count is this task's own.
    unsafe {
        let rc = (*p).rc;
        if rc > 0 {
            (*p).rc = rc.wrapping_add(1);
            return true;
        }
        rc <= IMMORTAL_LIMIT
    }
}

/// Counts down, when the object stays alive and that needs no atomic operation; false otherwise.
///
/// # Safety
/// `p` is a live object, and the reference is the caller's.
#[inline(always)]
pub(super) unsafe fn try_drop(p: Ptr) -> bool {
    // SAFETY: as the caller promises; a positive count is this task's own.
    unsafe {
        let rc = (*p).rc;
        if rc > 1 {
            (*p).rc = rc - 1;
            return true;
        }
        rc <= IMMORTAL_LIMIT
    }
}

instr!(Dup {
    fast(s) {
        let p = s.p(s.w.b());
        if !try_dup(p) { return Flow::Slow; }
        s.set_p(s.w.a(), p);
        Flow::Next
    }
    slow(vm, w) {
        let p = vm.p(w.b());
        dup_ptr(p);
        vm.set_p(w.a(), p);
        Ok(())
    }
});

instr!(DupM {
    fast(s) {
        let word = s.u(s.w.b());
        if ref_is_ptr(word) && !try_dup(word as Ptr) { return Flow::Slow; }
        s.set(s.w.a(), word);
        Flow::Next
    }
    slow(vm, w) {
        let word = vm.u(w.b());
        dup_ptr(word as Ptr);
        vm.set(w.a(), word);
        Ok(())
    }
});

instr!(DupD {
    fast(s) {
        let word = s.u(s.w.b());
        if word >= DYN_PTR && !try_dup((word & PAYLOAD) as Ptr) { return Flow::Slow; }
        s.set(s.w.a(), word);
        Flow::Next
    }
    slow(vm, w) {
        let word = vm.u(w.b());
        dup_ptr((word & PAYLOAD) as Ptr);
        vm.set(w.a(), word);
        Ok(())
    }
});

instr!(Drop {
    fast(s) {
        if try_drop(s.p(s.w.a())) { Flow::Next } else { Flow::Slow }
    }
    slow(vm, w) {
        let p = vm.p(w.a());
        vm.heap().drop_slow(p);
        Ok(())
    }
});

instr!(DropM {
    fast(s) {
        let word = s.u(s.w.a());
        if !ref_is_ptr(word) || try_drop(word as Ptr) { Flow::Next } else { Flow::Slow }
    }
    slow(vm, w) {
        let p = vm.p(w.a());
        vm.heap().drop_slow(p);
        Ok(())
    }
});

instr!(DropD {
    fast(s) {
        let word = s.u(s.w.a());
        if word < DYN_PTR || try_drop((word & PAYLOAD) as Ptr) { Flow::Next } else { Flow::Slow }
    }
    slow(vm, w) {
        let p = (vm.u(w.a()) & PAYLOAD) as Ptr;
        vm.heap().drop_slow(p);
        Ok(())
    }
});

instr!(LdI {
    fast(s) { s.set_i(s.w.a(), s.w.imm_bc()); Flow::Next }
});

/// Loads from the table of constants; the linker made the index an index into all constants.
macro_rules! constants {
    ($($name:ident)+) => { $(
        instr!($name {
            fast(s) {
                let word = *(*s.vm).consts.add(s.w.index_bc());
                s.set(s.w.a(), word);
                Flow::Next
            }
        });
    )+ };
}
constants!(LdK LdF LdStr LdBytes LdEmpty);

instr!(LdB {
    fast(s) { s.set(s.w.a(), u64::from(s.w.b())); Flow::Next }
});
instr!(LdNull {
    fast(s) { s.set(s.w.a(), DYN_NULL); Flow::Next }
});
instr!(LdNil {
    fast(s) { s.set(s.w.a(), 0); Flow::Next }
});
instr!(LdTag {
    fast(s) { s.set(s.w.a(), imm_variant(u32::from(s.w.b()))); Flow::Next }
});

instr!(LdG {
    fast(s) {
        let global = &*(*s.vm).globals.add(s.w.index_bc());
        if !global.set { return Flow::Slow; }
        let word = global.word;
        s.set(s.w.a(), word);
        Flow::Next
    }
    slow(vm, w) {
        debug_assert!(!(*vm.globals.add(w.index_bc())).set);
        let name = vm.program.global_name(w.index_bc());
        Err(Failure::panic(format!("the constant `{name}` is used before it is computed")).into())
    }
});

/// The object that a word leads to.
fn pointer_in(repr: Repr, word: u64) -> Option<Ptr> {
    match repr {
        Repr::Ref(_) | Repr::Opt(_) if ref_is_ptr(word) => Some(word as Ptr),
        Repr::Dyn if word >= DYN_PTR => Some((word & PAYLOAD) as Ptr),
        _ => None,
    }
}

instr!(StG {
    slow(vm, w) {
        let index = w.index_bc();
        let word = vm.u(w.a());
        if let Some(p) = pointer_in(vm.program.global_repr(index), word) {
            vm.heap().make_immortal(p);
        }
        let global = &mut *vm.globals.add(index);
        global.word = word;
        global.set = true;
        Ok(())
    }
});
