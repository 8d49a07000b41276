//! Which lists' lengths native code keeps in registers: those that a loop compares with and does not change but by
//! appending.
//!
//! Input → output: a cell, its blocks and its marks → registers of lists.
//!
//! The length of such a register is loaded wherever the register gets its value, so it is worth it only where a loop saves
//! loads.

use super::ranges::{Mark, Marks, keeps_length};
use lumen_lir::{Access, Cell, Cfg, ClassDesc, Op, Reg, RegSet, Repr, Shapes, a, b};

/// Finds them.
pub(super) fn find(shapes: &Shapes<'_>, cell: &Cell, cfg: &Cfg, marks: &Marks) -> RegSet {
    let mut found = RegSet::new(cell.regs.len());
    for (last, header) in cfg.back_edges() {
        let (from, to) = (cfg.blocks[header as usize].start, cfg.blocks[last as usize].end);
        let (mut used, mut written) = (RegSet::new(cell.regs.len()), found.clone());
        let mut pc = from as usize;
        while pc < to as usize {
            let Some(op) = lumen_lir::op(cell.code[pc]) else { break };
            let (w, ext) = (cell.code[pc], if op.words() == 2 { cell.code[pc + 1] } else { 0 });
            if let Some(list) = compares(op, w).filter(|_| !marks.at(pc).has(Mark::INSIDE)) {
                used.add(list);
            }
            // Appending gives the list and its length new values together.
            let kept = appends_to(op, w).or_else(|| keeps_length(op, w));
            let windows = shapes.visit(&cell.regs, op, w, ext, |reg, access| {
                if access != Access::Read && Some(reg) != kept {
                    written.add(reg);
                }
            });
            if let Some(first) = windows.clobbers_from {
                (first..cell.regs.len() as Reg).for_each(|reg| written.add(reg));
            }
            pc += op.words();
        }
        let stays = |reg: &Reg| !written.has(*reg) && is_list(shapes, cell, *reg);
        let new: Vec<Reg> = used.iter().filter(stays).collect();
        new.into_iter().for_each(|reg| found.add(reg));
    }
    found
}

/// The list that an instruction appends to.
fn appends_to(op: Op, w: u64) -> Option<Reg> {
    matches!(op, Op::ListPush | Op::ListPushB | Op::ListPushR).then(|| a(w))
}

/// Whether a register always holds a list.
fn is_list(shapes: &Shapes<'_>, cell: &Cell, reg: Reg) -> bool {
    match cell.regs[usize::from(reg)] {
        Repr::Ref(class) => matches!(shapes.class(class), Some(ClassDesc::List { .. })),
        _ => false,
    }
}

/// The list whose length an instruction reads.
fn compares(op: Op, w: u64) -> Option<Reg> {
    use Op::*;
    match op {
        ListLen | ListGet | ListGetB | ListGetR | ListGetI | ListGetD | ListGet2 | ListFld
        | ForLen => Some(b(w)),
        ListSet | ListSetB | ListSetR | ListSet2 | ListFldSet | ListPut | ListPutB | ListPutR
        | ListSwap => Some(a(w)),
        op => appends_to(op, w),
    }
}
