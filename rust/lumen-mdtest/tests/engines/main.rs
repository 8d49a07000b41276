//! Generated programs under every engine: output, failure, stack trace and leaks are the same.
//!
//! `LUMEN_PROGRAMS=10000` runs that many, `LUMEN_PROGRAMS_FROM=5000` begins with another seed. A program that engines
//! disagree about is made smaller by generating it again with fewer statements. `LUMEN_PROGRAMS_ENGINES=interp` compares
//! the interpreters alone, which takes a tenth of the time. `LUMEN_PROGRAM=FILE` compares that program and no other.

mod generate;

use generate::program;
use lumen_base::{OsSystem, System};
use lumen_lir::{Module, Verified};
use lumen_mdtest::{compile_plain, observe_plain};
use lumen_vm::{Engine, JitOptions, Limits};

/// Programs of an ordinary run.
const PROGRAMS: u64 = 60;
/// Statements that a program's cells may have, at least and at most.
const SIZES: std::ops::RangeInclusive<u32> = 1..=6;

/// The ways to run a program; the first is the oracle. What takes most of the time is making native code: each program
/// is left at every safepoint or compiled when it is warm, not both.
fn ways(seed: u64) -> [(&'static str, Engine, JitOptions); 4] {
    let jit = JitOptions { threshold: 1, ..JitOptions::default() };
    let other = match seed % 2 {
        0 => ("native, left at every safepoint", JitOptions { forced_exits: true, ..jit }),
        _ => ("native when warm", JitOptions { threshold: 40, ..jit }),
    };
    [
        ("switch", Engine::Switch, jit),
        ("threaded", Engine::Threaded, jit),
        ("native at first sight", Engine::Jit, jit),
        (other.0, Engine::Jit, other.1),
    ]
}

/// How many of the ways are taken: all of them, or the interpreters alone.
fn taken() -> usize {
    match OsSystem.env("LUMEN_PROGRAMS_ENGINES").as_deref() {
        Some("interp") => 2,
        _ => 4,
    }
}

fn compiled(source: &str) -> Result<Verified<Module>, String> {
    let out = compile_plain("generated.lm", source);
    let errors: Vec<String> = out
        .diagnostics
        .iter()
        .filter(|d| d.is_error())
        .map(|d| format!("{}: {}", d.code, d.message))
        .collect();
    out.module.ok_or_else(|| errors.join("\n"))
}

/// Everything that a run shows.
fn run(module: &Verified<Module>, engine: Engine, jit: JitOptions) -> String {
    let limits = Limits {
        memory: 64 << 20,
        stack: 1 << 20,
        instructions: Some(40_000),
        output: Some(1 << 20),
    };
    let seen = observe_plain(module, engine, jit, limits).expect("verified code starts");
    let mut text = String::from_utf8_lossy(&seen.out).into_owned();
    if let Some(failure) = &seen.failure {
        let (error, trace) = (&failure.error, &failure.trace);
        text.push_str(&format!("{}: {} {:?}\n{trace}", error.code, error.message, error.notes));
    }
    text.push_str(&format!("leaked {}, exit {}\n", seen.leaked, seen.exit_code));
    text
}

/// How the engines disagree about a generated program; nothing when they agree.
fn disagreement(seed: u64, size: u32) -> Option<String> {
    disagreement_about(&program(seed, size), seed)
}

fn disagreement_about(source: &str, seed: u64) -> Option<String> {
    let module = match compiled(source) {
        Ok(module) => module,
        Err(errors) => return Some(format!("seed {seed} is rejected:\n{errors}\n{source}")),
    };
    let [(_, engine, jit), others @ ..] = ways(seed);
    let expected = run(&module, engine, jit);
    if !expected.contains("leaked 0") {
        return Some(format!("seed {seed} leaks:\n{expected}\n{source}"));
    }
    for (name, engine, jit) in others.into_iter().take(taken() - 1) {
        let found = run(&module, engine, jit);
        if found != expected {
            return Some(format!("seed {seed}, {name}:\n{found}\nexpected:\n{expected}\n{source}"));
        }
    }
    None
}

/// A number from the environment.
fn number(name: &str, otherwise: u64) -> u64 {
    OsSystem.env(name).and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// The program of a file.
#[expect(clippy::disallowed_methods, reason = "a test reads the file that it is asked about")]
fn named_program() -> Option<String> {
    let path = OsSystem.env("LUMEN_PROGRAM")?;
    Some(std::fs::read_to_string(path).expect("the program can be read"))
}

#[test]
fn engines_agree_about_generated_programs() {
    if let Some(source) = named_program() {
        let found = [0, 1].into_iter().find_map(|seed| disagreement_about(&source, seed));
        return assert!(found.is_none(), "{}", found.unwrap_or_default());
    }
    let (from, count) = (number("LUMEN_PROGRAMS_FROM", 1), number("LUMEN_PROGRAMS", PROGRAMS));
    for seed in from..from + count {
        let size = SIZES.start() + (seed % u64::from(SIZES.end() - SIZES.start() + 1)) as u32;
        if disagreement(seed, size).is_some() {
            let smaller = (1..=size).find_map(|size| disagreement(seed, size));
            panic!("{}", smaller.unwrap_or_default());
        }
    }
}
