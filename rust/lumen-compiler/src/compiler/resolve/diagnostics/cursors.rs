//! What name resolution says of cursors.

use lumen_base::{Applicability, Code, Diagnostic, FileSpan};

/// `iter` where it makes no cursor.
pub(in crate::compiler::resolve) fn loose_iter(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0476, at, "`iter(stream)` is the value of a `let` only")
        .with_primary("this cursor would have no name")
        .with_help(
            "name it: `let mut it = iter(stream)`; to go through all elements write `for x in stream`",
        )
}

/// `let it: T = iter(s)`.
pub(in crate::compiler::resolve) fn typed_cursor(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0476, at, "a cursor is no value: it has no type")
        .with_primary("the elements are those of the stream")
        .with_fix("leave the type out", at, "", Applicability::Machine)
}

/// `let it = iter(s) else …`.
pub(in crate::compiler::resolve) fn cursor_else(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0476, at, "`iter(stream)` always gives a cursor")
        .with_primary("this `else` would never run")
        .with_help("`next()` gives `null` behind the last element: test there")
}

/// The name of a cursor where a value is wanted.
pub(in crate::compiler::resolve) fn cursor_as_value(at: FileSpan, name: &str) -> Diagnostic {
    Diagnostic::new(Code::E0477, at, format!("the cursor `{name}` is no value"))
        .with_primary("it is not copied, passed on, kept or assigned")
        .with_help(format!(
            "take an element with `{name}.next()`, the rest with `while let x = {name}.next()`; pass the stream on instead"
        ))
}

/// A cursor in a function inside the one that made it.
pub(in crate::compiler::resolve) fn captured_cursor(at: FileSpan, name: &str) -> Diagnostic {
    Diagnostic::new(Code::E0477, at, format!("the cursor `{name}` cannot be captured"))
        .with_primary(
            "this is in a lambda, nested cell, `defer`, handled body or clause of its own",
        )
        .with_help(format!("take the element outside: `let x = {name}.next()`"))
}

/// A method that cursors do not have.
pub(in crate::compiler::resolve) fn cursor_method(at: FileSpan, name: &str) -> Diagnostic {
    Diagnostic::new(Code::E0477, at, format!("the cursor `{name}` has `next()` and `close()` only"))
        .with_primary("neither of them")
        .with_help("what streams have stands before the cursor: `let mut it = iter(stream.map(f))`")
}

/// `next` of a cursor that is not `mut`.
pub(in crate::compiler::resolve) fn cursor_without_mut(
    at: FileSpan,
    name: &str,
    decl: FileSpan,
    insert: FileSpan,
) -> Diagnostic {
    Diagnostic::new(Code::W0301, at, format!("the cursor `{name}` moves but is not `mut`"))
        .with_primary("moved here")
        .with_label(decl, "declared without `mut`")
        .with_fix("write `let mut`", insert, "mut ", Applicability::Machine)
}
