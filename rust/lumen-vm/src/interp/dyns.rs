//! Dynamic values and structural comparison; builtins of the runtime.

use super::instr::{Flow, instr};
use super::state::{Leave, Regs, Vm};
use lumen_runtime::failure::Failure;
use lumen_runtime::value::classes::{Kind, Slot};
use lumen_runtime::value::equal::Equality;
use lumen_runtime::value::object::Ptr;
use lumen_runtime::value::word::{
    DYN_FALSE, DYN_INT, DYN_NULL, DYN_TRUE, DynView, dyn_bool, dyn_enum, dyn_float, dyn_ptr,
    dyn_small_int, dyn_to_ptr, dyn_view, imm_ordinal, imm_variant, is_imm,
};

instr!(Eq {
    slow(vm, w) {
        let slot = vm.program.slot(vm.ext().x0());
        let (x, y) = (vm.u(w.b()), vm.u(w.c()));
        let equal = vm.ctx.heap.equal((slot, x), (slot, y), Equality::Ieee);
        vm.set_b(w.a(), equal);
        vm.skip_ext();
        Ok(())
    }
});

instr!(Cmp {
    slow(vm, w) {
        let slot = vm.program.slot(vm.ext().x0());
        let order = vm.ctx.heap.compare((slot, vm.u(w.b())), (slot, vm.u(w.c())));
        vm.set_i(w.a(), order as i64);
        vm.skip_ext();
        Ok(())
    }
});

instr!(DynI {
    fast(s) {
        let Some(word) = dyn_small_int(s.i(s.w.b())) else { return Flow::Slow };
        s.set(s.w.a(), word);
        Flow::Next
    }
    slow(vm, w) {
        let value = vm.i(w.b());
        let word = vm.heap().dyn_int(value)?;
        vm.set(w.a(), word);
        Ok(())
    }
});
instr!(DynF {
    fast(s) { s.set(s.w.a(), dyn_float(s.f(s.w.b()))); Flow::Next }
});
instr!(DynB {
    fast(s) { s.set(s.w.a(), dyn_bool(s.u(s.w.b()) != 0)); Flow::Next }
});
instr!(DynR {
    fast(s) { s.set(s.w.a(), dyn_ptr(s.p(s.w.b()))); Flow::Next }
});

/// A word of a slot as a dynamic value, which takes over its reference.
pub(crate) unsafe fn to_dyn(vm: &mut Vm, slot: Slot, word: u64) -> Result<u64, Leave> {
    Ok(match slot {
        Slot::Int => vm.heap().dyn_int(word as i64)?,
        Slot::Float => dyn_float(f64::from_bits(word)),
        Slot::Bool => dyn_bool(word != 0),
        Slot::Enum(class) => dyn_enum(class, word as u32),
        Slot::Ref(_) if word == 0 => DYN_NULL,
        Slot::Ref(class) if is_imm(word) => dyn_enum(class, imm_ordinal(word)),
        Slot::Ref(_) => dyn_ptr(word as Ptr),
        Slot::Dyn => word,
    })
}

instr!(DynBox {
    slow(vm, w) {
        let slot = vm.program.slot(vm.ext().x0());
        let word = vm.u(w.b());
        let word = to_dyn(vm, slot, word)?;
        vm.set(w.a(), word);
        vm.skip_ext();
        Ok(())
    }
});

/// The failure of a dynamic value that is not of the asked type.
#[cold]
unsafe fn mismatch(vm: &Vm, word: u64, wanted: &str) -> Leave {
    // SAFETY: the caller passes a live dynamic word.
    let found = unsafe {
        let view = vm.ctx.heap.view(Slot::Dyn, word);
        vm.ctx.heap.kind_name(view)
    };
    Failure::conversion(format!("expected {wanted}, found {found}")).into()
}

instr!(DynToI {
    fast(s) {
        let word = s.u(s.w.b());
        if word >> 48 != DYN_INT >> 48 { return Flow::Slow; }
        s.set_i(s.w.a(), ((word << 16) as i64) >> 16);
        Flow::Next
    }
    slow(vm, w) {
        let word = vm.u(w.b());
        match dyn_view(word) {
            DynView::Ptr(p) if (*p).class == word_class::BOXED_INT => {
                vm.set(w.a(), *lumen_runtime::value::object::field(p, 0));
                Ok(())
            }
            _ => Err(mismatch(vm, word, "Int")),
        }
    }
});

/// Ids of fixed classes.
mod word_class {
    pub(super) const BOXED_INT: u32 = lumen_lir::ClassId::BOXED_INT.0;
}

instr!(DynToF {
    fast(s) {
        let word = s.u(s.w.b());
        if word >= DYN_INT { return Flow::Slow; }
        s.set(s.w.a(), word);
        Flow::Next
    }
    slow(vm, w) { Err(mismatch(vm, vm.u(w.b()), "Float")) }
});

instr!(DynToB {
    fast(s) {
        let word = s.u(s.w.b());
        if word != DYN_TRUE && word != DYN_FALSE { return Flow::Slow; }
        s.set_b(s.w.a(), word == DYN_TRUE);
        Flow::Next
    }
    slow(vm, w) { Err(mismatch(vm, vm.u(w.b()), "Bool")) }
});

instr!(DynToE {
    slow(vm, w) {
        let class = vm.ext().x0();
        let word = vm.u(w.b());
        match dyn_view(word) {
            DynView::Enum { class: found, ordinal } if found == class => {
                vm.set(w.a(), u64::from(ordinal));
                vm.skip_ext();
                Ok(())
            }
            _ => {
                let wanted = class_name(vm, class);
                Err(mismatch(vm, word, &wanted))
            }
        }
    }
});

/// How a class is called in messages.
fn class_name(vm: &Vm, class: u32) -> String {
    let row = vm.ctx.heap.classes().row(class);
    match row.kind {
        Kind::String => "String".to_owned(),
        Kind::Bytes => "Bytes".to_owned(),
        Kind::BoxedInt => "Int".to_owned(),
        Kind::List => "a list".to_owned(),
        Kind::Map => "a map".to_owned(),
        Kind::Set => "a set".to_owned(),
        Kind::Tuple => "a tuple".to_owned(),
        Kind::Fn | Kind::Closure | Kind::Resumption => "a function".to_owned(),
        Kind::Stream => "a stream".to_owned(),
        Kind::Record | Kind::Secret | Kind::Untrusted | Kind::Enum | Kind::Variant => {
            row.name.to_string()
        }
    }
}

instr!(DynToR {
    slow(vm, w) {
        let ext = vm.ext();
        let (class, nullable) = (ext.x0(), ext.x1() != 0);
        let word = vm.u(w.b());
        let found = match dyn_view(word) {
            DynView::Null if nullable => Some(0),
            DynView::Enum { class: found, ordinal } if found == class => Some(imm_variant(ordinal)),
            DynView::Ptr(p) => {
                let row = vm.ctx.heap.row_of(p);
                let of = matches!(row.kind, Kind::Variant | Kind::Closure) && row.owner == class;
                ((*p).class == class || of).then_some(dyn_to_ptr(word) as u64)
            }
            _ => None,
        };
        match found {
            Some(found) => {
                vm.set(w.a(), found);
                vm.skip_ext();
                Ok(())
            }
            None => {
                let wanted = class_name(vm, class);
                Err(mismatch(vm, word, &wanted))
            }
        }
    }
});
