//! Handlers: the bodies of `handle`, each in a stack segment of its own, and the resumptions that capture them.
//!
//! A handler is a run (see `run.rs`) with the closures of its clauses at the beginning of its slots:
//!
//! ```text
//! clause 0 … clause n-1, return clause | record | frame of the body …
//! ```
//!
//! Performing looks for the innermost handler that has the operation, from `Vm::handler` outwards. A tail clause is called
//! on top of the performer, with `Vm::handler` set to what is around its handler. Any other clause gets a resumption: the
//! segments from the performer's to the handler's are unlinked, whatever is on them, and the clause is called by the frame
//! that waits for the handler. Resuming links them under the frame that resumes. Both cost a step for each handler crossed.
//!
//! Clauses are called through a marker frame of two slots, which keeps what must be undone when they end:
//! `closure, results` (the closure is its own reference) behind a perform or a body, `handler, results` for a tail clause.
//!
//! Invariants: an unlinked handler is the last of a chain that exactly one live resumption leads to; of a chain that was
//! resumed, nothing leads to it. `Vm::handler` is a linked handler or null.

#![expect(
    unsafe_code,
    reason = "links segments and moves words between frames through raw pointers"
)]

use crate::frame::RECORD_SLOTS;
use crate::interp::state::{Leave, Regs, Step, Vm, W};
use crate::interp::{CLAUSE_WORD, entered};
use crate::link::HandlerRow;
use crate::run::Run;
use lumen_lir::Op;
use lumen_runtime::failure::Failure;
use lumen_runtime::value::object::{Ptr, dup_ptr, field};
use lumen_runtime::value::word::DYN_NULL;

/// Slots of the marker frame of a clause.
pub(crate) const MARKER_SLOTS: usize = 2;

/// What a resumption captured: the words of its object.
#[derive(Clone, Copy)]
pub(crate) struct Captured {
    /// The segment of the performer; null once it was resumed.
    pub(crate) top: *mut Run,
    /// The segment of the handler's body.
    pub(crate) bottom: *mut Run,
    /// The innermost handler that the performer sees.
    pub(crate) handler: *mut Run,
    /// The performer's registers.
    pub(crate) regs: *mut u64,
    /// The performer's next instruction.
    pub(crate) ip: *const u64,
    /// Its `perform`.
    pub(crate) word: W,
}

impl Captured {
    /// Reads a resumption.
    ///
    /// # Safety
    /// `k` is a live resumption.
    pub(crate) unsafe fn of(k: Ptr) -> Captured {
        // SAFETY: a resumption has these words.
        unsafe {
            Captured {
                top: *field(k, 0) as *mut Run,
                bottom: *field(k, 1) as *mut Run,
                handler: *field(k, 2) as *mut Run,
                regs: *field(k, 3) as *mut u64,
                ip: *field(k, 4) as *const u64,
                word: W(*field(k, 5)),
            }
        }
    }

    pub(crate) fn words(&self) -> [u64; 6] {
        [
            self.top as u64,
            self.bottom as u64,
            self.handler as u64,
            self.regs as u64,
            self.ip as u64,
            self.word.0,
        ]
    }
}

/// The frame that waits for what a handler gives: its registers, next instruction and call word.
#[derive(Clone, Copy)]
pub(crate) struct Waiting {
    pub(crate) regs: *mut u64,
    pub(crate) back: *const u64,
    pub(crate) word: W,
}

impl Vm {
    /// `handle`: makes the segment, installs the handler and enters the body.
    ///
    /// # Safety
    /// `w` is a `handle` of verified code, `ip` is at its extension word.
    pub(crate) unsafe fn install(&mut self, w: W) -> Step {
        // SAFETY: as the caller promises; the window holds the closures, which are owned.
        unsafe {
            let row: *const HandlerRow = self.program.handler(self.ext().x0());
            let closures = self.at(w.b()).add(2);
            let n = (*row).n_clauses + usize::from((*row).has_return);
            let body = *closures as Ptr;
            let run = match self.new_handler(row, body, n) {
                Ok(run) => run,
                Err(failure) => {
                    for at in 0..=n {
                        self.heap().drop_ref(*closures.add(at));
                    }
                    return Err(failure.into());
                }
            };
            std::ptr::copy_nonoverlapping(closures.add(1), (*run).slots, n);
            self.skip_ext();
            Run::link(run, self, self.regs, self.ip);
            (*run).word = w.0;
            (*run).around = self.handler;
            self.handler = run;
            self.regs = (*run).slots.add(n + RECORD_SLOTS);
            self.ip = (*run).next;
            self.fuel -= 1;
            entered(self)
        }
    }

    /// The body of a handler has returned: what it gave goes through the return clause to the frame that waits.
    ///
    /// # Safety
    /// The innermost linked run is a handler whose bottom frame has just returned; `regs` are its results.
    pub(crate) unsafe fn body_done(&mut self) -> Step {
        // SAFETY: as the caller promises; nothing of the segment is used after it was freed.
        unsafe {
            let run = self.run;
            let row = (*run).row;
            let mut words = [*self.regs, *self.regs.add(1)];
            let clauses = (*row).n_clauses;
            let ret = (*row).has_return.then(|| *(*run).slots.add(clauses));
            let waiting = self.leave_handler(run);
            self.free_handler(run, clauses);
            (self.regs, self.ip) = (waiting.regs, waiting.back);
            match ret {
                None => {
                    self.deliver(waiting.word, words, (*row).results);
                    Ok(())
                }
                Some(closure) => {
                    let mut given = usize::from((*row).body_results);
                    if given == 0 {
                        (words[0], given) = (DYN_NULL, 1);
                    }
                    let results = (*row).results;
                    self.call_clause(waiting.word, closure, words.as_ptr(), given, None, results)
                }
            }
        }
    }

    /// Puts results where a call word says.
    pub(crate) unsafe fn deliver(&mut self, word: W, words: [u64; 2], results: u8) {
        // SAFETY: the waiting frame has the registers that its call word names.
        unsafe {
            if results > 0 {
                self.set(word.a(), words[0]);
            }
            if results > 1 {
                self.set(word.a() + 1, words[1]);
            }
        }
    }

    /// Unlinks the innermost run, a handler.
    pub(crate) unsafe fn leave_handler(&mut self, run: *mut Run) -> Waiting {
        // SAFETY: the caller passes the innermost linked run, a handler.
        unsafe {
            Run::unlink(run, self);
            self.handler = (*run).around;
            Waiting { regs: (*run).regs, back: (*run).back, word: W((*run).word) }
        }
    }

    /// `perform`.
    ///
    /// # Safety
    /// `w` is a `perform` of verified code; its arguments are in the window.
    pub(crate) unsafe fn perform(&mut self, w: W) -> Step {
        // SAFETY: as the caller promises; handlers that `Vm::handler` leads to are linked.
        unsafe {
            let operation = u32::from(w.c());
            let mut run = self.handler;
            while !run.is_null() {
                let found = (*(*run).row).find(operation);
                if let Some(at) = found {
                    return match (*(*run).row).clauses[at].resumption {
                        None => self.call_tail(w, run, at),
                        Some(class) => self.capture(w, run, at, class),
                    };
                }
                run = (*run).around;
            }
            let name = self.program.operation(w.c()).name.clone();
            self.drop_arguments(w);
            Err(Failure::unhandled(&name).into())
        }
    }

    /// Whether a handler that the running frame sees has an operation.
    ///
    /// # Safety
    /// A frame runs.
    pub(crate) unsafe fn handles(&self, operation: u16) -> bool {
        // SAFETY: handlers that `Vm::handler` leads to are linked.
        unsafe {
            let mut run = self.handler;
            while !run.is_null() {
                if (*(*run).row).find(u32::from(operation)).is_some() {
                    return true;
                }
                run = (*run).around;
            }
            false
        }
    }

    /// Drops the arguments of a perform that fails: it has consumed them.
    unsafe fn drop_arguments(&mut self, w: W) {
        // SAFETY: the window holds the arguments, which nobody uses any more.
        unsafe {
            let reprs = self.program.operation(w.c()).arguments.clone();
            for (at, repr) in reprs.iter().enumerate() {
                let word = *self.at(w.b()).add(2 + at);
                self.drop_word(*repr, word);
            }
        }
    }

    /// Calls a tail clause on top of the performer.
    unsafe fn call_tail(&mut self, w: W, run: *mut Run, at: usize) -> Step {
        // SAFETY: as for `perform`; the marker goes where the arguments were, which move behind it.
        unsafe {
            let operation = self.program.operation(w.c());
            let (words, results) = (operation.arguments.len(), operation.results);
            let gap = MARKER_SLOTS + RECORD_SLOTS + 1;
            if let Err(failure) = self.make_room(usize::from(w.b()) + 2 + gap + words) {
                self.drop_arguments(w);
                return Err(failure);
            }
            let closure = *(*run).slots.add(at);
            let marker = self.at(w.b()).add(2);
            std::ptr::copy(marker, marker.add(gap), words);
            *marker.sub(2) = self.ip as u64;
            *marker.sub(1) = w.0;
            *marker = self.handler as u64;
            *marker.add(1) = u64::from(results);
            *marker.add(2) = self.tail_return as u64;
            *marker.add(3) = CLAUSE_WORD;
            self.handler = (*run).around;
            self.regs = marker.add(MARKER_SLOTS + RECORD_SLOTS);
            self.enter_closure(closure)
        }
    }

    /// Enters the code of a closure, whose frame begins at `regs`.
    unsafe fn enter_closure(&mut self, closure: u64) -> Step {
        // SAFETY: the record of the frame is written, its arguments are behind register 0.
        unsafe {
            self.set(0, closure);
            let code = (*self.classes.add((*(closure as Ptr)).class as usize)).code;
            self.ip = code.add(1);
            self.fuel -= 1;
            entered(self)
        }
    }

    /// A clause has returned: what it gave is what the handler gives.
    ///
    /// # Safety
    /// `regs` is the marker frame of a clause.
    pub(crate) unsafe fn clause_done(&mut self) {
        // SAFETY: as the caller promises; the closure is the marker's own reference.
        unsafe {
            let closure = *self.regs;
            self.leave_clause();
            self.heap().drop_ref(closure);
        }
    }

    unsafe fn leave_clause(&mut self) {
        // SAFETY: the marker's record is that of the frame that waits; the results stand behind the marker.
        unsafe {
            let marker = self.regs;
            let (results, words) = (*marker.add(1) as u8, [*marker.add(2), *marker.add(3)]);
            let word = W(*marker.sub(1));
            self.ip = *marker.sub(2) as *const u64;
            self.regs = marker.sub(usize::from(word.b())).sub(2);
            self.deliver(word, words, results);
        }
    }

    /// Unlinks the segments up to a handler and calls its clause with them as a resumption.
    unsafe fn capture(&mut self, w: W, run: *mut Run, at: usize, class: u32) -> Step {
        // SAFETY: as for `perform`; the performer's slots stay where they are while its segment is unlinked.
        unsafe {
            if self.holds_timeout(run) {
                let name = self.program.operation(w.c()).name.clone();
                self.drop_arguments(w);
                return Err(Failure::inside_timeout(&name).into());
            }
            let captured = Captured {
                top: self.run,
                bottom: run,
                handler: self.handler,
                regs: self.regs,
                ip: self.ip,
                word: w,
            };
            let made = self.heap().flat_from(class, &captured.words());
            let k = match made {
                Ok(k) => k,
                Err(failure) => {
                    self.drop_arguments(w);
                    return Err(failure.into());
                }
            };
            let closure = *(*run).slots.add(at);
            dup_ptr(closure as Ptr);
            let results = (*(*run).row).results;
            let words = self.program.operation(w.c()).arguments.len();
            let arguments = self.at(w.b()).add(2);
            let waiting = self.leave_handler(run);
            (self.regs, self.ip) = (waiting.regs, waiting.back);
            let called =
                self.call_clause(waiting.word, closure, arguments, words, Some(k), results);
            if called.is_err() && self.regs == waiting.regs {
                // There was no room for the clause: its arguments are nobody's.
                let reprs = self.program.operation(w.c()).arguments.clone();
                for (at, repr) in reprs.iter().enumerate() {
                    self.drop_word(*repr, *arguments.add(at));
                }
            }
            called
        }
    }

    /// Calls a clause, whose closure is given away, from the frame that waits (`regs`, `ip`, with call word `w`).
    unsafe fn call_clause(
        &mut self,
        w: W,
        closure: u64,
        arguments: *const u64,
        words: usize,
        k: Option<Ptr>,
        results: u8,
    ) -> Step {
        // SAFETY: the waiting frame is at a call, so that nothing of it stands above the base of its window.
        unsafe {
            let gap = MARKER_SLOTS + RECORD_SLOTS + 1;
            if let Err(failure) = self.make_room(usize::from(w.b()) + 2 + gap + words + 1) {
                self.heap().drop_ref(closure);
                if let Some(k) = k {
                    self.heap().drop_ptr(k);
                }
                // The failure is that of the waiting call, wherever its words begin.
                let own = Op::from_u16(w.op()).map_or(1, Op::words);
                self.ip = self.ip.sub(own - 1);
                return Err(failure);
            }
            let marker = self.at(w.b()).add(2);
            *marker.sub(2) = self.ip as u64;
            *marker.sub(1) = w.0;
            *marker = closure;
            *marker.add(1) = u64::from(results);
            *marker.add(2) = self.clause_return as u64;
            *marker.add(3) = CLAUSE_WORD;
            std::ptr::copy_nonoverlapping(arguments, marker.add(gap), words);
            if let Some(k) = k {
                *marker.add(gap + words) = k as u64;
            }
            self.regs = marker.add(MARKER_SLOTS + RECORD_SLOTS);
            self.enter_closure(closure)
        }
    }

    /// Calls a function value in the place of the running frame: through the marker of a clause, which owns the function. A
    /// frame that stands on such a marker gives it on, so that calls behind calls take no room.
    ///
    /// # Safety
    /// `w` is a `callc.t` of the running frame, all of whose other owned registers were dropped.
    pub(crate) unsafe fn call_leaving(&mut self, w: W) -> Step {
        // SAFETY: the verifier has checked the function and its arguments; the frame's own function is borrowed from whoever
        // called it, and is not needed once the arguments are read.
        unsafe {
            let closure = self.u(w.b());
            let class = (*(closure as Ptr)).class;
            let shape = *self.call_shapes.add(class as usize);
            let (words, results) = (usize::from(shape.args), u64::from(shape.results));
            let gap = MARKER_SLOTS + RECORD_SLOTS + 1;
            self.make_room(gap + words)?;
            let arguments = self.at(w.a());
            let is_behind = *self.regs.sub(2) as *const u64 == self.clause_return;
            let below = if is_behind { MARKER_SLOTS + RECORD_SLOTS } else { 0 };
            let marker = self.regs.sub(below);
            let old = is_behind.then(|| *marker);
            std::ptr::copy(arguments, marker.add(gap), words);
            *marker = closure;
            *marker.add(1) = results;
            *marker.add(2) = self.clause_return as u64;
            *marker.add(3) = CLAUSE_WORD;
            self.regs = marker.add(MARKER_SLOTS + RECORD_SLOTS);
            if let Some(old) = old {
                self.heap().drop_ref(old);
            }
            self.enter_closure(closure)
        }
    }

    /// Links what a resumption captured under a waiting frame and goes on behind its `perform`, with these words as what
    /// the operation gives.
    ///
    /// # Safety
    /// `k` is live and was not resumed; `waiting` is a frame of the running segment, where nothing runs above it.
    pub(crate) unsafe fn relink(&mut self, k: Ptr, waiting: Waiting) -> Captured {
        // SAFETY: as the caller promises; the chain is unlinked, and nobody else leads to it.
        unsafe {
            let captured = Captured::of(k);
            self.link_captured(&captured, waiting);
            *field(k, 0) = 0;
            captured
        }
    }

    /// Links a chain under a waiting frame.
    unsafe fn link_captured(&mut self, captured: &Captured, waiting: Waiting) {
        // SAFETY: as for `relink`.
        unsafe {
            let bottom = captured.bottom;
            (*bottom).outer = self.run;
            (*bottom).set_depth();
            Run::link(bottom, self, waiting.regs, waiting.back);
            (*bottom).word = waiting.word.0;
            (*bottom).around = self.handler;
            self.run = captured.top;
            self.limit = (*captured.top).limit;
            self.handler = captured.handler;
        }
    }

    /// Drops what a failed `resume` had consumed.
    ///
    /// # Safety
    /// `k` is live and owned by the caller, and so is the value.
    pub(crate) unsafe fn drop_resumption(&mut self, k: Ptr, value: *const u64) {
        // SAFETY: as the caller promises.
        unsafe {
            if let Some(repr) = self.program.operation(Captured::of(k).word.c()).value {
                self.drop_word(repr, *value);
            }
            self.heap().drop_ptr(k);
        }
    }

    /// The frame that waits for what the running one gives; when the running one is a clause, also the closure of its
    /// marker frame, which is gone with it.
    ///
    /// # Safety
    /// A frame runs.
    pub(crate) unsafe fn waiting_behind(&self) -> (Waiting, Option<u64>) {
        // SAFETY: every frame has its record in the two slots before it, and so has a marker frame.
        unsafe {
            let caller = |regs: *mut u64| {
                let word = W(*regs.sub(1));
                let back = *regs.sub(2) as *const u64;
                Waiting { regs: regs.sub(usize::from(word.b())).sub(RECORD_SLOTS), back, word }
            };
            let direct = caller(self.regs);
            if direct.back == self.clause_return {
                return (caller(direct.regs), Some(*direct.regs));
            }
            (direct, None)
        }
    }

    /// Resumes `k` with the words at `value` under a waiting frame; both are given away on success.
    ///
    /// # Safety
    /// As for [`Vm::relink`], except that `k` may have been resumed.
    pub(crate) unsafe fn resume(
        &mut self,
        k: Ptr,
        value: *const u64,
        waiting: Waiting,
    ) -> Result<(), Failure> {
        // SAFETY: as the caller promises; the value is read before the segments change.
        unsafe {
            if *field(k, 0) == 0 {
                return Err(Failure::resumed_twice());
            }
            self.fuel -= 1;
            if self.fuel < 0
                && let Err(Leave::Fail(failure)) = self.out_of_fuel()
            {
                return Err(failure);
            }
            let word = Captured::of(k).word;
            let operation = self.program.operation(word.c());
            let (results, is_multi) = (operation.results, operation.multi);
            let words = match results {
                2 => [*value, *value.add(1)],
                _ => [*value, 0],
            };
            let captured = if is_multi && (*k).rc > 1 {
                let copy = self.copy_captured(&Captured::of(k))?;
                self.link_captured(&copy, waiting);
                copy
            } else {
                self.relink(k, waiting)
            };
            self.heap().drop_ptr(k);
            (self.regs, self.ip) = (captured.regs, captured.ip);
            self.deliver(word, words, results);
            Ok(())
        }
    }
}
