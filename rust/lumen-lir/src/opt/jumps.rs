//! Jumps to jumps go straight to the end; loops test at the bottom; a jump to a return returns.
//!
//! Input → output: a cell → the same words with shorter ways; code that is no longer reached becomes `nop`.
//!
//! Invariants: a forward jump stays forward, a backward jump a safepoint; no instruction grows.

use super::{NOP, Scratch};
use crate::cfg::{step, targets};
use crate::module::Cell;
use crate::opcode::{self, Flags, Op, Slot, SwapRegs, set, word};

/// Longest chain of jumps that is followed.
const CHAIN_MAX: usize = 8;

/// Shortens the ways of a cell; whether something became `nop`.
pub(super) fn run(cell: &mut Cell, scratch: &mut Scratch) -> bool {
    let Scratch { branches, marks, .. } = scratch;
    for &pc in &*branches {
        let pc = pc as usize;
        match branch(cell, pc).map(|op| (op, op.offset_slot())) {
            Some((op, Some(slot))) => thread(cell, pc, op, slot),
            Some((_, None)) => thread_table(cell, pc),
            None => {}
        }
    }
    mark_targets(cell, branches, marks);
    for &pc in &*branches {
        let pc = pc as usize;
        // One that stood behind another may be gone by now.
        if let Some(op) = branch(cell, pc) {
            rotate(cell, pc, op);
            over_jump(cell, pc, op, marks);
            to_return(cell, pc);
        }
    }
    mark_targets(cell, branches, marks);
    unreached(cell, marks)
}

/// The branch that stands at a word.
fn branch(cell: &Cell, pc: usize) -> Option<Op> {
    let (op, _) = step(cell, pc)?;
    op.flags().has(Flags::BRANCH).then_some(op)
}

/// Marks the words that are jumped to.
fn mark_targets(cell: &Cell, branches: &[u32], marks: &mut Vec<bool>) {
    marks.clear();
    marks.resize(cell.code.len(), false);
    for &pc in branches {
        if let Some(op) = branch(cell, pc as usize) {
            targets(cell, op, pc as usize, |target| marks[target] = true);
        }
    }
}

/// Target of the branch at `pc`.
fn target(cell: &Cell, pc: usize, op: Op, slot: Slot) -> Option<usize> {
    let offset = opcode::signed(slot, opcode::get(slot, cell.code[pc], 0));
    let target = pc as i64 + op.words() as i64 + i64::from(offset);
    usize::try_from(target).ok().filter(|t| *t < cell.code.len())
}

/// The first word at or behind `pc` that is no `nop`.
fn skip_nops(cell: &Cell, mut pc: usize) -> usize {
    while cell.code.get(pc) == Some(&NOP) {
        pc += 1;
    }
    pc
}

/// Where control that comes to `pc` goes after forward jumps.
fn end_of_chain(cell: &Cell, mut pc: usize) -> usize {
    for _ in 0..CHAIN_MAX {
        let at = skip_nops(cell, pc);
        if at >= cell.code.len() {
            return pc;
        }
        pc = at;
        match opcode::op(cell.code[at]) {
            Some(Op::Jmp) => match target(cell, at, Op::Jmp, Slot::BC) {
                Some(next) => pc = next,
                None => return pc,
            },
            _ => return pc,
        }
    }
    pc
}

fn set_target(cell: &mut Cell, pc: usize, op: Op, slot: Slot, to: usize) {
    let offset = to as i64 - (pc + op.words()) as i64;
    let fits = match slot {
        Slot::C => i16::try_from(offset).is_ok(),
        _ => i32::try_from(offset).is_ok(),
    };
    if fits {
        set(slot, &mut cell.code[pc], &mut 0, offset as i32 as u32);
    }
}

fn thread(cell: &mut Cell, pc: usize, op: Op, slot: Slot) {
    let Some(first) = target(cell, pc, op, slot) else { return };
    let last = end_of_chain(cell, first);
    // A backward branch must stay one: it may only be led to a place before it.
    let backward = first <= pc;
    if last != first && (last > pc) != backward {
        set_target(cell, pc, op, slot, last);
    }
}

fn thread_table(cell: &mut Cell, pc: usize) {
    let index = opcode::index32(cell.code[pc]) as usize;
    let Some(mut table) = cell.tables.get_mut(index).map(std::mem::take) else { return };
    for to in table.targets.iter_mut().chain([&mut table.default]) {
        let last = end_of_chain(cell, *to as usize);
        if last > pc {
            *to = last as u32;
        }
    }
    cell.tables[index] = table;
}

/// `loop H` where `H` begins with the test that leaves to the word behind the loop: the test moves to the bottom.
fn rotate(cell: &mut Cell, pc: usize, op: Op) {
    if op != Op::Loop {
        return;
    }
    let Some(head) = target(cell, pc, op, Slot::BC).map(|t| skip_nops(cell, t)) else { return };
    let Some((test, behind)) = step(cell, head) else { return };
    let Some(slot) = test.offset_slot() else { return };
    let leaves = target(cell, head, test, slot).map(|t| end_of_chain(cell, t));
    if head >= pc || leaves != Some(end_of_chain(cell, pc + 1)) {
        return;
    }
    let (op, swap) = match test {
        Op::JEq => (Op::LoopNe, false),
        Op::JNe => (Op::LoopEq, false),
        Op::JLt => (Op::LoopLe, true),
        Op::JLe => (Op::LoopLt, true),
        Op::JEqI => (Op::LoopNeI, false),
        Op::JNeI => (Op::LoopEqI, false),
        Op::JLtI => (Op::LoopGeI, false),
        Op::JGeI => (Op::LoopLtI, false),
        Op::JT => (Op::LoopF, false),
        Op::JF => (Op::LoopT, false),
        _ => return,
    };
    let offset = behind as i64 - (pc + 1) as i64;
    let Ok(offset) = i16::try_from(offset) else { return };
    let (a, b) = (opcode::a(cell.code[head]), opcode::b(cell.code[head]));
    let (a, b) = if swap { (b, a) } else { (a, b) };
    cell.code[pc] = match op {
        Op::LoopT | Op::LoopF => opcode::word_imm(op, a, i32::from(offset)),
        _ => word(op, a, b, offset as u16),
    };
}

/// `branch over; jmp L; over:` becomes the inverse branch to `L`; a jump to the next word goes.
fn over_jump(cell: &mut Cell, pc: usize, op: Op, targets: &[bool]) {
    let Some(slot) = op.offset_slot() else { return };
    let next = pc + op.words();
    let behind = skip_nops(cell, next);
    let Some(to) = target(cell, pc, op, slot) else { return };
    if op == Op::Jmp {
        if to > pc && skip_nops(cell, to) == behind {
            cell.code[pc] = NOP;
        }
        return;
    }
    let Some((inverse, swap)) = op.inverse() else { return };
    if cell.code.get(behind).and_then(|w| opcode::op(*w)) != Some(Op::Jmp)
        || skip_nops(cell, to) != skip_nops(cell, behind + 1)
    {
        return;
    }
    let Some(far) = target(cell, behind, Op::Jmp, Slot::BC) else { return };
    // The `jmp` goes, so nobody else may come to it.
    if targets[next..=behind].contains(&true) {
        return;
    }
    let w = cell.code[pc];
    let (a, b) = (opcode::a(w), opcode::b(w));
    let new = match (slot, swap) {
        (Slot::C, SwapRegs::Swap) => word(inverse, b, a, 0),
        (Slot::C, SwapRegs::Keep) => word(inverse, a, b, 0),
        _ => word(inverse, a, 0, 0),
    };
    let offset = far as i64 - next as i64;
    if offset < 0 || (slot == Slot::C && i16::try_from(offset).is_err()) {
        return;
    }
    cell.code[pc] = new;
    cell.code[behind] = NOP;
    set_target(cell, pc, inverse, slot, far);
}

/// A jump to a return of one word returns.
fn to_return(cell: &mut Cell, pc: usize) {
    if opcode::op(cell.code[pc]) != Some(Op::Jmp) {
        return;
    }
    let Some(to) = target(cell, pc, Op::Jmp, Slot::BC).map(|t| skip_nops(cell, t)) else { return };
    if let Some(Op::Ret0 | Op::Ret1 | Op::Ret2) = cell.code.get(to).and_then(|w| opcode::op(*w)) {
        cell.code[pc] = cell.code[to];
    }
}

/// What stands between the end of a way and the next target becomes `nop`; whether there are `nop`s now.
fn unreached(cell: &mut Cell, targets: &[bool]) -> bool {
    let mut reached = true;
    let mut nops = false;
    let mut pc = 0;
    while let Some((op, next)) = step(cell, pc) {
        reached |= targets[pc];
        // A jump table stays with its instruction.
        if !reached && !matches!(op, Op::Switch | Op::SwitchTag) {
            cell.code[pc..next].fill(NOP);
        }
        nops |= cell.code[pc] == NOP;
        reached &= !op.flags().has(Flags::TERM);
        pc = next;
    }
    nops
}
