//! Running a verified module under small limits, and comparing the engines.

use lumen_base::Code;
use lumen_lir::{Module, Verified};
use lumen_mdtest::{Seen, observe_plain};
use lumen_runtime::failure::Failure;
use lumen_vm::{Engine, JitOptions, Limits};

/// Calls and rounds of a run.
const INSTRUCTIONS: u64 = 5_000;

/// Whether both are runs of the same program; inlining and the like may change the trace.
pub(super) fn is_same_run(a: &Seen, b: &Seen) -> bool {
    let error = |seen: &Seen| seen.failure.as_ref().map(|f| f.error.clone());
    (&a.out, &a.err, &a.emitted) == (&b.out, &b.err, &b.emitted)
        && (&a.value, a.exit_code) == (&b.value, b.exit_code)
        && error(a) == error(b)
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
    let jit = JitOptions { threshold: 1, forced_exits, ..JitOptions::default() };
    let seen = match observe_plain(module, engine, jit, limits) {
        Ok(seen) => seen,
        // An `extern cell` of the program: this host gives no functions.
        Err(Failure::Error(error)) if error.code == Code::R1060 => return Seen::default(),
        Err(failure) => panic!("verified code does not link: {failure:?}"),
    };
    assert_eq!(seen.leaked, 0, "objects leaked under {engine:?}");
    let is_broken = seen.failure.iter().any(|f| f.error.message.contains("internal error"));
    assert!(!is_broken, "{seen:?}");
    seen
}
