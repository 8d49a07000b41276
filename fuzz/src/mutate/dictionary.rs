//! Words and lines that mean something: of the language, of its library, of the repository's programs, of LIR.

use lumen_base::FileId;
use lumen_compiler::interface;
use lumen_compiler::markdown::{FenceKind, Form, extract};
use lumen_lir::Op;
use std::sync::LazyLock;

/// Words of programs.
pub(super) const PROGRAM: &[&str] = &[
    "and",
    "as",
    "await",
    "break",
    "cell",
    "continue",
    "defer",
    "else",
    "end",
    "enum",
    "err",
    "false",
    "fn",
    "for",
    "if",
    "import",
    "in",
    "is",
    "let",
    "loop",
    "match",
    "mut",
    "not",
    "null",
    "ok",
    "or",
    "pub",
    "record",
    "return",
    "then",
    "true",
    "try",
    "type",
    "while",
    "yield",
    "when",
    "do",
    "with",
    "where",
    "trait",
    "impl",
    "const",
    "comptime",
    "handle",
    "effect",
    "step",
    "from",
    "extern",
    "self",
    "Self",
    "_",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    ".",
    "..",
    "..=",
    "...",
    "?.",
    "?[",
    "??",
    "?",
    "!",
    "@",
    "->",
    "=>",
    "=",
    "==",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "+",
    "-",
    "*",
    "**",
    "/",
    "//",
    "%",
    "++",
    "<<",
    ">>",
    "&",
    "^",
    "|",
    "~",
    "|>",
    "~>",
    "+=",
    "-=",
    "++=",
    "**=",
    "#",
    "\"",
    "\"\"\"",
    "{x}",
    "{x:>3}",
    "b\"00\"",
    "r\"",
    "\n",
    "\n  ",
    "\n    ",
    "\r\n",
    "\t",
    "Int",
    "Float",
    "Bool",
    "String",
    "Bytes",
    "Null",
    "Any",
    "Json",
    "Never",
    "list[Int]",
    "map[String, Int]",
    "set[Int]",
    "result[Int, String]",
    "Stream[Int]",
    "(Int, String)",
    "fn(Int) -> Int",
    "Int?",
    "T",
    "E",
    "Eq",
    "Ord",
    "Show",
    "Hash",
    "Num",
    "x",
    "xs",
    "print",
    "map",
    "filter",
    "reduce",
    "sort_by",
    "length",
    "append",
    "to_string",
    "parse",
    "take",
    "range",
    "sum",
    "keys",
    "get",
    "slice",
    "0..9",
    "[]",
    "{}",
    "\"a\"",
    "\"{x + 1}\"",
    "é",
    "😀",
    "\u{0}",
    "\\",
    "```\n",
    "@test",
    "@doc_mode",
    "lib",
    "twice",
    "fn(x) => x",
    "fn() => 1",
    "let (a, b) = (1, 2)",
    "match x\n  _ -> 1\nend",
    "if x then 1 else 2",
    "for i in 0..3\n  print(i)\nend",
    "x is Int",
    "x as Float",
    "yield 1",
    "return 1",
    "ok(1)?",
    "halt(\"x\")",
    "comptime 1 + 1",
    "x with (a: 1)",
    "T: Ord",
    "/ {e}",
    "where self > 0",
    "xs[1..2]",
    "t.0",
    "let ok(v) = r else\n  return 0\nend",
];

/// Words of documents.
pub(super) const DOCUMENT: &[&str] = &[
    "```",
    "````",
    "~~~",
    "```lumen",
    "```lumen run",
    "```lumen fails E0301",
    "```lumen example",
    "```output",
    "```lumen ignore=\"x\"",
    "```lumen warns W0301",
    "\n```\n",
    "\n```lumen\n",
    "\n> ",
    "\n- ",
    "\n  ",
    "\n    ",
    "\n1. ",
    "# ",
    "\n## a\n",
    "\r\n",
    "\n\n",
    "<!--",
    "-->",
    "<pre>",
    "</pre>",
    "\t",
    "\u{feff}",
    "`",
    "\\",
    "let x = 1",
    "print(x)",
    "cell f()\nend\n",
    "\u{0}",
    "é",
    "😀",
    "[a](b)",
    "| a |\n|--|\n",
    "***",
    "---\n",
    "@doc_mode",
    "> ```lumen\n> let x = 1\n> ```\n",
    "- ```lumen\n  let x = 1\n  ```\n",
    "\n\u{b}",
    "\u{2028}",
    "&amp;",
    "  \n",
    "\"\"\"\n  x\n  \"\"\"",
];

/// Words of LIR: every instruction, and pieces of descriptors.
pub(super) fn mnemonics() -> &'static [&'static str] {
    static WORDS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
        let mut words: Vec<&str> = Op::ALL.iter().map(|op| op.info().mnemonic).collect();
        words.extend([
            "i64", "f64", "bool", "dyn", "c0", "c1", "c8", "c8?", "c9", "t0", "t1", "t2", "t14",
            "t15", "r0", "r1", "r2", "r3", "r4", "L1", "L2", "@0", "@1", "k0", "g0", "own",
            "borrow", "list", "map", "set", "record", "enum", "variant", "tuple", "fn", "obj",
            "union", "opt", "stream", "regs", "entry", "cell", "end", "emit", "-1", "null", ".0",
            "v1",
        ]);
        words
    });
    &WORDS
}

/// Lines of the repository's programs; each begins with its line feed, as pieces do.
pub(super) fn code_lines() -> &'static [&'static str] {
    static LINES: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
        let mut lines = Vec::new();
        for text in texts() {
            let document = extract(text, Form::Markdown, FileId(0), &mut Vec::new());
            for fence in &document.fences {
                if !matches!(fence.kind, FenceKind::Other | FenceKind::Output) {
                    let bodies = fence.body.iter().map(|body| &text[body.start - 1..body.end]);
                    lines.extend(bodies.flat_map(lines_of));
                }
            }
        }
        lines
    });
    &LINES
}

/// Lines of the repository's documents.
pub(super) fn documents() -> &'static [&'static str] {
    static LINES: LazyLock<Vec<&'static str>> =
        LazyLock::new(|| texts().flat_map(lines_of).collect());
    &LINES
}

/// Lines of the repository's LIR.
pub(super) fn lir_lines() -> &'static [&'static str] {
    const MODULES: [&str; 4] = [
        include_str!("../../../tests/lir/run.lir"),
        include_str!("../../../tests/lir/accept.lir"),
        include_str!("../../../tests/lir/generators.lir"),
        include_str!("../../../tests/lir/types.lir"),
    ];
    static LINES: LazyLock<Vec<&'static str>> =
        LazyLock::new(|| MODULES.iter().flat_map(|text| lines_of(text)).collect());
    &LINES
}

/// The lines of a text, each with the line feed before it; what stands before the first one is left out.
fn lines_of(text: &'static str) -> impl Iterator<Item = &'static str> {
    let starts = text.match_indices('\n').map(|(at, _)| at);
    starts.map(|at| &text[at..text[at + 1..].find('\n').map_or(text.len(), |n| at + 1 + n)])
}

/// The documents that are part of this program.
fn texts() -> impl Iterator<Item = &'static str> {
    let own = [include_str!("../../../SPEC.md"), include_str!("../../../README.md")];
    own.into_iter().chain(interface::files().iter().map(|file| file.text))
}
