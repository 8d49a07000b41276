//! Parses the body of a cell: instructions, labels, positions.

use super::cursor::{Cursor, Read};
use super::parse::{cell_row, pos};
use crate::intrinsics::intrinsic_id;
use crate::module::{Cell, DeferScope, JumpTable, LineEntry};
use crate::opcode::{self, Kind, Op, Operand, Slot};
use std::collections::BTreeMap;

/// A cell being read.
pub(super) struct Body {
    cell: Cell,
    labels: BTreeMap<u32, u32>,
    /// Branches to labels: word, label.
    fixups: Vec<(usize, u32)>,
    tables: Vec<(JumpTable, Vec<Target>, Target)>,
    instructions: Vec<(u32, usize)>,
}

/// Target of a jump table.
#[derive(Clone, Copy)]
enum Target {
    Label(u32),
    Word(u32),
}

impl Body {
    pub(super) fn new(cell: Cell) -> Body {
        Body {
            cell,
            labels: BTreeMap::new(),
            fixups: Vec::new(),
            tables: Vec::new(),
            instructions: Vec::new(),
        }
    }

    fn here(&self) -> u32 {
        self.cell.code.len() as u32
    }

    /// Reads a line.
    pub(super) fn line(&mut self, number: usize, at: &mut Cursor<'_>) -> Read<()> {
        let word = at.word()?;
        if at.eat(":") {
            let label = word
                .strip_prefix('L')
                .and_then(|n| n.parse().ok())
                .ok_or("a label is `L` and a number")?;
            if self.labels.insert(label, self.here()).is_some() {
                return Err(format!("label L{label} stands here again"));
            }
            return Ok(());
        }
        if cell_row(&mut self.cell, at, word)? {
            return Ok(());
        }
        match word {
            "table" => self.table(at),
            "defer" => {
                let start = at.number_as()?;
                at.need("..")?;
                let end = at.number_as()?;
                let reg = u16::try_from(at.id("r")?).map_err(|_| "no such register")?;
                self.cell.defers.push(DeferScope { start, end, reg });
                Ok(())
            }
            "pos" => {
                let pos = pos(at)?;
                let inline = if at.eat("in") { at.number_as()? } else { 0 };
                let pc = if at.eat("at") { at.number_as()? } else { self.here() };
                self.cell.lines.push(LineEntry { pc, pos, inline });
                Ok(())
            }
            "word" => {
                self.instructions.push((self.here(), number));
                let word = at.number_as()?;
                self.cell.code.push(word);
                Ok(())
            }
            mnemonic => {
                let op = Op::from_mnemonic(mnemonic)
                    .ok_or_else(|| format!("there is no instruction `{mnemonic}`"))?;
                self.instructions.push((self.here(), number));
                self.instruction(op, at)
            }
        }
    }

    fn table(&mut self, at: &mut Cursor<'_>) -> Read<()> {
        let index = at.id("T")? as usize;
        if index != self.tables.len() {
            return Err(format!("table {index} comes where {} is next", self.tables.len()));
        }
        at.need("low")?;
        let low = at.number_as()?;
        at.need("base")?;
        let base = at.number_as()?;
        let targets = at.list(target)?;
        at.need("else")?;
        let default = target(at)?;
        self.tables.push((JumpTable { low, base, ..JumpTable::default() }, targets, default));
        Ok(())
    }

    fn instruction(&mut self, op: Op, at: &mut Cursor<'_>) -> Read<()> {
        let (mut w, mut ext) = (op as u64, 0);
        for (i, operand) in op.info().operands.iter().enumerate() {
            if i > 0 {
                at.need(",")?;
            }
            if operand.kind == Kind::Off && at.starts_with("L") {
                self.fixups.push((self.cell.code.len(), at.id("L")?));
                continue;
            }
            opcode::set(operand.slot, &mut w, &mut ext, read_operand(*operand, at)?);
        }
        self.cell.code.push(w);
        if op.words() == 2 {
            self.cell.code.push(ext);
        }
        Ok(())
    }

    /// Resolves labels.
    pub(super) fn finish(mut self) -> Read<(Cell, Vec<(u32, usize)>)> {
        let place = |labels: &BTreeMap<u32, u32>, label: u32| {
            labels.get(&label).copied().ok_or_else(|| format!("there is no label L{label}"))
        };
        for (at, label) in &self.fixups {
            let target = place(&self.labels, *label)?;
            let op = opcode::op(self.cell.code[*at]).ok_or("no such opcode")?;
            let slot = op.offset_slot().ok_or("no branch")?;
            let offset = i64::from(target) - (*at + op.words()) as i64;
            let fits = if slot == Slot::C {
                i16::try_from(offset).is_ok()
            } else {
                i32::try_from(offset).is_ok()
            };
            if !fits {
                return Err(format!("label L{label} is too far"));
            }
            opcode::set(slot, &mut self.cell.code[*at], &mut 0, offset as i32 as u32);
        }
        let word = |target: Target| match target {
            Target::Word(pc) => Ok(pc),
            Target::Label(label) => place(&self.labels, label),
        };
        for (mut table, targets, default) in std::mem::take(&mut self.tables) {
            table.targets = targets.into_iter().map(word).collect::<Result<_, _>>()?;
            table.default = word(default)?;
            self.cell.tables.push(table);
        }
        Ok((self.cell, self.instructions))
    }
}

fn target(at: &mut Cursor<'_>) -> Read<Target> {
    if at.eat("=") { at.number_as().map(Target::Word) } else { at.id("L").map(Target::Label) }
}

/// Reads an operand as raw bits.
fn read_operand(operand: Operand, at: &mut Cursor<'_>) -> Read<u32> {
    let wide = matches!(operand.slot, Slot::BC | Slot::X0 | Slot::X1);
    let bits = match operand.kind {
        Kind::Imm | Kind::Off => {
            let value: i32 = at.number_as()?;
            if !wide && i16::try_from(value).is_err() {
                return Err(format!("{value} does not fit 16 bits"));
            }
            return Ok(if wide { value as u32 } else { u32::from(value as i16 as u16) });
        }
        Kind::Count | Kind::Flag | Kind::Ordinal => at.number_as()?,
        Kind::Intrinsic if at.eat("=") => at.number_as()?,
        Kind::Intrinsic => {
            let name = at.word()?;
            u32::from(intrinsic_id(name).ok_or_else(|| format!("there is no builtin `{name}`"))?)
        }
        Kind::Reg(..) | Kind::Window(_) => at.id("r")?,
        Kind::Field => at.id(".")?,
        Kind::VariantLow | Kind::EnumBase => at.id("v")?,
        Kind::Class => at.id("c")?,
        Kind::Type => at.id("t")?,
        Kind::Cell => at.id("@")?,
        Kind::ConstInt | Kind::ConstFloat | Kind::ConstStr | Kind::ConstBytes | Kind::Template => {
            at.id("k")?
        }
        Kind::JumpTable => at.id("T")?,
        Kind::Global => at.id("g")?,
        Kind::Host => at.id("h")?,
        Kind::Tool => at.id("u")?,
        Kind::ErrorCode => at.id("R")?,
        Kind::Operation => at.id("o")?,
        Kind::Handler => at.id("d")?,
    };
    if !wide && bits > u32::from(u16::MAX) {
        return Err(format!("{bits} does not fit 16 bits"));
    }
    Ok(bits)
}
