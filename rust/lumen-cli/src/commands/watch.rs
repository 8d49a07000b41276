//! `lumen watch`, `lumen check --watch`, `lumen test --watch`: a command again whenever its documents change.
//!
//! The command runs as a child of this process with the same streams; a change ends it and starts it anew. What is
//! followed are the documents and every path that their imports ask for, there or not. Events of the file system only
//! say that it is time to look: a run begins when the content of something followed differs, so that editors that save
//! by renaming, touch files or write twice cause one run each, and a file that is gone is followed until it is back.
//!
//! Ctrl-C goes to the child and to this process, which both end by it; nothing of the terminal was changed.

mod events;
mod followed;

use crate::args::Watch;
use crate::output::{complain, err};
use crate::{EXIT_FAILURE, EXIT_USAGE};
use events::{Event, Events};
use followed::Followed;
use lumen_base::OsSystem;
use std::ffi::OsString;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::Duration;

/// How often a running child is asked whether it has ended.
const POLL: Duration = Duration::from_millis(40);
/// Changes that come closer together than this are one.
const QUIET: Duration = Duration::from_millis(60);
/// Most rounds that a burst of changes is waited for.
const QUIET_ROUNDS: usize = 25;

/// Runs a document whenever it changes.
pub(super) fn watch(args: Watch) -> u8 {
    let mut command: Vec<OsString> = vec!["run".into(), args.file.clone().into_os_string()];
    if !args.args.is_empty() {
        command.push("--".into());
        command.extend(args.args.into_iter().map(OsString::from));
    }
    follow(&[args.file], &command)
}

/// Does what this process was asked for, without `--watch`, whenever one of the files changes.
pub(super) fn again(files: &[PathBuf]) -> u8 {
    let command: Vec<OsString> =
        OsSystem.arguments().into_iter().filter(|arg| arg != "--watch").collect();
    follow(files, &command)
}

fn follow(files: &[PathBuf], command: &[OsString]) -> u8 {
    if files.iter().any(|file| file == Path::new("-")) {
        complain("standard input cannot be watched: name a file");
        return EXIT_USAGE;
    }
    if let Some(file) = files.iter().find(|file| !followed::exists(file)) {
        complain(format_args!("cannot watch {}: there is no such file", file.display()));
        return EXIT_USAGE;
    }
    let mut events = match Events::new() {
        Ok(events) => events,
        Err(error) => {
            complain(format_args!("cannot watch files: {error}"));
            return EXIT_FAILURE;
        }
    };
    let mut first = true;
    loop {
        // Looked at before the run, so that a change during it counts.
        let followed = Followed::of(files);
        events.listen(&followed.folders());
        announce(first, &followed);
        first = false;
        match OsSystem.start_self(command) {
            Ok(child) => until_change(child, &events, &followed, files),
            Err(error) => {
                complain(format_args!("cannot start: {error}"));
                return EXIT_FAILURE;
            }
        }
    }
}

/// Waits for a change; the child has ended then.
fn until_change(mut child: Child, events: &Events, followed: &Followed, files: &[PathBuf]) {
    let mut is_running = true;
    loop {
        let event = if is_running { events.wait(POLL) } else { events.next() };
        if event == Event::Changed {
            settle(events);
            if followed.is_changed(files) {
                break;
            }
        }
        if is_running && !matches!(child.try_wait(), Ok(None)) {
            is_running = false;
            note(&format!("waiting for changes of {}", followed.text()));
        }
    }
    if is_running {
        drop(child.kill());
        drop(child.wait());
    }
}

/// Waits until nothing happens for a while.
fn settle(events: &Events) {
    for _ in 0..QUIET_ROUNDS {
        if events.wait(QUIET) == Event::Nothing {
            return;
        }
    }
}

/// Begins a run: a terminal is cleared (what was there can be scrolled to), elsewhere a line says it.
fn announce(first: bool, followed: &Followed) {
    if std::io::stdout().is_terminal() && std::io::stderr().is_terminal() {
        err("\x1b[2J\x1b[H");
    } else if !first {
        note(&format!("changed: {}", followed.text()));
    }
}

fn note(text: &str) {
    err(&format!("lumen: {text}\n"));
}
