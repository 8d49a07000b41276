//! A module: cells that call each other, a closure that may fail, one for `defer`, and an entry that shows everything.

use super::cell::{Maker, State};
use super::world::{FIRST, INT, INTS, Kind, Sig, TEXT, World};
use lumen_lir::*;

/// A module from a seed.
pub(crate) fn generated(seed: u64) -> Module {
    let mut w = World::new();
    let mut random = super::cell::Random::new(seed ^ 0xABCD);
    let count = 1 + random.below(3);
    let size = 1 + random.below(3) as u32;
    for _ in 0..count {
        let mut params = vec![(INT, Passing::Owned)];
        let kinds: Vec<Kind> = w.kinds.clone();
        for _ in 0..random.below(4) {
            let kind = kinds[random.below(kinds.len())];
            let lent = kind == INTS || kind == TEXT;
            let borrowed = lent && random.one_in(2);
            params.push((kind, if borrowed { Passing::Borrowed } else { Passing::Owned }));
        }
        let kind = kinds[random.below(kinds.len())];
        let result = match random.below(4) {
            0 => None,
            1 => Some(INT),
            _ => Some(kind),
        };
        w.sigs.push(Sig { params, result });
    }
    for _ in 0..FIRST as usize + count + 1 {
        w.b.reserve_cell();
    }
    closures(&mut w, seed, size);
    for at in 0..count {
        let cell = called(&mut w, seed, size, at);
        w.b.define_cell(CellId(FIRST + at as u32), cell);
    }
    let entry = CellId(FIRST + count as u32);
    let cell = main_cell(&mut w, seed);
    w.b.define_cell(entry, cell);
    let mut module = w.b.finish();
    module.entry = Some(entry);
    module
}

/// Ends a cell.
fn finished(mut maker: Maker<'_>) -> Cell {
    let regs = maker.b.reg_count() as u16;
    let cell = maker.b.finish();
    let mut cell = cell.expect("a short cell");
    cell.code[0] = word(Op::Enter, regs, 0, 0);
    cell
}

/// The code of the closures.
fn closures(w: &mut World, seed: u64, size: u32) {
    for (id, class) in [(0, w.adder), (1, w.cleanup), (2, w.runner)] {
        let mut maker =
            Maker::new(w, ["adder", "cleanup", "runner"][id], seed ^ (id as u64 + 77) << 20);
        let own = maker.b.set_closure(class);
        let params: Vec<Reg> = match id {
            1 => Vec::new(),
            _ => [INT, INTS].map(|kind| maker.b.param(kind.repr, Passing::Owned)).to_vec(),
        };
        maker.results = if id == 1 { Vec::new() } else { vec![Repr::I64] };
        maker.callees = if id == 2 { 0 } else { usize::MAX };
        begin(&mut maker, &[own], &params);
        if id == 1 {
            maker.show();
        } else {
            maker.block(size - 1);
            maker.show_all();
        }
        maker.give_back();
        let cell = finished(maker);
        w.b.define_cell(CellId(id as u32), cell);
    }
}

/// Registers, `enter` and first values; `lent` ones are only read.
fn begin(maker: &mut Maker<'_>, lent: &[Reg], owned: &[Reg]) {
    maker.b.set_results(maker.results.clone());
    maker.sync();
    for reg in lent {
        maker.pinned.push(*reg);
        maker.states[usize::from(*reg)] =
            if maker.repr(*reg).is_counted() { State::Borrowed(*reg) } else { State::Init };
    }
    for reg in owned {
        maker.define(*reg, State::Owned);
    }
    maker.pool.extend(lent.iter().chain(owned));
    maker.set_up();
    maker.b.emit(Op::Enter, 0, 0, 0);
    maker.fill();
}

/// A cell that others call.
fn called(w: &mut World, seed: u64, size: u32, at: usize) -> Cell {
    let Sig { params, result } = w.sigs[at].clone();
    let mut maker = Maker::new(w, &format!("work{at}"), seed ^ (at as u64 + 3) << 24);
    let (mut lent, mut owned) = (Vec::new(), Vec::new());
    for (at, (kind, passing)) in params.into_iter().enumerate() {
        let reg = maker.b.param(kind.repr, passing);
        if at == 0 || passing == Passing::Borrowed { lent.push(reg) } else { owned.push(reg) }
    }
    maker.results = result.map_or(vec![Repr::Bool, Repr::I64], |kind| vec![kind.repr]);
    maker.me = Some(at);
    maker.callees = at + 1;
    begin(&mut maker, &lent, &owned);
    let on = maker.b.new_label();
    let (states, facts) = (maker.states.clone(), maker.facts.clone());
    maker.branch(Op::JGeI, 0, 1, on);
    maker.give_back();
    maker.b.bind(on);
    maker.states.fill(State::Undef);
    maker.states[..states.len()].copy_from_slice(&states);
    maker.facts[..facts.len()].copy_from_slice(&facts);
    maker.block(size);
    maker.show_all();
    maker.give_back();
    finished(maker)
}

/// The entry.
fn main_cell(w: &mut World, seed: u64) -> Cell {
    let mut maker = Maker::new(w, "main", seed);
    maker.results = vec![Repr::I64];
    maker.callees = 0;
    begin(&mut maker, &[], &[]);
    for _ in 0..2 {
        maker.call();
        maker.runner();
        maker.block(0);
        maker.show();
    }
    maker.show_all();
    maker.give_back();
    finished(maker)
}

impl Maker<'_> {
    /// Calls of cells whose failures become values.
    fn runner(&mut self) {
        let repr = Repr::Ref(self.w.function);
        if let Some(reg) = self.target(repr, &[]) {
            let runner = self.w.runner;
            self.flat(reg, runner);
            self.define(reg, State::Owned);
        }
        self.call_value();
    }

    fn show_all(&mut self) {
        let none = self.w.function;
        let alive: Vec<Reg> = self
            .pool
            .iter()
            .copied()
            .filter(|reg| self.is_alive(*reg) && self.repr(*reg).class() != Some(none))
            .filter(|reg| self.w.kind_of(self.repr(*reg)).is_some())
            .collect();
        alive.chunks(4).for_each(|regs| self.show_these(regs));
    }
}
