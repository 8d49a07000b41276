//! Constants that a loop loads in every round are loaded once, at the start of the cell.
//!
//! Input → output: loads inside loops become `nop`, their readers read new registers; the loads themselves come back as
//! `Constants`, which `compact` puts behind `enter`.
//!
//! Invariants: only scalar constants and strings that are read and nothing else; the new registers lie below every window (`windows_stay_above`).

use super::{Code, NOP};
use crate::cfg::step;
use crate::opcode::shape::Shape;
use crate::opcode::{self, Kind, Op, Reg, Role, Slot};
use crate::shapes::Window;
use crate::typedesc::Repr;

/// New registers of one cell at most.
const CONSTANTS_MAX: usize = 24;
/// How far readers are looked for.
const REACH_MAX: usize = 200;

/// Loads for the start of the cell; register `i` of them is written as `FIRST_NEW - i`.
#[derive(Default, Debug)]
pub(super) struct Constants {
    /// Load words, with register 0.
    pub(super) loads: Vec<u64>,
    /// Representations.
    pub(super) reprs: Vec<Repr>,
}

/// The number under which a reader names new register `i` until `compact` renumbers.
pub(super) fn provisional(i: usize) -> Reg {
    Reg::MAX - i as Reg
}

/// The index of a provisional register.
pub(super) fn index_of(reg: Reg, count: usize) -> Option<usize> {
    let i = usize::from(Reg::MAX - reg);
    (i < count).then_some(i)
}

/// Takes the constants out of the loops of a cell.
pub(super) fn run(code: &mut Code<'_>) -> Constants {
    let mut constants = Constants::default();
    if code.cell.regs.len() + 2 * CONSTANTS_MAX > usize::from(Reg::MAX) {
        return constants;
    }
    if !code.cfg.has_loops() || !windows_stay_above(code) {
        return constants;
    }
    let mut block = std::mem::take(&mut code.scratch.block);
    for id in blocks_in_loops(code) {
        code.block(id, &mut block);
        for (i, &(pc, op)) in block.iter().enumerate() {
            if matches!(op, Op::LdI | Op::LdK | Op::LdF | Op::LdB | Op::LdStr) {
                hoist(code, id, &block[i..], pc, &mut constants);
            }
        }
    }
    code.scratch.block = block;
    constants
}

/// Whether new registers right behind the parameters would tear no window apart and be overwritten by no call.
/// Lowering makes every window above the parameters; LIR from elsewhere need not.
fn windows_stay_above(code: &Code<'_>) -> bool {
    let first = (code.cell.first_param() + code.cell.params.len()) as u32;
    let above = |window: Window| window.base >= first || window.base + window.len <= first;
    let mut pc = 0;
    while let Some((op, next)) = step(code.cell, pc) {
        let ext = if next - pc == 2 { code.word(pc + 1) } else { 0 };
        let windows =
            code.shapes.windows_of(Shape::of(op), &code.cell.regs, op, code.word(pc), ext);
        let clobbers = windows.clobbers_from.is_some_and(|base| u32::from(base) < first);
        if clobbers || !above(windows.reads) || !above(windows.writes) {
            return false;
        }
        pc = next;
    }
    true
}

/// Blocks between the target of a back edge and its jump. What cannot be reached was not verified: its registers need
/// not fit.
fn blocks_in_loops(code: &Code<'_>) -> Vec<u32> {
    let n = code.cfg.blocks.len();
    let mut depth = vec![0i32; n + 1];
    for (from, header) in code.cfg.back_edges() {
        depth[header as usize] += 1;
        depth[from as usize + 1] -= 1;
    }
    let mut open = 0;
    let inside = depth[..n].iter().map(|d| {
        open += d;
        open > 0
    });
    let reachable = code.cfg.reachable(0);
    let inside = inside.zip(reachable).enumerate();
    inside
        .filter(|(_, (inside, is_reached))| *inside && *is_reached)
        .map(|(i, _)| i as u32)
        .collect()
}

fn hoist(code: &mut Code<'_>, id: u32, rest: &[(usize, Op)], pc: usize, constants: &mut Constants) {
    let load = code.word(pc);
    let reg = opcode::a(load);
    let Some(repr) = code.cell.regs.get(usize::from(reg)).copied() else { return };
    if repr.is_counted() && !matches!(repr, Repr::Ref(_)) {
        return;
    }
    let Some(readers) = readers(code, id, &rest[1..], reg) else { return };
    let key = load & !(0xFFFF << 16);
    let known =
        constants.loads.iter().zip(&constants.reprs).position(|(l, r)| *l == key && *r == repr);
    let index = match known {
        Some(index) => index,
        None if constants.loads.len() < CONSTANTS_MAX => {
            constants.loads.push(key);
            constants.reprs.push(repr);
            constants.loads.len() - 1
        }
        None => return,
    };
    code.cell.code[pc] = NOP;
    for (at, slot) in readers {
        let op = opcode::op(code.word(at));
        let mut w = code.word(at);
        let mut ext = if op.is_some_and(|op| op.words() == 2) { code.word(at + 1) } else { 0 };
        opcode::set(slot, &mut w, &mut ext, u32::from(provisional(index)));
        code.cell.code[at] = w;
        if op.is_some_and(|op| op.words() == 2) {
            code.cell.code[at + 1] = ext;
        }
    }
}

/// The places that read a register until it is written again; `None` when some reader is more than that.
fn readers(code: &Code<'_>, id: u32, rest: &[(usize, Op)], reg: Reg) -> Option<Vec<(usize, Slot)>> {
    let mut found = Vec::new();
    for (i, &(pc, op)) in rest.iter().enumerate() {
        if i > REACH_MAX {
            return None;
        }
        let (w, ext) = (code.word(pc), if op.words() == 2 { code.word(pc + 1) } else { 0 });
        let mut written = false;
        for operand in op.info().operands {
            let Kind::Reg(role, _) = operand.kind else { continue };
            if opcode::get(operand.slot, w, ext) as Reg != reg {
                continue;
            }
            match role {
                Role::Use => found.push((pc, operand.slot)),
                Role::Def | Role::DefStatic | Role::DefBorrow(_) | Role::DefUnique(_) => {
                    written = true
                }
                Role::UseUnique | Role::Take | Role::InOut => return None,
            }
            // What is borrowed from a constant must not outlive it: keep it simple.
            let lends = |o: &opcode::Operand| matches!(o.kind, Kind::Reg(Role::DefBorrow(s) | Role::DefUnique(s), _) if s == operand.slot);
            if role == Role::Use && op.info().operands.iter().any(lends) {
                return None;
            }
        }
        let windows = code.shapes.windows(&code.cell.regs, op, w, ext);
        if windows.reads.contains(reg) {
            return None;
        }
        if written
            || windows.writes.contains(reg)
            || windows.clobbers_from.is_some_and(|first| reg >= first)
        {
            return Some(found);
        }
    }
    (!code.scratch.live.live_out(id, reg)).then_some(found)
}
