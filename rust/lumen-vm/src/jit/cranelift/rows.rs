//! Rows that are found before loops (see `jit/rows.rs`).
//!
//! A block that begins such a loop becomes two: one that finds the rows, for those who come from outside, and the block
//! itself. A row that is not there (its index is out of range) has length 0: the first use of it leaves native code, and
//! the interpreter does what is to be done.

use super::super::plan::Instruction;
use super::super::rows::Row;
use super::lists::DATA;
use super::translate::Translator;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, Value, types};
use cranelift_frontend::Variable;
use lumen_lir::Reg;

impl Translator<'_, '_> {
    /// Blocks for the first blocks of loops with rows.
    pub(super) fn head_blocks(&mut self) -> Vec<Option<Block>> {
        let blocks = 0..self.plan.cfg.blocks.len() as u32;
        let plan = self.plan;
        let has_rows = |block: u32| plan.rows.iter().any(|row| row.header == block);
        blocks.map(|block| has_rows(block).then(|| self.b.create_block())).collect()
    }

    /// Variables for the rows.
    pub(super) fn row_vars(&mut self) -> Vec<[Variable; 2]> {
        let rows = self.plan.rows.iter();
        rows.map(|_| [types::I64, types::I64].map(|ty| self.b.declare_var(ty))).collect()
    }

    /// Whether a jump from the current block to another stays in that one's loop.
    pub(super) fn is_back(&self, header: u32) -> bool {
        self.plan.rows.iter().any(|row| row.header == header && row.covers(self.current))
    }

    /// Begins a block of the cell; gives what its own code stands in.
    pub(super) fn enter_block(&mut self, id: u32) -> Block {
        let block = self.blocks[id as usize];
        self.b.switch_to_block(block);
        let Some(head) = self.heads[id as usize] else { return block };
        let word = self.plan.cfg.blocks[id as usize].start as usize;
        self.find_rows(|row| row.header == id, word);
        self.jump(head, &[]);
        self.b.switch_to_block(head);
        head
    }

    /// Finds rows before a word.
    pub(super) fn find_rows(&mut self, which: impl Fn(&Row) -> bool, word: usize) {
        let plan = self.plan;
        for (at, row) in plan.rows.iter().enumerate() {
            if which(row) {
                self.find_row(*row, self.rows[at], word);
            }
        }
    }

    fn find_row(&mut self, row: Row, [address, length]: [Variable; 2], word: usize) {
        let none = self.int(0);
        self.b.def_var(address, none);
        self.b.def_var(length, none);
        // What is not read later may not be there.
        if ![row.list, row.index].iter().all(|reg| self.plan.is_read_from(word, *reg)) {
            return;
        }
        let (list, index) = (self.get(row.list), self.get(row.index));
        let len = self.length_of(row.list, list);
        let inside = self.cmp(IntCC::UnsignedLessThan, index, len);
        let (there, join) = (self.block(), self.block());
        self.branch(inside, there, join);
        self.begin(there);
        let place = self.element(list, index);
        let inner = self.b.ins().load(types::I64, self.mem.counted, place, DATA);
        let len = self.length(inner);
        self.b.def_var(address, inner);
        self.b.def_var(length, len);
        self.jump(join, &[]);
        self.begin(join);
    }

    /// The address and the length of a row that was found before the loop around an instruction.
    pub(super) fn row(&mut self, at: Instruction, list: Reg, index: Reg) -> Option<(Value, Value)> {
        let block = self.plan.cfg.block_of(at.pc);
        let is = |row: &Row| (row.list, row.index) == (list, index) && row.covers(block);
        let found = self.plan.rows.iter().position(is)?;
        let [address, length] = self.rows[found];
        Some((self.b.use_var(address), self.b.use_var(length)))
    }
}
