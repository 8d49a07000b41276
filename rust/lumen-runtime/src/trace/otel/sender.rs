//! The way of spans to the collector: a bounded queue, and a thread that sends batches of it.
//!
//! Who puts a span in never waits for the network: the lock is held only to move spans. A collector that does not answer, answers
//! slowly or refuses costs spans, which are counted, and at the end of the run at most [`FLUSH`].

use super::settings::{Batches, Settings};
use super::spans::{Span, TraceId};
use super::wire;
use lumen_base::System;
use std::collections::VecDeque;
use std::io::Read;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use ureq::Agent;
use ureq::http::{Request, StatusCode};

/// How long the end of a run waits for what is queued.
pub const FLUSH: Duration = Duration::from_millis(400);
/// Most bytes that are queued.
const QUEUE_BYTES_MAX: usize = 16 << 20;
/// How often a request is made that the collector may take later.
const TRIES: u32 = 4;
/// The wait before the second try; it doubles.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// Most bytes of an answer that are read.
const ANSWER_BYTES_MAX: u64 = 64 << 10;

/// The queue, shared by the program and the thread that sends.
pub(super) struct Sender {
    state: Mutex<State>,
    changed: Condvar,
    batches: Batches,
    system: Arc<dyn System>,
}

#[derive(Default)]
struct State {
    spans: VecDeque<Span>,
    bytes: usize,
    made: u64,
    sent: u64,
    why: Option<String>,
    /// When to give up, on the clock of the system; set when nothing more comes.
    end: Option<u128>,
    is_done: bool,
}

/// What did not arrive.
pub(super) struct Lost {
    pub(super) unsent: u64,
    pub(super) made: u64,
    /// The last thing that went wrong.
    pub(super) why: Option<String>,
}

/// Why a request did not succeed.
struct Refused {
    why: String,
    is_transient: bool,
}

impl Sender {
    /// A queue with its thread.
    pub(super) fn start(
        system: Arc<dyn System>,
        settings: Settings,
        trace: TraceId,
    ) -> std::io::Result<Arc<Self>> {
        let batches = settings.batches;
        let state = Mutex::default();
        let sender = Arc::new(Self { state, changed: Condvar::new(), batches, system });
        let line = Line::to(settings, trace);
        let shared = Arc::clone(&sender);
        std::thread::Builder::new().name("otel".to_owned()).spawn(move || shared.work(&line))?;
        Ok(sender)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a span in, or drops it when there is no room.
    pub(super) fn push(&self, span: Span) {
        let mut state = self.lock();
        state.made += 1;
        let bytes = span.bytes();
        if state.spans.len() >= self.batches.queue || state.bytes + bytes > QUEUE_BYTES_MAX {
            state.why.get_or_insert_with(|| "it does not take them fast enough".to_owned());
            return;
        }
        state.bytes += bytes;
        state.spans.push_back(span);
        // The first one starts the clock of its batch.
        if matches!(state.spans.len(), n if n == 1 || n == self.batches.batch) {
            self.changed.notify_all();
        }
    }

    /// Nothing more comes: waits until everything is sent, but not long. Says what was lost.
    pub(super) fn finish(&self) -> Option<Lost> {
        let mut state = self.lock();
        state.end = Some(self.system.monotonic_nanos() + FLUSH.as_nanos());
        self.changed.notify_all();
        while !state.is_done {
            let Some(left) = self.left(&state) else { break };
            state = self.wait(state, left);
        }
        let unsent = state.made - state.sent;
        let why = match state.is_done {
            true => state.why.take(),
            false => Some("no answer when the run was over".to_owned()),
        };
        (unsent > 0).then_some(Lost { unsent, made: state.made, why })
    }

    fn wait<'s>(&self, state: MutexGuard<'s, State>, time: Duration) -> MutexGuard<'s, State> {
        self.changed.wait_timeout(state, time).unwrap_or_else(PoisonError::into_inner).0
    }

    /// How long there is until the end; nothing when it has come.
    fn left(&self, state: &State) -> Option<Duration> {
        let nanos = state.end?.checked_sub(self.system.monotonic_nanos())?;
        u64::try_from(nanos).ok().filter(|&nanos| nanos > 0).map(Duration::from_nanos)
    }

    /// The thread.
    fn work(&self, line: &Line) {
        while let Some(batch) = self.batch() {
            let count = batch.len() as u64;
            let outcome = self.deliver(line, &batch);
            let mut state = self.lock();
            match outcome {
                Ok(rejected) => {
                    state.sent += count.saturating_sub(rejected);
                    if rejected > 0 {
                        state.why = Some("it rejected them".to_owned());
                    }
                }
                Err(refused) => state.why = Some(refused.why),
            }
        }
        self.lock().is_done = true;
        self.changed.notify_all();
    }

    /// The next batch, when it is full, old enough, or the last one; nothing when there will be none.
    fn batch(&self) -> Option<Vec<Span>> {
        let mut state = self.lock();
        let mut first: Option<u128> = None;
        loop {
            let is_full = state.spans.len() >= self.batches.batch;
            if state.end.is_some() {
                let is_late = self.left(&state).is_none();
                if is_late || state.spans.is_empty() {
                    return None;
                }
                break;
            }
            let now = self.system.monotonic_nanos();
            let age = now - *first.get_or_insert(now);
            let delay = self.batches.delay.as_nanos();
            if is_full || (age >= delay && !state.spans.is_empty()) {
                break;
            }
            if state.spans.is_empty() {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                first = None;
            } else {
                let left = u64::try_from(delay - age).unwrap_or(u64::MAX);
                state = self.wait(state, Duration::from_nanos(left));
            }
        }
        let count = state.spans.len().min(self.batches.batch);
        let batch: Vec<Span> = state.spans.drain(..count).collect();
        state.bytes -= batch.iter().map(Span::bytes).sum::<usize>();
        Some(batch)
    }

    /// Sends a batch, several times where that may help; gives how many spans were rejected.
    fn deliver(&self, line: &Line, batch: &[Span]) -> Result<u64, Refused> {
        let body = wire::request(&line.settings.resource, line.trace, batch);
        let (mut wait, mut is_last) = (FIRST_WAIT, false);
        for turn in 1.. {
            let timeout = match self.lock() {
                state if state.end.is_some() => self.left(&state).unwrap_or_default(),
                _ => line.settings.timeout,
            };
            let refused = match line.send(&body, timeout) {
                Ok(rejected) => return Ok(rejected),
                Err(refused) => refused,
            };
            if !refused.is_transient || is_last || turn == TRIES {
                return Err(refused);
            }
            is_last = !self.rests(wait);
            wait *= 2;
        }
        Ok(0)
    }

    /// Waits before the next try. Not when the run is over: that one is the last.
    fn rests(&self, time: Duration) -> bool {
        let until = self.system.monotonic_nanos() + time.as_nanos();
        let mut state = self.lock();
        while state.end.is_none() {
            let Some(left) = until.checked_sub(self.system.monotonic_nanos()) else { return true };
            state = self.wait(state, Duration::from_nanos(u64::try_from(left).unwrap_or(0)));
        }
        false
    }
}

/// The connection to the collector.
struct Line {
    agent: Agent,
    settings: Settings,
    trace: TraceId,
}

impl Line {
    fn to(settings: Settings, trace: TraceId) -> Self {
        let mut config =
            Agent::config_builder().proxy(None).max_redirects(0).http_status_as_error(false);
        if let Some(tls) = &settings.tls {
            config = config.tls_config(tls.clone());
        }
        Self { agent: Agent::new_with_config(config.build()), settings, trace }
    }

    /// Makes one request; gives how many spans were rejected.
    fn send(&self, body: &[u8], timeout: Duration) -> Result<u64, Refused> {
        let failed = |why: String| Refused { why, is_transient: true };
        let mut request = Request::builder().method("POST").uri(self.settings.endpoint.as_str());
        if let Some(headers) = request.headers_mut() {
            headers.extend(self.settings.headers.iter().cloned());
        }
        let request = request
            .header("content-type", "application/x-protobuf")
            .header("user-agent", concat!("OTel-OTLP-Exporter-Lumen/", env!("CARGO_PKG_VERSION")))
            .body(body)
            .map_err(|error| failed(error.to_string()))?;
        let request = self.agent.configure_request(request).timeout_global(Some(timeout)).build();
        let (parts, answer) =
            self.agent.run(request).map_err(|error| failed(error.to_string()))?.into_parts();
        if !parts.status.is_success() {
            return Err(Refused {
                why: format!("it answered {}", parts.status),
                is_transient: may_pass(parts.status),
            });
        }
        let mut bytes = Vec::new();
        let read = answer.into_reader().take(ANSWER_BYTES_MAX).read_to_end(&mut bytes);
        // The collector has them: what else it says is lost with the rest of its answer.
        Ok(read.map_or(0, |_| wire::rejected(&bytes)))
    }
}

/// The statuses after which OTLP asks for another try.
fn may_pass(status: StatusCode) -> bool {
    matches!(status.as_u16(), 429 | 502 | 503 | 504)
}
