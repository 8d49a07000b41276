//! Looking at a run while it goes on: where it stands, line by line or before each operation, and what its locals hold.
//!
//! Data path: the machine of a program compiled with `Goal::Look` is given a [`Watcher`]; the engine that looks before each
//! instruction (`interp/watched.rs`) tells it of each [`Stop`], from which it reads frames and locals. A watcher that has seen
//! enough ends the run.
//!
//! Invariants:
//! - Looking changes nothing: a watched run does what every other does.
//! - A register is read only where the verifier's own analysis says that it holds a value, whatever the LIR says of locals.

#![expect(unsafe_code, reason = "reads registers of frames")]

use crate::interp::state::Vm;
use crate::link::{Address, Pc, Program};
use crate::places::Standing;
use crate::trace::{TraceEntry, TraceFrame, frames_at};
use lumen_lir::{CellId, OwnershipMap, Reg, Slots, Variable, param_slots};
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::rc::Rc;

/// Frames that are looked at.
const FRAMES_MAX: usize = 256;

/// Is told where a run stands.
pub trait Watcher {
    /// Whether the lines of this document are told too, not only operations.
    fn wants_lines(&self, path: &str) -> bool;
    /// The run stands here; false ends it.
    fn stopped(&mut self, stop: &Stop<'_>) -> bool;
}

/// Where a run stands: the operations before, and the safepoints (calls and rounds of loops) since the last of them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Position {
    /// Operations that were done.
    pub operations: u64,
    /// Safepoints since.
    pub safepoints: u64,
}

/// A place at which a run stands.
pub struct Stop<'v> {
    /// Where in the run.
    pub position: Position,
    /// The operation of this number comes next; otherwise a line begins.
    pub operation: Option<u64>,
    vm: &'v Vm,
    ip: *const u64,
    alive: &'v RefCell<Alive>,
}

/// A frame, and what its locals hold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Look {
    /// Where it stands.
    pub frame: TraceFrame,
    /// Locals in the order of their binding.
    pub locals: Vec<Local>,
}

/// A local that holds a value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Local {
    /// As the source calls it.
    pub name: String,
    /// Its value, as `debug` prints it.
    pub text: String,
}

/// Which registers hold values, by cell.
#[derive(Default)]
struct Alive(FxHashMap<u32, Rc<OwnershipMap>>);

/// A watcher, and what was told to it.
pub(crate) struct Watch {
    watcher: Box<dyn Watcher>,
    /// Of each document: whether its lines are told.
    lines: Vec<bool>,
    ended: bool,
    operations: u64,
    /// Safepoints when the last operation began.
    since: i64,
    /// The line that each frame is at, innermost last.
    at: Vec<([usize; 2], Spot)>,
    /// Where each frame is in `at`.
    places: FxHashMap<[usize; 2], usize>,
    spots: FxHashMap<u32, Rc<[Spot]>>,
    alive: RefCell<Alive>,
}

/// A line of a cell: file and line.
type Spot = (u32, u32);

impl Watch {
    pub(crate) fn new(watcher: Box<dyn Watcher>, program: &Program) -> Self {
        let files = program.module().files.iter();
        Self {
            lines: files.map(|file| watcher.wants_lines(&file.path)).collect(),
            watcher,
            ended: false,
            operations: 0,
            since: 0,
            at: Vec::new(),
            places: FxHashMap::default(),
            spots: FxHashMap::default(),
            alive: RefCell::default(),
        }
    }

    /// Whether the watcher has seen enough.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended
    }

    /// Tells of the line that begins at the next instruction, if one does; false when the run is to end.
    fn line(&mut self, vm: &Vm) -> bool {
        if self.ended {
            return false;
        }
        let Address::Code(pc) = vm.program.locate(vm.ip) else { return true };
        let Some(spot) = self.spot(vm, pc) else { return true };
        let frame = vm.frame_key(vm.run, vm.regs);
        match self.places.get(&frame).copied() {
            Some(at) => {
                for (left, _) in self.at.drain(at + 1..) {
                    self.places.remove(&left);
                }
                if std::mem::replace(&mut self.at[at].1, spot) == spot {
                    return true;
                }
            }
            None => {
                self.places.insert(frame, self.at.len());
                self.at.push((frame, spot));
            }
        }
        self.tell(vm, vm.ip, None)
    }

    fn tell(&mut self, vm: &Vm, ip: *const u64, operation: Option<u64>) -> bool {
        let safepoints = u64::try_from(vm.passed().saturating_sub(self.since)).unwrap_or(0);
        let position = Position { operations: self.operations, safepoints };
        let stop = Stop { position, operation, vm, ip, alive: &self.alive };
        self.ended |= !self.watcher.stopped(&stop);
        !self.ended
    }

    /// The line of an instruction; nothing for code without a position.
    fn spot(&mut self, vm: &Vm, pc: Pc) -> Option<Spot> {
        let spots = self.spots.entry(pc.cell).or_insert_with(|| {
            let module = vm.program.module();
            let cell = &module.cells[pc.cell as usize];
            let spot = |word: usize| {
                let pos = cell.line_at(word)?.pos;
                let file = module.files.get(pos.file as usize)?;
                Some((pos.file, file.line_col(pos.start).0))
            };
            (0..cell.code.len()).map(|word| spot(word).unwrap_or_default()).collect()
        });
        spots
            .get(pc.word as usize)
            .copied()
            .filter(|spot| spot.1 > 0 && self.lines[spot.0 as usize])
    }
}

impl Vm {
    /// Before the instruction at `ip`: false when the run is to end.
    pub(crate) fn look(&mut self) -> bool {
        let Some(mut watch) = self.watch.take() else { return true };
        let goes_on = watch.line(self);
        self.watch = Some(watch);
        goes_on
    }

    /// Before the operation of the instruction before `ip`.
    pub(crate) fn look_at_operation(&mut self) {
        let Some(mut watch) = self.watch.take() else { return };
        if !watch.ended {
            // SAFETY: `ip` is behind the running instruction.
            let ip = unsafe { self.ip.sub(1) };
            let number = watch.operations + 1;
            watch.tell(self, ip, Some(number));
            (watch.operations, watch.since) = (number, self.passed());
        }
        self.watch = Some(watch);
    }
}

impl Stop<'_> {
    /// The frames, innermost first, with what their locals hold.
    pub fn frames(&self) -> Vec<Look> {
        let mut looks = Vec::new();
        self.vm.standing(self.ip, FRAMES_MAX, &mut |standing| {
            let mut entries = Vec::new();
            frames_at(&self.vm.program, standing.pc, &mut entries);
            let mut locals = Some(self.locals(&standing));
            looks.extend(entries.into_iter().filter_map(|entry| match entry {
                TraceEntry::Frame(frame) => {
                    Some(Look { frame, locals: locals.take().unwrap_or_default() })
                }
                TraceEntry::Repeated(_) | TraceEntry::Omitted(_) => None,
            }));
        });
        looks
    }

    fn locals(&self, standing: &Standing) -> Vec<Local> {
        let program = &self.vm.program;
        let Pc { cell: id, word } = standing.pc;
        let cell = &program.module().cells[id as usize];
        let mut vars: Vec<&Variable> =
            cell.vars.iter().filter(|var| (var.start..var.end).contains(&word)).collect();
        if vars.is_empty() {
            return Vec::new();
        }
        vars.sort_by_key(|var| var.start);
        let map = self.alive.borrow_mut().of(self.vm, id);
        let is_call = cell
            .code
            .get(word as usize)
            .and_then(|&w| lumen_lir::op(w))
            .is_some_and(|op| op.flags().has(lumen_lir::Flags::CALL));
        let is_running = standing.is_caller || self.operation.is_some();
        let alive = if is_call && is_running { map.during(word) } else { map.before(word) };
        let mut locals: Vec<Local> = Vec::new();
        for var in vars {
            let Some(text) = self.text(standing, alive, var) else { continue };
            // An inner local hides an outer one.
            locals.retain(|local| local.name != var.name);
            locals.push(Local { name: var.name.clone(), text });
        }
        locals
    }

    /// What the registers of a local hold; nothing when that is no value.
    fn text(&self, standing: &Standing, alive: &[Reg], var: &Variable) -> Option<String> {
        let vm = self.vm;
        let is_alive = |reg: Reg| alive.binary_search(&reg).is_ok();
        // SAFETY: the frame has the registers of its cell, which hold values of their representations where they are alive;
        // the type is one that is read so (rule C6).
        let word = |reg: Reg| unsafe { *standing.regs.add(usize::from(reg)) };
        let row = vm.ctx.heap.classes().type_row(var.ty);
        let (slot, value) = match param_slots(&vm.program.module().types, var.ty)? {
            Slots::Two(_) => {
                let value = var.reg.checked_add(1)?;
                if !is_alive(var.reg) || !is_alive(value) {
                    return None;
                }
                if word(var.reg) == 0 {
                    return Some("null".to_owned());
                }
                (row.scalar?, value)
            }
            Slots::One(_) if is_alive(var.reg) => (row.slot, var.reg),
            Slots::One(_) | Slots::None => return None,
        };
        // SAFETY: as above.
        let text = unsafe { vm.ctx.heap.debug(slot, word(value)) };
        Some(text.unwrap_or_else(|_| "…".to_owned()))
    }
}

impl Alive {
    fn of(&mut self, vm: &Vm, cell: u32) -> Rc<OwnershipMap> {
        let map = self
            .0
            .entry(cell)
            .or_insert_with(|| Rc::new(OwnershipMap::alive(vm.program.verified(), CellId(cell))));
        Rc::clone(map)
    }
}
