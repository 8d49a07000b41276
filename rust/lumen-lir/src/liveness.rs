//! Live registers of a cell.
//!
//! Input → output: `Cell`, `Cfg`, `Shapes` → for each block the registers whose value is read later.
//!
//! Method: backward dataflow with one bit a register, blocks in reverse code order until nothing changes. The register of a
//! `defer` scope is live in its whole range.

use crate::cfg::{BlockId, Cfg, step};
use crate::module::Cell;
use crate::opcode::Reg;
use crate::shapes::{Access, Shapes};

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

/// Live registers at the ends of blocks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Liveness {
    ins: Vec<RegSet>,
    outs: Vec<RegSet>,
}

impl Liveness {
    /// Computes it.
    pub fn new(shapes: &Shapes<'_>, cell: &Cell, cfg: &Cfg) -> Liveness {
        let n = cfg.blocks.len();
        let empty = RegSet::new(cell.regs.len());
        let mut live = Liveness { ins: vec![empty.clone(); n], outs: vec![empty; n] };
        let mut changed = true;
        while changed {
            changed = false;
            for id in (0..n).rev() {
                let mut out = std::mem::take(&mut live.outs[id]);
                cfg.succs(id as BlockId).iter().for_each(|s| {
                    out.union(&live.ins[*s as usize]);
                });
                let mut at = out.clone();
                live.outs[id] = out;
                backward(shapes, cell, cfg, id as BlockId, &mut at, |_, _| {});
                changed |= live.ins[id].union(&at);
            }
        }
        live
    }

    /// Registers live at the start of a block.
    pub fn at_start(&self, block: BlockId) -> &RegSet {
        &self.ins[block as usize]
    }

    /// Registers live at the end of a block.
    pub fn at_end(&self, block: BlockId) -> &RegSet {
        &self.outs[block as usize]
    }
}

/// Walks a block backwards from the registers live at its end; `visit` sees each instruction with those live *behind* it.
pub(crate) fn backward(
    shapes: &Shapes<'_>,
    cell: &Cell,
    cfg: &Cfg,
    block: BlockId,
    live: &mut RegSet,
    mut visit: impl FnMut(usize, &RegSet),
) {
    let range = cfg.blocks[block as usize];
    let mut starts = Vec::new();
    let mut pc = range.start as usize;
    while pc < range.end as usize {
        let Some((_, next)) = step(cell, pc) else { break };
        starts.push(pc);
        pc = next;
    }
    for pc in starts.into_iter().rev() {
        visit(pc, live);
        before(shapes, cell, pc, live);
    }
}

/// From the registers live behind an instruction to those live before it.
pub(crate) fn before(shapes: &Shapes<'_>, cell: &Cell, pc: usize, live: &mut RegSet) {
    let Some((op, next)) = step(cell, pc) else { return };
    let (w, ext) = (cell.code[pc], if next - pc == 2 { cell.code[pc + 1] } else { 0 });
    let windows = shapes.visit(&cell.regs, op, w, ext, |reg, access| {
        if access == Access::Write {
            live.remove(reg);
        }
    });
    if let Some(first) = windows.clobbers_from {
        live.remove_from(first);
    }
    shapes.visit(&cell.regs, op, w, ext, |reg, access| {
        if access != Access::Write {
            live.add(reg);
        }
    });
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
        let mut behind = Vec::new();
        backward(&shapes, cell, &cfg, 2, &mut live.at_end(2).clone(), |pc, live| {
            behind.push((pc, live.iter().collect::<Vec<_>>()));
        });
        behind.reverse();
        assert_eq!(behind[0], (3, vec![0, 4]));
        assert_eq!(behind[1], (4, vec![0, 1]));
        assert_eq!(behind[2], (5, vec![1, 4]));
        assert_eq!(behind[5], (8, vec![]));
        assert_eq!(live.at_start(0).iter().collect::<Vec<_>>(), [0]);
    }
}
