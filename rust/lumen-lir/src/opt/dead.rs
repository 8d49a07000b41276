//! Pure instructions whose result nobody reads go, and it is noted where registers are read for the last time.
//!
//! Input → output: blocks, walked backwards → the same with `nop` in place of what goes, and `dies`: per word the fields of
//! its instruction whose register is not read behind it.
//!
//! Invariant: an owned result is always read (its drop reads it), so only scalars, constants and borrows go.

use super::{Code, NOP, Scratch};
use crate::cfg::step;
use crate::liveness::before;
use crate::opcode::shape::{Fields, Shape};

/// Removes dead instructions; computes liveness.
pub(super) fn run(code: &mut Code<'_>) {
    let Code { shapes, cell, cfg, scratch } = code;
    let Scratch { live, dies, set, block: starts, .. } = &mut **scratch;
    live.compute(shapes, cell, cfg);
    dies.clear();
    dies.resize(cell.code.len(), 0);
    for (id, block) in cfg.blocks.iter().enumerate() {
        starts.clear();
        let mut pc = block.start as usize;
        while let Some((op, next)) = step(cell, pc).filter(|_| pc < block.end as usize) {
            starts.push((pc, op));
            pc = next;
        }
        live.copy_end(id as u32, set);
        for &(pc, op) in starts.iter().rev() {
            let shape = Shape::of(op);
            let w = cell.code[pc];
            let ext = if op.words() == 2 { cell.code[pc + 1] } else { 0 };
            let results = shape.writes.and(shape.in_outs);
            if shape.removable && results.regs(w, 0).all(|reg| !set.has(reg)) {
                cell.code[pc] = NOP;
                continue;
            }
            let dying = shape.reads.and(results).each(w, ext).filter(|(_, reg)| !set.has(*reg));
            dies[pc] = dying.fold(Fields::NONE, |all, (field, _)| all.and(field)).bits();
            before(shapes, cell, pc, set);
        }
    }
}
