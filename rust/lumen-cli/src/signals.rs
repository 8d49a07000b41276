//! Ctrl-C and SIGTERM: they ask the run that goes on to stop; a second one, or one when nothing runs, ends the process at
//! once.
//!
//! The handler of the system only sets flags or ends the process; a thread that hears of each signal asks the run.

use lumen_runtime::host::Wake;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use signal_hook::iterator::Signals as Heard;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What a signal does.
pub(crate) struct Signals {
    /// Asks the run.
    wake: Wake,
    /// The next signal ends the process: nothing runs, or one came already.
    is_armed: Arc<AtomicBool>,
}

impl Signals {
    /// Installs the handlers; where that cannot be done, signals end the process always.
    pub(crate) fn install() -> Self {
        let signals = Self { wake: Wake::new(), is_armed: Arc::new(AtomicBool::new(true)) };
        drop(signals.register());
        signals
    }

    fn register(&self) -> std::io::Result<()> {
        let mut heard = Heard::new([SIGINT, SIGTERM])?;
        for signal in [SIGINT, SIGTERM] {
            // Handlers run in the order of their registration: the first signal arms, the second one ends.
            flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&self.is_armed))?;
            flag::register(signal, Arc::clone(&self.is_armed))?;
        }
        let wake = self.wake.clone();
        std::thread::Builder::new()
            .name("signals".to_owned())
            .spawn(move || heard.forever().for_each(|signal| wake.stop(128 + signal)))?;
        Ok(())
    }

    /// Who asks the run to stop.
    pub(crate) fn wake(&self) -> Wake {
        self.wake.clone()
    }

    /// Runs something that signals ask to stop.
    pub(crate) fn run<T>(&self, work: impl FnOnce() -> T) -> T {
        self.wake.reset();
        self.is_armed.store(false, Ordering::Relaxed);
        let done = work();
        self.is_armed.store(true, Ordering::Relaxed);
        done
    }
}
