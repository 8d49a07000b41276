//! The text of an entry: when it is whole, and the code in it when it was pasted as a fence.

use lumen_compiler::is_unfinished;

/// Whether more lines belong to the text. Two empty lines end it whatever is open.
pub(super) fn is_open(text: &str) -> bool {
    if text.trim().is_empty() || text.trim_start().starts_with(':') {
        return false;
    }
    let body = text.strip_suffix('\n').unwrap_or(text);
    if body.ends_with("\n\n") {
        return false;
    }
    match fence(text) {
        Some(mark) => !is_closed(text, mark),
        None => is_unfinished(text),
    }
}

/// The code of an entry: of a fence what is inside, at its place.
pub(super) fn code(text: &str) -> String {
    let Some(mark) = fence(text) else { return text.to_owned() };
    let is_mark = |line: &str| line.trim_start().starts_with(mark);
    let inside = |line: &str| if is_mark(line) { "\n".to_owned() } else { format!("{line}\n") };
    text.lines().map(inside).collect()
}

/// The mark that a fence begins with.
fn fence(text: &str) -> Option<&'static str> {
    let text = text.trim_start();
    ["```", "~~~"].into_iter().find(|mark| text.starts_with(mark))
}

fn is_closed(text: &str, mark: &str) -> bool {
    let mut lines = text.trim_start().lines().skip(1);
    lines.any(|line| line.trim_start().starts_with(mark))
}

#[cfg(test)]
mod tests {
    use super::{code, is_open};

    #[test]
    fn fences_and_blocks_are_whole_when_they_are_closed() {
        assert!(is_open("```lumen"));
        assert!(is_open("```lumen\nprint(1)"));
        assert!(!is_open("```lumen\nprint(1)\n```"));
        assert!(is_open("for i in 0..3\n"));
        assert!(is_open("for i in 0..3\n\n"));
        assert!(!is_open("for i in 0..3\n\n\n"));
        assert!(!is_open(":type ["));
        assert!(!is_open("\n"));
        assert_eq!(code("```lumen\nprint(1)\n```\n"), "\nprint(1)\n\n");
    }
}
