//! Lists: elements read and written in place, appending with room.
//!
//! One unsigned comparison is the whole bounds check. An index out of range leaves before the instruction; a list that is
//! not unique or has no room goes to the interpreter's handler.

use super::super::plan::Instruction;
use super::super::ranges::Mark;
use super::branches::LEN;
use super::translate::Translator;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};
use lumen_lir::{ClassDesc, Op, Reg, Repr, slot_repr};
use lumen_runtime::value::list::LIST_DATA;

/// Offset of the capacity of a list.
const CAP: i32 = 12;
/// Offset of the first element.
pub(super) const DATA: i32 = LIST_DATA as i32;

/// Whether it is translated here.
pub(super) fn is_list(op: Op) -> bool {
    use Op::*;
    matches!(
        op,
        ListGet
            | ListGetB
            | ListGetR
            | ListGetI
            | ListGetD
            | ListGet2
            | ListFld
            | ListSet
            | ListSetB
            | ListSetR
            | ListSet2
            | ListFldSet
            | ListPush
            | ListPushB
            | ListPushR
            | ListElemU
            | ListPut
            | ListPutB
            | ListPutR
            | ListSwap
    )
}

impl Translator<'_, '_> {
    /// The address, without the offset of the elements, of element `index` of eight bytes.
    pub(super) fn element(&mut self, list: Value, index: Value) -> Value {
        let offset = self.b.ins().ishl_imm_u(index, 3);
        self.b.ins().iadd(list, offset)
    }

    pub(super) fn length(&mut self, list: Value) -> Value {
        self.b.ins().uload32(self.mem.len, list, LEN)
    }

    /// Gives the list in a register, which has room for it, another length.
    pub(super) fn set_length(&mut self, reg: Reg, list: Value, len: Value) {
        self.b.ins().istore32(self.mem.len, len, list, LEN);
        if let Some(length) = self.lens[usize::from(reg)] {
            self.b.def_var(length, len);
        }
    }

    /// How many elements more a list with this length has room for.
    pub(super) fn room(&mut self, list: Value, len: Value) -> Value {
        let cap = self.b.ins().uload32(self.mem.len, list, CAP);
        self.b.ins().isub(cap, len)
    }

    /// Leaves before the instruction when the index is out of range of the list in a register.
    fn check_index(&mut self, at: Instruction, reg: Reg, list: Value, index: Value) {
        if self.plan.marks.at(at.pc).has(Mark::INSIDE) {
            return;
        }
        let len = self.length_of(reg, list);
        self.check_below(at, index, len);
    }

    /// Leaves before the instruction when the index is not below the length.
    fn check_below(&mut self, at: Instruction, index: Value, len: Value) {
        if self.known.inside.contains(&(index, len)) {
            return;
        }
        let out = self.cmp(IntCC::UnsignedGreaterThanOrEqual, index, len);
        self.leave_if(out, at.pc);
        self.known.inside.push((index, len));
    }

    /// The representation of a list's elements.
    fn element_repr(&self, list: Reg) -> Repr {
        let module = self.plan.module;
        let class = self.repr(list).class().map(|class| &module.classes[class.index()]);
        let Some(ClassDesc::List { elem }) = class else { return Repr::Dyn };
        slot_repr(&module.types, *elem).unwrap_or(Repr::Dyn)
    }

    /// Whether the elements of a list are references, as opposed to dynamic values.
    fn holds_refs(&self, list: Reg) -> bool {
        matches!(self.element_repr(list), Repr::Ref(_) | Repr::Opt(_))
    }

    pub(super) fn list(&mut self, at: Instruction) {
        use Op::*;
        match at.op {
            ListGet | ListGetR | ListGetB | ListGetI => self.list_get(at),
            ListGetD => self.list_get_counted(at),
            ListGet2 | ListFld => self.list_get_deep(at),
            ListSet | ListSetB => self.list_set(at),
            ListSet2 | ListFldSet => self.list_set_deep(at),
            ListPush | ListPushB | ListPushR => self.list_push(at),
            ListPut | ListPutB => self.list_put(at),
            ListElemU => self.list_lend(at),
            ListSwap => self.list_swap(at),
            _ => self.list_set_counted(at),
        }
    }

    fn list_get(&mut self, at: Instruction) {
        let w = self.words(at).0;
        let (a, b, c) = (lumen_lir::a(w), lumen_lir::b(w), lumen_lir::c(w));
        let list = self.get(b);
        let index = if at.op == Op::ListGetI { self.int(i64::from(c)) } else { self.get(c) };
        let computed = (at.op, list, i64::from(index.as_u32()));
        if let Some(value) = self.known.result(computed) {
            return self.set(a, value);
        }
        self.check_index(at, b, list, index);
        let value = if at.op == Op::ListGetB {
            let place = self.b.ins().iadd(list, index);
            self.b.ins().uload8(types::I64, self.mem.byte, place, DATA)
        } else {
            let place = self.element(list, index);
            let ty = self.type_of(a);
            let data = self.mem.data(self.repr(a));
            self.b.ins().load(ty, data, place, DATA)
        };
        if matches!(at.op, Op::ListGet | Op::ListGetB) {
            self.known.keep(computed, value);
        }
        self.set(a, value);
    }

    fn list_get_counted(&mut self, at: Instruction) {
        let w = self.words(at).0;
        let (a, b, c) = (lumen_lir::a(w), lumen_lir::b(w), lumen_lir::c(w));
        if !self.holds_refs(b) {
            self.step(at);
            return;
        }
        let (list, index) = (self.get(b), self.get(c));
        self.check_index(at, b, list, index);
        let place = self.element(list, index);
        let word = self.b.ins().load(types::I64, self.mem.counted, place, DATA);
        self.count_up_ref(word);
        self.set(a, word);
    }

    /// Counts up what a reference leads to.
    pub(super) fn count_up_ref(&mut self, word: Value) {
        let join = self.block();
        self.unless_pointer(word, join);
        self.count_up(word);
        self.jump(join, &[]);
        self.begin(join);
    }

    /// Counts down what a reference leads to, which a slot of this representation held.
    pub(super) fn count_down_ref(&mut self, word: Value, repr: Repr) {
        let join = self.block();
        self.unless_pointer(word, join);
        let leaf = self.leaf(repr);
        self.count_down(word, leaf);
        self.jump(join, &[]);
        self.begin(join);
    }

    fn list_get_deep(&mut self, at: Instruction) {
        let (w, ext) = self.words(at);
        let (a, b, c) = (lumen_lir::a(w), lumen_lir::b(w), lumen_lir::c(w));
        let ty = self.type_of(a);
        let data = self.mem.data(self.repr(a));
        let value = if at.op == Op::ListFld {
            let inner = self.inner(at, b, c);
            let offset = 8 + 8 * i32::from(lumen_lir::e(ext, 1));
            self.b.ins().load(ty, data, inner, offset)
        } else {
            let (inner, len) = match self.row(at, b, c) {
                Some(row) => row,
                None => {
                    let inner = self.inner(at, b, c);
                    (inner, self.length(inner))
                }
            };
            let index = self.get(lumen_lir::e(ext, 0));
            self.check_below(at, index, len);
            let place = self.element(inner, index);
            self.b.ins().load(ty, data, place, DATA)
        };
        self.set(a, value);
    }

    /// The object in a list of objects.
    fn inner(&mut self, at: Instruction, list: Reg, index: Reg) -> Value {
        let (reg, list, index) = (list, self.get(list), self.get(index));
        self.check_index(at, reg, list, index);
        let place = self.element(list, index);
        self.b.ins().load(types::I64, self.mem.counted, place, DATA)
    }

    fn list_set(&mut self, at: Instruction) {
        let w = self.words(at).0;
        let (a, b, c) = (lumen_lir::a(w), lumen_lir::b(w), lumen_lir::c(w));
        let (list, index, value) = (self.get(a), self.get(b), self.get(c));
        self.check_index(at, a, list, index);
        let repr = self.repr(c);
        self.unique_or_leave(at, |t, slow| {
            t.unless_unique(list, slow);
            t.store_element(at.op == Op::ListSetB, repr, list, index, value);
        });
    }

    fn store_element(&mut self, byte: bool, repr: Repr, list: Value, index: Value, value: Value) {
        if byte {
            let place = self.b.ins().iadd(list, index);
            self.b.ins().istore8(self.mem.byte, value, place, DATA);
        } else {
            let place = self.element(list, index);
            self.b.ins().store(self.mem.data(repr), value, place, DATA);
        }
    }

    fn list_set_deep(&mut self, at: Instruction) {
        let (w, ext) = self.words(at);
        let (a, b, c) = (lumen_lir::a(w), lumen_lir::b(w), lumen_lir::c(w));
        let (list, index) = (self.get(a), self.get(b));
        if at.op == Op::ListSet2
            && let Some((inner, len)) = self.row(at, a, b)
        {
            let (index, value) = (self.get(c), self.get(lumen_lir::e(ext, 0)));
            let repr = self.repr(lumen_lir::e(ext, 0));
            self.check_below(at, index, len);
            return self.unique_or_leave(at, |t, slow| {
                t.unless_unique(list, slow);
                t.unless_unique(inner, slow);
                t.store_element(false, repr, inner, index, value);
            });
        }
        self.check_index(at, a, list, index);
        self.unique_or_leave(at, |t, slow| {
            t.unless_unique(list, slow);
            let place = t.element(list, index);
            let inner = t.b.ins().load(types::I64, t.mem.counted, place, DATA);
            if at.op == Op::ListFldSet {
                t.unless_unique(inner, slow);
                let (value, data) = (t.get(c), t.mem.data(t.repr(c)));
                let offset = 8 + 8 * i32::from(lumen_lir::e(ext, 1));
                t.b.ins().store(data, value, inner, offset);
            } else {
                let (index, value) = (t.get(c), t.get(lumen_lir::e(ext, 0)));
                let repr = t.repr(lumen_lir::e(ext, 0));
                let len = t.length(inner);
                if !t.known.inside.contains(&(index, len)) {
                    let out = t.cmp(IntCC::UnsignedGreaterThanOrEqual, index, len);
                    t.slow_if(out, slow);
                }
                t.unless_unique(inner, slow);
                t.store_element(false, repr, inner, index, value);
            }
        });
    }

    /// `list.setr` and `list.putr`: the old element is dropped.
    fn list_set_counted(&mut self, at: Instruction) {
        let w = self.words(at).0;
        let (a, b, c) = (lumen_lir::a(w), lumen_lir::b(w), lumen_lir::c(w));
        if !self.holds_refs(a) {
            self.step(at);
            return;
        }
        let (list, index, value) = (self.get(a), self.get(b), self.get(c));
        let repr = self.element_repr(a);
        self.check_index(at, a, list, index);
        let store = |t: &mut Self| {
            let place = t.element(list, index);
            let old = t.b.ins().load(types::I64, t.mem.counted, place, DATA);
            t.b.ins().store(t.mem.counted, value, place, DATA);
            t.count_down_ref(old, repr);
        };
        if at.op == Op::ListPutR {
            return store(self);
        }
        self.unique_or_leave(at, |t, slow| {
            t.unless_unique(list, slow);
            store(t);
        });
    }

    fn list_push(&mut self, at: Instruction) {
        let w = self.words(at).0;
        let (a, b) = (lumen_lir::a(w), lumen_lir::b(w));
        let (list, value, repr) = (self.get(a), self.get(b), self.repr(b));
        // Lists that grow begin shared or without room: the handler makes them.
        self.fast_or_step(at, |t, slow| {
            t.unless_unique(list, slow);
            let len = t.length_of(a, list);
            let cap = t.b.ins().uload32(t.mem.len, list, CAP);
            let full = t.cmp(IntCC::UnsignedGreaterThanOrEqual, len, cap);
            t.slow_if(full, slow);
            t.store_element(at.op == Op::ListPushB, repr, list, len, value);
            let more = t.b.ins().iadd_imm_s(len, 1);
            t.set_length(a, list, more);
        });
        let list = self.get(a);
        self.known.unique.push(list);
    }

    fn list_put(&mut self, at: Instruction) {
        let w = self.words(at).0;
        let (a, b, c) = (lumen_lir::a(w), lumen_lir::b(w), lumen_lir::c(w));
        let (list, index, value) = (self.get(a), self.get(b), self.get(c));
        self.check_index(at, a, list, index);
        let repr = self.repr(c);
        self.store_element(at.op == Op::ListPutB, repr, list, index, value);
    }

    fn list_lend(&mut self, at: Instruction) {
        let w = self.words(at).0;
        let (a, b, c) = (lumen_lir::a(w), lumen_lir::b(w), lumen_lir::c(w));
        let (list, index) = (self.get(b), self.get(c));
        self.check_index(at, b, list, index);
        let place = self.element(list, index);
        let word = self.b.ins().load(types::I64, self.mem.counted, place, DATA);
        self.lend(at, word, a);
    }

    /// Lends a word whose object is unique; makes it unique by the interpreter's handler otherwise.
    pub(super) fn lend(&mut self, at: Instruction, word: Value, target: Reg) {
        if !self.known.unique.contains(&word) {
            let (slow, fast) = (self.cold_block(), self.block());
            if !self.is_always_pointer(target) {
                self.unless_pointer(word, fast);
            }
            self.unless_unique(word, slow);
            self.jump(fast, &[]);
            self.begin(slow);
            if self.plan.careful {
                let join = self.block();
                self.step(at);
                self.jump(join, &[]);
                self.begin(fast);
                self.set(target, word);
                self.jump(join, &[]);
                return self.begin(join);
            }
            self.leave(at.pc);
            self.begin(fast);
        }
        self.set(target, word);
    }

    fn list_swap(&mut self, at: Instruction) {
        let w = self.words(at).0;
        let (a, b, c) = (lumen_lir::a(w), lumen_lir::b(w), lumen_lir::c(w));
        let (list, index, value) = (self.get(a), self.get(b), self.get(c));
        self.check_index(at, a, list, index);
        let place = self.element(list, index);
        let old = self.b.ins().load(types::I64, self.mem.counted, place, DATA);
        self.b.ins().store(self.mem.counted, value, place, DATA);
        self.set(c, old);
    }
}
