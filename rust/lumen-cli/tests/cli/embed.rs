//! The embedding interface: the example of `docs/howto/embed.md`, and functions that fail.

#[path = "../../examples/embed.rs"]
#[expect(dead_code, reason = "its `main` is for the command line")]
mod example;

use lumen_base::{MemorySystem, System};
use lumen_compiler::compilation::{CompileInput, Goal, Part};
use lumen_compiler::{markdown::Form, pipeline};
use lumen_lir::{Module, Verified};
use lumen_runtime::host::MemoryHost;
use lumen_runtime::trace::{Header, SharedTape, Strictness, Tape, line};
use lumen_vm::{Engine, HostFunctions, HostValue, Machine, RunOptions, link_with};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The module of a program, or its diagnostics.
fn compiled(source: &str) -> Result<Verified<Module>, String> {
    let compiled = pipeline::compile(CompileInput {
        allowed: &[],
        name: "test.lm",
        path: None,
        source: source.into(),
        form: Form::Plain,
        part: Part::Program,
        goal: Goal::Run,
        system: &MemorySystem::default(),
        evaluator: None,
    });
    let found: Vec<String> =
        compiled.diagnostics.iter().map(|d| format!("{}: {}", d.code, d.message)).collect();
    compiled.module.ok_or_else(|| found.join("; "))
}

/// Runs a program under both engines; the value of `main`, or code and message.
fn run(source: &str, functions: &HostFunctions) -> Result<Option<HostValue>, String> {
    let one = |engine| {
        let program = link_with(compiled(source)?, engine, functions).map_err(|e| e.to_string())?;
        let host = Box::new(MemoryHost::default());
        let machine = Machine::new(program, &RunOptions::default(), host);
        let (outcome, value) = machine.map_err(|e| e.to_string())?.run_for_value();
        match outcome.failure {
            Some(failure) => Err(format!("{}: {}", failure.error.code, failure.error.message)),
            None => {
                assert_eq!(outcome.leaked, 0);
                Ok(value)
            }
        }
    };
    let (threaded, switch) = (one(Engine::Threaded), one(Engine::Switch));
    assert_eq!(threaded, switch);
    threaded
}

#[test]
fn the_example_runs() {
    let value = example::bill(&example::functions());
    let payload = vec![(Some("value".to_owned()), HostValue::Float(36.0))];
    assert_eq!(value, Ok(Some(HostValue::Variant("ok".to_owned(), payload))));
}

#[test]
fn the_page_shows_the_example() {
    let page = include_str!("../../../../docs/howto/embed.md");
    let example = include_str!("../../examples/embed.rs");
    assert!(page.contains(&format!("````rust\n{example}````\n")), "copy the example into the page");
}

#[test]
fn values_of_every_kind_cross_both_ways() {
    let mut functions = HostFunctions::new();
    functions.add_untyped("same", |args| Ok(args[0].clone()));
    functions.add_untyped("shape", |args| Ok(args[0].clone()));
    functions.add("swap", |(a, b): (i64, String)| Ok((b, a)));
    functions.add("half", |n: Option<i64>| Ok(n.map(|n| n / 2)));
    functions.add("check", |n: i64| Ok(if n > 0 { Ok(n) } else { Err("not positive") }));
    functions.add("nothing", || Ok(()));
    let source = r#"
record P
  x: Int
  tags: set[String]
  next: P?
end
enum Shape
  Dot
  Circle(radius: Float)
  Pair(Int, Int)
end
extern cell same(p: P) -> P / {}
extern cell shape(all: list[Shape]) -> list[Shape] / {}
extern cell swap(pair: (Int, String)) -> (String, Int) / {}
extern cell half(n: Int?) -> Int? / {}
extern cell check(n: Int) -> result[Int, String] / {}
extern cell nothing() -> Null / {}
cell main() -> Bool
  let p = P(1, {"a", "b"}, P(2, set[String](), null))
  assert_eq(same(p), p)
  let all = [Dot, Circle(1.5), Pair(1, 2)]
  assert_eq(shape(all), all)
  assert_eq(swap((1, "a")), ("a", 1))
  assert_eq(half(5), 2)
  assert_eq(half(null), null)
  assert_eq([1, -1].map(check), [ok(1), err("not positive")])
  let f = swap
  assert_eq([(1, "x")].map(f), [("x", 1)])
  assert_eq(nothing(), null)
  true
end
"#;
    assert_eq!(run(source, &functions), Ok(Some(HostValue::Bool(true))));
}

#[test]
fn failures_are_clean() {
    let call = |functions: &HostFunctions| {
        run("extern cell f(n: Int) -> Int / {}\ncell main() -> Int = f(1) + 1\n", functions)
    };
    let none = HostFunctions::new();
    assert_eq!(
        call(&none),
        Err("R1060: the host does not give the function `f(Int) -> Int`".to_owned())
    );
    let mut functions = HostFunctions::new();
    functions.add("f", |n: String| Ok(n));
    let message =
        "R1062: the program declares `f(Int) -> Int`, the host gives `f(String) -> String`";
    assert_eq!(call(&functions), Err(message.to_owned()));
    functions.add("f", |_: i64| Err::<i64, _>("no luck".to_owned()));
    assert_eq!(call(&functions), Err("R1061: the host function `f` failed: no luck".to_owned()));
    functions.add("f", |_: i64| -> Result<i64, String> { panic!("a panic of the test") });
    assert_eq!(
        call(&functions),
        Err("R1061: the host function `f` failed: it panicked".to_owned())
    );
    functions.add_untyped("f", |_| Ok(HostValue::Str("one".to_owned())));
    assert_eq!(call(&functions), Err("R1015: expected Int, found String".to_owned()));
    let mut deep = HostValue::Null;
    for _ in 0..2_000 {
        deep = HostValue::List(vec![deep]);
    }
    functions.add_untyped("f", move |_| Ok(deep.clone()));
    assert!(call(&functions).is_err_and(|message| message.starts_with("R1017")));
    functions.add("f", |n: i64| Ok(n + 40));
    assert_eq!(call(&functions), Ok(Some(HostValue::Int(42))));
}

#[test]
fn a_failure_can_be_caught_and_conditions_hold() {
    let mut functions = HostFunctions::new();
    functions.add("f", || Err::<i64, _>("no luck".to_owned()));
    functions.add_untyped("p", |_| {
        Ok(HostValue::Map(vec![(HostValue::Str("x".to_owned()), HostValue::Int(-1))]))
    });
    let source = r#"
record P
  x: Int where x > 0
end
extern cell f() -> Int / {}
extern cell p() -> P / {}
cell main() -> (Bool, Bool)
  (attempt(fn() => f()).is_err(), attempt(fn() => p()).is_err())
end
"#;
    let both = HostValue::List(vec![HostValue::Bool(true), HostValue::Bool(true)]);
    assert_eq!(run(source, &functions), Ok(Some(both)));
}

#[test]
fn a_replay_calls_no_function_of_the_host() {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let mut functions = HostFunctions::new();
    functions.add("next", move |from: f64| {
        let call = counted.fetch_add(1, Ordering::Relaxed);
        if call == 2 { Err("enough".to_owned()) } else { Ok(from / 0.0) }
    });
    let source = "extern cell next(from: Float) -> Float / {input}\n\
                  cell main() -> list[String] / {input}\n  \
                  [1.0, -1.0, 0.0].map(fn(x) => \"{attempt(fn() => next(x))}\")\nend\n";
    let system = Arc::new(MemorySystem::default());
    let path = Path::new("run.trace");
    let out = system.create(path).expect("a file");
    let tape = Tape::record(system.clone(), out, Header::new("run", "test.lm")).expect("a tape");
    let first = on_tape(source, &functions, tape);
    assert_eq!(calls.load(Ordering::Relaxed), 3);
    let trace = line::read(&system.read(path).expect("the trace")).expect("it is in order");
    let tape = Tape::replay(system, trace, Strictness::Exact);
    assert_eq!(on_tape(source, &functions, tape), first);
    assert_eq!(calls.load(Ordering::Relaxed), 3);
}

fn on_tape(source: &str, functions: &HostFunctions, tape: Tape) -> Option<HostValue> {
    let program = link_with(compiled(source).expect("it compiles"), Engine::Threaded, functions);
    let options = RunOptions { tape: Some(SharedTape::new(tape)), ..RunOptions::default() };
    let host = Box::new(MemoryHost::default());
    let machine = Machine::new(program.expect("it links"), &options, host).expect("a machine");
    let (outcome, value) = machine.run_for_value();
    assert_eq!(outcome.failure, None);
    assert_eq!(outcome.leaked, 0);
    value
}
