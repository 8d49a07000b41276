//! Loops that append one number to a list, again and again: as many rounds at once as there is room and fuel for.
//!
//! Input → output: a loop of nothing but an append and its counter → before each round, what many rounds would have done:
//! elements, length, counter and fuel.
//!
//! Invariant: the last round, and each round that makes the list grow, is the loop's own: it is left where it was.

use super::super::steps;
use super::super::tier::address;
use super::translate::Translator;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Value, types};
use lumen_lir::{Op, Reg, Repr};
use lumen_runtime::value::list::LIST_DATA;

/// Rounds for which it is worth it.
const FEWEST: i64 = 8;

/// Such a loop.
#[derive(Clone, Copy)]
pub(super) struct Fill {
    list: Reg,
    value: Reg,
    index: Reg,
    end: Reg,
    /// Whether elements are truth values in bytes.
    bytes: bool,
}

impl Translator<'_, '_> {
    /// The loop that a block is, when it does nothing but fill a list.
    pub(super) fn fill_loop(&self, block: u32) -> Option<Fill> {
        let range = self.plan.cfg.blocks[block as usize];
        let mut code = self.plan.instructions(range.start as usize, range.end as usize);
        let (push, last) = (code.next()?, code.next()?);
        let is_push = matches!(push.op, Op::ListPush | Op::ListPushB);
        if !is_push || last.op != Op::ForLt || self.target_word(last) != push.pc {
            return None;
        }
        let (w, l) = (self.words(push).0, self.words(last).0);
        let fill = Fill {
            list: lumen_lir::a(w),
            value: lumen_lir::b(w),
            index: lumen_lir::a(l),
            end: lumen_lir::b(l),
            bytes: push.op == Op::ListPushB,
        };
        let scalar = matches!(self.repr(fill.value), Repr::I64 | Repr::F64 | Repr::Bool);
        let stays = ![fill.value, fill.end].contains(&fill.index);
        (code.next().is_none() && scalar && stays).then_some(fill)
    }

    /// Executes rounds of the loop before one.
    pub(super) fn fill(&mut self, fill: Fill) {
        let (own, many, join) = (self.block(), self.block(), self.block());
        let list = self.get(fill.list);
        let count = self.b.ins().load(types::I32, self.mem.head, list, 0);
        let unique = self.b.ins().icmp_imm_s(IntCC::Equal, count, 1);
        self.branch(unique, own, join);
        self.begin(own);
        let (index, end, fuel) = (self.get(fill.index), self.get(fill.end), self.fuel());
        // Code not made by the compiler may enter the loop for one round behind its end.
        let behind = self.cmp(IntCC::SignedGreaterThanOrEqual, index, end);
        self.slow_if(behind, join);
        let len = self.length_of(fill.list, list);
        let room = self.room(list, len);
        // With wrapping, the difference is right as a number without sign.
        let left = self.b.ins().isub(end, index);
        let left = self.b.ins().iadd_imm_s(left, -1);
        let rounds = self.b.ins().umin(room, left);
        let rounds = self.b.ins().smin(rounds, fuel);
        let worth = self.cmp_imm(IntCC::SignedGreaterThanOrEqual, rounds, FEWEST);
        self.branch(worth, many, join);
        self.begin(many);
        self.write_elements(fill, list, len, rounds);
        let after = self.b.ins().iadd(index, rounds);
        self.set(fill.index, after);
        let after = self.b.ins().isub(fuel, rounds);
        self.b.def_var(self.fuel, after);
        self.jump(join, &[]);
        self.begin(join);
    }

    fn write_elements(&mut self, fill: Fill, list: Value, len: Value, rounds: Value) {
        let value = self.get(fill.value);
        let value = match self.repr(fill.value) {
            Repr::F64 => self.b.ins().bitcast(types::I64, MemFlagsData::new(), value),
            _ => value,
        };
        let (offset, function) = if fill.bytes {
            (len, address(steps::fill_bytes as *const u8))
        } else {
            (self.b.ins().ishl_imm_u(len, 3), address(steps::fill_words as *const u8))
        };
        let place = self.b.ins().iadd(list, offset);
        let place = self.b.ins().iadd_imm_s(place, LIST_DATA as i64);
        self.call_rust(function, &[place, rounds, value], false);
        let len = self.b.ins().iadd(len, rounds);
        self.set_length(fill.list, list, len);
    }
}
