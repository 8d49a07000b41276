//! Unwinding: from a failure to the place that catches it, or to the end of the run.
//!
//! A state machine without recursion. A failure in flight knows the frame it is in; at each frame it first
//! calls the closures of the active `defer` scopes, innermost first (the engine runs them, and their return
//! comes back here), then drops the registers that the frame owns (from the ownership analysis of the
//! module, computed when first needed), then goes to the caller. A run of a stream that the frame has not ended is ended like a `defer` is called; a frame at
//! the bottom of a run has the run's consumer as its caller. A `callc.try` catches it, unless it is a
//! limit or the end of the program; a `callc.timed` catches that its own time is over. A failure inside a `defer` closure ends that closure and is attached to
//! the failure that was in flight.

#![expect(unsafe_code, reason = "walks frames through raw pointers")]

use crate::handler::Waiting;
use crate::interp::state::{Regs, Vm, W};
use crate::interp::{MARKER_WORD, is_timed, leave_marker};
use crate::link::{Address, Pc};
use crate::run::Run;
use crate::trace::TraceBuilder;
use lumen_base::diag::codes::Code;
use lumen_lir::{Flags, Reg, Repr};
use lumen_runtime::failure::Failure;
use lumen_runtime::host::{Cause, Stop};
use lumen_runtime::value::object::Ptr;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Safepoints that `defer` closures may pass after a limit was hit.
const GRACE_FUEL: i64 = 1_000_000;

/// A failure in flight.
struct Pending {
    failure: Failure,
    trace: TraceBuilder,
    /// Slot index of the frame's register 0.
    frame: usize,
    /// Where the frame was left.
    pc: Pc,
    /// Whether the instruction there had consumed its operands.
    during: bool,
    /// Registers of the closures still to be called, the next one last.
    defers: Vec<Reg>,
    /// The handler that the frame sees, while one of these runs.
    handler: *mut Run,
    /// The handler up to whose segment a resumption is ended; null for a failure.
    ends: *mut Run,
    /// Whether something failed, which is always so unless a resumption is ended.
    failed: bool,
}

impl Pending {
    fn new(failure: Failure, frame: usize) -> Pending {
        Pending {
            failure,
            trace: TraceBuilder::default(),
            frame,
            pc: Pc { cell: 0, word: 0 },
            during: false,
            defers: Vec::new(),
            handler: std::ptr::null_mut(),
            ends: std::ptr::null_mut(),
            failed: true,
        }
    }

    /// Whether no `defer` is called any more.
    fn is_final(&self) -> bool {
        self.failed && self.failure.is_final()
    }

    /// Whether a limit or the end of the program is under way; what was stopped has the fuel that it had.
    fn is_limited(&self) -> bool {
        self.failed && !self.failure.is_catchable() && !matches!(self.failure, Failure::Stopped(_))
    }
}

/// How a run goes on after a failure.
pub(crate) enum Resume {
    /// In the engine, from the task's state.
    Run,
    /// Not at all: nothing caught the failure.
    End(Box<(Failure, TraceBuilder)>),
}

/// The failures in flight: one, and those in whose `defer` closures further ones happened.
#[derive(Default)]
pub(crate) struct Unwinder {
    pending: Vec<Pending>,
    owned: FxHashMap<(u32, u32, bool), Arc<[(Reg, Repr)]>>,
}

impl Vm {
    /// Begins to unwind from the instruction before `ip`.
    pub(crate) fn fail(&mut self, failure: Failure) -> Resume {
        // SAFETY: `ip` is behind the failing instruction; `regs` points into the stack.
        let (address, frame) = unsafe { (self.locate(self.ip.sub(1)), self.slot_index(self.regs)) };
        self.unwinder.pending.push(Pending::new(failure, frame));
        match address {
            Address::Code(pc) => {
                let word = self.program.module().cells[pc.cell as usize].code[pc.word as usize];
                let during = lumen_lir::op(word).is_some_and(|op| op.flags().has(Flags::CALL));
                self.stand_at(frame, pc, during);
            }
            // The `ok` value of an attempt could not be made: the marker frame is the current one.
            Address::TryReturn => {
                if let Some(end) = self.at_marker(frame) {
                    return end;
                }
            }
            Address::Halt
            | Address::DeferReturn
            | Address::RunReturn
            | Address::HandleReturn
            | Address::ClauseReturn
            | Address::TailReturn => {
                let popped = self.unwinder.pending.pop();
                return popped.map_or(Resume::Run, |p| Resume::End(Box::new((p.failure, p.trace))));
            }
        }
        self.unwind()
    }

    /// Ends what a resumption captured that nobody holds: runs what it deferred and drops what its frames own, as if each
    /// had failed; then goes on at `ip`.
    pub(crate) fn abandon(&mut self, k: Ptr) -> Resume {
        // SAFETY: an orphan was not resumed, and the caller gives it away; the frame that is left is at an instruction.
        unsafe {
            let word = W(MARKER_WORD);
            let captured = self.relink(k, Waiting { regs: self.regs, back: self.ip, word });
            self.heap().drop_ptr(k);
            let frame = self.slot_index(captured.regs);
            let mut pending = Pending::new(Failure::Exit(0), frame);
            (pending.ends, pending.failed) = (captured.bottom, false);
            self.unwinder.pending.push(pending);
            match self.locate(captured.ip.sub(1)) {
                Address::Code(pc) => self.stand_at(frame, pc, true),
                _ => return Resume::Run,
            }
        }
        self.unwind()
    }

    /// What an address of the code that runs is.
    pub(crate) fn locate(&self, ip: *const u64) -> Address {
        let ip = self.jit.as_ref().map_or(ip, |jit| jit.real_address(&self.program, ip));
        self.program.locate(ip)
    }

    /// Goes on after a `defer` closure returned.
    pub(crate) fn defer_done(&mut self) -> Resume {
        self.see_again();
        self.unwind()
    }

    /// What a `defer` runs during a failure sees no handler but its own.
    fn see_no_handler(&mut self) {
        let handler = std::mem::replace(&mut self.handler, std::ptr::null_mut());
        if let Some(top) = self.unwinder.pending.last_mut() {
            top.handler = handler;
        }
    }

    fn see_again(&mut self) {
        if let Some(top) = self.unwinder.pending.last() {
            self.handler = top.handler;
        }
    }

    fn slot_index(&self, at: *mut u64) -> usize {
        // SAFETY: both point into the running segment.
        unsafe { at.offset_from(self.slots()) as usize }
    }

    fn slot_at(&self, index: usize) -> *mut u64 {
        // SAFETY: frames are inside the slots of their segment.
        unsafe { self.slots().add(index) }
    }

    /// The failure in flight is in this frame now.
    fn stand_at(&mut self, frame: usize, pc: Pc, during: bool) {
        let scopes = &self.program.module().cells[pc.cell as usize].defers;
        let active = scopes.iter().filter(|scope| (scope.start..scope.end).contains(&pc.word));
        let defers = active.map(|scope| scope.reg).collect();
        if let Some(top) = self.unwinder.pending.last_mut() {
            top.trace.push(pc);
            (top.frame, top.pc, top.during, top.defers) = (frame, pc, during, defers);
        }
    }

    fn unwind(&mut self) -> Resume {
        loop {
            let Some(top) = self.unwinder.pending.last_mut() else { return Resume::Run };
            if let Some(reg) = top.defers.pop().filter(|_| !top.is_final()) {
                let cell = top.pc.cell as usize;
                let repr = self.program.module().cells[cell].regs[usize::from(reg)];
                if if self.is_run(repr) { self.end_run(reg) } else { self.call_defer(reg) } {
                    return Resume::Run;
                }
                continue;
            }
            self.drop_frame();
            if let Some(end) = self.pop_frame() {
                return end;
            }
        }
    }

    /// Enters the closure of a `defer`; false when there is no room for it.
    fn call_defer(&mut self, reg: Reg) -> bool {
        let Some(top) = self.unwinder.pending.last() else { return false };
        let (frame, limited) = (top.frame, top.is_limited());
        let registers = self.program.module().cells[top.pc.cell as usize].regs.len();
        // SAFETY: the register owns a closure, as verified; the frame of the closure goes behind the
        // registers of the current one, inside the slots that `grow` made usable.
        unsafe {
            let closure = *self.slot_at(frame).add(usize::from(reg));
            let class = (*(closure as lumen_runtime::value::object::Ptr)).class;
            let code = (*self.classes.add(class as usize)).code;
            let at = frame + registers + crate::frame::RECORD_SLOTS;
            let need = at + W(*code).a() as usize;
            if self.grow(need, true).is_err() {
                return false;
            }
            self.regs = self.slot_at(at);
            *self.regs.sub(2) = self.program.defer_return() as u64;
            *self.regs.sub(1) = MARKER_WORD;
            self.set(0, closure);
            self.ip = code.add(1);
        }
        self.see_no_handler();
        if limited {
            self.grant_fuel(GRACE_FUEL);
        }
        true
    }

    /// Lets a run that the frame has not ended run what it deferred; false when there is nothing of that.
    fn end_run(&mut self, reg: Reg) -> bool {
        let Some(top) = self.unwinder.pending.last() else { return false };
        let (frame, limited) = (top.frame, top.is_limited());
        // SAFETY: the register holds a run, as verified, that the frame made; it is not linked while the frame unwinds.
        unsafe {
            let regs = self.slot_at(frame);
            let run = *regs.add(usize::from(reg)) as *mut Run;
            let (next, end) = ((*run).next, (*run).end);
            if next.is_null() || end.is_null() {
                return false;
            }
            (*run).next = std::ptr::null();
            let back = self.program.defer_return();
            Run::link(run, self, regs, back);
            self.regs = Run::frame(run);
            self.ip = end;
        }
        self.see_no_handler();
        if limited {
            self.grant_fuel(GRACE_FUEL);
        }
        true
    }

    /// Drops what the current frame of the failure owns.
    fn drop_frame(&mut self) {
        let Some(top) = self.unwinder.pending.last() else { return };
        let (frame, pc, during) = (top.frame, top.pc, top.during);
        for (reg, repr) in self.owned(pc, during).iter() {
            // SAFETY: the ownership analysis says that the register owns a live value.
            unsafe {
                let word = *self.slot_at(frame).add(usize::from(*reg));
                if self.is_run(*repr) {
                    self.free_run(word as *mut Run);
                } else {
                    self.drop_word(*repr, word);
                }
            }
        }
    }

    /// What a frame that is left at `pc` owns; kept for the next time.
    pub(crate) fn owned(&mut self, pc: Pc, during: bool) -> Arc<[(Reg, Repr)]> {
        let key = (pc.cell, pc.word, during);
        match self.unwinder.owned.get(&key) {
            Some(owned) => Arc::clone(owned),
            None => {
                let owned: Arc<[(Reg, Repr)]> = self.program.owned(pc, during).into();
                self.unwinder.owned.insert(key, Arc::clone(&owned));
                owned
            }
        }
    }

    /// Drops a word that is owned.
    ///
    /// # Safety
    /// `word` is a live word of this representation, owned by the caller.
    pub(crate) unsafe fn drop_word(&mut self, repr: Repr, word: u64) {
        // SAFETY: as the caller promises.
        unsafe {
            match repr {
                Repr::Ref(_) | Repr::Opt(_) => self.heap().drop_ref(word),
                Repr::Dyn => self.heap().drop_dyn(word),
                Repr::I64 | Repr::F64 | Repr::Bool => {}
            }
        }
    }

    /// Goes to the caller of the current frame; `Some` when unwinding is over.
    fn pop_frame(&mut self) -> Option<Resume> {
        let frame = self.unwinder.pending.last()?.frame;
        let ((mut back, mut word), mut caller) = self.record(frame);
        loop {
            match self.program.locate(back) {
                Address::Code(pc) => {
                    self.stand_at_call(caller, pc, word);
                    return None;
                }
                Address::TryReturn => return self.at_marker(caller),
                Address::DeferReturn => return self.attach(),
                Address::RunReturn => {
                    let run = self.run;
                    // SAFETY: the frame was the bottom one of the innermost linked run.
                    let regs = unsafe {
                        (*run).next = std::ptr::null();
                        Run::unlink(run, self);
                        back = (*run).back;
                        (*run).regs
                    };
                    // The consumer is at a `gen.next` or `gen.end`, one word; or it is the unwinder.
                    (caller, word) = (self.slot_index(regs), W(MARKER_WORD));
                }
                Address::HandleReturn => {
                    let run = self.run;
                    let ends = self.unwinder.pending.last()?.ends == run;
                    // SAFETY: the frame was the bottom one of the innermost linked run, a handler; its frames are gone.
                    let waiting = unsafe {
                        let waiting = self.leave_handler(run);
                        let row = (*run).row;
                        let closures = (*row).n_clauses + usize::from((*row).has_return);
                        self.free_handler(run, closures);
                        waiting
                    };
                    if ends {
                        return self.abandoned(waiting);
                    }
                    (caller, back, word) =
                        (self.slot_index(waiting.regs), waiting.back, waiting.word);
                }
                Address::ClauseReturn => {
                    // SAFETY: the caller is the marker frame of a clause, with a closure of its own.
                    unsafe {
                        let closure = *self.slot_at(caller);
                        self.heap().drop_ref(closure);
                    }
                    ((back, word), caller) = self.record(caller);
                }
                Address::TailReturn => {
                    // SAFETY: the caller is the marker frame of a tail clause, with the handler that its performer sees.
                    self.handler = unsafe { *self.slot_at(caller) } as *mut Run;
                    ((back, word), caller) = self.record(caller);
                }
                Address::Halt => {
                    let top = self.unwinder.pending.pop()?;
                    return Some(Resume::End(Box::new((top.failure, top.trace))));
                }
            }
        }
    }

    /// A resumption was ended: the frame that waited goes on, or fails with what failed on the way.
    fn abandoned(&mut self, waiting: Waiting) -> Option<Resume> {
        let mut top = self.unwinder.pending.pop()?;
        (self.regs, self.ip) = (waiting.regs, waiting.back);
        if !top.failed {
            return Some(Resume::Run);
        }
        match self.program.locate(waiting.back) {
            Address::Code(pc) => {
                let frame = self.slot_index(waiting.regs);
                top.ends = std::ptr::null_mut();
                self.unwinder.pending.push(top);
                self.stand_at(frame, pc, true);
                None
            }
            _ => Some(Resume::End(Box::new((top.failure, top.trace)))),
        }
    }

    /// The failure ended a `defer`, or the end of a run: it is a note of the failure in whose course that ran.
    fn attach(&mut self) -> Option<Resume> {
        let inner = self.unwinder.pending.pop()?;
        self.see_again();
        let outer = self.unwinder.pending.last_mut()?;
        if !outer.failed || inner.is_final() {
            (outer.failure, outer.trace, outer.failed) = (inner.failure, inner.trace, true);
            return None;
        }
        let note = format!("then in a `defer`: {}", inner.failure);
        outer.failure = outer.failure.clone().with_note(note);
        None
    }

    /// The record of a frame: return address and call word; and the caller's frame.
    fn record(&self, frame: usize) -> ((*const u64, W), usize) {
        // SAFETY: every frame has its record in the two slots before it.
        unsafe {
            let regs = self.slot_at(frame);
            let word = W(*regs.sub(1));
            let back = *regs.sub(2) as *const u64;
            ((back, word), frame - word.b() as usize - crate::frame::RECORD_SLOTS)
        }
    }

    /// The failure came out of the call that returns to `back`.
    fn stand_at_call(&mut self, frame: usize, back: Pc, call: W) {
        let words = lumen_lir::Op::from_u16(call.op()).map_or(1, lumen_lir::Op::words);
        self.stand_at(frame, Pc { cell: back.cell, word: back.word - words as u32 }, true);
    }

    /// The failure came to the marker frame of a `callc.try` or `callc.timed`: caught, or passed on.
    fn at_marker(&mut self, marker: usize) -> Option<Resume> {
        let (back, caller) = self.record(marker);
        let ended = if is_timed(back.1) { self.end_timeout() } else { None };
        let top = self.unwinder.pending.last_mut()?;
        let catchable = top.ends.is_null()
            && match (&top.failure, is_timed(back.1)) {
                (Failure::Stopped(Stop { cause: Cause::Late(number), .. }), true) => {
                    ended == Some(*number)
                }
                (failure, is_timed) => !is_timed && failure.is_catchable(),
            };
        if catchable {
            // SAFETY: the return address of the marker frame is behind the extension word of the `callc.try`.
            let class = unsafe { *back.0.sub(1) } as u32;
            match self.error_value(class) {
                Ok(word) => {
                    self.regs = self.slot_at(marker);
                    // SAFETY: `regs` is the marker frame.
                    unsafe { leave_marker(self, word) };
                    self.unwinder.pending.pop();
                    return Some(Resume::Run);
                }
                Err(failure) => self.unwinder.pending.last_mut()?.failure = failure,
            }
        }
        if let Address::Code(pc) = self.program.locate(back.0) {
            self.stand_at_call(caller, pc, back.1);
        }
        None
    }

    /// `err(Failure(code, message))` for the failure in flight.
    fn error_value(&mut self, enum_class: u32) -> Result<u64, Failure> {
        let shape = self.program.try_shape(enum_class);
        let (code, message) = match self.unwinder.pending.last().map(|top| &top.failure) {
            Some(Failure::Error(error)) => (error.code.as_str(), error.message.clone()),
            Some(late @ Failure::Stopped(_)) => (Code::R1044.as_str(), late.to_string()),
            _ => ("", String::new()),
        };
        let heap = self.heap();
        let code = heap.str_new(code)?;
        let message = match heap.str_new(&message) {
            Ok(message) => message,
            Err(failure) => {
                // SAFETY: the string was just made.
                unsafe { heap.drop_ptr(code) };
                return Err(failure);
            }
        };
        // SAFETY: `Failure` has the fields code and message, and `err` has it as its payload.
        unsafe {
            let made = heap.flat_from(shape.failure_class, &[code as u64, message as u64]);
            let record = made.inspect_err(|_| {
                heap.drop_ptr(code);
                heap.drop_ptr(message);
            })?;
            let made = heap.flat_from(shape.err_class, &[record as u64]);
            let value = made.inspect_err(|_| heap.drop_ptr(record))?;
            Ok(value as u64)
        }
    }
}
