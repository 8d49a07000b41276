//! Compiling and running generated programs.

use lumen_base::{Code, Diagnostic, MemorySystem};
use lumen_compiler::compilation::{CompileInput, Goal, Part};
use lumen_compiler::markdown::Form;
use lumen_compiler::pipeline::compile;
use lumen_lir::{Module, Verified};
use lumen_mdtest::MachineEvaluator;
use lumen_runtime::host::MemoryHost;
use lumen_vm::{Engine, JitOptions, Limits, Machine, RunOptions, link};

/// What the compiler says of a program.
pub(crate) struct Judged {
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) module: Option<Verified<Module>>,
}

impl Judged {
    /// The codes of the errors, in order of place.
    pub(crate) fn errors(&self) -> Vec<Code> {
        self.diagnostics.iter().filter(|d| d.is_error()).map(|d| d.code).collect()
    }
}

pub(crate) fn judge(source: &str) -> Judged {
    let out = compile(CompileInput {
        allowed: &[],
        name: "property.lm",
        path: None,
        source: source.as_bytes().to_vec(),
        form: Form::Plain,
        part: Part::Program,
        goal: Goal::Lir,
        system: &MemorySystem::default(),
        evaluator: Some(&MachineEvaluator),
    });
    Judged { diagnostics: out.diagnostics, module: out.module }
}

/// What a program prints under every engine; the text of a failure stands at the end.
#[track_caller]
pub(crate) fn printed(source: &str) -> String {
    let judged = judge(source);
    let Some(module) = judged.module else {
        panic!("rejected: {:?}\n{source}", judged.diagnostics);
    };
    let first = run(module.clone(), Engine::Switch);
    for engine in [Engine::Threaded, Engine::Jit] {
        let other = run(module.clone(), engine);
        assert_eq!(first, other, "{engine:?} disagrees about\n{source}");
    }
    first
}

#[track_caller]
fn run(module: Verified<Module>, engine: Engine) -> String {
    let program = link(module, engine).expect("verified code links");
    let limits = Limits { memory: 256 << 20, instructions: Some(5_000_000), ..Limits::default() };
    let host = MemoryHost::default();
    let out = host.out.clone();
    let jit = JitOptions { threshold: 1, ..JitOptions::default() };
    let options = RunOptions { limits, jit, ..RunOptions::default() };
    let machine = Machine::new(program, &options, Box::new(host));
    let outcome = machine.expect("there is room for a stack").run();
    assert_eq!(outcome.leaked, 0, "objects leaked under {engine:?}");
    let mut text = String::from_utf8_lossy(&out.lock().expect("nobody panicked")).into_owned();
    if let Some(failure) = outcome.failure {
        text.push_str(&format!("{}\n", failure.error.code));
    }
    text
}
