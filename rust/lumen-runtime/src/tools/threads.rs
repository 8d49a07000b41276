//! Calls of providers that wait for others, each in a thread of its own: the run goes on when it is stopped, or when the
//! call takes too long.
//!
//! Input: the work of a call → its result, or why it is not waited for any more. A call that was given up is told so
//! ([`Abandoned`]), gets a moment to end what it has begun, and is then left behind with its thread; threads are kept for
//! the next call otherwise. Invariant: there are never more than [`THREADS_MAX`].

use super::Around;
use super::failure::{FailureKind, ToolFailure};
use crate::host::Wake;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Most threads at once: those of calls that were left behind, and one.
const THREADS_MAX: usize = 64;
/// How long a provider may need beyond the time of a call, in nanoseconds.
const GRACE_NANOS: i64 = 1_000_000_000;
/// How long a call that was given up may need to end what it has begun.
const ENDING: Duration = Duration::from_millis(500);

type Job = Box<dyn FnOnce() + Send>;
type Callback = Box<dyn FnOnce() + Send>;

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether nobody waits for a call any more.
#[derive(Clone, Default)]
pub struct Abandoned(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    is_set: bool,
    callbacks: Vec<Callback>,
}

impl std::fmt::Debug for Abandoned {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Abandoned").field(&self.is_set()).finish()
    }
}

impl Abandoned {
    /// Whether it is so.
    pub fn is_set(&self) -> bool {
        locked(&self.0).is_set
    }

    /// Calls a function when it becomes so, in another thread; or now.
    pub fn when_set(&self, callback: impl FnOnce() + Send + 'static) {
        let mut state = locked(&self.0);
        if !state.is_set {
            state.callbacks.push(Box::new(callback));
            return;
        }
        drop(state);
        callback();
    }

    fn set(&self) {
        let mut state = locked(&self.0);
        state.is_set = true;
        let callbacks = std::mem::take(&mut state.callbacks);
        drop(state);
        callbacks.into_iter().for_each(|callback| callback());
    }
}

/// The threads of a run.
#[derive(Default)]
pub(super) struct Threads {
    /// The thread that waits for work.
    idle: Option<Sender<Job>>,
    /// Held by each thread that lives.
    alive: Arc<()>,
}

impl Threads {
    /// Does work in a thread, for so long at most.
    pub(super) fn run<R: Send + 'static>(
        &mut self,
        around: &mut Around<'_>,
        timeout: Duration,
        abandoned: &Abandoned,
        work: impl FnOnce() -> R + Send + 'static,
    ) -> Result<R, ToolFailure> {
        let wake = around.stops.wake().cloned().unwrap_or_default();
        let slot: Arc<Mutex<Option<R>>> = Arc::default();
        let (filled, waker) = (Arc::clone(&slot), wake.clone());
        let thread = self.start(Box::new(move || {
            let done = work();
            *locked(&filled) = Some(done);
            waker.notify();
        }))?;
        let found = wait(around, timeout, &wake, &slot);
        match found {
            Ok(done) => {
                self.idle = Some(thread);
                Ok(done)
            }
            Err(failure) => {
                abandoned.set();
                let mut left = Some(ENDING);
                wake.wait(|| left.take().or(Some(Duration::ZERO)), || locked(&slot).is_some());
                if locked(&slot).is_some() {
                    self.idle = Some(thread);
                }
                Err(failure)
            }
        }
    }

    /// Gives work to a thread.
    fn start(&mut self, job: Job) -> Result<Sender<Job>, ToolFailure> {
        let lost = |_| ToolFailure::failed("the thread of a call has ended");
        if let Some(thread) = self.idle.take() {
            thread.send(job).map_err(lost)?;
            return Ok(thread);
        }
        if Arc::strong_count(&self.alive) > THREADS_MAX {
            let message = format!("{THREADS_MAX} calls that were given up have not ended yet");
            return Err(ToolFailure::new(FailureKind::Unavailable, message));
        }
        let (thread, jobs) = channel::<Job>();
        let alive = Arc::clone(&self.alive);
        let started = std::thread::Builder::new().name("call".to_owned()).spawn(move || {
            jobs.into_iter().for_each(|job| job());
            drop(alive);
        });
        started.map_err(|error| ToolFailure::failed(format!("no thread for a call: {error}")))?;
        thread.send(job).map_err(lost)?;
        Ok(thread)
    }
}

/// Waits for what a thread does.
fn wait<R>(
    around: &mut Around<'_>,
    timeout: Duration,
    wake: &Wake,
    slot: &Mutex<Option<R>>,
) -> Result<R, ToolFailure> {
    let limit = i64::try_from(timeout.as_nanos()).unwrap_or(i64::MAX);
    let mut now = around.host.monotonic_nanos();
    let end = now.saturating_add(limit).saturating_add(GRACE_NANOS);
    loop {
        if let Some(done) = locked(slot).take() {
            return Ok(done);
        }
        if let Some(stop) = around.stops.due(now) {
            return Err(ToolFailure::stopped(stop));
        }
        if now >= end {
            let message = format!("no reply within {} ms", timeout.as_millis());
            return Err(ToolFailure::new(FailureKind::Timeout, message));
        }
        let until = around.stops.bound().map_or(end, |bound| bound.min(end));
        let (host, stops) = (&mut *around.host, &*around.stops);
        let left = || {
            let nanos = until.saturating_sub(host.monotonic_nanos());
            Some(Duration::from_nanos(u64::try_from(nanos).unwrap_or(0)))
        };
        wake.wait(left, || locked(slot).is_some() || stops.is_asked());
        now = around.host.monotonic_nanos();
    }
}
