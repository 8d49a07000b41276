//! Live registers of a cell.
//!
//! Input → output: `Cell`, `Cfg`, `Shapes` → for each block the registers whose value is read later.
//!
//! Method: backward dataflow with one bit a register, blocks in reverse code order until nothing changes. The register of a
//! `defer` scope is live in its whole range.

use crate::cfg::{BlockId, Cfg, step};
use crate::module::Cell;
use crate::opcode::Reg;
use crate::opcode::shape::Shape;
use crate::shapes::Shapes;

/// A set of registers.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RegSet {
    words: Vec<u64>,
}

impl RegSet {
    /// The empty set with room for `n` registers.
    pub fn new(n: usize) -> RegSet {
        RegSet { words: vec![0; n.div_ceil(64)] }
    }

    /// Whether it has a register.
    #[inline]
    pub fn has(&self, reg: Reg) -> bool {
        self.words.get(usize::from(reg) / 64).is_some_and(|w| w >> (reg % 64) & 1 != 0)
    }

    /// Adds a register.
    #[inline]
    pub fn add(&mut self, reg: Reg) {
        if let Some(word) = self.words.get_mut(usize::from(reg) / 64) {
            *word |= 1 << (reg % 64);
        }
    }

    /// Removes a register.
    #[inline]
    pub fn remove(&mut self, reg: Reg) {
        if let Some(word) = self.words.get_mut(usize::from(reg) / 64) {
            *word &= !(1 << (reg % 64));
        }
    }

    /// Removes every register from `first` on.
    pub fn remove_from(&mut self, first: Reg) {
        let (word, bit) = (usize::from(first) / 64, first % 64);
        if let Some(w) = self.words.get_mut(word) {
            *w &= (1u64 << bit) - 1;
            self.words[word + 1..].fill(0);
        }
    }

    /// Adds all of another set; whether it grew.
    pub fn union(&mut self, other: &RegSet) -> bool {
        let mut grew = false;
        for (a, b) in self.words.iter_mut().zip(&other.words) {
            grew |= *b & !*a != 0;
            *a |= *b;
        }
        grew
    }

    /// Its registers, ascending.
    pub fn iter(&self) -> impl Iterator<Item = Reg> {
        self.words.iter().enumerate().flat_map(|(i, w)| {
            (0..64u16).filter(move |bit| w >> bit & 1 != 0).map(move |bit| (i * 64) as Reg + bit)
        })
    }
}

/// Live registers at the ends of blocks, as bits of a flat array.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Liveness {
    /// Words of one set.
    width: usize,
    ins: Vec<u64>,
    outs: Vec<u64>,
    /// Registers that a block writes before it reads them.
    kills: Vec<u64>,
}

impl Liveness {
    /// Computes it.
    pub fn new(shapes: &Shapes<'_>, cell: &Cell, cfg: &Cfg) -> Liveness {
        let mut live = Liveness::default();
        live.compute(shapes, cell, cfg);
        live
    }

    /// Computes it in memory that was used before.
    pub(crate) fn compute(&mut self, shapes: &Shapes<'_>, cell: &Cell, cfg: &Cfg) {
        let n = cfg.blocks.len();
        self.width = cell.regs.len().div_ceil(64);
        for sets in [&mut self.ins, &mut self.outs, &mut self.kills] {
            sets.clear();
            sets.resize(n * self.width, 0);
        }
        (0..n).for_each(|id| self.summarise(shapes, cell, cfg, id));
        let mut changed = true;
        while changed {
            // Without loops every successor stands behind its block and is done already.
            changed = false;
            for id in (0..n).rev() {
                let at = id * self.width;
                for &succ in cfg.succs(id as BlockId) {
                    let from = succ as usize * self.width;
                    for w in 0..self.width {
                        self.outs[at + w] |= self.ins[from + w];
                    }
                }
                for w in at..at + self.width {
                    let new = self.ins[w] | (self.outs[w] & !self.kills[w]);
                    changed |= new != self.ins[w];
                    self.ins[w] = new;
                }
            }
            changed &= cfg.has_loops();
        }
    }

    /// What a block reads first and what it writes first.
    fn summarise(&mut self, shapes: &Shapes<'_>, cell: &Cell, cfg: &Cfg, id: usize) {
        let (at, width) = (id * self.width, self.width);
        let gens = &mut self.ins[at..at + width];
        let kills = &mut self.kills[at..at + width];
        let has = |set: &[u64], reg: Reg| {
            set.get(usize::from(reg) / 64).is_some_and(|w| w >> (reg % 64) & 1 != 0)
        };
        let add = |set: &mut [u64], reg: Reg| {
            if let Some(word) = set.get_mut(usize::from(reg) / 64) {
                *word |= 1 << (reg % 64);
            }
        };
        let block = cfg.blocks[id];
        let mut pc = block.start as usize;
        while pc < block.end as usize {
            let Some((op, next)) = step(cell, pc) else { break };
            let (w, ext) = (cell.code[pc], if next - pc == 2 { cell.code[pc + 1] } else { 0 });
            for scope in &cell.defers {
                if (scope.start as usize..scope.end as usize).contains(&pc)
                    && !has(kills, scope.reg)
                {
                    add(gens, scope.reg);
                }
            }
            let shape = Shape::of(op);
            let windows = shapes.windows_of(shape, &cell.regs, op, w, ext);
            for reg in shape.reads.and(shape.in_outs).regs(w, ext).chain(windows.reads.regs()) {
                if !has(kills, reg) {
                    add(gens, reg);
                }
            }
            for reg in shape.writes.and(shape.in_outs).regs(w, ext).chain(windows.writes.regs()) {
                add(kills, reg);
            }
            if let Some(first) = windows.clobbers_from {
                let word = usize::from(first) / 64;
                if let Some((kills, rest)) =
                    kills.get_mut(word..).and_then(<[u64]>::split_first_mut)
                {
                    *kills |= u64::MAX << (first % 64);
                    rest.fill(u64::MAX);
                }
            }
            pc = next;
        }
    }

    /// Registers live at the start of a block.
    pub fn at_start(&self, block: BlockId) -> RegSet {
        self.set(&self.ins, block)
    }

    /// Registers live at the end of a block.
    pub fn at_end(&self, block: BlockId) -> RegSet {
        self.set(&self.outs, block)
    }

    /// Whether a register is live at the end of a block.
    pub fn live_out(&self, block: BlockId, reg: Reg) -> bool {
        let word = block as usize * self.width + usize::from(reg) / 64;
        usize::from(reg) / 64 < self.width && self.outs[word] >> (reg % 64) & 1 != 0
    }

    /// Puts the registers live at the end of a block into a set.
    pub(crate) fn copy_end(&self, block: BlockId, set: &mut RegSet) {
        let at = block as usize * self.width;
        set.words.clear();
        set.words.extend_from_slice(&self.outs[at..at + self.width]);
    }

    fn set(&self, sets: &[u64], block: BlockId) -> RegSet {
        let at = block as usize * self.width;
        RegSet { words: sets[at..at + self.width].to_vec() }
    }
}

/// From the registers live behind an instruction to those live before it.
pub fn before(shapes: &Shapes<'_>, cell: &Cell, pc: usize, live: &mut RegSet) {
    let Some((op, next)) = step(cell, pc) else { return };
    let (w, ext) = (cell.code[pc], if next - pc == 2 { cell.code[pc + 1] } else { 0 });
    let shape = Shape::of(op);
    let windows = shapes.windows_of(shape, &cell.regs, op, w, ext);
    shape.writes.regs(w, ext).chain(windows.writes.regs()).for_each(|reg| live.remove(reg));
    if let Some(first) = windows.clobbers_from {
        live.remove_from(first);
    }
    let reads = shape.reads.and(shape.in_outs).regs(w, ext);
    reads.chain(windows.reads.regs()).for_each(|reg| live.add(reg));
    for scope in &cell.defers {
        if (scope.start as usize..scope.end as usize).contains(&pc) {
            live.add(scope.reg);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{shapes::Shapes, text};

    #[test]
    fn what_is_read_later_is_live() {
        let (_, source) = crate::verifier::tests::modules()
            .into_iter()
            .find(|(_, t)| t.contains("\"fib\""))
            .expect("fib");
        let module = text::parse(&source).expect("it parses");
        let (shapes, cell) = (Shapes::new(&module), &module.cells[0]);
        let cfg = Cfg::new(cell);
        let live = Liveness::new(&shapes, cell, &cfg);
        let mut at = live.at_end(2);
        let behind: Vec<Vec<Reg>> = (3..9)
            .rev()
            .map(|pc| {
                let set = at.iter().collect();
                before(&shapes, cell, pc, &mut at);
                set
            })
            .collect();
        assert_eq!(behind, [vec![], vec![1], vec![1, 2], vec![1, 4], vec![0, 1], vec![0, 4]]);
        assert_eq!(live.at_start(0).iter().collect::<Vec<_>>(), [0]);
    }
}
