//! Collectors that are dead, slow or refuse: the program does not wait for them, and what was lost is told once.

use super::collector::Collector;
use crate::world::{Folder, command, exits, stderr};
use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

/// What the end of a run may wait, and some time for a process to end.
const FLUSH: Duration = Duration::from_millis(600);
/// How often it is tried on a machine that is busy.
const TRIES: usize = 8;
const CALLS: usize = 3_000;

fn folder(name: &str) -> Folder {
    let source = format!(
        "use tool shop.price as Price(name: String) -> Float\ngrant Price\nlet mut sum = 0.0\n\
         for _ in 0..{CALLS}\n  sum += Price(\"tea\")\nend\nprint(if sum > 0.0 then \"done\" else \"nothing\")\n"
    );
    let files = [
        ("shop.lm", source.as_str()),
        ("lumen.toml", "[providers]\nshop = \"script:shop.json\"\n"),
        ("shop.json", "[{\"reply\": 2.5, \"repeat\": true}]"),
    ];
    Folder::new(name, &files)
}

/// Runs the program; how long it took from its start to its last word, and from there to the end of the process.
fn timed(folder: &Folder, endpoint: &str, env: &[(&str, &str)]) -> ([Duration; 2], Output) {
    let mut command = command(&folder.0, &["run", "--otel", endpoint, "shop.lm"]);
    env.iter().for_each(|(name, value)| {
        command.env(name, value);
    });
    let start = Instant::now();
    let mut child = command.stdin(Stdio::null()).spawn().expect("lumen starts");
    let mut out = BufReader::new(child.stdout.take().expect("it is piped"));
    let mut line = String::new();
    out.read_line(&mut line).expect("a line");
    assert_eq!(line, "done\n");
    let computed = start.elapsed();
    let mut rest = String::new();
    out.read_to_string(&mut rest).expect("the end");
    let output = child.wait_with_output().expect("lumen ends");
    ([computed, start.elapsed() - computed], output)
}

/// Runs the program against an endpoint until the end of a run was as quick as promised; gives what it said.
fn quick(name: &str, endpoint: &str) -> String {
    let folder = folder(name);
    let patient = [("OTEL_EXPORTER_OTLP_TIMEOUT", "60000"), ("OTEL_BSP_SCHEDULE_DELAY", "1")];
    let mut all = Vec::new();
    for _ in 0..TRIES {
        let ([_, ending], output) = timed(&folder, endpoint, &patient);
        exits(0, &output);
        if ending <= FLUSH {
            return stderr(&output);
        }
        all.push(ending);
    }
    panic!("{all:?}")
}

#[track_caller]
fn says_once(said: &str, wanted: &str) {
    assert_eq!(said.matches("spans did not reach").count(), 1, "{said}");
    assert!(said.starts_with("warning: ") && said.contains(wanted), "{said}");
}

/// Spans of the calls, of `print`, of `main` and of the run.
const SPANS: usize = CALLS + 3;

#[test]
fn a_closed_port_costs_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let endpoint = format!("http://user:hidden@{}", listener.local_addr().expect("an address"));
    drop(listener);
    let said = quick("otel-closed", &endpoint);
    says_once(&said, &format!("{SPANS} of {SPANS} spans did not reach http://127.0.0.1:"));
    assert!(!said.contains("hidden"), "{said}");
}

#[test]
fn a_collector_that_never_answers_costs_the_flush() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
    let kept = std::thread::spawn(move || listener.incoming().take(TRIES).collect::<Vec<_>>());
    let said = quick("otel-mute", &endpoint);
    says_once(&said, &format!("{SPANS} of {SPANS} spans did not reach"));
    drop(kept);
}

#[test]
fn a_collector_that_refuses_is_told_once() {
    let collector = Collector::answering("400 Bad Request", b"");
    let said = quick("otel-refuses", &collector.endpoint);
    says_once(&said, "it answered 400");
    // One of the batches before the end comes again, when the collector may take it later.
    let collector = Collector::answering("503 Service Unavailable", b"");
    let said = quick("otel-busy", &collector.endpoint);
    says_once(&said, "it answered 503");
    // `partial_success { rejected_spans: 2 }`, for each batch.
    let collector = Collector::answering("200 OK", &[0x0A, 2, 0x08, 2]);
    let said = quick("otel-rejects", &collector.endpoint);
    says_once(&said, "it rejected them");
}

#[test]
fn a_queue_that_is_full_drops_and_counts() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
    let kept = std::thread::spawn(move || listener.incoming().take(1).collect::<Vec<_>>());
    let small = [
        ("OTEL_BSP_MAX_QUEUE_SIZE", "8"),
        ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "4"),
        ("OTEL_BSP_SCHEDULE_DELAY", "1"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "600000"),
    ];
    let ([computed, _], output) = timed(&folder("otel-full"), &endpoint, &small);
    exits(0, &output);
    says_once(&stderr(&output), &format!("{SPANS} of {SPANS} spans"));
    // The request would have waited ten minutes.
    assert!(computed < Duration::from_secs(60), "{computed:?}");
    drop(kept);
}
