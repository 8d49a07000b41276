//! `lumen trace step`: frames and locals of recorded runs, forwards and back, and programs that were tampered with.

use crate::world::{Folder, exits, lumen_in, stderr, stdout};
use std::process::Output;

const GAME: &str = r#"record Player
  name: String
  score: Int
end

cell roll(sides: Int) -> Int
  let low = 1
  let got = random_int(low, sides)
  got
end

cell play(players: list[Player], rounds: Int) -> list[Player]
  let mut all = players
  let mut best: Int? = null
  for i in 0..rounds
    let now = roll(1)
    let first = all[0]
    all[0] = first with (score: first.score + now)
    best = all[0].score
    let text = "round {i}"
    print(text, best)
  end
  all
end

let done = play([Player("ann", 0), Player("bob", 7)], 2)
print(done.length())
"#;

fn run(folder: &Folder, args: &[&str]) -> Output {
    lumen_in(&folder.0, args, "")
}

fn ok(folder: &Folder, args: &[&str]) -> String {
    let output = run(folder, args);
    exits(0, &output);
    stdout(&output)
}

fn recorded(name: &str, source: &str) -> Folder {
    let folder = Folder::new(name, &[("a.lm", source)]);
    ok(&folder, &["run", "--trace-dir", "t", "a.lm"]);
    folder
}

fn step(folder: &Folder, args: &[&str]) -> String {
    ok(folder, &[&["trace", "step", "last", "--trace-dir", "t"], args].concat())
}

#[track_caller]
fn shows(text: &str, lines: &[&str]) {
    for line in lines {
        assert!(text.contains(&format!("        {line}\n")), "no `{line}` in {text}");
    }
}

#[test]
fn operations_show_frames_and_locals() {
    let folder = recorded("step-operations", GAME);
    let first = step(&folder, &["--at", "1"]);
    assert!(first.starts_with("operation 1 of 5"), "{first}");
    assert!(first.contains("position 0+"), "{first}");
    assert!(first.contains("in roll (a.lm:8:13)\n    8 |   let got = random_int(low, sides)\n"));
    shows(&first, &["sides = 1", "low = 1", "rounds = 2", "i = 0", "best = null"]);
    shows(&first, &["all = [Player(name: \"ann\", score: 0), Player(name: \"bob\", score: 7)]"]);
    for name in ["got", "now", "text"] {
        assert!(!first.contains(&format!("        {name} = ")), "not bound yet: {first}");
    }
    let last = step(&folder, &["--back", "1"]);
    assert!(last.starts_with("operation 4 of 5"), "{last}");
    shows(&last, &["best = 2", "now = 1", "i = 1"]);
}

#[test]
fn lines_are_steps_and_each_is_the_same_forwards_and_back() {
    let folder = recorded("step-lines", GAME);
    let last = step(&folder, &["--lines"]);
    let count: usize = last
        .split(" of ")
        .nth(1)
        .and_then(|rest| rest.split(':').next()?.parse().ok())
        .unwrap_or_else(|| panic!("{last}"));
    let mut lines = Vec::new();
    for at in 1..=count {
        let shown = step(&folder, &["--lines", "--at", &at.to_string()]);
        let back = step(&folder, &["--lines", "--back", &(count - at).to_string()]);
        assert_eq!(shown, back);
        lines.push(shown);
    }
    let at = |line: &str| lines.iter().filter(|shown| shown.contains(line)).count();
    assert_eq!(at(": line a.lm:9,"), 2, "`roll` ends twice");
    assert_eq!(at(": line a.lm:18,"), 2);
    assert!(!lines.iter().any(|shown| shown.contains("line std/")));
    let second = lines.iter().filter(|shown| shown.contains(": line a.lm:19,")).nth(1);
    shows(second.expect("it is reached twice"), &["best = 1", "now = 1", "i = 1"]);
}

#[test]
fn secrets_are_masked_in_locals() {
    let source = "grant env name \"HOME\"\nlet key = secret_env(\"HOME\")\nlet held = [key]\nlet shown = reveal(key)\nprint(1)\nprint(held.length(), shown == \"\", [key].length())\n";
    let files = [
        ("a.lm", source),
        ("lumen.toml", "[providers]\nenv = \"script:env.json\"\n"),
        ("env.json", "[{\"reply\": \"hunter22\"}]"),
    ];
    let folder = Folder::new("step-secrets", &files);
    ok(&folder, &["run", "--trace-dir", "t", "a.lm"]);
    for args in [&["--at", "3"][..], &["--at", "4"], &["--lines"], &["--lines", "--back", "2"]] {
        let shown = step(&folder, args);
        assert!(!shown.contains("hunter22"), "{shown}");
    }
    let shown = step(&folder, &["--at", "3"]);
    shows(&shown, &["key = Secret(…)", "held = [Secret(…)]"]);
    assert!(shown.contains("shown = \"<secret "), "{shown}");
}

/// Generators, handlers and closures: frames of other segments.
#[test]
fn streams_and_handlers_are_seen_through() {
    let source = r#"effect Ask
  cell number(n: Int) -> Int
end

cell asks(base: Int) -> Int
  let a = Ask.number(base)
  print("asked", a)
  a + base
end

cell numbers(count: Int) -> yield Int
  for i in 0..count
    print("number", i)
    yield i
  end
end

cell main() -> Null
  let start = 5
  let made = handle asks(start) with
    Ask.number(n) =>
      print("handler", n)
      resume(n * 2)
  end
  for number in numbers(2)
    print(made, number)
  end
end
"#;
    let folder = Folder::new("step-handlers", &[("a.lm", source)]);
    let output = run(&folder, &["run", "--trace-dir", "t", "a.lm"]);
    if output.status.code() == Some(0) {
        let shown = step(&folder, &["--at", "2"]);
        shows(&shown, &["base = 5", "a = 10"]);
        assert!(shown.contains("called by main"), "{shown}");
        let shown = step(&folder, &["--at", "3"]);
        shows(&shown, &["count = 2", "i = 0", "made = 15"]);
        assert!(shown.contains("called by main"), "{shown}");
    } else {
        panic!("{}", stderr(&output));
    }
}

#[test]
fn a_run_that_fails_can_be_stepped() {
    let source = "cell deep(n: Int) -> Int\n  print(n)\n  if n == 0 then 1 / n else deep(n - 1)\nend\nprint(deep(3))\n";
    let folder = Folder::new("step-fails", &[("a.lm", source)]);
    exits(1, &run(&folder, &["run", "--trace-dir", "t", "a.lm"]));
    let shown = step(&folder, &[]);
    assert!(shown.starts_with("operation 4 of 4"), "{shown}");
    shows(&shown, &["n = 0"]);
    assert!(step(&folder, &["--lines"]).contains("line a.lm:3"));
}

/// What was done before a stop is looked at as ever; what came after is told by the trace. Nothing runs on for ever.
#[test]
fn a_run_that_was_stopped_is_stepped_up_to_there() {
    let source = "cell spin(k: Int) -> Int\n  let mut n = k\n  while true\n    n += 1\n  end\n  n\nend\n\
        cell main() -> Null\n  let mut turn = 0\n  print(\"before\", turn)\n  turn = 5\n  print(\"spins\", turn)\n  \
        print(timeout(30, spin(turn)))\n  print(\"after\")\nend\n";
    let folder = recorded("step-stopped", source);
    shows(&step(&folder, &["--at", "2"]), &["turn = 5"]);
    assert!(step(&folder, &["--at", "2"]).contains("\"spins 5\""));
    let all = ok(&folder, &["trace", "show", "last", "--trace-dir", "t"]);
    assert!(all.contains("  stop("), "{all}");
    let after = step(&folder, &[]);
    assert!(after.contains("as the trace tells it") && after.contains("\"after\""));
    let line = step(&folder, &["--lines"]);
    assert!(line.contains("\"spins 5\""), "{line}");
    assert!(step(&folder, &["--lines", "--back", "1"]).contains(": line a.lm:12,"));
}

#[test]
fn a_run_that_a_limit_ended_or_that_was_cut_off_does_not_run_on() {
    let source = "let mut n = 1\nprint(n)\nwhile true\n  n += 1\nend\nprint(n)\n";
    let folder = Folder::new("step-limit", &[("a.lm", source)]);
    let limit = ["--limit", "instructions=5000", "a.lm"];
    exits(1, &run(&folder, &[&["run", "--trace-dir", "t"], &limit[..]].concat()));
    shows(&step(&folder, &["--lines"]), &["n = 1"]);
    let run_of = std::fs::read_dir(folder.0.join("t")).expect("the folder").next().expect("a run");
    let file = run_of.expect("readable").path().join("trace.jsonl");
    let text = std::fs::read_to_string(&file).expect("a trace");
    let cut: Vec<&str> = text.split_inclusive('\n').take(2).collect();
    std::fs::write(&file, cut.concat()).expect("it is written");
    shows(&step(&folder, &["--lines"]), &["n = 1"]);
}

#[test]
fn a_program_that_was_exchanged_or_broken_is_refused() {
    let folder = recorded("step-broken", "let n = random_int(1, 6)\nprint(n)\n");
    let run_of = std::fs::read_dir(folder.0.join("t")).expect("the folder").next().expect("a run");
    let look = run_of.expect("readable").path().join("look.lir");
    let whole = std::fs::read(&look).expect("it was kept");
    for at in (0..whole.len()).step_by(whole.len() / 40 + 1) {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (at % 8);
        std::fs::write(&look, &bytes).expect("it is written");
        let output = run(&folder, &["trace", "step", "last", "--trace-dir", "t"]);
        exits(2, &output);
        assert!(stderr(&output).contains("not the program that the trace names"));
    }
    std::fs::remove_file(&look).expect("it goes");
    exits(2, &run(&folder, &["trace", "step", "last", "--trace-dir", "t"]));
}

#[test]
fn a_cassette_has_no_program_and_no_lines() {
    let folder = Folder::new("step-cassette", &[("a.lm", "print(random_int(1, 6))\n")]);
    ok(&folder, &["run", "--record", "c.trace", "a.lm"]);
    let shown = ok(&folder, &["trace", "step", "c.trace", "--at", "1"]);
    assert!(shown.contains("as the trace tells it") && shown.contains("random_int"), "{shown}");
    let output = run(&folder, &["trace", "step", "c.trace", "--lines"]);
    exits(2, &output);
    assert!(stderr(&output).contains("it has no lines"));
}

#[test]
fn steps_that_do_not_exist_are_said() {
    let folder = recorded("step-none", "print(1)\nprint(2)\n");
    for (args, says) in [
        (&["--at", "3"][..], "the run has operations 1 to 2"),
        (&["--at", "0"], "the run has operations 1 to 2"),
        (&["--back", "2"], "there are only 1 operations before 2"),
    ] {
        let args = [&["trace", "step", "last", "--trace-dir", "t"], args].concat();
        let output = run(&folder, &args);
        exits(2, &output);
        assert!(stderr(&output).contains(says), "{}", stderr(&output));
    }
}
