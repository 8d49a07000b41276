//! `cargo xtask ci`: formatting, lints, tests, specification and house rules, in the order of cheapest first.
//!
//! Output: each step's own output, then a line `N passed, N failed` over the steps. Exit code 0 when all passed.

use crate::say;
use std::path::Path;
use std::process::{Command, ExitCode};

/// Each step: a name and a cargo command line.
const STEPS: &[(&str, &[&str])] = &[
    ("format", &["fmt", "--all", "--check"]),
    ("tidy", &["run", "--quiet", "--locked", "--package", "xtask", "--", "tidy"]),
    ("clippy", &["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"]),
    (
        "documents",
        &["run", "--quiet", "--locked", "--package", "lumen-cli", "--", "fmt", "--check", "."],
    ),
    ("test", &["test", "--locked", "--workspace"]),
    // The export to OpenTelemetry, which is in no other step: its lints, and the tests of it.
    (
        "clippy otel",
        &[
            "clippy",
            "--locked",
            "--package=lumen-runtime",
            "--package=lumen-cli",
            "--all-targets",
            "--features=lumen-cli/otel",
            "--",
            "-D",
            "warnings",
        ],
    ),
    (
        "test otel",
        &[
            "test",
            "--locked",
            "--package=lumen-runtime",
            "--package=lumen-cli",
            "--features=lumen-cli/otel",
            "--lib",
            "--test=cli",
            "otel",
        ],
    ),
];

/// Further steps: scripts in `ci/`, which say SKIPPED where a tool they need cannot be had.
const SCRIPTS: &[&str] =
    &["textmate.sh", "tree-sitter.sh", "site.sh", "page.sh", "fuzz.sh", "instructions.sh"];

/// Runs every step, also after a failed one.
pub(crate) fn run(root: &Path) -> ExitCode {
    let mut failed = Vec::new();
    for (name, args) in STEPS {
        say(format_args!("── {name}: cargo {}", args.join(" ")));
        if !succeeds(root, env!("CARGO"), args) {
            failed.push(*name);
        }
    }
    for script in SCRIPTS {
        say(format_args!("── ci/{script}"));
        if !succeeds(root, "bash", &[&format!("ci/{script}")]) {
            failed.push(*script);
        }
    }
    for name in &failed {
        say(format_args!("failed: {name}"));
    }
    let n_steps = STEPS.len() + SCRIPTS.len();
    say(format_args!("steps: {} passed, {} failed", n_steps - failed.len(), failed.len()));
    if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn succeeds(root: &Path, program: &str, args: &[&str]) -> bool {
    Command::new(program).args(args).current_dir(root).status().is_ok_and(|s| s.success())
}
