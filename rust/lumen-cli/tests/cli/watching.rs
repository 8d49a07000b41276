//! `lumen watch` and `--watch`: real changes of real files, each waited for with a limit.

use crate::world::{Folder, command, exits, lumen, stderr};
use std::io::Read;
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a change may take to show: much more than it does, for machines that are busy.
const LIMIT: Duration = Duration::from_secs(60);

/// A watching command, and what it wrote so far.
struct Watching {
    child: Child,
    text: Arc<Mutex<String>>,
}

impl Watching {
    fn start(folder: &Path, args: &[&str]) -> Watching {
        let mut command = command(folder, args);
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.stdin(Stdio::null()).spawn().expect("lumen starts");
        let text = Arc::new(Mutex::new(String::new()));
        let out = child.stdout.take().expect("it is piped");
        let err = child.stderr.take().expect("it is piped");
        collect(out, Arc::clone(&text));
        collect(err, Arc::clone(&text));
        Watching { child, text }
    }

    fn text(&self) -> String {
        self.text.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until it has written `part` `times` times, and until the command waits again.
    #[track_caller]
    fn until(&self, part: &str, times: usize) {
        let start = Instant::now();
        loop {
            let text = self.text();
            if text.matches(part).count() >= times {
                return;
            }
            assert!(start.elapsed() < LIMIT, "no `{part}` {times} times in:\n{text}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Adds what comes from a stream to a text.
fn collect(mut stream: impl Read + Send + 'static, text: Arc<Mutex<String>>) {
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(n @ 1..) = stream.read(&mut buffer) {
            let part = String::from_utf8_lossy(&buffer[..n]);
            text.lock().unwrap_or_else(PoisonError::into_inner).push_str(&part);
        }
    });
}

#[test]
fn a_change_runs_the_program_again() {
    let files = [
        ("a.lm", "import b: f\nprint(\"got {f()} {args()}\")\n"),
        ("b.lm", "pub cell f() -> Int = 1\n"),
    ];
    let folder = Folder::new("watch", &files);
    let watching = Watching::start(&folder.0, &["watch", "a.lm", "--", "x", "--watch"]);
    watching.until("got 1 [\"x\", \"--watch\"]", 1);
    watching.until("waiting for changes of a.lm", 1);
    // What it imports.
    folder.write("b.lm", "pub cell f() -> Int = 2\n");
    watching.until("got 2", 1);
    watching.until("waiting for changes", 2);
    // The way many editors save.
    folder.write("a.lm.tmp", "import b: f\nprint(\"now {f()}\")\n");
    std::fs::rename(folder.0.join("a.lm.tmp"), folder.0.join("a.lm")).expect("it is renamed");
    watching.until("now 2", 1);
    watching.until("waiting for changes", 3);
    // Writing the same is no change; so is what has nothing to do with it.
    folder.write("a.lm", "import b: f\nprint(\"now {f()}\")\n");
    folder.write("c.lm", "print(3)\n");
    // A file that is gone, and comes back.
    std::fs::remove_file(folder.0.join("b.lm")).expect("it is removed");
    watching.until("E0304", 1);
    watching.until("waiting for changes", 4);
    folder.write("b.lm", "pub cell f() -> Int = 5\n");
    watching.until("now 5", 1);
    watching.until("waiting for changes", 5);
    std::fs::remove_file(folder.0.join("a.lm")).expect("it is removed");
    watching.until("there is no file a.lm", 1);
    folder.write("a.lm", "print(\"back\")\n");
    watching.until("back", 1);
    assert_eq!(watching.text().matches("now 2").count(), 1, "{}", watching.text());
}

#[test]
fn a_program_that_runs_is_ended() {
    let folder = Folder::new("watch-long", &[("a.lm", "print(\"first\")\nsleep(600000)\n")]);
    let watching = Watching::start(&folder.0, &["watch", "a.lm"]);
    watching.until("first", 1);
    folder.write("a.lm", "print(\"second\")\n");
    watching.until("second", 1);
}

#[test]
fn documents_are_checked_and_tested_again() {
    let folder =
        Folder::new("watch-check", &[("in/a.lm", "@test\ncell t()\n  assert_eq(1, 2)\nend\n")]);
    let checking = Watching::start(&folder.0, &["check", "--watch", "in/a.lm"]);
    let testing = Watching::start(&folder.0, &["test", "--watch", "in"]);
    checking.until("waiting for changes of in/a.lm", 1);
    testing.until("1 failed", 1);
    testing.until("waiting for changes", 1);
    folder.write("in/a.lm", "@test\ncell t()\n  assert_eq(2, two)\nend\n");
    checking.until("E0301", 1);
    testing.until("E0301", 1);
    testing.until("waiting for changes", 2);
    folder.write("in/a.lm", "@test\ncell t()\n  assert_eq(2, 2)\nend\n");
    testing.until("1 passed, 0 failed", 1);
    testing.until("waiting for changes", 3);
    // A document that is new.
    folder.write("in/below/b.lm", "@test\ncell t()\n  assert_eq(2, 2)\nend\n");
    testing.until("2 passed, 0 failed", 1);
}

#[test]
fn what_cannot_be_watched_is_told() {
    for args in
        [&["watch", "no/such.lm"][..], &["watch", "-"], &["check", "--watch", "-"], &["watch"]]
    {
        let output = lumen(args, "");
        exits(2, &output);
        assert!(!stderr(&output).is_empty());
    }
}

#[cfg(unix)]
#[test]
fn interrupting_ends_both() {
    use std::os::unix::process::ExitStatusExt;
    let folder = Folder::new("watch-interrupt", &[("a.lm", "print(\"first\")\nsleep(600000)\n")]);
    let mut watching = Watching::start(&folder.0, &["watch", "a.lm"]);
    watching.until("first", 1);
    // As the terminal does for Ctrl-C: to the whole group.
    let group = format!("-{}", watching.child.id());
    let sent = std::process::Command::new("kill").args(["-INT", "--", &group]).status();
    assert!(sent.expect("kill runs").success());
    let status = watching.child.wait().expect("it ends");
    assert_eq!(status.signal(), Some(2));
    // The child had the same streams: they end when it has ended too.
    let is_alive = || {
        let mut ask = std::process::Command::new("kill");
        ask.args(["-0", "--", &group]).stderr(Stdio::null());
        ask.status().expect("kill runs").success()
    };
    let start = Instant::now();
    while is_alive() {
        assert!(start.elapsed() < LIMIT, "the child goes on");
        std::thread::sleep(Duration::from_millis(20));
    }
}
