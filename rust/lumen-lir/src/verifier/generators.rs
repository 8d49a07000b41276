//! Rules G1–G3: streams, their runs, and the code that yields.
//!
//! Input → output: the instructions `gen.*` of a cell → the registers of an element, or what is wrong.
//!
//! A run is an object of its own kind: it is made by `gen.new` into a register, stays there, and is consumed by
//! `gen.free` alone. So nobody but the frame that made it can resume it, and a running run is never resumed.

use super::effects;
use super::ownership::{Fault, State};
use super::step::{Step, Value};
use super::{Rule, Violation};
use crate::cfg::{Cfg, step};
use crate::module::{Cell, CellId, Module};
use crate::opcode::{self, Op, Reg, Role, Want};
use crate::typedesc::{ClassDesc, ClassId, Repr, Slots, TypeId, param_slots};

/// The stream class whose code a cell is, with its element type.
fn stream_of(module: &Module, cell: &Cell) -> Option<TypeId> {
    let ClassDesc::Closure { of, .. } = module.classes.get(cell.closure?.index())? else {
        return None;
    };
    match module.classes.get(of.index())? {
        ClassDesc::Stream { elem, .. } => Some(*elem),
        _ => None,
    }
}

/// Whether some register of a cell is of a class of runs.
pub(super) fn has_runs(module: &Module, cell: &Cell) -> bool {
    cell.regs.iter().any(|repr| is_run(module, *repr))
}

fn is_run(module: &Module, repr: Repr) -> bool {
    let class = repr.class().and_then(|id| module.classes.get(id.index()));
    matches!(class, Some(ClassDesc::Run { .. }))
}

/// G2: no `gen.yield` can be reached from where an ended run goes on.
pub(super) fn check(module: &Module, id: CellId) -> Result<(), Violation> {
    let cell = &module.cells[id.index()];
    if stream_of(module, cell).is_none() {
        return Ok(());
    }
    let cfg = Cfg::new(cell);
    let mut seen = vec![false; cfg.blocks.len()];
    let mut work = Vec::new();
    for block in &cfg.blocks {
        if let Some(end) = last_yield(cell, block.start, block.end) {
            work.extend((end < cell.code.len()).then(|| cfg.block_of(end)));
        }
    }
    while let Some(id_of) = work.pop() {
        if std::mem::replace(&mut seen[id_of as usize], true) {
            continue;
        }
        let block = cfg.blocks[id_of as usize];
        if let Some(behind) = last_yield(cell, block.start, block.end) {
            return Err(Violation {
                rule: Rule::G2,
                cell: Some(id),
                pc: Some(behind as u32 - 1),
                message: "a run that is being ended may yield".to_owned(),
            });
        }
        work.extend_from_slice(cfg.succs(id_of));
    }
    Ok(())
}

/// The word behind the `gen.yield` that ends a block.
fn last_yield(cell: &Cell, start: u32, end: u32) -> Option<usize> {
    let mut pc = start as usize;
    while pc < end as usize {
        let (op, next) = step(cell, pc)?;
        if matches!(op, Op::GenYield | Op::GenYield2) {
            return Some(next);
        }
        pc = next;
    }
    None
}

/// G3: only the instructions of runs touch a run.
pub(super) fn stays(step: &Step<'_>, reg: Reg, want: Want) -> Result<(), Fault> {
    if want != Want::Run && is_run(step.module, step.regs[usize::from(reg)]) {
        return Err(Fault::new(Rule::G3, format!("r{reg} is a run, which stays where it is")));
    }
    Ok(())
}

fn stream_class(step: &Step<'_>, reg: Reg) -> Option<ClassId> {
    let class = step.regs[usize::from(reg)].class()?;
    match step.class(class) {
        ClassDesc::Stream { .. } => Some(class),
        ClassDesc::Closure { of, .. } | ClassDesc::Run { of } => Some(*of),
        _ => None,
    }
}

/// The value of `gen.new`.
pub(super) fn run_of(step: &Step<'_>, run: Reg, stream: Reg) -> Result<Value, Fault> {
    let class = step.regs[usize::from(run)].class();
    match (class, class.map(|id| step.class(id))) {
        (Some(id), Some(ClassDesc::Run { of })) if Some(*of) == stream_class(step, stream) => {
            Ok(Value::of(Repr::Ref(id)))
        }
        _ => Err(Fault::new(Rule::T2, format!("r{run} is no run of the stream in r{stream}"))),
    }
}

fn element_slots(step: &Step<'_>, run: Reg) -> Result<Slots, Fault> {
    let elem = match stream_class(step, run).map(|id| step.class(id)) {
        Some(ClassDesc::Stream { elem, .. }) => *elem,
        _ => return Err(Fault::new(Rule::T1, format!("r{run} is no run"))),
    };
    step.param_slots(elem)
}

/// What the steps of a run may do, the cell may do.
pub(super) fn effects_of(step: &Step<'_>, run: Reg) -> Result<(), Fault> {
    match stream_class(step, run).map(|id| step.class(id)) {
        Some(ClassDesc::Stream { effects, .. }) => effects::allow(step.cell, *effects),
        _ => Err(Fault::new(Rule::T1, format!("r{run} is no run"))),
    }
}

/// The registers that `gen.next` defines.
pub(super) fn element(step: &mut Step<'_>, dst: Reg, run: Reg) -> Result<(), Fault> {
    effects_of(step, run)?;
    let slots = element_slots(step, run)?;
    step.members(usize::from(dst), Role::Def, slots.reprs())?;
    Ok(())
}

/// Behind a `gen.next` that found nothing its results are not there.
pub(super) fn nothing_came(step: &mut Step<'_>, w: u64) {
    let len = element_slots(step, opcode::b(w)).map_or(0, Slots::len);
    for n in 0..len as u16 {
        step.frame.put(opcode::a(w) + n, State::DEAD);
    }
}

/// G1: the element of a `gen.yield`.
pub(super) fn yields(step: &mut Step<'_>, op: Op, reg: Reg) -> Result<(), Fault> {
    let Some(elem) = stream_of(step.module, step.cell) else {
        return Err(Fault::new(Rule::G1, "a `gen.yield` outside the code of a stream"));
    };
    let bad = || Fault::new(Rule::G1, format!("r{reg} is no element of the stream"));
    match (op, param_slots(&step.module.types, elem)) {
        (Op::GenYield, Some(Slots::One(repr))) => {
            step.fits(step.value(reg), repr).map_err(|_| bad())
        }
        (Op::GenYield2, Some(Slots::Two(repr))) => {
            let reprs = [Repr::Bool, repr].into_iter();
            step.members(usize::from(reg), Role::Use, reprs).map(|_| ()).map_err(|_| bad())
        }
        _ => Err(bad()),
    }
}
