//! Counting up and down.
//!
//! A positive count belongs to the task alone and is changed in place; all others, and a count that reaches zero, go to
//! the runtime.

use super::super::plan::Instruction;
use super::super::steps;
use super::super::tier::address;
use super::translate::Translator;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, Value, types};
use lumen_lir::Op;
use lumen_runtime::value::word::{DYN_PTR, PAYLOAD};

/// Whether it is translated here.
pub(super) fn is_count(op: Op) -> bool {
    matches!(op, Op::Dup | Op::DupM | Op::DupD | Op::Drop | Op::DropM | Op::DropD)
}

/// Whether an instruction may make an object shared.
pub(super) fn counts_up(op: Op) -> bool {
    matches!(op, Op::Dup | Op::DupM | Op::DupD | Op::ListGetD | Op::FldD)
}

impl Translator<'_, '_> {
    pub(super) fn count(&mut self, at: Instruction) {
        let w = self.words(at).0;
        let (a, b) = (lumen_lir::a(w), lumen_lir::b(w));
        let join = self.block();
        match at.op {
            Op::Dup | Op::DupM | Op::DupD => {
                let word = self.get(b);
                let p = self.pointer(at.op, word, join);
                self.count_up(p);
                self.jump(join, &[]);
                self.begin(join);
                self.set(a, word);
            }
            _ => {
                let word = self.get(a);
                let p = self.pointer(at.op, word, join);
                let leaf = if at.op == Op::DropD { None } else { self.leaf(self.repr(a)) };
                self.count_down(p, leaf);
                self.jump(join, &[]);
                self.begin(join);
            }
        }
    }

    /// The object that a word leads to; goes to `none` when it leads to none.
    fn pointer(&mut self, op: Op, word: Value, none: Block) -> Value {
        match op {
            Op::Dup | Op::Drop => word,
            Op::DupM | Op::DropM => {
                self.unless_pointer(word, none);
                word
            }
            _ => {
                let least = self.int(DYN_PTR as i64);
                let other = self.cmp(IntCC::UnsignedLessThan, word, least);
                self.slow_if(other, none);
                self.b.ins().band_imm_u(word, PAYLOAD as i64)
            }
        }
    }

    /// Goes to a block when a reference is null or an immediate variant.
    pub(super) fn unless_pointer(&mut self, word: Value, none: Block) {
        let bits = self.b.ins().band_imm_u(word, 7);
        let immediate = self.cmp_imm(IntCC::NotEqual, bits, 0);
        self.slow_if(immediate, none);
        let null = self.cmp_imm(IntCC::Equal, word, 0);
        self.slow_if(null, none);
    }

    /// Counts up an object.
    pub(super) fn count_up(&mut self, p: Value) {
        let count = self.b.ins().load(types::I32, self.mem.head, p, 0);
        let own = self.b.ins().icmp_imm_s(IntCC::SignedGreaterThan, count, 0);
        let (fast, slow, join) = (self.block(), self.cold_block(), self.block());
        self.branch(own, fast, slow);
        self.begin(fast);
        let more = self.b.ins().iadd_imm_s(count, 1);
        self.b.ins().store(self.mem.head, more, p, 0);
        self.jump(join, &[]);
        self.begin(slow);
        self.call_rust(address(steps::dup_object as *const u8), &[p], false);
        self.jump(join, &[]);
        self.begin(join);
    }

    /// Counts down an object; one that is the last reference to a flat object without references, whose block has this
    /// free list, is given back here.
    pub(super) fn count_down(&mut self, p: Value, leaf: Option<usize>) {
        let count = self.b.ins().load(types::I32, self.mem.head, p, 0);
        let stays = self.b.ins().icmp_imm_s(IntCC::SignedGreaterThan, count, 1);
        let (fast, slow, join) = (self.block(), self.block(), self.block());
        self.branch(stays, fast, slow);
        self.begin(fast);
        let less = self.b.ins().iadd_imm_s(count, -1);
        self.b.ins().store(self.mem.head, less, p, 0);
        self.jump(join, &[]);
        self.begin(slow);
        if let Some(list) = leaf {
            let (last, other) = (self.block(), self.cold_block());
            let dies = self.b.ins().icmp_imm_s(IntCC::Equal, count, 1);
            self.branch(dies, last, other);
            self.begin(last);
            self.give_block(p, list);
            self.jump(join, &[]);
            self.begin(other);
        }
        let vm = self.vm();
        self.call_rust(address(steps::drop_object as *const u8), &[vm, p], false);
        self.jump(join, &[]);
        self.begin(join);
    }

    /// Goes to a block when an object is not unique.
    pub(super) fn unless_unique(&mut self, p: Value, slow: Block) {
        if self.known.unique.contains(&p) {
            return;
        }
        let count = self.b.ins().load(types::I32, self.mem.head, p, 0);
        let shared = self.b.ins().icmp_imm_s(IntCC::NotEqual, count, 1);
        self.slow_if(shared, slow);
        self.known.unique.push(p);
    }

    /// The rest of an instruction wants unique objects: where one is shared, native code is left, or the interpreter's
    /// handler copies it when that is to be expected.
    pub(super) fn unique_or_leave(&mut self, at: Instruction, body: impl FnOnce(&mut Self, Block)) {
        if self.plan.careful {
            return self.fast_or_step(at, body);
        }
        let (slow, join) = (self.cold_block(), self.block());
        body(self, slow);
        self.jump(join, &[]);
        self.begin(slow);
        self.leave(at.pc);
        self.begin(join);
    }
}
