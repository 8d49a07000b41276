//! What may stop a run or a part of it before its end: somebody outside, and the deadlines of `timeout`s.
//!
//! Input: the [`Wake`] of the run, the deadlines that are open, and how far out they reach from where the run stands
//! ([`Reach`]: a `defer` that runs is not stopped from outside of it). Output: at a safepoint or in a wait, what is to stop
//! now ([`Stops::due`]), and until when a wait may last ([`Stops::bound`]).
//!
//! Invariant: each cause is delivered once, and once more when what it let run has used up its time to clean up.

use super::Wake;
use serde::{Deserialize, Serialize};

/// Nanoseconds that the `defer`s of what was stopped may take.
const CLEANUP_NANOS: i64 = 5_000_000_000;

/// Why something is stopped.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Cause {
    /// The run is to end with this exit status.
    Exit(i32),
    /// The time of a `timeout` is over: its number, counted from the outermost.
    Late(u32),
}

/// A stop on its way to what it stops.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stop {
    /// Why.
    pub cause: Cause,
    /// The time to clean up is over: no `defer` runs any more.
    pub is_final: bool,
}

/// What may stop the running code: the run as a whole, or only the innermost deadlines, inside of a `defer`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Reach {
    /// Everything.
    #[default]
    All,
    /// So many of the innermost deadlines.
    Inner(usize),
}

/// How far the delivery of a cause has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Stage {
    /// Not yet due, or nobody looked.
    #[default]
    Waiting,
    /// It was delivered, or is held back by a `defer`, with its time to clean up until then.
    Cleaning { until: i64, is_delivered: bool },
    /// Nothing follows.
    Over,
}

impl Stage {
    /// The next step at a time: whether something is delivered now, and whether that is final.
    fn step(&mut self, now: i64, due_at: i64, is_open: bool) -> Option<bool> {
        match *self {
            Stage::Waiting => {
                *self = Stage::Cleaning {
                    until: due_at.saturating_add(CLEANUP_NANOS),
                    is_delivered: is_open,
                };
                is_open.then_some(false)
            }
            Stage::Cleaning { is_delivered: false, .. } if is_open => {
                let until = now.saturating_add(CLEANUP_NANOS);
                *self = Stage::Cleaning { until, is_delivered: true };
                Some(false)
            }
            Stage::Cleaning { until, .. } if now >= until => {
                *self = Stage::Over;
                Some(true)
            }
            _ => None,
        }
    }

    /// When there is something to do after it was due.
    fn next(self) -> Option<i64> {
        match self {
            Stage::Cleaning { until, .. } => Some(until),
            Stage::Waiting | Stage::Over => None,
        }
    }
}

/// A `timeout` that runs.
#[derive(Clone, Copy, Debug)]
struct Deadline {
    at: i64,
    stage: Stage,
}

/// Everything that may stop a run.
#[derive(Debug, Default)]
pub struct Stops {
    wake: Option<Wake>,
    exit: Stage,
    deadlines: Vec<Deadline>,
    reach: Reach,
}

impl Stops {
    /// Lets somebody stop the run.
    pub fn listen(&mut self, wake: Wake) {
        self.wake = Some(wake);
        self.exit = Stage::Waiting;
    }

    /// Forgets what was delivered and which deadlines were open: another program begins.
    pub fn restart(&mut self) {
        (self.exit, self.reach) = (Stage::Waiting, Reach::All);
        self.deadlines.clear();
    }

    /// Who may stop the run.
    pub fn wake(&self) -> Option<&Wake> {
        self.wake.as_ref()
    }

    /// Whether anything may stop the run.
    pub fn is_stoppable(&self) -> bool {
        self.wake.is_some() || !self.deadlines.is_empty()
    }

    /// Whether somebody has asked the run to stop, and was not heard yet.
    pub fn is_asked(&self) -> bool {
        self.exit == Stage::Waiting && self.wake.as_ref().is_some_and(|w| w.stopped().is_some())
    }

    /// Sets what may stop the code that runs.
    pub fn set_reach(&mut self, reach: Reach) {
        self.reach = reach;
    }

    /// A `timeout` begins.
    pub fn push(&mut self, at: i64) {
        self.deadlines.push(Deadline { at, stage: Stage::Waiting });
    }

    /// The innermost `timeout` has ended; its number.
    pub fn pop(&mut self) -> Option<u32> {
        self.deadlines.pop()?;
        u32::try_from(self.deadlines.len()).ok()
    }

    /// How many `timeout`s run.
    pub fn open(&self) -> usize {
        self.deadlines.len()
    }

    fn is_open(&self, at: usize) -> bool {
        match self.reach {
            Reach::All => true,
            Reach::Inner(count) => at + count >= self.deadlines.len(),
        }
    }

    /// What stops the code that runs now, the outermost cause first.
    pub fn due(&mut self, now: i64) -> Option<Stop> {
        if let Some(status) = self.wake.as_ref().and_then(Wake::stopped) {
            let is_open = self.reach == Reach::All;
            if let Some(is_final) = self.exit.step(now, now, is_open) {
                return Some(Stop { cause: Cause::Exit(status), is_final });
            }
        }
        for at in 0..self.deadlines.len() {
            let is_open = self.is_open(at);
            let deadline = &mut self.deadlines[at];
            if now >= deadline.at
                && let Some(is_final) = deadline.stage.step(now, deadline.at, is_open)
            {
                let number = u32::try_from(at).unwrap_or(u32::MAX);
                return Some(Stop { cause: Cause::Late(number), is_final });
            }
        }
        None
    }

    /// When a wait is to end even though what it waits for has not come.
    pub fn bound(&self) -> Option<i64> {
        let deadlines = self.deadlines.iter().enumerate().filter_map(|(at, deadline)| {
            match deadline.stage {
                // Held back, it is heard at once when the `defer` has ended, and ends it when the time to clean up is over.
                Stage::Waiting if !self.is_open(at) => {
                    Some(deadline.at.saturating_add(CLEANUP_NANOS))
                }
                Stage::Waiting => Some(deadline.at),
                stage => stage.next(),
            }
        });
        deadlines.chain(self.exit.next()).min()
    }
}
