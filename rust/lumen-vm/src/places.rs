//! Where a task stands: the calls that led to the running instruction, for traces.
//!
//! Input → output: the frames of the task → [`Place`]s, innermost first. Nothing is changed; a frame below a `defer` that
//! runs in the course of a failure is not shown.

#![expect(unsafe_code, reason = "walks frames through raw pointers")]

use crate::frame::RECORD_SLOTS;
use crate::interp::state::{Vm, W};
use crate::link::{Address, Pc};
use crate::run::Run;
use crate::trace::{TraceBuilder, TraceEntry};
use lumen_runtime::trace::Place;

/// Frames that are looked at: a recursion deeper than this is cut off.
const FRAMES_MAX: usize = 64;

impl Vm {
    /// The calls that led to the instruction before `ip`.
    pub(crate) fn places(&self) -> Vec<Place> {
        let mut trace = TraceBuilder::default();
        // SAFETY: `ip` is behind the running instruction.
        if let Address::Code(pc) = self.program.locate(unsafe { self.ip.sub(1) }) {
            trace.push(pc);
        }
        let (mut regs, mut run) = (self.regs, self.run);
        for _ in 0..FRAMES_MAX {
            // SAFETY: every frame has its record in the two slots before it, and its caller lies below as the call word
            // says; a linked run is live.
            unsafe {
                let (back, call) = (*regs.sub(2) as *const u64, W(*regs.sub(1)));
                let caller = regs.sub(usize::from(call.b()) + RECORD_SLOTS);
                match self.program.locate(back) {
                    Address::Code(pc) => {
                        trace.push(before_call(pc, call));
                        regs = caller;
                    }
                    // The marker frame of an attempt: its caller is behind it.
                    Address::TryReturn => regs = caller,
                    Address::RunReturn if !run.is_null() => {
                        let (consumer, back, outer): (_, _, *mut Run) =
                            ((*run).regs, (*run).back, (*run).outer);
                        if let Address::Code(pc) = self.program.locate(back) {
                            trace.push(Pc { word: pc.word.saturating_sub(1), ..pc });
                        }
                        (regs, run) = (consumer, outer);
                    }
                    _ => break,
                }
            }
        }
        trace.finish(&self.program).entries.into_iter().filter_map(place).collect()
    }
}

/// The call that returns to `back`.
fn before_call(back: Pc, call: W) -> Pc {
    let words = lumen_lir::Op::from_u16(call.op()).map_or(1, lumen_lir::Op::words);
    Pc { word: back.word.saturating_sub(words as u32), ..back }
}

fn place(entry: TraceEntry) -> Option<Place> {
    match entry {
        TraceEntry::Frame(frame) => Some(Place {
            cell: frame.cell,
            path: frame.path,
            line: frame.line,
            column: frame.column,
        }),
        TraceEntry::Repeated(_) | TraceEntry::Omitted(_) => None,
    }
}
