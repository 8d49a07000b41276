//! Mutation of nested places through loans: `uniq` lends an owned value mutably, each `…u` step makes one
//! child unique in place and lends it, and `…put` stores into the last one. No step leaves a hole: a failure
//! anywhere finds every object whole.

use super::instr::{Flow, instr};
use super::lists::out_of_range;
use super::moves::try_drop;
use super::state::{Leave, Regs, Vm};
use lumen_runtime::failure::Failure;
use lumen_runtime::value::object::{Ptr, field, is_unique};
use lumen_runtime::value::word::ref_is_ptr;
use lumen_runtime::value::{list, table};

instr!(Uniq {
    fast(s) {
        let word = s.u(s.w.b());
        if ref_is_ptr(word) && !is_unique(word as Ptr) { return Flow::Slow; }
        s.set(s.w.a(), word);
        Flow::Next
    }
    slow(vm, w) {
        let p = vm.p(w.b());
        let p = vm.heap().make_unique(p)?;
        vm.set_p(w.b(), p);
        vm.set_p(w.a(), p);
        Ok(())
    }
});

instr!(ListElemU {
    fast(s) {
        let (p, at) = (s.p(s.w.b()), s.u(s.w.c()) as usize);
        if at >= list::len(p) { return Flow::Slow; }
        let word = *list::data(p).add(at);
        if ref_is_ptr(word) && !is_unique(word as Ptr) { return Flow::Slow; }
        s.set(s.w.a(), word);
        Flow::Next
    }
    slow(vm, w) {
        let (p, at) = (vm.p(w.b()), vm.u(w.c()) as usize);
        if at >= list::len(p) { return Err(out_of_range(p, at as i64)); }
        let place = list::data(p).add(at);
        let child = vm.heap().make_unique(*place as Ptr)?;
        *place = child as u64;
        vm.set_p(w.a(), child);
        Ok(())
    }
});

instr!(FldU {
    fast(s) {
        let word = *field(s.p(s.w.b()), s.w.c() as usize);
        if ref_is_ptr(word) && !is_unique(word as Ptr) { return Flow::Slow; }
        s.set(s.w.a(), word);
        Flow::Next
    }
    slow(vm, w) {
        let place = field(vm.p(w.b()), w.c() as usize);
        let child = vm.heap().make_unique(*place as Ptr)?;
        *place = child as u64;
        vm.set_p(w.a(), child);
        Ok(())
    }
});

/// The failure of a key that a map does not have.
#[cold]
unsafe fn no_key(vm: &Vm, p: Ptr, key: u64) -> Leave {
    // SAFETY: the caller passes a live map and a word of its key kind.
    let text = unsafe { vm.ctx.heap.debug(vm.ctx.heap.row_of(p).slots[0], key) };
    match text {
        Ok(text) => Failure::missing_key(&text).into(),
        Err(failure) => failure.into(),
    }
}

instr!(MapElemU {
    slow(vm, w) {
        let (p, key) = (vm.p(w.b()), vm.u(w.c()));
        let Some(at) = vm.ctx.heap.table_find(p, key) else { return Err(no_key(vm, p, key)) };
        let place = table::value_at(p, at);
        let word = *place;
        if ref_is_ptr(word) {
            *place = vm.heap().make_unique(word as Ptr)? as u64;
        }
        vm.set(w.a(), *place);
        Ok(())
    }
});

instr!(MapPutU {
    slow(vm, w) {
        let (p, key, value) = (vm.p(w.a()), vm.u(w.b()), vm.u(w.c()));
        vm.heap().map_put(p, key, value)?;
        Ok(())
    }
});

instr!(ListPut {
    fast(s) {
        let (p, at) = (s.p(s.w.a()), s.u(s.w.b()) as usize);
        if at >= list::len(p) { return Flow::Slow; }
        *list::data(p).add(at) = s.u(s.w.c());
        Flow::Next
    }
    slow(vm, w) { Err(out_of_range(vm.p(w.a()), vm.i(w.b()))) }
});

instr!(ListPutB {
    fast(s) {
        let (p, at) = (s.p(s.w.a()), s.u(s.w.b()) as usize);
        if at >= list::len(p) { return Flow::Slow; }
        *list::data_bool(p).add(at) = s.u(s.w.c()) as u8;
        Flow::Next
    }
    slow(vm, w) { Err(out_of_range(vm.p(w.a()), vm.i(w.b()))) }
});

instr!(ListPutR {
    slow(vm, w) {
        let (p, at) = (vm.p(w.a()), vm.u(w.b()) as usize);
        if at >= list::len(p) { return Err(out_of_range(p, at as i64)); }
        let word = vm.u(w.c());
        vm.heap().list_replace(p, at, word);
        Ok(())
    }
});

instr!(FldPut {
    fast(s) {
        *field(s.p(s.w.a()), s.w.b() as usize) = s.u(s.w.c());
        Flow::Next
    }
});

instr!(FldPutR {
    slow(vm, w) {
        let (p, word) = (vm.p(w.a()), vm.u(w.c()));
        vm.heap().flat_replace(p, w.b() as usize, word);
        Ok(())
    }
});

instr!(ListSwap {
    fast(s) {
        let (p, at) = (s.p(s.w.a()), s.u(s.w.b()) as usize);
        if at >= list::len(p) { return Flow::Slow; }
        std::ptr::swap(list::data(p).add(at), s.at(s.w.c()));
        Flow::Next
    }
    slow(vm, w) { Err(out_of_range(vm.p(w.a()), vm.i(w.b()))) }
});

instr!(FldSwap {
    fast(s) {
        std::ptr::swap(field(s.p(s.w.a()), s.w.b() as usize), s.at(s.w.c()));
        Flow::Next
    }
});

instr!(MapSwap {
    slow(vm, w) {
        let (p, key) = (vm.p(w.a()), vm.u(w.b()));
        let Some(at) = vm.ctx.heap.table_find(p, key) else { return Err(no_key(vm, p, key)) };
        std::ptr::swap(table::value_at(p, at), vm.at(w.c()));
        Ok(())
    }
});

/// Stores of references, chosen by the linker when the slot is not a dynamic value.
pub(crate) mod quick {
    use super::*;
    instr!(ListPutRRef {
        fast(s) {
            let (p, at) = (s.p(s.w.a()), s.u(s.w.b()) as usize);
            if at >= list::len(p) { return Flow::Slow; }
            let place = list::data(p).add(at);
            let old = *place;
            if ref_is_ptr(old) && !try_drop(old as Ptr) { return Flow::Slow; }
            *place = s.u(s.w.c());
            Flow::Next
        }
        slow = ListPutR
    });
    instr!(FldPutRRef {
        fast(s) {
            let place = field(s.p(s.w.a()), s.w.b() as usize);
            let old = *place;
            if ref_is_ptr(old) && !try_drop(old as Ptr) { return Flow::Slow; }
            *place = s.u(s.w.c());
            Flow::Next
        }
        slow = FldPutR
    });
}
