//! Maps and sets.

use super::instr::instr;
use super::state::{Leave, Regs, Vm};
use lumen_runtime::failure::Failure;
use lumen_runtime::value::classes::Slot;
use lumen_runtime::value::object::Ptr;
use lumen_runtime::value::table;
use lumen_runtime::value::word::DYN_NULL;

/// An empty map or set.
macro_rules! table_new {
    ($($name:ident)+) => { $(
        instr!($name {
            slow(vm, w) {
                let p = vm.heap().table_new(w.index_bc() as u32, 0)?;
                vm.set_p(w.a(), p);
                Ok(())
            }
        });
    )+ };
}
table_new!(MapNew SetNew);

instr!(TableLen {
    slow(vm, w) {
        vm.set_i(w.a(), table::len(vm.p(w.b())) as i64);
        Ok(())
    }
});

instr!(TableHas {
    slow(vm, w) {
        let found = vm.ctx.heap.table_find(vm.p(w.b()), vm.u(w.c()));
        vm.set_b(w.a(), found.is_some());
        Ok(())
    }
});

instr!(MapGet {
    slow(vm, w) {
        let p = vm.p(w.b());
        let found = vm.ctx.heap.table_find(p, vm.u(w.c()));
        vm.set_b(w.a(), found.is_some());
        vm.set(w.a() + 1, found.map_or(0, |at| *table::value_at(p, at)));
        Ok(())
    }
});

instr!(MapGetR {
    slow(vm, w) {
        let p = vm.p(w.b());
        let word = match vm.ctx.heap.table_find(p, vm.u(w.c())) {
            Some(at) => *table::value_at(p, at),
            None => match vm.ctx.heap.row_of(p).slots[1] {
                Slot::Dyn => DYN_NULL,
                _ => 0,
            },
        };
        vm.set(w.a(), word);
        Ok(())
    }
});

instr!(MapGetOr {
    slow(vm, w) {
        let p = vm.p(w.b());
        let word = match vm.ctx.heap.table_find(p, vm.u(w.c())) {
            Some(at) => *table::value_at(p, at),
            None => vm.u(vm.ext().e0()),
        };
        vm.set(w.a(), word);
        vm.skip_ext();
        Ok(())
    }
});

instr!(MapPut {
    slow(vm, w) {
        let (p, key, value) = (vm.p(w.a()), vm.u(w.b()), vm.u(w.c()));
        let p = vm.heap().map_put(p, key, value)?;
        vm.set_p(w.a(), p);
        Ok(())
    }
});

instr!(SetAdd {
    slow(vm, w) {
        let (p, key) = (vm.p(w.a()), vm.u(w.b()));
        let p = vm.heap().set_put(p, key)?;
        vm.set_p(w.a(), p);
        Ok(())
    }
});

instr!(ForMap {
    slow(vm, w) {
        let (p, at) = (vm.p(w.b()), vm.i(w.a()));
        let used = table::used(p);
        let from = usize::try_from(at.wrapping_add(1)).unwrap_or(0).min(used);
        match table::next_live(p, vm.ctx.heap.row_of(p), from) {
            Some(next) => {
                vm.set_i(w.a(), next as i64);
                vm.fuel -= 1;
                let sampled = vm.fuel < 0;
                if sampled { vm.out_of_fuel()?; }
                vm.jump(w.imm_c() as isize);
                if sampled { vm.sampled_loop()?; }
            }
            None => vm.set_i(w.a(), used as i64),
        }
        Ok(())
    }
});

/// The entry at a cursor, if it is live.
unsafe fn live_entry(vm: &Vm, p: Ptr, cursor: i64) -> Result<usize, Leave> {
    // SAFETY: the caller passes a live map or set.
    unsafe {
        let used = table::used(p);
        let at = usize::try_from(cursor).ok().filter(|at| *at < used);
        let live = at.filter(|at| table::next_live(p, vm.ctx.heap.row_of(p), *at) == Some(*at));
        live.ok_or_else(|| Failure::index(cursor, used).into())
    }
}

/// Reads key or value at a cursor.
macro_rules! table_read {
    ($($name:ident |$vm:ident, $p:ident, $at:ident| $value:expr;)+) => { $(
        instr!($name {
            slow($vm, w) {
                let $p = $vm.p(w.b());
                let $at = live_entry($vm, $p, $vm.i(w.c()))?;
                let word = $value;
                $vm.set(w.a(), word);
                Ok(())
            }
        });
    )+ };
}
table_read! {
    TableKey |vm, p, at| table::key_at(p, vm.ctx.heap.row_of(p), at);
    TableKeyR |vm, p, at| table::key_at(p, vm.ctx.heap.row_of(p), at);
    TableVal |vm, p, at| *table::value_at(p, at);
    TableValR |vm, p, at| *table::value_at(p, at);
}
