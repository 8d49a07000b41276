//! Registers of the cell being lowered: allocation, ownership, loans, and rewinding at forks.
//!
//! Invariants:
//! - Each register keeps one representation; freed registers are handed out again for the same one.
//! - Windows of calls lie above every register in use.
//! - Every change of a state is on the trail while a fork is open, so that a branch can be rewound.

use super::value::{Binding, RegState};
use lumen_lir::{CellBuilder, Reg, Repr};
use rustc_hash::FxHashMap;

/// How many places are tried for a run of registers before new ones are made.
const TRIES: usize = 12;

/// The end of a chain: a register that no cell has.
const NONE: Reg = Reg::MAX;

/// An entry of the trail.
enum Undo {
    Reg(Reg, RegState),
    Bind(usize, usize, Binding),
}

/// A point to which the state can be rewound.
pub(super) struct Fork {
    mark: usize,
    reachable: bool,
}

/// A branch that has ended and was rewound.
pub(super) struct Ended {
    redo: Redo,
    pub(super) reachable: bool,
}

/// What a branch changed, to be redone.
#[derive(Default)]
pub(super) struct Redo {
    regs: Vec<(Reg, RegState)>,
    binds: Vec<(usize, usize, Binding)>,
}

/// Registers, bindings and the trail.
#[derive(Default)]
pub(super) struct Regs {
    states: Vec<RegState>,
    /// Free registers of each representation, as chains through `next`.
    pools: FxHashMap<Repr, Reg>,
    next: Vec<Reg>,
    pooled: Vec<bool>,
    /// One past the highest register in use.
    top: usize,
    /// Windows of calls lie above the parameters even when these are dead: constants may be put between them.
    floor: usize,
    /// Registers that may own something, unordered; stale entries are skipped.
    owned: Vec<Reg>,
    listed: Vec<bool>,
    /// Kept for one purpose whatever is rewound.
    reserved: Vec<bool>,
    /// How often each was freed.
    freed: Vec<u32>,
    seq: u32,
    trail: Vec<Undo>,
    /// Buffers of changes that were made again or forgotten.
    spare: Vec<Redo>,
    forks: u32,
    /// Bindings of the locals of each environment.
    pub(super) envs: Vec<Vec<Binding>>,
    spare_envs: Vec<Vec<Binding>>,
    pub(super) reachable: bool,
}

impl Regs {
    /// No registers; control is at the start. The memory of the cell before is used again.
    pub(super) fn reset(&mut self) {
        self.states.clear();
        self.pools.clear();
        self.next.clear();
        self.pooled.clear();
        self.top = 0;
        self.floor = 0;
        self.owned.clear();
        self.listed.clear();
        self.reserved.clear();
        self.freed.clear();
        self.seq = 0;
        self.trail.clear();
        self.forks = 0;
        self.spare_envs.append(&mut self.envs);
        self.reachable = true;
    }

    /// Takes over the registers that the builder has made since.
    fn sync(&mut self, b: &CellBuilder) {
        let n = b.reg_count();
        if self.states.len() == n {
            return;
        }
        self.states.resize(n, RegState::default());
        self.pooled.resize(n, false);
        self.next.resize(n, NONE);
        self.listed.resize(n, false);
        self.reserved.resize(n, false);
        self.freed.resize(n, 0);
    }

    pub(super) fn state(&self, reg: Reg) -> RegState {
        self.states.get(usize::from(reg)).copied().unwrap_or_default()
    }

    pub(super) fn update(&mut self, reg: Reg, change: impl FnOnce(&mut RegState)) {
        let Some(state) = self.states.get_mut(usize::from(reg)) else { return };
        if self.forks > 0 {
            self.trail.push(Undo::Reg(reg, *state));
        }
        change(state);
        let state = *state;
        self.changed(reg, state);
    }

    fn changed(&mut self, reg: Reg, state: RegState) {
        let i = usize::from(reg);
        if state.used {
            self.top = self.top.max(i + 1);
        } else {
            while self.top > 0 && !self.states[self.top - 1].used {
                self.top -= 1;
            }
        }
        if state.owned && !self.listed[i] {
            self.listed[i] = true;
            self.owned.push(reg);
        }
    }

    /// A mark: what becomes owned from now on is later than it.
    pub(super) fn mark(&mut self) -> u32 {
        self.seq += 1;
        self.seq
    }

    pub(super) fn set_owned(&mut self, reg: Reg) {
        self.seq += 1;
        let seq = self.seq;
        self.update(reg, |s| {
            s.owned = true;
            s.dying = false;
            s.known = false;
            if !s.home {
                s.seq = seq;
            }
        });
    }

    pub(super) fn set_consumed(&mut self, reg: Reg) {
        self.update(reg, |s| {
            s.owned = false;
            s.dying = false;
        });
    }

    /// Registers that own something, oldest first.
    pub(super) fn owned(&mut self) -> Vec<Reg> {
        let (states, listed) = (&self.states, &mut self.listed);
        self.owned.retain(|&reg| {
            let keep = states[usize::from(reg)].owned;
            listed[usize::from(reg)] = keep;
            keep
        });
        let mut all = self.owned.clone();
        all.sort_by_key(|&reg| self.states[usize::from(reg)].seq);
        all
    }

    /// A register for a value of `repr`.
    pub(super) fn alloc(&mut self, b: &mut CellBuilder, repr: Repr) -> Reg {
        if let Some(head) = self.pools.get_mut(&repr) {
            while *head != NONE {
                let reg = *head;
                let i = usize::from(reg);
                *head = self.next[i];
                self.pooled[i] = false;
                if !self.states[i].used && !self.reserved[i] {
                    self.update(reg, |s| s.used = true);
                    return reg;
                }
            }
        }
        let reg = b.new_reg(repr);
        self.sync(b);
        self.update(reg, |s| s.used = true);
        reg
    }

    /// Consecutive registers; all are marked used. `above`: none in use may be at or behind the first, less `gap`.
    pub(super) fn alloc_run(
        &mut self,
        b: &mut CellBuilder,
        reprs: &[Repr],
        above: bool,
        gap: usize,
    ) -> Reg {
        self.sync(b);
        let n = self.states.len();
        let start = if above { self.top.max(self.floor) } else { self.top.saturating_sub(TRIES) };
        let fits = |regs: &Self, first: usize| {
            reprs.iter().enumerate().all(|(i, repr)| {
                let reg = first + i;
                reg >= n
                    || (!regs.states[reg].used
                        && !regs.reserved[reg]
                        && b.repr(reg as Reg) == *repr)
            }) && (first..first + reprs.len()).any(|reg| reg < n || reprs.is_empty())
        };
        let found =
            (start..n).take(TRIES).map(|s| s + gap).find(|&first| first < n && fits(self, first));
        let first = found.unwrap_or_else(|| if above { n.max(start + gap) } else { n });
        while b.reg_count() < first {
            if b.reg_count() > usize::from(Reg::MAX) {
                break;
            }
            b.new_reg(Repr::I64);
        }
        for (i, &repr) in reprs.iter().enumerate() {
            if first + i >= b.reg_count() {
                b.new_reg(repr);
            }
        }
        self.sync(b);
        for i in 0..reprs.len() {
            self.update((first + i).min(usize::from(Reg::MAX)) as Reg, |s| s.used = true);
        }
        first.min(usize::from(Reg::MAX)) as Reg
    }

    /// One past the highest register in use.
    pub(super) fn top(&self) -> usize {
        self.top
    }

    /// Registers for the arguments of a call, above everything in use; the `gap` before them is reserved too.
    pub(super) fn alloc_window(&mut self, b: &mut CellBuilder, reprs: &[Repr], gap: usize) -> Reg {
        let first = self.alloc_run(b, reprs, true, gap);
        let base = usize::from(first).saturating_sub(gap);
        while b.reg_count() < usize::from(first) && b.reg_count() < usize::from(Reg::MAX) {
            b.new_reg(Repr::I64);
        }
        self.sync(b);
        for reg in base..usize::from(first) {
            self.update(reg as Reg, |s| {
                s.used = true;
                s.pinned = true;
            });
        }
        first
    }

    /// Keeps a register for one purpose, whatever is rewound, until it is given up.
    pub(super) fn reserve(&mut self, b: &CellBuilder, reg: Reg) {
        self.sync(b);
        self.reserved[usize::from(reg)] = true;
    }

    /// The register may be handed out again once it is free.
    pub(super) fn give_up(&mut self, b: &CellBuilder, reg: Reg) {
        self.reserved[usize::from(reg)] = false;
        if !self.state(reg).used {
            self.pool(b, reg);
        }
    }

    /// Takes over registers made by the builder as parameters.
    pub(super) fn adopt(&mut self, b: &CellBuilder, reg: Reg) {
        self.sync(b);
        if b.here() == 0 {
            self.floor = self.floor.max(usize::from(reg) + 1);
        }
        self.update(reg, |s| s.used = true);
    }

    /// Gives a register back.
    pub(super) fn free(&mut self, b: &CellBuilder, reg: Reg) {
        let state = self.state(reg);
        debug_assert!(!state.owned, "r{reg} is freed while it owns a value");
        if state.pinned || !state.used {
            return;
        }
        self.freed[usize::from(reg)] += 1;
        self.update(reg, |s| *s = RegState::default());
        self.pool(b, reg);
    }

    /// How often a register was freed.
    pub(super) fn freed(&self, reg: Reg) -> u32 {
        self.freed.get(usize::from(reg)).copied().unwrap_or_default()
    }

    fn pool(&mut self, b: &CellBuilder, reg: Reg) {
        if !std::mem::replace(&mut self.pooled[usize::from(reg)], true) {
            let head = self.pools.entry(b.repr(reg)).or_insert(NONE);
            self.next[usize::from(reg)] = std::mem::replace(head, reg);
        }
    }

    /// Opens an environment for so many locals; its number.
    pub(super) fn open_env(&mut self, locals: usize) -> usize {
        let mut env = self.spare_envs.pop().unwrap_or_default();
        env.clear();
        env.resize(locals, Binding::None);
        self.envs.push(env);
        self.envs.len() - 1
    }

    /// Closes the newest environment.
    pub(super) fn close_env(&mut self) {
        self.spare_envs.extend(self.envs.pop());
    }

    pub(super) fn bind(&mut self, env: usize, local: usize, binding: Binding) {
        let slot = &mut self.envs[env][local];
        if self.forks > 0 {
            self.trail.push(Undo::Bind(env, local, *slot));
        }
        *slot = binding;
    }

    /// Opens a fork: what follows can be rewound to here.
    pub(super) fn fork(&mut self) -> Fork {
        self.forks += 1;
        Fork { mark: self.trail.len(), reachable: self.reachable }
    }

    /// Back to the fork, which stays open.
    pub(super) fn rewind(&mut self, b: &CellBuilder, fork: &Fork) {
        self.undo(b, fork, |_| {});
    }

    /// Undoes what was done since the fork, newest first; `undone` sees what was there.
    fn undo(&mut self, b: &CellBuilder, fork: &Fork, mut undone: impl FnMut(Undo)) {
        while self.trail.len() > fork.mark {
            match self.trail.pop() {
                Some(Undo::Reg(reg, state)) => {
                    let now = std::mem::replace(&mut self.states[usize::from(reg)], state);
                    undone(Undo::Reg(reg, now));
                    self.changed(reg, state);
                    if !state.used {
                        self.pool(b, reg);
                    }
                }
                Some(Undo::Bind(env, local, binding)) => {
                    if let Some(slot) = self.envs.get_mut(env).and_then(|e| e.get_mut(local)) {
                        undone(Undo::Bind(env, local, std::mem::replace(slot, binding)));
                    }
                }
                None => break,
            }
        }
        self.reachable = fork.reachable;
    }

    /// Makes the changes of a rewound branch again.
    pub(super) fn redo(&mut self, redo: Redo) {
        for &(reg, state) in redo.regs.iter().rev() {
            self.update(reg, |s| *s = state);
        }
        for &(env, local, binding) in redo.binds.iter().rev() {
            self.bind(env, local, binding);
        }
        self.forgotten(redo);
    }

    /// Changes that nobody needs any more.
    fn forgotten(&mut self, mut redo: Redo) {
        redo.regs.clear();
        redo.binds.clear();
        self.spare.push(redo);
    }

    /// What was changed since the fork, to be redone after rewinding to it.
    pub(super) fn changes(&self, fork: &Fork) -> Redo {
        let mut redo = Redo::default();
        let mut seen_regs = rustc_hash::FxHashSet::default();
        let mut seen_binds = rustc_hash::FxHashSet::default();
        for undo in &self.trail[fork.mark..] {
            match undo {
                Undo::Reg(reg, _) if seen_regs.insert(*reg) => {
                    redo.regs.push((*reg, self.states[usize::from(*reg)]));
                }
                Undo::Bind(env, local, _) if seen_binds.insert((*env, *local)) => {
                    if let Some(slot) = self.envs.get(*env).and_then(|e| e.get(*local)) {
                        redo.binds.push((*env, *local, *slot));
                    }
                }
                _ => {}
            }
        }
        redo
    }

    /// Where several ways meet behind a fork: the state of the first, knowing only what all know.
    pub(super) fn meet_all(&mut self, b: &CellBuilder, fork: &Fork, ends: Vec<Redo>) {
        self.rewind(b, fork);
        let mut ends = ends.into_iter();
        let Some(first) = ends.next() else {
            self.reachable = false;
            return;
        };
        self.redo(first);
        self.reachable = true;
        for other in ends {
            let here: Vec<Reg> = self.trail[fork.mark..]
                .iter()
                .filter_map(|u| match u {
                    Undo::Reg(reg, _) if self.states[usize::from(*reg)].known => Some(*reg),
                    _ => None,
                })
                .collect();
            for reg in here {
                if !other.regs.iter().any(|r| r.0 == reg && r.1.known) {
                    self.update(reg, |s| s.known = false);
                }
            }
        }
    }

    /// Ends a branch and goes back to the fork.
    pub(super) fn end_branch(&mut self, b: &CellBuilder, fork: &Fork) -> Ended {
        let reachable = self.reachable;
        let mut redo = self.spare.pop().unwrap_or_default();
        self.undo(b, fork, |undone| match undone {
            Undo::Reg(reg, state) => redo.regs.push((reg, state)),
            Undo::Bind(env, local, binding) => redo.binds.push((env, local, binding)),
        });
        Ended { redo, reachable }
    }

    /// Where the current branch, the last one, meets an earlier one: only what both know is known.
    pub(super) fn meet(&mut self, b: &CellBuilder, fork: &Fork, earlier: Ended) {
        if !earlier.reachable {
            self.forgotten(earlier.redo);
            return;
        }
        if !self.reachable {
            self.rewind(b, fork);
            self.redo(earlier.redo);
            self.reachable = true;
            return;
        }
        let mut here: Vec<(Reg, bool)> = Vec::new();
        for undo in &self.trail[fork.mark..] {
            if let Undo::Reg(reg, before) = undo
                && self.states[usize::from(*reg)].known
                && !here.iter().any(|h| h.0 == *reg)
            {
                let there = earlier.redo.regs.iter().find(|r| r.0 == *reg);
                here.push((*reg, there.map_or(before.known, |r| r.1.known)));
            }
        }
        for &(reg, now) in &earlier.redo.regs {
            if self.state(reg).known && !now.known && !here.iter().any(|h| h.0 == reg) {
                let last = earlier.redo.regs.iter().find(|r| r.0 == reg);
                here.push((reg, last.is_some_and(|r| r.1.known)));
            }
        }
        for (reg, both) in here {
            if !both {
                self.update(reg, |s| s.known = false);
            }
        }
        self.forgotten(earlier.redo);
    }

    /// Forgets which of these registers are known not to be null.
    pub(super) fn forget(&mut self, regs: impl Iterator<Item = Reg>) {
        for reg in regs {
            if self.state(reg).known {
                self.update(reg, |s| s.known = false);
            }
        }
    }

    /// Closes the innermost fork, keeping the current state.
    pub(super) fn join(&mut self, _fork: Fork) {
        self.forks -= 1;
        if self.forks == 0 {
            self.trail.clear();
        }
    }
}
