//! The fast parts of performing and resuming: what they do when nothing has to grow, to be made anew or to be ended.
//!
//! Each checks everything that its slow part in `handler.rs` would treat otherwise before it changes anything, then does
//! the same as that does. All is inlined, so that the instructions call nothing; see `interp/instr.rs`.

use super::calls::CLAUSE_WORD;
use super::instr::Flow;
use super::moves::try_drop;
use super::state::{Regs, State, W};
use crate::frame::RECORD_SLOTS;
use crate::handler::{Captured, MARKER_SLOTS};
use crate::run::Run;
use lumen_runtime::value::heap::{UNIT, block_bytes};
use lumen_runtime::value::object::{HEADER, Obj, Ptr, field};

/// Most registers of arguments that are moved here.
const MOVED_MAX: usize = 3;
/// Units of a resumption.
const RESUMPTION_UNITS: usize = block_bytes(HEADER + size_of::<Captured>()) / UNIT;
/// From the marker frame of a clause to the clause's own frame.
const CLAUSE_FRAME: usize = MARKER_SLOTS + RECORD_SLOTS;

/// Copies up to [`MOVED_MAX`] words.
#[inline(always)]
unsafe fn move_few(from: *const u64, to: *mut u64, words: usize) {
    // SAFETY: the caller passes places that do not overlap, with so many words.
    unsafe {
        if words > 0 {
            *to = *from;
            if words > 1 {
                *to.add(1) = *from.add(1);
                if words > 2 {
                    *to.add(2) = *from.add(2);
                }
            }
        }
    }
}

/// `perform`, up to the first instruction of the clause.
///
/// # Safety
/// `s` is at a `perform` of verified code.
#[inline(always)]
pub(super) unsafe fn perform(s: &mut State) -> Flow {
    // SAFETY: handlers that `Vm::handler` leads to are linked; their slots begin with the closures of their clauses.
    unsafe {
        let mut run = (*s.vm).handler;
        let at = loop {
            if run.is_null() {
                return Flow::Slow;
            }
            if let Some(at) = (*(*run).row).find(u32::from(s.w.c())) {
                break at;
            }
            run = (*run).around;
        };
        let operation = &*(*s.vm).operations.add(usize::from(s.w.c()));
        let words = operation.arguments.len();
        if words > MOVED_MAX || s.fuel < 1 {
            return Flow::Slow;
        }
        let closure = *(*run).slots.add(at) as Ptr;
        let row = &*(*run).row;
        match row.clauses[at].resumption {
            None => call_tail(s, run, closure, words, operation.results),
            Some(class) => capture(s, run, closure, words, class),
        }
    }
}

/// Code of a closure, and how many slots its frame has.
#[inline(always)]
unsafe fn code_of(s: &State, closure: Ptr) -> (*const u64, usize) {
    // SAFETY: the closure is live, and its class a closure class.
    unsafe {
        let code = (*(*s.vm).classes.add((*closure).class as usize)).code;
        (code, usize::from(W(*code).a()))
    }
}

/// Enters the code of a closure, whose frame has its record and its arguments.
#[inline(always)]
unsafe fn enter(s: &mut State, regs: *mut u64, closure: Ptr, code: *const u64) -> Flow {
    // SAFETY: the frame fits, as the caller has seen.
    unsafe {
        *regs = closure as u64;
        s.regs = regs;
        s.ip = code.add(1);
        s.fuel -= 1;
    }
    Flow::Next
}

/// Calls a tail clause on top of the performer.
#[inline(always)]
unsafe fn call_tail(s: &mut State, run: *mut Run, closure: Ptr, words: usize, results: u8) -> Flow {
    // SAFETY: the marker goes where the arguments were, which move behind it, further than there are arguments.
    unsafe {
        let marker = s.at(s.w.b()).add(2);
        let regs = marker.add(CLAUSE_FRAME);
        let (code, slots) = code_of(s, closure);
        if regs.wrapping_add(slots) > (*s.vm).limit {
            return Flow::Slow;
        }
        move_few(marker, regs.add(1), words);
        *marker.sub(2) = s.ip as u64;
        *marker.sub(1) = s.w.0;
        *marker = (*s.vm).handler as u64;
        *marker.add(1) = u64::from(results);
        *marker.add(2) = (*s.vm).tail_return as u64;
        *marker.add(3) = CLAUSE_WORD;
        (*s.vm).handler = (*run).around;
        enter(s, regs, closure, code)
    }
}

/// Unlinks the segments up to a handler and calls its clause with them as a resumption.
#[inline(always)]
unsafe fn capture(s: &mut State, run: *mut Run, closure: Ptr, words: usize, class: u32) -> Flow {
    // SAFETY: the frame that waits for the handler is at a call, so that nothing of it stands above the base of its
    // window; the performer's slots stay where they are while its segment is unlinked.
    unsafe {
        let vm = s.vm;
        let marker = (*run).regs.add(usize::from(W((*run).word).b())).add(2);
        let regs = marker.add(CLAUSE_FRAME);
        let (code, slots) = code_of(s, closure);
        let is_counted = (*closure).rc > 0;
        if regs.wrapping_add(slots) > (*run).back_limit
            || (*vm).scheduler.has_timeouts()
            || !is_counted
        {
            return Flow::Slow;
        }
        let k = s.heap().pop_free(RESUMPTION_UNITS).cast::<Obj>();
        if k.is_null() {
            return Flow::Slow;
        }
        k.write(Obj { rc: 1, class });
        *field(k, 0) = (*vm).run as u64;
        *field(k, 1) = run as u64;
        *field(k, 2) = (*vm).handler as u64;
        *field(k, 3) = s.regs as u64;
        *field(k, 4) = s.ip as u64;
        *field(k, 5) = s.w.0;
        (*closure).rc = (*closure).rc.wrapping_add(1);
        Run::unlink(run, vm);
        (*vm).handler = (*run).around;
        move_few(s.at(s.w.b()).add(2), regs.add(1), words);
        *regs.add(1).add(words) = k as u64;
        *marker.sub(2) = (*run).back as u64;
        *marker.sub(1) = (*run).word;
        *marker = closure as u64;
        *marker.add(1) = u64::from((*(*run).row).results);
        *marker.add(2) = (*vm).clause_return as u64;
        *marker.add(3) = CLAUSE_WORD;
        enter(s, regs, closure, code)
    }
}

/// Resumes `k` with the words at `value` under a waiting frame; false when the slow part has to.
///
/// # Safety
/// `k` is live; `waiting` is a frame of the running segment, where nothing runs above it.
#[inline(always)]
pub(super) unsafe fn resume(
    s: &mut State,
    k: Ptr,
    value: *const u64,
    (regs, back, word): (*mut u64, *const u64, u64),
) -> bool {
    // SAFETY: a resumption has the words of `Captured`; what it leads to is live until it is resumed.
    unsafe {
        let vm = s.vm;
        let top = *field(k, 0) as *mut Run;
        let performed = W(*field(k, 5));
        let operation = &*(*vm).operations.add(usize::from(performed.c()));
        let rc = (*k).rc;
        if top.is_null() || s.fuel < 1 || rc <= 0 || (rc > 1 && operation.multi) {
            return false;
        }
        s.fuel -= 1;
        let results = operation.results;
        let first = *value;
        let second = if results > 1 { *value.add(1) } else { 0 };
        let bottom = *field(k, 1) as *mut Run;
        let handler = *field(k, 2) as *mut Run;
        s.regs = *field(k, 3) as *mut u64;
        s.ip = *field(k, 4) as *const u64;
        if rc == 1 {
            s.heap().free_small(k.cast(), RESUMPTION_UNITS);
        } else {
            (*k).rc = rc - 1;
            *field(k, 0) = 0;
        }
        (*bottom).outer = (*vm).run;
        (*bottom).set_depth();
        Run::link(bottom, vm, regs, back);
        (*bottom).word = word;
        (*bottom).around = (*vm).handler;
        (*vm).run = top;
        (*vm).limit = (*top).limit;
        (*vm).handler = handler;
        deliver(s, performed, [first, second], results);
        true
    }
}

/// Puts results where a call word says.
#[inline(always)]
unsafe fn deliver(s: &mut State, word: W, words: [u64; 2], results: u8) {
    // SAFETY: the frame has the registers that its call word names.
    unsafe {
        if results > 0 {
            s.set(word.a(), words[0]);
            if results > 1 {
                s.set(word.a() + 1, words[1]);
            }
        }
    }
}

/// `resume.t`.
///
/// # Safety
/// `s` is at a `resume.t` of verified code.
#[inline(always)]
pub(super) unsafe fn resume_leaving(s: &mut State) -> Flow {
    // SAFETY: every frame has its record in the two slots before it, and so has a marker frame.
    unsafe {
        let (k, value) = (s.p(s.w.b()), s.at(s.w.a()).cast_const());
        let mut regs = s.regs;
        let mut back = *regs.sub(2) as *const u64;
        let mut word = *regs.sub(1);
        regs = regs.sub(usize::from(W(word).b())).sub(RECORD_SLOTS);
        let mut closure: Ptr = std::ptr::null_mut();
        if back == (*s.vm).clause_return {
            closure = *regs as Ptr;
            if (*closure).rc <= 1 {
                return Flow::Slow;
            }
            back = *regs.sub(2) as *const u64;
            word = *regs.sub(1);
            regs = regs.sub(usize::from(W(word).b())).sub(RECORD_SLOTS);
        }
        if !resume(s, k, value, (regs, back, word)) {
            return Flow::Slow;
        }
        if !closure.is_null() {
            (*closure).rc -= 1;
        }
        Flow::Next
    }
}

/// Goes from the marker frame of a clause to the frame that waits, with what the clause gave.
#[inline(always)]
unsafe fn leave_clause(s: &mut State) {
    // SAFETY: the marker's record is that of the frame that waits; the results stand behind the marker.
    unsafe {
        let marker = s.regs;
        let (results, words) = (*marker.add(1) as u8, [*marker.add(2), *marker.add(3)]);
        let word = W(*marker.sub(1));
        s.ip = *marker.sub(2) as *const u64;
        s.regs = marker.sub(usize::from(word.b())).sub(2);
        deliver(s, word, words, results);
    }
}

/// A clause has returned to its marker frame.
///
/// # Safety
/// `s` is behind a clause that the frame waiting for its handler called.
#[inline(always)]
pub(super) unsafe fn clause_done(s: &mut State) -> Flow {
    // SAFETY: the closure is the marker's own reference.
    unsafe {
        if !try_drop(*s.regs as Ptr) {
            return Flow::Slow;
        }
        leave_clause(s);
    }
    Flow::Next
}

/// A tail clause has returned to its marker frame.
///
/// # Safety
/// `s` is behind a tail clause.
#[inline(always)]
pub(super) unsafe fn tail_done(s: &mut State) -> Flow {
    // SAFETY: as the caller promises.
    unsafe {
        (*s.vm).handler = *s.regs as *mut Run;
        leave_clause(s);
    }
    Flow::Next
}
