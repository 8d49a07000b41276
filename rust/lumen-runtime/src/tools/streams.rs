//! Replies that are read piece by piece: those that a run has opened and not closed yet.
//!
//! A provider's [`ReplyBody`] and the policy of the call that opened it → a key; a call with the key → the next line or the
//! next bytes. The key is a secret of the run that nobody can guess: who holds it may read the reply, under the time that
//! the opening grant gives for each call, and nobody else may. Invariant: a body is dropped, and its connection closed, at
//! its end, at a failure and by `http.close`; what is open when the run ends is closed then.

use super::Around;
use super::failure::{FailureKind, ToolFailure};
use super::provider::ReplyBody;
use super::threads::{Abandoned, Threads};

use data_encoding::BASE64;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Most replies that are open at once.
const OPEN_MAX: usize = 64;
/// Where the call that opens a reply puts its key, and where the record of the program has it.
const KEY: &str = "key";

/// The call that opens a reply.
pub(super) const OPEN: &str = "http.open";

/// What is done with an open reply.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Step {
    Line,
    Bytes,
    Close,
}

impl Step {
    /// The step that a tool is.
    pub(super) fn of(tool: &str) -> Option<Self> {
        match tool {
            "http.next_line" => Some(Step::Line),
            "http.next_bytes" => Some(Step::Bytes),
            "http.close" => Some(Step::Close),
            _ => None,
        }
    }
}

/// The open replies of a run, by their keys.
#[derive(Default)]
pub(super) struct Streams {
    open: BTreeMap<String, Stream>,
    chance: RandomState,
    count: u64,
}

/// An open reply.
struct Stream {
    /// Nothing behind its end.
    body: Option<Arc<Mutex<Box<dyn ReplyBody>>>>,
    timeout: Duration,
    /// What came and was not asked for yet, from `from` on.
    buffer: Vec<u8>,
    from: usize,
    /// Up to there is no end of a line in the buffer.
    searched: usize,
}

impl Streams {
    /// Fails when no other reply may be opened.
    pub(super) fn check_room(&self) -> Result<(), ToolFailure> {
        if self.open.len() < OPEN_MAX {
            return Ok(());
        }
        let message = format!("{OPEN_MAX} replies are open");
        Err(ToolFailure::new(FailureKind::Unavailable, message)
            .with_note("a reply is closed at the end of a loop over it, and by `http_close`"))
    }

    /// Keeps a body, and puts its key into the reply.
    pub(super) fn add(&mut self, body: Box<dyn ReplyBody>, timeout: Duration, reply: &mut Value) {
        let half = |n: u64| self.chance.hash_one(n);
        let key = format!("{:016x}{:016x}", half(self.count), half(self.count + 1));
        self.count += 2;
        reply[KEY] = key.as_str().into();
        let body = Some(Arc::new(Mutex::new(body)));
        let stream = Stream { body, timeout, buffer: Vec::new(), from: 0, searched: 0 };
        self.open.insert(key, stream);
    }

    /// Does a step with the reply whose key stands in the arguments.
    pub(super) fn step(
        &mut self,
        step: Step,
        args: &Map<String, Value>,
        around: &mut Around<'_>,
        threads: &mut Threads,
    ) -> Result<Value, ToolFailure> {
        let key = args.get("reply").and_then(|reply| reply[KEY].as_str()).unwrap_or_default();
        if step == Step::Close {
            self.open.remove(key);
            return Ok(Value::Null);
        }
        let Some(stream) = self.open.get_mut(key) else {
            return Err(ToolFailure::new(FailureKind::NotOpen, "the reply is not open")
                .with_note("it was closed, it failed, or this run did not open it"));
        };
        let read = match step {
            Step::Line => stream.line(around, threads),
            _ => stream.bytes(around, threads),
        };
        if read.is_err() {
            self.open.remove(key);
        }
        read
    }
}

impl Stream {
    /// The next line without its end; null behind the last.
    fn line(
        &mut self,
        around: &mut Around<'_>,
        threads: &mut Threads,
    ) -> Result<Value, ToolFailure> {
        let end = self.end(around);
        loop {
            if let Some(at) = self.buffer[self.searched..].iter().position(|&byte| byte == b'\n') {
                let at = self.searched + at;
                return self.taken(at, at + 1);
            }
            self.searched = self.buffer.len();
            if !self.fill(end, around, threads)? {
                let all = self.buffer.len();
                return if self.from == all { Ok(Value::Null) } else { self.taken(all, all) };
            }
        }
    }

    /// The text up to a position, the next one beginning at another.
    fn taken(&mut self, to: usize, next: usize) -> Result<Value, ToolFailure> {
        let bytes = &self.buffer[self.from..to];
        let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let at = error.valid_up_to();
            ToolFailure::failed(format!(
                "a line of the reply is no UTF-8 text, from its byte {at} on"
            ))
            .with_note("`chunks()` and `http_next_bytes` give the bytes of a reply")
        });
        let text = Value::from(text?);
        (self.from, self.searched) = (next, next);
        Ok(text)
    }

    /// The next bytes in base64; null behind the last.
    fn bytes(
        &mut self,
        around: &mut Around<'_>,
        threads: &mut Threads,
    ) -> Result<Value, ToolFailure> {
        let end = self.end(around);
        while self.from == self.buffer.len() {
            if !self.fill(end, around, threads)? {
                return Ok(Value::Null);
            }
        }
        let text = BASE64.encode(&self.buffer[self.from..]);
        self.buffer.clear();
        (self.from, self.searched) = (0, 0);
        Ok(text.into())
    }

    /// When a step that begins now must be over.
    fn end(&self, around: &mut Around<'_>) -> i64 {
        let nanos = i64::try_from(self.timeout.as_nanos()).unwrap_or(i64::MAX);
        around.host.monotonic_nanos().saturating_add(nanos)
    }

    /// Waits for more; false when nothing follows.
    fn fill(
        &mut self,
        end: i64,
        around: &mut Around<'_>,
        threads: &mut Threads,
    ) -> Result<bool, ToolFailure> {
        let Some(body) = &self.body else { return Ok(false) };
        let left = end.saturating_sub(around.host.monotonic_nanos());
        let Some(left) = u64::try_from(left).ok().filter(|&left| left > 0) else {
            let message =
                format!("nothing new of the reply within {} ms", self.timeout.as_millis());
            return Err(ToolFailure::new(FailureKind::Timeout, message));
        };
        let left = Duration::from_nanos(left);
        let (abandoned, shared) = (Abandoned::default(), Arc::clone(body));
        let waits = shared.lock().unwrap_or_else(PoisonError::into_inner).waits();
        let told = abandoned.clone();
        let read = move || shared.lock().unwrap_or_else(PoisonError::into_inner).read(left, &told);
        let read = if waits { threads.run(around, left, &abandoned, read)? } else { read() };
        match read? {
            Some(bytes) => {
                self.buffer.drain(..self.from);
                self.searched -= self.from;
                self.from = 0;
                self.buffer.extend_from_slice(&bytes);
                Ok(true)
            }
            None => {
                self.body = None;
                Ok(false)
            }
        }
    }
}
