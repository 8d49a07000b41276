//! What the translator asks of a cell: its blocks, and which registers the frame needs at each instruction.
//!
//! Input → output: a cell of a verified module → [`CellPlan`].
//!
//! Invariant: the registers that are *kept* at an instruction are those that are read later or own a value there; all of
//! them are assigned on every path, and with them in the frame the interpreter and the unwinder find what they would have
//! found had they run the cell themselves.

use super::ranges::Marks;
use super::rows::Row;
use lumen_lir::{
    Cell, CellId, Cfg, Liveness, Module, Op, OwnershipMap, Reg, RegSet, Shapes, Verified,
    live_before, opcode_words,
};

/// Cells with more words than this stay interpreted.
const MOST_WORDS: usize = 20_000;
/// Cells with more registers than this stay interpreted.
const MOST_REGS: usize = 2_000;

/// A cell, ready to be translated.
pub(super) struct CellPlan<'m> {
    pub(super) id: CellId,
    pub(super) cell: &'m Cell,
    pub(super) module: &'m Module,
    pub(super) cfg: Cfg,
    pub(super) shapes: Shapes<'m>,
    /// By word: registers read later, at the first words of instructions.
    live: Vec<RegSet>,
    owned: OwnershipMap,
    pub(super) marks: Marks,
    /// Lists whose length is kept in a register of the machine.
    pub(super) lengths: RegSet,
    /// By register: the word of the instruction that gives it the number which it always holds.
    constants: Vec<Option<u32>>,
    /// Rows of lists of lists that are found before loops.
    pub(super) rows: Vec<Row>,
    /// Whether objects to be changed in place may well be shared: such places were left too often.
    pub(super) careful: bool,
}

/// One instruction.
#[derive(Clone, Copy)]
pub(super) struct Instruction {
    pub(super) op: Op,
    pub(super) pc: usize,
    /// Word index of the next instruction in code order.
    pub(super) next: usize,
}

/// Why a cell stays interpreted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Refusal {
    /// It has more words or registers than are translated.
    TooLarge,
    /// It has an instruction that only the interpreter executes.
    Opcode(Op),
    /// It calls a cell that stays interpreted.
    Callee(u32),
    /// Native code left it for the interpreter again and again.
    Left,
    /// The code generator failed.
    Generator,
}

/// Whether an instruction changes an object in place when it is unique.
pub(super) fn expects_unique(op: Op) -> bool {
    use Op::*;
    matches!(
        op,
        ListSet
            | ListSetB
            | ListSetR
            | ListSet2
            | ListFldSet
            | ListElemU
            | FldU
            | Uniq
            | FldSet
            | FldSetR
    )
}

impl<'m> CellPlan<'m> {
    /// Prepares a cell.
    pub(super) fn new(
        module: &'m Verified<Module>,
        id: CellId,
        careful: bool,
    ) -> Result<CellPlan<'m>, Refusal> {
        let cell = &module.cells[id.index()];
        if cell.code.len() > MOST_WORDS || cell.regs.len() > MOST_REGS {
            return Err(Refusal::TooLarge);
        }
        let cfg = Cfg::new(cell);
        let shapes = Shapes::new(module);
        let ends = Liveness::new(&shapes, cell, &cfg);
        let owned = OwnershipMap::new(module, id);
        let mut live = vec![RegSet::default(); cell.code.len()];
        for (block, range) in cfg.blocks.iter().enumerate() {
            let mut set = ends.at_end(block as u32);
            let start = range.start as usize;
            for pc in opcode_words(&cell.code[start..range.end as usize]).into_iter().rev() {
                live_before(&shapes, cell, start + pc, &mut set);
                live[start + pc] = set.clone();
            }
        }
        let marks = Marks::new(module, &shapes, cell, &cfg);
        let lengths = super::lengths::find(&shapes, cell, &cfg, &marks);
        let rows = super::rows::find(&shapes, cell, &cfg, careful);
        let constants = super::constants::find(&shapes, cell);
        Ok(CellPlan {
            id,
            cell,
            module,
            cfg,
            shapes,
            live,
            owned,
            marks,
            lengths,
            constants,
            rows,
            careful,
        })
    }

    /// The instruction at a word.
    pub(super) fn instruction(&self, pc: usize) -> Option<Instruction> {
        let op = lumen_lir::op(*self.cell.code.get(pc)?)?;
        Some(Instruction { op, pc, next: pc + op.words() })
    }

    /// Instructions from a word up to another.
    pub(super) fn instructions(&self, from: usize, to: usize) -> impl Iterator<Item = Instruction> {
        let mut at = from;
        std::iter::from_fn(move || {
            let found = self.instruction(at).filter(|found| found.pc < to)?;
            at = found.next;
            Some(found)
        })
    }

    /// Whether a register is read from an instruction on.
    pub(super) fn is_read_from(&self, pc: usize, reg: Reg) -> bool {
        self.live[pc] != RegSet::default() && self.live[pc].has(reg)
    }

    /// The instruction that gives a register the number which it always holds.
    pub(super) fn constant(&self, reg: Reg) -> Option<Instruction> {
        self.instruction(self.constants[usize::from(reg)]? as usize)
    }

    /// The cell that an instruction calls by name.
    pub(super) fn callee(&self, at: Instruction) -> Option<u32> {
        match at.op {
            Op::Call => Some(u32::from(lumen_lir::c(self.cell.code[at.pc]))),
            Op::CallW => Some(lumen_lir::x0(self.cell.code[at.pc + 1])),
            _ => None,
        }
    }

    /// Registers that the frame must hold for an instruction to be executed by the interpreter.
    pub(super) fn kept_before(&self, pc: usize) -> Vec<Reg> {
        let mut set = self.live[pc].clone();
        if self.live[pc] == RegSet::default() {
            set = RegSet::new(self.cell.regs.len());
        }
        self.owned.before(pc as u32).iter().for_each(|reg| set.add(*reg));
        set.iter().collect()
    }

    /// Registers that the frame must hold while the call at a word runs; its window begins at `window`.
    pub(super) fn kept_during(&self, call: Instruction, window: Reg, results: &[Reg]) -> Vec<Reg> {
        let mut set = RegSet::new(self.cell.regs.len());
        if let Some(after) = self.live.get(call.next) {
            set.union(after);
        }
        results.iter().for_each(|reg| set.remove(*reg));
        self.owned.during(call.pc as u32).iter().for_each(|reg| set.add(*reg));
        set.iter().filter(|reg| *reg < window).collect()
    }

    /// Blocks that can be reached from a block, in code order.
    pub(super) fn reachable(&self, from: u32) -> Vec<bool> {
        self.cfg.reachable(from)
    }

    /// Blocks from which a block can be reached: with those that it reaches, the loops around it.
    pub(super) fn reaching(&self, to: u32) -> Vec<bool> {
        let n = self.cfg.blocks.len();
        let mut before = vec![Vec::new(); n];
        for block in 0..n as u32 {
            self.cfg.succs(block).iter().for_each(|succ| before[*succ as usize].push(block));
        }
        let mut seen = vec![false; n];
        let mut work = vec![to];
        while let Some(block) = work.pop() {
            if !std::mem::replace(&mut seen[block as usize], true) {
                work.extend_from_slice(&before[block as usize]);
            }
        }
        seen
    }
}
