//! Something happened in a folder: the file system's own events, or regular looks where the system has none to give.
//!
//! What happened is not passed on: events differ between systems and get lost, contents do not.

use notify::{Config, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

/// How often is looked where the system tells nothing.
const LOOK: Duration = Duration::from_millis(500);

/// Whether something happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Event {
    Changed,
    Nothing,
}

/// The events of some folders.
pub(super) struct Events {
    watcher: Box<dyn Watcher>,
    /// Looks instead of being told: the system's events are used up, or do not exist here.
    is_polling: bool,
    sender: mpsc::Sender<()>,
    receiver: Receiver<()>,
    folders: BTreeSet<PathBuf>,
}

impl Events {
    pub(super) fn new() -> notify::Result<Events> {
        let (sender, receiver) = mpsc::channel();
        let folders = BTreeSet::new();
        let told = RecommendedWatcher::new(teller(&sender), Config::default());
        let (watcher, is_polling): (Box<dyn Watcher>, bool) = match told {
            Ok(watcher) => (Box::new(watcher), false),
            Err(_) => (Box::new(polling(&sender)?), true),
        };
        Ok(Events { watcher, is_polling, sender, receiver, folders })
    }

    /// Listens to these folders, and to no others.
    pub(super) fn listen(&mut self, folders: &BTreeSet<PathBuf>) {
        for folder in self.folders.difference(folders) {
            // It may be gone.
            drop(self.watcher.unwatch(folder));
        }
        // Those that were listened to too: a folder that was made anew under its name is another one.
        let failed = folders.iter().any(|folder| {
            self.watcher.watch(folder, RecursiveMode::NonRecursive).is_err() && folder.is_dir()
        });
        self.folders.clone_from(folders);
        if failed && !self.is_polling {
            self.look_instead();
        }
    }

    /// The system gives no more events: looks from now on.
    fn look_instead(&mut self) {
        let Ok(watcher) = polling(&self.sender) else { return };
        self.watcher = Box::new(watcher);
        self.is_polling = true;
        for folder in &self.folders {
            drop(self.watcher.watch(folder, RecursiveMode::NonRecursive));
        }
    }

    /// Waits for an event for a while.
    pub(super) fn wait(&self, time: Duration) -> Event {
        match self.receiver.recv_timeout(time) {
            Ok(()) => Event::Changed,
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => Event::Nothing,
        }
    }

    /// Waits for an event. Even without one it ends after some time, for folders that cannot be listened to.
    pub(super) fn next(&self) -> Event {
        let _ = self.receiver.recv_timeout(LOOK * 2);
        Event::Changed
    }
}

/// What is called for each event: reading is none.
fn teller(sender: &mpsc::Sender<()>) -> impl FnMut(notify::Result<notify::Event>) + Send + 'static {
    let sender = sender.clone();
    move |event| {
        if !event.is_ok_and(|event| event.kind.is_access()) {
            // Nobody listens any more when the process ends.
            let _ = sender.send(());
        }
    }
}

fn polling(sender: &mpsc::Sender<()>) -> notify::Result<PollWatcher> {
    let config = Config::default().with_poll_interval(LOOK).with_compare_contents(true);
    PollWatcher::new(teller(sender), config)
}
