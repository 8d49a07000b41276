//! The scheduler of a run, with one worker: when its task looks up from computing, and what it finds then.
//!
//! Input: the fuel of the run (safepoints that it may pass), and what may stop it ([`Stops`] of the outside). Output: more
//! fuel, or the failure that a stop is. Fuel is given in small amounts while something may stop the run, so that it looks
//! up soon; the amounts follow how long they last.
//!
//! The position of a run is the number of safepoints that it has passed. A stop at a safepoint is recorded with its
//! position, as an operation of its own, and a replay delivers it there; a stop in a wait is the answer of the operation
//! that waits.
//!
//! Invariant: fuel and positions are the same under every engine, recorded, replayed or neither.

#![expect(unsafe_code, reason = "walks frames through raw pointers")]

use crate::frame::RECORD_SLOTS;
use crate::interp::is_timed;
use crate::interp::state::{Vm, W};
use crate::link::Address;
use crate::run::Run;
use crate::spans::SEEN;
use lumen_lir::{Effect, Op};
use lumen_runtime::failure::{Failure, Outcome};
use lumen_runtime::host::{Reach, Stop};
use lumen_runtime::trace::{Answer, Operation, Returned};

/// Fewest and most safepoints between two looks.
const ROUNDS: [i64; 2] = [64, 1 << 16];
/// Nanoseconds between two looks that are too many, and too few.
const NANOS: [i64; 2] = [4_000_000, 1_000_000];

/// The fuel of a run.
#[derive(Debug)]
pub(crate) struct Scheduler {
    /// Fuel that was not given yet.
    left: i64,
    /// Fuel that was given: the position of the run when all of it is used.
    given: i64,
    /// Safepoints to the next look.
    rounds: i64,
    /// When the run looked the last time.
    looked: i64,
    /// For each `timeout` that runs the innermost handler around it, or null.
    timeouts: Vec<*mut Run>,
}

impl Scheduler {
    /// A run that may pass so many safepoints.
    pub(crate) fn limited(safepoints: Option<u64>) -> Self {
        let left = safepoints.map_or(i64::MAX, |n| i64::try_from(n).unwrap_or(i64::MAX));
        Self { left, given: 0, rounds: ROUNDS[0], looked: 0, timeouts: Vec::new() }
    }

    /// Whether a `timeout` runs.
    #[inline(always)]
    pub(crate) fn has_timeouts(&self) -> bool {
        !self.timeouts.is_empty()
    }

    fn give(&mut self, most: i64) -> i64 {
        let more = self.left.min(most).max(0);
        self.left -= more;
        self.given = self.given.saturating_add(more);
        more
    }

    /// Takes fuel back that was not used.
    fn take_back(&mut self, fuel: i64) {
        self.left = self.left.saturating_add(fuel);
        self.given = self.given.saturating_sub(fuel);
    }

    /// Adapts the distance of looks to how long the last one lasted.
    fn adapt(&mut self, now: i64) {
        let took = now.saturating_sub(self.looked);
        self.looked = now;
        let rounds = match took {
            _ if took > NANOS[0] => self.rounds / (took / NANOS[0] + 1),
            _ if took < NANOS[1] => self.rounds * 2,
            _ => self.rounds,
        };
        self.rounds = rounds.clamp(ROUNDS[0], ROUNDS[1]);
    }
}

impl Vm {
    /// The run begins: all fuel at once when nothing may stop it.
    pub(crate) fn start_fuel(&mut self) {
        let is_watched = self.ctx.outside.stops().is_stoppable() || self.ctx.outside.is_replaying();
        let fuel = if is_watched { 0 } else { self.scheduler.give(i64::MAX) };
        self.set_fuel(fuel);
    }

    /// The fuel is used up at a safepoint: gives more, 0 when there is none; fails when something stops the run.
    pub(crate) fn look_up(&mut self) -> Outcome<i64> {
        if self.ctx.outside.is_replaying() {
            return self.look_into_recording();
        }
        if !self.ctx.outside.stops().is_stoppable() {
            return Ok(self.scheduler.give(i64::MAX));
        }
        let reach = self.reach();
        self.ctx.outside.stops().set_reach(reach);
        if let Some(stop) = self.ctx.outside.due() {
            self.record_stop(stop)?;
            return Err(Failure::Stopped(stop));
        }
        let now = self.ctx.outside.monotonic_nanos();
        self.scheduler.adapt(now);
        Ok(self.scheduler.give(self.scheduler.rounds))
    }

    /// The same in a replay: stops come where they were recorded.
    fn look_into_recording(&mut self) -> Outcome<i64> {
        let Some(tape) = self.ctx.outside.tape().cloned() else { return Ok(0) };
        let given = self.scheduler.given;
        let next = tape.lock().next_stop();
        match next {
            Some((position, stop)) if position == given => {
                self.record_stop(stop)?;
                Err(Failure::Stopped(stop))
            }
            Some((position, _)) => Ok(self.scheduler.give(position.saturating_sub(given))),
            None => Ok(self.scheduler.give(i64::MAX)),
        }
    }

    /// Safepoints that were passed.
    pub(crate) fn passed(&self) -> i64 {
        self.scheduler.given.saturating_sub(self.fuel_left())
    }

    /// A stop at a safepoint is an operation.
    fn record_stop(&mut self, stop: Stop) -> Outcome<()> {
        let Some(tape) = self.ctx.outside.tape().cloned() else { return Ok(()) };
        let calls = self.calls_of_operation();
        let mut tape = tape.lock();
        tape.begin(Operation::STOP, vec![self.scheduler.given.to_string()], calls)?;
        tape.ask(|| Answer::Stopped(stop));
        tape.end(Returned::Value("null".to_owned()))
    }

    /// A `timeout` begins: the run looks up at its next safepoint, and often from then on.
    pub(crate) fn begin_timeout(&mut self, milliseconds: i64) -> Outcome<()> {
        self.ctx.outside.permit(Effect::Time)?;
        if milliseconds < 0 {
            let message = format!("a `timeout` of {milliseconds} milliseconds");
            return Err(Failure::argument(message));
        }
        let nanos = milliseconds.saturating_mul(1_000_000);
        let now = self.ctx.outside.monotonic_nanos();
        self.ctx.outside.stops().push(now.saturating_add(nanos));
        self.scheduler.timeouts.push(self.handler);
        self.look_soon();
        Ok(())
    }

    /// The innermost `timeout` has ended; its number.
    pub(crate) fn end_timeout(&mut self) -> Option<u32> {
        self.scheduler.timeouts.pop();
        self.ctx.outside.stops().pop()
    }

    /// Whether a `timeout` runs in the body of a handler.
    ///
    /// # Safety
    /// The handler is linked.
    pub(crate) unsafe fn holds_timeout(&self, handler: *mut Run) -> bool {
        let mut run = self.scheduler.timeouts.last().copied().unwrap_or(std::ptr::null_mut());
        while !run.is_null() && run != handler {
            // SAFETY: what is below a `timeout` that runs is linked.
            run = unsafe { (*run).around };
        }
        !run.is_null()
    }

    /// Lets the run look up at its next safepoint.
    pub(crate) fn look_soon(&mut self) {
        let left = self.fuel_left().max(0);
        self.scheduler.take_back(left);
        self.set_fuel(0);
    }

    /// Before an operation that may wait: what may stop it.
    pub(crate) fn before_wait(&mut self) {
        if self.ctx.outside.stops().is_stoppable() {
            let reach = self.reach();
            self.ctx.outside.stops().set_reach(reach);
        }
    }

    /// What may stop the code that runs: everything, unless a `defer` runs; then the deadlines inside of it.
    fn reach(&self) -> Reach {
        if !self.program.has_defers() {
            return Reach::All;
        }
        let (mut regs, mut run, mut inner) = (self.regs, self.run, 0);
        loop {
            // SAFETY: every frame has its record in the two slots before it, and its caller lies below as the call word
            // says; a linked run is live, and the bottom frame of its segment returns to where its record says.
            unsafe {
                let (back, call) = (*regs.sub(2) as *const u64, W(*regs.sub(1) & !SEEN));
                let caller = regs.sub(usize::from(call.b()) + RECORD_SLOTS);
                match self.locate(back) {
                    Address::Code(pc) => {
                        let is_closure = call.op() == Op::CallC as u16;
                        if is_closure && self.program.is_defer(pc.cell, call.c()) {
                            return Reach::Inner(inner);
                        }
                        inner += usize::from(is_timed(call));
                        regs = caller;
                    }
                    Address::TryReturn | Address::ClauseReturn | Address::TailReturn => {
                        regs = caller;
                    }
                    Address::RunReturn | Address::HandleReturn if !run.is_null() => {
                        // The unwinder ends a run of a stream like it calls a `defer`.
                        if self.locate((*run).back) == Address::DeferReturn {
                            return Reach::Inner(inner);
                        }
                        let outer: *mut Run = (*run).outer;
                        (regs, run) = ((*run).regs, outer);
                    }
                    Address::DeferReturn => return Reach::Inner(inner),
                    _ => return Reach::All,
                }
            }
        }
    }
}
