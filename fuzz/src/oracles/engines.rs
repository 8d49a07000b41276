//! Running a verified module under small limits, and comparing the engines.

use lumen_base::Code;
use lumen_lir::{Module, Verified};
use lumen_runtime::failure::Failure;
use lumen_runtime::host::MemoryHost;
use lumen_vm::{Engine, JitOptions, Limits, Machine, RunFailure, RunOptions, link};
use std::sync::{Arc, Mutex, PoisonError};

/// Calls and rounds of a run.
const INSTRUCTIONS: u64 = 5_000;

/// What a run shows to the outside, and how it ends.
#[derive(PartialEq, Default, Debug)]
pub(super) struct Seen {
    out: Vec<u8>,
    err: Vec<u8>,
    emitted: Vec<String>,
    value: Option<String>,
    exit_code: i32,
    failure: Option<RunFailure>,
}

impl Seen {
    /// Whether both are runs of the same program; inlining and the like may change the trace.
    pub(super) fn is_same_run(&self, other: &Self) -> bool {
        let error = |seen: &Self| seen.failure.as_ref().map(|f| f.error.clone());
        (&self.out, &self.err, &self.emitted) == (&other.out, &other.err, &other.emitted)
            && (&self.value, self.exit_code) == (&other.value, other.exit_code)
            && error(self) == error(other)
    }
}

/// Asserts that all engines do the same.
pub(super) fn agree(module: &Verified<Module>) -> Seen {
    let first = run(module, Engine::Switch, false);
    for (engine, forced_exits) in
        [(Engine::Threaded, false), (Engine::Jit, false), (Engine::Jit, true)]
    {
        let other = run(module, engine, forced_exits);
        assert_eq!(first, other, "{engine:?} disagrees, left at safepoints: {forced_exits}");
    }
    first
}

/// Runs a module; asserts that nothing leaks.
fn run(module: &Verified<Module>, engine: Engine, forced_exits: bool) -> Seen {
    let limits = Limits {
        memory: 8 << 20,
        stack: 1 << 18,
        instructions: Some(INSTRUCTIONS),
        output: Some(1 << 16),
    };
    let host = MemoryHost {
        arguments: vec!["one".to_owned()],
        lines: vec!["line".to_owned()],
        ..MemoryHost::default()
    };
    let (out, err, emitted) = (host.out.clone(), host.err.clone(), host.emitted.clone());
    let jit = JitOptions { threshold: 1, forced_exits, ..JitOptions::default() };
    let options = RunOptions { limits, jit, ..RunOptions::default() };
    let machine = link(module.clone(), engine)
        .and_then(|program| Machine::new(program, &options, Box::new(host)));
    let outcome = match machine {
        Ok(machine) => machine.run(),
        // An `extern cell` of the program: this host gives no functions.
        Err(Failure::Error(error)) if error.code == Code::R1060 => return Seen::default(),
        Err(failure) => panic!("verified code does not link: {failure:?}"),
    };
    assert_eq!(outcome.leaked, 0, "objects leaked under {engine:?}");
    let is_broken = outcome.failure.iter().any(|f| f.error.message.contains("internal error"));
    assert!(!is_broken, "{outcome:?}");
    Seen {
        out: taken(&out),
        err: taken(&err),
        emitted: taken(&emitted),
        value: outcome.value,
        exit_code: outcome.exit_code,
        failure: outcome.failure,
    }
}

fn taken<T: Default>(shared: &Arc<Mutex<T>>) -> T {
    std::mem::take(&mut *shared.lock().unwrap_or_else(PoisonError::into_inner))
}
