//! Jumps, switches and loops.
//!
//! The poll of a safepoint stands before the comparison: with no fuel left, the interpreter executes the instruction. Fuel
//! is counted on the way back only, so it is exact.

use super::super::plan::Instruction;
use super::super::ranges::Mark;
use super::super::steps;
use super::super::tier::address;
use super::calls::CLASS;
use super::translate::Translator;
use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{InstBuilder, JumpTableData, Value, types};
use lumen_lir::{Flags, Op, Slot, get, signed};
use lumen_runtime::value::word::{DYN_NULL, imm_variant};

/// Offset of the length of a list or string.
pub(super) const LEN: i32 = 8;

/// Whether it is a branch that is translated here.
pub(super) fn is_branch(op: Op) -> bool {
    op.flags().has(Flags::BRANCH)
        && !matches!(op, Op::GenNext | Op::GenYield | Op::GenYield2)
        && (is_known_loop(op) || !op.flags().has(Flags::BACK))
        && (op.flags().has(Flags::BACK) || is_known_jump(op))
}

fn is_known_loop(op: Op) -> bool {
    use Op::*;
    matches!(
        op,
        Loop | LoopT
            | LoopF
            | LoopEq
            | LoopNe
            | LoopLt
            | LoopLe
            | LoopEqI
            | LoopNeI
            | LoopLtI
            | LoopGeI
            | ForLt
            | ForLe
            | ForUp
            | ForUpE
            | ForDown
            | ForDownE
            | ForLen
            | ForMap
            | ForStr
    )
}

fn is_known_jump(op: Op) -> bool {
    use Op::*;
    matches!(
        op,
        Jmp | JT
            | JF
            | JEq
            | JNe
            | JLt
            | JLe
            | JEqI
            | JNeI
            | JLtI
            | JGeI
            | JFEq
            | JFNe
            | JFLt
            | JFLe
            | JNFLt
            | JNFLe
            | JNil
            | JNNil
            | JNull
            | JNNull
            | JTag
            | JNTag
            | JVar
            | JNVar
            | JStrEq
            | JStrNe
            | Switch
            | SwitchTag
    )
}

impl Translator<'_, '_> {
    pub(super) fn branch_op(&mut self, at: Instruction) {
        match at.op {
            Op::Switch | Op::SwitchTag => self.switch(at),
            Op::JStrEq | Op::JStrNe => self.string_jump(at),
            op if op.flags().has(Flags::BACK) => self.back(at),
            Op::Jmp => {
                let target = self.target(self.target_word(at));
                self.jump(target, &[]);
            }
            _ if self.plan.marks.at(at.pc).has(Mark::ALWAYS) => {
                let target = self.target(self.target_word(at));
                self.jump(target, &[]);
            }
            _ if self.plan.marks.at(at.pc).has(Mark::NEVER) => {
                let next = self.target(at.next);
                self.jump(next, &[]);
            }
            _ if self.choose(at) => {}
            _ => {
                let condition = self.condition(at);
                self.branch_to(at, condition);
            }
        }
    }

    /// The word that a branch jumps to.
    pub(super) fn target_word(&self, at: Instruction) -> usize {
        let (w, ext) = self.words(at);
        let slot = at.op.offset_slot().unwrap_or(Slot::BC);
        (at.next as i64 + i64::from(signed(slot, get(slot, w, ext)))) as usize
    }

    fn branch_to(&mut self, at: Instruction, condition: Value) {
        let (target, next) = (self.target(self.target_word(at)), self.target(at.next));
        self.branch(condition, target, next);
    }

    /// Whether a branch jumps, from the registers as they are.
    pub(super) fn condition(&mut self, at: Instruction) -> Value {
        use Op::*;
        let w = self.words(at).0;
        let (a, b) = (lumen_lir::a(w), lumen_lir::b(w));
        let imm = i64::from(lumen_lir::b(w) as i16);
        let x = self.get(a);
        match at.op {
            JT | LoopT | JNNil => self.cmp_imm(IntCC::NotEqual, x, 0),
            JF | LoopF | JNil => self.cmp_imm(IntCC::Equal, x, 0),
            JNull => self.cmp_imm(IntCC::Equal, x, DYN_NULL as i64),
            JNNull => self.cmp_imm(IntCC::NotEqual, x, DYN_NULL as i64),
            JEqI | LoopEqI => self.cmp_imm(IntCC::Equal, x, imm),
            JNeI | LoopNeI => self.cmp_imm(IntCC::NotEqual, x, imm),
            JLtI | LoopLtI => self.cmp_imm(IntCC::SignedLessThan, x, imm),
            JGeI | LoopGeI => self.cmp_imm(IntCC::SignedGreaterThanOrEqual, x, imm),
            JTag | JNTag => {
                let cc = if at.op == JTag { IntCC::Equal } else { IntCC::NotEqual };
                self.cmp_imm(cc, x, imm_variant(u32::from(b)) as i64)
            }
            JVar => self.is_variant(x, b),
            JNVar => {
                let is = self.is_variant(x, b);
                self.b.ins().icmp_imm_s(IntCC::Equal, is, 0)
            }
            _ => {
                let y = self.get(b);
                self.comparison(at.op, x, y)
            }
        }
    }

    fn comparison(&mut self, op: Op, x: Value, y: Value) -> Value {
        use Op::*;
        match op {
            JEq | LoopEq => self.cmp(IntCC::Equal, x, y),
            JNe | LoopNe => self.cmp(IntCC::NotEqual, x, y),
            JLt | LoopLt => self.cmp(IntCC::SignedLessThan, x, y),
            JLe | LoopLe => self.cmp(IntCC::SignedLessThanOrEqual, x, y),
            JFEq => self.b.ins().fcmp(FloatCC::Equal, x, y),
            JFNe => self.b.ins().fcmp(FloatCC::NotEqual, x, y),
            JFLt => self.b.ins().fcmp(FloatCC::LessThan, x, y),
            JFLe => self.b.ins().fcmp(FloatCC::LessThanOrEqual, x, y),
            JNFLt => self.b.ins().fcmp(FloatCC::UnorderedOrGreaterThanOrEqual, x, y),
            _ => self.b.ins().fcmp(FloatCC::UnorderedOrGreaterThan, x, y),
        }
    }

    /// Whether an enum value is an object of the class with these low bits.
    fn is_variant(&mut self, word: Value, low: u16) -> Value {
        let bits = self.b.ins().band_imm_s(word, 7);
        let immediate = self.cmp_imm(IntCC::Equal, bits, 1);
        let (object, join) = (self.block(), self.block());
        self.b.append_block_param(join, types::I8);
        let no = self.b.ins().iconst(types::I8, 0);
        let other = self.block();
        self.branch(immediate, other, object);
        self.begin(other);
        self.jump(join, &[no]);
        self.begin(object);
        let class = self.b.ins().uload16(types::I64, self.mem.head, word, CLASS);
        let is = self.cmp_imm(IntCC::Equal, class, i64::from(low));
        self.jump(join, &[is]);
        self.begin(join);
        self.b.block_params(join)[0]
    }

    // Loops.

    /// Polls, counts, and gives the fuel before.
    fn poll(&mut self, at: Instruction) -> Value {
        let before = self.fuel();
        let out = self.cmp_imm(IntCC::SignedLessThanOrEqual, before, 0);
        self.leave_if(out, at.pc);
        before
    }

    /// Jumps back with one fuel less when the condition holds.
    fn loop_to(&mut self, at: Instruction, before: Value, condition: Value) {
        let after = self.b.ins().iadd_imm_s(before, -1);
        self.b.def_var(self.fuel, after);
        let (header, done) = (self.target(self.target_word(at)), self.block());
        self.branch(condition, header, done);
        self.begin(done);
        self.b.def_var(self.fuel, before);
        let next = self.target(at.next);
        self.jump(next, &[]);
    }

    fn back(&mut self, at: Instruction) {
        use Op::*;
        let before = self.poll(at);
        let (w, ext) = self.words(at);
        let (a, b) = (lumen_lir::a(w), lumen_lir::b(w));
        match at.op {
            Loop => {
                let after = self.b.ins().iadd_imm_s(before, -1);
                self.b.def_var(self.fuel, after);
                let header = self.target(self.target_word(at));
                self.jump(header, &[]);
            }
            ForLt | ForLen => {
                let index = self.get(a);
                let next = self.b.ins().iadd_imm_s(index, 1);
                self.set(a, next);
                let mut end = self.get(b);
                if at.op == ForLen {
                    end = self.length_of(b, end);
                }
                let again = self.cmp(IntCC::SignedLessThan, next, end);
                self.loop_to(at, before, again);
            }
            ForLe => {
                let (index, end) = (self.get(a), self.get(b));
                let again = self.cmp(IntCC::SignedLessThan, index, end);
                let next = self.b.ins().iadd_imm_s(index, 1);
                let header = self.target(self.target_word(at));
                let (go, done) = (self.block(), self.target(at.next));
                self.branch(again, go, done);
                self.begin(go);
                self.set(a, next);
                let after = self.b.ins().iadd_imm_s(before, -1);
                self.b.def_var(self.fuel, after);
                self.jump(header, &[]);
            }
            ForUp | ForUpE | ForDown | ForDownE => {
                let step = self.get(lumen_lir::e(ext, 0));
                let (index, end) = (self.get(a), self.get(b));
                let next = if self.plan.marks.at(at.pc).has(Mark::TOTAL) {
                    self.b.ins().iadd(index, step)
                } else {
                    let (next, overflow) = self.b.ins().sadd_overflow(index, step);
                    let done = self.target(at.next);
                    let go = self.block();
                    self.branch(overflow, done, go);
                    self.begin(go);
                    next
                };
                self.set(a, next);
                let cc = match at.op {
                    ForUp => IntCC::SignedLessThan,
                    ForUpE => IntCC::SignedLessThanOrEqual,
                    ForDown => IntCC::SignedGreaterThan,
                    _ => IntCC::SignedGreaterThanOrEqual,
                };
                let again = self.cmp(cc, next, end);
                self.loop_to(at, before, again);
            }
            ForMap | ForStr => {
                let status = self.step(at);
                let again = self.cmp_imm(IntCC::Equal, status, steps::JUMP as i64);
                self.loop_to(at, before, again);
            }
            _ => {
                let condition = self.condition(at);
                self.loop_to(at, before, condition);
            }
        }
    }

    // Switches.

    fn switch(&mut self, at: Instruction) {
        let w = self.words(at).0;
        let table = &self.plan.cell.tables[lumen_lir::index32(w) as usize];
        let subject = self.get(lumen_lir::a(w));
        let index = match at.op {
            Op::Switch => match table.low {
                0 => subject,
                low => {
                    let low = self.int(low);
                    self.b.ins().isub(subject, low)
                }
            },
            _ => self.ordinal(subject, table.base),
        };
        let default = self.target(table.default as usize);
        let count = self.int(table.targets.len() as i64);
        let known = self.cmp(IntCC::UnsignedLessThan, index, count);
        let inside = self.block();
        self.branch(known, inside, default);
        self.begin(inside);
        let index = self.b.ins().ireduce(types::I32, index);
        let targets: Vec<_> =
            table.targets.iter().map(|word| self.target(*word as usize)).collect();
        let pool = &mut self.b.func.dfg.value_lists;
        let calls: Vec<_> = targets
            .iter()
            .map(|block| cranelift_codegen::ir::BlockCall::new(*block, [], pool))
            .collect();
        let default = cranelift_codegen::ir::BlockCall::new(default, [], pool);
        let table = self.b.create_jump_table(JumpTableData::new(default, &calls));
        self.b.ins().br_table(index, table);
    }

    /// The ordinal of an enum value whose first variant's class has these low bits.
    pub(super) fn ordinal(&mut self, word: Value, base: u16) -> Value {
        let bits = self.b.ins().band_imm_s(word, 7);
        let immediate = self.cmp_imm(IntCC::Equal, bits, 1);
        let (small, object, join) = (self.block(), self.block(), self.block());
        self.b.append_block_param(join, types::I64);
        self.branch(immediate, small, object);
        self.begin(small);
        let ordinal = self.b.ins().ushr_imm_u(word, 3);
        let ordinal = self.b.ins().band_imm_u(ordinal, 0xFFFF_FFFF);
        self.jump(join, &[ordinal]);
        self.begin(object);
        let class = self.b.ins().uload16(types::I64, self.mem.head, word, CLASS);
        let ordinal = self.b.ins().iadd_imm_s(class, -i64::from(base));
        let ordinal = self.b.ins().band_imm_u(ordinal, 0xFFFF);
        self.jump(join, &[ordinal]);
        self.begin(join);
        self.b.block_params(join)[0]
    }

    // Strings.

    fn string_jump(&mut self, at: Instruction) {
        let w = self.words(at).0;
        let (x, y) = (self.get(lumen_lir::a(w)), self.get(lumen_lir::b(w)));
        let equal = self.equal_strings(x, y);
        let condition = match at.op {
            Op::JStrEq => equal,
            _ => self.b.ins().icmp_imm_s(IntCC::Equal, equal, 0),
        };
        self.branch_to(at, condition);
    }

    /// Whether two strings are equal, as a word.
    pub(super) fn equal_strings(&mut self, x: Value, y: Value) -> Value {
        let join = self.block();
        self.b.append_block_param(join, types::I64);
        let same = self.cmp(IntCC::Equal, x, y);
        let (yes, other) = (self.block(), self.block());
        self.branch(same, yes, other);
        self.begin(yes);
        let one = self.int(1);
        self.jump(join, &[one]);
        self.begin(other);
        let x_len = self.b.ins().uload32(self.mem.len, x, LEN);
        let y_len = self.b.ins().uload32(self.mem.len, y, LEN);
        let differ = self.cmp(IntCC::NotEqual, x_len, y_len);
        let (no, bytes) = (self.block(), self.block());
        self.branch(differ, no, bytes);
        self.begin(no);
        let zero = self.int(0);
        self.jump(join, &[zero]);
        self.begin(bytes);
        let function = address(steps::equal_strings as *const u8);
        let equal = self.call_rust(function, &[x, y], true).unwrap_or(zero);
        self.jump(join, &[equal]);
        self.begin(join);
        self.b.block_params(join)[0]
    }
}
