//! The outside as the builtins see it: one trait, one place for output and its limit.
//!
//! Everything that is not a function of its arguments (output, input, clock, randomness) passes
//! through [`Host`]; recording and replaying replace it and nothing else.

mod lines;
mod memory;
mod stops;
mod system;
mod wake;

pub use memory::MemoryHost;
pub use stops::{Cause, Reach, Stop, Stops};
pub use system::SystemHost;
pub use wake::Wake;

use crate::failure::{Failure, Outcome};
use crate::tools::{Around, FailureKind, Sealed, ToolFailure, Tools};
use crate::trace::{Answer, SharedTape, TapedHost};
use lumen_base::diag::codes::Code;
use lumen_lir::{Effect, Grant, ToolCall};
use serde_json::{Map, Value};
use std::time::Duration;

/// The door to the outside.
pub trait Host: Send {
    /// Writes to the standard output.
    fn write_out(&mut self, bytes: &[u8]) -> Result<(), String>;
    /// Writes to the standard error.
    fn write_err(&mut self, bytes: &[u8]) -> Result<(), String>;
    /// Takes a value that the program emitted, as JSON text.
    fn emit(&mut self, json: &str) -> Result<(), String>;
    /// The arguments of the program.
    fn args(&mut self) -> Result<Vec<String>, String>;
    /// The next line of the standard input without its end, or `None` at the end.
    fn read_line(&mut self) -> Result<Option<String>, String>;
    /// The same without waiting: nothing when the line is not there yet, and `wake` is notified when it comes.
    fn poll_line(&mut self, _wake: &Wake) -> Option<Result<Option<String>, String>> {
        Some(self.read_line())
    }
    /// Nanoseconds since 1970.
    fn now_nanos(&mut self) -> Result<i64, String>;
    /// Waits so many nanoseconds, or until the program is asked to stop.
    fn wait(&mut self, nanos: u64, wake: Option<&Wake>) -> Result<(), String>;
    /// 64 random bits.
    fn random(&mut self) -> Result<u64, String>;
    /// Nanoseconds since some fixed point, for deadlines: the program does not see it.
    fn monotonic_nanos(&mut self) -> i64 {
        self.now_nanos().unwrap_or(0)
    }
    /// Asks somebody whether a call may leave; nobody says no.
    fn approve(&mut self, _question: &str) -> Result<bool, String> {
        Ok(false)
    }
    /// What listens to a test; there is none outside of tests.
    fn probe(&mut self) -> Option<&mut dyn Probe> {
        None
    }
}

/// What listens to a program under test.
pub trait Probe: Send {
    /// Compares a value's text with the one that was accepted under this name.
    fn snapshot(&mut self, name: &str, text: &str) -> Outcome<()>;
    /// Counts that a place of the program was reached; programs compiled for coverage tell.
    fn cover(&mut self, point: u32);
}

/// Bytes that are collected before they are written.
const BUFFER: usize = 32 << 10;

/// The host with buffered, limited output.
pub struct Outside {
    host: Box<dyn Host>,
    buffer: Vec<u8>,
    written: u64,
    limit: u64,
    tape: Option<SharedTape>,
    tools: Tools,
    stops: Stops,
}

impl std::fmt::Debug for Outside {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outside").field("written", &self.written).finish_non_exhaustive()
    }
}

impl Outside {
    /// A host with a limit on the bytes written (standard output and error together).
    pub fn new(host: Box<dyn Host>, limit: u64) -> Self {
        Self {
            host,
            buffer: Vec::new(),
            written: 0,
            limit,
            tape: None,
            tools: Tools::new(),
            stops: Stops::default(),
        }
    }

    /// The same, with every observable operation on a tape.
    pub fn on_tape(host: Box<dyn Host>, limit: u64, tape: SharedTape) -> Self {
        let host = Box::new(TapedHost::new(host, tape.clone()));
        Self { tape: Some(tape), ..Self::new(host, limit) }
    }

    /// The tape of the run, when it has one.
    pub fn tape(&self) -> Option<&SharedTape> {
        self.tape.as_ref()
    }

    /// Sets what answers calls of tools.
    pub fn set_tools(&mut self, tools: Tools) {
        self.tools = tools;
    }

    /// Calls a tool, after what was printed is written. The answer of a replayed run comes from its recording.
    pub fn dispatch(
        &mut self,
        grants: &[Grant],
        call: &ToolCall,
        args: &Map<String, Value>,
        schema: &Value,
        sealed: &Sealed,
    ) -> Outcome<Result<Value, ToolFailure>> {
        self.flush()?;
        if self.tape.as_ref().is_none_or(|tape| !tape.lock().is_replaying()) {
            let around = &mut Around { host: self.host.as_mut(), stops: &mut self.stops };
            let replied = self.tools.dispatch(around, grants, call, args, schema, sealed);
            let replied = sealed.scrub_outcome(replied);
            let stop = match &replied {
                Err(ToolFailure { kind: FailureKind::Stopped(stop), .. }) => Some(*stop),
                _ => None,
            };
            if let Some(tape) = &self.tape {
                let mut tape = tape.lock();
                let answer = match &replied {
                    _ if let Some(stop) = stop => Answer::Stopped(stop),
                    Ok(reply) => Answer::Reply(sealed.recorded(tape.mark_key(), reply)),
                    Err(failure) => Answer::NoReply(failure.clone()),
                };
                tape.ask(|| answer);
                tape.note_spent(self.tools.take_spent());
            }
            return stop.map_or(Ok(replied), |stop| Err(Failure::Stopped(stop)));
        }
        let Some(tape) = self.tape.clone() else { return Ok(Ok(Value::Null)) };
        let mut answer = tape.lock().ask(|| Answer::Done);
        while let Answer::Approved(_) = answer {
            answer = tape.lock().ask(|| Answer::Done);
        }
        match answer {
            Answer::Reply(reply) => Ok(Ok(reply)),
            Answer::NoReply(failure) => Ok(Err(failure)),
            Answer::Stopped(stop) => Err(Failure::Stopped(stop)),
            _ => Err(Failure::host("the recording answers another question")),
        }
    }

    /// Fails when an effect that needs no grant is denied.
    pub fn permit(&self, effect: Effect) -> Outcome<()> {
        let Some(source) = self.tools.denies_effect(effect.name()) else { return Ok(()) };
        Err(Failure::new(Code::R1042, format!("{source} denies `{}`", effect.name())))
    }

    fn account(&mut self, bytes: usize) -> Outcome<()> {
        self.written += bytes as u64;
        if self.written > self.limit {
            return Err(Failure::output_limit(self.limit));
        }
        Ok(())
    }

    /// Writes to the standard output, some time before the next [`Outside::flush`].
    pub fn print(&mut self, text: &str) -> Outcome<()> {
        self.account(text.len())?;
        self.buffer.extend_from_slice(text.as_bytes());
        if self.buffer.len() >= BUFFER { self.flush() } else { Ok(()) }
    }

    /// Writes to the standard error, after what was printed before.
    pub fn debug(&mut self, text: &str) -> Outcome<()> {
        self.account(text.len())?;
        self.flush()?;
        self.host.write_err(text.as_bytes()).map_err(Failure::host)
    }

    /// Writes what was printed.
    pub fn flush(&mut self) -> Outcome<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let written = self.host.write_out(&self.buffer).map_err(Failure::host);
        self.buffer.clear();
        written
    }

    /// The host, after what was printed is written: for everything that waits.
    pub fn host(&mut self) -> Outcome<&mut dyn Host> {
        self.flush()?;
        Ok(self.host.as_mut())
    }

    /// What may stop the run.
    pub fn stops(&mut self) -> &mut Stops {
        &mut self.stops
    }

    /// What stops the code that runs now; nothing does in a replay, where stops come from the recording.
    pub fn due(&mut self) -> Option<Stop> {
        if !self.stops.is_stoppable() || self.is_replaying() {
            return None;
        }
        self.stops.due(self.host.monotonic_nanos())
    }

    /// Whether the outside is only what was recorded.
    pub fn is_replaying(&self) -> bool {
        self.tape.as_ref().is_some_and(|tape| tape.lock().is_replaying())
    }

    /// Nanoseconds since some fixed point.
    pub fn monotonic_nanos(&mut self) -> i64 {
        self.host.monotonic_nanos()
    }

    /// Waits, after what was printed is written; less when something stops the code that runs.
    pub fn sleep_ms(&mut self, milliseconds: u64) -> Outcome<()> {
        self.flush()?;
        let Some(tape) = self.tape.clone() else {
            return pause(self.host.as_mut(), &mut self.stops, milliseconds)
                .map_err(Pause::failure);
        };
        let (host, stops) = (self.host.as_mut(), &mut self.stops);
        let answer = tape.lock().ask(|| match pause(host, stops, milliseconds) {
            Ok(()) => Answer::Done,
            Err(Pause::Stopped(stop)) => Answer::Stopped(stop),
            Err(Pause::Failed(message)) => Answer::Failed(message),
        });
        match answer {
            Answer::Done => Ok(()),
            Answer::Stopped(stop) => Err(Failure::Stopped(stop)),
            Answer::Failed(message) => Err(Failure::host(message)),
            _ => Err(Failure::host("the recording answers another question")),
        }
    }

    /// The next line of the input, after what was printed is written; none when something stops the code that waits.
    pub fn read_line(&mut self) -> Outcome<Option<String>> {
        self.flush()?;
        let Some(tape) = self.tape.clone() else {
            return await_line(self.host.as_mut(), &mut self.stops).map_err(Pause::failure);
        };
        let (host, stops) = (self.host.as_mut(), &mut self.stops);
        let answer = tape.lock().ask(|| match await_line(host, stops) {
            Ok(line) => Answer::Line(line),
            Err(Pause::Stopped(stop)) => Answer::Stopped(stop),
            Err(Pause::Failed(message)) => Answer::Failed(message),
        });
        match answer {
            Answer::Line(line) => Ok(line),
            Answer::Stopped(stop) => Err(Failure::Stopped(stop)),
            Answer::Failed(message) => Err(Failure::host(message)),
            _ => Err(Failure::host("the recording answers another question")),
        }
    }

    /// 64 random bits.
    pub fn random(&mut self) -> Outcome<u64> {
        self.host.random().map_err(Failure::host)
    }

    /// A random number below `bound`, each equally likely.
    pub fn random_below(&mut self, bound: u64) -> Outcome<u64> {
        // Values below this are dropped, so that the rest divides evenly (Lemire).
        let reject = bound.wrapping_neg() % bound;
        loop {
            let wide = u128::from(self.random()?) * u128::from(bound);
            if wide as u64 >= reject {
                return Ok((wide >> 64) as u64);
            }
        }
    }

    /// Nanoseconds since 1970.
    pub fn now_nanos(&mut self) -> Outcome<i64> {
        self.host.now_nanos().map_err(Failure::host)
    }

    /// Counts that a place of the program was reached.
    pub fn cover(&mut self, point: u32) {
        if let Some(probe) = self.host.probe() {
            probe.cover(point);
        }
    }

    /// Compares a value's text with the one that was accepted under this name.
    pub fn snapshot(&mut self, name: &str, text: &str) -> Outcome<()> {
        match self.host.probe() {
            Some(probe) => probe.snapshot(name, text),
            None => Err(Failure::no_snapshots()),
        }
    }
}

/// Why a wait ended early.
pub enum Pause {
    /// Something stops the code that waits.
    Stopped(Stop),
    /// The host cannot wait.
    Failed(String),
}

impl Pause {
    fn failure(self) -> Failure {
        match self {
            Pause::Stopped(stop) => Failure::Stopped(stop),
            Pause::Failed(message) => Failure::host(message),
        }
    }
}

/// Waits so long, unless something stops the code that runs.
pub fn pause(host: &mut dyn Host, stops: &mut Stops, milliseconds: u64) -> Result<(), Pause> {
    let nanos = i64::try_from(milliseconds).unwrap_or(i64::MAX).saturating_mul(1_000_000);
    let mut now = host.monotonic_nanos();
    let end = now.saturating_add(nanos);
    loop {
        if let Some(stop) = stops.due(now) {
            return Err(Pause::Stopped(stop));
        }
        if now >= end {
            return Ok(());
        }
        let until = stops.bound().map_or(end, |bound| bound.min(end));
        let left = u64::try_from(until.saturating_sub(now)).unwrap_or(0);
        let wake = stops.wake().filter(|wake| wake.stopped().is_none());
        host.wait(left, wake).map_err(Pause::Failed)?;
        now = host.monotonic_nanos();
    }
}

/// Waits for a line of the input, unless something stops the code that runs.
fn await_line(host: &mut dyn Host, stops: &mut Stops) -> Result<Option<String>, Pause> {
    let wake = stops.wake().cloned().unwrap_or_default();
    loop {
        let mut line = host.poll_line(&wake);
        if line.is_none() {
            let now = host.monotonic_nanos();
            if let Some(stop) = stops.due(now) {
                return Err(Pause::Stopped(stop));
            }
            let left = stops.bound().map(|bound| {
                Duration::from_nanos(u64::try_from(bound.saturating_sub(now)).unwrap_or(0))
            });
            // Once: what a wait found is looked at before the next one.
            let mut left = Some(left);
            let left = || left.take().unwrap_or(Some(Duration::ZERO));
            wake.wait(left, || {
                line = host.poll_line(&wake);
                line.is_some() || stops.is_asked()
            });
        }
        if let Some(line) = line {
            return line.map_err(Pause::Failed);
        }
    }
}

/// A generator of random bits from a seed: xoshiro256++.
#[derive(Clone, Debug)]
pub struct Random([u64; 4]);

impl Random {
    /// The generator of a seed.
    pub fn seeded(seed: u64) -> Self {
        let mut state = seed;
        Self(std::array::from_fn(|_| {
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = state;
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            z ^ (z >> 31)
        }))
    }

    /// The next 64 bits.
    pub fn next_bits(&mut self) -> u64 {
        let s = &mut self.0;
        let result = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
        let t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(45);
        result
    }
}
