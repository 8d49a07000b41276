//! What wakes a run that waits: a request from outside to stop, or the completion of a call in another thread.
//!
//! Input: [`Wake::stop`] by whoever may stop the run (a signal's thread, an embedding program), [`Wake::notify`] by threads
//! that have something ready. Output: [`Wake::wait`] returns. Invariant: a stop stays until [`Wake::reset`], and a
//! notification between looking and waiting is not lost.

use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Longest wait without a look at the clock.
const SLICE: Duration = Duration::from_secs(3600);

/// A handle to a run, for every thread.
#[derive(Clone, Debug, Default)]
pub struct Wake(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    /// The exit status that the run is to end with; 0 when nobody asked.
    status: AtomicI32,
    /// Counts notifications.
    count: Mutex<u64>,
    changed: Condvar,
}

impl Wake {
    /// A handle that nobody has used.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks the run to end with this exit status, which is not 0; the first one counts.
    pub fn stop(&self, status: i32) {
        let first = self.0.status.compare_exchange(0, status, Ordering::Relaxed, Ordering::Relaxed);
        if first.is_ok() {
            self.notify();
        }
    }

    /// The exit status that was asked for.
    pub fn stopped(&self) -> Option<i32> {
        match self.0.status.load(Ordering::Relaxed) {
            0 => None,
            status => Some(status),
        }
    }

    /// Forgets that a stop was asked for.
    pub fn reset(&self) {
        self.0.status.store(0, Ordering::Relaxed);
    }

    /// Wakes whoever waits.
    pub fn notify(&self) {
        *self.0.count.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.0.changed.notify_all();
    }

    /// Waits until `ready`, which is asked after each notification, or until no time is `left`.
    pub fn wait(
        &self,
        mut left: impl FnMut() -> Option<Duration>,
        mut ready: impl FnMut() -> bool,
    ) {
        loop {
            let seen = *self.0.count.lock().unwrap_or_else(PoisonError::into_inner);
            if ready() {
                return;
            }
            let time = left().unwrap_or(SLICE).min(SLICE);
            if time.is_zero() {
                return;
            }
            let count = self.0.count.lock().unwrap_or_else(PoisonError::into_inner);
            if *count == seen {
                drop(self.0.changed.wait_timeout(count, time));
            }
        }
    }
}
