//! Rules F3, O5, C4 and the walk: states flow along every edge until they are stable.
//!
//! Input → output: a cell whose words passed `operands` → nothing wrong, and for a probe the registers that own a value there.
//!
//! Method: states are stored only where more than one edge meets, or until a single edge is followed. Blocks are taken in
//! code order; a block is taken again only when a join weakened its state, so a cell is walked about once.

use super::ownership::{Fault, Frame, Hold, MAYBE_NULL, NON_NULL, State, VARIANT, merge};
use super::plan::Plan;
use super::step::Step;
use super::{Rule, Violation, generators};
use crate::module::{Cell, CellId, DeferScope, Module, Passing};
use crate::opcode::{self, Flags, Op, Reg, Slot};
use crate::typedesc::{ClassDesc, Repr};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

/// Set on the first word of an instruction.
pub(super) const MARK_START: u8 = 1;
/// Set on a word that is jumped to.
pub(super) const MARK_TARGET: u8 = 2;
/// Set on a word that more than one edge leads to.
pub(super) const MARK_JOIN: u8 = 4;
/// Set on a word that waits in the queue.
const MARK_QUEUED: u8 = 16;

const NONE: u32 = u32::MAX;

/// Memory that is reused from cell to cell.
#[derive(Default)]
pub(super) struct Scratch {
    pub(super) marks: Vec<u8>,
    pub(super) tables_used: Vec<bool>,
    /// Per word: index into `pool` of the state stored for it.
    stored: Vec<u32>,
    pool: Vec<Vec<State>>,
    free: Vec<u32>,
    queue: BinaryHeap<Reverse<u32>>,
    frame: Frame,
}

/// Asks for the registers that own a value at a word.
#[derive(Clone, Copy)]
pub(super) struct Probe {
    pc: u32,
    during: bool,
    /// At every instruction where the frame may be left: while it runs for calls, before it for the rest.
    everywhere: bool,
    /// It asks for the registers that may be read, not only those that own.
    alive: bool,
}

impl Probe {
    pub(super) const fn none() -> Probe {
        Probe { pc: u32::MAX, during: false, everywhere: false, alive: false }
    }

    pub(super) const fn before(pc: u32) -> Probe {
        Probe { pc, during: false, everywhere: false, alive: false }
    }

    pub(super) const fn during(pc: u32) -> Probe {
        Probe { pc, during: true, everywhere: false, alive: false }
    }

    pub(super) const fn everywhere() -> Probe {
        Probe { pc: u32::MAX, during: false, everywhere: true, alive: false }
    }

    pub(super) const fn alive() -> Probe {
        Probe { alive: true, ..Probe::everywhere() }
    }
}

/// What a walk tells: the answer of a probe for one word, and of one for every word.
#[derive(Default)]
pub(super) struct Answers {
    pub(super) one: Vec<Reg>,
    /// By word: before the instruction, and while it runs when it is a call.
    pub(super) all: BTreeMap<u32, [Vec<Reg>; 2]>,
}

/// Walks a cell.
pub(super) fn check(
    module: &Module,
    id: CellId,
    scratch: &mut Scratch,
    probe: Probe,
) -> Result<Answers, Violation> {
    let cell = &module.cells[id.index()];
    scratch.stored.clear();
    scratch.stored.resize(cell.code.len(), NONE);
    scratch.queue.clear();
    scratch.free.clear();
    scratch.free.extend(0..scratch.pool.len() as u32);
    let mut walk = Walk {
        cell,
        step: Step::new(module, cell, std::mem::take(&mut scratch.frame)),
        scratch,
        probe,
        answer: Answers::default(),
        owned_before: Vec::new(),
    };
    walk.step.asks_alive = probe.alive;
    walk.enter();
    let done = walk.run();
    let answer = std::mem::take(&mut walk.answer);
    let frame = std::mem::take(&mut walk.step.frame);
    scratch.frame = frame;
    done.map_err(|(pc, Fault(fault))| Violation {
        rule: fault.0,
        cell: Some(id),
        pc: Some(pc as u32),
        message: fault.1,
    })?;
    Ok(answer)
}

struct Walk<'m, 's> {
    cell: &'m Cell,
    step: Step<'m>,
    scratch: &'s mut Scratch,
    probe: Probe,
    answer: Answers,
    /// Registers that own a value before the current call, in a cell with defers.
    owned_before: Vec<Reg>,
}

impl Walk<'_, '_> {
    /// State at the start of the cell.
    fn enter(&mut self) {
        let cell = self.cell;
        let frame = &mut self.step.frame;
        frame.reset(cell.regs.len());
        let fact = |repr: Repr| if matches!(repr, Repr::Ref(_)) { NON_NULL } else { MAYBE_NULL };
        if cell.closure.is_some() {
            frame.put(0, State::new(Hold::Borrowed, 0, NON_NULL));
        }
        for (i, param) in cell.params.iter().enumerate() {
            let reg = (cell.first_param() + i) as Reg;
            frame.put(
                reg,
                match param.passing {
                    _ if !param.repr.is_counted() => State::INIT,
                    Passing::Owned => State::new(Hold::Owned, 0, fact(param.repr)),
                    Passing::Borrowed => State::new(Hold::Borrowed, reg, fact(param.repr)),
                },
            );
        }
    }

    fn run(&mut self) -> Result<(), (usize, Fault)> {
        self.block(0)?;
        while let Some(Reverse(pc)) = self.scratch.queue.pop() {
            let pc = pc as usize;
            self.scratch.marks[pc] &= !MARK_QUEUED;
            let slot = self.scratch.stored[pc];
            self.step.frame.load(&self.scratch.pool[slot as usize]);
            if self.scratch.marks[pc] & MARK_JOIN == 0 {
                self.scratch.stored[pc] = NONE;
                self.scratch.free.push(slot);
            }
            self.block(pc)?;
        }
        Ok(())
    }

    /// Walks from a word to the end of its block.
    fn block(&mut self, mut pc: usize) -> Result<(), (usize, Fault)> {
        let code = &self.cell.code;
        loop {
            let w = code[pc];
            let Some(op) = opcode::op(w) else {
                return Err((pc, Fault::new(Rule::P1, "no such opcode")));
            };
            let info = Plan::of(op);
            let ext = if info.flags.has(Flags::EXT) { code[pc + 1] } else { 0 };
            self.before(pc, info.flags).map_err(|e| (pc, e))?;
            let call = info.flags.has(Flags::CALL);
            let everywhere = call && self.probe.everywhere;
            let probed = call && self.probe.during && self.probe.pc as usize == pc;
            let deferred = call && !self.cell.defers.is_empty();
            let wanted = probed || deferred || everywhere;
            let owned = self.step.run(op, info, w, ext, wanted).map_err(|e| (pc, e))?;
            let alive = everywhere.then(|| self.step.alive.take()).flatten();
            if deferred {
                self.during(pc, &owned).map_err(|e| (pc, e))?;
            }
            if probed {
                self.answer.one = owned;
            } else if everywhere {
                self.answer.all.entry(pc as u32).or_default()[1] = alive.unwrap_or(owned);
            }
            let next = pc + info.words;
            if info.flags.has(Flags::BRANCH) {
                self.edges(op, w, next).map_err(|e| (pc, e))?;
            }
            if info.flags.has(Flags::TERM) {
                return Ok(());
            }
            if self.scratch.marks[next] & MARK_TARGET != 0 {
                self.step.frame.kill_loans();
                return self.arrive(next).map_err(|e| (pc, e));
            }
            pc = next;
        }
    }

    /// The probe, and living `defer` closures where the frame may be left.
    fn before(&mut self, pc: usize, flags: Flags) -> Result<(), Fault> {
        if self.probe.pc as usize == pc {
            self.answer.one = self.step.frame.owned();
        }
        if self.probe.everywhere {
            let frame = &self.step.frame;
            let found = if self.probe.alive { frame.alive() } else { frame.owned() };
            self.answer.all.entry(pc as u32).or_default()[0] = found;
        }
        if !self.cell.defers.is_empty() && flags.may_leave() {
            if flags.has(Flags::CALL) {
                self.owned_before = self.step.frame.owned();
            }
            for scope in self.defers_at(pc) {
                let hold = self.step.frame.get(scope.reg).hold();
                if !matches!(hold, Hold::Owned | Hold::Static | Hold::Borrowed) {
                    let message = format!("r{} of a defer scope is not alive", scope.reg);
                    return Err(Fault::new(Rule::C4, message));
                }
            }
        }
        Ok(())
    }

    /// A call that fails has consumed its arguments: the closure of a scope must not be among them.
    fn during(&mut self, pc: usize, owned: &[Reg]) -> Result<(), Fault> {
        for scope in self.defers_at(pc) {
            if !owned.contains(&scope.reg) && self.owned_before.contains(&scope.reg) {
                let message = format!("r{} of a defer scope is given away", scope.reg);
                return Err(Fault::new(Rule::C4, message));
            }
        }
        Ok(())
    }

    fn defers_at(&self, pc: usize) -> impl Iterator<Item = &DeferScope> {
        let all = self.cell.defers.iter();
        all.filter(move |d| (d.start as usize..d.end as usize).contains(&pc))
    }

    /// Sends the state along the edges of a branch, refined by what the branch tells.
    fn edges(&mut self, op: Op, w: u64, next: usize) -> Result<(), Fault> {
        let a = opcode::a(w);
        match op {
            Op::Switch => {
                let table = &self.cell.tables[opcode::index32(w) as usize];
                self.arrive(table.default as usize)?;
                table.targets.iter().try_for_each(|t| self.arrive(*t as usize))
            }
            Op::SwitchTag => {
                let table = &self.cell.tables[opcode::index32(w) as usize];
                let whole = self.step.frame.get(a);
                for (ordinal, target) in table.targets.iter().enumerate() {
                    self.step.frame.put(a, self.known_variant(a, ordinal as u32, whole));
                    self.arrive(*target as usize)?;
                }
                self.step.frame.put(a, whole);
                Ok(())
            }
            Op::GenNext => {
                let offset = i64::from(opcode::off16(w));
                self.arrive((next as i64 + offset) as usize)?;
                generators::nothing_came(&mut self.step, w);
                Ok(())
            }
            _ => {
                let slot = Plan::of(op).offset.unwrap_or(Slot::BC);
                let offset = opcode::signed(slot, opcode::get(slot, w, 0));
                let target = (next as i64 + i64::from(offset)) as usize;
                let Some((taken, fallen)) = self.refine(op, w) else {
                    return self.arrive(target);
                };
                self.step.frame.put(a, taken);
                self.arrive(target)?;
                self.step.frame.put(a, fallen);
                Ok(())
            }
        }
    }

    /// States of register `a` when the branch is taken and when it is not; `None` when it tells nothing.
    fn refine(&self, op: Op, w: u64) -> Option<(State, State)> {
        use Op::{JNNil, JNNull, JNTag, JNVar, JNil, JNull, JTag, JVar};
        if !matches!(op, JNil | JNNil | JNull | JNNull | JTag | JNTag | JVar | JNVar) {
            return None;
        }
        let reg = opcode::a(w);
        let state = self.step.frame.get(reg);
        let null = State::new(Hold::Static, 0, MAYBE_NULL);
        let (yes, no) = match op {
            Op::JNil | Op::JNNil => (null, state.with_fact(state.fact().max(NON_NULL))),
            Op::JNull | Op::JNNull => (null, state),
            Op::JTag | Op::JNTag | Op::JVar | Op::JNVar => {
                let class = self.step.regs[usize::from(reg)].class()?;
                let variants = match &self.step.module.classes[class.index()] {
                    ClassDesc::Enum { variants, .. } => variants.len() as u32,
                    _ => return None,
                };
                let ordinal = match op {
                    Op::JTag | Op::JNTag => u32::from(opcode::b(w)),
                    _ => u32::from(opcode::b(w).wrapping_sub((class.0 + 1) as u16)),
                };
                let other = match variants {
                    2 => self.known_variant(reg, 1 - ordinal.min(1), state),
                    _ => state,
                };
                (self.known_variant(reg, ordinal, state), other)
            }
            _ => return None,
        };
        Some(match op {
            Op::JNNil | Op::JNNull | Op::JNTag | Op::JNVar => (no, yes),
            _ => (yes, no),
        })
    }

    /// State of an enum register once its variant is known.
    fn known_variant(&self, reg: Reg, ordinal: u32, state: State) -> State {
        let class = self.step.regs[usize::from(reg)].class();
        let payload = class.and_then(|c| match &self.step.module.classes[c.index()] {
            ClassDesc::Enum { variants, .. } => variants.get(ordinal as usize).map(|v| v.payload),
            _ => None,
        });
        match payload {
            Some(true) => state.with_fact(VARIANT + ordinal),
            Some(false) => State::new(Hold::Static, 0, NON_NULL),
            None => state,
        }
    }

    /// The current state reaches a jump target.
    fn arrive(&mut self, target: usize) -> Result<(), Fault> {
        let scratch = &mut *self.scratch;
        let states = &self.step.frame.states;
        let slot = scratch.stored[target];
        let changed = if slot == NONE {
            let slot = scratch.free.pop().unwrap_or_else(|| {
                scratch.pool.push(Vec::new());
                scratch.pool.len() as u32 - 1
            });
            let buffer = &mut scratch.pool[slot as usize];
            buffer.clear();
            buffer.extend_from_slice(states);
            scratch.stored[target] = slot;
            true
        } else if scratch.marks[target] & MARK_JOIN != 0 {
            merge(&mut scratch.pool[slot as usize], states)?
        } else {
            scratch.pool[slot as usize].copy_from_slice(states);
            true
        };
        if changed && scratch.marks[target] & MARK_QUEUED == 0 {
            scratch.marks[target] |= MARK_QUEUED;
            scratch.queue.push(Reverse(target as u32));
        }
        Ok(())
    }
}
