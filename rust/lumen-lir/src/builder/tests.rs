//! Labels resolve, near and far.

use super::*;
use crate::opcode::{self, imm32, off16, op};

#[test]
fn near_branch_is_patched() {
    let mut b = CellBuilder::new("t");
    let n = b.param(Repr::I64, Passing::Owned);
    b.emit(Op::Enter, 1, 0, 0);
    let end = b.new_label();
    b.branch(Op::JLtI, n, 2, end);
    b.emit(Op::AddI, n, n, 1);
    b.bind(end);
    b.emit(Op::Ret1, n, 0, 0);
    let cell = b.finish().expect("all labels are bound");
    assert_eq!(off16(cell.code[1]), 1);
}

#[test]
fn far_branches_go_through_long_jumps() {
    let mut b = CellBuilder::new("t");
    let n = b.param(Repr::I64, Passing::Owned);
    let top = b.label_here();
    let end = b.new_label();
    b.branch(Op::JLt, n, 7, end);
    for _ in 0..40_000 {
        b.emit(Op::AddI, n, n, 1);
    }
    b.branch(Op::ForLt, n, n, top);
    b.bind(end);
    b.emit(Op::Ret0, 0, 0, 0);
    let cell = b.finish().expect("all labels are bound");
    assert_eq!(op(cell.code[0]), Some(Op::JLe));
    assert_eq!((opcode::a(cell.code[0]), opcode::b(cell.code[0])), (7, n));
    assert_eq!(op(cell.code[1]), Some(Op::Jmp));
    let last = cell.code.len() - 1;
    assert_eq!(1 + 1 + imm32(cell.code[1]) as usize, last);
    assert_eq!(op(cell.code[last - 3]), Some(Op::ForLt));
    assert_eq!(op(cell.code[last - 2]), Some(Op::Jmp));
    assert_eq!(op(cell.code[last - 1]), Some(Op::Loop));
    assert_eq!(last as i64 + i64::from(imm32(cell.code[last - 1])), 0);
}

#[test]
fn unbound_label_is_an_error() {
    let mut b = CellBuilder::new("t");
    let l = b.new_label();
    b.jmp(l);
    assert_eq!(b.finish(), Err(FinishError::UnboundLabel));
}
