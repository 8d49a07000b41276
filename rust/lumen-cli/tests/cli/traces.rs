//! Recorded runs: `lumen run --trace-dir | --record | --replay`, `lumen trace`, `lumen replay`.

use crate::world::{Folder, exits, lumen_in, stderr, stdout};
use std::process::Output;

const DICE: &str = r#"# Dice

```lumen
cell roll(n: Int) -> Int
  let mut sum = 0
  for _ in 0..n
    sum += random_int(1, 1000)
  end
  sum
end

cell main() -> Null
  let name = read_line() ?? "nobody"
  print("hello {name}", args())
  print(roll(20))
  print(shuffle([1, 2, 3, 4, 5, 6, 7, 8, 9]), uuid(), uuid_v7(), random())
  print(attempt(fn() => random_int(5, 1)))
  sleep(2)
  print(timestamp(), timestamp_ms())
  emit {"a": 1}
end
```
"#;

fn folder(name: &str) -> Folder {
    Folder::new(name, &[("dice.lm.md", DICE)])
}

fn run(folder: &Folder, args: &[&str], input: &str) -> Output {
    lumen_in(&folder.0, args, input)
}

fn ok(folder: &Folder, args: &[&str], input: &str) -> String {
    let output = run(folder, args, input);
    exits(0, &output);
    stdout(&output)
}

/// A folder with one recorded run, and what that run printed.
fn recorded(name: &str) -> (Folder, String) {
    let folder = folder(name);
    let printed = ok(&folder, &["run", "--trace-dir", "t", "dice.lm.md", "x", "y"], "Ann\n");
    (folder, printed)
}

fn trace(folder: &Folder) -> std::path::PathBuf {
    let run = std::fs::read_dir(folder.0.join("t")).expect("the folder").next().expect("a run");
    run.expect("readable").path().join("trace.jsonl")
}

#[test]
fn a_replay_prints_the_same_bytes_under_every_engine_without_the_document() {
    let (folder, printed) = recorded("trace-replay");
    std::fs::remove_file(folder.0.join("dice.lm.md")).expect("it goes");
    for engine in ["interp", "switch", "jit"] {
        let output =
            run(&folder, &["replay", "last", "--trace-dir", "t", "--engine", engine], "Bob\n");
        exits(0, &output);
        assert_eq!(stdout(&output), printed);
        assert!(stderr(&output).contains("all as recorded"), "{}", stderr(&output));
    }
}

/// A thousand calls, after which nothing is left that could answer.
#[test]
fn a_thousand_calls_of_tools_replay_to_the_same_bytes() {
    let source = "use tool shop.price as Price(name: String, day: Int) -> Float\ngrant Price\n\
        let mut sum = 0.0\nfor day in 0..1000\n  sum += Price(\"tea\", day) * random()\nend\nprint(sum)\n";
    let files = [
        ("shop.lm", source),
        ("lumen.toml", "[providers]\nshop = \"script:shop.json\"\n"),
        ("shop.json", "[{\"reply\": 2.5, \"repeat\": true}]"),
    ];
    let folder = Folder::new("trace-thousand", &files);
    let printed = ok(&folder, &["run", "--trace-dir", "t", "shop.lm"], "");
    files.iter().for_each(|(file, _)| std::fs::remove_file(folder.0.join(file)).expect("it goes"));
    for engine in ["interp", "switch", "jit"] {
        let again = run(&folder, &["replay", "--engine", engine, "--trace-dir", "t", "last"], "");
        exits(0, &again);
        assert_eq!(stdout(&again), printed);
        assert!(stderr(&again).contains("replayed 2001 operations"), "{}", stderr(&again));
    }
}

#[test]
fn a_run_is_listed_shown_stepped_and_drawn() {
    let (folder, _) = recorded("trace-show");
    let list = ok(&folder, &["trace", "list", "--trace-dir", "t"], "");
    assert!(list.contains("exit 0") && list.contains("dice.lm.md"), "{list}");
    let text = ok(&folder, &["trace", "show", "last", "--trace-dir", "t"], "");
    assert!(text.contains(r#"1  read_line() = "Ann"   main (dice.lm.md:13:14)"#), "{text}");
    assert!(text.contains("R1017: a random number from 5 to 1"), "{text}");
    let step =
        ok(&folder, &["trace", "step", "last", "--at", "5", "--back", "1", "--trace-dir", "t"], "");
    assert!(step.starts_with("operation 4 of "), "{step}");
    assert!(step.contains("in roll (dice.lm.md:7:12)\n    7 |     sum += random_int"), "{step}");
    assert!(step.contains("called by main (dice.lm.md:15:9)"), "{step}");
    for (form, begin) in [
        ("dot", "digraph run {"),
        ("mermaid", "flowchart LR"),
        ("svg", "<svg "),
        ("html", "<!doctype html>"),
    ] {
        let args = ["trace", "show", "last", "--trace-dir", "t", "--graph", form];
        let picture = ok(&folder, &args, "");
        assert!(picture.starts_with(begin) && picture.contains("random_int"), "{picture}");
    }
    let json = ok(&folder, &["trace", "show", "last", "--trace-dir", "t", "--json"], "");
    assert!(json.lines().all(|line| line.starts_with('{') && line.ends_with('}')), "{json}");
}

#[test]
fn every_picture_has_the_calls_of_cells_and_their_times() {
    let source = "cell walk(n: Int) -> Int\n  let step = random_int(1, 6)\n  if n > 0 then walk(n - 1) + step else step\nend\n\
        cell main() -> Null\n  print(walk(2) > 0)\n  print(walk(0) > 0)\nend\n";
    let folder = Folder::new("trace-spans", &[("a.lm", source)]);
    ok(&folder, &["run", "--trace-dir", "t", "a.lm"], "");
    let show = |more: &[&str]| {
        let text =
            ok(&folder, &[&["trace", "show", "last", "--trace-dir", "t"], more].concat(), "");
        text.replace("#215;", "×").replace("#44;", ",").replace("#181;s", "µs")
    };
    assert_eq!(show(&[]).matches("walk, called at ").count(), 4);
    for form in ["dot", "mermaid", "svg", "html"] {
        let picture = show(&["--graph", form]);
        let label =
            picture.split("walk ×4, 4 calls, ").nth(1).unwrap_or_else(|| panic!("{picture}"));
        let time: String = label.chars().take(10).collect();
        assert!(time.contains(" µs") || time.contains(" ms"), "{time}");
        for wanted in ["main ×6, ", "random_int ×4, ", "print ×2, "] {
            assert!(picture.contains(wanted), "{wanted}: {picture}");
        }
    }
}

#[test]
fn what_calls_cost_is_on_the_page() {
    let source = "use tool llm.chat as Chat\ngrant Chat max_cost_usd 1.0\n\
        for _ in 0..3\n  let t: String = Chat(prompt: \"a\")\n  print(t)\nend\n";
    let script = "[{\"reply\": \"b\", \"cost_usd\": 0.25, \"tokens\": 12, \"repeat\": true}]";
    let folder = Folder::new(
        "trace-cost",
        &[
            ("chat.lm", source),
            ("lumen.toml", "[providers]\nllm = \"script:chat.json\"\n"),
            ("chat.json", script),
        ],
    );
    ok(&folder, &["run", "--trace-dir", "t", "chat.lm"], "");
    let page = ok(&folder, &["trace", "show", "--trace-dir", "t", "last", "--graph", "html"], "");
    assert!(page.contains("; $0.750000, 36 tokens"), "{page}");
    assert!(page.contains("<td>$0.250000, 12 tokens<td>"), "{page}");
    let step = ok(&folder, &["trace", "step", "--trace-dir", "t", "last", "--at", "1"], "");
    assert!(step.contains("$0.250000, 12 tokens"), "{step}");
    ok(&folder, &["replay", "--trace-dir", "t", "last"], "");
}

#[test]
fn a_page_shows_text_of_the_program_as_text() {
    let program = "cell main() -> Null\n  print(\"<script>alert(1)</script>\", args())\nend\n";
    let folder = Folder::new("trace-escape", &[("a.lm", program)]);
    ok(&folder, &["run", "--trace-dir", "t", "a.lm", "</title><b onclick='x'>"], "");
    let page = ok(&folder, &["trace", "show", "last", "--trace-dir", "t", "--graph", "html"], "");
    assert!(!page.contains("<script") && !page.contains("<b "), "{page}");
    assert!(page.contains("&lt;script&gt;"), "{page}");
}

/// What `lumen trace verify` accepts.
fn is_accepted(bytes: &[u8]) -> bool {
    lumen_runtime::trace::line::read(bytes).is_ok_and(|trace| trace.end.is_some())
}

#[test]
fn each_flipped_bit_and_each_truncation_of_a_trace_is_found() {
    let folder = Folder::new("trace-bits", &[("a.lm", "print(random_int(1, 6))\n")]);
    ok(&folder, &["run", "--trace-dir", "t", "a.lm"], "");
    let bytes = std::fs::read(trace(&folder)).expect("the trace");
    assert!(is_accepted(&bytes));
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << bit;
            assert!(!is_accepted(&flipped), "byte {at} bit {bit}");
        }
        assert!(!is_accepted(&bytes[..at]), "cut at {at}");
    }
    let file = trace(&folder);
    let verify = |expected: i32, said: &str| {
        let output = run(&folder, &["trace", "verify", "last", "--trace-dir", "t"], "");
        exits(expected, &output);
        let text = stdout(&output) + &stderr(&output);
        assert!(text.contains(said), "{text}");
    };
    verify(0, "2 operations in order, head ");
    let mut flipped = bytes.clone();
    let second = bytes.iter().position(|&b| b == b'\n').expect("a line") + 20;
    flipped[second] ^= 1;
    std::fs::write(&file, &flipped).expect("written");
    verify(1, "line 2: it was changed");
    std::fs::write(&file, &bytes[..bytes.len() - 30]).expect("written");
    verify(1, "has no end");
}

#[test]
fn a_cassette_answers_and_never_asks_the_outside() {
    let folder = folder("trace-cassette");
    let printed = ok(&folder, &["run", "--record", "c.trace", "dice.lm.md"], "Ann\n");
    let again = ok(&folder, &["run", "--replay", "c.trace", "dice.lm.md"], "Bob\n");
    assert_eq!(printed, again);
    // What is printed may change; what is asked may not.
    folder.write("dice.lm.md", &DICE.replace("hello", "good day"));
    let again = ok(&folder, &["run", "--replay", "c.trace", "dice.lm.md"], "Bob\n");
    assert_eq!(printed.replace("hello", "good day"), again);
    folder.write("dice.lm.md", &DICE.replace("random_int(1, 1000)", "random_int(1, 6)"));
    let output = run(&folder, &["run", "--replay", "c.trace", "dice.lm.md"], "Bob\n");
    exits(1, &output);
    let text = stderr(&output);
    assert!(text.contains("R1075") && text.contains("recorded: random_int(1, 1000)"), "{text}");
    assert!(text.contains("now:      random_int(1, 6)") && text.contains("dice.lm.md:7"), "{text}");
}

#[test]
fn a_cassette_needs_no_provider() {
    let program = "use tool shop.count as Count(what: String) -> Int\ngrant Count\n\
        print(Count(\"socks\"), try Count(\"hats\"))\n";
    let folder = Folder::new("trace-tools", &[("a.lm", program)]);
    folder.write("lumen.toml", "[providers]\nshop = \"script:replies.json\"\n");
    folder.write("replies.json", r#"[{"reply": 3}, {"error": {"kind": "Timeout"}}]"#);
    let printed = ok(&folder, &["run", "--record", "c", "a.lm"], "");
    assert_eq!(printed, "3 err(Timeout)\n");
    std::fs::remove_file(folder.0.join("replies.json")).expect("it is there");
    exits(2, &run(&folder, &["run", "a.lm"], ""));
    assert_eq!(printed, ok(&folder, &["run", "--replay", "c", "a.lm"], ""));
    folder.write("a.lm", &program.replace("hats", "shoes"));
    let output = run(&folder, &["run", "--replay", "c", "a.lm"], "");
    exits(1, &output);
    assert!(stderr(&output).contains("R1075"), "{}", stderr(&output));
    folder.write("lumen.toml", "providers = 5\n");
    let output = run(&folder, &["run", "a.lm"], "");
    exits(2, &output);
    assert!(stderr(&output).contains("`providers` is a table"), "{}", stderr(&output));
}

#[test]
fn no_program_catches_a_divergence() {
    let folder =
        Folder::new("trace-catch", &[("a.lm", "print(attempt(fn() => random_int(1, 6)))\n")]);
    ok(&folder, &["run", "--record", "c", "a.lm"], "");
    folder.write("a.lm", "print(attempt(fn() => random_int(1, 7)))\nprint(timestamp())\n");
    let output = run(&folder, &["run", "--replay", "c", "a.lm"], "");
    exits(1, &output);
    assert_eq!(stdout(&output), "");
    assert!(stderr(&output).contains("R1075"), "{}", stderr(&output));
}

#[test]
fn runs_are_compared() {
    let folder = folder("trace-diff");
    for name in ["Ann\n", "Bob\n"] {
        ok(&folder, &["run", "--trace-dir", "t", "dice.lm.md"], name);
    }
    let list = ok(&folder, &["trace", "list", "--trace-dir", "t"], "");
    let runs: Vec<&str> = list.lines().filter_map(|line| line.split(' ').next()).collect();
    let diff = |a: &str, b: &str| run(&folder, &["trace", "diff", a, b, "--trace-dir", "t"], "");
    exits(0, &diff(runs[0], runs[0]));
    let output = diff(runs[0], runs[1]);
    exits(1, &output);
    let text = stdout(&output);
    assert!(text.contains("the first 0 operations are the same"), "{text}");
    assert!(text.contains(r#"first:  read_line() = "Ann""#), "{text}");
}

#[test]
fn a_failing_and_a_limited_run_replay_as_they_ended() {
    let failing = "print(random_int(1, 6))\nlet xs = [1]\nprint(xs[random_int(2, 3)])\n";
    let endless = "let mut n = 0\nloop\n  n += random_int(1, 2)\nend\nprint(n)\n";
    let folder = Folder::new("trace-ends", &[("f.lm", failing), ("e.lm", endless)]);
    for args in [&["f.lm"][..], &["--limit", "instructions=1000", "e.lm"]] {
        exits(1, &run(&folder, &[&["run", "--trace-dir", "t"], args].concat(), ""));
        exits(0, &run(&folder, &["replay", "last", "--trace-dir", "t"], ""));
    }
}

#[test]
fn a_trace_that_cannot_be_written_or_used_is_said_so() {
    let folder = folder("trace-wrong");
    folder.write("notes.txt", "nothing\n");
    folder.write("empty/x.txt", "");
    for (args, said) in [
        (&["run", "--record", "no/such/folder/x", "dice.lm.md"][..], "cannot write the trace"),
        (&["run", "--replay", "notes.txt", "dice.lm.md"], "line 1: this is no line of a trace"),
        (&["run", "--replay", "gone", "dice.lm.md"], "cannot use gone"),
        (&["trace", "show", "last", "--trace-dir", "empty"], "no run is recorded in empty"),
        (&["trace", "list", "--trace-dir", "gone"], "cannot read gone"),
        (&["trace", "show", "nope", "--trace-dir", "empty"], "there is no run `nope`"),
        (&["replay", "notes.txt"], "cannot use notes.txt"),
    ] {
        let output = run(&folder, args, "");
        exits(2, &output);
        assert!(stderr(&output).contains(said), "{}", stderr(&output));
    }
    if cfg!(target_os = "linux") {
        let output = run(&folder, &["run", "--record", "/dev/full", "dice.lm.md"], "");
        exits(2, &output);
    }
}

#[test]
fn a_program_that_was_exchanged_is_not_replayed() {
    let (folder, _) = recorded("trace-exchanged");
    let program = trace(&folder).with_file_name("program.lir");
    let mut lir = std::fs::read(&program).expect("the program");
    let middle = lir.len() / 2;
    lir[middle] ^= 1;
    std::fs::write(&program, lir).expect("written");
    let output = run(&folder, &["replay", "last", "--trace-dir", "t"], "");
    exits(2, &output);
    assert!(stderr(&output).contains("it is not the program that the trace names"));
}
