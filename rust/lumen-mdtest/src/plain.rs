//! Plain programs: compiled from a text, and run under an engine on a host in memory.
//!
//! Input → output: source → what the compiler gives; a verified module, an engine and limits → everything that the run
//! shows. Property tests and fuzzing compare such runs.

use crate::MachineEvaluator;
use lumen_base::MemorySystem;
use lumen_compiler::compilation::{CompileInput, CompileOutput, Goal, Part};
use lumen_compiler::markdown::Form;
use lumen_lir::{Module, Verified};
use lumen_runtime::failure::Failure;
use lumen_runtime::host::MemoryHost;
use lumen_vm::{Engine, JitOptions, Limits, Machine, RunFailure, RunOptions, link};
use std::sync::{Arc, Mutex, PoisonError};

/// What a run shows to the outside, and how it ends.
#[derive(PartialEq, Default, Debug)]
pub struct Seen {
    /// What it wrote to standard output and to standard error.
    pub out: Vec<u8>,
    pub err: Vec<u8>,
    /// What it emitted.
    pub emitted: Vec<String>,
    /// The text of its value, if it has one.
    pub value: Option<String>,
    pub exit_code: i32,
    pub failure: Option<RunFailure>,
    /// Objects that nobody holds and nobody has freed.
    pub leaked: usize,
}

/// Compiles a program that imports nothing.
#[must_use]
pub fn compile_plain(name: &str, source: &str) -> CompileOutput {
    lumen_compiler::pipeline::compile(CompileInput {
        allowed: &[],
        name,
        path: None,
        source: source.as_bytes().to_vec(),
        form: Form::Plain,
        part: Part::Program,
        goal: Goal::Lir,
        system: &MemorySystem::default(),
        evaluator: Some(&MachineEvaluator),
    })
}

/// Runs a module with one argument and one line of input; fails when it cannot be started.
pub fn observe_plain(
    module: &Verified<Module>,
    engine: Engine,
    jit: JitOptions,
    limits: Limits,
) -> Result<Seen, Failure> {
    let host = MemoryHost {
        arguments: vec!["one".to_owned()],
        lines: vec!["line".to_owned()],
        ..MemoryHost::default()
    };
    let (out, err, emitted) = (host.out.clone(), host.err.clone(), host.emitted.clone());
    let options = RunOptions { limits, jit, ..RunOptions::default() };
    let program = link(module.clone(), engine)?;
    let outcome = Machine::new(program, &options, Box::new(host))?.run();
    Ok(Seen {
        out: taken(&out),
        err: taken(&err),
        emitted: taken(&emitted),
        value: outcome.value,
        exit_code: outcome.exit_code,
        failure: outcome.failure,
        leaked: outcome.leaked,
    })
}

fn taken<T: Default>(shared: &Arc<Mutex<T>>) -> T {
    std::mem::take(&mut *shared.lock().unwrap_or_else(PoisonError::into_inner))
}
