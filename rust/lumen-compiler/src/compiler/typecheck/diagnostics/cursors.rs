//! What type checking says of cursors.

use lumen_base::{Applicability, Code, Diagnostic, FileSpan, Span};

/// `iter` of something else.
pub(in crate::compiler::typecheck) fn cursor_of_no_stream(
    at: FileSpan,
    ty: &str,
    is_list: bool,
) -> Diagnostic {
    let diagnostic =
        Diagnostic::new(Code::E0478, at, format!("a cursor goes through a stream, not a `{ty}`"))
            .with_primary("expected a `Stream[T]`");
    if !is_list {
        return diagnostic.with_help("a cell that is declared `-> yield T` gives a stream");
    }
    let behind = FileSpan::new(at.file, Span::point(at.span.hi));
    diagnostic.with_fix("make a stream of it", behind, ".to_stream()", Applicability::Machine)
}
