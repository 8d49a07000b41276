//! `lumen replay`: runs a recorded run again with the recorded answers, and compares every operation.

use super::run::execute;
use crate::args::Replay;
use crate::console::Console;
use crate::output::{complain, err, failure_text};
use crate::traces::{Recorded, authority, limits};
use crate::{EXIT_FAILURE, EXIT_SUCCESS, EXIT_USAGE};
use lumen_base::OsSystem;
use lumen_base::diag::codes::Code;
use lumen_base::diag::render::Style;
use lumen_runtime::failure::Failure;
use lumen_runtime::trace::{RUNTIME_SEMANTICS, SharedTape, Strictness, Tape};
use lumen_vm::{RunFailure, RunOptions, StackTrace};
use std::sync::Arc;

pub(super) fn replay(args: &Replay, style: Style) -> u8 {
    let found = Recorded::find(&args.trace_dir, &args.run);
    let recorded = match found.and_then(|recorded| Ok((recorded.program()?, recorded.trace))) {
        Ok(recorded) => recorded,
        Err(message) => {
            complain(message);
            return EXIT_USAGE;
        }
    };
    let (module, trace) = recorded;
    if trace.header.semantics != RUNTIME_SEMANTICS {
        complain(format_args!(
            "the run was recorded by another version of Lumen (semantics {}, here {RUNTIME_SEMANTICS})",
            trace.header.semantics
        ));
        return EXIT_USAGE;
    }
    let is_cut = trace.end.is_none();
    let limits = limits(&trace.header.bounds);
    let tools = authority(&trace.header.authority);
    let tape = Tape::replay(Arc::new(OsSystem), trace, Strictness::Exact);
    let tape = SharedTape::new(tape);
    let options = RunOptions { limits, tape: Some(tape.clone()), ..RunOptions::default() };
    let (host, _) = Console::new(Vec::new());
    let failure = match execute(module, args.engine.engine(), &options, host, tools) {
        Ok(outcome) => outcome.failure,
        Err(Failure::Exit(_) | Failure::Stopped(_)) => None,
        Err(Failure::Error(error)) => {
            Some(RunFailure { error: *error, trace: StackTrace::default() })
        }
    };
    let operations = tape.lock().operations();
    match failure {
        Some(failure) if failure.error.code == Code::R1075 => {
            if is_cut && tape.lock().is_at_end() {
                err(&format!("replayed {operations} operations: the recording ends here\n"));
                return EXIT_SUCCESS;
            }
            err(&failure_text(&failure, style));
            EXIT_FAILURE
        }
        _ => {
            err(&format!("replayed {operations} operations: all as recorded\n"));
            EXIT_SUCCESS
        }
    }
}
