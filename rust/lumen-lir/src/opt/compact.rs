//! Removes `nop`s, puts hoisted constants behind `enter`, and relinks the cell.
//!
//! Input → output: a cell with `nop`s and provisional registers → the cell that runs.
//!
//! Invariant: everything that names a word (offsets, tables, scopes, positions) or a register is moved along.

use super::Scratch;
use super::hoist::{Constants, index_of};
use crate::cfg::step;
use crate::module::{Cell, LineEntry};
use crate::opcode::{self, Kind, Op, Reg, Slot, set};
use crate::typedesc::Repr;

/// Makes the cell compact.
pub(super) fn run(cell: &mut Cell, constants: &Constants, scratch: &mut Scratch) {
    let first = cell.first_param() + cell.params.len();
    if !constants.loads.is_empty() {
        renumber(cell, first, &constants.reprs);
    }
    let Scratch { places, words: code, branches, .. } = scratch;
    places.clear();
    code.clear();
    let mut pc = 0;
    while let Some((op, next)) = step(cell, pc) {
        let place = code.len() as u32;
        places.push(place);
        if op != Op::Nop {
            code.push(cell.code[pc]);
        }
        if next - pc == 2 {
            places.push(place);
            code.push(cell.code[pc + 1]);
        }
        if op == Op::Enter {
            let loads = constants.loads.iter().enumerate();
            code.extend(loads.map(|(i, load)| load | ((first + i) as u64) << 16));
        }
        pc = next;
    }
    if pc != cell.code.len() || code.is_empty() {
        return;
    }
    places.push(code.len() as u32);
    // Distances only shrink (no jump crosses the loads behind `enter`), so every offset of a sound cell fits.
    if !relink(cell, branches, code, places) {
        return;
    }
    cell.code.clear();
    cell.code.extend_from_slice(code);
    move_metadata(cell, places);
}

/// Sets the offsets of the new code; `false` when one does not fit.
fn relink(cell: &Cell, branches: &[u32], code: &mut [u64], places: &[u32]) -> bool {
    for &pc in branches {
        let pc = pc as usize;
        let Some((op, next)) = step(cell, pc) else { return false };
        let Some(slot) = op.offset_slot() else { continue };
        let old =
            next as i64 + i64::from(opcode::signed(slot, opcode::get(slot, cell.code[pc], 0)));
        let Some(target) = usize::try_from(old).ok().and_then(|t| places.get(t)) else {
            return false;
        };
        let at = places[pc] as usize;
        let offset = i64::from(*target) - (at + op.words()) as i64;
        if slot == Slot::C && i16::try_from(offset).is_err() {
            return false;
        }
        set(slot, &mut code[at], &mut 0, offset as i32 as u32);
    }
    true
}

fn move_metadata(cell: &mut Cell, places: &[u32]) {
    let place = |pc: u32| places.get(pc as usize).copied().unwrap_or(u32::MAX);
    for table in &mut cell.tables {
        table.targets.iter_mut().chain([&mut table.default]).for_each(|t| *t = place(*t));
    }
    for scope in &mut cell.defers {
        (scope.start, scope.end) = (place(scope.start), place(scope.end));
    }
    // Where several positions fell on one word, the last one is that of the instruction that is still there.
    let n = cell.code.len() as u32;
    let lines = &mut cell.lines;
    let mut kept = 0;
    for i in 0..lines.len() {
        let line = LineEntry { pc: place(lines[i].pc), ..lines[i] };
        if line.pc >= n {
            continue;
        }
        kept += usize::from(kept == 0 || lines[kept - 1].pc != line.pc);
        lines[kept - 1] = line;
    }
    lines.truncate(kept);
}

/// Makes room for new registers from `first` on.
fn renumber(cell: &mut Cell, first: usize, reprs: &[Repr]) {
    let shift = reprs.len();
    let moved = |reg: Reg| -> Reg {
        match index_of(reg, shift) {
            Some(i) => (first + i) as Reg,
            None if usize::from(reg) >= first => reg + shift as Reg,
            None => reg,
        }
    };
    let mut pc = 0;
    while let Some((op, next)) = step(cell, pc) {
        let (mut w, mut ext) = (cell.code[pc], if next - pc == 2 { cell.code[pc + 1] } else { 0 });
        for operand in op.info().operands {
            let reg = opcode::get(operand.slot, w, ext) as Reg;
            match operand.kind {
                Kind::Reg(..) => set(operand.slot, &mut w, &mut ext, u32::from(moved(reg))),
                // A window is never provisional; an empty one may stand behind the last register.
                Kind::Window(_) if usize::from(reg) >= first => {
                    set(operand.slot, &mut w, &mut ext, u32::from(reg) + shift as u32);
                }
                _ => {}
            }
        }
        if op == Op::Enter {
            set(Slot::A, &mut w, &mut ext, (cell.regs.len() + shift) as u32);
        }
        cell.code[pc] = w;
        if next - pc == 2 {
            cell.code[pc + 1] = ext;
        }
        pc = next;
    }
    cell.defers.iter_mut().for_each(|d| d.reg = moved(d.reg));
    cell.regs.splice(first..first, reprs.iter().copied());
}
