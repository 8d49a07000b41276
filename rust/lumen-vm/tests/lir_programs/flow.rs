//! Branches, loops and returns: where ways join, the states are the same.

use super::cell::{Fact, Maker, State};
use lumen_lir::*;

/// What registers hold where a region begins.
pub(crate) struct Snapshot {
    states: Vec<State>,
    facts: Vec<Fact>,
}

impl Maker<'_> {
    /// Begins a region whose end joins another way.
    fn open(&mut self, is_loop: bool) -> Snapshot {
        for reg in 0..self.states.len() {
            let borrowed = matches!(self.states[reg], State::Borrowed(_));
            match self.states[reg] {
                State::Static => self.states[reg] = State::Owned,
                _ if borrowed && is_loop && !self.pinned.contains(&(reg as Reg)) => {
                    self.states[reg] = State::Undef;
                }
                _ => {}
            }
        }
        if is_loop {
            self.facts.fill(Fact::Unknown);
        }
        Snapshot { states: self.states.clone(), facts: self.facts.clone() }
    }

    /// What is owned is what was owned then.
    fn reconcile(&mut self, to: &Snapshot) {
        let frozen = std::mem::replace(&mut self.frozen, true);
        let owned = |states: &[State], reg: usize| states.get(reg) == Some(&State::Owned);
        for reg in 0..self.states.len() {
            if owned(&self.states, reg) && !owned(&to.states, reg) {
                self.free(reg as Reg);
            }
        }
        for reg in 0..to.states.len() {
            if owned(&to.states, reg) && !matches!(self.states[reg], State::Owned | State::Static) {
                self.make(reg as Reg);
            }
        }
        self.frozen = frozen;
    }

    /// Goes on from a snapshot.
    fn load(&mut self, from: &Snapshot) {
        self.states.fill(State::Undef);
        self.facts.fill(Fact::Unknown);
        self.states[..from.states.len()].copy_from_slice(&from.states);
        self.facts[..from.facts.len()].copy_from_slice(&from.facts);
    }

    /// Goes on where ways joined.
    fn join(&mut self, from: &Snapshot) {
        self.load(from);
        self.facts.fill(Fact::Unknown);
        for reg in 0..self.states.len() {
            if matches!(self.states[reg], State::Borrowed(_))
                && !self.pinned.contains(&(reg as Reg))
            {
                self.states[reg] = State::Undef;
            }
        }
    }

    /// A conditional jump forward on registers of the pool.
    fn jump(&mut self, to: Label) {
        // What was known of a register that is tested is known no more, but what the test says when it does not jump.
        if let Some((reg, fact)) = self.test(to) {
            self.facts[usize::from(reg)] = fact;
        }
    }

    fn test(&mut self, to: Label) -> Option<(Reg, Fact)> {
        use Op::*;
        let ints = self.alive(Repr::I64);
        let mut int = || self.random.pick(&ints).unwrap_or(0);
        let [x, y] = [int(), int()];
        let floats = self.alive(Repr::F64);
        let texts = self.alive(Repr::Ref(ClassId::STRING));
        let dyns = self.alive(Repr::Dyn);
        let maybes: Vec<Reg> = self.alive(Repr::Opt(self.w.point));
        let trees: Vec<Reg> = self.alive(Repr::Ref(self.w.tree));
        let bools = self.alive(Repr::Bool);
        let pick = self.random.below(10);
        match pick {
            0 => {
                let op = [JT, JF][self.random.below(2)];
                let reg = self.random.pick(&bools)?;
                self.branch(op, reg, 0, to);
            }
            1 | 2 => {
                let op = [JFEq, JFNe, JFLt, JFLe, JNFLt, JNFLe][self.random.below(6)];
                let [a, b] = [self.random.pick(&floats)?, self.random.pick(&floats)?];
                self.branch(op, a, b, to);
            }
            3 if !maybes.is_empty() => {
                let op = [JNil, JNNil][self.random.below(2)];
                let reg = self.random.pick(&maybes)?;
                self.branch(op, reg, 0, to);
                return Some((reg, if op == JNil { Fact::NotNull } else { Fact::Unknown }));
            }
            4 if !dyns.is_empty() => {
                let op = [JNull, JNNull][self.random.below(2)];
                let reg = self.random.pick(&dyns)?;
                self.branch(op, reg, 0, to);
            }
            5 | 6 if !trees.is_empty() => {
                let reg = self.random.pick(&trees)?;
                let first = (self.w.tree.0 + 1) as u16;
                match self.random.below(4) {
                    tag @ 0..2 => self.branch([JTag, JNTag][tag], reg, 0, to),
                    _ => {
                        let ordinal = 1 + self.random.below(2) as u16;
                        let op = [JVar, JNVar][self.random.below(2)];
                        self.branch(op, reg, first + ordinal, to);
                        if op == JNVar {
                            return Some((reg, Fact::Variant(u32::from(ordinal))));
                        }
                    }
                }
                return Some((reg, Fact::Unknown));
            }
            7 if texts.len() > 1 => {
                let op = [JStrEq, JStrNe][self.random.below(2)];
                self.branch(op, texts[0], texts[1], to);
            }
            8 => {
                let op = [JEqI, JNeI, JLtI, JGeI][self.random.below(4)];
                let imm = (self.random.below(6) as i16 - 2) as u16;
                self.branch(op, x, imm, to);
            }
            _ => {
                let op = [JEq, JNe, JLt, JLe][self.random.below(4)];
                self.branch(op, x, y, to);
            }
        }
        None
    }

    /// `if`, perhaps with `else`.
    pub(crate) fn branches(&mut self, size: u32) {
        let before = self.open(false);
        let (other, end) = (self.b.new_label(), self.b.new_label());
        let code = self.b.here();
        self.jump(other);
        if self.b.here() == code {
            self.branch(Op::JEq, self.pool[0], self.pool[0], other);
        }
        self.block(size);
        self.reconcile(&before);
        if self.random.one_in(2) {
            self.b.jmp(end);
            self.b.bind(other);
            self.load(&before);
            self.facts.fill(Fact::Unknown);
            self.block(size);
            self.reconcile(&before);
            self.b.bind(end);
        } else {
            self.b.bind(other);
        }
        self.b.emit(Op::Nop, 0, 0, 0);
        self.join(&before);
    }

    /// A jump through a table.
    pub(crate) fn switch(&mut self, size: u32) {
        let before = self.open(false);
        let trees = self.alive(Repr::Ref(self.w.tree));
        let end = self.b.new_label();
        let tree = if self.random.one_in(2) { self.random.pick(&trees) } else { None };
        let count = if tree.is_some() { 3 } else { 1 + self.random.below(3) };
        let labels: Vec<Label> = (0..count).map(|_| self.b.new_label()).collect();
        let default = if tree.is_some() { labels[0] } else { end };
        match tree {
            Some(reg) => self.b.switch_tag(reg, self.w.tree, labels.clone(), default),
            None => {
                let ints = self.alive(Repr::I64);
                let (reg, low) =
                    (self.random.pick(&ints).unwrap_or(0), self.random.below(3) as i64 - 1);
                self.b.switch(reg, low, labels.clone(), default);
            }
        }
        for (at, label) in labels.into_iter().enumerate() {
            self.b.bind(label);
            self.load(&before);
            if let Some(reg) = tree {
                let fact = if at > 0 { Fact::Variant(at as u32) } else { Fact::Unknown };
                self.facts[usize::from(reg)] = fact;
            }
            self.block(size);
            self.reconcile(&before);
            self.b.jmp(end);
        }
        self.b.bind(end);
        self.b.emit(Op::Nop, 0, 0, 0);
        self.join(&before);
    }

    /// A loop with a counter, or over a list, map or string.
    pub(crate) fn rounds(&mut self, size: u32) {
        use Op::*;
        let Some([counter, bound, step]) = self.counters.get(self.loops).copied() else {
            return self.branches(size);
        };
        self.loops += 1;
        let op = [
            ForLt, ForLt, ForLt, ForLe, ForUp, ForUpE, ForDown, ForDownE, ForLen, ForLen, ForMap,
            ForStr, LoopLtI, LoopLt, LoopLe, LoopNe, LoopGeI, LoopNeI, LoopEq, LoopEqI, LoopT,
            LoopF, Loop,
        ][self.random.below(23)];
        self.bounds(op, [counter, bound, step]);
        let over = match op {
            ForLen => self.some_alive(&[self.w.ints, self.w.points, self.w.rows]),
            ForMap => self.some_alive(&[self.w.shelf]),
            ForStr => self.some_alive(&[ClassId::STRING]),
            _ => Some(bound),
        };
        let (Some(over), true) = (over, self.random.below(20) > 0) else {
            self.loops -= 1;
            return;
        };
        self.pool.push(counter);
        self.pinned.push(counter);
        let before = self.open(true);
        let (start, out) = (self.b.new_label(), self.b.new_label());
        let test = self.b.new_label();
        let first = matches!(op, ForMap | ForStr) || self.random.one_in(4);
        if first {
            self.b.jmp(test);
        }
        self.b.bind(start);
        self.b.emit(Op::Nop, 0, 0, 0);
        self.block(size);
        self.reconcile(&before);
        if self.random.one_in(4) || matches!(op, Loop | LoopT | LoopF | LoopEq | LoopEqI) {
            self.jump(out);
            if op == Loop {
                self.branch(JGeI, counter, 5, out);
            }
            self.load(&before);
        }
        if matches!(
            op,
            Loop | LoopT | LoopF | LoopLtI | LoopLt | LoopLe | LoopNe | LoopEq | LoopEqI | LoopNeI
        ) {
            self.emit(AddI, [counter, counter, 1]);
        }
        if op == LoopGeI {
            self.emit(AddI, [counter, counter, -1i16 as u16]);
        }
        self.b.bind(test);
        let flags = self.alive(Repr::Bool);
        match op {
            Loop => self.branch(op, 0, 0, start),
            LoopT | LoopF => {
                let flag = self.random.pick(&flags).unwrap_or(self.pair);
                self.branch(op, flag, 0, start);
            }
            LoopLtI | LoopNeI | LoopEqI => self.branch(op, counter, 4, start),
            LoopGeI => self.branch(op, counter, 0, start),
            ForUp | ForUpE | ForDown | ForDownE => {
                self.b.branch_step(op, counter, over, step, start)
            }
            _ => self.branch(op, counter, over, start),
        }
        self.b.bind(out);
        self.b.emit(Op::Nop, 0, 0, 0);
        self.join(&before);
        self.pool.pop();
        self.pinned.pop();
        self.loops -= 1;
    }

    fn some_alive(&mut self, classes: &[ClassId]) -> Option<Reg> {
        let found: Vec<Reg> =
            classes.iter().flat_map(|class| self.alive(Repr::Ref(*class))).collect();
        // It must still hold a value at the end of every round.
        let kept: Vec<Reg> = found
            .into_iter()
            .filter(|reg| {
                matches!(self.state(*reg), State::Owned | State::Static)
                    || self.pinned.contains(reg)
            })
            .collect();
        self.random.pick(&kept)
    }

    /// Where a counter begins and ends.
    fn bounds(&mut self, op: Op, [counter, bound, step]: [Reg; 3]) {
        use Op::*;
        let edge = self.random.one_in(8);
        let down = matches!(op, ForDown | ForDownE);
        let count = self.random.below(6) as i64;
        let by = 1 + self.random.below(3) as i64;
        let near = self.random.below(3) as i64;
        let (from, to) = match () {
            () if matches!(op, ForMap | ForStr) => (-1, 0),
            () if matches!(op, ForLen | LoopLtI | LoopNeI | LoopEqI | Loop | LoopT | LoopF) => {
                (0, 4)
            }
            () if op == LoopGeI => (count, 0),
            () if edge && down => (i64::MIN + count, i64::MIN + near),
            () if edge && matches!(op, ForLe | ForUp | ForUpE | LoopLe) => {
                (i64::MAX - count, i64::MAX - near)
            }
            () if down => (count, 0),
            () => (0, count),
        };
        for (reg, value) in [(counter, from), (bound, to), (step, if down { -by } else { by })] {
            let index = self.w.b.int(value);
            self.emit_imm(LdK, reg, index as i32);
        }
    }

    /// Leaves the cell, perhaps only when something holds.
    pub(crate) fn leave_early(&mut self) {
        let before = self.open(false);
        let on = self.b.new_label();
        let code = self.b.here();
        self.jump(on);
        if self.b.here() != code {
            match self.random.below(6) {
                0 => {
                    let text = self.w.b.string("stopped");
                    self.emit_imm(Op::Fail, 1008, text as i32);
                }
                _ => self.give_back(),
            }
        }
        self.b.bind(on);
        self.b.emit(Op::Nop, 0, 0, 0);
        self.join(&before);
    }

    /// Returns: nothing is left but the result.
    pub(crate) fn give_back(&mut self) {
        let frozen = std::mem::replace(&mut self.frozen, true);
        let result = match self.results[..] {
            [repr] => {
                let fits = |reg: &Reg| {
                    let state = self.state(*reg);
                    self.repr(*reg) == repr
                        && (matches!(state, State::Init | State::Owned | State::Static))
                };
                let found: Vec<Reg> = self.pool.iter().copied().filter(fits).collect();
                Some(self.random.pick(&found).unwrap_or_else(|| {
                    let free = |reg: &Reg| self.repr(*reg) == repr && !self.pinned.contains(reg);
                    let all: Vec<Reg> = self.pool.iter().copied().filter(free).collect();
                    let reg = all[0];
                    self.free(reg);
                    self.make(reg);
                    reg
                }))
            }
            _ => None,
        };
        for reg in 0..self.states.len() as Reg {
            if Some(reg) != result {
                self.free(reg);
            }
        }
        match (result, self.results.len()) {
            (Some(reg), _) => self.emit(Op::Ret1, [reg, 0, 0]),
            (None, 0) => self.emit(Op::Ret0, [0, 0, 0]),
            _ => self.emit(Op::Ret2, [self.pair, 0, 0]),
        }
        self.frozen = frozen;
    }
}
