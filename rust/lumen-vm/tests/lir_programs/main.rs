//! Generated LIR under every engine: value, output, failure, position, stack trace and leaks are the same.
//!
//! The modules are made instruction by instruction from the table of opcodes, not by lowering: what the verifier accepts
//! is more than what the compiler gives. `LUMEN_MODULES=10000` runs that many, `LUMEN_MODULES_FROM=5000` begins with
//! another seed, `LUMEN_MODULES_ENGINES=interp` compares the interpreters alone. A module that engines disagree about is
//! made smaller by replacing instructions with `nop` as long as the verifier accepts it and they still disagree, unless
//! `LUMEN_MODULES_WHOLE=1` asks for it as it was generated.

mod cell;
mod flow;
mod instruction;
mod module;
mod statement;
mod values;
mod world;

use lumen_base::{OsSystem, System};
use lumen_lir::{Module, Op, Verified, opcode_words, opt, text, verify, word};
use lumen_runtime::host::MemoryHost;
use lumen_vm::{Engine, JitOptions, Limits, Machine, RunOptions, link};
use std::sync::PoisonError;

/// Modules of an ordinary run.
const MODULES: u64 = 100;

/// Everything that a run shows; the trace apart, which inlining may change.
#[derive(PartialEq, Debug, Default)]
struct Seen {
    shown: String,
    trace: String,
}

/// Bytes of stack that a module has.
const STACK: usize = 1 << 18;

fn run(module: &Verified<Module>, engine: Engine, jit: JitOptions) -> Seen {
    run_within(module, engine, jit, STACK)
}

fn run_within(module: &Verified<Module>, engine: Engine, jit: JitOptions, stack: usize) -> Seen {
    let host = MemoryHost::default();
    let out = host.out.clone();
    let limits =
        Limits { memory: 16 << 20, stack, instructions: Some(4_000), output: Some(1 << 20) };
    let program = link(module.clone(), engine).expect("verified code links");
    let options = RunOptions { limits, jit, ..RunOptions::default() };
    let outcome = Machine::new(program, &options, Box::new(host)).expect("it starts").run();
    let out = std::mem::take(&mut *out.lock().unwrap_or_else(PoisonError::into_inner));
    let mut seen = Seen { shown: String::from_utf8_lossy(&out).into_owned(), trace: String::new() };
    if let Some(failure) = &outcome.failure {
        let error = &failure.error;
        seen.shown.push_str(&format!("{}: {} {:?}\n", error.code, error.message, error.notes));
        seen.trace = failure.trace.to_string();
    }
    let leaked = format!("value {:?}, leaked {}", outcome.value, outcome.leaked);
    seen.shown.push_str(&leaked);
    seen
}

/// The ways to run a module natively.
fn native(seed: u64) -> [(&'static str, JitOptions); 2] {
    let jit = JitOptions { threshold: 1, ..JitOptions::default() };
    let other = match seed % 2 {
        0 => ("native, left at every safepoint", JitOptions { forced_exits: true, ..jit }),
        _ => ("native when warm", JitOptions { threshold: 4, ..jit }),
    };
    [("native at first sight", jit), other]
}

fn interpreters_only() -> bool {
    OsSystem.env("LUMEN_MODULES_ENGINES").as_deref() == Some("interp")
}

/// How the engines disagree about a module; nothing when they agree.
fn disagreement(module: &Module, seed: u64) -> Option<String> {
    let verified = verify(module.clone()).ok()?;
    let jit = JitOptions::default();
    let expected = run(&verified, Engine::Switch, jit);
    let differs = |name: &str, found: &Seen| {
        Some(format!(
            "{name}:\n{}\n{}\nexpected:\n{}\n{}",
            found.shown, found.trace, expected.shown, expected.trace
        ))
    };
    if !expected.shown.ends_with("leaked 0") {
        return differs("it leaks", &Seen::default());
    }
    let found = run(&verified, Engine::Threaded, jit);
    if found != expected {
        return differs("threaded", &found);
    }
    if !interpreters_only() {
        for (name, jit) in native(seed) {
            let found = run(&verified, Engine::Jit, jit);
            if found != expected {
                return differs(name, &found);
            }
        }
    }
    let mut optimised = module.clone();
    opt::run(&mut optimised);
    match verify(optimised) {
        Ok(optimised) => {
            let found = run(&optimised, Engine::Switch, jit);
            // Optimised code has fewer safepoints and smaller frames: it comes further before a limit ends it.
            let ends = [&found, &expected].iter().any(|seen| seen.shown.contains("limit of"));
            let alike = |found: &Seen| ends || found.shown == expected.shown;
            let is_deep = || !alike(&run_within(&verified, Engine::Switch, jit, STACK / 2));
            (!alike(&found) && !is_deep()).then(|| differs("optimised", &found)).flatten()
        }
        Err(rejected) => Some(format!("optimised code is rejected: {:?}", rejected.violations)),
    }
}

/// The module with as many instructions replaced by `nop` as can be.
fn smaller(mut module: Module, seed: u64) -> Module {
    loop {
        let mut changed = false;
        for cell in 0..module.cells.len() {
            let mut size = module.cells[cell].code.len();
            while size > 0 {
                let starts = opcode_words(&module.cells[cell].code);
                for part in starts.chunks(size.max(1)) {
                    let mut tried = module.clone();
                    let code = &mut tried.cells[cell].code;
                    for at in part.iter().filter(|at| **at > 0) {
                        let words = lumen_lir::op(code[*at]).map_or(1, Op::words);
                        code[*at..*at + words].fill(word(Op::Nop, 0, 0, 0));
                    }
                    if tried != module && disagreement(&tried, seed).is_some() {
                        module = tried;
                        changed = true;
                    }
                }
                size /= 2;
            }
        }
        if !changed {
            return module;
        }
    }
}

/// A number from the environment.
fn number(name: &str, otherwise: u64) -> u64 {
    OsSystem.env(name).and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

#[test]
fn engines_agree_about_generated_modules() {
    let (from, count) = (number("LUMEN_MODULES_FROM", 1), number("LUMEN_MODULES", MODULES));
    let mut rejected = 0;
    for seed in from..from + count {
        let module = module::generated(seed);
        if let Err(wrong) = verify(module.clone()) {
            rejected += 1;
            println!("seed {seed} is rejected: {:?}", wrong.violations);
            continue;
        }
        if disagreement(&module, seed).is_some() {
            let whole = number("LUMEN_MODULES_WHOLE", 0) != 0;
            let small = if whole { module } else { smaller(module, seed) };
            let told = disagreement(&small, seed).unwrap_or_default();
            let shown: Vec<String> = text::print(&small)
                .lines()
                .filter(|line| line.trim() != "nop" && !line.starts_with("file "))
                .map(str::to_owned)
                .collect();
            panic!("seed {seed}: {told}\n{}", shown.join("\n"));
        }
    }
    // What is not the verifier's language tests nothing.
    assert!(rejected * 100 <= count, "{rejected} of {count} modules are rejected");
}

/// Opcodes that no generated module has: of streams, handlers, hosts, tools, globals, bytes and timed calls.
fn is_elsewhere(op: Op) -> bool {
    use Op::*;
    matches!(
        op,
        GenNew
            | GenNext
            | GenEnd
            | GenFree
            | GenYield
            | GenYield2
            | Handle
            | Perform
            | Handles
            | Resume
            | ResumeT
            | CallT
            | Abandon
            | Host
            | Tool
            | LdG
            | StG
            | LdBytes
            | BytesLen
            | BytesGet
            | CallTimed
            | RtT
            | FailR
            | DynToE
            | DynToR
            | DynAs
    )
}

#[test]
fn generated_modules_have_every_opcode() {
    let mut missing: Vec<Op> = Op::ALL.iter().copied().filter(|op| !is_elsewhere(*op)).collect();
    for seed in 1..=400 {
        for cell in &module::generated(seed).cells {
            for at in opcode_words(&cell.code) {
                missing.retain(|op| lumen_lir::op(cell.code[at]) != Some(*op));
            }
        }
    }
    assert!(missing.is_empty(), "never generated: {missing:?}");
}
