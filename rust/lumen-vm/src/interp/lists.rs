//! Lists: construction, elements, appending.
//!
//! Fast parts handle unique lists, indexes in range and room to grow; all the rest is slow. One unsigned
//! comparison is the whole bounds check: a negative index is a huge one.

use super::instr::{Flow, instr};
use super::moves::{try_drop, try_dup};
use super::state::{Leave, Regs, Step, Vm};
use lumen_runtime::failure::Failure;
use lumen_runtime::value::classes::Slot;
use lumen_runtime::value::list;
use lumen_runtime::value::object::{Ptr, dup_dyn, dup_ref, field, is_unique};
use lumen_runtime::value::word::ref_is_ptr;

/// The failure of an index into a list.
#[cold]
pub(super) unsafe fn out_of_range(p: Ptr, index: i64) -> Leave {
    // SAFETY: the caller passes a live list.
    unsafe { Failure::index(index, list::len(p)).into() }
}

/// Counts up the element of a list or field that `slot` describes.
pub(super) unsafe fn dup_word(slot: Slot, word: u64) {
    // SAFETY: the caller passes a live word of this kind.
    unsafe {
        match slot {
            Slot::Ref(_) => dup_ref(word),
            Slot::Dyn => dup_dyn(word),
            Slot::Int | Slot::Enum(_) | Slot::Float | Slot::Bool => {}
        }
    }
}

/// Kind of the elements of a list.
unsafe fn element_slot(vm: &Vm, p: Ptr) -> Slot {
    // SAFETY: the caller passes a live list.
    unsafe { vm.ctx.heap.row_of(p).slots[0] }
}

instr!(ListNew {
    slow(vm, w) {
        let p = vm.heap().list_new(w.index_bc() as u32, 0)?;
        vm.set_p(w.a(), p);
        Ok(())
    }
});

instr!(ListCap {
    slow(vm, w) {
        let want = vm.i(w.b()).clamp(0, 1 << 20) as usize;
        let class = vm.ext().x0();
        let p = vm.heap().list_new(class, want)?;
        vm.set_p(w.a(), p);
        vm.skip_ext();
        Ok(())
    }
});

instr!(ListLit {
    slow(vm, w) {
        let class = vm.ext().x0();
        let words = std::slice::from_raw_parts(vm.at(w.b()), w.c() as usize);
        let p = vm.heap().list_from(class, words)?;
        vm.set_p(w.a(), p);
        vm.skip_ext();
        Ok(())
    }
});

instr!(ListLen {
    fast(s) { s.set_i(s.w.a(), list::len(s.p(s.w.b())) as i64); Flow::Next }
});

/// Reads an element: list in `b`, index in `c`.
macro_rules! list_read {
    ($($name:ident |$p:ident, $at:ident| $value:expr;)+) => { $(
        instr!($name {
            fast(s) {
                let ($p, $at) = (s.p(s.w.b()), s.u(s.w.c()) as usize);
                if $at >= list::len($p) { return Flow::Slow; }
                s.set(s.w.a(), $value);
                Flow::Next
            }
            slow(vm, w) { Err(out_of_range(vm.p(w.b()), vm.i(w.c()))) }
        });
    )+ };
}
list_read! {
    ListGet |p, at| *list::data(p).add(at);
    ListGetB |p, at| u64::from(*list::data_bool(p).add(at));
    ListGetR |p, at| *list::data(p).add(at);
}

instr!(ListGetI {
    fast(s) {
        let (p, at) = (s.p(s.w.b()), s.w.c() as usize);
        if at >= list::len(p) { return Flow::Slow; }
        s.set(s.w.a(), *list::data(p).add(at));
        Flow::Next
    }
    slow(vm, w) { Err(out_of_range(vm.p(w.b()), i64::from(w.c()))) }
});

instr!(ListGetD {
    slow(vm, w) {
        let (p, at) = (vm.p(w.b()), vm.u(w.c()) as usize);
        if at >= list::len(p) { return Err(out_of_range(p, vm.i(w.c()))); }
        let word = *list::data(p).add(at);
        dup_word(element_slot(vm, p), word);
        vm.set(w.a(), word);
        Ok(())
    }
});

/// `list.getd` of a list of references: chosen by the linker.
pub(crate) mod quick_getd {
    use super::*;
    instr!(ListGetDRef {
        fast(s) {
            let (p, at) = (s.p(s.w.b()), s.u(s.w.c()) as usize);
            if at >= list::len(p) { return Flow::Slow; }
            let word = *list::data(p).add(at);
            if ref_is_ptr(word) && !try_dup(word as Ptr) { return Flow::Slow; }
            s.set(s.w.a(), word);
            Flow::Next
        }
        slow = ListGetD
    });
}

instr!(ListGet2 {
    fast(s) {
        let (outer, i) = (s.p(s.w.b()), s.u(s.w.c()) as usize);
        if i >= list::len(outer) { return Flow::Slow; }
        let inner = *list::data(outer).add(i) as Ptr;
        let j = s.u(s.ext().e0()) as usize;
        if j >= list::len(inner) { return Flow::Slow; }
        s.set(s.w.a(), *list::data(inner).add(j));
        s.skip_ext();
        Flow::Next
    }
    slow(vm, w) {
        let (outer, i) = (vm.p(w.b()), vm.u(w.c()) as usize);
        if i >= list::len(outer) { return Err(out_of_range(outer, i as i64)); }
        let inner = *list::data(outer).add(i) as Ptr;
        Err(out_of_range(inner, vm.i(vm.ext().e0())))
    }
});

instr!(ListFld {
    fast(s) {
        let (p, at) = (s.p(s.w.b()), s.u(s.w.c()) as usize);
        if at >= list::len(p) { return Flow::Slow; }
        let object = *list::data(p).add(at) as Ptr;
        s.set(s.w.a(), *field(object, s.ext().e1() as usize));
        s.skip_ext();
        Flow::Next
    }
    slow(vm, w) { Err(out_of_range(vm.p(w.b()), vm.i(w.c()))) }
});

/// The list in register `r`, unique and with more than `index` elements.
unsafe fn unique_list(vm: &mut Vm, r: u16, index: i64) -> Result<Ptr, Leave> {
    // SAFETY: the register owns a list; on failure it still does.
    unsafe {
        let p = vm.p(r);
        if index as u64 >= list::len(p) as u64 {
            return Err(out_of_range(p, index));
        }
        let p = vm.heap().list_unique(p, 0)?;
        vm.set_p(r, p);
        Ok(p)
    }
}

instr!(ListSet {
    fast(s) {
        let (p, at) = (s.p(s.w.a()), s.u(s.w.b()) as usize);
        if at >= list::len(p) || !is_unique(p) { return Flow::Slow; }
        *list::data(p).add(at) = s.u(s.w.c());
        Flow::Next
    }
    slow(vm, w) {
        let at = vm.i(w.b());
        let p = unique_list(vm, w.a(), at)?;
        *list::data(p).add(at as usize) = vm.u(w.c());
        Ok(())
    }
});

instr!(ListSetB {
    fast(s) {
        let (p, at) = (s.p(s.w.a()), s.u(s.w.b()) as usize);
        if at >= list::len(p) || !is_unique(p) { return Flow::Slow; }
        *list::data_bool(p).add(at) = s.u(s.w.c()) as u8;
        Flow::Next
    }
    slow(vm, w) {
        let at = vm.i(w.b());
        let p = unique_list(vm, w.a(), at)?;
        *list::data_bool(p).add(at as usize) = vm.u(w.c()) as u8;
        Ok(())
    }
});

instr!(ListSetR {
    slow(vm, w) {
        let at = vm.i(w.b());
        let p = unique_list(vm, w.a(), at)?;
        let word = vm.u(w.c());
        vm.heap().list_replace(p, at as usize, word);
        Ok(())
    }
});

/// `list.setr` of a list of references: chosen by the linker.
pub(crate) mod quick_setr {
    use super::*;
    instr!(ListSetRRef {
        fast(s) {
            let (p, at) = (s.p(s.w.a()), s.u(s.w.b()) as usize);
            if at >= list::len(p) || !is_unique(p) { return Flow::Slow; }
            let place = list::data(p).add(at);
            let old = *place;
            if ref_is_ptr(old) && !try_drop(old as Ptr) { return Flow::Slow; }
            *place = s.u(s.w.c());
            Flow::Next
        }
        slow = ListSetR
    });
}

instr!(ListSet2 {
    fast(s) {
        let (outer, i) = (s.p(s.w.a()), s.u(s.w.b()) as usize);
        if i >= list::len(outer) || !is_unique(outer) { return Flow::Slow; }
        let inner = *list::data(outer).add(i) as Ptr;
        let j = s.u(s.w.c()) as usize;
        if j >= list::len(inner) || !is_unique(inner) { return Flow::Slow; }
        *list::data(inner).add(j) = s.u(s.ext().e0());
        s.skip_ext();
        Flow::Next
    }
    slow(vm, w) {
        let (i, j) = (vm.i(w.b()), vm.i(w.c()));
        let outer = unique_list(vm, w.a(), i)?;
        let place = list::data(outer).add(i as usize);
        let inner = *place as Ptr;
        if j as u64 >= list::len(inner) as u64 { return Err(out_of_range(inner, j)); }
        let inner = vm.heap().list_unique(inner, 0)?;
        *place = inner as u64;
        *list::data(inner).add(j as usize) = vm.u(vm.ext().e0());
        vm.skip_ext();
        Ok(())
    }
});

instr!(ListFldSet {
    fast(s) {
        let (p, at) = (s.p(s.w.a()), s.u(s.w.b()) as usize);
        if at >= list::len(p) || !is_unique(p) { return Flow::Slow; }
        let object = *list::data(p).add(at) as Ptr;
        if !is_unique(object) { return Flow::Slow; }
        *field(object, s.ext().e1() as usize) = s.u(s.w.c());
        s.skip_ext();
        Flow::Next
    }
    slow(vm, w) {
        let at = vm.i(w.b());
        let p = unique_list(vm, w.a(), at)?;
        let place = list::data(p).add(at as usize);
        let object = vm.heap().flat_unique(*place as Ptr)?;
        *place = object as u64;
        *field(object, vm.ext().e1() as usize) = vm.u(w.c());
        vm.skip_ext();
        Ok(())
    }
});

/// Appends `b` to the list in `a`.
unsafe fn push_slow(vm: &mut Vm, list_reg: u16, word: u64) -> Step {
    // SAFETY: the register owns a list whose element `word` is; on failure it still does.
    unsafe {
        let p = vm.p(list_reg);
        let p = vm.heap().list_push(p, word)?;
        vm.set_p(list_reg, p);
        Ok(())
    }
}

/// Appends an element of eight bytes or one.
macro_rules! list_push {
    ($($name:ident |$p:ident, $at:ident, $word:ident| $store:expr;)+) => { $(
        instr!($name {
            fast(s) {
                let $p = s.p(s.w.a());
                let $at = list::len($p);
                if $at >= list::cap($p) || !is_unique($p) { return Flow::Slow; }
                let $word = s.u(s.w.b());
                $store;
                list::set_len($p, $at + 1);
                Flow::Next
            }
            slow(vm, w) {
                let word = vm.u(w.b());
                push_slow(vm, w.a(), word)
            }
        });
    )+ };
}
list_push! {
    ListPush |p, at, word| *list::data(p).add(at) = word;
    ListPushB |p, at, word| *list::data_bool(p).add(at) = word as u8;
    ListPushR |p, at, word| *list::data(p).add(at) = word;
}
