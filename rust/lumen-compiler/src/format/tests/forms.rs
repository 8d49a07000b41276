//! Forms of the language in one another, with line ends, comments and blanks at every place between two tokens:
//! whatever of that can be read keeps its meaning, and formatting twice changes nothing.

use super::super::{Failure, Program, code};
use lumen_base::{OsSystem, System};

/// Programs with one hole; `$` is the hole of an expression.
const AROUND: &[&str] = &[
    "$",
    "let a = $",
    "let a: list[Int] = $",
    "let (a, b) = $ else return",
    "let [a] = $ else\n  f()\nend",
    "a = $",
    "a.b[0] += $",
    "print($)",
    "f(a, $)",
    "f(a, k: $)",
    "f(...$)",
    "f($, fn() => a)",
    "f($, fn()\n  a\nend)",
    "($)",
    "($, a)",
    "[$]",
    "[a, $]",
    "[...$]",
    "{$}",
    "{\"k\": $}",
    "[$ for x in xs if a]",
    "[x for x in $ if $]",
    "{x: $ for x in xs}",
    "$ + a",
    "a + $",
    "a - $",
    "a * $ + b",
    "a ++ $ ++ b",
    "$ |> f()",
    "a |> $",
    "a\n  |> f()\n  |> $",
    "$ == a and b",
    "a and $ or b",
    "not $",
    "-$",
    "~$",
    "$ as Int",
    "$ is Int",
    "$ ?? a",
    "$ ** 2",
    "$..a",
    "a..$ step 2",
    "$.b",
    "$.b()",
    "$.b().c($)",
    "$[a]",
    "a[$]",
    "a[$..]",
    "a[..$]",
    "$?",
    "$!",
    "$?.b",
    "$?[a]",
    "$(a)",
    "$ with (b: a)",
    "a with (b: $)",
    "f[Int]($)",
    "try $",
    "if $\n  a\nelse\n  b\nend",
    "if a\n  $\nelse if $\n  b\nend",
    "if a then $ else b",
    "if $ then a else if b then $ else a",
    "if let Some(x) = $\n  a\nend",
    "let a = if b then $ else a",
    "match $\n  A(x) -> a\n  _ -> b\nend",
    "match a\n  A(x) if $ -> a\n  _ -> $\nend",
    "match a\n  A(x) ->\n    $\n    # c\n  _ ->\n    $\nend",
    "when\n  $ -> a\n  _ -> $\nend",
    "while $\n  a\nend",
    "while let x = $\n  a\nend",
    "for x in $ if $\n  a\nend",
    "loop\n  $\nend",
    "do\n  $\nend",
    "a[Int, ]($)",
    "comptime $",
    "comptime\n  $\nend",
    "fn(x) => $",
    "fn(x: Int) -> Int\n  $\nend",
    "return $",
    "break @l $",
    "break $",
    "yield $",
    "halt($)",
    "perform A.b($)",
    "handle $ with\n  A.b(x) => resume($)\nend",
    "handle\n  $\nwith\n  A.b(x) =>\n    $\n  return(x) => a\nend",
    "with H($) do\n  $\nend",
    "assert $",
    "assert $, $",
    "assert_matches($, A(x) | [y, ..])",
    "emit $",
    "defer\n  $\nend",
    "cell f(x: Int = $) -> Int / {e}\n  $\nend",
    "cell f() -> Int = $",
    "const A: Int = $",
    "record R\n  a: Int = $ where $\n  b: Int\nend",
    "type T = Int where $",
    "\"a{$}b\"",
    "\"\"\"\n  a{$}\n    b\n  \"\"\"",
    "@deprecated($)\ncell f()\nend",
    "grant A\n  b $\n  c $, $",
];

/// What fills the holes.
const INSIDE: &[&str] = &[
    "x",
    "1",
    "-1",
    "\"s\"",
    "\"a{x}b\"",
    "\"\"\"\n  t\n\n  {x}\n  \"\"\"",
    "X",
    "x.y",
    "x.0",
    "x.y().z()",
    "x\n  .y()\n  .z()",
    "f(x)",
    "f(x,\n)",
    "f(\"\"\"\n  a\n\"\"\")",
    "f(x, fn() => y)",
    "f(x, fn()\n  y\nend)",
    "f(k:, m: x)",
    "A[Int](x)",
    "x[y](z)",
    "x[y]",
    "x[..]",
    "x[y..]",
    "x?",
    "x!",
    "x?.y",
    "x ?? y",
    "x with (y: z)",
    "(x)",
    "((x + y))",
    "(x, y)",
    "[]",
    "[x, y]",
    "[\n  x,\n  y,\n]",
    "[1, 2, 3]",
    "[...x]",
    "{}",
    "{x}",
    "{\"k\": x}",
    "[x for x in y]",
    "[x for x in y if z for u in v]",
    "{k: v for (k, v) in m}",
    "-x",
    "- -x",
    "not x",
    "~x",
    "x + y",
    "x - y + z",
    "x | y",
    "x | y | z",
    "x << y",
    "x and y or z",
    "x == y",
    "x in y",
    "x |> f",
    "x |> f() |> g()",
    "x ~> y",
    "x ++ y",
    "x as Int",
    "x as list[Int]?",
    "x is A",
    "x..y",
    "x..=y step z",
    "x ** y",
    "try x",
    "fn() => x",
    "fn(x, y: Int) => x + y",
    "fn(x) -> Int / {e}\n  x\nend",
    "fn() => match x\n  _ -> y\nend",
    "if x then y else z",
    "if x then return",
    "if x\n  y\nelse if z\n  u\nelse\n  v\nend",
    "if x\nend",
    "match x\n  A(a) -> y\n  [a, ..] | B(b:, ..) ->\n    y\n    z\nend",
    "match x\n  _ -> if y then z\nend",
    "match x\n  a: Int -> fn() => y\n  1..5 | -2 -> y\nend",
    "match x\nend",
    "when\n  x -> y\n  _ -> z\nend",
    "when end",
    "when",
    "do\n  x\nend",
    "do x end",
    "do",
    "loop\n  x\nend",
    "while x\n  y\nend",
    "for a in x\n  y\nend",
    "for @l a in x if y\n  break @l\nend",
    "comptime x",
    "comptime\n  x\nend",
    "comptime",
    "return",
    "return x",
    "break",
    "break @l",
    "break x",
    "continue",
    "yield x",
    "halt(x)",
    "perform A.b(x)",
    "perform A.b",
    "handle x() with\n  A.b(y) => resume(y)\nend",
    "handle\n  x\nwith\nend",
    "with H() do\n  x\nend",
    "with",
    "step",
    "emit",
    "assert",
    "null",
    "b\"00\"",
    "1.5",
    "x # c",
    "let z = 1\n  z",
    "defer\n  x\nend",
    "assert x, y",
    "x = y",
];

/// What is put between two tokens, in the place of the blanks there.
const GAPS: &[&str] = &[
    "",
    " ",
    "\n",
    "\n  ",
    "\n        ",
    " # c\n",
    "\n# c\n",
    "\n    # c\n  ",
    "\n\n\n",
    "\n\n# c\n\n",
];

/// Names are made longer by so many characters, so that lines break.
const LONGER: &[usize] = &[0, 24, 45, 95];

/// Programs that are tried, and layouts of each.
const PROGRAMS: usize = 1_500;
const VARIANTS: usize = 8;

/// A chance that is the same each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n
    }
}

/// `form` with `inner` in its holes, on lines indented like that of the hole.
fn filled(form: &str, inner: &str) -> String {
    let mut out = String::new();
    for (at, part) in form.split('$').enumerate() {
        if at > 0 {
            let line = &out[out.rfind('\n').map_or(0, |end| end + 1)..];
            let indent = " ".repeat(line.len() - line.trim_start().len());
            out.push_str(&inner.replace('\n', &format!("\n{indent}")));
        }
        out.push_str(part);
    }
    out
}

/// The program with the names of one letter made longer.
fn longer(text: &str, by: usize) -> String {
    let Ok(program) = Program::read(text) else { return text.to_owned() };
    let mut out = String::new();
    let mut at = 0;
    for token in &program.tokens.list {
        let word = token.span().text(text);
        out.push_str(&text[at..token.hi as usize]);
        at = token.hi as usize;
        if word.len() == 1 && word.starts_with(|c: char| c.is_ascii_alphabetic()) {
            out.push_str(&"e".repeat(by));
        }
    }
    out
}

/// What is wrong with the formatter's answer.
fn wrong(text: &str) -> Option<String> {
    match code(text) {
        Err(Failure::Syntax(_)) => None,
        Err(Failure::Bug) => {
            let once = Program::read(text).expect("it was read").formatted(text);
            Some(format!("another meaning:\n{text}\n=>\n{once}"))
        }
        Ok(formatted) => match code(&formatted) {
            Ok(again) if again == formatted => None,
            again => Some(format!("it changes again:\n{text}\n=>\n{formatted}\n=>\n{again:?}")),
        },
    }
}

/// The program with some gaps between tokens replaced by others.
fn spoilt(text: &str, chance: &mut Chance) -> Option<String> {
    let program = Program::read(text).ok()?;
    let tokens = &program.tokens.list;
    let mut changes: Vec<usize> =
        (0..1 + chance.below(3)).map(|_| chance.below(tokens.len())).collect();
    changes.sort_unstable();
    changes.dedup();
    let (mut out, mut at) = (String::new(), 0);
    for change in changes {
        let hi = change.checked_sub(1).map_or(0, |before| tokens[before].hi as usize);
        out.push_str(&text[at..hi]);
        out.push_str(GAPS[chance.below(GAPS.len())]);
        at = tokens[change].lo as usize;
    }
    out.push_str(&text[at..]);
    Some(out)
}

/// A form in a form, perhaps in another one, with names of some length.
fn program(chance: &mut Chance) -> String {
    let mut text = INSIDE[chance.below(INSIDE.len())].to_owned();
    for _ in 0..1 + chance.below(3) {
        text = filled(AROUND[chance.below(AROUND.len())], &text);
    }
    longer(&text, LONGER[chance.below(LONGER.len())])
}

/// `LUMEN_FORMS` asks for more programs, and `LUMEN_FORMS_SEED` for others.
#[test]
fn in_one_another() {
    let setting = |name: &str| OsSystem.env(name).and_then(|text| text.parse::<usize>().ok());
    let mut chance = Chance(setting("LUMEN_FORMS_SEED").unwrap_or(1) as u64);
    let (mut n_read, mut found) = (0, Vec::new());
    for _ in 0..setting("LUMEN_FORMS").unwrap_or(PROGRAMS) {
        let text = program(&mut chance);
        for _ in 0..VARIANTS {
            let Some(variant) = spoilt(&text, &mut chance) else { break };
            n_read += usize::from(Program::read(&variant).is_ok());
            found.extend(wrong(&variant));
        }
    }
    let shown = found.iter().take(20).map(String::as_str).collect::<Vec<_>>().join("\n------\n");
    assert!(found.is_empty(), "{} wrong of {n_read}:\n{shown}", found.len());
    assert!(n_read > PROGRAMS, "only {n_read} programs could be read");
}
