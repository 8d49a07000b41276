//! What is found, that it is one thing, and that no program of the repository has a foreign form.

use super::mend;
use crate::markdown::{self, FenceKind, Form};
use lumen_base::{FileId, Interner, OsSystem, System};
use std::path::Path;

/// The codes and messages for a text.
fn found(text: &str) -> Vec<String> {
    let mended = mend(text, 0, FileId(0), &mut Interner::new());
    let diagnostics = mended.map_or(Vec::new(), |mended| mended.diagnostics);
    diagnostics.into_iter().map(|it| format!("{} {}", it.code, it.message)).collect()
}

#[test]
fn no_program_of_the_repository_has_one() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut n_programs = 0;
    let mut problems: Vec<String> = Vec::new();
    for folder in
        ["std", "examples", "docs/tutorial", "docs/cookbook", "docs/howto", "tests/spec", "."]
    {
        let entries = std::fs::read_dir(root.join(folder)).expect("a folder of the repository");
        for entry in entries {
            let path = entry.expect("an entry").path();
            let name = path.to_string_lossy().into_owned();
            let is_document = name.ends_with(".lm.md") || name.ends_with("SPEC.md");
            if !is_document || path.is_dir() {
                continue;
            }
            let text =
                String::from_utf8(OsSystem.read(&path).expect("a document")).expect("a text");
            let document = markdown::extract(&text, Form::Markdown, FileId(0), &mut Vec::new());
            let mut programs = vec![document.program(&text)];
            for (at, fence) in document.fences.iter().enumerate() {
                if matches!(fence.kind, FenceKind::Run | FenceKind::Example | FenceKind::Warns(_)) {
                    programs.push(document.alone(&text, at));
                }
            }
            for program in programs {
                n_programs += 1;
                let found = found(&program);
                if !found.is_empty() {
                    problems.push(format!("{name}: {found:?}"));
                }
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(n_programs > 500, "{n_programs}");
}

#[test]
fn each_form_is_told_once() {
    for (text, message) in [
        ("def f(x):\n  return x\n", "E0222 a function is a `cell`, not a `def`"),
        (
            "async function f(x) {\n  return x\n}\n",
            "E0222 a function is a `cell`, not a `function`",
        ),
        (
            "class P {\n  x() { return 1 }\n}\n",
            "E0222 data with fields is a `record`, not a `class`",
        ),
        ("if a:\n  b()\nelse:\n  c()\n", "E0223 a block does not begin with `:`"),
        ("if a {\n  b()\n} else {\n  c()\n}\n", "E0223 a block has no braces"),
        ("while a do\n  b()\nend\n", "E0223 `do` does not begin a block"),
        ("for (let i = 0; i < 3; i++) {\n  f(i)\n}\n", "E0224 a `for` goes through elements"),
        (
            "try:\n  f()\nexcept E as e:\n  g(e)\nfinally:\n  h()\n",
            "E0224 there are no exceptions: `try` catches nothing",
        ),
        ("switch a\n  case 1:\n    f()\n", "E0224 there is no `switch`"),
        ("let f = (a, b) => a + b\n", "E0225 a function value begins with `fn`"),
        ("let a = b ? 1 : 2\n", "E0225 there is no `? :`"),
        ("let a = if b then 1\nelse 2\n", "E0225 an `if … then … else …` stands on one line"),
        (
            "if a then f()\nelse if b then g()\nelse h()\n",
            "E0225 an `if … then … else …` stands on one line",
        ),
        ("let m = {\"a\" => 1}\n", "E0225 an entry of a map is `key: value`"),
        ("let m = {...n, k => v, f(1) => 2}\n", "E0225 an entry of a map is `key: value`"),
        ("for i, x in xs\n  f(i)\nend\n", "E0224 several names stand in parentheses"),
        (
            "match a\n  1 -> f()\n  else -> g()\nend\n",
            "E0224 an arm of a `match` is `pattern -> result`",
        ),
        (
            "when\n  a -> f()\n  else -> g()\nend\n",
            "E0224 an arm of a `match` is `pattern -> result`",
        ),
        ("record P\n  x: Int,\n  y: Int,\nend\n", "E0222 a field ends with its line"),
        ("f(1) // says so\n", "E0226 a comment begins with `#`"),
        ("f(7 / 2) // what is left out\n", "E0226 a comment begins with `#`"),
        ("let a = 'b'\n", "E0227 a text stands between `\"`"),
        ("f();\ng();\n", "E0228 a statement ends with its line"),
    ] {
        let found = found(text);
        assert!(found.iter().any(|it| it == message), "{text}: {found:?}");
        assert!(found.len() <= 2, "{text}: {found:?}");
    }
}

#[test]
fn what_lumen_says_so_stays() {
    for text in [
        "let f = fn(x) => {1, 2}\n",
        "let f = fn(a =>\n",
        "cell f(x: any Show) -> Int = 1\n",
        "let c = 2\nlet a = b // c\n",
        "print([n // k for n in xs])\nprint(3\n",
        "cell size[K: Hash, V](m: map[K, V]) -> Int = length(m)\n",
        "match a\n  (x, y) -> x\n  _ -> 0\nend\n",
        "let m = {\"a\": [1, 2], \"b\": {}}\n",
        "let s = \"it's {f(\"a;b\")} // no comment\"\n",
        "let ys = [if x > 1 then x else 0 for x in xs if x in seen]\n",
        "print(r\"a'b\", xs[1..2], xs?[0])\n",
        "let x: list[list[Int]] = a?.b(1)?\n",
        "if a\n  if b then f()\nelse\n  g()\nend\nprint(3\n",
        "if a\n  if b then f() else g()\nelse h(\nend\n",
        "let def = 1\nlet function = def\nvar(def)\n",
    ] {
        assert_eq!(found(text), [""; 0], "{text}");
    }
}

#[test]
fn hostile_texts_end() {
    for text in [
        "'", "`", "/*", "{", "}", "def", "def f(", "for (", "lambda", "a ?", "x =>", "class A",
        "{{{{", "if a:", ";;;;",
    ] {
        found(text);
        found(&text.repeat(500));
        found(&format!("{text}\n").repeat(200));
    }
}
