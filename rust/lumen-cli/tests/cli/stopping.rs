//! Ctrl-C and SIGTERM of real processes: what is deferred runs, the trace is whole, the exit status tells.

#![cfg(unix)]

use crate::world::{Folder, command, exits, lumen_in, stderr, stdout};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

const ENGINES: [&str; 3] = ["interp", "jit", "switch"];
/// How long a stop may take: much more than it does, for machines that are busy, and less than any program here.
const LIMIT: Duration = Duration::from_secs(60);

/// Sends a signal.
fn signal(name: &str, to: &Child) {
    let sent = Command::new("kill").args([name, &to.id().to_string()]).status();
    assert!(sent.expect("`kill` runs").success());
}

/// Starts a program, which says `ready`.
fn ready(folder: &Path, args: &[&str]) -> (Child, BufReader<std::process::ChildStdout>) {
    let mut command = command(folder, args);
    let mut child = command.stdin(Stdio::null()).spawn().expect("lumen starts");
    let mut out = BufReader::new(child.stdout.take().expect("it is piped"));
    let mut line = String::new();
    out.read_line(&mut line).expect("a line");
    assert_eq!(line, "ready\n");
    (child, out)
}

/// Stops a program that has said `ready`; what it wrote from then on.
fn stopped(folder: &Path, args: &[&str], signals: &[&str]) -> Output {
    let (mut child, mut out) = ready(folder, args);
    let start = Instant::now();
    for (at, name) in signals.iter().enumerate() {
        if at > 0 {
            std::thread::sleep(Duration::from_millis(300));
        }
        signal(name, &child);
    }
    let mut stdout = Vec::new();
    out.read_to_end(&mut stdout).expect("output");
    let mut stderr = Vec::new();
    child.stderr.take().expect("it is piped").read_to_end(&mut stderr).expect("errors");
    let status = child.wait().expect("lumen ends");
    assert!(start.elapsed() < LIMIT, "it went on");
    Output { status, stdout, stderr }
}

/// A program that says `ready`, does `body`, and defers something around it.
fn program(body: &str) -> String {
    format!(
        "effect Ask\n  cell ask(n: Int) -> Int\nend\n\
         cell numbers() -> yield Int / {{time}}\n  defer\n    print(\"generator closed\")\n  end\n\
         \x20 ready()\n  let mut n = 0\n  while true\n    n += 1\n    if n < 0\n      yield n\n    end\n  end\nend\n\
         cell spin() -> Int\n  let mut n = 0\n  while true\n    n += 1\n  end\n  n\nend\n\
         cell fib(n: Int) -> Int = if n < 2 then n else fib(n - 1) + fib(n - 2)\n\
         cell ready() -> Null\n  print(\"ready\")\n  sleep(1)\nend\n\
         cell main() -> Null\n  defer\n    print(\"closed\")\n  end\n{body}  print(\"never\")\nend\n"
    )
}

/// What is stopped, and what is printed then before `closed`.
const BODIES: [(&str, &str, &str); 7] = [
    ("computing", "  ready()\n  print(spin())\n", ""),
    ("calling", "  ready()\n  print(fib(70))\n", ""),
    ("sleeping", "  ready()\n  sleep(600_000)\n", ""),
    ("generating", "  for n in numbers()\n    print(n)\n  end\n", "generator closed\n"),
    (
        "handling",
        "  ready()\n  let n = handle\n    Ask.ask(1) + 1\n  with\n    Ask.ask(n) => resume(spin())\n  end\n  print(n)\n",
        "",
    ),
    (
        "handled",
        "  let n = handle\n    defer\n      print(\"body left\")\n    end\n    ready()\n    spin()\n  with\n    \
         Ask.ask(n) => resume(n)\n  end\n  print(n)\n",
        "body left\n",
    ),
    (
        "deferring",
        "  do\n    defer\n      ready()\n      sleep(400)\n      print(\"defer done\")\n    end\n  end\n  print(spin())\n",
        "defer done\n",
    ),
];

#[test]
fn what_runs_is_stopped_and_what_is_deferred_runs() {
    for (name, body, before) in BODIES {
        let folder = Folder::new(&format!("stop-{name}"), &[("a.lm", &program(body))]);
        for (at, engine) in ENGINES.into_iter().enumerate() {
            let (sent, status) = [("-INT", 130), ("-TERM", 143)][at % 2];
            let output = stopped(&folder.0, &["run", "--engine", engine, "a.lm"], &[sent]);
            exits(status, &output);
            assert_eq!(stdout(&output), format!("{before}closed\n"), "{name}, {engine}");
            assert_eq!(stderr(&output), "", "{name}, {engine}");
        }
    }
}

#[test]
fn a_stopped_run_replays_under_every_engine() {
    for (name, body, before) in BODIES {
        let folder = Folder::new(&format!("stop-trace-{name}"), &[("a.lm", &program(body))]);
        let output = stopped(&folder.0, &["run", "--trace-dir", "t", "a.lm"], &["-INT"]);
        exits(130, &output);
        let verified = lumen_in(&folder.0, &["trace", "--trace-dir", "t", "verify", "last"], "");
        exits(0, &verified);
        for engine in ENGINES {
            let args = ["replay", "--trace-dir", "t", "last", "--engine", engine];
            let replayed = lumen_in(&folder.0, &args, "");
            exits(0, &replayed);
            assert_eq!(stdout(&replayed), format!("ready\n{before}closed\n"), "{name}, {engine}");
        }
    }
}

#[test]
fn a_second_signal_ends_the_process_at_once() {
    let body =
        "  defer\n    sleep(600_000)\n    print(\"slept\")\n  end\n  ready()\n  sleep(600_000)\n";
    let folder = Folder::new("stop-twice", &[("a.lm", &program(body))]);
    let output = stopped(&folder.0, &["run", "a.lm"], &["-TERM", "-INT"]);
    exits(130, &output);
    assert_eq!(stdout(&output), "");
}

#[test]
fn a_defer_that_does_not_end_is_ended_after_five_seconds() {
    let body = "  defer\n    print(spin())\n  end\n  ready()\n  sleep(600_000)\n";
    let folder = Folder::new("stop-long-defer", &[("a.lm", &program(body))]);
    let start = Instant::now();
    let output = stopped(&folder.0, &["run", "a.lm"], &["-INT"]);
    exits(130, &output);
    // No `defer` runs any more when the time is over.
    assert_eq!(stdout(&output), "");
    assert!(start.elapsed() >= Duration::from_secs(5), "it was ended too early");
}

#[test]
fn a_program_that_is_waited_for_is_ended_too() {
    let body = "  ready()\n  print(run_command([\"sh\", \"-c\", \"sleep 600; echo slept\"]))\n";
    let text = format!("grant exec program \"sh\" timeout_ms 900_000\n{}", program(body));
    let folder = Folder::new("stop-command", &[("a.lm", &text)]);
    let output = stopped(&folder.0, &["run", "a.lm"], &["-INT"]);
    exits(130, &output);
    assert_eq!(stdout(&output), "closed\n");
}

#[test]
fn a_timeout_stops_what_it_waits_for() {
    let text = "grant exec program \"sh\" timeout_ms 900_000\n\
                cell wait() -> Int = run_command([\"sh\", \"-c\", \"sleep 600\"]).code\n\
                print(timeout(100, wait()))\nprint(run_command([\"sh\", \"-c\", \"exit 3\"]).code)\n";
    let folder = Folder::new("timeout-command", &[("a.lm", text)]);
    let start = Instant::now();
    let output = lumen_in(&folder.0, &["run", "--trace-dir", "t", "a.lm"], "");
    exits(0, &output);
    assert_eq!(stdout(&output), "err(Timeout)\n3\n");
    assert!(start.elapsed() < LIMIT, "it went on");
    for engine in ENGINES {
        let replayed =
            lumen_in(&folder.0, &["replay", "--trace-dir", "t", "last", "--engine", engine], "");
        exits(0, &replayed);
        assert_eq!(stdout(&replayed), "err(Timeout)\n3\n");
    }
}

/// Programs that compute under a clock: where they are stopped differs from run to run, and their replays do not.
#[test]
fn timeouts_of_computations_replay_under_every_engine() {
    let text = "cell spin(k: Int) -> Int\n  let mut n = 0\n  while true\n    n += 1\n    if n % 1000 == 0\n      \
                defer\n        sleep(0)\n      end\n    end\n  end\n  n + k\nend\n\
                cell fib(n: Int) -> Int = if n < 2 then n else fib(n - 1) + fib(n - 2)\n\
                cell inner() -> String = \"{timeout(20, fib(60))} {timeout(10_000, spin(1))}\"\n\
                cell main() -> Null\n  for n in 0..3\n    print(timeout(15, spin(n)))\n  end\n  \
                print(timeout(60, inner()))\n  print(timeout(1_000_000, fib(10)))\nend\n";
    let folder = Folder::new("timeout-replay", &[("a.lm", text)]);
    let expected = "err(Timeout)\nerr(Timeout)\nerr(Timeout)\nerr(Timeout)\nok(55)\n";
    for engine in ENGINES {
        let args = ["run", "--engine", engine, "--trace-dir", engine, "a.lm"];
        let output = lumen_in(&folder.0, &args, "");
        exits(0, &output);
        assert_eq!(stdout(&output), expected, "{engine}");
        for again in ENGINES {
            let args = ["replay", "--trace-dir", engine, "last", "--engine", again];
            let replayed = lumen_in(&folder.0, &args, "");
            exits(0, &replayed);
            assert_eq!(stdout(&replayed), expected, "{engine}, {again}");
        }
    }
}

#[test]
fn what_waits_for_input_is_stopped() {
    let body = "  print(\"ready\")\n  print(read_line())\n";
    let folder = Folder::new("stop-input", &[("a.lm", &program(body))]);
    for (at, engine) in ENGINES.into_iter().enumerate() {
        let args = ["run", "--trace-dir", "t", "--engine", engine, "a.lm"];
        let mut child = command(&folder.0, &args).spawn().expect("lumen starts");
        // It stays open: no line comes, and no end.
        let input = child.stdin.take().expect("it is piped");
        let mut out = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut text = String::new();
        out.read_line(&mut text).expect("a line");
        std::thread::sleep(Duration::from_millis(100));
        let (sent, status) = [("-INT", 130), ("-TERM", 143)][at % 2];
        signal(sent, &child);
        out.read_to_string(&mut text).expect("output");
        assert_eq!(child.wait().expect("lumen ends").code(), Some(status), "{engine}");
        assert_eq!(text, "ready\nclosed\n", "{engine}");
        drop(input);
        let replayed = lumen_in(&folder.0, &["replay", "--trace-dir", "t", "last"], "");
        exits(0, &replayed);
        assert_eq!(stdout(&replayed), "ready\nclosed\n", "{engine}");
    }
}

#[test]
fn a_line_that_comes_too_late_is_the_next_one() {
    let text = "print(timeout(200, read_line()))\nprint(read_line(), read_line())\nprint(timeout(60_000, read_line()))\nprint(read_line())\n";
    let folder = Folder::new("late-input", &[("a.lm", text)]);
    let mut child = command(&folder.0, &["run", "a.lm"]).spawn().expect("lumen starts");
    let mut input = child.stdin.take().expect("it is piped");
    let mut out = BufReader::new(child.stdout.take().expect("it is piped"));
    let mut told = String::new();
    out.read_line(&mut told).expect("a line");
    input.write_all(b"one\ntwo\r\nthree").expect("it reads");
    drop(input);
    out.read_to_string(&mut told).expect("output");
    assert!(child.wait().expect("lumen ends").success());
    assert_eq!(told, "err(Timeout)\none two\nok(\"three\")\nnull\n");
}
