//! The tape of a run: records operations, tells them to a listener, replays them.

use super::event::{Answer, End, Event, Header, Operation, Place, Reported, Returned, Spent};
use super::line::{Chain, Trace};
use super::script::{Answers, Difference, Script, Strictness};
use super::spans::Calls;
use crate::failure::{Failure, Outcome};
use crate::host::Stop;
use lumen_base::System;
use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A tape, shared by the engine and the host of one run.
#[derive(Clone)]
pub struct SharedTape(Arc<Mutex<Tape>>);

impl SharedTape {
    /// Shares a tape.
    pub fn new(tape: Tape) -> Self {
        Self(Arc::new(Mutex::new(tape)))
    }

    /// The tape, until the guard is dropped.
    pub fn lock(&self) -> MutexGuard<'_, Tape> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for SharedTape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SharedTape")
    }
}

/// Hears of a run while it goes on. The program waits for it: it must return at once.
pub trait Listener: Send {
    /// An operation is complete; the program has not seen its result.
    fn operation(&mut self, op: &Operation);
    /// The run is over.
    fn end(&mut self, end: &End);
}

/// Where operations are written to, or come from.
pub struct Tape {
    system: Arc<dyn System>,
    began: u128,
    count: u64,
    out: Option<(Chain, Box<dyn Write + Send>)>,
    listener: Option<Box<dyn Listener>>,
    script: Option<Script>,
    open: Option<Open>,
    /// Why the run cannot go on: set once.
    broken: Option<Failure>,
    /// For the marks of secrets: it dies with the run, so nobody can try out guesses.
    mark_key: [u8; 32],
}

/// The operation that is being done.
struct Open {
    op: Operation,
    /// Its recorded form, when it is replayed, with the answers still to be given.
    recorded: Option<(Operation, Answers)>,
    began: u128,
}

impl Tape {
    /// A tape that writes what happens, header first.
    pub fn record(
        system: Arc<dyn System>,
        out: Box<dyn Write + Send>,
        header: Header,
    ) -> std::io::Result<Self> {
        let mut tape = Self::new(system);
        tape.out = Some((Chain::default(), out));
        tape.write(&Event::Run(header))?;
        Ok(tape)
    }

    /// A tape that only tells what happens.
    pub fn listened(system: Arc<dyn System>, listener: Box<dyn Listener>) -> Self {
        let mut tape = Self::new(system);
        tape.listen(listener);
        tape
    }

    /// Sets who hears of what happens.
    pub fn listen(&mut self, listener: Box<dyn Listener>) {
        self.listener = Some(listener);
    }

    /// A tape that gives the answers of an earlier run.
    pub fn replay(system: Arc<dyn System>, trace: Trace, strictness: Strictness) -> Self {
        let mut tape = Self::new(system);
        tape.script = Some(Script::new(trace, strictness));
        tape
    }

    fn new(system: Arc<dyn System>) -> Self {
        let began = system.monotonic_nanos();
        let mut mark_key = [0; 32];
        if system.random(&mut mark_key).is_err() {
            // Without chance there are no hashes: a key that can be guessed would tell the secrets.
            mark_key = [0; 32];
        }
        Self {
            system,
            began,
            count: 0,
            out: None,
            listener: None,
            script: None,
            open: None,
            broken: None,
            mark_key,
        }
    }

    /// Whether the outside is only what was recorded.
    pub fn is_replaying(&self) -> bool {
        self.script.is_some()
    }

    /// Whether what happens is written or told.
    pub fn is_recording(&self) -> bool {
        self.out.is_some() || self.listener.is_some()
    }

    /// The key of the marks of secrets; none where the system has no randomness.
    pub fn mark_key(&self) -> Option<&[u8; 32]> {
        (self.mark_key != [0; 32]).then_some(&self.mark_key)
    }

    /// How many operations there were.
    pub fn operations(&self) -> u64 {
        self.count
    }

    /// Whether everything that was recorded has happened.
    pub fn is_at_end(&self) -> bool {
        self.script.as_ref().is_some_and(Script::is_at_end)
    }

    fn write(&mut self, event: &Event) -> std::io::Result<()> {
        match &mut self.out {
            Some((chain, out)) => out.write_all(chain.line(event).as_bytes()),
            None => Ok(()),
        }
    }

    fn micros_since(&self, start: u128) -> u64 {
        let nanos = self.system.monotonic_nanos().saturating_sub(start);
        u64::try_from(nanos / 1000).unwrap_or(u64::MAX)
    }

    /// An operation begins. Fails when it is not the one that was recorded.
    pub fn begin(&mut self, name: &str, args: Vec<String>, calls: Calls) -> Outcome<()> {
        if let Some(broken) = &self.broken {
            return Err(broken.clone());
        }
        let op = Operation {
            seq: self.count + 1,
            name: name.to_owned(),
            args,
            answers: Vec::new(),
            returned: Returned::Value(String::new()),
            stack: calls.stack,
            left: calls.left,
            entered: calls.entered,
            at_us: self.micros_since(self.began),
            took_us: 0,
            spent: Spent::default(),
        };
        let is_output = op.is_output();
        let recorded = match self.script.as_mut().filter(|script| script.covers(is_output)) {
            None => None,
            Some(script) => match script.next(&op) {
                Ok(recorded) => {
                    let answers = Answers::of(&recorded);
                    Some((recorded, answers))
                }
                Err(difference) => return Err(self.diverge(&op, difference)),
            },
        };
        self.open = Some(Open { op, recorded, began: self.system.monotonic_nanos() });
        Ok(())
    }

    /// What the outside answers: `live` asks it, unless the answer was recorded.
    pub fn ask(&mut self, live: impl FnOnce() -> Answer) -> Answer {
        if self.script.is_none() {
            let answer = live();
            if let Some(open) = &mut self.open {
                open.op.answers.push(answer.clone());
            }
            return answer;
        }
        let recorded = self.open.as_mut().and_then(|open| {
            let answer = open.recorded.as_mut()?.1.next()?;
            open.op.answers.push(answer.clone());
            Some(answer)
        });
        recorded.unwrap_or_else(|| {
            let op = self.open.as_ref().map(|open| open.op.clone());
            if let Some(op) = op {
                let recorded = "fewer answers of the outside".to_owned();
                let now = format!("{} asks for more", op.call());
                self.diverge(&op, Difference { recorded, now, place: None });
            }
            Answer::Failed("the recording has no answer".to_owned())
        })
    }

    /// The next recorded stop at a safepoint: the position of the run, and what stopped.
    pub fn next_stop(&self) -> Option<(i64, Stop)> {
        self.script.as_ref()?.next_stop()
    }

    /// Notes what the operation took beside time.
    pub fn note_spent(&mut self, spent: Spent) {
        if let Some(open) = &mut self.open {
            open.op.spent = open.op.spent.and(spent);
        }
    }

    /// The operation is done. Fails when its result is not the recorded one, or it cannot be written.
    pub fn end(&mut self, returned: Returned) -> Outcome<()> {
        let Some(Open { mut op, recorded, began }) = self.open.take() else { return Ok(()) };
        if let Some(broken) = &self.broken {
            return Err(broken.clone());
        }
        if let (Some((recorded, answers)), Some(script)) = (&recorded, &mut self.script) {
            let mut compared = script.compare(recorded, &returned);
            if compared.is_ok() && !answers.is_empty() {
                let (recorded, now) = ("more answers of the outside".to_owned(), op.call());
                compared = Err(Difference { recorded, now, place: None });
            }
            if let Err(difference) = compared {
                return Err(self.diverge(&op, difference));
            }
        }
        op.returned = returned;
        op.took_us = self.micros_since(began);
        self.count += 1;
        if let Some(listener) = &mut self.listener {
            listener.operation(&op);
        }
        self.write(&Event::Op(op)).map_err(|error| {
            let broken = Failure::trace(format!("the trace cannot be written: {error}"));
            self.broken = Some(broken.clone());
            broken
        })
    }

    /// The run is over. Fails when the recorded one went on, or the end cannot be written.
    pub fn finish(&mut self, exit_code: i32, failed: Option<Reported>) -> Outcome<()> {
        if let (Some(script), None) = (&self.script, &self.broken) {
            script.finish(exit_code, failed.as_ref()).map_err(|difference| {
                let failure =
                    Failure::diverged(self.count + 1, &difference.recorded, &difference.now);
                failure.with_note(place_note(difference.place.as_ref()))
            })?;
        }
        let took_us = self.micros_since(self.began);
        let end = End { operations: self.count, exit_code, failed, took_us };
        if let Some(listener) = &mut self.listener {
            listener.end(&end);
        }
        self.write(&Event::End(end))
            .and_then(|()| self.out.as_mut().map_or(Ok(()), |(_, out)| out.flush()))
            .map_err(|error| Failure::trace(format!("the trace cannot be written: {error}")))
    }

    fn diverge(&mut self, op: &Operation, difference: Difference) -> Failure {
        let mut failure = Failure::diverged(op.seq, &difference.recorded, &difference.now);
        if difference.place.is_some() {
            failure = failure.with_note(place_note(difference.place.as_ref()));
        }
        self.broken.get_or_insert(failure).clone()
    }
}

fn place_note(place: Option<&Place>) -> String {
    match place {
        Some(place) => format!("the recorded one was in {place}"),
        None => "the recorded one has no place".to_owned(),
    }
}
