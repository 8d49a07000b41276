//! Optimisation of LIR: small passes from cell to cell, each linear.
//!
//! Input → output: a `Module` as lowering made it → the same program in fewer dispatches. Order: `fuse` (two or three
//! instructions into one), `hoist` (constants out of loops), `dead` (unused pure results), `jumps` (threading, rotation),
//! `compact` (what became `nop` goes).
//!
//! Invariants:
//! - A pass replaces instructions in place by ones that need no more words, and leaves `nop`s; only `compact` moves code.
//! - Failures keep their order and their kind, safepoints their number.
//! - In debug builds a cell that was sound is verified again; a pass that breaks it is a bug and panics there.

mod fuse;
mod loans;
mod hoist;
mod dead;
mod jumps;
mod compact;

use crate::cfg::{Cfg, step, targets};
use crate::liveness::{Liveness, backward};
use crate::module::{Cell, CellId, Module};
use crate::opcode::{self, Flags, Kind, Op, Reg, Role, word};
use crate::shapes::Shapes;

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
    let shapes = Shapes::new(module).into_cells();
    let Module { types, classes, consts, cells, .. } = &mut *module;
    let shapes = Shapes::with_cells(types, classes, &consts.templates, shapes);
    cells.iter_mut().skip(first).for_each(|cell| run_cell(&shapes, cell));
    for (n, _) in sound.iter().enumerate().filter(|(_, sound)| **sound) {
        if let Err(violation) = crate::check_cell(module, CellId((first + n) as u32)) {
            debug_assert!(false, "{violation}\n{}", crate::text::cell_to_string(module, first + n));
        }
    }
}

/// Optimises one cell.
pub fn run_cell(shapes: &Shapes<'_>, cell: &mut Cell) {
    if !well_formed(cell) {
        return;
    }
    let mut code = Code::new(shapes, cell);
    if code.live.is_some() {
        fuse::run(&mut code);
        code.renew();
        let constants = hoist::run(&mut code);
        code.renew();
        dead::run(&mut code);
        jumps::run(code.cell);
        compact::run(cell, constants);
    } else {
        jumps::run(cell);
        compact::run(cell, hoist::Constants::default());
    }
}

/// Whether the words are instructions and every jump goes to one: what the passes rely on.
fn well_formed(cell: &Cell) -> bool {
    let n = cell.code.len();
    let mut starts = vec![false; n];
    let mut wanted = Vec::new();
    let mut pc = 0;
    while pc < n {
        let Some((op, next)) = step(cell, pc) else { return false };
        starts[pc] = true;
        let (mut jumps, expected) = (
            0,
            match op {
                Op::Switch | Op::SwitchTag => cell
                    .tables
                    .get(opcode::index32(cell.code[pc]) as usize)
                    .map_or(1, |t| t.targets.len() + 1),
                _ => usize::from(op.flags().has(Flags::BRANCH)),
            },
        );
        targets(cell, op, pc, |target| {
            jumps += 1;
            wanted.push(target);
        });
        if jumps != expected {
            return false;
        }
        pc = next;
    }
    let registers = cell.defers.iter().all(|d| d.start as usize <= n && d.end as usize <= n);
    registers && wanted.into_iter().all(|target| starts[target])
}

/// A cell with what is known of it.
struct Code<'c> {
    shapes: &'c Shapes<'c>,
    cell: &'c mut Cell,
    cfg: Cfg,
    live: Option<Liveness>,
    /// Per word: bit `i` says that the register of operand `i` is dead behind the instruction.
    dies: Vec<u8>,
}

impl<'c> Code<'c> {
    fn new(shapes: &'c Shapes<'c>, cell: &'c mut Cell) -> Code<'c> {
        let mut code = Code { shapes, cell, cfg: Cfg::default(), live: None, dies: Vec::new() };
        code.renew();
        code
    }

    /// Computes blocks and liveness again.
    fn renew(&mut self) {
        self.cfg = Cfg::new(self.cell);
        if self.cfg.blocks.len().saturating_mul(self.cell.regs.len() + 64) > LIVENESS_BITS_MAX {
            self.live = None;
            return;
        }
        let live = Liveness::new(self.shapes, self.cell, &self.cfg);
        self.dies.clear();
        self.dies.resize(self.cell.code.len(), 0);
        let (cell, dies) = (&*self.cell, &mut self.dies);
        for id in 0..self.cfg.blocks.len() as u32 {
            let mut at = live.at_end(id).clone();
            backward(self.shapes, cell, &self.cfg, id, &mut at, |pc, behind| {
                let Some((op, next)) = step(cell, pc) else { return };
                let ext = if next - pc == 2 { cell.code[pc + 1] } else { 0 };
                for (i, operand) in op.info().operands.iter().enumerate() {
                    if let Kind::Reg(..) = operand.kind
                        && !behind.has(opcode::get(operand.slot, cell.code[pc], ext) as Reg)
                    {
                        dies[pc] |= 1 << i;
                    }
                }
            });
        }
        self.live = Some(live);
    }

    /// Whether the register of operand `index` is not read behind the instruction at `pc`.
    fn dies(&self, pc: usize, index: usize) -> bool {
        self.dies[pc] >> index & 1 != 0
    }

    /// The instructions of a block that are no `nop`: word index, opcode.
    fn block(&self, id: u32) -> Vec<(usize, Op)> {
        let block = self.cfg.blocks[id as usize];
        let mut all = Vec::new();
        let mut pc = block.start as usize;
        while pc < block.end as usize {
            let Some((op, next)) = step(self.cell, pc) else { break };
            if op != Op::Nop {
                all.push((pc, op));
            }
            pc = next;
        }
        all
    }

    /// Writes instructions over the words of others and fills up with `nop`.
    fn replace(&mut self, pcs: &[usize], words: &[u64]) {
        let mut free: Vec<usize> = Vec::new();
        for &pc in pcs {
            let n = step(self.cell, pc).map_or(1, |(_, next)| next - pc);
            free.extend(pc..pc + n);
        }
        free.iter().for_each(|&at| self.cell.code[at] = NOP);
        // Two words of one instruction stand behind each other: the caller's instructions are neighbours.
        for (word, at) in words.iter().zip(free) {
            self.cell.code[at] = *word;
        }
    }

    fn word(&self, pc: usize) -> u64 {
        self.cell.code[pc]
    }
}

const NOP: u64 = word(Op::Nop, 0, 0, 0);

/// Slot of the only register that an instruction defines as owned or scalar value, when it is no window.
fn plain_def(op: Op) -> Option<opcode::Slot> {
    let mut defs = op.info().operands.iter().filter_map(|o| match o.kind {
        Kind::Reg(Role::Def | Role::DefStatic, _) => Some(Some(o.slot)),
        Kind::Reg(Role::DefBorrow(_) | Role::DefUnique(_) | Role::InOut, _)
        | Kind::Window(Role::Def) => Some(None),
        _ => None,
    });
    let only = defs.next()??;
    defs.next().is_none().then_some(only)
}

#[cfg(test)]
mod tests;
