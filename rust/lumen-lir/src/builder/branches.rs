//! Branch offsets: patching, and stretching of short branches that do not reach.
//!
//! Input → output: code with labels → code in which every offset fits its field. A conditional branch that has an
//! inverse becomes `inverse +1; jmp target`; any other becomes `branch +1; jmp +1; jmp target`. A backward long jump is
//! a `loop`, because every backward jump is a safepoint.

use super::{FinishError, Fixup, UNBOUND};
use crate::module::Cell;
use crate::opcode::{self, Op, Slot, SwapRegs, word, word_imm};

/// Writes the offset of the branch at word `at`.
pub(super) fn patch(code: &mut [u64], at: usize, target: u32) -> Result<(), FinishError> {
    if target == UNBOUND {
        return Err(FinishError::UnboundLabel);
    }
    let op = opcode::op(code[at]).ok_or(FinishError::UnboundLabel)?;
    let slot = op.offset_slot().ok_or(FinishError::UnboundLabel)?;
    let offset = i64::from(target) - (at + op.words()) as i64;
    if !fits(slot, offset) {
        return Err(FinishError::TooLong);
    }
    opcode::set(slot, &mut code[at], &mut 0, offset as i32 as u32);
    Ok(())
}

fn fits(slot: Slot, offset: i64) -> bool {
    match slot {
        Slot::C => i16::try_from(offset).is_ok(),
        _ => i32::try_from(offset).is_ok(),
    }
}

/// Makes every branch reach its label, moving code, labels, fixups and lines as needed.
pub(super) fn stretch(
    cell: &mut Cell,
    labels: &mut [u32],
    fixups: &mut [Fixup],
) -> Result<(), FinishError> {
    // A cell this short cannot have a branch that does not reach.
    if cell.code.len() <= i16::MAX as usize {
        return Ok(());
    }
    fixups.sort_by_key(|f| f.at);
    // Stretching only pushes places further apart, at most by 2 words a branch: one pass with that margin is enough.
    let margin = 2 * fixups.len() as i64;
    let mut far = Vec::new();
    for (i, fixup) in fixups.iter().enumerate() {
        let at = fixup.at as usize;
        let op = opcode::op(cell.code[at]).ok_or(FinishError::UnboundLabel)?;
        let slot = op.offset_slot().ok_or(FinishError::UnboundLabel)?;
        let target = labels[fixup.label.0 as usize];
        if target == UNBOUND {
            return Err(FinishError::UnboundLabel);
        }
        let offset = i64::from(target) - (at + op.words()) as i64;
        if slot == Slot::C && !fits(slot, offset.abs() + margin) {
            far.push(i);
        }
    }
    if far.is_empty() {
        return Ok(());
    }
    rewrite(cell, labels, fixups, &far);
    Ok(())
}

/// Rewrites the branches `far` (indexes into `fixups`, ascending).
fn rewrite(cell: &mut Cell, labels: &mut [u32], fixups: &mut [Fixup], far: &[usize]) {
    let mut out = Vec::with_capacity(cell.code.len() + 2 * far.len());
    // Words inserted behind each far branch: (first old word behind the branch, words inserted so far).
    let mut shifts: Vec<(u32, u32)> = Vec::with_capacity(far.len());
    let mut copied = 0;
    for &i in far {
        let at = fixups[i].at as usize;
        let backward = labels[fixups[i].label.0 as usize] as usize <= at;
        let Some(op) = opcode::op(cell.code[at]) else { continue };
        let end = at + op.words();
        out.extend_from_slice(&cell.code[copied..at]);
        let before = out.len();
        let long = word_imm(if backward { Op::Loop } else { Op::Jmp }, 0, 0);
        match op.inverse() {
            Some((inverse, swap)) => {
                let (a, b) = (opcode::a(cell.code[at]), opcode::b(cell.code[at]));
                let (a, b) = if swap == SwapRegs::Swap { (b, a) } else { (a, b) };
                out.push(word(inverse, a, b, 1));
            }
            None => {
                let mut ext = 0;
                let mut first = cell.code[at];
                opcode::set(Slot::C, &mut first, &mut ext, 1);
                out.push(first);
                out.extend_from_slice(&cell.code[at + 1..end]);
                out.push(word_imm(Op::Jmp, 0, 1));
            }
        }
        let jump_at = out.len();
        out.push(long);
        copied = end;
        let inserted = (jump_at + 1 - before) - op.words();
        let total = shifts.last().map_or(0, |s| s.1) + inserted as u32;
        shifts.push((end as u32, total));
        // The long jump is what refers to the label now. Its place is final: everything before it is laid out.
        fixups[i].at = jump_at as u32;
    }
    out.extend_from_slice(&cell.code[copied..]);
    cell.code = out;
    let moved = |pc: u32| {
        let n = shifts.partition_point(|s| s.0 <= pc);
        pc + n.checked_sub(1).map_or(0, |i| shifts[i].1)
    };
    labels.iter_mut().filter(|l| **l != UNBOUND).for_each(|l| *l = moved(*l));
    cell.lines.iter_mut().for_each(|l| l.pc = moved(l.pc));
    let mut next_far = far.iter().copied().peekable();
    for (i, fixup) in fixups.iter_mut().enumerate() {
        if next_far.peek() == Some(&i) {
            next_far.next();
        } else {
            fixup.at = moved(fixup.at);
        }
    }
}
