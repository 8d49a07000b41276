//! Flat objects: made from the free lists, fields read and written, taken apart.

use super::super::plan::Instruction;
use super::calls::CLASS;
use super::translate::Translator;
use crate::interp::state::Vm;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};
use lumen_lir::{ClassDesc, Op, Reg, Repr, slot_repr};
use lumen_runtime::stdlib::RtCtx;
use lumen_runtime::value::heap::{Heap, SMALL_BYTES, UNIT, block_bytes};
use lumen_runtime::value::object::HEADER;
use std::mem::offset_of;

/// Whether it is translated here.
pub(super) fn is_object(op: Op) -> bool {
    use Op::*;
    matches!(
        op,
        New | NewW
            | Fld
            | FldR
            | FldD
            | FldSet
            | FldSetR
            | FldPut
            | FldPutR
            | FldU
            | FldSwap
            | Unpack
            | Uniq
    )
}

/// Offset of a field.
fn field(index: u16) -> i32 {
    HEADER as i32 + 8 * i32::from(index)
}

/// Offset in the task of the free list of blocks for this many fields; `None` when they come from elsewhere.
fn free_list(fields: usize) -> Option<usize> {
    let bytes = block_bytes(HEADER + 8 * fields);
    let heap = offset_of!(Vm, ctx) + offset_of!(RtCtx, heap);
    (Heap::POOLED && bytes <= SMALL_BYTES)
        .then(|| heap + Heap::FREE_LISTS + bytes / UNIT * size_of::<*mut u8>())
}

impl Translator<'_, '_> {
    pub(super) fn object(&mut self, at: Instruction) {
        use Op::*;
        let (w, ext) = self.words(at);
        let (a, b, c) = (lumen_lir::a(w), lumen_lir::b(w), lumen_lir::c(w));
        match at.op {
            New => self.make(at, a, b, u32::from(c)),
            NewW => self.make(at, a, b, lumen_lir::x0(ext)),
            Unpack => self.unpack(at, a, b, c),
            Fld | FldR => {
                let object = self.get(b);
                let (ty, data) = (self.type_of(a), self.mem.data(self.repr(a)));
                let value = self.b.ins().load(ty, data, object, field(c));
                self.set(a, value);
            }
            FldD if self.repr(a) == Repr::Dyn => {
                self.step(at);
            }
            FldD => {
                let object = self.get(b);
                let word = self.b.ins().load(types::I64, self.mem.counted, object, field(c));
                self.count_up_ref(word);
                self.set(a, word);
            }
            FldSet => {
                let (object, value) = (self.get(a), self.get(c));
                let data = self.mem.data(self.repr(c));
                self.unique_or_leave(at, |t, slow| {
                    t.unless_unique(object, slow);
                    t.b.ins().store(data, value, object, field(b));
                });
            }
            FldPut => {
                let (object, value) = (self.get(a), self.get(c));
                let data = self.mem.data(self.repr(c));
                self.b.ins().store(data, value, object, field(b));
            }
            FldSetR | FldPutR => self.set_counted(at, a, b, c),
            FldU => {
                let object = self.get(b);
                let word = self.b.ins().load(types::I64, self.mem.counted, object, field(c));
                self.lend(at, word, a);
            }
            FldSwap => {
                let (object, value) = (self.get(a), self.get(c));
                let old = self.b.ins().load(types::I64, self.mem.counted, object, field(b));
                self.b.ins().store(self.mem.counted, value, object, field(b));
                self.set(c, old);
            }
            _ => {
                let word = self.get(b);
                self.lend(at, word, a);
            }
        }
    }

    /// Whether what a register holds is an object in any case: neither null nor a variant without payload.
    pub(super) fn is_always_pointer(&self, reg: Reg) -> bool {
        match self.repr(reg) {
            Repr::Ref(class) => !matches!(
                self.plan.module.classes[class.index()],
                ClassDesc::Enum { .. } | ClassDesc::Variant { .. }
            ),
            _ => false,
        }
    }

    /// Whether a field is a reference, as opposed to a dynamic value.
    fn field_is_ref(&self, object: Reg, index: u16) -> bool {
        let module = self.plan.module;
        let class = self.repr(object).class().map(|class| &module.classes[class.index()]);
        let ty = class.and_then(|class| class.flat_field(usize::from(index)));
        let repr = ty.and_then(|ty| slot_repr(&module.types, ty));
        matches!(repr, Some(Repr::Ref(_) | Repr::Opt(_)))
    }

    fn set_counted(&mut self, at: Instruction, a: Reg, b: Reg, c: Reg) {
        if !self.field_is_ref(a, b) {
            self.step(at);
            return;
        }
        let (object, value) = (self.get(a), self.get(c));
        let store = |t: &mut Self| {
            let old = t.b.ins().load(types::I64, t.mem.counted, object, field(b));
            t.b.ins().store(t.mem.counted, value, object, field(b));
            t.count_down_ref(old);
        };
        if at.op == Op::FldPutR {
            return store(self);
        }
        self.unique_or_leave(at, |t, slow| {
            t.unless_unique(object, slow);
            store(t);
        });
    }

    fn count_live(&mut self, change: i64) {
        if cfg!(debug_assertions) {
            let place = offset_of!(Vm, ctx) + offset_of!(RtCtx, heap) + Heap::LIVE_BLOCKS;
            let live = self.load_vm(place);
            let live = self.b.ins().iadd_imm_s(live, change);
            self.store_vm(live, place);
        }
    }

    /// An object of a class from consecutive registers.
    fn make(&mut self, at: Instruction, target: Reg, first: Reg, class: u32) {
        let fields = self.plan.module.classes[class as usize].flat_len().unwrap_or(0);
        let Some(list) = free_list(fields) else {
            self.step(at);
            return;
        };
        self.fast_or_step(at, |t, slow| {
            let block = t.load_vm(list);
            let empty = t.cmp_imm(IntCC::Equal, block, 0);
            t.slow_if(empty, slow);
            let next = t.b.ins().load(types::I64, t.mem.head, block, 0);
            t.store_vm(next, list);
            t.count_live(1);
            let head = t.int(i64::from(class) << 32 | 1);
            t.b.ins().store(t.mem.head, head, block, 0);
            for index in 0..fields as u16 {
                let (value, data) = (t.get(first + index), t.mem.data(t.repr(first + index)));
                t.b.ins().store(data, value, block, field(index));
            }
            t.set(target, block);
        });
    }

    /// Moves the fields of a unique object to registers and frees it.
    fn unpack(&mut self, at: Instruction, target: Reg, source: Reg, fields: u16) {
        let Some(list) = free_list(usize::from(fields)).filter(|_| fields > 0) else {
            self.step(at);
            return;
        };
        let object = self.get(source);
        self.fast_or_step(at, |t, slow| {
            t.unless_unique(object, slow);
            let values: Vec<Value> = (0..fields)
                .map(|index| {
                    let ty = t.type_of(target + index);
                    let data = t.mem.data(t.repr(target + index));
                    t.b.ins().load(ty, data, object, field(index))
                })
                .collect();
            let next = t.load_vm(list);
            t.b.ins().store(t.mem.head, next, object, 0);
            t.store_vm(object, list);
            t.count_live(-1);
            for (index, value) in values.into_iter().enumerate() {
                t.set(target + index as Reg, value);
            }
        });
    }
}

const _: () = assert!(CLASS == 4 && HEADER == 8);
