//! Short branches without jumps: both ways are computed, and what is read later is chosen.
//!
//! Input → output: a branch around a few instructions, or to one of two such groups, that meet behind them → the same
//! values without a branch of the machine. It is done where the instructions cannot fail and touch no memory, or give
//! what was computed on the way already: then a branch that goes either way at random costs more.
//!
//! Invariant: what is known of checks is as before the branch afterwards, as neither way was surely taken.

use super::super::plan::Instruction;
use super::super::ranges::Mark;
use super::translate::Translator;
use cranelift_codegen::ir::{InstBuilder, Value};
use lumen_lir::{Flags, Op, Reg, Repr};

/// Instructions that are computed in vain at most.
const MOST_COST: usize = 3;
/// Instructions of a way at most.
const MOST_WAY: usize = 6;

/// What a branch chooses between.
struct Ways {
    /// The group that is jumped to; empty when that is where the ways meet.
    taken: Vec<Instruction>,
    /// The group behind the branch.
    fallen: Vec<Instruction>,
    /// The blocks of the groups.
    blocks: Vec<u32>,
    /// The block where they meet.
    join: u32,
}

impl Translator<'_, '_> {
    /// Translates a branch without a jump where that is good; whether it was.
    pub(super) fn choose(&mut self, at: Instruction) -> bool {
        let Some(ways) = self.ways(at) else { return false };
        if !self.is_quiet(&ways.taken) || !self.is_quiet(&ways.fallen) {
            return false;
        }
        let mut regs: Vec<Reg> =
            ways.taken.iter().chain(&ways.fallen).map(|at| self.written(*at)).collect();
        regs.sort_unstable();
        regs.dedup();
        let join = self.plan.cfg.blocks[ways.join as usize].start as usize;
        let condition = self.condition(at);
        let before: Vec<Value> = regs.iter().map(|reg| self.get(*reg)).collect();
        let fallen = self.results(&ways.fallen, &regs, &before);
        let taken = self.results(&ways.taken, &regs, &before);
        for (at, reg) in regs.iter().enumerate() {
            if self.plan.is_read_from(join, *reg) && taken[at] != fallen[at] {
                let value = self.b.ins().select(condition, taken[at], fallen[at]);
                self.set(*reg, value);
            } else {
                self.set(*reg, taken[at]);
            }
        }
        ways.blocks.iter().for_each(|block| self.absorbed[*block as usize] = true);
        let join = self.blocks[ways.join as usize];
        self.jump(join, &[]);
        true
    }

    /// What a group makes of registers, which are as before afterwards.
    fn results(&mut self, way: &[Instruction], regs: &[Reg], before: &[Value]) -> Vec<Value> {
        let known = self.known.clone();
        for at in way {
            self.instruction(*at);
        }
        self.known = known;
        let values = regs.iter().map(|reg| self.get(*reg)).collect();
        for (reg, value) in regs.iter().zip(before) {
            self.set(*reg, *value);
        }
        values
    }

    /// The groups of a branch, when they meet behind it and are entered from nowhere else.
    fn ways(&self, at: Instruction) -> Option<Ways> {
        let here = self.plan.cfg.block_of(at.pc);
        let next = self.plan.cfg.block_of(at.next);
        let target = self.plan.cfg.block_of(self.target_word(at));
        if here == next || next == target {
            return None;
        }
        let (fallen, join) = self.group(here, next)?;
        let (taken, blocks) = if join == target {
            (Vec::new(), vec![next])
        } else {
            let (taken, other) = self.group(here, target)?;
            if other != join {
                return None;
            }
            (taken, vec![next, target])
        };
        (join > here && !blocks.contains(&join)).then_some(Ways { taken, fallen, blocks, join })
    }

    /// The instructions of a block that is entered from one other only, and the block that it goes to.
    fn group(&self, from: u32, block: u32) -> Option<(Vec<Instruction>, u32)> {
        if self.entries[block as usize] != [from] {
            return None;
        }
        let range = self.plan.cfg.blocks[block as usize];
        let (start, end) = (range.start as usize, range.end as usize);
        let mut code: Vec<Instruction> =
            self.plan.instructions(start, end).take(MOST_WAY + 1).collect();
        let last = *code.last()?;
        if last.next != end || code.len() > MOST_WAY {
            return None;
        }
        if last.op == Op::Jmp {
            code.pop();
            return Some((code, self.plan.cfg.block_of(self.target_word(last))));
        }
        if last.op.flags().any(Flags::TERM.or(Flags::BRANCH)) || end >= self.plan.cell.code.len() {
            return None;
        }
        Some((code, self.plan.cfg.block_of(end)))
    }

    /// The register that an instruction without effect writes.
    fn written(&self, at: Instruction) -> Reg {
        lumen_lir::a(self.words(at).0)
    }

    /// Whether instructions may be executed in vain, and are few.
    fn is_quiet(&mut self, way: &[Instruction]) -> bool {
        let mut cost = 0;
        let mut written: Vec<(Reg, Option<Value>)> = Vec::new();
        for at in way {
            if !self.is_free(*at) && known_kind(at.op).is_none() {
                return false;
            }
            let reg = self.written(*at);
            if !matches!(self.repr(reg), Repr::I64 | Repr::Bool | Repr::F64) {
                return false;
            }
            let known = self.known_result(*at, &written);
            if known.is_none() {
                if !self.is_free(*at) {
                    return false;
                }
                cost += 1;
            }
            written.push((reg, known));
        }
        cost <= MOST_COST
    }

    /// The result of an instruction, when it was computed on the way here.
    fn known_result(&mut self, at: Instruction, written: &[(Reg, Option<Value>)]) -> Option<Value> {
        let w = self.words(at).0;
        let mut value = |reg: Reg| match written.iter().rev().find(|(found, _)| *found == reg) {
            Some((_, value)) => *value,
            None => Some(self.get(reg)),
        };
        if at.op == Op::Mov {
            return value(lumen_lir::b(w));
        }
        let kind = known_kind(at.op)?;
        let x = value(lumen_lir::b(w));
        let second = match kind {
            Second::Register => i64::from(value(lumen_lir::c(w))?.as_u32()),
            Second::Number => i64::from(lumen_lir::c(w) as i16),
        };
        self.known.result((at.op, x?, second))
    }

    /// Whether an instruction cannot fail whatever its operands are, once its check is left out.
    fn is_free(&self, at: Instruction) -> bool {
        use Op::*;
        match at.op {
            Mov | LdI | LdK | LdB | LdF | WAdd | WSub | WMul | Min | Max | BAnd | BOr | BXor
            | BNot | BAndI | ShlI | ShrI | FAdd | FSub | FMul | FNeg | CEq | CNe | CLt | CLe
            | CEqI | CNeI | CLtI | CGeI | Not => true,
            Add | Sub | AddI | Neg => self.plan.marks.at(at.pc).has(Mark::TOTAL),
            _ => false,
        }
    }
}

/// What the second operand of an instruction is whose results are kept.
#[derive(Clone, Copy)]
pub(super) enum Second {
    Register,
    Number,
}

/// Instructions whose results are kept.
pub(super) fn known_kind(op: Op) -> Option<Second> {
    use Op::*;
    match op {
        Add | Sub | Mul | ListGet | ListGetB => Some(Second::Register),
        AddI | MulI => Some(Second::Number),
        _ => None,
    }
}
