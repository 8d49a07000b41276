//! Programs that try to reach what they were not granted: each is refused, under every engine.
//!
//! A case is a program and what must become of it. Around it is a folder with a secret file, links of all kinds that lead
//! to it, and a secret variable of the environment; whatever the program does, the secret is never printed, the file stays
//! as it is, and nothing appears outside of `data`.

#![cfg(unix)]
#![expect(clippy::disallowed_methods, reason = "a test starts the command and makes files for it")]

#[path = "../cli/world.rs"]
#[expect(dead_code, reason = "shared with the tests of the command")]
mod world;

mod dispatch;
mod files;
mod modules;
mod programs;
mod requests;
mod sealed;
mod server;
mod settings;
mod streams;

use std::os::unix::fs::symlink;
use std::path::Path;
use world::{Folder, command, stderr, stdout};

/// What no program may print.
const SECRET: &str = "CANARY-7f3a";
/// The engines, with the flags that make each run everything.
const ENGINES: [&[&str]; 3] = [
    &["--engine", "interp"],
    &["--engine", "switch"],
    &["--engine", "jit", "--jit-threshold", "1"],
];

/// A program that tries to escape.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    /// Flags of `lumen run`.
    pub(crate) flags: &'static [&'static str],
    /// The program.
    pub(crate) source: &'static str,
    /// The exit code: 3 it does not compile, 4 it is denied, 1 it fails, 0 it is told no as a value.
    pub(crate) exit: i32,
    /// What it is told.
    pub(crate) says: &'static str,
}

/// A case without flags.
pub(crate) const fn case(
    name: &'static str,
    exit: i32,
    says: &'static str,
    source: &'static str,
) -> Case {
    Case { name, flags: &[], source, exit, says }
}

/// A case with flags.
pub(crate) const fn flagged(
    name: &'static str,
    flags: &'static [&'static str],
    exit: i32,
    says: &'static str,
    source: &'static str,
) -> Case {
    Case { name, flags, source, exit, says }
}

/// The folder that a program runs in.
fn playground(name: &str) -> Folder {
    let folder = Folder::new(&format!("escape-{name}"), &[]);
    folder.write("secret.txt", SECRET);
    folder.write("data/a.txt", "inside");
    folder.write("data/below/b.txt", "inside too");
    folder.write("other/c.txt", SECRET);
    let data = folder.0.join("data");
    let link = |to: &str, at: &str| symlink(to, data.join(at)).expect("a link");
    link("../secret.txt", "link");
    link("..", "up");
    link("/proc/self", "self");
    link("below", "inner");
    link("/no/such/place", "dangling");
    link("loop", "loop");
    std::fs::hard_link(folder.0.join("secret.txt"), data.join("hard")).expect("a link");
    folder
}

/// What is in a folder, links not followed.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("it is there");
    let mut names: Vec<String> = entries
        .map(|it| it.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// Runs every case under every engine.
pub(crate) fn run_all(group: &str, cases: &[Case]) {
    run_filled(group, cases, &str::to_owned);
}

/// The same with texts filled in.
pub(crate) fn run_filled(group: &str, cases: &[Case], fill: &dyn Fn(&str) -> String) {
    for (at, case) in cases.iter().enumerate() {
        for engine in ENGINES {
            let folder = playground(&format!("{group}-{at}"));
            folder.write("main.lm", &fill(case.source));
            let before = names(&folder.0);
            let args: Vec<&str> = ["run"]
                .iter()
                .chain(engine)
                .chain(case.flags)
                .copied()
                .chain(["main.lm"])
                .collect();
            let mut command = command(&folder.0, &args);
            command.env("LUMEN_SECRET", SECRET).env("LUMEN_OPEN", "open");
            // Nobody asks a proxy.
            for name in ["http_proxy", "HTTP_PROXY", "ALL_PROXY"] {
                command.env(name, "http://127.0.0.1:9/");
            }
            let output = command.output().expect("lumen runs");
            let told = format!("{}{}", stdout(&output), stderr(&output));
            let what = format!("{group}: {} {engine:?}\n{told}", case.name);
            assert!(!told.contains(SECRET), "{what}");
            assert_eq!(output.status.code(), Some(case.exit), "{what}");
            assert!(told.contains(case.says), "not `{}`: {what}", case.says);
            assert_eq!(folder.read("secret.txt"), SECRET, "{what}");
            assert_eq!(names(&folder.0), before, "{what}");
        }
    }
}
