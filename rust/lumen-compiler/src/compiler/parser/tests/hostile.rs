//! Long, deep and broken input: no panic, no overflow, no hang, and a tree of bounded height.

use super::{codes, read};
use crate::compiler::ast::{File, StmtKind};
use crate::compiler::parser::{ParseOptions, parse};
use lumen_base::{FileId, Interner};

#[test]
fn deep_nesting_is_one_error() {
    let n = 100_000;
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("{1: ", "}"),
        ("f(", ")"),
        ("-", ""),
        ("not ", ""),
        ("~", ""),
        ("fn() => ", ""),
        ("if a then ", ""),
        ("x[", "]"),
        ("a ** ", ""),
        ("return ", ""),
        ("\"{", "}\""),
        ("do\n", "\nend"),
        ("x[", "](1)"),
        ("{", "}"),
    ] {
        let text = format!("{}1{}", open.repeat(n), close.repeat(n));
        assert_eq!(codes(&text), ["E0201"], "{open}");
        let half = open.repeat(n);
        assert!(codes(&half).contains(&"E0201"), "{open}");
    }
    let types = format!("type A = {}Int{}", "list[".repeat(n), "]".repeat(n));
    assert_eq!(codes(&types), ["E0201"]);
    let pats = format!("match x\n  {}a{} -> 1\nend", "[".repeat(n), "]".repeat(n));
    assert_eq!(codes(&pats), ["E0201"]);
    let calls = format!("x{}", ".a()".repeat(n));
    assert_eq!(codes(&calls), ["E0201"]);
    let casts = format!("x{}", " as Int".repeat(n));
    assert_eq!(codes(&casts), ["E0201"]);
}

#[test]
fn long_is_not_deep() {
    let n = 1_000_000;
    assert_eq!(codes(&format!("let x = 1{}", " + 1".repeat(n))), [""; 0]);
    let n = 20_000;
    assert_eq!(codes(&format!("let x = [{}]", "1, ".repeat(n))), [""; 0]);
    assert_eq!(codes(&format!("let x = a{}", " |> f".repeat(n))), [""; 0]);
    assert_eq!(codes(&format!("if a\n  b\n{}end", "else if c\n  d\n".repeat(n))), [""; 0]);
    assert_eq!(codes(&format!("type A = B{}", " | C".repeat(n))), [""; 0]);
    assert_eq!(codes(&format!("\"{}\"", "{x}".repeat(n))), [""; 0]);
    assert_eq!(codes(&format!("{}1", "a or b and c == d + e * ".repeat(n))), [""; 0]);
}

#[test]
fn exponential_readings_are_not_tried() {
    let n = 200;
    let text = format!("{}T{}", "f[".repeat(n), "](x)".repeat(n));
    codes(&text);
    let text = format!("{}T{}", "f[".repeat(n), "]".repeat(n));
    codes(&text);
}

/// A cheap generator of numbers.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n.max(1) as u64) as usize
    }
}

const SAMPLE: &str = "import a.b: x, Y\n@test\npub cell f[T: Ord](a: T, b: Int = 1, ...c: Int) -> T? / {emit}\n  let mut x = [1, 2.5e3, \"s{x:>3}\\n\", 0xff]\n  match x\n    [1, ...r] if a > 1 -> r |> g(1)?\n    P(x: p, ..) | Q ->\n      return {\"k\": 1, ...m}\n    _ -> fn(y) => y!\n  end\n  for @o (k, v) in m if k is Int\n    if let ok(z) = k then break @o z else continue\n  end\n  when\n    a < 3 -> xs[1..2]?.q\n    _ -> u with (a:, b: 2)\n  end\n  defer\n    x += \"\"\"\n      multi {k ?? 1}\n      \"\"\"\n  end\nend\nrecord R\n  a: Int = 1 where a > 0\nend\nenum E\n  A(Int)\n  B\nend\n";

const PIECES: &[&str] = &[
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "\"",
    "\"\"\"",
    "{x",
    ":",
    "::",
    "\n",
    "\n  ",
    "\t",
    "end",
    "else",
    "if ",
    "match x\n",
    " -> ",
    " => ",
    "cell f",
    "fn(",
    "let ",
    "for ",
    "in ",
    "..",
    "...",
    "?.",
    "?[",
    "??",
    "!",
    "@",
    "@hint",
    "record R\n",
    "enum E\n",
    "import a",
    "trait T\n",
    "handle x",
    "é",
    "\u{1F600}",
    "\0",
    "\\",
    "'",
    "```\n",
    "0x",
    "1e",
    "1.",
    "b\"",
    "r\"",
    "#",
    "not ",
    "and",
    "|",
    "|>",
    "**",
    "as T",
    "is ",
    "with (",
    "T[",
    "](",
    "step ",
    "when\n",
    "do\n",
    "yield ",
    "await ",
    "pub ",
    "type A = ",
    "const ",
    "=",
    "+=",
    ",",
    "_",
    "-",
    "~",
    "/ {",
];

/// Checks what every later pass relies on.
fn check(file: &File, text: &str) {
    for expr in file.exprs.values() {
        assert!(text.get(expr.span.range()).is_some(), "{:?} in {text:?}", expr.span);
    }
    for stmt in file.stmts.values() {
        assert!(text.get(stmt.span.range()).is_some());
        if let StmtKind::Expr(expr) = stmt.kind {
            let _ = &file[expr];
        }
    }
    for pat in file.pats.values() {
        assert!(text.get(pat.span.range()).is_some());
    }
}

#[test]
fn mutated_programs_never_panic() {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    for _ in 0..1500 {
        let mut text = SAMPLE.to_owned();
        for _ in 0..=random.below(6) {
            let mut at = random.below(text.len());
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            if random.below(3) == 0 {
                let mut to = (at + random.below(20)).min(text.len());
                while !text.is_char_boundary(to) {
                    to += 1;
                }
                text.replace_range(at..to, "");
            } else {
                text.insert_str(at, PIECES[random.below(PIECES.len())]);
            }
        }
        try_one(&text);
    }
}

#[test]
fn heaps_of_pieces_never_panic() {
    let mut random = Random(0xD1B5_4A32_D192_ED03);
    for _ in 0..1500 {
        let mut text = String::new();
        for _ in 0..random.below(40) {
            text.push_str(PIECES[random.below(PIECES.len())]);
            if random.below(2) == 0 {
                text.push(' ');
            }
        }
        try_one(&text);
    }
}

fn try_one(text: &str) {
    let mut names = Interner::new();
    let mut diags = Vec::new();
    let options = ParseOptions::default();
    let tree = parse(text, FileId(0), &mut names, &mut diags, options);
    check(&tree, text);
    for found in &diags {
        let span = found.primary.at.span;
        assert!(span.hi as usize <= text.len() && span.lo <= span.hi, "{found:?} in {text:?}");
    }
    crate::compiler::ast::print::print(&tree, &names);
}

#[test]
fn errors_nodes_come_with_errors() {
    let (dump, codes) = read("let x = [1, )");
    assert!(!codes.is_empty() && dump.contains("let x"));
}
