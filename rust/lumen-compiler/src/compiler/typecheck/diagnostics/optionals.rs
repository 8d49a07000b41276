//! What type checking says of `?.` and `?[`: E0422 and E0423.

use lumen_base::{Applicability, Code, Diagnostic, FileSpan, Fix, Span};

/// A value where `null` came first: in another branch, or in a binding.
pub(in super::super) fn value_after_null(at: FileSpan, expected: &str, found: &str) -> Diagnostic {
    super::mismatch(at, expected, found).with_help(format!(
        "only `null` is of this type: what may be `null` or a value has the type `{found}?`"
    ))
}

/// This is a `ty` and may be `null`.
pub(in super::super) fn optional_access(at: FileSpan, part: FileSpan, ty: &str) -> Diagnostic {
    Diagnostic::new(Code::E0422, at, format!("this has type `{ty}` and may be `null`"))
        .with_primary("test it, or give a default with `??`")
        .with_label(part, "used here")
        .with_help("use `?.` (or `?[`) to get null when it is null, or unwrap it with `!`")
}

/// `?` before `.` or `[` needs an optional.
pub(in super::super) fn needless_optional_access(at: FileSpan, ty: &str) -> Diagnostic {
    Diagnostic::new(Code::E0423, at, "`?` before `.` or `[` needs an optional")
        .with_primary(format!("this has type `{ty}`, never `null`"))
        .with_help("write `.` or `[` without `?`")
}

/// `r?.name` on a result, meant as `(r?).name`; `name` lies inside the base when no name follows.
pub(in super::super) fn optional_access_of_result(
    at: FileSpan,
    ty: &str,
    name: Span,
) -> Diagnostic {
    let mut diagnostic =
        Diagnostic::new(Code::E0423, at, "`?.` goes on with an optional, this is a result")
            .with_primary(format!("this has type `{ty}`, never `null`"))
            .with_help("to pass the error on and go on with the value, write `(r?).name`");
    let base = at.span;
    let Some(mark) = name.lo.checked_sub(2).filter(|&mark| mark >= base.hi) else {
        return diagnostic;
    };
    let (open, close) = (Span::point(base.lo), Span::point(base.hi));
    let mark = Span::new(mark, mark + 1);
    let edit = |span: Span, text: &str| (span.in_file(at.file), text.to_owned());
    let edits = if mark.lo == base.hi {
        vec![edit(open, "("), edit(mark, "?)")]
    } else {
        vec![edit(open, "("), edit(close, "?)"), edit(mark, "")]
    };
    let message = "pass the error on".to_owned();
    diagnostic.fix = Some(Fix { message, edits, applicability: Applicability::Machine });
    diagnostic
}
