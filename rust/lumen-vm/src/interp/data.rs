//! Flat objects: records, tuples, variants, closures.
//!
//! The linker replaces `new` and `unpack` of up to [`FIELDS_MAX`] fields by forms with a constant number of
//! fields, whose fast part pops or pushes one block of the free list and moves the fields.

use super::instr::{Flow, Instr, instr};
use super::lists::dup_word;
use super::moves::{try_drop, try_dup};
use super::state::{Regs, State, Step, Vm, W};
use lumen_runtime::value::heap::{UNIT, block_bytes};
use lumen_runtime::value::object::{HEADER, Obj, Ptr, field, is_unique};
use lumen_runtime::value::word::{imm_ordinal, is_imm, ref_is_ptr};

/// Most fields of the forms with a constant number of fields.
pub(crate) const FIELDS_MAX: usize = 6;

/// Units of a block with this many fields.
const fn units(fields: usize) -> usize {
    block_bytes(HEADER + 8 * fields) / UNIT
}

/// Makes an object of a class from consecutive registers.
unsafe fn make(vm: &mut Vm, target: u16, first: u16, class: u32) -> Step {
    // SAFETY: the window holds the fields of the class, as verified.
    unsafe {
        let p = vm.heap().flat_new(class)?;
        let count = vm.heap().row_of(p).slots.len();
        std::ptr::copy_nonoverlapping(vm.at(first), field(p, 0), count);
        vm.set_p(target, p);
        Ok(())
    }
}

instr!(New {
    slow(vm, w) { make(vm, w.a(), w.b(), u32::from(w.c())) }
});

instr!(NewW {
    slow(vm, w) {
        let class = vm.ext().x0();
        make(vm, w.a(), w.b(), class)?;
        vm.skip_ext();
        Ok(())
    }
});

/// `new` with `N` fields.
pub(crate) struct NewN<const N: usize>;
impl<const N: usize> Instr for NewN<N> {
    #[inline(always)]
    fn fast(s: &mut State) -> Flow {
        // SAFETY: the linker chose this form for a class with `N` fields; see `State` for the rest.
        unsafe {
            let block = s.heap().pop_free(units(N)).cast::<Obj>();
            if block.is_null() {
                return Flow::Slow;
            }
            block.write(Obj { rc: 1, class: u32::from(s.w.c()) });
            std::ptr::copy_nonoverlapping(s.at(s.w.b()), field(block, 0), N);
            s.set_p(s.w.a(), block);
        }
        Flow::Next
    }
    fn slow(vm: &mut Vm, w: W) -> Step {
        New::slow(vm, w)
    }
}

instr!(Fld {
    fast(s) {
        s.set(s.w.a(), *field(s.p(s.w.b()), s.w.c() as usize));
        Flow::Next
    }
});
instr!(FldR {
    fast(s) {
        s.set(s.w.a(), *field(s.p(s.w.b()), s.w.c() as usize));
        Flow::Next
    }
});

instr!(FldD {
    slow(vm, w) {
        let p = vm.p(w.b());
        let word = *field(p, w.c() as usize);
        let slot = vm.heap().row_of(p).slots[w.c() as usize];
        dup_word(slot, word);
        vm.set(w.a(), word);
        Ok(())
    }
});

instr!(FldSet {
    fast(s) {
        let p = s.p(s.w.a());
        if !is_unique(p) { return Flow::Slow; }
        *field(p, s.w.b() as usize) = s.u(s.w.c());
        Flow::Next
    }
    slow(vm, w) {
        let p = vm.p(w.a());
        let p = vm.heap().flat_unique(p)?;
        vm.set_p(w.a(), p);
        *field(p, w.b() as usize) = vm.u(w.c());
        Ok(())
    }
});

instr!(FldSetR {
    slow(vm, w) {
        let p = vm.p(w.a());
        let p = vm.heap().flat_unique(p)?;
        vm.set_p(w.a(), p);
        let word = vm.u(w.c());
        vm.heap().flat_replace(p, w.b() as usize, word);
        Ok(())
    }
});

/// Accesses to reference fields, chosen by the linker when the slot is not a dynamic value.
pub(crate) mod quick {
    use super::*;
    instr!(FldDRef {
        fast(s) {
            let word = *field(s.p(s.w.b()), s.w.c() as usize);
            if ref_is_ptr(word) && !try_dup(word as Ptr) { return Flow::Slow; }
            s.set(s.w.a(), word);
            Flow::Next
        }
        slow = FldD
    });
    instr!(FldSetRRef {
        fast(s) {
            let p = s.p(s.w.a());
            if !is_unique(p) { return Flow::Slow; }
            let place = field(p, s.w.b() as usize);
            let old = *place;
            if ref_is_ptr(old) && !try_drop(old as Ptr) { return Flow::Slow; }
            *place = s.u(s.w.c());
            Flow::Next
        }
        slow = FldSetR
    });
}

instr!(Unpack {
    slow(vm, w) {
        let (p, target) = (vm.p(w.b()), vm.at(w.a()));
        vm.heap().flat_unpack(p, target);
        Ok(())
    }
});

/// `unpack` with `N` fields.
pub(crate) struct UnpackN<const N: usize>;
impl<const N: usize> Instr for UnpackN<N> {
    #[inline(always)]
    fn fast(s: &mut State) -> Flow {
        // SAFETY: the verifier proved the number of fields; a unique object's fields move out, and its
        // block is not used any more.
        unsafe {
            let p = s.p(s.w.b());
            if !is_unique(p) {
                return Flow::Slow;
            }
            std::ptr::copy_nonoverlapping(field(p, 0), s.at(s.w.a()), N);
            s.heap().free_small(p.cast(), units(N));
        }
        Flow::Next
    }
    fn slow(vm: &mut Vm, w: W) -> Step {
        Unpack::slow(vm, w)
    }
}

instr!(NewReuse {
    slow(vm, w) {
        let class = vm.ext().x0();
        let old = vm.p(w.b());
        let size = |vm: &Vm, class: u32| {
            block_bytes(vm.ctx.heap.classes().row(class).flat_bytes as usize)
        };
        // Freed first, a unique object of the same size gives its block to the new one.
        let reuse = is_unique(old) && size(vm, (*old).class) == size(vm, class);
        if reuse {
            vm.heap().drop_ptr(old);
        }
        let p = vm.heap().flat_new(class)?;
        if !reuse {
            vm.heap().drop_ptr(old);
        }
        let count = vm.heap().row_of(p).slots.len();
        std::ptr::copy_nonoverlapping(vm.at(w.c()), field(p, 0), count);
        vm.set_p(w.a(), p);
        vm.skip_ext();
        Ok(())
    }
});

instr!(Tag {
    fast(s) {
        let word = s.u(s.w.b());
        let ordinal = if is_imm(word) {
            imm_ordinal(word)
        } else {
            u32::from(((*(word as Ptr)).class as u16).wrapping_sub(s.w.c()))
        };
        s.set(s.w.a(), u64::from(ordinal));
        Flow::Next
    }
});
