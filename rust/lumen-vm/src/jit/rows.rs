//! Rows of lists of lists that are the same in every round of a loop: native code finds their address and length before
//! it.
//!
//! Input → output: a cell and its blocks → [`Row`]s, each with the loop before which it is found.
//!
//! A row stays what it is while its list and its index keep their values and nothing puts another object into the list:
//! only instructions are allowed in the loop that change numbers in place, lengths of lists that they own, and registers.
//! Such a loop calls nothing and counts nothing up or down.

use lumen_lir::{Access, Cell, Cfg, Flags, Op, Reg, RegSet, Shapes, a, b, c};

/// Rows found before loops of a cell at most: each needs two registers of the machine.
const MOST_ROWS: usize = 12;
/// Loops × blocks that are looked at, at most.
const MOST_WORK: usize = 1 << 18;

/// A row that is found before a loop.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Row {
    pub(super) list: Reg,
    pub(super) index: Reg,
    /// First and last block of the loop.
    pub(super) header: u32,
    pub(super) last: u32,
}

impl Row {
    /// Whether a block is in its loop.
    pub(super) fn covers(&self, block: u32) -> bool {
        (self.header..=self.last).contains(&block)
    }
}

/// Finds them. Objects to be changed may well be shared where the code is *careful*: changes in place then make copies.
pub(super) fn find(shapes: &Shapes<'_>, cell: &Cell, cfg: &Cfg, careful: bool) -> Vec<Row> {
    let mut found: Vec<Row> = Vec::new();
    for (header, last) in loops(cfg) {
        let Some(body) = body(shapes, cell, cfg, (header, last), careful) else { continue };
        for (list, index) in body.used {
            let new = Row { list, index, header, last };
            let known = |row: &Row| (row.list, row.index) == (list, index) && row.covers(header);
            let stays = !body.written.has(list) && !body.written.has(index);
            if stays && found.len() < MOST_ROWS && !found.iter().any(known) {
                found.push(new);
            }
        }
    }
    found
}

/// First and last blocks of loops that are entered at their first block only, outer ones first.
fn loops(cfg: &Cfg) -> Vec<(u32, u32)> {
    let mut loops: Vec<(u32, u32)> = Vec::new();
    for (last, header) in cfg.back_edges() {
        match loops.iter_mut().find(|known| known.0 == header) {
            Some(known) => known.1 = known.1.max(last),
            None => loops.push((header, last)),
        }
    }
    if loops.len().saturating_mul(cfg.blocks.len()) > MOST_WORK {
        return Vec::new();
    }
    let inside = |(header, last): (u32, u32), block: u32| (header..=last).contains(&block);
    let blocks = 0..cfg.blocks.len() as u32;
    loops.retain(|this| {
        blocks
            .clone()
            .filter(|from| !inside(*this, *from))
            .all(|from| cfg.succs(from).iter().all(|succ| *succ == this.0 || !inside(*this, *succ)))
    });
    loops.sort_by_key(|(header, last)| (*header, std::cmp::Reverse(*last)));
    loops
}

/// What a loop does.
struct Body {
    /// Lists and indexes of rows.
    used: Vec<(Reg, Reg)>,
    written: RegSet,
}

/// Looks at a loop; nothing when it may change what lists of lists hold.
fn body(
    shapes: &Shapes<'_>,
    cell: &Cell,
    cfg: &Cfg,
    (header, last): (u32, u32),
    careful: bool,
) -> Option<Body> {
    let mut body = Body { used: Vec::new(), written: RegSet::new(cell.regs.len()) };
    let mut pc = cfg.blocks[header as usize].start as usize;
    while pc < cfg.blocks[last as usize].end as usize {
        let op = lumen_lir::op(cell.code[pc])?;
        let (w, ext) = (cell.code[pc], if op.words() == 2 { cell.code[pc + 1] } else { 0 });
        if !keeps_rows(op, careful) {
            return None;
        }
        match op {
            Op::ListGet2 => body.used.push((b(w), c(w))),
            Op::ListSet2 => body.used.push((a(w), b(w))),
            _ => {}
        }
        // Native code is left where a list of rows would be copied.
        let kept = (op == Op::ListSet2).then_some(a(w));
        let windows = shapes.visit(&cell.regs, op, w, ext, |reg, access| {
            if access != Access::Read && Some(reg) != kept {
                body.written.add(reg);
            }
        });
        if windows.clobbers_from.is_some() {
            return None;
        }
        pc += op.words();
    }
    Some(body)
}

/// Whether no list holds other objects after an instruction than before.
fn keeps_rows(op: Op, careful: bool) -> bool {
    use Op::*;
    match op {
        ListGet | ListGetB | ListGetR | ListGetI | ListGet2 | ListFld | Fld | FldR => true,
        ListSet | ListSetB | ListPush | ListPushB | FldSet | Nop => true,
        ListSet2 => !careful,
        ForMap | ForStr | Switch | SwitchTag => false,
        _ if op.flags().has(Flags::BRANCH) => super::cranelift::is_plain_branch(op),
        _ => super::cranelift::is_plain(op),
    }
}
