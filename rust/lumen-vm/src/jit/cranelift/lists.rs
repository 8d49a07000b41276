//! Lists: elements read and written in place, appending with room.
//!
//! One unsigned comparison is the whole bounds check. An index out of range leaves before the instruction; a list that is
//! not unique or has no room goes to the interpreter's handler.

use super::super::plan::Instruction;
use super::branches::LEN;
use super::translate::Translator;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};
use lumen_lir::{ClassDesc, Op, Reg, Repr, slot_repr};
use lumen_runtime::value::list::LIST_DATA;

/// Offset of the capacity of a list.
const CAP: i32 = 12;
/// Offset of the first element.
const DATA: i32 = LIST_DATA as i32;

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
    fn element(&mut self, list: Value, index: Value) -> Value {
        let offset = self.b.ins().ishl_imm_u(index, 3);
        self.b.ins().iadd(list, offset)
    }

    fn length(&mut self, list: Value) -> Value {
        self.b.ins().uload32(self.mem.len, list, LEN)
    }

    /// Leaves before the instruction when the index is out of range.
    fn check_index(&mut self, at: Instruction, list: Value, index: Value) {
        let len = self.length(list);
        let out = self.cmp(IntCC::UnsignedGreaterThanOrEqual, index, len);
        self.leave_if(out, at.pc);
    }

    /// Whether the elements of a list are references, as opposed to dynamic values.
    fn holds_refs(&self, list: Reg) -> bool {
        let module = self.plan.module;
        let class = self.repr(list).class().map(|class| &module.classes[class.index()]);
        let Some(ClassDesc::List { elem }) = class else { return false };
        matches!(slot_repr(&module.types, *elem), Some(Repr::Ref(_) | Repr::Opt(_)))
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
        self.check_index(at, list, index);
        let value = if at.op == Op::ListGetB {
            let place = self.b.ins().iadd(list, index);
            self.b.ins().uload8(types::I64, self.mem.data, place, DATA)
        } else {
            let place = self.element(list, index);
            let ty = self.type_of(a);
            self.b.ins().load(ty, self.mem.data, place, DATA)
        };
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
        self.check_index(at, list, index);
        let place = self.element(list, index);
        let word = self.b.ins().load(types::I64, self.mem.data, place, DATA);
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

    /// Counts down what a reference leads to.
    pub(super) fn count_down_ref(&mut self, word: Value) {
        let join = self.block();
        self.unless_pointer(word, join);
        self.count_down(word);
        self.jump(join, &[]);
        self.begin(join);
    }

    fn list_get_deep(&mut self, at: Instruction) {
        let (w, ext) = self.words(at);
        let (a, b, c) = (lumen_lir::a(w), lumen_lir::b(w), lumen_lir::c(w));
        let (list, index) = (self.get(b), self.get(c));
        self.check_index(at, list, index);
        let place = self.element(list, index);
        let inner = self.b.ins().load(types::I64, self.mem.data, place, DATA);
        let ty = self.type_of(a);
        let value = if at.op == Op::ListFld {
            let offset = 8 + 8 * i32::from(lumen_lir::e(ext, 1));
            self.b.ins().load(ty, self.mem.data, inner, offset)
        } else {
            let index = self.get(lumen_lir::e(ext, 0));
            self.check_index(at, inner, index);
            let place = self.element(inner, index);
            self.b.ins().load(ty, self.mem.data, place, DATA)
        };
        self.set(a, value);
    }

    fn list_set(&mut self, at: Instruction) {
        let w = self.words(at).0;
        let (a, b, c) = (lumen_lir::a(w), lumen_lir::b(w), lumen_lir::c(w));
        let (list, index, value) = (self.get(a), self.get(b), self.get(c));
        self.check_index(at, list, index);
        self.fast_or_step(at, |t, slow| {
            t.unless_unique(list, slow);
            t.store_element(at.op == Op::ListSetB, list, index, value);
        });
    }

    fn store_element(&mut self, byte: bool, list: Value, index: Value, value: Value) {
        if byte {
            let place = self.b.ins().iadd(list, index);
            self.b.ins().istore8(self.mem.data, value, place, DATA);
        } else {
            let place = self.element(list, index);
            self.b.ins().store(self.mem.data, value, place, DATA);
        }
    }

    fn list_set_deep(&mut self, at: Instruction) {
        let (w, ext) = self.words(at);
        let (a, b, c) = (lumen_lir::a(w), lumen_lir::b(w), lumen_lir::c(w));
        let (list, index) = (self.get(a), self.get(b));
        self.check_index(at, list, index);
        self.fast_or_step(at, |t, slow| {
            t.unless_unique(list, slow);
            let place = t.element(list, index);
            let inner = t.b.ins().load(types::I64, t.mem.data, place, DATA);
            if at.op == Op::ListFldSet {
                t.unless_unique(inner, slow);
                let value = t.get(c);
                let offset = 8 + 8 * i32::from(lumen_lir::e(ext, 1));
                t.b.ins().store(t.mem.data, value, inner, offset);
            } else {
                let (index, value) = (t.get(c), t.get(lumen_lir::e(ext, 0)));
                let len = t.length(inner);
                let out = t.cmp(IntCC::UnsignedGreaterThanOrEqual, index, len);
                t.slow_if(out, slow);
                t.unless_unique(inner, slow);
                t.store_element(false, inner, index, value);
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
        self.check_index(at, list, index);
        let store = |t: &mut Self| {
            let place = t.element(list, index);
            let old = t.b.ins().load(types::I64, t.mem.data, place, DATA);
            t.b.ins().store(t.mem.data, value, place, DATA);
            t.count_down_ref(old);
        };
        if at.op == Op::ListPutR {
            return store(self);
        }
        self.fast_or_step(at, |t, slow| {
            t.unless_unique(list, slow);
            store(t);
        });
    }

    fn list_push(&mut self, at: Instruction) {
        let w = self.words(at).0;
        let (list, value) = (self.get(lumen_lir::a(w)), self.get(lumen_lir::b(w)));
        self.fast_or_step(at, |t, slow| {
            t.unless_unique(list, slow);
            let len = t.length(list);
            let cap = t.b.ins().uload32(t.mem.len, list, CAP);
            let full = t.cmp(IntCC::UnsignedGreaterThanOrEqual, len, cap);
            t.slow_if(full, slow);
            t.store_element(at.op == Op::ListPushB, list, len, value);
            let more = t.b.ins().iadd_imm_s(len, 1);
            t.b.ins().istore32(t.mem.len, more, list, LEN);
        });
    }

    fn list_put(&mut self, at: Instruction) {
        let w = self.words(at).0;
        let (a, b, c) = (lumen_lir::a(w), lumen_lir::b(w), lumen_lir::c(w));
        let (list, index, value) = (self.get(a), self.get(b), self.get(c));
        self.check_index(at, list, index);
        self.store_element(at.op == Op::ListPutB, list, index, value);
    }

    fn list_lend(&mut self, at: Instruction) {
        let w = self.words(at).0;
        let (a, b, c) = (lumen_lir::a(w), lumen_lir::b(w), lumen_lir::c(w));
        let (list, index) = (self.get(b), self.get(c));
        self.check_index(at, list, index);
        let place = self.element(list, index);
        let word = self.b.ins().load(types::I64, self.mem.data, place, DATA);
        self.lend(at, word, a);
    }

    /// Lends a word whose object is unique; makes it unique by the interpreter's handler otherwise.
    pub(super) fn lend(&mut self, at: Instruction, word: Value, target: Reg) {
        let (slow, join) = (self.cold_block(), self.block());
        self.set(target, word);
        self.unless_pointer(word, join);
        self.unless_unique(word, slow);
        self.jump(join, &[]);
        self.begin(slow);
        self.step(at);
        self.jump(join, &[]);
        self.begin(join);
    }

    fn list_swap(&mut self, at: Instruction) {
        let w = self.words(at).0;
        let (a, b, c) = (lumen_lir::a(w), lumen_lir::b(w), lumen_lir::c(w));
        let (list, index, value) = (self.get(a), self.get(b), self.get(c));
        self.check_index(at, list, index);
        let place = self.element(list, index);
        let old = self.b.ins().load(types::I64, self.mem.data, place, DATA);
        self.b.ins().store(self.mem.data, value, place, DATA);
        self.set(c, old);
    }
}
