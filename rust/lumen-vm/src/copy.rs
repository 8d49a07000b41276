//! Copies of what a resumption captured: how a `multi` operation is resumed more than once.
//!
//! A chain of segments is copied whole: its slots word by word, and every reference that its frames own, as the ownership
//! analysis of the module says, is counted up. Pointers between the segments are those of the copy. What cannot be copied
//! is found before anything is allocated: a `defer` that is active in a frame, and a run of a stream.

#![expect(unsafe_code, reason = "copies frames through raw pointers")]

use crate::handler::{Captured, Waiting};
use crate::interp::state::{Vm, W};
use crate::link::{Address, Pc};
use crate::run::Run;
use lumen_lir::Repr;
use lumen_runtime::failure::Failure;
use lumen_runtime::value::object::{Ptr, dup_ptr};
use lumen_runtime::value::word::{dyn_is_ptr, dyn_to_ptr, ref_is_ptr, ref_ptr};

/// What is to be done with the slots of the copies.
#[derive(Default)]
struct Plan {
    /// The segments, innermost first.
    segments: Vec<*mut Run>,
    /// Segment, slot and representation of what the frames own.
    owned: Vec<(usize, usize, Repr)>,
    /// Segment and slot of what marker frames say of the handler that is seen.
    seen: Vec<(usize, usize)>,
    /// Segment and slot of the closures of marker frames.
    closures: Vec<(usize, usize)>,
}

impl Vm {
    /// A copy of what a resumption captured; the resumption keeps its own.
    ///
    /// # Safety
    /// The chain is unlinked and whole.
    pub(crate) unsafe fn copy_captured(
        &mut self,
        captured: &Captured,
    ) -> Result<Captured, Failure> {
        // SAFETY: as the caller promises; each copy is as large as what is copied to it.
        unsafe {
            let plan = self.plan_copy(captured)?;
            let mut copies = Vec::with_capacity(plan.segments.len());
            for &run in &plan.segments {
                match self.copy_segment(run) {
                    Ok(copy) => copies.push(copy),
                    Err(failure) => {
                        copies.into_iter().for_each(|copy| self.free_copy(copy));
                        return Err(failure);
                    }
                }
            }
            let moved = |run: *mut Run| {
                let at = plan.segments.iter().position(|&other| other == run);
                at.map_or(run, |at| copies[at])
            };
            let slot_in = |run: *mut Run, at: *mut u64| {
                (*moved(run)).slots.add(at.offset_from((*run).slots) as usize)
            };
            for (&run, &copy) in plan.segments.iter().zip(&copies) {
                (*copy).around = moved((*run).around);
                if run != captured.bottom {
                    let outer = (*run).outer;
                    (*copy).outer = moved(outer);
                    (*copy).regs = slot_in(outer, (*run).regs);
                    (*copy).back_limit = (*moved(outer)).limit;
                }
                dup_ptr((*run).code);
                let row = (*run).row;
                for at in 0..(*row).n_clauses + usize::from((*row).has_return) {
                    dup_ptr(*(*run).slots.add(at) as Ptr);
                }
            }
            for &(segment, slot, repr) in &plan.owned {
                dup_word(repr, *(*copies[segment]).slots.add(slot));
            }
            for &(segment, slot) in &plan.closures {
                dup_ptr(*(*copies[segment]).slots.add(slot) as Ptr);
            }
            for &(segment, slot) in &plan.seen {
                let at = (*copies[segment]).slots.add(slot);
                *at = moved(*at as *mut Run) as u64;
            }
            Ok(Captured {
                top: moved(captured.top),
                bottom: moved(captured.bottom),
                handler: moved(captured.handler),
                regs: slot_in(captured.top, captured.regs),
                ip: captured.ip,
                word: captured.word,
            })
        }
    }

    /// Walks the frames of a chain.
    unsafe fn plan_copy(&mut self, captured: &Captured) -> Result<Plan, Failure> {
        // SAFETY: as for `copy_captured`; every frame has its record in the two slots before it.
        unsafe {
            let mut plan = Plan { segments: vec![captured.top], ..Plan::default() };
            let mut run = captured.top;
            let mut at = Waiting { regs: captured.regs, back: captured.ip, word: captured.word };
            loop {
                let segment = plan.segments.len() - 1;
                let slot = |regs: *mut u64| regs.offset_from((*run).slots) as usize;
                let mut is_frame = true;
                match self.program.locate(at.back) {
                    Address::Code(pc) => {
                        let words =
                            lumen_lir::Op::from_u16(at.word.op()).map_or(1, lumen_lir::Op::words);
                        let pc = Pc { cell: pc.cell, word: pc.word - words as u32 };
                        self.plan_frame(&mut plan, pc, (segment, slot(at.regs)))?;
                    }
                    Address::TryReturn => {}
                    Address::ClauseReturn => plan.closures.push((segment, slot(at.regs))),
                    Address::TailReturn => plan.seen.push((segment, slot(at.regs))),
                    Address::HandleReturn => {
                        if run == captured.bottom {
                            return Ok(plan);
                        }
                        at = Waiting { regs: (*run).regs, back: (*run).back, word: W((*run).word) };
                        run = (*run).outer;
                        plan.segments.push(run);
                        is_frame = false;
                    }
                    Address::RunReturn => return Err(Failure::not_copied("a run of a stream")),
                    Address::DeferReturn | Address::Halt => {
                        return Err(Failure::not_copied("a `defer`"));
                    }
                }
                if is_frame {
                    let word = W(*at.regs.sub(1));
                    let back = *at.regs.sub(2) as *const u64;
                    at = Waiting { regs: at.regs.sub(usize::from(word.b()) + 2), back, word };
                }
            }
        }
    }

    /// Notes what a frame owns that waits at a call.
    fn plan_frame(
        &mut self,
        plan: &mut Plan,
        pc: Pc,
        (segment, frame): (usize, usize),
    ) -> Result<(), Failure> {
        let scopes = &self.program.module().cells[pc.cell as usize].defers;
        if scopes.iter().any(|scope| (scope.start..scope.end).contains(&pc.word)) {
            return Err(Failure::not_copied("a `defer`"));
        }
        for &(reg, repr) in self.owned(pc, true).iter() {
            if self.is_run(repr) {
                return Err(Failure::not_copied("a run of a stream"));
            }
            plan.owned.push((segment, frame + usize::from(reg), repr));
        }
        Ok(())
    }
}

unsafe fn dup_word(repr: Repr, word: u64) {
    // SAFETY: the caller passes a live word of this representation.
    unsafe {
        match repr {
            Repr::Ref(_) | Repr::Opt(_) if ref_is_ptr(word) => dup_ptr(ref_ptr(word)),
            Repr::Dyn if dyn_is_ptr(word) => dup_ptr(dyn_to_ptr(word)),
            _ => {}
        }
    }
}
