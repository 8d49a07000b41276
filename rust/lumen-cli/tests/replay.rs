//! Replays of recordings that were changed in one place: each is reported, with both sides.
//!
//! The changed recordings are whole again (their hashes are right), so only the comparison can find the change.

use lumen_base::{Code, MemorySystem, System};
use lumen_compiler::compilation::{CompileInput, Goal, Part};
use lumen_compiler::{markdown::Form, pipeline};
use lumen_lir::{Module, Verified};
use lumen_runtime::host::MemoryHost;
use lumen_runtime::tools::{ScriptedProvider, ToolFailure, Tools};
use lumen_runtime::trace::line::{self, Chain, Trace};
use lumen_runtime::trace::{
    Answer, Event, Header, Operation, Reported, Returned, SharedTape, Strictness, Tape,
};
use lumen_vm::{Engine, Machine, Outcome, RunOptions, link};
use serde_json::Value as Json;
use std::path::Path;
use std::sync::Arc;

const PROGRAM: &str = "
cell draw(n: Int) -> list[Int] / {random}
  [random_int(1, 1_000_000) for _ in 0..n]
end

cell main() -> Null
  let name = read_line() ?? \"nobody\"
  print(\"hello {name}\", args())
  let drawn = draw(6)
  print(drawn, shuffle(drawn))
  print(timestamp(), timestamp_ms(), uuid(), uuid_v7(), random())
  sleep(3)
  emit {\"drawn\": drawn}
  print(attempt(fn() => random_int(2, 1)))
end
";

/// Everything that is granted: files, variables, requests, programs, tools.
const GRANTED: &str = "
grant fs path \"data/**\"
grant env name \"HOME\"
grant http domain \"api.example.com\"
grant exec program \"git\"
use tool shop.find as Find(name: String) -> list[Float]
grant Find
use tool llm.chat as Chat
grant Chat

cell main() -> Null
  print(read_file(\"data/a.txt\"), exists(\"data/b.txt\"))
  print(try read_file(\"data/none.txt\"))
  write_file(\"data/c.txt\", \"text\")
  print(get_env(\"HOME\"))
  let reply = http_get(\"https://api.example.com/price\")
  print(reply.status, reply.body)
  print(run_command([\"git\", \"--version\"]).output)
  print(Find(\"tea\"), try Find(\"none\"))
  let text: String = Chat(prompt: \"hello\")
  let said: Untrusted[String] = Chat(prompt: \"again\")
  print(text, said, trust(said, \"it is only shown\").length())
end
";

/// What answers `GRANTED`.
const SCRIPT: &str = r#"[
  {"tool": "fs.read_file", "when": {"path": "data/a.txt"}, "reply": "the text"},
  {"tool": "fs.exists", "reply": true},
  {"tool": "fs.read_file", "error": {"kind": "NotFound", "message": "no such file"}},
  {"tool": "fs.write_file", "reply": null},
  {"tool": "env.get_env", "reply": "/home/ann"},
  {"tool": "http.get", "reply": {"status": 200, "headers": {}, "body": "12.5"}},
  {"tool": "exec.run_command", "reply": {"code": 0, "output": "git 2", "errors": ""}},
  {"tool": "shop.find", "when": {"name": "tea"}, "reply": [1.5, 2.0]},
  {"tool": "shop.find", "error": {"kind": "RateLimited", "retry_after_ms": 5}},
  {"tool": "llm.chat", "reply": "hi", "repeat": true}
]"#;

/// Scripted answers for what `GRANTED` calls.
fn tools() -> Tools {
    ["fs", "env", "http", "exec", "shop", "llm"].into_iter().fold(Tools::new(), |tools, name| {
        let script = ScriptedProvider::new("script", SCRIPT).expect("a script");
        tools.with_provider(name, Box::new(script))
    })
}

fn module(source: &str) -> Verified<Module> {
    let compiled = pipeline::compile(CompileInput {
        allowed: &[],
        name: "draw.lm",
        path: None,
        source: source.into(),
        form: Form::Plain,
        part: Part::Program,
        goal: Goal::Run,
        system: &MemorySystem::default(),
        evaluator: None,
    });
    assert!(compiled.diagnostics.is_empty(), "{:?}", compiled.diagnostics);
    compiled.module.expect("it compiles")
}

/// A host of which nothing is as it was when `PROGRAM` was recorded.
fn host(lines: &[&str], clock: i64) -> Box<MemoryHost> {
    let lines = lines.iter().rev().map(|line| (*line).to_owned()).collect();
    Box::new(MemoryHost { lines, clock, ..MemoryHost::default() })
}

fn run(module: &Verified<Module>, tape: Tape, engine: Engine, host: Box<MemoryHost>) -> Outcome {
    let program = link(module.clone(), engine).expect("it links");
    let options = RunOptions { tape: Some(SharedTape::new(tape)), ..RunOptions::default() };
    Machine::new(program, &options, host).expect("a machine").with_tools(tools()).run()
}

fn recorded(module: &Verified<Module>) -> Trace {
    let system = Arc::new(MemorySystem::default());
    let path = Path::new("run.trace");
    let out = system.create(path).expect("a file");
    let tape = Tape::record(system.clone(), out, Header::new("run", "draw.lm")).expect("a tape");
    let outcome = run(module, tape, Engine::Threaded, host(&["Ann"], 1_234_567_891));
    assert_eq!(outcome.failure, None);
    line::read(&system.read(path).expect("it was written")).expect("it is in order")
}

/// The trace as a file again, read back.
fn rewritten(trace: &Trace) -> Trace {
    let mut chain = Chain::default();
    let mut text = chain.line(&Event::Run(trace.header.clone()));
    for (at, op) in trace.operations.iter().enumerate() {
        let op = Operation { seq: at as u64 + 1, ..op.clone() };
        text.push_str(&chain.line(&Event::Op(op)));
    }
    let mut end = trace.end.clone().expect("the run has ended");
    end.operations = trace.operations.len() as u64;
    text.push_str(&chain.line(&Event::End(end)));
    line::read(text.as_bytes()).expect("it is in order")
}

fn replay(module: &Verified<Module>, trace: &Trace, engine: Engine) -> Outcome {
    let tape = Tape::replay(Arc::new(MemorySystem::default()), trace.clone(), Strictness::Exact);
    run(module, tape, engine, host(&["Bob", "Cid"], 77))
}

fn other(answer: &Answer) -> Answer {
    match answer {
        Answer::Done => Answer::Failed("no".to_owned()),
        Answer::Bits(bits) => Answer::Bits(bits ^ 0x5A5A_5A5A_5A5A_5A5A),
        Answer::Nanos(nanos) => Answer::Nanos(nanos + 1_000_000),
        Answer::Line(_) => Answer::Line(Some("Dan".to_owned())),
        Answer::Args(_) => Answer::Args(vec!["x".to_owned()]),
        Answer::Reply(Json::Null) => Answer::NoReply(ToolFailure::failed("no")),
        Answer::Reply(reply) => Answer::Reply(other_reply(reply)),
        Answer::NoReply(_) => Answer::Reply(Json::Null),
        Answer::Value(_) | Answer::Failed(_) | Answer::Approved(_) | Answer::Stopped(_) => {
            Answer::Done
        }
    }
}

/// A reply of the same form.
fn other_reply(reply: &Json) -> Json {
    match reply {
        Json::Null => Json::Null,
        Json::Bool(value) => Json::Bool(!value),
        Json::Number(value) => (value.as_f64().unwrap_or(0.0) + 1.0).into(),
        Json::String(text) => Json::String(format!("{text}?")),
        Json::Array(items) => items.iter().map(other_reply).collect(),
        Json::Object(fields) => {
            fields.iter().map(|(name, value)| (name.clone(), other_reply(value))).collect()
        }
    }
}

/// Every recording that differs from `trace` in one thing, with what that is.
fn changed(trace: &Trace) -> Vec<(String, Trace)> {
    let mut all = Vec::new();
    for (at, op) in trace.operations.iter().enumerate() {
        let mut add = |what: &str, change: &dyn Fn(&mut Vec<Operation>)| {
            let mut changed = trace.clone();
            change(&mut changed.operations);
            all.push((format!("{what} of {} ({})", at + 1, op.call()), rewritten(&changed)));
        };
        add("the name", &|ops| ops[at].name.push('x'));
        add("the arguments", &|ops| ops[at].args.push("1".to_owned()));
        add("the loss", &|ops| drop(ops.remove(at)));
        add("a repetition", &|ops| ops.insert(at, op.clone()));
        add("the result", &|ops| ops[at].returned = Returned::Value("other".to_owned()));
        add("a failure", &|ops| {
            let (code, message) = ("R1020".to_owned(), "no".to_owned());
            ops[at].returned = Returned::Failed(Reported { code, message });
        });
        add("one more answer", &|ops| ops[at].answers.push(Answer::Done));
        for (nth, answer) in op.answers.iter().enumerate() {
            // Other bits may shuffle the same way, and then nothing is otherwise.
            if op.name != "list.shuffle" {
                add("another answer", &|ops| ops[at].answers[nth] = other(answer));
            }
            add("the loss of an answer", &|ops| drop(ops[at].answers.remove(nth)));
        }
        let next = trace.operations.get(at + 1);
        if next.is_some_and(|next| next.call() != op.call()) {
            add("the order", &|ops| ops.swap(at, at + 1));
        }
    }
    all
}

/// Every change of the recording of a program is found, and there are so many.
fn finds_every_change(source: &str, at_least: usize) {
    let module = module(source);
    let trace = recorded(&module);
    for engine in [Engine::Threaded, Engine::Switch] {
        assert_eq!(replay(&module, &rewritten(&trace), engine).failure, None);
    }
    let changed = changed(&trace);
    assert!(changed.len() > at_least, "{}", changed.len());
    for (what, trace) in changed {
        for engine in [Engine::Threaded, Engine::Switch] {
            let outcome = replay(&module, &trace, engine);
            let error = outcome.failure.map(|failure| failure.error);
            let Some(error) = error.filter(|error| error.code == Code::R1075) else {
                panic!("{what} is not found by {engine:?}");
            };
            let has = |start: &str| error.notes.iter().any(|note| note.starts_with(start));
            assert!(has("recorded: ") && has("now:      "), "{what}: {:?}", error.notes);
            assert_eq!(outcome.leaked, 0, "{what}");
        }
    }
}

#[test]
fn each_change_of_a_recording_is_a_divergence() {
    finds_every_change(PROGRAM, 100);
}

#[test]
fn each_change_of_what_files_requests_and_tools_answered_is_a_divergence() {
    finds_every_change(GRANTED, 100);
}

#[test]
fn another_end_is_a_divergence() {
    let module = module(PROGRAM);
    let mut trace = recorded(&module);
    trace.end.as_mut().expect("an end").exit_code = 3;
    let failure = replay(&module, &trace, Engine::Threaded).failure.expect("it diverges");
    assert_eq!(failure.error.code, Code::R1075);
    assert!(failure.error.notes.contains(&"recorded: the run ends with exit code 3".to_owned()));
}
