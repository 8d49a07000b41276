//! One step of the walk: an instruction reads, consumes and defines registers.
//!
//! Input → output: a word and the `Frame` before it → the `Frame` behind it.
//!
//! Order inside an instruction: reads are checked, values are matched with places (`types.rs`), loans die, operands are consumed,
//! reads are checked again (nothing read may have been consumed), results are defined.

use super::ownership::{Fault, Frame, Hold, MAYBE_NULL, NON_NULL, State};
use super::plan::Plan;
use super::{Rule, generators};
use crate::module::{Cell, Module};
use crate::opcode::{self, Op, Reg, Role, Slot, Want};
use crate::typedesc::Repr;

/// A value on its way to a place: representation, and what is known about a reference.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Value {
    pub(super) repr: Repr,
    pub(super) fact: u32,
}

impl Value {
    /// A value of this representation of which nothing more is known.
    pub(super) fn of(repr: Repr) -> Value {
        Value { repr, fact: if matches!(repr, Repr::Ref(_)) { NON_NULL } else { MAYBE_NULL } }
    }
}

/// A register of a window.
#[derive(Clone, Copy)]
pub(super) struct Member {
    reg: Reg,
    role: Role,
    value: Value,
}

pub(super) struct Step<'m> {
    pub(super) module: &'m Module,
    pub(super) cell: &'m Cell,
    pub(super) regs: &'m [Repr],
    pub(super) frame: Frame,
    pub(super) window: Vec<Member>,
    /// First register that a call overwrites.
    pub(super) clobber: Option<usize>,
    /// Whether some register is of a class of runs.
    has_runs: bool,
    /// Whether captures are to tell which registers may be read, too.
    pub(super) asks_alive: bool,
    /// Those registers, of the last capture.
    pub(super) alive: Option<Vec<Reg>>,
}

impl<'m> Step<'m> {
    pub(super) fn new(module: &'m Module, cell: &'m Cell, frame: Frame) -> Step<'m> {
        let has_runs = generators::has_runs(module, cell);
        Step {
            module,
            cell,
            regs: &cell.regs,
            frame,
            window: Vec::new(),
            clobber: None,
            has_runs,
            asks_alive: false,
            alive: None,
        }
    }

    /// Does one instruction. With `capture`, gives the registers that own a value while it runs.
    #[inline]
    pub(super) fn run(
        &mut self,
        op: Op,
        plan: &Plan,
        w: u64,
        ext: u64,
        capture: bool,
    ) -> Result<Vec<Reg>, Fault> {
        if plan.simple && self.simple(plan, w, ext) {
            if !plan.harmless {
                self.frame.kill_loans();
            }
            return Ok(Vec::new());
        }
        self.general(op, plan, w, ext, capture)
    }

    /// An instruction on scalars alone; `false` when something is wrong with it, which the general way then finds.
    #[inline]
    fn simple(&mut self, plan: &Plan, w: u64, ext: u64) -> bool {
        for operand in plan.regs() {
            let reg = usize::from(operand.reg(w, ext));
            let ok = match operand.want {
                Want::I64 => self.regs[reg] == Repr::I64,
                Want::F64 => self.regs[reg] == Repr::F64,
                _ => self.regs[reg] == Repr::Bool,
            };
            if !ok || (operand.role != Role::Def && self.frame.states[reg] != State::INIT) {
                return false;
            }
        }
        for operand in plan.regs() {
            if operand.role == Role::Def {
                self.frame.states[usize::from(operand.reg(w, ext))] = State::INIT;
            }
        }
        true
    }

    fn general(
        &mut self,
        op: Op,
        plan: &Plan,
        w: u64,
        ext: u64,
        capture: bool,
    ) -> Result<Vec<Reg>, Fault> {
        self.window.clear();
        self.clobber = None;
        let mut takes = false;
        for operand in plan.regs() {
            let reg = operand.reg(w, ext);
            if self.has_runs {
                generators::stays(self, reg, operand.want)?;
            }
            match operand.role {
                Role::Use => {
                    self.frame.read(reg)?;
                    self.want(reg, operand.want)?;
                }
                Role::Take | Role::InOut => {
                    self.frame.read(reg)?;
                    self.want(reg, operand.want)?;
                    takes |= self.regs[usize::from(reg)].is_counted();
                }
                Role::UseUnique => {
                    self.frame.read_loan(reg)?;
                    self.want(reg, operand.want)?;
                }
                _ => self.want_place(reg, operand.want)?,
            }
        }
        let value = self.relate(op, w, ext)?;
        self.loans(op, plan, w);
        if takes || !self.window.is_empty() {
            self.consume(plan, w, ext)?;
            self.read_again(plan, w, ext)?;
        }
        if let Some(base) = self.clobber {
            self.frame.clobber(base)?;
        }
        let owned = if capture { self.frame.owned() } else { Vec::new() };
        self.alive = (capture && self.asks_alive).then(|| self.frame.alive());
        self.define(op, plan, w, ext, value)?;
        if matches!(op, Op::Ret0 | Op::Ret1 | Op::Ret2 | Op::ResumeT | Op::CallT) {
            self.frame.empty()?;
        }
        Ok(owned)
    }

    /// Loans live only across the instructions of their chain and those that touch no count.
    fn loans(&mut self, op: Op, plan: &Plan, w: u64) {
        match op {
            Op::ListElemU | Op::FldU | Op::MapElemU => {}
            Op::ListPutR | Op::FldPutR | Op::MapPutU | Op::ListSwap | Op::FldSwap | Op::MapSwap => {
                self.frame.kill_loans_except(Some(opcode::a(w)));
            }
            _ if plan.harmless => {}
            _ => self.frame.kill_loans(),
        }
    }

    /// Consumes operands.
    fn consume(&mut self, plan: &Plan, w: u64, ext: u64) -> Result<(), Fault> {
        for operand in plan.regs() {
            if !matches!(operand.role, Role::Take | Role::InOut) {
                continue;
            }
            let reg = operand.reg(w, ext);
            if self.regs[usize::from(reg)].is_counted() {
                let before = self.frame.get(reg);
                self.frame.take(reg)?;
                if operand.role == Role::InOut {
                    // Remember the fact for `define`; a dead state keeps it out of reach of reads.
                    self.frame.put(reg, State::DEAD.with_fact(before.fact()));
                }
            }
        }
        for i in 0..self.window.len() {
            let member = self.window[i];
            if member.role == Role::Take && self.regs[usize::from(member.reg)].is_counted() {
                self.frame.take(member.reg)?;
            }
        }
        Ok(())
    }

    fn read_again(&self, plan: &Plan, w: u64, ext: u64) -> Result<(), Fault> {
        let alias = |reg: Reg| {
            self.frame.read(reg).map(|_| ()).map_err(|_| {
                Fault::new(
                    Rule::O6,
                    format!("r{reg} is read by an instruction that consumes it or its owner"),
                )
            })
        };
        for operand in plan.regs() {
            if matches!(operand.role, Role::Use | Role::UseUnique) {
                alias(operand.reg(w, ext))?;
            }
        }
        self.window.iter().filter(|m| m.role == Role::Use).try_for_each(|m| alias(m.reg))
    }

    fn define(&mut self, op: Op, plan: &Plan, w: u64, ext: u64, value: Value) -> Result<(), Fault> {
        // What is consumed and produced again first: a loan of it is made from its new state.
        for operand in plan.regs().iter().filter(|o| o.role == Role::InOut) {
            let reg = operand.reg(w, ext);
            if !self.regs[usize::from(reg)].is_counted() {
                self.frame.define(reg, State::INIT)?;
                continue;
            }
            let exchanged = matches!(op, Op::ListSwap | Op::FldSwap | Op::MapSwap);
            let fact = if exchanged { value.fact } else { self.frame.get(reg).fact() };
            self.frame.define(reg, State::new(Hold::Owned, 0, fact))?;
        }
        for operand in plan.regs() {
            let reg = operand.reg(w, ext);
            let scalar = !self.regs[usize::from(reg)].is_counted();
            let source = |slot: Slot| opcode::get(slot, w, ext) as Reg;
            match operand.role {
                Role::Use | Role::UseUnique | Role::Take | Role::InOut => {}
                _ if scalar => self.frame.define(reg, State::INIT)?,
                Role::Def => self.assign(reg, value, State::new(Hold::Owned, 0, value.fact))?,
                Role::DefStatic => {
                    self.assign(reg, value, State::new(Hold::Static, 0, value.fact))?
                }
                Role::DefBorrow(slot) => {
                    let state = self.frame.borrow(source(slot), value.fact)?;
                    self.assign(reg, value, state)?;
                }
                Role::DefUnique(slot) => {
                    let state = self.frame.lend(source(slot), value.fact)?;
                    self.assign(reg, value, state)?;
                }
            }
        }
        for i in 0..self.window.len() {
            let Member { reg, role: Role::Def, value } = self.window[i] else { continue };
            if value.repr.is_counted() {
                self.assign(reg, value, State::new(Hold::Owned, 0, value.fact))?;
            } else {
                self.frame.define(reg, State::INIT)?;
            }
        }
        Ok(())
    }

    fn assign(&mut self, reg: Reg, value: Value, state: State) -> Result<(), Fault> {
        self.fits(value, self.regs[usize::from(reg)])?;
        self.frame.define(reg, state)
    }

    /// Adds a register of a window.
    pub(super) fn member(&mut self, reg: usize, role: Role, repr: Repr) -> Result<(), Fault> {
        let Some(own) = self.regs.get(reg).copied() else {
            return Err(Fault::new(
                Rule::P2,
                format!("the window reaches r{reg}, which does not exist"),
            ));
        };
        let reg = reg as Reg;
        if role == Role::Def {
            let value = Value::of(repr);
            self.fits(value, own)?;
            self.window.push(Member { reg, role, value });
            return Ok(());
        }
        self.frame.read(reg)?;
        let value = self.value(reg);
        self.fits(value, repr)?;
        self.window.push(Member { reg, role, value });
        Ok(())
    }

    /// Adds the registers of a window; how many there are.
    pub(super) fn members(
        &mut self,
        base: usize,
        role: Role,
        reprs: impl Iterator<Item = Repr>,
    ) -> Result<usize, Fault> {
        let mut n = 0;
        for repr in reprs {
            self.member(base + n, role, repr)?;
            n += 1;
        }
        Ok(n)
    }
}
