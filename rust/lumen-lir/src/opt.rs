//! Optimisation of LIR: small passes from cell to cell, each linear.
//!
//! Input → output: a `Module` as lowering made it → the same program in fewer dispatches. Order: `dead` (unused pure
//! results; liveness), `fuse` (two or three instructions into one), `hoist` (constants out of loops), `jumps` (threading, rotation),
//! `compact` (what became `nop` goes). A first look (`scan`) says which of them have something to do; most cells need none.
//!
//! Invariants:
//! - A pass replaces instructions in place by ones that need no more words, and leaves `nop`s; only `compact` moves code.
//! - Failures keep their order and their kind, safepoints their number.
//! - Blocks and liveness are computed once: replacing in place moves no block, and only makes registers live for less.
//! - A cell that says where its locals are stays as it is: they would be elsewhere.
//! - In debug builds a cell that was sound is verified again; a pass that breaks it is a bug and panics there.

mod scan;
mod fuse;
mod loans;
mod hoist;
mod dead;
mod jumps;
mod compact;

use crate::cfg::{Cfg, step};
use crate::liveness::{Liveness, RegSet};
use crate::module::{Cell, CellId, Module};
use crate::opcode::shape::Fields;
use crate::opcode::{Op, Slot, word};
use crate::shapes::{Shapes, Tables};

/// Above this many register bits a cell is left as it is: its liveness would not be cheap.
const LIVENESS_BITS_MAX: usize = 1 << 24;

/// Optimises every cell of a module.
pub fn run(module: &mut Module) {
    run_from(module, 0);
}

/// Optimises the cells of a module from `first` on.
pub fn run_from(module: &mut Module, first: usize) {
    let sound: Vec<bool> = (first..module.cells.len())
        .map(|n| cfg!(debug_assertions) && crate::check_cell(module, CellId(n as u32)).is_ok())
        .collect();
    let cells = Shapes::new(module).into_cells();
    let Module { types, classes, consts, operations, handlers, tools, cells: all, .. } =
        &mut *module;
    let templates = &consts.templates;
    let tables = Tables { types, classes, templates, operations, handlers, tools };
    let shapes = Shapes::with_cells(tables, cells);
    let mut scratch = Scratch::default();
    all.iter_mut().skip(first).for_each(|cell| run_cell(&shapes, cell, &mut scratch));
    for (n, _) in sound.iter().enumerate().filter(|(_, sound)| **sound) {
        if let Err(violation) = crate::check_cell(module, CellId((first + n) as u32)) {
            debug_assert!(false, "{violation}\n{}", crate::text::cell_to_string(module, first + n));
        }
    }
}

/// Memory that is reused from cell to cell.
#[derive(Default, Debug)]
pub struct Scratch {
    cfg: Cfg,
    live: Liveness,
    dies: Vec<u8>,
    set: RegSet,
    block: Vec<(usize, Op)>,
    marks: Vec<bool>,
    places: Vec<u32>,
    words: Vec<u64>,
    branches: Vec<u32>,
}

/// Optimises one cell.
pub fn run_cell(shapes: &Shapes<'_>, cell: &mut Cell, scratch: &mut Scratch) {
    if !cell.vars.is_empty() {
        return;
    }
    let work = scan::run(cell, &mut scratch.branches);
    let mut constants = hoist::Constants::default();
    let mut changed = work.nops;
    if work.registers {
        let mut cfg = std::mem::take(&mut scratch.cfg);
        cfg.compute(cell);
        if cfg.blocks.len().saturating_mul(cell.regs.len() + 64) <= LIVENESS_BITS_MAX {
            let mut code = Code { shapes, cell, cfg: &cfg, scratch };
            dead::run(&mut code);
            fuse::run(&mut code);
            constants = hoist::run(&mut code);
            changed = true;
        }
        scratch.cfg = cfg;
    }
    if work.jumps {
        changed |= jumps::run(cell, scratch);
    }
    if changed {
        compact::run(cell, &constants, scratch);
    }
}

/// A cell with what is known of it.
struct Code<'c> {
    shapes: &'c Shapes<'c>,
    cell: &'c mut Cell,
    cfg: &'c Cfg,
    scratch: &'c mut Scratch,
}

impl Code<'_> {
    /// Whether the register in this field is not read behind the instruction at `pc`.
    fn dies(&self, pc: usize, slot: Slot) -> bool {
        Fields::from_bits(self.scratch.dies[pc]).has(Fields::of(slot))
    }

    /// The instructions of a block that are no `nop`: word index, opcode.
    fn block(&self, id: u32, all: &mut Vec<(usize, Op)>) {
        let block = self.cfg.blocks[id as usize];
        all.clear();
        let mut pc = block.start as usize;
        while pc < block.end as usize {
            let Some((op, next)) = step(self.cell, pc) else { break };
            if op != Op::Nop {
                all.push((pc, op));
            }
            pc = next;
        }
    }

    /// Writes instructions over the words of others and fills up with `nop`.
    fn replace(&mut self, pcs: &[usize], words: &[u64]) {
        let mut free: Vec<usize> = Vec::new();
        for &pc in pcs {
            let n = step(self.cell, pc).map_or(1, |(_, next)| next - pc);
            free.extend(pc..pc + n);
        }
        free.iter().for_each(|&at| self.cell.code[at] = NOP);
        match words {
            // A word and its extension stand behind each other; between neighbours there may be `nop`s, never two halves.
            [w, ext] => {
                let at = free[0];
                (self.cell.code[at], self.cell.code[at + 1]) = (*w, *ext);
            }
            _ => words.iter().zip(free).for_each(|(w, at)| self.cell.code[at] = *w),
        }
    }

    fn word(&self, pc: usize) -> u64 {
        self.cell.code[pc]
    }
}

const NOP: u64 = word(Op::Nop, 0, 0, 0);

#[cfg(test)]
mod tests;
