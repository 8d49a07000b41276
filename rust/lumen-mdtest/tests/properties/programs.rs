//! Compiling and running generated programs.

use lumen_base::{Code, Diagnostic};
use lumen_lir::{Module, Verified};
use lumen_mdtest::{compile_plain, observe_plain};
use lumen_vm::{Engine, JitOptions, Limits};

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
    let out = compile_plain("property.lm", source);
    Judged { diagnostics: out.diagnostics, module: out.module }
}

/// What a program prints under every engine; the text of a failure stands at the end.
#[track_caller]
pub(crate) fn printed(source: &str) -> String {
    let judged = judge(source);
    let Some(module) = judged.module else {
        panic!("rejected: {:?}\n{source}", judged.diagnostics);
    };
    let first = run(&module, Engine::Switch);
    for engine in [Engine::Threaded, Engine::Jit] {
        let other = run(&module, engine);
        assert_eq!(first, other, "{engine:?} disagrees about\n{source}");
    }
    first
}

#[track_caller]
fn run(module: &Verified<Module>, engine: Engine) -> String {
    let limits = Limits { memory: 256 << 20, instructions: Some(5_000_000), ..Limits::default() };
    let jit = JitOptions { threshold: 1, ..JitOptions::default() };
    let seen = observe_plain(module, engine, jit, limits).expect("verified code starts");
    assert_eq!(seen.leaked, 0, "objects leaked under {engine:?}");
    let mut text = String::from_utf8_lossy(&seen.out).into_owned();
    if let Some(failure) = seen.failure {
        text.push_str(&format!("{}\n", failure.error.code));
    }
    text
}
