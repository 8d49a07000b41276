//! What a resumption captured, frame by frame: what each holds, and how all of it is given back at once.
//!
//! Input: the words of a resumption whose segments are not linked. Output: a visit of its parts, from the performer
//! outwards. What a frame holds that waits at a call follows from the address of its next instruction; it is asked of the
//! ownership analysis once, and then stands in a table with an entry for each word of the code.
//!
//! Invariant: a visit changes nothing before all parts were seen once without a refusal.

#![expect(unsafe_code, reason = "walks frames through raw pointers")]

use crate::handler::{Captured, Waiting};
use crate::interp::state::{Vm, W};
use crate::link::{Address, Pc};
use crate::run::Run;
use lumen_lir::{Op, Reg, Repr};
use lumen_runtime::failure::Failure;
use lumen_runtime::value::object::Ptr;
use std::sync::Arc;

/// What a frame that waits at a call holds.
#[derive(Clone)]
pub(crate) enum Holds {
    /// Counted values, and nothing else.
    Values(Arc<[(Reg, Repr)]>),
    /// A `defer` that is active.
    Defer,
    /// A run of a stream.
    Stream,
}

/// What frames hold, by the address of their next instruction.
#[derive(Default)]
pub(crate) struct FrameTable {
    /// For each word of the code one more than an index into `known`, or 0.
    index: Vec<u32>,
    known: Vec<Holds>,
    /// Segments that are being copied, with their copies; kept for its memory.
    pub(crate) segments: Vec<(*mut Run, *mut Run)>,
}

/// A part of what was captured.
pub(crate) enum Part {
    /// A frame that waits at a call; which entry of the table says what it holds.
    Frame(*mut u64, usize),
    /// The marker frame of a clause, with a closure of its own.
    Clause(*mut u64),
    /// The marker frame of a tail clause, with the handler that its performer sees.
    Tail(*mut u64),
    /// The bottom of a segment.
    End,
}

impl Vm {
    /// Visits what was captured, with the segment of each part.
    ///
    /// # Safety
    /// The chain is unlinked and whole; the visitor may free a segment at its end.
    pub(crate) unsafe fn visit_captured(
        &mut self,
        captured: &Captured,
        mut visit: impl FnMut(&mut Vm, *mut Run, Part),
    ) -> Result<(), Failure> {
        // SAFETY: as the caller promises; every frame has its record in the two slots before it.
        unsafe {
            let mut run = captured.top;
            let mut at = Waiting { regs: captured.regs, back: captured.ip, word: captured.word };
            loop {
                let word = self.program.word_index(at.back);
                let part = match self.frames.index.get(word) {
                    Some(&known) if known > 0 => Part::Frame(at.regs, known as usize - 1),
                    _ => match self.program.locate(at.back) {
                        Address::Code(pc) => {
                            Part::Frame(at.regs, self.new_holds(word, pc, at.word))
                        }
                        Address::TryReturn => {
                            at = caller(at.regs);
                            continue;
                        }
                        Address::ClauseReturn => Part::Clause(at.regs),
                        Address::TailReturn => Part::Tail(at.regs),
                        Address::HandleReturn => Part::End,
                        Address::RunReturn => return Err(Failure::not_copied("a run of a stream")),
                        Address::DeferReturn | Address::Halt => {
                            return Err(Failure::not_copied("a `defer`"));
                        }
                    },
                };
                if let Part::Frame(_, holds) = part {
                    match self.frames.known[holds] {
                        Holds::Values(_) => {}
                        Holds::Defer => return Err(Failure::not_copied("a `defer`")),
                        Holds::Stream => return Err(Failure::not_copied("a run of a stream")),
                    }
                }
                let segment = run;
                let is_end = matches!(part, Part::End);
                if is_end {
                    at = Waiting { regs: (*run).regs, back: (*run).back, word: W((*run).word) };
                    run = (*run).outer;
                } else {
                    at = caller(at.regs);
                }
                visit(self, segment, part);
                if is_end && segment == captured.bottom {
                    return Ok(());
                }
            }
        }
    }

    /// What a frame holds by its entry in the table.
    pub(crate) fn values_of(&self, holds: usize) -> &[(Reg, Repr)] {
        match &self.frames.known[holds] {
            Holds::Values(values) => values,
            Holds::Defer | Holds::Stream => &[],
        }
    }

    /// Finds out what a frame holds whose next instruction is at `next`.
    #[cold]
    fn new_holds(&mut self, word: usize, next: Pc, call: W) -> usize {
        let words = Op::from_u16(call.op()).map_or(1, Op::words);
        let pc = Pc { cell: next.cell, word: next.word - words as u32 };
        let scopes = &self.program.module().cells[pc.cell as usize].defers;
        let holds = if scopes.iter().any(|scope| (scope.start..scope.end).contains(&pc.word)) {
            Holds::Defer
        } else {
            let owned = self.owned(pc, true);
            if owned.iter().any(|(_, repr)| self.is_run(*repr)) {
                Holds::Stream
            } else {
                Holds::Values(owned)
            }
        };
        let table = &mut self.frames;
        if table.index.len() <= word {
            table.index.resize(word + 1, 0);
        }
        table.known.push(holds);
        table.index[word] = table.known.len() as u32;
        table.known.len() - 1
    }

    /// Gives back what a resumption captured that nobody holds, when that needs no code of the program; false, and nothing
    /// has changed, when it does.
    ///
    /// # Safety
    /// `k` is an orphan that the caller gives away on success.
    pub(crate) unsafe fn drop_captured(&mut self, k: Ptr) -> bool {
        // SAFETY: as the caller promises; the words that frames hold are theirs, and go with them.
        unsafe {
            let captured = Captured::of(k);
            if self.visit_captured(&captured, |_, _, _| {}).is_err() {
                return false;
            }
            let all = self.visit_captured(&captured, |vm, run, part| match part {
                Part::Frame(regs, holds) => {
                    for at in 0..vm.values_of(holds).len() {
                        let (reg, repr) = vm.values_of(holds)[at];
                        vm.drop_word(repr, *regs.add(usize::from(reg)));
                    }
                }
                Part::Clause(regs) => vm.heap().drop_ref(*regs),
                Part::Tail(_) => {}
                Part::End => {
                    let row = (*run).row;
                    vm.free_handler(run, (*row).n_clauses + usize::from((*row).has_return));
                }
            });
            debug_assert!(all.is_ok(), "the parts were seen before");
            *lumen_runtime::value::object::field(k, 0) = 0;
            self.heap().drop_ptr(k);
            true
        }
    }
}

/// The frame below one.
unsafe fn caller(regs: *mut u64) -> Waiting {
    // SAFETY: every frame has its record in the two slots before it.
    unsafe {
        let word = W(*regs.sub(1));
        let back = *regs.sub(2) as *const u64;
        Waiting { regs: regs.sub(usize::from(word.b()) + 2), back, word }
    }
}
