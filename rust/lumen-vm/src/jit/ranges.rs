//! Which checks of a cell can never fail: ranges of its integers, and which of them are below a list's length.
//!
//! Input → output: a cell and its blocks → [`Marks`], by word.
//!
//! Method: forward dataflow over blocks; loops are widened at their headers and narrowed again by two more rounds. A state
//! has a [`Fact`] for each register: an interval, and at most one register of each kind that it is compared with.
//!
//! Invariants:
//! - A fact holds whenever its place is reached, however it is reached: native code may begin at any loop's header.
//! - Analysis only says less where it gives up: without marks every check stays.

mod edges;
mod interval;
mod transfer;

use super::plan::Instruction;
use interval::Interval;
use lumen_lir::{Cell, Cfg, Flags, Module, Op, Reg, Repr, Shapes, Slot, get, signed};
use std::collections::BTreeSet;
pub(super) use transfer::keeps_length;

/// Blocks × registers, and words × registers, that are analysed at most.
const STATES_MAX: usize = 1 << 17;
const WORK_MAX: usize = 1 << 20;
/// Visits of a loop's header before it is widened.
const PLAIN_VISITS: u8 = 2;
/// Visits before what still grows becomes unknown.
const WIDE_VISITS: u8 = 12;
/// No register.
const NONE: Reg = Reg::MAX;

/// What is known of an instruction's checks.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) struct Mark(u8);

impl Mark {
    /// It cannot fail: no overflow, a shift in range, a divisor that is neither 0 nor -1.
    pub(super) const TOTAL: Mark = Mark(1);
    /// Its (first) index is in range.
    pub(super) const INSIDE: Mark = Mark(2);
    /// Its dividend is not negative, its divisor is positive.
    pub(super) const POSITIVE: Mark = Mark(4);
    /// Its second operand is not negative.
    pub(super) const SECOND_UP: Mark = Mark(8);
    /// Its second operand is negative or zero.
    pub(super) const SECOND_DOWN: Mark = Mark(16);
    /// Its first operand is not negative.
    pub(super) const FIRST_UP: Mark = Mark(32);
    /// This branch is taken whenever it is reached.
    pub(super) const ALWAYS: Mark = Mark(64);
    /// This branch is never taken.
    pub(super) const NEVER: Mark = Mark(128);

    /// Whether it has all of another.
    pub(super) fn has(self, other: Mark) -> bool {
        self.0 & other.0 == other.0
    }

    fn add(&mut self, other: Mark, holds: bool) {
        if holds {
            self.0 |= other.0;
        }
    }
}

/// What is known of a register.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Fact {
    range: Interval,
    /// It is less than this register.
    below: Reg,
    /// It is less than the length of the list in this register.
    within: Reg,
    /// It is the length of the list in this register.
    length: Reg,
}

const UNKNOWN: Fact = Fact { range: Interval::ALL, below: NONE, within: NONE, length: NONE };

impl Fact {
    fn of(range: Interval) -> Fact {
        Fact { range, ..UNKNOWN }
    }

    fn join(self, other: Fact) -> Fact {
        let same = |a: Reg, b: Reg| if a == b { a } else { NONE };
        Fact {
            range: self.range.join(other.range),
            below: same(self.below, other.below),
            within: same(self.within, other.within),
            length: same(self.length, other.length),
        }
    }
}

/// What is known at a place.
#[derive(Clone, PartialEq, Debug)]
struct State {
    facts: Vec<Fact>,
}

impl State {
    fn fact(&self, reg: Reg) -> Fact {
        self.facts[usize::from(reg)]
    }

    fn range(&self, reg: Reg) -> Interval {
        self.fact(reg).range
    }

    /// A register has a new value.
    fn set(&mut self, reg: Reg, fact: Fact) {
        self.forget_relations(reg);
        self.facts[usize::from(reg)] = fact;
    }

    fn forget_relations(&mut self, reg: Reg) {
        for fact in &mut self.facts {
            if fact.below == reg {
                fact.below = NONE;
            }
            if fact.within == reg {
                fact.within = NONE;
            }
            if fact.length == reg {
                fact.length = NONE;
            }
        }
    }

    /// A list got longer.
    fn grew(&mut self, list: Reg) {
        self.facts.iter_mut().filter(|fact| fact.length == list).for_each(|f| f.length = NONE);
    }

    /// Whether an index is surely in range of a list.
    fn is_inside(&self, index: Reg, list: Reg) -> bool {
        let fact = self.fact(index);
        let below = fact.below != NONE && self.fact(fact.below).length == list;
        fact.range.low >= 0 && (fact.within == list || below)
    }

    fn join(&mut self, other: &State) {
        for (mine, other) in self.facts.iter_mut().zip(&other.facts) {
            *mine = mine.join(*other);
        }
    }

    /// Goes on from an earlier state of a loop's header, wider.
    fn widen(&mut self, earlier: &State, visits: u8) {
        for (new, old) in self.facts.iter_mut().zip(&earlier.facts) {
            if new.range != old.range && visits > PLAIN_VISITS {
                let all = visits > WIDE_VISITS;
                new.range = if all { Interval::ALL } else { old.range.widen(new.range) };
            }
        }
    }
}

/// What is known of a cell's instructions, by word.
#[derive(Clone, Debug, Default)]
pub(super) struct Marks(Vec<Mark>);

impl Marks {
    /// Analyses a cell.
    pub(super) fn new(module: &Module, shapes: &Shapes<'_>, cell: &Cell, cfg: &Cfg) -> Marks {
        let regs = cell.regs.len();
        let small = |n: usize, most: usize| n.saturating_mul(regs) <= most;
        if !small(cfg.blocks.len(), STATES_MAX) || !small(cell.code.len(), WORK_MAX) {
            return Marks::default();
        }
        let mut analysis = Analysis { module, shapes, cell, cfg, marks: Vec::new() };
        let mut states = analysis.fixed_point();
        for _ in 0..2 {
            states = analysis.narrowed(&states);
        }
        analysis.marks = vec![Mark::default(); cell.code.len()];
        for (block, state) in states.into_iter().enumerate() {
            if let Some(mut state) = state {
                analysis.block(block as u32, &mut state);
            }
        }
        Marks(analysis.marks)
    }

    /// What is known of the instruction at a word.
    pub(super) fn at(&self, pc: usize) -> Mark {
        self.0.get(pc).copied().unwrap_or_default()
    }
}

struct Analysis<'m> {
    module: &'m Module,
    shapes: &'m Shapes<'m>,
    cell: &'m Cell,
    cfg: &'m Cfg,
    /// By word; empty while states are still being computed.
    marks: Vec<Mark>,
}

impl Analysis<'_> {
    fn entry(&self) -> State {
        State { facts: vec![UNKNOWN; self.cell.regs.len()] }
    }

    /// States at the beginnings of blocks that contain all that can be there.
    fn fixed_point(&mut self) -> Vec<Option<State>> {
        let n = self.cfg.blocks.len();
        let mut states: Vec<Option<State>> = vec![None; n];
        let mut visits = vec![0u8; n];
        states[0] = Some(self.entry());
        let mut work = BTreeSet::from([0u32]);
        while let Some(block) = work.pop_first() {
            let Some(mut state) = states[block as usize].clone() else { continue };
            for (succ, after) in self.successors(block, &mut state) {
                let at = &mut states[succ as usize];
                let Some(old) = at else {
                    *at = Some(after);
                    work.insert(succ);
                    continue;
                };
                let mut joined = after;
                joined.join(old);
                if joined == *old {
                    continue;
                }
                if succ <= block {
                    visits[succ as usize] = visits[succ as usize].saturating_add(1);
                    joined.widen(old, visits[succ as usize]);
                }
                *at = Some(joined);
                work.insert(succ);
            }
        }
        states
    }

    /// The states that follow from these in one step: they contain all that can be there when these do.
    fn narrowed(&mut self, states: &[Option<State>]) -> Vec<Option<State>> {
        let mut new: Vec<Option<State>> = vec![None; states.len()];
        new[0] = Some(self.entry());
        for (block, state) in states.iter().enumerate() {
            let Some(state) = state else { continue };
            for (succ, after) in self.successors(block as u32, &mut state.clone()) {
                match &mut new[succ as usize] {
                    Some(known) => known.join(&after),
                    empty => *empty = Some(after),
                }
            }
        }
        new
    }

    /// The states on the edges out of a block that can be taken.
    fn successors(&mut self, block: u32, state: &mut State) -> Vec<(u32, State)> {
        let last = self.block(block, state);
        let plain = |state: &State| {
            self.cfg.succs(block).iter().map(|succ| (*succ, state.clone())).collect()
        };
        let Some(at) = last.filter(|at| at.op.flags().has(Flags::BRANCH)) else {
            return plain(state);
        };
        if matches!(at.op, Op::Jmp | Op::Loop | Op::Switch | Op::SwitchTag) {
            return plain(state);
        }
        let target = self.cfg.block_of(self.target(at));
        let mut taken = state.clone();
        let mut edges = Vec::new();
        if self.take(at, &mut taken) {
            edges.push((target, taken));
        }
        if (at.next) < self.cell.code.len() && self.fall(at, state) {
            edges.push((self.cfg.block_of(at.next), state.clone()));
        }
        edges
    }

    /// The word that a branch jumps to.
    fn target(&self, at: Instruction) -> usize {
        let (w, ext) = self.words(at);
        let slot = at.op.offset_slot().unwrap_or(Slot::BC);
        (at.next as i64 + i64::from(signed(slot, get(slot, w, ext)))) as usize
    }

    fn words(&self, at: Instruction) -> (u64, u64) {
        let code = &self.cell.code;
        (code[at.pc], if at.next - at.pc == 2 { code[at.pc + 1] } else { 0 })
    }

    /// Goes through a block; gives its last instruction.
    fn block(&mut self, block: u32, state: &mut State) -> Option<Instruction> {
        let range = self.cfg.blocks[block as usize];
        let (mut pc, mut last) = (range.start as usize, None);
        while pc < range.end as usize {
            let Some(op) = lumen_lir::op(self.cell.code[pc]) else { break };
            let at = Instruction { op, pc, next: pc + op.words() };
            self.instruction(at, state);
            (pc, last) = (at.next, Some(at));
        }
        last
    }

    fn is_int(&self, reg: Reg) -> bool {
        self.cell.regs[usize::from(reg)] == Repr::I64
    }
}
