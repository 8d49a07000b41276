//! E00xx: what can be wrong with a document before its program is read.

use lumen_base::{Code, Diagnostic, FileSpan};

/// A byte that is not UTF-8.
pub(crate) fn not_utf8(at: FileSpan, offset: usize) -> Diagnostic {
    Diagnostic::new(Code::E0001, at, format!("the byte at offset {offset} is not UTF-8"))
        .with_primary("here")
        .with_help("save the file in the encoding UTF-8")
}

/// A word of an info string that means nothing.
pub(crate) fn unknown_word(at: FileSpan, word: &str) -> Diagnostic {
    let message = if word == "ignore" {
        "an ignored fence needs a reason".to_owned()
    } else {
        format!("`{word}` means nothing in the info string of a fence")
    };
    Diagnostic::new(Code::E0002, at, message).with_primary("this fence").with_help(
        "write `lumen`, `lumen run`, `lumen example`, `lumen fails CODE` or `lumen ignore=\"reason\"`",
    )
}

/// A fence that the document's end closes.
pub(crate) fn unclosed_fence(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0003, at, "this fence is never closed")
        .with_primary("opened here")
        .with_help("close it with as many backticks or tildes as it was opened with")
}

/// More bytes than positions can count.
pub(crate) fn too_large(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0004, at, "the file is larger than 2 GiB")
        .with_help("split it into several files and import them")
}
