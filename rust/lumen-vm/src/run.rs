//! Runs: stack segments that are linked under the frame that waits for them while they run. Those of streams are here;
//! what is special to the bodies of handlers is in `handler.rs`.
//!
//! A run has slots of its own, with the frame of the stream's code at their beginning; cells that this code calls
//! have their frames behind it. Resuming a run links its segment in, an element or the end unlinks it: a few words
//! change hands, whatever is on either stack. Nothing in a frame points into the slots, so they may move when they grow.
//!
//! A run lives in a register of the frame that made it and nowhere else (rule G3), so that frame alone resumes it, and
//! `outer`, the segment of that frame, never changes. Slots and the run itself are blocks of the task's heap: small ones
//! come from its free lists, all are accounted.
//!
//! Invariants: `Vm::run` is the innermost linked run, null when the task's own stack runs; a run that is not linked
//! stands behind a `gen.yield`, has not begun, or has ended.

#![expect(unsafe_code, reason = "links segments through raw pointers")]

use crate::frame::{RECORD_SLOTS, RESERVE_BYTES};
use crate::interp::MARKER_WORD;
use crate::interp::state::{Vm, W};
use crate::link::{Address, HandlerRow};
use lumen_lir::{ClassDesc, Repr};
use lumen_runtime::failure::Failure;
use lumen_runtime::value::object::Ptr;

/// Slots above the limit of a run: for the record of a callee, and for markers.
const SLACK: usize = 8;
/// Slots that the frames of a fresh run may use: with the slack, the largest block of the free lists.
const FIRST_SLOTS: usize = 64 - SLACK;
/// Bytes of the run itself.
const RUN_BYTES: usize = size_of::<Run>();

/// A run of a stream.
#[repr(C)]
pub(crate) struct Run {
    /// Where the next element is computed from; null when there is none any more.
    pub(crate) next: *const u64,
    /// Where it goes on when it is ended; null when it has not begun.
    pub(crate) end: *const u64,
    /// Its slots; the frame of the stream's code begins behind one record.
    pub(crate) slots: *mut u64,
    /// End of the slots that frames may use.
    pub(crate) limit: *mut u64,
    /// While linked: the consumer's next instruction.
    pub(crate) back: *const u64,
    /// While linked: the consumer's registers.
    pub(crate) regs: *mut u64,
    /// While linked: the end of the consumer's slots.
    pub(crate) back_limit: *mut u64,
    /// The run in whose segment the consumer is; null for the task's own stack.
    pub(crate) outer: *mut Run,
    /// The stream, or the body of a handler; a reference of the run's own.
    pub(crate) code: Ptr,
    /// Bytes of all segments below.
    depth: usize,
    /// Of a handler: what it is; null for a stream.
    pub(crate) row: *const HandlerRow,
    /// Of a linked handler: the innermost handler around it.
    pub(crate) around: *mut Run,
    /// Of a linked handler: the call word of the waiting frame.
    pub(crate) word: u64,
}

impl Run {
    /// Register 0 of the stream's code.
    ///
    /// # Safety
    /// The run is live.
    #[inline(always)]
    pub(crate) unsafe fn frame(run: *mut Run) -> *mut u64 {
        // SAFETY: the slots begin with a record.
        unsafe { (*run).slots.add(RECORD_SLOTS) }
    }

    /// Links the segment of a run: what runs next, runs in it. The run goes on at `at`.
    ///
    /// # Safety
    /// The run is live and not linked; `regs` and `back` are those of the frame that made it, which is running.
    #[inline(always)]
    pub(crate) unsafe fn link(run: *mut Run, vm: *mut Vm, regs: *mut u64, back: *const u64) {
        // SAFETY: as the caller promises.
        unsafe {
            ((*run).back, (*run).regs, (*run).back_limit) = (back, regs, (*vm).limit);
            (*vm).run = run;
            (*vm).limit = (*run).limit;
        }
    }

    /// Unlinks the segment of the running run.
    ///
    /// # Safety
    /// The run is the innermost linked one.
    #[inline(always)]
    pub(crate) unsafe fn unlink(run: *mut Run, vm: *mut Vm) {
        // SAFETY: as the caller promises.
        unsafe {
            (*vm).limit = (*run).back_limit;
            (*vm).run = (*run).outer;
        }
    }

    /// Notes what lies below, after `outer` changed.
    ///
    /// # Safety
    /// The run and the one it stands on are live.
    #[inline(always)]
    pub(crate) unsafe fn set_depth(&mut self) {
        // SAFETY: as the caller promises.
        self.depth = unsafe { Run::bytes_below(self.outer) };
    }

    /// Bytes of a run and all below it.
    #[inline(always)]
    unsafe fn bytes_below(outer: *mut Run) -> usize {
        // SAFETY: the run is live.
        if outer.is_null() { 0 } else { unsafe { (*outer).depth + Run::bytes(outer) + RUN_BYTES } }
    }

    /// Bytes of the slots.
    #[inline(always)]
    unsafe fn bytes(run: *const Run) -> usize {
        // SAFETY: the run is live; its limit lies in its slots.
        unsafe { ((*run).limit.offset_from((*run).slots) as usize + SLACK) * 8 }
    }
}

impl Vm {
    /// The first slot of the segment that runs.
    pub(crate) fn slots(&self) -> *mut u64 {
        // SAFETY: a linked run is live.
        if self.run.is_null() { self.stack.start() } else { unsafe { (*self.run).slots } }
    }

    /// Makes at least `need` slots of the running segment usable; the slots may move.
    pub(crate) fn grow(&mut self, need: usize, reserve: bool) -> Result<(), Failure> {
        if self.run.is_null() {
            if !self.stack.grow(need) {
                if reserve {
                    self.stack.open_reserve(self.stack_limit);
                }
                if !reserve || !self.stack.grow(need) {
                    return Err(Failure::stack_overflow(self.stack.most_bytes() as u64));
                }
            }
            self.limit = self.stack.limit();
            return Ok(());
        }
        // SAFETY: a linked run is live, and its slots are a block of the heap of the size they were allocated with.
        unsafe {
            let run = self.run;
            let old = Run::bytes(run);
            let usable = old / 8 - SLACK;
            if need <= usable {
                return Ok(());
            }
            let most = self.stack_limit + if reserve { RESERVE_BYTES } else { 0 };
            let room = most.saturating_sub((*run).depth) / 8;
            if need + SLACK > room {
                return Err(Failure::stack_overflow(self.stack_limit as u64));
            }
            let usable = (usable * 2).max(need).min(room - SLACK);
            let block = self.heap().grow_block((*run).slots.cast(), old, (usable + SLACK) * 8);
            if block.is_null() {
                return Err(self.heap().out_of_memory());
            }
            (*run).slots = block.cast();
            (*run).limit = (*run).slots.add(usable);
            self.limit = (*run).limit;
        }
        Ok(())
    }

    /// A run of a stream, which has not begun; it owns the stream on success.
    ///
    /// # Safety
    /// `stream` is a live closure of a stream class.
    pub(crate) unsafe fn new_run(&mut self, stream: Ptr) -> Result<*mut Run, Failure> {
        // SAFETY: as the caller promises.
        unsafe { self.new_segment_of(stream, 0, self.program.run_return(), std::ptr::null()) }
    }

    /// A handler whose body has not begun; it owns the body on success. The first `n` slots are for its clauses.
    ///
    /// # Safety
    /// `body` is a live closure without parameters, `row` a row of the program.
    pub(crate) unsafe fn new_handler(
        &mut self,
        row: *const HandlerRow,
        body: Ptr,
        n: usize,
    ) -> Result<*mut Run, Failure> {
        // SAFETY: as the caller promises.
        unsafe { self.new_segment_of(body, n, self.program.handle_return(), row) }
    }

    /// A run of the code of a closure, which returns to `end`; the first `n` slots are free.
    ///
    /// # Safety
    /// `closure` is live and without parameters, `row` null or a row of the program.
    unsafe fn new_segment_of(
        &mut self,
        closure: Ptr,
        n: usize,
        end: *const u64,
        row: *const HandlerRow,
    ) -> Result<*mut Run, Failure> {
        // SAFETY: as the caller promises; the blocks are fresh and as large as what is written to them.
        unsafe {
            let code = (*self.classes.add((*closure).class as usize)).code;
            let usable = FIRST_SLOTS.max(n + RECORD_SLOTS + W(*code).a() as usize);
            let (run, slots, depth) = self.new_segment((usable + SLACK) * 8)?;
            *slots.add(n) = end as u64;
            *slots.add(n + 1) = MARKER_WORD;
            *slots.add(n + RECORD_SLOTS) = closure as u64;
            run.write(Run {
                next: code.add(1),
                end: std::ptr::null(),
                slots,
                limit: slots.add(usable),
                back: std::ptr::null(),
                regs: std::ptr::null_mut(),
                back_limit: std::ptr::null_mut(),
                outer: self.run,
                code: closure,
                depth,
                row,
                around: std::ptr::null_mut(),
                word: 0,
            });
            Ok(run)
        }
    }

    /// Frees a handler whose body has ended, with the first `clauses` of its closures.
    ///
    /// # Safety
    /// The run is live and not linked, its frames own nothing; nobody uses it afterwards.
    pub(crate) unsafe fn free_handler(&mut self, run: *mut Run, clauses: usize) {
        // SAFETY: as the caller promises.
        unsafe {
            let (slots, body, bytes) = ((*run).slots, (*run).code, Run::bytes(run));
            for at in 0..clauses {
                self.heap().drop_ref(*slots.add(at));
            }
            self.heap().free_bytes(slots.cast(), bytes);
            self.heap().free_bytes(run.cast(), RUN_BYTES);
            self.heap().drop_ptr(body);
        }
    }

    /// A handler with the same slots, outside of which nothing is changed yet.
    ///
    /// # Safety
    /// The run is live, a handler.
    pub(crate) unsafe fn copy_segment(&mut self, run: *mut Run) -> Result<*mut Run, Failure> {
        // SAFETY: as the caller promises; the fresh slots are as many.
        unsafe {
            let bytes = Run::bytes(run);
            let (copy, slots, depth) = self.new_segment(bytes)?;
            std::ptr::copy_nonoverlapping((*run).slots, slots, bytes / 8);
            let limit = slots.add((*run).limit.offset_from((*run).slots) as usize);
            std::ptr::copy_nonoverlapping(run, copy, 1);
            ((*copy).slots, (*copy).limit, (*copy).depth) = (slots, limit, depth);
            Ok(copy)
        }
    }

    /// Gives back the memory of a copy that nothing was done with.
    ///
    /// # Safety
    /// The run was made by `copy_segment`; nobody uses it afterwards.
    pub(crate) unsafe fn free_copy(&mut self, run: *mut Run) {
        // SAFETY: as the caller promises.
        unsafe {
            let (slots, bytes) = ((*run).slots, Run::bytes(run));
            self.heap().free_bytes(slots.cast(), bytes);
            self.heap().free_bytes(run.cast(), RUN_BYTES);
        }
    }

    /// Memory of a run and of this many bytes of slots, and the bytes of all segments below.
    unsafe fn new_segment(&mut self, bytes: usize) -> Result<(*mut Run, *mut u64, usize), Failure> {
        // SAFETY: the running run is live; what was allocated is given back when the rest fails.
        unsafe {
            let depth = Run::bytes_below(self.run);
            if depth + bytes + RUN_BYTES > self.stack_limit {
                return Err(Failure::stack_overflow(self.stack_limit as u64));
            }
            let run = self.heap().alloc_bytes(RUN_BYTES).cast::<Run>();
            if run.is_null() {
                return Err(self.heap().out_of_memory());
            }
            let slots = self.heap().alloc_bytes(bytes).cast::<u64>();
            if slots.is_null() {
                self.heap().free_bytes(run.cast(), RUN_BYTES);
                return Err(self.heap().out_of_memory());
            }
            Ok((run, slots, depth))
        }
    }

    /// Frees a run. What a suspended one owns is dropped, runs in its frame included; nothing of it runs any more.
    ///
    /// # Safety
    /// The run is live and not linked; nobody uses it afterwards.
    pub(crate) unsafe fn free_run(&mut self, run: *mut Run) {
        // SAFETY: as the caller promises. A suspended run stands behind a `gen.yield`, where its frame owns what the
        // ownership analysis says.
        unsafe {
            let mut work = vec![run];
            while let Some(run) = work.pop() {
                let suspended = !(*run).next.is_null() && !(*run).end.is_null();
                if suspended && let Address::Code(pc) = self.program.locate((*run).end.sub(1)) {
                    for (reg, repr) in self.owned(pc, true).iter() {
                        let word = *Run::frame(run).add(usize::from(*reg));
                        if self.is_run(*repr) {
                            work.push(word as *mut Run);
                        } else {
                            self.drop_word(*repr, word);
                        }
                    }
                }
                let bytes = Run::bytes(run);
                let (slots, stream) = ((*run).slots, (*run).code);
                self.heap().free_bytes(slots.cast(), bytes);
                self.heap().free_bytes(run.cast(), RUN_BYTES);
                self.heap().drop_ptr(stream);
            }
        }
    }

    /// Whether a register of this representation holds a run.
    pub(crate) fn is_run(&self, repr: Repr) -> bool {
        let Repr::Ref(class) = repr else { return false };
        matches!(self.program.module().classes[class.index()], ClassDesc::Run { .. })
    }
}
