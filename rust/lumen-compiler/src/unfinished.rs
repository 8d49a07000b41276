//! Whether a text goes on: what a prompt asks before it takes what was typed as an entry.
//!
//! Input: source as it was typed so far. Output: true when an open block, bracket, string or operator waits for more.
//! Invariant: a text without errors is finished.

use crate::compiler::parser::{self, ParseOptions};
use lumen_base::{Code, Diagnostic, FileId, FileSpan, Interner};

/// Whether more lines could make the text right, and none of what is there is wrong.
pub fn is_unfinished(text: &str) -> bool {
    let program = text.trim_end();
    let (mut names, mut problems) = (Interner::new(), Vec::new());
    parser::parse(program, FileId(0), &mut names, &mut problems, ParseOptions::default());
    let end = program.len() as u32;
    let waits = |problem: &Diagnostic| {
        // Strings of one line end with it; the others go on.
        let opened = problem.primary.at.span.text(program);
        let is_open = matches!(problem.code, Code::E0102 | Code::E0109) && opened.len() >= 3;
        let at_end = |at: FileSpan| at.span.lo >= end;
        is_open || at_end(problem.primary.at) || problem.labels.iter().any(|label| at_end(label.at))
    };
    // What is opened last is reported last; an error before it is one whatever follows.
    let mut errors = problems.iter().filter(|problem| problem.is_error()).peekable();
    errors.peek().is_some() && errors.all(waits)
}

#[cfg(test)]
mod tests {
    use super::is_unfinished;

    #[test]
    fn open_things_go_on() {
        for text in [
            "cell f(x: Int) -> Int\n  x + 1",
            "if true",
            "match 3\n  1 -> 2",
            "[1,",
            "f(1, {",
            "1 +",
            "let x =",
            "record P",
            "\"\"\"\nabc",
            "for i in 0..3\n  print(i)\n",
            "let n = handle Ask.it() with",
            "handle\n  Ask.it()\nwith\n  Ask.it() => resume(4)",
            "effect Ask\n  cell it() -> Int",
            "with Quiet() do",
        ] {
            assert!(is_unfinished(text), "{text:?}");
        }
    }

    #[test]
    fn finished_and_wrong_texts_are_taken() {
        for text in [
            "",
            "1 + 2",
            "print(\"a\")",
            "if true then 1 else 2",
            "cell f(x: Int) -> Int = x",
            "if true\n  print(1)\nend",
            "let = 3",
            "1 +)",
            "\"abc",
            "end",
        ] {
            assert!(!is_unfinished(text), "{text}");
        }
    }
}
