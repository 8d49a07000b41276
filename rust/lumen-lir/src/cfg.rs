//! Basic blocks of a cell, their order, dominators and loops.
//!
//! Input → output: `Cell` → `Cfg`. Blocks are in code order; the first is the entry.
//!
//! Invariant: jumps that leave the cell are ignored (the verifier rejects them).

use crate::module::Cell;
use crate::opcode::{self, Flags, Op};

/// Index of a block.
pub type BlockId = u32;

/// A basic block.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Block {
    /// First word.
    pub start: u32,
    /// Word behind the last.
    pub end: u32,
}

/// The blocks of a cell and their edges.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Cfg {
    /// Blocks in code order.
    pub blocks: Vec<Block>,
    /// Successors of all blocks, one after the other.
    succs: Vec<BlockId>,
    /// Per block: where its successors begin in `succs`; one more at the end.
    succ_starts: Vec<u32>,
    /// Per word: its block.
    block_of: Vec<BlockId>,
    /// Instructions that end a block by branching or returning, in code order.
    ends: Vec<u32>,
    /// Whether an edge leads to the block it comes from, or to one before.
    loops: bool,
}

impl Cfg {
    /// The blocks of a cell.
    pub fn new(cell: &Cell) -> Cfg {
        let mut cfg = Cfg::default();
        cfg.compute(cell);
        cfg
    }

    /// Computes them in memory that was used before.
    pub(crate) fn compute(&mut self, cell: &Cell) {
        let n = cell.code.len();
        // First 1 for every word that begins a block.
        let marks = &mut self.block_of;
        marks.clear();
        marks.resize(n + 1, 0);
        marks[0] = 1;
        self.ends.clear();
        let mut pc = 0;
        while let Some((op, next)) = step(cell, pc) {
            if op.flags().any(Flags::BRANCH.or(Flags::TERM)) {
                marks[next] = 1;
                self.ends.push(pc as u32);
                targets(cell, op, pc, |target| marks[target] = 1);
            }
            pc = next;
        }
        marks.truncate(n);
        self.blocks.clear();
        for (at, mark) in marks.iter_mut().enumerate() {
            if *mark != 0 {
                if let Some(last) = self.blocks.last_mut() {
                    last.end = at as u32;
                }
                self.blocks.push(Block { start: at as u32, end: n as u32 });
            }
            *mark = self.blocks.len() as BlockId - 1;
        }
        self.edges(cell);
    }

    fn edges(&mut self, cell: &Cell) {
        let Cfg { blocks, succs, succ_starts, block_of, ends, loops } = self;
        succs.clear();
        succ_starts.clear();
        *loops = false;
        let mut ends = ends.iter().peekable();
        for (id, block) in blocks.iter().enumerate() {
            let first = succs.len();
            succ_starts.push(first as u32);
            let mut falls = true;
            if let Some(&pc) = ends.next_if(|pc| **pc < block.end)
                && let Some((op, _)) = step(cell, pc as usize)
            {
                targets(cell, op, pc as usize, |target| succs.push(block_of[target]));
                falls = !op.flags().has(Flags::TERM);
            }
            *loops |= succs[first..].iter().any(|succ| *succ as usize <= id);
            if falls && id + 1 < blocks.len() {
                succs.push(id as BlockId + 1);
            }
        }
        succ_starts.push(succs.len() as u32);
    }

    /// Whether there is a back edge.
    pub(crate) fn has_loops(&self) -> bool {
        self.loops
    }

    /// Successors of a block; a block that is reached twice is named twice.
    pub fn succs(&self, block: BlockId) -> &[BlockId] {
        let i = block as usize;
        &self.succs[self.succ_starts[i] as usize..self.succ_starts[i + 1] as usize]
    }

    /// Block of a word.
    pub fn block_of(&self, pc: usize) -> BlockId {
        self.block_of[pc]
    }

    /// Whether each block can be reached from one.
    pub fn reachable(&self, from: BlockId) -> Vec<bool> {
        let mut seen = vec![false; self.blocks.len()];
        let mut work = vec![from];
        while let Some(block) = work.pop() {
            if !std::mem::replace(&mut seen[block as usize], true) {
                work.extend_from_slice(self.succs(block));
            }
        }
        seen
    }

    /// Blocks that can be reached, each behind all it is entered from except by a back edge.
    pub fn reverse_postorder(&self) -> Vec<BlockId> {
        let mut seen = vec![false; self.blocks.len()];
        let mut order = Vec::new();
        let mut stack: Vec<(BlockId, usize)> = Vec::new();
        if !self.blocks.is_empty() {
            seen[0] = true;
            stack.push((0, 0));
        }
        while let Some((block, next)) = stack.last_mut() {
            match self.succs(*block).get(*next) {
                Some(&succ) => {
                    *next += 1;
                    if !std::mem::replace(&mut seen[succ as usize], true) {
                        stack.push((succ, 0));
                    }
                }
                None => {
                    order.push(*block);
                    stack.pop();
                }
            }
        }
        order.reverse();
        order
    }

    /// Immediate dominator of each block; itself for the entry, `None` when it cannot be reached.
    ///
    /// Cooper, Harvey, Kennedy: "A Simple, Fast Dominance Algorithm".
    pub fn dominators(&self) -> Vec<Option<BlockId>> {
        let order = self.reverse_postorder();
        let mut place = vec![usize::MAX; self.blocks.len()];
        order.iter().enumerate().for_each(|(i, b)| place[*b as usize] = i);
        let mut preds: Vec<Vec<BlockId>> = vec![Vec::new(); self.blocks.len()];
        for &block in &order {
            self.succs(block).iter().for_each(|s| preds[*s as usize].push(block));
        }
        let mut idom: Vec<Option<BlockId>> = vec![None; self.blocks.len()];
        let Some(&entry) = order.first() else { return idom };
        idom[entry as usize] = Some(entry);
        let meet = |idom: &[Option<BlockId>], mut a: BlockId, mut b: BlockId| {
            while a != b {
                let (later, other) =
                    if place[a as usize] > place[b as usize] { (a, b) } else { (b, a) };
                let Some(up) = idom[later as usize] else { return other };
                (a, b) = (up, other);
            }
            a
        };
        let mut changed = true;
        while changed {
            changed = false;
            for &block in order.iter().skip(1) {
                let known =
                    preds[block as usize].iter().copied().filter(|p| idom[*p as usize].is_some());
                let new = known.reduce(|a, b| meet(&idom, a, b));
                if new != idom[block as usize] {
                    idom[block as usize] = new;
                    changed = true;
                }
            }
        }
        idom
    }

    /// Back edges `(from, header)`: the jump's word lies at or behind its target.
    pub fn back_edges(&self) -> Vec<(BlockId, BlockId)> {
        let ids = 0..self.blocks.len() as BlockId;
        ids.flat_map(|b| self.succs(b).iter().filter(move |s| **s <= b).map(move |s| (b, *s)))
            .collect()
    }
}

/// Opcode at a word and the word behind the instruction.
#[inline]
pub(crate) fn step(cell: &Cell, pc: usize) -> Option<(Op, usize)> {
    let op = opcode::op(*cell.code.get(pc)?)?;
    let next = pc + op.words();
    (next <= cell.code.len()).then_some((op, next))
}

/// Calls `visit` for every jump target of an instruction inside the cell.
#[inline]
pub(crate) fn targets(cell: &Cell, op: Op, pc: usize, mut visit: impl FnMut(usize)) {
    if !op.flags().has(Flags::BRANCH) {
        return;
    }
    let w = cell.code[pc];
    match op.offset_slot() {
        Some(slot) => {
            let offset = opcode::signed(slot, opcode::get(slot, w, 0));
            let target = pc as i64 + op.words() as i64 + i64::from(offset);
            if let Some(target) = usize::try_from(target).ok().filter(|t| *t < cell.code.len()) {
                visit(target);
            }
        }
        None => {
            let Some(table) = cell.tables.get(opcode::index32(w) as usize) else { return };
            let all = table.targets.iter().chain([&table.default]).map(|t| *t as usize);
            all.filter(|t| *t < cell.code.len()).for_each(visit);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text;

    #[test]
    fn blocks_dominators_and_loops() {
        let text = "module \"m\"\ncell @0 \"f\" (i64) -> i64\n  regs i64, i64\n  enter 2\n  ldi r1, 0\n  jlti r0, 5, L2\n\
            L1:\n  addi r1, r1, 2\n  jeqi r1, 8, L2\n  for.lt r1, r0, L1\nL2:\n  ret1 r1\nend";
        let module = text::parse(text).expect("it parses");
        let cfg = Cfg::new(&module.cells[0]);
        let starts: Vec<u32> = cfg.blocks.iter().map(|b| b.start).collect();
        assert_eq!(starts, [0, 3, 5, 6]);
        assert_eq!(cfg.succs(0), [3, 1]);
        assert_eq!(cfg.succs(2), [1, 3]);
        assert_eq!(cfg.block_of(4), 1);
        assert_eq!(cfg.reverse_postorder(), [0, 1, 2, 3]);
        assert_eq!(cfg.dominators(), [Some(0), Some(0), Some(1), Some(0)]);
        assert_eq!(cfg.back_edges(), [(2, 1)]);
    }
}
