//! Ways around the check: functions as values, generics, records, other names, budgets.

use crate::{Case, case, flagged, run_all};

const CASES: &[Case] = &[
    case(
        "a builtin as a value",
        3,
        "E0543",
        "grant fs path \"data/**\"\nlet f = read_file\nprint(f(\"secret.txt\"))\n",
    ),
    case(
        "a builtin as an argument",
        3,
        "E0543",
        "grant fs path \"data/**\"\nprint([\"secret.txt\"].map(read_file))\n",
    ),
    case(
        "a function of a pure type",
        3,
        "E0502",
        "grant fs path \"data/**\"\nlet f: fn(String) -> String / {} = fn(p) => read_file(p)\nprint(f(\"data/a.txt\"))\n",
    ),
    case(
        "a closure in a record",
        4,
        "R1041",
        "grant fs path \"data/**\"\nrecord Box\n  f: fn(String) -> String / {fs}\nend\nlet b = Box(f: fn(p: String) -> String / {fs} => read_file(p))\nlet f = b.f\nprint(f(\"secret.txt\"))\n",
    ),
    case(
        "a generic cell",
        4,
        "R1041",
        "grant fs path \"data/**\"\ncell call[T](x: T, f: fn(T) -> String) -> String = f(x)\nprint(call(\"secret.txt\", fn(p) => read_file(p)))\n",
    ),
    case(
        "a row that hides it",
        3,
        "E0501",
        "grant fs path \"data/**\"\ncell pure(p: String) -> String / {}\n  read_file(p)\nend\nprint(pure(\"data/a.txt\"))\n",
    ),
    case(
        "in a constant",
        3,
        "E05",
        "grant fs path \"data/**\"\nconst TEXT = read_file(\"data/a.txt\")\nprint(TEXT)\n",
    ),
    case(
        "while compiling",
        3,
        "E05",
        "grant fs path \"data/**\"\nlet text = comptime read_file(\"data/a.txt\")\nprint(text)\n",
    ),
    case(
        "another effect for a tool of files",
        3,
        "E0352",
        "use tool fs.read_file as Ask(path: String) -> String\nbind effect llm to Ask\ngrant Ask\nprint(Ask(\"secret.txt\"))\n",
    ),
    case(
        "files as a tool, without a grant",
        3,
        "E0345",
        "use tool fs.read_file as Read(path: String) -> String\nprint(Read(\"secret.txt\"))\n",
    ),
    case(
        "files as a tool, under its grant",
        4,
        "R1041",
        "use tool fs.read_file as Read(path: String) -> String\ngrant Read path \"data/**\"\nprint(Read(\"secret.txt\"))\n",
    ),
    case(
        "the grant of the effect is none of the tool",
        3,
        "E0345",
        "use tool fs.read_file as Read(path: String) -> String\ngrant fs path \"data/**\"\nprint(Read(\"data/a.txt\"))\n",
    ),
    case(
        "a tool that names another argument",
        4,
        "R1041",
        "use tool fs.read_file as Read\ngrant Read path \"data/**\"\nlet t: String = Read(file: \"secret.txt\")\nprint(t)\n",
    ),
    case(
        "a tool with a path that is no text",
        4,
        "R1041",
        "use tool fs.read_file as Read\ngrant Read\nlet t: String = Read(path: [\"secret.txt\"])\nprint(t)\n",
    ),
    case(
        "a tool that files do not have",
        1,
        "R1040",
        "use tool fs.chmod as Change(path: String)\ngrant Change path \"data/**\"\nChange(\"data/a.txt\")\n",
    ),
    case(
        "programs as a tool",
        4,
        "R1041",
        "use tool exec.run_command as Run(command: list[String]) -> Json\ngrant Run program \"true\"\nprint(Run([\"cat\", \"secret.txt\"]))\n",
    ),
    case(
        "a text as a command",
        4,
        "R1041",
        "use tool exec.run_command as Run(command: String) -> Json\ngrant Run program \"true\"\nprint(Run(\"cat secret.txt\"))\n",
    ),
    case(
        "a budget",
        1,
        "R1046",
        "grant fs path \"data/**\" max_calls 2\nfor i in 0..3\n  print(read_file(\"data/a.txt\"))\nend\n",
    ),
    case(
        "a budget of tries",
        0,
        "err(BudgetExceeded(",
        "grant fs path \"data/**\" max_calls 2\nfor i in 0..3\n  print(try read_file(\"data/none.txt\"))\nend\n",
    ),
    case(
        "no calls at all",
        1,
        "R1046",
        "grant fs path \"data/**\" max_calls 0\nprint(read_file(\"data/a.txt\"))\n",
    ),
    case(
        "two grants do not add up",
        3,
        "E0351",
        "grant fs path \"data/**\"\ngrant fs path \"**\"\nprint(read_file(\"secret.txt\"))\n",
    ),
    case(
        "a computed pattern",
        3,
        "E0349",
        "let all = \"**\"\ngrant fs path \"{all}\"\nprint(read_file(\"secret.txt\"))\n",
    ),
    case(
        "a constraint of another effect",
        3,
        "E0349",
        "grant fs domain \"*\"\nprint(read_file(\"secret.txt\"))\n",
    ),
    case(
        "caught and tried again",
        0,
        "err(PolicyDenied)",
        "grant fs path \"data/**\"\nlet mut n = 0\nwhile n < 3\n  print(try read_file(\"secret.txt\"))\n  n += 1\nend\n",
    ),
    case(
        "an attempt",
        0,
        "R1041",
        "grant fs path \"data/**\"\nprint(attempt(fn() => read_file(\"secret.txt\")))\n",
    ),
    case(
        "in defer",
        4,
        "R1041",
        "grant fs path \"data/**\"\ncell main() -> Null / {fs}\n  defer\n    print(read_file(\"secret.txt\"))\n  end\n  print(1)\nend\n",
    ),
    case(
        "in a generator",
        4,
        "R1041",
        "grant fs path \"data/**\"\ncell all() -> yield String / {fs}\n  yield read_file(\"data/a.txt\")\n  yield read_file(\"secret.txt\")\nend\nfor text in all()\n  print(text)\nend\n",
    ),
    case(
        "in a default",
        3,
        "E0503",
        "grant fs path \"data/**\"\ncell show(text: String = read_file(\"secret.txt\")) -> Null / {fs}\n  print(text)\nend\nshow()\n",
    ),
    flagged(
        "a cell of the root under flags",
        &["--allow", "fs=data"],
        4,
        "R1042",
        "print(read_file(\"data/a.txt\"))\nprint(read_file(\"secret.txt\"))\n",
    ),
    flagged(
        "a scope of flags without wildcards is a folder, no beginning",
        &["--allow", "fs=sec"],
        4,
        "R1042",
        "print(read_file(\"secret.txt\"))\n",
    ),
];

#[test]
fn every_call_is_checked_where_it_leaves() {
    run_all("dispatch", CASES);
}
