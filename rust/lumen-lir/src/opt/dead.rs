//! Pure instructions whose result nobody reads go.
//!
//! Input → output: blocks, walked backwards → the same with `nop` in their place.
//!
//! Invariant: an owned result is always read (its drop reads it), so only scalars, constants and borrows go.

use super::{Code, NOP};
use crate::liveness::before;
use crate::opcode::{self, Flags, Kind, Op, Reg, Role};

/// Removes dead instructions.
pub(super) fn run(code: &mut Code<'_>) {
    for id in 0..code.cfg.blocks.len() as u32 {
        let mut live = code.scratch.live.at_end(id);
        for (pc, op) in code.block(id).into_iter().rev() {
            if op.words() == 1
                && removable(op)
                && results(op, code.word(pc)).all(|reg| !live.has(reg))
            {
                code.cell.code[pc] = NOP;
                continue;
            }
            before(code.shapes, code.cell, pc, &mut live);
        }
    }
}

/// Whether an opcode does nothing but define registers that may be left undefined.
fn removable(op: Op) -> bool {
    let flags = op.flags();
    let plain = flags.has(Flags::PURE) && !flags.any(Flags::FAIL.or(Flags::ALLOC));
    plain
        && op != Op::Nop
        && op
            .info()
            .operands
            .iter()
            .all(|o| !matches!(o.kind, Kind::Window(_) | Kind::Reg(Role::Take, _)))
}

fn results(op: Op, w: u64) -> impl Iterator<Item = Reg> {
    op.info().operands.iter().filter_map(move |o| match o.kind {
        Kind::Reg(Role::Use | Role::UseUnique | Role::Take, _) => None,
        Kind::Reg(..) => Some(opcode::get(o.slot, w, 0) as Reg),
        _ => None,
    })
}
