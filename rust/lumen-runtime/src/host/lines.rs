//! Lines of the standard input, read by a thread of their own: who waits for one can be stopped.
//!
//! A request for a line → the line, at once when it is in the buffer, or when the thread has read it. A line that nobody waited for until it came is
//! the next one that somebody asks for. Invariant: the thread reads one line for each request, so that what follows is
//! there for another reader.

use super::Wake;
use lumen_base::System;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

/// A line with its end, nothing at the end of the input, or why it cannot be read.
type Line = std::io::Result<Option<String>>;

/// The thread that reads, from the first request on.
#[derive(Default)]
pub(super) struct Lines {
    thread: Option<Sender<Wake>>,
    read: Arc<Mutex<Option<Line>>>,
    is_asked: bool,
}

impl Lines {
    /// The next line; nothing when it is not there yet, and whoever waits is woken when it comes.
    pub(super) fn poll(&mut self, system: &Arc<dyn System>, wake: &Wake) -> Option<Line> {
        let line = self.read.lock().unwrap_or_else(PoisonError::into_inner).take();
        if line.is_some() {
            self.is_asked = false;
            return line;
        }
        if !self.is_asked {
            if system.has_stdin_line() {
                return Some(system.stdin_line());
            }
            let thread = self.thread.get_or_insert_with(|| start(system, &self.read));
            if thread.send(wake.clone()).is_err() {
                self.thread = None;
                return Some(Err(std::io::Error::other("the thread that reads has ended")));
            }
            self.is_asked = true;
        }
        None
    }

    /// The next line, however long it takes.
    pub(super) fn wait(&mut self, system: &Arc<dyn System>) -> Line {
        if !self.is_asked {
            return system.stdin_line();
        }
        // The request before was made with another wake: the time between two looks is all that is lost.
        let (wake, pause) = (Wake::new(), std::time::Duration::from_millis(20));
        loop {
            if let Some(line) = self.poll(system, &wake) {
                return line;
            }
            let mut left = Some(pause);
            wake.wait(|| left.take().or(Some(std::time::Duration::ZERO)), || false);
        }
    }
}

fn start(system: &Arc<dyn System>, read: &Arc<Mutex<Option<Line>>>) -> Sender<Wake> {
    let (thread, requests) = channel::<Wake>();
    let (system, read) = (Arc::clone(system), Arc::clone(read));
    let reader = std::thread::Builder::new().name("input".to_owned());
    let started = reader.spawn(move || {
        for wake in requests {
            let line = system.stdin_line();
            *read.lock().unwrap_or_else(PoisonError::into_inner) = Some(line);
            wake.notify();
        }
    });
    // Without a thread the requests have no receiver, which `poll` reports.
    drop(started);
    thread
}
