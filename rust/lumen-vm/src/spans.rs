//! Which calls an operation is in that the operation before was not in: spans of traces.
//!
//! Input → output: the frames of the task when an operation begins → [`Calls`]. A frame that was seen has a bit set in its call word,
//! which every call writes anew: what has no such bit was entered since. Nothing is noted while no operation is done, so a
//! program pays for its operations only.
//!
//! Invariants:
//! - Nobody reads that bit but this file: who reads the operand of the call word that it is in masks it.
//! - A bit that stands there by itself (more than 2¹⁵ cells) is a wrong span and nothing worse.

#![expect(unsafe_code, reason = "marks frames")]

use crate::interp::state::Vm;
use crate::places::{FRAMES_MAX, Standing};
use crate::trace::frame_of;
use lumen_runtime::trace::{Calls, Place};

/// The bit of a frame that was seen.
pub(crate) const SEEN: u64 = 1 << 63;

/// The calls that the last operation was in, outermost first: what tells their frames apart.
#[derive(Default)]
pub(crate) struct Spans {
    open: Vec<[usize; 2]>,
}

impl Vm {
    /// The calls that led to the operation of the instruction before `ip`.
    pub(crate) fn calls_of_operation(&mut self) -> Calls {
        self.look_at_operation();
        let stack = self.places();
        let Some(mut spans) = self.spans.take() else {
            return Calls { stack, ..Calls::default() };
        };
        let calls = self.entered(&mut spans, stack);
        self.spans = Some(spans);
        calls
    }

    fn entered(&self, spans: &mut Spans, stack: Vec<Place>) -> Calls {
        let (mut kept, mut found) = (0, false);
        // Innermost first: the frame, and the cell.
        let mut fresh: Vec<([usize; 2], Place)> = Vec::new();
        let mut waits = None;
        // SAFETY: `ip` is behind the running instruction.
        let ip = unsafe { self.ip.sub(1) };
        self.standing(ip, FRAMES_MAX, &mut |frame: Standing| {
            let place = frame_of(&self.program, frame.pc);
            if let Some(([_, _], call)) = fresh.last_mut()
                && waits.take().is_some()
            {
                // The frame before was called here.
                (call.path, call.line, call.column) =
                    (place.path.clone(), place.line, place.column);
            }
            if found {
                return;
            }
            // SAFETY: every frame has its record in the two slots before it.
            let word = unsafe { &mut *frame.regs.sub(1) };
            if *word & SEEN != 0
                && let Some(at) = spans.open.iter().rposition(|open| *open == frame.key)
            {
                (kept, found) = (at + 1, true);
                return;
            }
            *word |= SEEN;
            waits = Some(());
            fresh.push((frame.key, Place { cell: place.cell, ..Place::default() }));
        });
        let left = spans.open.len() - kept;
        spans.open.truncate(kept);
        fresh.reverse();
        spans.open.extend(fresh.iter().map(|(key, _)| *key));
        let entered = fresh.into_iter().map(|(_, call)| call).collect();
        Calls { stack, left: u32::try_from(left).unwrap_or(u32::MAX), entered }
    }
}
