//! What a collector gets of a run: the tree of its calls, attributes by the conventions, and never a secret.

use super::collector::{Collector, Span};
use crate::world::{Folder, command, exits, stderr};
use std::collections::BTreeMap;
use std::process::Output;

const SHOP: &str = "use tool llm.chat as Chat(prompt: String, model: String) -> Json\n\
    use tool shop.price as Price(name: String) -> Float\n\
    grant Chat\ngrant Price\n\
    cell ask(topic: String, more: Int) -> Null\n  let answer = Chat(topic, \"m-1\")\n  print(answer[\"text\"])\n  \
    if more > 0 then ask(topic, more - 1)\nend\n\
    cell main() -> Null\n  ask(\"tea\", 0)\n  ask(\"cups\", 0)\n  print(try Price(\"tea\"))\n  \
    print([1, 2].shuffle().length())\nend\n";
const CONFIG: &str = "[providers]\nllm = \"script:llm.json\"\nshop = \"script:shop.json\"\n";
const CHAT: &str = "[{\"reply\": {\"text\": \"yes\", \"model\": \"m-1-2026\", \
    \"usage\": {\"input_tokens\": 11, \"output_tokens\": 7}}, \"tokens\": 18, \"cost_usd\": 0.25, \"repeat\": true}]";
const PRICE: &str = "[{\"error\": {\"kind\": \"Unavailable\"}, \"repeat\": true}]";

fn folder(name: &str) -> Folder {
    let files =
        [("shop.lm", SHOP), ("lumen.toml", CONFIG), ("llm.json", CHAT), ("shop.json", PRICE)];
    Folder::new(name, &files)
}

fn run(folder: &Folder, args: &[&str], env: &[(&str, &str)]) -> Output {
    let all = [&["run", "--no-cache"], args].concat();
    let mut command = command(&folder.0, &all);
    env.iter().for_each(|(name, value)| {
        command.env(name, value);
    });
    command.output().expect("lumen runs")
}

/// What a document sends, which ends with this exit code.
fn exported(code: i32, folder: &Folder, args: &[&str], env: &[(&str, &str)]) -> Collector {
    let collector = Collector::answering("200 OK", b"");
    let output = run(folder, &[&["--otel", &collector.endpoint], args].concat(), env);
    exits(code, &output);
    assert!(!stderr(&output).contains("spans"), "{}", stderr(&output));
    collector
}

fn named<'s>(spans: &'s [Span], name: &str) -> Vec<&'s Span> {
    spans.iter().filter(|span| span.name == name).collect()
}

#[test]
fn the_tree_is_that_of_the_run() {
    let folder = folder("otel-tree");
    let headers = [("OTEL_EXPORTER_OTLP_HEADERS", "x-key=abc"), ("OTEL_SERVICE_NAME", "shop")];
    let collector = exported(0, &folder, &["shop.lm"], &headers);
    let requests = collector.requests();
    assert_eq!(requests.len(), 1);
    let head = requests[0].head.to_lowercase();
    assert!(head.starts_with("post /v1/traces http/1.1\r\n"), "{head}");
    assert!(head.contains("x-key: abc\r\n") && head.contains("application/x-protobuf"), "{head}");
    assert_eq!(collector.resource()["service.name"], "shop");

    let spans = collector.spans();
    let by_id: BTreeMap<&[u8], &Span> = spans.iter().map(|span| (&span.id[..], span)).collect();
    assert_eq!(by_id.len(), spans.len(), "names are different");
    let [root] = named(&spans, "run shop.lm")[..] else { panic!("one root: {spans:?}") };
    assert!(root.parent.is_empty() && root.error.is_none());
    assert_eq!(
        (root.get("lumen.operations"), root.get("process.exit.code")),
        (Some("8"), Some("0"))
    );
    for span in &spans {
        assert_eq!((span.trace.len(), span.id.len(), &span.trace), (16, 8, &root.trace));
        assert!(span.nanos[0] <= span.nanos[1], "{span:?}");
        if let Some(parent) = by_id.get(&span.parent[..]) {
            assert!(parent.nanos[0] <= span.nanos[0] && span.nanos[1] <= parent.nanos[1]);
        }
    }
    let parent = |span: &Span| by_id[&span.parent[..]].name.clone();
    let calls = named(&spans, "ask");
    assert_eq!(calls.len(), 2);
    assert!(calls.iter().all(|call| parent(call) == "main"));
    assert_eq!(parent(named(&spans, "main")[0]), "run shop.lm");
    let chats = named(&spans, "execute_tool llm.chat");
    assert_eq!(
        chats.iter().map(|chat| &chat.parent).collect::<Vec<_>>(),
        [&calls[0].id, &calls[1].id]
    );
    assert_eq!(named(&spans, "print").len(), 4);
    // A builtin is no tool, whatever its name.
    assert_eq!(named(&spans, "list.shuffle").len(), 1);
    assert_eq!(spans.len(), 12);
}

#[test]
fn calls_of_tools_have_the_attributes_of_the_conventions() {
    let folder = folder("otel-attributes");
    let spans = exported(0, &folder, &["shop.lm"], &[]).spans();
    let chat = named(&spans, "execute_tool llm.chat")[0];
    for (name, value) in [
        ("gen_ai.operation.name", "execute_tool"),
        ("gen_ai.tool.name", "llm.chat"),
        ("gen_ai.request.model", "m-1"),
        ("gen_ai.response.model", "m-1-2026"),
        ("gen_ai.usage.input_tokens", "11"),
        ("gen_ai.usage.output_tokens", "7"),
        ("lumen.tokens", "18"),
        ("lumen.cost_usd", "0.25"),
        ("code.function.name", "ask"),
        ("code.file.path", "shop.lm"),
        ("code.line.number", "6"),
    ] {
        assert_eq!(chat.get(name), Some(value), "{name}");
    }
    assert_eq!(chat.error, None);
    let price = named(&spans, "execute_tool shop.price")[0];
    assert_eq!(price.get("error.type"), Some("Unavailable"));
    assert!(price.error.is_some());
    // What was asked and answered is not sent, unless it is asked for.
    assert!(spans.iter().all(|span| span.get("gen_ai.tool.call.arguments").is_none()));
    let content = [("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "true")];
    let spans = exported(0, &folder, &["shop.lm"], &content).spans();
    let chat = named(&spans, "execute_tool llm.chat")[1];
    let args = chat.get("gen_ai.tool.call.arguments").expect("arguments");
    assert!(args.contains("\"cups\""), "{args}");
    assert!(chat.get("gen_ai.tool.call.result").expect("a result").contains("\"yes\""));
}

#[test]
fn a_run_that_fails_says_why_and_belongs_to_the_span_around_it() {
    let folder = folder("otel-fails");
    folder.write("a.lm", "cell main() -> Null\n  print(1)\n  print([1][7])\nend\n");
    let around = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let args = ["--trace-dir", "t", "a.lm"];
    let spans = exported(1, &folder, &args, &[("TRACEPARENT", around)]).spans();
    let root = named(&spans, "run a.lm")[0];
    assert!(root.get("error.type").expect("a code").starts_with("R1"), "{root:?}");
    assert_eq!((root.get("process.exit.code"), root.error.is_some()), (Some("1"), true));
    assert_eq!((root.trace[0], root.parent[0]), (0x0A, 0xB7));
    let run = std::fs::read_dir(folder.0.join("t")).expect("the folder").next().expect("a run");
    let name = run.expect("readable").file_name();
    assert_eq!(root.get("lumen.run"), name.to_str());
}

#[test]
fn no_secret_leaves_even_with_content() {
    let source = "use tool shop.login as Login(key: Secret[String], name: String) -> String\n\
        grant Login\ngrant env name \"SHOP_KEY\"\n\
        let key = secret_env(\"SHOP_KEY\")\nprint(Login(key, \"ann\"))\n\
        print(reveal(key).length())\n";
    let folder = folder("otel-secret");
    folder.write("s.lm", source);
    folder.write("shop.json", "[{\"reply\": \"hello hunter2-and-more\", \"repeat\": true}]");
    let env = [
        ("SHOP_KEY", "hunter2-and-more"),
        ("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "true"),
    ];
    let collector = exported(0, &folder, &["--allow-all", "s.lm"], &env);
    let spans = collector.spans();
    let login = named(&spans, "execute_tool shop.login")[0];
    let args = login.get("gen_ai.tool.call.arguments").expect("arguments");
    assert!(args.contains("ann") && args.contains("<secret "), "{args}");
    for request in collector.requests() {
        let text = String::from_utf8_lossy(&request.body).into_owned();
        assert!(!text.contains("hunter2"), "{text}");
    }
}

#[test]
fn what_turns_it_off_turns_it_off() {
    let folder = folder("otel-off");
    let collector = Collector::answering("200 OK", b"");
    let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint.as_str());
    exits(0, &run(&folder, &["shop.lm"], &[endpoint, ("OTEL_SDK_DISABLED", "true")]));
    exits(0, &run(&folder, &["--record", "r.jsonl", "shop.lm"], &[]));
    exits(0, &run(&folder, &["--replay", "r.jsonl", "shop.lm"], &[endpoint]));
    let output = run(&folder, &["shop.lm"], &[endpoint, ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")]);
    exits(0, &output);
    assert!(stderr(&output).contains("warning: the run is not exported"), "{}", stderr(&output));
    let flag = ["--otel", &collector.endpoint, "shop.lm"];
    let output = run(&folder, &flag, &[("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")]);
    exits(2, &output);
    assert!(collector.requests().is_empty());
    exits(0, &run(&folder, &["shop.lm"], &[endpoint]));
    assert_eq!(collector.spans().len(), 12);
}
