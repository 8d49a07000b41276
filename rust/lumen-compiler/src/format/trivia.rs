//! What the lexer drops and a formatter must keep: comments, documentation blocks, and blank lines.
//!
//! Input: the text of a gap between two tokens. Output: its notes in order, and whether a blank line stands before
//! each of them and before the next token.

/// A comment or documentation block between two tokens.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Note<'a> {
    pub(super) kind: NoteKind,
    /// Without white space at its end; of a documentation block, all its lines.
    pub(super) text: &'a str,
    /// Whether a blank line stands before it.
    pub(super) blank: bool,
    /// White space in front of it on its line.
    pub(super) column: usize,
}

/// Where a note stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum NoteKind {
    /// A comment behind a token on its line.
    Trailing,
    /// A comment on a line of its own.
    Line,
    /// A documentation block.
    Doc,
}

/// The notes of a gap.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Gap<'a> {
    pub(super) notes: Vec<Note<'a>>,
    /// Whether a blank line stands before the token behind the gap.
    pub(super) blank: bool,
}

/// Reads a gap; `at_start` says that no token stands before it on its first line.
pub(super) fn read(gap: &str, at_start: bool) -> Gap<'_> {
    let mut out = Gap::default();
    if !gap.contains(['\n', '#', '`']) {
        return out;
    }
    let mut is_first = !at_start;
    let mut blank = false;
    let mut rest = gap;
    while !rest.is_empty() {
        let (line, after) = match rest.split_once('\n') {
            Some((line, after)) => (line, after),
            None => (rest, ""),
        };
        let has_end = line.len() < rest.len();
        let code = line.trim_start();
        let column = line.len() - code.len();
        if code.starts_with("```") && !is_first {
            let len = block_len(rest, code);
            let text = rest[column..len].trim_end();
            out.notes.push(Note { kind: NoteKind::Doc, text, blank, column });
            blank = false;
            rest = rest[len..].strip_prefix('\n').unwrap_or(&rest[len..]);
            continue;
        }
        if code.starts_with('#') {
            let kind = if is_first { NoteKind::Trailing } else { NoteKind::Line };
            out.notes.push(Note { kind, text: code.trim_end(), blank, column });
            blank = false;
        } else if !is_first && has_end {
            blank = true;
        }
        is_first = false;
        rest = after;
    }
    out.blank = blank;
    out
}

/// Bytes of a documentation block with its last line, without that line's end; `code` is its first line.
fn block_len(rest: &str, code: &str) -> usize {
    let ticks = code.len() - code.trim_start_matches('`').len();
    let mut at = rest.find('\n').map_or(rest.len(), |end| end + 1);
    while at < rest.len() {
        let end = rest[at..].find('\n').map_or(rest.len(), |end| at + end);
        let line = rest[at..end].trim();
        if line.len() >= ticks && line.bytes().all(|b| b == b'`') {
            return end;
        }
        at = end + 1;
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_blank_lines() {
        let gap = read(" # a \n\n\n  # b\n  # c\n\n", false);
        let texts: Vec<_> = gap.notes.iter().map(|n| (n.kind, n.text, n.blank, n.column)).collect();
        assert_eq!(
            texts,
            [
                (NoteKind::Trailing, "# a", false, 1),
                (NoteKind::Line, "# b", true, 2),
                (NoteKind::Line, "# c", false, 2)
            ]
        );
        assert!(gap.blank);
        assert_eq!(read("\n  ", false), Gap::default());
        assert!(read("\n\n  ", false).blank);
    }

    #[test]
    fn documentation_blocks_are_one_note() {
        let gap = read("\n```\n# no comment\n\ntext\n```\n# yes\n", false);
        assert_eq!(gap.notes[0].text, "```\n# no comment\n\ntext\n```");
        assert_eq!((gap.notes[1].text, gap.blank), ("# yes", false));
    }

    #[test]
    fn at_the_start_every_comment_has_its_line() {
        assert_eq!(read("# a\n", true).notes[0].kind, NoteKind::Line);
    }
}
