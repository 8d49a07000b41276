//! Registers that hold one number all the time: native code that is entered in a loop need not read them.
//!
//! Input → output: a cell → by register, the word of the only instruction that writes it, when that gives a constant.
//!
//! As every register that is read was written on the way (the verifier sees to that), such a register holds the constant
//! wherever it is read.

use lumen_lir::{Access, Cell, Op, Reg, Shapes, opcode_words};

/// Finds them.
pub(super) fn find(shapes: &Shapes<'_>, cell: &Cell) -> Vec<Option<u32>> {
    #[derive(Clone, Copy)]
    enum Seen {
        Nothing,
        Constant(u32),
        Other,
    }
    let mut seen = vec![Seen::Nothing; cell.regs.len()];
    seen[..cell.first_param() + cell.params.len()].fill(Seen::Other);
    for pc in opcode_words(&cell.code) {
        let Some(op) = lumen_lir::op(cell.code[pc]) else { continue };
        let (w, ext) = (cell.code[pc], if op.words() == 2 { cell.code[pc + 1] } else { 0 });
        let constant = matches!(op, Op::LdI | Op::LdK | Op::LdF | Op::LdB);
        let windows = shapes.visit(&cell.regs, op, w, ext, |reg, access| {
            if access == Access::Read {
                return;
            }
            // Code that cannot be reached may name registers that are not there.
            let Some(at) = seen.get_mut(usize::from(reg)) else { return };
            *at = match at {
                Seen::Nothing if constant => Seen::Constant(pc as u32),
                _ => Seen::Other,
            };
        });
        if let Some(first) = windows.clobbers_from {
            (first..cell.regs.len() as Reg).for_each(|reg| seen[usize::from(reg)] = Seen::Other);
        }
    }
    seen.into_iter()
        .map(|seen| match seen {
            Seen::Constant(pc) => Some(pc),
            Seen::Nothing | Seen::Other => None,
        })
        .collect()
}
