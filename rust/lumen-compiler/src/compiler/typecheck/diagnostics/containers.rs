//! What type checking says of containers of other elements than expected: E0406, E0401.

use super::mismatch;
use lumen_base::{Code, Diagnostic, FileSpan};

/// Expected `expected`, found `found`.
pub(in super::super) fn container_invariant(
    at: FileSpan,
    expected: &str,
    found: &str,
) -> Diagnostic {
    Diagnostic::new(Code::E0406, at, format!("expected `{expected}`, found `{found}`"))
        .with_primary("containers convert only element by element")
        .with_help(
            "convert each element, for a list: `[x for x in xs]` where the wider type is expected",
        )
        .with_help(format!("or declare the container as `{expected}` from the start"))
}

/// Expected `expected`, found `found`, whose elements would not fit either.
pub(in super::super) fn other_elements(
    at: FileSpan,
    expected: &str,
    found: &str,
    is_literal: bool,
) -> Diagnostic {
    let help = match expected {
        "list[String]" => "make a text of each element: `.map(to_string)`",
        _ => "make what is expected of each element, for a list: `xs.map(fn(x) => …)`",
    };
    if is_literal {
        return mismatch(at, expected, found).with_help(help);
    }
    Diagnostic::new(Code::E0406, at, format!("expected `{expected}`, found `{found}`"))
        .with_primary("a container of other elements")
        .with_help(help)
}
