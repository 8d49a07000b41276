//! Blocks of flat objects: taken from the free lists and given back to them, and objects copied into them.
//!
//! What a free list cannot serve goes to the interpreter's handler: the caller names the block for that.

use super::objects::{field, free_list};
use super::translate::Translator;
use crate::interp::state::Vm;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, Value, types};
use lumen_lir::{ClassDesc, Reg, Repr, slot_repr};
use lumen_runtime::stdlib::RtCtx;
use lumen_runtime::value::heap::Heap;
use std::mem::offset_of;

/// References in an object that is copied here at most: counting each up takes a dozen instructions.
pub(super) const MOST_COUNTED: usize = 3;
/// Fields of an object that is copied here at most.
const MOST_FIELDS: usize = 12;

/// How objects of a class that are copied here lie in memory.
pub(super) struct Layout {
    class: u32,
    fields: Vec<Repr>,
    /// Offset in the task of the free list of their blocks.
    list: usize,
}

impl Translator<'_, '_> {
    fn flat_fields(&self, repr: Repr) -> Option<Layout> {
        let (Repr::Ref(id) | Repr::Opt(id)) = repr else { return None };
        let module = self.plan.module;
        let class = &module.classes[id.index()];
        if !matches!(class, ClassDesc::Tuple { .. } | ClassDesc::Record { .. }) {
            return None;
        }
        let fields: Option<Vec<Repr>> = (0..class.flat_len()?)
            .map(|at| class.flat_field(at).and_then(|ty| slot_repr(&module.types, ty)))
            .collect();
        let fields = fields.filter(|fields| !fields.is_empty() && fields.len() <= MOST_FIELDS)?;
        let list = free_list(fields.len())?;
        Some(Layout { class: id.0, fields, list })
    }

    /// The layout of the objects in a register, when they are copied here.
    pub(super) fn layout(&self, reg: Reg) -> Option<Layout> {
        let layout = self.flat_fields(self.repr(reg)).filter(|_| self.is_always_pointer(reg))?;
        let counted = layout.fields.iter().filter(|repr| repr.is_counted()).count();
        (counted <= MOST_COUNTED && !layout.fields.contains(&Repr::Dyn)).then_some(layout)
    }

    /// The free list of objects of this representation, when nothing else goes with one of them.
    pub(super) fn leaf(&self, repr: Repr) -> Option<usize> {
        let layout = self.flat_fields(repr)?;
        (!layout.fields.iter().any(|field| field.is_counted())).then_some(layout.list)
    }

    fn count_live(&mut self, change: i64) {
        if cfg!(debug_assertions) {
            let place = offset_of!(Vm, ctx) + offset_of!(RtCtx, heap) + Heap::LIVE_BLOCKS;
            let live = self.load_vm(place);
            let live = self.b.ins().iadd_imm_s(live, change);
            self.store_vm(live, place);
        }
    }

    /// A block of a free list; goes to `slow` when there is none.
    pub(super) fn take_block(&mut self, list: usize, slow: Block) -> Value {
        let block = self.load_vm(list);
        let empty = self.cmp_imm(IntCC::Equal, block, 0);
        self.slow_if(empty, slow);
        let next = self.b.ins().load(types::I64, self.mem.head, block, 0);
        self.store_vm(next, list);
        self.count_live(1);
        block
    }

    /// Gives a block to a free list.
    pub(super) fn give_block(&mut self, block: Value, list: usize) {
        let next = self.load_vm(list);
        self.b.ins().store(self.mem.head, next, block, 0);
        self.store_vm(block, list);
        self.count_live(-1);
    }

    fn load_fields(&mut self, object: Value, reprs: &[Repr]) -> Vec<Value> {
        let load = |(at, repr): (usize, &Repr)| {
            let (ty, data) = (super::type_of(*repr), self.mem.data(*repr));
            self.b.ins().load(ty, data, object, field(at as u16))
        };
        reprs.iter().enumerate().map(load).collect()
    }

    /// Reads the fields of an object into consecutive registers.
    pub(super) fn fields_to(&mut self, target: Reg, object: Value, reprs: &[Repr]) {
        let values = self.load_fields(object, reprs);
        for (at, value) in values.into_iter().enumerate() {
            self.set(target + at as Reg, value);
        }
    }

    /// Goes to a block when a count is not that of an object of this task alone.
    pub(super) fn unless_counted(&mut self, count: Value, slow: Block) {
        let other = self.b.ins().icmp_imm_s(IntCC::SignedLessThan, count, 1);
        self.slow_if(other, slow);
    }

    /// Counts up what a shared object leads to, and the object, whose count is this, down.
    pub(super) fn take_copies(&mut self, object: Value, count: Value, reprs: &[Repr]) {
        for (at, repr) in reprs.iter().enumerate().filter(|(_, repr)| repr.is_counted()) {
            let data = self.mem.data(*repr);
            let word = self.b.ins().load(types::I64, data, object, field(at as u16));
            self.count_up_ref(word);
        }
        let less = self.b.ins().iadd_imm_s(count, -1);
        self.b.ins().store(self.mem.head, less, object, 0);
    }

    /// Makes the object in a register one that nobody else holds.
    pub(super) fn make_own(&mut self, reg: Reg, layout: &Layout, slow: Block) {
        let object = self.get(reg);
        if self.known.unique.contains(&object) {
            return;
        }
        let (shared, join) = (self.block(), self.block());
        let count = self.b.ins().load(types::I32, self.mem.head, object, 0);
        let unique = self.b.ins().icmp_imm_s(IntCC::Equal, count, 1);
        self.branch(unique, join, shared);
        self.begin(shared);
        // Before anything is changed.
        self.unless_counted(count, slow);
        let copy = self.take_block(layout.list, slow);
        self.take_copies(object, count, &layout.fields);
        let head = self.int(i64::from(layout.class) << 32 | 1);
        self.b.ins().store(self.mem.head, head, copy, 0);
        let values = self.load_fields(object, &layout.fields);
        for (at, value) in values.into_iter().enumerate() {
            let data = self.mem.data(layout.fields[at]);
            self.b.ins().store(data, value, copy, field(at as u16));
        }
        self.set(reg, copy);
        self.jump(join, &[]);
        self.begin(join);
        // What it leads to is shared now.
        self.known.unique.clear();
    }
}
