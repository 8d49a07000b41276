//! One cell in the making: its registers, what they hold, and how they get values.
//!
//! Invariant: the states here are those of the verifier or stricter, so what is emitted is accepted.

use super::world::{Kind, World};
use lumen_lir::*;
use std::collections::BTreeMap;

/// What a register holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum State {
    /// Nothing that may be read.
    Undef,
    /// A scalar.
    Init,
    /// A value that needs no counting.
    Static,
    /// A count of its own.
    Owned,
    /// Kept alive by another register.
    Borrowed(Reg),
}

/// What is known of a reference.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Fact {
    Unknown,
    NotNull,
    Variant(u32),
}

/// Pseudo-random numbers (xorshift).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Random {
        let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        (0..4).for_each(|_| {
            random.below(2);
        });
        random
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 20) as usize % n.max(1)
    }

    pub(crate) fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub(crate) fn pick<T: Copy>(&mut self, of: &[T]) -> Option<T> {
        (!of.is_empty()).then(|| of[self.below(of.len())])
    }
}

/// A cell in the making.
pub(crate) struct Maker<'w> {
    pub(crate) w: &'w mut World,
    pub(crate) random: Random,
    pub(crate) b: CellBuilder,
    pub(crate) states: Vec<State>,
    pub(crate) facts: Vec<Fact>,
    /// Registers that instructions choose from.
    pub(crate) pool: Vec<Reg>,
    /// Of these, those that are only read.
    pub(crate) pinned: Vec<Reg>,
    windows: BTreeMap<(u32, Vec<Repr>), Reg>,
    level: u32,
    /// Values are copied, never moved: states must stay as they are.
    pub(crate) frozen: bool,
    pub(crate) loops: usize,
    pub(crate) counters: Vec<[Reg; 3]>,
    pub(crate) deferred: Vec<Reg>,
    pub(crate) text: Reg,
    pub(crate) pair: Reg,
    pub(crate) loans: Vec<Reg>,
    /// Its index among the cells that are called, when it is one.
    pub(crate) me: Option<usize>,
    /// Cells that it may call begin here.
    pub(crate) callees: usize,
    pub(crate) results: Vec<Repr>,
    at: u32,
}

impl<'w> Maker<'w> {
    pub(crate) fn new(w: &'w mut World, name: &str, seed: u64) -> Maker<'w> {
        Maker {
            w,
            random: Random::new(seed),
            b: CellBuilder::new(name),
            states: Vec::new(),
            facts: Vec::new(),
            pool: Vec::new(),
            pinned: Vec::new(),
            windows: BTreeMap::new(),
            level: 0,
            frozen: false,
            loops: 0,
            counters: Vec::new(),
            deferred: Vec::new(),
            text: 0,
            pair: 0,
            loans: Vec::new(),
            me: None,
            callees: usize::MAX,
            results: Vec::new(),
            at: 0,
        }
    }

    /// A register outside of the pool.
    pub(crate) fn reg(&mut self, repr: Repr) -> Reg {
        let reg = self.b.new_reg(repr);
        self.sync();
        reg
    }

    /// Registers that were made behind this struct's back hold nothing.
    pub(crate) fn sync(&mut self) {
        self.states.resize(self.b.reg_count(), State::Undef);
        self.facts.resize(self.b.reg_count(), Fact::Unknown);
    }

    /// All registers but windows, which stand behind them.
    pub(crate) fn set_up(&mut self) {
        self.sync();
        let kinds: Vec<Kind> = self.w.kinds.clone();
        for kind in kinds {
            let most = match kind.repr {
                Repr::I64 => 5,
                Repr::F64 => 3,
                Repr::Bool => 2,
                _ => 1 + self.random.below(2),
            };
            for _ in 0..most {
                let reg = self.reg(kind.repr);
                self.pool.push(reg);
            }
        }
        self.counters = (0..2).map(|_| [0; 3].map(|_| self.reg(Repr::I64))).collect();
        let (left, rows, ints) = (self.w.left, self.w.rows, self.w.ints);
        self.deferred = (0..2).map(|_| self.reg(Repr::Ref(left))).collect();
        self.text = self.reg(Repr::Ref(ClassId::STRING));
        self.pair = self.reg(Repr::Bool);
        self.reg(Repr::I64);
        let (point, points, shelf) = (self.w.point, self.w.points, self.w.shelf);
        let bools = self.w.bools;
        self.loans = [rows, points, point, shelf, ints, bools]
            .map(|class| self.reg(Repr::Ref(class)))
            .to_vec();
    }

    /// Gives the pool its first values.
    pub(crate) fn fill(&mut self) {
        for reg in self.pool.clone() {
            let repr = self.repr(reg);
            if self.states[usize::from(reg)] == State::Undef
                && (!repr.is_counted() || self.random.one_in(2))
            {
                self.make(reg);
            }
        }
        let (pair, flag) = (self.pair, self.random.below(2) as u16);
        self.emit(Op::LdB, [pair, flag, 0]);
        self.small(pair + 1);
        self.states[usize::from(pair)] = State::Init;
        self.states[usize::from(pair) + 1] = State::Init;
        for counter in self.counters.clone().into_iter().flatten() {
            self.small(counter);
            self.states[usize::from(counter)] = State::Init;
        }
    }

    pub(crate) fn repr(&self, reg: Reg) -> Repr {
        self.b.repr(reg)
    }

    pub(crate) fn state(&self, reg: Reg) -> State {
        self.states[usize::from(reg)]
    }

    fn mark(&mut self) {
        self.at += 1;
        let start = self.at * 4;
        self.b.set_pos(Pos { file: 0, start, end: start + 1 });
    }

    pub(crate) fn emit(&mut self, op: Op, [a, b, c]: [u16; 3]) {
        self.mark();
        self.b.emit(op, a, b, c);
    }

    pub(crate) fn emit_imm(&mut self, op: Op, a: u16, imm: i32) {
        self.mark();
        self.b.emit_imm(op, a, imm);
    }

    pub(crate) fn emit_ext(&mut self, op: Op, abc: [u16; 3], x0: u32) {
        self.mark();
        self.b.emit_ext32(op, abc, [x0, 0]);
    }

    pub(crate) fn emit_e(&mut self, op: Op, abc: [u16; 3], e: [u16; 4]) {
        self.mark();
        self.b.emit_ext16(op, abc, e);
    }

    pub(crate) fn branch(&mut self, op: Op, a: u16, b: u16, to: Label) {
        self.mark();
        self.b.branch(op, a, b, to);
    }

    // What registers hold.

    pub(crate) fn is_alive(&self, reg: Reg) -> bool {
        self.state(reg) != State::Undef
    }

    pub(crate) fn root(&self, reg: Reg) -> Reg {
        match self.state(reg) {
            State::Borrowed(root) => root,
            _ => reg,
        }
    }

    /// Whether it surely holds an object.
    pub(crate) fn is_pointer(&self, reg: Reg) -> bool {
        let (repr, fact) = (self.repr(reg), self.facts[usize::from(reg)]);
        match repr {
            _ if self.w.is_payload_enum(repr) => {
                matches!(fact, Fact::Variant(n) if !self.w.fields(self.variant(repr, n)).is_empty())
            }
            Repr::Opt(_) => fact != Fact::Unknown,
            Repr::Ref(_) => true,
            _ => false,
        }
    }

    pub(crate) fn variant(&self, repr: Repr, ordinal: u32) -> ClassId {
        ClassId(repr.class().map_or(0, |class| class.0) + 1 + ordinal)
    }

    /// Borrows of it are dead.
    pub(crate) fn kill_borrows(&mut self, root: Reg) {
        for (reg, state) in self.states.iter_mut().enumerate() {
            if *state == State::Borrowed(root) && reg != usize::from(root) {
                *state = State::Undef;
            }
        }
    }

    /// Its value is given away.
    pub(crate) fn take(&mut self, reg: Reg) {
        if self.state(reg) == State::Owned {
            self.kill_borrows(reg);
        }
        if self.repr(reg).is_counted() {
            self.states[usize::from(reg)] = State::Undef;
        }
    }

    pub(crate) fn define(&mut self, reg: Reg, state: State) {
        let scalar = !self.repr(reg).is_counted();
        self.states[usize::from(reg)] = if scalar { State::Init } else { state };
        self.facts[usize::from(reg)] = Fact::Unknown;
    }

    /// It owns nothing afterwards.
    pub(crate) fn free(&mut self, reg: Reg) {
        if self.state(reg) == State::Owned {
            let op = match self.repr(reg) {
                Repr::Dyn => Op::DropD,
                _ if self.is_pointer(reg) && self.random.one_in(2) => Op::Drop,
                _ => Op::DropM,
            };
            self.emit(op, [reg, 0, 0]);
            self.take(reg);
        }
    }

    /// Registers of the pool with this representation whose value may be read.
    pub(crate) fn alive(&self, repr: Repr) -> Vec<Reg> {
        let fits = |reg: &Reg| self.repr(*reg) == repr && self.is_alive(*reg);
        self.pool.iter().copied().filter(fits).collect()
    }

    /// A register of the pool for a new value, which owns nothing; none of `busy`, nor what keeps them alive.
    pub(crate) fn target(&mut self, repr: Repr, busy: &[Reg]) -> Option<Reg> {
        let roots: Vec<Reg> = busy.iter().map(|reg| self.root(*reg)).collect();
        let fits = |reg: &Reg| {
            let is_busy = busy.contains(reg) || roots.contains(reg);
            self.repr(*reg) == repr
                && !self.pinned.contains(reg)
                && (!repr.is_counted() || !is_busy)
        };
        let found: Vec<Reg> = self.pool.iter().copied().filter(fits).collect();
        let reg = self.random.pick(&found)?;
        self.free(reg);
        Some(reg)
    }

    /// Consecutive registers for an instruction, which own nothing before and after it.
    pub(crate) fn window(&mut self, reprs: &[Repr]) -> Reg {
        let key = (self.level, reprs.to_vec());
        if let Some(base) = self.windows.get(&key) {
            return *base;
        }
        let base = self.b.new_window(reprs.iter().copied());
        self.sync();
        self.windows.insert(key, base);
        base
    }

    /// Registers of a window get values; what is given away, or only read.
    pub(crate) fn window_of(&mut self, reprs: &[Repr], skip: usize, gives: bool) -> Reg {
        let base = self.window(reprs);
        self.level += 1;
        for (at, repr) in reprs.iter().enumerate().skip(skip) {
            self.provide(*repr, base + at as Reg, gives);
        }
        self.level -= 1;
        base
    }

    /// What is behind an instruction with a window: nothing of it is read any more.
    pub(crate) fn done(&mut self, base: Reg, count: usize, gave: bool) {
        for reg in base..base + count as Reg {
            if gave {
                self.take(reg);
            } else {
                self.free(reg);
            }
            self.states[usize::from(reg)] = State::Undef;
        }
    }

    /// A register outside of the pool gets a value of the pool, or a new one.
    pub(crate) fn provide(&mut self, repr: Repr, to: Reg, gives: bool) {
        let found = self.alive(repr);
        let from = self.random.pick(&found).filter(|_| self.level < 4 && !self.random.one_in(4));
        let Some(from) = from else { return self.make(to) };
        if !repr.is_counted() {
            self.emit(Op::Mov, [to, from, 0]);
            return self.define(to, State::Init);
        }
        let may_move =
            self.state(from) == State::Owned && !self.frozen && !self.pinned.contains(&from);
        if !gives {
            self.emit(Op::Borrow, [to, from, 0]);
            let root = self.root(from);
            let is_static = self.state(from) == State::Static;
            self.define(to, if is_static { State::Static } else { State::Borrowed(root) });
        } else if may_move && self.random.one_in(2) {
            self.emit(Op::Move, [to, from, 0]);
            self.take(from);
            self.define(to, State::Owned);
        } else {
            let op = match repr {
                Repr::Dyn => Op::DupD,
                _ if self.is_pointer(from) && !matches!(repr, Repr::Opt(_)) => Op::Dup,
                _ => Op::DupM,
            };
            self.emit(op, [to, from, 0]);
            self.define(to, State::Owned);
        }
    }
}
