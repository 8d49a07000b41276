//! What a branch says: the state on the edge that it takes, and on the one behind it.
//!
//! Each of the two functions says whether its edge can be taken at all.

use super::super::plan::Instruction;
use super::interval::Interval;
use super::{Analysis, Fact, NONE, State, UNKNOWN};
use lumen_lir::{Access, Op, Reg, a, b};

/// Narrows a register to an interval; `false` when nothing is left.
fn narrow(state: &mut State, reg: Reg, to: Interval) -> bool {
    let fact = &mut state.facts[usize::from(reg)];
    let Some(range) = fact.range.meet(to) else { return false };
    fact.range = range;
    true
}

fn at_most(high: i64) -> Interval {
    Interval { low: i64::MIN, high }
}

fn at_least(low: i64) -> Interval {
    Interval { low, high: i64::MAX }
}

/// `x < y` holds.
fn less(state: &mut State, x: Reg, y: Reg) -> bool {
    let (low, high) = (state.range(x).low, state.range(y).high);
    if low == i64::MAX || high == i64::MIN {
        return false;
    }
    if !narrow(state, x, at_most(high - 1)) || !narrow(state, y, at_least(low + 1)) {
        return false;
    }
    let above = state.fact(y);
    let fact = &mut state.facts[usize::from(x)];
    fact.below = y;
    if let Some(list) = [above.length, above.within].into_iter().find(|list| *list != NONE) {
        fact.within = list;
    }
    true
}

/// `x <= y` holds.
fn less_equal(state: &mut State, x: Reg, y: Reg) -> bool {
    let (low, high) = (state.range(x).low, state.range(y).high);
    if !narrow(state, x, at_most(high)) || !narrow(state, y, at_least(low)) {
        return false;
    }
    inherit(state, x, y);
    true
}

/// What is above `y` is above `x`.
fn inherit(state: &mut State, x: Reg, y: Reg) {
    let above = state.fact(y);
    let fact = &mut state.facts[usize::from(x)];
    if above.below != NONE && above.below != x {
        fact.below = above.below;
    }
    if above.within != NONE {
        fact.within = above.within;
    }
}

fn equal(state: &mut State, x: Reg, y: Reg) -> bool {
    let (to_x, to_y) = (state.range(y), state.range(x));
    if !narrow(state, x, to_x) || !narrow(state, y, to_y) {
        return false;
    }
    inherit(state, x, y);
    inherit(state, y, x);
    true
}

/// `x != value` holds.
fn differs(state: &mut State, x: Reg, value: i64) -> bool {
    let range = state.range(x);
    match range.value() {
        Some(only) => only != value,
        None if range.low == value => narrow(state, x, at_least(value + 1)),
        None if range.high == value => narrow(state, x, at_most(value - 1)),
        None => true,
    }
}

fn unequal(state: &mut State, x: Reg, y: Reg) -> bool {
    match (state.range(x).value(), state.range(y).value()) {
        (_, Some(value)) => differs(state, x, value),
        (Some(value), _) => differs(state, y, value),
        _ => true,
    }
}

/// One more, when there is room.
fn successor(range: Interval) -> Fact {
    match range.add(Interval::exact(1)) {
        (next, true) => Fact::of(next),
        // The counter wraps.
        _ => UNKNOWN,
    }
}

impl Analysis<'_> {
    /// The edge that a branch takes.
    pub(super) fn take(&self, at: Instruction, state: &mut State) -> bool {
        use Op::*;
        let (w, _) = self.words(at);
        let (x, y, imm) = (a(w), b(w), i64::from(b(w) as i16));
        match at.op {
            JLt | LoopLt => less(state, x, y),
            JLe | LoopLe => less_equal(state, x, y),
            JEq | LoopEq => equal(state, x, y),
            JNe | LoopNe => unequal(state, x, y),
            JLtI | LoopLtI => narrow(state, x, at_most(imm - 1)),
            JGeI | LoopGeI => narrow(state, x, at_least(imm)),
            JEqI | LoopEqI => narrow(state, x, Interval::exact(imm)),
            JNeI | LoopNeI => differs(state, x, imm),
            ForLt => {
                state.set(x, successor(state.range(x)));
                less(state, x, y)
            }
            ForLe => {
                if !less(state, x, y) {
                    return false;
                }
                state.set(x, successor(state.range(x)));
                less_equal(state, x, y)
            }
            ForLen => {
                state.set(x, successor(state.range(x)));
                if !narrow(state, x, at_most(i64::from(u32::MAX) - 1)) {
                    return false;
                }
                state.facts[usize::from(x)].within = y;
                true
            }
            ForUp | ForUpE | ForDown | ForDownE => {
                self.step(at, state);
                match at.op {
                    ForUp => less(state, x, y),
                    ForUpE => less_equal(state, x, y),
                    ForDown => less(state, y, x),
                    _ => less_equal(state, y, x),
                }
            }
            _ => {
                self.unknown(at, state);
                true
            }
        }
    }

    /// The edge behind a branch.
    pub(super) fn fall(&self, at: Instruction, state: &mut State) -> bool {
        use Op::*;
        let (w, _) = self.words(at);
        let (x, y, imm) = (a(w), b(w), i64::from(b(w) as i16));
        match at.op {
            JLt | LoopLt => less_equal(state, y, x),
            JLe | LoopLe => less(state, y, x),
            JEq | LoopEq => unequal(state, x, y),
            JNe | LoopNe => equal(state, x, y),
            JLtI | LoopLtI => narrow(state, x, at_least(imm)),
            JGeI | LoopGeI => narrow(state, x, at_most(imm - 1)),
            JEqI | LoopEqI => differs(state, x, imm),
            JNeI | LoopNeI => narrow(state, x, Interval::exact(imm)),
            ForLt => {
                state.set(x, successor(state.range(x)));
                less_equal(state, y, x)
            }
            ForLe => less_equal(state, y, x),
            _ => {
                self.unknown(at, state);
                true
            }
        }
    }

    /// The counter after a step that does not overflow.
    fn step(&self, at: Instruction, state: &mut State) {
        let (w, ext) = self.words(at);
        let next = state.range(a(w)).add(state.range(lumen_lir::e(ext, 0))).0;
        state.set(a(w), Fact::of(next));
    }

    /// Forgets what a branch writes.
    fn unknown(&self, at: Instruction, state: &mut State) {
        let (w, ext) = self.words(at);
        let mut written = Vec::new();
        let windows = self.shapes.visit(&self.cell.regs, at.op, w, ext, |reg, access| {
            if access != Access::Read {
                written.push(reg);
            }
        });
        if let Some(first) = windows.clobbers_from {
            written.extend(first..self.cell.regs.len() as Reg);
        }
        written.into_iter().for_each(|reg| state.set(reg, UNKNOWN));
    }
}
