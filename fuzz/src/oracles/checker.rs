//! The whole front end: it ends, reports in range, accepts only what verifies; what it accepts runs the same under both
//! engines.

use super::{engines, places};
use lumen_base::MemorySystem;
use lumen_compiler::compilation::{CompileInput, CompileOutput, Goal, Part};
use lumen_compiler::evaluate::{Evaluation, Evaluator};
use lumen_compiler::markdown::Form;
use lumen_compiler::pipeline::compile;
use lumen_lir::{Module, Verified};
use lumen_mdtest::MachineEvaluator;

/// Calls and rounds of a computation at compile time.
const STEPS: u64 = 20_000;

pub(crate) fn checker(input: &[u8]) {
    let out = compiled(input);
    places::shown(&out.diagnostics, &out.sources);
    let bug = out.diagnostics.iter().find(|d| d.code.as_str().starts_with('I'));
    assert!(bug.is_none(), "a bug of the compiler: {bug:?}");
    assert!(out.module.is_some() != out.has_errors(), "neither code nor an error");
    if let Some(module) = out.module {
        engines::agree(&module);
    }
}

fn compiled(input: &[u8]) -> CompileOutput {
    let library = "pub cell twice(n: Int) -> Int\n  n * 2\nend\n";
    let system = MemorySystem::with_files([("lib.lm".into(), library.into())]);
    compile(CompileInput {
        allowed: &[],
        name: "fuzz.lm",
        path: Some("fuzz.lm"),
        source: input.to_vec(),
        form: Form::Plain,
        part: Part::Program,
        goal: Goal::Lir,
        system: &system,
        evaluator: Some(&Hasty),
    })
}

/// The machine with little time.
struct Hasty;

impl Evaluator for Hasty {
    fn evaluate(&self, module: Verified<Module>, steps: u64) -> Evaluation {
        MachineEvaluator.evaluate(module, steps.min(STEPS))
    }
}
