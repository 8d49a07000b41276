//! The machine as the compiler's evaluator: computations at compile time, with nothing of the outside.

use lumen_base::Code;
use lumen_compiler::evaluate::{Evaluation, Evaluator};
use lumen_lir::{Module, Verified};
use lumen_runtime::failure::Failure;
use lumen_runtime::host::{Host, Wake};
use lumen_vm::{Engine, Limits, Machine, RunFailure, RunOptions, TraceEntry};

/// Bytes of values that a computation at compile time may use.
const MEMORY: usize = 256 << 20;
/// Bytes of its call stack.
const STACK: usize = 16 << 20;

/// Evaluates on the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct MachineEvaluator;

impl Evaluator for MachineEvaluator {
    fn evaluate(&self, module: Verified<Module>, steps: u64) -> Evaluation {
        let limits =
            Limits { memory: MEMORY, stack: STACK, instructions: Some(steps), output: None };
        let options = RunOptions { limits, ..RunOptions::default() };
        let machine = lumen_vm::link(module, Engine::Threaded)
            .and_then(|program| Machine::new(program, &options, Box::new(Closed)));
        match machine.map(Machine::evaluate) {
            Ok((outcome, datum)) => match outcome.failure {
                None if outcome.exit_code == 0 => Evaluation::Value(datum),
                None => failed("`exit` ends the program, which does not run yet".to_owned()),
                Some(failure) => of_failure(failure),
            },
            Err(Failure::Error(error)) => failed(error.message),
            Err(Failure::Exit(_) | Failure::Stopped(_)) => {
                failed("`exit` ends the program".to_owned())
            }
        }
    }
}

fn of_failure(failure: RunFailure) -> Evaluation {
    if matches!(failure.error.code, Code::R1010 | Code::R1011) {
        return Evaluation::Limit;
    }
    if failure.error.code == Code::R1020 {
        return Evaluation::Outside;
    }
    let at = failure.trace.entries.iter().find_map(|entry| match entry {
        TraceEntry::Frame(frame) if !frame.path.is_empty() => Some(frame.pos),
        _ => None,
    });
    let error = failure.error;
    Evaluation::Failed { message: format!("{}: {}", error.code, error.message), at }
}

fn failed(message: String) -> Evaluation {
    Evaluation::Failed { message, at: None }
}

/// The outside of a computation at compile time: there is none.
struct Closed;

fn refused<T>() -> Result<T, String> {
    Err("nothing is read or written while the program is compiled".to_owned())
}

impl Host for Closed {
    fn write_out(&mut self, _: &[u8]) -> Result<(), String> {
        refused()
    }

    fn write_err(&mut self, _: &[u8]) -> Result<(), String> {
        refused()
    }

    fn emit(&mut self, _: &str) -> Result<(), String> {
        refused()
    }

    fn args(&mut self) -> Result<Vec<String>, String> {
        refused()
    }

    fn read_line(&mut self) -> Result<Option<String>, String> {
        refused()
    }

    fn now_nanos(&mut self) -> Result<i64, String> {
        refused()
    }

    fn wait(&mut self, _: u64, _: Option<&Wake>) -> Result<(), String> {
        refused()
    }

    fn random(&mut self) -> Result<u64, String> {
        refused()
    }
}
