//! Ways to see a secret, or to make an untrusted text look like any other.
//!
//! In front of each program stand a secret and an untrusted text, both with what must never be printed.

use crate::world::{Folder, command, lumen_in, stderr, stdout};
use crate::{Case, SECRET, case, flagged, run_filled};

/// What every program begins with.
const START: &str = "grant env name \"LUMEN_SECRET\", \"LUMEN_NONE\"
record Login
  user: String
  key: Secret[String]
end
record Note
  text: Untrusted[String]
end
record Mirror
  value: String
end
cell shown[T](x: T) -> String = \"{x}\"
cell loose[T](x: T) -> Any = [x]
let key = secret(get_env(\"LUMEN_SECRET\") ?? \"\")
let said = untrusted(get_env(\"LUMEN_SECRET\") ?? \"\")
let login = Login(\"eve\", key)
let note = Note(said)
";

const SECRETS: &[Case] = &[
    case("in a text", 3, "E0531", "print(\"{key}\")\n"),
    case("printed", 3, "E0531", "print(1, key)\n"),
    case("in a list that is printed", 3, "E0531", "print([key])\n"),
    case("in a tuple in a text", 3, "E0531", "let t = \"{(1, key)}\"\n"),
    case("spread into print", 3, "E0531", "print(...[key])\n"),
    case("in debug", 3, "E0531", "debug(key)\n"),
    case("to_string", 3, "E0531", "let t = to_string(key)\n"),
    case("format", 3, "E0531", "print(format(\"{}\", key))\n"),
    case("in a list of anything", 3, "E0531", "let all: list[Any] = [1, key]\n"),
    case("in a map of anything", 3, "E0531", "let all: map[String, Any] = {\"k\": key}\n"),
    case("as Any", 3, "E0531", "let a = key as Any\n"),
    case("as Json", 3, "E0531", "let j = key as Json\n"),
    case("to_json", 3, "E0531", "print(to_json(key))\n"),
    case("emitted", 3, "E0531", "emit key\n"),
    case("its size", 3, "E0531", "print(sizeof(key))\n"),
    case("its field", 3, "E0534", "print(key.value)\n"),
    case("a pattern", 3, "E0534", "match key\n  Secret(v) -> print(v)\nend\n"),
    case("a pattern of let", 3, "E0534", "let Secret(v) = key\nprint(v)\n"),
    case("an update", 3, "E0534", "let other = key with (value: \"a\")\n"),
    case("its constructor as a function", 3, "E0534", "print([\"a\"].map(Secret).length())\n"),
    case("compared with a guess", 3, "E0432", "print(key == secret(\"a\"))\n"),
    case(
        "a record compared with a guess",
        3,
        "E0432",
        "print(login == Login(\"eve\", secret(\"a\")))\n",
    ),
    case("an assertion", 3, "E0414", "assert_eq(key, secret(\"a\"))\n"),
    case("as a key of a map", 3, "E0414", "let n = {(key): 2}\n"),
    case("its hash", 3, "E0414", "print(hash(key))\n"),
    case("its order", 3, "E0414", "print([key].sort().length())\n"),
    case(
        "of the environment in a text",
        3,
        "E0531",
        "let k = secret_env(\"LUMEN_SECRET\")\nprint(\"{k}\")\n",
    ),
    case("of the environment printed", 3, "E0531", "print(secret_env(\"LUMEN_SECRET\"))\n"),
    case("of the environment as Any", 3, "E0531", "let a = secret_env(\"LUMEN_SECRET\") as Any\n"),
    case(
        "of the environment as a text",
        3,
        "E0401",
        "let t: String = secret_env(\"LUMEN_SECRET\")\n",
    ),
    case(
        "of the environment in a record",
        0,
        "key: Secret(…)",
        "print(Login(\"eve\", secret_env(\"LUMEN_SECRET\")))\n",
    ),
    case(
        "of the environment as a result",
        0,
        "ok(Secret(…))",
        "print(shown(try secret_env(\"LUMEN_SECRET\")))\n",
    ),
    case(
        "of the environment, without a grant for it",
        4,
        "R1041",
        "let other = secret_env(\"LUMEN_OTHER\")\n",
    ),
    case(
        "of a variable that is not set",
        1,
        "is not set",
        "let none = secret_env(\"LUMEN_NONE\")\n",
    ),
    flagged(
        "of a denied variable",
        &["--deny", "env=LUMEN_SECRET"],
        4,
        "R1042",
        "let denied = secret_env(\"LUMEN_SECRET\")\n",
    ),
    case("its characters", 3, "error", "for c in key\n  print(c)\nend\n"),
    case("as a message", 3, "E0401", "panic(key)\n"),
    case("joined", 3, "E04", "print([key].join(\"\"))\n"),
    case(
        "a text of its own",
        3,
        "E04",
        "impl Show for Secret[String]\n  cell show(self) -> String = \"x\"\nend\n",
    ),
    case(
        "a text of a record that shows it",
        3,
        "E0531",
        "record Mine\n  key: Secret[String]\nend\nimpl Show for Mine\n  cell show(self) -> String = \"{self.key}\"\nend\nprint(Mine(key))\n",
    ),
    case(
        "behind a type parameter",
        0,
        "Secret(…)",
        "print(shown(key), shown([key]), shown({\"k\": key}))\n",
    ),
    case("in a record", 0, "key: Secret(…)", "print(login, \"{login:?}\")\ndebug(login)\n"),
    case("in an Any", 0, "Secret(…)", "let a = loose(key)\nprint(a, to_string(a))\n"),
    case("JSON of a record", 1, "R1063", "print(to_json(login))\n"),
    case("JSON behind a type parameter", 1, "R1063", "print(to_json(loose(key)))\n"),
    case("a record as Json", 1, "R1063", "let a: Any = login\nprint(a as Json)\n"),
    case("emitted in a record", 1, "R1063", "emit login\n"),
    case(
        "as a map",
        1,
        "R1015",
        "let all = loose(key) as list[Any]\nprint(all[0] as map[String, String])\n",
    ),
    case(
        "as a record of the same form",
        1,
        "R1015",
        "let all = loose(key) as list[Any]\nprint(all[0] as Mirror)\n",
    ),
    case("as a text", 1, "R1015", "let all = loose(key) as list[Any]\nprint(all[0] as String)\n"),
    case(
        "a guess in an Any",
        0,
        "false",
        "print(loose(login) == loose(Login(\"eve\", secret(\"a\"))))\n",
    ),
    case(
        "its size in a record",
        0,
        "true",
        "print(sizeof(login) == sizeof(Login(\"eve\", secret(\"\"))))\n",
    ),
    case("a failure caught", 0, "Secret(…)", "print(attempt(fn() => panic(shown(key))))\n"),
    case(
        "a stack trace",
        1,
        "R1002",
        "cell broken(k: Secret[String], n: Int) -> Int = 1 / n\nprint(broken(key, 0))\n",
    ),
    case(
        "a prompt",
        3,
        "E0532",
        "use tool llm.chat as Chat\ngrant Chat\nlet t: String = Chat(prompt: key)\n",
    ),
    case(
        "a record in a prompt",
        3,
        "E0532",
        "use tool llm.chat as Chat\ngrant Chat\nlet t: String = Chat(prompt: login)\n",
    ),
    case(
        "a prompt behind a type parameter",
        3,
        "E0532",
        "use tool llm.chat as Chat\ngrant Chat\ncell ask[T](x: T) -> String = Chat(prompt: x)\nprint(ask(key))\n",
    ),
    case(
        "an Any in a prompt",
        1,
        "R1063",
        "use tool llm.chat as Chat\ngrant Chat\nlet t: String = Chat(prompt: loose(key))\n",
    ),
    case(
        "a part of a reply",
        3,
        "E0536",
        "use tool vault.list as Keys() -> list[Secret[String]]\ngrant Keys\nprint(Keys().length())\n",
    ),
    case(
        "a tool that nothing answers",
        1,
        "R1040",
        "use tool echo.say as Say(key: Secret[String]) -> String\ngrant Say\nprint(Say(key))\n",
    ),
];

const UNTRUSTED: &[Case] = &[
    case("as a text", 3, "E0401", "let t: String = said\n"),
    case("a text around it", 3, "E0401", "let t: String = \"a {said}\"\n"),
    case("a text around that", 3, "E0401", "let a = \"a {said}\"\nlet t: String = \"b {a} c\"\n"),
    case("joined by an operator", 3, "E04", "let t = \"a\" ++ said\n"),
    case("joined in a list", 3, "E04", "print([said].join(\"\"))\n"),
    case("to_string", 3, "E0533", "print(to_string(said))\n"),
    case("format", 3, "E0533", "print(format(\"{}\", said))\n"),
    case("a list in a text", 3, "E0533", "print(\"{[said]}\")\n"),
    case("as Any", 3, "E0533", "let a: Any = said\n"),
    case("as Json", 3, "E0533", "let j = said as Json\n"),
    case("to_json", 3, "E0533", "print(to_json([said]))\n"),
    case("its field", 3, "E0534", "print(said.value)\n"),
    case("a pattern", 3, "E0534", "match said\n  Untrusted(v) -> print(v)\nend\n"),
    case("behind a type parameter", 0, "Untrusted(…)", "print(shown(said), shown([said]))\n"),
    case("in a record", 0, "Untrusted(…)", "print(note, \"{note}\", to_string(note))\n"),
    case("JSON of a record", 1, "R1063", "print(to_json(note))\n"),
    case(
        "as a record of the same form",
        1,
        "R1015",
        "let all = loose(said) as list[Any]\nprint(all[0] as Mirror)\n",
    ),
    case(
        "as a text from an Any",
        1,
        "R1015",
        "let all = loose(said) as list[Any]\nprint(all[0] as String)\n",
    ),
    case("a failure inside", 1, "R1064", "print(said.inside(fn(t) => panic(t)))\n"),
    case(
        "a failure inside, caught",
        0,
        "R1064",
        "match attempt(fn() => said.inside(fn(t) => panic(t)))\n  ok(_) -> print(1)\n  err(f) -> print(f.code, f.message)\nend\n",
    ),
    case("out by an effect", 3, "E0502", "let n = said.inside(fn(t) => get_env(t))\n"),
    case(
        "out by a declared effect",
        3,
        "E0502",
        "effect Out\n  cell tell(text: String) -> Null\nend\nlet n = said.inside(fn(t) => perform Out.tell(t))\n",
    ),
    case(
        "out by assignment",
        3,
        "error",
        "let mut t = \"\"\nlet n = said.inside(fn(v) => t = v)\nprint(t)\n",
    ),
    case(
        "where only trusted text goes",
        3,
        "E0535",
        "use tool mail.send as Send\ngrant Send no_untrusted\nlet r: String = Send(text: said)\n",
    ),
    case(
        "in a list where only trusted text goes",
        3,
        "E0535",
        "use tool mail.send as Send\ngrant Send no_untrusted\nlet r: String = Send(text: [said])\n",
    ),
    case(
        "in a text where only trusted text goes",
        3,
        "E0535",
        "use tool mail.send as Send\ngrant Send no_untrusted\nlet r: String = Send(text: \"dear {said}\")\n",
    ),
    case(
        "in a record where only trusted text goes",
        4,
        "R1041",
        "use tool mail.send as Send\ngrant Send no_untrusted\nlet r: String = Send(text: note)\n",
    ),
    case(
        "behind a type parameter where only trusted text goes",
        4,
        "R1041",
        "use tool mail.send as Send\ngrant Send no_untrusted\ncell send[T](x: T) -> String = Send(text: x)\nprint(send(said))\n",
    ),
    case(
        "in a closure where only trusted text goes",
        4,
        "R1041",
        "use tool mail.send as Send\ngrant Send no_untrusted\nlet send = fn(x: Note) -> String / {mail} => Send(text: x)\nprint(send(note))\n",
    ),
    case(
        "an Any where only trusted text goes",
        1,
        "R1063",
        "use tool mail.send as Send\ngrant Send no_untrusted\nlet r: String = Send(text: loose(said))\n",
    ),
];

const APPROVAL: &[Case] = &[
    case(
        "nobody is there",
        4,
        "R1047",
        "use tool mail.send as Send\ngrant Send approval \"each\"\nlet r: String = Send(text: \"a\")\n",
    ),
    case(
        "nobody is there, once",
        4,
        "R1047",
        "use tool mail.send as Send\ngrant Send approval \"once\"\nlet r: String = Send(text: \"a\")\n",
    ),
    case(
        "told as a value",
        0,
        "err(ApprovalDenied)",
        "use tool mail.send as Send(text: String) -> String\ngrant Send approval \"each\"\nprint(try Send(\"a\"))\n",
    ),
    case("another word", 3, "E0349", "use tool mail.send as Send\ngrant Send approval \"never\"\n"),
    flagged(
        "approved, and no provider",
        &["--approve"],
        1,
        "R1040",
        "use tool mail.send as Send\ngrant Send approval \"each\"\nlet r: String = Send(text: \"a\")\n",
    ),
    case(
        "the question does not show it",
        4,
        "R1047",
        "use tool mail.send as Send(key: Secret[String]) -> String\ngrant Send approval \"each\"\nprint(Send(key))\n",
    ),
];

fn with_start(source: &str) -> String {
    format!("{START}{source}")
}

#[test]
fn secrets_are_never_seen() {
    run_filled("secrets", SECRETS, &with_start);
}

#[test]
fn untrusted_values_stay_untrusted() {
    run_filled("untrusted", UNTRUSTED, &with_start);
}

#[test]
fn calls_that_need_approval_do_not_leave_without_it() {
    run_filled("approval", APPROVAL, &with_start);
}

/// A secret goes to a tool and comes back: the program works, and no file of the run has the secret in it.
#[test]
fn no_trace_has_a_secret_and_it_replays() {
    let folder = Folder::new("escape-trace", &[]);
    folder.write(
        "lumen.toml",
        "[providers]\nvault = \"script:vault.json\"\nmail = \"script:mail.json\"\n",
    );
    folder.write("vault.json", &format!("[{{\"reply\": \"{SECRET}\"}}]"));
    folder.write(
        "mail.json",
        &format!("[{{\"when\": {{\"key\": \"{SECRET}\"}}, \"reply\": \"sent with {SECRET}\"}}]"),
    );
    folder.write(
        "main.lm",
        "use tool vault.get as Get(name: String) -> Secret[String]\ngrant Get\n\
        use tool mail.send as Send(key: Secret[String], text: String) -> String\ngrant Send\n\
        let key = Get(\"mail\")\nprint(Send(key, \"hello\").length() > 10)\n\
        print(trust(untrusted(\"a\"), \"it is short\"))\nprint(reveal(key) == \"\")\n",
    );
    let run = command(&folder.0, &["run", "--trace-dir", "traces", "main.lm"]).output();
    let run = run.expect("lumen runs");
    assert_eq!(stdout(&run), "true\na\nfalse\n", "{}", stderr(&run));
    let home = std::fs::read_dir(folder.0.join("traces")).expect("it is there").next();
    let trace = home.expect("a run").expect("an entry").path().join("trace.jsonl");
    let trace = std::fs::read_to_string(trace).expect("it is there");
    assert!(!trace.contains(SECRET) && trace.contains("<secret "), "{trace}");
    assert!(trace.contains("\"trust\"") && trace.contains("it is short"), "{trace}");
    assert!(trace.contains("\"reveal\""), "{trace}");
    let again = lumen_in(&folder.0, &["replay", "--trace-dir", "traces", "last"], "");
    assert!(again.status.success(), "{}{}", stdout(&again), stderr(&again));
}

/// A failure that repeats what a tool was given has a mark in the secret's place.
#[test]
fn a_failure_does_not_repeat_a_secret() {
    let folder = Folder::new("escape-failure", &[]);
    folder.write("lumen.toml", "[providers]\nmail = \"script:mail.json\"\n");
    folder.write("mail.json", "[]");
    folder.write(
        "main.lm",
        &with_start(
            "use tool mail.send as Send(key: Secret[String]) -> String\ngrant Send\nSend(key)\n",
        ),
    );
    for flags in [&["run"][..], &["run", "--trace-dir", "traces"][..]] {
        let args: Vec<&str> = flags.iter().copied().chain(["main.lm"]).collect();
        let mut command = command(&folder.0, &args);
        let run = command.env("LUMEN_SECRET", SECRET).output().expect("lumen runs");
        let told = format!("{}{}", stdout(&run), stderr(&run));
        assert!(told.contains("<secret") && !told.contains(SECRET), "{told}");
    }
}

/// What was denied when a run was recorded is denied in its replay.
#[test]
fn a_replay_has_the_flags_of_its_run() {
    let folder = Folder::new("escape-replay", &[]);
    folder.write("main.lm", "match attempt(fn() => random())\n  ok(_) -> print(\"drawn\")\n  err(f) -> print(f.code)\nend\n");
    let args = ["run", "--deny", "random", "--trace-dir", "traces", "main.lm"];
    let run = lumen_in(&folder.0, &args, "");
    assert_eq!(stdout(&run), "R1042\n", "{}", stderr(&run));
    let again = lumen_in(&folder.0, &["replay", "--trace-dir", "traces", "last"], "");
    assert!(again.status.success(), "{}{}", stdout(&again), stderr(&again));
}
