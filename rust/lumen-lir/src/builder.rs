//! Builds the code of one cell: registers, instructions, labels, source positions.
//!
//! Input → output: calls in program order → a `Cell`. Short branches whose target is too far are rewritten through a
//! long jump when the cell is finished.
//!
//! Invariant: nothing is checked here beyond what packing needs; the verifier is the judge.

use crate::module::{
    Cell, DeferScope, InlineSite, JumpTable, LineEntry, Param, Passing, Pos, Variable,
};
use crate::opcode::{Op, Reg, ext16, ext32, word, word_imm};
use crate::typedesc::{ClassId, Repr, TypeId};

mod branches;

/// A place in the code, bound once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Label(u32);

/// Why a cell cannot be encoded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FinishError {
    /// More than 65,536 registers.
    TooManyRegisters,
    /// A label was used and never bound.
    UnboundLabel,
    /// More words than a 32-bit offset reaches.
    TooLong,
}

const UNBOUND: u32 = u32::MAX;

#[derive(Clone, Copy, Debug)]
struct Fixup {
    /// Word index of the instruction.
    at: u32,
    label: Label,
}

#[derive(Clone, Debug)]
struct TableFixup {
    low: i64,
    base: u16,
    targets: Vec<Label>,
    default: Label,
}

/// Builds one cell.
#[derive(Debug, Default)]
pub struct CellBuilder {
    cell: Cell,
    labels: Vec<u32>,
    fixups: Vec<Fixup>,
    tables: Vec<TableFixup>,
    defers: Vec<(Label, Label, Reg)>,
    vars: Vec<(String, TypeId, Reg, [Label; 2])>,
    pos: Pos,
    inline: u32,
    overflow: bool,
}

impl CellBuilder {
    /// A cell without code.
    pub fn new(name: impl Into<String>) -> CellBuilder {
        CellBuilder {
            cell: Cell { name: name.into(), ..Cell::default() },
            ..CellBuilder::default()
        }
    }

    /// Begins another cell in the memory of the one before.
    pub fn reset(&mut self, name: impl Into<String>) {
        let cell = &mut self.cell;
        cell.params.clear();
        cell.regs.clear();
        cell.code.clear();
        cell.lines.clear();
        self.labels.clear();
        self.fixups.clear();
        self.tables.clear();
        self.defers.clear();
        let cell = Cell {
            name: name.into(),
            params: std::mem::take(&mut cell.params),
            regs: std::mem::take(&mut cell.regs),
            code: std::mem::take(&mut cell.code),
            lines: std::mem::take(&mut cell.lines),
            ..Cell::default()
        };
        *self = CellBuilder {
            cell,
            labels: std::mem::take(&mut self.labels),
            fixups: std::mem::take(&mut self.fixups),
            tables: std::mem::take(&mut self.tables),
            defers: std::mem::take(&mut self.defers),
            ..CellBuilder::default()
        };
    }

    /// Makes it the code of a closure: register 0 is the closure. Call before adding parameters.
    pub fn set_closure(&mut self, class: ClassId) -> Reg {
        self.cell.closure = Some(class);
        self.new_reg(Repr::Ref(class))
    }

    /// Adds a parameter register. Call before any other register is made.
    pub fn param(&mut self, repr: Repr, passing: Passing) -> Reg {
        self.cell.params.push(Param { repr, passing });
        self.new_reg(repr)
    }

    /// Sets the result registers.
    pub fn set_results(&mut self, results: Vec<Repr>) {
        self.cell.results = results;
    }

    /// A fresh register.
    pub fn new_reg(&mut self, repr: Repr) -> Reg {
        let n = self.cell.regs.len();
        if n > usize::from(Reg::MAX) {
            self.overflow = true;
            return Reg::MAX;
        }
        self.cell.regs.push(repr);
        n as Reg
    }

    /// Fresh consecutive registers; the first of them.
    pub fn new_window(&mut self, reprs: impl IntoIterator<Item = Repr>) -> Reg {
        let first = self.cell.regs.len();
        for repr in reprs {
            self.new_reg(repr);
        }
        first.min(usize::from(Reg::MAX)) as Reg
    }

    /// Representation of a register.
    pub fn repr(&self, reg: Reg) -> Repr {
        self.cell.regs[usize::from(reg)]
    }

    /// Number of registers so far.
    pub fn reg_count(&self) -> usize {
        self.cell.regs.len()
    }

    /// Index of the next word.
    pub fn here(&self) -> u32 {
        self.cell.code.len() as u32
    }

    /// The cell so far.
    pub fn cell(&self) -> &Cell {
        &self.cell
    }

    /// Position of the instructions that follow.
    pub fn set_pos(&mut self, pos: Pos) {
        self.pos = pos;
    }

    /// Inlined call that the following instructions come from; `inline` of `LineEntry`.
    pub fn set_inline(&mut self, inline: u32) {
        self.inline = inline;
    }

    /// Inlined call that instructions come from now.
    pub fn inline(&self) -> u32 {
        self.inline
    }

    /// Adds an inlined call; the number for `set_inline`.
    pub fn add_inline_site(&mut self, site: InlineSite) -> u32 {
        self.cell.inlined.push(site);
        self.cell.inlined.len() as u32
    }

    fn mark_line(&mut self) {
        let entry = LineEntry { pc: self.here(), pos: self.pos, inline: self.inline };
        match self.cell.lines.last() {
            Some(last) if last.pos == entry.pos && last.inline == entry.inline => {}
            _ => self.cell.lines.push(entry),
        }
    }

    /// Emits an instruction without extension word.
    pub fn emit(&mut self, op: Op, a: u16, b: u16, c: u16) {
        debug_assert_eq!(op.words(), 1, "{op:?} needs an extension word");
        self.mark_line();
        self.cell.code.push(word(op, a, b, c));
    }

    /// Emits an instruction with a signed 32-bit immediate or an index in `b, c`.
    pub fn emit_imm(&mut self, op: Op, a: u16, imm: i32) {
        debug_assert_eq!(op.words(), 1, "{op:?} needs an extension word");
        self.mark_line();
        self.cell.code.push(word_imm(op, a, imm));
    }

    /// Emits an instruction with an extension word of 16-bit operands.
    pub fn emit_ext16(&mut self, op: Op, abc: [u16; 3], e: [u16; 4]) {
        debug_assert_eq!(op.words(), 2, "{op:?} has no extension word");
        self.mark_line();
        self.cell.code.push(word(op, abc[0], abc[1], abc[2]));
        self.cell.code.push(ext16(e[0], e[1], e[2], e[3]));
    }

    /// Emits an instruction with an extension word of 32-bit operands.
    pub fn emit_ext32(&mut self, op: Op, abc: [u16; 3], x: [u32; 2]) {
        debug_assert_eq!(op.words(), 2, "{op:?} has no extension word");
        self.mark_line();
        self.cell.code.push(word(op, abc[0], abc[1], abc[2]));
        self.cell.code.push(ext32(x[0], x[1]));
    }

    /// A label not bound yet.
    pub fn new_label(&mut self) -> Label {
        self.labels.push(UNBOUND);
        Label(self.labels.len() as u32 - 1)
    }

    /// Binds a label to the next instruction.
    pub fn bind(&mut self, label: Label) {
        self.labels[label.0 as usize] = self.here();
    }

    /// A label bound to the next instruction.
    pub fn label_here(&mut self) -> Label {
        let label = self.new_label();
        self.bind(label);
        label
    }

    /// Emits a branch with its operands except the offset; `a`, `b` as the opcode has them.
    pub fn branch(&mut self, op: Op, a: u16, b: u16, target: Label) {
        self.fixups.push(Fixup { at: self.here(), label: target });
        self.emit(op, a, b, 0);
    }

    /// Emits `for.up`, `for.upe`, `for.down` or `for.downe`, whose step is a register.
    pub fn branch_step(&mut self, op: Op, a: Reg, b: Reg, step: Reg, target: Label) {
        self.fixups.push(Fixup { at: self.here(), label: target });
        self.emit_ext16(op, [a, b, 0], [step, 0, 0, 0]);
    }

    /// Emits `jmp`.
    pub fn jmp(&mut self, target: Label) {
        self.branch(Op::Jmp, 0, 0, target);
    }

    /// Emits `switch` over an integer.
    pub fn switch(&mut self, reg: Reg, low: i64, targets: Vec<Label>, default: Label) {
        self.emit_imm(Op::Switch, reg, self.tables.len() as i32);
        self.tables.push(TableFixup { low, base: 0, targets, default });
    }

    /// Emits `switch.tag` over an enum value; `targets` are in variant order.
    pub fn switch_tag(
        &mut self,
        reg: Reg,
        enum_class: ClassId,
        targets: Vec<Label>,
        default: Label,
    ) {
        self.emit_imm(Op::SwitchTag, reg, self.tables.len() as i32);
        let base = (enum_class.0 + 1) as u16;
        self.tables.push(TableFixup { low: 0, base, targets, default });
    }

    /// Declares that between two labels a failure calls the closure in `reg`. Call outermost scopes first.
    pub fn defer_scope(&mut self, start: Label, end: Label, reg: Reg) {
        self.defers.push((start, end, reg));
    }

    /// Declares that between two labels a local of the source is in `reg`, or in `reg` and the one behind it.
    pub fn variable(&mut self, name: String, ty: TypeId, reg: Reg, range: [Label; 2]) {
        self.vars.push((name, ty, reg, range));
    }

    /// Loads an Int constant; `pool` gives the index of one that does not fit an immediate.
    pub fn load_int(&mut self, dst: Reg, value: i64, pool: impl FnOnce(i64) -> u32) {
        match i32::try_from(value) {
            Ok(small) => self.emit_imm(Op::LdI, dst, small),
            Err(_) => self.emit_imm(Op::LdK, dst, pool(value) as i32),
        }
    }

    /// Resolves labels and gives the cell; what is left can only be reset.
    pub fn finish(&mut self) -> Result<Cell, FinishError> {
        if self.overflow {
            return Err(FinishError::TooManyRegisters);
        }
        if self.cell.code.len() > (i32::MAX / 4) as usize {
            return Err(FinishError::TooLong);
        }
        branches::stretch(&mut self.cell, &mut self.labels, &mut self.fixups)?;
        for fixup in &self.fixups {
            let target = self.labels[fixup.label.0 as usize];
            branches::patch(&mut self.cell.code, fixup.at as usize, target)?;
        }
        let place = |label: Label| match self.labels[label.0 as usize] {
            UNBOUND => Err(FinishError::UnboundLabel),
            at => Ok(at),
        };
        for table in &self.tables {
            self.cell.tables.push(JumpTable {
                low: table.low,
                base: table.base,
                targets: table.targets.iter().map(|l| place(*l)).collect::<Result<_, _>>()?,
                default: place(table.default)?,
            });
        }
        for (start, end, reg) in &self.defers {
            self.cell.defers.push(DeferScope {
                start: place(*start)?,
                end: place(*end)?,
                reg: *reg,
            });
        }
        for (name, ty, reg, [start, end]) in std::mem::take(&mut self.vars) {
            let (start, end) = (place(start)?, place(end)?);
            if start < end {
                self.cell.vars.push(Variable { name, ty, reg, start, end });
            }
        }
        // The long parts are copied, so that the cell takes no more than it needs and the builder keeps its memory.
        let cell = std::mem::take(&mut self.cell);
        let (params, regs) = (cell.params.clone(), cell.regs.clone());
        let (code, lines) = (cell.code.clone(), cell.lines.clone());
        self.cell.params = cell.params;
        self.cell.regs = cell.regs;
        self.cell.code = cell.code;
        self.cell.lines = cell.lines;
        Ok(Cell {
            name: cell.name,
            closure: cell.closure,
            params,
            results: cell.results,
            regs,
            effects: cell.effects,
            code,
            tables: cell.tables,
            defers: cell.defers,
            lines,
            inlined: cell.inlined,
            vars: cell.vars,
        })
    }
}

#[cfg(test)]
mod tests;
