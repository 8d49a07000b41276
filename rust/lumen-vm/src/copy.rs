//! Copies of what a resumption captured: how a `multi` operation is resumed more than once.
//!
//! A chain of segments is copied whole: its slots word by word, and every reference that its frames own, as the ownership
//! analysis of the module says, is counted up. Pointers between the segments are those of the copy. What cannot be copied
//! is found before anything is allocated: a `defer` that is active in a frame, and a run of a stream.

#![expect(unsafe_code, reason = "copies frames through raw pointers")]

use crate::captured::Part;
use crate::handler::Captured;
use crate::interp::state::Vm;
use crate::run::Run;
use lumen_lir::Repr;
use lumen_runtime::failure::Failure;
use lumen_runtime::value::object::{Ptr, dup_ptr};
use lumen_runtime::value::word::{dyn_is_ptr, dyn_to_ptr, ref_is_ptr, ref_ptr};

/// Segments with their copies.
type Segments = Vec<(*mut Run, *mut Run)>;

impl Vm {
    /// A copy of what a resumption captured; the resumption keeps its own.
    ///
    /// # Safety
    /// The chain is unlinked and whole.
    pub(crate) unsafe fn copy_captured(
        &mut self,
        captured: &Captured,
    ) -> Result<Captured, Failure> {
        let mut segments = std::mem::take(&mut self.frames.segments);
        segments.clear();
        // SAFETY: as the caller promises.
        let copied = unsafe { self.copy_into(captured, &mut segments) };
        self.frames.segments = segments;
        copied
    }

    unsafe fn copy_into(
        &mut self,
        captured: &Captured,
        segments: &mut Segments,
    ) -> Result<Captured, Failure> {
        // SAFETY: as for `copy_captured`; each copy is as large as what is copied to it.
        unsafe {
            self.visit_captured(captured, |_, run, part| {
                if matches!(part, Part::End) {
                    segments.push((run, std::ptr::null_mut()));
                }
            })?;
            for at in 0..segments.len() {
                match self.copy_segment(segments[at].0) {
                    Ok(copy) => segments[at].1 = copy,
                    Err(failure) => {
                        segments[..at].iter().for_each(|&(_, copy)| self.free_copy(copy));
                        return Err(failure);
                    }
                }
            }
            for &(run, copy) in segments.iter() {
                (*copy).around = moved(segments, (*run).around);
                if run != captured.bottom {
                    let outer = (*run).outer;
                    (*copy).outer = moved(segments, outer);
                    (*copy).regs = slot_in(segments, outer, (*run).regs);
                    (*copy).back_limit = (*moved(segments, outer)).limit;
                }
                dup_ptr((*run).code);
                let row = (*run).row;
                for at in 0..(*row).n_clauses + usize::from((*row).has_return) {
                    dup_ptr(*(*run).slots.add(at) as Ptr);
                }
            }
            // What the copies hold is what the originals hold.
            self.visit_captured(captured, |vm, run, part| match part {
                Part::Frame(regs, holds) => {
                    for &(reg, repr) in vm.values_of(holds) {
                        dup_word(repr, *regs.add(usize::from(reg)));
                    }
                }
                Part::Clause(regs) => dup_ptr(*regs as Ptr),
                Part::Tail(regs) => {
                    *slot_in(segments, run, regs) = moved(segments, *regs as *mut Run) as u64;
                }
                Part::End => {}
            })?;
            Ok(Captured {
                top: moved(segments, captured.top),
                bottom: moved(segments, captured.bottom),
                handler: moved(segments, captured.handler),
                regs: slot_in(segments, captured.top, captured.regs),
                ip: captured.ip,
                word: captured.word,
            })
        }
    }
}

/// The copy of a segment, or what is not among the copied ones.
fn moved(segments: &[(*mut Run, *mut Run)], run: *mut Run) -> *mut Run {
    segments.iter().find(|(from, _)| *from == run).map_or(run, |(_, to)| *to)
}

/// A slot of a segment in its copy.
unsafe fn slot_in(segments: &[(*mut Run, *mut Run)], run: *mut Run, at: *mut u64) -> *mut u64 {
    // SAFETY: the caller passes a slot of the segment.
    unsafe { (*moved(segments, run)).slots.add(at.offset_from((*run).slots) as usize) }
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
