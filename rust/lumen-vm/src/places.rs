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
pub(crate) const FRAMES_MAX: usize = 64;

/// A frame of the task.
pub(crate) struct Standing {
    /// The instruction that it is at.
    pub(crate) pc: Pc,
    /// Its registers.
    pub(crate) regs: *mut u64,
    /// What tells it from every other frame on the stack: its segment, and its place in there.
    pub(crate) key: [usize; 2],
    /// Whether it waits for a call, and is not the innermost one.
    pub(crate) is_caller: bool,
}

impl Vm {
    /// The calls that led to the instruction before `ip`.
    pub(crate) fn places(&self) -> Vec<Place> {
        let mut trace = TraceBuilder::default();
        // SAFETY: `ip` is behind the running instruction.
        let ip = unsafe { self.ip.sub(1) };
        self.standing(ip, FRAMES_MAX, &mut |frame| trace.push(frame.pc));
        trace.finish(&self.program).entries.into_iter().filter_map(place).collect()
    }

    /// What tells frames apart while they are on the stack.
    pub(crate) fn frame_key(&self, run: *mut Run, regs: *mut u64) -> [usize; 2] {
        // SAFETY: a run on the way from the innermost one is live; frames stand in the slots of their segment.
        unsafe {
            let slots = if run.is_null() { self.stack.start() } else { (*run).slots };
            [run as usize, regs.offset_from(slots) as usize]
        }
    }

    /// Gives each frame, innermost first, which is at `ip`; at most so many.
    pub(crate) fn standing(&self, ip: *const u64, most: usize, visit: &mut dyn FnMut(Standing)) {
        let (mut regs, mut run) = (self.regs, self.run);
        if let Address::Code(pc) = self.program.locate(ip) {
            visit(Standing { pc, regs, key: self.frame_key(run, regs), is_caller: false });
        }
        for _ in 0..most {
            // SAFETY: every frame has its record in the two slots before it, and its caller lies below as the call word
            // says; a linked run is live.
            unsafe {
                let (mut back, mut call) = (*regs.sub(2) as *const u64, W(*regs.sub(1)));
                let mut caller = regs.sub(usize::from(call.b()) + RECORD_SLOTS);
                match self.program.locate(back) {
                    Address::Code(_) => {}
                    // A marker frame, whose caller is behind it.
                    Address::TryReturn | Address::ClauseReturn | Address::TailReturn => {
                        regs = caller;
                        continue;
                    }
                    Address::RunReturn | Address::HandleReturn if !run.is_null() => {
                        let at: *mut Run = run;
                        // The consumer of a stream is at an instruction of one word.
                        let word = if (*at).row.is_null() { W(0) } else { W((*at).word) };
                        (caller, back, call, run) = ((*at).regs, (*at).back, word, (*at).outer);
                    }
                    _ => break,
                }
                if let Address::Code(pc) = self.program.locate(back) {
                    let key = self.frame_key(run, caller);
                    visit(Standing {
                        pc: before_call(pc, call),
                        regs: caller,
                        key,
                        is_caller: true,
                    });
                }
                regs = caller;
            }
        }
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
