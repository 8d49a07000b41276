//! Programs before and after.

use super::*;
use crate::markdown::Form;

mod forms;
mod repository;

#[track_caller]
fn becomes(before: &str, after: &str) {
    let formatted = code(before).unwrap_or_else(|failure| {
        let program = Program::read(before).expect("it reads");
        panic!("{failure:?}\n{}", program.formatted(before))
    });
    assert_eq!(formatted, after, "\n{formatted}");
    let program = Program::read(after).expect("it reads");
    assert_eq!(program.formatted(after), after, "the second time");
}

#[test]
fn statements() {
    becomes(
        "let   x=1+2*3\n\n\n\nlet mut y:Int=x\ny+=1\nprint( x,y )",
        "let x = 1 + 2 * 3\n\nlet mut y: Int = x\ny += 1\nprint(x, y)\n",
    );
}

#[test]
fn declarations() {
    becomes(
        "pub cell f[T:Ord+Eq](a:T,b:Int=1,...c:Int)->T/{fs,e}\n    a\nend\ncell g()->Int=1\nrecord P[T]\n x:Int=0 where x>0 # why\n\n\n # y\n y:T\nend",
        "pub cell f[T: Ord + Eq](a: T, b: Int = 1, ...c: Int) -> T / {fs, e}\n  a\nend\ncell g() -> Int = 1\nrecord P[T]\n  x: Int = 0 where x > 0 # why\n\n  # y\n  y: T\nend\n",
    );
}

#[test]
fn comments_stay() {
    becomes(
        "# top\n\nlet x = [1, # one\n 2,\n # before end\n]   # after\ncell f()\n # only\nend\nif x # cond\n  1\n  # tail\nelse # e\n  2\nend\n# bottom",
        "# top\n\nlet x = [\n  1, # one\n  2,\n  # before end\n] # after\ncell f()\n  # only\nend\nif x # cond\n  1\n  # tail\nelse # e\n  2\nend\n# bottom\n",
    );
}

#[test]
fn arms() {
    becomes(
        "match x\n Circle(r) if r>0->r # c\n  # own\n Square( s:,.. )  ->\n    s\n    # deep\n # shallow\n a|b -> if a then b else c\nend",
        "match x\n  Circle(r) if r > 0 -> r # c\n  # own\n  Square(s:, ..) ->\n    s\n    # deep\n  # shallow\n  a | b -> if a then b else c\nend\n",
    );
}

#[test]
fn lambdas_and_chains() {
    becomes(
        "let r = xs.map(fn(x)=>x+1).filter(fn(x)\n x > 1\nend).join(\",\")\nlet p = xs\n |> map(f)\n |> g()\nlet q = xs |> map(f)",
        "let r = xs.map(fn(x) => x + 1).filter(fn(x)\n  x > 1\nend).join(\",\")\nlet p = xs\n  |> map(f)\n  |> g()\nlet q = xs |> map(f)\n",
    );
}

#[test]
fn strings_stay() {
    becomes(
        "let s = \"\"\"\n    a {x+1}\n  # no comment\n    \"\"\"\nlet t = \"a {f( x )} # b\"",
        "let s = \"\"\"\n    a {x+1}\n  # no comment\n    \"\"\"\nlet t = \"a {f( x )} # b\"\n",
    );
}

#[test]
fn when_arms() {
    becomes(
        "let a = when\n n>1->\"b\"\n _->-1\nend",
        "let a = when\n  n > 1 -> \"b\"\n  _ -> -1\nend\n",
    );
}

#[test]
fn words_of_blocks_as_names() {
    let stay = [
        "match race\n  1 -> a\nend\n",
        "if comptime\n  x\nend\n",
        "let a = race\n  |> f()\n",
        "let a = [when for x in xs]\n",
        "let a = x[y](z)\n",
        "handle return\nwith\n  A.b(x) => x\nend\n",
        "for vote in parallel\n  f(vote)\nend\n",
        "when\n  comptime\n  # c\n  -> a\n  _ -> b\nend\n",
    ];
    stay.into_iter().for_each(|text| becomes(text, text));
    becomes("f(x[y]\n(z))", "f(x[y](z))\n");
    becomes("(x\n  with (y: z))", "(x with (y: z))\n");
    becomes("f(halt\n  (x))", "f(halt(x))\n");
    becomes("(x as list\n[Int])", "(x as list[Int])\n");
    let with = "handle\n  with H(\n    a,\n  ) do\n    b\n  end\nwith\n  A.b(x) => x\nend\n";
    becomes(with, with);
    becomes("go[Int, ](2)\ngo[a, b,](2)", "go[Int,](2)\ngo[a, b](2)\n");
    becomes("[return\n  -1]", "[return -1]\n");
    becomes("f(break @l\n  (x))", "f(break @l (x))\n");
    becomes("f(fn() => emit\n(x))", "f(fn() => emit (x))\n");
    becomes("if comptime\nx\nend", "if comptime\n  x\nend\n");
    let (long, words) = ("x".repeat(60), "y".repeat(60));
    let range = |gap| format!("{long}{gap}* {words}..comptime\n  x\nend\n");
    becomes(&range(" "), &range("\n  "));
    becomes(&format!("{long} and when or {words}"), &format!("{long} and when\n  or {words}\n"));
    becomes(
        &format!("[when for {long} in {words}]"),
        &format!("[\n  when for {long} in {words}\n]\n"),
    );
}

#[track_caller]
fn document_becomes(before: &str, after: &str) {
    assert_eq!(document(before, Form::Markdown).as_deref(), Ok(after));
    assert_eq!(document(after, Form::Markdown).as_deref(), Ok(after), "the second time");
}

#[test]
fn prefixes_of_lines() {
    document_becomes("> ```lumen\n> a\n>\n> b\n> ```\n", "> ```lumen\n> a\n>\n> b\n> ```\n");
    document_becomes("1. ```lumen\n    a\n   ```\n", "1. ```lumen\n   a\n   ```\n");
    // The line of the fence begins behind the carriage return, which ends one for Markdown.
    document_becomes(
        "text\r> ```lumen\n> let x=1\n> ```\n",
        "text\r> ```lumen\n> let x = 1\n> ```\n",
    );
    document_becomes("```lumen\n\r\nlet x=1\n```\n", "```lumen\nlet x = 1\n```\n");
    // A space behind the mark of a quote belongs to the mark.
    let text = ">```lumen\n> let s = \"\"\"\n>    a\n>  b\n>   \"\"\"\n>```\n";
    document_becomes(text, text);
    document_becomes(
        ">```lumen\n>let x=1\n>if x\n>    y\n>end\n>```\n",
        ">```lumen\n> let x = 1\n> if x\n>   y\n> end\n>```\n",
    );
}

#[test]
fn fields_of_numbers() {
    for text in ["5 .0\n", "5 .b\n", "5 .\n# c\nb\n"] {
        becomes(text, text);
    }
}

#[test]
fn carriage_returns_behind_a_program() {
    for end in ["\r", "\n  \r", "\n\r\r\n"] {
        becomes(&format!("let a = 1{end}"), "let a = 1\n");
    }
    becomes("\n  \r", "");
}
