//! E01xx: what the lexer finds wrong, one function per diagnostic.

use super::literals::EscapeError;
use lumen_base::{Applicability, Code, Diagnostic, FileSpan};

pub(super) fn unexpected_character(at: FileSpan, c: char) -> Diagnostic {
    let shown = match c {
        '\0' => "a NUL character".to_owned(),
        c if c.is_control() => format!("the control character U+{:04X}", u32::from(c)),
        c if c.is_ascii() => format!("`{c}`"),
        c => format!("`{c}` (U+{:04X})", u32::from(c)),
    };
    let found = Diagnostic::new(Code::E0101, at, format!("unexpected character: {shown}"))
        .with_primary("no token begins like this");
    match c {
        ';' => found.with_help("a statement ends at the end of its line"),
        '\'' | '‘' | '’' | '“' | '”' => found.with_help("strings are written with `\"`"),
        '`' => found
            .with_help("a documentation block begins with three backticks at the start of a line"),
        '\\' => found.with_help(
            "a line goes on when it ends with an operator, or when the next one begins with one",
        ),
        '$' => found.with_help("a string needs no mark for interpolation: `\"{name}\"`"),
        _ => found,
    }
}

pub(super) fn lone_return(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0101, at, "unexpected character: a carriage return")
        .with_primary("no line feed follows")
        .with_help("lines end with a line feed, or with a carriage return and a line feed; in a string it is `\\r`")
}

pub(super) fn unterminated_string(open: FileSpan, is_multi: bool) -> Diagnostic {
    let found = Diagnostic::new(Code::E0102, open, "unterminated string");
    if is_multi {
        found.with_primary("no closing `\"\"\"` follows")
    } else {
        found.with_primary("no closing `\"` follows on this line").with_help(
            "a text of several lines is written between `\"\"\"` and `\"\"\"`; a `\"` inside is `\\\"`",
        )
    }
}

pub(super) fn open_hole(open: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0102, open, "unterminated string")
        .with_primary("a `{` inside begins an expression that does not end on this line")
        .with_help("a `{` that is text is written `\\{`")
}

pub(super) fn brace_as_text(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0101, at, "unexpected character: `\\`")
        .with_primary("begins an expression, and no expression begins with `\\`")
        .with_fix("write `\\{` for a brace that is text", at, "\\{", Applicability::Machine)
}

pub(super) fn bad_escape(at: FileSpan, error: EscapeError) -> Diagnostic {
    let (message, help) = match error {
        EscapeError::Unknown => (
            "unknown escape",
            "the escapes are `\\n \\t \\r \\\\ \\\" \\{ \\} \\0 \\xNN \\u{…}`; a backslash is `\\\\`",
        ),
        EscapeError::HexDigits => ("incomplete `\\x` escape", "write two digits, as in `\\x41`"),
        EscapeError::HexRange => {
            ("`\\x` escape above 7F", "write `\\u{…}` for characters beyond ASCII")
        }
        EscapeError::UnicodeForm => {
            ("malformed `\\u` escape", "write one to six digits in braces, as in `\\u{1F600}`")
        }
        EscapeError::UnicodeRange => {
            ("`\\u` escape that is no character", "characters are 0 to 10FFFF without D800 to DFFF")
        }
    };
    Diagnostic::new(Code::E0103, at, message).with_help(help)
}

pub(super) fn bad_number(at: FileSpan, problem: &str) -> Diagnostic {
    Diagnostic::new(Code::E0104, at, "malformed number").with_primary(problem)
}

pub(super) fn bad_bytes(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0106, at, "malformed byte string")
        .with_primary("a byte is two hexadecimal digits")
        .with_help(
            "`b\"48656c\"` holds the bytes 48, 65, 6C; `bytes(\"text\")` gives those of a text",
        )
}

pub(super) fn multi_line_bytes(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0106, at, "byte string with three quotes")
        .with_help("write it on one line, as in `b\"48656c\"`")
}

pub(super) fn unterminated_doc_block(open: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0109, open, "unterminated documentation block")
        .with_primary("no closing line of backticks follows")
}
