//! Flat objects: made from the free lists, fields read and written, taken apart.

use super::super::plan::Instruction;
use super::blocks::MOST_COUNTED;
use super::calls::CLASS;
use super::translate::Translator;
use crate::interp::state::Vm;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, types};
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
pub(super) fn field(index: u16) -> i32 {
    HEADER as i32 + 8 * i32::from(index)
}

/// Offset in the task of the free list of blocks for this many fields; `None` when they come from elsewhere.
pub(super) fn free_list(fields: usize) -> Option<usize> {
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
            FldSet if self.plan.careful && self.layout(a).is_some() => self.set_in_own(at, a, b, c),
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

    /// The representation of a field.
    fn field_repr(&self, object: Reg, index: u16) -> Option<Repr> {
        let module = self.plan.module;
        let class = self.repr(object).class().map(|class| &module.classes[class.index()]);
        let ty = class.and_then(|class| class.flat_field(usize::from(index)));
        ty.and_then(|ty| slot_repr(&module.types, ty))
    }

    fn set_counted(&mut self, at: Instruction, a: Reg, b: Reg, c: Reg) {
        let Some(repr @ (Repr::Ref(_) | Repr::Opt(_))) = self.field_repr(a, b) else {
            self.step(at);
            return;
        };
        let (object, value) = (self.get(a), self.get(c));
        let store = |t: &mut Self| {
            let old = t.b.ins().load(types::I64, t.mem.counted, object, field(b));
            t.b.ins().store(t.mem.counted, value, object, field(b));
            t.count_down_ref(old, repr);
        };
        if at.op == Op::FldPutR {
            return store(self);
        }
        self.unique_or_leave(at, |t, slow| {
            t.unless_unique(object, slow);
            store(t);
        });
    }

    /// `fld.set` where the object may well be shared.
    fn set_in_own(&mut self, at: Instruction, object: Reg, index: u16, value: Reg) {
        let Some(layout) = self.layout(object) else { return };
        self.fast_or_step(at, |t, slow| {
            t.make_own(object, &layout, slow);
            let (place, data) = (t.get(object), t.mem.data(t.repr(value)));
            let value = t.get(value);
            t.b.ins().store(data, value, place, field(index));
        });
        // In both ways.
        let own = self.get(object);
        self.known.unique.push(own);
    }

    /// An object of a class from consecutive registers.
    fn make(&mut self, at: Instruction, target: Reg, first: Reg, class: u32) {
        let fields = self.plan.module.classes[class as usize].flat_len().unwrap_or(0);
        let Some(list) = free_list(fields) else {
            self.step(at);
            return;
        };
        self.fast_or_step(at, |t, slow| {
            let block = t.take_block(list, slow);
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
        let reprs: Vec<Repr> = (0..fields).map(|index| self.repr(target + index)).collect();
        let counted = reprs.iter().filter(|repr| repr.is_counted()).count();
        let shares = counted <= MOST_COUNTED && !reprs.contains(&Repr::Dyn);
        let sure = self.known.unique.contains(&object);
        self.fast_or_step(at, |t, slow| {
            let done = t.block();
            if !sure {
                let (own, shared) = (t.block(), t.block());
                let count = t.b.ins().load(types::I32, t.mem.head, object, 0);
                let unique = t.b.ins().icmp_imm_s(IntCC::Equal, count, 1);
                t.branch(unique, own, if shares { shared } else { slow });
                if shares {
                    t.begin(shared);
                    t.unless_counted(count, slow);
                    t.take_copies(object, count, &reprs);
                    t.fields_to(target, object, &reprs);
                    t.jump(done, &[]);
                }
                t.begin(own);
            }
            t.fields_to(target, object, &reprs);
            t.give_block(object, list);
            t.jump(done, &[]);
            t.begin(done);
        });
        self.known.unique.clear();
    }
}

const _: () = assert!(CLASS == 4 && HEADER == 8);
