//! `lumen run`: compiles a document, or finds it compiled, and executes it.

#[cfg(feature = "otel")]
mod telemetry;
#[cfg(not(feature = "otel"))]
#[path = "run/no_telemetry.rs"]
mod telemetry;

use super::{authority, limits};
use crate::args::Run;
use crate::cache::{Cache, Key, Recorder};
use crate::console::Console;
use crate::output::{Rendered, complain, err, failure_text, no_module, out, report};
use crate::signals::Signals;
use crate::source::{Source, compile_with, read};
use crate::traces::{self, Ran};
use crate::{EXIT_BUG, EXIT_COMPILE, EXIT_FAILURE, EXIT_SUCCESS, EXIT_USAGE, STACK_BYTES};
use lumen_base::diag::render::{Style, render_all};
use lumen_base::{Code, Diagnostic, FileId, OsSystem, SourceMap, Span, System};
use lumen_compiler::compilation::Goal;
use lumen_lir::{Module, Verified, binary, verify};
use lumen_runtime::failure::Failure;
use lumen_runtime::tools::{Bounds, Tools};
use lumen_runtime::trace::{SharedTape, Strictness, Tape};
use lumen_vm::{
    Engine, JitOptions, Limits, Machine, Outcome, RunFailure, RunOptions, StackTrace, link,
};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use telemetry::Telemetry;

/// Bytes of the thread's stack that native code may use: most of it, as nothing else goes deep while it runs.
const NATIVE_STACK: usize = STACK_BYTES - (16 << 20);

pub(super) fn run(args: Run, style: Style) -> u8 {
    let limits = match limits::parse(&args.limits) {
        Ok(limits) => limits,
        Err(message) => {
            complain(message);
            return EXIT_USAGE;
        }
    };
    let flags = match authority::flags(&args) {
        Ok(flags) => flags,
        Err(message) => {
            complain(message);
            return EXIT_USAGE;
        }
    };
    let mut telemetry = match Telemetry::asked(&args) {
        Ok(telemetry) => telemetry,
        Err(message) => {
            complain(message);
            return EXIT_USAGE;
        }
    };
    let Some(source) = read(&args.file) else { return EXIT_USAGE };
    let tools = match authority::tools(&source, &flags, args.replay.is_some()) {
        Ok(tools) => tools,
        Err(message) => {
            complain(message);
            return EXIT_USAGE;
        }
    };
    let cache = Cache::of_user(&OsSystem).filter(|_| !args.no_cache);
    let look = look(&args, &source, &flags.allowed);
    let loaded = match binary::is_lir(&source.bytes) {
        true => compiled(&source, style),
        false => program(source, &flags.allowed, cache.as_ref(), style),
    };
    let module = match loaded {
        Ok(module) => module,
        Err(code) => return code,
    };
    let look = look.as_ref().map(Verified::get);
    let tape = match tape(&args, (&module, look), &limits, tools.bounds()) {
        Ok((tape, name)) => telemetry.listen(tape, &args, name).map(SharedTape::new),
        Err(message) => {
            complain(message);
            return EXIT_USAGE;
        }
    };
    let is_off = OsSystem.env("LUMEN_JIT").is_some_and(|value| value == "off");
    let engine = match args.engine.engine() {
        Engine::Jit if is_off => Engine::Threaded,
        engine => engine,
    };
    let jit =
        JitOptions { threshold: args.jit_threshold, stack: NATIVE_STACK, forced_exits: false };
    let (host, is_closed) = Console::new(args.args);
    let host = host.approving(args.approve);
    // What is replayed has its stops from the recording.
    let signals = args.replay.is_none().then(Signals::install);
    let wake = signals.as_ref().map(Signals::wake);
    let options = RunOptions { limits, tape, jit, wake };
    let work = || execute(module, engine, &options, host, tools);
    let outcome = match &signals {
        Some(signals) => signals.run(work),
        None => work(),
    };
    let shown = Shown { jit_stats: args.jit_stats, value: args.print };
    let code = tell(outcome, shown, is_closed.load(Ordering::Relaxed), style);
    telemetry.finish();
    code
}

/// What is shown beside the output.
struct Shown {
    jit_stats: bool,
    value: bool,
}

/// Says how a run ended; gives the exit code.
fn tell(outcome: Result<Outcome, Failure>, shown: Shown, is_closed: bool, style: Style) -> u8 {
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(failure @ (Failure::Exit(_) | Failure::Stopped(_))) => {
            return failure.exit_code().to_le_bytes()[0];
        }
        Err(Failure::Error(error)) => {
            let failure = RunFailure { error: *error, trace: StackTrace::default() };
            err(&failure_text(&failure, style));
            return EXIT_FAILURE;
        }
    };
    if let Some(stats) = outcome.jit.as_ref().filter(|_| shown.jit_stats) {
        err(&stats.to_string());
    }
    if let Some(failure) = &outcome.failure {
        if is_closed {
            return EXIT_FAILURE;
        }
        err(&failure_text(failure, style));
        return authority::exit_code(failure.error.code);
    }
    if let Some(value) = outcome.value.filter(|_| shown.value) {
        out(format!("{value}\n").as_bytes());
    }
    if outcome.leaked > 0 && outcome.exit_code == 0 {
        complain(format_args!(
            "internal error: {} objects were never freed; this is a bug in Lumen",
            outcome.leaked
        ));
        return EXIT_BUG;
    }
    exit_code(outcome.exit_code)
}

/// The program of a file that `lumen emit --format binary` wrote, verified as every other; otherwise the exit code.
pub(super) fn compiled(source: &Source, style: Style) -> Result<Verified<Module>, u8> {
    let at = Span::default().in_file(FileId(0));
    let found = match binary::decode(&source.bytes) {
        Ok(module) => match verify(module) {
            Ok(module) => return Ok(module),
            Err(rejected) => rejected.to_diagnostics(at),
        },
        Err(error) => {
            let found = Diagnostic::new(Code::I9008, at, error.to_string());
            vec![found.with_help("compile the document again: `lumen emit --format binary`")]
        }
    };
    let mut sources = SourceMap::default();
    sources.add(&*source.name, "");
    err(&render_all(&found, &sources, style));
    Err(EXIT_COMPILE)
}

/// The program of a document, from the cache when it was compiled before; otherwise the exit code.
fn program(
    source: Source,
    allowed: &[String],
    cache: Option<&Cache<'_>>,
    style: Style,
) -> Result<Verified<Module>, u8> {
    let place = cache.and_then(|cache| Some((cache, Key::of(&source, allowed)?)));
    if let Some(hit) = place.and_then(|(cache, key)| cache.find(&key)) {
        hit.warnings.show(style);
        return Ok(hit.module);
    }
    let recorder = Recorder::new(&OsSystem);
    let compiled = compile_with(source, Goal::Run, allowed, &recorder);
    if let Some(code) = report(&compiled, style) {
        return Err(code);
    }
    let warnings = Rendered::of(&compiled);
    let Some(module) = compiled.module else { return Err(no_module()) };
    if let Some((cache, key)) = place {
        cache.store(&key, recorder, warnings, &module);
    }
    Ok(module)
}

/// The program for `lumen trace step`, when the run is to be kept; LIR from a file is kept without.
fn look(args: &Run, source: &Source, allowed: &[String]) -> Option<Verified<Module>> {
    if args.trace_dir.is_none() || binary::is_lir(&source.bytes) {
        return None;
    }
    compile_with(source.clone(), Goal::Look, allowed, &OsSystem).module
}

/// The tape that the flags ask for; and the name of the run, when it has a folder.
fn tape(
    args: &Run,
    (module, look): (&Module, Option<&Module>),
    limits: &Limits,
    authority: &[Bounds],
) -> Result<(Option<Tape>, Option<String>), String> {
    let ran = Ran { module, look, args: &args.args, limits, authority };
    let name = args.file.display().to_string();
    if let Some(folder) = &args.trace_dir {
        let (tape, run) = traces::record_in(folder, &name, &ran)?;
        err(&format!("recording {run}\n"));
        return Ok((Some(tape), Some(run)));
    }
    let tape = if let Some(file) = &args.record {
        Some(traces::record_to(file, &name, &ran)?)
    } else if let Some(file) = &args.replay {
        Some(Tape::replay(Arc::new(OsSystem), traces::read(file)?, Strictness::Answers))
    } else {
        None
    };
    Ok((tape, None))
}

pub(super) fn execute(
    module: Verified<Module>,
    engine: Engine,
    options: &RunOptions,
    host: Console,
    tools: Tools,
) -> Result<Outcome, Failure> {
    let program = link(module, engine)?;
    Ok(Machine::new(program, options, Box::new(host))?.with_tools(tools).run())
}

/// The status that the operating system keeps of `exit(code)`: its low byte, and never success for another code.
fn exit_code(code: i32) -> u8 {
    match code {
        0 => EXIT_SUCCESS,
        _ => code.to_le_bytes()[0],
    }
}
