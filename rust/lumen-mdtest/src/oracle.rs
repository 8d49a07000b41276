//! Running a case under every engine and comparing what happens with what is expected, both ways.

use crate::evaluator::MachineEvaluator;
use crate::scripts::tools_of;
use crate::snapshots::Ear;
use crate::suite::{Case, Document, Expect};
use lumen_base::diag::render::{Style, render_all};
use lumen_base::{Applicability, Code, Diagnostic, MemorySystem, OsSystem, System};
use lumen_compiler::compilation::{CompileInput, CompileOutput, Goal, Part, form_of};
use lumen_compiler::pipeline::compile;
use lumen_lir::{Module, Verified};
use lumen_runtime::failure::Failure;
use lumen_runtime::host::SystemHost;
use lumen_runtime::tools::Tools;
use lumen_runtime::trace::line::{self, Damage, Trace};
use lumen_runtime::trace::{Header, SharedTape, Strictness, Tape};
use lumen_vm::{Engine, JitOptions, Limits, Machine, RunOptions, Stop, Watcher};
use std::path::Path;
use std::sync::Arc;

/// Bytes of values that a test may use.
const MEMORY: usize = 1 << 30;
/// Calls and loop rounds of a test.
const INSTRUCTIONS: u64 = 50_000_000;
/// Where the trace of a test is, in its world.
const TRACE: &str = "trace.jsonl";
/// Bytes that a test may print.
const OUTPUT: u64 = 16 << 20;

/// The bounds of a test, unless others are asked for.
pub fn limits() -> Limits {
    Limits {
        memory: MEMORY,
        instructions: Some(INSTRUCTIONS),
        output: Some(OUTPUT),
        ..Limits::default()
    }
}

/// A way to execute a program.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Oracle {
    /// The fastest interpreter.
    Interp,
    /// The portable one, with its own assertions in debug builds.
    Switch,
    /// Native code from the first sight of a cell on.
    Native,
    /// The same, left at every safepoint.
    Left,
    /// The portable one, while every local of every frame is read at the beginning of lines.
    Looked,
}

impl Oracle {
    const fn engine(self) -> Engine {
        match self {
            Oracle::Interp => Engine::Threaded,
            Oracle::Switch | Oracle::Looked => Engine::Switch,
            Oracle::Native | Oracle::Left => Engine::Jit,
        }
    }
}

/// Reads every local, at so many lines.
struct Looker(u32);

impl Default for Looker {
    fn default() -> Self {
        Self(LOOKS)
    }
}

impl Watcher for Looker {
    fn wants_lines(&self, _: &str) -> bool {
        true
    }

    fn stopped(&mut self, stop: &Stop<'_>) -> bool {
        if let Some(left) = self.0.checked_sub(1) {
            self.0 = left;
            std::hint::black_box(stop.frames());
        }
        true
    }
}

/// Lines at which locals are read.
const LOOKS: u32 = 300;

/// Which engines a test runs under.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Engines {
    /// The interpreters.
    Interpreters,
    /// Native code too, which takes longer: every cell of every test is compiled.
    All,
}

impl Default for Engines {
    /// What a test of Lumen itself runs under.
    fn default() -> Self {
        if cfg!(debug_assertions) { Engines::All } else { Engines::Interpreters }
    }
}

/// What a program did.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Actual {
    /// Its errors' codes, each once, sorted, and their text.
    Rejected(Vec<Code>, String),
    Compiled,
    Printed(String),
    Failed {
        code: Code,
        output: String,
        text: String,
    },
    /// A broken invariant of Lumen.
    Bug(String),
}

/// Runs a case under all engines, and formatted; the text says what differs.
pub fn check(case: &Case) -> Result<(), String> {
    check_within(case, &limits(), Engines::default())
}

/// The same within other bounds, under other engines.
pub fn check_within(case: &Case, limits: &Limits, engines: Engines) -> Result<(), String> {
    as_written(case, limits, engines)?;
    let Some(document) = &case.formatted else { return Ok(()) };
    let formatted = Case { document: document.clone(), formatted: None, ..case.clone() };
    as_written(&formatted, limits, engines)
        .map_err(|text| format!("laid out by `lumen fmt`: {text}"))
}

fn as_written(case: &Case, limits: &Limits, engines: Engines) -> Result<(), String> {
    let compiled = match compiled(&case.document, case.part, Goal::Lir) {
        Ok(out) => out,
        Err(actual) => return judge(case, &actual),
    };
    if let Expect::Warned(codes) = &case.expect {
        return warned(case, &compiled, codes);
    }
    let Some(module) = runnable(&compiled, &case.expect) else {
        return judge(case, &Actual::Compiled);
    };
    let ear = Ear::default();
    let actual = run(module.clone(), Oracle::Interp, (limits, &case.document), ear.clone());
    judge(case, &actual)?;
    agreed(&case.name, module, &actual, ((limits, &case.document), engines), &ear)?;
    looked_at(case, &actual, limits)
}

/// Whether the program for looking does the same while every local is read, in builds for development.
fn looked_at(case: &Case, actual: &Actual, limits: &Limits) -> Result<(), String> {
    if !cfg!(debug_assertions) || !matches!(actual, Actual::Printed(_)) {
        return Ok(());
    }
    let other = match compiled(&case.document, case.part, Goal::Look) {
        Err(rejected) => rejected,
        Ok(out) => match &out.module {
            Some(module) => {
                let scene = (limits, &case.document);
                run(module.clone(), Oracle::Looked, scene, Ear::default())
            }
            None => return Ok(()),
        },
    };
    match actual == &other {
        true => Ok(()),
        false => Err(format!("{}: looking differs:\n{actual:?}\n{other:?}\n", case.name)),
    }
}

/// Whether a module does under every engine, recorded and replayed, what it did.
pub(crate) fn agreed(
    name: &str,
    module: &Verified<Module>,
    actual: &Actual,
    (scene, engines): (Scene<'_>, Engines),
    ear: &Ear,
) -> Result<(), String> {
    let heard = ear.again();
    let (other, trace) = recorded(module.clone(), Oracle::Switch, scene, heard.clone());
    if *actual != other || ear.seen() != heard.seen() {
        return Err(format!("{name}: engines disagree:\n{actual:?}\n{other:?}\n"));
    }
    let again = replayed(module.clone(), Oracle::Interp, trace, scene.0, ear.again());
    if *actual != again {
        return Err(format!("{name}: the replay differs:\n{actual:?}\n{again:?}\n"));
    }
    match engines {
        Engines::Interpreters => Ok(()),
        Engines::All => agreed_natively(name, module, actual, scene, ear),
    }
}

/// The same under native code.
fn agreed_natively(
    name: &str,
    module: &Verified<Module>,
    actual: &Actual,
    scene: Scene<'_>,
    ear: &Ear,
) -> Result<(), String> {
    for oracle in [Oracle::Native, Oracle::Left] {
        let heard = ear.again();
        let other = run(module.clone(), oracle, scene, heard.clone());
        if *actual != other || ear.seen() != heard.seen() {
            return Err(format!("{name}: engines disagree:\n{actual:?}\n{oracle:?}: {other:?}\n"));
        }
    }
    Ok(())
}

/// Whether a program has the warnings that are expected, and is without them once their sure fixes are applied.
fn warned(case: &Case, out: &CompileOutput, expected: &[Code]) -> Result<(), String> {
    let found = warnings(out);
    if found != expected {
        let report = render_all(&out.diagnostics, &out.sources, Style::Plain);
        return Err(format!("{}\nexpected the warnings {expected:?}\n{report}", case.name));
    }
    let sure = |d: &&Diagnostic| {
        d.fix.as_ref().is_some_and(|fix| fix.applicability == Applicability::Machine)
    };
    let sure: Vec<&Diagnostic> = out.diagnostics.iter().filter(sure).collect();
    if sure.is_empty() {
        return Ok(());
    }
    let text = fixed(&case.document.text, &sure);
    let document = Document { text: text.into(), ..case.document.clone() };
    let left = match compiled(&document, case.part, Goal::Lir) {
        Ok(out) => warnings(&out),
        Err(actual) => return Err(format!("{}: once fixed: {actual:?}", case.name)),
    };
    match sure.iter().find(|d| left.contains(&d.code)) {
        Some(d) => Err(format!("{}: the fix of {} leaves the warning", case.name, d.code)),
        None => Ok(()),
    }
}

/// The codes of the warnings, each once, sorted.
fn warnings(out: &CompileOutput) -> Vec<Code> {
    let mut codes: Vec<Code> = out.diagnostics.iter().map(|d| d.code).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// A text with the fixes of diagnostics applied, last one first.
fn fixed(text: &str, diagnostics: &[&Diagnostic]) -> String {
    let fixes = diagnostics.iter().filter_map(|d| d.fix.as_ref());
    let mut edits: Vec<_> =
        fixes.flat_map(|fix| &fix.edits).map(|(at, new)| (at.span, new)).collect();
    edits.sort_by_key(|(span, _)| std::cmp::Reverse(span.lo));
    let mut out = text.to_owned();
    for (span, new) in edits {
        out.replace_range(span.lo as usize..span.hi as usize, new);
    }
    out
}

/// The module to run, when running it is what the case is about.
pub(crate) fn runnable<'a>(
    out: &'a CompileOutput,
    expect: &Expect,
) -> Option<&'a Verified<Module>> {
    let module = out.module.as_ref()?;
    (module.get().entry.is_some() && *expect != Expect::Compiles).then_some(module)
}

fn judge(case: &Case, actual: &Actual) -> Result<(), String> {
    let good = match (&case.expect, actual) {
        (Expect::Compiles, Actual::Compiled) => true,
        (Expect::Prints(expected), Actual::Printed(printed)) => expected == printed,
        (Expect::Rejected(code), Actual::Rejected(codes, _)) => codes.as_slice() == [*code],
        (Expect::Fails(code), Actual::Failed { code: found, .. }) => code == found,
        _ => false,
    };
    if good {
        return Ok(());
    }
    let expected = match &case.expect {
        Expect::Compiles => "that it compiles".to_owned(),
        Expect::Prints(output) => format!("the output:\n{output}"),
        Expect::Warned(codes) => format!("acceptance with the warnings {codes:?}"),
        Expect::Rejected(code) => format!("rejection with exactly {code}"),
        Expect::Fails(code) => format!("a run that fails with {code}"),
        Expect::Unknown => "a code behind `fails`".to_owned(),
    };
    let found = match actual {
        Actual::Printed(printed) => format!("it printed:\n{printed}"),
        Actual::Compiled => "it compiles and there is nothing to run\n".to_owned(),
        Actual::Failed { output, text, .. } => format!("it printed:\n{output}and failed:\n{text}"),
        Actual::Rejected(_, report) | Actual::Bug(report) => report.clone(),
    };
    Err(format!("{}\nexpected {}\n{found}", case.name, expected.trim_end()))
}

/// Compiles part of a document; otherwise says how it was rejected.
pub(crate) fn compiled(
    document: &Document,
    part: Part,
    goal: Goal,
) -> Result<CompileOutput, Actual> {
    let out = compile(CompileInput {
        allowed: &[],
        name: &document.name,
        path: Some(&document.path),
        source: document.text.as_bytes().to_vec(),
        form: form_of(&document.name),
        part,
        goal,
        system: &OsSystem,
        evaluator: Some(&MachineEvaluator),
    });
    if !out.has_errors() {
        return Ok(out);
    }
    let report = render_all(&out.diagnostics, &out.sources, Style::Plain);
    let mut codes: Vec<Code> =
        out.diagnostics.iter().filter(|d| d.is_error()).map(|d| d.code).collect();
    codes.sort_unstable();
    codes.dedup();
    if codes.iter().any(|code| code.as_str().starts_with('I')) {
        return Err(Actual::Bug(report));
    }
    Err(Actual::Rejected(codes, report))
}

/// Compiles and runs a case under the first engine.
pub(crate) fn observe(case: &Case) -> Actual {
    match compiled(&case.document, case.part, Goal::Lir) {
        Ok(out) => match runnable(&out, &case.expect) {
            Some(module) => {
                run(module.clone(), Oracle::Interp, (&limits(), &case.document), Ear::default())
            }
            None => Actual::Compiled,
        },
        Err(actual) => actual,
    }
}

/// The bounds of a run, and the document whose tools answer.
pub(crate) type Scene<'a> = (&'a Limits, &'a Document);

/// Runs a module where the tools of its document answer.
fn run_in(
    module: Verified<Module>,
    oracle: Oracle,
    place: (&Arc<MemorySystem>, Option<SharedTape>),
    (limits, document): Scene<'_>,
    ear: Ear,
) -> Actual {
    match tools_of(document) {
        Ok(tools) => run_on(module, oracle, place, (limits, tools), ear),
        Err(problem) => Actual::Bug(problem),
    }
}

/// Runs a module in a world of its own.
pub(crate) fn run(module: Verified<Module>, oracle: Oracle, scene: Scene<'_>, ear: Ear) -> Actual {
    let system = Arc::new(MemorySystem::default());
    run_in(module, oracle, (&system, None), scene, ear)
}

/// Runs a module and records it; gives the trace too.
fn recorded(
    module: Verified<Module>,
    oracle: Oracle,
    scene: Scene<'_>,
    ear: Ear,
) -> (Actual, Result<Trace, Damage>) {
    let system = Arc::new(MemorySystem::default());
    let file = Path::new(TRACE);
    let tape = system
        .create(file)
        .and_then(|out| Tape::record(system.clone(), out, Header::new("test", "")));
    let actual = match tape {
        Ok(tape) => run_in(module, oracle, (&system, Some(SharedTape::new(tape))), scene, ear),
        Err(error) => Actual::Bug(format!("no tape: {error}")),
    };
    let trace = line::read(&system.read(file).unwrap_or_default());
    (actual, trace)
}

/// Runs a recorded module again, where nothing outside is as it was.
fn replayed(
    module: Verified<Module>,
    oracle: Oracle,
    trace: Result<Trace, Damage>,
    limits: &Limits,
    ear: Ear,
) -> Actual {
    let trace = match trace {
        Ok(trace) => trace,
        Err(damage) => return Actual::Bug(format!("the trace is damaged: {damage}")),
    };
    let system = Arc::new(MemorySystem::default());
    system.unix_nanos();
    let tape = Tape::replay(system.clone(), trace, Strictness::Exact);
    // Nothing answers: the replies of tools come from the recording.
    let scene = (limits, Tools::new());
    run_on(module, oracle, (&system, Some(SharedTape::new(tape))), scene, ear)
}

fn run_on(
    module: Verified<Module>,
    oracle: Oracle,
    (system, tape): (&Arc<MemorySystem>, Option<SharedTape>),
    (limits, tools): (&Limits, Tools),
    ear: Ear,
) -> Actual {
    let seed = if tape.as_ref().is_some_and(|tape| tape.lock().is_replaying()) { 1 } else { 0 };
    let limits = *limits;
    let host = SystemHost::new(system.clone(), Vec::new(), Some(seed)).with_probe(Box::new(ear));
    let forced_exits = oracle == Oracle::Left;
    let jit = JitOptions { threshold: 1, forced_exits, ..JitOptions::default() };
    let options = RunOptions { limits, tape, jit, wake: None };
    let machine = lumen_vm::link(module, oracle.engine())
        .and_then(|program| Machine::new(program, &options, Box::new(host)));
    let outcome = match machine {
        Ok(machine) if oracle == Oracle::Looked => {
            machine.with_tools(tools).watched_by(Box::new(Looker::default())).run()
        }
        Ok(machine) => machine.with_tools(tools).run(),
        // A host function that is missing: the program does not start.
        Err(Failure::Error(error)) => {
            let text = format!("{}: {}\n", error.code, error.message);
            return Actual::Failed { code: error.code, output: String::new(), text };
        }
        Err(failure) => return Actual::Bug(format!("it ends at once: {failure}")),
    };
    let output = String::from_utf8_lossy(&system.output()).into_owned();
    if outcome.leaked > 0 {
        let leaked = outcome.leaked;
        return Actual::Bug(format!("{leaked} objects leaked; it printed:\n{output}"));
    }
    match outcome.failure {
        None => Actual::Printed(output),
        Some(failure) => {
            let (error, trace) = (&failure.error, &failure.trace);
            let notes: String =
                error.notes.iter().map(|note| format!("  = note: {note}\n")).collect();
            let text = format!("{}: {}\n{notes}{trace}", error.code, error.message);
            Actual::Failed { code: error.code, output, text }
        }
    }
}
