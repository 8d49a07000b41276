//! Rules P1–P4, F1–F5 (static part), C5: one pass over the words of a cell.
//!
//! Input → output: code → marks of each word in `Scratch`: starts of instructions, jump targets, joins.

use super::flow::{MARK_JOIN, MARK_START, MARK_TARGET, Scratch};
use super::plan::Plan;
use super::{Rule, Violation};
use crate::intrinsics::INTRINSICS;
use crate::module::{Cell, CellId, Module};
use crate::opcode::{self, Flags, Kind, Op, Operand, Slot};

/// Bound of registers times joins: 256 MiB of states.
const STATES_MAX: usize = 1 << 25;
/// Bound of registers times instructions that look at all of them: below a second.
const VISITS_MAX: usize = 1 << 29;

pub(super) fn check(module: &Module, id: CellId, scratch: &mut Scratch) -> Result<(), Violation> {
    let cell = &module.cells[id.index()];
    let fail = |pc: usize, (rule, message): Failure| Violation {
        rule,
        cell: Some(id),
        pc: Some(pc as u32),
        message: message.to_owned(),
    };
    let marks = &mut scratch.marks;
    marks.clear();
    marks.resize(cell.code.len() + 1, 0);
    scratch.tables_used.clear();
    scratch.tables_used.resize(cell.tables.len(), false);
    let mut pc = 0;
    let mut falls_through = true;
    // Instructions that copy or search the state of all registers.
    let mut heavy = cell.tables.iter().map(|t| t.targets.len() + 1).sum::<usize>();
    while pc < cell.code.len() {
        let w = cell.code[pc];
        let Some(op) = opcode::op(w) else {
            return Err(fail(pc, (Rule::P1, "no such opcode")));
        };
        let info = Plan::of(op);
        let ext = if info.flags.has(Flags::EXT) {
            match cell.code.get(pc + 1) {
                Some(ext) => *ext,
                None => return Err(fail(pc, (Rule::P1, "the extension word is missing"))),
            }
        } else {
            0
        };
        if opcode::has_stray_bits(op, w, ext) {
            return Err(fail(pc, (Rule::P5, "bits that no operand uses are not zero")));
        }
        marks[pc] |= MARK_START;
        if (op == Op::Enter) != (pc == 0) {
            return Err(fail(pc, (Rule::F1, "`enter` is the first instruction and no other")));
        }
        if info.regs().iter().any(|r| usize::from(r.reg(w, ext)) >= cell.regs.len()) {
            return Err(fail(pc, (Rule::P2, "no such register")));
        }
        for operand in info.others() {
            one(module, cell, op, *operand, opcode::get(operand.slot, w, ext))
                .map_err(|e| fail(pc, e))?;
        }
        if op == Op::Enter && usize::from(opcode::a(w)) != cell.regs.len() {
            return Err(fail(pc, (Rule::F1, "`enter` has another number of registers")));
        }
        let next = pc + info.words;
        heavy += usize::from(!info.simple || !info.harmless);
        if info.flags.has(Flags::BRANCH) {
            targets(cell, marks, &mut scratch.tables_used, info.others(), (op, w, pc))
                .map_err(|e| fail(pc, e))?;
        }
        falls_through = !info.flags.has(Flags::TERM);
        if falls_through && next < cell.code.len() {
            // A target found before: the fall-through is a second way in. Found later: `mark_target` sees this bit.
            marks[next] |= MARK_FALLEN_INTO;
            if marks[next] & MARK_TARGET != 0 {
                marks[next] |= MARK_JOIN;
            }
        }
        pc = next;
    }
    if falls_through {
        return Err(fail(cell.code.len(), (Rule::F3, "control runs off the end")));
    }
    let joins = joins_of(cell, marks)
        .map_err(|pc| fail(pc, (Rule::F2, "a jump goes into the middle of an instruction")))?;
    let regs = cell.regs.len().max(1);
    if joins.saturating_mul(regs) > STATES_MAX || heavy.saturating_mul(regs) > VISITS_MAX {
        return Err(fail(0, (Rule::C5, "too many registers and joins")));
    }
    Ok(())
}

type Failure = (Rule, &'static str);

/// Set on a word that the instruction before it falls into.
const MARK_FALLEN_INTO: u8 = 8;

/// Number of joins; the word that is a target and no start, when there is one.
fn joins_of(cell: &Cell, marks: &[u8]) -> Result<usize, usize> {
    let mut joins = 0;
    for (pc, mark) in marks[..cell.code.len()].iter().enumerate() {
        if mark & MARK_TARGET != 0 && mark & MARK_START == 0 {
            return Err(pc);
        }
        joins += usize::from(mark & MARK_JOIN != 0);
    }
    Ok(joins)
}

fn mark_target(marks: &mut [u8], target: usize) {
    let mark = &mut marks[target];
    if *mark & (MARK_TARGET | MARK_FALLEN_INTO) != 0 {
        *mark |= MARK_JOIN;
    }
    *mark |= MARK_TARGET;
}

fn targets(
    cell: &Cell,
    marks: &mut [u8],
    tables_used: &mut [bool],
    operands: &[Operand],
    (op, w, pc): (Op, u64, usize),
) -> Result<(), Failure> {
    let mut jump = |target: i64| {
        if target <= 0 || target >= cell.code.len() as i64 {
            return Err((Rule::F2, "a jump leaves the cell"));
        }
        if target <= pc as i64 && !op.flags().has(Flags::BACK) {
            return Err((Rule::F4, "a jump backwards that is no safepoint"));
        }
        mark_target(marks, target as usize);
        Ok(())
    };
    for operand in operands {
        let bits = opcode::get(operand.slot, w, 0);
        match operand.kind {
            Kind::Off => {
                jump(pc as i64 + op.words() as i64 + i64::from(opcode::signed(operand.slot, bits)))?
            }
            Kind::JumpTable => {
                let table = &cell.tables[bits as usize];
                if std::mem::replace(&mut tables_used[bits as usize], true) {
                    return Err((Rule::F5, "a jump table of two instructions"));
                }
                jump(i64::from(table.default))?;
                for target in &table.targets {
                    jump(i64::from(*target))?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn one(module: &Module, cell: &Cell, op: Op, operand: Operand, bits: u32) -> Result<(), Failure> {
    let n = bits as usize;
    let below =
        |len: usize| if n < len { Ok(()) } else { Err((Rule::P3, "an index out of range")) };
    match operand.kind {
        // Registers were looked at; windows of no register may stand behind the last one.
        Kind::Reg(..)
        | Kind::Window(_)
        | Kind::Off
        | Kind::Field
        | Kind::VariantLow
        | Kind::EnumBase => Ok(()),
        Kind::Ordinal | Kind::Count if op != Op::ShlI && op != Op::ShrI => Ok(()),
        Kind::Ordinal => Ok(()),
        Kind::Count if n < 64 => Ok(()),
        Kind::Count => Err((Rule::P4, "a shift out of range")),
        Kind::Flag if n > 1 => Err((Rule::P4, "a truth value that is neither 0 nor 1")),
        Kind::Flag => Ok(()),
        Kind::Imm => match op {
            Op::DivI | Op::DivFI | Op::ModI if matches!(opcode::signed(Slot::C, bits), 0 | -1) => {
                Err((Rule::P4, "a divisor that is 0 or -1"))
            }
            _ => Ok(()),
        },
        Kind::Class => below(module.classes.len()),
        Kind::Type => below(module.types.len()),
        Kind::Cell => below(module.cells.len()),
        Kind::Intrinsic => below(INTRINSICS.len()),
        Kind::ConstInt => below(module.consts.ints.len()),
        Kind::ConstFloat => below(module.consts.floats.len()),
        Kind::ConstStr => below(module.consts.strings.len()),
        Kind::ConstBytes => below(module.consts.bytes.len()),
        Kind::Template => below(module.consts.templates.len()),
        Kind::JumpTable => below(cell.tables.len()),
        Kind::Global => below(module.globals.len()),
        Kind::Host => below(module.hosts.len()),
        Kind::Operation => below(module.operations.len()),
        Kind::Handler => below(module.handlers.len()),
        Kind::Tool => below(module.tools.len()),
        Kind::ErrorCode if (1000..2000).contains(&n) => Ok(()),
        Kind::ErrorCode => Err((Rule::P4, "no runtime error has this number")),
    }
}
