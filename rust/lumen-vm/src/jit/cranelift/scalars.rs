//! Numbers, truth values, constants and moves.
//!
//! An operation that overflows, divides by zero or shifts out of range leaves before itself: the interpreter fails there.

use super::super::plan::Instruction;
use super::super::ranges::Mark;
use super::branches::LEN;
use super::translate::Translator;
use crate::interp::state::GlobalSlot;
use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{InstBuilder, Value, types};
use lumen_lir::{Op, Repr};
use lumen_runtime::value::word::{DYN_FALSE, DYN_NULL, imm_variant};
use std::mem::offset_of;

/// Whether it is translated here.
pub(super) fn is_scalar(op: Op) -> bool {
    use Op::*;
    matches!(
        op,
        Mov | Move
            | Borrow
            | LdI
            | LdK
            | LdF
            | LdB
            | LdNull
            | LdNil
            | LdTag
            | LdStr
            | LdBytes
            | LdEmpty
            | LdG
            | Add
            | Sub
            | Mul
            | Div
            | DivF
            | Mod
            | Neg
            | Abs
            | AddI
            | MulI
            | DivI
            | DivFI
            | ModI
            | WAdd
            | WSub
            | WMul
            | Min
            | Max
            | BAnd
            | BOr
            | BXor
            | BNot
            | Shl
            | Shr
            | BAndI
            | ShlI
            | ShrI
            | FAdd
            | FSub
            | FMul
            | FDiv
            | FMac
            | FMsc
            | FNeg
            | FAbs
            | FSqrt
            | I2F
            | F2I
            | CEq
            | CNe
            | CLt
            | CLe
            | CEqI
            | CNeI
            | CLtI
            | CGeI
            | CFEq
            | CFNe
            | CFLt
            | CFLe
            | CBEq
            | CBNe
            | Not
            | IsNil
            | IsNull
            | ListLen
            | StrLen
            | BytesLen
            | Tag
            | DynB
            | DynR
            | StrEq
    )
}

/// Offset of the number of characters of a string.
const CHARS: i32 = 16;

impl Translator<'_, '_> {
    pub(super) fn scalar(&mut self, at: Instruction) {
        use Op::*;
        let w = self.words(at).0;
        let (a, b, c) = (lumen_lir::a(w), lumen_lir::b(w), lumen_lir::c(w));
        let value = match at.op {
            Mov | Move | Borrow => self.get(b),
            LdI | LdK | LdF | LdB | LdNull | LdNil | LdTag | LdStr | LdBytes | LdEmpty => {
                self.constant(at, w)
            }
            LdG => self.global(at, w),
            Add | Sub | Mul | AddI | MulI | Neg | Abs => self.checked(at, w),
            Div | DivF | Mod => return self.division(at),
            DivI | DivFI | ModI => {
                let (x, y) = (self.get(b), self.int(i64::from(lumen_lir::c(w) as i16)));
                self.divide(at, x, y)
            }
            WAdd | WSub | WMul | Min | Max | BAnd | BOr | BXor => {
                let (x, y) = (self.get(b), self.get(c));
                self.total(at.op, x, y)
            }
            BAndI | ShlI | ShrI => {
                let x = self.get(b);
                match at.op {
                    BAndI => self.b.ins().band_imm_s(x, i64::from(lumen_lir::c(w) as i16)),
                    ShlI => self.b.ins().ishl_imm_u(x, i64::from(c & 63)),
                    _ => self.b.ins().sshr_imm_u(x, i64::from(c & 63)),
                }
            }
            Shl | Shr => {
                let (x, count) = (self.get(b), self.get(c));
                if !self.plan.marks.at(at.pc).has(Mark::TOTAL) {
                    let out = self.cmp_imm(IntCC::UnsignedGreaterThan, count, 63);
                    self.leave_if(out, at.pc);
                }
                match at.op {
                    Shl => self.b.ins().ishl(x, count),
                    _ => self.b.ins().sshr(x, count),
                }
            }
            FAdd | FSub | FMul | FDiv | FMac | FMsc => self.float(at, w),
            CEq | CNe | CLt | CLe | CFEq | CFNe | CFLt | CFLe | CBEq | CBNe | CEqI | CNeI
            | CLtI | CGeI => self.compare(at, w),
            StrEq => {
                let (x, y) = (self.get(b), self.get(c));
                self.equal_strings(x, y)
            }
            F2I => return self.float_to_int(at, w),
            ListLen => {
                let list = self.get(b);
                self.length_of(b, list)
            }
            _ => {
                let x = self.get(b);
                self.unary(at.op, x, c)
            }
        };
        self.set(a, value);
    }

    pub(super) fn constant(&mut self, at: Instruction, w: u64) -> Value {
        use Op::*;
        match at.op {
            LdI => self.int(i64::from(lumen_lir::imm32(w))),
            LdB => self.int(i64::from(lumen_lir::b(w))),
            LdNull => self.int(DYN_NULL as i64),
            LdNil => self.int(0),
            LdTag => self.int(imm_variant(u32::from(lumen_lir::b(w))) as i64),
            op => {
                let linked = self.program.word_at(self.plan.id, at.pc);
                let word = self.program.consts[lumen_lir::index32(linked) as usize];
                match op {
                    LdF => self.b.ins().f64const(f64::from_bits(word)),
                    _ => self.int(word as i64),
                }
            }
        }
    }

    /// A global; one that is not set is left to the interpreter.
    fn global(&mut self, at: Instruction, w: u64) -> Value {
        let index = lumen_lir::index32(w) as usize;
        let globals = self.load_vm(offset_of!(crate::interp::state::Vm, globals));
        let place = (index * size_of::<GlobalSlot>()) as i32;
        let set = place + offset_of!(GlobalSlot, set) as i32;
        let set = self.b.ins().uload8(types::I64, self.mem.task, globals, set);
        let unset = self.cmp_imm(IntCC::Equal, set, 0);
        self.leave_if(unset, at.pc);
        let ty = self.type_of(lumen_lir::a(w));
        let word = place + offset_of!(GlobalSlot, word) as i32;
        self.b.ins().load(ty, self.mem.task, globals, word)
    }

    fn checked(&mut self, at: Instruction, w: u64) -> Value {
        let x = self.get(lumen_lir::b(w));
        let mark = self.plan.marks.at(at.pc);
        let (y, second) = match at.op {
            Op::Add | Op::Sub | Op::Mul => {
                let y = self.get(lumen_lir::c(w));
                (y, i64::from(y.as_u32()))
            }
            Op::AddI | Op::MulI => {
                let number = i64::from(lumen_lir::c(w) as i16);
                (self.int(number), number)
            }
            _ => (x, 0),
        };
        let computed = (at.op, x, second);
        if let Some(value) = self.known.result(computed) {
            return value;
        }
        let value = self.checked_anew(at, w, mark, (x, y));
        self.known.keep(computed, value);
        value
    }

    fn checked_anew(
        &mut self,
        at: Instruction,
        w: u64,
        mark: Mark,
        (x, y): (Value, Value),
    ) -> Value {
        let (value, overflow) = match at.op {
            _ if mark.has(Mark::TOTAL) => return self.unchecked(at.op, x, y),
            Op::AddI | Op::Add | Op::Sub => self.sum(at.op, mark, w, x, y),
            Op::Mul | Op::MulI => self.b.ins().smul_overflow(x, y),
            op => {
                let least = self.cmp_imm(IntCC::Equal, x, i64::MIN);
                (self.unchecked(op, x, y), least)
            }
        };
        self.leave_if(overflow, at.pc);
        value
    }

    /// A sum or difference, and whether it overflows: when the sign of an operand is known, one comparison says so.
    fn sum(&mut self, op: Op, mark: Mark, w: u64, x: Value, y: Value) -> (Value, Value) {
        let up = match op {
            Op::AddI => Some((lumen_lir::c(w) as i16) >= 0),
            _ if mark.has(Mark::SECOND_UP) => Some(op == Op::Add),
            _ if mark.has(Mark::SECOND_DOWN) => Some(op == Op::Sub),
            _ => None,
        };
        if let Some(up) = up {
            let value = self.unchecked(op, x, y);
            let cc = if up { IntCC::SignedLessThan } else { IntCC::SignedGreaterThan };
            return (value, self.cmp(cc, value, x));
        }
        match op {
            Op::Add if mark.has(Mark::FIRST_UP) => {
                let value = self.b.ins().iadd(x, y);
                (value, self.cmp(IntCC::SignedLessThan, value, y))
            }
            Op::Add => self.b.ins().sadd_overflow(x, y),
            _ => self.b.ins().ssub_overflow(x, y),
        }
    }

    /// The operation modulo 2^64.
    fn unchecked(&mut self, op: Op, x: Value, y: Value) -> Value {
        match op {
            Op::Add | Op::AddI => self.b.ins().iadd(x, y),
            Op::Sub => self.b.ins().isub(x, y),
            Op::Mul | Op::MulI => self.b.ins().imul(x, y),
            Op::Neg => self.b.ins().ineg(x),
            _ => {
                let negated = self.b.ins().ineg(x);
                let negative = self.cmp_imm(IntCC::SignedLessThan, x, 0);
                self.b.ins().select(negative, negated, x)
            }
        }
    }

    /// Divisors 0 and -1 go to the interpreter's handler.
    fn division(&mut self, at: Instruction) {
        let w = self.words(at).0;
        let (x, y) = (self.get(lumen_lir::b(w)), self.get(lumen_lir::c(w)));
        if self.plan.marks.at(at.pc).has(Mark::TOTAL) {
            let value = self.divide(at, x, y);
            return self.set(lumen_lir::a(w), value);
        }
        let next = self.b.ins().iadd_imm_s(y, 1);
        let delicate = self.cmp_imm(IntCC::UnsignedLessThanOrEqual, next, 1);
        self.step_if(delicate, at, |t| {
            let value = t.divide(at, x, y);
            t.set(lumen_lir::a(w), value);
        });
    }

    /// A quotient or remainder by a divisor that is neither 0 nor -1.
    fn divide(&mut self, at: Instruction, x: Value, y: Value) -> Value {
        use Op::*;
        let op = at.op;
        let positive = self.plan.marks.at(at.pc).has(Mark::POSITIVE);
        match op {
            Mod | ModI if positive => self.b.ins().urem(x, y),
            _ if positive => self.b.ins().udiv(x, y),
            Div | DivI => self.b.ins().sdiv(x, y),
            _ => {
                let rest = self.b.ins().srem(x, y);
                let signs = self.b.ins().bxor(rest, y);
                let differ = self.cmp_imm(IntCC::SignedLessThan, signs, 0);
                let some = self.cmp_imm(IntCC::NotEqual, rest, 0);
                let adjust = self.b.ins().band(differ, some);
                match op {
                    Mod | ModI => {
                        let sum = self.b.ins().iadd(rest, y);
                        self.b.ins().select(adjust, sum, rest)
                    }
                    _ => {
                        let quotient = self.b.ins().sdiv(x, y);
                        let one = self.truth(adjust);
                        self.b.ins().isub(quotient, one)
                    }
                }
            }
        }
    }

    fn total(&mut self, op: Op, x: Value, y: Value) -> Value {
        use Op::*;
        match op {
            WAdd => self.b.ins().iadd(x, y),
            WSub => self.b.ins().isub(x, y),
            WMul => self.b.ins().imul(x, y),
            Min => self.b.ins().smin(x, y),
            Max => self.b.ins().smax(x, y),
            BAnd => self.b.ins().band(x, y),
            BOr => self.b.ins().bor(x, y),
            _ => self.b.ins().bxor(x, y),
        }
    }

    fn float(&mut self, at: Instruction, w: u64) -> Value {
        use Op::*;
        let (x, y) = (self.get(lumen_lir::b(w)), self.get(lumen_lir::c(w)));
        match at.op {
            FAdd => self.b.ins().fadd(x, y),
            FSub => self.b.ins().fsub(x, y),
            FMul => self.b.ins().fmul(x, y),
            FDiv => self.b.ins().fdiv(x, y),
            op => {
                let product = self.b.ins().fmul(x, y);
                let sum = self.get(lumen_lir::a(w));
                match op {
                    FMac => self.b.ins().fadd(sum, product),
                    _ => self.b.ins().fsub(sum, product),
                }
            }
        }
    }

    fn compare(&mut self, at: Instruction, w: u64) -> Value {
        use Op::*;
        let x = self.get(lumen_lir::b(w));
        let imm = i64::from(lumen_lir::c(w) as i16);
        let bit = match at.op {
            CEqI => self.cmp_imm(IntCC::Equal, x, imm),
            CNeI => self.cmp_imm(IntCC::NotEqual, x, imm),
            CLtI => self.cmp_imm(IntCC::SignedLessThan, x, imm),
            CGeI => self.cmp_imm(IntCC::SignedGreaterThanOrEqual, x, imm),
            op => {
                let y = self.get(lumen_lir::c(w));
                match op {
                    CEq | CBEq => self.cmp(IntCC::Equal, x, y),
                    CNe | CBNe => self.cmp(IntCC::NotEqual, x, y),
                    CLt => self.cmp(IntCC::SignedLessThan, x, y),
                    CLe => self.cmp(IntCC::SignedLessThanOrEqual, x, y),
                    CFEq => self.b.ins().fcmp(FloatCC::Equal, x, y),
                    CFNe => self.b.ins().fcmp(FloatCC::NotEqual, x, y),
                    CFLt => self.b.ins().fcmp(FloatCC::LessThan, x, y),
                    _ => self.b.ins().fcmp(FloatCC::LessThanOrEqual, x, y),
                }
            }
        };
        self.truth(bit)
    }

    fn unary(&mut self, op: Op, x: Value, c: u16) -> Value {
        use Op::*;
        match op {
            BNot => self.b.ins().bnot(x),
            FNeg => self.b.ins().fneg(x),
            FAbs => self.b.ins().fabs(x),
            FSqrt => self.b.ins().sqrt(x),
            I2F => self.b.ins().fcvt_from_sint(types::F64, x),
            Not => self.b.ins().bxor_imm_u(x, 1),
            IsNil => {
                let bit = self.cmp_imm(IntCC::Equal, x, 0);
                self.truth(bit)
            }
            IsNull => {
                let bit = self.cmp_imm(IntCC::Equal, x, DYN_NULL as i64);
                self.truth(bit)
            }
            StrLen => self.b.ins().uload32(self.mem.len, x, CHARS),
            Tag => self.ordinal(x, c),
            DynB => {
                let some = self.cmp_imm(IntCC::NotEqual, x, 0);
                let bit = self.truth(some);
                self.b.ins().bor_imm_u(bit, DYN_FALSE as i64)
            }
            DynR => {
                let tag = lumen_runtime::value::word::DYN_PTR as i64;
                self.b.ins().bor_imm_u(x, tag)
            }
            // Lengths of lists and bytes.
            _ => self.b.ins().uload32(self.mem.len, x, LEN),
        }
    }

    /// Truncates a float that fits; others go to the interpreter's handler.
    fn float_to_int(&mut self, at: Instruction, w: u64) {
        let (a, b) = (lumen_lir::a(w), lumen_lir::b(w));
        debug_assert!(self.repr(b) == Repr::F64, "the operand is a float, as verified");
        let x = self.get(b);
        let (low, high) = (-9_223_372_036_854_775_808.0, 9_223_372_036_854_775_808.0);
        let low = self.b.ins().f64const(low);
        let high = self.b.ins().f64const(high);
        let below = self.b.ins().fcmp(FloatCC::UnorderedOrLessThan, x, low);
        let above = self.b.ins().fcmp(FloatCC::UnorderedOrGreaterThanOrEqual, x, high);
        let out = self.b.ins().bor(below, above);
        self.leave_if(out, at.pc);
        let value = self.b.ins().fcvt_to_sint_sat(types::I64, x);
        self.set(a, value);
    }
}
