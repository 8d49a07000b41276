//! When native code is made, entered and left.
//!
//! Counting costs the interpreter nothing: in a run with this tier the fuel of the interpreter is a small part of the
//! run's, the rest is the *budget*. Each time that part is used up, the place is a sample: a cell's entry or a loop's
//! header. A place with enough samples is compiled. A compiled cell is entered through its *stub*, two words of code that
//! stand for the cell in the task's own table of cells; a compiled loop is entered at the next sample.
//!
//! Invariants:
//! - `Vm::fuel + Jit::budget` is the fuel that the run has left, whenever the interpreter runs.
//! - Native code is entered only with a frame that has room for all registers, at the cell's entry or a loop's header.
//! - Code is freed with the machine, never before: return addresses lead into it.

#![expect(unsafe_code, reason = "enters native code and keeps tables of addresses")]

use super::cranelift::{Compiled, Compiler, Trampoline, no_trampoline};
use super::plan::{Refusal, expects_unique};
use super::stats::{CellStats, JitStats};
use super::{JitOptions, steps};
use crate::interp::state::{ClassRow, Leave, Regs, Step, Vm, W};
use crate::interp::table::Quick;
use crate::link::{Address, Program};
use lumen_lir::{CellId, Op};
use lumen_runtime::failure::Failure;
use rustc_hash::FxHashMap;
use std::sync::Arc;
use std::time::Instant;

/// The run goes on in the interpreter at `Vm::ip`; any status that is not negative is the fuel left after a return.
pub(super) const INTERPRET: i64 = -1;
/// An instruction failed; the failure is in `Vm::leave`.
pub(super) const FAILED: i64 = -2;
/// The frame of a callee is made, but fuel or stack may not suffice.
pub(super) const ENTERED: i64 = -3;

/// Most safepoints between two samples.
const CHUNK_MAX: u32 = 1024;
/// A cell that calls made native code leave this often stays interpreted.
const LEFT_MAX: u32 = 200;
/// A cell that leaves native code this often before changes of something shared is compiled anew, to copy by itself.
const SHARED_MAX: u32 = 8;
/// All code is discarded this often at most for that; afterwards every cell copies by itself.
const DISCARDS_MAX: u32 = 8;
/// Calls from native code before a cell is compiled for them.
const CALLS_MIN: u32 = 3;

/// Native code entered with a frame: register 0, fuel; gives a status.
pub(super) type Entry = *const u8;

/// What is known of a cell.
#[derive(Clone, Copy, Default)]
struct CellState {
    /// Safepoints sampled at its entry.
    weight: u32,
    /// Calls of native code that found none of it.
    calls: u32,
    /// Times that native code was left in its middle.
    left: u32,
    /// Times that native code was left before a change in place of something shared.
    shared: u32,
    refused: Option<Refusal>,
    entry: Option<Entry>,
}

/// What is known of a loop.
#[derive(Clone, Copy, Default)]
struct LoopState {
    weight: u32,
    refused: bool,
    entry: Option<Entry>,
}

/// The native tier of a task.
pub(crate) struct Jit {
    options: JitOptions,
    chunk: i64,
    budget: i64,
    /// Whether the run is recorded or replayed.
    taped: bool,
    /// First instruction of each cell as calls find it: its stub once it is compiled.
    pub(crate) cells: Box<[*const u64]>,
    /// Class rows as calls find them.
    pub(crate) classes: Box<[ClassRow]>,
    /// Two words a cell: `enter`, and the instruction that enters native code.
    stubs: Box<[u64]>,
    /// Native code of each cell; null when there is none.
    natives: Box<[*const u8]>,
    states: Vec<CellState>,
    loops: FxHashMap<(u32, u32), LoopState>,
    /// Made when something is hot for the first time: programs that end soon pay nothing for it.
    compiler: Option<Compiler>,
    trampoline: Trampoline,
    /// How often all code was discarded.
    discards: u32,
    stats: JitStats,
}

// SAFETY: the addresses lead into tables of the tier itself and of the program, which the machine keeps.
unsafe impl Send for Jit {}

impl Jit {
    /// The tier of a task that runs a program.
    pub(crate) fn new(program: &Arc<Program>, options: JitOptions, taped: bool) -> Box<Jit> {
        let count = program.cells.len();
        let mut stubs = Vec::with_capacity(2 * count);
        for (cell, start) in program.cells.iter().enumerate() {
            // SAFETY: every cell begins with its `enter`.
            stubs.push(unsafe { **start });
            stubs.push(u64::from(Quick::Native.number()) | (cell as u64) << 32);
        }
        let chunk = if options.forced_exits { 0 } else { (options.threshold / 16).min(CHUNK_MAX) };
        Box::new(Jit {
            options,
            chunk: i64::from(chunk),
            budget: 0,
            taped,
            cells: program.cells.clone().into(),
            classes: program.classes.clone().into(),
            stubs: stubs.into(),
            natives: vec![std::ptr::null(); count].into(),
            states: vec![CellState::default(); count],
            loops: FxHashMap::default(),
            compiler: None,
            trampoline: no_trampoline,
            discards: 0,
            stats: JitStats::default(),
        })
    }

    /// What was done.
    pub(crate) fn take_stats(&mut self, program: &Program) -> JitStats {
        let mut stats = std::mem::take(&mut self.stats);
        for (cell, state) in self.states.iter().enumerate() {
            if let Some(reason) = state.refused {
                stats.refused.push((program.module().cells[cell].name.clone(), reason));
            }
        }
        stats
    }

    /// The native code of each cell.
    pub(super) fn natives(&self) -> &[*const u8] {
        &self.natives
    }

    /// The address in the program that an address in a stub stands for.
    pub(crate) fn real_address(&self, program: &Program, ip: *const u64) -> *const u64 {
        let at = (ip as usize).wrapping_sub(self.stubs.as_ptr() as usize) / size_of::<u64>();
        if at < self.stubs.len() { program.cells[at / 2].wrapping_add(at % 2) } else { ip }
    }

    /// Whether the run is recorded or replayed.
    pub(super) fn is_taped(&self) -> bool {
        self.taped
    }

    /// How much a sample counts.
    fn sample(&self) -> u32 {
        self.chunk as u32 + 1
    }

    fn is_hot(&self, weight: u32) -> bool {
        weight >= self.options.threshold && self.stats.unavailable.is_none()
    }

    /// The compiler, made now if need be; to be given back.
    fn take_compiler(&mut self) -> Option<Compiler> {
        if let Some(compiler) = self.compiler.take() {
            return Some(compiler);
        }
        if self.stats.unavailable.is_some() {
            return None;
        }
        match Compiler::new() {
            Ok(compiler) => {
                self.trampoline = compiler.trampoline();
                Some(compiler)
            }
            Err(reason) => {
                self.stats.unavailable = Some(reason);
                None
            }
        }
    }

    /// Takes a cell's native code into the tables.
    fn install(&mut self, program: &Program, cell: u32, code: Compiled) {
        let at = cell as usize;
        self.natives[at] = code.body;
        self.states[at].entry = Some(code.entry);
        let stub = &raw const self.stubs[2 * at];
        self.cells[at] = stub;
        for (class, row) in self.classes.iter_mut().enumerate() {
            if program.closure_cell(class as u32) == Some(cell) {
                (row.code, row.native) = (stub, code.body);
            }
        }
    }

    /// Takes a cell's native code out of the tables; what runs in it, goes on.
    fn remove(&mut self, program: &Program, cell: u32) {
        let at = cell as usize;
        self.natives[at] = std::ptr::null();
        self.states[at].entry = None;
        self.states[at].refused = Some(Refusal::Left);
        self.cells[at] = program.cells[at];
        for (class, row) in self.classes.iter_mut().enumerate() {
            if program.closure_cell(class as u32) == Some(cell) {
                (row.code, row.native) = (program.cells[at], std::ptr::null());
            }
        }
    }

    /// Whether the code of a cell copies by itself what is shared.
    pub(super) fn is_careful(&self, id: CellId) -> bool {
        self.discards >= DISCARDS_MAX || self.states[id.index()].shared >= SHARED_MAX
    }

    /// Takes all code out of the tables, as its callers have its addresses; what is hot is compiled anew.
    fn discard(&mut self, program: &Program) {
        self.discards += 1;
        self.natives.fill(std::ptr::null());
        self.states.iter_mut().for_each(|state| state.entry = None);
        self.loops.values_mut().for_each(|state| state.entry = None);
        self.cells.copy_from_slice(&program.cells);
        self.classes.copy_from_slice(&program.classes);
    }

    /// Compiles a cell, unless it was refused before; whether it has native code now.
    fn compile_cell(&mut self, program: &Arc<Program>, cell: u32) -> bool {
        let state = self.states[cell as usize];
        if state.entry.is_some() || state.refused.is_some() {
            return state.entry.is_some();
        }
        let Some(mut compiler) = self.take_compiler() else { return false };
        let start = now();
        let made = compiler.cell(program, self, CellId(cell));
        self.compiler = Some(compiler);
        match made {
            Ok(code) => {
                self.note(program, cell, None, code.bytes, start);
                self.install(program, cell, code);
                true
            }
            Err(reason) => {
                self.states[cell as usize].refused = Some(reason);
                false
            }
        }
    }

    /// Whether calls of a cell from native code can become native.
    pub(super) fn may_compile(&self, cell: u32) -> bool {
        self.states[cell as usize].refused.is_none()
    }

    fn note(&mut self, program: &Program, cell: u32, at: Option<u32>, bytes: usize, from: Instant) {
        let cell = &program.module().cells[cell as usize];
        self.stats.compiled.push(CellStats {
            name: cell.name.clone(),
            loop_at: at,
            words: cell.code.len(),
            bytes,
            time: from.elapsed(),
        });
    }

    /// The entry of a loop that was sampled, compiled when it is hot.
    fn loop_entry(&mut self, program: &Arc<Program>, cell: u32, word: u32) -> Option<Entry> {
        let sample = self.sample();
        let state = self.loops.entry((cell, word)).or_default();
        if state.entry.is_some() || state.refused {
            return state.entry;
        }
        state.weight = state.weight.saturating_add(sample);
        let weight = state.weight;
        if !self.is_hot(weight) {
            return None;
        }
        let mut compiler = self.take_compiler()?;
        let start = now();
        let made = compiler.entry_at(program, self, CellId(cell), word);
        self.compiler = Some(compiler);
        let entry = match made {
            Ok((entry, bytes)) => {
                self.note(program, cell, Some(word), bytes, start);
                Some(entry)
            }
            Err(reason) => {
                let state = &mut self.states[cell as usize];
                if state.entry.is_none() && state.refused.is_none() {
                    state.refused = Some(reason);
                }
                None
            }
        };
        self.loops.insert((cell, word), LoopState { weight, refused: entry.is_none(), entry });
        entry
    }
}

impl Vm {
    /// A safepoint whose fuel is used up: fails when the run has none left.
    pub(crate) fn out_of_fuel(&mut self) -> Step {
        let mut left = self.fuel_left();
        if left < 0 {
            left += self.look_up()?;
        }
        self.set_fuel(left);
        if left < 0 {
            return Err(Failure::instruction_limit(self.instruction_limit).into());
        }
        Ok(())
    }

    /// The fuel that the interpreter and the budget have.
    pub(crate) fn fuel_left(&self) -> i64 {
        self.fuel.saturating_add(self.jit.as_ref().map_or(0, |jit| jit.budget))
    }

    /// Splits the fuel of the run into the interpreter's part and the budget.
    pub(crate) fn set_fuel(&mut self, fuel: i64) {
        let chunk = self.jit.as_ref().map_or(fuel, |jit| jit.chunk);
        self.split_fuel(fuel, chunk);
    }

    /// The same with another part: what the interpreter had left when it entered native code, so that samples go on.
    fn split_fuel(&mut self, fuel: i64, part: i64) {
        self.fuel = fuel.min(part);
        if let Some(jit) = &mut self.jit {
            jit.budget = fuel - self.fuel;
        }
    }

    /// At least this much fuel, for closures of `defer`.
    pub(crate) fn grant_fuel(&mut self, least: i64) {
        let left = self.fuel_left();
        self.set_fuel(left.max(least));
    }

    /// A cell was entered, and that was a sample: runs its native code when it has some now.
    pub(crate) fn sampled_entry(&mut self) -> Step {
        let program = Arc::clone(&self.program);
        let Some(jit) = &mut self.jit else { return Ok(()) };
        // SAFETY: `ip` is behind an `enter`, of the cell or of its stub.
        let enter = unsafe { self.ip.sub(1) };
        if jit.real_address(&program, enter) != enter {
            // The stub enters native code by itself.
            return Ok(());
        }
        let Address::Code(pc) = program.locate(enter) else { return Ok(()) };
        let sample = jit.sample();
        let state = &mut jit.states[pc.cell as usize];
        state.weight = state.weight.saturating_add(sample);
        let weight = state.weight;
        if jit.is_hot(weight) && jit.compile_cell(&program, pc.cell) {
            return self.run_cell(pc.cell);
        }
        Ok(())
    }

    /// The entry cell's frame is made: enters its native code when cells are compiled at first sight.
    pub(crate) fn start_native(&mut self, cell: u32) {
        let program = Arc::clone(&self.program);
        let Some(jit) = &mut self.jit else { return };
        if jit.is_hot(1) && jit.compile_cell(&program, cell) {
            self.ip = jit.cells[cell as usize].wrapping_add(1);
        }
    }

    /// A loop jumped back, and that was a sample: goes on in native code when there is some for it.
    pub(crate) fn sampled_loop(&mut self) -> Step {
        let program = Arc::clone(&self.program);
        let Some(jit) = &mut self.jit else { return Ok(()) };
        let Address::Code(pc) = program.locate(self.ip) else { return Ok(()) };
        match jit.loop_entry(&program, pc.cell, pc.word) {
            Some(entry) => self.run_native(pc.cell, entry, 0),
            None => Ok(()),
        }
    }

    /// Runs the native code of a cell whose frame is made.
    pub(crate) fn run_cell(&mut self, cell: u32) -> Step {
        let entry = self.jit.as_ref().and_then(|jit| jit.states[cell as usize].entry);
        match entry {
            // The code counts the safepoint of its entry, which the interpreter has counted.
            Some(entry) => self.run_native(cell, entry, 1),
            None => {
                // The code was taken out while a stub of it was being entered.
                self.ip = self.program.cells[cell as usize].wrapping_add(1);
                Ok(())
            }
        }
    }

    /// Enters native code with the current frame.
    fn run_native(&mut self, cell: u32, entry: Entry, counted: i64) -> Step {
        let Some(jit) = &mut self.jit else { return Ok(()) };
        let part = self.fuel;
        let left = part.saturating_add(jit.budget);
        let forced = jit.options.forced_exits;
        let given = if forced { 0 } else { left };
        jit.stats.entered += 1;
        let enter = jit.trampoline;
        let here = 0u8;
        self.native_floor = (&raw const here as usize).saturating_sub(jit.options.stack);
        let (vm, regs): (*mut Vm, *mut u64) = (self, self.regs);
        // SAFETY: the entry is code of the compiler for the place where the task stands; it reads and writes the task,
        // to which nothing else refers while it runs.
        let status = unsafe { enter(vm, regs, given.saturating_add(counted), entry) };
        let kept = left - given;
        match status {
            FAILED => {
                self.split_fuel(self.fuel.saturating_add(kept), part);
                Err(std::mem::replace(&mut self.leave, Leave::Broken))
            }
            INTERPRET => {
                self.split_fuel(self.fuel.saturating_add(kept), part);
                self.note_left(forced);
                Ok(())
            }
            ENTERED => {
                let left = self.fuel.saturating_add(kept);
                self.split_fuel(left, part);
                self.count_left();
                if left < 0 {
                    self.out_of_fuel()?;
                }
                // SAFETY: `ip` is behind the `enter` of the callee.
                let slots = unsafe { W(*self.ip.sub(1)) }.a();
                self.make_room(usize::from(slots))
            }
            fuel => {
                self.split_fuel(fuel.saturating_add(kept), part);
                // Steps have set it to the frames of callees.
                self.regs = regs;
                self.returned(cell);
                Ok(())
            }
        }
    }

    /// The cell of the current frame returned from native code: its results go to the caller.
    fn returned(&mut self, cell: u32) {
        let results = self.program.module().cells[cell as usize].results.len();
        // SAFETY: every frame has its record in the two slots before it, and its call word names the results' registers.
        unsafe {
            let call = W(*self.regs.sub(1));
            self.ip = *self.regs.sub(2) as *const u64;
            self.regs = self.regs.sub(usize::from(call.b()) + 2);
            for at in 0..results {
                self.set(call.a() + at as u16, self.results[at]);
            }
        }
    }

    fn count_left(&mut self) {
        if let Some(jit) = &mut self.jit {
            jit.stats.left += 1;
        }
    }

    /// Native code was left in the middle of a cell: one where that happens all the time is interpreted from now on.
    fn note_left(&mut self, forced: bool) {
        self.count_left();
        let program = Arc::clone(&self.program);
        let Some(jit) = &mut self.jit else { return };
        let Address::Code(pc) = program.locate(self.ip) else { return };
        let word = program.module().cells[pc.cell as usize].code[pc.word as usize];
        let calls = matches!(lumen_lir::op(word), Some(Op::Call | Op::CallW | Op::CallC));
        if forced {
            return;
        }
        let state = &mut jit.states[pc.cell as usize];
        if lumen_lir::op(word).is_some_and(expects_unique) {
            state.shared += 1;
            if state.shared == SHARED_MAX && jit.discards < DISCARDS_MAX {
                jit.discard(&program);
            }
            return;
        }
        if !calls || state.entry.is_none() {
            return;
        }
        state.left += 1;
        if state.left > LEFT_MAX {
            jit.remove(&program, pc.cell);
        }
    }

    /// The native code of a cell that native code calls and does not find; compiled when that happens often.
    pub(super) fn native_for_call(&mut self, cell: u32) -> *const u8 {
        let program = Arc::clone(&self.program);
        let Some(jit) = &mut self.jit else { return std::ptr::null() };
        let state = &mut jit.states[cell as usize];
        state.calls = state.calls.saturating_add(1);
        let often = state.calls >= CALLS_MIN.min(jit.options.threshold);
        if often && jit.compile_cell(&program, cell) {
            return jit.natives[cell as usize];
        }
        std::ptr::null()
    }
}

/// When a compilation begins.
#[expect(clippy::disallowed_methods, reason = "only statistics show it, no program sees it")]
fn now() -> Instant {
    Instant::now()
}

/// An address as an integer for machine code.
pub(super) fn address<T: ?Sized>(at: *const T) -> i64 {
    at.cast::<u8>() as usize as i64
}

const _: () = {
    // Steps report in the same words as the translator expects.
    assert!(steps::NEXT == 0 && steps::JUMP == 1 && steps::FAILED == 2);
};
