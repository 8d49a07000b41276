//! Rules O1–O8: what a register holds, and what instructions do to it.
//!
//! Input → output: `Frame`, the state of every register at one place of a cell, is changed by reads, takes and definitions.
//!
//! Invariants:
//! - `Borrowed(root)` and `Unique(root)` die when the root is consumed; the root of a borrowed parameter is itself.
//! - `Static` values are immortal, null or immediate: counting them does nothing, so they may be consumed any number of times.
//! - `Unique` loans live in straight-line code only.

use super::Rule;
use crate::opcode::Reg;

/// A rule broken inside a cell. Boxed: the good path returns one word.
pub(super) struct Fault(pub(super) Box<(Rule, String)>);

impl Fault {
    #[cold]
    pub(super) fn new(rule: Rule, message: impl Into<String>) -> Fault {
        Fault(Box::new((rule, message.into())))
    }
}

/// What a register holds: kind, root, and a fact about a reference.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct State(u64);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(super) enum Hold {
    /// Not assigned on some path.
    Undef = 0,
    /// Consumed, clobbered, or a borrow whose root is gone.
    Dead = 1,
    /// A scalar.
    Init = 2,
    /// Counted representation that needs no counting.
    Static = 3,
    /// A count of its own.
    Owned = 4,
    /// Kept alive by its root.
    Borrowed = 5,
    /// A mutable loan of a part of its root.
    Unique = 6,
}

/// The value may be null.
pub(super) const MAYBE_NULL: u32 = 0;
/// The value is not null.
pub(super) const NON_NULL: u32 = 1;
/// The value is an object of the variant with ordinal `fact - VARIANT`.
pub(super) const VARIANT: u32 = 2;

const HAS_BORROWS: u64 = 8;

impl State {
    pub(super) const UNDEF: State = State(0);
    pub(super) const DEAD: State = State(Hold::Dead as u64);
    pub(super) const INIT: State = State(Hold::Init as u64);

    pub(super) const fn new(hold: Hold, root: Reg, fact: u32) -> State {
        State(hold as u64 | (root as u64) << 16 | (fact as u64) << 32)
    }

    #[inline]
    pub(super) const fn hold(self) -> Hold {
        match self.0 & 7 {
            0 => Hold::Undef,
            1 => Hold::Dead,
            2 => Hold::Init,
            3 => Hold::Static,
            4 => Hold::Owned,
            5 => Hold::Borrowed,
            _ => Hold::Unique,
        }
    }

    #[inline]
    pub(super) const fn root(self) -> Reg {
        (self.0 >> 16) as Reg
    }

    #[inline]
    pub(super) const fn fact(self) -> u32 {
        (self.0 >> 32) as u32
    }

    #[inline]
    pub(super) const fn with_fact(self, fact: u32) -> State {
        State(self.0 & 0xFFFF_FFFF | (fact as u64) << 32)
    }

    #[inline]
    const fn has_borrows(self) -> bool {
        self.0 & HAS_BORROWS != 0
    }

    #[inline]
    const fn is(self, hold: Hold) -> bool {
        self.0 & 7 == hold as u64
    }
}

/// The state of every register at one place.
#[derive(Default)]
pub(super) struct Frame {
    pub(super) states: Vec<State>,
    /// Whether some register may hold a loan.
    loans: bool,
}

impl Frame {
    pub(super) fn reset(&mut self, regs: usize) {
        self.states.clear();
        self.states.resize(regs, State::UNDEF);
        self.loans = false;
    }

    pub(super) fn load(&mut self, states: &[State]) {
        self.states.clear();
        self.states.extend_from_slice(states);
        self.loans = false;
    }

    #[inline]
    pub(super) fn get(&self, reg: Reg) -> State {
        self.states[usize::from(reg)]
    }

    #[inline]
    pub(super) fn put(&mut self, reg: Reg, state: State) {
        self.states[usize::from(reg)] = state;
    }

    /// Checks that a register may be read.
    #[inline]
    pub(super) fn read(&self, reg: Reg) -> Result<State, Fault> {
        let state = self.get(reg);
        if state.0 & 7 > Hold::Dead as u64 {
            return Ok(state);
        }
        Err(Fault::new(
            Rule::O1,
            match state.hold() {
                Hold::Undef => format!("r{reg} is read before it is assigned on every path"),
                _ => format!("r{reg} is read after it was consumed, or its owner was"),
            },
        ))
    }

    /// Checks that a register holds a living loan.
    pub(super) fn read_loan(&self, reg: Reg) -> Result<State, Fault> {
        let state = self.get(reg);
        if state.is(Hold::Unique) {
            return Ok(state);
        }
        Err(Fault::new(Rule::O8, format!("r{reg} holds no living loan")))
    }

    /// Consumes a counted register.
    pub(super) fn take(&mut self, reg: Reg) -> Result<(), Fault> {
        let state = self.read(reg)?;
        match state.hold() {
            Hold::Static => Ok(()),
            Hold::Owned => {
                if state.has_borrows() {
                    self.kill_borrows(reg);
                }
                self.put(reg, State::DEAD);
                Ok(())
            }
            _ => Err(Fault::new(Rule::O2, format!("r{reg} is consumed, but it owns nothing"))),
        }
    }

    /// Kills every borrow and loan of a register.
    fn kill_borrows(&mut self, root: Reg) {
        for state in &mut self.states {
            if matches!(state.hold(), Hold::Borrowed | Hold::Unique) && state.root() == root {
                *state = State::DEAD;
            }
        }
    }

    /// Kills every loan.
    #[inline]
    pub(super) fn kill_loans(&mut self) {
        if self.loans {
            self.kill_loans_except(None);
            self.loans = false;
        }
    }

    /// Kills every loan but one.
    pub(super) fn kill_loans_except(&mut self, kept: Option<Reg>) {
        for (i, state) in self.states.iter_mut().enumerate() {
            if state.is(Hold::Unique) && kept.map(usize::from) != Some(i) {
                *state = State::DEAD;
            }
        }
    }

    /// Defines a register.
    #[inline]
    pub(super) fn define(&mut self, reg: Reg, state: State) -> Result<(), Fault> {
        if self.get(reg).is(Hold::Owned) {
            return Err(Fault::new(
                Rule::O3,
                format!("r{reg} is overwritten while it owns a value"),
            ));
        }
        self.loans |= state.is(Hold::Unique);
        self.put(reg, state);
        Ok(())
    }

    /// State of a borrow of what `source` holds. Loans are dead by now: nothing is borrowed from one.
    pub(super) fn borrow(&mut self, source: Reg, fact: u32) -> Result<State, Fault> {
        let state = self.read(source)?;
        Ok(match state.hold() {
            Hold::Static => State::new(Hold::Static, 0, fact),
            Hold::Owned => {
                self.states[usize::from(source)].0 |= HAS_BORROWS;
                State::new(Hold::Borrowed, source, fact)
            }
            _ => {
                let root = state.root();
                if self.get(root).is(Hold::Owned) {
                    self.states[usize::from(root)].0 |= HAS_BORROWS;
                }
                State::new(Hold::Borrowed, root, fact)
            }
        })
    }

    /// State of a loan of a part of what `source` owns or lends.
    pub(super) fn lend(&mut self, source: Reg, fact: u32) -> Result<State, Fault> {
        let state = self.read(source)?;
        let root = if state.is(Hold::Unique) { state.root() } else { source };
        self.states[usize::from(root)].0 |= HAS_BORROWS;
        Ok(State::new(Hold::Unique, root, fact))
    }

    /// Registers from `base` on that a call overwrites: none may own anything.
    pub(super) fn clobber(&mut self, base: usize) -> Result<(), Fault> {
        for (i, state) in self.states.iter_mut().enumerate().skip(base) {
            if state.is(Hold::Owned) {
                return Err(Fault::new(
                    Rule::O7,
                    format!("r{i} owns a value in the window of a call"),
                ));
            }
            *state = State::DEAD;
        }
        Ok(())
    }

    /// Nothing owned may be left.
    pub(super) fn empty(&self) -> Result<(), Fault> {
        match self.states.iter().position(|s| s.is(Hold::Owned)) {
            None => Ok(()),
            Some(i) => Err(Fault::new(Rule::O4, format!("r{i} still owns a value at the return"))),
        }
    }

    /// Registers whose value may be read.
    pub(super) fn alive(&self) -> Vec<Reg> {
        let all = self.states.iter().enumerate();
        all.filter(|(_, s)| s.hold() as u8 > Hold::Dead as u8).map(|(i, _)| i as Reg).collect()
    }

    /// Registers that own a value.
    pub(super) fn owned(&self) -> Vec<Reg> {
        let all = self.states.iter().enumerate();
        all.filter(|(_, s)| s.is(Hold::Owned)).map(|(i, _)| i as Reg).collect()
    }
}

/// Joins `new` into `old`; whether `old` changed.
pub(super) fn merge(old: &mut [State], new: &[State]) -> Result<bool, Fault> {
    let mut changed = false;
    for (i, (a, b)) in old.iter_mut().zip(new).enumerate() {
        if *a != *b {
            let joined = merge_one(*a, *b).ok_or_else(|| {
                Fault::new(
                    Rule::O5,
                    format!("r{i} owns a value on one way to here and not on another"),
                )
            })?;
            changed |= joined != *a;
            *a = joined;
        }
    }
    Ok(changed)
}

fn merge_one(a: State, b: State) -> Option<State> {
    use Hold::*;
    let fact = match (a.fact(), b.fact()) {
        (x, y) if x == y => x,
        (MAYBE_NULL, _) | (_, MAYBE_NULL) => MAYBE_NULL,
        _ => NON_NULL,
    };
    let flags = (a.0 | b.0) & HAS_BORROWS;
    let join = |hold: Hold, root: Reg| Some(State(State::new(hold, root, fact).0 | flags));
    match (a.hold(), b.hold()) {
        (Undef | Dead | Unique, Owned) | (Owned, Undef | Dead | Unique) => None,
        (Owned, Owned | Static) | (Static, Owned) => join(Owned, 0),
        (Owned, _) | (_, Owned) => None,
        (Init, Init) => Some(State::INIT),
        (Static, Static) => join(Static, 0),
        (Static, Borrowed) => join(Borrowed, b.root()),
        (Borrowed, Static) => join(Borrowed, a.root()),
        (Borrowed, Borrowed) if a.root() == b.root() => join(Borrowed, a.root()),
        _ => Some(State::UNDEF),
    }
}
