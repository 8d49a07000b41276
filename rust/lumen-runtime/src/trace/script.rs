//! The operations of an earlier run, to be met again in the same order.

use super::event::{Answer, End, Operation, Place, Reported, Returned};
use super::line::Trace;
use super::marks::Marks;
use crate::host::Stop;
use std::collections::VecDeque;

/// How much of a run must be as it was.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Strictness {
    /// Everything: the same program gives the same operations and results.
    Exact,
    /// What is asked of the outside; the program may have changed, and what it prints is its own.
    Answers,
}

/// Operations still to come.
#[derive(Debug)]
pub(super) struct Script {
    ahead: VecDeque<Operation>,
    end: Option<End>,
    strictness: Strictness,
    marks: Marks,
}

/// The two sides of a difference.
pub(super) struct Difference {
    pub(super) recorded: String,
    pub(super) now: String,
    /// Where the recorded run did it.
    pub(super) place: Option<Place>,
}

impl Script {
    pub(super) fn new(trace: Trace, strictness: Strictness) -> Self {
        let mut ahead = VecDeque::from(trace.operations);
        if strictness == Strictness::Answers {
            ahead.retain(|op| !op.is_output());
        }
        Self { ahead, end: trace.end, strictness, marks: Marks::default() }
    }

    /// Whether an operation of this name is looked up.
    pub(super) fn covers(&self, is_output: bool) -> bool {
        self.strictness == Strictness::Exact || !is_output
    }

    /// The recorded operation that this one repeats.
    pub(super) fn next(&mut self, now: &Operation) -> Result<Operation, Difference> {
        match self.ahead.pop_front() {
            Some(op) if op.name == now.name && self.marks.same_all(&op.args, &now.args) => Ok(op),
            Some(op) => {
                let place = op.stack.first().cloned();
                Err(Difference { recorded: op.call(), now: now.call(), place })
            }
            None => {
                let recorded = "the end of the recording".to_owned();
                Err(Difference { recorded, now: now.call(), place: None })
            }
        }
    }

    /// Compares what the program got.
    pub(super) fn compare(
        &mut self,
        recorded: &Operation,
        now: &Returned,
    ) -> Result<(), Difference> {
        let is_same = match (&recorded.returned, now) {
            (Returned::Value(recorded), Returned::Value(now)) => self.marks.same(recorded, now),
            (recorded, now) => recorded == now,
        };
        if self.strictness == Strictness::Answers || is_same {
            return Ok(());
        }
        let place = recorded.stack.first().cloned();
        let call = recorded.call();
        Err(Difference {
            recorded: format!("{call} = {}", recorded.returned),
            now: format!("{call} = {now}"),
            place,
        })
    }

    /// The next stop at a safepoint that was recorded.
    pub(super) fn next_stop(&self) -> Option<(i64, Stop)> {
        self.ahead.iter().find_map(|op| match (op.is_stop(), op.args.as_slice(), &op.answers[..]) {
            (true, [position], [Answer::Stopped(stop)]) => Some((position.parse().ok()?, *stop)),
            _ => None,
        })
    }

    /// Whether no recorded operation is left.
    pub(super) fn is_at_end(&self) -> bool {
        self.ahead.is_empty()
    }

    /// Compares how the run ended.
    pub(super) fn finish(
        &self,
        exit_code: i32,
        failed: Option<&Reported>,
    ) -> Result<(), Difference> {
        let now = ending(exit_code, failed);
        if let Some(op) = self.ahead.front() {
            return Err(Difference { recorded: op.call(), now, place: op.stack.first().cloned() });
        }
        match &self.end {
            Some(end) if self.strictness == Strictness::Exact => {
                let recorded = ending(end.exit_code, end.failed.as_ref());
                if recorded == now {
                    Ok(())
                } else {
                    Err(Difference { recorded, now, place: None })
                }
            }
            _ => Ok(()),
        }
    }
}

fn ending(exit_code: i32, failed: Option<&Reported>) -> String {
    match failed {
        Some(Reported { code, message }) if code != "exit" => {
            format!("the run ends with {code}: {message}")
        }
        _ => format!("the run ends with exit code {exit_code}"),
    }
}

/// The answers of a recorded operation that are still to be given.
#[derive(Debug, Default)]
pub(super) struct Answers(VecDeque<Answer>);

impl Answers {
    pub(super) fn of(op: &Operation) -> Self {
        Self(op.answers.iter().cloned().collect())
    }

    pub(super) fn next(&mut self) -> Option<Answer> {
        self.0.pop_front()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
