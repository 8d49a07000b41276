//! What type checking says of values that leave the program: E0540–E0543 and E0345 for tools, E0454 for texts.

use lumen_base::{Applicability, Code, Diagnostic, FileSpan};

/// A builtin whose effect the file has no grant for.
pub(in super::super) fn effect_without_grant(
    at: FileSpan,
    name: &str,
    effect: &str,
    place: FileSpan,
) -> Diagnostic {
    Diagnostic::new(Code::E0345, at, format!("`{name}` is used without a grant"))
        .with_primary(format!("nothing in this file allows the effect `{effect}`"))
        .with_fix(
            format!("add `grant {effect}`"),
            place,
            format!("grant {effect}\n"),
            Applicability::Maybe,
        )
}

/// A `ty` goes to a tool or is to come from one, and JSON has no form for it.
pub(in super::super) fn no_json(at: FileSpan, ty: &str) -> Diagnostic {
    Diagnostic::new(Code::E0540, at, format!("a `{ty}` cannot be exchanged with a tool"))
        .with_primary("it holds a function or an `any Trait`, which are no data")
}

/// `try` before something that calls no tool.
pub(in super::super) fn try_without_tool(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0541, at, "`try` is for the call of a tool")
        .with_primary("no tool is called here")
        .with_help("for other runtime errors: `attempt(fn() => …)`")
}

/// A tool, or a builtin that needs a grant, as a function value.
pub(in super::super) fn granted_as_value(at: FileSpan, name: &str) -> Diagnostic {
    Diagnostic::new(Code::E0543, at, format!("`{name}` is no function value"))
        .with_primary("a call must stand in the file that has the grant")
        .with_help(format!("write a function that calls it: `fn(x) => {name}(x)`"))
}

/// A `ty` has no text.
pub(in super::super) fn no_text(at: FileSpan, ty: &str) -> Diagnostic {
    Diagnostic::new(Code::E0454, at, format!("a `{ty}` has no text"))
        .with_primary("this holds a function")
}
