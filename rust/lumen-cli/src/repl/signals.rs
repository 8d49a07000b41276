//! Ctrl-C: while an entry runs it interrupts the entry; otherwise it ends the process, unless the line editor takes it.

use signal_hook::consts::SIGINT;
use signal_hook::flag;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The status of a process that Ctrl-C ended, as shells have it.
const STATUS: i32 = 130;

/// What the handler of the signal sets and reads.
pub(super) struct Signals {
    /// Set by the signal.
    raised: Arc<AtomicBool>,
    /// Nothing runs: the signal ends the process.
    is_idle: Arc<AtomicBool>,
}

impl Signals {
    /// Installs the handler; without it Ctrl-C ends the process always.
    pub(super) fn install() -> Self {
        let signals = Self {
            raised: Arc::new(AtomicBool::new(false)),
            is_idle: Arc::new(AtomicBool::new(true)),
        };
        let installed =
            flag::register_conditional_shutdown(SIGINT, STATUS, Arc::clone(&signals.is_idle));
        if installed.is_ok() {
            drop(flag::register(SIGINT, Arc::clone(&signals.raised)));
        }
        signals
    }

    /// Runs something that the flag interrupts.
    pub(super) fn run<T>(&self, work: impl FnOnce(&Arc<AtomicBool>) -> T) -> T {
        self.raised.store(false, Ordering::Relaxed);
        self.is_idle.store(false, Ordering::Relaxed);
        let done = work(&self.raised);
        self.is_idle.store(true, Ordering::Relaxed);
        done
    }
}
